using Sekisho.Records.Assets;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;

namespace Sekisho.Records.Tests.Assets;

/// <summary>Classes that containers have from what lies in them, held against a slow and obvious second engine: a walk through everything for every asset.</summary>
public sealed class InheritanceTests
{
    private const int Steps = 60;

    private static readonly string[] Kinds = ["facility", "system", "data", "medium"], Classes = ["1", "2", "3C", "3B", "3A"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task After_any_changes_each_container_has_the_highest_class_of_what_lies_in_it(int seed)
    {
        await using var town = await AssetTown.OpenAsync();
        var random = new Random(seed);
        var assets = new List<RegisterEntry>();
        for (var step = 0; step < Steps; step++)
        {
            if (assets.Count < 4 || random.Next(3) == 0) assets.Add(await AddAsync(town, random, assets, step));
            else await ActAsync(town, random, assets);
            if (step % 10 == 9) await AgreesAsync(town);
        }
    }

    /// <summary>Sheets come in by the thousand rows, each batch seeing the one before.</summary>
    [Fact]
    public async Task A_sheet_raises_what_its_rows_lie_in()
    {
        await using var town = await AssetTown.OpenAsync();
        var room = await town.ClassifiedAsync(town.Residents, "書庫", "facility", "1");
        var system = await town.ClassifiedAsync(town.Residents, "住民情報システム", "system", "2", ("containers", room.Number));
        var csv = "name,unit,kind,containers,confidentiality,integrity,availability,lower_why\n" + string.Concat(Enumerable.Range(0, 1500).Select(i =>
            $"台帳 その{i},{town.Residents.Name},data,{(i % 2 == 0 ? system.Number : room.Number)},{(i == 1400 ? "3A" : "2")},2,2,写しのため。\n"));
        var plan = (await town.Slices.Imports.UploadAsync(town.Town, AssetRules.Key, new MemoryStream(System.Text.Encoding.UTF8.GetBytes(csv)), "台帳.csv", town.Office.Officer, Cancel)).OrThrow();
        var report = (await town.Slices.Imports.CommitAsync(town.Town, plan.Upload, null, town.Office.Officer, Cancel)).OrThrow();
        Assert.True(report.IsKept, string.Join("; ", report.Problems.Take(3)));
        Assert.Equal("3A", (await town.ReadAsync(system)).Text("effective"));
        Assert.Equal("3A", (await town.ReadAsync(room)).Text("effective"));
        await AgreesAsync(town);
    }

    private static async Task<RegisterEntry> AddAsync(AssetTown town, Random random, List<RegisterEntry> assets, int step)
    {
        var kind = Kinds[random.Next(Kinds.Length)];
        var inside = string.Join('\n', (await HoldersAsync(town)).OrderBy(_ => random.Next()).Take(random.Next(3)).Select(h => h.Number));
        return await town.AddAsync(assets.Count % 2 == 0 ? town.Residents : town.Roads, $"資産 {step}", kind, ("confidentiality", Classes[random.Next(Classes.Length)]),
            ("integrity", random.Next(2) == 0 ? "1" : "2"), ("availability", random.Next(2) == 0 ? "1" : "2"), ("lower_why", "写しのため。"), ("mynumber", random.Next(6) == 0 ? "はい" : "いいえ"), ("containers", inside));
    }

    private static async Task ActAsync(AssetTown town, Random random, List<RegisterEntry> assets)
    {
        var one = await town.ReadAsync(assets[random.Next(assets.Count)]);
        var book = town.Slices.Registers;
        if (one.Retired is not null)
        {
            await book.ReviveAsync(town.Town, AssetRules.Key, one.Seen, null, town.Office.Officer, Cancel);
            return;
        }
        switch (random.Next(5))
        {
            case 0:
                await town.ChangeAsync(one, ("confidentiality", Classes[random.Next(Classes.Length)]), ("integrity", random.Next(2) == 0 ? "1" : "2"));
                break;
            case 1:
                await town.ChangeAsync(one, ("mynumber", one.YesNo("mynumber") == true ? "いいえ" : "はい"));
                break;
            case 2:
                // Into others or out of all; what would close a circle is refused and changes nothing.
                await town.TryChangeAsync(one, ("containers", string.Join('\n', (await HoldersAsync(town)).OrderBy(_ => random.Next()).Take(random.Next(3)).Select(h => h.Number))));
                break;
            case 3:
                await town.RetireAsync(one);
                break;
            default:
                var some = (await book.ListAsync(town.Town, AssetRules.Key, new(PageSize: 5), null, Cancel)).Entries;
                (await book.ChangeManyAsync(town.Town, AssetRules.Key, [.. some.Select(e => e.Seen)], EntryDraft.Of(("confidentiality", Classes[random.Next(Classes.Length)])), null, town.Office.Officer, Cancel)).OrThrow();
                break;
        }
    }

    private static async Task<List<RegisterEntry>> HoldersAsync(AssetTown town) =>
        [.. (await town.Slices.Registers.ListAsync(town.Town, AssetRules.Key, new(PageSize: 1000), null, Cancel)).Entries.Where(e => e.Text("kind") is "facility" or "system" or "medium")];

    private static async Task AgreesAsync(AssetTown town)
    {
        var all = new List<RegisterEntry>();
        RegisterPage page;
        do
        {
            page = await town.Slices.Registers.ListAsync(town.Town, AssetRules.Key, new(Standing: Standing.All, Page: 1 + (all.Count / 1000), PageSize: 1000), null, Cancel);
            all.AddRange(page.Entries);
        }
        while (all.Count < page.Total);
        var inside = all.Where(e => e.Retired is null).SelectMany(e => e.Entries("containers").Select(c => (Container: c, Held: e))).ToLookup(p => p.Container, p => p.Held);
        Assert.Contains(all, e => inside[e.Id].Any());
        foreach (var entry in all)
        {
            var held = new List<RegisterEntry> { entry };
            for (var i = 0; i < held.Count; i++) held.AddRange(inside[held[i].Id].Where(h => !held.Contains(h)));
            Assert.Equal(Highest(held, "confidentiality", AssetAspect.Confidentiality), entry.Text("effective"));
            Assert.Equal(Highest(held, "integrity", AssetAspect.Integrity), entry.Text("effective_integrity"));
            Assert.Equal(Highest(held, "availability", AssetAspect.Availability), entry.Text("effective_availability"));
            Assert.Equal(held.Any(h => h.YesNo("mynumber") == true), entry.YesNo("holds_mynumber"));
        }
    }

    private static string? Highest(List<RegisterEntry> held, string field, AssetAspect aspect) =>
        held.Select(h => AssetClasses.Load().Find(aspect, h.Text(field))).OfType<AssetClass>().MaxBy(c => c.Rank)?.Key;
}
