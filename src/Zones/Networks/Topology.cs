using System.Collections.Immutable;
using Sekisho.Zones.Model;
using Sekisho.Zones.Policies;

namespace Sekisho.Zones.Networks;

/// <summary>A way out of a device: which destinations leave by which interface, and who takes them there.</summary>
/// <param name="Next">The device and interface that come next; null: the packet arrives on that wire, or leaves the network that is known.</param>
internal sealed record WayOut(string Interface, AddressSet Destinations, (int Device, string Interface)? Next, bool Certain);

/// <summary>A place where packets of a zone come in.</summary>
internal sealed record WayIn(int Device, string Interface, AddressSet Sources);

/// <summary>Devices, and how packets get from one to the next: interfaces, subnets, static routes.</summary>
internal sealed class Topology
{
    /// <summary>Stands for every interface that no line names, where a device's interfaces aren't known.</summary>
    public const string OtherInterface = "(other)";

    private readonly ZonePolicy policy;
    private readonly Dictionary<(int, string?), ImmutableArray<WayOut>> waysOut = [];
    private readonly Dictionary<Address, List<(int Device, string Interface)>> owners = [];

    public Topology(IReadOnlyList<Device> devices, ZonePolicy policy)
    {
        (Devices, this.policy) = (devices, policy);
        for (var d = 0; d < devices.Count; d++)
            foreach (var i in Routed(devices[d]))
                foreach (var address in i.Addresses.Select(static a => a.Address).Concat(i.VirtualAddresses).Distinct())
                {
                    if (!owners.TryGetValue(address, out var list)) owners.Add(address, list = []);
                    list.Add((d, i.Name));
                }
    }

    public IReadOnlyList<Device> Devices { get; }

    /// <summary>A device without a single address: a rule set alone (iptables-save, nft), between whatever interfaces the policy says.</summary>
    public static bool IsLone(Device device) => device.Forwards && !Routed(device).Any(static i => !i.Addresses.IsEmpty || i.DynamicAddress);

    /// <summary>Whether anything is known of where a zone is: an interface that the policy names must be there.</summary>
    public bool Knows(Zone zone) => WaysIn(zone).Count > 0 && zone.At.All(at => Devices.Any(d => at.StartsWith(d.Name + "/", StringComparison.Ordinal) && (IsLone(d) || Routed(d).Any(i => at.Length == d.Name.Length + 1 + i.Name.Length && at.EndsWith(i.Name, StringComparison.Ordinal)))));

    /// <summary>Whether some way out isn't certain: dynamic routes and addresses, next hops that nothing shows.</summary>
    public bool IsUncertain => Enumerable.Range(0, Devices.Count).Any(d => !IsLone(Devices[d]) && AllWaysOut(d).Any(static w => !w.Certain));

    /// <summary>The routing table that packets from an interface are sent by.</summary>
    public string? VrfOf(int device, string inbound)
    {
        foreach (var i in Devices[device].Interfaces)
            if (i.Name == inbound) return i.Vrf;
        return null;
    }

    /// <summary>Whether the rules for the other family of a rule set alone were read too: a file of the same name, or as many of one as of the other.</summary>
    public bool HasOtherFamily(Device lone)
    {
        var v6 = lone.Filters[0].OnlyV6 == true;
        var others = Devices.Where(d => IsLone(d) && !d.Filters.IsEmpty && d.Filters.All(f => f.OnlyV6 == !v6)).ToArray();
        return others.Any(d => d.Name == lone.Name) || others.Length >= Devices.Count(d => IsLone(d) && !d.Filters.IsEmpty && d.Filters.All(f => f.OnlyV6 == v6));
    }

