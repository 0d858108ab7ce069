namespace Sekisho.Sanitizer.Images.Metafiles;

/// <summary>Records of a length that depends on what is in them.</summary>
internal sealed partial class EnhancedMetafile
{
    private const uint Glyphs = 0x10, KnownOptions = 0x13F96;

    /// <summary>Bounds, a count, points of four or eight bytes.</summary>
    private bool Points(ref RecordIn record, int pointBytes)
    {
        var count = record.U32(24);
        output.Bytes(record.Slice(8, 16));
        output.U32(count);
        output.Bytes(record.Slice(28, count * (long)pointBytes));
        return !record.Fails;
    }

    /// <summary>What each point of a mixed line is, after the points.</summary>
    private bool Kinds(ref RecordIn record, int pointBytes)
    {
        var count = record.U32(24);
        foreach (var kind in record.Slice(28 + count * (long)pointBytes, count))
        {
            // Line, curve or move; bit 0 closes the figure.
            if ((kind & ~1) is not (2 or 4 or 6)) return false;
            output.Bytes([kind]);
        }
        return !record.Fails;
    }

    private bool Polygons(ref RecordIn record, int pointBytes)
    {
        uint polygons = record.U32(24), points = record.U32(28);
        output.Bytes(record.Slice(8, 24));
        var counts = record.Slice(32, 4L * polygons);
        var each = new RecordIn(counts);
        long sum = 0;
        for (var i = 0; i < counts.Length; i += 4) sum += each.U32(i);
        output.Bytes(counts);
        output.Bytes(record.Slice(32 + 4L * polygons, points * (long)pointBytes));
        return !record.Fails && sum == points;
    }

    private bool Pen(ref RecordIn record)
    {
        output.U32(record.U32(8));
        output.U32(record.U32(12) & 0x1FF0F);
        output.I32(record.I32(16));
        output.I32(record.I32(20));
        output.U32(record.Colour(24));
        return (record.U32(12) & 0xF) <= 8 && Made(record.U32(8));
    }

    private bool Brush(ref RecordIn record)
    {
        output.U32(record.U32(8));
        output.U32(record.OneOf(12, 0, 2));
        output.U32(record.Colour(16));
        output.U32(record.U32(12) == 2 ? record.OneOf(20, 0, 12) : 0);
        return Made(record.U32(8));
    }

    private bool WidePen(ref RecordIn record)
    {
        var count = record.U32(48);
        // No bitmap: its place and length are written as nothing.
        if (record.U32(16) != 0 || record.U32(24) != 0 || (record.U32(28) & 0xF) > 8 || count > 16) return false;
        output.U32(record.U32(8));
        output.Zeros(16);
        output.U32(record.U32(28) & 0x1FF0F);
        output.U32(record.U32(32));
        output.U32(record.OneOf(36, 0, 2));
        output.U32(record.Colour(40));
        output.U32(record.U32(36) == 2 ? record.OneOf(44, 0, 12) : 0);
        output.U32(count);
        output.Bytes(record.Slice(52, 4L * count));
        return Made(record.U32(8));
    }

    /// <summary>What a font is asked for by; the system looks for one of that name. Nothing of the longer forms is needed.</summary>
    private bool Font(ref RecordIn record)
    {
        output.U32(record.U32(8));
        for (var at = 12; at < 32; at += 4) output.I32(record.I32(at));
        output.Bytes(record.Slice(32, 8));
        var ends = false;
        for (var at = 40; at < 104; at += 2)
        {
            var letter = at == 102 ? 0 : record.U16(at);
            ends |= letter < 0x20;
            output.U16(ends ? 0 : letter);
        }
        // Full name, style, version, size, match, vendor, culture and panose of the longer form (320 bytes in all).
        output.Zeros(320 - 92);
        return Made(record.U32(8));
    }

    private bool Pattern(ref RecordIn record)
    {
        output.U32(record.U32(8));
        output.U32(record.OneOf(12, 0, 0));
        if (Picture(ref record, 16, false) is not { } picture) return false;
        Places(32, picture);
        Whole(picture);
        return Made(record.U32(8));
    }

    private bool Region(ref RecordIn record)
    {
        uint bytes = record.U32(8), mode = record.OneOf(12, 1, 5);
        if (bytes == 0)
        {
            output.U32(0);
            output.U32(mode);
            return mode == 5;
        }
        var count = record.U32(24);
        if (record.U32(16) != 32 || record.U32(20) != 1 || bytes < 32 || count > (bytes - 32) / 16) return false;
        output.I32((int)(32 + 16 * count));
        output.U32(mode);
        output.U32(32);
        output.U32(1);
        output.U32(count);
        output.U32(16 * count);
        output.Bytes(record.Slice(32, 16));
        output.Bytes(record.Slice(48, 16L * count));
        return !record.Fails;
    }

    /// <summary>BITBLT, STRETCHBLT, ALPHABLEND, TRANSPARENTBLT.</summary>
    /// <param name="fixedBytes">Up to where the bitmap may begin.</param>
    private bool Blit(ref RecordIn record, uint type, int fixedBytes)
    {
        output.Bytes(record.Slice(8, 32));
        var how = record.U32(40);
        // Blending: source over, with nothing else (GDI itself writes 0x80 where flags are said to be 0).
        if (type == 114 && ((how & 0x7FFF) != 0 || how >> 24 > 1)) return false;
        output.U32(type == 116 ? record.Colour(40) : how);
        output.I32(record.I32(44));
        output.I32(record.I32(48));
        if (!Matrix(ref record, 52)) return false;
        output.U32(record.U32(76) & 0xFFFFFF);
        if (record.U32(88) == 0)
        {
            output.Zeros(20);
            if (fixedBytes == 108) output.Bytes(record.Slice(100, 8));
            return !record.Fails;
        }
        if (record.U32(80) != 0 || Picture(ref record, 84, type == 114) is not { } picture) return false;
        output.U32(0);
        Places(fixedBytes, picture);
        if (fixedBytes == 108) output.Bytes(record.Slice(100, 8));
        Whole(picture);
        return !record.Fails;
    }

