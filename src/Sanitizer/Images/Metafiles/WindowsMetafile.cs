using System.Buffers.Binary;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Images.Metafiles;

/// <summary>A Windows metafile (WMF) written anew from the drawing records that are understood; escapes (abort procedures, PostScript, comments with whole files in them) and palettes are left out.</summary>
/// <remarks>As with <see cref="EnhancedMetafile"/>, a record that draws and isn't understood ends it. Numbers are words of 16 bits. Source: MS-WMF 13.0.</remarks>
internal sealed class WindowsMetafile
{
    private const int MostObjects = 65_535, PlaceableBytes = 22, HeaderBytes = 18;

    private readonly RecordOut output = new();
    private readonly Job job;
    private readonly string place;

    /// <summary>Objects by number. A new one gets the lowest that is free: what is left out leaves another in its stead.</summary>
    private readonly List<bool> objects = [];
    private int depth, longest;

    private WindowsMetafile(Job job, string place) => (this.job, this.place) = (job, place);

    /// <summary>Null when not all of it is understood.</summary>
    /// <param name="place">What is left out is told of this part.</param>
    public static byte[]? Rebuild(ReadOnlySpan<byte> untrusted, Job job, string place) => new WindowsMetafile(job, place).Run(untrusted);

    private byte[]? Run(ReadOnlySpan<byte> untrusted)
    {
        var start = 0;
        if (untrusted.Length >= PlaceableBytes && BinaryPrimitives.ReadUInt32LittleEndian(untrusted) == 0x9AC6CDD7)
        {
            var frame = new RecordIn(untrusted);
            if (frame.U16(14) == 0) return null;
            output.U32(0x9AC6CDD7);
            output.U16(0);
            output.Bytes(untrusted.Slice(6, 10));
            output.U32(0);
            var sum = 0;
            for (var i = 0; i < 20; i += 2) sum ^= BinaryPrimitives.ReadUInt16LittleEndian(output.Written[i..]);
            output.U16(sum);
            start = PlaceableBytes;
        }
        var head = new RecordIn(untrusted[start..]);
        if (head.U16(0) is not (1 or 2) || head.U16(2) != 9 || head.U16(4) is not (0x100 or 0x300) || head.Fails) return null;
        var header = output.Length;
        output.Zeros(HeaderBytes);
        long at = start + HeaderBytes;
        var ended = false;
        for (var number = 0; !ended && at + 6 <= untrusted.Length; number++)
        {
            var words = BinaryPrimitives.ReadUInt32LittleEndian(untrusted[(int)at..]);
            var function = BinaryPrimitives.ReadUInt16LittleEndian(untrusted[((int)at + 4)..]);
            if (words < 3 || at + 2L * words > untrusted.Length) return null;
            if ((number & 0x3FF) == 0) job.Budget.Check();
            // Fields are counted from behind the record's head.
            var record = new RecordIn(untrusted.Slice((int)at + 6, (int)(2 * words) - 6));
            at += 2L * words;
            ended = function == 0;
            if (ended) break;
            output.Begin();
            output.I32(0);
            output.U16(function);
            if (!Write(function, ref record) || record.Fails) return null;
            Close();
        }
        if (!ended) return null;
        if (at < untrusted.Length && untrusted[(int)at..].ContainsAnyExcept((byte)0)) job.Remove("I-01", place, "data after the metafile's end");
        output.Begin();
        output.I32(0);
        output.U16(0);
        Close();
        var made = output.ToArray();
        var into = made.AsSpan(header, HeaderBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(into, 1);
        BinaryPrimitives.WriteUInt16LittleEndian(into[2..], 9);
        BinaryPrimitives.WriteUInt16LittleEndian(into[4..], 0x300);
        BinaryPrimitives.WriteInt32LittleEndian(into[6..], (made.Length - header) / 2);
        BinaryPrimitives.WriteUInt16LittleEndian(into[10..], (ushort)objects.Count);
        BinaryPrimitives.WriteInt32LittleEndian(into[12..], longest);
        return made;
    }

    private void Close()
    {
        if (output.RecordLength == 0) return;
        output.Pad(2);
        output.Set(0, output.RecordLength / 2);
        longest = Math.Max(longest, output.RecordLength / 2);
    }

    /// <summary>Writes one record; takes it back when it is left out.</summary>
    /// <returns>False when it isn't understood.</returns>
    private bool Write(int function, ref RecordIn record)
    {
        switch (function)
        {
            case 0x001E:
                return ++depth <= 10_000;
            case 0x0102 or 0x0106:
                return Choice(ref record, 1, 2);
            case 0x0103:
                return Choice(ref record, 1, 8);
            case 0x0104:
                return Choice(ref record, 1, 16);
            case 0x0107:
                return Choice(ref record, 1, 4);
            case 0x0108:
                return Numbers(ref record, 1);
            case 0x012E:
                output.U16(record.U16(0) & 0x11F);
                return true;
            case 0x0149:
                output.U16(record.U16(0) & 9);
                output.U16(0);
                return true;
            case 0x0127:
                return Restore(record.I16(0));
            case 0x0201 or 0x0209:
                output.U32(record.Colour(0));
                return true;
            // Justification, origins and extents, their moves, line, move, offset of the clip.
            case (>= 0x020A and <= 0x020F) or 0x0211 or 0x0213 or 0x0214 or 0x0220:
                return Numbers(ref record, 2);
            case 0x0410 or 0x0412:
                return record.Need(record.I16(0) != 0 && record.I16(4) != 0) && Numbers(ref record, 4);
            case 0x0415 or 0x0416 or 0x0418 or 0x041B:
                return Numbers(ref record, 4);
            case 0x041F:
                output.U32(record.Colour(0));
                output.U16(record.U16(4));
                output.U16(record.U16(6));
                return true;
            case 0x061C or 0x061D:
                return Numbers(ref record, 6);
            case 0x0817 or 0x081A or 0x0830:
                return Numbers(ref record, 8);
            case 0x0324 or 0x0325:
                output.U16(record.U16(0));
                output.Bytes(record.Slice(2, 4L * record.U16(0)));
                return true;
            case 0x0538:
                return Polygons(ref record);
            case 0x02FA:
                output.U16(record.U16(0) & 0xFF0F);
                output.U16(record.U16(2));
                output.U16(record.U16(4));
                output.U32(record.Colour(6));
                return (record.U16(0) & 0xF) <= 8 && Made();
            case 0x02FC:
                output.U16(record.U16(0));
                output.U32(record.U16(0) == 1 ? 0 : record.Colour(2));
                output.U16(record.U16(0) == 2 ? record.U16(6) : 0);
                return record.U16(0) <= 2 && (record.U16(0) < 2 || record.U16(6) <= 12) && Made();
            case 0x02FB:
                return Font(ref record);
            case 0x0142:
                output.U16(record.U16(0));
                output.U16(0);
                return record.U16(0) is 3 or 5 && record.U16(2) == 0 && Picture(ref record, 4) && Made();
            // A palette: its number is taken by a brush that draws nothing.
            case 0x00F7:
                output.Undo();
                output.Begin();
                output.I32(0);
                output.U16(0x02FC);
                output.U16(1);
                output.Zeros(6);
                return Made();
            case 0x012D or 0x01F0:
                return Use(function, record.U16(0));
            // No region: the clip is taken off.
            case 0x012C:
                output.U16(0);
                return record.U16(0) == 0;
            case 0x0521:
                return Text(ref record);
            case 0x0A32:
                return PlacedText(ref record);
            case 0x0940:
                return Blit(ref record, 8);
            case 0x0B41:
                return Blit(ref record, 10);
            case 0x0922:
                return record.Length == 18 && Blit(ref record, 8);
            case 0x0F43:
                return record.Need(record.U16(4) == 0) && Numbers(ref record, 11) && Picture(ref record, 22);
            case 0x0D33:
                return record.Need(record.U16(0) == 0) && Numbers(ref record, 9) && Picture(ref record, 18);
            case 0x0626:
                job.Remove("X-30", place, "escapes of a metafile");
                output.Undo();
                return true;
            // Palettes, hints to mappers of fonts, relative coordinates that no version knows.
            case 0x0035 or 0x0037 or 0x0105 or 0x0139 or 0x0231 or 0x0234 or 0x0436:
                output.Undo();
                return true;
            default:
                return false;
        }
    }

    private bool Numbers(ref RecordIn record, int count)
    {
        output.Bytes(record.Slice(0, 2L * count));
        return !record.Fails;
    }

    private bool Choice(ref RecordIn record, int least, int most)
    {
        output.U16(record.U16(0));
        return record.Need(record.U16(0) >= least && record.U16(0) <= most);
    }

    private bool Restore(int back)
    {
        if (back >= 0) return false;
        if (depth + back < 0)
        {
            output.Undo();
            return true;
        }
        depth += back;
        output.U16(back);
        return true;
    }

    private bool Made()
    {
        var free = objects.IndexOf(false);
        if (free >= 0) objects[free] = true;
        else objects.Add(true);
        return objects.Count <= MostObjects;
    }

    private bool Use(int function, int number)
    {
        if (number >= objects.Count || !objects[number])
        {
            output.Undo();
            return true;
        }
        if (function == 0x01F0) objects[number] = false;
        output.U16(number);
        return true;
    }

    private bool Polygons(ref RecordIn record)
    {
        var polygons = record.U16(0);
        long points = 0;
        for (var i = 0; i < polygons && !record.Fails; i++) points += record.U16(2 + 2 * i);
        output.Bytes(record.Slice(0, 2 + 2L * polygons + 4 * points));
        return !record.Fails;
    }

    private bool Font(ref RecordIn record)
    {
        output.Bytes(record.Slice(0, 18));
        if (record.Fails) return false;
        var name = record.Slice(18, Math.Min(31, record.Length - 18));
        var end = name.IndexOfAnyInRange((byte)0, (byte)0x1F);
        output.Bytes(end < 0 ? name : name[..end]);
        output.Zeros(1);
        return Made();
    }

    private bool Text(ref RecordIn record)
    {
        int count = record.U16(0), even = (count + 1) & ~1;
        output.U16(count);
        Letters(record.Slice(2, count));
        output.U16(record.U16(2 + even));
        output.U16(record.U16(4 + even));
        return !record.Fails;
    }

    private bool PlacedText(ref RecordIn record)
    {
        int count = record.U16(4), options = record.U16(6) & 0x3C96, at = (options & 6) != 0 ? 16 : 8, even = (count + 1) & ~1;
        output.Bytes(record.Slice(0, 6));
        output.U16(options);
        output.Bytes(record.Slice(8, at - 8));
        Letters(record.Slice(at, count), (options & 0x10) != 0);
        if (record.Length >= at + even + 2 * count) output.Bytes(record.Slice(at + even, 2 * count));
        return !record.Fails;
    }

    private void Letters(ReadOnlySpan<byte> text, bool areGlyphs = false)
    {
        foreach (var letter in text) output.Bytes([letter < 0x20 && !areGlyphs ? (byte)0x20 : letter]);
        if (text.Length % 2 == 1) output.Zeros(1);
    }

    /// <summary>DIBBITBLT and DIBSTRETCHBLT; without a bitmap they have a word that says nothing and no pixels.</summary>
    private bool Blit(ref RecordIn record, int words)
    {
        if (record.Length == 2 * words + 2)
        {
            // The word lies before the place it is drawn to.
            output.Bytes(record.Slice(0, 2L * words - 8));
            output.U16(0);
            output.Bytes(record.Slice(2L * words - 6, 8));
            return !record.Fails;
        }
        return Numbers(ref record, words) && Picture(ref record, 2 * words);
    }

    private bool Picture(ref RecordIn record, int at)
    {
        var rest = record.Slice(at, record.Length - at);
        if (record.Fails || Bitmap.Read(rest, [], job.Policy.Limits.Pixels, false) is not { } picture) return false;
        output.Bytes(picture.Header);
        output.Bytes(picture.Pixels);
        return true;
    }
}
