using System.Numerics;
using Sekisho.Zones.Model;

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
        var order = Order.Sort(low);
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
        Order.Sort(highs);
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
            if (Numbers.Less(greatest[middle], queryLow)) return;
            Collect(from, middle, queryLow, queryHigh, found);
            if (Numbers.Less(queryHigh, low[middle])) return;
            if (!Numbers.Less(high[middle], queryLow)) found.Add(item[middle]);
            from = middle + 1;
        }
    }

    private T Greatest(int from, int to)
    {
        if (from >= to) return Numbers.Least<T>();
        var middle = (from + to) >> 1;
        var most = high[middle];
        T before = Greatest(from, middle), behind = Greatest(middle + 1, to);
        if (Numbers.Less(most, before)) most = before;
        if (Numbers.Less(most, behind)) most = behind;
        greatest[middle] = most;
        return most;
    }

    private static int AtMost(T[] sorted, T value)
    {
        int from = 0, to = sorted.Length;
        while (from < to)
        {
            var middle = (from + to) >> 1;
            if (!Numbers.Less(value, sorted[middle])) from = middle + 1;
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
            if (Numbers.Less(sorted[middle], value)) from = middle + 1;
            else to = middle;
        }
        return from;
    }
}

/// <summary>Puts numbers in order.</summary>
internal static class Order
{
    private const int Digits = 11, Values = 1 << Digits;

    /// <summary>Sorts in place; numbers of 32 bits in three rounds over all, however many there are.</summary>
    /// <returns>Where each stood before.</returns>
    public static int[] Sort<T>(T[] numbers)
        where T : unmanaged, IBinaryInteger<T>
    {
        var order = new int[numbers.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        if (numbers is uint[] { Length: > Values / 8 } addresses) Sort(addresses, order);
        else Array.Sort(numbers, order);
        return order;
    }

    private static void Sort(uint[] numbers, int[] order)
    {
        var (spare, spareOrder) = (new uint[numbers.Length], new int[numbers.Length]);
        var (from, fromOrder, to, toOrder) = (numbers, order, spare, spareOrder);
        var starts = new int[Values];
        for (var shift = 0; shift < 32; shift += Digits)
        {
            Array.Clear(starts);
            foreach (var number in from) starts[number >> shift & (Values - 1)]++;
            var at = 0;
            for (var digit = 0; digit < starts.Length; digit++) (starts[digit], at) = (at, at + starts[digit]);
            for (var i = 0; i < from.Length; i++)
            {
                ref var place = ref starts[from[i] >> shift & (Values - 1)];
                to[place] = from[i];
                toOrder[place++] = fromOrder[i];
            }
            (from, fromOrder, to, toOrder) = (to, toOrder, from, fromOrder);
        }
        // Three rounds: the last one wrote into the spare.
        from.CopyTo(numbers, 0);
        fromOrder.CopyTo(order, 0);
    }
}
