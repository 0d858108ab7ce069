using Sekisho.Records;

namespace Sekisho.Web.Hosting;

/// <summary>The hourly round (巡回): what the running system can see of itself is looked at for every municipality and kept when it is news.</summary>
/// <remarks>Several servers may do the same round; what one has kept is no news for the next.</remarks>
public sealed class EvidenceRound(RecordSlices records, TimeProvider time, ILogger<EvidenceRound> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Rounds.RunAsync([records.Organisation.TurnAllAsync, records.Collector.RunAllAsync, records.Takeouts.ChaseAllAsync], Period, time, logger,
        new("証跡の巡回が途中で止まりました。1 時間後にもう一度行います。", "The round of evidence broke off; the next one is in an hour."), stoppingToken, atOnce: true);
}
