using Sekisho.Sanitizer.Pdf.Reading;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Pdf.Parts;

/// <summary>Parameters of CCITTFaxDecode (ISO 32000-2 table 11).</summary>
internal sealed record CcittParameters(int K, bool ByteAlign, int Columns, int Rows, bool EndOfBlock, bool BlackIsOne)
{
    public static CcittParameters Of(PdfDict? parms, PdfFile file, int width, int height)
    {
        parms ??= new();
        return new(file.Int(parms, "K") ?? 0, file.Get(parms, "EncodedByteAlign") is PdfBool { IsTrue: true }, file.Int(parms, "Columns") ?? 1728, file.Int(parms, "Rows") is > 0 and { } rows ? Math.Min(rows, Math.Max(height, 1)) : height,
            file.Get(parms, "EndOfBlock") is not PdfBool { IsTrue: false }, file.Get(parms, "BlackIs1") is PdfBool { IsTrue: true });
    }
}

/// <summary>Decodes fax pictures, groups 3 and 4 (ITU-T T.4, T.6), in memory-safe code: an old and much attacked decoder of readers is never reached.</summary>
internal static class Ccitt
{
    private const int CodeBits = 13;
    private const int Pass = 100, Horizontal = 101, EndOfLine = 102;

    private static readonly ushort[] White = Table(WhiteCodes + Extended);
    private static readonly ushort[] Black = Table(BlackCodes + Extended);
    private static readonly ushort[] Modes = Table($"{Pass}:0001 {Horizontal}:001 50:1 51:011 52:000011 53:0000011 49:010 48:000010 47:0000010 {EndOfLine}:000000000001");

    private const string WhiteCodes = """
        0:00110101 1:000111 2:0111 3:1000 4:1011 5:1100 6:1110 7:1111 8:10011 9:10100 10:00111 11:01000 12:001000 13:000011 14:110100 15:110101 16:101010 17:101011 18:0100111 19:0001100
        20:0001000 21:0010111 22:0000011 23:0000100 24:0101000 25:0101011 26:0010011 27:0100100 28:0011000 29:00000010 30:00000011 31:00011010 32:00011011 33:00010010 34:00010011 35:00010100
        36:00010101 37:00010110 38:00010111 39:00101000 40:00101001 41:00101010 42:00101011 43:00101100 44:00101101 45:00000100 46:00000101 47:00001010 48:00001011 49:01010010 50:01010011
        51:01010100 52:01010101 53:00100100 54:00100101 55:01011000 56:01011001 57:01011010 58:01011011 59:01001010 60:01001011 61:00110010 62:00110011 63:00110100 64:11011 128:10010
        192:010111 256:0110111 320:00110110 384:00110111 448:01100100 512:01100101 576:01101000 640:01100111 704:011001100 768:011001101 832:011010010 896:011010011 960:011010100
        1024:011010101 1088:011010110 1152:011010111 1216:011011000 1280:011011001 1344:011011010 1408:011011011 1472:010011000 1536:010011001 1600:010011010 1664:011000 1728:010011011
        """;

    private const string BlackCodes = """
        0:0000110111 1:010 2:11 3:10 4:011 5:0011 6:0010 7:00011 8:000101 9:000100 10:0000100 11:0000101 12:0000111 13:00000100 14:00000111 15:000011000 16:0000010111 17:0000011000
        18:0000001000 19:00001100111 20:00001101000 21:00001101100 22:00000110111 23:00000101000 24:00000010111 25:00000011000 26:000011001010 27:000011001011 28:000011001100
        29:000011001101 30:000001101000 31:000001101001 32:000001101010 33:000001101011 34:000011010010 35:000011010011 36:000011010100 37:000011010101 38:000011010110 39:000011010111
        40:000001101100 41:000001101101 42:000011011010 43:000011011011 44:000001010100 45:000001010101 46:000001010110 47:000001010111 48:000001100100 49:000001100101 50:000001010010
        51:000001010011 52:000000100100 53:000000110111 54:000000111000 55:000000100111 56:000000101000 57:000001011000 58:000001011001 59:000000101011 60:000000101100 61:000001011010
        62:000001100110 63:000001100111 64:0000001111 128:000011001000 192:000011001001 256:000001011011 320:000000110011 384:000000110100 448:000000110101 512:0000001101100
        576:0000001101101 640:0000001001010 704:0000001001011 768:0000001001100 832:0000001001101 896:0000001110010 960:0000001110011 1024:0000001110100 1088:0000001110101
        1152:0000001110110 1216:0000001110111 1280:0000001010010 1344:0000001010011 1408:0000001010100 1472:0000001010101 1536:0000001011010 1600:0000001011011 1664:0000001100100 1728:0000001100101
        """;

