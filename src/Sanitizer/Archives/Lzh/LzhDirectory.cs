using System.Buffers.Binary;
using System.Text;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Archives.Lzh;

/// <summary>One member of an LZH.</summary>
/// <param name="RawName">Folders and name as bytes, divided by slashes.</param>
/// <param name="UnicodeName">From UNLHA32's headers in UTF-16; null without them.</param>
/// <param name="Method">Five letters: <c>-lh5-</c>.</param>
/// <param name="Offset">Of the packed bytes.</param>
internal sealed record LzhMember(byte[] RawName, string? UnicodeName, string Method, long Offset, long PackedBytes, long Bytes, ushort Crc, bool IsFolder, bool IsLink);

/// <summary>The headers of an LZH, which stand before each member.</summary>
/// <remarks>Source: "LHA header format" notes of LHa for UNIX (levels 0 to 3).</remarks>
internal static class LzhDirectory
{
    private const int MostHeader = 1 << 16;

    public static List<LzhMember> Read(Source source, Job job)
    {
        var members = new List<LzhMember>();
        long at = 0;
        var head = new byte[32];
        while (true)
        {
            job.Budget.Check();
            var read = source.Read(at, head);
            // A zero ends the archive; some tools just stop.
            if (read == 0 || (head[0] == 0 && !(read > 21 && head[20] == 2 && head[2] == '-'))) break;
            if (read < 22 || head[2] != '-' || head[6] != '-') throw Broken("SAN-LZH-001", "見出しが読めません", "a header can't be read");
            job.Budget.Enter("");
            var member = Member(source, at, head, out at);
            members.Add(member);
        }
        if (at + 1 < source.Length) job.Remove("Z-09", "", "bytes behind the end");
        return members;
    }

