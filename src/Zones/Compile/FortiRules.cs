using System.Globalization;
using System.Text;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Compile;

/// <summary>Writes policies for FortiGate: objects, one policy for each flow and family, and a denial that logs the rest.</summary>
internal static class FortiRules
{
    /// <summary>Numbers that people don't use by hand.</summary>
    private const int FirstPolicy = 90001;

    public static string Write(Device ideal)
    {
        var (addresses4, addresses6, services, policies) = (new Dictionary<AddressPrefix, string>(), new Dictionary<AddressPrefix, string>(), new Dictionary<string, string>(StringComparer.Ordinal), new StringBuilder());
        var number = FirstPolicy;
        foreach (var rule in ideal.Chains[0].Rules)
        {
            var v6 = rule.May.Source.V4.IsEmpty;
            var all = v6 ? addresses6 : addresses4;
            Policy(policies, number, $"{CompiledText.Comment(rule.Name).Replace('>', '-')}-{number}", rule.May.In, rule.May.Out, v6,
                Names(rule.May.Source, v6, all), Names(rule.May.Destination, v6, all), [.. rule.May.Services.Services.SelectMany(s => Services(s)).Distinct(StringComparer.Ordinal).Select(s => NameOf(s, services))], "accept");
            number++;
        }
        foreach (var v6 in new[] { false, true })
            Policy(policies, number, $"sekisho-deny-{number++}", InterfaceSet.Any, InterfaceSet.Any, v6, ["all"], ["all"], ["ALL"], "deny");
        var to = new StringBuilder();
        to.Append("# Made from the zone policy, for a FortiGate (7.0 or later) without other policies: policies that are there already are asked first.\n");
        to.Append("# Load it in one transaction: \"execute config-transaction start\", this file, \"execute config-transaction commit\"; then check a new backup with \"sekisho zones verify\".\n");
        Objects(to, "firewall address", addresses4, static p => $"set subnet {p.First} {Mask(p.Length)}");
        Objects(to, "firewall address6", addresses6, static p => $"set ip6 {p}");
        if (services.Count > 0)
        {
            to.Append("config firewall service custom\n");
            foreach (var (words, name) in services) to.Append(CultureInfo.InvariantCulture, $"    edit \"{name}\"\n{words}    next\n");
            to.Append("end\n");
        }
        return to.Append("config firewall policy\n").Append(policies).Append("end\n").ToString();
    }

    private static void Policy(StringBuilder to, int number, string name, InterfaceSet from, InterfaceSet into, bool v6, IEnumerable<string> source, IEnumerable<string> destination, IEnumerable<string> services, string action)
    {
        // Names have at most 35 characters, none of <>()#"' (Administration Guide, "Text strings"); the number at the end keeps them apart.
        var shortName = name.Length <= 35 ? name : name[..29] + name[^6..];
        var six = v6 ? "6" : "";
        to.Append(CultureInfo.InvariantCulture, $"    edit {number}\n        set name \"{shortName}\"\n        set srcintf {Ports(from)}\n        set dstintf {Ports(into)}\n        set action {action}\n")
            .Append(CultureInfo.InvariantCulture, $"        set srcaddr{six} {Quoted(source)}\n        set dstaddr{six} {Quoted(destination)}\n        set schedule \"always\"\n        set service {Quoted(services)}\n        set logtraffic all\n    next\n");
    }

    private static string Ports(InterfaceSet set) => set.IsAny ? "\"any\"" : Quoted(set.Names);

    private static string Quoted(IEnumerable<string> names) => string.Join(' ', names.Select(static n => $"\"{n}\""));

    private static List<string> Names(AddressSet set, bool v6, Dictionary<AddressPrefix, string> known)
    {
        var names = new List<string>();
        foreach (var prefix in CompiledText.Prefixes(set, v6))
        {
            if (!known.TryGetValue(prefix, out var name)) known.Add(prefix, name = $"sekisho-{prefix}");
            names.Add(name);
        }
        return names;
    }

    private static void Objects(StringBuilder to, string kind, Dictionary<AddressPrefix, string> known, Func<AddressPrefix, string> words)
    {
        if (known.Count == 0) return;
        to.Append(CultureInfo.InvariantCulture, $"config {kind}\n");
        foreach (var (prefix, name) in known) to.Append(CultureInfo.InvariantCulture, $"    edit \"{name}\"\n        {words(prefix)}\n    next\n");
        to.Append("end\n");
    }

    private static string Mask(int length) => Address.V4(length == 0 ? 0 : uint.MaxValue << (32 - length)).ToString();

    private static string NameOf(string words, Dictionary<string, string> known)
    {
        if (words.Length == 0) return "ALL";
        if (!known.TryGetValue(words, out var name)) known.Add(words, name = $"sekisho-service-{known.Count + 1}");
        return name;
    }

    /// <summary>The settings of each custom service that makes up a service of the model; empty words: "ALL".</summary>
    private static IEnumerable<string> Services(Service service)
    {
        if (service.Protocols.IsAll && service.DestinationPorts.IsAll)
        {
            yield return "";
            yield break;
        }
        foreach (var protocol in service.Protocols.Members())
        {
            var ports = protocol switch { Protocols.Tcp => "tcp", Protocols.Udp => "udp", Protocols.Sctp => "sctp", _ => null };
            if (Protocols.WithTypes.Contains(protocol))
            {
                var kind = protocol == Protocols.Icmp ? "ICMP" : "ICMP6";
                if (service.Icmp.IsAll) yield return $"        set protocol {kind}\n        unset icmptype\n";
                else foreach (var type in CompiledText.Types(service)) yield return $"        set protocol {kind}\n        set icmptype {type}\n";
            }
            else if (ports is not null) yield return $"        set {ports}-portrange {string.Join(' ', CompiledText.Ranges(service.DestinationPorts).Select(static r => $"{r.Low}-{r.High}"))}\n";
            else yield return $"        set protocol IP\n        set protocol-number {protocol}\n";
        }
    }
}
