using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sekisho.Zones.Policies;

namespace Sekisho.Zones.Tests.Policies;

/// <summary>docs/formats/zone-policy.schema.json, judged as an editor would: as much of JSON Schema 2020-12 as it uses; a word that isn't known here fails.</summary>
internal sealed class PolicySchema
{
    private readonly JsonElement root;

    public PolicySchema()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Sekisho.slnx"))) folder = Path.GetDirectoryName(folder)!;
        root = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "docs/formats/zone-policy.schema.json"))).RootElement;
    }

    /// <summary>What an editor marks, as <c>line:column words</c>; null where it marks nothing.</summary>
    public string? Judge(YamlValue value) => Judge(value, root);

    private string? Judge(YamlValue value, JsonElement schema)
    {
        foreach (var word in schema.EnumerateObject())
            if (Word(value, schema, word.Name, word.Value) is { } wrong) return wrong;
        return null;
    }

    private string? Word(YamlValue value, JsonElement schema, string word, JsonElement its)
    {
        var scalar = value as YamlValue.Scalar;
        // Unquoted numbers are numbers to an editor; whether it was quoted isn't kept, so both are tried.
        var number = scalar is not null && long.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) ? n : (long?)null;
        return word switch
        {
            "$schema" or "title" or "$defs" or "format" => null,
            "$ref" => Judge(value, root.GetProperty("$defs").GetProperty(its.GetString()!["#/$defs/".Length..])),
            "type" => (its.ValueKind == JsonValueKind.Array ? its.EnumerateArray().Select(static t => t.GetString()) : [its.GetString()]).Any(IsType) ? null : Say(value, $"is no {its}"),
            "required" => value is YamlValue.Map map && its.EnumerateArray().FirstOrDefault(k => !map.Entries.Any(e => e.Key.Value == k.GetString())) is { ValueKind: JsonValueKind.String } missing ? Say(value, $"lacks {missing}") : null,
            "additionalProperties" => !its.GetBoolean() && value is YamlValue.Map all && all.Entries.FirstOrDefault(e => !schema.GetProperty("properties").TryGetProperty(e.Key.Value, out _)).Key is { } strange ? Say(strange, "is no key") : null,
            "properties" => value is YamlValue.Map of ? of.Entries.Select(e => its.TryGetProperty(e.Key.Value, out var sub) ? Judge(e.Value, sub) : null).FirstOrDefault(static w => w is not null) : null,
            "items" => value is YamlValue.List list ? list.Items.Select(i => Judge(i, its)).FirstOrDefault(static w => w is not null) : null,
            "oneOf" => its.EnumerateArray().Count(s => Judge(value, s) is null) == 1 ? null : Say(value, "is none, or more than one, of several"),
            "enum" => scalar is not null && its.EnumerateArray().Any(e => e.ToString() == scalar.Value) ? null : Say(value, "isn't among the words"),
            "pattern" => scalar is null || Regex.IsMatch(scalar.Value, its.GetString()!) ? null : Say(value, $"isn't like {its}"),
            "minLength" => scalar is null || scalar.Value.Length >= its.GetInt32() ? null : Say(value, "is too short"),
            "minimum" => number is null || number >= its.GetInt64() ? null : Say(value, "is too small"),
            "maximum" => number is null || number <= its.GetInt64() ? null : Say(value, "is too large"),
            _ => throw new NotSupportedException($"the schema uses {word}"),
        };

        bool IsType(string? type) => type switch
        {
            "object" => value is YamlValue.Map, "array" => value is YamlValue.List, "string" => scalar is not null, "integer" => number is not null, _ => throw new NotSupportedException(type),
        };
    }

    private static string Say(YamlValue at, string words) => $"{at.Line}:{at.Column} {words}";
}
