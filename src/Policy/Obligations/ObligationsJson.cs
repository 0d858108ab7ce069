using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sekisho.Policy.Obligations;

/// <summary>Ties as JSON for other programs; form: docs/formats/obligations-json.md.</summary>
public static class ObligationsJson
{
    /// <summary>One entry a provision that has any tie, in the order of the document; UTF-8, indented.</summary>
    public static void Write(IReadOnlyList<PolicyTie> ties, Stream to)
    {
        // Japanese is to be read by people too; the output is a file, never part of a page.
        using var json = new Utf8JsonWriter(to, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartArray();
        foreach (var provision in ties.GroupBy(static t => (t.ProvisionId, t.Path)))
        {
            json.WriteStartObject();
            json.WriteString("id", provision.Key.ProvisionId);
            json.WriteString("path", provision.Key.Path);
            json.WriteStartArray("obligations");
            foreach (var tie in provision)
            {
                json.WriteStartObject();
                json.WriteString("id", tie.Obligation.Value);
                json.WriteNumber("confidence", tie.Confidence);
                json.WriteString("reason", tie.Reason.Ja);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
