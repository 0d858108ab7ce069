using System.Text;
using Sekisho.Sanitizer.Mail.Outlook;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Rules;
using Sekisho.Sanitizer.Tests.Archives;
using Sekisho.Sanitizer.Tests.Images;

namespace Sekisho.Sanitizer.Tests.Mail;

public sealed class OutlookTests
{
    private const string Wrapped =
        @"{\rtf1\ansi\ansicpg932\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}{\f1\fnil\fcharset128 MS Gothic;}}{\*\htmltag19 <html>}{\*\htmltag34 <head>}{\*\htmltag1 <script>evil()</script>}{\*\htmltag41 </head>}{\*\htmltag50 <body onload=""evil()"">}\htmlrtf {\htmlrtf0 " +
        @"{\*\htmltag64 <p>}\htmlrtf {\f1\htmlrtf0 \'89\'ef\'8b\'63\'82\'cc\u36039?\u26009?\htmlrtf \par}\htmlrtf0 {\*\htmltag72 </p>}{\*\htmltag84 <img src=""http://track.example/x.gif"">}{\*\htmltag84 <img src=""cid:pic@x"" alt=""P"">}{\*\htmltag58 </body>}\htmlrtf }\htmlrtf0 {\*\htmltag27 </html>}}";

    private static readonly byte[] Evil = [.. "MZ"u8, .. new byte[62], .. "evil program"u8];

    private static byte[] Picture => PngMaker.Rgb();

    private static OutlookMaker Hostile(bool isUnicode)
    {
        var inner = new OutlookMaker(isUnicode).Number(0x3FFD, 932).Text(0x0037, "中のメール").Text(0x1000, "中の本文㈱").Text(0x0C1A, "係長").Text(0x5D01, "kakari@example.lg.jp").File("表.csv", Encoding.UTF8.GetBytes("=evil(),1\r\n"));
        return new OutlookMaker(isUnicode)
            .Number(0x3FFD, 932).Text(0x001A, "IPM.Note").Text(0x0037, "会議の資料㈱ｶﾅ").Text(0x0C1A, "総務課 髙橋").Text(0x5D01, "soumu@example.lg.jp")
            .Time(0x0039, new(2026, 11, 21, 1, 0, 0, TimeSpan.Zero)).Text(0x1035, "<a@b.example>")
            .Text(0x007D, "Received: from evil.example\r\nReply-To: kyoku@example.lg.jp\r\nX-Evil: 1\r\n")
            .Bytes(0x1009, OutlookMaker.Packed(Wrapped))
            .Recipient(1, "山田 太郎", "taro@example.jp").Recipient(2, "課長", "kacho@example.jp")
            .File("請求書.exe", Evil).File("link.docx", [], method: 2).File("object", Evil, method: 6).File("絵.png", Picture, contentId: "pic@x").File("メモ.txt", Encoding.UTF8.GetBytes("覚え書き\u202Eevil\r\n"))
            .Message("中のメール.msg", inner);
    }

    private static string Decoded(byte[] eml)
    {
        var text = Encoding.ASCII.GetString(eml);
        var all = new StringBuilder(text);
        foreach (var part in text.Split("base64\r\n\r\n").Skip(1))
        {
            var end = part.IndexOf("\r\n--", StringComparison.Ordinal);
            all.Append(Encoding.UTF8.GetString(Convert.FromBase64String(end < 0 ? part : part[..end])));
        }
        return all.ToString();
    }

    [Theory]
    [InlineData(true, "msg", "text")]
    [InlineData(false, "msg", "text")]
    [InlineData(true, "msg", "html")]
    [InlineData(false, "msg", "html")]
    [InlineData(true, "tnef", "text")]
    [InlineData(false, "tnef", "html")]
    public void A_hostile_message_of_Outlook_becomes_a_harmless_eml(bool isUnicode, string format, string body)
    {
        var maker = Hostile(isUnicode);
        var file = format == "msg" ? maker.ToMsg() : maker.ToTnef();
        // The elements are in the input: read by eyes other than ours.
        Assert.True(file.AsSpan().IndexOf(Evil) > 0);
        Assert.True(file.AsSpan().IndexOf(isUnicode ? Encoding.Unicode.GetBytes(@"\\evil.example\share") : Encoding.ASCII.GetBytes(@"\\evil.example\share")) > 0);
        Assert.True(file.AsSpan().IndexOf(Encoding.UTF8.GetBytes("=evil()")) > 0);
        Assert.Contains("<script>", Wrapped, StringComparison.Ordinal);
        var policy = Bench.Policy($"mail:\n  body: {body}\n");
        var result = Bench.Run("受信.msg", file, policy);
        Assert.Equal((Outcome.Converted, "受信.eml", "eml"), (result.Report.Outcome, result.Report.Output, result.Kind.Key));
        var all = Decoded(result.Out);
        foreach (var never in (string[])["evil()", "evil.example", "evil program", "track.example", "X-Evil", "\u202E"]) Assert.DoesNotContain(never, all.Replace("'=evil()", "", StringComparison.Ordinal), StringComparison.Ordinal);
        foreach (var kept in (string[])["会議の資料", "覚え書き", "中の本文㈱", Convert.ToBase64String(Encoding.UTF8.GetBytes("会議の資料㈱ｶﾅ")), Convert.ToBase64String(Encoding.UTF8.GetBytes("総務課 髙橋")) + "?= <soumu@example.lg.jp>", "<taro@example.jp>", "<kacho@example.jp>", "Date: Sat, 21 Nov 2026 01:00:00 +0000", "Message-ID: <a@b.example>", "SAN-KIND-003"])
            Assert.Contains(kept, all, StringComparison.Ordinal);
        Assert.Superset(new HashSet<string> { "E-12", "X-06" }, result.Threats.ToHashSet());
        Assert.Contains(result.Report.Members, static m => m.File.Contains("中のメール", StringComparison.Ordinal) && m.Members[0].Removed.Any(static r => r.Threat == "C-01"));
        if (body == "html")
        {
            Assert.Contains("<p>会議の資料</p>", all, StringComparison.Ordinal);
            Assert.Contains("<img src=\"cid:picture1@sekisho.invalid\" alt=\"P\">", all, StringComparison.Ordinal);
            Assert.Contains("Content-ID: <picture1@sekisho.invalid>", all, StringComparison.Ordinal);
        }
        Assert.Equal(result.Out, Bench.Run("受信.msg", file, policy).Out);
        var again = Bench.Run("受信.eml", result.Out, policy);
        Assert.Equal(result.Out, again.Out);
        Assert.Empty(again.Report.Removed);
    }

