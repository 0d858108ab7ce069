using Sekisho.Assurance;
using Sekisho.Storage;

namespace Sekisho.Web.Hosting;

/// <summary>The frame of everything that the server does again and again (巡回): a fault ends one step of one round, never the server, the other steps or the rounds after it.</summary>
internal static class Rounds
{
    /// <param name="steps">What a round does, in this order.</param>
    /// <param name="broke">What is logged of a fault of ours; a database that is away says itself what it is.</param>
    /// <param name="atOnce">The first round comes now, not after the first period.</param>
    public static async Task RunAsync(IReadOnlyList<Func<CancellationToken, Task>> steps, TimeSpan period, TimeProvider time, ILogger logger, Bilingual broke, CancellationToken cancel, bool atOnce = false)
    {
        using var timer = new PeriodicTimer(period, time);
        while (atOnce || await timer.WaitForNextTickAsync(cancel).ConfigureAwait(false))
        {
            atOnce = false;
            foreach (var step in steps) await TryAsync(step, logger, broke, cancel).ConfigureAwait(false);
        }
    }

    private static async Task TryAsync(Func<CancellationToken, Task> step, ILogger logger, Bilingual broke, CancellationToken cancel)
    {
        try
        {
            await step(cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (StorageException.Explain(e) is { } why)
        {
            // The database is away: the next round tries again, and validity shows meanwhile that nothing new was seen.
            logger.LogWarning("{Code} {What}", why.Code, why.What);
        }
#pragma warning disable CA1031 // A fault of one step must not end the server, nor what comes after it.
        catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
#pragma warning restore CA1031
        {
            logger.LogError(e, "{What}", $"{broke.Ja} / {broke.En}");
        }
    }
}
