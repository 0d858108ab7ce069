using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices;

/// <summary>What a device lets to itself (機器自身あて), gathered while its configuration is read: an own filter and its chains.</summary>
/// <remarks>
/// What the configuration speaks of (consoles, SNMP, ping) is decided by rules; what it doesn't speak of stays possible under a name (<see cref="Others"/>), never closed by guess.
/// </remarks>
internal sealed class OwnServices(FileWork work, string name)
{
    /// <summary>Services by which devices are managed: each reader says of every one of them whether it is open.</summary>
    public static readonly ServiceSet Managed = ServiceSet.Of(Service.Tcp(IntervalSet<ushort>.Union([(22, 23), (80, 80), (443, 443)])), Service.Udp(IntervalSet<ushort>.Of(161)), Echo(false), Echo(true));

    /// <summary>An answer to ping, of both families.</summary>
    public static readonly ServiceSet Ping = ServiceSet.Of(Echo(false), Echo(true));

    /// <summary>What listens besides: routing, VPN, DHCP, time, and whatever a feature opens by itself.</summary>
    public static readonly Unknown Others = new(UnknownKind.RunTime, "ほかの機能の待受け（VPN、DHCP、経路制御など） / listeners of other features (VPN, DHCP, routing …)");

    private readonly List<Rule> rules = [];
    private readonly List<Chain> chains = [];

    /// <summary>Conditions that no packet shows and that hold for all that is let in (a policy of the control plane).</summary>
    public List<Unknown> Everywhere { get; } = [];

    public static ServiceSet Tcp(ushort port) => ServiceSet.Of(Service.Tcp(IntervalSet<ushort>.Of(port)));

    public static ServiceSet Udp(ushort port) => ServiceSet.Of(Service.Udp(IntervalSet<ushort>.Of(port)));

    public static Unknown Unsure(string why) => new(UnknownKind.RunTime, why);

    /// <summary>Lets packets in; not surely where something unknown is named.</summary>
    public void Accept(Match match, SourceRef at, string what, params Unknown?[] unknowns) => Add(new Rule(match, RuleAction.Accept, at, what), [.. unknowns, .. Everywhere]);

    /// <summary>Stops packets, surely.</summary>
    public void Drop(Match match, SourceRef at, string what) => rules.Add(new Rule(match, RuleAction.Drop, at, what));

    /// <summary>Lets a list of its own decide; it ends itself.</summary>
    public void Ask(Match match, string chain, SourceRef at, string what, params Unknown?[] unknowns) => Add(new Rule(match, RuleAction.Jump, at, what) { Target = chain }, [.. unknowns, .. Everywhere]);

    /// <summary>A rule as it was read elsewhere.</summary>
    public void Add(Rule rule) => rules.Add(rule);

    /// <summary>Keeps a list for <see cref="Ask"/>; a packet that none of its rules decides is stopped where <paramref name="end"/> says so, and goes on otherwise.</summary>
    public string Keep(string of, IEnumerable<Rule> list, SourceRef? end)
    {
        var key = $"{name}: {of}";
        if (!chains.Exists(one => one.Name == key)) chains.Add(new Chain(key, [.. list, .. end is { } at ? [new Rule(Match.Any, RuleAction.Drop, at, of)] : Array.Empty<Rule>()]));
        return key;
    }

    /// <summary>Ends with what nothing above decided: of the services that were told of nothing is left, of all others anything may be.</summary>
    public void EndOpen(ServiceSet told)
    {
        Drop(new Match { Services = told }, work.Implicit("not configured"), "not configured");
        Accept(new Match { Services = Matches.Complement(told) ?? ServiceSet.Any }, work.Implicit("other features"), "", Others);
    }

    /// <summary>The filter, made of what was gathered; what is left over is stopped.</summary>
    public (Filter Filter, IEnumerable<Chain> Chains) ToFilter() =>
        (new Filter(name, FilterPlace.Own, name, RuleAction.Drop, work.Implicit(name)), [.. chains, new Chain(name, [.. rules])]);

    /// <summary>Rules between interfaces, asked of packets for the addresses of the device itself: those that would leave by an interface are those for its addresses.</summary>
    public static IEnumerable<Rule> ToItself(IEnumerable<Rule> rules, IReadOnlyList<NetInterface> interfaces)
    {
        foreach (var rule in rules)
        {
            var there = interfaces.Where(one => rule.May.Out.Contains(one.Name)).ToArray();
            var known = AddressSet.UnionOf(there.SelectMany(static one => one.Addresses.Select(static a => a.Address).Concat(one.VirtualAddresses)).Select(static a => AddressSet.Of(a)));
            var moving = there.Any(static one => one.DynamicAddress);
            var may = To(rule.May, moving ? AddressSet.All : known);
            if (may.Destination.IsEmpty) continue;
            var itself = rule with { May = may, Must = rule.Must is { } must ? To(must, known) : moving ? To(rule.May, known) : null };
            yield return moving ? itself with { Unknowns = [.. rule.Unknowns, Unsure("動的アドレス / dynamic address")] } : itself;
        }

        static Match To(Match match, AddressSet addresses) => match with { Out = InterfaceSet.Any, Destination = match.Destination.Intersect(addresses) };
    }

    private void Add(Rule rule, Unknown?[] unknowns)
    {
        Unknown[] named = [.. unknowns.OfType<Unknown>().Distinct()];
        rules.Add(named.Length == 0 ? rule : rule with { Must = Match.Nothing, Unknowns = [.. named] });
    }

    private static Service Echo(bool v6) => Service.Of(v6 ? Protocols.IcmpV6 : Protocols.Icmp) with { Icmp = Service.IcmpType(v6 ? (byte)128 : (byte)8) };
}
