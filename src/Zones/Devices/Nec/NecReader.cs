using System.Collections.Frozen;
using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Nec;

/// <summary>NEC UNIVERGE IX: access lists bound by "ip filter" to interfaces.</summary>
/// <remarks>
/// Source: UNIVERGE IX シリーズ 機能説明書, "IP フィルタ" (general description; the command reference isn't public). Lists of one interface
/// and direction are asked in the order of their sequence numbers; what none permits is dropped; without a list all passes.
/// Dynamic lists and URL filters are not modelled and are named as not understood.
/// </remarks>
public sealed class NecReader : IConfigReader
{
    private static readonly FrozenSet<string> Irrelevant = FrozenSet.ToFrozenSet(
        ["timezone", "logging", "syslog", "username", "ntp", "ssh-server", "telnet-server", "http-server", "http-username", "snmp-agent", "watch-group", "network-monitor", "ike", "ipsec", "ikev2", "ppp", "bridge", "dhcp", "dns", "proxy-dns", "device", "qos", "class-map", "policy-map", "route-map", "isdn", "web-console", "monitor", "clock", "terminal", "banner", "configure", "exit", "end", "enable-config", "ufs-cache", "tftp", "radius", "aaa", "crypto", "pki", "arp", "line", "boot", "system", "memory", "event", "usb", "mobile", "cellular", "wireless", "nm", "nme", "netmeister", "l2tp", "pptp", "gre", "vrrp", "spanning-tree", "port-group", "port-mirror", "lldp", "hostname-old", "service", "no", "sflow", "emfs", "analog", "voice", "sip"]);

    public string Vendor => "nec-ix";

    public int Recognises(IReadOnlyList<string> lines)
    {
        var score = 0;
        for (var i = 0; i < lines.Count && i < 400; i++)
        {
            var line = lines[i].AsSpan().TrimEnd();
            if (line.StartsWith("! NEC Portable Internetwork Core") || line.IndexOf("IX Series IX") >= 0) return 100;
            if ((line.StartsWith("ip access-list ") && line.IndexOf(" src ") > 0 && line.IndexOf(" dest ") > 0) || line.StartsWith("interface GigaEthernet") || line.StartsWith("  ip napt ") || (line.StartsWith("  ip filter ") && (line.EndsWith(" in") || line.EndsWith(" out"))) || line.StartsWith("ip ufs-cache"))
                score += 30;
        }

        return Math.Min(score, 95);
    }

    public ConfigReading Read(string file, IReadOnlyList<string> lines, CancellationToken cancel)
    {
        var work = ConfigDoor.WorkOf(file, lines, cancel);
        return work.Finish([new NecFile(work, Irrelevant).ReadAll()]);
    }
}

/// <summary>One configuration.</summary>
internal sealed class NecFile(FileWork work, FrozenSet<string> irrelevant)
{
    private readonly Dictionary<string, List<Rule>> lists = new(StringComparer.Ordinal);
    private readonly List<(string Acl, bool V6, string Interface, int Sequence, bool Inward, int Line)> bound = [];
    private readonly Dictionary<string, NetInterface> interfaces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(string Text, int Line)>> napt = new(StringComparer.Ordinal);
    private readonly List<Route> routes = [];
    private readonly NecOwn own = new(work);
    private bool routesUnknown;

