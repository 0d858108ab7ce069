using System.Buffers.Binary;
using System.Text;
using Sekisho.Sanitizer.Archives;

namespace Sekisho.Sanitizer.Tests.Images;

public sealed class PngTests
{
    private static readonly byte[] Secret = "PK\u0003\u0004 secret-payload <?php system($_GET[0]);"u8.ToArray();

    [Theory]
    [InlineData(0, 1), InlineData(0, 2), InlineData(0, 4), InlineData(0, 8), InlineData(0, 16)]
    [InlineData(2, 8), InlineData(2, 16), InlineData(4, 8), InlineData(4, 16), InlineData(6, 8), InlineData(6, 16)]
    [InlineData(3, 1), InlineData(3, 2), InlineData(3, 4), InlineData(3, 8)]
    public void Every_form_of_pixels_stays_exactly_as_it_is(int type, int depth)
    {
        var random = new Random(type * 100 + depth);
        foreach (var (width, height) in new[] { (1, 1), (7, 5), (33, 17), (64, 3) })
        {
            var channels = type switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
            var samples = new int[height, width, channels];
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    for (var c = 0; c < channels; c++) samples[y, x, c] = random.Next(4) == 0 ? random.Next(1 << depth) : (x + y * c) % (1 << depth);
                }
            }
            (string, byte[])[] palette = type == 3 ? [("PLTE", [.. Enumerable.Range(0, 3 << depth).Select(i => (byte)(i * 7))]), ("tRNS", [0, 128])] : [];
            foreach (var interlaced in new[] { false, true })
            {
                var png = PngMaker.File([PngMaker.Header(width, height, depth, type, interlaced), .. palette, PngMaker.Data(PngMaker.Raw(samples, depth, interlaced)), ("IEND", [])]);
                var done = Bench.Run("a.png", png);
                Assert.Empty(done.Report.Removed);
                var (read, chunks) = PngMaker.Read(done.Out);
                Assert.Equal(samples, read);
                foreach (var (name, content) in palette) Assert.Equal(content.Take(3 << depth), chunks[name].Take(3 << depth));
                Assert.Equal(done.Out, Bench.Run("a.png", done.Out).Out);
            }
        }
    }

    [Theory]
    [InlineData("I-02", "tEXt"), InlineData("I-02", "iTXt"), InlineData("I-02", "zTXt"), InlineData("I-06", "prVt"), InlineData("I-06", "sPLT"), InlineData("I-02", "eXIf"), InlineData("I-02", "tIME")]
    public void What_is_no_pixel_is_left_behind(string threat, string chunk)
    {
        var png = PngMaker.Rgb((chunk, Secret));
        Assert.True(png.AsSpan().IndexOf(Secret) > 0);
        var done = Bench.Run("a.png", png);
        Assert.Contains(threat, done.Threats);
        Assert.Equal(-1, done.Out.AsSpan().IndexOf("secret"u8));
        Assert.Equal(["IHDR", "IDAT", "IEND"], PngMaker.Read(done.Out).Chunks.Keys);
        var again = Bench.Run("a.png", done.Out);
        Assert.Equal(done.Out, again.Out);
        Assert.Empty(again.Report.Removed);
    }

    [Fact]
    public void What_follows_the_end_or_the_pixels_is_left_behind()
    {
        var done = Bench.Run("a.png", (byte[])[.. PngMaker.Rgb(), .. Secret]);
        Assert.Equal(["I-01"], done.Threats);
        Assert.Equal(Bench.Run("a.png", PngMaker.Rgb()).Out, done.Out);
        // More rows than the header says, inside of the compressed pixels.
        var longer = PngMaker.File(PngMaker.Header(1, 1, 8, 0), PngMaker.Data([0, 77, .. Secret]), ("IEND", []));
        done = Bench.Run("a.png", longer);
        Assert.Equal(["I-01"], done.Threats);
        Assert.Equal(77, PngMaker.Read(done.Out).Samples[0, 0, 0]);
    }

    [Fact]
    public void Bits_behind_the_last_pixel_of_a_row_and_entries_behind_the_palette_are_cleared()
    {
        var done = Bench.Run("a.png", PngMaker.File(PngMaker.Header(3, 1, 1, 0), PngMaker.Data([0, 0xFF]), ("IEND", [])));
        var clean = Bench.Run("a.png", PngMaker.File(PngMaker.Header(3, 1, 1, 0), PngMaker.Data([0, 0xE0]), ("IEND", [])));
        Assert.Equal(clean.Out, done.Out);
        done = Bench.Run("a.png", PngMaker.File(PngMaker.Header(1, 1, 1, 3), ("PLTE", [1, 2, 3, 4, 5, 6, .. "hidden"u8]), PngMaker.Data([0, 0]), ("IEND", [])));
        Assert.Equal([1, 2, 3, 4, 5, 6], PngMaker.Read(done.Out).Chunks["PLTE"]);
    }

    [Fact]
    public void An_index_beyond_the_palette_is_black_and_within_it_afterwards()
    {
        var done = Bench.Run("a.png", PngMaker.File(PngMaker.Header(2, 1, 8, 3), ("PLTE", [9, 9, 9]), PngMaker.Data([0, 0, 200]), ("IEND", [])));
        var (samples, chunks) = PngMaker.Read(done.Out);
        Assert.Equal((0, 200), (samples[0, 0, 0], samples[0, 1, 0]));
        Assert.Equal([0, 0, 0], chunks["PLTE"][600..603]);
        Assert.Equal(done.Out, Bench.Run("a.png", done.Out).Out);
    }

    [Fact]
    public void Resolution_transparency_gamma_and_orientation_stay()
    {
        byte[] density = [.. PngMaker.Big(11_811), .. PngMaker.Big(11_811), 1], gamma = PngMaker.Big(45_455), key = [0, 1, 0, 2, 0, 3];
        byte[] exif = [.. "II*\0"u8, 8, 0, 0, 0, 2, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0x31, 1, 2, 0, 6, 0, 0, 0, 38, 0, 0, 0, 0, 0, 0, 0, .. "secret"u8];
        var done = Bench.Run("a.png", PngMaker.Rgb(("gAMA", gamma), ("tRNS", key), ("pHYs", density), ("eXIf", exif)));
        var chunks = PngMaker.Read(done.Out).Chunks;
        Assert.Equal(density, chunks["pHYs"]);
        Assert.Equal(gamma, chunks["gAMA"]);
        Assert.Equal(key, chunks["tRNS"]);
        Assert.Equal(6, chunks["eXIf"][19]);
        Assert.Equal(-1, done.Out.AsSpan().IndexOf("secret"u8));
        Assert.Equal(done.Out, Bench.Run("a.png", done.Out).Out);
    }

    [Fact]
    public void A_broken_critical_chunk_refuses_a_broken_other_one_is_dropped()
    {
        var png = PngMaker.Rgb(("tEXt", Secret));
        var text = png.AsSpan().IndexOf("tEXt"u8);
        png[text + 6] ^= 1;
        Assert.Contains("I-04", Bench.Run("a.png", png).Threats);
        png[20] ^= 1;
        Assert.Equal("SAN-PNG-002", Bench.Run("a.png", png).Report.Refusal!.Code);
    }

    [Fact]
    public void A_picture_of_too_many_pixels_is_refused_from_its_header()
    {
        var cost = OwnCost.Begin();
        Assert.Equal("SAN-LIMIT-005", Bench.Run("a.png", PngMaker.File(PngMaker.Header(60_000, 60_000, 16, 6), PngMaker.Data([0]), ("IEND", []))).Report.Refusal!.Code);
        Assert.InRange(cost.Bytes, 0, 4 << 20);
    }

    [Fact]
    public void A_bomb_of_zeros_within_the_pixel_limit_takes_no_memory()
    {
        var bomb = PngMaker.File(PngMaker.Header(9_000, 9_000, 1, 0), PngMaker.Data(new byte[9_000 * 1_126]), ("IEND", []));
        Assert.True(bomb.Length < 400_000);
        var cost = OwnCost.Begin();
        Assert.NotNull(Bench.Run("a.png", bomb).Bytes);
        Assert.InRange(cost.Bytes, 0, 4 << 20);
    }

    [Fact]
    public void An_animation_keeps_its_frames_and_a_broken_one_leaves_a_still_picture()
    {
        static byte[] Control(int number, byte blend = 0) => [.. PngMaker.Big(number), .. PngMaker.Big(4), .. PngMaker.Big(3), .. PngMaker.Big(0), .. PngMaker.Big(0), 0, 1, 0, 10, 0, blend];
        var pixels = PngMaker.Data([.. Enumerable.Range(0, 39).Select(i => (byte)(i % 13 == 0 ? 0 : i))]);
        (string, byte[])[] chunks = [PngMaker.Header(4, 3, 8, 2), ("acTL", [.. PngMaker.Big(2), .. PngMaker.Big(0)]), ("fcTL", Control(0)), pixels, ("fcTL", Control(1, 1)), ("fdAT", [.. PngMaker.Big(2), .. pixels.Item2]), ("IEND", [])];
        var done = Bench.Run("a.png", PngMaker.File(chunks));
        Assert.Empty(done.Report.Removed);
        Assert.Equal(["IHDR", "acTL", "fcTL", "IDAT", "fdAT", "IEND"], PngMaker.Read(done.Out).Chunks.Keys);
        Assert.Equal(done.Out, Bench.Run("a.png", done.Out).Out);
        chunks[5] = ("fdAT", [.. PngMaker.Big(9), .. pixels.Item2]);
        done = Bench.Run("a.png", PngMaker.File(chunks));
        Assert.Equal(["I-07"], done.Threats);
        Assert.Equal(["IHDR", "IDAT", "IEND"], PngMaker.Read(done.Out).Chunks.Keys);
    }

    [Fact]
    public void A_profile_of_other_colours_is_turned_into_sRGB_and_that_of_sRGB_changes_nothing()
    {
        static (string, byte[]) Chunk(byte[] profile) => ("iCCP", [.. "name"u8, 0, 0, .. PngMaker.Data(profile).Item2]);
        var plain = PngMaker.Read(Bench.Run("a.png", PngMaker.Rgb()).Out).Samples;
        var srgb = Bench.Run("a.png", PngMaker.Rgb(Chunk(IccMaker.Srgb)));
        Assert.Equal(["I-08"], srgb.Threats);
        Assert.Equal(plain, PngMaker.Read(srgb.Out).Samples);
        var wide = Bench.Run("a.png", PngMaker.Rgb(Chunk(IccMaker.DisplayP3)));
        var samples = PngMaker.Read(wide.Out);
        Assert.NotEqual(plain, samples.Samples);
        Assert.Equal([0], samples.Chunks["sRGB"]);
        Assert.False(samples.Chunks.ContainsKey("iCCP"));
        Assert.Equal(wide.Out, Bench.Run("a.png", wide.Out).Out);
        // A full red of Display P3 lies beyond sRGB; grey is grey in both.
        var red = Bench.Run("a.png", PngMaker.File(PngMaker.Header(2, 1, 8, 2), Chunk(IccMaker.DisplayP3), PngMaker.Data([0, 200, 0, 0, 128, 128, 128]), ("IEND", [])));
        var two = PngMaker.Read(red.Out).Samples;
        Assert.InRange(two[0, 0, 0], 212, 220);
        Assert.Equal((0, 0), (two[0, 0, 1], two[0, 0, 2]));
        Assert.All([two[0, 1, 0], two[0, 1, 1], two[0, 1, 2]], v => Assert.InRange(v, 127, 129));
        Assert.Equal(plain, PngMaker.Read(Bench.Run("a.png", PngMaker.Rgb(Chunk(Secret))).Out).Samples);
    }

    [Fact]
    public void Every_prefix_and_every_mutation_is_refused_in_words_or_comes_out_stable()
    {
        var seed = PngMaker.Rgb(("gAMA", PngMaker.Big(45_455)), ("tEXt", Secret), ("pHYs", [0, 0, 1, 0, 0, 0, 1, 0, 1]));
        for (var length = 0; length < seed.Length; length++) ImageFuzz.Check(seed[..length]);
        var random = new Random(81);
        for (var round = 0; round < 1500; round++)
        {
            var mutated = ImageFuzz.Mutate(seed, random);
            // With right checksums most mutations would end at them.
            for (var at = 8; at + 12 <= mutated.Length && BinaryPrimitives.ReadUInt32BigEndian(mutated.AsSpan(at)) is var length && at + 12L + length <= mutated.Length; at += 12 + (int)length)
            {
                BinaryPrimitives.WriteUInt32BigEndian(mutated.AsSpan(at + 8 + (int)length), Crc32.Of(mutated.AsSpan(at + 4, 4 + (int)length)));
            }
            ImageFuzz.Check(mutated);
        }
    }
}
