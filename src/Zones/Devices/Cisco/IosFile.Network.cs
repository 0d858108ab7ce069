using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Cisco;

/// <summary>Routes, translation, and the device that comes of it all.</summary>
internal sealed partial class IosFile
{
    private Reading Route(Cursor words, int line, bool v6)
    {
        string? vrf = null;
        if (words.Take("vrf")) vrf = words.Next().ToString();
        if (words.Take("static") || words.Peek is "profile") return Reading.Irrelevant;
        var text = v6 || words.Peek.Contains('/') ? words.Next().ToString() : string.Concat(words.Next(), "/", words.Next());
        if (!AddressPrefix.TryParse(text, out var prefix))
        {
            routesUnknown = true;
            return Reading.NotUnderstood;
        }

        string? port = null;
        Address? hop = null;
        if (!Address.TryParse(words.Peek, out var first))
        {
            port = words.Next().ToString();
            if (port.Length > 0 && char.IsAsciiLetter(port[0]) && words.Peek is [>= '0' and <= '9', ..] && !Address.TryParse(words.Peek, out _) && words.Peek.Contains('/'))
                port += words.Next().ToString();
        }

        if (Address.TryParse(words.Peek, out first))
        {
            hop = first;
            words.Next();
        }

        routes.Add(new Route(prefix, hop, port, work.At(line))
        {
            Distance = int.TryParse(words.Peek, NumberStyles.None, CultureInfo.InvariantCulture, out var distance) ? distance : 1,
            Discard = port?.StartsWith("Null", StringComparison.OrdinalIgnoreCase) ?? false,
            Vrf = vrf,
        });
        return Reading.Understood;
    }

    private Reading Nat(Cursor words, int line)
    {
        switch (words.Next())
        {
            case "pool":
                var name = words.Next().ToString();
                if (Address.TryParse(words.Next(), out var first) && Address.TryParse(words.Next(), out var last))
                {
                    pools[name] = AddressSet.Range(first, last);
                    return Reading.Understood;
                }

                return Reading.NotUnderstood;
            case "inside" or "outside":
                natLines.Add((work.Text.Line(line).Trim().ToString(), line));
                return Reading.Understood;
            case "translation" or "service" or "log" or "create" or "settings" or "switchover" or "name":
                return Reading.Irrelevant;
            default:
                return Reading.NotUnderstood;
        }
    }

    public Device ToDevice()
    {
        foreach (var (list, text, line, number, acl) in pending)
            if (acl.Read(new Cursor(text), list.Standard, line, "") is { } rule) Insert(list, rule, number);

        List<Chain> chains = [];
        foreach (var (name, list) in lists)
        {
            if (list.V6)
            {
                // Neighbour discovery passes every IPv6 list before its implicit deny.
                foreach (var type in (ReadOnlySpan<byte>)[135, 136])
                    list.Rules.Add(new Rule(new Match { Source = AddressSet.AllV6, Services = ServiceSet.Of(Service.Of(Protocols.IcmpV6) with { Icmp = Service.IcmpType(type) }) }, RuleAction.Accept, work.Implicit("nd"), "implicit nd"));
            }

            chains.Add(new Chain(name, [.. list.Rules.SelectMany(CiscoAcl.WithFragments)]));
        }

        List<Filter> filters = [];
        foreach (var (acl, v6, on, inward, line) in applied)
        {
            var name = v6 ? "6:" + acl : acl;
            if (!lists.TryGetValue(name, out var list) || list.Rules.Count - (v6 ? 2 : 0) <= 0)
            {
                // A list that does not exist, or says nothing, lets all through.
                continue;
            }

            filters.Add(new Filter($"{on} {acl} {(inward ? "in" : "out")}", inward ? FilterPlace.Inbound : FilterPlace.Outbound, name, RuleAction.Drop, work.At(line))
            {
                In = inward ? InterfaceSet.Of([on]) : InterfaceSet.Any,
                Out = inward ? InterfaceSet.Any : InterfaceSet.Of([on]),
                Stateful = inspected.Count > 0,
                OnlyV6 = v6,
            });
        }

        var (itself, ownChains) = own.ToFilter(
            lists.ToDictionary(static one => one.Key, static one => new IosList(one.Value.Rules.Count <= (one.Value.V6 ? 2 : 0) ? [] : [.. one.Value.Rules.SelectMany(CiscoAcl.WithFragments)], one.Value.Standard, one.Value.Line)), interfaces.Values);
        return new Device(host ?? work.NameFromFile, "ios")
        {
            Interfaces = [.. interfaces.Values],
            Routes = [.. routes],
            RoutesUnknown = routesUnknown,
            Chains = [.. chains, .. ownChains],
            Filters = [.. filters.OrderBy(static filter => filter.Place)],
            OwnFilters = [itself],
            InboundGuardsItself = true,
            Nat = [.. IosNat.Rules(work, natLines, pools, lists.ToDictionary(static one => one.Key, static one => one.Value.Rules), inside, outside)],
            NatOrder = new NatOrder(false, true, true),
            Forwards = !work.Text.Text.Contains("\nno ip routing", StringComparison.Ordinal),
        };
    }
}
