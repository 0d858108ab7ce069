using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Markup;

/// <summary>Writes a page anew from what the allow list knows (HTML の無害化). The result parses to the tree that was written: no reader sees another page in it.</summary>
/// <param name="job">Told of all that isn't written.</param>
/// <param name="picture">Gives the address for a picture's untrusted source, or null to leave it out; of mail, <c>cid:</c>. Null here: pictures in <c>data:</c> go through the sanitiser, others by policy.</param>
internal sealed class HtmlCleaner(Job job, Func<string, string?>? picture = null)
{
    private const int MostDepth = 256;

    // Each pass writes fewer surprises; a page that still changes after so many is made to.
    private const int MostPasses = 5;

    private readonly Dropped dropped = new();
    private StringBuilder to = new();
    private bool isRecleaning;

    /// <summary>A link whose text is another address is followed by the one it leads to (E-18).</summary>
    public bool ShowsTargets { get; init; }

    /// <exception cref="RefusedException">It is nested too deeply, or reads differently each time.</exception>
    public string Clean(string untrusted)
    {
        var clean = Write(Parse(untrusted));
        for (var pass = 1; ; pass++)
        {
            isRecleaning = true;
            var again = Write(Parse(clean));
            if (again.Equals(clean, StringComparison.Ordinal)) break;
            if (pass == MostPasses) throw Refusals.Broken("", "SAN-HTML-001", "読むたびに別のページになります", "it reads as another page each time");
            clean = again;
        }
        dropped.Tell(job);
        return clean;
    }

    /// <exception cref="RefusedException">Its elements nest or repeat without end.</exception>
    internal static IDocument Parse(string untrusted) =>
        HtmlBudget.IsExceeded(untrusted) ? throw Refusals.Broken("", "SAN-HTML-002", "入れ子が深すぎます", "it is nested too deeply")
        : new HtmlParser(new HtmlParserOptions { IsScripting = false, IsKeepingSourceReferences = false }).ParseDocument(untrusted);

