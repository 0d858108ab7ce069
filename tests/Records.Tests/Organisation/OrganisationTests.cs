using Sekisho.Assurance;
using Sekisho.Records.Organisation;

namespace Sekisho.Records.Tests.Organisation;

public sealed class OrganisationTests
{
    private static readonly DateOnly April = new(2026, 4, 1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private sealed record Town(Unit Mayor, Unit Planning, Unit It, Person Hanako, Person Taro);

    private static async Task<Town> FillAsync(Office office)
    {
        var register = office.Slices.Organisation;
        var mayor = (await register.AddUnitAsync(office.Town, null, UnitKind.Agency, "町長部局", April, office.Officer, Cancel)).OrThrow();
        var planning = (await register.AddUnitAsync(office.Town, mayor.Id, UnitKind.Department, "企画部", April, office.Officer, Cancel)).OrThrow();
        var it = (await register.AddUnitAsync(office.Town, planning.Id, UnitKind.Section, "情報政策課", April, office.Officer, Cancel)).OrThrow();
        var hanako = (await register.AddPersonAsync(office.Town, it.Id, "山田 花子", "1001", StaffKind.Staff, April, office.Officer, Cancel)).OrThrow();
        var taro = (await register.AddPersonAsync(office.Town, planning.Id, "鈴木 太郎", null, StaffKind.Staff, April, office.Officer, Cancel)).OrThrow();
        return new(mayor, planning, it, hanako, taro);
    }

    private static async Task AppointAllAsync(Office office, Town town)
    {
        foreach (var (post, unit, person) in new (Post, UnitId?, PersonId)[]
        {
            (Post.Ciso, null, town.Taro.Id), (Post.GeneralOfficer, null, town.Taro.Id), (Post.Csirt, null, town.Taro.Id), (Post.CommitteeMember, null, town.Taro.Id),
            (Post.AuditOfficer, null, town.Hanako.Id), (Post.SecurityOfficer, town.Planning.Id, town.Taro.Id), (Post.SecurityManager, town.It.Id, town.Taro.Id),
        })
            (await office.Slices.Organisation.AppointAsync(office.Town, post, unit, person, April, office.Officer, Cancel)).OrThrow();
    }

    private static async Task<Observation> PostsAsync(Office office, int daysLater = 0) =>
        (await new OrganisationSource(office.Town, new RecordKeeper(office.Test.Database, null!, office.Clock)).ObserveAsync(Office.Start.AddDays(daysLater), Cancel))
        .Single(o => o.Kind == OrganisationSource.Appointments);

    [Fact]
    public async Task Vacant_posts_are_counted_and_named_until_each_is_filled()
    {
        await using var office = await Office.OpenAsync();
        var town = await FillAsync(office);

        var before = await PostsAsync(office);
        Assert.Equal((7m, 7m), (before.Facts["posts"], before.Facts["vacant"]));
        Assert.Contains("最高情報セキュリティ責任者", before.Sentence.Ja, StringComparison.Ordinal);

        await AppointAllAsync(office, town);
        Assert.Equal(0m, (await PostsAsync(office)).Facts["vacant"]);
    }

    [Fact]
    [FromEmptyToMetAndBack("organisation")]
    public async Task Organisation_goes_from_no_evidence_to_met_and_back_when_a_post_falls_vacant_or_the_committee_no_longer_meets()
    {
        await using var office = await Office.OpenAsync();
        await office.EnforceAsync(Texts.First);
        Assert.Equal(VerdictKind.NoEvidence, await NowAsync(office));

        var town = await FillAsync(office);
        Assert.Equal(VerdictKind.NotMet, await NowAsync(office));
        await AppointAllAsync(office, town);
        // The posts are filled, and they have never met.
        Assert.Equal(VerdictKind.NoEvidence, await NowAsync(office));
        (await office.Slices.Organisation.RecordMeetingAsync(office.Town, April, "対策基準の改正案", office.Officer, Cancel)).OrThrow();
        Assert.Equal(VerdictKind.Met, await NowAsync(office));

        // The manager of audits leaves; nobody who answers for security may take that place.
        (await office.Slices.Organisation.EndPersonAsync(office.Town, town.Hanako.Id, April.AddDays(1), office.Officer, Cancel)).OrThrow();
        office.Clock.Move(TimeSpan.FromDays(1));
        Assert.Equal(VerdictKind.NotMet, await NowAsync(office));
        Assert.Equal("REC-ORG-010", (await office.Slices.Organisation.AppointAsync(office.Town, Post.AuditOfficer, null, town.Taro.Id, April.AddDays(1), office.Officer, Cancel)).Match(_ => "", r => r.Code));
        var jiro = (await office.Slices.Organisation.AddPersonAsync(office.Town, town.It.Id, "佐藤 次郎", "1002", StaffKind.Staff, April.AddDays(1), office.Officer, Cancel)).OrThrow();
        (await office.Slices.Organisation.AppointAsync(office.Town, Post.AuditOfficer, null, jiro.Id, April.AddDays(1), office.Officer, Cancel)).OrThrow();
        Assert.Equal(VerdictKind.Met, await NowAsync(office));

        // A section opens without a manager of its own.
        var opened = (await office.Slices.Organisation.AddUnitAsync(office.Town, town.Planning.Id, UnitKind.Section, "総合窓口課", April.AddDays(1), office.Officer, Cancel)).OrThrow();
        Assert.Equal(VerdictKind.NotMet, await NowAsync(office));
        (await office.Slices.Organisation.AppointAsync(office.Town, Post.SecurityManager, opened.Id, town.Taro.Id, April.AddDays(1), office.Officer, Cancel)).OrThrow();
        Assert.Equal(VerdictKind.Met, await NowAsync(office));

        office.Clock.Move(TimeSpan.FromDays(400));
        Assert.Equal(VerdictKind.Expired, await NowAsync(office));
        (await office.Slices.Organisation.RecordMeetingAsync(office.Town, April.AddDays(400), "年度の計画", office.Officer, Cancel)).OrThrow();
        Assert.Equal(VerdictKind.Met, await NowAsync(office));
    }

    private static async Task<VerdictKind> NowAsync(Office office)
    {
        office.Clock.Move(TimeSpan.FromMinutes(1));
        await office.Slices.Collector.RunAsync(office.Town, null, Cancel);
        return DutyWalk.Seen("organisation", (await office.Slices.Verdicts.ObligationAsync(office.Town, new("organisation"), null, Cancel))!.Standing.Verdict.Kind);
    }

    [Fact]
    public async Task A_post_is_vacant_from_the_day_its_holder_leaves()
    {
        await using var office = await Office.OpenAsync();
        var town = await FillAsync(office);
        await AppointAllAsync(office, town);

        (await office.Slices.Organisation.EndPersonAsync(office.Town, town.Hanako.Id, April.AddDays(10), office.Officer, Cancel)).OrThrow();

        Assert.Equal(0m, (await PostsAsync(office, 9)).Facts["vacant"]);
        Assert.Equal(1m, (await PostsAsync(office, 10)).Facts["vacant"]);
    }

    [Fact]
    public async Task Who_audits_holds_no_audited_post()
    {
        await using var office = await Office.OpenAsync();
        var town = await FillAsync(office);
        (await office.Slices.Organisation.AppointAsync(office.Town, Post.AuditOfficer, null, town.Hanako.Id, April, office.Officer, Cancel)).OrThrow();

        var refused = await office.Slices.Organisation.AppointAsync(office.Town, Post.Ciso, null, town.Hanako.Id, April, office.Officer, Cancel);

        Assert.Equal("REC-ORG-010", refused.Match(_ => "", r => r.Code));
    }

    [Fact]
    public async Task A_manager_reads_the_own_section_only()
    {
        await using var office = await Office.OpenAsync();
        var town = await FillAsync(office);

        var below = await office.Slices.Organisation.BelowAsync(office.Town, town.It.Id, Cancel);
        var chart = await office.Slices.Organisation.ReadAsync(office.Town, April, below, Cancel);

        Assert.Equal(["情報政策課"], chart.Units.Select(u => u.Name));
        Assert.Equal(["山田 花子"], chart.People.Select(p => p.Name));
        Assert.Equal(3, (await office.Slices.Organisation.BelowAsync(office.Town, town.Mayor.Id, Cancel)).Count);
    }

    [Fact]
    public async Task A_unit_never_hangs_under_itself_and_closes_only_when_empty()
    {
        await using var office = await Office.OpenAsync();
        var town = await FillAsync(office);
        var register = office.Slices.Organisation;
        var inner = (await register.AddUnitAsync(office.Town, town.Planning.Id, UnitKind.Department, "企画部 室", April, office.Officer, Cancel)).OrThrow();

        Assert.Equal("REC-ORG-002", (await register.ChangeUnitAsync(office.Town, town.Planning.Id, inner.Id, "企画部", April, office.Officer, Cancel)).Match(_ => "", r => r.Code));
        Assert.Equal("REC-ORG-003", (await register.AddUnitAsync(office.Town, town.Planning.Id, UnitKind.Section, "情報政策課", April, office.Officer, Cancel)).Match(_ => "", r => r.Code));
        Assert.Equal("REC-ORG-006", (await register.CloseUnitAsync(office.Town, town.It.Id, April.AddDays(1), office.Officer, Cancel)).Match(_ => "", r => r.Code));
        (await register.CloseUnitAsync(office.Town, inner.Id, April.AddDays(1), office.Officer, Cancel)).OrThrow();
        Assert.DoesNotContain((await register.ReadAsync(office.Town, April.AddDays(1), null, Cancel)).Units, u => u.Id == inner.Id);
    }

    [Fact]
    public async Task A_meeting_is_kept_as_evidence_once_however_often_it_is_collected()
    {
        await using var office = await Office.OpenAsync();
        (await office.Slices.Organisation.RecordMeetingAsync(office.Town, April.AddDays(-30), "対策基準の改正案", office.Officer, Cancel)).OrThrow();

        office.Clock.Move(TimeSpan.FromDays(1));
        await office.Slices.Collector.RunAsync(office.Town, [OrganisationSource.Committee], Cancel);

        await using var tx = await office.Test.Database.EnterAsync(office.Town, Cancel);
        await using var command = new Npgsql.NpgsqlCommand("SELECT count(*) FROM records.evidence WHERE kind = 'organisation.committee'", tx.Connection, tx.Transaction);
        Assert.Equal(1L, await command.ExecuteScalarAsync(Cancel));
        Assert.Equal("REC-ORG-012", (await office.Slices.Organisation.RecordMeetingAsync(office.Town, April.AddYears(1), "未来", office.Officer, Cancel)).Match(_ => "", r => r.Code));
    }
}
