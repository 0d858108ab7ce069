using System.Collections.Concurrent;
using Sekisho.Assurance;
using Sekisho.Storage;

namespace Sekisho.Crossing.Queue;

/// <summary>Lets what many callers want of one town happen in one transaction: while one group is being written, the next gathers (組にして書く). docs/adr/0110.</summary>
/// <param name="most">In one group.</param>
/// <param name="act">Does a group, in its order, and gives one outcome for each; all of it happens or nothing.</param>
internal sealed class TownLanes<TIn, TOut>(int most, Func<MunicipalityId, IReadOnlyList<TIn>, Task<IReadOnlyList<TOut>>> act)
{
    private readonly ConcurrentDictionary<MunicipalityId, Lane> lanes = new();

    /// <summary>Returns when it is done and committed, or has failed.</summary>
    public Task<TOut> RunAsync(MunicipalityId town, TIn one)
    {
        var waiting = new Waiting(one, new(TaskCreationOptions.RunContinuationsAsynchronously));
        var lane = lanes.GetOrAdd(town, static _ => new());
        lock (lane)
        {
            lane.Queue.Enqueue(waiting);
            if (!lane.IsRunning)
            {
                lane.IsRunning = true;
                _ = Task.Run(() => DrainAsync(town, lane));
            }
        }
        return waiting.Done.Task;
    }

    private async Task DrainAsync(MunicipalityId town, Lane lane)
    {
        var group = new List<Waiting>();
        while (true)
        {
            group.Clear();
            lock (lane)
            {
                while (group.Count < most && lane.Queue.TryDequeue(out var next)) group.Add(next);
                if (group.Count == 0)
                {
                    lane.IsRunning = false;
                    return;
                }
            }
            if (await TryAsync(town, group).ConfigureAwait(false)) continue;
            // One of them is at fault, not the machine: each by itself, so that it harms no other.
            foreach (var one in group) await TryAsync(town, [one]).ConfigureAwait(false);
        }
    }

    /// <summary>False when the group failed by what is in it, and nobody was told yet.</summary>
    private async Task<bool> TryAsync(MunicipalityId town, List<Waiting> group)
    {
        try
        {
            var outcomes = await act(town, [.. group.Select(static w => w.What)]).ConfigureAwait(false);
            for (var i = 0; i < group.Count; i++) group[i].Done.SetResult(outcomes[i]);
        }
        catch (Exception e)
        {
            if (group.Count > 1 && StorageException.Explain(e) is null && e is not (IOException or UnauthorizedAccessException)) return false;
            foreach (var waiting in group) waiting.Done.SetException(e);
        }
        return true;
    }

    private sealed record Waiting(TIn What, TaskCompletionSource<TOut> Done);

    private sealed class Lane
    {
        public Queue<Waiting> Queue { get; } = new();

        public bool IsRunning { get; set; }
    }
}
