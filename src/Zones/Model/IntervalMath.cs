using System.Numerics;
using System.Runtime.InteropServices;

namespace Sekisho.Zones.Model;

/// <summary>Set algebra on flat interval bounds (low, high, low, high, …; sorted, disjoint, non-adjacent), without allocation.</summary>
internal static class IntervalMath
{
    /// <summary>Shorter sets are looked through.</summary>
    private const int FewBounds = 24;

    /// <summary>So many are in order soonest by putting one after the other in its place.</summary>
    private const int FewToSort = 24;

    /// <summary>The intervals of a set between the ends of another: of sixty thousand hosts, those that a question is about.</summary>
    public static ReadOnlySpan<T> Near<T>(ReadOnlySpan<T> set, ReadOnlySpan<T> other)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (set.Length <= FewBounds || other.Length == 0) return set;
        var (low, high) = (other[0], other[^1]);
        int from = 0, to = set.Length / 2;
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (Numbers.Less(set[(2 * middle) + 1], low)) from = middle + 1;
            else to = middle;
        }
        var first = from;
        to = set.Length / 2;
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (!Numbers.Less(high, set[2 * middle])) from = middle + 1;
            else to = middle;
        }
        return set[(2 * first)..(2 * from)];
    }

    /// <summary>The union of intervals in any order; puts them in order. <paramref name="to"/> needs room for all of them.</summary>
    /// <returns>How many bounds were written.</returns>
    public static int Union<T>(List<(T Low, T High)> intervals, Span<T> to)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        Sort(intervals);
        var length = 0;
        foreach (var (low, high) in CollectionsMarshal.AsSpan(intervals))
        {
            if (Numbers.Less(high, low)) continue;
            // Adjacent intervals grow together: bounds are the same whatever the pieces were.
            if (length > 0 && (Numbers.Same(to[length - 1], Numbers.Most<T>()) || !Numbers.Less(Numbers.Next(to[length - 1]), low)))
            {
                if (Numbers.Less(to[length - 1], high)) to[length - 1] = high;
            }
            else
            {
                to[length++] = low;
                to[length++] = high;
            }
        }
        return length;
    }

    /// <returns>How many bounds were written.</returns>
    public static int Intersect<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> to)
        where T : unmanaged, IBinaryInteger<T>
    {
        a = Near(a, b);
        b = Near(b, a);
        int i = 0, j = 0, n = 0;
        while (i < a.Length && j < b.Length)
        {
            var low = Numbers.Less(b[j], a[i]) ? a[i] : b[j];
            var high = Numbers.Less(a[i + 1], b[j + 1]) ? a[i + 1] : b[j + 1];
            if (!Numbers.Less(high, low))
            {
                to[n++] = low;
                to[n++] = high;
            }
            if (Numbers.Less(a[i + 1], b[j + 1])) i += 2;
            else j += 2;
        }
        return n;
    }

    /// <summary>a without b. <paramref name="to"/> needs room for both together.</summary>
    /// <returns>How many bounds were written.</returns>
    public static int Except<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> to)
        where T : unmanaged, IBinaryInteger<T>
    {
        b = Near(b, a);
        int j = 0, n = 0;
        for (var i = 0; i < a.Length; i += 2)
        {
            var low = a[i];
            var high = a[i + 1];
            while (j < b.Length && Numbers.Less(b[j + 1], low)) j += 2;
            var k = j;
            var open = true;
            while (k < b.Length && !Numbers.Less(high, b[k]))
            {
                if (Numbers.Less(low, b[k]))
                {
                    to[n++] = low;
                    to[n++] = Numbers.Before(b[k]);
                }
                if (!Numbers.Less(b[k + 1], high))
                {
                    open = false;
                    break;
                }
                low = Numbers.Next(b[k + 1]);
                k += 2;
            }
            j = k;
            if (!open) continue;
            to[n++] = low;
            to[n++] = high;
        }
        return n;
    }

    public static bool Overlaps<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b)
        where T : unmanaged, IBinaryInteger<T>
    {
        a = Near(a, b);
        b = Near(b, a);
        int i = 0, j = 0;
        while (i < a.Length && j < b.Length)
        {
            if (Numbers.Less(a[i + 1], b[j])) i += 2;
            else if (Numbers.Less(b[j + 1], a[i])) j += 2;
            else return true;
        }
        return false;
    }

    /// <summary>Whether all of <paramref name="b"/> lies in <paramref name="a"/>.</summary>
    public static bool Covers<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b)
        where T : unmanaged, IBinaryInteger<T>
    {
        a = Near(a, b);
        var i = 0;
        for (var j = 0; j < b.Length; j += 2)
        {
            while (i < a.Length && Numbers.Less(a[i + 1], b[j])) i += 2;
            if (i >= a.Length || Numbers.Less(b[j], a[i]) || Numbers.Less(a[i + 1], b[j + 1])) return false;
        }
        return true;
    }

    private static void Sort<T>(List<(T Low, T High)> intervals)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (intervals.Count > FewToSort)
        {
            intervals.Sort(static (a, b) => a.Low.CompareTo(b.Low));
            return;
        }
        var all = CollectionsMarshal.AsSpan(intervals);
        for (var i = 1; i < all.Length; i++)
        {
            var moving = all[i];
            var to = i;
            for (; to > 0 && Numbers.Less(moving.Low, all[to - 1].Low); to--) all[to] = all[to - 1];
            all[to] = moving;
        }
    }
}
