using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Sekisho.Assurance;

namespace Sekisho.Sanitizer.Reports;

/// <summary>The report of a file as JSON (docs/formats/sanitize-report.md): stable keys, one object a file.</summary>
public static class ReportJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All), Indented = false };

    public static byte[] Write(FileReport report)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Options)) Write(writer, report);
        return stream.ToArray();
    }

    public static void Write(Utf8JsonWriter to, FileReport report)
    {
        to.WriteStartObject();
        to.WriteString("file", report.File);
        to.WriteString("output", report.Output);
        to.WriteString("type", report.Type);
        to.WriteString("outputType", report.OutputType);
        to.WriteString("outcome", Word(report.Outcome));
        Write(to, "method", report.Method);
        to.WriteString("inputSha256", report.InputSha256?.ToString());
        to.WriteString("outputSha256", report.OutputSha256?.ToString());
        to.WriteNumber("inputBytes", report.InputBytes);
        if (report.OutputBytes is { } bytes) to.WriteNumber("outputBytes", bytes);
        else to.WriteNull("outputBytes");
        to.WriteNumber("seconds", Math.Round(report.Seconds, 4));
        if (report.Refusal is { } refusal)
        {
            to.WriteStartObject("refusal");
            to.WriteString("code", refusal.Code);
            Write(to, "what", refusal.What);
            Write(to, "next", refusal.Next);
            to.WriteString("place", refusal.Place);
            to.WriteEndObject();
        }
        else
        {
            to.WriteNull("refusal");
        }
        to.WriteStartArray("removed");
        foreach (var removal in report.Removed)
        {
            to.WriteStartObject();
            to.WriteString("threat", removal.Threat);
            to.WriteString("place", removal.Place);
            to.WriteString("what", removal.What);
            to.WriteNumber("count", removal.Count);
            to.WriteEndObject();
        }
        to.WriteEndArray();
        to.WriteStartArray("notes");
        foreach (var note in report.Notes)
        {
            to.WriteStartObject();
            to.WriteString("code", note.Code);
            to.WriteString("place", note.Place);
            Write(to, "message", note.Message);
            to.WriteEndObject();
        }
        to.WriteEndArray();
        to.WriteStartArray("members");
        foreach (var member in report.Members) Write(to, member);
        to.WriteEndArray();
        if (report.IsApart) to.WriteBoolean("apart", true);
        if (report.Mail is { } mail)
        {
            to.WritePropertyName("mail");
            MailFactsJson.Write(to, mail);
        }
        to.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Write(FileReport)"/> wrote; used on what a worker says, so nothing in it is believed.</summary>
    /// <exception cref="JsonException">It is no report.</exception>
    /// <remarks>Value by value: a serialiser would cost the first file of each run 40 ms.</remarks>
    public static FileReport Read(ReadOnlyMemory<byte> untrustedJson)
    {
        using var document = JsonDocument.Parse(untrustedJson, new JsonDocumentOptions { MaxDepth = 64 });
        try
        {
            return Read(document.RootElement);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new JsonException("not a report", e);
        }
    }

    private static FileReport Read(JsonElement from)
    {
        var refusal = from.GetProperty("refusal");
        var length = from.GetProperty("outputBytes");
        return new(
            Text(from, "file"), TextOrNull(from, "output"), Text(from, "type"), TextOrNull(from, "outputType"), OutcomeOf(Text(from, "outcome")),
            refusal.ValueKind == JsonValueKind.Null ? null : new(Text(refusal, "code"), Both(refusal, "what"), Both(refusal, "next"), Text(refusal, "place")),
            Each(from, "removed", static r => new Removal(Text(r, "threat"), Text(r, "place"), Text(r, "what"), r.GetProperty("count").GetInt32())),
            Each(from, "notes", static n => new Note(Text(n, "code"), Text(n, "place"), Both(n, "message"))),
            Each(from, "members", Read),
            Sha256.TryParse(TextOrNull(from, "inputSha256"), out var input) ? input : null, Sha256.TryParse(TextOrNull(from, "outputSha256"), out var output) ? output : null,
            from.GetProperty("inputBytes").GetInt64(), length.ValueKind == JsonValueKind.Null ? null : length.GetInt64(), from.GetProperty("seconds").GetDouble())
        {
            IsApart = from.TryGetProperty("apart", out var apart) && apart.GetBoolean(),
            Mail = from.TryGetProperty("mail", out var mail) ? MailFactsJson.Read(mail) : null,
        };
    }

    internal static List<T> Each<T>(JsonElement from, string key, Func<JsonElement, T> read)
        where T : class
    {
        var array = from.GetProperty(key);
        var list = new List<T>(array.GetArrayLength());
        foreach (var element in array.EnumerateArray()) list.Add(read(element));
        return list;
    }

    internal static string Text(JsonElement from, string key) => from.GetProperty(key).GetString() ?? throw new FormatException(key);

    internal static string? TextOrNull(JsonElement from, string key) => from.GetProperty(key).GetString();

    internal static Bilingual Both(JsonElement from, string key) => new(Text(from.GetProperty(key), "ja"), Text(from.GetProperty(key), "en"));

    private static Outcome OutcomeOf(string word)
    {
        foreach (var outcome in Enum.GetValues<Outcome>())
        {
            if (Word(outcome) == word) return outcome;
        }
        throw new FormatException(word);
    }

    public static string Word(Outcome outcome) => outcome.ToString().ToLowerInvariant();

    internal static void Write(Utf8JsonWriter to, string key, Bilingual text)
    {
        to.WriteStartObject(key);
        to.WriteString("ja", text.Ja);
        to.WriteString("en", text.En);
        to.WriteEndObject();
    }
}
