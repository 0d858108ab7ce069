using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Sekisho.Sanitizer.Archives.Native;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Streams;

namespace Sekisho.Sanitizer.Archives.Zip;

/// <summary>The members of a zip, read so that every reader would see the same ones: central and local headers agree, nothing overlaps, no name comes twice.</summary>
/// <remarks>Source: APPNOTE 6.3.10. What is ambiguous is refused, as two readers that see two different files are how content slips past a check.</remarks>
internal sealed class ZipDirectory
{
    private const uint LocalSignature = 0x04034b50, CentralSignature = 0x02014b50, EndSignature = 0x06054b50, End64Signature = 0x06064b50, End64LocatorSignature = 0x07064b50;
    private const int EndBytes = 22, CentralBytes = 46, LocalBytes = 30, MostComment = 65_535;

    private readonly Source source;
    private readonly Budget budget;

    private ZipDirectory(Source source, Budget budget, IReadOnlyList<ZipEntry> entries, bool hasStray, bool hasComment)
    {
        (this.source, this.budget, Entries, HasStray, HasComment) = (source, budget, entries, hasStray, hasComment);
    }

    /// <summary>In the order of the central directory.</summary>
    public IReadOnlyList<ZipEntry> Entries { get; }

    /// <summary>Bytes before, between or after the members that belong to none (Z-09).</summary>
    public bool HasStray { get; }

    public bool HasComment { get; }

    /// <summary>Reads the directory of a whole zip.</summary>
    /// <param name="decodeName">Turns a name's bytes into text; given the bytes and whether they are declared as UTF-8.</param>
    /// <exception cref="RefusedException">It is no zip, or an ambiguous one.</exception>
    public static ZipDirectory Read(Source untrusted, Budget budget, Func<byte[], bool, string> decodeName)
    {
        var (count, start, size, end, hasComment) = FindEnd(untrusted);
        if (size > budget.Limits.InMemoryBytes) throw Refusals.TooLarge(size, budget.Limits.InMemoryBytes);
        if (count > budget.Limits.Entries) throw Refusals.TooMany("", budget.Limits.Entries);
        var central = new byte[size];
        if (untrusted.Read(start, central) != size) throw Broken("SAN-ZIP-001", "書庫の目録が途中で切れています", "the central directory is cut off");

        var entries = new List<ZipEntry>((int)Math.Min(count, 65_536));
        var at = 0;
        for (long i = 0; i < count; i++)
        {
            var entry = ReadEntry(untrusted, central, ref at, start, decodeName);
            entries.Add(entry);
            budget.Enter(entry.Name);
        }
        if (at != size) throw Broken("SAN-ZIP-002", "書庫の目録の長さが合いません", "the central directory has another length than it says");
        return new(untrusted, budget, entries, CheckSpans(entries, start, end, untrusted.Length), hasComment);
    }

    /// <summary>The unpacked content, checked against its length and CRC while it is read; each byte counts in the budget.</summary>
    /// <param name="packed">Decrypted content; null reads the member's own bytes.</param>
    /// <param name="hasCrc">False where another sum holds in its stead (AE-2).</param>
    /// <param name="everyMethod">Also bzip2, LZMA, xz and Zstandard: in archives, but in no document.</param>
    public Stream Open(ZipEntry entry, Stream? packed = null, bool hasCrc = true, bool everyMethod = false)
    {
        if (budget.WouldBurst(entry.Bytes)) throw Refusals.Bomb(entry.Name, entry.Bytes);
        packed ??= source.Open(entry.DataOffset, entry.CompressedBytes);
        return entry.Method switch
        {
            0 => new CheckedStream(packed, entry, budget, hasCrc),
            8 => new CheckedStream(new DeflateStream(packed, CompressionMode.Decompress), entry, budget, hasCrc),
            var other when everyMethod && PackedStream.Knows(other) => new CheckedStream(Native(packed, entry), entry, budget, hasCrc),
            _ => throw Broken("SAN-ZIP-003", $"圧縮方式 {entry.Method} は使えません", $"compression method {entry.Method} is not supported", entry.Name),
        };
    }

