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
        if (Count == items.Length) Grow();
        items[Count++] = item;
    }

    private void Grow() => Array.Resize(ref items, Count * 2);
}

/// <summary>Finds the intervals that overlap a query, and says how many there are before it looks for them.</summary>
/// <remarks>
/// Intervals sorted by their low end, with the greatest high end of each half: a search tree without nodes. Query: O(log n + found). What an item is on another
/// axis stands beside it: of those that overlap here, few do there too, and to look them up elsewhere costs most.
/// </remarks>
internal sealed class IntervalIndex<T>
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    /// <summary>So many are looked through one after the other.</summary>
    private const int Few = 16;

    private readonly T[] lows;
    private readonly T[] highs;
    private readonly Place[] places;

    /// <param name="low">Low ends, in any order; taken over.</param>
    /// <param name="high">High ends, aligned with <paramref name="low"/>; taken over.</param>
    /// <param name="item">What each interval belongs to.</param>
    /// <param name="other">The ends on another axis, aligned as well; null: not told.</param>
    public IntervalIndex(T[] low, T[] high, int[] item, (T Low, T High)[]? other = null)
    {
        var order = Order.Sort(low);
        places = new Place[low.Length];
        for (var i = 0; i < order.Length; i++)
        {
            var (from, to) = other is null ? (Numbers.Least<T>(), Numbers.Most<T>()) : other[order[i]];
            places[i] = new() { Low = low[i], High = high[order[i]], OtherLow = from, OtherHigh = to, Item = item[order[i]] };
        }
        Greatest(0, places.Length);
        (lows, highs) = (low, high);
        Order.Sort(highs);
    }

    /// <summary>How many intervals overlap the query (an interval that overlaps two of its parts counts twice).</summary>
    public long Count(ReadOnlySpan<T> query)
    {
        long count = 0;
        for (var i = 0; i < query.Length; i += 2)
            count += AtMost(lows, query[i + 1]) - Below(highs, query[i]);
        return count;
    }

    /// <summary>Appends the items whose intervals overlap the query; an item may come more than once.</summary>
    public void Collect(ReadOnlySpan<T> query, Ints to) => Collect(query, Numbers.Least<T>(), Numbers.Most<T>(), to);

    /// <summary>The same, without those that lie outside of some numbers on the other axis.</summary>
    public void Collect(ReadOnlySpan<T> query, T otherLow, T otherHigh, Ints to)
    {
        for (var i = 0; i < query.Length; i += 2) Collect(0, places.Length, new() { Low = query[i], High = query[i + 1], OtherLow = otherLow, OtherHigh = otherHigh }, to);
    }

    private void Collect(int from, int to, in Place query, Ints found)
    {
        while (to - from > Few)
        {
            var middle = (from + to) >> 1;
            ref readonly var place = ref places[middle];
            if (Numbers.Less(place.Greatest, query.Low)) return;
            Collect(from, middle, query, found);
            if (Numbers.Less(query.High, place.Low)) return;
            if (Meet(place, query)) found.Add(place.Item);
            from = middle + 1;
        }
        foreach (ref readonly var place in places.AsSpan(from, to - from))
        {
            if (Numbers.Less(query.High, place.Low)) return;
            if (Meet(place, query)) found.Add(place.Item);
        }
    }

    private static bool Meet(in Place place, in Place query) =>
        !Numbers.Less(place.High, query.Low) && !Numbers.Less(query.OtherHigh, place.OtherLow) && !Numbers.Less(place.OtherHigh, query.OtherLow);

    private T Greatest(int from, int to)
    {
        if (from >= to) return Numbers.Least<T>();
        var middle = (from + to) >> 1;
        var most = places[middle].High;
        T before = Greatest(from, middle), behind = Greatest(middle + 1, to);
        if (Numbers.Less(most, before)) most = before;
        if (Numbers.Less(most, behind)) most = behind;
        return places[middle].Greatest = most;
    }

    private struct Place
    {
        public T Low, High, Greatest, OtherLow, OtherHigh;
        public int Item;
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
