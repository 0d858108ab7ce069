using System.Text.RegularExpressions;
using Sekisho.Assurance;

namespace Sekisho.Records.Tests;

/// <summary>Sentences of evidence in both languages. <see cref="Office"/> holds every sentence that any test brings about against <see cref="Check"/>.</summary>
public sealed partial class EvidenceSentenceTests
{
    /// <summary>The first Japanese counter or 「ほか」 that an English sentence contains; names of sections and documents are Japanese and stay.</summary>
    internal static string? Check(string english) => Counters().Match(english) is { Success: true } found ? found.Value : null;

    [Theory]
    [InlineData("3 of 9 rules lack approval (甲、乙、丙 ほか 6 件).", "ほか 6")]
    [InlineData("2 of 17 units have not confirmed (総務課, 税務課 3 人).", "3 人")]
    [InlineData("17 units （総務課 ほか）", "ほか")]
    [InlineData("2 of 17 units have not confirmed (総務課, 市民課 and 4 more).", null)]
    [InlineData("The analysis of 令和8年度リスク分析 is good until 2026-04-01.", null)]
    public void A_japanese_counter_in_an_english_sentence_is_found(string english, string? found) => Assert.Equal(found, Check(english));

    [Theory]
    [InlineData(0, "", "")]
    [InlineData(1, "一課", "一課")]
    [InlineData(3, "一課、二課、三課", "一課, 二課, 三課")]
    [InlineData(4, "一課、二課、三課 ほか 1 課", "一課, 二課, 三課 and 1 more")]
    [InlineData(7, "一課、二課、三課 ほか 4 課", "一課, 二課, 三課 and 4 more")]
    public void The_first_three_are_named_and_the_rest_counted(int count, string ja, string en) =>
        Assert.Equal(new Bilingual(ja, en), FirstFew.Of([.. "一二三四五六七".Take(count).Select(static c => $"{c}課")], "課"));

    [GeneratedRegex("ほか(?: ?[0-9]+)?|(?<![0-9令和平成])[0-9]+ ?(?:件|課|人|台|者|か所|機関|区分|名)")]
    private static partial Regex Counters();
}
