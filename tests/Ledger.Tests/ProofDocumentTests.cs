using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace Sekisho.Ledger.Tests;

/// <summary>Proofs in JSON, judged by themselves. The cases are those of transparency-dev/merkle's vectors, made anew from the slow log.</summary>
public class ProofDocumentTests
{
    private static readonly byte[] SomeHash = Convert.FromHexString("abacaba000000000000000000000000000000000000000000060061e00123456");
    private static readonly byte[] EmptyRoot = SlowLog.Mth([]);
    private static readonly byte[] Wrong = Encoding.ASCII.GetBytes("WrongRoot");

    [Fact]
    public void Published_examples_are_valid()
    {
        Assert.True(IsValid("""{"leafIdx":0,"treeSize":8,"root":"XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=","leafHash":"bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=","proof":["lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=","Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=","a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ="],"desc":"happy path","wantErr":false}"""));
        Assert.True(IsValid("""{ "size1": 1, "size2": 1, "root1": "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=", "root2": "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=", "proof": null, "desc": "happy path", "wantErr": false }"""));
        Assert.True(IsValid("""{"size1":1,"size2":1,"root1":"ZG9uJ3QgY2FyZSAy","root2":"ZG9uJ3QgY2FyZSAy","proof":[],"wantErr":false}"""));
        Assert.False(IsValid("""{"size1":1,"size2":8,"root1":"bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=","root2":"XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=","proof":["","lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=","Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=","a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ="]}"""));
    }

    [Theory]
    [InlineData(0, 1), InlineData(0, 8), InlineData(5, 8), InlineData(2, 3), InlineData(1, 5)]
    public void Inclusion_proofs_are_valid_and_no_corruption_of_them_is(int index, int size)
    {
        var leaves = SlowLog.Leaves(size);
        var (leaf, root, path) = (leaves[index], SlowLog.Mth(leaves), SlowLog.Path(index, leaves));
        var (i, n) = ((ulong)index, (ulong)size);
        Assert.True(Inclusion(i, n, root, leaf, path));

        Assert.False(Inclusion(i - 1, n, root, leaf, path));
        Assert.False(Inclusion(i + 1, n, root, leaf, path));
        Assert.False(Inclusion(i ^ 2, n, root, leaf, path));
        Assert.False(Inclusion(i, n * 2, root, leaf, path));
        Assert.False(Inclusion(i, n / 2, root, leaf, path));
        Assert.False(Inclusion(i, n, root, Encoding.ASCII.GetBytes("WrongLeaf"), path));
        Assert.False(Inclusion(i, n, EmptyRoot, leaf, path));
        Assert.False(Inclusion(i, n, SomeHash, leaf, path));
        Assert.False(Inclusion(i, n, root, leaf, [.. path, []]));
        Assert.False(Inclusion(i, n, root, leaf, [.. path, root]));
        Assert.False(Inclusion(i, n, root, leaf, [[], .. path]));
        Assert.False(Inclusion(i, n, root, leaf, [root, .. path]));
        for (var j = 0; j < path.Length; j++) Assert.False(Inclusion(i, n, root, leaf, Flip(path, j)));
        if (path.Length > 0) Assert.False(Inclusion(i, n, root, leaf, path[..^1]));
        if (path.Length > 1) Assert.False(Inclusion(i, n, root, leaf, [path[0], SomeHash, .. path[1..]]));
    }

    [Theory]
    [InlineData(1, 8), InlineData(6, 8), InlineData(2, 5), InlineData(6, 7), InlineData(4, 7)]
    public void Consistency_proofs_are_valid_and_no_corruption_of_them_is(int old, int size)
    {
        var leaves = SlowLog.Leaves(size);
        var (root1, root2, path) = (SlowLog.Mth(leaves[..old]), SlowLog.Mth(leaves), SlowLog.Proof(old, leaves));
        var (m, n) = ((ulong)old, (ulong)size);
        Assert.True(Consistency(m, n, root1, root2, path));

        Assert.False(Consistency(m - 1, n, root1, root2, path));
        Assert.False(Consistency(m + 1, n, root1, root2, path));
        Assert.False(Consistency(m ^ 2, n, root1, root2, path));
        Assert.False(Consistency(m, n * 2, root1, root2, path));
        Assert.False(Consistency(m, n / 2, root1, root2, path));
        Assert.False(Consistency(m, n, Wrong, root2, path));
        Assert.False(Consistency(m, n, root1, Wrong, path));
        Assert.False(Consistency(m, n, root2, root1, path));
        Assert.False(Consistency(m, n, root1, root2, []));
        Assert.False(Consistency(m, n, root1, root2, [.. path, []]));
        Assert.False(Consistency(m, n, root1, root2, [.. path, root1]));
        Assert.False(Consistency(m, n, root1, root2, [.. path, root2]));
        Assert.False(Consistency(m, n, root1, root2, [[], .. path]));
        Assert.False(Consistency(m, n, root1, root2, [root1, .. path]));
        Assert.False(Consistency(m, n, root1, root2, [path[0], .. path]));
        Assert.False(Consistency(m, n, root1, root2, path[..^1]));
        for (var j = 0; j < path.Length; j++) Assert.False(Consistency(m, n, root1, root2, Flip(path, j)));
    }

