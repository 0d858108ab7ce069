using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Sekisho.Records.Accounts;
using Sekisho.Web.SignIn;

namespace Sekisho.Web.Tests.Api;

/// <summary>Whatever is sent as a query value or a body is answered as the sender's mistake or as content, never as ours.</summary>
public sealed class MalformedQueryTests : IAsyncLifetime
{
    private static readonly string[] Nonsense =
    [
        "", "%00", "a%00b", "-1", "0", "99999999999999999999", "18446744073709551615", "9223372036854775807", "1e400", "NaN", "%F0%9F%8F%AF", "%ED%A0%80", "%", "'%22%5C%25_",
        "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "2026-13-45", "true", "ja", new string('9', 3000),
    ];

    private ConsoleServer server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => server = await ConsoleServer.StartAsync(limits: SignInLimitOptions.Default with { ApiPerMinute = 1_000_000 });

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task No_query_value_of_any_operation_is_a_fault_of_ours_and_a_refused_one_is_named()
    {
        using var client = await OfficerAsync();
        await PostEvidenceAsync(client);
        var document = await client.GetFromJsonAsync<JsonElement>("/api/v1/openapi.json", Cancel);
        var (tried, refused) = (0, 0);
        var faults = new List<string>();
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            if (!path.Value.TryGetProperty("get", out var operation) || !operation.TryGetProperty("parameters", out var parameters)) continue;
            var queries = parameters.EnumerateArray().Where(static p => p.GetProperty("in").GetString() == "query").Select(static p => (Name: p.GetProperty("name").GetString()!, Needed: p.TryGetProperty("required", out var r) && r.GetBoolean())).ToList();
            var address = System.Text.RegularExpressions.Regex.Replace(path.Name, @"\{(\w+)\}", static m => m.Groups[1].Value switch { "slug" => "hama", "policy" => "basic-policy", "id" or "version" or "other" => "0198a000-0000-7000-8000-000000000000", _ => "0" });
            foreach (var (name, _) in queries)
            {
                foreach (var value in Nonsense)
                {
                    var others = string.Concat(queries.Where(q => q.Needed && q.Name != name).Select(static q => $"&{q.Name}=1"));
                    using var answer = await client.GetAsync($"{address}?{name}={value}{others}", Cancel);
                    tried++;
                    if ((int)answer.StatusCode >= 500) faults.Add($"{address}?{name}={value[..Math.Min(value.Length, 40)]} gave {answer.StatusCode}");
                    if (answer.StatusCode != HttpStatusCode.BadRequest) continue;
                    refused++;
                    Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
                    var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
                    Assert.True(problem.TryGetProperty("parameter", out var told) && told.GetString() == name, $"{address}?{name}={value}: {problem}");
                    Assert.Contains(name, problem.GetProperty("details").GetProperty("ja").GetString(), StringComparison.Ordinal);
                    Assert.Contains(name, problem.GetProperty("details").GetProperty("en").GetString(), StringComparison.Ordinal);
                }
            }
        }
        Assert.True(faults.Count == 0, string.Join("\n", faults));
        Assert.True(tried > 400 && refused > 100, $"{tried} tried, {refused} refused");
    }

    [Theory]
    [InlineData("/api/v1/ledger/proofs/inclusion", "index")] // needed, and not there
    [InlineData("/api/v1/evidence?after=nonsense", "after")]
    [InlineData("/api/v1/evidence?weight=heavy", "weight")]
    [InlineData("/api/v1/policies?at=yesterday", "at")]
    public async Task The_parameter_is_named(string address, string parameter)
    {
        using var client = await OfficerAsync();
        using var answer = await client.GetAsync(address, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(parameter, (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("parameter").GetString());
    }

    [Theory]
    [InlineData("""{"kind":"training.completion","sentence":{"ja":"記録","en":"record"},"observedAt":"yesterday"}""", "$.observedAt")]
    [InlineData("""{"sentence":{"ja":"記録","en":"record"}}""", "$.kind")]
    [InlineData("""{"kind":"training.completion","sentence":{"ja":"記録","en":"record"},"files":[{"name":"a","contentBase64":"???"}]}""", "$.files")]
    [InlineData("""{"kind":"training.completion","subject":"a\u0000b","sentence":{"ja":"記録","en":"record"}}""", "$.subject")]
    [InlineData("""not JSON""", null)]
    public async Task A_member_of_the_body_is_named(string body, string? parameter)
    {
        using var client = await OfficerAsync();
        using var answer = await client.PostAsync("/api/v1/evidence", new StringContent(body, Encoding.UTF8, "application/json"), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal(parameter, problem.TryGetProperty("parameter", out var named) ? named.GetString() : null);
    }

    [Theory]
    [InlineData("/evidence?text=%00")]
    [InlineData("/ledger?kind=a%00b")]
    [InlineData("/policy?on=%00")]
    [InlineData("/language/en?back=%00")]
    public async Task A_page_says_it_in_words(string address)
    {
        using var client = await server.ClientAsync(server.Officer);
        using var answer = await client.GetAsync(address, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("もう一度お試しください", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    private async Task<HttpClient> OfficerAsync()
    {
        var client = server.Client(followRedirects: false);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await server.Officer.TokenAsync(server, TokenScope.Write));
        return client;
    }

    private static async Task PostEvidenceAsync(HttpClient client)
    {
        using var answer = await client.PostAsJsonAsync("/api/v1/evidence", new { kind = "training.completion", subject = "a", facts = new { people = 3 }, sentence = new { ja = "記録", en = "record" } }, Cancel);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }
}
