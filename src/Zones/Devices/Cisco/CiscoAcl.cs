using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Cisco;

/// <summary>Which grammar an access list is written in.</summary>
internal enum CiscoDialect
{
    /// <summary>IPv4 with wildcard masks: a set bit doesn't matter.</summary>
    Ios,
    IosV6,

    /// <summary>Network masks, objects, both families.</summary>
    Asa,
}

/// <summary>Reads one entry of an access list.</summary>
/// <remarks>Source: Cisco IOS Security Command Reference, "permit (IP)", "deny (IP)", "access-list (IP extended)"; ASA Command Reference, "access-list extended".</remarks>
internal sealed class CiscoAcl(FileWork work, CiscoObjects objects, CiscoDialect dialect)
{
    private AddressValue Anything => dialect switch { CiscoDialect.Ios => AddressValue.AnyV4, CiscoDialect.IosV6 => AddressValue.AnyV6, _ => AddressValue.Any };

    /// <summary>An entry from "permit" or "deny" on.</summary>
    /// <returns>Null where the entry says nothing now ("inactive", a remark).</returns>
    public Rule? Read(Cursor words, bool standard, int line, string name)
    {
        var when = new Condition { Source = Anything, Destination = Anything };
        var verb = words.Next();
        var action = verb is "permit" ? RuleAction.Accept : verb is "deny" ? RuleAction.Drop : RuleAction.Unknown;
        var strange = action == RuleAction.Unknown;
        if (strange)
        {
            when.Uncertain(UnknownKind.NotUnderstood, string.Concat(verb, " ", words.Rest));
        }
        else if (standard)
        {
            strange = !Standard(ref words, when);
        }
        else
        {
            strange = !Extended(ref words, when, out var inactive);
            if (inactive && !strange) return null;
        }

        if (strange)
        {
            when.Forget(Anything, words.Rest.Length > 0 ? words.Rest.ToString() : name.Length > 0 ? name : "incomplete");
            work.Keep(line, line, new Touch.InPlace());
        }

        return when.ToRule(action, work.At(line), name);
    }

    private bool Standard(ref Cursor words, Condition when)
    {
        if (dialect == CiscoDialect.Asa)
        {
            // ASA's standard lists name destinations (for OSPF and VPN); they filter nothing.
            return ReadAddress(ref words, when, out var to) && Assign(when, to);
        }

        if (words.Take("any")) return Options(ref words, when, out _);
        var host = words.Take("host");
        if (words.Take("object-group"))
        {
            when.Source = objects.Addresses(words.Next().ToString());
            return Options(ref words, when, out _);
        }

        var word = words.Next();
        if (AddressPrefix.TryParse(word, out var prefix) && word.Contains('/'))
        {
            when.Source = AddressValue.Sure(AddressSet.Of(prefix));
            return Options(ref words, when, out _);
        }

        if (!objects.TryAddress(word, out var address) || address.IsV6) return false;
        if (host || !Address.TryParseV4(words.Peek, out var wildcard))
        {
            when.Source = AddressValue.Sure(AddressSet.Of(address));
        }
        else
        {
            words.Next();
            if (AddressSet.Wildcard((uint)address.Value, wildcard) is not { } set) return false;
            when.Source = AddressValue.Sure(set);
        }

        return Options(ref words, when, out _);

        static bool Assign(Condition when, AddressValue to)
        {
            when.Destination = to;
            return true;
        }
    }

