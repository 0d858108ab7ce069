using System.Text;
using Sekisho.Sanitizer.Markup;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Rules;
using Sekisho.Sanitizer.Tests.Texts;

namespace Sekisho.Sanitizer.Tests.Markup;

public sealed class HtmlTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>", "H-01", "alert")]
    [InlineData("<b onclick=\"steal()\">x</b>", "H-02", "steal")]
    [InlineData("<custom onload=steal()>x</custom>", "H-02", "steal")]
    [InlineData("<a href=\"javascript:steal()\">x</a>", "H-03", "steal")]
    [InlineData("<a href=\" &#106;ava\tscript:steal()\">x</a>", "H-03", "steal")]
    [InlineData("<a href=\"vbscript:steal()\">x</a>", "H-03", "steal")]
    [InlineData("<a href=\"data:text/html,steal\">x</a>", "H-03", "steal")]
    [InlineData("<a href=\"file://server/steal\">x</a>", "H-03", "steal")]
    [InlineData("<iframe src=https://evil.example/steal></iframe>", "H-04", "steal")]
    [InlineData("<object data=steal.swf></object>", "H-04", "steal")]
    [InlineData("<base href=https://evil.example/>", "H-04", "evil.example")]
    [InlineData("<meta http-equiv=refresh content=\"0;url=https://evil.example\">", "H-04", "evil.example")]
    [InlineData("<link rel=stylesheet href=https://evil.example/a.css>", "H-04", "evil.example")]
    [InlineData("<form action=https://evil.example/><input name=password></form>", "H-05", "evil.example")]
    [InlineData("<img src=https://evil.example/1x1.gif>", "H-06", "evil.example")]
    [InlineData("<table background=https://evil.example/a.gif><tr><td>x</table>", "H-06", "evil.example")]
    [InlineData("<img srcset=\"https://evil.example/a 2x\" alt=x>", "H-06", "evil.example")]
    [InlineData("<p style=\"color: red; background: url(https://evil.example/)\">x</p>", "H-07", "evil.example")]
    [InlineData("<p style=\"width: expression(steal())\">x</p>", "H-07", "steal")]
    [InlineData("<p style=\"background: u\\72l(https://evil.example)\">x</p>", "H-07", "evil.example")]
    [InlineData("<p style=\"-moz-binding: url(//evil.example)\">x</p>", "H-07", "evil.example")]
    [InlineData("<style>@import 'https://evil.example/a.css'; p { color: red } p { background: image-set('https://evil.example/') }</style>", "H-07", "evil.example")]
    [InlineData("<!--[if mso]><v:rect href=evil.example></v:rect><![endif]-->", "H-08", "evil.example")]
    [InlineData("<svg><script>steal()</script></svg>", "H-09", "steal")]
    [InlineData("<noscript><p title=\"</noscript><img src=x onerror=steal()>\">", "H-09", "onerror")]
    [InlineData("<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=steal()&gt;\">", "H-09", "onerror=")]
    [InlineData("<template><img src=x onerror=steal()></template>", "H-09", "steal")]
    [InlineData("<xmp><img src=x onerror=steal()></xmp>", "H-09", "steal")]
    public void What_acts_or_fetches_is_in_no_form_in_the_output(string html, string threat, string trace)
    {
        Assert.Contains(trace.TrimEnd('='), html, StringComparison.Ordinal);
        var done = Bench.Run("a.html", Encoding.UTF8.GetBytes($"<!DOCTYPE html><title>題</title><p>前</p>{html}<p>後</p>"));
        var clean = Encoding.UTF8.GetString(done.Out);
        Assert.Contains(threat, done.Threats);
        Assert.DoesNotContain(trace, clean, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("<p>前</p>", clean, StringComparison.Ordinal);
        TextTests.Second(done, "a.html");
    }

    [Fact]
    public void A_plain_page_keeps_its_looks()
    {
        const string Page = "<!DOCTYPE html>\n<html lang=\"ja\"><head><meta charset=\"utf-8\"><title>お知らせ</title><style>\np.note { color: red; font-size: 12pt }\n@media print {\nh1 { margin: 0 }\n}\n</style></head><body bgcolor=\"#ffffff\"><h1 style=\"color: rgb(1, 2, 3); writing-mode: vertical-rl\">見出し</h1><p class=\"note\"><ruby>漢字<rt>かんじ</rt></ruby> &amp; &lt;b&gt; <a href=\"https://www.example.lg.jp/\" rel=\"noopener noreferrer\">町</a> <a href=\"#top\">上へ</a></p><table border=\"1\"><tbody><tr><td colspan=\"2\">表</td></tr></tbody></table><pre>\n\n a</pre></body></html>";
        var done = Bench.Run("a.html", Encoding.UTF8.GetBytes(Page));
        Assert.Equal(Page, Encoding.UTF8.GetString(done.Out));
        Assert.Empty(done.Report.Removed);
    }

    [Theory]
    [InlineData("shift_jis", "<meta charset=Shift_JIS>")]
    [InlineData("euc-jp", "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=EUC-JP\">")]
    [InlineData("iso-2022-jp", "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=ISO-2022-JP\">")]
    [InlineData("shift_jis", "")]
    [InlineData("euc-jp", "")]
    [InlineData("utf-8", "<meta charset=utf-7>")]
    public void Pages_in_every_Japanese_code_leave_in_UTF8(string code, string meta)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(code) ?? Encoding.GetEncoding(code);
        var done = Bench.Run("a.html", encoding.GetBytes($"<!DOCTYPE html><html><head>{meta}<title>町の予算</title></head><body><p>令和八年度の一般会計予算について、お知らせします。+ADw-script+AD4-</p></body></html>"));
        Assert.Contains("<p>令和八年度の一般会計予算について、お知らせします。+ADw-script+AD4-</p>", Encoding.UTF8.GetString(done.Out), StringComparison.Ordinal);
        Assert.Contains("<meta charset=\"utf-8\">", Encoding.UTF8.GetString(done.Out), StringComparison.Ordinal);
        TextTests.Second(done, "a.html");
    }

    [Fact]
    public void The_text_of_a_page_reads_as_the_page_does()
    {
        const string Page = "<html><head><title>x</title><style>p{}</style></head><body><h1>お知らせ</h1><p>一行目<br>二行目 <a href=\"https://example.jp/a\">こちら</a><script>x()</script></p><ul><li>一<li>二</ul><table><tr><td>a<td>b</table><a href=\"javascript:x()\">押す</a></body></html>";
        var done = Bench.Run("a.html", Encoding.UTF8.GetBytes(Page), Bench.Policy("mode: text\n"));
        Assert.Equal("text", done.Report.OutputType);
        Assert.Equal("\uFEFF■ お知らせ\r\n\r\n一行目\r\n二行目 こちら <https://example.jp/a>\r\n\r\n・一\r\n・二\r\n\r\na  b\r\n押す\r\n", Encoding.UTF8.GetString(done.Out));
    }

    [Fact]
    public void Mutated_pages_are_cleaned_or_refused_and_nothing_acts_in_them()
    {
        var random = new Random(20261121);
        string[] pieces = ["<p>", "</p>", "<table>", "<tr>", "<td>", "</table>", "<a href=x>", "<a>", "<b>", "</b>", "<i>", "<svg>", "</svg>", "<math>", "<mtext>", "<mglyph>", "<style>", "</style>", "<!--", "-->", "<title>", "</title>", "<noscript>", "</noscript>",
            "<img src=x onerror=alert(1)>", "<script>", "</script>", "\"", "'", ">", "<", "text", "<select>", "<option>", "<form>", "<pre>\n\n", "<ruby>", "<rt>", "<div title=\"--><script>alert(1)</script>\">", "<foreignObject>", "<annotation-xml encoding=text/html>", "<template>", "<frameset>", "<body onload=x>", "<html lang=ja>",
            "&lt;script&gt;", "<plaintext>", "<textarea>", "\u202E", "<nobr>", "<button>", "<h1>", "<li>", "<dd>", "<caption>", "<col>", "<font color=red>", "<details open>", "\0", "<p style='color:red;background:url(x)'>", "<![CDATA[x]]>", "<?xml?>"];
        var refused = 0;
        for (var i = 0; i < 1500; i++)
        {
            var page = new StringBuilder("<html>");
            for (var n = random.Next(25); n >= 0; n--) page.Append(pieces[random.Next(pieces.Length)]);
            if (!TryClean(page.ToString(), out var clean)) refused++;
            if (clean is null) continue;
            var parsed = HtmlCleaner.Parse(clean);
            foreach (var element in parsed.All)
            {
                Assert.True(HtmlElements.Kept.Contains(element.LocalName) || element.LocalName is "html" or "head" or "body" or "meta" or "title" or "style", element.LocalName);
                Assert.DoesNotContain(element.Attributes, static a => a.Name.StartsWith("on", StringComparison.Ordinal));
            }
            Assert.True(TryClean(clean, out var again) && again == clean, page.ToString());
        }
        Assert.True(refused < 75, $"{refused}");
    }

    [Theory]
    [InlineData("<div>")]
    [InlineData("<font size=1><p>")]
    [InlineData("<b><table>")]
    public void Elements_without_end_are_refused_before_the_parser_sees_them(string piece) =>
        Assert.Equal("SAN-HTML-002", Bench.Run("a.html", Encoding.UTF8.GetBytes("<html>" + string.Concat(Enumerable.Repeat(piece, 100_000)))).Report.Refusal!.Code);

    private static bool TryClean(string html, out string? clean)
    {
        var job = new Job(new Disarmer([], new NoConverter(), TimeProvider.System), SanitizePolicy.Default, new Budget(SanitizePolicy.Default.Limits, html.Length, TimeProvider.System), [], null);
        try
        {
            clean = new HtmlCleaner(job).Clean(html);
            return true;
        }
        catch (RefusedException)
        {
            clean = null;
            return false;
        }
    }
}
