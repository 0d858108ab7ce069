using System.Collections.Frozen;
using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Allied;

/// <summary>One configuration: sections by their first line, bodies indented.</summary>
internal sealed class AlliedFile
{
    /// <summary>First words of commands without influence on which packets pass.</summary>
    private static readonly FrozenSet<string> Irrelevant = FrozenSet.ToFrozenSet(
        [
            "service", "username", "enable", "log", "logging", "snmp-server", "ssh", "telnet", "aaa", "radius-server", "tacacs-server", "radius", "clock", "ntp", "stack", "switch", "atmf", "line", "banner", "platform", "spanning-tree", "lldp", "mls", "lacp", "loop-protection", "storm-control",
            "exception", "autoboot", "boot", "system", "license", "ddns-update-method", "crypto", "email", "mail", "trigger", "arp", "mac", "dot1x", "auth", "auth-mac", "auth-web", "auth-web-server", "http", "no", "hostname-old", "end", "exit", "cpu", "ecofriendly", "fan", "epsr", "ping-poll", "rmon", "sflow", "thrash-limiting", "undebug", "debug", "feature", "led", "findme", "power-inline", "poe", "energy-efficient-ethernet",
            "ip-reputation", "ips", "malware-protection", "antivirus", "web-control", "url-filter", "dpi", "webproxy", "update", "l2tp-profile", "ppp", "mobile", "wireless", "vrrp", "vrf-definition", "gui", "alarm", "flowcontrol", "terminal", "repeat", "domain-style", "qos", "bootloader", "pki", "usb", "amf", "openflow", "tech-support", "flash", "remote-mirror", "mirror",
        ]);

    /// <summary>"ip …" without influence.</summary>
    private static readonly FrozenSet<string> IrrelevantIp = FrozenSet.ToFrozenSet(["domain-lookup", "domain-name", "domain-list", "name-server", "name-servers", "dns", "dhcp", "igmp", "pim", "multicast-routing", "multicast", "ssh", "telnet", "tftp", "source-guard", "helper-address", "forward-protocol", "gratuitous-arp-link", "proxy-arp", "radius", "tacacs", "prefix-list", "community-list", "as-path", "extcommunity-list", "directed-broadcast", "icmp", "unreachables", "redirects", "limited-local-proxy-arp", "local-proxy-arp", "tcp", "nd", "mld", "rip", "ospf", "mroute", "host", "http", "source-route", "address-old"]);

    /// <summary>Below "interface" without influence.</summary>
    private static readonly FrozenSet<string> IrrelevantInterface = FrozenSet.ToFrozenSet(
        ["description", "speed", "duplex", "mtu", "polarity", "flowcontrol", "storm-control", "spanning-tree", "lldp", "loop-protection", "power-inline", "static-channel-group", "channel-group", "lacp", "lacp-port-priority", "mls", "egress-rate-limit", "wrr-queue", "thrash-limiting", "dot1x", "auth", "auth-mac", "auth-web", "snmp", "snmp-server", "arp", "no", "ppp", "keepalive", "ip-old", "sflow", "rmon", "mac", "mac-address", "ddns", "bandwidth", "tunnel", "crypto", "ecofriendly", "ecoMode", "fiber-monitoring", "mirror", "priority-queue", "qos", "port-vlan-forwarding-priority", "platform", "linkflap", "ntp", "l2tp", "traffic-control-old", "atmf", "mobile", "auth-profile", "tcp", "virtual-bmc", "service-policy-old", "combo", "backpressure", "weight", "load-balance", "rx", "tx", "trap"]);

    private readonly FileWork work;
    private readonly AlliedEntities entities;
    private readonly AlliedFirewall firewall;
    private readonly AlliedAcl acl;
    private readonly Dictionary<string, NetInterface> interfaces = new(StringComparer.Ordinal);
    private readonly List<Route> routes = [];
    private Func<Cursor, int, Reading> below = static (_, _) => Reading.NotUnderstood;
    private List<string> current = [];
    private string? host;
    private bool routesUnknown;

    public AlliedFile(FileWork work)
    {
        this.work = work;
        entities = new(work);
        firewall = new(work, entities);
        acl = new(work);
    }

