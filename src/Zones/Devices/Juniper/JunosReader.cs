using System.Collections.Frozen;
using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Juniper;

/// <summary>Juniper SRX and routers with Junos: configuration in braces or as "set" commands.</summary>
/// <remarks>
/// Source: Junos OS Security Policies User Guide: policies of a zone pair in order, then global policies, then the default policy (deny);
/// traffic within a zone needs a policy too. Policies see destinations behind, sources before translation (NAT User Guide, "packet flow").
/// </remarks>
public sealed class JunosReader : IConfigReader
{
    public string Vendor => "junos";

    public int Recognises(IReadOnlyList<string> lines)
    {
        var score = 0;
        for (var i = 0; i < lines.Count && i < 800; i++)
        {
            var line = lines[i].AsSpan().Trim();
            if (line.StartsWith("#RANCID-CONTENT-TYPE: juniper") || line.StartsWith("!RANCID-CONTENT-TYPE: juniper")) return 100;
            if (line.StartsWith("set system host-name ") || line.StartsWith("set security ") || line.StartsWith("set interfaces ") || line.StartsWith("set firewall f") || line.StartsWith("set routing-options ") || line.StartsWith("set policy-options ") || line.StartsWith("set protocols ") || line.StartsWith("set applications ") || line.StartsWith("set routing-instances ") || line.StartsWith("set version ") || line.StartsWith("set groups "))
                score += 25;
            else if (line is "system {" or "interfaces {" or "security {" or "firewall {" or "policy-options {" or "routing-options {" or "protocols {" or "applications {" or "routing-instances {" or "family inet {" or "family inet6 {" || line.StartsWith("security-zone ") || line.StartsWith("from-zone ") || line.StartsWith("host-name "))
                score += 25;
        }

        return Math.Min(score, 90);
    }

    public ConfigReading Read(string file, IReadOnlyList<string> lines, CancellationToken cancel)
    {
        var work = ConfigDoor.WorkOf(file, lines, cancel);
        var braces = BraceReader.Read(work.Text, work.Ledger);
        var tree = braces.Tree;
        var reading = new JunosFile(work, tree);
        var device = reading.ToDevice();
        if (braces.TruncatedAt > 0)
        {
            work.Truncated(braces.TruncatedAt);
            work.Ledger.Set(braces.TruncatedAt, Reading.NotUnderstood);
        }

        tree.Settle(work.Ledger);
        return work.Finish([device]);
    }
}

/// <summary>One configuration.</summary>
internal sealed class JunosFile(FileWork work, WordTree tree)
{
    private static readonly FrozenSet<string> IrrelevantRoot = FrozenSet.ToFrozenSet(
        ["version", "system", "snmp", "chassis", "event-options", "class-of-service", "access", "forwarding-options", "policy-options", "poe", "switch-options", "virtual-chassis", "multicast-snooping-options", "ethernet-switching-options", "accounting-options", "diameter", "jsrc", "services", "wlan", "smtp", "access-profile", "dynamic-profiles", "unified-edge", "tenants-old", "session-limit-group", "applications-old", "snmp-old", "fabric", "redundant-power-system", "schedulers", "extensions", "rcs", "last-commit", "groups"]);

    private static readonly FrozenSet<string> IrrelevantSecurity = FrozenSet.ToFrozenSet(
        ["ike", "ipsec", "screen", "log", "idp", "utm", "alg", "flow", "pki", "ssh-known-hosts", "application-tracking", "dynamic-address", "analysis", "certificates", "firewall-authentication", "datapath-debug", "traceoptions", "user-identification", "advance-policy-based-routing", "advanced-services", "authentication-key-chains", "gprs", "group-vpn", "ipsec-policy", "resource-manager", "remote-access", "tcp-encap", "policy-options", "application-firewall", "cloud", "gtp", "macsec", "network-endpoints", "intelligence", "metadata-streaming", "ssl-proxy", "application-identification", "distribution-profile", "ngfw", "softwires-old"]);

