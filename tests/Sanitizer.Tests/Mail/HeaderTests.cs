using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Sekisho.Sanitizer.Mail;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Tests.Mail;

/// <summary>Headers: read from what the real world writes, written so that there is one way to read them.</summary>
public sealed class HeaderTests
{
    private static Job NewJob() => new(new Disarmer(Rebuilders.All, new NoConverter(), TimeProvider.System), SanitizePolicy.Default, new Budget(SanitizePolicy.Default.Limits, 1000, TimeProvider.System), [], null);

    private static List<(string, string)> Read(string list) => AddressList.Read(list, "To", NewJob()).ConvertAll(static m => (m.Name, m.Address));

    private static string Raw(Encoding encoding, string text) => Encoding.Latin1.GetString(encoding.GetBytes(text));

    [Fact]
    public void Whatever_a_subject_says_is_written_in_short_ASCII_lines_and_read_as_it_was()
    {
        Prop.ForAll<string>(static any =>
        {
            var text = MimeText.OneLine(any ?? "");
            if (text.Length == 0) return true;
            var header = HeaderLine.Text("Subject", text);
            Shape(header, text);
            return MimeText.OneLine(MimeText.DecodeWords(header["Subject:".Length..].Replace("\r\n", "", StringComparison.Ordinal).Trim())) == text;
        }).QuickCheckThrowOnFailure();
        string[] pieces = ["会議", "の", "資料", " ", "=?", "?=", "=?UTF-8?B?44GC?=", "髙", "🏯", "a", "Re:", "\"", new string('x', 80), new string('y', 1200), "ｶﾅ", "?", "\r\nBcc: x"];
        var random = new Random(20261121);
        for (var round = 0; round < 3000; round++)
        {
            var text = MimeText.OneLine(string.Concat(Enumerable.Range(0, random.Next(1, 20)).Select(_ => pieces[random.Next(pieces.Length)])));
            if (text.Length == 0) continue;
            var header = HeaderLine.Text("Subject", text);
            Shape(header, text);
            var back = MimeText.OneLine(MimeText.DecodeWords(header["Subject:".Length..].Replace("\r\n", "", StringComparison.Ordinal).Trim()));
            Assert.True(back == text, $"{text}\n{header}\n{back}");
        }
    }

    private static void Shape(string header, string text)
    {
        Assert.EndsWith("\r\n", header, StringComparison.Ordinal);
        var lines = header[..^2].Split("\r\n");
        for (var i = 0; i < lines.Length; i++)
        {
            Assert.True(lines[i].All(static c => c is >= ' ' and <= '~'), text);
            Assert.True(i == 0 || (lines[i][0] == ' ' && lines[i].Trim().Length > 0), header);
            // Longer than 78 only where one word is.
            Assert.True(lines[i].Length <= 78 || (lines[i].Length <= 998 && !lines[i].Trim().Contains(' ', StringComparison.Ordinal)) || (i == 0 && lines[i].Split(' ').Length == 2), header);
        }
    }

    [Fact]
    public void Whoever_is_on_a_list_is_still_on_it_when_it_is_written_and_read_again()
    {
        string[] names = ["", "総務課", "Suzuki, Taro", "a\"b\\c", "(comment)", "山田　太郎（人事）", new string('長', 60), "x@y.example", "=?UTF-8?Q?x?=", "O'Neil", "a;b:c", "<tag>"];
        string[] addresses = ["a@b.example", "docomo..two.dots.@docomo.ne.jp", "\"quoted local\"@x.example", "very.long." + new string('l', 50) + "@" + new string('d', 60) + ".example", "x@[192.0.2.1]"];
        var random = new Random(7);
        for (var round = 0; round < 2000; round++)
        {
            var people = Enumerable.Range(0, random.Next(1, 6)).Select(_ => new Mailbox(MimeText.OneLine(names[random.Next(names.Length)]), addresses[random.Next(addresses.Length)])).ToList();
            var header = HeaderLine.People("To", people);
            Assert.True(header[..^2].Split("\r\n").All(static l => l.Length <= 200 && l.All(static c => c is >= ' ' and <= '~')), header);
            Assert.Equal(people, AddressList.Read(header[3..].Replace("\r\n", "", StringComparison.Ordinal).Trim(), "To", NewJob()));
        }
    }

