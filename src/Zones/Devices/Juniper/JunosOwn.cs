using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Juniper;

/// <summary>What a Junos device lets to itself: "host-inbound-traffic" of security zones, filters on lo0, "system services".</summary>
/// <remarks>
/// Source: Junos OS Security Zones User Guide, "Understanding How to Control Inbound Traffic Based on Traffic Types", "… Based on Protocols": what isn't named is dropped, and what an interface says replaces
/// what its zone says. Routing Policies, Firewall Filters, and Traffic Policers User Guide, "Guidelines for Applying Standard Firewall Filters", loopback interface. Security Policies User Guide,
/// "Configuring Security Policies for Self Traffic" (to-zone junos-host): asked besides, and ends in a deny for the pair of zones that has one.
/// </remarks>
internal sealed class JunosOwn(FileWork work, WordTree tree, JunosFilters filters)
{
    private readonly List<(string Unit, string Family, string[] Filters, int Line)> loopbacks = [];

    /// <summary>A filter on a unit of lo0.</summary>
    public void Loopback(string unit, string family, string[] names, int line) => loopbacks.Add((unit, family, names, line));

    /// <param name="zones">Members of each security zone; empty on routers and switches.</param>
    /// <param name="policies">Security policies, those to the zone "junos-host" among them.</param>
    public (List<Filter> Filters, List<Chain> Chains) Read(IReadOnlyList<NetInterface> interfaces, IReadOnlyDictionary<string, List<string>> zones, IReadOnlyList<Rule> policies)
    {
        List<Filter> all = [];
        List<Chain> chains = [];
        Loopbacks(interfaces, all, chains);
        if (zones.Count > 0)
        {
            ToHost(policies, all, chains);
            Add(Zones(interfaces, zones));
        }
        else
        {
            var own = new OwnServices(work, "own services");
            Running(own, InterfaceSet.Any);
            own.EndOpen(Told());
            Add(own);
        }

        return (all, chains);

        void Add(OwnServices own)
        {
            var (filter, more) = own.ToFilter();
            all.Add(filter);
            chains.AddRange(more);
        }
    }

    private int Services => tree.Find(0, "system", "services");

    private int System => tree.Find(0, "system");

