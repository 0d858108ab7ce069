using Sekisho.Zones.Engine;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Networks;

/// <summary>The stations of one device, in their order.</summary>
internal sealed partial class FlowSearch<T>
{
    private void Enter(int index, string inbound, in Flow flow, in Region clip)
    {
        var device = topology.Devices[index];
        if (Full || (!device.Forwards && index != own) || CameBefore(index, inbound)) return;
        if (++entered > MaxWays)
        {
            Troubles.Add($"{device.Name}: more than {MaxWays:N0} ways");
            return;
        }
        if (passed.Count >= MaxHops)
        {
            Troubles.Add($"{device.Name}: more than {MaxHops} devices on one way");
            return;
        }
        if (Topology.IsLone(device) && !device.Filters.IsEmpty && device.Filters.All(static f => f.OnlyV6 is { } v6 && v6 != Universe<T>.IsV6))
        {
            // Rules of the other family alone say nothing of this one; its rules may be in another file.
            if (!topology.HasOtherFamily(device)) Troubles.Add($"{device.Name}: no rules for {(Universe<T>.IsV6 ? "IPv6" : "IPv4")}");
            return;
        }
        passed.Add((index, inbound));
        Visited.Add((index, inbound, ""));
        if (device.NatOrder.InboundSeesNewDestination)
        {
            TranslateDestination(index, inbound, flow, clip, (in Flow f, in Region c, NatRule? later) =>
            {
                var inner = c;
                Through(index, FilterPlace.Inbound, inbound, "", f, inner, (in Flow g) => Onward(index, inbound, g, inner, later));
            });
        }
        else
        {
            var outside = clip;
            Through(index, FilterPlace.Inbound, inbound, "", flow, clip, (in Flow f) => TranslateDestination(index, inbound, f, outside, (in Flow g, in Region c, NatRule? later) => Onward(index, inbound, g, c, later)));
        }
        passed.RemoveAt(passed.Count - 1);
    }

    /// <summary>Whether these packets (or more) went on from here already. A device that is passed again by another routing table, or that may route by more than
    /// destinations, isn't the same place: a switch on both sides of a firewall is one.</summary>
    private bool CameBefore(int index, string inbound)
    {
        var device = topology.Devices[index];
        var rounds = 0;
        for (var i = 0; i < passed.Count; i++)
        {
            if (passed[i].Device != index) continue;
            if (passed[i].Inbound == inbound) rounds++;
            if (i >= passedFrom && (passed[i].Inbound == inbound || (!device.RoutesUnknown && topology.VrfOf(index, passed[i].Inbound) == topology.VrfOf(index, inbound)))) return true;
        }
        if (rounds < MaxRounds) return false;
        Troubles.Add($"{device.Name}: translations send packets in circles");
        return true;
    }

    private delegate void Translated(in Flow flow, in Region clip, NatRule? later);

    /// <summary>Through the device, or to its own services where these are asked for.</summary>
    private void Onward(int index, string inbound, in Flow flow, in Region clip, NatRule? later)
    {
        if (index != own)
        {
            Route(index, inbound, flow, clip, later);
            return;
        }
        // What is translated later is passed on. Where nobody has read what a device lets to itself, all of it may get there and nothing does for certain.
        var device = topology.Devices[index];
        if (later is not null || !Narrow(flow, target, out var meant) || (bound == Bound.Lower && !device.OwnFilters.Any(OfThisFamily))) return;
        Through(index, FilterPlace.Own, inbound, "", meant, clip, (in Flow f) =>
        {
            var unfiltered = path.Count == 0 || !ReferenceEquals(path[^1].Device, device);
            if (unfiltered) path.Add(new(device, null, null, null, inbound, ""));
            Arrive(f);
            if (unfiltered) path.RemoveAt(path.Count - 1);
        });
    }

    private static bool OfThisFamily(Filter filter) => (filter.OnlyV6 ?? Universe<T>.IsV6) == Universe<T>.IsV6;

