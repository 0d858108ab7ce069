using System.Net;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using Microsoft.Extensions.DependencyInjection;
using Sekisho.Records;
using Sekisho.Records.Accounts;

namespace Sekisho.Web.Tests.ThirdParties;

public sealed class ThirdPartyPageTests : IAsyncLifetime
{
    private ConsoleServer server = null!;
    private OutsideTown town = null!;

    public async ValueTask InitializeAsync()
    {
        server = await ConsoleServer.StartAsync();
        town = await OutsideTown.AddAsync(server, server.Officer.Municipality);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_manager_ticks_the_clauses_off_to_the_article()
    {
        var manager = await Person.AddAsync(server, server.Officer.Municipality, "manager@hama", Role.Manager, town.Section.Value);
        using var browser = new Browser(await server.ClientAsync(manager));
        await browser.OpenAsync($"/contracts/{town.Contract.Id}");
        Assert.Contains("年一回以上の確認", browser.Text, StringComparison.Ordinal);             // missing ones are named
        await browser.OpenAsync($"/contracts/{town.Contract.Id}/clauses");
        await browser.SubmitAsync("sheet", ("m-pi-inspection", "Yes"), ("t-pi-inspection", ""));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Contains("年一回以上の確認", browser.Page.QuerySelector(".notice-error")!.TextContent, StringComparison.Ordinal);
        Assert.NotNull(browser.Page.QuerySelector("tr.tp-wrong [name='t-pi-inspection']"));
        Assert.Equal("特記仕様書 第1条", browser.Value("[name='t-policy']"));
        await browser.SubmitAsync("sheet", ("m-pi-inspection", "Yes"), ("t-pi-inspection", "第20条"));
        Assert.Equal($"/contracts/{town.Contract.Id}?done=saved", browser.At);
        await browser.OpenAsync($"/contracts/{town.Contract.Id}/sheet");
        Assert.Contains("第20条", browser.Text, StringComparison.Ordinal);
        // Contractors and confirmations are the office's.
        await browser.OpenAsync($"/contractors/{town.Contractor.Id}");
        Assert.Equal(HttpStatusCode.Forbidden, browser.Status);
    }

    [Fact]
    public async Task A_manager_of_another_section_sees_neither_contract_nor_service_nor_account()
    {
        var organisation = server.Services.GetRequiredService<RecordSlices>().Organisation;
        var other = (await organisation.AddUnitAsync(server.Officer.Municipality, null, Records.Organisation.UnitKind.Agency, "議会事務局", new DateOnly(2026, 1, 1), OutsideTown.By, TestContext.Current.CancellationToken)).OrThrow();
        var manager = await Person.AddAsync(server, server.Officer.Municipality, "assembly@hama", Role.Manager, other.Id.Value);
        using var browser = new Browser(await server.ClientAsync(manager));
        foreach (var address in new[] { $"/contracts/{town.Contract.Id}", $"/contracts/{town.Contract.Id}/clauses", $"/contracts/{town.Contract.Id}/sheet", $"/cloud-services/{town.Service.Id}", $"/social-media/{town.Account.Id}" })
        {
            await browser.OpenAsync(address);
            Assert.True(browser.Status == HttpStatusCode.NotFound, address);
        }
        await browser.OpenAsync("/third-parties");
        Assert.DoesNotContain("住民情報システム", browser.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_officer_asks_and_sees_link_and_code_once()
    {
        using var browser = new Browser(await server.ClientAsync(server.Officer));
        await browser.OpenAsync($"/confirmations/{town.Asked.Summary.Id}");
        await browser.SubmitAsync("read", ("act", "remind"), ("note", ""));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        await browser.SubmitAsync("read", ("act", "renew"));
        var secrets = browser.Page.QuerySelectorAll(".tp-secret").Select(e => e.TextContent).ToList();
        Assert.Equal(2, secrets.Count);
        Assert.StartsWith($"{server.Address}confirm/", secrets[0], StringComparison.Ordinal);
        await browser.OpenAsync($"/confirmations/{town.Asked.Summary.Id}");
        Assert.Empty(browser.Page.QuerySelectorAll(".tp-secret"));
        using var outside = new Browser(server.Client());
        await outside.OpenAsync(new Uri(secrets[0]).AbsolutePath);
        await outside.SubmitAsync("code", ("code", secrets[1]));
        Assert.Equal("/confirm/answers", outside.At);
    }

    [Fact]
    public async Task A_service_is_approved_on_its_page_and_a_post_by_a_second_person()
    {
        using var browser = new Browser(await server.ClientAsync(server.Officer));
        await browser.OpenAsync($"/cloud-services/{town.Service.Id}");
        await browser.SubmitAsync("decide", ("act", "approve"), ("decider", town.Ciso.Id.ToString()), ("until", "昔"));
        Assert.NotNull(browser.Page.QuerySelector("#f-until-error"));
        await browser.OpenAsync($"/cloud-services/{town.Service.Id}");
        await browser.SubmitAsync("decide", ("act", "approve"));
        Assert.Equal($"/cloud-services/{town.Service.Id}?done=decided", browser.At);
        Assert.Contains("承認済み", browser.Text, StringComparison.Ordinal);

        await browser.OpenAsync($"/social-media/{town.Account.Id}");
        await browser.SubmitAsync($"note-{town.Draft.Id}", ("act", "approve"));
        Assert.Equal($"/social-media/{town.Account.Id}?done=decided", browser.At);
        await browser.SubmitAsync($"address-{town.Draft.Id}", ($"address-{town.Draft.Id}", "https://example.jp/1"));
        Assert.Contains("投稿済み", browser.Text, StringComparison.Ordinal);
    }

    /// <summary>Japanese stays where it is the office's own: marked lang="ja", names, what people typed.</summary>
    [Fact]
    public async Task English_is_complete()
    {
        using var browser = new Browser(await server.ClientAsync(server.Officer, "en"));
        foreach (var address in new[]
        {
            "/third-parties", $"/contractors/{town.Contractor.Id}", $"/contracts/{town.Contract.Id}", $"/contracts/{town.Contract.Id}/clauses", $"/contracts/{town.Contract.Id}/selection", $"/contracts/{town.Contract.Id}/sheet",
            $"/contracts/{town.Contract.Id}/record?kind=Inspection", $"/confirmations/{town.Asked.Summary.Id}", $"/cloud-services/{town.Service.Id}", $"/social-media/{town.Account.Id}", "/confirm/x",
        })
        {
            await browser.OpenAsync(address);
            Assert.Equal(HttpStatusCode.OK, browser.Status);
            foreach (var own in browser.Page.QuerySelectorAll("[lang=ja], .person-name, title, input, textarea, code").ToList()) own.Remove();
            var titles = new[] { town.Contractor.Title, town.Contract.Title, town.Service.Title, town.Account.Title, town.Ciso.Name, "担当 花子" };
            var left = browser.Page.Body!.Descendants<IText>().Select(t => titles.Aggregate(t.Data, (text, title) => text.Replace(title, "", StringComparison.Ordinal)).Trim()).Where(t => Regex.IsMatch(t, @"[\p{IsHiragana}\p{IsKatakana}\p{IsCJKUnifiedIdeographs}]")).ToList();
            Assert.True(left.Count == 0, $"{address}: {string.Join(" / ", left)}");
        }
    }
}
