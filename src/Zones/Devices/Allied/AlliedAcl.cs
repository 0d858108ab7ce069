using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Allied;

/// <summary>Hardware access lists, and the ports and VLANs that they stand on.</summary>
/// <remarks>
/// Source: AlliedWare Plus Command Reference, "access-list (numbered hardware ACL …)", "(named hardware ACL entry …)", "access-group", "vlan filter". Lists of a port are
/// asked in the order of their application; what none matches is forwarded. Fragments behind the first carry no ports, so an entry with ports may miss them.
/// </remarks>
internal sealed class AlliedAcl(FileWork work)
{
    private readonly Dictionary<(bool V6, string Name), SortedDictionary<int, (string Text, int Line)>> lists = [];
    private readonly List<(bool V6, string Interface, string List, int Line)> bound = [];

    /// <summary>One entry: "permit ip …", with or without its number in front.</summary>
    public void Add(bool v6, string list, Cursor words, int line)
    {
        var entries = Entries(v6, list);
        var number = entries.Count == 0 ? 10 : entries.Keys.Last() + 10;
        if (int.TryParse(words.Peek, NumberStyles.None, CultureInfo.InvariantCulture, out var said))
        {
            number = said;
            words.Next();
        }
        entries[number] = (words.Rest.ToString(), line);
    }

    public void Begin(bool v6, string list) => Entries(v6, list);

    public void Bind(bool v6, string port, string list, int line) => bound.Add((v6, port, list, line));

    private SortedDictionary<int, (string Text, int Line)> Entries(bool v6, string list)
    {
        if (!lists.TryGetValue((v6, list), out var entries)) lists.Add((v6, list), entries = []);
        return entries;
    }

    /// <summary>Lists on a routed interface are its filter. Lists on ports of a VLAN filter what comes in by that VLAN where every one of its ports has them.</summary>
    public void Filters(IReadOnlyDictionary<string, NetInterface> interfaces, List<Chain> chains, List<Filter> filters)
    {
        foreach (var on in interfaces.Values)
        {
            if (!on.Routed) continue;
            foreach (var v6 in (ReadOnlySpan<bool>)[false, true])
            {
                string[] own = [.. Of(v6, on.Name)];
                // A packet of a VLAN came by one of its ports: their lists come before the interface's.
                NetInterface[] ports = on.Vlan is { } vlan ? [.. interfaces.Values.Where(p => p is { Routed: false, Enabled: true } && (p.Vlan == vlan || p.TrunkAll || p.Trunk.Contains(vlan)))] : [];
                var sets = ports.Select(p => string.Join(' ', Of(v6, p.Name))).Distinct(StringComparer.Ordinal).ToArray();
                if (sets.Length == 1 && sets[0].Length > 0) own = [.. Of(v6, ports[0].Name), .. own];
                if (own.Length > 0) Filter(v6, on.Name, own, RuleAction.Accept, chains, filters);
                // Some ports are filtered, or each in its own way: by which port a packet comes nobody knows here.
                if (sets.Length > 1 && !sets.Contains("")) Differing(v6, on, ports, chains, filters);
            }
        }
    }

    private IEnumerable<string> Of(bool v6, string port) => bound.Where(b => b.V6 == v6 && b.Interface == port).Select(static b => b.List);

    private void Filter(bool v6, string on, string[] names, RuleAction otherwise, List<Chain> chains, List<Filter> filters)
    {
        var name = $"{on} {(v6 ? "ipv6 " : "")}{string.Join(" + ", names)}";
        var rules = new List<Rule>();
        foreach (var list in names)
        {
            if (lists.TryGetValue((v6, list), out var entries))
            {
                foreach (var (_, (text, line)) in entries) rules.AddRange(Read(v6, list, text, line));
                continue;
            }
            var at = bound.First(b => b.List == list && b.V6 == v6).Line;
            work.Keep(at, at, new Touch.InPlace());
            rules.Add(new(Match.Any, RuleAction.Unknown, work.At(at), list) { Must = Match.Nothing, Unknowns = [new(UnknownKind.NotUnderstood, "access-list " + list)] });
        }
        chains.Add(new(name, [.. rules]));
        filters.Add(new(name, FilterPlace.Inbound, name, otherwise, work.At(bound.First(b => b.List == names[0] && b.V6 == v6).Line)) { In = InterfaceSet.Of(on), Stateful = false, OnlyV6 = v6 });
    }

    private void Differing(bool v6, NetInterface on, NetInterface[] ports, List<Chain> chains, List<Filter> filters)
    {
        var name = $"{on.Name} {(v6 ? "ipv6 " : "")}ports";
        var at = bound.First(b => b.V6 == v6 && ports.Any(p => p.Name == b.Interface)).Line;
        chains.Add(new(name, [new(Match.Any, RuleAction.Accept, work.At(at), name) { Must = Match.Nothing, Unknowns = [new(UnknownKind.RunTime, $"{on.Name}: access-group of the port")] }]));
        filters.Add(new(name, FilterPlace.Inbound, name, RuleAction.Drop, work.At(at)) { In = InterfaceSet.Of(on.Name), Stateful = false, OnlyV6 = v6 });
    }

