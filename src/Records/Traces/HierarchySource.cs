using Sekisho.Assurance;
using Sekisho.Policy.Hierarchy;
using Sekisho.Records.Policies;

namespace Sekisho.Records.Traces;

/// <summary>Whether every article that calls for a standard or a procedure has one, and no document hangs under nothing (規程の体系).</summary>
internal sealed class HierarchySource(MunicipalityId municipality, RecordKeeper keeper, DocumentCache documents) : IEvidenceSource
{
    public const string Kind = "policy.hierarchy";

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
        var orphans = map.Orphans.Select(static d => Bilingual.Same(d.Name)).ToArray();
        var sentence = standards.Length + procedures.Length + orphans.Length == 0
            ? new Bilingual($"基準・手順を求める {map.Needs.Count} か所のすべてに対応する文書があり、どこにも属さない文書はありません。", $"All {map.Needs.Count} calls for a standard or a procedure are answered, and no document is an orphan.")
            : new[]
            {
                Say(standards, "か所", n => $"対策基準との対応を確かめていない条が {n} あります", n => $"{n} articles lack their standard"),
                Say(procedures, "か所", n => $"実施手順との対応を確かめていない条が {n} あります", n => $"{n} articles lack their procedure"),
                Say(orphans, "件", n => $"上位の規程に対応しない文書が {n} 件あります", n => $"{n} documents hang under nothing"),
            }.OfType<Bilingual>().Aggregate(static (one, next) => one + next);
        return
        [
            new Observation(Kind, "", at, null, EvidenceWeight.System,
                new Dictionary<string, decimal> { ["missing_standards"] = standards.Length, ["missing_procedures"] = procedures.Length, ["orphans"] = orphans.Length }, sentence),
        ];
    }

    private static Bilingual PlaceOf(TraceMap map, TraceNeed need)
    {
        var of = map.Documents.First(d => d.Document.Key == need.Provision.Document);
        var place = map.Place(need.Provision)!.Place;
        return of.Level == 0 ? new($"基本方針{place}", $"policy {place}") : Bilingual.Same(of.Document.Name + place);
    }

    private static Bilingual? Say(Bilingual[] places, string counter, Func<int, string> ja, Func<int, string> en)
    {
        if (places.Length == 0) return null;
        var list = FirstFew.Of(places, static p => p.Ja, static p => p.En, counter);
        return new($"{ja(places.Length)}（{list.Ja}）。", $"{en(places.Length)} ({list.En}).");
    }
}
