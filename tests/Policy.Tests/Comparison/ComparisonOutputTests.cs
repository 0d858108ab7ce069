using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;
using Sekisho.Policy.Comparison;

namespace Sekisho.Policy.Tests.Comparison;

public class ComparisonOutputTests
{
    private static readonly XNamespace W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

    private static ComparisonTable Table() => PolicyDiff.Compare(
        Written.Policy("条1 (目的) 市民の<財産>を守る。\n条2 (監査) 監査を行う。"),
        Written.Policy("条1 (目的) 市民と𠮷田町の<財産>&生命を守る。\n条2 (監査) 監査を行う。\n条3 (点検) 点検を行う。"));

    private static byte[] Docx()
    {
        using var to = new MemoryStream();
        ComparisonDocx.Write(Table(), to);
        return to.ToArray();
    }

    [Fact]
    public void The_page_loads_nothing_and_escapes_what_it_shows()
    {
        using var to = new StringWriter();
        ComparisonHtml.Write(Table(), to);
        var html = to.ToString();
        foreach (var asset in new[] { "src=", "href=", "url(", "@import", "<script", "http" }) Assert.DoesNotContain(asset, html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("<u>と", html, StringComparison.Ordinal);
        Assert.Contains("&lt;", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<財産>", html, StringComparison.Ordinal);
        Assert.Contains("<th scope=\"col\">改正後</th><th scope=\"col\">改正前</th>", html, StringComparison.Ordinal);
        Assert.Contains("size: A4", html, StringComparison.Ordinal);
        // Well formed but for void elements: the table parses as XML.
        var table = XElement.Parse(html[html.IndexOf("<table>", StringComparison.Ordinal)..(html.IndexOf("</table>", StringComparison.Ordinal) + 8)]);
        Assert.All(table.Element("tbody")!.Elements("tr"), static row => Assert.Equal(2, row.Elements("td").Count()));
    }

    [Fact]
    public void The_document_is_the_same_to_the_byte_and_well_formed()
    {
        Assert.Equal(Docx(), Docx());
        using var archive = new ZipArchive(new MemoryStream(Docx()));
        Assert.Equal(["[Content_Types].xml", "_rels/.rels", "word/_rels/document.xml.rels", "word/styles.xml", "word/document.xml"], archive.Entries.Select(static e => e.FullName));
        using var stream = archive.GetEntry("word/document.xml")!.Open();
        var document = XDocument.Load(stream);
        Assert.All(document.Descendants(W + "tc"), static cell => Assert.NotEmpty(cell.Elements(W + "p")));
        Assert.All(document.Descendants(W + "tr"), static row => Assert.Equal(2, row.Elements(W + "tc").Count()));
        var underlined = document.Descendants(W + "r").Where(static r => r.Element(W + "rPr")?.Element(W + "u") is not null).Select(static r => r.Element(W + "t")!.Value);
        Assert.Contains("と𠮷田町", underlined);
    }

    [Fact]
    public void A_standard_of_190_articles_is_compared_in_reasonable_time()
    {
        var random = new Random(3);
        string[] words = ["情報資産", "職員等", "端末", "電磁的記録媒体", "台帳", "情報システム管理者", "承認", "保管", "通信回線", "記録", "持ち出し", "点検", "契約", "利用者", "暗号化"];
        string Sentence() => $"{words[random.Next(15)]}は、{words[random.Next(15)]}及び{words[random.Next(15)]}について、{words[random.Next(15)]}の{words[random.Next(15)]}を{random.Next(1, 99)}日以内に定めなければならない。";
        var lines = Enumerable.Range(1, 190).SelectMany(i => Enumerable.Range(1, 6).Select(j => $"  項{j} {Sentence()}{Sentence()}").Prepend($"条{i} (見出し{i}) ")).Select(static l => l.TrimEnd()).ToList();
        var old = Written.Policy(string.Join('\n', lines));
        var every = lines.Select((l, i) => i % 3 == 0 && l.StartsWith("  ", StringComparison.Ordinal) ? l.Replace("日以内", "日前まで", StringComparison.Ordinal) : l);
        var @new = Written.Policy(string.Join('\n', every));
        var watch = Stopwatch.StartNew();
        var table = PolicyDiff.Compare(old, @new);
        // 0.4 s of processor time by the command line, start-up included; the limit leaves room for a machine with a load of 40.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), watch.Elapsed.ToString());
        Assert.Equal(0, table.Count(Change.Added) + table.Count(Change.Deleted) + table.Count(Change.Place));
        Assert.Equal(lines.Where(static (l, i) => i % 3 == 0 && l.StartsWith("  ", StringComparison.Ordinal)).Count(), table.Count(Change.Text));
        TestContext.Current.TestOutputHelper?.WriteLine(watch.Elapsed.ToString());
    }
}
