using Sekisho.Sanitizer.Images.Colours;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Images.Jpeg;

/// <summary>JPEG: every coefficient is decoded and coded anew with tables of our own, so that no pixel changes; of the rest only size, resolution and orientation stay.</summary>
internal sealed class JpegRebuilder : IRebuilder
{
    // Twice in memory, as it is and without its stuffing.
    private const long MostBytes = 128 << 20;

    public IEnumerable<FileKind> Kinds => [FileKind.Jpeg];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        Transcode(untrusted.Whole(Math.Min(MostBytes, job.Policy.Limits.InMemoryBytes)), output, job, true);
        return new(FileKind.Jpeg, Outcome.Rebuilt);
    }

    /// <summary>Writes the picture anew.</summary>
    /// <param name="convert">False keeps the numbers though a profile says what they mean: for pictures of a PDF, which says so itself.</param>
    public static void Transcode(ReadOnlyMemory<byte> untrusted, Stream output, Job job, bool convert)
    {
        using var ours = new Scratch(job.Folder);
        var profile = default(IccProfile);
        var reader = Transcode(untrusted, r => (profile = convert ? JpegColourConversion.Needed(r) : null) is null ? output : ours, job, job.Budget, null);
        if (profile is null) return;
        // The library's markers and tables are not ours: once more.
        Transcode(JpegColourConversion.Convert(ours.AsSource(), profile, reader), _ => output, null, job.Budget, null, reader);
    }

    /// <summary>Writes a picture that is part of another format, which says what its components mean.</summary>
    public static void Transcode(ReadOnlyMemory<byte> untrusted, Stream output, Budget budget, JpegColours meant) => Transcode(untrusted, _ => output, null, budget, meant);

    /// <param name="target">Where it is written, told once all is read.</param>
    /// <param name="said">Where orientation and resolution come from, if not from this picture.</param>
    private static JpegReader Transcode(ReadOnlyMemory<byte> untrusted, Func<JpegReader, Stream> target, Job? job, Budget budget, JpegColours? meant, JpegReader? said = null)
    {
        var kept = new JpegProgressive();
        var counted = new JpegSequential<JpegCounts>(new JpegCounts());
        try
        {
            var reader = new JpegReader(untrusted, job, budget, meant);
            reader.Run(new ByProcess(counted, kept));
            said ??= reader;
            var output = target(reader);
            var (frame, colours) = (reader.Frame!, reader.Colours);
            if (frame.Progressive) JpegProgressive.Send(frame, colours, ref counted.Sink, budget);
            JpegWriter.Start(output, frame, colours, reader.HasAdobe, said.Orientation, said.Density);
            var emitter = new JpegEmitter(output, colours, counted.Sink.Scans);
            if (counted.Sink.KeptAll) emitter.Replay(frame, counted.Sink);
            else if (frame.Progressive) JpegProgressive.Send(frame, colours, ref emitter, budget);
            else new JpegReader(untrusted, null, budget, meant).Run(new JpegSequential<JpegEmitter>(emitter));
            JpegWriter.End(output);
            return reader;
        }
        finally
        {
            counted.Sink.Release();
        }
    }

    /// <summary>Which process it is shows when the first scan comes.</summary>
    private sealed class ByProcess(IJpegScans sequential, IJpegScans progressive) : IJpegScans
    {
        public int Scans => sequential.Scans + progressive.Scans;

        public bool Scan(JpegFrame frame, JpegScan scan, int restartInterval, JpegData data, Budget budget) =>
            (frame.Progressive ? progressive : sequential).Scan(frame, scan, restartInterval, data, budget);
    }
}
