using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Pdf.Reading;

/// <summary>The filters without parameters, and LZW. Bad input ends the data early; it never makes them throw.</summary>
internal static class Simple
{
    public static byte[] AsciiHex(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)'>');
        if (end >= 0) text = text[..end];
        var bytes = new byte[text.Length / 2 + 1];
        int count = 0, half = -1;
        foreach (var b in text)
        {
            var n = b switch { >= (byte)'0' and <= (byte)'9' => b - '0', >= (byte)'a' and <= (byte)'f' => b - 'a' + 10, >= (byte)'A' and <= (byte)'F' => b - 'A' + 10, _ => -1 };
            if (n < 0) continue;
            if (half < 0) half = n;
            else (bytes[count++], half) = ((byte)(half << 4 | n), -1);
        }
        if (half >= 0) bytes[count++] = (byte)(half << 4);
        return bytes[..count];
    }

    public static byte[] Ascii85(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("<~"u8)) text = text[2..];
        var bytes = new byte[text.Length * 4 / 5 + text.Count((byte)'z') * 4 + 8];
        int count = 0, digits = 0;
        uint group = 0;
        foreach (var b in text)
        {
            if (b == '~') break;
            if (b == 'z' && digits == 0)
            {
                bytes.AsSpan(count, 4).Clear();
                count += 4;
                continue;
            }
            if (b is < (byte)'!' or > (byte)'u') continue;
            group = unchecked(group * 85 + (uint)(b - '!'));
            if (++digits < 5) continue;
            for (var i = 0; i < 4; i++) bytes[count++] = (byte)(group >> (24 - 8 * i));
            (digits, group) = (0, 0);
        }
        if (digits > 1)
        {
            for (var i = digits; i < 5; i++) group = unchecked(group * 85 + 84);
            for (var i = 0; i < digits - 1; i++) bytes[count++] = (byte)(group >> (24 - 8 * i));
        }
        return bytes[..count];
    }

    public static byte[] ToAscii85(ReadOnlySpan<byte> bytes)
    {
        var text = new List<byte>(bytes.Length * 5 / 4 + 8);
        Span<byte> five = stackalloc byte[5];
        for (var at = 0; at < bytes.Length; at += 4)
        {
            var count = Math.Min(4, bytes.Length - at);
            uint group = 0;
            for (var i = 0; i < 4; i++) group = group << 8 | (i < count ? bytes[at + i] : 0u);
            if (group == 0 && count == 4)
            {
                text.Add((byte)'z');
                continue;
            }
            for (var i = 4; i >= 0; i--)
            {
                five[i] = (byte)('!' + group % 85);
                group /= 85;
            }
            text.AddRange(five[..(count + 1)]);
        }
        text.AddRange("~>"u8);
        return [.. text];
    }

    public static ReadOnlyMemory<byte> RunLength(ReadOnlySpan<byte> packed, Budget budget, string place, int most)
    {
        var output = new Growing((int)Math.Min(packed.Length * 2L + 16, 1 << 20), most);
        var at = 0;
        while (at < packed.Length)
        {
            var length = packed[at++];
            if (length == 128) break;
            if (length < 128)
            {
                var count = Math.Min(length + 1, packed.Length - at);
                output.Add(packed.Slice(at, count), budget, place);
                at += count;
            }
            else if (at < packed.Length)
            {
                output.Room(257 - length, budget, place).Fill(packed[at++]);
                output.Length += 257 - length;
            }
        }
        budget.Expand(output.Length, place);
        return output.Take();
    }

    public static ReadOnlyMemory<byte> Lzw(ReadOnlySpan<byte> packed, bool early, Budget budget, string place, int most)
    {
        var output = new Growing((int)Math.Min(packed.Length * 3L + 16, 1 << 20), most);
        var prefix = new int[4096];
        var last = new byte[4096];
        var lengths = new int[4096];
        for (var i = 0; i < 256; i++) (last[i], lengths[i]) = ((byte)i, 1);
        int next = 258, width = 9, previous = -1, bits = 0;
        uint held = 0;
        long told = 0;
        var at = 0;
        while (true)
        {
            while (bits < width && at < packed.Length)
            {
                held = held << 8 | packed[at++];
                bits += 8;
            }
            if (bits < width) break;
            var code = (int)(held >> (bits - width)) & ((1 << width) - 1);
            bits -= width;
            if (code == 257) break;
            if (code == 256)
            {
                (next, width, previous) = (258, 9, -1);
                continue;
            }
            if (code > next || (code == next && previous < 0) || code is 256 or 257) break;
            var length = code < next ? lengths[code] : lengths[previous] + 1;
            var room = output.Room(length, budget, place);
            var from = code < next ? code : previous;
            var position = code < next ? length - 1 : length - 2;
            for (var c = from; position >= 0; position--)
            {
                room[position] = last[c];
                c = prefix[c];
            }
            if (code >= next) room[length - 1] = room[0];
            output.Length += length;
            if (output.Length - told > 1 << 20)
            {
                budget.Expand(output.Length - told, place);
                told = output.Length;
            }
            if (previous >= 0 && next < 4096)
            {
                prefix[next] = previous;
                last[next] = room[0];
                lengths[next] = lengths[previous] + 1;
                next++;
            }
            previous = code;
            var limit = early ? next + 1 : next;
            width = limit >= 2048 ? 12 : limit >= 1024 ? 11 : limit >= 512 ? 10 : 9;
        }
        budget.Expand(output.Length - told, place);
        return output.Take();
    }
}