    public Device ReadAll()
    {
        string? host = null;
        var current = "";
        var irrelevantSection = false;
        for (var line = 1; line <= work.Text.LineCount; line++)
        {
            var span = work.Text.Line(line).TrimEnd();
            if (span.IsEmpty || span.TrimStart() is ['!' or '#', ..])
            {
                work.Ledger.Add(line, Reading.Structure);
                continue;
            }

            var words = new Cursor(span);
            if (span[0] is ' ' or '\t')
            {
                var inner = current.Length == 0 ? irrelevantSection ? Reading.Irrelevant : Reading.NotUnderstood : InInterface(words, line, current);
                if (inner == Reading.NotUnderstood && current.Length > 0) work.Keep(line, line, new Touch.OfInterfaces(InterfaceSet.Of([current])));
                work.Ledger.Add(line, inner);
                continue;
            }

            current = "";
            irrelevantSection = false;
            var first = words.Next();
            Reading reading;
            switch (first)
            {
                case "hostname":
                    host = words.Next().ToString();
                    reading = Reading.Understood;
                    break;
                case "interface":
                    current = words.Next().ToString();
                    interfaces.TryAdd(current, new NetInterface(current, work.At(line)));
                    reading = Reading.Understood;
                    break;
                case "ip" or "ipv6":
                    reading = Ip(words, line, first is "ipv6");
                    break;
                case "router":
                    routesUnknown = true;
                    irrelevantSection = true;
                    reading = Reading.Understood;
                    break;
                case "no" when own.Read(words.Next(), words, line, no: true):
                    reading = Reading.Understood;
                    break;
                default:
                    if (own.Read(first, words, line, no: false))
                    {
                        reading = Reading.Understood;
                        break;
                    }

                    irrelevantSection = irrelevant.Contains(first.ToString()) || irrelevant.Contains(first.ToString().Split('-')[0]);
                    reading = irrelevantSection ? Reading.Irrelevant : Reading.NotUnderstood;
                    break;
            }

            work.Ledger.Add(line, reading);
        }

        List<Filter> filters = [];
        List<Chain> chains = [];
        foreach (var group in bound.GroupBy(static one => (one.V6, one.Interface, one.Inward)))
        {
            var name = $"{group.Key.Interface} {(group.Key.V6 ? "ipv6 " : "")}filter {(group.Key.Inward ? "in" : "out")}";
            List<Rule> rules = [];
            foreach (var (acl, _, _, _, _, line) in group.OrderBy(static one => one.Sequence))
            {
                if (lists.TryGetValue((group.Key.V6 ? "6:" : "") + acl, out var list))
                {
                    rules.AddRange(list);
                }
                else
                {
                    work.Keep(line, line, new Touch.InPlace());
                    rules.Add(new Rule(Match.Any, RuleAction.Unknown, work.At(line), acl) { Must = Match.Nothing, Unknowns = [new Unknown(UnknownKind.NotUnderstood, acl)] });
                }
            }

            if (!group.Key.V6 && napt.TryGetValue(group.Key.Interface, out var translated)) rules.InsertRange(0, Doubts(translated, group.Key.Inward, rules));
            chains.Add(new Chain(name, [.. rules]));
            var on = InterfaceSet.Of([group.Key.Interface]);
            filters.Add(new Filter(name, group.Key.Inward ? FilterPlace.Inbound : FilterPlace.Outbound, name, RuleAction.Drop, work.At(group.First().Line))
            {
                In = group.Key.Inward ? on : InterfaceSet.Any,
                Out = group.Key.Inward ? InterfaceSet.Any : on,
                Stateful = false,
                OnlyV6 = group.Key.V6,
            });
        }

        var (itself, ownChains) = own.ToFilter(lists);
        return new Device(host ?? work.NameFromFile, "nec-ix")
        {
            Interfaces = [.. interfaces.Values],
            Routes = [.. routes],
            RoutesUnknown = routesUnknown,
            Chains = [.. chains, .. ownChains],
            Filters = [.. filters.OrderBy(static filter => filter.Place)],
            OwnFilters = [itself],
            InboundGuardsItself = true,
            Nat = [.. Nat()],
            // Which side of the translation a filter sees is not told publicly: where it matters the filter is open (see Doubts).
            NatOrder = new NatOrder(false, true, false),
        };
    }

