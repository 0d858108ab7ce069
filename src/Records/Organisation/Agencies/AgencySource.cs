using Sekisho.Assurance;

namespace Sekisho.Records.Organisation.Agencies;

/// <summary>Whether every agency that the policy names is registered, has people, and has a policy (適用範囲の証跡).</summary>
public sealed class AgencySource(MunicipalityId municipality, RecordKeeper keeper, AgencyBook book) : IEvidenceSource
{
    public const string Scope = "organisation.scope";

    public IReadOnlyCollection<string> Kinds { get; } = [Scope];

    /// <summary>Silent until a policy is in force and a unit is registered: before that nobody has started.</summary>
    public async ValueTask<IReadOnlyList<Observation>> ObserveAsync(DateTimeOffset at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var matrix = await book.MatrixAsync(tx, at, cancel);
        if (matrix.Policies.Count == 0 || !matrix.Lines.Any(l => l.IsRegistered)) return [];
        var lines = matrix.Lines.Where(l => !l.IsExcluded).ToList();
        var named = lines.Where(l => l.IsNamed).ToList();
        var unregistered = named.Where(l => !l.IsRegistered).ToList();
        var empty = lines.Where(l => l.IsRegistered && l.People == 0).ToList();
        var uncovered = lines.Where(l => !l.IsCovered).ToList();
        var facts = new Dictionary<string, decimal>
        {
            ["agencies"] = named.Count,
            ["agencies_registered"] = named.Count - unregistered.Count,
            ["agencies_without_people"] = empty.Count,
            ["agencies_without_policy"] = uncovered.Count,
        };
        var (ja, en) = (new List<string>(), new List<string>());
        Tell(unregistered, n => $"{n}が登録されていません", n => $"{n} not registered");
        Tell(empty, n => $"{n}に対象者がいません", n => $"{n} without people");
        Tell(uncovered, n => $"{n}の方針が定まっていません", n => $"{n} without a policy");
        var excluded = matrix.Lines.Count(l => l.IsExcluded);
        var (asideJa, asideEn) = excluded == 0 ? ("", "") : ($"（対象外 {excluded}）", $" ({excluded} excluded)");
        return
        [
            new Observation(Scope, "", at, null, EvidenceWeight.System, facts, ja.Count == 0
                ? new($"方針の適用される実施機関 {named.Count} がすべて登録され、対象者がいます{asideJa}。", $"All {named.Count} agencies that the policy binds are registered and have people{asideEn}.")
                : new($"実施機関 {lines.Count} のうち {string.Join("、", ja)}{asideJa}。", $"Of {lines.Count} agencies: {string.Join("; ", en)}{asideEn}.")),
        ];

        void Tell(List<AgencyLine> which, Func<string, string> inJa, Func<string, string> inEn)
        {
            if (which.Count == 0) return;
            var names = FirstFew.Of(which, l => l.Name.Ja, l => l.Name.En, "機関");
            ja.Add(inJa($"{which.Count}（{names.Ja}）"));
            en.Add(inEn($"{which.Count} ({names.En})"));
        }
    }
}
