using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Accounts;
using Sekisho.Records.Acknowledgements;
using Sekisho.Records.Assets;
using Sekisho.Records.Organisation;
using Sekisho.Records.Policies;
using Sekisho.Records.Registers;
using Sekisho.Records.Risks;
using Sekisho.Records.Takeouts;
using Sekisho.Web.Tests;
using static Microsoft.Playwright.Assertions;

namespace Sekisho.EndToEnd.Tests.Registers;

/// <summary>The year of a section manager, from signing in to signing out, with no mouse and no address typed after the first.</summary>
public sealed class ManagersYearTests : IAsyncLifetime
{
    private const int Assets = 500;

    private static readonly Actor By = new("1", "担当 花子");

    private readonly Web.Tests.TestClock clock = new(TimeProvider.System.GetUtcNow().AddDays(-380));
    private ConsoleServer server = null!;
    private RecordSlices records = null!;
    private IBrowser browser = null!;
    private Web.Tests.Person manager = null!;

    private MunicipalityId Town => server.Officer.Municipality;

    private DateOnly Today => JapaneseTime.Day(clock.GetUtcNow());

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(File.Exists(EndToEnd.Tests.Town.Chromium), "Chromium is not installed (apt-get install chromium).");
        server = await ConsoleServer.StartAsync(clock);
        records = server.Services.GetRequiredService<RecordSlices>();
        await LiveAsync();
        browser = await SharedBrowser.GetAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null) await server.DisposeAsync();
    }

    [Fact]
    public async Task A_section_manager_goes_through_the_year_by_keyboard_alone()
    {
        var address = $"http://localhost:{server.Address.Port}";
        var context = await browser.NewContextAsync(new() { BaseURL = address, Locale = "ja-JP", TimezoneId = "Asia/Tokyo", ViewportSize = new() { Width = 1280, Height = 900 } });
        var page = await context.NewPageAsync();
        var screen = new Screen(page, new Uri(address));
        var keys = new Keyboard(page);

        // Signed in, with the second factor.
        await page.GotoAsync("/");
        await screen.LookAsync("year-01-sign-in");
        await keys.ToAsync("利用者名", most: 6);
        await keys.TypeAsync(manager.Login);
        await keys.PressAsync("Tab");
        await keys.TypeAsync(manager.Password);
        await keys.EnterAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/sign-in/second"));
        await keys.TypeAsync(manager.Code(clock.GetUtcNow()));
        await keys.EnterAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("あなたがすること");
        await screen.LookAsync("year-02-home");

        // The policy: read, and acknowledged.
        await keys.OpenAsync("読んで確認する");
        await screen.LookAsync("year-03-policy");
        await keys.OpenAsync("読みました。守ります。", most: 60);
        await Expect(page).ToHaveURLAsync(new Regex("/acknowledgements"));
        await screen.LookAsync("year-04-acknowledged");

        // The assets of the year in one sitting: what didn't change together, the rest one by one.
        await HomeAsync(page, keys);
        await keys.OpenAsync("情報資産台帳の年次確認をする");
        await Expect(page.Locator("[data-confirm] tbody tr")).ToHaveCountAsync(Assets + 2);
        await Expect(page.Locator("[data-confirm] tbody tr").First.Locator("input").First).ToBeFocusedAsync();
        await screen.PhotographAsync("year-05-confirm", whole: false);
        await keys.PressAsync("End");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "保存する" })).ToBeFocusedAsync();
        await keys.ToAsync("変更のないものは", most: 2);
        await keys.EnterAsync();
        await Expect(page.Locator("[data-confirm-count]")).ToHaveTextAsync((Assets - 3).ToString(CultureInfo.InvariantCulture));
        // The focus is on the first that is still open: one to correct, the others right as they stand.
        await Expect(page.Locator("tr:has(:focus)")).ToContainTextAsync("課税資料 0100");
        await keys.PressAsync("ArrowRight");
        await screen.PhotographAsync("year-06-confirm-marked", whole: false);
        await keys.PressAsync("Space", times: 5);
        await Expect(page.Locator("[data-confirm-count]")).ToHaveTextAsync((Assets + 2).ToString(CultureInfo.InvariantCulture));
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "保存する" })).ToBeFocusedAsync();
        var saved = Stopwatch.StartNew();
        await keys.EnterAsync();
        TestContext.Current.SendDiagnosticMessage($"{Assets + 1} confirmed and shown in {saved.ElapsedMilliseconds} ms");
        await Expect(page.GetByText($"「このままで正しい」{Assets + 1} 件、「廃止」0 件を記録しました。")).ToBeVisibleAsync();
        await screen.LookAsync("year-07-confirmed");

        // The one to correct: its number of people, saved, and confirmed as it is now.
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "課税資料 0100" }).First).ToBeFocusedAsync();
        await keys.EnterAsync();
        await screen.LookAsync("year-08-correct");
        await keys.ToAsync("本人の数", most: 40);
        await keys.PressAsync("Control+A");
        await keys.TypeAsync("1250");
        await keys.EnterAsync();
        await Expect(page.GetByText(new Regex("1,?250")).First).ToBeVisibleAsync();
        await screen.LookAsync("year-09-corrected");
        await keys.OpenAsync("このままで正しい");

        // A new one, by the form.
        await keys.OpenAsync("情報資産台帳");
        await screen.LookAsync("year-10-register");
        await keys.OpenAsync("情報資産を足す");
        await keys.ToAsync("名称", most: 20);
        await keys.TypeAsync("森林環境税 課税資料");
        await keys.ToAsync("電子文書・データ", most: 6);
        await keys.PressAsync("Space");
        await screen.LookAsync("year-11-new");
        await keys.ToAsync("保存する", most: 80);
        await keys.EnterAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("森林環境税 課税資料");
        await screen.LookAsync("year-12-added");

        // What changed since the section last confirmed.
        await keys.OpenAsync("情報資産台帳");
        await keys.OpenAsync("課ごとの状況");
        await screen.LookAsync("year-13-state");
        // What isn't classified, then what isn't confirmed.
        await keys.SkipMenuAsync();
        await keys.ToAsync("1", most: 20);
        await keys.ToAsync("1", most: 1);
        await keys.EnterAsync();
        await Expect(page.GetByText("新しいもの（まだ確認していない）")).ToBeVisibleAsync();
        await Expect(page.GetByText("森林環境税 課税資料")).ToBeVisibleAsync();
        await screen.LookAsync("year-14-changes");

        // A clerk wants to take something out.
        await HomeAsync(page, keys);
        await keys.OpenAsync("持ち出しを承認する");
        await screen.LookAsync("year-15-takeout");
        await keys.OpenAsync("承認する", most: 20);
        await Expect(page.GetByText("記録しました。")).ToBeVisibleAsync();
        await screen.LookAsync("year-16-approved");

        // A treatment of risk that is the manager's.
        await HomeAsync(page, keys);
        await keys.OpenAsync("担当するリスク対応");
        await screen.LookAsync("year-17-risks");
        await keys.OpenAsync("RSK-0001 の対応を終えた");
        await Expect(page.GetByText("終えたことを記録しました。")).ToBeVisibleAsync();
        await screen.LookAsync("year-18-risk-done");

        // What the section entrusts: an inspection is the section's; to ask the contractor is the office's.
        await keys.ToAsync("委託先", most: 20);
        await keys.EnterAsync();
        await screen.LookAsync("year-19-third-parties");
        await keys.OpenAsync("納税通知書の印刷");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "なぎさ印刷株式会社" })).ToHaveCountAsync(0);
        await screen.LookAsync("year-20-contract");
        await keys.OpenAsync("＋実地の確認");
        await keys.SkipMenuAsync();
        await keys.ToAsync("確認した場所", most: 10);
        await keys.TypeAsync("なぎさ印刷 第一工場");
        await keys.ToAsync("内容", most: 4);
        await keys.TypeAsync("封入の工程と、廃棄の記録を確かめた。");
        await screen.LookAsync("year-21-inspection");
        await keys.ToAsync("記録する", most: 6);
        await keys.EnterAsync();
        await Expect(page.GetByText("なぎさ印刷 第一工場")).ToBeVisibleAsync();
        await screen.LookAsync("year-22-inspected");

        // All of it is done.
        await HomeAsync(page, keys);
        await Expect(page.GetByText("情報資産台帳の年次確認をする")).ToBeVisibleAsync();   // the one that was added just now
        await Expect(page.GetByText("持ち出しを承認する")).ToHaveCountAsync(0);
        await Expect(page.GetByText("読んで確認する")).ToHaveCountAsync(0);
        await screen.LookAsync("year-23-home");
        await keys.ToAsync("サインアウト", most: 20);
        await keys.EnterAsync();
        await Expect(page.GetByText("サインアウトしました。")).ToBeVisibleAsync();
        await screen.LookAsync("year-24-signed-out");

        TestContext.Current.SendDiagnosticMessage($"{keys.Pressed} keys pressed");
        keys.AssertAllSeen();
        screen.AssertNoComplaint(screens: 22);
    }

    /// <summary>By the gate at the left of every page.</summary>
    private static async Task HomeAsync(IPage page, Keyboard keys)
    {
        await keys.ToAsync("関所", most: 60);
        await keys.EnterAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("あなたがすること");
    }

    /// <summary>More than a year of the section, on the server's own clock: entered and confirmed last year, a little changed since.</summary>
    private async Task LiveAsync()
    {
        var organisation = records.Organisation;
        var day = Today;
        var mayor = (await organisation.AddUnitAsync(Town, null, UnitKind.Agency, "町長部局", day, By, Cancel)).OrThrow().Id;
        var tax = (await organisation.AddUnitAsync(Town, mayor, UnitKind.Section, "税務課", day, By, Cancel)).OrThrow().Id;
        manager = await Web.Tests.Person.AddAsync(server, Town, "tax-manager@hama", Role.Manager, tax.Value);
        var clerk = await Web.Tests.Person.AddAsync(server, Town, "tax-clerk@hama", Role.Staff, tax.Value);
        var chief = (await organisation.AddPersonAsync(Town, tax, "沖田 誠", "1001", StaffKind.Staff, day, By, Cancel)).OrThrow().Id;
        (await organisation.AppointAsync(Town, Post.SecurityManager, tax, chief, day, By, Cancel)).OrThrow();
        (await records.AccountPeople.LinkAsync(Town, manager.Id.ToString(), chief, By, Cancel)).OrThrow();
        var herself = (await organisation.AddPersonAsync(Town, mayor, "汐見 ゆい", "1002", StaffKind.Staff, day, By, Cancel)).OrThrow().Id;
        (await records.AccountPeople.LinkAsync(Town, clerk.Id.ToString(), herself, By, Cancel)).OrThrow();

        var drafts = Enumerable.Range(1, Assets).Select(n => EntryDraft.Of(("unit", tax.ToString()), ("name", string.Create(CultureInfo.InvariantCulture, $"課税資料 {n:0000}")), ("kind", n % 3 == 0 ? "paper" : "data"),
            ("confidentiality", "2"), ("integrity", "2"), ("availability", "2"), ("persons", "1200"), ("place", "税務課 書庫")));
        var assets = (await records.Registers.AddManyAsync(Town, AssetRules.Key, [.. drafts], null, By, Cancel)).OrThrow();
        (await records.Registers.ConfirmAsync(Town, AssetRules.Key, [.. assets.Select(a => a.Seen)], null, By, Cancel)).OrThrow();

        clock.Advance(TimeSpan.FromDays(350));
        foreach (var n in new[] { 99, 249, 399 })
            (await records.Registers.ChangeAsync(Town, AssetRules.Key, assets[n].Seen, EntryDraft.Of(("place", "本庁舎書庫")), null, By, Cancel)).OrThrow();
        (await records.Registers.AddManyAsync(Town, AssetRules.Key,
            [.. new[] { "償却資産 申告書", "家屋調査 図面" }.Select(name => EntryDraft.Of(("unit", tax.ToString()), ("name", name), ("kind", "paper"), ("confidentiality", "2"), ("integrity", "2"), ("availability", "1")))], null, By, Cancel)).OrThrow();
        var version = (await records.Policies.ImportAsync(Town, new PolicyUpload(await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "policy.txt"), Cancel), "方針.txt"), By, Cancel))
            .Match(done => done.Version, kept => kept.Version, bad => throw new InvalidOperationException(bad.Error.ToString()), no => throw new InvalidOperationException(no.Why.ToString()));
        (await records.Policies.PutInForceAsync(Town, version.Id, Today, By, Cancel)).OrThrow();
        (await records.Acknowledgements.OpenAsync(Town, new(version.Id, CampaignDraft.Usual, null, Today.AddDays(40), "３分ほどで読めます。"), By, Cancel)).OrThrow();

        var group = (await AddAsync(RiskRules.Groups, ("name", "課税システム"), ("kind", "system"), ("zone", "mynumber"), ("confidentiality", "3B"), ("integrity", "2"), ("availability", "2"))).Id;
        var threat = (await AddAsync(RiskRules.Threats, ("name", "権限の付け過ぎ"), ("category", "outsourcing"), ("likelihood", "3"), ("hits", "confidentiality"))).Id;
        await AddAsync(RiskRules.Key, ("group", group.ToString()), ("threat", threat.ToString()), ("likelihood", "4"), ("loss", "4"), ("treatment", "reduce"), ("measure", "異動のたびに権限を点検する"),
            ("owner", chief.ToString()), ("due", Say(Today.AddDays(60))), ("likelihood_after", "1"));
        var contractor = (await AddAsync("contractors", ("name", "なぎさ印刷株式会社"))).Id;
        await AddAsync("contracts", ("name", "納税通知書の印刷"), ("unit", tax.ToString()), ("contractor", contractor.ToString()), ("begins_on", Say(Today.AddDays(-100))), ("ends_on", Say(Today.AddDays(200))), ("entrusted", "personal"));

        clock.Advance(TimeProvider.System.GetUtcNow() - clock.GetUtcNow());
        (await records.Takeouts.AskAsync(Town, new TakeoutDraft(tax, "家屋調査の図面", [], "2", "新築家屋の調査のため", "町内 12 棟", false, false, Carrier.Paper, null, ["direct"], Today, Today.AddDays(1)), null, new Actor(clerk.Id.ToString(), "汐見 ゆい"), Cancel)).OrThrow();
    }

    private async Task<RegisterEntry> AddAsync(string register, params (string, string)[] fields) => (await records.Registers.AddAsync(Town, register, EntryDraft.Of(fields), null, By, Cancel)).OrThrow();

    private static string Say(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
