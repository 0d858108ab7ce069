using System.Buffers.Binary;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Pdf.Parts;

/// <summary>A JPEG that stands in a PDF, with what its reader needs and nothing else.</summary>
/// <param name="Markers">The segments that say how colours are stored (JFIF, Adobe), written anew.</param>
internal sealed record CleanJpeg(byte[] Bytes, int Width, int Height, int Components, byte[] Markers);

/// <summary>Writes the JPEG of a PDF anew, segment by segment (ITU-T T.81 Annex B): frame, tables, scans, the colour transform that Adobe's marker tells and a bare JFIF header. Comments, EXIF, ICC, thumbnails, further pictures
/// and what stands behind the end are not written. The samples stay as they are to the bit: ink colours and /Decode keep their meaning.</summary>
internal static class JpegStructure
{
    /// <returns>Null when it isn't a JPEG as T.81 and ISO 32000 have it.</returns>
    /// <exception cref="RefusedException">It has more pixels than allowed.</exception>
    /// <param name="markers">Instead of its own.</param>
    public static CleanJpeg? Rewrite(ReadOnlySpan<byte> untrusted, Budget budget, string place, byte[]? markers = null)
    {
        var begin = untrusted.IndexOf<byte>([0xFF, 0xD8]);
        if (begin is < 0 or > 64) return null;
        var at = begin + 2;
        var output = new MemoryStream(untrusted.Length);
        output.Write([0xFF, 0xD8]);
        output.Write(markers);
        using var own = new MemoryStream();
        int width = 0, height = 0, components = 0, scans = 0;
        var frameKind = 0;
        Span<byte> ids = stackalloc byte[4];
        bool quantised = false, jfif = false, adobe = false;
        while (true)
        {
            // Fill bytes before a marker are allowed; anything else between segments isn't ours to understand, and isn't written.
            var next = untrusted[Math.Min(at, untrusted.Length)..].IndexOf((byte)0xFF);
            if (next < 0) break;
            at += next;
            while (at < untrusted.Length && untrusted[at] == 0xFF) at++;
            if (at >= untrusted.Length) break;
            var marker = untrusted[at++];
            if (marker == 0xD9) break;
            if (marker is 0 or 1 or (>= 0xD0 and <= 0xD8)) continue;
            if (at + 2 > untrusted.Length) break;
            var length = BinaryPrimitives.ReadUInt16BigEndian(untrusted[at..]);
            if (length < 2 || at + length > untrusted.Length) break;
            var body = untrusted.Slice(at + 2, length - 2);
            at += length;
            switch (marker)
            {
                case 0xC0 or 0xC1 or 0xC2:
                    if (frameKind != 0 || body.Length < 6 || body[0] != 8) return null;
                    frameKind = marker;
                    height = BinaryPrimitives.ReadUInt16BigEndian(body[1..]);
                    width = BinaryPrimitives.ReadUInt16BigEndian(body[3..]);
                    components = body[5];
                    if (components is not (1 or 3 or 4) || body.Length < 6 + 3 * components || width == 0 || height == 0) return null;
                    for (var i = 0; i < components; i++)
                    {
                        var sampling = body[7 + 3 * i];
                        if (sampling >> 4 is 0 or > 4 || (sampling & 15) is 0 or > 4 || body[8 + 3 * i] > 3) return null;
                        ids[i] = body[6 + 3 * i];
                    }
                    budget.Pixels(width, height, place);
                    Segment(output, marker, body[..(6 + 3 * components)]);
                    break;
                case 0xDB:
                    if (!AreTables(body)) return null;
                    quantised = true;
                    Segment(output, marker, body);
                    break;
                case 0xC4:
                    if (!AreCodes(body)) return null;
                    Segment(output, marker, body);
                    break;
                case 0xDD:
                    if (body.Length < 2) return null;
                    Segment(output, marker, body[..2]);
                    break;
                case 0xE0 when markers is null && !jfif && frameKind == 0 && body.Length >= 14 && body.StartsWith("JFIF\0"u8):
                    jfif = true;
                    Segment(own, marker, [.. "JFIF\0"u8, 1, 1, body[7] <= 2 ? body[7] : (byte)0, .. body[8..12], 0, 0]);
                    break;
                case 0xEE when markers is null && !adobe && body.Length >= 12 && body.StartsWith("Adobe"u8):
                    adobe = true;
                    Segment(own, marker, [.. "Adobe"u8, 0, 100, 0, 0, 0, 0, body[11] <= 2 ? body[11] : (byte)0]);
                    break;
                case 0xDA:
                    if (frameKind == 0 || !quantised || body.Length < 1 || body[0] is 0 or > 4 || body.Length < 4 + 2 * body[0] || ++scans > 1000) return null;
                    var count = body[0];
                    for (var i = 0; i < count; i++)
                    {
                        if (!ids[..components].Contains(body[1 + 2 * i]) || body[2 + 2 * i] >> 4 > 3 || (body[2 + 2 * i] & 15) > 3) return null;
                    }
                    if (body[1 + 2 * count] > 63 || body[2 + 2 * count] > 63) return null;
                    Segment(output, marker, body[..(4 + 2 * count)]);
                    var end = ScanEnd(untrusted, at);
                    output.Write(untrusted[at..end]);
                    at = end;
                    budget.Check();
                    break;
                case >= 0xC3 and <= 0xCF or 0xDC or 0xDE or 0xDF:
                    // Arithmetic, lossless and hierarchical frames aren't for PDF.
                    return null;
            }
        }
        if (scans == 0) return null;
        output.Write([0xFF, 0xD9]);
        if (own.Length == 0) return new(output.ToArray(), width, height, components, markers ?? []);
        var bytes = output.ToArray();
        return new([.. bytes.AsSpan(0, 2), .. own.ToArray(), .. bytes.AsSpan(2)], width, height, components, own.ToArray());
    }

    private static void Segment(MemoryStream output, byte marker, ReadOnlySpan<byte> body)
    {
        output.Write([0xFF, marker, (byte)((body.Length + 2) >> 8), (byte)(body.Length + 2)]);
        output.Write(body);
    }

    // Entropy-coded data: up to the first marker that is neither a stuffed byte nor a restart.
    private static int ScanEnd(ReadOnlySpan<byte> data, int at)
    {
        while (true)
        {
            var mark = data[at..].IndexOf((byte)0xFF);
            if (mark < 0 || at + mark + 1 >= data.Length) return mark < 0 ? data.Length : at + mark;
            at += mark;
            if (data[at + 1] is not (0 or (>= 0xD0 and <= 0xD7))) return at;
            at += 2;
        }
    }

    private static bool AreTables(ReadOnlySpan<byte> body)
    {
        while (body.Length > 0)
        {
            if (body[0] >> 4 > 1 || (body[0] & 15) > 3) return false;
            var size = 1 + 64 * (1 + (body[0] >> 4));
            if (body.Length < size) return false;
            body = body[size..];
        }
        return true;
    }

    private static bool AreCodes(ReadOnlySpan<byte> body)
    {
        while (body.Length > 0)
        {
            if (body.Length < 17 || body[0] >> 4 > 1 || (body[0] & 15) > 3) return false;
            int count = 0, room = 1;
            for (var i = 1; i <= 16; i++)
            {
                count += body[i];
                room = room * 2 - body[i];
                // More codes than bits can tell apart: the classic way to make a decoder write beside its table.
                if (room < 0) return false;
            }
            if (count > 256 || body.Length < 17 + count) return false;
            body = body[(17 + count)..];
        }
        return true;
    }
}
