using System.Collections.Immutable;
using Sekisho.Zones.Engine;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using Sekisho.Zones.Policies;
using Sekisho.Zones.Reports;

namespace Sekisho.Zones.Analysis;

/// <summary>The door of the rule analysis (規則の点検): zone policy + configurations → what is wrong with single rules. Pure: no clock, no files.</summary>
/// <remarks>
/// Shadowed, redundant and conflicting rules follow from a device alone, over every packet there is. Rules never needed, over-wide ones and flows that don't
/// get through follow from the zones too; there each filter is looked at by itself, as if the others let everything pass.
/// </remarks>
public sealed class RuleAnalysis
{
    /// <summary>A line is told of no more conflicts than this.</summary>
    private const int MostConflicts = 3;

    /// <summary>For more rules than this nothing narrower is proposed: each proposal is proved.</summary>
    private const int MostProposals = 400;

    /// <summary>Stands for what passes inside a zone.</summary>
    private const string Inside = "";

    private readonly ZonePolicy policy;
    private readonly IReadOnlyList<ConfigReading> readings;
    private readonly DateOnly day;
    private readonly Device[] devices;
    private readonly Topology topology;
    private readonly bool uncertain;
    private readonly Dictionary<Device, RuleLines> linesOf = new(ReferenceEqualityComparer.Instance);
    private readonly List<RuleFault> faults = [];
    private readonly List<string> notes = [];
    private readonly CancellationToken cancel;
    private int proposals;

    private RuleAnalysis(ZonePolicy policy, IReadOnlyList<ConfigReading> readings, DateOnly day, CancellationToken cancel)
    {
        (this.policy, this.readings, this.day, this.cancel) = (policy, readings, day, cancel);
        devices = [.. readings.SelectMany(static r => r.Devices).Distinct()];
        topology = new(devices, policy);
        foreach (var device in devices) linesOf.TryAdd(device, new(device));
        uncertain = devices.Any(static d => d.Nat.Any(static n => n.Must is not null) || d.Chains.Any(static c => c.Rules.Any(static r => r.Must is not null || r.Action == RuleAction.Unknown)));
        foreach (var reading in readings)
            foreach (var error in reading.Errors) notes.Add($"{reading.File}: {error.What.Ja} / {error.What.En}");
    }

    /// <param name="day">Flows that ended before it need nothing.</param>
    public static RuleReport Analyse(ZonePolicyReading policy, IReadOnlyList<ConfigReading> readings, DateOnly day, CancellationToken cancel = default)
    {
        if (policy.Policy is null) throw new ArgumentException("the policy has mistakes", nameof(policy));
        var run = new RuleAnalysis(policy.Policy, readings, day, cancel);
        var gone = new HashSet<RuleLine>();
        foreach (var device in run.linesOf.Keys) run.OfDevice(device, gone);
        var broken = run.OfFlows(gone);
        var rules = run.linesOf.Values.Sum(static l => l.All.Count(static line => line.IsWritten && line.Rules.Exists(RuleLine.Decides)));
        return new([.. run.faults.OrderBy(static f => f.Rule.Source.File, StringComparer.Ordinal).ThenBy(static f => f.Rule.Source.FirstLine)], broken, rules, [.. run.notes.Distinct()]);
    }

