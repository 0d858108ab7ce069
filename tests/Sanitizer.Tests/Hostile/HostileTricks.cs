using System.Text;
using Sekisho.Sanitizer.Tests.Archives;
using Sekisho.Sanitizer.Tests.Images;
using Sekisho.Sanitizer.Tests.Ooxml;
using Sekisho.Sanitizer.Tests.Pdf;

namespace Sekisho.Sanitizer.Tests.Hostile;

/// <summary>Ways to slip past: elements in places where few look, kinds that hide behind others, containers that become something else once they are written anew.</summary>
internal static class HostileTricks
{
    public static IEnumerable<HostileFile> All() => Sheets().Concat(Documents()).Concat(Pdf()).Concat(Kinds());

    private static HostileFile Xlsx(string threat, string what, Made made, params string[] needles) => new(threat, what, "a.xlsx", made.Bytes(), [HostileFile.Mark, .. needles]);

    private static IEnumerable<HostileFile> Sheets()
    {
        const string data = "<sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row></sheetData>";
        foreach (var (what, location) in new[] { ("DDE", "cmd|'/c KAMAKIRI'!A0"), ("another book", "'[KAMAKIRI.xls]S'!A1") }) yield return Xlsx("X-19", $"the place of a link in a sheet: {what}", Made.Book($"{data}<hyperlinks><hyperlink ref=\"A1\" location=\"{location}\" display=\"x\"/></hyperlinks>"));
        yield return Xlsx("X-13", "the bound of a scale of colours", Made.Book($"{data}<conditionalFormatting sqref=\"A1\"><cfRule type=\"colorScale\" priority=\"1\"><colorScale><cfvo type=\"formula\" val=\"WEBSERVICE(&quot;http://KAMAKIRI&quot;)\"/><cfvo type=\"max\"/><color rgb=\"FFFF0000\"/><color rgb=\"FF00FF00\"/></colorScale></cfRule></conditionalFormatting>"), "WEBSERVICE");
        yield return Xlsx("X-13", "a column of a table", Made.Book(data + "<tableParts count=\"1\"><tablePart r:id=\"rId1\"/></tableParts>").Part("xl/tables/table1.xml", Made.Open + "spreadsheetml.table+xml", $"<table {Made.X} id=\"1\" name=\"T\" displayName=\"T\" ref=\"A1:A2\" totalsRowCount=\"1\"><tableColumns count=\"1\"><tableColumn id=\"1\" name=\"a\" totalsRowFunction=\"custom\"><calculatedColumnFormula>WEBSERVICE(\"http://KAMAKIRI\")</calculatedColumnFormula><totalsRowFormula>WEBSERVICE(\"http://KAMAKIRI2\")</totalsRowFormula></tableColumn></tableColumns></table>").To("xl/worksheets/sheet1.xml", "rId1", "table", "../tables/table1.xml"), "WEBSERVICE");
        const string chart = "xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
        foreach (var (what, threat, formula) in new[] { ("another book", "X-12", "[1]KAMAKIRI!$A$1"), ("DDE", "X-11", "cmd|'/c KAMAKIRI'!A0"), ("a call", "X-13", "WEBSERVICE(\"http://KAMAKIRI\")") })
            yield return Xlsx(threat, $"the data of a chart: {what}", Made.Book(data + "<drawing r:id=\"rId1\"/>").Part("xl/drawings/d.xml", Made.Open + "drawing+xml", "<xdr:wsDr xmlns:xdr=\"http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\"><xdr:twoCellAnchor><xdr:from><xdr:col>0</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>0</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>1</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>1</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to><xdr:graphicFrame macro=\"KAMAKIRI\"><xdr:nvGraphicFramePr><xdr:cNvPr id=\"2\" name=\"c\"/><xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr><xdr:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"0\" cy=\"0\"/></xdr:xfrm><a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/chart\"><c:chart xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" r:id=\"rId1\"/></a:graphicData></a:graphic></xdr:graphicFrame><xdr:clientData/></xdr:twoCellAnchor></xdr:wsDr>")
                .To("xl/worksheets/sheet1.xml", "rId1", "drawing", "../drawings/d.xml").To("xl/drawings/d.xml", "rId1", "chart", "../charts/c.xml").Part("xl/charts/c.xml", Made.Open + "drawingml.chart+xml", $"<c:chartSpace {chart}><c:chart><c:plotArea><c:layout/><c:barChart><c:barDir val=\"col\"/><c:ser><c:idx val=\"0\"/><c:order val=\"0\"/><c:val><c:numRef><c:f>{formula.Replace("\"", "&quot;", StringComparison.Ordinal)}</c:f></c:numRef></c:val></c:ser><c:axId val=\"1\"/><c:axId val=\"2\"/></c:barChart></c:plotArea></c:chart></c:chartSpace>"));
        yield return Xlsx("X-13", "a validation of the new kind", Made.Book(data + "<extLst><ext uri=\"{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}\"><x14:dataValidations count=\"1\" xmlns:xm=\"http://schemas.microsoft.com/office/excel/2006/main\"><x14:dataValidation type=\"list\"><x14:formula1><xm:f>WEBSERVICE(\"http://KAMAKIRI\")</xm:f></x14:formula1><xm:sqref>A1</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst>"), "WEBSERVICE");
        yield return Xlsx("X-13", "a sparkline", Made.Book(data + "<extLst><ext uri=\"{05C60535-1F16-4fd2-B633-F4F36F0B64E0}\"><x14:sparklineGroups xmlns:xm=\"http://schemas.microsoft.com/office/excel/2006/main\"><x14:sparklineGroup><x14:sparklines><x14:sparkline><xm:f>[1]KAMAKIRI!A1:A2</xm:f><xm:sqref>A1</xm:sqref></x14:sparkline></x14:sparklines></x14:sparklineGroup></x14:sparklineGroups></ext></extLst>")) with { Told = "X-12" };
        yield return Xlsx("X-13", "a macro on a text box and its link to a cell", Made.Book(data + "<drawing r:id=\"rId1\"/>").Part("xl/drawings/d.xml", Made.Open + "drawing+xml", "<xdr:wsDr xmlns:xdr=\"http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\"><xdr:twoCellAnchor><xdr:from><xdr:col>0</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>0</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>1</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>1</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to><xdr:sp macro=\"[0]!KAMAKIRI\" textlink=\"[1]KAMAKIRI!A1\"><xdr:nvSpPr><xdr:cNvPr id=\"2\" name=\"c\"/><xdr:cNvSpPr/></xdr:nvSpPr><xdr:spPr/></xdr:sp><xdr:clientData/></xdr:twoCellAnchor></xdr:wsDr>").To("xl/worksheets/sheet1.xml", "rId1", "drawing", "../drawings/d.xml")) with { Told = "X-01" };
        yield return Xlsx("X-24", "text that no sheet shows, beside a macro sheet", new Made().Root("xl/workbook.xml").Part("xl/workbook.xml", Made.Open + "spreadsheetml.sheet.main+xml", $"<workbook {Made.X}><sheets><sheet name=\"M\" sheetId=\"1\" r:id=\"rId1\"/><sheet name=\"S\" sheetId=\"2\" r:id=\"rId2\"/></sheets></workbook>")
            .To("xl/workbook.xml", "rId1", "http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet", "m.xml").To("xl/workbook.xml", "rId2", "worksheet", "worksheets/sheet2.xml").To("xl/workbook.xml", "rId3", "sharedStrings", "sharedStrings.xml")
            .Part("xl/m.xml", "application/vnd.ms-excel.macrosheet+xml", $"<xm:macrosheet {Made.X} xmlns:xm=\"http://schemas.microsoft.com/office/excel/2006/main\"/>").Part("xl/worksheets/sheet2.xml", Made.Open + "spreadsheetml.worksheet+xml", $"<worksheet {Made.X}><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>1</v></c></row></sheetData></worksheet>")
            .Part("xl/sharedStrings.xml", Made.Open + "spreadsheetml.sharedStrings+xml", $"<q:sst xmlns:q=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" count=\"2\" uniqueCount=\"2\"><q:si><q:t>KAMAKIRI</q:t></q:si><q:si><q:t>nokoru</q:t></q:si></q:sst>")) with { Told = "X-04", Kept = ["nokoru"] };
    }

    private static IEnumerable<HostileFile> Documents()
    {
        HostileFile New(string threat, string what, string body, params string[] needles) => new(threat, what, "a.docx", Made.Word("<w:p><w:r><w:t>nokoru</w:t></w:r></w:p>" + body).Bytes(), [HostileFile.Mark, .. needles]) { Kept = ["nokoru"] };
        yield return New("X-35", "smart tags and custom XML around text", "<w:p><w:smartTag w:uri=\"http://evil.example/KAMAKIRI\" w:element=\"e\"><w:smartTagPr><w:attr w:name=\"a\" w:val=\"KAMAKIRI\"/></w:smartTagPr><w:r><w:t>x</w:t></w:r></w:smartTag><w:customXml w:uri=\"http://evil.example/KAMAKIRI\" w:element=\"e\"><w:r><w:t>y</w:t></w:r></w:customXml></w:p>", "evil.example") with { Told = "" };
        yield return New("X-17", "a picture's text, link and name that lead outside", "<w:p><w:r><w:pict><v:shape id=\"s\" href=\"http://evil.example/KAMAKIRI\" target=\"_blank\" o:button=\"t\" onclick=\"KAMAKIRI\"><v:textpath string=\"x\"/><v:fill src=\"http://evil.example/KAMAKIRI\" o:href=\"http://evil.example/KAMAKIRI\"/></v:shape></w:pict></w:r></w:p>", "onclick") with { Needles = ["onclick", "o:href", "v:fill src"], Told = "X-17" };
        yield return New("X-10", "the data of a form field's macro", "<w:p><w:r><w:fldChar w:fldCharType=\"begin\"><w:ffData><w:name w:val=\"a\"/><w:entryMacro w:val=\"KAMAKIRI\"/><w:exitMacro w:val=\"KAMAKIRI\"/></w:ffData></w:fldChar></w:r><w:r><w:instrText>FORMTEXT</w:instrText></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:p>", "entryMacro") with { Told = "X-01" };
        yield return new HostileFile("X-28", "content types in UTF-16", "a.docx", HostileOoxml.Rewritten(Dde(), "[Content_Types].xml", static b => [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(b))]), HostileFile.Mark, "DDEAUTO") { Told = "X-10" };
        yield return new HostileFile("X-28", "content types written by references", "a.docx", HostileOoxml.Rewritten(Dde(), "[Content_Types].xml", static b => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(b).Replace("wordprocessingml.document", "wordprocessingml&#46;document", StringComparison.Ordinal))), HostileFile.Mark, "DDEAUTO") { Told = "X-10" };
        yield return new HostileFile("X-28", "content types in another case of its name", "a.docx", Cased(), HostileFile.Mark, "DDEAUTO") { Told = "X-10" };
        yield return new HostileFile("G-05", "a package of a kind that nobody knows", "a.vsdx", HostileOoxml.Rewritten(Dde(), "[Content_Types].xml", static b => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(b).Replace("wordprocessingml.document.main", "kamakiri.main", StringComparison.Ordinal))), HostileFile.Mark, "DDEAUTO") { Refused = "SAN-KIND-001" };
    }

    private static byte[] Dde() => Made.Word("<w:p><w:fldSimple w:instr=\"DDEAUTO cmd KAMAKIRI\"><w:r><w:t>nokoru</w:t></w:r></w:fldSimple></w:p>").Bytes();

    private static byte[] Cased()
    {
        var zip = Dde();
        var text = Encoding.Latin1.GetString(zip).Replace("[Content_Types].xml", "[CONTENT_types].XML", StringComparison.Ordinal);
        return Encoding.Latin1.GetBytes(text);
    }

    private static IEnumerable<HostileFile> Pdf()
    {
        HostileFile New(string threat, string what, byte[] pdf, params string[] needles) => new(threat, what, "a.pdf", pdf, [HostileFile.Mark, .. needles]) { Told = "" };
        static string Stream(string dict, string content) => $"<<{dict}/Length {content.Length}>>\nstream\n{content}\nendstream";
        yield return New("P-22", "PostScript in the map of a font", PdfMaker.Of("", "/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 5 0 R>>>>>>", Stream("", "/CIDInit /ProcSet findresource begin 12 dict begin begincmap KAMAKIRI run systemdict /exec get 1 begincodespacerange <00> <FF> endcodespacerange endcmap")).Build());
        yield return New("P-19", "a profile with more than colours, and bytes behind a JPEG", PdfMaker.Of("", "/Resources<</XObject<</X 5 0 R>>>>", Stream("/Type/XObject/Subtype/Image/Width 37/Height 29/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/DCTDecode", Encoding.Latin1.GetString([.. JpegTests.Plain(), .. "<?php KAMAKIRI"u8]))).Build());
        yield return New("P-19", "text in a profile", PdfMaker.Of("", "/Resources<</ColorSpace<</C[/ICCBased 5 0 R]>>>>", Stream("/N 3", Encoding.Latin1.GetString([.. IccMaker.Srgb, .. "KAMAKIRI"u8]))).Build());
        yield return New("P-21", "keys of an inline picture that nobody knows", Content("q 1 0 0 1 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G /KAMAKIRI (KAMAKIRI) ID \u0041 EI Q"));
        yield return New("P-21", "comments and unknown words in a page", Content("q % KAMAKIRI\n(x) KAMAKIRI Q BX KAMAKIRI EX"));
        yield return New("P-03", "script in the dictionary of a form", PdfMaker.Of("", "/Resources<</XObject<</X 5 0 R>>>>", Stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/KAMAKIRI<</S/JavaScript/JS(KAMAKIRI)>>", "q Q")).Build(), "/JavaScript");
        yield return New("P-03", "script behind a chain of actions that comes back", PdfMaker.Of("/OpenAction 5 0 R", "", "<</S/GoTo/D[3 0 R/Fit]/Next 6 0 R>>", "<</S/JavaScript/JS(KAMAKIRI)/Next 5 0 R>>").Build(), "/JavaScript") with { Told = "P-03" };
        yield return New("P-02", "an action of a layer and of an article's thread", PdfMaker.Of("/OCProperties<</OCGs[5 0 R]/D<</Order[5 0 R]>>>>/Threads[<</F<<>>/I<</Title(KAMAKIRI)>>>>]", "/B[<</T(KAMAKIRI)>>]", "<</Type/OCG/Name(a)/AA<</V<</S/JavaScript/JS(KAMAKIRI)>>>>/Usage<</CreatorInfo<</Creator(KAMAKIRI)>>>>>>").Build(), "/JavaScript");
        yield return New("P-11", "script of a calculated field by a value that is an action", PdfMaker.Of("/AcroForm<</Fields[5 0 R]/DR<</KAMAKIRI(x)>>/DA(/Helv 0 Tf)>>", "/Annots[5 0 R]", "<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/Rect[0 0 9 9]/V<</S/JavaScript/JS(KAMAKIRI)>>/DV<</S/Launch/F(KAMAKIRI)>>/MK<</CA<</S/Launch/F(KAMAKIRI)>>>>>>").Build(), "/JavaScript", "/Launch");

        static byte[] Content(string content)
        {
            var made = PdfMaker.Of();
            var number = made.AddStream("", Encoding.Latin1.GetBytes(content));
            return Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(made.Build()).Replace("/Contents 4 0 R", $"/Contents {number} 0 R", StringComparison.Ordinal));
        }
    }

    private static IEnumerable<HostileFile> Kinds()
    {
        yield return new HostileFile("E-05", "a page as a web archive with one header only", "a.mht", "Content-Type: multipart/related; boundary=b\r\nX-Y: z\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<script>KAMAKIRI</script>\r\n--b--\r\n"u8.ToArray(), HostileFile.Mark, "<script") { Told = "E-01" };
        foreach (var name in (string[])["a.theme", "a.udl", "a.oqy", "a.jnlp", "a.mof", "a.config", "a.csproj", "a.ps2", "a.reg2", "a.ahk", "a.tcl", "a.crt", "a.ica", "a.diagcfg"])
            yield return new HostileFile("Z-11", $"a text that a program would open by its name (.{name[2..]})", name, "[boot]\r\nSCRNSAVE.EXE=nokoru\r\n"u8.ToArray()) { Told = "SAN-NOTE-EXTENSION", Kept = ["nokoru"] };
        yield return new HostileFile("G-03", "ten thousand comments before nothing", "a.xml", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("<!---->", 5_000)) + "x")) { Refused = "SAN-XML-001" };
        yield return new HostileFile("X-36", "an Excel book of 2003 behind another prefix", "a.xml", "<?xml version=\"1.0\"?><q:Workbook xmlns:q=\"urn:schemas-microsoft-com:office:spreadsheet\"><q:Worksheet q:Name=\"a\"><q:Table><q:Row><q:Cell q:HRef=\"file://evil/KAMAKIRI\"><q:Data q:Type=\"String\">Quiet seed text</q:Data></q:Cell></q:Row></q:Table></q:Worksheet></q:Workbook>"u8.ToArray(), HostileFile.Mark) { Told = "X-19" };
        yield return new HostileFile("D-01", "a flat OpenDocument file that calls itself data", "a.xml", "<?xml version=\"1.0\"?><office:document xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" office:mimetype=\"application/vnd.oasis.opendocument.text\"><office:scripts><x>KAMAKIRI</x></office:scripts></office:document>"u8.ToArray(), HostileFile.Mark) { Refused = "SAN-XML-003" };
        yield return new HostileFile("S-05", "XAML and a build file that call themselves data", "a.xml", "<?xml version=\"1.0\"?><Project xmlns=\"http://schemas.microsoft.com/developer/msbuild/2003\"><Target Name=\"a\"><Exec Command=\"KAMAKIRI\"/></Target></Project>"u8.ToArray(), HostileFile.Mark) { Refused = "SAN-XML-003" };
        yield return new HostileFile("G-06", "a name padded with letters that nobody sees", "keikaku.pdf\u3164\u2800\u115F\u00A0\u2003\u3000\u3000.txt", "nokoru"u8.ToArray(), "nokoru") { Needles = [], Told = "SAN-NOTE-NAME", Kept = ["nokoru"] };
        yield return new HostileFile("Z-02", "an archive that becomes a document when its parts are written anew", "a.zip", new RawZip().Add("[Content_Types].xml", "<?xml version=\"1.0\"?><!-- --><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document&#x2E;main+xml\"/></Types>")
            .Add("_rels/.rels", $"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r\" Type=\"{Made.Rel}officeDocument\" Target=\"word/document.xml\"/></Relationships>").Add("word/document.xml", $"<w:document {Made.W}><w:body><w:p><w:fldSimple w:instr=\"DDEAUTO cmd KAMAKIRI\"/></w:p></w:body></w:document>").Finish(), HostileFile.Mark, "DDEAUTO") { Told = "X-10" };
        yield return new HostileFile("D-01", "an OpenDocument file without its first member", "a.odt", new RawZip().Add("content.xml", "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\"><office:scripts><office:event-listeners><script:event-listener xmlns:script=\"urn:oasis:names:tc:opendocument:xmlns:script:1.0\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" script:event-name=\"dom:load\" xlink:href=\"vnd.sun.star.script:KAMAKIRI\"/></office:event-listeners></office:scripts><office:body><office:text><text:p xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\">nokoru</text:p></office:text></office:body></office:document-content>").Add("META-INF/manifest.xml", "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"><manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"application/vnd.oasis.opendocument.text\"/><manifest:file-entry manifest:full-path=\"content.xml\" manifest:media-type=\"text/xml\"/></manifest:manifest>").Finish(), HostileFile.Mark) { Kept = ["nokoru"] };
    }
}
