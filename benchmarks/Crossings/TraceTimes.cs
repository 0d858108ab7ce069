using System.Diagnostics;
using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Benchmarks.Registers;
using Sekisho.Crossing;
using Sekisho.Crossing.Traces;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers.Exchange;
using Sekisho.Storage;

namespace Sekisho.Benchmarks.Crossings;

/// <summary>Looking back over very many files: searches, figures and a sheet of a town with a million traces, beside another town of the same database.</summary>
internal static class TraceTimes
{
    public static async Task<int> RunAsync(string[] args)
    {
        var files = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
        await using var bench = await BenchTown.OpenAsync(works: false);
        var (database, keeper, crossing) = (bench.Database, bench.Keeper, bench.Crossing);
        // What is filled in by the hundred thousand is right by itself; searching doesn't look at what is dropped here.
        await using (var owner = await database.EnterOwnerAsync(default))
        {
            foreach (var drop in await owner.ListAsync("SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint WHERE contype = 'f' AND connamespace = 'crossing'::regnamespace", r => r.GetString(0), default)) await owner.RunAsync(drop, default);
            await owner.CommitAsync(default);
        }
        var clock = Stopwatch.GetTimestamp();
        await FillAsync(keeper, crossing, "other", Math.Max(1, files / 10));
        var (town, unit) = await FillAsync(keeper, crossing, "bench", files);
        await using (var owner = await database.EnterOwnerAsync(default))
        {
            await owner.RunAsync("ANALYZE", default);
            await owner.CommitAsync(default);
        }
        Figures.Print($"{files:N0} files, and {files / 10:N0} of another town", $"filled in {Stopwatch.GetElapsedTime(clock).TotalSeconds:F0} s");

        var traces = crossing.Traces;
        var officer = new Actor("account-officer", "担当");
        var staff = new Actor("person-777", "職員");
        var today = JapaneseTime.Day(TimeProvider.System.GetUtcNow());
        IReadOnlyList<UnitId> own = [unit];
        await TimeAsync("first page of all", () => traces.SearchAsync(town, new(), 1, null, officer, default));
        await TimeAsync("page 200 of all", () => traces.SearchAsync(town, new(), 200, null, officer, default));
        await TimeAsync("a section, as its manager sees it", () => traces.SearchAsync(town, new(), 1, own, officer, default));
        await TimeAsync("one's own of a section", () => traces.SearchAsync(town, new(Person: "職員777"), 1, own, staff, default));
        await TimeAsync("a digest", () => traces.SearchAsync(town, new(Digest: Sha256.Of("file 4711"u8)), 1, null, officer, default));
        await TimeAsync("a word that is everywhere", () => traces.SearchAsync(town, new("回答"), 1, null, officer, default));
        await TimeAsync("a word of one file in a thousand", () => traces.SearchAsync(town, new("第777号"), 1, null, officer, default));
        await TimeAsync("a word that is nowhere", () => traces.SearchAsync(town, new("どこにもない言葉"), 1, null, officer, default));
        await TimeAsync("the same, of one month", () => traces.SearchAsync(town, new("どこにもない言葉", From: today.AddMonths(-1)), 1, null, officer, default));
        await TimeAsync("blocked", () => traces.SearchAsync(town, new(Outcome: TraceOutcome.Blocked), 1, null, officer, default));
        await TimeAsync("with macros taken out", () => traces.SearchAsync(town, new(Family: "macro"), 1, null, officer, default));
        await TimeAsync("with bombs, of a section", () => traces.SearchAsync(town, new(Family: "bomb"), 1, own, officer, default));
        await TimeAsync("figures of a year", () => traces.FiguresAsync(town, today.AddMonths(-12), today, null, null, default));
        await TimeAsync("figures of a year, of a section", () => traces.FiguresAsync(town, today.AddMonths(-12), today, null, own, default));
        foreach (var format in Enum.GetValues<SheetFormat>())
        {
            clock = Stopwatch.GetTimestamp();
            await using var sheet = (await traces.ExportAsync(town, new(From: today.AddDays(-36)), format, null, officer, default)).OrThrow();
            Figures.Print($"a tenth of them as {format}", $"{Stopwatch.GetElapsedTime(clock).TotalSeconds:F1} s, {sheet.Length / 1e6:F1} MB");
        }
        Figures.Print("memory", $"{Figures.Peak():N0} MB");
        return 0;
    }

    private static async Task TimeAsync<T>(string what, Func<Task<T>> act)
    {
        await act();
        var times = new List<double>();
        for (var i = 0; i < 7; i++)
        {
            var clock = Stopwatch.GetTimestamp();
            await act();
            times.Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
        }
        times.Sort();
        Figures.Print(what, $"median {times[3]:F0} ms, slowest {times[6]:F0} ms");
    }

