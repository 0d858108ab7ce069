using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Accounts;
using Sekisho.Records.Acknowledgements;
using Sekisho.Records.Organisation;
using Sekisho.Records.Policies;
using Sekisho.Web.Pages.Registers;

namespace Sekisho.Web.Tests.Pages;

/// <summary>What a section manager sees of people, and where the heads of registers lead.</summary>
public sealed class SectionPageTests(FullTown town) : IClassFixture<FullTown>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_manager_sees_the_own_units_people_posts_and_what_they_have_yet_to_read_and_nobody_elses()
    {
        var records = town.Server.Services.GetRequiredService<RecordSlices>();
        var (by, today) = (new Actor("1", "佐藤 花子"), JapaneseTime.Day(DateTimeOffset.UtcNow));
        async Task<Unit> UnitAsync(UnitId? above, UnitKind kind, string name) => (await records.Organisation.AddUnitAsync(town.Municipality, above, kind, name, today, by, Cancel)).OrThrow();
        async Task<Records.Organisation.Person> PersonAsync(Unit unit, string name, string number) => (await records.Organisation.AddPersonAsync(town.Municipality, unit.Id, name, number, StaffKind.Staff, today, by, Cancel)).OrThrow();
        var mayor = await UnitAsync(null, UnitKind.Agency, "町長部局");
        var (own, other) = (await UnitAsync(mayor.Id, UnitKind.Section, "税務課"), await UnitAsync(mayor.Id, UnitKind.Section, "福祉課"));
        var mine = await PersonAsync(own, "税務 花子", "1001");
        await PersonAsync(other, "福祉 太郎", "1002");
        var shared = await PersonAsync(other, "兼務 次郎", "1003");
        (await records.Organisation.AddSecondPostAsync(town.Municipality, shared.Id, own.Id, "徴収補助", today, by, Cancel)).OrThrow();
        (await records.Organisation.AppointAsync(town.Municipality, Post.SecurityManager, own.Id, mine.Id, today, by, Cancel)).OrThrow();

        using var browser = new Browser(await town.Server.ClientAsync(await Person.AddAsync(town.Server, town.Municipality, "tax-manager", Role.Manager, own.Id.Value)));
        await browser.OpenAsync("/section");
        foreach (var seen in new[] { "税務 花子", "情報セキュリティ管理者", "兼務 次郎", "徴収補助", "いま周知している規程はありません" }) Assert.Contains(seen, browser.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("福祉 太郎", browser.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("福祉課", browser.Text, StringComparison.Ordinal);

        var version = (await records.Policies.VersionsAsync(town.Municipality, PolicyKeys.Basic, null, Cancel)).First(v => v.State == VersionState.InForce);
        (await records.Acknowledgements.OpenAsync(town.Municipality, new CampaignDraft(version.Id, [StaffKind.Staff], null, today.AddDays(30), ""), by, Cancel)).OrThrow();
        await browser.OpenAsync("/section");
        Assert.Contains("1 人が、まだ確認していない規程があります", browser.Text, StringComparison.Ordinal);
        var campaign = (await records.Acknowledgements.ListAsync(town.Municipality, null, Cancel)).Single();
        (await records.Acknowledgements.SignForAsync(town.Municipality, campaign.Id, [mine.Id], "朝礼で説明した。", [own.Id], by, Cancel)).OrThrow();
        await browser.OpenAsync("/section");
        Assert.Contains("全員が確認しています", browser.Text, StringComparison.Ordinal);

        // Whoever sees everything has other pages for it; a manager without a unit sees nobody.
        using var officer = new Browser(await town.Server.ClientAsync(town.Server.Officer));
        await officer.OpenAsync("/section");
        Assert.DoesNotContain("税務 花子", officer.Text, StringComparison.Ordinal);
        using var nowhere = new Browser(await town.Server.ClientAsync(await Person.AddAsync(town.Server, town.Municipality, "no-unit", Role.Manager)));
        await nowhere.OpenAsync("/section");
        Assert.Contains("所属が設定されていません", nowhere.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_head_of_a_register_leads_to_the_pages_beside_it_that_the_reader_may_open()
    {
        var catalogue = town.Server.Services.GetRequiredService<RecordSlices>().Registers.Catalogue;
        var manager = await Person.AddAsync(town.Server, town.Municipality, "some-manager", Role.Manager);
        using var officer = new Browser(await town.Server.ClientAsync(town.Server.Officer));
        using var client = await town.Server.ClientAsync(manager);
        foreach (var key in RegisterParts.Keys)
        {
            Assert.NotNull(catalogue.Find(key));
            foreach (var beside in RegisterParts.Of(key).Pages)
            {
                await officer.OpenAsync($"/registers/{key}");
                Assert.NotNull(officer.Page.QuerySelector($"a[href='{beside.Href}']"));
                await officer.OpenAsync(beside.Href);
                Assert.Equal(HttpStatusCode.OK, officer.Status);
                using var answer = await client.GetAsync(beside.Href, Cancel);
                var isLinked = (await client.GetStringAsync($"/registers/{key}", Cancel)).Contains($"href=\"{beside.Href}\"", StringComparison.Ordinal);
                Assert.True(isLinked == (answer.StatusCode == HttpStatusCode.OK), $"{key}: {beside.Href} {answer.StatusCode}, linked: {isLinked}");
            }
        }
    }
}