    private const string Extended = """
         1792:00000001000 1856:00000001100 1920:00000001101 1984:000000010010 2048:000000010011 2112:000000010100 2176:000000010101 2240:000000010110 2304:000000010111
        2368:000000011100 2432:000000011101 2496:000000011110 2560:000000011111
        """;

    /// <summary>The rows, a bit a pixel, each from a new byte on. Rows that are missing or damaged stay white.</summary>
    public static byte[] Decode(ReadOnlySpan<byte> untrusted, CcittParameters parameters, Budget budget, string place)
    {
        var (columns, rows) = (parameters.Columns, parameters.Rows);
        if (columns is < 1 or > 1_000_000 || rows is < 1 or > 1_000_000) throw PdfRefusals.Filters(place, "CCITTFaxDecode");
        budget.Pixels(columns, rows, place);
        var width = (columns + 7) / 8;
        budget.Expand((long)width * rows, place);
        var output = new byte[width * rows];
        var reader = new Reader(untrusted, columns);
        var above = new int[columns + 4];
        var line = new int[columns + 4];
        above.AsSpan().Fill(columns);
        for (var row = 0; row < rows; row++)
        {
            if ((row & 255) == 0) budget.Check();
            if (parameters.ByteAlign) reader.Align();
            var ends = reader.SkipEndsOfLine(parameters.K < 0);
            if (parameters.EndOfBlock && ends >= 2) break;
            if (reader.AtEnd) break;
            var twoDimensional = parameters.K < 0 || (parameters.K > 0 && reader.Bits(1) == 0);
            var good = twoDimensional ? reader.TwoDimensional(above, line) : reader.OneDimensional(line);
            Paint(line, columns, output.AsSpan(row * width, width));
            (above, line) = (line, above);
            if (good) continue;
            // Group 4 has nothing to go on by after an error; group 3 has the next end of line.
            if (parameters.K < 0 || !reader.Resynchronise()) break;
        }
        if (!parameters.BlackIsOne)
        {
            foreach (ref var b in output.AsSpan()) b = (byte)~b;
        }
        return output;
    }

    // Sets the black pixels: from each odd change to the next.
    private static void Paint(int[] changes, int columns, Span<byte> row)
    {
        for (var i = 0; changes[i] < columns; i += 2)
        {
            var (from, to) = (changes[i], Math.Min(changes[i + 1], columns));
            for (var x = from; x < to;)
            {
                if ((x & 7) == 0 && to - x >= 8)
                {
                    row[x >> 3] = 255;
                    x += 8;
                }
                else
                {
                    row[x >> 3] |= (byte)(128 >> (x & 7));
                    x++;
                }
            }
            if (changes[i + 1] >= columns) break;
        }
    }

