using System.Globalization;
using Npgsql;
using Sekisho.Assurance;
using Sekisho.Crossing.Requests;
using Sekisho.Crossing.Routes;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Sanitizer.Reports;
using Sekisho.Storage;

namespace Sekisho.Crossing.Traces;

/// <summary>Looking back at what crossed (授受の履歴): one search over files, people, senders, digests and what was taken out; figures; what was let through by exception.</summary>
/// <remarks><c>within</c> is what a person sees: files of these sections and one's own. docs/adr/0114.</remarks>
public sealed partial class TraceDesk
{
    public const int PageSize = 50;

    /// <summary>Counted exactly up to here: counting a million to show fifty would cost more than finding them.</summary>
    public const int MostCounted = 10_000;

    private const int Counted = MostCounted + 1;

    private readonly RecordKeeper keeper;

    internal TraceDesk(RecordKeeper keeper) => this.keeper = keeper;

    /// <summary>A page of what a search finds, the newest first.</summary>
    /// <param name="page">From 1; beyond <see cref="MostCounted"/> there is none: narrow by period.</param>
    public async Task<TracePage> SearchAsync(MunicipalityId municipality, TraceQuery query, int page, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        await HurryAsync(tx, cancel);
        var found = new Found(query, within, actor);
        var isRare = found.HasWords && await IsRareAsync(tx, query, cancel);
        var skip = found.Add((Math.Clamp(page, 1, MostCounted / PageSize) - 1) * PageSize);
        var hits = await tx.ListAsync($"WITH hits AS MATERIALIZED ({found.Hits(isRare ? null : Counted)}), counted AS (SELECT id, at FROM hits ORDER BY at DESC, id DESC LIMIT {Counted}) SELECT id, (SELECT count(*) FROM counted) FROM counted ORDER BY at DESC, id DESC LIMIT {PageSize} OFFSET {skip}",
            r => (Id: r.GetGuid(0), Total: (int)r.GetInt64(1)), cancel, found.Values);
        if (hits.Count == 0) return new([], 0, false);
        var ids = hits.Select(h => h.Id).ToArray();
        var names = await RouteNamesAsync(tx, cancel);
        var traces = await tx.ListAsync($"{Select} WHERE t.id = ANY ($1) ORDER BY t.at DESC, t.id DESC", r => Row(r, names), cancel, ids);
        return new(traces, Math.Min(hits[0].Total, MostCounted), hits[0].Total > MostCounted);
    }

    /// <summary>Counts of a period by month, section and outcome, and what was taken out.</summary>
    /// <param name="until">The last day, in Japan.</param>
    /// <param name="units">Of these alone; null: all in sight.</param>
    public async Task<TraceFigures> FiguresAsync(MunicipalityId municipality, DateOnly from, DateOnly until, IReadOnlyList<UnitId>? units, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var seen = (units, within) switch
        {
            (null, null) => null,
            (null, { } all) => RegisterRows.Ids(all),
            ({ } some, null) => RegisterRows.Ids(some),
            ({ } some, { } all) => RegisterRows.Ids([.. some.Intersect(all)]),
        };
        var counts = await tx.ListAsync("""
            SELECT date_trunc('month', day)::date, unit_id, outcome, sum(files)::bigint, sum(amount)::bigint FROM crossing.figure
            WHERE day >= $1 AND day <= $2 AND outcome IS NOT NULL AND ($3::uuid[] IS NULL OR unit_id = ANY ($3)) GROUP BY 1, 2, 3 HAVING sum(files) > 0 ORDER BY 1
            """, r => new TraceCount(r.GetFieldValue<DateOnly>(0), r.IsDBNull(1) ? null : new UnitId(r.GetGuid(1)), r.Case<TraceOutcome>(2), r.GetInt64(3), r.GetInt64(4)), cancel, from, until, seen);
        var families = await tx.ListAsync("""
            SELECT family, sum(files)::bigint, sum(amount)::bigint FROM crossing.figure WHERE day >= $1 AND day <= $2 AND family IS NOT NULL AND ($3::uuid[] IS NULL OR unit_id = ANY ($3)) GROUP BY family HAVING sum(files) > 0
            """, r => new FamilyCount(r.GetString(0), r.GetInt64(1), r.GetInt64(2)), cancel, from, until, seen);
        var named = counts.Select(c => c.Unit).OfType<UnitId>().Distinct().Select(u => u.Value).ToArray();
        var names = await tx.ListAsync("SELECT id, name FROM records.unit WHERE id = ANY ($1)", r => (Id: new UnitId(r.GetGuid(0)), Name: r.GetString(1)), cancel, named);
        return new(counts, families, names.ToDictionary(n => n.Id, n => n.Name));
    }

