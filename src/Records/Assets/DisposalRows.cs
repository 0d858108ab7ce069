using Npgsql;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Storage;

namespace Sekisho.Records.Assets;

/// <summary>Rows of disposals, and what the rules miss in them.</summary>
internal static class DisposalRows
{
    /// <summary>One disposal, or the newest of those that the person sees.</summary>
    public static async Task<IReadOnlyList<Disposal>> ListAsync(TenantTransaction tx, DisposalId? only, IReadOnlyList<UnitId>? within, int most, CancellationToken cancel)
    {
        var units = within?.Select(u => u.Value).ToArray();
        var rows = await tx.ListAsync("""
            SELECT d.id, d.number, d.kind, d.medium, d.method, d.group_key, d.waiver_id, d.reason, d.planned_on, d.applied_at, d.applied_by, d.applied_by_name,
              s.approved, s.note, s.taken_at, s.taken_by, s.taken_by_name,
              f.done_on, f.method, f.witness, f.certificate, f.certificate_name, f.note, f.taken_at, f.taken_by, f.taken_by_name,
              c.note, c.taken_at, c.taken_by, c.taken_by_name
            FROM records.disposal d
            LEFT JOIN records.disposal_step s ON s.municipality_id = d.municipality_id AND s.disposal_id = d.id AND s.step = 'Decided'
            LEFT JOIN records.disposal_step f ON f.municipality_id = d.municipality_id AND f.disposal_id = d.id AND f.step = 'Done'
            LEFT JOIN records.disposal_step c ON c.municipality_id = d.municipality_id AND c.disposal_id = d.id AND c.step = 'Cancelled'
            WHERE ($1::uuid IS NULL OR d.id = $1)
              AND ($2::uuid[] IS NULL OR EXISTS (SELECT 1 FROM records.disposal_entry x JOIN records.register_entry e ON e.municipality_id = x.municipality_id AND e.id = x.entry_id
                WHERE x.municipality_id = d.municipality_id AND x.disposal_id = d.id AND e.unit_id = ANY ($2)))
            ORDER BY d.applied_at DESC, d.number DESC LIMIT $3
            """, Disposal, cancel, only?.Value, units, most);
        var assets = (await tx.ListAsync("""
            SELECT x.disposal_id, e.id, e.number, e.title, x.confidentiality, x.mynumber, e.retired_at IS NOT NULL
            FROM records.disposal_entry x JOIN records.register_entry e ON e.municipality_id = x.municipality_id AND e.id = x.entry_id
            WHERE x.disposal_id = ANY ($1) AND ($2::uuid[] IS NULL OR e.unit_id = ANY ($2)) ORDER BY e.sequence
            """, r => (Of: r.GetGuid(0), Asset: new DisposedAsset(new(r.GetGuid(1)), r.GetString(2), r.GetString(3), r.TextOrNull(4), r.GetBoolean(5), r.GetBoolean(6))),
            cancel, rows.Select(d => d.Id.Value).ToArray(), units)).ToLookup(a => a.Of, a => a.Asset);
        return [.. rows.Select(d => d with { Assets = [.. assets[d.Id.Value]] })];
    }

    /// <summary>Null when there is none, or none that the person sees.</summary>
    public static async Task<Disposal?> ReadAsync(TenantTransaction tx, DisposalId id, IReadOnlyList<UnitId>? within, CancellationToken cancel) =>
        await ListAsync(tx, id, within, 1, cancel) is [var disposal, ..] ? disposal : null;

    /// <summary>One of the assets that is in a disposal which is open or done, or whose want of one is explained; null: none is.</summary>
    public static async Task<EntryId?> TakenAsync(TenantTransaction tx, IReadOnlyList<EntryId> assets, CancellationToken cancel)
    {
        var taken = await tx.ListAsync($"SELECT x.entry_id FROM records.disposal_entry x WHERE x.entry_id = ANY ($1) AND {Counts("x", open: true)} LIMIT 1", r => new EntryId(r.GetGuid(0)), cancel, assets.Select(a => a.Value).ToArray());
        return taken.Count == 0 ? null : taken[0];
    }

