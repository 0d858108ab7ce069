using Deque.AxeCore.Commons;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Sekisho.Crossing;
using Sekisho.Storage;
using Sekisho.TestSupport;
using Sekisho.Web.Hosting;
using Sekisho.Web.SignIn;

namespace Sekisho.EndToEnd.Tests;

/// <summary>A real server before its first start, and Debian's Chromium.</summary>
public sealed class Town : IAsyncDisposable
{
    /// <summary>Where the browser is on Debian.</summary>
    public const string Chromium = "/usr/bin/chromium";

    /// <summary>Of the first officer.</summary>
    public const string Login = "hanako@minato", Password = "tea harbour lantern seven";

    private readonly DirectoryInfo folder;
    private readonly WebApplication app;
    private readonly IBrowser browser;

    private readonly List<IBrowserContext> windows = [];

    private readonly TestDatabase? shared;

    private Town(DirectoryInfo folder, WebApplication app, TestClock time, IBrowser browser, TestDatabase? shared) => (this.folder, this.app, Time, this.browser, this.shared) = (folder, app, time, browser, shared);

    public TestClock Time { get; }

    public IServiceProvider Services => app.Services;

    /// <summary>localhost, not 127.0.0.1: passkeys ask for a name.</summary>
    public string Address =>
        $"http://localhost:{new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port}";

    /// <param name="ownCluster">All as in a town hall: a private cluster is made in the data folder. Otherwise a new database of the tests' cluster.</param>
    public static async Task<Town> StartAsync(bool ownCluster = false)
    {
        Assert.SkipUnless(File.Exists(Chromium), "Chromium is not installed (apt-get install chromium).");
        var folder = TestFolder.Create("sekisho-e2e-");
        var time = new TestClock();
        var shared = ownCluster ? null : await TestDatabase.CreateWithAsync(CrossingMigrations.Sets);
        var app = await WebHost.BuildAsync(new WebHostOptions(new StorageOptions(Path.Combine(folder.FullName, "data"), null), ["http://127.0.0.1:0"], time) { Database = shared?.Database });
        await app.StartAsync();
        return new(folder, app, time, await SharedBrowser.GetAsync(), shared);
    }

    /// <summary>What the terminal shows at the first start.</summary>
    public async Task<string> FirstStartCodeAsync() =>
        await app.Services.FirstStartCodeAsync(default) ?? throw new InvalidOperationException("The first start is done already.");

    /// <summary>The first officer, by the page of the first start; what follows asks for the second factor.</summary>
    public async Task NameOfficerAsync(Screen screen, Func<Task>? look = null)
    {
        var page = screen.Page;
        await page.GotoAsync("/");
        await Assertions.Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/first-start"));
        if (look is not null) await look();
        await page.FillAsync("#f-code", await FirstStartCodeAsync());
        await page.FillAsync("#f-municipalityName", "港町");
        await page.FillAsync("#f-slug", "minato");
        await page.FillAsync("#f-displayName", "佐藤 花子");
        await page.FillAsync("#f-login", Login);
        await page.FillAsync("#f-password", Password);
        await page.FillAsync("#f-again", Password);
        await page.ClickAsync("main button[type=submit]");
        await Assertions.Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/enrol"));
    }

    /// <summary>The second factor, enforced from the first sign-in: an authenticator app.</summary>
    /// <returns>Its secret, for <see cref="Code"/>.</returns>
    public async Task<string> EnrolAsync(Screen screen)
    {
        var secret = (await screen.Page.Locator("code.secret").TextContentAsync())!;
        await screen.Page.FillAsync("#f-code", Code(secret));
        await screen.Page.ClickAsync("form:has(#f-code) button[type=submit]");
        return secret;
    }

    /// <summary>The six digits of the next half minute: each is taken once.</summary>
    public string Code(string secret)
    {
        Time.NextHalfMinute();
        return Totp.Code(secret, Time.GetUtcNow());
    }

    /// <summary>A browser window of its own. Anything that it asks of another host is a failure of the test.</summary>
    public async Task<Screen> OpenAsync(string language = "ja", int width = 1280, int height = 900)
    {
        var context = await browser.NewContextAsync(new() { BaseURL = Address, Locale = language == "ja" ? "ja-JP" : "en-GB", ViewportSize = new() { Width = width, Height = height } });
        windows.Add(context);
        var page = await context.NewPageAsync();
        return new Screen(page, new Uri(Address));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var window in windows) await window.DisposeAsync();
        await app.StopAsync();
        await app.DisposeAsync();
        if (shared is not null) await shared.DisposeAsync();
        folder.Delete(recursive: true);
    }
}

