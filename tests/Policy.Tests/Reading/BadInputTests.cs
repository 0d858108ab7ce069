using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Sekisho.Policy.Tests.Reading;

/// <summary>Bad content is a value: nothing that is read makes the reader throw.</summary>
public sealed class BadInputTests
{
    [Fact]
    public async Task What_is_no_policy_is_refused_with_its_own_code()
    {
        Assert.Equal("POL-READ-001", await Files.RefusalAsync([]));
        Assert.Equal("POL-READ-001", await Files.RefusalAsync(Encoding.UTF8.GetBytes("  \n　\n")));
        Assert.Equal("POL-READ-003", await Files.RefusalAsync([0x7F, (byte)'E', (byte)'L', (byte)'F', 0, 0, 1]));
        Assert.Equal("POL-READ-003", await Files.RefusalAsync([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0]));
        Assert.Equal("POL-READ-004", await Files.RefusalAsync([0x81, 0x20, 0x81, 0x20, 0x41, 0xFD, 0xFF]));
        Assert.Equal("POL-READ-005", await Files.RefusalAsync(Encoding.UTF8.GetBytes("本日は晴天です。\nよろしくお願いします。")));
        Assert.Equal("POL-READ-005", await Files.RefusalAsync(Encoding.UTF8.GetBytes("1  255 0 0 red\n2  0 255 0 green\n3  0 0 255 blue\n")));
        Assert.Equal("POL-READ-006", await Files.RefusalAsync([(byte)'P', (byte)'K', 3, 4, 9, 9, 9, 9, 9, 9]));
        Assert.Equal("POL-READ-002", await Files.RefusalAsync(new byte[PolicyReader.MostBytes + 1]));
    }

    [Theory]
    [MemberData(nameof(FixtureTests.Documents), MemberType = typeof(FixtureTests))]
    public void Every_prefix_of_a_document_is_read_or_refused(string name)
    {
        var text = File.ReadAllText(Path.Combine(Files.Fixtures, name));
        for (var length = 0; length <= text.Length; length++)
            Assert.NotNull(PolicyText.Read(text[..length]));
    }

    [Theory]
    [InlineData("meguro")]
    [InlineData("itabashi")]
    [InlineData("inagi")]
    [InlineData("chiba")]
    [InlineData("uozu")]
    public void Every_seventh_prefix_of_a_real_policy_is_read_or_refused(string name)
    {
        var text = Files.Seed(name);
        for (var length = 0; length <= text.Length; length += 7)
            Assert.NotNull(PolicyText.Read(text[..length]));
    }

    [Fact]
    public async Task Mutated_documents_never_throw()
    {
        var random = new Random(20261121);
        var documents = Directory.EnumerateFiles(Files.Fixtures).Where(static f => !f.EndsWith(".json", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToList();
        for (var round = 0; round < 600; round++)
        {
            var bytes = (byte[])documents[round % documents.Count].Clone();
            for (var i = random.Next(1, 30); i > 0; i--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            Assert.NotNull(await PolicyReader.ReadAsync(bytes, "mutated", TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public void Shuffled_lines_and_characters_never_throw_and_keep_ids_unique()
    {
        const string Alphabet = "第条章節の１1一(（)）アイ①ⅰ。、　 \n\n附則平成元年月日から施行する「」…l.-ABL G W A N|#\f\t別表改正以下";
        var random = new Random(7);
        var builder = new StringBuilder();
        for (var round = 0; round < 3000; round++)
        {
            builder.Clear();
            for (var i = random.Next(1, 200); i > 0; i--)
                builder.Append(Alphabet[random.Next(Alphabet.Length)]);
            Check(builder.ToString());
        }
        var lines = Directory.EnumerateFiles(Files.Fixtures, "*.txt").Order(StringComparer.Ordinal).SelectMany(File.ReadAllLines).ToArray();
        for (var round = 0; round < 200; round++)
        {
            random.Shuffle(lines);
            Check(string.Join('\n', lines.Take(80)));
        }
    }

    [Fact]
    public void Texts_of_any_characters_never_throw() =>
        Prop.ForAll<string>(static text =>
        {
            Check(text ?? "");
            Check("第1条　" + text + "\n第2条　" + text);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_very_deep_or_long_line_is_no_trouble()
    {
        Check("第1条　" + new string('（', 100_000) + "\n第2条　終わる。");
        Check(string.Concat(Enumerable.Repeat("1.1.1.1 あ\n", 20_000)));
        Check(string.Concat(Enumerable.Repeat("(1) あ\n", 20_000)));
    }

    private static void Check(string text)
    {
        var document = PolicyText.Read(text).Match(static read => read.Document, static _ => null!);
        if (document is null)
            return;
        var ids = document.All().Concat(document.Supplementary.SelectMany(static s => s.Children).SelectMany(static c => c.SelfAndDescendants())).Select(static p => p.Id).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        _ = Files.Json(document);
        XmlStructure.Check(document);
        using var plain = new StringWriter();
        PolicyPlainText.Write(document, plain);
    }
}
