using System.Globalization;
using Sekisho.Assurance;
using Sekisho.Policy.Threats;
using Sekisho.Records.Policies;
using Sekisho.Records.Registers;
using Sekisho.Records.Verdicts;

namespace Sekisho.Records.Risks;

/// <summary>Where an analysis begins (リスク分析のはじめかた): threats from the standard list, groups from the register of assets, risks from both.</summary>
/// <remarks>Everything here only proposes; what a person takes becomes an ordinary entry of its register, and taking it twice adds nothing.</remarks>
public sealed class RiskStart
{
    private const int Middle = (RiskMatrix.Steps + 1) / 2;

    private readonly RecordKeeper keeper;
    private readonly DocumentCache documents;
    private readonly RegisterBook registers;
    private readonly VerdictBoard verdicts;

    internal RiskStart(RecordKeeper keeper, DocumentCache documents, RegisterBook registers, VerdictBoard verdicts) =>
        (this.keeper, this.documents, this.registers, this.verdicts) = (keeper, documents, registers, verdicts);

    /// <summary>Adds those threats of the standard list that the register doesn't have by name.</summary>
    /// <returns>How many were added.</returns>
    public async Task<Outcome<int>> TakeStandardThreatsAsync(MunicipalityId municipality, Actor actor, CancellationToken cancel)
    {
        HashSet<string> known;
        await using (var tx = await keeper.EnterAsync(municipality, cancel))
            known = [.. (await RegisterRows.InUseAsync(tx, RiskRules.Threats, cancel)).Select(t => t.Title)];
        var drafts = new List<EntryDraft>();
        foreach (var threat in ThreatCatalogue.Load().Threats.Where(t => !known.Contains(t.Name.Ja)))
        {
            drafts.Add(EntryDraft.Of(("name", threat.Name.Ja), ("category", threat.Category), ("likelihood", Text(threat.Likelihood)))
                .With("kinds", [.. threat.Kinds]).With("zones", [.. threat.Zones]).With("controls", [.. threat.Controls.Select(c => c.Value)])
                .With("hits", [.. threat.Hits.Select(h => Key(h))]));
        }
        return await AddAsync(municipality, RiskRules.Threats, drafts, actor, cancel);
    }

    /// <summary>Adds a group for each kind, zone and class in the register of assets that belongs to none yet.</summary>
    /// <returns>How many were added.</returns>
    public async Task<Outcome<int>> TakeGroupsAsync(MunicipalityId municipality, Actor actor, CancellationToken cancel)
    {
        var overview = await OverviewAsync(municipality, cancel);
        var definition = registers.Catalogue[RiskRules.Groups];
        var drafts = new List<EntryDraft>();
        foreach (var mix in overview.Ungrouped)
        {
            var (kind, zone) = (definition.Find("kind")!.Choice(mix.Kind), mix.Zone is null ? null : definition.Find("zone")!.Choice(mix.Zone));
            if (kind is null) continue;   // a kind that groups don't know yet: it stays ungrouped, and is said to be
            var name = $"{(zone is null ? "" : zone.Name.Ja + "の")}{kind.Name.Ja}（{mix.Confidentiality ?? "未格付け"}）";
            drafts.Add(EntryDraft.Of(("name", name), ("kind", mix.Kind), ("zone", zone?.Key ?? ""), ("confidentiality", mix.Confidentiality ?? ""),
                ("integrity", mix.Integrity ?? ""), ("availability", mix.Availability ?? "")));
        }
        return await AddAsync(municipality, RiskRules.Groups, drafts, actor, cancel);
    }