    private Reading Ip(Cursor words, int line, bool v6)
    {
        switch (words.Next())
        {
            case "access-list":
                var name = words.Next().ToString();
                if (name is "dynamic" or "option" or "permit" or "deny" or "") return Reading.NotUnderstood;
                var key = (v6 ? "6:" : "") + name;
                if (!lists.TryGetValue(key, out var list)) lists.Add(key, list = []);

                list.Add(Entry(words, line, name, v6));
                return Reading.Understood;
            case "route":
                var to = words.Next();
                if (!AddressPrefix.TryParse(to is "default" ? v6 ? "::/0" : "0.0.0.0/0" : to, out var prefix))
                {
                    routesUnknown = true;
                    return Reading.NotUnderstood;
                }

                var via = words.Next();
                var hop = Address.TryParse(via, out var next);
                routes.Add(new Route(prefix, hop ? next : null, hop ? null : via.ToString(), work.At(line)) { Discard = via.StartsWith("Null") });
                return Reading.Understood;
            case "ufs-cache" or "dhcp" or "local" or "multicast-routing" or "prefix-list" or "name-server" or "nat" or "napt" or "host" or "icmp" or "redirects" or "options" or "igmp" or "pim" or "unicast-routing" or "router-id" or "accounting" or "tcp" or "udp" or "ssh" or "telnet" or "nd" or "dns":
                return Reading.Irrelevant;
            default:
                return Reading.NotUnderstood;
        }
    }

    private Rule Entry(Cursor words, int line, string name, bool v6)
    {
        var when = new Condition { Source = v6 ? AddressValue.AnyV6 : AddressValue.AnyV4, Destination = v6 ? AddressValue.AnyV6 : AddressValue.AnyV4 };
        var action = words.Next() switch { "permit" => RuleAction.Accept, "deny" => RuleAction.Drop, _ => RuleAction.Unknown };
        var service = Service.Any;
        var understood = action != RuleAction.Unknown;
        var protocol = words.Next();
        if (protocol is not ("ip" or "ipv6"))
        {
            if (ServiceNames.TryProtocol(protocol, out var number)) service = Service.Of(v6 && number == Protocols.Icmp ? Protocols.IcmpV6 : number);
            else understood = false;
        }

        while (understood && !words.AtEnd)
        {
            switch (words.Next())
            {
                case "src":
                    understood = TryAddress(ref words, v6, out var source);
                    when.Source = source;
                    break;
                case "dest":
                    understood = TryAddress(ref words, v6, out var destination);
                    when.Destination = destination;
                    break;
                case "sport":
                    understood = TryPorts(ref words, out var sources);
                    service = service with { SourcePorts = sources };
                    break;
                case "dport":
                    understood = TryPorts(ref words, out var destinations);
                    service = service with { DestinationPorts = destinations };
                    break;
                case "dscp" or "precedence" or "tos" or "tc":
                    when.Uncertain(UnknownKind.Content, string.Concat("dscp ", words.Next()));
                    break;
                case "type":
                    understood = ServiceNames.TryIcmp(words.Next(), v6, out var types);
                    service = understood ? service with { Icmp = types } : service;
                    break;
                default:
                    understood = false;
                    break;
            }
        }

        when.Services = service == Service.Any ? ServiceValue.Any : ServiceValue.Sure(service);
        if (!understood)
        {
            when.Forget(v6 ? AddressValue.AnyV6 : AddressValue.AnyV4, work.Text.Line(line).Trim().ToString());
            work.Keep(line, line, new Touch.InPlace());
        }

        return when.ToRule(action, work.At(line), name);
    }

    /// <summary>"any", "10.1.0.0/16", or an address with a wildcard mask behind it: "10.1.0.5 0.0.255.0".</summary>
    private static bool TryAddress(ref Cursor words, bool v6, out AddressValue value)
    {
        value = v6 ? AddressValue.AnyV6 : AddressValue.AnyV4;
        var word = words.Next();
        if (word is "any") return true;
        if (!AddressPrefix.TryParse(word, out var prefix) || prefix.First.IsV6 != v6) return false;
        var set = AddressSet.Of(prefix);
        if (Address.TryParse(words.Peek, out var wildcard))
        {
            words.Next();
            if (v6 || wildcard.IsV6 || word.Contains('/') || AddressSet.Wildcard((uint)prefix.First.Value, (uint)wildcard.Value) is not { } odd) return false;
            set = odd;
        }
        value = AddressValue.Sure(set);
        return true;
    }

