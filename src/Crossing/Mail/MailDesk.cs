using Sekisho.Assurance;
using Sekisho.Crossing.Mail.Smtp;
using Sekisho.Crossing.Queue;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Sanitizer.Reports;
using Sekisho.Storage;

namespace Sekisho.Crossing.Mail;

/// <summary>What is known to the desk of this process's gateway; without one nothing is sent from here.</summary>
/// <param name="Page">Address of the page of a request, for those who read notices; null when no address is known.</param>
internal sealed record MailOffice(MailSettings Settings, Func<RequestId, string?> Page);

/// <summary>Messages between their request and their delivery (メールの窓口): what happens to them once their request is settled, what their senders and recipients may do.</summary>
public sealed partial class MailDesk
{
    private readonly RecordKeeper keeper;
    private readonly FileVault vault;
    private readonly RequestDesk requests;
    private readonly WorkQueue queue;

    internal MailDesk(RecordKeeper keeper, FileVault vault, RequestDesk requests, WorkQueue queue) => (this.keeper, this.vault, this.requests, this.queue) = (keeper, vault, requests, queue);

    /// <summary>Null on a server that has no gateway.</summary>
    internal MailOffice? Office { get; set; }

    /// <summary>Requests of mail whose state has changed, in the transaction that changed it.</summary>
    /// <param name="why">The reason that a person gave; empty for none.</param>
    internal async Task SettledAsync(TenantTransaction tx, IReadOnlyList<(CrossingRequest Request, RequestState State)> settled, string why, DateTimeOffset at, CancellationToken cancel)
    {
        var of = settled.Where(static s => s.Request.Definition.Kind == RouteKind.Mail).ToDictionary(static s => s.Request.Id, static s => s);
        if (of.Count == 0) return;
        // Most are delivered at once: those together.
        var plain = of.Values.Where(static s => s.State == RequestState.Delivered && s.Request.Definition.IsInward).Select(static s => s.Request.Id.Value).ToArray();
        if (plain.Length > 0)
        {
            var due = await tx.ListAsync("UPDATE crossing.message SET state = 'Due' WHERE request_id = ANY ($1) AND state IN ('Kept', 'Held') RETURNING id", r => r.GetGuid(0), cancel, [plain]).ConfigureAwait(false);
            if (due.Count > 0) await MailRows.PointAsync(tx, due, at, cancel).ConfigureAwait(false);
        }
        foreach (var (request, state) in of.Values.Where(s => !plain.Contains(s.Request.Id.Value)))
        {
            if (await tx.FirstAsync(MailRows.Select + " WHERE m.request_id = $1 FOR UPDATE", MailRows.Message, cancel, request.Id.Value).ConfigureAwait(false) is { } message)
                await FollowAsync(tx, message, request, state, why, at, cancel).ConfigureAwait(false);
        }
    }

    private async Task FollowAsync(TenantTransaction tx, MailMessage message, CrossingRequest request, RequestState state, string why, DateTimeOffset at, CancellationToken cancel)
    {
        // One that was opened with a password while it was on its way may be refused before it arrives.
        if (message.State is not (MessageState.Kept or MessageState.Held) && !(message.State == MessageState.Due && state is RequestState.Refused or RequestState.Expired)) return;
        switch (state)
        {
            case RequestState.Delivered:
                var due = message.HoldUntil is { } until && until > at ? until : at;
                await StateAsync(tx, message.Id, due > at ? MessageState.Held : MessageState.Due, null, cancel).ConfigureAwait(false);
                await MailRows.PointAsync(tx, [message.Id.Value], due, cancel).ConfigureAwait(false);
                break;
            case RequestState.Waiting:
                await StateAsync(tx, message.Id, MessageState.Held, null, cancel).ConfigureAwait(false);
                break;
            case RequestState.NothingOut:
                await NothingOutAsync(tx, message, request, at, cancel).ConfigureAwait(false);
                break;
            case RequestState.Refused or RequestState.Withdrawn or RequestState.Expired:
                await StateAsync(tx, message.Id, MessageState.Stopped, at, cancel).ConfigureAwait(false);
                var reason = state == RequestState.Expired ? new Bilingual("期限までに承認されませんでした。", "It was not approved in time.") : new Bilingual($"承認されませんでした。{why}", $"It was not approved. {why}");
                if (state != RequestState.Withdrawn && message.Direction == MailDirection.Inward)
                {
                    // Somebody inside waits for it, perhaps; whoever else has it already isn't told.
                    var instead = MailNotices.NotLetIn(message, reason, Office?.Page(request.Id));
                    foreach (var to in (await MailRows.RecipientsAsync(tx, message.Id, cancel).ConfigureAwait(false)).Where(static r => r.State == RecipientState.Waiting))
                        await NoticeAsync(tx, MailDirection.Inward, to.Address, instead.Subject, instead.Text, message.MessageIdLine, at, cancel).ConfigureAwait(false);
                }
                if (state != RequestState.Withdrawn && message.Sender.Length > 0 && (message.Direction == MailDirection.Outward || message.TellsSender))
                {
                    var (subject, text) = message.Direction == MailDirection.Outward ? MailNotices.NotSent(message, reason, Office?.Page(request.Id)) : MailNotices.Refused(message, reason);
                    await NoticeAsync(tx, Back(message.Direction), message.Sender, subject, text, message.MessageIdLine, at, cancel, await ReportAsync(tx, message, at, cancel).ConfigureAwait(false)).ConfigureAwait(false);
                }
                break;
        }
    }

