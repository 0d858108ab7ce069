using Sekisho.Assurance;
using Sekisho.Records.Organisation;

namespace Sekisho.Records.Tests.Organisation;

/// <summary>Everything in the organisation takes effect on a day, past or to come.</summary>
public sealed class TermTests
{
    private static readonly DateOnly Today = new(2026, 4, 1), May = new(2026, 5, 1), June = new(2026, 6, 1);

    private static CancellationToken Cancel => Office.Cancel;

    private static async Task<(Unit Mayor, Unit Planning, Unit Tax, Person Hanako)> FillAsync(Office office)
    {
        var register = office.Slices.Organisation;
        var mayor = (await register.AddUnitAsync(office.Town, null, UnitKind.Agency, "村長部局", Today, office.Officer, Cancel)).OrThrow();
        var planning = (await register.AddUnitAsync(office.Town, mayor.Id, UnitKind.Section, "企画課", Today, office.Officer, Cancel)).OrThrow();
        var tax = (await register.AddUnitAsync(office.Town, mayor.Id, UnitKind.Section, "税務課", Today, office.Officer, Cancel)).OrThrow();
        var hanako = (await register.AddPersonAsync(office.Town, planning.Id, "山田 花子", "1001", StaffKind.Staff, Today, office.Officer, Cancel)).OrThrow();
        return (mayor, planning, tax, hanako);
    }

    [Fact]
    public async Task A_move_of_next_month_shows_next_month_and_ends_the_post_that_is_left()
    {
        await using var office = await Office.OpenAsync();
        var (_, planning, tax, hanako) = await FillAsync(office);
        var register = office.Slices.Organisation;
        (await register.AppointAsync(office.Town, Post.SecurityManager, planning.Id, hanako.Id, Today, office.Officer, Cancel)).OrThrow();
        (await register.AppointAsync(office.Town, Post.Csirt, null, hanako.Id, Today, office.Officer, Cancel)).OrThrow();
        (await register.MovePersonAsync(office.Town, hanako.Id, tax.Id, May, office.Officer, Cancel)).OrThrow();

        async Task<OrganisationChart> OnAsync(DateOnly day) => await register.ReadAsync(office.Town, day, null, Cancel);
        Assert.Equal(planning.Id, Assert.Single((await OnAsync(May.AddDays(-1))).People).Unit);
        Assert.Equal(tax.Id, Assert.Single((await OnAsync(May)).People).Unit);
        Assert.Equal([Post.Csirt], (await OnAsync(May)).Appointments.Select(a => a.Post));
        // What other registers join is today's, and turns on the day.
        Assert.Equal(planning.Id, (await register.PersonAsync(office.Town, hanako.Id, Cancel))!.Unit);
        office.Clock.Move(TimeSpan.FromDays(31));
        await register.TurnAsync(office.Town, Cancel);
        Assert.Equal(tax.Id, (await register.PersonAsync(office.Town, hanako.Id, Cancel))!.Unit);
    }

    [Fact]
    public async Task A_change_put_in_before_one_already_known_holds_until_that_one()
    {
        await using var office = await Office.OpenAsync();
        var (mayor, planning, tax, hanako) = await FillAsync(office);
        var register = office.Slices.Organisation;
        (await register.MovePersonAsync(office.Town, hanako.Id, tax.Id, June, office.Officer, Cancel)).OrThrow();
        (await register.MovePersonAsync(office.Town, hanako.Id, mayor.Id, May, office.Officer, Cancel)).OrThrow();

        foreach (var (day, unit) in new[] { (Today, planning.Id), (May, mayor.Id), (June.AddDays(-1), mayor.Id), (June, tax.Id) })
            Assert.Equal(unit, Assert.Single((await register.ReadAsync(office.Town, day, null, Cancel)).People).Unit);
        Assert.Equal("REC-ORG-005", (await register.MovePersonAsync(office.Town, hanako.Id, tax.Id, Today.AddDays(-1), office.Officer, Cancel)).Match(_ => "", r => r.Code));
    }

    [Fact]
    public async Task Two_units_may_swap_their_names_on_one_day_but_not_share_one()
    {
        await using var office = await Office.OpenAsync();
        var (mayor, planning, tax, _) = await FillAsync(office);
        var register = office.Slices.Organisation;
        Assert.Equal("REC-ORG-003", (await register.ChangeUnitAsync(office.Town, planning.Id, mayor.Id, "税務課", May, office.Officer, Cancel)).Match(_ => "", r => r.Code));
        (await register.ChangeUnitAsync(office.Town, tax.Id, mayor.Id, "収納課", May, office.Officer, Cancel)).OrThrow();
        (await register.ChangeUnitAsync(office.Town, planning.Id, mayor.Id, "税務課", May, office.Officer, Cancel)).OrThrow();
        Assert.Equal(["村長部局", "企画課", "税務課"], (await register.ReadAsync(office.Town, Today, null, Cancel)).Units.Select(u => u.Name));
        Assert.Equal(["村長部局", "収納課", "税務課"], (await register.ReadAsync(office.Town, May, null, Cancel)).Units.Select(u => u.Name));
        // A new one of that name would stand beside it from May on.
        Assert.Equal("REC-ORG-003", (await register.AddUnitAsync(office.Town, mayor.Id, UnitKind.Section, "収納課", Today, office.Officer, Cancel)).Match(_ => "", r => r.Code));
    }