    /// <summary>Routing, filters between interfaces, source translation and outbound filters, for each way out.</summary>
    /// <param name="later">A destination translation that filters between interfaces don't see yet.</param>
    private void Route(int index, string inbound, in Flow flow, in Region clip, NatRule? later)
    {
        var device = topology.Devices[index];
        foreach (var way in topology.WaysOut(index, inbound))
        {
            if (Full) return;
            if (bound == Bound.Lower && !way.Certain) continue;
            if (!wayDestinations.TryGetValue(way, out var destinations)) wayDestinations.Add(way, destinations = universe.Keep(way.Destinations));
            if (destinations.IsEmpty) continue;
            var mark = universe.Mark;
            Visited.Add((index, inbound, way.Interface));
            var outside = clip;
            var decided = path.Count;
            if (later is null)
            {
                var before = straight;
                (straight, tight) = (IsStraight(device, inbound, way), null);
                if (Narrow(flow, destinations, out var routed))
                    Through(index, FilterPlace.Forward, inbound, way.Interface, routed, clip, (in Flow f) => TranslateSource(index, inbound, way, f, outside));
                straight = before;
            }
            else if (universe.Addresses.Overlaps(ToOf(later), destinations))
            {
                Through(index, FilterPlace.Forward, inbound, way.Interface, flow, clip, (in Flow f) => Rewrite(index, inbound, later, f, destinations, (in Flow g, in Region c) => TranslateSource(index, inbound, way, g, c)));
            }
            path.RemoveRange(decided, path.Count - decided);
            universe.Release(mark);
        }
    }

    /// <summary>Whether what passes the filters between two interfaces arrives by this way, and nothing comes between.</summary>
    private bool IsStraight(Device device, string inbound, WayOut way) =>
        Watch is null && own < 0 && way.Next is null && !device.Nat.Any(n => n.Kind == NatKind.Source && n.May.In.Contains(inbound) && n.May.Out.Contains(way.Interface))
        && !device.Filters.Any(f => f.Place == FilterPlace.Outbound && f.In.Contains(inbound) && f.Out.Contains(way.Interface));

    private void Leave(int index, string inbound, WayOut way, in Flow flow, in Region clip)
    {
        var device = topology.Devices[index];
        var unfiltered = path.Count == 0 || !ReferenceEquals(path[^1].Device, device);
        if (unfiltered) path.Add(new(device, null, null, null, inbound, way.Interface));
        if (way.Next is { } next) Enter(next.Device, next.Interface, flow, clip);
        else if (own >= 0)
            foreach (var beside in topology.Beside(index, way.Interface, own, bound == Bound.Lower)) Enter(own, beside, flow, clip);
        else if (!excused(device, way.Interface)) Arrive(flow);
        if (unfiltered) path.RemoveAt(path.Count - 1);
    }

    private void Arrive(in Flow flow)
    {
        if (Watch is not null)
        {
            Tell(flow);
            return;
        }
        if (known is not null && known.Contains(path)) return;
        var mark = universe.Mark;
        // Here addresses are final: permitted flows count, if they didn't before.
        if (universe.Addresses.Overlaps(flow.Region.Destination, target))
        {
            var region = flow.Region;
            region.Destination = universe.Addresses.Intersect(region.Destination, target);
            var piece = flow.Piece;
            piece.Destination = universe.Addresses.Intersect(piece.Destination, target);
            if (!translatesDestinations && !piece.Destination.IsEmpty || Left(region, true, out piece))
                arrivals.Add(new(Traffic.Of(universe, classes, round, Tightened(region, piece)), Traffic.Pick(universe, classes, round, piece), [.. path]));
        }
        universe.Release(mark);
    }

    /// <summary>Tells of every filter on the way of what arrives.</summary>
    private void Tell(in Flow flow)
    {
        if (!universe.Addresses.Overlaps(flow.Region.Destination, target) || (mustTranslatePorts && !rewrites.Exists(static n => n is { Kind: NatKind.Destination, ToPorts: not null }))) return;
        foreach (var (kinds, first, second, tail) in ends)
        {
            var mark = universe.Mark;
            var region = flow.Region;
            region.Kinds &= kinds;
            region.Destination = universe.Addresses.Intersect(region.Destination, target);
            region.SourcePorts = universe.Ports.Intersect(region.SourcePorts, first);
            region.DestinationPorts = universe.Ports.Intersect(region.DestinationPorts, second);
            if (region.Kinds != 0 && !region.SourcePorts.IsEmpty && !region.DestinationPorts.IsEmpty && Left(region, false, out _))
                foreach (var meeting in meetings) Tell(meeting, region, tail);
            universe.Release(mark);
        }
    }

