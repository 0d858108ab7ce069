using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Cisco;

/// <summary>Translations of ASA: object NAT and twice NAT (8.3 and later), "static" and "nat/global" before.</summary>
/// <remarks>Source: ASA Firewall CLI Configuration Guide, "NAT": twice NAT, then object NAT (static before dynamic), then twice NAT "after-auto".</remarks>
internal sealed class AsaNat(FileWork work, CiscoObjects objects, bool old, Dictionary<string, List<Rule>> lists)
{
    public List<NatRule> Rules(List<(string Text, int Line, string? Object)> lines)
    {
        List<(int Section, NatRule Rule)> all = [];
        foreach (var (text, line, of) in lines)
        {
            var understood = of is null && (old || IsOld(text)) ? Old(text, line, lines, all) : of is null ? Twice(text, line, all) : Auto(text, line, of, all);
            if (!understood) work.Keep(line, line, new Touch.WholeDevice());
        }

        return [.. all.OrderBy(static one => one.Section).Select(static one => one.Rule)];
    }

    /// <summary>An excerpt without its version still shows the old form.</summary>
    private static bool IsOld(string text) => text.StartsWith("global ", StringComparison.Ordinal) || text.StartsWith("static ", StringComparison.Ordinal) || text.StartsWith("nat-control", StringComparison.Ordinal) || (text.StartsWith("nat (", StringComparison.Ordinal) && !text.Contains(" source ", StringComparison.Ordinal));

    private static InterfaceSet On(string name) => name == "any" ? InterfaceSet.Any : InterfaceSet.Of([name]);

    private static bool Pair(ref Cursor words, out string real, out string mapped)
    {
        real = mapped = "any";
        var word = words.Next();
        if (word is not ['(', .., ')']) return false;
        var names = word[1..^1].ToString().Split(',');
        (real, mapped) = (names[0], names[^1]);
        return true;
    }

    /// <summary>The addresses of a name or address; null for "interface".</summary>
    private AddressValue? Target(ref Cursor words)
    {
        if (words.Peek is "interface")
        {
            words.Next();
            words.Take("ipv6");
            return null;
        }

        words.Take("pat-pool");
        var word = words.Next();
        if (word is "any") return AddressValue.Any;
        return objects.TryAddress(word, out var address) ? AddressValue.Sure(AddressSet.Of(address)) : objects.Addresses(word.ToString());
    }

    /// <summary>"object network X" / "nat (in,out) static Y [service tcp 80 8080]" or "dynamic Y".</summary>
    private bool Auto(string text, int line, string name, List<(int, NatRule)> all)
    {
        var words = new Cursor(text);
        words.Next();
        string real = "any", mapped = "any";
        if (words.Peek is ['(', ..] && !Pair(ref words, out real, out mapped)) return false;
        var inner = objects.Addresses(name);
        var at = work.At(line, line, "object " + name);
        switch (words.Next())
        {
            case "static":
                var outer = Target(ref words);
                var services = ServiceSet.Any;
                IntervalSet<ushort>? to = null;
                while (!words.AtEnd)
                {
                    switch (words.Next())
                    {
                        case "service":
                            if (!ServiceNames.TryProtocol(words.Next(), out var protocol) || !ServiceNames.TryPort(words.Next(), out var realPort) || !ServiceNames.TryPort(words.Next(), out var mappedPort))
                                return false;

                            services = ServiceSet.Of(new Service(ByteSet.Of(protocol)) { DestinationPorts = IntervalSet<ushort>.Of(mappedPort) });
                            to = IntervalSet<ushort>.Of(realPort);
                            break;
                        case "dns" or "no-proxy-arp" or "route-lookup" or "net-to-net" or "unidirectional":
                            break;
                        default:
                            return false;
                    }
                }

                Both(all, 1, at, On(real), On(mapped), inner, outer, services, to);
                return true;
            case "dynamic":
                all.Add((2, Source(at, On(real), On(mapped), inner, AddressValue.Any, Target(ref words))));
                return true;
            default:
                return false;
        }
    }

