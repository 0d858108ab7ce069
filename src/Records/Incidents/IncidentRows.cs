using Npgsql;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Storage;

namespace Sekisho.Records.Incidents;

/// <summary>Rows of the incidents' tables.</summary>
internal static class IncidentRows
{
    private const string Select = """
        SELECT i.id, i.sequence, i.origin, i.source_id, i.unit_id, u.name, i.title, i.place, i.facts, i.noticed_at, i.persons, i.is_my_number, i.opened_at, i.opened_by, i.opened_by_name,
               i.handler_id, p.name, i.follow_by, i.preliminary_on, i.final_on, i.closed_at
        FROM records.incident i LEFT JOIN records.unit u ON u.municipality_id = i.municipality_id AND u.id = i.unit_id
        LEFT JOIN records.person p ON p.municipality_id = i.municipality_id AND p.id = i.handler_id
        """;

    public static string Number(int sequence) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"INC-{sequence:0000}");

    public static async Task<Incident?> ReadAsync(TenantTransaction tx, IncidentId id, IReadOnlyList<UnitId>? within, bool lockRow, CancellationToken cancel)
    {
        if (lockRow) await tx.ListAsync("SELECT id FROM records.incident WHERE id = $1 FOR UPDATE", r => r.GetGuid(0), cancel, id.Value);
        return await tx.FirstAsync(Select + " WHERE i.id = $1 AND ($2::uuid[] IS NULL OR i.unit_id = ANY ($2))", Incident, cancel, id.Value, Ids(within));
    }

    /// <summary>The incident of an origin; null when there is none.</summary>
    public static Task<Incident?> OfAsync(TenantTransaction tx, IncidentOrigin origin, Guid originId, CancellationToken cancel) =>
        tx.FirstAsync(Select + " WHERE i.origin = $1 AND i.origin_id = $2", Incident, cancel, origin, originId);

    /// <summary>Open ones, oldest first; a municipality has few.</summary>
    public static Task<List<Incident>> OpenAsync(TenantTransaction tx, IReadOnlyList<UnitId>? within, CancellationToken cancel) =>
        tx.ListAsync(Select + " WHERE i.closed_at IS NULL AND ($1::uuid[] IS NULL OR i.unit_id = ANY ($1)) ORDER BY i.noticed_at, i.sequence", Incident, cancel, Ids(within));

    public static async Task<(List<Incident> Incidents, int Total)> ClosedAsync(TenantTransaction tx, IReadOnlyList<UnitId>? within, int skip, int take, CancellationToken cancel)
    {
        const string Where = " WHERE i.closed_at IS NOT NULL AND ($1::uuid[] IS NULL OR i.unit_id = ANY ($1))";
        var total = await OrganisationRows.CountAsync(tx, "SELECT count(*) FROM records.incident i" + Where, cancel, Ids(within));
        return (take == 0 ? [] : await tx.ListAsync(Select + Where + " ORDER BY i.closed_at DESC, i.sequence DESC OFFSET $2 LIMIT $3", Incident, cancel, Ids(within), skip, take), (int)total);
    }

    public static Task<List<IncidentStep>> StepsAsync(TenantTransaction tx, IncidentId id, CancellationToken cancel) =>
        tx.ListAsync("SELECT kind, at, by, by_name, note, ledger_index FROM records.incident_step WHERE incident_id = $1 ORDER BY ordinal",
            r => new IncidentStep(r.GetString(0), r.Moment(1), r.By(2), r.GetString(4), r.GetInt64(5)), cancel, id.Value);

    private static Guid[]? Ids(IReadOnlyList<UnitId>? within) => within is null ? null : RegisterRows.Ids(within);

    private static Incident Incident(NpgsqlDataReader r) => new(
        new(r.GetGuid(0)), Number(r.GetInt32(1)), r.Case<IncidentOrigin>(2), r.GetGuid(3), r.IsDBNull(4) ? null : new UnitId(r.GetGuid(4)), r.TextOrNull(5), r.GetString(6), r.GetString(7), r.GetString(8), r.Moment(9),
        r.IsDBNull(10) ? null : r.GetInt32(10), r.GetBoolean(11), r.Moment(12), r.By(13), r.IsDBNull(15) ? null : new PersonId(r.GetGuid(15)), r.TextOrNull(16), r.DayOrNull(17), r.DayOrNull(18), r.DayOrNull(19), r.MomentOrNull(20));
}
