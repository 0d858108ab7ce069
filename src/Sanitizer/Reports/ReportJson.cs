using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
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
        to.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Write(FileReport)"/> wrote; used on what a worker says, so nothing in it is believed.</summary>
    /// <exception cref="JsonException">It is no report.</exception>
    public static FileReport Read(ReadOnlySpan<byte> untrustedJson)
    {
        var reader = new Utf8JsonReader(untrustedJson, new JsonReaderOptions { MaxDepth = 64 });
        var shape = JsonSerializer.Deserialize(ref reader, ReportShapes.Default.Shape) ?? throw new JsonException("not a report");
        return shape.ToReport();
    }

    public static string Word(Outcome outcome) => outcome.ToString().ToLowerInvariant();

    private static void Write(Utf8JsonWriter to, string key, Bilingual text)
    {
        to.WriteStartObject(key);
        to.WriteString("ja", text.Ja);
        to.WriteString("en", text.En);
        to.WriteEndObject();
    }

    internal sealed record Words(string Ja, string En)
    {
        public Bilingual ToBilingual() => new(Ja, En);
    }

    internal sealed record RefusalShape(string Code, Words What, Words Next, string Place);

    internal sealed record NoteShape(string Code, string Place, Words Message);

    internal sealed record Shape(
        string File, string? Output, string Type, string? OutputType, string Outcome, string? InputSha256, string? OutputSha256, long InputBytes, long? OutputBytes, double Seconds,
        RefusalShape? Refusal, IReadOnlyList<Removal> Removed, IReadOnlyList<NoteShape> Notes, IReadOnlyList<Shape> Members)
    {
        public FileReport ToReport() => new(
            File, Output, Type, OutputType, Enum.TryParse<Outcome>(Outcome, ignoreCase: true, out var outcome) ? outcome : throw new JsonException("unknown outcome"),
            Refusal is null ? null : new(Refusal.Code, Refusal.What.ToBilingual(), Refusal.Next.ToBilingual(), Refusal.Place), Removed, [.. Notes.Select(static n => new Note(n.Code, n.Place, n.Message.ToBilingual()))],
            [.. Members.Select(static m => m.ToReport())], Sha256.TryParse(InputSha256, out var input) ? input : null, Sha256.TryParse(OutputSha256, out var output) ? output : null, InputBytes, OutputBytes, Seconds);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ReportJson.Shape))]
internal sealed partial class ReportShapes : JsonSerializerContext;
