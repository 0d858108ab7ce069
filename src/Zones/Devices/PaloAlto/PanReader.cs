using System.Collections.Frozen;
using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.PaloAlto;

/// <summary>Palo Alto PAN-OS: XML configuration, "set" commands, and Panorama's device groups.</summary>
/// <remarks>
/// Source: PAN-OS Administrator's Guide, "Security Policy", "NAT Policy Rules": rules in order; what none matches is allowed within a zone
/// (intrazone-default) and denied between zones (interzone-default); rules see addresses before translation and the zone behind it.
/// An application is told from content: a rule that names one is a condition that ports don't decide.
/// </remarks>
public sealed class PanReader : IConfigReader
{
    public string Vendor => "panos";

    public int Recognises(IReadOnlyList<string> lines)
    {
        var score = 0;
        for (var i = 0; i < lines.Count && i < 600; i++)
        {
            // "set" at the left edge only: FortiOS indents its own "set service …".
            var whole = lines[i].AsSpan();
            var line = whole.StartsWith(" ") && whole.TrimStart().StartsWith("set ") ? default : whole.TrimStart();
            if (line.StartsWith("<config ") || line.StartsWith("<config>"))
            {
                score += 60;
            }
            else if (line.StartsWith("<rulebase>") || line.StartsWith("<devices>") || line.StartsWith("<vsys>") || line.StartsWith("!RANCID-CONTENT-TYPE: paloalto"))
            {
                score += 40;
            }
            else if (line.StartsWith("set deviceconfig ") || line.StartsWith("set rulebase ") || line.StartsWith("set shared ") || line.StartsWith("set network ") || line.StartsWith("set mgt-config ") || line.StartsWith("set vsys ") || line.StartsWith("set device-group ") || line.StartsWith("set template ") || line.StartsWith("set zone ")
                || line.StartsWith("set address-group ") || line.StartsWith("set service ") || (line.StartsWith("set address ") && (line.IndexOf("ip-netmask") > 0 || line.IndexOf("fqdn") > 0 || line.IndexOf("ip-range") > 0)) || line.StartsWith("set readonly ") || line.StartsWith("set config devices "))
            {
                score += 30;
            }
            else if (line.StartsWith("deviceconfig {") || line.StartsWith("mgt-config {") || line.StartsWith("rulebase {"))
            {
                score += 60;
            }
        }

        return Math.Min(score, 96);
    }

    public ConfigReading Read(string file, IReadOnlyList<string> lines, CancellationToken cancel)
    {
        var work = ConfigDoor.WorkOf(file, lines, cancel);
        var pan = PanTree.Read(work.Text, work.Ledger);
        var tree = pan.Tree;
        var config = tree.Find(0, "config") is >= 0 and int inner ? inner : 0;
        tree.Mark(config, config == 0 ? Reading.None : Reading.Understood);
        var devices = tree.Find(config, "devices");
        tree.Mark(devices, Reading.Understood);
        var based = devices >= 0 && tree.Children(devices).Any() ? tree.Children(devices).First() : config;
        if (based != config) tree.Mark(based, Reading.Understood);
        var shared = tree.Find(config, "shared") is >= 0 and int found ? found : tree.Find(based, "shared");
        var all = new PanSystem(work, tree, based, shared).ToDevices();
        if (pan.TruncatedAt > 0)
        {
            work.Truncated(pan.TruncatedAt);
            work.Ledger.Set(pan.TruncatedAt, Reading.NotUnderstood);
        }

        // Interfaces without a zone and without a rule pass nothing: no firewall in use is so, and a file that breaks off there looks so.
        if (all.Exists(static one => one.Interfaces.Any(static port => port.Routed)) && all.TrueForAll(static one => one.Chains.All(chain => chain.Rules.IsEmpty || one.Filters.All(filter => filter.Chain != chain.Name)))) work.Truncated(work.Text.LineCount);
        tree.Settle(work.Ledger);
        return work.Finish(all);
    }
}

