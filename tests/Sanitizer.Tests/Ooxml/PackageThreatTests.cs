using System.IO.Compression;
using System.Text;
using System.Xml;
using Sekisho.Sanitizer.Ooxml.Xml;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Tests.Ooxml;

public sealed class PackageThreatTests
{
    private const string Para = "<w:p><w:r><w:t>本文</w:t></w:r></w:p>";

    [Theory]
    [InlineData("word/document.xml")]
    [InlineData("_rels/.rels")]
    [InlineData("[Content_Types].xml")]
    public void X25_A_document_type_definition_in_any_part_refuses_the_file(string part)
    {
        var input = Edit(Made.Word(Para).Bytes(), (name, content) => name == part ? Encoding.UTF8.GetBytes("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>" + Encoding.UTF8.GetString(content)) : content);
        Assert.Equal("SAN-OOXML-002", Bench.Run("a.docx", input).Report.Refusal!.Code);
    }

    [Fact]
    public void X28_Zips_that_readers_would_see_differently_are_refused()
    {
        var twice = Made.Word(Para).Part("WORD/Document.xml", "", "<x/>").Bytes();
        Assert.Equal("SAN-OOXML-003", Bench.Run("a.docx", twice).Report.Refusal!.Code);
        var mains = Made.Word(Para).Part("word/other.xml", Made.Open + "wordprocessingml.document.main+xml", $"<w:document {Made.W}/>").To("", "rId2", "officeDocument", "word/other.xml").Bytes();
        Assert.Equal("SAN-OOXML-003", Bench.Run("a.docx", mains).Report.Refusal!.Code);
        var ids = Made.Word(Para).To("word/document.xml", "rId2", "styles", "a.xml").To("word/document.xml", "rId2", "styles", "b.xml").Bytes();
        Assert.Equal("SAN-OOXML-003", Bench.Run("a.docx", ids).Report.Refusal!.Code);
        var behind = Made.Word(Para).Bytes();
        Assert.NotNull(Bench.Run("a.docx", (byte[])[.. "MZ junk"u8, .. behind]).Report.Refusal);
    }

    [Fact]
    public void X29_What_nothing_leads_to_and_what_is_not_what_it_says_stays_behind()
    {
        var made = Made.Word(Para + "<w:p><w:r><w:pict><v:shape id=\"s\"><v:imagedata r:id=\"rId2\"/></v:shape></w:pict></w:r></w:p>").Part("word/evil.exe", "application/octet-stream", "MZMARK-ORPHAN").Part("word/media/image1.png", "", Encoding.Latin1.GetBytes("MZ\x90\0MARK-NOT-A-PICTURE"))
            .To("word/document.xml", "rId2", "image", "media/image1.png").Part("word/styles.xml", Made.Open + "wordprocessingml.styles+xml", "<html>MARK-NOT-STYLES</html>").To("word/document.xml", "rId3", "styles", "styles.xml").Part("../up.xml", "", "MARK-UP");
        WordThreatTests.Gone(made, "a.docx", ["X-28", "X-29"], ["MARK"], out var result);
        Assert.Contains("v:imagedata r:id=\"rId2\"", IndependentReader.Text(result.Out), StringComparison.Ordinal);
    }

    [Fact]
    public void X30_X33_Metafiles_and_drawings_in_SVG_never_come_out_as_such()
    {
        var emf = new byte[100];
        emf[0] = 1;
        " EMF"u8.CopyTo(emf.AsSpan(40));
        "MARK"u8.CopyTo(emf.AsSpan(60));
        var made = Made.Word("<w:p><w:r><w:pict><v:shape id=\"s\"><v:imagedata r:id=\"rId2\"/></v:shape><v:shape id=\"t\"><v:imagedata r:id=\"rId3\"/></v:shape></w:pict></w:r></w:p>").Part("word/media/image1.emf", "image/x-emf", emf).To("word/document.xml", "rId2", "image", "media/image1.emf")
            .Part("word/media/image2.svg", "image/svg+xml", "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>MARK</script></svg>").To("word/document.xml", "rId3", "image", "media/image2.svg");
        WordThreatTests.Gone(made, "a.docx", ["X-30", "X-33"], ["MARK", "emf", "svg"], out _);
    }