    /// <summary>The recipients get a notice in its place; a sender inside is told that it didn't leave.</summary>
    private async Task NothingOutAsync(TenantTransaction tx, MailMessage message, CrossingRequest request, DateTimeOffset at, CancellationToken cancel)
    {
        var refusal = (await RequestRows.ItemsAsync(tx, request.Id, cancel).ConfigureAwait(false)).Select(static i => i.Report?.Refusal).FirstOrDefault(static r => r is not null);
        var (why, next) = refusal is null ? (new("無害化できませんでした。", "It could not be made harmless."), new("", "")) : (refusal.What, refusal.Next);
        if (message.Direction == MailDirection.Outward)
        {
            await StateAsync(tx, message.Id, MessageState.Stopped, at, cancel).ConfigureAwait(false);
            if (message.Sender.Length == 0) return;
            var (subject, text) = MailNotices.NotSent(message, why, Office?.Page(request.Id));
            await NoticeAsync(tx, MailDirection.Inward, message.Sender, subject, text, message.MessageIdLine, at, cancel, await ReportAsync(tx, message, at, cancel).ConfigureAwait(false)).ConfigureAwait(false);
            return;
        }
        var to = await MailRows.RecipientsAsync(tx, message.Id, cancel).ConfigureAwait(false);
        var instead = MailNotices.NothingOut(message, why, next, Office?.Page(request.Id));
        var notice = MailNotices.Write(Host, to.Count == 1 ? to[0].Address : MailNotices.Address(Host), instead.Subject, instead.Text, at, message.Id.Value);
        await tx.RunAsync("UPDATE crossing.message SET state = 'Due', notice = $2 WHERE id = $1", cancel, message.Id.Value, await vault.SealAsync(tx, notice, message.Id.Value, at, cancel).ConfigureAwait(false)).ConfigureAwait(false);
        await MailRows.PointAsync(tx, [message.Id.Value], at, cancel).ConfigureAwait(false);
        if (message.TellsSender)
        {
            var (subject, text) = MailNotices.Refused(message, why);
            await NoticeAsync(tx, MailDirection.Outward, message.Sender, subject, text, message.MessageIdLine, at, cancel, await ReportAsync(tx, message, at, cancel).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    /// <summary>By our own rules nobody gets it (RFC 3463: 5.7.1).</summary>
    private static async Task<DeliveryReport> ReportAsync(TenantTransaction tx, MailMessage message, DateTimeOffset at, CancellationToken cancel) =>
        new([.. (await MailRows.RecipientsAsync(tx, message.Id, cancel).ConfigureAwait(false)).Select(static r => new FailedRecipient(r.Address, "5.7.1", "", ""))], message.ReceivedAt, at, MailNotices.Head(message));

    private string Host => Office?.Settings.Host ?? "localhost";

    private static MailDirection Back(MailDirection direction) => direction == MailDirection.Inward ? MailDirection.Outward : MailDirection.Inward;

    private static Task<int> StateAsync(TenantTransaction tx, MessageId id, MessageState state, DateTimeOffset? settled, CancellationToken cancel) =>
        tx.RunAsync("UPDATE crossing.message SET state = $2, settled_at = $3 WHERE id = $1", cancel, id.Value, state, settled);

    /// <summary>Writes a notice of our own in the caller's transaction; it is delivered like any message, and nobody answers it.</summary>
    /// <param name="direction">Inward: to somebody on the LGWAN side.</param>
    /// <param name="answers">The Message-ID that it is about; empty for none.</param>
    /// <param name="report">What wasn't delivered, for programs; null when the words are all.</param>
    internal async Task NoticeAsync(TenantTransaction tx, MailDirection direction, string to, string subject, string text, string answers, DateTimeOffset at, CancellationToken cancel, DeliveryReport? report = null)
    {
        var id = RecordKeeper.NewId(at);
        var notice = MailNotices.Write(Host, to, subject, text, at, id, answers, report);
        await tx.RunAsync("""
            INSERT INTO crossing.message (municipality_id, id, direction, sender, shown_sender, subject, message_id, bytes, received_at, peer_address, peer_name, trace, digest, state, notice)
            VALUES ($1, $2, $3, '', $4, $5, $6, $7, $8, '', '', '', $9, 'Due', $10)
            """, cancel, tx.Municipality.Value, id, direction, MailNotices.Address(Host), MailSpool.Cut(subject), $"<{id:N}@{Host}>", (long)notice.Length, at, Sha256.Of(notice), await vault.SealAsync(tx, notice, id, at, cancel).ConfigureAwait(false)).ConfigureAwait(false);
        await tx.RunAsync("INSERT INTO crossing.message_recipient (municipality_id, message_id, position, address, state) VALUES ($1, $2, 0, $3, 'Waiting')", cancel, tx.Municipality.Value, id, to).ConfigureAwait(false);
        await MailRows.PointAsync(tx, [id], at, cancel).ConfigureAwait(false);
    }
}
