using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;
using Sekisho.Crossing.Mail.Smtp;

namespace Sekisho.Crossing.Mail;

/// <summary>Delivers what is due, as long as it runs (配送係): one connection for many messages, again and again with more and more time between until a server takes a message or says never.</summary>
/// <remarks>
/// A message is given to its next server once, as far as SMTP can say: it is claimed before it is sent, and the 250 is recorded in the same moment as the claim ends.
/// The one window is between that server's 250 and our record of it, which is begun at once and waited for by no other message: whoever is killed there sends the same message with the same Message-ID again.
/// </remarks>
public sealed class DeliverRound : IAsyncDisposable
{
    private const int AtOnce = 16, MostOnALine = 200;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250), Renew = TimeSpan.FromSeconds(10), Trouble = TimeSpan.FromSeconds(2), Idle = TimeSpan.FromSeconds(20), Sulk = TimeSpan.FromSeconds(15);

    private readonly Outbox outbox;
    private readonly MailSettings settings;
    private readonly ILogger logger;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentDictionary<Guid, Parcel> inHand = new();

    /// <summary>Servers that could not be reached, and since when: nobody knocks again at once.</summary>
    private readonly ConcurrentDictionary<SmtpHop, (long Since, string Why)> away = new();

    private Task running = Task.CompletedTask;

    internal DeliverRound(Outbox outbox, MailSettings settings, ILogger logger, TimeProvider time) => (this.outbox, this.settings, this.logger, this.time) = (outbox, settings, logger, time);

    public void Start() => running = Task.WhenAll([.. Enumerable.Range(0, settings.Senders).Select(_ => Task.Run(WorkAsync)), Task.Run(HoldAsync)]);

    /// <summary>Takes nothing more; a message that is on the line is finished first, as long as the server answers in time.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        stop.Dispose();
    }

    private async Task WorkAsync()
    {
        var lines = new Dictionary<SmtpHop, Line>();
        try
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    var parcels = await outbox.TakeAsync(AtOnce, stop.Token).ConfigureAwait(false);
                    if (parcels.Count == 0)
                    {
                        await HangUpAsync(lines, isAll: false).ConfigureAwait(false);
                        await Task.Delay(Look, TimeProvider.System, stop.Token).ConfigureAwait(false);
                        continue;
                    }
                    foreach (var parcel in parcels) inHand[parcel.Lease] = parcel;
                    // While one is recorded the next is on the line, so that records come together.
                    var records = new List<Task>(parcels.Count);
                    try
                    {
                        foreach (var parcel in parcels) records.Add(await TryAsync(parcel, lines).ConfigureAwait(false));
                    }
                    finally
                    {
                        foreach (var parcel in parcels.Skip(records.Count)) inHand.TryRemove(parcel.Lease, out _);
                        await Task.WhenAll(records).ConfigureAwait(false);
                    }
                }
                catch (OperationCanceledException) when (stop.IsCancellationRequested)
                {
                    return;
                }
                catch (Exception e)
                {
                    logger.LogError(e, "メールの配送が中断しました。メールは配送待ちに残っています。 / Delivery was interrupted; messages stay in the outbox.");
                    await Task.Delay(Trouble, TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            await HangUpAsync(lines, isAll: true).ConfigureAwait(false);
        }
    }

    /// <summary>One message's trouble is no other's: this one's claim runs out, and it is tried again.</summary>
    /// <inheritdoc cref="DoAsync" path="/returns"/>
    private async Task<Task> TryAsync(Parcel parcel, Dictionary<SmtpHop, Line> lines)
    {
        try
        {
            return await DoAsync(parcel, lines).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            inHand.TryRemove(parcel.Lease, out _);
            if (!stop.IsCancellationRequested) logger.LogError(e, "メール {Message} の配送が中断しました。あとで続けます。 / Delivery of a message was interrupted; it is tried again.", parcel.Message.Id);
            return Task.CompletedTask;
        }
    }

    /// <returns>When it is recorded what became of it.</returns>
    private async Task<Task> DoAsync(Parcel parcel, Dictionary<SmtpHop, Line> lines)
    {
        var hop = (parcel.Message.Direction == MailDirection.Inward ? settings.Inward : settings.Outward)?.Next;
        if (hop is null || stop.IsCancellationRequested) return LeaveAsync(parcel, outbox.ReleaseAsync(parcel, hop is null ? TimeSpan.FromMinutes(1) : TimeSpan.Zero));
        IReadOnlyList<SmtpOutcome> outcomes;
        if (away.TryGetValue(hop, out var gone) && time.GetElapsedTime(gone.Since) < Sulk) outcomes = All(parcel, new(450, "4.4.1", gone.Why));
        else outcomes = await SendAsync(parcel, hop, lines).ConfigureAwait(false);
        return LeaveAsync(parcel, RecordAsync(parcel, outcomes));
    }

    private async Task LeaveAsync(Parcel parcel, Task record)
    {
        try
        {
            await record.ConfigureAwait(false);
        }
        finally
        {
            inHand.TryRemove(parcel.Lease, out _);
        }
    }

    /// <summary>What a server has said is not forgotten because the database is away for a moment: the message would be sent again.</summary>
    private async Task RecordAsync(Parcel parcel, IReadOnlyList<SmtpOutcome> outcomes)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            try
            {
                await outbox.RecordAsync(parcel, outcomes).ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (Storage.StorageException.Explain(e) is not null && !stop.IsCancellationRequested)
            {
                if (isFirst) logger.LogWarning(e, "配送の結果を記録できませんでした。記録できるまで続けます。 / What came of a delivery could not be recorded yet.");
                await Task.Delay(Look, TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task<IReadOnlyList<SmtpOutcome>> SendAsync(Parcel parcel, SmtpHop hop, Dictionary<SmtpHop, Line> lines)
    {
        for (var isSecond = false; ; isSecond = true)
        {
            var isOld = lines.TryGetValue(hop, out var line);
            try
            {
                if (line is null)
                {
                    lines[hop] = line = new(await SmtpSender.ConnectAsync(hop, settings.Host, settings.Patience, stop.Token).ConfigureAwait(false));
                    away.TryRemove(hop, out _);
                }
                // Once begun it is finished, or runs into the clocks of the client: broken off, the server might have it and we not know.
                await using var content = await outbox.OpenAsync(parcel, Prefix(parcel)).ConfigureAwait(false);
                var outcomes = await line.Sender.SendAsync(parcel.From, parcel.To, parcel.IsUtf8, is8Bit: false, content.Length, content, CancellationToken.None).ConfigureAwait(false);
                line.Used = time.GetTimestamp();
                if (++line.Count >= MostOnALine) await HangUpAsync(lines, hop).ConfigureAwait(false);
                return outcomes;
            }
            catch (SmtpException e)
            {
                await HangUpAsync(lines, hop).ConfigureAwait(false);
                // A line that stood idle was closed by the server: nothing of this message was said on it.
                if (isOld && !isSecond && !e.MayHaveTaken) continue;
                if (line is null)
                {
                    away[hop] = (time.GetTimestamp(), Said(e));
                    logger.LogWarning("メールの配送先 {Hop} につながりません。あとで送り直します。 / {Why}", hop, e.Message);
                }
                return All(parcel, new(450, "4.4.2", Said(e)));
            }
            catch (Vault.VaultException e)
            {
                logger.LogError(e, "保管庫のメールが、置いたときのものと違います。配送していません。 / A message of the vault isn't what was put there.");
                await HangUpAsync(lines, hop).ConfigureAwait(false);
                return All(parcel, new(554, "5.3.0", "XNG-VAULT-001"));
            }
        }
    }

    private static SmtpOutcome[] All(Parcel parcel, SmtpReply reply) => [.. parcel.To.Select(t => new SmtpOutcome(t, reply))];

    private static string Said(SmtpException e) => MailSpool.Cut(e.Message.ReplaceLineEndings(" "), 400);

    /// <summary>The lines that every server adds, and the one by which loops are known.</summary>
    private byte[] Prefix(Parcel parcel)
    {
        var m = parcel.Message;
        if (m.Request is null) return [];
        // What it called itself, and its name in the DNS where the server in front told it.
        var names = m.PeerName.Split(' ').Select(static n => new string([.. n.Where(static c => c is > ' ' and <= '~' and not ('(' or ')' or '\\' or '<' or '>'))])).Where(static n => n.Length > 0).ToList();
        return Encoding.ASCII.GetBytes($"Received: from {(names.Count == 0 ? "unknown" : names[0])} ({(names.Count > 1 ? names[1] + " " : "")}[{m.PeerAddress}])\r\n by {settings.Host} (Sekisho) with ESMTP id {m.Id.Value:N};\r\n {MailNotices.Date(m.ReceivedAt)}\r\n{MailTrace.Header}: {m.Trace}\r\n");
    }

    private async Task HangUpAsync(Dictionary<SmtpHop, Line> lines, bool isAll)
    {
        foreach (var hop in lines.Where(l => isAll || time.GetElapsedTime(l.Value.Used) > Idle).Select(static l => l.Key).ToList()) await HangUpAsync(lines, hop).ConfigureAwait(false);
    }

    private static async Task HangUpAsync(Dictionary<SmtpHop, Line> lines, SmtpHop hop)
    {
        if (lines.Remove(hop, out var line)) await line.Sender.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Says again and again that what is in hand is being worked on.</summary>
    private async Task HoldAsync()
    {
        using var timer = new PeriodicTimer(Renew, TimeProvider.System);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (!await timer.WaitForNextTickAsync(stop.Token).ConfigureAwait(false)) return;
                await outbox.HoldAsync([.. inHand.Values], stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                logger.LogWarning(e, "配送中のしるしを延ばせませんでした。 / Claims of the outbox could not be renewed.");
            }
        }
    }

    private sealed class Line(SmtpSender sender)
    {
        public SmtpSender Sender { get; } = sender;

        public int Count { get; set; }

        public long Used { get; set; }
    }
}
