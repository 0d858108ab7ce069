using System.Numerics;
using Sekisho.Assurance;

namespace Sekisho.Ledger;

/// <summary>The right edge of a growing log: the roots of its largest complete subtrees, widest first. All that is needed to go on appending.</summary>
/// <remarks>One hash for each 1 in the binary size, so at most 64. Elsewhere called a compact range.</remarks>
public sealed class Frontier
{
    private readonly List<Sha256> nodes;

    public Frontier() => nodes = [];

    private Frontier(ulong size, List<Sha256> nodes) => (Size, this.nodes) = (size, nodes);

    /// <summary>Number of entries so far.</summary>
    public ulong Size { get; private set; }

    /// <summary>Adds the next entry by its leaf hash.</summary>
    public void Append(in Sha256 leaf) => AppendPerfect(0, leaf);

    /// <summary>Adds 2^<paramref name="level"/> entries at once by the root of their subtree.</summary>
    /// <exception cref="InvalidOperationException">The log's size isn't a multiple of 2^level.</exception>
    public void AppendPerfect(int level, Sha256 root)
    {
        if (BitOperations.TrailingZeroCount(Size) < level && Size != 0)
            throw new InvalidOperationException($"A subtree of 2^{level} entries can't follow {Size} entries.");
        for (var carry = Size >> level; (carry & 1) == 1; carry >>= 1)
        {
            root = Rfc6962.Node(nodes[^1], root);
            nodes.RemoveAt(nodes.Count - 1);
        }
        nodes.Add(root);
        Size += 1UL << level;
    }

    /// <summary>Root hash of the log as it stands (MTH of RFC 6962).</summary>
    public Sha256 Root()
    {
        if (nodes.Count == 0) return Rfc6962.EmptyRoot;
        var root = nodes[^1];
        for (var i = nodes.Count - 2; i >= 0; i--) root = Rfc6962.Node(nodes[i], root);
        return root;
    }

    /// <summary>True when these hashes, read from elsewhere, are those of the last, unfinished tile of a level as this frontier knows it.</summary>
    /// <param name="tileLevel">Level of the tile: 0 for leaf hashes.</param>
    public bool Agrees(int tileLevel, ReadOnlySpan<byte> untrustedHashes)
    {
        var shift = tileLevel * TileId.Height;
        var count = (Size >> shift) % TileId.FullWidth;
        if ((ulong)untrustedHashes.Length != count * Sha256.Size) return false;
        var within = new Frontier();
        for (; untrustedHashes.Length > 0; untrustedHashes = untrustedHashes[Sha256.Size..]) within.Append(new Sha256(untrustedHashes[..Sha256.Size]));
        var below = BitOperations.PopCount(Size & ((1UL << shift) - 1));
        var first = nodes.Count - below - within.nodes.Count;
        return nodes.GetRange(first, within.nodes.Count).SequenceEqual(within.nodes);
    }

    public Frontier Copy() => new(Size, [.. nodes]);

    /// <summary>The hashes, widest subtree first, 32 bytes each.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[nodes.Count * Sha256.Size];
        for (var i = 0; i < nodes.Count; i++) nodes[i].CopyTo(bytes.AsSpan(i * Sha256.Size));
        return bytes;
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    /// <returns>False when the number of hashes doesn't fit the size. The caller still has to compare the root with a signed one.</returns>
    public static bool TryRead(ulong size, ReadOnlySpan<byte> untrusted, out Frontier frontier)
    {
        frontier = new Frontier();
        if (untrusted.Length != BitOperations.PopCount(size) * Sha256.Size) return false;
        var nodes = new List<Sha256>();
        for (; untrusted.Length > 0; untrusted = untrusted[Sha256.Size..]) nodes.Add(new Sha256(untrusted[..Sha256.Size]));
        frontier = new Frontier(size, nodes);
        return true;
    }
}
