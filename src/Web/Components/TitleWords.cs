namespace Sekisho.Web.Components;

/// <summary>Where the title of a rule or the name of a zone may break: しおかぜ町／情報セキュリティ／基本方針, LGWAN／接続系, and nowhere inside its words.</summary>
/// <remarks>Browsers that know phrases (word-break: auto-phrase) take such a name for one phrase, and cut it anywhere where it is too long.</remarks>
internal static class TitleWords
{
    /// <summary>Longer titles, and those with punctuation, are sentences, which break as sentences do.</summary>
    private const int Longest = 40;

    /// <summary>Whether it is a title of words, not a sentence.</summary>
    public static bool IsTitle(string title) => title.Length <= Longest && title.AsSpan().IndexOfAny("、。 　？") < 0 && title.Any(static c => IsKanji(c));

    /// <summary>The title in parts between which it may break.</summary>
    public static IEnumerable<string> Parts(string title)
    {
        var start = 0;
        for (var i = 1; i < title.Length; i++)
        {
            if (!(IsLongWord(title, i) || IsKanji(title[i]) && (IsKatakana(title[i - 1]) || char.IsAsciiLetter(title[i - 1]) || i > 1 && title[i - 1] is '市' or '区' or '町' or '村' or '県' or '都' or '府' or '道'))) continue;
            yield return title[start..i];
            start = i;
        }
        yield return title[start..];
    }

    /// <summary>Katakana after four or more kanji begins a word of its own (総合行政／ネットワーク); after two it belongs to them (情報セキュリティ).</summary>
    private static bool IsLongWord(string title, int i) => IsKatakana(title[i]) && i >= 4 && title.AsSpan(i - 4, 4).IndexOfAnyExceptInRange('\u4E00', '\u9FFF') < 0;

    private static bool IsKatakana(char c) => c is >= '\u30A1' and <= '\u30FC';

    private static bool IsKanji(char c) => c is >= '\u4E00' and <= '\u9FFF' or '々';
}