    private ushort Port(int service, ushort standard) => ushort.TryParse(tree.Only(tree.Find(service, "port")), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : standard;

    /// <summary>The services of management: where they are switched on, and on which ports they listen.</summary>
    private IEnumerable<(string Name, int Node, ServiceSet Set)> Management()
    {
        yield return ("ssh", tree.Find(Services, "ssh"), OwnServices.Tcp(Port(tree.Find(Services, "ssh"), 22)));
        yield return ("telnet", tree.Find(Services, "telnet"), OwnServices.Tcp(23));
        yield return ("http", tree.Find(Services, "web-management", "http"), OwnServices.Tcp(Port(tree.Find(Services, "web-management", "http"), 80)));
        yield return ("https", tree.Find(Services, "web-management", "https"), OwnServices.Tcp(Port(tree.Find(Services, "web-management", "https"), 443)));
        yield return ("netconf", tree.Find(Services, "netconf"), OwnServices.Tcp(Port(tree.Find(Services, "netconf", "ssh"), 830)));
        yield return ("snmp", tree.Find(0, "snmp"), OwnServices.Udp(161));
    }

    private ServiceSet Told() => Management().Aggregate(OwnServices.Managed, static (told, one) => told.Union(one.Set));

    /// <summary>Where no zone decides: what runs is reached.</summary>
    private void Running(OwnServices own, InterfaceSet on)
    {
        own.Accept(new Match { Services = OwnServices.Ping, In = on }, work.Implicit("ping"), "ping");
        if (System < 0) own.Accept(new Match { In = on }, work.Implicit("system services"), "system services", OwnServices.Unsure("system services (設定にありません / not in the configuration)"));
        foreach (var (name, node, set) in Management())
        {
            if (node < 0 || tree.IsOff(node)) continue;
            tree.MarkAll(node, Reading.Understood);
            own.Accept(new Match { Services = set, In = on }, work.At(tree.Line(node)), name);
        }
    }

    private OwnServices Zones(IReadOnlyList<NetInterface> interfaces, IReadOnlyDictionary<string, List<string>> zones)
    {
        var own = new OwnServices(work, "own services");
        // The port of management stands outside of the zones.
        string[] outside = [.. interfaces.Where(static one => one.Name.StartsWith("fxp0", StringComparison.Ordinal) || one.Name.StartsWith("em0", StringComparison.Ordinal) || one.Name.StartsWith("me0", StringComparison.Ordinal) || one.Name.StartsWith("vme", StringComparison.Ordinal)).Select(static one => one.Name)];
        var running = Management().Where(one => one.Node >= 0 && !tree.IsOff(one.Node)).Select(static one => one.Name).ToHashSet(StringComparer.Ordinal);
        // A functional zone holds interfaces for management alone; it has the same words.
        var functional = tree.Children(tree.Find(0, "security", "zones", "functional-zone")).ToArray();
        foreach (var zone in tree.Children(tree.Find(0, "security", "zones", "security-zone")).Concat(functional))
        {
            var members = functional.Contains(zone) ? [.. tree.Children(tree.Find(zone, "interfaces")).Select(tree.Word).Select(static one => one.Contains('.') ? one : one + ".0")] : zones.GetValueOrDefault(tree.Word(zone));
            if (tree.IsOff(zone) || members is null) continue;
            foreach (var on in interfaces)
            {
                if (!members.Contains(on.Name) && !members.Contains("all.0")) continue;
                if (members.Contains("all.0") && zones.Any(other => other.Key != tree.Word(zone) && other.Value.Contains(on.Name))) continue;
                var listed = tree.Find(zone, "interfaces", on.Name) is >= 0 and var unit ? unit : tree.Find(zone, "interfaces", on.Name.EndsWith(".0", StringComparison.Ordinal) ? on.Name[..^2] : on.Name);
                var inbound = tree.Find(listed, "host-inbound-traffic") is >= 0 and var itsOwn ? itsOwn : tree.Find(zone, "host-inbound-traffic");
                if (inbound < 0 || tree.IsOff(inbound)) continue;
                var (sure, unsure) = Inbound(inbound, running);
                var at = work.At(tree.Line(inbound), Last(inbound), $"security-zone {tree.Word(zone)} {on.Name}");
                var addresses = AddressSet.UnionOf(on.Addresses.Select(static a => AddressSet.Of(a.Address)));
                Let(own, on, addresses, sure, at, null);
                Let(own, on, addresses, unsure, at, OwnServices.Others);
            }
        }

        if (outside.Length > 0)
        {
            Running(own, InterfaceSet.Of(outside));
            own.Accept(new Match { In = InterfaceSet.Of(outside), Services = Matches.Complement(Told()) ?? ServiceSet.Any }, work.Implicit("other features"), "", OwnServices.Others);
        }

        return own;
    }

    private static void Let(OwnServices own, NetInterface on, AddressSet addresses, ServiceSet services, SourceRef at, Unknown? unknown)
    {
        if (services.Services.IsEmpty) return;
        var elsewhere = OwnServices.Unsure("別のインターフェースのアドレス / the address of another interface");
        var match = new Match { In = InterfaceSet.Of([on.Name]), Services = services };
        if (!on.DynamicAddress) own.Accept(match with { Destination = addresses }, at, "host-inbound-traffic", unknown);
        own.Accept(match, at, "host-inbound-traffic", unknown, elsewhere);
        if (!addresses.IsEmpty) own.Accept(match with { In = InterfaceSet.Except([on.Name]), Destination = addresses }, at, "host-inbound-traffic", unknown, elsewhere);
    }

    /// <summary>What is named, less what is excepted: surely where the service is known to run.</summary>
    private (ServiceSet Sure, ServiceSet Unsure) Inbound(int node, HashSet<string> running)
    {
        List<Service> sure = [], unsure = [];
        foreach (var kind in (ReadOnlySpan<string>)["system-services", "protocols"])
        {
            var list = tree.Find(node, kind);
            var excepted = tree.Children(list).Where(one => tree.Find(one, "except") >= 0 || tree.IsOff(one)).Select(tree.Word).ToHashSet(StringComparer.Ordinal);
            foreach (var name in tree.Children(list).Select(tree.Word).Where(one => !excepted.Contains(one)))
            {
                if (name is "all" or "any-service") Every(kind, excepted);
                else One(name);
            }
        }

        return (new([.. sure]), new([.. unsure]));

        void Every(string kind, HashSet<string> excepted)
        {
            // "all" is every service that the device has: those of management by name, and whatever else there is.
            foreach (var (name, _, set) in Management())
                if (!excepted.Contains(name) && kind == "system-services") (running.Contains(name) ? sure : unsure).AddRange(set.Services);
            if (kind == "system-services" && !excepted.Contains("ping")) sure.AddRange(OwnServices.Ping.Services);
            unsure.AddRange((Matches.Complement(Told()) ?? ServiceSet.Any).Services);
        }

        void One(string name)
        {
            if (name == "ping") sure.AddRange(OwnServices.Ping.Services);
            else if (Management().FirstOrDefault(one => one.Name == name) is { Name: not null } known) (running.Contains(name) ? sure : unsure).AddRange(known.Set.Services);
            else unsure.AddRange((Named(name) ?? Matches.Complement(Told()) ?? ServiceSet.Any).Services);
        }
    }

    /// <summary>Ports of other services and protocols; null: not known here, so any that isn't of management.</summary>
    private static ServiceSet? Named(string name) => name switch
    {
        "ike" => ServiceSet.Of(Service.Udp(IntervalSet<ushort>.Union([(500, 500), (4500, 4500)])), new Service(ByteSet.Of([50, 51]))),
        "dns" => OwnServices.Udp(53).Union(OwnServices.Tcp(53)),
        "ntp" => OwnServices.Udp(123),
        "dhcp" or "bootp" => ServiceSet.Of(Service.Udp(IntervalSet<ushort>.Of(67, 68))),
        "dhcpv6" => ServiceSet.Of(Service.Udp(IntervalSet<ushort>.Of(546, 547))),
        "tftp" => OwnServices.Udp(69),
        "ftp" => OwnServices.Tcp(21),
        "finger" => OwnServices.Tcp(79),
        "traceroute" => ServiceSet.Of(Service.Udp(IntervalSet<ushort>.Of(33434, 33534))),
        "bgp" => OwnServices.Tcp(179),
        "ospf" or "ospf3" => ServiceSet.Of(Service.Of(89)),
        "vrrp" => ServiceSet.Of(Service.Of(112)),
        "pim" => ServiceSet.Of(Service.Of(103)),
        "igmp" => ServiceSet.Of(Service.Of(2)),
        "rip" => OwnServices.Udp(520),
        "ripng" => OwnServices.Udp(521),
        _ => null,
    };

    /// <summary>Policies to the zone "junos-host": for interfaces of zones that have them.</summary>
    private void ToHost(IReadOnlyList<Rule> policies, List<Filter> all, List<Chain> chains)
    {
        const string Host = "zone:junos-host";
        Rule[] there = [.. policies.Where(static one => !one.May.Out.IsInverted && one.May.Out.Names.Contains(Host)).Select(static one => one with { May = one.May with { Out = InterfaceSet.Any }, Must = one.Must is { } must ? must with { Out = InterfaceSet.Any } : null })];
        if (there.Length == 0) return;
        var from = there.Any(static one => one.May.In.IsInverted) ? InterfaceSet.Any : InterfaceSet.Of(there.SelectMany(static one => one.May.In.Names));
        chains.Add(new Chain("to-zone junos-host", [.. there]));
        all.Add(new Filter("to-zone junos-host", FilterPlace.Own, "to-zone junos-host", RuleAction.Drop, work.Implicit("to-zone junos-host")) { In = from });
    }

    private void Loopbacks(IReadOnlyList<NetInterface> interfaces, List<Filter> all, List<Chain> chains)
    {
        foreach (var family in (ReadOnlySpan<string>)["inet", "inet6"])
        {
            var bound = loopbacks.FindAll(one => one.Family == family);
            if (bound.Count == 0) continue;
            HashSet<string> guarded = new(StringComparer.Ordinal);
            foreach (var (unit, _, names, line) in bound)
            {
                if (!names.All(one => filters.Has(family, one))) continue;
                var name = string.Join(" + ", names);
                if (names.Length > 1 && !filters.Has(family, name)) filters.Join(family, name, names);
                var vrf = interfaces.FirstOrDefault(one => one.Name == unit)?.Vrf;
                string[] of = [.. interfaces.Where(one => one.Vrf == vrf).Select(static one => one.Name)];
                guarded.UnionWith(of);
                all.Add(new Filter($"{unit} {family} {name}", FilterPlace.Own, JunosFilters.NameOf(family, name), RuleAction.Drop, work.At(line)) { In = InterfaceSet.Of(of), OnlyV6 = family == "inet6", Stateful = false });
            }

            // A filter that isn't defined here, or another routing table: it may stop anything, and lets nothing in for sure.
            string[] others = [.. interfaces.Select(static one => one.Name).Where(one => !guarded.Contains(one))];
            if (others.Length == 0) continue;
            var chain = "lo0 " + family;
            chains.Add(new Chain(chain, [new Rule(Match.Any, RuleAction.Accept, work.At(bound[0].Line), "lo0") { Must = Match.Nothing, Unknowns = [OwnServices.Unsure("lo0 filter")] }]));
            all.Add(new Filter(chain, FilterPlace.Own, chain, RuleAction.Drop, work.At(bound[0].Line)) { In = InterfaceSet.Of(others), OnlyV6 = family == "inet6", Stateful = false });
        }
    }

    /// <summary>The last line below a node.</summary>
    private int Last(int node) => tree.Children(node).Select(Last).Append(tree.Line(node)).Max();
}
