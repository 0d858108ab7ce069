using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Assurance;
using Sekisho.Ledger;
using Sekisho.Records;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.Registers.Exchange;
using Sekisho.Storage;

namespace Sekisho.Benchmarks.Registers;

/// <summary>A prefecture's installation: what a section manager waits for in the register of assets, and what a large import takes. Assets come in by the import itself.</summary>
internal static class RegisterTimes
{
    private const int Departments = 5, Sections = 25, People = 250, OfFirstSection = 500, Rounds = 100, ImportRows = RegisterImport.MostRows;

    private const string Assets = "assets";

    private static readonly Actor Somebody = new("bench", "計測 担当");

    private static readonly string[] Words = ["住民記録", "税務", "福祉", "会議", "契約", "申請", "防災", "教育", "道路", "水道", "庁舎", "財務"];

    private sealed record Town(MunicipalityId Id, IReadOnlyList<UnitId> Sections);

    public static async Task<int> RunAsync(string[] args)
    {
        var (towns, assets, history) = (Number(args, 0, 60), Number(args, 1, 3333), Number(args, 2, 2_000_000));
        var folder = Directory.CreateTempSubdirectory("sekisho-bench-").FullName;
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var database = await Database.OpenAsync(new StorageOptions(folder, null), RecordsMigrations.Sets, NullLogger.Instance, default);
        await using (database)
        {
            using var signer = await LedgerKey.OpenAsync(folder, database, TimeProvider.System, default);
            var keeper = new RecordKeeper(database, new LedgerStore(signer, TimeProvider.System), TimeProvider.System);
            var slices = new RecordSlices(keeper);
            await slices.Obligations.EnsureEditionAsync(default);
            var all = new List<Town>();
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < towns; i++) all.Add(await FillAsync(slices, keeper, i, assets, history / towns));
            await AnalyzeAsync(database);
            Print($"{towns} municipalities × ({People} people, {assets} assets), {history:N0} entries of history, made in", $"{watch.Elapsed.TotalSeconds:F0} s");
            await ListsAsync(slices, all);
            await ConfirmAsync(slices, all);
            await ImportAsync(slices, all[0]);
        }
        Directory.Delete(folder, recursive: true);
        return 0;
    }

    private static int Number(string[] args, int at, int otherwise) => at < args.Length ? int.Parse(args[at], CultureInfo.InvariantCulture) : otherwise;

    private static async Task<Town> FillAsync(RecordSlices slices, RecordKeeper keeper, int number, int assets, int history)
    {
        var name = number.ToString(CultureInfo.InvariantCulture);
        var town = (await slices.Municipalities.CreateAsync($"town-{name}", $"第{name}市", Somebody, default)).OrThrow().Id;
        var day = new DateOnly(2020, 4, 1);
        var mayor = (await slices.Organisation.AddUnitAsync(town, null, UnitKind.Agency, "市長部局", day, Somebody, default)).OrThrow().Id;
        var sections = new List<UnitId>();
        var names = new List<string>();
        for (var d = 0; d < Departments; d++)
        {
            var department = (await slices.Organisation.AddUnitAsync(town, mayor, UnitKind.Department, $"第{d}部", day, Somebody, default)).OrThrow().Id;
            for (var s = 0; s < Sections / Departments; s++)
            {
                names.Add($"第{d}部第{s}課");
                sections.Add((await slices.Organisation.AddUnitAsync(town, department, UnitKind.Section, names[^1], day, Somebody, default)).OrThrow().Id);
            }
        }
        await PeopleAsync(keeper, town, sections, day);
        await TakeAsync(slices, town, Sheet(assets, names));
        await HistoryAsync(keeper, town, history);
        return new(town, sections);
    }

    private static async Task PeopleAsync(RecordKeeper keeper, MunicipalityId town, List<UnitId> sections, DateOnly day)
    {
        await using var tx = await keeper.EnterAsync(town, default);
        for (var i = 0; i < People; i++)
        {
            await tx.RunAsync("INSERT INTO records.person (municipality_id, id, unit_id, name, number, kind, begins_on) VALUES ($1, $2, $3, $4, $5, 'Staff', $6)", default,
                town.Value, RecordKeeper.NewId(TimeProvider.System.GetUtcNow()), sections[i % sections.Count].Value, $"職員 {i}号", $"{i:00000}", day);
        }
        await tx.CommitAsync(default);
    }

    /// <summary>CSV by the keys of fields: names, units, and every choice in turn.</summary>
    private static byte[] Sheet(int rows, List<string> units)
    {
        var choices = RegisterCatalogue.Load()[Assets].Fields.Where(f => f.Kind == FieldKind.Choice && !f.IsDerived && f.Key != "scope").ToList();
        var csv = new StringBuilder("name,unit," + string.Join(',', choices.Select(c => c.Key)) + "\n");
        for (var i = 0; i < rows; i++)
        {
            var unit = i < OfFirstSection ? units[0] : units[i % units.Count];
            csv.Append(CultureInfo.InvariantCulture, $"{Words[i % Words.Length]}{Words[i / 7 % Words.Length]}台帳 その{i},{unit},{string.Join(',', choices.Select(c => c.Choices[i % c.Choices.Count].Key))}\n");
        }
        return Encoding.UTF8.GetBytes(csv.ToString());
    }

    private static async Task TakeAsync(RecordSlices slices, MunicipalityId town, byte[] file)
    {
        var plan = (await slices.Imports.UploadAsync(town, Assets, new MemoryStream(file), "assets.csv", Somebody, default)).OrThrow();
        var report = (await slices.Imports.CommitAsync(town, plan.Upload, null, Somebody, default)).OrThrow();
        if (!report.IsKept) throw new InvalidOperationException("The sheet was refused: " + string.Join("; ", report.Problems.Take(5)));
    }

    /// <summary>As years of changes leave it: entries about the assets that there are.</summary>
    private static async Task HistoryAsync(RecordKeeper keeper, MunicipalityId town, int count)
    {
        const int Together = 8192;
        List<Guid> ids;
        await using (var tx = await keeper.EnterAsync(town, default))
            ids = await tx.ListAsync("SELECT id FROM records.register_entry WHERE register = $1 ORDER BY sequence", r => r.GetGuid(0), default, Assets);
        for (var i = 0; i < count; i += Together)
        {
            await using var tx = await keeper.EnterAsync(town, default);
            var at = TimeProvider.System.GetUtcNow();
            var entries = Enumerable.Range(i, Math.Min(Together, count - i)).Select(n => RecordKeeper.Entry(at, "entry.changed", Somebody, $"register/{Assets}/{ids[n % ids.Count]}",
                new { number = "AST-0000", version = n, by = Somebody.Name, changed = new { place = new { from = $"書庫{n % 9}", to = $"書庫{(n + 1) % 9}" } } })).ToList();
            await keeper.AppendAsync(tx, (IReadOnlyList<LedgerEntry>)entries, default);
            await tx.CommitAsync(default);
        }
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
        var queries = new (string What, Func<RegisterQuery> Query)[]
        {
            ("list of a section, by number", () => new()),
            ("the same by title, second page", () => new(Sort: "title", Page: 2)),
            ("the same searched for two words", () => new($"{Words[random.Next(Words.Length)]} {Words[random.Next(Words.Length)]}")),
            ("the same, one class only", () => new(Filters: [new("confidentiality", ["3A", "2"])])),
            ("the same, not confirmed since April", () => new(NotConfirmedSince: new(2026, 4, 1, 0, 0, 0, TimeSpan.Zero))),
        };
        foreach (var (what, query) in queries)
        {
            await MeasureAsync(what, async town => await book.ListAsync(town.Id, Assets, query(), [town.Sections[random.Next(town.Sections.Count)]], default));
            await MeasureAsync(what + ", the whole municipality's", async town => await book.ListAsync(town.Id, Assets, query(), null, default));
        }
        await MeasureAsync("one entry with its history", async town =>
        {
            var page = await book.ListAsync(town.Id, Assets, new(Page: 1 + random.Next(20), PageSize: 5), null, default);
            await book.HistoryAsync(town.Id, Assets, page.Entries[0].Id, null, default);
        });

        async Task MeasureAsync(string what, Func<Town, Task> act)
        {
            var times = new List<double>();
            await act(towns[0]);
            for (var round = 0; round < Rounds; round++) times.Add(await TimeAsync(() => act(towns[random.Next(towns.Count)])));
            Print(what, Spread(times));
        }
    }

    private static async Task ConfirmAsync(RecordSlices slices, List<Town> towns)
    {
        var times = new List<double>();
        foreach (var town in towns.Take(20))
        {
            var mine = (await slices.Registers.ListAsync(town.Id, Assets, new(PageSize: OfFirstSection), [town.Sections[0]], default)).Entries;
            times.Add(await TimeAsync(async () => (await slices.Registers.ConfirmAsync(town.Id, Assets, [.. mine.Select(e => e.Seen)], [town.Sections[0]], Somebody, default)).OrThrow()));
        }
        Print($"confirm {OfFirstSection} assets of a section, evidence looked at again", Spread(times));
    }

    private static async Task ImportAsync(RecordSlices slices, Town town)
    {
        var names = (await slices.Organisation.ReadAsync(town.Id, new DateOnly(2026, 4, 1), null, default)).Units.Where(u => u.Kind == UnitKind.Section).Select(u => u.Name).ToList();
        var file = Sheet(ImportRows, names);
        ImportPlan? plan = null;
        Print($"look at {ImportRows:N0} rows", Say(await TimeAsync(async () => plan = (await slices.Imports.UploadAsync(town.Id, Assets, new MemoryStream(file), "assets.csv", Somebody, default)).OrThrow())));
        Print("try them", Say(await TimeAsync(async () => (await slices.Imports.TryAsync(town.Id, plan!.Upload, plan.Proposed, null, Somebody, default)).OrThrow())));
        Print("take them in, one entry of the ledger each", Say(await TimeAsync(async () => (await slices.Imports.CommitAsync(town.Id, plan!.Upload, null, Somebody, default)).OrThrow())));
        Print("write the register out as .xlsx", Say(await TimeAsync(async () =>
        {
            await using var stream = await slices.Exports.WorkbookAsync(town.Id, Assets, new(), null, default);
        })));

        static string Say(double milliseconds) => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000:F1} s");
    }

    private static async Task<double> TimeAsync(Func<Task> act)
    {
        var clock = Stopwatch.GetTimestamp();
        await act();
        return Stopwatch.GetElapsedTime(clock).TotalMilliseconds;
    }

    private static string Spread(List<double> times)
    {
        times.Sort();
        return string.Create(CultureInfo.InvariantCulture, $"p50 {times[times.Count / 2]:F1} ms, p95 {times[(int)(times.Count * 0.95)]:F1} ms, most {times[^1]:F1} ms");
    }

    private static void Print(string what, string figure) => Console.WriteLine($"{what}: {figure}");
}
