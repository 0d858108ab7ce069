using System.Buffers.Binary;
using Sekisho.Sanitizer.Images.Native;

namespace Sekisho.Sanitizer.Tests.Images;

public sealed class JpegTests
{
    // 24 × 20, progressive, 4:2:0.
    private const string Progressive = "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/2wBDAQkJCQwLDBgNDRgyIRwhMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjL/wgARCAAUABgDASIAAhEBAxEB/8QAGAABAQEBAQAAAAAAAAAAAAAAAAYFAwT/xAAWAQEBAQAAAAAAAAAAAAAAAAAFAgb/2gAMAwEAAhADEAAAAZbQ50T1eBvMwrL0w2Nngmf/xAAaEAACAwEBAAAAAAAAAAAAAAACAwABEQQT/9oACAEBAAEFAgHYCtgc2xI7Eq2GxaL5pZWrlUFef//EABsRAAIDAAMAAAAAAAAAAAAAAAIDAAERBRJD/9oACAEDAQE/AVn0ijcQ6NT0qcywxYOXP//EABwRAAMAAQUAAAAAAAAAAAAAAAABAzICBAUREv/aAAgBAgEBPwHf28lLVb7SOSzNWbP/xAAdEAABAwUBAAAAAAAAAAAAAAACAAESEBEgMVFx/9oACAEBAAY/AsY2kfKEY7ZP4v/EABwQAAMAAgMBAAAAAAAAAAAAAAABESFRMUFhcf/aAAgBAQABPyEGkaBiGNgSrys9fWKnCS8lG/XBV65Tn//aAAwDAQACAAMAAAAQEy/9/8QAGxEBAAEFAQAAAAAAAAAAAAAAAQARITFRsWH/2gAIAQMBAT8QiC2j6HUlBFxU7CBizhdz/8QAGxEAAgIDAQAAAAAAAAAAAAAAAAEhsRExUXH/2gAIAQIBAT8Qkmhr1K2SRPqsllP/xAAdEAEAAwABBQAAAAAAAAAAAAABABEhURBBgcHR/9oACAEBAAE/EMWTFGL1nZOiMGWSgHOSlLQp8WM1JBABJLBC1cl39hjIgI0jTP/Z";

    // 16 × 16, four inks, turned over as Adobe's programs do.
    private const string Inks = "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwANCQoLCggNCwoLDg4NDxMgFRMSEhMnHB4XIC4pMTAuKS0sMzpKPjM2RjcsLUBXQUZMTlJTUjI+WmFaUGBKUVJP/8AAFAgAEAAQBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwDl9Eg+7xXn9jZfaMcZzXbar/FXp1ehaJB93iuisfC/2jH7vOfauM1X+KiuP0SD7vFHhOy+0bOM5rs9V/iorv8ASwlvbvPLkRxIXYgZ4Aya6fVdSmtbgaRouFulx59wAG2ZH3V/2vX0rjNV/ior/9k=";
    private static readonly byte[] Secret = "PK\u0003\u0004 secret-payload <?php system($_GET[0]);"u8.ToArray();

    public static byte[] Plain(int width = 37, int height = 29, int channels = 3)
    {
        var random = new Random(width);
        return TurboJpeg.Encode([.. Enumerable.Range(0, width * height * channels).Select(i => (byte)(i * 3 % 256 + random.Next(20)))], width, height, channels);
    }

    [Theory]
    [InlineData("plain"), InlineData("grey"), InlineData("progressive"), InlineData("inks")]
    public void No_pixel_changes_though_every_byte_is_coded_anew(string which)
    {
        var jpeg = Sample(which);
        var done = Bench.Run("a.jpg", jpeg);
        Assert.Empty(done.Report.Removed);
        Assert.Empty(done.Report.Notes);
        Assert.Equal(TurboJpeg.Decode(jpeg).Pixels, TurboJpeg.Decode(done.Out).Pixels);
        Assert.Equal(done.Out, Bench.Run("a.jpg", jpeg).Out);
        var again = Bench.Run("a.jpg", done.Out);
        Assert.Equal(done.Out, again.Out);
        Assert.Empty(again.Report.Removed);
    }

