using System.Net;
using System.Net.Http.Headers;

namespace Sekisho.Web.Tests;

public sealed class HostTests : IAsyncLifetime
{
    private ConsoleServer server = null!;

    public async ValueTask InitializeAsync() => server = await ConsoleServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Every_answer_forbids_scripts_from_elsewhere_and_inline()
    {
        using var client = server.Client();
        foreach (var path in new[] { "/error/404", "/no-such-page", "/assets/none.css" })
        {
            using var answer = await client.GetAsync(path, TestContext.Current.CancellationToken);
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.True(answer.Headers.CacheControl!.NoStore, path);
            Assert.False(answer.Headers.Contains("Server"));
        }
    }

    [Fact]
    public async Task Unknown_address_says_so_in_the_language_of_the_person()
    {
        using var japanese = server.Client();
        using var english = server.Client("en");
        using var ja = await japanese.GetAsync("/no-such-page", TestContext.Current.CancellationToken);
        using var en = await english.GetAsync("/no-such-page", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, ja.StatusCode);
        Assert.Contains("この頁はありません", await ja.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("There is no such page", await en.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_carry_their_digest_and_may_be_kept_for_good()
    {
        using var client = server.Client();
        var page = await client.GetStringAsync("/error/404", TestContext.Current.CancellationToken);
        var files = System.Text.RegularExpressions.Regex.Matches(page, "(?:href|src)=\"(/assets/[^\"]+)\"").Select(m => m.Groups[1].Value).Distinct().ToList();
        Assert.True(files.Count >= 5, $"{files.Count} files: was src/Web/Assets/build.sh run?");
        foreach (var file in files)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, file);
            request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("br"));
            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(TimeSpan.FromDays(365), answer.Headers.CacheControl!.MaxAge);
            Assert.Equal("br", Assert.Single(answer.Content.Headers.ContentEncoding));
        }
    }

    [Theory]
    [InlineData("/policy?on=2026-06-01", "/policy?on=2026-06-01")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example", "/")]
    [InlineData(null, "/")]
    public async Task Switch_of_language_comes_back_only_to_this_server(string? back, string expected)
    {
        using var client = server.Client(followRedirects: false);
        using var answer = await client.GetAsync("/language/en" + (back is null ? "" : "?back=" + Uri.EscapeDataString(back)), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal(expected, answer.Headers.Location!.OriginalString);
        Assert.Contains(answer.Headers.GetValues("Set-Cookie"), c => c.StartsWith("sekisho.language=en", StringComparison.Ordinal) && c.Contains("httponly", StringComparison.OrdinalIgnoreCase));
    }
}