    private bool Extended(ref Cursor words, Condition when, out bool inactive)
    {
        inactive = false;
        if (!Protocol(ref words, when, out var services, out var protocols)) return false;
        if (!ReadAddress(ref words, when, out var source)) return false;
        when.Source = source;
        var service = new Service(protocols);
        ServiceValue? grouped = null;
        if (CiscoPorts.Starts(words.Peek))
        {
            if (!CiscoPorts.Read(ref words, out var from)) return false;
            service = service with { SourcePorts = from };
        }
        else if (words.Peek is "object-group" && IsServiceGroup(words))
        {
            words.Next();
            // A port group at the source side: its destination ports are meant as source ports.
            var group = objects.Services(words.Next().ToString());
            if (!group.IsSure || group.May.Services.Length != 1) when.Uncertain(UnknownKind.NotUnderstood, "source port group");
            else service = service with { SourcePorts = group.May.Services[0].DestinationPorts };
        }

        if (!ReadAddress(ref words, when, out var destination)) return false;
        when.Destination = destination;
        if (CiscoPorts.Starts(words.Peek))
        {
            if (!CiscoPorts.Read(ref words, out var to)) return false;
            service = service with { DestinationPorts = to };
        }
        else if (words.Peek is "object-group" && IsServiceGroup(words))
        {
            words.Next();
            grouped = objects.Services(words.Next().ToString());
        }
        else if (protocols == ByteSet.Of(Protocols.Icmp) || protocols == ByteSet.Of(Protocols.IcmpV6))
        {
            if (!Icmp(ref words, ref service, protocols == ByteSet.Of(Protocols.IcmpV6), when)) return false;
        }

        if (!Flags(ref words, ref service, when) || !Options(ref words, when, out inactive)) return false;
        // A service group where the protocol stands, one where the ports stand, and what the entry itself says: all hold.
        if (service != Service.Any) services = services.Intersected(ServiceValue.Sure(service));
        if (grouped is { } some) services = services.Intersected(some);
        when.Services = services;
        if (when.Services.May.Services.Any(LooksDeeper)) when.Fragments &= Fragments.WholeOrFirst;
        return words.AtEnd;
    }

    /// <summary>Whether a service asks for what only whole packets and first fragments have.</summary>
    private static bool LooksDeeper(Service service) => !service.SourcePorts.IsAll || !service.DestinationPorts.IsAll || !service.Icmp.IsAll || !service.Flags.IsAll;

    /// <summary>Fragments behind the first have no ports: a permitting entry with ports lets them through by protocol and addresses, a denying one leaves them to the next.</summary>
    /// <remarks>Source: Cisco, "Access Control Lists and IP Fragments" (document 8014). ASA puts fragments together first.</remarks>
    public static IEnumerable<Rule> WithFragments(Rule rule)
    {
        yield return rule;
        if (rule.Action is RuleAction.Drop || (rule.May.Fragments & Fragments.Later) != 0 || !rule.May.Services.Services.Any(LooksDeeper)) yield break;
        var protocols = rule.May.Services.Services.Aggregate(default(ByteSet), static (all, one) => all | one.Protocols);
        yield return rule with { May = Later(rule.May), Must = rule.Must is { } must ? Later(must) : null };

        Match Later(Match match) => match with { Services = ServiceSet.Of(new Service(protocols)), Fragments = Fragments.Later };
    }

    private bool IsServiceGroup(Cursor words)
    {
        words.Next();
        var name = words.Peek.ToString();
        return objects.HasService(name) && !objects.HasNetwork(name);
    }

    private bool Protocol(ref Cursor words, Condition when, out ServiceValue services, out ByteSet protocols)
    {
        services = ServiceValue.Any;
        protocols = ByteSet.All;
        var word = words.Next();
        if (word is "ip" or "ipv6" or "ipv4") return true;
        if (word is "object" or "object-group")
        {
            var name = words.Next().ToString();
            if (objects.ProtocolGroup(name) is { } group)
            {
                protocols = default;
                foreach (var (text, line) in group.Members)
                {
                    var member = new Cursor(text);
                    if (member.Take("protocol-object") && (member.Peek is "ip" || ServiceNames.TryProtocol(member.Peek, out _)))
                    {
                        protocols = member.Peek is "ip" ? ByteSet.All : protocols | (ServiceNames.TryProtocol(member.Peek, out var number) ? ByteSet.Of(number) : default);
                    }
                    else
                    {
                        work.Keep(line, line, new Touch.InPlace());
                        when.Uncertain(UnknownKind.NotUnderstood, text);
                        protocols = ByteSet.All;
                        return true;
                    }
                }

                return true;
            }

            services = objects.Services(name);
            return true;
        }

        if (!ServiceNames.TryProtocol(word, out var one)) return false;
        if (dialect == CiscoDialect.IosV6 && word is "icmp") one = Protocols.IcmpV6;
        protocols = ByteSet.Of(one);
        return true;
    }

