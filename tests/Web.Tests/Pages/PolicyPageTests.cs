using System.Net;
using System.Text;
using AngleSharp.Html.Parser;
using Sekisho.Assurance;
using Sekisho.Web.Components;
using Sekisho.Web.Hosting;

namespace Sekisho.Web.Tests.Pages;

/// <summary>The policy as the dashboard, and what leads to it.</summary>
public sealed class PolicyPageTests(FullTown town) : IClassFixture<FullTown>
{
    [Fact]
    public async Task Every_word_of_the_document_is_on_the_page_in_its_order()
    {
        using var browser = new Browser(await town.Server.ClientAsync(town.Server.Officer));
        await browser.OpenAsync("/policy");
        var shown = Squeeze(browser.Page.QuerySelector(".rules")!.TextContent);
        var at = 0;
        foreach (var line in FullTown.PolicyText.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(l => !l.StartsWith("令和7年3月28日", StringComparison.Ordinal)))
        {
            var found = shown.IndexOf(Squeeze(line), at, StringComparison.Ordinal);
            Assert.True(found >= 0, line);
            at = found;
        }
    }

    [Fact]
    public async Task Beside_each_provision_stands_the_verdict_of_its_obligations()
    {
        using var browser = new Browser(await town.Server.ClientAsync(town.Server.Officer));
        await browser.OpenAsync("/policy");
        Assert.Contains("満たす", MarkOf(browser, "物理的セキュリティ"), StringComparison.Ordinal);
        Assert.Contains("満たさない", MarkOf(browser, "情報資産の分類と管理"), StringComparison.Ordinal);
        Assert.Contains("例外承認中", MarkOf(browser, "人的セキュリティ"), StringComparison.Ordinal);
        var board = (await town.Records.Verdicts.BoardAsync(town.Municipality, null, TestContext.Current.CancellationToken))!;
        foreach (var (kind, count) in board.Counts.ByKind.Where(c => c.Value > 0))
        {
            Assert.Equal(count, browser.Page.QuerySelectorAll($".strip .cell-{VerdictWords.Name(kind)}").Length);
            Assert.Contains(browser.Page.QuerySelectorAll($".count-{VerdictWords.Name(kind)} .count-number"), e => e.TextContent == count.ToString());
        }
        foreach (var provision in board.Provisions.Where(p => p.Verdict is not null))
            Assert.NotNull(browser.Page.GetElementById($"p-{provision.Provision.Id}")?.QuerySelector($".mark-{VerdictWords.Name(provision.Verdict!.Kind)}"));
    }

