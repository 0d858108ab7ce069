using Sekisho.Records.Ledgers.Witnesses;
using Sekisho.Storage;

namespace Sekisho.Web.Hosting;

/// <summary>Copies the ledgers' checkpoints outside the database while the server runs (控えの配信).</summary>
internal sealed class LedgerPublishing(LedgerPublisher publisher) : BackgroundService
{
    /// <summary>Adds the publisher and runs it; <see cref="LedgerPublisher.States"/> tells how it stands with each witness.</summary>
    public static void Add(IServiceCollection services, string dataFolder)
    {
        services.AddSingleton(provider => new LedgerPublisher(
            provider.GetRequiredService<Database>(), dataFolder, new HttpClient { Timeout = TimeSpan.FromSeconds(10) },
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<LedgerPublisher>>()));
        services.AddHostedService<LedgerPublishing>();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // the server is up before the first copy is made
        await publisher.RunAsync(stoppingToken).ConfigureAwait(false);
    }
}
