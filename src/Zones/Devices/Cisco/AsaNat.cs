using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Cisco;

/// <summary>Translations of ASA: object NAT and twice NAT (8.3 and later), "static" and "nat/global" before.</summary>
/// <remarks>Source: ASA Firewall CLI Configuration Guide, "NAT": twice NAT, then object NAT (static before dynamic), then twice NAT "after-auto".</remarks>
internal sealed class AsaNat(FileWork work, CiscoObjects objects, bool old, Dictionary<string, List<Rule>> lists)
{
    public List<NatRule> Rules(List<(string Text, int Line, string? Object)> lines)
    {
        List<(int Section, NatRule Rule)> all = [];
        foreach ((string text, int line, string? of) in lines)
        {
            bool understood = of is null && (old || IsOld(text)) ? Old(text, line, lines, all) : of is null ? Twice(text, line, all) : Auto(text, line, of, all);
            if (!understood)
            {
                work.Keep(line, line, new Touch.WholeDevice());
            }
        }

        return [.. all.OrderBy(static one => one.Section).Select(static one => one.Rule)];
    }

    /// <summary>An excerpt without its version still shows the old form.</summary>
    private static bool IsOld(string text) => text.StartsWith("global ", StringComparison.Ordinal) || text.StartsWith("static ", StringComparison.Ordinal) || text.StartsWith("nat-control", StringComparison.Ordinal) || (text.StartsWith("nat (", StringComparison.Ordinal) && !text.Contains(" source ", StringComparison.Ordinal));

    private static InterfaceSet On(string name) => name == "any" ? InterfaceSet.Any : InterfaceSet.Of([name]);

    private static bool Pair(ref Cursor words, out string real, out string mapped)
    {
        real = mapped = "any";
        ReadOnlySpan<char> word = words.Next();
        if (word is not ['(', .., ')'])
        {
            return false;
        }

        string[] names = word[1..^1].ToString().Split(',');
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
        ReadOnlySpan<char> word = words.Next();
        if (word is "any")
        {
            return AddressValue.Any;
        }

        return objects.TryAddress(word, out Address address) ? AddressValue.Sure(AddressSet.Of(address)) : objects.Addresses(word.ToString());
    }