    /// <param name="arrived">The packets where they arrive.</param>
    private void Tell(Meeting meeting, in Region arrived, Tail tail)
    {
        var came = meeting.Region;
        var its = meeting.Tail.Intersect(tail);
        var next = rewrites.FindIndex(meeting.Rewritten, static n => n.Kind == NatKind.Destination);
        came.Kinds &= arrived.Kinds;
        if (next < 0)
        {
            came.Destination = universe.Addresses.Intersect(came.Destination, arrived.Destination);
            came.DestinationPorts = universe.Ports.Intersect(came.DestinationPorts, arrived.DestinationPorts);
        }
        else
        {
            // Before a translation the destination was another: one that it takes.
            var found = new List<Product>();
            products.Of(rewrites[next].May, products.Any, found);
            came.Destination = universe.Addresses.Intersect(came.Destination, universe.Keep(rewrites[next].May.Destination));
            if (found is [var product])
            {
                came.DestinationPorts = universe.Ports.Intersect(came.DestinationPorts, product.DestinationPorts);
                its = meeting.Tail.Intersect(universe.Tails.Tails[product.Tail] with { States = ConnectionStates.All, Fragments = Fragments.All });
            }
        }
        if (came.Kinds != 0 && !came.Destination.IsEmpty && !came.DestinationPorts.IsEmpty)
            Watch!(meeting with { Region = came, Tail = its, IsOneOfMany = meetings.Exists(m => m.Device == meeting.Device && m.Filter != meeting.Filter) });
    }

    private static bool Same(in Region a, in Region b) =>
        a.Source == b.Source && a.Destination == b.Destination && a.SourcePorts == b.SourcePorts && a.DestinationPorts == b.DestinationPorts && a.Kinds == b.Kinds;

    /// <summary>What of the region really arrives, as one product around it where that is simple; the whole region otherwise.</summary>
    private Region Tightened(in Region region, in Region piece)
    {
        if (straight && tight is { } its && !translatesDestinations && its.Covers == covers.Count + permitted.Count && Same(its.Region, region)) return its.Left;
        pieces.Clear();
        var mark = covers.Count;
        if (sourceIsOld) foreach (var cover in permitted) covers.Add(cover);
        var complete = residual.Enumerate(region, Covers, 1, pieces, TightBudget);
        covers.Count = mark;
        return complete && pieces.Count == 1 ? pieces[0] : region;
    }

    /// <summary>The part of a flow that goes to some destinations, with a piece of it that is left.</summary>
    private bool Narrow(in Flow flow, Seg destinations, out Flow narrowed)
    {
        narrowed = flow;
        if (!universe.Addresses.Overlaps(flow.Region.Destination, destinations)) return false;
        var region = flow.Region;
        region.Destination = universe.Addresses.Intersect(region.Destination, destinations);
        var piece = flow.Piece;
        if (universe.Addresses.Overlaps(piece.Destination, destinations)) piece.Destination = universe.Addresses.Intersect(piece.Destination, destinations);
        else if (!Left(region, !translatesDestinations, out piece)) return false;
        narrowed = new(region, piece);
        return true;
    }

    /// <summary>Brings a flow through the filters of one place, one accepting entry after the other.</summary>
    private void Through(int index, FilterPlace place, string inbound, string outbound, in Flow flow, in Region clip, Next next)
    {
        var device = topology.Devices[index];
        var all = place == FilterPlace.Own ? device.OwnFilters : index == own && !device.InboundGuardsItself ? [] : device.Filters;
        var filters = all.Where(f => f.Place == place && f.In.Contains(inbound) && (place == FilterPlace.Inbound || f.Out.Contains(outbound)) && OfThisFamily(f)).ToArray();
        Through(index, filters, 0, inbound, outbound, flow, clip, next);
    }