    /// <summary>The unpacked content in memory.</summary>
    public byte[] ReadWhole(ZipEntry entry, Stream? packed = null, bool everyMethod = false)
    {
        if (entry.Bytes > budget.Limits.InMemoryBytes) throw Refusals.TooLarge(entry.Bytes, budget.Limits.InMemoryBytes);
        if (packed is null && ReadAtOnce(entry) is { } whole) return whole;
        using var stream = Open(entry, packed, everyMethod: everyMethod);
        var content = new byte[entry.Bytes];
        stream.ReadExactly(content);
        if (stream.ReadByte() >= 0) throw Broken("SAN-ZIP-004", "中身の長さが目録と合いません", "the content is longer than the directory says", entry.Name);
        return content;
    }

    /// <summary>A sound member of moderate length, unpacked in one step; null for any other, which goes the long way to its refusal.</summary>
    private byte[]? ReadAtOnce(ZipEntry entry)
    {
        if (entry.Method != 8 || entry.Bytes > LibDeflate.Most || entry.CompressedBytes is 0 or > LibDeflate.Most || budget.WouldBurst(entry.Bytes)) return null;
        var length = (int)entry.CompressedBytes;
        byte[]? room = null;
        if (source.View(entry.DataOffset, length) is not { } untrusted)
        {
            room = ArrayPool<byte>.Shared.Rent(length);
            if (source.Read(entry.DataOffset, room.AsSpan(0, length)) != length) length = 0;
            untrusted = room.AsMemory(0, length);
        }
        var content = GC.AllocateUninitializedArray<byte>((int)entry.Bytes);
        var isSound = LibDeflate.Unpack(untrusted.Span, content, out var read, out var written) == Unpacked.Whole && read == length && written == content.Length && Crc32.Of(content) == entry.Crc;
        if (room is not null) ArrayPool<byte>.Shared.Return(room);
        if (!isSound) return null;
        budget.Expand(content.Length, entry.Name);
        return content;
    }

    private PackedStream Native(Stream packed, ZipEntry entry)
    {
        try
        {
            return new PackedStream(packed, entry.Method, entry.Bytes, (entry.Flags & 2) != 0, budget);
        }
        catch (DllNotFoundException)
        {
            throw NativeRebuilder.NoLibrary();
        }
        catch (InvalidDataException)
        {
            throw Broken("SAN-ZIP-016", "圧縮された中身が壊れています", "the packed content is damaged", entry.Name);
        }
    }

    /// <summary>The packed bytes of a member, as they stand.</summary>
    public Stream OpenPacked(ZipEntry entry) => source.Open(entry.DataOffset, entry.CompressedBytes);

    /// <summary>Strict UTF-8, or CP932 where the bytes aren't UTF-8: Windows and old tools write CP932, Macs write UTF-8 without saying so.</summary>
    public static string DecodeName(byte[] raw, bool declaredUtf8)
    {
        try
        {
            return new UTF8Encoding(false, true).GetString(raw);
        }
        catch (DecoderFallbackException)
        {
            try
            {
                return Texts.Encodings.StrictCp932.GetString(raw);
            }
            catch (DecoderFallbackException)
            {
                throw Broken("SAN-ZIP-005", "名前の文字コードが分かりません", "a name is neither UTF-8 nor CP932");
            }
        }
    }

