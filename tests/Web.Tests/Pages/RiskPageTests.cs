using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Accounts;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.Risks;

namespace Sekisho.Web.Tests.Pages;

public sealed class RiskPageTests : IAsyncLifetime
{
    private static readonly Actor By = new("1", "担当 花子");

    private readonly FullTown town = new();

    public ValueTask InitializeAsync() => town.InitializeAsync();

    public ValueTask DisposeAsync() => town.DisposeAsync();

    [Fact]
    public async Task An_officer_finds_risks_treats_accepts_and_closes_them_without_script()
    {
        using var browser = new Browser(await town.Server.ClientAsync(town.Server.Officer));
        await browser.OpenAsync("/risks");
        Assert.Contains("リスクはまだありません", browser.Text, StringComparison.Ordinal);

        await browser.OpenAsync("/risks/start");
        await browser.SubmitAsync("take", ("take", "threats"));
        Assert.Equal("/risks/start?done=31", browser.At);
        await AddAsync(RiskRules.Groups, ("name", "住基システム"), ("kind", "system"), ("zone", "mynumber"), ("confidentiality", "3B"), ("availability", "2"));
        await browser.OpenAsync("/risks/start");
        Assert.Contains("機密性3Bの資産", browser.Text, StringComparison.Ordinal);
        var ticked = browser.Page.QuerySelectorAll<IHtmlInputElement>("input[name=pair]").Where(i => i.IsChecked).ToList();
        Assert.NotEmpty(ticked);
        await browser.SubmitAsync("take", [("take", "risks"), .. ticked.Select(t => ("pair", t.Value))]);
        Assert.Equal($"/risks/start?done={ticked.Count}", browser.At);

        await browser.OpenAsync("/risks");
        Assert.Equal($"{ticked.Count}件が決定を待っています", browser.Page.QuerySelector(".risk-facts .is-open")!.TextContent.Trim());
        var cell = browser.Page.QuerySelectorAll(".risk-map")[0].QuerySelector("td a")!;
        await browser.OpenAsync("/risks" + cell.GetAttribute("href")!["/risks".Length..]);
        Assert.Equal(cell.TextContent, browser.Page.QuerySelectorAll("#list tbody tr").Length.ToString(System.Globalization.CultureInfo.InvariantCulture));

        var ciso = await CisoAsync();
        var first = browser.Page.QuerySelector("#list tbody a")!.GetAttribute("href")!;
        await browser.OpenAsync(first);
        await browser.SubmitAsync("accept", ("by", ciso.ToString()), ("reference", "総第12号"), ("why", "更改まで運用で補うことができるため"), ("until", "昨日"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Equal("総第12号", browser.Value("#f-reference"));
        await browser.SubmitAsync("accept", ("until", "6か月後の今日でなく令和"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        await browser.SubmitAsync("accept", ("by", ciso.ToString()), ("until", JapaneseTime.Date(Today.AddMonths(6)).Ja));
        Assert.Equal(first + "?done=accepted", browser.At);
        Assert.Contains("受容中", browser.Page.QuerySelector(".standing")!.TextContent, StringComparison.Ordinal);

        await browser.OpenAsync("/risks");
        await browser.SubmitAsync("close");
        Assert.EndsWith("?done=closed", browser.At, StringComparison.Ordinal);
        Assert.Equal(ticked.Count, browser.Page.QuerySelectorAll("main tbody tr").Length);
        await browser.OpenAsync("/risks");
        Assert.All(browser.Page.QuerySelectorAll("#list tbody tr"), row => Assert.Contains("同じ", row.TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_scale_speaks_the_offices_words_and_a_wrong_one_loses_nothing()
    {
        using var browser = new Browser(await town.Server.ClientAsync(town.Server.Officer));
        await browser.OpenAsync("/risks/scale");
        await browser.SubmitAsync("scale", ("likelihood", "低"), ("likelihood", "中"), ("likelihood", "高"), ("loss", "小"), ("loss", "大"), ("line", "9"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Equal("9", browser.Value("#f-line"));
        Assert.Equal(["低", "中", "高"], browser.Page.QuerySelectorAll("input[name=likelihood]").Select(i => i.GetAttribute("value")).Where(v => v is { Length: > 0 }));
        await browser.SubmitAsync("scale", ("line", "4"));
        Assert.Equal("/risks/scale?done=saved", browser.At);
        Assert.Equal(["小", "大"], browser.Page.QuerySelectorAll("input[name=loss]").Select(i => i.GetAttribute("value")).Where(v => v is { Length: > 0 }));
    }

    [Fact]
    public async Task An_auditor_reads_every_page_in_english_and_finds_nothing_to_press()
    {
        var group = await AddAsync(RiskRules.Groups, ("name", "住基システム"), ("kind", "system"));
        var threat = await AddAsync(RiskRules.Threats, ("name", "修正の遅れ"), ("category", "program-defect"), ("hits", "confidentiality"));
        var risk = await AddAsync(RiskRules.Key, ("group", group.ToString()), ("threat", threat.ToString()), ("likelihood", "5"), ("loss", "5"));
        var analysis = (await town.Records.Risks.CloseAsync(town.Municipality, "令和8年度", By, TestContext.Current.CancellationToken)).OrThrow();
        var auditor = await Person.AddAsync(town.Server, town.Municipality, "auditor@hama", Role.Auditor);
        using var client = await town.Server.ClientAsync(auditor, "en");
        foreach (var address in new[] { "/risks", "/risks/scale", $"/risks/{risk}", $"/risks/analyses/{analysis.Id}" })
        {
            var page = new HtmlParser().ParseDocument(await client.GetStringAsync(address, TestContext.Current.CancellationToken));
            Assert.Empty(page.QuerySelectorAll("main button"));
            foreach (var own in page.QuerySelectorAll("[lang=ja], .person-name, title, input").ToList()) own.Remove();
            // Names stay as they are.
            var left = page.Body!.TextContent.Replace("担当 花子", "", StringComparison.Ordinal).Where(c => c is (>= 'ぁ' and <= 'ヿ') or (>= '一' and <= '鿿')).ToArray();
            Assert.True(left.Length == 0, $"{address}: {new string(left)}");
        }
    }

    private DateOnly Today => JapaneseTime.Day(((TimeProvider)town.Server.Services.GetService(typeof(TimeProvider))!).GetUtcNow());

    private async Task<EntryId> AddAsync(string register, params (string, string)[] fields) =>
        (await town.Records.Registers.AddAsync(town.Municipality, register, EntryDraft.Of(fields), null, By, TestContext.Current.CancellationToken)).OrThrow().Id;

    private async Task<PersonId> CisoAsync()
    {
        var cancel = TestContext.Current.CancellationToken;
        var agency = (await town.Records.Organisation.AddUnitAsync(town.Municipality, null, UnitKind.Agency, "町長部局", Today, By, cancel)).OrThrow();
        var ciso = (await town.Records.Organisation.AddPersonAsync(town.Municipality, agency.Id, "副町長 一郎", null, StaffKind.Staff, Today, By, cancel)).OrThrow();
        (await town.Records.Organisation.AppointAsync(town.Municipality, Post.Ciso, null, ciso.Id, Today, By, cancel)).OrThrow();
        return ciso.Id;
    }
}
