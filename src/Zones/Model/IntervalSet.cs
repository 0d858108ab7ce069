using System.Numerics;

namespace Sekisho.Zones.Model;

#pragma warning disable CA1000 // a set is made by its type's name: IntervalSet<uint>.Of(1, 9)

/// <summary>A set of numbers as sorted, disjoint, non-adjacent, closed intervals. Immutable; equal sets have equal bounds.</summary>
/// <typeparam name="T"><c>uint</c> (IPv4), <c>UInt128</c> (IPv6) or <c>ushort</c> (ports).</typeparam>
public sealed class IntervalSet<T> : IEquatable<IntervalSet<T>>
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    public static readonly IntervalSet<T> Empty = new([]);
    public static readonly IntervalSet<T> All = new([T.MinValue, T.MaxValue]);

    private readonly T[] bounds;

    private IntervalSet(T[] bounds) => this.bounds = bounds;

    /// <summary>low, high, low, high, …: both ends belong to the set.</summary>
    public ReadOnlySpan<T> Bounds => bounds;

    /// <summary>How many intervals.</summary>
    public int Count => bounds.Length / 2;

    public bool IsEmpty => bounds.Length == 0;

    public bool IsAll => bounds.Length == 2 && bounds[0] == T.MinValue && bounds[1] == T.MaxValue;

    public static IntervalSet<T> Of(T value) => new([value, value]);

    /// <summary>Every number from <paramref name="low"/> to <paramref name="high"/>, both included; empty when they are the wrong way round.</summary>
    public static IntervalSet<T> Of(T low, T high) =>
        low > high ? Empty : low == T.MinValue && high == T.MaxValue ? All : new([low, high]);

    /// <summary>The union of intervals in any order, overlapping or not.</summary>
    public static IntervalSet<T> Union(List<(T Low, T High)> intervals)
    {
        if (intervals.Count == 0) return Empty;
        if (intervals.Count == 1) return Of(intervals[0].Low, intervals[0].High);
        intervals.Sort(static (a, b) => a.Low.CompareTo(b.Low));
        var result = new T[intervals.Count * 2];
        var length = 0;
        foreach (var (low, high) in intervals)
        {
            if (low > high) continue;
            // Adjacent intervals grow together: bounds are the same whatever the pieces were.
            if (length > 0 && (result[length - 1] == T.MaxValue || low <= result[length - 1] + T.One))
            {
                if (high > result[length - 1]) result[length - 1] = high;
            }
            else
            {
                result[length++] = low;
                result[length++] = high;
            }
        }
        return FromSorted(result.AsSpan(0, length));
    }

    /// <summary>Takes bounds that are sorted, disjoint and non-adjacent already.</summary>
    internal static IntervalSet<T> FromSorted(ReadOnlySpan<T> bounds) =>
        bounds.Length == 0 ? Empty : bounds.Length == 2 ? Of(bounds[0], bounds[1]) : new(bounds.ToArray());

    public bool Contains(T value)
    {
        int low = 0, high = Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            if (value < bounds[2 * middle]) high = middle - 1;
            else if (value > bounds[2 * middle + 1]) low = middle + 1;
            else return true;
        }
        return false;
    }

    public IntervalSet<T> Union(IntervalSet<T> other)
    {
        if (IsEmpty || other.IsAll) return other;
        if (other.IsEmpty || IsAll) return this;
        var all = new List<(T, T)>(Count + other.Count);
        for (var i = 0; i < bounds.Length; i += 2) all.Add((bounds[i], bounds[i + 1]));
        for (var i = 0; i < other.bounds.Length; i += 2) all.Add((other.bounds[i], other.bounds[i + 1]));
        return Union(all);
    }

    public IntervalSet<T> Intersect(IntervalSet<T> other)
    {
        if (IsAll || ReferenceEquals(this, other)) return other;
        if (other.IsAll) return this;
        var result = new T[2 * (Count + other.Count)];
        return FromSorted(result.AsSpan(0, IntervalMath.Intersect(bounds, other.bounds, result)));
    }

    /// <summary>What is in this set and not in <paramref name="other"/>.</summary>
    public IntervalSet<T> Except(IntervalSet<T> other)
    {
        if (other.IsAll || ReferenceEquals(this, other)) return Empty;
        if (other.IsEmpty) return this;
        var result = new T[2 * (Count + other.Count)];
        return FromSorted(result.AsSpan(0, IntervalMath.Except(bounds, other.bounds, result)));
    }

    public IntervalSet<T> Complement() => All.Except(this);

    public bool Overlaps(IntervalSet<T> other) => IntervalMath.Overlaps<T>(bounds, other.bounds);

    /// <summary>Whether every number of <paramref name="other"/> is in this set.</summary>
    public bool Covers(IntervalSet<T> other) => IntervalMath.Covers<T>(bounds, other.bounds);

    public bool Equals(IntervalSet<T>? other) => other is not null && (ReferenceEquals(this, other) || bounds.AsSpan().SequenceEqual(other.bounds));

    public override bool Equals(object? obj) => Equals(obj as IntervalSet<T>);

    public override int GetHashCode()
    {
        // Not lo^hi or the like: prefixes would fall into few values and tables become lists (seen: 80 times slower).
        var hash = new HashCode();
        foreach (var bound in bounds) hash.Add(bound);
        return hash.ToHashCode();
    }
}
