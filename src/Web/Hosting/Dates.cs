using System.Globalization;
using System.Text;
using Sekisho.Assurance;

namespace Sekisho.Web.Hosting;

/// <summary>Dates as people in a Japanese office write and read them: 令和8年11月21日(土) 14:05. Moments are shown in Japan's time.</summary>
public static class Dates
{
    private static readonly TimeZoneInfo Japan = TimeZoneInfo.CreateCustomTimeZone("Asia/Tokyo", TimeSpan.FromHours(9), "日本標準時", "Japan Standard Time");

    private static readonly (string Name, char Letter, DateOnly From)[] Eras =
    [
        ("令和", 'R', new DateOnly(2019, 5, 1)),
        ("平成", 'H', new DateOnly(1989, 1, 8)),
        ("昭和", 'S', new DateOnly(1926, 12, 25)),
        ("大正", 'T', new DateOnly(1912, 7, 30)),
        ("明治", 'M', new DateOnly(1868, 1, 25)),
    ];

    private const string Weekdays = "日月火水木金土";

    /// <summary>The calendar day in Japan of a moment.</summary>
    public static DateOnly DayOf(DateTimeOffset moment) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(moment, Japan).DateTime);

    /// <summary>The last moment of a day in Japan: a page "as of" a day shows what was known when it ended.</summary>
    public static DateTimeOffset EndOf(DateOnly day) => new DateTimeOffset(day.AddDays(1).ToDateTime(TimeOnly.MinValue), Japan.BaseUtcOffset).AddTicks(-1);

    /// <summary>The first moment of a day in Japan.</summary>
    public static DateTimeOffset StartOf(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), Japan.BaseUtcOffset);

    /// <summary>令和8年11月21日(土) / Sat 21 Nov 2026.</summary>
    public static string Day(DateOnly day, Language language) => language == Language.English
        ? day.ToString("ddd d MMM yyyy", CultureInfo.InvariantCulture)
        : $"{Wareki(day)}({Weekdays[(int)day.DayOfWeek]})";

    /// <summary>令和8年11月21日(土) 14:05 / Sat 21 Nov 2026, 14:05.</summary>
    public static string Moment(DateTimeOffset moment, Language language)
    {
        var local = TimeZoneInfo.ConvertTime(moment, Japan);
        var day = Day(DateOnly.FromDateTime(local.DateTime), language);
        return language == Language.English ? $"{day}, {local:HH:mm}" : $"{day} {local:HH:mm}";
    }

    /// <summary>令和8年11月21日, without the weekday. The first year is 元年.</summary>
    public static string Wareki(DateOnly day)
    {
        foreach (var (name, _, from) in Eras)
        {
            if (day < from) continue;
            var year = day.Year - from.Year + 1;
            return $"{name}{(year == 1 ? "元" : year.ToString(CultureInfo.InvariantCulture))}年{day.Month}月{day.Day}日";
        }
        return $"{day.Year}年{day.Month}月{day.Day}日";
    }

    /// <summary>"3日前" / "3 days ago"; an addition to a date, never instead of one.</summary>
    public static string Ago(DateTimeOffset then, DateTimeOffset now, Language language)
    {
        var past = now >= then;
        var distance = (now - then).Duration();
        var (number, ja, en) = distance switch
        {
            { TotalMinutes: < 1 } => (0, "", ""),
            { TotalHours: < 1 } => ((int)distance.TotalMinutes, "分", "minute"),
            { TotalDays: < 1 } => ((int)distance.TotalHours, "時間", "hour"),
            { TotalDays: < 60 } => ((int)distance.TotalDays, "日", "day"),
            { TotalDays: < 730 } => ((int)(distance.TotalDays / 30.4), "か月", "month"),
            _ => ((int)(distance.TotalDays / 365.25), "年", "year"),
        };
        if (language == Language.English)
        {
            var span = number == 0 ? "a moment" : $"{number} {en}{(number == 1 ? "" : "s")}";
            return past ? $"{span} ago" : $"in {span}";
        }
        return number == 0 ? (past ? "たった今" : "まもなく") : $"{number}{ja}{(past ? "前" : "後")}";
    }

    /// <summary>Reads a day as people type it: 令和8年11月21日, R8.11.21, 2026-11-21, 2026/11/21, 11/21, 今日, あした, 昨日, tomorrow.</summary>
    /// <returns>False when it is not a day; the caller then shows the text again with what to do.</returns>
    public static bool TryRead(string? untrusted, DateOnly today, out DateOnly day)
    {
        day = default;
        var text = (untrusted ?? "").Normalize(NormalizationForm.FormKC).Trim();
        if (text.Length is 0 or > 40) return false;
        switch (text.ToUpperInvariant())
        {
            case "今日" or "きょう" or "本日" or "TODAY": day = today; return true;
            case "明日" or "あした" or "あす" or "TOMORROW": day = today.AddDays(1); return true;
            case "明後日" or "あさって": day = today.AddDays(2); return true;
            case "昨日" or "きのう" or "YESTERDAY": day = today.AddDays(-1); return true;
            case "一昨日" or "おととい": day = today.AddDays(-2); return true;
            default: break;
        }
        var paren = text.IndexOf('(');
        if (paren > 0) text = text[..paren].TrimEnd(); // the weekday, when someone pastes a date that we wrote
        var eraStart = 0;
        foreach (var (name, letter, from) in Eras)
        {
            if (text.StartsWith(name, StringComparison.Ordinal)) (eraStart, text) = (from.Year, text[name.Length..]);
            else if (char.ToUpperInvariant(text[0]) == letter && text.Length > 1 && char.IsAsciiDigit(text[1])) (eraStart, text) = (from.Year, text[1..]);
            else continue;
            break;
        }
        var parts = text.Replace("元年", "1年", StringComparison.Ordinal)
            .Split(['年', '月', '日', '/', '-', '.', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var numbers = new List<int>(3);
        foreach (var part in parts)
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
            numbers.Add(number);
        }
        var (y, m, d) = (numbers.Count, eraStart) switch
        {
            (3, 0) => (numbers[0], numbers[1], numbers[2]),
            (3, _) => (eraStart + numbers[0] - 1, numbers[1], numbers[2]),
            (2, 0) => (today.Year, numbers[0], numbers[1]),
            _ => (0, 0, 0),
        };
        if (y is < 1868 or > 9998 || m is < 1 or > 12 || d < 1 || d > DateTime.DaysInMonth(y, m)) return false;
        day = new DateOnly(y, m, d);
        return true;
    }
}
