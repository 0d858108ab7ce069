using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Ledgers.Witnesses;
using Sekisho.Storage;

namespace Sekisho.Web.Hosting;

/// <summary>Copies the ledgers' checkpoints outside the database while the server runs (控えの配信), and once more when it stops.</summary>
internal sealed class LedgerPublishing(RecordKeeper keeper, StorageOptions storage, ILogger<LedgerPublisher> logger) : BackgroundService
{
    /// <summary>How long copies may lag behind; also how many files a busy ledger makes.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(30), Patience = TimeSpan.FromSeconds(3);

    private static readonly Bilingual Broke = new("記録簿の控えの配信が途中で止まりました。次の巡回で続けます。", "Copying the ledgers' checkpoints broke off; the next round goes on.");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // the server is up before the first copy is made
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(20) };
        var publisher = new LedgerPublisher(keeper, storage.DataFolder, http, logger);
        try
        {
            await Rounds.RunAsync([publisher.PublishAsync], Period, keeper.Clock, logger, Broke, stoppingToken, atOnce: true).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Half a minute of records would otherwise wait for the next start.
            using var last = new CancellationTokenSource(Patience, keeper.Clock);
            try
            {
                await publisher.PublishAsync(last.Token).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // The database may have gone first, a witness may be slow: the next start brings the copies, and nobody has to do anything.
            catch (Exception e)
#pragma warning restore CA1031
            {
                logger.LogInformation("Copies of checkpoints wait for the next start: {Reason}", e.Message);
            }
        }
    }
}
