using System.Net;
using System.Text;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Markup;

/// <summary>The characters of a page whose structure nobody can follow: its tags are line ends. What comes out is plain text, whatever a parser would have made of it.</summary>
internal static class HtmlTags
{
    private static readonly string[] Unread = ["script", "style", "title", "template", "noscript"];

    public static string Without(string untrustedHtml, Budget budget)
    {
        var flow = new TextFlow();
        var at = 0;
        while (at < untrustedHtml.Length)
        {
            budget.Check();
            var open = untrustedHtml.IndexOf('<', at);
            var end = open < 0 ? untrustedHtml.Length : open;
            if (end > at) flow.Run(WebUtility.HtmlDecode(untrustedHtml[at..end]));
            if (open < 0) break;
            var close = untrustedHtml.IndexOf('>', open);
            if (close < 0) break;
            var name = Name(untrustedHtml, open + 1);
            if (name is "br" or "p" or "div" or "tr" or "li" or "table" or "h1" or "h2" or "h3" or "blockquote") flow.Block();
            at = close + 1;
            if (!Unread.Contains(name)) continue;
            var past = untrustedHtml.IndexOf($"</{name}", at, StringComparison.OrdinalIgnoreCase);
            at = past < 0 ? untrustedHtml.Length : past;
        }
        return Characters.Clean(flow.Text());
    }

    private static string Name(string html, int at)
    {
        var name = new StringBuilder();
        for (; at < html.Length && name.Length < 12 && char.IsAsciiLetterOrDigit(html[at]); at++) name.Append(char.ToLowerInvariant(html[at]));
        return name.ToString();
    }
}