    private static bool TryPorts(ref Cursor words, out IntervalSet<ushort> ports)
    {
        ports = IntervalSet<ushort>.All;
        if (words.Take("any")) return true;
        return Cisco.CiscoPorts.Starts(words.Peek) && Cisco.CiscoPorts.Read(ref words, out ports);
    }

    /// <summary>"vrrp ip VRID ADDRESS", "vrrp VRID ip ADDRESS": the address of the group.</summary>
    private static Address? Virtual(Cursor words)
    {
        for (var i = 0; i < 4 && !words.AtEnd; i++)
            if (words.Next() is var word && word.IndexOfAny('.', ':') > 0 && Address.TryParse(word, out var address)) return address;
        return null;
    }

    private Reading InInterface(Cursor words, int line, string current)
    {
        var on = interfaces[current];
        var first = words.Next();
        if (first is "vrrp" && Virtual(words) is { } leader)
        {
            interfaces[current] = on with { VirtualAddresses = on.VirtualAddresses.Add(leader) };
            return Reading.Understood;
        }

        switch (first)
        {
            case "ip" or "ipv6":
                var v6 = first is "ipv6";
                switch (words.Next())
                {
                    case "address":
                        var text = words.Next();
                        if (text is "dhcp" or "ipcp" or "autoconfig" || !AddressPrefix.TryParse(text, out var prefix) || !Address.TryParse(text.IndexOf('/') is > 0 and int slash ? text[..slash] : text, out var address))
                        {
                            interfaces[current] = on with { DynamicAddress = true };
                            return text is "dhcp" or "ipcp" or "autoconfig" ? Reading.Understood : Reading.NotUnderstood;
                        }

                        interfaces[current] = on with { Addresses = on.Addresses.Add(new InterfaceAddress(address, prefix)) };
                        return Reading.Understood;
                    case "filter":
                        var name = words.Next().ToString();
                        if (!int.TryParse(words.Next(), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) || words.Peek is not ("in" or "out"))
                            return Reading.NotUnderstood;

                        bound.Add((name, v6, current, sequence, words.Peek is "in", line));
                        return Reading.Understood;
                    case "napt":
                        (napt.TryGetValue(current, out var all) ? all : napt[current] = []).Add((words.Rest.ToString(), line));
                        return Reading.Understood;
                    case "nat" or "policy" or "policy-base-route" or "vrf" or "url-filter":
                        return Reading.NotUnderstood;
                    case "unnumbered":
                        interfaces[current] = on with { DynamicAddress = true };
                        return Reading.Understood;
                    case "ospf" or "rip":
                        routesUnknown = true;
                        return Reading.Understood;
                    default:
                        return Reading.Irrelevant;
                }

            case "encapsulation":
                words.Take("dot1q");
                interfaces[current] = on with { Vlan = int.TryParse(words.Next(), NumberStyles.None, CultureInfo.InvariantCulture, out var vlan) ? vlan : null };
                return Reading.Understood;
            case "shutdown":
                interfaces[current] = on with { Enabled = false };
                return Reading.Understood;
            case "no" or "description" or "auto-connect" or "ppp" or "tunnel" or "ipsec" or "mtu" or "speed" or "duplex" or "qos" or "service-policy" or "dhcp" or "proxy-dns" or "mdix" or "lldp" or "vrrp" or "mobile" or "gre" or "ike" or "ikev2" or "idle-timer" or "dialer" or "bandwidth" or "snmp" or "standby":
                return Reading.Irrelevant;
            default:
                return Reading.NotUnderstood;
        }
    }

