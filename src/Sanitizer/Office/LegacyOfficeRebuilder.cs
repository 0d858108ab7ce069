using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Office;

/// <summary>doc, xls, ppt, rtf, OpenDocument and the XML formats of 2003: converted to OOXML in the office program's sandbox, then rebuilt as that.</summary>
/// <remarks>The conversion alone drops most of what is active; what it carries over (links, fields, embedded objects) the rebuilding takes out, and tells.</remarks>
internal sealed class LegacyOfficeRebuilder : IRebuilder
{
    public IEnumerable<FileKind> Kinds { get; } = [FileKind.Doc, FileKind.Rtf, FileKind.Odt, FileKind.WordXml, FileKind.Xls, FileKind.Xlsb, FileKind.Ods, FileKind.SpreadsheetXml, FileKind.Ppt, FileKind.Odp];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        var whole = untrusted.Whole(job.Policy.Limits.InMemoryBytes);
        // The office program gets RTF as it was written anew; of the other formats, what is in them is told.
        if (kind == FileKind.Rtf) whole = RtfCleaner.Clean(whole, job);
        else LegacyThreats.Tell(whole, kind, job);
        var to = kind == FileKind.Xls || kind == FileKind.Xlsb || kind == FileKind.Ods || kind == FileKind.SpreadsheetXml ? FileKind.Xlsx
            : kind == FileKind.Ppt || kind == FileKind.Odp ? FileKind.Pptx : FileKind.Docx;
        var converted = job.Converter.Convert(whole, kind, to) ?? throw Refusals.NotConverted(kind);
        using var rebuilt = job.Onward(Source.Of(converted), to);
        rebuilt.Content!.AsSource().Open().CopyTo(output);
        return new(to, Outcome.Converted);
    }
}
