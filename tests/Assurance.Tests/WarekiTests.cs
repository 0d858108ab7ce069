using FsCheck.Fluent;
using FsCheck;

namespace Sekisho.Assurance.Tests;

public sealed class WarekiTests
{
    [Theory]
    [InlineData("平成14年8月1日", "2002-08-01")]
    [InlineData("平成 14 年 8 月 1 日", "2002-08-01")]
    [InlineData("平成29年７月18日", "2017-07-18")]
    [InlineData("平成１５年１１月２６日", "2003-11-26")]
    [InlineData("令和元年5月1日", "2019-05-01")]
    [InlineData("平成元年１月８日", "1989-01-08")]
    [InlineData("平成十八年三月二十日", "2006-03-20")]
    [InlineData("昭和六十四年一月七日", "1989-01-07")]
    [InlineData("平成32年4月1日", "2020-04-01")]
    [InlineData("R5.4.1", "2023-04-01")]
    [InlineData("Ｈ２７．１２．２５", "2015-12-25")]
    [InlineData("2025年4月1日", "2025-04-01")]
    [InlineData("大正元年７月30日", "1912-07-30")]
    public void A_date_is_read_in_any_mixture_of_widths(string text, string expected)
    {
        Assert.True(Wareki.TryParse(text, out var date), text);
        Assert.Equal(DateOnly.Parse(expected), date);
    }

    [Theory]
    [InlineData("平成29年2月29日")]
    [InlineData("令和5年13月1日")]
    [InlineData("令和0年1月1日")]
    [InlineData("平成5年4月")]
    [InlineData("5年4月1日")]
    [InlineData("R5")]
    [InlineData("")]
    [InlineData("平成")]
    public void What_is_no_date_is_not_read(string text) => Assert.False(Wareki.TryParse(text, out _));

    [Fact]
    public void A_date_is_found_inside_a_sentence()
    {
        Assert.True(Wareki.TryFind("この告示は、令和３年４月１日から施行する。", out var date, out var start, out var length));
        Assert.Equal((new DateOnly(2021, 4, 1), 6, 8), (date, start, length));
    }

    [Fact]
    public void What_is_formatted_reads_back_in_every_spelling() =>
        Prop.ForAll(Gen.Choose(0, 60_000).ToArbitrary(), static days =>
        {
            var date = new DateOnly(1868, 1, 25).AddDays(days);
            var text = Wareki.Format(date);
            var wide = string.Concat(text.Select(static c => c is >= '0' and <= '9' ? (char)(c - '0' + '０') : c));
            var spaced = string.Concat(text.Select(static c => c is >= '0' and <= '9' ? $" {c}" : c.ToString())).Replace("年 ", "年", StringComparison.Ordinal);
            return Wareki.TryParse(text, out var a) && a == date && Wareki.TryParse(wide, out var b) && b == date && spaced.Length > 0 && Wareki.EraOf(date).Year > 0;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_text_makes_it_throw() =>
        Prop.ForAll<string>(static text =>
        {
            Wareki.TryFind("平成" + text + "年", out _, out _, out _);
            Wareki.TryRead(text, out _, out _);
        }).QuickCheckThrowOnFailure();
}
