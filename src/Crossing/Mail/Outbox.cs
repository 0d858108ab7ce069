using System.Security.Cryptography;
using Sekisho.Assurance;
using Sekisho.Crossing.Mail.Smtp;
using Sekisho.Crossing.Queue;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Vault;
using Sekisho.Ledger;
using Sekisho.Records;
using Sekisho.Storage;

namespace Sekisho.Crossing.Mail;

/// <summary>A message that is claimed for delivery: nobody else sends it while the claim holds.</summary>
/// <param name="To">Recipients who don't have it yet.</param>
/// <param name="Result">What the sanitiser made of it; null for a notice, and where its key doesn't open.</param>
/// <param name="DueSince">Since when it could have been delivered.</param>
internal sealed record Parcel(MunicipalityId Town, long Pointer, MailMessage Message, Guid Lease, MailAddress? From, IReadOnlyList<MailAddress> To, Blob? Result, byte[]? Notice, DateTimeOffset DueSince)
{
    public bool IsUtf8 => From is { NeedsUtf8: true } || To.Any(static t => t.NeedsUtf8);
}

/// <summary>What is to be delivered, over all municipalities (配送待ち). Pointers say when; the message itself decides, as the queue of the sanitiser does (docs/adr/0094).</summary>
internal sealed class Outbox
{
    private const int AtOnce = 64;

    public static readonly TimeSpan Claim = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan[] BackOff = [.. new[] { 1, 2, 4, 8, 15, 30, 60 }.Select(static m => TimeSpan.FromMinutes(m))];

    private static readonly Actor Itself = Actor.System("mail");

    private readonly RecordKeeper keeper;
    private readonly FileVault vault;
    private readonly MailDesk desk;
    private readonly TimeSpan giveUp;
    private readonly TownLanes<(Parcel Parcel, IReadOnlyList<SmtpOutcome> Outcomes), bool> lanes;

    public Outbox(RecordKeeper keeper, FileVault vault, MailDesk desk, TimeSpan giveUp)
    {
        (this.keeper, this.vault, this.desk, this.giveUp) = (keeper, vault, desk, giveUp);
        lanes = new(AtOnce, WriteAsync);
    }

    /// <summary>Claims what is due.</summary>
    public async Task<IReadOnlyList<Parcel>> TakeAsync(int most, CancellationToken cancel)
    {
        List<(long Id, MunicipalityId Town, Guid Message)> pointers;
        await using (var owner = await keeper.Database.EnterOwnerAsync(cancel).ConfigureAwait(false))
        {
            // Due by the clock of the records, claimed by that of the database: those of several hosts differ.
            pointers = await owner.ListAsync("""
                WITH next AS (SELECT id FROM crossing.outbox WHERE due <= $1 AND (taken_until IS NULL OR taken_until < clock_timestamp()) ORDER BY due, id LIMIT $2 FOR UPDATE SKIP LOCKED)
                UPDATE crossing.outbox o SET taken_until = clock_timestamp() + $3 FROM next WHERE o.id = next.id RETURNING o.id, o.town, o.message
                """, r => (r.GetInt64(0), new MunicipalityId(r.GetGuid(1)), r.GetGuid(2)), cancel, keeper.Clock.GetUtcNow(), most, Claim).ConfigureAwait(false);
            await owner.CommitAsync(cancel).ConfigureAwait(false);
        }
        var parcels = new List<Parcel>();
        foreach (var town in pointers.GroupBy(static p => p.Town)) parcels.AddRange(await ClaimAsync(town.Key, [.. town.Select(static p => (p.Id, p.Message))], cancel).ConfigureAwait(false));
        return parcels;
    }

    /// <summary>Lets go of a message without having tried.</summary>
    public async Task ReleaseAsync(Parcel parcel, TimeSpan after)
    {
        await using (var tx = await keeper.EnterAsync(parcel.Town, CancellationToken.None).ConfigureAwait(false))
        {
            await tx.RunAsync("UPDATE crossing.message SET lease = NULL, lease_until = NULL, attempts = attempts - 1 WHERE id = $1 AND lease = $2", default, parcel.Message.Id.Value, parcel.Lease).ConfigureAwait(false);
            await tx.CommitAsync(default).ConfigureAwait(false);
        }
        await using var owner = await keeper.Database.EnterOwnerAsync(default).ConfigureAwait(false);
        await owner.RunAsync("UPDATE crossing.outbox SET taken_until = NULL, due = $2 WHERE id = $1", default, parcel.Pointer, keeper.Clock.GetUtcNow() + after).ConfigureAwait(false);
        await owner.CommitAsync(default).ConfigureAwait(false);
    }

