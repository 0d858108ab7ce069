using System.Numerics;
using Sekisho.Assurance;

namespace Sekisho.Ledger;

/// <summary>What a proof is made of, before any hash is read: which subtrees, and which tiles hold their hashes.</summary>
/// <remarks>Planning is apart from reading so that a store can fetch all tiles in one round trip. Source: RFC 6962 §2.1.1, §2.1.2.</remarks>
public sealed class ProofPlan
{
    private readonly record struct Node(int Level, ulong Index);

    private readonly ulong size;
    private readonly List<List<Node>> parts;

    private ProofPlan(ulong size, List<(ulong Start, ulong End)> ranges)
    {
        this.size = size;
        parts = ranges.ConvertAll(static range => Cover(range.Start, range.End));
        Tiles = [.. parts.SelectMany(static part => part).Select(TileOf).Distinct()];
    }

    /// <summary>Tiles to read. A store may hand in a tile that has grown since: only the hashes of this size are used.</summary>
    public IReadOnlyList<TileId> Tiles { get; }

    /// <summary>The root of the log when it had <paramref name="size"/> entries: one hash.</summary>
    /// <exception cref="ArgumentOutOfRangeException">size is 0: that root is <see cref="Rfc6962.EmptyRoot"/>.</exception>
    public static ProofPlan Root(ulong size)
    {
        ArgumentOutOfRangeException.ThrowIfZero(size);
        return new ProofPlan(size, [(0, size)]);
    }

    /// <summary>Audit path of entry <paramref name="index"/> in the log of <paramref name="size"/> entries.</summary>
    /// <exception cref="ArgumentOutOfRangeException">index ≥ size.</exception>
    public static ProofPlan Inclusion(ulong index, ulong size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var siblings = new List<(ulong, ulong)>();
        ulong start = 0, end = size;
        while (end - start > 1)
        {
            var middle = start + LargestPowerBelow(end - start);
            if (index < middle)
            {
                siblings.Add((middle, end));
                end = middle;
            }
            else
            {
                siblings.Add((start, middle));
                start = middle;
            }
        }
        siblings.Reverse();
        return new ProofPlan(size, siblings);
    }

    /// <summary>Proof that the log of <paramref name="size1"/> entries is the beginning of the one of <paramref name="size2"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">size1 is 0 or above size2: nothing can be proved from an empty log.</exception>
    public static ProofPlan Consistency(ulong size1, ulong size2)
    {
        ArgumentOutOfRangeException.ThrowIfZero(size1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size1, size2);
        var subtrees = new List<(ulong, ulong)>();
        ulong start = 0, end = size2;
        while (end != size1)
        {
            var middle = start + LargestPowerBelow(end - start);
            if (size1 <= middle)
            {
                subtrees.Add((middle, end));
                end = middle;
            }
            else
            {
                subtrees.Add((start, middle));
                start = middle;
            }
        }
        // The old root itself is known to the one who asks, unless it isn't a subtree of the new log.
        if (start != 0) subtrees.Add((start, end));
        subtrees.Reverse();
        return new ProofPlan(size2, subtrees);
    }

    /// <summary>Makes the proof from the planned tiles.</summary>
    /// <param name="read">Concatenated hashes of a tile, at least as many as its width.</param>
    /// <exception cref="InvalidOperationException">A tile is shorter than planned.</exception>
    public IReadOnlyList<Sha256> Build(Func<TileId, ReadOnlyMemory<byte>> read)
    {
        var proof = new List<Sha256>(parts.Count);
        foreach (var part in parts)
        {
            // Widest subtree first, as in Frontier.Root.
            var hash = HashOf(part[^1], read);
            for (var i = part.Count - 2; i >= 0; i--) hash = Rfc6962.Node(HashOf(part[i], read), hash);
            proof.Add(hash);
        }
        return proof;
    }

    private TileId TileOf(Node node)
    {
        var inTile = node.Level % TileId.Height;
        return TileId.At(node.Level / TileId.Height, (node.Index << inTile) / TileId.FullWidth, size);
    }

    private Sha256 HashOf(Node node, Func<TileId, ReadOnlyMemory<byte>> read)
    {
        var tile = TileOf(node);
        var inTile = node.Level % TileId.Height;
        var first = (int)((node.Index << inTile) % TileId.FullWidth);
        var hashes = read(tile);
        if (hashes.Length < (first + (1 << inTile)) * Sha256.Size)
            throw new InvalidOperationException($"{tile.Path} has {hashes.Length} bytes, fewer than the log's size asks for.");
        return Rfc6962.Perfect(hashes.Span.Slice(first * Sha256.Size, (1 << inTile) * Sha256.Size));
    }

    /// <summary>Complete subtrees that make up the entries from start to end, widest first; start is a multiple of the widest.</summary>
    private static List<Node> Cover(ulong start, ulong end)
    {
        var nodes = new List<Node>();
        while (start < end)
        {
            var level = BitOperations.Log2(end - start);
            nodes.Add(new Node(level, start >> level));
            start += 1UL << level;
        }
        return nodes;
    }

    private static ulong LargestPowerBelow(ulong count) => 1UL << BitOperations.Log2(count - 1);
}
