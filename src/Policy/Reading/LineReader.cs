using System.Text;

namespace Sekisho.Policy.Reading;

/// <summary>Takes from a document what belongs to the page and not to the text: page numbers, running heads, blank lines, Markdown marks; and finds out whether lines are wrapped.</summary>
internal static class LineReader
{
    /// <summary>Wider columns than this are paragraphs on one line, not wrapped text (A4 across holds 50 full-width characters).</summary>
    private const int WidestColumn = 130;

    internal static LineSet Read(SourceText source, ReadingNotes notes)
    {
        var running = RunningHeads(source.Lines);
        var lines = new List<Line>(source.Lines.Count / 2 + 1);
        var gap = 0;
        var page = true;
        var furniture = 0;
        var markdown = LooksLikeMarkdown(source.Lines);
        Span<Marker> markers = stackalloc Marker[MarkerLexer.MostReadings];
        for (var i = 0; i < source.Lines.Count; i++)
        {
            var raw = source.Lines[i];
            page |= raw.Page;
            if (raw.Table is not null)
            {
                lines.Add(new Line { Text = "", Number = raw.Number, Gap = gap, Table = raw.Table, Page = page });
                (gap, page) = (0, false);
                continue;
            }
            var text = Glyph.Trim(raw.Text);
            if (text.IsEmpty)
            {
                gap++;
                continue;
            }
            if (IsPageNumber(text, raw, page, NextIsPage(source.Lines, i)) || (running.Count > 0 && running.Contains(HeadKey(text)) && (page || NextIsPage(source.Lines, i))))
            {
                furniture++;
                gap++;
                continue;
            }
            if (markdown && text[0] == '|' && TryReadMarkdownTable(source.Lines, ref i, out var table))
            {
                lines.Add(new Line { Text = "", Number = raw.Number, Gap = gap, Table = table, Page = page });
                (gap, page) = (0, false);
                continue;
            }
            var line = new Line { Number = raw.Number, Gap = gap, Page = page, Indented = IsIndented(raw.Text) };
            text = StripMarks(text, markdown, ref line);
            if (text.IsEmpty)
            {
                gap++;
                continue;
            }
            line.Text = Unspace(text, raw.Number, notes);
            // A provision that ran into the line before it gets a line of its own.
            while (InnerStart(line.Text, markers) is > 0 and var inner)
            {
                var before = line;
                before.Text = line.Text[..inner].TrimEnd();
                before.Width = Glyph.Width(before.Text);
                lines.Add(before);
                line.Text = line.Text[inner..];
                (line.Gap, line.Page, line.Indented, line.Heading, line.Bullet) = (0, false, false, false, false);
                if (before.Text[0] is not ('（' or '('))
                    notes.NumberRecovered(line.Text, raw.Number);
            }
            line.Width = Glyph.Width(line.Text);
            lines.Add(line);
            (gap, page) = (0, false);
        }
        if (furniture > 0)
            notes.Furniture(furniture);
        var set = new LineSet(lines.ToArray()) { UsualGap = UsualGap(lines) };
        if (!source.WholeParagraphs)
            FindColumn(set);
        else
            set.WholeParagraphs = true;
        return set;
    }

    // 「（目的） 第1条　…」 on one line, and 「…とする。 第2条　…」: where the second begins; 0 for nowhere.
    private static int InnerStart(ReadOnlySpan<char> text, Span<Marker> markers)
    {
        if (text.Length < 6)
            return 0;
        if (text[0] is '（' or '(' && Spelling.ClosingBracket(text, 0) is > 1 and < 40 and var close)
        {
            var at = Glyph.SkipBlanks(text, close + 1);
            if (at < text.Length && text[at] == '第' && MarkerLexer.Read(text[at..], markers) > 0 && markers[0].Style == MarkerStyle.Article)
                return at;
        }
        for (var i = text.IndexOf('。'); i >= 0 && i + 1 < text.Length;)
        {
            var at = Glyph.SkipBlanks(text, i + 1);
            if (at > i + 1 && at < text.Length)
            {
                var article = at;
                if (text[at] is '（' or '(' && Spelling.ClosingBracket(text[at..], 0) is > 1 and < 40 and var end)
                    article = Glyph.SkipBlanks(text, at + end + 1);
                if ((article > at && article < text.Length && StartsProvision(text[article..], captioned: true, markers)) || StartsProvision(text[at..], captioned: false, markers))
                    return at;
            }
            var next = text[(i + 1)..].IndexOf('。');
            i = next < 0 ? -1 : i + 1 + next;
        }
        return 0;
    }

