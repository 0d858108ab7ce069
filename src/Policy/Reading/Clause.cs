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

    private static readonly string[] Openings = ["なお、", "ただし、", "この場合において", "これらの", "前各号", "上記の", "以上の"];
    private static readonly string[] LooksBack = ["前各号", "前各項", "これらの", "上記の", "以上の", "上の各号", "いずれの場合"];

    /// <summary>The line begins a sentence of its own.</summary>
    internal static bool Opens(string line) => StartsWithAny(line, Openings);

    /// <summary>A sentence about the list before it: 「前各号に掲げる…」, 「これらの情報資産は…」.</summary>
    internal static bool IsAboutList(string sentence) => StartsWithAny(sentence, LooksBack);

    /// <summary>A sentence that leads into a list: 「次の各号のとおりとする。」</summary>
    internal static bool LeadsIntoList(string text)
    {
        if (text.Length == 0 || !Glyph.EndsSentence(text[^1]))
            return false;
        var start = text.Length > 1 ? text.LastIndexOf('。', text.Length - 2) + 1 : 0;
        var sentence = text.AsSpan(start);
        return sentence.Contains("次の", StringComparison.Ordinal) || sentence.Contains("以下の", StringComparison.Ordinal) || sentence.Contains("掲げる", StringComparison.Ordinal) || sentence.Contains("各号", StringComparison.Ordinal) || sentence.Contains("下記", StringComparison.Ordinal);
    }

    /// <summary>A sentence that a list interrupts: 「…のうち、」, 「次に掲げる事項を」.</summary>
    internal static bool IsOpen(string text) => text.Length > 1 && text[^1] is '、' or '，' or 'を' or 'に' or 'は' or 'が' or 'で' or 'と' or 'へ';

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
        return StartsWithAny(line, Endings);
    }

    private static bool StartsWithAny(string text, string[] words)
    {
        foreach (var word in words)
        {
            if (text.StartsWith(word, StringComparison.Ordinal))
                return true;
        }
        return false;
    }
}
