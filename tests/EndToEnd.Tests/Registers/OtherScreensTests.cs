using Microsoft.Extensions.DependencyInjection;
using Sekisho.Assurance;
using Sekisho.Records.Assets;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;
using Sekisho.Records.Risks;

namespace Sekisho.EndToEnd.Tests.Registers;

/// <summary>Screens that no other walk comes by: forms and settings of risk, of the rules for assets, and of the organisation.</summary>
public sealed class OtherScreensTests(RegisterOffice office) : IClassFixture<RegisterOffice>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Forms_and_settings_beside_the_registers_are_whole_wide_and_narrow()
    {
        var records = office.Records;
        var today = JapaneseTime.Day(office.Server.Services.GetRequiredService<TimeProvider>().GetUtcNow());
        (await records.RiskStart.TakeStandardThreatsAsync(office.Town, RegisterOffice.By, Cancel)).OrThrow();
        (await records.Registers.AddAsync(office.Town, RiskRules.Groups, EntryDraft.Of(("name", "住民情報システム"), ("kind", "system"), ("zone", "mynumber"), ("confidentiality", "3B"), ("integrity", "2"), ("availability", "2")), null, RegisterOffice.By, Cancel)).OrThrow();
        var suggested = await records.RiskStart.SuggestAsync(office.Town, Cancel);
        (await records.RiskStart.TakeRisksAsync(office.Town, [.. suggested.Take(6).Select(s => (s.Group.Id, s.Threat))], RegisterOffice.By, Cancel)).OrThrow();
        var risk = (await records.Registers.ListAsync(office.Town, RiskRules.Key, new(), null, Cancel)).Entries[0];
        (await records.Handling.AdoptAsync(office.Town, RegisterOffice.By, Cancel)).OrThrow();
        var asset = (await records.Registers.AddAsync(office.Town, AssetRules.Key, EntryDraft.Of(("unit", office.Tax.ToString()), ("name", "課税資料つづり"), ("kind", "paper"), ("confidentiality", "2"), ("integrity", "2"), ("availability", "1")), null, RegisterOffice.By, Cancel)).OrThrow();
        (await records.Registers.RetireAsync(office.Town, AssetRules.Key, asset.Seen, "電子にした", null, RegisterOffice.By, Cancel)).OrThrow();
        var person = (await records.Organisation.ReadAsync(office.Town, today, null, Cancel)).People[0];

        var screen = await office.OpenAsync(office.Server.Officer);
        var pages = new[]
        {
            ("risk-start", "/risks/start"), ("risk-scale", "/risks/scale"), ("risk-record", $"/risks/{risk.Id}"), ("handling-edit", "/information-assets/rules/edit"), ("handling-disposal", "/information-assets/rules/disposal?group=mynumber&medium=hdd"),
            ("disposal-explain", $"/information-assets/disposals/explain?asset={asset.Id}"), ("suggestion", "/information-assets/suggestion?field-kind=data&field-personal=true"), ("appoint", "/organisation/appoint"),
            ("person-new", "/organisation/person"), ("unit-new", "/organisation/unit"), ("person", $"/organisation/people/{person.Id}"), ("person-change", $"/organisation/people/{person.Id}/change"), ("person-end", $"/organisation/people/{person.Id}/end"),
            ("person-second", $"/organisation/people/{person.Id}/second"), ("unit-change", $"/organisation/units/{office.Tax}/change"), ("meetings", "/organisation/meetings"), ("document-new", "/documents/new"),
        };
        foreach (var (name, address) in pages)
        {
            var answer = await screen.Page.GotoAsync(address);
            Assert.True(answer!.Status == 200, $"{address}: {answer.Status}");
            await screen.LookBothAsync("other-" + name);
        }
        screen.AssertNoComplaint(screens: pages.Length * 2);
        var manager = await office.OpenAsync(office.Manager);
        await manager.Page.GotoAsync("/risks/mine");
        await manager.LookBothAsync("other-own-risks");
        manager.AssertNoComplaint(screens: 2);
    }
}
