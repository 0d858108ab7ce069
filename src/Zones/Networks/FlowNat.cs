using Sekisho.Zones.Engine;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Networks;

/// <summary>Translations: what matches is worked out to pieces, the pieces get new addresses, and go on as regions of their own.</summary>
internal sealed partial class FlowSearch<T>
{
    private readonly Dictionary<NatRule, Seg> natTargets = new(ReferenceEqualityComparer.Instance);

    /// <summary>Destination translation: each rule that may match, and no rule at all.</summary>
    private void TranslateDestination(int index, string inbound, in Flow flow, in Region clip, Translated next)
    {
        var device = topology.Devices[index];
        var outside = clip;
        Translate(NatKind.Destination, device, inbound, "", flow,
            (in Flow rest) => next(rest, outside, null),
            (NatRule nat, in Flow matched) =>
            {
                path.Add(new(device, null, null, nat, inbound, ""));
                if (device.NatOrder.ForwardSeesNewDestination) Rewrite(index, inbound, nat, matched, universe.Addresses.All, (in Flow f, in Region c) => next(f, c, null));
                else next(matched, outside, nat);
                path.RemoveAt(path.Count - 1);
            });
    }

    private void TranslateSource(int index, string inbound, WayOut way, in Flow flow, in Region clip)
    {
        var device = topology.Devices[index];
        var outside = clip;
        if (device.NatOrder.OutboundSeesNewSource)
        {
            Sources(flow, clip, (in Flow f, in Region c) =>
            {
                var inner = c;
                Through(index, FilterPlace.Outbound, inbound, way.Interface, f, inner, (in Flow g) => Leave(index, inbound, way, g, inner));
            });
        }
        else
        {
            Through(index, FilterPlace.Outbound, inbound, way.Interface, flow, clip, (in Flow f) => Sources(f, outside, (in Flow g, in Region c) => Leave(index, inbound, way, g, c)));
        }

        void Sources(in Flow from, in Region clip, Rewritten next)
        {
            var unchanged = clip;
            Translate(NatKind.Source, device, inbound, way.Interface, from,
                (in Flow rest) => next(rest, unchanged),
                (NatRule nat, in Flow matched) =>
                {
                    path.Add(new(device, null, null, nat, inbound, way.Interface));
                    Rewrite(index, way.Interface, nat, matched, universe.Addresses.All, next);
                    path.RemoveAt(path.Count - 1);
                });
        }
    }

    private delegate void Rewritten(in Flow flow, in Region clip);

    private delegate void Matched(NatRule nat, in Flow flow);

    /// <summary>Splits a flow by the rules of a kind: first match decides, what may match goes both ways.</summary>
    private void Translate(NatKind kind, Device device, string inbound, string outbound, in Flow flow, Next unchanged, Matched matched)
    {
        var before = covers.Count;
        foreach (var nat in device.Nat)
        {
            // A translation to addresses of the other family does nothing to this one.
            if (nat is { To: { } to, ToOutgoingInterface: false } && Universe<T>.FamilyOf(to).IsEmpty) continue;
            if (nat.Kind != kind || !nat.May.In.Contains(inbound) || (kind == NatKind.Source && !nat.May.Out.Contains(outbound))) continue;
            // What may be translated is followed; what surely is doesn't stay as it was (and the other way for the lower bound).
            foreach (var entry in EntriesOf(nat, bound == Bound.Upper))
            {
                var mark = universe.Mark;
                if (universe.Meet(flow.Region, entry, out var met) && Left(met, false, out var piece))
                {
                    if (nat.To is null) unchanged(new Flow(met, piece));
                    else matched(nat, new Flow(met, piece));
                }
                universe.Release(mark);
            }
            foreach (var entry in EntriesOf(nat, bound == Bound.Lower)) covers.Add(entry);
        }
        if (covers.Count == before) unchanged(flow);
        else if (Left(flow.Region, !translatesDestinations, out var piece)) unchanged(new Flow(flow.Region, piece));
        covers.Count = before;
    }

    /// <summary>Gives a flow its new addresses. Covers speak of old ones: the flow is worked out to pieces first.</summary>
    private void Rewrite(int index, string interfaceName, NatRule nat, in Flow flow, Seg within, Rewritten next)
    {
        var mark = universe.Mark;
        var pieces = new List<Region>();
        var before = covers.Count;
        if (nat.Kind == NatKind.Source && sourceIsOld) foreach (var cover in PermittedAt(index)) covers.Add(cover);
        if (!residual.Enumerate(flow.Region, Covers, MaxPieces, pieces))
        {
            Troubles.Add($"{topology.Devices[index].Name}: too many cases before a translation");
            pieces.Clear();
            if (bound == Bound.Upper) pieces.Add(flow.Region);
        }
        covers.Count = before;
        var (from, old, came) = (coversFrom, sourceIsOld, passedFrom);
        (coversFrom, passedFrom) = (covers.Count, passed.Count);
        if (nat.Kind == NatKind.Source) sourceIsOld = false;
        var clip = flow.Region;
        Retarget(ref clip, nat, index, interfaceName, within, false);
        rewrites.Add(nat);
        foreach (var piece in pieces)
        {
            var (ports, rest) = (piece, piece);
            ports.Kinds &= universe.Masks[portsTail];
            rest.Kinds &= ~universe.Masks[portsTail];
            if (ports.Kinds != 0 && Retarget(ref ports, nat, index, interfaceName, within, true)) next(new Flow(ports, ports), clip);
            if (rest.Kinds != 0 && Retarget(ref rest, nat, index, interfaceName, within, false)) next(new Flow(rest, rest), clip);
        }
        rewrites.RemoveAt(rewrites.Count - 1);
        (coversFrom, sourceIsOld, passedFrom) = (from, old, came);
        universe.Release(mark);
    }

