using System.Buffers.Binary;
using System.Text;
using Sekisho.Sanitizer.Pdf.Reading;
using Sekisho.Sanitizer.Pdf.Shapes;

namespace Sekisho.Sanitizer.Pdf.Parts;

/// <summary>Embedded font programs, told by their content: TrueType and OpenType written anew table by table, CFF and Type 1 checked for bounds and for a matrix of numbers (P-22).</summary>
internal sealed class FontFileShape : EagerStream
{
    public override Shape? Pick(Graph graph, PdfValue given, string place) => given is PdfStream ? this : null;

    public override int? Write(Graph graph, PdfStream stream, string place)
    {
        var bytes = Streams.Bytes(graph, stream, place);
        var font = bytes.Span;
        var dict = new PdfDict();
        if (Sfnt.IsSfnt(font))
        {
            if (Sfnt.Rewrite(font) is not { } rewritten) return Refuse("TrueType font");
            bytes = rewritten;
            dict["Length1"] = PdfNumber.Of(rewritten.Length);
        }
        else if (font is [1, 0, _, >= 1 and <= 4, ..])
        {
            if (!Cff.IsSound(font)) return Refuse("CFF font");
        }
        else if (Type1.Is(font))
        {
            if (!Type1.IsSound(font)) return Refuse("Type 1 font");
            foreach (var key in (ReadOnlySpan<string>)["Length1", "Length2", "Length3"])
            {
                if (graph.File.Int(stream.Dict, key) is >= 0 and { } length) dict[key] = PdfNumber.Of(Math.Min(length, font.Length));
            }
        }
        else
        {
            return font.Length == 0 ? null : Refuse("font of no known format");
        }
        if (graph.File.Name(stream.Dict, "Subtype") is ("Type1C" or "CIDFontType0C" or "OpenType") and { } kind) dict["Subtype"] = new PdfName(kind);
        var number = graph.Writer.Reserve();
        graph.Writer.WriteFlate(number, dict, bytes.Span);
        return number;

        int? Refuse(string what)
        {
            graph.Tell("P-22", place, what);
            return null;
        }
    }
}

/// <summary>TrueType and OpenType (ISO/IEC 14496-22): a new directory over the tables that draw text.</summary>
internal static class Sfnt
{
    private static readonly HashSet<string> Tables = ("head hhea hmtx maxp cvt_ fpgm prep glyf loca post name cmap OS/2 CFF_ vhea vmtx VORG GSUB GPOS GDEF BASE kern gasp hdmx VDMX LTSH PCLT").Split(' ')
        .Select(static t => t.Replace('_', ' ')).ToHashSet(StringComparer.Ordinal);

    public static bool IsSfnt(ReadOnlySpan<byte> font) => font.Length > 12 && (font.StartsWith("OTTO"u8) || font.StartsWith("true"u8) || font is [0, 1, 0, 0, ..]);

