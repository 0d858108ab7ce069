using Npgsql;
using Sekisho.Storage;

namespace Sekisho.Records.Organisation;

/// <summary>The organisation on a day (組織図).</summary>
public sealed record OrganisationChart(DateOnly Day, IReadOnlyList<Unit> Units, IReadOnlyList<Person> People, IReadOnlyList<Appointment> Appointments)
{
    /// <summary>Second units beside the own one (兼務・併任).</summary>
    public IReadOnlyList<SecondPost> SecondPosts { get; init; } = [];

    /// <summary>Posts that have to be filled on that day, filled and vacant. For a whole municipality only.</summary>
    public IReadOnlyList<PostToFill> Posts => PostPlan.On(Day, Units, People, Appointments);
}

/// <summary>Rows of the organisation's tables.</summary>
internal static class OrganisationRows
{
    public const string SelectAppointments = "SELECT id, post, unit_id, person_id, begins_on, ends_on FROM records.appointment";
    public const string SelectSecondPosts = "SELECT id, person_id, unit_id, title, begins_on, ends_on FROM records.second_post";

    private const string Standing = " WHERE begins_on <= $1 AND (ends_on IS NULL OR ends_on > $1)";

    private const string SelectUnits = "SELECT id, parent_id, kind, name, begins_on, ends_on, agency FROM records.unit";
    private const string SelectPeople = "SELECT id, unit_id, name, number, kind, begins_on, ends_on, title FROM records.person";

    private const string UnitsOnDay = """
        SELECT u.id, t.parent_id, u.kind, t.name, u.begins_on, u.ends_on, u.agency FROM records.unit u
        JOIN records.unit_term t ON t.municipality_id = u.municipality_id AND t.unit_id = u.id AND t.begins_on <= $1 AND (t.ends_on IS NULL OR t.ends_on > $1)
        WHERE u.begins_on <= $1 AND (u.ends_on IS NULL OR u.ends_on > $1) AND ($2::uuid[] IS NULL OR u.id = ANY ($2))
        ORDER BY CASE u.kind WHEN 'Agency' THEN 0 WHEN 'Department' THEN 1 ELSE 2 END, u.begins_on, t.name, u.id
        """;

    private const string PeopleOnDay = """
        SELECT p.id, t.unit_id, t.name, p.number, t.kind, p.begins_on, p.ends_on, t.title FROM records.person p
        JOIN records.person_term t ON t.municipality_id = p.municipality_id AND t.person_id = p.id AND t.begins_on <= $1 AND (t.ends_on IS NULL OR t.ends_on > $1)
        WHERE p.begins_on <= $1 AND (p.ends_on IS NULL OR p.ends_on > $1)
          AND ($2::uuid[] IS NULL OR t.unit_id = ANY ($2) OR p.id IN (SELECT person_id FROM records.second_post s WHERE s.unit_id = ANY ($2) AND s.begins_on <= $1 AND (s.ends_on IS NULL OR s.ends_on > $1)))
        ORDER BY t.name, p.id
        """;

    /// <summary>As it is today, whenever it stands or stood.</summary>
    public static Task<Unit?> UnitAsync(TenantTransaction tx, UnitId id, CancellationToken cancel) =>
        tx.FirstAsync(SelectUnits + " WHERE id = $1 FOR KEY SHARE", Unit, cancel, id.Value);

    /// <summary>As on a day; null when it doesn't stand then.</summary>
    public static Task<Unit?> UnitAsync(TenantTransaction tx, UnitId id, DateOnly day, CancellationToken cancel) =>
        tx.FirstAsync(UnitsOnDay, Unit, cancel, day, new[] { id.Value });

    /// <summary>Units that stand on a day.</summary>
    public static Task<List<Unit>> UnitsAsync(TenantTransaction tx, DateOnly day, CancellationToken cancel) => tx.ListAsync(UnitsOnDay, Unit, cancel, day, null);

    /// <summary>People whose last day is the one before one of these.</summary>
    public static Task<List<Person>> EndedOnAsync(TenantTransaction tx, DateOnly[] days, CancellationToken cancel) =>
        tx.ListAsync(SelectPeople + " WHERE ends_on = ANY ($1) AND begins_on < ends_on", Person, cancel, new object[] { days });

    public static Task<Person?> PersonAsync(TenantTransaction tx, PersonId id, CancellationToken cancel, bool lockRow = false) =>
        tx.FirstAsync(SelectPeople + (lockRow ? " WHERE id = $1 FOR UPDATE" : " WHERE id = $1"), Person, cancel, id.Value);

    /// <summary>All units there ever were.</summary>
    public static Task<List<Unit>> UnitsAsync(TenantTransaction tx, CancellationToken cancel) => tx.ListAsync(SelectUnits, Unit, cancel);

