using System.Numerics;

namespace Sekisho.Sanitizer.Images.Metafiles;

/// <summary>A picture without a file's header inside a metafile (DIB): its header is written anew, its rows are as long as they must be, and bits without a meaning are cleared.</summary>
/// <param name="Header">40 bytes, masks and palette.</param>
internal sealed record Bitmap(byte[] Header, byte[] Pixels, int Width, int Height)
{
    private const int Plain = 0, Masks = 3;

    /// <summary>Null when it isn't one of the plain forms: packed by runs, as JPEG or PNG, or with colours of a palette of the screen.</summary>
    /// <param name="info">Header, masks and palette; what follows may be the pixels.</param>
    /// <param name="pixels">Empty: they follow the palette.</param>
    /// <param name="hasAlpha">The fourth byte of a pixel is meant.</param>
    public static Bitmap? Read(ReadOnlySpan<byte> info, ReadOnlySpan<byte> pixels, long mostPixels, bool hasAlpha)
    {
        var head = new RecordIn(info);
        var size = head.U32(0);
        if (size is not (40 or 52 or 56 or 108 or 124)) return null;
        int width = head.I32(4), height = head.I32(8), bits = head.U16(14), compression = head.I32(16);
        var used = head.U32(32);
        var rows = Math.Abs((long)height);
        if (width <= 0 || rows == 0 || width * rows > mostPixels || head.U16(12) != 1 || compression is not (Plain or Masks)) return null;
        if (bits is not (1 or 4 or 8 or 16 or 24 or 32) || (compression == Masks && bits is not (16 or 32)) || used > 256) return null;
        var at = (int)size;
        uint red = bits == 16 ? 0x7C00u : 0xFF0000, green = bits == 16 ? 0x3E0u : 0xFF00, blue = bits == 16 ? 0x1Fu : 0xFF;
        if (compression == Masks)
        {
            (red, green, blue) = (head.U32(40), head.U32(44), head.U32(48));
            if (size == 40) at += 12;
            if (!Together(red) || !Together(green) || !Together(blue) || (red & green) != 0 || (red & blue) != 0 || (green & blue) != 0 || (bits == 16 && (red | green | blue) > 0xFFFF)) return null;
        }
        // A palette beside colours that need none is for screens of 256: passed over.
        var colours = bits <= 8 ? (int)(used == 0 ? 1u << bits : Math.Min(used, 1u << bits)) : 0;
        var palette = head.Slice(at, 4 * colours);
        at += bits <= 8 ? 4 * colours : 4 * (int)used;
        var rowBytes = (width * (long)bits + 31) / 32 * 4;
        var from = pixels.IsEmpty ? head.Slice(at, rowBytes * rows) : new RecordIn(pixels).Slice(0, rowBytes * rows);
        if (head.Fails || from.Length != rowBytes * rows) return null;
        var to = from.ToArray();
        Clear(to, (int)rowBytes, width, bits, hasAlpha || bits < 16 ? uint.MaxValue : red | green | blue);
        var header = new RecordOut();
        header.I32(40);
        header.I32(width);
        header.I32(height);
        header.U16(1);
        header.U16(bits);
        header.I32(compression);
        header.I32(to.Length);
        header.Zeros(8);
        header.I32(colours);
        header.I32(0);
        if (compression == Masks) foreach (var mask in (ReadOnlySpan<uint>)[red, green, blue]) header.U32(mask);
        for (var i = 0; i < colours; i++)
        {
            header.Bytes(palette.Slice(4 * i, 3));
            header.Zeros(1);
        }
        return new(header.ToArray(), to, width, height);
    }

    private static bool Together(uint mask) => mask != 0 && BitOperations.PopCount(mask) + BitOperations.LeadingZeroCount(mask) + BitOperations.TrailingZeroCount(mask) == 32;

    private static void Clear(Span<byte> rows, int rowBytes, int width, int bits, uint mask)
    {
        var usedBits = width * (long)bits;
        for (var row = rows; row.Length > 0; row = row[rowBytes..])
        {
            if (usedBits % 8 is > 0 and var last) row[(int)(usedBits / 8)] &= (byte)(0xFF00 >> (int)last);
            row[(int)((usedBits + 7) / 8)..rowBytes].Clear();
            if (mask == uint.MaxValue || bits == 24) continue;
            for (var at = 0; at < usedBits / 8; at += bits / 8)
            {
                for (var i = 0; i < bits / 8; i++) row[at + i] &= (byte)(mask >> (8 * i));
            }
        }
    }
}
