using System.Text;
using Microsoft.Playwright;
using Sekisho.Assurance;
using Sekisho.EndToEnd.Tests.Registers;
using Sekisho.Records;
using Sekisho.Records.Acknowledgements;
using Sekisho.Records.Documents;
using Sekisho.Records.Organisation;
using Sekisho.Records.Policies;
using static Microsoft.Playwright.Assertions;

namespace Sekisho.EndToEnd.Tests.Documents;

/// <summary>The policy set in a browser: a standard from its registration into force, withheld and opened, traced, and read by everyone.</summary>
public sealed class DocumentScreensTests(RegisterOffice office) : IClassFixture<RegisterOffice>
{
    private const string Policy = """
        浜町情報セキュリティ基本方針

        （目的）
        第１条　この方針は、町の情報資産を守るため、基本となる事項を定めることを目的とする。

        （物理的セキュリティ対策）
        第２条　サーバ等を設置する部屋への入退室について、物理的な対策を行う。

        （人的セキュリティ対策）
        第３条　職員等が遵守すべき事項を定め、毎年度、研修及び訓練を行う。

        （対策基準の策定）
        第４条　第２条及び第３条に規定する対策を行うため、判断の基準を定める情報セキュリティ対策基準を策定する。

        附　則
        この方針は、令和８年４月１日から施行する。
        """;

    private const string Standard = """
        浜町情報セキュリティ対策基準

        （物理的セキュリティ）
        第１条　サーバ室への入退室は、認証装置により管理しなければならない。

        （人的セキュリティ）
        第２条　職員等は、毎年度、研修を受けなければならない。

        （記録媒体の管理）
        第３条　記録媒体の取扱いについて、実施手順を定めなければならない。

        附　則
        この基準は、令和８年４月１日から施行する。
        """;

