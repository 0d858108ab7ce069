using System.Globalization;
using System.Text;
using System.Xml;
using Sekisho.Assurance;

namespace Sekisho.Policy;

/// <summary>A policy in the vocabulary and structure of 法令標準XMLスキーマ v3.</summary>
/// <remarks>
/// What the schema asks for and a municipal document lacks is filled in as little as possible (ADR-0014): an article's only paragraph, an article
/// around text that stands right below a chapter, an era and a number where the document gives none.
/// </remarks>
public static class PolicyXml
{
    private static readonly string[] Eras = ["", "Meiji", "Taisho", "Showa", "Heisei", "Reiwa"];

    /// <summary>Writes UTF-8 with an XML declaration; the same document always gives the same bytes.</summary>
    public static void Write(PolicyDocument document, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(stream);
        using var xml = XmlWriter.Create(stream, new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n", CheckCharacters = false });
        xml.WriteStartDocument();
        xml.WriteStartElement("Law");
        // A document without 制定 is dated by its first 附則.
        var date = document.Enacted?.Date ?? document.Supplementary.Select(static s => s.Effective).FirstOrDefault(static d => d is not null) ?? new DateOnly(2019, 5, 1);
        var (era, year) = Wareki.EraOf(date);
        xml.WriteAttributeString("Era", Eras[era]);
        xml.WriteAttributeString("Year", Text(year));
        xml.WriteAttributeString("Num", NumberOf(document.Enacted?.Reference));
        xml.WriteAttributeString("PromulgateMonth", Text(date.Month));
        xml.WriteAttributeString("PromulgateDay", Text(date.Day));
        xml.WriteAttributeString("LawType", "Misc");
        xml.WriteAttributeString("Lang", "ja");
        Element(xml, "LawNum", document.Enacted is { } enacted ? Wareki.Format(enacted.Date) + enacted.Reference : "");
        xml.WriteStartElement("LawBody");
        Element(xml, "LawTitle", document.Title);
        foreach (var line in XmlSentences.Lines(document.Preamble))
            Element(xml, "EnactStatement", line);
        WriteContents(xml, document.Contents);
        xml.WriteStartElement("MainProvision");
        WriteContainer(xml, document.Provisions, null);
        xml.WriteEndElement();
        for (var i = 0; i < document.Supplementary.Count; i++)
            WriteSupplementary(xml, document.Supplementary[i], i == 0);
        foreach (var appendix in document.Appendices)
            WriteAppendix(xml, appendix);
        xml.WriteEndElement();
        xml.WriteEndElement();
        xml.WriteEndDocument();
    }

    private static void WriteContents(XmlWriter xml, IReadOnlyList<ContentsEntry> contents)
    {
        var main = contents.Where(static e => e.Number.Length > 0).ToList();
        if (main.Count == 0)
            return;
        var levels = main.Select(static e => LevelOf(e.Label)).ToList();
        var top = levels.Min();
        // 款 cannot lead a table of contents.
        if (top == 3)
            return;
        xml.WriteStartElement("TOC");
        Element(xml, "TOCLabel", "目次");
        // The schema's contents know one kind at each level; articles below chapters are left to the chapters' own entries.
        var open = new Stack<int>();
        for (var i = 0; i < main.Count; i++)
        {
            var level = levels[i];
            if (level == 4 && top < 4)
                continue;
            while (open.Count > 0 && open.Peek() >= level)
            {
                open.Pop();
                xml.WriteEndElement();
            }
            if (open.Count == 0 && level != top || open.Count > 0 && level != open.Peek() + 1)
                continue;
            open.Push(level);
            var name = level switch { 0 => "Part", 1 => "Chapter", 2 => "Section", 3 => "Subsection", _ => "Article" };
            xml.WriteStartElement("TOC" + name);
            xml.WriteAttributeString("Num", main[i].Number);
            if (level == 4)
            {
                Element(xml, "ArticleTitle", main[i].Label);
                Element(xml, "ArticleCaption", $"（{main[i].Caption}）");
            }
            else
            {
                Element(xml, name + "Title", $"{main[i].Label}　{main[i].Caption}".TrimEnd('　'));
            }
        }
        while (open.Count > 0)
        {
            open.Pop();
            xml.WriteEndElement();
        }
        if (contents.FirstOrDefault(static e => e.Number.Length == 0 && e.Label.EndsWith('則')) is { } supplementary)
        {
            xml.WriteStartElement("TOCSupplProvision");
            Element(xml, "SupplProvisionLabel", supplementary.Label);
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private static int LevelOf(string label) => label.Length == 0 ? 4 : label[^1] switch { '編' => 0, '章' => 1, '節' => 2, '款' => 3, _ => 4 };

    // Parts hold chapters, chapters sections, sections subsections; each may hold articles first. One kind only at the top.
    private static void WriteContainer(XmlWriter xml, IReadOnlyList<Provision> provisions, Provision? parent)
    {
        if (provisions.Count == 0)
        {
            // A chapter of text alone: its sentences need an article to stand in.
            WriteTextArticle(xml, parent?.Text ?? "", parent?.Tables ?? []);
            return;
        }
        var highest = (ProvisionKind)Math.Min((int)provisions.Min(static p => p.Kind), (int)ProvisionKind.Article);
        if (highest == ProvisionKind.Subsection)
            highest = ProvisionKind.Section;
        if (parent is { Text.Length: > 0 } or { Tables.Count: > 0 })
            WriteTextArticle(xml, parent.Text, parent.Tables);
        var i = 0;
        while (i < provisions.Count)
        {
            var provision = provisions[i];
            if (provision.Kind >= ProvisionKind.Article)
            {
                var articles = provisions.Skip(i).TakeWhile(static p => p.Kind >= ProvisionKind.Article).ToList();
                i += articles.Count;
                // Articles beside chapters: at the top they need one of their own.
                if (highest < ProvisionKind.Article && parent is null)
                    WriteWrapped(xml, highest, articles);
                else
                    foreach (var article in articles)
                        WriteArticle(xml, article);
                continue;
            }
            i++;
            var expected = parent is null ? highest : parent.Kind + 1;
            if (provision.Kind > expected)
                WriteWrapped(xml, expected, [provision]);
            else
                WriteDivision(xml, provision);
        }
    }

    private static void WriteDivision(XmlWriter xml, Provision provision)
    {
        var name = provision.Kind.ToString();
        xml.WriteStartElement(name);
        xml.WriteAttributeString("Num", provision.Number);
        Element(xml, name + "Title", $"{provision.Label}　{provision.Caption}".TrimEnd('　'));
        // 目 is below 款 in this reader's kinds as another 款.
        if (provision.Kind == ProvisionKind.Subsection && provision.Children.Any(static c => c.Kind == ProvisionKind.Subsection))
        {
            foreach (var child in provision.Children)
            {
                if (child.Kind >= ProvisionKind.Article)
                {
                    WriteArticle(xml, child);
                    continue;
                }
                xml.WriteStartElement("Division");
                xml.WriteAttributeString("Num", child.Number);
                Element(xml, "DivisionTitle", $"{child.Label}　{child.Caption}".TrimEnd('　'));
                WriteContainer(xml, child.Children, child);
                xml.WriteEndElement();
            }
        }
        else
        {
            WriteContainer(xml, provision.Children, provision);
        }
        xml.WriteEndElement();
    }

    private static void WriteWrapped(XmlWriter xml, ProvisionKind kind, IReadOnlyList<Provision> inside)
    {
        var name = kind.ToString();
        xml.WriteStartElement(name);
        xml.WriteAttributeString("Num", "0");
        Element(xml, name + "Title", "");
        foreach (var provision in inside)
        {
            if (provision.Kind >= ProvisionKind.Article)
                WriteArticle(xml, provision);
            else if (provision.Kind > kind + 1)
                WriteWrapped(xml, kind + 1, [provision]);
            else
                WriteDivision(xml, provision);
        }
        xml.WriteEndElement();
    }

    private static void WriteTextArticle(XmlWriter xml, string text, IReadOnlyList<PolicyTable> tables)
    {
        xml.WriteStartElement("Article");
        xml.WriteAttributeString("Num", "0");
        Element(xml, "ArticleTitle", "");
        WriteParagraph(xml, "", "1", "", text, tables, []);
        xml.WriteEndElement();
    }

    private static void WriteArticle(XmlWriter xml, Provision article)
    {
        xml.WriteStartElement("Article");
        xml.WriteAttributeString("Num", article.Number);
        if (article.Caption.Length > 0)
            Element(xml, "ArticleCaption", $"（{article.Caption}）");
        Element(xml, "ArticleTitle", article.Label);
        var items = article.Children.Where(static c => c.Kind >= ProvisionKind.Item).ToList();
        var paragraphs = article.Children.Where(static c => c.Kind == ProvisionKind.Paragraph).ToList();
        // The article's own text is its first paragraph, whether others follow or not.
        if (paragraphs.Count == 0 || article.Text.Length > 0 || items.Count > 0 || article.Tables.Count > 0)
            WriteParagraph(xml, "", "1", "", article.Text, article.Tables, items, article.Closing);
        foreach (var paragraph in paragraphs)
            WriteParagraph(xml, paragraph);
        xml.WriteEndElement();
    }

    private static void WriteParagraph(XmlWriter xml, Provision paragraph) =>
        WriteParagraph(xml, paragraph.Caption, paragraph.Number, paragraph.Label, paragraph.Text, paragraph.Tables, paragraph.Children, paragraph.Closing);

    private static void WriteParagraph(XmlWriter xml, string caption, string number, string label, string text, IReadOnlyList<PolicyTable> tables, IReadOnlyList<Provision> items, int closing = 0)
    {
        xml.WriteStartElement("Paragraph");
        // 項 have no branches in the schema.
        xml.WriteAttributeString("Num", number.Split('_')[0]);
        if (caption.Length > 0)
            Element(xml, "ParagraphCaption", $"（{caption}）");
        Element(xml, "ParagraphNum", label);
        xml.WriteStartElement("ParagraphSentence");
        XmlSentences.WriteSentences(xml, XmlSentences.Lead(text, closing));
        xml.WriteEndElement();
        foreach (var table in tables)
            WriteTable(xml, table);
        foreach (var item in items)
            WriteItem(xml, item, 0);
        WriteClosing(xml, text, closing);
        xml.WriteEndElement();
    }

    private static void WriteItem(XmlWriter xml, Provision item, int depth)
    {
        var name = depth == 0 ? "Item" : "Subitem" + Text(depth);
        xml.WriteStartElement(name);
        xml.WriteAttributeString("Num", item.Number);
        Element(xml, name + "Title", item.Label);
        xml.WriteStartElement(name + "Sentence");
        if (item.Caption.Length > 0 && item.Text.Length > 0)
        {
            // A term and its definition are two columns, as in the statutes.
            xml.WriteStartElement("Column");
            xml.WriteAttributeString("Num", "1");
            XmlSentences.WriteSentence(xml, item.Caption, 1, "");
            xml.WriteEndElement();
            xml.WriteStartElement("Column");
            xml.WriteAttributeString("Num", "2");
            XmlSentences.WriteSentences(xml, XmlSentences.Lead(item.Text, item.Closing));
            xml.WriteEndElement();
        }
        else
        {
            XmlSentences.WriteSentences(xml, item.Caption.Length > 0 ? item.Caption : XmlSentences.Lead(item.Text, item.Closing));
        }
        // The schema ends at Subitem10; nothing in the field comes near.
        xml.WriteEndElement();
        foreach (var child in depth < 10 ? item.Children : [])
            WriteItem(xml, child, depth + 1);
        foreach (var table in item.Tables)
            WriteTable(xml, table);
        if (depth >= 10)
            foreach (var child in item.Children)
                WriteList(xml, child);
        WriteClosing(xml, item.Text, item.Closing);
        xml.WriteEndElement();
    }

    // Text after the items is a List there, the one place that the schema has for it.
    private static void WriteClosing(XmlWriter xml, string text, int closing)
    {
        foreach (var line in XmlSentences.Lines(text).TakeLast(closing))
        {
            xml.WriteStartElement("List");
            xml.WriteStartElement("ListSentence");
            XmlSentences.WriteSentences(xml, line);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }
    }

    private static void WriteList(XmlWriter xml, Provision item)
    {
        foreach (var provision in item.SelfAndDescendants())
        {
            xml.WriteStartElement("List");
            xml.WriteStartElement("ListSentence");
            XmlSentences.WriteSentences(xml, $"{provision.Label}　{provision.Caption}　{provision.Text}");
            xml.WriteEndElement();
            xml.WriteEndElement();
        }
    }

    private static void WriteSupplementary(XmlWriter xml, SupplementaryProvision supplementary, bool first)
    {
        xml.WriteStartElement("SupplProvision");
        xml.WriteAttributeString("Type", first ? "New" : "Amend");
        var bracket = supplementary.Label.IndexOfAny(['（', '(']);
        if (bracket > 0)
            xml.WriteAttributeString("AmendLawNum", supplementary.Label[(bracket + 1)..].TrimEnd('抄', '）', ')'));
        Element(xml, "SupplProvisionLabel", bracket > 0 ? supplementary.Label[..bracket] : supplementary.Label);
        var items = supplementary.Children.Where(static c => c.Kind >= ProvisionKind.Item).ToList();
        if (supplementary.Text.Length > 0 || items.Count > 0 || supplementary.Children.Count == 0)
            WriteParagraph(xml, "", "1", "", supplementary.Text, [], items);
        foreach (var child in supplementary.Children)
        {
            if (child.Kind == ProvisionKind.Paragraph)
                WriteParagraph(xml, child);
            else if (child.Kind == ProvisionKind.Article)
                WriteArticle(xml, child);
            else if (child.Kind < ProvisionKind.Article)
                WriteWrapped(xml, ProvisionKind.Chapter, child.SelfAndDescendants().Where(static p => p.Kind == ProvisionKind.Article).ToList());
        }
        xml.WriteEndElement();
    }

    private static void WriteAppendix(XmlWriter xml, PolicyAppendix appendix)
    {
        xml.WriteStartElement("AppdxTable");
        Element(xml, "AppdxTableTitle", $"{appendix.Label}　{appendix.Caption}".TrimEnd('　'));
        foreach (var table in appendix.Tables)
            WriteTable(xml, table);
        var number = 0;
        foreach (var line in XmlSentences.Lines(appendix.Text))
        {
            xml.WriteStartElement("Item");
            xml.WriteAttributeString("Num", Text(++number));
            xml.WriteStartElement("ItemSentence");
            XmlSentences.WriteSentence(xml, line, 0, "");
            xml.WriteEndElement();
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private static void WriteTable(XmlWriter xml, PolicyTable table)
    {
        if (table.Rows.All(static r => r.Count == 0))
            return;
        xml.WriteStartElement("TableStruct");
        xml.WriteStartElement("Table");
        foreach (var row in table.Rows.Where(static r => r.Count > 0))
        {
            xml.WriteStartElement("TableRow");
            foreach (var cell in row)
            {
                xml.WriteStartElement("TableColumn");
                var lines = XmlSentences.Lines(cell);
                if (lines.Length == 0)
                    XmlSentences.WriteSentence(xml, "", 0, "");
                foreach (var line in lines)
                    XmlSentences.WriteSentence(xml, line, 0, "");
                xml.WriteEndElement();
            }
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    // 告示第108号 → 108; the schema wants a number where a 市長決裁 has none.
    private static string NumberOf(string? reference)
    {
        if (reference is null)
            return "1";
        var at = reference.LastIndexOf('第');
        var number = 0;
        for (var i = at + 1; at >= 0 && i < reference.Length && number < 100_000; i++)
        {
            var digit = reference[i] switch { >= '0' and <= '9' => reference[i] - '0', >= '０' and <= '９' => reference[i] - '０', _ => -1 };
            if (digit < 0)
                break;
            number = number * 10 + digit;
        }
        return Text(Math.Max(1, number));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Element(XmlWriter xml, string name, string text)
    {
        xml.WriteStartElement(name);
        xml.WriteString(XmlSentences.Allowed(text));
        xml.WriteEndElement();
    }
}
