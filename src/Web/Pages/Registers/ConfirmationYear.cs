using Sekisho.Assurance;

namespace Sekisho.Web.Pages.Registers;

/// <summary>The fiscal year (年度) in which each entry is confirmed once: from the first of April.</summary>
public readonly record struct ConfirmationYear(int FirstYear)
{
    private const int April = 4;

    public static ConfirmationYear Of(DateOnly day) => new(day.Month >= April ? day.Year : day.Year - 1);

    public DateOnly Begins => new(FirstYear, April, 1);

    /// <summary>A confirmation at or after this moment counts for the year.</summary>
    public DateTimeOffset Since => JapaneseTime.StartOf(Begins);

    /// <summary>令和8年度.</summary>
    public Bilingual Name
    {
        get
        {
            var date = JapaneseTime.Date(Begins).Ja;
            return new(date[..date.IndexOf('年', StringComparison.Ordinal)] + "年度", $"the year from April {FirstYear}");
        }
    }
}