    private readonly JunosObjects objects = Expanded(work, tree);
    private readonly Dictionary<string, List<string>> zones = new(StringComparer.Ordinal);
    private readonly List<NetInterface> interfaces = [];
    private readonly List<(string Interface, string Family, string[] Filters, bool Input, int Line)> bound = [];
    private readonly JunosFilters filters = new(work, tree);
    private readonly List<(string Unit, string Family, string[] Filters, int Line)> loopbacks = [];
    private readonly List<Route> routes = [];
    private readonly List<Rule> rules = [];
    private readonly List<NatRule> nat = [];
    private bool routesUnknown;

    private static JunosObjects Expanded(FileWork work, WordTree tree)
    {
        Groups(work, tree);
        return new JunosObjects(work, tree);
    }

    /// <summary>"apply-groups": what groups say stands where it is not said otherwise.</summary>
    private static void Groups(FileWork work, WordTree tree)
    {
        var apply = tree.Find(0, "apply-groups");
        var groups = tree.Find(0, "groups");
        tree.MarkAll(apply, Reading.Understood);
        if (apply < 0) return;
        foreach (var name in tree.Children(apply).Select(tree.Word).ToArray())
        {
            var group = tree.Find(groups, name);
            if (group >= 0) Merge(tree, group, 0, 0);
            else if (name != "${node}") work.Keep(tree.Line(apply), tree.Line(apply), new Touch.WholeDevice());
        }
    }

    private static void Merge(WordTree tree, int from, int to, int depth)
    {
        if (depth > 60) return;
        foreach (var child in tree.Children(from).ToArray())
        {
            var word = tree.Word(child);
            if (word.StartsWith('<') && word.EndsWith('>'))
            {
                foreach (var target in tree.Children(to).ToArray())
                {
                    if (System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(word.AsSpan(1, word.Length - 2), tree.Word(target), ignoreCase: false))
                        Merge(tree, child, target, depth + 1);
                }
            }
            else if (depth > 0 || word is not ("apply-groups" or "groups"))
            {
                Merge(tree, child, tree.Add(to, word, tree.Line(child)), depth + 1);
            }
        }
    }

    private List<string> Values(int node) => [.. tree.Children(node).Select(tree.Word)];

    public Device ToDevice()
    {
        var host = tree.Only(tree.Find(0, "system", "host-name")) ?? work.NameFromFile;
        ReadInterfaces(tree.Find(0, "interfaces"));
        var security = tree.Find(0, "security");
        tree.Mark(security, Reading.Understood);
        ReadZones(tree.Find(security, "zones"));
        filters.Read();
        ReadPolicies(tree.Find(security, "policies"));
        new JunosNat(work, tree, objects, Zone, nat).Read(tree.Find(security, "nat"));
        ReadForwarding(tree.Find(security, "forwarding-options"));
        foreach (var part in tree.Children(security))
        {
            if (tree.Word(part) is not ("zones" or "policies" or "nat" or "forwarding-options" or "address-book" or "apply-groups") && !IrrelevantSecurity.Contains(tree.Word(part))) tree.MarkAll(part, Reading.NotUnderstood);
            if (IrrelevantSecurity.Contains(tree.Word(part))) tree.MarkAll(part, Reading.Irrelevant);
        }

        ReadRoutes(tree.Find(0, "routing-options"), null);
        ReadProtocols(tree.Find(0, "protocols"));
        ReadInstances(tree.Find(0, "routing-instances"));
        tree.MarkAll(tree.Find(0, "vlans"), Reading.Understood);
        tree.MarkAll(tree.Find(0, "bridge-domains"), Reading.Understood);
        foreach (var part in tree.Children(0))
        {
            if (IrrelevantRoot.Contains(tree.Word(part)) && tree.ReadingOf(part) == Reading.None)
                tree.MarkAll(part, tree.Word(part) == "groups" ? Reading.Understood : Reading.Irrelevant);
        }

        List<Filter> all = [];
        var chains = filters.Chains;
        foreach (var (on, family, names, input, line) in bound)
        {
            var name = string.Join(" + ", names);
            if (!names.All(one => filters.Has(family, one)))
            {
                work.Keep(line, line, new Touch.OfInterfaces(InterfaceSet.Of([on])));
                continue;
            }

            if (names.Length > 1 && !filters.Has(family, name)) filters.Join(family, name, names);
            all.Add(new Filter($"{on} {family} {name}", input ? FilterPlace.Inbound : FilterPlace.Outbound, JunosFilters.NameOf(family, name), RuleAction.Drop, work.At(line))
            {
                In = input ? InterfaceSet.Of([on]) : InterfaceSet.Any,
                Out = input ? InterfaceSet.Any : InterfaceSet.Of([on]),
                Stateful = false,
                OnlyV6 = family == "inet6",
            });
        }

        if (zones.Count > 0 || tree.Find(security, "policies") >= 0)
        {
            var permit = tree.Find(security, "policies", "default-policy") is >= 0 and int standard && tree.Only(standard) == "permit-all";
            chains.Add(new Chain("security policies", [.. rules]));
            all.Add(new Filter("security policies", FilterPlace.Forward, "security policies", permit ? RuleAction.Accept : RuleAction.Drop, permit ? work.At(tree.Line(tree.Find(security, "policies", "default-policy"))) : work.Implicit("default-policy deny-all")));
        }

        var own = new JunosOwn(work, tree, filters);
        foreach (var (unit, family, named, line) in loopbacks) own.Loopback(unit, family, named, line);
        var (itself, ownChains) = own.Read(interfaces, zones, rules);
        return new Device(host, "junos")
        {
            Interfaces = [.. interfaces],
            Routes = [.. routes],
            RoutesUnknown = routesUnknown,
            Chains = [.. chains, .. ownChains],
            Filters = [.. all.OrderBy(static filter => filter.Place)],
            OwnFilters = [.. itself],
            InboundGuardsItself = true,
            Nat = [.. nat],
            NatOrder = new NatOrder(false, true, false),
        };
    }

