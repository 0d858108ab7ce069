using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sekisho.Web.Hosting;

namespace Sekisho.Web.Tests;

public sealed class BehindProxyTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, "203.0.113.7", "127.0.0.1 http")] // nobody is trusted: what is said is not read
    [InlineData("10.0.0.5", "203.0.113.7", "127.0.0.1 http")] // another proxy is
    [InlineData("127.0.0.1", "203.0.113.7", "203.0.113.7 https")]
    [InlineData("127.0.0.0/8", "203.0.113.7", "203.0.113.7 https")]
    [InlineData("127.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7 https")] // what the browser claims itself stands before, and isn't believed
    public async Task The_browsers_address_is_taken_from_a_named_proxy_only(string? trusted, string forwarded, string expected)
    {
        await using var server = await ConsoleServer.StartAsync(
            endpoints: app => app.MapGet("/whoami", (HttpContext context) => $"{context.Connection.RemoteIpAddress!.MapToIPv4()} {context.Request.Scheme}").AllowAnonymous(),
            options: options => options with { TrustedProxies = trusted is null ? [] : [BehindProxy.TryRead(trusted, out var network) ? network : throw new InvalidOperationException(trusted)] });
        using var client = server.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/whoami");
        request.Headers.Add("X-Forwarded-For", forwarded);
        request.Headers.Add("X-Forwarded-Proto", trusted == "127.0.0.1" && forwarded.Contains(',', StringComparison.Ordinal) ? "http, https" : "https");
        request.Headers.Add("X-Forwarded-Host", "evil.example");
        using var answer = await client.SendAsync(request, Cancel);
        Assert.Equal(expected, await answer.Content.ReadAsStringAsync(Cancel));
    }

    [Theory]
    [InlineData("10.0.0.5", true)]
    [InlineData("10.0.0.0/24", true)]
    [InlineData("::1", true)]
    [InlineData("10.0.0.0/33", false)]
    [InlineData("proxy.example", false)]
    [InlineData("", false)]
    public void A_proxy_is_an_address_or_a_network(string text, bool read) => Assert.Equal(read, BehindProxy.TryRead(text, out _));

    [Fact]
    public async Task Passkeys_and_links_follow_the_public_address()
    {
        await using var server = await ConsoleServer.StartAsync(options: options => options with { PublicUrl = new Uri("https://sekisho.example.lg.jp:8443/") });
        Assert.Equal("sekisho.example.lg.jp", server.Services.GetRequiredService<IOptions<IdentityPasskeyOptions>>().Value.ServerDomain);
        var request = new DefaultHttpContext().Request;
        (request.Scheme, request.Host) = ("http", new HostString("127.0.0.1", 8080));
        Assert.Equal("https://sekisho.example.lg.jp:8443/invitation/x", server.Services.GetRequiredService<PublicAddress>().To(request, "/invitation/x"));
        Assert.Equal("http://127.0.0.1:8080/invitation/x", new PublicAddress(null).To(request, "/invitation/x"));
    }
}
