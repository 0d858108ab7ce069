using Sekisho.Assurance;
using Sekisho.Records.Acknowledgements;
using Sekisho.Records.Documents;
using Sekisho.Records.Organisation;

namespace Sekisho.Records.Tests.Documents;

public sealed class AcknowledgementTests
{
    private static CancellationToken Cancel => Office.Cancel;

    private static string CodeOf<T>(Outcome<T> outcome) => Assert.IsType<Outcome<T>.Refused>(outcome).Why.Code;

    [Fact]
    [FromEmptyToMetAndBack("staff-duty")]
    public async Task The_duty_of_staff_goes_from_no_evidence_to_not_met_to_met_and_back_when_somebody_joins()
    {
        await using var set = await PolicySet.OpenAsync();
        var desk = set.Slices.Acknowledgements;
        var policy = await set.Office.EnforceAsync(PolicySet.Policy);
        Assert.Equal(VerdictKind.NoEvidence, (await set.VerdictAsync("staff-duty")).Kind);

        var campaign = (await desk.OpenAsync(set.Town, new(policy.Id, CampaignDraft.Usual, null, PolicySet.Today.AddDays(14), "必ず読んでください。"), set.Officer, Cancel)).OrThrow();
        Assert.Equal((4, 0), (campaign.People, campaign.Given));
        Assert.Equal("REC-ACK-002", CodeOf(await desk.OpenAsync(set.Town, new(policy.Id, CampaignDraft.Usual, null, PolicySet.Today), set.Officer, Cancel)));
        var (kind, says) = await set.VerdictAsync("staff-duty");
        Assert.Equal(VerdictKind.NotMet, kind);
        Assert.Contains("総務課 2 人", says, StringComparison.Ordinal);

        foreach (var actor in new[] { set.Officer, set.Manager, set.Ciso })
        {
            Assert.Null(Assert.Single(await desk.OwnAsync(set.Town, actor, Cancel)).Given);
            (await desk.AcknowledgeAsync(set.Town, campaign.Id, actor, Cancel)).OrThrow();
            Assert.NotNull(Assert.Single(await desk.OwnAsync(set.Town, actor, Cancel)).Given);
        }
        Assert.Equal("REC-ACK-006", CodeOf(await desk.AcknowledgeAsync(set.Town, campaign.Id, set.Ciso, Cancel)));
        Assert.Equal(VerdictKind.NotMet, (await set.VerdictAsync("staff-duty")).Kind);
        // The appointee of the tax section has no account: the manager of that section signs.
        var appointee = set.People["臨時 三郎"];
        Assert.Equal("REC-ACK-008", CodeOf(await desk.SignForAsync(set.Town, campaign.Id, [appointee], "朝礼で説明した。", [set.Section], set.Manager, Cancel)));
        Assert.Equal("REC-ACK-009", CodeOf(await desk.SignForAsync(set.Town, campaign.Id, [appointee], " ", [set.OtherSection], set.Manager, Cancel)));
        (await desk.SignForAsync(set.Town, campaign.Id, [appointee], "朝礼で説明し、署名を受けた。", [set.OtherSection], set.Manager, Cancel)).OrThrow();
        (kind, says) = await set.VerdictAsync("staff-duty");
        Assert.True(kind == VerdictKind.Met, says);

        // Somebody joins, and reads it by a link.
        var joined = (await set.Slices.Organisation.AddPersonAsync(set.Town, set.OtherSection, "新人 五郎", null, StaffKind.Dispatched, PolicySet.Today, set.Officer, Cancel)).OrThrow();
        (kind, says) = await set.VerdictAsync("staff-duty");
        Assert.Equal(VerdictKind.NotMet, kind);
        Assert.Contains("税務課 1 人", says, StringComparison.Ordinal);
        Assert.Equal(joined.Id, Assert.Single((await desk.PeopleAsync(set.Town, campaign.Id, new(), null, Cancel)).People).Person);
        var first = (await desk.IssueLinkAsync(set.Town, campaign.Id, joined.Id, null, set.Officer, Cancel)).OrThrow();
        var secret = (await desk.IssueLinkAsync(set.Town, campaign.Id, joined.Id, null, set.Officer, Cancel)).OrThrow();
        Assert.Null(await desk.FindLinkAsync(set.Town, first, Cancel));
        Assert.Equal("新人 五郎", (await desk.FindLinkAsync(set.Town, secret, Cancel))!.Person.Name);
        (await desk.UseLinkAsync(set.Town, secret, Cancel)).OrThrow();
        Assert.Equal("REC-ACK-010", CodeOf(await desk.UseLinkAsync(set.Town, secret, Cancel)));
        Assert.Equal(VerdictKind.Met, (await set.VerdictAsync("staff-duty")).Kind);

        // A new version is in force: nobody has read that one.
        var next = (await set.Office.ImportAsync(PolicySet.Policy.Replace("毎年度", "年に二回", StringComparison.Ordinal))).Version;
        await set.EnforceAsync(next);
        (kind, says) = await set.VerdictAsync("staff-duty");
        Assert.Equal(VerdictKind.NotMet, kind);
        Assert.Contains("周知をまだ始めていません", says, StringComparison.Ordinal);
        Assert.DoesNotContain(await desk.OwnAsync(set.Town, set.Officer, Cancel), o => o.Given is null);
    }

    [Fact]
    public async Task Who_signs_in_acknowledges_in_person_and_who_is_not_concerned_can_not()
    {
        await using var set = await PolicySet.OpenAsync();
        var desk = set.Slices.Acknowledgements;
        var policy = await set.Office.EnforceAsync(PolicySet.Policy);
        var campaign = (await desk.OpenAsync(set.Town, new(policy.Id, [StaffKind.Staff, StaffKind.Councillor], set.Section, PolicySet.Today), set.Officer, Cancel)).OrThrow();
        Assert.Equal(2, campaign.People);
        Assert.Equal("REC-ACK-007", CodeOf(await desk.SignForAsync(set.Town, campaign.Id, [set.People["担当 花子"]], "代わりに", null, set.Manager, Cancel)));
        Assert.Equal("REC-ACK-005", CodeOf(await desk.AcknowledgeAsync(set.Town, campaign.Id, set.Ciso, Cancel)));
        Assert.Equal("REC-DOC-008", CodeOf(await desk.AcknowledgeAsync(set.Town, campaign.Id, new Actor("account-9", "誰か"), Cancel)));
        Assert.Empty(await desk.OwnAsync(set.Town, set.Ciso, Cancel));
        // A manager of another section sees nobody of this one.
        Assert.Equal(0, (await desk.PeopleAsync(set.Town, campaign.Id, new(), [set.OtherSection], Cancel)).Total);
        Assert.Empty((await desk.ReadAsync(set.Town, campaign.Id, [set.OtherSection], Cancel))!.Value.Sections);
    }
}
