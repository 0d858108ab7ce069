using System.Collections.Concurrent;
using Sekisho.Assurance;
using Sekisho.Crossing.Mail.Smtp;
using Sekisho.Crossing.Queue;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Records.Accounts;
using Sekisho.Records.Registers;
using Sekisho.Sanitizer.Reports;
using Sekisho.Storage;

namespace Sekisho.Crossing.Mail;

/// <summary>A message that lies in the vault, whole and durable, and that nobody knows of yet.</summary>
/// <param name="Whole">Digest of message and envelope.</param>
internal sealed record Incoming(SmtpEnvelope Envelope, MessageHead Head, MailTrace Trace, MailDirection Direction, Route Route, Blob Blob, long Bytes, Sha256 Digest, Sha256 Whole);

/// <summary>Records messages as they come in, those that come at the same time together: message, request, file, place in the queue and ledger in one transaction.</summary>
internal sealed class MailSpool
{
    private const int AtOnce = 64, MostText = 500, MostRecipient = 200;

    /// <summary>A message that comes again within this is the same one: servers try for five days (RFC 5321 §4.5.4.1).</summary>
    private static readonly TimeSpan Again = TimeSpan.FromDays(5);

    private static readonly Actor Itself = Actor.System("mail");

    private readonly RecordKeeper keeper;
    private readonly FileVault vault;
    private readonly WorkQueue queue;
    private readonly TownLanes<Incoming, (SmtpReply Reply, bool Keeps)> lanes;
    private readonly ConcurrentDictionary<BlobId, bool> unsure = new();

    private readonly Func<RequestId, string?> page;

    /// <param name="page">Address of the page of a request; null when no address is known.</param>
    public MailSpool(RecordKeeper keeper, FileVault vault, WorkQueue queue, Func<RequestId, string?> page)
    {
        (this.keeper, this.vault, this.queue, this.page) = (keeper, vault, queue, page);
        lanes = new(AtOnce, WriteAsync);
    }

    /// <returns>The answer to its sender, and whether the file in the vault belongs to somebody now.</returns>
    public async Task<(SmtpReply Reply, bool Keeps)> KeepAsync(MunicipalityId town, Incoming one, CancellationToken cancel)
    {
        unsure[one.Blob.Id] = true;
        var outcome = await lanes.RunAsync(town, one).WaitAsync(cancel).ConfigureAwait(false);
        unsure.TryRemove(one.Blob.Id, out _);
        return outcome;
    }

    /// <summary>True when it is not known whether a file was recorded: the answer of the database was lost.</summary>
    public bool MayKnow(Blob blob) => unsure.TryRemove(blob.Id, out _);

    private async Task<IReadOnlyList<(SmtpReply, bool)>> WriteAsync(MunicipalityId town, IReadOnlyList<Incoming> all)
    {
        var replies = new (SmtpReply, bool)[all.Count];
        await using (var tx = await keeper.EnterAsync(town, CancellationToken.None).ConfigureAwait(false))
        {
            var at = keeper.Clock.Now();
            var before = await BeforeAsync(tx, all, at).ConfigureAwait(false);
            var accounts = await MailAccounts.ReadAsync(tx, all.SelectMany(Addresses), CancellationToken.None).ConfigureAwait(false);
            var fresh = new List<New>();
            for (var i = 0; i < all.Count; i++)
            {
                var one = all[i];
                if (IsRecognisable(one) && before.TryGetValue(one.Whole, out var earlier))
                {
                    replies[i] = (SmtpReplies.Kept(earlier.ToString("N")), false);
                    continue;
                }
                var sender = one.Envelope.By is { } system ? Asker(system) : one.Envelope.From is { } from ? accounts.Of(from) : null;
                if (one.Direction == MailDirection.Outward && sender is null && one.Route.Definition is { } its && NeedsLeave(its))
                {
                    replies[i] = (SmtpReplies.UnknownSender, false);
                    continue;
                }
                var made = new New(one, RecordKeeper.NewId(at), RecordKeeper.NewId(at), RecordKeeper.NewId(at), Asker(one, accounts), accounts);
                fresh.Add(made);
                if (IsRecognisable(one)) before[one.Whole] = made.Message;
                replies[i] = (SmtpReplies.Kept(made.Message.ToString("N")), true);
            }
            if (fresh.Count > 0) await AddAsync(tx, fresh, at).ConfigureAwait(false);
            await tx.CommitAsync(CancellationToken.None).ConfigureAwait(false);
            if (fresh.Count > 0) queue.Wake();
        }
        return replies;
    }

