using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Sekisho.Assurance;
using Sekisho.Records.Registers;
using Sekisho.Web.Hosting;

namespace Sekisho.Web.Components.Registers;

/// <summary>Values as the forms show them and read them back (記入欄の文字): names instead of ids, dates as people write them.</summary>
/// <param name="Texts">By the key of the field, and of the unit.</param>
public sealed record FormTexts(IReadOnlyDictionary<string, IReadOnlyList<string>> Texts)
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>Longest form that is looked at, in characters; an entry has some 18,000 bytes.</summary>
    private const int MostCharacters = 200_000;

    public static FormTexts Empty { get; } = new(new Dictionary<string, IReadOnlyList<string>>());

    public static string NameOf(string field) => "field-" + field;

    public IReadOnlyList<string> this[string key] => Texts.GetValueOrDefault(key) ?? [];

    public string One(string key) => this[key] is [var first, ..] ? first : "";

    /// <summary>An entry as it stands.</summary>
    public static FormTexts Of(RegisterDefinition register, RegisterEntry entry, RegisterNames names, Language language)
    {
        var texts = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal) { [RegisterDefinition.UnitKey] = entry.Unit is { } unit ? [unit.ToString()] : [] };
        foreach (var field in register.Fields) texts[field.Key] = Say(field, entry.Fields[field.Key], names, language);
        return new(texts);
    }

    /// <summary>A new entry: what the register gives it by itself.</summary>
    public static FormTexts New(RegisterDefinition register, string? unit, DateOnly today, Language language)
    {
        var texts = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal) { [RegisterDefinition.UnitKey] = unit is null ? [] : [unit] };
        foreach (var field in register.Fields.Where(f => f.Default is not null))
            texts[field.Key] = [field.Kind == FieldKind.Date && Dates.TryRead(field.Default, today, out var day) ? Write(day, language) : field.Default!];
        return new(texts);
    }

    /// <summary>What was posted: every field of the register is there, empty ones without texts.</summary>
    public static FormTexts Posted(RegisterDefinition register, Func<string, IReadOnlyList<string>> posted)
    {
        var texts = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var key in register.Fields.Select(f => f.Key).Prepend(RegisterDefinition.UnitKey))
            texts[key] = [.. posted(NameOf(key)).Select(t => t.ReplaceLineEndings("\n").Trim()).Where(t => t.Length > 0)];
        return new(texts);
    }

    /// <summary>What differs from how the form was first shown. A field that was left alone is left alone: the name in it may mean nobody any more.</summary>
    public EntryDraft Against(RegisterDefinition register, FormTexts shown, DateOnly today) => new(
        Texts.Where(t => !Same(t.Key, shown)).ToDictionary(t => t.Key, t => Plain(register, t.Key, t.Value, today), StringComparer.Ordinal));

    public bool Same(string key, FormTexts other) => this[key].SequenceEqual(other[key], StringComparer.Ordinal);

    /// <summary>For a hidden field: how the form was first shown.</summary>
    public string Pack() => JsonSerializer.Serialize(Texts.Where(t => t.Value.Count > 0).ToDictionary(), Json);

    /// <summary>Reads <see cref="Pack"/> back; what can't be read is a form that showed nothing.</summary>
    public static FormTexts Unpack(string untrusted)
    {
        if (untrusted.Length is 0 or > MostCharacters) return Empty;
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, List<string>>>(untrusted) is { } texts
                ? new(texts.ToDictionary(t => t.Key, t => (IReadOnlyList<string>)[.. (t.Value ?? []).OfType<string>()], StringComparer.Ordinal)) : Empty;
        }
        catch (JsonException)
        {
            return Empty;
        }
    }

    /// <summary>Days as people type them (あした, R8.4.1) become plain ones here; all else is read by the register itself.</summary>
    private static IReadOnlyList<string> Plain(RegisterDefinition register, string key, IReadOnlyList<string> texts, DateOnly today) =>
        register.Find(key) is { Kind: FieldKind.Date } && texts is [var text] && Dates.TryRead(text, today, out var day) ? [day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)] : texts;

    private static IReadOnlyList<string> Say(RegisterField field, FieldValue? value, RegisterNames names, Language language) => value switch
    {
        null => [],
        FieldValue.Day day => [Write(day.Value, language)],
        // By the label that covers it, where the form speaks in labels: what isn't touched isn't sent, and the finer class stays.
        FieldValue.Choice choice => [field.Choice(choice.Key)?.Key ?? choice.Key],
        FieldValue.Person person => [names.Person(person.Id)],
        FieldValue.Entry entry => [Say(entry.Id, names)],
        FieldValue.Entries several => [.. several.Ids.Select(id => Say(id, names))],
        FieldValue.Text text => [text.Value.ReplaceLineEndings("\n").Trim()],
        _ => value.Texts,
    };

    private static string Say(EntryId id, RegisterNames names) => names.Entry(id) is { } named ? $"{named.Number} {named.Title}" : id.ToString();

    private static string Write(DateOnly day, Language language) => language == Language.English ? day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) : Dates.Wareki(day);
}