    /// <summary>What was let through by exception, the newest first.</summary>
    /// <param name="page">From 1.</param>
    public async Task<(IReadOnlyList<Exceptional> Files, int Total)> ExceptionsAsync(MunicipalityId municipality, int page, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var units = within is null ? null : RegisterRows.Ids(within);
        var total = (await tx.FirstAsync($"SELECT count(*) {ExceptionsFrom}", r => Tuple.Create(r.GetInt64(0)), cancel, units, actor.Account))!.Item1;
        return (await ExceptionsAsync(tx, $"LIMIT {PageSize} OFFSET {((long)Math.Clamp(page, 1, 100_000) - 1) * PageSize}", units, actor, cancel), (int)total);
    }

    private const string ExceptionsFrom = """
        FROM crossing.item i JOIN crossing.request q ON q.municipality_id = i.municipality_id AND q.id = i.request_id
        WHERE i.exception_at IS NOT NULL AND ($1::uuid[] IS NULL OR q.unit_id = ANY ($1) OR q.asked_by = $2)
        """;

    private static async Task<List<Exceptional>> ExceptionsAsync(TenantTransaction tx, string limit, Guid[]? units, Actor actor, CancellationToken cancel) => await tx.ListAsync($"""
        WITH those AS (SELECT i.municipality_id, i.id, q.id AS request_id {ExceptionsFrom})
        SELECT i.id, q.id, q.sequence, i.path, i.bytes, (SELECT u.name FROM records.unit u WHERE u.municipality_id = q.municipality_id AND u.id = q.unit_id), q.asked_by, q.asked_by_name, coalesce(i.exception_why, ''), i.exception_by, i.exception_by_name,
          i.exception_at, coalesce(i.exception_decided, ''), coalesce(i.refusal_code, ''), i.report, b.sha256, q.expires_at, coalesce(q.settled_at, q.expires_at) + make_interval(days => (v.definition ->> 'expiryDays')::int + (v.definition ->> 'retentionDays')::int), b.destroyed_at IS NOT NULL,
          (SELECT s.ledger_index FROM crossing.step s WHERE s.municipality_id = q.municipality_id AND s.request_id = q.id AND s.kind = 'crossing.exception-granted' AND s.at = i.exception_at LIMIT 1),
          n.first_at, n.last_at, n.times, n.signatures, n.found
        FROM those JOIN crossing.item i ON i.municipality_id = those.municipality_id AND i.id = those.id
        JOIN crossing.request q ON q.municipality_id = those.municipality_id AND q.id = those.request_id
        JOIN crossing.route_version v ON v.municipality_id = q.municipality_id AND v.route_id = q.route_id AND v.version = q.route_version
        JOIN crossing.blob b ON b.municipality_id = i.municipality_id AND b.id = i.original_id
        LEFT JOIN crossing.exception_scan n ON n.municipality_id = i.municipality_id AND n.item_id = i.id
        ORDER BY i.exception_at DESC, i.id {limit}
        """, r =>
        {
            var report = r.TextOrNull(14) is { } json ? ReportJson.Read(System.Text.Encoding.UTF8.GetBytes(json)) : null;
            var refusal = report?.Refusal;
            var scan = report?.Notes.FirstOrDefault(n => n.Code.StartsWith("SAN-NOTE-SCAN", StringComparison.Ordinal))?.Message;
            return new Exceptional(new(r.GetGuid(0)), new(r.GetGuid(1)), RequestRows.Number(r.GetInt32(2)), r.GetString(3), r.GetInt64(4), r.TextOrNull(5), r.By(6), r.GetString(8), r.By(9), r.Moment(11), r.GetString(12), r.GetString(13),
                refusal?.What ?? Bilingual.Same(r.GetString(13)), scan, r.IsDBNull(15) ? null : r.Digest(15), r.Moment(16), r.Moment(17), r.GetBoolean(18), r.GetInt64(19))
            {
                Scans = r.IsDBNull(20) ? null : new(r.Moment(20), r.Moment(21), r.GetInt32(22), r.GetString(23), r.TextOrNull(24)),
            };
        }, cancel, units, actor.Account);