    private async Task AddAsync(TenantTransaction tx, List<New> fresh, DateTimeOffset at)
    {
        var cancel = CancellationToken.None;
        var first = await RegisterRows.TakeNumbersAsync(tx, "crossings", fresh.Count, cancel).ConfigureAwait(false);
        await vault.RecordAsync(tx, BlobPurpose.Original, fresh.ConvertAll(f => (f.What.Blob, f.What.Bytes, f.What.Digest)), at, cancel, fresh.ConvertAll(f => new Holder(Holder.Mail, f.What.Route.Id.Value, f.Asker.Unit))).ConfigureAwait(false);
        await tx.RunAsync("""
            INSERT INTO crossing.request (municipality_id, id, sequence, route_id, route_version, unit_id, state, opened_at, asked_by, asked_by_name, submitted_at, expires_at, purpose, recipient, urgency)
            SELECT $1, q.id, $2 + q.nth - 1, q.route, q.version, q.unit, 'Working', $3, q.account, q.name, $3, $3 + make_interval(days => q.days), '', q.recipient, q.urgency
            FROM unnest($4, $5, $6, $7, $8, $9, $10, $11, $12) WITH ORDINALITY AS q (id, route, version, unit, account, name, days, recipient, urgency, nth)
            """, cancel, tx.Municipality.Value, first, at, Ids(f => f.Request), Ids(f => f.What.Route.Id.Value), fresh.Select(f => f.What.Route.Version).ToArray(), fresh.Select(f => f.Asker.Unit).ToArray(),
            Texts(f => f.Asker.By.Account), Texts(f => f.Asker.By.Name), fresh.Select(f => f.What.Route.Definition.ExpiryDays).ToArray(), Texts(f => Cut(string.Join(", ", f.What.Envelope.To), MostRecipient)), fresh.Select(f => (short)f.What.Route.Definition.Urgency).ToArray()).ConfigureAwait(false);
        await tx.RunAsync("""
            INSERT INTO crossing.item (municipality_id, id, request_id, position, path, bytes, received, state, original_id, queued_at)
            SELECT $1, i.id, i.request, 0, i.path, i.bytes, i.bytes, 'Queued', i.original, $2 FROM unnest($3, $4, $5, $6, $7) AS i (id, request, path, bytes, original)
            """, cancel, tx.Municipality.Value, at, Ids(f => f.Item), Ids(f => f.Request), Texts(f => FileName(f.What)), fresh.Select(f => f.What.Bytes).ToArray(), Ids(f => f.What.Blob.Id.Value)).ConfigureAwait(false);
        await tx.RunAsync("""
            INSERT INTO crossing.message (municipality_id, id, request_id, direction, sender, shown_sender, subject, message_id, bytes, received_at, peer_address, peer_name, trace, digest, state, hold_until, tells_sender, page)
            SELECT $1, m.id, m.request, m.direction, m.sender, m.shown, m.subject, m.message_id, m.bytes, $2, m.peer, m.peer_name, m.trace, m.digest, 'Kept', CASE WHEN m.hold > 0 THEN $2 + make_interval(mins => m.hold) END, m.tells, m.page
            FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) AS m (id, request, direction, sender, shown, subject, message_id, bytes, peer, peer_name, trace, digest, hold, tells, page)
            """, cancel, tx.Municipality.Value, at, Ids(f => f.Message), Ids(f => f.Request), Texts(f => f.What.Direction.ToString()), Texts(f => f.What.Envelope.From?.ToString() ?? ""), Texts(f => f.What.Head.From), Texts(f => f.What.Head.Subject),
            Texts(f => f.What.Head.MessageId), fresh.Select(f => f.What.Bytes).ToArray(), Texts(f => f.What.Envelope.Peer.Address), Texts(f => $"{f.What.Envelope.Peer.Helo} {f.What.Envelope.Peer.Name}".Trim()),
            Texts(f => f.What.Trace.ToString()), fresh.Select(f => f.What.Whole.ToArray()).ToArray(), fresh.Select(Hold).ToArray(), fresh.Select(Tells).ToArray(), Texts(f => page(new(f.Request)) ?? "")).ConfigureAwait(false);
        var recipients = fresh.SelectMany(f => f.What.Envelope.To.Select((to, i) => (f.Message, Position: i, Address: to.ToString(), Account: f.What.Direction == MailDirection.Inward ? f.Accounts.Of(to)?.By.Account : null))).ToList();
        await tx.RunAsync("""
            INSERT INTO crossing.message_recipient (municipality_id, message_id, position, address, account, state)
            SELECT $1, r.message, r.position, r.address, r.account, 'Waiting' FROM unnest($2, $3, $4, $5) AS r (message, position, address, account)
            """, cancel, tx.Municipality.Value, recipients.Select(r => r.Message).ToArray(), recipients.Select(r => r.Position).ToArray(), recipients.Select(r => r.Address).ToArray(), recipients.Select(r => r.Account).ToArray()).ConfigureAwait(false);
        // One domain's mail has a turn as one person has: a flood from there holds up nobody else.
        await WorkQueue.AddAsync(tx, fresh.ConvertAll(f => (new ItemId(f.Item), "mail/" + (f.What.Envelope.From?.Domain ?? ""), f.What.Route.Definition.Urgency)), at, cancel).ConfigureAwait(false);
        var steps = fresh.Select((f, i) => new NewStep(new(f.Request), Itself, "", new
        {
            number = RequestRows.Number(first + i), route = f.What.Route.Definition.Key, f.What.Direction, sender = f.What.Envelope.From?.ToString() ?? "", recipients = f.What.Envelope.To.Take(50).Select(t => t.ToString()), recipientCount = f.What.Envelope.To.Count,
            messageId = f.What.Head.MessageId, f.What.Bytes, sha256 = f.What.Digest, peer = f.What.Envelope.Peer.Address,
        })).ToList();
        var index = await keeper.AppendAsync(tx, [.. steps.Select(s => s.Entry("crossing.mail-received", at))], cancel).ConfigureAwait(false);
        await RequestRows.AddStepsAsync(tx, "crossing.mail-received", at, steps, index, cancel).ConfigureAwait(false);

        Guid[] Ids(Func<New, Guid> of) => [.. fresh.Select(of)];
        string[] Texts(Func<New, string> of) => [.. fresh.Select(of)];
    }

