using System.Numerics;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Engine;

/// <summary>What an entry does to the packets in it.</summary>
internal enum Role : byte
{
    Drop,
    Accept,

    /// <summary>Leaves a chain: what it holds isn't decided by entries behind it in that chain.</summary>
    Guard,

    /// <summary>The same, for entries that accept only (a return that isn't certain counts differently for the two).</summary>
    GuardOfAccepts,

    /// <summary>The same, for entries that drop only.</summary>
    GuardOfDrops,

    /// <summary>Settled elsewhere: a permitted flow, an earlier translation. It only covers.</summary>
    Cover,

    /// <summary>A denial that the next one holds as well (<see cref="FilterProgram{T}.Join"/>).</summary>
    Joined,

    /// <summary>What a rule may decide, but not for certain (<see cref="Bound.Sure"/>): it takes nothing from entries behind it.</summary>
    Perhaps,
}

/// <summary>A set of packets as a product: source × destination × (source port or ICMP type) × destination port × kind.</summary>
internal struct Region
{
    public Seg Source, Destination, SourcePorts, DestinationPorts;

    /// <summary>Classes of the round at hand (<see cref="KindClasses"/>).</summary>
    public ulong Kinds;
}

/// <summary>One product of a rule, in one family, for one pair of interfaces, behind the conditions of the chains that led there.</summary>
internal struct Entry
{
    public Seg Source, Destination, SourcePorts, DestinationPorts;
    public int Tail;

    /// <summary>The latest entry that leaves this entry's chains early, -1 without; each guard names the one before it.</summary>
    public int Guard;
    public Role Role;

    /// <summary>Whether it takes all that it holds: no guard keeps a part from it. Guards themselves do, the ones before them say the same.</summary>
    public readonly bool IsWhole => Guard < 0 || Role > Role.Accept;
}

/// <summary>The ends of an entry's or a region's sets: what lies outside is told by eight comparisons, and where the sets are intervals, what covers what.</summary>
internal struct Box<T>
{
    public T SourceLow, SourceHigh, DestinationLow, DestinationHigh;
    public ushort PortLow, PortHigh, SourcePortLow, SourcePortHigh;

    /// <summary>Of an entry: its tail.</summary>
    public int Tail;

    /// <summary>Axes on which the set is one interval, as in <see cref="Universe{T}.Open"/>.</summary>
    public byte Intervals;

    /// <summary>Of an entry: <see cref="Entry.IsWhole"/>.</summary>
    public bool IsWhole;
}

