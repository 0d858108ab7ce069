using System.IO.Compression;
using System.Text;
using System.Xml;

namespace Sekisho.Policy.Comparison;

/// <summary>The comparison as a Word document (.docx): one A4 table whose head repeats on each page.</summary>
/// <remarks>Written directly as WordprocessingML (ECMA-376, transitional); the same comparison gives the same bytes.</remarks>
public static class ComparisonDocx
{
    private const string W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

    /// <summary>A4 less 18 mm margins, in twentieths of a point; halved for a column.</summary>
    private const int ColumnTwips = 4932;

    private const string ContentTypes = """
        <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
        <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>
        """;

    private const string Relations = """
        <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
        <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>
        """;

    private const string DocumentRelations = """
        <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
        <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>
        """;

    private const string Styles = """
        <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
        <w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="MS Mincho" w:hAnsi="MS Mincho" w:eastAsia="ＭＳ 明朝" w:cs="MS Mincho"/><w:sz w:val="21"/><w:szCs w:val="21"/><w:lang w:val="en-US" w:eastAsia="ja-JP"/></w:rPr></w:rPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/><w:pPr><w:jc w:val="center"/><w:spacing w:after="120"/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:sz w:val="28"/><w:szCs w:val="28"/></w:rPr></w:style></w:styles>
        """;

    public static void Write(ComparisonTable table, Stream to)
    {
        using var archive = new ZipArchive(to, ZipArchiveMode.Create, leaveOpen: true);
        Part(archive, "[Content_Types].xml", ContentTypes);
        Part(archive, "_rels/.rels", Relations);
        Part(archive, "word/_rels/document.xml.rels", DocumentRelations);
        Part(archive, "word/styles.xml", Styles);
        Part(archive, "word/document.xml", Body(table));
    }

    private static void Part(ZipArchive archive, string name, string content)
    {
        var entry = archive.CreateEntry(name, CompressionLevel.Optimal);
        // The first moment that ZIP can say: bytes must not depend on the clock.
        entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var stream = entry.Open();
        stream.Write(Encoding.UTF8.GetBytes(content));
    }

