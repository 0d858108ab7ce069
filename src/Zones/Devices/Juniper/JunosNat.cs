using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Juniper;

/// <summary>Source, destination and static translations of SRX.</summary>
/// <remarks>Source: Junos OS NAT User Guide: static translation first, then destination; behind the policy the source.</remarks>
internal sealed class JunosNat(FileWork work, WordTree tree, JunosObjects objects, Func<string, InterfaceSet> zone, List<NatRule> nat)
{
    public void Read(int node)
    {
        tree.Mark(node, Reading.Understood);
        tree.MarkAll(tree.Find(node, "proxy-arp"), Reading.Irrelevant);
        tree.MarkAll(tree.Find(node, "proxy-ndp"), Reading.Irrelevant);
        tree.MarkAll(tree.Find(node, "traceoptions"), Reading.Irrelevant);
        foreach (var kind in (ReadOnlySpan<string>)["static", "destination", "source"])
        {
            var part = tree.Find(node, kind);
            tree.MarkAll(part, Reading.Understood);
            foreach (var set in tree.Children(tree.Find(part, "rule-set")))
            {
                InterfaceSet from = Side(tree.Find(set, "from")), to = Side(tree.Find(set, "to"));
                foreach (var rule in tree.Children(tree.Find(set, "rule")))
                    if (!tree.IsOff(rule)) Rule(rule, kind, part, from, to);
            }
        }
    }

    private InterfaceSet Side(int node)
    {
        List<string> names = [];
        foreach (var kind in tree.Children(node))
        {
            foreach (var value in tree.Children(kind).Select(tree.Word))
            {
                switch (tree.Word(kind))
                {
                    case "zone":
                        names.AddRange(zone(value).Names);
                        break;
                    case "interface":
                        names.Add(value.Contains('.') ? value : value + ".0");
                        break;
                    default:
                        return InterfaceSet.Any;
                }
            }
        }

        return names.Count == 0 ? InterfaceSet.Any : InterfaceSet.Of(names);
    }

    private List<string> Values(int node) => [.. tree.Children(node).Select(tree.Word)];

    private void Rule(int rule, string kind, int part, InterfaceSet from, InterfaceSet to)
    {
        var match = tree.Find(rule, "match");
        var when = new Condition { In = from };
        List<AddressValue> sources = [], destinations = [];
        var service = Service.Any;
        foreach (var condition in tree.Children(match))
        {
            var values = Values(condition);
            switch (tree.Word(condition))
            {
                case "source-address":
                    sources.Add(AddressValue.UnionOf([.. values.Select(static value => JunosObjects.Literal(value) ?? AddressValue.NotKnown(UnknownKind.NotUnderstood, value))]));
                    break;
                case "destination-address":
                    destinations.Add(AddressValue.UnionOf([.. values.Select(static value => JunosObjects.Literal(value) ?? AddressValue.NotKnown(UnknownKind.NotUnderstood, value))]));
                    break;
                case "source-address-name":
                    sources.Add(objects.Addresses(values, null));
                    break;
                case "destination-address-name":
                    destinations.Add(objects.Addresses(values, null));
                    break;
                case "destination-port":
                    service = service with { DestinationPorts = Ports(condition) };
                    break;
                case "source-port":
                    service = service with { SourcePorts = Ports(condition) };
                    break;
                case "protocol":
                    ByteSet protocols = default;
                    foreach (var value in values) protocols |= ServiceNames.TryProtocol(value, out var number) ? ByteSet.Of(number) : ByteSet.All;

                    service = service with { Protocols = protocols };
                    break;
                case "application":
                    when.Services = objects.Applications(values);
                    break;
                default:
                    when.Uncertain(UnknownKind.NotUnderstood, tree.Word(condition));
                    break;
            }
        }

        when.Source = sources.Count == 0 ? AddressValue.Any : AddressValue.UnionOf(sources);
        when.Destination = destinations.Count == 0 ? AddressValue.Any : AddressValue.UnionOf(destinations);
        if (service != Service.Any) when.Services = ServiceValue.Sure(service);
        var name = tree.Word(rule);
        var at = work.At(tree.Line(rule), tree.Line(rule), $"nat {kind} rule {name}");
        var then = tree.Find(rule, "then");
        switch (kind)
        {
            case "source":
                when.Out = to;
                var action = tree.Find(then, "source-nat");
                var outward = when.ToNat(NatKind.Source, at, name);
                nat.Add(tree.Find(action, "off") >= 0 ? outward
                    : tree.Find(action, "interface") >= 0 ? outward with { To = AddressSet.Empty, ToOutgoingInterface = true, ToPorts = IntervalSet<ushort>.All }
                    : outward with { To = Pool(part, tree.Find(action, "pool"), out _), ToPorts = IntervalSet<ushort>.All });
                break;
            case "destination":
                var change = tree.Find(then, "destination-nat");
                var inward = when.ToNat(NatKind.Destination, at, name);
                if (tree.Find(change, "off") < 0) inward = inward with { To = Pool(part, tree.Find(change, "pool"), out var port), ToPorts = port };

                nat.Add(inward);
                break;
            default:
                Static(when, tree.Find(then, "static-nat"), from, at, name);
                break;
        }
    }

