using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Markup;

/// <summary>JSON: read strictly and written anew in the same order; numbers stay as written. A key that comes twice is refused, as readers take different ones of them.</summary>
internal sealed class JsonRebuilder : IRebuilder
{
    private const int MostDepth = 256;

    public IEnumerable<FileKind> Kinds => [FileKind.Json];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        var json = Encoding.UTF8.GetBytes(MarkupText.Decode(untrusted, job));
        var dropped = new Dropped();
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MostDepth });
            // "<" and the like are written as numbers: no reader can take it for a page.
            using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All), Indented = json.AsSpan().Trim(" \t\r\n"u8).Contains((byte)'\n'), MaxDepth = MostDepth });
            var keys = new Stack<HashSet<string>>();
            while (reader.Read())
            {
                job.Budget.Check();
                Token(ref reader, writer, keys, dropped);
            }
            writer.Flush();
        }
        catch (JsonException)
        {
            throw Refusals.Broken("", "SAN-JSON-001", "JSON として読めません", "it can't be read as JSON");
        }
        catch (InvalidOperationException)
        {
            throw Refusals.Broken("", "SAN-JSON-001", "JSON として読めません", "it can't be read as JSON"); // half of a surrogate pair
        }
        output.WriteByte((byte)'\n');
        dropped.Tell(job);
        return new(kind, Outcome.Rebuilt);
    }

    private static void Token(ref Utf8JsonReader reader, Utf8JsonWriter writer, Stack<HashSet<string>> keys, Dropped dropped)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                keys.Push(new(StringComparer.Ordinal));
                writer.WriteStartObject();
                break;
            case JsonTokenType.EndObject:
                keys.Pop();
                writer.WriteEndObject();
                break;
            case JsonTokenType.StartArray:
                writer.WriteStartArray();
                break;
            case JsonTokenType.EndArray:
                writer.WriteEndArray();
                break;
            case JsonTokenType.PropertyName:
                var key = Clean(reader.GetString()!, dropped);
                if (!keys.Peek().Add(key)) throw Refusals.Broken(SafeName.Show(key.Length > 100 ? key[..100] : key), "SAN-JSON-002", "同じ名前の項目が二つあります", "a key comes twice");
                writer.WritePropertyName(key);
                break;
            case JsonTokenType.String:
                writer.WriteStringValue(Clean(reader.GetString()!, dropped));
                break;
            case JsonTokenType.Number:
                writer.WriteRawValue(reader.ValueSpan);
                break;
            case JsonTokenType.True or JsonTokenType.False:
                writer.WriteBooleanValue(reader.TokenType == JsonTokenType.True);
                break;
            case JsonTokenType.Null:
                writer.WriteNullValue();
                break;
        }
    }

    // Controls are data here, written as numbers; what deceives a reader isn't.
    private static string Clean(string text, Dropped dropped)
    {
        if (Characters.AreClean(text)) return text;
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Characters.IsDropped(rune.Value) && Characters.IsDirection(rune.Value)) dropped.Add(rune.Value);
            else clean.Append(rune.ToString());
        }
        return clean.ToString();
    }
}
