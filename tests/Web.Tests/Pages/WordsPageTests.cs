using System.Net;
using AngleSharp.Dom;
using Sekisho.Records.Accounts;

namespace Sekisho.Web.Tests.Pages;

public sealed class WordsPageTests : IAsyncLifetime
{
    private readonly FullTown town = new();

    public ValueTask InitializeAsync() => town.InitializeAsync();

    public ValueTask DisposeAsync() => town.DisposeAsync();

    [Fact]
    public async Task Words_are_proposed_from_the_policy_decided_by_the_officer_and_spoken_by_the_console()
    {
        using var browser = new Browser(await town.Server.ClientAsync(town.Server.Officer));
        await browser.OpenAsync("/policy/words");
        // Proposed: the policy says 分類 and 実施手順, and nothing of zones.
        Assert.Equal("分類", browser.Value(Input(browser, "分類")));
        Assert.Equal("", browser.Value(Input(browser, "マイナンバー利用事務系")) ?? "");
        Assert.Contains("まだ確認していません", browser.Text, StringComparison.Ordinal);
        Assert.Contains("マイナンバー接続系", browser.Page.QuerySelectorAll("datalist option").Select(o => o.GetAttribute("value")));

        await browser.SubmitAsync("words", (Name(browser, "分類"), "格付け"), (Name(browser, "マイナンバー利用事務系"), "マイナンバー接続系"), (Name(browser, "実施機関"), "行政機関"));
        Assert.Equal("/policy/words?done=kept", browser.At);
        Assert.Contains("語をすべて確認しました", browser.Text, StringComparison.Ordinal);
        await browser.OpenAsync("/obligations/asset-classification");
        Assert.Contains("格付け", browser.Page.QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        await browser.OpenAsync("/obligations/mynumber-isolation");
        Assert.Contains("マイナンバー接続系", browser.Page.QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("マイナンバー利用事務系", browser.Page.QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        await browser.OpenAsync("/organisation/unit");
        Assert.Contains("行政機関は最上位に", browser.Text, StringComparison.Ordinal);

        // Emptied, it goes back to what the policy says.
        await browser.OpenAsync("/policy/words");
        await browser.SubmitAsync("words", (Name(browser, "分類"), ""));
        Assert.Equal("分類", browser.Value(Input(browser, "分類")));
    }

    [Fact]
    public async Task A_word_that_can_not_be_kept_is_said_at_its_field_and_nothing_typed_is_lost()
    {
        using var browser = new Browser(await town.Server.ClientAsync(town.Server.Officer));
        await browser.OpenAsync("/policy/words");
        await browser.SubmitAsync("words", (Name(browser, "分類"), "{格付け}"), (Name(browser, "自己点検"), "自主点検"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Equal("{格付け}", browser.Value(Input(browser, "分類")));
        Assert.Equal("自主点検", browser.Value(Input(browser, "自己点検")));
        Assert.NotNull(browser.Page.QuerySelector(Input(browser, "分類") + "[aria-invalid=true]"));
        await browser.OpenAsync("/policy/words");
        Assert.Equal("自己点検", browser.Value(Input(browser, "自己点検")));
    }

    [Fact]
    public async Task An_auditor_reads_the_words_and_can_not_change_them()
    {
        using var browser = new Browser(await town.Server.ClientAsync(await Person.AddAsync(town.Server, town.Municipality, "auditor@hama", Role.Auditor)));
        await browser.OpenAsync("/policy/words");
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        Assert.Empty(browser.Page.QuerySelectorAll("main input[type=text], main button"));
    }

    private static string Name(Browser browser, string term) =>
        browser.Page.QuerySelectorAll(".words tbody tr").First(row => row.QuerySelector("th")!.TextContent == term).QuerySelector("input")!.GetAttribute("name")!;

    private static string Input(Browser browser, string term) => $"input[name='{Name(browser, term)}']";
}