/// <summary>One firewall with its virtual systems, or Panorama with its device groups.</summary>
internal sealed class PanSystem(FileWork work, WordTree tree, int based, int shared)
{
    private static readonly FrozenSet<string> IrrelevantRoot = FrozenSet.ToFrozenSet(
        [
            "mgt-config", "deviceconfig", "readonly", "predefined", "profiles", "profile-group", "application", "application-group", "application-filter", "application-tag", "application-status", "threats", "log-settings", "tag", "schedule", "authentication-profile", "authentication-sequence", "authentication-object", "authentication-policy", "certificate", "certificate-profile", "ssl-tls-service-profile", "ssl-exclude-cert", "ssl-decrypt", "server-profile", "user-id-agent", "user-id-agent-sequence", "user-id-collector", "user-id-hub", "user-id-ssl-auth", "user-id-syslog", "user-id-agents",
            "global-protect", "email-scheduler", "pdf-summary-report", "report-group", "reports", "botnet", "local-user-database", "admin-role", "response-page", "group-mapping", "captive-portal", "redistribution-agent", "ts-agent", "vm-info-source", "display-name", "setting", "url-admin-override", "url-content-types", "alg-override", "hip-objects", "hip-profiles", "content-preview", "override", "ocsp-responder", "scep", "sdwan-interface-profile", "ike", "dynamic-user-group", "device-object", "quota-settings", "log-collector", "log-collector-group", "wildfire-appliance", "wildfire-appliance-cluster", "plugins", "collector-group", "import-list", "dns-proxy", "iot", "cloud-identity-engine",
            "gp-mdm", "platform", "high-availability", "urldb", "version", "detail-version", "time", "risk", "default", "id", "to-sw-version", "authcode", "description", "devices-old", "ssl-tls", "inherited", "reference-templates", "master-device", "secure-web-gateway", "mdm", "sso", "kerberos", "statistics-service", "admin-session", "zone-protection", "userid", "password-profile", "mfa-server-profile", "global-setting", "clientless-app", "clientless-app-group", "gp-app", "multi-vsys",
        ]);

    /// <summary>What stands beside it in a scope and is read elsewhere.</summary>
    private static readonly FrozenSet<string> Matters = FrozenSet.ToFrozenSet(["address", "address-group", "service", "service-group", "external-list", "region", "zone", "rulebase", "policy", "pre-rulebase", "post-rulebase", "import", "network", "vsys", "device-group", "devices", "shared", "config"]);

    public List<Device> ToDevices()
    {
        var host = tree.Only(tree.Find(based, "deviceconfig", "system", "hostname")) ?? tree.Only(tree.Find(0, "deviceconfig", "system", "hostname")) ?? work.NameFromFile;
        var network = new PanNetwork(work, tree, based, shared);
        network.Read();
        List<Device> devices = [];
        var vsys = tree.Find(based, "vsys");
        tree.Mark(vsys, Reading.Understood);
        List<int> scopes = [.. tree.Children(vsys)];
        if (tree.Find(based, "rulebase") >= 0 || tree.Find(based, "zone") >= 0 || scopes.Count == 0) scopes.Insert(0, based);
        var groups = tree.Find(based, "device-group");
        // What Panorama pushed to this firewall: rules before and behind its own, and their objects.
        var policy = tree.Find(0, "policy") is >= 0 and var top ? top : tree.Find(based, "policy");
        var pushed = tree.Find(policy, "panorama");
        tree.Mark(policy, Reading.Understood);
        tree.MarkOthers(policy, "panorama");
        tree.Mark(pushed, Reading.Understood);
        var panorama = groups >= 0;
        foreach (var scope in scopes)
        {
            if (panorama && scope == based && tree.Find(based, "rulebase") < 0) continue;
            var name = scopes.Count == 1 || scope == based ? host : host + "/" + tree.Word(scope);
            if (scope != based) tree.Mark(scope, Reading.Understood);
            devices.Add(new PanVsys(work, tree, network, [scope, based, shared, pushed], scopes.Count > 1)
                .ToDevice(name, [(tree.Find(pushed, "pre-rulebase"), "pushed pre ")], [(tree.Find(scope, "rulebase"), "")], [(tree.Find(pushed, "post-rulebase"), "pushed post ")]));
            MarkRoot(scope);
        }

        tree.Mark(groups, Reading.Understood);
        var (lent, vsysOfTemplate) = panorama ? OneTemplate(network) : (network, -1);
        foreach (var group in tree.Children(groups))
        {
            tree.Mark(group, Reading.Understood);
            (int, string)[] before = [(tree.Find(shared, "pre-rulebase"), "shared pre "), (tree.Find(group, "pre-rulebase"), "pre ")];
            (int, string)[] after = [(tree.Find(group, "post-rulebase"), "post "), (tree.Find(shared, "post-rulebase"), "shared post ")];
            devices.Add(new PanVsys(work, tree, lent, [group, shared, vsysOfTemplate], false).ToDevice(host + "/" + tree.Word(group), before, [], after));
            tree.MarkAll(tree.Find(group, "devices"), Reading.Understood);
            MarkRoot(group);
        }

        if (shared >= 0)
        {
            tree.Mark(shared, Reading.Understood);
            MarkRoot(shared);
        }

        if (pushed >= 0) MarkRoot(pushed);
        MarkRoot(based);
        MarkRoot(0);
        if (devices.Count == 0) devices.Add(new Device(host, "panos") { RoutesUnknown = true });
        return devices;
    }

