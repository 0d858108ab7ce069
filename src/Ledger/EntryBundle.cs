using System.Buffers.Binary;

namespace Sekisho.Ledger;

/// <summary>The entries under one level-0 tile as auditors read them: each with its length before it (uint16, big-endian).</summary>
/// <remarks>Source: C2SP tlog-tiles, “Log entries”.</remarks>
public static class EntryBundle
{
    /// <summary>The longest entry that fits, in bytes.</summary>
    public const int MaxEntryBytes = ushort.MaxValue;

    public static byte[] Write(IReadOnlyCollection<ReadOnlyMemory<byte>> entries)
    {
        var bytes = new byte[entries.Sum(static e => 2 + e.Length)];
        var rest = bytes.AsSpan();
        foreach (var entry in entries)
        {
            BinaryPrimitives.WriteUInt16BigEndian(rest, checked((ushort)entry.Length));
            entry.Span.CopyTo(rest[2..]);
            rest = rest[(2 + entry.Length)..];
        }
        return bytes;
    }

    /// <returns>False when the bytes end within an entry, or hold other than <paramref name="count"/> entries.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> untrusted, int count, out IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        var list = new List<ReadOnlyMemory<byte>>();
        entries = list;
        while (untrusted.Length > 0)
        {
            if (untrusted.Length < 2) return false;
            int length = BinaryPrimitives.ReadUInt16BigEndian(untrusted.Span);
            if (untrusted.Length < 2 + length || list.Count == count) return false;
            list.Add(untrusted.Slice(2, length));
            untrusted = untrusted[(2 + length)..];
        }
        return list.Count == count;
    }
}
