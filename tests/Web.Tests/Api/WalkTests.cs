using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Sekisho.Records.Accounts;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Tests.Api;

/// <summary>Walks over every endpoint that the server has.</summary>
public sealed class WalkTests : IAsyncLifetime
{
    private const string Policy = """
        浜町情報セキュリティ基本方針

        （目的）
        第１条　この基本方針は、町が保有する情報資産の機密性、完全性及び可用性を維持するため、町が実施する情報セキュリティ対策について基本的な事項を定めることを目的とする。
        （職員等の遵守義務）
        第２条　職員等は、情報セキュリティの重要性について共通の認識を持ち、業務の遂行に当たって情報セキュリティポリシー及び情報セキュリティ実施手順を遵守しなければならない。
        （情報セキュリティ監査及び自己点検の実施）
        第３条　情報セキュリティポリシーの遵守状況を検証するため、定期的又は必要に応じて情報セキュリティ監査及び自己点検を実施する。
        附　則
        この基本方針は、令和８年４月１日から施行する。
        """;

    private ConsoleServer server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => server = await ConsoleServer.StartAsync(limits: SignInLimitOptions.Default with { TriesPerAddress = 100_000, ApiPerMinute = 100_000 });

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Auditor_changes_nothing_anywhere()
    {
        var auditor = await Person.AddAsync(server, server.Officer.Municipality, "auditor@hama", Role.Auditor);
        using var client = await server.ClientAsync(auditor, followRedirects: false);
        using var byToken = await TokenClientAsync(auditor, TokenScope.Write);
        var allowed = new List<string>();
        var walked = 0;
        foreach (var stop in EndpointWalk.All(server).Where(s => s.Method is not "GET" and not "HEAD" && !s.IsOpen))
        {
            walked++;
            using var answer = await SendAsync(client, stop.Method, stop.Path);
            if (stop.Is<OwnAccountAttribute>()) allowed.Add(stop.ToString());
            else Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{stop} gave {answer.StatusCode} to an auditor");
            if (!stop.Path.StartsWith("/api/", StringComparison.Ordinal)) continue;
            using var programs = await SendAsync(byToken, stop.Method, stop.Path);
            Assert.True(programs.StatusCode == HttpStatusCode.Forbidden, $"{stop} gave {programs.StatusCode} to an auditor's token");
        }
        Assert.True(walked > 40, $"only {walked} endpoints that change something");
        // Exactly these change the person's own sign-in, and nothing else. Another one must be thought about here.
        Assert.Equal(
            [
                "DELETE /api/v1/me/sessions", "DELETE /api/v1/me/sessions/{id:guid}", "DELETE /api/v1/me/tokens/{id:guid}",
                "POST /account", "POST /account/authenticator", "POST /account/passkeys", "POST /account/password", "POST /account/recovery-codes", "POST /account/tokens/new", "POST /signout",
            ], allowed);
    }

    [Fact]
    public async Task Auditor_reads_what_an_officer_reads()
    {
        var auditor = await Person.AddAsync(server, server.Officer.Municipality, "auditor@hama", Role.Auditor);
        using var officers = await server.ClientAsync(server.Officer, followRedirects: false);
        using var auditors = await server.ClientAsync(auditor, followRedirects: false);
        // Who opens a link takes what it leads to: that is a use of it, which is counted, and no looking on. What one may still send is asked by those who send.
        string[] own = ["/crossings/links/{secret}", "/crossings/routes/{key}/allowance"];
        foreach (var stop in EndpointWalk.All(server).Where(s => s.Method == "GET" && s.Path.StartsWith("/api/", StringComparison.Ordinal) && !own.Any(o => $"{s}".Contains(o, StringComparison.Ordinal))))
        {
            using var officer = await officers.GetAsync(stop.Path, Cancel);
            using var answer = await auditors.GetAsync(stop.Path, Cancel);
            Assert.True(officer.StatusCode == answer.StatusCode, $"{stop}: officer {officer.StatusCode}, auditor {answer.StatusCode}");
        }
    }

    [Fact]
    public async Task Without_sign_in_nothing_but_the_public_is_reachable()
    {
        using var client = server.Client(followRedirects: false);
        foreach (var stop in EndpointWalk.All(server).Where(s => !s.IsOpen))
        {
            using var answer = await SendAsync(client, stop.Method, stop.Path);
            if (stop.Path.StartsWith("/api/", StringComparison.Ordinal)) Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{stop} gave {answer.StatusCode}");
            else Assert.True(answer.StatusCode == HttpStatusCode.Redirect && answer.Headers.Location!.PathAndQuery.StartsWith("/sign-in", StringComparison.Ordinal), $"{stop} gave {answer.StatusCode}");
        }
        var open = EndpointWalk.All(server).Where(s => s.IsOpen && s.Path.StartsWith("/api/", StringComparison.Ordinal)).Select(s => s.ToString());
        Assert.Equal(
            ["GET /api/v1/problems/{code}", "GET /api/v1/public/{slug}/{policy}", "GET /api/v1/public/{slug}/{policy}/document", "GET /api/v1/public/{slug}/{policy}/original/{number:int}", "GET /api/{documentName}/openapi.json",
                "POST /api/v1/agents/reports"], // asks for a reporting token instead (TerminalsApi)
            open);
    }