    /// <summary>As on a day; null when not here then.</summary>
    public static Task<Person?> PersonAsync(TenantTransaction tx, PersonId id, DateOnly day, CancellationToken cancel) =>
        tx.FirstAsync("""
            SELECT p.id, t.unit_id, t.name, p.number, t.kind, p.begins_on, p.ends_on, t.title FROM records.person p
            JOIN records.person_term t ON t.municipality_id = p.municipality_id AND t.person_id = p.id AND t.begins_on <= $1 AND (t.ends_on IS NULL OR t.ends_on > $1)
            WHERE p.id = $2 AND p.begins_on <= $1 AND (p.ends_on IS NULL OR p.ends_on > $1)
            """, Person, cancel, day, id.Value);

    /// <summary>Changes of the organisation are made one after the other: two people who move units at once could hang each under the other.</summary>
    public static Task LockTreeAsync(TenantTransaction tx, CancellationToken cancel) =>
        tx.RunAsync("SELECT pg_advisory_xact_lock(hashtextextended('records.unit/' || $1::text, 0))", cancel, tx.Municipality.Value);

    public static async Task<OrganisationChart> ChartAsync(TenantTransaction tx, DateOnly day, IReadOnlyCollection<UnitId>? within, CancellationToken cancel)
    {
        var units = within?.Select(u => u.Value).ToArray();
        return new(day,
            await tx.ListAsync(UnitsOnDay, Unit, cancel, day, units),
            await tx.ListAsync(PeopleOnDay, Person, cancel, day, units),
            await tx.ListAsync(SelectAppointments + Standing + """
                 AND ($2::uuid[] IS NULL OR unit_id = ANY ($2) OR person_id IN (
                   SELECT person_id FROM records.person_term t WHERE t.unit_id = ANY ($2) AND t.begins_on <= $1 AND (t.ends_on IS NULL OR t.ends_on > $1))) ORDER BY begins_on, id
                """, Appointment, cancel, day, units))
        {
            SecondPosts = await tx.ListAsync(SelectSecondPosts + Standing + " AND ($2::uuid[] IS NULL OR unit_id = ANY ($2)) ORDER BY begins_on, id", SecondPost, cancel, day, units),
        };
    }

    /// <summary>Brings the names and places that other tables join up to a day.</summary>
    public static async Task TurnAsync(TenantTransaction tx, DateOnly day, CancellationToken cancel)
    {
        await tx.RunAsync("""
            UPDATE records.unit u SET name = t.name, parent_id = t.parent_id FROM records.unit_term t
            WHERE t.municipality_id = u.municipality_id AND t.unit_id = u.id AND t.begins_on <= $1 AND (t.ends_on IS NULL OR t.ends_on > $1)
              AND (u.name, u.parent_id) IS DISTINCT FROM (t.name, t.parent_id)
            """, cancel, day);
        await tx.RunAsync("""
            UPDATE records.person p SET unit_id = t.unit_id, name = t.name, kind = t.kind, title = t.title FROM records.person_term t
            WHERE t.municipality_id = p.municipality_id AND t.person_id = p.id AND t.begins_on <= $1 AND (t.ends_on IS NULL OR t.ends_on > $1)
              AND (p.unit_id, p.name, p.kind, p.title) IS DISTINCT FROM (t.unit_id, t.name, t.kind, t.title)
            """, cancel, day);
    }

    /// <summary>A unit is called and stands so from a day on, until the next change that is already known.</summary>
    /// <returns>False when it doesn't stand on that day.</returns>
    public static async Task<bool> TermAsync(TenantTransaction tx, UnitId id, DateOnly on, UnitId? parent, string name, CancellationToken cancel) =>
        await tx.RunAsync("""
            WITH old AS (
              SELECT t.* FROM records.unit_term t WHERE unit_id = $1 AND begins_on <= $2 AND (ends_on IS NULL OR ends_on > $2)
            ), cut AS (
              UPDATE records.unit_term t SET ends_on = $2 FROM old WHERE t.municipality_id = old.municipality_id AND t.unit_id = old.unit_id AND t.begins_on = old.begins_on AND old.begins_on < $2
            )
            INSERT INTO records.unit_term (municipality_id, unit_id, begins_on, ends_on, parent_id, name) SELECT municipality_id, unit_id, $2, ends_on, $3, $4 FROM old
            ON CONFLICT (municipality_id, unit_id, begins_on) DO UPDATE SET parent_id = excluded.parent_id, name = excluded.name
            """, cancel, id.Value, on, parent?.Value, name) > 0;

    /// <summary>People belong so from their day on, until the next change of each that is already known. Those who aren't here on their day are left alone.</summary>
    public static Task TermsAsync(TenantTransaction tx, IReadOnlyList<(Person Person, DateOnly On)> changes, CancellationToken cancel) =>
        tx.RunAsync("""
            WITH new AS (
              SELECT * FROM unnest($1::uuid[], $2::date[], $3::uuid[], $4::text[], $5::text[], $6::text[]) AS n(person_id, day, unit_id, name, kind, title)
            ), old AS (
              SELECT t.municipality_id, t.person_id, t.begins_on, t.ends_on, n.day, n.unit_id, n.name, n.kind, n.title FROM records.person_term t
              JOIN new n ON n.person_id = t.person_id AND t.begins_on <= n.day AND (t.ends_on IS NULL OR t.ends_on > n.day)
            ), cut AS (
              UPDATE records.person_term t SET ends_on = old.day FROM old
              WHERE t.municipality_id = old.municipality_id AND t.person_id = old.person_id AND t.begins_on = old.begins_on AND old.begins_on < old.day
            )
            INSERT INTO records.person_term (municipality_id, person_id, begins_on, ends_on, unit_id, name, kind, title)
            SELECT municipality_id, person_id, day, ends_on, unit_id, name, kind, title FROM old
            ON CONFLICT (municipality_id, person_id, begins_on) DO UPDATE SET unit_id = excluded.unit_id, name = excluded.name, kind = excluded.kind, title = excluded.title
            """, cancel,
            changes.Select(c => c.Person.Id.Value).ToArray(), changes.Select(c => c.On).ToArray(), changes.Select(c => c.Person.Unit.Value).ToArray(),
            changes.Select(c => c.Person.Name).ToArray(), changes.Select(c => c.Person.Kind.ToString()).ToArray(), changes.Select(c => c.Person.Title).ToArray());

