using System.Buffers.Binary;
using System.Numerics;

namespace Sekisho.Sanitizer.Images.Jpeg;

/// <summary>Writes the segments around the coded data; each is made here, none is copied.</summary>
internal static class JpegWriter
{
    /// <summary>Bits that a value takes.</summary>
    public static int SizeOf(int value) => 32 - BitOperations.LeadingZeroCount((uint)(value < 0 ? -value : value));

    /// <summary>Colour differences share a table, all else the other.</summary>
    public static int TableOf(int component, JpegColours colours) => colours is JpegColours.YCbCr or JpegColours.Ycck && component is 1 or 2 ? 1 : 0;

    public static void Start(Stream output, JpegFrame frame, JpegColours colours, bool adobe, int orientation, (int X, int Y, int Unit)? density)
    {
        output.Write([0xFF, 0xD8]);
        Span<byte> body = stackalloc byte[16];
        // To libjpeg JFIF means YCbCr where there are three components.
        if (colours is JpegColours.Grey or JpegColours.YCbCr || (colours is not JpegColours.Rgb && density is not null))
        {
            var (x, y, unit) = density ?? (1, 1, 0);
            Segment(output, 0xE0, [.. "JFIF\0"u8, 1, 1, (byte)unit, (byte)(x >> 8), (byte)x, (byte)(y >> 8), (byte)y, 0, 0]);
        }
        var exif = ExifOf(orientation, colours == JpegColours.Rgb ? density : null);
        if (exif.Length > 0) Segment(output, 0xE1, exif);
        if (colours is JpegColours.Rgb or JpegColours.Ycck || (adobe && colours == JpegColours.Cmyk)) Segment(output, 0xEE, [.. "Adobe"u8, 0, 100, 0, 0, 0, 0, (byte)(colours == JpegColours.Ycck ? 2 : 0)]);
        var tables = Tables(frame);
        for (var i = 0; i < tables.Count; i++)
        {
            var wide = Array.Exists(tables[i], static v => v > 255);
            var bytes = new byte[1 + (wide ? 128 : 64)];
            bytes[0] = (byte)((wide ? 0x10 : 0) | i);
            for (var k = 0; k < 64; k++)
            {
                if (wide) BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(1 + 2 * k), tables[i][k]);
                else bytes[1 + k] = (byte)tables[i][k];
            }
            Segment(output, 0xDB, bytes);
        }
        var header = new byte[6 + 3 * frame.Components.Length];
        header[0] = 8;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(1), (ushort)frame.Height);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(3), (ushort)frame.Width);
        header[5] = (byte)frame.Components.Length;
        foreach (var c in frame.Components)
        {
            header[6 + 3 * c.Index] = IdOf(c.Index, colours);
            header[7 + 3 * c.Index] = (byte)((c.Across << 4) | c.Down);
            header[8 + 3 * c.Index] = (byte)tables.FindIndex(t => t.AsSpan().SequenceEqual(c.Quantisation));
        }
        // Baseline has no sixteen-bit tables: then it is extended sequential.
        Segment(output, tables.Exists(static t => Array.Exists(t, static v => v > 255)) ? (byte)0xC1 : (byte)0xC0, header);
    }

    public static void ScanHeader(Stream output, JpegFrame frame, JpegComponent[] components, JpegColours colours, JpegCode[] codes)
    {
        for (var table = 0; table < 2; table++)
        {
            if (!Array.Exists(components, c => TableOf(c.Index, colours) == table)) continue;
            Segment(output, 0xC4, [(byte)table, .. codes[table].Counts, .. codes[table].Symbols, (byte)(0x10 | table), .. codes[2 + table].Counts, .. codes[2 + table].Symbols]);
        }
        var body = new byte[4 + 2 * components.Length];
        body[0] = (byte)components.Length;
        for (var i = 0; i < components.Length; i++)
        {
            var table = TableOf(components[i].Index, colours);
            (body[1 + 2 * i], body[2 + 2 * i]) = (IdOf(components[i].Index, colours), (byte)((table << 4) | table));
        }
        body[^2] = 63;
        Segment(output, 0xDA, body);
    }

    public static void End(Stream output) => output.Write([0xFF, 0xD9]);

    /// <summary>The Exif segment's content; empty when there is nothing to say.</summary>
    public static byte[] ExifOf(int orientation, (int X, int Y, int Unit)? density) =>
        Exif.Write(orientation, density is { Unit: > 0 } d ? d : null) is { Length: > 0 } exif ? [.. "Exif\0\0"u8, .. exif] : [];

    private static List<ushort[]> Tables(JpegFrame frame)
    {
        var tables = new List<ushort[]>();
        foreach (var c in frame.Components)
        {
            if (!tables.Exists(t => t.AsSpan().SequenceEqual(c.Quantisation))) tables.Add(c.Quantisation!);
        }
        return tables;
    }

    private static byte IdOf(int component, JpegColours colours) => colours == JpegColours.Rgb ? "RGB"u8[component] : (byte)(component + 1);

    private static void Segment(Stream output, byte marker, ReadOnlySpan<byte> content)
    {
        output.Write([0xFF, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2)]);
        output.Write(content);
    }
}
