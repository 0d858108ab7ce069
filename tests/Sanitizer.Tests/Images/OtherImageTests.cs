using System.Buffers.Binary;
using System.Text;
using Sekisho.Sanitizer.Images.Gif;
using Sekisho.Sanitizer.Images.Native;
using Sekisho.Sanitizer.Images.Tiff;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Tests.Images;

public sealed class OtherImageTests
{
    private static readonly byte[] Secret = "secret-payload <?php system($_GET[0]);"u8.ToArray();

    [Fact]
    public void GIF_codes_come_back_as_they_went_whatever_the_indices()
    {
        var random = new Random(83);
        foreach (var minimum in new[] { 2, 3, 8 })
        {
            foreach (var length in new[] { 0, 1, 2, 700, 20_000 })
            {
                var indices = new byte[length];
                for (var i = 0; i < length; i++) indices[i] = (byte)(random.Next(5) == 0 || i == 0 ? random.Next(1 << minimum) : indices[i - 1]);
                var back = new byte[length];
                Assert.Equal(length, GifLzw.Decode(GifLzw.Encode(indices, minimum), minimum, back));
                Assert.Equal(indices, back);
            }
        }
    }

    [Fact]
    public void GIF_keeps_frames_times_and_loops_and_leaves_the_rest()
    {
        var gif = Gif([0x21, 0xFE, (byte)Secret.Length, .. Secret, 0], [0x21, 0xFF, 11, .. "SECRETAPP10"u8, (byte)Secret.Length, .. Secret, 0]);
        byte[] planted = [.. gif, .. Secret];
        var done = Bench.Run("a.gif", planted);
        Assert.Equal(["I-01", "I-02", "I-06"], done.Threats.Order());
        Assert.Equal(-1, done.Out.AsSpan().IndexOf("secret"u8));
        Assert.Equal(-1, done.Out.AsSpan().IndexOf("SECRETAPP"u8));
        Assert.Equal(Bench.Run("a.gif", Gif()).Out, done.Out);
        Assert.True(done.Out.AsSpan().IndexOf("NETSCAPE2.0"u8) > 0);
        Assert.Equal(2, Count(done.Out, [0x21, 0xF9, 4, 9, 50, 0, 1, 0]));
        Stable("a.gif", done.Out);
    }

    [Fact]
    public void BMP_of_every_form_comes_out_plain_with_the_same_pixels()
    {
        // Runs of eight bits: 4 × 2, the row 1 1 1 2 above 3 0 0 0.
        var runs = Bmp(4, 2, 8, 1, [1, 3, 3, 0, 0, 0, 3, 1, 1, 2, 0, 1]);
        var done = Bench.Run("a.bmp", runs);
        Assert.Equal([3, 0, 0, 0, 1, 1, 1, 2], done.Out[^8..]);
        Assert.Equal(0, done.Out[30]);
        // Top-down, thirty-two bits, the fourth byte of no meaning.
        var top = Bmp(1, -2, 32, 0, [1, 2, 3, 99, 4, 5, 6, 99]);
        done = Bench.Run("a.bmp", top);
        Assert.Equal([4, 5, 6, 0, 1, 2, 3, 0], done.Out[^8..]);
        Stable("a.bmp", done.Out);
        // A gap before the pixels and bytes behind them.
        var gap = Bmp(1, 1, 24, 0, [.. Secret, 7, 8, 9, 0, .. Secret]);
        BinaryPrimitives.WriteInt32LittleEndian(gap.AsSpan(10), 54 + Secret.Length);
        done = Bench.Run("a.bmp", gap);
        Assert.Equal(["I-01", "I-03"], done.Threats.Order());
        Assert.Equal(Bench.Run("a.bmp", Bmp(1, 1, 24, 0, [7, 8, 9, 0])).Out, done.Out);
        Assert.Equal("SAN-BMP-002", Bench.Run("a.bmp", Bmp(1, 1, 24, 4, [0xFF, 0xD8, 0xFF, 0])).Report.Refusal!.Code);
        Assert.Equal("SAN-LIMIT-005", Bench.Run("a.bmp", Bmp(1_000_000, 1_000_000, 24, 0, [0])).Report.Refusal!.Code);
    }