    private static void Both(List<(int, NatRule)> all, int section, SourceRef at, InterfaceSet real, InterfaceSet mapped, AddressValue inner, AddressValue? outer, ServiceSet services, IntervalSet<ushort>? to)
    {
        var external = outer?.May ?? AddressSet.AllV4;
        var sure = outer is { IsSure: true } && inner.IsSure;
        var inward = new NatRule(NatKind.Destination, new Match { Destination = external, Services = services, In = mapped }, at, "static")
        {
            To = inner.May,
            ToPorts = to,
            KeepsOffset = outer is not null && Netfilter.IptablesNat.SameSize(external, inner.May),
        };
        var outward = new NatRule(NatKind.Source, new Match { Source = inner.May, In = real, Out = mapped }, at, "static") { To = outer?.May ?? AddressSet.Empty, ToOutgoingInterface = outer is null, KeepsOffset = inward.KeepsOffset };
        var unknown = new Unknown(UnknownKind.RunTime, "interface address");
        all.Add((section, sure ? inward : inward with { Must = Match.Nothing, Unknowns = [.. inner.Unknowns, .. outer?.Unknowns ?? [unknown]] }));
        if (to is { } realPorts && services.Services is [var outside])
        {
            // From the server's own port alone: other connections that it begins aren't this translation's.
            var own = ServiceSet.Of(new Service(outside.Protocols) { SourcePorts = realPorts });
            outward = outward with { May = outward.May with { Services = own }, ToPorts = outside.DestinationPorts };
        }
        all.Add((section, sure ? outward : outward with { Must = Match.Nothing, Unknowns = [unknown] }));
    }

    private static NatRule Source(SourceRef at, InterfaceSet real, InterfaceSet mapped, AddressValue inner, AddressValue destination, AddressValue? to)
    {
        var when = new Condition { Source = inner, Destination = destination, In = real, Out = mapped };
        var rule = when.ToNat(NatKind.Source, at, "dynamic");
        return to is null ? rule with { To = AddressSet.Empty, ToOutgoingInterface = true, ToPorts = IntervalSet<ushort>.All } : rule with { To = to.May, ToPorts = IntervalSet<ushort>.All };
    }

    /// <summary>"nat (in,out) [after-auto] source static A B [destination static C D] [service S T]".</summary>
    private bool Twice(string text, int line, List<(int, NatRule)> all)
    {
        var words = new Cursor(text);
        words.Next();
        string real = "any", mapped = "any";
        if (words.Peek is ['(', ..] && !Pair(ref words, out real, out mapped)) return false;
        var section = 0;
        if (words.Take("after-auto")) section = 3;
        if (int.TryParse(words.Peek, out _)) words.Next();
        if (!words.Take("source")) return false;
        var fixedPairs = words.Next() is "static";
        var from = Target(ref words) ?? AddressValue.Any;
        var to = Target(ref words);
        AddressValue? destination = null, destinationReal = null;
        ServiceValue? service = null, translated = null;
        while (!words.AtEnd)
        {
            switch (words.Next())
            {
                case "destination":
                    words.Take("static");
                    destination = Target(ref words) ?? AddressValue.NotKnown(UnknownKind.RunTime, "interface");
                    destinationReal = Target(ref words);
                    break;
                case "service":
                    (service, translated) = (objects.Services(words.Next().ToString()), objects.Services(words.Next().ToString()));
                    break;
                case "no-proxy-arp" or "route-lookup" or "unidirectional" or "dns" or "net-to-net" or "interface" or "pat-pool" or "round-robin" or "extended" or "flat" or "include-reserve":
                    break;
                case "inactive":
                    return true;
                case "description":
                    words.SkipAll();
                    break;
                default:
                    return false;
            }
        }

        var at = work.At(line);
        var identity = fixedPairs && to is not null && from.May.Equals(to.May);
        // Sources are translated last: the destination is the real one by then.
        var peer = destinationReal ?? destination ?? AddressValue.Any;
        var when = new Condition { Source = from, Destination = peer, Services = service ?? ServiceValue.Any, In = On(real), Out = On(mapped) };
        var source = when.ToNat(NatKind.Source, at, "twice");
        var sourcePorts = fixedPairs ? PortsOf(translated, static one => one.SourcePorts) : IntervalSet<ushort>.All;
        all.Add((section, identity && sourcePorts is null ? source
            : to is null ? source with { To = AddressSet.Empty, ToOutgoingInterface = true, ToPorts = sourcePorts }
            : source with { To = to.May, ToPorts = sourcePorts, KeepsOffset = fixedPairs && Netfilter.IptablesNat.SameSize(from.May, to.May) }));
        var destinationPorts = PortsOf(translated, static one => one.DestinationPorts);
        if (destination is not null && destinationReal is not null && (!destination.May.Equals(destinationReal.May) || !Equals(PortsOf(service, static one => one.DestinationPorts), destinationPorts)))
        {
            var inward = new Condition { Source = from, Destination = destination, Services = service ?? ServiceValue.Any, In = On(real) };
            all.Add((section, inward.ToNat(NatKind.Destination, at, "twice") with { To = destinationReal.May, ToPorts = destinationPorts, KeepsOffset = Netfilter.IptablesNat.SameSize(destination.May, destinationReal.May) }));
        }
        if (!fixedPairs || to is null) return true;
        // The other direction: to the mapped address, back to the real one; identity pairs are exempt.
        var back = new Condition { Source = peer, Destination = to, Services = translated is null ? ServiceValue.Any : Turned(translated), In = On(mapped) };
        var reverse = back.ToNat(NatKind.Destination, at, "twice");
        all.Add((section, identity && sourcePorts is null ? reverse : reverse with { To = from.May, ToPorts = PortsOf(service, static one => one.SourcePorts), KeepsOffset = Netfilter.IptablesNat.SameSize(to.May, from.May) }));
        return true;
    }

