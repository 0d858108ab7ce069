using Sekisho.Crossing;
using Sekisho.Storage;

namespace Sekisho.Web.Hosting;

/// <summary>Looks into the watched folders every two seconds, where this server was given their root (監視フォルダの巡回).</summary>
internal sealed class FolderWatch(CrossingSlices crossing, WebHostOptions options, ILogger<FolderWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2), Settle = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var round = crossing.Watch(options.WatchedRoot!, Settle, logger);
        using var timer = new PeriodicTimer(Period);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
            {
                try
                {
                    await round.RunAllAsync(stoppingToken).ConfigureAwait(false);
                }
                catch (Exception e) when (StorageException.Explain(e) is { } why)
                {
                    logger.LogWarning("{Code} {What}", why.Code, why.What);
                }
#pragma warning disable CA1031 // A fault of one round must not end the server, nor the rounds after it.
                catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
                {
                    logger.LogError(e, "監視フォルダの巡回が途中で止まりました。次の巡回で続けます。 / Looking into the watched folders broke off; the next round goes on.");
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }
}
