using Sekisho.Records;
using Sekisho.Storage;

namespace Sekisho.Web.Hosting;

/// <summary>The hourly round (巡回): what the running system can see of itself is looked at for every municipality and kept when it is news.</summary>
/// <remarks>Several servers may do the same round; what one has kept is no news for the next.</remarks>
public sealed class EvidenceRound(RecordSlices records, TimeProvider time, ILogger<EvidenceRound> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        do
        {
            try
            {
                await records.Organisation.TurnAllAsync(stoppingToken).ConfigureAwait(false);
                await records.Collector.RunAllAsync(stoppingToken).ConfigureAwait(false);
                await records.Takeouts.ChaseAllAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (Exception e) when (StorageException.Explain(e) is { } why)
            {
                // The database is away: the next round tries again, and validity shows meanwhile that nothing new was seen.
                logger.LogWarning("{Code} {What}", why.Code, why.What);
            }
#pragma warning disable CA1031 // A fault of one round must not end the server, nor the rounds after it.
            catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
            {
                logger.LogError(e, "証跡の巡回が途中で止まりました。1 時間後にもう一度行います。 / The round of evidence broke off; the next one is in an hour.");
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }
}