    private bool ReadAddress(ref Cursor words, Condition when, out AddressValue value)
    {
        value = Anything;
        switch (words.Peek)
        {
            case "any":
                words.Next();
                return true;
            case "any4":
                words.Next();
                value = AddressValue.AnyV4;
                return true;
            case "any6":
                words.Next();
                value = AddressValue.AnyV6;
                return true;
            case "host":
                words.Next();
                if (!objects.TryAddress(words.Peek, out var host))
                {
                    if (!words.Peek.IsEmpty && char.IsAsciiLetter(words.Peek[0]))
                    {
                        value = AddressValue.NotKnown(UnknownKind.Fqdn, words.Next().ToString(), Anything.May);
                        return true;
                    }

                    return false;
                }

                words.Next();
                value = AddressValue.Sure(AddressSet.Of(host));
                return true;
            case "object" or "object-group":
                words.Next();
                value = objects.Addresses(words.Next().ToString()).Within(Anything.May);
                return true;
            case "addrgroup":
                words.Next();
                value = objects.Addresses(words.Next().ToString()).Within(Anything.May);
                return true;
            case "interface" when dialect == CiscoDialect.Asa:
                words.Next();
                // The device's own address on an interface; packets for it don't pass through, but its number may be dynamic.
                value = AddressValue.NotKnown(UnknownKind.RunTime, string.Concat("interface ", words.Next()));
                return true;
            case "user" or "user-group" or "object-group-user" or "security-group" or "object-group-security":
                var kind = words.Next().ToString();
                when.Uncertain(UnknownKind.User, string.Concat(kind, " ", words.Next()));
                return ReadAddress(ref words, when, out value);
        }

        var word = words.Next();
        if (word.Contains('/') && AddressPrefix.TryParse(word, out var prefix))
        {
            value = AddressValue.Sure(AddressSet.Of(prefix));
            return true;
        }

        if (!objects.TryAddress(word, out var address) || address.IsV6 || !Address.TryParseV4(words.Peek, out var mask)) return false;
        words.Next();
        if (AddressSet.Wildcard((uint)address.Value, dialect == CiscoDialect.Asa ? ~mask : mask) is not { } set) return false;
        value = AddressValue.Sure(set);
        return true;
    }

    private bool Icmp(ref Cursor words, ref Service service, bool v6, Condition when)
    {
        var word = words.Peek;
        if (word.IsEmpty || word is "log" or "log-input" or "time-range" or "inactive" or "fragments" or "tos" or "dscp" or "precedence" or "ttl" or "option" or "reflect")
            return true;

        if (word is "object-group")
        {
            words.Next();
            var name = words.Next().ToString();
            if (objects.IcmpTypes(name) is not { } group)
            {
                when.Uncertain(UnknownKind.NotUnderstood, name);
                return true;
            }

            var all = IntervalSet<ushort>.Empty;
            foreach (var (text, _) in group.Members)
            {
                var member = new Cursor(text);
                if (!member.Take("icmp-object") || !ServiceNames.TryIcmp(member.Next(), v6, out var one))
                {
                    when.Uncertain(UnknownKind.NotUnderstood, text);
                    return true;
                }

                all = all.Union(one);
            }

            service = service with { Icmp = all };
            return true;
        }

        if (!ServiceNames.TryIcmp(word, v6, out var types)) return false;
        words.Next();
        if (byte.TryParse(words.Peek, NumberStyles.None, CultureInfo.InvariantCulture, out var code))
        {
            words.Next();
            types = Service.IcmpType((byte)(types.Bounds[0] >> 8), code);
        }

        service = service with { Icmp = types };
        return true;
    }

