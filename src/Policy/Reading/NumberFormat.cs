using System.Globalization;
using System.Text;

namespace Sekisho.Policy.Reading;

/// <summary>Writes numbers as Word does (ST_NumberFormat): 1, １, ①, ア, イロハ, 一, ⅰ, a.</summary>
internal static class NumberFormat
{
    private const string Kana = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン";
    private const string Iroha = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス";

    /// <summary>The number in the named format; ASCII digits for formats that no Japanese document uses.</summary>
    internal static string Format(int number, string format)
    {
        var plain = number.ToString(CultureInfo.InvariantCulture);
        if (number < 1 || number > 9999)
            return plain;
        return format switch
        {
            "decimalFullWidth" or "decimalFullWidth2" => Spelling.Digits(number, full: true),
            "decimalEnclosedCircle" or "decimalEnclosedCircleChinese" => Circled(number),
            "decimalEnclosedParen" => $"({plain})",
            "decimalEnclosedFullstop" => plain + ".",
            "decimalZero" => number < 10 ? "0" + plain : plain,
            "aiueo" or "aiueoFullWidth" => number <= Kana.Length ? Kana[number - 1].ToString() : plain,
            "iroha" or "irohaFullWidth" => number <= Iroha.Length ? Iroha[number - 1].ToString() : plain,
            "japaneseCounting" or "ideographDigital" or "japaneseDigitalTenThousand" or "japaneseLegal" or "chineseCounting" or "taiwaneseCounting" => Kanji(number),
            "lowerRoman" => Roman(number).ToLowerInvariant(),
            "upperRoman" => Roman(number),
            "lowerLetter" => Letter(number, 'a'),
            "upperLetter" => Letter(number, 'A'),
            _ => plain,
        };
    }

    private static string Circled(int number) => number switch
    {
        <= 20 => ((char)('①' + number - 1)).ToString(),
        <= 35 => ((char)('㉑' + number - 21)).ToString(),
        <= 50 => ((char)('㊱' + number - 36)).ToString(),
        _ => number.ToString(CultureInfo.InvariantCulture),
    };

    private static string Kanji(int number)
    {
        const string Digits = "〇一二三四五六七八九";
        var text = new StringBuilder();
        foreach (var (unit, name) in (ReadOnlySpan<(int, string)>)[(1000, "千"), (100, "百"), (10, "十")])
        {
            var digit = number / unit % 10;
            if (digit > 1)
                text.Append(Digits[digit]);
            if (digit > 0)
                text.Append(name);
        }
        if (number % 10 > 0)
            text.Append(Digits[number % 10]);
        return text.ToString();
    }

    private static string Roman(int number)
    {
        var text = new StringBuilder();
        foreach (var (value, sign) in (ReadOnlySpan<(int, string)>)[(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")])
        {
            while (number >= value)
            {
                text.Append(sign);
                number -= value;
            }
        }
        return text.ToString();
    }

    private static string Letter(int number, char first) => new((char)(first + (number - 1) % 26), (number - 1) / 26 + 1);
}
