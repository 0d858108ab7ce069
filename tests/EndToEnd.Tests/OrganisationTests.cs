using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Organisation;
using Sekisho.Records.Policies;
using Sekisho.Web.SignIn;
using static Microsoft.Playwright.Assertions;

namespace Sekisho.EndToEnd.Tests;

/// <summary>The organisation in a browser: tree, unit, person, agencies and policies, and a transfer from the sheet to the day.</summary>
public sealed class OrganisationTests : IAsyncLifetime
{
    private static readonly Actor By = new("1", "佐藤 花子");

    private Town town = null!;

    public async ValueTask InitializeAsync() => town = await Town.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (town is not null) await town.DisposeAsync();
    }

    [Fact]
    public async Task An_officer_sees_what_is_missing_and_carries_out_the_transfers_of_april()
    {
        var screen = await town.OpenAsync();
        var page = screen.Page;
        await town.NameOfficerAsync(screen);
        await town.EnrolAsync(screen);
        await page.GotoAsync("/organisation");
        await screen.LookAsync("org-01-empty");
        var it = await FillAsync();

        await page.GotoAsync("/organisation");
        await Expect(page.Locator("table.tree tbody tr")).ToHaveCountAsync(9);
        await screen.LookAsync("org-02-tree");
        await page.GetByRole(AriaRole.Link, new() { Name = "デジタル推進課" }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("デジタル推進課");
        await screen.LookAsync("org-03-unit");
        await page.GetByRole(AriaRole.Link, new() { Name = "廃止する" }).ClickAsync();
        await Expect(page.GetByText("先に移すものがあります")).ToBeVisibleAsync();
        await screen.LookAsync("org-04-close");
        await page.GotoAsync($"/organisation/units/{it}");
        await page.GetByRole(AriaRole.Link, new() { Name = "岬 和也" }).First.ClickAsync();
        await screen.LookAsync("org-05-person");
        await page.GetByRole(AriaRole.Link, new() { Name = "異動する" }).ClickAsync();
        await screen.LookAsync("org-06-move");

        await page.GotoAsync("/organisation/agencies");
        await Expect(page.GetByText("足りないものがあります")).ToBeVisibleAsync();
        await screen.LookAsync("org-07-agencies");
        await page.GetByRole(AriaRole.Button, new() { Name = "登録する" }).First.ClickAsync();
        await Expect(page.GetByText("保存しました。")).ToBeVisibleAsync();

        // The sheet of personnel, looked at and then carried out.
        await page.GotoAsync("/organisation/imports");
        await page.SetInputFilesAsync("#f-sheet", new FilePayload { Name = "人事異動.csv", MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes(
            "職員番号,氏名,旧所属,新所属,区分,発令日,職\n101,岬 和也,デジタル推進課,税務課,異動,,課長\n103,汐見 ゆい,,情報推進室,異動,,\n201,新田 三郎,,税務課,採用,,主事\n999,だれか,,税務課,異動,,\n") });
        await screen.LookAsync("org-08-imports");
        await page.GetByRole(AriaRole.Button, new() { Name = "下見をする" }).ClickAsync();
        await Expect(page.GetByText("空席になる職（1）")).ToBeVisibleAsync();
        await screen.LookAsync("org-09-preview");
        await page.SelectOptionAsync("#u-0", it.ToString());
        await page.GetByRole(AriaRole.Button, new() { Name = "この組織です" }).ClickAsync();
        await Expect(page.GetByText("「情報推進室」という組織は")).ToHaveCountAsync(0);
        await page.CheckAsync("input[name=without]");
        await page.GetByRole(AriaRole.Button, new() { Name = "この内容で実行する" }).ClickAsync();
        await Expect(page.GetByText("実行済み")).ToBeVisibleAsync();
        await screen.LookAsync("org-10-done");

        await page.GotoAsync("/organisation/meeting");
        await page.FillAsync("#f-agenda", "対策基準の改正案");
        await page.FillAsync("#f-decisions", "原案のとおり決定した。");
        await page.SetInputFilesAsync("#f-minutes", new FilePayload { Name = "議事録.txt", MimeType = "text/plain", Buffer = "議事録"u8.ToArray() });
        await screen.LookAsync("org-11-meeting");
        await page.GetByRole(AriaRole.Button, new() { Name = "保存する" }).ClickAsync();
        await Expect(page.GetByText("議事録.txt")).ToBeVisibleAsync();
        await screen.LookAsync("org-12-meetings");

        await page.SetViewportSizeAsync(390, 844);
        foreach (var (name, path) in new[] { ("org-13-tree-390", "/organisation"), ("org-14-agencies-390", "/organisation/agencies"), ("org-15-unit-390", $"/organisation/units/{it}") })
        {
            await page.GotoAsync(path);
            Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), $"{path} is wider than a telephone");
            await screen.LookAsync(name);
        }
        screen.AssertNoComplaint(screens: 15);
    }

    /// <returns>The section デジタル推進課.</returns>
    private async Task<UnitId> FillAsync()
    {
        var records = town.Services.GetRequiredService<RecordSlices>();
        var minato = (await records.Municipalities.ListAsync(default))[0].Id;
        var today = JapaneseTime.Day(town.Time.GetUtcNow());
        var read = (await records.Policies.ImportAsync(minato, new PolicyUpload(System.Text.Encoding.UTF8.GetBytes("""
            港町情報セキュリティ基本方針

            （目的）
            第１条　この方針は、町の情報資産を守ることを目的とする。
            （適用範囲）
            第２条　この方針を適用する実施機関は、町長、教育委員会、選挙管理委員会、監査委員及び議会とする。

            附　則
            この方針は、令和７年４月１日から施行する。
            """), "方針.txt"), By, default)).Match(done => done.Version, kept => kept.Version, bad => throw new InvalidOperationException(bad.Error.ToString()), no => throw new InvalidOperationException(no.Why.ToString()));
        (await records.Policies.PutInForceAsync(minato, read.Id, today, By, default)).OrThrow();
        var register = records.Organisation;
        async Task<UnitId> UnitAsync(string name, UnitId? parent, UnitKind kind) => (await register.AddUnitAsync(minato, parent, kind, name, today, By, default)).OrThrow().Id;
        async Task<PersonId> PersonAsync(string name, string? number, UnitId unit, string title) => (await register.AddPersonAsync(minato, new PersonDraft(unit, name, number, StaffKind.Staff, title, today), By, default)).OrThrow().Id;
        var mayor = await UnitAsync("町長部局", null, UnitKind.Agency);
        var planning = await UnitAsync("企画総務部", mayor, UnitKind.Department);
        var it = await UnitAsync("デジタル推進課", planning, UnitKind.Section);
        await UnitAsync("総務課", planning, UnitKind.Section);
        var residents = await UnitAsync("町民部", mayor, UnitKind.Department);
        await UnitAsync("税務課", residents, UnitKind.Section);
        var education = await UnitAsync("教育委員会事務局", null, UnitKind.Agency);
        await UnitAsync("学校教育課", education, UnitKind.Section);
        var assembly = await UnitAsync("議会事務局", null, UnitKind.Agency);
        var misaki = await PersonAsync("岬 和也", "101", it, "課長");
        var isobe = await PersonAsync("磯部 修", "100", mayor, "副町長");
        await PersonAsync("汐見 ゆい", "103", it, "主事");
        await PersonAsync("潮 和夫", "104", assembly, "局長");
        (await register.AppointAsync(minato, Post.SecurityManager, it, misaki, today, By, default)).OrThrow();
        (await register.AppointAsync(minato, Post.Ciso, null, isobe, today, By, default)).OrThrow();
        (await register.AppointAsync(minato, Post.CommitteeMember, null, misaki, today, By, default)).OrThrow();
        (await register.AddSecondPostAsync(minato, misaki, education, "主幹", today, By, default)).OrThrow();
        return it;
    }
}