    /// <summary>Interfaces and zones of the firewalls that Panorama manages, where it has one template for all of them; of several, who has which isn't worked out.</summary>
    private (PanNetwork Network, int Vsys) OneTemplate(PanNetwork own)
    {
        var templates = tree.Find(based, "template");
        if (templates < 0 || tree.Children(templates).Count() != 1) return (own, -1);
        var template = tree.Children(templates).First();
        var devices = tree.Find(template, "config", "devices");
        if (devices < 0 || tree.Children(devices).Count() != 1 || tree.Children(template).Count() != 1) return (own, -1);
        var device = tree.Children(devices).First();
        foreach (var node in (ReadOnlySpan<int>)[templates, template, tree.Find(template, "config"), devices, device, tree.Find(device, "vsys")]) tree.Mark(node, Reading.Understood);
        tree.MarkOthers(tree.Find(template, "config"), "devices", "mgt-config", "shared");
        tree.MarkAll(tree.Find(template, "config", "mgt-config"), Reading.Irrelevant);
        tree.MarkAll(tree.Find(based, "template-stack"), Reading.Understood);
        var network = new PanNetwork(work, tree, device, shared);
        network.Read();
        var vsys = tree.Children(tree.Find(device, "vsys")).FirstOrDefault(-1);
        if (vsys >= 0)
        {
            tree.Mark(vsys, Reading.Understood);
            MarkRoot(vsys);
        }
        MarkRoot(device);
        return (network, vsys);
    }

    private void MarkRoot(int scope)
    {
        foreach (var node in tree.Children(scope))
        {
            if (IrrelevantRoot.Contains(tree.Word(node))) tree.MarkAll(node, Reading.Irrelevant);
            else if (scope != 0 && !Matters.Contains(tree.Word(node))) tree.MarkAll(node, Reading.NotUnderstood);
        }

        var import = tree.Find(scope, "import");
        tree.MarkAll(import, Reading.Understood);
    }
}

/// <summary>Interfaces, virtual routers and routes, which all virtual systems share.</summary>
internal sealed class PanNetwork(FileWork work, WordTree tree, int based, int shared)
{
    /// <summary>More routes than that aren't worked out for the zones of NAT rules.</summary>
    private const int RouteLimit = 500;

    public List<NetInterface> Interfaces { get; } = [];

    public List<Route> Routes { get; } = [];

    /// <summary>The management profile of each interface that has one.</summary>
    public Dictionary<string, (string Name, int Line)> Profiles { get; } = new(StringComparer.Ordinal);

    /// <summary>A portal or gateway for terminals outside listens on some interface.</summary>
    public bool HasGlobalProtect => tree.Find(based, "network", "tunnel") is >= 0 and var tunnels && tree.Find(tunnels, "global-protect-gateway") >= 0;

