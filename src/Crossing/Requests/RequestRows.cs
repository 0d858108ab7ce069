using System.Globalization;
using Npgsql;
using Sekisho.Crossing.Routes;
using Sekisho.Ledger;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Sanitizer.Reports;
using Sekisho.Storage;

namespace Sekisho.Crossing.Requests;

/// <summary>Rows of requests, their files and steps.</summary>
internal static class RequestRows
{
    public const string Select = """
        SELECT q.id, q.sequence, q.route_id, q.route_version, v.definition::text, q.state, q.unit_id, q.opened_at, q.asked_by, q.asked_by_name, q.submitted_at, q.settled_at, q.expires_at, q.purpose, q.recipient, q.class, q.needs, q.origin, q.urgency
        FROM crossing.request q JOIN crossing.route_version v ON v.municipality_id = q.municipality_id AND v.route_id = q.route_id AND v.version = q.route_version
        """;

    public const string SelectItems = """
        SELECT id, request_id, position, path, bytes, received, state, output_path, report, refusal_code, exception_why, exception_by, exception_by_name, done_at, original_id, result_id FROM crossing.item
        """;

    public static string Number(int sequence) => "授受-" + sequence.ToString("000000", CultureInfo.InvariantCulture);

    public static Task<CrossingRequest?> ReadAsync(TenantTransaction tx, RequestId id, bool lockRow, CancellationToken cancel) =>
        tx.FirstAsync(Select + " WHERE q.id = $1" + (lockRow ? " FOR UPDATE OF q" : ""), Request, cancel, id.Value);

    public static Task<List<CrossingItem>> ItemsAsync(TenantTransaction tx, RequestId id, CancellationToken cancel) =>
        tx.ListAsync(SelectItems + " WHERE request_id = $1 ORDER BY position", Item, cancel, id.Value);

    public static Task<CrossingItem?> ItemAsync(TenantTransaction tx, ItemId id, bool lockRow, CancellationToken cancel) =>
        tx.FirstAsync(SelectItems + " WHERE id = $1" + (lockRow ? " FOR UPDATE" : ""), Item, cancel, id.Value);

    public static Task<List<CrossingStep>> StepsAsync(TenantTransaction tx, RequestId id, CancellationToken cancel) =>
        tx.ListAsync("SELECT kind, at, by, by_name, note, ledger_index, deputy_of FROM crossing.step WHERE request_id = $1 ORDER BY ordinal",
            r => new CrossingStep(r.GetString(0), r.Moment(1), r.By(2), r.GetString(4), r.GetInt64(5), r.IsDBNull(6) ? null : r.Case<Post>(6)), cancel, id.Value);

    /// <summary>Who gave their leave so far: the account, and the person that it was then. What was approved before other content came through (a locked message opened) counts for that alone.</summary>
    public static Task<List<(string Account, PersonId? Person, DateTimeOffset At)>> ApproversAsync(TenantTransaction tx, RequestId id, CancellationToken cancel) =>
        tx.ListAsync("SELECT by, person_id, at FROM crossing.step WHERE request_id = $1 AND kind = 'crossing.approved' AND ordinal > (SELECT coalesce(max(t.ordinal), 0) FROM crossing.step t WHERE t.request_id = $1 AND t.kind = 'crossing.through')", r => (r.GetString(0), r.IsDBNull(1) ? (PersonId?)null : new PersonId(r.GetGuid(1)), r.Moment(2)), cancel, id.Value);

    public static CrossingRequest Request(NpgsqlDataReader r) => new(
        new(r.GetGuid(0)), Number(r.GetInt32(1)), new(r.GetGuid(2)), r.GetInt32(3), RouteJson.Read(r.GetString(4)), r.Case<RequestState>(5), r.IsDBNull(6) ? null : new UnitId(r.GetGuid(6)),
        r.Moment(7), r.By(8), r.MomentOrNull(10), r.MomentOrNull(11), r.Moment(12), r.GetString(13), r.GetString(14), r.TextOrNull(15), r.IsDBNull(16) ? null : r.Case<Approval>(16)) { Origin = r.GetString(17), Urgency = (Urgency)r.GetInt16(18) };

    public static CrossingItem Item(NpgsqlDataReader r) => new(
        new(r.GetGuid(0)), new(r.GetGuid(1)), r.GetInt32(2), r.GetString(3), r.GetInt64(4), r.GetInt64(5), r.Case<ItemState>(6), r.TextOrNull(7),
        r.TextOrNull(8) is { } report ? ReportJson.Read(System.Text.Encoding.UTF8.GetBytes(report)) : null, r.TextOrNull(9), r.TextOrNull(10), r.ByOrNull(11), r.MomentOrNull(13))
    {
        Original = new(r.GetGuid(14)),
        Result = r.IsDBNull(15) ? null : new(r.GetGuid(15)),
    };

    /// <summary>One step for each of these requests; their entries of the ledger follow each other.</summary>
    /// <param name="first">Index of the first one's entry.</param>
    public static Task<int> AddStepsAsync(TenantTransaction tx, string kind, DateTimeOffset at, IReadOnlyList<NewStep> steps, long first, CancellationToken cancel) => tx.RunAsync("""
        INSERT INTO crossing.step (municipality_id, request_id, ordinal, kind, at, by, by_name, note, ledger_index, person_id)
        SELECT $1, s.request, (SELECT coalesce(max(o.ordinal), 0) + 1 FROM crossing.step o WHERE o.request_id = s.request), $2, $3, s.by, s.name, s.note, $4 + s.nth - 1, (SELECT person_id FROM records.account_person WHERE account = s.by)
        FROM unnest($5, $6, $7, $8) WITH ORDINALITY AS s (request, by, name, note, nth)
        """, cancel, tx.Municipality.Value, kind, at, first, steps.Select(s => s.Request.Value).ToArray(), steps.Select(s => s.By.Account).ToArray(), steps.Select(s => s.By.Name).ToArray(), steps.Select(s => s.Note).ToArray());
}

/// <summary>A step that is about to be written, together with others of its kind.</summary>
internal sealed record NewStep(RequestId Request, Actor By, string Note, object Facts)
{
    public LedgerEntry Entry(string kind, DateTimeOffset at) => RecordKeeper.Entry(at, kind, By, $"crossing/{Request}", new { note = Note, facts = Facts });
}