    private static bool StartsProvision(ReadOnlySpan<char> text, bool captioned, Span<Marker> markers) =>
        MarkerLexer.Read(text, markers) > 0 && markers[0].Strength == MarkerStrength.Strong && markers[0].RestStart > markers[0].LabelEnd
        && (markers[0].Style == MarkerStyle.Article || (!captioned && markers[0].Style is MarkerStyle.Paren or MarkerStyle.Circled or MarkerStyle.Kana));

    private static int UsualGap(List<Line> lines)
    {
        var none = 0;
        var one = 0;
        foreach (var line in lines)
        {
            none += line.Gap == 0 ? 1 : 0;
            one += line.Gap == 1 ? 1 : 0;
        }
        return one > none ? 1 : 0;
    }

    private static bool IsIndented(string text) =>
        text.Length > 1 && (text[0] == '\u3000' || (Glyph.IsBlank(text[0]) && Glyph.IsBlank(text[1])));

    private static bool NextIsPage(IReadOnlyList<SourceLine> lines, int at)
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
    private static bool IsPageNumber(ReadOnlySpan<char> text, SourceLine raw, bool pageStarts, bool pageEnds)
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

    private static int IndentOf(string text)
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
    private static HashSet<string> RunningHeads(IReadOnlyList<SourceLine> lines)
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

