using System.Buffers.Binary;
using System.Text;
using Sekisho.Sanitizer.Pdf.Parts;
using Sekisho.Sanitizer.Pdf.Reading;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Tests.Pdf;

/// <summary>Pictures of PDFs (P-12): rare codes are decoded, JPEG is coded anew, and each looks as before.</summary>
public sealed class PdfPictureTests
{
    private const int Width = 2100, Height = 8;

    // Coded by libtiff from the picture that Bit describes; its white is the fax's black.
    private const string Group4 = "JqBKAsLOlgSgLIyAmqhuTUGojYNRGwaiNg1EbBqI2DURsGojYNRGwaiNg1EbBqI2DURsGojYNRGwaiNg1EbBqI2DURsGojYNRGwaiNg1EbBqI2DURsGojYNRGwaiNg1EbBqI2DURsGojYNRGwasIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIIKeZfI+R8jojojojoj5HyPl2UMI45xzjlDlDlDlDnHOOdwRQy+R8j5HRHRHQIoc45xzuWgt5HyPkdEdEdEdEfI+R8uygBgKwMV9pJIIL6BF2DFfaSSCC+gRdgxX2kkggvoEXYMV9pJIIL6BF2Dk1ATDbgAgAg=";
    private const string Group3 = "ABNQJQFjOlgSgLAATUBMCQAEBNVABNQahsGobBqGwahsGobBqGwahsGobBqGwahsGobBqGwahsGobBqGwahsGobBqGwahsGobBqGwahsGobBqGwahsGobBqGwahsGobBqGwahsGobBqEAAmoNA2DUNg1DYNQ2DUNg1DYNQ2DUNg1DYNQ2DUNg1DYNQ2DUNg1DYNQ2DUNg1DYNQ2DUNg1DYNQ2DUNg1DYNQ2DUNg1DYNQ2DUNg1DYNQ2DUNg1AwAeb4+PjodDodD4+Pu0N8fHx0Oh0Oh8fH3aG+Pj46HQ6HQ+Pj7tDfHx8dDodDofHx92gBgKwANG+Pj46HQ6HQ+Pj7tDfHx8dDodDofHx92hvj4+Oh0Oh0Pj4+7Q3x8fHQ6HQ6Hx8fdoAYG2ACagJht0";
    private const string Group3Mixed = "ABmoEoCxnSwJQFgAKMAGAmqgAiag1EbBqI2DURsGojYNRGwaiNg1EbBqI2DURsGojYNRGwaiNg1EbBqI2DURsGojYNRGwaiNg1EbBqI2DURsGojYNRGwaiNg1EbBqI2DURsGojYNRGwaiNg1EbBqI2DVABmoNA2DUNg1DYNQ2DUNg1DYNQ2DUNg1DYNQ2DUNg1DYNQ2DUNg1DYNQ2DUNg1DYNQ2DUNg1DYNQ2DUNg1DYNQ2DUNg1DYNQ2DUNg1DYNQ2DUNg1AwAR5l8j5HyOiOiOiOiPkfI+XZQwjjnHOOUOUOUOUOcc453BFDL5HyPkdEdEdAihzjnHO5aC3kfI+R0R0R0R0R8j5Hy7KAGArAA6N8fHx0Oh0Oh8fH3aG+Pj46HQ6HQ+Pj7tDfHx8dDodDofHx92hvj4+Oh0Oh0Pj4+7QAwNsAETUBMNuA==";

    // 12 × 8, grey, value 5x + 7y; lossless JPEG 2000 by OpenJPEG.
    private const string Jpeg2000 = "AAAADGpQICANCocKAAAAFGZ0eXBqcDIgAAAAAGpwMiAAAAAtanAyaAAAABZpaGRyAAAACAAAAAwAAQcHAAAAAAAPY29scgEAAAAAABEAAADVanAyY/9P/1EAKQAAAAAADAAAAAgAAAAAAAAAAAAAAgAAAAIAAAAAAAAAAAAAAQcBAf9SAAwAAAABAAAEBAAB/1wABEBA/2QAJQABQ3JlYXRlZCBieSBPcGVuSlBFRyB2ZXJzaW9uIDIuNS4w/5AACgAAAAAAYwAB/5PfgpASMMeV5/zV9E8crTVXbM5gJnHpl+0c1uHerXPNEJASijNvsBZFi+QFkRSinv1lapmiIitUzRERTyWsavV6vV6vV6vV6vI+YicROInETiJxE4if/9k=";

