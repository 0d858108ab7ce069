using System.Text;
using Sekisho.Sanitizer.Mail;
using Sekisho.Sanitizer.Markup;

namespace Sekisho.Sanitizer.Tests.Mail;

/// <summary>What a clerk reads of a page.</summary>
public sealed class BodyTextTests
{
    private static Result Html(string page, Rules.SanitizePolicy? policy = null) => Bench.Mail(Encoding.UTF8.GetBytes($"From: a@example.jp\r\nTo: b@example.jp\r\nSubject: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{page}"), null, policy);

    private static string Of(string page) => Written.Body(Html(page)).Replace("\r\n", "\n", StringComparison.Ordinal).TrimEnd('\n');

    [Fact]
    public void A_table_stays_a_table_in_columns_of_kanji_width()
    {
        var text = Of("<p>会議の日程です。<table border=1><thead><tr><th>日時<th>場所<th>担当</thead><tr><td>12月1日<td>第一会議室<td>佐藤<tr><td>12月10日 14:00<td>ﾎｰﾙ<td>鈴木</table><p>よろしくお願いします。");
        Assert.Equal("""
            会議の日程です。

            日時           | 場所       | 担当
            ---------------+------------+-----
            12月1日        | 第一会議室 | 佐藤
            12月10日 14:00 | ﾎｰﾙ        | 鈴木

            よろしくお願いします。
            """, text);
    }

    [Fact]
    public void Cells_that_span_keep_their_columns_and_wide_tables_their_rows()
    {
        Assert.Equal("""
            部 | 課     | 人数
            総務 | 人事課 | 5
                 | 財政課 | 12
            計   |        | 17
            """.Replace("部 |", "部   |", StringComparison.Ordinal), Of("<table><tr><td>部<td>課<td>人数<tr><td rowspan=2>総務<td>人事課<td>5<tr><td>財政課<td>12<tr><td colspan=2>計<td>17</table>").Replace("課     |", "課     |", StringComparison.Ordinal));
        var wide = Of($"<table><tr><td>{new string('長', 60)}<td>一<tr><td>短い<td>{new string('い', 30)}<br>次の行</table>");
        Assert.Equal($"{new string('長', 60)} | 一\n短い | {new string('い', 30)} / 次の行", wide);
    }

    [Fact]
    public void Tables_that_only_place_things_disappear()
    {
        Assert.Equal("風車市 広報  第12号\n\n■ お知らせ\n\n本文です。\n連絡先", Of("<table role=presentation><tr><td><table><tr><td>風車市 広報<td>第12号</table><tr><td><h1>お知らせ</h1><p>本文です。<tr><td>連絡先</table>"));
    }

    [Fact]
    public void Headings_lists_and_quotes_stay_what_they_are()
    {
        Assert.Equal("""
            ■ 手続のご案内

            次のものをお持ちください。

            1. 本人確認書類
            2. 印鑑
               ・認印でもかまいません
               ・スタンプ印は使えません
            3. 手数料

            > 先日はありがとうございました。
            >
            > > さらに前の文です。

            □ 問い合わせ

            総務課
              電話 03-0000-0000
            """, Of("<h1>手続のご案内</h1><p>次のものをお持ちください。<ol><li>本人確認書類<li>印鑑<ul><li>認印でもかまいません<li>スタンプ印は使えません</ul><li>手数料</ol><blockquote><p>先日はありがとうございました。<blockquote>さらに前の文です。</blockquote></blockquote><h3>問い合わせ</h3><dl><dt>総務課<dd>電話 03-0000-0000</dl>"));
    }

