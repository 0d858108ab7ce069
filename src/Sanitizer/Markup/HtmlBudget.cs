using System.Collections.Frozen;

namespace Sekisho.Sanitizer.Markup;

/// <summary>What a page may cost the parser, which looks up the open elements at each tag and repeats formatting that was never closed in each block that follows: bounded before it sees the page.</summary>
internal static class HtmlBudget
{
    private const int MostOpen = 1_000;
    private const long MostRepeated = 1_000_000;

    // Their end tags may be left out, or the next start tag ends them.
    private static readonly FrozenSet<string> EndThemselves = "a area base body br col colgroup dd dt embed head hr html img input li link meta nobr optgroup option p param rb rp rt rtc source tbody td tfoot th thead tr track wbr".Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Formatting = "b big code em font i s small strike strong tt u a nobr".Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>True when too many elements stand open at once, or open formatting repeats itself too often. Counts by name, so that ends of others close none.</summary>
    public static bool IsExceeded(string untrusted)
    {
        var open = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var (depth, formatting, repeated) = (0, 0, 0L);
        for (var at = untrusted.IndexOf('<'); at >= 0 && at + 1 < untrusted.Length; at = untrusted.IndexOf('<', at + 1))
        {
            var closes = untrusted[at + 1] == '/';
            var start = closes ? at + 2 : at + 1;
            var end = start;
            while (end < untrusted.Length && end - start < 64 && (char.IsAsciiLetterOrDigit(untrusted[end]) || untrusted[end] is '-' or ':')) end++;
            if (end == start || !char.IsAsciiLetter(untrusted[start])) continue;
            var name = untrusted[start..end];
            var isFormatting = Formatting.Contains(name);
            if (!isFormatting) repeated += formatting;
            if (EndThemselves.Contains(name)) continue;
            var standing = open.GetValueOrDefault(name);
            var change = !closes ? 1 : standing > 0 ? -1 : 0;
            if (change != 0) open[name] = standing + change;
            depth += change;
            if (isFormatting) formatting += change;
            if (depth > MostOpen || repeated > MostRepeated || open.Count > 10_000) return true;
        }
        return false;
    }
}
