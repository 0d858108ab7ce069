using System.Buffers.Binary;
using System.Text;
using Sekisho.Sanitizer.Archives.Lzh;

namespace Sekisho.Sanitizer.Tests.Archives;

/// <summary>Packs LZH for the tests: greedy matches, real Huffman codes, headers of each level.</summary>
internal static class LzhWriter
{
    public static byte[] Pack(int windowBits, byte[] content)
    {
        var items = Matches(content, windowBits);
        var bits = new Bits();
        foreach (var block in items.Chunk(30_000))
        {
            bits.Put(block.Length, 16);
            var characters = Lengths(510, block.Select(static i => i.Symbol));
            var positions = Lengths(windowBits + 1, block.Where(static i => i.Symbol >= 256).Select(static i => Slot(i.Position)));
            var runs = Runs(characters);
            var lengths = Lengths(19, runs.Select(static r => r.Code));
            WriteLengths(bits, lengths, 5, 3);
            if (characters.Count(static l => l > 0) == 1)
            {
                bits.Put(0, 9);
                bits.Put(Array.FindIndex(characters, static l => l > 0), 9);
            }
            else
            {
                bits.Put(Array.FindLastIndex(characters, static l => l > 0) + 1, 9);
                var codes = Codes(lengths);
                foreach (var (code, extra, width) in runs)
                {
                    if (lengths.Count(static l => l > 0) > 1) bits.Put(codes[code], lengths[code]);
                    bits.Put(extra, width);
                }
            }
            WriteLengths(bits, positions, windowBits <= 13 ? 4 : 5, -1);
            var (characterCodes, positionCodes) = (Codes(characters), Codes(positions));
            foreach (var (symbol, position) in block)
            {
                if (characters.Count(static l => l > 0) > 1) bits.Put(characterCodes[symbol], characters[symbol]);
                if (symbol < 256) continue;
                var slot = Slot(position);
                if (positions.Count(static l => l > 0) > 1) bits.Put(positionCodes[slot], positions[slot]);
                if (slot > 1) bits.Put(position & ((1 << (slot - 1)) - 1), slot - 1);
            }
        }
        return bits.Finish();
    }