    public void ReadAll()
    {
        for (var line = 1; line <= work.Text.LineCount; line++)
        {
            if ((line & 1023) == 0) work.Cancel.ThrowIfCancellationRequested();
            var span = work.Text.Line(line).TrimEnd();
            if (span.IsEmpty || span.TrimStart() is ['!' or '#', ..])
            {
                work.Ledger.Add(line, Reading.Structure);
                continue;
            }
            var words = new Cursor(span);
            work.Ledger.Add(line, span[0] is ' ' or '\t' ? below(words, line) : Top(words, line));
        }
    }

    private Reading Under(Func<Cursor, int, Reading> next, Reading reading = Reading.Understood)
    {
        below = next;
        return reading;
    }

    private Reading Top(Cursor words, int line)
    {
        below = static (_, _) => Reading.NotUnderstood;
        var first = words.Next();
        switch (first)
        {
            case "hostname":
                host = words.Next().ToString();
                return Reading.Understood;
            case "interface":
                return Interfaces(words.Rest, line) ? Under(InInterface) : Reading.NotUnderstood;
            case "vlan" when words.Peek is "database":
                return Under(static (w, _) => w.Peek is "vlan" ? Reading.Understood : Reading.NotUnderstood);
            case "zone":
                entities.Zone(words.Next().ToString());
                return Under(InZone);
            case "application":
                entities.NewApplication(words.Next().ToString());
                return Under(entities.InApplication);
            case "firewall":
                return Under(firewall.InFirewall);
            case "nat":
                return Under(firewall.InNat);
            case "access-list":
                return AccessList(words, line);
            case "ip" or "ipv6":
                return Ip(words, line, first is "ipv6");
            case "router":
                routesUnknown = true;
                return Under(static (_, _) => Reading.Irrelevant);
            case "route-map" or "policy-map" or "class-map":
                return Under(static (_, _) => Reading.Irrelevant, Reading.Irrelevant);
            case "policy-based-routing":
                // Which way a packet goes depends on what it is.
                routesUnknown = true;
                return Under(static (_, _) => Reading.Understood);
            default:
                // "vlan filter", "vlan access-map", "bridge", "acl-group" and whatever else: may filter, isn't modelled.
                return Irrelevant.Contains(first.ToString()) ? Under(static (_, _) => Reading.Irrelevant, Reading.Irrelevant) : Reading.NotUnderstood;
        }
    }

    private Reading InZone(Cursor words, int line)
    {
        switch (words.Peek)
        {
            case "network":
                words.Next();
                entities.Network(words.Next().ToString());
                return Reading.Understood;
            case "host":
                words.Next();
                entities.Host(words.Next().ToString());
                return Reading.Understood;
            case "ip" or "ipv6":
                return entities.InEntity(words, line);
            default:
                return Reading.NotUnderstood;
        }
    }