    /// <summary>Where a management profile is written; -1: nowhere.</summary>
    public int Profile(string name) => tree.Find(tree.Find(based, "network", "profiles", "interface-management-profile"), name);

    public bool RoutesUnknown { get; set; }

    public void Read()
    {
        var network = tree.Find(based, "network");
        tree.Mark(network, Reading.Understood);
        foreach (var part in tree.Children(network))
        {
            if (tree.Word(part) is "profiles" or "ike" or "tunnel" or "qos" or "lldp" or "dhcp" or "dns-proxy" or "shared-gateway-old" or "underlay-net" or "logical-router-old" or "monitor-profile" or "proxy" or "secure-web-gateway" or "vlan" or "virtual-wire" or "lldp-profile" or "network-profiles" or "gre-old")
                tree.MarkAll(part, tree.Word(part) is "vlan" or "virtual-wire" ? Reading.Understood : Reading.Irrelevant);
        }

        tree.MarkAll(tree.Find(network, "profiles", "interface-management-profile"), Reading.Understood);
        var interfaces = tree.Find(network, "interface");
        tree.MarkAll(interfaces, Reading.Understood);
        var objects = new PanObjects(work, tree, based, shared);
        foreach (var kind in tree.Children(interfaces))
        {
            var physical = tree.Word(kind) is "ethernet" or "aggregate-ethernet";
            if (physical)
            {
                foreach (var port in tree.Children(kind)) Port(port, objects);
            }
            else
            {
                Unit(kind, tree.Word(kind), true, objects);
                Units(tree.Find(kind, "units"), true, objects);
            }
        }

        var routers = tree.Find(network, "virtual-router");
        tree.MarkAll(routers, Reading.Understood);
        foreach (var router in tree.Children(routers)) Router(router, objects);
        if (tree.Find(network, "logical-router") is >= 0 and int logical)
        {
            tree.MarkAll(logical, Reading.Understood);
            RoutesUnknown = true;
        }
    }

    private void Port(int port, PanObjects objects)
    {
        var routed = false;
        foreach (var layer in (ReadOnlySpan<string>)["layer3", "layer2", "virtual-wire", "tap", "decrypt-mirror"])
        {
            var node = tree.Find(port, layer);
            if (node >= 0)
            {
                routed = layer == "layer3";
                Unit(node, tree.Word(port), routed, objects);
                Units(tree.Find(node, "units"), routed, objects);
                return;
            }
        }

        Unit(port, tree.Word(port), routed, objects);
    }

    private void Units(int units, bool routed, PanObjects objects)
    {
        foreach (var unit in tree.Children(units)) Unit(unit, tree.Word(unit), routed, objects);
    }

    private void Unit(int node, string name, bool routed, PanObjects objects)
    {
        List<InterfaceAddress> addresses = [];
        var texts = tree.Children(tree.Find(node, "ip")).Select(tree.Word).Concat(tree.Children(tree.Find(node, "ipv6", "address")).Select(tree.Word));
        var dynamic = tree.Find(node, "dhcp-client") >= 0 || tree.Find(node, "pppoe") >= 0;
        foreach (var text in texts)
        {
            var slash = text.IndexOf('/');
            if (Address.TryParse(slash < 0 ? text : text.AsSpan(0, slash), out var address) && AddressPrefix.TryParse(text, out var prefix))
            {
                addresses.Add(new InterfaceAddress(address, prefix));
            }
            else if (objects.Addresses([text]) is { IsSure: true, May.IsAll: false } named && named.May.V4.Count == 1)
            {
                // An address object: its prefix is all that can be told.
                dynamic |= named.May.V4.Bounds[0] != named.May.V4.Bounds[1];
                var own = Address.V4(named.May.V4.Bounds[0]);
                addresses.Add(new InterfaceAddress(own, new AddressPrefix(own, 32)));
            }
            else
            {
                dynamic = true;
            }
        }

        if (tree.Only(tree.Find(node, "interface-management-profile")) is { } profile) Profiles[name] = (profile, tree.Line(tree.Find(node, "interface-management-profile")));
        Interfaces.RemoveAll(one => one.Name == name);
        Interfaces.Add(new NetInterface(name, work.At(tree.Line(node)))
        {
            Addresses = [.. addresses],
            Vlan = int.TryParse(tree.Only(tree.Find(node, "tag")), NumberStyles.None, CultureInfo.InvariantCulture, out var tag) ? tag : null,
            Routed = routed,
            DynamicAddress = dynamic,
            Enabled = tree.Only(tree.Find(node, "link-state")) != "down",
        });
    }

