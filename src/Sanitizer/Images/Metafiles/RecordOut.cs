using System.Buffers.Binary;

namespace Sekisho.Sanitizer.Images.Metafiles;

/// <summary>The records that are written, one after another.</summary>
internal sealed class RecordOut
{
    private byte[] buffer = new byte[1 << 12];
    private int start;

    public int Length { get; private set; }

    /// <summary>Of the record that was begun last.</summary>
    public int RecordLength => Length - start;

    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, Length);

    public void Begin() => start = Length;

    /// <summary>Takes back what was written since the record began.</summary>
    public void Undo() => Length = start;

    public void I32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Room(4), value);

    public void U32(uint value) => I32((int)value);

    public void U16(int value) => BinaryPrimitives.WriteUInt16LittleEndian(Room(2), (ushort)value);

    public void F32(float value) => I32(BitConverter.SingleToInt32Bits(value));

    public void Bytes(ReadOnlySpan<byte> value) => value.CopyTo(Room(value.Length));

    public void Zeros(int count) => Room(count).Clear();

    /// <summary>Fills the record up to a multiple of so many bytes.</summary>
    public void Pad(int to)
    {
        if (RecordLength % to is > 0 and var over) Zeros(to - over);
    }

    /// <summary>Puts a number where one was left open.</summary>
    /// <param name="at">From the record's beginning.</param>
    public void Set(int at, int value) => BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(start + at), value);

    public byte[] ToArray() => Written.ToArray();

    private Span<byte> Room(int count)
    {
        if (Length + count > buffer.Length) Array.Resize(ref buffer, Math.Max(Length + count, 2 * buffer.Length));
        Length += count;
        return buffer.AsSpan(Length - count, count);
    }
}