    [Fact]
    public async Task A_unit_that_closes_leaves_nothing_hanging_and_nobody_joins_it_afterwards()
    {
        await using var office = await Office.OpenAsync();
        var (mayor, _, tax, hanako) = await FillAsync(office);
        var register = office.Slices.Organisation;
        (await register.MovePersonAsync(office.Town, hanako.Id, tax.Id, June, office.Officer, Cancel)).OrThrow();
        Assert.Equal("REC-ORG-006", (await register.CloseUnitAsync(office.Town, tax.Id, May, office.Officer, Cancel)).Match(_ => "", r => r.Code));
        var inner = (await register.AddUnitAsync(office.Town, mayor.Id, UnitKind.Department, "環境部", Today, office.Officer, Cancel)).OrThrow();
        (await register.CloseUnitAsync(office.Town, inner.Id, May, office.Officer, Cancel)).OrThrow();
        Assert.Equal("REC-ORG-014", (await register.MovePersonAsync(office.Town, hanako.Id, inner.Id, May, office.Officer, Cancel)).Match(_ => "", r => r.Code));
        Assert.Equal("REC-ORG-013", (await register.AddUnitAsync(office.Town, inner.Id, UnitKind.Section, "ごみ減量課", Today, office.Officer, Cancel)).Match(_ => "", r => r.Code));
    }

    [Fact]
    public async Task The_history_tells_each_change_in_words()
    {
        await using var office = await Office.OpenAsync();
        var (_, _, tax, hanako) = await FillAsync(office);
        var register = office.Slices.Organisation;
        (await register.AppointAsync(office.Town, Post.Csirt, null, hanako.Id, Today, office.Officer, Cancel)).OrThrow();
        (await register.ChangePersonAsync(office.Town, hanako.Id, new("海野 花子", "1001", StaffKind.Staff, "係長", May), office.Officer, Cancel)).OrThrow();
        (await register.MovePersonAsync(office.Town, hanako.Id, tax.Id, May, office.Officer, Cancel)).OrThrow();
        (await register.EndPersonAsync(office.Town, hanako.Id, June, office.Officer, Cancel)).OrThrow();

        var history = await register.HistoryAsync(office.Town, hanako.Id, Cancel);
        Assert.Equal(["person.ended", "person.moved", "person.changed", "officer.appointed", "person.added"], history.Select(h => h.Kind));
        Assert.Equal("「企画課」から「税務課」へ異動しました。", history[1].Says.Ja);
        Assert.Equal("氏名を「山田 花子」から「海野 花子」に変えました。", history[2].Says.Ja);
        Assert.Equal(May, history[1].On);
        Assert.DoesNotContain(history, h => h.Says.Ja == h.Kind);
    }

    [Fact]
    public async Task A_meeting_keeps_who_was_there_what_was_decided_and_its_minutes()
    {
        await using var office = await Office.OpenAsync();
        var (_, _, _, hanako) = await FillAsync(office);
        var register = office.Slices.Organisation;
        var bytes = "議事録"u8.ToArray();
        var met = (await register.RecordMeetingAsync(office.Town, new(Today, "改正案", "承認", [hanako.Id], new("議事録.txt", bytes)), office.Officer, Cancel)).OrThrow();
        Assert.Equal(("承認", "山田 花子", "議事録.txt"), (met.Decisions, Assert.Single(met.Attendees).Name, met.Minutes!.FileName));
        (await register.AddMinutesAsync(office.Town, met.Id, new("../議事録（訂正）.txt", "訂正"u8.ToArray()), office.Officer, Cancel)).OrThrow();
        var file = (await register.MinutesAsync(office.Town, met.Id, Cancel)).OrThrow();
        Assert.Equal("議事録（訂正）.txt", file.FileName);
        Assert.Equal("REC-ORG-020", (await register.AddMinutesAsync(office.Town, Guid.Empty, new("a.txt", bytes), office.Officer, Cancel)).Match(_ => "", r => r.Code));
        Assert.Equal("REC-ORG-021", (await register.AddMinutesAsync(office.Town, met.Id, new("a.txt", default), office.Officer, Cancel)).Match(_ => "", r => r.Code));
        Assert.Equal("REC-ORG-007", (await register.RecordMeetingAsync(office.Town, new(Today, "改正案", "", [new(Guid.Empty)], null), office.Officer, Cancel)).Match(_ => "", r => r.Code));
    }
}
