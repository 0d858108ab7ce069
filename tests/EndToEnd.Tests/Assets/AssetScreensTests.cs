using Microsoft.Playwright;
using Sekisho.EndToEnd.Tests.Registers;
using Sekisho.Records.Assets;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using static Microsoft.Playwright.Assertions;

namespace Sekisho.EndToEnd.Tests.Assets;

/// <summary>The screens of information assets, by an officer's and a manager's way through them, wide and narrow.</summary>
public sealed class AssetScreensTests(RegisterOffice office) : IClassFixture<RegisterOffice>
{
    [Fact]
    public async Task An_asset_is_classified_with_its_reason_handled_by_rules_labelled_and_disposed_of()
    {
        var screen = await office.OpenAsync(office.Server.Officer);
        var page = screen.Page;

        // Rules: from the national table.
        await page.GotoAsync("/information-assets/rules");
        await screen.LookBothAsync("80-handling-national");
        await page.ClickAsync("button:has-text('この例から始める')");
        await Expect(page.GetByText("保存しました。")).ToBeVisibleAsync();
        await page.ClickAsync("a:has-text('定めを直す')");
        await screen.LookBothAsync("81-handling-edit");
        await page.FillAsync("#f-rules-confidentiality-1", "公表の手続による。");
        await page.ClickAsync("button:has-text('保存する')");
        await Expect(page.Locator("#confidentiality-1")).ToContainTextAsync("公表の手続による。");

        // The form says what is suggested, as it is filled in.
        await page.GotoAsync("/registers/assets/new");
        await page.SelectOptionAsync("#f-field-unit", new SelectOptionValue { Label = "町長部局 ／ 住民部 ／ 税務課" });
        await page.FillAsync("#f-field-name", "住民税 課税台帳");
        await page.CheckAsync("input[name=field-kind][value=data]");
        await page.CheckAsync("input[name=field-mynumber][value=true]");
        await Expect(page.Locator(".suggested")).ToContainTextAsync("機密性3B");
        await page.CheckAsync("input[name=field-confidentiality][value='2']");
        await Expect(page.Locator(".suggested-lower")).ToContainTextAsync("機密性2は目安より低い");
        await screen.LookBothAsync("82-asset-form");
        await page.GetByRole(AriaRole.Button, new() { Name = "保存する", Exact = true }).ClickAsync();
        await Expect(page.Locator("#f-field-lower_why-error")).ToContainTextAsync("特定個人情報を含む");
        await page.CheckAsync("input[name=field-confidentiality][value='3B']");
        await page.CheckAsync("input[name=field-integrity][value='2']");
        await page.CheckAsync("input[name=field-availability][value='2']");
        await page.GetByRole(AriaRole.Button, new() { Name = "保存する", Exact = true }).ClickAsync();
        await Expect(page.GetByText("支給された端末以外での作業")).ToBeVisibleAsync();
        var data = new Uri(page.Url).AbsolutePath.Split('/')[^1];

        // What holds it inherits its class.
        var tape = await AddAsync("バックアップテープ", office.Tax, ("kind", "medium"), ("confidentiality", "1"), ("integrity", "2"), ("availability", "2"));
        await office.Records.Registers.ChangeAsync(office.Town, AssetRules.Key, new(new(Guid.Parse(data)), 1), EntryDraft.Of(("containers", tape.Number)), null, RegisterOffice.By, TestContext.Current.CancellationToken);
        await AddAsync("給与の台帳", office.Welfare, ("kind", "paper"), ("personal", "はい"), ("persons", "20"));
        await page.GotoAsync($"/registers/assets/{tape.Id}");
        await Expect(page.Locator(".inherited")).ToContainTextAsync("機密性3B");
        await screen.LookBothAsync("83-asset-record");

        await page.GotoAsync("/information-assets");
        await Expect(page.Locator("tr:has-text('税務課')")).ToContainTextAsync("まだ");
        await screen.LookBothAsync("84-assets");
        await page.GotoAsync($"/information-assets/changes?unit={office.Tax}");
        await Expect(page.GetByText("新しいもの")).ToBeVisibleAsync();
        await screen.LookBothAsync("85-asset-changes");

        // Labels: one QR code each, on sheets of 24.
        await page.GotoAsync($"/information-assets/labels?unit={office.Tax}&from=5");
        await Expect(page.Locator(".label-cell .qr")).ToHaveCountAsync(2);
        await screen.LookBothAsync("86-labels");

        // Disposal: a weak way is refused and what was typed stays; another person approves; done with its certificate.
        var manager = await office.OpenAsync(office.Manager);
        await manager.Page.GotoAsync($"/information-assets/disposals/new?asset={tape.Id}");
        await manager.Page.SelectOptionAsync("#f-way", "tape/format");
        await manager.Page.FillAsync("#f-reason", "装置の更新のため。");
        await manager.Page.ClickAsync("button:has-text('申請する')");
        await Expect(manager.Page.Locator("#f-way-error")).ToContainTextAsync("足りません");
        await Expect(manager.Page.Locator("#f-reason")).ToHaveValueAsync("装置の更新のため。");
        await manager.LookBothAsync("87-disposal-new");
        await manager.Page.SelectOptionAsync("#f-way", "tape/shred-medium");
        await manager.Page.ClickAsync("button:has-text('申請する')");
        await Expect(manager.Page.GetByText("申請した人は承認できません")).ToBeVisibleAsync();
        var disposal = new Uri(manager.Page.Url).AbsolutePath;

        await page.GotoAsync(disposal);
        await page.ClickAsync("button:has-text('承認する')");
        await Expect(page.GetByText("実施を記録する")).ToBeVisibleAsync();
        await screen.LookBothAsync("88-disposal-approved");
        await manager.Page.GotoAsync(disposal);
        await manager.Page.FillAsync("#f-witness", "浜田 一郎");
        await manager.Page.SetInputFilesAsync("#f-certificate", new FilePayload { Name = "破砕証明書.pdf", MimeType = "application/pdf", Buffer = "%PDF-1.7"u8.ToArray() });
        await manager.Page.ClickAsync("button:has-text('実施済みにする')");
        await Expect(manager.Page.GetByText("破砕証明書.pdf")).ToBeVisibleAsync();
        await manager.LookBothAsync("89-disposal-done");

        // The data that was on it has no record of its own disposal yet.
        await page.GotoAsync("/information-assets/disposals");
        await Expect(page.GetByText("中身の廃棄が済んでいません")).ToBeVisibleAsync();
        await screen.LookBothAsync("90-disposals");
        await page.GotoAsync("/information-assets/scheme");
        await screen.LookBothAsync("91-scheme");
        screen.AssertNoComplaint(screens: 20);
        manager.AssertNoComplaint(screens: 4);
    }

    private async Task<RegisterEntry> AddAsync(string name, UnitId unit, params (string, string)[] more) =>
        (await office.Records.Registers.AddAsync(office.Town, AssetRules.Key, EntryDraft.Of([("name", name), ("unit", unit.ToString()), .. more]), null, RegisterOffice.By, default)).OrThrow();
}