    private static ushort[] Table(string codes)
    {
        var table = new ushort[1 << CodeBits];
        foreach (var entry in codes.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = entry.Split(':');
            var shift = CodeBits - parts[1].Length;
            var first = Convert.ToInt32(parts[1], 2) << shift;
            for (var i = 0; i < 1 << shift; i++)
            {
                if (table[first + i] != 0) throw new InvalidOperationException($"two codes begin alike: {entry}");
                table[first + i] = (ushort)(int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture) << 4 | parts[1].Length);
            }
        }
        return table;
    }

    private ref struct Reader(ReadOnlySpan<byte> data, int columns)
    {
        private readonly ReadOnlySpan<byte> data = data;
        private int bit;

        public readonly bool AtEnd => bit >= data.Length * 8;

        public void Align() => bit = (bit + 7) & ~7;

        public int Bits(int count)
        {
            var value = Peek() >> (CodeBits - count);
            bit += count;
            return value;
        }

        /// <summary>How many ends of line stand here.</summary>
        public int SkipEndsOfLine(bool group4)
        {
            var count = 0;
            while (!AtEnd)
            {
                var mark = bit;
                // Fill bits before an end of line in group 3.
                while (!group4 && !AtEnd && Peek() >> 1 == 0) bit++;
                if (Peek() >> 1 != 1)
                {
                    bit = mark;
                    return count;
                }
                bit += 12;
                count++;
                // In mixed coding a tag bit follows each: between two ends of line it is 1.
                if (!group4 && Peek() == 4096 + 1) bit++;
            }
            return count;
        }

        public bool Resynchronise()
        {
            while (!AtEnd)
            {
                if (Peek() >> 1 == 1) return true;
                bit++;
            }
            return false;
        }

        public bool OneDimensional(int[] line)
        {
            int at = 0, change = 0;
            var black = false;
            while (at < columns)
            {
                var run = Run(black);
                if (run < 0)
                {
                    End(line, change);
                    return false;
                }
                at = Math.Min(columns, at + run);
                line[change++] = at;
                black = !black;
            }
            End(line, change);
            return true;
        }

        public bool TwoDimensional(int[] above, int[] line)
        {
            int at = 0, change = 0, b = 0;
            var black = false;
            var start = true;
            while (at < columns)
            {
                // b1: the first change above, right of here, to the other colour.
                while (b > 0 && above[b - 1] > at) b--;
                while (above[b] < columns && (above[b] < at || (above[b] == at && !start) || (b & 1) != (black ? 1 : 0))) b++;
                var code = Modes[Peek()];
                bit += code & 15;
                switch (code >> 4)
                {
                    case Pass:
                        at = above[b] < columns ? above[b + 1] : columns;
                        start = false;
                        break;
                    case Horizontal:
                        var first = Run(black);
                        var second = first < 0 ? -1 : Run(!black);
                        if (second < 0)
                        {
                            End(line, change);
                            return false;
                        }
                        line[change++] = at = Math.Min(columns, at + first);
                        if (at < columns || second == 0) line[change++] = at = Math.Min(columns, at + second);
                        else line[change++] = columns;
                        start = false;
                        break;
                    case >= 47 and <= 53 and var vertical:
                        var to = above[b] + vertical - 50;
                        if (to < at || (code & 15) == 0)
                        {
                            End(line, change);
                            return false;
                        }
                        line[change++] = at = Math.Min(columns, to);
                        black = !black;
                        start = false;
                        break;
                    default:
                        if ((code & 15) != 0) bit -= code & 15;
                        End(line, change);
                        return false;
                }
                if (change > columns)
                {
                    End(line, columns);
                    return false;
                }
            }
            End(line, change);
            return true;
        }

        private readonly void End(int[] line, int change)
        {
            for (var i = change; i < line.Length; i++)
            {
                if (line[i] == columns && i > change + 2) break;
                line[i] = columns;
            }
        }

        // Up to 40 make-up codes: a line of 100,000 pixels.
        private int Run(bool black)
        {
            var total = 0;
            while (total <= columns)
            {
                var code = (black ? Black : White)[Peek()];
                if (code == 0) return -1;
                bit += code & 15;
                if (AtEnd && bit > data.Length * 8 + CodeBits) return -1;
                total += code >> 4;
                if (code >> 4 < 64) return total;
            }
            return total;
        }

        private readonly int Peek()
        {
            var at = bit >> 3;
            var value = 0;
            for (var i = 0; i < 3; i++) value = value << 8 | (at + i < data.Length ? data[at + i] : 0);
            return value >> (24 - CodeBits - (bit & 7)) & ((1 << CodeBits) - 1);
        }
    }
}
