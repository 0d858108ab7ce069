using System.Xml.Linq;
using System.Xml.Schema;

namespace Sekisho.Policy.Tests.Reading;

public sealed class XmlTests
{
    [Theory]
    [MemberData(nameof(FixtureTests.Documents), MemberType = typeof(FixtureTests))]
    public async Task The_export_keeps_the_structure_of_the_schema(string name)
    {
        var document = await Files.ReadAsync(await File.ReadAllBytesAsync(Path.Combine(Files.Fixtures, name), TestContext.Current.CancellationToken), name);
        var xml = XmlStructure.Check(document);
        Assert.Equal(document.Title, xml.Root!.Element("LawBody")!.Element("LawTitle")!.Value);
        Assert.Equal(document.All().Count(static p => p.Kind == ProvisionKind.Article), xml.Root.Element("LawBody")!.Element("MainProvision")!.Descendants("Article").Count(static a => a.Attribute("Num")!.Value != "0"));
        // No sentence gets lost on the way.
        var written = string.Concat(xml.Descendants("Sentence").Select(static s => s.Value));
        foreach (var provision in document.All())
        {
            foreach (var line in provision.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
                Assert.Contains(line, written, StringComparison.Ordinal);
        }
    }

    /// <summary>The schema may not be carried along; who has it names it in SEKISHO_LAW_SCHEMA (docs/formats/law-xml.md).</summary>
    [Fact]
    public async Task The_export_validates_by_the_official_schema_where_it_is_given()
    {
        var schemas = OfficialSchema();
        foreach (var name in FixtureTests.Documents().Select(static row => row.Data))
            Validate(schemas, name, await Files.ReadAsync(await File.ReadAllBytesAsync(Path.Combine(Files.Fixtures, name), TestContext.Current.CancellationToken), name));
        var broken = XDocument.Parse("<Law Era='Reiwa' Year='8' Num='1' LawType='Misc' Lang='ja'><LawNum/></Law>");
        Assert.ThrowsAny<XmlSchemaValidationException>(() => broken.Validate(schemas, null));
    }

    [Theory]
    [InlineData("meguro")]
    [InlineData("itabashi")]
    [InlineData("inagi")]
    [InlineData("chiba")]
    [InlineData("uozu")]
    public void The_real_policies_validate_by_the_official_schema_where_it_is_given(string name) => Validate(OfficialSchema(), name, RealPolicies.Read(name));

    private static XmlSchemaSet OfficialSchema()
    {
        if (Environment.GetEnvironmentVariable("SEKISHO_LAW_SCHEMA") is not { Length: > 0 } path) { Assert.Skip("SEKISHO_LAW_SCHEMA is not set."); return new(); }
        var schemas = new XmlSchemaSet();
        schemas.Add(null, path);
        return schemas;
    }

    private static void Validate(XmlSchemaSet schemas, string name, PolicyDocument document)
    {
        using var stream = new MemoryStream();
        PolicyXml.Write(document, stream);
        stream.Position = 0;
        XDocument.Load(stream).Validate(schemas, (_, e) => Assert.Fail($"{name}: {e.Message}"));
    }

    [Fact]
    public void A_statute_like_text_gets_the_elements_that_a_statute_has()
    {
        var document = Files.Read("○試験規程\n平成元年4月1日\n訓令第3号\n(目的)\n第1条　目的を定める。ただし、例外は別に定める。\n2　次のとおりとする。\n(1)　用語　意味をいう。\nア　細分\n附　則\nこの訓令は、公布の日から施行する。\n");
        var law = XmlStructure.Check(document).Root!;
        Assert.Equal(("Heisei", "1", "3"), (law.Attribute("Era")!.Value, law.Attribute("Year")!.Value, law.Attribute("Num")!.Value));
        Assert.Equal("平成元年4月1日訓令第3号", law.Element("LawNum")!.Value);
        var article = law.Descendants("Article").First();
        Assert.Equal("（目的）", article.Element("ArticleCaption")!.Value);
        Assert.Equal(["main", "proviso"], article.Element("Paragraph")!.Descendants("Sentence").Select(static s => s.Attribute("Function")!.Value));
        Assert.Equal("ア", law.Descendants("Subitem1Title").Single().Value);
    }

    [Fact]
    public void The_checker_finds_a_planted_violation()
    {
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => XmlStructure.Check(XElement.Parse("<Article Num='1'><ArticleTitle>第1条</ArticleTitle></Article>")));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => XmlStructure.Check(XElement.Parse("<Item Num='1'><ItemSentence><Sentence/></ItemSentence><Subitem2 Num='1'><Subitem2Sentence><Sentence/></Subitem2Sentence></Subitem2></Item>")));
    }
}
