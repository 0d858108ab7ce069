using System.Collections.Concurrent;
using Sekisho.Assurance;
using Sekisho.Crossing.Queue;
using Sekisho.Records;

namespace Sekisho.Crossing.Requests;

/// <summary>How far a request is.</summary>
/// <param name="Left">Files that are not through the sanitiser yet.</param>
public sealed record Progress(RequestState State, int Left);

/// <summary>Looks after requests for all who wait for them at once (進み具合の見張り): one question to the database for everybody of a town, not one for each.</summary>
internal sealed class ProgressWatch(RecordKeeper keeper) : IDisposable
{
    /// <summary>What other servers do is seen this late at most; and nobody makes it look more often than so.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(300), Rest = TimeSpan.FromMilliseconds(40);

    private readonly ConcurrentDictionary<Guid, Waiting> all = new();
    private readonly Bell bell = new();
    private readonly Lock gate = new();
    private bool isRunning;

    /// <summary>Told when this server has recorded a result.</summary>
    public void Changed()
    {
        if (!all.IsEmpty) bell.Ring();
    }

    /// <summary>Returns when the request isn't as it was seen any more, or after that time; null when there is none.</summary>
    public async Task<Progress?> WaitAsync(MunicipalityId town, RequestId request, Progress seen, TimeSpan atMost, CancellationToken cancel)
    {
        var key = Guid.NewGuid();
        var waiting = new Waiting(town, request, seen, new(TaskCreationOptions.RunContinuationsAsynchronously));
        all[key] = waiting;
        try
        {
            lock (gate)
            {
                if (!isRunning)
                {
                    isRunning = true;
                    _ = Task.Run(LookAsync, CancellationToken.None);
                }
            }
            bell.Ring();
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(atMost);
            try
            {
                return await waiting.Done.Task.WaitAsync(limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                return seen;
            }
        }
        finally
        {
            all.TryRemove(key, out _);
        }
    }

    private async Task LookAsync()
    {
        while (true)
        {
            lock (gate)
            {
                if (all.IsEmpty)
                {
                    isRunning = false;
                    return;
                }
            }
            foreach (var town in all.Values.GroupBy(w => w.Town))
            {
                var waiting = town.ToList();
                try
                {
                    var now = await ReadAsync(town.Key, [.. waiting.Select(w => w.Request.Value).Distinct()]).ConfigureAwait(false);
                    foreach (var one in waiting)
                    {
                        if (!now.TryGetValue(one.Request.Value, out var progress)) one.Done.TrySetResult(null);
                        else if (progress != one.Seen) one.Done.TrySetResult(progress);
                    }
                }
                catch (Exception e)
                {
                    foreach (var one in waiting) one.Done.TrySetException(Storage.StorageException.Explain(e) ?? e);
                }
            }
            await Task.Delay(Rest).ConfigureAwait(false);
            await bell.WaitAsync(Period, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task<Dictionary<Guid, Progress>> ReadAsync(MunicipalityId town, Guid[] requests)
    {
        await using var tx = await keeper.EnterAsync(town, CancellationToken.None).ConfigureAwait(false);
        return (await tx.ListAsync("""
            SELECT q.id, q.state, CASE WHEN q.state = 'Working' THEN (SELECT count(*)::int FROM crossing.item i WHERE i.request_id = q.id AND i.state IN ('Queued', 'Working')) ELSE 0 END
            FROM crossing.request q WHERE q.id = ANY ($1)
            """, r => (Id: r.GetGuid(0), Progress: new Progress(r.Case<RequestState>(1), r.GetInt32(2))), CancellationToken.None, [requests]).ConfigureAwait(false)).ToDictionary(p => p.Id, p => p.Progress);
    }

    public void Dispose() => bell.Dispose();

    private sealed record Waiting(MunicipalityId Town, RequestId Request, Progress Seen, TaskCompletionSource<Progress?> Done);
}