    /// <summary>Adds people with their first terms.</summary>
    public static async Task AddAsync(TenantTransaction tx, IReadOnlyList<Person> people, CancellationToken cancel)
    {
        object[] columns =
        [
            tx.Municipality.Value, people.Select(p => p.Id.Value).ToArray(), people.Select(p => p.Unit.Value).ToArray(), people.Select(p => p.Name).ToArray(), people.Select(p => p.Number).ToArray(),
            people.Select(p => p.Kind.ToString()).ToArray(), people.Select(p => p.BeginsOn).ToArray(), people.Select(p => p.Title).ToArray(),
        ];
        const string New = "unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::date[], $8::text[]) AS n(id, unit_id, name, number, kind, begins_on, title)";
        await tx.RunAsync($"INSERT INTO records.person (municipality_id, id, unit_id, name, number, kind, begins_on, title) SELECT $1, id, unit_id, name, number, kind, begins_on, title FROM {New}", cancel, columns);
        await tx.RunAsync($"INSERT INTO records.person_term (municipality_id, person_id, begins_on, unit_id, name, kind, title) SELECT $1, id, begins_on, unit_id, name, kind, title FROM {New}", cancel, columns);
    }

    /// <summary>People belong no longer from their day on; second units and posts end with that.</summary>
    public static async Task EndAsync(TenantTransaction tx, IReadOnlyList<(PersonId Person, DateOnly On)> ends, CancellationToken cancel)
    {
        object[] columns = [ends.Select(e => e.Person.Value).ToArray(), ends.Select(e => e.On).ToArray()];
        const string Ends = "unnest($1::uuid[], $2::date[]) AS e(person_id, day)";
        await tx.RunAsync($"UPDATE records.person p SET ends_on = e.day FROM {Ends} WHERE p.id = e.person_id", cancel, columns);
        await tx.RunAsync($"DELETE FROM records.person_term t USING {Ends} WHERE t.person_id = e.person_id AND t.begins_on >= e.day AND t.begins_on > (SELECT min(f.begins_on) FROM records.person_term f WHERE f.person_id = e.person_id)", cancel, columns);
        await tx.RunAsync($"UPDATE records.person_term t SET ends_on = greatest(e.day, t.begins_on) FROM {Ends} WHERE t.person_id = e.person_id AND (t.ends_on IS NULL OR t.ends_on > e.day)", cancel, columns);
        await tx.RunAsync($"UPDATE records.second_post s SET ends_on = greatest(e.day, s.begins_on) FROM {Ends} WHERE s.person_id = e.person_id AND (s.ends_on IS NULL OR s.ends_on > e.day)", cancel, columns);
        await tx.RunAsync($"UPDATE records.appointment a SET ends_on = greatest(e.day, a.begins_on) FROM {Ends} WHERE a.person_id = e.person_id AND (a.ends_on IS NULL OR a.ends_on > e.day)", cancel, columns);
        // Who has left stands in for nobody.
        await tx.RunAsync($"UPDATE records.deputy d SET ends_on = greatest(e.day, d.begins_on) FROM {Ends} WHERE d.person_id = e.person_id AND d.ends_on > e.day", cancel, columns);
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

    public static SecondPost SecondPost(NpgsqlDataReader r) =>
        new(r.GetGuid(0), new(r.GetGuid(1)), new(r.GetGuid(2)), r.GetString(3), r.GetFieldValue<DateOnly>(4), r.DayOrNull(5));

    public static UnitId? UnitOrNull(NpgsqlDataReader r, int column) => r.IsDBNull(column) ? null : new UnitId(r.GetGuid(column));

    private static Unit Unit(NpgsqlDataReader r) =>
        new(new(r.GetGuid(0)), UnitOrNull(r, 1), r.Case<UnitKind>(2), r.GetString(3), r.GetFieldValue<DateOnly>(4), r.DayOrNull(5), r.TextOrNull(6));

    private static Person Person(NpgsqlDataReader r) =>
        new(new(r.GetGuid(0)), new(r.GetGuid(1)), r.GetString(2), r.TextOrNull(3), r.Case<StaffKind>(4), r.GetFieldValue<DateOnly>(5), r.DayOrNull(6), r.GetString(7));
}
