using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Sekisho.Sanitizer.Archives.Native;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Streams;

namespace Sekisho.Sanitizer.Archives.Zip;

/// <summary>Writes a zip from nothing: the same members give the same bytes. No comments, no extra fields but zip64's, one fixed time, names in UTF-8.</summary>
internal sealed class ZipWriter(Scratch output)
{
    // Of libdeflate: twice as fast on the XML of documents as zlib's third level, and 5 % shorter.
    private const int Level = 1;

    // What is too long to be held goes through a streaming packer.
    private static readonly ZLibCompressionOptions Streaming = new() { CompressionLevel = 3 };

    // 1980-01-01 00:00, the first that the format knows: when a member was made is metadata.
    private const ushort Time = 0, Date = (1 << 5) | 1;
    private const ushort Utf8 = 0x800, Version = 20, Version64 = 45;

    private readonly List<(byte[] Name, ushort Method, uint Crc, long Packed, long Bytes, long Offset)> members = [];

    public int Count => members.Count;

    public void Add(string name, ReadOnlySpan<byte> content, bool compress = true)
    {
        var (at, raw) = Begin(name);
        if (!compress) output.Write(content);
        else if (content.Length <= LibDeflate.Most) LibDeflate.Pack(content, Level, zlib: false, output);
        else
        {
            using var deflate = new DeflateStream(output, Streaming, leaveOpen: true);
            deflate.Write(content);
        }
        End(at, raw, compress, Crc32.Of(content), content.Length);
    }

    public void Add(string name, Source content, bool compress = true)
    {
        // By its length alone, wherever it lies: the same content must give the same bytes.
        if (content.Length <= LibDeflate.Most)
        {
            Add(name, content.View(0, (int)content.Length) is { } view ? view.Span : content.Whole(LibDeflate.Most).Span, compress);
            return;
        }
        var (at, raw) = Begin(name);
        var crc = new Crc32();
        var buffer = new byte[(int)Math.Min(content.Length + 1, 1 << 16)];
        long offset = 0;
        {
            using var deflate = compress ? new DeflateStream(output, Streaming, leaveOpen: true) : null;
            Stream to = deflate is null ? output : deflate;
            for (int read; (read = content.Read(offset, buffer)) > 0; offset += read)
            {
                crc.Append(buffer.AsSpan(0, read));
                to.Write(buffer, 0, read);
            }
        }
        End(at, raw, compress, crc.Value, offset);
    }

    /// <summary>A member that is made while it is written.</summary>
    public void Add(string name, Action<Stream> write)
    {
        var (at, raw) = Begin(name);
        using var member = new MemberStream(output);
        write(member);
        member.Finish();
        End(at, raw, compress: true, member.Crc, member.Count);
    }

    /// <summary>A folder that nothing is in.</summary>
    public void AddFolder(string name)
    {
        var (at, raw) = Begin(name.TrimEnd('/') + "/");
        End(at, raw, compress: false, 0, 0);
    }

    /// <summary>Writes the directory; nothing can be added after.</summary>
    public void Finish()
    {
        var start = output.Position;
        Span<byte> header = stackalloc byte[46];
        Span<byte> extra = stackalloc byte[28];
        foreach (var (name, method, crc, packed, bytes, offset) in members)
        {
            var is64 = packed >= uint.MaxValue || bytes >= uint.MaxValue || offset >= uint.MaxValue;
            header.Clear();
            BinaryPrimitives.WriteUInt32LittleEndian(header, 0x02014b50);
            BinaryPrimitives.WriteUInt16LittleEndian(header[4..], is64 ? Version64 : Version);
            WriteCommon(header[6..], method, crc, is64 ? uint.MaxValue : packed, is64 ? uint.MaxValue : bytes, name.Length, is64 ? extra.Length : 0, is64);
            BinaryPrimitives.WriteUInt32LittleEndian(header[42..], is64 ? uint.MaxValue : (uint)offset);
            output.Write(header);
            output.Write(name);
            if (!is64) continue;
            BinaryPrimitives.WriteUInt16LittleEndian(extra, 1);
            BinaryPrimitives.WriteUInt16LittleEndian(extra[2..], 24);
            BinaryPrimitives.WriteInt64LittleEndian(extra[4..], bytes);
            BinaryPrimitives.WriteInt64LittleEndian(extra[12..], packed);
            BinaryPrimitives.WriteInt64LittleEndian(extra[20..], offset);
            output.Write(extra);
        }
        var size = output.Position - start;
        if (members.Count >= ushort.MaxValue || start >= uint.MaxValue || size >= uint.MaxValue) WriteEnd64(start, size);
        Span<byte> end = stackalloc byte[22];
        end.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(end, 0x06054b50);
        BinaryPrimitives.WriteUInt16LittleEndian(end[8..], (ushort)Math.Min(members.Count, ushort.MaxValue));
        BinaryPrimitives.WriteUInt16LittleEndian(end[10..], (ushort)Math.Min(members.Count, ushort.MaxValue));
        BinaryPrimitives.WriteUInt32LittleEndian(end[12..], (uint)Math.Min(size, uint.MaxValue));
        BinaryPrimitives.WriteUInt32LittleEndian(end[16..], (uint)Math.Min(start, uint.MaxValue));
        output.Write(end);
    }

