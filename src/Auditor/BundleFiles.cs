using System.IO.Compression;

namespace Sekisho.Auditor;

/// <summary>The files of a bundle: a folder or a ZIP. Nothing in it is trusted, its sizes neither.</summary>
internal abstract class BundleFiles : IDisposable
{
    /// <summary>The longest file there can be: 256 entries of 65,535 bytes with their lengths.</summary>
    private const int MaxBytes = 256 * (2 + ushort.MaxValue);

    /// <summary>Null when the file isn't there, can't be read, or is longer than a file of a bundle can be.</summary>
    public byte[]? Read(string path)
    {
        try
        {
            using var stream = Open(path);
            if (stream is null) return null;
            using var bytes = new MemoryStream();
            var buffer = new byte[64 * 1024];
            for (int read; (read = stream.Read(buffer)) > 0;)
            {
                if (bytes.Length + read > MaxBytes) return null;
                bytes.Write(buffer, 0, read);
            }
            return bytes.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or NotSupportedException)
        {
            return null;
        }
    }

    protected abstract Stream? Open(string path);

    public abstract void Dispose();

    /// <summary>Null when there is neither a folder nor a readable ZIP at the path.</summary>
    public static BundleFiles? At(string path)
    {
        if (Directory.Exists(path)) return new Folder(path);
        try
        {
            return new Zip(ZipFile.OpenRead(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private sealed class Folder(string root) : BundleFiles
    {
        protected override Stream? Open(string path)
        {
            var file = Path.Combine(root, path);
            return File.Exists(file) ? File.OpenRead(file) : null;
        }

        public override void Dispose()
        {
        }
    }

    private sealed class Zip(ZipArchive archive) : BundleFiles
    {
        // A ZIP may hold a name twice, for two readers to see two things: the file is then as good as missing.
        private readonly Dictionary<string, ZipArchiveEntry?> entries = Index(archive);

        private static Dictionary<string, ZipArchiveEntry?> Index(ZipArchive archive)
        {
            var found = new Dictionary<string, ZipArchiveEntry?>(StringComparer.Ordinal);
            foreach (var entry in archive.Entries)
            {
                if (!found.TryAdd(entry.FullName, entry)) found[entry.FullName] = null;
            }
            return found;
        }

        protected override Stream? Open(string path) => entries.GetValueOrDefault(path)?.Open();

        public override void Dispose() => archive.Dispose();
    }
}
