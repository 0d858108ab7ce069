using Microsoft.Playwright;
using Sekisho.Records.Registers;
using Sekisho.TestSupport;
using static Microsoft.Playwright.Assertions;

namespace Sekisho.EndToEnd.Tests.Registers;

/// <summary>Every screen of the registers, full and empty, wide and narrow, by a person's way through them.</summary>
public sealed class RegisterScreensTests : IAsyncLifetime
{
    private readonly RegisterOffice office = new();

    public ValueTask InitializeAsync() => office.InitializeAsync();

    public ValueTask DisposeAsync() => office.DisposeAsync();

    [Fact]
    public async Task A_register_is_empty_then_filled_in_by_hand_found_narrowed_corrected_and_retired()
    {
        var screen = await office.OpenAsync(office.Server.Officer);
        var page = screen.Page;
        await page.GotoAsync("/registers/equipment");
        await Expect(page.GetByText("備品台帳は、まだ空です")).ToBeVisibleAsync();
        await screen.LookBothAsync("50-register-empty");

        // By hand: what is wrong is told beside its field, and nothing typed is lost.
        await page.ClickAsync(".door:has-text('手で足す')");
        await screen.LookBothAsync("51-entry-new");
        await page.SelectOptionAsync("#f-field-unit", new SelectOptionValue { Label = "町長部局 ／ 住民部 ／ 税務課" });
        await page.FillAsync("#f-field-name", "窓口パソコン");
        await page.CheckAsync("input[name=field-kind][value=pc]");
        await page.FillAsync("#f-field-keeper", "どこにもいない人");
        await page.FillAsync("#f-field-until", "来年のいつか");
        await page.GetByRole(AriaRole.Button, new() { Name = "保存する" }).ClickAsync();
        await Expect(page.Locator("#f-field-until-error")).ToContainTextAsync("日付として読めません");
        await Expect(page.Locator("#f-field-until")).ToHaveValueAsync("来年のいつか");
        await screen.LookBothAsync("52-entry-wrong");
        await page.FillAsync("#f-field-until", "R9.3.31");
        await page.FillAsync("#f-field-keeper", "浜田");
        await Expect(page.Locator("#l-field-keeper option")).ToHaveCountAsync(1);
        Assert.Equal("浜田 一郎（1001）", await page.Locator("#l-field-keeper option").GetAttributeAsync("value"));
        await page.FillAsync("#f-field-keeper", "浜田 一郎（1001）");
        await page.GetByRole(AriaRole.Button, new() { Name = "保存する" }).ClickAsync();
        await Expect(page.GetByText("足しました。")).ToBeVisibleAsync();
        await Expect(page.Locator("main")).ToContainTextAsync("令和9年3月31日");

        await office.FillAsync();
        await page.GotoAsync("/registers");
        await screen.LookBothAsync("53-registers");
        await page.ClickAsync("a:text-is('備品台帳')");
        await Expect(page.Locator(".register-table tbody tr")).ToHaveCountAsync(13);
        await screen.LookBothAsync("54-register");

        // Found by kana and width, narrowed, sorted: all in the address.
        await page.FillAsync("#f-q", "ﾊﾟｿｺﾝ");
        await page.SelectOptionAsync("#f-f-carried", "true");
        await page.ClickAsync("button:has-text('絞り込む')");
        await Expect(page.Locator(".register-table tbody tr")).ToHaveCountAsync(1);
        Assert.Contains("f.carried=true", page.Url, StringComparison.Ordinal);
        await screen.LookAsync("55-register-narrowed");
        await page.GoBackAsync();
        await page.ClickAsync(".sort:has-text('保守期限')");
        Assert.Contains("sort=until", page.Url, StringComparison.Ordinal);
        await Expect(page.Locator("th[aria-sort=ascending]")).ToContainTextAsync("保守期限");

        // By keyboard: down, choose, open.
        await page.Locator("h1").ClickAsync();
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("Space");
        await Expect(page.Locator(".bulk-bar")).ToContainTextAsync("1 件を選んでいます");
        await screen.LookAsync("56-register-chosen");
        await page.ClickAsync("button:has-text('まとめて変える')");
        await page.SelectOptionAsync("#f-field", "room");
        await screen.LookAsync("57-bulk-field");
        await page.GetByRole(AriaRole.Button, new() { Name = "新しい値を入れる" }).ClickAsync();
        await screen.LookBothAsync("58-bulk-value");
        await page.FillAsync("#f-field-room", "1階 総合窓口");
        await page.GetByRole(AriaRole.Button, new() { Name = "1 件を変える" }).ClickAsync();
        await Expect(page.GetByText("1 件を変更しました。")).ToBeVisibleAsync();

        // One entry: its links and its history.
        await page.GotoAsync("/registers/equipment?q=" + Uri.EscapeDataString("SN-2600"));
        await page.Locator("h1").ClickAsync();
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".entry-fields")).ToContainTextAsync("離席のときは必ずカードを抜くこと。");
        await page.ClickAsync("a:has-text('直す')");
        await page.FillAsync("#f-field-note", "職員が交替で使う。");
        await page.FillAsync("#f-field-until", "あした");
        await screen.LookBothAsync("59-entry-edit");
        await page.GetByRole(AriaRole.Button, new() { Name = "保存する" }).ClickAsync();
        await Expect(page.GetByText("保存しました")).ToBeVisibleAsync();
        await Expect(page.Locator(".entry-history")).ToContainTextAsync("離席のときは必ずカードを抜くこと。");
        await screen.LookBothAsync("60-entry");

        await page.ClickAsync("a:has-text('廃止する')");
        await page.FillAsync("#f-why", "令和8年11月に機器を廃棄した。");
        await screen.LookBothAsync("61-retire");
        await page.GetByRole(AriaRole.Button, new() { Name = "廃止する" }).ClickAsync();
        await Expect(page.GetByText("令和8年11月に機器を廃棄した。").First).ToBeVisibleAsync();
        await screen.LookBothAsync("62-entry-retired");
        await page.GetByRole(AriaRole.Button, new() { Name = "使用中に戻す" }).ClickAsync();
        await Expect(page.GetByText("使用中に戻しました")).ToBeVisibleAsync();

        var english = await office.OpenAsync(office.Server.Officer, "en");
        foreach (var (name, path) in new[] { ("63-registers-en", "/registers"), ("64-register-en", "/registers/equipment"), ("65-confirm-en", "/registers/equipment/confirm") })
        {
            await english.Page.GotoAsync(path);
            await english.LookAsync(name);
        }
        english.AssertNoComplaint(screens: 3);
        screen.AssertNoComplaint(screens: 23);
    }

    [Fact]
    public async Task Two_people_at_once_keep_both_and_the_second_chooses()
    {
        var entry = await office.AddAsync("二人で直すパソコン", office.Tax, ("kind", "pc"), ("note", "はじめの備考"), ("count", "1"));
        var (first, second) = (await office.OpenAsync(office.Server.Officer), await office.OpenAsync(office.Manager));
        foreach (var window in new[] { first, second }) await window.Page.GotoAsync($"/registers/equipment/{entry.Id}/edit");
        await first.Page.FillAsync("#f-field-note", "担当が書いた備考");
        await first.Page.CheckAsync("input[name=field-kind][value=other]");
        await first.Page.GetByRole(AriaRole.Button, new() { Name = "保存する" }).ClickAsync();
        await second.Page.FillAsync("#f-field-note", "課長が書いた備考");
        await second.Page.FillAsync("#f-field-count", "7");
        await second.Page.GetByRole(AriaRole.Button, new() { Name = "保存する" }).ClickAsync();
        await Expect(second.Page.Locator(".clash")).ToHaveCountAsync(1);
        await Expect(second.Page.Locator(".clash")).ToContainTextAsync("担当が書いた備考");
        await Expect(second.Page.Locator(".clash")).ToContainTextAsync("課長が書いた備考");
        await second.LookBothAsync("66-two-people");
        await second.Page.CheckAsync("input[name=take-note][value=mine]");
        await second.Page.GetByRole(AriaRole.Button, new() { Name = "選んだ内容で保存する" }).ClickAsync();
        await Expect(second.Page.GetByText("保存しました")).ToBeVisibleAsync();
        var kept = (await office.Records.Registers.ReadAsync(office.Town, TestRegisters.Equipment, entry.Id, null, TestContext.Current.CancellationToken))!;
        Assert.Equal(("課長が書いた備考", 7m, "other"), (kept.Text("note"), kept.Fields.Number("count"), kept.Text("kind")));
        second.AssertNoComplaint(screens: 2);
    }

    [Fact]
    public async Task A_section_confirms_its_year_by_keyboard_alone()
    {
        var added = new List<RegisterEntry>();
        for (var i = 0; i < 6; i++) added.Add(await office.AddAsync($"確認するパソコン{i + 1}", office.Welfare, ("kind", "pc"), ("until", "2027-03-31"), ("serial", $"CONF-{i}")));
        var manager = await Web.Tests.Person.AddAsync(office.Server, office.Town, "welfare-manager@hama", Sekisho.Records.Accounts.Role.Manager, office.Welfare.Value);
        // One was confirmed long ago in this year's eyes, and changed after.
        var screen = await office.OpenAsync(manager);
        var page = screen.Page;
        await page.GotoAsync("/registers/equipment/confirm");
        var rows = await page.Locator(".confirm-table tbody tr").CountAsync();
        Assert.True(rows >= 6, $"{rows} rows");
        await screen.LookBothAsync("67-confirm");
        // The first choice has the focus. Space: right, and on. Then one to correct and one to retire.
        await Expect(page.Locator(".confirm-table tbody tr").First.Locator("input").First).ToBeFocusedAsync();
        for (var i = 0; i < rows - 2; i++) await page.Keyboard.PressAsync("Space");
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Locator("[data-confirm-count]")).ToHaveTextAsync(rows.ToString());
        await screen.LookAsync("68-confirm-chosen");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#f-why-error")).ToBeVisibleAsync();
        await page.Locator("#f-why").FocusAsync();
        await page.Keyboard.TypeAsync("令和8年度に廃棄した。");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText($"「このままで正しい」{rows - 2} 件、「廃止」1 件を記録しました。")).ToBeVisibleAsync();
        await Expect(page.Locator(".to-edit li")).ToHaveCountAsync(1);
        await Expect(page.Locator(".confirm-table tbody tr")).ToHaveCountAsync(1);
        await screen.LookBothAsync("69-confirm-saved");
        // Corrected, confirmed, done: still without a mouse.
        await Expect(page.Locator(".to-edit a")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("#f-field-count").FocusAsync();
        await page.Keyboard.PressAsync("Control+A");
        await page.Keyboard.TypeAsync("2");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("保存しました")).ToBeVisibleAsync();
        await page.GotoAsync("/registers/equipment/confirm");
        await page.Keyboard.PressAsync("Space");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("福祉課の確認は済んでいます")).ToBeVisibleAsync();
        await screen.LookBothAsync("70-confirm-done");

        // Next year it is asked again; what changed since is shown.
        var officer = await office.OpenAsync(office.Server.Officer);
        await officer.Page.GotoAsync("/registers/equipment/confirm");
        await Expect(officer.Page.Locator("tr:has-text('福祉課')")).ToContainTextAsync("済み");
        await officer.LookBothAsync("71-confirm-sections");
        screen.AssertNoComplaint(screens: 7);
        officer.AssertNoComplaint(screens: 2);
    }

    [Fact]
    public async Task A_sheet_is_matched_tried_corrected_and_taken_in()
    {
        var screen = await office.OpenAsync(office.Manager);
        var page = screen.Page;
        await office.AddAsync("変わるスキャナー", office.Tax, ("kind", "other"), ("serial", "CHG-1"));
        await page.GotoAsync("/registers/equipment/import");
        await screen.LookBothAsync("72-import");
        const string Sheet = "通し,備品の名前,区分,数量,設置場所,保守終了日,メモ欄\n1,届いたパソコン,パソコン,3,,R9.3.31,予備を含む\n2,届いたプリンター,飛行機,1,,令和9年13月1日,\n3,届いた棚,その他,二つ,,,\n";
        await page.SetInputFilesAsync("#f-sheet", new FilePayload { Name = "税務課の備品.csv", MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes(Sheet) });
        await page.GetByRole(AriaRole.Button, new() { Name = "読み取る" }).ClickAsync();
        await Expect(page.GetByText("どの列が、どの項目ですか")).ToBeVisibleAsync();
        await page.SelectOptionAsync("[name='c.1']", "name");
        await page.SelectOptionAsync("[name='c.6']", "note");
        await screen.LookBothAsync("73-import-columns");
        await page.GetByRole(AriaRole.Button, new() { Name = "試してみる" }).ClickAsync();
        await Expect(page.Locator(".import-problems")).ToContainTextAsync("C3");
        await Expect(page.Locator(".import-problems")).ToContainTextAsync("F3");
        await Expect(page.Locator(".import-problems")).ToContainTextAsync("D4");
        await screen.LookBothAsync("74-import-wrong");
        Assert.Equal(0, (await office.Records.Registers.ListAsync(office.Town, TestRegisters.Equipment, new RegisterQuery("届いた"), null, TestContext.Current.CancellationToken)).Total);

        // Corrected, and the columns are as they were chosen: learnt. Nothing is asked for twice.
        await page.GetByRole(AriaRole.Link, new() { Name = "直したファイルを選ぶ" }).ClickAsync();
        var right = Sheet.Replace("飛行機", "プリンター・複合機", StringComparison.Ordinal).Replace("令和9年13月1日", "R9.12.1", StringComparison.Ordinal).Replace("二つ", "2", StringComparison.Ordinal);
        await page.SetInputFilesAsync("#f-sheet", new FilePayload { Name = "税務課の備品.csv", MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes(right) });
        await page.GetByRole(AriaRole.Button, new() { Name = "読み取る" }).ClickAsync();
        await page.SelectOptionAsync("[name='c.1']", "name");
        await page.SelectOptionAsync("[name='c.6']", "note");
        await page.GetByRole(AriaRole.Button, new() { Name = "試してみる" }).ClickAsync();
        await screen.LookBothAsync("75-import-tried");
        await page.GetByRole(AriaRole.Button, new() { Name = "3 件を入れる" }).ClickAsync();
        await Expect(page.GetByText("3 件を入れました。")).ToBeVisibleAsync();

        // Out, changed in the sheet, in again: old and new are shown before it happens.
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Excelに出す" }).ClickAsync());
        Assert.StartsWith("備品台帳_", download.SuggestedFilename, StringComparison.Ordinal);
        var csv = await page.APIRequest.GetAsync("/registers/equipment/export.csv?q=" + Uri.EscapeDataString("CHG-1"));
        var changed = System.Text.Encoding.UTF8.GetString(await csv.BodyAsync()).Replace("変わるスキャナー", "変わったスキャナー", StringComparison.Ordinal);
        await page.GotoAsync("/registers/equipment/import");
        await page.SetInputFilesAsync("#f-sheet", new FilePayload { Name = "直した備品.csv", MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes(changed) });
        await page.GetByRole(AriaRole.Button, new() { Name = "読み取る" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "試してみる" }).ClickAsync();
        await Expect(page.Locator(".import-changes")).ToContainTextAsync("変わったスキャナー");
        await screen.LookBothAsync("76-import-changes");
        await page.GetByRole(AriaRole.Button, new() { Name = "1 件を入れる" }).ClickAsync();
        await Expect(page.GetByText("1 件を入れました。")).ToBeVisibleAsync();
        screen.AssertNoComplaint(screens: 10);
    }

    [Fact]
    public async Task A_large_sheet_shows_how_far_it_is_survives_a_reload_and_ends_by_itself()
    {
        var screen = await office.OpenAsync(office.Manager);
        var page = screen.Page;
        var sheet = "名称,区分\n" + string.Concat(Enumerable.Range(1, 1500).Select(i => $"大きな表の備品 その{i},その他\n"));
        await page.GotoAsync("/registers/equipment/import");
        await page.SetInputFilesAsync("#f-sheet", new FilePayload { Name = "大きな表.csv", MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes(sheet) });
        await page.GetByRole(AriaRole.Button, new() { Name = "読み取る" }).ClickAsync();
        await using (await HoldAsync())
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "試してみる" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "試しています" })).ToBeVisibleAsync();
            await Expect(page.Locator("#import-said")).ToContainTextAsync("1,500 行のうち");
            await screen.LookBothAsync("77-import-trying");
            await page.ReloadAsync();
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "試しています" })).ToBeVisibleAsync();
            // Without script the page is asked for anew by itself.
            var plain = await (await page.APIRequest.GetAsync(page.Url)).TextAsync();
            Assert.Contains("<noscript><meta http-equiv=\"refresh\"", plain, StringComparison.Ordinal);
        }
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "このように入ります" })).ToBeVisibleAsync();
        await using (await HoldAsync())
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "1,500 件を入れる" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "取り込んでいます" })).ToBeVisibleAsync();
            // Left, and found again from where imports begin.
            await page.GotoAsync("/registers/equipment/import");
            await Expect(page.Locator(".import-own")).ToContainTextAsync("取り込んでいます");
            await screen.LookBothAsync("80-import-own");
            await page.GetByRole(AriaRole.Link, new() { Name = "大きな表.csv" }).ClickAsync();
            await screen.LookBothAsync("78-import-taking");
        }
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "取り込みました" })).ToBeVisibleAsync();
        await screen.LookBothAsync("79-import-taken");
        Assert.Equal(1500, (await office.Records.Registers.ListAsync(office.Town, TestRegisters.Equipment, new RegisterQuery("大きな表"), null, TestContext.Current.CancellationToken)).Total);
        screen.AssertNoComplaint(screens: 8);
    }

    /// <summary>Whoever adds equipment waits until this is disposed: a sheet stands still at its first rows.</summary>
    private async Task<Storage.TenantTransaction> HoldAsync()
    {
        var tx = await office.Server.TestDatabase.Database.EnterAsync(office.Town, TestContext.Current.CancellationToken);
        await using var hold = new Npgsql.NpgsqlCommand("INSERT INTO records.register_number (municipality_id, register, last) VALUES ($1, $2, 0) ON CONFLICT (municipality_id, register) DO UPDATE SET last = register_number.last", tx.Connection, tx.Transaction);
        hold.Parameters.Add(new() { Value = office.Town.Value });
        hold.Parameters.Add(new() { Value = TestRegisters.Equipment });
        await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return tx;
    }
}
