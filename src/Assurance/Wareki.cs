using System.Globalization;

namespace Sekisho.Assurance;

/// <summary>Dates by Japanese era (和暦): 令和７年4月１日, 平成元年1月8日, R5.4.1, and 2025年4月1日 where a text says it so.</summary>
/// <remarks>
/// Digits of any width, mixed, and kanji numerals are read; blanks between the parts are ignored. A date past the end of its era
/// (平成32年4月1日, written before the change of era) is read as meant. Dates before 1873 are read by the Gregorian calendar, which
/// no municipal document in force needs otherwise.
/// </remarks>
public static class Wareki
{
    private static readonly (string Name, char Letter, int FirstYear, DateOnly First)[] Eras =
    [
        ("明治", 'M', 1868, new(1868, 1, 25)),
        ("大正", 'T', 1912, new(1912, 7, 30)),
        ("昭和", 'S', 1926, new(1926, 12, 25)),
        ("平成", 'H', 1989, new(1989, 1, 8)),
        ("令和", 'R', 2019, new(2019, 5, 1)),
    ];

    /// <summary>Reads a date at the start of <paramref name="text"/>.</summary>
    /// <param name="consumed">Characters read; 0 when there is no date.</param>
    /// <returns>False when the text doesn't start with a date that exists.</returns>
    public static bool TryRead(ReadOnlySpan<char> text, out DateOnly date, out int consumed)
    {
        date = default;
        consumed = 0;
        var at = 0;
        var era = ReadEra(text, ref at);
        return era >= 0
            ? TryReadAfterEra(text, at, Eras[era].FirstYear, text[0] < 0x80 || text[0] >= 0xFF00, out date, out consumed)
            : TryReadAfterEra(text, 0, 0, false, out date, out consumed);
    }

    /// <summary>Reads a whole text as one date; blanks around it are allowed.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateOnly date)
    {
        text = text.Trim();
        return TryRead(text, out date, out var consumed) && consumed == text.Length;
    }

    /// <summary>Finds the first date in a text.</summary>
    public static bool TryFind(ReadOnlySpan<char> text, out DateOnly date, out int start, out int length)
    {
        for (start = 0; start < text.Length; start++)
        {
            // A western year in the middle of a number is no date: 12025年.
            if (start > 0 && DigitOf(text[start]) >= 0 && DigitOf(text[start - 1]) >= 0)
                continue;
            if (TryRead(text[start..], out date, out length))
                return true;
        }
        (date, length) = (default, 0);
        return false;
    }

    /// <summary>The date by its era with half-width digits, the first year as 元: 令和元年5月1日.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Before 1868-01-25: no era of this calendar.</exception>
    public static string Format(DateOnly date)
    {
        for (var i = Eras.Length - 1; i >= 0; i--)
        {
            var (name, _, firstYear, first) = Eras[i];
            if (date < first)
                continue;
            var year = date.Year - firstYear + 1;
            return string.Create(CultureInfo.InvariantCulture, $"{name}{(year == 1 ? "元" : year.ToString(CultureInfo.InvariantCulture))}年{date.Month}月{date.Day}日");
        }
        throw new ArgumentOutOfRangeException(nameof(date), date, "No era before 1868-01-25.");
    }

    /// <summary>The era and year of a date, as the XML of laws wants it: (4, 31) is 平成31年; 1 明治, 2 大正, 3 昭和, 4 平成, 5 令和.</summary>
    public static (int Era, int Year) EraOf(DateOnly date)
    {
        for (var i = Eras.Length - 1; i >= 0; i--)
        {
            if (date >= Eras[i].First)
                return (i + 1, date.Year - Eras[i].FirstYear + 1);
        }
        return (1, 1);
    }