    private static readonly Actor By = RegisterOffice.By;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_standard_goes_from_its_registration_to_everybody_having_read_the_policy()
    {
        var today = JapaneseTime.Day(DateTimeOffset.UtcNow);
        async Task<PersonId> PersonAsync(string name, string account)
        {
            var person = (await office.Records.Organisation.AddPersonAsync(office.Town, office.Tax, name, null, StaffKind.Staff, today, By, Cancel)).OrThrow().Id;
            (await office.Records.AccountPeople.LinkAsync(office.Town, account, person, By, Cancel)).OrThrow();
            return person;
        }
        await PersonAsync("担当 花子", office.Server.Officer.Id.ToString());
        var head = await PersonAsync("副町長 次郎", office.Manager.Id.ToString());
        (await office.Records.Organisation.AppointAsync(office.Town, Post.Ciso, null, head, today, By, Cancel)).OrThrow();
        var policy = (await office.Records.Policies.ImportAsync(office.Town, new PolicyUpload(Encoding.UTF8.GetBytes(Policy), "方針.txt"), By, Cancel)).Match(d => d.Version, k => k.Version, u => throw new InvalidOperationException(u.Error.ToString()), r => throw new InvalidOperationException(r.Why.ToString()));
        (await office.Records.Policies.PutInForceAsync(office.Town, policy.Id, today, By, Cancel)).OrThrow();
        (await office.Records.Publications.PublishAsync(office.Town, policy.Id, new("https://www.town.example.jp/policy"), By, Cancel)).OrThrow();

        var officer = await office.OpenAsync(office.Server.Officer);
        var page = officer.Page;
        await page.GotoAsync("/documents");
        await officer.LookAsync("docs-01-documents");
        await page.GetByRole(AriaRole.Link, new() { Name = "文書を登録する" }).ClickAsync();
        await officer.LookAsync("docs-02-add");
        await page.FillAsync("#f-name", "情報セキュリティ対策基準");
        await page.CheckAsync("input[name=kind][value=Standard]");
        await page.SelectOptionAsync("#f-approver", nameof(Post.Ciso));
        await page.GetByRole(AriaRole.Button, new() { Name = "保存する" }).ClickAsync();
        await page.SetInputFilesAsync("#f-document", new FilePayload { Name = "対策基準.txt", MimeType = "text/plain", Buffer = Encoding.UTF8.GetBytes(Standard) });
        await page.GetByRole(AriaRole.Button, new() { Name = "取り込む" }).ClickAsync();
        await Expect(page.Locator(".standing")).ToContainTextAsync("起案中");
        await officer.LookAsync("docs-03-draft");
        await page.GetByRole(AriaRole.Button, new() { Name = "審査を依頼する" }).ClickAsync();
        // The author reviews in vain, and what was typed stays.
        await page.FillAsync(".standing #f-note", "問題ありません");
        await page.GetByRole(AriaRole.Button, new() { Name = "審査を終えて" }).ClickAsync();
        await Expect(page.GetByText("起案した人は、自分の文書を審査・承認できません")).ToBeVisibleAsync();
        await Expect(page.Locator(".standing #f-note")).ToHaveValueAsync("問題ありません");
        await officer.LookAsync("docs-04-refused");

        var draft = (await office.Records.Documents.ReadAsync(office.Town, "standard", Cancel))!.Newest!;
        (await office.Records.Approvals.ReviewAsync(office.Town, draft.Id, "用語を確かめた。", new Actor("2", "担当 次郎"), Cancel)).OrThrow();
        var ciso = await office.OpenAsync(office.Manager);
        await ciso.Page.GotoAsync("/");
        await ciso.LookAsync("docs-05-home");
        await ciso.Page.GetByRole(AriaRole.Link, new() { Name = "を承認する" }).ClickAsync();
        await ciso.LookAsync("docs-06-approve");
        await ciso.Page.GetByRole(AriaRole.Button, new() { Name = "承認する", Exact = true }).ClickAsync();
        await Expect(ciso.Page.Locator(".standing")).ToContainTextAsync("承認済み");

        await page.GotoAsync($"/policy/versions/{draft.Id}");
        await page.GetByRole(AriaRole.Button, new() { Name = "施行する" }).ClickAsync();
        await Expect(page.Locator(".standing")).ToContainTextAsync("施行中");
        await page.GotoAsync($"/policy/versions/{draft.Id}/disclosure");
        await page.CheckAsync("input[name=disclosure][value=withheld]");
        await page.GetByRole(AriaRole.Button, new() { Name = "保存する" }).ClickAsync();
        await Expect(page.Locator("#f-ground-error")).ToBeVisibleAsync();
        await officer.LookAsync("docs-07-disclosure");
        await page.FillAsync("#f-ground", "浜町情報公開条例第７条第６号");
        await page.GetByRole(AriaRole.Button, new() { Name = "保存する" }).ClickAsync();
        await officer.LookAsync("docs-08-document");

        // Withheld: the version's page has no word of it; opening asks for a purpose and shows reader and time.
        await page.GotoAsync($"/policy/versions/{draft.Id}");
        await Expect(page.Locator("main")).Not.ToContainTextAsync("サーバ室");
        await officer.LookAsync("docs-09-withheld");
        await page.GetByRole(AriaRole.Link, new() { Name = "目的を入力して開く" }).ClickAsync();
        await officer.LookAsync("docs-10-purpose");
        await page.FillAsync("#f-purpose", "手順との照合");
        await page.GetByRole(AriaRole.Button, new() { Name = "透かし入りで開く" }).ClickAsync();
        await Expect(page.Locator(".rules")).ToContainTextAsync("サーバ室");
        await officer.LookAsync("docs-11-watermarked");

        await page.GotoAsync("/documents/trace");
        await officer.LookAsync("docs-12-trace-suggested");
        await page.GetByRole(AriaRole.Button, new() { Name = "選んだものを確認する" }).ClickAsync();
        await Expect(page.GetByText("保存しました。")).ToBeVisibleAsync();
        await officer.LookAsync("docs-13-trace");

        // Everybody reads the policy: some here, one by a link, one by the manager's signature.
        await page.GotoAsync($"/campaigns/new?version={policy.Id}");
        await officer.LookAsync("docs-14-campaign-new");
        await page.GetByRole(AriaRole.Button, new() { Name = "周知を始める" }).ClickAsync();
        await officer.LookAsync("docs-15-campaign");
        var campaign = page.Url.Split('?')[0];
        await page.GetByRole(AriaRole.Button, new() { Name = "リンクを作る" }).First.ClickAsync();
        var link = (await page.Locator(".notice .mono").TextContentAsync())!;
        await officer.LookAsync("docs-16-link");
        var elsewhere = await office.OpenAsync(office.Manager, width: 390, height: 844);
        await elsewhere.Page.Context.ClearCookiesAsync();
        await elsewhere.Page.GotoAsync(link);
        await elsewhere.LookAsync("docs-17-link-390");
        await elsewhere.Page.GetByRole(AriaRole.Button, new() { Name = "読みました" }).ClickAsync();
        await Expect(elsewhere.Page.GetByText("確認しました。")).ToBeVisibleAsync();
        await elsewhere.Page.GotoAsync(link);
        await Expect(elsewhere.Page.GetByText("このリンクは使えません")).ToBeVisibleAsync();
        await page.GotoAsync(campaign);
        foreach (var box in await page.Locator("input[name=person]").AllAsync()) await box.CheckAsync();
        await page.FillAsync("#f-how", "朝礼で説明し、署名を受けた。");
        await page.GetByRole(AriaRole.Button, new() { Name = "選んだ人の確認を記録する" }).ClickAsync();
        await Expect(page.GetByText("記録しました。")).ToBeVisibleAsync();

        await page.GotoAsync("/");
        await officer.LookAsync("docs-18-home-officer");
        await page.GetByRole(AriaRole.Link, new() { Name = "を読んで確認する" }).ClickAsync();
        await officer.LookAsync("docs-19-acknowledge");
        await page.GetByRole(AriaRole.Button, new() { Name = "読みました" }).ClickAsync();
        await officer.LookAsync("docs-20-own");
        await page.GotoAsync("/campaigns");
        await officer.LookAsync("docs-21-campaigns");
        await page.GotoAsync("/organisation/accounts");
        await officer.LookAsync("docs-22-accounts");

        // A revision, compared on the sheet that offices print; and telephones.
        var next = (await office.Records.Policies.ImportAsync(office.Town, new PolicyUpload(Encoding.UTF8.GetBytes(Policy.Replace("研修及び訓練を行う", "年二回の研修を行う", StringComparison.Ordinal)), "改正案.txt"), By, Cancel)).Match(d => d.Version, k => k.Version, _ => throw new InvalidOperationException(), _ => throw new InvalidOperationException());
        await page.GotoAsync($"/policy/compare?old={policy.Id}&new={next.Id}");
        await Expect(page.Locator(".comparison u").First).ToBeVisibleAsync();
        await officer.LookAsync("docs-23-compare");
        await page.GotoAsync("/public/hama");
        await officer.LookAsync("docs-24-public");
        await page.SetViewportSizeAsync(390, 844);
        foreach (var (name, path) in new[] { ("25-documents", "/documents"), ("26-document", "/documents/standard"), ("27-trace", "/documents/trace"), ("28-campaign", new Uri(campaign).AbsolutePath), ("29-compare", $"/policy/compare?old={policy.Id}&new={next.Id}") })
        {
            await page.GotoAsync(path);
            Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), $"{path} is wider than a telephone");
            await officer.LookAsync($"docs-{name}-390");
        }
        officer.AssertNoComplaint(26);
        ciso.AssertNoComplaint(2);
        elsewhere.AssertNoComplaint(1);
    }
}
