using System.Buffers.Binary;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Images.Metafiles;

/// <summary>An enhanced metafile (EMF) written anew from the drawing records that are understood: numbers, points, pens, brushes, fonts, words and plain bitmaps.</summary>
/// <remarks>
/// Comments (EMF+, PostScript, other programs' data), escapes, palettes, colour profiles and printers' settings are left out. A record that draws and isn't understood ends it:
/// half a picture would be none, and whoever asked has it drawn instead. Source: MS-EMF 14.0.
/// </remarks>
internal sealed partial class EnhancedMetafile
{
    // GDI numbers objects by 16 bits.
    private const int MostObjects = 65_535, HeaderBytes = 108;

    private readonly RecordOut output = new();
    private readonly Job job;
    private readonly string place;

    /// <summary>Objects by number; 2 stands for one that isn't written (palettes, colour spaces).</summary>
    private readonly Dictionary<uint, byte> objects = [];
    private int records, depth;
    private uint mostObject;

    private EnhancedMetafile(Job job, string place) => (this.job, this.place) = (job, place);

    /// <summary>Null when not all of it is understood.</summary>
    /// <param name="place">What is left out is told of this part.</param>
    public static byte[]? Rebuild(ReadOnlySpan<byte> untrusted, Job job, string place) => new EnhancedMetafile(job, place).Run(untrusted);

    private byte[]? Run(ReadOnlySpan<byte> untrusted)
    {
        if (untrusted.Length < 88) return null;
        var head = new RecordIn(untrusted);
        var headerBytes = head.U32(4);
        if (head.U32(0) != 1 || headerBytes < 88 || headerBytes > untrusted.Length || head.U32(40) != 0x464D4520) return null;
        int width = head.I32(72), height = head.I32(76), millimetresX = head.I32(80), millimetresY = head.I32(84);
        if (width <= 0 || height <= 0 || millimetresX <= 0 || millimetresY <= 0 || width > 1 << 20 || height > 1 << 20 || millimetresX > 1 << 20 || millimetresY > 1 << 20) return null;
        int micrometresX = headerBytes >= HeaderBytes ? head.I32(100) : 0, micrometresY = headerBytes >= HeaderBytes ? head.I32(104) : 0;
        output.Zeros(HeaderBytes);
        records = 1;
        var ended = false;
        var comments = 0;
        long at = headerBytes;
        while (!ended && at + 8 <= untrusted.Length)
        {
            var type = BinaryPrimitives.ReadUInt32LittleEndian(untrusted[(int)at..]);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(untrusted[((int)at + 4)..]);
            if (length < 8 || at + length > untrusted.Length) return null;
            if ((records & 0x3FF) == 0) job.Budget.Check();
            var record = new RecordIn(untrusted.Slice((int)at, (int)length));
            at += (length + 3) & ~3u;
            if (type == 14)
            {
                ended = true;
                break;
            }
            if (type == 70)
            {
                if (!Comment(record)) return null;
                comments++;
                continue;
            }
            output.Begin();
            output.U32(type);
            output.I32(0);
            if (!Write(type, ref record) || record.Fails) return null;
            if (output.RecordLength <= 0) continue;
            output.Pad(4);
            output.Set(4, output.RecordLength);
            records++;
        }
        if (!ended) return null;
        if (comments > 0) job.Remove("X-30", place, "comments of a metafile (EMF+, PostScript, data of programs)");
        if (at < untrusted.Length) job.Remove("I-01", place, "data after the metafile's end");
        output.Begin();
        foreach (var number in (ReadOnlySpan<int>)[14, 20, 0, 16, 20]) output.I32(number);
        records++;
        var made = output.ToArray();
        var header = made.AsSpan(0, HeaderBytes);
        Put(header, 0, 1, HeaderBytes);
        // Bounds and frame: eight numbers as they came.
        untrusted.Slice(8, 32).CopyTo(header[8..]);
        Put(header, 40, 0x464D4520, 0x10000, made.Length, records, (int)mostObject + 1);
        Put(header, 72, width, height, millimetresX, millimetresY);
        Put(header, 100, micrometresX > 0 ? micrometresX : millimetresX * 1000, micrometresY > 0 ? micrometresY : millimetresY * 1000);
        return made;
    }

    /// <summary>False for EMF+ that has no records of the old kind beside it: all of the picture would be lost.</summary>
    private static bool Comment(RecordIn record)
    {
        if (record.Length < 28 || record.U32(12) != 0x2B464D45) return true;
        // EmfPlusHeader comes first; bit 0 of its flags says that old records draw the same.
        return record.U16(16) != 0x4001 || (record.U16(18) & 1) == 1;
    }

