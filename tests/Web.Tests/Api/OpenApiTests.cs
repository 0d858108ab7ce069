using System.Text.Json;

namespace Sekisho.Web.Tests.Api;

public sealed class OpenApiTests : IAsyncLifetime
{
    private ConsoleServer server = null!;
    private JsonElement document;

    public async ValueTask InitializeAsync()
    {
        server = await ConsoleServer.StartAsync();
        using var client = server.Client();
        document = JsonDocument.Parse(await client.GetStringAsync("/api/v1/openapi.json", TestContext.Current.CancellationToken)).RootElement.Clone();
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public void Document_is_OpenAPI_3_1_and_has_exactly_the_endpoints_that_the_server_has()
    {
        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        var written = Operations().Select(o => $"{o.Method.ToUpperInvariant()} {o.Path}").Order(StringComparer.Ordinal);
        var mapped = EndpointWalk.All(server).Where(s => s.Path.StartsWith("/api/v1/", StringComparison.Ordinal))
            .Select(s => $"{s.Method} /{Constraints(s.Endpoint.RoutePattern.RawText!).Trim('/')}").Order(StringComparer.Ordinal);
        Assert.Equal(mapped, written);
    }

    [Fact]
    public void Each_operation_says_what_it_is_in_both_languages_and_what_it_answers()
    {
        foreach (var (method, path, operation) in Operations())
        {
            var name = $"{method} {path}";
            Assert.True(operation.TryGetProperty("operationId", out _), name);
            Assert.True(operation.GetProperty("summary").GetString()!.Any(ch => ch > 0x3000), $"{name}: no Japanese summary");
            Assert.True(operation.GetProperty("description").GetString()!.All(ch => ch < 0x3000), $"{name}: no English description");
            Assert.NotEmpty(operation.GetProperty("tags").EnumerateArray());
            var responses = operation.GetProperty("responses").EnumerateObject().ToDictionary(r => r.Name, r => r.Value);
            Assert.True(responses.Keys.Any(status => status.StartsWith('2')), $"{name}: no good answer");
            foreach (var status in new[] { "400", "401", "403", "429", "500", "503" }) Assert.True(responses.ContainsKey(status), $"{name}: {status} is missing");
            if (path.Contains('{', StringComparison.Ordinal)) Assert.True(responses.ContainsKey("404") || method == "delete", $"{name}: 404 is missing");
            foreach (var (status, response) in responses)
            {
                Assert.NotEmpty(response.GetProperty("description").GetString()!);
                if (status[0] is '4' or '5') Assert.True(response.GetProperty("content").TryGetProperty("application/problem+json", out _), $"{name}: {status} is no problem document");
                else if (status != "204") Assert.NotEmpty(response.GetProperty("content").EnumerateObject());
            }
        }
    }

    [Fact]
    public void Operation_ids_are_those_that_clients_were_made_with()
    {
        var ids = string.Join('\n', Operations().Select(o => $"{o.Operation.GetProperty("operationId").GetString()} {o.Method.ToUpperInvariant()} {o.Path}").Order(StringComparer.Ordinal)) + "\n";
        var golden = Path.Combine(Root(), "tests", "Web.Tests", "Api", "operations.golden.txt");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1") File.WriteAllText(golden, ids);
        Assert.Equal(File.ReadAllText(golden), ids);
    }

    private List<(string Method, string Path, JsonElement Operation)> Operations()
    {
        var all = document.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Where(o => o.Name is "get" or "post" or "put" or "delete" or "patch" or "head").Select(o => (o.Name, path.Name, o.Value))).ToList();
        Assert.True(all.Count > 60, $"only {all.Count} operations");
        return all;
    }

    private static string Constraints(string route) => System.Text.RegularExpressions.Regex.Replace(route, @"\{\**(\w+)(:[^}]*)?\}", "{$1}");

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Sekisho.slnx"))) folder = folder.Parent;
        return folder.FullName;
    }
}