    private void OfDevice(Device device, HashSet<RuleLine> gone)
    {
        var lines = linesOf[device];
        var contexts = RuleLines.Contexts(device);
        if (contexts.Count == 0) return;
        FilterRules<uint> v4 = new(lines, contexts);
        FilterRules<UInt128> v6 = new(lines, contexts);
        if ((v4.Trouble ?? v6.Trouble) is { } trouble)
        {
            notes.Add($"{device.Name}: {trouble}");
            return;
        }
        var living = new List<RuleLine>();
        foreach (var line in lines.All)
        {
            cancel.ThrowIfCancellationRequested();
            if (!line.IsWritten || !line.Rules.TrueForAll(RuleLine.Decides)) continue;
            var (stands, decides) = v4.Standing(line);
            if (!decides)
            {
                var (also, its) = v6.Standing(line);
                (stands, decides) = (stands || also, its);
            }
            if (decides) living.Add(line);
            else if (stands) Hidden(line, v4, v6, gone);
        }
        foreach (var line in living)
        {
            cancel.ThrowIfCancellationRequested();
            // The last word of a filter, written out, is no fault.
            if (!line.IsCertain || LastWord(line)) continue;
            if (v4.IsNeeded(line, gone) || v6.IsNeeded(line, gone)) continue;
            gone.Add(line);
            var by = new HashSet<RuleLine>();
            var byDefault = v4.Heirs(line, gone, by) | v6.Heirs(line, gone, by);
            faults.Add(new RuleFault.Redundant(line.Ref, Refs(by), byDefault));
        }
        foreach (var line in living)
        {
            cancel.ThrowIfCancellationRequested();
            if (!line.IsCertain || gone.Contains(line)) continue;
            var with = new Dictionary<RuleLine, (Traffic Both, ExamplePacket Example)>();
            v4.Conflicts(line, gone, with, MostConflicts);
            v6.Conflicts(line, gone, with, MostConflicts);
            foreach (var (other, (both, example)) in with.OrderBy(static w => w.Key.Number)) faults.Add(new RuleFault.Conflicting(line.Ref, other.Ref, both, example));
        }
    }

    /// <summary>"deny ip any any" at the end of a list.</summary>
    private static bool LastWord(RuleLine line) => line.Rules.Exists(static r => r.May.Services.IsAny && r.May.States == ConnectionStates.All && r.May.Source.V4.IsAll == r.May.Destination.V4.IsAll
        && r.May.Source.V6.IsAll == r.May.Destination.V6.IsAll && (r.May.Source.V4.IsAll || r.May.Source.V6.IsAll));

    private void Hidden(RuleLine line, FilterRules<uint> v4, FilterRules<UInt128> v6, HashSet<RuleLine> gone)
    {
        var by = new HashSet<RuleLine>();
        v4.Hiders(line, by);
        v6.Hiders(line, by);
        gone.Add(line);
        by.Remove(line);
        var accepts = line.Rules[0].Action == RuleAction.Accept;
        faults.Add(by.Any(b => b.Rules.Exists(r => (r.Action == RuleAction.Accept) != accepts)) ? new RuleFault.Shadowed(line.Ref, Refs(by)) : new RuleFault.Redundant(line.Ref, Refs(by), false));
    }

    private static RuleRef[] Refs(IEnumerable<RuleLine> lines) => [.. lines.OrderBy(static l => l.Number).Select(static l => l.Ref)];

    private List<BrokenFlow> OfFlows(HashSet<RuleLine> gone)
    {
        var tails = new TailTable();
        tails.Keep(Tail.Any with { Protocols = ~ByteSet.Of(Protocols.Tcp) });
        var all = policy.Zones.SelectMany(a => policy.Zones.SelectMany(b => policy.FlowsOn(a, b, day))).ToArray();
        var (v4, v6) = (new FlowUse<uint>(topology, tails, Bound.Upper), new FlowUse<UInt128>(topology, tails, Bound.Upper));
        v4.Prepare(all);
        v6.Prepare(all);
        Work(v4, tails, all);
        Work(v6, tails, all);
        foreach (var trouble in v4.Troubles.Concat(v6.Troubles)) notes.Add(trouble);
        // What surely exceeds is a lower bound; without unknowns the two are one.
        var (sure4, sure6) = (v4, v6);
        if (uncertain)
        {
            (sure4, sure6) = (new(topology, tails, Bound.Lower), new(topology, tails, Bound.Lower));
            sure4.Prepare(all);
            sure6.Prepare(all);
            Work(sure4, tails, all);
            Work(sure6, tails, all);
        }
        var uses = v4.Uses.Concat(v6.Uses).ToLookup(static u => u.Rule, ReferenceEqualityComparer.Instance);
        foreach (var (device, lines) in linesOf)
        {
            // Replies come with translated addresses: which rules without state they need isn't worked out.
            if (device.Nat.Length > 0 && device.Filters.Any(static f => !f.Stateful))
            {
                notes.Add($"{device.Name}: アドレス変換があり状態を見ない機器なので、不要・広すぎる許可は調べていません。 / unneeded and over-wide rules aren't looked for, as it translates addresses and keeps no state.");
                continue;
            }
            foreach (var line in lines.All)
            {
                cancel.ThrowIfCancellationRequested();
                if (!line.IsWritten || line.Rules[0].Action != RuleAction.Accept || gone.Contains(line)) continue;
                RuleUse[] its = [.. line.Rules.SelectMany(r => uses[r])];
                if (its.Length == 0)
                {
                    if (First(line, v4.Excess, v6.Excess) is { } passes) faults.Add(new RuleFault.NeverNeeded(line.Ref, passes.From, passes.To, passes.Example));
                }
                else if (line.IsCertain && First(line, sure4.Excess, sure6.Excess) is { } excess)
                {
                    faults.Add(new RuleFault.OverWide(line.Ref, [.. its.Select(static u => u.Flow).Where(static f => f.Id != Inside).DistinctBy(static f => f.Id)], excess.From, excess.To, excess.Example, Narrower(device, line, its)));
                }
            }
        }
        return Broken(v4, v6, sure4, sure6);
    }

