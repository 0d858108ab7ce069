using System.Text;

namespace Sekisho.Policy.Reading;

/// <summary>Takes from a document what belongs to the page and not to the text: page numbers, running heads, blank lines, Markdown marks; and finds out whether lines are wrapped.</summary>
internal static class LineReader
{
    internal static LineSet Read(SourceText source, ReadingNotes notes)
    {
        var running = PageFurniture.RunningHeads(source.Lines);
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
            if (PageFurniture.IsPageNumber(text, raw, page, PageFurniture.NextIsPage(source.Lines, i)) || (running.Count > 0 && running.Contains(PageFurniture.HeadKey(text)) && (page || PageFurniture.NextIsPage(source.Lines, i))))
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
            var line = new Line { Number = raw.Number, Gap = gap, Page = page, Indented = IsIndented(raw.Text), Indent = PageFurniture.IndentOf(raw.Text) };
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
            TextColumn.Find(set);
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
}
