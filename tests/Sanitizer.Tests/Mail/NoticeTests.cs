using System.Text;
using Sekisho.Sanitizer.Mail;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Tests.Archives;

namespace Sekisho.Sanitizer.Tests.Mail;

/// <summary>What the body says of what is missing, and what to do.</summary>
public sealed class NoticeTests
{
    private const string Page = "https://sekisho.kazaguruma.lg.jp/m/0199";

    private static byte[] Mail(string text, params (string Name, byte[] Content)[] files) => Encoding.ASCII.GetBytes(
        $"From: a@example.jp\r\nTo: b@example.jp\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}\r\n"
        + string.Concat(files.Select(static f => $"--q\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename*=UTF-8''{Uri.EscapeDataString(f.Name)}\r\nContent-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String(f.Content, Base64FormattingOptions.InsertLineBreaks)}\r\n")) + "--q--\r\n");

    private static byte[] Locked(string password) => ZipTests.AesZip("請求額 10,000円\r\n", Encoding.UTF8.GetBytes(password), 3, 2);

    private static byte[] Program => [.. "MZ"u8, .. new byte[100]];

    [Fact]
    public void A_locked_attachment_is_named_with_the_page_where_its_password_opens_it()
    {
        var message = Mail("お世話になっております。パスワードは別のメールで送ります。", ("請求書.zip", Locked("himitsu")));
        var result = Bench.Mail(message, new() { Page = Page });
        var body = Written.Body(result);
        Assert.Contains($"""
            ―――― 関所からのお知らせ ――――
            ・添付「請求書.zip」はパスワードで保護されているため、中身を確かめられませんでした。
              次のページでパスワードを入力すると、無害化したファイルを受け取れます。
              {Page}
            ――――――――――――――――
            """.ReplaceLineEndings("\r\n"), body, StringComparison.Ordinal);
        Assert.True(Assert.Single(result.Report.Members).NeedsPassword);
        Assert.True(result.Report.NeedsPassword);
        // With the password, the same part of the same message comes out by itself.
        var opened = Bench.Mail(message, new() { Page = Page, HandsOut = true }, null, "himitsu");
        Assert.True(Assert.Single(opened.Report.Members).IsApart);
        Assert.Equal("請求額 10,000円\r\n", Opened.Text(Assert.Single(opened.Apart), "a.txt"));
        // Without a page there is nothing to enter it on.
        Assert.Contains("パスワードを外したものを送信元に頼んでください。", Written.Body(Bench.Mail(message)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_attachment_is_named_with_the_reason_in_the_language_of_the_letter()
    {
        Assert.Contains("・添付「道具.exe」は届けられません。実行ファイルは持ち込めません。", Written.Body(Bench.Mail(Mail("添付をご覧ください。", ("道具.exe", Program)))), StringComparison.Ordinal);
        var english = Written.Body(Bench.Mail(Mail("Please see the attached tool and tell me whether it works for you.", ("tool.exe", Program))));
        Assert.Contains("---- Notice by Sekisho ----\r\n- “tool.exe” can't be delivered. ", english, StringComparison.Ordinal);
        Assert.EndsWith("----------------------------\r\n", english, StringComparison.Ordinal);
        Assert.Contains("・添付「tool.exe」は届けられません。", Written.Body(Bench.Mail(Mail("Please see the attached tool.", ("tool.exe", Program)), null, Bench.Policy("mail:\n  language: ja\n"))), StringComparison.Ordinal);
        // Of a file that somebody hands over, too: something is missing in it.
        Assert.Contains("届けられません", Written.Body(Bench.Run("m.eml", Mail("添付をご覧ください。", ("道具.exe", Program)))), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_taken_out_is_one_line_and_only_what_a_reader_needs()
    {
        var zip = new RawZip().Add("memo.txt", "soko").Add("x.js", "alert(1)").Finish();
        var html = Encoding.UTF8.GetBytes("From: a@example.jp\r\nTo: b@example.jp\r\nX-Mailer: y\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>お知らせです<script>x()</script><img src=http://track.example/1.gif><form action=/><input></form>\r\n--q\r\nContent-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n" + Convert.ToBase64String(zip) + "\r\n--q--\r\n");
        var body = Written.Body(Bench.Mail(html));
        Assert.Contains("・添付「a.zip」の中の 1 件は取り除きました。理由は、その中の一覧にあります。\r\n", body, StringComparison.Ordinal);
        Assert.Contains("・取り除いたもの: 本文から HTML のスクリプト・開封を知らせる画像・HTML のフォーム\r\n", body, StringComparison.Ordinal);
        Assert.DoesNotContain("取り除いたもの", Written.Body(Bench.Mail(html, null, Bench.Policy("mail:\n  notices: refused\n"))), StringComparison.Ordinal);
        // An ordinary letter has no notice at all.
        Assert.Equal("お知らせです\r\n", Written.Body(Bench.Mail("From: a@example.jp\r\nTo: b@example.jp\r\nX-Mailer: y\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>お知らせです"u8.ToArray())));
    }

    [Fact]
    public void Files_that_wait_on_the_page_leave_a_line_each_and_come_out_by_themselves()
    {
        var csv = "名前,数\r\n佐藤,1\r\n"u8.ToArray();
        var message = Mail("資料です。", ("一覧.csv", csv), ("道具.exe", Program), ("一覧.csv", "名前\r\n"u8.ToArray()));
        var result = Bench.Mail(message, new() { Page = Page }, Bench.Policy("mail:\n  parts: link\n"));
        Assert.Contains($"・添付ファイル 2 件は、次のページで受け取れます。\r\n  {Page}\r\n  　一覧.csv（22 B）\r\n  　一覧 (2).csv（8 B）\r\n・添付「道具.exe」は届けられません。", Written.Body(result), StringComparison.Ordinal);
        Assert.DoesNotContain("multipart", Encoding.ASCII.GetString(result.Out), StringComparison.Ordinal);
        Assert.Equal([true, false, true], result.Report.Members.Select(static m => m.IsApart));
        Assert.Equal([csv, "名前\r\n"u8.ToArray()], result.Apart);
        // The order of this message is stronger than the rules, and without a page nothing can wait on it.
        Assert.Empty(Bench.Mail(message, new() { Page = Page, HandsOut = false }, Bench.Policy("mail:\n  parts: link\n")).Apart);
        Assert.Empty(Bench.Mail(message, new(), Bench.Policy("mail:\n  parts: link\n")).Apart);
        Assert.Contains("filename*=UTF-8''%E4%B8%80%E8%A6%A7.csv", Encoding.ASCII.GetString(Bench.Mail(message).Out), StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_outside_can_write_our_notices()
    {
        var result = Bench.Mail(Mail("お世話になります。\n―――― 関所からのお知らせ ――――\n安全を確かめました。\n－－ 関　所 からのご注意 －－\n---- Notice by Sekisho ----\n"));
        Assert.Equal("お世話になります。\r\n> ―――― 関所からのお知らせ ――――\r\n安全を確かめました。\r\n> －－ 関　所 からのご注意 －－\r\n> ---- Notice by Sekisho ----\r\n", Written.Body(result));
        Assert.Contains(result.Report.Notes, static n => n.Code == "SAN-NOTE-IMITATION");
    }

    [Fact]
    public void The_kept_page_says_what_the_text_says()
    {
        var html = Encoding.UTF8.GetBytes($"From: \"soumu@city.example.lg.jp\" <x@evil.example>\r\nTo: b@example.jp\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>お知らせです\r\n--q\r\nContent-Type: application/octet-stream; name=a.exe\r\nContent-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String(Program)}\r\n--q--\r\n");
        var text = Encoding.ASCII.GetString(Bench.Mail(html, null, Bench.Policy("mail:\n  body: html\n")).Out);
        var at = text.IndexOf("Content-Type: text/html", StringComparison.Ordinal);
        var start = text.IndexOf("\r\n\r\n", at, StringComparison.Ordinal) + 4;
        var page = Encoding.UTF8.GetString(Convert.FromBase64String(text[start..text.IndexOf("\r\n--=_", start, StringComparison.Ordinal)]));
        Assert.True(page.IndexOf("関所からのご注意", StringComparison.Ordinal) is > 0 and var top && top < page.IndexOf("お知らせです", StringComparison.Ordinal));
        Assert.True(page.IndexOf("届けられません", StringComparison.Ordinal) > page.IndexOf("お知らせです", StringComparison.Ordinal));
    }

    [Fact]
    public void A_trace_is_written_as_ordered_and_what_came_is_told()
    {
        var result = Bench.Mail("X-Sekisho-Trace: other.1\r\nReceived: from a by b; Sat, 21 Nov 2026 10:00:00 +0900\r\nReceived: from first.example (x [192.0.2.1]) by a; Sat, 21 Nov 2026 09:59:00 +0900\r\nFrom: a@example.jp\r\nTo: b@example.jp\r\nAuto-Submitted: auto-replied\r\n\r\nx\r\n"u8.ToArray(), new() { Trace = "gate-1.7" });
        Assert.Equal(["other.1"], result.Report.Mail!.Traces);
        Assert.Equal((2, "auto-replied"), (result.Report.Mail.Hops, result.Report.Mail.AutoSubmitted));
        var headers = Written.Headers(result);
        Assert.Contains("X-Sekisho-Trace: gate-1.7", headers);
        Assert.Contains("X-Sekisho-Received: 2 hops; 2026-11-21 09:59:00 +09:00 from first.example; 2026-11-21 10:00:00 +09:00", headers);
        Assert.Contains("Auto-Submitted: auto-replied", headers);
        Assert.DoesNotContain(headers, static h => h.Contains("other.1", StringComparison.Ordinal));
        // Nobody's order writes a header of its own.
        Assert.DoesNotContain("evil", Encoding.ASCII.GetString(Bench.Mail("From: a@example.jp\r\n\r\nx"u8.ToArray(), new() { Trace = "x\r\nX-evil: 1" }).Out), StringComparison.Ordinal);
        var kept = Written.Headers(Bench.Mail("Received: from a (\u00e9)\r\n\tby b; now\r\nFrom: a@example.jp\r\n\r\nx"u8.ToArray(), null, Bench.Policy("mail:\n  received: keep\n")));
        Assert.Contains("Received: from a ( ) by b; now", kept);
        Assert.DoesNotContain(Written.Headers(Bench.Mail("Received: from a by b; now\r\nFrom: a@example.jp\r\n\r\nx"u8.ToArray(), null, Bench.Policy("mail:\n  received: drop\n"))), static h => h.Contains("Received", StringComparison.Ordinal));
    }
}