    private static RuleExcess? First(RuleLine line, Dictionary<Rule, RuleExcess> v4, Dictionary<Rule, RuleExcess> v6)
    {
        foreach (var rule in line.Rules)
            if (v4.TryGetValue(rule, out var excess) || v6.TryGetValue(rule, out excess)) return excess;
        return null;
    }

    private void Work<T>(FlowUse<T> use, TailTable tails, AllowedFlow[] flows)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>, System.Numerics.IMinMaxValue<T>
    {
        var classes = KindClasses.Of(KindClasses.Opening(), tails.Tails);
        var stateless = devices.Any(static d => d.Filters.Any(static f => !f.Stateful));
        for (var round = 0; round < classes.Rounds; round++)
        {
            use.Begin(classes, round);
            foreach (var flow in flows)
            {
                cancel.ThrowIfCancellationRequested();
                if (policy.Find(flow.From) is not { } sender || policy.Find(flow.To) is not { } receiver) continue;
                var (source, destination) = (sender with { Addresses = flow.Source }, receiver with { Addresses = flow.Destination });
                use.Follow(flow, flow.Services, source, destination, false);
                if (stateless) use.Follow(flow, Reversed(flow.Services), destination, source, true);
            }
            // What a zone sends to itself is nobody's business here: a rule that it uses is needed.
            foreach (var zone in policy.Zones) use.Follow(new(Inside, zone.Id, zone.Id, zone.Addresses, zone.Addresses, ServiceSet.Any, 0), ServiceSet.Any, zone, zone, false);
            // Nor what the Internet zone sends by the security cloud.
            if (policy.SecurityCloud is { Via.IsEmpty: false })
                foreach (var office in policy.Zones.Where(static z => z.Kind == ZoneKind.Internet))
                    foreach (var world in policy.Zones.Where(static z => z.Kind == ZoneKind.Outside))
                        use.Follow(new(Inside, office.Id, world.Id, office.Addresses, world.Addresses, ServiceSet.Any, 0), ServiceSet.Any, office, world, false);
            foreach (var from in policy.Zones)
                foreach (var to in policy.Zones)
                {
                    cancel.ThrowIfCancellationRequested();
                    if (!ReferenceEquals(from, to)) use.Look(from, to, (device, outbound) => IsCloud(from, to, device, outbound));
                }
        }
    }

    private bool IsCloud(Zone from, Zone to, Device device, string outbound) =>
        from.Kind == ZoneKind.Internet && to.Kind == ZoneKind.Outside && policy.SecurityCloud is { } cloud && cloud.Via.Contains($"{device.Name}/{outbound}");

