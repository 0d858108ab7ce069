using System.Numerics;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Engine;

/// <summary>
/// What of a region is left when entries are taken away: the heart of the proof. Exact; depth first, so that one packet is found without working out all of them.
/// </summary>
/// <remarks>
/// At each step: entries that don't touch the region are dropped; one that holds all of it ends the branch; those that hold all of it but on one axis are taken
/// away together; many others are halved at a median of their bounds; few are subtracted one by one (at most one piece an axis).
/// Worst case exponential in the axes, therefore a budget; when it is used up, the caller asks the decision diagrams.
/// </remarks>
internal sealed class Residual<T>
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    public const long DefaultBudget = 1 << 20;

    /// <summary>More candidates than this are halved, not subtracted one by one.</summary>
    private const int Many = 12;

    private readonly Universe<T> universe;
    private readonly Ints candidates = new();

    /// <summary>Beside each candidate of the step at hand, its open axes.</summary>
    private byte[] opens = new byte[256];
    private readonly List<(T, T)> addresses = [];
    private readonly List<(ushort, ushort)> ports = [];
    private readonly List<T> cuts = [];
    private readonly List<ushort> portCuts = [];
    private long budget;
    private long rest;
    private int wanted;
    private List<Region>? pieces;
    private Region first;

    public Residual(Universe<T> universe) => this.universe = universe;

    /// <summary>Whether the last search ended without an answer.</summary>
    public bool Exhausted => budget < 0;

    /// <summary>Looks for one piece of the region that no cover holds.</summary>
    /// <param name="uncovered">Lies on the stacks of the universe until the caller releases them.</param>
    /// <returns>False when everything is covered, and when the budget ran out (<see cref="Exhausted"/>).</returns>
    public bool Find(in Region region, ReadOnlySpan<int> covers, out Region uncovered, long budget = DefaultBudget)
    {
        this.budget = budget;
        pieces = null;
        wanted = 1;
        var found = Begin(region, covers);
        uncovered = first;
        return found;
    }

    /// <summary>Appends pieces of the region that no cover holds (disjoint, but where returns of chains overlap), at most <paramref name="most"/>.</summary>
    /// <param name="rest">Steps for what comes after the first piece.</param>
    /// <returns>Whether they are all of it.</returns>
    public bool Enumerate(in Region region, ReadOnlySpan<int> covers, int most, List<Region> to, long budget = DefaultBudget, long rest = long.MaxValue)
    {
        (this.budget, this.rest) = (budget, rest);
        pieces = to;
        wanted = to.Count + most + 1;
        var cut = Begin(region, covers);
        if (cut) to.RemoveAt(to.Count - 1);
        return !cut && !Exhausted;
    }

    /// <summary>What was found is enough, whether or not there were steps left to look for more.</summary>
    public void Answered() => budget = Math.Max(budget, 0);

    private bool Begin(in Region region, ReadOnlySpan<int> covers)
    {
        candidates.Count = 0;
        foreach (var cover in covers) candidates.Add(cover);
        return Search(region, 0, candidates.Count);
    }

    private bool Search(Region region, int from, int to)
    {
        var mark = candidates.Count;
        var found = Narrow(region, from, to);
        candidates.Count = mark;
        return found;
    }

    private bool Narrow(Region region, int from, int to)
    {
        while (true)
        {
            if (--budget < 0) return false;
            var mine = candidates.Count;
            var gaps = default(Gaps);
            var box = universe.BoxOf(region);
            for (var i = from; i < to; i++)
            {
                var c = candidates[i];
                var open = universe.Open(c, region, box);
                if (open < 0) continue;
                var isWhole = universe.IsWhole(c);
                if (open == 0 && isWhole) return false;
                gaps.Add(open, isWhole);
                candidates.Add(c);
                Remember(open);
            }
            if (candidates.Count == mine) return Keep(region);
            (from, to) = (mine, candidates.Count);

            if (gaps.Single != 0)
            {
                if (!CutAtOnce(ref region, gaps.Single, from, to)) return false;
                continue; // once more, with less region
            }
            if (to - from > Many && gaps.Widest != 0 && Halve(region, gaps.Widest, from, to, out var found)) return found;
            return Subtract(region, Best(from, to), from, to);
        }
    }

    private bool Keep(in Region region)
    {
        if (pieces is null)
        {
            first = region;
            return true;
        }
        pieces.Add(region);
        budget = Math.Min(budget, rest);
        return pieces.Count >= wanted;
    }

    /// <summary>Keeps the open axes of the candidate that was added last.</summary>
    private void Remember(int open)
    {
        if (candidates.Count > opens.Length) Array.Resize(ref opens, Math.Max(opens.Length * 2, candidates.Count));
        opens[candidates.Count - 1] = (byte)open;
    }

    /// <summary>Counts on which axes candidates fall short.</summary>
    private struct Gaps
    {
        private int source, destination, port, sourcePort;

        /// <summary>An axis on which alone some entries without guards fall short.</summary>
        public int Single { get; private set; }

        /// <summary>The axis (not kinds) on which most candidates fall short.</summary>
        public readonly int Widest
        {
            get
            {
                var most = Math.Max(Math.Max(source, destination), Math.Max(port, sourcePort));
                return most == 0 ? 0 : most == destination ? 2 : most == source ? 1 : most == port ? 4 : 8;
            }
        }

        public void Add(int open, bool sure)
        {
            source += open & 1;
            destination += open >> 1 & 1;
            port += open >> 2 & 1;
            sourcePort += open >> 3 & 1;
            if (sure && (open & (open - 1)) == 0) Single = open;
        }
    }

    /// <summary>The candidate that falls short on fewest axes: fewest pieces.</summary>
    private int Best(int from, int to)
    {
        int best = from, least = int.MaxValue;
        for (var i = from; i < to; i++)
        {
            var open = BitOperations.PopCount((uint)opens[i]) + (universe.IsWhole(candidates[i]) ? 0 : 4);
            if (open >= least) continue;
            (best, least) = (i, open);
        }
        return best;
    }

    /// <summary>Takes away together all that fall short on one axis only.</summary>
    /// <returns>False when nothing is left.</returns>
    private bool CutAtOnce(ref Region region, int axis, int from, int to)
    {
        addresses.Clear();
        ports.Clear();
        var kinds = 0ul;
        for (var i = from; i < to; i++)
        {
            if (opens[i] != axis || !universe.IsWhole(candidates[i])) continue;
            ref readonly var e = ref universe[candidates[i]];
            switch (axis)
            {
                case 1: Collect(IntervalMath.Near(universe.Addresses[e.Source], universe.Addresses[region.Source]), addresses); break;
                case 2: Collect(IntervalMath.Near(universe.Addresses[e.Destination], universe.Addresses[region.Destination]), addresses); break;
                case 4: Collect(IntervalMath.Near(universe.Ports[e.DestinationPorts], universe.Ports[region.DestinationPorts]), ports); break;
                case 8: Collect(IntervalMath.Near(universe.Ports[e.SourcePorts], universe.Ports[region.SourcePorts]), ports); break;
                default: kinds |= universe.Masks[e.Tail]; break;
            }
        }
        switch (axis)
        {
            case 1: return !(region.Source = universe.Addresses.Except(region.Source, universe.Addresses.Union(addresses))).IsEmpty;
            case 2: return !(region.Destination = universe.Addresses.Except(region.Destination, universe.Addresses.Union(addresses))).IsEmpty;
            case 4: return !(region.DestinationPorts = universe.Ports.Except(region.DestinationPorts, universe.Ports.Union(ports))).IsEmpty;
            case 8: return !(region.SourcePorts = universe.Ports.Except(region.SourcePorts, universe.Ports.Union(ports))).IsEmpty;
            default: return (region.Kinds &= ~kinds) != 0;
        }
    }

    private static void Collect<TNumber>(ReadOnlySpan<TNumber> bounds, List<(TNumber, TNumber)> to)
    {
        for (var i = 0; i < bounds.Length; i += 2) to.Add((bounds[i], bounds[i + 1]));
    }

    /// <summary>Cuts the region in two at a median of the candidates' bounds.</summary>
    /// <returns>False when no bound lies inside it.</returns>
    private bool Halve(in Region region, int axis, int from, int to, out bool found)
    {
        found = false;
        var (left, right) = (region, region);
        var mark = universe.Mark;
        if (axis <= 2)
        {
            var set = axis == 1 ? region.Source : region.Destination;
            if (!Median(universe.Addresses, set, axis, from, to, out var cut)) return false;
            var low = universe.Addresses.Intersect(set, universe.Addresses.Push([Numbers.Least<T>(), cut]));
            var high = universe.Addresses.Intersect(set, universe.Addresses.Push([Numbers.Next(cut), Numbers.Most<T>()]));
            if (axis == 1) (left.Source, right.Source) = (low, high);
            else (left.Destination, right.Destination) = (low, high);
        }
        else
        {
            var set = axis == 4 ? region.DestinationPorts : region.SourcePorts;
            if (!Median(universe.Ports, set, axis, from, to, out var cut)) return false;
            var low = universe.Ports.Intersect(set, universe.Ports.Push([0, cut]));
            var high = universe.Ports.Intersect(set, universe.Ports.Push([(ushort)(cut + 1), ushort.MaxValue]));
            if (axis == 4) (left.DestinationPorts, right.DestinationPorts) = (low, high);
            else (left.SourcePorts, right.SourcePorts) = (low, high);
        }
        found = Search(left, from, to) || Search(right, from, to);
        if (!found && pieces is null) universe.Release(mark);
        return true;
    }

    private bool Median(SetStack<T> sets, Seg region, int axis, int from, int to, out T cut)
    {
        cuts.Clear();
        var bounds = sets[region];
        var (low, high) = (bounds[0], bounds[^1]);
        var step = Math.Max(1, (to - from) / 64);
        for (var i = from; i < to; i += step)
        {
            ref readonly var e = ref universe[candidates[i]];
            Cuts(sets[axis == 1 ? e.Source : e.Destination], low, high, cuts);
        }
        cut = default;
        if (cuts.Count == 0) return false;
        cuts.Sort();
        cut = cuts[cuts.Count / 2];
        return true;
    }

    private bool Median(SetStack<ushort> sets, Seg region, int axis, int from, int to, out ushort cut)
    {
        portCuts.Clear();
        var bounds = sets[region];
        var (low, high) = (bounds[0], bounds[^1]);
        var step = Math.Max(1, (to - from) / 64);
        for (var i = from; i < to; i += step)
        {
            ref readonly var e = ref universe[candidates[i]];
            Cuts(sets[axis == 4 ? e.DestinationPorts : e.SourcePorts], low, high, portCuts);
        }
        cut = 0;
        if (portCuts.Count == 0) return false;
        portCuts.Sort();
        cut = portCuts[portCuts.Count / 2];
        return true;
    }

    /// <summary>Places c with low ≤ c &lt; high where a set begins behind c or ends at it; a few of them are enough.</summary>
    private static void Cuts<TNumber>(ReadOnlySpan<TNumber> bounds, TNumber low, TNumber high, List<TNumber> to)
        where TNumber : unmanaged, IBinaryInteger<TNumber>
    {
        var step = Math.Max(2, bounds.Length / 8 & ~1);
        for (var i = 0; i < bounds.Length; i += step)
        {
            if (Numbers.Less(low, bounds[i]) && !Numbers.Less(high, bounds[i])) to.Add(Numbers.Before(bounds[i]));
            if (!Numbers.Less(bounds[i + 1], low) && Numbers.Less(bounds[i + 1], high)) to.Add(bounds[i + 1]);
        }
    }

    /// <summary>Takes one candidate away: at most one piece for each axis, and what its guards keep from it.</summary>
    private bool Subtract(in Region region, int at, int from, int to)
    {
        var pivot = candidates[at];
        candidates[at] = candidates[to - 1];
        candidates[to - 1] = pivot;
        to--;
        var e = universe[pivot];
        var rest = region;
        var mark = universe.Mark;

        var part = universe.Addresses.Except(rest.Destination, e.Destination);
        if (!part.IsEmpty && Search(rest with { Destination = part }, from, to)) return true;
        rest.Destination = universe.Addresses.Intersect(rest.Destination, e.Destination);
        part = universe.Addresses.Except(rest.Source, e.Source);
        if (!part.IsEmpty && Search(rest with { Source = part }, from, to)) return true;
        rest.Source = universe.Addresses.Intersect(rest.Source, e.Source);
        part = universe.Ports.Except(rest.DestinationPorts, e.DestinationPorts);
        if (!part.IsEmpty && Search(rest with { DestinationPorts = part }, from, to)) return true;
        rest.DestinationPorts = universe.Ports.Intersect(rest.DestinationPorts, e.DestinationPorts);
        part = universe.Ports.Except(rest.SourcePorts, e.SourcePorts);
        if (!part.IsEmpty && Search(rest with { SourcePorts = part }, from, to)) return true;
        rest.SourcePorts = universe.Ports.Intersect(rest.SourcePorts, e.SourcePorts);
        var kinds = universe.Masks[e.Tail];
        if ((rest.Kinds & ~kinds) != 0 && Search(rest with { Kinds = rest.Kinds & ~kinds }, from, to)) return true;
        rest.Kinds &= kinds;

        for (var guard = e.IsWhole ? -1 : e.Guard; guard >= 0; guard = universe[guard].Guard)
            if (Universe<T>.Concerns(universe[guard].Role, e.Role) && universe.Meet(rest, guard, out var kept) && Search(kept, from, to)) return true;
        if (pieces is null) universe.Release(mark);
        return false;
    }
}
