using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sekisho.Policy.Lint;

/// <summary>Findings as JSON for other programs: an array of the same objects as <c>findings</c> of the policy's JSON.</summary>
public static class LintJson
{
    /// <summary>UTF-8, indented, in the given order.</summary>
    public static void Write(IEnumerable<Finding> findings, Stream to)
    {
        using var json = new Utf8JsonWriter(to, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartArray();
        foreach (var finding in findings) PolicyJson.WriteFinding(json, finding);
        json.WriteEndArray();
    }
}
