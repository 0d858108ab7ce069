namespace Sekisho.Sanitizer.Images.Gif;

/// <summary>The variable-length LZW of GIF, both ways (GIF89a appendix F).</summary>
internal static class GifLzw
{
    private const int MostCodes = 4096;

    /// <summary>Decodes indices.</summary>
    /// <param name="into">All of the frame; what isn't reached stays as it is.</param>
    /// <returns>How many indices there were; -1 when a code means nothing.</returns>
    public static int Decode(ReadOnlySpan<byte> data, int minimum, Span<byte> into)
    {
        Span<ushort> prefix = stackalloc ushort[MostCodes];
        Span<byte> last = stackalloc byte[MostCodes];
        Span<ushort> length = stackalloc ushort[MostCodes];
        var (clear, end) = (1 << minimum, (1 << minimum) + 1);
        for (var i = 0; i < clear; i++) (last[i], length[i]) = ((byte)i, 1);
        var (next, width, previous) = (end + 1, minimum + 1, -1);
        uint held = 0;
        var (bits, at, done) = (0, 0, 0);
        while (done < into.Length)
        {
            while (bits < width)
            {
                if (at == data.Length) return done;
                held |= (uint)data[at++] << bits;
                bits += 8;
            }
            var code = (int)(held & ((1u << width) - 1));
            held >>= width;
            bits -= width;
            if (code == clear)
            {
                (next, width, previous) = (end + 1, minimum + 1, -1);
                continue;
            }
            if (code == end) return done;
            if (previous < 0)
            {
                if (code > end) return -1;
                into[done++] = (byte)code;
                previous = code;
                continue;
            }
            if (code > next || (code == next && next >= MostCodes)) return -1;
            // A code that is just being made is the previous one and its own first index.
            int count = code == next ? length[previous] + 1 : length[code];
            var from = code == next ? previous : code;
            var stop = Math.Min(done + count, into.Length);
            var place = done + length[from] - 1;
            for (var c = from; ; c = prefix[c])
            {
                if (place < stop) into[place] = last[c];
                if (place-- == done) break;
            }
            var first = into[done];
            if (code == next && done + count - 1 < stop) into[done + count - 1] = first;
            done = stop;
            if (next < MostCodes)
            {
                (prefix[next], last[next], length[next]) = ((ushort)previous, first, (ushort)(length[previous] + 1));
                next++;
                if (next == 1 << width && width < 12) width++;
            }
            previous = code;
        }
        return done;
    }

    /// <summary>Encodes indices; the same ones always to the same bytes.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> indices, int minimum)
    {
        var (clear, end) = (1 << minimum, (1 << minimum) + 1);
        var output = new byte[indices.Length + indices.Length / 2 + 16];
        var (place, bits) = (0, 0);
        uint held = 0;
        // prefix shl 8 | index → code, in an open table of twice the codes.
        Span<int> keys = stackalloc int[8192];
        Span<ushort> codes = stackalloc ushort[8192];
        keys.Fill(-1);
        var (next, width) = (end + 1, minimum + 1);
        Put(clear, width);
        if (indices.Length > 0)
        {
            int current = indices[0];
            foreach (var index in indices[1..])
            {
                var key = (current << 8) | index;
                var slot = (int)((uint)(key * -1640531527) >> 19);
                while (keys[slot] >= 0 && keys[slot] != key) slot = (slot + 1) & 8191;
                if (keys[slot] == key)
                {
                    current = codes[slot];
                    continue;
                }
                Put(current, width);
                if (next < MostCodes)
                {
                    (keys[slot], codes[slot]) = (key, (ushort)next);
                    if (next == 1 << width && width < 12) width++;
                    next++;
                }
                else
                {
                    Put(clear, width);
                    keys.Fill(-1);
                    (next, width) = (end + 1, minimum + 1);
                }
                current = index;
            }
            Put(current, width);
            // The reader makes one more code from it, and may widen.
            if (next == 1 << width && width < 12) width++;
        }
        Put(end, width);
        if (bits > 0) output[place++] = (byte)held;
        return output[..place];

        void Put(int code, int size)
        {
            held |= (uint)code << bits;
            bits += size;
            while (bits >= 8)
            {
                if (place == output.Length) Array.Resize(ref output, 2 * output.Length);
                output[place++] = (byte)held;
                held >>= 8;
                bits -= 8;
            }
            if (place + 4 > output.Length) Array.Resize(ref output, 2 * output.Length);
        }
    }
}
