using System.Text;
using Sekisho.Sanitizer.Tests.Images;

namespace Sekisho.Sanitizer.Tests.Mail;

/// <summary>The policy <c>mail.body: html</c>.</summary>
public sealed class MailHtmlTests
{
    private static readonly Rules.SanitizePolicy Html = Bench.Policy("mail:\n  body: html\nhtml:\n  images: keep\n");

    private static string B64(byte[] bytes) => Convert.ToBase64String(bytes);

    private static byte[] Message(string html, string more = "") => Encoding.UTF8.GetBytes($"""
        From: a@example.jp
        To: b@example.jp
        Subject: x
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary=m

        --m
        Content-Type: multipart/related; boundary=r

        --r
        Content-Type: multipart/alternative; boundary=a

        --a
        Content-Type: text/plain; charset=utf-8

        お知らせの本文
        --a
        Content-Type: text/html; charset=utf-8
        Content-Transfer-Encoding: base64

        {B64(Encoding.UTF8.GetBytes(html))}
        --a--
        --r
        Content-Type: image/png; name=logo.png
        Content-ID: <logo@x>
        Content-Transfer-Encoding: base64

        {B64(PngMaker.Rgb(("tEXt", "evil\0text"u8.ToArray())))}
        --r
        Content-Type: image/png; name=unused.png
        Content-ID: <unused@x>
        Content-Transfer-Encoding: base64

        {B64(PngMaker.Rgb())}
        --r
        Content-Type: image/png; name=evil.png
        Content-ID: <program@x>
        Content-Transfer-Encoding: base64

        {B64([.. "MZ"u8, .. new byte[80]])}
        --r--
        {more}--m--

        """.ReplaceLineEndings("\r\n"));

    /// <summary>Content type, Content-ID and decoded content of each leaf.</summary>
    private static List<(string Type, string Id, byte[] Content)> Leaves(byte[] eml)
    {
        var leaves = new List<(string, string, byte[])>();
        foreach (var part in Encoding.ASCII.GetString(eml).Split("\r\n--=_sekisho"))
        {
            var head = part.IndexOf("Content-Type: ", StringComparison.Ordinal);
            if (head < 0 || part.IndexOf("multipart/", head, StringComparison.Ordinal) == head + 14) continue;
            var body = part.IndexOf("\r\n\r\n", head, StringComparison.Ordinal);
            var id = part.IndexOf("Content-ID: <", StringComparison.Ordinal);
            var content = part[(body + 4)..];
            leaves.Add((part[(head + 14)..part.IndexOfAny([';', '\r'], head)], id < 0 || id > body ? "" : part[(id + 13)..part.IndexOf('>', id)], part[head..body].Contains("base64", StringComparison.Ordinal) ? Convert.FromBase64String(content) : Encoding.ASCII.GetBytes(content)));
        }
        return leaves;
    }

