using System.Globalization;
using System.Text;
using Sekisho.Sanitizer.Archives.Zip;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Archives;

/// <summary>Packs what came out of the members of an archive into a new zip (書庫の作り直し), and tells in a note inside what didn't.</summary>
internal sealed class Repacking(Job job, Scratch output)
{
    private const string NoteName = "無害化できなかったファイル.txt";
    private const int MostInNote = 1000;

    // Below this, packing costs more than it saves.
    private const int LeastToPack = 128;

    private readonly ZipWriter zip = new(output);
    private readonly MemberNames names = new();
    private readonly HashSet<string> folders = new(StringComparer.Ordinal), seen = new(StringComparer.Ordinal);
    private readonly List<(string Path, SanitizeRefusal Refusal)> refused = [];
    private int kept;
    private bool couldBeDocument;

    /// <summary>A folder that the archive names.</summary>
    public void Folder(string untrustedPath)
    {
        if (Parts(untrustedPath) is not { Count: > 0 } parts || MemberPath.IsSystemRemnant(parts)) return;
        var path = names.FolderOf(parts);
        if (folders.Add(path)) zip.AddFolder(path);
    }

    /// <summary>False where a member isn't to be unpacked at all: its name leads elsewhere, or it is a remnant of a system.</summary>
    public bool Wants(string untrustedPath)
    {
        // Of two members with one name, one reader unpacks the first and another the second.
        if (!seen.Add(untrustedPath.Normalize(NormalizationForm.FormC))) throw Refusals.Broken(SafeName.Show(untrustedPath), "SAN-ARC-004", "同じ名前のファイルが二つあります", "two members have one name");
        if (Parts(untrustedPath) is not { } parts) return false;
        if (!MemberPath.IsSystemRemnant(parts)) return true;
        job.Remove("Z-13", SafeName.Show(untrustedPath), "file of a system (__MACOSX, .DS_Store, Thumbs.db, desktop.ini)");
        return false;
    }

    /// <summary>A member's content through the sanitiser, and into the new archive. Call <see cref="Wants"/> before.</summary>
    public void File(string untrustedPath, Source content)
    {
        var parts = MemberPath.Split(untrustedPath)!;
        var name = parts.Count == 0 ? "file" : parts[^1];
        var within = parts.Take(parts.Count - 1);
        if (content.Length == 0)
        {
            Empty(untrustedPath, name, within);
            return;
        }
        using var done = job.Member(name, content);
        var report = job.Members[^1];
        if (done.Content is null)
        {
            job.Members[^1] = report with { File = SafeName.Show(untrustedPath) };
            // Budgets are the whole file's: what bursts inside bursts the file.
            if (report.Refusal!.Code is "SAN-LIMIT-002" or "SAN-LIMIT-003" or "SAN-LIMIT-006") throw new RefusedException(report.Refusal with { Place = SafeName.Show(untrustedPath) });
            Refused(untrustedPath, report.Refusal.Code switch { "SAN-KIND-003" => "Z-11", "SAN-KIND-006" => "Z-01", "SAN-LIMIT-004" => "G-04", _ => "G-05" }, report.Refusal);
            return;
        }
        var path = names.FileIn(within, report.Output!);
        job.Members[^1] = report with { File = SafeName.Show(untrustedPath), Output = path };
        if (!path.EndsWith(report.Output!, StringComparison.Ordinal)) job.Remove("Z-08", SafeName.Show(untrustedPath), "name that another member has");
        var source = done.Content.AsSource();
        couldBeDocument |= path.Equals("[Content_Types].xml", StringComparison.OrdinalIgnoreCase) || path.Equals("mimetype", StringComparison.OrdinalIgnoreCase) || path.Equals("META-INF/manifest.xml", StringComparison.OrdinalIgnoreCase);
        zip.Add(path, source, source.Length >= LeastToPack && done.Kind.Family is not (FileFamily.Ooxml or FileFamily.Archive or FileFamily.Pdf) && done.Kind != FileKind.Jpeg && done.Kind != FileKind.Png && done.Kind != FileKind.Webp && done.Kind != FileKind.Gif);
        kept++;
    }

