using System.Text.RegularExpressions;

namespace Sekisho.Policy.Obligations;

/// <summary>What the grammar of a provision says, apart from its words: whether a sentence lays down a duty, and what a list enumerates.</summary>
internal static partial class Sentences
{
    /// <summary>Sentences of a folded text.</summary>
    public static IEnumerable<Range> Split(string text)
    {
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] is not ('。' or '\n')) continue;
            if (i > start) yield return start..i;
            start = i + 1;
        }
    }

    /// <summary>Whether a sentence says that something is done (講じる, 定める, しなければならない), rather than what something is or is called.</summary>
    /// <remarks>Japanese sentences end in their verb: the u-row and ない. A list entry ends in a noun (…等, …の対策).</remarks>
    public static bool IsDuty(ReadOnlySpan<char> sentence)
    {
        var end = sentence.TrimEnd(")」』 ");
        return end.Length > 0
            && (end[^1] is 'う' or 'く' or 'ぐ' or 'す' or 'つ' or 'ぬ' or 'ぶ' or 'む' or 'る' || end.EndsWith("ない", StringComparison.Ordinal))
            && !end.EndsWith("をいう", StringComparison.Ordinal)
            && !end.EndsWith("目的とする", StringComparison.Ordinal)
            && !end.EndsWith("目的とします", StringComparison.Ordinal)
            && !end.EndsWith("よる", StringComparison.Ordinal);
    }

    /// <summary>Whether the sentences of a provision only announce what follows (次の…を講じる, 次に定めるところによる).</summary>
    public static bool OnlyAnnounces(string text) =>
        Split(text).All(range => !IsDuty(text.AsSpan(range)) || Announcement().IsMatch(text.AsSpan(range)));

    /// <summary>Whether a lead-in announces measures, so that the entries below are duties even where they end in nouns.</summary>
    public static bool AnnouncesDuties(string text) => DutyList().IsMatch(text);

    [GeneratedRegex("(次の|次に|以下の|下記の|次(の各号)?に掲げる|以下に)")]
    private static partial Regex Announcement();

    [GeneratedRegex("(次の|以下の|下記の|次に掲げる|次に定める|以下に掲げる)(各号に掲げる|各号に定める)?[^、。\n]{0,12}?(対策|措置|事項|業務|責務|取組|義務)")]
    private static partial Regex DutyList();
}
