using Sekisho.Assurance;
using Sekisho.Policy.Hierarchy;
using Sekisho.Records.Documents;
using Sekisho.Records.Traces;

namespace Sekisho.Records.Tests.Documents;

public sealed class TraceTests
{
    private static CancellationToken Cancel => Office.Cancel;

    [Fact]
    [FromEmptyToMetAndBack("policy-hierarchy")]
    public async Task The_hierarchy_goes_from_no_evidence_to_not_met_to_met_and_back()
    {
        await using var set = await PolicySet.OpenAsync();
        await set.Office.EnforceAsync(PolicySet.Policy);
        Assert.Equal(VerdictKind.NoEvidence, (await set.VerdictAsync("policy-hierarchy")).Kind);

        await set.InForceAsync(DocumentKind.Standard, "対策基準", PolicySet.Standard);
        await set.InForceAsync(DocumentKind.Procedure, "記録媒体取扱実施手順", PolicySet.Procedure);
        var (kind, says) = await set.VerdictAsync("policy-hierarchy");
        Assert.Equal(VerdictKind.NotMet, kind);
        Assert.Contains("基本方針第３条", says, StringComparison.Ordinal);

        // What calls follows from the words: articles 3 and 4 are named by article 6, which calls itself; the standard's article 3 calls for a procedure.
        var map = await set.Slices.Traces.MapAsync(set.Town, null, Cancel);
        Assert.Equal([("第３条", CalledRule.Standard), ("第４条", CalledRule.Standard), ("第６条", CalledRule.Standard), ("第３条", CalledRule.Procedure)],
            map.Needs.Select(n => (map.Place(n.Provision)!.Place, n.Call.Rule)));
        Assert.Equal(2, map.Orphans.Count);

        // Each of the three is suggested from what both sides say.
        var suggestions = await set.Slices.Traces.SuggestAsync(set.Town, Cancel);
        TraceSuggestion Between(string upper, string lower) => suggestions.First(s => Name(map, s.Upper) == upper && Name(map, s.Lower) == lower);
        var physical = Between("基本方針第３条", "対策基準第１条");
        var human = Between("基本方針第４条", "対策基準第２条");
        var media = Between("対策基準第３条", "記録媒体取扱実施手順");
        Assert.Contains("物理", physical.Reason.Ja, StringComparison.Ordinal);
        Assert.True(media.Confidence > 0.9);
        Assert.Contains(suggestions, s => Name(map, s.Upper) == "基本方針第６条" && s.Lower == new TraceEnd("standard", ""));

        var making = map.Needs.Single(n => map.Place(n.Provision)!.Place == "第６条").Provision;
        (await set.Slices.Traces.DecideManyAsync(set.Town,
            [(physical.Upper, physical.Lower), (human.Upper, human.Lower), (media.Upper, media.Lower), (making, new TraceEnd("standard", ""))], TraceDecision.Confirmed, "", set.Officer, Cancel)).OrThrow();
        (kind, says) = await set.VerdictAsync("policy-hierarchy");
        Assert.True(kind == VerdictKind.Met, says);

        // A renumbered article keeps its trace.
        var next = PolicySet.Standard.Replace("（物理的セキュリティ）\n第１条", "（趣旨）\n第１条　この基準は、対策の基準を示す。\n\n（物理的セキュリティ）\n第２条", StringComparison.Ordinal)
            .Replace("（人的セキュリティ）\n第２条", "（人的セキュリティ）\n第３条", StringComparison.Ordinal).Replace("（記録媒体の管理）\n第３条", "（記録媒体の管理）\n第４条", StringComparison.Ordinal);
        await set.EnforceAsync((await set.Office.ImportAsync(next, "対策基準.txt", "standard")).Version);
        Assert.Equal(VerdictKind.Met, (await set.VerdictAsync("policy-hierarchy")).Kind);

        // A form that nothing asks for, and a trace taken back.
        await set.InForceAsync(DocumentKind.Form, "貸出簿", PolicySet.Procedure.Replace("対策基準第３条", "別の定め", StringComparison.Ordinal));
        (kind, says) = await set.VerdictAsync("policy-hierarchy");
        Assert.Equal(VerdictKind.NotMet, kind);
        Assert.Contains("貸出簿", says, StringComparison.Ordinal);
        (await set.Slices.Documents.RetireAsync(set.Town, "form", "不要", set.Officer, Cancel)).OrThrow();
        Assert.Equal(VerdictKind.Met, (await set.VerdictAsync("policy-hierarchy")).Kind);
        (await set.Slices.Traces.DecideAsync(set.Town, human.Upper, human.Lower, TraceDecision.Rejected, "研修は別の基準による。", set.Officer, Cancel)).OrThrow();
        Assert.Equal(VerdictKind.NotMet, (await set.VerdictAsync("policy-hierarchy")).Kind);
        Assert.DoesNotContain(await set.Slices.Traces.SuggestAsync(set.Town, Cancel), s => s.Upper == human.Upper && s.Lower == human.Lower);
    }

    [Fact]
    public async Task A_trace_goes_downwards_and_between_provisions_in_force()
    {
        await using var set = await PolicySet.OpenAsync();
        var policy = await set.Office.EnforceAsync(PolicySet.Policy);
        await set.InForceAsync(DocumentKind.Standard, "対策基準", PolicySet.Standard);
        var map = await set.Slices.Traces.MapAsync(set.Town, null, Cancel);
        var (upper, lower) = (map.Documents[0].Places[0].End, map.Documents[1].Places[0].End);
        async Task<string> CodeAsync(TraceEnd a, TraceEnd b) => Assert.IsType<Outcome<Trace>.Refused>(await set.Slices.Traces.DecideAsync(set.Town, a, b, TraceDecision.Confirmed, "", set.Officer, Cancel)).Why.Code;
        Assert.Equal("REC-DOC-021", await CodeAsync(lower, upper));
        Assert.Equal("REC-DOC-020", await CodeAsync(new(policy.PolicyKey, ""), lower));
        Assert.Equal("REC-DOC-020", await CodeAsync(upper, new("standard", "no-such-article")));
    }

    private static string Name(TraceMap map, TraceEnd end) => (map.Documents.First(d => d.Document.Key == end.Document) is { Level: 0 } ? "基本方針" : map.Documents.First(d => d.Document.Key == end.Document).Document.Name) + map.Place(end)?.Place;
}
