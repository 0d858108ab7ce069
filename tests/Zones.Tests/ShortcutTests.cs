using Sekisho.Zones.Engine;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using Sekisho.Zones.Policies;

namespace Sekisho.Zones.Tests;

/// <summary>What makes the engine fast says the same as the way without it. Seeded.</summary>
public sealed class ShortcutTests
{
    [Theory]
    [InlineData(41)]
    [InlineData(42)]
    public void The_ends_of_sets_tell_of_entries_what_the_sets_tell(int seed)
    {
        Agree<uint>(seed, static n => n);
        Agree<UInt128>(seed, static n => (UInt128)n << 70);

        static void Agree<T>(int seed, Func<uint, T> address)
            where T : unmanaged, System.Numerics.IBinaryInteger<T>, System.Numerics.IMinMaxValue<T>
        {
            var random = new Random(seed);
            var tails = new TailTable();
            var tcp = tails.Keep(Tail.Any with { Protocols = ByteSet.Of(6) });
            var universe = new Universe<T>(tails);
            var classes = KindClasses.Of(KindClasses.Opening(), tails.Tails);
            universe.Judge(classes, 0);
            for (var i = 0; i < 60; i++)
                universe.Add(new() { Source = Addresses(), Destination = Addresses(), SourcePorts = Ports(), DestinationPorts = Ports(), Tail = random.Next(2) == 0 ? TailTable.Any : tcp, Guard = -1, Role = Role.Drop }, null);
            var (apart, whole, some) = (0, 0, 0);
            for (var i = 0; i < 500; i++)
            {
                var region = new Region { Source = Addresses(), Destination = Addresses(), SourcePorts = Ports(), DestinationPorts = Ports(), Kinds = (ulong)random.NextInt64(1, (long)classes.All(0) + 1) };
                var box = universe.BoxOf(region);
                for (var e = 0; e < universe.Count; e++)
                {
                    var entry = universe[e];
                    var (a, p, kinds) = (universe.Addresses, universe.Ports, universe.KindsOf(e));
                    var meets = (kinds & region.Kinds) != 0 && Sets(a, entry.Source, region.Source).Overlaps && Sets(a, entry.Destination, region.Destination).Overlaps
                        && Sets(p, entry.SourcePorts, region.SourcePorts).Overlaps && Sets(p, entry.DestinationPorts, region.DestinationPorts).Overlaps;
                    var open = (Sets(a, entry.Source, region.Source).Covers ? 0 : 1) | (Sets(a, entry.Destination, region.Destination).Covers ? 0 : 2)
                        | (Sets(p, entry.DestinationPorts, region.DestinationPorts).Covers ? 0 : 4) | (Sets(p, entry.SourcePorts, region.SourcePorts).Covers ? 0 : 8) | ((region.Kinds & ~kinds) == 0 ? 0 : 16);
                    Assert.Equal(meets ? open : -1, universe.Open(e, region, box));
                    if (!meets) apart++;
                    else if (open == 0) whole++;
                    else some++;
                }
            }
            Assert.True(apart > 1000 && whole > 20 && some > 1000, $"{apart} apart, {whole} whole, {some} some");

            Seg Addresses() => universe.Addresses.Keep(IntervalSet<T>.Union([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Between(random.Next(8), random.Next(8))).Select(b => (address((uint)b.Item1), address((uint)b.Item2)))]));

            Seg Ports() => random.Next(3) == 0 ? universe.Ports.All
                : universe.Ports.Keep(IntervalSet<ushort>.Union([.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Between(random.Next(6), random.Next(6))).Select(b => ((ushort)b.Item1, (ushort)b.Item2))]));

            static (int, int) Between(int a, int b) => (Math.Min(a, b) * 10, Math.Max(a, b) * 10 + 3);

