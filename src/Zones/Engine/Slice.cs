using System.Numerics;

namespace Sekisho.Zones.Engine;

/// <summary>The entries of a filter that concern one region of packets, in order, with indexes over their sets.</summary>
internal sealed class Slice<T>
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    /// <summary>Fewer entries than this are looked through without an index.</summary>
    private const int FewEntries = 48;

    private readonly Universe<T> universe;
    private readonly int[] entries;
    private readonly int[] seen;
    private readonly Ints found = new();
    private readonly Axis<T>? source;
    private readonly Axis<T>? destination;
    private readonly Axis<ushort>? ports;
    private int query;

    private Slice(Universe<T> universe, FilterProgram<T> program, int[] entries)
    {
        (this.universe, Program, this.entries) = (universe, program, entries);
        seen = entries.Length <= FewEntries ? [] : new int[entries.Length];
        if (entries.Length <= FewEntries) return;
        source = Axis<T>.Over(universe.Addresses, entries, e => universe[e].Source);
        destination = Axis<T>.Over(universe.Addresses, entries, e => universe[e].Destination);
        ports = Axis<ushort>.Over(universe.Ports, entries, e => universe[e].DestinationPorts);
    }

    public FilterProgram<T> Program { get; }

    /// <summary>Entries that accept or drop, in order.</summary>
    public ReadOnlySpan<int> Entries => entries;

    /// <summary>Cuts out what concerns packets of a region. Entries aren't clipped to it: one that reaches beyond it still covers.</summary>
    public static Slice<T> Of(Universe<T> universe, FilterProgram<T> program, in Region region)
    {
        var kept = new List<int>();
        for (var e = program.First; e < program.End; e++)
        {
            ref readonly var entry = ref universe[e];
            if (entry.Role > Role.Accept || (universe.Masks[entry.Tail] & region.Kinds) == 0) continue;
            if (!universe.Addresses.Overlaps(entry.Destination, region.Destination) || !universe.Addresses.Overlaps(entry.Source, region.Source)) continue;
            kept.Add(e);
        }
        return new(universe, program, [.. kept]);
    }

    /// <summary>The accepting entries that may overlap a region, in order.</summary>
    /// <param name="narrow">The region is small against the slice: ask the indexes.</param>
    public IReadOnlyList<int> Accepting(in Region region, bool narrow)
    {
        var near = new List<int>();
        if (!narrow || source is null)
        {
            foreach (var e in entries)
                if (universe[e].Role == Role.Accept) near.Add(e);
            return near;
        }
        var all = new Ints();
        Earlier(region, int.MaxValue, all);
        foreach (var e in all.Span)
            if (universe[e].Role == Role.Accept) near.Add(e);
        near.Sort();
        return near;
    }

    /// <summary>Appends the entries before <paramref name="before"/> that may overlap the region, on the axis where fewest do.</summary>
    public void Earlier(in Region region, int before, Ints to)
    {
        if (source is null)
        {
            foreach (var e in entries)
            {
                if (e >= before) return;
                to.Add(e);
            }
            return;
        }
        var from = universe.Addresses[region.Source];
        var at = universe.Addresses[region.Destination];
        var by = universe.Ports[region.DestinationPorts];
        var (bySource, byDestination, byPorts) = (source.Count(from), destination!.Count(at), ports!.Count(by));
        found.Count = 0;
        if (bySource <= byDestination && bySource <= byPorts) source.Collect(from, found);
        else if (byDestination <= byPorts) destination.Collect(at, found);
        else ports.Collect(by, found);
        query++;
        foreach (var position in found.Span)
        {
            if (seen[position] == query) continue;
            seen[position] = query;
            if (entries[position] < before) to.Add(entries[position]);
        }
    }
}

/// <summary>One axis of a slice: positions whose set is everything stand apart, they always overlap.</summary>
internal sealed class Axis<T>
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    private readonly int[] everywhere;
    private readonly IntervalIndex<T> index;

    private Axis(int[] everywhere, IntervalIndex<T> index) => (this.everywhere, this.index) = (everywhere, index);

    public static Axis<T> Over(SetStack<T> sets, int[] entries, Func<int, Seg> of)
    {
        var everywhere = new List<int>();
        var intervals = 0;
        foreach (var entry in entries)
        {
            var set = of(entry);
            intervals += set == sets.All ? 0 : set.Length / 2;
        }
        var low = new T[intervals];
        var high = new T[intervals];
        var item = new int[intervals];
        var n = 0;
        for (var position = 0; position < entries.Length; position++)
        {
            var set = of(entries[position]);
            if (set == sets.All)
            {
                everywhere.Add(position);
                continue;
            }
            var bounds = sets[set];
            for (var i = 0; i < bounds.Length; i += 2)
            {
                (low[n], high[n], item[n]) = (bounds[i], bounds[i + 1], position);
                n++;
            }
        }
        return new([.. everywhere], new(low, high, item));
    }

    public long Count(ReadOnlySpan<T> query) => everywhere.Length + index.Count(query);

    public void Collect(ReadOnlySpan<T> query, Ints to)
    {
        foreach (var position in everywhere) to.Add(position);
        index.Collect(query, to);
    }
}