    private IEnumerable<Rule> Read(bool v6, string list, string text, int line)
    {
        var words = new Cursor(text);
        var when = new Condition { Source = v6 ? AddressValue.AnyV6 : AddressValue.AnyV4, Destination = v6 ? AddressValue.AnyV6 : AddressValue.AnyV4 };
        var action = words.Next() switch
        {
            "permit" or "copy-to-cpu" or "copy-to-mirror" => RuleAction.Accept,
            "deny" or "send-to-cpu" or "send-to-mirror" or "send-to-vlan-port" => RuleAction.Drop,
            _ => RuleAction.Unknown,
        };
        if (text.StartsWith("send-to-", StringComparison.Ordinal)) when.Uncertain(UnknownKind.RunTime, text.Split(' ')[0]);
        if (action == RuleAction.Unknown || !Condition(ref words, v6, when))
        {
            when.Uncertain(UnknownKind.NotUnderstood, text);
            when.Services = ServiceValue.Any;
            (when.Source, when.Destination) = v6 ? (AddressValue.AnyV6, AddressValue.AnyV6) : (AddressValue.AnyV4, AddressValue.AnyV4);
            work.Keep(line, line, new Touch.InPlace());
        }
        var rule = when.ToRule(action, work.At(line), list);
        // The same bytes may be looked for in a later fragment, or the entry be passed over: both are possible, so it may meet them.
        if (action == RuleAction.Drop && rule.May.Services.Services.Any(static s => !s.SourcePorts.IsAll || !s.DestinationPorts.IsAll || !s.Icmp.IsAll)) rule = rule with { May = rule.May with { Fragments = Fragments.WholeOrFirst } };
        return [rule];
    }

    private static bool Condition(ref Cursor words, bool v6, Condition when)
    {
        var word = words.Next();
        var service = Service.Any;
        var protocol = byte.MinValue;
        if (word is "proto" or "ip-proto")
        {
            if (!byte.TryParse(words.Next(), NumberStyles.None, CultureInfo.InvariantCulture, out protocol)) return false;
            service = Service.Of(protocol);
        }
        else if (word is "tcp" or "udp" or "icmp" or "icmpv6")
        {
            protocol = word switch { "tcp" => Protocols.Tcp, "udp" => Protocols.Udp, _ => v6 ? Protocols.IcmpV6 : Protocols.Icmp };
            service = Service.Of(protocol);
        }
        else if (word is not ("ip" or "ipv6" or "any"))
        {
            return false;
        }
        if (!TryAddress(ref words, v6, out var source) || !TryPorts(ref words, protocol, out var from) || !TryAddress(ref words, v6, out var destination) || !TryPorts(ref words, protocol, out var onto)) return false;
        (when.Source, when.Destination) = (source, destination);
        service = service with { SourcePorts = from, DestinationPorts = onto };
        while (!words.AtEnd)
        {
            switch (words.Next())
            {
                case "icmp-type" when byte.TryParse(words.Peek, NumberStyles.None, CultureInfo.InvariantCulture, out var type):
                    words.Next();
                    service = service with { Icmp = Service.IcmpType(type) };
                    break;
                case "established" when protocol == Protocols.Tcp:
                    service = service with { Flags = TcpFlags.Established };
                    break;
                case "vlan":
                    // The tag on the wire; which interfaces it leads to the ports say.
                    when.Uncertain(UnknownKind.RunTime, string.Concat("vlan ", words.Next()));
                    break;
                case "mac" or "dscp" or "tos" or "cos":
                    when.Uncertain(UnknownKind.RunTime, words.Rest.ToString());
                    words.SkipAll();
                    break;
                case "log":
                    break;
                default:
                    return false;
            }
        }
        when.Services = service == Service.Any ? ServiceValue.Any : ServiceValue.Sure(service);
        return true;
    }

    /// <summary>"any", "host A", "A/len", "A wildcard"; "dhcpsnooping" and "group NAME" are known at run time only.</summary>
    private static bool TryAddress(ref Cursor words, bool v6, out AddressValue value)
    {
        value = v6 ? AddressValue.AnyV6 : AddressValue.AnyV4;
        var word = words.Next();
        if (word is "any") return true;
        if (word is "dhcpsnooping" or "host-group")
        {
            value = AddressValue.NotKnown(UnknownKind.RunTime, word is "dhcpsnooping" ? word.ToString() : words.Next().ToString(), value.May);
            return true;
        }
        if (word is "host") word = words.Next();
        if (AddressPrefix.TryParse(word, out var prefix) && prefix.First.IsV6 == v6)
        {
            if (!v6 && !word.Contains('/') && Address.TryParseV4(words.Peek, out var wildcard))
            {
                words.Next();
                if (AddressSet.Wildcard((uint)prefix.First.Value, wildcard) is not { } set) return false;
                value = AddressValue.Sure(set);
                return true;
            }
            value = AddressValue.Sure(AddressSet.Of(prefix));
            return true;
        }
        return false;
    }

    private static bool TryPorts(ref Cursor words, byte protocol, out IntervalSet<ushort> ports)
    {
        ports = IntervalSet<ushort>.All;
        if (words.Take("ne"))
        {
            if (protocol is not (Protocols.Tcp or Protocols.Udp) || !ServiceNames.TryPort(words.Next(), out var not)) return false;
            ports = IntervalSet<ushort>.Of(not).Complement();
            return true;
        }
        return !Cisco.CiscoPorts.Starts(words.Peek) || (protocol is Protocols.Tcp or Protocols.Udp && Cisco.CiscoPorts.Read(ref words, out ports));
    }
}
