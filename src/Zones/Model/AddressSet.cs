using System.Numerics;

namespace Sekisho.Zones.Model;

/// <summary>A set of addresses (アドレスの集合): IPv4 and IPv6 are two universes that never meet.</summary>
/// <remarks>A rule of an IPv4-only list has an empty <see cref="V6"/>: it matches no IPv6 packet.</remarks>
public sealed record AddressSet(IntervalSet<uint> V4, IntervalSet<UInt128> V6)
{
    public static readonly AddressSet Empty = new(IntervalSet<uint>.Empty, IntervalSet<UInt128>.Empty);
    public static readonly AddressSet All = new(IntervalSet<uint>.All, IntervalSet<UInt128>.All);

    /// <summary>Every IPv4 address and no IPv6 address: "any" in an IPv4 list.</summary>
    public static readonly AddressSet AllV4 = new(IntervalSet<uint>.All, IntervalSet<UInt128>.Empty);

    /// <summary>Every IPv6 address and no IPv4 address: "any" in an IPv6 list.</summary>
    public static readonly AddressSet AllV6 = new(IntervalSet<uint>.Empty, IntervalSet<UInt128>.All);

    public bool IsEmpty => V4.IsEmpty && V6.IsEmpty;

    public bool IsAll => V4.IsAll && V6.IsAll;

    public static AddressSet Of(IntervalSet<uint> v4) => new(v4, IntervalSet<UInt128>.Empty);

    public static AddressSet Of(IntervalSet<UInt128> v6) => new(IntervalSet<uint>.Empty, v6);

    public static AddressSet Of(Address address) => Range(address, address);

    public static AddressSet Of(AddressPrefix prefix) => Range(prefix.First, prefix.Last);

    /// <summary>From one address to another of the same family, both included; empty across families.</summary>
    public static AddressSet Range(Address first, Address last) =>
        first.IsV6 != last.IsV6 ? Empty
        : first.IsV6 ? Of(IntervalSet<UInt128>.Of(first.Value, last.Value))
        : Of(IntervalSet<uint>.Of((uint)first.Value, (uint)last.Value));

    /// <summary>The union of many sets, at once (groups have thousands of members).</summary>
    public static AddressSet UnionOf(IEnumerable<AddressSet> sets)
    {
        var v4 = new List<(uint, uint)>();
        var v6 = new List<(UInt128, UInt128)>();
        foreach (var set in sets)
        {
            var a = set.V4.Bounds;
            for (var i = 0; i < a.Length; i += 2) v4.Add((a[i], a[i + 1]));
            var b = set.V6.Bounds;
            for (var i = 0; i < b.Length; i += 2) v6.Add((b[i], b[i + 1]));
        }
        return new(IntervalSet<uint>.Union(v4), IntervalSet<UInt128>.Union(v6));
    }

    /// <summary>IPv4 addresses equal to <paramref name="address"/> in every bit that <paramref name="wildcard"/> has as 0 (Cisco's wildcard masks, contiguous or not).</summary>
    /// <returns>Null when the mask scatters over more than 65,536 intervals: too many to keep, so the reader names it an unknown.</returns>
    public static AddressSet? Wildcard(uint address, uint wildcard)
    {
        var low = BitOperations.TrailingZeroCount(~wildcard);
        var scattered = low == 32 ? 0 : wildcard >> low << low;
        if (BitOperations.PopCount(scattered) > 16) return null;
        var below = low == 32 ? uint.MaxValue : (1u << low) - 1;
        var fixedBits = address & ~wildcard;
        var intervals = new List<(uint, uint)>(1 << BitOperations.PopCount(scattered));
        var some = 0u;
        do
        {
            intervals.Add((fixedBits | some, fixedBits | some | below));
            some = (some - scattered) & scattered; // the next subset of the scattered bits
        }
        while (some != 0);
        return Of(IntervalSet<uint>.Union(intervals));
    }

    public AddressSet Union(AddressSet other) => new(V4.Union(other.V4), V6.Union(other.V6));

    public AddressSet Intersect(AddressSet other) => IsAll ? other : other.IsAll ? this : new(V4.Intersect(other.V4), V6.Intersect(other.V6));

    public AddressSet Except(AddressSet other) => new(V4.Except(other.V4), V6.Except(other.V6));

    /// <summary>Every other address of both families. In a list of one family intersect it with <see cref="AllV4"/> or <see cref="AllV6"/>.</summary>
    public AddressSet Complement() => new(V4.Complement(), V6.Complement());

    public bool Overlaps(AddressSet other) => V4.Overlaps(other.V4) || V6.Overlaps(other.V6);

    public bool Covers(AddressSet other) => V4.Covers(other.V4) && V6.Covers(other.V6);

    public bool Contains(Address address) => address.IsV6 ? V6.Contains(address.Value) : V4.Contains((uint)address.Value);

    /// <summary>As people write it: prefixes where they fit, ranges elsewhere, "any" for all.</summary>
    public override string ToString() => AddressText.Write(this);
}