    /// <summary>Keeps claims in hand for longer.</summary>
    public async Task HoldAsync(IReadOnlyList<Parcel> parcels, CancellationToken cancel)
    {
        if (parcels.Count == 0) return;
        await using (var owner = await keeper.Database.EnterOwnerAsync(cancel).ConfigureAwait(false))
        {
            await owner.RunAsync("UPDATE crossing.outbox SET taken_until = clock_timestamp() + $2 WHERE id = ANY ($1)", cancel, parcels.Select(static p => p.Pointer).ToArray(), Claim).ConfigureAwait(false);
            await owner.CommitAsync(cancel).ConfigureAwait(false);
        }
        foreach (var town in parcels.GroupBy(static p => p.Town))
        {
            await using var tx = await keeper.EnterAsync(town.Key, cancel).ConfigureAwait(false);
            await tx.RunAsync("UPDATE crossing.message SET lease_until = clock_timestamp() + $2 WHERE id IN (SELECT id FROM crossing.message WHERE id = ANY ($3) AND lease = ANY ($1) ORDER BY id FOR UPDATE)",
                cancel, town.Select(static p => p.Lease).ToArray(), Claim, town.Select(static p => p.Message.Id.Value).ToArray()).ConfigureAwait(false);
            await tx.CommitAsync(cancel).ConfigureAwait(false);
        }
    }

    /// <summary>The message as it goes out.</summary>
    /// <exception cref="VaultException">It isn't what was put there.</exception>
    public Task<Stream> OpenAsync(Parcel parcel, byte[] prefix) =>
        Task.FromResult<Stream>(parcel.Notice is { } notice ? new MemoryStream(notice, writable: false) : new PrefixedStream(prefix, vault.Read(parcel.Result ?? throw new VaultException(default, "has no result"))));

    /// <summary>Records what became of a message; returns when it is committed.</summary>
    public Task RecordAsync(Parcel parcel, IReadOnlyList<SmtpOutcome> outcomes) => lanes.RunAsync(parcel.Town, (parcel, outcomes));

    private async Task<List<Parcel>> ClaimAsync(MunicipalityId town, List<(long Pointer, Guid Message)> pointers, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(town, cancel).ConfigureAwait(false);
        var at = keeper.Clock.GetUtcNow();
        var ids = pointers.Select(static p => p.Message).Distinct().ToArray();
        // Not before it is settled, nor while its sender may still stop it: whatever points to it.
        var mine = (await tx.ListAsync("""
            UPDATE crossing.message m SET state = 'Due', lease = c.lease, lease_until = clock_timestamp() + $3, attempts = attempts + 1
            FROM unnest($1, $2) AS c (id, lease)
            WHERE m.id = c.id AND m.id IN (
              SELECT o.id FROM crossing.message o WHERE o.id = ANY ($1) AND o.state IN ('Held', 'Due') AND (o.lease IS NULL OR o.lease_until < clock_timestamp()) AND (o.hold_until IS NULL OR o.hold_until <= $4)
                AND (o.request_id IS NULL OR EXISTS (SELECT FROM crossing.request q WHERE q.municipality_id = o.municipality_id AND q.id = o.request_id AND q.state IN ('Delivered', 'NothingOut')))
              ORDER BY o.id FOR UPDATE OF o SKIP LOCKED)
            RETURNING m.id, m.lease
            """, r => (Id: r.GetGuid(0), Lease: r.GetGuid(1)), cancel, ids, ids.Select(_ => RecordKeeper.NewId(at)).ToArray(), Claim, at).ConfigureAwait(false)).ToDictionary(static m => m.Id, static m => m.Lease);
        if (mine.Count < ids.Length)
        {
            var over = await tx.ListAsync("SELECT i FROM unnest($1) AS i WHERE NOT EXISTS (SELECT FROM crossing.message WHERE id = i AND state IN ('Kept', 'Held', 'Due'))", r => r.GetGuid(0), cancel, [ids.Where(i => !mine.ContainsKey(i)).ToArray()]).ConfigureAwait(false);
            if (over.Count > 0) await tx.RunAsync("SELECT crossing.posted($1)", cancel, [over.ToArray()]).ConfigureAwait(false);
        }
        var parcels = mine.Count == 0 ? [] : await ReadAsync(tx, pointers, mine, cancel).ConfigureAwait(false);
        await tx.CommitAsync(cancel).ConfigureAwait(false);
        return parcels;
    }