    /// <summary>A year of requests of two files each, of 40 sections and 2,000 people, as the crossing would have left them.</summary>
    private static async Task<(MunicipalityId Town, UnitId Unit)> FillAsync(RecordKeeper keeper, CrossingSlices crossing, string slug, int files)
    {
        var town = new MunicipalityId(Guid.CreateVersion7());
        await using (var owner = await keeper.Database.EnterOwnerAsync(default))
        {
            await owner.RunAsync("INSERT INTO records.municipality (id, slug, name, created_at) VALUES ($1, $2, $2, now())", default, town.Value, slug);
            await owner.CommitAsync(default);
        }
        var by = new Actor("bench", "bench");
        var day = JapaneseTime.Day(TimeProvider.System.GetUtcNow()).AddDays(-400);
        var units = new List<Guid>();
        var organisation = new OrganisationRegister(keeper);
        var agency = (await organisation.AddUnitAsync(town, null, UnitKind.Agency, "町長部局", day, by, default)).OrThrow();
        var department = (await organisation.AddUnitAsync(town, agency.Id, UnitKind.Department, "総務部", day, by, default)).OrThrow();
        for (var i = 0; i < 40; i++) units.Add((await organisation.AddUnitAsync(town, department.Id, UnitKind.Section, $"第{i}課", day, by, default)).OrThrow().Id.Value);
        var route = (await crossing.Routes.FindAsync(town, "internet-to-lgwan", default))!;
        await using var tx = await keeper.EnterAsync(town, default);
        await tx.RunAsync("INSERT INTO crossing.vault_key (municipality_id, number, sealed, made_at) VALUES ($1, 1, decode(repeat('00', 60), 'hex'), now())", default, town.Value);
        const int Together = 20_000;
        for (var from = 0; from < files; from += Together)
        {
            // i: the file; its request is i / 2. Times run from a year ago until now.
            var f = $"""
                (SELECT i, ($2::uuid[])[1 + (i / 2) % 40] AS unit, 'person-' || (i / 2) % 2000 AS person, '職員' || (i / 2) % 2000 AS name, now() - make_interval(secs => (({files} - i) * 31536000.0 / {files})::int) AS at,
                  md5('q' || i / 2)::uuid AS request, md5('i' || i)::uuid AS item, md5('o' || i)::uuid AS original,
                  (ARRAY['固定資産の照会', '住民税の回答', '福祉の名簿', '会議の資料', '工事の図面', '県からの通知'])[1 + i % 6] || '第' || i % 1000 || '号' || (ARRAY['.docx', '.xlsx', '.pdf', '.zip'])[1 + i % 4] AS path,
                  CASE WHEN i % 50 = 0 THEN 'Blocked' WHEN i % 333 = 0 THEN 'Declined' ELSE 'Delivered' END AS outcome
                FROM generate_series({from}, {Math.Min(files, from + Together) - 1}) i) f
                """;
            await tx.RunAsync($"INSERT INTO crossing.blob (municipality_id, id, purpose, vault_key, sealed_key, bytes, sha256, made_at) SELECT $1, original, 'Original', 1, decode(repeat('00', 60), 'hex'), 100000, sha256(('file ' || i)::bytea), at FROM {f}", default, town.Value, units.ToArray());
            await tx.RunAsync($"""
                INSERT INTO crossing.request (municipality_id, id, sequence, route_id, route_version, unit_id, state, opened_at, asked_by, asked_by_name, submitted_at, settled_at, expires_at, purpose, recipient, needs)
                SELECT $1, request, i / 2 + 1, $3, 1, unit, 'Delivered', at, person, name, at, at, at, '', '', 'None' FROM {f} WHERE i % 2 = 0
                """, default, town.Value, units.ToArray(), route.Id.Value);
            await tx.RunAsync($"""
                INSERT INTO crossing.item (municipality_id, id, request_id, position, path, bytes, received, state, original_id, result_id, output_path, outcome, report, done_at)
                SELECT $1, item, request, i % 2, path, 100000, 100000, 'Refused', original, NULL, path, 'rebuilt', NULL, at FROM {f}
                """, default, town.Value, units.ToArray());
            await tx.RunAsync($"""
                INSERT INTO crossing.trace (municipality_id, id, request_id, at, route_id, unit_id, asked_by, outcome, bytes, removed, words)
                SELECT $1, item, request, at, $3, unit, person, outcome, 100000, CASE WHEN i % 3 = 0 THEN 'X-01:1 X-24:3' ELSE '' END, name || E' \n\n授受' || lpad((i / 2 + 1)::text, 6, '0') || E'\n' || path FROM {f}
                """, default, town.Value, units.ToArray(), route.Id.Value);
            await tx.RunAsync($"INSERT INTO crossing.trace_digest (municipality_id, sha256, trace_id) SELECT $1, sha256(('file ' || i)::bytea), item FROM {f} UNION ALL SELECT $1, sha256(('clean ' || i)::bytea), item FROM {f}", default, town.Value, units.ToArray());
            await tx.RunAsync($"""
                INSERT INTO crossing.trace_family (municipality_id, trace_id, family, pieces, at, unit_id)
                SELECT $1, item, f2.family, 1, at, unit FROM {f}, LATERAL (VALUES ('macro'), ('hidden')) AS f2 (family) WHERE i % 3 = 0 UNION ALL SELECT $1, item, 'bomb', 1, at, unit FROM {f} WHERE i % 5000 = 7
                """, default, town.Value, units.ToArray());
        }
        await tx.CommitAsync(default);
        return (town, new UnitId(units[7]));
    }
}
