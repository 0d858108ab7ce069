using System.Globalization;
using System.Text.RegularExpressions;

namespace Sekisho.Sanitizer.Mail;

/// <summary>Dates of mail (RFC 5322 §3.3, §4.3), with what programs write instead.</summary>
internal static partial class MailDate
{
    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    /// <summary>Null when it can't be read.</summary>
    public static DateTimeOffset? Read(string untrusted)
    {
        if (untrusted.Length > 200) return null;
        var text = Comment().Replace(untrusted, " ").Trim();
        if (Form().Match(text) is { Success: true } found && Array.IndexOf(Months, found.Groups["month"].Value.ToLowerInvariant()) is var month and >= 0)
        {
            var year = Number(found, "year");
            if (year < 100) year += year < 50 ? 2000 : 1900;
            else if (year < 1000) year += 1900;
            try
            {
                // A leap second is the second before it.
                return new(year, month + 1, Number(found, "day"), Number(found, "hour"), Number(found, "minute"), Math.Min(59, Number(found, "second")), Zone(found.Groups["zone"].Value));
            }
            catch (ArgumentOutOfRangeException)
            {
                return null;
            }
        }
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : null;
    }

    public static string Write(DateTimeOffset moment) => $"{moment.ToString("ddd, dd MMM yyyy HH:mm:ss ", CultureInfo.InvariantCulture)}{moment.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal)}";

    private static int Number(Match match, string group) => match.Groups[group] is { Success: true } found ? int.Parse(found.Value, NumberStyles.None, CultureInfo.InvariantCulture) : 0;

    private static TimeSpan Zone(string zone)
    {
        if (zone.Length == 5 && zone[0] is '+' or '-' && int.TryParse(zone.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return number / 100 <= 14 && number % 100 < 60 ? (zone[0] == '-' ? -1 : 1) * new TimeSpan(number / 100, number % 100, 0) : TimeSpan.Zero;
        return zone.ToUpperInvariant() switch
        {
            "JST" => TimeSpan.FromHours(9),
            "EST" => TimeSpan.FromHours(-5),
            "EDT" => TimeSpan.FromHours(-4),
            "CST" => TimeSpan.FromHours(-6),
            "CDT" => TimeSpan.FromHours(-5),
            "MST" => TimeSpan.FromHours(-7),
            "MDT" => TimeSpan.FromHours(-6),
            "PST" => TimeSpan.FromHours(-8),
            "PDT" => TimeSpan.FromHours(-7),
            "CET" => TimeSpan.FromHours(1),
            "CEST" => TimeSpan.FromHours(2),
            // Letters of the military, and what nobody knows (RFC 5322 §4.3).
            _ => TimeSpan.Zero,
        };
    }

    [GeneratedRegex(@"^(?:[A-Za-z]{2,9}\s*[,.]?\s*)?(?<day>\d{1,2})[\s-]+(?<month>[A-Za-z]{3})[a-z]{0,6}[\s.-]+(?<year>\d{2,4})\s+(?<hour>\d{1,2})[:.](?<minute>\d{1,2})(?:[:.](?<second>\d{1,2}))?\s*(?:(?:GMT|UTC)?(?<zone>[+-]\d{4})|(?<zone>[A-Za-z]{1,5}))?\b", RegexOptions.CultureInvariant)]
    private static partial Regex Form();

    [GeneratedRegex(@"\([^()]*\)", RegexOptions.CultureInvariant)]
    private static partial Regex Comment();
}