    private static LzhMember Member(Source source, long start, byte[] head, out long next)
    {
        var level = head[20];
        long size = level switch { 0 or 1 => head[0] + 2, 2 => BinaryPrimitives.ReadUInt16LittleEndian(head), 3 => BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(24)), _ => throw Broken("SAN-LZH-002", $"見出しの水準 {level} は扱えません", $"headers of level {level} are not supported") };
        if (size is < 22 or > MostHeader) throw Broken("SAN-LZH-001", "見出しが読めません", "a header can't be read");
        var header = new byte[size];
        if (source.Read(start, header) != size) throw Broken("SAN-LZH-003", "途中で切れています", "it is cut off");
        var builder = new Builder(Encoding.ASCII.GetString(header, 2, 5));
        long packed = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(7)), bytes = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(11));
        ushort crc;
        long data;
        if (level <= 1)
        {
            var sum = 0;
            foreach (var b in header.AsSpan(2)) sum += b;
            int nameBytes = header[21];
            if ((byte)sum != header[1] || 22 + nameBytes + 2 > size) throw Broken("SAN-LZH-001", "見出しが読めません", "a header can't be read");
            builder.Name = header.AsSpan(22, nameBytes).ToArray();
            crc = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(22 + nameBytes));
            data = start + size;
            if (level == 1)
            {
                if (22 + nameBytes + 5 > size) throw Broken("SAN-LZH-001", "見出しが読めません", "a header can't be read");
                int length = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan((int)size - 2));
                var total = 0;
                while (length != 0)
                {
                    if (length < 3 || (total += length) > MostHeader || total > packed) throw Broken("SAN-LZH-001", "見出しが読めません", "a header can't be read");
                    var extension = new byte[length];
                    if (source.Read(data, extension) != length) throw Broken("SAN-LZH-003", "途中で切れています", "it is cut off");
                    builder.Take(extension[0], extension.AsSpan(1, length - 3));
                    data += length;
                    length = BinaryPrimitives.ReadUInt16LittleEndian(extension.AsSpan(length - 2));
                }
                packed -= total;
            }
        }
        else
        {
            crc = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(21));
            var wide = level == 3 ? 4 : 2;
            if (level == 3 && BinaryPrimitives.ReadUInt16LittleEndian(header) != 4) throw Broken("SAN-LZH-001", "見出しが読めません", "a header can't be read");
            var at = level == 3 ? 28 : 24;
            if (size < at + wide) throw Broken("SAN-LZH-001", "見出しが読めません", "a header can't be read");
            long length = Length(header, at, wide);
            at += wide;
            while (length != 0)
            {
                if (length < 1 + wide || length > size - at) throw Broken("SAN-LZH-001", "見出しが読めません", "a header can't be read");
                if (header[at] == 0 && length >= 3 + wide) Builder.CheckSum(header, at + 1);
                builder.Take(header[at], header.AsSpan(at + 1, (int)length - 1 - wide));
                at += (int)length;
                length = Length(header, at - wide, wide);
            }
            data = start + size;
        }
        if (builder.Packed is { } large) (packed, bytes) = (large, builder.Bytes);
        next = data + packed;
        if (packed < 0 || bytes < 0 || next > source.Length) throw Broken("SAN-LZH-003", "途中で切れています", "it is cut off");
        return new(builder.Path(), builder.UnicodePath(), builder.Method, data, packed, bytes, crc, builder.Method == "-lhd-" && !builder.IsLink, builder.IsLink);
    }

    private static long Length(byte[] header, int at, int wide) => wide == 4 ? BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(at)) : BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(at));

    private static RefusedException Broken(string code, string ja, string en) => Refusals.Broken("", code, ja, en);

    /// <summary>Gathers what the parts of a header say.</summary>
    private sealed class Builder(string method)
    {
        private byte[] folder = [];
        private string? unicodeName, unicodeFolder;
        private int mode;

        public string Method => method;

        public byte[] Name { get; set; } = [];

        public long? Packed { get; private set; }

        public long Bytes { get; private set; }

        // LHa for UNIX writes links as folders called "name|target".
        public bool IsLink => (mode & 0xF000) is not (0 or 0x8000 or 0x4000) || (method == "-lhd-" && Name.AsSpan().Contains((byte)'|'));

        public void Take(byte kind, ReadOnlySpan<byte> content)
        {
            switch (kind)
            {
                case 0x01:
                    Name = content.ToArray();
                    break;
                case 0x02:
                    folder = content.ToArray();
                    break;
                case 0x42 when content.Length >= 16:
                    (Packed, Bytes) = (BinaryPrimitives.ReadInt64LittleEndian(content), BinaryPrimitives.ReadInt64LittleEndian(content[8..]));
                    break;
                case 0x44:
                    unicodeName = Encoding.Unicode.GetString(content);
                    break;
                case 0x45:
                    unicodeFolder = Encoding.Unicode.GetString(content).Replace('\uFFFF', '/');
                    break;
                case 0x50 when content.Length >= 2:
                    mode = BinaryPrimitives.ReadUInt16LittleEndian(content);
                    break;
            }
        }

        public static void CheckSum(byte[] header, int at)
        {
            var expected = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(at));
            var blank = (byte[])header.Clone();
            blank.AsSpan(at, 2).Clear();
            var crc = new Crc16();
            crc.Append(blank);
            if (crc.Value != expected) throw Broken("SAN-LZH-001", "見出しが読めません", "a header can't be read");
        }

        public byte[] Path()
        {
            byte[] path = folder.Length > 0 && folder[^1] is not (0xFF or (byte)'/') ? [.. folder, 0xFF, .. Name] : [.. folder, .. Name];
            path.AsSpan().Replace((byte)0xFF, (byte)'/'); // the divider in headers; no byte of a name
            return path;
        }

        public string? UnicodePath() => unicodeName is null ? null : unicodeFolder is null ? folder.Length == 0 ? unicodeName : null : unicodeFolder.TrimEnd('/') + "/" + unicodeName;
    }
}