    private void ReadForwarding(int node)
    {
        foreach (var family in tree.Children(tree.Find(node, "family")))
        {
            // packet-based: policies are not asked at all.
            var packet = tree.Only(tree.Find(family, "mode")) == "packet-based";
            tree.MarkAll(family, packet && tree.Word(family) is "inet6" or "mpls" ? Reading.NotUnderstood : Reading.Understood);
        }
    }

    private void ReadInterfaces(int node)
    {
        tree.MarkAll(node, Reading.Understood);
        foreach (var device in tree.Children(node))
        {
            if (tree.Word(device) == "interface-range")
            {
                // Settings of many interfaces at once: not modelled, and filters may stand there.
                tree.MarkAll(device, Reading.NotUnderstood);
            }

            if (tree.Word(device) is "interface-range" or "traceoptions" or "interface-set" or "apply-groups") continue;
            var off = tree.Find(device, "disable") >= 0 || tree.IsOff(device);
            foreach (var unit in tree.Children(tree.Find(device, "unit"))) Unit(tree.Word(device) + "." + tree.Word(unit), unit, off);
        }
    }

    private void Unit(string name, int unit, bool off)
    {
        List<InterfaceAddress> addresses = [];
        List<Address> shared = [];
        var families = tree.Find(unit, "family");
        var dynamic = false;
        foreach (var family in tree.Children(families))
        {
            var word = tree.Word(family);
            dynamic |= tree.Find(family, "dhcp") >= 0 || tree.Find(family, "dhcp-client") >= 0 || tree.Find(family, "dhcpv6-client") >= 0 || tree.Find(family, "negotiate-address") >= 0 || tree.Find(family, "unnumbered-address") >= 0;
            foreach (var address in tree.Children(tree.Find(family, "address")))
            {
                var text = tree.Word(address);
                var slash = text.IndexOf('/');
                if (Address.TryParse(slash < 0 ? text : text.AsSpan(0, slash), out var own) && AddressPrefix.TryParse(text, out var prefix))
                    addresses.Add(new InterfaceAddress(own, prefix));
                foreach (var (groups, setting) in (ReadOnlySpan<(string, string)>)[("vrrp-group", "virtual-address"), ("vrrp-inet6-group", "virtual-inet6-address")])
                    foreach (var group in tree.Children(tree.Find(address, groups)))
                        foreach (var said in Values(tree.Find(group, setting)))
                            if (Address.TryParse(said, out var leader)) shared.Add(leader);
            }

            var filter = tree.Find(family, "filter");
            if (word is not ("inet" or "inet6")) continue;
            var loopback = name.StartsWith("lo0", StringComparison.Ordinal);

            foreach (var (direction, input) in (ReadOnlySpan<(string, bool)>)[("input", true), ("output", false), ("input-list", true), ("output-list", false)])
            {
                // The filters of a list are one: what a filter leaves undecided the next is asked, and only the last discards.
                string[] named = [.. Values(tree.Find(filter, direction)).Where(static one => one != "precedence")];
                if (named.Length == 0) continue;
                // On lo0 a filter is for the device itself; what goes out by it is the device's own.
                if (!loopback) bound.Add((name, word, named, input, tree.Line(tree.Find(filter, direction))));
                else if (input) loopbacks.Add((name, word, named, tree.Line(tree.Find(filter, direction))));
            }
        }

        interfaces.Add(new NetInterface(name, work.At(tree.Line(unit)))
        {
            Addresses = [.. addresses],
            VirtualAddresses = [.. shared],
            Vlan = int.TryParse(tree.Only(tree.Find(unit, "vlan-id")), NumberStyles.None, CultureInfo.InvariantCulture, out var vlan) ? vlan : null,
            Enabled = !off && tree.Find(unit, "disable") < 0 && !tree.IsOff(unit),
            Routed = families < 0 || tree.Find(families, "inet") >= 0 || tree.Find(families, "inet6") >= 0,
            DynamicAddress = dynamic,
        });
    }

