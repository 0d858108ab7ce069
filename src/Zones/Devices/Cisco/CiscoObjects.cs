using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Cisco;

/// <summary>Names, objects and object groups of IOS and ASA.</summary>
/// <remarks>Source: Cisco IOS Security Configuration Guide, "Object Groups for ACLs"; ASA CLI Guide, "Objects for Access Control".</remarks>
internal sealed class CiscoObjects
{
    private readonly FileWork work;
    private readonly bool asa;
    private readonly Dictionary<string, CiscoGroup> networks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CiscoGroup> services = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CiscoGroup> protocols = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CiscoGroup> icmpTypes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Address> names = new(StringComparer.Ordinal);
    private readonly GroupResolver<AddressValue> address;
    private readonly GroupResolver<ServiceValue> service;

    public CiscoObjects(FileWork work, bool asa)
    {
        this.work = work;
        this.asa = asa;
        address = new GroupResolver<AddressValue>(Network, name => LoopOf(networks, name, AddressValue.NotKnown(UnknownKind.NotUnderstood, name)));
        service = new GroupResolver<ServiceValue>(ServiceOf, name => LoopOf(services, name, ServiceValue.NotKnown(UnknownKind.NotUnderstood, name)));
    }

    public void Name(string name, Address value) => names[name] = value;

    /// <summary>The group, made when it is new; its members come with the lines that follow.</summary>
    public CiscoGroup Group(string kind, string name, string protocol, int line)
    {
        var all = kind switch
        {
            "network" => networks,
            "protocol" => protocols,
            "icmp-type" => icmpTypes,
            _ => services,
        };
        if (!all.TryGetValue(name, out var group))
        {
            group = new CiscoGroup(name, protocol, line);
            all.Add(name, group);
        }

        return group;
    }

    public bool HasNetwork(string name) => networks.ContainsKey(name);

    public bool HasService(string name) => services.ContainsKey(name);

    public CiscoGroup? ProtocolGroup(string name) => protocols.GetValueOrDefault(name);

    public CiscoGroup? IcmpTypes(string name) => icmpTypes.GetValueOrDefault(name);

    public AddressValue Addresses(string name) => address.Resolve(name) ?? AddressValue.NotKnown(UnknownKind.NotUnderstood, name);

    public ServiceValue Services(string name) => service.Resolve(name) ?? ServiceValue.NotKnown(UnknownKind.NotUnderstood, name);

    public bool TryAddress(ReadOnlySpan<char> word, out Address value) => Address.TryParse(word, out value) || names.TryGetValue(word.ToString(), out value);

    private T LoopOf<T>(Dictionary<string, CiscoGroup> all, string name, T value)
    {
        work.Recursion(all.TryGetValue(name, out var group) ? group.Line : 0, name);
        return value;
    }

    private AddressValue? Network(string name, GroupResolver<AddressValue> all)
    {
        if (!networks.TryGetValue(name, out var group)) return null;
        List<AddressValue> values = [];
        foreach (var (text, line) in group.Members)
        {
            var words = new Cursor(text);
            var value = Member(ref words, all);
            if (value is null || !words.AtEnd)
            {
                work.Keep(line, line, new Touch.InPlace());
                value = AddressValue.NotKnown(UnknownKind.NotUnderstood, text);
            }

            values.Add(value);
        }

        return AddressValue.UnionOf(values);
    }

    private AddressValue? Member(ref Cursor words, GroupResolver<AddressValue> all)
    {
        _ = words.Take("network-object");
        switch (words.Peek)
        {
            case "group-object" or "object":
                words.Next();
                var inner = words.Next().ToString();
                return all.Resolve(inner) ?? AddressValue.NotKnown(UnknownKind.NotUnderstood, inner);
            case "host":
                words.Next();
                return TryAddress(words.Next(), out var host) ? AddressValue.Sure(AddressSet.Of(host)) : null;
            case "subnet":
                words.Next();
                return Member(ref words, all);
            case "any" or "any4" or "any6":
                return words.Next() switch { "any4" => AddressValue.AnyV4, "any6" => AddressValue.AnyV6, _ => asa ? AddressValue.Any : AddressValue.AnyV4 };
            case "range":
                words.Next();
                return TryAddress(words.Next(), out var first) && TryAddress(words.Next(), out var last) ? AddressValue.Sure(AddressSet.Range(first, last)) : null;
            case "fqdn":
                words.Next();
                var four = words.Take("v4");
                var six = words.Take("v6");
                return AddressValue.NotKnown(UnknownKind.Fqdn, words.Next().ToString(), four ? AddressSet.AllV4 : six ? AddressSet.AllV6 : null);
        }

        var word = words.Next();
        if (AddressPrefix.TryParse(word, out var prefix) && word.Contains('/')) return AddressValue.Sure(AddressSet.Of(prefix));
        if (!TryAddress(word, out var address)) return null;
        if (words.AtEnd) return AddressValue.Sure(AddressSet.Of(address));
        // Object groups write masks, of IOS too, not wildcards.
        var mask = words.Next();
        return AddressPrefix.TryParse(string.Concat(address.ToString(), mask.StartsWith("/") ? "" : "/", mask), out prefix) ? AddressValue.Sure(AddressSet.Of(prefix)) : null;
    }

