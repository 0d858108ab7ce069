using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Fortinet;

/// <summary>FortiGate (FortiOS): full backups and "show" output, with or without virtual domains.</summary>
/// <remarks>
/// Source: FortiOS CLI Reference and Administration Guide, "Firewall policy": policies are tried in the order of the file, not of their
/// numbers; what no policy matches is dropped; policies name zones or interfaces; a virtual address is matched as a policy's destination.
/// </remarks>
public sealed class FortiReader : IConfigReader
{
    public string Vendor => "fortios";

    public int Recognises(IReadOnlyList<string> lines)
    {
        var score = 0;
        for (var i = 0; i < lines.Count && i < 600; i++)
        {
            var line = lines[i].AsSpan().TrimEnd();
            if (line.StartsWith("#config-version=")) return 100;
            if (line.StartsWith("config system ") || line.StartsWith("config firewall ") || line.StartsWith("config vdom") || line.StartsWith("config router ") || line.StartsWith("config global"))
                score += 30;
            else if (line.StartsWith("    edit ") || line.StartsWith("    set ") || line is "    next" or "end")
                score += 2;
        }

        return score >= 30 ? Math.Min(score, 95) : 0;
    }

    public ConfigReading Read(string file, IReadOnlyList<string> lines, CancellationToken cancel)
    {
        var work = ConfigDoor.WorkOf(file, lines, cancel);
        var forti = FortiTree.Read(work.Text, work.Ledger);
        var tree = forti.Tree;
        var global = tree.Find(0, "global") is >= 0 and int node ? node : 0;
        var host = tree.Only(tree.Find(tree.Find(global, "system global"), "hostname")) ?? work.NameFromFile;
        var vdoms = tree.Find(0, "vdom");
        List<Device> devices = [];
        List<int> scopes = vdoms < 0 ? [] : [.. tree.Children(vdoms).Where(vdom => tree.Children(vdom).Any())];
        tree.Mark(vdoms, Reading.Understood);
        tree.Mark(global == 0 ? -1 : global, Reading.Understood);
        if (scopes.Count == 0)
        {
            devices.Add(new FortiDomain(work, tree, 0, global, null).ToDevice(host));
        }
        else
        {
            foreach (var vdom in scopes)
            {
                tree.Mark(vdom, Reading.Understood);
                devices.Add(new FortiDomain(work, tree, vdom, global, tree.Word(vdom)).ToDevice(scopes.Count == 1 ? host : host + "/" + tree.Word(vdom)));
            }

            if (global != 0) FortiIrrelevant.Mark(tree, 0);
        }

        if (forti.TruncatedAt > 0)
        {
            work.Truncated(forti.TruncatedAt);
            work.Ledger.Set(forti.TruncatedAt, Reading.NotUnderstood);
        }

        Ending.OfFortiOs(work);
        tree.Settle(work.Ledger);
        return work.Finish(devices);
    }
}

/// <summary>What of FortiOS has no influence on which packets pass.</summary>
internal static class FortiIrrelevant
{
    private static readonly string[] Beginnings =
    [
        "log ", "user ", "report ", "antivirus ", "webfilter ", "ips ", "application ", "dlp ", "emailfilter ", "spamfilter ", "icap ", "waf ", "voip ", "wireless-controller", "switch-controller", "endpoint-control", "vpn certificate", "vpn ssl",
        "vpn ipsec", "vpn l2tp", "vpn pptp", "dnsfilter ", "ssh-filter ", "file-filter ", "videofilter ", "cifs ", "sctp-filter ", "certificate ", "authentication ", "extender", "extension-controller", "web-proxy ", "ftp-proxy ", "alertemail", "credential-store", "nsxt", "gtp", "monitoring", "automation", "ztna ", "casb ", "telemetry", "virtual-patch ", "diameter-filter ", "dpdk ",
        "firewall ssl", "firewall profile", "firewall shap", "firewall internet-service", "firewall schedule", "firewall wildcard-fqdn", "firewall multicast-address", "firewall DoS-policy", "firewall interface-policy", "firewall ttl-policy", "firewall auth", "firewall ldb-monitor", "firewall ipmacbinding", "firewall dnstranslation", "firewall sniffer", "firewall service category", "firewall ssh",
        "firewall city", "firewall country", "firewall region", "firewall vendor-mac", "firewall traffic-class", "firewall decrypted", "firewall global", "firewall proxy-address", "firewall proxy-addrgrp", "firewall carrier", "firewall gtp", "firewall ip-translation", "firewall iprope", "firewall on-demand", "firewall network-service", "firewall access-proxy",
        "router access-list", "router prefix-list", "router route-map", "router key-chain", "router aspath-list", "router community-list", "router setting", "router auth-path", "router bfd", "router multicast", "router isis", "router ripng", "router extcommunity",
    ];