    /// <summary>Pairs of group and threat that aren't rated yet and belong together by kind and zone, the greatest first.</summary>
    public async Task<IReadOnlyList<SuggestedRisk>> SuggestAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        var met = (await verdicts.ObligationsAsync(municipality, null, cancel)).Where(l => l.Standing.Verdict.Kind == VerdictKind.Met).Select(l => l.Standing.Obligation.Id.Value).ToHashSet(StringComparer.Ordinal);
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        var overview = await RiskRows.OverviewAsync(tx, documents, keeper.Clock.Now(), cancel);
        var rated = overview.Risks.Select(r => (r.Group, r.Threat)).ToHashSet();
        var threats = await RegisterRows.InUseAsync(tx, RiskRules.Threats, cancel);
        var (oftenSteps, lossSteps) = (overview.Scale.Likelihood.Count, overview.Scale.Loss.Count);
        var suggested = new List<SuggestedRisk>();
        foreach (var threat in threats)
        {
            var (kinds, zones, controls) = (threat.Choices("kinds"), threat.Choices("zones"), threat.Choices("controls"));
            var hits = threat.Choices("hits").Select(Value).ToList();
            foreach (var group in overview.Groups)
            {
                if (rated.Contains((group.Id, threat.Id)) || (kinds.Count > 0 && !kinds.Contains(group.Kind)) || (zones.Count > 0 && group.Zone is { } zone && !zones.Contains(zone))) continue;
                var rating = ThreatCatalogue.Load().Loss(hits, group.ClassOf);
                // Rated first: a threat isn't extracted for what has no class. Otherwise it starts from the middle, and says so.
                if (rating is null && overview.Scale.Method == RiskMethod.Rating) continue;
                var loss = RiskScale.Fit(rating ?? Middle, lossSteps);
                var likelihood = RiskScale.Fit((int)(threat.Fields.Number("likelihood") ?? 1), oftenSteps);
                var holding = controls.Count(met.Contains);
                suggested.Add(new(group, threat.Id, threat.Title, threat.Text("category")!, likelihood, loss, RiskMatrix.Remaining(likelihood, holding, controls.Count), Why(group, hits, rating is not null, holding, controls.Count)));
            }
        }
        return [.. suggested.OrderByDescending(s => s.Likelihood * s.Loss).ThenBy(s => s.Group.Number, StringComparer.Ordinal)];
    }

    /// <summary>Adds suggested pairs to the register of risks, rated as suggested; a person rates them further there.</summary>
    /// <returns>How many were added.</returns>
    public async Task<Outcome<int>> TakeRisksAsync(MunicipalityId municipality, IReadOnlyCollection<(EntryId Group, EntryId Threat)> chosen, Actor actor, CancellationToken cancel)
    {
        var pairs = chosen.ToHashSet();
        var drafts = (await SuggestAsync(municipality, cancel)).Where(s => pairs.Contains((s.Group.Id, s.Threat)))
            .Select(risk => EntryDraft.Of(("group", risk.Group.Id.ToString()), ("threat", risk.Threat.ToString()), ("likelihood", Text(risk.Likelihood)), ("loss", Text(risk.Loss)), ("reason", risk.Reason.Ja)));
        return await AddAsync(municipality, RiskRules.Key, [.. drafts], actor, cancel);
    }

    /// <summary>In one go: all of them are there afterwards, or none, and evidence is looked at again once.</summary>
    private async Task<Outcome<int>> AddAsync(MunicipalityId municipality, string register, List<EntryDraft> drafts, Actor actor, CancellationToken cancel) =>
        drafts.Count == 0 ? 0 : (await registers.AddManyAsync(municipality, register, drafts, null, actor, cancel)).Match<Outcome<int>>(added => added.Count, why => why);

    private async Task<RiskOverview> OverviewAsync(MunicipalityId municipality, CancellationToken cancel)
    {
        await using var tx = await keeper.EnterAsync(municipality, cancel);
        return await RiskRows.OverviewAsync(tx, documents, keeper.Clock.Now(), cancel);
    }

    private static Bilingual Why(AssetGroup group, List<AssetValue> hits, bool isRated, int holding, int controls)
    {
        var worst = hits.Select(h => (Value: h, Class: group.ClassOf(h))).Where(h => h.Class is not null).OrderByDescending(h => h.Class, StringComparer.Ordinal).FirstOrDefault();
        var (byJa, byEn) = !isRated ? ($"格付けがないので、損失は中ほどから始めます（資産 {group.Assets} 件）", $"not classified, so the loss starts from the middle ({group.Assets} assets)")
            : ($"{Words(worst.Value).Ja}{worst.Class}の資産 {group.Assets} 件に当てはまります", $"it concerns {group.Assets} assets of {Words(worst.Value).En} {worst.Class}");
        return controls == 0 ? new(byJa + "。", byEn + ".")
            : new($"{byJa}。抑える義務 {controls} のうち {holding} を満たしています。", $"{byEn}; {holding} of {controls} obligations that hold it down are met.");
    }

    private static Bilingual Words(AssetValue value) => value switch
    {
        AssetValue.Confidentiality => new("機密性", "confidentiality"),
        AssetValue.Integrity => new("完全性", "integrity"),
        AssetValue.Availability => new("可用性", "availability"),
        _ => throw new ArgumentOutOfRangeException(nameof(value), value, null),
    };

    private static string Key(AssetValue value) => value.ToString().ToLowerInvariant();

    private static AssetValue Value(string key) => Enum.Parse<AssetValue>(key, ignoreCase: true);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
