using System.Text;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Tests.Pdf;

/// <summary>The modes pixels and text.</summary>
public sealed class PdfModeTests
{
    private static byte[] Japanese()
    {
        // A font that isn't embedded, in Unicode codes: poppler knows it by its tables.
        var made = PdfMaker.Of("/OpenAction<</S/JavaScript/JS(HOSTILE)>>", "/Resources<</Font<</F 5 0 R>>>>", "<</Type/Font/Subtype/Type0/BaseFont/Ryumin-Light/Encoding/UniJIS-UTF16-H/DescendantFonts[6 0 R]>>",
            "<</Type/Font/Subtype/CIDFontType0/BaseFont/Ryumin-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 4>>/FontDescriptor<</Type/FontDescriptor/FontName/Ryumin-Light/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 900/Descent -200/CapHeight 700/StemV 80>>/DW 1000>>");
        var number = made.AddFlate("", Encoding.ASCII.GetBytes($"BT /F 20 Tf 10 40 Td <{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes("無害化の試験"))}> Tj ET"));
        return Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(made.Build()).Replace("/Contents 4 0 R", $"/Contents {number} 0 R", StringComparison.Ordinal));
    }

    [Fact]
    public void Japanese_text_survives_the_rebuilding()
    {
        var result = Bench.Run("a.pdf", Japanese());
        Assert.Contains("無害化の試験", Encoding.UTF8.GetString(PdfPrograms.Poppler("pdftotext", result.Out, "-q")));
    }

    [Fact]
    public void Pages_become_pictures_whose_words_can_still_be_found()
    {
        var result = Bench.Run("a.pdf", Japanese(), Bench.Policy("mode: pixels"));
        Assert.Equal(Outcome.Pixels, result.Report.Outcome);
        Assert.Empty(PdfChecker.Active(result.Out));
        Assert.Equal(0, PdfChecker.Check(result.Out).Code);
        var all = PdfChecker.Everything(result.Out);
        Assert.DoesNotContain("HOSTILE", all);
        Assert.DoesNotContain("Ryumin", all);
        Assert.Contains("/DCTDecode", all);
        Assert.Contains("無害化の試験", Encoding.UTF8.GetString(PdfPrograms.Poppler("pdftotext", result.Out, "-q")));
        // As large as the page was, and drawn.
        Assert.StartsWith("P5\n200 100\n", Encoding.Latin1.GetString(PdfPrograms.Poppler("pdftoppm", result.Out, "-r", "72", "-gray")), StringComparison.Ordinal);
        var again = Bench.Run("a.pdf", result.Out);
        Assert.Equal(Outcome.Rebuilt, again.Report.Outcome);
        Assert.Empty(again.Report.Removed);
        Assert.Equal(result.Out, Bench.Run("a.pdf", Japanese(), Bench.Policy("mode: pixels")).Out);
    }

    [Fact]
    public void Text_alone_comes_out_in_utf8()
    {
        var result = Bench.Run("a.pdf", Japanese(), Bench.Policy("mode: text"));
        Assert.Equal(Outcome.Text, result.Report.Outcome);
        Assert.Equal("text", result.Kind.Key);
        Assert.Equal("a.txt", result.Report.Output);
        Assert.Contains("無害化の試験", Encoding.UTF8.GetString(result.Out));
        Assert.Contains(Bench.Run("a.pdf", PdfMaker.Of().Build(), Bench.Policy("mode: text")).Report.Notes, static n => n.Code == "SAN-NOTE-PDF-NOTEXT");
    }
}