    public static byte[] Member(int level, string method, byte[] name, byte[] packed, byte[] content, byte[]? folder = null)
    {
        var crc = new Crc16();
        crc.Append(content);
        var head = new MemoryStream();
        head.Write([0, 0]);
        head.Write(Encoding.ASCII.GetBytes(method));
        Span<byte> numbers = stackalloc byte[12];
        BinaryPrimitives.WriteInt32LittleEndian(numbers, packed.Length);
        BinaryPrimitives.WriteInt32LittleEndian(numbers[4..], content.Length);
        head.Write(numbers);
        head.Write([0x20, (byte)level]);
        byte[] sum = [(byte)crc.Value, (byte)(crc.Value >> 8)];
        if (level <= 1)
        {
            head.WriteByte((byte)name.Length);
            head.Write(name);
            head.Write(sum);
            if (level == 1) head.Write([(byte)'M', 0, 0]);
            var bytes = head.ToArray();
            List<byte> extensions = [];
            if (level == 1 && folder is not null)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(bytes.Length - 2), (ushort)(folder.Length + 3));
                extensions.AddRange([2, .. folder, 0, 0]);
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(7), packed.Length + extensions.Count);
            }
            bytes[0] = (byte)(bytes.Length - 2);
            bytes[1] = (byte)bytes.Skip(2).Sum(static b => b);
            return [.. bytes, .. extensions, .. packed];
        }
        head.Write(sum);
        head.WriteByte((byte)'M');
        var wide = level == 3 ? 4 : 2;
        var parts = new List<byte[]> { new byte[] { 0, 0, 0 }, new byte[] { 1 }.Concat(name).ToArray() };
        if (folder is not null) parts.Add([2, .. folder]);
        if (level == 3) head.Write(new byte[4]);
        foreach (var part in parts)
        {
            head.Write(Number(part.Length + wide, wide));
            head.Write(part);
        }
        head.Write(Number(0, wide));
        var header = head.ToArray();
        if (level == 2) BinaryPrimitives.WriteUInt16LittleEndian(header, (ushort)header.Length);
        else (header[0], header[1]) = (4, 0);
        if (level == 3) BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(24), header.Length);
        var own = new Crc16();
        own.Append(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan((level == 3 ? 28 : 24) + wide + 1), own.Value);
        return [.. header, .. packed];

        static byte[] Number(int value, int wide) => [.. BitConverter.GetBytes(value)[..wide]];
    }

    private static List<(int Symbol, int Position)> Matches(byte[] content, int windowBits)
    {
        var items = new List<(int, int)>();
        var last = new Dictionary<int, int>();
        for (var at = 0; at < content.Length;)
        {
            var (length, from) = (0, 0);
            if (at + 3 <= content.Length)
            {
                var key = content[at] | (content[at + 1] << 8) | (content[at + 2] << 16);
                if (last.TryGetValue(key, out from) && at - from <= 1 << windowBits)
                {
                    while (length < 256 && at + length < content.Length && content[from + length] == content[at + length]) length++;
                }
                last[key] = at;
            }
            items.Add(length >= 3 ? (256 + length - 3, at - from - 1) : (content[at], 0));
            at += Math.Max(length >= 3 ? length : 1, 1);
        }
        return items;
    }

    private static int Slot(int position) => position == 0 ? 0 : 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)position);

    private static List<(int Code, int Extra, int Width)> Runs(int[] lengths)
    {
        var runs = new List<(int, int, int)>();
        var count = Array.FindLastIndex(lengths, static l => l > 0) + 1;
        for (var i = 0; i < count;)
        {
            if (lengths[i] > 0)
            {
                runs.Add((lengths[i++] + 2, 0, 0));
                continue;
            }
            var zeros = 0;
            while (i < count && lengths[i] == 0 && zeros < 531)
            {
                zeros++;
                i++;
            }
            if (zeros >= 20) runs.Add((2, zeros - 20, 9));
            else if (zeros >= 3) runs.Add((1, zeros - 3, 4));
            else runs.AddRange(Enumerable.Repeat((0, 0, 0), zeros));
        }
        return runs;
    }

    private static void WriteLengths(Bits bits, int[] lengths, int countBits, int pauseAt)
    {
        if (lengths.Count(static l => l > 0) <= 1)
        {
            bits.Put(0, countBits);
            bits.Put(Math.Max(0, Array.FindIndex(lengths, static l => l > 0)), countBits);
            return;
        }
        var count = Array.FindLastIndex(lengths, static l => l > 0) + 1;
        bits.Put(count, countBits);
        for (var i = 0; i < count;)
        {
            var length = lengths[i++];
            if (length < 7) bits.Put(length, 3);
            else
            {
                bits.Put(7, 3);
                for (var more = 7; more < length; more++) bits.Put(1, 1);
                bits.Put(0, 1);
            }
            if (i != pauseAt) continue;
            var zeros = 0;
            while (zeros < 3 && i + zeros < count && lengths[i + zeros] == 0) zeros++;
            bits.Put(zeros, 2);
            i += zeros;
        }
    }

    private static int[] Lengths(int symbols, IEnumerable<int> used)
    {
        var counts = new long[symbols];
        foreach (var symbol in used) counts[symbol]++;
        while (true)
        {
            var lengths = new int[symbols];
            var queue = new PriorityQueue<List<int>, long>();
            for (var i = 0; i < symbols; i++)
            {
                if (counts[i] > 0) queue.Enqueue([i], counts[i]);
            }
            if (queue.Count == 1) lengths[queue.Dequeue()[0]] = 1;
            while (queue.Count > 1)
            {
                queue.TryDequeue(out var one, out var first);
                queue.TryDequeue(out var other, out var second);
                one!.AddRange(other!);
                foreach (var symbol in one) lengths[symbol]++;
                queue.Enqueue(one, first + second);
            }
            if (lengths.Max() <= 16) return lengths;
            for (var i = 0; i < symbols; i++) counts[i] = (counts[i] + 1) / 2;
        }
    }

    private static int[] Codes(int[] lengths)
    {
        var codes = new int[lengths.Length];
        var code = 0;
        for (var length = 1; length <= 16; length++)
        {
            for (var symbol = 0; symbol < lengths.Length; symbol++)
            {
                if (lengths[symbol] == length) codes[symbol] = code++;
            }
            code <<= 1;
        }
        return codes;
    }

    private sealed class Bits
    {
        private readonly List<byte> bytes = [];
        private int current, count;

        public void Put(int value, int width)
        {
            for (var i = width - 1; i >= 0; i--)
            {
                current = (current << 1) | ((value >> i) & 1);
                if (++count < 8) continue;
                bytes.Add((byte)current);
                (current, count) = (0, 0);
            }
        }

        public byte[] Finish()
        {
            while (count > 0) Put(0, 1);
            return [.. bytes];
        }
    }
}
