using System.Numerics;

namespace Sekisho.Zones.Engine;

/// <summary>The entries of a filter that concern one region of packets, in order, with indexes over their sets.</summary>
internal sealed class Slice<T>
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    /// <summary>Fewer entries than this are looked through without an index.</summary>
    private const int FewEntries = 48;

    /// <summary>As many questions are answered without one.</summary>
    private const int FewQuestions = 3;

    private readonly Universe<T> universe;
    private readonly int[] entries;
    private readonly Ints found = new();
    private int[] seen = [];
    private Axis<T>? source;
    private Axis<T>? destination;
    private Axis<T>? sourceless;
    private Axis<T>? destinationless;
    private Axis<ushort>? bare;
    private Axis<ushort>? ports;
    private int query;
    private int asked;

    private Slice(Universe<T> universe, FilterProgram<T> program, int[] entries) => (this.universe, Program, this.entries) = (universe, program, entries);

    /// <returns>Whether there are indexes now.</returns>
    private bool Index()
    {
        if (source is not null) return true;
        if (entries.Length <= FewEntries) return false;
        seen = new int[entries.Length];
        // What holds every source is looked for by its destination, and the other way: a few hundred such rules would come with every query.
        var all = universe.Addresses.All;
        source = Axis<T>.Over(universe.Addresses, entries, e => universe[e].Source, e => universe[e].Source != all, e => universe.DestinationEnds(e));
        destination = Axis<T>.Over(universe.Addresses, entries, e => universe[e].Destination, e => universe[e].Destination != all, e => universe.SourceEnds(e));
        sourceless = Axis<T>.Over(universe.Addresses, entries, e => universe[e].Destination, e => universe[e].Source == all && universe[e].Destination != all);
        destinationless = Axis<T>.Over(universe.Addresses, entries, e => universe[e].Source, e => universe[e].Destination == all && universe[e].Source != all);
        bare = Axis<ushort>.Over(universe.Ports, entries, e => universe[e].DestinationPorts, e => universe[e].Source == all && universe[e].Destination == all);
        return true;
    }

    public FilterProgram<T> Program { get; }

    /// <summary>Entries that accept or drop, in order.</summary>
    public ReadOnlySpan<int> Entries => entries;

    /// <summary>Cuts out what concerns packets of a region. Entries aren't clipped to it: one that reaches beyond it still covers.</summary>
    /// <param name="toTheEnd">Also entries behind one that decides all of the region.</param>
    public static Slice<T> Of(Universe<T> universe, FilterProgram<T> program, in Region region, bool toTheEnd = false)
    {
        var kept = new List<int>();
        // A slice serves regions of any ports.
        var box = universe.BoxOf(region with { SourcePorts = universe.Ports.All, DestinationPorts = universe.Ports.All });
        for (var e = program.First; e < program.End; e++)
        {
            if (universe.IsBeside(e, box)) continue;
            ref readonly var entry = ref universe[e];
            if (entry.Role > Role.Accept || (universe.Masks[entry.Tail] & region.Kinds) == 0) continue;
            if (!universe.Addresses.Overlaps(entry.Destination, region.Destination) || !universe.Addresses.Overlaps(entry.Source, region.Source)) continue;
            kept.Add(e);
            if (!toTheEnd && Decides(universe, entry, region)) break;
        }
        return new(universe, program, [.. kept]);
    }

    /// <summary>The part of a slice that concerns a smaller region.</summary>
    public Slice<T> Within(in Region region)
    {
        if (!Index()) return this;
        var near = new Ints();
        Earlier(region, int.MaxValue, near);
        var kept = near.Span.ToArray();
        Array.Sort(kept);
        return new(universe, Program, kept);
    }

    private static bool Decides(Universe<T> universe, in Entry entry, in Region region) =>
        entry.IsWhole && (region.Kinds & ~universe.Masks[entry.Tail]) == 0 && universe.Addresses.Covers(entry.Source, region.Source) && universe.Addresses.Covers(entry.Destination, region.Destination)
        && universe.Ports.Covers(entry.DestinationPorts, region.DestinationPorts) && universe.Ports.Covers(entry.SourcePorts, region.SourcePorts);

    /// <summary>The accepting entries that may overlap a region, in order.</summary>
    /// <param name="narrow">The region is small against the slice: ask the indexes.</param>
    public IReadOnlyList<int> Accepting(in Region region, bool narrow)
    {
        var near = new List<int>();
        if (!narrow || !Index())
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
        if (source is null && (++asked <= FewQuestions || !Index()))
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
        var bySource = source!.Count(from) + sourceless!.Count(at);
        var byDestination = destination!.Count(at) + destinationless!.Count(from);
        found.Count = 0;
        if (Math.Min(bySource, byDestination) > FewEntries && (ports ??= Axis<ushort>.Over(universe.Ports, entries, e => universe[e].DestinationPorts, static _ => true)).Count(by) < Math.Min(bySource, byDestination))
        {
            ports.Collect(by, found);
        }
        else if (bySource <= byDestination)
        {
            source.Collect(from, at, found);
            sourceless!.Collect(at, found);
            bare!.Collect(by, found);
        }
        else
        {
            destination.Collect(at, from, found);
            destinationless!.Collect(from, found);
            bare!.Collect(by, found);
        }
        query++;
        foreach (var position in found.Span)
        {
            if (seen[position] == query) continue;
            seen[position] = query;
            if (entries[position] < before) to.Add(entries[position]);
        }
    }
}

