using Sekisho.Assurance;
using Sekisho.Records.Documents;
using Sekisho.Records.Organisation;
using Sekisho.Records.Policies;

namespace Sekisho.Records.Tests.Documents;

public sealed class ApprovalTests
{
    private static CancellationToken Cancel => Office.Cancel;

    private static string CodeOf<T>(Outcome<T> outcome) => Assert.IsType<Outcome<T>.Refused>(outcome).Why.Code;

    [Fact]
    public async Task A_version_comes_into_force_after_review_and_approval_and_never_by_its_author()
    {
        await using var set = await PolicySet.OpenAsync();
        var desk = set.Slices.Approvals;
        var draft = await set.DraftAsync(DocumentKind.Standard, "対策基準", PolicySet.Standard, new Approver.Holder(Post.Ciso));

        Assert.Equal("REC-DOC-006", CodeOf(await set.Slices.Policies.PutInForceAsync(set.Town, draft.Id, PolicySet.Today, set.Officer, Cancel)));
        Assert.Equal("REC-DOC-007", CodeOf(await desk.ApproveAsync(set.Town, draft.Id, "", set.Ciso, Cancel)));
        (await desk.SubmitAsync(set.Town, draft.Id, "", set.Officer, Cancel)).OrThrow();
        Assert.Equal("REC-DOC-004", CodeOf(await desk.ReviewAsync(set.Town, draft.Id, "", set.Officer, Cancel)));
        Assert.Equal("REC-DOC-015", CodeOf(await desk.ReturnAsync(set.Town, draft.Id, " ", set.Manager, Cancel)));
        Assert.Equal(DocumentStage.Returned, (await desk.ReturnAsync(set.Town, draft.Id, "第2条を直してください。", set.Manager, Cancel)).OrThrow());
        (await desk.SubmitAsync(set.Town, draft.Id, "", set.Officer, Cancel)).OrThrow();
        (await desk.ReviewAsync(set.Town, draft.Id, "支障なし", set.Manager, Cancel)).OrThrow();
        Assert.Equal("REC-DOC-005", CodeOf(await desk.ApproveAsync(set.Town, draft.Id, "", set.Manager, Cancel)));
        Assert.Equal("REC-DOC-008", CodeOf(await desk.ApproveAsync(set.Town, draft.Id, "", new Actor("account-9", "誰か"), Cancel)));
        Assert.Equal(DocumentStage.Approved, (await desk.ApproveAsync(set.Town, draft.Id, "", set.Ciso, Cancel)).OrThrow());
        await set.EnforceAsync(draft);

        var steps = await desk.StepsAsync(set.Town, draft.Id, Cancel);
        Assert.Equal([StepKind.Submitted, StepKind.Returned, StepKind.Submitted, StepKind.Reviewed, StepKind.Approved], steps.Select(s => s.Kind));
        Assert.All(steps, s => Assert.Equal(draft.Original, s.Content));
        Assert.Equal("最高情報セキュリティ責任者（CISO）", steps[^1].Capacity);
    }

    [Fact]
    public async Task The_approver_can_not_approve_a_draft_of_the_own_hand_even_under_another_account()
    {
        await using var set = await PolicySet.OpenAsync();
        var desk = set.Slices.Approvals;
        (await set.Slices.Organisation.AppointAsync(set.Town, Post.GeneralOfficer, null, set.People["担当 花子"], PolicySet.Today, set.Officer, Cancel)).OrThrow();
        var draft = await set.DraftAsync(DocumentKind.Procedure, "手順", PolicySet.Procedure, new Approver.Holder(Post.GeneralOfficer));
        (await desk.SubmitAsync(set.Town, draft.Id, "", set.Officer, Cancel)).OrThrow();
        (await desk.ReviewAsync(set.Town, draft.Id, "", set.Manager, Cancel)).OrThrow();
        Assert.Equal("REC-DOC-004", CodeOf(await desk.ApproveAsync(set.Town, draft.Id, "", set.Officer, Cancel)));
        Assert.Empty(await desk.WaitingAsync(set.Town, set.Officer, reviews: true, Cancel));
        // The same account, handed on to another person, is still the author's account.
        (await set.Slices.AccountPeople.UnlinkAsync(set.Town, set.Officer.Account, set.Ciso, Cancel)).OrThrow();
        Assert.Equal("REC-DOC-004", CodeOf(await desk.ApproveAsync(set.Town, draft.Id, "", set.Officer, Cancel)));
    }