/// <summary>The server's clock: a code of the authenticator is good once, so the next one needs the next half minute.</summary>
public sealed class TestClock : TimeProvider
{
    private TimeSpan ahead;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + ahead;

    public void NextHalfMinute() => ahead += TimeSpan.FromSeconds(30);
}

/// <summary>One window: what it shows is photographed and judged by axe.</summary>
public sealed class Screen
{
    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    /// <summary>What axe finds wrong, each with the first places of it.</summary>
    private const string Wrong = """
        async () => (await axe.run({ resultTypes: ['violations'] })).violations
          .map(v => [`${v.id}: ${v.help}`, ...v.nodes.slice(0, 4).map(n => '    ' + n.html)].join('\n'))
        """;

    private readonly List<string> elsewhere = [];
    private readonly List<string> complaints = [];
    private int looked;

    public Screen(IPage page, Uri home)
    {
        Page = page;
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: "http" or "https" } address && address.Authority != home.Authority) elsewhere.Add(request.Url);
        };
        page.Console += (_, message) =>
        {
            // A refused form answers 422, which the browser notes although the page is the right one.
            if (message.Type is "error" && !message.Text.Contains("status of 422", StringComparison.Ordinal)) complaints.Add($"{page.Url}: {message.Text}");
        };
        page.PageError += (_, error) => complaints.Add($"{page.Url}: {error}");
    }

    public IPage Page { get; }

    /// <summary>Keeps a picture in artifacts/screenshots and asks axe: WCAG A and AA and best practice, no exception. What it finds is told at the end, of all screens at once.</summary>
    /// <param name="whole">False: only what stands in the window, of a page of many metres.</param>
    public async Task LookAsync(string name, bool whole = true)
    {
        await PhotographAsync(name, whole);
        // In the page itself: the package's own way opens a second page for every look, and costs three times as much. Pages have no frames.
        if (!await Page.EvaluateAsync<bool>("'axe' in window")) await Page.EvaluateAsync(Axe);
        // Only what is wrong is described: describing what is right, too, is a good part of the work on a page of hundreds of rows.
        var wrong = await Page.EvaluateAsync<string[]>(Wrong);
        looked++;
        complaints.AddRange(wrong.Select(w => $"{name} ({Page.Url}): {w}"));
    }

    /// <summary>Where pictures are kept.</summary>
    public static string Folder() => Directory.CreateDirectory(Path.Combine(Repository(), "artifacts", "screenshots")).FullName;

    /// <summary>The picture alone: where axe has looked at the same page already.</summary>
    /// <remarks>On a busy machine Chromium's compositor now and then gives a frame up ("Unable to capture screenshot"): asked again, it takes it.</remarks>
    public async Task PhotographAsync(string name, bool whole = true)
    {
        var path = Path.Combine(Folder(), name + ".png");
        for (var left = 3; ; left--)
        {
            try
            {
                await Page.ScreenshotAsync(new() { Path = path, FullPage = whole });
                return;
            }
            catch (PlaywrightException e) when (left > 0 && e.Message.Contains("Unable to capture screenshot", StringComparison.Ordinal))
            {
                await Task.Delay(500, TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>At 1280 and at 390 pixels; a telephone never has to scroll sideways.</summary>
    public async Task LookBothAsync(string name)
    {
        await LookAsync(name);
        await Page.SetViewportSizeAsync(390, 844);
        Assert.True(await Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), $"{name} is wider than a telephone");
        await LookAsync(name + "-390");
        await Page.SetViewportSizeAsync(1280, 900);
    }

    /// <summary>Fails when axe, the browser's console or the network had anything to say on any screen looked at.</summary>
    public void AssertNoComplaint(int screens)
    {
        Assert.Equal(screens, looked);
        Assert.Empty(elsewhere);
        Assert.True(complaints.Count == 0, string.Join('\n', complaints));
    }

    private static string Repository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Sekisho.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("not in the repository");
        return folder;
    }
}
