using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Xml;

namespace Sekisho.Records.Registers.Exchange;

/// <summary>A column of a workbook that is written.</summary>
/// <param name="Width">In characters of the standard font.</param>
/// <param name="Choices">Values of its drop-down; empty: none.</param>
/// <param name="IsStrict">Only those may be entered.</param>
/// <param name="Prompt">Shown when a cell is chosen; null: nothing.</param>
internal sealed record XlsxColumn(string Key, string Heading, double Width, XlsxLook Look, IReadOnlyList<string> Choices, bool IsStrict = true, string? Prompt = null, bool IsHidden = false);

/// <summary>How cells look; the numbers are places in the part of styles.</summary>
internal enum XlsxLook
{
    Plain = 0,
    Heading = 1,

    /// <summary>Format @: leading zeros stay when a person types them.</summary>
    Text = 2,
    LongText = 3,
    Day = 4,
    Number = 5,
    Key = 6,
}

/// <summary>Writes a workbook of one table as offices expect it (.xlsx): headings, drop-downs, frozen panes, A4 across. Rows are written as they come.</summary>
/// <remarks>Source: ECMA-376 Part 1 §18. The first row is hidden and names the fields, so that the same file is read back exactly.</remarks>
internal sealed class XlsxWriter : IDisposable
{
    /// <summary>Rows below the last one that have drop-downs as well, for what a person adds.</summary>
    private const int RowsToAdd = 2000;

    /// <summary>Digits that a workbook's numbers hold; longer ones are written as text.</summary>
    private const int MostDigits = 15;

    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Package = "http://schemas.openxmlformats.org/package/2006/relationships", ChoicesSheet = "選択肢";

    private readonly ZipArchive zip;
    private readonly DateTimeOffset at;
    private readonly IReadOnlyList<XlsxColumn> columns;
    private readonly XmlWriter sheet;
    private readonly string sheetName;
    private readonly string title;
    private int row;

    public XlsxWriter(Stream to, string title, string mark, IReadOnlyList<XlsxColumn> columns, DateTimeOffset at)
    {
        (this.columns, this.at, this.title) = (columns, at, title);
        sheetName = SheetNameOf(title);
        zip = new ZipArchive(to, ZipArchiveMode.Create, leaveOpen: true);
        WriteBook();
        sheet = Part("xl/worksheets/sheet1.xml");
        Begin();
        Row([.. columns.Select((c, i) => (XlsxLook.Key, i == 0 ? mark + c.Key : c.Key))], hidden: true);
        Row([.. columns.Select(c => (XlsxLook.Heading, c.Heading))], height: 30);
    }

    private static string SheetNameOf(string title)
    {
        const int Most = 31;
        var name = string.Concat(title.Select(c => c is '[' or ']' or ':' or '*' or '?' or '/' or '\\' or '\'' ? '　' : c)).Trim();
        return name.Length is 0 ? "台帳" : name.Length <= Most ? name : name[..Most];
    }

    /// <summary>The cells of a row, in the order of the columns; empty texts leave the cell empty.</summary>
    public void Write(IReadOnlyList<(XlsxLook Look, string Text)> cells) => Row(cells);

    private void Row(IReadOnlyList<(XlsxLook Look, string Text)> cells, bool hidden = false, int? height = null)
    {
        row++;
        var number = row.ToString(CultureInfo.InvariantCulture);
        sheet.WriteStartElement("row", Main);
        sheet.WriteAttributeString("r", number);
        if (hidden) sheet.WriteAttributeString("hidden", "1");
        if (height is { } points)
        {
            sheet.WriteAttributeString("ht", points.ToString(CultureInfo.InvariantCulture));
            sheet.WriteAttributeString("customHeight", "1");
        }
        for (var i = 0; i < cells.Count; i++)
        {
            var (look, text) = cells[i];
            if (text.Length == 0) continue;
            sheet.WriteStartElement("c", Main);
            sheet.WriteAttributeString("r", CellName.Column(i) + number);
            if (look == XlsxLook.Day && DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && ExcelDay.TryWrite(day, out var serial))
                Value(look, serial.ToString(CultureInfo.InvariantCulture));
            else if (look == XlsxLook.Number && text.Count(char.IsAsciiDigit) <= MostDigits)
                Value(look, text);
            else
                Text(look is XlsxLook.Day or XlsxLook.Number ? XlsxLook.Text : look, text);
            sheet.WriteEndElement();
        }
        sheet.WriteEndElement();
    }

    private void Value(XlsxLook look, string value)
    {
        sheet.WriteAttributeString("s", ((int)look).ToString(CultureInfo.InvariantCulture));
        sheet.WriteElementString("v", Main, value);
    }

    private void Text(XlsxLook look, string text)
    {
        sheet.WriteAttributeString("s", ((int)look).ToString(CultureInfo.InvariantCulture));
        sheet.WriteAttributeString("t", "inlineStr");
        sheet.WriteStartElement("is", Main);
        sheet.WriteStartElement("t", Main);
        sheet.WriteAttributeString("xml", "space", null, "preserve");
        sheet.WriteString(XlsxText.Encode(text));
        sheet.WriteEndElement();
        sheet.WriteEndElement();
    }