    private static int ReadEra(ReadOnlySpan<char> text, ref int at)
    {
        if (text.IsEmpty)
            return -1;
        for (var i = 0; i < Eras.Length; i++)
        {
            if (text.StartsWith(Eras[i].Name))
            {
                at = 2;
                return i;
            }
        }
        var letter = text[0] is >= 'Ａ' and <= 'Ｚ' ? (char)(text[0] - 'Ａ' + 'A') : text[0];
        for (var i = 0; i < Eras.Length; i++)
        {
            if (letter == Eras[i].Letter && text.Length > 1 && DigitOf(text[1]) >= 0)
            {
                at = 1;
                return i;
            }
        }
        return -1;
    }

    private static bool TryReadAfterEra(ReadOnlySpan<char> text, int at, int eraFirstYear, bool abbreviated, out DateOnly date, out int consumed)
    {
        date = default;
        consumed = 0;
        SkipBlanks(text, ref at);
        int year;
        if (eraFirstYear > 0 && at < text.Length && text[at] == '元')
        {
            year = 1;
            at++;
        }
        else if (!TryReadNumber(text, ref at, out year))
        {
            return false;
        }
        if (eraFirstYear == 0 && year is < 1868 or > 9999)
            return false;
        if (year is 0 || !TryReadMark(text, ref at, '年', abbreviated)
            || !TryReadNumber(text, ref at, out var month) || !TryReadMark(text, ref at, '月', abbreviated)
            || !TryReadNumber(text, ref at, out var day))
        {
            return false;
        }
        // The dotted form has no mark after its day.
        var end = at;
        if (!TryReadMark(text, ref at, '日', false))
        {
            if (!abbreviated)
                return false;
            at = end;
        }
        var gregorian = eraFirstYear == 0 ? year : eraFirstYear + year - 1;
        if (gregorian > 9999 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(gregorian, month))
            return false;
        date = new DateOnly(gregorian, month, day);
        consumed = at;
        return true;
    }

    private static bool TryReadMark(ReadOnlySpan<char> text, ref int at, char mark, bool abbreviated)
    {
        var i = at;
        SkipBlanks(text, ref i);
        if (i >= text.Length || !(text[i] == mark || (abbreviated && text[i] is '.' or '．' or '/' or '／' or '-' or '・')))
            return false;
        at = i + 1;
        return true;
    }

    private static bool TryReadNumber(ReadOnlySpan<char> text, ref int at, out int number)
    {
        number = 0;
        var i = at;
        SkipBlanks(text, ref i);
        var start = i;
        while (i < text.Length && i - start < 4 && DigitOf(text[i]) is >= 0 and var digit)
        {
            number = number * 10 + digit;
            i++;
        }
        if (i == start && !TryReadKanji(text, ref i, out number))
            return false;
        at = i;
        return true;
    }

    // 二十七, 二七: years, months and days only, so below a hundred, or four positional digits.
    private static bool TryReadKanji(ReadOnlySpan<char> text, ref int at, out int number)
    {
        const string Digits = "〇一二三四五六七八九";
        number = 0;
        var start = at;
        var tens = -1;
        var units = -1;
        for (; at < text.Length && at - start < 4; at++)
        {
            if (text[at] == '十' && tens < 0)
            {
                tens = units < 0 ? 1 : units;
                units = -1;
                continue;
            }
            var digit = Digits.IndexOf(text[at], StringComparison.Ordinal);
            if (digit < 0)
                break;
            units = units < 0 || tens >= 0 ? digit : units * 10 + digit;
        }
        if (at == start)
            return false;
        number = (tens < 0 ? 0 : tens * 10) + (units < 0 ? 0 : units);
        return true;
    }

    private static void SkipBlanks(ReadOnlySpan<char> text, ref int at)
    {
        while (at < text.Length && text[at] is ' ' or '\u3000' or '\t' or '\u00A0')
            at++;
    }

    private static int DigitOf(char c) => c switch
    {
        >= '0' and <= '9' => c - '0',
        >= '０' and <= '９' => c - '０',
        _ => -1,
    };
}
