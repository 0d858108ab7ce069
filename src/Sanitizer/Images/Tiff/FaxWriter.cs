using System.Numerics;

namespace Sekisho.Sanitizer.Images.Tiff;

/// <summary>Encodes bits as group 4 facsimile (ITU-T T.6).</summary>
internal sealed class FaxWriter(int width)
{
    private byte[] output = new byte[4096];
    private int place;
    private ulong held;
    private int bits;

    public byte[] Write(ReadOnlySpan<byte> rows, int count)
    {
        var rowBytes = (width + 7) / 8;
        var above = new byte[rowBytes];
        ReadOnlySpan<byte> before = above;
        for (var y = 0; y < count; y++)
        {
            var row = rows.Slice(y * rowBytes, rowBytes);
            Row(row, before);
            before = row;
        }
        Put(1, 12);
        Put(1, 12);
        if (bits > 0) Put(0, (8 - bits % 8) % 8);
        Flush();
        return output[..place];
    }

    private void Row(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above)
    {
        int a0 = 0, a1 = Bit(row, 0) ? 0 : Next(row, 0, false), b1 = Bit(above, 0) ? 0 : Next(above, 0, false);
        var black = false;
        while (true)
        {
            var b2 = b1 < width ? Next(above, b1, Bit(above, b1)) : width;
            if (b2 < a1)
            {
                Put(1, 4);
                a0 = b2;
            }
            else
            {
                var distance = b1 - a1;
                if (distance is < -3 or > 3)
                {
                    var a2 = a1 < width ? Next(row, a1, Bit(row, a1)) : width;
                    Put(1, 3);
                    Run(a1 - a0, black);
                    Run(a2 - a1, !black);
                    a0 = a2;
                }
                else
                {
                    switch (distance)
                    {
                        case 0: Put(1, 1); break;
                        case -1: Put(3, 3); break;
                        case -2: Put(3, 6); break;
                        case -3: Put(3, 7); break;
                        case 1: Put(2, 3); break;
                        case 2: Put(2, 6); break;
                        default: Put(2, 7); break;
                    }
                    a0 = a1;
                    black = !black;
                }
            }
            if (a0 >= width) return;
            a1 = Next(row, a0, black);
            b1 = Next(above, a0, !black);
            if (b1 < width) b1 = Next(above, b1, black);
        }
    }

    private void Run(int length, bool black)
    {
        var codes = black ? FaxCodes.Black : FaxCodes.White;
        for (; length >= 2624; length -= 2560) Code(codes[63 + 40]);
        if (length >= 64)
        {
            Code(codes[63 + length / 64]);
            length %= 64;
        }
        Code(codes[length]);
    }

    private void Code(uint code) => Put(code & 0xFFFF, (int)(code >> 16));

    private void Put(uint code, int length)
    {
        held = (held << length) | code;
        bits += length;
        if (bits >= 32) Flush();
    }

    private void Flush()
    {
        if (place + 8 > output.Length) Array.Resize(ref output, 2 * output.Length);
        while (bits >= 8)
        {
            bits -= 8;
            output[place++] = (byte)(held >> bits);
        }
    }

    private static bool Bit(ReadOnlySpan<byte> row, int x) => (row[x >> 3] & (0x80 >> (x & 7))) != 0;

    /// <summary>The first pixel from <paramref name="x"/> on that isn't of this colour; the width when all are.</summary>
    private int Next(ReadOnlySpan<byte> row, int x, bool black)
    {
        var same = black ? (byte)0xFF : (byte)0;
        var index = x >> 3;
        if (index >= row.Length) return width;
        var other = (byte)((row[index] ^ same) & (0xFF >> (x & 7)));
        while (other == 0)
        {
            var skip = row[(index + 1)..].IndexOfAnyExcept(same);
            if (skip < 0) return width;
            index += 1 + skip;
            other = (byte)(row[index] ^ same);
        }
        return Math.Min(width, 8 * index + BitOperations.LeadingZeroCount((uint)other) - 24);
    }
}
