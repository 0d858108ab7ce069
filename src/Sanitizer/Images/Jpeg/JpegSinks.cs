using System.Buffers;
using System.Buffers.Binary;

namespace Sekisho.Sanitizer.Images.Jpeg;

/// <summary>Takes the symbols of blocks, scan by scan: once to count them, once to write them.</summary>
internal interface IJpegSink
{
    void Begin(JpegFrame frame, JpegComponent[] components);

    /// <param name="table">0 for brightness, 1 for colour differences.</param>
    void Dc(int table, int difference);

    /// <param name="symbol">Zeros before it shl 4 | its size.</param>
    void Ac(int table, int symbol, uint bits);

    void End();
}

/// <summary>Counts symbols and makes the best tables for each scan; keeps the symbols too, as long as they are not too many.</summary>
internal struct JpegCounts : IJpegSink
{
    // 32 MiB: pictures with more are read twice instead.
    private const int MostKept = 8 << 20;

    private readonly long[][] counts = [new long[256], new long[256], new long[256], new long[256]];
    private uint[] kept = ArrayPool<uint>.Shared.Rent(1 << 16);
    private int count;

    public JpegCounts()
    {
    }

    /// <summary>Four tables a scan: DC 0, DC 1, AC 0, AC 1.</summary>
    public List<JpegCode[]> Scans { get; } = [];

    /// <summary>Where the symbols of each scan end.</summary>
    public List<(JpegComponent[] Components, int End)> Ends { get; } = [];

    /// <summary>Which table shl 24 | symbol shl 16 | value, in order; empty when there were too many.</summary>
    public readonly ReadOnlySpan<uint> Kept => count <= MostKept ? kept.AsSpan(0, count) : default;

    public readonly bool KeptAll => count <= MostKept;

    public readonly void Begin(JpegFrame frame, JpegComponent[] components)
    {
        foreach (var table in counts) Array.Clear(table);
        Ends.Add((components, 0));
    }

    public void Dc(int table, int difference)
    {
        var size = JpegWriter.SizeOf(difference);
        Keep(table, size, (uint)(difference < 0 ? difference - 1 : difference) & ((1u << size) - 1));
    }

    public void Ac(int table, int symbol, uint bits) => Keep(2 + table, symbol, bits);

    public readonly void End()
    {
        Scans.Add([.. counts.Select(static c => JpegCode.Make(c))]);
        Ends[^1] = (Ends[^1].Components, count);
    }

    public void Release()
    {
        ArrayPool<uint>.Shared.Return(kept);
        kept = [];
    }

    private void Keep(int table, int symbol, uint value)
    {
        counts[table][symbol]++;
        if (count >= kept.Length && !Grow()) return;
        kept[count++] = (uint)(table << 24) | (uint)(symbol << 16) | value;
    }

    private bool Grow()
    {
        if (count >= MostKept)
        {
            count = MostKept + 1;
            return false;
        }
        var more = ArrayPool<uint>.Shared.Rent(2 * kept.Length);
        kept.AsSpan(0, count).CopyTo(more);
        ArrayPool<uint>.Shared.Return(kept);
        kept = more;
        return true;
    }
}

/// <summary>Writes scans with their tables.</summary>
internal struct JpegEmitter(Stream output, JpegColours colours, List<JpegCode[]> tables) : IJpegSink
{
    private readonly byte[] held = new byte[65_536];
    private int count;
    private ulong bits;
    private int bitCount;
    private int scan;
    private uint[] dc0 = [], dc1 = [], ac0 = [], ac1 = [];

    public void Begin(JpegFrame frame, JpegComponent[] components)
    {
        var codes = tables[scan++];
        (dc0, dc1, ac0, ac1) = (codes[0].Codes, codes[1].Codes, codes[2].Codes, codes[3].Codes);
        JpegWriter.ScanHeader(output, frame, components, colours, codes);
    }

    public void Dc(int table, int difference)
    {
        var size = JpegWriter.SizeOf(difference);
        var value = (uint)(difference < 0 ? difference - 1 : difference) & ((1u << size) - 1);
        Put((table == 0 ? dc0 : dc1)[size], size, value);
    }

    public void Ac(int table, int symbol, uint value) => Put((table == 0 ? ac0 : ac1)[symbol], symbol & 15, value);

    public void End()
    {
        var left = (8 - bitCount % 8) % 8;
        Bits((1u << left) - 1, left);
        while (bitCount > 0)
        {
            bitCount -= 8;
            Byte((byte)(bits >> bitCount));
        }
        bits = 0;
        output.Write(held, 0, count);
        count = 0;
    }

    /// <summary>Writes all that was kept.</summary>
    public void Replay(JpegFrame frame, in JpegCounts counts)
    {
        var at = 0;
        foreach (var (components, end) in counts.Ends)
        {
            Begin(frame, components);
            uint[][] codes = [dc0, dc1, ac0, ac1];
            foreach (var kept in counts.Kept[at..end])
            {
                var symbol = (int)(kept >> 16) & 0xFF;
                var table = (int)(kept >> 24);
                Put(codes[table][symbol], table < 2 ? symbol : symbol & 15, kept & 0xFFFF);
            }
            End();
            at = end;
        }
    }

    private void Put(uint code, int size, uint value) => Bits(((code & 0xFFFF) << size) | value, (int)(code >> 16) + size);

    private void Bits(uint value, int length)
    {
        bits = (bits << length) | value;
        bitCount += length;
        if (bitCount < 32) return;
        bitCount -= 32;
        var word = (uint)(bits >> bitCount);
        if (((~word - 0x01010101) & word & 0x80808080) == 0)
        {
            if (count + 4 > held.Length) Spill();
            BinaryPrimitives.WriteUInt32BigEndian(held.AsSpan(count), word);
            count += 4;
            return;
        }
        for (var shift = 24; shift >= 0; shift -= 8) Byte((byte)(word >> shift));
    }

    private void Byte(byte value)
    {
        if (count + 2 > held.Length) Spill();
        held[count++] = value;
        if (value == 0xFF) held[count++] = 0;
    }

    private void Spill()
    {
        output.Write(held, 0, count);
        count = 0;
    }
}
