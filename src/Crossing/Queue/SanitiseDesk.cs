using System.Text;
using System.Text.Json;
using Sekisho.Assurance;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Rules;
using Sekisho.Storage;

namespace Sekisho.Crossing.Queue;

/// <summary>A file that a worker has claimed: nobody else works on it while the claim holds.</summary>
/// <param name="Lease">Of this claim alone; a result is only taken under it.</param>
/// <param name="Original">Null when its key doesn't open any more.</param>
internal sealed record Claim(CrossingItem Item, CrossingRequest Request, Guid Lease, Blob? Original, string PolicyYaml, IReadOnlyList<string> Passwords, int Attempt);

/// <summary>What is done with files on the way through the sanitiser: claimed, kept in hand, brought to exactly one result.</summary>
internal sealed class SanitiseDesk(RecordKeeper keeper, FileVault vault, RequestDesk desk)
{
    /// <summary>A file whose worker's host died this often is set aside (毒ファイル).</summary>
    public const int MostAttempts = 3;

    private static readonly Actor Itself = Actor.System("sanitiser");

    /// <summary>Claims a file. Null when there is nothing to do on it any more, or another has it.</summary>
    public async Task<Claim?> ClaimAsync(Ticket ticket, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(ticket.Town, cancel).ConfigureAwait(false);
        var lease = Guid.CreateVersion7(keeper.Clock.GetUtcNow());
        // By the database's clock: those of several hosts differ.
        var attempt = await tx.FirstAsync("""
            UPDATE crossing.item SET state = 'Working', lease = $2, lease_until = clock_timestamp() + $3, attempts = attempts + 1
            WHERE id = $1 AND (state = 'Queued' OR (state = 'Working' AND lease_until < clock_timestamp())) RETURNING attempts
            """, r => Tuple.Create(r.GetInt32(0)), cancel, ticket.Item.Value, lease, WorkQueue.Hold).ConfigureAwait(false);
        if (attempt is null) return null;
        var item = (await RequestRows.ItemAsync(tx, ticket.Item, lockRow: false, cancel).ConfigureAwait(false))!;
        var request = (await RequestRows.ReadAsync(tx, item.Request, lockRow: false, cancel).ConfigureAwait(false))!;
        var original = await OpenAsync(tx, item.Original, cancel).ConfigureAwait(false);
        var policy = await RouteBook.PolicyYamlAsync(tx, request.Definition.SanitisePolicy, cancel).ConfigureAwait(false) ?? "";
        var sealedPasswords = await tx.FirstAsync("SELECT passwords FROM crossing.request WHERE id = $1 AND passwords IS NOT NULL", r => r.GetFieldValue<byte[]>(0), cancel, request.Id.Value).ConfigureAwait(false);
        IReadOnlyList<string> passwords = sealedPasswords is null || original is null ? [] : RecordJson.Read<string[]>(Encoding.UTF8.GetString(await vault.UnsealAsync(tx, sealedPasswords, request.Id.Value, cancel).ConfigureAwait(false)));
        await tx.CommitAsync(cancel).ConfigureAwait(false);
        return new(item, request, lease, original, policy, passwords, attempt.Item1);
    }

