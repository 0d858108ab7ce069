using System.Numerics;
using Sekisho.Zones.Engine;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Networks;

/// <summary>A class of packets that a change lets pass, or stops (変更の影響).</summary>
/// <param name="Opened">True: passes now, didn't before.</param>
/// <param name="Before">The rule that decided before; null: a default.</param>
/// <param name="After">The rule that decides now.</param>
/// <param name="Perhaps">An unknown condition is among what decides.</param>
public sealed record FlowChange(string Device, string Filter, string Inbound, string Outbound, bool Opened, Traffic Traffic, ExamplePacket Example, Rule? Before, Rule? After, bool Perhaps);

/// <summary>The exact difference between what two versions of a filter let pass. Only what changed rules touch is worked out.</summary>
public static class FilterDifference
{
    private const int MostPieces = 2000;

    /// <summary>Compares two versions of one device, filter by filter and interface pair by interface pair.</summary>
    /// <param name="complete">False when there were more classes than are listed.</param>
    public static IReadOnlyList<FlowChange> Compare(Device before, Device after, out bool complete)
    {
        var changes = new List<FlowChange>();
        complete = true;
        var inbound = Topology.InterfacesOf(before).Union(Topology.InterfacesOf(after), StringComparer.Ordinal).ToArray();
        var keys = before.Filters.Concat(after.Filters).Select(static f => (f.Place, f.Name)).Distinct().ToArray();
        foreach (var (place, name) in keys)
        {
            var old = before.Filters.FirstOrDefault(f => f.Place == place && f.Name == name);
            var now = after.Filters.FirstOrDefault(f => f.Place == place && f.Name == name);
            var touched = Touched(before, old, after, now);
            if (touched is { Count: 0 }) continue;
            string[] outbound = place == FilterPlace.Inbound ? [""] : inbound;
            foreach (var from in inbound)
                foreach (var to in outbound)
                {
                    complete &= new Pair<uint>(before, old, after, now, from, to).Compare(touched, changes);
                    complete &= new Pair<UInt128>(before, old, after, now, from, to).Compare(touched, changes);
                }
        }
        return changes;
    }

    /// <summary>Whether two versions of a filter decide every packet of some matches the same, between one pair of interfaces.</summary>
    internal static bool IsSame(Device before, Device after, Filter filter, string inbound, string outbound, List<Match> within)
    {
        var changes = new List<FlowChange>();
        return new Pair<uint>(before, filter, after, filter, inbound, outbound) { Kinds = KindClasses.Every() }.Compare(within, changes)
            & new Pair<UInt128>(before, filter, after, filter, inbound, outbound) { Kinds = KindClasses.Every() }.Compare(within, changes) && changes.Count == 0;
    }

    /// <summary>The matches of rules that aren't in both versions at the same place; null: everything may have changed.</summary>
    private static List<Match>? Touched(Device before, Filter? old, Device after, Filter? now)
    {
        if (old is null || now is null || old.Default != now.Default || old.Chain != now.Chain || old.OnlyV6 != now.OnlyV6 || old.In.ToString() != now.In.ToString() || old.Out.ToString() != now.Out.ToString()) return null;
        var touched = new List<Match>();
        var names = before.Chains.Concat(after.Chains).Select(static c => c.Name).Distinct(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var a = before.Chains.FirstOrDefault(c => c.Name == name)?.Rules ?? [];
            var b = after.Chains.FirstOrDefault(c => c.Name == name)?.Rules ?? [];
            foreach (var rule in RuleSequence.Changed(a, b)) touched.Add(rule.May);
        }
        return touched;
    }

    /// <summary>Two versions between one pair of interfaces, in one family.</summary>
    private sealed class Pair<T>(Device before, Filter? old, Device after, Filter? now, string inbound, string outbound)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        private readonly TailTable tails = new();
        private readonly Ints covers = new();

        /// <summary>The packets that count.</summary>
        public IEnumerable<Kind> Kinds { get; init; } = KindClasses.Opening();