    private bool ToDevice(ref RecordIn record)
    {
        output.Bytes(record.Slice(8, 40));
        if (Picture(ref record, 48, false) is not { } picture || record.U32(64) != 0 || record.U32(68) != 0 || record.U32(72) != Math.Abs(picture.Height)) return false;
        Places(76, picture);
        output.U32(0);
        output.U32(0);
        output.U32(record.U32(72));
        Whole(picture);
        return !record.Fails;
    }

    private bool Stretch(ref RecordIn record)
    {
        output.Bytes(record.Slice(8, 40));
        var picture = record.U32(52) == 0 ? null : Picture(ref record, 48, false);
        if (record.U32(52) != 0 && (picture is null || record.U32(64) != 0)) return false;
        if (picture is null) output.Zeros(16);
        else Places(80, picture);
        output.U32(0);
        output.Bytes(record.Slice(68, 12));
        if (picture is not null) Whole(picture);
        return !record.Fails;
    }

    /// <summary>The bitmap that four numbers at this place lead to: where its header is and how long, where its pixels are and how many.</summary>
    private Bitmap? Picture(ref RecordIn record, int at, bool hasAlpha)
    {
        var info = record.Slice(record.U32(at), record.U32(at + 4));
        var pixels = record.Slice(record.U32(at + 8), record.U32(at + 12));
        return record.Fails || pixels.IsEmpty ? null : Bitmap.Read(info, pixels, job.Policy.Limits.Pixels, hasAlpha);
    }

    private void Places(int start, Bitmap picture)
    {
        foreach (var number in (ReadOnlySpan<int>)[start, picture.Header.Length, start + picture.Header.Length, picture.Pixels.Length]) output.I32(number);
    }

    private void Whole(Bitmap picture)
    {
        output.Bytes(picture.Header);
        output.Bytes(picture.Pixels);
    }

    /// <summary>EXTTEXTOUT: where the words stand and how far each letter is from the next.</summary>
    private bool Text(ref RecordIn record, int letterBytes)
    {
        uint count = record.U32(44), options = record.U32(52) & KnownOptions, distances = record.U32(72);
        var places = (options & 0x2000) != 0 ? 2 : 1;
        output.Bytes(record.Slice(8, 16));
        output.U32(record.OneOf(24, 1, 2));
        Scale(ref record, 28);
        output.Bytes(record.Slice(36, 8));
        output.U32(count);
        output.I32(76);
        output.U32(options);
        output.Bytes(record.Slice(56, 16));
        var hasDistances = distances != 0 && count > 0 && distances + 4L * places * count <= record.Length;
        var text = record.Slice(count == 0 ? 0 : record.U32(48), count * (long)letterBytes);
        output.I32(hasDistances ? (int)((76 + (long)text.Length + 3) & ~3) : 0);
        Letters(text, letterBytes, (options & Glyphs) != 0);
        output.Pad(4);
        if (hasDistances) output.Bytes(record.Slice(distances, 4L * places * count));
        return !record.Fails;
    }

    private bool SmallText(ref RecordIn record)
    {
        uint count = record.U32(16), options = record.U32(20) & KnownOptions;
        var letterBytes = (options & 0x200) != 0 ? 1 : 2;
        output.Bytes(record.Slice(8, 8));
        output.U32(count);
        output.U32(options);
        output.U32(record.OneOf(24, 1, 2));
        Scale(ref record, 28);
        var at = 36;
        if ((options & 0x100) == 0)
        {
            output.Bytes(record.Slice(36, 16));
            at = 52;
        }
        Letters(record.Slice(at, count * (long)letterBytes), letterBytes, (options & Glyphs) != 0);
        return !record.Fails;
    }

    /// <summary>Two numbers that mean something in one mode only; writers leave what was there before.</summary>
    private void Scale(ref RecordIn record, int at)
    {
        foreach (var value in (ReadOnlySpan<uint>)[record.U32(at), record.U32(at + 4)])
        {
            var number = BitConverter.UInt32BitsToSingle(value);
            output.F32(float.IsFinite(number) && float.Abs(number) < 1e12f ? number : 0);
        }
    }

    /// <summary>Words without control characters; numbers of a font's glyphs are numbers.</summary>
    private void Letters(ReadOnlySpan<byte> text, int letterBytes, bool areGlyphs)
    {
        if (areGlyphs)
        {
            output.Bytes(text);
            return;
        }
        for (var i = 0; i < text.Length; i += letterBytes)
        {
            var letter = letterBytes == 1 ? text[i] : text[i] | text[i + 1] << 8;
            if (letter < 0x20) letter = 0x20;
            if (letterBytes == 1) output.Bytes([(byte)letter]);
            else output.U16(letter);
        }
    }

    private bool Gradient(ref RecordIn record)
    {
        uint corners = record.U32(24), count = record.U32(28), mode = record.OneOf(32, 0, 2);
        output.Bytes(record.Slice(8, 28));
        output.Bytes(record.Slice(36, 16L * corners));
        var numbers = (mode == 2 ? 3 : 2) * (long)count;
        for (var i = 0L; i < numbers && !record.Fails; i++)
        {
            var number = record.U32((int)Math.Min(int.MaxValue - 4, 36 + 16L * corners + 4 * i));
            if (number >= corners) return false;
            output.U32(number);
        }
        return !record.Fails;
    }
}