    [Fact]
    public void X08_The_workbook_behind_a_chart_is_rebuilt_too()
    {
        var inner = Made.Book("<sheetData><row r=\"1\"><c r=\"A1\"><f>WEBSERVICE(\"http://MARK\")</f><v>7</v></c></row></sheetData>").Part("xl/v.bin", "application/vnd.ms-office.vbaProject", "MARK-VBA").To("xl/workbook.xml", "rId9", "http://schemas.microsoft.com/office/2006/relationships/vbaProject", "v.bin").Bytes();
        var made = Made.Word(Para).Part("word/charts/chart1.xml", Made.Open + "drawingml.chart+xml", "<c:chartSpace xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><c:chart><c:plotArea><c:layout/></c:plotArea></c:chart><c:externalData r:id=\"rId1\"><c:autoUpdate val=\"0\"/></c:externalData></c:chartSpace>")
            .To("word/document.xml", "rId2", "chart", "charts/chart1.xml").Part("word/embeddings/w.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", inner).To("word/charts/chart1.xml", "rId1", "package", "../embeddings/w.xlsx");
        var result = Made.Check("a.docx", made.Bytes());
        Assert.Contains("X-01", result.Threats);
        Assert.Contains("X-13", result.Threats);
        var workbook = IndependentReader.Look(result.Out).Parts["word/embeddings/Microsoft_Excel_Worksheet1.xlsx"];
        Assert.DoesNotContain("MARK", IndependentReader.Text(workbook), StringComparison.Ordinal);
        Assert.Contains("<v>7</v>", IndependentReader.Text(workbook), StringComparison.Ordinal);
    }

    [Fact]
    public void Strict_documents_come_out_strict_and_UTF16_parts_are_read()
    {
        var strict = new Made().To("", "rId1", "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument", "word/document.xml").Part("word/document.xml", Made.Open + "wordprocessingml.document.main+xml", "<w:document xmlns:w=\"http://purl.oclc.org/ooxml/wordprocessingml/main\"><w:body><w:p><w:r><w:t>厳格</w:t></w:r></w:p></w:body></w:document>");
        Assert.Contains("purl.oclc.org/ooxml/wordprocessingml/main", IndependentReader.Text(strict.Disarm("a.docx").Out), StringComparison.Ordinal);
        var wide = Edit(Made.Word(Para).Bytes(), static (name, content) => name == "word/document.xml" ? [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(content))] : content);
        Assert.Contains("本文", IndependentReader.Text(Made.Check("a.docx", wide).Out), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bomb_of_a_part_is_refused()
    {
        var bomb = Made.Word("").Part("word/styles.xml", Made.Open + "wordprocessingml.styles+xml", [.. "<x>"u8, .. new byte[64 << 20], .. "</x>"u8]).To("word/document.xml", "rId2", "styles", "styles.xml").Bytes();
        Assert.Equal("SAN-LIMIT-002", Bench.Run("a.docx", bomb).Report.Refusal!.Code);
    }

    [Fact]
    public void Japanese_survives_to_the_character()
    {
        const string text = "髙﨑 𠮷野家 ｶﾅ ﾊﾞ 〜－ ①㍻ \u3099 か\u3099 外字\uE000 &amp; &lt;";
        var made = Made.Word($"<w:p><w:r><w:ruby><w:rubyPr><w:rubyAlign w:val=\"distributeSpace\"/></w:rubyPr><w:rt><w:r><w:t>ふりがな</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>振仮名</w:t></w:r></w:rubyBase></w:ruby></w:r><w:r><w:rPr><w:eastAsianLayout w:vert=\"1\"/></w:rPr><w:t xml:space=\"preserve\"> {text} </w:t></w:r></w:p>");
        Assert.Contains($"<w:t xml:space=\"preserve\"> {text.Replace("&#x3099;", "\u3099", StringComparison.Ordinal)} </w:t>", IndependentReader.Text(made.Disarm("a.docx").Out), StringComparison.Ordinal);
    }

    [Fact]
    public void The_own_reader_of_XML_sees_what_XmlReader_sees_in_every_part_of_the_corpus()
    {
        if (Bench.Corpus is not { } corpus) return;
        var parts = 0;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(corpus, "ooxml")).Order(StringComparer.Ordinal).Where(static (_, i) => i % 6 == 0))
        {
            try
            {
                using var zip = ZipFile.OpenRead(file);
                foreach (var entry in zip.Entries.Where(static e => e.FullName.EndsWith(".xml", StringComparison.Ordinal) && e.Length is > 0 and < 400_000))
                {
                    using var stream = entry.Open();
                    using var content = new MemoryStream();
                    stream.CopyTo(content);
                    string theirs;
                    try
                    {
                        theirs = Theirs(content.ToArray());
                    }
                    catch (XmlException)
                    {
                        Assert.Throws<RefusedException>(() => Ours(content.ToArray()));
                        continue;
                    }
                    Assert.Equal(theirs, Ours(content.ToArray()));
                    parts++;
                }
            }
            catch (InvalidDataException)
            {
                // A broken zip is no matter of this test.
            }
        }
        Assert.True(parts > 300, $"{parts} parts");
    }

