namespace Sekisho.Policy.Reading;

/// <summary>What an HTML page may cost. A parser looks up the open elements at each tag, and repeats formatting that was never closed in every block that follows, so both are bounded before it sees the page.</summary>
internal static class HtmlBudget
{
    /// <summary>Pages of 例規集 nest some 30 elements; one that leaves a tag open on each of its articles stays below this as well.</summary>
    internal const int MostOpen = 1_000;

    /// <summary>Elements that formatting left open makes of its own: ten fonts over 100,000 blocks.</summary>
    private const long MostRepeated = 1_000_000;

    // Their end tags may be left out, or the next start tag ends them: they don't nest by being left open.
    private static readonly HashSet<string> EndThemselves = new(StringComparer.OrdinalIgnoreCase)
    {
        "a", "area", "base", "body", "br", "col", "colgroup", "dd", "dt", "embed", "head", "hr", "html", "img", "input", "li", "link", "meta", "nobr", "optgroup", "option", "p", "param", "rb", "rp", "rt", "rtc",
        "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track", "wbr",
    };

    /// <summary>Formatting elements of HTML 13.2.4.3, but for those that end themselves.</summary>
    private static readonly HashSet<string> Formatting = new(StringComparer.OrdinalIgnoreCase) { "b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u" };

    /// <summary>Whether more than <see cref="MostOpen"/> elements stand open at once, or open formatting repeats itself too often. Counts by name, so that ends of others close none.</summary>
    internal static bool IsExceeded(ReadOnlySpan<char> html)
    {
        var open = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var names = open.GetAlternateLookup<ReadOnlySpan<char>>();
        var ends = EndThemselves.GetAlternateLookup<ReadOnlySpan<char>>();
        var formats = Formatting.GetAlternateLookup<ReadOnlySpan<char>>();
        var (depth, formatting, repeated) = (0, 0, 0L);
        for (var at = html.IndexOf('<'); at >= 0;)
        {
            var rest = html[(at + 1)..];
            var closes = rest.StartsWith("/", StringComparison.Ordinal);
            if (closes)
                rest = rest[1..];
            var length = 0;
            while (length < rest.Length && (char.IsAsciiLetterOrDigit(rest[length]) || rest[length] is '-' or ':'))
                length++;
            var name = rest[..Math.Min(length, 64)];
            if (length > 0 && char.IsAsciiLetter(name[0]))
            {
                var isFormatting = formats.Contains(name);
                if (!isFormatting)
                    repeated += formatting;
                if (!ends.Contains(name))
                {
                    names.TryGetValue(name, out var standing);
                    var change = !closes ? 1 : standing > 0 ? -1 : 0;
                    if (change != 0)
                        names[name] = standing + change;
                    depth += change;
                    if (isFormatting)
                        formatting += change;
                }
                if (depth > MostOpen || repeated > MostRepeated)
                    return true;
            }
            var next = rest.IndexOf('<');
            at = next < 0 ? -1 : html.Length - rest.Length + next;
        }
        return false;
    }
}
