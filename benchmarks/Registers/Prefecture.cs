using System.Globalization;
using System.Text;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Records;
using Sekisho.Records.Acknowledgements;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Organisation;
using Sekisho.Records.Organisation.Transfers;
using Sekisho.Records.Policies;
using Sekisho.Records.Registers;
using Sekisho.Records.Registers.Exchange;
using Sekisho.Storage;

namespace Sekisho.Benchmarks.Registers;

/// <summary>How much there is in all municipalities together.</summary>
internal sealed record Extent(int Towns, int People, int Assets, int History)
{
    public static Extent Of(string[] args) => new(Number(args, 0, 60), Number(args, 1, 15_000), Number(args, 2, 200_000), Number(args, 3, 2_000_000));

    private static int Number(string[] args, int at, int otherwise) => at < args.Length ? int.Parse(args[at], CultureInfo.InvariantCulture) : otherwise;
}

/// <summary>One municipality of the installation.</summary>
/// <param name="Sections">The first has <see cref="Prefecture.OfFirstSection"/> assets.</param>
internal sealed record Town(MunicipalityId Id, IReadOnlyList<UnitId> Sections, IReadOnlyList<string> Names, CampaignId Campaign);

/// <summary>A made-up prefecture, entered by the product's own doors: units, people from sheets, assets and terminals from sheets, risks, a campaign, years of history in the ledger.</summary>
internal sealed class Prefecture(RecordSlices slices, RecordKeeper keeper, Extent extent)
{
    /// <summary>Assets of the section that is measured.</summary>
    public const int OfFirstSection = 500;

    public const string Assets = "assets";

    public static readonly Actor Somebody = new("bench", "計測 担当");

    public static readonly string[] Words = ["住民記録", "税務", "福祉", "会議", "契約", "申請", "防災", "教育", "道路", "水道", "庁舎", "財務"];

    public async Task<Town> AddAsync(int number)
    {
        var name = number.ToString(CultureInfo.InvariantCulture);
        var town = (await slices.Municipalities.CreateAsync($"town-{name}", $"第{name}市", Somebody, default)).OrThrow().Id;
        var (sections, names) = await UnitsAsync(town);
        await PeopleAsync(town, names);
        await TakeAsync(town, Assets, Sheets.Csv(AssetRows.Containers(extent.Assets / extent.Towns, names)));
        var contents = AssetRows.Contents(extent.Assets / extent.Towns, names);
        foreach (var some in contents.Skip(1).Chunk(RegisterImport.MostRows)) await TakeAsync(town, Assets, Sheets.Csv([contents[0], .. some]));
        await TakeAsync(town, "terminals", Sheets.Csv(Terminals(names)));
        (await slices.RiskStart.TakeStandardThreatsAsync(town, Somebody, default)).OrThrow();
        (await slices.RiskStart.TakeGroupsAsync(town, Somebody, default)).OrThrow();
        (await slices.RiskStart.TakeRisksAsync(town, [.. (await slices.RiskStart.SuggestAsync(town, default)).Take(extent.Towns > 10 ? 20 : 200).Select(s => (s.Group.Id, s.Threat))], Somebody, default)).OrThrow();
        var campaign = await CampaignAsync(town);
        await HistoryAsync(town, extent.History / extent.Towns);
        return new(town, sections, names, campaign);
    }

    private async Task<(List<UnitId> Sections, List<string> Names)> UnitsAsync(MunicipalityId town)
    {
        // About ten to fifty people each: 25 sections in a town of 250, 300 in a city of 15,000.
        var sections = Math.Clamp(extent.People / extent.Towns / 10, 25, 300);
        var day = new DateOnly(2020, 4, 1);
        var mayor = (await slices.Organisation.AddUnitAsync(town, null, UnitKind.Agency, "市長部局", day, Somebody, default)).OrThrow().Id;
        var (ids, names) = (new List<UnitId>(), new List<string>());
        UnitId department = default;
        for (var s = 0; s < sections; s++)
        {
            if (s % 10 == 0) department = (await slices.Organisation.AddUnitAsync(town, mayor, UnitKind.Department, $"第{s / 10}部", day, Somebody, default)).OrThrow().Id;
            names.Add($"第{s}課");
            ids.Add((await slices.Organisation.AddUnitAsync(town, department, UnitKind.Section, names[^1], day, Somebody, default)).OrThrow().Id);
        }
        return (ids, names);
    }

