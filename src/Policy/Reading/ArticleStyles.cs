namespace Sekisho.Policy.Reading;

/// <summary>Finds which style of numbering makes the articles (条) of a document.</summary>
internal static class ArticleStyles
{
    // A document with 条 has its articles there. Otherwise the outermost list is the one whose first number comes first.
    private static readonly MarkerStyle[] Candidates =
    [
        MarkerStyle.Ordinal, MarkerStyle.Plain, MarkerStyle.Dotted2, MarkerStyle.Kanji, MarkerStyle.LargeRoman, MarkerStyle.Paren, MarkerStyle.HalfParen,
        MarkerStyle.Circled, MarkerStyle.ParenKanji, MarkerStyle.Kana, MarkerStyle.LargeLetter,
    ];

    /// <summary>The style, or null when no numbering is found at all.</summary>
    internal static MarkerStyle? Find(LineSet set, MarkerTable markers, IReadOnlyList<(int From, int To)> main)
    {
        Span<int> run = stackalloc int[(int)MarkerStyle.ParenLargeLetter + 1];
        Span<int> first = stackalloc int[(int)MarkerStyle.ParenLargeLetter + 1];
        Span<int> seen = stackalloc int[(int)MarkerStyle.ParenLargeLetter + 1];
        first.Fill(int.MaxValue);
        foreach (var (from, to) in main)
        {
            for (var i = from; i < to; i++)
            {
                ref readonly var line = ref set.Lines[i];
                for (var k = 0; k < line.MarkerCount; k++)
                {
                    ref readonly var marker = ref markers[line.FirstMarker + k];
                    var style = (int)marker.Style;
                    if (marker.Damaged || (marker.Strength == MarkerStrength.Weak && marker.Style != MarkerStyle.Article))
                        continue;
                    seen[style]++;
                    if (marker.Number.IsFirst && first[style] == int.MaxValue)
                        first[style] = i;
                    if (marker.Number == new Numeral(run[style] + 1))
                        run[style]++;
                }
            }
        }
        if (run[(int)MarkerStyle.Article] >= 1 || seen[(int)MarkerStyle.Article] >= 3)
            return MarkerStyle.Article;
        if (run[(int)MarkerStyle.Ordinal] >= 2)
            return MarkerStyle.Ordinal;
        // One number alone makes no list.
        var best = default(MarkerStyle?);
        foreach (var style in Candidates)
        {
            if (run[(int)style] < 2)
                continue;
            // Ⅰ over 1: the Roman numbers are chapters.
            if (style == MarkerStyle.LargeRoman && run[(int)MarkerStyle.Plain] >= 2)
                continue;
            if (best is null || first[(int)style] < first[(int)best.Value])
                best = style;
        }
        return best;
    }
}