    /// <summary>Keeps claims in hand for longer.</summary>
    public async Task HoldAsync(MunicipalityId town, IReadOnlyCollection<Guid> leases, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(town, cancel).ConfigureAwait(false);
        await tx.RunAsync("UPDATE crossing.item SET lease_until = clock_timestamp() + $2 WHERE lease = ANY ($1)", cancel, leases.ToArray(), WorkQueue.Hold).ConfigureAwait(false);
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

    /// <summary>A place for what will come out.</summary>
    public async Task<Blob> ResultAsync(MunicipalityId town, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(town, cancel).ConfigureAwait(false);
        var blob = await vault.AddAsync(tx, BlobPurpose.Result, keeper.Clock.Now(), cancel).ConfigureAwait(false);
        await tx.CommitAsync(cancel).ConfigureAwait(false);
        return blob;
    }

    /// <summary>Records the one result of a file, and where its request stands after it.</summary>
    /// <param name="result">What came out, complete on the disk; null when nothing did.</param>
    /// <returns>False when the claim was lost meanwhile: another's result counts, and this one is to be thrown away.</returns>
    public async Task<bool> FinishAsync(MunicipalityId town, Claim claim, FileReport report, Blob? result, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(town, cancel).ConfigureAwait(false);
        var request = (await RequestRows.ReadAsync(tx, claim.Request.Id, lockRow: true, cancel).ConfigureAwait(false))!;
        if (await tx.FirstAsync("SELECT id FROM crossing.item WHERE id = $1 AND lease = $2 FOR UPDATE", r => Tuple.Create(r.GetGuid(0)), cancel, claim.Item.Id.Value, claim.Lease).ConfigureAwait(false) is null) return false;
        var at = keeper.Clock.Now();
        if (result is not null) await FileVault.CompleteAsync(tx, result.Id, report.OutputBytes!.Value, report.OutputSha256!.Value, cancel).ConfigureAwait(false);
        var output = result is null ? null : OutputPath(claim.Item.Path, report);
        await tx.RunAsync("""
            UPDATE crossing.item SET state = $2, lease = NULL, lease_until = NULL, result_id = $3, output_path = $4, outcome = $5, refusal_code = $6, report = $7, done_at = $8 WHERE id = $1
            """, cancel, claim.Item.Id.Value, result is null ? ItemState.Refused : ItemState.Out, result?.Id.Value, output, ReportJson.Word(report.Outcome), report.Refusal?.Code,
            Encoding.UTF8.GetString(ReportJson.Write(report)), at).ConfigureAwait(false);
        await SettleAsync(tx, request, at, cancel).ConfigureAwait(false);
        var index = await keeper.AppendAsync(tx, at, "crossing.sanitised", Itself, $"crossing/{request.Id}", Facts(claim, report, output), cancel).ConfigureAwait(false);
        await tx.RunAsync("UPDATE crossing.item SET ledger_index = $2 WHERE id = $1", cancel, claim.Item.Id.Value, index).ConfigureAwait(false);
        await tx.CommitAsync(cancel).ConfigureAwait(false);
        return true;
    }

    /// <summary>True when there is nothing to be done on the file any more.</summary>
    public async Task<bool> IsOverAsync(Ticket ticket, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(ticket.Town, cancel).ConfigureAwait(false);
        return await tx.FirstAsync("SELECT id FROM crossing.item WHERE id = $1 AND state IN ('Queued', 'Working')", r => Tuple.Create(r.GetGuid(0)), cancel, ticket.Item.Value).ConfigureAwait(false) is null;
    }

    /// <summary>Throws a result away, unless it counts after all: the answer to a commit may have been lost.</summary>
    public async Task ForgetAsync(Claim claim, Blob result, CancellationToken cancel)
    {
        await using (var tx = await keeper.EnterAsync(result.Town, cancel).ConfigureAwait(false))
        {
            var counted = await tx.FirstAsync("SELECT result_id FROM crossing.item WHERE id = $1 FOR UPDATE", r => Tuple.Create(r.IsDBNull(0) ? (Guid?)null : r.GetGuid(0)), cancel, claim.Item.Id.Value).ConfigureAwait(false);
            if (counted?.Item1 == result.Id.Value) return;
            await FileVault.DestroyAsync(tx, [result.Id], keeper.Clock.Now(), cancel).ConfigureAwait(false);
            await tx.CommitAsync(cancel).ConfigureAwait(false);
        }
        vault.Remove(result.Town, result.Id);
    }

    /// <summary>The report of a file that could not even be tried.</summary>
    public static FileReport Untried(Claim claim, Refusal why) =>
        new(claim.Item.Path, null, FileKind.Unknown.Key, null, Outcome.Refused, new(why.Code, why.What, why.Next), [], [], [], claim.Original?.Digest, null, claim.Item.Bytes, null, 0);

    private async Task<Blob?> OpenAsync(TenantTransaction tx, BlobId original, CancellationToken cancel)
    {
        try
        {
            return await vault.FindAsync(tx, original, cancel).ConfigureAwait(false);
        }
        catch (VaultException)
        {
            return null;
        }
    }

    /// <summary>Once every file is through: delivered, waiting for somebody's leave, or nothing came out.</summary>
    private async Task SettleAsync(TenantTransaction tx, CrossingRequest request, DateTimeOffset at, CancellationToken cancel)
    {
        if (request.State != RequestState.Working || await tx.FirstAsync("SELECT id FROM crossing.item WHERE request_id = $1 AND state NOT IN ('Out', 'Refused') LIMIT 1",
            r => Tuple.Create(r.GetGuid(0)), cancel, request.Id.Value).ConfigureAwait(false) is not null) return;
        // Read with their reports once, when all are through.
        var items = await RequestRows.ItemsAsync(tx, request.Id, cancel).ConfigureAwait(false);
        var outs = items.FindAll(i => i.State == ItemState.Out);
        var needs = Needs(request, outs);
        var state = outs.Count == 0 ? RequestState.NothingOut : needs == Approval.None ? RequestState.Delivered : RequestState.Waiting;
        await tx.RunAsync("UPDATE crossing.request SET state = $2, needs = $3, settled_at = $4, expires_at = $5, passwords = NULL WHERE id = $1",
            cancel, request.Id.Value, state, needs, state == RequestState.Waiting ? null : at, at + TimeSpan.FromDays(request.Definition.ExpiryDays)).ConfigureAwait(false);
        await desk.StepAsync(tx, request.Id, "crossing.through", at, Itself, "", new { request.Number, state, needs, files = items.Count, @out = outs.Count }, cancel).ConfigureAwait(false);
    }

    private static Approval Needs(CrossingRequest request, List<CrossingItem> outs)
    {
        var kinds = outs.Select(o => o.Report!.Type).Distinct().Select(k => (k, FileKind.All.TryGetValue(k, out var kind) ? PolicyFile.FamilyKey(kind.Family) : "")).ToList();
        var needs = request.Definition.NeedsFor(kinds, outs.Sum(o => o.Bytes), request.Class);
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
        removed = Removed(report).GroupBy(r => r.Threat).OrderBy(g => g.Key, StringComparer.Ordinal).Take(100).ToDictionary(g => g.Key, g => g.Sum(r => r.Count)),
    };

    private static IEnumerable<Removal> Removed(FileReport report) => report.Removed.Concat(report.Members.SelectMany(Removed));
}
