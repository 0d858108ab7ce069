using System.Security.Cryptography;
using System.Text;
using Sekisho.Assurance;
using Sekisho.Crossing.Mail;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Crossing.Traces;
using Sekisho.Crossing.Senders;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Mail;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Rules;
using Sekisho.Storage;

namespace Sekisho.Crossing.Queue;

/// <summary>A file that a worker has claimed: nobody else works on it while the claim holds.</summary>
/// <param name="Lease">Of this claim alone; a result is only taken under it.</param>
/// <param name="Original">Null when its key doesn't open any more.</param>
/// <param name="Letter">Of a message; null for a file.</param>
internal sealed record Claim(CrossingItem Item, CrossingRequest Request, Guid Lease, Blob? Original, string PolicyYaml, IReadOnlyList<string> Passwords, int Attempt, ClaimedLetter? Letter = null);

/// <summary>What a worker must know of a message.</summary>
/// <param name="Page">Where its recipients find it; empty when no address is known.</param>
/// <param name="CanSignIn">Everybody who gets it has an account: what waits on the page reaches them all.</param>
internal sealed record ClaimedLetter(string Page, bool CanSignIn);

/// <summary>What came of files that were to be claimed.</summary>
/// <param name="Suspect">A host died over these before: they are tried one at a time, so that only the guilty one is counted against.</param>
/// <param name="Busy">Somebody else has them, for that long at most.</param>
/// <param name="Over">Nothing is to be done on them any more; nothing points to them now.</param>
internal sealed record Claimed(IReadOnlyList<(Ticket Ticket, Claim Claim)> Mine, IReadOnlyList<Ticket> Suspect, IReadOnlyList<(Ticket Ticket, TimeSpan For)> Busy, IReadOnlyList<Ticket> Over);

/// <summary>The one result of a claimed file.</summary>
/// <param name="Result">What came out, complete and durable on the disk, and known to nobody yet; null when nothing did.</param>
internal sealed record Finished(Claim Claim, FileReport Report, Blob? Result)
{
    /// <summary>Files of a message that came out by themselves, likewise complete and known to nobody.</summary>
    public IReadOnlyList<Blob> Parts { get; init; } = [];
}

/// <summary>What is done with files on the way through the sanitiser: claimed, kept in hand, brought to exactly one result.</summary>
internal sealed class SanitiseDesk(RecordKeeper keeper, FileVault vault, MailDesk mail)
{
    /// <summary>A file whose worker's host died this often is set aside (毒ファイル).</summary>
    public const int MostAttempts = 3;

    private static readonly Actor Itself = Actor.System("sanitiser");

    /// <summary>What leaves is read by people who expect it as it was written: its links stay, and nobody warns them of the office itself.</summary>
    private const string OutwardRules = "mail:\n  body: html\n  links: keep\n  marks: none\n  notices: refused\n";

    /// <summary>How a message is to be read, and by which rules; null for a file.</summary>
    /// <remarks>The first time it is read for its delivery: files wait on the page where the route or its rules say so, and everybody can come there. After that somebody gave a password, and takes what is inside on the page, file by file (PPAP).</remarks>
    public static (MailOrder Order, string PolicyYaml)? OrderOf(Claim claim)
    {
        if (claim.Request.Definition.Mail is not { } terms || claim.Letter is not { } letter) return null;
        var isAgain = claim.Item.Position > 0;
        var order = new MailOrder
        {
            Page = letter.Page.Length > 0 ? letter.Page : isAgain ? $"/crossings/{claim.Request.Id}" : null,
            HandsOut = isAgain ? true : !claim.Request.Definition.IsInward || !letter.CanSignIn ? false : terms.FilesByLink ? true : null,
            Unpacks = isAgain,
            Days = claim.Request.Definition.ExpiryDays,
        };
        return (order, claim.PolicyYaml.Length == 0 && !claim.Request.Definition.IsInward ? OutwardRules : claim.PolicyYaml);
    }

