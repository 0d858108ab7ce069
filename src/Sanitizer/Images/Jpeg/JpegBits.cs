using System.Buffers.Binary;

namespace Sekisho.Sanitizer.Images.Jpeg;

/// <summary>Bits of one piece of coded data, its stuffing already undone.</summary>
/// <remarks>Past the end come zeros; <see cref="Over"/> tells so.</remarks>
internal ref struct JpegBits
{
    private readonly ReadOnlySpan<byte> bytes;
    private readonly long total;
    private ulong held;
    private int count;
    private int at;
    private long given;

    /// <param name="padded">Ends with eight bytes that belong to nothing.</param>
    public JpegBits(ReadOnlySpan<byte> padded)
    {
        bytes = padded;
        total = 8L * (padded.Length - 8);
    }

    /// <summary>True when more was read than there is.</summary>
    public readonly bool Over => given > total;

    /// <summary>True when nothing is left but padding.</summary>
    public readonly bool Spent => given >= total;

    /// <summary>A symbol, and at once whether it was found.</summary>
    public int Symbol(JpegHuffman table)
    {
        Fill();
        int entry = table.Short[held >> (64 - JpegHuffman.Look)];
        if (entry == 0)
        {
            entry = table.Long((int)(held >> 48));
            if (entry < 0) return -1;
        }
        Skip(entry >> 8);
        return entry & 0xFF;
    }

    /// <summary>So many bits, at most sixteen, right after a symbol.</summary>
    public uint Bits(int length)
    {
        if (length == 0) return 0;
        Fill();
        var value = (uint)(held >> (64 - length));
        Skip(length);
        return value;
    }

    private void Skip(int length)
    {
        held <<= length;
        count -= length;
        given += length;
    }

    private void Fill()
    {
        if (count >= 32) return;
        if (at + 8 <= bytes.Length)
        {
            held |= BinaryPrimitives.ReadUInt64BigEndian(bytes[at..]) >> count;
            var taken = (63 - count) >> 3;
            at += taken;
            count += taken * 8;
        }
        else
        {
            while (count <= 56)
            {
                if (at < bytes.Length) held |= (ulong)bytes[at] << (56 - count);
                at++;
                count += 8;
            }
        }
    }
}

/// <summary>Coded data of one scan, taken apart at its markers, its stuffing undone (T.81 F.1.2.3).</summary>
internal sealed class JpegData(ReadOnlyMemory<byte> all, byte[] room)
{
    /// <summary>Where the next piece begins; after <see cref="Next"/>, where the marker lies that ended it.</summary>
    public int At { get; set; }

    /// <summary>The number of the restart marker here; -1 for any other.</summary>
    public int Restart => At + 1 < all.Length && all.Span[At + 1] is >= 0xD0 and <= 0xD7 and var marker ? marker - 0xD0 : -1;

    /// <summary>The next piece, padded by eight zeros; valid until the next one.</summary>
    public ReadOnlySpan<byte> Next()
    {
        var bytes = all.Span;
        var (length, at) = (0, At);
        while (true)
        {
            var run = bytes[at..].IndexOf((byte)0xFF);
            if (run < 0) run = bytes.Length - at;
            bytes.Slice(at, run).CopyTo(room.AsSpan(length));
            (length, at) = (length + run, at + run);
            while (at + 1 < bytes.Length && bytes[at + 1] == 0xFF) at++; // fill bytes
            if (at + 1 >= bytes.Length)
            {
                at = bytes.Length;
                break;
            }
            if (bytes[at + 1] != 0) break;
            room[length++] = 0xFF;
            at += 2;
        }
        At = at;
        room.AsSpan(length, 8).Clear();
        return room.AsSpan(0, length + 8);
    }
}
