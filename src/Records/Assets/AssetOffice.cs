using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Storage;

namespace Sekisho.Records.Assets;

/// <summary>How a unit's part of the register stands (課ごとの状況).</summary>
/// <param name="Assets">In use, whatever their scope.</param>
/// <param name="Excluded">Of these, excluded by the policy: counted here, and in none of the rest.</param>
/// <param name="Unclassified">Without a class in one of the three aspects.</param>
/// <param name="Unconfirmed">Never confirmed, changed since, or confirmed before the period.</param>
/// <param name="Late">Known before the period began and not confirmed in it: what the yearly confirmation waits for.</param>
/// <param name="ConfirmedAt">The last confirmation of any of them, or the last declaration that there are none.</param>
/// <param name="DeclaredNone">It declared within the period that it has none.</param>
/// <param name="ToDiscard">Whose day of disposal is past.</param>
public sealed record UnitAssets(
    Unit Unit, int Assets, int Excluded, int Unclassified, int Unconfirmed, int Late, int InPeriod, DateTimeOffset? ConfirmedAt, bool DeclaredNone, int ToDiscard)
{
    /// <summary>It has looked at its register within the period, and nothing older was left out.</summary>
    public bool IsConfirmed => Assets == 0 ? DeclaredNone : Assets == Excluded || (InPeriod > 0 && Late == 0);
}

/// <summary>What changed in a unit's register since it was last confirmed (前回の確認からの変化).</summary>
/// <param name="Fields">What changed in it; empty for new and retired ones.</param>
public sealed record AssetChange(RegisterEntry Asset, AssetChangeKind Kind, IReadOnlyList<FieldChange> Fields);

/// <summary>How an asset differs from the last confirmation.</summary>
public enum AssetChangeKind
{
    New,
    Changed,
    Retired,
}

/// <summary>The register of assets as a whole (情報資産の状況): by unit, and what changed.</summary>
public sealed class AssetOffice
{
    /// <summary>Name of the municipality's setting: days within which each unit confirms its register.</summary>
    public const string PeriodSetting = "assets.period-days";

    /// <summary>A year and a month: the sitting is in the same season, not on the same day.</summary>
    private const int PeriodDays = 396;

    private readonly RecordKeeper keeper;
    private readonly RegisterBook registers;

    internal AssetOffice(RecordKeeper keeper, RegisterBook registers) => (this.keeper, this.registers) = (keeper, registers);

    /// <summary>Every unit that has to know its assets, in the order of the tree: the lowest units, and others that have some.</summary>
    public async Task<IReadOnlyList<UnitAssets>> UnitsAsync(MunicipalityId municipality, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await UnitsAsync(tx, keeper.Clock.Now(), within, cancel);
    }

    /// <summary>New, changed and retired since each asset was last confirmed, or, of retired ones, since the unit last was.</summary>
    public async Task<IReadOnlyList<AssetChange>> ChangesAsync(MunicipalityId municipality, UnitId unit, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        if (within?.Contains(unit) == false) return [];
        var definition = registers.Catalogue[AssetRules.Key];
        List<RegisterEntry> entries;
        await using (var tx = await keeper.EnterAsync(municipality, cancel))
        {
            entries = await tx.ListAsync($"""
                {RegisterRows.Select} WHERE e.register = $1 AND e.unit_id = $2 AND ((e.retired_at IS NULL AND (e.confirmed_at IS NULL OR e.updated_at > e.confirmed_at))
                  OR (e.confirmed_at IS NOT NULL AND e.retired_at > coalesce((SELECT max(c.confirmed_at) FROM records.register_entry c WHERE c.register = $1 AND c.unit_id = $2 AND c.retired_at IS NULL), e.confirmed_at)))
                ORDER BY e.sequence LIMIT 500
                """, r => RegisterRows.Entry(r, definition), cancel, AssetRules.Key, unit.Value);
        }
        // Of a field that changed twice, what it was at the confirmation and what it is now.
        var fields = await new RegisterConfirmations(keeper, registers.Catalogue).ChangesAsync(municipality, AssetRules.Key, [.. entries.Where(e => e.Retired is null)], cancel);
        return [.. entries.Select(e => e.Retired is not null ? new AssetChange(e, AssetChangeKind.Retired, [])
            : e.Confirmed is null ? new AssetChange(e, AssetChangeKind.New, [])
            : new AssetChange(e, AssetChangeKind.Changed, fields.GetValueOrDefault(e.Id) ?? []))];
    }