    private static (long Count, long Start, long Size, long End, bool HasComment) FindEnd(Source source)
    {
        var tailLength = (int)Math.Min(source.Length, EndBytes + MostComment + 20);
        var tail = new byte[tailLength];
        var tailStart = source.Length - tailLength;
        source.Read(tailStart, tail);
        var (found, exact) = (-1, false);
        for (var i = tailLength - EndBytes; i >= 0; i--)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(i)) != EndSignature) continue;
            var comment = BinaryPrimitives.ReadUInt16LittleEndian(tail.AsSpan(i + 20));
            if (i + EndBytes + comment > tailLength) continue;
            var reachesEnd = i + EndBytes + comment == tailLength;
            // The last one that ends with the file is the end; those before it are of zips inside, stored as they are (what lies outside of members is told apart below).
            if (found >= 0 && exact && !reachesEnd) continue;
            if (found >= 0) throw Broken("SAN-ZIP-006", "書庫の終わりが二つあります", "there are two ends of the archive");
            (found, exact) = (i, reachesEnd);
        }
        if (found < 0) throw Broken("SAN-ZIP-007", "書庫の終わりが見つかりません", "the end of the archive is missing");
        var end = tail.AsSpan(found);
        if (BinaryPrimitives.ReadUInt16LittleEndian(end[4..]) is not (0 or 0xFFFF) || BinaryPrimitives.ReadUInt16LittleEndian(end[6..]) is not (0 or 0xFFFF)) throw Broken("SAN-ZIP-008", "分割された書庫です", "the archive is split over several files");
        long count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]), size = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]), start = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        var hasComment = BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) > 0;
        var endOffset = tailStart + found;
        var directoryEnd = endOffset;
        if (found >= 20 && BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(found - 20)) == End64LocatorSignature)
        {
            var end64 = BinaryPrimitives.ReadInt64LittleEndian(tail.AsSpan(found - 12));
            var record = new byte[56];
            if (end64 < 0 || end64 > source.Length - 56 || source.Read(end64, record) != 56 || BinaryPrimitives.ReadUInt32LittleEndian(record) != End64Signature) throw Broken("SAN-ZIP-009", "ZIP64 の記録が読めません", "the zip64 record can't be read");
            var (count64, size64, start64) = (BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(32)), BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(40)), BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(48)));
            if ((count != 0xFFFF && count != count64) || (size != 0xFFFF_FFFF && size != size64) || (start != 0xFFFF_FFFF && start != start64)) throw Broken("SAN-ZIP-010", "二つの目録の記録が食い違っています", "the two records of the directory disagree");
            (count, size, start) = (count64, size64, start64);
            directoryEnd = end64;
        }
        if (count < 0 || size < 0 || start < 0 || size > source.Length || start > directoryEnd - size) throw Broken("SAN-ZIP-001", "書庫の目録が途中で切れています", "the central directory is cut off");
        // A zip behind other bytes (a self-extracting program) counts its offsets from its own start: readers differ on it.
        if (start + size != directoryEnd) throw Broken("SAN-ZIP-011", "書庫の前か途中に余分なデータがあります", "there are foreign bytes before or inside the archive");
        return (count, start, size, endOffset + EndBytes, hasComment);
    }

    private static ZipEntry ReadEntry(Source source, byte[] central, ref int at, long directoryStart, Func<byte[], bool, string> decodeName)
    {
        var header = central.AsSpan(at);
        if (header.Length < CentralBytes || BinaryPrimitives.ReadUInt32LittleEndian(header) != CentralSignature) throw Broken("SAN-ZIP-002", "書庫の目録の長さが合いません", "the central directory has another length than it says");
        var madeBy = BinaryPrimitives.ReadUInt16LittleEndian(header[4..]);
        var flags = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);
        var method = BinaryPrimitives.ReadUInt16LittleEndian(header[10..]);
        var (time, date) = (BinaryPrimitives.ReadUInt16LittleEndian(header[12..]), BinaryPrimitives.ReadUInt16LittleEndian(header[14..]));
        var crc = BinaryPrimitives.ReadUInt32LittleEndian(header[16..]);
        long packed = BinaryPrimitives.ReadUInt32LittleEndian(header[20..]), bytes = BinaryPrimitives.ReadUInt32LittleEndian(header[24..]), offset = BinaryPrimitives.ReadUInt32LittleEndian(header[42..]);
        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header[28..]), extraLength = BinaryPrimitives.ReadUInt16LittleEndian(header[30..]), commentLength = BinaryPrimitives.ReadUInt16LittleEndian(header[32..]);
        var attributes = BinaryPrimitives.ReadUInt32LittleEndian(header[38..]);
        if (header.Length < CentralBytes + nameLength + extraLength + commentLength) throw Broken("SAN-ZIP-002", "書庫の目録の長さが合いません", "the central directory has another length than it says");
        var rawName = header.Slice(CentralBytes, nameLength).ToArray();
        var extra = header.Slice(CentralBytes + nameLength, extraLength).ToArray();
        at += CentralBytes + nameLength + extraLength + commentLength;
        Zip64(extra, ref bytes, ref packed, ref offset);
        var name = decodeName(rawName, (flags & 0x800) != 0);
        if (packed < 0 || bytes < 0 || offset < 0 || offset > directoryStart - LocalBytes) throw Broken("SAN-ZIP-012", "目録が指す場所に中身がありません", "the directory points to no member", name);

        var local = new byte[LocalBytes];
        source.Read(offset, local);
        if (BinaryPrimitives.ReadUInt32LittleEndian(local) != LocalSignature) throw Broken("SAN-ZIP-012", "目録が指す場所に中身がありません", "the directory points to no member", name);
        int localNameLength = BinaryPrimitives.ReadUInt16LittleEndian(local.AsSpan(26)), localExtraLength = BinaryPrimitives.ReadUInt16LittleEndian(local.AsSpan(28));
        var localFlags = BinaryPrimitives.ReadUInt16LittleEndian(local.AsSpan(6));
        var localName = new byte[localNameLength];
        source.Read(offset + LocalBytes, localName);
        var hasDescriptor = (flags & 8) != 0;
        var localBytes = BinaryPrimitives.ReadUInt32LittleEndian(local.AsSpan(22));
        if (!localName.AsSpan().SequenceEqual(rawName) || BinaryPrimitives.ReadUInt16LittleEndian(local.AsSpan(8)) != method || ((localFlags ^ flags) & 0x2009) != 0
            || (!hasDescriptor && localBytes != 0xFFFF_FFFF && (localBytes != bytes || BinaryPrimitives.ReadUInt32LittleEndian(local.AsSpan(14)) != crc)))
            throw Broken("SAN-ZIP-013", "目録と中身の見出しが食い違っています", "the two headers of a member disagree", name);
        var data = offset + LocalBytes + localNameLength + localExtraLength;
        if (data + packed > directoryStart) throw Broken("SAN-ZIP-014", "中身が書庫の目録に重なっています", "a member runs into the directory", name);
        return new(rawName, name, flags, method, crc, packed, bytes, offset, data, madeBy >> 8 is 3 or 19 ? (int)(attributes >> 16) : 0, time, date, extra);
    }

    private static void Zip64(ReadOnlySpan<byte> extra, ref long bytes, ref long packed, ref long offset)
    {
        while (extra.Length >= 4)
        {
            int id = BinaryPrimitives.ReadUInt16LittleEndian(extra), length = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (length > extra.Length - 4) return;
            if (id == 1)
            {
                var field = extra.Slice(4, length);
                Take(ref field, ref bytes);
                Take(ref field, ref packed);
                Take(ref field, ref offset);
                return;
            }
            extra = extra[(4 + length)..];
        }
    }

    private static void Take(ref ReadOnlySpan<byte> field, ref long value)
    {
        if (value != 0xFFFF_FFFF || field.Length < 8) return;
        value = BinaryPrimitives.ReadInt64LittleEndian(field);
        field = field[8..];
    }

    /// <summary>True when bytes belong to no member.</summary>
    private static bool CheckSpans(List<ZipEntry> entries, long directoryStart, long end, long length)
    {
        long at = 0;
        var stray = end != length;
        var inOrder = entries.ToArray();
        // As they mostly stand; sorting by a key of numbers would be compiled at each start.
        Array.Sort(inOrder, static (a, b) => a.HeaderOffset.CompareTo(b.HeaderOffset));
        foreach (var entry in inOrder)
        {
            if (entry.HeaderOffset < at) throw Broken("SAN-ZIP-015", "中身が重なり合っています。圧縮爆弾のおそれがあります", "members overlap: it may be a decompression bomb", entry.Name);
            // A descriptor of 12 to 24 bytes may follow the data.
            stray |= entry.HeaderOffset > at + 24;
            at = entry.DataOffset + entry.CompressedBytes;
        }
        return stray || directoryStart > at + 24 || (inOrder.Length > 0 && inOrder[0].HeaderOffset > 0);
    }

    private static RefusedException Broken(string code, string ja, string en, string place = "") => Refusals.Broken(place, code, ja, en);

    /// <summary>Counts, limits and checks what comes out of a member.</summary>
    private sealed class CheckedStream(Stream inner, ZipEntry entry, Budget budget, bool hasCrc) : ReadOnlyStream
    {
        private Crc32 crc;
        private long read;
        private bool ended;

        public override long Length => entry.Bytes;
        public override long Position { get => read; set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            if (ended || buffer.Length == 0) return 0;
            int count;
            try
            {
                count = inner.Read(buffer);
            }
            catch (Exception e) when (e is InvalidDataException or IOException)
            {
                throw Broken("SAN-ZIP-016", "圧縮された中身が壊れています", "the packed content is damaged", entry.Name);
            }
            if (count == 0)
            {
                ended = true;
                if (read != entry.Bytes || (hasCrc && crc.Value != entry.Crc)) throw Broken("SAN-ZIP-017", "中身の検査符号が合いません", "the checksum of the content doesn't match", entry.Name);
                return 0;
            }
            read += count;
            if (read > entry.Bytes) throw Broken("SAN-ZIP-004", "中身の長さが目録と合いません", "the content is longer than the directory says", entry.Name);
            budget.Expand(count, entry.Name);
            crc.Append(buffer[..count]);
            return count;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
