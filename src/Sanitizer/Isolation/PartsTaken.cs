using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Scanning;
using Sekisho.Sanitizer.Streams;

namespace Sekisho.Sanitizer.Isolation;

/// <summary>The host's side of parts that come out by themselves: opens a place for each, measures and scans what is written there.</summary>
/// <param name="open">The caller's.</param>
/// <param name="scan">Null where nothing is scanned.</param>
internal sealed class PartsTaken(Func<int, FileReport, Stream> open, Func<OutputScan>? scan) : IAsyncDisposable
{
    private readonly List<Taken> parts = [];
    private Exception? ownFault;

    /// <summary>What a place failed with: the host's trouble, not the message's.</summary>
    public Exception? Fault => ownFault ?? parts.Select(static p => p.Digest.Fault).FirstOrDefault(static f => f is not null);

    /// <summary>A place for the content of a member.</summary>
    public Stream Open(int number, FileReport report)
    {
        try
        {
            var after = scan?.Invoke();
            var place = open(number, report);
            var taken = new Taken(number, place, after, new DigestStream(place, after), this);
            parts.Add(taken);
            return taken;
        }
        catch (Exception e)
        {
            ownFault = e;
            throw new IOException("no place for a part", e);
        }
    }

    /// <summary>The report with what was measured.</summary>
    public FileReport Told(FileReport report)
    {
        if (parts.Count == 0) return report;
        var number = 0;
        return Measured(report);

        // In the order in which they were given out.
        FileReport Measured(FileReport of) => of with { Members = [.. of.Members.Select(m => m.IsApart ? One(m, number++) : m.ApartFiles.Any() ? Measured(m) : m)] };

        FileReport One(FileReport its, int at) => parts.Find(p => p.Number == at) is { } part ? its with { OutputBytes = part.Digest.Count, OutputSha256 = part.Digest.Digest() } : its;
    }

    /// <summary>Why nothing may come out; null when nothing was found.</summary>
    public async Task<SanitizeRefusal?> EndAsync(CancellationToken cancel)
    {
        foreach (var part in parts)
        {
            if (part.Scan is { } after && await after.EndAsync(cancel).ConfigureAwait(false) is { } found) return found;
        }
        return null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in parts)
        {
            part.Digest.Dispose();
            if (part.Scan is { } after) await after.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Closes the caller's place when it is whole; the digest stays.</summary>
    private sealed class Taken(int number, Stream place, OutputScan? scan, DigestStream digest, PartsTaken owner) : WriteOnlyStream
    {
        public int Number => number;

        public OutputScan? Scan => scan;

        public DigestStream Digest => digest;

        public override long Length => digest.Count;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => digest.WriteAsync(buffer, cancellationToken);

        public override void Write(ReadOnlySpan<byte> buffer) => throw new NotSupportedException();

        public override void Flush() => place.Flush();

        public override async ValueTask DisposeAsync()
        {
            try
            {
                await place.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                owner.ownFault = e;
                throw new IOException("a part could not be written", e);
            }
            await base.DisposeAsync().ConfigureAwait(false);
        }
    }
}
