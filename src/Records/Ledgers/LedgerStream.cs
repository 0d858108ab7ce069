using System.Collections.Concurrent;
using System.Threading.Channels;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Storage;

namespace Sekisho.Records.Ledgers;

/// <summary>Appends what comes in streams (記録の連続追記): entries of many callers become durable together, one commit and one signature a batch.</summary>
/// <remarks>
/// A caller's task completes when its entries are committed, in the order in which it called. An entry that must come with rows of its own goes through
/// <see cref="LedgerStore"/> instead. May be used from any thread; disposing commits what was accepted.
/// </remarks>
public sealed class LedgerStream(Database database, LedgerStore store) : IAsyncDisposable
{
    /// <summary>Entries in a batch at most. 8,192 small entries commit in about 0.1 s; more would only make callers wait.</summary>
    private const int MaxEntries = 8192;

    private const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>Callers wait when this many calls are queued for a ledger: memory stays bounded.</summary>
    private const int QueuedCalls = 4096;

    private sealed record Waiting(NewEntry[] Entries, TaskCompletionSource<LedgerReceipt> Done)
    {
        public int Bytes { get; } = Entries.Sum(static e => e.Data.Length);
    }

    private sealed record Lane(Channel<Waiting> Queue, Task Work);

    private readonly ConcurrentDictionary<MunicipalityId, Lazy<Lane>> lanes = new();
    private readonly CancellationTokenSource stop = new();

    /// <summary>Returns when the entries are durable.</summary>
    /// <exception cref="LedgerBrokenException">The ledger can't go on; nothing was appended.</exception>
    /// <exception cref="StorageException">The database can't be reached. Where the commit itself was cut off, the entries may or may not be there.</exception>
    public async Task<LedgerReceipt> AppendAsync(MunicipalityId municipality, IReadOnlyList<LedgerEntry> entries, CancellationToken cancel)
    {
        // Spelled here, on the caller's thread: the lane only hashes and writes.
        var waiting = new Waiting([.. entries.Select(NewEntry.Of)], new(TaskCreationOptions.RunContinuationsAsynchronously));
        if (waiting.Entries.Length == 0) throw new ArgumentException("There is nothing to append.", nameof(entries));
        var lane = lanes.GetOrAdd(municipality, id => new(() => Open(id))).Value;
        await lane.Queue.Writer.WriteAsync(waiting, cancel).ConfigureAwait(false);
        // Not cancelled from here on: it is going to be written.
        return await waiting.Done.Task.ConfigureAwait(false);
    }

    private Lane Open(MunicipalityId municipality)
    {
        var queue = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(QueuedCalls) { SingleReader = true });
        return new Lane(queue, Task.Run(() => RunAsync(municipality, queue.Reader)));
    }

    private async Task RunAsync(MunicipalityId municipality, ChannelReader<Waiting> queue)
    {
        var batch = new List<Waiting>();
        while (await queue.WaitToReadAsync().ConfigureAwait(false))
        {
            batch.Clear();
            int count = 0, bytes = 0;
            while (queue.TryPeek(out var next) && (batch.Count == 0 || (count + next.Entries.Length <= MaxEntries && bytes + next.Bytes <= MaxBytes)))
            {
                queue.TryRead(out _);
                batch.Add(next);
                count += next.Entries.Length;
                bytes += next.Bytes;
            }
            await CommitAsync(municipality, batch).ConfigureAwait(false);
        }
    }

    private async Task CommitAsync(MunicipalityId municipality, List<Waiting> batch)
    {
        LedgerReceipt receipt;
        try
        {
            var tenant = await database.EnterAsync(municipality, stop.Token).ConfigureAwait(false);
            await using var _ = tenant.ConfigureAwait(false);
            receipt = await store.AppendAsync(tenant, [.. batch.SelectMany(static w => w.Entries)], stop.Token).ConfigureAwait(false);
            await tenant.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Every caller hears it; the lane goes on with the next batch.
            var told = StorageException.Explain(e) ?? e;
            foreach (var waiting in batch) waiting.Done.SetException(told);
            return;
        }
        var first = receipt.First;
        foreach (var waiting in batch)
        {
            waiting.Done.SetResult(receipt with { First = first });
            first += (ulong)waiting.Entries.Length;
        }
    }

    /// <summary>Commits what was accepted, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var lane in lanes.Values) lane.Value.Queue.Writer.TryComplete();
        await Task.WhenAll(lanes.Values.Select(static l => l.Value.Work)).ConfigureAwait(false);
        stop.Dispose();
    }
}
