using Sekisho.EndToEnd.Tests.Registers;
using static Microsoft.Playwright.Assertions;

namespace Sekisho.EndToEnd.Tests.Zones;

/// <summary>A network officer writes the zones down, hands a firewall's configuration in, reads what gets through, and tries a change.</summary>
public sealed class ZoneScreensTests(RegisterOffice office) : IClassFixture<RegisterOffice>
{
    private const string Firewall = """
        *filter
        :INPUT DROP [0:0]
        :FORWARD DROP [0:0]
        :OUTPUT ACCEPT [0:0]
        -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A FORWARD -i eth2 -o eth1 -s 10.2.0.10/32 -d 10.1.0.20/32 -p tcp -m tcp --dport 9100 -j ACCEPT
        -A FORWARD -i eth3 -o eth2 -s 10.3.0.50/32 -d 10.2.0.0/16 -p tcp -m tcp --dport 443 -j ACCEPT
        -A FORWARD -i eth3 -o eth2 -s 10.3.7.7/32 -p tcp -m tcp --dport 445 -j ACCEPT
        -A FORWARD -i eth3 -o eth0 -j ACCEPT
        COMMIT
        """;

    [Fact]
    public async Task The_zones_are_written_down_configurations_handed_in_and_what_gets_through_is_shown_with_its_line()
    {
        var screen = await office.OpenAsync(office.Server.Officer);
        var page = screen.Page;
        await page.GotoAsync("/zones");
        await screen.LookBothAsync("z0-zones-empty");
        await page.ClickAsync("text=見本から書き始める");

        // A mistake is named by its line, and what was typed stays.
        var sample = await page.InputValueAsync("#f-yaml");
        await page.FillAsync("#f-yaml", sample.Replace("kind: lgwan", "kind: lgwann", StringComparison.Ordinal));
        await page.ClickAsync("button:has-text('保存して証明する')");
        await Expect(page.Locator(".notice-error")).ToContainTextAsync("lgwann");
        await screen.LookBothAsync("z1-zones-mistake");
        // Which wire each zone hangs on, since a rule set alone doesn't say.
        foreach (var (zone, wire) in new[] { ("mynumber", "eth1"), ("lgwan", "eth2"), ("internet", "eth3"), ("outside", "eth0") })
            sample = System.Text.RegularExpressions.Regex.Replace(sample, $@"(id: {zone}, kind: {zone}.*)\}}", $"$1, at: [fw-01/{wire}]}}");
        await page.FillAsync("#f-yaml", sample);
        await page.FillAsync("#f-note", "はじめての定め");
        await page.ClickAsync("button:has-text('保存して証明する')");
        await Expect(page.GetByText("設定がまだありません")).ToBeVisibleAsync();

        // The firewall lets one machine through that nobody allowed; the print flow has no waiver yet.
        await page.ClickAsync("text=設定を渡す");
        await page.SetInputFilesAsync("#f-files", new Microsoft.Playwright.FilePayload { Name = "fw-01.rules", MimeType = "text/plain", Buffer = System.Text.Encoding.UTF8.GetBytes(Firewall) });
        await page.ClickAsync("button:has-text('渡して証明する')");
        await Expect(page.Locator(".zone-result")).ToContainTextAsync("違反あり");
        await Expect(page.Locator("#pair-internet-lgwan .zone-packet").First).ToContainTextAsync("445");
        await screen.LookBothAsync("z2-zones-violated");

        // One click to the very line.
        await page.Locator("#pair-internet-lgwan .zone-path a").First.ClickAsync();
        await Expect(page.Locator(".zone-config mark").First).ToContainTextAsync("--dport 445");
        await screen.LookBothAsync("z3-config-line");

        // What would be without that line?
        await page.GotoAsync("/zones/what-if?path=fw-01.rules");
        await page.FillAsync("#f-text", string.Join('\n', Firewall.Split('\n').Where(l => !l.Contains("445", StringComparison.Ordinal))));
        await page.ClickAsync("button:has-text('試す')");
        await Expect(page.Locator(".zone-closed").First).ToContainTextAsync("445");
        await screen.LookBothAsync("z4-what-if");

        foreach (var (path, name) in new[] { ("/zones/flows", "z5-flows"), ("/zones/configs", "z6-configs"), ("/zones/proofs", "z7-proofs"), ("/zones/policy", "z8-policy") })
        {
            await page.GotoAsync(path);
            await screen.LookBothAsync(name);
        }
        await Expect(page.GetByText("はじめての定め")).ToBeVisibleAsync();
        screen.AssertNoComplaint(18);
    }
}
