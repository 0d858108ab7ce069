namespace Sekisho.EndToEnd.Tests;

/// <summary>The guard itself: what stands wrong on a page is told.</summary>
public sealed class ScreenTests
{
    [Fact]
    public async Task Axe_tells_what_is_planted_and_nothing_of_a_page_that_is_right()
    {
        Assert.SkipUnless(File.Exists(Town.Chromium), "Chromium is not installed (apt-get install chromium).");
        await using var window = await (await SharedBrowser.GetAsync()).NewContextAsync();
        var screen = new Screen(await window.NewPageAsync(), new Uri("http://localhost"));
        const string Right = "<!doctype html><html lang=ja><meta charset=utf-8><title>題</title><main><h1>題</h1><p style='color:#000;background:#fff'>本文</p></main>";
        await screen.Page.SetContentAsync(Right);
        await screen.LookAsync("guard-right");
        screen.AssertNoComplaint(screens: 1);

        // Too pale to read, a picture without words, a field without a name: each is told with its place.
        await screen.Page.SetContentAsync(Right.Replace("#000", "#bbb", StringComparison.Ordinal) + "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='><input>");
        await screen.LookAsync("guard-wrong");
        var told = Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => screen.AssertNoComplaint(screens: 2)).Message;
        foreach (var rule in new[] { "color-contrast", "image-alt", "label", "本文" }) Assert.Contains(rule, told, StringComparison.Ordinal);
    }
}
