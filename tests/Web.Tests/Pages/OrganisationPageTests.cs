using System.Net;
using AngleSharp.Dom;
using Sekisho.Records.Accounts;
using Sekisho.Records.Organisation;

namespace Sekisho.Web.Tests.Pages;

public sealed class OrganisationPageTests(FullTown town) : IClassFixture<FullTown>
{
    [Fact]
    public async Task An_officer_builds_the_organisation_and_fills_a_vacant_post()
    {
        using var browser = new Browser(await town.Server.ClientAsync(town.Server.Officer));
        await browser.OpenAsync("/organisation");
        Assert.Contains("組織はまだ登録されていません", browser.Text, StringComparison.Ordinal);

        await AddUnitAsync(browser, nameof(UnitKind.Agency), "町長部局", null);
        await AddUnitAsync(browser, nameof(UnitKind.Department), "企画部", "町長部局");
        await AddUnitAsync(browser, nameof(UnitKind.Section), "情報政策課", "町長部局 ／ 企画部");
        Assert.Contains("7 の職のうち 7 が空席です", browser.Text, StringComparison.Ordinal);

        await browser.OpenAsync("/organisation/person");
        await browser.SubmitAsync("number", ("name", "山田 花子"), ("number", "1001"), ("unit", Option(browser, "unit", "町長部局 ／ 企画部 ／ 情報政策課")), ("kind", nameof(StaffKind.Staff)));
        await browser.OpenAsync("/organisation/appoint?post=Ciso");
        await browser.SubmitAsync("person");

        Assert.Equal("/organisation?done=appointed", browser.At);
        Assert.Contains("7 の職のうち 6 が空席です", browser.Text, StringComparison.Ordinal);
        await browser.OpenAsync("/obligations/organisation");
        Assert.Contains("6 が空席です", browser.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_refused_keeps_what_was_typed_and_says_what_to_do()
    {
        using var browser = new Browser(await town.Server.ClientAsync(town.Server.Officer));
        await browser.OpenAsync("/organisation/unit");
        await browser.SubmitAsync("name", ("name", "どこにもない課"), ("kind", nameof(UnitKind.Section)), ("parent", ""));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Contains("上位の組織を選び直してください", browser.Text, StringComparison.Ordinal);
        Assert.Equal("どこにもない課", browser.Value("#f-name"));
    }

    [Fact]
    public async Task An_auditor_reads_and_changes_nothing()
    {
        var auditor = await Person.AddAsync(town.Server, town.Municipality, "auditor@hama", Role.Auditor);
        using var client = await town.Server.ClientAsync(auditor);
        using var read = await client.GetAsync("/organisation", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.DoesNotContain("/organisation/unit\"", await read.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var form = await client.GetAsync("/organisation/unit", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, form.StatusCode);
    }

    private static async Task AddUnitAsync(Browser browser, string kind, string name, string? parent)
    {
        await browser.OpenAsync("/organisation/unit");
        await browser.SubmitAsync("name", ("kind", kind), ("name", name), ("parent", parent is null ? "" : Option(browser, "parent", parent)));
        Assert.Equal("/organisation?done=unit", browser.At);
    }

    private static string Option(Browser browser, string field, string words) =>
        browser.Page.QuerySelectorAll($"#f-{field} option").First(o => o.TextContent == words).GetAttribute("value")!;
}
