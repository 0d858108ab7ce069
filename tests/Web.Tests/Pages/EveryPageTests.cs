using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Sekisho.Records.Accounts;
using Sekisho.Web.Hosting;

namespace Sekisho.Web.Tests.Pages;

/// <summary>What is so of every page.</summary>
public sealed partial class EveryPageTests(FullTown town) : IClassFixture<FullTown>
{
    [GeneratedRegex(@"[\p{IsHiragana}\p{IsKatakana}\p{IsCJKUnifiedIdeographs}]")]
    private static partial Regex Japanese();

    [Fact]
    public async Task Every_page_answers_in_both_languages_and_keeps_to_this_server()
    {
        foreach (var language in new[] { "ja", "en" })
        {
            using var client = await town.Server.ClientAsync(town.Server.Officer, language);
            foreach (var address in town.Addresses.Append("/public/hama"))
            {
                using var answer = await client.GetAsync(address, TestContext.Current.CancellationToken);
                var html = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{address}: {answer.StatusCode}");
                Assert.DoesNotContain("style=\"", html, StringComparison.Ordinal);
                Assert.DoesNotContain(" onclick=", html, StringComparison.Ordinal);
                Assert.DoesNotMatch(@"<script(?![^>]* src=)", html);
                Assert.Equal(SecurityHeaders.ContentSecurityPolicy, Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
                var page = new HtmlParser().ParseDocument(html);
                // A link that a person follows may lead elsewhere (the town's own site); what a browser loads or sends by itself may not.
                Assert.DoesNotContain(page.QuerySelectorAll("*:not(a)").SelectMany(e => new[] { "src", "href", "action", "srcset", "data", "poster" }.Select(e.GetAttribute)),
                    a => a is not null && (a.StartsWith("//", StringComparison.Ordinal) || a.Contains("://", StringComparison.Ordinal)));
                Assert.Equal(language, page.DocumentElement.GetAttribute("lang"));
                Assert.Single(page.QuerySelectorAll("h1"));
                Assert.Single(page.QuerySelectorAll("main"));
                Assert.NotEqual("", page.Title);
            }
        }
    }

    /// <summary>Japanese stays where it is the policy's own words (marked lang="ja"), what people wrote, or names; nothing of the console's own.</summary>
    [Fact]
    public async Task English_is_complete()
    {
        using var client = await town.Server.ClientAsync(town.Server.Officer, "en");
        foreach (var address in town.Addresses)
        {
            var page = new HtmlParser().ParseDocument(await client.GetStringAsync(address, TestContext.Current.CancellationToken));
            foreach (var own in page.QuerySelectorAll("[lang=ja], .person-name, title, code, pre, input, textarea, .quote").ToList()) own.Remove();
            foreach (var words in new[] { "方針改正案.txt", "方針.txt", "浜町情報セキュリティ基本方針", "担当 花子", "担当 次郎", "研修の会場が工事中のため。", "資料を配り、質問を受け付ける。", "了承", "(対策基準)" })
                foreach (var text in page.Body!.Descendants<IText>().Where(t => t.Data.Contains(words, StringComparison.Ordinal))) text.Data = text.Data.Replace(words, "", StringComparison.Ordinal);
            var left = page.Body!.Descendants<IText>().Where(t => t.ParentElement is not { LocalName: "script" } && Japanese().IsMatch(QuotedFromPolicy(t.Data))).Select(t => t.Data.Trim()).ToList();
            var attributes = page.Body!.Descendants<IElement>().SelectMany(e => new[] { "aria-label", "placeholder", "title", "alt" }.Select(e.GetAttribute)).Where(a => a is not null && Japanese().IsMatch(PlaceNames(a))).ToList();
            Assert.True(left.Count == 0 && attributes.Count == 0, $"{address}:\n{string.Join('\n', left.Concat(attributes).Take(12))}");
        }
    }

    [Fact]
    public async Task First_view_is_under_100_kilobytes_with_everything_that_it_loads()
    {
        using var client = await town.Server.ClientAsync(town.Server.Officer);
        foreach (var address in town.Addresses)
        {
            var (html, bytes) = await WireAsync(client, address);
            foreach (Match file in Regex.Matches(html, "(?:href|src)=\"(/assets/[^\"]+)\"")) bytes += (await WireAsync(client, file.Groups[1].Value)).Bytes;
            Assert.True(bytes < 100_000, $"{address}: {bytes} bytes");
        }
    }

    [Fact]
    public async Task Strangers_are_sent_to_sign_in_and_staff_see_neither_evidence_nor_ledger()
    {
        using var stranger = town.Server.Client(followRedirects: false);
        foreach (var address in town.Addresses)
        {
            using var answer = await stranger.GetAsync(address, TestContext.Current.CancellationToken);
            Assert.True(answer.StatusCode == HttpStatusCode.Redirect && answer.Headers.Location!.OriginalString.Contains("/sign-in", StringComparison.Ordinal), $"{address}: {answer.StatusCode}");
        }
        var person = await Person.AddAsync(town.Server, town.Municipality, "clerk@hama", Role.Staff);
        using var staff = await town.Server.ClientAsync(person, followRedirects: false);
        foreach (var address in new[] { "/evidence", "/ledger", "/ledger/0", "/policy/findings", "/policy/ties", "/policy/words", "/policy/upload", "/obligations/physical/statement" })
        {
            using var answer = await staff.GetAsync(address, TestContext.Current.CancellationToken);
            Assert.NotEqual(HttpStatusCode.OK, answer.StatusCode);
        }
        using var policy = await staff.GetAsync("/policy", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, policy.StatusCode);
        Assert.DoesNotContain("/policy/upload", await policy.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_towns_records_are_not_there()
    {
        var other = await town.Server.TestDatabase.AddMunicipalityAsync("other", "他町");
        var person = await Person.AddAsync(town.Server, other, "officer@other", Role.Officer);
        using var client = await town.Server.ClientAsync(person, followRedirects: false);
        foreach (var address in new[] { $"/policy/versions/{town.InForce.Id}", $"/evidence/{town.Evidence.Evidence.Id}", $"/obligations/human/waivers/{town.Waiver.Id}", "/ledger/3" })
        {
            using var answer = await client.GetAsync(address, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("/policy?on=来年のいつか")]
    [InlineData("/policy?p=no-such-provision")]
    [InlineData("/policy/ties?version=nonsense")]
    [InlineData("/policy/compare?old=x&new=y")]
    [InlineData("/ledger?before=-1")]
    [InlineData("/evidence?after=nonsense&from=いつか")]
    [InlineData("/obligations?show=%EF%BF%BF")]
    public async Task Nonsense_in_an_address_is_no_failure(string address)
    {
        using var client = await town.Server.ClientAsync(town.Server.Officer);
        using var answer = await client.GetAsync(address, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    // The reasons of ties quote the policy's words in 「」; places are named as the document names them (第4条第1号, 附則).
    private static string QuotedFromPolicy(string text) => PlaceNames(Regex.Replace(text, "[「\"“][^」\"”]*[」\"”]", ""));

    // Laws keep their Japanese names in English, as the ministry's own English does beside a translation.
    private static string PlaceNames(string text) => Regex.Replace(text, "\\p{IsCJKUnifiedIdeographs}+(法|規則)(?=第)|第?[0-9０-９]+(条|項|号|版)(の[0-9]+)?|附則|[ア-ン]$|、", "");

    private static async Task<(string Html, long Bytes)> WireAsync(HttpClient client, string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("br"));
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var wire = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal("br", Assert.Single(answer.Content.Headers.ContentEncoding));
        using var plain = new System.IO.Compression.BrotliStream(new MemoryStream(wire), System.IO.Compression.CompressionMode.Decompress);
        using var reader = new StreamReader(plain);
        return (await reader.ReadToEndAsync(TestContext.Current.CancellationToken), wire.Length);
    }
}