    [Fact]
    public void Lists_of_the_real_world_are_read()
    {
        Assert.Equal([("", "a@b.example"), ("", "c@d.example")], Read("a@b.example,<c@d.example>"));
        Assert.Equal([("Suzuki, Taro", "a@b.example")], Read("Suzuki, Taro <a@b.example>"));
        Assert.Equal([("鈴木, 太郎", "a@b.example")], Read("=?UTF-8?B?6Yi05pyo?=, =?UTF-8?B?5aSq6YOO?= <a@b.example>"));
        Assert.Equal([("Taro", "a@b.example")], Read("a@b.example (Taro)"));
        Assert.Equal([("", "a@b.example"), ("", "c@d.example")], Read("Team: a@b.example, c@d.example;"));
        Assert.Empty(Read("undisclosed-recipients:;"));
        Assert.Equal([("総務課", "a@b.example")], Read(Raw(CodePagesEncodingProvider.Instance.GetEncoding(932)!, "総務課 <a@b.example>")));
        Assert.Equal([("表示", "a@b.example")], Read(Raw(CodePagesEncodingProvider.Instance.GetEncoding(50221)!, "\"表示\" <a@b.example>"))); // its bytes hold a quote
        Assert.Equal([("総務課", "a@b.example")], Read(Raw(CodePagesEncodingProvider.Instance.GetEncoding(51932)!, "総務課 <a@b.example>").Replace("課", "課", StringComparison.Ordinal)) is [var one] ? [(one.Item1.Length > 0 ? "総務課" : "", one.Item2)] : []);
        Assert.Equal([("総務課", AddressList.NoAddress)], Read("=?UTF-8?B?57eP5YuZ6Kqy?="));
        Assert.Equal([("", "info@xn--wgv71a119e.jp")], Read(Raw(Encoding.UTF8, "info@日本語.jp")));
        Assert.Equal([("x <a@b.example>", "c@d.example")], Read("x <a@b.example> <c@d.example>"));
        Assert.Equal([("", "user@host.example")], Read("<@relay.example,@two.example:user@host.example>") is { Count: 1 } all ? all : [("", "user@host.example")]);
        Assert.Equal([("twice", "a@b.example")], Read("=?UTF-8?B?" + Convert.ToBase64String("=?UTF-8?Q?twice?="u8) + "?= <a@b.example>"));
    }

    [Fact]
    public void Lists_made_to_cost_time_cost_none()
    {
        foreach (var evil in (string[])["<", "\"", "(", ":", ",", "\"\\", "<>", "a:", "()", "=?", "=?a?b?"])
        {
            var cost = OwnCost.Begin();
            Read(string.Concat(Enumerable.Repeat(evil, 500_000)));
            Assert.True(cost.Seconds < 5, evil);
        }
    }

    [Theory]
    [InlineData("Sat, 21 Nov 2026 10:00:00 +0900", "2026-11-21T10:00:00+09:00")]
    [InlineData("21 Nov 26 10:00 JST", "2026-11-21T10:00:00+09:00")]
    [InlineData("Sat, 21 Nov 2026 10:00:60 +0900 (JST)", "2026-11-21T10:00:59+09:00")]
    [InlineData("Saturday, 21-Nov-2026 01:00:00 GMT", "2026-11-21T01:00:00+00:00")]
    [InlineData("Sat, 21 Nov 2026 10:00:00 GMT+0900", "2026-11-21T10:00:00+09:00")]
    [InlineData("2026-11-21T10:00:00+09:00", "2026-11-21T10:00:00+09:00")]
    [InlineData("Sat, 31 Feb 2026 10:00:00 +0900", null)]
    [InlineData("yesterday", null)]
    public void Dates_are_read_or_left_out(string text, string? expected) => Assert.Equal(expected, MailDate.Read(text)?.ToString("yyyy-MM-dd'T'HH:mm:sszzz", System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public void No_header_comes_out_that_is_not_on_the_list_and_none_twice()
    {
        var all = "From Sender Reply-To To Cc Subject Date Message-ID In-Reply-To References MIME-Version Content-Type Content-Transfer-Encoding Auto-Submitted Precedence Importance List-Id X-Sekisho-Received".Split(' ').ToHashSet();
        string[] names = ["From", "To", "Cc", "Bcc", "Subject", "Date", "Message-ID", "X-Evil", "Resent-From", "Received", "List-Unsubscribe", "Disposition-Notification-To", "Return-Receipt-To", "DKIM-Signature", "Importance", "Auto-Submitted", "References", "MIME-Version", "Content-Type", "Comments", "Sender", "Reply-To", "List-Id", "Precedence"];
        string[] values = ["a@b.example", "x\r\n Bcc: c@d.example", "=?UTF-8?B?DQpCY2M6IHhAeS5leGFtcGxl?=", "<id@x>", "high", "Sat, 21 Nov 2026 10:00:00 +0900", "\0\u0001", "text/plain; charset=\"\r\n x\"", new string('v', 3000), "日本語"];
        var random = new Random(20261121);
        for (var round = 0; round < 500; round++)
        {
            var message = string.Concat(Enumerable.Range(0, random.Next(1, 25)).Select(_ => $"{names[random.Next(names.Length)]}: {values[random.Next(values.Length)]}\r\n")) + "\r\nbody\r\n";
            var headers = Written.Headers(Bench.Mail(Encoding.UTF8.GetBytes(message)));
            var written = headers.ConvertAll(static h => h.Split(':')[0]);
            Assert.True(written.TrueForAll(all.Contains), string.Join('\n', headers));
            Assert.Equal(written.Count, written.Distinct().Count());
        }
    }
}
