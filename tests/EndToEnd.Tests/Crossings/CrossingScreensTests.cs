using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Sekisho.Assurance;
using Sekisho.EndToEnd.Tests.Registers;
using Sekisho.Records.Accounts;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using static Microsoft.Playwright.Assertions;

namespace Sekisho.EndToEnd.Tests.Crossings;

/// <summary>Files come in and go out: the clerk's page, the manager's list, the officer's routes, each screen wide and narrow.</summary>
public sealed class CrossingScreensTests(RegisterOffice office) : IClassFixture<RegisterOffice>
{
    private const string Password = "himitsu-2026";

    private readonly List<(Screen Screen, int Looked)> looked = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_clerk_takes_in_a_zip_with_a_password_and_hands_an_answer_out_by_the_managers_leave()
    {
        var today = JapaneseTime.Day(office.Server.Services.GetRequiredService<TimeProvider>().GetUtcNow());
        var clerk = await Web.Tests.Person.AddAsync(office.Server, office.Town, "crossing-clerk@hama", Role.Staff, office.Tax.Value);
        var chief = (await office.Records.Organisation.AddPersonAsync(office.Town, office.Tax, "課長 太郎", "2001", StaffKind.Staff, today, RegisterOffice.By, Cancel)).OrThrow();
        (await office.Records.Organisation.AppointAsync(office.Town, Post.SecurityManager, office.Tax, chief.Id, today, RegisterOffice.By, Cancel)).OrThrow();
        (await office.Records.AccountPeople.LinkAsync(office.Town, office.Manager.Id.ToString(), chief.Id, RegisterOffice.By, Cancel)).OrThrow();
        var himself = (await office.Records.Organisation.AddPersonAsync(office.Town, office.Tax, "職員 一郎", "2002", StaffKind.Staff, today, RegisterOffice.By, Cancel)).OrThrow();
        (await office.Records.AccountPeople.LinkAsync(office.Town, clerk.Id.ToString(), himself.Id, RegisterOffice.By, Cancel)).OrThrow();
        (await office.Records.Registers.AddAsync(office.Town, "assets", EntryDraft.Of(("unit", office.Tax.ToString()), ("name", "固定資産の照会回答"), ("kind", "data"), ("confidentiality", "2")), null, RegisterOffice.By, Cancel)).OrThrow();
        var folder = Directory.CreateTempSubdirectory("sekisho-e2e-zip-").FullName;
        try
        {
            var zip = await ZipAsync(folder);
            var screen = await office.OpenAsync(clerk);
            var page = screen.Page;
            await page.GotoAsync("/crossings");
            await LookAsync(screen, "100-crossings-empty");
            await page.GetByRole(AriaRole.Link, new() { Name = "ファイルを受け渡す" }).ClickAsync();
            await page.PdfAsync(new() { Path = Path.Combine(folder, "様式.pdf") });
            await page.SetInputFilesAsync("#f-files", [zip, Path.Combine(folder, "図面.jww"), Path.Combine(folder, "通知.html"), Path.Combine(folder, "様式.pdf")]);
            await Expect(page.Locator(".sending-file")).ToHaveCountAsync(4);
            await page.FillAsync("#f-passwords", "ちがう合言葉\n" + Password);
            await LookAsync(screen, "101-crossing-new");
            await page.GetByRole(AriaRole.Button, new() { Name = "取り込む" }).ClickAsync();
            await Expect(page.Locator("h1")).ToContainTextAsync("受け取れます", new() { Timeout = 60_000 });
            await Expect(page.Locator(".crossing-file")).ToHaveCountAsync(4);
            await LookAsync(screen, "102-crossing-ready");

            var download = await page.RunAndWaitForDownloadAsync(() => page.Locator(".crossing-file", new() { HasText = "回答一式.zip" }).GetByRole(AriaRole.Link, new() { Name = "受け取る" }).ClickAsync());
            Assert.Equal("回答一式.zip", download.SuggestedFilename);
            using (var harmless = ZipFile.OpenRead((await download.PathAsync())!))
            {
                var entry = harmless.Entries.Single(e => e.Name.EndsWith(".csv", StringComparison.Ordinal));
                Assert.Equal("固定資産 回答書.csv", entry.Name);
                using var reader = new StreamReader(entry.Open(), Encoding.UTF8);
                Assert.Contains("'=HYPERLINK", await reader.ReadToEndAsync(Cancel), StringComparison.Ordinal);
            }
            // Told to who only listens, too; and all of it at once, with the digests of each.
            await Expect(page.Locator("#crossing-live")).ToContainTextAsync("受け取れます");
            await page.Locator(".crossing-file", new() { HasText = "通知.html" }).GetByText("くわしく見る").ClickAsync();
            await Expect(page.Locator(".crossing-file", new() { HasText = "通知.html" }).Locator(".file-report")).ToContainTextAsync("HTML のスクリプト");
            await page.Locator(".crossing-file", new() { HasText = "様式.pdf" }).GetByText("前後を見比べる").ClickAsync();
            await Expect(page.Locator(".compare img")).ToHaveCountAsync(2, new() { Timeout = 30_000 });
            Assert.True(await page.EvaluateAsync<bool>("[...document.querySelectorAll('.compare img')].every(i => i.complete && i.naturalWidth > 500)"));
            await LookWideAndNarrowAsync(screen, "114-crossing-compare");
            // Of a page there is no picture, and it says why.
            await Expect(page.Locator(".crossing-file", new() { HasText = "通知.html" })).ToContainTextAsync("開くソフトで見え方が変わるので、絵にしません");
            var bundle = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "まとめて受け取る" }).ClickAsync());
            Assert.Equal("授受-000001.zip", bundle.SuggestedFilename);
            using (var all = ZipFile.OpenRead((await bundle.PathAsync())!))
            {
                Assert.Equal(["SHA256SUMS.txt", "回答一式.zip", "様式.pdf", "通知.html"], all.Entries.Select(e => e.FullName).Order(StringComparer.Ordinal));
                using var sums = new StreamReader(all.GetEntry("SHA256SUMS.txt")!.Open());
                using var notice = all.GetEntry("通知.html")!.Open();
                Assert.Contains($"{await Sha256.OfAsync(notice, Cancel)}  通知.html", await sums.ReadToEndAsync(Cancel), StringComparison.Ordinal);
            }
            await page.ReloadAsync();
            await Expect(page.Locator(".record-side")).ToContainTextAsync("ファイルの受取り");

            // The drawing can't be rebuilt: asked for with a reason, it waits for the officer above.
            await page.Locator(".crossing-file", new() { HasText = "図面.jww" }).GetByText("このファイルが必要なとき").ClickAsync();
            await page.Locator(".crossing-file", new() { HasText = "図面.jww" }).Locator("input[name=why]").FillAsync("県からの測量図で、ほかの形式がないため");
            await page.GetByRole(AriaRole.Button, new() { Name = "特例を申請する" }).ClickAsync();
            await Expect(page.Locator(".crossing-file", new() { HasText = "図面.jww" })).ToContainTextAsync("特例の承認待ち");

            await page.GotoAsync("/crossings/new?route=lgwan-to-internet");
            await LackingIsSaidUnderItsFieldAsync(page);
            await page.SetInputFilesAsync("#f-files", Path.Combine(folder, "回答.txt"));
            await page.FillAsync("#f-purpose", "県税務課からの照会への回答");
            await page.FillAsync("#f-recipient", "県税務課");
            await page.SelectOptionAsync("#f-asset", new SelectOptionValue { Index = 1 });
            await LookAsync(screen, "103-crossing-outward");
            await page.GetByRole(AriaRole.Button, new() { Name = "持ち出しを申請する" }).ClickAsync();
            await Expect(page.Locator("h1")).ToContainTextAsync("承認待ち", new() { Timeout = 60_000 });
            await LookAsync(screen, "104-crossing-waiting");
            var outward = page.Url;

            // Two more of the same kind: what the one line says is enough, they are approved together.
            foreach (var what in new[] { "一件目", "二件目" })
            {
                await page.GotoAsync("/crossings/new?route=lgwan-to-internet");
                await page.SetInputFilesAsync("#f-files", Path.Combine(folder, "回答.txt"));
                await page.FillAsync("#f-purpose", what);
                await page.FillAsync("#f-recipient", "県税務課");
                await page.SelectOptionAsync("#f-asset", new SelectOptionValue { Index = 1 });
                await page.GetByRole(AriaRole.Button, new() { Name = "持ち出しを申請する" }).ClickAsync();
                await Expect(page.Locator("h1")).ToContainTextAsync("承認待ち", new() { Timeout = 60_000 });
            }
            var desk = await office.OpenAsync(office.Manager, width: 390, height: 844);
            await desk.Page.GotoAsync("/");
            await desk.Page.ClickAsync("a:has-text('授受の申請を承認する')");
            await desk.Page.Locator(".crossing", new() { HasText = "一件目" }).GetByRole(AriaRole.Checkbox).CheckAsync();
            await desk.Page.Locator(".crossing", new() { HasText = "二件目" }).GetByRole(AriaRole.Checkbox).CheckAsync();
            await LookAsync(desk, "105-crossings-to-decide");
            await desk.Page.GetByRole(AriaRole.Button, new() { Name = "選んだものを承認する" }).ClickAsync();
            await Expect(desk.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("2 件を承認しました");
            await desk.Page.Locator(".crossing a").ClickAsync();
            await LookAsync(desk, "106-crossing-to-approve");
            await desk.Page.GetByRole(AriaRole.Button, new() { Name = "承認しない" }).ClickAsync();
            await Expect(desk.Page.Locator("#f-note-error")).ToContainTextAsync("理由を書いてください");
            await desk.Page.GetByRole(AriaRole.Button, new() { Name = "承認する" }).ClickAsync();
            await Expect(desk.Page.Locator("h1")).ToContainTextAsync("受け取れます");

            await page.GotoAsync(outward);
            var answer = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "受け取る" }).ClickAsync());
            Assert.Equal("回答します。\n", await File.ReadAllTextAsync((await answer.PathAsync())!, Cancel));
            // Taken back, and asked once more in the same words.
            await page.GotoAsync("/crossings/new?route=lgwan-to-internet");
            await page.SetInputFilesAsync("#f-files", Path.Combine(folder, "回答.txt"));
            await page.FillAsync("#f-purpose", "県からの再照会への回答");
            await page.FillAsync("#f-recipient", "県市町村課");
            await page.SelectOptionAsync("#f-asset", new SelectOptionValue { Index = 1 });
            await page.GetByRole(AriaRole.Button, new() { Name = "持ち出しを申請する" }).ClickAsync();
            await Expect(page.Locator("h1")).ToContainTextAsync("承認待ち", new() { Timeout = 60_000 });
            await page.GetByRole(AriaRole.Button, new() { Name = "この申請を取り下げる" }).ClickAsync();
            await page.GetByRole(AriaRole.Link, new() { Name = "同じ内容で申請し直す" }).ClickAsync();
            await Expect(page.Locator("#f-purpose")).ToHaveValueAsync("県からの再照会への回答");
            await Expect(page.Locator("#f-recipient")).ToHaveValueAsync("県市町村課");
            await Expect(page.Locator(".notice")).ToContainTextAsync("回答.txt");
            await page.GotoAsync("/crossings");
            await LookAsync(screen, "107-crossings");
            await LookBackAsync(today);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        AssertNoComplaint();
    }

    /// <summary>All that is missing at once, in the page's words; the first place has the focus, and what is put right says no more.</summary>
    private static async Task LackingIsSaidUnderItsFieldAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "持ち出しを申請する" }).ClickAsync();
        await Expect(page.Locator("[data-none]")).ToContainTextAsync("ファイルを選んでください。");
        await Expect(page.Locator("#f-purpose-error")).ToContainTextAsync("入力してください。");
        await Expect(page.Locator("#f-recipient-error")).ToContainTextAsync("入力してください。");
        await Expect(page.Locator("#f-asset-error")).ToContainTextAsync("選んでください。");
        await Expect(page.Locator("#f-files")).ToBeFocusedAsync();
        await Expect(page.Locator("#f-purpose")).ToHaveAttributeAsync("aria-invalid", "true");
        await page.FillAsync("#f-purpose", "照会への回答");
        await Expect(page.Locator("#f-purpose-error")).ToBeEmptyAsync();
        await Expect(page.Locator("#f-recipient-error")).ToContainTextAsync("入力してください。");
    }

    /// <summary>The officer above lets the drawing through; the auditor finds it all again, takes it out, and writes nothing.</summary>
    private async Task LookBackAsync(DateOnly today)
    {
        var head = await Web.Tests.Person.AddAsync(office.Server, office.Town, "crossing-head@hama", Role.Manager, office.Tax.Value);
        var department = (await office.Records.Organisation.UnitAsync(office.Town, office.Tax, Cancel))!.Parent!.Value;
        var himself = (await office.Records.Organisation.AddPersonAsync(office.Town, department, "部長 三郎", "2003", StaffKind.Staff, today, RegisterOffice.By, Cancel)).OrThrow();
        (await office.Records.Organisation.AppointAsync(office.Town, Post.SecurityOfficer, department, himself.Id, today, RegisterOffice.By, Cancel)).OrThrow();
        (await office.Records.AccountPeople.LinkAsync(office.Town, head.Id.ToString(), himself.Id, RegisterOffice.By, Cancel)).OrThrow();
        var desk = await office.OpenAsync(head);
        await desk.Page.GotoAsync("/crossings?view=todecide");
        await desk.Page.Locator(".crossing a").ClickAsync();
        await desk.Page.FillAsync("input[name=reason]", "県の担当者に電話で確かめた");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "このまま取り込むことを認める" }).ClickAsync();
        await Expect(desk.Page.Locator(".crossing-file", new() { HasText = "図面.jww" })).ToContainTextAsync("特例で取り込みました");

        var auditor = await office.OpenAsync(await Web.Tests.Person.AddAsync(office.Server, office.Town, "crossing-auditor@hama", Role.Auditor));
        var page = auditor.Page;
        await page.GotoAsync("/crossings");
        await page.GetByRole(AriaRole.Link, new() { Name = "履歴をさがす" }).ClickAsync();
        await Expect(page.Locator(".trace-table tbody tr")).ToHaveCountAsync(8);
        await LookWideAndNarrowAsync(auditor, "110-traces");
        // A name inside the ZIP, as it is half remembered.
        await page.FillAsync("#f-q", "固定資産 回答書");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".trace-table tbody tr")).ToHaveCountAsync(1);
        await Expect(page.Locator(".trace-table tbody tr")).ToContainTextAsync("回答一式.zip");
        var sheet = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "CSV（UTF-8）" }).ClickAsync());
        var lines = (await File.ReadAllTextAsync((await sheet.PathAsync())!, Cancel)).TrimEnd().Split("\r\n");
        Assert.Equal(2, lines.Length);
        Assert.Contains("回答一式.zip", lines[1], StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Link, new() { Name = "条件をすべて外す" }).ClickAsync();
        await page.FillAsync("#f-person", "tax-manager");
        await page.FillAsync("#f-from", "きょう");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".trace-table tbody tr")).ToHaveCountAsync(3);
        await page.Locator(".trace-table tbody a").First.ClickAsync();
        await Expect(page.Locator("h1")).ToContainTextAsync("受け取れます");
        Assert.Equal(0, await page.Locator("main form").CountAsync());
        await page.GotoAsync("/crossings/figures");
        await Expect(page.Locator(".figure-heads")).ToContainTextAsync("特例1");
        await LookWideAndNarrowAsync(auditor, "111-crossing-figures");
        await page.GetByRole(AriaRole.Link, new() { Name = "特例の一覧" }).ClickAsync();
        await Expect(page.Locator(".exceptions")).ToContainTextAsync("県の担当者に電話で確かめた");
        await LookWideAndNarrowAsync(auditor, "112-crossing-exceptions");
    }

    private async Task LookWideAndNarrowAsync(Screen screen, string name)
    {
        await LookAsync(screen, name);
        await screen.Page.SetViewportSizeAsync(390, 844);
        await LookAsync(screen, name + "-390");
        await screen.Page.SetViewportSizeAsync(1280, 900);
    }

    [Fact]
    public async Task An_officer_lays_down_by_whose_leave_things_cross()
    {
        var screen = await office.OpenAsync(office.Server.Officer);
        var page = screen.Page;
        await page.GotoAsync("/crossings/routes");
        await LookAsync(screen, "108-routes");
        await page.GetByRole(AriaRole.Link, new() { Name = "インターネットからの取り込み" }).ClickAsync();
        await page.FillAsync("#f-expiry", "100");
        await page.GetByRole(AriaRole.Button, new() { Name = "保存する" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("1〜90 日");
        await LookAsync(screen, "109-route-wrong");
        await page.FillAsync("#f-expiry", "14");
        await page.GetByRole(AriaRole.Button, new() { Name = "保存する" }).ClickAsync();
        await Expect(page.GetByText("経路の定めを保存しました。")).ToBeVisibleAsync();
        await Expect(page.Locator("tr", new() { HasText = "インターネットからの取り込み" })).ToContainTextAsync("14 日・30 日");
        // What needs nobody's leave up to a size, and only of some kinds.
        await page.GetByRole(AriaRole.Link, new() { Name = "インターネットからの取り込み" }).ClickAsync();
        await page.CheckAsync("input[name=needs][value=Manager]");
        await page.CheckAsync("input[name=kind1][value=pdf]");
        await page.FillAsync("#f-upto1", "５");
        await page.GetByRole(AriaRole.Button, new() { Name = "保存する" }).ClickAsync();
        await Expect(page.Locator("tr", new() { HasText = "インターネットからの取り込み" })).Not.ToContainTextAsync("pdf");
        await page.GetByRole(AriaRole.Link, new() { Name = "インターネットからの取り込み" }).ClickAsync();
        await page.CheckAsync("input[name=kind1][value=pdf]");
        await page.FillAsync("#f-upto1", "５");
        await page.SelectOptionAsync("#f-leave1", "None");
        await LookAsync(screen, "113-route-rules");
        await page.GetByRole(AriaRole.Button, new() { Name = "保存する" }).ClickAsync();
        await Expect(page.Locator("tr", new() { HasText = "インターネットからの取り込み" })).ToContainTextAsync("5 MB まで：承認なし");
        // Who asks may say that it is urgent, once the route lets them.
        await page.GetByRole(AriaRole.Link, new() { Name = "インターネットからの取り込み" }).ClickAsync();
        await page.CheckAsync("input[name=urgency][value=Later]");
        await page.CheckAsync("input[name=wish][value=Urgent]");
        await page.GetByRole(AriaRole.Button, new() { Name = "保存する" }).ClickAsync();
        await Expect(page.Locator("tr", new() { HasText = "インターネットからの取り込み" })).ToContainTextAsync("後でよい（急ぎまで選べます）");
        await page.GotoAsync("/crossings/new");
        await page.SelectOptionAsync("#f-urgency", "urgent");
        await LookAsync(screen, "115-crossing-urgent");
        await page.GotoAsync("/crossings/routes");
        // The My Number zone: closed, and the page says what opens it.
        await page.GetByRole(AriaRole.Link, new() { Name = "マイナンバー利用事務系への取り込み（特定通信）" }).ClickAsync();
        await page.CheckAsync("input[name=open]");
        await page.GetByRole(AriaRole.Button, new() { Name = "保存する" }).ClickAsync();
        await Expect(page.Locator("#f-waiver-error")).ToContainTextAsync("例外措置");
        // As it was: the other walk, which may come after this one, takes files in without anybody's leave.
        await page.GotoAsync("/crossings/routes/internet-to-lgwan");
        await page.CheckAsync("input[name=needs][value=None]");
        await page.SelectOptionAsync("#f-leave1", "");
        await page.CheckAsync("input[name=urgency][value=Ordinary]");
        await page.CheckAsync("input[name=wish][value=Ordinary]");
        await page.GetByRole(AriaRole.Button, new() { Name = "保存する" }).ClickAsync();
        await Expect(page.GetByText("経路の定めを保存しました。")).ToBeVisibleAsync();
        AssertNoComplaint();
    }

    /// <summary>As a town's correspondent packs it: names in CP932, the old encryption, a password sent by a second mail.</summary>
    private static async Task<string> ZipAsync(string folder)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "回答.txt"), "回答します。\n", Cancel);
        await File.WriteAllTextAsync(Path.Combine(folder, "通知.html"), "<!doctype html><meta charset=utf-8><title>通知</title><p onclick=\"alert(1)\">お知らせ<script>alert(2)</script></p>", Cancel);
        var drawing = new byte[3000];
        "JwwData."u8.CopyTo(drawing);
        await File.WriteAllBytesAsync(Path.Combine(folder, "図面.jww"), drawing, Cancel);
        var script = $$"""
            set -e
            mkdir inner && cd inner
            name=$(printf '固定資産 回答書.csv' | iconv -f UTF-8 -t CP932)
            printf '番号,式\r\n1,=HYPERLINK("http://example.invalid/";"開く")\r\n' > "$name"
            LC_ALL=C zip -q -P {{Password}} ../回答一式.zip "$name"
            cd .. && rm -rf inner
            """;
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]) { WorkingDirectory = folder })!;
        await shell.WaitForExitAsync(Cancel);
        Assert.Equal(0, shell.ExitCode);
        return Path.Combine(folder, "回答一式.zip");
    }

    private async Task LookAsync(Screen screen, string name)
    {
        var at = looked.FindIndex(l => l.Screen == screen);
        if (at < 0) looked.Add((screen, 1));
        else looked[at] = (screen, looked[at].Looked + 1);
        Assert.True(await screen.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1"), $"{name} is wider than its window.");
        await screen.LookAsync(name);
    }

    private void AssertNoComplaint()
    {
        foreach (var (screen, count) in looked) screen.AssertNoComplaint(count);
    }
}
