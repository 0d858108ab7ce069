using System.Globalization;
using System.Text;
using AngleSharp.Dom;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Markup;

/// <summary>The text of a page (HTML のテキスト化): headings, lists, quotes and tables stay what they are, links are followed by where they lead, and what isn't shown isn't read.</summary>
internal sealed class HtmlText
{
    // The parser's own bound is 1,000 open elements.
    private const int MostDepth = 1_200, MostInlineLink = 60;

    private readonly Job job;
    private readonly bool isJapanese;
    private readonly Dictionary<string, int> footnotes = new(StringComparer.Ordinal);
    private TextFlow to = new();

    private HtmlText(Job job, bool isJapanese) => (this.job, this.isJapanese) = (job, isJapanese);

    /// <summary>Characters that stand in the page and that nobody would have seen.</summary>
    public int Hidden { get; private set; }

    /// <summary>Lines end in LF; no more than one blank line together.</summary>
    /// <exception cref="RefusedException">It is nested too deeply.</exception>
    public static string Of(string untrustedHtml, Job job) => Of(HtmlCleaner.Parse(untrustedHtml), job).Text;

    /// <returns>Also how many characters were hidden from whoever looks at the page.</returns>
    public static (string Text, int Hidden) Of(IDocument page, Job job)
    {
        var reader = new HtmlText(job, page.Body is { } whole && Languages.Tell(whole.TextContent) == "ja");
        if (page.Body is { } body) reader.Children(body, false, 0);
        var text = reader.to.Text();
        if (reader.footnotes.Count > 0)
        {
            text += reader.isJapanese ? "\n\nリンク先:\n" : "\n\nLinks:\n";
            text += string.Join('\n', reader.footnotes.Select(static f => $"[{f.Value}] {f.Key}"));
        }
        return (Characters.Clean(text), reader.Hidden);
    }

    private void Children(INode parent, bool isPre, int depth)
    {
        if (depth > MostDepth) throw Refusals.Broken("", "SAN-HTML-002", "入れ子が深すぎます", "it is nested too deeply");
        foreach (var node in parent.ChildNodes)
        {
            job.Budget.Check();
            if (node is IText run)
            {
                if (isPre) to.Raw(run.Data.ReplaceLineEndings("\n"));
                else to.Run(run.Data);
            }
            else if (node is IElement { NamespaceUri: "http://www.w3.org/1999/xhtml" } element)
            {
                Element(element, isPre, depth);
            }
        }
    }

    private void Element(IElement element, bool isPre, int depth)
    {
        var name = element.LocalName;
        if (HtmlElements.Dropped.ContainsKey(name)) return;
        if (IsHidden(element))
        {
            Hidden += element.TextContent.Count(static c => !char.IsWhiteSpace(c) && c is not ('\u034F' or '\u00AD' or '\u200B' or '\u200C' or '\u200D' or '\u2060' or '\uFEFF' or '\u00A0'));
            return;
        }
        switch (name)
        {
            case "br":
                to.Break();
                return;
            case "hr":
                to.Line("----------------------------------------");
                return;
            case "img":
                if (element.GetAttribute("alt")?.Trim() is { Length: > 0 and <= 300 } alt) to.Run($"[{alt}]");
                return;
            case "table":
                TextTable.Write(element, to, cell => Apart(cell, depth));
                return;
            case "a":
                Link(element, isPre, depth);
                return;
            case "rt":
                if (element.TextContent.Trim() is { Length: > 0 } reading) to.Run($"（{reading}）");
                return;
            case "rp":
                return;
            case "del" or "s" or "strike":
                Around(element, isPre, depth, isJapanese ? "（取り消し線：" : "(struck out: ", isJapanese ? "）" : ")");
                return;
            case "q":
                Around(element, isPre, depth, isJapanese ? "「" : "“", isJapanese ? "」" : "”");
                return;
            case "h1" or "h2" or "h3" or "h4" or "h5" or "h6":
                to.Blank();
                if (element.TextContent.Trim() is { Length: > 0 } title && char.GetUnicodeCategory(title[0]) is not (UnicodeCategory.OtherSymbol or UnicodeCategory.OpenPunctuation)) to.Run(name is "h1" or "h2" ? "■ " : "□ ");
                to.Run(" ");
                Children(element, isPre, depth + 1);
                to.Blank();
                return;
            case "blockquote":
                to.Blank();
                Within("> ", "> ", element, isPre, depth);
                to.Blank();
                return;
            case "ul" or "ol" or "menu" or "dir":
                List(element, depth);
                return;
            case "dd":
                Within("  ", "  ", element, isPre, depth);
                return;
            case "pre":
                to.Blank();
                Children(element, true, depth + 1);
                to.Blank();
                return;
        }
        var isBlock = HtmlElements.Blocks.Contains(name);
        if (name is "p" or "dl" or "figure") to.Blank();
        else if (isBlock) to.Block();
        Children(element, isPre, depth + 1);
        if (name is "p" or "dl" or "figure") to.Blank();
        else if (isBlock) to.Block();
    }

