using System.Globalization;

namespace Sekisho.Assurance;

/// <summary>Moments as people here read them (日時の表記): 令和8年11月21日(土) 14:05, in Japan Standard Time.</summary>
public static class JapaneseTime
{
    /// <summary>UTC+9 without daylight saving since 1951: every date that this product shows is later.</summary>
    public static readonly TimeSpan Offset = TimeSpan.FromHours(9);

    private static readonly (DateOnly From, string Name)[] Eras =
    [
        (new(2019, 5, 1), "令和"), (new(1989, 1, 8), "平成"), (new(1926, 12, 25), "昭和"), (new(1912, 7, 30), "大正"), (new(1868, 10, 23), "明治"),
    ];

    /// <summary>The calendar day in Japan.</summary>
    public static DateOnly Day(DateTimeOffset moment) => DateOnly.FromDateTime(moment.ToOffset(Offset).DateTime);

    /// <summary>Midnight at the start of the day in Japan.</summary>
    public static DateTimeOffset StartOf(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), Offset);

    /// <summary>令和8年11月21日(土) 14:05, and in English 2026-11-21 (Sat) 14:05.</summary>
    public static Bilingual Moment(DateTimeOffset moment)
    {
        var local = moment.ToOffset(Offset);
        var time = local.ToString("HH:mm", CultureInfo.InvariantCulture);
        var day = Date(Day(moment));
        return new($"{day.Ja} {time}", $"{day.En} {time}");
    }

    /// <summary>令和8年11月21日(土), and in English 2026-11-21 (Sat).</summary>
    public static Bilingual Date(DateOnly day) => new(
        $"{Era(day)}{day.Month}月{day.Day}日({"日月火水木金土"[(int)day.DayOfWeek]})",
        day.ToString("yyyy-MM-dd (ddd)", CultureInfo.InvariantCulture));

    private static string Era(DateOnly day)
    {
        foreach (var (from, name) in Eras)
        {
            if (day < from) continue;
            var year = day.Year - from.Year + 1;
            return year == 1 ? $"{name}元年" : $"{name}{year}年";
        }
        return $"{day.Year}年";
    }
}
