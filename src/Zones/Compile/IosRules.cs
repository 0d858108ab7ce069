using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sekisho.Zones.Model;
using Sekisho.Zones.Policies;

namespace Sekisho.Zones.Compile;

/// <summary>Writes access lists for Cisco IOS: one for each zone and family, on every interface of the zone, inbound. Replies pass by reflexive lists.</summary>
/// <remarks>
/// Source: Cisco IOS Security Configuration Guide, "Configuring IP Session Filtering (Reflexive Access Lists)" and "IPv6 ACL Extensions". A list without state
/// can't tell replies from packets that look like them, so <c>established</c> isn't used.
/// </remarks>
internal sealed class IosRules(ZonePolicy policy, DateOnly day, Dictionary<string, ImmutableArray<string>> places)
{
    private static readonly AddressSet LinkLocal = Of("fe80::/10"), Multicast = Of("ff02::/16");

    public static string FilterName(string port, bool v6) => $"{port} {(v6 ? "IPv6" : "IPv4")}";

    private IEnumerable<(Zone Zone, ImmutableArray<string> Ports)> Here => policy.Zones.Where(z => !places[z.Id].IsEmpty).Select(z => (z, places[z.Id]));

    /// <summary>What the lists must mean.</summary>
    public Device Ideal()
    {
        var chains = new List<Chain>();
        var filters = new List<Filter>();
        foreach (var (zone, ports) in Here)
            foreach (var v6 in new[] { false, true })
            {
                var name = $"{zone.Id} {(v6 ? "IPv6" : "IPv4")}";
                chains.Add(new(name, [.. Permits(zone, v6).Select(static p => new Rule(p.Match, RuleAction.Accept, default, p.Why))]));
                foreach (var port in ports) filters.Add(new(FilterName(port, v6), FilterPlace.Inbound, name, RuleAction.Drop, default) { In = InterfaceSet.Of([port]), OnlyV6 = v6, Stateful = false });
            }
        return new Device("policy", "policy") { Chains = [.. chains], Filters = [.. filters], Interfaces = [.. Here.SelectMany(static h => h.Ports).Select(static p => new NetInterface(p, default))] };
    }

    public string Write()
    {
        var lists = new StringBuilder();
        var ports = new StringBuilder();
        foreach (var (zone, its) in Here)
        {
            var (four, six) = (List(lists, zone, false), List(lists, zone, true));
            foreach (var port in its) ports.Append(CultureInfo.InvariantCulture, $"interface {port}\n ip access-group {four} in\n ipv6 traffic-filter {six} in\n!\n");
        }
        return "! Made from the zone policy, for a Cisco router with reflexive access lists (IOS, IOS-XE).\n"
            + "! Load it with a way back: \"configure terminal revert timer 5\", this file, then \"configure confirm\". The lists come first under new names;\n"
            + "! each interface then goes over to its lists at once. Remove the lists of before afterwards.\n!\n"
            + lists + ports + "end\n";
    }

    /// <summary>Writes one list and says its name: with a mark of its content, so that a list in force is never changed line by line.</summary>
    private string List(StringBuilder to, Zone zone, bool v6)
    {
        var body = new StringBuilder();
        foreach (var (match, why, reflect) in Permits(zone, v6))
            foreach (var source in CompiledText.Prefixes(match.Source, v6))
                foreach (var destination in CompiledText.Prefixes(match.Destination, v6))
                    foreach (var words in match.Services.Services.SelectMany(s => Services(s, v6, Words(source), Words(destination))).Distinct(StringComparer.Ordinal))
                        body.Append(CultureInfo.InvariantCulture, $" permit {words}{(reflect ? $" reflect {Replies(v6)}" : "")}\n");
        body.Append(CultureInfo.InvariantCulture, $" evaluate {Replies(v6)}\n deny {(v6 ? "ipv6" : "ip")} any any log\n");
        var mark = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(body.ToString())))[..6];
        // Names are short, begin with a letter, and have neither blanks nor quotation marks (Security Command Reference, "ip access-list").
        var name = $"SEKISHO-{new string([.. zone.Id.ToUpperInvariant().Where(static c => char.IsAsciiLetterOrDigit(c) || c == '-').Take(40)])}{(v6 ? "6" : "4")}-{mark}";
        to.Append(CultureInfo.InvariantCulture, $"{(v6 ? "ipv6 access-list" : "ip access-list extended")} {name}\n").Append(body).Append("!\n");
        return name;
    }

    /// <summary>What may come in by a zone's interfaces, replies aside.</summary>
    private IEnumerable<(Match Match, string Why, bool Reflect)> Permits(Zone zone, bool v6)
    {
        var all = v6 ? AddressSet.AllV6 : AddressSet.AllV4;
        var own = zone.Addresses.Intersect(all);
        // What lives on the wire and is never routed, but meets the list.
        if (v6)
        {
            var discovery = new ServiceSet([new(ByteSet.Of(Protocols.IcmpV6)) { Icmp = Service.IcmpType(135).Union(Service.IcmpType(136)) }]);
            yield return (new() { Source = all, Destination = LinkLocal.Union(Multicast), Services = discovery }, "nd", false);
        }
        else
        {
            yield return (new() { Source = Of("0.0.0.0"), Destination = Of("255.255.255.255"), Services = ServiceSet.Of(Service.Udp(IntervalSet<ushort>.Of(67))) }, "dhcp", false);
        }
        if (!own.IsEmpty) yield return (new() { Source = own, Destination = own }, "within", false);
        foreach (var to in policy.Zones)
            foreach (var flow in policy.FlowsOn(zone, to, day))
                foreach (var match in RuleCompiler.Matches(flow))
                    if (match.Source.V4.IsEmpty == v6) yield return (match, flow.Id, true);
    }

    private static IEnumerable<string> Services(Service service, bool v6, string source, string destination)
    {
        if (service.Protocols.IsAll && service.DestinationPorts.IsAll)
        {
            yield return $"{(v6 ? "ipv6" : "ip")} {source} {destination}";
            yield break;
        }
        foreach (var protocol in service.Protocols.Members())
        {
            var name = protocol switch { Protocols.Tcp => "tcp", Protocols.Udp => "udp", Protocols.Icmp or Protocols.IcmpV6 => "icmp", _ => protocol.ToString(CultureInfo.InvariantCulture) };
            if (Protocols.WithPorts.Contains(protocol) && !service.DestinationPorts.IsAll)
                foreach (var (low, high) in CompiledText.Ranges(service.DestinationPorts)) yield return $"{name} {source} {destination} {(low == high ? $"eq {low}" : $"range {low} {high}")}";
            else if (Protocols.WithTypes.Contains(protocol) && !service.Icmp.IsAll)
                foreach (var type in CompiledText.Types(service)) yield return $"{name} {source} {destination} {type}";
            else yield return $"{name} {source} {destination}";
        }
    }

    private static string Replies(bool v6) => v6 ? "SEKISHO-REPLIES6" : "SEKISHO-REPLIES4";

    private static string Words(AddressPrefix prefix) =>
        prefix.Length == 0 ? "any"
        : prefix.First == prefix.Last ? $"host {prefix.First}"
        : prefix.First.IsV6 ? prefix.ToString()
        : $"{prefix.First} {Address.V4((uint)(prefix.Last.Value - prefix.First.Value))}";

    private static AddressSet Of(string text) => AddressPrefix.TryParse(text, out var prefix) ? AddressSet.Of(prefix) : throw new ArgumentException(text);
}
