using System.Buffers;
using System.Security.Cryptography;
using Sekisho.Assurance;

namespace Sekisho.Ledger;

/// <summary>The two hashes of a Merkle log: of an entry and of two subtrees.</summary>
/// <remarks>The prefixes keep an entry from being passed off as a node. Source: RFC 6962 §2.1.</remarks>
public static class Rfc6962
{
    private const byte LeafPrefix = 0x00, NodePrefix = 0x01;

    /// <summary>Root of a log without entries: SHA-256 of nothing.</summary>
    public static Sha256 EmptyRoot { get; } = Sha256.Of([]);

    /// <summary>SHA-256(0x00 ‖ entry).</summary>
    public static Sha256 Leaf(ReadOnlySpan<byte> entry)
    {
        const int OnStack = 1024;
        var length = entry.Length + 1;
        byte[]? rented = null;
        var input = length <= OnStack ? stackalloc byte[OnStack] : rented = ArrayPool<byte>.Shared.Rent(length);
        input[0] = LeafPrefix;
        entry.CopyTo(input[1..]);
        var digest = Sha256.Of(input[..length]);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return digest;
    }

    /// <summary>SHA-256(0x01 ‖ left ‖ right).</summary>
    public static Sha256 Node(in Sha256 left, in Sha256 right)
    {
        Span<byte> input = stackalloc byte[1 + 2 * Sha256.Size];
        input[0] = NodePrefix;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + Sha256.Size)..]);
        return Sha256.Of(input);
    }

    /// <summary>Root of a perfect subtree from the hashes at its foot.</summary>
    /// <param name="hashes">Concatenated 32-byte hashes; their number is a power of two, at most 256.</param>
    public static Sha256 Perfect(ReadOnlySpan<byte> hashes)
    {
        var count = hashes.Length / Sha256.Size;
        if (count == 0 || count > TileId.FullWidth || hashes.Length % Sha256.Size != 0 || !int.IsPow2(count))
            throw new ArgumentException($"{hashes.Length} bytes are not the foot of a perfect subtree within a tile.", nameof(hashes));
        if (count == 1) return new Sha256(hashes);

        // One buffer holds each level in turn: a node is written where its left child was read before.
        const int Wide = Sha256.Size;
        Span<byte> level = stackalloc byte[TileId.FullWidth / 2 * Wide];
        Span<byte> input = stackalloc byte[1 + 2 * Wide];
        input[0] = NodePrefix;
        scoped var source = hashes;
        while (count > 1)
        {
            for (var i = 0; i < count / 2; i++)
            {
                source.Slice(2 * i * Wide, 2 * Wide).CopyTo(input[1..]);
                SHA256.HashData(input, level.Slice(i * Wide, Wide));
            }
            source = level;
            count /= 2;
        }
        return new Sha256(level[..Wide]);
    }
}
