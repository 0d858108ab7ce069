using Sekisho.Assurance;
using Sekisho.Policy.Hierarchy;
using Sekisho.Records.Policies;

namespace Sekisho.Records.Traces;

/// <summary>Whether every article that calls for a standard or a procedure has one, and no document hangs under nothing (規程の体系).</summary>
internal sealed class HierarchySource(MunicipalityId municipality, RecordKeeper keeper, DocumentCache documents) : IEvidenceSource
{
    public const string Kind = "policy.hierarchy";

    private const int Named = 3;

    public IReadOnlyCollection<string> Kinds { get; } = [Kind];

    /// <summary>Silent until the policy is in force and something beside it is registered. Only what a person confirmed counts.</summary>
    public async ValueTask<IReadOnlyList<Observation>> ObserveAsync(DateTimeOffset at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var others = await tx.ListAsync("SELECT count(*) FROM records.policy WHERE key <> $1 AND retired_at IS NULL AND created_at <= $2", r => r.GetInt64(0), cancel, PolicyKeys.Basic, at);
        if (others[0] == 0) return [];
        var map = (await new TraceReader(documents).ReadAsync(tx, at, cancel)).Map;
        if (!map.Documents.Any(static d => d.Level == 0)) return [];
        var standards = map.Missing(CalledRule.Standard).Select(n => PlaceOf(map, n)).ToArray();
        var procedures = map.Missing(CalledRule.Procedure).Select(n => PlaceOf(map, n)).ToArray();
        var orphans = map.Orphans.Select(static d => d.Name).ToArray();
        var sentence = standards.Length + procedures.Length + orphans.Length == 0
            ? new Bilingual($"基準・手順を求める {map.Needs.Count} か所のすべてに対応する文書があり、どこにも属さない文書はありません。", $"All {map.Needs.Count} calls for a standard or a procedure are answered, and no document is an orphan.")
            : new[]
            {
                Say("対策基準との対応を確かめていない条が {0} あります", "{0} articles lack their standard", standards),
                Say("実施手順との対応を確かめていない条が {0} あります", "{0} articles lack their procedure", procedures),
                Say("上位の規程に対応しない文書が {0} 件あります", "{0} documents hang under nothing", orphans),
            }.OfType<Bilingual>().Aggregate(static (one, next) => one + next);
        return
        [
            new Observation(Kind, "", at, null, EvidenceWeight.System,
                new Dictionary<string, decimal> { ["missing_standards"] = standards.Length, ["missing_procedures"] = procedures.Length, ["orphans"] = orphans.Length }, sentence),
        ];
    }

    private static string PlaceOf(TraceMap map, TraceNeed need)
    {
        var of = map.Documents.First(d => d.Document.Key == need.Provision.Document);
        return (of.Level == 0 ? "基本方針" : of.Document.Name) + map.Place(need.Provision)!.Place;
    }

    private static Bilingual? Say(string ja, string en, string[] names)
    {
        if (names.Length == 0) return null;
        var list = string.Join("、", names.Take(Named)) + (names.Length > Named ? $" ほか {names.Length - Named}" : "");
        var count = names.Length.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new($"{ja.Replace("{0}", count, StringComparison.Ordinal)}（{list}）。", $"{en.Replace("{0}", count, StringComparison.Ordinal)} ({list}).");
    }
}
