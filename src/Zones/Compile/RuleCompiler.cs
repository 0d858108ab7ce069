using System.Collections.Immutable;
using System.Text;
using Sekisho.Assurance;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using Sekisho.Zones.Policies;

namespace Sekisho.Zones.Compile;

/// <summary>A file of rules to load.</summary>
public sealed record CompiledFile(string Name, string Text);

/// <summary>Rules made from a zone policy, and whether reading them back proves them equal to it.</summary>
/// <param name="Differences">What reads back differently from the policy; empty: proved equal. Rules with differences must not be loaded.</param>
public sealed record Compiled(IReadOnlyList<CompiledFile> Files, IReadOnlyList<string> Differences)
{
    /// <summary>What the policy would have to say first; null: nothing. There are no files then.</summary>
    public Bilingual? Missing { get; init; }

    /// <summary>What a person must know before loading.</summary>
    public IReadOnlyList<Bilingual> Notes { get; init; } = [];
}

/// <summary>Makes rules from a zone policy, reads them back with the product's own reader, and proves them equal to the policy.</summary>
/// <remarks>
/// Everything between zones that isn't an allowed flow is dropped; replies of allowed connections pass by state. Never <c>nft -o</c>: it changes verdicts.
/// Cisco's lists stand on the interfaces of zones (docs/adr/0170): what stays inside a zone passes there, and neighbour discovery and DHCP on the wire.
/// </remarks>
public static class RuleCompiler
{
    /// <summary>Letters of an interface's name; no device has longer ones.</summary>
    private const int MostInName = 63;

    public static readonly ImmutableArray<string> Targets = ["nftables", "iptables", "fortigate", "ios"];

    /// <param name="device">Only interfaces of this device (<c>at: [DEVICE/…]</c>); null: those of whatever device.</param>
    public static Compiled Compile(ZonePolicy policy, string target, DateOnly day, CancellationToken cancel, string? device = null)
    {
        var places = policy.Zones.ToDictionary(static z => z.Id, z => At(z, device), StringComparer.Ordinal);
        // They go into the rules as they are: a quotation mark or a line break would be rules of its own.
        if (places.Values.SelectMany(static p => p).FirstOrDefault(static p => p.Length > MostInName || p.Any(static c => !char.IsAsciiLetterOrDigit(c) && !"-_.:/@".Contains(c, StringComparison.Ordinal))) is { } strange)
        {
            return new([], [])
            {
                Missing = new($"インターフェースの名前「{strange[..Math.Min(strange.Length, MostInName)]}」は、規則に書けません。英数字と - _ . : / @ だけの名前にしてください。", $"The interface name '{strange[..Math.Min(strange.Length, MostInName)]}' can't be written into rules: letters, digits and - _ . : / @ only."),
            };
        }
        var ideal = Ideal(policy, day, places);
        if (target == "ios") return Ios(policy, day, places, ideal, cancel);
        CompiledFile[] files = target switch
        {
            "nftables" => [new("sekisho.nft", NetfilterRules.Nftables(ideal))],
            "iptables" => [new("rules.v4", NetfilterRules.Iptables(ideal, false)), new("rules.v6", NetfilterRules.Iptables(ideal, true))],
            "fortigate" => [new("sekisho-fortigate.conf", FortiRules.Write(ideal))],
            _ => throw new ArgumentOutOfRangeException(nameof(target)),
        };
        var split = target == "iptables" ? ideal with { Filters = [ideal.Filters[0] with { Name = "forward4", OnlyV6 = false }, ideal.Filters[0] with { Name = "forward6", OnlyV6 = true }] } : ideal;
        return Proved(files, target == "fortigate" ? "fortios" : target, split, static f => f.Place == FilterPlace.Forward ? $"forward{(f.OnlyV6 is { } v6 ? v6 ? "6" : "4" : "")}" : null, cancel);
    }

    private static Compiled Ios(ZonePolicy policy, DateOnly day, Dictionary<string, ImmutableArray<string>> places, Device ideal, CancellationToken cancel)
    {
        if (places.Values.All(static p => p.IsEmpty))
        {
            return new([], [])
            {
                Missing = new("Ciscoのアクセスリストはインターフェースに置きます。領域に at: [機器/インターフェース] を書いてください。", "Cisco's access lists stand on interfaces. Write at: [device/interface] for the zones."),
            };
        }
        if (places.SelectMany(static p => p.Value.Select(i => (Zone: p.Key, Interface: i))).GroupBy(static p => p.Interface, StringComparer.OrdinalIgnoreCase).FirstOrDefault(static g => g.Count() > 1) is { } shared)
        {
            return new([], [])
            {
                Missing = new($"インターフェース {shared.Key} に、二つの領域（{string.Join("、", shared.Select(static s => s.Zone))}）があります。分けてください。", $"Two zones ({string.Join(", ", shared.Select(static s => s.Zone))}) are on the interface {shared.Key}. Separate them."),
            };
        }
        var rules = new IosRules(policy, day, places);
        Bilingual[] notes = [.. policy.Zones.Where(z => places[z.Id].IsEmpty).Select(static z => new Bilingual($"領域「{z.Name}」はこの機器につながっていないため、そこから来る通信の規則は作りません。", $"The zone '{z.Id}' has no interface here; no list is made for what comes from it."))];
        return Proved([new("sekisho-ios.conf", rules.Write())], "ios", rules.Ideal(), static f => f is { Place: FilterPlace.Inbound, OnlyV6: { } v6 } ? IosRules.FilterName(f.In.Names[0], v6) : null, cancel) with { Notes = notes };
    }

