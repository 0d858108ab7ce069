using Microsoft.Playwright;
using Sekisho.EndToEnd.Tests.Registers;
using Sekisho.Web.Tests.ThirdParties;
using static Microsoft.Playwright.Assertions;

namespace Sekisho.EndToEnd.Tests.ThirdParties;

/// <summary>Every screen of contractors, services and social media, wide and narrow, by the ways that people go through them.</summary>
public sealed class ThirdPartyScreensTests(RegisterOffice office) : IClassFixture<RegisterOffice>
{
    [Fact]
    public async Task An_officer_finds_what_is_missing_ticks_it_off_by_keyboard_and_a_contractor_answers_from_outside()
    {
        var empty = await office.OpenAsync(office.Server.Officer);
        await empty.Page.GotoAsync("/third-parties");
        await Expect(empty.Page.GetByText("委託先はまだ登録されていません")).ToBeVisibleAsync();
        await empty.LookBothAsync("70-third-parties-empty");
        empty.AssertNoComplaint(2);

        var town = await OutsideTown.AddAsync(office.Server, office.Town, office.Tax);
        var screen = await office.OpenAsync(office.Server.Officer);
        var page = screen.Page;
        await page.GotoAsync("/third-parties");
        await screen.LookBothAsync("71-third-parties");
        await page.ClickAsync("#contractors + .table-wrap a:text-is('潮見情報サービス株式会社')");
        await screen.LookBothAsync("72-contractor");
        await page.ClickAsync("a:text-is('住民情報システム運用保守業務')");
        await screen.LookBothAsync("73-contract");

        // The sheet by keyboard alone: the last line is ticked, its article written, saved by Enter.
        await page.ClickAsync("a:text-is('条項を点検する')");
        await screen.LookBothAsync("74-clauses");
        await page.FocusAsync("[name='m-pi-inspection'] >> nth=0");
        await page.Keyboard.PressAsync("Space");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync("特記仕様書 第30条");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("保存しました。")).ToBeVisibleAsync();
        await page.ClickAsync("a:text-is('選定の点検表を開く')");
        await screen.LookBothAsync("75-selection");
        await page.FillAsync("[name='t-staff-training']", "");
        await page.GetByRole(AriaRole.Button, new() { Name = "保存する" }).ClickAsync();
        await Expect(page.Locator(".notice-error")).ToContainTextAsync("教育");
        await screen.LookBothAsync("76-selection-wrong");

        await page.GotoAsync($"/contracts/{town.Contract.Id}/sheet");
        await screen.LookBothAsync("77-sheet");
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        await page.SetViewportSizeAsync(794, 1123); // A4 at 96 dpi
        await screen.LookAsync("77-sheet-a4");
        await page.EmulateMediaAsync(new() { Media = Media.Screen });
        await page.SetViewportSizeAsync(1280, 900);
        await page.GotoAsync($"/contracts/{town.Contract.Id}/record?kind=Deleted");
        await screen.LookBothAsync("78-record");

        await page.GotoAsync($"/confirmations/{town.Asked.Summary.Id}");
        await screen.LookBothAsync("79-confirmation-out");
        await page.GetByRole(AriaRole.Button, new() { Name = "リンクとコードを作り直す" }).ClickAsync();
        await screen.LookBothAsync("80-handover");
        var secrets = await page.Locator(".tp-secret").AllTextContentsAsync();

        // From outside, without an account.
        var outside = await office.OpenOutsideAsync();
        var theirs = outside.Page;
        await theirs.GotoAsync(new Uri(secrets[0]).AbsolutePath);
        await outside.LookBothAsync("81-code");
        await theirs.FillAsync("#f-code", "0000-0000-0000");
        await theirs.Keyboard.PressAsync("Enter");
        await Expect(theirs.Locator(".notice-error")).ToBeVisibleAsync();
        await outside.LookBothAsync("82-code-wrong");
        await theirs.FillAsync("#f-code", secrets[1]);
        await theirs.Keyboard.PressAsync("Enter");
        await Expect(theirs.GetByText("潮見情報サービス株式会社")).ToBeVisibleAsync();
        await outside.LookBothAsync("83-answers");
        await theirs.FillAsync("[name=a-officer]", "情報管理部長 山田");
        foreach (var yes in await theirs.Locator("input[type=radio][value=yes]").AllAsync()) await yes.CheckAsync();
        await theirs.CheckAsync("[name=a-malware][value=no]");
        await theirs.FillAsync("[name=r-malware]", "端末1台の更新が来週になります。");
        await theirs.FillAsync("[name=a-training-on]", "令和8年4月10日");
        await theirs.FillAsync("[name=a-handlers]", "３");
        await theirs.SetInputFilesAsync("[name=f-certificate]", new FilePayload { Name = "登録証.pdf", MimeType = "application/pdf", Buffer = "%PDF"u8.ToArray() });
        await theirs.GetByRole(AriaRole.Button, new() { Name = "回答を送る" }).ClickAsync();
        await Expect(theirs.Locator("#f-name-error")).ToBeVisibleAsync();
        await Expect(theirs.GetByText("登録証.pdf")).ToBeVisibleAsync();                        // kept although something else was wrong
        await outside.LookBothAsync("84-answers-wrong");
        await theirs.FillAsync("[name=name]", "山田 太郎");
        await theirs.GetByRole(AriaRole.Button, new() { Name = "回答を送る" }).ClickAsync();
        await Expect(theirs.GetByText("回答を受け付けました")).ToBeVisibleAsync();
        await outside.LookAsync("85-answered");
        outside.AssertNoComplaint(9);

        await page.GotoAsync($"/confirmations/{town.Asked.Summary.Id}");
        await screen.LookBothAsync("86-confirmation-answered");
        await page.GotoAsync($"/cloud-services/{town.Service.Id}");
        await screen.LookBothAsync("87-service");
        await page.GotoAsync($"/social-media/{town.Account.Id}");
        await screen.LookBothAsync("88-social-account");
        screen.AssertNoComplaint(27);
    }
}
