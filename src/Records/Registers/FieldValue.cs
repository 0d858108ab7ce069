using System.Globalization;
using System.Text.Json;
using Sekisho.Records.Organisation;

namespace Sekisho.Records.Registers;

/// <summary>What stands in a field, checked (項目の値). An empty field has no value.</summary>
public abstract record FieldValue
{
    private FieldValue()
    {
    }

    /// <summary>As the database keeps it.</summary>
    internal abstract void Write(Utf8JsonWriter json);

    /// <summary>As forms, the API and the ledger write it: one text each, in one spelling; what <see cref="FieldReader"/> reads back as the same value.</summary>
    public abstract IReadOnlyList<string> Texts { get; }

    /// <summary>Text, long text, link.</summary>
    public sealed record Text(string Value) : FieldValue
    {
        public override IReadOnlyList<string> Texts => [Value];

        internal override void Write(Utf8JsonWriter json) => json.WriteStringValue(Value);
    }

    public sealed record Number(decimal Value) : FieldValue
    {
        public override IReadOnlyList<string> Texts => [Value.ToString("0.############################", CultureInfo.InvariantCulture)];

        internal override void Write(Utf8JsonWriter json) => json.WriteNumberValue(Value);
    }

    public sealed record Day(DateOnly Value) : FieldValue
    {
        public override IReadOnlyList<string> Texts => [Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)];