    /// <summary>A member that isn't unpacked.</summary>
    public void Refused(string untrustedPath, string threat, SanitizeRefusal why)
    {
        var shown = SafeName.Show(untrustedPath);
        if (job.Policy.RefuseWithMember)
        {
            throw new RefusedException("SAN-ARC-001", new($"「{shown}」を無害化できません（{why.Code}）。", $"“{shown}” can't be made harmless ({why.Code})."), why.Next, shown);
        }
        job.Remove(threat, shown, why.Code);
        refused.Add((SafeName.CleanPath(untrustedPath), why));
    }

    public void Refused(string untrustedPath, string threat, RefusedException why)
    {
        job.Members.Add(new(SafeName.Show(untrustedPath), null, FileKind.Unknown.Key, null, Outcome.Refused, why.Refusal, [], [], [], null, null, 0, null, 0));
        Refused(untrustedPath, threat, why.Refusal);
    }

    /// <summary>Writes the note and the directory.</summary>
    /// <exception cref="RefusedException">Nothing came out of any member.</exception>
    public Written Finish(FileKind kind)
    {
        if (kept == 0 && refused.Count > 0) throw new RefusedException(refused[0].Refusal with { Place = refused[0].Path });
        if (refused.Count > 0) zip.Add(names.FileIn([], NoteName), [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Note())]);
        zip.Finish();
        // What was cleaned, renamed or written anew may make a document of the whole: nobody has looked at it as that.
        if (couldBeDocument && KindDetector.Detect(output.AsSource(), "x.zip") is var now && now != FileKind.Zip) throw Refusals.Broken("", "SAN-ARC-008", $"作り直すと{now.Name.Ja}になります", $"written anew it is a {now.Name.En}");
        return new(FileKind.Zip, kind == FileKind.Zip ? Outcome.Rebuilt : Outcome.Converted);
    }

    private IReadOnlyList<string>? Parts(string untrustedPath)
    {
        if (MemberPath.Split(untrustedPath) is { } parts) return parts;
        Refused(untrustedPath, "Z-04", Refusals.Broken("", "SAN-ARC-002", "書庫の外を指す名前です", "its name leads out of the archive"));
        return null;
    }

    // Nothing in it can do anything; but a name that the shell runs is still no name for a person to click on.
    private void Empty(string untrustedPath, string name, IEnumerable<string> within)
    {
        var clean = SafeName.Clean(name);
        if (FileKind.All.Values.FirstOrDefault(k => k.Family == FileFamily.Active && k.Agrees(SafeName.ExtensionOf(clean))) is { } active)
        {
            Refused(untrustedPath, "Z-11", Refusals.Active(active));
            return;
        }
        var path = names.FileIn(within, clean);
        if (!path.EndsWith(clean, StringComparison.Ordinal)) job.Remove("Z-08", SafeName.Show(untrustedPath), "name that another member has");
        job.Members.Add(new(SafeName.Show(untrustedPath), path, FileKind.Empty.Key, FileKind.Empty.Key, Outcome.Rebuilt, null, [], [], [], null, null, 0, 0, 0));
        zip.Add(path, [], compress: false);
        kept++;
    }

    private string Note()
    {
        var text = new StringBuilder();
        text.Append("無害化できなかったファイル / Files that could not be made harmless\r\n\r\n");
        text.Append("次のファイルは、この書庫から除いてあります。\r\nThe following files were left out of this archive.\r\n");
        foreach (var (path, why) in refused.Take(MostInNote)) text.Append(CultureInfo.InvariantCulture, $"\r\n・{path}\r\n　{why.What.Ja}（{why.Code}）\r\n　{why.What.En}\r\n");
        if (refused.Count > MostInNote) text.Append(CultureInfo.InvariantCulture, $"\r\nほか {refused.Count - MostInNote:N0} 件 / and {refused.Count - MostInNote:N0} more\r\n");
        return text.ToString();
    }
}