    private void ReadZones(int node)
    {
        tree.Mark(node, Reading.Understood);
        var all = tree.Find(node, "security-zone");
        tree.MarkOthers(node, "security-zone", "functional-zone", "apply-groups");
        tree.MarkAll(tree.Find(node, "functional-zone"), Reading.Irrelevant);
        tree.Mark(all, Reading.Understood);
        foreach (var zone in tree.Children(all))
        {
            tree.MarkAll(zone, Reading.Understood);
            tree.MarkOthers(zone, "interfaces", "host-inbound-traffic", "address-book", "screen", "tcp-rst", "description", "application-tracking", "source-identity-log", "enable-reverse-reroute", "unidirectional-session-refreshing", "advance-policy-based-routing-profile", "apply-groups", "advanced-connection-tracking");
            List<string> members = [.. Values(tree.Find(zone, "interfaces")).Select(static one => one.Contains('.') ? one : one + ".0")];
            // "interfaces all": every interface that no other zone has.
            zones[tree.Word(zone)] = members;
            for (var i = 0; i < interfaces.Count; i++)
                if (members.Contains(interfaces[i].Name)) interfaces[i] = interfaces[i] with { Zone = tree.Word(zone) };
        }
    }

    private InterfaceSet Zone(string name)
    {
        if (name is "any") return InterfaceSet.Any;
        if (!zones.TryGetValue(name, out var members) || members.Count == 0) return InterfaceSet.Of(["zone:" + name]);
        return members.Contains("all.0") ? InterfaceSet.Except([.. zones.Where(zone => zone.Key != name).SelectMany(static zone => zone.Value)]) : InterfaceSet.Of(members);
    }

