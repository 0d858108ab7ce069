namespace Sekisho.Policy.Reading;

/// <summary>What the first and last characters of a line say about the sentence: whether it goes on over the line's end.</summary>
internal static class Clause
{
    // With what no sentence begins: the end of a verb, or particles in a row.
    private static readonly string[] Endings =
    [
        "いて", "いた", "いる", "きる", "ては", "ても", "には", "にも", "では", "でも、", "とは", "との", "への", "での", "から", "まで", "より、", "する", "した", "して", "しな", "され", "させ", "せる", "れる", "れば", "れた", "れて", "られ", "める", "めた", "めて", "ける", "けた", "けて",
        "える", "えた", "えて", "ない", "なく", "ます", "ません", "である", "であ", "だけ", "ほか、", "ごとに",
    ];

    /// <summary>The line begins in the middle of a sentence or a word: 「ては、当該違反の…」, 「ェア）をいう。」, 「を定める。」.</summary>
    internal static bool Continues(string line)
    {
        if (line.Length == 0)
            return false;
        if (line[0] is 'を' or 'ん' or 'っ' or 'ゃ' or 'ゅ' or 'ょ' or 'ァ' or 'ィ' or 'ゥ' or 'ェ' or 'ォ' or 'ッ' or 'ャ' or 'ュ' or 'ョ' or 'ー' or '、' or '。' or '）' or ')' or '」' or '々')
            return true;
        // 「に対し」「は、」「の管理」: a particle, and then no kana that would make a word of it (はじめに, もっとも).
        if (line.Length > 1 && line[0] is 'は' or 'が' or 'に' or 'の' or 'と' or 'で' or 'も' or 'へ' or 'や' or 'て' or 'る' or 'り' or 'れ' && !Glyph.IsHiragana(line[1]))
            return true;
        foreach (var ending in Endings)
        {
            if (line.StartsWith(ending, StringComparison.Ordinal))
                return true;
        }
        return false;
    }
}
