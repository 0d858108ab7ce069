using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Markup;

/// <summary>Styles by allow list (CSS の無害化; H-07): known properties with values of words, numbers, colours and a few functions. No addresses, no escapes, no at-rules but @media and @page.</summary>
internal static class CssCleaner
{
    private static readonly FrozenSet<string> Functions = new[] { "rgb", "rgba", "hsl", "hsla", "calc", "min", "max", "clamp", "translate", "rotate", "scale", "matrix", "skewx", "skewy" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Properties = (
        "color background-color background opacity font font-family font-size font-style font-weight font-variant font-stretch line-height letter-spacing word-spacing word-break word-wrap overflow-wrap white-space line-break text-align text-align-last text-decoration " +
        "text-decoration-color text-decoration-line text-decoration-style text-indent text-transform text-justify text-orientation text-emphasis text-emphasis-position text-emphasis-style text-combine-upright text-overflow text-shadow vertical-align writing-mode direction ruby-align ruby-position " +
        "margin margin-top margin-right margin-bottom margin-left padding padding-top padding-right padding-bottom padding-left border border-top border-right border-bottom border-left border-color border-style border-width " +
        "border-top-color border-top-style border-top-width border-right-color border-right-style border-right-width border-bottom-color border-bottom-style border-bottom-width border-left-color border-left-style border-left-width border-radius border-collapse border-spacing " +
        "width height min-width min-height max-width max-height display float clear list-style list-style-type list-style-position table-layout caption-side empty-cells box-sizing overflow overflow-x overflow-y visibility columns column-count column-gap column-width " +
        "page-break-before page-break-after page-break-inside break-before break-after break-inside orphans widows size quotes tab-size flex flex-basis flex-direction flex-grow flex-shrink flex-wrap gap align-items align-self align-content justify-content justify-items order " +
        "fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray stroke-dashoffset stop-color stop-opacity clip-rule color-interpolation dominant-baseline baseline-shift text-anchor text-rendering " +
        "shape-rendering image-rendering paint-order vector-effect enable-background mso-ignore").Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");

    /// <summary>The declarations of a style attribute that stay, in their order.</summary>
    /// <param name="allowsFragments">Also <c>url(#name)</c>, as drawings point to their own gradients.</param>
    public static string Declarations(string untrusted, Job job, bool allowsFragments = false)
    {
        var kept = new StringBuilder();
        foreach (var declaration in Split(WithoutComments(untrusted), ';'))
        {
            var trimmed = declaration.Trim();
            if (trimmed.Length == 0) continue;
            var colon = trimmed.IndexOf(':', StringComparison.Ordinal);
            var name = colon > 0 ? trimmed[..colon].Trim().ToLowerInvariant() : "";
            var value = colon > 0 ? Squeeze(trimmed[(colon + 1)..]) : "";
            // Unknown and inert: left out without a word.
            if (!Properties.Contains(name) && IsPlainName(name) && !name.Contains("bind", StringComparison.Ordinal) && name != "behavior" && !Fetches(value)) continue;
            if (!Properties.Contains(name) || !IsHarmless(value, allowsFragments))
            {
                job.Remove("H-07", "", name.Length is > 0 and < 40 && IsPlainName(name) ? name : "declaration");
                continue;
            }
            if (kept.Length > 0) kept.Append("; ");
            kept.Append(name).Append(": ").Append(value);
        }
        return kept.ToString();
    }

    /// <summary>A style sheet: rules with plain selectors, and those in @media and @page.</summary>
    public static string Sheet(string untrusted, Job job, bool allowsFragments = false)
    {
        var css = WithoutComments(untrusted).Replace("<!--", " ", StringComparison.Ordinal).Replace("-->", " ", StringComparison.Ordinal);
        var kept = new StringBuilder();
        Rules(css, kept, job, allowsFragments, depth: 0);
        return kept.ToString();
    }

    private static void Rules(string css, StringBuilder kept, Job job, bool allowsFragments, int depth)
    {
        for (var at = 0; at < css.Length;)
        {
            var open = css.IndexOf('{', at);
            var semicolon = css.IndexOf(';', at);
            if (semicolon >= 0 && (open < 0 || semicolon < open))
            {
                // @import, @charset, @namespace, or nothing.
                if (css[at..semicolon].Contains('@', StringComparison.Ordinal)) job.Remove("H-07", "", "at-rule");
                at = semicolon + 1;
                continue;
            }
            if (open < 0)
            {
                if (css[at..].Contains('@', StringComparison.Ordinal)) job.Remove("H-07", "", "at-rule");
                return;
            }
            var close = Closing(css, open);
            var body = css[(open + 1)..Math.Min(close, css.Length)];
            var prelude = Squeeze(css[at..open]);
            at = close + 1;
            if (prelude.StartsWith('@'))
            {
                var word = prelude.Split(' ', '(')[0].ToLowerInvariant();
                if (word == "@media" && depth == 0 && IsSelector(prelude[6..], isMedia: true))
                {
                    var inner = new StringBuilder();
                    Rules(body, inner, job, allowsFragments, depth + 1);
                    if (inner.Length > 0) kept.Append(prelude).Append(" {\n").Append(inner).Append("}\n");
                }
                else if (word == "@page" && IsSelector(prelude[5..], isMedia: true))
                {
                    Block(prelude, body, kept, job, allowsFragments);
                }
                else
                {
                    job.Remove("H-07", "", "at-rule");
                }
            }
            else if (prelude.Length > 0 && IsSelector(prelude, isMedia: false))
            {
                Block(prelude, body, kept, job, allowsFragments);
            }
        }
    }

    private static void Block(string prelude, string body, StringBuilder kept, Job job, bool allowsFragments)
    {
        if (body.Contains('{', StringComparison.Ordinal)) return;
        var declarations = Declarations(body, job, allowsFragments);
        if (declarations.Length > 0) kept.Append(prelude).Append(" { ").Append(declarations).Append(" }\n");
    }

    /// <summary>True for a value that would fetch, run, or says something in escapes.</summary>
    private static bool Fetches(string value) =>
        value.Contains('\\', StringComparison.Ordinal) || value.Contains("://", StringComparison.Ordinal) || value.Contains("url", StringComparison.OrdinalIgnoreCase) || value.Contains("image(", StringComparison.OrdinalIgnoreCase) || value.Contains("image-set", StringComparison.OrdinalIgnoreCase)
        || value.Contains("script", StringComparison.OrdinalIgnoreCase) || value.Contains("expression", StringComparison.OrdinalIgnoreCase);

    private static int Closing(string css, int open)
    {
        var depth = 0;
        for (var i = open; i < css.Length; i++)
        {
            if (css[i] == '{') depth++;
            else if (css[i] == '}' && --depth == 0) return i;
        }
        return css.Length;
    }

    private static bool IsSelector(string text, bool isMedia)
    {
        foreach (var c in text)
        {
            if (char.IsLetterOrDigit(c) || c is ' ' or '-' or '_' or ',' or '.' or ':' or '*' or '>' or '+' or '~' or '#') continue;
            if (c is '(' or ')' || (isMedia && c is '=' or '/')) continue;
            return false;
        }
        return true;
    }

    private static bool IsPlainName(string name) => name.Length > 0 && name.All(static c => c is >= 'a' and <= 'z' or '-' or >= '0' and <= '9');

    private static bool IsHarmless(string value, bool allowsFragments)
    {
        if (value.Length is 0 or > 1000) return false;
        var quote = '\0';
        var word = 0;
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (c is '<' or '>' or '\\' or '{' or '}' or ';' or '@' or '&' or '`' || char.IsControl(c) || Texts.Characters.IsDropped(c)) return false;
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
                continue;
            }
            if (c is '"' or '\'') quote = c;
            if (c == ':') return false;
            if (c == '(')
            {
                var name = value[word..i];
                if (allowsFragments && name.Equals("url", StringComparison.OrdinalIgnoreCase) && IsFragment(value.AsSpan(i + 1), out var length)) i += length;
                else if (name.Length > 0 && !Functions.Contains(name)) return false;
            }
            if (!char.IsLetterOrDigit(c) && c is not ('-' or '_')) word = i + 1;
        }
        return quote == '\0';
    }

    private static bool IsFragment(ReadOnlySpan<char> rest, out int length)
    {
        var end = rest.IndexOf(')');
        length = end;
        if (end < 2) return false;
        var inner = rest[..end].Trim().Trim('"').Trim('\'');
        return inner.Length > 1 && inner[0] == '#' && !inner[1..].ContainsAnyExcept(NameCharacters);
    }

    private static string WithoutComments(string css)
    {
        if (!css.Contains("/*", StringComparison.Ordinal)) return css;
        var kept = new StringBuilder(css.Length);
        for (var at = 0; at < css.Length;)
        {
            var start = css.IndexOf("/*", at, StringComparison.Ordinal);
            if (start < 0)
            {
                kept.Append(css, at, css.Length - at);
                break;
            }
            kept.Append(css, at, start - at).Append(' ');
            var end = css.IndexOf("*/", start + 2, StringComparison.Ordinal);
            at = end < 0 ? css.Length : end + 2;
        }
        return kept.ToString();
    }

    private static IEnumerable<string> Split(string css, char divider)
    {
        var (start, quote, depth) = (0, '\0', 0);
        for (var i = 0; i < css.Length; i++)
        {
            var c = css[i];
            if (quote != '\0') quote = c == quote ? '\0' : quote;
            else if (c is '"' or '\'') quote = c;
            else if (c == '(') depth++;
            else if (c == ')') depth--;
            else if (c == divider && depth <= 0)
            {
                yield return css[start..i];
                start = i + 1;
            }
        }
        yield return css[start..];
    }

    private static string Squeeze(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
