using System.Text;

namespace Sekisho.Sanitizer.Tests.Mail;

/// <summary>Messages made to cost more than they should: a result or a refusal, in bounded time and memory.</summary>
public sealed class MailLimitTests
{
    private const string Head = "From: a@example.jp\r\nTo: b@example.jp\r\nSubject: x\r\n";

    private static Result Timed(byte[] message, double seconds)
    {
        var cost = OwnCost.Begin();
        var result = Bench.Mail(message);
        Assert.InRange(cost.Seconds, 0, seconds);
        Assert.NotEqual("SAN-BUG-001", result.Report.Refusal?.Code);
        return result;
    }

    [Fact]
    public void Ten_thousand_parts_come_out_or_are_refused_by_name()
    {
        static byte[] Parts(int count) => Encoding.ASCII.GetBytes($"{Head}Content-Type: multipart/mixed; boundary=x\r\n\r\n" + string.Concat(Enumerable.Range(0, count).Select(static i => $"--x\r\nContent-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment\r\n\r\n{i}\r\n")) + "--x--\r\n");
        var all = Timed(Parts(9_990), 60);
        Assert.Equal(9_990, all.Report.Members.Count);
        Assert.Equal(9_990, Encoding.ASCII.GetString(all.Out).Split("Content-Disposition: attachment").Length - 1);
        Assert.Equal("a (9990).txt", all.Report.Members[^1].Output);
        Assert.Equal("SAN-LIMIT-003", Timed(Parts(10_050), 30).Report.Refusal?.Code);
    }

    [Fact]
    public void Refused_parts_by_the_thousand_are_counted_not_listed()
    {
        var result = Timed(Encoding.ASCII.GetBytes($"{Head}Content-Type: multipart/mixed; boundary=x\r\n\r\n" + string.Concat(Enumerable.Range(0, 2_000).Select(static i => $"--x\r\nContent-Type: application/octet-stream; name={i}.exe\r\nContent-Transfer-Encoding: base64\r\n\r\nTVqQAAMAAAAEAAAA//8AALgAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n")) + "--x--\r\n"), 60);
        Assert.Contains("0.exe", Written.Body(result), StringComparison.Ordinal);
        Assert.Contains("and 1,970 more", Written.Body(result), StringComparison.Ordinal);
        Assert.True(Written.Body(result).Length < 10_000);
        Assert.Equal(2_000, result.Report.Members.Count(static m => m.Refusal is not null));
    }

    [Fact]
    public void Messages_in_messages_end_somewhere()
    {
        var message = "Content-Type: text/plain\r\n\r\nsoko\r\n";
        for (var i = 0; i < 50; i++) message = $"{Head}Content-Type: message/rfc822\r\n\r\n{message}";
        var result = Timed(Encoding.ASCII.GetBytes(message), 20);
        var depth = 0;
        for (var member = result.Report; member.Members.Count > 0; member = member.Members[0]) depth++;
        Assert.True(depth is > 3 and < 10, $"{depth}");
        Assert.Contains("SAN-LIMIT-004", Encoding.UTF8.GetString(Reports.ReportJson.Write(result.Report)), StringComparison.Ordinal);
        var nested = "--b50\r\n\r\nx\r\n";
        for (var i = 49; i >= 0; i--) nested = $"--b{i}\r\nContent-Type: multipart/mixed; boundary=b{i + 1}\r\n\r\n{nested}";
        Assert.Equal("SAN-LIMIT-004", Timed(Encoding.ASCII.GetBytes($"{Head}Content-Type: multipart/mixed; boundary=b0\r\n\r\n{nested}"), 20).Report.Refusal?.Code);
    }

    [Fact]
    public void Headers_without_end_cost_little()
    {
        foreach (var header in (string[])[
            "Subject: " + string.Concat(Enumerable.Repeat("a\r\n ", 250_000)), "Subject: " + string.Concat(Enumerable.Repeat("=?UTF-8?B?44GC?= ", 50_000)), "To: " + string.Concat(Enumerable.Repeat("a@b.jp, ", 100_000)), "References: " + string.Concat(Enumerable.Repeat("<a@b> ", 100_000)),
            "Content-Type: text/plain" + string.Concat(Enumerable.Range(0, 40_000).Select(static i => $"; p*{i}*=x")), "Content-Disposition: attachment" + string.Concat(Enumerable.Range(0, 40_000).Select(static i => $"; filename*{i}=x")), "Received: " + new string('(', 900_000), "Authentication-Results: " + new string('"', 900_000),
            "Subject: " + new string('(', 900_000), "From: " + new string('<', 900_000), "Date: " + new string('(', 900_000)])
            Assert.NotNull(Timed(Encoding.ASCII.GetBytes($"{Head}{header}\r\n\r\nx\r\n"), 10).Report);
        Assert.Equal("SAN-LIMIT-003", Timed(Encoding.ASCII.GetBytes(Head + string.Concat(Enumerable.Range(0, 3_000).Select(static i => $"X-{i}: x\r\n")) + "\r\nx"), 10).Report.Refusal?.Code);
        Assert.Equal("SAN-LIMIT-003", Timed(Encoding.ASCII.GetBytes($"{Head}X-A: {new string('x', 3_000_000)}\r\nX-B: x\r\n\r\nx"), 10).Report.Refusal?.Code);
    }

    [Theory]
    [InlineData("--x")]
    [InlineData("--x--\r\n--x\r\n")]
    [InlineData("--")]
    [InlineData("begin 644 a\r\n")]
    [InlineData("\r\n")]
    [InlineData("http://")]
    [InlineData("www.")]
    [InlineData("From a\r\n")]
    public void Bodies_of_one_thing_over_and_over_cost_little(string piece)
    {
        var body = string.Concat(Enumerable.Repeat(piece, 5_000_000 / piece.Length));
        Timed(Encoding.ASCII.GetBytes($"{Head}Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n{body}\r\n--x--\r\n"), 20);
        Timed(Encoding.ASCII.GetBytes($"{Head}\r\n{body}"), 20);
    }

    [Theory]
    [InlineData("<table>")]
    [InlineData("<table><tr><td>")]
    [InlineData("<ul><li>")]
    [InlineData("<blockquote>")]
    [InlineData("<a href=http://x.example/>")]
    [InlineData("<td colspan=1000 rowspan=1000>x")]
    [InlineData("<tr><td rowspan=65000>x<td>y")]
    [InlineData("<br>")]
    [InlineData("<p>&nbsp;")]
    public void Pages_of_one_thing_over_and_over_cost_little(string piece)
    {
        foreach (var count in (int[])[900, 100_000]) Timed(Encoding.ASCII.GetBytes($"{Head}Content-Type: text/html\r\n\r\n<table>{string.Concat(Enumerable.Repeat(piece, count))}owari"), 30);
    }
}