    /// <summary>"established", and TCP flags in the old and the new form.</summary>
    private static bool Flags(ref Cursor words, ref Service service, Condition when)
    {
        while (true)
        {
            switch (words.Peek)
            {
                case "established":
                    words.Next();
                    service = service with { Flags = service.Flags & TcpFlags.Established };
                    break;
                case "ack" or "fin" or "psh" or "rst" or "syn" or "urg":
                    var bit = Bit(words.Next());
                    // Flags beside each other: any of them.
                    var any = ByteSet.Where(flags => (flags & bit) != 0);
                    service = service with { Flags = service.Flags.IsAll ? any : service.Flags | any };
                    break;
                case "match-any" or "match-all":
                    var all = words.Next() is "match-all";
                    var met = all ? ByteSet.All : default;
                    while (words.Peek is ['+' or '-', ..])
                    {
                        var word = words.Next();
                        var one = Bit(word[1..]);
                        if (one == 0) return false;
                        var set = word[0] == '+';
                        var those = ByteSet.Where(flags => (flags & one) != 0 == set);
                        met = all ? met & those : met | those;
                    }

                    service = service with { Flags = service.Flags & met };
                    break;
                default:
                    _ = when;
                    return true;
            }
        }
    }

    private static byte Bit(ReadOnlySpan<char> word) => word switch
    {
        "ack" => TcpFlags.Ack,
        "fin" => TcpFlags.Fin,
        "psh" => TcpFlags.Psh,
        "rst" => TcpFlags.Rst,
        "syn" => TcpFlags.Syn,
        "urg" => TcpFlags.Urg,
        _ => 0,
    };

    private bool Options(ref Cursor words, Condition when, out bool inactive)
    {
        inactive = false;
        while (!words.AtEnd)
        {
            var word = words.Next();
            switch (word)
            {
                case "log" or "log-input":
                    // "log", "log 6 interval 300", "log disable", "log (hash)"; what follows concerns logging, but "inactive" and a schedule may stand behind.
                    while (!words.AtEnd && words.Peek is not ("inactive" or "time-range")) words.Next();
                    break;
                case "time-range":
                    when.Uncertain(UnknownKind.Schedule, words.Next().ToString());
                    break;
                case "inactive":
                    inactive = true;
                    break;
                case "fragments" or "fragment":
                    when.Fragments = Fragments.Later;
                    break;
                case "tos" or "dscp" or "precedence" or "flow-label" or "sequence":
                    when.Uncertain(UnknownKind.RunTime, string.Concat(word, " ", words.Next()));
                    break;
                case "ttl" or "option" or "packet-length" or "mobility" or "routing" or "routing-type" or "dest-option" or "hbh" or "auth" or "undetermined-transport" or "mobility-type" or "dest-option-type":
                    when.Uncertain(UnknownKind.RunTime, string.Concat(word, " ", words.Rest));
                    words.SkipAll();
                    break;
                case "reflect":
                    // What comes back is let in by "evaluate"; the entry itself permits as it says.
                    words.Next();
                    if (words.Take("timeout")) words.Next();
                    break;
                case "dynamic" or "tracked" or "timeout":
                    when.Uncertain(UnknownKind.RunTime, word.ToString());
                    words.SkipAll();
                    break;
                case "matches" or "counters" or "active" or "default" or "hitcnt=0":
                    words.SkipAll();
                    break;
                default:
                    if (word[0] == '(')
                    {
                        // "(12 matches)" of show access-lists
                        words.SkipAll();
                        break;
                    }

                    _ = dialect;
                    return false;
            }
        }

        return true;
    }
}
