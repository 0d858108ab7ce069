using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AngleSharp.Html.Parser;
using Microsoft.Extensions.DependencyInjection;
using Sekisho.Assurance;
using Sekisho.Records;
using Sekisho.Records.Accounts;
using Sekisho.Records.Organisation;

namespace Sekisho.Web.Tests.Api;

/// <summary>A multifunction printer, or a shell with curl: a key, one call to open, one a file, one to hand in, and the harmless files back.</summary>
public sealed class SystemKeyTests : IAsyncLifetime
{
    private ConsoleServer server = null!;
    private UnitId section;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = await ConsoleServer.StartAsync();
        var (records, by, day) = (server.Services.GetRequiredService<RecordSlices>(), new Actor("1", "担当 花子"), new DateOnly(2026, 4, 1));
        var agency = (await records.Organisation.AddUnitAsync(server.Officer.Municipality, null, UnitKind.Agency, "町長部局", day, by, Cancel)).OrThrow();
        section = (await records.Organisation.AddUnitAsync(server.Officer.Municipality, agency.Id, UnitKind.Section, "税務課", day, by, Cancel)).OrThrow().Id;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_file_goes_in_and_comes_back_harmless_with_its_report()
    {
        using var officer = server.Client();
        officer.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await server.Officer.TokenAsync(server, TokenScope.Write));
        var made = await PostAsync(officer, "/api/v1/crossings/systems", new { name = "3階の複合機", routes = new[] { "internet-to-lgwan" }, owner = section.Value, from = new[] { "127.0.0.0/8" }, days = 90 });
        using var printer = server.Client();
        printer.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", made.GetProperty("key").GetString());

        Assert.Equal(["internet-to-lgwan"], (await printer.GetFromJsonAsync<JsonElement>("/api/v1/crossings/routes", Cancel)).EnumerateArray().Select(r => r.GetProperty("key").GetString()));
        var opened = await PostAsync(printer, "/api/v1/crossings", new { route = "internet-to-lgwan" });
        var id = opened.GetProperty("id").GetString();
        Assert.Equal(("3階の複合機", section.ToString()), (opened.GetProperty("askedBy").GetString(), opened.GetProperty("unit").GetString()));

        var content = "<p onclick=\"steal()\">回覧</p>"u8.ToArray();
        using var upload = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/crossings/{id}/uploads") { Content = new ByteArrayContent(content) };
        upload.Headers.Add("Tus-Resumable", "1.0.0");
        upload.Headers.Add("Upload-Length", $"{content.Length}");
        upload.Headers.Add("Upload-Metadata", "filename " + Convert.ToBase64String(Encoding.UTF8.GetBytes("回覧.html")));
        upload.Content.Headers.ContentType = new("application/offset+octet-stream");
        using var sent = await printer.SendAsync(upload, Cancel);
        Assert.Equal((HttpStatusCode.Created, $"{content.Length}"), (sent.StatusCode, sent.Headers.GetValues("Upload-Offset").Single()));

        await PostAsync(printer, $"/api/v1/crossings/{id}/submit", new { });
        JsonElement detail;
        while ((detail = await printer.GetFromJsonAsync<JsonElement>($"/api/v1/crossings/{id}", Cancel)).GetProperty("request").GetProperty("state").GetString() == "working") await Task.Delay(100, Cancel);
        Assert.Equal("delivered", detail.GetProperty("request").GetProperty("state").GetString());
        var file = detail.GetProperty("files")[0];
        Assert.NotEmpty(file.GetProperty("report").GetProperty("removed").EnumerateArray());
        var harmless = await printer.GetStringAsync($"/api/v1/crossings/files/{file.GetProperty("id").GetString()}/content", Cancel);
        Assert.Contains("回覧", harmless, StringComparison.Ordinal);
        Assert.DoesNotContain("steal", harmless, StringComparison.Ordinal);

        // What people do isn't for it, and a stopped key opens nothing.
        using var approve = await printer.PostAsJsonAsync($"/api/v1/crossings/{id}/approve", new { }, Cancel);
        Assert.Equal((HttpStatusCode.Forbidden, "API-403-SYSTEM"), (approve.StatusCode, (await approve.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString()));
        using var other = await printer.PostAsJsonAsync("/api/v1/crossings", new { route = "lgwan-to-internet", purpose = "送付", recipient = "県", assets = new[] { Guid.NewGuid() } }, Cancel);
        Assert.Equal((HttpStatusCode.Forbidden, "XNG-SYSTEM-009"), (other.StatusCode, (await other.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString()));
        await PostAsync(officer, $"/api/v1/crossings/systems/{made.GetProperty("system").GetProperty("id").GetString()}/revoke", new { });
        using var after = await printer.GetAsync("/api/v1/crossings", Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
    }

    [Fact]
    public async Task A_key_from_elsewhere_says_so_and_the_page_shows_it()
    {
        using var browser = await server.ClientAsync(server.Officer);
        var page = new HtmlParser().ParseDocument(await browser.GetStringAsync("/crossings/systems", Cancel));
        var form = page.QuerySelectorAll("form")[^1];
        var fields = form.QuerySelectorAll("input[type=hidden]").Select(i => KeyValuePair.Create(i.GetAttribute("name")!, i.GetAttribute("value") ?? "")).Concat(
        [
            new("name", "古い複合機"), new("routes", "internet-to-lgwan"), new("owner", section.ToString()), new("from", "10.9.9.9\r\n10.9.8.0/24"), new("days", "90"),
        ]);
        using var answer = await browser.PostAsync("/crossings/systems", new FormUrlEncodedContent(fields), Cancel);
        var shown = new HtmlParser().ParseDocument(await answer.Content.ReadAsStringAsync(Cancel));
        var key = shown.QuerySelector("code.secret")!.TextContent;
        Assert.StartsWith("sekisho_system_", key, StringComparison.Ordinal);

        using var thief = server.Client();
        thief.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var refused = await thief.GetAsync("/api/v1/crossings", Cancel);
        Assert.Equal("XNG-SYSTEM-008", (await refused.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString());
        var again = await browser.GetStringAsync("/crossings/systems", Cancel);
        Assert.Contains("登録のない接続元 127.0.0.1 から使われました", again, StringComparison.Ordinal);
        Assert.DoesNotContain(key, again, StringComparison.Ordinal);
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync(path, body, Cancel);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {await answer.Content.ReadAsStringAsync(Cancel)}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
    }
}