    private const string Select = """
        SELECT t.id, t.request_id, q.sequence, t.at, t.route_id, (SELECT u.name FROM records.unit u WHERE u.municipality_id = t.municipality_id AND u.id = t.unit_id), q.asked_by, q.asked_by_name, t.sender, q.purpose, q.recipient,
          i.path, i.output_path, t.bytes, t.outcome, i.refusal_code, t.removed,
          CASE WHEN t.outcome = 'Excepted' THEN ARRAY[i.exception_by_name] ELSE coalesce((SELECT array_agg(s.by_name ORDER BY s.ordinal) FROM crossing.step s WHERE s.municipality_id = t.municipality_id AND s.request_id = t.request_id AND s.kind = 'crossing.approved'), ARRAY[]::text[]) END,
          o.sha256, r.sha256
        FROM crossing.trace t
        JOIN crossing.request q ON q.municipality_id = t.municipality_id AND q.id = t.request_id
        JOIN crossing.item i ON i.municipality_id = t.municipality_id AND i.id = t.id
        JOIN crossing.blob o ON o.municipality_id = i.municipality_id AND o.id = i.original_id
        LEFT JOIN crossing.blob r ON r.municipality_id = i.municipality_id AND r.id = i.result_id
        """;

    private static Trace Row(NpgsqlDataReader r, IReadOnlyDictionary<Guid, Bilingual> routes) => new(
        new(r.GetGuid(0)), new(r.GetGuid(1)), RequestRows.Number(r.GetInt32(2)), r.Moment(3), new(r.GetGuid(4)), routes.GetValueOrDefault(r.GetGuid(4), Bilingual.Same("")), r.TextOrNull(5), r.By(6), r.GetString(8), r.GetString(9), r.GetString(10),
        r.GetString(11), r.TextOrNull(12), r.GetInt64(13), r.Case<TraceOutcome>(14), r.TextOrNull(15), TraceRows.Removed(r.GetString(16)), r.GetFieldValue<string[]>(17), r.IsDBNull(18) ? null : r.Digest(18), r.IsDBNull(19) ? null : r.Digest(19));

    private static async Task<IReadOnlyDictionary<Guid, Bilingual>> RouteNamesAsync(TenantTransaction tx, CancellationToken cancel) =>
        (await tx.ListAsync("""
            SELECT r.id, v.definition::text FROM crossing.route r JOIN crossing.route_version v ON v.municipality_id = r.municipality_id AND v.route_id = r.id AND v.version = r.version
            """, r => (Id: r.GetGuid(0), RecordJson.Read<RouteDefinition>(r.GetString(1)).Name), cancel)).ToDictionary(r => r.Id, r => r.Name);

    /// <summary>True when so few of the newest files have these words that going along the time, row by row, would read all of them: then they are read at once, by all processors.</summary>
    private static async Task<bool> IsRareAsync(TenantTransaction tx, TraceQuery query, CancellationToken cancel)
    {
        const int Sample = 4_000, Enough = Sample / 20;
        var words = new Found(new TraceQuery(query.Text, query.Person, query.Sender), null, Actor.System("traces"));
        var seen = (await tx.FirstAsync($"SELECT count(*) FROM (SELECT * FROM crossing.trace ORDER BY at DESC, id DESC LIMIT {Sample}) t WHERE {words.Filters}", r => Tuple.Create(r.GetInt64(0)), cancel, words.Values))!.Item1;
        if (seen >= Enough) return false;
        // The planner takes a word to be in a third of all rows, and handing that many to one process for dear.
        await tx.RunAsync("SET LOCAL parallel_tuple_cost = 0", cancel);
        await tx.RunAsync("SET LOCAL parallel_setup_cost = 0", cancel);
        return true;
    }

