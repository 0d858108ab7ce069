using System.Text;

namespace Sekisho.Policy.Reading;

/// <summary>What belongs to the page and not to the text: page numbers and running heads.</summary>
internal static class PageFurniture
{
    internal static bool NextIsPage(IReadOnlyList<SourceLine> lines, int at)
    {
        for (var i = at + 1; i < lines.Count && i <= at + 4; i++)
        {
            if (lines[i].Page)
                return true;
            if (!Glyph.Trim(lines[i].Text).IsEmpty || lines[i].Table is not null)
                return false;
        }
        return at + 4 >= lines.Count;
    }

    // "- 1 -", "－１－", "1/12", "P.3", "3 ページ", and a bare number at the edge of a page.
    internal static bool IsPageNumber(ReadOnlySpan<char> text, SourceLine raw, bool pageStarts, bool pageEnds)
    {
        if (text.Length > 16)
            return false;
        Span<char> compact = stackalloc char[16];
        var length = 0;
        foreach (var c in text)
        {
            if (!Glyph.IsBlank(c))
                compact[length++] = Glyph.Digit(c) is >= 0 and var digit ? (char)('0' + digit) : Glyph.IsHyphen(c) || c == 'ー' ? '-' : c;
        }
        var s = compact[..length];
        if (s.Length >= 3 && s[0] == '-' && s[^1] == '-' && AllDigits(s[1..^1]))
            return true;
        var slash = s.IndexOfAny('/', '／');
        if (slash > 0 && AllDigits(s[..slash]) && AllDigits(s[(slash + 1)..]) && (pageStarts || pageEnds || raw.Text.Length > 20))
            return true;
        if ((s.StartsWith("P.") || s.StartsWith("p.")) && AllDigits(s[2..]))
            return true;
        if (s.Length > 3 && s.EndsWith("ページ") && AllDigits(s[..^3]))
            return true;
        // Only where the page says so: a lone number may be that of a provision whose text is on the next line.
        return AllDigits(s) && (pageEnds || (pageStarts && raw.Page) || IndentOf(raw.Text) >= 12);
    }

    internal static int IndentOf(string text)
    {
        var width = 0;
        foreach (var c in text)
        {
            if (!Glyph.IsBlank(c))
                break;
            width += c == '\u3000' ? 2 : 1;
        }
        return width;
    }

    private static bool AllDigits(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (c is < '0' or > '9')
                return false;
        }
        return !text.IsEmpty;
    }

    // Lines that stand at the edge of three pages or more, their digits apart.
    internal static HashSet<string> RunningHeads(IReadOnlyList<SourceLine> lines)
    {
        var heads = new HashSet<string>(StringComparer.Ordinal);
        var pages = 1;
        for (var i = 1; i < lines.Count; i++)
        {
            if (lines[i].Page)
                pages++;
        }
        if (pages < 3)
            return heads;
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < lines.Count; i++)
        {
            if (i != 0 && !lines[i].Page)
                continue;
            Count(FirstSaying(lines, i, 1));
            if (i > 0)
                Count(FirstSaying(lines, i - 1, -1));
        }
        Count(FirstSaying(lines, lines.Count - 1, -1));
        foreach (var (key, count) in seen)
        {
            if (count >= 3 && count * 2 >= pages)
                heads.Add(key);
        }
        return heads;

        void Count(int at)
        {
            if (at < 0)
                return;
            var text = Glyph.Trim(lines[at].Text);
            Span<Marker> markers = stackalloc Marker[MarkerLexer.MostReadings];
            if (text.Length > 60 || MarkerLexer.Read(text, markers) > 0)
                return;
            var key = HeadKey(text);
            seen[key] = seen.GetValueOrDefault(key) + 1;
        }
    }

    private static int FirstSaying(IReadOnlyList<SourceLine> lines, int from, int step)
    {
        for (var i = from; i >= 0 && i < lines.Count && Math.Abs(i - from) < 6; i += step)
        {
            if (!Glyph.Trim(lines[i].Text).IsEmpty)
                return i;
        }
        return -1;
    }

    internal static string HeadKey(ReadOnlySpan<char> text)
    {
        var key = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (!Glyph.IsBlank(c) && Glyph.Digit(c) < 0)
                key.Append(c);
        }
        return key.ToString();
    }
}
