using Microsoft.Extensions.Logging;
using Sekisho.Crossing.Exceptions;
using Sekisho.Crossing.Mail;
using Sekisho.Crossing.Pictures;
using Sekisho.Crossing.Folders;
using Sekisho.Crossing.Links;
using Sekisho.Crossing.Notices;
using Sekisho.Crossing.Queue;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Retention;
using Sekisho.Crossing.Routes;
using Sekisho.Crossing.Traces;
using Sekisho.Crossing.Senders;
using Sekisho.Crossing.Systems;
using Sekisho.Crossing.Vault;
using Sekisho.Crossing.Zones;
using Sekisho.Records;
using Sekisho.Sanitizer.Isolation;
using Sekisho.Storage;

namespace Sekisho.Crossing;

/// <summary>The slices of the crossing, made to work together (授受). One for the whole process; each slice is safe to share.</summary>
public sealed class CrossingSlices : IDisposable
{
    public const string RabbitVariable = "SEKISHO_RABBITMQ";

    /// <summary>So many announcements a worker holds at most.</summary>
    private const ushort Announcements = 96;

    private readonly RecordKeeper keeper;
    private readonly FileVault vault;
    private readonly WorkQueue queue;
    private readonly ProgressWatch watch;

    /// <param name="limits">How much may wait; null: as the environment says.</param>
    /// <param name="shares">How the vault is shared out; null: as the environment says.</param>
    public CrossingSlices(RecordKeeper keeper, RecordSlices records, FileVault vault, WaitingLimits? limits = null, VaultShares? shares = null)
    {
        ArgumentNullException.ThrowIfNull(keeper);
        ArgumentNullException.ThrowIfNull(records);
        (this.keeper, this.vault) = (keeper, vault);
        queue = new WorkQueue(keeper.Database);
        watch = new ProgressWatch(keeper);
        Routes = new RouteBook(keeper, records.Waivers);
        Limits = limits ?? WaitingLimits.FromEnvironment();
        Requests = new RequestDesk(keeper, vault, Routes, queue, Limits, shares ?? VaultShares.FromEnvironment(), watch);
        Systems = new SystemDesk(keeper, Routes);
        Folders = new FolderDesk(keeper, Routes);
        Senders = new SenderBook(keeper);
        Links = new LinkDesk(keeper, vault, Requests);
        Door = new ZoneDoor(keeper);
        Inspections = new InspectionDesk(keeper, vault, Requests);
        Pictures = new PictureDesk(keeper, vault, Requests, Door);
        Retention = new RetentionRound(keeper, vault, Requests, Pictures);
        Traces = new TraceDesk(keeper);
        Mail = new MailDesk(keeper, vault, Requests, queue);
        Requests.Mail = Mail;
        Requests.Scans = Scans = new ExceptionScans(keeper, vault, Requests);
    }

    public RouteBook Routes { get; }

    /// <summary>How much may wait.</summary>
    public WaitingLimits Limits { get; }

    /// <summary>Where files lie: its place and its room, nothing of what is in it.</summary>
    public FileVault Vault => vault;

    /// <summary>How the vault is shared out.</summary>
    public VaultShares Shares => Requests.Shares;

    public SystemDesk Systems { get; }

    public FolderDesk Folders { get; }

    public SenderBook Senders { get; }

    public LinkDesk Links { get; }

    public ZoneDoor Door { get; }

    public RequestDesk Requests { get; }

    public InspectionDesk Inspections { get; }

    public RetentionRound Retention { get; }

    public TraceDesk Traces { get; }

    public PictureDesk Pictures { get; }

    public MailDesk Mail { get; }

    public ExceptionScans Scans { get; }

    /// <summary>A worker over a pool of sandboxes; it runs when it is started.</summary>
    /// <param name="pool">Asked for when there is a file to do.</param>
    /// <param name="rabbit">Where the work is announced; null: PostgreSQL's own queue alone.</param>
    public SanitiseRound Worker(Func<CancellationToken, Task<SanitizerPool>> pool, ILogger logger, Uri? rabbit = null) =>
        new(rabbit is null ? queue : new RabbitWork(queue, rabbit, Announcements, logger), new SanitiseDesk(keeper, vault, Mail), vault, pool, watch.Changed, logger, TimeProvider.System);

    /// <summary>Announces work through RabbitMQ without doing any, until it is disposed: for a server that leaves the sanitising to others.</summary>
    public IAsyncDisposable Announcer(Uri rabbit, ILogger logger) => new RabbitWork(queue, rabbit, 0, logger);

    /// <summary>The RabbitMQ of the environment (SEKISHO_RABBITMQ); null when none is named.</summary>
    /// <exception cref="StorageException">It can't be read (XNG-RABBIT-001).</exception>
    public static Uri? RabbitOfEnvironment() => ReadRabbit(Environment.GetEnvironmentVariable(RabbitVariable));

    /// <summary>Its address without the password, for people.</summary>
    public static string ShowRabbit(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return RabbitWork.Show(address);
    }

    internal static Uri? ReadRabbit(string? untrusted)
    {
        if (string.IsNullOrWhiteSpace(untrusted)) return null;
        if (Uri.TryCreate(untrusted, UriKind.Absolute, out var address) && address.Scheme is "amqp" or "amqps" && address.Host.Length > 0) return address;
        throw new StorageException("XNG-RABBIT-001",
            new($"{RabbitVariable} を読み取れません。起動していません。", $"{RabbitVariable} can't be read. Nothing was started."),
            new("amqps://利用者:パスワード@ホスト/仮想ホスト の形で書いてください。", "Write it like amqps://user:password@host/vhost."));
    }

    /// <summary>Opens the gateway for mail; it takes and delivers until it is disposed.</summary>
    /// <param name="page">Address of the page of a request, for those who read notices; null where none is known.</param>
    /// <exception cref="Storage.StorageException">An address is taken, or not one of this machine.</exception>
    public Task<MailGateway> GatewayAsync(MailSettings settings, Func<RequestId, string?> page, ILogger logger, CancellationToken cancel) =>
        MailGateway.StartAsync(settings, keeper, vault, Routes, Systems, queue, Mail, page, logger, TimeProvider.System, cancel);

    /// <summary>What looks into watched folders; one a process.</summary>
    /// <param name="root">Below it each municipality has a folder by its short name.</param>
    /// <param name="settle">A file is complete when nothing of it changed for so long.</param>
    public FolderRound Watch(string root, TimeSpan settle, ILogger logger) => new(keeper, new FolderCarrier(keeper, Requests, logger), root, settle, logger);

    /// <summary>What tells approvers by mail of what waits; one a process.</summary>
    /// <param name="site">The address that people use.</param>
    public NoticeRound Notices(NoticePost post, Uri site, ILogger logger) => new(keeper, Requests, post, site, logger);

    /// <summary>How many files wait or are worked on, of all municipalities.</summary>
    public Task<long> WaitingAsync(CancellationToken cancel) => queue.LengthAsync(cancel);

    public void Dispose()
    {
        queue.Dispose();
        Pictures.Dispose();
        watch.Dispose();
    }
}
