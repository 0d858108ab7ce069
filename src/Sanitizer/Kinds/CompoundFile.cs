using System.Buffers.Binary;
using System.Text;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Kinds;

/// <summary>One entry of a compound file's directory.</summary>
/// <param name="Path">Storages and name, divided by <c>/</c>; control characters as they are (\u0005SummaryInformation).</param>
/// <param name="Clsid">The class of a storage, upper case with dashes; empty when none.</param>
internal sealed record CompoundEntry(string Path, bool IsStorage, uint Start, long Bytes, string Clsid);

/// <summary>Reads OLE2 compound files (CFB) strictly: doc, xls, ppt, msg, encrypted OOXML, jtd. Source: [MS-CFB] 2024-08.</summary>
internal sealed class CompoundFile
{
    private const uint EndOfChain = 0xFFFF_FFFE, NoStream = 0xFFFF_FFFF, MaxRegular = 0xFFFF_FFFA;
    private const int MostEntries = 100_000;

    private readonly Source source;
    private readonly int sectorShift;
    private readonly uint[] fat;
    private readonly uint[] miniFat;
    private readonly byte[] miniStream;
    private readonly uint miniCutoff;

    private CompoundFile(Source source, int sectorShift, uint[] fat, uint[] miniFat, byte[] miniStream, uint miniCutoff, IReadOnlyList<CompoundEntry> entries, bool hasOrphans)
    {
        (this.source, this.sectorShift, this.fat, this.miniFat, this.miniStream, this.miniCutoff, Entries, HasOrphans) = (source, sectorShift, fat, miniFat, miniStream, miniCutoff, entries, hasOrphans);
    }

    /// <summary>Entries of the directory that no storage leads to.</summary>
    public bool HasOrphans { get; }

    /// <summary>All entries that hang in the tree, the root's path empty.</summary>
    public IReadOnlyList<CompoundEntry> Entries { get; }

    public CompoundEntry? Find(string path) => Entries.FirstOrDefault(e => e.Path.Equals(path, StringComparison.OrdinalIgnoreCase));

