using Sekisho.Storage;

namespace Sekisho.Records.Organisation;

/// <summary>The statements behind changes of units, for one of them and for a whole reorganisation alike.</summary>
internal static class UnitChanges
{
    public static async Task AddAsync(TenantTransaction tx, Unit unit, CancellationToken cancel)
    {
        await tx.RunAsync("INSERT INTO records.unit (municipality_id, id, parent_id, kind, name, begins_on) VALUES ($1, $2, $3, $4, $5, $6)", cancel,
            tx.Municipality.Value, unit.Id.Value, unit.Parent?.Value, unit.Kind, unit.Name, unit.BeginsOn);
        await tx.RunAsync("INSERT INTO records.unit_term (municipality_id, unit_id, begins_on, parent_id, name) VALUES ($1, $2, $3, $4, $5)", cancel,
            tx.Municipality.Value, unit.Id.Value, unit.BeginsOn, unit.Parent?.Value, unit.Name);
    }

    /// <summary>Whether units or people belong to it on that day or later.</summary>
    public static async Task<bool> IsInUseAsync(TenantTransaction tx, UnitId id, DateOnly day, CancellationToken cancel) =>
        await OrganisationRows.CountAsync(tx, """
            SELECT (SELECT count(*) FROM records.unit_term t JOIN records.unit u ON u.municipality_id = t.municipality_id AND u.id = t.unit_id
                    WHERE t.parent_id = $1 AND (t.ends_on IS NULL OR t.ends_on > $2) AND (u.ends_on IS NULL OR u.ends_on > $2))
                 + (SELECT count(*) FROM records.person_term t JOIN records.person p ON p.municipality_id = t.municipality_id AND p.id = t.person_id
                    WHERE t.unit_id = $1 AND (t.ends_on IS NULL OR t.ends_on > $2) AND (p.ends_on IS NULL OR p.ends_on > $2))
            """, cancel, id.Value, day) > 0;

    /// <summary>Ends it, with the posts and second units that people hold in it.</summary>
    public static async Task CloseAsync(TenantTransaction tx, UnitId id, DateOnly endsOn, CancellationToken cancel)
    {
        await tx.RunAsync("UPDATE records.unit SET ends_on = $2 WHERE id = $1", cancel, id.Value, endsOn);
        await tx.RunAsync("UPDATE records.unit_term SET ends_on = greatest($2, begins_on) WHERE unit_id = $1 AND (ends_on IS NULL OR ends_on > $2)", cancel, id.Value, endsOn);
        await tx.RunAsync("UPDATE records.second_post SET ends_on = greatest($2, begins_on) WHERE unit_id = $1 AND (ends_on IS NULL OR ends_on > $2)", cancel, id.Value, endsOn);
        await tx.RunAsync("UPDATE records.appointment SET ends_on = greatest($2, begins_on) WHERE unit_id = $1 AND (ends_on IS NULL OR ends_on > $2)", cancel, id.Value, endsOn);
    }
}
