using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Sekisho.EndToEnd.Tests.SharedBrowser))]

namespace Sekisho.EndToEnd.Tests;

/// <summary>One Chromium for all tests: each has windows of its own, which share no cookie, no cache and no storage.</summary>
public sealed class SharedBrowser : IAsyncDisposable
{
    private static readonly Lazy<Task<(IPlaywright Playwright, IBrowser Browser)>> Started = new(static async () =>
    {
        var playwright = await Playwright.CreateAsync();
        return (playwright, await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Town.Chromium, Args = ["--no-sandbox", "--disable-gpu"] }));
    });

    /// <summary>Started when the first test asks for it.</summary>
    public static async Task<IBrowser> GetAsync() => (await Started.Value).Browser;

    public async ValueTask DisposeAsync()
    {
        if (!Started.IsValueCreated) return;
        var (playwright, browser) = await Started.Value;
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}