    [Fact]
    public void Inside_a_zip_and_a_mail_it_is_the_same()
    {
        var msg = Hostile(true).ToMsg();
        var alone = Bench.Run("a.msg", msg).Out;
        var zip = Bench.Run("a.zip", new RawZip().Add("a.msg"u8.ToArray(), msg).Finish());
        Assert.True(Opened.Members(zip.Out)["a.eml"].AsSpan().SequenceEqual(alone));
        var mail = Bench.Run("m.eml", Encoding.ASCII.GetBytes($"From: a@example.jp\r\nTo: b@example.jp\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: application/vnd.ms-outlook; name=a.msg\r\nContent-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String(msg)}\r\n--x--\r\n"));
        Assert.Contains(Encoding.ASCII.GetString(alone), Encoding.ASCII.GetString(mail.Out), StringComparison.Ordinal);
        Assert.DoesNotContain("evil program", Decoded(mail.Out), StringComparison.Ordinal);
    }

    [Fact]
    public void Python_reads_the_message_as_it_was_meant()
    {
        var file = Path.Combine(Path.GetTempPath(), $"sekisho-{Guid.NewGuid():N}.eml");
        try
        {
            File.WriteAllBytes(file, Bench.Run("a.msg", Hostile(false).ToMsg(), Bench.Policy("mail:\n  body: html\n")).Out);
            const string Script = """
                import email, email.policy, sys
                m = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)
                print(m['subject'], '|', m['from'], '|', m['to'], '|', m['cc'], '|', m['date'])
                for p in m.walk():
                    assert not p.defects, p.defects
                    print(p.get_content_type(), p.get_filename(), p['content-id'])
                """;
            Assert.Equal(
                """
                会議の資料㈱ｶﾅ | 総務課 髙橋 <soumu@example.lg.jp> | 山田 太郎 <taro@example.jp> | 課長 <kacho@example.jp> | Sat, 21 Nov 2026 01:00:00 +0000
                multipart/mixed None None
                multipart/alternative None None
                text/plain None None
                multipart/related None None
                text/html None None
                image/png 絵.png <picture1@sekisho.invalid>
                application/octet-stream メモ.txt None
                message/rfc822 中のメール.eml None
                multipart/mixed None None
                text/plain None None
                application/octet-stream 表.csv None
                """, Opened.Run("/usr/bin/python3", "-X", "utf8", "-c", Script, file).Trim());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void What_Outlook_hides_in_winmail_dat_hangs_on_the_mail_itself()
    {
        var tnef = Hostile(false).ToTnef();
        var result = Bench.Run("m.eml", Encoding.ASCII.GetBytes($"From: a@example.jp\r\nTo: b@example.jp\r\nSubject: outer\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n\r\n--x\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String(tnef)}\r\n--x--\r\n"));
        var all = Decoded(result.Out);
        Assert.Contains("会議の資料", all, StringComparison.Ordinal);
        Assert.Contains("Subject: outer", all, StringComparison.Ordinal);
        Assert.Contains("覚え書き", all, StringComparison.Ordinal);
        Assert.DoesNotContain("winmail", all, StringComparison.Ordinal);
        Assert.DoesNotContain("evil program", all, StringComparison.Ordinal);
        Assert.Contains("E-08", result.Threats);
        var again = Bench.Run("m.eml", result.Out);
        Assert.Equal(result.Out, again.Out);
        Assert.Empty(again.Report.Removed);
        // One that can't be read is named in its place.
        tnef[30] ^= 1;
        var broken = Bench.Run("m.eml", Encoding.ASCII.GetBytes($"From: a@example.jp\r\nTo: b@example.jp\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String(tnef)}\r\n"));
        Assert.Contains("SAN-TNEF-00", Decoded(broken.Out), StringComparison.Ordinal);
    }

    // The two examples of [MS-OXRTFCP] §4.
    [Theory]
    [InlineData("2D0000002B0000004C5A4675F1C5C7A703000A00726370673132354232 0AF32068656C09002062770 5B06C647D0A800FA0", "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n")]
    [InlineData("1A0000001C0000004C5A4675E2D44B51410004205758595A0D6E7D010EB0", "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}")]
    public void Packed_rtf_unpacks_as_its_specification_shows(string hex, string expected)
    {
        var budget = new Budget(SanitizePolicy.Default.Limits, 1000, TimeProvider.System);
        var packed = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(expected, Encoding.ASCII.GetString(CompressedRtf.Unpack(packed, budget)!));
        packed[^1] ^= 0x10;
        Assert.Null(CompressedRtf.Unpack(packed, budget)); // its sum no longer holds
    }

    [Fact]
    public void Rtf_without_a_page_gives_its_text()
    {
        var body = RtfBody.Read(Encoding.ASCII.GetBytes(@"{\rtf1\ansi\ansicpg932{\fonttbl{\f0\fcharset128 x;}}{\*\generator evil;}{\info{\title evil}}{\field{\*\fldinst DDEAUTO evil}{\fldrslt \'8c\'8b\'89\'ca}}{\object\objemb{\*\objdata 4d5a}}\par \b\u26085?\'96\'7b\par{\v evil}a\tab b\bin4 {}{}c}"), new Budget(SanitizePolicy.Default.Limits, 1000, TimeProvider.System));
        Assert.Equal("結果\n日本\na\tbc", body.Text);
        Assert.Null(body.Html);
    }

    [Fact]
    public void Messages_of_public_test_suites_come_out_and_stay_as_they_came_out()
    {
        Assert.SkipUnless(Bench.Corpus is not null, "../shared/corpus is not on this machine");
        var files = Directory.EnumerateFiles(Path.Combine(Bench.Corpus!, "tnef")).Concat(Directory.EnumerateFiles(Path.Combine(Bench.Corpus!, "ole2"), "*.msg")).Order(StringComparer.Ordinal).ToList();
        Assert.True(files.Count > 20);
        var refused = new List<string>();
        foreach (var file in files)
        {
            foreach (var policy in (SanitizePolicy[])[SanitizePolicy.Default, Bench.Policy("mail:\n  body: html\n")])
            {
                var result = Bench.Run(Path.GetFileName(file), File.ReadAllBytes(file), policy);
                Assert.NotEqual("SAN-BUG-001", result.Report.Refusal?.Code);
                if (result.Bytes is null)
                {
                    refused.Add(Path.GetFileName(file));
                    continue;
                }
                var again = Bench.Run("again.eml", result.Out, policy);
                Assert.Equal(result.Out, again.Out);
                Assert.Empty(again.Report.Removed);
            }
        }
        // Checksums that don't hold, and a fuzzer's damaged directory.
        Assert.Equal(["exiftool__TNEF.tnef", "poi__clusterfuzz-testcase-minimized-POIHSMFFuzzer-5336473854148608.msg", "poi__oom.tnef"], refused.Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("msg")]
    [InlineData("tnef")]
    public void Mutated_messages_are_refused_or_rebuilt_and_nothing_else(string format)
    {
        var seed = format == "msg" ? Hostile(false).ToMsg() : Hostile(false).ToTnef();
        var random = new Random(20261121);
        for (var round = 0; round < 600; round++)
        {
            var bytes = (byte[])seed.Clone();
            for (var i = random.Next(1, 8); i > 0; i--)
            {
                var at = random.Next(bytes.Length);
                if (random.Next(4) > 0) bytes[at] = (byte)random.Next(256);
                else bytes = [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(64))..]];
            }
            if (format == "tnef") MendSums(bytes);
            var result = Bench.Run("m." + format, bytes);
            Assert.True(result.Report.Refusal?.Code != "SAN-BUG-001", $"round {round}: {result.Report.Refusal?.What.En} {result.Report.Refusal?.Place}");
            if (result.Bytes is not null && result.Kind.Key == "eml") Assert.Equal(result.Out, Bench.Run("again.eml", result.Out).Out);
        }
    }

    // So that mutations reach what stands behind the checksums.
    private static void MendSums(byte[] tnef)
    {
        for (var at = 6; tnef.Length - at >= 11;)
        {
            var length = BitConverter.ToUInt32(tnef, at + 5);
            if (length > tnef.Length - at - 11) return;
            BitConverter.TryWriteBytes(tnef.AsSpan(at + 9 + (int)length), (ushort)tnef.AsSpan(at + 9, (int)length).ToArray().Sum(static b => b));
            at += 11 + (int)length;
        }
    }
}
