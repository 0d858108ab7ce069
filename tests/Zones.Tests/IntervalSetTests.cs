using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests;

/// <summary>Set algebra against the obvious: bits of a small universe.</summary>
public sealed class IntervalSetTests
{
    [Fact]
    public void Every_operation_agrees_with_sets_of_single_numbers()
    {
        var random = new Random(20261121);
        for (var round = 0; round < 3000; round++)
        {
            var (a, x) = Some(random);
            var (b, y) = Some(random);
            Same(a.Union(b), n => x[n] || y[n]);
            Same(a.Intersect(b), n => x[n] && y[n]);
            Same(a.Except(b), n => x[n] && !y[n]);
            Assert.Equal(Enumerable.Range(0, 64).Any(n => x[n] && y[n]), a.Overlaps(b));
            Assert.Equal(Enumerable.Range(0, 64).All(n => !y[n] || x[n]), a.Covers(b));
            Assert.True(a.Except(b).Union(a.Intersect(b)).Equals(a));
            Assert.True(a.Complement().Complement().Equals(a));
        }
    }

    [Fact]
    public void Both_ends_of_the_universe_can_be_cut_off()
    {
        var all = IntervalSet<UInt128>.All;
        Assert.Equal([UInt128.One, UInt128.MaxValue - 1], all.Except(IntervalSet<UInt128>.Of(0)).Except(IntervalSet<UInt128>.Of(UInt128.MaxValue)).Bounds.ToArray());
        Assert.True(IntervalSet<uint>.Union([(5, uint.MaxValue), (0, 4)]).IsAll);
    }

    [Theory]
    [InlineData(0x0A000100u, 0x000000FFu, "10.0.1.0/24")]
    [InlineData(0x0A000101u, 0x0000FE00u, null)] // every even third octet (low bit fixed): 128 single addresses
    [InlineData(0u, uint.MaxValue, "0.0.0.0/0")]
    public void Wildcard_masks_need_not_be_contiguous(uint address, uint wildcard, string? text)
    {
        var set = AddressSet.Wildcard(address, wildcard)!;
        if (text is not null) Assert.Equal(text, set.ToString());
        var random = new Random(1);
        for (var i = 0; i < 5000; i++)
        {
            var probe = address ^ (uint)random.NextInt64(1L << 32) & (i % 2 == 0 ? wildcard : uint.MaxValue);
            Assert.Equal(((probe ^ address) & ~wildcard) == 0, set.V4.Contains(probe));
        }
    }

    [Fact]
    public void A_mask_that_scatters_over_the_whole_address_is_not_kept() => Assert.Null(AddressSet.Wildcard(0, 0xFFFFFF00 ^ 0x80000000));

    [Theory]
    [InlineData("10.1.0.0/16", "10.1.0.0/16")]
    [InlineData("10.1.2.3/255.255.0.0", "10.1.0.0/16")]
    [InlineData("fd00:1::/32", "fd00:1::/32")]
    [InlineData("192.0.2.7", "192.0.2.7/32")]
    [InlineData("10.1.0.0/33", null)]
    [InlineData("10.1.0.0/255.0.255.0", null)]
    [InlineData("010.1.0.0/16", null)]
    [InlineData("10.1/16", null)]
    [InlineData("", null)]
    public void Prefixes_are_read_strictly(string text, string? read) =>
        Assert.Equal(read, AddressPrefix.TryParse(text, out var prefix) ? prefix.ToString() : null);

    [Fact]
    public void An_interval_is_the_fewest_prefixes()
    {
        Assert.True(Address.TryParse("10.0.0.1", out var low) & Address.TryParse("10.0.0.10", out var high));
        Assert.Equal(["10.0.0.1/32", "10.0.0.2/31", "10.0.0.4/30", "10.0.0.8/31", "10.0.0.10/32"], AddressText.Prefixes(low, high).Select(p => p.ToString()));
        Assert.Equal(["0.0.0.0/0"], AddressText.Prefixes(Address.V4(0), Address.V4(uint.MaxValue)).Select(p => p.ToString()));
    }

    private static (IntervalSet<ushort>, bool[]) Some(Random random)
    {
        var bits = new bool[64];
        var intervals = new List<(ushort, ushort)>();
        for (var i = random.Next(6); i > 0; i--)
        {
            var low = random.Next(64);
            var high = Math.Min(63, low + random.Next(12));
            for (var n = low; n <= high; n++) bits[n] = true;
            intervals.Add(((ushort)low, (ushort)high));
        }
        return (IntervalSet<ushort>.Union(intervals), bits);
    }

    private static void Same(IntervalSet<ushort> set, Func<int, bool> holds)
    {
        for (var n = 0; n < 64; n++) Assert.Equal(holds(n), set.Contains((ushort)n));
        var bounds = set.Bounds;
        for (var i = 2; i < bounds.Length; i += 2) Assert.True(bounds[i] > bounds[i - 1] + 1, "intervals touch");
    }
}
