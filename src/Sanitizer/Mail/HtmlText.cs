using System.Globalization;
using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Mail;

/// <summary>The text of an HTML part (メールのテキスト化): nothing is loaded, links show where they lead.</summary>
internal static class HtmlText
{
    private const int MostDepth = 512;

    public static string Of(string untrustedHtml, Job job)
    {
        var document = new HtmlParser(new HtmlParserOptions { IsScripting = false }).ParseDocument(untrustedHtml);
        var text = new StringBuilder();
        if (document.Body is { } body) Walk(body, text, job, 0);
        var lines = text.ToString().ReplaceLineEndings("\n").Split('\n').Select(static l => l.TrimEnd()).ToList();
        var kept = new List<string>();
        foreach (var line in lines)
        {
            if (line.Length > 0 || (kept.Count > 0 && kept[^1].Length > 0)) kept.Add(line);
        }
        return string.Join('\n', kept).Trim('\n');
    }

    private static void Walk(INode node, StringBuilder text, Job job, int depth)
    {
        if (depth > MostDepth) throw Refusals.TooDeep("html", MostDepth);
        foreach (var child in node.ChildNodes)
        {
            if (child is IText characters)
            {
                AppendCollapsed(text, characters.Data, node is IElement { LocalName: "pre" });
                continue;
            }
            if (child is not IElement element) continue;
            switch (element.LocalName)
            {
                case "script":
                    job.Remove("H-01", "html", "script");
                    break;
                case "iframe" or "frame" or "object" or "embed" or "applet":
                    job.Remove("H-04", "html", element.LocalName);
                    break;
                case "form" or "input" or "button" or "select" or "textarea":
                    job.Remove("H-05", "html", element.LocalName);
                    Walk(element, text, job, depth + 1);
                    break;
                case "style" or "head" or "title" or "template" or "noscript" or "meta" or "link" or "base":
                    break;
                case "img":
                    if (element.GetAttribute("src") is { } source && source.Contains("//", StringComparison.Ordinal)) job.Remove("E-02", "html", "remote picture");
                    if (element.GetAttribute("alt") is { Length: > 0 } alt) text.Append(CultureInfo.InvariantCulture, $"［画像: {alt}］");
                    break;
                case "br":
                    text.Append('\n');
                    break;
                case "a":
                    Link(element, text, job, depth);
                    break;
                case "td" or "th":
                    Walk(element, text, job, depth + 1);
                    text.Append('\t');
                    break;
                case "li":
                    text.Append("\n・");
                    Walk(element, text, job, depth + 1);
                    break;
                case "p" or "div" or "tr" or "table" or "ul" or "ol" or "h1" or "h2" or "h3" or "h4" or "h5" or "h6" or "blockquote" or "pre" or "hr" or "section" or "article" or "header" or "footer" or "dt" or "dd":
                    text.Append('\n');
                    Walk(element, text, job, depth + 1);
                    text.Append(element.LocalName is "p" or "h1" or "h2" or "h3" ? "\n\n" : "\n");
                    break;
                default:
                    Walk(element, text, job, depth + 1);
                    break;
            }
        }
    }

    private static void Link(IElement element, StringBuilder text, Job job, int depth)
    {
        var start = text.Length;
        Walk(element, text, job, depth + 1);
        if (element.GetAttribute("href") is not { } target) return;
        var shown = text.ToString(start, text.Length - start).Trim();
        if (!job.Policy.Allows(target))
        {
            if (!target.StartsWith('#')) job.Remove("H-03", "html", "link that is not allowed");
            return;
        }
        if (shown == target || "mailto:" + shown == target) return;
        if (shown.Contains("://", StringComparison.Ordinal) || shown.StartsWith("www.", StringComparison.OrdinalIgnoreCase)) job.Remove("E-18", "html", "link text that differs from its target");
        text.Append(CultureInfo.InvariantCulture, $" <{target}>");
    }

    private static void AppendCollapsed(StringBuilder text, string data, bool isPreformatted)
    {
        if (isPreformatted)
        {
            text.Append(data);
            return;
        }
        foreach (var c in data)
        {
            var isBlank = c is ' ' or '\t' or '\r' or '\n' or '\f';
            if (!isBlank) text.Append(c);
            else if (text.Length > 0 && text[^1] is not (' ' or '\n' or '\t')) text.Append(' ');
        }
    }
}
