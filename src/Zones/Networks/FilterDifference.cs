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
        IReadOnlyList<string> was = [], becomes = [];
        Parallel.Invoke(() => was = Topology.InterfacesOf(before), () => becomes = Topology.InterfacesOf(after));
        var inbound = was.Union(becomes, StringComparer.Ordinal).ToArray();
        var keys = before.Filters.Concat(after.Filters).Select(static f => (f.Place, f.Name)).Distinct().ToArray();
        foreach (var (place, name) in keys)
        {
            var old = before.Filters.FirstOrDefault(f => f.Place == place && f.Name == name);
            var now = after.Filters.FirstOrDefault(f => f.Place == place && f.Name == name);
            var touched = Touched(before, old, after, now);
            if (touched is { IsNothing: true }) continue;
            // Rules that nothing touched is near to are left out once for all pairs of interfaces.
            var (v4, v6) = (Near<uint>(before, after, touched), Near<UInt128>(before, after, touched));
            string[] outbound = place == FilterPlace.Inbound ? [""] : inbound;
            foreach (var from in inbound)
                foreach (var to in outbound)
                {
                    complete &= new Pair<uint>(v4.Before, old, v4.After, now, from, to).Compare(touched, changes);
                    complete &= new Pair<UInt128>(v6.Before, old, v6.After, now, from, to).Compare(touched, changes);
                }
        }
        return changes;
    }

    /// <summary>Whether two versions of a filter decide every packet of some matches the same, between one pair of interfaces.</summary>
    internal static bool IsSame(Device before, Device after, Filter filter, string inbound, string outbound, List<Match> within)
    {
        var changes = new List<FlowChange>();
        var edit = new Edit(within, [], []);
        return Same<uint>() & Same<UInt128>() && changes.Count == 0;

        bool Same<T>()
            where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
        {
            var near = Near<T>(before, after, edit);
            return new Pair<T>(near.Before, filter, near.After, filter, inbound, outbound) { Kinds = KindClasses.Every() }.Compare(edit, changes);
        }
    }

    /// <summary>What an edit touches.</summary>
    /// <param name="Regions">All of these packets.</param>
    /// <param name="Before">Packets that these decide before.</param>
    /// <param name="After">Packets that these decide afterwards. A packet that unchanged rules decide in both versions meets the same one: their order stayed.</param>
    private sealed record Edit(List<Match> Regions, List<Rule> Before, List<Rule> After)
    {
        public bool IsNothing => Regions.Count + Before.Count + After.Count == 0;

        public IEnumerable<Match> All => Regions.Concat(Before.Concat(After).Select(static r => r.May));
    }

    /// <summary>Rules that aren't in both versions at the same place; null: everything may have changed.</summary>
    private static Edit? Touched(Device before, Filter? old, Device after, Filter? now)
    {
        if (old is null || now is null || old.Default != now.Default || old.Chain != now.Chain || old.OnlyV6 != now.OnlyV6 || old.In.ToString() != now.In.ToString() || old.Out.ToString() != now.Out.ToString()) return null;
        var edit = new Edit([], [], []);
        var (olds, news) = (ByName(before), ByName(after));
        foreach (var name in olds.Keys.Union(news.Keys, StringComparer.Ordinal))
        {
            var (gone, come) = RuleSequence.Changed(olds.GetValueOrDefault(name)?.Rules ?? [], news.GetValueOrDefault(name)?.Rules ?? []);
            Sort(gone, edit.Before);
            Sort(come, edit.After);
        }
        return edit;

        // Where chains lead elsewhere, all that may go there is touched.
        void Sort(List<Rule> rules, List<Rule> deciding)
        {
            foreach (var rule in rules)
                if (rule.Action is RuleAction.Return or RuleAction.Jump or RuleAction.Goto) edit.Regions.Add(rule.May);
                else if (rule.Action != RuleAction.Continue) deciding.Add(rule);
        }

        static Dictionary<string, Chain> ByName(Device device) => device.Chains.GroupBy(static c => c.Name, StringComparer.Ordinal).ToDictionary(static c => c.Key, static c => c.First(), StringComparer.Ordinal);
    }

    /// <summary>Both versions without rules that decide nothing of what an edit touches, in one family.</summary>
    private static (Device Before, Device After) Near<T>(Device before, Device after, Edit? edit)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        if (edit is null) return (before, after);
        var touched = edit.All.Where(static m => !Universe<T>.FamilyOf(m.Source).IsEmpty && !Universe<T>.FamilyOf(m.Destination).IsEmpty).ToArray();
        // Nothing of this family is asked for.
        if (touched.Length == 0) return (before, after);
        var (low, high, item, ends) = (new List<T>(), new List<T>(), new List<int>(), new List<(T, T)>());
        for (var i = 0; i < touched.Length; i++)
        {
            var bounds = Universe<T>.FamilyOf(touched[i].Source).Bounds;
            for (var b = 0; b < bounds.Length; b += 2)
            {
                low.Add(bounds[b]);
                high.Add(bounds[b + 1]);
                item.Add(i);
                var destination = Universe<T>.FamilyOf(touched[i].Destination).Bounds;
                ends.Add((destination[0], destination[^1]));
            }
        }
        var index = new IntervalIndex<T>([.. low], [.. high], [.. item], [.. ends]);
        // Two long lists, read once from end to end: each by a processor of its own.
        var (was, becomes) = (before, after);
        Parallel.Invoke(() => was = Without(before, new()), () => becomes = Without(after, new()));
        return (was, becomes);

        Device Without(Device device, Ints found) => device with { Chains = [.. device.Chains.Select(c => c with { Rules = [.. c.Rules.Where(r => IsNear(r, found))] })] };

        bool IsNear(Rule rule, Ints found)
        {
            if (rule.Action is RuleAction.Return or RuleAction.Jump or RuleAction.Goto) return true;
            var destination = Universe<T>.FamilyOf(rule.May.Destination);
            if (destination.IsEmpty) return false;
            found.Count = 0;
            index.Collect(Universe<T>.FamilyOf(rule.May.Source).Bounds, destination.Bounds[0], destination.Bounds[^1], found);
            foreach (var i in found.Span)
                if (destination.Overlaps(Universe<T>.FamilyOf(touched[i].Destination))) return true;
            return false;
        }
    }

    /// <summary>Two versions between one pair of interfaces, in one family.</summary>
    private sealed class Pair<T>(Device before, Filter? old, Device after, Filter? now, string inbound, string outbound)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        private readonly TailTable tails = new();
        private readonly Ints covers = new();

        /// <summary>The packets that count.</summary>
        public IEnumerable<Kind> Kinds { get; init; } = KindClasses.Opening();

        public bool Compare(Edit? edit, List<FlowChange> changes)
        {
            if (edit is not null && !edit.All.Any(m => m.In.Contains(inbound) && m.Out.Contains(outbound) && !Universe<T>.FamilyOf(m.Source).IsEmpty && !Universe<T>.FamilyOf(m.Destination).IsEmpty)) return true;
            var universe = new Universe<T>(tails);
            var products = new Products<T>(universe);
            var (was, becomes) = (Program(universe, before, old), Program(universe, after, now));
            var regions = new List<Product>();
            if (edit is null) regions.Add(products.Any);
            else
                foreach (var match in edit.Regions)
                    if (match.In.Contains(inbound) && match.Out.Contains(outbound)) products.Of(match, products.Any, regions);
            var complete = true;
            var classes = KindClasses.Of(Kinds, tails.Tails);
            var residual = new Residual<T>(universe);
            for (var round = 0; round < classes.Rounds; round++)
            {
                universe.Judge(classes, round);
                var all = universe.Whole(classes.All(round));
                var (source, target) = (was is null ? null : Slice<T>.Of(universe, was, all), becomes is null ? null : Slice<T>.Of(universe, becomes, all));
                var done = new List<int>();
                foreach (var p in regions)
                    Tell(new() { Source = p.Source, Destination = p.Destination, SourcePorts = p.SourcePorts, DestinationPorts = p.DestinationPorts, Kinds = universe.Masks[p.Tail] }, p.Tail);
                if (edit is null) continue;
                if (source is not null) Decided(source, target, edit.Before, true);
                if (target is not null) Decided(target, source, edit.After, false);

                // What an edited rule decides: its packets without those of earlier rules. One version's answer is then known, and only the other is asked.
                void Decided(Slice<T> slice, Slice<T>? other, List<Rule> rules, bool before)
                {
                    if (rules.Count == 0) return;
                    var edited = rules.ToHashSet(ReferenceEqualityComparer.Instance);
                    foreach (var e in slice.Entries)
                    {
                        if (universe.RuleOf(e) is not { } rule || !edited.Contains(rule)) continue;
                        var region = universe.RegionOf(e);
                        covers.Count = 0;
                        slice.Earlier(region, e, covers);
                        universe.GuardsOf(e, covers);
                        var pieces = new List<Region>();
                        if (!residual.Enumerate(region, covers.Span, MostPieces, pieces))
                        {
                            Tell(region, universe[e].Tail);
                            continue;
                        }
                        foreach (var piece in pieces)
                        {
                            complete &= Otherwise(universe, classes, round, piece, e, other?.Within(piece), before, done, changes);
                            Done(piece, universe[e].Tail);
                        }
                    }
                }

                void Tell(Region clip, int tail)
                {
                    if (clip.Kinds == 0) return;
                    var (from, to) = (source?.Within(clip), target?.Within(clip));
                    complete &= OneWay(universe, classes, round, clip, from, to, done, true, changes);
                    complete &= OneWay(universe, classes, round, clip, to, from, done, false, changes);
                    Done(clip, tail);
                }

                // What one changed rule touches isn't told again for the next. Kinds of a piece are fewer than its tail says: such a piece covers nothing.
                void Done(Region clip, int tail)
                {
                    if (clip.Kinds != universe.Masks[tail]) return;
                    done.Add(universe.Add(new Entry
                    {
                        Source = universe.Addresses.Persist(clip.Source), Destination = universe.Addresses.Persist(clip.Destination), SourcePorts = universe.Ports.Persist(clip.SourcePorts),
                        DestinationPorts = universe.Ports.Persist(clip.DestinationPorts), Tail = tail, Guard = -1, Role = Role.Cover,
                    }, null));
                    universe.Extend();
                }
            }
            return complete;
        }

        private FilterProgram<T>? Program(Universe<T> universe, Device device, Filter? filter) =>
            filter is null || (filter.OnlyV6 ?? Universe<T>.IsV6) != Universe<T>.IsV6 || !filter.In.Contains(inbound) || (filter.Place != FilterPlace.Inbound && !filter.Out.Contains(outbound)) ? null
            : FilterProgram<T>.Compile(universe, device, filter, inbound, outbound, Bound.Upper);

        /// <summary>What the other version does with packets that an entry decides, where it isn't the same. A filter that isn't there accepts all.</summary>
        /// <param name="other">Near the packets; null: no filter.</param>
        /// <param name="before">Whether the entry is one of the version before.</param>
        private bool Otherwise(Universe<T> universe, KindClasses classes, int round, in Region piece, int entry, Slice<T>? other, bool before, List<int> done, List<FlowChange> changes)
        {
            var accepts = universe[entry].Role == Role.Accept;
            if (other is null && accepts) return true;
            var residual = new Residual<T>(universe);
            var complete = true;
            if (other is null)
            {
                complete = Left(piece, -1);
            }
            else
            {
                foreach (var e in other.Entries)
                    if (universe[e].Role == (accepts ? Role.Drop : Role.Accept)) complete &= Meeting(piece, e);
                if (accepts) complete &= Left(piece, -1);
            }
            return complete;

            bool Meeting(in Region piece, int e)
            {
                var mark = universe.Mark;
                var all = !universe.Meet(piece, e, out var region) || Left(region, e);
                universe.Release(mark);
                return all;
            }

            bool Left(in Region region, int e)
            {
                covers.Count = 0;
                other?.Earlier(region, e < 0 ? int.MaxValue : e, covers);
                if (e >= 0) universe.GuardsOf(e, covers);
                foreach (var cover in done) covers.Add(cover);
                var (its, others) = (universe.RuleOf(entry), e < 0 ? null : universe.RuleOf(e));
                return Keep(residual, universe, classes, round, region, before ? its : others, before ? others : its, before != accepts, changes);
            }
        }

        /// <summary>Adds what of a region no cover holds.</summary>
        private bool Keep(Residual<T> residual, Universe<T> universe, KindClasses classes, int round, in Region region, Rule? was, Rule? becomes, bool opened, List<FlowChange> changes)
        {
            var pieces = new List<Region>();
            var all = residual.Enumerate(region, covers.Span, MostPieces, pieces);
            foreach (var piece in pieces)
                changes.Add(new(after.Name, (now ?? old)!.Name, inbound, outbound, opened, Traffic.Of(universe, classes, round, piece), Traffic.Pick(universe, classes, round, piece),
                    was, becomes, was is { Must: not null } || becomes is { Must: not null }));
            return all;
        }

        /// <summary>What <paramref name="target"/> accepts and <paramref name="source"/> didn't. A filter that isn't there accepts all.</summary>
        private bool OneWay(Universe<T> universe, KindClasses classes, int round, in Region clip, Slice<T>? source, Slice<T>? target, List<int> done, bool opened, List<FlowChange> changes)
        {
            if (source is null) return true;
            var residual = new Residual<T>(universe);
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
                    if (drop >= 0) universe.GuardsOf(drop, covers);
                    if (accept >= 0)
                    {
                        target!.Earlier(region, accept, covers);
                        universe.GuardsOf(accept, covers);
                    }
                    foreach (var cover in done) covers.Add(cover);
                    var (was, become) = (drop < 0 ? null : universe.RuleOf(drop), accept < 0 ? null : universe.RuleOf(accept));
                    return Keep(residual, universe, classes, round, region, opened ? was : become, opened ? become : was, opened, changes);
                }
            }
            return complete;
        }
    }
}