    /// <summary>Tables below "system" without influence; "system …" that isn't here or read elsewhere isn't understood.</summary>
    private static readonly FrozenSet<string> System = FrozenSet.ToFrozenSet("accprofile acme admin affinity-interrupt affinity-packet-redistribution alarm alias api-user arp-table auto-install auto-script auto-scale autoupdate automation-action automation-condition automation-destination automation-stitch automation-trigger bypass central-management cluster-sync console csf custom-language ddns dedicated-mgmt device-upgrade dhcp dhcp6 dns dns-database dns-server dns64 dscp-based-priority elbc email-server external-resource evpn fips-cc fm fortianalyzer fortiguard fortimanager fortindr fortisandbox fortitoken-cloud fortiai ftm-push ftp-proxy federated-upgrade geoip-country geoip-override gi-gk global ha ha-monitor health-check-fortiguard ike interface-policy ips ips-urlfilter-dns ips-urlfilter-dns6 ipv6-neighbor-cache isf-queue-profile link-monitor lldp lte-modem mac-address-table management-tunnel mem-mgr modem mobile-tunnel nd-proxy netflow network-visibility npu np6 npu-post npu-setting ntp object-tag object-tagging password-policy password-policy-guest-admin pcp-server physical-switch pppoe-interface probe-response proxy-arp ptp replacemsg replacemsg-group replacemsg-image resource-limits saml sdn-connector sdn-proxy sdn-vpn security-rating session-helper session-ttl sflow sit-tunnel smc-ntp sms-server snmp speed-test-schedule speed-test-server speed-test-setting sso-admin sso-forticloud-admin sso-fortigate-cloud-admin standalone-cluster startup-error-log storage stp switch-controller tos-based-priority timezone vdom vdom-dns vdom-exception vdom-netflow vdom-property vdom-radius-server vdom-sflow virtual-wan-link-old vne-tunnel vin-alarm wccp wireless ssh-config ngfw-settings-old netflow-old webfilter tagging amc fortiview geneve-old ssl-vpn nat64-old dnp3 cluster fsso-polling backup status performance auto-update proxy-address-cache auto-delete-old mac-address gre-keepalive 5g-modem".Split(' '));

    public static void Mark(WordTree tree, int scope)
    {
        foreach (var node in tree.Children(scope))
        {
            var name = tree.Word(node);
            if ((name.StartsWith("system ", StringComparison.Ordinal) && System.Contains(name.Split(' ')[1])) || name is "gui" || Beginnings.Any(start => name.StartsWith(start, StringComparison.Ordinal)))
                tree.MarkAll(node, Reading.Irrelevant);
        }
    }
}

/// <summary>One virtual domain as a device.</summary>
internal sealed class FortiDomain(FileWork work, WordTree tree, int scope, int global, string? vdom)
{
    private readonly List<NetInterface> interfaces = [];

    /// <summary>Where each of the interfaces is written.</summary>
    private readonly List<int> edits = [];
    private readonly Dictionary<string, List<string>> zones = new(StringComparer.Ordinal);
    private readonly List<Rule> rules = [];
    private readonly List<NatRule> sourceNat = [];
    private readonly List<Route> routes = [];
    private bool routesUnknown;