    private void ReadPolicies(int node)
    {
        tree.Mark(node, Reading.Understood);
        foreach (var part in tree.Children(node))
        {
            switch (tree.Word(part))
            {
                case "from-zone":
                    tree.Mark(part, Reading.Understood);
                    foreach (var from in tree.Children(part))
                    {
                        tree.Mark(from, Reading.Understood);
                        tree.MarkOthers(from, "to-zone", "apply-groups");
                        var to = tree.Find(from, "to-zone");
                        tree.Mark(to, Reading.Understood);
                        foreach (var target in tree.Children(to))
                        {
                            tree.Mark(target, Reading.Understood);
                            tree.MarkOthers(target, "policy", "apply-groups");
                            tree.Mark(tree.Find(target, "policy"), Reading.Understood);
                            if (tree.IsOff(target) || tree.IsOff(from))
                            {
                                tree.MarkAll(target, Reading.Understood);
                                continue;
                            }

                            foreach (var policy in tree.Children(tree.Find(target, "policy"))) Policy(policy, tree.Word(from), tree.Word(target));
                        }
                    }

                    break;
                case "default-policy" or "policy-rematch" or "policy-stats" or "traceoptions" or "pre-id-default-policy" or "unified-policy":
                    tree.MarkAll(part, Reading.Understood);
                    break;
            }
        }

        tree.MarkOthers(node, "from-zone", "global", "default-policy", "policy-rematch", "policy-stats", "traceoptions", "pre-id-default-policy", "unified-policy", "apply-groups");
        var global = tree.Find(node, "global");
        tree.Mark(global, Reading.Understood);
        tree.Mark(tree.Find(global, "policy"), Reading.Understood);
        tree.MarkOthers(global, "policy", "apply-groups");
        foreach (var policy in tree.Children(tree.Find(global, "policy"))) Policy(policy, null, null);
    }

    private void Policy(int policy, string? from, string? to)
    {
        var name = tree.Word(policy);
        tree.Mark(policy, Reading.Understood);
        if (tree.IsOff(policy))
        {
            tree.MarkAll(policy, Reading.Understood);
            return;
        }

        var when = new Condition { In = from is null ? InterfaceSet.Any : Zone(from), Out = to is null ? InterfaceSet.Any : Zone(to) };
        var last = tree.Line(policy);
        var match = tree.Find(policy, "match");
        tree.Mark(match, Reading.Understood);
        if (match >= 0)
            tree.Hoist(match, static word => word is "source-address" or "destination-address" or "application" or "from-zone" or "to-zone" or "source-identity" or "dynamic-application" or "url-category");

        foreach (var part in tree.Children(match))
        {
            last = Math.Max(last, tree.Line(part));
            tree.MarkAll(part, Reading.Understood);
            var values = Values(part);
            switch (tree.Word(part))
            {
                case "source-address":
                    when.Source = objects.Addresses(values, from);
                    if (tree.Find(match, "source-address-excluded") >= 0) when.Source = when.Source.Not(AddressSet.All);
                    break;
                case "destination-address":
                    when.Destination = objects.Addresses(values, to);
                    if (tree.Find(match, "destination-address-excluded") >= 0) when.Destination = when.Destination.Not(AddressSet.All);
                    break;
                case "application":
                    when.Services = objects.Applications(values);
                    break;
                case "source-address-excluded" or "destination-address-excluded":
                    break;
                case "from-zone" when from is null:
                    when.In = Union(values);
                    break;
                case "to-zone" when to is null:
                    when.Out = Union(values);
                    break;
                case "source-identity" or "source-end-user-profile":
                    if (!values.Contains("any")) when.Uncertain(UnknownKind.User, string.Join(", ", values));
                    break;
                case "dynamic-application" or "url-category":
                    if (!values.Contains("any") && !values.Contains("none")) when.Uncertain(UnknownKind.Application, string.Join(", ", values));
                    break;
                default:
                    Strange(part, when);
                    break;
            }
        }

        RuleAction? action = null;
        var then = tree.Find(policy, "then");
        tree.Mark(then, Reading.Understood);
        foreach (var part in tree.Children(then))
        {
            last = Math.Max(last, tree.Line(part));
            tree.MarkAll(part, Reading.Understood);
            switch (tree.Word(part))
            {
                case "permit":
                    // Below permit: services that look into what passes, or send it into a tunnel.
                    action = action is null ? RuleAction.Accept : RuleAction.Unknown;
                    break;
                case "deny":
                    action = action is null ? RuleAction.Drop : RuleAction.Unknown;
                    break;
                case "reject":
                    action = action is null ? RuleAction.Reject : RuleAction.Unknown;
                    break;
                case "log" or "count":
                    break;
                default:
                    Strange(part, when);
                    break;
            }
        }

        foreach (var part in tree.Children(policy))
        {
            switch (tree.Word(part))
            {
                case "match" or "then":
                    break;
                case "description":
                    tree.MarkAll(part, Reading.Irrelevant);
                    break;
                case "scheduler-name":
                    tree.MarkAll(part, Reading.Understood);
                    when.Uncertain(UnknownKind.Schedule, string.Join(", ", Values(part)));
                    break;
                default:
                    Strange(part, when);
                    break;
            }
        }

        var at = work.At(tree.Line(policy), last, from is null ? "global policy " + name : $"from-zone {from} to-zone {to} policy {name}");
        if (action is null) when.Uncertain(UnknownKind.NotUnderstood, "then");
        // What isn't understood may have been a further address or application: between its zones the policy may meet anything.
        if (when.Unknowns().FirstOrDefault(static one => one.Kind == UnknownKind.NotUnderstood) is { } strange)
        {
            (when.Source, when.Destination, when.Services) = (AddressValue.Any, AddressValue.Any, ServiceValue.Any);
            when.Uncertain(strange.Kind, strange.Name);
        }

        rules.Add(when.ToRule(action ?? RuleAction.Unknown, at, name));
    }

