using Sekisho.Assurance;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Organisation;

namespace Sekisho.Records.Registers;

/// <summary>How far a unit is with its yearly confirmation (課ごとの確認の進み).</summary>
/// <param name="Unit">Null: entries of no unit.</param>
/// <param name="LastAt">The last confirmation of any of its entries.</param>
public sealed record UnitConfirmation(UnitId? Unit, long Entries, long Waiting, DateTimeOffset? LastAt);

/// <summary>What a person needs to know before saying that entries are right (年次確認): how far each unit is, and what changed since the last time.</summary>
public sealed class RegisterConfirmations(RecordKeeper keeper, RegisterCatalogue catalogue)
{
    /// <summary>More than the clocks of two servers of one installation are ever apart.</summary>
    private static readonly TimeSpan ClocksDiffer = TimeSpan.FromMinutes(10);

    /// <summary>Each unit that has entries in use.</summary>
    /// <param name="since">Entries confirmed before, or never, wait.</param>
    public async Task<IReadOnlyList<UnitConfirmation>> ByUnitAsync(MunicipalityId municipality, string register, DateTimeOffset since, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        object?[] values = [register, since];
        if (within is not null) values = [.. values, RegisterRows.Ids(within)];
        return await tx.ListAsync($"""
            SELECT e.unit_id, count(*), count(*) FILTER (WHERE e.confirmed_at IS NULL OR e.confirmed_at < $2), max(e.confirmed_at) FROM records.register_entry e
            WHERE e.register = $1 AND e.retired_at IS NULL{(within is null ? "" : " AND e.unit_id = ANY ($3)")} GROUP BY e.unit_id
            """, r => new UnitConfirmation(r.IsDBNull(0) ? null : new UnitId(r.GetGuid(0)), r.GetInt64(1), r.GetInt64(2), r.MomentOrNull(3)), cancel, values);
    }

    /// <summary>What was changed in entries after each one's last confirmation: each field once, from what was confirmed to what stands now.</summary>
    /// <returns>By entry; none for those never confirmed and for those that didn't change.</returns>
    public async Task<IReadOnlyDictionary<EntryId, IReadOnlyList<FieldChange>>> ChangesAsync(
        MunicipalityId municipality, string register, IReadOnlyCollection<RegisterEntry> entries, CancellationToken cancel)
    {
        var changed = entries.Where(e => e.Confirmed is not null && e.IsNewSinceConfirmation).ToDictionary(EntryHistory.Subject, StringComparer.Ordinal);
        if (changed.Count == 0 || catalogue.Find(register) is not { } definition) return new Dictionary<EntryId, IReadOnlyList<FieldChange>>();
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        // Years of changes stand in the ledger; what was signed well before the earliest of these confirmations isn't read.
        var since = await LedgerReader.SizeAtAsync(tx, changed.Values.Min(e => e.Confirmed!.At) - ClocksDiffer, cancel);
        var kept = await LedgerReader.ListAsync(tx, changed.Keys, EntryHistory.Changed, since, cancel);
        var changes = new Dictionary<EntryId, IReadOnlyList<FieldChange>>();
        foreach (var its in kept.Where(k => k.Entry is not null).GroupBy(k => k.Entry!.Subject, StringComparer.Ordinal))
        {
            var entry = changed[its.Key];
            var fields = its.OrderBy(k => k.Index).Where(k => k.Entry!.At > entry.Confirmed!.At).Select(k => EntryHistory.Read(definition, k)).OfType<EntryChange>()
                .SelectMany(c => c.Fields).GroupBy(f => f.Key, StringComparer.Ordinal).Select(f => f.First() with { To = f.Last().To }).Where(f => f.From != f.To).ToList();
            if (fields.Count > 0) changes[entry.Id] = fields;
        }
        return changes;
    }
}
