using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.PaloAlto;

/// <summary>Addresses and services of PAN-OS, looked up from the nearest scope outwards (virtual system, device group, shared).</summary>
/// <remarks>Source: PAN-OS Administrator's Guide, "Policy Objects"; names of the nearer scope hide those of "shared".</remarks>
internal sealed class PanObjects
{
    private readonly FileWork work;
    private readonly WordTree tree;
    private readonly int[] scopes;
    private readonly GroupResolver<AddressValue> addresses;
    private readonly GroupResolver<ServiceValue> services;

    public PanObjects(FileWork work, WordTree tree, params int[] scopes)
    {
        this.work = work;
        this.tree = tree;
        this.scopes = [.. scopes.Where(static scope => scope >= 0).Distinct()];
        addresses = new GroupResolver<AddressValue>(Address, name =>
        {
            work.Recursion(LineOf("address-group", name), name);
            return AddressValue.NotKnown(UnknownKind.NotUnderstood, name);
        });
        services = new GroupResolver<ServiceValue>(Service, name =>
        {
            work.Recursion(LineOf("service-group", name), name);
            return ServiceValue.NotKnown(UnknownKind.NotUnderstood, name);
        });
        foreach (var scope in this.scopes)
        {
            Mark(scope, "address", ["ip-netmask", "ip-range", "fqdn", "ip-wildcard", "description", "tag", "disable-override"]);
            Mark(scope, "address-group", ["static", "dynamic", "description", "tag", "disable-override"]);
            Mark(scope, "service", ["protocol", "description", "tag", "disable-override"]);
            Mark(scope, "service-group", ["members", "tag", "disable-override"]);
            tree.MarkAll(tree.Find(scope, "external-list"), Reading.Understood);
            tree.MarkAll(tree.Find(scope, "region"), Reading.Understood);
        }
    }

    /// <summary>Address objects, groups, literals and "any" of a rule.</summary>
    public AddressValue Addresses(IEnumerable<string> names) =>
        AddressValue.UnionOf([.. names.Select(name => addresses.Resolve(name) ?? Unknown(name))]);

    public ServiceValue Services(IEnumerable<string> names) =>
        ServiceValue.UnionOf([.. names.Select(name => services.Resolve(name) ?? ServiceValue.NotKnown(UnknownKind.NotUnderstood, name))]);

    private AddressValue Unknown(string name)
    {
        if (scopes.Any(scope => tree.Find(scope, "external-list", name) >= 0) || name.StartsWith("panw-", StringComparison.Ordinal))
            return AddressValue.NotKnown(UnknownKind.RunTime, name);

        // Two capital letters are a country; other regions are defined in the file.
        return (name.Length == 2 && char.IsAsciiLetterUpper(name[0]) && char.IsAsciiLetterUpper(name[1])) || scopes.Any(scope => tree.Find(scope, "region", name) >= 0)
            ? AddressValue.NotKnown(UnknownKind.Geography, name)
            : AddressValue.NotKnown(UnknownKind.NotUnderstood, name);
    }

    private void Mark(int scope, string kind, string[] known)
    {
        var node = tree.Find(scope, kind);
        tree.Mark(node, Reading.Understood);
        foreach (var entry in tree.Children(node))
        {
            tree.Mark(entry, Reading.Understood);
            // An object without any of its kinds: a word is lost, perhaps its name.
            if (tree.Children(entry).Any() && !tree.Children(entry).Any(part => known.Contains(tree.Word(part))))
            {
                tree.MarkAll(entry, Reading.NotUnderstood);
                continue;
            }

            foreach (var part in tree.Children(entry))
            {
                if (known.Contains(tree.Word(part)))
                {
                    tree.MarkAll(part, Reading.Understood);
                }
                else
                {
                    tree.MarkAll(part, Reading.NotUnderstood);
                    work.Keep(tree.Line(part), tree.Line(part), new Touch.InPlace());
                }
            }
        }
    }

    private int Entry(string kind, string name)
    {
        foreach (var scope in scopes)
        {
            if (tree.Find(scope, kind, name) is >= 0 and int found) return found;
        }

        return -1;
    }

    private int LineOf(string kind, string name) => Entry(kind, name) is >= 0 and int node ? tree.Line(node) : 0;