    private InterfaceSet Union(List<string> names) => names.Contains("any") ? InterfaceSet.Any : InterfaceSet.Of(names.SelectMany(name => Zone(name).Names));

    private void Strange(int part, Condition when)
    {
        tree.MarkAll(part, Reading.NotUnderstood);
        work.Keep(tree.Line(part), tree.Line(part), new Touch.InPlace());
        when.Uncertain(UnknownKind.NotUnderstood, tree.Word(part));
    }

    private void ReadRoutes(int node, string? vrf)
    {
        tree.MarkAll(node, Reading.Understood);
        List<int> places = [tree.Find(node, "static")];
        foreach (var rib in tree.Children(tree.Find(node, "rib"))) places.Add(tree.Find(rib, "static"));
        foreach (var route in places.SelectMany(place => tree.Children(tree.Find(place, "route")).ToArray()))
        {
            if (tree.IsOff(route)) continue;
            var text = tree.Word(route) == "default" ? "0.0.0.0/0" : tree.Word(route);
            if (!AddressPrefix.TryParse(text, out var prefix))
            {
                routesUnknown = true;
                continue;
            }

            var discard = tree.Find(route, "discard") >= 0 || tree.Find(route, "reject") >= 0;
            List<string> hops = [.. Values(tree.Find(route, "next-hop")), .. Values(tree.Find(route, "qualified-next-hop"))];
            routesUnknown |= tree.Find(route, "next-table") >= 0;
            if (discard || hops.Count == 0)
                routes.Add(new Route(prefix, null, null, work.At(tree.Line(route))) { Discard = discard, Distance = 5, Vrf = vrf });

            foreach (var hop in hops)
            {
                var address = Address.TryParse(hop, out var next);
                routes.Add(new Route(prefix, address ? next : null, address ? null : hop, work.At(tree.Line(route))) { Distance = 5, Vrf = vrf });
            }
        }
    }

    private void ReadProtocols(int node)
    {
        tree.MarkAll(node, Reading.Irrelevant);
        foreach (var protocol in tree.Children(node))
            routesUnknown |= !tree.IsOff(protocol) && tree.Word(protocol) is "ospf" or "ospf3" or "bgp" or "isis" or "rip" or "ripng";
    }

    private void ReadInstances(int node)
    {
        tree.MarkAll(node, Reading.Understood);
        foreach (var instance in tree.Children(node))
        {
            var name = tree.Word(instance);
            foreach (var member in Values(tree.Find(instance, "interface")))
            {
                var at = interfaces.FindIndex(one => one.Name == member);
                if (at >= 0) interfaces[at] = interfaces[at] with { Vrf = name };
            }

            ReadRoutes(tree.Find(instance, "routing-options"), name);
            foreach (var protocol in tree.Children(tree.Find(instance, "protocols")))
                routesUnknown |= tree.Word(protocol) is "ospf" or "ospf3" or "bgp" or "isis" or "rip";
        }
    }
}
