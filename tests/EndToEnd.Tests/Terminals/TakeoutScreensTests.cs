using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Sekisho.Agent;
using Sekisho.Assurance;
using Sekisho.EndToEnd.Tests.Registers;
using Sekisho.Records.Accounts;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.Terminals;
using static Microsoft.Playwright.Assertions;

namespace Sekisho.EndToEnd.Tests.Terminals;

/// <summary>A take-out from the clerk's phone to the manager's desk and back; terminals, settings, rooms: each screen wide and narrow.</summary>
public sealed class TakeoutScreensTests(RegisterOffice office) : IClassFixture<RegisterOffice>
{
    private int looked;

    [Fact]
    public async Task A_clerk_asks_on_a_phone_the_manager_approves_and_checks_the_return()
    {
        var today = JapaneseTime.Day(office.Server.Services.GetRequiredService<TimeProvider>().GetUtcNow());
        var clerk = await Web.Tests.Person.AddAsync(office.Server, office.Town, "tax-clerk@hama", Role.Staff, office.Tax.Value);
        var chief = (await office.Records.Organisation.AddPersonAsync(office.Town, office.Tax, "課長 太郎", "2001", StaffKind.Staff, today, RegisterOffice.By, TestContext.Current.CancellationToken)).OrThrow();
        (await office.Records.Organisation.AppointAsync(office.Town, Post.SecurityManager, office.Tax, chief.Id, today, RegisterOffice.By, TestContext.Current.CancellationToken)).OrThrow();
        (await office.Records.AccountPeople.LinkAsync(office.Town, office.Manager.Id.ToString(), chief.Id, RegisterOffice.By, TestContext.Current.CancellationToken)).OrThrow();
        var himself = (await office.Records.Organisation.AddPersonAsync(office.Town, office.Welfare, "職員 一郎", "2009", StaffKind.Staff, today, RegisterOffice.By, TestContext.Current.CancellationToken)).OrThrow();
        (await office.Records.AccountPeople.LinkAsync(office.Town, clerk.Id.ToString(), himself.Id, RegisterOffice.By, TestContext.Current.CancellationToken)).OrThrow();
        await AddAsync(TerminalRegisters.Media, ("name", "税務課 USB 1"), ("kind", "usb"), ("encrypted", "はい"), ("serial", "E0D55EA573F0"), ("device_id", "0951:1666"),
            ("exception_zones", "mynumber"), ("exception_why", "税務署へ提出するため"), ("exception_by", "課長 太郎"), ("exception_until", today.AddDays(100).ToString("yyyy-MM-dd")));

        var phone = await office.OpenAsync(clerk, width: 390, height: 844);
        await phone.Page.GotoAsync("/takeouts/new");
        await LookAsync(phone, "70-takeout-new");
        await phone.Page.FillAsync("#f-what", "固定資産の一覧（12 件）");
        await phone.Page.SelectOptionAsync("#f-class", "3B");
        await phone.Page.FillAsync("#f-destination", "はま税務署");
        await phone.Page.FillAsync("#f-why", "評価替えの打合せ");
        await phone.Page.SelectOptionAsync("#f-medium", new SelectOptionValue { Label = "MED-0001 税務課 USB 1" });
        await phone.Page.FillAsync("#f-due", "あした");
        await phone.Page.ClickAsync("main form button[type=submit]");
        await Expect(phone.Page.Locator("#f-safeguards")).ToContainTextAsync("次の措置が要ります");
        await Expect(phone.Page.Locator("#f-what")).ToHaveValueAsync("固定資産の一覧（12 件）");
        await LookAsync(phone, "71-takeout-wrong");
        await phone.Page.CheckAsync("input[name=safeguards][value=direct]");
        await phone.Page.CheckAsync("input[name=safeguards][value=encrypted]");
        await phone.Page.ClickAsync("main form button[type=submit]");
        await Expect(phone.Page.GetByText("申請しました。")).ToBeVisibleAsync();
        await LookAsync(phone, "72-takeouts");

        var desk = await office.OpenAsync(office.Manager);
        await desk.Page.GotoAsync("/");
        await LookAsync(desk, "73-home-of-the-manager");
        await desk.Page.ClickAsync("a:has-text('持ち出しを承認する')");
        await LookAsync(desk, "74-takeout-to-approve");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "承認する" }).ClickAsync();
        await Expect(desk.Page.GetByText("記録しました。")).ToBeVisibleAsync();

        await phone.Page.GotoAsync("/");
        await phone.Page.ClickAsync("a:has-text('承認された持ち出し')");
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "いま持ち出す" }).ClickAsync();
        await LookAsync(phone, "75-takeout-out");
        await phone.Page.CheckAsync("input[name=here]");
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "持ち帰った" }).ClickAsync();
        await Expect(phone.Page.GetByText("内容を消した")).ToBeVisibleAsync();
        await phone.Page.CheckAsync("input[name=wiped]");
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "持ち帰った" }).ClickAsync();
        await desk.Page.GotoAsync("/");
        await desk.Page.ClickAsync("a:has-text('返却を確かめる')");
        await desk.Page.CheckAsync("input[name=here]");
        await desk.Page.CheckAsync("input[name=wiped]");
        await desk.Page.GetByRole(AriaRole.Button, new() { Name = "返却を確認した" }).ClickAsync();
        await Expect(desk.Page.Locator("h1")).ToContainTextAsync("返却済み");
        await LookAsync(desk, "76-takeout-returned");
        desk.AssertNoComplaint(3);
        phone.AssertNoComplaint(looked - 3);
    }

    [Fact]
    public async Task Terminals_say_what_holds_settings_are_handed_out_and_rooms_are_inspected()
    {
        var terminal = await AddAsync(TerminalRegisters.Terminals, ("name", "PC-0001"), ("zone", "mynumber"), ("kind", "desktop"), ("asset_number", "A-1"));
        await AddAsync(TerminalRegisters.Terminals, ("name", "PC-0002"), ("zone", "lgwan"), ("kind", "laptop"));
        var room = await AddAsync("rooms", ("name", "本庁舎3階 電算室"), ("kind", "server"), ("control", "card"));
        await AddAsync(TerminalRegisters.Terminals, ("name", "SV-01"), ("zone", "lgwan"), ("kind", "server"), ("room", room.Number));
        var made = (await office.Records.Terminals.EnrolAsync(office.Town, "窓口の端末", TimeSpan.FromDays(366), RegisterOffice.By, TestContext.Current.CancellationToken)).OrThrow();
        foreach (var (host, number) in new[] { ("pc-0001", "A-1"), ("DESKTOP-8QK2", null) })
        {
            var report = new PostureReport(PostureReport.PresentFormat, office.Server.Services.GetRequiredService<TimeProvider>().GetUtcNow(),
                host, number, "windows", "Windows 11 Pro (26100.4321)",
                [.. PostureKeys.All.Select(k => new PostureFact(k, k == PostureKeys.TwoFactor ? Answer.No : k == PostureKeys.DiskEncrypted ? Answer.Unknown : Answer.Yes, new("パスワードだけでサインインできます。", "A password alone is enough."), [], []))]);
            (await office.Records.Terminals.TakeAsync(office.Town, made.Enrolment.Id, System.Text.Encoding.UTF8.GetBytes(report.ToJson()), TestContext.Current.CancellationToken)).OrThrow();
        }
        var screen = await office.OpenAsync(office.Server.Officer);
        var page = screen.Page;
        foreach (var (address, name) in new[]
        {
            ("/terminals", "80-terminals"), ("/terminals?show=open", "81-terminals-open"), ("/terminals/agents", "82-agents"), ("/terminals/settings", "83-settings"),
            ("/rooms", "84-rooms"), ($"/rooms/{room.Id}", "85-room"), ($"/rooms/{room.Id}/inspect", "86-inspect"), ("/takeouts", "87-takeouts-empty"),
        })
        {
            await page.GotoAsync(address);
            await LookAsync(screen, name);
            await page.SetViewportSizeAsync(390, 844);
            await LookAsync(screen, name + "-narrow");
            await page.SetViewportSizeAsync(1280, 900);
        }
        await page.GotoAsync($"/rooms/{room.Id}");
        await page.FillAsync("#f-who", "保守 次郎");
        await page.FillAsync("#f-belongs", "浜電算");
        await page.GetByRole(AriaRole.Button, new() { Name = "いま入室した" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "退室した" }).ClickAsync();
        await Expect(page.GetByText("退室を記録しました。")).ToBeVisibleAsync();
        await page.ClickAsync("a:has-text('点検を記録する')");
        await page.GetByRole(AriaRole.Button, new() { Name = "記録する" }).ClickAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("所在の分からない機器があります");
        await LookAsync(screen, "88-room-inspected");
        await page.GotoAsync("/terminals");
        await page.SelectOptionAsync("main select[name=terminal]", new SelectOptionValue { Label = "TRM-0002 PC-0002" });
        await page.GetByRole(AriaRole.Button, new() { Name = "この端末とする" }).ClickAsync();
        await Expect(page.GetByText("端末に結び付けました。")).ToBeVisibleAsync();
        Assert.Equal(terminal.Id, (await office.Records.Terminals.ReadAsync(office.Town, null, TestContext.Current.CancellationToken)).Terminals[0].Terminal.Id);
        screen.AssertNoComplaint(looked);
    }

    private async Task LookAsync(Screen screen, string name)
    {
        looked++;
        Assert.True(await screen.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth + 1"), $"{name} is wider than its window.");
        await screen.LookAsync(name);
    }

    private async Task<RegisterEntry> AddAsync(string register, params (string, string)[] fields) =>
        (await office.Records.Registers.AddAsync(office.Town, register, EntryDraft.Of([("unit", office.Tax.ToString()), .. fields]), null, RegisterOffice.By, TestContext.Current.CancellationToken)).OrThrow();
}