    /// <summary>The ports that a service is narrowed to; null where it is narrowed to none.</summary>
    private static IntervalSet<ushort>? PortsOf(ServiceValue? service, Func<Service, IntervalSet<ushort>> of)
    {
        if (service is null) return null;
        var ports = IntervalSet<ushort>.Empty;
        foreach (var one in service.May.Services) ports = ports.Union(of(one));
        return ports.IsAll ? null : ports;
    }

    /// <summary>What answers a service: source and destination ports change places.</summary>
    private static ServiceValue Turned(ServiceValue service) => new(Turned(service.May), Turned(service.Must), service.Unknowns);

    private static ServiceSet Turned(ServiceSet set) => new([.. set.Services.Select(static one => one with { SourcePorts = one.DestinationPorts, DestinationPorts = one.SourcePorts })]);

    /// <summary>"static (inside,outside) tcp interface 25 access-list L": for what each entry of the list permits, its source is the real address and port.</summary>
    private bool OldPolicy(string list, AddressValue? outer, byte protocol, ushort mappedPort, InterfaceSet real, InterfaceSet mapped, SourceRef at, List<(int, NatRule)> all)
    {
        if (!lists.TryGetValue(list, out var rules)) return false;
        var external = outer?.May ?? AddressSet.AllV4;
        foreach (var rule in rules)
        {
            if (rule.Action != RuleAction.Accept || rule.May.Services.Services is not [var one]) return false;
            var ports = protocol == 0 ? null : IntervalSet<ushort>.Of(mappedPort);
            var outside = protocol == 0 ? ServiceSet.Any : ServiceSet.Of(new Service(ByteSet.Of(protocol)) { DestinationPorts = IntervalSet<ushort>.Of(mappedPort) });
            var inward = new NatRule(NatKind.Destination, new Match { Source = rule.May.Destination, Destination = external, Services = outside, In = mapped }, at, "policy static") { To = rule.May.Source, ToPorts = ports is null ? null : one.SourcePorts };
            var outward = new NatRule(NatKind.Source, rule.May with { In = real, Out = mapped }, at, "policy static") { To = outer?.May ?? AddressSet.Empty, ToOutgoingInterface = outer is null, ToPorts = ports };
            var unknown = new Unknown(UnknownKind.RunTime, "interface address");
            var sure = outer is not null && rule.Must is null;
            all.Add((0, sure ? inward : inward with { Must = Match.Nothing, Unknowns = [.. rule.Unknowns, unknown] }));
            all.Add((0, sure ? outward : outward with { Must = Match.Nothing, Unknowns = [.. rule.Unknowns, unknown] }));
        }
        return rules.Count > 0;
    }