    public static bool Is(ReadOnlySpan<byte> head) => head.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]);

    /// <exception cref="RefusedException">It is damaged, or its chains run in circles.</exception>
    public static CompoundFile Read(Source untrusted, long mostBytes)
    {
        var header = untrusted.Head(512);
        if (header.Length < 512 || !Is(header)) throw Broken("SAN-OLE-001", "OLE2 の見出しがありません", "no OLE2 header");
        int shift = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(30)), miniShift = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(32));
        if (shift is not (9 or 12) || miniShift != 6) throw Broken("SAN-OLE-002", "セクターの大きさが仕様と違います", "an impossible sector size");
        if (untrusted.Length > mostBytes) throw Refusals.TooLarge(untrusted.Length, mostBytes);
        var fat = ReadFat(untrusted, header, shift);
        var directory = ReadChain(untrusted, fat, shift, U32(header, 48), mostBytes);
        var (entries, root, hasOrphans) = ReadDirectory(directory, shift);
        var miniStream = root.Start >= MaxRegular ? [] : ReadChain(untrusted, fat, shift, root.Start, mostBytes);
        var miniFat = U32(header, 60) >= MaxRegular ? [] : Words(ReadChain(untrusted, fat, shift, U32(header, 60), mostBytes));
        return new(untrusted, shift, fat, miniFat, miniStream, U32(header, 56), entries, hasOrphans);
    }

    /// <summary>The bytes of a stream.</summary>
    public byte[] ReadStream(CompoundEntry entry, long mostBytes)
    {
        if (entry.Bytes > mostBytes) throw Refusals.TooLarge(entry.Bytes, mostBytes);
        if (entry.Bytes == 0) return [];
        if (entry.Bytes >= miniCutoff)
        {
            var whole = ReadChain(source, fat, sectorShift, entry.Start, mostBytes);
            return whole.Length >= entry.Bytes ? whole.AsSpan(0, (int)entry.Bytes).ToArray() : throw Broken("SAN-OLE-003", "ストリームが途中で切れています", "a stream is cut off", entry.Path);
        }
        var bytes = new byte[entry.Bytes];
        var at = 0;
        var sector = entry.Start;
        for (var steps = 0; at < bytes.Length; steps++)
        {
            if (sector >= MaxRegular || steps > miniFat.Length || sector >= miniFat.Length || ((long)sector << 6) + 64 > miniStream.Length + 63L) throw Broken("SAN-OLE-003", "ストリームが途中で切れています", "a stream is cut off", entry.Path);
            var from = miniStream.AsSpan((int)Math.Min((long)sector << 6, miniStream.Length));
            var count = Math.Min(Math.Min(64, bytes.Length - at), from.Length);
            if (count == 0) throw Broken("SAN-OLE-003", "ストリームが途中で切れています", "a stream is cut off", entry.Path);
            from[..count].CopyTo(bytes.AsSpan(at));
            at += count;
            sector = miniFat[sector];
        }
        return bytes;
    }

    /// <summary>True when there are bytes where no stream is: in free sectors, behind the end of the last one that the tables know, or behind the end of a stream in its last sector (O-10).</summary>
    public bool HasSlack()
    {
        var size = 1 << sectorShift;
        var sector = new byte[size];
        for (var i = 0; i < fat.Length; i++)
        {
            if (fat[i] == NoStream && Filled((uint)i, 0)) return true;
        }
        if (source.Length > ((long)fat.Length + 1) << sectorShift) return true;
        foreach (var entry in Entries)
        {
            if (entry.IsStorage || entry.Bytes < miniCutoff) continue;
            var last = entry.Start;
            for (var steps = 0; last < fat.Length && fat[last] < MaxRegular && steps <= fat.Length; steps++) last = fat[last];
            var used = (int)(entry.Bytes & (size - 1));
            if (used > 0 && last < fat.Length && Filled(last, used)) return true;
        }
        return false;

        bool Filled(uint number, int from)
        {
            var offset = ((long)number + 1) << sectorShift;
            var read = offset < source.Length ? source.Read(offset, sector) : 0;
            return read > from && sector.AsSpan(from, read - from).ContainsAnyExcept((byte)0);
        }
    }

    private static uint[] ReadFat(Source source, byte[] header, int shift)
    {
        var size = 1 << shift;
        var sectors = (source.Length >> shift) + 1;
        long fatSectors = U32(header, 44);
        // Office sets aside more than a small file needs; never more than the file has.
        if (fatSectors > sectors) throw Broken("SAN-OLE-004", "割り当て表が大きすぎます", "the allocation table is larger than the file");
        var numbers = new List<uint>();
        for (var i = 0; i < 109 && numbers.Count < fatSectors; i++) numbers.Add(U32(header, 76 + (4 * i)));
        var next = U32(header, 68);
        for (var steps = 0L; numbers.Count < fatSectors; steps++)
        {
            if (next >= MaxRegular || steps > sectors) throw Broken("SAN-OLE-004", "割り当て表が途中で切れています", "the allocation table is cut off");
            var difat = ReadSector(source, next, shift);
            for (var i = 0; i < (size / 4) - 1 && numbers.Count < fatSectors; i++) numbers.Add(U32(difat, 4 * i));
            next = U32(difat, size - 4);
        }
        var fat = new uint[numbers.Count * (size / 4)];
        for (var i = 0; i < numbers.Count; i++) Words(ReadSector(source, numbers[i], shift)).CopyTo(fat, i * (size / 4));
        return fat;
    }

    private static byte[] ReadSector(Source source, uint number, int shift)
    {
        var sector = new byte[1 << shift];
        var offset = ((long)number + 1) << shift;
        if (number >= MaxRegular || offset >= source.Length) throw Broken("SAN-OLE-005", "ファイルの外を指しています", "a sector lies outside the file");
        source.Read(offset, sector); // the last one may be short: zeros
        return sector;
    }

    private static byte[] ReadChain(Source source, uint[] fat, int shift, uint start, long mostBytes)
    {
        using var bytes = new MemoryStream();
        var sector = start;
        for (var steps = 0; sector != EndOfChain; steps++)
        {
            if (sector >= fat.Length || steps > fat.Length) throw Broken("SAN-OLE-006", "セクターの鎖が切れているか、輪になっています", "a chain of sectors is broken or runs in a circle");
            if (bytes.Length > mostBytes) throw Refusals.TooLarge(bytes.Length, mostBytes);
            bytes.Write(ReadSector(source, sector, shift));
            sector = fat[sector];
        }
        return bytes.ToArray();
    }

    private static (List<CompoundEntry> Entries, CompoundEntry Root, bool HasOrphans) ReadDirectory(byte[] directory, int shift)
    {
        var count = directory.Length / 128;
        if (count is 0 or > MostEntries) throw Broken("SAN-OLE-007", "目録がありません", "there is no directory");
        var entries = new List<CompoundEntry>();
        var seen = new bool[count];
        var root = Entry(directory, 0, "", shift);
        seen[0] = true;
        entries.Add(root);
        var open = new Stack<(uint Node, string Under)>();
        open.Push((U32(directory, 76), ""));
        while (open.Count > 0)
        {
            var (node, under) = open.Pop();
            if (node == NoStream) continue;
            if (node >= count || seen[node]) throw Broken("SAN-OLE-008", "目録が輪になっています", "the directory runs in a circle");
            seen[node] = true;
            var at = (int)node * 128;
            var entry = Entry(directory, at, under, shift);
            entries.Add(entry);
            open.Push((U32(directory, at + 68), under));
            open.Push((U32(directory, at + 72), under));
            if (entry.IsStorage) open.Push((U32(directory, at + 76), entry.Path + "/"));
        }
        var hasOrphans = false;
        for (var i = 0; i < count; i++) hasOrphans |= !seen[i] && directory[(i * 128) + 66] != 0;
        return (entries, root, hasOrphans);
    }

    private static CompoundEntry Entry(byte[] directory, int at, string under, int shift)
    {
        int nameBytes = BinaryPrimitives.ReadUInt16LittleEndian(directory.AsSpan(at + 64));
        var name = Encoding.Unicode.GetString(directory, at, Math.Clamp(nameBytes - 2, 0, 62));
        var size = BinaryPrimitives.ReadInt64LittleEndian(directory.AsSpan(at + 120));
        var clsid = new Guid(directory.AsSpan(at + 80, 16));
        // Version 3 leaves rubbish in the upper half of the length.
        return new(at == 0 ? "" : under + name, directory[at + 66] is 1 or 5, U32(directory, at + 116), shift == 9 ? size & 0xFFFF_FFFF : size, clsid == Guid.Empty ? "" : clsid.ToString("D").ToUpperInvariant());
    }

    private static uint U32(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    private static uint[] Words(byte[] bytes)
    {
        var words = new uint[bytes.Length / 4];
        Buffer.BlockCopy(bytes, 0, words, 0, words.Length * 4);
        return words;
    }

    private static RefusedException Broken(string code, string ja, string en, string place = "") => Refusals.Broken(place, code, ja, en);
}