    public Device ToDevice(string name)
    {
        ReadInterfaces();
        ReadZones();
        var objects = new FortiObjects(work, tree, scope, SubnetOf);
        Settings();
        var central = tree.Only(tree.Find(tree.Find(scope, "system settings"), "central-nat")) == "enable";
        var policies = new FortiPolicies(work, tree, objects, InterfacesOf, rules, sourceNat, central);
        foreach (var (kind, family) in (ReadOnlySpan<(string, FortiFamily)>)[("firewall policy", FortiFamily.Both), ("firewall consolidated policy", FortiFamily.Both), ("firewall policy46", FortiFamily.Neither), ("firewall policy64", FortiFamily.Neither), ("firewall policy6", FortiFamily.V6)])
            policies.Read(tree.Find(scope, kind), family);
        policies.Translations();

        List<NatRule> nat = [];
        foreach (var vip in objects.Vips.Values)
        {
            tree.Mark(tree.Find(scope, vip.V6 ? "firewall vip6" : "firewall vip"), Reading.Understood);
            if (!vip.Enabled) continue;
            var translation = Translate(vip);
            if (!central)
            {
                // A virtual address is looked at only when a policy names it (Fortinet technical tip 350101); of a policy that is switched off it isn't said.
                if (!policies.UsedVips.TryGetValue(vip.Name, out var inForce)) continue;
                if (!inForce) translation = translation with { Must = Match.Nothing, Unknowns = [.. translation.Unknowns, new Unknown(UnknownKind.RunTime, $"vip {vip.Name}")] };
            }
            nat.Add(translation);
        }

        tree.MarkAll(tree.Find(scope, "firewall ippool"), Reading.Understood);
        tree.MarkAll(tree.Find(scope, "firewall ippool6"), Reading.Understood);
        if (central) policies.CentralNat(tree.Find(scope, "firewall central-snat-map"));
        else tree.MarkAll(tree.Find(scope, "firewall central-snat-map"), Reading.Irrelevant);
        ReadRoutes();
        FortiIrrelevant.Mark(tree, scope);
        FortiIrrelevant.Mark(tree, global);
        var (itself, ownChains) = new FortiOwn(work, tree, scope, global, objects, InterfacesOf).ToFilter([.. edits.Select((edit, i) => (edit, interfaces[i]))], rules);
        return new Device(name, "fortios")
        {
            Interfaces = [.. interfaces],
            Routes = [.. routes],
            RoutesUnknown = routesUnknown,
            Chains = [new Chain("firewall policy", [.. rules]), .. ownChains],
            Filters = [new Filter("firewall policy", FilterPlace.Forward, "firewall policy", RuleAction.Drop, work.Implicit("implicit deny"))],
            OwnFilters = tree.Only(tree.Find(tree.Find(scope, "system settings"), "opmode")) == "transparent" ? [] : [itself],
            Disabled = [.. policies.Disabled],
            Nat = [.. nat, .. sourceNat],
            // Administration Guide, "Central DNAT": the virtual addresses translate by themselves, and policies name the real ones.
            NatOrder = new NatOrder(false, central, false),
        };
    }

    private NatRule Translate(FortiVip vip)
    {
        var when = new Match()
        {
            Source = vip.V6 ? AddressSet.AllV6 : AddressSet.AllV4,
            Destination = vip.External,
            Services = vip.Services,
            In = vip.Interface is { } on ? InterfacesOf([on]) : InterfaceSet.Any,
        };
        if (!vip.Readable)
            return new NatRule(NatKind.Destination, when, vip.Source, vip.Name) { Must = Match.Nothing, Unknowns = [new Unknown(UnknownKind.RunTime, vip.Name)], To = vip.V6 ? AddressSet.AllV6 : AddressSet.AllV4, ToPorts = IntervalSet<ushort>.All };

        var sameSize = Netfilter.IptablesNat.SameSize(vip.External, vip.Mapped);
        return new NatRule(NatKind.Destination, when, vip.Source, vip.Name)
        {
            To = vip.Mapped,
            ToPorts = vip.ToPorts,
            KeepsOffset = sameSize,
            KeepsPortOffset = vip.ToPorts is { Count: 1 } to && vip.Services.Services is [{ DestinationPorts: { Count: 1 } from }] && to.Bounds[1] - to.Bounds[0] == from.Bounds[1] - from.Bounds[0],
        };
    }

    /// <summary>Settings of the domain that change how all policies work.</summary>
    private void Settings()
    {
        var node = tree.Find(scope, "system settings");
        tree.Mark(node, Reading.Understood);
        foreach (var setting in tree.Children(node))
        {
            var value = tree.Only(setting) ?? "";
            var changes = (tree.Word(setting), value) switch
            {
                ("opmode", "transparent") => true,
                ("asymroute" or "asymroute6", "enable") => true,
                ("ngfw-mode", "policy-based") => true,
                ("firewall-session-dirty", _) => false,
                ("default-voip-alg-mode", _) => false,
                _ => false,
            };
            tree.MarkAll(setting, changes ? Reading.NotUnderstood : Reading.Understood);
        }
    }