    [Theory]
    [InlineData("I-02", 0xE1, "Exif\0\0secret"), InlineData("I-02", 0xE1, "http://ns.adobe.com/xap/1.0/\0secret"), InlineData("I-02", 0xED, "Photoshop 3.0\0secret"), InlineData("I-02", 0xFE, "secret")]
    [InlineData("I-07", 0xE2, "MPF\0secret"), InlineData("I-06", 0xE5, "secret"), InlineData("I-02", 0xE0, "JFXX\0secret"), InlineData("I-08", 0xE2, "ICC_PROFILE\0\u0001\u0001secret")]
    public void Segments_that_are_not_the_picture_are_left_behind(string threat, int marker, string content)
    {
        var jpeg = Plain();
        byte[] planted = [.. jpeg[..20], .. Segment(marker, [.. System.Text.Encoding.Latin1.GetBytes(content)]), .. jpeg[20..]];
        var done = Bench.Run("a.jpg", planted);
        Assert.Contains(threat, done.Threats);
        Assert.Equal(-1, done.Out.AsSpan().IndexOf("secret"u8));
        Assert.Equal(Bench.Run("a.jpg", jpeg).Out, done.Out);
    }

    [Fact]
    public void What_follows_the_end_is_left_behind_a_second_picture_too()
    {
        var jpeg = Plain();
        var clean = Bench.Run("a.jpg", jpeg).Out;
        foreach (var more in new[] { Secret, Plain(8, 8) })
        {
            var done = Bench.Run("a.jpg", (byte[])[.. jpeg, .. more]);
            Assert.Equal(["I-01"], done.Threats);
            Assert.Equal(clean, done.Out);
        }
    }

    [Fact]
    public void Bytes_hidden_between_the_coded_pixels_and_the_next_marker_are_left_behind()
    {
        var jpeg = Plain();
        byte[] planted = [.. jpeg[..^2], .. Secret, 0xFF, 0xD9];
        Assert.Equal(Bench.Run("a.jpg", jpeg).Out, Bench.Run("a.jpg", planted).Out);
    }

    [Fact]
    public void Orientation_and_resolution_stay_and_nothing_else_of_Exif()
    {
        byte[] exif =
        [
            .. "Exif\0\0II*\0"u8, 8, 0, 0, 0, 5, 0,
            0x0F, 1, 2, 0, 7, 0, 0, 0, 90, 0, 0, 0,
            0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0,
            0x1A, 1, 5, 0, 1, 0, 0, 0, 74, 0, 0, 0, 0x1B, 1, 5, 0, 1, 0, 0, 0, 82, 0, 0, 0,
            0x28, 1, 3, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0,
            0x2C, 1, 0, 0, 1, 0, 0, 0, 0x58, 2, 0, 0, 2, 0, 0, 0, .. "secret\0"u8,
        ];
        var jpeg = Plain();
        var done = Bench.Run("a.jpg", (byte[])[.. jpeg[..2], .. Segment(0xE1, exif), .. jpeg[20..]]);
        Assert.Equal(["I-02"], done.Threats);
        Assert.Equal(-1, done.Out.AsSpan().IndexOf("secret"u8));
        Assert.Equal((1, 300, 300), (done.Out[13], BinaryPrimitives.ReadUInt16BigEndian(done.Out.AsSpan(14)), BinaryPrimitives.ReadUInt16BigEndian(done.Out.AsSpan(16))));
        var at = done.Out.AsSpan().IndexOf("Exif"u8);
        Assert.Equal((1, 6), (done.Out[at + 15], done.Out[at + 25])); // one entry, orientation 6
        var again = Bench.Run("a.jpg", done.Out);
        Assert.Equal(done.Out, again.Out);
        Assert.Empty(again.Report.Removed);
    }

    [Fact]
    public void A_picture_cut_short_keeps_what_came_and_says_so()
    {
        foreach (var which in new[] { "plain", "progressive" })
        {
            var jpeg = Sample(which);
            var done = Bench.Run("a.jpg", jpeg.AsMemory(0, jpeg.Length * 3 / 4));
            Assert.Contains(done.Report.Notes, static n => n.Code == "SAN-NOTE-CUT");
            var (before, after) = (TurboJpeg.Decode(jpeg), TurboJpeg.Decode(done.Out));
            Assert.Equal((before.Width, before.Height), (after.Width, after.Height));
            if (which == "plain") Assert.Equal(before.Pixels[..(8 * 37 * 3)], after.Pixels[..(8 * 37 * 3)]);
            Assert.Empty(Bench.Run("a.jpg", done.Out).Report.Notes);
        }
    }

