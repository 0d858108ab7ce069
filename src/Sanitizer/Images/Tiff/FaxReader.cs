using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Images.Tiff;

/// <summary>Decodes facsimile: modified Huffman, group 3 in one and two dimensions, group 4 (ITU-T T.4, T.6).</summary>
/// <remarks>A row is the list of the places where its colour changes, white first; then bits, 1 for black.</remarks>
internal ref struct FaxReader(ReadOnlySpan<byte> data, int width)
{
    private readonly ReadOnlySpan<byte> data = data;
    private long at;
    private int[] line = new int[width + 4];
    private int[] above = new int[width + 4];
    private int count;

    private readonly bool Over => at > 8L * data.Length;

    /// <summary>Decodes rows into bits; returns how many came before the data ended.</summary>
    /// <param name="compression">2, 3 or 4 as TIFF counts.</param>
    /// <param name="options">T4Options: bit 0 says two dimensions.</param>
    public int Read(int compression, uint options, Span<byte> into, int rows)
    {
        var rowBytes = (width + 7) / 8;
        Close(0);
        (line, above) = (above, line);
        for (var y = 0; y < rows; y++)
        {
            var twoWays = compression == 4;
            if (compression == 3)
            {
                var ended = EndOfLine();
                if ((options & 1) != 0 && ended) twoWays = Take(1) == 0;
            }
            if (Over || at >= 8L * data.Length) return y;
            count = 0;
            var start = at;
            if (!(twoWays ? Two() : One()))
            {
                if (Over) return y;
                // The code that ends a page, before all rows came.
                at = start;
                return Peek(11) == 0 ? y : throw Bad();
            }
            if (compression == 2) at = (at + 7) & ~7L;
            Fill(into.Slice(y * rowBytes, rowBytes));
            (line, above) = (above, line);
        }
        return rows;
    }

    private static RefusedException Bad() => Refusals.Broken("", "SAN-TIFF-004", "ファクシミリの符号が壊れています", "the facsimile code is damaged");

    private readonly uint Peek(int bits)
    {
        uint value = 0;
        var from = (int)(at >> 3);
        for (var i = 0; i < 4; i++) value = (value << 8) | (from + i < data.Length ? data[from + i] : 0u);
        return (value << (int)(at & 7)) >> (32 - bits);
    }

    private uint Take(int bits)
    {
        var value = Peek(bits);
        at += bits;
        return value;
    }

    /// <summary>Passes an end-of-line code and the zeros that fill before it; leaves all as it was when there is none.</summary>
    private bool EndOfLine()
    {
        var from = at;
        var zeros = 0;
        while (at < 8L * data.Length)
        {
            if (Take(1) == 0)
            {
                zeros++;
                continue;
            }
            if (zeros >= 11) return true;
            break;
        }
        at = from;
        return false;
    }

    /// <summary>One run of a colour; -1 for a code that means nothing.</summary>
    private int Run(bool black)
    {
        var table = black ? FaxCodes.ReadBlack : FaxCodes.ReadWhite;
        var total = 0;
        while (true)
        {
            var entry = table[Peek(13)];
            if (entry == 0) return -1;
            at += entry >> 16;
            var run = (int)(entry & 0xFFFF);
            total += run;
            if (total > width + 2560) return -1;
            if (run < 64) return total;
        }
    }

    private bool One()
    {
        var (place, black) = (0, false);
        while (place < width)
        {
            var run = Run(black);
            if (run < 0 || place + run > width) return false;
            place += run;
            if (!Change(place)) return false;
            black = !black;
        }
        Close(count);
        return true;
    }

    private bool Two()
    {
        var (place, black, reference) = (-1, false, 0);
        while (place < width)
        {
            // The first change above, right of here, to the other colour.
            while (reference > 0 && above[reference - 1] > place) reference--;
            while ((above[reference] <= place && above[reference] < width) || (reference & 1) != (black ? 1 : 0))
            {
                if (++reference == above.Length - 2) break;
            }
            var (b1, b2) = (above[reference], above[reference + 1]);
            var seven = Peek(7);
            int length, shift;
            if (seven >> 6 == 1) (length, shift) = (1, 0);
            else if (seven >> 4 == 3) (length, shift) = (3, 1);
            else if (seven >> 4 == 2) (length, shift) = (3, -1);
            else if (seven >> 4 == 1)
            {
                at += 3;
                var first = Run(black);
                var second = first < 0 ? -1 : Run(!black);
                var from = Math.Max(place, 0);
                if (second < 0 || from + first + second > width) return false;
                if (!Change(from + first) || !Change(from + first + second)) return false;
                place = from + first + second;
                if (Over) return false;
                continue;
            }
            else if (seven >> 3 == 1)
            {
                at += 4;
                place = b2;
                if (Over) return false;
                continue;
            }
            else if (seven >> 1 == 3) (length, shift) = (6, 2);
            else if (seven >> 1 == 2) (length, shift) = (6, -2);
            else if (seven == 3) (length, shift) = (7, 3);
            else if (seven == 2) (length, shift) = (7, -3);
            else return false;
            at += length;
            var to = b1 + shift;
            if (Over || to < Math.Max(place, 0) || to > width) return false;
            place = to;
            if (!Change(place)) return false;
            black = !black;
        }
        Close(count);
        return true;
    }

    private bool Change(int place)
    {
        if (count > 0 && place < line[count - 1]) return false;
        // A run of nothing changes nothing.
        if (count > 0 && place == line[count - 1]) count--;
        else line[count++] = place;
        return true;
    }

    private readonly void Close(int from) => line.AsSpan(from).Fill(width);

    private readonly void Fill(Span<byte> row)
    {
        row.Clear();
        for (var i = 0; i < count && line[i] < width; i += 2)
        {
            int from = line[i], to = Math.Min(line[i + 1], width);
            for (; from < to && (from & 7) != 0; from++) row[from >> 3] |= (byte)(0x80 >> (from & 7));
            if (to - from >= 8)
            {
                row.Slice(from >> 3, (to - from) >> 3).Fill(0xFF);
                from += (to - from) & ~7;
            }
            for (; from < to; from++) row[from >> 3] |= (byte)(0x80 >> (from & 7));
        }
    }
}