    [Fact]
    public void A_page_stays_beside_the_text_and_fetches_nothing()
    {
        const string Page = """
            <html><head><style>p { color: red; background: url(http://track.example/bg) } @import "http://track.example/css";</style><link rel=stylesheet href=http://track.example/l></head>
            <body onload="evil()" background="http://track.example/b"><p>お知らせ<script>evil()</script></p><img src="http://track.example/1.gif" alt="T"><img src=cid:logo@x alt=ロゴ><img src="cid:program@x"><img src="cid:gone@x">
            <a href="https://phish.example/login">https://bank.example/</a> <a href="javascript:evil()">押す</a> <a href="https://ok.example/">ここ</a><iframe src="http://evil.example"></iframe><form action="http://evil.example"><input name=p></form></body></html>
            """;
        var result = Bench.Run("m.eml", Message(Page), Html);
        var leaves = Leaves(result.Out);
        Assert.Equal(["text/plain", "text/html", "image/png", "image/png"], leaves.Select(static l => l.Type));
        Assert.StartsWith("お知らせの本文\r\n", Encoding.UTF8.GetString(leaves[0].Content), StringComparison.Ordinal);
        var page = Encoding.UTF8.GetString(leaves[1].Content);
        foreach (var never in (string[])["evil()", "evil.example", "track.example", "javascript", "onload", "<script", "<form", "<iframe", "url(", "@import", "logo@x"]) Assert.DoesNotContain(never, page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("<p>お知らせ</p>", page, StringComparison.Ordinal);
        Assert.Contains("<img src=\"cid:picture1@sekisho.invalid\" alt=\"ロゴ\">", page, StringComparison.Ordinal);
        Assert.Contains("https://bank.example/</a> &lt;https://phish.example/login&gt;", page, StringComparison.Ordinal);
        Assert.Equal("picture1@sekisho.invalid", leaves[2].Id);
        Assert.True(leaves[2].Content.AsSpan().IndexOf("evil"u8) < 0);
        // What was no picture is named in both forms of the body.
        foreach (var form in leaves.Take(2)) Assert.Contains("添付「evil.png」は届けられません。", Encoding.UTF8.GetString(form.Content), StringComparison.Ordinal);
        Assert.Superset(new HashSet<string> { "E-02", "E-18", "H-01", "H-02", "H-03", "H-04", "H-05", "H-06", "H-07" }, result.Threats.ToHashSet());
        var again = Bench.Run("m.eml", result.Out, Html);
        Assert.Equal(result.Out, again.Out);
        Assert.Empty(again.Report.Removed);
    }

    [Fact]
    public void Several_pieces_become_one_page_and_none_swallows_the_next()
    {
        var more = "--m\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n1 < 2 の署名\r\n--m\r\nContent-Type: text/html\r\n\r\n<i>second\r\n";
        var result = Bench.Run("m.eml", Message("<b>first</b><textarea><!-- <plaintext>", more), Html);
        var page = Encoding.UTF8.GetString(Leaves(result.Out).First(static l => l.Type == "text/html").Content);
        Assert.Contains("<b>first</b>", page, StringComparison.Ordinal);
        Assert.Contains("1 &lt; 2 の署名", page, StringComparison.Ordinal);
        Assert.Contains("<i>second</i>", page, StringComparison.Ordinal);
        Assert.Equal(result.Out, Bench.Run("m.eml", result.Out, Html).Out);
    }

    [Fact]
    public void An_invitation_in_the_body_comes_out_as_a_calendar()
    {
        var cal = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261201T010000Z\r\nSUMMARY:会議\r\nATTACH:http://evil.example/\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        var jis = CodePagesEncodingProvider.Instance.GetEncoding(50221)!;
        byte[] message = [.. "From: a@example.jp\r\nTo: b@example.jp\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x\r\nContent-Type: text/calendar; charset=iso-2022-jp; method=REQUEST\r\n\r\n"u8, .. jis.GetBytes(cal), .. "--x--\r\n"u8];
        var result = Bench.Run("m.eml", message);
        var calendar = Leaves(result.Out).Single(static l => l.Type == "text/calendar");
        Assert.Contains("SUMMARY:会議", Encoding.UTF8.GetString(calendar.Content), StringComparison.Ordinal);
        Assert.DoesNotContain("evil", Encoding.UTF8.GetString(calendar.Content), StringComparison.Ordinal);
        Assert.Contains("filename=\"invite.ics\"", Encoding.ASCII.GetString(result.Out), StringComparison.Ordinal);
        var again = Bench.Run("m.eml", result.Out);
        Assert.Equal(result.Out, again.Out);
        Assert.Empty(again.Report.Removed);
    }

    [Theory]
    [InlineData("来週の会議は水曜日の十時から第一会議室で行います。資料は当日お配りします。", "<p>来週の<b>会議</b>は水曜日の十時から、第一会議室で行います。資料は当日お配りします。</p>", false)]
    [InlineData("来週の会議は水曜日の十時から第一会議室で行います。資料は当日お配りします。", "<p>あなたの口座は停止されました。下のボタンから本人確認の手続きを至急お願いいたします。</p>", true)]
    public void Two_forms_that_say_different_things_are_told(string text, string html, bool differs)
    {
        var message = Encoding.UTF8.GetBytes($"From: a@example.jp\r\nTo: b@example.jp\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n--x--\r\n");
        foreach (var policy in (Rules.SanitizePolicy[])[Rules.SanitizePolicy.Default, Html]) Assert.Equal(differs, Bench.Run("m.eml", message, policy).Report.Notes.Any(static n => n.Code == "SAN-NOTE-ALTERNATIVES") || Bench.Run("m.eml", message, policy).Threats.Contains("E-13"));
    }

    [Fact]
    public void What_a_Mac_keeps_beside_a_file_goes_and_the_file_stays()
    {
        var result = Bench.Run("m.eml", Encoding.ASCII.GetBytes($"From: a@example.jp\r\nTo: b@example.jp\r\nContent-Type: multipart/appledouble; boundary=x\r\n\r\n--x\r\nContent-Type: application/applefile; name=a.txt\r\nContent-Transfer-Encoding: base64\r\n\r\n{B64([0, 5, 0x16, 7, 0, 2, 0, 0, .. "evil resource"u8])}\r\n--x\r\nContent-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment\r\n\r\nplain\r\n--x--\r\n"));
        Assert.Contains("E-19", result.Threats);
        Assert.Equal("plain", Encoding.ASCII.GetString(Leaves(result.Out)[^1].Content).Trim());
        Assert.Equal(2, Leaves(result.Out).Count);
    }

    [Fact]
    public void Mutated_messages_are_refused_or_rebuilt_and_nothing_else() => Nested.Fuzz("m.eml", Message("<p>x<img src=cid:logo@x><a href=https://a.example>https://b.example</a>"), 500, Html);
}