    private void Begin()
    {
        sheet.WriteStartElement("worksheet", Main);
        sheet.WriteStartElement("sheetPr", Main);
        Empty("pageSetUpPr", ("fitToPage", "1"));
        sheet.WriteEndElement();
        sheet.WriteStartElement("sheetViews", Main);
        sheet.WriteStartElement("sheetView", Main);
        sheet.WriteAttributeString("workbookViewId", "0");
        sheet.WriteAttributeString("tabSelected", "1");
        // The hidden row counts as a row of the frozen part.
        Empty("pane", ("xSplit", "1"), ("ySplit", "2"), ("topLeftCell", "B3"), ("activePane", "bottomRight"), ("state", "frozen"));
        Empty("selection", ("pane", "bottomRight"), ("activeCell", "B3"), ("sqref", "B3"));
        sheet.WriteEndElement();
        sheet.WriteEndElement();
        Empty("sheetFormatPr", ("defaultRowHeight", "18"));
        sheet.WriteStartElement("cols", Main);
        for (var i = 0; i < columns.Count; i++)
        {
            var at = (i + 1).ToString(CultureInfo.InvariantCulture);
            var look = columns[i].Look;
            Empty("col", [("min", at), ("max", at), ("width", columns[i].Width.ToString(CultureInfo.InvariantCulture)), ("style", ((int)look).ToString(CultureInfo.InvariantCulture)), ("customWidth", "1"), .. columns[i].IsHidden ? [("hidden", "1")] : Array.Empty<(string, string)>()]);
        }
        sheet.WriteEndElement();
        sheet.WriteStartElement("sheetData", Main);
    }

    /// <summary>Ends the sheet and the file.</summary>
    public void Finish()
    {
        sheet.WriteEndElement();
        // Hidden columns as well: what is sorted without them would give each row another's version or id.
        Empty("autoFilter", ("ref", $"A2:{CellName.Of(columns.Count - 1, Math.Max(row, 2))}"));
        Validations();
        Empty("pageMargins", ("left", "0.4"), ("right", "0.4"), ("top", "0.6"), ("bottom", "0.6"), ("header", "0.3"), ("footer", "0.3"));
        Empty("pageSetup", ("paperSize", "9"), ("orientation", "landscape"), ("fitToWidth", "1"), ("fitToHeight", "0"));
        sheet.WriteStartElement("headerFooter", Main);
        sheet.WriteElementString("oddHeader", Main, "&L" + title.Replace("&", "&&", StringComparison.Ordinal) + "&R" + JapaneseDay());
        sheet.WriteElementString("oddFooter", Main, "&C&P / &N");
        sheet.WriteEndElement();
        sheet.WriteEndElement();
        sheet.Dispose();
        WriteChoices();
        zip.Dispose();
    }

    private string JapaneseDay() => Assurance.JapaneseTime.Date(Assurance.JapaneseTime.Day(at)).Ja;

    private void Validations()
    {
        const int MostPrompt = 250;
        var asked = columns.Select((c, i) => (Column: c, At: i)).Where(x => x.Column.Choices.Count > 0 || x.Column.Prompt is not null).ToList();
        if (asked.Count == 0) return;
        sheet.WriteStartElement("dataValidations", Main);
        sheet.WriteAttributeString("count", asked.Count.ToString(CultureInfo.InvariantCulture));
        foreach (var (column, i) in asked)
        {
            sheet.WriteStartElement("dataValidation", Main);
            if (column.Choices.Count > 0)
            {
                sheet.WriteAttributeString("type", "list");
                sheet.WriteAttributeString("allowBlank", "1");
                sheet.WriteAttributeString("showErrorMessage", column.IsStrict ? "1" : "0");
                sheet.WriteAttributeString("errorTitle", "一覧にない値です");
                sheet.WriteAttributeString("error", "一覧から選んでください。");
            }
            if (column.Prompt is { } prompt)
            {
                sheet.WriteAttributeString("showInputMessage", "1");
                sheet.WriteAttributeString("promptTitle", column.Heading.Length <= 30 ? column.Heading : column.Heading[..30]);
                sheet.WriteAttributeString("prompt", prompt.Length <= MostPrompt ? prompt : prompt[..MostPrompt]);
            }
            sheet.WriteAttributeString("sqref", $"{CellName.Of(i, 3)}:{CellName.Of(i, Math.Min(row + RowsToAdd, SheetRows.LastRow))}");
            if (column.Choices.Count > 0)
            {
                var letter = CellName.Column(ChoiceColumn(i));
                sheet.WriteElementString("formula1", Main, $"'{ChoicesSheet}'!${letter}$2:${letter}${column.Choices.Count + 1}");
            }
            sheet.WriteEndElement();
        }
        sheet.WriteEndElement();
    }

    private int ChoiceColumn(int column) => columns.Take(column).Count(c => c.Choices.Count > 0);