    /// <summary>Compiling such a query costs more than it saves.</summary>
    private static Task<int> HurryAsync(TenantTransaction tx, CancellationToken cancel) => tx.RunAsync("SET LOCAL jit = off", cancel);

    /// <summary>A query as SQL: which files it finds, each branch along an index by time.</summary>
    private sealed class Found
    {
        private readonly List<object?> values = [];
        private readonly List<string> branches = [];
        private readonly List<string> filters = [];

        public Found(TraceQuery query, IReadOnlyList<UnitId>? within, Actor actor)
        {
            var text = query.Text?.Trim();
            var digest = query.Digest ?? (text is not null && Sha256.TryParse(text, out var typed) ? typed : null);
            if (digest is { } d) filters.Add($"t.id IN (SELECT d.trace_id FROM crossing.trace_digest d WHERE d.sha256 = {Add(d)})");
            if (query.From is { } from) filters.Add($"t.at >= {Add(JapaneseTime.StartOf(from).ToUniversalTime())}");
            if (query.Until is { } until) filters.Add($"t.at < {Add(JapaneseTime.StartOf(until.AddDays(1)).ToUniversalTime())}");
            if (query.Outcome is { } outcome) filters.Add($"t.outcome = {Add(outcome)}");
            if (query.Route is { } route) filters.Add($"t.route_id = (SELECT r.id FROM crossing.route r WHERE r.key = {Add(route)})");
            if (query.Family is { } family) filters.Add($"t.id IN (SELECT f.trace_id FROM crossing.trace_family f WHERE f.family = {Add(family)})");
            if (digest is null || query.Digest is not null)
                foreach (var word in SearchFold.Words(text)) filters.Add($"position({Add(word)} in t.words) > 0");
            foreach (var word in SearchFold.Words(query.Person)) filters.Add($"position({Add(word)} in split_part(t.words, E'\\n', 1)) > 0");
            foreach (var word in SearchFold.Words(query.Sender)) filters.Add($"t.sender <> '' AND position({Add(word)} in split_part(t.words, E'\\n', 2)) > 0");
            HasWords = filters.Exists(static f => f.Contains("position(", StringComparison.Ordinal));
            if (within is null && query.Units is null) branches.Add("");
            if (within is not null && query.Units is null) branches.Add($"t.asked_by = {Add(actor.Account)}");
            if (within is not null && query.Units is not null) branches.Add($"t.asked_by = {Add(actor.Account)} AND t.unit_id = ANY ({Add(RegisterRows.Ids(query.Units))})");
            Units = query.Units is null ? within : within is null ? query.Units : [.. query.Units.Intersect(within)];
            if (Units is not null) units = Add(RegisterRows.Ids(Units));
        }

        /// <summary>Words that no index finds.</summary>
        public bool HasWords { get; }

        public string Filters => filters.Count == 0 ? "true" : string.Join(" AND ", filters);

        private readonly string? units;

        private IReadOnlyList<UnitId>? Units { get; }

        public object?[] Values => [.. values];

        public string Add(object? value)
        {
            values.Add(value);
            return string.Create(CultureInfo.InvariantCulture, $"${values.Count}");
        }

        /// <summary>Ids and moments; null: as many as there are.</summary>
        public string Hits(int? most)
        {
            var parts = branches.Select(b => $"(SELECT t.id, t.at FROM crossing.trace t WHERE {Where(b)}{Bound(most)})").ToList();
            if (units is not null)
                parts.Add($"(SELECT h.id, h.at FROM unnest({units}) AS u (id) CROSS JOIN LATERAL (SELECT t.id, t.at FROM crossing.trace t WHERE {Where("t.unit_id = u.id")}{Bound(most)}) h)");
            return string.Join(" UNION ", parts);
        }

        private static string Bound(int? most) => most is { } n ? string.Create(CultureInfo.InvariantCulture, $" ORDER BY t.at DESC, t.id DESC LIMIT {n}") : "";

        private string Where(string scope) => string.Join(" AND ", filters.Prepend(scope).Where(f => f.Length > 0).DefaultIfEmpty("true"));
    }
}
