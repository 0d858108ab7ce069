using Npgsql;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Storage;

namespace Sekisho.Records.Takeouts;

/// <summary>Rows of the take-outs' tables.</summary>
internal static class TakeoutRows
{
    private const string From = """
         FROM records.takeout t JOIN records.unit u ON u.municipality_id = t.municipality_id AND u.id = t.unit_id
        LEFT JOIN records.register_entry m ON m.municipality_id = t.municipality_id AND m.id = coalesce(t.medium_id, t.terminal_id)
        """;

    private const string Select = """
        SELECT t.id, t.sequence, t.unit_id, u.name, t.state, t.asked_at, t.asked_by, t.asked_by_name, t.what, t.why, t.destination, t.is_inside, t.is_my_number, t.class, t.carrier,
               m.id, m.register, m.number, m.title, t.safeguards, t.from_on, t.due_on, t.extension_on, t.extension_why, t.approver
        """ + From;

    private const string Within = " AND ($1::uuid[] IS NULL OR t.unit_id = ANY ($1))";

    public static string Number(int sequence) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"TKO-{sequence:0000}");

    public static async Task<Takeout?> ReadAsync(TenantTransaction tx, TakeoutId id, IReadOnlyList<UnitId>? within, bool lockRow, CancellationToken cancel)
    {
        if (lockRow) await tx.ListAsync("SELECT id FROM records.takeout WHERE id = $1 FOR UPDATE", r => r.GetGuid(0), cancel, id.Value);
        return await tx.FirstAsync(Select + " WHERE t.id = $2" + Within, Takeout, cancel, Ids(within), id.Value);
    }

    public static Task<List<Takeout>> ListAsync(TenantTransaction tx, TakeoutView view, DateOnly day, IReadOnlyList<UnitId>? within, int skip, int take, CancellationToken cancel) =>
        tx.ListAsync($"{Select} WHERE {Condition(view)}{Within} AND $2::date IS NOT NULL ORDER BY {(view is TakeoutView.Out or TakeoutView.Overdue ? "t.due_on, t.sequence" : "t.sequence DESC")} OFFSET $3 LIMIT $4", Takeout, cancel, Ids(within), day, skip, take);

    /// <summary>Open ones, the nearest day first.</summary>
    public static Task<List<Takeout>> OpenAsync(TenantTransaction tx, IReadOnlyList<UnitId>? within, CancellationToken cancel) =>
        tx.ListAsync($"{Select} WHERE t.state IN ('Asked', 'Approved', 'Out', 'Back'){Within} ORDER BY t.due_on, t.sequence LIMIT 500", Takeout, cancel, Ids(within));

    public static async Task<Dictionary<TakeoutView, int>> CountsAsync(TenantTransaction tx, DateOnly day, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        var views = Enum.GetValues<TakeoutView>();
        var counts = await tx.ListAsync($"SELECT {string.Join(", ", views.Select(v => $"count(*) FILTER (WHERE {Condition(v)})::int"))} FROM records.takeout t WHERE $2::date IS NOT NULL{Within}",
            r => views.Select((v, i) => (v, r.GetInt32(i))).ToDictionary(x => x.v, x => x.Item2), cancel, Ids(within), day);
        return counts[0];
    }

    /// <summary>Numbers of what is out and over its day.</summary>
    public static Task<List<string>> OverdueAsync(TenantTransaction tx, DateOnly day, CancellationToken cancel) =>
        tx.ListAsync("SELECT sequence FROM records.takeout WHERE state = 'Out' AND due_on < $1 ORDER BY due_on, sequence", r => Number(r.GetInt32(0)), cancel, day);

    /// <summary>What went outside of the rules of handling: out past its day, or lost, until its incident is closed.</summary>
    public static Task<List<TakeoutBreach>> BreachesAsync(TenantTransaction tx, DateOnly day, CancellationToken cancel) =>
        tx.ListAsync("""
            SELECT t.sequence, t.state = 'Lost' FROM records.takeout t WHERE (t.state = 'Out' AND t.due_on < $1) OR (t.state = 'Lost' AND NOT EXISTS (
              SELECT FROM records.incident i WHERE i.municipality_id = t.municipality_id AND i.origin = 'Takeout' AND i.origin_id = t.id AND i.closed_at IS NOT NULL))
            ORDER BY t.state = 'Lost' DESC, t.due_on, t.sequence
            """, r => new TakeoutBreach(Number(r.GetInt32(0)), r.GetBoolean(1)), cancel, day);

    /// <summary>Media and terminals that were lost and still stand in their registers.</summary>
    public static Task<List<Guid>> LostThingsAsync(TenantTransaction tx, CancellationToken cancel) =>
        tx.ListAsync("""
            SELECT DISTINCT e.id FROM records.takeout t JOIN records.register_entry e ON e.municipality_id = t.municipality_id AND e.id = coalesce(t.medium_id, t.terminal_id)
            WHERE t.state = 'Lost' AND e.retired_at IS NULL
            """, r => r.GetGuid(0), cancel);

    public static Task<List<CarriedThing>> AssetsAsync(TenantTransaction tx, TakeoutId id, CancellationToken cancel) =>
        tx.ListAsync("""
            SELECT e.id, e.register, e.number, e.title FROM records.takeout_asset a JOIN records.register_entry e ON e.municipality_id = a.municipality_id AND e.id = a.asset_id
            WHERE a.takeout_id = $1 ORDER BY a.position
            """, r => new CarriedThing(new(r.GetGuid(0)), r.GetString(1), r.GetString(2), r.GetString(3)), cancel, id.Value);

    public static Task<List<TakeoutStep>> StepsAsync(TenantTransaction tx, TakeoutId id, CancellationToken cancel) =>
        tx.ListAsync("SELECT kind, at, by, by_name, note, facts::text, ledger_index, facts ->> 'asDeputyOf' FROM records.takeout_step WHERE takeout_id = $1 ORDER BY ordinal", r =>
        {
            var kind = r.GetString(0);
            return new TakeoutStep(kind, r.Moment(1), r.By(2), r.GetString(4),
                kind is "takeout.back" or "takeout.returned" ? RecordJson.Read<ReturnCheck>(r.GetString(5)) : null, kind == "takeout.lost" ? RecordJson.Read<Loss>(r.GetString(5)) : null, r.GetInt64(6), r.IsDBNull(7) ? null : r.Case<Post>(7));
        }, cancel, id.Value);

    private static string Condition(TakeoutView view) => view switch
    {
        TakeoutView.Waiting => "(t.state = 'Asked' OR t.extension_on IS NOT NULL)",
        TakeoutView.Approved => "t.state = 'Approved'",
        TakeoutView.Out => "t.state IN ('Out', 'Back')",
        TakeoutView.Overdue => "t.state = 'Out' AND t.due_on < $2",
        TakeoutView.Closed => "t.state IN ('Returned', 'Refused', 'Withdrawn')",
        TakeoutView.Lost => "t.state = 'Lost'",
        _ => throw new ArgumentOutOfRangeException(nameof(view), view, null),
    };

    private static Guid[]? Ids(IReadOnlyList<UnitId>? within) => within is null ? null : RegisterRows.Ids(within);

    private static Takeout Takeout(NpgsqlDataReader r) => new(
        new(r.GetGuid(0)), Number(r.GetInt32(1)), new(r.GetGuid(2)), r.GetString(3), r.Case<TakeoutState>(4), r.Moment(5), r.By(6), r.GetString(8), r.GetString(9), r.GetString(10), r.GetBoolean(11), r.GetBoolean(12),
        r.GetString(13), r.Case<Carrier>(14), r.IsDBNull(15) ? null : new CarriedThing(new(r.GetGuid(15)), r.GetString(16), r.GetString(17), r.GetString(18)),
        r.GetFieldValue<string[]>(19), r.GetFieldValue<DateOnly>(20), r.GetFieldValue<DateOnly>(21), r.DayOrNull(22), r.TextOrNull(23), r.Case<Post>(24));
}
