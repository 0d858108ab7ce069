using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Acknowledgements;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Storage;
using static Sekisho.Benchmarks.Registers.Figures;

namespace Sekisho.Benchmarks.Registers;

/// <summary>A prefecture's installation: what a section manager waits for, and what a large sheet takes.</summary>
internal static class RegisterTimes
{
    private const int Rounds = 60;

    private const string Assets = Prefecture.Assets;

    private static readonly Actor Somebody = Prefecture.Somebody;

    public static async Task<int> RunAsync(string[] args)
    {
        using var statements = args.Contains("statements") ? new Statements() : null;
        Said = statements is null ? null : statements.Print;
        args = [.. args.Where(a => a != "statements")];
        var extent = Extent.Of(args);
        // One part alone while something is tuned: lists, people, writes, pages or sheets.
        var part = args.ElementAtOrDefault(4);
        var folder = Directory.CreateTempSubdirectory("sekisho-bench-").FullName;
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var database = await Database.OpenAsync(new StorageOptions(folder, null), RecordsMigrations.Sets, NullLogger.Instance, default);
        await using (database)
        {
            using var signer = await LedgerKey.OpenAsync(folder, database, TimeProvider.System, default);
            var keeper = new RecordKeeper(database, new LedgerStore(signer, TimeProvider.System), TimeProvider.System);
            var slices = new RecordSlices(keeper);
            await slices.Obligations.EnsureEditionAsync(default);
            var prefecture = new Prefecture(slices, keeper, extent);
            var towns = new List<Town>();
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < extent.Towns; i++) towns.Add(await prefecture.AddAsync(i));
            await AnalyzeAsync(database);
            Print("municipalities, people, assets, entries of history", $"{extent.Towns:N0}, {extent.People:N0}, {extent.Assets:N0}, {extent.History:N0}; made in {watch.Elapsed.TotalSeconds:F0} s");
            await OnceAsync("evidence of all municipalities looked at (the hourly round)", () => slices.Collector.RunAllAsync(default));
            if (part is null or "lists") await ListsAsync(slices, towns);
            if (part is null or "people") await PeopleAsync(slices, towns);
            if (part is null or "pages") await PageTimes.RunAsync(database, folder, towns);
            if (part is null or "writes") await WritesAsync(slices, towns);
            if (part is null or "sheets") await SheetTimes.RunAsync(slices, towns[0], AssetRows.RoomsOf(extent.Assets / extent.Towns));
        }
        Directory.Delete(folder, recursive: true);
        return 0;
    }

    private static async Task AnalyzeAsync(Database database)
    {
        await using var tx = await database.EnterOwnerAsync(default);
        await tx.RunAsync("ANALYZE", default);
        await tx.CommitAsync(default);
    }

    private static async Task ListsAsync(RecordSlices slices, List<Town> towns)
    {
        var random = new Random(1);
        var book = slices.Registers;
        var words = Prefecture.Words;
        var queries = new (string What, Func<RegisterQuery> Query)[]
        {
            ("list by number", () => new()),
            ("by title, second page", () => new(Sort: "title", Page: 2)),
            ("by class that it inherits, downwards", () => new(Sort: "effective", Descending: true)),
            ("searched for two words", () => new($"{words[random.Next(words.Length)]} {words[random.Next(words.Length)]}")),
            ("two classes only", () => new(Filters: [new("confidentiality", ["3A", "2"])])),
            ("inherited class 3A only", () => new(Filters: [new("effective", ["3A"])])),
            ("not confirmed since April", () => new(NotConfirmedSince: new(2026, 4, 1, 0, 0, 0, TimeSpan.Zero))),
        };
        foreach (var (what, query) in queries)
        {
            await ManyAsync($"assets of a section: {what}", Rounds, _ =>
            {
                var town = towns[random.Next(towns.Count)];
                return book.ListAsync(town.Id, Assets, query(), [town.Sections[random.Next(town.Sections.Count)]], default);
            });
            await ManyAsync($"assets of the municipality: {what}", Rounds, _ => book.ListAsync(towns[random.Next(towns.Count)].Id, Assets, query(), null, default));
        }
        await ManyAsync("one asset with its history", Rounds, async _ =>
        {
            var town = towns[random.Next(towns.Count)];
            var page = await book.ListAsync(town.Id, Assets, new(Page: 1 + random.Next(20), PageSize: 5), [town.Sections[0]], default);
            await book.HistoryAsync(town.Id, Assets, page.Entries[0].Id, null, default);
            await book.ReferencesAsync(town.Id, page.Entries[0].Id, default);
        });
        await ManyAsync("state of assets by section", Rounds, _ => slices.Assets.UnitsAsync(towns[random.Next(towns.Count)].Id, null, default));
        await ManyAsync("heat map of risks", Rounds, _ => slices.Risks.OverviewAsync(towns[random.Next(towns.Count)].Id, default));
    }

    private static async Task PeopleAsync(RecordSlices slices, List<Town> towns)
    {
        var random = new Random(2);
        var day = JapaneseTime.Day(TimeProvider.System.GetUtcNow());
        await ManyAsync("units and people of a municipality", Rounds, _ => slices.Organisation.ReadAsync(towns[random.Next(towns.Count)].Id, day, null, default));
        await ManyAsync("who has yet to acknowledge: whole municipality, first page", Rounds, async _ =>
        {
            var town = towns[random.Next(towns.Count)];
            await slices.Acknowledgements.ReadAsync(town.Id, town.Campaign, null, default);
            await slices.Acknowledgements.PeopleAsync(town.Id, town.Campaign, new CampaignQuery(null, true, null, 1), null, default);
        });
        await ManyAsync("who has yet to acknowledge: one section", Rounds, async _ =>
        {
            var town = towns[random.Next(towns.Count)];
            IReadOnlyList<UnitId> within = [town.Sections[random.Next(town.Sections.Count)]];
            await slices.Acknowledgements.ReadAsync(town.Id, town.Campaign, within, default);
            await slices.Acknowledgements.PeopleAsync(town.Id, town.Campaign, new CampaignQuery(null, true, null, 1), within, default);
        });
    }

    private static async Task WritesAsync(RecordSlices slices, List<Town> towns)
    {
        var book = slices.Registers;
        await ManyAsync("change one asset, evidence looked at again", Math.Min(Rounds, 20), async i =>
        {
            var town = towns[i % towns.Count];
            var one = (await book.ListAsync(town.Id, Assets, new(PageSize: 1, Page: 1 + (i % 100)), [town.Sections[0]], default)).Entries[0];
            (await book.ChangeAsync(town.Id, Assets, one.Seen, EntryDraft.Of(("place", $"書庫 {Guid.NewGuid()}")), [town.Sections[0]], Somebody, default)).OrThrow();
        });
        await ManyAsync($"confirm {Prefecture.OfFirstSection} assets of a section, evidence looked at again", 20, async i =>
        {
            var (town, mine) = await MineAsync(i);
            (await book.ConfirmAsync(town.Id, Assets, [.. mine.Select(e => e.Seen)], [town.Sections[0]], Somebody, default)).OrThrow();
        });
        await ManyAsync($"set one field of {Prefecture.OfFirstSection} assets", 10, async i =>
        {
            var (town, mine) = await MineAsync(i);
            (await book.ChangeManyAsync(town.Id, Assets, [.. mine.Select(e => e.Seen)], EntryDraft.Of(("place", $"書庫 {Guid.NewGuid()}")), [town.Sections[0]], Somebody, default)).OrThrow();
        });

        await ManyAsync($"what changed in {Prefecture.OfFirstSection} assets since they were confirmed", 10, i => slices.Assets.ChangesAsync(towns[i % towns.Count].Id, towns[i % towns.Count].Sections[0], [towns[i % towns.Count].Sections[0]], default));

        async Task<(Town, IReadOnlyList<RegisterEntry>)> MineAsync(int i)
        {
            var town = towns[i % towns.Count];
            return (town, (await book.ListAsync(town.Id, Assets, new(PageSize: Prefecture.OfFirstSection), [town.Sections[0]], default)).Entries);
        }
    }
}
