using System.Buffers.Binary;

namespace Sekisho.Sanitizer.Tests.Images;

/// <summary>A second look at a metafile by code that shares nothing with the sanitiser: a walk over its records with a deny list of its own, and every length and number held against what is there.</summary>
internal static class MetafileReader
{
    public static bool IsEmf(ReadOnlySpan<byte> bytes) => bytes.Length > 88 && bytes[40..].StartsWith(" EMF"u8) && U32(bytes, 0) == 1;

    public static bool IsWmf(ReadOnlySpan<byte> bytes) => bytes.Length > 18 && (U32(bytes, 0) == 0x9AC6CDD7 || (U16(bytes, 0) == 1 && U16(bytes, 2) == 9 && U16(bytes, 4) is 0x300 or 0x100));

    /// <summary>What is wrong with it; nothing where it is harmless.</summary>
    public static IEnumerable<string> Findings(byte[] bytes) => IsEmf(bytes) ? Emf(bytes) : IsWmf(bytes) ? Wmf(bytes) : ["no metafile"];

    /// <summary>The kinds of its records, in order.</summary>
    public static List<uint> Records(byte[] bytes)
    {
        var found = new List<uint>();
        if (IsEmf(bytes))
        {
            for (var at = 0; at + 8 <= bytes.Length && U32(bytes, at + 4) >= 8; at += (int)U32(bytes, at + 4)) found.Add(U32(bytes, at));
        }
        else
        {
            for (var at = U32(bytes, 0) == 0x9AC6CDD7 ? 40 : 18; at + 6 <= bytes.Length && U32(bytes, at) >= 3; at += 2 * (int)U32(bytes, at)) found.Add(U16(bytes, at + 4));
        }
        return found;
    }

    private static IEnumerable<string> Emf(byte[] bytes)
    {
        if (U32(bytes, 48) != bytes.Length) yield return "the header's length";
        if (U32(bytes, 60) != 0 || U32(bytes, 68) != 0 || (U32(bytes, 4) >= 100 && (U32(bytes, 88) | U32(bytes, 96)) != 0)) yield return "a description, a palette or OpenGL in the header";
        var (number, ended) = (0u, false);
        var made = new HashSet<uint>();
        for (var at = 0; at < bytes.Length;)
        {
            if (ended) yield return "something after the end";
            uint type = at + 8 <= bytes.Length ? U32(bytes, at) : 0, length = at + 8 <= bytes.Length ? U32(bytes, at + 4) : 0;
            if (length < 8 || length % 4 != 0 || at + length > bytes.Length)
            {
                yield return $"record {number} has an impossible length";
                yield break;
            }
            number++;
            // Comments, OpenGL, escapes, printers' pages, profiles, palettes: nothing of them may be there.
            if (type is 70 or (>= 98 and <= 106) or (>= 109 and <= 113) or 119 or 121 or 122 or (>= 48 and <= 52) or 0 or > 122) yield return $"record of kind {type}";
            if (type is 38 or 39 or 82 or 93 or 94 or 95)
            {
                if (U32(bytes, at + 8) is 0 or > 65_535 || U32(bytes, at + 8) >= U16(bytes, 56)) yield return $"object {U32(bytes, at + 8)} beyond the table";
                made.Add(U32(bytes, at + 8));
            }
            if (type is 37 or 40 && U32(bytes, at + 8) >> 31 == 0 && !made.Contains(U32(bytes, at + 8))) yield return "an object that was never made";
            if (type is 84 && U32(bytes, at + 44) is var letters && (U32(bytes, at + 48) + 2 * letters > length || (U32(bytes, at + 72) > 0 && U32(bytes, at + 72) + 4 * letters > length))) yield return "words beyond the record";
            // Bitmaps: offsets and lengths inside, headers of forty bytes, as many pixels as the header says.
            var picture = type switch { 76 or 77 or 114 or 116 => 84, 80 or 81 => 48, 93 or 94 => 16, _ => 0 };
            if (picture > 0 && U32(bytes, at + picture + 4) > 0)
            {
                uint info = U32(bytes, at + picture), infoBytes = U32(bytes, at + picture + 4), pixels = U32(bytes, at + picture + 8), pixelBytes = U32(bytes, at + picture + 12);
                if (info + infoBytes > length || pixels + pixelBytes > length) yield return "a bitmap beyond its record";
                else if (U32(bytes, at + (int)info) != 40 || (U32(bytes, at + (int)info + 4) * U16(bytes, at + (int)info + 14) + 31) / 32 * 4 * (uint)Math.Abs((int)U32(bytes, at + (int)info + 8)) != pixelBytes) yield return "a bitmap of another size than its header says";
            }
            ended = type == 14;
            at += (int)length;
        }
        if (!ended) yield return "no end";
        if (U32(bytes, 52) != number) yield return "the header's number of records";
    }

    private static IEnumerable<string> Wmf(byte[] bytes)
    {
        var at = U32(bytes, 0) == 0x9AC6CDD7 ? 22 : 0;
        if (U32(bytes, at + 6) * 2 != bytes.Length - at) yield return "the header's length";
        at += 18;
        var ended = false;
        while (at < bytes.Length)
        {
            if (ended) yield return "something after the end";
            var words = at + 6 <= bytes.Length ? U32(bytes, at) : 0;
            if (words < 3 || at + 2L * words > bytes.Length)
            {
                yield return "a record of an impossible length";
                yield break;
            }
            // Escapes, palettes, device bitmaps, regions, floods.
            if (U16(bytes, at + 4) is 0x0626 or 0x00F7 or 0x0035 or 0x0037 or 0x0139 or 0x0234 or 0x0436 or 0x01F9 or 0x06FF or 0x0548 or 0x0419 || (U16(bytes, at + 4) is 0x0922 or 0x0B23 && words > 12)) yield return $"record of kind {U16(bytes, at + 4):x4}";
            ended = U16(bytes, at + 4) == 0;
            at += 2 * (int)words;
        }
        if (!ended) yield return "no end";
    }

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);
}
