using Sekisho.Assurance;
using Sekisho.Policy;
using Sekisho.Records.EvidenceKept.Sources;
using Sekisho.Records.Policies;

namespace Sekisho.Records.Tests;

/// <summary>What the policy owes as a text: to be public as it is, and to be clean or answered for.</summary>
public sealed class PolicyDutyTests
{
    private static CancellationToken Cancel => Office.Cancel;

    /// <summary>A term that is defined and never used, and another that is used and never defined.</summary>
    private const string Unclean = """
        いそべ村情報セキュリティ基本方針

        （目的）
        第１条　この方針は、村の情報資産を守るため、基本となる事項を定めることを目的とする。

        （用語の定義）
        第２条　この方針において、次の各号に掲げる用語の意義は、当該各号に定めるところによる。
        （１）　電磁的記録媒体　ＵＳＢメモリその他の媒体をいう。
        （２）　侵害事案　情報セキュリティが損なわれた事態をいう。

        （侵害への対応）
        第３条　侵害事案が起きたときは、第９条に定める手順により、速やかに報告する。

        附　則
        この方針は、令和６年４月１日から施行する。
        """;

    private static async Task<VerdictKind> NowAsync(Office office, string obligation)
    {
        // Each look has a moment of its own, as in life.
        office.Clock.Move(TimeSpan.FromMinutes(1));
        await office.Slices.Collector.RunAsync(office.Town, null, Cancel);
        return DutyWalk.Seen(obligation, (await office.Slices.Verdicts.ObligationAsync(office.Town, new(obligation), null, Cancel))!.Standing.Verdict.Kind);
    }

    private static async Task<string> SaidAsync(Office office, string kind) =>
        (await office.Slices.Evidence.ListAsync(office.Town, new(KindPrefix: kind), null, 1, Cancel)).Rows[0].Evidence.Observed.Sentence.Ja;

    private static async Task EnforceAsync(Office office, VersionSummary version) =>
        (await office.Slices.Policies.PutInForceAsync(office.Town, version.Id, JapaneseTime.Day(office.Clock.Now()), office.Officer, Cancel)).OrThrow();

    [Fact]
    [FromEmptyToMetAndBack("policy-publication")]
    public async Task Publication_goes_from_no_evidence_to_met_and_back_with_each_revision()
    {
        const string Duty = "policy-publication";
        await using var office = await Office.OpenAsync();
        var first = (await office.ImportAsync(Texts.First)).Version;
        Assert.Equal(VerdictKind.NoEvidence, await NowAsync(office, Duty));

        await EnforceAsync(office, first);
        Assert.Equal(VerdictKind.NotMet, await NowAsync(office, Duty));
        var published = (await office.Slices.Publications.PublishAsync(office.Town, first.Id, new("https://example.jp/policy/1"), office.Officer, Cancel)).OrThrow();
        Assert.Equal(VerdictKind.Met, await NowAsync(office, Duty));

        // A draft of the revision changes nothing for residents; its first day does.
        var second = (await office.ImportAsync(Texts.Second)).Version;
        Assert.Equal(VerdictKind.Met, await NowAsync(office, Duty));
        await EnforceAsync(office, second);
        Assert.Equal(VerdictKind.NotMet, await NowAsync(office, Duty));
        Assert.Equal("施行中の第2版を公表していません。", await SaidAsync(office, PublicationSource.Kind));
        (await office.Slices.Publications.PublishAsync(office.Town, second.Id, new("https://example.jp/policy/2"), office.Officer, Cancel)).OrThrow();
        Assert.Equal(VerdictKind.Met, await NowAsync(office, Duty));

        // The page of what no longer holds may go; that of what holds may not.
        (await office.Slices.Publications.WithdrawAsync(office.Town, published.Id, "旧版の掲載を終えた。", office.Officer, Cancel)).OrThrow();
        Assert.Equal(VerdictKind.Met, await NowAsync(office, Duty));
        var present = (await office.Slices.Publications.ListAsync(office.Town, PolicyKeys.Basic, null, Cancel)).Single(p => p.WithdrawnAt is null);
        (await office.Slices.Publications.WithdrawAsync(office.Town, present.Id, "掲載先を改める。", office.Officer, Cancel)).OrThrow();
        Assert.Equal(VerdictKind.NotMet, await NowAsync(office, Duty));
    }

    [Fact]
    [FromEmptyToMetAndBack("terms")]
    public async Task Terms_go_from_no_evidence_to_met_when_every_finding_is_answered_and_back_with_new_ones()
    {
        const string Duty = "terms";
        await using var office = await Office.OpenAsync();
        var version = (await office.ImportAsync(Unclean)).Version;
        Assert.Equal(VerdictKind.NoEvidence, await NowAsync(office, Duty));

        await EnforceAsync(office, version);
        Assert.Equal(VerdictKind.NotMet, await NowAsync(office, Duty));
        var open = (await office.Slices.Findings.FindingsAsync(office.Town, version.Id, null, Cancel)).Where(f => f.Found.Severity != FindingSeverity.Info).ToList();
        // The definition that nobody uses and the article that isn't there.
        Assert.True(open.Count >= 2, $"{open.Count} findings");
        Assert.Equal($"規程の点検の指摘 {open.Count} 件のうち {open.Count} 件が未回答です。", await SaidAsync(office, LintSource.Kind));
        foreach (var (finding, i) in open.Select((f, i) => (f, i)))
        {
            Assert.Equal(VerdictKind.NotMet, await NowAsync(office, Duty));
            (await office.Slices.Findings.AnswerAsync(office.Town, finding.Id, i == 0 ? FindingAnswer.WillFix : FindingAnswer.NotAProblem, "次の改正で直す。", office.Officer, Cancel)).OrThrow();
        }
        Assert.Equal(VerdictKind.Met, await NowAsync(office, Duty));

        // The revision repairs the one and breaks another.
        var revised = (await office.ImportAsync(Unclean.Replace("第９条", "第８条", StringComparison.Ordinal).Replace("速やかに", "電磁的記録媒体により速やかに", StringComparison.Ordinal))).Version;
        await EnforceAsync(office, revised);
        Assert.Equal(VerdictKind.NotMet, await NowAsync(office, Duty));
        var clean = (await office.ImportAsync(Unclean.Replace("第９条に定める手順", "定められた手順", StringComparison.Ordinal).Replace("速やかに", "電磁的記録媒体により速やかに", StringComparison.Ordinal))).Version;
        await EnforceAsync(office, clean);
        foreach (var finding in (await office.Slices.Findings.FindingsAsync(office.Town, clean.Id, null, Cancel)).Where(f => f.Found.Severity != FindingSeverity.Info && f.Answer is null))
            (await office.Slices.Findings.AnswerAsync(office.Town, finding.Id, FindingAnswer.Accepted, "承知のうえで、このままとする。", office.Officer, Cancel)).OrThrow();
        Assert.Equal(VerdictKind.Met, await NowAsync(office, Duty));
    }
}