    private async Task<List<Parcel>> ReadAsync(TenantTransaction tx, List<(long Pointer, Guid Message)> pointers, Dictionary<Guid, Guid> mine, CancellationToken cancel)
    {
        var messages = await tx.ListAsync(MailRows.Select + " WHERE m.id = ANY ($1) ORDER BY m.received_at", MailRows.Message, cancel, [mine.Keys.ToArray()]).ConfigureAwait(false);
        var to = (await tx.ListAsync("SELECT message_id, address FROM crossing.message_recipient WHERE message_id = ANY ($1) AND state = 'Waiting' ORDER BY message_id, position", r => (Id: r.GetGuid(0), Address: r.GetString(1)), cancel, [mine.Keys.ToArray()]).ConfigureAwait(false)).ToLookup(static r => r.Id, static r => r.Address);
        var results = (await tx.ListAsync("""
            SELECT q.id, q.settled_at, i.result_id FROM crossing.request q LEFT JOIN crossing.item i ON i.municipality_id = q.municipality_id AND i.request_id = q.id AND i.position = 0 WHERE q.id = ANY ($1)
            """, r => (Request: r.GetGuid(0), SettledAt: r.MomentOrNull(1), Result: r.IsDBNull(2) ? (BlobId?)null : new BlobId(r.GetGuid(2))), cancel,
            [messages.Where(static m => m.Request is not null).Select(static m => m.Request!.Value.Value).ToArray()]).ConfigureAwait(false)).ToDictionary(static r => r.Request);
        var blobs = await vault.FindAsync(tx, [.. results.Values.Select(static r => r.Result).OfType<BlobId>()], cancel).ConfigureAwait(false);
        var parcels = new List<Parcel>();
        foreach (var message in messages)
        {
            var notice = message.Notice is null ? null : await UnsealAsync(tx, message, cancel).ConfigureAwait(false);
            var its = message.Request is { } request ? results.GetValueOrDefault(request.Value) : default;
            // What goes out under a notice's words is nobody's but ours: it has no sender to answer to.
            parcels.Add(new(tx.Municipality, pointers.First(p => p.Message == message.Id.Value).Pointer, message, mine[message.Id.Value], message.Notice is not null || message.Sender.Length == 0 ? null : MailAddress.Read(message.Sender),
                [.. to[message.Id.Value].Select(static t => MailAddress.Read(t)!)], message.Notice is null && its.Result is { } result ? blobs.GetValueOrDefault(result) : null, notice,
                Latest(message.ReceivedAt, message.HoldUntil, its.SettledAt)));
        }
        return parcels;
    }

    private static DateTimeOffset Latest(DateTimeOffset one, params ReadOnlySpan<DateTimeOffset?> others)
    {
        foreach (var other in others)
            if (other > one) one = other.Value;
        return one;
    }