    private void ReadInterfaces()
    {
        var node = tree.Find(global, "system interface") is >= 0 and int found ? found : tree.Find(scope, "system interface");
        tree.Mark(node, Reading.Understood);
        foreach (var edit in tree.Children(node))
        {
            tree.MarkAll(edit, Reading.Understood);
            if (vdom is not null && (tree.Only(tree.Find(edit, "vdom")) ?? "root") != vdom) continue;
            List<InterfaceAddress> addresses = [];
            Add(addresses, tree.Find(edit, "ip"));
            foreach (var second in tree.Children(tree.Find(edit, "secondaryip"))) Add(addresses, tree.Find(second, "ip"));
            var v6 = tree.Find(edit, "ipv6");
            Add(addresses, tree.Find(v6, "ip6-address"));
            foreach (var extra in tree.Children(tree.Find(v6, "ip6-extra-addr"))) AddText(addresses, tree.Word(extra));

            edits.Add(edit);
            interfaces.Add(new NetInterface(tree.Word(edit), work.At(tree.Line(edit)))
            {
                Addresses = [.. addresses],
                VirtualAddresses = [.. tree.Children(tree.Find(edit, "vrrp")).Select(group => tree.Only(tree.Find(group, "vrip"))).Concat(tree.Children(tree.Find(v6, "vrrp6")).Select(group => tree.Only(tree.Find(group, "vrip6")))).Select(static text => Address.TryParse(text, out var shared) ? shared : (Address?)null).OfType<Address>()],
                Vlan = int.TryParse(tree.Only(tree.Find(edit, "vlanid")), CultureInfo.InvariantCulture, out var vlan) ? vlan : null,
                Enabled = tree.Only(tree.Find(edit, "status")) != "down",
                DynamicAddress = tree.Only(tree.Find(edit, "mode")) is "dhcp" or "pppoe" || tree.Only(tree.Find(v6, "ip6-mode")) is "dhcp" or "pppoe" or "delegated",
            });
        }

        foreach (var switches in (ReadOnlySpan<string>)["system switch-interface", "system virtual-switch"])
        {
            tree.MarkAll(tree.Find(global, switches), Reading.Understood);
            tree.MarkAll(tree.Find(scope, switches), Reading.Understood);
        }

        tree.MarkAll(tree.Find(global, "system vdom-link"), Reading.Understood);
        foreach (var tunnels in (ReadOnlySpan<string>)["system gre-tunnel", "system ipip-tunnel", "system vxlan", "system geneve"])
        {
            // Tunnels are interfaces by their name; their ends say nothing about what a policy lets through.
            tree.MarkAll(tree.Find(scope, tunnels), Reading.Irrelevant);
            tree.MarkAll(tree.Find(global, tunnels), Reading.Irrelevant);
        }
    }

    private void Add(List<InterfaceAddress> to, int setting)
    {
        List<string> values = [.. tree.Children(setting).Select(tree.Word)];
        if (values.Count > 0) AddText(to, values.Count > 1 ? values[0] + "/" + values[1] : values[0]);
    }

    private static void AddText(List<InterfaceAddress> to, string text)
    {
        var slash = text.IndexOf('/');
        if (slash > 0 && Address.TryParse(text.AsSpan(0, slash), out var address) && AddressPrefix.TryParse(text, out var prefix) && address.Value != 0)
            to.Add(new InterfaceAddress(address, prefix));
    }

    private AddressSet? SubnetOf(string name) =>
        interfaces.Find(one => one.Name == name) is { Addresses: [var first, ..], DynamicAddress: false } ? AddressSet.Of(first.Prefix) : null;

