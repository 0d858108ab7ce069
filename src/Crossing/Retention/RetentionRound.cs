using Sekisho.Assurance;
using Sekisho.Crossing.Pictures;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Traces;
using Sekisho.Crossing.Vault;
using Sekisho.Records;
using Sekisho.Storage;

namespace Sekisho.Crossing.Retention;

/// <summary>What a round did.</summary>
/// <param name="Expired">Requests whose results can't be fetched any more, and drafts that were given up.</param>
/// <param name="Destroyed">Files of the vault that were destroyed.</param>
/// <param name="Swept">Files on the disk that no record knew.</param>
public sealed record RetentionReport(int Expired, int Destroyed, int Swept);

/// <summary>Destroys what has been kept for long enough (保存期間の満了と廃棄), with an entry in the ledger for each request.</summary>
public sealed class RetentionRound
{
    private const int AtATime = 200;

    /// <summary>A file on the disk that no record knows is left alone for so long: it may be one that is being written.</summary>
    private static readonly TimeSpan SweepAge = TimeSpan.FromHours(48);

    /// <summary>So long after its expiry a message's content is kept for its delivery, at most.</summary>
    private static readonly TimeSpan LongestOnItsWay = TimeSpan.FromDays(30);

    private static readonly Actor Itself = Actor.System("retention");

    private readonly RecordKeeper keeper;
    private readonly FileVault vault;
    private readonly RequestDesk desk;

    private readonly PictureDesk pictures;

    internal RetentionRound(RecordKeeper keeper, FileVault vault, RequestDesk desk, PictureDesk pictures) => (this.keeper, this.vault, this.desk, this.pictures) = (keeper, vault, desk, pictures);

    /// <summary>One round over every municipality.</summary>
    public Task RunAllAsync(CancellationToken cancel) => keeper.EachMunicipalityAsync(town => RunAsync(town, cancel), cancel);

    /// <summary>One round over a municipality. May be broken off and run again at any time.</summary>
    public async Task<RetentionReport> RunAsync(MunicipalityId town, CancellationToken cancel)
    {
        var (expired, destroyed) = (0, 0);
        while (await ExpireAsync(town, cancel) is > 0 and var some) expired += some;
        while (await DestroyAsync(town, cancel) is > 0 and var some) destroyed += some;
        destroyed += await pictures.DestroyAsync(town, cancel);
        await using (var tx = await keeper.EnterAsync(town, cancel))
        {
            await FileVault.ForgetStraysAsync(tx, keeper.Clock.GetUtcNow() - SweepAge, keeper.Clock.Now(), cancel);
            await TraceRows.SettleAsync(tx, cancel);
            await tx.CommitAsync(cancel);
        }
        return new(expired, destroyed, await vault.SweepAsync(town, keeper.Clock.GetUtcNow() - SweepAge, cancel));
    }

    private async Task<int> ExpireAsync(MunicipalityId town, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(town, cancel);
        var at = keeper.Clock.Now();
        // A message that is still on its way needs its content; its deliverer gives up in days, and one that nobody delivers isn't waited for endlessly.
        var due = await tx.ListAsync(RequestRows.Select + """
             WHERE q.state IN ('Draft', 'Waiting', 'Delivered', 'NothingOut') AND q.expires_at <= $1 AND (q.state = 'Waiting' OR q.expires_at <= $3 OR NOT EXISTS (
               SELECT FROM crossing.message m WHERE m.municipality_id = q.municipality_id AND m.request_id = q.id AND m.state IN ('Held', 'Due')))
            ORDER BY q.expires_at LIMIT $2 FOR UPDATE OF q SKIP LOCKED
            """, RequestRows.Request, cancel, at, AtATime, at - LongestOnItsWay);
        foreach (var request in due)
        {
            await tx.RunAsync("UPDATE crossing.request SET state = 'Expired', passwords = NULL, settled_at = coalesce(settled_at, $2) WHERE id = $1", cancel, request.Id.Value, at);
            await desk.Mail.SettledAsync(tx, [(request, RequestState.Expired)], "", at, cancel);
            await desk.StepAsync(tx, request.Id, "crossing.expired", at, Itself, "", new { request.Number, was = request.State }, cancel);
        }
        await tx.CommitAsync(cancel);
        return due.Count;
    }

    /// <summary>Results go when nobody can fetch them any more; originals after the days that the route keeps them beyond that. Drafts that were given up go at once.</summary>
    private async Task<int> DestroyAsync(MunicipalityId town, CancellationToken cancel)
    {
        List<(RequestId Request, BlobId Blob, string Purpose)> due;
        await using (var tx = await keeper.EnterAsync(town, cancel))
        {
            var at = keeper.Clock.Now();
            due = await tx.ListAsync("""
                SELECT q.id, b.id, b.purpose FROM crossing.request q
                JOIN crossing.route_version v ON v.municipality_id = q.municipality_id AND v.route_id = q.route_id AND v.version = q.route_version
                JOIN crossing.item i ON i.municipality_id = q.municipality_id AND i.request_id = q.id
                CROSS JOIN LATERAL (SELECT i.original_id AS id UNION SELECT i.result_id UNION SELECT p.blob_id FROM crossing.part p WHERE p.municipality_id = i.municipality_id AND p.item_id = i.id) kept
                JOIN crossing.blob b ON b.municipality_id = i.municipality_id AND b.id = kept.id AND b.sealed_key IS NOT NULL
                WHERE q.state IN ('Expired', 'Withdrawn', 'Refused')
                  AND (b.purpose = 'Result' OR q.submitted_at IS NULL OR q.settled_at + make_interval(days => (v.definition ->> 'expiryDays')::int + (v.definition ->> 'retentionDays')::int) <= $1)
                ORDER BY q.id LIMIT $2 FOR UPDATE OF b SKIP LOCKED
                """, r => (new RequestId(r.GetGuid(0)), new BlobId(r.GetGuid(1)), r.GetString(2)), cancel, at, AtATime);
            if (due.Count == 0) return 0;
            await FileVault.DestroyAsync(tx, [.. due.Select(d => d.Blob)], at, cancel);
            // Files first, then the ledger: everybody locks in this order.
            await tx.RunAsync("UPDATE crossing.item i SET state = 'Destroyed', lease = NULL, lease_until = NULL WHERE original_id = ANY ($1)", cancel, due.Select(d => d.Blob.Value).ToArray());
            foreach (var request in due.GroupBy(d => d.Request))
            {
                await desk.StepAsync(tx, request.Key, "crossing.destroyed", at, Itself, "", new { originals = request.Count(d => d.Purpose == "Original"), results = request.Count(d => d.Purpose == "Result") }, cancel);
            }
            await tx.CommitAsync(cancel);
        }
        foreach (var (_, blob, _) in due) vault.Remove(town, blob);
        return due.Count;
    }
}
