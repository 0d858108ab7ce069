namespace Sekisho.Policy.Reading;

/// <summary>What single characters of a Japanese office document are: blanks, digits, brackets, widths.</summary>
internal static class Glyph
{
    internal static bool IsBlank(char c) => c is ' ' or '\u3000' or '\t' or '\u00A0' or '\u200B' or '\uFEFF' or '\u2002' or '\u2003' or '\u2009';

    internal static bool IsOpen(char c) => c is '(' or '（' or '〔' or '［' or '[';

    internal static bool IsClose(char c) => c is ')' or '）' or '〕' or '］' or ']';

    internal static int Digit(char c) => c switch
    {
        >= '0' and <= '9' => c - '0',
        >= '０' and <= '９' => c - '０',
        _ => -1,
    };

    /// <summary>Letters and digits that make words with blanks between them.</summary>
    internal static bool IsAsciiWord(char c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9');

    internal static bool IsHyphen(char c) => c is '-' or '－' or '―' or '‐' or '–' or '—' or '−';

    internal static bool IsHiragana(char c) => c is >= 'ぁ' and <= 'ゖ';

    internal static bool IsKanji(char c) => c is (>= '\u4E00' and <= '\u9FFF') or (>= '\u3400' and <= '\u4DBF') or '々';

    internal static bool IsJapanese(char c) => IsHiragana(c) || IsKanji(c) || c is (>= 'ァ' and <= 'ー') or (>= 'ｦ' and <= 'ﾝ');

    /// <summary>Ends a sentence, so that what follows may be a new one.</summary>
    internal static bool EndsSentence(char c) => c is '。' or '．' or '！' or '？' or '｡';

    /// <summary>Width in half-width cells.</summary>
    internal static int Width(char c) => c < 0x2E80 && c is < '\u2010' or > '\u27BF' || c is >= 'ｦ' and <= 'ﾟ' ? 1 : 2;

    internal static int Width(ReadOnlySpan<char> text)
    {
        var width = 0;
        foreach (var c in text)
            width += Width(c);
        return width;
    }

    internal static ReadOnlySpan<char> Trim(ReadOnlySpan<char> text)
    {
        var start = 0;
        var end = text.Length;
        while (start < end && IsBlank(text[start]))
            start++;
        while (end > start && IsBlank(text[end - 1]))
            end--;
        return text[start..end];
    }

    internal static int SkipBlanks(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && IsBlank(text[at]))
            at++;
        return at;
    }

    /// <summary>The text without any blank; the text itself when it has none.</summary>
    internal static string WithoutBlanks(string text)
    {
        foreach (var c in text)
        {
            if (IsBlank(c))
                return string.Concat(text.Where(static x => !IsBlank(x)));
        }
        return text;
    }
}
