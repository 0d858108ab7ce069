using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Archives.Lzh;

/// <summary>Unpacks LZSS with Huffman codes in blocks (-lh4- to -lh7-), or copies (-lh0-, -lz4-). Strict: a code that isn't complete is refused.</summary>
internal abstract class LzhDecoder
{
    /// <summary>Null for a method that isn't known.</summary>
    public static LzhDecoder? For(string method, Stream packed) => method switch
    {
        "-lh0-" or "-lz4-" => new Copy(packed),
        "-lh4-" => new Huffman(packed, 12),
        "-lh5-" => new Huffman(packed, 13),
        "-lh6-" => new Huffman(packed, 15),
        "-lh7-" => new Huffman(packed, 16),
        _ => null,
    };

    /// <summary>The next unpacked bytes, at least one and at most <paramref name="most"/>; valid until the next call.</summary>
    /// <exception cref="RefusedException">The packed bytes are damaged or end early.</exception>
    public abstract ReadOnlySpan<byte> Next(long most);

    private static RefusedException Damaged() => Refusals.Broken("", "SAN-LZH-005", "圧縮された中身が壊れています", "the packed content is damaged");

    private sealed class Copy(Stream packed) : LzhDecoder
    {
        private readonly byte[] buffer = new byte[1 << 16];

        public override ReadOnlySpan<byte> Next(long most)
        {
            var read = packed.Read(buffer, 0, (int)Math.Min(most, buffer.Length));
            return read > 0 ? buffer.AsSpan(0, read) : throw Damaged();
        }
    }

    private sealed class Huffman : LzhDecoder
    {
        private const int Literals = 256, Shortest = 3, Characters = 510, Lengths = 19, CharacterBits = 9, LengthBits = 5;

        private readonly Stream packed;
        private readonly int positions, positionBits, mask;
        private readonly byte[] window, input = new byte[1 << 14];
        private readonly CodeTable lengthCodes = new(Lengths), characterCodes = new(Characters), positionCodes;
        private int inputAt, inputLength, overrun, blockLeft, windowAt, matchLeft, matchFrom;
        private uint bits;
        private int bitCount;

        public Huffman(Stream packed, int windowBits)
        {
            this.packed = packed;
            (positions, positionBits) = (windowBits + 1, windowBits <= 13 ? 4 : 5);
            positionCodes = new(positions);
            window = new byte[1 << Math.Max(windowBits, 13)];
            window.AsSpan().Fill((byte)' ');
            mask = window.Length - 1;
        }

        public override ReadOnlySpan<byte> Next(long most)
        {
            var start = windowAt;
            var room = (int)Math.Min(most, window.Length - start);
            var end = start + room;
            while (windowAt < end)
            {
                if (matchLeft > 0)
                {
                    window[windowAt++] = window[matchFrom++ & mask];
                    matchLeft--;
                    continue;
                }
                if (blockLeft == 0) NewBlock();
                blockLeft--;
                var code = characterCodes.Read(this);
                if (code < Literals)
                {
                    window[windowAt++] = (byte)code;
                    continue;
                }
                matchLeft = code - Literals + Shortest;
                var position = positionCodes.Read(this);
                if (position > 0) position = (1 << (position - 1)) + Take(position - 1);
                matchFrom = windowAt - position - 1;
            }
            var done = window.AsSpan(start, room);
            windowAt &= mask;
            return done;
        }

        private void NewBlock()
        {
            blockLeft = Take(16);
            if (blockLeft == 0) throw Damaged();
            ReadLengths(lengthCodes, Lengths, LengthBits, 3);
            var count = Take(CharacterBits);
            if (count == 0)
            {
                characterCodes.Only(Take(CharacterBits));
            }
            else
            {
                if (count > Characters) throw Damaged();
                var lengths = characterCodes.Begin();
                for (var i = 0; i < count;)
                {
                    var code = lengthCodes.Read(this);
                    if (code > 2)
                    {
                        lengths[i++] = (byte)(code - 2);
                        continue;
                    }
                    i += code switch { 0 => 1, 1 => Take(4) + 3, _ => Take(CharacterBits) + 20 };
                    if (i > count) throw Damaged();
                }
                characterCodes.End();
            }
            ReadLengths(positionCodes, positions, positionBits, -1);
        }

        private void ReadLengths(CodeTable table, int most, int bitsOfCount, int pauseAt)
        {
            var count = Take(bitsOfCount);
            if (count == 0)
            {
                table.Only(Take(bitsOfCount));
                return;
            }
            if (count > most) throw Damaged();
            var lengths = table.Begin();
            for (var i = 0; i < count;)
            {
                var length = Take(3);
                if (length == 7)
                {
                    while (Take(1) == 1)
                    {
                        if (++length > 16) throw Damaged();
                    }
                }
                lengths[i++] = (byte)length;
                if (i == pauseAt) i += Take(2);
            }
            table.End();
        }

        private int Take(int count)
        {
            if (count == 0) return 0;
            Need();
            var value = (int)(bits >> (32 - count));
            bits <<= count;
            bitCount -= count;
            return value;
        }

        // At least 16 bits in hand. Codes may look beyond the last byte, but not live on it.
        private void Need()
        {
            while (bitCount <= 24)
            {
                if (inputAt == inputLength)
                {
                    inputLength = packed.Read(input);
                    inputAt = 0;
                    if (inputLength == 0)
                    {
                        if (++overrun > 8) throw Damaged();
                        input[0] = 0;
                        inputLength = 1;
                    }
                }
                bits |= (uint)input[inputAt++] << (24 - bitCount);
                bitCount += 8;
            }
        }

        /// <summary>A canonical Huffman code of at most 16 bits, looked up whole.</summary>
        private sealed class CodeTable(int symbols)
        {
            private readonly byte[] lengths = new byte[symbols + 32];
            private readonly ushort[] table = new ushort[1 << 16];
            private int only = -1;

            public void Only(int symbol)
            {
                if (symbol >= symbols) throw Damaged();
                only = symbol;
            }

            public byte[] Begin()
            {
                Array.Clear(lengths);
                only = -1;
                return lengths;
            }

            public void End()
            {
                var at = 0;
                for (var length = 1; length <= 16; length++)
                {
                    var span = 1 << (16 - length);
                    for (var symbol = 0; symbol < symbols; symbol++)
                    {
                        if (lengths[symbol] != length) continue;
                        if (at + span > table.Length) throw Damaged();
                        table.AsSpan(at, span).Fill((ushort)symbol);
                        at += span;
                    }
                }
                // A gap would be a code that means nothing.
                if (at != table.Length) throw Damaged();
            }

            public int Read(Huffman from)
            {
                if (only >= 0) return only;
                from.Need();
                var symbol = table[from.bits >> 16];
                var length = lengths[symbol];
                from.bits <<= length;
                from.bitCount -= length;
                return symbol;
            }
        }
    }
}