    public static async Task<IReadOnlyList<HandlingBreach>> BreachesAsync(TenantTransaction tx, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        // By the kinds that some medium of the matrix stands for: what holds no records needs no disposal.
        var kinds = DisposalMatrix.Load().Media.Where(m => m.Id != "none").SelectMany(m => m.Kinds).Distinct().ToArray();
        return await tx.ListAsync($"""
            SELECT 'ContentsLeft', e.id, e.number, e.title, e.unit_id, e.retired_at, e.sequence FROM records.register_entry e
            WHERE e.register = 'assets' AND e.retired_at IS NOT NULL AND ($1::uuid[] IS NULL OR e.unit_id = ANY ($1)) AND EXISTS (
              SELECT 1 FROM records.register_link l JOIN records.register_entry c ON c.municipality_id = l.municipality_id AND c.id = l.from_id
              WHERE l.municipality_id = e.municipality_id AND l.to_entry = e.id AND l.field = 'containers' AND c.retired_at IS NULL AND c.register = 'assets')
            UNION ALL
            SELECT 'NoDisposal', e.id, e.number, e.title, e.unit_id, e.retired_at, e.sequence FROM records.register_entry e
            WHERE e.register = 'assets' AND e.retired_at IS NOT NULL AND ($1::uuid[] IS NULL OR e.unit_id = ANY ($1))
              AND e.fields ->> 'kind' = ANY ($2) AND e.fields ->> 'scope' IS DISTINCT FROM 'excluded'
              AND (e.fields ->> 'effective' IS DISTINCT FROM '1' OR (e.fields ->> 'holds_mynumber')::boolean)
              AND NOT EXISTS (SELECT 1 FROM records.disposal_entry x WHERE x.municipality_id = e.municipality_id AND x.entry_id = e.id AND {Counts("x", open: false)})
            ORDER BY 6, 7
            """, r => new HandlingBreach(r.Case<HandlingBreachKind>(0), new(r.GetGuid(1)), r.GetString(2), r.GetString(3), r.IsDBNull(4) ? null : new UnitId(r.GetGuid(4)), r.Moment(5)),
            cancel, within?.Select(u => u.Value).ToArray(), kinds);
    }

    /// <summary>Whether the disposal of a row of disposal_entry stands: done or explained, and, where asked for, also on its way.</summary>
    private static string Counts(string entry, bool open) => $"""
        EXISTS (SELECT 1 FROM records.disposal d WHERE d.municipality_id = {entry}.municipality_id AND d.id = {entry}.disposal_id AND (d.kind = 'NotNeeded'
          OR EXISTS (SELECT 1 FROM records.disposal_step s WHERE s.municipality_id = d.municipality_id AND s.disposal_id = d.id AND s.step = 'Done')
          {(open ? "OR NOT EXISTS (SELECT 1 FROM records.disposal_step s WHERE s.municipality_id = d.municipality_id AND s.disposal_id = d.id AND (s.step = 'Cancelled' OR s.approved = false))" : "")}))
        """;

    private static Disposal Disposal(NpgsqlDataReader r)
    {
        var matrix = DisposalMatrix.Load();
        var decision = r.IsDBNull(14) ? null : new DisposalStep(r.Moment(14), r.By(15), r.GetBoolean(12), r.GetString(13));
        var done = r.IsDBNull(17) ? null : new DisposalDone(r.Moment(23), r.By(24), r.GetFieldValue<DateOnly>(17), Method(r.GetString(18)), r.TextOrNull(19), r.GetString(22),
            r.IsDBNull(20) ? null : (r.Digest(20), r.GetString(21)));
        var cancelled = r.IsDBNull(27) ? null : new DisposalStep(r.Moment(27), r.By(28), false, r.GetString(26));
        var state = r.GetString(2) == "NotNeeded" ? DisposalState.NotNeeded
            : done is not null ? DisposalState.Done
            : cancelled is not null ? DisposalState.Cancelled
            : decision is null ? DisposalState.Applied
            : decision.Approved ? DisposalState.Approved : DisposalState.Refused;
        return new(new(r.GetGuid(0)), r.GetString(1), state, [], matrix.Group(r.TextOrNull(5)), r.TextOrNull(3) is { } medium ? matrix.Medium(medium) ?? new(medium, new(medium, medium), []) : null,
            r.TextOrNull(4) is { } method ? Method(method) : null, r.GetString(7), r.DayOrNull(8), r.IsDBNull(6) ? null : new(r.GetGuid(6)), r.Moment(9), r.By(10), decision, done, cancelled);

        // A way that a later matrix no longer has is still what was done.
        DisposalMethod Method(string id) => matrix.Method(id) ?? new(id, new(id, id), DisposalStrength.Deleted, []);
    }
}
