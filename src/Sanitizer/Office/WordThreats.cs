using System.Buffers.Binary;
using System.Text;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Ooxml.Rules;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Office;

/// <summary>Reads of a Word 97-2003 document what tells its fields, its template and its key maps. Source: [MS-DOC] §2.5 (Fib), §2.8.35 (Clx), §2.9.277 (SttbfAssoc).</summary>
internal static class WordThreats
{
    private const int Word97 = 0x00C1, BlobAt = 154, Commands = 24, Associated = 32, Pieces = 33;
    private const int MostInstruction = 8_192;

    /// <exception cref="RefusedException">It is encrypted.</exception>
    public static void Tell(CompoundFile file, byte[] word, Job job)
    {
        if (word.Length < 32) return;
        var flags = U16(word, 10);
        if ((flags & 0x0100) != 0) throw Refusals.Password(FileKind.Doc);
        // Word 6 and 95 have another table of contents: their converter reads them, and the rebuilding tells what came along.
        if (U16(word, 2) < Word97 || word.Length < BlobAt + (8 * (Pieces + 1))) return;
        if (file.Find((flags & 0x0200) != 0 ? "1Table" : "0Table") is not { } entry) return;
        var table = file.ReadStream(entry, job.Policy.Limits.InMemoryBytes);
        if (!Part(word, table, Commands).IsEmpty) job.Remove("O-16", entry.Path, "toolbars, key maps or macro commands");
        if (Template(Part(word, table, Associated)) is { } template && template.AsSpan().IndexOfAny("/\\:") >= 0) job.Remove("O-07", entry.Path, "attached template elsewhere");
        TellFields(Text(word, Part(word, table, Pieces), job), job);
    }

    private static ReadOnlySpan<byte> Part(byte[] word, byte[] table, int number)
    {
        var (at, length) = (U32(word, BlobAt + (8 * number)), U32(word, BlobAt + (8 * number) + 4));
        return length == 0 || at > table.Length || length > table.Length - at ? [] : table.AsSpan((int)at, (int)length);
    }

    /// <summary>The second string of the table: the path of the template.</summary>
    private static string? Template(ReadOnlySpan<byte> strings)
    {
        if (strings.Length < 6 || BinaryPrimitives.ReadUInt16LittleEndian(strings) != 0xFFFF) return null;
        var extra = BinaryPrimitives.ReadUInt16LittleEndian(strings[4..]);
        var at = 6;
        for (var i = 0; at + 2 <= strings.Length; i++)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(strings[at..]) * 2;
            at += 2;
            if (length > strings.Length - at) return null;
            if (i == 1) return Encoding.Unicode.GetString(strings.Slice(at, length));
            at += length + extra;
        }
        return null;
    }

    /// <summary>The text of all its pieces, of Latin-1 and UTF-16.</summary>
    private static string Text(byte[] word, ReadOnlySpan<byte> clx, Job job)
    {
        // Formatting runs before the table of pieces.
        while (clx.Length > 3 && clx[0] == 1)
        {
            var skip = 3 + BinaryPrimitives.ReadUInt16LittleEndian(clx[1..]);
            if (skip > clx.Length) return "";
            clx = clx[skip..];
        }
        if (clx.Length < 5 || clx[0] != 2) return "";
        var table = clx[5..Math.Max(5, (int)Math.Min(clx.Length, 5L + BinaryPrimitives.ReadUInt32LittleEndian(clx[1..])))];
        var count = (table.Length - 4) / 12;
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            job.Budget.Check();
            long characters = (long)BinaryPrimitives.ReadUInt32LittleEndian(table[(4 * (i + 1))..]) - BinaryPrimitives.ReadUInt32LittleEndian(table[(4 * i)..]);
            var place = BinaryPrimitives.ReadUInt32LittleEndian(table[((4 * (count + 1)) + (8 * i) + 2)..]);
            var isNarrow = (place & 0x4000_0000) != 0;
            long at = isNarrow ? (place & 0x3FFF_FFFF) / 2 : place & 0x3FFF_FFFF, bytes = isNarrow ? characters : characters * 2;
            if (characters <= 0 || at > word.Length) continue;
            var span = word.AsSpan((int)at, (int)Math.Min(bytes, word.Length - at));
            if (text.Length + span.Length > job.Policy.Limits.InMemoryBytes) return text.ToString();
            text.Append(isNarrow ? Encoding.Latin1.GetString(span) : Encoding.Unicode.GetString(span));
        }
        return text.ToString();
    }

    /// <summary>Begin (0x13), separator (0x14) and end (0x15) stand in the text.</summary>
    private static void TellFields(string text, Job job)
    {
        var fields = new Fields(job.Policy);
        var open = new Stack<(StringBuilder Instruction, bool InResult)>();
        foreach (var c in text)
        {
            switch (c)
            {
                case '\u0013':
                    if (open.TryPeek(out var outer) && !outer.InResult) outer.Instruction.Append(' ').Append('\u0002').Append(' ');
                    if (open.Count < 100) open.Push((new(), false));
                    break;
                case '\u0014' when open.TryPop(out var field):
                    open.Push((field.Instruction, true));
                    break;
                case '\u0015' when open.TryPop(out var done):
                    if (fields.Judge(done.Instruction.ToString()) is { Threat: "X-10" or "X-17" } wrong) job.Remove("O-06", "fields", wrong.What);
                    break;
                default:
                    if (open.TryPeek(out var now) && !now.InResult && now.Instruction.Length < MostInstruction) now.Instruction.Append(c);
                    break;
            }
        }
    }

    private static ushort U16(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    private static uint U32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
}
