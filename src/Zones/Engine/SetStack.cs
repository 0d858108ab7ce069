using System.Numerics;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Engine;

/// <summary>A set inside a <see cref="SetStack{T}"/>: where its bounds begin (below zero: among those kept for good) and how many there are.</summary>
internal readonly record struct Seg(int Start, int Length)
{
    public bool IsEmpty => Length == 0;
}

/// <summary>Interval sets without objects: those of rules are kept for good, those of a search lie on a stack and are released as it backs out.</summary>
internal sealed class SetStack<T>
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    private readonly Dictionary<IntervalSet<T>, Seg> known = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<IntervalSet<T>, Seg> named = [];
    private T[] kept = new T[1024];
    private T[] data = new T[1024];
    private int keptTop;
    private int top;

    public SetStack() => All = Persist([Numbers.Least<T>(), Numbers.Most<T>()]);

    /// <summary>The whole universe.</summary>
    public Seg All { get; }

    public static Seg Empty => default;

    /// <summary>Give it to <see cref="Release"/>: what was pushed since goes.</summary>
    public int Mark => top;

    public void Release(int mark) => top = mark;

    public ReadOnlySpan<T> this[Seg set] => set.Start < 0 ? kept.AsSpan(~set.Start, set.Length) : data.AsSpan(set.Start, set.Length);

    public Seg Push(ReadOnlySpan<T> bounds)
    {
        Room(bounds.Length);
        bounds.CopyTo(data.AsSpan(top));
        return Take(bounds.Length);
    }

    /// <summary>Pushes the union of intervals in any order; puts them in order.</summary>
    public Seg Union(List<(T Low, T High)> intervals)
    {
        Room(2 * intervals.Count);
        return Take(IntervalMath.Union(intervals, data.AsSpan(top)));
    }

    /// <summary>Keeps a set of the model for good; sets that rules share are kept once.</summary>
    public Seg Keep(IntervalSet<T> set)
    {
        if (set.IsEmpty) return Empty;
        if (set.IsAll) return All;
        if (set.Count == 1) return Persist(set.Bounds);
        if (!known.TryGetValue(set, out var seg)) known.Add(set, seg = Persist(set.Bounds));
        return seg;
    }

    /// <summary>Keeps a set of the stack for good.</summary>
    public Seg Persist(Seg set) => set.Start < 0 || set.IsEmpty ? set : Persist(this[set]);

    /// <summary>A name that lasts for what is in a set: places on the stack are used again for other sets.</summary>
    public Seg Name(Seg set)
    {
        if (set.Start < 0 || set.IsEmpty) return set;
        var content = ToSet(set);
        if (!named.TryGetValue(content, out var name)) named.Add(content, name = Persist(set));
        return name;
    }

    private Seg Persist(ReadOnlySpan<T> bounds)
    {
        if (keptTop + bounds.Length > kept.Length) Array.Resize(ref kept, Math.Max(kept.Length * 2, keptTop + bounds.Length));
        bounds.CopyTo(kept.AsSpan(keptTop));
        var seg = new Seg(~keptTop, bounds.Length);
        keptTop += bounds.Length;
        return seg;
    }

    public Seg Intersect(Seg a, Seg b)
    {
        if (a.Length == 2 && b.Length == 2)
        {
            var one = this[a];
            var other = this[b];
            T low = one[0], high = one[1], otherLow = other[0], otherHigh = other[1];
            if (!Numbers.Less(low, otherLow) && !Numbers.Less(otherHigh, high)) return a;
            if (!Numbers.Less(otherLow, low) && !Numbers.Less(high, otherHigh)) return b;
            if (Numbers.Less(low, otherLow)) low = otherLow;
            if (Numbers.Less(otherHigh, high)) high = otherHigh;
            return Numbers.Less(high, low) ? Empty : Push([low, high]);
        }
        if (Covers(b, a)) return a;
        if (Covers(a, b)) return b;
        Room(a.Length + b.Length);
        return Take(IntervalMath.Intersect<T>(this[a], this[b], data.AsSpan(top)));
    }

    public Seg Except(Seg a, Seg b)
    {
        Room(a.Length + b.Length);
        return Take(IntervalMath.Except<T>(this[a], this[b], data.AsSpan(top)));
    }

    public bool Overlaps(Seg a, Seg b)
    {
        var one = this[a];
        var other = this[b];
        return one.Length == 2 && other.Length == 2 ? !Numbers.Less(other[1], one[0]) && !Numbers.Less(one[1], other[0]) : IntervalMath.Overlaps(one, other);
    }

    /// <summary>Whether some number from <paramref name="low"/> to <paramref name="high"/> is in a set.</summary>
    public bool Overlaps(Seg set, T low, T high)
    {
        var bounds = this[set];
        int from = 0, to = bounds.Length / 2;
        while (from < to)
        {
            var middle = (from + to) >> 1;
            if (Numbers.Less(bounds[2 * middle + 1], low)) from = middle + 1;
            else to = middle;
        }
        return from < bounds.Length / 2 && !Numbers.Less(high, bounds[2 * from]);
    }

    /// <summary>Whether all of <paramref name="b"/> lies in <paramref name="a"/>.</summary>
    public bool Covers(Seg a, Seg b)
    {
        var one = this[a];
        var other = this[b];
        return one.Length == 2 && other.Length == 2 ? !Numbers.Less(other[0], one[0]) && !Numbers.Less(one[1], other[1]) : IntervalMath.Covers(one, other);
    }

    public IntervalSet<T> ToSet(Seg set) => IntervalSet<T>.FromSorted(this[set]);

    private Seg Take(int length)
    {
        if (length == 0) return Empty;
        var seg = new Seg(top, length);
        top += length;
        return seg;
    }

    private void Room(int more)
    {
        if (top + more > data.Length) Array.Resize(ref data, Math.Max(data.Length * 2, top + more));
    }
}
