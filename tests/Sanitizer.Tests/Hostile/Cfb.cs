using System.Buffers.Binary;
using System.Text;

namespace Sekisho.Sanitizer.Tests.Hostile;

/// <summary>Compound files written and read by code that shares nothing with the sanitiser's, so that streams can be planted in them. Source: [MS-CFB], version 3.</summary>
internal sealed class Cfb
{
    private const int Sector = 512, Mini = 64, Cutoff = 4096;
    private const uint End = 0xFFFF_FFFE, Free = 0xFFFF_FFFF, FatSector = 0xFFFF_FFFD;

    private readonly SortedDictionary<string, byte[]> streams = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Guid> classes = new(StringComparer.Ordinal);

    /// <summary>Storages of a path are divided by <c>/</c>.</summary>
    public Cfb Add(string path, byte[] content)
    {
        streams[path] = content;
        return this;
    }

    public Cfb Without(string path)
    {
        streams.Remove(path);
        return this;
    }

    /// <summary>The class of a storage; "" for the root's.</summary>
    public Cfb Class(string storage, string clsid)
    {
        classes[storage] = Guid.Parse(clsid);
        return this;
    }

    public byte[] this[string path] => streams[path];

    public IReadOnlyDictionary<string, byte[]> Streams => streams;

    /// <param name="inFreeSector">Bytes in a sector that the tables say is free.</param>
    /// <param name="orphan">Name of an entry of the directory that nothing leads to.</param>
    public byte[] Build(byte[]? inFreeSector = null, string? orphan = null)
    {
        var nodes = new List<Node> { new("", "", true) };
        var byPath = new Dictionary<string, Node> { [""] = nodes[0] };
        foreach (var path in streams.Keys.Concat(classes.Keys).Where(static p => p.Length > 0))
        {
            var parts = path.Split('/');
            for (var i = 1; i <= parts.Length; i++)
            {
                var whole = string.Join('/', parts[..i]);
                if (byPath.ContainsKey(whole)) continue;
                var node = new Node(whole, parts[i - 1], i < parts.Length || !streams.ContainsKey(whole)) { Index = nodes.Count };
                nodes.Add(node);
                byPath[whole] = node;
                byPath[string.Join('/', parts[..(i - 1)])].Children.Add(node);
            }
        }
        var sectors = new List<byte[]>();
        var fat = new List<uint>();
        var (mini, miniFat) = (new MemoryStream(), new List<uint>());
        foreach (var node in nodes.Where(static n => !n.IsStorage))
        {
            var content = streams[node.Path];
            node.Bytes = content.Length;
            if (content.Length >= Cutoff) node.Start = Chain(content);
            else if (content.Length > 0)
            {
                node.Start = (uint)miniFat.Count;
                for (var at = 0; at < content.Length; at += Mini)
                {
                    var piece = new byte[Mini];
                    content.AsSpan(at, Math.Min(Mini, content.Length - at)).CopyTo(piece);
                    mini.Write(piece);
                    miniFat.Add(at + Mini < content.Length ? (uint)miniFat.Count + 1 : End);
                }
            }
        }
        nodes[0].Start = mini.Length > 0 ? Chain(mini.ToArray()) : End;
        nodes[0].Bytes = (int)mini.Length;
        while (miniFat.Count % (Sector / 4) != 0) miniFat.Add(Free);
        var miniFatStart = miniFat.Count > 0 ? Chain(Words(miniFat)) : End;
        var directory = new MemoryStream();
        foreach (var node in nodes) directory.Write(Entry(node, classes.GetValueOrDefault(node.Path)));
        if (orphan is not null) directory.Write(Entry(new Node(orphan, orphan, false)));
        while (directory.Length % Sector != 0) directory.Write(EmptyEntry());
        var directoryStart = Chain(directory.ToArray());
        if (inFreeSector is not null)
        {
            var sector = new byte[Sector];
            inFreeSector.AsSpan(0, Math.Min(Sector, inFreeSector.Length)).CopyTo(sector);
            sectors.Add(sector);
            fat.Add(Free);
        }
        var fatSectors = 0;
        while ((fat.Count + fatSectors + 127) / 128 > fatSectors) fatSectors++;
        var fatAt = fat.Count;
        for (var i = 0; i < fatSectors; i++) fat.Add(FatSector);
        while (fat.Count % 128 != 0) fat.Add(Free);
        var header = new byte[Sector];
        ((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]).CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(24), 0x3E);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(26), 3);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(28), 0xFFFE);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(30), 9);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(32), 6);
        Put(header, 44, (uint)fatSectors);
        Put(header, 48, directoryStart);
        Put(header, 56, Cutoff);
        Put(header, 60, miniFatStart);
        Put(header, 64, (uint)(miniFat.Count / 128));
        Put(header, 68, End);
        for (var i = 0; i < 109; i++) Put(header, 76 + (4 * i), i < fatSectors ? (uint)(fatAt + i) : Free);
        using var file = new MemoryStream();
        file.Write(header);
        foreach (var sector in sectors) file.Write(sector);
        file.Write(Words(fat));
        return file.ToArray();

        uint Chain(byte[] content)
        {
            var start = (uint)fat.Count;
            for (var at = 0; at < content.Length; at += Sector)
            {
                var sector = new byte[Sector];
                content.AsSpan(at, Math.Min(Sector, content.Length - at)).CopyTo(sector);
                sectors.Add(sector);
                fat.Add(at + Sector < content.Length ? (uint)fat.Count + 1 : End);
            }
            return start;
        }
    }

    /// <summary>A file as it is, to be changed.</summary>
    public static Cfb From(byte[] file)
    {
        var cfb = new Cfb();
        foreach (var (path, content, clsid) in Read(file))
        {
            if (content is not null) cfb.Add(path, content);
            if (clsid != Guid.Empty) cfb.classes[path] = clsid;
        }
        return cfb;
    }

    /// <summary>Streams (content) and storages (null) of a compound file, and the classes of the storages.</summary>
    public static List<(string Path, byte[]? Content, Guid Class)> Read(byte[] file)
    {
        var shift = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(30));
        var size = 1 << shift;
        var fat = new List<uint>();
        for (var i = 0; i < Math.Min(109, Get(file, 44)); i++) fat.AddRange(Unpack(At(Get(file, 76 + (4 * i)))));
        var directory = Follow(Get(file, 48), fat, At);
        var miniFat = Get(file, 60) < 0xFFFF_FFFA ? Unpack(Follow(Get(file, 60), fat, At)) : [];
        var mini = Get(directory, 116) < 0xFFFF_FFFA ? Follow(Get(directory, 116), fat, At) : [];
        var found = new List<(string, byte[]?, Guid)> { ("", null, new Guid(directory.AsSpan(80, 16))) };
        var seen = new HashSet<uint>();
        Walk(Get(directory, 76), "");
        return found;

        void Walk(uint node, string under)
        {
            if (node == Free || (node + 1) * 128 > directory.Length || !seen.Add(node)) return;
            var at = (int)node * 128;
            Walk(Get(directory, at + 68), under);
            var name = under + Encoding.Unicode.GetString(directory, at, Math.Clamp(BinaryPrimitives.ReadUInt16LittleEndian(directory.AsSpan(at + 64)) - 2, 0, 62));
            if (directory[at + 66] == 2)
            {
                var length = (int)Get(directory, at + 120);
                var content = length == 0 ? [] : length >= Cutoff ? Follow(Get(directory, at + 116), fat, At) : Follow(Get(directory, at + 116), miniFat, n => mini.AsSpan((int)n * Mini, Math.Min(Mini, mini.Length - ((int)n * Mini))).ToArray());
                found.Add((name, content[..Math.Min(length, content.Length)], Guid.Empty));
            }
            else
            {
                found.Add((name, null, new Guid(directory.AsSpan(at + 80, 16))));
                Walk(Get(directory, at + 76), name + "/");
            }
            Walk(Get(directory, at + 72), under);
        }

        byte[] At(uint number)
        {
            var sector = new byte[size];
            var offset = ((long)number + 1) << shift;
            if (offset < file.Length) file.AsSpan((int)offset, (int)Math.Min(size, file.Length - offset)).CopyTo(sector);
            return sector;
        }
    }

    private static byte[] Follow(uint start, IReadOnlyList<uint> table, Func<uint, byte[]> at)
    {
        using var all = new MemoryStream();
        for (var steps = 0; start < table.Count && steps <= table.Count; start = table[(int)start], steps++) all.Write(at(start));
        return all.ToArray();
    }

    private static byte[] Entry(Node node, Guid clsid = default)
    {
        var entry = EmptyEntry();
        var name = Encoding.Unicode.GetBytes(node.Path.Length == 0 ? "Root Entry" : node.Name);
        name.CopyTo(entry, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(64), (ushort)(name.Length + 2));
        entry[66] = (byte)(node.Path.Length == 0 ? 5 : node.IsStorage ? 1 : 2);
        entry[67] = 1;
        var children = node.Children.OrderBy(static c => c.Name.Length).ThenBy(static c => c.Name.ToUpperInvariant(), StringComparer.Ordinal).ToList();
        if (clsid != Guid.Empty) clsid.TryWriteBytes(entry.AsSpan(80));
        Put(entry, 76, children.Count > 0 ? (uint)children[0].Index : Free);
        for (var i = 0; i + 1 < children.Count; i++) children[i].Right = (uint)children[i + 1].Index;
        Put(entry, 72, node.Right);
        Put(entry, 116, node.Start);
        Put(entry, 120, (uint)node.Bytes);
        return entry;
    }

    private static byte[] EmptyEntry()
    {
        var entry = new byte[128];
        foreach (var at in (int[])[68, 72, 76]) Put(entry, at, Free);
        return entry;
    }

    private static byte[] Words(IEnumerable<uint> words)
    {
        var all = words.ToArray();
        var bytes = new byte[all.Length * 4];
        Buffer.BlockCopy(all, 0, bytes, 0, bytes.Length);
        return bytes;
    }

    private static uint[] Unpack(byte[] bytes)
    {
        var words = new uint[bytes.Length / 4];
        Buffer.BlockCopy(bytes, 0, words, 0, words.Length * 4);
        return words;
    }

    private static uint Get(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    private static void Put(byte[] bytes, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), value);

    private sealed class Node(string path, string name, bool isStorage)
    {
        public string Path => path;
        public string Name => name;
        public bool IsStorage => isStorage;
        public int Index { get; init; }
        public List<Node> Children { get; } = [];
        public uint Start { get; set; } = End;
        public int Bytes { get; set; }
        public uint Right { get; set; } = Free;
    }
}