    [Theory]
    [InlineData("<a><b></a></b>")]
    [InlineData("<a b='1' b='2'/>")]
    [InlineData("<a xmlns:p='u' xmlns:q='u' p:b='1' q:c='2'/><b/>")]
    [InlineData("<p:a/>")]
    [InlineData("<a>&nbsp;</a>")]
    [InlineData("<a>&#0;</a>")]
    [InlineData("<a b='<'/>")]
    [InlineData("<a")]
    [InlineData("<a>")]
    [InlineData("x<a/>")]
    [InlineData("<a b=1/>")]
    [InlineData("<a><![CDATA[x</a>")]
    [InlineData("<a>\u0001</a>")]
    [InlineData("<a></a></a>")]
    [InlineData("")]
    public void What_is_no_XML_to_XmlReader_is_none_to_the_own_reader(string xml)
    {
        var bytes = Encoding.UTF8.GetBytes(xml);
        Assert.ThrowsAny<XmlException>(() => Theirs(bytes));
        Assert.Throws<RefusedException>(() => Ours(bytes));
    }

    private static string Theirs(byte[] xml)
    {
        var events = new StringBuilder();
        using var reader = XmlReader.Create(new MemoryStream(xml), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, IgnoreComments = true, IgnoreProcessingInstructions = true });
        while (reader.Read())
        {
            if (reader.NodeType == XmlNodeType.Element)
            {
                events.Append($"<{reader.Name}");
                var isEmpty = reader.IsEmptyElement;
                for (var more = reader.MoveToFirstAttribute(); more; more = reader.MoveToNextAttribute()) events.Append($" {reader.Name}={reader.Value}");
                events.Append('>');
                if (isEmpty) events.Append("</>");
            }
            else if (reader.NodeType == XmlNodeType.EndElement)
            {
                events.Append("</>");
            }
            else if (reader.Depth > 0)
            {
                events.Append(reader.Value);
            }
        }
        return events.ToString();
    }

    private static string Ours(byte[] xml)
    {
        var events = new StringBuilder();
        var pull = new XmlPull(xml, "");
        for (var what = pull.Next(); what != XmlEvent.Over; what = pull.Next())
        {
            if (what == XmlEvent.Start)
            {
                events.Append($"<{Encoding.UTF8.GetString(pull.Bytes, pull.Tag.NameStart, pull.Tag.NameLength)}");
                for (var i = 0; i < pull.Tag.Count; i++) events.Append($" {Encoding.UTF8.GetString(pull.Bytes, pull.Tag.Attributes[i].NameStart, pull.Tag.Attributes[i].NameLength)}={pull.Tag.Value(i)}");
                events.Append('>');
            }
            else if (what == XmlEvent.End)
            {
                events.Append("</>");
            }
            else
            {
                events.Append(pull.Text);
            }
        }
        return events.ToString();
    }

    internal static byte[] Edit(byte[] document, Func<string, byte[], byte[]> edit)
    {
        using var from = new ZipArchive(new MemoryStream(document));
        using var stream = new MemoryStream();
        using (var to = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var entry in from.Entries)
            {
                using var content = new MemoryStream();
                using (var read = entry.Open()) read.CopyTo(content);
                using var write = to.CreateEntry(entry.FullName).Open();
                write.Write(edit(entry.FullName, content.ToArray()));
            }
        }
        return stream.ToArray();
    }
}
