using System.Text.Json;
using Sekisho.Assurance;

namespace Sekisho.Ledger;

/// <summary>A proof as a JSON document of its own, as <c>sekisho ledger check</c> reads it.</summary>
/// <remarks>
/// Inclusion <c>{leafIdx,treeSize,root,leafHash,proof[]}</c> or consistency <c>{size1,size2,root1,root2,proof[]}</c>; hashes in base 64, sizes up to 2^64−1,
/// <c>proof</c> may be null when it is empty; other fields are read over. The format of the test vectors of transparency-dev/merkle.
/// </remarks>
public static class ProofDocument
{
    /// <summary>A document longer than this is invalid: the longest proof has 127 hashes.</summary>
    public const int MaxBytes = 256 * 1024;

    private const int MaxHashes = 128;

    /// <summary>True when the document is a proof and the proof holds. The content never makes it throw.</summary>
    public static bool IsValid(ReadOnlyMemory<byte> untrusted)
    {
        if (untrusted.Length > MaxBytes) return false;
        try
        {
            using var document = JsonDocument.Parse(untrusted, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 16 });
            return Holds(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that isn't UTF-16, e.g. "\ud800".
            return false;
        }
    }

    private static bool Holds(JsonElement proof)
    {
        if (proof.ValueKind != JsonValueKind.Object) return false;
        var inclusion = proof.TryGetProperty("leafIdx"u8, out _) || proof.TryGetProperty("treeSize"u8, out _) || proof.TryGetProperty("leafHash"u8, out _);
        var consistency = proof.TryGetProperty("size1"u8, out _) || proof.TryGetProperty("size2"u8, out _);
        // A document that could be read as either proves neither.
        return inclusion != consistency && TryPath(proof, out var path) && (inclusion ? InclusionHolds(proof, path) : ConsistencyHolds(proof, path));
    }

    private static bool InclusionHolds(JsonElement proof, IReadOnlyList<Sha256> path) =>
        TryNumber(proof, "leafIdx", out var index) && TryNumber(proof, "treeSize", out var size)
        && TryBytes(proof, "root", out var root) && root.Length == Sha256.Size
        && TryBytes(proof, "leafHash", out var leaf) && leaf.Length == Sha256.Size
        && new InclusionProof(index, size, new Sha256(root), new Sha256(leaf), path).Holds();

    private static bool ConsistencyHolds(JsonElement proof, IReadOnlyList<Sha256> path)
    {
        if (!TryNumber(proof, "size1", out var size1) || !TryNumber(proof, "size2", out var size2)) return false;
        if (!TryBytes(proof, "root1", out var root1) || !TryBytes(proof, "root2", out var root2)) return false;
        // A log is consistent with itself whatever its root is called; the published vectors count this as valid (roots of 12 bytes).
        if (size1 == size2 && size1 > 0) return path.Count == 0 && root1.AsSpan().SequenceEqual(root2);
        return root1.Length == Sha256.Size && root2.Length == Sha256.Size
            && new ConsistencyProof(size1, size2, new Sha256(root1), new Sha256(root2), path).Holds();
    }

    private static bool TryNumber(JsonElement proof, string name, out ulong number)
    {
        number = 0;
        return proof.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out number);
    }

    private static bool TryBytes(JsonElement proof, string name, out byte[] bytes)
    {
        bytes = [];
        return proof.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && StrictBase64.TryDecode(value.GetString()!, out bytes);
    }

    private static bool TryPath(JsonElement proof, out IReadOnlyList<Sha256> path)
    {
        path = [];
        if (!proof.TryGetProperty("proof"u8, out var value)) return false;
        if (value.ValueKind == JsonValueKind.Null) return true;
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > MaxHashes) return false;
        var hashes = new List<Sha256>(value.GetArrayLength());
        foreach (var element in value.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.String || !StrictBase64.TryDigest(element.GetString()!, out var hash)) return false;
            hashes.Add(hash);
        }
        path = hashes;
        return true;
    }
}