/// <summary>Takes predictors back (PNG and TIFF).</summary>
internal static class Predictors
{
    /// <summary>True when the rows are whole, so that they may stay as they are.</summary>
    public static bool AreWhole(ReadOnlySpan<byte> rows, Predictor predictor)
    {
        if (predictor.Kind == 2) return rows.Length % predictor.RowBytes == 0;
        var step = predictor.RowBytes + 1;
        if (rows.Length % step != 0) return false;
        for (var at = 0; at < rows.Length; at += step)
        {
            if (rows[at] > 4) return false;
        }
        return true;
    }

    public static ReadOnlyMemory<byte> Undo(ReadOnlySpan<byte> rows, Predictor predictor) => predictor.Kind == 2 ? Tiff(rows, predictor) : Png(rows, predictor);

    private static byte[] Png(ReadOnlySpan<byte> rows, Predictor predictor)
    {
        var width = predictor.RowBytes;
        var pixel = Math.Max(1, predictor.Colors * predictor.Bits / 8);
        var count = (rows.Length + width) / (width + 1);
        var output = new byte[(long)count * width];
        var above = new byte[width];
        for (var row = 0; row < count; row++)
        {
            var from = rows[(row * (width + 1))..];
            var tag = from[0];
            var to = output.AsSpan(row * width, width);
            var given = Math.Min(width, from.Length - 1);
            from.Slice(1, given).CopyTo(to);
            switch (tag)
            {
                case 1:
                    for (var i = pixel; i < width; i++) to[i] += to[i - pixel];
                    break;
                case 2:
                    for (var i = 0; i < width; i++) to[i] += above[i];
                    break;
                case 3:
                    for (var i = 0; i < width; i++) to[i] += (byte)((above[i] + (i >= pixel ? to[i - pixel] : 0)) / 2);
                    break;
                case 4:
                    for (var i = 0; i < width; i++)
                    {
                        int a = i >= pixel ? to[i - pixel] : 0, b = above[i], c = i >= pixel ? above[i - pixel] : 0;
                        int pa = Math.Abs(b - c), pb = Math.Abs(a - c), pc = Math.Abs(a + b - 2 * c);
                        to[i] += (byte)(pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
                    }
                    break;
            }
            to.CopyTo(above);
            if (given < width) return output[..(row * width + given)];
        }
        return output;
    }

    private static byte[] Tiff(ReadOnlySpan<byte> rows, Predictor predictor)
    {
        var output = rows.ToArray();
        var (width, colors) = (predictor.RowBytes, predictor.Colors);
        for (var start = 0; start < output.Length; start += width)
        {
            var row = output.AsSpan(start, Math.Min(width, output.Length - start));
            if (predictor.Bits == 8)
            {
                for (var i = colors; i < row.Length; i++) row[i] += row[i - colors];
            }
            else if (predictor.Bits == 16)
            {
                for (var i = 2 * colors; i + 1 < row.Length; i += 2)
                {
                    var sum = (row[i] << 8 | row[i + 1]) + (row[i - 2 * colors] << 8 | row[i + 1 - 2 * colors]);
                    (row[i], row[i + 1]) = ((byte)(sum >> 8), (byte)sum);
                }
            }
            else
            {
                Bits(row, predictor);
            }
        }
        return output;
    }

    private static void Bits(Span<byte> row, Predictor predictor)
    {
        var bits = predictor.Bits;
        var mask = (1 << bits) - 1;
        var before = new int[predictor.Colors];
        for (var sample = 0; sample < predictor.Columns * predictor.Colors; sample++)
        {
            var bit = sample * bits;
            if (bit / 8 >= row.Length) return;
            var shift = 8 - bits - bit % 8;
            var color = sample % predictor.Colors;
            before[color] = (before[color] + (row[bit / 8] >> shift)) & mask;
            row[bit / 8] = (byte)(row[bit / 8] & ~(mask << shift) | before[color] << shift);
        }
    }
}
