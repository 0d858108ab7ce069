using Sekisho.Assurance;
using Sekisho.Records.Assets;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;

namespace Sekisho.Records.Tests.Assets;

/// <summary>An office with two sections that have assets to know.</summary>
internal sealed class AssetTown : IAsyncDisposable
{
    private AssetTown(Office office, Unit residents, Unit roads) => (Office, Residents, Roads) = (office, residents, roads);

    public Office Office { get; }

    public Unit Residents { get; }

    public Unit Roads { get; }

    public RecordSlices Slices => Office.Slices;

    public MunicipalityId Town => Office.Town;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<AssetTown> OpenAsync()
    {
        var office = await Office.OpenAsync();
        var day = JapaneseTime.Day(Office.Start);
        var register = office.Slices.Organisation;
        var mayor = (await register.AddUnitAsync(office.Town, null, UnitKind.Agency, "町長部局", day, office.Officer, Cancel)).OrThrow();
        var residents = (await register.AddUnitAsync(office.Town, mayor.Id, UnitKind.Section, "町民課", day, office.Officer, Cancel)).OrThrow();
        var roads = (await register.AddUnitAsync(office.Town, mayor.Id, UnitKind.Section, "建設課", day, office.Officer, Cancel)).OrThrow();
        return new(office, residents, roads);
    }

    public Task<EntryOutcome> TryAddAsync(Unit unit, string name, string kind, params (string Key, string Value)[] more) =>
        Slices.Registers.AddAsync(Town, AssetRules.Key, EntryDraft.Of([("unit", unit.Id.ToString()), ("name", name), ("kind", kind), .. more]), null, Office.Officer, Cancel);

    public async Task<RegisterEntry> AddAsync(Unit unit, string name, string kind, params (string Key, string Value)[] more) => (await TryAddAsync(unit, name, kind, more)).OrThrow();

    /// <summary>Classified in all three, the lowest where nothing else is said.</summary>
    public Task<RegisterEntry> ClassifiedAsync(Unit unit, string name, string kind, string confidentiality, params (string Key, string Value)[] more) =>
        AddAsync(unit, name, kind, [("confidentiality", confidentiality), ("integrity", "2"), ("availability", "2"), .. more]);

    public async Task<RegisterEntry> ReadAsync(RegisterEntry entry) => (await Slices.Registers.ReadAsync(Town, AssetRules.Key, entry.Id, null, Cancel))!;

    public async Task<EntryOutcome> TryChangeAsync(RegisterEntry entry, params (string Key, string Value)[] fields) =>
        await Slices.Registers.ChangeAsync(Town, AssetRules.Key, (await ReadAsync(entry)).Seen, EntryDraft.Of(fields), null, Office.Officer, Cancel);

    public async Task ChangeAsync(RegisterEntry entry, params (string Key, string Value)[] fields) => (await TryChangeAsync(entry, fields)).OrThrow();

    public async Task ConfirmAsync(params RegisterEntry[] entries)
    {
        var seen = new List<EntryVersion>();
        foreach (var entry in entries) seen.Add((await ReadAsync(entry)).Seen);
        Assert.Empty((await Slices.Registers.ConfirmAsync(Town, AssetRules.Key, seen, null, Office.Manager, Cancel)).OrThrow().Overtaken);
    }

    public async Task RetireAsync(RegisterEntry entry, string why = "使わなくなった") =>
        (await Slices.Registers.RetireAsync(Town, AssetRules.Key, (await ReadAsync(entry)).Seen, why, null, Office.Officer, Cancel)).OrThrow();

    /// <summary>The verdict of an obligation, with the newest sentence of its evidence.</summary>
    public async Task<Verdict> VerdictAsync(string obligation) =>
        DutyWalk.Seen(obligation, (await Slices.Verdicts.ObligationsAsync(Town, null, Cancel)).Single(l => l.Standing.Obligation.Id.Value == obligation).Standing.Verdict);

    public Task LookAsync() => Slices.Collector.RunAsync(Town, null, Cancel);

    public async Task<Observation> SaidAsync(string kind)
    {
        var page = await Slices.Evidence.ListAsync(Town, new(KindPrefix: kind), null, 1, Cancel);
        return page.Rows[0].Evidence.Observed;
    }

    public ValueTask DisposeAsync() => Office.DisposeAsync();
}
