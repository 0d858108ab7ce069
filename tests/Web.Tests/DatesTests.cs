using Sekisho.Assurance;
using Sekisho.Web.Hosting;

namespace Sekisho.Web.Tests;

public sealed class DatesTests
{
    private static readonly DateOnly Today = new(2026, 11, 21);

    [Theory]
    [InlineData("令和8年6月1日", "2026-06-01")]
    [InlineData("令和８年１１月２１日(土)", "2026-11-21")]
    [InlineData("R8.6.1", "2026-06-01")]
    [InlineData("平成元年1月8日", "1989-01-08")]
    [InlineData("2026-06-01", "2026-06-01")]
    [InlineData("2026/6/1", "2026-06-01")]
    [InlineData("6/1", "2026-06-01")]
    [InlineData("6月1日", "2026-06-01")]
    [InlineData("あした", "2026-11-22")]
    [InlineData("tomorrow", "2026-11-22")]
    [InlineData("きのう", "2026-11-20")]
    public void Days_are_read_as_people_write_them(string text, string expected)
    {
        Assert.True(Dates.TryRead(text, Today, out var day));
        Assert.Equal(DateOnly.Parse(expected), day);
    }

    [Theory]
    [InlineData("")]
    [InlineData("令和")]
    [InlineData("R")]
    [InlineData("2026-13-01")]
    [InlineData("令和8年2月30日")]
    [InlineData("来年のいつか")]
    [InlineData("99999999999999999999/1/1")]
    public void What_is_not_a_day_is_not_guessed(string text) => Assert.False(Dates.TryRead(text, Today, out _));

    [Fact]
    public void Every_day_that_is_written_is_read_back()
    {
        for (var day = new DateOnly(1900, 1, 1); day < new DateOnly(2100, 1, 1); day = day.AddDays(13))
        {
            Assert.True(Dates.TryRead(Dates.Day(day, Language.Japanese), Today, out var read), Dates.Day(day, Language.Japanese));
            Assert.Equal(day, read);
        }
    }

    [Fact]
    public void Moments_are_shown_in_Japans_time_with_the_weekday()
    {
        var moment = new DateTimeOffset(2026, 11, 20, 20, 5, 0, TimeSpan.Zero);
        Assert.Equal("令和8年11月21日(土) 05:05", Dates.Moment(moment, Language.Japanese));
        Assert.Equal("Sat 21 Nov 2026, 05:05", Dates.Moment(moment, Language.English));

        Assert.Equal("3日前", Dates.Ago(moment.AddDays(-3), moment, Language.Japanese));
        Assert.Equal("in 1 day", Dates.Ago(moment.AddDays(1), moment, Language.English));
    }
}
