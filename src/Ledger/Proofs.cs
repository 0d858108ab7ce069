using System.Numerics;
using Sekisho.Assurance;

namespace Sekisho.Ledger;

/// <summary>Shows that an entry is in the log of a size (包含証明).</summary>
/// <param name="Path">Sibling hashes from the leaf up.</param>
public sealed record InclusionProof(ulong Index, ulong Size, Sha256 Root, Sha256 Leaf, IReadOnlyList<Sha256> Path)
{
    /// <summary>True when the path leads from the leaf to the root, and nothing is left over.</summary>
    /// <remarks>Source: RFC 9162 §2.1.3.2.</remarks>
    public bool Holds()
    {
        if (Index >= Size) return false;
        ulong node = Index, last = Size - 1;
        var hash = Leaf;
        foreach (var sibling in Path)
        {
            if (last == 0) return false;
            if ((node & 1) == 1 || node == last)
            {
                hash = Rfc6962.Node(sibling, hash);
                while ((node & 1) == 0 && node != 0) (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                hash = Rfc6962.Node(hash, sibling);
            }
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 && hash == Root;
    }
}

/// <summary>Shows that the log of a size is the beginning of the log of a later size (整合性証明).</summary>
public sealed record ConsistencyProof(ulong Size1, ulong Size2, Sha256 Root1, Sha256 Root2, IReadOnlyList<Sha256> Path)
{
    /// <summary>True when both roots follow from the path, and nothing is left over.</summary>
    /// <remarks>
    /// Nothing can be shown from the empty log: size1 = 0 never holds. Equal sizes hold with equal roots and an empty path.
    /// Source: RFC 9162 §2.1.4.2 (0 &lt; m &lt; n), RFC 6962 §2.1.2.
    /// </remarks>
    public bool Holds()
    {
        if (Size1 == 0 || Size1 > Size2) return false;
        if (Size1 == Size2) return Path.Count == 0 && Root1 == Root2;
        if (Path.Count == 0) return false;

        var next = 0;
        ulong node = Size1 - 1, last = Size2 - 1;
        var shift = BitOperations.TrailingZeroCount(Size1);
        (node, last) = (node >> shift, last >> shift);
        var hash1 = BitOperations.IsPow2(Size1) ? Root1 : Path[next++];
        var hash2 = hash1;
        for (; next < Path.Count; next++)
        {
            if (last == 0) return false;
            if ((node & 1) == 1 || node == last)
            {
                hash1 = Rfc6962.Node(Path[next], hash1);
                hash2 = Rfc6962.Node(Path[next], hash2);
                while ((node & 1) == 0 && node != 0) (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                hash2 = Rfc6962.Node(hash2, Path[next]);
            }
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 && hash1 == Root1 && hash2 == Root2;
    }
}
