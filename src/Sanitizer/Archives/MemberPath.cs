using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Archives;

/// <summary>The path of a member as folders and a name (書庫内のパス).</summary>
internal static class MemberPath
{
    private const int MostFolders = 64;

    /// <summary>The parts of a path in NFC; null for one that leads out of the folder it is unpacked in (Z-04).</summary>
    public static IReadOnlyList<string>? Split(string untrustedPath)
    {
        if (untrustedPath.Contains('\0', StringComparison.Ordinal) || untrustedPath is ['/' or '\\', ..] || untrustedPath is [_, ':', '/' or '\\', ..] || untrustedPath is [>= 'A' and <= 'Z' or >= 'a' and <= 'z', ':', ..]) return null;
        var parts = new List<string>();
        foreach (var part in untrustedPath.Split('/', '\\'))
        {
            if (part.Length == 0 || part == ".") continue;
            // "..", and what becomes it without the blanks and dots that Windows drops.
            if (part.StartsWith("..", StringComparison.Ordinal) && part.Trim('.', ' ').Length == 0) return null;
            parts.Add(part);
            if (parts.Count > MostFolders) return null;
        }
        return parts;
    }

    /// <summary>What systems keep about files beside them: forks, thumbnails, settings of folders.</summary>
    public static bool IsSystemRemnant(IReadOnlyList<string> parts) =>
        parts.Count > 0 && (parts[0] == "__MACOSX" || parts[^1] is ".DS_Store" or "Thumbs.db" or "ehthumbs.db"
            || parts[^1].Equals("desktop.ini", StringComparison.OrdinalIgnoreCase));
}

/// <summary>Gives every member a name of its own, as systems that fold case and forms of letters see it.</summary>
internal sealed class MemberNames
{
    private readonly Folder root = new("");

    /// <summary>The folder's path with a slash at its end; empty for the root. Folders that differ in case only are one.</summary>
    public string FolderOf(IEnumerable<string> untrustedParts) => Walk(untrustedParts).Path;

    /// <summary>A path that no other member has: "name (2).txt" where the name is taken.</summary>
    public string FileIn(IEnumerable<string> untrustedFolders, string safeName)
    {
        var folder = Walk(untrustedFolders);
        var name = folder.Free(safeName);
        folder.Taken[Fold(name)] = null;
        return folder.Path + name;
    }

    private Folder Walk(IEnumerable<string> parts)
    {
        var at = root;
        foreach (var part in parts)
        {
            var name = SafeName.Clean(part);
            if (!at.Taken.TryGetValue(Fold(name), out var next) || next is null)
            {
                // A file has the name: the folder gets another, the same one for all that lies in it.
                if (!at.Renamed.TryGetValue(Fold(name), out next))
                {
                    var free = at.Free(name);
                    next = new($"{at.Path}{free}/");
                    at.Taken[Fold(free)] = next;
                    if (free != name) at.Renamed[Fold(name)] = next;
                }
            }
            at = next;
        }
        return at;
    }

    private static string Fold(string name) => name.ToUpperInvariant();

    private sealed class Folder(string path)
    {
        public string Path => path;

        /// <summary>Folded names; null for files.</summary>
        public Dictionary<string, Folder?> Taken { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, Folder> Renamed { get; } = new(StringComparer.Ordinal);

        public string Free(string name)
        {
            if (!Taken.ContainsKey(Fold(name))) return name;
            var extension = SafeName.ExtensionOf(name);
            var stem = extension.Length > 0 ? name[..^(extension.Length + 1)] : name;
            for (var i = 2; ; i++)
            {
                var next = SafeName.Clean(extension.Length > 0 ? $"{Cut(stem, extension.Length + 12)} ({i}).{extension}" : $"{Cut(stem, 12)} ({i})");
                if (!Taken.ContainsKey(Fold(next))) return next;
            }
        }

        // Room for the number: a name of the greatest length would lose it again.
        private static string Cut(string stem, int room)
        {
            while (System.Text.Encoding.UTF8.GetByteCount(stem) > 255 - room) stem = stem[..^(char.IsLowSurrogate(stem[^1]) ? 2 : 1)];
            return stem;
        }
    }
}