    private static string HeadKey(ReadOnlySpan<char> text)
    {
        var key = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (!Glyph.IsBlank(c) && Glyph.Digit(c) < 0)
                key.Append(c);
        }
        return key.ToString();
    }

    private static bool LooksLikeMarkdown(IReadOnlyList<SourceLine> lines)
    {
        foreach (var line in lines)
        {
            var text = Glyph.Trim(line.Text);
            if (text.StartsWith("# ") || text.StartsWith("## ") || text.StartsWith("### ") || text.StartsWith("#### ") || text.StartsWith("|") || StartsNumberedBullet(text))
                return true;
        }
        return false;
    }

    // "- (1) …", "- ア …": a bullet before a number is Markdown.
    private static bool StartsNumberedBullet(ReadOnlySpan<char> text)
    {
        if (text.Length < 4 || text[0] is not ('-' or '*') || text[1] != ' ')
            return false;
        Span<Marker> markers = stackalloc Marker[MarkerLexer.MostReadings];
        return MarkerLexer.Read(text[2..], markers) > 0;
    }

    private static ReadOnlySpan<char> StripMarks(ReadOnlySpan<char> text, bool markdown, scoped ref Line line)
    {
        if (markdown)
        {
            var hashes = 0;
            while (hashes < text.Length && text[hashes] == '#')
                hashes++;
            if (hashes is > 0 and <= 6 && (hashes == text.Length || Glyph.IsBlank(text[hashes])))
            {
                line.Heading = true;
                text = Glyph.Trim(text[hashes..]);
            }
            if (text.Length > 1 && text[0] is '>' && Glyph.IsBlank(text[1]))
                text = Glyph.Trim(text[1..]);
            if (text.Length > 1 && text[0] is '-' or '*' or '+' && Glyph.IsBlank(text[1]))
            {
                line.Bullet = true;
                text = Glyph.Trim(text[1..]);
            }
            if (text.Contains("**", StringComparison.Ordinal))
                text = Glyph.Trim(text.ToString().Replace("**", "", StringComparison.Ordinal));
            if (text.Contains('\\'))
                text = Unescape(text);
            if (text.Length >= 3 && (text.Trim('-').IsEmpty || text.Trim('*').IsEmpty))
                return [];
        }
        if (text.Length > 1 && text[0] is '○' or '◯' or '◎' or '●' or '■')
        {
            line.Heading = text[0] is '○' or '◯' or '◎';
            line.Bullet = !line.Heading;
            text = Glyph.Trim(text[1..]);
        }
        else if (text.Length > 1 && text[0] is '・' or '•' or '‣' or '▪' or '※')
        {
            line.Bullet = true;
        }
        return text;
    }

    private static string Unescape(ReadOnlySpan<char> text)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && char.IsAscii(text[i + 1]) && char.IsPunctuation(text[i + 1]))
                continue;
            plain.Append(text[i]);
        }
        return plain.ToString();
    }

    private static bool TryReadMarkdownTable(IReadOnlyList<SourceLine> lines, ref int at, out PolicyTable table)
    {
        var rows = new List<IReadOnlyList<string>>();
        var i = at;
        for (; i < lines.Count; i++)
        {
            var text = Glyph.Trim(lines[i].Text);
            if (text.IsEmpty || text[0] != '|')
                break;
            var cells = text.Trim('|').ToString().Split('|').Select(static c => c.Trim()).ToArray();
            if (!cells.All(static c => c.Length > 0 && c.All(static x => x is '-' or ':' or ' ')))
                rows.Add(cells);
        }
        table = new PolicyTable(rows);
        if (rows.Count == 0)
            return false;
        at = i - 1;
        return true;
    }

    // "L G W A N 接続系" → "LGWAN接続系": three letters or more, each by itself.
    private static string Unspace(ReadOnlySpan<char> text, int number, ReadingNotes notes)
    {
        StringBuilder? healed = null;
        var copied = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (!IsCapital(text[i]) || (i > 0 && !Glyph.IsBlank(text[i - 1]) && !Glyph.IsJapanese(text[i - 1]) && !Glyph.IsOpen(text[i - 1]) && text[i - 1] is not ('、' or '。' or '「' or '・')))
                continue;
            var end = i + 1;
            var letters = 1;
            while (end + 1 < text.Length && text[end] is ' ' or '\u3000' && IsCapital(text[end + 1]) && (end + 2 >= text.Length || !Glyph.IsAsciiWord(text[end + 2])))
            {
                end += 2;
                letters++;
            }
            if (letters < 3)
                continue;
            healed ??= new StringBuilder(text.Length);
            healed.Append(text[copied..i]);
            for (var k = i; k < end; k += 2)
                healed.Append(text[k]);
            copied = end < text.Length && Glyph.IsBlank(text[end]) && end + 1 < text.Length && Glyph.IsJapanese(text[end + 1]) ? end + 1 : end;
            i = end - 1;
        }
        if (healed is null)
            return text.ToString();
        notes.Unspaced(number);
        return healed.Append(text[copied..]).ToString();
    }

    private static bool IsCapital(char c) => c is (>= 'A' and <= 'Z') or (>= 'Ａ' and <= 'Ｚ');

    // Wrapped text has a column: many lines of nearly one width that stop in the middle of a sentence, and hardly any wider one.
    private static void FindColumn(LineSet set)
    {
        var lines = set.Lines;
        var widths = new List<int>(lines.Length);
        foreach (ref readonly var line in lines.AsSpan())
        {
            if (line.Table is null && !line.EndsSentence && line.Width >= 24)
                widths.Add(line.Width);
        }
        if (widths.Count < 3)
            return;
        widths.Sort();
        var column = widths[widths.Count * 9 / 10];
        if (column > WidestColumn)
            return;
        var broken = 0;
        var wider = 0;
        Span<Marker> markers = stackalloc Marker[MarkerLexer.MostReadings];
        for (var i = 0; i < lines.Length; i++)
        {
            var width = lines[i].Width;
            if (width > column * 6 / 5)
                wider++;
            else if (width >= column * 17 / 20 && !lines[i].EndsSentence && i + 1 < lines.Length && MarkerLexer.Read(lines[i + 1].Text, markers) == 0)
                broken++;
        }
        if (broken < 2 || broken * 8 < lines.Length || wider * 20 > lines.Length)
            return;
        set.Column = column;
        for (var i = 0; i < lines.Length; i++)
            lines[i].Full = lines[i].Width >= column * 17 / 20;
    }
}

/// <summary>The lines of a document and what is known of them all.</summary>
internal sealed class LineSet(Line[] lines)
{
    internal Line[] Lines { get; } = lines;

    /// <summary>Width of the column in half-width cells where text is wrapped; 0 where it is not.</summary>
    internal int Column { get; set; }

    /// <summary>Each line is a whole paragraph by its source.</summary>
    internal bool WholeParagraphs { get; set; }

    /// <summary>Blank lines that usually stand between two lines: 1 where every line is followed by a blank one.</summary>
    internal int UsualGap { get; set; }

    internal bool Wrapped => Column > 0;
}
