using System.Text;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Tests.Pdf;

/// <summary>Bombs (P-23, G-03) end within their limits, and nothing that a file says makes the engine fall.</summary>
public sealed class PdfLimitTests
{
    [Fact]
    public void Pages_beyond_the_limit_are_refused()
    {
        var kids = string.Concat(Enumerable.Repeat("3 0 R ", 10_001));
        var made = PdfMaker.Of();
        var bomb = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(made.Build()).Replace("/Kids[3 0 R]", $"/Kids[{kids}]", StringComparison.Ordinal));
        Assert.Equal("SAN-LIMIT-007", Bench.Run("a.pdf", bomb).Report.Refusal?.Code);
    }

    [Fact]
    public void A_page_tree_within_itself_ends()
    {
        var made = Encoding.Latin1.GetString(PdfMaker.Of().Build()).Replace("/Kids[3 0 R]", "/Kids[3 0 R 2 0 R 2 0 R]", StringComparison.Ordinal);
        Assert.Equal(Outcome.Rebuilt, Bench.Run("a.pdf", Encoding.Latin1.GetBytes(made)).Report.Outcome);
    }

    [Fact]
    public void Forms_that_multiply_are_refused_and_one_within_itself_is_not()
    {
        var made = PdfMaker.Of("", "/Resources<</XObject<</F 5 0 R>>>>");
        for (var i = 0; i < 12; i++) made.AddStream($"/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</F {6 + i} 0 R>>>>", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("/F Do ", 10))));
        made.AddStream("/Type/XObject/Subtype/Form/BBox[0 0 1 1]", "0 0 1 1 re f"u8);
        var page = made.AddStream("", "/F Do"u8);
        Assert.Equal("SAN-PDF-007", Bench.Run("a.pdf", Contents(made, page)).Report.Refusal?.Code);
        made = PdfMaker.Of("", "/Resources<</XObject<</F 5 0 R>>>>");
        made.AddStream("/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</F 5 0 R>>>>", "/F Do /F Do"u8);
        page = made.AddStream("", "/F Do"u8);
        Assert.Equal(Outcome.Rebuilt, Bench.Run("a.pdf", Contents(made, page)).Report.Outcome);
    }

    [Theory]
    [InlineData("/Filter[/FlateDecode/FlateDecode]")]
    [InlineData("/Type/ObjStm/N 1/First 4/Filter[/FlateDecode/FlateDecode]")]
    public void What_unpacks_without_end_is_refused_in_seconds(string dict)
    {
        // 1 GB of zeros in about 4 kB.
        using var zeros = new MemoryStream();
        using (var deflate = new System.IO.Compression.ZLibStream(zeros, System.IO.Compression.CompressionLevel.Optimal, true))
        {
            for (var i = 0; i < 1024; i++) deflate.Write(new byte[1 << 20]);
        }
        var made = PdfMaker.Of("/Lang 99 0 R");
        var bomb = made.AddStream(dict, PdfMaker.Flate(zeros.ToArray()));
        // Without a table the whole file is searched, object streams too.
        var file = Contents(made, bomb);
        file = file.AsSpan(0, file.AsSpan().LastIndexOf("xref\n0"u8)).ToArray();
        var cost = OwnCost.Begin();
        var result = Bench.Run("a.pdf", file);
        Assert.StartsWith("SAN-LIMIT-", result.Report.Refusal?.Code, StringComparison.Ordinal);
        Assert.InRange(cost.Seconds, 0, 20);
        Assert.InRange(cost.Bytes, 0, 400L << 20);
    }

    [Fact]
    public void A_picture_of_too_many_pixels_is_refused_by_its_header()
    {
        var made = PdfMaker.Of("", "/Resources<</XObject<</I 5 0 R>>>>");
        made.AddStream("/Type/XObject/Subtype/Image/Width 100000/Height 100000/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/CCITTFaxDecode", [0]);
        Assert.Equal("SAN-LIMIT-005", Bench.Run("a.pdf", made.Build()).Report.Refusal?.Code);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("<</A")]
    public void Deep_nesting_is_refused_and_never_fells_the_worker(string open)
    {
        var deep = string.Concat(Enumerable.Repeat(open, 200_000));
        Assert.Equal("SAN-PDF-003", Bench.Run("a.pdf", PdfMaker.Of($"/Lang {deep}").Build()).Report.Refusal?.Code);
        // In content it is only what no operator takes; as chains of objects it is walked, not climbed.
        var made = PdfMaker.Of();
        var page = made.AddFlate("", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("[", 200_000)) + " TJ"));
        Assert.Equal(Outcome.Rebuilt, Bench.Run("a.pdf", Contents(made, page)).Report.Outcome);
    }

    [Fact]
    public void Long_chains_of_objects_are_walked_in_turn()
    {
        const int links = 30_000;
        var made = PdfMaker.Of("/StructTreeRoot<</K 5 0 R>>/Outlines<</First 5 0 R>>", "/Resources<</ColorSpace<</C 5 0 R>>/XObject<</X 5 0 R>>/Font<</F 5 0 R>>>>/Annots[5 0 R]");
        for (var i = 0; i < links; i++)
            made.Add($"<</Type/StructElem/S/P/K {6 + i} 0 R/Parent {6 + i} 0 R/First {6 + i} 0 R/Next {6 + i} 0 R/Subtype/Popup/IRT {6 + i} 0 R/FunctionType 3/Functions[{6 + i} 0 R]/Encoding {6 + i} 0 R/DescendantFonts[{6 + i} 0 R]>>");
        Assert.Equal(Outcome.Rebuilt, Bench.Run("a.pdf", made.Build()).Report.Outcome);
        made = PdfMaker.Of("", "/Resources<</ColorSpace<</C 5 0 R>>>>");
        for (var i = 0; i < links; i++) made.Add($"[/Indexed {6 + i} 0 R 1 (ab)]");
        Assert.Equal(Outcome.Rebuilt, Bench.Run("a.pdf", made.Build()).Report.Outcome);
        made = PdfMaker.Of("", "/Resources<</XObject<</C 5 0 R>>>>");
        for (var i = 0; i < links; i++) made.AddStream($"/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/SMask {6 + i} 0 R", "a"u8);
        Assert.Equal(Outcome.Rebuilt, Bench.Run("a.pdf", made.Build()).Report.Outcome);
    }

    private static byte[] Contents(PdfMaker made, int number) => Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(made.Build()).Replace("/Contents 4 0 R", $"/Contents {number} 0 R", StringComparison.Ordinal));
}
