using Sekisho.Records.Registers;

namespace Sekisho.Records.Tests.Registers;

public sealed class DefinitionTests
{
    [Fact]
    public void Every_register_that_ships_can_be_read_and_says_where_it_comes_from()
    {
        var all = RegisterCatalogue.Load().Registers;
        Assert.NotEmpty(all);
        Assert.All(all, r => Assert.True(r.Source.Length > 0 && r.Date.Year >= 2020 && r.About.Ja.Length > 10, r.Key));
    }

    /// <summary>A mistake put in the tests' register is named by its code, line and column.</summary>
    [Theory]
    [InlineData("kind: long-text", "kind: essay", "POL-DATA-005 (14行目50字目)")]
    [InlineData("code: BOK", "code: bok", "POL-DATA-005 (5行目7字目)")]
    [InlineData("group: assets", "group: books", "POL-DATA-005 (6行目8字目)")]
    [InlineData("required: true, title: true", "title: true", "POL-DATA-005")]
    [InlineData("kind: number, min: 0, max: 99999", "kind: number, min: 9, max: 1", "POL-DATA-005")]
    [InlineData("default: novel", "default: poem", "POL-DATA-005")]
    [InlineData("- {key: note,", "- {key: name,", "POL-DATA-004")]
    [InlineData("{key: note,", "{key: unit,", "POL-DATA-005")]
    [InlineData("kind: entry, of: shelves", "kind: entry", "POL-DATA-003")]
    [InlineData("kind: date, filter: true", "kind: date, filter: maybe", "POL-DATA-005")]
    [InlineData("kind: date, filter: true", "kind: date, colour: red", "POL-DATA-002")]
    [InlineData("kind: text, max-length: 17", "kind: text, max-length: 5000", "POL-DATA-005")]
    [InlineData("{key: law, name: {ja: 法律書, en: law}}", "{key: law, name: {ja: '法律書、条例', en: law}}", "POL-DATA-005")]
    [InlineData("{key: law, name: {ja: 法律書, en: law}}", "{key: novel, name: {ja: 法律書, en: law}}", "POL-DATA-004")]
    [InlineData("group: more}\n  - {key: isbn", "group: less}\n  - {key: isbn", "POL-DATA-007")]
    [InlineData("source: 試験", "source: ''", "POL-DATA-005")]
    [InlineData("of: books", "of: films", "points to the register 'films'")]
    public void A_mistake_is_named_by_its_place(string right, string wrong, string expected)
    {
        Assert.Contains(right, Library.BooksYaml, StringComparison.Ordinal);
        var at = Library.BooksYaml.IndexOf(right, StringComparison.Ordinal);
        var broken = Library.BooksYaml[..at] + wrong + Library.BooksYaml[(at + right.Length)..];
        var thrown = Assert.Throws<InvalidOperationException>(() => RegisterCatalogue.Of(new Dictionary<string, string> { ["books.yaml"] = broken, ["shelves.yaml"] = Library.ShelvesYaml }));
        Assert.Contains(expected, thrown.Message, StringComparison.Ordinal);
    }
}
