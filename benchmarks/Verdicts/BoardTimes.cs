using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sekisho.Assurance;
using Sekisho.Policy.Obligations;
using Sekisho.Records;
using Sekisho.Records.EvidenceKept;
using Sekisho.Records.Ledgers;
using Sekisho.Records.Policies;
using Sekisho.Storage;

namespace Sekisho.Benchmarks.Verdicts;

/// <summary>Verdicts on a real cluster: 60 municipalities × 40 obligations after one new piece of evidence, and one board of a 200-provision policy, now and in the past.</summary>
internal static class BoardTimes
{
    private const int Towns = 60, Obligations = 40, Days = 7, Rounds = 20;

    private static readonly Actor Somebody = new("bench", "bench");

    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("sekisho-bench-").FullName;
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var database = await Database.OpenAsync(new StorageOptions(folder, null), RecordsMigrations.Sets, NullLogger.Instance, default);
        await using (database)
        {
            using var signer = await LedgerKey.OpenAsync(folder, database, TimeProvider.System, default);
            var slices = new RecordSlices(new RecordKeeper(database, new LedgerStore(signer, TimeProvider.System), TimeProvider.System));
            await slices.Obligations.EnsureEditionAsync(default);
            var towns = new List<MunicipalityId>();
            for (var i = 0; i < Towns; i++) towns.Add(await AddAsync(slices, i));
            await MeasureAsync(slices, towns);
        }
        Directory.Delete(folder, recursive: true);
        return 0;
    }

    private static async Task<MunicipalityId> AddAsync(RecordSlices slices, int number)
    {
        var town = (await slices.Municipalities.CreateAsync($"town-{number.ToString(CultureInfo.InvariantCulture)}", $"第{number}町", Somebody, default)).OrThrow().Id;
        (await slices.Obligations.SetOwnAsync(town, OwnObligations(), Somebody, default)).OrThrow();
        var imported = (ImportOutcome.Imported)await slices.Policies.ImportAsync(town, new PolicyUpload(Encoding.UTF8.GetBytes(Policy()), "policy.txt"), Somebody, default);
        (await slices.Policies.PutInForceAsync(town, imported.Version.Id, new DateOnly(2024, 4, 1), Somebody, default)).OrThrow();
        // Every obligation is tied to some provision, as in a town that has confirmed its ties.
        var version = (await slices.Policies.VersionAsync(town, imported.Version.Id, default))!;
        var all = (await slices.Obligations.CatalogueAsync(town, null, default)).Obligations;
        var tied = (await slices.Ties.OfVersionAsync(town, version.Summary.Id, null, default)).Select(t => t.Obligation).ToHashSet();
        var provisions = version.Document.All().ToArray();
        foreach (var (o, i) in all.Where(o => !tied.Contains(o.Id)).Select((o, i) => (o, i)))
            (await slices.Ties.AddAsync(town, version.Summary.Id, provisions[i * 3 % provisions.Length].Id, o.Id, "計測のため。", Somebody, default)).OrThrow();
        var now = TimeProvider.System.GetUtcNow();
        var evidence = all.SelectMany(o => o.Criteria).Select(c => c.EvidenceKind).Distinct().SelectMany(kind => Enumerable.Range(1, Days).Select(d => Proof(kind, now.AddDays(d - Days - 0.01)))).ToArray();
        (await slices.Evidence.RecordManyAsync(town, evidence, Somebody, default)).OrThrow();
        return town;
    }

    private static async Task MeasureAsync(RecordSlices slices, List<MunicipalityId> towns)
    {
        var first = (await slices.Verdicts.BoardAsync(towns[0], null, default))!;
        Print("provisions / obligations tied of one board", $"{first.Provisions.Count} / {first.Obligations.Count}");
        await slices.Verdicts.CountsAsync(towns, default);
        var all = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var town = towns[round % towns.Count];
            (await slices.Evidence.RecordAsync(town, Proof("zones.proof", TimeProvider.System.GetUtcNow()), Somebody, default)).OrThrow();
            all.Add(await TimeAsync(() => slices.Verdicts.CountsAsync(towns, default)));
        }
        Print($"{Towns} municipalities × {Obligations} obligations after one new piece of evidence", Spread(all));

        var (fresh, past, kept, record) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            var town = towns[round % towns.Count];
            record.Add(await TimeAsync(() => slices.Evidence.RecordAsync(town, Proof("zones.proof", TimeProvider.System.GetUtcNow()), Somebody, default)));
            fresh.Add(await TimeAsync(() => slices.Verdicts.BoardAsync(town, null, default)));
            kept.Add(await TimeAsync(() => slices.Verdicts.BoardAsync(town, null, default)));
            past.Add(await TimeAsync(() => slices.Verdicts.BoardAsync(town, TimeProvider.System.GetUtcNow(), default)));
        }
        Print("record one piece of evidence, durable, in the ledger", Spread(record));
        Print("one board after a change", Spread(fresh));
        Print("one board, nothing changed", Spread(kept));
        Print("one board of a past moment", Spread(past));
        var history = new List<double>();
        for (var round = 0; round < Rounds; round++)
            history.Add(await TimeAsync(() => slices.Verdicts.HistoryAsync(towns[round], new ObligationId("mynumber-isolation"), TimeProvider.System.GetUtcNow().AddDays(-Days), TimeProvider.System.GetUtcNow(), default)));
        Print($"history of one obligation over {Days} days", Spread(history));
    }

    private static Observation Proof(string kind, DateTimeOffset at) =>
        new(kind, "fw-01", at, null, EvidenceWeight.System, new Dictionary<string, decimal> { ["violations"] = 0, ["undetermined"] = 0, ["held"] = 1 }, new("違反は 0 件です。", "0 violations."));

    /// <summary>An article with three items, fifty times: 200 provisions.</summary>
    private static string Policy()
    {
        var text = new StringBuilder("計測町情報セキュリティ基本方針\n\n");
        for (var i = 1; i <= 50; i++)
            text.Append(CultureInfo.InvariantCulture, $"（監視その{i}）\n第{i}条　町は、情報資産を守るため、次の対策を行う。\n（１）　監視を行うこと。\n（２）　記録を残すこと。\n（３）　結果を報告すること。\n\n");
        return text.ToString();
    }

    /// <summary>As many as are missing to forty.</summary>
    private static string OwnObligations()
    {
        var yaml = new StringBuilder("format: 1\nevidence:\n  bench.drill:\n    name: {ja: 訓練, en: drill}\n    facts:\n      held: {ja: 実施すれば1, en: 1 when held}\nobligations:\n");
        for (var i = ObligationCatalogue.Load().Obligations.Count; i < Obligations; i++)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"""
                  - id: bench-{i}
                    name: {"{"}ja: 訓練{i}, en: drill {i}{"}"}
                    requires: {"{"}ja: 訓練を行う。, en: A drill is held.{"}"}
                    grounds: [{"{"}source: 地方自治法, place: 第244条の6第1項{"}"}]
                    criteria:
                      - id: held
                        asks: {"{"}ja: 訓練が行われている。, en: The drill was held.{"}"}
                        evidence: bench.drill
                        condition: held >= 1
                        validity: 400d
                    words: [{"{"}text: 津波, confidence: 0.9{"}"}]

                """);
        }
        return yaml.ToString();
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
        return string.Create(CultureInfo.InvariantCulture, $"median {times[times.Count / 2]:F1} ms, least {times[0]:F1} ms, p95 {times[(int)(times.Count * 0.95)]:F1} ms");
    }

    private static void Print(string what, string figure) => Console.WriteLine($"{what}: {figure}");
}