    [Fact]
    public void Facsimile_codes_come_back_as_they_went_whatever_the_bits()
    {
        var random = new Random(84);
        foreach (var width in new[] { 1, 7, 8, 65, 1728, 6000 })
        {
            var rowBytes = (width + 7) / 8;
            var rows = new byte[rowBytes * 40];
            for (var i = 0; i < rows.Length; i++) rows[i] = random.Next(6) switch { 0 => (byte)random.Next(256), 1 => 0xFF, 2 when i >= rowBytes => rows[i - rowBytes], _ => 0 };
            for (var y = 0; width % 8 > 0 && y < 40; y++) rows[(y + 1) * rowBytes - 1] &= (byte)(0xFF00 >> (width % 8));
            var back = new byte[rows.Length];
            Assert.Equal(40, new FaxReader(new FaxWriter(width).Write(rows, 40), width).Read(4, 0, back, 40));
            Assert.Equal(rows, back);
        }
    }

    [Fact]
    public void TIFF_keeps_pages_resolution_and_orientation_and_leaves_other_tags_and_bytes()
    {
        byte[] pixels = [10, 20, 30, 40, 50, 60];
        var tiff = Tiff((3, 2, 8, 1, pixels, [(305, 2, Secret), (700, 1, Secret), (65_000, 7, Secret), (33_723, 7, Secret)]), (8, 2, 1, 0, [0b1010_0000, 0b1111_0000], []));
        var done = Bench.Run("a.tif", tiff);
        Assert.Equal(["I-02", "I-09"], done.Threats.Order());
        Assert.Equal(-1, done.Out.AsSpan().IndexOf("secret"u8));
        Stable("a.tif", done.Out);
        var pages = TiffDirectory.ReadAll(done.Out, AnyJob());
        Assert.Equal(2, pages.Count);
        Assert.Equal((6L, (300u, 1u), 2L), (pages[0].Number(274, 0), pages[0].Fraction(282)!.Value, pages[0].Number(296, 0)));
        Assert.Equal(pixels, Pixels(pages[0], done.Out));
        Assert.Equal(4, pages[1].Number(259, 0)); // black and white: group 4
        Assert.Equal([0b1010_0000, 0b1111_0000], Pixels(pages[1], done.Out));
        // The same pages with other bytes where no tag looks.
        Assert.Equal(done.Out, Bench.Run("a.tif", (byte[])[.. tiff, .. Secret]).Out);
    }

