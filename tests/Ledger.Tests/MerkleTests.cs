using FsCheck;
using FsCheck.Fluent;
using Sekisho.Assurance;

namespace Sekisho.Ledger.Tests;

public class MerkleTests
{
    /// <summary>The reference leaves that Certificate Transparency's implementations share.</summary>
    private static readonly string[] ReferenceLeaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    private static readonly string[] ReferenceRoots =
    [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    [Fact]
    public void The_empty_log_has_the_root_of_the_RFC() =>
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", new Frontier().Root().ToString());

    [Fact]
    public void Reference_leaves_give_the_reference_roots()
    {
        var frontier = new Frontier();
        for (var i = 0; i < ReferenceLeaves.Length; i++)
        {
            frontier.Append(Rfc6962.Leaf(Convert.FromHexString(ReferenceLeaves[i])));
            Assert.Equal(ReferenceRoots[i], frontier.Root().ToString());
        }
    }

    [Fact]
    public void Reference_proofs_come_out_as_published()
    {
        var leaves = ReferenceLeaves.Select(l => SlowLog.Leaf(Convert.FromHexString(l))).ToArray();
        string[] Of(ProofPlan plan) => [.. plan.Build(tile => SlowLog.Tile(tile, leaves)).Select(h => h.ToString())];
        Assert.Equal(
            ["bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", ReferenceRoots[3]],
            Of(ProofPlan.Inclusion(5, 8)));
        Assert.Equal(
            ["0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0", ReferenceRoots[3]],
            Of(ProofPlan.Consistency(6, 8)));
    }

    [Fact]
    public void A_long_entry_hashes_like_a_short_one()
    {
        foreach (var length in new[] { 0, 1, 1022, 1023, 1024, 1025, 65535 })
        {
            var entry = new byte[length];
            new Random(length).NextBytes(entry);
            Assert.Equal(new Sha256(SlowLog.Leaf(entry)), Rfc6962.Leaf(entry));
        }
    }

    [Fact]
    public void The_frontier_agrees_with_the_slow_log_at_every_size()
    {
        var leaves = SlowLog.Leaves(600);
        var frontier = new Frontier();
        for (var n = 0; n <= leaves.Length; n++)
        {
            Assert.Equal(new Sha256(SlowLog.Mth(leaves[..n])), frontier.Root());
            Assert.True(Frontier.TryRead((ulong)n, frontier.ToBytes(), out var read));
            Assert.Equal(frontier.Root(), read.Root());
            if (n < leaves.Length) frontier.Append(new Sha256(leaves[n]));
        }
        Assert.False(Frontier.TryRead(601, frontier.ToBytes(), out _));
    }

    [Fact]
    public void Appending_whole_subtrees_is_the_same_as_appending_leaves()
    {
        var leaves = SlowLog.Leaves(256 * 5 + 3);
        Frontier byLeaf = new(), byTile = new();
        foreach (var leaf in leaves) byLeaf.Append(new Sha256(leaf));
        for (var i = 0; i < 5; i++) byTile.AppendPerfect(8, Rfc6962.Perfect(leaves[(i * 256)..((i + 1) * 256)].SelectMany(h => h).ToArray()));
        foreach (var leaf in leaves[1280..]) byTile.Append(new Sha256(leaf));
        Assert.Equal(byLeaf.Root(), byTile.Root());
        Assert.Equal(byLeaf.ToBytes(), byTile.ToBytes());
        Assert.Throws<InvalidOperationException>(() => byTile.AppendPerfect(8, byLeaf.Root()));
    }

    [Fact]
    public void Every_inclusion_proof_up_to_40_entries_agrees_with_the_slow_log_and_holds()
    {
        for (var n = 1; n <= 40; n++)
        {
            var leaves = SlowLog.Leaves(n);
            var root = new Sha256(SlowLog.Mth(leaves));
            for (var m = 0; m < n; m++)
            {
                var path = ProofPlan.Inclusion((ulong)m, (ulong)n).Build(tile => SlowLog.Tile(tile, leaves));
                Assert.Equal(SlowLog.Digests(SlowLog.Path(m, leaves)), path);
                Assert.True(new InclusionProof((ulong)m, (ulong)n, root, new Sha256(leaves[m]), path).Holds());
            }
        }
    }

    [Fact]
    public void Every_consistency_proof_up_to_40_entries_agrees_with_the_slow_log_and_holds()
    {
        var all = SlowLog.Leaves(40);
        for (var n = 1; n <= 40; n++)
        {
            var leaves = all[..n];
            var root = new Sha256(SlowLog.Mth(leaves));
            for (var m = 1; m <= n; m++)
            {
                var path = ProofPlan.Consistency((ulong)m, (ulong)n).Build(tile => SlowLog.Tile(tile, leaves));
                Assert.Equal(SlowLog.Digests(SlowLog.Proof(m, leaves)), path);
                Assert.True(new ConsistencyProof((ulong)m, (ulong)n, new Sha256(SlowLog.Mth(all[..m])), root, path).Holds());
            }
        }
    }

    [Fact]
    public void Proofs_across_tiles_agree_with_the_slow_log()
    {
        var all = SlowLog.Leaves(1500);
        Prop.ForAll(Gen.Three(Gen.Choose(1, 1500)).ToArbitrary(), three =>
        {
            var (n, a, b) = three;
            var leaves = all[..n];
            var root = new Sha256(SlowLog.Mth(leaves));
            var (index, old) = (a % n, b % n + 1);
            var path = ProofPlan.Inclusion((ulong)index, (ulong)n).Build(tile => SlowLog.Tile(tile, leaves));
            var consistency = ProofPlan.Consistency((ulong)old, (ulong)n).Build(tile => SlowLog.Tile(tile, leaves));
            return path.SequenceEqual(SlowLog.Digests(SlowLog.Path(index, leaves)))
                && consistency.SequenceEqual(SlowLog.Digests(SlowLog.Proof(old, leaves)))
                && new InclusionProof((ulong)index, (ulong)n, root, new Sha256(leaves[index]), path).Holds()
                && new ConsistencyProof((ulong)old, (ulong)n, new Sha256(SlowLog.Mth(all[..old])), root, consistency).Holds();
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_proof_with_anything_altered_does_not_hold()
    {
        var leaves = SlowLog.Leaves(300);
        Prop.ForAll(Gen.Four(Gen.Choose(2, 300)).ToArbitrary(), four =>
        {
            var (n, a, b, c) = four;
            var d = leaves[..n];
            var root = new Sha256(SlowLog.Mth(d));
            var index = a % n;
            var path = SlowLog.Digests(SlowLog.Path(index, d)).ToList();
            var proof = new InclusionProof((ulong)index, (ulong)n, root, new Sha256(d[index]), path);
            var bent = path.ToList();
            bent[b % bent.Count] = Sha256.Of([(byte)c]);
            var old = b % (n - 1) + 1;
            var way = SlowLog.Digests(SlowLog.Proof(old, d)).ToList();
            var consistency = new ConsistencyProof((ulong)old, (ulong)n, new Sha256(SlowLog.Mth(d[..old])), root, way);
            return proof.Holds() && consistency.Holds()
                && !(proof with { Path = bent }).Holds()
                && !(proof with { Path = [.. path, root] }).Holds()
                && !(proof with { Path = path[1..] }).Holds()
                && !(proof with { Leaf = root }).Holds()
                && !(proof with { Index = (ulong)n }).Holds()
                && !(proof with { Index = ulong.MaxValue }).Holds()
                && !(proof with { Index = (ulong)((index + 1) % n) }).Holds()
                && !(consistency with { Root1 = root }).Holds()
                && !(consistency with { Path = way[..^1] }).Holds()
                && !(consistency with { Path = [.. way, root] }).Holds()
                && !(consistency with { Size1 = 0 }).Holds()
                && !(consistency with { Size1 = (ulong)n + 1 }).Holds();
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Proofs_in_logs_of_the_largest_sizes_are_judged_too()
    {
        // 2^64−1 entries: the last one stands alone beside 63 complete subtrees.
        var some = Sha256.Of([1]);
        var path = Enumerable.Range(0, 63).Select(i => Sha256.Of([(byte)i, 7])).ToList();
        var root = path.Aggregate(some, (hash, left) => Rfc6962.Node(left, hash));
        Assert.True(new InclusionProof(ulong.MaxValue - 1, ulong.MaxValue, root, some, path).Holds());
        Assert.False(new InclusionProof(ulong.MaxValue, ulong.MaxValue, root, some, path).Holds());
        Assert.False(new InclusionProof(0, ulong.MaxValue, root, some, path).Holds());
        Assert.False(new ConsistencyProof(ulong.MaxValue - 1, ulong.MaxValue, some, root, path).Holds());
    }
}