    /// <summary>Both directions: the outer address (and port) is the inner one, and the other way round.</summary>
    private void Static(Condition when, int action, InterfaceSet from, SourceRef at, string name)
    {
        var prefix = tree.Find(action, "prefix");
        var inside = tree.Children(prefix).Select(value => JunosObjects.Literal(tree.Word(value))).FirstOrDefault(static one => one is not null)?.May
            ?? (tree.Only(tree.Find(action, "prefix-name")) is { } named ? objects.Addresses([named], null).May : AddressSet.All);
        var mapped = tree.Children(prefix).Select(value => tree.Word(value) == "mapped-port" ? value : tree.Find(value, "mapped-port")).FirstOrDefault(static node => node >= 0, -1);
        var same = Netfilter.IptablesNat.SameSize(when.Destination.May, inside);
        var inward = when.ToNat(NatKind.Destination, at, name) with { To = inside, KeepsOffset = same };
        var outward = new NatRule(NatKind.Source, new Match { Source = inside, Out = from }, at, name) { To = when.Destination.May, KeepsOffset = same };
        if (mapped >= 0)
        {
            inward = inward with { ToPorts = Ports(mapped) };
            var ports = when.Services.May.Services.Select(static one => one.DestinationPorts).FirstOrDefault(IntervalSet<ushort>.All);
            outward = outward with { May = outward.May with { Services = ServiceSet.Of(new Service(Protocols.WithPorts) { SourcePorts = inward.ToPorts }) }, ToPorts = ports };
        }
        nat.Add(inward);
        nat.Add(outward);
    }

    /// <summary>"443", "443 to 445"; what can't be read may be any.</summary>
    private IntervalSet<ushort> Ports(int node)
    {
        var ports = IntervalSet<ushort>.Empty;
        foreach (var value in tree.Children(node))
        {
            var text = tree.Find(value, "to") is >= 0 and var upper ? tree.Word(value) + "-" + tree.Only(upper) : tree.Word(value);
            ports = ServiceNames.TryPorts(text, '-', out var some) ? ports.Union(some) : IntervalSet<ushort>.All;
        }
        return ports;
    }

    private AddressSet Pool(int part, int reference, out IntervalSet<ushort>? port)
    {
        port = null;
        var pool = tree.Find(part, "pool", tree.Children(reference).Select(tree.Word).FirstOrDefault(""));
        List<AddressSet> sets = [];
        foreach (var address in tree.Children(tree.Find(pool, "address")))
        {
            if (tree.Word(address) == "port")
            {
                port = ServiceNames.TryPorts(tree.Only(address) ?? "", '-', out var one) ? one : null;
                continue;
            }

            var upper = tree.Children(tree.Find(address, "to")).Select(tree.Word).FirstOrDefault();
            if (upper is not null && AddressPrefix.TryParse(tree.Word(address), out var low) && AddressPrefix.TryParse(upper, out var high))
                sets.Add(AddressSet.Range(low.First, high.First));
            else if (AddressPrefix.TryParse(tree.Word(address), out var prefix))
                sets.Add(AddressSet.Of(prefix));

            var inner = tree.Find(address, "port");
            if (inner >= 0 && ServiceNames.TryPorts(tree.Only(inner) ?? "", '-', out var some)) port = some;
        }

        return sets.Count == 0 ? AddressSet.All : AddressSet.UnionOf(sets);
    }
}
