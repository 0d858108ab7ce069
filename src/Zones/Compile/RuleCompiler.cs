using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using Sekisho.Zones.Policies;

namespace Sekisho.Zones.Compile;

/// <summary>A file of rules to load.</summary>
public sealed record CompiledFile(string Name, string Text);

/// <summary>Rules made from a zone policy, and whether reading them back proves them equal to it.</summary>
/// <param name="Differences">What reads back differently from the policy; empty: proved equal. Rules with differences must not be loaded.</param>
public sealed record Compiled(IReadOnlyList<CompiledFile> Files, IReadOnlyList<string> Differences);

/// <summary>Makes rules from a zone policy, reads them back with the product's own reader, and proves them equal to the policy.</summary>
/// <remarks>Everything between zones that isn't an allowed flow is dropped; replies of allowed connections pass by state. Never <c>nft -o</c>: it changes verdicts.</remarks>
public static class RuleCompiler
{
    public static readonly ImmutableArray<string> Targets = ["nftables", "iptables"];

    public static Compiled Compile(ZonePolicy policy, string target, DateOnly day, CancellationToken cancel)
    {
        var ideal = Ideal(policy, day);
        CompiledFile[] files = target switch
        {
            "nftables" => [new("sekisho.nft", Nftables(ideal))],
            "iptables" => [new("rules.v4", Iptables(ideal, false)), new("rules.v6", Iptables(ideal, true))],
            _ => throw new ArgumentOutOfRangeException(nameof(target)),
        };
        var differences = new List<string>();
        var filters = ImmutableArray.CreateBuilder<Filter>();
        var chains = ImmutableArray.CreateBuilder<Chain>();
        foreach (var file in files)
        {
            var reading = ConfigDoor.Read(file.Name, Encoding.UTF8.GetBytes(file.Text), cancel, target);
            foreach (var error in reading.Errors) differences.Add(error.ToString());
            foreach (var line in reading.Lines.NotUnderstood) differences.Add($"{line.Source}: {line.Text}");
            foreach (var device in reading.Devices)
            {
                // Both families of iptables are one device.
                foreach (var filter in device.Filters.Where(static f => f.Place == FilterPlace.Forward)) filters.Add(filter with { Name = $"forward{(filter.OnlyV6 is { } v6 ? v6 ? "6" : "4" : "")}", Chain = $"{file.Name}:{filter.Chain}" });
                foreach (var chain in device.Chains) chains.Add(new($"{file.Name}:{chain.Name}", [.. chain.Rules.Select(r => r.Target is null ? r : r with { Target = $"{file.Name}:{r.Target}" })]));
            }
        }
        var read = ideal with { Filters = filters.ToImmutable(), Chains = chains.ToImmutable() };
        var split = target == "nftables" ? ideal : ideal with { Filters = [ideal.Filters[0] with { Name = "forward4", OnlyV6 = false }, ideal.Filters[0] with { Name = "forward6", OnlyV6 = true }] };
        var changes = FilterDifference.Compare(split, read, out var complete);
        foreach (var change in changes)
            differences.Add($"{(change.Opened ? "+" : "-")} {change.Inbound}→{change.Outbound} {change.Traffic}");
        if (!complete) differences.Add("more differences than are listed");
        return new(files, differences);
    }

    /// <summary>The policy as a device: what rules must mean.</summary>
    private static Device Ideal(ZonePolicy policy, DateOnly day)
    {
        var rules = ImmutableArray.CreateBuilder<Rule>();
        foreach (var from in policy.Zones)
            foreach (var to in policy.Zones)
                foreach (var flow in policy.FlowsOn(from, to, day))
                    foreach (var v6 in new[] { false, true })
                    {
                        // ICMP of one family doesn't exist in the other.
                        var alien = ByteSet.Of(v6 ? Protocols.Icmp : Protocols.IcmpV6);
                        var all = v6 ? AddressSet.AllV6 : AddressSet.AllV4;
                        var services = flow.Services.Services.Select(s => s.Protocols.IsAll ? s : s with { Protocols = s.Protocols & ~alien }).Where(static s => !s.Protocols.IsEmpty);
                        var match = new Match { Source = flow.Source.Intersect(all), Destination = flow.Destination.Intersect(all), Services = new([.. services]), In = At(from), Out = At(to) };
                        if (!match.IsNothing) rules.Add(new(match, RuleAction.Accept, new("zones.yaml", flow.Line, flow.Line), flow.Id));
                    }
        return new Device("policy", "policy") { Chains = [new("forward", rules.ToImmutable())], Filters = [new("forward", FilterPlace.Forward, "forward", RuleAction.Drop, default)] };
    }

    private static InterfaceSet At(Zone zone) => zone.At.IsEmpty ? InterfaceSet.Any : InterfaceSet.Of(zone.At.Select(static a => a[(a.IndexOf('/') + 1)..]));

    private static string Nftables(Device ideal)
    {
        var to = new StringBuilder();
        to.Append("# Made from the zone policy; load with: nft -c -f FILE && nft -f FILE (one transaction). Never with -o.\n");
        to.Append("table inet sekisho {\n  chain forward {\n    type filter hook forward priority filter; policy drop;\n");
        to.Append("    ct state established,related accept\n    ct state invalid drop\n");
        foreach (var rule in ideal.Chains[0].Rules)
            foreach (var v6 in new[] { false, true })
            {
                var (source, destination) = Family(rule.May, v6);
                if (source.Length == 0 || destination.Length == 0) continue;
                foreach (var service in rule.May.Services.Services)
                    foreach (var words in NftServices(service))
                    {
                        var family = v6 ? "ip6" : "ip";
                        to.Append(CultureInfo.InvariantCulture, $"    {Interfaces("iifname", rule.May.In)}{Interfaces("oifname", rule.May.Out)}{family} saddr {{ {source} }} {family} daddr {{ {destination} }} {words}accept comment \"{Comment(rule.Name)}\"\n");
                    }
            }
        return to.Append("  }\n}\n").ToString();
    }

