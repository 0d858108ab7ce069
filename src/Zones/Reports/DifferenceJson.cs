using System.Text.Encodings.Web;
using System.Text.Json;
using Sekisho.Assurance;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;

namespace Sekisho.Zones.Reports;

/// <summary>The JSON of <c>sekisho zones diff</c> (docs/formats/zone-report.md).</summary>
public static class DifferenceJson
{
    public static void Write(NetworkDifference found, Stream to)
    {
        using var json = new Utf8JsonWriter(to, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Write(found, json);
    }

    /// <summary>The line that decides, as people read it.</summary>
    public static string Line(Rule? rule) => rule is null ? "default" : rule.Source.ToString();

    /// <inheritdoc cref="Line(Rule?)"/>
    public static string Line(NatRule? rule) => rule is null ? "default" : rule.Source.ToString();

    /// <summary>Where packets of a translation went and go, for people.</summary>
    public static Bilingual Words(string to, NatKind kind) => to == TranslationDifference.Unchanged ? new("変換しない", "not translated") : new(kind == NatKind.Destination ? $"{to} あて" : $"{to} から", to);

    internal static void Write(NetworkDifference found, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteBoolean("complete", found.IsComplete);
        json.WriteStartArray("changes");
        foreach (var change in found.Changes)
        {
            json.WriteStartObject();
            json.WriteString("effect", change.Opened ? "opened" : "closed");
            json.WriteString("device", change.Device);
            json.WriteString("filter", change.Filter);
            json.WriteString("in", change.Inbound);
            json.WriteString("out", change.Outbound);
            json.WriteString("flows", change.Traffic.ToString());
            json.WriteString("example", change.Example.ToString());
            json.WriteString("before", Line(change.Before));
            json.WriteString("after", Line(change.After));
            json.WriteBoolean("perhaps", change.Perhaps);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("translations");
        foreach (var change in found.Translations)
        {
            json.WriteStartObject();
            json.WriteString("kind", change.Kind == NatKind.Destination ? "destination" : "source");
            json.WriteString("device", change.Device);
            json.WriteString("in", change.Inbound);
            json.WriteString("out", change.Outbound);
            json.WriteString("flows", change.Traffic.ToString());
            json.WriteString("example", change.Example.ToString());
            json.WriteString("was", change.Was);
            json.WriteString("becomes", change.Becomes);
            json.WriteString("before", Line(change.Before));
            json.WriteString("after", Line(change.After));
            json.WriteBoolean("perhaps", change.Perhaps);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("notes");
        foreach (var note in found.Notes) json.WriteStringValue($"{note.Ja} / {note.En}");
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
