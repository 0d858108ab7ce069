using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Sekisho.Records.Accounts;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Tests.SignIn;

public sealed class SignInTests : IAsyncLifetime
{
    private readonly TestClock clock = TestClock.FromNow();
    private ConsoleServer server = null!;

    public async ValueTask InitializeAsync() => server = await ConsoleServer.StartAsync(clock);

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Password_then_code_of_the_app_opens_the_console()
    {
        using var browser = new Browser(server.Client());
        await browser.OpenAsync("/account");
        Assert.StartsWith("/sign-in?back=%2Faccount", browser.At, StringComparison.Ordinal);
        await PasswordAsync(browser, server.Officer);
        Assert.StartsWith("/sign-in/second", browser.At, StringComparison.Ordinal);
        await browser.SubmitAsync("second", ("code", server.Officer.Code(clock.GetUtcNow())));
        Assert.Equal("/account", browser.At);
        Assert.Contains("担当 花子", browser.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Password_alone_opens_nothing()
    {
        using var browser = new Browser(server.Client());
        await browser.OpenAsync("/sign-in");
        await PasswordAsync(browser, server.Officer);
        await browser.OpenAsync("/account");
        Assert.StartsWith("/sign-in", browser.At, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Full_width_digits_and_upper_case_names_are_understood()
    {
        using var browser = new Browser(server.Client());
        await browser.OpenAsync("/sign-in");
        await browser.SubmitAsync("sign-in", ("login", "ＯＦＦＩＣＥＲ＠hama"), ("password", Person.GoodPassword));
        var wide = string.Concat(server.Officer.Code(clock.GetUtcNow()).Select(d => (char)(d - '0' + '０')));
        await browser.SubmitAsync("second", ("code", wide));
        Assert.DoesNotContain("/sign-in", browser.At, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Code_works_once()
    {
        var code = server.Officer.Code(clock.GetUtcNow());
        using var first = new Browser(server.Client());
        await first.OpenAsync("/sign-in");
        await PasswordAsync(first, server.Officer);
        await first.SubmitAsync("second", ("code", code));
        Assert.DoesNotContain("/sign-in", first.At, StringComparison.Ordinal);

        using var second = new Browser(server.Client());
        await second.OpenAsync("/sign-in");
        await PasswordAsync(second, server.Officer);
        await second.SubmitAsync("second", ("code", code));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, second.Status);
        Assert.Contains("すでに使われています", second.Text, StringComparison.Ordinal);

        // The next code works: it was the replay that was refused.
        clock.Advance(TimeSpan.FromSeconds(30));
        await second.SubmitAsync("second", ("code", server.Officer.Code(clock.GetUtcNow())));
        Assert.DoesNotContain("/sign-in", second.At, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Code_of_five_minutes_ago_is_refused()
    {
        using var browser = new Browser(server.Client());
        await browser.OpenAsync("/sign-in");
        await PasswordAsync(browser, server.Officer);
        await browser.SubmitAsync("second", ("code", server.Officer.Code(clock.GetUtcNow().AddMinutes(-5))));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
    }

    [Fact]
    public async Task Wrong_password_and_unknown_name_get_the_same_answer()
    {
        using var browser = new Browser(server.Client());
        await browser.OpenAsync("/sign-in");
        await browser.SubmitAsync("sign-in", ("login", server.Officer.Login), ("password", "not the password"));
        var known = browser.Page.QuerySelector(".notice")!.TextContent;
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        await browser.SubmitAsync("sign-in", ("login", "nobody@hama"), ("password", "not the password"));
        Assert.Equal(known, browser.Page.QuerySelector(".notice")!.TextContent);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
    }

    [Fact]
    public async Task Five_wrong_passwords_close_the_account_for_fifteen_minutes()
    {
        using var browser = new Browser(server.Client());
        await browser.OpenAsync("/sign-in");
        for (var i = 0; i < 5; i++) await browser.SubmitAsync("sign-in", ("login", server.Officer.Login), ("password", $"wrong password {i}"));
        await PasswordAsync(browser, server.Officer);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        clock.Advance(TimeSpan.FromMinutes(15.1));
        await PasswordAsync(browser, server.Officer);
        Assert.StartsWith("/sign-in/second", browser.At, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Five_wrong_codes_close_the_account_too_and_the_password_does_not_open_it_again()
    {
        using var browser = new Browser(server.Client());
        await browser.OpenAsync("/sign-in");
        await PasswordAsync(browser, server.Officer);
        var wrong = server.Officer.Code(clock.GetUtcNow()) == "000000" ? "000001" : "000000";
        for (var i = 0; i < 5; i++)
        {
            await browser.SubmitAsync("second", ("code", wrong));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        }
        await browser.SubmitAsync("second", ("code", server.Officer.Code(clock.GetUtcNow())));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Contains("15 分", browser.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_passwords_sent_at_the_same_time_are_all_counted()
    {
        await Task.WhenAll(Enumerable.Range(0, 5).Select(async i =>
        {
            using var browser = new Browser(server.Client());
            await browser.OpenAsync("/sign-in");
            await browser.SubmitAsync("sign-in", ("login", server.Officer.Login), ("password", $"wrong password {i}"));
        }));
        var account = await server.Services.GetRequiredService<AccountData>().FindAsync(server.Officer.Id, TestContext.Current.CancellationToken);
        Assert.True(account!.LockoutEnd > clock.GetUtcNow());
    }

    [Fact]
    public async Task Form_without_its_token_is_refused()
    {
        using var client = server.Client();
        using var form = new FormUrlEncodedContent([new("_handler", "sign-in"), new("login", server.Officer.Login), new("password", Person.GoodPassword)]);
        using var answer = await client.PostAsync("/sign-in", form, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("javascript:alert(1)")]
    public async Task Signing_in_leads_only_to_this_server(string back)
    {
        using var browser = new Browser(server.Client());
        await browser.OpenAsync("/sign-in?back=" + Uri.EscapeDataString(back));
        await PasswordAsync(browser, server.Officer);
        Assert.DoesNotContain("evil", browser.At, StringComparison.Ordinal);
        await browser.SubmitAsync("second", ("code", server.Officer.Code(clock.GetUtcNow())));
        Assert.Equal("/policy", browser.At);
    }

    [Fact]
    public async Task Session_ends_when_idle_at_its_limit_and_when_signed_out_elsewhere()
    {
        var sessions = server.Services.GetRequiredService<Sessions>();
        using var idle = new Browser(await server.ClientAsync(server.Officer));
        await idle.OpenAsync("/account");
        Assert.Equal("/account", idle.At);
        clock.Advance(TimeSpan.FromMinutes(29));
        await idle.OpenAsync("/account");
        Assert.Equal("/account", idle.At); // used within the half hour: it slides on
        clock.Advance(TimeSpan.FromMinutes(31));
        await idle.OpenAsync("/account");
        Assert.StartsWith("/sign-in", idle.At, StringComparison.Ordinal);

        using var ended = new Browser(await server.ClientAsync(server.Officer));
        await ended.OpenAsync("/account");
        Assert.Equal("/account", ended.At);
        var account = await server.Services.GetRequiredService<AccountData>().FindAsync(server.Officer.Id, TestContext.Current.CancellationToken);
        await sessions.EndAllAsync(account!, null, TestContext.Current.CancellationToken);
        await ended.OpenAsync("/account");
        Assert.StartsWith("/sign-in", ended.At, StringComparison.Ordinal);

        using var longest = new Browser(await server.ClientAsync(server.Officer));
        for (var i = 0; i < 26; i++)
        {
            await longest.OpenAsync("/account");
            clock.Advance(TimeSpan.FromMinutes(28));
        }
        await longest.OpenAsync("/account");
        Assert.StartsWith("/sign-in", longest.At, StringComparison.Ordinal); // twelve hours, however busy
    }

    [Fact]
    public async Task Signing_out_ends_the_session_on_the_server_not_only_in_the_browser()
    {
        var cookie = await server.Officer.SessionAsync(server);
        using var browser = new Browser(Client(cookie));
        await browser.OpenAsync("/account");
        Assert.Equal("/account", browser.At);
        await browser.SubmitAsync("/signout");
        Assert.StartsWith("/sign-in?done=1", browser.At, StringComparison.Ordinal);
        using var copied = new Browser(Client(cookie));
        await copied.OpenAsync("/account");
        Assert.StartsWith("/sign-in", copied.At, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changed_credentials_end_sessions_that_carry_the_old_stamp()
    {
        using var browser = new Browser(await server.ClientAsync(server.Officer));
        await browser.OpenAsync("/account");
        Assert.Equal("/account", browser.At);
        using var scope = server.Services.CreateScope();
        var manager = scope.ServiceProvider.GetRequiredService<AccountManager>();
        var account = await manager.FindByIdAsync(server.Officer.Id.ToString());
        await manager.UpdateSecurityStampAsync(account!);
        await browser.OpenAsync("/account");
        Assert.StartsWith("/sign-in", browser.At, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tries_for_one_name_are_limited_even_when_there_is_no_such_name()
    {
        using var browser = new Browser(server.Client());
        var limits = server.Services.GetRequiredService<SignInLimits>();
        for (var i = 0; i < SignInLimitOptions.Default.TriesPerName; i++) Assert.True(limits.Try("someone@hama"));
        Assert.False(limits.Try("someone@hama"));
        Assert.True(limits.Try("another@hama"));
        for (var i = 0; i < SignInLimitOptions.Default.TriesPerName; i++) limits.Try(server.Officer.Login);
        await browser.OpenAsync("/sign-in");
        await PasswordAsync(browser, server.Officer); // right, but too often
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
    }

    [Fact]
    public async Task Posts_from_one_address_are_limited()
    {
        await using var strict = await ConsoleServer.StartAsync(limits: SignInLimitOptions.Default with { TriesPerAddress = 3 });
        using var browser = new Browser(strict.Client());
        await browser.OpenAsync("/sign-in");
        var codes = new List<HttpStatusCode>();
        for (var i = 0; i < 4; i++)
        {
            await browser.OpenAsync("/sign-in");
            await browser.SubmitAsync("sign-in", ("login", $"nobody{i}@hama"), ("password", "wrong password"));
            codes.Add(browser.Status);
        }
        Assert.Equal([HttpStatusCode.UnprocessableEntity, HttpStatusCode.UnprocessableEntity, HttpStatusCode.UnprocessableEntity, HttpStatusCode.TooManyRequests], codes);
    }

    [Fact]
    public async Task Cookies_are_closed_to_scripts_and_bound_to_the_host_under_https()
    {
        using var browser = new Browser(server.Client());
        await browser.OpenAsync("/sign-in");
        await PasswordAsync(browser, server.Officer);
        using var scope = server.Services.CreateScope();
        foreach (var (https, expected) in new[] { (false, "sekisho"), (true, "__Host-sekisho") })
        {
            var services = new ServiceCollection();
            services.AddLogging();
            services.AddSignIn(SignInOptions.For(https));
            using var provider = services.BuildServiceProvider();
            var cookie = provider.GetRequiredService<Microsoft.Extensions.Options.IOptionsMonitor<Microsoft.AspNetCore.Authentication.Cookies.CookieAuthenticationOptions>>()
                .Get(Microsoft.AspNetCore.Identity.IdentityConstants.ApplicationScheme).Cookie;
            Assert.Equal(expected, cookie.Name);
            Assert.True(cookie.HttpOnly);
            Assert.Null(cookie.Domain);
            Assert.Equal("/", cookie.Path);
            Assert.Equal(https ? Microsoft.AspNetCore.Http.CookieSecurePolicy.Always : Microsoft.AspNetCore.Http.CookieSecurePolicy.SameAsRequest, cookie.SecurePolicy);
        }
    }

    internal static Task<Browser> PasswordAsync(Browser browser, Person person) =>
        browser.SubmitAsync("sign-in", ("login", person.Login), ("password", person.Password));

    private HttpClient Client(string sessionCookie)
    {
        var handler = new SocketsHttpHandler { CookieContainer = new() };
        handler.CookieContainer.Add(server.Address, new Cookie("sekisho", sessionCookie));
        return new HttpClient(handler) { BaseAddress = server.Address };
    }
}
