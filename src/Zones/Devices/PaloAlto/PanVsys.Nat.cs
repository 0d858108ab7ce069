using System.Collections.Frozen;
using Sekisho.Zones.Devices.Netfilter;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.PaloAlto;

/// <summary>NAT rules.</summary>
/// <remarks>
/// Source: PAN-OS Networking Administrator's Guide, "NAT Policy Rules": the first match is the only one, for source and destination together; the destination
/// zone is that of the address before translation, by its route.
/// </remarks>
internal sealed partial class PanVsys
{
    /// <summary>What one line of "set" says of a translation stands one in the other: each is taken out beside.</summary>
    private static readonly FrozenSet<string> Translations = FrozenSet.ToFrozenSet(
        ["translated-address", "translated-port", "bi-directional", "interface-address", "interface", "ip", "floating-ip", "fallback", "distribution", "dns-rewrite", "direction"]);

    private void ReadNat(int rule)
    {
        tree.Hoist(rule, Attributes.Contains);
        tree.MarkAll(rule, Reading.Understood);
        // What isn't an attribute of a translation may have been one: a zone, an address.
        tree.MarkOthers(rule, "from", "to", "to-interface", "source", "destination", "service", "source-translation", "destination-translation", "dynamic-destination-translation", "disabled", "nat-type", "description", "tag", "group-tag", "uuid", "target", "audit-comment", "active-active-device-binding", "policy-rule-uuid", "loc");
        if (tree.Only(tree.Find(rule, "disabled")) == "yes" || tree.IsOff(rule)) return;
        var at = work.At(tree.Line(rule), tree.Line(rule), "nat " + tree.Word(rule));
        var services = Values(rule, "service");
        var when = new Condition
        {
            Source = Addresses(rule, "source", ""),
            Destination = Addresses(rule, "destination", ""),
            Services = services.Count == 0 ? ServiceValue.Any : objects.Services(services),
            In = Interfaces(Values(rule, "from")),
        };
        var onto = Interfaces(Values(rule, "to"));
        Toward(when, onto, Values(rule, "to"));
        Destination(rule, when, onto, at);
        Source(rule, when, onto, at);
    }

    /// <summary>The rule holds for packets that would be routed to its zone if nothing were translated.</summary>
    private void Toward(Condition when, InterfaceSet onto, List<string> zones)
    {
        if (onto.IsAny) return;
        if (network.RoutedTo(onto) is { } there) when.Destination = when.Destination.Within(there);
        else when.Uncertain(UnknownKind.RunTime, "to " + string.Join(", ", zones));
    }

    /// <summary>Adds the rule for destinations, and makes of the condition what it is behind it.</summary>
    private void Destination(int rule, Condition when, InterfaceSet onto, SourceRef at)
    {
        var name = tree.Word(rule);
        var translation = tree.Find(rule, "destination-translation") is >= 0 and int simple ? simple : tree.Find(rule, "dynamic-destination-translation");
        if (translation < 0)
        {
            // What one rule matched no later rule translates: a rule without destination translation exempts.
            nat.Add(when.ToNat(NatKind.Destination, at, name));
            when.Out = onto;
            return;
        }
        tree.Hoist(translation, Translations.Contains);
        var to = objects.Addresses(Values(translation, "translated-address"));
        var made = when.ToNat(NatKind.Destination, at, name) with { To = to.May, KeepsOffset = IptablesNat.SameSize(when.Destination.May, to.May) };
        when.Destination = to;
        if (tree.Only(tree.Find(translation, "translated-port")) is { } port)
        {
            made = made with { ToPorts = ServiceNames.TryPorts(port, '-', out var ports) ? ports : IntervalSet<ushort>.All };
            when.Services = ServiceValue.Sure(new ServiceSet([.. when.Services.May.Services.Select(one => one with { DestinationPorts = made.ToPorts })]));
        }
        nat.Add(made);
    }

    private void Source(int rule, Condition when, InterfaceSet onto, SourceRef at)
    {
        var name = tree.Word(rule);
        var kind = tree.Children(tree.Find(rule, "source-translation")).FirstOrDefault(-1);
        // Behind a new destination packets look like those that came to the server by themselves, which another rule decided.
        if (kind >= 0 && (tree.Find(rule, "destination-translation") >= 0 || tree.Find(rule, "dynamic-destination-translation") >= 0)) when.Uncertain(UnknownKind.RunTime, "nat " + name);
        var outward = when.ToNat(NatKind.Source, at, name);
        if (kind < 0)
        {
            nat.Add(outward);
            return;
        }
        tree.Hoist(kind, Translations.Contains);
        var to = Values(kind, "translated-address");
        switch (tree.Word(kind))
        {
            case "static-ip":
                var outer = objects.Addresses(to).May;
                nat.Add(outward with { To = outer, KeepsOffset = IptablesNat.SameSize(when.Source.May, outer) });
                if (tree.Only(tree.Find(kind, "bi-directional")) == "yes")
                    nat.Add(new NatRule(NatKind.Destination, new Match { Destination = outer, In = onto }, at, name) { To = when.Source.May, KeepsOffset = IptablesNat.SameSize(outer, when.Source.May) });
                break;
            case "dynamic-ip-and-port" or "dynamic-ip":
                nat.Add(to.Count > 0
                    ? outward with { To = objects.Addresses(to).May, ToPorts = IntervalSet<ushort>.All }
                    : outward with { To = AddressSet.Empty, ToOutgoingInterface = true, ToPorts = IntervalSet<ushort>.All });
                break;
            default:
                nat.Add(outward with { To = AddressSet.All, ToPorts = IntervalSet<ushort>.All });
                break;
        }
    }
}
