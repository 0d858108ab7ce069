using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Sekisho.Records.Accounts;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Tests.SignIn;

public sealed partial class EnrolmentTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task First_start_makes_municipality_and_officer_and_nothing_else_is_reachable_before()
    {
        var clock = TestClock.FromNow();
        await using var server = await ConsoleServer.StartAsync(clock, firstStartDone: false);
        using var browser = new Browser(server.Client());
        foreach (var path in new[] { "/", "/policy", "/sign-in", "/accounts", "/enrol", "/no-such-page" })
        {
            await browser.OpenAsync(path);
            Assert.Equal("/first-start", browser.At);
        }
        // What a town publishes is for everyone, at any time.
        using (var published = await browser.Http.GetAsync("/public/hama", Cancel)) Assert.NotEqual("/first-start", published.RequestMessage!.RequestUri!.AbsolutePath);
        using (var api = await browser.Http.GetAsync("/api/v1/policies", Cancel)) Assert.Equal(HttpStatusCode.ServiceUnavailable, api.StatusCode);

        var code = await server.Services.FirstStartCodeAsync(Cancel);
        await FillAsync(browser, "AAAA-BBBB-CCCC");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Equal("潮見市", browser.Value("[name=municipalityName]")); // what was typed is still there
        Assert.Equal("", browser.Value("[name=password]") ?? "");

        await FillAsync(browser, code!.ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal)); // as people type it
        Assert.StartsWith("/enrol", browser.At, StringComparison.Ordinal);

        // The password alone opens nothing but enrolment.
        await browser.OpenAsync("/account");
        Assert.StartsWith("/sign-in", browser.At, StringComparison.Ordinal);
        await browser.OpenAsync("/enrol?back=%2Faccount");
        var key = Totp.FromBase32(Spaces().Replace(browser.Page.QuerySelector("code.secret")!.TextContent, ""))!;
        Assert.NotNull(browser.Page.QuerySelector(".qr svg"));
        var shown = browser.Value("[name=ticket]");
        await browser.SubmitAsync("authenticator", ("code", "000000"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        await browser.SubmitAsync("authenticator", ("code", Totp.Code(key, Totp.StepAt(clock.GetUtcNow()))), ("ticket", shown!));
        Assert.Equal(10, browser.Page.QuerySelectorAll(".codes code").Length);
        var recovery = browser.Page.QuerySelector(".codes code")!.TextContent;
        await browser.OpenAsync("/account");
        Assert.Equal("/account", browser.At);
        Assert.Contains("港 太郎", browser.Text, StringComparison.Ordinal);

        // The code of the terminal is gone, and so is the page.
        Assert.Null(await server.Services.FirstStartCodeAsync(Cancel));
        await browser.OpenAsync("/first-start");
        Assert.NotEqual("/first-start", browser.At);

        // A recovery code signs in once.
        foreach (var expected in new[] { "/account?recovered=1", "/sign-in/recovery" })
        {
            using var later = new Browser(server.Client());
            await later.OpenAsync("/sign-in");
            await later.SubmitAsync("sign-in", ("login", "minato"), ("password", Person.GoodPassword));
            await later.OpenAsync("/sign-in/recovery");
            await later.SubmitAsync("recovery", ("code", recovery));
            Assert.Equal(expected, later.At);
        }
    }

    [Fact]
    public void First_start_code_ends_with_its_time_with_ten_wrong_tries_and_with_its_use()
    {
        var clock = TestClock.FromNow();
        var code = new FirstStartCode(clock);
        Assert.False(code.Check(""));
        var shown = code.Issue();
        Assert.True(code.Check(shown));
        clock.Advance(FirstStartCode.Validity);
        Assert.False(code.Check(shown));

        shown = code.Issue();
        for (var i = 0; i < FirstStartCode.MaxTries - 1; i++) Assert.False(code.Check("WRONG"));
        Assert.True(code.Check(shown));
        Assert.False(code.Check("WRONG"));
        Assert.False(code.Check(shown));

        shown = code.Issue();
        code.Spend();
        Assert.False(code.Check(shown));
    }

    [Fact]
    public async Task Invitation_sets_the_password_once_and_leads_to_enrolment()
    {
        await using var server = await ConsoleServer.StartAsync();
        var data = server.Services.GetRequiredService<AccountData>();
        var book = server.Services.GetRequiredService<AccountBook>();
        var by = (await data.FindAsync(server.Officer.Id, Cancel))!;
        var link = (await book.InviteAsync(by, new AccountForm("taro@hama", "浜 太郎", [Role.Manager], null), Cancel)).Match(done => done.LinkSecret!, refused => throw new InvalidOperationException(refused.ToString()));

        using var browser = new Browser(server.Client());
        await browser.OpenAsync("/invitation/" + link);
        foreach (var weak in new[] { "short", "aaaaaaaaaaaaaaaa", "taro-is-my-name-1", "password1234" })
        {
            await browser.SubmitAsync("invitation", ("password", weak), ("again", weak));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        }
        await browser.SubmitAsync("invitation", ("password", Person.GoodPassword), ("again", Person.GoodPassword));
        Assert.Equal("/enrol", browser.At);

        using var second = new Browser(server.Client());
        await second.OpenAsync("/invitation/" + link);
        Assert.Equal(HttpStatusCode.Gone, second.Status);
        await second.OpenAsync("/invitation/" + new string('A', 43));
        Assert.Equal(HttpStatusCode.Gone, second.Status);
    }

    [Fact]
    public async Task Half_way_with_a_second_factor_the_password_alone_cannot_add_another()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = new Browser(server.Client());
        await browser.OpenAsync("/sign-in");
        await SignInTests.PasswordAsync(browser, server.Officer);
        var token = browser.Value("[name=__RequestVerificationToken]");
        await browser.OpenAsync("/enrol");
        Assert.StartsWith("/sign-in", browser.At, StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/enrol/passkey-options") { Headers = { { "RequestVerificationToken", token } } };
        using var answer = await browser.Http.SendAsync(request, Cancel);
        Assert.NotEqual("application/json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Second_factor_is_asked_again_where_a_page_wants_it_and_refuses_a_code_that_was_used()
    {
        var clock = TestClock.FromNow();
        await using var server = await ConsoleServer.StartAsync(clock);
        using var scope = server.Services.CreateScope();
        var factor = scope.ServiceProvider.GetRequiredService<ISecondFactor>();
        var code = server.Officer.Code(clock.GetUtcNow());
        Assert.True((await factor.ConfirmAsync(server.Officer.Id, code, Cancel)).Match(c => c.Method == "totp", _ => false));
        Assert.False((await factor.ConfirmAsync(server.Officer.Id, code, Cancel)).Match(_ => true, _ => false));
        Assert.False((await factor.ConfirmAsync(new AccountId(Guid.NewGuid()), code, Cancel)).Match(_ => true, _ => false));
    }

    [Fact]
    public async Task Secrets_are_not_readable_in_the_database()
    {
        await using var server = await ConsoleServer.StartAsync();
        var token = await server.Officer.TokenAsync(server, TokenScope.Read);
        await using var connection = new Npgsql.NpgsqlConnection(await server.TestDatabase.SuperuserAsync());
        await connection.OpenAsync(Cancel);
        foreach (var table in new[] { "account", "access_token", "recovery_code", "invitation", "session" })
        {
            await using var command = new Npgsql.NpgsqlCommand($"SELECT coalesce(string_agg(t::text, ' '), '') FROM signin.{table} t", connection);
            var all = (string)(await command.ExecuteScalarAsync(Cancel))!;
            Assert.DoesNotContain(token, all, StringComparison.Ordinal);
            Assert.DoesNotContain(Person.GoodPassword, all, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToHexString(server.Officer.Key), all, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Base32(server.Officer.Key), all, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void Codes_are_those_of_RFC_6238()
    {
        var key = "12345678901234567890"u8;
        // Appendix B, last six of its eight digits.
        foreach (var (seconds, code) in new[] { (59L, "287082"), (1111111109L, "081804"), (1111111111L, "050471"), (1234567890L, "005924"), (2000000000L, "279037"), (20000000000L, "353130") })
        {
            Assert.Equal(code, Totp.Code(key, seconds / Totp.StepSeconds));
            Assert.Equal(seconds / Totp.StepSeconds, Totp.Match(key, code, DateTimeOffset.FromUnixTimeSeconds(seconds)));
        }
    }

    private static Task<Browser> FillAsync(Browser browser, string code) => browser.SubmitAsync("first-start",
        ("code", code), ("municipalityName", "潮見市"), ("slug", "shiomi"), ("displayName", "港 太郎"), ("login", "minato"), ("password", Person.GoodPassword), ("again", Person.GoodPassword));

    private static string Base32(byte[] bytes)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        return string.Concat(Enumerable.Range(0, bytes.Length * 8 / 5).Select(i =>
        {
            var bit = i * 5;
            var value = ((bytes[bit / 8] << 8) | (bit / 8 + 1 < bytes.Length ? bytes[bit / 8 + 1] : 0)) >> (11 - bit % 8) & 31;
            return Alphabet[value];
        }));
    }

    [GeneratedRegex(@"\s")]
    private static partial Regex Spaces();
}
