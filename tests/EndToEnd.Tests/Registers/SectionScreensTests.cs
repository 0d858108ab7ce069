using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Accounts;
using Sekisho.Records.Acknowledgements;
using Sekisho.Records.Assets;
using Sekisho.Records.Incidents;
using Sekisho.Records.Organisation;
using Sekisho.Records.Policies;
using Sekisho.Records.Registers;
using Sekisho.Records.Takeouts;
using static Microsoft.Playwright.Assertions;

namespace Sekisho.EndToEnd.Tests.Registers;

/// <summary>What a section manager has of their own: people, classes by the municipality's labels, five hundred assets to confirm, a loss that is followed up.</summary>
public sealed class SectionScreensTests(RegisterOffice office) : IClassFixture<RegisterOffice>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private DateOnly Today => JapaneseTime.Day(office.Server.Services.GetRequiredService<TimeProvider>().GetUtcNow());

    /// <summary>The manager's person, who holds the post; made once.</summary>
    private async Task<PersonId> ChiefAsync()
    {
        var records = office.Records;
        var chart = await records.Organisation.ReadAsync(office.Town, Today, null, Cancel);
        if (chart.People.FirstOrDefault(p => p.Number == "2001") is { } there) return there.Id;
        var chief = (await records.Organisation.AddPersonAsync(office.Town, new PersonDraft(office.Tax, "課長 太郎", "2001", StaffKind.Staff, "課長", Today), RegisterOffice.By, Cancel)).OrThrow();
        (await records.Organisation.AppointAsync(office.Town, Post.SecurityManager, office.Tax, chief.Id, Today, RegisterOffice.By, Cancel)).OrThrow();
        (await records.AccountPeople.LinkAsync(office.Town, office.Manager.Id.ToString(), chief.Id, RegisterOffice.By, Cancel)).OrThrow();
        return chief.Id;
    }

    [Fact]
    public async Task The_people_of_the_section_are_read_by_keyboard_and_on_a_phone()
    {
        await ChiefAsync();
        var records = office.Records;
        var helper = (await records.Organisation.AddPersonAsync(office.Town, new PersonDraft(office.Welfare, "応援 三郎", "3001", StaffKind.FiscalYearAppointee, "主事", Today), RegisterOffice.By, Cancel)).OrThrow();
        (await records.Organisation.AddSecondPostAsync(office.Town, helper.Id, office.Tax, "徴収補助", Today, RegisterOffice.By, Cancel)).OrThrow();
        var screen = await office.OpenAsync(office.Manager);
        await screen.Page.GotoAsync("/section");
        await Expect(screen.Page.GetByText("いま周知している規程はありません")).ToBeVisibleAsync();
        await screen.LookBothAsync("section-01-calm");

        var bytes = await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "policy.txt"), Cancel);
        var version = (await records.Policies.ImportAsync(office.Town, new PolicyUpload(bytes, "方針.txt", PolicyKeys.Basic), RegisterOffice.By, Cancel))
            .Match(done => done.Version.Id, kept => kept.Version.Id, bad => throw new InvalidOperationException(bad.Error.ToString()), no => throw new InvalidOperationException(no.Why.ToString()));
        (await records.Policies.PutInForceAsync(office.Town, version, Today, RegisterOffice.By, Cancel)).OrThrow();
        (await records.Acknowledgements.OpenAsync(office.Town, new(version, CampaignDraft.Usual, null, Today.AddDays(20), "３分ほどで読めます。"), RegisterOffice.By, Cancel)).OrThrow();
        await screen.Page.GotoAsync("/");
        var keys = new Keyboard(screen.Page);
        await keys.ToAsync("課の人", most: 20);
        await keys.EnterAsync();
        await Expect(screen.Page.Locator("h1")).ToHaveTextAsync("課の人");
        await Expect(screen.Page.GetByText("まだ確認していない規程があります")).ToBeVisibleAsync();
        await screen.LookBothAsync("section-02-unread");
        // From a person's line to what that person has yet to read, without a mouse.
        await screen.Page.Locator("h1").ClickAsync();
        await keys.ToAsync("情報セキュリティ基本方針", most: 20);
        await keys.EnterAsync();
        await Expect(screen.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/campaigns/.*unit="));
        await screen.LookAsync("section-03-campaign");
        keys.AssertAllSeen();
        screen.AssertNoComplaint(screens: 5);
    }

    [Fact]
    public async Task A_loss_on_a_phone_is_an_incident_at_the_desk()
    {
        var chief = await ChiefAsync();
        var records = office.Records;
        var draft = new TakeoutDraft(office.Tax, "固定資産の一覧（12 件）", [], "2", "評価替えの打合せ", "はま税務署", false, false, Carrier.Paper, null, ["direct"], Today, Today.AddDays(1));
        var clerk = await Web.Tests.Person.AddAsync(office.Server, office.Town, "loss-clerk@hama", Role.Staff, office.Tax.Value);
        var actor = new Actor(clerk.Id.ToString(), "税務 花子");
        var herself = (await records.Organisation.AddPersonAsync(office.Town, office.Welfare, "税務 花子", "2010", StaffKind.Staff, Today, RegisterOffice.By, Cancel)).OrThrow();
        (await records.AccountPeople.LinkAsync(office.Town, clerk.Id.ToString(), herself.Id, RegisterOffice.By, Cancel)).OrThrow();
        var takeout = (await records.Takeouts.AskAsync(office.Town, draft, null, actor, Cancel)).OrThrow();
        (await records.Takeouts.ApproveAsync(office.Town, takeout.Id, "", null, new Actor(office.Manager.Id.ToString(), "課長 太郎"), Cancel)).OrThrow();
        (await records.Takeouts.GoOutAsync(office.Town, takeout.Id, null, actor, Cancel)).OrThrow();

        var phone = await office.OpenAsync(clerk, width: 390, height: 844);
        await phone.Page.GotoAsync($"/takeouts/{takeout.Id}");
        await phone.Page.ClickAsync("summary:has-text('紛失・盗難を記録する')");
        await phone.Page.FillAsync("#f-noticedAt", "00:01");
        await phone.Page.FillAsync("#f-place", "浜駅の待合室");
        await phone.Page.FillAsync("#f-facts", "鞄を置き忘れた。駅と警察に届けた。");
        await phone.Page.GetByRole(AriaRole.Button, new() { Name = "紛失として記録する" }).ClickAsync();
        await Expect(phone.Page.GetByText("紛失は事案として対応中です")).ToBeVisibleAsync();
        await phone.LookAsync("incident-01-lost-390");
        phone.AssertNoComplaint(screens: 1);

        var desk = await office.OpenAsync(office.Server.Officer);
        var page = desk.Page;
        await page.GotoAsync("/");
        await page.ClickAsync("a:has-text('事案の担当を決める')");
        await desk.LookBothAsync("incident-02-new");
        await page.SelectOptionAsync("#f-handler", chief.ToString());
        await page.FillAsync("#f-followBy", "いつか");
        await page.GetByRole(AriaRole.Button, new() { Name = "担当を決める" }).ClickAsync();
        await Expect(page.Locator("#f-followBy-error")).ToContainTextAsync("日付として読めません");
        await page.FillAsync("#f-followBy", "あした");
        await page.GetByRole(AriaRole.Button, new() { Name = "担当を決める" }).ClickAsync();
        await Expect(page.GetByText("記録しました。")).ToBeVisibleAsync();

        var manager = await office.OpenAsync(office.Manager);
        await manager.Page.GotoAsync("/");
        await manager.Page.ClickAsync("a:has-text('担当する事案を進める')");
        await manager.Page.ClickAsync("summary:has-text('本人の数が分かった')");
        await manager.Page.FillAsync("#f-persons", "１２");
        await manager.Page.FillAsync("#f-counted", "控えと突き合わせた。");
        await manager.Page.GetByRole(AriaRole.Button, new() { Name = "記録する", Exact = true }).ClickAsync();
        await Expect(manager.Page.GetByText("外部への報告の対象ではありません")).ToBeVisibleAsync();
        await manager.Page.ClickAsync("summary:has-text('終結する')");
        await manager.LookBothAsync("incident-03-open");
        await manager.Page.FillAsync("#f-cause", "鞄から手を離した。");
        await manager.Page.FillAsync("#f-prevention", "二人で運ぶことにした。");
        await manager.Page.GetByRole(AriaRole.Button, new() { Name = "終結を記録する" }).ClickAsync();
        await Expect(manager.Page.GetByText("再発防止：二人で運ぶことにした。")).ToBeVisibleAsync();
        await manager.LookBothAsync("incident-04-closed");
        await manager.Page.GotoAsync("/incidents?view=closed");
        await manager.LookBothAsync("incident-05-list");
        await manager.Page.GotoAsync("/incidents");
        await manager.LookAsync("incident-06-empty");
        manager.AssertNoComplaint(screens: 7);
        var english = await office.OpenAsync(office.Server.Officer, "en");
        await english.Page.GotoAsync("/incidents?view=closed");
        await english.Page.ClickAsync(".takeout-what a");
        await english.LookAsync("incident-07-en");
        english.AssertNoComplaint(screens: 1);
        desk.AssertNoComplaint(screens: 2);
    }

    [Fact]
    public async Task A_manager_says_three_classes_an_auditor_reads_five_and_five_hundred_are_confirmed()
    {
        var records = office.Records;
        var three = AssetClasses.Load().Schemes.Single(s => s.Id == "three");
        (await records.AssetLabels.KeepAsync(office.Town, three.Id, three.Labels, RegisterOffice.By, Cancel)).OrThrow();
        var drafts = Enumerable.Range(1, 500).Select(i => EntryDraft.Of(("unit", office.Tax.ToString()), ("name", $"課税資料つづり 第{i}号"), ("kind", "paper"), ("confidentiality", i % 50 == 1 ? "3A" : "2"), ("integrity", "2"), ("availability", "1"), ("place", $"書庫{(char)('A' + i % 6)}")));
        var assets = (await records.Registers.AddManyAsync(office.Town, AssetRules.Key, [.. drafts], null, RegisterOffice.By, Cancel)).OrThrow();

        var manager = await office.OpenAsync(office.Manager);
        var page = manager.Page;
        await page.GotoAsync("/registers/assets?q=" + Uri.EscapeDataString("第1号"));
        await Expect(page.Locator(".register-table tbody")).ToContainTextAsync("機密性3");
        await Expect(page.Locator(".register-table tbody")).Not.ToContainTextAsync("機密性3A");
        await manager.LookBothAsync("labels-01-list");
        await page.GotoAsync($"/registers/assets/{assets[0].Id}/edit");
        await Expect(page.Locator("input[name=field-confidentiality]")).ToHaveCountAsync(4);
        await Expect(page.GetByLabel("機密性3")).ToBeCheckedAsync();
        await manager.LookBothAsync("labels-02-form");
        await page.FillAsync("#f-field-place", "金庫");
        await page.GetByRole(AriaRole.Button, new() { Name = "保存する" }).Last.ClickAsync();
        await Expect(page.GetByText("保存しました")).ToBeVisibleAsync();
        Assert.Equal("3A", (await records.Registers.ReadAsync(office.Town, AssetRules.Key, assets[0].Id, null, Cancel))!.Text("confidentiality"));

        var officer = await office.OpenAsync(office.Server.Officer);
        await officer.Page.GotoAsync($"/registers/assets/{assets[0].Id}");
        await Expect(officer.Page.Locator(".entry-fields").First).ToContainTextAsync("機密性3A");
        await officer.LookAsync("labels-03-officer");
        officer.AssertNoComplaint(screens: 1);

        await page.GotoAsync("/registers/assets/confirm");
        await Expect(page.Locator("tbody tr").Nth(400)).ToBeAttachedAsync();
        await manager.LookAsync("confirm-500", whole: false);
        await page.SetViewportSizeAsync(390, 844);
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), "the confirmation is wider than a telephone");
        await manager.LookAsync("confirm-500-390", whole: false);
        manager.AssertNoComplaint(screens: 6);
    }

    /// <summary>Heads of registers, where many ways stand beside each other, the organisation and its imports.</summary>
    [Fact]
    public async Task Heads_and_tables_stand_well_on_a_phone()
    {
        await office.FillAsync();
        var screen = await office.OpenAsync(office.Server.Officer);
        var pages = new[] { ("organisation", "/organisation"), ("imports", "/organisation/imports"), ("assets", "/registers/assets"), ("terminals", "/registers/terminals"), ("contracts", "/registers/contracts"), ("takeouts", "/takeouts"), ("settings", "/terminals/settings") };
        foreach (var (name, address) in pages)
        {
            await screen.Page.GotoAsync(address);
            await screen.LookBothAsync("head-" + name);
        }
        screen.AssertNoComplaint(screens: pages.Length * 2);
    }
}
