using System.Buffers.Binary;
using System.Numerics;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Images.Bmp;

/// <summary>BMP: all its headers since OS/2 are read; what is written is a plain one, bottom-up and uncompressed, with the same pixels.</summary>
/// <remarks>Source: MS-WMF 2.2.2.9 (DIB), OS/2 Presentation Manager reference. Bits that no mask names are cleared.</remarks>
internal sealed class BmpRebuilder : IRebuilder
{
    public IEnumerable<FileKind> Kinds => [FileKind.Bmp];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        var bytes = untrusted.Whole(job.Policy.Limits.InMemoryBytes);
        var header = BmpHeader.Read(bytes.Span, job);
        if (header.Compression is 1 or 2) WriteUnpacked(bytes.Span, header, output, job);
        else WritePlain(bytes.Span, header, output, job);
        // Pixels stand there as they are: in four bytes each, the last one zero, they are no other file.
        if (ForeignSignatures.Are(output.AsSource()))
        {
            var plain = output.AsSource().Whole(long.MaxValue).ToArray();
            output.SetLength(0);
            output.Position = 0;
            header.WriteWide(plain, output, job);
            if (ForeignSignatures.Are(output.AsSource())) throw ForeignSignatures.Stay();
        }
        return new(FileKind.Bmp, Outcome.Rebuilt);
    }

    private static void WritePlain(ReadOnlySpan<byte> bytes, BmpHeader header, Scratch output, Job job)
    {
        var rowBytes = header.RowBytes;
        var length = (long)rowBytes * header.Height;
        // The last row needs no padding.
        var used = ((long)header.Width * header.Bits + 7) / 8;
        if (header.PixelsAt + length - (rowBytes - used) > bytes.Length) throw Refusals.Broken("", "SAN-BMP-003", "画素の途中で終わっています", "the pixels end too early");
        if (header.PixelsAt + length < bytes.Length) job.Remove("I-01", "", "data after the pixels");
        header.Write(output);
        var row = new byte[rowBytes];
        var mask = header.Red | header.Green | header.Blue | header.Alpha;
        for (var i = 0; i < header.Height; i++)
        {
            if ((i & 0xFF) == 0) job.Budget.Check();
            var y = header.TopDown ? header.Height - 1 - i : i;
            bytes.Slice((int)(header.PixelsAt + (long)y * rowBytes), (int)used).CopyTo(row);
            if (header.Bits < 8 && header.Width * (long)header.Bits % 8 is > 0 and var last) row[used - 1] &= (byte)(0xFF00 >> (int)last);
            for (var x = 0; header.Bits == 16 && x < header.Width; x++) BinaryPrimitives.WriteUInt16LittleEndian(row.AsSpan(2 * x), (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(row.AsSpan(2 * x)) & mask));
            for (var x = 0; header.Bits == 32 && x < header.Width; x++) BinaryPrimitives.WriteUInt32LittleEndian(row.AsSpan(4 * x), BinaryPrimitives.ReadUInt32LittleEndian(row.AsSpan(4 * x)) & mask);
            output.Write(row);
        }
    }

    private static void WriteUnpacked(ReadOnlySpan<byte> bytes, BmpHeader header, Scratch output, Job job)
    {
        var rowBytes = header.RowBytes;
        if ((long)rowBytes * header.Height > 256 << 20) throw Refusals.TooManyPixels("", header.Width, header.Height);
        var whole = new byte[(long)rowBytes * header.Height];
        int at = (int)header.PixelsAt, x = 0, y = 0;
        var four = header.Compression == 2;
        var ended = false;
        while (!ended && at + 2 <= bytes.Length && y < header.Height)
        {
            int count = bytes[at], value = bytes[at + 1];
            at += 2;
            if (count > 0)
            {
                for (var i = 0; i < count; i++) Set(four ? (i & 1) == 0 ? value >> 4 : value & 15 : value);
                continue;
            }
            switch (value)
            {
                case 0:
                    (x, y) = (0, y + 1);
                    job.Budget.Check();
                    break;
                case 1:
                    ended = true;
                    break;
                case 2:
                    if (at + 2 > bytes.Length) throw Broken();
                    x = Math.Min(header.Width, x + bytes[at]);
                    y += bytes[at + 1];
                    at += 2;
                    break;
                default:
                    var length = four ? (value + 1) / 2 : value;
                    if (at + length > bytes.Length) throw Broken();
                    for (var i = 0; i < value; i++) Set(four ? (i & 1) == 0 ? bytes[at + i / 2] >> 4 : bytes[at + i / 2] & 15 : bytes[at + i]);
                    at += (length + 1) & ~1;
                    break;
            }
        }
        // Many programs forget the end when the last row is full.
        if (!ended && y < header.Height - 1) throw Broken();
        if (!ended && at + 2 <= bytes.Length && bytes[at] == 0 && bytes[at + 1] == 1) at += 2;
        if (at < bytes.Length) job.Remove("I-01", "", "data after the pixels");
        header.Write(output);
        if (!header.TopDown) output.Write(whole);
        for (var i = header.Height - 1; header.TopDown && i >= 0; i--) output.Write(whole.AsSpan(i * rowBytes, rowBytes));

        void Set(int index)
        {
            // Runs may go on to the row's padding; they end there.
            if (x >= header.Width || y >= header.Height) return;
            if (four) whole[y * rowBytes + x / 2] |= (byte)(index << ((x & 1) == 0 ? 4 : 0));
            else whole[y * rowBytes + x] = (byte)index;
            x++;
        }

        static RefusedException Broken() => Refusals.Broken("", "SAN-BMP-003", "画素の途中で終わっています", "the pixels end too early");
    }
}