    private void Through(int index, Filter[] filters, int at, string inbound, string outbound, in Flow flow, in Region clip, Next next)
    {
        if (at == filters.Length)
        {
            next(flow);
            return;
        }
        if (Watch is not null)
        {
            meetings.Add(new(index, filters[at], inbound, outbound, flow.Region, Covers.ToArray(), part, rewrites.Count));
            Through(index, filters, at + 1, inbound, outbound, flow, clip, next);
            meetings.RemoveAt(meetings.Count - 1);
            return;
        }
        var device = topology.Devices[index];
        var slice = SliceOf(index, filters[at], inbound, outbound, clip);
        if (slice.Program.Trouble is { } trouble)
        {
            Troubles.Add($"{device.Name}: {trouble}");
            if (bound == Bound.Lower) return;
            path.Add(new(device, filters[at], null, null, inbound, outbound));
            Through(index, filters, at + 1, inbound, outbound, flow, clip, next);
            path.RemoveAt(path.Count - 1);
            return;
        }
        foreach (var entry in slice.Accepting(flow.Region, path.Count > 0))
        {
            if (Full) return;
            if (straight && known is not null && at == filters.Length - 1 && IsKnown(new(device, filters[at], universe.RuleOf(entry), null, inbound, outbound))) continue;
            var mark = universe.Mark;
            var from = covers.Count;
            if (universe.Meet(flow.Region, entry, out var met))
            {
                slice.Earlier(met, entry, covers);
                universe.GuardsOf(entry, covers);
                if (Left(met, !translatesDestinations, out var piece))
                {
                    path.Add(new(device, filters[at], universe.RuleOf(entry), null, inbound, outbound));
                    Through(index, filters, at + 1, inbound, outbound, new Flow(met, piece), clip, next);
                    path.RemoveAt(path.Count - 1);
                }
            }
            covers.Count = from;
            universe.Release(mark);
        }
    }

    /// <summary>Whether the way that ends with this step is one of those that needn't be told.</summary>
    private bool IsKnown(Step last)
    {
        path.Add(last);
        var isKnown = known!.Contains(path);
        path.RemoveAt(path.Count - 1);
        return isKnown;
    }

    /// <summary>How rules of a device tell a pair of interfaces from others: pairs that they see alike share their entries.</summary>
    private string Seen(int index, string inbound, string outbound)
    {
        if (seen.TryGetValue((index, inbound, outbound), out var known)) return known;
        if (!named.TryGetValue(index, out var sets))
        {
            var all = new HashSet<InterfaceSet>(ReferenceEqualityComparer.Instance);
            foreach (var chain in topology.Devices[index].Chains)
                foreach (var rule in chain.Rules)
                {
                    Add(rule.May);
                    if (rule.Must is { } must) Add(must);
                }
            named.Add(index, sets = [.. all]);

            void Add(Match match)
            {
                if (!match.In.IsAny) all.Add(match.In);
                if (!match.Out.IsAny) all.Add(match.Out);
            }
        }
        seen.Add((index, inbound, outbound), known = string.Create(2 * sets.Length, (sets, inbound, outbound), static (to, asked) =>
        {
            for (var i = 0; i < asked.sets.Length; i++)
                (to[2 * i], to[2 * i + 1]) = (asked.sets[i].Contains(asked.inbound) ? '1' : '0', asked.sets[i].Contains(asked.outbound) ? '1' : '0');
        }));
        return known;
    }

    private Slice<T> SliceOf(int index, Filter filter, string inbound, string outbound, in Region clip)
    {
        var key = (index, filter, Seen(index, inbound, outbound));
        if (!programs.TryGetValue(key, out var program))
        {
            program = FilterProgram<T>.Compile(universe, topology.Devices[index], filter, inbound, outbound, bound);
            if (Watch is null) program.Join();
            programs.Add(key, program);
            universe.Extend();
        }
        // Behind a translation sets of the clip lie on the stack: by their place alone, one would be taken for another.
        var cut = (program, universe.Addresses.Name(clip.Source), universe.Addresses.Name(clip.Destination), clip.Kinds);
        if (!slices.TryGetValue(cut, out var slice)) slices.Add(cut, slice = Slice<T>.Of(universe, program, clip));
        return slice;
    }
}
