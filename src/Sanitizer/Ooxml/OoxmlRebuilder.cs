using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Ooxml.Parts;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Ooxml;

/// <summary>Rebuilds documents of Word, Excel and PowerPoint (ISO/IEC 29500, transitional and strict): walks the parts from the root by an allow list, writes each anew by an allow list of names. docs/formats/sanitizer-ooxml.md says what stays.</summary>
internal sealed class OoxmlRebuilder : IRebuilder
{
    public IEnumerable<FileKind> Kinds =>
    [
        FileKind.Docx, FileKind.Docm, FileKind.Dotx, FileKind.Dotm, FileKind.Xlsx, FileKind.Xlsm, FileKind.Xltx, FileKind.Xltm, FileKind.Xlam,
        FileKind.Pptx, FileKind.Pptm, FileKind.Potx, FileKind.Potm, FileKind.Ppsx, FileKind.Ppsm, FileKind.Ppam,
    ];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        using var package = new PackageReader(untrusted, job);
        package.Walk();
        PackageWriter.Write(package, output, job);
        return new(package.Kind, Outcome.Rebuilt);
    }
}
