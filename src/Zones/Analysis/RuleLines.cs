using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;

namespace Sekisho.Zones.Analysis;

/// <summary>One line of a configuration with every rule that it means: what people can take away or change (規則の行).</summary>
internal sealed class RuleLine(int number, Device device, Rule first)
{
    private RuleRef? named;

    /// <summary>From 0, in the order of chains and rules.</summary>
    public int Number { get; } = number;

    public List<Rule> Rules { get; } = [first];

    /// <summary>Written somewhere; what a vendor does by itself isn't.</summary>
    public bool IsWritten => Rules[0].Source.FirstLine > 0;

    /// <summary>Whether it accepts or drops, and nothing of it is unknown.</summary>
    public bool IsCertain => Rules.TrueForAll(static r => r.Must is null && Decides(r));

    public RuleRef Ref => named ??= new(device.Name, Rules[0].Source, Rules[0].Name, Rules[0].Action, new(
        AddressSet.UnionOf(Rules.Select(static r => r.May.Source)), AddressSet.UnionOf(Rules.Select(static r => r.May.Destination)),
        Rules.Count == 1 ? Rules[0].May.Services : new([.. Rules.SelectMany(static r => r.May.Services.Services).Distinct()])));

    public static bool Decides(Rule rule) => rule.Action is RuleAction.Accept or RuleAction.Drop or RuleAction.Reject;
}

/// <summary>The lines of a device's chains.</summary>
internal sealed class RuleLines
{
    private readonly Dictionary<Rule, RuleLine> lines = new(ReferenceEqualityComparer.Instance);
    private readonly List<RuleLine> all = [];

    public RuleLines(Device device)
    {
        Device = device;
        foreach (var chain in device.Chains)
        {
            RuleLine? last = null;
            foreach (var rule in chain.Rules)
            {
                // A rule that stands in two chains is one line all the same.
                if (lines.TryGetValue(rule, out var known))
                {
                    last = known;
                    continue;
                }
                if (last is not { IsWritten: true } || last.Rules[0].Source != rule.Source || last.Rules[0].Action != rule.Action) all.Add(last = new(all.Count, device, rule));
                else last.Rules.Add(rule);
                lines.Add(rule, last);
            }
        }
    }

    public Device Device { get; }

    public IReadOnlyList<RuleLine> All => all;

    public RuleLine? Of(Rule? rule) => rule is null ? null : lines.GetValueOrDefault(rule);

    /// <summary>Interfaces that no rule tells apart are one; each pair of those, for each filter.</summary>
    public static IReadOnlyList<(Filter Filter, string Inbound, string Outbound)> Contexts(Device device)
    {
        if (!device.Forwards) return [];
        var sets = new Dictionary<string, InterfaceSet>(StringComparer.Ordinal);
        foreach (var filter in device.Filters) Keep(filter.In, filter.Out);
        foreach (var chain in device.Chains)
            foreach (var rule in chain.Rules)
            {
                Keep(rule.May.In, rule.May.Out);
                if (rule.Must is { } must) Keep(must.In, must.Out);
            }
        var told = sets.Values.ToArray();
        var names = Topology.InterfacesOf(device).DistinctBy(name => string.Concat(told.Select(s => s.Contains(name) ? '1' : '0'))).ToArray();
        var contexts = new List<(Filter, string, string)>();
        foreach (var filter in device.Filters)
            foreach (var inbound in names)
                if (filter.In.Contains(inbound))
                    foreach (var outbound in filter.Place == FilterPlace.Inbound ? [""] : names)
                        if (filter.Place == FilterPlace.Inbound || filter.Out.Contains(outbound)) contexts.Add((filter, inbound, outbound));
        return contexts;

        void Keep(InterfaceSet a, InterfaceSet b)
        {
            if (!a.IsAny) sets.TryAdd(a.ToString(), a);
            if (!b.IsAny) sets.TryAdd(b.ToString(), b);
        }
    }
}
