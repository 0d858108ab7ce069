using Sekisho.Records;
using Sekisho.Records.Zones;

namespace Sekisho.Web.Hosting;

/// <summary>Watches the folders into which backups put the devices' configurations, and proves the separation anew by itself (領域の分離の巡回).</summary>
/// <remarks>
/// Of each municipality: <c>zones/SLUG</c> in the data folder, with subfolders; docs/operations/zones.md. A file counts as seen in force when it was last written.
/// What disappears from the folder stays, and grows old: a backup that fails must not look like a device that is gone.
/// </remarks>
public sealed class ZoneRound(RecordSlices records, WebHostOptions options, ILogger<ZoneRound> logger) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(20), Settled = TimeSpan.FromSeconds(2), Prove = TimeSpan.FromHours(1);

    private const long MostBytes = 64L << 20;

    private readonly Dictionary<string, (DateTime WrittenAt, long Length)> known = [];

    /// <summary>Files that couldn't be opened, told once.</summary>
    private readonly HashSet<string> shut = new(StringComparer.Ordinal);
    private DateTimeOffset provedAt = options.Time.GetUtcNow();

    /// <summary>Of one municipality.</summary>
    public static string FolderOf(string dataFolder, string slug) => Path.Combine(dataFolder, "zones", slug);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Rounds.RunAsync([RoundAsync], Look, TimeProvider.System, logger,
        new("機器の設定の巡回が途中で止まりました。すぐにもう一度行います。", "The round of configurations broke off; the next one follows."), stoppingToken, atOnce: true);

    private async Task RoundAsync(CancellationToken cancel)
    {
        await LookAsync(cancel).ConfigureAwait(false);
        if (options.Time.GetUtcNow() - provedAt < Prove) return;
        try
        {
            await records.Zones.ProveAllAsync(cancel).ConfigureAwait(false);
        }
        catch (AggregateException)
        {
            // All were tried: the next hour is soon enough for the one that failed.
            provedAt = options.Time.GetUtcNow();
            throw;
        }
        provedAt = options.Time.GetUtcNow();
    }

    /// <summary>Takes in what was written since the last look.</summary>
    public async Task LookAsync(CancellationToken cancel)
    {
        var root = Path.Combine(options.Storage.DataFolder, "zones");
        if (!Directory.Exists(root)) return;
        foreach (var town in await records.Municipalities.ListAsync(cancel).ConfigureAwait(false))
        {
            var folder = new DirectoryInfo(FolderOf(options.Storage.DataFolder, town.Slug));
            if (!folder.Exists) continue;
            var taken = new List<(FileInfo File, IncomingConfig Config)>();
            foreach (var file in folder.EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.ReparsePoint }))
            {
                // Somebody is still writing.
                if (TimeProvider.System.GetUtcNow() - file.LastWriteTimeUtc < Settled || file.Length == 0) continue;
                if (known.TryGetValue(file.FullName, out var was) && was == (file.LastWriteTimeUtc, file.Length)) continue;
                var path = Path.GetRelativePath(folder.FullName, file.FullName);
                if (file.Length > MostBytes)
                {
                    known[file.FullName] = (file.LastWriteTimeUtc, file.Length);
                    logger.LogWarning("{Path}: {Bytes} バイトあり、大きすぎるため受け取りません。 / too large to be taken", path, file.Length);
                    continue;
                }
                try
                {
                    taken.Add((file, new(path, await File.ReadAllBytesAsync(file.FullName, cancel).ConfigureAwait(false), new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero))));
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // Gone meanwhile, or not ours to read. The others count, and it is tried again.
                    if (shut.Add(file.FullName)) logger.LogWarning("{Path}: 開けません。次の巡回でもう一度試します。 / can't be opened; the next round tries again ({Why})", path, e.Message);
                    continue;
                }
                shut.Remove(file.FullName);
            }
            if (taken.Count == 0) continue;
            // One that can't be read must not keep the others out.
            var together = await records.Zones.TakeAsync(town.Id, [.. taken.Select(t => t.Config)], whole: false, Actor.System("zones-folder"), cancel).ConfigureAwait(false);
            foreach (var (file, config) in taken)
            {
                if (together is not Outcome<ConfigSet>.Done && await records.Zones.TakeAsync(town.Id, [config], whole: false, Actor.System("zones-folder"), cancel).ConfigureAwait(false) is Outcome<ConfigSet>.Refused refused)
                    logger.LogWarning("{Path}: {Why}", config.UntrustedPath, refused.Why);
                // Only now: what a fault kept out is offered again in the next round.
                known[file.FullName] = (file.LastWriteTimeUtc, file.Length);
            }
        }
    }
}