    [Fact]
    public void The_empty_log_proves_nothing_and_equal_sizes_need_equal_roots()
    {
        byte[] one = Encoding.ASCII.GetBytes("don't care 1"), two = Encoding.ASCII.GetBytes("don't care 2");
        Assert.False(Consistency(0, 0, one, two, []));
        Assert.False(Consistency(0, 0, one, one, []));
        Assert.False(Consistency(0, 1, one, two, []));
        Assert.False(Consistency(0, 1, EmptyRoot, SomeHash, []));
        Assert.False(Consistency(0, 1, EmptyRoot, EmptyRoot, [EmptyRoot]));
        Assert.False(Consistency(0, 0, EmptyRoot, EmptyRoot, [EmptyRoot]));
        Assert.False(Consistency(1, 1, one, two, []));
        Assert.False(Consistency(1, 1, EmptyRoot, two, []));
        Assert.False(Consistency(1, 1, EmptyRoot, EmptyRoot, [EmptyRoot]));
        Assert.True(Consistency(1, 1, two, two, []));
        Assert.False(Consistency(1, 0, one, two, []));
        Assert.False(Consistency(2, 1, one, two, []));
        Assert.False(Consistency(1, 2, one, two, []));
        Assert.False(Consistency(2, 4, one, two, [SomeHash]));
        foreach (var (index, size) in new (ulong, ulong)[] { (0, 0), (0, 1), (1, 0), (2, 1) })
        {
            Assert.False(Inclusion(index, size, [], SomeHash, []));
            Assert.False(Inclusion(index, size, EmptyRoot, [], []));
            Assert.False(Inclusion(index, size, EmptyRoot, SomeHash, []));
            Assert.False(Inclusion(index, size, [], [], []));
        }
    }

    private const string Good = """{"leafIdx":0,"treeSize":1,"root":"bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=","leafHash":"bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=","proof":[]}""";

    [Theory]
    [InlineData("", "")]
    [InlineData("{", "[{")]
    [InlineData("\"leafIdx\":0", "\"leafIdx\":-0.0")]
    [InlineData("\"leafIdx\":0", "\"leafIdx\":\"0\"")]
    [InlineData("\"leafIdx\":0", "\"leafIdx\":null")]
    [InlineData("\"leafIdx\":0", "\"leafIdx\":-1")]
    [InlineData("\"leafIdx\":0,", "")]
    [InlineData("\"leafIdx\":0", "\"leafIdx\":0,\"leafIdx\":0")]
    [InlineData("\"treeSize\":1", "\"treeSize\":1.0")]
    [InlineData("\"treeSize\":1", "\"treeSize\":1e0")]
    [InlineData("\"treeSize\":1", "\"treeSize\":18446744073709551616")]
    [InlineData("\"treeSize\":1", "\"treeSize\":1,\"size1\":1")]
    [InlineData("B0=\",\"leaf", "B0\",\"leaf")]
    [InlineData("B0=\",\"leaf", "B1=\",\"leaf")]
    [InlineData("bjQL", " bjQL")]
    [InlineData("\"proof\":[]", "\"proof\":{}")]
    [InlineData("\"proof\":[]", "\"proof\":[null]")]
    [InlineData("\"proof\":[]", "\"proof\":[1]")]
    [InlineData("\"proof\":[]", "\"proof\":[\"\\ud800\"]")]
    [InlineData(",\"proof\":[]", "")]
    [InlineData("[]}", "[]}{}")]
    [InlineData("[]}", "[],}")]
    [InlineData("[]}", "[]/**/}")]
    public void Malformed_documents_are_invalid(string part, string damaged)
    {
        Assert.True(IsValid(Good));
        Assert.False(IsValid(part.Length == 0 ? "" : Good.Replace(part, damaged, StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_prefix_and_every_flipped_byte_is_judged_without_throwing()
    {
        var leaves = SlowLog.Leaves(5);
        // Without fields that are read over: damage to those changes nothing.
        var text = JsonSerializer.Serialize(new { leafIdx = 3, treeSize = 5, root = SlowLog.Mth(leaves), leafHash = leaves[3], proof = SlowLog.Path(3, leaves) });
        var bytes = Encoding.UTF8.GetBytes(text);
        Assert.True(ProofDocument.IsValid(bytes));
        for (var length = 0; length < bytes.Length; length++) Assert.False(ProofDocument.IsValid(bytes.AsMemory(0, length)));
        Prop.ForAll(Gen.Choose(0, bytes.Length - 1).Zip(Gen.Choose(1, 255)).ToArbitrary(), damage =>
        {
            var copy = bytes.ToArray();
            copy[damage.Item1] ^= (byte)damage.Item2;
            // Damage may fall into white space between tokens or leave the meaning alone ("\/"); a changed number or hash must not pass.
            return !ProofDocument.IsValid(copy) || SameMeaning(copy, bytes);
        }).QuickCheckThrowOnFailure();
        Prop.ForAll<byte[]>(any => !ProofDocument.IsValid(any ?? [])).QuickCheckThrowOnFailure();
    }

    private static bool SameMeaning(byte[] a, byte[] b) => JsonNode.DeepEquals(JsonNode.Parse(a), JsonNode.Parse(b));

    private static byte[][] Flip(byte[][] path, int at)
    {
        var bent = path.Select(h => h.ToArray()).ToArray();
        bent[at][0] ^= 8;
        return bent;
    }

    private static bool Inclusion(ulong index, ulong size, byte[] root, byte[] leaf, byte[][] path) => IsValid(InclusionText(index, size, root, leaf, path));

    private static string InclusionText(ulong index, ulong size, byte[] root, byte[] leaf, byte[][] path) =>
        JsonSerializer.Serialize(new { leafIdx = index, treeSize = size, root, leafHash = leaf, proof = path, desc = "made here", wantErr = false });

    private static bool Consistency(ulong size1, ulong size2, byte[] root1, byte[] root2, byte[][] path) =>
        IsValid(JsonSerializer.Serialize(new { size1, size2, root1, root2, proof = path, desc = "made here", wantErr = true }));

    private static bool IsValid(string json) => ProofDocument.IsValid(Encoding.UTF8.GetBytes(json));
}
