using System.Text;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Tests.Mail;

public sealed class MailTests
{
    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));

    private static string B64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static byte[] Iso2022(string text) => CodePagesEncodingProvider.Instance.GetEncoding(50221)!.GetBytes(text);

    /// <summary>The decoded text of the first part of what came out.</summary>
    private static string BodyOf(Result result)
    {
        var text = Encoding.ASCII.GetString(result.Out);
        var at = text.IndexOf("Content-Type: text/plain", StringComparison.Ordinal);
        var start = text.IndexOf("\r\n\r\n", at, StringComparison.Ordinal) + 4;
        var end = text.IndexOf("\r\n--=_", start, StringComparison.Ordinal);
        var body = end < 0 ? text[start..] : text[start..end];
        return text[at..start].Contains("base64", StringComparison.Ordinal) ? Encoding.UTF8.GetString(Convert.FromBase64String(body)) : body;
    }

    private static void AssertStable(Result first)
    {
        var second = Bench.Run("again.eml", first.Out);
        Assert.Equal(first.Out, second.Out);
        Assert.Empty(second.Report.Removed);
    }

    [Fact]
    public void A_hostile_message_becomes_its_text_and_its_harmless_attachments()
    {
        var message = Bytes($"""
            From: =?ISO-2022-JP?B?{Convert.ToBase64String(Iso2022("総務課"))}?= <soumu@example.lg.jp>
            To: "Suzuki, Taro" <taro@example.jp>, not an address <javascript:x>
            Subject: =?UTF-8?B?{B64("会議の\u202E資料")}?=
            Date: Sat, 21 Nov 2026 10:00:00 +0900 (JST)
            Message-ID: <a@b.example>
            X-Mailer: evil
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary="b"

            hidden preamble
            --b
            Content-Type: multipart/alternative; boundary="c"

            --c
            Content-Type: text/html; charset=utf-8

            <html><head><style>@import url(http://evil.example/x)</style></head><body onload="x()"><p>お知らせ<script>alert(1)</script></p>
            <a href="https://phish.example/">https://bank.example/</a><a href="javascript:x">押す</a><img src="http://track.example/1.gif" width=1><iframe src="http://evil.example"></iframe><form action="http://evil.example"><input name=p></form></body></html>
            --c--
            --b
            Content-Type: application/pdf; name="=?UTF-8?B?{B64("請求書.exe")}?="
            Content-Disposition: attachment; filename*0*=UTF-8''%E8%AB%8B%E6%B1%82%E6%9B%B8; filename*1*=%2Eexe
            Content-Transfer-Encoding: base64

            {Convert.ToBase64String([.. "MZ"u8, .. new byte[100]])}
            --b
            Content-Type: text/plain; charset=utf-8; name="メモ.txt"
            Content-Disposition: attachment; filename*=UTF-8''%E3%83%A1%E3%83%A2.txt
            Content-Transfer-Encoding: base64

            {B64("覚え書き\r\n")}
            --b
            Content-Type: message/external-body; access-type=URL; URL="http://evil.example"

            x
            --b--
            hidden epilogue
            """);
        var result = Bench.Run("mail.eml", message);
        var body = BodyOf(result);
        Assert.Contains("お知らせ", body, StringComparison.Ordinal);
        Assert.Contains("hxxps://bank[.]example/ 【※表示と違うリンク先: hxxps://phish[.]example/ 】", body, StringComparison.Ordinal);
        var text = Encoding.ASCII.GetString(result.Out);
        foreach (var never in (string[])["script", "evil", "track", "javascript", "onload", "X-Mailer", "preamble", "epilogue", "external-body", "text/html"])
        {
            Assert.DoesNotContain(never, text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(never, body, StringComparison.OrdinalIgnoreCase);
        }
        Assert.Contains($"=?UTF-8?B?{B64("総務課")}?= <soumu@example.lg.jp>", text, StringComparison.Ordinal);
        Assert.Contains("\"Suzuki, Taro\" <taro@example.jp>", text, StringComparison.Ordinal);
        Assert.Contains(B64("会議の資料"), text, StringComparison.Ordinal);
        Assert.Contains("Date: Sat, 21 Nov 2026 10:00:00 +0900", text, StringComparison.Ordinal);
        Assert.Contains("添付「請求書.exe」は届けられません。", body, StringComparison.Ordinal); // named at the end of the body
        Assert.Contains(B64("覚え書き\r\n"), text, StringComparison.Ordinal);
        Assert.Superset(new HashSet<string> { "E-01", "E-02", "E-04", "E-05", "E-12", "E-18", "H-01", "H-02", "H-03", "H-04", "H-05", "G-07" }, result.Threats.ToHashSet());
        Assert.Equal((Outcome.Refused, "SAN-KIND-003"), (result.Report.Members[0].Outcome, result.Report.Members[0].Refusal?.Code));
        AssertStable(result);
    }

    [Theory]
    [InlineData("iso-2022-jp", 50221, "半角ｶﾅと①㈱髙")]
    [InlineData("shift_jis", 932, "半角ｶﾅと①㈱髙～－")]
    [InlineData("euc-jp", 51932, "漢字とかな")]
    [InlineData("us-ascii", 65001, "宣言と違う UTF-8")]
    public void Japanese_survives_whatever_its_charset(string charset, int page, string japanese)
    {
        var encoding = page == 65001 ? Encoding.UTF8 : CodePagesEncodingProvider.Instance.GetEncoding(page)!;
        var result = Bench.Run("m.eml", (byte[])[.. Bytes($"From: a@example.jp\r\nTo: b@example.jp\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset={charset}\r\n\r\n"), .. encoding.GetBytes(japanese + "\r\n")]);
        Assert.Equal(japanese + "\r\n", BodyOf(result));
        AssertStable(result);
    }

    [Fact]
    public void A_message_in_a_message_is_rebuilt_as_well()
    {
        var inner = "From: x@example.jp\nTo: y@example.jp\nSubject: inner\nContent-Type: text/html\n\n<p>中<script>alert(1)</script></p>\n";
        var result = Bench.Run("m.eml", Bytes($"From: a@example.jp\nTo: b@example.jp\nSubject: outer\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nhello\n--x\nContent-Type: message/rfc822\n\n{inner}--x--\n"));
        Assert.DoesNotContain("script", Encoding.ASCII.GetString(result.Out), StringComparison.Ordinal);
        Assert.Contains("Subject: inner", Encoding.ASCII.GetString(result.Out), StringComparison.Ordinal);
        AssertStable(result);
    }

    [Theory]
    [InlineData("From: a@b.jp\nTo: c@d.jp\nContent-Type: text/plain\nContent-Type: text/html\n\nkokoni", "E-04")]
    [InlineData("From: a@b.jp\nTo: c@d.jp\nContent-Type: multipart/mixed\n\nkokoni", "E-05")]
    [InlineData("From: a@b.jp\nTo: c@d.jp\nSubject: a\rBcc: x\n\nkokoni", "E-04")]
    [InlineData("From: a@b.jp\nTo: c@d.jp\nContent-Type: multipart/mixed; boundary=x\n\nkokoni", "E-05")]
    [InlineData("From: a@b.jp\nTo: c@d.jp\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nkokoni", "E-05")]
    [InlineData("From: a@b.jp\nTo: c@d.jp\nkokoni\nsoko ni\n", "E-04")]
    [InlineData("\n\nFrom: a@b.jp\nTo: c@d.jp\nContent-Type: text/plain\n\nkokoni", "E-04")]
    [InlineData("From: a@b.jp\nTo: c@d.jp\nContent-Type: multipart/mixed; boundary=x\nContent-Transfer-Encoding: base64\n\nLS14CkNvbnRlbnQtVHlwZTogdGV4dC9wbGFpbgoKa29rb25pCi0teC0tCg==", "E-16")]
    public void What_is_broken_is_read_and_told(string message, string told)
    {
        var result = Bench.Mail(Encoding.UTF8.GetBytes(message));
        Assert.StartsWith("kokoni", BodyOf(result), StringComparison.Ordinal);
        Assert.Contains(told, result.Threats);
        AssertStable(result);
    }

    [Theory]
    [InlineData("Content-Type: multipart/mixed; boundary=x\n\n--x\n\nichi\n--x--\n--x\n\nkokoni\n--x--\n", "E-05")] // behind the end
    [InlineData("Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: multipart/mixed; boundary=\"x--\"\n\n--x--\nContent-Type: text/plain\n\nkokoni\n--x----\n--x--\n", "E-05")] // a boundary that is the other's end
    [InlineData("Content-Type: multipart/mixed; boundary=y; boundary=x\n\n--x\n\nkokoni\n--x--\n", null)]
    [InlineData("Content-Type: multipart/alternative; boundary=x\n\n--x\nContent-Type: text/html\n\n<p>ichi</p>\n--x\nContent-Type: text/html\n\n<p>kokoni</p>\n--x--\n", "E-13")]
    [InlineData("Content-Transfer-Encoding: base64\nContent-Transfer-Encoding: 7bit\n\nkokoni aru\n", "E-04")]
    [InlineData("Content-Transfer-Encoding: base64\n\na29r\nb25pMQ==\n-- \nmailing list\n", "E-16")]
    [InlineData("Content-Transfer-Encoding: base64\n\na28=a29uaQ==\n", null)] // pieces that were encoded one by one
    [InlineData("Content-Transfer-Encoding: base64\nno header\n\na29rb25pIGFydSBub2RhIHlv\n", "E-04")]
    [InlineData("Content-Type: text/plain\rContent-Transfer-Encoding: base64\n\na29rb25pIGFydSBub2RhIHlv\n", "E-04")]
    [InlineData("Content-Transfer-Encoding: quoted-printable\n\nkoko= \t\nni\n", null)]
    [InlineData("Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: message/rfc822\n\nSubject: x\nno header\nContent-Transfer-Encoding : base64\n\na29rb25pIGFydSBub2RhIHlv\n--x--\n", "E-04")]
    [InlineData("Content-Type: multipart/digest; boundary=x\n\n--x\n\nSubject: x\nContent-Transfer-Encoding: base64\n\na29rb25pIGFydSBub2RhIHlv\n--x--\n", null)]
    public void What_one_reader_shows_and_another_does_not_is_in_the_one_message_that_comes_out(string message, string? told)
    {
        var result = Bench.Mail(Encoding.UTF8.GetBytes("From: a@b.jp\nTo: c@d.jp\n" + message));
        Assert.Contains("kokoni", Encoding.ASCII.GetString(result.Out), StringComparison.Ordinal);
        Assert.Equal([], result.Report.Members.Where(static m => m.Outcome == Outcome.Refused));
        if (told is not null) Assert.Contains(told, result.Threats.Concat(result.Report.Members.SelectMany(static m => m.Removed.Select(static r => r.Threat))));
        AssertStable(result);
    }

    [Fact]
    public void A_byte_order_mark_hides_no_header()
    {
        var result = Bench.Mail(Encoding.UTF8.GetBytes("\uFEFFFrom: a@b.jp\nSubject: yotei\n\nkokoni"));
        Assert.Contains("Subject: yotei", Written.Headers(result));
        Assert.StartsWith("kokoni", BodyOf(result), StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_of_public_test_suites_come_out_and_stay_as_they_came_out()
    {
        var folder = Bench.Corpus is null ? null : Path.Combine(Bench.Corpus, "eml");
        Assert.SkipUnless(Directory.Exists(folder), "../shared/corpus is not on this machine");
        var (all, ended) = (0, new List<string>());
        foreach (var file in Directory.EnumerateFiles(folder!).Order(StringComparer.Ordinal))
        {
            all++;
            var result = Bench.Run(Path.GetFileName(file), File.ReadAllBytes(file));
            Assert.NotEqual("SAN-BUG-001", result.Report.Refusal?.Code);
            if (result.Bytes is null)
            {
                ended.Add($"{Path.GetFileName(file)}: {result.Report.Refusal!.Code} {result.Report.Type}");
                continue;
            }
            if (result.Kind.Key == "eml" && !Bench.Run("again.eml", result.Out).Out.AsSpan().SequenceEqual(result.Out)) ended.Add($"{Path.GetFileName(file)}: changed by the second pass");
        }
        Assert.True(all > 100);
        Assert.True(ended.Count <= all / 15, $"{ended.Count} of {all}\n{string.Join('\n', ended)}");
    }

    [Fact]
    public void Mutated_messages_are_refused_or_rebuilt_and_nothing_else()
    {
        var seed = Bytes($"From: =?UTF-8?B?{B64("課長")}?= <a@example.jp>\nTo: b@example.jp\nSubject: =?ISO-2022-JP?B?GyRCJEYkOSRIGyhC?=\nContent-Type: multipart/mixed; boundary=\"x\"\n\n--x\nContent-Type: text/html; charset=iso-2022-jp\nContent-Transfer-Encoding: quoted-printable\n\n<p>=1B$B$F$9$H=1B(B<a href=3D\"https://x.jp\">x</a>\n--x\nContent-Type: text/plain; name*0*=UTF-8''%E3%81; name*1=b.txt\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\n{B64("表\r\n")}\n--x--\n");
        var random = new Random(20261121);
        for (var round = 0; round < 2000; round++)
        {
            var bytes = (byte[])seed.Clone();
            for (var i = random.Next(1, 12); i > 0; i--)
            {
                var at = random.Next(bytes.Length);
                switch (random.Next(3))
                {
                    case 0:
                        bytes[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        bytes = [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(30))..]];
                        break;
                    default:
                        bytes = [.. bytes[..at], .. seed.AsSpan(random.Next(seed.Length - 20), 20), .. bytes[at..]];
                        break;
                }
            }
            var result = Bench.Run("m.eml", bytes);
            Assert.True(result.Report.Refusal?.Code != "SAN-BUG-001", $"round {round}: {result.Report.Refusal?.What.En} {result.Report.Refusal?.Place}");
            if (result.Bytes is not null && result.Kind.Key == "eml") Assert.True(result.Out.AsSpan().SequenceEqual(Bench.Run("again.eml", result.Out).Out), $"round {round}:\n{Encoding.Latin1.GetString(bytes)}\n\n{BodyOf(result)}\n\n{BodyOf(Bench.Run("again.eml", result.Out))}");
        }
    }
}