    public static byte[]? Rewrite(ReadOnlySpan<byte> font)
    {
        int count = BinaryPrimitives.ReadUInt16BigEndian(font[4..]);
        if (count is 0 or > 64) return null;
        var kept = new SortedDictionary<string, (int Offset, int Length)>(StringComparer.Ordinal);
        for (var i = 0; i < count && 12 + 16 * (i + 1) <= font.Length; i++)
        {
            var entry = font.Slice(12 + 16 * i, 16);
            var tag = Encoding.Latin1.GetString(entry[..4]);
            var offset = BinaryPrimitives.ReadUInt32BigEndian(entry[8..]);
            var length = BinaryPrimitives.ReadUInt32BigEndian(entry[12..]);
            if (!Tables.Contains(tag) || offset >= font.Length) continue;
            // Makers of subsets often give the last table too long a length.
            kept.TryAdd(tag, ((int)offset, (int)Math.Min(length, font.Length - offset)));
        }
        if (kept.Count == 0 || !(kept.ContainsKey("glyf") || kept.ContainsKey("CFF ")) || !kept.ContainsKey("head")) 
        {
            if (!kept.ContainsKey("CFF ")) return null;
        }
        if (kept.TryGetValue("CFF ", out var cff) && !Cff.IsSound(font.Slice(cff.Offset, cff.Length))) return null;
        var size = 12 + 16 * kept.Count + kept.Values.Sum(static t => (t.Length + 3) & ~3);
        var output = new byte[size];
        font[..4].CopyTo(output);
        BinaryPrimitives.WriteUInt16BigEndian(output.AsSpan(4), (ushort)kept.Count);
        var power = 1 << (31 - int.LeadingZeroCount(kept.Count));
        BinaryPrimitives.WriteUInt16BigEndian(output.AsSpan(6), (ushort)(power * 16));
        BinaryPrimitives.WriteUInt16BigEndian(output.AsSpan(8), (ushort)int.Log2(power));
        BinaryPrimitives.WriteUInt16BigEndian(output.AsSpan(10), (ushort)((kept.Count - power) * 16));
        var (at, row) = (12 + 16 * kept.Count, 12);
        foreach (var (tag, (offset, length)) in kept)
        {
            font.Slice(offset, length).CopyTo(output.AsSpan(at));
            var record = output.AsSpan(row, 16);
            Encoding.Latin1.GetBytes(tag, record);
            BinaryPrimitives.WriteUInt32BigEndian(record[4..], Sum(output.AsSpan(at, (length + 3) & ~3)));
            BinaryPrimitives.WriteUInt32BigEndian(record[8..], (uint)at);
            BinaryPrimitives.WriteUInt32BigEndian(record[12..], (uint)length);
            at += (length + 3) & ~3;
            row += 16;
        }
        return output;
    }

    private static uint Sum(ReadOnlySpan<byte> table)
    {
        uint sum = 0;
        for (var i = 0; i + 4 <= table.Length; i += 4) sum = unchecked(sum + BinaryPrimitives.ReadUInt32BigEndian(table[i..]));
        return sum;
    }
}

/// <summary>Compact Font Format (Adobe TN 5176): header, indexes and the top dictionary within bounds, its operands numbers.</summary>
internal static class Cff
{
    public static bool IsSound(ReadOnlySpan<byte> font)
    {
        if (font.Length < 8 || font[0] != 1 || font[2] < 4) return false;
        int at = font[2];
        if (Index(font, ref at) is null || Index(font, ref at) is not { Count: > 0 } tops) return false;
        if (Index(font, ref at) is null || Index(font, ref at) is null) return false;
        foreach (var (start, end) in tops)
        {
            if (!Top(font, font[start..end])) return false;
        }
        return true;
    }

    private static List<(int Start, int End)>? Index(ReadOnlySpan<byte> font, ref int at)
    {
        if (at < 0 || at + 2 > font.Length) return null;
        int count = BinaryPrimitives.ReadUInt16BigEndian(font[at..]);
        at += 2;
        var items = new List<(int, int)>(Math.Min(count, 16));
        if (count == 0) return items;
        if (at >= font.Length) return null;
        int size = font[at++];
        if (size is < 1 or > 4 || at + (long)(count + 1) * size > font.Length) return null;
        var data = at + (count + 1) * size - 1;
        long previous = 1;
        for (var i = 0; i <= count; i++)
        {
            long offset = 0;
            for (var b = 0; b < size; b++) offset = offset << 8 | font[at + i * size + b];
            if (offset < previous || data + offset > font.Length || (i == 0 && offset != 1)) return null;
            if (i > 0 && items.Count < 64) items.Add((data + (int)previous, data + (int)offset));
            previous = offset;
        }
        at = data + (int)previous;
        return items;
    }