    [Fact]
    public void A_map_keeps_where_it_lies_and_nothing_that_its_keys_do_not_point_to()
    {
        static byte[] Doubles(params double[] numbers) => [.. numbers.SelectMany(BitConverter.GetBytes)];
        static byte[] Shorts(params int[] numbers) => [.. numbers.SelectMany(static n => BitConverter.GetBytes((ushort)n))];
        (int, int, byte[])[] geo =
        [
            (33550, 12, Doubles(0.5, 0.5, 0)), (33922, 12, Doubles(0, 0, 0, -36_000, -12_500.25, 0)),
            // Model and raster type, a citation, the plane of Japan's system IX, an angle, a key that nobody knows, one that points outside.
            (34735, 3, Shorts(1, 1, 0, 7, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 6677, 3073, 34737, 25, 7, 3085, 34736, 1, 1, 3096, 34737, 999, 0, 60000, 0, 1, 7)),
            (34736, 12, Doubles(987654.321, 36.0, 987654.321)), (34737, 2, [.. "secret|JGD2011 / Japan Plane IX|secret|"u8, 0]), (42112, 2, Secret), (42113, 2, [.. "-9999.0"u8, 0]),
        ];
        var tiff = Tiff((3, 2, 8, 1, [1, 2, 3, 4, 5, 6], geo));
        var done = Nested.Holds("地図.tif", tiff, null, "secret");
        Assert.Equal(-1, done.Out.AsSpan().IndexOf(Doubles(987654.321)));
        var page = TiffDirectory.ReadAll(done.Out, AnyJob())[0];
        Assert.Equal([0.5, 0.5, 0], page.Doubles(33550, 10));
        Assert.Equal([0, 0, 0, -36_000, -12_500.25, 0], page.Doubles(33922, 10));
        Assert.Equal([1, 1, 0, 5, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 6677, 3073, 34737, 25, 0, 3085, 34736, 1, 0], page.Numbers(34735, 100));
        Assert.Equal([36.0], page.Doubles(34736, 10));
        Assert.Equal("JGD2011 / Japan Plane IX|\0", Encoding.ASCII.GetString(page.Bytes(34737).Span));
        Assert.Equal("-9999.0\0", Encoding.ASCII.GetString(page.Bytes(42113).Span));
        Assert.Equal(["geographic key 3096", "geographic key 60000", "tag 42112"], done.Report.Removed.Select(static r => r.What).Order(StringComparer.Ordinal));
        // Pillow sees the same tags.
        var file = Path.Combine(Path.GetTempPath(), $"sekisho-{Guid.NewGuid():N}.tif");
        try
        {
            File.WriteAllBytes(file, done.Out);
            Assert.Equal("(0.5, 0.5, 0.0) 6677 JGD2011 / Japan Plane IX|", Archives.Opened.Run("/usr/bin/python3", "-c", "import sys; from PIL import Image; t = Image.open(sys.argv[1]).tag_v2; print(t[33550], t[34735][15], t[34737].rstrip(chr(0)))", file).Trim());
        }
        finally
        {
            File.Delete(file);
        }
        Nested.Fuzz("a.tif", tiff, 800);
    }

    [Fact]
    public void A_TIFF_chain_that_comes_back_ends_and_one_of_too_many_pixels_is_refused()
    {
        var tiff = Tiff((3, 2, 8, 1, [1, 2, 3, 4, 5, 6], []));
        var at = BinaryPrimitives.ReadInt32LittleEndian(tiff.AsSpan(4));
        var count = BinaryPrimitives.ReadUInt16LittleEndian(tiff.AsSpan(at));
        BinaryPrimitives.WriteInt32LittleEndian(tiff.AsSpan(at + 2 + 12 * count), at);
        Assert.Equal(["I-04"], Bench.Run("a.tif", tiff).Threats);
        BinaryPrimitives.WriteInt32LittleEndian(tiff.AsSpan(at + 2 + 8), 100_000_000);
        Assert.Equal("SAN-LIMIT-005", Bench.Run("a.tif", tiff).Report.Refusal!.Code);
    }

