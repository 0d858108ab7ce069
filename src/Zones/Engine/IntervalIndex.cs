using System.Numerics;

namespace Sekisho.Zones.Engine;

/// <summary>Numbers that grow at the end; a list without the checks of one.</summary>
internal sealed class Ints
{
    private int[] items = new int[256];

    public int Count { get; set; }

    public int this[int i]
    {
        get => items[i];
        set => items[i] = value;
    }

    public ReadOnlySpan<int> Span => items.AsSpan(0, Count);

    public void Add(int item)
    {
        if (Count == items.Length) Array.Resize(ref items, Count * 2);
        items[Count++] = item;
    }
}

/// <summary>Finds the intervals that overlap a query, and says how many there are before it looks for them.</summary>
/// <remarks>Intervals sorted by their low end, with the greatest high end of each half: a search tree without nodes. Query: O(log n + found).</remarks>
internal sealed class IntervalIndex<T>
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    private readonly T[] low;
    private readonly T[] high;
    private readonly T[] greatest;
    private readonly T[] highs;
    private readonly int[] item;

    /// <param name="low">Low ends, in any order; taken over.</param>
    /// <param name="high">High ends, aligned with <paramref name="low"/>.</param>
    /// <param name="item">What each interval belongs to.</param>
    public IntervalIndex(T[] low, T[] high, int[] item)
    {
        var order = new int[low.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(low, order);
        this.low = low;
        this.high = new T[low.Length];
        this.item = new int[low.Length];
        for (var i = 0; i < order.Length; i++)
        {
            this.high[i] = high[order[i]];
            this.item[i] = item[order[i]];
        }
        greatest = new T[low.Length];
        Greatest(0, low.Length);
        highs = high;
        Array.Sort(highs);
    }

    /// <summary>How many intervals overlap the query (an interval that overlaps two of its parts counts twice).</summary>
    public long Count(ReadOnlySpan<T> query)
    {
        long count = 0;
        for (var i = 0; i < query.Length; i += 2)
            count += AtMost(low, query[i + 1]) - Below(highs, query[i]);
        return count;
    }

    /// <summary>Appends the items whose intervals overlap the query; an item may come more than once.</summary>
    public void Collect(ReadOnlySpan<T> query, Ints to)
    {
        for (var i = 0; i < query.Length; i += 2) Collect(0, low.Length, query[i], query[i + 1], to);
    }

    private void Collect(int from, int to, T queryLow, T queryHigh, Ints found)
    {
        while (from < to)
        {
            var middle = (from + to) >> 1;
            if (greatest[middle] < queryLow) return;
            Collect(from, middle, queryLow, queryHigh, found);
            if (low[middle] > queryHigh) return;
            if (high[middle] >= queryLow) found.Add(item[middle]);
            from = middle + 1;
        }
    }

    private T Greatest(int from, int to)
    {
        if (from >= to) return T.MinValue;
        var middle = (from + to) >> 1;
        var most = T.Max(high[middle], T.Max(Greatest(from, middle), Greatest(middle + 1, to)));
        greatest[middle] = most;
        return most;
    }

    private static int AtMost(T[] sorted, T value)
    {
        int from = 0, to = sorted.Length;
        while (from < to)
        {
            var middle = (from + to) >> 1;
            if (sorted[middle] <= value) from = middle + 1;
            else to = middle;
        }
        return from;
    }

    private static int Below(T[] sorted, T value)
    {
        int from = 0, to = sorted.Length;
        while (from < to)
        {
            var middle = (from + to) >> 1;
            if (sorted[middle] < value) from = middle + 1;
            else to = middle;
        }
        return from;
    }
}