    [Fact]
    public async Task Problems_of_the_api_are_documents_with_a_code_and_both_languages()
    {
        using var officers = await TokenClientAsync(server.Officer, TokenScope.Read);
        using var strangers = server.Client();
        foreach (var stop in EndpointWalk.All(server).Where(s => s.Path.StartsWith("/api/v1/", StringComparison.Ordinal)))
        {
            foreach (var client in new[] { officers, strangers })
            {
                using var answer = await SendAsync(client, stop.Method, stop.Path);
                if ((int)answer.StatusCode < 400) continue;
                Assert.True((int)answer.StatusCode < 500, $"{stop} gave {answer.StatusCode}");
                Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
                if (stop.Method == "HEAD") continue; // has no body, by definition
                var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
                Assert.Equal((int)answer.StatusCode, body.GetProperty("status").GetInt32());
                Assert.Equal($"/api/v1/problems/{body.GetProperty("code").GetString()}", body.GetProperty("type").GetString());
                Assert.NotEmpty(body.GetProperty("titles").GetProperty("ja").GetString()!);
                Assert.NotEmpty(body.GetProperty("details").GetProperty("en").GetString()!);
            }
        }
    }

    [Fact]
    public async Task Nothing_of_one_municipality_is_reachable_from_another()
    {
        // Hama has one of everything that has an id.
        using var officer = await TokenClientAsync(server.Officer, TokenScope.Write);
        var version = (await PostAsync(officer, "/api/v1/policies?name=hama.txt", new StringContent(Policy, Encoding.UTF8, "text/plain"))).GetProperty("version").GetProperty("id").GetString()!;
        await PostAsync(officer, $"/api/v1/policies/{version}/in-force", JsonContent.Create(new { effectiveOn = "2026-04-01" }));
        var ties = await officer.GetFromJsonAsync<JsonElement>($"/api/v1/policies/{version}/ties", Cancel);
        var evidence = await PostAsync(officer, "/api/v1/evidence", JsonContent.Create(new { kind = "training.completion", subject = "hama-subject", facts = new { people = 3 }, sentence = new { ja = "浜町だけの証跡", en = "Only of Hama" } }));
        var waiver = await PostAsync(officer, "/api/v1/waivers", JsonContent.Create(new { obligation = "audit", from = DateTimeOffset.UtcNow.AddDays(1), until = DateTimeOffset.UtcNow.AddDays(20), reason = "移行作業のため、期限までに監査を行えません。", measures = "自己点検を毎月行って代わりとします。" }));
        var exclusion = await PostAsync(officer, "/api/v1/exclusions", JsonContent.Create(new { obligation = "sns-control", reason = "町はソーシャルメディアを使っていません。" }));
        var unit = await PostAsync(officer, "/api/v1/organisation/units", JsonContent.Create(new { kind = "agency", name = "浜町長", beginsOn = "2020-04-01" }));
        var findings = await officer.GetFromJsonAsync<JsonElement>($"/api/v1/policies/{version}/findings", Cancel);
        var ids = new Dictionary<string, string>
        {
            ["version"] = version,
            ["other"] = version,
            ["tie"] = ties.GetArrayLength() > 0 ? ties[0].GetProperty("id").GetString()! : Guid.NewGuid().ToString(),
            ["finding"] = findings.GetArrayLength() > 0 ? findings[0].GetProperty("id").GetString()! : Guid.NewGuid().ToString(),
        };
        Assert.True(ties.GetArrayLength() > 0);
        var byPath = new (string Under, string Id)[]
        {
            ("/evidence", evidence.GetProperty("id").GetString()!), ("/waivers", waiver.GetProperty("id").GetString()!), ("/exclusions", exclusion.GetProperty("id").GetString()!),
            ("/units", unit.GetProperty("id").GetString()!), ("/accounts", server.Officer.Id.ToString()), ("/sessions", Guid.NewGuid().ToString()),
        };

        var other = await server.TestDatabase.AddMunicipalityAsync("oki", "沖町");
        var stranger = await Person.AddAsync(server, other, "officer@oki", Role.Officer);
        using var strangers = await TokenClientAsync(stranger, TokenScope.Write);
        using var browsing = await server.ClientAsync(stranger, followRedirects: false);
        var seen = 0;
        foreach (var stop in EndpointWalk.All(server, ids.GetValueOrDefault).Where(s => !s.IsOpen && !s.Is<OwnAccountAttribute>()))
        {
            var path = stop.Path;
            foreach (var (under, id) in byPath) path = path.Contains(under, StringComparison.Ordinal) ? path.Replace("0198a000-0000-7000-8000-000000000000", id, StringComparison.Ordinal) : path;
            var client = path.StartsWith("/api/", StringComparison.Ordinal) ? strangers : browsing;
            if (client == browsing && stop.Method != "GET") continue;
            using var answer = await SendAsync(client, stop.Method, path);
            var text = await answer.Content.ReadAsStringAsync(Cancel);
            foreach (var secret in new[] { "浜町", "hama-subject", "officer@hama", "担当 花子", "浜町情報セキュリティ基本方針" }) Assert.False(text.Contains(secret, StringComparison.Ordinal), $"{stop} shows {secret} to another municipality");
            if (path != EndpointWalkPathWithoutIds(stop) && path.StartsWith("/api/", StringComparison.Ordinal))
            {
                seen++;
                Assert.True((int)answer.StatusCode is >= 400 and < 500, $"{stop} gave {answer.StatusCode} for another municipality's id");
            }
        }
        Assert.True(seen > 25, $"only {seen} endpoints were tried with another municipality's id");

        // And Hama's things are as they were.
        Assert.Equal("浜町だけの証跡", (await officer.GetFromJsonAsync<JsonElement>($"/api/v1/evidence/{evidence.GetProperty("id").GetString()}", Cancel)).GetProperty("evidence").GetProperty("sentence").GetProperty("ja").GetString());
        Assert.Equal("requested", (await officer.GetFromJsonAsync<JsonElement>("/api/v1/waivers", Cancel))[0].GetProperty("state").GetString());
        Assert.Equal("active", (await officer.GetFromJsonAsync<JsonElement>($"/api/v1/accounts/{server.Officer.Id}", Cancel)).GetProperty("state").GetString());

        string EndpointWalkPathWithoutIds(EndpointWalk.Stop stop) => EndpointWalk.All(server).First(s => s.ToString() == stop.ToString()).Path;
    }