    /// <summary>"interface port1.0.1-1.0.24,vlan1": several at once.</summary>
    private bool Interfaces(ReadOnlySpan<char> names, int line)
    {
        current = [];
        foreach (var part in names.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var dash = part.IndexOf('-', StringComparison.Ordinal);
            if (dash < 0)
            {
                current.Add(part);
                continue;
            }
            var from = part[..dash];
            var stem = from.TrimEnd("0123456789".ToCharArray());
            var last = part[(part.LastIndexOfAny(['.', '-', 'n', 't', 'h']) + 1)..];
            if (!int.TryParse(from.AsSpan(stem.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var low) || !int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var high) || high < low || high - low > 4096) return false;
            for (var i = low; i <= high; i++) current.Add(stem + i.ToString(CultureInfo.InvariantCulture));
        }
        foreach (var name in current)
        {
            var bridges = name.StartsWith("port", StringComparison.Ordinal) || name.StartsWith("sa", StringComparison.Ordinal) || name.StartsWith("po", StringComparison.Ordinal);
            int? vlan = name.StartsWith("vlan", StringComparison.Ordinal) && int.TryParse(name.AsSpan(4), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
                : name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot && !bridges && int.TryParse(name.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var tag) ? tag
                : bridges ? 1 : null;
            // Ports are of VLAN 1 until they say otherwise.
            interfaces.TryAdd(name, new(name, work.At(line)) { Vlan = vlan, Routed = !bridges, DynamicAddress = name.StartsWith("ppp", StringComparison.Ordinal) });
        }
        return current.Count > 0;
    }

    private void Change(Func<NetInterface, NetInterface> change)
    {
        foreach (var name in current) interfaces[name] = change(interfaces[name]);
    }

    private Reading InInterface(Cursor words, int line)
    {
        var reading = Setting(words, line);
        if (reading == Reading.NotUnderstood) work.Keep(line, line, new Touch.OfInterfaces(InterfaceSet.Of(current)));
        return reading;
    }

    private Reading Setting(Cursor words, int line)
    {
        var first = words.Next();
        switch (first)
        {
            case "shutdown":
                Change(static i => i with { Enabled = false });
                return Reading.Understood;
            case "switchport":
                return Switchport(words);
            case "encapsulation":
                if (!words.Take("dot1q") || !int.TryParse(words.Next(), NumberStyles.None, CultureInfo.InvariantCulture, out var tag)) return words.Rest.IsEmpty ? Reading.Irrelevant : Reading.NotUnderstood;
                Change(i => i with { Vlan = tag });
                return Reading.Understood;
            case "access-group":
                var list = words.Next().ToString();
                if (list.Length == 0 || !(words.AtEnd || words.Take("in"))) return Reading.NotUnderstood;
                foreach (var name in current) acl.Bind(false, name, list, line);
                return Reading.Understood;
            case "vrf":
                words.Take("forwarding");
                var vrf = words.Next().ToString();
                Change(i => i with { Vrf = vrf });
                return Reading.Understood;
            case "ip" or "ipv6":
                return InterfaceIp(words, line, first is "ipv6");
            default:
                // "service-policy", "bridge-group" and what nobody knows may change what passes.
                return IrrelevantInterface.Contains(first.ToString()) ? Reading.Irrelevant : Reading.NotUnderstood;
        }
    }

    private Reading InterfaceIp(Cursor words, int line, bool v6)
    {
        switch (words.Next())
        {
            case "address":
                var text = words.Next().ToString();
                if (!v6 && Address.TryParseV4(words.Peek, out _)) text = $"{text}/{words.Next()}";
                if (AddressPrefix.TryParse(text, out var prefix) && text.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && Address.TryParse(text.AsSpan(0, slash), out var address) && address.IsV6 == v6)
                {
                    Change(i => i with { Addresses = i.Addresses.Add(new(address, prefix)), DynamicAddress = false });
                    return Reading.Understood;
                }
                Change(static i => i with { DynamicAddress = true });
                return text is "dhcp" or "negotiated" or "autoconfig" or "suffix" ? Reading.Understood : Reading.NotUnderstood;
            case "traffic-filter" when v6:
                foreach (var name in current) acl.Bind(true, name, words.Peek.ToString(), line);
                return Reading.Understood;
            case "enable" when v6:
                return Reading.Irrelevant;
            case "unnumbered":
                Change(static i => i with { DynamicAddress = true });
                return Reading.Understood;
            case "ospf" or "rip":
                routesUnknown = true;
                return Reading.Irrelevant;
            case var other:
                return IrrelevantIp.Contains(other.ToString()) ? Reading.Irrelevant : Reading.NotUnderstood;
        }
    }

    private Reading Switchport(Cursor words)
    {
        if (words.AtEnd)
        {
            Change(static i => i with { Routed = false });
            return Reading.Understood;
        }
        switch (words.Next())
        {
            case "mode":
                // Without a list a trunk carries its native VLAN alone.
                return words.Peek is "access" or "trunk" or "private-vlan" ? words.Peek is "private-vlan" ? Reading.NotUnderstood : Reading.Understood : Reading.NotUnderstood;
            case "access" when words.Take("vlan") && int.TryParse(words.Peek, NumberStyles.None, CultureInfo.InvariantCulture, out var vlan):
                Change(i => i with { Vlan = vlan });
                return Reading.Understood;
            case "trunk" when words.Take("native"):
                words.Take("vlan");
                if (words.Peek is "none") Change(static i => i with { Vlan = null });
                else if (int.TryParse(words.Peek, NumberStyles.None, CultureInfo.InvariantCulture, out var native)) Change(i => i with { Vlan = native });
                else return Reading.NotUnderstood;
                return Reading.Understood;
            case "trunk" when words.Take("allowed"):
                return Allowed(words);
            case "voice" or "enable" or "port-security" or "block":
                return Reading.Irrelevant;
            default:
                return Reading.NotUnderstood;
        }
    }

    private Reading Allowed(Cursor words)
    {
        words.Take("vlan");
        var how = words.Next();
        if (how is "all" or "none")
        {
            var all = how is "all";
            Change(i => i with { TrunkAll = all, Trunk = [] });
            return Reading.Understood;
        }
        if (how is not ("add" or "remove" or "except")) return Reading.NotUnderstood;
        var named = new List<int>();
        foreach (var part in words.Rest.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var ends = part.Split('-');
            if (ends.Length > 2 || !int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var low) || !int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var high) || high > 4094) return Reading.NotUnderstood;
            for (var i = low; i <= high; i++) named.Add(i);
        }
        if (how is "add") Change(i => i with { Trunk = [.. i.Trunk.Union(named)] });
        else if (how is "remove") Change(i => i with { Trunk = [.. i.Trunk.Except(named)] });
        else Change(i => i with { TrunkAll = false, Trunk = [.. Enumerable.Range(1, 4094).Except(named)] });
        return Reading.Understood;
    }

    private Reading AccessList(Cursor words, int line)
    {
        if (words.Take("hardware"))
        {
            var name = words.Next().ToString();
            acl.Begin(false, name);
            return Under((w, at) => Entry(false, name, w, at));
        }
        if (!int.TryParse(words.Peek, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return words.Peek is "standard" or "extended" ? Under(static (_, _) => Reading.Irrelevant, Reading.Irrelevant) : Reading.NotUnderstood;
        // Software lists name routes, multicast groups and who may manage; they filter nothing that passes through.
        if (number is >= 1 and <= 199 or >= 1300 and <= 2699) return Under(static (_, _) => Reading.Irrelevant, Reading.Irrelevant);
        // Lists of MAC addresses: which packets they take nobody knows from IP addresses, and a list on a port names them.
        if (number is < 3000 or > 3699) return Reading.NotUnderstood;
        var list = words.Next().ToString();
        acl.Begin(false, list);
        if (words.AtEnd) return Under((w, at) => Entry(false, list, w, at));
        acl.Add(false, list, words, line);
        return Reading.Understood;
    }

    private Reading Entry(bool v6, string list, Cursor words, int line)
    {
        acl.Add(v6, list, words, line);
        return Reading.Understood;
    }

    private Reading Ip(Cursor words, int line, bool v6)
    {
        switch (words.Next())
        {
            case "route":
                return Route(words, line, v6);
            case "forwarding":
                return Reading.Understood;
            case "access-list" when v6:
                if (words.Take("standard")) return Under(static (_, _) => Reading.Irrelevant, Reading.Irrelevant);
                var name = words.Next().ToString();
                acl.Begin(true, name);
                return Under((w, at) => Entry(true, name, w, at));
            case "policy-route":
                routesUnknown = true;
                return Reading.Understood;
            case var other:
                return IrrelevantIp.Contains(other.ToString()) ? Under(static (_, _) => Reading.Irrelevant, Reading.Irrelevant) : Reading.NotUnderstood;
        }
    }

    private Reading Route(Cursor words, int line, bool v6)
    {
        string? vrf = null;
        if (words.Take("vrf")) vrf = words.Next().ToString();
        var text = words.Next().ToString();
        if (!v6 && !text.Contains('/', StringComparison.Ordinal)) text = $"{text}/{words.Next()}";
        if (!AddressPrefix.TryParse(text, out var prefix))
        {
            routesUnknown = true;
            return Reading.NotUnderstood;
        }
        var hop = Address.TryParse(words.Peek, out var next);
        var by = words.Next().ToString();
        routes.Add(new(prefix, hop ? next : null, hop ? null : by, work.At(line))
        {
            Vrf = vrf,
            Discard = by.StartsWith("null", StringComparison.OrdinalIgnoreCase) || by is "blackhole",
            Distance = int.TryParse(words.Peek, NumberStyles.None, CultureInfo.InvariantCulture, out var distance) ? distance : 1,
        });
        return Reading.Understood;
    }

    public Device ToDevice()
    {
        List<Chain> chains = [];
        List<Filter> filters = [];
        acl.Filters(interfaces, chains, filters);
        if (firewall.Protects)
        {
            var (chain, filter) = firewall.Filter();
            chains.Add(chain);
            filters.Add(filter);
        }
        return new(host ?? work.NameFromFile, "allied")
        {
            Interfaces = [.. interfaces.Values],
            Routes = [.. routes],
            RoutesUnknown = routesUnknown,
            Chains = [.. chains],
            Filters = [.. filters.OrderBy(static f => f.Place)],
            Nat = [.. firewall.Nat()],
            NatOrder = NatOrder.Netfilter,
        };
    }
}
