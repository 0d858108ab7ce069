using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Sekisho.Web.Tests.Authorisation;

namespace Sekisho.Web.Tests.Api;

/// <summary>Registers by the API: everything that the pages do, by the same rules.</summary>
public sealed class RegistersApiTests(AuthorisationTown town) : IClassFixture<AuthorisationTown>
{
    private const string Equipment = "/api/v1/registers/equipment";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private HttpClient Officer => town.Client("officer", program: true);

    private HttpClient Manager => town.Client("manager", program: true);

    [Fact]
    public async Task An_entry_is_added_read_changed_by_its_version_and_keeps_its_history()
    {
        var (status, added) = await SendAsync(Officer, HttpMethod.Post, Equipment, new { unit = "税務課", fields = new { name = "複合機", kind = "プリンター・複合機", count = 2, carried = false, until = "R9.3.31", marks = new[] { "施錠保管", "label" }, keeper = "1001" } });
        Assert.True(status == HttpStatusCode.Created, added.ToString());
        var path = $"{Equipment}/{added.GetProperty("id").GetString()}";
        using (var read = await Officer.GetAsync(path, Cancel))
        {
            Assert.Equal("\"1\"", read.Headers.ETag!.Tag);
            var fields = (await read.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("fields");
            Assert.Equal(("printer", 2, false, "2027-03-31", 2), (fields.GetProperty("kind").GetString(), fields.GetProperty("count").GetInt32(), fields.GetProperty("carried").GetBoolean(), fields.GetProperty("until").GetString(), fields.GetProperty("marks").GetArrayLength()));
        }
        var (changed, entry) = await SendAsync(Officer, HttpMethod.Put, path, new { fields = new { note = "2階に移した", count = (int?)null } }, ifMatch: "\"1\"");
        Assert.Equal((HttpStatusCode.OK, 2, false), (changed, entry.GetProperty("version").GetInt32(), entry.GetProperty("fields").TryGetProperty("count", out _)));

        // Who saw an older version changes nothing: 412 with If-Match, 409 with the version in the body, 422 with neither.
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await SendAsync(Officer, HttpMethod.Put, path, new { fields = new { note = "上書き" } }, ifMatch: "\"1\"")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync(Officer, HttpMethod.Put, path, new { version = 1, fields = new { note = "上書き" } })).Status);
        var (unsaid, problem) = await SendAsync(Officer, HttpMethod.Put, path, new { fields = new { note = "上書き" } });
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "API-422-VERSION"), (unsaid, problem.GetProperty("code").GetString()));
        var history = await Officer.GetFromJsonAsync<JsonElement>(path + "/history", Cancel);
        Assert.Equal(["entry.changed", "entry.added"], history.EnumerateArray().Select(h => h.GetProperty("kind").GetString()));
        Assert.Contains(history[0].GetProperty("fields").EnumerateArray(), f => f.GetProperty("key").GetString() == "note" && f.GetProperty("to").GetProperty("ja").GetString() == "2階に移した");
    }

    [Fact]
    public async Task What_is_wrong_is_told_field_by_field_and_nothing_is_kept()
    {
        var before = await TotalAsync(Officer, "");
        var (status, problem) = await SendAsync(Officer, HttpMethod.Post, Equipment, new { unit = "税務課", fields = new Dictionary<string, object?> { ["kind"] = "飛行機", ["until"] = "来年のいつか", ["count"] = 0, ["nothing"] = new { a = 1 } } });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Equal("REC-REG-003", problem.GetProperty("code").GetString());
        Assert.Equal(["count", "kind", "name", "nothing", "until"], problem.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("field").GetString()).Order(StringComparer.Ordinal));
        Assert.All(problem.GetProperty("errors").EnumerateArray(), e => Assert.NotEmpty(e.GetProperty("what").GetProperty("ja").GetString()!));
        Assert.Equal(before, await TotalAsync(Officer, ""));
    }

    [Fact]
    public async Task A_list_is_found_narrowed_sorted_and_paged_and_a_section_sees_its_own()
    {
        foreach (var (name, unit, until) in new[] { ("検索の端末 1", "税務課", "2020-01-01"), ("検索の端末 2", "税務課", "2099-01-01"), ("検索の端末 3", "福祉課", "2099-01-01") })
            Assert.Equal(HttpStatusCode.Created, (await SendAsync(Officer, HttpMethod.Post, Equipment, new { unit, fields = new { name, kind = "pc", until } })).Status);
        Assert.Equal(3, await TotalAsync(Officer, "?q=検索ノ端末"));
        Assert.Equal(2, await TotalAsync(Manager, "?q=検索の端末"));
        Assert.Equal(1, await TotalAsync(Officer, "?q=検索の端末&due=until"));
        Assert.Equal(0, await TotalAsync(Officer, "?q=検索の端末&f.kind=printer"));
        var page = await Officer.GetFromJsonAsync<JsonElement>($"{Equipment}?q=検索の端末&sort=name&descending=true&page=2&pageSize=1", Cancel);
        Assert.Equal((3, "検索の端末 2"), (page.GetProperty("total").GetInt32(), page.GetProperty("entries")[0].GetProperty("title").GetString()));
        var catalogue = await Manager.GetFromJsonAsync<JsonElement>("/api/v1/registers", Cancel);
        Assert.Contains(catalogue.EnumerateArray(), r => r.GetProperty("key").GetString() == "equipment" && r.GetProperty("due").GetInt64() >= 1 && r.GetProperty("fields").GetArrayLength() > 10);
    }

    [Fact]
    public async Task A_manager_writes_for_the_own_section_only_and_not_where_the_office_keeps()
    {
        var (own, _) = await SendAsync(Manager, HttpMethod.Post, Equipment, new { unit = "税務課", fields = new { name = "課長の端末", kind = "pc" } });
        var (other, problem) = await SendAsync(Manager, HttpMethod.Post, Equipment, new { unit = "福祉課", fields = new { name = "よその端末", kind = "pc" } });
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.UnprocessableEntity), (own, other));
        Assert.Equal("unit", Assert.Single(problem.GetProperty("errors").EnumerateArray()).GetProperty("field").GetString());
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(Manager, HttpMethod.Post, "/api/v1/registers/law", new { fields = new { name = "法", asks = "こと" } })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(Officer, HttpMethod.Post, "/api/v1/registers/nothing", new { fields = new { } })).Status);
    }

    [Fact]
    public async Task Many_are_changed_confirmed_retired_and_put_back()
    {
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
            ids.Add((await SendAsync(Officer, HttpMethod.Post, Equipment, new { unit = "税務課", fields = new { name = $"多くの端末 {i}", kind = "pc" } })).Body.GetProperty("id").GetString()!);
        var (bulk, changed) = await SendAsync(Manager, HttpMethod.Post, Equipment + "/bulk", new { entries = ids.Select(id => new { id, version = 1 }), fields = new { kind = "media" } });
        Assert.Equal((HttpStatusCode.OK, 3), (bulk, changed.GetProperty("changed").GetInt32()));
        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync(Manager, HttpMethod.Post, Equipment + "/bulk", new { entries = ids.Select(id => new { id, version = 1 }), fields = new { kind = "pc" } })).Status);
        var (_, confirmed) = await SendAsync(Manager, HttpMethod.Post, Equipment + "/confirm", new { entries = ids.Select((id, i) => new { id, version = i == 0 ? 1 : 2 }) });
        Assert.Equal((2, 1), (confirmed.GetProperty("confirmed").GetInt32(), confirmed.GetProperty("overtaken").GetArrayLength()));
        var (retired, gone) = await SendAsync(Manager, HttpMethod.Post, $"{Equipment}/{ids[1]}/retire", new { version = 2, why = "廃棄した。" });
        Assert.Equal((HttpStatusCode.OK, "廃棄した。"), (retired, gone.GetProperty("retired").GetProperty("why").GetString()));
        Assert.Equal(2, await TotalAsync(Manager, "?q=多くの端末"));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(Manager, HttpMethod.Post, $"{Equipment}/{ids[1]}/revive", new { version = 3 })).Status);
        Assert.Equal(3, await TotalAsync(Manager, "?q=多くの端末"));
    }

    [Fact]
    public async Task A_sheet_is_tried_then_taken_in_and_writtenagain_and_a_wrong_cell_is_named()
    {
        const string Csv = "備品名,種別,担当課,数量,保守終了日\r\n表のプリンター,プリンター・複合機,税務課,2,R9.3.31\r\n表の端末,パソコン,税務課,1,\r\n";
        var (tried, dry) = await ImportAsync(Officer, Csv, "&dryRun=true");
        Assert.True(tried == HttpStatusCode.OK, dry.ToString());
        Assert.Equal((2, 0, false), (dry.GetProperty("added").GetInt32(), dry.GetProperty("wrong").GetInt32(), dry.GetProperty("kept").GetBoolean()));
        Assert.Equal(0, await TotalAsync(Officer, "?q=表の"));

        var (wrong, problem) = await ImportAsync(Officer, Csv.Replace(",パソコン,", ",飛行機,", StringComparison.Ordinal), "");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "REC-REG-116"), (wrong, problem.GetProperty("code").GetString()));
        Assert.Equal("B3", Assert.Single(problem.GetProperty("errors").EnumerateArray()).GetProperty("field").GetString());
        Assert.Equal(0, await TotalAsync(Officer, "?q=表の"));

        var (done, kept) = await ImportAsync(Officer, Csv, "");
        Assert.True(done == HttpStatusCode.OK && kept.GetProperty("kept").GetBoolean(), kept.ToString());
        Assert.Equal(2, await TotalAsync(Officer, "?q=表の"));
        using var sheet = await Officer.GetAsync(Equipment + "/export.csv?q=表の", Cancel);
        Assert.Equal("text/csv", sheet.Content.Headers.ContentType!.MediaType);
        Assert.Contains("備品台帳", sheet.Content.Headers.ContentDisposition!.FileNameStar, StringComparison.Ordinal);
        var written = await sheet.Content.ReadAsByteArrayAsync(Cancel);
        var (again, same) = await ImportAsync(Officer, System.Text.Encoding.UTF8.GetString(written), "&dryRun=true");
        Assert.Equal((HttpStatusCode.OK, 2, 0), (again, same.GetProperty("same").GetInt32(), same.GetProperty("changed").GetInt32() + same.GetProperty("added").GetInt32()));
        using var book = await Officer.GetAsync(Equipment + "/export.xlsx", Cancel);
        Assert.Equal("PK"u8.ToArray(), (await book.Content.ReadAsByteArrayAsync(Cancel))[..2]);
        using var none = await Officer.GetAsync("/api/v1/registers/nothing/export.csv", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);

        static async Task<(HttpStatusCode, JsonElement)> ImportAsync(HttpClient client, string csv, string query)
        {
            using var answer = await client.PostAsync($"{Equipment}/import?name=備品.csv{query}", new StringContent(csv, System.Text.Encoding.UTF8, "application/octet-stream"), Cancel);
            return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel));
        }
    }

    private static async Task<int> TotalAsync(HttpClient client, string query) => (await client.GetFromJsonAsync<JsonElement>(Equipment + query, Cancel)).GetProperty("total").GetInt32();

    private static async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpClient client, HttpMethod method, string path, object body, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        if (ifMatch is not null) request.Headers.IfMatch.Add(new EntityTagHeaderValue(ifMatch));
        using var answer = await client.SendAsync(request, Cancel);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel));
    }
}
