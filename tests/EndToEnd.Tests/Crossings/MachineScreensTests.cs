using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Sekisho.Assurance;
using Sekisho.EndToEnd.Tests.Registers;
using Sekisho.Records.Accounts;
using Sekisho.Records.Organisation;
using static Microsoft.Playwright.Assertions;

namespace Sekisho.EndToEnd.Tests.Crossings;

/// <summary>Systems, folders, senders, terminals, deputies and links: what an officer sets up, and what a shell and a colleague do with it.</summary>
public sealed class MachineScreensTests(RegisterOffice office) : IClassFixture<RegisterOffice>
{
    private readonly List<(Screen Screen, int Looked)> looked = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_shell_crosses_a_file_with_the_key_that_an_officer_made_and_a_clerk_hands_a_result_on()
    {
        var today = JapaneseTime.Day(office.Server.Services.GetRequiredService<TimeProvider>().GetUtcNow());
        var screen = await office.OpenAsync(office.Server.Officer);
        var page = screen.Page;
        await page.GotoAsync("/crossings/systems");
        await page.FillAsync("#f-name", "3階の複合機");
        await page.CheckAsync("input[name=routes][value=internet-to-lgwan]");
        await page.SelectOptionAsync("#f-owner", office.Tax.ToString());
        await page.FillAsync("#f-from", "127.0.0.1\n::1");
        await page.GetByRole(AriaRole.Button, new() { Name = "登録して鍵を発行する" }).ClickAsync();
        var key = await page.Locator("code.secret").TextContentAsync();
        await LookAsync(screen, "170-crossing-systems");

        var folder = Directory.CreateTempSubdirectory("sekisho-e2e-cross-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "system.key"), key + "\n", Cancel);
            await File.WriteAllTextAsync(Path.Combine(folder, "回覧.html"), "<!doctype html><meta charset=utf-8><title>回覧</title><p onclick=\"alert(1)\">回覧します</p>", Cancel);
            await File.WriteAllBytesAsync(Path.Combine(folder, "写真.exe"), [.. "MZ"u8, .. new byte[200]], Cancel);
            var (code, said) = await RunAsync(folder, "cross", "send", "回覧.html", "--to", office.Server.Address.ToString(), "--key-file", "system.key", "--out", "out");
            Assert.True(code == 0, said);
            Assert.DoesNotContain("alert", await File.ReadAllTextAsync(Path.Combine(folder, "out", "回覧.html"), Cancel), StringComparison.Ordinal);
            Assert.Contains("\"rebuilt\"", await File.ReadAllTextAsync(Path.Combine(folder, "out", "回覧.html.report.json"), Cancel), StringComparison.Ordinal);
            (code, said) = await RunAsync(folder, "cross", "send", "回覧.html", "写真.exe", "--to", office.Server.Address.ToString(), "--key-file", "system.key", "--out", "out");
            Assert.Equal(1, code);
            Assert.Contains("SAN-KIND-003", said, StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(folder, "out", "回覧 (2).html")), said);
            (code, said) = await RunAsync(folder, "cross", "send", "回覧.html", "--to", office.Server.Address.ToString(), "--key-file", "system.key", "--out", "out", "--route", "lgwan-to-internet", "--purpose", "送付");
            Assert.Equal(2, code);
            Assert.Contains("XNG-", said, StringComparison.Ordinal);
            (code, said) = await RunAsync(folder, "cross", "send", "回覧.html", "--to", "http://127.0.0.1:9", "--key-file", "system.key", "--out", "out");
            Assert.Equal(3, code);
            Assert.Contains("CLI-CROSS-004", said, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        await page.GotoAsync("/crossings/folders");
        await page.FillAsync("#f-name", "3階の複合機の共有");
        await page.CheckAsync("input[name=route][value=internet-to-lgwan]");
        await page.SelectOptionAsync("#f-owner", office.Tax.ToString());
        await page.FillAsync("#f-in", "複合機/入れる");
        await page.FillAsync("#f-out", "複合機/出す");
        await page.FillAsync("#f-refused", "複合機/入れる/断る");
        await page.GetByRole(AriaRole.Button, new() { Name = "監視を始める" }).ClickAsync();
        await Expect(page.Locator("#f-in-error")).ToContainTextAsync("重なっています");
        await page.FillAsync("#f-refused", "複合機/断る");
        await page.GetByRole(AriaRole.Button, new() { Name = "監視を始める" }).ClickAsync();
        await Expect(page.Locator("tbody tr")).ToContainTextAsync("まだ見ていません");
        await LookAsync(screen, "171-crossing-folders");

        await page.GotoAsync("/crossings/senders");
        await page.CheckAsync("input[name=kind][value=Domain]");
        await page.FillAsync("#f-value", "pref.example.lg.jp");
        await page.FillAsync("#f-name", "県庁");
        await page.FillAsync("#f-reason", "毎月の照会");
        await page.GetByRole(AriaRole.Button, new() { Name = "登録する" }).ClickAsync();
        await Expect(page.Locator("tbody tr")).ToContainTextAsync("@pref.example.lg.jp");
        await LookAsync(screen, "172-crossing-senders");

        await page.GotoAsync("/crossings/zones");
        await Expect(page.GetByText("領域による制限をしていません")).ToBeVisibleAsync();
        await LookAsync(screen, "173-crossing-zones");

        // All of it on one page, with what is changed elsewhere by its name.
        await page.GotoAsync("/crossings/settings");
        await Expect(page.Locator("main")).ToContainTextAsync("mail.yaml");
        await Expect(page.Locator("tr", new() { HasText = "インターネットからの取り込み" })).ToContainTextAsync("ウイルス検査なし");
        await LookAsync(screen, "177-crossing-settings");
        await page.SetViewportSizeAsync(390, 844);
        await LookAsync(screen, "177-crossing-settings-390");
        await page.GotoAsync("/crossings/routes");
        await LookAsync(screen, "178-crossing-routes-390");
        await page.SetViewportSizeAsync(1280, 900);

        var deputy = (await office.Records.Organisation.AddPersonAsync(office.Town, office.Tax, "係長 三郎", "2103", StaffKind.Staff, today, RegisterOffice.By, Cancel)).OrThrow();
        await page.GotoAsync("/organisation/deputies");
        await page.SelectOptionAsync("#f-post", nameof(Post.SecurityManager));
        await page.SelectOptionAsync("#f-unit", office.Tax.ToString());
        await page.SelectOptionAsync("#f-person", deputy.Id.ToString());
        await page.FillAsync("#f-until", "あさって");
        await page.FillAsync("#f-reason", "出張のため");
        await page.GetByRole(AriaRole.Button, new() { Name = "指定する" }).ClickAsync();
        await Expect(page.Locator("tbody tr")).ToContainTextAsync("係長 三郎");
        await LookAsync(screen, "174-deputies");
        AssertNoComplaint();
    }

    [Fact]
    public async Task A_clerk_hands_a_result_on_by_a_link_and_a_colleague_fetches_it()
    {
        var clerk = await Web.Tests.Person.AddAsync(office.Server, office.Town, "link-clerk@hama", Role.Staff, office.Tax.Value);
        var colleague = await Web.Tests.Person.AddAsync(office.Server, office.Town, "link-colleague@hama", Role.Staff, null);
        var screen = await office.OpenAsync(clerk);
        var page = screen.Page;
        await page.GotoAsync("/crossings/new");
        await page.SetInputFilesAsync("#f-files", new FilePayload { Name = "回答.txt", MimeType = "text/plain", Buffer = System.Text.Encoding.UTF8.GetBytes("回答します。\n") });
        await page.GetByRole(AriaRole.Button, new() { Name = "取り込む" }).ClickAsync();
        await Expect(page.Locator("h1")).ToContainTextAsync("受け取れます", new() { Timeout = 60_000 });
        await page.GetByRole(AriaRole.Link, new() { Name = "ほかの職員に渡す" }).ClickAsync();
        await page.FillAsync("#f-uses", "2");
        await page.GetByRole(AriaRole.Button, new() { Name = "リンクを作る" }).ClickAsync();
        var link = new Uri((await page.Locator("code.secret").TextContentAsync())!);
        await LookAsync(screen, "175-crossing-links");
        var zip = await page.RunAndWaitForDownloadAsync(async () =>
        {
            await page.FillAsync("#f-password", "Correct-Horse9");
            await page.GetByRole(AriaRole.Button, new() { Name = "ZIP で受け取る" }).ClickAsync();
        });
        using (var shell = Process.Start(new ProcessStartInfo("7zz", ["t", "-pCorrect-Horse9", (await zip.PathAsync())!]) { RedirectStandardOutput = true })!)
        {
            var said = await shell.StandardOutput.ReadToEndAsync(Cancel);
            await shell.WaitForExitAsync(Cancel);
            Assert.True(shell.ExitCode == 0, said);
        }

        var other = await office.OpenAsync(colleague, width: 390, height: 844);
        await other.Page.GotoAsync(link.PathAndQuery);
        await LookAsync(other, "176-crossing-link");
        var fetched = await other.Page.RunAndWaitForDownloadAsync(() => other.Page.GetByRole(AriaRole.Link, new() { Name = "受け取る" }).ClickAsync());
        Assert.Equal("回答します。\n", await File.ReadAllTextAsync((await fetched.PathAsync())!, Cancel));
        await page.GetByRole(AriaRole.Link, new() { Name = "授受-" }).ClickAsync();
        await Expect(page.Locator(".record-side")).ToContainTextAsync("リンクによる受取り");
        AssertNoComplaint();
    }

    private static async Task<(int Code, string Said)> RunAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet", [Path.Combine(AppContext.BaseDirectory, "sekisho.dll"), .. arguments]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var run = Process.Start(start)!;
        var (said, wrong) = (run.StandardOutput.ReadToEndAsync(Cancel), run.StandardError.ReadToEndAsync(Cancel));
        await run.WaitForExitAsync(Cancel);
        return (run.ExitCode, await said + await wrong);
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
