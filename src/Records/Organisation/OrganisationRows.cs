using Npgsql;
using Sekisho.Storage;

namespace Sekisho.Records.Organisation;

/// <summary>The organisation on a day (組織図).</summary>
public sealed record OrganisationChart(DateOnly Day, IReadOnlyList<Unit> Units, IReadOnlyList<Person> People, IReadOnlyList<Appointment> Appointments)
{
    /// <summary>Posts that have to be filled on that day, filled and vacant. For a whole municipality only.</summary>
    public IReadOnlyList<PostToFill> Posts => PostPlan.On(Day, Units, People, Appointments);
}

/// <summary>Rows of the organisation's tables.</summary>
internal static class OrganisationRows
{
    public const string SelectAppointments = "SELECT id, post, unit_id, person_id, begins_on, ends_on FROM records.appointment";
    private const string SelectUnits = "SELECT id, parent_id, kind, name, begins_on, ends_on FROM records.unit";
    private const string SelectPeople = "SELECT id, unit_id, name, number, kind, begins_on, ends_on FROM records.person";

    public static Task<Unit?> UnitAsync(TenantTransaction tx, UnitId id, CancellationToken cancel) =>
        tx.FirstAsync(SelectUnits + " WHERE id = $1 FOR KEY SHARE", Unit, cancel, id.Value);

    public static Task<Person?> PersonAsync(TenantTransaction tx, PersonId id, CancellationToken cancel, bool lockRow = false) =>
        tx.FirstAsync(SelectPeople + (lockRow ? " WHERE id = $1 FOR UPDATE" : " WHERE id = $1"), Person, cancel, id.Value);

    /// <summary>All units there ever were.</summary>
    public static Task<List<Unit>> UnitsAsync(TenantTransaction tx, CancellationToken cancel) => tx.ListAsync(SelectUnits, Unit, cancel);

    /// <summary>Two people who move units at once could hang each under the other: one waits.</summary>
    public static Task LockTreeAsync(TenantTransaction tx, CancellationToken cancel) =>
        tx.RunAsync("SELECT pg_advisory_xact_lock(hashtextextended('records.unit/' || $1::text, 0))", cancel, tx.Municipality.Value);

    public static async Task<OrganisationChart> ChartAsync(TenantTransaction tx, DateOnly day, IReadOnlyCollection<UnitId>? within, CancellationToken cancel)
    {
        const string Standing = " WHERE begins_on <= $1 AND (ends_on IS NULL OR ends_on > $1)";
        var units = within?.Select(u => u.Value).ToArray();
        return new(day,
            await tx.ListAsync(SelectUnits + Standing + " AND ($2::uuid[] IS NULL OR id = ANY ($2)) ORDER BY CASE kind WHEN 'Agency' THEN 0 WHEN 'Department' THEN 1 ELSE 2 END, name, id", Unit, cancel, day, units),
            await tx.ListAsync(SelectPeople + Standing + " AND ($2::uuid[] IS NULL OR unit_id = ANY ($2)) ORDER BY name, id", Person, cancel, day, units),
            await tx.ListAsync(SelectAppointments + Standing + " AND ($2::uuid[] IS NULL OR unit_id = ANY ($2) OR person_id IN (SELECT id FROM records.person WHERE unit_id = ANY ($2))) ORDER BY begins_on, id", Appointment, cancel, day, units));
    }

    /// <summary>False when a rule of uniqueness says no.</summary>
    public static async Task<bool> TryAsync(TenantTransaction tx, string sql, CancellationToken cancel, params object?[] values)
    {
        try
        {
            await tx.RunAsync(sql, cancel, values);
            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return false;
        }
    }

    public static async Task<long> CountAsync(TenantTransaction tx, string sql, CancellationToken cancel, params object?[] values) =>
        (await tx.ListAsync(sql, r => r.GetInt64(0), cancel, values))[0];

    public static Appointment Appointment(NpgsqlDataReader r) =>
        new(new(r.GetGuid(0)), r.Case<Post>(1), UnitOrNull(r, 2), new(r.GetGuid(3)), r.GetFieldValue<DateOnly>(4), r.DayOrNull(5));

    private static Unit Unit(NpgsqlDataReader r) =>
        new(new(r.GetGuid(0)), UnitOrNull(r, 1), r.Case<UnitKind>(2), r.GetString(3), r.GetFieldValue<DateOnly>(4), r.DayOrNull(5));

    private static Person Person(NpgsqlDataReader r) =>
        new(new(r.GetGuid(0)), new(r.GetGuid(1)), r.GetString(2), r.TextOrNull(3), r.Case<StaffKind>(4), r.GetFieldValue<DateOnly>(5), r.DayOrNull(6));

    private static UnitId? UnitOrNull(NpgsqlDataReader r, int column) => r.IsDBNull(column) ? null : new UnitId(r.GetGuid(column));
}
