namespace Sekisho.Policy.Tests.Reading;

public sealed class HistoryTests
{
    [Fact]
    public void A_reference_in_brackets_after_its_word_is_read_whole()
    {
        var document = PolicyText.Read("""
            浜町情報セキュリティ規程
            令和５年３月２２日制定（総第４１号）
            令和６年４月１日改正（総第５号）

            （目的）
            第１条　この規程は、情報資産を守ることを目的とする。
            第２条　この規程に定めるもののほか、必要な事項は町長が定める。
            """).Match(read => read.Document, refused => throw new InvalidOperationException(refused.Error.ToString()));

        Assert.Equal(new Enactment(new DateOnly(2023, 3, 22), "総第４１号"), document.Enacted);
        Assert.Equal([new Enactment(new DateOnly(2024, 4, 1), "総第５号")], document.Amendments);
    }

    [Theory]
    [InlineData("令和３年４月改正", null)]
    [InlineData("改正　令和３年４月", null)]
    [InlineData("平成三十年十月　一部改正", null)]
    [InlineData("令和３年４月改正施行", "2021-04-01")]
    public void A_date_without_a_day_is_never_lost_in_silence(string line, string? date)
    {
        var policy = Files.Read($"試験市情報セキュリティ規程\n平成17年4月1日訓令第5号\n{line}\n第1条　甲を定める。\n第2条　乙を定める。\n");
        Assert.Equal(new Enactment(new(2005, 4, 1), "訓令第5号"), policy.Enacted);
        Assert.Equal(date is null ? [] : [date], policy.Amendments.Select(static a => a.Date.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)));
        var finding = Assert.Single(policy.Findings, static f => f.Code == "POL-READ-204");
        Assert.Equal("3行目", finding.Where);
        Assert.Contains(line, finding.Message.Ja, StringComparison.Ordinal);
        Assert.Contains(line, policy.Preamble + string.Concat(policy.Amendments.Select(static a => a.Reference)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_whole_date_raises_no_question() => Assert.DoesNotContain(
        Files.Read("試験市情報セキュリティ規程\n平成17年4月1日訓令第5号\n改正　令和３年４月１日訓令第2号\n第1条　甲を定める。\n第2条　乙を定める。\n").Findings,
        static f => f.Code == "POL-READ-204");
}