            static (bool Overlaps, bool Covers) Sets<TNumber>(SetStack<TNumber> sets, Seg a, Seg b)
                where TNumber : unmanaged, System.Numerics.IBinaryInteger<TNumber>, System.Numerics.IMinMaxValue<TNumber>
            {
                var (one, other) = (sets.ToSet(a), sets.ToSet(b));
                return (!one.Intersect(other).IsEmpty, other.Except(one).IsEmpty);
            }
        }
    }

    [Theory]
    [InlineData(51, 10)]
    [InlineData(52, 300)]
    [InlineData(53, 5000)]
    public void An_index_finds_what_overlaps_on_both_axes_and_nothing_else(int seed, int count)
    {
        var random = new Random(seed);
        var all = Enumerable.Range(0, count).Select(i => (Item: i, A: Pair(), B: Pair())).ToArray();
        var index = new IntervalIndex<uint>([.. all.Select(static x => x.A.Low)], [.. all.Select(static x => x.A.High)], [.. all.Select(static x => x.Item)], [.. all.Select(static x => x.B)]);
        for (var i = 0; i < 200; i++)
        {
            var (a, b) = (Pair(), Pair());
            var found = new Ints();
            index.Collect([a.Low, a.High], b.Low, b.High, found);
            Assert.Equal(all.Where(x => x.A.Low <= a.High && x.A.High >= a.Low && x.B.Low <= b.High && x.B.High >= b.Low).Select(static x => x.Item), found.Span.ToArray().Order());
            Assert.Equal(all.Count(x => x.A.Low <= a.High && x.A.High >= a.Low), index.Count([a.Low, a.High]));
        }

        (uint Low, uint High) Pair()
        {
            var low = (uint)random.NextInt64(1L << 32);
            return (low, (uint)Math.Min(uint.MaxValue, low + (random.Next(4) == 0 ? random.NextInt64(1L << 30) : random.NextInt64(1L << 12))));
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(20_000)]
    public void Numbers_are_put_in_order_and_equal_ones_keep_theirs(int count)
    {
        var random = new Random(count);
        var numbers = Enumerable.Range(0, count).Select(_ => (uint)(random.Next(2) == 0 ? random.NextInt64(1L << 32) : random.Next(50) * 0x01010101)).ToArray();
        var sorted = numbers.ToArray();
        var order = Order.Sort(sorted);
        Assert.Equal(numbers.Order(), sorted);
        Assert.Equal(sorted, order.Select(o => numbers[o]));
        if (count > 300) Assert.All(Enumerable.Range(1, count - 1), i => Assert.True(sorted[i - 1] != sorted[i] || order[i - 1] < order[i]));
    }

    /// <summary>Rules that name interfaces and rules that don't, returns, translations: what arrives, and by which rules.</summary>
    [Theory]
    [InlineData(61, false)]
    [InlineData(62, false)]
    [InlineData(63, true)]
    public void What_is_told_at_once_with_the_first_piece_is_what_is_worked_out_apart(int seed, bool translates)
    {
        var (tight, told) = (0, 0);
        for (var round = 0; round < 20; round++)
        {
            var filters = new RandomFilters(seed * 100 + round);
            var device = filters.Device(1 + round % 3, 12, 0) with { Name = "fw" };
            if (translates) device = device with { Nat = [new(NatKind.Source, new Match { Source = AddressSet.AllV4 }, default, "nat") { To = AddressSet.Of(Address.V4(0x0A090909)) }] };
            // The certified way asks for one piece first and for all of them afterwards.
            var (fast, slow) = (Search(device, false, null), Search(device, true, null));
            Assert.Equal(slow.Select(Said), fast.Select(Said));
            told += fast.Count;
            tight += fast.Count(static a => !a.Traffic.Source.IsAll);
        }
        Assert.True(told > 20 && tight > 5, $"{told} told, {tight} of them less than all");

        static string Said(Arrival arrival) => $"{arrival.Traffic} | {arrival.Example} | {string.Join(" > ", arrival.Path.Select(static s => s.Rule?.Name ?? s.Nat?.Name ?? "-"))}";
    }

    [Theory]
    [InlineData(71, false)]
    [InlineData(72, true)]
    public void Ways_that_are_known_are_left_out_and_no_others(int seed, bool translates)
    {
        var (left, kept) = (0, 0);
        for (var round = 0; round < 20; round++)
        {
            var filters = new RandomFilters(seed * 100 + round);
            var device = filters.Device(1 + round % 3, 12, 0) with { Name = "fw" };
            if (translates) device = device with { Nat = [new(NatKind.Source, new Match { Source = AddressSet.AllV4 }, default, "nat") { To = AddressSet.Of(Address.V4(0x0A090909)) }] };
            var all = Search(device, false, null);
            var known = new PathSet();
            for (var i = 0; i < all.Count; i += 3) known.Add(all[i].Path);
            var rest = Search(device, false, known);
            var expected = all.Where(a => !known.Contains(a.Path)).Select(static a => a.Traffic.ToString()).ToArray();
            Assert.Equal(expected, rest.Select(static a => a.Traffic.ToString()));
            left += all.Count - rest.Count;
            kept += rest.Count;
        }
        Assert.True(left > 10 && kept > 10, $"{left} left out, {kept} kept");
    }

    /// <summary>Lists that are long enough to be compared place by place: replaced, moved, put in and taken out.</summary>
    [Theory]
    [InlineData(81, 0)]
    [InlineData(82, 1)]
    [InlineData(83, 2)]
    public void What_is_left_of_two_long_lists_is_the_same_in_the_same_order(int seed, int kind)
    {
        var random = new Random(seed);
        Rule One(int number) => new(new Match { Source = AddressSet.Of(Address.V4((uint)number)) }, RuleAction.Drop, new("f", number, number), $"{number}");
        var before = Enumerable.Range(0, 12_000).Select(One).ToList();
        var after = Enumerable.Range(0, 12_000).Select(One).ToList();
        for (var i = 0; i < 40; i++)
        {
            var at = random.Next(after.Count);
            if (kind == 0) after[at] = One(20_000 + i);
            else if (kind == 1) after.Insert(at, One(20_000 + i));
            else (after[at], after[(at + 500) % after.Count]) = (after[(at + 500) % after.Count], after[at]);
            if (kind == 1) after.RemoveAt(random.Next(after.Count));
        }
        var (gone, come) = RuleSequence.Changed([.. before], [.. after]);
        Assert.InRange(gone.Count, 30, 200);
        Assert.InRange(come.Count, 30, 200);
        Assert.Equal(before.Except(gone, ReferenceEqualityComparer.Instance).Cast<Rule>().Select(static r => r.Name), after.Except(come, ReferenceEqualityComparer.Instance).Cast<Rule>().Select(static r => r.Name));
    }

    private static List<Arrival> Search(Device device, bool certified, PathSet? known)
    {
        var policy = TownTests.Zones("format: 1\nmodel: alpha\nzones:\n  - { id: a, kind: lgwan, prefixes: [10.0.0.0/28], at: [fw/eth0] }\n  - { id: b, kind: mynumber, prefixes: [10.0.0.16/28], at: [fw/eth1, fw/ppp0] }\n  - { id: c, kind: outside, prefixes: [0.0.0.0/0], at: [fw/ppp0] }\n").Policy!;
        var tails = new TailTable();
        var search = new FlowSearch<uint>(new Topology([device], policy), tails, Bound.Upper) { Certified = certified };
        search.Prepare([]);
        var classes = KindClasses.Of(KindClasses.Opening(), tails.Tails);
        var found = new List<Arrival>();
        foreach (var from in policy.Zones)
            foreach (var to in policy.Zones)
                if (from != to)
                    for (var round = 0; round < classes.Rounds; round++) search.Run(from, to, [], false, static (_, _) => false, classes, round, 1_000_000, found, null, known);
        return found;
    }
}
