using System.Text.Json;
using Sekisho.Assurance;
using Sekisho.Records.Ledgers;

namespace Sekisho.Records.Registers;

/// <summary>What the ledger says of an entry, and its reading back (記録の履歴).</summary>
/// <remarks>
/// Values are texts, or lists of texts, in the spelling of <see cref="FieldValue.Texts"/>; what points elsewhere has the name of that time after its id,
/// so that the ledger is understood without the database.
/// </remarks>
internal static class EntryHistory
{
    public const string Added = "entry.added", Changed = "entry.changed", Retired = "entry.retired", Revived = "entry.revived", Confirmed = "entry.confirmed";

    public static string Subject(RegisterEntry entry) => Subject(entry.Register, entry.Id);

    public static string Subject(string register, EntryId id) => $"register/{register}/{id}";

    public static object Addition(RegisterDefinition register, RegisterEntry entry, Actor by, RegisterNames names) => new
    {
        number = entry.Number,
        version = entry.Version,
        by = by.Name,
        fields = Columns(register, entry, names).Where(c => c.Value is not null).ToDictionary(c => c.Key, c => c.Value),
    };

    public static object Change(RegisterDefinition register, RegisterEntry before, RegisterEntry after, Actor by, RegisterNames names)
    {
        var (was, now) = (Columns(register, before, names), Columns(register, after, names));
        return new
        {
            number = after.Number,
            version = after.Version,
            by = by.Name,
            changed = now.Where(c => !Same(was[c.Key], c.Value)).ToDictionary(c => c.Key, c => new { from = was[c.Key], to = c.Value }),
        };
    }

    public static object Standing(RegisterEntry entry, Actor by, string? why) => new { number = entry.Number, version = entry.Version, by = by.Name, why };

    private static Dictionary<string, object?> Columns(RegisterDefinition register, RegisterEntry entry, RegisterNames names)
    {
        var columns = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [RegisterDefinition.UnitKey] = entry.Unit is { } unit ? $"{unit} {names.Unit(unit)}" : null,
        };
        foreach (var field in register.Fields)
        {
            columns[field.Key] = entry.Fields[field.Key] switch
            {
                null => null,
                FieldValue.Unit u => $"{u.Id} {names.Unit(u.Id)}",
                FieldValue.Person p => $"{p.Id} {names.Person(p.Id)}",
                FieldValue.Entry e => $"{e.Id} {names.Entry(e.Id)?.Number}",
                FieldValue.Entries several => several.Ids.Select(id => $"{id} {names.Entry(id)?.Number}").ToArray(),
                FieldValue.Choices several => several.Keys.ToArray(),
                { } one => one.Texts[0],
            };
        }
        return columns;
    }

    private static bool Same(object? a, object? b) => (a, b) switch
    {
        (string[] x, string[] y) => x.SequenceEqual(y, StringComparer.Ordinal),
        _ => Equals(a, b),
    };

    /// <summary>An entry of the ledger as the page shows it; null for one that isn't about an entry's change.</summary>
    public static EntryChange? Read(RegisterDefinition register, KeptEntry kept)
    {
        if (kept.Entry is not { } entry || entry.Body.ValueKind != JsonValueKind.Object) return null;
        var body = entry.Body;
        var fields = new List<FieldChange>();
        if (body.TryGetProperty("fields", out var added) && added.ValueKind == JsonValueKind.Object)
            fields.AddRange(added.EnumerateObject().Select(p => new FieldChange(p.Name, Label(register, p.Name), null, Say(register, p.Name, p.Value))));
        if (body.TryGetProperty("changed", out var changed) && changed.ValueKind == JsonValueKind.Object)
        {
            fields.AddRange(changed.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Object).Select(p => new FieldChange(p.Name, Label(register, p.Name),
                p.Value.TryGetProperty("from", out var from) ? Say(register, p.Name, from) : null,
                p.Value.TryGetProperty("to", out var to) ? Say(register, p.Name, to) : null)));
        }
        return new EntryChange(entry.At, new Actor(entry.Actor, Text(body, "by") ?? entry.Actor), entry.Kind,
            body.TryGetProperty("version", out var version) && version.TryGetInt32(out var number) ? number : 0,
            [.. fields.OrderBy(f => Place(register, f.Key))], Text(body, "why"), (long)kept.Index);
    }

    private static Bilingual Label(RegisterDefinition register, string key) =>
        key == RegisterDefinition.UnitKey ? RegisterWords.UnitLabel : register.Find(key)?.Label ?? Bilingual.Same(key);

    private static int Place(RegisterDefinition register, string key)
    {
        for (var i = 0; i < register.Fields.Count; i++)
            if (register.Fields[i].Key == key) return i;
        return key == RegisterDefinition.UnitKey ? -1 : int.MaxValue;
    }

    private static Bilingual? Say(RegisterDefinition register, string key, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            var said = value.EnumerateArray().Select(v => Say(register, key, v)).OfType<Bilingual>().ToList();
            return said.Count == 0 ? null : new(string.Join("、", said.Select(s => s.Ja)), string.Join(", ", said.Select(s => s.En)));
        }
        if (value.ValueKind != JsonValueKind.String) return null;
        var text = value.GetString()!;
        if (key == RegisterDefinition.UnitKey) return Bilingual.Same(AfterId(text));
        if (register.Find(key) is not { } field) return Bilingual.Same(text);
        return field.Kind switch
        {
            FieldKind.Unit or FieldKind.Person or FieldKind.Entry or FieldKind.Entries => Bilingual.Same(AfterId(text)),
            _ when FieldReader.Read(field, [text], References.None, default) is FieldReading.Read { Value: { } read } => RegisterNames.None.Say(field, read),
            _ => Bilingual.Same(text),
        };
    }

    private static string AfterId(string text)
    {
        const int Id = 36;
        return text.Length > Id + 1 && text[Id] == ' ' ? text[(Id + 1)..] : text;
    }

    private static string? Text(JsonElement body, string name) => body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
