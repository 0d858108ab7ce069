using Sekisho.Assurance;
using Sekisho.Policy.Obligations;
using Sekisho.Policy.Threats;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.Risks;

namespace Sekisho.Records.Tests.Risks;

public sealed class RiskTests
{
    private const string Policy = """
        いそべ村情報セキュリティ基本方針

        （対象とする脅威）
        第１条　情報資産に対する脅威として、次の脅威を想定し、対策を実施する。
        (1)　不正アクセス、ウイルス攻撃
        (2)　操作ミス、機器の故障

        （リスクの分析）
        第２条　村は、脅威の発生の可能性及び発生時の損失を分析し、リスクを検討する。

        附　則
        この方針は、令和６年４月１日から施行する。
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    [FromEmptyToMetAndBack("threat-identification")]
    public async Task Threats_are_identified_when_each_that_the_policy_names_is_listed_and_each_group_is_assessed()
    {
        await using var office = await Office.OpenAsync();
        await office.EnforceAsync(Policy);
        Assert.IsType<Verdict.NoEvidence>(await VerdictAsync(office, "threat-identification"));

        Assert.Equal(ThreatCatalogue.Load().Threats.Count, (await office.Slices.RiskStart.TakeStandardThreatsAsync(office.Town, office.Officer, Cancel)).OrThrow());
        Assert.Equal(0, (await office.Slices.RiskStart.TakeStandardThreatsAsync(office.Town, office.Officer, Cancel)).OrThrow());
        Assert.IsType<Verdict.NotMet>(await VerdictAsync(office, "threat-identification"));   // no group yet

        await GroupAsync(office, "住基システム", "system", "mynumber", "3B");
        Assert.Contains("住基システム", Assert.IsType<Verdict.NotMet>(await VerdictAsync(office, "threat-identification")).Reason.Ja);

        await TakeAllAsync(office);
        Assert.IsType<Verdict.Met>(await VerdictAsync(office, "threat-identification"));

        foreach (var malware in (await ListAsync(office, RiskRules.Threats)).Where(t => t.Text("category") == "malware"))
            (await office.Slices.Registers.RetireAsync(office.Town, RiskRules.Threats, malware.Seen, "使わない", null, office.Officer, Cancel)).OrThrow();
        Assert.Contains("ウイルス", Assert.IsType<Verdict.NotMet>(await VerdictAsync(office, "threat-identification")).Reason.Ja);
    }

    [Fact]
    [FromEmptyToMetAndBack("risk-assessment")]
    public async Task Risk_is_assessed_when_the_analysis_is_closed_in_date_and_every_great_risk_is_treated_or_accepted()
    {
        await using var office = await Office.OpenAsync();
        await office.EnforceAsync(Policy);
        var (ciso, clerk) = await PeopleAsync(office);
        var group = await GroupAsync(office, "住基システム", "system", "mynumber", "3B");
        var threat = await ThreatAsync(office, "修正プログラムの遅れ", "program-defect");
        Assert.IsType<Verdict.NoEvidence>(await VerdictAsync(office, "risk-assessment"));

        var risk = (await office.Slices.Registers.AddAsync(office.Town, RiskRules.Key,
            EntryDraft.Of(("group", group.ToString()), ("threat", threat.ToString()), ("likelihood", "4"), ("loss", "4")), null, office.Officer, Cancel)).OrThrow();
        Assert.Equal("住基システム × 修正プログラムの遅れ", risk.Title);
        Assert.Equal(16, risk.Fields.Number("level"));
        Assert.IsType<Verdict.NotMet>(await VerdictAsync(office, "risk-assessment"));   // not closed

        var first = (await office.Slices.Risks.CloseAsync(office.Town, "令和8年度", office.Officer, Cancel)).OrThrow();
        Assert.Equal(16, Assert.Single(first.Risks).Level);
        Assert.Contains("RSK-0001", Assert.IsType<Verdict.NotMet>(await VerdictAsync(office, "risk-assessment")).Reason.Ja);

        risk = await ChangeAsync(office, risk, ("treatment", "reduce"), ("measure", "月例の適用"), ("owner", clerk.ToString()), ("due", "2026-06-30"), ("likelihood_after", "2"));
        Assert.Equal(8, risk.Fields.Number("level_after"));
        Assert.Equal(RiskState.UnderTreatment, (await OnlyAsync(office)).State);
        Assert.IsType<Verdict.Met>(await VerdictAsync(office, "risk-assessment"));

        office.Clock.Move(TimeSpan.FromDays(120));
        Assert.Equal(RiskState.Overdue, (await OnlyAsync(office)).State);
        Assert.IsType<Verdict.NotMet>(await VerdictAsync(office, "risk-assessment"));

        var accepted = (await office.Slices.Risks.AcceptAsync(office.Town, new(risk.Id, risk.Version, ciso, "総第12号", "更改まで運用で補うことができるため", new(2026, 12, 31)), office.Officer, Cancel)).OrThrow();
        Assert.Equal(Post.Ciso, accepted.Post);
        Assert.IsType<Verdict.Met>(await VerdictAsync(office, "risk-assessment"));

        // Another content than the one that was decided on isn't accepted.
        risk = await ChangeAsync(office, risk, ("loss", "5"));
        Assert.Equal(RiskState.Overdue, (await OnlyAsync(office)).State);
        Assert.IsType<Verdict.NotMet>(await VerdictAsync(office, "risk-assessment"));

        risk = await ChangeAsync(office, risk, ("done_on", "今日"), ("loss_after", "4"));
        var treated = await OnlyAsync(office);
        Assert.Equal((RiskState.Treated, 8, (int?)16), (treated.State, treated.Now, treated.LastLevel));
        Assert.IsType<Verdict.Met>(await VerdictAsync(office, "risk-assessment"));

        office.Clock.Move(TimeSpan.FromDays(300));
        Assert.Contains("期限", Assert.IsType<Verdict.NotMet>(await VerdictAsync(office, "risk-assessment")).Reason.Ja);
        await office.Slices.Risks.CloseAsync(office.Town, "令和9年度", office.Officer, Cancel);
        Assert.IsType<Verdict.Met>(await VerdictAsync(office, "risk-assessment"));
        Assert.Equal(["令和9年度", "令和8年度"], (await office.Slices.Risks.AnalysesAsync(office.Town, Cancel)).Select(a => a.Name));
    }

    [Fact]
    public async Task A_risk_is_accepted_only_by_a_holder_of_the_post_who_does_not_own_it_and_as_it_was_shown()
    {
        await using var office = await Office.OpenAsync();
        var (ciso, clerk) = await PeopleAsync(office);
        var risk = await RiskAsync(office, 5, 5, ("owner", ciso.ToString()));
        var draft = new AcceptanceDraft(risk.Id, risk.Version, clerk, "総第12号", "更改まで運用で補うことができるため", new(2026, 12, 31));

        Assert.Equal("REC-RSK-003", await WhyAsync(office, draft));                                    // no post
        Assert.Equal("REC-RSK-003", await WhyAsync(office, draft with { DecidedBy = ciso }));          // the owner
        risk = await ChangeAsync(office, risk, ("owner", clerk.ToString()));
        Assert.Equal("REC-RSK-002", await WhyAsync(office, draft with { DecidedBy = ciso }));          // changed meanwhile
        draft = draft with { DecidedBy = ciso, Version = risk.Version };
        Assert.Equal("REC-RSK-004", await WhyAsync(office, draft with { ExpiresOn = new(2026, 4, 1) }));
        Assert.Equal("REC-RSK-004", await WhyAsync(office, draft with { ExpiresOn = new(2027, 6, 1) }));
        Assert.Equal("REC-RSK-005", await WhyAsync(office, draft with { Reason = "よい" }));
        Assert.Equal("REC-RSK-001", await WhyAsync(office, draft with { Risk = new(Guid.NewGuid()) }));
        Assert.Null(await WhyAsync(office, draft));

        var view = await office.Slices.Risks.ReadAsync(office.Town, risk.Id, Cancel);
        Assert.Equal(RiskState.Accepted, view!.Risk.State);
        Assert.Equal([ciso], view.MayDecide.Select(d => d.Person));
        var small = await RiskAsync(office, 1, 1);
        Assert.Equal("REC-RSK-006", await WhyAsync(office, draft with { Risk = small.Id, Version = small.Version }));
    }

    [Fact]
    public async Task Who_owns_a_treatment_sees_it_and_says_that_it_is_done_and_nobody_else_does()
    {
        await using var office = await Office.OpenAsync();
        var (ciso, clerk) = await PeopleAsync(office);
        (await office.Slices.AccountPeople.LinkAsync(office.Town, office.Manager.Account, clerk, office.Officer, Cancel)).OrThrow();
        var risk = await RiskAsync(office, 4, 4, ("treatment", "reduce"), ("measure", "月例の点検"), ("owner", clerk.ToString()), ("due", "2026-06-30"), ("likelihood_after", "1"));
        var others = await RiskAsync(office, 4, 5, ("treatment", "reduce"), ("measure", "更改"), ("owner", ciso.ToString()), ("due", "2026-06-30"), ("likelihood_after", "1"));
        var later = await RiskAsync(office, 5, 4, ("treatment", "reduce"), ("measure", "研修"), ("owner", clerk.ToString()), ("due", "2026-05-31"), ("likelihood_after", "1"));
        async Task<string?> TryAsync(RegisterEntry entry, Actor by) => (await office.Slices.RiskOwners.DoneAsync(office.Town, entry.Seen, by, Cancel)).Match<string?>(_ => null, r => r.Code);

        // The one that is due first comes first; those of others aren't there.
        Assert.Equal([later.Id, risk.Id], (await office.Slices.RiskOwners.OwnAsync(office.Town, office.Manager, Cancel)).Select(r => r.Entry.Id));
        Assert.Empty(await office.Slices.RiskOwners.OwnAsync(office.Town, office.Officer, Cancel));   // an account that is nobody's
        Assert.Equal("REC-RSK-013", await TryAsync(others, office.Manager));
        Assert.Equal("REC-RSK-013", await TryAsync(risk, office.Officer));
        var changed = await ChangeAsync(office, risk, ("measure", "週ごとの点検"));
        Assert.Equal("REC-REG-004", await TryAsync(risk, office.Manager));                            // another one than was seen
        Assert.Null(await TryAsync(changed, office.Manager));
        var own = await office.Slices.RiskOwners.OwnAsync(office.Town, office.Manager, Cancel);
        Assert.Equal((risk.Id, RiskState.Treated, new DateOnly(2026, 4, 1)), (own[^1].Entry.Id, own[^1].State, own[^1].Entry.Day("done_on")));
        Assert.Equal("REC-RSK-014", await TryAsync(own[^1].Entry, office.Manager));
        Assert.Equal(office.Manager, (await office.Slices.Registers.HistoryAsync(office.Town, RiskRules.Key, risk.Id, null, Cancel))[0].By);
    }

    [Fact]
    public async Task No_treatment_makes_a_risk_greater_and_steps_are_whole()
    {
        await using var office = await Office.OpenAsync();
        var risk = await RiskAsync(office, 2, 3);
        var outcome = await office.Slices.Registers.ChangeAsync(office.Town, RiskRules.Key, risk.Seen,
            EntryDraft.Of(("likelihood_after", "3"), ("loss_after", "2.5"), ("done_on", "2026-04-02")), null, office.Officer, Cancel);
        Assert.Equal(["done_on", "likelihood_after", "loss_after"], Assert.IsType<EntryOutcome.Wrong>(outcome).Problems.Select(p => p.Field).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Suggestions_follow_kind_zone_and_class_and_stop_when_taken()
    {
        await using var office = await Office.OpenAsync();
        await office.Slices.RiskStart.TakeStandardThreatsAsync(office.Town, office.Officer, Cancel);
        await GroupAsync(office, "紙の届出書", "paper", null, "3B");

        var suggested = await office.Slices.RiskStart.SuggestAsync(office.Town, Cancel);
        Assert.DoesNotContain(suggested, s => s.ThreatName.Contains("通信による", StringComparison.Ordinal));
        var wrongAddress = Assert.Single(suggested, s => s.ThreatName.StartsWith("誤送信", StringComparison.Ordinal));
        Assert.Equal((4, 4), (wrongAddress.Likelihood, wrongAddress.Loss));
        Assert.Contains("機密性3B", wrongAddress.Reason.Ja);

        Assert.Equal(1, (await office.Slices.RiskStart.TakeRisksAsync(office.Town, [(wrongAddress.Group.Id, wrongAddress.Threat)], office.Officer, Cancel)).OrThrow());
        Assert.DoesNotContain(await office.Slices.RiskStart.SuggestAsync(office.Town, Cancel), s => s.Threat == wrongAddress.Threat);
        Assert.Equal(16, (await OnlyAsync(office)).Level);
    }

    [Fact]
    public async Task Where_assets_are_rated_first_nothing_is_extracted_for_what_has_no_class()
    {
        await using var office = await Office.OpenAsync();
        await office.Slices.RiskStart.TakeStandardThreatsAsync(office.Town, office.Officer, Cancel);
        await GroupAsync(office, "紙の届出書", "paper", null, null);
        var unrated = Assert.Single(await office.Slices.RiskStart.SuggestAsync(office.Town, Cancel), s => s.ThreatName.StartsWith("誤送信", StringComparison.Ordinal));
        Assert.Equal(3, unrated.Loss);
        Assert.Contains("格付けがない", unrated.Reason.Ja);

        var scale = await office.Slices.Risks.ScaleAsync(office.Town, Cancel);
        await office.Slices.Risks.SetScaleAsync(office.Town, scale with { Method = RiskMethod.Rating }, office.Officer, Cancel);
        Assert.Empty(await office.Slices.RiskStart.SuggestAsync(office.Town, Cancel));
    }

    [Fact]
    public async Task A_scale_of_three_steps_is_kept_and_steps_in_use_stay()
    {
        await using var office = await Office.OpenAsync();
        Bilingual[] three = [new("低", "low"), new("中", "middle"), new("高", "high")];
        var scale = new RiskScale(RiskMethod.Frequency, three, three, 6, 12);
        var risk = await RiskAsync(office, 4, 2);
        Assert.Equal("REC-RSK-012", (await office.Slices.Risks.SetScaleAsync(office.Town, scale, office.Officer, Cancel)).Match<string?>(_ => null, r => r.Code));
        await ChangeAsync(office, risk, ("likelihood", "3"));
        (await office.Slices.Risks.SetScaleAsync(office.Town, scale, office.Officer, Cancel)).OrThrow();
        Assert.Equal(RiskState.Open, (await OnlyAsync(office)).State);   // 6 is on the line
        Assert.Equal("REC-RSK-011", (await office.Slices.Risks.SetScaleAsync(office.Town, scale with { Line = 10 }, office.Officer, Cancel)).Match<string?>(_ => null, r => r.Code));
        Assert.Equal("REC-RSK-010", (await office.Slices.Risks.SetScaleAsync(office.Town, scale with { Loss = [new(" ", " "), three[0]] }, office.Officer, Cancel)).Match<string?>(_ => null, r => r.Code));
    }

    [Fact]
    public void The_registers_know_every_category_and_obligation_and_nothing_else()
    {
        var threats = RegisterCatalogue.Load()[RiskRules.Threats];
        Assert.Equal(ThreatCatalogue.Load().Categories.Select(c => c.Id), threats.Find("category")!.Choices.Select(c => c.Key));
        Assert.Equal(ObligationCatalogue.Load().Obligations.Select(o => o.Id.Value), threats.Find("controls")!.Choices.Select(c => c.Key));
        var known = threats.Find("kinds")!.Choices.Select(c => c.Key).ToHashSet();
        Assert.All(ThreatCatalogue.Load().Threats.SelectMany(t => t.Kinds), k => Assert.Contains(k, known));
        var zones = threats.Find("zones")!.Choices.Select(c => c.Key).ToHashSet();
        Assert.All(ThreatCatalogue.Load().Threats.SelectMany(t => t.Zones), z => Assert.Contains(z, zones));
    }

    private static async Task<Verdict> VerdictAsync(Office office, string obligation)
    {
        await office.Slices.Collector.RunAsync(office.Town, null, Cancel);
        return DutyWalk.Seen(obligation, (await office.Slices.Verdicts.ObligationsAsync(office.Town, null, Cancel)).Single(l => l.Standing.Obligation.Id.Value == obligation).Standing.Verdict);
    }

    private static async Task<string?> WhyAsync(Office office, AcceptanceDraft draft) =>
        (await office.Slices.Risks.AcceptAsync(office.Town, draft, office.Officer, Cancel)).Match<string?>(_ => null, r => r.Code);

    private static async Task<Risk> OnlyAsync(Office office) => Assert.Single((await office.Slices.Risks.OverviewAsync(office.Town, Cancel)).Risks);

    private static async Task TakeAllAsync(Office office) =>
        (await office.Slices.RiskStart.TakeRisksAsync(office.Town, [.. (await office.Slices.RiskStart.SuggestAsync(office.Town, Cancel)).Select(s => (s.Group.Id, s.Threat))], office.Officer, Cancel)).OrThrow();

    private static async Task<IReadOnlyList<RegisterEntry>> ListAsync(Office office, string register) =>
        (await office.Slices.Registers.ListAsync(office.Town, register, new(PageSize: RegisterQuery.MaxPageSize), null, Cancel)).Entries;

    private static async Task<EntryId> GroupAsync(Office office, string name, string kind, string? zone, string? @class) => (await office.Slices.Registers.AddAsync(office.Town, RiskRules.Groups,
        EntryDraft.Of(("name", name), ("kind", kind), ("zone", zone ?? ""), ("confidentiality", @class ?? "")), null, office.Officer, Cancel)).OrThrow().Id;

    private static async Task<EntryId> ThreatAsync(Office office, string name, string category) => (await office.Slices.Registers.AddAsync(office.Town, RiskRules.Threats,
        EntryDraft.Of(("name", name), ("category", category), ("hits", "confidentiality")), null, office.Officer, Cancel)).OrThrow().Id;

    private static async Task<RegisterEntry> RiskAsync(Office office, int likelihood, int loss, params (string, string)[] more)
    {
        var group = await GroupAsync(office, $"群{likelihood}{loss}", "system", "mynumber", "3B");
        var threat = await ThreatAsync(office, $"脅威{likelihood}{loss}", "mistake");
        return (await office.Slices.Registers.AddAsync(office.Town, RiskRules.Key, EntryDraft.Of(
            [("group", group.ToString()), ("threat", threat.ToString()), ("likelihood", $"{likelihood}"), ("loss", $"{loss}"), .. more]), null, office.Officer, Cancel)).OrThrow();
    }

    private static async Task<RegisterEntry> ChangeAsync(Office office, RegisterEntry risk, params (string, string)[] fields) =>
        (await office.Slices.Registers.ChangeAsync(office.Town, RiskRules.Key, risk.Seen, EntryDraft.Of(fields), null, office.Officer, Cancel)).OrThrow();

    private static async Task<(PersonId Ciso, PersonId Clerk)> PeopleAsync(Office office)
    {
        var day = new DateOnly(2026, 4, 1);
        var organisation = office.Slices.Organisation;
        var agency = (await organisation.AddUnitAsync(office.Town, null, UnitKind.Agency, "村長部局", day, office.Officer, Cancel)).OrThrow();
        var ciso = (await organisation.AddPersonAsync(office.Town, agency.Id, "副村長 一郎", null, StaffKind.Staff, day, office.Officer, Cancel)).OrThrow();
        var clerk = (await organisation.AddPersonAsync(office.Town, agency.Id, "係員 二郎", null, StaffKind.Staff, day, office.Officer, Cancel)).OrThrow();
        (await organisation.AppointAsync(office.Town, Post.Ciso, null, ciso.Id, day, office.Officer, Cancel)).OrThrow();
        return (ciso.Id, clerk.Id);
    }
}