    /// <summary>Permitted flows, before their source is lost: not what another device may still send elsewhere.</summary>
    private List<int> PermittedAt(int index)
    {
        if (bound == Bound.Lower || !translatesDestinations) return permitted;
        if (permittedBefore.TryGetValue(index, out var certain)) return certain;
        permittedBefore.Add(index, certain = []);
        var later = new List<int>();
        for (var d = 0; d < topology.Devices.Count; d++)
            if (d != index)
                foreach (var nat in topology.Devices[d].Nat)
                    if (nat is { Kind: NatKind.Destination, To: not null }) later.AddRange(EntriesOf(nat, true));
        foreach (var flow in permitted)
        {
            var entry = universe[flow];
            var guard = -1;
            foreach (var nat in later)
                if (universe.Addresses.Overlaps(universe[nat].Destination, entry.Destination)) guard = universe.Add(universe[nat] with { Source = universe.Addresses.All, SourcePorts = universe.Ports.All, Role = Role.Guard, Guard = guard }, null);
            certain.Add(guard < 0 ? flow : universe.Add(entry with { Role = Role.Accept, Guard = guard }, null));
        }
        return certain;
    }

    /// <returns>False when nothing of it goes where it should.</returns>
    private bool Retarget(ref Region region, NatRule nat, int index, string interfaceName, Seg within, bool ports)
    {
        var source = nat.Kind == NatKind.Source;
        var to = nat.ToOutgoingInterface ? OwnAddresses(index, interfaceName) : ToOf(nat);
        if (nat.KeepsOffset && !nat.ToOutgoingInterface) to = Shifted(source ? region.Source : region.Destination, source ? nat.May.Source : nat.May.Destination, to);
        if (source) region.Source = to;
        else region.Destination = to = universe.Addresses.Intersect(to, within);
        if (nat.ToPorts is { } range)
        {
            var all = universe.Ports.Keep(range);
            if (nat.KeepsPortOffset) all = universe.Ports.All.Equals(all) ? all : ShiftedPorts(source ? region.SourcePorts : region.DestinationPorts, nat, all, source);
            // Without ports in the packet (ICMP types), there is nothing to rewrite; the clip of slices takes either.
            if (ports && source) region.SourcePorts = all;
            else if (ports) region.DestinationPorts = all;
        }
        return !to.IsEmpty;
    }

    private Seg Shifted(Seg set, AddressSet match, Seg to)
    {
        var from = Universe<T>.FamilyOf(match).Bounds;
        if (from.Length != 2 || to.Length != 2) return to;
        var bounds = universe.Addresses[set].ToArray();
        var first = universe.Addresses[to][0];
        for (var i = 0; i < bounds.Length; i++) bounds[i] = bounds[i] - from[0] + first;
        return universe.Addresses.Intersect(universe.Addresses.Push(bounds), to);
    }

    private Seg ShiftedPorts(Seg set, NatRule nat, Seg to, bool source)
    {
        var match = nat.May.Services.Services is [var one] ? source ? one.SourcePorts : one.DestinationPorts : Model.IntervalSet<ushort>.Empty;
        if (match.Count != 1 || to.Length != 2) return to;
        var bounds = universe.Ports[set].ToArray();
        var first = universe.Ports[to][0];
        for (var i = 0; i < bounds.Length; i++) bounds[i] = (ushort)(bounds[i] - match.Bounds[0] + first);
        return universe.Ports.Intersect(universe.Ports.Push(bounds), to);
    }

    private Seg OwnAddresses(int index, string interfaceName)
    {
        var own = topology.Devices[index].Interfaces.FirstOrDefault(i => i.Name == interfaceName);
        var set = own is null || own.DynamicAddress || own.Addresses.IsEmpty ? AddressSet.All : AddressSet.UnionOf(own.Addresses.Select(static a => AddressSet.Of(a.Address)));
        return universe.Keep(Universe<T>.FamilyOf(set).IsEmpty ? AddressSet.All : set);
    }

    private Seg ToOf(NatRule nat)
    {
        if (!natTargets.TryGetValue(nat, out var to)) natTargets.Add(nat, to = universe.Keep(nat.To!));
        return to;
    }

    private int[] EntriesOf(NatRule nat, bool may)
    {
        if (natEntries.TryGetValue((nat, may), out var entries)) return entries;
        var found = new List<Product>();
        var mark = universe.Mark;
        products.Of(may ? nat.May : nat.Must ?? nat.May, products.Any, found);
        entries = [.. found.Select(p => universe.Add(new Entry
        {
            Source = universe.Addresses.Persist(p.Source), Destination = universe.Addresses.Persist(p.Destination),
            SourcePorts = universe.Ports.Persist(p.SourcePorts), DestinationPorts = universe.Ports.Persist(p.DestinationPorts),
            Tail = p.Tail, Guard = -1, Role = Role.Cover,
        }, null))];
        universe.Release(mark);
        natEntries.Add((nat, may), entries);
        universe.Extend();
        return entries;
    }
}