    [Fact]
    public void WebP_keeps_pixels_frames_and_orientation_and_leaves_the_rest()
    {
        var pixels = Enumerable.Range(0, 12 * 9 * 4).Select(i => (byte)(i * 5)).ToArray();
        var simple = WebpCodec.Encode(pixels, 12, 9);
        Assert.Equal(pixels, WebpCodec.Decode(simple, 12, 9));
        byte[] picture = simple[12..], size = [11, 0, 0, 8, 0, 0];
        byte[] exif = [.. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, .. Secret];
        var still = Riff([.. Chunk("VP8X", [0x2C, 0, 0, 0, .. size]), .. Chunk("ICCP", IccMaker.Srgb), .. picture, .. Chunk("EXIF", exif), .. Chunk("XMP ", Secret), .. Chunk("prVt", Secret)]);
        var done = Bench.Run("a.webp", (byte[])[.. still, .. Secret]);
        Assert.Equal(["I-01", "I-02", "I-06", "I-08"], done.Threats.Order());
        Assert.Equal(-1, done.Out.AsSpan().IndexOf("secret"u8));
        Assert.Equal(8, done.Out[done.Out.AsSpan().IndexOf("EXIF"u8) + 8 + 19]);
        Assert.Equal(pixels, WebpCodec.Decode(done.Out, 12, 9));
        Stable("a.webp", done.Out);
        byte[] frame = [0, 0, 0, 0, 0, 0, .. size, 100, 0, 0, 0xF2, .. picture];
        var moving = Bench.Run("a.webp", Riff([.. Chunk("VP8X", [0x02, 0, 0, 0, .. size]), .. Chunk("ANIM", [1, 2, 3, 4, 5, 0]), .. Chunk("ANMF", frame), .. Chunk("ANMF", frame)]));
        Assert.Equal(2, Count(moving.Out, "ANMF"u8));
        Assert.True(moving.Out.AsSpan().IndexOf((byte[])[.. "ANIM"u8, 6, 0, 0, 0, 1, 2, 3, 4, 5, 0]) > 0);
        Stable("a.webp", moving.Out);
    }

    [Fact]
    public void Metafiles_are_drawn_and_the_drawing_is_rebuilt()
    {
        var png = PngMaker.Rgb(("tEXt", Secret));
        var engine = new Disarmer(Rebuilders.All, new Drawer(png), TimeProvider.System);
        byte[] emf = [1, 0, 0, 0, 88, 0, 0, 0, .. new byte[32], .. " EMF"u8, .. new byte[60]];
        var done = Bench.Run(engine, "a.emf", emf);
        Assert.Equal(("emf", Outcome.Converted, FileKind.Png), (done.Report.Type, done.Report.Outcome, done.Kind));
        Assert.Equal(Bench.Run("a.png", png).Out, done.Out);
        Assert.Contains("I-10", done.Threats);
        Assert.Equal("SAN-CONVERT-002", Bench.Run(new Disarmer(Rebuilders.All, new Drawer("%PDF-1.7"u8.ToArray()), TimeProvider.System), "a.emf", emf).Report.Refusal!.Code);
    }

    [Fact]
    public void Mutations_of_each_kind_are_refused_in_words_or_come_out_stable()
    {
        var webp = WebpCodec.Encode([.. Enumerable.Range(0, 20 * 20 * 4).Select(i => (byte)(i * i))], 20, 20);
        byte[][] seeds = [Gif(), Bmp(4, 2, 8, 1, [1, 3, 3, 0, 0, 0, 3, 1, 1, 2, 0, 1]), Bmp(3, 3, 16, 0, new byte[24]), Tiff((3, 2, 8, 1, [1, 2, 3, 4, 5, 6], []), (8, 2, 1, 0, [0b1010_0000, 0b1111_0000], [])), Bench.Run("a.tif", Tiff((8, 2, 1, 0, [0b1010_0000, 0b1111_0000], []))).Out, webp];
        var random = new Random(85);
        foreach (var seed in seeds)
        {
            for (var length = 0; length < seed.Length; length++) ImageFuzz.Check(seed[..length]);
            var came = 0;
            for (var round = 0; round < 400; round++) came += ImageFuzz.Check(ImageFuzz.Mutate(seed, random)) ? 1 : 0;
            Assert.True(came > 0, "none came out");
        }
    }

    private static void Stable(string name, byte[] output)
    {
        var again = Bench.Run(name, output);
        Assert.Equal(output, again.Out);
        Assert.Empty(again.Report.Removed);
    }

    private static int Count(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> what)
    {
        var count = 0;
        for (int at; (at = bytes.IndexOf(what)) >= 0; bytes = bytes[(at + 1)..]) count++;
        return count;
    }