    /// <summary>Reads files back and compares them with what they must mean.</summary>
    /// <param name="name">What a filter that was read is called in <paramref name="ideal"/>; null: none that counts.</param>
    private static Compiled Proved(CompiledFile[] files, string vendor, Device ideal, Func<Filter, string?> name, CancellationToken cancel)
    {
        var differences = new List<string>();
        var filters = ImmutableArray.CreateBuilder<Filter>();
        var chains = ImmutableArray.CreateBuilder<Chain>();
        foreach (var file in files)
        {
            var reading = ConfigDoor.Read(file.Name, Encoding.UTF8.GetBytes(file.Text), cancel, vendor);
            foreach (var error in reading.Errors) differences.Add(error.ToString());
            foreach (var line in reading.Lines.NotUnderstood) differences.Add($"{line.Source}: {line.Text}");
            foreach (var device in reading.Devices)
            {
                // Both families of iptables are one device.
                foreach (var filter in device.Filters)
                    if (name(filter) is { } its) filters.Add(filter with { Name = its, Chain = $"{file.Name}:{filter.Chain}" });
                foreach (var chain in device.Chains) chains.Add(new($"{file.Name}:{chain.Name}", [.. chain.Rules.Select(r => r.Target is null ? r : r with { Target = $"{file.Name}:{r.Target}" })]));
            }
        }
        var read = ideal with { Filters = filters.ToImmutable(), Chains = chains.ToImmutable() };
        var changes = FilterDifference.Compare(ideal, read, out var complete);
        foreach (var change in changes)
            differences.Add($"{(change.Opened ? "+" : "-")} {change.Inbound}→{change.Outbound} {change.Traffic}");
        if (!complete) differences.Add("more differences than are listed");
        return new(files, differences);
    }

    /// <summary>The policy as a device: what rules must mean.</summary>
    private static Device Ideal(ZonePolicy policy, DateOnly day, Dictionary<string, ImmutableArray<string>> places)
    {
        var rules = ImmutableArray.CreateBuilder<Rule>();
        foreach (var from in policy.Zones)
            foreach (var to in policy.Zones)
                foreach (var flow in policy.FlowsOn(from, to, day))
                    foreach (var match in Matches(flow)) rules.Add(new(match with { In = On(places[from.Id]), Out = On(places[to.Id]) }, RuleAction.Accept, new("zones.yaml", flow.Line, flow.Line), flow.Id));
        return new Device("policy", "policy") { Chains = [new("forward", rules.ToImmutable())], Filters = [new("forward", FilterPlace.Forward, "forward", RuleAction.Drop, default)] };
    }

    /// <summary>A flow in each family that it is in.</summary>
    internal static IEnumerable<Match> Matches(AllowedFlow flow)
    {
        foreach (var v6 in new[] { false, true })
        {
            // ICMP of one family doesn't exist in the other.
            var alien = ByteSet.Of(v6 ? Protocols.Icmp : Protocols.IcmpV6);
            var all = v6 ? AddressSet.AllV6 : AddressSet.AllV4;
            var services = flow.Services.Services.Select(s => s.Protocols.IsAll ? s : s with { Protocols = s.Protocols & ~alien }).Where(static s => !s.Protocols.IsEmpty);
            var match = new Match { Source = flow.Source.Intersect(all), Destination = flow.Destination.Intersect(all), Services = new([.. services]) };
            if (!match.IsNothing) yield return match;
        }
    }

    private static ImmutableArray<string> At(Zone zone, string? device) =>
        [.. zone.At.Where(a => device is null || a.StartsWith(device + "/", StringComparison.Ordinal)).Select(static a => a[(a.IndexOf('/') + 1)..]).Distinct(StringComparer.Ordinal)];

    private static InterfaceSet On(ImmutableArray<string> places) => places.IsEmpty ? InterfaceSet.Any : InterfaceSet.Of(places);
}