    [Fact]
    public async Task A_mark_opens_the_same_panel_as_a_part_and_as_a_whole_page()
    {
        using var browser = new Browser(await town.Server.ClientAsync(town.Server.Officer));
        await browser.OpenAsync("/policy");
        var href = browser.Page.QuerySelectorAll(".row").First(r => r.TextContent.Contains("情報資産の分類と管理", StringComparison.Ordinal)).QuerySelector(".mark-link")!.GetAttribute("href")!;
        await browser.OpenAsync(href);
        var whole = browser.Page.QuerySelector("#panel")!.InnerHtml;
        using var request = new HttpRequestMessage(HttpMethod.Get, href) { Headers = { { "HX-Request", "true" }, { "HX-Request-Type", "partial" } } };
        using var answer = await browser.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var part = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("<html", part, StringComparison.Ordinal);
        Assert.Equal(Squeeze(new HtmlParser().ParseDocument(whole).Body!.TextContent), Squeeze(new HtmlParser().ParseDocument(part).Body!.TextContent));
        Assert.Contains("17 課のうち 2 課が台帳を確認していません。", part, StringComparison.Ordinal);
        Assert.Contains("HX-Request-Type", string.Join(',', answer.Headers.Vary), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_day_before_the_policy_says_that_none_was_in_force()
    {
        using var browser = new Browser(await town.Server.ClientAsync(town.Server.Officer));
        await browser.OpenAsync("/policy?on=" + Uri.EscapeDataString("令和2年4月1日"));
        Assert.Contains("施行中の方針がありませんでした", browser.Text, StringComparison.Ordinal);
        await browser.OpenAsync("/policy?on=" + Uri.EscapeDataString("いつか"));
        Assert.Contains("日付として読めません", browser.Text, StringComparison.Ordinal);
        Assert.Equal("いつか", browser.Value("#day-text"));
    }

    [Theory]
    [InlineData("", "文書が選ばれていないか")]
    [InlineData("\0\u0001\u0002 not a policy", "何も保存していません")]
    public async Task What_is_no_policy_is_refused_in_words_and_nothing_is_kept(string content, string says)
    {
        using var client = await town.Server.ClientAsync(town.Server.Officer);
        var before = (await town.Records.Policies.VersionsAsync(town.Municipality, null, null, TestContext.Current.CancellationToken)).Count;
        using var answer = await UploadAsync(client, Encoding.UTF8.GetBytes(content), "何か.txt");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Contains(says, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(before, (await town.Records.Policies.VersionsAsync(town.Municipality, null, null, TestContext.Current.CancellationToken)).Count);
    }

    [Fact]
    public async Task The_same_document_again_is_recognised_and_its_text_is_on_the_page_before_anything_takes_effect()
    {
        using var client = await town.Server.ClientAsync(town.Server.Officer);
        using var answer = await UploadAsync(client, Encoding.UTF8.GetBytes(FullTown.PolicyText), "もう一度.txt");
        Assert.Equal($"/policy/versions/{town.InForce.Id}?done=kept", answer.RequestMessage!.RequestUri!.PathAndQuery);
        using var browser = new Browser(client);
        await browser.OpenAsync($"/policy/versions/{town.Draft.Id}");
        Assert.Contains("年一回以上の研修を行う", browser.Text, StringComparison.Ordinal);
        Assert.Contains("この版を施行する", browser.Text, StringComparison.Ordinal);
        await browser.SubmitAsync("effective", ("effective", "いつか"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Equal("いつか", browser.Value("#f-effective"));
        var still = await town.Records.Policies.InForceAsync(town.Municipality, "basic-policy", Server.GetUtcNow(), TestContext.Current.CancellationToken);
        Assert.Equal(town.InForce.Id, still!.Summary.Id);
    }

    [Fact]
    public async Task A_form_without_its_token_changes_nothing()
    {
        using var client = await town.Server.ClientAsync(town.Server.Officer);
        using var form = new FormUrlEncodedContent([new("_handler", "exclude"), new("reason", "該当するものがない")]);
        using var answer = await client.PostAsync("/obligations/physical/exclusion", form, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Empty(await town.Records.Exclusions.ListAsync(town.Municipality, new("physical"), null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Residents_see_the_published_policy_without_signing_in_and_nothing_of_the_console()
    {
        using var browser = new Browser(town.Server.Client());
        await browser.OpenAsync("/public/hama");
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        Assert.Contains("情報資産の分類と管理", browser.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("満たさない", browser.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("担当 花子", browser.Page.DocumentElement.OuterHtml, StringComparison.Ordinal);
        Assert.DoesNotContain("/obligations", browser.Page.DocumentElement.OuterHtml, StringComparison.Ordinal);
        using var original = await browser.Http.GetAsync("/public/hama/1/original", TestContext.Current.CancellationToken);
        Assert.Equal(FullTown.PolicyText, await original.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await browser.OpenAsync("/public/no-such-town");
        Assert.Equal(HttpStatusCode.NotFound, browser.Status);
    }

    private TimeProvider Server => (TimeProvider)town.Server.Services.GetService(typeof(TimeProvider))!;

    private static string MarkOf(Browser browser, string words) =>
        browser.Page.QuerySelectorAll(".row").First(r => r.QuerySelector(".row-words strong")?.TextContent == words).QuerySelector(".row-mark")!.TextContent;

    private static async Task<HttpResponseMessage> UploadAsync(HttpClient client, byte[] content, string name)
    {
        var page = new HtmlParser().ParseDocument(await client.GetStringAsync("/policy/upload", TestContext.Current.CancellationToken));
        using var form = new MultipartFormDataContent
        {
            { new StringContent("upload"), "_handler" },
            { new StringContent(page.QuerySelector("form[enctype] input[name=__RequestVerificationToken]")!.GetAttribute("value")!), "__RequestVerificationToken" },
            { new StringContent("basic-policy"), "kind" },
            { new ByteArrayContent(content), "document", name },
        };
        return await client.PostAsync("/policy/upload", form, TestContext.Current.CancellationToken);
    }

    private static string Squeeze(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c) && c != '　'));
}
