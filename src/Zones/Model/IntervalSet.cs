using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sekisho.Zones.Model;

#pragma warning disable CA1000 // a set is made by its type's name: IntervalSet<uint>.Of(1, 9)

/// <summary>A set of numbers as sorted, disjoint, non-adjacent, closed intervals. Immutable; equal sets have equal bounds.</summary>
/// <typeparam name="T"><c>uint</c> (IPv4), <c>UInt128</c> (IPv6) or <c>ushort</c> (ports).</typeparam>
public sealed class IntervalSet<T> : IEquatable<IntervalSet<T>>
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    public static readonly IntervalSet<T> Empty = new([]);
    public static readonly IntervalSet<T> All = new(Numbers.Least<T>(), Numbers.Most<T>());

    /// <summary>Bounds of none or of several intervals; null for one.</summary>
    private readonly T[]? bounds;

    /// <summary>One interval, without an array of its own: so are nearly all of a hundred thousand rules'.</summary>
    private readonly Pair one;

    private IntervalSet(T[] bounds) => this.bounds = bounds;

    private IntervalSet(T low, T high) => (one[0], one[1]) = (low, high);

    /// <summary>low, high, low, high, …: both ends belong to the set.</summary>
    public ReadOnlySpan<T> Bounds => bounds is null ? one : bounds;

    /// <summary>How many intervals.</summary>
    public int Count => bounds is null ? 1 : bounds.Length / 2;

    public bool IsEmpty => bounds is { Length: 0 };

    public bool IsAll => bounds is null && Numbers.Same(one[0], Numbers.Least<T>()) && Numbers.Same(one[1], Numbers.Most<T>());

    public static IntervalSet<T> Of(T value) => new(value, value);

    /// <summary>Every number from <paramref name="low"/> to <paramref name="high"/>, both included; empty when they are the wrong way round.</summary>
    public static IntervalSet<T> Of(T low, T high) =>
        Numbers.Less(high, low) ? Empty : Numbers.Same(low, Numbers.Least<T>()) && Numbers.Same(high, Numbers.Most<T>()) ? All : new(low, high);

    /// <summary>The union of intervals in any order, overlapping or not.</summary>
    public static IntervalSet<T> Union(List<(T Low, T High)> intervals)
    {
        if (intervals.Count == 0) return Empty;
        if (intervals.Count == 1) return Of(intervals[0].Low, intervals[0].High);
        var result = new T[intervals.Count * 2];
        return FromSorted(result.AsSpan(0, IntervalMath.Union(intervals, result)));
    }

    /// <summary>Takes bounds that are sorted, disjoint and non-adjacent already.</summary>
    internal static IntervalSet<T> FromSorted(ReadOnlySpan<T> bounds) =>
        bounds.Length == 0 ? Empty : bounds.Length == 2 ? Of(bounds[0], bounds[1]) : new(bounds.ToArray());

    public bool Contains(T value)
    {
        var ends = Bounds;
        int low = 0, high = Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            if (Numbers.Less(value, ends[2 * middle])) high = middle - 1;
            else if (Numbers.Less(ends[2 * middle + 1], value)) low = middle + 1;
            else return true;
        }
        return false;
    }

    public IntervalSet<T> Union(IntervalSet<T> other)
    {
        if (IsEmpty || other.IsAll) return other;
        if (other.IsEmpty || IsAll) return this;
        var all = new List<(T, T)>(Count + other.Count);
        ReadOnlySpan<T> its = Bounds, others = other.Bounds;
        for (var i = 0; i < its.Length; i += 2) all.Add((its[i], its[i + 1]));
        for (var i = 0; i < others.Length; i += 2) all.Add((others[i], others[i + 1]));
        return Union(all);
    }

    public IntervalSet<T> Intersect(IntervalSet<T> other)
    {
        if (IsAll || ReferenceEquals(this, other)) return other;
        if (other.IsAll) return this;
        var result = new T[2 * (Count + other.Count)];
        return FromSorted(result.AsSpan(0, IntervalMath.Intersect(Bounds, other.Bounds, result)));
    }

    /// <summary>What is in this set and not in <paramref name="other"/>.</summary>
    public IntervalSet<T> Except(IntervalSet<T> other)
    {
        if (other.IsAll || ReferenceEquals(this, other)) return Empty;
        if (other.IsEmpty) return this;
        var result = new T[2 * (Count + other.Count)];
        return FromSorted(result.AsSpan(0, IntervalMath.Except(Bounds, other.Bounds, result)));
    }

    public IntervalSet<T> Complement() => All.Except(this);

    public bool Overlaps(IntervalSet<T> other) => IntervalMath.Overlaps(Bounds, other.Bounds);

    /// <summary>Whether every number of <paramref name="other"/> is in this set.</summary>
    public bool Covers(IntervalSet<T> other) => IntervalMath.Covers(Bounds, other.Bounds);

    public bool Equals(IntervalSet<T>? other) => other is not null && (ReferenceEquals(this, other) || Bounds.SequenceEqual(other.Bounds));

    public override bool Equals(object? obj) => Equals(obj as IntervalSet<T>);

    public override int GetHashCode()
    {
        // Not lo^hi or the like: prefixes would fall into few values and tables become lists (seen: 80 times slower).
        var hash = new HashCode();
        foreach (var bound in Bounds) hash.Add(bound);
        return hash.ToHashCode();
    }

    [InlineArray(2)]
    private struct Pair
    {
        private T bound;
    }
}