    /// <summary>Before 8.3: "static (inside,outside) MAPPED REAL netmask M", "nat (inside) 1 A M", "global (outside) 1 …".</summary>
    private bool Old(string text, int line, List<(string Text, int Line, string? Object)> lines, List<(int, NatRule)> all)
    {
        var words = new Cursor(text);
        var at = work.At(line);
        switch (words.Next())
        {
            case "nat-control" or "global":
                return true;
            case "static":
                if (!Pair(ref words, out var real, out var mapped)) return false;

                byte protocol = 0;
                if (words.Peek is "tcp" or "udp") protocol = words.Next() is "tcp" ? Protocols.Tcp : Protocols.Udp;

                AddressValue? outer = null;
                if (!words.Take("interface"))
                {
                    if (!objects.TryAddress(words.Next(), out var address)) return false;
                    outer = AddressValue.Sure(AddressSet.Of(address));
                }

                ushort mappedPort = 0, realPort = 0;
                if (protocol != 0 && !ServiceNames.TryPort(words.Next(), out mappedPort)) return false;
                if (words.Take("access-list")) return OldPolicy(words.Next().ToString(), outer, protocol, mappedPort, On(real), On(mapped), at, all);
                if (!objects.TryAddress(words.Next(), out var inner) || (protocol != 0 && !ServiceNames.TryPort(words.Next(), out realPort)))
                    return false;

                var inside = AddressSet.Of(inner);
                if (words.Take("netmask") && AddressPrefix.TryParse(string.Concat(inner.ToString(), "/", words.Next()), out var prefix) && prefix.Length < 32 && outer is not null)
                {
                    inside = AddressSet.Of(prefix);
                    outer = AddressValue.Sure(AddressSet.Of(new AddressPrefix(new Address(false, outer.May.V4.Bounds[0]), prefix.Length)));
                }

                Both(all, 0, at, On(real), On(mapped), AddressValue.Sure(inside), outer,
                    protocol == 0 ? ServiceSet.Any : ServiceSet.Of(new Service(ByteSet.Of(protocol)) { DestinationPorts = IntervalSet<ushort>.Of(mappedPort) }),
                    protocol == 0 ? null : IntervalSet<ushort>.Of(realPort));
                return true;
            case "nat":
                if (!Pair(ref words, out var from, out _)) return false;
                var id = words.Next().ToString();
                Match when;
                if (words.Take("access-list"))
                {
                    if (!lists.TryGetValue(words.Next().ToString(), out var list)) return false;
                    foreach (var rule in list.Where(static rule => rule.Action == RuleAction.Accept)) Add(rule.May);
                    return true;
                }

                var network = words.Next();
                var mask = words.Next();
                var source = new AddressPrefix(Address.V4(0), 0);
                if (network is not "0" && (!objects.TryAddress(network, out var named) || !AddressPrefix.TryParse(string.Concat(named.ToString(), "/", mask), out source)))
                    return false;

                when = new Match { Source = AddressSet.Of(source), Destination = AddressSet.AllV4 };
                Add(when);
                return true;

                void Add(Match match)
                {
                    match = match with { In = On(from) };
                    if (id == "0")
                    {
                        all.Add((0, new NatRule(NatKind.Source, match, at, "nat 0")));
                        return;
                    }

                    foreach (var (other, _, _) in lines.Where(other => other.Text.StartsWith("global ", StringComparison.Ordinal)))
                    {
                        var global = new Cursor(other);
                        global.Next();
                        if (Pair(ref global, out var on, out _) && global.Take(id))
                        {
                            var pool = global.Next();
                            var dash = pool.IndexOf('-');
                            var rule = new NatRule(NatKind.Source, match with { Out = On(on) }, at, "nat " + id) { ToPorts = IntervalSet<ushort>.All };
                            all.Add((1, Address.TryParse(dash < 0 ? pool : pool[..dash], out var first) && Address.TryParse(dash < 0 ? pool : pool[(dash + 1)..], out var last)
                                ? rule with { To = AddressSet.Range(first, last) }
                                : rule with { To = AddressSet.Empty, ToOutgoingInterface = true }));
                        }
                    }
                }

            default:
                return false;
        }
    }
}
