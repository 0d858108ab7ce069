using System.Numerics;

namespace Sekisho.Zones.Model;

/// <summary>Set algebra on flat interval bounds (low, high, low, high, …; sorted, disjoint, non-adjacent), without allocation.</summary>
internal static class IntervalMath
{
    /// <summary>Shorter sets are looked through.</summary>
    private const int FewBounds = 24;

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
            if (set[(2 * middle) + 1] < low) from = middle + 1;
            else to = middle;
        }
        var first = from;
        to = set.Length / 2;
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (set[2 * middle] <= high) from = middle + 1;
            else to = middle;
        }
        return set[(2 * first)..(2 * from)];
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
            var low = a[i] > b[j] ? a[i] : b[j];
            var high = a[i + 1] < b[j + 1] ? a[i + 1] : b[j + 1];
            if (low <= high)
            {
                to[n++] = low;
                to[n++] = high;
            }
            if (a[i + 1] < b[j + 1]) i += 2;
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
            while (j < b.Length && b[j + 1] < low) j += 2;
            var k = j;
            var open = true;
            while (k < b.Length && b[k] <= high)
            {
                if (b[k] > low)
                {
                    to[n++] = low;
                    to[n++] = b[k] - T.One;
                }
                if (b[k + 1] >= high)
                {
                    open = false;
                    break;
                }
                low = b[k + 1] + T.One;
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
            if (a[i + 1] < b[j]) i += 2;
            else if (b[j + 1] < a[i]) j += 2;
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
            while (i < a.Length && a[i + 1] < b[j]) i += 2;
            if (i >= a.Length || a[i] > b[j] || a[i + 1] < b[j + 1]) return false;
        }
        return true;
    }
}