    /// <summary>"object network X" / "nat (in,out) static Y [service tcp 80 8080]" or "dynamic Y".</summary>
    private bool Auto(string text, int line, string name, List<(int, NatRule)> all)
    {
        Cursor words = new(text);
        words.Next();
        string real = "any", mapped = "any";
        if (words.Peek is ['(', ..] && !Pair(ref words, out real, out mapped))
        {
            return false;
        }

        AddressValue inner = objects.Addresses(name);
        SourceRef at = work.At(line, line, "object " + name);
        switch (words.Next())
        {
            case "static":
                AddressValue? outer = Target(ref words);
                ServiceSet services = ServiceSet.Any;
                IntervalSet<ushort>? to = null;
                while (!words.AtEnd)
                {
                    switch (words.Next())
                    {
                        case "service":
                            if (!ServiceNames.TryProtocol(words.Next(), out byte protocol) || !ServiceNames.TryPort(words.Next(), out ushort realPort) || !ServiceNames.TryPort(words.Next(), out ushort mappedPort))
                            {
                                return false;
                            }

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
        AddressSet external = outer?.May ?? AddressSet.AllV4;
        bool sure = outer is { IsSure: true } && inner.IsSure;
        NatRule inward = new(NatKind.Destination, new Match { Destination = external, Services = services, In = mapped }, at, "static")
        {
            To = inner.May,
            ToPorts = to,
            KeepsOffset = outer is not null && Netfilter.IptablesNat.SameSize(external, inner.May),
        };
        NatRule outward = new(NatKind.Source, new Match { Source = inner.May, In = real, Out = mapped }, at, "static") { To = outer?.May ?? AddressSet.Empty, ToOutgoingInterface = outer is null, KeepsOffset = inward.KeepsOffset };
        Unknown unknown = new(UnknownKind.RunTime, "interface address");
        all.Add((section, sure ? inward : inward with { Must = Match.Nothing, Unknowns = [.. inner.Unknowns, .. outer?.Unknowns ?? [unknown]] }));
        all.Add((section, services.IsAny && sure ? outward : outward with { Must = Match.Nothing, Unknowns = [unknown] }));
    }

    private static NatRule Source(SourceRef at, InterfaceSet real, InterfaceSet mapped, AddressValue inner, AddressValue destination, AddressValue? to)
    {
        Condition when = new() { Source = inner, Destination = destination, In = real, Out = mapped };
        NatRule rule = when.ToNat(NatKind.Source, at, "dynamic");
        return to is null ? rule with { To = AddressSet.Empty, ToOutgoingInterface = true, ToPorts = IntervalSet<ushort>.All } : rule with { To = to.May, ToPorts = IntervalSet<ushort>.All };
    }

    /// <summary>"nat (in,out) [after-auto] source static A B [destination static C D] [service S T]".</summary>
    private bool Twice(string text, int line, List<(int, NatRule)> all)
    {
        Cursor words = new(text);
        words.Next();
        string real = "any", mapped = "any";
        if (words.Peek is ['(', ..] && !Pair(ref words, out real, out mapped))
        {
            return false;
        }

        int section = 0;
        if (words.Take("after-auto"))
        {
            section = 3;
        }

        if (int.TryParse(words.Peek, out _))
        {
            words.Next();
        }

        if (!words.Take("source"))
        {
            return false;
        }

        bool fixedPairs = words.Next() is "static";
        AddressValue from = Target(ref words) ?? AddressValue.Any;
        AddressValue? to = Target(ref words);
        AddressValue? destination = null, destinationReal = null;
        bool service = false;
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
                    service = true;
                    words.Next();
                    words.Next();
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

        SourceRef at = work.At(line);
        bool identity = fixedPairs && to is not null && from.May.Equals(to.May);
        Condition when = new() { Source = from, Destination = destination ?? AddressValue.Any, In = On(real), Out = On(mapped) };
        if (service)
        {
            when.Uncertain(UnknownKind.NotUnderstood, "service translation");
        }

        NatRule source = when.ToNat(NatKind.Source, at, "twice");
        all.Add((section, identity ? source
            : to is null ? source with { To = AddressSet.Empty, ToOutgoingInterface = true, ToPorts = fixedPairs ? null : IntervalSet<ushort>.All }
            : source with { To = to.May, ToPorts = fixedPairs ? null : IntervalSet<ushort>.All, KeepsOffset = fixedPairs && Netfilter.IptablesNat.SameSize(from.May, to.May) }));
        if (destination is not null && destinationReal is not null && !destination.May.Equals(destinationReal.May))
        {
            Condition inward = new() { Source = from, Destination = destination, In = On(real) };
            all.Add((section, inward.ToNat(NatKind.Destination, at, "twice") with { To = destinationReal.May, KeepsOffset = Netfilter.IptablesNat.SameSize(destination.May, destinationReal.May) }));
        }

        if (fixedPairs && to is not null)
        {
            // The other direction: to the mapped address, back to the real one; identity pairs are exempt.
            Condition back = new() { Source = destinationReal ?? destination ?? AddressValue.Any, Destination = to, In = On(mapped) };
            NatRule reverse = back.ToNat(NatKind.Destination, at, "twice");
            all.Add((section, identity ? reverse : reverse with { To = from.May, KeepsOffset = Netfilter.IptablesNat.SameSize(to.May, from.May) }));
        }

        return !service || !identity;
    }

    /// <summary>Before 8.3: "static (inside,outside) MAPPED REAL netmask M", "nat (inside) 1 A M", "global (outside) 1 …".</summary>
    private bool Old(string text, int line, List<(string Text, int Line, string? Object)> lines, List<(int, NatRule)> all)
    {
        Cursor words = new(text);
        SourceRef at = work.At(line);
        switch (words.Next())
        {
            case "nat-control" or "global":
                return true;
            case "static":
                if (!Pair(ref words, out string real, out string mapped))
                {
                    return false;
                }

                byte protocol = 0;
                if (words.Peek is "tcp" or "udp")
                {
                    protocol = words.Next() is "tcp" ? Protocols.Tcp : Protocols.Udp;
                }

                AddressValue? outer = null;
                if (!words.Take("interface"))
                {
                    if (!objects.TryAddress(words.Next(), out Address address))
                    {
                        return false;
                    }

                    outer = AddressValue.Sure(AddressSet.Of(address));
                }

                ushort mappedPort = 0, realPort = 0;
                if (protocol != 0 && !ServiceNames.TryPort(words.Next(), out mappedPort))
                {
                    return false;
                }

                if (words.Take("access-list") || !objects.TryAddress(words.Next(), out Address inner) || (protocol != 0 && !ServiceNames.TryPort(words.Next(), out realPort)))
                {
                    return false;
                }

                AddressSet inside = AddressSet.Of(inner);
                if (words.Take("netmask") && AddressPrefix.TryParse(string.Concat(inner.ToString(), "/", words.Next()), out AddressPrefix prefix) && prefix.Length < 32 && outer is not null)
                {
                    inside = AddressSet.Of(prefix);
                    outer = AddressValue.Sure(AddressSet.Of(new AddressPrefix(new Address(false, outer.May.V4.Bounds[0]), prefix.Length)));
                }

                Both(all, 0, at, On(real), On(mapped), AddressValue.Sure(inside), outer,
                    protocol == 0 ? ServiceSet.Any : ServiceSet.Of(new Service(ByteSet.Of(protocol)) { DestinationPorts = IntervalSet<ushort>.Of(mappedPort) }),
                    protocol == 0 ? null : IntervalSet<ushort>.Of(realPort));
                return true;
            case "nat":
                if (!Pair(ref words, out string from, out _))
                {
                    return false;
                }

                string id = words.Next().ToString();
                Match when;
                if (words.Take("access-list"))
                {
                    if (!lists.TryGetValue(words.Next().ToString(), out List<Rule>? list))
                    {
                        return false;
                    }

                    foreach (Rule rule in list.Where(static rule => rule.Action == RuleAction.Accept))
                    {
                        Add(rule.May);
                    }

                    return true;
                }

                ReadOnlySpan<char> network = words.Next();
                ReadOnlySpan<char> mask = words.Next();
                AddressPrefix source = new(Address.V4(0), 0);
                if (network is not "0" && (!objects.TryAddress(network, out Address named) || !AddressPrefix.TryParse(string.Concat(named.ToString(), "/", mask), out source)))
                {
                    return false;
                }

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

                    foreach ((string other, int _, string? _) in lines.Where(other => other.Text.StartsWith("global ", StringComparison.Ordinal)))
                    {
                        Cursor global = new(other);
                        global.Next();
                        if (Pair(ref global, out string on, out _) && global.Take(id))
                        {
                            ReadOnlySpan<char> pool = global.Next();
                            int dash = pool.IndexOf('-');
                            NatRule rule = new(NatKind.Source, match with { Out = On(on) }, at, "nat " + id) { ToPorts = IntervalSet<ushort>.All };
                            all.Add((1, Address.TryParse(dash < 0 ? pool : pool[..dash], out Address first) && Address.TryParse(dash < 0 ? pool : pool[(dash + 1)..], out Address last)
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
