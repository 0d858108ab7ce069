using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.ThirdParties;
using static Sekisho.Records.Tests.ThirdParties.ThirdPartyOffice;

namespace Sekisho.Records.Tests.ThirdParties;

public sealed class ServiceTests
{
    private static EntryDraft Draft(ThirdPartyOffice office, string ofClass = "2", string terms = "contract") => EntryDraft.Of(
        ("name", "会議録作成支援"), ("unit", office.Section.Id.ToString()), ("purpose", "会議録の下書き"), ("class", ofClass), ("terms", terms), ("provider", "渚クラウド"), ("region", "japan"), ("registration", "ismap-liu"));

    private static async Task<RegisterEntry> AddAsync(ThirdPartyOffice office, EntryDraft draft) => (await office.Slices.Registers.AddAsync(office.Town, "cloud-services", draft, null, office.Officer, Cancel)).OrThrow();

    private static async Task<Outcome<ServiceDecision>> ApproveAsync(ThirdPartyOffice office, RegisterEntry service, PersonId? by = null, Actor? actor = null, int days = 365) =>
        await office.Slices.Services.DecideAsync(office.Town, service.Id, (await office.Slices.Services.ReadAsync(office.Town, service.Id, null, Cancel))!.Content, true,
            by ?? office.Ciso.Id, office.Today.AddDays(days), "", null, actor ?? office.Manager, Cancel);

    [Fact]
    [FromEmptyToMetAndBack("cloud-control")]
    public async Task Cloud_control_goes_from_no_evidence_to_met_and_back_to_failing()
    {
        await using var office = await OpenAsync();
        Assert.IsType<Verdict.NoEvidence>(await office.VerdictAsync("cloud-control"));
        var service = await AddAsync(office, Draft(office));
        Assert.IsType<Verdict.NotMet>(await office.VerdictAsync("cloud-control"));
        (await ApproveAsync(office, service, days: 1000)).OrThrow();
        Assert.IsType<Verdict.Met>(await office.VerdictAsync("cloud-control"));

        // What isn't decided about may change; what is decided about may not.
        service = (await office.Slices.Registers.ChangeAsync(office.Town, "cloud-services", service.Seen, EntryDraft.Of(("notes", "連絡先を追記")), null, office.Officer, Cancel)).OrThrow();
        Assert.IsType<Verdict.Met>(await office.VerdictAsync("cloud-control"));
        service = (await office.Slices.Registers.ChangeAsync(office.Town, "cloud-services", service.Seen, EntryDraft.Of(("class", "3B")), null, office.Officer, Cancel)).OrThrow();
        Assert.IsType<Verdict.NotMet>(await office.VerdictAsync("cloud-control"));
        Assert.True((await office.Slices.Services.ReadAsync(office.Town, service.Id, null, Cancel))!.HasChangedSince);
        (await ApproveAsync(office, service, days: 1000)).OrThrow();
        Assert.IsType<Verdict.Met>(await office.VerdictAsync("cloud-control"));

        // A year later it has to be looked at again.
        office.Office.Clock.Move(TimeSpan.FromDays(368));
        Assert.IsType<Verdict.NotMet>(await office.VerdictAsync("cloud-control"));
        (await office.Slices.Registers.ConfirmAsync(office.Town, "cloud-services", [service.Seen], null, office.Officer, Cancel)).OrThrow();
        Assert.IsType<Verdict.Met>(await office.VerdictAsync("cloud-control"));
    }

    [Fact]
    public async Task Residents_data_on_standard_terms_is_recorded_and_never_approved()
    {
        await using var office = await OpenAsync();
        var service = await AddAsync(office, Draft(office, "3B", "standard"));
        Assert.Equal("REC-CLD-003", Code(await ApproveAsync(office, service)));
        Assert.IsType<Verdict.NotMet>(await office.VerdictAsync("cloud-control"));
        service = (await office.Slices.Registers.ChangeAsync(office.Town, "cloud-services", service.Seen, EntryDraft.Of(("class", "1")), null, office.Officer, Cancel)).OrThrow();
        (await ApproveAsync(office, service)).OrThrow();
    }

    [Theory]
    [InlineData("registration", "none")]
    [InlineData("region", "abroad")]
    [InlineData("region", "unknown")]
    public async Task What_has_to_be_thought_about_is_written_down_before_approval(string field, string value)
    {
        await using var office = await OpenAsync();
        var service = await AddAsync(office, Draft(office).With(field, value));
        Assert.Equal("REC-CLD-003", Code(await ApproveAsync(office, service)));
        if (value == "unknown") return;
        service = (await office.Slices.Registers.ChangeAsync(office.Town, "cloud-services", service.Seen, EntryDraft.Of(("judged", "第三者の監査報告書を読んだ。"), ("foreign_law", "暗号鍵を国内で持つ。")), null, office.Officer, Cancel)).OrThrow();
        (await ApproveAsync(office, service)).OrThrow();
    }

