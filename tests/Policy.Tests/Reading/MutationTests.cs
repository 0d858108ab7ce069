using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Sekisho.Policy.Tests.Reading;

/// <summary>Documents whose structure is cut, repeated and exchanged, the same each run: every one is read or refused, never thrown at, in bounded time.</summary>
/// <remarks>Bytes that flip are in <see cref="BadInputTests"/> and <see cref="DocxTests"/>; there most packages break at the first door. Here the doors hold and what is inside doesn't.</remarks>
public sealed partial class MutationTests
{
    [Fact]
    public async Task Html_with_tags_cut_repeated_and_exchanged_is_read_or_refused()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Files.Fixtures, "reiki.html"), TestContext.Current.CancellationToken);
        var (read, _) = await RunAsync(Pieces().Matches(page), 400, static text => Encoding.UTF8.GetBytes(text.StartsWith('<') ? text : "<!doctype html>" + text));
        Assert.True(read > 100, $"only {read} were still documents");
    }

    [Fact]
    public async Task Word_documents_with_elements_cut_repeated_and_exchanged_are_read_or_refused()
    {
        var body = string.Concat(Enumerable.Range(1, 12).Select(static i => DocxTests.Numbered($"目的{i}", 0) + DocxTests.P($"（見出し{i}）") + DocxTests.Numbered("次のとおりとする。", 1) + DocxTests.Numbered("細分", 2)))
            + "<w:tbl><w:tr>" + DocxTests.Cell("区分") + DocxTests.Cell("対策") + "</w:tr><w:tr>" + DocxTests.Cell("第1条") + DocxTests.Cell("施錠") + "</w:tr></w:tbl>" + DocxTests.P("附　則") + DocxTests.P("この規程は、令和8年4月1日から施行する。");
        var (read, refused) = await RunAsync(Paragraphs().Matches(body), 400, DocxTests.Docx);
        Assert.True(read > 20 && refused > 20, $"{read} read, {refused} refused");
    }

    /// <summary>A page of text written by hand: Helvetica draws it, so the numbers are Latin and the letters few.</summary>
    [Fact]
    public async Task A_pdf_with_bytes_and_objects_exchanged_is_read_or_refused()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/pdftotext") && File.Exists("/usr/bin/bwrap"), "pdftotext or bwrap is not on this machine.");
        const string Text = "BT /F1 12 Tf 72 700 Td (1 Purpose) Tj 0 -20 Td (2 Scope) Tj ET";
        var pdf = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
            + "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj\n"
            + $"4 0 obj<</Length {Text.Length}>>stream\n{Text}\nendstream endobj\n5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n";
        var random = new Random(1993);
        var parts = pdf.Split("endobj\n");
        for (var round = 0; round < 24; round++)
        {
            var exchanged = (string[])parts.Clone();
            if (round % 2 == 0) random.Shuffle(exchanged);
            var bytes = Encoding.Latin1.GetBytes("%PDF-1.4\n" + string.Join("endobj\n", exchanged));
            for (var i = random.Next(0, 20); i > 0; i--)
                bytes[random.Next(9, bytes.Length)] = (byte)random.Next(256);
            var code = await Files.RefusalAsync(bytes);
            Assert.Matches("^(POL-READ-0(03|04|05|09|10)|read: )", code);
        }
    }

    [Fact]
    public async Task Html_that_nests_or_repeats_without_end_is_refused_at_once()
    {
        const string Article = "<p>第1条　この規程は、目的を定める。</p><p>第2条　用語の意義を定める。</p>";
        var watch = Stopwatch.StartNew();
        Assert.Equal("POL-READ-015", await Files.RefusalAsync(Page(string.Concat(Enumerable.Repeat("<div>", 200_000)) + Article)));
        // An end tag of another name closes nothing.
        Assert.Equal("POL-READ-015", await Files.RefusalAsync(Page(string.Concat(Enumerable.Repeat("<div></x>", 20_000)) + Article)));
        // Formatting that is never closed comes back in each paragraph: 18 million elements out of 21,000 tags.
        Assert.Equal("POL-READ-015", await Files.RefusalAsync(Page("<p>" + string.Concat(Enumerable.Range(1, 900).Select(static i => string.Create(CultureInfo.InvariantCulture, $"<font size={i}>"))) + string.Concat(Enumerable.Repeat("<p>あ", 20_000)) + Article)));
        // A long list and a table of wide spans are only long.
        Assert.StartsWith("read", await Files.RefusalAsync(Page(Article + "<ol>" + string.Concat(Enumerable.Repeat("<li>項目", 60_000)) + "</ol>")), StringComparison.Ordinal);
        Assert.StartsWith("read", await Files.RefusalAsync(Page(Article + "<table>" + string.Concat(Enumerable.Repeat("<tr><td colspan=100 rowspan=100>あ", 30_000)) + "</table>")), StringComparison.Ordinal);
        // Old pages leave anchors, cells and items open: that nests nothing.
        Assert.StartsWith("read", await Files.RefusalAsync(Page(string.Concat(Enumerable.Repeat("<a name=x><li>項<p>", 5_000)) + Article)), StringComparison.Ordinal);
        // 3 s of processor time on a quiet machine; the limit leaves room for a load of 40.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(120), watch.Elapsed.ToString());

        static byte[] Page(string body) => Encoding.UTF8.GetBytes("<!doctype html><html><body>" + body);
    }

    /// <summary>Cuts, repeats and exchanges pieces between tags.</summary>
    private static async Task<(int Read, int Refused)> RunAsync(MatchCollection found, int rounds, Func<string, byte[]> bytes)
    {
        var pieces = found.Select(static m => m.Value).ToArray();
        var random = new Random(20261121);
        var (read, refused) = (0, 0);
        var watch = Stopwatch.StartNew();
        for (var round = 0; round < rounds; round++)
        {
            var mutated = pieces.ToList();
            for (var i = random.Next(1, 5); i > 0; i--)
            {
                var (at, length) = (random.Next(mutated.Count), random.Next(1, 12));
                length = Math.Min(length, mutated.Count - at);
                switch (random.Next(4))
                {
                    case 0: mutated.RemoveRange(at, Math.Min(length, mutated.Count - 1)); break;
                    case 1: mutated.InsertRange(at, Enumerable.Repeat(mutated.GetRange(at, length), random.Next(1, 30)).SelectMany(static p => p)); break;
                    case 2: (mutated[at], mutated[random.Next(mutated.Count)]) = (mutated[random.Next(mutated.Count)], mutated[at]); break;
                    default: if (random.Next(3) == 0) mutated[at] = mutated[at].Length > 1 ? mutated[at][..random.Next(1, mutated[at].Length)] : "\uFFFF"; break;
                }
            }
            (await PolicyReader.ReadAsync(bytes(string.Concat(mutated)), "mutated", TestContext.Current.CancellationToken)).Match(
                document => { _ = Files.Json(document.Document); XmlStructure.Check(document.Document); return read++; },
                error => { Assert.StartsWith("POL-READ-0", error.Error.Code, StringComparison.Ordinal); return refused++; });
        }
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(120), watch.Elapsed.ToString());
        return (read, refused);
    }

    [GeneratedRegex("<w:p>.*?</w:p>|<[^>]*>|[^<]+", RegexOptions.Singleline)]
    private static partial Regex Paragraphs();

    [GeneratedRegex("<[^>]*>|[^<]+")]
    private static partial Regex Pieces();
}
