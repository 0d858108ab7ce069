using System.Text.Json;
using Sekisho.Assurance;

namespace Sekisho.Policy;

/// <summary>A policy as the JSON that other programs read: these keys, no others, in this order (docs/formats/policy-json.md).</summary>
/// <remarks>
/// What <see cref="PolicyJson"/> gives in fields of their own stands here where the shape has a place for it: a sentence after a list is in
/// <c>text</c>, after the lead; rows of a table are lines of <c>text</c>. 制定文, 別表 and 様式 have no place, and are findings, word for word: nothing is lost.
/// </remarks>
public static class FixedPolicyJson
{
    /// <summary>Between the cells of a row.</summary>
    private const char CellBorder = '｜';

    /// <summary>Writes UTF-8 without a byte order mark; the same document always gives the same bytes.</summary>
    public static void Write(PolicyDocument document, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(stream);
        using var json = new Utf8JsonWriter(stream, PolicyJson.Options);
        json.WriteStartObject();
        json.WriteString("title", document.Title);
        PolicyJson.WriteEnactments(json, document);
        json.WriteStartArray("provisions");
        foreach (var provision in document.Provisions)
            WriteProvision(json, provision);
        json.WriteEndArray();
        json.WriteStartArray("supplementary");
        foreach (var supplementary in document.Supplementary)
        {
            json.WriteStartObject();
            PolicyJson.WriteEffective(json, supplementary);
            json.WriteString("text", supplementary.Text);
            json.WriteStartArray("children");
            foreach (var child in supplementary.Children)
                WriteProvision(json, child);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("findings");
        foreach (var finding in document.Findings.Concat(WithoutPlace(document)))
        {
            json.WriteStartObject();
            json.WriteString("code", finding.Code);
            json.WriteString("severity", PolicyJson.SeverityName(finding.Severity));
            json.WriteString("where", finding.Where);
            json.WriteString("message", finding.Message.Ja);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }

    private static void WriteProvision(Utf8JsonWriter json, Provision provision)
    {
        json.WriteStartObject();
        json.WriteString("kind", PolicyJson.KindName(provision.Kind));
        PolicyJson.WriteNumber(json, provision.Number);
        json.WriteString("label", provision.Label);
        json.WriteString("caption", provision.Caption);
        json.WriteString("text", string.Join('\n', Rows(provision.Tables).Prepend(provision.Text).Where(static l => l.Length > 0)));
        json.WriteString("id", provision.Id);
        json.WriteStartArray("children");
        foreach (var child in provision.Children)
            WriteProvision(json, child);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static IEnumerable<string> Rows(IReadOnlyList<PolicyTable> tables) => tables.SelectMany(static t => t.Rows).Select(static r => string.Join(CellBorder, r));

    private static IEnumerable<Finding> WithoutPlace(PolicyDocument document)
    {
        if (document.Preamble.Length > 0)
            yield return Note("制定文", document.Preamble);
        foreach (var appendix in document.Appendices)
            yield return Note(appendix.Label, string.Join('\n', Rows(appendix.Tables).Prepend(appendix.Text).Prepend(appendix.Caption).Where(static l => l.Length > 0)));
    }

    private static Finding Note(string where, string text) => new(
        "POL-READ-110", FindingSeverity.Info, null, where,
        new($"条項の外にある文です。\n{text}", $"Text outside the provisions.\n{text}"),
        new("項目に分かれた形は「--json --full」で書き出します。", "“--json --full” writes it in fields of its own."));
}
