using Sekisho.Assurance;
using Sekisho.Records.Policies;
using Sekisho.Records.Registers;

namespace Sekisho.Records.Risks;

/// <summary>What the registers of threats and risks say of themselves (脅威とリスクの証跡).</summary>
internal sealed class RiskSource(MunicipalityId municipality, RecordKeeper keeper, DocumentCache documents) : IEvidenceSource
{
    public const string Catalogue = "threats.catalogue", Assessment = "risks.assessment";


    public IReadOnlyCollection<string> Kinds { get; } = [Catalogue, Assessment];

    /// <summary>Silent on threats until the first is entered, and on risks until the first is.</summary>
    public async ValueTask<IReadOnlyList<Observation>> ObserveAsync(DateTimeOffset at, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var (threats, risks) = (await RegisterRows.IsBegunAsync(tx, RiskRules.Threats, cancel), await RegisterRows.IsBegunAsync(tx, RiskRules.Key, cancel));
        if (!threats && !risks) return [];
        var overview = await RiskRows.OverviewAsync(tx, documents, at, cancel);
        var observed = new List<Observation>(2);
        if (threats) observed.Add(OfThreats(overview, at));
        if (risks) observed.Add(OfRisks(overview, at));
        return observed;
    }

    private static Observation OfThreats(RiskOverview o, DateTimeOffset at)
    {
        var facts = new Dictionary<string, decimal>
        {
            ["categories"] = o.Threats.Named.Count, ["categories_missing"] = o.Threats.Missing.Count,
            ["groups"] = o.Groups.Count, ["groups_unassessed"] = o.Unassessed.Count, ["assets_ungrouped"] = o.Ungrouped.Sum(m => m.Count),
        };
        var missing = FirstFew.Of(o.Threats.Missing, m => m.Category.Name.Ja, m => m.Category.Name.En);
        var unassessed = FirstFew.Of(o.Unassessed, g => g.Name);
        var sentence = o.Threats.Missing.Count > 0
                ? new Bilingual($"方針の挙げる脅威 {o.Threats.Named.Count} 類型のうち {o.Threats.Missing.Count} が一覧にありません（{missing.Ja}）。",
                    $"{o.Threats.Missing.Count} of {o.Threats.Named.Count} categories that the policy names are not in the list ({missing.En}).")
            : o.Groups.Count == 0 ? new("資産群がまだありません。", "There is no asset group yet.")
            : o.Unassessed.Count > 0 ? new($"{o.Groups.Count} の資産群のうち {o.Unassessed.Count} を評価していません（{unassessed.Ja}）。",
                $"{o.Unassessed.Count} of {o.Groups.Count} asset groups are not assessed ({unassessed.En}).")
            : o.Ungrouped.Count > 0 ? new($"{o.Ungrouped.Sum(m => m.Count)} 件の資産が、どの資産群にも入っていません。", $"{o.Ungrouped.Sum(m => m.Count)} assets belong to no group.")
            : new($"方針の挙げる脅威 {o.Threats.Named.Count} 類型がすべて一覧にあり、{o.Groups.Count} の資産群を評価しています。",
                $"All {o.Threats.Named.Count} categories that the policy names are in the list, and {o.Groups.Count} asset groups are assessed.");
        return new(Catalogue, "", at, null, EvidenceWeight.System, facts, sentence);
    }

    private static Observation OfRisks(RiskOverview o, DateTimeOffset at)
    {
        var untreated = o.Untreated.ToList();
        var expired = o.Last is { } last && last.IsValidOn(o.Day) ? 0 : 1;
        var facts = new Dictionary<string, decimal> { ["risks"] = o.Risks.Count, ["assessments_expired"] = expired, ["untreated"] = untreated.Count };
        var until = o.Last is null ? null : JapaneseTime.Date(o.Last.ValidUntil);
        var numbers = FirstFew.Of(untreated, r => r.Entry.Number);
        var sentence = o.Last is null
                ? new Bilingual($"リスク分析をまだ締めていません（リスク {o.Risks.Count} 件）。", $"The risk analysis has not been closed yet ({o.Risks.Count} risks).")
            : expired > 0 ? new($"リスク分析の期限（{until!.Ja}）が過ぎました。", $"The risk analysis was good until {until!.En}.")
            : untreated.Count > 0 ? new($"基準 {o.Scale.Line} 以上のリスクのうち {untreated.Count} 件の対応が決まっていないか、期限を過ぎています（{numbers.Ja}）。",
                $"{untreated.Count} risks of {o.Scale.Line} or more have no treatment in date ({numbers.En}).")
            : new($"リスク分析は{until!.Ja}まで有効で、基準 {o.Scale.Line} 以上のリスクにはすべて対応があります。", $"The risk analysis is good until {until!.En}, and every risk of {o.Scale.Line} or more is treated.");
        return new(Assessment, "", at, null, EvidenceWeight.System, facts, sentence);
    }
}