    private void Router(int router, PanObjects objects)
    {
        var name = tree.Word(router);
        foreach (var member in tree.Children(tree.Find(router, "interface")).Select(tree.Word))
        {
            var at = Interfaces.FindIndex(one => one.Name == member);
            if (at >= 0) Interfaces[at] = Interfaces[at] with { Vrf = name };
        }

        foreach (var family in (ReadOnlySpan<string>)["ip", "ipv6"])
        {
            foreach (var route in tree.Children(tree.Find(tree.Find(router, "routing-table", family), "static-route")))
            {
                if (tree.Only(tree.Find(route, "destination")) is not { } to || objects.Addresses([to]) is not { IsSure: true } destination || !TryPrefix(destination.May, out var prefix))
                {
                    RoutesUnknown = true;
                    continue;
                }

                var hop = tree.Find(route, "nexthop");
                Address? next = Address.TryParse(tree.Only(tree.Find(hop, "ip-address")) ?? tree.Only(tree.Find(hop, "ipv6-address")), out var gateway) ? gateway : null;
                RoutesUnknown |= tree.Find(hop, "next-vr") >= 0 || tree.Find(hop, "fqdn") >= 0;
                Routes.Add(new Route(prefix, next, tree.Only(tree.Find(route, "interface")), work.At(tree.Line(route)))
                {
                    Distance = int.TryParse(tree.Only(tree.Find(route, "admin-dist")), NumberStyles.None, CultureInfo.InvariantCulture, out var distance) ? distance : 10,
                    Discard = tree.Find(hop, "discard") >= 0,
                    Vrf = name,
                });
            }
        }

        foreach (var protocol in tree.Children(tree.Find(router, "protocol")))
            RoutesUnknown |= tree.Word(protocol) is "bgp" or "ospf" or "ospfv3" or "rip" && tree.Only(tree.Find(protocol, "enable")) != "no";
    }

    /// <summary>The addresses that are routed out by some interfaces: the longest prefix decides, of equal ones the nearest.</summary>
    /// <returns>Null where the file alone doesn't tell.</returns>
    public AddressSet? RoutedTo(InterfaceSet interfaces)
    {
        if (RoutesUnknown || Routes.Count > RouteLimit || Interfaces.Where(static one => one.Routed).Select(static one => one.Vrf).Distinct().Count() > 1 || Interfaces.Exists(static one => one.Routed && one.DynamicAddress)) return null;
        var ways = Interfaces.SelectMany(static one => one.Addresses.Select(own => (To: own.Prefix, Distance: 0, Out: (string?)one.Name)))
            .Concat(Routes.Select(route => (route.To, route.Distance, Out: route.Discard ? "" : route.OutInterface ?? Interfaces.Find(one => route.NextHop is { } hop && one.Addresses.Any(own => own.Prefix.Contains(hop)))?.Name)));
        var (there, decided) = (AddressSet.Empty, AddressSet.Empty);
        foreach (var (to, _, by) in ways.OrderByDescending(static way => way.To.Length).ThenBy(static way => way.Distance))
        {
            if (by is null) return null;
            var here = AddressSet.Of(to).Except(decided);
            if (interfaces.Contains(by)) there = there.Union(here);
            decided = decided.Union(here);
        }
        return there;
    }

    private static bool TryPrefix(AddressSet set, out AddressPrefix prefix)
    {
        var text = set.ToString();
        return AddressPrefix.TryParse(text, out prefix);
    }
}