    /// <summary>Claims files, which may be of several towns.</summary>
    /// <param name="suspects">Also those over which a host died before.</param>
    public async Task<Claimed> ClaimAsync(IReadOnlyCollection<Ticket> tickets, bool suspects, CancellationToken cancel)
    {
        var (mine, suspect, busy, over) = (new List<(Ticket, Claim)>(), new List<Ticket>(), new List<(Ticket, TimeSpan)>(), new List<Ticket>());
        foreach (var town in tickets.GroupBy(t => t.Town))
        {
            // Two pointers to one file are no work of ours; whoever can write into RabbitMQ can make them. The second is looked at again when the first may be done.
            var once = town.DistinctBy(t => t.Item).ToList();
            busy.AddRange(town.Except(once).Select(t => (t, WorkQueue.Hold)));
            var own = await ClaimAsync(town.Key, once, suspects, cancel).ConfigureAwait(false);
            mine.AddRange(own.Mine);
            suspect.AddRange(own.Suspect);
            busy.AddRange(own.Busy);
            over.AddRange(own.Over);
        }
        return new(mine, suspect, busy, over);
    }

    /// <summary>Keeps claims in hand for longer.</summary>
    public async Task HoldAsync(MunicipalityId town, IReadOnlyCollection<Guid> leases, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(town, cancel).ConfigureAwait(false);
        await WorkQueue.LooselyAsync(tx, cancel).ConfigureAwait(false);
        await tx.RunAsync("UPDATE crossing.item SET lease_until = clock_timestamp() + $2 WHERE id IN (SELECT id FROM crossing.item WHERE lease = ANY ($1) ORDER BY id FOR UPDATE)", cancel, leases.ToArray(), WorkQueue.Hold).ConfigureAwait(false);
        await tx.CommitAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Lets go of a claim without a result: the file waits again.</summary>
    /// <param name="counts">False when the file had no part in it: the database was away, the disk full, the host stops.</param>
    public async Task ReleaseAsync(MunicipalityId town, Claim claim, bool counts, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(town, cancel).ConfigureAwait(false);
        await tx.RunAsync("UPDATE crossing.item SET state = 'Queued', lease = NULL, lease_until = NULL, attempts = attempts - $3 WHERE id = $1 AND lease = $2", cancel, claim.Item.Id.Value, claim.Lease, counts ? 0 : 1).ConfigureAwait(false);
        await tx.CommitAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Records results of one town, one for each file, and where their requests stand after it.</summary>
    /// <returns>False for those whose claim was lost meanwhile: another's result counts, and this one is to be thrown away.</returns>
    public async Task<IReadOnlyList<bool>> FinishAsync(MunicipalityId town, IReadOnlyList<Finished> all, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(town, cancel).ConfigureAwait(false);
        // Requests first, then their files, each in the order of their ids: everybody locks in this order.
        var requests = (await tx.ListAsync(RequestRows.Select + " WHERE q.id = ANY ($1) ORDER BY q.id FOR UPDATE OF q", RequestRows.Request, cancel,
            [all.Select(f => f.Claim.Request.Id.Value).Distinct().ToArray()]).ConfigureAwait(false)).ToDictionary(r => r.Id);
        var held = (await tx.ListAsync("""
            SELECT i.id, i.lease FROM crossing.item i JOIN unnest($1, $2) AS claim (id, lease) ON claim.id = i.id AND claim.lease = i.lease ORDER BY i.id FOR UPDATE OF i
            """, r => (r.GetGuid(0), r.GetGuid(1)), cancel, all.Select(f => f.Claim.Item.Id.Value).ToArray(), all.Select(f => f.Claim.Lease).ToArray()).ConfigureAwait(false)).ToHashSet();
        var counted = all.Where(f => held.Contains((f.Claim.Item.Id.Value, f.Claim.Lease))).ToList();
        if (counted.Count == 0) return [.. all.Select(_ => false)];
        var at = keeper.Clock.Now();
        var results = counted.Where(f => f.Result is not null).Select(f => (f.Result!, f.Report.OutputBytes!.Value, f.Report.OutputSha256!.Value)).ToList();
        if (results.Count > 0) await vault.RecordAsync(tx, BlobPurpose.Result, results, at, cancel).ConfigureAwait(false);
        await FileVault.ThroughAsync(tx, counted.Select(f => f.Claim.Item.Original), cancel).ConfigureAwait(false);
        await PartRows.AddAsync(tx, vault, counted, at, cancel).ConfigureAwait(false);
        var outputs = counted.ConvertAll(f => f.Result is null ? null : f.Claim.Request.Definition.Mail is null ? OutputPath(f.Claim.Item.Path, f.Report) : f.Claim.Item.Path);
        await tx.RunAsync("""
            UPDATE crossing.item i SET state = f.state, lease = NULL, lease_until = NULL, result_id = f.result, output_path = f.output, outcome = f.outcome, refusal_code = f.refusal, report = f.report, done_at = $8
            FROM unnest($1, $2, $3, $4, $5, $6, $7) AS f (id, state, result, output, outcome, refusal, report) WHERE i.id = f.id
            """, cancel, counted.Select(f => f.Claim.Item.Id.Value).ToArray(), counted.Select(f => (f.Result is null ? ItemState.Refused : ItemState.Out).ToString()).ToArray(), counted.Select(f => f.Result?.Id.Value).ToArray(),
            outputs.ToArray(), counted.Select(f => ReportJson.Word(f.Report.Outcome)).ToArray(), counted.Select(f => f.Report.Refusal?.Code).ToArray(), counted.Select(f => Encoding.UTF8.GetString(ReportJson.Write(f.Report))).ToArray(), at).ConfigureAwait(false);
        await TraceRows.RecordAsync(tx, [.. counted.Select((f, i) => new Through(requests[f.Claim.Request.Id], f.Claim.Item, f.Report, outputs[i]))], cancel).ConfigureAwait(false);
        await WorkQueue.ThroughAsync(tx, counted.Select(f => f.Claim.Item.Id), cancel).ConfigureAwait(false);
        var settled = await SettleAsync(tx, requests, at, cancel).ConfigureAwait(false);
        await mail.SettledAsync(tx, settled.ConvertAll(s => (s.Request, s.State)), "", at, cancel).ConfigureAwait(false);
        await SayAsync(tx, counted, outputs, settled, at, cancel).ConfigureAwait(false);
        await tx.CommitAsync(cancel).ConfigureAwait(false);
        return [.. all.Select(f => held.Contains((f.Claim.Item.Id.Value, f.Claim.Lease)))];
    }

    /// <summary>Throws a result away, unless it counts after all: the answer to a commit may have been lost.</summary>
    public async Task ForgetAsync(Claim claim, Blob result, IReadOnlyList<Blob> parts, CancellationToken cancel)
    {
        await using (var tx = await keeper.EnterAsync(result.Town, cancel).ConfigureAwait(false))
        {
            // Waits for a commit that is under way.
            var counted = await tx.FirstAsync("SELECT result_id FROM crossing.item WHERE id = $1 FOR UPDATE", r => Tuple.Create(r.IsDBNull(0) ? (Guid?)null : r.GetGuid(0)), cancel, claim.Item.Id.Value).ConfigureAwait(false);
            if (counted?.Item1 == result.Id.Value) return;
        }
        foreach (var blob in parts.Prepend(result)) vault.Remove(blob.Town, blob.Id);
    }

    /// <summary>The report of a file that could not even be tried.</summary>
    public static FileReport Untried(Claim claim, Refusal why) =>
        new(claim.Item.Path, null, FileKind.Unknown.Key, null, Outcome.Refused, new(why.Code, why.What, why.Next), [], [], [], claim.Original?.Digest, null, claim.Item.Bytes, null, 0);

    private async Task<Claimed> ClaimAsync(MunicipalityId town, List<Ticket> tickets, bool suspects, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(town, cancel).ConfigureAwait(false);
        // A claim that a crash of PostgreSQL forgets is a file that waits again; its result, without the claim, is thrown away.
        await WorkQueue.LooselyAsync(tx, cancel).ConfigureAwait(false);
        var at = keeper.Clock.GetUtcNow();
        var byItem = tickets.ToDictionary(t => t.Item.Value);
        // By the database's clock: those of several hosts differ.
        var mine = (await tx.ListAsync("""
            UPDATE crossing.item i SET state = 'Working', lease = c.lease, lease_until = clock_timestamp() + $3, attempts = attempts + 1
            FROM unnest($1, $2) AS c (id, lease)
            WHERE i.id = c.id AND i.id IN (
              SELECT id FROM crossing.item WHERE id = ANY ($1) AND (state = 'Queued' OR (state = 'Working' AND lease_until < clock_timestamp())) AND (attempts = 0 OR $4) ORDER BY id FOR UPDATE SKIP LOCKED)
            RETURNING i.id, i.lease, i.attempts
            """, r => (Item: r.GetGuid(0), Lease: r.GetGuid(1), Attempt: r.GetInt32(2)), cancel,
            tickets.Select(t => t.Item.Value).ToArray(), tickets.Select(_ => RecordKeeper.NewId(at)).ToArray(), WorkQueue.Hold, suspects).ConfigureAwait(false)).ToDictionary(m => m.Item);
        var (suspect, busy, over) = (new List<Ticket>(), new List<(Ticket, TimeSpan)>(), new List<Ticket>());
        if (mine.Count < tickets.Count)
        {
            var left = (await tx.ListAsync("""
                SELECT id, state = 'Queued' OR lease_until < clock_timestamp(), coalesce(lease_until - clock_timestamp(), interval '0') FROM crossing.item WHERE id = ANY ($1) AND state IN ('Queued', 'Working')
                """, r => (Item: r.GetGuid(0), IsFree: r.GetBoolean(1), For: r.GetTimeSpan(2)), cancel, [tickets.Where(t => !mine.ContainsKey(t.Item.Value)).Select(t => t.Item.Value).ToArray()]).ConfigureAwait(false)).ToDictionary(l => l.Item);
            foreach (var ticket in tickets.Where(t => !mine.ContainsKey(t.Item.Value)))
            {
                if (!left.TryGetValue(ticket.Item.Value, out var its)) over.Add(ticket);
                else if (its.IsFree && !suspects) suspect.Add(ticket);
                else busy.Add((ticket, its.For));
            }
            if (over.Count > 0) await WorkQueue.ThroughAsync(tx, over.Select(t => t.Item), cancel).ConfigureAwait(false);
        }
        var claims = mine.Count == 0 ? [] : await ReadAsync(tx, mine, cancel).ConfigureAwait(false);
        await tx.CommitAsync(cancel).ConfigureAwait(false);
        return new([.. claims.Select(c => (byItem[c.Item.Id.Value], c))], suspect, busy, over);
    }

    /// <summary>What a worker needs to know of the files that it has claimed.</summary>
    private async Task<List<Claim>> ReadAsync(TenantTransaction tx, Dictionary<Guid, (Guid Item, Guid Lease, int Attempt)> mine, CancellationToken cancel)
    {
        var items = await tx.ListAsync(RequestRows.SelectItems + " WHERE id = ANY ($1)", RequestRows.Item, cancel, [mine.Keys.ToArray()]).ConfigureAwait(false);
        var ids = items.Select(i => i.Request.Value).Distinct().ToArray();
        var requests = (await tx.ListAsync(RequestRows.Select + " WHERE q.id = ANY ($1)", RequestRows.Request, cancel, [ids]).ConfigureAwait(false)).ToDictionary(r => r.Id);
        var originals = await vault.FindAsync(tx, items.ConvertAll(i => i.Original), cancel).ConfigureAwait(false);
        var policies = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var key in requests.Values.Select(r => r.Definition.SanitisePolicy).Distinct()) policies[key] = await RouteBook.PolicyYamlAsync(tx, key, cancel).ConfigureAwait(false) ?? "";
        var letters = requests.Values.All(static r => r.Definition.Mail is null) ? [] : (await tx.ListAsync("""
            SELECT m.request_id, m.page, NOT EXISTS (SELECT FROM crossing.message_recipient r WHERE r.municipality_id = m.municipality_id AND r.message_id = m.id AND r.account IS NULL) FROM crossing.message m WHERE m.request_id = ANY ($1)
            """, r => (Request: new RequestId(r.GetGuid(0)), Letter: new ClaimedLetter(r.GetString(1), r.GetBoolean(2))), cancel, [ids]).ConfigureAwait(false)).ToDictionary(static l => l.Request, static l => l.Letter);
        var passwords = new Dictionary<RequestId, IReadOnlyList<string>>();
        foreach (var (request, untrusted) in await tx.ListAsync("SELECT id, passwords FROM crossing.request WHERE id = ANY ($1) AND passwords IS NOT NULL", r => (new RequestId(r.GetGuid(0)), r.GetFieldValue<byte[]>(1)), cancel, [ids]).ConfigureAwait(false))
            if (items.Exists(i => i.Request == request && originals.ContainsKey(i.Original))) passwords[request] = await OpenAsync(tx, request, untrusted, cancel).ConfigureAwait(false);
        return items.ConvertAll(i => new Claim(i, requests[i.Request], mine[i.Id.Value].Lease, originals.GetValueOrDefault(i.Original), policies[requests[i.Request].Definition.SanitisePolicy],
            passwords.GetValueOrDefault(i.Request, []), mine[i.Id.Value].Attempt, letters.GetValueOrDefault(i.Request)));
    }

    /// <summary>None where they don't open: the file then says itself that it needs one.</summary>
    private async Task<IReadOnlyList<string>> OpenAsync(TenantTransaction tx, RequestId request, byte[] untrusted, CancellationToken cancel)
    {
        try
        {
            return RecordJson.Read<string[]>(Encoding.UTF8.GetString(await vault.UnsealAsync(tx, untrusted, request.Value, cancel).ConfigureAwait(false)));
        }
        catch (CryptographicException)
        {
            return [];
        }
    }

    /// <summary>Requests whose every file is through: delivered, waiting for somebody's leave, or nothing came out.</summary>
    private async Task<List<(CrossingRequest Request, RequestState State, Approval Needs, int Files, int Outs)>> SettleAsync(TenantTransaction tx, Dictionary<RequestId, CrossingRequest> requests, DateTimeOffset at, CancellationToken cancel)
    {
        var settled = new List<(CrossingRequest, RequestState State, Approval Needs, int, int)>();
        var working = requests.Values.Where(r => r.State == RequestState.Working).Select(r => r.Id.Value).ToArray();
        if (working.Length == 0) return settled;
        var through = await tx.ListAsync("""
            SELECT r.request FROM unnest($1) AS r (request) WHERE NOT EXISTS (SELECT FROM crossing.item i WHERE i.request_id = r.request AND i.state NOT IN ('Out', 'Refused'))
            """, r => r.GetGuid(0), cancel, [working]).ConfigureAwait(false);
        if (through.Count == 0) return settled;
        // Read with their reports once, when all are through.
        var items = await tx.ListAsync(RequestRows.SelectItems + " WHERE request_id = ANY ($1) ORDER BY request_id, position", RequestRows.Item, cancel, [through.ToArray()]).ConfigureAwait(false);
        foreach (var its in items.GroupBy(i => i.Request))
        {
            var request = requests[its.Key];
            var outs = its.Where(i => i.State == ItemState.Out).ToList();
            var known = request.Definition.Rules.Any(static r => r.FromRegistered) && (request.Definition.Mail is null
                ? await SenderBook.OfOriginAsync(tx, request.Origin, at, cancel).ConfigureAwait(false) is not null
                : await MailDesk.IsRegisteredAsync(tx, request, outs, at, cancel).ConfigureAwait(false));
            var needs = Needs(request, outs, known);
            if (request.Definition.Mail is not null) needs = await mail.NeedsAsync(tx, request, outs, needs, cancel).ConfigureAwait(false);
            settled.Add((request, outs.Count == 0 ? RequestState.NothingOut : needs == Approval.None ? RequestState.Delivered : RequestState.Waiting, needs, its.Count(), outs.Count));
        }
        await tx.RunAsync("""
            UPDATE crossing.request q SET state = s.state, needs = s.needs, settled_at = CASE WHEN s.state = 'Waiting' THEN NULL ELSE $5 END, expires_at = $5 + make_interval(days => s.days), passwords = NULL
            FROM unnest($1, $2, $3, $4) AS s (id, state, needs, days) WHERE q.id = s.id
            """, cancel, settled.Select(s => s.Item1.Id.Value).ToArray(), settled.Select(s => s.State.ToString()).ToArray(), settled.Select(s => s.Needs.ToString()).ToArray(), settled.Select(s => s.Item1.Definition.ExpiryDays).ToArray(), at).ConfigureAwait(false);
        return settled;
    }

    /// <summary>An entry of the ledger for each file and each settled request, all at once and last: others of the town wait for the ledger from here to the commit.</summary>
    private async Task SayAsync(TenantTransaction tx, List<Finished> counted, List<string?> outputs, List<(CrossingRequest Request, RequestState State, Approval Needs, int Files, int Outs)> settled, DateTimeOffset at, CancellationToken cancel)
    {
        var steps = settled.ConvertAll(s => new NewStep(s.Request.Id, Itself, "", new { s.Request.Number, state = s.State, needs = s.Needs, files = s.Files, @out = s.Outs }));
        var first = await keeper.AppendAsync(tx,
        [
            .. counted.Select((f, i) => RecordKeeper.Entry(at, "crossing.sanitised", Itself, $"crossing/{f.Claim.Request.Id}", Facts(f.Claim, f.Report, outputs[i]))),
            .. steps.Select(s => s.Entry("crossing.through", at)),
        ], cancel).ConfigureAwait(false);
        await tx.RunAsync("UPDATE crossing.item i SET ledger_index = f.index FROM unnest($1, $2) AS f (id, index) WHERE i.id = f.id", cancel,
            counted.Select(f => f.Claim.Item.Id.Value).ToArray(), Enumerable.Range(0, counted.Count).Select(i => first + i).ToArray()).ConfigureAwait(false);
        if (steps.Count > 0) await RequestRows.AddStepsAsync(tx, "crossing.through", at, steps, first + counted.Count, cancel).ConfigureAwait(false);
    }

    private static Approval Needs(CrossingRequest request, List<CrossingItem> outs, bool fromRegistered)
    {
        var kinds = outs.Select(o => o.Report!.Type).Distinct().Select(k => (k, FileKind.All.TryGetValue(k, out var kind) ? PolicyFile.FamilyKey(kind.Family) : "")).ToList();
        var needs = request.Definition.NeedsFor(kinds, outs.Sum(o => o.Bytes), request.Class, fromRegistered);
        // What was only looked at, and not rebuilt, comes in by an approval whatever the route says.
        return needs is Approval.None or Approval.Manager && outs.Exists(o => Any(o.Report!, static r => r.Outcome == Outcome.Admitted)) ? Approval.Officer : needs;
    }

    private static bool Any(FileReport report, Func<FileReport, bool> test) => test(report) || report.Members.Any(m => Any(m, test));

    /// <summary>The folder that it came in, with the name that it left with.</summary>
    private static string OutputPath(string path, FileReport report)
    {
        var name = FileNames.CleanPath(report.Output ?? path);
        return string.Concat(path.AsSpan(0, path.LastIndexOf('/') + 1), name.AsSpan(name.LastIndexOf('/') + 1));
    }

    private static object Facts(Claim claim, FileReport report, string? output) => new
    {
        claim.Request.Number, claim.Item.Path, claim.Item.Bytes, input = claim.Original?.Digest, outcome = ReportJson.Word(report.Outcome), type = report.Type,
        output, result = report.OutputSha256, refusal = report.Refusal?.Code, claim.Attempt, report = Sha256.Of(ReportJson.Write(report)),
        parts = report.ApartFiles.Any() ? report.ApartFiles.Take(200).Select(static p => new { file = p.Output, sha256 = p.OutputSha256 }) : null,
        removed = Removed(report).GroupBy(r => r.Threat).OrderBy(g => g.Key, StringComparer.Ordinal).Take(100).ToDictionary(g => g.Key, g => g.Sum(r => r.Count)),
    };

    private static IEnumerable<Removal> Removed(FileReport report) => report.Removed.Concat(report.Members.SelectMany(Removed));
}