    private static bool Top(ReadOnlySpan<byte> font, ReadOnlySpan<byte> dict)
    {
        var operands = new List<double>();
        for (var at = 0; at < dict.Length;)
        {
            int b = dict[at++];
            switch (b)
            {
                case 28:
                    if (at + 2 > dict.Length) return false;
                    operands.Add(BinaryPrimitives.ReadInt16BigEndian(dict[at..]));
                    at += 2;
                    break;
                case 29:
                    if (at + 4 > dict.Length) return false;
                    operands.Add(BinaryPrimitives.ReadInt32BigEndian(dict[at..]));
                    at += 4;
                    break;
                case 30:
                    var ended = false;
                    while (!ended)
                    {
                        if (at >= dict.Length) return false;
                        int pair = dict[at++];
                        if (pair >> 4 == 13 || ((pair & 15) == 13 && pair >> 4 != 15)) return false;
                        ended = pair >> 4 == 15 || (pair & 15) == 15;
                    }
                    operands.Add(0.5);
                    break;
                case >= 32 and <= 246:
                    operands.Add(b - 139);
                    break;
                case >= 247 and <= 254:
                    if (at >= dict.Length) return false;
                    operands.Add(b <= 250 ? (b - 247) * 256 + dict[at++] + 108 : -(b - 251) * 256 - dict[at++] - 108);
                    break;
                case <= 21:
                    var code = b;
                    if (b == 12)
                    {
                        if (at >= dict.Length) return false;
                        code = 1200 + dict[at++];
                    }
                    if (code == 1207 && operands.Count != 6) return false;
                    // CharStrings, FDArray and FDSelect lead to places in the font.
                    if (code is 17 or 1236 or 1237 && (operands.Count == 0 || operands[^1] < 0 || operands[^1] >= font.Length)) return false;
                    operands.Clear();
                    break;
                default:
                    return false;
            }
            if (operands.Count > 48) return false;
        }
        return true;
    }
}

/// <summary>Type 1 fonts: programs in PostScript. Readers run only their charstrings; what CVE-2024-4367 put in the matrix is looked for in both halves.</summary>
internal static class Type1
{
    public static bool Is(ReadOnlySpan<byte> font) => font.StartsWith("%!"u8) || font is [0x80, 1, ..] || (font.Length > 4 && font[..Math.Min(64, font.Length)].IndexOf("%!PS"u8) >= 0);

    public static bool IsSound(ReadOnlySpan<byte> font)
    {
        var split = font.IndexOf("eexec"u8);
        if (split < 0) return false;
        return AreNumbers(font[..split]) && AreNumbers(Decrypt(font[(split + 5)..]));
    }

    /// <summary>True when each FontMatrix and FontBBox is a list of numbers and nothing else.</summary>
    internal static bool AreNumbers(ReadOnlySpan<byte> program)
    {
        foreach (var name in (ReadOnlySpan<string>)["/FontMatrix", "/FontBBox"])
        {
            var wanted = Encoding.ASCII.GetBytes(name);
            for (var at = 0; ;)
            {
                var hit = program[at..].IndexOf(wanted);
                if (hit < 0) break;
                at += hit + wanted.Length;
                var rest = program[at..];
                while (rest.Length > 0 && Lexer.IsBlank(rest[0])) rest = rest[1..];
                if (rest.Length == 0 || rest[0] is not ((byte)'[' or (byte)'{')) continue;
                var end = rest.IndexOfAny((byte)']', (byte)'}');
                if (end < 0 || rest[1..end].IndexOfAnyExcept(Numeric) >= 0) return false;
            }
        }
        return true;
    }

    private static readonly System.Buffers.SearchValues<byte> Numeric = System.Buffers.SearchValues.Create("0123456789+-.eE \t\r\n"u8);

    private static byte[] Decrypt(ReadOnlySpan<byte> cipher)
    {
        while (cipher.Length > 0 && Lexer.IsBlank(cipher[0])) cipher = cipher[1..];
        if (cipher.Length > 6 && cipher[0] == 0x80) cipher = cipher[6..];
        var hex = cipher.Length >= 4 && cipher[..4].IndexOfAnyExcept(HexDigits) < 0;
        var bytes = hex ? Simple.AsciiHex(cipher) : cipher.ToArray();
        ushort key = 55665;
        for (var i = 0; i < bytes.Length; i++)
        {
            var c = bytes[i];
            bytes[i] = (byte)(c ^ (key >> 8));
            key = unchecked((ushort)((c + key) * 52845 + 22719));
        }
        return bytes;
    }

    private static readonly System.Buffers.SearchValues<byte> HexDigits = System.Buffers.SearchValues.Create("0123456789ABCDEFabcdef"u8);
}