    [Fact]
    public async Task The_right_post_decides_and_never_the_applicant()
    {
        await using var office = await OpenAsync();
        var service = await AddAsync(office, Draft(office));
        Assert.Equal("REC-CLD-001", Code(await ApproveAsync(office, service, office.Clerk.Id)));
        Assert.Equal("REC-CLD-002", Code(await ApproveAsync(office, service, actor: office.Officer)));
        // The applicant is the CISO by name: somebody else in the post has to decide.
        service = (await office.Slices.Registers.ChangeAsync(office.Town, "cloud-services", service.Seen, EntryDraft.Of(("notes", "x")), null, new Actor("account-9", "磯部　修"), Cancel)).OrThrow();
        Assert.Equal("REC-CLD-002", Code(await ApproveAsync(office, service)));
        Assert.Equal("REC-CLD-004", Code(await ApproveAsync(office, service, days: 0)));
        Assert.Equal("REC-CLD-004", Code(await ApproveAsync(office, service, days: 2000)));

        // A section's manager approves what is public, in the own section only.
        (await office.Slices.Organisation.AppointAsync(office.Town, Post.SecurityManager, office.Section.Id, office.Clerk.Id, office.Today, office.Officer, Cancel)).OrThrow();
        var open = await AddAsync(office, Draft(office, "1").With("name", "広報の画像編集"));
        (await ApproveAsync(office, open, office.Clerk.Id)).OrThrow();
        var elsewhere = await AddAsync(office, Draft(office, "1").With("name", "福祉の地図").With("unit", office.Other.Id.ToString()));
        Assert.Equal("REC-CLD-001", Code(await ApproveAsync(office, elsewhere, office.Clerk.Id)));
    }

    [Fact]
    public async Task A_decision_about_what_was_on_the_screen_does_not_cover_what_it_became()
    {
        await using var office = await OpenAsync();
        var service = await AddAsync(office, Draft(office));
        var seen = (await office.Slices.Services.ReadAsync(office.Town, service.Id, null, Cancel))!.Content;
        (await office.Slices.Registers.ChangeAsync(office.Town, "cloud-services", service.Seen, EntryDraft.Of(("class", "3B")), null, office.Officer, Cancel)).OrThrow();
        Assert.Equal("REC-CLD-006", Code(await office.Slices.Services.DecideAsync(office.Town, service.Id, seen, true, office.Ciso.Id, office.Today.AddDays(30), "", null, office.Manager, Cancel)));
    }
}

public sealed class SocialMediaTests
{
    [Fact]
    [FromEmptyToMetAndBack("sns-control")]
    public async Task Sns_control_goes_from_no_evidence_to_met_and_back_to_failing()
    {
        await using var office = await OpenAsync();
        Assert.IsType<Verdict.NoEvidence>(await office.VerdictAsync("sns-control"));
        var account = (await office.Slices.Registers.AddAsync(office.Town, "social-media", EntryDraft.Of(("name", "いそべ村公式"), ("service", "X"), ("unit", office.Section.Id.ToString())), null, office.Officer, Cancel)).OrThrow();
        Assert.IsType<Verdict.NotMet>(await office.VerdictAsync("sns-control"));
        account = (await office.Slices.Registers.ChangeAsync(office.Town, "social-media", account.Seen, EntryDraft.Of(("procedure", "SNS運用手順"), ("officer", office.Clerk.Id.ToString())), null, office.Officer, Cancel)).OrThrow();
        Assert.IsType<Verdict.NotMet>(await office.VerdictAsync("sns-control"));
        (await office.Slices.Registers.ChangeAsync(office.Town, "social-media", account.Seen, EntryDraft.Of(("may_send", "公表済みの催し")), null, office.Officer, Cancel)).OrThrow();
        Assert.IsType<Verdict.Met>(await office.VerdictAsync("sns-control"));
        // The officer leaves.
        (await office.Slices.Organisation.EndPersonAsync(office.Town, office.Clerk.Id, office.Today, office.Officer, Cancel)).OrThrow();
        Assert.IsType<Verdict.NotMet>(await office.VerdictAsync("sns-control"));
    }

    [Fact]
    public async Task Two_people_see_a_post_before_it_goes_out()
    {
        await using var office = await OpenAsync();
        var account = (await office.Slices.Registers.AddAsync(office.Town, "social-media", EntryDraft.Of(("name", "いそべ村公式"), ("service", "X"), ("unit", office.Section.Id.ToString()), ("officer", office.Clerk.Id.ToString())), null, office.Officer, Cancel)).OrThrow();
        var posts = office.Slices.Posts;
        Assert.Equal("REC-SNS-005", Code(await posts.DraftAsync(office.Town, account.Id, "花火大会は中止です。", null, office.Officer, Cancel)));
        (await office.Slices.Registers.ChangeAsync(office.Town, "social-media", account.Seen, EntryDraft.Of(("procedure", "SNS運用手順")), null, office.Officer, Cancel)).OrThrow();
        var post = (await posts.DraftAsync(office.Town, account.Id, "花火大会は中止です。", null, office.Officer, Cancel)).OrThrow();
        Assert.Equal("REC-SNS-004", Code(await posts.PostedAsync(office.Town, post.Id, null, null, office.Officer, Cancel)));
        Assert.Equal("REC-SNS-002", Code(await posts.DecideAsync(office.Town, post.Id, true, "", null, office.Officer, Cancel)));
        Assert.Equal("REC-SNS-006", Code(await posts.DecideAsync(office.Town, post.Id, false, "", null, office.Manager, Cancel)));
        Assert.Equal("REC-SNS-003", Code(await posts.DecideAsync(office.Town, post.Id, true, "", [office.Other.Id], office.Manager, Cancel)));
        (await posts.DecideAsync(office.Town, post.Id, true, "", [office.Section.Id], office.Manager, Cancel)).OrThrow();
        Assert.Equal("REC-SNS-004", Code(await posts.DecideAsync(office.Town, post.Id, false, "待って", null, office.Manager, Cancel)));
        Assert.Equal("REC-SNS-007", Code(await posts.PostedAsync(office.Town, post.Id, "javascript:alert(1)", null, office.Officer, Cancel)));
        (await posts.PostedAsync(office.Town, post.Id, "https://example.jp/1", null, office.Officer, Cancel)).OrThrow();
        var kept = Assert.Single((await posts.AccountAsync(office.Town, account.Id, null, Cancel))!.Value.Posts);
        Assert.Equal((PostState.Posted, office.Manager, "https://example.jp/1"), (kept.State, kept.DecidedBy, kept.Address));
    }
}