/// <summary>What the headers of a BMP say, checked.</summary>
internal sealed class BmpHeader
{
    public int Width { get; private set; }
    public int Height { get; private set; }
    public bool TopDown { get; private set; }
    public int Bits { get; private set; }

    /// <summary>0 plain, 1 runs of bytes, 2 runs of half-bytes, 3 masks.</summary>
    public int Compression { get; private set; }

    public uint Red { get; private set; }
    public uint Green { get; private set; }
    public uint Blue { get; private set; }
    public uint Alpha { get; private set; }
    public long PixelsAt { get; private set; }

    /// <summary>Blue, green, red, nothing: as many as there are indices.</summary>
    private byte[] Palette { get; set; } = [];

    private (int X, int Y) PerMetre { get; set; }

    public int RowBytes => (int)(((long)Width * Bits + 31) / 32 * 4);

    public static BmpHeader Read(ReadOnlySpan<byte> bytes, Job job)
    {
        var size = bytes.Length >= 26 ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[14..]) : 0;
        if (size is not (12 or 16 or 40 or 52 or 56 or 64 or 108 or 124) || 14 + size > bytes.Length) throw Wrong("SAN-BMP-001", "見出し", "the header");
        var info = bytes.Slice(14, (int)size);
        var header = new BmpHeader();
        long width = size == 12 ? BinaryPrimitives.ReadUInt16LittleEndian(info[4..]) : BinaryPrimitives.ReadInt32LittleEndian(info[4..]);
        long height = size == 12 ? BinaryPrimitives.ReadUInt16LittleEndian(info[6..]) : BinaryPrimitives.ReadInt32LittleEndian(info[8..]);
        header.TopDown = height < 0;
        job.Budget.Pixels(width, Math.Abs(height), "");
        (header.Width, header.Height) = ((int)width, (int)Math.Abs(height));
        header.Bits = BinaryPrimitives.ReadUInt16LittleEndian(info[(size == 12 ? 10 : 14)..]);
        var compression = size > 16 ? BinaryPrimitives.ReadUInt32LittleEndian(info[16..]) : 0;
        var known = compression switch
        {
            0 => header.Bits is 1 or 4 or 8 or 16 or 24 or 32,
            1 => header.Bits == 8,
            2 => header.Bits == 4,
            3 or 6 => header.Bits is 16 or 32 && size != 64,
            _ => false,
        };
        if (!known) throw Wrong("SAN-BMP-002", $"知らない画素の形式（{header.Bits} ビット、圧縮 {compression}）", $"an unknown form of pixels ({header.Bits} bits, compression {compression})");
        header.Compression = compression == 6 ? 3 : (int)compression;
        var used = 0u;
        if (size >= 40)
        {
            int x = BinaryPrimitives.ReadInt32LittleEndian(info[24..]), y = BinaryPrimitives.ReadInt32LittleEndian(info[28..]);
            if (x > 0 && y > 0) header.PerMetre = (x, y);
            used = BinaryPrimitives.ReadUInt32LittleEndian(info[32..]);
        }
        var after = 14L + size;
        header.Masks(bytes, size, compression, ref after);
        if (header.Bits <= 8) header.ReadPalette(bytes, size == 12 ? 3 : 4, used, ref after);
        else if (used is > 0 and <= 65_536 && after + 4 * used <= BinaryPrimitives.ReadUInt32LittleEndian(bytes[10..])) after += 4 * used; // colours for screens of 256
        header.PixelsAt = BinaryPrimitives.ReadUInt32LittleEndian(bytes[10..]);
        if (header.PixelsAt < after || header.PixelsAt >= bytes.Length) header.PixelsAt = after;
        if (header.PixelsAt > after) job.Remove("I-03", "", "data before the pixels");
        if (size == 124 && BinaryPrimitives.ReadUInt32LittleEndian(info[56..]) is 0x4C494E4B or 0x4D424544) job.Remove("I-08", "", "colour profile");
        return header;
    }

    public void Write(Stream output)
    {
        var hasAlpha = Alpha != 0;
        var size = hasAlpha ? 108 : 40;
        var masks = Compression == 3 && !hasAlpha ? 12 : 0;
        var at = 14 + size + masks + Palette.Length;
        var length = (long)RowBytes * Height;
        var bytes = new byte[at];
        "BM"u8.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(2), (uint)Math.Min(uint.MaxValue, at + length));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(10), at);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(14), size);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(18), Width);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(22), Height);
        bytes[26] = 1;
        bytes[28] = (byte)Bits;
        bytes[30] = (byte)(Compression == 3 ? 3 : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(34), (uint)length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(38), PerMetre.X);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(42), PerMetre.Y);
        if (Compression == 3)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(54), Red);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(58), Green);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(62), Blue);
            if (hasAlpha)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(66), Alpha);
                "BGRs"u8.CopyTo(bytes.AsSpan(70)); // sRGB
            }
        }
        Palette.CopyTo(bytes, 14 + size + masks);
        output.Write(bytes);
    }

    /// <summary>A small PNG of it, for people to look at.</summary>
    public static void Draw(ReadOnlyMemory<byte> untrusted, Scratch output, Job job)
    {
        using var plain = job.NewScratch();
        new BmpRebuilder().Rebuild(Source.Of(untrusted), FileKind.Bmp, plain, job);
        var bytes = plain.AsSource().Whole(job.Policy.Limits.InMemoryBytes);
        var header = Read(bytes.Span, job);
        var rows = bytes[BinaryPrimitives.ReadInt32LittleEndian(bytes.Span[10..])..];
        SmallPicture.Write(output, header.Width, header.Height, (x, y) => header.Colour(rows.Span.Slice((header.Height - 1 - y) * header.RowBytes, header.RowBytes), x), job);
    }

    /// <summary>The same pixels with eight bits a colour in four bytes.</summary>
    /// <param name="plain">As <see cref="Write"/> and the rows after it gave it.</param>
    public void WriteWide(ReadOnlySpan<byte> plain, Stream output, Job job)
    {
        if (Alpha != 0 || (long)Width * Height > 64 << 20) throw ForeignSignatures.Stay();
        var rows = plain[BinaryPrimitives.ReadInt32LittleEndian(plain[10..])..];
        var wide = new BmpHeader { Width = Width, Height = Height, Bits = 32, PerMetre = PerMetre };
        wide.Write(output);
        var row = new byte[4 * Width];
        for (var y = 0; y < Height; y++)
        {
            if ((y & 0xFF) == 0) job.Budget.Check();
            var from = rows.Slice(y * RowBytes, RowBytes);
            for (var x = 0; x < Width; x++)
            {
                var to = row.AsSpan(4 * x, 4);
                (to[2], to[1], to[0]) = Colour(from, x);
                to[3] = 0;
            }
            output.Write(row);
        }
    }

    private static byte Eight(uint value, uint mask)
    {
        var most = mask >> BitOperations.TrailingZeroCount(mask);
        return (byte)((((ulong)(value & mask) >> BitOperations.TrailingZeroCount(mask)) * 255 + most / 2) / most);
    }

    private static RefusedException Wrong(string code, string ja, string en) => Refusals.Broken("", code, ja, en);

    private static bool Together(uint mask) => mask != 0 && BitOperations.PopCount(mask) + BitOperations.LeadingZeroCount(mask) + BitOperations.TrailingZeroCount(mask) == 32;

    private (byte Red, byte Green, byte Blue) Colour(ReadOnlySpan<byte> row, int x)
    {
        if (Bits <= 8)
        {
            var entry = Palette.AsSpan(4 * ((row[x * Bits >> 3] >> (8 - Bits - (x * Bits & 7))) & ((1 << Bits) - 1)), 3);
            return (entry[2], entry[1], entry[0]);
        }
        if (Bits == 24) return (row[3 * x + 2], row[3 * x + 1], row[3 * x]);
        var value = Bits == 16 ? BinaryPrimitives.ReadUInt16LittleEndian(row[(2 * x)..]) : BinaryPrimitives.ReadUInt32LittleEndian(row[(4 * x)..]);
        return (Eight(value, Red), Eight(value, Green), Eight(value, Blue));
    }

    private void Masks(ReadOnlySpan<byte> bytes, uint size, uint compression, ref long after)
    {
        if (Bits == 16) (Red, Green, Blue) = (0x7C00, 0x3E0, 0x1F);
        else if (Bits == 32) (Red, Green, Blue) = (0xFF0000, 0xFF00, 0xFF);
        if (Compression != 3) return;
        var count = compression == 6 || size >= 56 ? 4 : 3;
        if (size == 40) after += 4 * count;
        if (54 + 4 * count > bytes.Length) throw Wrong("SAN-BMP-001", "見出し", "the header");
        Red = BinaryPrimitives.ReadUInt32LittleEndian(bytes[54..]);
        Green = BinaryPrimitives.ReadUInt32LittleEndian(bytes[58..]);
        Blue = BinaryPrimitives.ReadUInt32LittleEndian(bytes[62..]);
        Alpha = count == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[66..]) : 0;
        var all = Red | Green | Blue | Alpha;
        var apart = BitOperations.PopCount(Red) + BitOperations.PopCount(Green) + BitOperations.PopCount(Blue) + BitOperations.PopCount(Alpha) == BitOperations.PopCount(all);
        if (!Together(Red) || !Together(Green) || !Together(Blue) || (Alpha != 0 && !Together(Alpha)) || !apart || (Bits == 16 && all > 0xFFFF)) throw Wrong("SAN-BMP-002", "色の位置の指定", "the colour masks");
    }

    private void ReadPalette(ReadOnlySpan<byte> bytes, int entryBytes, uint used, ref long after)
    {
        var most = 1 << Bits;
        var start = (int)after;
        var pixelsAt = BinaryPrimitives.ReadUInt32LittleEndian(bytes[10..]);
        long count = used == 0 ? most : used;
        // What lies before the pixels is the palette: fewer entries than said, where there is no more room.
        if (pixelsAt > start && pixelsAt <= bytes.Length) count = Math.Min(count, (pixelsAt - start) / entryBytes);
        count = Math.Min(count, (bytes.Length - start) / entryBytes);
        after = start + count * entryBytes;
        Palette = new byte[4 * most];
        for (var i = 0; i < Math.Min(count, most); i++) bytes.Slice(start + i * entryBytes, 3).CopyTo(Palette.AsSpan(4 * i));
    }
}
