using Deque.AxeCore.Playwright;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Sekisho.Storage;
using Sekisho.Web.Hosting;
using Sekisho.Web.SignIn;

namespace Sekisho.EndToEnd.Tests;

/// <summary>A real server with a private cluster of its own, and Debian's Chromium.</summary>
public sealed class Town : IAsyncDisposable
{
    /// <summary>Where the browser is on Debian.</summary>
    public const string Chromium = "/usr/bin/chromium";

    private readonly DirectoryInfo folder;
    private readonly WebApplication app;
    private readonly IPlaywright playwright;
    private readonly IBrowser browser;

    private Town(DirectoryInfo folder, WebApplication app, TestClock time, IPlaywright playwright, IBrowser browser) =>
        (this.folder, this.app, Time, this.playwright, this.browser) = (folder, app, time, playwright, browser);

    public TestClock Time { get; }

    public IServiceProvider Services => app.Services;

    /// <summary>localhost, not 127.0.0.1: passkeys ask for a name.</summary>
    public string Address =>
        $"http://localhost:{new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port}";

    public static async Task<Town> StartAsync()
    {
        Assert.SkipUnless(File.Exists(Chromium), "Chromium is not installed (apt-get install chromium).");
        var folder = Directory.CreateTempSubdirectory("sekisho-e2e-");
        // The user of the private cluster must be able to pass.
        File.SetUnixFileMode(folder.FullName, File.GetUnixFileMode(folder.FullName) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var time = new TestClock();
        var app = await WebHost.BuildAsync(new WebHostOptions(new StorageOptions(Path.Combine(folder.FullName, "data"), null), ["http://127.0.0.1:0"], time));
        await app.StartAsync();
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = ["--no-sandbox", "--disable-gpu"] });
        return new(folder, app, time, playwright, browser);
    }

    /// <summary>What the terminal shows at the first start.</summary>
    public async Task<string> FirstStartCodeAsync() =>
        await app.Services.FirstStartCodeAsync(default) ?? throw new InvalidOperationException("The first start is done already.");

    /// <summary>A browser window of its own. Anything that it asks of another host is a failure of the test.</summary>
    public async Task<Screen> OpenAsync(string language = "ja", int width = 1280, int height = 900)
    {
        var context = await browser.NewContextAsync(new() { BaseURL = Address, Locale = language == "ja" ? "ja-JP" : "en-GB", ViewportSize = new() { Width = width, Height = height } });
        var page = await context.NewPageAsync();
        return new Screen(page, new Uri(Address));
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
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
    public async Task LookAsync(string name)
    {
        await PhotographAsync(Path.Combine(Folder(), name + ".png"));
        var result = await Page.RunAxe();
        looked++;
        complaints.AddRange(result.Violations.Select(v => $"{name} ({Page.Url}): {v.Id}: {v.Help}\n" + string.Join('\n', v.Nodes.Take(4).Select(n => "    " + n.Html))));
    }

    /// <summary>Where pictures are kept.</summary>
    public static string Folder() => Directory.CreateDirectory(Path.Combine(Repository(), "artifacts", "screenshots")).FullName;

    /// <remarks>On a busy machine Chromium's compositor now and then gives a frame up ("Unable to capture screenshot"): asked again, it takes it.</remarks>
    private async Task PhotographAsync(string path)
    {
        for (var left = 3; ; left--)
        {
            try
            {
                await Page.ScreenshotAsync(new() { Path = path, FullPage = true });
                return;
            }
            catch (PlaywrightException e) when (left > 0 && e.Message.Contains("Unable to capture screenshot", StringComparison.Ordinal))
            {
                await Task.Delay(500, TestContext.Current.CancellationToken);
            }
        }
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
