using Sekisho.Assurance;

namespace Sekisho.Records;

/// <summary>The first few of a list, as a sentence of evidence names them: 「総務課、税務課、市民課 ほか 4 課」, "… and 4 more".</summary>
internal static class FirstFew
{
    /// <summary>More names make a sentence that nobody reads to its end; the page behind the evidence has them all.</summary>
    internal const int Named = 3;

    /// <param name="counter">助数詞 of what is listed: 件, 課, 人, 台.</param>
    public static Bilingual Of(IReadOnlyCollection<string> names, string counter = "件") => Of(names, static n => n, counter);

    public static Bilingual Of<T>(IReadOnlyCollection<T> all, Func<T, string> name, string counter = "件") => Of(all, name, name, counter);

    /// <param name="ja">Its name in Japanese.</param>
    /// <param name="en">Its name in English.</param>
    public static Bilingual Of<T>(IReadOnlyCollection<T> all, Func<T, string> ja, Func<T, string> en, string counter = "件")
    {
        var more = all.Count - Named;
        return new(
            string.Join("、", all.Take(Named).Select(ja)) + (more > 0 ? $" ほか {more} {counter}" : ""),
            string.Join(", ", all.Take(Named).Select(en)) + (more > 0 ? $" and {more} more" : ""));
    }
}
