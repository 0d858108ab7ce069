using Sekisho.Assurance;
using Sekisho.Records.Registers;

namespace Sekisho.Records.Tests.Registers;

public sealed class LawRegisterTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<Verdict> VerdictAsync(Office office) =>
        DutyWalk.Seen("legal-compliance", (await office.Slices.Verdicts.ObligationsAsync(office.Town, null, Cancel)).Single(l => l.Standing.Obligation.Id.Value == "legal-compliance").Standing.Verdict);

    [Fact]
    [FromEmptyToMetAndBack("legal-compliance")]
    public async Task Legal_compliance_goes_from_no_evidence_to_met_and_back_to_failing()
    {
        await using var office = await Office.OpenAsync();
        await office.EnforceAsync(Texts.Second);
        await office.Slices.Collector.RunAsync(office.Town, null, Cancel);
        Assert.IsType<Verdict.NoEvidence>(await VerdictAsync(office));

        var law = (await office.Slices.Registers.AddAsync(office.Town, LawRules.Key, EntryDraft.Of(("name", "個人情報の保護に関する法律"), ("asks", "安全管理措置")), null, office.Officer, Cancel)).OrThrow();
        Assert.IsType<Verdict.NotMet>(await VerdictAsync(office));

        law = (await office.Slices.Registers.ChangeAsync(office.Town, LawRules.Key, law.Seen, EntryDraft.Of(("reviewed_on", "今日")), null, office.Officer, Cancel)).OrThrow();
        Assert.Equal(new DateOnly(2027, 4, 1), law.Day("next_review_on"));
        Assert.IsType<Verdict.Met>(await VerdictAsync(office));

        office.Clock.Move(TimeSpan.FromDays(366));
        await office.Slices.Collector.RunAsync(office.Town, null, Cancel);
        Assert.IsType<Verdict.NotMet>(await VerdictAsync(office));

        law = (await office.Slices.Registers.ChangeAsync(office.Town, LawRules.Key, law.Seen, EntryDraft.Of(("reviewed_on", "2027-04-02")), null, office.Officer, Cancel)).OrThrow();
        Assert.Equal(new DateOnly(2028, 4, 2), law.Day("next_review_on"));
        Assert.IsType<Verdict.Met>(await VerdictAsync(office));

        (await office.Slices.Registers.RetireAsync(office.Town, LawRules.Key, law.Seen, "廃止された", null, office.Officer, Cancel)).OrThrow();
        Assert.IsType<Verdict.NotMet>(await VerdictAsync(office));
    }

    [Fact]
    public async Task A_review_in_the_future_and_a_next_one_before_it_are_refused()
    {
        await using var office = await Office.OpenAsync();
        var outcome = await office.Slices.Registers.AddAsync(office.Town, LawRules.Key,
            EntryDraft.Of(("name", "法"), ("asks", "x"), ("reviewed_on", "2026-04-02"), ("next_review_on", "2026-04-02")), null, office.Officer, Cancel);
        Assert.Equal(["reviewed_on", "next_review_on"], Assert.IsType<EntryOutcome.Wrong>(outcome).Problems.Select(p => p.Field));
    }
}
