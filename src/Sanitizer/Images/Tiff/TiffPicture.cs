using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Images.Tiff;

/// <summary>The first page of a TIFF as a small PNG: browsers show none, and scanners write little else.</summary>
internal static class TiffPicture
{
    /// <exception cref="RefusedException">It is broken, or its colours aren't those of screens and paper.</exception>
    public static void Draw(ReadOnlyMemory<byte> untrusted, Scratch output, Job job)
    {
        var directories = TiffDirectory.ReadAll(untrusted, job);
        var first = directories.Find(static d => (d.Number(254, 0) & 5) == 0) ?? directories.FirstOrDefault() ?? throw TiffDirectory.Wrong("SAN-TIFF-001", "画像のページがありません", "there is no page");
        var page = TiffPage.Read(first, untrusted, untrusted.Span[0] == 'I', job);
        if (page.Format != 1 || page.Bits > 16) throw Refusals.NoMode(FileKind.Tiff, "picture");
        var decoder = new TiffPixels(page, untrusted, job);
        var (pixels, rowBytes) = (decoder.Decode(), decoder.RowBytes);
        var isTurned = page.Orientation is >= 5 and <= 8;
        SmallPicture.Write(output, isTurned ? page.Height : page.Width, isTurned ? page.Width : page.Height, (x, y) =>
        {
            // As the scanner held the page (tag 274).
            var (column, row) = page.Orientation switch
            {
                2 => (page.Width - 1 - x, y),
                3 => (page.Width - 1 - x, page.Height - 1 - y),
                4 => (x, page.Height - 1 - y),
                5 => (y, x),
                6 => (y, page.Height - 1 - x),
                7 => (page.Width - 1 - y, page.Height - 1 - x),
                8 => (page.Width - 1 - y, x),
                _ => (x, y),
            };
            byte At(int sample) => Eight(Raw(pixels.AsSpan(row * rowBytes, rowBytes), column * page.Samples + sample, page.Bits), page.Bits);
            switch (page.Photometric)
            {
                case 0:
                    var white = (byte)(255 - At(0));
                    return (white, white, white);
                case 2 or 6:
                    return (At(0), At(1), At(2));
                case 3:
                    var (index, colours) = (Raw(pixels.AsSpan(row * rowBytes, rowBytes), column * page.Samples, page.Bits), page.Palette.Length / 3);
                    return index >= colours ? default : ((byte)(page.Palette[index] >> 8), (byte)(page.Palette[colours + index] >> 8), (byte)(page.Palette[2 * colours + index] >> 8));
                case 5:
                    var black = 255 - At(3);
                    return ((byte)((255 - At(0)) * black / 255), (byte)((255 - At(1)) * black / 255), (byte)((255 - At(2)) * black / 255));
                default:
                    return (At(0), At(0), At(0)); // of Lab how light it is
            }
        }, job);
    }

    private static int Raw(ReadOnlySpan<byte> row, int sample, int bits) => bits switch
    {
        8 => row[sample],
        16 => row[2 * sample] | row[2 * sample + 1] << 8,
        12 => sample % 2 == 0 ? row[sample / 2 * 3] << 4 | row[sample / 2 * 3 + 1] >> 4 : (row[sample / 2 * 3 + 1] & 15) << 8 | row[sample / 2 * 3 + 2],
        _ => row[sample * bits >> 3] >> (8 - bits - (sample * bits & 7)) & ((1 << bits) - 1),
    };

    private static byte Eight(int value, int bits) => (byte)(value * 255 / ((1 << bits) - 1));
}