    /// <summary>An interface behind which both zones are, by routes or wires that no device of ours parts: they may meet there without a filter.</summary>
    public (Device Device, string Interface)? MeetingPlace(Zone from, Zone to)
    {
        for (var d = 0; d < Devices.Count; d++)
        {
            var device = Devices[d];
            if (!device.Forwards) continue;
            if (IsLone(device))
            {
                var at = At(to, device);
                foreach (var name in At(from, device))
                    if (at.Contains(name)) return (device, name);
                continue;
            }
            foreach (var wires in AllWaysOut(d).Where(static w => w is { Next: null, Certain: true }).GroupBy(static w => w.Interface))
                if (wires.Any(w => Leads(device, w, from)) && wires.Any(w => Leads(device, w, to))) return (device, wires.Key);
        }
        return null;

        // The wire between two devices is nobody's zone, though "whatever no other zone has" holds its addresses.
        static bool Leads(Device device, WayOut way, Zone zone) => way.Destinations.Overlaps(zone.Addresses)
            && (zone.Kind is not (ZoneKind.Outside or ZoneKind.Cloud) || !device.Interfaces.Any(i => i.Name == way.Interface && i.Addresses.Any(a => AddressSet.Of(a.Prefix).Covers(way.Destinations))));
    }

    /// <summary>Where packets of a zone enter devices.</summary>
    public IReadOnlyList<WayIn> WaysIn(Zone zone)
    {
        var found = new List<WayIn>();
        for (var d = 0; d < Devices.Count; d++)
        {
            var device = Devices[d];
            if (!device.Forwards) continue;
            var named = At(zone, device);
            if (!named.IsEmpty)
            {
                foreach (var name in named) found.Add(new(d, name, zone.Addresses));
                continue;
            }
            if (IsLone(device))
            {
                if (zone.At.IsEmpty) foreach (var name in InterfacesOf(device)) found.Add(new(d, name, zone.Addresses));
                continue;
            }
            if (!zone.At.IsEmpty) continue;
            foreach (var way in AllWaysOut(d))
            {
                // What would be sent there comes from there.
                var sources = way.Destinations.Intersect(zone.Addresses);
                if (way.Next is null && !sources.IsEmpty) found.Add(new(d, way.Interface, sources));
            }
        }
        // Addresses of the zone that no route leads to: whoever takes one sits on the zone's own wires.
        var unrouted = zone.Addresses.Except(AddressSet.UnionOf(found.Select(static w => w.Sources)));
        return [.. found.GroupBy(static w => (w.Device, w.Interface)).Select(g => new WayIn(g.Key.Device, g.Key.Interface, AddressSet.UnionOf([.. g.Select(static w => w.Sources), unrouted])))];
    }

    /// <summary>Ways out of a device for packets that came in by an interface.</summary>
    public ImmutableArray<WayOut> WaysOut(int device, string inbound)
    {
        var vrf = Devices[device].Interfaces.FirstOrDefault(i => i.Name == inbound)?.Vrf;
        if (!waysOut.TryGetValue((device, vrf), out var ways)) waysOut.Add((device, vrf), ways = Work(device, vrf));
        return ways;
    }

    /// <summary>Addresses that a device answers by itself. Link-local ones aren't among them: nobody outside of their wire can send there.</summary>
    /// <param name="certain">Without those that come from outside, which may be any, and those that another device may answer for.</param>
    public AddressSet OwnAddresses(int device, bool certain)
    {
        var own = Routed(Devices[device]).ToArray();
        if (!certain && own.Any(static i => i.DynamicAddress)) return AddressSet.All;
        return AddressSet.UnionOf(own.SelectMany(i => i.Addresses.Select(static a => a.Address).Concat(certain ? [] : i.VirtualAddresses)).Where(static a => !a.IsV6 || a.Value >> 118 != 0x3FA).Select(static a => AddressSet.Of(a)));
    }

    /// <summary>Interfaces of another device on the wire that an interface is on; where addresses don't tell (a rule set alone, addresses from outside), any may be.</summary>
    public IEnumerable<string> Beside(int device, string interfaceName, int other, bool certain)
    {
        var of = Devices[device].Interfaces.FirstOrDefault(i => i.Name == interfaceName);
        foreach (var i in Routed(Devices[other]))
            if (of is null || of.DynamicAddress || i.DynamicAddress ? !certain : i.Addresses.Any(a => of.Addresses.Any(b => a.Prefix.Contains(b.Address) || b.Prefix.Contains(a.Address)))) yield return i.Name;
    }

