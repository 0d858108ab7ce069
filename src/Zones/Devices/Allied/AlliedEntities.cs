using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Allied;

/// <summary>Addresses that an entity means on one interface; any interface where none is said.</summary>
internal readonly record struct AlliedPlace(string? Interface, AddressValue Addresses);

/// <summary>Zones, networks, hosts (entities), and applications.</summary>
/// <remarks>Source: AlliedWare Plus Command Reference, "Application and Entity Commands": "zone.network.host" names one; a zone means all its networks.</remarks>
internal sealed class AlliedEntities(FileWork work)
{
    private readonly Dictionary<string, List<AlliedPlace>> entities = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Application> applications = new(StringComparer.Ordinal);
    private string zone = "", network = "", host = "";
    private Application? application;

    private sealed class Application
    {
        public byte? Protocol { get; set; }

        public IntervalSet<ushort>? SourcePorts { get; set; }

        public IntervalSet<ushort>? DestinationPorts { get; set; }

        public IntervalSet<ushort>? Icmp { get; set; }

        /// <summary>Words that ask for more than the model has.</summary>
        public Unknown? More { get; set; }
    }

    public void Zone(string name) => Begin(zone = name, network = host = "");

    public void Network(string name) => Begin($"{zone}.{network = name}", host = "");

    public void Host(string name) => Begin($"{zone}.{network}.{host = name}", "");

    public void NewApplication(string name)
    {
        if (!applications.TryGetValue(name, out application)) applications.Add(name, application = new());
    }

    /// <summary>A line below "network" or "host".</summary>
    public Reading InEntity(Cursor words, int line)
    {
        var place = Place(words);
        var name = host.Length > 0 ? $"{zone}.{network}.{host}" : $"{zone}.{network}";
        entities[name].Add(place ?? new(null, AddressValue.NotKnown(UnknownKind.NotUnderstood, work.Text.Line(line).Trim().ToString())));
        if (place is not null) return Reading.Understood;
        work.Keep(line, line, new Touch.InPlace());
        return Reading.NotUnderstood;
    }

    private static AlliedPlace? Place(Cursor words)
    {
        var v6 = words.Next() is "ipv6";
        switch (words.Next())
        {
            case "subnet" or "address" when words.Take("dynamic"):
                return words.Take("interface") && !words.AtEnd ? new(null, AddressValue.NotKnown(UnknownKind.RunTime, string.Concat("dynamic ", words.Peek), v6 ? AddressSet.AllV6 : AddressSet.AllV4)) : null;
            case "subnet" or "address":
                var text = words.Next().ToString();
                // "ip subnet 192.168.1.0 255.255.255.0" is written too.
                if (!v6 && Address.TryParseV4(words.Peek, out _)) text = $"{text}/{words.Next()}";
                if (!AddressPrefix.TryParse(text, out var prefix) || prefix.First.IsV6 != v6) return null;
                var on = words.Take("interface") ? words.Next().ToString() : null;
                return words.AtEnd && on is not "" ? new(on, AddressValue.Sure(AddressSet.Of(prefix))) : null;
            default:
                return null;
        }
    }

    /// <summary>A line below "application".</summary>
    public Reading InApplication(Cursor words, int line)
    {
        var what = words.Next();
        var reading = Reading.Understood;
        switch (what)
        {
            case "protocol" when ServiceNames.TryProtocol(words.Peek, out var protocol):
                application!.Protocol = protocol;
                break;
            case "sport" when Ports(words, out var ports):
                application!.SourcePorts = (application.SourcePorts ?? IntervalSet<ushort>.Empty).Union(ports);
                break;
            case "dport" when Ports(words, out var ports):
                application!.DestinationPorts = (application.DestinationPorts ?? IntervalSet<ushort>.Empty).Union(ports);
                break;
            case "icmp-type" when byte.TryParse(words.Peek, NumberStyles.None, CultureInfo.InvariantCulture, out var type):
                application!.Icmp = Service.IcmpType(type);
                break;
            case "icmp-code" when application!.Icmp is { } types && byte.TryParse(words.Peek, NumberStyles.None, CultureInfo.InvariantCulture, out var code):
                application.Icmp = Service.IcmpType((byte)(types.Bounds[0] >> 8), code);
                break;
            case "dscp":
                application!.More = new(UnknownKind.RunTime, string.Concat("dscp ", words.Rest));
                break;
            case "description":
                return Reading.Irrelevant;
            default:
                application!.More = new(UnknownKind.NotUnderstood, work.Text.Line(line).Trim().ToString());
                work.Keep(line, line, new Touch.InPlace());
                reading = Reading.NotUnderstood;
                break;
        }
        return reading;
    }

    /// <summary>What an application of a rule means. Names that the file doesn't define are the device's own: content and its tables decide.</summary>
    public ServiceValue Services(string name)
    {
        if (name == "any") return ServiceValue.Any;
        if (!applications.TryGetValue(name, out var found)) return ServiceValue.NotKnown(UnknownKind.Application, name);
        if (found.Protocol is null && found.More is null) return ServiceValue.NotKnown(UnknownKind.NotUnderstood, "application " + name);
        var service = found.Protocol is { } protocol ? Service.Of(protocol) : Service.Any;
        service = service with { SourcePorts = found.SourcePorts ?? service.SourcePorts, DestinationPorts = found.DestinationPorts ?? service.DestinationPorts, Icmp = found.Icmp ?? service.Icmp };
        return found.More is { } more ? new(new([service]), ServiceSet.None, [more]) : ServiceValue.Sure(service);
    }

    /// <summary>Where an entity is: its own addresses and those of all entities below it; null: nobody has that name.</summary>
    public IReadOnlyList<AlliedPlace>? Places(string name)
    {
        if (!entities.TryGetValue(name, out var own)) return null;
        // A host is inside its network: it adds nothing to it. A zone is the union of its networks.
        if (name.Contains('.', StringComparison.Ordinal)) return own;
        return [.. own, .. entities.Where(e => e.Key.StartsWith(name + ".", StringComparison.Ordinal) && e.Key.Count(static c => c == '.') == 1).SelectMany(static e => e.Value)];
    }

    private void Begin(string name, string _)
    {
        if (!entities.ContainsKey(name)) entities.Add(name, []);
    }

    private static bool Ports(Cursor words, out IntervalSet<ushort> ports)
    {
        // "dport 80", "sport 1024 to 65535", "dport any".
        ports = IntervalSet<ushort>.All;
        if (words.Take("any")) return words.AtEnd;
        if (!ServiceNames.TryPort(words.Next(), out var low)) return false;
        var high = low;
        if (words.Take("to") && !ServiceNames.TryPort(words.Next(), out high)) return false;
        ports = IntervalSet<ushort>.Of(low, high);
        return words.AtEnd && high >= low;
    }
}