    [Fact]
    public async Task An_approval_is_bound_to_the_content()
    {
        await using var set = await PolicySet.OpenAsync();
        var desk = set.Slices.Approvals;
        var draft = await set.DraftAsync(DocumentKind.Standard, "対策基準", PolicySet.Standard, new Approver.Holder(Post.Ciso));
        (await desk.SubmitAsync(set.Town, draft.Id, "", set.Officer, Cancel)).OrThrow();
        (await desk.ReviewAsync(set.Town, draft.Id, "", set.Manager, Cancel)).OrThrow();
        (await desk.ApproveAsync(set.Town, draft.Id, "", set.Ciso, Cancel)).OrThrow();

        // Other words are another version, and nobody has approved it.
        var changed = (await set.Office.ImportAsync(PolicySet.Standard.Replace("毎年度", "二年に一度", StringComparison.Ordinal), "対策基準.txt", draft.PolicyKey)).Version;
        Assert.Equal("REC-DOC-006", CodeOf(await set.Slices.Policies.PutInForceAsync(set.Town, changed.Id, PolicySet.Today, set.Officer, Cancel)));

        // Bytes exchanged in the database, past every door: the approval is void.
        await using (var owner = await set.Office.Test.Database.EnterOwnerAsync(Cancel))
        {
            await owner.RunAsync("ALTER TABLE records.policy_version DISABLE TRIGGER USER; ALTER TABLE records.policy_version NO FORCE ROW LEVEL SECURITY; ALTER TABLE records.kept_file NO FORCE ROW LEVEL SECURITY", Cancel);
            await owner.RunAsync("INSERT INTO records.kept_file (municipality_id, sha256, bytes, kept_at) SELECT municipality_id, sha256('x'), 'x', now() FROM records.policy_version WHERE id = $1", Cancel, draft.Id.Value);
            Assert.Equal(1, await owner.RunAsync("UPDATE records.policy_version SET sha256 = sha256('x') WHERE id = $1", Cancel, draft.Id.Value));
            await owner.CommitAsync(Cancel);
        }
        Assert.Equal("REC-DOC-006", CodeOf(await set.Slices.Policies.PutInForceAsync(set.Town, draft.Id, PolicySet.Today, set.Officer, Cancel)));
    }

    [Fact]
    public async Task A_deputy_of_the_post_approves_and_the_step_says_so()
    {
        await using var set = await PolicySet.OpenAsync();
        var desk = set.Slices.Approvals;
        var draft = await set.DraftAsync(DocumentKind.Standard, "対策基準", PolicySet.Standard, new Approver.Holder(Post.Ciso));
        (await desk.SubmitAsync(set.Town, draft.Id, "", set.Officer, Cancel)).OrThrow();
        (await desk.ReviewAsync(set.Town, draft.Id, "", set.Ciso, Cancel)).OrThrow();
        Assert.Equal("REC-DOC-005", CodeOf(await desk.ApproveAsync(set.Town, draft.Id, "", set.Manager, Cancel)));
        var deputy = (await set.Slices.AccountPeople.PersonAsync(set.Town, set.Manager.Account, Cancel))!;
        (await set.Slices.Deputies.NameAsync(set.Town, new(Post.Ciso, null, deputy.Id, PolicySet.Today, PolicySet.Today.AddDays(3), "出張"), set.Officer, Cancel)).OrThrow();
        (await desk.ApproveAsync(set.Town, draft.Id, "", set.Manager, Cancel)).OrThrow();
        Assert.Equal("最高情報セキュリティ責任者（CISO）の代理", (await desk.StepsAsync(set.Town, draft.Id, Cancel)).Single(s => s.Kind == StepKind.Approved).Capacity);
    }

    [Fact]
    public async Task A_decision_on_paper_is_recorded_with_its_reference()
    {
        await using var set = await PolicySet.OpenAsync();
        var draft = await set.DraftAsync(DocumentKind.Standard, "対策基準", PolicySet.Standard, new Approver.Holder(Post.Ciso));
        Assert.Equal("REC-DOC-010", CodeOf(await set.Slices.Approvals.AdoptAsync(set.Town, draft.Id, PolicySet.Today.AddDays(1), "村長", "い総第1号", set.Officer, Cancel)));
        (await set.Slices.Approvals.AdoptAsync(set.Town, draft.Id, PolicySet.Today.AddYears(-1), "村長", "い総第1号", set.Officer, Cancel)).OrThrow();
        Assert.Equal(VersionState.InForce, (await set.EnforceAsync(draft)).State);
    }

