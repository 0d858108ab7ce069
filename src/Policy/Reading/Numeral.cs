using System.Globalization;

namespace Sekisho.Policy.Reading;

/// <summary>The number of a provision with its branches (枝番): 第2条の1 is 2_1.</summary>
/// <param name="Main">From 1.</param>
/// <param name="Branch">0 for none.</param>
/// <param name="SubBranch">0 for none (第2条の3の2).</param>
internal readonly record struct Numeral(int Main, int Branch = 0, int SubBranch = 0)
{
    internal bool IsFirst => Main == 1 && Branch == 0;

    /// <summary>Whether this can stand right after <paramref name="last"/>: the next number, or a branch of the same.</summary>
    internal bool Follows(Numeral last)
    {
        if (Branch == 0)
            return Main == last.Main + 1;
        if (Main == last.Main)
        {
            return SubBranch == 0
                ? Branch == last.Branch + 1 || (last.Branch == 0 && Branch == 2)
                : Branch == last.Branch && (SubBranch == last.SubBranch + 1 || (last.SubBranch == 0 && SubBranch == 2));
        }
        return false;
    }

    public override string ToString() => this switch
    {
        { Branch: 0 } => Main.ToString(CultureInfo.InvariantCulture),
        { SubBranch: 0 } => string.Create(CultureInfo.InvariantCulture, $"{Main}_{Branch}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Main}_{Branch}_{SubBranch}"),
    };
}

/// <summary>Numbers as Japanese documents write them: 12, １２, 十二, ⑫, ⅻ, シ, ヲ.</summary>
internal static class Numerals
{
    private const string KanaOrder = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン";
    private const string IrohaOrder = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス";
    private const string HalfKana = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝ";
    private const string KanjiDigits = "〇一二三四五六七八九";

    /// <summary>Reads digits of either width. Letters that OCR takes for digits (l, I, O) count only between or after real ones.</summary>
    /// <param name="damaged">Whether such a letter was read.</param>
    internal static bool TryReadArabic(ReadOnlySpan<char> text, ref int at, out int value, out bool damaged)
    {
        value = 0;
        damaged = false;
        var i = at;
        var digits = 0;
        for (; i < text.Length && i - at < 4; i++)
        {
            var digit = Glyph.Digit(text[i]);
            if (digit < 0)
            {
                digit = LookAlike(text[i]);
                if (digit < 0)
                    break;
                damaged = true;
            }
            else
            {
                digits++;
            }
            value = value * 10 + digit;
        }
        if (digits == 0 || value == 0)
        {
            value = 0;
            return false;
        }
        at = i;
        return true;
    }

    internal static int LookAlike(char c) => c switch
    {
        'l' or 'I' or 'ｌ' or 'Ｉ' or '|' => 1,
        'O' or 'o' or 'Ｏ' or 'ｏ' => 0,
        _ => -1,
    };

    /// <summary>Reads 二十一, 百二, 二一.</summary>
    internal static bool TryReadKanji(ReadOnlySpan<char> text, ref int at, out int value)
    {
        value = 0;
        var i = at;
        var current = 0;
        var any = false;
        var positional = 0;
        for (; i < text.Length; i++)
        {
            var digit = KanjiDigits.IndexOf(text[i], StringComparison.Ordinal);
            if (digit >= 0)
            {
                current = positional > 0 ? current * 10 + digit : digit;
                positional++;
                any = true;
                if (positional > 4)
                    return false;
                continue;
            }
            var unit = text[i] switch { '十' => 10, '百' => 100, '千' => 1000, _ => 0 };
            if (unit == 0)
                break;
            value += (positional == 0 ? 1 : current) * unit;
            current = 0;
            positional = 0;
            any = true;
        }
        value += current;
        if (!any || value is 0 or > 9999)
            return false;
        at = i;
        return true;
    }

    internal static int Circled(char c) => c switch
    {
        >= '①' and <= '⑳' => c - '①' + 1,
        >= '㉑' and <= '㉟' => c - '㉑' + 21,
        >= '㊱' and <= '㊿' => c - '㊱' + 36,
        >= '❶' and <= '❿' => c - '❶' + 1,
        _ => 0,
    };

    /// <summary>⑴ as one character.</summary>
    internal static int InParentheses(char c) => c is >= '⑴' and <= '⒇' ? c - '⑴' + 1 : 0;

    /// <summary>⒈ as one character.</summary>
    internal static int WithStop(char c) => c is >= '⒈' and <= '⒛' ? c - '⒈' + 1 : 0;

    internal static int SmallRoman(char c) => c is >= 'ⅰ' and <= 'ⅻ' ? c - 'ⅰ' + 1 : 0;

    internal static int LargeRoman(char c) => c is >= 'Ⅰ' and <= 'Ⅻ' ? c - 'Ⅰ' + 1 : 0;

    internal static int Kana(char c)
    {
        var i = KanaOrder.IndexOf(c, StringComparison.Ordinal);
        return i >= 0 ? i + 1 : HalfKana.IndexOf(c, StringComparison.Ordinal) + 1;
    }

    internal static int Iroha(char c) => IrohaOrder.IndexOf(c, StringComparison.Ordinal) + 1;

    /// <summary>iv and xii in ASCII letters, either case; 0 when it is none.</summary>
    internal static int AsciiRoman(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text.Length > 5)
            return 0;
        var value = 0;
        var previous = 0;
        for (var i = text.Length - 1; i >= 0; i--)
        {
            var digit = Fold(text[i]) switch { 'i' => 1, 'v' => 5, 'x' => 10, _ => 0 };
            if (digit == 0)
                return 0;
            value += digit < previous ? -digit : digit;
            previous = Math.Max(previous, digit);
        }
        return value;
    }

    /// <summary>The letter in lower-case ASCII, whatever its width.</summary>
    internal static char Fold(char c) => c switch
    {
        >= 'A' and <= 'Z' => (char)(c + 32),
        >= 'Ａ' and <= 'Ｚ' => (char)(c - 'Ａ' + 'a'),
        >= 'ａ' and <= 'ｚ' => (char)(c - 'ａ' + 'a'),
        _ => c,
    };

    internal static bool IsLetter(char c) => Fold(c) is >= 'a' and <= 'z';

    internal static bool IsUpper(char c) => c is (>= 'A' and <= 'Z') or (>= 'Ａ' and <= 'Ｚ');
}
