using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.Organisation.Agencies;
using Sekisho.Records.Policies;

namespace Sekisho.Records.Tests.Organisation;

public sealed class AgencyBookTests
{
    private const string Policy = """
        いそべ村情報セキュリティ基本方針

        （目的）
        第１条　この方針は、村の情報資産を守るため、基本となる事項を定めることを目的とする。

        （適用範囲）
        第２条　この方針を適用する実施機関は、村長、教育委員会、農業委員会、地方公営企業及び議会とする。

        附　則
        この方針は、令和６年４月１日から施行する。
        """;

    private static readonly DateOnly April = new(2026, 4, 1);

    private static CancellationToken Cancel => Office.Cancel;

    private static async Task<Unit> AddAsync(Office office, string name, UnitId? parent = null, UnitKind kind = UnitKind.Agency) =>
        (await Later(office).Slices.Organisation.AddUnitAsync(office.Town, parent, kind, name, April, office.Officer, Cancel)).OrThrow();

    private static async Task<PersonId> StaffAsync(Office office, Unit unit, string name) =>
        (await Later(office).Slices.Organisation.AddPersonAsync(office.Town, unit.Id, name, null, StaffKind.Staff, April, office.Officer, Cancel)).OrThrow().Id;

    /// <summary>Each act has a moment of its own, as in life: the newest evidence counts.</summary>
    private static Office Later(Office office)
    {
        office.Clock.Move(TimeSpan.FromSeconds(1));
        return office;
    }

    private static async Task<Verdict> ScopeAsync(Office office) =>
        DutyWalk.Seen("scope", (await Later(office).Slices.Verdicts.ObligationAsync(office.Town, new("scope"), null, Cancel))!.Standing.Verdict);

    [Fact]
    [FromEmptyToMetAndBack("scope")]
    public async Task Scope_goes_from_no_evidence_to_met_and_back()
    {
        await using var office = await Office.OpenAsync();
        await office.EnforceAsync(Policy);
        await office.Slices.Collector.RunAsync(office.Town, null, Cancel);
        Assert.Equal(VerdictKind.NoEvidence, (await ScopeAsync(office)).Kind);

        var mayor = await AddAsync(office, "村長部局");
        Assert.Equal(VerdictKind.NotMet, (await ScopeAsync(office)).Kind);
        Assert.Contains("教育委員会", (await ScopeAsync(office)).Reason.Ja, StringComparison.Ordinal);

        var hanako = await StaffAsync(office, mayor, "山田 花子");
        await StaffAsync(office, await AddAsync(office, "教育委員会事務局"), "教育 一郎");
        await StaffAsync(office, await AddAsync(office, "いそべ村議会事務局"), "議会 二郎");
        // The waterworks are a section under the mayor, and one of the public enterprises that the policy names together.
        await StaffAsync(office, await AddAsync(office, "水道事業課", mayor.Id, UnitKind.Section), "水道 三郎");
        var farming = await AddAsync(office, "農業委員会事務局");
        Assert.Contains("1（農業委員会）に対象者がいません", (await ScopeAsync(office)).Reason.Ja, StringComparison.Ordinal);
        // In a small village the agricultural committee has no staff but a second post.
        (await Later(office).Slices.Organisation.AddSecondPostAsync(office.Town, hanako, farming.Id, "書記", April, office.Officer, Cancel)).OrThrow();
        Assert.Equal(VerdictKind.Met, (await ScopeAsync(office)).Kind);

        // An agency of which the policy says nothing has to have one, or to be excluded with a reason.
        await StaffAsync(office, await AddAsync(office, "いそべ村消防本部"), "消防 四郎");
        Assert.Equal(VerdictKind.NotMet, (await ScopeAsync(office)).Kind);
        (await Later(office).Slices.Agencies.DecideAsync(office.Town, "fire", null, AgencyDecisionKind.Excluded, "消防組合に移す手続の途中で、村の情報システムを使わない。", office.Officer, Cancel)).OrThrow();
        Assert.Equal(VerdictKind.Met, (await ScopeAsync(office)).Kind);
        (await Later(office).Slices.Agencies.DecideAsync(office.Town, "fire", null, AgencyDecisionKind.Withdrawn, "", office.Officer, Cancel)).OrThrow();
        Assert.Equal(VerdictKind.NotMet, (await ScopeAsync(office)).Kind);
        (await Later(office).Slices.Agencies.DecideAsync(office.Town, "fire", PolicyKeys.Basic, AgencyDecisionKind.Joint, "", office.Officer, Cancel)).OrThrow();
        Assert.Equal(VerdictKind.Met, (await ScopeAsync(office)).Kind);

        (await Later(office).Slices.Organisation.EndPersonAsync(office.Town, hanako, April, office.Officer, Cancel)).OrThrow();
        Assert.Equal(VerdictKind.NotMet, (await ScopeAsync(office)).Kind);
    }

