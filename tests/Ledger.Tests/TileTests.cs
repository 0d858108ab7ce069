namespace Sekisho.Ledger.Tests;

public class TileTests
{
    [Theory]
    [InlineData(0, 1234067UL, 256, "tile/0/x001/x234/067")]
    [InlineData(0, 0UL, 256, "tile/0/000")]
    [InlineData(1, 999UL, 1, "tile/1/999.p/1")]
    [InlineData(2, 1000UL, 255, "tile/2/x001/000.p/255")]
    [InlineData(7, 18446744073709551615UL, 256, "tile/7/x018/x446/x744/x073/x709/x551/615")]
    public void Paths_are_those_of_the_specification(int level, ulong index, int width, string path) =>
        Assert.Equal(path, new TileId(level, index, width).Path);

    [Fact]
    public void Entries_have_paths_beside_the_tiles() => Assert.Equal("tile/entries/x001/x234/067.p/12", new TileId(0, 1234067, 12).EntriesPath);

    [Fact]
    public void A_log_of_70_000_has_the_tiles_of_the_specifications_example()
    {
        var tiles = TileId.All(70_000).ToList();
        Assert.Equal(273, tiles.Count(t => t is { Level: 0, IsFull: true }));
        Assert.Contains(new TileId(0, 273, 112), tiles);
        Assert.Equal(1, tiles.Count(t => t is { Level: 1, IsFull: true }));
        Assert.Contains(new TileId(1, 1, 17), tiles);
        Assert.Contains(new TileId(2, 0, 1), tiles);
        Assert.Equal(273 + 1 + 1 + 1 + 1, tiles.Count);
    }

    [Fact]
    public void A_log_of_256_has_one_full_tile_and_its_root() =>
        Assert.Equal([new TileId(0, 0, 256), new TileId(1, 0, 1)], TileId.All(256));

    [Fact]
    public void An_empty_log_has_no_tiles() => Assert.Empty(TileId.All(0));

    [Fact]
    public void A_proof_asks_only_for_tiles_that_the_log_has()
    {
        foreach (var size in new ulong[] { 1, 2, 255, 256, 257, 65535, 65536, 65537, 10_000_000 })
        {
            var tiles = TileId.All(size).ToHashSet();
            foreach (var index in new ulong[] { 0, size / 3, size - 1 })
            {
                Assert.Subset(tiles, ProofPlan.Inclusion(index, size).Tiles.ToHashSet());
                Assert.Subset(tiles, ProofPlan.Consistency(index + 1, size).Tiles.ToHashSet());
            }
        }
    }

    [Fact]
    public void Bundles_come_back_as_they_went_in_and_no_prefix_of_one_is_a_bundle()
    {
        ReadOnlyMemory<byte>[] entries = [new byte[] { 1, 2, 3 }, Array.Empty<byte>(), new byte[65535]];
        var bytes = EntryBundle.Write(entries);
        Assert.True(EntryBundle.TryRead(bytes, 3, out var read));
        Assert.Equal(entries.Select(e => e.ToArray()), read.Select(e => e.ToArray()));
        Assert.False(EntryBundle.TryRead(bytes, 2, out _));
        Assert.False(EntryBundle.TryRead(bytes, 4, out _));
        for (var length = 0; length < bytes.Length; length += length < 20 ? 1 : 4999) Assert.False(EntryBundle.TryRead(bytes.AsMemory(0, length), 3, out _));
    }
}