    [Fact]
    [FromEmptyToMetAndBack("delegation")]
    public async Task Delegation_goes_from_no_evidence_to_not_met_to_met_and_back()
    {
        await using var set = await PolicySet.OpenAsync();
        await set.Office.EnforceAsync(PolicySet.Policy);
        Assert.Equal(VerdictKind.NoEvidence, (await set.VerdictAsync("delegation")).Kind);

        // A rule in force under a delegation that names nobody.
        await set.InForceAsync(DocumentKind.DelegatedRule, "持出し要領", PolicySet.Procedure);
        var (failing, says) = await set.VerdictAsync("delegation");
        Assert.Equal(VerdictKind.NotMet, failing);
        Assert.Contains("持出し要領", says, StringComparison.Ordinal);

        var rule = (await set.Slices.Documents.ListAsync(set.Town, Cancel)).Single(d => d.Kind == DocumentKind.DelegatedRule);
        (await set.Slices.Documents.ChangeAsync(set.Town, rule.Key, new(rule.Kind, rule.Name, null, new Approver.Delegate("副村長", set.People["副村長 次郎"])), set.Officer, Cancel)).OrThrow();
        var next = (await set.Office.ImportAsync(PolicySet.Procedure.Replace("貸出簿", "持出し簿", StringComparison.Ordinal), "要領.txt", rule.Key)).Version;
        (await set.Slices.Approvals.SubmitAsync(set.Town, next.Id, "", set.Officer, Cancel)).OrThrow();
        (await set.Slices.Approvals.ReviewAsync(set.Town, next.Id, "", set.Manager, Cancel)).OrThrow();
        Assert.Equal("REC-DOC-005", CodeOf(await set.Slices.Approvals.ApproveAsync(set.Town, next.Id, "", set.Manager, Cancel)));
        (await set.Slices.Approvals.ApproveAsync(set.Town, next.Id, "", set.Ciso, Cancel)).OrThrow();
        await set.EnforceAsync(next);
        Assert.Equal(VerdictKind.Met, (await set.VerdictAsync("delegation")).Kind);

        await set.InForceAsync(DocumentKind.DelegatedRule, "別の要領", PolicySet.Procedure + "\n");
        Assert.Equal(VerdictKind.NotMet, (await set.VerdictAsync("delegation")).Kind);
    }

    [Fact]
    public async Task A_form_is_kept_as_its_file_and_a_retired_document_takes_no_more()
    {
        await using var set = await PolicySet.OpenAsync();
        var form = (await set.Slices.Documents.AddAsync(set.Town, new(DocumentKind.Form, "貸出簿", set.Section, new Approver.None()), set.Officer, Cancel)).OrThrow();
        var kept = Assert.IsType<ImportOutcome.Imported>(await set.Slices.Policies.ImportAsync(set.Town, new(new byte[] { 0x50, 0x4B, 3, 4, 0, 0 }, "貸出簿.xlsx", form.Key), set.Officer, Cancel)).Version;
        Assert.False(kept.IsRead);
        Assert.Equal("貸出簿", kept.Title);
        Assert.Equal(VersionState.InForce, (await set.EnforceAsync(kept)).State);
        // The policy itself must be readable.
        Assert.IsType<ImportOutcome.Unreadable>(await set.Slices.Policies.ImportAsync(set.Town, new(new byte[] { 0x50, 0x4B, 3, 4, 0, 0 }, "方針.xlsx"), set.Officer, Cancel));

        (await set.Slices.Documents.RetireAsync(set.Town, form.Key, "電子申請に移ったため", set.Officer, Cancel)).OrThrow();
        Assert.Equal("REC-DOC-011", Assert.IsType<ImportOutcome.Refused>(await set.Office.TryImportAsync("様式", "x.txt", form.Key)).Why.Code);
        Assert.Equal("REC-DOC-003", CodeOf(await set.Slices.Documents.AddAsync(set.Town, new(DocumentKind.Form, "もう一つ", null, new Approver.None(), UntrustedKey: form.Key), set.Officer, Cancel)));
        Assert.Equal("form-2", (await set.Slices.Documents.AddAsync(set.Town, new(DocumentKind.Form, "もう一つ", null, new Approver.None()), set.Officer, Cancel)).OrThrow().Key);
    }
}
