using Sekisho.Sanitizer.Images.Png;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Images;

/// <summary>EMF and WMF: drawn by the converter in its own sandbox; the picture that it gives is rebuilt like any PNG from outside (I-10).</summary>
internal sealed class MetafileRebuilder : IRebuilder
{
    public IEnumerable<FileKind> Kinds => [FileKind.Emf, FileKind.Wmf];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        var drawn = job.Converter.Convert(untrusted.Whole(job.Policy.Limits.InMemoryBytes), kind, FileKind.Png) ?? throw Refusals.NotConverted(kind);
        if (KindDetector.Detect(Source.Of(drawn), "") != FileKind.Png) throw Refusals.NotConverted(kind);
        job.Remove("I-10", "", "drawing records");
        PngRebuilder.Rebuild(drawn, output, job);
        return new(FileKind.Png, Outcome.Converted);
    }
}