    /// <summary>A unit says that it has no assets: the confirmation of an empty register.</summary>
    public async Task<Outcome<DateTimeOffset>> DeclareNoneAsync(MunicipalityId municipality, UnitId unit, IReadOnlyList<UnitId>? within, Actor actor, CancellationToken cancel)
    {
        if (within?.Contains(unit) == false) return Refusals.UnknownUnit;
        DateTimeOffset at;
        await using (var tx = await registers.EnterToWriteAsync(municipality, registers.Catalogue[AssetRules.Key], cancel))
        {
            at = keeper.Clock.Now();
            if (await OrganisationRows.UnitAsync(tx, unit, cancel) is not { } its || !its.StandsOn(JapaneseTime.Day(at))) return Refusals.UnknownUnit;
            if (await OrganisationRows.CountAsync(tx, "SELECT count(*) FROM records.register_entry WHERE register = $1 AND unit_id = $2 AND retired_at IS NULL", cancel, AssetRules.Key, unit.Value) > 0) return Refusals.HasAssets;
            var index = await keeper.AppendAsync(tx, at, "assets.none", actor, $"unit/{unit}", new { its.Name }, cancel);
            await tx.RunAsync("INSERT INTO records.asset_declaration (municipality_id, id, unit_id, declared_at, declared_by, declared_by_name, ledger_index) VALUES ($1, $2, $3, $4, $5, $6, $7)", cancel,
                municipality.Value, RecordKeeper.NewId(at), unit.Value, at, actor.Account, actor.Name, index);
            await tx.CommitAsync(cancel);
        }
        await keeper.ChangedAsync(municipality, cancel, AssetSource.Inventory);
        return at;
    }

    /// <summary>Since when a confirmation counts.</summary>
    internal static async Task<DateTimeOffset> PeriodAsync(TenantTransaction tx, DateTimeOffset at, CancellationToken cancel)
    {
        var text = (await tx.ListAsync("SELECT settings ->> $1 FROM records.municipality", r => r.TextOrNull(0), cancel, PeriodSetting)).FirstOrDefault();
        return at.AddDays(-(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is > 0 and <= 3660 ? days : PeriodDays));
    }

    /// <summary>Since when ($1), until which day ($2). Reads the index register_entry_asset and nothing else: a test holds it to that.</summary>
    internal const string ByUnit = """
        SELECT e.unit_id, count(*), count(*) FILTER (WHERE e.asset_state = 'x'), count(*) FILTER (WHERE e.asset_state = 'u'),
          count(*) FILTER (WHERE e.asset_state <> 'x' AND (e.confirmed_at IS NULL OR e.confirmed_at < $1 OR e.updated_at > e.confirmed_at)),
          count(*) FILTER (WHERE e.asset_state <> 'x' AND coalesce(e.confirmed_at, e.created_at) < $1), count(*) FILTER (WHERE e.asset_state <> 'x' AND e.confirmed_at >= $1),
          max(e.confirmed_at), count(*) FILTER (WHERE e.asset_state <> 'x' AND e.asset_discard_on < $2)
        FROM records.register_entry e WHERE e.register = 'assets' AND e.retired_at IS NULL AND e.unit_id IS NOT NULL
        GROUP BY e.unit_id
        """;

    internal static async Task<IReadOnlyList<UnitAssets>> UnitsAsync(TenantTransaction tx, DateTimeOffset at, IReadOnlyList<UnitId>? within, CancellationToken cancel)
    {
        var day = JapaneseTime.Day(at);
        var since = await PeriodAsync(tx, at, cancel);
        var chart = await OrganisationRows.ChartAsync(tx, day, null, cancel);
        var counted = (await tx.ListAsync(ByUnit, r => (Unit: r.GetGuid(0), Assets: (int)r.GetInt64(1), Excluded: (int)r.GetInt64(2), Unclassified: (int)r.GetInt64(3), Unconfirmed: (int)r.GetInt64(4), Late: (int)r.GetInt64(5),
                InPeriod: (int)r.GetInt64(6), At: r.MomentOrNull(7), ToDiscard: (int)r.GetInt64(8)), cancel, since, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))).ToDictionary(c => c.Unit);
        var none = (await tx.ListAsync("SELECT unit_id, max(declared_at) FROM records.asset_declaration GROUP BY unit_id", r => (r.GetGuid(0), r.Moment(1)), cancel)).ToDictionary();
        var parents = chart.Units.Select(u => u.Parent).OfType<UnitId>().ToHashSet();
        return [.. InTree(chart.Units).Where(u => !parents.Contains(u.Id) || counted.ContainsKey(u.Id.Value)).Where(u => within is null || within.Contains(u.Id)).Select(u =>
        {
            var c = counted.GetValueOrDefault(u.Id.Value);
            DateTimeOffset? declared = none.TryGetValue(u.Id.Value, out var its) ? its : null;
            return new UnitAssets(u, c.Assets, c.Excluded, c.Unclassified, c.Unconfirmed, c.Late, c.InPeriod, c.Assets == 0 ? declared : c.At, c.Assets == 0 && declared >= since, c.ToDiscard);
        })];
    }

    private static IEnumerable<Unit> InTree(IReadOnlyList<Unit> units)
    {
        var below = units.ToLookup(u => u.Parent is { } parent && units.Any(p => p.Id == parent) ? parent : (UnitId?)null);
        return Below(null);

        IEnumerable<Unit> Below(UnitId? parent) => below[parent].SelectMany(u => Below(u.Id).Prepend(u));
    }
}