    /// <summary>What a filter may do otherwise when it sees the other side of the translation than this model: addresses of the interface for those inside, or the other way.</summary>
    private List<Rule> Doubts(List<(string Text, int Line)> lines, bool inward, List<Rule> rules)
    {
        List<Rule> doubts = [];
        if (!inward)
        {
            if (rules.Exists(static r => !AddressSet.AllV4.Except(r.May.Source).IsEmpty)) Open(new Match { Source = AddressSet.AllV4, Destination = AddressSet.AllV4 }, lines[0].Line);
            return doubts;
        }

        if (!rules.Exists(static r => !AddressSet.AllV4.Except(r.May.Destination).IsEmpty)) return doubts;
        foreach (var (text, line) in lines)
        {
            if (Mapping(text) is { } mapping) Open(new Match { Source = AddressSet.AllV4, Destination = AddressSet.AllV4, Services = mapping.Services }, line);
        }

        return doubts;

        void Open(Match match, int line) => doubts.Add(new Rule(match, RuleAction.Unknown, work.At(line), "napt") { Must = Match.Nothing, Unknowns = [new Unknown(UnknownKind.RunTime, "napt: order")] });
    }

    /// <summary>"service web 192.168.0.5 none tcp 80": the host inside, outer port or none, protocol, port. The outer address is the interface's, and the outer port may be another: services by protocol.</summary>
    /// <returns>Null for other lines, and for hosts that can't be read.</returns>
    private static (string Label, AddressSet Host, ServiceSet Services)? Mapping(string text)
    {
        var words = new Cursor(text);
        if (words.Next() is not ("service" or "static")) return null;
        var label = words.Next().ToString();
        if (!Address.TryParse(words.Next(), out var host)) return null;
        words.Next();
        return (label, AddressSet.Of(host), new ServiceSet([ServiceNames.TryProtocol(words.Next(), out var protocol) ? Service.Of(protocol) : Service.Any]));
    }

    /// <summary>NAPT on an interface: hidden sources outwards, "service" and "static" inwards.</summary>
    private List<NatRule> Nat()
    {
        List<NatRule> rules = [];
        foreach (var (name, lines) in napt)
        {
            var on = InterfaceSet.Of([name]);
            foreach (var (text, line) in lines)
            {
                var words = new Cursor(text);
                switch (words.Next())
                {
                    case "enable" or "inside" or "hairpinning" or "translation" or "reserve" or "eviction" or "maximum":
                        break;
                    case "service" or "static":
                        if (Mapping(text) is not { } mapping)
                        {
                            work.Keep(line, line, new Touch.OfInterfaces(on));
                            work.Ledger.Set(line, Reading.NotUnderstood);
                            break;
                        }

                        rules.Add(new NatRule(NatKind.Destination, new Match { Source = AddressSet.AllV4, Destination = AddressSet.AllV4, Services = mapping.Services, In = on }, work.At(line), string.Concat("napt ", mapping.Label))
                        {
                            Must = Match.Nothing,
                            Unknowns = [new Unknown(UnknownKind.RunTime, "napt")],
                            To = mapping.Host,
                        });
                        break;
                    default:
                        work.Keep(line, line, new Touch.OfInterfaces(on));
                        work.Ledger.Set(line, Reading.NotUnderstood);
                        break;
                }
            }

            var hides = new NatRule(NatKind.Source, new Match { Source = AddressSet.AllV4, Destination = AddressSet.AllV4, Out = on }, work.At(lines[0].Line), "napt") { To = AddressSet.Empty, ToOutgoingInterface = true, ToPorts = IntervalSet<ushort>.All };
            // Not of all sources where lists say which are inside, and of none where nothing switches it on.
            var isSure = lines.Exists(static l => Begins(l.Text, "enable")) && !lines.Exists(static l => Begins(l.Text, "inside"));
            rules.Add(isSure ? hides : hides with { Must = Match.Nothing, Unknowns = [new Unknown(UnknownKind.RunTime, "napt inside")] });
        }

        return rules;

        static bool Begins(string text, string word) => new Cursor(text).Next().SequenceEqual(word);
    }
}
