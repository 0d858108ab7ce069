using System.Text;
using AngleSharp.Dom;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Markup;

/// <summary>The text of a page (HTML のテキスト化): blocks on lines of their own, cells parted by tabs, links followed by where they lead.</summary>
internal static class HtmlText
{
    private const int MostDepth = 256;

    /// <summary>Lines end in LF; no more than one blank line together.</summary>
    /// <exception cref="RefusedException">It is nested too deeply.</exception>
    public static string Of(string untrustedHtml, Job job)
    {
        var text = new StringBuilder();
        if (HtmlCleaner.Parse(untrustedHtml).Body is { } body) Children(body, text, job, false, 0);
        var lines = text.ToString().Split('\n').Select(static l => l.TrimEnd(' ', '\t')).ToList();
        var kept = new StringBuilder();
        var blank = 0;
        foreach (var line in lines)
        {
            blank = line.Length == 0 ? blank + 1 : 0;
            if (blank <= 1 && (line.Length > 0 || kept.Length > 0)) kept.Append(line).Append('\n');
        }
        return Characters.Clean(kept.ToString().TrimEnd('\n'));
    }

    private static void Children(INode parent, StringBuilder text, Job job, bool isPre, int depth)
    {
        if (depth > MostDepth) throw Refusals.Broken("", "SAN-HTML-002", "入れ子が深すぎます", "it is nested too deeply");
        foreach (var node in parent.ChildNodes)
        {
            job.Budget.Check();
            if (node is IText run)
            {
                if (isPre) text.Append(run.Data.ReplaceLineEndings("\n"));
                else Flow(run.Data, text);
            }
            else if (node is IElement { NamespaceUri: "http://www.w3.org/1999/xhtml" } element)
            {
                Element(element, text, job, isPre, depth);
            }
        }
    }

    private static void Element(IElement element, StringBuilder text, Job job, bool isPre, int depth)
    {
        var name = element.LocalName;
        if (HtmlElements.Dropped.ContainsKey(name)) return;
        switch (name)
        {
            case "br":
                text.Append('\n');
                return;
            case "hr":
                NewLine(text);
                text.Append("----------\n");
                return;
            case "img":
                if (element.GetAttribute("alt") is { Length: > 0 } alt) Flow($"[{alt}]", text);
                return;
        }
        var isBlock = HtmlElements.Blocks.Contains(name);
        if (isBlock) NewLine(text);
        if (name == "li") text.Append('・');
        if (name is "td" or "th" && text.Length > 0 && text[^1] != '\n') text.Append('\t');
        var start = text.Length;
        Children(element, text, job, isPre || name == "pre", depth + 1);
        if (name == "a" && element.GetAttribute("href")?.Trim() is { Length: > 0 } link && link[0] != '#' && job.Policy.Allows(link) && !text.ToString(start, text.Length - start).Contains(link, StringComparison.Ordinal)) text.Append(" <").Append(link).Append('>');
        if (!isBlock) return;
        NewLine(text);
        if (name is "p" or "h1" or "h2" or "h3" or "h4" or "h5" or "h6" or "table" or "ul" or "ol" or "blockquote") text.Append('\n');
    }

    private static void NewLine(StringBuilder text)
    {
        if (text.Length > 0 && text[^1] != '\n') text.Append('\n');
    }

    private static void Flow(string run, StringBuilder text)
    {
        foreach (var c in run)
        {
            if (c is not (' ' or '\t' or '\n' or '\r' or '\f')) text.Append(c == '\u00A0' ? ' ' : c);
            else if (text.Length > 0 && text[^1] is not (' ' or '\n' or '\t')) text.Append(' ');
        }
    }
}
