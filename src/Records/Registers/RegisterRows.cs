using Npgsql;
using Sekisho.Records.Organisation;
using Sekisho.Storage;

namespace Sekisho.Records.Registers;

/// <summary>Rows of the registers' tables.</summary>
internal static class RegisterRows
{
    public const string Columns = """
        e.id, e.register, e.number, e.unit_id, e.title, e.fields::text, e.version, e.created_at, e.updated_at, e.updated_by, e.updated_by_name,
        e.confirmed_at, e.confirmed_by, e.confirmed_by_name, e.retired_at, e.retired_by, e.retired_by_name, e.retired_why
        """;

    public const string Select = "SELECT " + Columns + " FROM records.register_entry e";

    public static RegisterEntry Entry(NpgsqlDataReader r, RegisterDefinition register) => new(
        new(r.GetGuid(0)), r.GetString(1), r.GetString(2), r.IsDBNull(3) ? null : new UnitId(r.GetGuid(3)), r.GetString(4), FieldValues.Read(register, r.GetString(5)), r.GetInt32(6),
        r.Moment(7), r.Moment(8), r.By(9), r.IsDBNull(11) ? null : new(r.Moment(11), r.By(12)), r.IsDBNull(14) ? null : new(r.Moment(14), r.By(15), r.GetString(17)));

    /// <summary>All entries of a register, retired ones only when asked for, in the order of their numbers.</summary>
    public static Task<List<RegisterEntry>> AllAsync(TenantTransaction tx, string register, IReadOnlyList<UnitId>? within, bool retired, CancellationToken cancel)
    {
        var definition = RegisterCatalogue.Load()[register];
        return tx.ListAsync(
            $"{Select} WHERE e.register = $1{(retired ? "" : " AND e.retired_at IS NULL")}{(within is null ? "" : " AND e.unit_id = ANY ($2)")} ORDER BY e.sequence",
            r => Entry(r, definition), cancel, [register, .. within is null ? Array.Empty<object>() : [Ids(within)]]);
    }

    /// <summary>All entries in use of a register, in the order of their numbers.</summary>
    public static Task<List<RegisterEntry>> InUseAsync(TenantTransaction tx, string register, CancellationToken cancel) => AllAsync(tx, register, null, retired: false, cancel);

    /// <summary>True once a register was begun, whether or not anything in it is still in use.</summary>
    public static async Task<bool> IsBegunAsync(TenantTransaction tx, string register, CancellationToken cancel) =>
        (await tx.ListAsync("SELECT EXISTS (SELECT FROM records.register_entry WHERE register = $1)", r => r.GetBoolean(0), cancel, register))[0];

    /// <summary>Those of the ids that there are and that the person sees, in no order.</summary>
    public static Task<List<RegisterEntry>> ReadAsync(
        TenantTransaction tx, RegisterDefinition register, IReadOnlyCollection<EntryId> ids, IReadOnlyList<UnitId>? within, bool lockRows, CancellationToken cancel) =>
        tx.ListAsync(
            // In the order of ids: two people who take several at once take them in the same order, and neither waits for the other forever.
            $"{Select} WHERE e.id = ANY ($1) AND e.register = $2{(within is null ? "" : " AND e.unit_id = ANY ($3)")} ORDER BY e.id{(lockRows ? " FOR UPDATE" : "")}",
            r => Entry(r, register), cancel,
            [ids.Select(i => i.Value).ToArray(), register.Key, .. within is null ? Array.Empty<object>() : [Ids(within)]]);

    /// <summary>Takes the next numbers of a register; others who add wait until this transaction ends.</summary>
    /// <returns>The first of them.</returns>
    public static async Task<int> TakeNumbersAsync(TenantTransaction tx, string register, int count, CancellationToken cancel) =>
        (await tx.ListAsync("""
            INSERT INTO records.register_number AS n (municipality_id, register, last) VALUES ($1, $2, $3)
            ON CONFLICT (municipality_id, register) DO UPDATE SET last = n.last + $3 RETURNING last
            """, r => r.GetInt32(0), cancel, tx.Municipality.Value, register, count))[0] - count + 1;

    public static Guid[] Ids(IReadOnlyList<UnitId> units) => [.. units.Select(u => u.Value)];

