using Sekisho.Sanitizer.Tests.Archives;
using Sekisho.Sanitizer.Tests.Images;
using Sekisho.Sanitizer.Tests.Pdf;

namespace Sekisho.Sanitizer.Tests.Hostile;

/// <summary>Files of another kind whose bytes are pixels: they survive where pixels are written as they are, so those are written in another form.</summary>
public sealed class PixelPayloadTests
{
    private static readonly byte[] Zip = new RawZip().Add("KAMAKIRI.class", "CAFEBABE", method: 0).Finish();

    [Fact]
    [Proves("G-02", "I-03")]
    public void An_archive_that_is_the_pixels_of_a_BMP_is_none_in_what_comes_out()
    {
        byte[] pixels = [.. Zip, .. new byte[(12 - (Zip.Length % 12)) % 12]];
        foreach (var (bits, width) in new[] { (24, pixels.Length / 3), (8, pixels.Length), (16, pixels.Length / 2) })
        {
            var bmp = Bmp(pixels, bits, width);
            // Info-ZIP and Java find the directory from its end and unpack it.
            Assert.Equal("KAMAKIRI.class", Opened.Run("python3", "-c", "import sys,io,base64,zipfile; print(zipfile.ZipFile(io.BytesIO(base64.b64decode(sys.argv[1]))).namelist()[0])", Convert.ToBase64String(bmp)).Trim());
            var done = Bench.Run("a.bmp", bmp);
            Assert.Equal(-1, done.Out.AsSpan().IndexOf("PK\u0003\u0004"u8));
            Assert.Equal(32, done.Out[28]);
            for (var x = 0; bits == 24 && x < width; x++) Assert.Equal(pixels[(3 * x)..(3 * x + 3)], done.Out[(54 + (4 * x))..(57 + (4 * x))]);
            Assert.Equal(done.Out, Bench.Run("a.bmp", done.Out).Out);
        }
    }

    [Theory]
    [Proves("G-02", "I-03")]
    [InlineData("<?php system('KAMAKIRI');?>"), InlineData("PK\u0005\u0006"), InlineData("<ScRiPt>KAMAKIRI"), InlineData("%PDF-1.7")]
    public void A_script_in_noise_that_a_PNG_or_TIFF_can_only_store_is_none_in_what_comes_out(string payload)
    {
        var noise = new byte[64 * 1024];
        new Random(7).NextBytes(noise);
        System.Text.Encoding.Latin1.GetBytes(payload).CopyTo(noise, 30_100);
        var raw = new List<byte>();
        for (var y = 0; y < 64; y++) raw.AddRange([0, .. noise.AsSpan(y * 1024, 1024)]);
        // As a palette's indices: those are written without a filter.
        var png = PngMaker.File(PngMaker.Header(1024, 64, 8, 3), ("PLTE", [.. Enumerable.Range(0, 768).Select(static i => (byte)(i * 7))]), PngMaker.Data([.. raw]), ("IEND", []));
        var done = Bench.Run("a.png", png);
        Assert.Equal(-1, System.Text.Encoding.Latin1.GetString(done.Out).IndexOf(payload[..4], StringComparison.OrdinalIgnoreCase));
        var samples = PngMaker.Read(done.Out).Samples;
        for (var i = 0; i < noise.Length; i++) Assert.Equal(noise[i], samples[i / 1024, i % 1024, 0]);
        Assert.Equal(done.Out, Bench.Run("a.png", done.Out).Out);
    }

    [Fact]
    [Proves("G-02", "P-15")]
    public void An_archive_that_is_the_pixels_of_a_PDF_refuses_it()
    {
        // Noise around it, so that the packer stores; less than 64 KiB from the end, where programs look for one.
        var pixels = new byte[200 * 100];
        new Random(11).NextBytes(pixels);
        "PK\u0001\u0002"u8.CopyTo(pixels.AsSpan(8_000));
        "PK\u0005\u0006"u8.CopyTo(pixels.AsSpan(8_046));
        ((ReadOnlySpan<byte>)[46, 0, 0, 0]).CopyTo(pixels.AsSpan(8_058)); // the length of the directory
        var made = PdfMaker.Of("", "/Resources<</XObject<</X 5 0 R>>>>");
        made.AddFlate("/Type/XObject/Subtype/Image/Width 200/Height 100/BitsPerComponent 8/ColorSpace/DeviceGray", pixels);
        var done = Bench.Run("a.pdf", made.Build());
        Assert.Equal("SAN-KIND-007", done.Report.Refusal?.Code);
        // The same picture without it comes out.
        pixels[8_046]++;
        var harmless = PdfMaker.Of("", "/Resources<</XObject<</X 5 0 R>>>>");
        harmless.AddFlate("/Type/XObject/Subtype/Image/Width 200/Height 100/BitsPerComponent 8/ColorSpace/DeviceGray", pixels);
        Assert.NotNull(Bench.Run("a.pdf", harmless.Build()).Bytes);
    }

    private static byte[] Bmp(byte[] pixels, int bits, int width)
    {
        var at = 54 + (bits == 8 ? 1024 : 0);
        var file = new byte[at + pixels.Length];
        "BM"u8.CopyTo(file);
        BitConverter.TryWriteBytes(file.AsSpan(2), file.Length);
        BitConverter.TryWriteBytes(file.AsSpan(10), at);
        BitConverter.TryWriteBytes(file.AsSpan(14), 40);
        BitConverter.TryWriteBytes(file.AsSpan(18), width);
        BitConverter.TryWriteBytes(file.AsSpan(22), 1);
        file[26] = 1;
        file[28] = (byte)bits;
        for (var i = 0; bits == 8 && i < 256; i++) file.AsSpan(54 + (4 * i), 3).Fill((byte)i);
        pixels.CopyTo(file.AsSpan(at));
        return file;
    }
}