        public bool Compare(List<Match>? touched, List<FlowChange> changes)
        {
            if (touched is not null && !touched.Exists(m => m.In.Contains(inbound) && m.Out.Contains(outbound) && !Universe<T>.FamilyOf(m.Source).IsEmpty && !Universe<T>.FamilyOf(m.Destination).IsEmpty)) return true;
            var universe = new Universe<T>(tails);
            var products = new Products<T>(universe);
            var upper = (Program(universe, before, old), Program(universe, after, now));
            var regions = new List<Product>();
            if (touched is null) regions.Add(products.Any);
            else
                foreach (var match in touched)
                    if (match.In.Contains(inbound) && match.Out.Contains(outbound)) products.Of(match, products.Any, regions);
            foreach (var region in regions) tails.Keep(region.Tail);
            var complete = true;
            var classes = KindClasses.Of(Kinds, tails.Tails);
            for (var round = 0; round < classes.Rounds; round++)
            {
                universe.Judge(classes, round);
                var done = new List<int>();
                foreach (var p in regions)
                {
                    var clip = new Region { Source = p.Source, Destination = p.Destination, SourcePorts = p.SourcePorts, DestinationPorts = p.DestinationPorts, Kinds = classes.MaskOf(p.Tail, round) };
                    if (clip.Kinds == 0) continue;
                    complete &= OneWay(universe, classes, round, clip, upper.Item1, upper.Item2, done, true, changes);
                    complete &= OneWay(universe, classes, round, clip, upper.Item2, upper.Item1, done, false, changes);
                    // What one changed rule touches isn't told again for the next.
                    done.Add(universe.Add(new Entry { Source = p.Source, Destination = p.Destination, SourcePorts = p.SourcePorts, DestinationPorts = p.DestinationPorts, Tail = tails.Keep(p.Tail), Guard = -1, Role = Role.Cover }, null));
                    universe.Extend();
                }
            }
            return complete;
        }

        private FilterProgram<T>? Program(Universe<T> universe, Device device, Filter? filter) =>
            filter is null || (filter.OnlyV6 ?? Universe<T>.IsV6) != Universe<T>.IsV6 || !filter.In.Contains(inbound) || (filter.Place != FilterPlace.Inbound && !filter.Out.Contains(outbound)) ? null
            : FilterProgram<T>.Compile(universe, device, filter, inbound, outbound, Bound.Upper);

        /// <summary>What <paramref name="to"/> accepts and <paramref name="from"/> didn't. A filter that isn't there accepts all.</summary>
        private bool OneWay(Universe<T> universe, KindClasses classes, int round, in Region clip, FilterProgram<T>? from, FilterProgram<T>? to, List<int> done, bool opened, List<FlowChange> changes)
        {
            if (from is null) return true;
            var residual = new Residual<T>(universe);
            var source = Slice<T>.Of(universe, from, clip);
            var target = to is null ? null : Slice<T>.Of(universe, to, clip);
            var complete = true;
            foreach (var accept in target is null ? [-1] : target.Accepting(clip, false))
            {
                var mark = universe.Mark;
                var accepted = clip;
                if (accept < 0 || universe.Meet(clip, accept, out accepted))
                {
                    // Denied before: by an entry that drops, or by running off the end.
                    foreach (var drop in source.Entries)
                        if (universe[drop].Role == Role.Drop) complete &= Both(drop);
                    complete &= Both(-1);
                }
                universe.Release(mark);

                bool Both(int drop)
                {
                    var region = accepted;
                    if (drop >= 0 && !universe.Meet(accepted, drop, out region)) return true;
                    covers.Count = 0;
                    source.Earlier(region, drop < 0 ? int.MaxValue : drop, covers);
                    if (drop >= 0) Guards(drop);
                    if (accept >= 0)
                    {
                        target!.Earlier(region, accept, covers);
                        Guards(accept);
                    }
                    foreach (var cover in done) covers.Add(cover);
                    var pieces = new List<Region>();
                    var all = residual.Enumerate(region, covers.Span, MostPieces, pieces);
                    foreach (var piece in pieces)
                    {
                        var (was, become) = (drop < 0 ? null : universe.RuleOf(drop), accept < 0 ? null : universe.RuleOf(accept));
                        changes.Add(new(after.Name, (now ?? old)!.Name, inbound, outbound, opened, Traffic.Of(universe, classes, round, piece), Traffic.Pick(universe, classes, round, piece),
                            opened ? was : become, opened ? become : was, was is { Must: not null } || become is { Must: not null }));
                    }
                    return all;
                }

                void Guards(int entry)
                {
                    for (var guard = universe[entry].Guard; guard >= 0; guard = universe[guard].Guard)
                        if (Universe<T>.Concerns(universe[guard].Role, universe[entry].Role)) covers.Add(guard);
                }
            }
            return complete;
        }
    }
}
