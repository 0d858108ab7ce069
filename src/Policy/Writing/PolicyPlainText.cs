using System.Text;

namespace Sekisho.Policy;

/// <summary>A policy as plain text for people: one provision a paragraph, 号 and 号の細分 indented.</summary>
public static class PolicyPlainText
{
    /// <summary>Writes with line feeds; ends with one.</summary>
    public static void Write(PolicyDocument document, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(writer);
        var text = new StringBuilder();
        text.Append(document.Title).Append('\n');
        if (document.Enacted is { } enacted)
            text.Append('\n').Append("制定　").Append(Assurance.Wareki.Format(enacted.Date)).Append(enacted.Reference).Append('\n');
        foreach (var amendment in document.Amendments)
            text.Append("改正　").Append(Assurance.Wareki.Format(amendment.Date)).Append(amendment.Reference).Append('\n');
        if (document.Preamble.Length > 0)
            text.Append('\n').Append(document.Preamble).Append('\n');
        foreach (var provision in document.Provisions)
            Write(provision, 0, text);
        foreach (var supplementary in document.Supplementary)
        {
            text.Append('\n').Append(supplementary.Label).Append('\n');
            if (supplementary.Text.Length > 0)
                text.Append('　').Append(supplementary.Text.Replace("\n", "\n　", StringComparison.Ordinal)).Append('\n');
            foreach (var child in supplementary.Children)
                Write(child, 0, text);
        }
        foreach (var appendix in document.Appendices)
        {
            text.Append('\n').Append($"{appendix.Label}　{appendix.Caption}".TrimEnd('　')).Append('\n');
            if (appendix.Text.Length > 0)
                text.Append(appendix.Text).Append('\n');
            WriteTables(appendix.Tables, "", text);
        }
        writer.Write(text.ToString());
    }

    private static void Write(Provision provision, int depth, StringBuilder text)
    {
        var indent = new string('　', depth);
        if (provision.Kind <= ProvisionKind.Article)
            text.Append('\n');
        var head = new StringBuilder();
        if (provision.Kind < ProvisionKind.Article)
        {
            head.Append(provision.Label).Append('　').Append(provision.Caption);
        }
        else if (provision.Kind is ProvisionKind.Article or ProvisionKind.Paragraph)
        {
            if (provision.Caption.Length > 0)
                text.Append(indent).Append('（').Append(provision.Caption).Append("）\n");
            head.Append(provision.Label);
        }
        else
        {
            head.Append(provision.Label);
            if (provision.Caption.Length > 0)
                head.Append('　').Append(provision.Caption);
        }
        var paragraphs = provision.Text.Length == 0 ? [] : provision.Text.Split('\n');
        text.Append(indent).Append(head);
        var lead = Math.Max(0, paragraphs.Length - provision.Closing);
        for (var i = 0; i < lead; i++)
        {
            if (i == 0 && (provision.Kind is ProvisionKind.Article or ProvisionKind.Paragraph || provision.Caption.Length == 0))
                text.Append(head.Length > 0 ? "　" : "").Append(paragraphs[i]);
            else
                text.Append('\n').Append(indent).Append('　').Append(paragraphs[i]);
        }
        text.Append('\n');
        WriteTables(provision.Tables, indent + "　", text);
        foreach (var child in provision.Children)
            Write(child, provision.Kind < ProvisionKind.Article || child.Kind == ProvisionKind.Paragraph ? depth : depth + 1, text);
        for (var i = lead; i < paragraphs.Length; i++)
            text.Append(indent).Append('　').Append(paragraphs[i]).Append('\n');
    }

    private static void WriteTables(IReadOnlyList<PolicyTable> tables, string indent, StringBuilder text)
    {
        foreach (var table in tables)
        {
            foreach (var row in table.Rows)
                text.Append(indent).Append("| ").AppendJoin(" | ", row.Select(static c => c.Replace("\n", " ", StringComparison.Ordinal))).Append(" |\n");
        }
    }
}
