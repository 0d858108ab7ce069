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
        var profile = Transcode(untrusted, output, job, job.Budget);
        if (profile.Length == 0 || !convert) return;
        _ = profile;
    }

    /// <returns>The colour profile that was left out; empty for none.</returns>
    private static byte[] Transcode(ReadOnlyMemory<byte> untrusted, Stream output, Job? job, Budget budget)
    {
        var kept = new JpegProgressive();
        var counted = new JpegSequential<JpegCounts>(new JpegCounts());
        var reader = new JpegReader(untrusted, job, budget);
        reader.Run(new ByProcess(counted, kept));
        var (frame, colours) = (reader.Frame!, reader.Colours);
        if (frame.Progressive)
        {
            var counts = new JpegCounts();
            JpegProgressive.Send(frame, colours, ref counts, budget);
            JpegWriter.Start(output, frame, colours, reader.HasAdobe, reader.Orientation, reader.Density);
            var emitter = new JpegEmitter(output, colours, counts.Scans);
            JpegProgressive.Send(frame, colours, ref emitter, budget);
        }
        else
        {
            JpegWriter.Start(output, frame, colours, reader.HasAdobe, reader.Orientation, reader.Density);
            // Read again rather than kept: the largest picture takes no more memory than a small one.
            new JpegReader(untrusted, null, budget).Run(new JpegSequential<JpegEmitter>(new JpegEmitter(output, colours, counted.Sink.Scans)));
        }
        JpegWriter.End(output);
        return reader.Profile;
    }

    /// <summary>Which process it is shows when the first scan comes.</summary>
    private sealed class ByProcess(IJpegScans sequential, IJpegScans progressive) : IJpegScans
    {
        public int Scans => sequential.Scans + progressive.Scans;

        public bool Scan(JpegFrame frame, JpegScan scan, int restartInterval, JpegData data, Budget budget) =>
            (frame.Progressive ? progressive : sequential).Scan(frame, scan, restartInterval, data, budget);
    }
}
