using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Sekisho.Assurance;

namespace Sekisho.Records;

/// <summary>JSON as records keep it: camel case, cases by name, digests and ids as text, Japanese readable.</summary>
internal static class RecordJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        Converters = { new JsonStringEnumConverter(), new Names() },
    };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    /// <exception cref="JsonException">What we wrote ourselves can't be read: our own bug, or the row was changed from outside.</exception>
    public static T Read<T>(string json) =>
        JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException($"null where {typeof(T).Name} was kept");

    /// <summary>Digests and ids (one value, by name): written as their text. They are not read back from JSON.</summary>
    private sealed class Names : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) =>
            typeToConvert == typeof(Sha256)
            || (typeToConvert.IsValueType && typeToConvert.Name.EndsWith("Id", StringComparison.Ordinal) && typeToConvert.Namespace?.StartsWith("Sekisho.", StringComparison.Ordinal) == true);

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(AsText<>).MakeGenericType(typeToConvert))!;

        private sealed class AsText<T> : JsonConverter<T> where T : struct
        {
            public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
                throw new NotSupportedException($"{typeof(T).Name} is written only");

            public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
        }
    }
}
