using System.Buffers.Binary;

namespace Sekisho.Sanitizer.Images.Metafiles;

/// <summary>The fields of one record of a metafile, from outside. What lies beyond its end reads as 0 and makes <see cref="Fails"/> true, which is asked once, at the record's end.</summary>
internal ref struct RecordIn(ReadOnlySpan<byte> untrusted)
{
    private readonly ReadOnlySpan<byte> bytes = untrusted;

    /// <summary>True when a field was missing or said what can't be.</summary>
    public bool Fails { get; private set; }

    public readonly int Length => bytes.Length;

    public int I32(int at) => Has(at, 4) ? BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]) : 0;

    public uint U32(int at) => Has(at, 4) ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]) : 0;

    public short I16(int at) => Has(at, 2) ? BinaryPrimitives.ReadInt16LittleEndian(bytes[at..]) : (short)0;

    public ushort U16(int at) => Has(at, 2) ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]) : (ushort)0;

    /// <summary>A number that a drawing can have: finite, and not beyond all measure.</summary>
    public float F32(int at)
    {
        var value = Has(at, 4) ? BinaryPrimitives.ReadSingleLittleEndian(bytes[at..]) : 0;
        Need(float.Abs(value) < 1e12f);
        return value;
    }

    /// <summary>A colour; one of a palette is none that can be told.</summary>
    public uint Colour(int at)
    {
        var value = U32(at);
        Need(value >> 24 is 0 or 2);
        return value & 0xFFFFFF;
    }

    public uint OneOf(int at, uint least, uint most)
    {
        var value = U32(at);
        Need(value >= least && value <= most);
        return value;
    }

    /// <summary>So many bytes; none where they aren't there.</summary>
    public ReadOnlySpan<byte> Slice(long at, long length)
    {
        if (at < 0 || length < 0 || at + length > bytes.Length)
        {
            Fails = true;
            return default;
        }
        return bytes.Slice((int)at, (int)length);
    }

    /// <summary>Says that the record can't be understood unless this holds.</summary>
    public bool Need(bool holds)
    {
        if (!holds) Fails = true;
        return holds;
    }

    private bool Has(int at, int count) => Need(at >= 0 && at + count <= bytes.Length);
}
