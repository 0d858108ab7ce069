using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Sekisho.Crossing.Mail.Smtp;
using Sekisho.Crossing.Queue;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Crossing.Systems;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Storage;

namespace Sekisho.Crossing.Mail;

/// <summary>The gateway for mail (メールゲートウェイ): takes messages in on one side, and delivers on the other what was made harmless.</summary>
public sealed class MailGateway : IAsyncDisposable
{
    private readonly List<SmtpListener> listeners = [];
    private readonly DeliverRound deliverer;
    private readonly MailDesk desk;
    private readonly MailOffice office;
    private int isOver;

    private MailGateway(DeliverRound deliverer, MailDesk desk, MailOffice office) => (this.deliverer, this.desk, this.office, Settings) = (deliverer, desk, office, office.Settings);

    /// <summary>How it works, with the addresses at which it listens where the settings leave the port open (0).</summary>
    public MailSettings Settings { get; private set; }

    /// <summary>Where mail from the Internet side is taken; null where none is.</summary>
    public IPEndPoint? Inward { get; private set; }

    /// <summary>Where mail of the LGWAN side is taken; null where none is.</summary>
    public IPEndPoint? Outward { get; private set; }

    /// <param name="page">Address of the page of a request, for those who read notices.</param>
    /// <exception cref="StorageException">An address is taken, or not one of this machine.</exception>
    internal static async Task<MailGateway> StartAsync(MailSettings settings, RecordKeeper keeper, FileVault vault, RouteBook routes, SystemDesk systems, WorkQueue queue, MailDesk desk, Func<RequestId, string?> page, ILogger logger, TimeProvider time, CancellationToken cancel)
    {
        var towns = new MailTowns(settings, keeper, TimeProvider.System);
        await towns.LookAsync(cancel).ConfigureAwait(false);
        if (towns.Missing is { Count: > 0 } missing) logger.LogWarning("mail.yaml の自治体 {Slug} がまだありません。できるまで、そのドメインのメールは受け取りません。 / Municipalities of mail.yaml that aren't there yet.", string.Join(", ", missing));
        var office = new MailOffice(settings, page);
        var gateway = new MailGateway(new(new Outbox(keeper, vault, desk, settings.GiveUp), settings, logger, time), desk, office);
        desk.Office ??= office;
        var spool = new MailSpool(keeper, vault, queue, page);
        try
        {
            gateway.Inward = Open(MailDirection.Inward, settings.Inward);
            gateway.Outward = Open(MailDirection.Outward, settings.Outward);
            gateway.Settings = settings with
            {
                Inward = settings.Inward is null ? null : settings.Inward with { Listen = gateway.Inward! },
                Outward = settings.Outward is null ? null : settings.Outward with { Listen = gateway.Outward! },
            };
            gateway.deliverer.Start();
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        IPEndPoint? Open(MailDirection direction, MailDoor? door)
        {
            if (door is null) return null;
            var intake = new MailIntake(direction, door, settings, towns, systems, spool, vault, routes, desk.RoomAsync, queue.LengthAsync, TimeProvider.System);
            try
            {
                var listener = SmtpListener.Start(door.Listen, settings.Host, settings.Limits, intake, logger, TimeProvider.System, door.Certificate);
                gateway.listeners.Add(listener);
                return listener.Address;
            }
            catch (SocketException e)
            {
                throw new StorageException("XNG-MAIL-010",
                    new($"メールを {door.Listen} で待ち受けできません。起動していません。", $"Mail can't be listened for on {door.Listen}. Nothing was started."),
                    new("ほかのプログラムが使っていないアドレスとポートを mail.yaml に書いてください。", "Write an address and port into mail.yaml that no other program uses."), detail: e.Message);
            }
        }
    }

    /// <summary>Takes nothing more, finishes what is on the line.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isOver, 1) == 1) return;
        foreach (var listener in listeners) await listener.DisposeAsync().ConfigureAwait(false);
        await deliverer.DisposeAsync().ConfigureAwait(false);
        if (ReferenceEquals(desk.Office, office)) desk.Office = null;
    }
}