    private string Write(IDocument page)
    {
        to = new StringBuilder();
        if (page.CompatMode != "BackCompat") to.Append("<!DOCTYPE html>\n");
        to.Append("<html");
        if (page.DocumentElement is { } html) Attributes(html);
        to.Append("><head><meta charset=\"utf-8\">");
        var styles = new StringBuilder();
        var title = "";
        foreach (var element in page.All)
        {
            job.Budget.Check();
            if (element.NamespaceUri != "http://www.w3.org/1999/xhtml") continue;
            if (element.LocalName == "title" && title.Length == 0) title = element.TextContent.Trim();
            if (element.LocalName == "style" && IsPlain(element)) styles.Append(CssCleaner.Sheet(element.TextContent, job));
        }
        if (title.Length > 0)
        {
            to.Append("<title>");
            Text(string.Join(' ', title.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
            to.Append("</title>");
        }
        if (styles.Length > 0) to.Append("<style>\n").Append(styles).Append("</style>");
        to.Append("</head><body");
        if (page.Body is { } body)
        {
            Attributes(body);
            to.Append('>');
            Children(body, 0);
        }
        else
        {
            to.Append('>');
        }
        if (page.Head is { } head) Dropping(head);
        foreach (var comment in page.ChildNodes.OfType<IComment>()) Comment(comment);
        to.Append("</body></html>"); // a line end behind it would be read into the body
        return to.ToString();
    }

    // Not a style in a drawing or in what isn't shown.
    private static bool IsPlain(IElement element)
    {
        for (var parent = element.ParentElement; parent is not null; parent = parent.ParentElement)
        {
            if (parent.NamespaceUri != "http://www.w3.org/1999/xhtml" || (HtmlElements.Dropped.ContainsKey(parent.LocalName) && parent.LocalName != "style")) return false;
        }
        return true;
    }

    private void Children(INode parent, int depth)
    {
        if (depth > MostDepth) throw Refusals.Broken("", "SAN-HTML-002", "入れ子が深すぎます", "it is nested too deeply");
        foreach (var node in parent.ChildNodes)
        {
            job.Budget.Check();
            switch (node)
            {
                case IElement element:
                    Element(element, depth);
                    break;
                case IText text:
                    Text(text.Data);
                    break;
                case IComment comment:
                    Comment(comment);
                    break;
            }
        }
    }

    private void Element(IElement element, int depth)
    {
        var name = element.LocalName;
        if (element.NamespaceUri != "http://www.w3.org/1999/xhtml")
        {
            Tell("H-09", Show(name));
            return;
        }
        if (HtmlElements.Dropped.TryGetValue(name, out var threat))
        {
            // The cleaned styles and title stand in the head.
            if (name is not ("title" or "style") && !(name == "meta" && element.HasAttribute("charset"))) Tell(threat, name);
            return;
        }
        if (!HtmlElements.Kept.Contains(name))
        {
            if (HtmlElements.Forms.Contains(name)) Tell("H-05", name);
            foreach (var attribute in element.Attributes) TellHandler(attribute.Name);
            Children(element, depth + 1);
            return;
        }
        if (name == "img")
        {
            Picture(element);
            return;
        }
        to.Append('<').Append(name);
        Attributes(element);
        if (name == "a") Link(element);
        to.Append('>');
        if (HtmlElements.Void.Contains(name)) return;
        // The parser takes a first line end in these for layout.
        if (name == "pre" && element.TextContent.StartsWith('\n')) to.Append('\n');
        Children(element, depth + 1);
        to.Append("</").Append(name).Append('>');
        if (ShowsTargets && name == "a") Target(element);
    }

    private void Target(IElement element)
    {
        if (element.GetAttribute("href")?.Trim() is not { Length: > 1 } link || link[0] == '#' || !job.Policy.Allows(link)) return;
        var shown = element.TextContent.Trim();
        if (!LooksLikeAddress(shown) || SameAddress(shown, link)) return;
        var target = $" <{link}>";
        if (element.NextSibling is IText next && next.Data.StartsWith(target, StringComparison.Ordinal)) return;
        Tell("E-18", "link text that differs from its target");
        Text(target);
    }

    private static bool LooksLikeAddress(string text) => text.Contains("://", StringComparison.Ordinal) || text.StartsWith("www.", StringComparison.OrdinalIgnoreCase);

    private static bool SameAddress(string shown, string link) => link.TrimEnd('/').Equals(shown.TrimEnd('/'), StringComparison.Ordinal) || link.TrimEnd('/').EndsWith("://" + shown.TrimEnd('/'), StringComparison.Ordinal);

    private void Attributes(IElement element)
    {
        var written = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var attribute in element.Attributes)
        {
            var name = attribute.Name;
            if (name == "style")
            {
                var style = CssCleaner.Declarations(attribute.Value, job);
                if (style.Length > 0) written[name] = style;
            }
            else if (HtmlElements.Attributes.Contains(name) || (name == "name" && element.LocalName == "a"))
            {
                written[name] = attribute.Value;
            }
            else if (HtmlElements.Addresses.Contains(name))
            {
                if (element.LocalName is not ("a" or "img") || name is not ("href" or "src")) Tell("H-06", name);
            }
            else
            {
                TellHandler(name);
            }
        }
        foreach (var (name, value) in written) Attribute(name, value);
    }

    private void TellHandler(string name)
    {
        if (name.StartsWith("on", StringComparison.OrdinalIgnoreCase)) Tell("H-02", Show(name));
    }

    private void Link(IElement element)
    {
        if (element.GetAttribute("href") is not { } untrusted) return;
        var link = untrusted.Trim();
        if (link.Length > 1 && link[0] == '#')
        {
            Attribute("href", link);
        }
        else if (job.Policy.Allows(link))
        {
            Attribute("href", link);
            to.Append(" rel=\"noopener noreferrer\"");
        }
        else
        {
            Tell("H-03", "href");
        }
    }

    private void Picture(IElement element)
    {
        var source = element.GetAttribute("src")?.Trim() ?? "";
        var kept = isRecleaning && source.StartsWith("data:", StringComparison.Ordinal) ? source
            : picture is not null ? isRecleaning ? source : picture(source)
            : source.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? DataPicture.Clean(source, job)
            : job.Policy.KeepRemoteImages && job.Policy.Allows(source) ? source : null;
        if (kept is null or "")
        {
            Tell("H-06", "img");
            if (element.GetAttribute("alt") is { Length: > 0 } alt) Text(alt);
            return;
        }
        to.Append("<img");
        Attribute("src", kept);
        Attributes(element);
        to.Append('>');
    }

    private void Dropping(IElement head)
    {
        foreach (var element in head.Children)
        {
            if (HtmlElements.Dropped.TryGetValue(element.LocalName, out var threat) && element.LocalName is not ("title" or "style") && !(element.LocalName == "meta" && (element.HasAttribute("charset") || IsHarmlessMeta(element)))) Tell(threat, element.LocalName);
        }
        foreach (var comment in head.ChildNodes.OfType<IComment>()) Comment(comment);
    }

    private static bool IsHarmlessMeta(IElement meta) => meta.GetAttribute("http-equiv") is not { } equivalent || equivalent.Equals("content-type", StringComparison.OrdinalIgnoreCase);

    private void Comment(IComment comment) => Tell("H-08", comment.Data.Contains("[if", StringComparison.OrdinalIgnoreCase) ? "conditional comment" : "comment");

    private void Text(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '&': to.Append("&amp;"); break;
                case '<': to.Append("&lt;"); break;
                case '>': to.Append("&gt;"); break;
                case 0xA0: to.Append("&nbsp;"); break;
                case '\r': to.Append("&#13;"); break;
                default:
                    if (Characters.IsDropped(rune.Value)) dropped.Add(rune.Value);
                    else to.Append(rune.ToString());
                    break;
            }
        }
    }

    private void Attribute(string name, string value)
    {
        to.Append(' ').Append(name).Append("=\"");
        foreach (var rune in value.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '&': to.Append("&amp;"); break;
                case '<': to.Append("&lt;"); break;
                case '>': to.Append("&gt;"); break;
                case '"': to.Append("&quot;"); break;
                case '`': to.Append("&#96;"); break;
                case '\r': to.Append("&#13;"); break;
                default:
                    if (!Characters.IsDropped(rune.Value)) to.Append(rune.ToString());
                    break;
            }
        }
        to.Append('"');
    }

    private void Tell(string threat, string what)
    {
        if (threat.Length > 0 && !isRecleaning) job.Remove(threat, "", what);
    }

    private static string Show(string name) => name.Length < 40 && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or ':' or '_') ? name : "element";
}