    private ServiceValue? ServiceOf(string name, GroupResolver<ServiceValue> all)
    {
        if (!services.TryGetValue(name, out var group)) return null;
        List<ServiceValue> values = [];
        foreach (var (text, line) in group.Members)
        {
            var words = new Cursor(text);
            var value = ServiceMember(ref words, group.Protocol, all);
            if (value is null || !words.AtEnd)
            {
                work.Keep(line, line, new Touch.InPlace());
                value = ServiceValue.NotKnown(UnknownKind.NotUnderstood, text);
            }

            values.Add(value);
        }

        return values.Count == 0 ? ServiceValue.None : ServiceValue.UnionOf(values);
    }

    private static ServiceValue? ServiceMember(ref Cursor words, string protocol, GroupResolver<ServiceValue> all)
    {
        if (words.Take("group-object"))
        {
            var inner = words.Next().ToString();
            return all.Resolve(inner) ?? ServiceValue.NotKnown(UnknownKind.NotUnderstood, inner);
        }

        if (words.Take("port-object"))
            return CiscoPorts.Read(ref words, out var ports) ? ServiceValue.Sure(new Service(ProtocolsOf(protocol)) { DestinationPorts = ports }) : null;

        _ = words.Take("service-object") || words.Take("service");
        if (words.Take("object"))
        {
            var inner = words.Next().ToString();
            return all.Resolve(inner) ?? ServiceValue.NotKnown(UnknownKind.NotUnderstood, inner);
        }

        var name = words.Next();
        ByteSet set;
        if (name is "tcp-udp") set = ByteSet.Of(Protocols.Tcp, Protocols.Udp);
        else if (name is "ip") return ServiceValue.Any;
        else if (ServiceNames.TryProtocol(name, out var number)) set = ByteSet.Of(number);
        else return null;
        var service = new Service(set);
        if (set == ByteSet.Of(Protocols.Icmp) || set == ByteSet.Of(Protocols.IcmpV6))
        {
            if (!words.AtEnd && ServiceNames.TryIcmp(words.Peek, set == ByteSet.Of(Protocols.IcmpV6), out var types))
            {
                words.Next();
                if (byte.TryParse(words.Peek, NumberStyles.None, CultureInfo.InvariantCulture, out var code))
                {
                    words.Next();
                    types = Service.IcmpType((byte)(types.Bounds[0] >> 8), code);
                }

                service = service with { Icmp = types };
            }

            return ServiceValue.Sure(service);
        }

        if (words.Take("source"))
        {
            if (!CiscoPorts.Read(ref words, out var from)) return null;
            service = service with { SourcePorts = from };
        }

        _ = words.Take("destination");
        if (!words.AtEnd)
        {
            if (!CiscoPorts.Read(ref words, out var to)) return null;
            service = service with { DestinationPorts = to };
        }

        return ServiceValue.Sure(service);
    }

    internal static ByteSet ProtocolsOf(string protocol) => protocol switch
    {
        "tcp" => ByteSet.Of(Protocols.Tcp),
        "udp" => ByteSet.Of(Protocols.Udp),
        _ => ByteSet.Of(Protocols.Tcp, Protocols.Udp),
    };
}

/// <summary>A group with its members as they are written.</summary>
internal sealed class CiscoGroup(string name, string protocol, int line)
{
    public string Name { get; } = name;

    /// <summary>"tcp", "udp", "tcp-udp" of a service group that says it at its head; else empty.</summary>
    public string Protocol { get; } = protocol;

    public int Line { get; } = line;

    public List<(string Text, int Line)> Members { get; } = [];
}

/// <summary>"eq www", "range 80 90", "gt 1023", "lt", "neq".</summary>
internal static class CiscoPorts
{
    public static bool Starts(ReadOnlySpan<char> word) => word is "eq" or "range" or "gt" or "lt" or "neq";

    public static bool Read(ref Cursor words, out IntervalSet<ushort> ports)
    {
        ports = IntervalSet<ushort>.All;
        switch (words.Next())
        {
            case "eq":
                ports = IntervalSet<ushort>.Empty;
                // IOS lets several ports follow: "eq www 443 8080".
                while (ServiceNames.TryPort(words.Peek, out var one))
                {
                    words.Next();
                    ports = ports.Union(IntervalSet<ushort>.Of(one));
                }

                return !ports.IsEmpty;
            case "neq":
                var not = IntervalSet<ushort>.Empty;
                while (ServiceNames.TryPort(words.Peek, out var one))
                {
                    words.Next();
                    not = not.Union(IntervalSet<ushort>.Of(one));
                }

                ports = not.Complement();
                return !not.IsEmpty;
            case "gt" when ServiceNames.TryPort(words.Next(), out var above):
                ports = above == ushort.MaxValue ? IntervalSet<ushort>.Empty : IntervalSet<ushort>.Of((ushort)(above + 1), ushort.MaxValue);
                return true;
            case "lt" when ServiceNames.TryPort(words.Next(), out var below):
                ports = below == 0 ? IntervalSet<ushort>.Empty : IntervalSet<ushort>.Of(0, (ushort)(below - 1));
                return true;
            case "range" when ServiceNames.TryPort(words.Next(), out var low) && ServiceNames.TryPort(words.Next(), out var high):
                ports = IntervalSet<ushort>.Of(Math.Min(low, high), Math.Max(low, high));
                return true;
            default:
                return false;
        }
    }
}