    private static ServiceSet Reversed(ServiceSet services) => new([.. services.Services.Select(static s => s with { SourcePorts = s.DestinationPorts, DestinationPorts = s.SourcePorts, Icmp = IntervalSet<ushort>.All })]);

    /// <summary>Rules for exactly what the flows need, in the place of a line; proved to treat every packet of every flow as before.</summary>
    private IReadOnlyList<Traffic> Narrower(Device device, RuleLine line, RuleUse[] uses)
    {
        if (++proposals > MostProposals)
        {
            notes.Add($"広すぎる許可が多いので、狭い案は {MostProposals} 件まで示します。 / Narrower rules are proposed for {MostProposals} at most.");
            return [];
        }
        var rules = new List<Rule>();
        foreach (var use in uses)
        {
            // What differs only in who sends is one rule: a zone comes to a filter by pieces, one for each way in.
            var narrow = use.Rule with { May = use.Needs };
            var like = rules.FindIndex(r => RuleSequence.Same(r with { May = r.May with { Source = narrow.May.Source } }, narrow));
            if (like < 0) rules.Add(narrow);
            else rules[like] = narrow with { May = narrow.May with { Source = narrow.May.Source.Union(rules[like].May.Source) } };
        }
        var put = false;
        var chains = device.Chains.Select(chain => chain with
        {
            Rules = [.. chain.Rules.SelectMany(rule =>
            {
                if (!line.Rules.Contains(rule)) return (IEnumerable<Rule>)[rule];
                if (!ReferenceEquals(rule, line.Rules[0])) return [];
                put = true;
                return rules;
            })],
        }).ToImmutableArray();
        var after = device with { Chains = chains };
        if (!put) return [];
        foreach (var place in uses.GroupBy(static u => (u.Filter, u.Inbound, u.Outbound)))
            if (!FilterDifference.IsSame(device, after, place.Key.Filter, place.Key.Inbound, place.Key.Outbound, [.. place.Select(static u => u.Came)])) return [];
        return [.. rules.Select(static r => new Traffic(r.May.Source, r.May.Destination, r.May.Services)).Distinct()];
    }

    private List<BrokenFlow> Broken(FlowUse<uint> v4, FlowUse<UInt128> v6, FlowUse<uint> sure4, FlowUse<UInt128> sure6)
    {
        var broken = new List<BrokenFlow>();
        foreach (var (flow, works) in ZoneVerification.Working(policy, readings, day))
        {
            var stops = new List<FlowStop>();
            // A gateway is allowed to whole zones: that a part of one is kept from it is no fault. Nor that hosts are reached by a forwarding address alone.
            if (works != FlowWorks.Yes || !(flow.IsGateway || devices.Any(d => d.Nat.Any(n => n is { Kind: NatKind.Destination, To: { } server } && server.Overlaps(flow.Destination)))))
            {
                Add(v4.Stops.GetValueOrDefault(flow, []), false);
                Add(v6.Stops.GetValueOrDefault(flow, []), false);
            }
            if (works == FlowWorks.Perhaps)
            {
                Add(sure4.Stops.GetValueOrDefault(flow, []), true);
                Add(sure6.Stops.GetValueOrDefault(flow, []), true);
            }
            if (works != FlowWorks.Yes || stops.Count > 0) broken.Add(new(flow, works, stops));

            void Add(List<FlowUseStop> found, bool perhaps)
            {
                foreach (var (device, filter, inbound, outbound, rule, example) in found)
                {
                    var source = rule?.Source ?? filter.Source;
                    if (stops.Exists(s => s.Device == device.Name && s.Filter == filter.Name && s.Source == source)) continue;
                    // Where there are two ways, what one stops may pass by the other.
                    if (works == FlowWorks.Yes && PacketWalk.Follow(policy, devices, example).Any(static w => w[^1].Outcome == StepOutcome.Arrives)) continue;
                    stops.Add(new(device.Name, filter.Name, inbound, outbound, linesOf[device].Of(rule)?.Ref, source, example, perhaps));
                }
            }
        }
        return broken;
    }
}