    /// <summary>Every interface of a device that packets may pass by.</summary>
    public static IReadOnlyList<string> InterfacesOf(Device device)
    {
        var names = Routed(device).Select(static i => i.Name).ToList();
        if (!IsLone(device)) return names;
        foreach (var chain in device.Chains)
            foreach (var rule in chain.Rules)
            {
                Add(rule.May.In);
                Add(rule.May.Out);
            }
        names.Add(OtherInterface);
        return names;

        void Add(InterfaceSet set)
        {
            for (var i = 0; i < set.Names.Count; i++)
                if (set.Names[i] is var name && (name.EndsWith('*') ? name[..^1] + OtherInterface : name) is var one && !names.Contains(one)) names.Add(one);
        }
    }

    private IEnumerable<WayOut> AllWaysOut(int device) =>
        Routed(Devices[device]).Select(static i => i.Vrf).Distinct().SelectMany(vrf => WaysOut(device, Routed(Devices[device]).First(i => i.Vrf == vrf).Name));

    private static IEnumerable<NetInterface> Routed(Device device) => device.Interfaces.Where(static i => i is { Enabled: true, Routed: true });

    private static ImmutableArray<string> At(Zone zone, Device device) =>
        [.. zone.At.Where(a => a.StartsWith(device.Name + "/", StringComparison.Ordinal)).Select(a => a[(device.Name.Length + 1)..])];

    private ImmutableArray<WayOut> Work(int d, string? vrf)
    {
        var device = Devices[d];
        if (IsLone(device)) return OfLone(device);
        var ways = ImmutableArray.CreateBuilder<WayOut>();
        var targets = new List<(AddressPrefix Prefix, string Interface, Address? Next, bool Certain)>();
        foreach (var i in Routed(device))
        {
            if (i.Vrf != vrf) continue;
            foreach (var address in i.Addresses) targets.Add((address.Prefix, i.Name, null, true));
            if (i.DynamicAddress) ways.Add(new(i.Name, AddressSet.All, null, false));
            foreach (var (next, taken) in Takers(d, i)) ways.Add(new(i.Name, taken, next, true));
            if (!device.RoutesUnknown) continue;
            // Anything may leave by any interface, to any device on its wires.
            ways.Add(new(i.Name, AddressSet.All, null, false));
            foreach (var next in Neighbours(d, i)) ways.Add(new(i.Name, AddressSet.All, next, false));
        }
        foreach (var route in device.Routes)
        {
            if (route.Vrf != vrf || route.Discard) continue;
            var by = route.OutInterface is { } named ? [(named, route.NextHop)] : WiresTo(device, vrf, route.NextHop, 0);
            foreach (var (name, hop) in by) targets.Add((route.To, name, hop, true));
            if (by.Count > 0) continue;
            // A next hop that no interface shows: on a wire with addresses from outside, or nobody can say where these packets go.
            var wires = Routed(device).Where(i => i.Vrf == vrf).ToArray();
            if (wires.Any(static i => i.DynamicAddress)) wires = [.. wires.Where(static i => i.DynamicAddress)];
            foreach (var i in wires) targets.Add((route.To, i.Name, route.NextHop, false));
        }
        foreach (var zone in policy.Zones)
            foreach (var name in At(zone, device)) ways.Add(new(name, zone.Addresses, null, true));
        foreach (var (prefix, by, hop, certain) in targets)
        {
            // Longest prefix first; of equal ones any may be in force (distances change when a line fails).
            var longer = targets.Where(t => t.Certain && t.Prefix.Length > prefix.Length && prefix.Contains(t.Prefix.First)).Select(static t => AddressSet.Of(t.Prefix));
            var discarded = device.Routes.Where(r => r.Discard && r.Vrf == vrf && r.To.Length > prefix.Length && prefix.Contains(r.To.First)).Select(static r => AddressSet.Of(r.To));
            var own = AddressSet.Of(prefix).Except(AddressSet.UnionOf(longer.Concat(discarded)));
            if (own.IsEmpty) continue;
            // An address that several devices have (a pair that shares it, networks numbered alike): any of them may be the one.
            var nexts = Owners(d, by, hop);
            if (nexts.Count == 0 || !certain) ways.Add(new(by, own, null, certain));
            foreach (var next in nexts) ways.Add(new(by, own, next, certain));
        }
        return ways.ToImmutable();
    }

