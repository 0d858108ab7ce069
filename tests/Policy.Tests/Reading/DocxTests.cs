using System.IO.Compression;
using System.Text;

namespace Sekisho.Policy.Tests.Reading;

/// <summary>Word documents, built here part by part.</summary>
public sealed class DocxTests
{
    private const string W = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";

    [Fact]
    public async Task Generated_numbers_captions_tables_and_deletions_are_read()
    {
        var body = P("試験市情報セキュリティ基本方針")
            + Numbered("目的", 0) + P("この方針は、目的を定める。")
            + Numbered("対策", 0) + P("次の対策を講じる。")
            + Numbered("監視を行うこと。", 1) + Numbered("記録を<w:del><w:r><w:delText>捨てる</w:delText></w:r></w:del>残すこと。", 1)
            + Numbered("年一回", 2) + Numbered("随時", 2)
            + "<w:tbl><w:tr>" + Cell("分類") + Cell("例") + "</w:tr><w:tr>" + Cell("3") + Cell("個人情報") + "</w:tr></w:tbl>"
            + "<w:p><w:pPr><w:pStyle w:val=\"Heading1\"/></w:pPr><w:r><w:t>見直し</w:t></w:r></w:p>" + P("<w:ruby><w:rt><w:r><w:t>みなお</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>見直</w:t></w:r></w:rubyBase></w:ruby><w:t>しを行う。</w:t>", raw: true)
            + P("附則") + P("この方針は、令和７年４月１日から施行する。");
        var document = await Files.ReadAsync(Docx(body));
        Assert.Equal("試験市情報セキュリティ基本方針", document.Title);
        Assert.Equal([("第１", "目的"), ("第２", "対策"), ("第３", "見直し")], document.Provisions.Select(static p => (p.Label, p.Caption)));
        Assert.Equal("見直しを行う。", document.Provisions[2].Text);
        var items = document.Provisions[1].Children;
        Assert.Equal([("(1)", "監視を行うこと。"), ("(2)", "記録を残すこと。")], items.Select(static p => (p.Label, p.Text)));
        Assert.Equal(["ア", "イ"], items[1].Children.Select(static p => p.Label));
        Assert.Equal([["分類", "例"], ["3", "個人情報"]], Assert.Single(items[1].Children[1].Tables).Rows);
        Assert.Equal(new DateOnly(2025, 4, 1), Assert.Single(document.Supplementary).Effective);
    }

    [Fact]
    public async Task A_frame_around_text_is_no_table()
    {
        var document = await Files.ReadAsync(Docx("<w:tbl><w:tr>" + "<w:tc>" + P("第1条　甲とする。") + P("第2条　乙とする。") + "</w:tc></w:tr></w:tbl>"));
        Assert.Equal(["甲とする。", "乙とする。"], document.Provisions.Select(static p => p.Text));
    }

    [Fact]
    public async Task A_doctype_a_bomb_and_a_zip_of_something_else_are_refused()
    {
        Assert.Equal("POL-READ-006", await Files.RefusalAsync(Zip(("word/document.xml", Encoding.UTF8.GetBytes("<!DOCTYPE a [<!ENTITY b \"第1条\">]><a>&b;</a>")))));
        Assert.Equal("POL-READ-003", await Files.RefusalAsync(Zip(("xl/workbook.xml", "<a/>"u8.ToArray()))));
        Assert.Equal("POL-READ-007", await Files.RefusalAsync(Bomb()));
        var deep = string.Concat(Enumerable.Repeat("<w:tbl><w:tr><w:tc>", 5000)) + string.Concat(Enumerable.Repeat("</w:tc></w:tr></w:tbl>", 5000));
        Assert.Equal("POL-READ-007", await Files.RefusalAsync(Docx(deep)));
    }

    [Fact]
    public async Task Every_cut_and_many_mutations_of_a_file_are_read_or_refused()
    {
        var bytes = Docx(Numbered("目的", 0) + P("定める。") + Numbered("定義", 0) + P("定める。"));
        for (var length = 0; length < bytes.Length; length += 13)
            Assert.NotNull(await PolicyReader.ReadAsync(bytes.AsMemory(0, length), "x.docx", TestContext.Current.CancellationToken));
        var random = new Random(11);
        for (var round = 0; round < 300; round++)
        {
            var mutated = (byte[])bytes.Clone();
            for (var i = random.Next(1, 12); i > 0; i--)
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            Assert.NotNull(await PolicyReader.ReadAsync(mutated, "x.docx", TestContext.Current.CancellationToken));
        }
    }

    internal static string P(string text, bool raw = false) => raw ? $"<w:p><w:r>{text}</w:r></w:p>" : $"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>";

    internal static string Numbered(string text, int level)
    {
        var runs = text.Contains("<w:del>", StringComparison.Ordinal)
            ? "<w:r><w:t>" + text.Replace("<w:del>", "</w:t></w:r><w:del>", StringComparison.Ordinal).Replace("</w:del>", "</w:del><w:r><w:t>", StringComparison.Ordinal) + "</w:t></w:r>"
            : $"<w:r><w:t>{text}</w:t></w:r>";
        return $"<w:p><w:pPr><w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"4\"/></w:numPr></w:pPr>{runs}</w:p>";
    }

    internal static string Cell(string text) => "<w:tc>" + P(text) + "</w:tc>";

    internal static byte[] Docx(string body) => Zip(
        ("_rels/.rels", Encoding.UTF8.GetBytes("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/></Relationships>")),
        ("word/document.xml", Encoding.UTF8.GetBytes($"<w:document {W}><w:body>{body}<w:sectPr/></w:body></w:document>")),
        ("word/styles.xml", Encoding.UTF8.GetBytes($"<w:styles {W}><w:style w:styleId=\"Base\"><w:pPr><w:numPr><w:numId w:val=\"4\"/></w:numPr></w:pPr></w:style><w:style w:styleId=\"Heading1\"><w:basedOn w:val=\"Base\"/></w:style></w:styles>")),
        ("word/numbering.xml", Encoding.UTF8.GetBytes($"<w:numbering {W}><w:abstractNum w:abstractNumId=\"7\">{Level(0, "decimalFullWidth", "第%1")}{Level(1, "decimal", "(%2)")}{Level(2, "aiueoFullWidth", "%3")}</w:abstractNum><w:num w:numId=\"4\"><w:abstractNumId w:val=\"7\"/></w:num></w:numbering>")));

    private static string Level(int level, string format, string text) => $"<w:lvl w:ilvl=\"{level}\"><w:start w:val=\"1\"/><w:numFmt w:val=\"{format}\"/><w:lvlText w:val=\"{text}\"/></w:lvl>";

    private static byte[] Zip(params (string Name, byte[] Content)[] parts)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in parts)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }
        return stream.ToArray();
    }

    // 300 MB of blanks inside one element, a few hundred kB packed.
    private static byte[] Bomb()
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("word/document.xml").Open();
            entry.Write(Encoding.UTF8.GetBytes($"<w:document {W}><w:body>"));
            var blanks = new byte[1024 * 1024];
            Array.Fill(blanks, (byte)' ');
            for (var i = 0; i < 300; i++)
                entry.Write(blanks);
        }
        return stream.ToArray();
    }
}