    private static string Body(ComparisonTable table)
    {
        var text = new StringBuilder();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true, CheckCharacters = true, NewLineHandling = NewLineHandling.None }))
        {
            Open(xml, "document");
            Open(xml, "body");
            Paragraph(xml, () => Run(xml, $"{table.NewTitle}　新旧対照表", false), "Heading1");
            var lines = ComparisonLayout.Lines(table);
            if (lines.Count == 0) Paragraph(xml, () => Run(xml, "違いはありません（字の全角・半角、空白、改行の違いは数えません）。", false));
            else
            {
                Paragraph(xml, () => { Run(xml, "（", false); Run(xml, "下線", true); Run(xml, "の部分は改正部分）", false); }, alignment: "right");
                Table(xml, lines);
            }
            Open(xml, "sectPr");
            Value(xml, "pgSz", ("w", 11906), ("h", 16838));
            Value(xml, "pgMar", ("top", 1134), ("right", 1021), ("bottom", 1134), ("left", 1021), ("header", 567), ("footer", 567), ("gutter", 0));
            xml.WriteEndElement();
            xml.WriteEndElement();
            xml.WriteEndElement();
        }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n" + text;
    }

    private static void Table(XmlWriter xml, IReadOnlyList<ComparisonLine> lines)
    {
        Open(xml, "tbl");
        Open(xml, "tblPr");
        Value(xml, "tblW", ("w", 2 * ColumnTwips), ("type", "dxa"));
        Open(xml, "tblBorders");
        foreach (var side in new[] { "top", "left", "bottom", "right", "insideV" }) Value(xml, side, ("val", "single"), ("sz", 4), ("space", 0), ("color", "000000"));
        xml.WriteEndElement();
        Value(xml, "tblLayout", ("type", "fixed"));
        xml.WriteEndElement();
        Open(xml, "tblGrid");
        Value(xml, "gridCol", ("w", ColumnTwips));
        Value(xml, "gridCol", ("w", ColumnTwips));
        xml.WriteEndElement();
        Open(xml, "tr");
        Open(xml, "trPr");
        Value(xml, "tblHeader");
        xml.WriteEndElement();
        Cell(xml, () => Paragraph(xml, () => Run(xml, "改　正　後", false), alignment: "center"), head: true);
        Cell(xml, () => Paragraph(xml, () => Run(xml, "改　正　前", false), alignment: "center"), head: true);
        xml.WriteEndElement();
        foreach (var line in lines)
        {
            Open(xml, "tr");
            // The mark's line stands empty on the right, so that both sides begin at the same height.
            Cell(xml, () => Side(xml, line, line.New, line.Tag.Length > 0 ? $"【{line.Tag}】" : ""));
            Cell(xml, () => Side(xml, line, line.Old, line.Tag.Length > 0 ? "　" : ""));
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private static void Side(XmlWriter xml, ComparisonLine line, IReadOnlyList<Piece> pieces, string tag)
    {
        if (tag.Length > 0) Paragraph(xml, () => Run(xml, tag, false, small: true), alignment: "right");
        var paragraphs = ComparisonParagraph.Of(line, pieces);
        foreach (var paragraph in paragraphs)
        {
            var (indent, first) = line.IsHeading ? (3, 0) : paragraph.Style switch
            {
                ParagraphStyle.Caption => (1, 0),
                ParagraphStyle.Continued => (line.Depth, 1),
                _ => (line.Depth + 1, -1),
            };
            Paragraph(xml, () => { foreach (var piece in paragraph.Pieces) Run(xml, piece.Text, piece.Changed); }, indent: indent, first: first);
        }
        // A cell without a paragraph is damage to Word.
        if (paragraphs.Count == 0 && tag.Length == 0) Paragraph(xml, static () => { });
    }

    private static void Cell(XmlWriter xml, Action content, bool head = false)
    {
        Open(xml, "tc");
        Open(xml, "tcPr");
        Value(xml, "tcW", ("w", ColumnTwips), ("type", "dxa"));
        if (head)
        {
            Open(xml, "tcBorders");
            Value(xml, "bottom", ("val", "single"), ("sz", 4), ("space", 0), ("color", "000000"));
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
        content();
        xml.WriteEndElement();
    }

    /// <param name="indent">In full-width characters of 10.5 pt (210 twips).</param>
    /// <param name="first">What the first line adds to it.</param>
    private static void Paragraph(XmlWriter xml, Action runs, string? style = null, string? alignment = null, int indent = 0, int first = 0)
    {
        Open(xml, "p");
        Open(xml, "pPr");
        if (style is not null) Value(xml, "pStyle", ("val", style));
        if (indent > 0 || first > 0) Value(xml, "ind", ("left", 210 * indent), first < 0 ? ("hanging", -210 * first) : ("firstLine", 210 * first));
        if (alignment is not null) Value(xml, "jc", ("val", alignment));
        xml.WriteEndElement();
        runs();
        xml.WriteEndElement();
    }

    private static void Run(XmlWriter xml, string text, bool underlined, bool small = false)
    {
        foreach (var (part, index) in text.Split('\n').Select(static (p, i) => (p, i)))
        {
            Open(xml, "r");
            Open(xml, "rPr");
            if (small) Value(xml, "sz", ("val", 16));
            if (underlined) Value(xml, "u", ("val", "single"));
            xml.WriteEndElement();
            if (index > 0) Value(xml, "br");
            xml.WriteStartElement("w", "t", W);
            xml.WriteAttributeString("xml", "space", null, "preserve");
            xml.WriteString(string.Concat(part.EnumerateRunes().Where(static r => r.Value is >= 0x20 and not 0xFFFE and not 0xFFFF)));
            xml.WriteEndElement();
            xml.WriteEndElement();
        }
    }

    private static void Open(XmlWriter xml, string name) => xml.WriteStartElement("w", name, W);

    private static void Value(XmlWriter xml, string name, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        Open(xml, name);
        foreach (var (attribute, value) in attributes) xml.WriteAttributeString("w", attribute, W, FormattableString.Invariant($"{value}"));
        xml.WriteEndElement();
    }
}