    private static async Task<Dictionary<Sha256, Guid>> BeforeAsync(TenantTransaction tx, IReadOnlyList<Incoming> all, DateTimeOffset at) =>
        (await tx.ListAsync("SELECT digest, id FROM crossing.message WHERE digest = ANY ($1) AND received_at > $2", r => (Digest: r.Digest(0), Id: r.GetGuid(1)), CancellationToken.None,
            all.Where(IsRecognisable).Select(a => a.Whole.ToArray()).ToArray(), at - Again).ConfigureAwait(false)).GroupBy(k => k.Digest).ToDictionary(g => g.Key, g => g.First().Id);

    /// <summary>Two messages may say the same; with a name of their own, or a mark of the way, they are one.</summary>
    private static bool IsRecognisable(Incoming one) => one.Head.MessageId.Length > 0 || one.Head.Received > 0;

    private static bool NeedsLeave(RouteDefinition route) =>
        route.Needs != Approval.None || route.Rules.Any(r => r.Needs != Approval.None) || route.Mail is { } mail && (mail.WithAttachments != Approval.None || mail.WhenDoubtful != Approval.None);

    private static IEnumerable<MailAddress> Addresses(Incoming one) => one.Direction == MailDirection.Inward ? one.Envelope.To : one.Envelope.From is { } from ? [from] : [];

