using Sekisho.Assurance;

namespace Sekisho.Policy.Reading;

/// <summary>Cuts a document into 本則, 附則 and 別表・様式 by their heading lines.</summary>
internal sealed class Segmenter
{
    private readonly List<(int From, int To)> _main = [];
    private readonly List<Segment> _supplementary = [];
    private readonly List<Segment> _appendices = [];

    /// <summary>Line ranges of the main part: the front matter and all provisions.</summary>
    internal IReadOnlyList<(int From, int To)> Main => _main;

    internal IReadOnlyList<Segment> Supplementary => _supplementary;

    internal IReadOnlyList<Segment> Appendices => _appendices;

    internal static Segmenter Cut(LineSet set, MarkerTable markers, ContentsPage contents)
    {
        var cut = new Segmenter();
        var part = Part.Main;
        var from = 0;
        var heading = -1;
        var seenProvision = false;
        for (var i = 0; i < set.Lines.Length; i++)
        {
            ref readonly var line = ref set.Lines[i];
            if (contents.Contains(i))
            {
                if (i == contents.From)
                {
                    cut.Close(part, heading, from, i, set);
                    from = contents.To;
                }
                continue;
            }
            seenProvision |= line.MarkerCount > 0;
            if (line.Table is not null)
                continue;
            var next = part;
            if (IsSupplementaryHeading(line.Text))
                next = Part.Supplementary;
            else if (seenProvision && IsAppendixHeading(line.Text))
                next = Part.Appendix;
            else if (part != Part.Main && ReopensMain(line, markers))
                next = Part.Main;
            else
                continue;
            if (!seenProvision && next == Part.Supplementary)
                continue;
            cut.Close(part, heading, from, i, set);
            part = next;
            heading = next == Part.Main ? -1 : i;
            from = next == Part.Main ? i : i + 1;
        }
        cut.Close(part, heading, from, set.Lines.Length, set);
        return cut;
    }

    private void Close(Part part, int heading, int from, int to, LineSet set)
    {
        if (part == Part.Main)
        {
            if (to > from)
                _main.Add((from, to));
            return;
        }
        (part == Part.Supplementary ? _supplementary : _appendices).Add(new Segment(set.Lines[heading].Text, heading, from, Math.Max(from, to)));
    }

    // A collection of several texts: 第2編 after the 附則 of the first.
    private static bool ReopensMain(in Line line, MarkerTable markers)
    {
        if (line.MarkerCount == 0)
            return false;
        ref readonly var marker = ref markers[line.FirstMarker];
        return marker.Style is MarkerStyle.Part or MarkerStyle.Chapter && marker.Strength == MarkerStrength.Strong && !line.EndsSentence;
    }

    /// <summary>附則, 付　則, 附　則（令和３年３月31日告示第101号）抄, or 附則 with its only sentence on the same line.</summary>
    internal static bool IsSupplementaryHeading(string text)
    {
        var rest = AfterSupplementaryWord(text);
        if (rest < 0)
            return false;
        var after = Glyph.Trim(text.AsSpan(rest));
        if (after.IsEmpty || after is "抄" or "（抄）")
            return true;
        if (Glyph.IsOpen(after[0]))
        {
            var close = Spelling.ClosingBracket(after, 0);
            return close < 0 || close == after.Length - 1 || Glyph.Trim(after[(close + 1)..]) is "抄";
        }
        return Wareki.TryRead(after, out _, out _) || (Glyph.IsBlank(text[rest]) && after.Contains("施行", StringComparison.Ordinal) && Glyph.EndsSentence(after[^1]));
    }

    /// <summary>Where the word 附則 ends; -1 when the text doesn't start with it.</summary>
    internal static int AfterSupplementaryWord(string text)
    {
        if (text.Length < 2 || text[0] is not ('附' or '付'))
            return -1;
        var at = Glyph.SkipBlanks(text, 1);
        return at < text.Length && text[at] == '則' ? at + 1 : -1;
    }

    private static bool IsAppendixHeading(string text)
    {
        if (text.Length > 60 || Glyph.EndsSentence(text[^1]))
            return false;
        ReadOnlySpan<char> rest;
        if (text.StartsWith("別記様式", StringComparison.Ordinal))
            rest = text.AsSpan(4);
        else if (text.StartsWith("別表", StringComparison.Ordinal) || text.StartsWith("様式", StringComparison.Ordinal) || text.StartsWith("別記", StringComparison.Ordinal)
            || text.StartsWith("別紙", StringComparison.Ordinal) || text.StartsWith("別図", StringComparison.Ordinal) || text.StartsWith("付表", StringComparison.Ordinal))
            rest = text.AsSpan(2);
        else
            return false;
        var at = Glyph.SkipBlanks(rest, 0);
        if (at < rest.Length && rest[at] == '第')
            at++;
        at = Glyph.SkipBlanks(rest, at);
        if (!Numerals.TryReadArabic(rest, ref at, out _, out _))
            Numerals.TryReadKanji(rest, ref at, out _);
        if (at < rest.Length && rest[at] == '号')
            at++;
        while (at + 1 < rest.Length && rest[at] == 'の' && (Glyph.Digit(rest[at + 1]) >= 0 || "一二三四五六七八九".Contains(rest[at + 1], StringComparison.Ordinal)))
            at += 2;
        if (at >= rest.Length)
            return true;
        // 別表に掲げる…, 別表第1のとおり: spoken of in a sentence.
        return Glyph.IsBlank(rest[at]) || (Glyph.IsOpen(rest[at]) && Spelling.ClosingBracket(rest, at) == rest.Length - 1);
    }

    private enum Part
    {
        Main,
        Supplementary,
        Appendix,
    }
}

/// <summary>A 附則 or 別表: its heading line, and the lines [From, To) below it.</summary>
internal sealed record Segment(string Heading, int HeadingLine, int From, int To);
