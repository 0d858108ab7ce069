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
                foreach (var address in i.Addresses)
                {
                    if (!owners.TryGetValue(address.Address, out var list)) owners.Add(address.Address, list = []);
                    list.Add((d, i.Name));
                }
    }

    public IReadOnlyList<Device> Devices { get; }

    /// <summary>A device without a single address: a rule set alone (iptables-save, nft), between whatever interfaces the policy says.</summary>
    public static bool IsLone(Device device) => device.Forwards && !Routed(device).Any(static i => !i.Addresses.IsEmpty || i.DynamicAddress);

    /// <summary>Whether anything is known of where a zone is.</summary>
    public bool Knows(Zone zone) => WaysIn(zone).Count > 0 && zone.At.All(at => Devices.Any(d => at.StartsWith(d.Name + "/", StringComparison.Ordinal)));

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
        return [.. found.GroupBy(static w => (w.Device, w.Interface)).Select(static g => new WayIn(g.Key.Device, g.Key.Interface, AddressSet.UnionOf(g.Select(static w => w.Sources))))];
    }

    /// <summary>Ways out of a device for packets that came in by an interface.</summary>
    public ImmutableArray<WayOut> WaysOut(int device, string inbound)
    {
        var vrf = Devices[device].Interfaces.FirstOrDefault(i => i.Name == inbound)?.Vrf;
        if (!waysOut.TryGetValue((device, vrf), out var ways)) waysOut.Add((device, vrf), ways = Work(device, vrf));
        return ways;
    }

    /// <summary>Every interface of a device that packets may pass by.</summary>
    public static IReadOnlyList<string> InterfacesOf(Device device)
    {
        var names = Routed(device).Select(static i => i.Name).ToList();
        if (!IsLone(device)) return names;
        foreach (var chain in device.Chains)
            foreach (var rule in chain.Rules)
                foreach (var name in rule.May.In.Names.Concat(rule.May.Out.Names)) names.Add(name.EndsWith('*') ? name[..^1] + OtherInterface : name);
        names.Add(OtherInterface);
        return [.. names.Distinct(StringComparer.Ordinal)];
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
        var targets = new List<(AddressPrefix Prefix, string Interface, Address? Next)>();
        foreach (var i in Routed(device))
        {
            if (i.Vrf != vrf) continue;
            foreach (var address in i.Addresses) targets.Add((address.Prefix, i.Name, null));
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
            var by = route.OutInterface ?? (route.NextHop is { } hop ? Routed(device).FirstOrDefault(i => i.Addresses.Any(a => a.Prefix.Contains(hop)))?.Name : null);
            if (by is not null) targets.Add((route.To, by, route.NextHop));
        }
        foreach (var zone in policy.Zones)
            foreach (var name in At(zone, device)) ways.Add(new(name, zone.Addresses, null, true));
        foreach (var (prefix, by, hop) in targets)
        {
            // Longest prefix first; of equal ones any may be in force (distances change when a line fails).
            var longer = targets.Where(t => t.Prefix.Length > prefix.Length && prefix.Contains(t.Prefix.First)).Select(static t => AddressSet.Of(t.Prefix));
            var discarded = device.Routes.Where(r => r.Discard && r.Vrf == vrf && r.To.Length > prefix.Length && prefix.Contains(r.To.First)).Select(static r => AddressSet.Of(r.To));
            var own = AddressSet.Of(prefix).Except(AddressSet.UnionOf(longer.Concat(discarded)));
            if (own.IsEmpty) continue;
            (int, string)? next = hop is { } h && owners.TryGetValue(h, out var owner) ? owner.Where(o => o.Device != d).Select(static o => ((int, string)?)o).FirstOrDefault() : null;
            ways.Add(new(by, own, next, true));
        }
        return ways.ToImmutable();
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