    private void Within(string first, string rest, IElement element, bool isPre, int depth)
    {
        to.Push(first, rest);
        Children(element, isPre, depth + 1);
        to.Pop();
    }

    private void Around(IElement element, bool isPre, int depth, string open, string close)
    {
        if (string.IsNullOrWhiteSpace(element.TextContent)) return;
        to.Run(open);
        Children(element, isPre, depth + 1);
        to.Run(close);
    }

    private void List(IElement list, int depth)
    {
        var isInList = list.ParentElement?.LocalName is "li" or "ul" or "ol";
        if (isInList) to.Block();
        else to.Blank();
        var number = list.LocalName == "ol" && int.TryParse(list.GetAttribute("start"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var start) ? start : 1;
        foreach (var child in list.ChildNodes)
        {
            job.Budget.Check();
            if (child is IElement { LocalName: "li" } item)
            {
                if (IsHidden(item))
                {
                    Hidden += item.TextContent.Length;
                    continue;
                }
                var mark = list.LocalName == "ol" ? $"{number++}. " : isJapanese ? "・" : "- ";
                Within(mark, new string(' ', TextWidth.Of(mark)), item, false, depth + 1);
            }
            else if (child is IElement { NamespaceUri: "http://www.w3.org/1999/xhtml" } other)
            {
                to.Push("  ", "  ");
                Element(other, false, depth + 1);
                to.Pop();
            }
            else if (child is IText text)
            {
                to.Run(text.Data);
            }
        }
        if (isInList) to.Block();
        else to.Blank();
    }

    /// <summary>The lines of an element by themselves: cells of a table.</summary>
    private string[] Apart(IElement element, int depth)
    {
        var outer = to;
        to = new TextFlow();
        try
        {
            if (element.LocalName is "td" or "th" or "caption")
            {
                if (IsHidden(element)) Hidden += element.TextContent.Length;
                else Children(element, false, depth + 1);
            }
            else
            {
                Element(element, false, depth + 1);
            }
            return to.Text() is { Length: > 0 } text ? text.Split('\n') : [];
        }
        finally
        {
            to = outer;
        }
    }

    private void Link(IElement element, bool isPre, int depth)
    {
        Children(element, isPre, depth + 1);
        if (element.GetAttribute("href")?.Trim() is not { Length: > 0 and <= 8_000 } untrusted || untrusted[0] == '#') return;
        var link = new LinkTarget(untrusted, job.Policy);
        if (link.Shown is not { } target) return;
        var shown = element.TextContent.Trim();
        if (string.IsNullOrWhiteSpace(shown))
        {
            if (element.QuerySelector("img") is not { } picture) return;
            if (string.IsNullOrWhiteSpace(picture.GetAttribute("alt"))) to.Run(isJapanese ? "[画像]" : "[picture]");
        }
        if (link.IsShownBy(shown)) return;
        if (link.IsContradictedBy(shown)) to.Run(isJapanese ? $" 【※表示と違うリンク先: {target} 】" : $" [! leads elsewhere: {target} ]");
        else if (target.Length <= MostInlineLink) to.Run($" <{target}>");
        else to.Run($" [{Footnote(target)}]");
    }

    private int Footnote(string target)
    {
        if (!footnotes.TryGetValue(target, out var number)) footnotes[target] = number = footnotes.Count + 1;
        return number;
    }

    /// <summary>By its own attributes; what a style sheet hides is shown, as sheets hide things from telephones only.</summary>
    internal static bool IsHidden(IElement element)
    {
        if (element.HasAttribute("hidden")) return true;
        if (element.GetAttribute("style") is not { Length: > 5 and < 5_000 } style) return false;
        var plain = new StringBuilder(style.Length);
        foreach (var c in style)
        {
            if (!char.IsWhiteSpace(c)) plain.Append(char.ToLowerInvariant(c));
        }
        var rules = plain.Append(';').ToString();
        return rules.Contains("display:none", StringComparison.Ordinal) || rules.Contains("visibility:hidden", StringComparison.Ordinal) || rules.Contains("mso-hide:all", StringComparison.Ordinal)
            || rules.Contains("font-size:0;", StringComparison.Ordinal) || rules.Contains("font-size:0px", StringComparison.Ordinal) || rules.Contains("font-size:0pt", StringComparison.Ordinal)
            || rules.Contains(";opacity:0;", StringComparison.Ordinal) || rules.StartsWith("opacity:0;", StringComparison.Ordinal)
            || (rules.Contains("max-height:0", StringComparison.Ordinal) && rules.Contains("overflow:hidden", StringComparison.Ordinal));
    }
}
