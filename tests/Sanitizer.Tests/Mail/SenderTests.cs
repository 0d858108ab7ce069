using System.Text;
using Sekisho.Sanitizer.Mail;
using Sekisho.Sanitizer.Mail.Senders;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Tests.Mail;

/// <summary>Who sent it, and who it looks like.</summary>
public sealed class SenderTests
{
    private static readonly Rules.SanitizePolicy Town = Bench.Policy("mail:\n  own-domains: [city.kazaguruma.lg.jp, kazaguruma.jp]\n  own-names: [風車市, 風車 太郎]\n  known-domains: [pref.example.lg.jp, mizuho-bank.example]\n  authserv-id: mx.kazaguruma.lg.jp\n");

    private const string Front = "Received: from mail.one.example (mail.one.example [192.0.2.1]) by mx.kazaguruma.lg.jp (Postfix) with ESMTPS id 4F; Sat, 21 Nov 2026 09:58:01 +0900";

    private static Result Mail(string head, string body = "お知らせします。\n") => Bench.Mail(Encoding.UTF8.GetBytes($"{head}\nTo: b@city.kazaguruma.lg.jp\nSubject: x\nContent-Type: text/plain; charset=utf-8\n\n{body}"), null, Town);

    [Theory]
    [InlineData("From: \"soumu@city.kazaguruma.lg.jp\" <x@evil.example>", "shows-address")]
    [InlineData("From: =?UTF-8?B?77yz77yv77y177yt77y177ygY2l0eS5rYXphZ3VydW1hLmxnLmpw?= <x@evil.example>", "shows-address")] // in full width
    [InlineData("From: 風車市役所 <x@evil.example>", "own-name")]
    [InlineData("From: 風 車　市 総務課 <x@evil.example>", "own-name")]
    [InlineData("From: x@city.kazaguruma.lg.jp", "own-domain")]
    [InlineData("From: x@kazaguruna.jp", "look-alike")]
    [InlineData("From: x@kazagurumaa.jp", "look-alike")]
    [InlineData("From: x@kazaguruma.com", "look-alike")]
    [InlineData("From: x@city.kazaguruma.lg.jp.evil.example", "look-alike")]
    [InlineData("From: x@city-kazaguruma-lg.jp", "look-alike")]
    [InlineData("From: x@rnizuho-bank.example", "look-alike")]
    [InlineData("From: x@mizuh0-bank.example", "look-alike")]
    [InlineData("From: x@xn--kazagurum-8yh.jp", "look-alike")] // kazagurumа.jp, the last letter Cyrillic
    [InlineData("From: x@xn--kazagurum-8yh.jp", "mixed-script")]
    [InlineData("From: a@one.example, b@two.example", "several-senders")]
    [InlineData("From: a@one.example\nFrom: b@two.example", "several-senders")]
    [InlineData("From: 総務課", "no-sender")]
    [InlineData("X-Nothing: x", "no-sender")]
    [InlineData("From: a@one.example\nReply-To: b@two.example", "reply-elsewhere")]
    [InlineData("From: a@one.example\nAuthentication-Results: mx.kazaguruma.lg.jp; spf=fail smtp.mailfrom=one.example; dkim=none; dmarc=fail (p=reject) header.from=one.example\nReceived: from one.example by mx.kazaguruma.lg.jp; x", "authentication")]
    public void A_doubtful_sender_is_marked_in_the_report_and_at_the_top_of_the_body(string head, string kind)
    {
        var result = Mail(head);
        var mark = result.Report.Mail!.Marks.FirstOrDefault(m => m.Kind == kind);
        Assert.True(mark is not null, $"marks: {string.Join(' ', result.Report.Mail.Marks.Select(static m => m.Kind))}");
        Assert.StartsWith("―――― 関所からのご注意 ――――\r\n", Written.Body(result), StringComparison.Ordinal);
        Assert.Contains("・" + mark.Message.Ja, Written.Body(result), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("From: =?UTF-8?B?6aKo6LuK5biC?= <x@city.kazaguruma.lg.jp>\nAuthentication-Results: mx.kazaguruma.lg.jp; spf=pass; dkim=pass; dmarc=pass\nReceived: from one.example by mx.kazaguruma.lg.jp; x")] // our own name from our own domain, proven
    [InlineData("From: \"taro@one.example\" <taro@mail.one.example>")]
    [InlineData("From: x@city.kazagurumo.lg.jp")] // nobody but a municipality gets such a name
    [InlineData("From: x@one.example\nReply-To: y@mail.one.example")]
    [InlineData("From: x@one.example\nAuthentication-Results: mx.kazaguruma.lg.jp; spf=softfail; dkim=pass; dmarc=pass\nReceived: from one.example by mx.kazaguruma.lg.jp; x")]
    [InlineData("From: x@one.example\nAuthentication-Results: mx.evil.example; spf=fail; dmarc=fail")] // of somebody else: worth nothing
    [InlineData("From: =?UTF-8?B?5bGx55Sw5aSq6YOO?= <yamada@xn--wgv71a119e.jp>")] // 日本語.jp
    public void An_honest_sender_is_not(string head)
    {
        var result = Mail(head);
        Assert.Empty(result.Report.Mail!.Marks);
        Assert.StartsWith("お知らせします。", Written.Body(result), StringComparison.Ordinal);
    }

    [Fact]
    public void What_our_own_front_MTA_found_is_read_and_written_anew_and_what_others_claim_is_not()
    {
        const string Head = $"Authentication-Results: mx.kazaguruma.lg.jp 1;\n spf=softfail (domain of x; spf=pass) smtp.mailfrom=a@one.example;\n dkim=fail reason=\"dkim=pass\" header.d=two.example;\n dkim=pass header.d=one.example;\n dmarc=none\nAuthentication-Results: mx.evil.example; spf=pass; dkim=pass; dmarc=pass\nAuthentication-Results: mx.kazaguruma.lg.jp; spf=pass; dmarc=pass\n{Front}\nFrom: a@one.example";
        var result = Mail(Head);
        Assert.Equal(new("mx.kazaguruma.lg.jp", "softfail", "pass", "none"), result.Report.Mail!.Authentication);
        var text = Encoding.ASCII.GetString(result.Out);
        Assert.Contains("Authentication-Results: mx.kazaguruma.lg.jp; spf=softfail; dkim=pass; dmarc=none", Written.Headers(result));
        Assert.Contains("・送信元の認証: SPF 不合格の疑い、DKIM 合格、DMARC なし\r\n", Written.Body(result), StringComparison.Ordinal);
        Assert.DoesNotContain("evil", text, StringComparison.Ordinal);
        Assert.DoesNotContain("two.example", text, StringComparison.Ordinal);
        Assert.Null(Bench.Mail(Encoding.UTF8.GetBytes(Head + "\n\nx")).Report.Mail!.Authentication); // nobody is believed by default
    }

    [Theory]
    [InlineData("{A}; dmarc=pass", null)] // nobody says that it came through the front
    [InlineData("{R}\n{A}; dmarc=pass", null)] // below the line of the front: a sender's own
    [InlineData("{A}; dmarc=fail\n{R}\n{A}; dmarc=pass\n{A}; spf=pass", "fail")]
    [InlineData("Received: from mx.kazaguruma.lg.jp by inner.kazaguruma.lg.jp; x\n{A}; dmarc=fail\n{R}\n{A}; dmarc=pass\nReceived: from a by mx.kazaguruma.lg.jp; x", "fail")] // the upper line of the front is the front's
    [InlineData("{R}\n{A}; dmarc=pass\n{R}", null)] // with a line of the front that a sender made up, too
    [InlineData("Received: from x by inner.kazaguruma.lg.jp; x\n{A}; dmarc=pass", null)]
    [InlineData("{A}; dmarc=pass\nReceived: from a by mx.kazaguruma.lg.jp.evil.example; x", null)]
    [InlineData("{A}; dmarc=pass\nReceived: from x by mx.kazaguruma.lg.jp by inner.example; x", null)] // a name to be greeted by that plays the rest of the line
    [InlineData("{A}; dmarc=pass\nReceived: from by mx.kazaguruma.lg.jp (a [192.0.2.1]) by inner.example; x", null)]
    [InlineData("{A}; dmarc=pass\nReceived: from inner.example (by mx.kazaguruma.lg.jp) for x; x", null)]
    [InlineData("{A}; dmarc=pass\nReceived: from a (a [192.0.2.1])\n\tby mx.kazaguruma.lg.jp. (8.17)\n\twith ESMTP; x", "pass")] // folded
    [InlineData("{A}; dmarc=pass\nReceived: by mx.kazaguruma.lg.jp; x", "pass")]
    [InlineData("{A}; dmarc=pass\nReceived: from a by mx2.mx.kazaguruma.lg.jp; x", "pass")]
    [InlineData("Authentication-Results:\n mx.kazaguruma.lg.jp\n (of the front);\n\tdmarc\n =\n pass\n{R}", "pass")]
    [InlineData("authentication-results: \"MX.kazaguruma.lg.jp\" 1; dmarc=pass\n{R}", "pass")]
    [InlineData("{A} 2; dmarc=pass\n{R}", null)] // a version that isn't known
    [InlineData("{A} 1 2; dmarc=pass\n{R}", null)]
    [InlineData("{A}; dmarc/1=pass; dkim/2=pass\n{R}", "pass")]
    [InlineData("{A}; dmarc/2=pass\n{R}", "")]
    [InlineData("{A}.evil.example; dmarc=pass\n{R}", null)]
    [InlineData("Authentication-Results: (mx.kazaguruma.lg.jp;) evil.example; dmarc=pass\n{R}", null)]
    [InlineData("Authentication-Results: evil.example (; dmarc=fail) mx.kazaguruma.lg.jp; dmarc=pass\n{R}", null)]
    [InlineData("{A}; none\n{R}", "")]
    [InlineData("{A}; x-dmarc=pass; dmarc=passed; dmarc=\"pass\"\n{R}", "")]
    public void Results_are_believed_where_the_front_wrote_them_and_nowhere_else(string head, string? dmarc)
    {
        var text = head.Replace("{A}", "Authentication-Results: mx.kazaguruma.lg.jp", StringComparison.Ordinal).Replace("{R}", Front, StringComparison.Ordinal) + "\nFrom: a@one.example";
        var found = Mail(text).Report.Mail!.Authentication;
        Assert.Equal(dmarc, found is null ? null : found.Dmarc ?? "");
        // A file that somebody hands over has whatever headers they like.
        Assert.Null(Bench.Run("m.eml", Encoding.UTF8.GetBytes(text + "\n\nx"), Town).Report.Mail?.Authentication);
    }

    [Fact]
    public void Where_a_front_writes_and_how_often_is_a_setting()
    {
        const string Own = "Authentication-Results: kazaguruma;", Message = $"{Own} dmarc=none\n{Front}\n{Own} dmarc=fail\nReceived: from a by filter.kazaguruma.lg.jp; x\n{Own} dmarc=policy\n{Front}\n{Own} dmarc=pass\nReceived: from a by mx.kazaguruma.lg.jp; x\n{Own} dmarc=temperror\nFrom: a@one.example\n\nx";
        Assert.Equal("none", Found(""));
        Assert.Equal("fail", Found("  authserv-results: below\n"));
        Assert.Equal("none", Found("  authserv-hops: 2\n"));
        Assert.Equal("pass", Found("  authserv-hops: 2\n  authserv-results: below\n"));
        Assert.Null(Found("  authserv-hops: 4\n"));
        Assert.Null(Found("  authserv-hosts: [mx9.kazaguruma.lg.jp]\n"));
        Assert.ThrowsAny<Exception>(() => Found("  authserv-hops: 11\n"));
        Assert.ThrowsAny<Exception>(() => Found("  authserv-results: anywhere\n"));

        static string? Found(string more) =>
            Bench.Mail(Encoding.UTF8.GetBytes(Message), null, Bench.Policy($"mail:\n  authserv-id: kazaguruma\n{(more.Contains("hosts", StringComparison.Ordinal) ? "" : "  authserv-hosts: [mx.kazaguruma.lg.jp]\n")}{more}")).Report.Mail!.Authentication?.Dmarc;
    }

    [Fact]
    public void The_warning_stands_where_the_rules_say_and_in_the_language_of_the_message()
    {
        const string Message = "From: \"ceo@bank.example\" <x@evil.example>\nTo: b@example.jp\nSubject: Invoice\nContent-Type: text/plain\n\nPlease pay this invoice at once.\n";
        Assert.StartsWith("---- Warning by Sekisho ----\r\n- The sender's name says “ceo@bank.example”, but the address is x@evil.example.\r\n", Written.Body(Bench.Mail(Encoding.ASCII.GetBytes(Message))), StringComparison.Ordinal);
        var end = Written.Body(Bench.Mail(Encoding.ASCII.GetBytes(Message), null, Bench.Policy("mail:\n  marks: end\n  language: ja\n")));
        Assert.StartsWith("Please pay", end, StringComparison.Ordinal);
        Assert.Contains("差出人の名前に「ceo@bank.example」とありますが、実際のアドレスは x@evil.example です。", end, StringComparison.Ordinal);
        var none = Bench.Mail(Encoding.ASCII.GetBytes(Message), null, Bench.Policy("mail:\n  marks: none\n"));
        Assert.Equal("Please pay this invoice at once.\r\n", Written.Body(none));
        Assert.Single(none.Report.Mail!.Marks);
        // A file that somebody hands over: data only.
        var file = Bench.Run("m.eml", Encoding.ASCII.GetBytes(Message));
        Assert.Equal("Please pay this invoice at once.\r\n", Written.Body(file));
        Assert.Single(file.Report.Mail!.Marks);
    }

    [Theory]
    [InlineData("kazaguruma.jp", "kazaguruma.jp", false)]
    [InlineData("mail.kazaguruma.jp", "kazaguruma.jp", false)]
    [InlineData("kazagurmua.jp", "kazaguruma.jp", true)] // two letters changed about
    [InlineData("kazguruma.jp", "kazaguruma.jp", true)]
    [InlineData("kaza-guruma.jp", "kazaguruma.jp", true)]
    [InlineData("login-kazaguruma.net", "kazaguruma.jp", true)]
    [InlineData("kagami.jp", "kazaguruma.jp", false)]
    [InlineData("abc.jp", "abd.jp", false)] // too short to be a slip
    [InlineData("example.com", "pref.example.lg.jp", false)]
    public void A_domain_imitates_another_or_does_not(string one, string two, bool imitates) => Assert.Equal(imitates, LookAlike.Of(DomainName.Read(one)!, DomainName.Read(two)!) is not null);

    [Fact]
    public void One_edit_is_what_a_slow_count_of_edits_says()
    {
        // The textbook's table (optimal string alignment), slow and obvious.
        static int Distance(string a, string b)
        {
            var d = new int[a.Length + 1, b.Length + 1];
            for (var i = 0; i <= a.Length; i++) d[i, 0] = i;
            for (var j = 0; j <= b.Length; j++) d[0, j] = j;
            for (var i = 1; i <= a.Length; i++)
            {
                for (var j = 1; j <= b.Length; j++)
                {
                    d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                    if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
            return d[a.Length, b.Length];
        }
        var random = new Random(20261121);
        var near = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var one = new string([.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => "ab"[random.Next(2)])]);
            var two = new string([.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => "ab"[random.Next(2)])]);
            Assert.True(LookAlike.IsOneEdit(one, two) == (Distance(one, two) == 1), $"{one} {two}");
            if (Distance(one, two) == 1) near++;
        }
        Assert.True(near > 1000);
    }
}
