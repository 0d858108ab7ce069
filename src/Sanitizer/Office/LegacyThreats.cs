using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Office;

/// <summary>Tells which active elements an old office file had, each format read by its own specification. None of it is carried over.</summary>
/// <remarks>It looks, it doesn't decide: a threat that it overlooks isn't written either, as the new file is made from the allow list of OOXML.</remarks>
internal static class LegacyThreats
{
    /// <exception cref="RefusedException">It needs a password, or isn't what it seems.</exception>
    public static void Tell(ReadOnlyMemory<byte> whole, FileKind kind, Job job)
    {
        var source = Source.Of(whole);
        if (CompoundFile.Is(whole.Span)) TellCompound(source, kind, job);
        else if (kind == FileKind.Xlsb) BinaryBookThreats.Tell(source, job);
        else if (kind == FileKind.WordXml || kind == FileKind.SpreadsheetXml) OfficeXmlThreats.Tell(source, job);
        else if (kind == FileKind.Odt || kind == FileKind.Ods || kind == FileKind.Odp) OpenDocumentThreats.Tell(source, kind, job);
    }

    private static void TellCompound(Source source, FileKind kind, Job job)
    {
        var file = CompoundFile.Read(source, job.Policy.Limits.InMemoryBytes);
        // Two books in one file: one for the eye of the checker, one for the program.
        if (file.Find("Workbook") is not null && file.Find("Book") is not null) job.Remove("O-12", "Book", "a second workbook stream");
        if (file.Entries.Count(static e => e.Path is "WordDocument" or "Workbook" or "Book" or "PowerPoint Document") is > 1 and var mains && !(mains == 2 && file.Find("Book") is not null && file.Find("Workbook") is not null)) job.Remove("O-12", "", "main streams of two programs");
        if (file.HasOrphans) job.Remove("O-10", "", "entries of the directory that nothing leads to");
        if (file.HasSlack()) job.Remove("O-10", "", "bytes that belong to no stream");
        foreach (var entry in file.Entries) TellEntry(file, entry, kind, job);
        var most = job.Policy.Limits.InMemoryBytes;
        if (kind == FileKind.Xls && (file.Find("Workbook") ?? file.Find("Book")) is { } book) BiffThreats.Tell(file.ReadStream(book, most), job);
        if (kind == FileKind.Doc && file.Find("WordDocument") is { } word) WordThreats.Tell(file, file.ReadStream(word, most), job);
        if (kind == FileKind.Ppt && file.Find("PowerPoint Document") is { } show) ShowThreats.Tell(file, file.ReadStream(show, most), job);
    }

    private static void TellEntry(CompoundFile file, CompoundEntry entry, FileKind kind, Job job)
    {
        var name = entry.Path[(entry.Path.LastIndexOf('/') + 1)..];
        var place = SafeName.Show(entry.Path);
        if (DangerousClasses.ByClsid(entry.Clsid) is { } known) job.Remove(known.StartsWith("Equation", StringComparison.Ordinal) ? "O-04" : "O-11", place, known);
        switch (name.ToUpperInvariant())
        {
            case "_VBA_PROJECT":
                job.Remove("O-01", place, "VBA project");
                if (Stomped(file, entry.Path[..^name.Length], job)) job.Remove("O-15", place, "VBA whose source is gone");
                break;
            case "\u0001OLE10NATIVE":
                job.Remove("O-03", place, "OLE package");
                break;
            case "EQUATION NATIVE":
                job.Remove("O-04", place, "Equation Editor object");
                break;
            case "OBJECTPOOL" when entry.IsStorage && file.Entries.Any(e => e.Path.StartsWith(entry.Path + "/", StringComparison.Ordinal)):
                job.Remove("O-05", place, "embedded objects");
                break;
            case "\u0003OCXNAME" or "\u0003OCXDATA" or "CTLS":
                job.Remove("O-13", place, "ActiveX control");
                break;
            case "\u0005SUMMARYINFORMATION" or "\u0005DOCUMENTSUMMARYINFORMATION" when !job.Policy.KeepMetadata:
                job.Remove("O-09", place, "document properties");
                break;
            case "_SIGNATURES" or "_XMLSIGNATURES":
                job.Remove("X-31", place, "digital signature");
                break;
            case "XCB" or "TOOLBARS":
                job.Remove("O-16", place, "toolbars");
                break;
            case "ENCRYPTEDSUMMARY":
                throw Refusals.Password(kind);
            case var upper when kind == FileKind.Xls && entry.IsStorage && (upper.StartsWith("MBD", StringComparison.Ordinal) || upper.StartsWith("LNK", StringComparison.Ordinal)):
                job.Remove("O-05", place, "embedded object");
                break;
        }
    }

    /// <summary>True when a module has its compiled form only. Its source begins with "Attribute", the first eight characters of a packed chunk as they are ([MS-OVBA] §2.4.1).</summary>
    private static bool Stomped(CompoundFile file, string vba, Job job)
    {
        foreach (var entry in file.Entries)
        {
            if (entry.IsStorage || !entry.Path.StartsWith(vba, StringComparison.Ordinal) || entry.Bytes == 0) continue;
            var name = entry.Path[vba.Length..];
            if (name.Contains('/', StringComparison.Ordinal) || name.StartsWith('_') || name.Equals("dir", StringComparison.OrdinalIgnoreCase)) continue;
            if (file.ReadStream(entry, job.Policy.Limits.InMemoryBytes).AsSpan().IndexOf("\0Attribut"u8) < 0) return true;
        }
        return false;
    }
}
