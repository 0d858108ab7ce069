using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Sekisho.Assurance;
using Sekisho.Records.Acknowledgements;
using Sekisho.Records.Documents;
using Sekisho.Records.Policies;
using Sekisho.Records.Registers;
using Sekisho.Records.Risks;

namespace Sekisho.EndToEnd.Tests.Registers;

/// <summary>The pages that people of an office have open all day, on a tablet, enlarged to twice their size, and in colours of the reader's own.</summary>
public sealed class EveryEyeTests(RegisterOffice office) : IClassFixture<RegisterOffice>
{
    /// <summary>1,280 pixels of a screen at 200 %.</summary>
    private const int Enlarged = 640;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_are_whole_on_a_tablet_at_twice_their_size_and_in_forced_colours()
    {
        var (record, campaign) = await FillAsync();
        var screen = await office.OpenAsync(office.Server.Officer);
        var page = screen.Page;
        var places = new[]
        {
            ("list", "/registers/equipment"), ("record", $"/registers/equipment/{record}"), ("form", $"/registers/equipment/{record}/edit"), ("import", "/registers/equipment/import"),
            ("heat-map", "/risks"), ("organisation", "/organisation"), ("documents", "/documents"), ("campaign", $"/campaigns/{campaign}"),
        };
        foreach (var (name, address) in places)
        {
            var answer = await page.GotoAsync(address);
            Assert.True(answer!.Status == 200, $"{address}: {answer.Status}");
            foreach (var (width, height, view) in new[] { (768, 1024, "768"), (Enlarged, 450, "200pc") })
            {
                await page.SetViewportSizeAsync(width, height);
                Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"), $"{address} scrolls sideways at {width} pixels");
                await screen.LookAsync($"eye-{name}-{view}");
            }
            await page.SetViewportSizeAsync(1280, 900);
            await page.EmulateMediaAsync(new() { ForcedColors = ForcedColors.Active });
            await screen.PhotographAsync($"eye-{name}-forced");
            await page.EmulateMediaAsync(new() { ForcedColors = ForcedColors.None });
        }

        // What is only a colour elsewhere is a line here: where one is in the menu, what is chosen, how great a risk is.
        await page.EmulateMediaAsync(new() { ForcedColors = ForcedColors.Active });
        await page.GotoAsync("/risks");
        Assert.NotEqual(await LineAsync(page, ".risk-map .risk-low"), await LineAsync(page, ".risk-map .risk-over"));
        Assert.NotEqual(await LineAsync(page, ".risk-map .risk-over"), await LineAsync(page, ".risk-map .risk-high"));
        Assert.NotEqual(await LineAsync(page, ".places a:not([aria-current])"), await LineAsync(page, ".places a[aria-current]"));
        screen.AssertNoComplaint(screens: places.Length * 2);
    }

    private static async Task<string> LineAsync(IPage page, string place) =>
        await page.Locator(place).First.EvaluateAsync<string>("e => { const s = getComputedStyle(e); return [s.borderBottomStyle, s.borderBottomWidth, s.borderBottomColor].join(' '); }");

    private async Task<(EntryId Record, CampaignId Campaign)> FillAsync()
    {
        await office.FillAsync();
        var records = office.Records;
        var today = JapaneseTime.Day(office.Server.Services.GetRequiredService<TimeProvider>().GetUtcNow());
        var bytes = await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "policy.txt"), Cancel);
        var version = await ImportAsync(bytes, PolicyKeys.Basic);
        (await records.Policies.PutInForceAsync(office.Town, version, today, RegisterOffice.By, Cancel)).OrThrow();
        (await records.Documents.AddAsync(office.Town, new(DocumentKind.Standard, "情報セキュリティ対策基準", office.Tax, new Approver.None(), Readers.Everyone, PolicyKeys.Standard), RegisterOffice.By, Cancel)).OrThrow();
        await ImportAsync(Encoding.UTF8.GetBytes("情報セキュリティ対策基準\n\n（目的）\n第１条　この基準は、方針を実施するための基準を定める。\n\n附　則\nこの基準は、令和７年４月１日から施行する。\n"), PolicyKeys.Standard);
        var campaign = (await records.Acknowledgements.OpenAsync(office.Town, new(version, CampaignDraft.Usual, null, today.AddDays(20), "３分ほどで読めます。"), RegisterOffice.By, Cancel)).OrThrow();

        (await records.RiskStart.TakeStandardThreatsAsync(office.Town, RegisterOffice.By, Cancel)).OrThrow();
        foreach (var (name, kind, zone, confidentiality) in new[] { ("住民情報システム", "system", "mynumber", "3B"), ("内部情報システム", "system", "lgwan", "2"), ("紙の申請書", "paper", "", "3C") })
            (await records.Registers.AddAsync(office.Town, RiskRules.Groups, EntryDraft.Of(("name", name), ("kind", kind), ("zone", zone), ("confidentiality", confidentiality), ("integrity", "2"), ("availability", "2")), null, RegisterOffice.By, Cancel)).OrThrow();
        var suggested = await records.RiskStart.SuggestAsync(office.Town, Cancel);
        (await records.RiskStart.TakeRisksAsync(office.Town, [.. suggested.Where((_, i) => i % 4 == 0).Take(14).Select(s => (s.Group.Id, s.Threat))], RegisterOffice.By, Cancel)).OrThrow();
        return ((await records.Registers.ListAsync(office.Town, "equipment", new RegisterQuery(), null, Cancel)).Entries[0].Id, campaign.Id);

        async Task<PolicyVersionId> ImportAsync(byte[] text, string key) => (await records.Policies.ImportAsync(office.Town, new PolicyUpload(text, key + ".txt", key), RegisterOffice.By, Cancel))
            .Match(done => done.Version.Id, kept => kept.Version.Id, bad => throw new InvalidOperationException(bad.Error.ToString()), no => throw new InvalidOperationException(no.Why.ToString()));
    }
}