    [Fact]
    public async Task The_matrix_tells_by_text_joint_own_and_missing_apart_and_asks_about_what_law_wants()
    {
        await using var office = await Office.OpenAsync();
        await office.EnforceAsync(Policy);
        await StaffAsync(office, await AddAsync(office, "村長部局"), "山田 花子");
        await StaffAsync(office, await AddAsync(office, "監査委員"), "監査 一郎");
        var matrix = await office.Slices.Agencies.MatrixAsync(office.Town, Cancel);

        Assert.Equal(["mayor", "education", "farming", "public-enterprise", "assembly", "audit"], matrix.Lines.Select(l => l.Key));
        Assert.Equal([true, false, false, false, false, true], matrix.Lines.Select(l => l.IsRegistered));
        Assert.Equal([CoverageKind.ByText], matrix.Lines[0].Cells.Select(c => c.How));
        Assert.True(matrix.Lines[^1] is { IsNamed: false, IsCovered: false, Lacks: true });
        Assert.Equal(["election"], matrix.ByLaw.Select(a => a.Id));

        Assert.Equal("REC-ORG-023", (await office.Slices.Agencies.DecideAsync(office.Town, "audit", null, AgencyDecisionKind.Excluded, " ", office.Officer, Cancel)).Match(_ => "", r => r.Code));
        Assert.Equal("REC-ORG-023", (await office.Slices.Agencies.DecideAsync(office.Town, "audit", "no-such-policy", AgencyDecisionKind.Own, "", office.Officer, Cancel)).Match(_ => "", r => r.Code));
        Assert.Equal("REC-ORG-022", (await office.Slices.Agencies.DecideAsync(office.Town, "space-agency", null, AgencyDecisionKind.Excluded, "ない。", office.Officer, Cancel)).Match(_ => "", r => r.Code));
        var own = (await office.Slices.Agencies.DecideAsync(office.Town, "audit", PolicyKeys.Basic, AgencyDecisionKind.Own, "監査委員決定第3号", office.Officer, Cancel)).OrThrow();
        Assert.Equal(CoverageKind.Own, Assert.Single(own.Cells).How);
        // What law asks for may be excluded before anybody registers it.
        (await office.Slices.Agencies.DecideAsync(office.Town, "election", null, AgencyDecisionKind.Excluded, "郡の組合が設けている。", office.Officer, Cancel)).OrThrow();
        Assert.Empty((await office.Slices.Agencies.MatrixAsync(office.Town, Cancel)).ByLaw);
    }

    [Fact]
    public async Task A_policy_that_names_nobody_is_the_mayors_until_others_join()
    {
        await using var office = await Office.OpenAsync();
        await office.EnforceAsync(Texts.First);
        await StaffAsync(office, await AddAsync(office, "村長部局"), "山田 花子");
        Assert.Equal(VerdictKind.Met, (await ScopeAsync(office)).Kind);
        Assert.Contains("assembly", (await office.Slices.Agencies.MatrixAsync(office.Town, Cancel)).ByLaw.Select(a => a.Id));
    }
}
