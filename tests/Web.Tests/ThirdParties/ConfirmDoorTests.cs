using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Microsoft.Extensions.DependencyInjection;
using Sekisho.Records;
using Sekisho.Records.ThirdParties;
using Sekisho.Web.Pages.ThirdParties;

namespace Sekisho.Web.Tests.ThirdParties;

/// <summary>The page that anybody may open: a contractor answers, and nobody else learns anything.</summary>
public sealed class ConfirmDoorTests : IAsyncLifetime
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ConsoleServer server = null!;
    private OutsideTown town = null!;

    public async ValueTask InitializeAsync()
    {
        server = await ConsoleServer.StartAsync();
        town = await OutsideTown.AddAsync(server, server.Officer.Municipality);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_contractor_answers_without_an_account_and_the_officer_signs_off()
    {
        using var outside = new Browser(server.Client());
        await outside.OpenAsync($"/confirm/{town.Asked.Link}");
        Assert.DoesNotContain("潮見", outside.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("浜町", outside.Text, StringComparison.Ordinal);
        await outside.SubmitAsync("code", ("code", town.Asked.Code.ToLowerInvariant()));
        Assert.Equal("/confirm/answers", outside.At);
        Assert.Contains("潮見情報サービス株式会社", outside.Text, StringComparison.Ordinal);

        // Half now, half later; what was typed stays.
        await outside.SubmitAsync("answers", ("act", "save"), ("a-officer", "情報管理部長 山田"));
        Assert.Equal("情報管理部長 山田", outside.Value("[name=a-officer]"));
        await outside.SubmitAsync("answers", ("act", "send"), ("a-training-on", "いつか"), ("a-handlers", "三人"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, outside.Status);
        Assert.Equal("いつか", outside.Value("[name=a-training-on]"));
        Assert.NotNull(outside.Page.QuerySelector("#f-a-training-on-error"));
        Assert.NotNull(outside.Page.QuerySelector("#f-name-error"));

        var answers = outside.Page.QuerySelectorAll("[name^='a-'][type=radio][value=yes]").Select(e => (e.GetAttribute("name")!, "yes")).ToList();
        await outside.SubmitAsync("answers", [("act", "send"), ("a-training-on", "令和8年4月10日"), ("a-handlers", "３"), ("name", "山田 太郎"), .. answers]);
        Assert.Equal(HttpStatusCode.OK, outside.Status);
        Assert.Contains("回答を受け付けました", outside.Text, StringComparison.Ordinal);

        using var office = new Browser(await server.ClientAsync(server.Officer));
        await office.OpenAsync($"/confirmations/{town.Asked.Summary.Id}");
        Assert.Contains("令和8年4月10日", office.Text, StringComparison.Ordinal);
        await office.SubmitAsync("read", ("act", "sign"), ("note", "よく管理されている。"));
        Assert.Equal($"/confirmations/{town.Asked.Summary.Id}?done=saved", office.At);
        await outside.OpenAsync("/confirm/answers");
        Assert.Equal(HttpStatusCode.Gone, outside.Status);
    }

    [Fact]
    public async Task Whatever_the_link_is_the_page_and_the_refusal_are_the_same()
    {
        using var client = server.Client();
        var known = await PageAsync($"/confirm/{town.Asked.Link}");
        var unknown = await PageAsync($"/confirm/{new string('A', 43)}");
        var nonsense = await PageAsync("/confirm/x");
        Assert.Equal(known, unknown);
        Assert.Equal(known, nonsense);

        var refused = new List<(HttpStatusCode, string)>();
        foreach (var (link, code) in new[] { (town.Asked.Link, "0000-0000-0000"), (new string('A', 43), town.Asked.Code), (town.Asked.Link, ""), ("x", "x") })
        {
            using var browser = new Browser(server.Client());
            await browser.OpenAsync($"/confirm/{link}");
            await browser.SubmitAsync("code", ("code", code));
            refused.Add((browser.Status, browser.Text));
        }
        Assert.Equal(HttpStatusCode.UnprocessableEntity, Assert.Single(refused.Distinct()).Item1);

        // Tokens differ from page to page, and the switch of language names the address.
        async Task<string> PageAsync(string address)
        {
            var page = new HtmlParser().ParseDocument(await client.GetStringAsync(address, Cancel));
            page.QuerySelector("[name=__RequestVerificationToken]")!.Remove();
            page.QuerySelector(".language")!.Remove();
            return page.DocumentElement.OuterHtml.Replace(address, "/confirm/LINK", StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_way_in_is_a_cookie_for_these_pages_only_and_a_form_of_ours()
    {
        using var client = server.Client(followRedirects: false);
        var page = new HtmlParser().ParseDocument(await client.GetStringAsync($"/confirm/{town.Asked.Link}", Cancel));
        var fields = new Dictionary<string, string> { ["_handler"] = "code", ["code"] = town.Asked.Code };
        using (var forged = await client.PostAsync($"/confirm/{town.Asked.Link}", new FormUrlEncodedContent(fields), Cancel)) Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        fields["__RequestVerificationToken"] = page.QuerySelector("[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        using var answer = await client.PostAsync($"/confirm/{town.Asked.Link}", new FormUrlEncodedContent(fields), Cancel);
        Assert.Equal("/confirm/answers", answer.Headers.Location?.OriginalString is { } to && Uri.TryCreate(to, UriKind.Absolute, out var absolute) ? absolute.AbsolutePath : answer.Headers.Location?.OriginalString);
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"), c => c.StartsWith("sekisho.confirm=", StringComparison.Ordinal));
        foreach (var word in new[] { "httponly", "samesite=strict", "path=/confirm" }) Assert.Contains(word, cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(town.Asked.Link, cookie, StringComparison.Ordinal);

        // It opens nothing else, and a broken one opens nothing at all.
        using var elsewhere = await client.GetAsync($"/confirmations/{town.Asked.Summary.Id}", Cancel);
        Assert.Equal(HttpStatusCode.Redirect, elsewhere.StatusCode);
        using var broken = new HttpRequestMessage(HttpMethod.Get, "/confirm/answers");
        broken.Headers.Add("Cookie", "sekisho.confirm=nonsense");
        using var other = server.Client();
        using var gone = await other.SendAsync(broken, Cancel);
        Assert.Equal(HttpStatusCode.Gone, gone.StatusCode);
    }

    [Fact]
    public async Task More_than_fits_is_refused_before_it_is_read()
    {
        using var client = server.Client(followRedirects: false);
        var page = new HtmlParser().ParseDocument(await client.GetStringAsync($"/confirm/{town.Asked.Link}", Cancel));
        var token = page.QuerySelector("[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        Assert.True(await PostAsync(20_000) is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge);
        Assert.Equal(HttpStatusCode.Redirect, await PostAsync(1_000));

        async Task<HttpStatusCode> PostAsync(int padding)
        {
            using var answer = await client.PostAsync($"/confirm/{town.Asked.Link}", new FormUrlEncodedContent(new Dictionary<string, string>
                { ["_handler"] = "code", ["code"] = town.Asked.Code, ["__RequestVerificationToken"] = token, ["padding"] = new string('x', padding) }), Cancel);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Too_many_tries_from_one_address_wait_a_minute()
    {
        using var browser = new Browser(server.Client());
        await browser.OpenAsync("/confirm/x");
        for (var i = 0; i < 60; i++) await browser.SubmitAsync("code", ("code", "x"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        var form = browser.Page.QuerySelector("[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        using var answer = await browser.Http.PostAsync("/confirm/x", new FormUrlEncodedContent(new Dictionary<string, string> { ["_handler"] = "code", ["code"] = "x", ["__RequestVerificationToken"] = form }), Cancel);
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
    }

    [Fact]
    public async Task Under_its_published_name_the_server_shows_the_confirmation_and_nothing_else()
    {
        await using var published = await ConsoleServer.StartAsync(services: s => s.AddSingleton(new ConfirmAddress(new Uri("https://confirm.town.example/"))));
        using var client = published.Client(followRedirects: false);
        Assert.Equal(HttpStatusCode.OK, await AskAsync("/confirm/x", "confirm.town.example"));
        foreach (var address in new[] { "/sign-in", "/", "/api/v1/me", "/public/hama", "/first-start" }) Assert.Equal(HttpStatusCode.NotFound, await AskAsync(address, "confirm.town.example"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("/sign-in", published.Address.Authority));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("/confirm/x", published.Address.Authority));

        async Task<HttpStatusCode> AskAsync(string path, string host)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = host } };
            using var answer = await client.SendAsync(request, Cancel);
            return answer.StatusCode;
        }
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("10.1.2.3", true)]
    [InlineData("172.31.0.9", true)]
    [InlineData("192.168.10.20", true)]
    [InlineData("fd00::1", true)]
    [InlineData("::ffff:192.168.0.1", true)]
    [InlineData("172.32.0.1", false)]
    [InlineData("203.0.113.9", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("::ffff:203.0.113.9", false)]
    public void Unpublished_it_answers_to_the_inner_network_only(string address, bool isInner) => Assert.Equal(isInner, ConfirmDoor.IsInner(IPAddress.Parse(address)));
}