    private static void Put(Span<byte> bytes, int at, params ReadOnlySpan<int> values)
    {
        foreach (var value in values)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes[at..], value);
            at += 4;
        }
    }

    /// <summary>Writes one record; takes it back when it is left out.</summary>
    /// <returns>False when it isn't understood.</returns>
    private bool Write(uint type, ref RecordIn record)
    {
        switch (type)
        {
            // Extents, origins, brush origin, clip offset, move, line, justification of text.
            case (>= 9 and <= 13) or 26 or 27 or 54 or 120:
                return Numbers(ref record, 2);
            case 15:
                return Numbers(ref record, 2) && Colour(ref record, 16);
            case 17:
                return Choice(ref record, 1, 8);
            case 18 or 19 or 57:
                return Choice(ref record, 1, 2);
            case 20:
                return Choice(ref record, 1, 16);
            case 21:
                return Choice(ref record, 1, 4);
            case 22:
                output.U32(record.U32(8) & 0x11F);
                return true;
            case 24 or 25:
                return Colour(ref record, 8);
            // Saved state, clip of the picture, path brackets and what is done to a path.
            case 28 or 59 or 60 or 61 or 65 or 66 or 68:
                return true;
            case 29 or 30 or 42 or 43 or (>= 62 and <= 64):
                return Numbers(ref record, 4);
            case 31 or 32:
                return Numbers(ref record, 4) && record.Need(record.I32(12) != 0 && record.I32(20) != 0);
            case 33:
                return ++depth <= 10_000;
            case 34:
                return Restore(record.I32(8));
            case 35:
                return Matrix(ref record);
            case 36:
                if (!Matrix(ref record)) return false;
                output.U32(record.OneOf(32, 1, 4));
                return true;
            case 37 or 40:
                return Use(type, record.U32(8));
            case 41:
                if (!Numbers(ref record, 3)) return false;
                output.F32(record.F32(20));
                output.F32(record.F32(24));
                return true;
            case 44:
                return Numbers(ref record, 6);
            case (>= 45 and <= 47) or 55:
                return Numbers(ref record, 8);
            case 58:
                return Numbers(ref record, 1);
            case 67:
                return Choice(ref record, 1, 5);
            case 115:
                output.U32(record.U32(8) & 9);
                return true;
            case >= 2 and <= 6:
                return Points(ref record, 8);
            case >= 85 and <= 89:
                return Points(ref record, 4);
            case 7 or 8:
                return Polygons(ref record, 8);
            case 90 or 91:
                return Polygons(ref record, 4);
            case 56 or 92:
                return Points(ref record, type == 56 ? 8 : 4) && Kinds(ref record, type == 56 ? 8 : 4);
            case 38:
                return Pen(ref record);
            case 39:
                return Brush(ref record);
            case 82:
                return Font(ref record);
            case 93 or 94:
                return Pattern(ref record);
            case 95:
                return WidePen(ref record);
            case 75:
                return Region(ref record);
            case 76:
                return Blit(ref record, type, 100);
            case 77 or 114 or 116:
                return Blit(ref record, type, 108);
            case 80:
                return ToDevice(ref record);
            case 81:
                return Stretch(ref record);
            case 83 or 84:
                return Text(ref record, type == 84 ? 2 : 1);
            case 108:
                return SmallText(ref record);
            case 118:
                return Gradient(ref record);
            // Palettes and colour spaces: objects that nothing which is kept needs.
            case 49 or 99 or 122:
                Made(record.U32(8), 2);
                output.Undo();
                return true;
            case 101:
                objects.Remove(record.U32(8));
                output.Undo();
                return true;
            // Settings of printers' and screens' colours; escapes of drivers.
            case 16 or 23 or 48 or (>= 50 and <= 52) or 98 or 100 or (>= 104 and <= 106) or (>= 109 and <= 113) or 119 or 121:
                if (type is 105 or 106 or 110) job.Remove("X-30", place, "escapes of a metafile");
                output.Undo();
                return true;
            default:
                return false;
        }
    }

    private bool Numbers(ref RecordIn record, int count)
    {
        for (var i = 0; i < count; i++) output.I32(record.I32(8 + 4 * i));
        return !record.Fails;
    }

    private bool Choice(ref RecordIn record, uint least, uint most)
    {
        output.U32(record.OneOf(8, least, most));
        return !record.Fails;
    }

    private bool Colour(ref RecordIn record, int at)
    {
        output.U32(record.Colour(at));
        return !record.Fails;
    }

    /// <summary>Back to a state that was saved; one that wasn't is left out, as nothing happens then.</summary>
    private bool Restore(int back)
    {
        if (back >= 0) return false;
        if (depth + back < 0)
        {
            output.Undo();
            return true;
        }
        depth += back;
        output.I32(back);
        return true;
    }

    private bool Matrix(ref RecordIn record, int at = 8)
    {
        for (var i = 0; i < 6; i++) output.F32(record.F32(at + 4 * i));
        return !record.Fails;
    }

    /// <summary>A new object under its number.</summary>
    private bool Made(uint number, byte kind = 1)
    {
        if (number is 0 or > MostObjects) return false;
        objects[number] = kind;
        if (kind == 1) mostObject = Math.Max(mostObject, number);
        return true;
    }

    /// <summary>Selects or deletes an object: one of the system's own or one that was made.</summary>
    private bool Use(uint type, uint number)
    {
        if (number >> 31 == 1)
        {
            // Stock objects 0 to 19; a palette among them (15) means nothing here.
            if (type == 40 || (number & 0x7FFF_FFFF) is var stock && (stock > 19 || stock is 9 or 15))
            {
                output.Undo();
                return type == 40 || (number & 0x7FFF_FFFF) is 9 or 15;
            }
            output.U32(number);
            return true;
        }
        if (!objects.TryGetValue(number, out var kind))
        {
            // Nothing is selected by a number without an object, nor deleted.
            output.Undo();
            return true;
        }
        if (type == 40) objects.Remove(number);
        if (kind == 2) output.Undo();
        else output.U32(number);
        return true;
    }
}
