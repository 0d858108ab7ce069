using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Sekisho.EndToEnd.Tests;

/// <summary>What a town does on its first day, in a browser, on a real server.</summary>
public sealed class FirstDayTests : IAsyncLifetime
{
    private Town town = null!;

    public async ValueTask InitializeAsync() => town = await Town.StartAsync(ownCluster: true);

    public async ValueTask DisposeAsync()
    {
        if (town is not null) await town.DisposeAsync();
    }

    [Fact]
    public async Task An_officer_starts_signs_in_with_two_factors_uploads_the_policy_and_sees_beside_each_provision_whether_it_holds()
    {
        var screen = await town.OpenAsync();
        var page = screen.Page;

        await town.NameOfficerAsync(screen, () => screen.LookAsync("01-first-start"));
        await screen.LookAsync("02-second-factor");
        var secret = await town.EnrolAsync(screen);
        await screen.LookAsync("03-recovery-codes");

        // The policy that the town published.
        await page.GotoAsync("/policy");
        await screen.LookAsync("04-policy-empty");
        await page.GetByRole(AriaRole.Link, new() { Name = "方針を取り込む" }).ClickAsync();
        await screen.LookAsync("05-upload");
        await page.SetInputFilesAsync("#f-document", Path.Combine(AppContext.BaseDirectory, "policy.txt"));
        await page.GetByRole(AriaRole.Button, new() { Name = "読み取る" }).ClickAsync();
        await Expect(page.GetByText("読み取りました。まだ施行していません。")).ToBeVisibleAsync();
        await screen.LookAsync("06-what-was-read");
        await page.GetByRole(AriaRole.Button, new() { Name = "施行する" }).ClickAsync();

        // Every provision, in order, with its verdict beside it.
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/policy"));
        var rules = page.Locator(".rules");
        foreach (var words in new[] { "第1条", "（定義）", "ネットワーク", "第3条", "情報資産の分類と管理", "マイナンバー利用事務系においては", "第6条", "附則" })
            await Expect(rules).ToContainTextAsync(words);
        Assert.True(await page.Locator(".mark-link").CountAsync() >= 8, "fewer marks than duties");
        await screen.LookAsync("07-policy");

        // The panel comes in beside the text, in place; the address keeps it.
        var mark = page.Locator(".row:has-text('物理的セキュリティ') .mark-link").First;
        await mark.ClickAsync();
        var panel = page.Locator("#panel [data-panel-of]");
        await Expect(panel).ToContainTextAsync("証拠なし");
        await Expect(panel.Locator("h2")).ToBeFocusedAsync();
        Assert.Contains("p=", page.Url, StringComparison.Ordinal);
        await screen.LookAsync("08-panel");
        await page.ReloadAsync();
        await Expect(panel).ToContainTextAsync("証拠なし");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#panel [data-panel-of]")).ToHaveCountAsync(0);

        // Evidence of the weaker kind: a signed statement with a file, an expiry, and the second factor.
        await page.GotoAsync("/obligations");
        await screen.LookAsync("09-obligations");
        await page.GotoAsync("/obligations/physical");
        await screen.LookAsync("10-obligation");
        await page.GetByRole(AriaRole.Link, new() { Name = "申告を残す" }).ClickAsync();
        await screen.LookAsync("11-statement");
        await page.CheckAsync("input[name=holds][value=yes]");
        await page.FillAsync("#f-text", "今日、情報システム室の入退室の記録と、端末の一覧を現物と突き合わせて確かめた。");
        await page.SetInputFilesAsync("#f-file", new FilePayload { Name = "点検表.txt", MimeType = "text/plain", Buffer = "点検済み"u8.ToArray() });
        await page.FillAsync("#f-secondFactor", "000000");
        await page.GetByRole(AriaRole.Button, new() { Name = "署名して残す" }).ClickAsync();
        await Expect(page.Locator("#f-secondFactor-error")).ToBeVisibleAsync();
        await Expect(page.Locator("#f-text")).ToHaveValueAsync("今日、情報システム室の入退室の記録と、端末の一覧を現物と突き合わせて確かめた。");
        await screen.LookAsync("12-statement-refused");
        await page.SetInputFilesAsync("#f-file", new FilePayload { Name = "点検表.txt", MimeType = "text/plain", Buffer = "点検済み"u8.ToArray() });
        await page.FillAsync("#f-secondFactor", town.Code(secret));
        await page.GetByRole(AriaRole.Button, new() { Name = "署名して残す" }).ClickAsync();
        await Expect(page.GetByText("申告を保存しました。")).ToBeVisibleAsync();
        await Expect(page.Locator(".standing")).ToContainTextAsync("申告");
        await screen.LookAsync("13-obligation-stated");

        // Every other screen, full.
        foreach (var (name, path) in new[]
        {
            ("14-ties", "/policy/ties"), ("15-findings", "/policy/findings?show=all"), ("16-versions", "/policy/versions"),
            ("17-evidence", "/evidence"), ("18-ledger", "/ledger"), ("19-ledger-entry", "/ledger/0"), ("20-waiver", "/obligations/physical/waiver"),
            ("21-exclusion", "/obligations/physical/exclusion"), ("22-own-account", "/account"),
        })
        {
            var answer = await page.GotoAsync(path);
            Assert.True(answer!.Status == 200, $"{path}: {answer.Status}");
            await screen.LookAsync(name);
        }

        // A tie is confirmed in place: the row goes, the page stays.
        await page.GotoAsync("/policy/ties");
        var rows = await page.Locator("#ties tbody tr").CountAsync();
        await page.Locator("#ties tbody tr button").First.ClickAsync();
        await Expect(page.Locator("#ties tbody tr")).ToHaveCountAsync(rows - 1);

        // Published: anybody reads it, without signing in.
        await page.GotoAsync("/policy/versions");
        await page.GetByRole(AriaRole.Link, new() { Name = "第 1 版" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "公表する" }).ClickAsync();
        await Expect(page.GetByText("公表しました。")).ToBeVisibleAsync();
        await screen.LookAsync("26-published");
        await page.GotoAsync("/public/minato");
        await Expect(page.Locator(".rules")).ToContainTextAsync("情報資産の分類と管理");
        await screen.LookAsync("27-what-residents-see");

        // Narrow screens and English.
        await page.SetViewportSizeAsync(390, 844);
        await page.GotoAsync("/policy");
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), "the page is wider than a telephone");
        await screen.LookAsync("23-policy-390");
        await page.SetViewportSizeAsync(768, 1024);
        await page.GotoAsync("/policy");
        await screen.LookAsync("24-policy-768");
        await page.SetViewportSizeAsync(1280, 900);
        await page.GetByRole(AriaRole.Link, new() { Name = "English" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Obligations" })).ToBeVisibleAsync();
        await screen.LookAsync("25-policy-english");
        await page.GetByRole(AriaRole.Link, new() { Name = "日本語" }).ClickAsync();
        await LookInOtherWaysAsync(screen);
        screen.AssertNoComplaint(screens: 29);
    }

    /// <summary>Twice as large, in forced colours, and on paper.</summary>
    private static async Task LookInOtherWaysAsync(Screen screen)
    {
        var page = screen.Page;
        // 200 % on a desk is half as many pixels of CSS.
        await page.SetViewportSizeAsync(640, 450);
        await page.GotoAsync("/policy");
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), "at 200 % the page is wider than the window");
        await screen.LookAsync("28-policy-200-percent");
        await page.SetViewportSizeAsync(1280, 900);
        await page.EmulateMediaAsync(new() { ForcedColors = ForcedColors.Active });
        await page.GotoAsync("/policy");
        // Every kind of mark keeps its shape and its word without colour.
        Assert.True(await page.EvaluateAsync<bool>("[...document.querySelectorAll('.row-mark .mark')].every(m => m.querySelector('.mark-shape').getBoundingClientRect().width >= 8 && m.innerText.trim().length > 1)"), "a mark lost its shape or word");
        await screen.LookAsync("29-policy-forced-colours");
        await page.EmulateMediaAsync(new() { ForcedColors = ForcedColors.None, Media = Media.Print });
        // The width of A4 less its margins.
        await page.SetViewportSizeAsync(650, 900);
        Assert.True(await page.EvaluateAsync<bool>("[...document.querySelectorAll('.row-mark .mark-word')].every(w => { const r = w.getBoundingClientRect(); return r.width > 10 && r.right <= window.innerWidth; })"), "a verdict is cut off on paper");
        Assert.False(await page.Locator(".top, .strip, .panel").First.IsVisibleAsync());
        var paper = await page.PdfAsync(new() { PreferCSSPageSize = true, Path = Path.Combine(Screen.Folder(), "30-policy.pdf") });
        Assert.True(paper.AsSpan().StartsWith("%PDF"u8));
        await page.EmulateMediaAsync(new() { Media = Media.Screen });
        await page.SetViewportSizeAsync(1280, 900);
    }
}