    private void ReadZones()
    {
        var node = tree.Find(scope, "system zone");
        tree.Mark(node, Reading.Understood);
        foreach (var edit in tree.Children(node))
        {
            tree.MarkAll(edit, Reading.Understood);
            tree.MarkOthers(edit, "interface", "intrazone", "description", "tagging", "name", "uuid");
            if (tree.Only(tree.Find(edit, "intrazone")) is not (null or "allow" or "deny")) tree.MarkAll(tree.Find(edit, "intrazone"), Reading.NotUnderstood);
            List<string> members = [.. tree.Children(tree.Find(edit, "interface")).Select(tree.Word)];
            zones[tree.Word(edit)] = members;
            if (tree.Only(tree.Find(edit, "intrazone")) == "allow" && members.Count > 0)
            {
                // Between interfaces of one zone no policy is asked.
                var within = InterfaceSet.Of(members);
                rules.Add(new Rule(Match.Any with { In = within, Out = within }, RuleAction.Accept, work.At(tree.Line(edit), tree.Line(edit), "intrazone allow"), "intrazone " + tree.Word(edit)));
            }
        }

        foreach (var kind in (ReadOnlySpan<string>)["system sdwan", "system virtual-wan-link"])
        {
            var sdwan = tree.Find(scope, kind);
            tree.MarkAll(sdwan, Reading.Understood);
            var on = tree.Only(tree.Find(sdwan, "status")) == "enable";
            foreach (var member in tree.Children(tree.Find(sdwan, "members")))
            {
                var zone = tree.Only(tree.Find(member, "zone")) ?? "virtual-wan-link";
                if (tree.Only(tree.Find(member, "interface")) is { } port)
                {
                    (zones.TryGetValue(zone, out var members) ? members : zones[zone] = []).Add(port);
                    if (zone == "virtual-wan-link")
                    {
                        // Older policies name SD-WAN so.
                        (zones.TryGetValue("sd-wan", out var old) ? old : zones["sd-wan"] = []).Add(port);
                    }
                }
            }

            // SD-WAN chooses the way by measured quality.
            routesUnknown |= on;
        }

        for (var i = 0; i < interfaces.Count; i++)
        {
            var name = interfaces[i].Name;
            if (zones.FirstOrDefault(zone => zone.Value.Contains(name)).Key is { } of) interfaces[i] = interfaces[i] with { Zone = of };
        }
    }

    private InterfaceSet InterfacesOf(IEnumerable<string> names)
    {
        List<string> all = [];
        foreach (var name in names)
        {
            if (name == "any") return InterfaceSet.Any;
            if (zones.TryGetValue(name, out var members)) all.AddRange(members);
            else all.Add(name);
        }

        return InterfaceSet.Of(all);
    }

    private void ReadRoutes()
    {
        foreach (var kind in (ReadOnlySpan<string>)["router static", "router static6"])
        {
            var node = tree.Find(scope, kind);
            tree.MarkAll(node, Reading.Understood);
            foreach (var edit in tree.Children(node))
            {
                if (tree.Only(tree.Find(edit, "status")) == "disable") continue;
                List<string> to = [.. tree.Children(tree.Find(edit, "dst")).Select(tree.Word)];
                var text = to.Count switch { 0 => kind.EndsWith('6') ? "::/0" : "0.0.0.0/0", 1 => to[0], _ => to[0] + "/" + to[1] };
                if (tree.Find(edit, "dstaddr") >= 0 || tree.Find(edit, "internet-service") >= 0 || tree.Find(edit, "internet-service-custom") >= 0 || !AddressPrefix.TryParse(text, out var prefix))
                {
                    routesUnknown = true;
                    continue;
                }

                var hop = Address.TryParse(tree.Only(tree.Find(edit, "gateway")), out var gateway) && gateway.Value != 0;
                routes.Add(new Route(prefix, hop ? gateway : null, tree.Only(tree.Find(edit, "device")), work.At(tree.Line(edit)))
                {
                    Distance = int.TryParse(tree.Only(tree.Find(edit, "distance")), CultureInfo.InvariantCulture, out var distance) ? distance : 10,
                    Discard = tree.Only(tree.Find(edit, "blackhole")) == "enable",
                });
            }
        }

        foreach (var (kind, told) in (ReadOnlySpan<(string, string)>)[("router bgp", "as"), ("router ospf", "network"), ("router ospf6", "ospf6-interface"), ("router rip", "network"), ("router policy", ""), ("router policy6", "")])
        {
            var node = tree.Find(scope, kind);
            if (node >= 0)
            {
                tree.MarkAll(node, Reading.Understood);
                routesUnknown |= told.Length == 0 ? tree.Children(node).Any() : tree.Find(node, told) >= 0;
            }
        }
    }
}

internal enum FortiFamily
{
    Both,
    V6,

    /// <summary>Translation between families: not modelled.</summary>
    Neither,
}
