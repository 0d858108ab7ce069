using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Sekisho.Policy.Tests.Reading;

/// <summary>The content models of 法令標準XMLスキーマ that the export uses, as regular expressions over the children's names.</summary>
internal static partial class XmlStructure
{
    private static readonly Dictionary<string, string> Models = new(StringComparer.Ordinal)
    {
        ["Law"] = "LawNum LawBody ",
        ["LawBody"] = "LawTitle (EnactStatement )*(TOC )?(Preamble )?MainProvision ((SupplProvision |AppdxTable |AppdxNote |AppdxStyle ))*",
        ["TOC"] = "(TOCLabel )?((TOCPart )+|(TOCChapter )+|(TOCSection )+|(TOCArticle )+)(TOCSupplProvision )?",
        ["TOCPart"] = "PartTitle (ArticleRange )?(TOCChapter )*",
        ["TOCChapter"] = "ChapterTitle (ArticleRange )?(TOCSection )*",
        ["TOCSection"] = "SectionTitle (ArticleRange )?(TOCSubsection )*",
        ["TOCSubsection"] = "SubsectionTitle (ArticleRange )?",
        ["TOCArticle"] = "ArticleTitle ArticleCaption ",
        ["TOCSupplProvision"] = "SupplProvisionLabel (ArticleRange )?",
        ["MainProvision"] = "((Part )+|(Chapter )+|(Section )+|(Article )+|(Paragraph )+)",
        ["Part"] = "PartTitle ((Article )+(Chapter )*|(Chapter )+)",
        ["Chapter"] = "ChapterTitle ((Article )+(Section )*|(Section )+)",
        ["Section"] = "SectionTitle ((Article )+(Subsection )*|(Subsection )+|(Division )+)",
        ["Subsection"] = "SubsectionTitle ((Article )+(Division )*|(Division )+)",
        ["Division"] = "DivisionTitle (Article )+",
        ["Article"] = "(ArticleCaption ArticleTitle |ArticleTitle (ArticleCaption )?)(Paragraph )+(SupplNote )?",
        ["Paragraph"] = "(ParagraphCaption )?ParagraphNum ParagraphSentence ((TableStruct )*(Item )*|(Item )+(TableStruct |List )*)",
        ["ParagraphSentence"] = "(Sentence )+",
        ["Item"] = "(ItemTitle )?ItemSentence (Subitem1 )*(TableStruct |List )*",
        ["ItemSentence"] = "((Sentence )+|(Column )+)",
        ["Column"] = "(Sentence )+",
        ["List"] = "ListSentence ",
        ["ListSentence"] = "(Sentence )+",
        ["SupplProvision"] = "SupplProvisionLabel (Chapter |Article |Paragraph )+",
        ["AppdxTable"] = "(AppdxTableTitle )?(TableStruct |Item )*",
        ["TableStruct"] = "Table ",
        ["Table"] = "(TableRow )+",
        ["TableRow"] = "(TableColumn )+",
        ["TableColumn"] = "(Sentence )+",
    };

    private static readonly HashSet<string> Leaves = new(StringComparer.Ordinal)
    {
        "LawNum", "LawTitle", "EnactStatement", "TOCLabel", "PartTitle", "ChapterTitle", "SectionTitle", "SubsectionTitle", "DivisionTitle", "ArticleTitle", "ArticleCaption", "ParagraphCaption", "ParagraphNum", "ItemTitle", "Sentence", "SupplProvisionLabel", "AppdxTableTitle", "ArticleRange",
    };

    private static readonly HashSet<string> Numbered = new(StringComparer.Ordinal) { "Law", "Part", "Chapter", "Section", "Subsection", "Division", "Article", "Paragraph", "Item", "TOCArticle", "TOCChapter" };

    internal static XDocument Check(PolicyDocument document)
    {
        using var stream = new MemoryStream();
        PolicyXml.Write(document, stream);
        stream.Position = 0;
        var xml = XDocument.Load(stream);
        Check(xml.Root!);
        return xml;
    }

    /// <summary>Also used to see that a planted violation is found.</summary>
    internal static void Check(XElement element)
    {
        var name = SubitemLevel().Match(element.Name.LocalName) is { Success: true } subitem ? "Item" + subitem.Groups[2].Value : element.Name.LocalName;
        if (Leaves.Contains(name))
        {
            Assert.False(element.HasElements, $"{element.Name} has elements");
            return;
        }
        Assert.True(Models.TryGetValue(name, out var model), $"{element.Name} is not in the schema");
        var level = SubitemLevel().Match(element.Name.LocalName) is { Success: true } own ? int.Parse(own.Groups[1].Value) : 0;
        // Subitem3 holds Subitem4, named as Item holds Subitem1.
        var children = string.Concat(element.Elements().Select(c => SubitemLevel().Replace(c.Name.LocalName, m =>
            m.Groups[2].Value.Length > 0 ? "Item" + m.Groups[2].Value : int.Parse(m.Groups[1].Value) == level + 1 ? "Subitem1" : "Misplaced") + " "));
        Assert.True(Regex.IsMatch(children, $"^{model}$", RegexOptions.NonBacktracking), $"<{element.Name}> holds: {children}");
        if (Numbered.Contains(name))
            Assert.NotNull(element.Attribute("Num"));
        if (name is "Law" or "Paragraph")
            Assert.True(int.Parse(element.Attribute("Num")!.Value) > 0);
        foreach (var child in element.Elements())
            Check(child);
    }

    [GeneratedRegex("^Subitem([0-9]+)(Title|Sentence)?$")]
    private static partial Regex SubitemLevel();
}
