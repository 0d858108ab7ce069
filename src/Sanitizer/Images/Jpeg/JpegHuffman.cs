namespace Sekisho.Sanitizer.Images.Jpeg;

/// <summary>A Huffman table for reading (T.81 annex C, F.2.2.3).</summary>
internal sealed class JpegHuffman
{
    public const int Look = 9;

    private readonly int[] most = new int[18];
    private readonly int[] offset = new int[17];
    private readonly byte[] symbols;

    private JpegHuffman(byte[] symbols) => this.symbols = symbols;

    /// <summary>By the next nine bits: length of the code shl 8 | its symbol; 0 for longer codes.</summary>
    public ushort[] Short { get; } = new ushort[1 << Look];

    /// <summary>Null when the counts are no prefix code.</summary>
    public static JpegHuffman? Make(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        var table = new JpegHuffman(symbols.ToArray());
        int code = 0, at = 0;
        for (var length = 1; length <= 16; length++)
        {
            table.offset[length] = at - code;
            for (var i = 0; i < counts[length - 1]; i++, code++, at++)
            {
                if (code >= 1 << length) return null;
                if (length <= Look) table.Short.AsSpan(code << (Look - length), 1 << (Look - length)).Fill((ushort)((length << 8) | symbols[at]));
            }
            // Exclusive, as a left-aligned sixteen-bit number.
            table.most[length] = code << (16 - length);
            code <<= 1;
        }
        table.most[17] = int.MaxValue;
        return table;
    }

    /// <summary>A code of more than nine bits, from the next sixteen: length shl 8 | symbol; -1 when there is none.</summary>
    public int Long(int sixteen)
    {
        var length = Look + 1;
        while (sixteen >= most[length]) length++;
        if (length > 16) return -1;
        return (length << 8) | symbols[offset[length] + (sixteen >> (16 - length))];
    }
}

/// <summary>The best Huffman table for what was counted (T.81 annex K.2), for writing.</summary>
internal sealed class JpegCode
{
    public byte[] Counts { get; } = new byte[16];
    public byte[] Symbols { get; private set; } = [];

    /// <summary>By symbol: length shl 16 | code.</summary>
    public uint[] Codes { get; } = new uint[256];

    /// <param name="counted">How often each of 256 symbols comes.</param>
    public static JpegCode Make(ReadOnlySpan<long> counted)
    {
        Span<long> frequency = stackalloc long[257];
        counted[..256].CopyTo(frequency);
        frequency[0] = Math.Max(1, frequency[0]);
        frequency[256] = 1; // No code is all ones.
        Span<int> size = stackalloc int[257];
        Span<int> next = stackalloc int[257];
        next.Fill(-1);
        // Only those that come: a table has some 30, and small pictures are many.
        Span<int> alive = stackalloc int[257];
        var living = 0;
        for (var i = 0; i <= 256; i++)
        {
            if (frequency[i] > 0) alive[living++] = i;
        }
        while (true)
        {
            int first = -1, second = -1;
            foreach (var i in alive[..living])
            {
                if (first < 0 || frequency[i] <= frequency[first]) (second, first) = (first, i);
                else if (second < 0 || frequency[i] <= frequency[second]) second = i;
            }
            if (second < 0) break;
            frequency[first] += frequency[second];
            frequency[second] = 0;
            var gone = alive[..living].IndexOf(second);
            alive[(gone + 1)..living].CopyTo(alive[gone..]);
            living--;
            var at = first;
            for (size[at]++; next[at] >= 0; size[at]++) at = next[at];
            next[at] = second;
            for (at = second, size[at]++; next[at] >= 0; size[at]++) at = next[at];
        }
        Span<int> bits = stackalloc int[300];
        for (var i = 0; i <= 256; i++) bits[size[i]]++;
        for (var length = 299; length > 16; length--)
        {
            while (bits[length] > 0)
            {
                var shorter = length - 2;
                while (bits[shorter] == 0) shorter--;
                bits[length] -= 2;
                bits[length - 1]++;
                bits[shorter + 1] += 2;
                bits[shorter]--;
            }
        }
        bits[0] = 0;
        var longest = 16;
        while (bits[longest] == 0) longest--;
        bits[longest]--; // the one of all ones
        var code = new JpegCode();
        var symbols = new List<byte>();
        for (var length = 1; length < 300; length++)
        {
            for (var i = 0; i < 256; i++)
            {
                if (size[i] == length) symbols.Add((byte)i);
            }
        }
        code.Symbols = [.. symbols];
        uint value = 0;
        var place = 0;
        for (var length = 1; length <= 16; length++, value <<= 1)
        {
            code.Counts[length - 1] = (byte)bits[length];
            for (var i = 0; i < bits[length]; i++) code.Codes[symbols[place++]] = ((uint)length << 16) | value++;
        }
        return code;
    }
}
