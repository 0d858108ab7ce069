using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sekisho.Web.Tests.Authorisation;

namespace Sekisho.Web.Tests.Api;

/// <summary>Whatever is sent as a body to whichever operation is the sender's mistake or content, never ours: seeded changes to a body that fits the description, for all operations that it lists.</summary>
public sealed partial class MalformedBodyTests(AuthorisationTown town) : IClassFixture<AuthorisationTown>
{
    private const int Seed = 20261122;

    /// <summary>SEKISHO_BODY_CHANGES=1000 tries them all.</summary>
    private static readonly int ChangesAnOperation = int.TryParse(Environment.GetEnvironmentVariable("SEKISHO_BODY_CHANGES"), out var more) ? more : 8;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>One change: what is sent, where it differs, and what it must give.</summary>
    private sealed record Change(string What, string Where, string Body, bool MustBeRefused, string? Named = null);

    [Fact]
    public async Task No_body_of_any_operation_is_a_fault_of_ours_and_what_cannot_be_read_is_named()
    {
        var officer = town.Client("officer", program: true);
        var document = JsonNode.Parse(await officer.GetStringAsync("/api/v1/openapi.json", Cancel))!;
        var schemas = document["components"]!["schemas"]!.AsObject();
        var random = new Random(Seed);
        var faults = new List<string>();
        var (operations, sent, refused) = (0, 0, 0);
        foreach (var (path, methods) in document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in methods!.AsObject())
            {
                if (method is not ("post" or "put" or "patch") || operation!["requestBody"]?["content"]?["application/json"]?["schema"] is not { } schema) continue;
                operations++;
                var root = Resolve(schema, schemas);
                var body = Example(root, schemas, 0) ?? new JsonObject();
                var changes = Changes(body, root, schemas).ToList();
                // Every null in a list, and of the rest so many, the same at each run.
                var chosen = changes.Where(static c => c.Named is not null).Concat(changes.Where(static c => c.Named is null).OrderBy(_ => random.Next()).Take(ChangesAnOperation)).ToList();
                // Accounts by no id: a body that happens to fit must not take the officer's own away.
                var address = Parameter().Replace(path, m => path.Contains("/accounts/", StringComparison.Ordinal) ? AuthorisationTown.NoId : town.Real(path, m.Groups[1].Value));
                foreach (var change in chosen)
                {
                    var (status, problem) = await SendAsync(officer, method, address, change.Body);
                    if (status is HttpStatusCode.Forbidden) (status, problem) = await SendAsync(town.Client("administrator", program: true), method, address, change.Body);
                    if (status is HttpStatusCode.Forbidden) continue; // for systems and machines
                    sent++;
                    var told = $"{method} {path}: {change.What} at {change.Where} gave {(int)status} {problem?["code"]} {problem?["parameter"]}";
                    if ((int)status >= 500) faults.Add(told);
                    if (change.MustBeRefused && status != HttpStatusCode.BadRequest) faults.Add(told + ", not 400");
                    if (status != HttpStatusCode.BadRequest) continue;
                    refused++;
                    if (problem?["code"]?.GetValue<string>() is not { Length: > 0 } || problem["details"]?["ja"]?.GetValue<string>() is not { Length: > 0 } || problem["details"]?["en"]?.GetValue<string>() is not { Length: > 0 }) faults.Add(told + ", without words");
                    if (change.Named is { } name && problem?["parameter"]?.GetValue<string>() is var named && named?.StartsWith(name, StringComparison.Ordinal) != true) faults.Add(told + $", not named as {name}");
                }
            }
        }
        Assert.True(faults.Count == 0, $"{faults.Count} of {sent}\n" + string.Join("\n", faults.Take(200)));
        Assert.True(operations > 90 && sent > 700 && refused > 500, $"{operations} operations, {sent} sent, {refused} refused");
    }

    private static async Task<(HttpStatusCode Status, JsonNode? Problem)> SendAsync(HttpClient client, string method, string address, string body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), address) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using var answer = await client.SendAsync(request, Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        return (answer.StatusCode, (int)answer.StatusCode >= 400 && text.StartsWith('{') ? JsonNode.Parse(text) : null);
    }

    /// <summary>What may be changed in it: at each place other kinds of values, at each list a null, and the whole.</summary>
    private static IEnumerable<Change> Changes(JsonNode body, JsonNode root, JsonObject schemas)
    {
        yield return new("no JSON", "$", "not JSON", true);
        yield return new("nothing", "$", "", true);
        yield return new("null", "$", "null", true);
        yield return new("cut short", "$", body.ToJsonString()[..^1], true);
        yield return new("a list", "$", $"[{body.ToJsonString()}]", true);
        yield return new("very deep", "$", new string('[', 5000) + new string(']', 5000), true);
        yield return new("very deep object", "$", string.Concat(Enumerable.Repeat("{\"a\":", 3000)) + "1" + new string('}', 3000), true);
        yield return new("bytes that are no UTF-8", "$", "{\"a\":\"\udfff\"}".Replace("\udfff", "\ufffd", StringComparison.Ordinal)[..^1], true);
        if (body is JsonObject { Count: > 0 } whole)
        {
            var (name, value) = whole.First();
            var text = value?.ToJsonString() ?? "null";
            yield return new("said twice", $"$.{name}", $"{{\"{name}\":{text},{whole.ToJsonString()[1..]}", true);
        }
        foreach (var (place, schema) in Places(body, root, schemas, []))
        {
            var where = "$" + string.Concat(place.Select(static p => p is int i ? $"[{i}]" : $".{p}"));
            var types = Types(schema);
            foreach (var (kind, value) in Values)
            {
                var must = types.Count > 0 && !types.Contains(kind) && !(kind == "integer" && types.Contains("number"));
                yield return new(value.Length > 40 ? value[..40] : value, where, With(body, place, value), must);
            }
            if (types.Contains("string"))
            {
                yield return new("U+0000", where, With(body, place, "\"a\\u0000b\""), schema["enum"] is null);
                yield return new("a half letter", where, With(body, place, "\"a\\ud800b\""), true);
            }
            if (types.Contains("array") && schema["items"] is { } items && Types(Resolve(items, schemas)) is { Count: > 0 } of && !of.Contains("null") && !IsNullable(items))
                yield return new("null in a list", where, With(body, place, "[null]"), true, where);
        }
    }

    private static readonly (string Kind, string Value)[] Values =
    [
        ("boolean", "true"), ("number", "1e400"), ("integer", "-1"), ("integer", "99999999999999999999999999"), ("number", "0.5"), ("string", "\"\""), ("string", "\"９\""),
        ("string", "\"9999-12-31T23:59:59-14:00\""), ("string", "\"0001-01-01T00:00:00+14:00\""), ("string", "\"0001-01-01\""), ("string", "\"" + new string('長', 70_000) + "\""),
        ("array", "[]"), ("array", "[[]]"), ("object", "{}"), ("object", "{\"a\":{\"a\":[1]}}"), ("null", "null"),
    ];

    private static List<string> Types(JsonNode schema) => schema["type"] switch
    {
        JsonArray all => [.. all.Select(static t => t!.GetValue<string>()), .. all.Any(static t => t!.GetValue<string>() == "integer") ? ["number"] : Array.Empty<string>()],
        JsonValue one => [one.GetValue<string>()],
        _ => [], // anything
    };

    private static bool IsNullable(JsonNode schema) => schema["oneOf"] is JsonArray;

    private static IEnumerable<(IReadOnlyList<object> Place, JsonNode Schema)> Places(JsonNode? value, JsonNode schema, JsonObject schemas, IReadOnlyList<object> at)
    {
        if (at.Count > 0) yield return (at, schema);
        if (value is JsonObject its && schema["properties"] is JsonObject properties)
        {
            foreach (var (name, inner) in its.Where(p => properties.ContainsKey(p.Key)))
                foreach (var place in Places(inner, Resolve(properties[name]!, schemas), schemas, [.. at, name])) yield return place;
        }
        if (value is JsonArray { Count: > 0 } list && schema["items"] is { } items)
            foreach (var place in Places(list[0], Resolve(items, schemas), schemas, [.. at, 0])) yield return place;
    }

    /// <summary>The body with another value in one place; the value is raw: what isn't JSON can be sent, too.</summary>
    private static string With(JsonNode body, IReadOnlyList<object> place, string raw)
    {
        const string mark = "\"@@here@@\"";
        var copy = body.DeepClone();
        var at = copy;
        for (var i = 0; i < place.Count - 1; i++) at = place[i] is int n ? at![n] : at![(string)place[i]];
        if (place[^1] is int index) at!.AsArray()[index] = JsonValue.Create("@@here@@");
        else at![(string)place[^1]] = JsonValue.Create("@@here@@");
        return copy.ToJsonString().Replace(mark, raw, StringComparison.Ordinal);
    }

    /// <summary>A value that fits the description, with everything in it.</summary>
    private static JsonNode? Example(JsonNode schema, JsonObject schemas, int depth)
    {
        var its = Resolve(schema, schemas);
        if (its["enum"] is JsonArray { Count: > 0 } words) return words.First(static w => w is not null)!.DeepClone();
        var types = Types(its);
        if (types.Contains("object") || its["properties"] is not null)
        {
            var made = new JsonObject();
            if (depth < 6 && its["properties"] is JsonObject properties)
                foreach (var (name, inner) in properties) made[name] = Example(inner!, schemas, depth + 1);
            return made;
        }
        if (types.Contains("array")) return depth < 6 && its["items"] is { } items ? new JsonArray(Example(items, schemas, depth + 1)) : new JsonArray();
        if (types.Contains("integer") || types.Contains("number")) return JsonValue.Create(1);
        if (types.Contains("boolean")) return JsonValue.Create(false);
        return JsonValue.Create(its["format"]?.GetValue<string>() switch { "uuid" => AuthorisationTown.NoId, "date" => "2026-12-01", "date-time" => "2026-12-01T09:00:00+09:00", "time" => "09:00:00", "byte" => "YQ==", "uri" => "https://town.example/", _ => "一" });
    }

    /// <summary>Behind references; of a choice with null the other.</summary>
    private static JsonNode Resolve(JsonNode schema, JsonObject schemas)
    {
        while (true)
        {
            if (schema["$ref"]?.GetValue<string>() is { } reference) schema = schemas[reference[(reference.LastIndexOf('/') + 1)..]]!;
            else if (schema["oneOf"] is JsonArray choice) return Nullable(Resolve(choice.First(static c => c?["type"] is not JsonValue one || one.GetValue<string>() != "null")!, schemas));
            else return schema;
        }
    }

    /// <summary>The same, and null.</summary>
    private static JsonObject Nullable(JsonNode schema)
    {
        var copy = schema.DeepClone().AsObject();
        if (copy["type"] is JsonValue one) copy["type"] = new JsonArray(one.DeepClone(), "null");
        return copy;
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Parameter();
}