    [Fact]
    public void A_profile_of_other_colours_is_turned_into_sRGB_once()
    {
        var jpeg = Plain();
        byte[] With(byte[] profile) => [.. jpeg[..20], .. Segment(0xE2, [.. "ICC_PROFILE\0"u8, 1, 1, .. profile]), .. jpeg[20..]];
        Assert.Equal(Bench.Run("a.jpg", jpeg).Out, Bench.Run("a.jpg", With(IccMaker.Srgb)).Out);
        var done = Bench.Run("a.jpg", With(IccMaker.DisplayP3));
        Assert.Equal(["I-08"], done.Threats);
        Assert.NotEqual(TurboJpeg.Decode(jpeg).Pixels, TurboJpeg.Decode(done.Out).Pixels);
        Assert.Equal(-1, done.Out.AsSpan().IndexOf("ICC_PROFILE"u8));
        Assert.Equal(done.Out, Bench.Run("a.jpg", done.Out).Out);
    }

    [Fact]
    public void Inks_with_a_profile_become_sRGB_and_look_the_same()
    {
        var jpeg = Sample("inks");
        byte[] with = [.. jpeg[..2], .. Segment(0xE2, [.. "ICC_PROFILE\0"u8, 1, 1, .. IccMaker.Inks]), .. jpeg[2..]];
        var done = Bench.Run("a.jpg", with);
        Assert.Equal(["I-08"], done.Threats);
        var (inks, rgb) = (TurboJpeg.Decode(jpeg), TurboJpeg.Decode(done.Out));
        Assert.Equal((4, 3), (inks.Channels, rgb.Channels));
        var off = 0.0;
        for (var i = 0; i < 256; i++)
        {
            // Adobe's inks are turned over: 255 is no ink. L* by the table, to sRGB.
            var (c, m, y, k) = (255 - inks.Pixels[4 * i], 255 - inks.Pixels[4 * i + 1], 255 - inks.Pixels[4 * i + 2], 255 - inks.Pixels[4 * i + 3]);
            var light = 100.0 * (1 - k / 255.0) * (1 - (c + m + y) / 765.0);
            var linear = light > 8 ? Math.Pow((light + 16) / 116, 3) : light / 903.3;
            off += Math.Abs(255 * Sekisho.Sanitizer.Images.Colours.IccProfile.Encode(linear) - rgb.Pixels[3 * i + 1]) / 256;
        }
        Assert.True(off < 15, $"{off} of 255 off on average");
        Assert.Equal(done.Out, Bench.Run("a.jpg", done.Out).Out);
    }

    [Theory]
    [InlineData(0xC3), InlineData(0xC9), InlineData(0xCA), InlineData(0xC5)]
    public void Rare_processes_are_refused(int marker)
    {
        var jpeg = Plain();
        jpeg[jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]) + 1] = (byte)marker;
        Assert.Equal("SAN-JPEG-002", Bench.Run("a.jpg", jpeg).Report.Refusal!.Code);
    }

    [Fact]
    public void A_picture_of_too_many_pixels_is_refused_from_its_header()
    {
        var jpeg = Plain();
        var at = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        jpeg.AsSpan(at + 5, 4).Fill(0xFF);
        var cost = OwnCost.Begin();
        Assert.Equal("SAN-LIMIT-005", Bench.Run("a.jpg", jpeg).Report.Refusal!.Code);
        Assert.InRange(cost.Bytes, 0, 4 << 20);
    }

    [Theory]
    [InlineData("plain"), InlineData("progressive"), InlineData("inks")]
    public void Every_prefix_and_every_mutation_is_refused_in_words_or_comes_out_stable(string which)
    {
        var seed = Sample(which);
        for (var length = 0; length < seed.Length; length += which == "plain" ? 7 : 1) ImageFuzz.Check(seed[..length]);
        var random = new Random(82);
        var came = 0;
        for (var round = 0; round < 700; round++) came += ImageFuzz.Check(ImageFuzz.Mutate(seed, random)) ? 1 : 0;
        Assert.True(came > 50, $"{came} came out");
    }

    private static byte[] Sample(string which) => which switch { "plain" => Plain(), "grey" => Plain(41, 23, 1), "progressive" => Convert.FromBase64String(Progressive), _ => Convert.FromBase64String(Inks) };

    private static byte[] Segment(int marker, byte[] content) => [0xFF, (byte)marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content];
}
