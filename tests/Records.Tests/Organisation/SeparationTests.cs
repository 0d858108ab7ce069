using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.Organisation.Separation;

namespace Sekisho.Records.Tests.Organisation;

public sealed class SeparationTests
{
    private static readonly DateOnly April = new(2026, 4, 1);

    private static CancellationToken Cancel => Office.Cancel;

    [Theory]
    [InlineData(Duty.Apply, Duty.Approve, false)]
    [InlineData(Duty.Approve, Duty.Apply, false)]
    [InlineData(Duty.Draft, Duty.Approve, false)]
    [InlineData(Duty.AnswerFor, Duty.Audit, false)]
    [InlineData(Duty.Apply, Duty.Draft, true)]
    [InlineData(Duty.Audit, Duty.Audit, true)]
    public void One_person_does_not_do_both_of_two_acts_that_exclude_each_other(Duty done, Duty next, bool allowed)
    {
        var hanako = new Actor("account-1", "担当 花子");
        Assert.Equal(allowed, SeparationOfDuties.Load().Allows(next, hanako, [new(done, hanako.Account)], out var why));
        Assert.Equal(allowed ? null : "REC-ORG-016", why?.Code);
        Assert.True(SeparationOfDuties.Load().Allows(next, hanako, [new(done, "account-2")], out _));
    }

    [Fact]
    public void A_broken_rules_file_is_refused_by_line()
    {
        Assert.Null(SeparationOfDuties.Parse("format: 1\nposts:\n  - {id: a, one: [Nobody], other: [Ciso], within: anywhere, says: {ja: あ, en: a}}\nacts:\n  - {id: b, one: Sleep, other: Approve, says: {ja: い, en: b}}\n", out var problems));
        Assert.Equal(3, problems.Count);
    }

    [Fact]
    public async Task A_clash_is_refused_in_the_rules_words_or_recorded_as_an_approved_exception_that_ends()
    {
        await using var office = await Office.OpenAsync();
        var register = office.Slices.Organisation;
        var mayor = (await register.AddUnitAsync(office.Town, null, UnitKind.Agency, "村長部局", April, office.Officer, Cancel)).OrThrow();
        var chief = (await register.AddPersonAsync(office.Town, mayor.Id, "副村長 一郎", null, StaffKind.Staff, April, office.Officer, Cancel)).OrThrow();
        var clerk = (await register.AddPersonAsync(office.Town, mayor.Id, "山田 花子", null, StaffKind.Staff, April, office.Officer, Cancel)).OrThrow();
        (await register.AppointAsync(office.Town, Post.Ciso, null, chief.Id, April, office.Officer, Cancel)).OrThrow();
        (await register.AppointAsync(office.Town, Post.AuditOfficer, null, clerk.Id, April, office.Officer, Cancel)).OrThrow();

        async Task<string> TryAsync(DutyExceptionDraft? exception) =>
            (await register.AppointAsync(office.Town, Post.Csirt, null, clerk.Id, April, exception, office.Officer, Cancel)).Match(_ => "", r => r.Code);
        Assert.Equal("REC-ORG-010", await TryAsync(null));
        Assert.Equal("REC-ORG-017", await TryAsync(new("", chief.Id, April.AddDays(30))));
        Assert.Equal("REC-ORG-017", await TryAsync(new("職員が足りない。", chief.Id, April.AddDays(400))));
        Assert.Equal("REC-ORG-018", await TryAsync(new("職員が足りない。", clerk.Id, April.AddDays(30))));
        Assert.Equal("", await TryAsync(new("職員が足りない。", chief.Id, April.AddDays(30))));

        Assert.NotNull(Assert.Single(await register.ConflictsAsync(office.Town, April, Cancel)).Exception);
        Assert.Null(Assert.Single(await register.ConflictsAsync(office.Town, April.AddDays(30), Cancel)).Exception);
        Assert.Equal(0m, await ConflictsAsync(office, 0));
        Assert.Equal(1m, await ConflictsAsync(office, 30));
    }

    private static async Task<decimal> ConflictsAsync(Office office, int daysLater) =>
        (await new OrganisationSource(office.Town, new RecordKeeper(office.Test.Database, null!, office.Clock)).ObserveAsync(Office.Start.AddDays(daysLater), Cancel))
        .Single(o => o.Kind == OrganisationSource.Appointments).Facts["conflicts"];
}
