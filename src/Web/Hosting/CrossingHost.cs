using Sekisho.Crossing;
using Sekisho.Crossing.Evidence;
using Sekisho.Crossing.Mail;
using Sekisho.Crossing.Queue;
using Sekisho.Crossing.Vault;
using Sekisho.Ledger;
using Sekisho.Records;
using Sekisho.Records.EvidenceKept;
using Sekisho.Records.Ledgers;
using Sekisho.Sanitizer.Isolation;
using Sekisho.Storage;

namespace Sekisho.Web.Hosting;

/// <summary>The crossing within the host: takes files through the sanitiser, and destroys what has been kept for long enough.</summary>
internal sealed class CrossingHost(CrossingSlices crossing, WebHostOptions options, ILogger<CrossingHost> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim one = new(1);
    private SanitizerPool? pool;
    private MailGateway? gateway;
    private PostfixFront? postfix;

    /// <summary>Opens the vault and wires the slices in.</summary>
    /// <exception cref="StorageException">The key of the vault is gone, or others can read it.</exception>
    public static async Task AddAsync(IServiceCollection services, WebHostOptions options, Database database, NoteSigner signer, CancellationToken cancel)
    {
        var vault = await FileVault.OpenAsync(options.Storage.DataFolder, new RecordKeeper(database, new LedgerStore(signer, options.Time), options.Time), cancel).ConfigureAwait(false);
        services.AddSingleton<SourceFor>(s => town => new CrossingSource(town, s.GetRequiredService<RecordKeeper>(), () => s.GetRequiredService<CrossingSlices>().Routes));
        services.AddSingleton(options);
        services.AddSingleton(s => new CrossingSlices(s.GetRequiredService<RecordKeeper>(), s.GetRequiredService<RecordSlices>(), vault));
        services.AddHostedService<CrossingHost>();
        if (options.WatchedRoot is not null) services.AddHostedService<FolderWatch>();
        if (options.Notices is not null) services.AddHostedService<NoticeMail>();
    }

    /// <summary>Mail is listened for before the server says that it is ready.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Mail is { } mail)
        {
            var address = options.PublicUrl ?? options.Urls.Select(static u => Uri.TryCreate(u, UriKind.Absolute, out var uri) && uri.Port > 0 ? uri : null).FirstOrDefault(static u => u is not null);
            gateway = await crossing.GatewayAsync(mail, request => address is null ? null : new Uri(address, $"/crossings/{request}").ToString(), logger, cancellationToken).ConfigureAwait(false);
            if (options.HasPostfix) postfix = await PostfixFront.StartAsync(options.Storage.DataFolder, gateway.Settings, logger, cancellationToken).ConfigureAwait(false);
        }
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        if (postfix is not null) await postfix.DisposeAsync().ConfigureAwait(false);
        if (gateway is not null) await gateway.DisposeAsync().ConfigureAwait(false);
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        SanitiseRound? worker = null;
        await using var announcer = options.Sanitise is null && options.Rabbit is { } rabbit ? crossing.Announcer(rabbit, logger) : null;
        if (options.Sanitise is not null)
        {
            worker = crossing.Worker(PoolAsync, logger, options.Rabbit);
            crossing.Pictures.Pool = PoolAsync;
            worker.Start(Environment.ProcessorCount);
        }
        try
        {
            await Rounds.RunAsync([crossing.Retention.RunAllAsync, crossing.Scans.RunAllAsync], Period, options.Time, logger,
                new("保存期間と特例の検査の巡回が途中で止まりました。1 時間後にもう一度行います。", "The round of retention and of scans broke off; the next one is in an hour."), stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
        finally
        {
            if (worker is not null) await worker.DisposeAsync().ConfigureAwait(false);
            if (pool is not null) await pool.DisposeAsync().ConfigureAwait(false);
        }
    }

    public override void Dispose()
    {
        one.Dispose();
        base.Dispose();
    }

    /// <summary>The sandboxes are started with the first file: a server that takes none carries none.</summary>
    private async Task<SanitizerPool> PoolAsync(CancellationToken cancel)
    {
        if (pool is { } running) return running;
        await one.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return pool ??= await SanitizerPool.StartAsync(new() { Isolation = options.Sanitise!.Value, WorkerFolder = options.ProgramFolder }, TimeProvider.System, cancel).ConfigureAwait(false);
        }
        finally
        {
            one.Release();
        }
    }
}