    /// <summary>On whose behalf it crosses: who sent it, of what leaves; its first recipient who has an account, of what comes.</summary>
    private static MailAccount Asker(Incoming one, MailAccounts accounts)
    {
        if (one.Envelope.By is { } system) return Asker(system);
        var of = one.Direction == MailDirection.Outward ? one.Envelope.From is { } from ? [from] : [] : one.Envelope.To;
        return of.Select(accounts.Of).FirstOrDefault(static a => a is not null) ?? new(new(of.Count > 0 ? "mail:" + of[0].Folded : "mail:", of.Count > 0 ? of[0].ToString() : "MAILER-DAEMON"), null);
    }

    private static MailAccount Asker(SmtpSystem by) => new(by.System.Actor, by.System.Owner.Value);

    private static int Hold(New one) => one.What.Direction == MailDirection.Outward && one.What.Envelope.From is not null ? one.What.Route.Definition.Mail?.HoldMinutes ?? 0 : 0;

    /// <summary>Whom a program sent, nobody answers: answers to answers never end (RFC 3834 §2).</summary>
    private static bool Tells(New one) => one.What.Envelope.From is not null && !one.What.Head.IsAutomatic && (one.What.Direction == MailDirection.Outward || one.What.Route.Definition.Mail is { TellsSender: true });

    private static string FileName(Incoming one)
    {
        var name = FileNames.CleanPath(Cut(one.Head.Subject.Replace('/', ' ').Replace('\\', ' '), 80));
        return (name.Length == 0 ? "message" : name) + ".eml";
    }

    internal static string Cut(string text, int most = MostText) => text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];

    private sealed record New(Incoming What, Guid Message, Guid Request, Guid Item, MailAccount Asker, MailAccounts Accounts);
}

/// <summary>An account that has an address of mail.</summary>
internal sealed record MailAccount(Actor By, Guid? Unit);

/// <summary>Whose address is whose: an account whose name to sign in is the address.</summary>
internal sealed class MailAccounts
{
    private readonly Dictionary<string, MailAccount> byAddress;

    private MailAccounts(Dictionary<string, MailAccount> byAddress) => this.byAddress = byAddress;

    public MailAccount? Of(MailAddress address) => byAddress.GetValueOrDefault(LoginName.Normalize(address.ToString()));

    public static async Task<MailAccounts> ReadAsync(TenantTransaction tx, IEnumerable<MailAddress> addresses, CancellationToken cancel)
    {
        var names = addresses.Select(a => LoginName.Normalize(a.ToString())).Distinct(StringComparer.Ordinal).ToArray();
        return new(names.Length == 0 ? [] : (await tx.ListAsync("SELECT a.login_normalized, a.id, a.display_name, u.id FROM signin.account a LEFT JOIN records.unit u ON u.municipality_id = a.municipality_id AND u.id = a.unit_id WHERE a.login_normalized = ANY ($1) AND a.disabled_at IS NULL",
            r => (Login: r.GetString(0), Account: new MailAccount(new(r.GetGuid(1).ToString(), r.GetString(2)), r.IsDBNull(3) ? null : r.GetGuid(3))), cancel, [names]).ConfigureAwait(false)).ToDictionary(a => a.Login, a => a.Account, StringComparer.Ordinal));
    }
}