    private void WriteChoices()
    {
        var lists = columns.Where(c => c.Choices.Count > 0).ToList();
        using var xml = Part("xl/worksheets/sheet2.xml");
        xml.WriteStartElement("worksheet", Main);
        xml.WriteStartElement("sheetData", Main);
        for (var line = 0; line <= lists.Select(l => l.Choices.Count).DefaultIfEmpty(0).Max(); line++)
        {
            xml.WriteStartElement("row", Main);
            xml.WriteAttributeString("r", (line + 1).ToString(CultureInfo.InvariantCulture));
            for (var i = 0; i < lists.Count; i++)
            {
                if (line > lists[i].Choices.Count) continue;
                xml.WriteStartElement("c", Main);
                xml.WriteAttributeString("r", CellName.Of(i, line + 1));
                xml.WriteAttributeString("t", "inlineStr");
                xml.WriteStartElement("is", Main);
                xml.WriteElementString("t", Main, XlsxText.Encode(line == 0 ? lists[i].Heading : lists[i].Choices[line - 1]));
                xml.WriteEndElement();
                xml.WriteEndElement();
            }
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private void WriteBook()
    {
        Put("[Content_Types].xml", """
            <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/worksheets/sheet2.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>
            """);
        Put("_rels/.rels", $"""<Relationships xmlns="{Package}"><Relationship Id="rId1" Type="{Relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>""");
        Put("xl/_rels/workbook.xml.rels", $"""<Relationships xmlns="{Package}"><Relationship Id="rId1" Type="{Relations}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{Relations}/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId3" Type="{Relations}/styles" Target="styles.xml"/></Relationships>""");
        var name = System.Security.SecurityElement.Escape(sheetName);
        Put("xl/workbook.xml", $"""
            <workbook xmlns="{Main}" xmlns:r="{Relations}"><bookViews><workbookView activeTab="0"/></bookViews><sheets><sheet name="{name}" sheetId="1" r:id="rId1"/><sheet name="{ChoicesSheet}" sheetId="2" state="hidden" r:id="rId2"/></sheets><definedNames><definedName name="_xlnm.Print_Titles" localSheetId="0">'{name}'!$2:$2</definedName></definedNames></workbook>
            """);
        // Look: Plain, Heading, Text, LongText, Day, Number, Key.
        Put("xl/styles.xml", $"""
            <styleSheet xmlns="{Main}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy/mm/dd"/></numFmts><fonts count="3"><font><sz val="10"/><name val="游ゴシック"/><family val="3"/><charset val="128"/></font><font><b/><sz val="10"/><color rgb="FFFFFFFF"/><name val="游ゴシック"/><family val="3"/><charset val="128"/></font><font><sz val="8"/><color rgb="FF808080"/><name val="游ゴシック"/><family val="3"/><charset val="128"/></font></fonts><fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FF1F3A5F"/><bgColor indexed="64"/></patternFill></fill></fills><borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border><left style="thin"><color rgb="FFBFBFBF"/></left><right style="thin"><color rgb="FFBFBFBF"/></right><top style="thin"><color rgb="FFBFBFBF"/></top><bottom style="thin"><color rgb="FFBFBFBF"/></bottom><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="7"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="49" fontId="1" fillId="2" borderId="1" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"><alignment horizontal="center" vertical="center" wrapText="1"/></xf><xf numFmtId="49" fontId="0" fillId="0" borderId="1" xfId="0" applyNumberFormat="1" applyBorder="1" applyAlignment="1"><alignment vertical="top"/></xf><xf numFmtId="49" fontId="0" fillId="0" borderId="1" xfId="0" applyNumberFormat="1" applyBorder="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf><xf numFmtId="164" fontId="0" fillId="0" borderId="1" xfId="0" applyNumberFormat="1" applyBorder="1" applyAlignment="1"><alignment horizontal="center" vertical="top"/></xf><xf numFmtId="0" fontId="0" fillId="0" borderId="1" xfId="0" applyBorder="1" applyAlignment="1"><alignment horizontal="right" vertical="top"/></xf><xf numFmtId="49" fontId="2" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="標準" xfId="0" builtinId="0"/></cellStyles></styleSheet>
            """);
    }

    private void Put(string part, string xml)
    {
        using var stream = Entry(part);
        stream.Write(Encoding.UTF8.GetBytes("""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>""" + "\n" + xml.Trim()));
    }

    private XmlWriter Part(string part) => XmlWriter.Create(Entry(part), new XmlWriterSettings { Encoding = new UTF8Encoding(false), CloseOutput = true });

    private Stream Entry(string part)
    {
        var entry = zip.CreateEntry(part, CompressionLevel.Fastest);
        entry.LastWriteTime = at;
        return entry.Open();
    }

    private void Empty(string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        sheet.WriteStartElement(name, Main);
        foreach (var (attribute, value) in attributes) sheet.WriteAttributeString(attribute, value);
        sheet.WriteEndElement();
    }

    public void Dispose()
    {
        sheet.Dispose();
        zip.Dispose();
    }
}
