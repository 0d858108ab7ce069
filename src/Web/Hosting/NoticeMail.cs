using Sekisho.Crossing;

namespace Sekisho.Web.Hosting;

/// <summary>Tells approvers by mail of what waits for them, once a minute where there is something to tell (承認のお知らせ).</summary>
internal sealed class NoticeMail(CrossingSlices crossing, WebHostOptions options, ILogger<NoticeMail> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Rounds.RunAsync(
        [crossing.Notices((notice, cancel) => options.Notices!.SendAsync(notice, options.Time.GetUtcNow(), cancel), options.PublicUrl ?? new Uri(options.Urls[0]), logger).RunAllAsync], Period, TimeProvider.System, logger,
        new("承認のお知らせの巡回が途中で止まりました。次の巡回で続けます。", "The round of notices broke off; the next one goes on."), stoppingToken);
}
