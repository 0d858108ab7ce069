using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Sekisho.EndToEnd.Tests.Registers;
using Sekisho.Records;
using Sekisho.Records.Zones;
using Sekisho.Web.Hosting;
using static Microsoft.Playwright.Assertions;

namespace Sekisho.EndToEnd.Tests.Zones;

/// <summary>A network officer at a town of twelve devices (samples/zones-town): what is wrong is seen at a glance, a backup in the folder mends it by itself.</summary>
public sealed class ZoneTownTests(RegisterOffice office) : IClassFixture<RegisterOffice>
{
    private static readonly string Sample = Path.Combine(Root(), "samples", "zones-town");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Twelve_devices_their_mistakes_their_rules_and_a_backup_that_mends_them_by_itself()
    {
        var zones = office.Records.Zones;
        var yaml = await File.ReadAllTextAsync(Path.Combine(Sample, "as-found", "zones.yaml"), Cancel);
        (await zones.WriteAsync(office.Town, yaml, "関町の領域", 0, RegisterOffice.By, Cancel)).OrThrow();
        var screen = await office.OpenAsync(office.Server.Officer);
        var page = screen.Page;

        // All twelve at once, by hand.
        await page.GotoAsync("/zones/configs");
        await page.SetInputFilesAsync("#f-files", Directory.GetFiles(Path.Combine(Sample, "as-found", "devices")));
        await page.ClickAsync("button:has-text('渡して証明する')");
        await Expect(page.Locator(".zone-result")).ToContainTextAsync("違反あり");
        await screen.LookBothAsync("zt1-town");

        // The mistakes by the lines to correct, each with its lines marked.
        await Expect(page.Locator(".zone-cause mark").Filter(new() { HasText = "any" }).First).ToBeVisibleAsync();
        await page.GotoAsync("/zones/rules");
        await Expect(page.Locator(".zone-violation").First).ToBeVisibleAsync();
        await screen.LookBothAsync("zt2-rules");
        var sheet = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("text=Excelに出す"));
        Assert.EndsWith(".xlsx", sheet.SuggestedFilename, StringComparison.Ordinal);
        await page.GotoAsync("/zones/compile");
        await Expect(page.Locator("pre.zone-text").First).ToContainTextAsync("table inet sekisho");
        await screen.LookBothAsync("zt3-compile");

        await page.GotoAsync("/zones/devices");
        await Expect(page.Locator("#device-gw-screen-lgwan")).ToContainTextAsync("tcp/22");
        await screen.LookBothAsync("zt7-devices");

        // Files that are none are named, with what to do.
        await page.GotoAsync("/zones/configs");
        await page.SetInputFilesAsync("#f-files", new FilePayload { Name = "backup.bin", MimeType = "application/octet-stream", Buffer = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xfe, 0] });
        await page.ClickAsync("button:has-text('渡して証明する')");
        await Expect(page.Locator(".has-error")).ToContainTextAsync("backup.bin");
        var whole = await File.ReadAllTextAsync(Path.Combine(Sample, "as-found", "devices", "fw-border.conf"), Cancel);
        await page.SetInputFilesAsync("#f-files",
        [
            new FilePayload { Name = "cut.conf", MimeType = "text/plain", Buffer = System.Text.Encoding.UTF8.GetBytes(whole[..(whole.Length / 2)]) },
            new FilePayload { Name = "memo.txt", MimeType = "text/plain", Buffer = "会議のメモ\nこれは設定ではありません。\n"u8.ToArray() },
        ]);
        await page.ClickAsync("button:has-text('渡して証明する')");
        await page.GotoAsync("/zones/configs");
        await Expect(page.Locator(".zone-trouble")).ToContainTextAsync("cut.conf");
        await Expect(page.Locator(".zone-trouble")).ToContainTextAsync("memo.txt");
        await screen.LookBothAsync("zt4-bad-files");
        foreach (var bad in new[] { "cut.conf", "memo.txt" }) (await zones.RemoveAsync(office.Town, bad, RegisterOffice.By, Cancel)).OrThrow();

        // The night's backup lies in the folder: a new proof and new evidence, asked for by nobody.
        var before = (await zones.NewestAsync(office.Town, Cancel))!;
        Assert.Equal(ProofResult.Violated, before.Result);
        var folder = Directory.CreateDirectory(ZoneRound.FolderOf(office.Server.Services.GetRequiredService<WebHostOptions>().Storage.DataFolder, "hama"));
        foreach (var file in Directory.GetFiles(Path.Combine(Sample, "as-planned", "devices"))) File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
        var proof = before;
        for (var waited = 0; waited < 240 && (proof = (await zones.NewestAsync(office.Town, Cancel))!).Violations >= before.Violations; waited++) await Task.Delay(500, Cancel);
        Assert.NotEqual(before.Id, proof.Id);
        Assert.True(proof.Violations < before.Violations, $"{before.Violations} → {proof.Violations}");
        await page.GotoAsync("/zones/proofs");
        await Expect(page.Locator("tbody tr").First).ToContainTextAsync("第 1 版");
        await screen.LookBothAsync("zt5-proofs");
        // A proof of before shows its own network, and goes out as a sheet.
        await page.ClickAsync("tbody tr:last-child a");
        await Expect(page.Locator(".zone-map svg")).ToBeVisibleAsync();
        await screen.LookBothAsync("zt8-past-proof");
        var found = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("text=直すところを Excel に出す"));
        Assert.EndsWith(".xlsx", found.SuggestedFilename, StringComparison.Ordinal);
        Assert.Contains(await office.Records.Evidence.KindsAsync(office.Town, Cancel), k => k.Kind == ZoneSource.MyNumber);
        await page.GotoAsync("/zones");
        await screen.LookBothAsync("zt6-mended");
        screen.AssertNoComplaint(16);
    }

    private static string Root()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Sekisho.slnx"))) at = at.Parent!;
        return at.FullName;
    }
}
