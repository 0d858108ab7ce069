using System.Buffers.Binary;
using System.Text;

namespace Sekisho.Sanitizer.Tests;

/// <summary>Writes compound files of storages and streams, small ones in the mini stream as Office does. Source: [MS-CFB].</summary>
internal sealed class CompoundMaker
{
    private const uint End = 0xFFFFFFFE, None = 0xFFFFFFFF, Fat = 0xFFFFFFFD;

    private readonly SortedDictionary<string, byte[]?> entries = new(StringComparer.Ordinal);

    /// <summary>A stream under storages that are made as needed; folders divided by slashes.</summary>
    public void Add(string path, byte[] content)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1)) entries.TryAdd(path[..slash], null);
        entries[path] = content;
    }

    public byte[] Make()
    {
        var nodes = new List<(string Name, byte[]? Content, int Parent)> { ("Root Entry", null, -1) };
        var numbers = new Dictionary<string, int> { [""] = 0 };
        foreach (var (path, content) in entries)
        {
            var slash = path.LastIndexOf('/');
            numbers[path] = nodes.Count;
            nodes.Add((path[(slash + 1)..], content, numbers[slash < 0 ? "" : path[..slash]]));
        }
        var sectors = new List<byte[]>();
        var chain = new List<uint>();
        var mini = new MemoryStream();
        var miniFat = new List<uint>();
        var starts = new (uint Start, long Length)[nodes.Count];
        for (var i = 1; i < nodes.Count; i++)
        {
            if (nodes[i].Content is not { Length: > 0 } content)
            {
                starts[i] = (nodes[i].Content is null ? 0 : End, 0);
            }
            else if (content.Length < 4096)
            {
                starts[i] = ((uint)miniFat.Count, content.Length);
                for (var at = 0; at < content.Length; at += 64) miniFat.Add(at + 64 < content.Length ? (uint)miniFat.Count + 1 : End);
                mini.Write(content);
                mini.Write(new byte[(64 - (content.Length % 64)) % 64]);
            }
            else
            {
                starts[i] = (Long(content), content.Length);
            }
        }
        starts[0] = (mini.Length == 0 ? End : Long(mini.ToArray()), mini.Length);
        var miniFatBytes = miniFat.SelectMany(BitConverter.GetBytes).ToArray();
        while (miniFatBytes.Length % 512 != 0) miniFatBytes = [.. miniFatBytes, .. BitConverter.GetBytes(None)];
        var miniFatStart = miniFatBytes.Length == 0 ? End : Long(miniFatBytes);
        var directory = new byte[((nodes.Count * 128) + 511) / 512 * 512];
        for (var i = 0; i < nodes.Count; i++)
        {
            var children = Enumerable.Range(0, nodes.Count).Where(n => nodes[n].Parent == i).ToList();
            var siblings = i == 0 ? [] : Enumerable.Range(0, nodes.Count).Where(n => nodes[n].Parent == nodes[i].Parent).ToList();
            var at = directory.AsSpan(i * 128, 128);
            Encoding.Unicode.GetBytes(nodes[i].Name).CopyTo(at);
            BinaryPrimitives.WriteUInt16LittleEndian(at[64..], (ushort)((nodes[i].Name.Length + 1) * 2));
            at[66] = (byte)(i == 0 ? 5 : nodes[i].Content is null ? 1 : 2);
            at[67] = 1;
            BinaryPrimitives.WriteUInt32LittleEndian(at[68..], None);
            BinaryPrimitives.WriteUInt32LittleEndian(at[72..], siblings.IndexOf(i) is var place and >= 0 && place + 1 < siblings.Count ? (uint)siblings[place + 1] : None);
            BinaryPrimitives.WriteUInt32LittleEndian(at[76..], children.Count > 0 ? (uint)children[0] : None);
            BinaryPrimitives.WriteUInt32LittleEndian(at[116..], starts[i].Start);
            BinaryPrimitives.WriteInt64LittleEndian(at[120..], starts[i].Length);
        }
        var directoryStart = Long(directory);
        var fatSectors = 1;
        while (fatSectors * 128 < chain.Count + fatSectors) fatSectors++;
        var fatStart = chain.Count;
        for (var i = 0; i < fatSectors; i++) chain.Add(Fat);
        var fat = chain.SelectMany(BitConverter.GetBytes).ToArray();
        while (fat.Length < fatSectors * 512) fat = [.. fat, .. BitConverter.GetBytes(None)];
        var header = new byte[512];
        Convert.FromHexString("D0CF11E0A1B11AE1").CopyTo(header, 0);
        foreach (var (at, value) in new[] { (24, 0x3E), (26, 3), (28, 0xFFFE), (30, 9), (32, 6) }) BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(at), (ushort)value);
        foreach (var (at, value) in new[] { (44, (uint)fatSectors), (48, directoryStart), (56, 4096u), (60, miniFatStart), (64, (uint)(miniFatBytes.Length / 512)), (68, End) }) BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(at), value);
        for (var i = 0; i < 109; i++) BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(76 + (i * 4)), i < fatSectors ? (uint)(fatStart + i) : None);
        return [.. header, .. sectors.SelectMany(static s => s), .. fat];

        uint Long(byte[] content)
        {
            var start = (uint)sectors.Count;
            for (var at = 0; at < content.Length; at += 512)
            {
                var sector = new byte[512];
                content.AsSpan(at, Math.Min(512, content.Length - at)).CopyTo(sector);
                sectors.Add(sector);
                chain.Add(at + 512 < content.Length ? (uint)sectors.Count : End);
            }
            return start;
        }
    }
}
