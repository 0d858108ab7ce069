namespace Sekisho.Policy.Reading;

/// <summary>The table of contents (目次), kept apart from the body that repeats it.</summary>
internal sealed class ContentsPage
{
    private readonly List<ContentsEntry> _entries = [];

    private ContentsPage()
    {
    }

    internal IReadOnlyList<ContentsEntry> Entries => _entries;

    /// <summary>Lines [From, To) belong to it.</summary>
    internal int From { get; private set; }

    internal int To { get; private set; }

    internal bool Contains(int line) => line >= From && line < To;

    /// <summary>Finds it in the first part of a document; empty when there is none.</summary>
    internal static ContentsPage Find(LineSet set)
    {
        var page = new ContentsPage();
        var lines = set.Lines;
        var most = Math.Min(lines.Length, 200);
        for (var i = 0; i < most; i++)
        {
            var heading = IsHeading(lines[i].Text);
            if (heading || HasLeader(lines[i].Text))
            {
                page.Read(lines, heading ? i + 1 : i);
                if (page._entries.Count > (heading ? 0 : 1))
                {
                    page.From = i;
                    return page;
                }
                page._entries.Clear();
                page.To = 0;
            }
        }
        return page;
    }

    private void Read(Line[] lines, int from)
    {
        Span<Marker> markers = stackalloc Marker[MarkerLexer.MostReadings];
        var first = default(Marker);
        var open = false;
        var i = from;
        for (; i < lines.Length; i++)
        {
            ref readonly var line = ref lines[i];
            if (line.Table is not null)
                break;
            var leader = HasLeader(line.Text);
            var text = StripTab(StripLeader(line.Text)).TrimEnd();
            var back = text.StartsWith("附則", StringComparison.Ordinal) || text.StartsWith("付則", StringComparison.Ordinal) || Glyph.WithoutBlanks(text) is "附則" or "付則";
            var annex = text.StartsWith("別表", StringComparison.Ordinal) || text.StartsWith("様式", StringComparison.Ordinal) || text.StartsWith("別記", StringComparison.Ordinal);
            var count = MarkerLexer.Read(text, markers);
            if (count > 0 && (leader || text.Length <= 70) && !line.EndsSentence)
            {
                var marker = markers[0];
                if (first.LabelEnd > 0 && marker.Style == first.Style && marker.Number == first.Number && !leader)
                    break;
                if (first.LabelEnd == 0)
                    first = marker;
                var caption = text[marker.RestStart..];
                if (caption.Length > 0 && Glyph.IsOpen(caption[0]) && Spelling.ClosingBracket(caption, 0) == caption.Length - 1 && !caption.Contains('第'))
                    caption = Spelling.InsideBrackets(caption);
                else if (caption.Length > 0 && Glyph.IsClose(caption[^1]) && Spelling.OpeningBracket(caption) is > 0 and var range && caption.AsSpan(range).Contains("条", StringComparison.Ordinal))
                    caption = caption[..range].TrimEnd();
                _entries.Add(new ContentsEntry(text[..marker.LabelEnd].TrimEnd(), marker.Number.ToString(), Spelling.CloseSpaced(caption.Trim())));
                open = !leader;
                continue;
            }
            if ((back || annex) && (leader || text.Length <= 40) && !line.EndsSentence)
            {
                // The body's own 附則 comes long after; here it closes the list.
                if (back && !leader && first.LabelEnd == 0)
                    break;
                _entries.Add(new ContentsEntry(back ? Glyph.WithoutBlanks(text) : text, "", ""));
                open = false;
                continue;
            }
            // Second line of a long entry, or a page range on its own.
            if (_entries.Count > 0 && (leader && open || text.Length > 2 && Glyph.IsOpen(text[0]) && text.Contains('第') && text.Contains('条') && Glyph.IsClose(text[^1])))
            {
                if (leader)
                    _entries[^1] = _entries[^1] with { Caption = _entries[^1].Caption + text };
                open = false;
                continue;
            }
            if (leader)
            {
                _entries.Add(new ContentsEntry("", "", text));
                continue;
            }
            // A stray mark or page number is skipped; a sentence ends it.
            if (text.Length <= 1 || AllDigits(text))
                continue;
            break;
        }
        To = i;
    }

    private static bool IsHeading(string text) =>
        text.Length <= 12 && Glyph.WithoutBlanks(text).Trim('「', '」', '【', '】', '＜', '＞', '<', '>', '[', ']', '（', '）') is "目次" or "もくじ";

    private static bool AllDigits(string text) => text.All(static c => Glyph.Digit(c) >= 0 || Glyph.IsHyphen(c) || Glyph.IsBlank(c));

    // "第１条  目的.........1": leaders, then at most a page number.
    internal static bool HasLeader(string text) => StripLeader(text).Length < text.Length;

    // Word sets the page number behind a tab.
    private static string StripTab(string text)
    {
        var tab = text.LastIndexOf('\t');
        return tab > 0 && tab + 1 < text.Length && text.AsSpan(tab + 1).IndexOfAnyExceptInRange('0', '9') < 0 ? text[..tab] : text;
    }

    private static string StripLeader(string text)
    {
        var end = text.Length;
        while (end > 0 && (Glyph.Digit(text[end - 1]) >= 0 || Glyph.IsBlank(text[end - 1]) || Glyph.IsHyphen(text[end - 1])))
            end--;
        var dots = end;
        var weight = 0;
        while (dots > 0 && text[dots - 1] is '.' or '…' or '・' or '‥' or '⋯' or '･' or ' ')
        {
            weight += text[dots - 1] switch { '…' or '⋯' or '‥' => 3, ' ' => 0, _ => 1 };
            dots--;
        }
        return weight >= 4 ? text[..dots] : text;
    }
}