    /// <summary>Null where it doesn't open: that one fails alone, and keeps nobody else's mail waiting.</summary>
    private async Task<byte[]?> UnsealAsync(TenantTransaction tx, MailMessage message, CancellationToken cancel)
    {
        try
        {
            return await vault.UnsealAsync(tx, message.Notice!, message.Id.Value, cancel).ConfigureAwait(false);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>A group of one municipality: recipients, states, pointers, notices to senders and the ledger, in one transaction.</summary>
    private async Task<IReadOnlyList<bool>> WriteAsync(MunicipalityId town, IReadOnlyList<(Parcel Parcel, IReadOnlyList<SmtpOutcome> Outcomes)> all)
    {
        var cancel = CancellationToken.None;
        await using var tx = await keeper.EnterAsync(town, cancel).ConfigureAwait(false);
        var at = keeper.Clock.Now();
        // The requests first, as everybody locks: who stops a message at this very moment waits, and the delivery is recorded once.
        await tx.RunAsync("SELECT id FROM crossing.request WHERE id = ANY ($1) ORDER BY id FOR KEY SHARE", cancel, [all.Select(static a => a.Parcel.Message.Request?.Value).OfType<Guid>().ToArray()]).ConfigureAwait(false);
        var held = (await tx.ListAsync("SELECT m.id FROM crossing.message m JOIN unnest($1, $2) AS c (id, lease) ON c.id = m.id AND c.lease = m.lease ORDER BY m.id FOR UPDATE OF m", r => r.GetGuid(0), cancel,
            all.Select(static a => a.Parcel.Message.Id.Value).ToArray(), all.Select(static a => a.Parcel.Lease).ToArray()).ConfigureAwait(false)).ToHashSet();
        var counted = all.Where(a => held.Contains(a.Parcel.Message.Id.Value)).Select(a => Became(a.Parcel, a.Outcomes, at)).ToList();
        if (counted.Count == 0) return [.. all.Select(static _ => false)];
        var lines = counted.SelectMany(static c => c.Recipients.Select(r => (c.Parcel.Message.Id, r.Address, r.State, r.Reply))).ToList();
        await tx.RunAsync("""
            UPDATE crossing.message_recipient r SET state = n.state, reply = n.reply, at = $5 FROM unnest($1, $2, $3, $4) AS n (message, address, state, reply)
            WHERE r.message_id = n.message AND r.address = n.address AND r.state = 'Waiting'
            """, cancel, lines.Select(static l => l.Id.Value).ToArray(), lines.Select(static l => l.Address).ToArray(), lines.Select(static l => l.State.ToString()).ToArray(), lines.Select(static l => l.Reply).ToArray(), at).ConfigureAwait(false);
        // What earlier tries came to counts as well.
        await tx.RunAsync("""
            UPDATE crossing.message m SET lease = NULL, lease_until = NULL, last_reply = n.reply,
              state = CASE WHEN w.waiting > 0 THEN 'Due' WHEN w.failed = 0 THEN 'Sent' WHEN w.delivered = 0 THEN 'Failed' ELSE 'PartSent' END,
              settled_at = CASE WHEN w.waiting > 0 THEN NULL ELSE $3 END
            FROM unnest($1, $2) AS n (id, reply), LATERAL (
              SELECT count(*) FILTER (WHERE r.state = 'Waiting') AS waiting, count(*) FILTER (WHERE r.state = 'Failed') AS failed, count(*) FILTER (WHERE r.state = 'Delivered') AS delivered
              FROM crossing.message_recipient r WHERE r.message_id = n.id) w
            WHERE m.id = n.id
            """, cancel, counted.Select(static c => c.Parcel.Message.Id.Value).ToArray(), counted.Select(static c => c.Recipients.Count == 0 ? "" : c.Recipients[^1].Reply).ToArray(), at).ConfigureAwait(false);
        await tx.RunAsync("SELECT crossing.posted($1)", cancel, [counted.Select(static c => c.Parcel.Message.Id.Value).ToArray()]).ConfigureAwait(false);
        foreach (var later in counted.Where(static c => c.Again is not null)) await MailRows.PointAsync(tx, [later.Parcel.Message.Id.Value], later.Again!.Value, cancel).ConfigureAwait(false);
        foreach (var failed in counted.Where(static c => c.Recipients.Any(static r => r.State == RecipientState.Failed))) await TellAsync(tx, failed, at, cancel).ConfigureAwait(false);
        await SayAsync(tx, counted, at, cancel).ConfigureAwait(false);
        await tx.CommitAsync(cancel).ConfigureAwait(false);
        return [.. all.Select(a => held.Contains(a.Parcel.Message.Id.Value))];
    }

    private Outcome Became(Parcel parcel, IReadOnlyList<SmtpOutcome> outcomes, DateTimeOffset at)
    {
        // Neither what it waited for a leave counts, nor days on which this server was off: nothing fails before it was really tried for a while.
        var isTooOld = at - parcel.DueSince > giveUp && parcel.Message.Attempts > BackOff.Length;
        var recipients = outcomes.Select(o => new MessageRecipient(o.To.ToString(), null,
            o.Reply.IsDone ? RecipientState.Delivered : o.Reply.IsForGood || isTooOld ? RecipientState.Failed : RecipientState.Waiting, MailSpool.Cut(o.Reply.ToString(), 600), at)).ToList();
        var attempt = Math.Clamp(parcel.Message.Attempts, 1, BackOff.Length);
        return new(parcel, recipients, recipients.Exists(static r => r.State == RecipientState.Waiting) ? at + BackOff[attempt - 1] : null);
    }

    /// <summary>The sender is told what never arrives: always one of ours, one outside where the route says so. Nobody is told of a notice.</summary>
    private async Task TellAsync(TenantTransaction tx, Outcome its, DateTimeOffset at, CancellationToken cancel)
    {
        var message = its.Parcel.Message;
        if (!message.TellsSender || its.Parcel.From is null) return;
        var failed = its.Recipients.FindAll(static r => r.State == RecipientState.Failed);
        var (subject, text) = MailNotices.NotDelivered(message, failed);
        var next = desk.Office is { Settings: var settings } ? (message.Direction == MailDirection.Inward ? settings.Inward : settings.Outward)?.Next.Host ?? "" : "";
        var report = new DeliveryReport([.. failed.Select(f => new FailedRecipient(f.Address, StatusOf(f.Reply), f.Reply, next))], message.ReceivedAt, at, MailNotices.Head(message));
        await desk.NoticeAsync(tx, message.Direction == MailDirection.Inward ? MailDirection.Outward : MailDirection.Inward, message.Sender, subject, text, message.MessageIdLine, at, cancel, report).ConfigureAwait(false);
    }

    /// <summary>The enhanced code that the server gave, as one that is for good: what was tried to the end for days is over, too (RFC 3463 §3.5: 5.4.7).</summary>
    private static string StatusOf(string reply)
    {
        var words = reply.Split(' ', 3);
        var isForGood = words[0].StartsWith('5');
        return words.Length > 1 && words[1].Split('.') is [['5'], { Length: > 0 } subject, { Length: > 0 } detail] && subject.All(char.IsAsciiDigit) && detail.All(char.IsAsciiDigit) ? words[1] : isForGood ? "5.0.0" : "5.4.7";
    }

    private async Task SayAsync(TenantTransaction tx, List<Outcome> counted, DateTimeOffset at, CancellationToken cancel)
    {
        foreach (var (kind, state) in new[] { ("crossing.mail-delivered", RecipientState.Delivered), ("crossing.mail-failed", RecipientState.Failed) })
        {
            var steps = counted.Where(c => c.Parcel.Message.Request is not null && c.Recipients.Exists(r => r.State == state)).Select(c => new NewStep(c.Parcel.Message.Request!.Value, Itself, "", new
            {
                recipients = c.Recipients.Where(r => r.State == state).Take(50).Select(static r => r.Address), count = c.Recipients.Count(r => r.State == state), reply = c.Recipients.First(r => r.State == state).Reply, isNotice = c.Parcel.Notice is not null,
            })).ToList();
            if (steps.Count == 0) continue;
            var index = await keeper.AppendAsync(tx, (IReadOnlyList<LedgerEntry>)[.. steps.Select(s => s.Entry(kind, at))], cancel).ConfigureAwait(false);
            await RequestRows.AddStepsAsync(tx, kind, at, steps, index, cancel).ConfigureAwait(false);
        }
    }

    private sealed record Outcome(Parcel Parcel, List<MessageRecipient> Recipients, DateTimeOffset? Again);

    /// <summary>Some bytes, then a stream.</summary>
    private sealed class PrefixedStream(byte[] prefix, Stream rest) : Stream
    {
        private int at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => prefix.Length + rest.Length;

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (at == prefix.Length) return await rest.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            var part = Math.Min(buffer.Length, prefix.Length - at);
            prefix.AsMemory(at, part).CopyTo(buffer);
            at += part;
            return part;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override async ValueTask DisposeAsync()
        {
            await rest.DisposeAsync().ConfigureAwait(false);
            await base.DisposeAsync().ConfigureAwait(false);
        }
    }
}