    private AddressValue? Address(string name, GroupResolver<AddressValue> all)
    {
        if (name == "any") return AddressValue.Any;
        // The nearest scope wins; within it an object stands before a group of the same name.
        foreach (var scope in scopes)
        {
            if (tree.Find(scope, "address", name) is >= 0 and int one) return One(one, name);
            if (tree.Find(scope, "address-group", name) is >= 0 and int group)
            {
                var members = tree.Find(group, "static");
                return members >= 0
                    ? AddressValue.UnionOf([.. tree.Children(members).Select(member => all.Resolve(tree.Word(member)) ?? Unknown(tree.Word(member)))])
                    : AddressValue.NotKnown(UnknownKind.RunTime, name);
            }
        }

        return Literal(name);
    }

    private AddressValue One(int node, string name)
    {
        if (tree.Only(tree.Find(node, "fqdn")) is { } host) return AddressValue.NotKnown(UnknownKind.Fqdn, host);
        var text = tree.Only(tree.Find(node, "ip-netmask")) ?? tree.Only(tree.Find(node, "ip-range"));
        if (text is not null && Literal(text) is { } literal) return literal;
        if (tree.Only(tree.Find(node, "ip-wildcard")) is { } wildcard && wildcard.IndexOf('/') is > 0 and int slash
            && Model.Address.TryParseV4(wildcard.AsSpan(0, slash), out var address) && Model.Address.TryParseV4(wildcard.AsSpan(slash + 1), out var mask) && AddressSet.Wildcard(address, mask) is { } set)
        {
            return AddressValue.Sure(set);
        }

        return AddressValue.NotKnown(UnknownKind.NotUnderstood, name);
    }

    private static AddressValue? Literal(string text)
    {
        if (AddressPrefix.TryParse(text, out var prefix)) return AddressValue.Sure(AddressSet.Of(prefix));
        var dash = text.IndexOf('-');
        return dash > 0 && Model.Address.TryParse(text.AsSpan(0, dash), out var first) && Model.Address.TryParse(text.AsSpan(dash + 1), out var last) ? AddressValue.Sure(AddressSet.Range(first, last)) : null;
    }

    private ServiceValue? Service(string name, GroupResolver<ServiceValue> all)
    {
        foreach (var scope in scopes)
        {
            if (tree.Find(scope, "service", name) is >= 0 and int one) return One(one) ?? ServiceValue.NotKnown(UnknownKind.NotUnderstood, name);
            if (tree.Find(scope, "service-group", name) is >= 0 and int group)
            {
                var members = tree.Find(group, "members");
                return ServiceValue.UnionOf([.. tree.Children(members < 0 ? group : members).Select(member => all.Resolve(tree.Word(member)) ?? ServiceValue.NotKnown(UnknownKind.NotUnderstood, tree.Word(member)))]);
            }
        }

        return name switch
        {
            "any" => ServiceValue.Any,
            "service-http" => ServiceValue.Sure(Model.Service.Tcp(IntervalSet<ushort>.Of(80).Union(IntervalSet<ushort>.Of(8080)))),
            "service-https" => ServiceValue.Sure(Model.Service.Tcp(IntervalSet<ushort>.Of(443))),
            _ => null,
        };
    }

    private ServiceValue? One(int node)
    {
        List<Service> services = [];
        foreach (var protocol in tree.Children(tree.Find(node, "protocol")))
        {
            if (!ServiceNames.TryProtocol(tree.Word(protocol), out var number)) return null;
            var service = Model.Service.Of(number);
            if (tree.Find(protocol, "port") is >= 0 and int port)
            {
                if (!Ports(port, out var ports)) return null;
                service = service with { DestinationPorts = ports };
            }

            if (tree.Find(protocol, "source-port") is >= 0 and int source)
            {
                if (!Ports(source, out var ports)) return null;
                service = service with { SourcePorts = ports };
            }

            services.Add(service);
        }

        return services.Count == 0 ? null : ServiceValue.Sure(new ServiceSet([.. services]));
    }

    private bool Ports(int node, out IntervalSet<ushort> ports)
    {
        ports = IntervalSet<ushort>.Empty;
        foreach (var value in tree.Children(node))
        {
            foreach (var part in tree.Word(value).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (!ServiceNames.TryPorts(part, '-', out var some)) return false;
                ports = ports.Union(some);
            }
        }

        return !ports.IsEmpty;
    }
}
