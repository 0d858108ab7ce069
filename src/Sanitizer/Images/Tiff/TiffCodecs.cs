using System.IO.Compression;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Images.Tiff;

/// <summary>Undoes the byte-wise compressions of TIFF; each gives how many bytes it made.</summary>
internal static class TiffCodecs
{
    private static RefusedException Broken() => Refusals.Broken("", "SAN-TIFF-004", "画素の圧縮データが壊れています", "the compressed pixels are damaged");

    public static int PackBits(ReadOnlySpan<byte> data, Span<byte> into)
    {
        var (at, done) = (0, 0);
        while (at < data.Length && done < into.Length)
        {
            int count = (sbyte)data[at++];
            if (count == -128) continue;
            if (count < 0)
            {
                if (at == data.Length) break;
                var times = Math.Min(1 - count, into.Length - done);
                into.Slice(done, times).Fill(data[at++]);
                done += times;
                continue;
            }
            var length = Math.Min(Math.Min(count + 1, data.Length - at), into.Length - done);
            data.Slice(at, length).CopyTo(into[done..]);
            (at, done) = (at + length, done + length);
        }
        return done;
    }

    public static int Deflate(ReadOnlyMemory<byte> data, Span<byte> into)
    {
        try
        {
            using var inflated = new ZLibStream(new MemoryStream(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(data, out var whole) ? whole.Array! : data.ToArray(), whole.Array is null ? 0 : whole.Offset, data.Length), CompressionMode.Decompress);
            return inflated.ReadAtLeast(into, into.Length, false);
        }
        catch (Exception e) when (e is InvalidDataException or IOException) // the latter: packed with a dictionary that nobody has
        {
            throw Broken();
        }
    }

    /// <summary>LZW with codes from the high bit and an early change of width (TIFF 6.0 §13); the older kind, from the low bit, is told by its first code.</summary>
    public static int Lzw(ReadOnlySpan<byte> data, Span<byte> into)
    {
        var old = data.Length >= 2 && data[0] == 0 && (data[1] & 1) == 1;
        var prefix = new ushort[4097];
        var last = new byte[4097];
        var length = new ushort[4097];
        for (var i = 0; i < 256; i++) (last[i], length[i]) = ((byte)i, 1);
        var (next, width, previous) = (258, 9, -1);
        ulong held = 0;
        var (bits, at, done) = (0, 0, 0);
        while (done < into.Length)
        {
            while (bits < width)
            {
                if (at == data.Length) return done;
                if (old) held |= (ulong)data[at++] << bits;
                else held = (held << 8) | data[at++];
                bits += 8;
            }
            int code;
            bits -= width;
            if (old)
            {
                code = (int)(held & ((1u << width) - 1));
                held >>= width;
            }
            else
            {
                code = (int)(held >> bits) & ((1 << width) - 1);
                held &= (1ul << bits) - 1;
            }
            if (code == 257) return done;
            if (code == 256)
            {
                (next, width, previous) = (258, 9, -1);
                continue;
            }
            if (previous < 0)
            {
                if (code > 255) throw Broken();
                into[done++] = (byte)code;
                previous = code;
                continue;
            }
            if (code > next || next > 4096) throw Broken();
            var from = code == next ? previous : code;
            var count = code == next ? length[previous] + 1 : length[code];
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
            if (next <= 4095)
            {
                (prefix[next], last[next], length[next]) = ((ushort)previous, first, (ushort)(length[previous] + 1));
                next++;
                // One code earlier than need be; the older kind does not.
                if (next == (1 << width) - (old ? 0 : 1) && width < 12) width++;
            }
            previous = code;
        }
        return done;
    }

    /// <summary>Horizontal prediction, backwards (TIFF 6.0 §14).</summary>
    /// <param name="rowBytes">Of all samples, in the file's byte order.</param>
    public static void Predict(Span<byte> row, int samples, int bits, bool little)
    {
        switch (bits)
        {
            case 8:
                for (var i = samples; i < row.Length; i++) row[i] += row[i - samples];
                return;
            case 16:
                for (var i = 2 * samples; i + 2 <= row.Length; i += 2)
                {
                    var j = i - 2 * samples;
                    if (little) System.Buffers.Binary.BinaryPrimitives.WriteUInt16LittleEndian(row[i..], (ushort)(System.Buffers.Binary.BinaryPrimitives.ReadUInt16LittleEndian(row[i..]) + System.Buffers.Binary.BinaryPrimitives.ReadUInt16LittleEndian(row[j..])));
                    else System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(row[i..], (ushort)(System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(row[i..]) + System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(row[j..])));
                }
                return;
            case 32:
                for (var i = 4 * samples; i + 4 <= row.Length; i += 4)
                {
                    var j = i - 4 * samples;
                    if (little) System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(row[i..], System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(row[i..]) + System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(row[j..]));
                    else System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(row[i..], System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(row[i..]) + System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(row[j..]));
                }
                return;
            default:
                throw Refusals.Broken("", "SAN-TIFF-003", $"{bits} ビットの予測", $"prediction of {bits} bits");
        }
    }

    /// <summary>Prediction of floating-point samples, backwards: bytes of one weight side by side (Adobe Photoshop TIFF technical note 3).</summary>
    /// <remarks>Leaves the samples big-endian.</remarks>
    public static void PredictFloats(Span<byte> row, int samples, int bits)
    {
        for (var i = samples; i < row.Length; i++) row[i] += row[i - samples];
        var bytes = bits / 8;
        var count = row.Length / bytes;
        var planes = row.ToArray();
        for (var i = 0; i < count; i++)
        {
            for (var b = 0; b < bytes; b++) row[i * bytes + b] = planes[b * count + i];
        }
    }
}
