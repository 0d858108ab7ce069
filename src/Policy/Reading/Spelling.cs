using System.Globalization;
using System.Text;

namespace Sekisho.Policy.Reading;

/// <summary>Small repairs of how labels and captions are written.</summary>
internal static class Spelling
{
    /// <summary>「目　的」 → 「目的」: a short heading whose every character stands apart.</summary>
    internal static string CloseSpaced(string text)
    {
        if (text.Length is < 3 or > 15)
            return text;
        var blanks = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (Glyph.IsBlank(text[i]))
                blanks++;
            else if (i > 0 && !Glyph.IsBlank(text[i - 1]))
                return text;
        }
        return blanks > 0 ? Glyph.WithoutBlanks(text) : text;
    }

    /// <summary>（目的） → 目的.</summary>
    internal static string InsideBrackets(string text) => text.Length >= 2 ? Glyph.Trim(text.AsSpan(1, text.Length - 2)).ToString() : text;

    /// <summary>（目的）　この規程は → 目的, この規程は. Without a closing bracket, the text is left as it is.</summary>
    internal static (string Inside, string After) SplitBracketed(string text)
    {
        var close = ClosingBracket(text, 0);
        return close < 2 || close > 60
            ? ("", text)
            : (CloseSpaced(Glyph.Trim(text.AsSpan(1, close - 1)).ToString()), text[Glyph.SkipBlanks(text, close + 1)..]);
    }

    /// <summary>Length of a text without what stands in round brackets, and whether a comma is left.</summary>
    internal static (int Length, bool Comma) OutsideBrackets(ReadOnlySpan<char> text)
    {
        var depth = 0;
        var length = 0;
        var comma = false;
        foreach (var c in text)
        {
            if (c is '（' or '(')
                depth++;
            else if (c is '）' or ')')
                depth = Math.Max(0, depth - 1);
            else if (depth == 0)
            {
                length++;
                comma |= c is '、' or '，';
            }
        }
        return (length, comma);
    }

    /// <summary>Index of the bracket that closes the one at <paramref name="open"/>; -1 when none does.</summary>
    internal static int ClosingBracket(ReadOnlySpan<char> text, int open)
    {
        var depth = 0;
        for (var i = open; i < text.Length; i++)
        {
            if (Glyph.IsOpen(text[i]))
                depth++;
            else if (Glyph.IsClose(text[i]) && --depth == 0)
                return i;
        }
        return -1;
    }

    /// <summary>Index of the bracket that the one at the end of the text closes; -1 when none does.</summary>
    internal static int OpeningBracket(ReadOnlySpan<char> text)
    {
        var depth = 0;
        for (var i = text.Length - 1; i >= 0; i--)
        {
            if (Glyph.IsClose(text[i]))
                depth++;
            else if (Glyph.IsOpen(text[i]) && --depth == 0)
                return i;
        }
        return -1;
    }

    /// <summary>The label as it was meant, in the look of the printed one: 1.2 → 12, １．２ → １２, (72) → (12).</summary>
    internal static string LabelFor(in Marker marker, Numeral number, string printed)
    {
        var full = printed.Any(static c => c is >= '０' and <= '９');
        var digits = Digits(number.Main, full);
        return marker.Style switch
        {
            MarkerStyle.Plain => printed[^1] is '.' or '．' or '：' or ':' or '、' ? digits + printed[^1] : digits,
            MarkerStyle.Ordinal => "第" + digits,
            MarkerStyle.Article => $"第{digits}条",
            MarkerStyle.Paren when Glyph.IsOpen(printed[0]) => $"{printed[0]}{digits}{printed[^1]}",
            MarkerStyle.Circled when number.Main <= 20 => ((char)('①' + number.Main - 1)).ToString(),
            _ => printed,
        };
    }

    internal static string Digits(int number, bool full)
    {
        var text = number.ToString(CultureInfo.InvariantCulture);
        return full ? string.Concat(text.Select(static c => (char)(c - '0' + '０'))) : text;
    }

    /// <summary>Digits of full width to half width; the rest as it is.</summary>
    internal static string HalfDigits(string text)
    {
        var any = false;
        foreach (var c in text)
            any |= c is >= '０' and <= '９';
        if (!any)
            return text;
        var half = new StringBuilder(text.Length);
        foreach (var c in text)
            half.Append(c is >= '０' and <= '９' ? (char)(c - '０' + '0') : c);
        return half.ToString();
    }
}
