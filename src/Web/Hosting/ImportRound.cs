using Sekisho.Records;

namespace Sekisho.Web.Hosting;

/// <summary>Tries sheets and takes them in, for as long as the server runs (取込みの作業).</summary>
public sealed class ImportRound(RecordSlices records, ILogger<ImportRound> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        records.ImportDesk.Failed = (town, e) => logger.LogError(e, "表の取込みが不具合で止まりました（自治体 {Municipality}）。何も取り込んでいません。 / An import broke off by a fault; nothing was taken in.", town);
        return records.ImportDesk.RunAllAsync(stoppingToken);
    }
}