    [Fact]
    public void A_link_says_where_it_leads_and_no_program_makes_one_of_it()
    {
        Assert.Equal("申請はこちら <hxxps://www[.]example[.]lg[.]jp/a?b=1> から。hxxps://example[.]jp/ と総務課 <soumu@example.jp> も。", Of("申請は<a href='https://www.example.lg.jp/a?b=1'>こちら</a> から。<a href='https://example.jp/'>https://example.jp/</a> と<a href='mailto:soumu@example.jp?subject=x'>総務課</a> も。"));
        // Long ones stand below the text, each once.
        var far = "https://click.example.com/" + new string('q', 100);
        Assert.Equal($"詳しくはこのページ [1] と、もう一度 [1] をご覧ください。\n\nリンク先:\n[1] {far.Replace("https", "hxxps", StringComparison.Ordinal).Replace(".", "[.]", StringComparison.Ordinal)}", Of($"詳しくは<a href='{far}'>このページ</a> と、<a href='{far}'>もう一度</a> をご覧ください。"));
    }

    [Theory]
    [InlineData("<a href='https://phish.example/x'>https://bank.example/</a>", true)]
    [InlineData("<a href='https://phish.example/x'>www.bank.co.jp</a>", true)]
    [InlineData("<a href='https://phish.example/x'>bank.co.jp のページ</a>", true)]
    [InlineData("<a href='mailto:x@phish.example'>info@bank.example</a>", true)]
    [InlineData("<a href='https://bank.example@phish.example/'>https://bank.example/</a>", true)]
    [InlineData("<a href='https://www.bank.example/long/way?x=1'>https://bank.example/</a>", false)]
    [InlineData("<a href='https://bank.example/'>bank.example</a>", false)]
    [InlineData("<a href='https://phish.example/x'>ここを押す</a>", false)]
    public void A_link_whose_text_is_another_address_is_marked(string link, bool marked)
    {
        var result = Html($"<p>大切なお知らせ {link}</p>");
        Assert.Equal(marked, Written.Body(result).Contains("※表示と違うリンク先", StringComparison.Ordinal));
        Assert.Equal(marked, result.Threats.Contains("E-18"));
    }

    [Fact]
    public void What_nobody_would_have_seen_is_not_read_and_told()
    {
        var result = Html("<div style='display:none'>ひみつの文字</div><p>見える文字<span style=\"font-size: 0px\">AAAA</span><span hidden>B</span>");
        Assert.DoesNotContain("ひみつ", Written.Body(result), StringComparison.Ordinal);
        Assert.StartsWith("見える文字\r\n", Written.Body(result), StringComparison.Ordinal);
        Assert.Contains("隠れた文字が 11 字", Written.Body(result), StringComparison.Ordinal);
        Assert.Contains(result.Report.Notes, static n => n.Code == "SAN-NOTE-HIDDEN-TEXT");
    }

    [Fact]
    public void Furigana_strokes_and_pictures_are_read_as_words() =>
        Assert.Equal("大人（おとな）（取り消し線：1,000円） 900円 [地図]", Of("<ruby>大人<rp>(</rp><rt>おとな</rt><rp>)</rp></ruby><del>1,000円</del> 900円 <img src=http://x.example/ alt=地図><img src=http://x.example/1.gif>").Split('\n')[0]);

    [Theory]
    [InlineData("mail:\n  both: text\n", "テキストの文です。")]
    [InlineData("mail:\n  both: html\n", "HTML の文です。")]
    public void Of_two_forms_the_rules_choose_and_when_they_differ_both_are_there(string policy, string first)
    {
        static byte[] Both(string text, string html) => Encoding.UTF8.GetBytes($"From: a@example.jp\r\nTo: b@example.jp\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n--x--\r\n");
        var same = Bench.Mail(Both("来週の会議は十時からです。場所は第一会議室です。", "<p>来週の会議は十時からです。<br>場所は第一会議室です。"), null, Bench.Policy(policy));
        Assert.Single(Written.Body(same).Split("会議は十時").Skip(1));
        var differ = Bench.Mail(Both("テキストの文です。", "<p>HTML の文です。口座が停止されました。次のページで本人確認をしてください。<a href='https://evil.example/'>本人確認</a>"), null, Bench.Policy(policy));
        var body = Written.Body(differ);
        Assert.StartsWith(first, body, StringComparison.Ordinal);
        Assert.Contains("テキストの文です。", body, StringComparison.Ordinal);
        Assert.Contains("口座が停止されました。", body, StringComparison.Ordinal);
        Assert.Contains("両方を載せました。", body, StringComparison.Ordinal);
        Assert.Contains("E-13", differ.Threats);
    }