    private static byte[] Gif(params byte[][] extensions)
    {
        var coded = GifLzw.Encode([0, 1, 2, 3, 3, 2, 1, 0, 1], 2);
        byte[] frame = [0x21, 0xF9, 4, 9, 50, 0, 1, 0, 0x2C, 0, 0, 0, 0, 3, 0, 3, 0, 0, 2, (byte)coded.Length, .. coded, 0];
        return [.. "GIF89a"u8, 3, 0, 3, 0, 0xF1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x21, 0xFF, 11, .. "NETSCAPE2.0"u8, 3, 1, 0, 0, 0, .. extensions.SelectMany(static e => e), .. frame, .. frame, 0x3B];
    }

    private static byte[] Bmp(int width, int height, int bits, int compression, byte[] pixels)
    {
        var palette = bits <= 8 ? 4 << bits : 0;
        var bytes = new byte[54 + palette];
        "BM"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(10), bytes.Length);
        bytes[14] = 40;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(22), height);
        (bytes[26], bytes[28], bytes[30]) = (1, (byte)bits, (byte)compression);
        return [.. bytes, .. pixels];
    }

    private static byte[] Tiff(params (int Width, int Height, int Bits, int Photometric, byte[] Pixels, (int Tag, int Type, byte[] Content)[] More)[] pages)
    {
        var output = new MemoryStream();
        output.Write([.. "II*\0"u8, 0, 0, 0, 0]);
        var link = 4L;
        foreach (var page in pages)
        {
            var pixelsAt = (int)output.Position;
            output.Write(page.Pixels);
            var resolutionAt = (int)output.Position;
            output.Write([0x2C, 1, 0, 0, 1, 0, 0, 0]);
            List<(int Tag, int Type, int Count, int Value)> entries =
            [
                (256, 4, 1, page.Width), (257, 4, 1, page.Height), (258, 3, 1, page.Bits), (259, 3, 1, 1), (262, 3, 1, page.Photometric), (273, 4, 1, pixelsAt), (274, 3, 1, 6), (277, 3, 1, 1), (278, 4, 1, page.Height),
                (279, 4, 1, page.Pixels.Length), (282, 5, 1, resolutionAt), (283, 5, 1, resolutionAt), (296, 3, 1, 2),
            ];
            foreach (var (tag, type, content) in page.More)
            {
                entries.Add((tag, type, content.Length / type switch { 12 => 8, 3 => 2, _ => 1 }, (int)output.Position));
                output.Write(content);
            }
            var at = output.Position;
            output.Position = link;
            output.Write(BitConverter.GetBytes((int)at));
            output.Position = at;
            output.Write(BitConverter.GetBytes((short)entries.Count));
            foreach (var (tag, type, count, value) in entries.OrderBy(static e => e.Tag)) output.Write([.. BitConverter.GetBytes((short)tag), .. BitConverter.GetBytes((short)type), .. BitConverter.GetBytes(count), .. BitConverter.GetBytes(value)]);
            link = output.Position;
            output.Write(new byte[4]);
        }
        return output.ToArray();
    }

    private static byte[] Pixels(TiffDirectory page, byte[] file) => new TiffPixels(TiffPage.Read(page, file, true, AnyJob()), file, AnyJob()).Decode();

    private static Job AnyJob()
    {
        var policy = Rules.SanitizePolicy.Default;
        return new(new Disarmer([], new NoConverter(), TimeProvider.System), policy, new Budget(policy.Limits, 1 << 20, TimeProvider.System), [], null);
    }

    private static byte[] Chunk(string name, byte[] content) => [.. Encoding.ASCII.GetBytes(name), .. BitConverter.GetBytes(content.Length), .. content, .. new byte[content.Length & 1]];

    private static byte[] Riff(byte[] chunks) => [.. "RIFF"u8, .. BitConverter.GetBytes(chunks.Length + 4), .. "WEBP"u8, .. chunks];

    private sealed class Drawer(byte[] picture) : IConverter
    {
        public byte[]? Convert(ReadOnlyMemory<byte> untrusted, FileKind from, FileKind to) => to == FileKind.Png ? picture : null;
    }
}
