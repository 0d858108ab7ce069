using Sekisho.Crossing;

namespace Sekisho.Web.Hosting;

/// <summary>Looks into the watched folders every two seconds, where this server was given their root (監視フォルダの巡回).</summary>
internal sealed class FolderWatch(CrossingSlices crossing, WebHostOptions options, ILogger<FolderWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2), Settle = TimeSpan.FromSeconds(5);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Rounds.RunAsync([crossing.Watch(options.WatchedRoot!, Settle, logger).RunAllAsync], Period, TimeProvider.System, logger,
        new("監視フォルダの巡回が途中で止まりました。次の巡回で続けます。", "Looking into the watched folders broke off; the next round goes on."), stoppingToken);
}