        internal override void Write(Utf8JsonWriter json) => json.WriteStringValue(Texts[0]);
    }

    public sealed record YesNo(bool Value) : FieldValue
    {
        public override IReadOnlyList<string> Texts => [Value ? "true" : "false"];

        internal override void Write(Utf8JsonWriter json) => json.WriteBooleanValue(Value);
    }

    /// <param name="Key">Of the choice.</param>
    public sealed record Choice(string Key) : FieldValue
    {
        public override IReadOnlyList<string> Texts => [Key];

        internal override void Write(Utf8JsonWriter json) => json.WriteStringValue(Key);
    }

    /// <param name="Keys">In the order of the definition.</param>
    public sealed record Choices(IReadOnlyList<string> Keys) : FieldValue
    {
        public override IReadOnlyList<string> Texts => Keys;

        public bool Equals(Choices? other) => other is not null && Keys.SequenceEqual(other.Keys);

        public override int GetHashCode() => Keys.Aggregate(Keys.Count, HashCode.Combine);

        internal override void Write(Utf8JsonWriter json) => WriteAll(json, Keys);
    }

    public sealed record Unit(UnitId Id) : FieldValue
    {
        public override IReadOnlyList<string> Texts => [Id.ToString()];

        internal override void Write(Utf8JsonWriter json) => json.WriteStringValue(Id.Value);
    }

    public sealed record Person(PersonId Id) : FieldValue
    {
        public override IReadOnlyList<string> Texts => [Id.ToString()];

        internal override void Write(Utf8JsonWriter json) => json.WriteStringValue(Id.Value);
    }

    public sealed record Entry(EntryId Id) : FieldValue
    {
        public override IReadOnlyList<string> Texts => [Id.ToString()];

        internal override void Write(Utf8JsonWriter json) => json.WriteStringValue(Id.Value);
    }

    /// <param name="Ids">In the order given.</param>
    public sealed record Entries(IReadOnlyList<EntryId> Ids) : FieldValue
    {
        public override IReadOnlyList<string> Texts => [.. Ids.Select(i => i.ToString())];

        public bool Equals(Entries? other) => other is not null && Ids.SequenceEqual(other.Ids);

        public override int GetHashCode() => Ids.Aggregate(Ids.Count, HashCode.Combine);

        internal override void Write(Utf8JsonWriter json) => WriteAll(json, Texts);
    }

    private static void WriteAll(Utf8JsonWriter json, IReadOnlyList<string> texts)
    {
        json.WriteStartArray();
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    /// <summary>What the database kept.</summary>
    /// <returns>Null where it doesn't fit the kind: the definition changed since, and the value is shown as none until somebody enters it anew.</returns>
    internal static FieldValue? Read(FieldKind kind, JsonElement kept) => kind switch
    {
        FieldKind.Text or FieldKind.LongText or FieldKind.Link => kept.ValueKind == JsonValueKind.String ? new Text(kept.GetString()!) : null,
        FieldKind.Number => kept.ValueKind == JsonValueKind.Number && kept.TryGetDecimal(out var number) ? new Number(number) : null,
        FieldKind.Date => kept.ValueKind == JsonValueKind.String && DateOnly.TryParseExact(kept.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? new Day(day) : null,
        FieldKind.YesNo => kept.ValueKind is JsonValueKind.True or JsonValueKind.False ? new YesNo(kept.GetBoolean()) : null,
        FieldKind.Choice => kept.ValueKind == JsonValueKind.String ? new Choice(kept.GetString()!) : null,
        FieldKind.Choices => kept.ValueKind == JsonValueKind.Array ? new Choices([.. kept.EnumerateArray().Select(e => e.GetString()!)]) : null,
        FieldKind.Unit => IdOf(kept) is { } unit ? new Unit(new(unit)) : null,
        FieldKind.Person => IdOf(kept) is { } person ? new Person(new(person)) : null,
        FieldKind.Entry => IdOf(kept) is { } entry ? new Entry(new(entry)) : null,
        FieldKind.Entries => kept.ValueKind == JsonValueKind.Array ? new Entries([.. kept.EnumerateArray().Select(e => new EntryId(e.GetGuid()))]) : null,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    private static Guid? IdOf(JsonElement kept) => kept.ValueKind == JsonValueKind.String && kept.TryGetGuid(out var id) ? id : null;
}

/// <summary>The values of an entry by the keys of its fields (項目の値の組). Immutable; empty fields are absent.</summary>
public sealed class FieldValues : IEquatable<FieldValues>
{
    private readonly Dictionary<string, FieldValue> values;

    public FieldValues(IEnumerable<KeyValuePair<string, FieldValue>> values) => this.values = new(values, StringComparer.Ordinal);

    public static FieldValues Empty { get; } = new([]);

    public FieldValue? this[string key] => values.GetValueOrDefault(key);

    public IReadOnlyDictionary<string, FieldValue> All => values;

    /// <summary>A text, long text, link, or the key of a choice.</summary>
    public string? Text(string key) => this[key] switch { FieldValue.Text t => t.Value, FieldValue.Choice c => c.Key, _ => null };

    public decimal? Number(string key) => (this[key] as FieldValue.Number)?.Value;

    public DateOnly? Day(string key) => (this[key] as FieldValue.Day)?.Value;

    /// <summary>Null: not said.</summary>
    public bool? YesNo(string key) => (this[key] as FieldValue.YesNo)?.Value;

    public IReadOnlyList<string> Choices(string key) => (this[key] as FieldValue.Choices)?.Keys ?? [];

    public UnitId? Unit(string key) => (this[key] as FieldValue.Unit)?.Id;

    public PersonId? Person(string key) => (this[key] as FieldValue.Person)?.Id;

    public EntryId? Entry(string key) => (this[key] as FieldValue.Entry)?.Id;

    public IReadOnlyList<EntryId> Entries(string key) => this[key] switch { FieldValue.Entries e => e.Ids, FieldValue.Entry e => [e.Id], _ => [] };

    /// <summary>The same with one field set, or emptied by null.</summary>
    public FieldValues With(string key, FieldValue? value)
    {
        var changed = new Dictionary<string, FieldValue>(values, StringComparer.Ordinal);
        if (value is null) changed.Remove(key);
        else changed[key] = value;
        return new(changed);
    }

    public bool Equals(FieldValues? other) =>
        other is not null && values.Count == other.values.Count && values.All(v => other.values.TryGetValue(v.Key, out var its) && its.Equals(v.Value));

    public override bool Equals(object? obj) => Equals(obj as FieldValues);

    public override int GetHashCode() => values.Count;

    internal static FieldValues Read(RegisterDefinition register, string json)
    {
        using var kept = JsonDocument.Parse(json);
        var values = new Dictionary<string, FieldValue>(StringComparer.Ordinal);
        foreach (var property in kept.RootElement.EnumerateObject())
        {
            // A field that the definition no longer has stays in the database and is not shown.
            if (register.Find(property.Name) is { } field && FieldValue.Read(field.Kind, property.Value) is { } value) values[field.Key] = value;
        }
        return new(values);
    }

    /// <summary>As the database keeps it, in the order of the definition.</summary>
    internal string ToJson(RegisterDefinition register)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = RecordJson.Options.Encoder }))
        {
            json.WriteStartObject();
            foreach (var field in register.Fields)
            {
                if (this[field.Key] is not { } value) continue;
                json.WritePropertyName(field.Key);
                value.Write(json);
            }
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
