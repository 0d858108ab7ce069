using System.Globalization;
using System.Text.RegularExpressions;
using Sekisho.Assurance;

namespace Sekisho.Policy.Obligations;

/// <summary>The fields of one YAML map, read strictly: an unknown key, a missing one and a repeated one are errors.</summary>
public sealed partial class YamlFields
{
    private readonly Dictionary<string, YamlValue> values = new(StringComparer.Ordinal);
    private readonly DataErrors errors;

    public YamlPlace At { get; }

    private YamlFields(YamlValue.Map map, DataErrors errors)
    {
        (At, this.errors) = (map.At, errors);
        foreach (var entry in map.Entries)
        {
            if (!values.TryAdd(entry.Key, entry.Value)) errors.Twice(entry.At, entry.Key);
        }
    }

    /// <param name="known">Every key that may occur; a trailing "?" marks one that may be absent.</param>
    public static YamlFields? Of(YamlValue value, DataErrors errors, params ReadOnlySpan<string> known)
    {
        if (value is not YamlValue.Map map)
        {
            errors.Wrong(value.At, "見出しと値の組で書いてください", "Write keys and values here");
            return null;
        }
        var fields = new YamlFields(map, errors);
        foreach (var entry in map.Entries)
        {
            if (!known.Contains(entry.Key) && !known.Contains(entry.Key + "?")) errors.UnknownKey(entry.At, entry.Key);
        }
        foreach (var key in known)
        {
            if (!key.EndsWith('?') && !fields.values.ContainsKey(key)) errors.Missing(map.At, key);
        }
        return fields;
    }

    /// <summary>A map whose keys are the author's own names.</summary>
    public static IEnumerable<YamlValue.Entry> Named(YamlValue? value, DataErrors errors)
    {
        if (value is null) yield break;
        if (value is not YamlValue.Map map)
        {
            errors.Wrong(value.At, "見出しと値の組で書いてください", "Write keys and values here");
            yield break;
        }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in map.Entries)
        {
            if (entry.Key.Length == 0) errors.Wrong(entry.At, "名前が空です", "A name is empty");
            else if (seen.Add(entry.Key)) yield return entry;
            else errors.Twice(entry.At, entry.Key);
        }
    }

    public YamlValue? this[string key] => values.GetValueOrDefault(key);

    public YamlPlace PlaceOf(string key) => this[key]?.At ?? At;

    /// <summary>Text of a key, or null (with an error only where it is present and no text).</summary>
    public string? Text(string key)
    {
        if (this[key] is not { } value) return null;
        if (value is YamlValue.Scalar { Value: { } text } && !string.IsNullOrWhiteSpace(text)) return text.Trim();
        errors.Wrong(value.At, $"「{key}」には文字を書いてください", $"Write text for '{key}'");
        return null;
    }

    public Bilingual? Both(string key)
    {
        if (this[key] is not { } value || Of(value, errors, "ja", "en") is not { } fields) return null;
        return fields.Text("ja") is { } ja && fields.Text("en") is { } en ? new Bilingual(ja, en) : null;
    }

    public IReadOnlyList<YamlValue> Items(string key)
    {
        if (this[key] is not { } value) return [];
        if (value is YamlValue.List { Items.Count: > 0 } list) return list.Items;
        errors.Wrong(value.At, $"「{key}」には一つ以上並べてください", $"List at least one entry under '{key}'");
        return [];
    }

    public IReadOnlyList<string> Words(string key) => Words(this[key], key, errors);

    public static IReadOnlyList<string> Words(YamlValue? value, string key, DataErrors errors)
    {
        if (value is null) return [];
        if (value is not YamlValue.List list)
        {
            errors.Wrong(value.At, $"「{key}」には言葉を並べてください", $"List words under '{key}'");
            return [];
        }
        var words = new List<string>();
        foreach (var item in list.Items)
        {
            if (item is YamlValue.Scalar { Value: { } text } && !string.IsNullOrWhiteSpace(text)) words.Add(text.Trim());
            else errors.Wrong(item.At, $"「{key}」には言葉を並べてください", $"List words under '{key}'");
        }
        return words;
    }

    /// <summary>A duration such as 24h or 400d.</summary>
    public TimeSpan? Duration(string key)
    {
        if (Text(key) is not { } text) return null;
        if (DurationForm().Match(text) is { Success: true } m && int.TryParse(m.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= 100_000)
            return m.Groups[2].Value == "h" ? TimeSpan.FromHours(count) : TimeSpan.FromDays(count);
        errors.Wrong(PlaceOf(key), $"「{text}」は期間ではありません（例：24h、400d）", $"'{text}' is not a duration (write 24h or 400d)");
        return null;
    }

    public DateOnly? Date(string key)
    {
        if (Text(key) is not { } text) return null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)) return date;
        errors.Wrong(PlaceOf(key), $"「{text}」は日付ではありません（例：2026-04-01）", $"'{text}' is not a date (write 2026-04-01)");
        return null;
    }

    /// <summary>A number over 0 and up to 1.</summary>
    public double? Share(string key)
    {
        if (Text(key) is not { } text) return null;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share is > 0 and <= 1) return share;
        errors.Wrong(PlaceOf(key), $"「{text}」は0から1までの数ではありません", $"'{text}' is not a number from 0 to 1");
        return null;
    }

    [GeneratedRegex("^([0-9]{1,6})([hd])$")]
    private static partial Regex DurationForm();
}