    [Fact]
    public void A_page_nested_without_end_is_read_without_its_structure()
    {
        var result = Html(string.Concat(Enumerable.Repeat("<div>", 3000)) + "大切なお知らせ<script>evil()</script><br>次の行");
        Assert.Contains("大切なお知らせ\r\n次の行", Written.Body(result), StringComparison.Ordinal);
        Assert.DoesNotContain("evil", Written.Body(result), StringComparison.Ordinal);
        Assert.Contains("H-09", result.Threats);
    }

    [Fact]
    public void Paragraphs_that_were_broken_for_the_way_are_whole_again()
    {
        var result = Bench.Mail("From: a@example.jp\r\nTo: b@example.jp\r\nContent-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\r\n\r\n長い文を \r\n途中で切りました。\r\n次の文です。\r\n> 引用の \r\n> 続き\r\n-- \r\n署名\r\n"u8.ToArray());
        Assert.Equal("長い文を途中で切りました。\r\n次の文です。\r\n> 引用の続き\r\n-- \r\n署名\r\n", Written.Body(result));
    }

    [Theory]
    [InlineData("a http://x.jp/ b", "a hxxp://x[.]jp/ b")]
    [InlineData("HTTPS://X.JP", "hxxpS://X[.]JP")]
    [InlineData("見て：www.example.jp。", "見て：www[.]example[.]jp。")]
    [InlineData("file://server/share ftp://a.b/ ms-word:ofe|u|http://x.y/", "file[:]//server/share fxp://a[.]b/ ms-word:ofe|u|hxxp://x[.]y/")]
    [InlineData("http://user:pass@host.example:8080/p.html", "hxxp://user:pass@host[.]example:8080/p.html")]
    [InlineData("soumu@example.jp awww.b", "soumu@example.jp awww.b")]
    [InlineData("終わりはhttp://example.jp.", "終わりはhxxp://example[.]jp.")]
    public void Addresses_are_written_so_that_no_program_follows_them(string text, string expected)
    {
        Assert.Equal(expected, Defanged.Of(text), ignoreCase: expected.StartsWith("hxxpS", StringComparison.Ordinal));
        Assert.Equal(Defanged.Of(text), Defanged.Of(Defanged.Of(text)));
    }

    [Fact]
    public void Whatever_the_text_no_address_is_left_and_twice_is_once()
    {
        string[] pieces = ["http", "https", "ftp", ":", "//", "://", "www.", ".", "a", "jp", "[", "]", "[.]", "hxxp", "hxxps", " ", "\n", "@", "/", "WWW.", "x://", "。"];
        var random = new Random(20261121);
        for (var round = 0; round < 20_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => pieces[random.Next(pieces.Length)]));
            var once = Defanged.Of(text);
            Assert.True(Defanged.Of(once) == once, $"{text} → {once} → {Defanged.Of(once)}");
            Assert.DoesNotMatch(@"(?i)(?<![a-z])(https?|ftp)://", once);
            Assert.DoesNotMatch(@"(?i)(?<![a-z0-9_.-])www\.[a-z]", once);
        }
    }

    [Theory]
    [InlineData("漢字とASCII", 11)]
    [InlineData("ﾊﾝｶｸ", 4)]
    [InlineData("①㈱", 4)]
    [InlineData("が", 2)] // with a combining mark
    [InlineData("😀", 2)]
    public void Kanji_take_two_columns(string text, int columns) => Assert.Equal(columns, TextWidth.Of(text));
}
