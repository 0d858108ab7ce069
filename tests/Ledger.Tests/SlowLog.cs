using System.Security.Cryptography;
using Sekisho.Assurance;

namespace Sekisho.Ledger.Tests;

/// <summary>The second engine: RFC 6962 §2.1 word for word, recursive, over byte arrays. Slow and obvious; the fast one must agree.</summary>
internal static class SlowLog
{
    public static byte[] Leaf(byte[] entry) => SHA256.HashData([0x00, .. entry]);

    public static byte[] Mth(byte[][] leaves) => leaves.Length switch
    {
        0 => SHA256.HashData([]),
        1 => leaves[0],
        var n => SHA256.HashData([0x01, .. Mth(leaves[..K(n)]), .. Mth(leaves[K(n)..])]),
    };

    public static byte[][] Path(int m, byte[][] d) =>
        d.Length == 1 ? []
        : m < K(d.Length) ? [.. Path(m, d[..K(d.Length)]), Mth(d[K(d.Length)..])]
        : [.. Path(m - K(d.Length), d[K(d.Length)..]), Mth(d[..K(d.Length)])];

    public static byte[][] Proof(int m, byte[][] d) => SubProof(m, d, true);

    private static byte[][] SubProof(int m, byte[][] d, bool whole)
    {
        var n = d.Length;
        if (m == n) return whole ? [] : [Mth(d)];
        return m <= K(n)
            ? [.. SubProof(m, d[..K(n)], whole), Mth(d[K(n)..])]
            : [.. SubProof(m - K(n), d[K(n)..], false), Mth(d[..K(n)])];
    }

    /// <summary>The largest power of two below n.</summary>
    private static int K(int n)
    {
        var k = 1;
        while (k * 2 < n) k *= 2;
        return k;
    }

    public static byte[][] Leaves(int count) => [.. Enumerable.Range(0, count).Select(i => Leaf(BitConverter.GetBytes(i * 7919)))];

    public static IReadOnlyList<Sha256> Digests(byte[][] hashes) => [.. hashes.Select(h => new Sha256(h))];

    /// <summary>A tile as C2SP tlog-tiles defines it, straight from the leaves.</summary>
    public static byte[] Tile(TileId tile, byte[][] leaves)
    {
        var span = 1;
        for (var i = 0; i < tile.Level; i++) span *= 256;
        return [.. Enumerable.Range((int)tile.Index * 256, tile.Width).SelectMany(i => Mth(leaves[(i * span)..((i + 1) * span)]))];
    }
}