    /// <summary>One row for each entry, kept as it is given: new ones inserted, changed ones replaced.</summary>
    public static async Task WriteAsync(TenantTransaction tx, RegisterDefinition register, IReadOnlyList<WrittenEntry> entries, CancellationToken cancel)
    {
        var added = entries.Where(e => e.Entry.Version == 1).ToList();
        var changed = entries.Where(e => e.Entry.Version > 1).ToList();
        // Arrays and not COPY: PostgreSQL refuses COPY FROM under row-level security.
        if (added.Count > 0)
        {
            await tx.RunAsync("""
                INSERT INTO records.register_entry (municipality_id, id, register, sequence, number, unit_id, title, title_folded, fields, search, version, created_at, updated_at, updated_by, updated_by_name)
                SELECT $1, id, $2, sequence, number, unit_id, title, title_folded, fields::jsonb, search, 1, $3, $3, $4, $5
                FROM unnest($6::uuid[], $7::int[], $8::text[], $9::uuid[], $10::text[], $11::text[], $12::text[], $13::text[])
                  AS row (id, sequence, number, unit_id, title, title_folded, fields, search)
                """, cancel, tx.Municipality.Value, register.Key, added[0].Entry.UpdatedAt, added[0].Entry.UpdatedBy.Account, added[0].Entry.UpdatedBy.Name,
                Each(added, e => e.Entry.Id.Value), Each(added, e => e.Sequence), Each(added, e => e.Entry.Number), Each(added, e => e.Entry.Unit?.Value),
                Each(added, e => e.Entry.Title), Each(added, e => SearchFold.Of(e.Entry.Title)), Each(added, e => e.Json), Each(added, e => e.Search));
        }
        if (changed.Count > 0)
        {
            await tx.RunAsync("""
                UPDATE records.register_entry e SET unit_id = row.unit_id, title = row.title, title_folded = row.title_folded, fields = row.fields::jsonb, search = row.search,
                  version = row.version, updated_at = $1, updated_by = $2, updated_by_name = $3
                FROM unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::int[]) AS row (id, unit_id, title, title_folded, fields, search, version)
                WHERE e.id = row.id
                """, cancel, changed[0].Entry.UpdatedAt, changed[0].Entry.UpdatedBy.Account, changed[0].Entry.UpdatedBy.Name,
                Each(changed, e => e.Entry.Id.Value), Each(changed, e => e.Entry.Unit?.Value), Each(changed, e => e.Entry.Title), Each(changed, e => SearchFold.Of(e.Entry.Title)),
                Each(changed, e => e.Json), Each(changed, e => e.Search), Each(changed, e => e.Entry.Version));
            await tx.RunAsync("DELETE FROM records.register_link WHERE from_id = ANY ($1)", cancel, Each(changed, e => e.Entry.Id.Value));
        }
        var links = entries.SelectMany(Links).ToList();
        if (links.Count == 0) return;
        await tx.RunAsync("""
            INSERT INTO records.register_link (municipality_id, from_id, field, position, to_entry, to_unit, to_person)
            SELECT $1, from_id, field, position, to_entry, to_unit, to_person FROM unnest($2::uuid[], $3::text[], $4::int[], $5::uuid[], $6::uuid[], $7::uuid[])
              AS row (from_id, field, position, to_entry, to_unit, to_person)
            """, cancel, tx.Municipality.Value, Each(links, l => l.From), Each(links, l => l.Field), Each(links, l => l.Position), Each(links, l => l.Entry), Each(links, l => l.Unit), Each(links, l => l.Person));
    }

    /// <summary>The derived fields of entries, as they are now.</summary>
    public static Task WriteDerivedAsync(TenantTransaction tx, RegisterDefinition register, IReadOnlyDictionary<EntryId, FieldValues> derived, CancellationToken cancel) =>
        tx.RunAsync("""
            UPDATE records.register_entry e SET fields = (e.fields - $1::text[]) || row.fields::jsonb FROM unnest($2::uuid[], $3::text[]) AS row (id, fields) WHERE e.id = row.id
            """, cancel, register.Fields.Where(f => f.IsDerived).Select(f => f.Key).ToArray(), derived.Keys.Select(k => k.Value).ToArray(), derived.Values.Select(v => v.ToJson(register)).ToArray());

    public static RegisterEntry WithDerived(RegisterDefinition register, RegisterEntry entry, FieldValues derived) =>
        entry with { Fields = register.Fields.Where(f => f.IsDerived).Aggregate(entry.Fields, (fields, f) => fields.With(f.Key, derived[f.Key])) };

    private static TValue[] Each<T, TValue>(List<T> rows, Func<T, TValue> value) => [.. rows.Select(value)];

    private readonly record struct Link(Guid From, string Field, int Position, Guid? Entry, Guid? Unit, Guid? Person);

    private static IEnumerable<Link> Links(WrittenEntry written) => written.Entry.Fields.All.SelectMany(f => f.Value switch
    {
        FieldValue.Unit unit => [new Link(written.Entry.Id.Value, f.Key, 0, null, unit.Id.Value, null)],
        FieldValue.Person person => [new Link(written.Entry.Id.Value, f.Key, 0, null, null, person.Id.Value)],
        FieldValue.Entry entry => [new Link(written.Entry.Id.Value, f.Key, 0, entry.Id.Value, null, null)],
        FieldValue.Entries entries => entries.Ids.Select((id, i) => new Link(written.Entry.Id.Value, f.Key, i, id.Value, null, null)),
        _ => Enumerable.Empty<Link>(),
    });
}

/// <summary>An entry with what is written beside it.</summary>
internal sealed record WrittenEntry(RegisterEntry Entry, int Sequence, string Json, string Search);
