using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Cisco;

/// <summary>"ip nat inside source …" and "ip nat outside source …".</summary>
/// <remarks>Source: Cisco IOS IP Addressing Services Command Reference, "ip nat inside source", "ip nat outside source".</remarks>
internal static class IosNat
{
    public static List<NatRule> Rules(FileWork work, List<(string Text, int Line)> lines, Dictionary<string, AddressSet> pools, Dictionary<string, List<Rule>> lists, HashSet<string> inside, HashSet<string> outside)
    {
        List<NatRule> rules = [];
        var inner = inside.Count > 0 ? InterfaceSet.Of(inside) : InterfaceSet.None;
        var outer = outside.Count > 0 ? InterfaceSet.Of(outside) : InterfaceSet.None;
        foreach (var (text, line) in lines.OrderBy(static one => one.Text.Contains(" static ", StringComparison.Ordinal) ? 0 : 1))
        {
            if (!Read(work, text, line, pools, lists, inner, outer, rules)) work.Keep(line, line, new Touch.WholeDevice());
        }

        return rules;
    }

    private static bool Read(FileWork work, string text, int line, Dictionary<string, AddressSet> pools, Dictionary<string, List<Rule>> lists, InterfaceSet inner, InterfaceSet outer, List<NatRule> rules)
    {
        var words = new Cursor(text);
        words.Next();
        words.Next();
        var fromInside = words.Next() is "inside";
        if (!words.Take("source")) return false;
        var at = work.At(line);
        switch (words.Next())
        {
            case "static" when fromInside:
                return Static(ref words, at, inner, outer, rules);
            case "static":
                if (!Address.TryParse(words.Next(), out var global) || !Address.TryParse(words.Next(), out var local)) return false;

                rules.Add(new NatRule(NatKind.Source, new Match { Source = AddressSet.Of(global), Destination = AddressSet.AllV4, In = outer, Out = inner }, at, text) { To = AddressSet.Of(local) });
                rules.Add(new NatRule(NatKind.Destination, new Match { Source = AddressSet.AllV4, Destination = AddressSet.Of(local), In = inner }, at, text) { To = AddressSet.Of(global) });
                return true;
            case "list" when fromInside:
                var name = words.Next().ToString();
                if (!lists.TryGetValue(name, out var list))
                {
                    return true; // no list, nothing is translated
                }

                AddressSet? to;
                switch (words.Next())
                {
                    case "interface":
                        to = null;
                        break;
                    case "pool" when pools.TryGetValue(words.Peek.ToString(), out var pool):
                        to = pool;
                        break;
                    default:
                        return false;
                }

                foreach (var rule in list)
                {
                    var may = Matches.Intersect(rule.May, new Match { In = inner, Out = outer });
                    var made = new NatRule(NatKind.Source, may, at with { Of = "access-list " + name }, text) { Must = rule.Must, Unknowns = rule.Unknowns };
                    rules.Add(rule.Action != RuleAction.Accept ? made
                        : to is null ? made with { To = AddressSet.Empty, ToOutgoingInterface = true, ToPorts = IntervalSet<ushort>.All }
                        : made with { To = to, ToPorts = IntervalSet<ushort>.All });
                }

                return true;
            default:
                return false;
        }
    }

    /// <summary>"static 10.0.0.5 203.0.113.5", "static tcp 10.0.0.5 80 interface Gi0/0 8080", "static network …".</summary>
    private static bool Static(ref Cursor words, SourceRef at, InterfaceSet inner, InterfaceSet outer, List<NatRule> rules)
    {
        if (words.Take("network"))
        {
            if (!Address.TryParse(words.Next(), out var from) || !Address.TryParse(words.Next(), out var onto) || !AddressPrefix.TryParse(string.Concat(from.ToString(), words.Peek.StartsWith("/") ? "" : "/", words.Peek), out var inside)
                || !AddressPrefix.TryParse(string.Concat(onto.ToString(), words.Peek.StartsWith("/") ? "" : "/", words.Peek), out var outside))
            {
                return false;
            }

            rules.Add(new NatRule(NatKind.Destination, new Match { Source = AddressSet.AllV4, Destination = AddressSet.Of(outside), In = outer }, at, "static") { To = AddressSet.Of(inside), KeepsOffset = true });
            rules.Add(new NatRule(NatKind.Source, new Match { Source = AddressSet.Of(inside), Destination = AddressSet.AllV4, In = inner, Out = outer }, at, "static") { To = AddressSet.Of(outside), KeepsOffset = true });
            return true;
        }

        byte protocol = 0;
        if (words.Peek is "tcp" or "udp") protocol = words.Next() is "tcp" ? Protocols.Tcp : Protocols.Udp;
        if (!Address.TryParse(words.Next(), out var local)) return false;
        ushort localPort = 0, globalPort = 0;
        if (protocol != 0 && !ServiceNames.TryPort(words.Next(), out localPort)) return false;
        AddressSet? global = null;
        if (words.Take("interface"))
        {
            words.Next();
            if (words.Peek is ['0' or '1' or '2' or '3', '/', ..]) words.Next();
        }
        else if (Address.TryParse(words.Next(), out var address))
        {
            global = AddressSet.Of(address);
        }
        else
        {
            return false;
        }

        if (protocol != 0 && !ServiceNames.TryPort(words.Next(), out globalPort)) return false;
        var inward = new Match { Source = AddressSet.AllV4, Destination = global ?? AddressSet.AllV4, In = outer };
        if (protocol != 0)
            inward = inward with { Services = ServiceSet.Of(new Service(ByteSet.Of(protocol)) { DestinationPorts = IntervalSet<ushort>.Of(globalPort) }) };

        var rule = new NatRule(NatKind.Destination, inward, at, "static") { To = AddressSet.Of(local), ToPorts = protocol == 0 ? null : IntervalSet<ushort>.Of(localPort) };
        rules.Add(global is not null ? rule : rule with { Must = Match.Nothing, Unknowns = [new Unknown(UnknownKind.RunTime, "interface address")] });
        if (protocol == 0 && global is not null)
            rules.Add(new NatRule(NatKind.Source, new Match { Source = AddressSet.Of(local), Destination = AddressSet.AllV4, In = inner, Out = outer }, at, "static") { To = global });

        return true;
    }
}