    private async Task PeopleAsync(MunicipalityId town, List<string> names)
    {
        var csv = new StringBuilder("職員番号,氏名,所属,職名\n");
        for (var i = 0; i < extent.People / extent.Towns; i++) csv.Append(CultureInfo.InvariantCulture, $"{i:D6},職員 {i:D6},{names[i % names.Count]},主事\n");
        var on = JapaneseTime.Day(TimeProvider.System.GetUtcNow());
        var import = (await slices.Transfers.UploadAsync(town, new(StaffImportKind.Roster, Encoding.UTF8.GetBytes(csv.ToString()), "staff.csv", on), Somebody, default)).OrThrow();
        var plan = (await slices.Transfers.PreviewAsync(town, import.Id, default)).OrThrow();
        (await slices.Transfers.CommitAsync(town, import.Id, plan.Digest, false, Somebody, default)).OrThrow();
    }

    private List<string[]> Terminals(List<string> names)
    {
        var definition = RegisterCatalogue.Load()["terminals"];
        var rows = new List<string[]>();
        rows.Add([definition.Find("name")!.Label.Ja, "担当課", definition.Find("zone")!.Label.Ja, definition.Find("kind")!.Label.Ja]);
        var (zones, kinds) = (definition.Find("zone")!.Choices, definition.Find("kind")!.Choices);
        for (var i = 0; i < extent.People / extent.Towns; i++) rows.Add([$"PC-{i:D5}", names[i % names.Count], zones[i % zones.Count].Name.Ja, kinds[0].Name.Ja]);
        return rows;
    }

    public async Task TakeAsync(MunicipalityId town, string register, byte[] file)
    {
        var plan = (await slices.Imports.UploadAsync(town, register, new MemoryStream(file), register + ".csv", Somebody, default)).OrThrow();
        var report = (await slices.Imports.CommitAsync(town, plan.Upload, null, Somebody, default)).OrThrow();
        if (!report.IsKept) throw new InvalidOperationException("The sheet was refused: " + string.Join("; ", report.Problems.Take(5)));
    }

    /// <summary>A policy in force, brought to everyone; nobody has read it yet.</summary>
    private async Task<CampaignId> CampaignAsync(MunicipalityId town)
    {
        var policy = "計測市情報セキュリティ基本方針\n\n（目的）\n第1条　この方針は、市の情報資産を守ることを目的とする。\n\n（職員等の遵守義務）\n第2条　職員等は、この方針を守らなければならない。\n";
        var imported = (ImportOutcome.Imported)await slices.Policies.ImportAsync(town, new PolicyUpload(Encoding.UTF8.GetBytes(policy), "policy.txt"), Somebody, default);
        (await slices.Policies.PutInForceAsync(town, imported.Version.Id, new DateOnly(2024, 4, 1), Somebody, default)).OrThrow();
        var due = JapaneseTime.Day(TimeProvider.System.GetUtcNow()).AddDays(30);
        return (await slices.Acknowledgements.OpenAsync(town, new CampaignDraft(imported.Version.Id, CampaignDraft.Usual, null, due), Somebody, default)).OrThrow().Id;
    }

    /// <summary>As years of changes leave it: entries about the assets that there are, spelled as the product spells them.</summary>
    private async Task HistoryAsync(MunicipalityId town, int count)
    {
        const int Together = 8192;
        List<(Guid Id, string Number)> assets;
        await using (var tx = await keeper.EnterAsync(town, default))
            assets = await tx.ListAsync("SELECT id, number FROM records.register_entry WHERE register = $1 ORDER BY sequence", r => (r.GetGuid(0), r.GetString(1)), default, Assets);
        for (var i = 0; i < count; i += Together)
        {
            var at = TimeProvider.System.GetUtcNow();
            var said = Enumerable.Range(i, Math.Min(Together, count - i)).Select(n =>
            {
                var (id, number) = assets[n % assets.Count];
                return NewEntry.Of(RecordKeeper.Entry(at, "entry.changed", Somebody, $"register/{Assets}/{id}",
                    new { number, version = 2 + (n / assets.Count), by = Somebody.Name, changed = new { place = new { from = $"書庫{n % 9}", to = $"書庫{(n + 1) % 9}" } } }));
            }).ToList();
            await using var tx = await keeper.EnterAsync(town, default);
            await keeper.AppendAsync(tx, said, default);
            await tx.CommitAsync(default);
        }
    }
}
