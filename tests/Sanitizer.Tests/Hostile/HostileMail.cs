using System.Text;
using Sekisho.Sanitizer.Tests.Archives;

namespace Sekisho.Sanitizer.Tests.Hostile;

/// <summary>Rows E-01 … E-19: messages.</summary>
internal static class HostileMail
{
    private const string Head = "From: a@example.jp\nTo: b@example.jp\nSubject: x\nMIME-Version: 1.0\n";

    public static IEnumerable<HostileFile> All()
    {
        yield return New("E-01", "a body of HTML", "Content-Type: text/html\n\n<p>nokoru</p><font color=KAMAKIRI>x</font>", "<font");
        yield return New("E-02", "a tracker", "Content-Type: text/html\n\n<p>nokoru</p><img src=\"http://track.example/KAMAKIRI.gif\" width=1 height=1><p style=\"background:url(http://track.example/KAMAKIRI)\">x</p>", "track.example");
        yield return New("E-02", "a tracker in quoted-printable", "Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n<p>nokoru</p><img src=3D\"http://track.exam=\nple/KAMA=4BIRI.gif\">", "track.example");
        yield return New("E-03", "HTML that runs, in base64", $"Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\n{Convert.ToBase64String("<p>nokoru</p><script>KAMAKIRI</script><p onclick=KAMAKIRI><iframe src=//evil.example/KAMAKIRI></iframe>"u8)}", "<script", "iframe") with { Told = "H-01" };
        yield return New("E-03", "HTML that runs beside a text", Parts("alternative", "Content-Type: text/plain\n\nnokoru", "Content-Type: text/html\n\n<script>KAMAKIRI</script>"), "<script") with { Told = "E-01" };
        yield return new HostileFile("E-04", "a header in a header", "a.eml", Bytes("From: a@example.jp\nTo: b@example.jp\nSubject: x\rBcc: KAMAKIRI@example.jp\n\nnokoru"), "\rBcc:") { Kept = ["nokoru"] };
        yield return New("E-04", "a header in an encoded word", $"X-Evil: KAMAKIRI\nReply-To: <javascript:KAMAKIRI>\nComments: KAMAKIRI\nContent-Type: text/plain\n\nnokoru", "X-Evil");
        yield return new HostileFile("E-04", "a line end in an encoded subject", "a.eml", Bytes($"From: a@example.jp\nTo: b@example.jp\nSubject: =?UTF-8?B?{Convert.ToBase64String("a\r\nBcc: KAMAKIRI@example.jp"u8)}?=\n\nnokoru"), "\nBcc:") { Told = "", Kept = ["nokoru"] };
        yield return new HostileFile("E-04", "two of a header that must be one", "a.eml", Bytes("From: a@example.jp\nTo: b@example.jp\nContent-Type: text/html\nContent-Type: text/plain\n\nnokoru<script>KAMAKIRI</script>"), HostileFile.Mark, "<script") { Kept = ["nokoru"] };
        yield return new HostileFile("E-04", "two senders and two subjects", "a.eml", Bytes("From: a@example.jp\nFrom: KAMAKIRI@example.jp\nTo: b@example.jp\nSubject: x\nSubject: KAMAKIRI\nContent-Type: text/plain\n\nnokoru"), HostileFile.Mark) { Kept = ["nokoru"] };
        yield return New("E-05", "text before the first and behind the last part", "Content-Type: multipart/mixed; boundary=b\n\n<script>KAMAKIRI</script>\n--b\nContent-Type: text/plain\n\nnokoru\n--b--\nbegin 644 KAMAKIRI.exe\n", "<script", "begin 644");
        yield return New("E-05", "no boundary", "Content-Type: multipart/mixed\n\n--kakusu\nContent-Type: text/html\n\nnokoru<script>KAMAKIRI</script>\n--kakusu--", "<script");
        yield return New("E-05", "a boundary that is nowhere", "Content-Type: multipart/mixed; boundary=KAMAKIRI\n\nnokoru");
        foreach (var (what, header) in new[]
        {
            ("in pieces (RFC 2231)", "Content-Type: application/pdf; name=a.pdf\nContent-Disposition: attachment; filename*0*=UTF-8''KAMA%4BIRI; filename*1=.e; filename*2*=x%65"), ("in an encoded word", $"Content-Type: application/pdf; name=\"=?UTF-8?B?{Convert.ToBase64String("KAMAKIRI.exe"u8)}?=\"\nContent-Disposition: attachment"),
            ("in two forms", "Content-Type: application/pdf; name=\"a.pdf\"\nContent-Disposition: attachment; filename=\"KAMAKIRI.exe\""),
        })
            yield return New("E-06", $"a program's name {what}", Parts("mixed", "Content-Type: text/plain\n\nnokoru", $"{header}\nContent-Transfer-Encoding: base64\n\n{Convert.ToBase64String([.. "MZ"u8, 0x90, 0, .. new byte[56], 64, 0, 0, 0, .. "PE\0\0HAKIRI payload"u8])}")) with { Needles = ["HAKIRI payload"], Told = what == "in two forms" ? "E-06" : "SAN-KIND-003" };
        yield return New("E-07", "a message in a message in a message", Parts("mixed", "Content-Type: text/plain\n\nnokoru", "Content-Type: message/rfc822\n\n" + Head + Joined("mixed", "c", "Content-Type: message/rfc822\n\n" + Head + "Content-Type: text/html\n\n<p>soko</p><script>KAMAKIRI</script>")), "<script") with { Told = "H-01", Kept = ["nokoru", "soko"] };
        yield return New("E-07", "a message in base64, against the rules", Parts("mixed", "Content-Type: text/plain\n\nnokoru", $"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{Convert.ToBase64String(Bytes(Head + "Content-Type: text/html\n\n<script>KAMAKIRI</script>x"))}"), "<script") with { Told = "H-01" };
        yield return New("E-08", "winmail.dat that is damaged", Parts("mixed", "Content-Type: text/plain\n\nnokoru", $"Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n{Convert.ToBase64String([0x78, 0x9F, 0x3E, 0x22, 1, 0, .. "KAMAKIRI"u8])}")) with { Told = "" };
        yield return New("E-09", "an attachment whose name runs from right to left", Parts("mixed", "Content-Type: text/plain\n\nnokoru", "Content-Type: text/plain; name*=UTF-8''keikaku%E2%80%AEfdp%E2%80%8B.txt\nContent-Disposition: attachment; filename*=UTF-8''keikaku%E2%80%AEfdp%E2%80%8B.txt\n\nsoko"), "\u202E") with { Needles = ["\u202E", "\u200B"], Told = "SAN-NOTE-NAME" };
        yield return New("E-10", "a page that says it is a picture", Parts("mixed", "Content-Type: text/plain\n\nnokoru", "Content-Type: image/png; name=a.png\nContent-Disposition: attachment; filename=a.png\n\n<html><script>KAMAKIRI</script><p>soko</p></html>"), "<script") with { Told = "H-01" };
        yield return New("E-11", "bytes of another charset than declared", "Content-Type: text/plain; charset=us-ascii\n\nnokoru \u0093\u00FA\u0096{") with { Needles = ["\u0093\u00FA\u0096{"], Told = "" };
        yield return New("E-11", "an escape that isn't closed", "Content-Type: text/html; charset=iso-2022-jp\n\n<p title=\"\u001B$B\">nokoru\u001B(B<script>KAMAKIRI</script>", "<script") with { Told = "", Kept = [] };
        yield return New("E-12", "a body that lies elsewhere, and a part of one", Parts("mixed", "Content-Type: text/plain\n\nnokoru", "Content-Type: message/external-body; access-type=URL; URL=\"http://evil.example/KAMAKIRI\"\n\nContent-Type: text/html\n\nx", "Content-Type: message/partial; id=KAMAKIRI; number=1; total=2\n\nKAMAKIRI"), "external-body", "message/partial");
        yield return New("E-13", "two forms that say different things", Parts("alternative", "Content-Type: text/plain\n\nnokoru", "Content-Type: text/html\n\n<p>KAMAKIRI wants you to <a href=\"http://evil.example/\">pay</a> at once and to tell nobody</p>")) with { Needles = ["<a href", "http://evil.example"] };
        yield return New("E-14", "an attachment with macros, and one that is refused", Parts("mixed", "Content-Type: text/plain\n\nnokoru", $"Content-Type: application/octet-stream; name=a.zip\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\n{Convert.ToBase64String(new RawZip().Add("memo.txt", "soko").Add("x.js", "KAMAKIRI").Finish())}", "Content-Type: text/plain; name=k.js\nContent-Disposition: attachment; filename=k.js\n\nKAMAKIRI")) with { Told = "Z-11" };
        yield return New("E-15", "a signature", Parts("signed; protocol=\"application/pkcs7-signature\"", "Content-Type: text/plain\n\nnokoru", $"Content-Type: application/pkcs7-signature; name=smime.p7s\nContent-Transfer-Encoding: base64\n\n{Convert.ToBase64String("0\u0082KAMAKIRI"u8)}"), "pkcs7-signature");
        yield return New("E-15", "an encrypted body", $"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\n{Convert.ToBase64String([0x30, 0x82, 1, 0, .. "KAMAKIRI"u8, .. new byte[20]])}", "pkcs7-mime") with { Told = "SAN-KIND-004", Kept = [] };
        yield return New("E-16", "an encoding that nobody knows", "Content-Type: text/plain\nContent-Transfer-Encoding: x-kamakiri\n\nnokoru", "x-kamakiri");
        yield return New("E-16", "base64 with other characters between", "Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n" + string.Join("!*\n", Convert.ToBase64String("<p>nokoru</p><script>KAMAKIRI</script>"u8).Chunk(8).Select(static c => new string(c)))) with { Told = "H-01", Needles = [] };
        yield return New("E-16", "two encodings", "Content-Type: text/html\nContent-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64\n\nnokoru<script>KAMAKIRI</script>", "<script") with { Told = "E-04" };
        yield return New("E-16", "a program in the text itself (uuencode)", "Content-Type: text/plain\n\nnokoru\n\nbegin 644 KAMAKIRI.exe\n#35J0\n`\nend\n") with { Needles = ["begin 644", "35J0"] };
        yield return New("E-17", "a calendar and a card that lead elsewhere", Parts("mixed", "Content-Type: text/plain\n\nnokoru", "Content-Type: text/calendar; method=REQUEST; name=a.ics\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nATTACH:file://evil/KAMAKIRI.exe\nURL:file://evil/KAMAKIRI\nEND:VEVENT\nEND:VCALENDAR\n", "Content-Type: text/vcard; name=a.vcf\n\nBEGIN:VCARD\nURL:javascript:KAMAKIRI\nPHOTO;VALUE=URI:http://evil.example/KAMAKIRI\nEND:VCARD\n"), "ATTACH:file") with { Told = "E-17" };
        yield return New("E-18", "a link that shows another", "Content-Type: text/html\n\n<p>nokoru</p><a href=\"http://xn--kamakiri-0000.example/\">https://www.soumu.go.jp/</a>") with { Needles = ["<a href"] };
        yield return New("E-19", "a fork and what hangs on a page", Parts("related", "Content-Type: text/html\nContent-Location: http://evil.example/KAMAKIRI\n\n<p>nokoru</p><img src=cid:a>", "Content-Type: application/applefile; name=fork\nContent-Transfer-Encoding: base64\n\n" + Convert.ToBase64String([0, 5, 0x16, 7, 0, 2, 0, 0, .. "KAMAKIRI"u8, .. new byte[30]])), "applefile", "Content-Location") with { Told = "" };
    }

    private static HostileFile New(string threat, string what, string rest, params string[] needles) => new(threat, what, "a.eml", Bytes(Head + rest + "\n"), [HostileFile.Mark, .. needles]) { Kept = ["nokoru"] };

    private static string Parts(string kind, params string[] parts) => Joined(kind, "b", parts);

    private static string Joined(string kind, string boundary, params string[] parts) => $"Content-Type: multipart/{kind}; boundary={boundary}\n\n" + string.Concat(parts.Select(p => $"--{boundary}\n{p}\n")) + $"--{boundary}--\n";

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text.Replace("\r", "\u0001", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal).Replace("\u0001", "\r", StringComparison.Ordinal));
}
