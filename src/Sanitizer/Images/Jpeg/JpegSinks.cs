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

/// <summary>Counts symbols and makes the best tables for each scan.</summary>
internal struct JpegCounts : IJpegSink
{
    private readonly long[][] counts = [new long[256], new long[256], new long[256], new long[256]];

    public JpegCounts()
    {
    }

    /// <summary>Four tables a scan: DC 0, DC 1, AC 0, AC 1.</summary>
    public List<JpegCode[]> Scans { get; } = [];

    public readonly void Begin(JpegFrame frame, JpegComponent[] components)
    {
        foreach (var table in counts) Array.Clear(table);
    }

    public readonly void Dc(int table, int difference) => counts[table][JpegWriter.SizeOf(difference)]++;

    public readonly void Ac(int table, int symbol, uint bits) => counts[2 + table][symbol]++;

    public readonly void End() => Scans.Add([.. counts.Select(static c => JpegCode.Make(c))]);
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