    [Theory]
    [InlineData(Group4, -1)]
    [InlineData(Group3, 0)]
    [InlineData(Group3Mixed, 4)]
    public void Fax_is_decoded_to_the_bit(string coded, int k)
    {
        var rows = Ccitt.Decode(Convert.FromBase64String(coded), new(k, false, Width, Height, true, true), new Budget(SanitizePolicy.Default.Limits, 1000, TimeProvider.System), "");
        Assert.Equal(Width / 8 * Height + Height, rows.Length);
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++) Assert.True(Bit(x, y) == ((rows[y * ((Width + 7) / 8) + (x >> 3)] >> (7 - (x & 7)) & 1) == 0), $"{x}, {y}");
        }
    }

    [Theory]
    [InlineData("CCITTFaxDecode")]
    [InlineData("JBIG2Decode")]
    [InlineData("JPXDecode")]
    [InlineData("LZWDecode")]
    [InlineData("RunLengthDecode")]
    [InlineData("ASCII85Decode")]
    [InlineData("ASCIIHexDecode")]
    public void Rare_codes_come_out_as_plain_samples_and_look_the_same(string filter)
    {
        var made = PdfMaker.Of("", "/Resources<</XObject<</I 5 0 R>>>>");
        var (dict, bytes) = filter switch
        {
            "CCITTFaxDecode" => ($"/Width {Width}/Height {Height}/BitsPerComponent 1/ColorSpace/DeviceGray/DecodeParms<</K -1/Columns {Width}>>", Convert.FromBase64String(Group4)),
            "JBIG2Decode" => ($"/Width {Width}/Height {Height}/BitsPerComponent 1/ColorSpace/DeviceGray", Jbig2(Convert.FromBase64String(Group4))),
            "JPXDecode" => ("/Width 12/Height 8", Convert.FromBase64String(Jpeg2000)),
            // 1 2 3 4 5 6 … as nine-bit codes between clear and end.
            "LZWDecode" => ("/Width 4/Height 2/BitsPerComponent 8/ColorSpace/DeviceGray", Lzw([0, 60, 120, 180, 240, 200, 100, 50])),
            "RunLengthDecode" => ("/Width 4/Height 2/BitsPerComponent 8/ColorSpace/DeviceGray", [3, 0, 60, 120, 180, 253, 90, 128]),
            "ASCII85Decode" => ("/Width 4/Height 2/BitsPerComponent 8/ColorSpace/DeviceGray", Encoding.ASCII.GetBytes("9jqo^BlbD-~>")),
            _ => ("/Width 4/Height 2/BitsPerComponent 8/ColorSpace/DeviceGray", Encoding.ASCII.GetBytes("003C78B4F0C86432>")),
        };
        made.AddStream($"/Type/XObject/Subtype/Image{dict}/Filter/{filter}", bytes);
        var input = Draw(made, "q 200 0 0 100 0 0 cm /I Do Q");
        var result = Bench.Run("a.pdf", input);
        Assert.Equal(0, PdfChecker.Check(result.Out).Code);
        Assert.Empty(PdfChecker.Active(result.Out));
        Assert.Contains("/I", PdfChecker.Everything(result.Out));
        LooksTheSame(input, result.Out);
        Assert.Equal(result.Out, Bench.Run("a.pdf", result.Out).Out);
    }

    [Fact]
    public void A_picture_in_the_content_stays_whatever_its_bytes_look_like()
    {
        // Samples that read "EI" between blanks, and a fax picture.
        byte[] tricky = [.. "\nEI Q "u8, .. Enumerable.Repeat((byte)90, 57)];
        var content = new MemoryStream();
        content.Write("q 90 0 0 90 5 5 cm BI /W 8 /H 8 /BPC 8 /CS /G ID "u8);
        content.Write(tricky);
        content.Write(Encoding.ASCII.GetBytes($"\nEI Q q 90 0 0 90 105 5 cm BI /W {Width} /H {Height} /IM true /F [/AHx /CCF] /DP [null <</K -1 /Columns {Width}>>] ID {Convert.ToHexString(Convert.FromBase64String(Group4))}> EI Q 0 1 0 rg 95 0 5 100 re f"));
        var input = Draw(PdfMaker.Of(), Encoding.Latin1.GetString(content.ToArray()));
        var result = Bench.Run("a.pdf", input);
        LooksTheSame(input, result.Out);
        Assert.Equal(result.Out, Bench.Run("a.pdf", result.Out).Out);
        Assert.DoesNotContain("CCF", PdfChecker.Everything(result.Out));
    }

    [Fact]
    public void A_jpeg_keeps_its_samples_and_loses_all_else()
    {
        var drawn = PdfPrograms.Poppler("pdftoppm", PdfMaker.Of().Build(), "-jpeg", "-r", "72");
        Assert.True(drawn.AsSpan().StartsWith((byte[])[0xFF, 0xD8]));
        var exif = "Exif\0\0HOSTILE"u8;
        byte[] hostile = [.. drawn.AsSpan(0, 2), 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, 0xFF, 0xFE, 0, 9, .. "HOSTILE"u8, .. drawn.AsSpan(2), .. "PK\u0003\u0004HOSTILE"u8];
        var made = PdfMaker.Of("", "/Resources<</XObject<</I 5 0 R>>>>");
        made.AddStream("/Type/XObject/Subtype/Image/Width 200/Height 100/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/DCTDecode", hostile);
        var input = Draw(made, "q 200 0 0 100 0 0 cm /I Do Q");
        Assert.Contains("HOSTILE", Encoding.Latin1.GetString(input));
        var result = Bench.Run("a.pdf", input);
        Assert.DoesNotContain("HOSTILE", PdfChecker.Everything(result.Out));
        LooksTheSame(input, result.Out);
        Assert.Equal(result.Out, Bench.Run("a.pdf", result.Out).Out);
        // What isn't a JPEG isn't written, and doesn't take the document with it.
        made = PdfMaker.Of("", "/Resources<</XObject<</I 5 0 R>>>>");
        made.AddStream("/Type/XObject/Subtype/Image/Width 200/Height 100/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/DCTDecode", "MZHOSTILE"u8);
        var without = Bench.Run("a.pdf", made.Build());
        Assert.Contains("P-12", without.Threats);
        Assert.DoesNotContain("HOSTILE", PdfChecker.Everything(without.Out));
    }

    [Theory]
    [InlineData("/Filter/Unknown")]
    [InlineData("/Filter[/FlateDecode/FlateDecode/FlateDecode/FlateDecode/FlateDecode/FlateDecode/FlateDecode]")]
    [InlineData("/Filter[/DCTDecode/FlateDecode]")]
    public void A_filter_that_nobody_knows_and_chains_without_end_are_refused(string filter)
    {
        var made = PdfMaker.Of("", "/Resources<</XObject<</I 5 0 R>>>>");
        made.AddStream($"/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray{filter}", "x"u8);
        Assert.Equal("SAN-PDF-005", Bench.Run("a.pdf", made.Build()).Report.Refusal?.Code);
    }

    // Object 4 is the page's content.
    private static byte[] Draw(PdfMaker made, string content)
    {
        var number = made.AddFlate("", Encoding.Latin1.GetBytes(content));
        return Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(made.Build()).Replace("/Contents 4 0 R", $"/Contents {number} 0 R", StringComparison.Ordinal));
    }

    private static void LooksTheSame(byte[] input, byte[] output)
    {
        var before = PdfPrograms.Poppler("pdftoppm", input, "-r", "72");
        Assert.True(before.Length > 1000);
        Assert.True(before.Distinct().Count() > 2, "the picture is blank");
        Assert.Equal(before, PdfPrograms.Poppler("pdftoppm", output, "-r", "72"));
    }

    private static bool Bit(int x, int y) => y switch
    {
        0 => x / 700 % 2 == 1,
        1 => false,
        2 => true,
        3 => (x * 4 >> 7) % 2 == 1,
        4 => ((x + 2) * 4 >> 7) % 2 == 1,
        5 => x < 200 && (x * x >> 5) % 3 == 0,
        6 => x < 203 && ((x - 3) * (x - 3) >> 5) % 3 == 0,
        _ => x > 2090,
    };

    // A page and one generic region coded as group 4 (ITU-T T.88 §7).
    private static byte[] Jbig2(byte[] group4)
    {
        var size = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(size, Width);
        BinaryPrimitives.WriteInt32BigEndian(size.AsSpan(4), Height);
        byte[] page = [.. size, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        byte[] region = [.. size, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, .. group4];
        return [0, 0, 0, 0, 48, 0, 1, 0, 0, 0, (byte)page.Length, .. page, 0, 0, 0, 1, 38, 0, 1, 0, 0, (byte)(region.Length >> 8), (byte)region.Length, .. region];
    }

    private static byte[] Lzw(byte[] bytes)
    {
        var bits = new StringBuilder(Convert.ToString(256, 2).PadLeft(9, '0'));
        foreach (var b in bytes) bits.Append(Convert.ToString(b, 2).PadLeft(9, '0'));
        bits.Append(Convert.ToString(257, 2).PadLeft(9, '0'));
        while (bits.Length % 8 != 0) bits.Append('0');
        return [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.ToString(i * 8, 8), 2))];
    }
}
