using System.Buffers.Binary;

namespace Sekisho.Sanitizer.Images;

/// <summary>The two things of a picture's Exif that change how it looks: its orientation and its resolution. All else is left behind.</summary>
/// <param name="Orientation">1–8; 1 when it isn't said or makes no sense.</param>
/// <param name="X">Dots a unit across; 0 when it isn't said.</param>
/// <param name="Unit">1 none, 2 inch, 3 centimetre.</param>
internal readonly record struct Exif(int Orientation, double X, double Y, int Unit)
{
    /// <summary>Reads the first directory of a TIFF structure; content never makes it fail, it only says less.</summary>
    public static Exif Read(ReadOnlySpan<byte> untrusted)
    {
        var none = new Exif(1, 0, 0, 2);
        if (untrusted.StartsWith("Exif\0\0"u8)) untrusted = untrusted[6..];
        if (untrusted.Length < 14) return none;
        var little = untrusted.StartsWith("II*\0"u8);
        if (!little && !untrusted.StartsWith("MM\0*"u8)) return none;
        var at = (long)U32(untrusted[4..], little);
        if (at + 2 > untrusted.Length) return none;
        int count = U16(untrusted[(int)at..], little);
        var (orientation, x, y, unit) = none;
        for (var i = 0; i < count; i++)
        {
            var entryAt = at + 2 + 12L * i;
            if (entryAt + 12 > untrusted.Length) break;
            var entry = untrusted.Slice((int)entryAt, 12);
            int tag = U16(entry, little), type = U16(entry[2..], little);
            switch (tag)
            {
                case 0x112 when type == 3 && U16(entry[8..], little) is >= 1 and <= 8 and var o:
                    orientation = o;
                    break;
                case 0x11A or 0x11B when type == 5 && U32(entry[8..], little) is var offset && offset + 8L <= untrusted.Length:
                    var (over, under) = (U32(untrusted[(int)offset..], little), U32(untrusted[((int)offset + 4)..], little));
                    var value = under == 0 ? 0 : (double)over / under;
                    if (value is < 1 or > 65535) value = 0;
                    if (tag == 0x11A) x = value;
                    else y = value;
                    break;
                case 0x11A or 0x11B when type is 3 or 4 && (type == 3 ? U16(entry[8..], little) : U32(entry[8..], little)) is >= 1 and <= 65535 and var whole:
                    if (tag == 0x11A) x = whole;
                    else y = whole;
                    break;
                case 0x128 when type == 3 && U16(entry[8..], little) is >= 1 and <= 3 and var u:
                    unit = u;
                    break;
            }
        }
        // Dots a centimetre are few programs' way to say it.
        return unit == 3 ? new(orientation, x * 2.54, y * 2.54, 2) : new(orientation, x, y, unit);
    }

    /// <summary>A TIFF structure that says the orientation, and the resolution where it has no other place; empty when there is nothing to say.</summary>
    /// <param name="density">Whole dots a unit; unit 1 is the inch, 2 the centimetre.</param>
    public static byte[] Write(int orientation, (int X, int Y, int Unit)? density = null)
    {
        if (orientation is < 2 or > 8) orientation = 0;
        if (orientation == 0 && density is null) return [];
        var entries = (orientation > 0 ? 1 : 0) + (density is null ? 0 : 3);
        var bytes = new byte[14 + 12 * entries + (density is null ? 0 : 16)];
        "MM\0*"u8.CopyTo(bytes);
        bytes[7] = 8;
        bytes[9] = (byte)entries;
        var at = 10;
        var values = 14 + 12 * entries;
        if (orientation > 0) Entry(0x112, 3, (uint)orientation << 16);
        if (density is { } d)
        {
            Entry(0x11A, 5, (uint)values);
            Entry(0x11B, 5, (uint)values + 8);
            Entry(0x128, 3, (uint)(d.Unit + 1) << 16);
            foreach (var number in (ReadOnlySpan<int>)[d.X, 1, d.Y, 1])
            {
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(values), number);
                values += 4;
            }
        }
        return bytes;

        void Entry(ushort tag, ushort type, uint value)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at), tag);
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at + 2), type);
            bytes[at + 7] = 1;
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at + 8), value);
            at += 12;
        }
    }

    private static ushort U16(ReadOnlySpan<byte> at, bool little) => little ? BinaryPrimitives.ReadUInt16LittleEndian(at) : BinaryPrimitives.ReadUInt16BigEndian(at);

    private static uint U32(ReadOnlySpan<byte> at, bool little) => little ? BinaryPrimitives.ReadUInt32LittleEndian(at) : BinaryPrimitives.ReadUInt32BigEndian(at);
}
