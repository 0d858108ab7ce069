using System.Numerics;

namespace Sekisho.Zones.Engine;

/// <summary>Binary decision diagrams over packets, on plain arrays: the fallback of <see cref="Residual{T}"/>, and its independent second.</summary>
/// <remarks>
/// Shares with the residual engine only the entries themselves. Order of variables: destination, source, destination port, source port, kind, each from its
/// highest bit: prefixes become short paths. Node 0 is "no packet", node 1 "every packet".
/// </remarks>
internal sealed class Diagram<T>
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    /// <summary>More nodes than this (16 bytes each, and caches) are not made: no answer.</summary>
    public const int MaxNodes = 24_000_000;

    private const int None = 0, All = 1;
    private readonly Universe<T> universe;
    private readonly int addressBits = typeof(T) == typeof(UInt128) ? 128 : 32;
    private (int Variable, int Low, int High)[] nodes = new (int, int, int)[1 << 12];
    private int[] table = new int[1 << 13];
    private readonly (int A, int B, int Result)[] ands = new (int, int, int)[1 << 16];
    private readonly (int A, int B, int Result)[] excepts = new (int, int, int)[1 << 16];
    private int count = 2;

    public Diagram(Universe<T> universe)
    {
        this.universe = universe;
        nodes[None] = nodes[All] = (int.MaxValue, 0, 0);
    }

    private const int DestinationAt = 0;

    private int SourceAt => addressBits;

    private int DestinationPortAt => 2 * addressBits;

    private int SourcePortAt => 2 * addressBits + 16;

    private int KindAt => 2 * addressBits + 32;

    public int Nodes => count;

    /// <summary>Whether something of the region is left when all covers are taken away, and one packet of it.</summary>
    /// <returns>Null when there would be too many nodes.</returns>
    public bool? Find(in Region region, ReadOnlySpan<int> covers, out (T Source, T Destination, ushort SourcePort, ushort DestinationPort, int Kind) packet)
    {
        packet = default;
        var left = Of(region);
        foreach (var cover in covers)
        {
            left = Except(left, Decided(cover));
            if (left == None) return false;
            if (count > MaxNodes) return null;
        }
        packet = Any(left);
        return true;
    }

    /// <summary>What an entry decides or covers: itself without its guards.</summary>
    public int Decided(int entry)
    {
        ref readonly var e = ref universe[entry];
        var packets = Of(universe.RegionOf(entry));
        for (var guard = e.IsWhole ? -1 : e.Guard; guard >= 0; guard = universe[guard].Guard)
        {
            ref readonly var g = ref universe[guard];
            if (!Universe<T>.Concerns(g.Role, e.Role)) continue;
            packets = Except(packets, Of(universe.RegionOf(guard)));
        }
        return packets;
    }

    public int Of(in Region region)
    {
        if (region.Kinds == 0) return None;
        // From the last variable to the first, so that every step puts a short diagram on top of one that is ready.
        var packets = Kinds(region.Kinds);
        packets = And(OfPorts(region.SourcePorts, SourcePortAt), packets);
        packets = And(OfPorts(region.DestinationPorts, DestinationPortAt), packets);
        packets = And(OfAddresses(region.Source, SourceAt), packets);
        return And(OfAddresses(region.Destination, DestinationAt), packets);
    }

    public int And(int a, int b)
    {
        if (a == None || b == None) return None;
        if (a == All || a == b) return b;
        if (b == All) return a;
        if (a > b) (a, b) = (b, a);
        ref var cached = ref ands[Slot(a, b) & (ands.Length - 1)];
        if (cached.A == a && cached.B == b) return cached.Result;
        var (x, y) = (nodes[a], nodes[b]);
        var v = Math.Min(x.Variable, y.Variable);
        var low = And(x.Variable == v ? x.Low : a, y.Variable == v ? y.Low : b);
        var high = And(x.Variable == v ? x.High : a, y.Variable == v ? y.High : b);
        var result = Node(v, low, high);
        ands[Slot(a, b) & (ands.Length - 1)] = (a, b, result);
        return result;
    }

    /// <summary>a without b.</summary>
    public int Except(int a, int b)
    {
        if (a == None || b == All || a == b) return None;
        if (b == None) return a;
        ref var cached = ref excepts[Slot(a, b) & (excepts.Length - 1)];
        if (cached.A == a && cached.B == b) return cached.Result;
        var (x, y) = (nodes[a], nodes[b]);
        var v = Math.Min(x.Variable, y.Variable);
        var low = Except(x.Variable == v ? x.Low : a, y.Variable == v ? y.Low : b);
        var high = Except(x.Variable == v ? x.High : a, y.Variable == v ? y.High : b);
        var result = Node(v, low, high);
        excepts[Slot(a, b) & (excepts.Length - 1)] = (a, b, result);
        return result;
    }

    /// <summary>A or B, by what is in neither.</summary>
    public int Or(int a, int b) => a == None ? b : b == None ? a : Except(All, And(Except(All, a), Except(All, b)));

    private int OfAddresses(Seg set, int at)
    {
        if (set == universe.Addresses.All) return All;
        var result = None;
        var bounds = universe.Addresses[set];
        for (var i = 0; i < bounds.Length; i += 2) result = Or(result, Range(at, addressBits, UInt128.CreateTruncating(bounds[i]), UInt128.CreateTruncating(bounds[i + 1])));
        return result;
    }

    private int OfPorts(Seg set, int at)
    {
        if (set == universe.Ports.All) return All;
        var result = None;
        var bounds = universe.Ports[set];
        for (var i = 0; i < bounds.Length; i += 2) result = Or(result, Range(at, 16, bounds[i], bounds[i + 1]));
        return result;
    }

    private int Kinds(ulong kinds)
    {
        var result = None;
        for (var k = 0; k < 64; k++)
            if ((kinds >> k & 1) != 0) result = Or(result, Range(KindAt, 6, (UInt128)k, (UInt128)k));
        return result;
    }

    private int Range(int at, int bits, UInt128 low, UInt128 high)
    {
        var full = bits == 128 ? UInt128.MaxValue : (UInt128.One << bits) - 1;
        if (low == 0 && high == full) return All;
        var half = UInt128.One << (bits - 1);
        if (high < half) return Node(at, Range(at + 1, bits - 1, low, high), None);
        if (low >= half) return Node(at, None, Range(at + 1, bits - 1, low - half, high - half));
        return Node(at, Range(at + 1, bits - 1, low, half - 1), Range(at + 1, bits - 1, 0, high - half));
    }

    /// <summary>One packet of a diagram that isn't empty: ones only where they must be.</summary>
    private (T, T, ushort, ushort, int) Any(int node)
    {
        UInt128 destination = 0, source = 0, rest = 0;
        while (node != All)
        {
            var (v, low, high) = nodes[node];
            var one = low == None;
            node = one ? high : low;
            if (!one) continue;
            if (v < SourceAt) destination |= UInt128.One << (addressBits - 1 - v);
            else if (v < DestinationPortAt) source |= UInt128.One << (2 * addressBits - 1 - v);
            else rest |= UInt128.One << (KindAt + 5 - v);
        }
        return (T.CreateTruncating(source), T.CreateTruncating(destination), (ushort)(rest >> 6 & 0xFFFF), (ushort)(rest >> 22 & 0xFFFF), (int)(rest & 63));
    }

    private int Node(int variable, int low, int high)
    {
        if (low == high) return low;
        var slot = (int)((uint)Hash(variable, low, high) % (uint)table.Length);
        while (table[slot] != 0)
        {
            ref var node = ref nodes[table[slot]];
            if (node.Variable == variable && node.Low == low && node.High == high) return table[slot];
            if (++slot == table.Length) slot = 0;
        }
        if (count == nodes.Length)
        {
            Grow();
            return Node(variable, low, high);
        }
        nodes[count] = (variable, low, high);
        table[slot] = count;
        return count++;
    }

    private void Grow()
    {
        Array.Resize(ref nodes, nodes.Length * 2);
        table = new int[table.Length * 2];
        for (var n = 2; n < count; n++)
        {
            var slot = (int)((uint)Hash(nodes[n].Variable, nodes[n].Low, nodes[n].High) % (uint)table.Length);
            while (table[slot] != 0)
                if (++slot == table.Length) slot = 0;
            table[slot] = n;
        }
    }

    private static int Slot(int a, int b) => (int)(((ulong)(uint)a * 0x9E3779B97F4A7C15ul + (uint)b * 0xC2B2AE3D27D4EB4Ful) >> 33);

    private static int Hash(int a, int b, int c) => (int)(((ulong)(uint)a * 0x9E3779B97F4A7C15ul ^ (ulong)(uint)b * 0xC2B2AE3D27D4EB4Ful ^ (ulong)(uint)c * 0x165667B19E3779F9ul) >> 32);
}