/// <summary>One axis of some entries of a slice: positions whose set is everything stand apart, they always overlap.</summary>
internal sealed class Axis<T>
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    /// <summary>Sets of more intervals than this stand with those that are everything: one candidate more costs less than thousands of places in the index.</summary>
    private const int ManyIntervals = 64;

    private readonly int[] everywhere;
    private readonly IntervalIndex<T> index;

    private Axis(int[] everywhere, IntervalIndex<T> index) => (this.everywhere, this.index) = (everywhere, index);

    /// <param name="other">The ends of an entry on another axis.</param>
    public static Axis<T> Over(SetStack<T> sets, int[] entries, Func<int, Seg> of, Func<int, bool> which, Func<int, (T, T)>? other = null)
    {
        var everywhere = new List<int>();
        var intervals = 0;
        foreach (var entry in entries)
        {
            if (!which(entry)) continue;
            var set = of(entry);
            intervals += IsEverywhere(set) ? 0 : set.Length / 2;
        }
        var low = new T[intervals];
        var high = new T[intervals];
        var item = new int[intervals];
        var ends = other is null ? null : new (T, T)[intervals];
        var n = 0;
        for (var position = 0; position < entries.Length; position++)
        {
            if (!which(entries[position])) continue;
            var set = of(entries[position]);
            if (IsEverywhere(set))
            {
                everywhere.Add(position);
                continue;
            }
            var bounds = sets[set];
            for (var i = 0; i < bounds.Length; i += 2)
            {
                (low[n], high[n], item[n]) = (bounds[i], bounds[i + 1], position);
                if (ends is not null) ends[n] = other!(entries[position]);
                n++;
            }
        }
        return new([.. everywhere], new(low, high, item, ends));

        bool IsEverywhere(Seg set) => set == sets.All || set.Length > 2 * ManyIntervals;
    }

    public long Count(ReadOnlySpan<T> query) => everywhere.Length + index.Count(query);

    public void Collect(ReadOnlySpan<T> query, Ints to)
    {
        foreach (var position in everywhere) to.Add(position);
        index.Collect(query, to);
    }

    /// <summary>The same, without those that <paramref name="other"/> tells to lie outside on the other axis.</summary>
    public void Collect(ReadOnlySpan<T> query, ReadOnlySpan<T> other, Ints to)
    {
        foreach (var position in everywhere) to.Add(position);
        index.Collect(query, other[0], other[^1], to);
    }
}
