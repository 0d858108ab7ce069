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
}
