namespace Sekisho.Web.Components;

/// <summary>Where the title of a rule may break: しおかぜ町／情報セキュリティ／基本方針, and nowhere inside its words.</summary>
/// <remarks>Browsers that know phrases (word-break: auto-phrase) do it by themselves; Debian's does not.</remarks>
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
            if (!IsKanji(title[i]) || !(IsKatakana(title[i - 1]) || i > 1 && title[i - 1] is '市' or '区' or '町' or '村' or '県' or '都' or '府' or '道')) continue;
            yield return title[start..i];
            start = i;
        }
        yield return title[start..];
    }

    private static bool IsKatakana(char c) => c is >= '\u30A1' and <= '\u30FC';

    private static bool IsKanji(char c) => c is >= '\u4E00' and <= '\u9FFF' or '々';
}