    /// <summary>Who has the address of a next hop: other devices, or the same one by another routing table.</summary>
    private List<(int Device, string Interface)> Owners(int device, string by, Address? hop)
    {
        if (hop is not { } address || !owners.TryGetValue(address, out var all)) return [];
        var vrf = VrfOf(device, by);
        return all.FindAll(o => o.Device != device || VrfOf(device, o.Interface) != vrf);
    }

    /// <summary>The wires that a next hop is on, those of the same routing table first, with whom to send to there; through other routes where it is on none.</summary>
    private static List<(string Interface, Address? Next)> WiresTo(Device device, string? vrf, Address? hop, int depth)
    {
        if (hop is not { } address || depth > 8) return [];
        var found = Routed(device).SelectMany(i => i.Addresses.Where(a => a.Prefix.Contains(address)).Select(a => (i.Name, i.Vrf, a.Prefix.Length))).ToList();
        if (found.Exists(f => f.Vrf == vrf)) found.RemoveAll(f => f.Vrf != vrf);
        if (found.Count > 0)
        {
            var longest = found.Max(static f => f.Length);
            return [.. found.Where(f => f.Length == longest).Select(f => (f.Name, (Address?)address)).Distinct()];
        }
        var through = device.Routes.Where(r => r.Vrf == vrf && !r.Discard && r.To.Length > 0 && r.To.Contains(address)).ToArray();
        if (through.Length == 0) return [];
        var length = through.Max(static r => r.To.Length);
        return [.. through.Where(r => r.To.Length == length).SelectMany(r => r.OutInterface is { } named ? [(named, r.NextHop)] : WiresTo(device, vrf, r.NextHop, depth + 1)).Distinct()];
    }

    private ImmutableArray<WayOut> OfLone(Device device)
    {
        var ways = ImmutableArray.CreateBuilder<WayOut>();
        var names = InterfacesOf(device);
        var placed = AddressSet.Empty;
        foreach (var zone in policy.Zones)
        {
            var at = At(zone, device);
            if (at.IsEmpty) continue;
            placed = placed.Union(zone.Addresses);
            foreach (var name in at) ways.Add(new(name, zone.Addresses, null, true));
        }
        var rest = AddressSet.All.Except(placed);
        foreach (var name in names) ways.Add(new(name, rest, null, true));
        return ways.ToImmutable();
    }

    /// <summary>Devices on the same wire that answer for addresses which they translate: what is sent there goes on through them (port forwarding between segments).</summary>
    private IEnumerable<((int, string) Next, AddressSet Taken)> Takers(int device, NetInterface of)
    {
        for (var d = 0; d < Devices.Count; d++)
        {
            if (d == device || Devices[d].Nat.IsEmpty) continue;
            foreach (var i in Routed(Devices[d]))
                foreach (var wire in of.Addresses.Select(static a => a.Prefix).Where(p => i.Addresses.Any(a => p.Contains(a.Address))))
                {
                    var own = AddressSet.UnionOf(i.Addresses.Select(static a => AddressSet.Of(a.Address)));
                    var taken = AddressSet.UnionOf(Devices[d].Nat.Where(n => n is { Kind: NatKind.Destination, To: not null } && n.May.In.Contains(i.Name))
                        .Select(n => n.May.Destination.Covers(AddressSet.Of(wire)) ? own : n.May.Destination).Select(s => s.Intersect(AddressSet.Of(wire))));
                    if (!taken.IsEmpty) yield return ((d, i.Name), taken);
                }
        }
    }

    private IEnumerable<(int, string)> Neighbours(int device, NetInterface of)
    {
        for (var d = 0; d < Devices.Count; d++)
        {
            if (d == device) continue;
            foreach (var i in Routed(Devices[d]))
                if (i.Addresses.Any(a => of.Addresses.Any(b => a.Prefix.Contains(b.Address) || b.Prefix.Contains(a.Address)))) yield return (d, i.Name);
        }
    }
}