    private static string Interfaces(string word, InterfaceSet set) => set.IsAny ? "" : $"{word} {{ {string.Join(", ", set.Names.Select(static n => $"\"{n}\""))} }} ";

    private static (string, string) Family(Match match, bool v6) => (List(match.Source, v6), List(match.Destination, v6));

    private static string List(AddressSet set, bool v6) => string.Join(", ", Prefixes(set, v6));

    private static IEnumerable<AddressPrefix> Prefixes(AddressSet set, bool v6)
    {
        var one = v6 ? AddressSet.Of(set.V6) : AddressSet.Of(set.V4);
        var count = v6 ? one.V6.Count : one.V4.Count;
        for (var i = 0; i < count; i++)
        {
            var (low, high) = v6 ? (Address.V6(one.V6.Bounds[2 * i]), Address.V6(one.V6.Bounds[2 * i + 1])) : (Address.V4(one.V4.Bounds[2 * i]), Address.V4(one.V4.Bounds[2 * i + 1]));
            foreach (var prefix in AddressText.Prefixes(low, high)) yield return prefix;
        }
    }

    private static IEnumerable<string> NftServices(Service service)
    {
        if (service.Protocols.IsAll)
        {
            yield return "";
            yield break;
        }
        foreach (var protocol in service.Protocols.Members())
        {
            if (Protocols.WithPorts.Contains(protocol) && !service.DestinationPorts.IsAll) yield return $"{Protocols.Name(protocol)} dport {{ {Ports(service.DestinationPorts, "-", ", ")} }} ";
            else if (Protocols.WithTypes.Contains(protocol) && !service.Icmp.IsAll) yield return $"{Protocols.Name(protocol)} type {{ {string.Join(", ", Types(service))} }} ";
            else yield return $"meta l4proto {protocol} ";
        }
    }

    private static IEnumerable<int> Types(Service service) => Enumerable.Range(0, 256).Where(t => service.Icmp.Contains((ushort)(t << 8)));

    private static string Ports(IntervalSet<ushort> ports, string to, string between)
    {
        var parts = new List<string>();
        var bounds = ports.Bounds;
        for (var i = 0; i < bounds.Length; i += 2) parts.Add(bounds[i] == bounds[i + 1] ? $"{bounds[i]}" : $"{bounds[i]}{to}{bounds[i + 1]}");
        return string.Join(between, parts);
    }

    private static string Iptables(Device ideal, bool v6)
    {
        var to = new StringBuilder();
        // The first line tells the family to whoever reads it, this product too.
        var program = v6 ? "ip6tables" : "iptables";
        to.Append(CultureInfo.InvariantCulture, $"# Generated by {program}-save's format from the zone policy; load with: {program}-restore --test FILE && {program}-restore FILE\n");
        to.Append("*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A FORWARD -m conntrack --ctstate INVALID -j DROP\n");
        foreach (var rule in ideal.Chains[0].Rules)
            foreach (var source in Prefixes(rule.May.Source, v6))
                foreach (var destination in Prefixes(rule.May.Destination, v6))
                    foreach (var inbound in Names(rule.May.In))
                        foreach (var outbound in Names(rule.May.Out))
                            foreach (var words in rule.May.Services.Services.SelectMany(s => IptablesServices(s, v6)))
                                to.Append(CultureInfo.InvariantCulture, $"-A FORWARD {(inbound.Length > 0 ? $"-i {inbound} " : "")}{(outbound.Length > 0 ? $"-o {outbound} " : "")}-s {source} -d {destination} {words}-m comment --comment \"{Comment(rule.Name)}\" -j ACCEPT\n");
        return to.Append("COMMIT\n").ToString();
    }

    private static IEnumerable<string> Names(InterfaceSet set) => set.IsAny ? [""] : set.Names;

    private static IEnumerable<string> IptablesServices(Service service, bool v6)
    {
        if (service.Protocols.IsAll)
        {
            yield return "";
            yield break;
        }
        foreach (var protocol in service.Protocols.Members())
        {
            if (Protocols.WithTypes.Contains(protocol) && !service.Icmp.IsAll)
            {
                if ((protocol == Protocols.IcmpV6) != v6) continue;
                foreach (var type in Types(service)) yield return v6 ? $"-p ipv6-icmp -m icmp6 --icmpv6-type {type} " : $"-p icmp -m icmp --icmp-type {type} ";
            }
            else if (Protocols.WithPorts.Contains(protocol) && !service.DestinationPorts.IsAll)
            {
                var bounds = service.DestinationPorts.Bounds.ToArray();
                for (var i = 0; i < bounds.Length; i += 2) yield return $"-p {Protocols.Name(protocol)} -m {Protocols.Name(protocol)} --dport {bounds[i]}:{bounds[i + 1]} ";
            }
            else
            {
                yield return $"-p {protocol} ";
            }
        }
    }

    private static string Comment(string name) => new([.. name.Where(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':' or '>').Take(60)]);
}
