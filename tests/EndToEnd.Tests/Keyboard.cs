using System.Diagnostics;
using System.Text.Json;
using Microsoft.Playwright;

namespace Sekisho.EndToEnd.Tests;

/// <summary>A person without a mouse: goes by Tab, and complains of every stop that can't be seen.</summary>
internal sealed class Keyboard(IPage page)
{
    /// <summary>What has the focus: its name as it is announced, whether a ring is drawn, and what lies over its middle.</summary>
    private const string Look = """
        () => {
          const e = document.activeElement;
          if (!e || e === document.body) return JSON.stringify({ name: '', tag: '', ring: true, covered: '' });
          const label = e.labels && e.labels[0];
          const name = (e.getAttribute('aria-label') || (label && label.innerText) || e.innerText || e.value || '').replace(/\s+/g, ' ').trim();
          const ringOn = x => { const s = getComputedStyle(x); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0; };
          const r = e.getBoundingClientRect();
          const top = document.elementFromPoint(Math.min(innerWidth - 1, Math.max(0, r.left + r.width / 2)), Math.min(innerHeight - 1, Math.max(0, r.top + Math.min(r.height / 2, 20))));
          const own = top && (e.contains(top) || top.contains(e) || (label && label.contains(top)));
          const inside = r.bottom > 0 && r.top < innerHeight;
          return JSON.stringify({ name, tag: e.tagName.toLowerCase(), ring: ringOn(e) || (label ? ringOn(label) : false) || e.tabIndex < 0,
            covered: e.tabIndex < 0 ? '' : !inside ? 'outside of the window' : own ? '' : 'under <' + (top ? top.tagName.toLowerCase() + ' class="' + top.className + '"' : 'nothing') + '>' });
        }
        """;

    private readonly List<string> complaints = [];

    public int Pressed { get; private set; }

    public async Task PressAsync(string key, int times = 1)
    {
        for (var n = 0; n < times; n++)
        {
            await page.Keyboard.PressAsync(key);
            Pressed++;
        }
    }

    public Task TypeAsync(string text) => page.Keyboard.InsertTextAsync(text);

    /// <summary>By Tab to what is called so.</summary>
    /// <param name="most">More stops than this are a burden.</param>
    public async Task ToAsync(string name, int most = 40, string key = "Tab")
    {
        var passed = new List<string>();
        for (var n = 0; n <= most; n++)
        {
            var (called, tag) = await FocusAsync();
            if (n > 0 && called.Contains(name, StringComparison.Ordinal)) return;
            passed.Add($"<{tag}> {called}");
            await PressAsync(key);
        }
        Assert.Fail($"No “{name}” within {most} stops of {page.Url}:\n{string.Join('\n', passed)}");
    }

    /// <summary>Past the menu, by the link that every page begins with.</summary>
    public async Task SkipMenuAsync()
    {
        await ToAsync("本文へ", most: 1);
        await PressAsync("Enter");
    }

    /// <summary>To a link or button in the page's own part, and through it to the page that it leads to.</summary>
    public async Task OpenAsync(string name, int most = 40)
    {
        await SkipMenuAsync();
        await ToAsync(name, most);
        await EnterAsync();
    }

    /// <summary>Presses a key that leads to another page (or to this one, answered anew), and waits until it stands.</summary>
    public async Task EnterAsync(string key = "Enter")
    {
        await page.EvaluateAsync("() => { window.stillHere = true; }");
        await PressAsync(key);
        var waited = Stopwatch.StartNew();
        while (waited.Elapsed < TimeSpan.FromSeconds(60))
        {
            try
            {
                if (await page.EvaluateAsync<bool>("() => !window.stillHere && document.readyState === 'complete'")) return;
            }
            catch (PlaywrightException)
            {
                // Between two pages there is none to ask.
            }
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
        Assert.Fail($"Enter on {page.Url} led nowhere within a minute.");
    }

    /// <summary>Every stop had its ring and could be seen.</summary>
    public void AssertAllSeen() => Assert.True(complaints.Count == 0, string.Join('\n', complaints.Distinct()));

    private async Task<(string Name, string Tag)> FocusAsync()
    {
        using var json = JsonDocument.Parse(await page.EvaluateAsync<string>(Look));
        var focus = json.RootElement;
        var (name, tag) = (focus.GetProperty("name").GetString()!, focus.GetProperty("tag").GetString()!);
        var at = $"{new Uri(page.Url).AbsolutePath}: <{tag}> {(name.Length > 60 ? name[..60] : name)}";
        if (!focus.GetProperty("ring").GetBoolean()) complaints.Add($"{at} has no ring");
        if (focus.GetProperty("covered").GetString() is { Length: > 0 } covered) complaints.Add($"{at} is {covered}");
        return (name, tag);
    }
}