    private (long At, byte[] Name) Begin(string name)
    {
        var at = output.Position;
        var raw = Encoding.UTF8.GetBytes(name);
        // Sizes are written when they are known. Room for zip64 is not kept: a single member of 4 GiB is over every limit of an input.
        Span<byte> header = stackalloc byte[30];
        header.Clear();
        output.Write(header);
        output.Write(raw);
        return (at, raw);
    }

    private void End(long at, byte[] name, bool compress, uint crc, long bytes)
    {
        var end = output.Position;
        var packed = end - at - 30 - name.Length;
        if (packed >= uint.MaxValue || bytes >= uint.MaxValue) throw Refusals.TooLarge(bytes, uint.MaxValue);
        var method = (ushort)(compress ? 8 : 0);
        Span<byte> header = stackalloc byte[30];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0x04034b50);
        WriteCommon(header[4..], method, crc, packed, bytes, name.Length, 0, false);
        output.Position = at;
        output.Write(header);
        output.Position = end;
        members.Add((name, method, crc, packed, bytes, at));
    }

    private void WriteEnd64(long start, long size)
    {
        var at = output.Position;
        Span<byte> record = stackalloc byte[56 + 20];
        record.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(record, 0x06064b50);
        BinaryPrimitives.WriteInt64LittleEndian(record[4..], 44);
        BinaryPrimitives.WriteUInt16LittleEndian(record[12..], Version64);
        BinaryPrimitives.WriteUInt16LittleEndian(record[14..], Version64);
        BinaryPrimitives.WriteInt64LittleEndian(record[24..], members.Count);
        BinaryPrimitives.WriteInt64LittleEndian(record[32..], members.Count);
        BinaryPrimitives.WriteInt64LittleEndian(record[40..], size);
        BinaryPrimitives.WriteInt64LittleEndian(record[48..], start);
        BinaryPrimitives.WriteUInt32LittleEndian(record[56..], 0x07064b50);
        BinaryPrimitives.WriteInt64LittleEndian(record[64..], at);
        BinaryPrimitives.WriteInt32LittleEndian(record[72..], 1);
        output.Write(record);
    }

    /// <summary>Version needed to the length of the extra fields: the same in both headers.</summary>
    private static void WriteCommon(Span<byte> to, ushort method, uint crc, long packed, long bytes, int nameLength, int extraLength, bool is64)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(to, is64 ? Version64 : Version);
        BinaryPrimitives.WriteUInt16LittleEndian(to[2..], Utf8);
        BinaryPrimitives.WriteUInt16LittleEndian(to[4..], method);
        BinaryPrimitives.WriteUInt16LittleEndian(to[6..], Time);
        BinaryPrimitives.WriteUInt16LittleEndian(to[8..], Date);
        BinaryPrimitives.WriteUInt32LittleEndian(to[10..], crc);
        BinaryPrimitives.WriteUInt32LittleEndian(to[14..], (uint)packed);
        BinaryPrimitives.WriteUInt32LittleEndian(to[18..], (uint)bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(to[22..], (ushort)nameLength);
        BinaryPrimitives.WriteUInt16LittleEndian(to[24..], (ushort)extraLength);
    }

    /// <summary>A member while it is made: counted, summed and packed.</summary>
    private sealed class MemberStream(Scratch output) : WriteOnlyStream
    {
        private readonly HeldDeflate packed = new(output, Level, zlib: false, Streaming);
        private Crc32 crc;

        public uint Crc => crc.Value;

        public long Count { get; private set; }

        public override long Length => Count;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            crc.Append(buffer);
            Count += buffer.Length;
            packed.Write(buffer);
        }

        public void Finish() => packed.Finish();

        protected override void Dispose(bool disposing)
        {
            if (disposing) packed.Dispose();
            base.Dispose(disposing);
        }
    }
}