    [Fact]
    public async Task Tokens_do_no_more_than_their_scope()
    {
        using var reads = await TokenClientAsync(server.Officer, TokenScope.Read);
        using var evidence = await TokenClientAsync(server.Officer, TokenScope.Evidence);
        foreach (var stop in EndpointWalk.All(server).Where(s => !s.IsOpen && s.Path.StartsWith("/api/", StringComparison.Ordinal)))
        {
            using var read = await SendAsync(reads, stop.Method, stop.Path);
            if (stop.Method is not ("GET" or "HEAD")) Assert.True(read.StatusCode == HttpStatusCode.Forbidden, $"{stop} gave {read.StatusCode} to a token that reads");
            using var hand = await SendAsync(evidence, stop.Method, stop.Path);
            Assert.True(stop.Is<EvidenceTokenAttribute>() == (hand.StatusCode != HttpStatusCode.Forbidden), $"{stop} gave {hand.StatusCode} to an evidence token");
        }
        using var none = server.Client();
        none.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sekisho_" + new string('A', 43));
        using var unknown = await none.GetAsync("/api/v1/me", Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
    }

    [Fact]
    public async Task Token_ends_when_revoked_and_when_its_owner_is_reset_or_closed()
    {
        var manager = await Person.AddAsync(server, server.Officer.Municipality, "manager@hama", Role.Manager);
        using var first = await TokenClientAsync(manager, TokenScope.Read);
        using (var ok = await first.GetAsync("/api/v1/me", Cancel)) Assert.Equal(HttpStatusCode.OK, ok.StatusCode);
        var data = server.Services.GetRequiredService<AccountData>();
        var tokens = server.Services.GetRequiredService<AccessTokens>();
        var account = (await data.FindAsync(manager.Id, Cancel))!;
        foreach (var token in await tokens.ListAsync(account, Cancel)) Assert.True(await tokens.RevokeAsync(account, token.Id, Cancel));
        using (var gone = await first.GetAsync("/api/v1/me", Cancel)) Assert.Equal(HttpStatusCode.Unauthorized, gone.StatusCode);

        using var second = await TokenClientAsync(manager, TokenScope.Read);
        var by = (await data.FindAsync(server.Officer.Id, Cancel))!;
        var book = server.Services.GetRequiredService<AccountBook>();
        Assert.True((await book.CloseAsync(by, manager.Id, closed: true, Cancel)).Match(_ => true, _ => false));
        using (var gone = await second.GetAsync("/api/v1/me", Cancel)) Assert.Equal(HttpStatusCode.Unauthorized, gone.StatusCode);
    }

    [Fact]
    public async Task Browser_session_changes_nothing_through_the_api_without_the_form_token()
    {
        using var client = await server.ClientAsync(server.Officer);
        using var answer = await client.PostAsJsonAsync("/api/v1/exclusions", new { obligation = "sns-control", reason = "町はソーシャルメディアを使っていません。" }, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("API-400-CSRF", (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString());
        // With the token of a page of this session it works.
        var page = new Browser(client);
        await page.OpenAsync("/account");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/exclusions") { Content = JsonContent.Create(new { obligation = "sns-control", reason = "町はソーシャルメディアを使っていません。" }) };
        request.Headers.Add("RequestVerificationToken", page.Value("[name=__RequestVerificationToken]"));
        using var done = await client.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
    }

    [Fact]
    public async Task Last_person_who_manages_accounts_stays_and_an_auditor_is_only_that()
    {
        using var client = await TokenClientAsync(server.Officer, TokenScope.Write);
        var me = await client.GetFromJsonAsync<JsonElement>($"/api/v1/accounts/{server.Officer.Id}", Cancel);
        foreach (var (roles, code) in new[] { (new[] { "staff" }, "ACC-007"), (new[] { "auditor", "officer" }, "ACC-006"), (Array.Empty<string>(), "ACC-005"), (new[] { "king" }, "ACC-005") })
        {
            using var answer = await client.PutAsJsonAsync($"/api/v1/accounts/{server.Officer.Id}", new { login = "officer@hama", displayName = "担当 花子", roles, version = me.GetProperty("version").GetString() }, Cancel);
            Assert.Equal(code, (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString());
        }
        using var stale = await client.PutAsJsonAsync($"/api/v1/accounts/{server.Officer.Id}", new { login = "officer@hama", displayName = "担当 花子", roles = new[] { "officer" }, version = Guid.NewGuid() }, Cancel);
        Assert.Equal(HttpStatusCode.Conflict, stale.StatusCode);
    }

    [Fact]
    public async Task Ledger_proofs_from_the_api_hold()
    {
        using var client = await TokenClientAsync(server.Officer, TokenScope.Write);
        for (var i = 0; i < 3; i++) await PostAsync(client, "/api/v1/evidence", JsonContent.Create(new { kind = "training.completion", subject = $"s{i}", facts = new { people = 3 }, sentence = new { ja = "記録", en = "record" } }));
        var entries = await client.GetFromJsonAsync<JsonElement>("/api/v1/ledger/entries", Cancel);
        var size = entries[0].GetProperty("index").GetUInt64() + 1;
        for (ulong index = 0; index < size; index++)
        {
            var proof = await client.GetStringAsync($"/api/v1/ledger/proofs/inclusion?index={index}", Cancel);
            Assert.True(Sekisho.Ledger.ProofDocument.IsValid(Encoding.UTF8.GetBytes(proof)), proof);
        }
        var consistency = await client.GetStringAsync($"/api/v1/ledger/proofs/consistency?size1=1&size2={size}", Cancel);
        Assert.True(Sekisho.Ledger.ProofDocument.IsValid(Encoding.UTF8.GetBytes(consistency)), consistency);
        Assert.Contains(size.ToString(), await client.GetStringAsync("/api/v1/ledger/checkpoint", Cancel), StringComparison.Ordinal);
        Assert.Equal(size * 32, (ulong)(await client.GetByteArrayAsync($"/api/v1/ledger/tile/0/000.p/{size}", Cancel)).Length);
        Assert.NotEmpty(await client.GetByteArrayAsync($"/api/v1/ledger/tile/entries/000.p/{size}", Cancel));
        using var none = await client.GetAsync($"/api/v1/ledger/tile/0/000.p/{size + 1}", Cancel);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    private async Task<HttpClient> TokenClientAsync(Person person, TokenScope scope)
    {
        var client = server.Client(followRedirects: false);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await person.TokenAsync(server, scope));
        return client;
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, HttpContent content)
    {
        using var answer = await client.PostAsync(path, content, Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {text}");
        return JsonDocument.Parse(text).RootElement.Clone();
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (method is "POST" or "PUT") request.Content = path.StartsWith("/api/", StringComparison.Ordinal) ? new StringContent("{}", Encoding.UTF8, "application/json") : new FormUrlEncodedContent([]);
        return await client.SendAsync(request, Cancel);
    }
}