/// <summary>All entries of a network in one family, and the sets that they are made of.</summary>
/// <typeparam name="T"><c>uint</c> for IPv4, <c>UInt128</c> for IPv6.</typeparam>
internal sealed class Universe<T>(TailTable tails)
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    private Entry[] entries = new Entry[256];
    private Rule?[] rules = new Rule?[256];
    private Box<T>[] boxes = new Box<T>[256];

    public SetStack<T> Addresses { get; } = new();

    public SetStack<ushort> Ports { get; } = new();

    public TailTable Tails { get; } = tails;

    /// <summary>The classes of each tail, in the round at hand.</summary>
    public ulong[] Masks { get; private set; } = [];

    private readonly Dictionary<(KindClasses, int), ulong[]> known = [];
    private KindClasses? classes;
    private int round;

    /// <summary>Begins a round.</summary>
    public void Judge(KindClasses classes, int round)
    {
        (this.classes, this.round, Masks) = (classes, round, known.GetValueOrDefault((classes, round), []));
        Extend();
    }

    /// <summary>Tails that came since (two conditions met: no new class, but a new mask) get theirs.</summary>
    public void Extend()
    {
        if (classes is null || Masks.Length == Tails.Tails.Count) return;
        var from = Masks.Length;
        var masks = Masks;
        Array.Resize(ref masks, Tails.Tails.Count);
        for (var t = from; t < masks.Length; t++) masks[t] = classes.MaskOf(Tails.Tails[t], round);
        known[(classes, round)] = Masks = masks;
    }

    public int Count { get; private set; }

    public static bool IsV6 => typeof(T) == typeof(UInt128);

    public ref readonly Entry this[int entry] => ref entries[entry];

    /// <summary>The rule that an entry comes from; null for a default.</summary>
    public Rule? RuleOf(int entry) => rules[entry];

    public int Add(in Entry entry, Rule? rule)
    {
        if (Count == entries.Length) Room(1);
        entries[Count] = entry;
        boxes[Count] = BoxOf(entry);
        rules[Count] = rule;
        return Count++;
    }

    /// <summary>Makes room for so many more entries at once.</summary>
    public void Room(int more)
    {
        if (Count + more <= entries.Length) return;
        var room = Math.Max(Count + more + entries.Length / 32, entries.Length + entries.Length / 4);
        Array.Resize(ref entries, room);
        Array.Resize(ref rules, room);
        Array.Resize(ref boxes, room);
    }

    /// <summary>Gives an entry other addresses, and takes those away that it holds now.</summary>
    public void Join(int first, int last, Seg source, Seg destination)
    {
        for (var e = first; e < last; e++) entries[e].Role = Role.Joined;
        (entries[last].Source, entries[last].Destination) = (source, destination);
        boxes[last] = BoxOf(entries[last]);
    }

    private Box<T> BoxOf(in Entry entry)
    {
        var box = BoxOf(new Region { Source = entry.Source, Destination = entry.Destination, SourcePorts = entry.SourcePorts, DestinationPorts = entry.DestinationPorts });
        (box.Tail, box.IsWhole) = (entry.Tail, entry.IsWhole);
        return box;
    }

    public Box<T> BoxOf(in Region region)
    {
        if (region.Source.IsEmpty || region.Destination.IsEmpty || region.SourcePorts.IsEmpty || region.DestinationPorts.IsEmpty)
            return new() { SourceLow = Numbers.Most<T>(), SourceHigh = Numbers.Least<T>(), DestinationLow = Numbers.Most<T>(), DestinationHigh = Numbers.Least<T>() };
        ReadOnlySpan<T> from = Addresses[region.Source], to = Addresses[region.Destination];
        ReadOnlySpan<ushort> ports = Ports[region.DestinationPorts], sourcePorts = Ports[region.SourcePorts];
        return new()
        {
            SourceLow = from[0], SourceHigh = from[^1], DestinationLow = to[0], DestinationHigh = to[^1],
            PortLow = ports[0], PortHigh = ports[^1], SourcePortLow = sourcePorts[0], SourcePortHigh = sourcePorts[^1],
            Intervals = (byte)((from.Length == 2 ? 1 : 0) | (to.Length == 2 ? 2 : 0) | (ports.Length == 2 ? 4 : 0) | (sourcePorts.Length == 2 ? 8 : 0)),
        };
    }

    /// <summary>Whether an entry lies outside of a box for certain.</summary>
    public bool IsBeside(int entry, in Box<T> box) => IsBeside(boxes[entry], box);

    private static bool IsBeside(in Box<T> its, in Box<T> box) =>
        Numbers.Less(its.SourceHigh, box.SourceLow) || Numbers.Less(box.SourceHigh, its.SourceLow) || Numbers.Less(its.DestinationHigh, box.DestinationLow) || Numbers.Less(box.DestinationHigh, its.DestinationLow)
        || its.PortHigh < box.PortLow || its.PortLow > box.PortHigh || its.SourcePortHigh < box.SourcePortLow || its.SourcePortLow > box.SourcePortHigh;

    /// <summary>The axes on which an entry doesn't hold all of a region, as bits: 1 source, 2 destination, 4 destination port, 8 source port, 16 kind.</summary>
    /// <param name="box">Of the region.</param>
    /// <returns>-1 when they have nothing in common.</returns>
    public int Open(int entry, in Region region, in Box<T> box)
    {
        ref readonly var its = ref boxes[entry];
        if (IsBeside(its, box)) return -1;
        var kinds = Masks[its.Tail];
        if ((kinds & region.Kinds) == 0) return -1;
        var open = (region.Kinds & ~kinds) == 0 ? 0 : 16;
        // One interval holds all that lies between its ends, in however many pieces.
        if (Numbers.Less(box.SourceLow, its.SourceLow) || Numbers.Less(its.SourceHigh, box.SourceHigh)) open |= 1;
        if (Numbers.Less(box.DestinationLow, its.DestinationLow) || Numbers.Less(its.DestinationHigh, box.DestinationHigh)) open |= 2;
        if (box.PortLow < its.PortLow || its.PortHigh < box.PortHigh) open |= 4;
        if (box.SourcePortLow < its.SourcePortLow || its.SourcePortHigh < box.SourcePortHigh) open |= 8;
        const int Every = 15;
        var known = its.Intervals & (box.Intervals | ~open);
        return (known & Every) == Every ? open : Open(entries[entry], its, region, known, open);
    }

    /// <summary>The same where a set has several intervals.</summary>
    /// <param name="known">Axes that the ends have told all of.</param>
    private int Open(in Entry e, in Box<T> its, in Region region, int known, int open)
    {
        if ((known & 1) == 0)
        {
            if ((its.Intervals & 1) != 0 ? !Addresses.Overlaps(region.Source, its.SourceLow, its.SourceHigh) : !Addresses.Overlaps(e.Source, region.Source)) return -1;
            if ((its.Intervals & 1) == 0 && (open & 1) == 0 && !Addresses.Covers(e.Source, region.Source)) open |= 1;
        }
        if ((known & 2) == 0)
        {
            if ((its.Intervals & 2) != 0 ? !Addresses.Overlaps(region.Destination, its.DestinationLow, its.DestinationHigh) : !Addresses.Overlaps(e.Destination, region.Destination)) return -1;
            if ((its.Intervals & 2) == 0 && (open & 2) == 0 && !Addresses.Covers(e.Destination, region.Destination)) open |= 2;
        }
        if ((known & 4) == 0)
        {
            if ((its.Intervals & 4) != 0 ? !Ports.Overlaps(region.DestinationPorts, its.PortLow, its.PortHigh) : !Ports.Overlaps(e.DestinationPorts, region.DestinationPorts)) return -1;
            if ((its.Intervals & 4) == 0 && (open & 4) == 0 && !Ports.Covers(e.DestinationPorts, region.DestinationPorts)) open |= 4;
        }
        if ((known & 8) == 0)
        {
            if ((its.Intervals & 8) != 0 ? !Ports.Overlaps(region.SourcePorts, its.SourcePortLow, its.SourcePortHigh) : !Ports.Overlaps(e.SourcePorts, region.SourcePorts)) return -1;
            if ((its.Intervals & 8) == 0 && (open & 8) == 0 && !Ports.Covers(e.SourcePorts, region.SourcePorts)) open |= 8;
        }
        return open;
    }

    public bool IsWhole(int entry) => boxes[entry].IsWhole;

    public (T Low, T High) SourceEnds(int entry) => (boxes[entry].SourceLow, boxes[entry].SourceHigh);

    public (T Low, T High) DestinationEnds(int entry) => (boxes[entry].DestinationLow, boxes[entry].DestinationHigh);

    public static IntervalSet<T> FamilyOf(AddressSet set) => (IntervalSet<T>)(object)(IsV6 ? set.V6 : set.V4);

    public Seg Keep(AddressSet set) => Addresses.Keep(FamilyOf(set));

    public static AddressSet ToAddresses(IntervalSet<T> set) =>
        set is IntervalSet<uint> v4 ? AddressSet.Of(v4) : AddressSet.Of((IntervalSet<UInt128>)(object)set);

    public static Address ToAddress(T value) => new(IsV6, UInt128.CreateTruncating(value));

    /// <summary>Whether a guard takes packets from entries of this role.</summary>
    public static bool Concerns(Role guard, Role of) => guard == Role.Guard || guard == (of == Role.Accept ? Role.GuardOfAccepts : Role.GuardOfDrops);

    /// <summary>Every packet of some kinds.</summary>
    public Region Whole(ulong kinds) => new() { Source = Addresses.All, Destination = Addresses.All, SourcePorts = Ports.All, DestinationPorts = Ports.All, Kinds = kinds };

    /// <summary>What an entry holds in the round at hand, guards aside.</summary>
    public Region RegionOf(int entry)
    {
        ref readonly var e = ref entries[entry];
        return new() { Source = e.Source, Destination = e.Destination, SourcePorts = e.SourcePorts, DestinationPorts = e.DestinationPorts, Kinds = Masks[e.Tail] };
    }

    /// <summary>Appends the guards that keep packets from an entry.</summary>
    public void GuardsOf(int entry, Ints to)
    {
        for (var guard = entries[entry].Guard; guard >= 0; guard = entries[guard].Guard)
            if (Concerns(entries[guard].Role, entries[entry].Role)) to.Add(guard);
    }

    public ulong KindsOf(int entry) => Masks[entries[entry].Tail];

    /// <summary>The part of a region that an entry holds. Released with the stacks.</summary>
    /// <returns>False when there is none.</returns>
    public bool Meet(in Region region, int entry, out Region met)
    {
        ref readonly var e = ref entries[entry];
        met = default;
        if ((met.Kinds = region.Kinds & Masks[e.Tail]) == 0) return false;
        if (!Addresses.Overlaps(region.Source, e.Source) || !Addresses.Overlaps(region.Destination, e.Destination)) return false;
        if (!Ports.Overlaps(region.DestinationPorts, e.DestinationPorts) || !Ports.Overlaps(region.SourcePorts, e.SourcePorts)) return false;
        met.Source = Addresses.Intersect(region.Source, e.Source);
        met.Destination = Addresses.Intersect(region.Destination, e.Destination);
        met.SourcePorts = Ports.Intersect(region.SourcePorts, e.SourcePorts);
        met.DestinationPorts = Ports.Intersect(region.DestinationPorts, e.DestinationPorts);
        return true;
    }

    public (int, int) Mark => (Addresses.Mark, Ports.Mark);

    public void Release((int Addresses, int Ports) mark)
    {
        Addresses.Release(mark.Addresses);
        Ports.Release(mark.Ports);
    }
}
