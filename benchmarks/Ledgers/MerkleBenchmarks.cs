using BenchmarkDotNet.Attributes;
using Sekisho.Assurance;
using Sekisho.Ledger;

namespace Sekisho.Benchmarks.Ledgers;

/// <summary>The pure engine: what hashing, spelling and proving cost without a database.</summary>
[MemoryDiagnoser]
public class MerkleBenchmarks
{
    private readonly byte[] entry = new byte[256];
    private readonly byte[] tile = new byte[TileId.FullWidth * Sha256.Size];
    private LedgerEntry ledgerEntry = null!;
    private InclusionProof proof = null!;

    [GlobalSetup]
    public void Prepare()
    {
        new Random(42).NextBytes(entry);
        new Random(43).NextBytes(tile);
        ledgerEntry = LedgerEntry.Of(DateTimeOffset.UnixEpoch, "evidence.recorded", "account:7", "zones.proof/fw-01", new { violations = 0, sentence = "承認した例外のほかに通るものはありません" });
        var path = ProofPlan.Inclusion(7_654_321, 10_000_000).Build(_ => tile);
        proof = new InclusionProof(7_654_321, 10_000_000, Rfc6962.EmptyRoot, Rfc6962.EmptyRoot, path);
    }

    [Benchmark]
    public Sha256 Hash_an_entry_of_256_bytes() => Rfc6962.Leaf(entry);

    [Benchmark]
    public Sha256 Root_of_a_tile() => Rfc6962.Perfect(tile);

    [Benchmark]
    public byte[] Spell_an_entry() => ledgerEntry.ToBytes();

    [Benchmark]
    public int Build_a_proof_at_10_million() => ProofPlan.Inclusion(7_654_321, 10_000_000).Build(_ => tile).Count;

    [Benchmark]
    public bool Judge_a_proof_at_10_million() => proof.Holds();
}
