using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sekisho.Assurance;

namespace Sekisho.Policy;

/// <summary>A policy as JSON with all that was read, so that it can be read back (docs/formats/policy-json.md); <see cref="FixedPolicyJson"/> is the fixed shape for other programs.</summary>
public static class PolicyJson
{
    /// <summary>Deeper JSON than this is no policy: 編 to the tenth 号の細分 is 16.</summary>
    private const int MostDepth = 128;

    internal static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };

    /// <summary>Writes UTF-8 without a byte order mark; the same document always gives the same bytes.</summary>
    public static void Write(PolicyDocument document, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(stream);
        using var json = new Utf8JsonWriter(stream, Options);
        json.WriteStartObject();
        json.WriteString("title", document.Title);
        WriteEnactments(json, document);
        json.WriteStartArray("provisions");
        foreach (var provision in document.Provisions)
            WriteProvision(json, provision);
        json.WriteEndArray();
        json.WriteStartArray("supplementary");
        foreach (var supplementary in document.Supplementary)
            WriteSupplementary(json, supplementary);
        json.WriteEndArray();
        json.WriteStartArray("findings");
        foreach (var finding in document.Findings)
            WriteFinding(json, finding);
        json.WriteEndArray();
        json.WriteString("preamble", document.Preamble);
        json.WriteStartArray("contents");
        foreach (var entry in document.Contents)
        {
            json.WriteStartObject();
            json.WriteString("label", entry.Label);
            WriteNumber(json, entry.Number);
            json.WriteString("caption", entry.Caption);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("appendices");
        foreach (var appendix in document.Appendices)
        {
            json.WriteStartObject();
            json.WriteString("label", appendix.Label);
            json.WriteString("caption", appendix.Caption);
            json.WriteString("text", appendix.Text);
            WriteTables(json, appendix.Tables);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }

    /// <summary>Reads what <see cref="Write"/> wrote. Fields that are missing are taken as empty.</summary>
    /// <returns>The document, or why the JSON is none; no content makes it throw.</returns>
    public static PolicyReading Read(ReadOnlyMemory<byte> untrusted)
    {
        try
        {
            using var json = JsonDocument.Parse(untrusted, new JsonDocumentOptions { MaxDepth = MostDepth });
            var root = json.RootElement;
            return new PolicyReading.Read(new PolicyDocument(
                Text(root, "title"),
                root.TryGetProperty("enacted", out var enacted) && enacted.ValueKind == JsonValueKind.Object ? ReadEnactment(enacted) : null,
                List(root, "amendments", ReadEnactment),
                Text(root, "preamble"),
                List(root, "provisions", ReadProvision),
                List(root, "supplementary", ReadSupplementary),
                List(root, "contents", static e => new ContentsEntry(Text(e, "label"), Number(e), Text(e, "caption"))),
                List(root, "findings", ReadFinding))
            {
                Appendices = List(root, "appendices", static e => new PolicyAppendix(Text(e, "label"), Text(e, "caption"), Text(e, "text"), Tables(e))),
            });
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or ArgumentException)
        {
            return new PolicyReading.Refused(new ReadError(
                "POL-JSON-001", "",
                new("規程の JSON として読めませんでした。", "This is not the JSON of a policy."),
                new("「sekisho policy read FILE --json --full」の出力を指定してください。", "Give the output of “sekisho policy read FILE --json --full”.")));
        }
    }

    /// <summary>The kind as the JSON spells it: part … subitem.</summary>
    public static string KindName(ProvisionKind kind) => kind switch
    {
        ProvisionKind.Part => "part",
        ProvisionKind.Chapter => "chapter",
        ProvisionKind.Section => "section",
        ProvisionKind.Subsection => "subsection",
        ProvisionKind.Article => "article",
        ProvisionKind.Paragraph => "paragraph",
        ProvisionKind.Item => "item",
        _ => "subitem",
    };

    internal static void WriteEnactments(Utf8JsonWriter json, PolicyDocument document)
    {
        json.WritePropertyName("enacted");
        if (document.Enacted is null)
            json.WriteNullValue();
        else
            WriteEnactment(json, document.Enacted);
        json.WriteStartArray("amendments");
        foreach (var amendment in document.Amendments)
            WriteEnactment(json, amendment);
        json.WriteEndArray();
    }

    internal static void WriteEffective(Utf8JsonWriter json, SupplementaryProvision supplementary)
    {
        if (supplementary.Effective is { } effective)
            json.WriteString("effective", IsoDate(effective));
        else
            json.WriteNull("effective");
    }

    private static void WriteEnactment(Utf8JsonWriter json, Enactment enactment)
    {
        json.WriteStartObject();
        json.WriteString("date", IsoDate(enactment.Date));
        json.WriteString("reference", enactment.Reference);
        json.WriteEndObject();
    }

    private static void WriteProvision(Utf8JsonWriter json, Provision provision)
    {
        json.WriteStartObject();
        json.WriteString("kind", KindName(provision.Kind));
        WriteNumber(json, provision.Number);
        json.WriteString("label", provision.Label);
        json.WriteString("caption", provision.Caption);
        json.WriteString("text", provision.Text);
        json.WriteString("id", provision.Id);
        json.WriteStartArray("children");
        foreach (var child in provision.Children)
            WriteProvision(json, child);
        json.WriteEndArray();
        json.WriteString("path", provision.Path);
        json.WriteNumber("line", provision.Line);
        if (provision.Closing > 0)
            json.WriteNumber("closing", provision.Closing);
        if (provision.Tables.Count > 0)
            WriteTables(json, provision.Tables);
        json.WriteEndObject();
    }

    private static void WriteSupplementary(Utf8JsonWriter json, SupplementaryProvision supplementary)
    {
        json.WriteStartObject();
        WriteEffective(json, supplementary);
        json.WriteString("text", supplementary.Text);
        json.WriteStartArray("children");
        foreach (var child in supplementary.Children)
            WriteProvision(json, child);
        json.WriteEndArray();
        json.WriteString("label", supplementary.Label);
        json.WriteString("effectiveText", supplementary.EffectiveText);
        json.WriteStartArray("amends");
        foreach (var clause in supplementary.Amends)
        {
            json.WriteStartObject();
            json.WriteString("target", clause.Target);
            json.WriteString("operation", OperationName(clause.Operation));
            json.WriteString("from", clause.From);
            json.WriteString("to", clause.To);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    internal static void WriteFinding(Utf8JsonWriter json, Finding finding)
    {
        json.WriteStartObject();
        json.WriteString("code", finding.Code);
        json.WriteString("severity", SeverityName(finding.Severity));
        json.WriteString("where", finding.Where);
        json.WriteString("message", finding.Message.Ja);
        json.WriteString("messageEn", finding.Message.En);
        json.WriteString("next", finding.Next.Ja);
        json.WriteString("nextEn", finding.Next.En);
        json.WriteString("provision", finding.ProvisionId);
        json.WriteEndObject();
    }

    private static void WriteTables(Utf8JsonWriter json, IReadOnlyList<PolicyTable> tables)
    {
        json.WriteStartArray("tables");
        foreach (var table in tables)
        {
            json.WriteStartArray();
            foreach (var row in table.Rows)
            {
                json.WriteStartArray();
                foreach (var cell in row)
                    json.WriteStringValue(cell);
                json.WriteEndArray();
            }
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    // An integer where there is no branch, "2_1" where there is.
    internal static void WriteNumber(Utf8JsonWriter json, string number)
    {
        if (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var whole))
            json.WriteNumber("number", whole);
        else
            json.WriteString("number", number);
    }

    private static string IsoDate(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    internal static string SeverityName(FindingSeverity severity) => severity switch
    {
        FindingSeverity.Info => "info",
        FindingSeverity.Warning => "warning",
        _ => "error",
    };

    private static string OperationName(AmendingOperation operation) => operation switch
    {
        AmendingOperation.Delete => "delete",
        AmendingOperation.Renumber => "renumber",
        AmendingOperation.Replace => "replace",
        _ => "insert",
    };

    private static Enactment ReadEnactment(JsonElement json) => new(Date(Text(json, "date")), Text(json, "reference"));

    private static Provision ReadProvision(JsonElement json) => new(
        Text(json, "kind") switch
        {
            "part" => ProvisionKind.Part,
            "chapter" => ProvisionKind.Chapter,
            "section" => ProvisionKind.Section,
            "subsection" => ProvisionKind.Subsection,
            "article" => ProvisionKind.Article,
            "paragraph" => ProvisionKind.Paragraph,
            "item" => ProvisionKind.Item,
            "subitem" => ProvisionKind.Subitem,
            var other => throw new FormatException(other),
        },
        Number(json), Text(json, "label"), Text(json, "caption"), Text(json, "text"), Text(json, "id"), Text(json, "path"),
        json.TryGetProperty("line", out var line) ? line.GetInt32() : 0,
        Tables(json),
        List(json, "children", ReadProvision))
    {
        Closing = json.TryGetProperty("closing", out var closing) ? Math.Max(0, closing.GetInt32()) : 0,
    };

    private static SupplementaryProvision ReadSupplementary(JsonElement json) => new(
        Text(json, "label"),
        json.TryGetProperty("effective", out var effective) && effective.ValueKind == JsonValueKind.String ? Date(effective.GetString()!) : null,
        Text(json, "effectiveText"), Text(json, "text"),
        List(json, "amends", static e => new AmendingClause(
            Text(e, "target"),
            Text(e, "operation") switch
            {
                "delete" => AmendingOperation.Delete,
                "renumber" => AmendingOperation.Renumber,
                "replace" => AmendingOperation.Replace,
                "insert" => AmendingOperation.Insert,
                var other => throw new FormatException(other),
            },
            Text(e, "from"), Text(e, "to"))),
        List(json, "children", ReadProvision));

    private static Finding ReadFinding(JsonElement json) => new(
        Text(json, "code"),
        Text(json, "severity") switch { "info" => FindingSeverity.Info, "warning" => FindingSeverity.Warning, _ => FindingSeverity.Error },
        json.TryGetProperty("provision", out var id) ? id.GetString() : null,
        Text(json, "where"),
        new Bilingual(Text(json, "message"), Text(json, "messageEn")),
        new Bilingual(Text(json, "next"), Text(json, "nextEn")));

    private static DateOnly Date(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.GetString()! : "";

    private static string Number(JsonElement json) =>
        !json.TryGetProperty("number", out var value) ? ""
        : value.ValueKind == JsonValueKind.Number ? value.GetInt32().ToString(CultureInfo.InvariantCulture) : value.GetString() ?? "";

    private static List<T> List<T>(JsonElement json, string name, Func<JsonElement, T> read)
    {
        var list = new List<T>();
        if (json.TryGetProperty(name, out var array))
        {
            foreach (var element in array.EnumerateArray())
                list.Add(read(element));
        }
        return list;
    }

    private static List<PolicyTable> Tables(JsonElement json) => List(json, "tables", static table =>
        new PolicyTable(table.EnumerateArray().Select(static row => (IReadOnlyList<string>)row.EnumerateArray().Select(static c => c.GetString() ?? "").ToList()).ToList()));
}
