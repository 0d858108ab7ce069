using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Drawing.Shapes;

/// <summary>Tables of maps (dBASE の表、dbf): a new header, and each value by the type of its field; CP932 and UTF-8.</summary>
/// <remarks>Not written: deleted rows' content, indexes' and databases' marks, what stands behind the end. Memo and picture fields refuse it, as their content lies in another file. Source: dBASE III+ and Visual FoxPro table structure.</remarks>
internal sealed class TableRebuilder : IRebuilder
{
    private const int DescriptorBytes = 32, MostFields = 2046, BackLink = 263;

    public IEnumerable<FileKind> Kinds => [FileKind.Dbf];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        var head = untrusted.Head(DescriptorBytes);
        if (head.Length < DescriptorBytes) throw Header();
        var isFox = head[0] is 0x30 or 0x31 or 0x32;
        var (count, headerBytes, rowBytes) = (BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(4)), BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(8)), BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(10)));
        if (!(isFox || head[0] is 0x03 or 0x04 or 0x83 or 0x8B or 0x8E or 0xF5) || headerBytes < DescriptorBytes + 1 || rowBytes < 2) throw Header();
        if (head[15] != 0) throw Header(); // encrypted by dBASE IV
        var fields = Fields(untrusted, headerBytes, isFox);
        if (1 + fields.Sum(static f => f.Length) != rowBytes || headerBytes + ((long)count * rowBytes) > untrusted.Length) throw Header();
        if (untrusted.Length - headerBytes - ((long)count * rowBytes) > 1) job.Remove("G-02", "", "bytes behind the end");
        if (isFox || head[28] != 0) TellMarks(untrusted, head, fields.Count, headerBytes, job);

        var code = CodeOf(untrusted, head[29], fields, headerBytes, rowBytes, count, job);
        Write(output, head, isFox, fields, count, rowBytes);
        var rows = new byte[Math.Max(1, (1 << 16) / rowBytes) * rowBytes];
        var values = new Values(code, job);
        var end = headerBytes + ((long)count * rowBytes);
        for (long at = headerBytes; at < end;)
        {
            job.Budget.Check();
            var block = rows.AsSpan(0, (int)Math.Min(rows.Length, end - at));
            if (untrusted.Read(at, block) != block.Length) throw Header();
            for (var row = 0; row < block.Length; row += rowBytes) values.Row(block.Slice(row, rowBytes), fields);
            output.Write(block);
            at += block.Length;
        }
        output.WriteByte(0x1A);
        values.Tell();
        return new(kind, Outcome.Rebuilt);
    }

    /// <param name="Length">In bytes.</param>
    private sealed record Field(byte[] Name, char Type, int Length, int Decimals, int Flags);

    private static List<Field> Fields(Source untrusted, int headerBytes, bool isFox)
    {
        var header = untrusted.Head(headerBytes);
        if (header.Length < headerBytes) throw Header();
        var fields = new List<Field>();
        for (var at = DescriptorBytes; ; at += DescriptorBytes)
        {
            if (at >= header.Length) throw Header();
            if (header[at] == 0x0D) return fields.Count > 0 ? fields : throw Header();
            if (at + DescriptorBytes > header.Length || fields.Count >= MostFields) throw Header();
            var name = header.AsSpan(at, 11);
            var nul = name.IndexOf((byte)0);
            name = nul < 0 ? name : name[..nul];
            if (name.IsEmpty || name.IndexOfAnyInRange((byte)0, (byte)0x1F) >= 0) throw Header();
            var type = (char)header[at + 11];
            int length = header[at + 16], decimals = header[at + 17];
            // Clipper and FoxPro keep the upper half of a long text's length there.
            if (type == 'C' && decimals > 0) (length, decimals) = (length | (decimals << 8), 0);
            if (type is 'M' or 'G' or 'P' or 'W' or 'Q' or 'V' || (type == 'B' && !isFox)) throw new RefusedException("SAN-DBF-002", new($"「{Encoding.Latin1.GetString(name)}」はメモや画像の欄です。", $"“{Encoding.Latin1.GetString(name)}” is a field for memos or pictures."), new("その欄を除いて書き出し直すか、CSV でもらってください。", "Ask for it without that field, or as CSV."));
            var isRight = type switch
            {
                'C' => length is > 0 and <= 65_534,
                'N' or 'F' => length is > 0 and <= 255 && decimals < length,
                'D' => length == 8,
                'L' => length == 1,
                'I' => isFox && length == 4,
                'T' or 'Y' or 'B' => isFox && length == 8,
                '0' => isFox, // which values are null; no field that anybody sees
                _ => false,
            };
            if (!isRight) throw Header();
            fields.Add(new(name.ToArray(), type, length, decimals, isFox ? header[at + 18] & 0x07 : 0));
        }
    }

    private static void TellMarks(Source untrusted, byte[] head, int fields, int headerBytes, Job job)
    {
        if (head[28] != 0) job.Remove("X-20", "", "mark of an index, memo or database beside it");
        var link = new byte[Math.Max(0, headerBytes - DescriptorBytes - (fields * DescriptorBytes) - 1)];
        if (untrusted.Read(headerBytes - link.Length, link) == link.Length && link.AsSpan().IndexOfAnyExcept((byte)0) >= 0) job.Remove("X-20", "", "way to a database");
    }

    /// <summary>The code of its text: as it says itself, else what fits every value.</summary>
    private static Encoding CodeOf(Source untrusted, byte driver, List<Field> fields, int headerBytes, int rowBytes, long count, Job job)
    {
        switch (driver)
        {
            case 0x13 or 0x7B:
                return Encodings.StrictCp932;
            case 0x03 or 0x57 or 0x58 or 0x59:
                break; // "ANSI" is what programs of Japan write as well
            case 0x01 or 0x1B:
                return Encodings.Cp437;
        }
        var row = new byte[rowBytes];
        var (isUtf8, isCp932) = (true, true);
        for (long i = 0; i < count && (isUtf8 || isCp932); i++)
        {
            if ((i & 0xFF) == 0) job.Budget.Check();
            if (untrusted.Read(headerBytes + (i * rowBytes), row) != rowBytes) throw Header();
            if (row[0] == '*') continue;
            var at = 1;
            foreach (var field in fields)
            {
                var value = row.AsSpan(at, field.Length);
                at += field.Length;
                if (field.Type != 'C' || value.IndexOfAnyInRange((byte)0x80, (byte)0xFF) < 0) continue;
                isUtf8 = isUtf8 && Values.Length(Encodings.StrictUtf8, value, out _) >= 0;
                isCp932 = isCp932 && Values.Length(Encodings.StrictCp932, value, out _) >= 0;
            }
        }
        if (isUtf8) return Encodings.StrictUtf8;
        if (isCp932) return Encodings.StrictCp932;
        if (driver is 0x03 or 0x57 or 0x58 or 0x59) return Encoding.Latin1;
        throw Refusals.Broken("", "SAN-DBF-003", "文字コードとして読めない値があります", "a value is text in no known encoding");
    }

    private static void Write(Scratch output, byte[] head, bool isFox, List<Field> fields, uint count, int rowBytes)
    {
        var header = new byte[DescriptorBytes + (fields.Count * DescriptorBytes) + 1 + (isFox ? BackLink : 0)];
        if (header.Length > ushort.MaxValue) throw Header();
        header[0] = isFox ? (byte)0x30 : (byte)0x03;
        if (head[2] is >= 1 and <= 12 && head[3] is >= 1 and <= 31) head.AsSpan(1, 3).CopyTo(header.AsSpan(1));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), count);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)header.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(10), (ushort)rowBytes);
        header[29] = head[29];
        var displacement = 1;
        for (var i = 0; i < fields.Count; i++)
        {
            var field = fields[i];
            var at = header.AsSpan(DescriptorBytes * (i + 1));
            field.Name.CopyTo(at);
            at[11] = (byte)field.Type;
            if (isFox) BinaryPrimitives.WriteInt32LittleEndian(at[12..], displacement);
            at[16] = (byte)field.Length;
            at[17] = field.Type == 'C' ? (byte)(field.Length >> 8) : (byte)field.Decimals;
            at[18] = (byte)field.Flags;
            displacement += field.Length;
        }
        header[DescriptorBytes * (fields.Count + 1)] = 0x0D;
        output.Write(header);
    }

    /// <summary>The values of rows, mended in place: no value grows or shrinks.</summary>
    private sealed class Values(Encoding code, Job job)
    {
        private static readonly SearchValues<byte> FigureCharacters = SearchValues.Create("0123456789+-.eE"u8);

        private readonly Dropped dropped = new();
        private int deleted, hidden;

        public void Tell()
        {
            dropped.Tell(job);
            for (var i = 0; i < Math.Min(1, deleted); i++) job.Remove("G-07", "", $"content of deleted rows ×{deleted}");
            if (hidden > 0) job.Remove("G-02", "", $"bytes behind the end of a value ×{hidden}");
        }

        public void Row(Span<byte> row, List<Field> fields)
        {
            if (row[0] == '*')
            {
                // The row stays, as shapes are counted; what nobody sees any more goes.
                if (row[1..].IndexOfAnyExcept((byte)' ') >= 0) deleted++;
                row[1..].Fill((byte)' ');
                return;
            }
            if (row[0] != ' ') throw Value("");
            var at = 1;
            foreach (var field in fields)
            {
                var value = row.Slice(at, field.Length);
                at += field.Length;
                switch (field.Type)
                {
                    case 'C':
                        Text(value);
                        break;
                    case 'N' or 'F':
                        Figure(value, field);
                        break;
                    case 'D':
                        value.Replace((byte)0, (byte)' ');
                        if (value.IndexOfAnyExcept((byte)' ') >= 0 && value.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0) throw Value(field);
                        break;
                    case 'L':
                        if (value[0] == 0) value[0] = (byte)'?';
                        if ("YyNnTtFf? "u8.IndexOf(value[0]) < 0) throw Value(field);
                        break;
                    case 'B' when !double.IsFinite(BinaryPrimitives.ReadDoubleLittleEndian(value)):
                        throw Value(field);
                }
            }
        }

        /// <summary>Bytes of the whole characters; -1 where one is none.</summary>
        /// <param name="cut">Bytes of a character that the field's length cut off, as short fields do.</param>
        public static int Length(Encoding code, ReadOnlySpan<byte> value, out int cut)
        {
            for (cut = 0; cut <= Math.Min(3, value.Length); cut++)
            {
                if (cut > 0 && value[^cut] < 0x80 && code != Encodings.StrictCp932) return -1;
                try
                {
                    code.GetCharCount(value[..^cut].ToArray());
                    return value.Length - cut;
                }
                catch (DecoderFallbackException)
                {
                    // Without its last byte, perhaps.
                }
                if (cut == 1 && code == Encodings.StrictCp932) return -1;
            }
            return -1;
        }

        private void Text(Span<byte> value)
        {
            if (value.IndexOf((byte)0) is var nul and >= 0)
            {
                if (value[nul..].IndexOfAnyExcept((byte)0, (byte)' ') >= 0) hidden++;
                value[nul..].Fill((byte)' ');
            }
            if (value.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0) return;
            var whole = Length(code, value, out var cut);
            if (whole < 0) throw Value("");
            value[whole..].Fill((byte)' ');
            var text = code.GetString(value[..whole]);
            if (Characters.AreClean(text) && text.AsSpan().IndexOfAny('\r', '\n') < 0) return;
            var at = 0;
            foreach (var rune in text.EnumerateRunes())
            {
                var bytes = code == Encoding.Latin1 ? 1 : code.GetByteCount(rune.ToString());
                if (Characters.IsDropped(rune.Value) || rune.Value is '\r' or '\n')
                {
                    dropped.Add(rune.Value);
                    value.Slice(at, bytes).Fill((byte)' ');
                }
                at += bytes;
            }
        }

        private static void Figure(Span<byte> value, Field field)
        {
            value.Replace((byte)0, (byte)' ');
            var trimmed = value.Trim((byte)' ');
            if (trimmed.IsEmpty || trimmed.IndexOfAnyExcept((byte)'*') < 0) return; // none, or too large for its field
            if (trimmed.IndexOfAnyExcept(FigureCharacters) >= 0 || !System.Buffers.Text.Utf8Parser.TryParse(trimmed[0] == '+' ? trimmed[1..] : trimmed, out double number, out var read) || read != trimmed.Length - (trimmed[0] == '+' ? 1 : 0) || !double.IsFinite(number)) throw Value(field);
        }

        private static RefusedException Value(Field field) => Value(Encoding.Latin1.GetString(field.Name));

        private static RefusedException Value(string field) => Refusals.Broken(field, "SAN-DBF-003", "値が欄の型と合いません", "a value is not of its field's type");
    }

    private static RefusedException Header() => Refusals.Broken("", "SAN-DBF-001", "表の見出しが仕様と合いません", "the header of the table is against the specification");
}
