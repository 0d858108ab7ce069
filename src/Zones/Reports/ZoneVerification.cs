using System.Numerics;
using Sekisho.Assurance;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Engine;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using Sekisho.Zones.Policies;

namespace Sekisho.Zones.Reports;

/// <summary>How a verification is done.</summary>
/// <param name="Certified">Ask both engines every question; they must agree.</param>
/// <param name="MostViolations">Stop collecting for a pair of zones at this many.</param>
public sealed record VerifyOptions(bool Certified = false, int MostViolations = 10_000);

/// <summary>The door of the engine: zone policy + configurations → proof, packet, or what keeps it open. Pure: no clock, no files.</summary>
public sealed partial class ZoneVerification
{
    private readonly ZonePolicy policy;
    private readonly IReadOnlyList<ConfigReading> readings;
    private readonly DateOnly day;
    private readonly VerifyOptions options;
    private readonly Topology topology;
    private readonly TailTable tails = new();
    private readonly bool uncertain;
    private readonly Engines<uint> v4;
    private readonly Engines<UInt128> v6;
    private readonly KindClasses opening;
    private readonly KindClasses stray;
    private readonly List<ReadError> findings = [];
    private readonly Dictionary<Device, Rule[]> unsure = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Device, Rule[]> unsureOfItself = new(ReferenceEqualityComparer.Instance);

    private ZoneVerification(ZonePolicy policy, IReadOnlyList<ConfigReading> readings, DateOnly day, VerifyOptions options)
    {
        (this.policy, this.readings, this.day, this.options) = (policy, readings, day, options);
        Device[] devices = [.. readings.SelectMany(static r => r.Devices).Distinct()];
        topology = new(devices, policy);
        // Where one device gives sources new addresses and another destinations, who a flow is from is lost before it is known where it goes.
        var translates = devices.Any(a => a.Nat.Any(static n => n.Kind == NatKind.Source && n.To is not null) && devices.Any(b => !ReferenceEquals(a, b) && b.Nat.Any(static n => n.Kind == NatKind.Destination && n.To is not null)));
        uncertain = translates || topology.IsUncertain || devices.Any(static d => d.Nat.Any(static n => n.Must is not null) || d.Chains.Any(static c => c.Rules.Any(static r => r.Must is not null || r.Action == RuleAction.Unknown)));
        v4 = new(topology, tails, options.Certified);
        v6 = new(topology, tails, options.Certified);
        var flows = policy.Zones.SelectMany(a => policy.Zones.SelectMany(b => policy.FlowsOn(a, b, day))).ToArray();
        // Tails are the same in both families and bounds.
        v4.Of(Bound.Upper).Prepare(flows);
        opening = KindClasses.Of(KindClasses.Opening(), tails.Tails);
        stray = KindClasses.Of(KindClasses.Stray(), tails.Tails);
    }

    /// <param name="day">Flows that ended before it are no longer allowed.</param>
    public static ZoneReport Verify(ZonePolicyReading policy, IReadOnlyList<ConfigReading> readings, DateOnly day, VerifyOptions? options = null)
    {
        if (policy.Policy is null) throw new ArgumentException("the policy has mistakes", nameof(policy));
        var run = new ZoneVerification(policy.Policy, HostFiles.Join(readings), day, options ?? new());
        var checks = new List<ZoneCheck>();
        foreach (var from in policy.Policy.Zones)
            foreach (var to in policy.Policy.Zones)
                if (!ReferenceEquals(from, to)) checks.Add(run.Check(from, to));
        run.SharedVlans();
        run.Exits();
        var flows = run.Flows();
        return new(policy.Policy, day, checks, [.. policy.Findings, .. run.findings], flows);
    }

    /// <summary>Whether each allowed flow of the day gets through; those of zones that no device shows are left out.</summary>
    internal static IReadOnlyList<FlowState> Working(ZonePolicy policy, IReadOnlyList<ConfigReading> readings, DateOnly day) => new ZoneVerification(policy, readings, day, new()).Flows();

    private ZoneCheck Check(Zone from, Zone to)
    {
        List<Violation> all = [], certain = [], strays = [];
        var reasons = new List<Bilingual>();
        v4.Begin();
        v6.Begin();
        AllowedFlow[] flows = [.. policy.FlowsOn(from, to, day)];
        AllowedFlow[] back = [.. policy.FlowsOn(to, from, day)];
        foreach (var shared in SharedWires(from, to)) certain.Add(shared);
        all.AddRange(certain);
        foreach (var empty in new[] { from, to }.Where(static z => z.Addresses.IsEmpty))
            reasons.Add(new($"領域「{empty.Name}」のアドレスがありません（書いていないか、ほかの領域の長いプレフィックスがすべて持っています）。", $"The zone '{empty.Id}' has no addresses: none are written, or longer prefixes of other zones have them all."));
        if (!topology.Knows(from) || !topology.Knows(to))
            reasons.Add(new($"領域「{(topology.Knows(from) ? to : from).Name}」が、どの機器につながるのか設定からはわかりません。", $"The configurations don't show where the zone '{(topology.Knows(from) ? to : from).Id}' is."));
        if (!(IsBeyond(from) && IsBeyond(to)) && topology.MeetingPlace(from, to) is { } place && certain.Count == 0)
            reasons.Add(new($"領域「{from.Name}」と「{to.Name}」は、どちらも {place.Device.Name}/{place.Interface} の先にあります。その先の機器の設定がないので、じかに通信できないとは言えません。", $"The zones '{from.Id}' and '{to.Id}' are both behind {place.Device.Name}/{place.Interface}; without the configurations of what is there, they may meet without a filter."));
        var ways = new PathSet();
        foreach (var arrival in Collect(from, to, flows, opening, Bound.Upper, false, all)) ways.Add(arrival.Path);
        // What can't be worked out lets everything pass in the upper bound: it makes no violation certain.
        if (uncertain || v4.Troubles.Any() || v6.Troubles.Any()) Collect(from, to, flows, opening, Bound.Lower, false, certain);
        else certain = all;
        // Replies of what is allowed the other way are no strays.
        Collect(from, to, [.. flows, .. back.Select(static f => f with { Source = f.Destination, Destination = f.Source, Services = Reversed(f.Services) })], stray, Bound.Upper, true, strays, null, ways);
        if (strays.Count > 0)
        {
            var paths = all.Select(PathKey).ToHashSet(StringComparer.Ordinal);
            strays.RemoveAll(s => paths.Contains(PathKey(s)));
        }

        var (verdict, lines) = Conclude(all, certain, reasons);
        return new(from, to, verdict, strays, lines);
    }

    /// <summary>One of the four results, never rounded up: from what may arrive, what does for certain, and what keeps it open.</summary>
    private (CheckVerdict Verdict, NotUnderstood[] Lines) Conclude(List<Violation> all, List<Violation> certain, List<Bilingual> reasons)
    {
        var lines = NotUnderstoodOnTheWay();
        foreach (var reading in readings.Where(static r => !r.Errors.IsEmpty))
            reasons.Add(new($"{reading.File} を読めません：{reading.Errors[0].What.Ja}", $"{reading.File} can't be read: {reading.Errors[0].What.En}"));
        foreach (var trouble in v4.Troubles.Concat(v6.Troubles).Distinct()) reasons.Add(new($"確かめきれない所があります（{trouble}）。", $"Something can't be worked out ({trouble})."));
        if (v4.Disagreements + v6.Disagreements > 0) reasons.Add(new("二つの検証方法の答えが一致しません。開発元に知らせてください。", "The two engines disagree. Please report this."));
        var undecided = all.Count > certain.Count ? all : [];
        CheckVerdict verdict =
            certain.Count > 0 ? new CheckVerdict.Violated(certain)
            : undecided.Count > 0 && undecided.Exists(static v => v.Unknowns.Any(static u => u.Kind != UnknownKind.NotUnderstood)) && !undecided.Exists(static v => v.Unknowns.Any(static u => u.Kind == UnknownKind.NotUnderstood))
                && reasons.Count == 0 && lines.Count == 0 ? new CheckVerdict.ViolatedIf(undecided)
            : undecided.Count > 0 || reasons.Count > 0 || lines.Count > 0 ? new CheckVerdict.NotAssessed(undecided, reasons)
            : new CheckVerdict.Proved();
        lines.AddRange(undecided.SelectMany(static v => v.Unknowns.Where(static u => u.Kind == UnknownKind.NotUnderstood).SelectMany(u => LinesOf(u, v))));
        return (verdict, [.. lines.Distinct()]);
    }

    /// <summary>Networks of others: what they do among themselves is not ours to prove.</summary>
    private static bool IsBeyond(Zone zone) => zone.Kind is ZoneKind.Outside or ZoneKind.Cloud;

    private static IEnumerable<NotUnderstood> LinesOf(Unknown unknown, Violation violation) =>
        violation.Path.Where(static p => p.Source.FirstLine > 0).Take(1).Select(p => new NotUnderstood(p.Source, unknown.Name, new Touch.InPlace()));

    private static string PathKey(Violation violation) => string.Join(">", violation.Path.Select(static p => $"{p.Device}|{p.Source}|{p.Rule}|{p.Inbound}|{p.Outbound}"));

    private static ServiceSet Reversed(ServiceSet services) => new([.. services.Services.Select(static s => s with { SourcePorts = s.DestinationPorts, DestinationPorts = s.SourcePorts })]);

    /// <param name="known">Ways that are told already.</param>
    private List<Arrival> Collect(Zone from, Zone to, AllowedFlow[] flows, KindClasses classes, Bound bound, bool replies, List<Violation> violations, ServiceSet? only = null, PathSet? known = null)
    {
        var arrivals = new List<Arrival>();
        for (var round = 0; round < classes.Rounds; round++)
        {
            if (!from.Addresses.V4.IsEmpty && !to.Addresses.V4.IsEmpty) v4.Of(bound).Run(from, to, flows, replies, Excused, classes, round, options.MostViolations, arrivals, only, known);
            if (!from.Addresses.V6.IsEmpty && !to.Addresses.V6.IsEmpty) v6.Of(bound).Run(from, to, flows, replies, Excused, classes, round, options.MostViolations, arrivals, only, known);
        }
        foreach (var arrival in arrivals) violations.Add(Say(arrival));
        return arrivals;

        bool Excused(Device device, string outbound) =>
            from.Kind == ZoneKind.Internet && to.Kind == ZoneKind.Outside && policy.SecurityCloud is { } cloud && cloud.Via.Contains($"{device.Name}/{outbound}");
    }

    /// <summary>Rules of a device that may keep something from passing, if only one knew. Lists that an own filter may ask let in and stop nothing.</summary>
    private Rule[] UnsureOf(Device device, bool itself)
    {
        var known = itself ? unsureOfItself : unsure;
        if (!known.TryGetValue(device, out var rules)) known.Add(device, rules = [.. Reached(device, itself ? device.OwnFilters : device.Filters).SelectMany(static c => c.Rules).Where(r => r.Must is not null && r.Action != RuleAction.Accept && !(itself && r.Action == RuleAction.Jump))]);
        return rules;
    }

    /// <summary>The chains that some filters ask, each once: what guards a device itself keeps nothing from passing through it.</summary>
    private static List<Chain> Reached(Device device, IEnumerable<Filter> filters)
    {
        var names = filters.Select(static f => f.Chain).ToHashSet(StringComparer.Ordinal);
        var found = new List<Chain>();
        for (var before = -1; before < found.Count;)
        {
            before = found.Count;
            foreach (var chain in device.Chains)
                if (names.Contains(chain.Name) && !found.Contains(chain))
                {
                    found.Add(chain);
                    names.UnionWith(chain.Rules.Select(static r => r.Target).OfType<string>());
                }
        }
        return found;
    }

    private Violation Say(Arrival arrival)
    {
        var unknowns = new HashSet<Unknown>();
        foreach (var step in arrival.Path)
        {
            if (step.Rule is { } rule) unknowns.UnionWith(rule.Unknowns);
            if (step.Nat is { } nat) unknowns.UnionWith(nat.Unknowns);
            if (step.Device.RoutesUnknown && !Topology.IsLone(step.Device)) unknowns.Add(new(UnknownKind.RunTime, $"{step.Device.Name}: 動的な経路 / dynamic routes"));
            if (step.Filter is null) continue;
            // What might have stopped it, if one only knew.
            foreach (var other in UnsureOf(step.Device, step.Filter.Place == FilterPlace.Own))
                if (other.May.Source.Overlaps(arrival.Traffic.Source) && other.May.Destination.Overlaps(arrival.Traffic.Destination)) unknowns.UnionWith(other.Unknowns);
        }
        return new(arrival.Example, [.. arrival.Path.Select(s => Say(s, arrival.Example.Source.IsV6))], arrival.Traffic, [.. unknowns]) { SwitchedOff = SwitchedOff(arrival) };
    }

    /// <summary>Disabled denials of the devices on the way that hold some of what arrives.</summary>
    private static PathStep[] SwitchedOff(Arrival arrival) =>
        [.. arrival.Path.Where(static s => s.Filter is { Place: FilterPlace.Forward }).SelectMany(step => step.Device.Disabled
            .Where(r => r.May.In.Contains(step.Inbound) && r.May.Out.Contains(step.Outbound) && r.May.Source.Overlaps(arrival.Traffic.Source) && r.May.Destination.Overlaps(arrival.Traffic.Destination))
            .Select(r => new PathStep(step.Device.Name, r.Source, r.Name, step.Inbound, step.Outbound)))];

    private static PathStep Say(Step step, bool v6)
    {
        if (step.Nat is { } nat) return new(step.Device.Name, nat.Source, nat.Name.Length > 0 ? nat.Name : "nat", step.Inbound, step.Outbound);
        if (step.Rule is { } rule) return new(step.Device.Name, rule.Source, rule.Name.Length > 0 ? rule.Name : step.Filter?.Name ?? rule.Source.Of, step.Inbound, step.Outbound);
        if (step.Filter is null && step.Outbound.Length == 0) return new(step.Device.Name, step.Device.Interfaces.FirstOrDefault(i => i.Name == step.Inbound)?.Source ?? SourceRef.Implicit(step.Device.Name, "itself"), "機器自身 / the device itself", step.Inbound, "", false);
        if (step.Filter is { } filter) return new(step.Device.Name, filter.Source, $"{filter.Name}: default {filter.Default}".ToLowerInvariant(), step.Inbound, step.Outbound);
        // Where one of the two interfaces filters the other family, that is where somebody forgot this one.
        NetInterface? Of(string name) => step.Device.Interfaces.FirstOrDefault(i => i.Name == name);
        bool FiltersOther(string name) => step.Device.Filters.Any(f => f.OnlyV6 == !v6 && (f.Place == FilterPlace.Inbound ? !f.In.IsAny && f.In.Contains(name) : f.Place == FilterPlace.Outbound && !f.Out.IsAny && f.Out.Contains(name)));
        var forgotten = new[] { step.Outbound, step.Inbound }.FirstOrDefault(FiltersOther);
        var source = (forgotten is null ? null : Of(forgotten)?.Source) ?? Of(step.Outbound)?.Source ?? Of(step.Inbound)?.Source;
        return new(step.Device.Name, source ?? SourceRef.Implicit(step.Device.Name, "no filter"), forgotten is null ? "no filter" : $"no filter for {(v6 ? "IPv6" : "IPv4")}", step.Inbound, step.Outbound, false);
    }

    /// <summary>Lines that aren't understood at devices that packets of this pair got to.</summary>
    private List<NotUnderstood> NotUnderstoodOnTheWay()
    {
        var visited = v4.Visited.Concat(v6.Visited).ToArray();
        var lines = new List<NotUnderstood>();
        foreach (var reading in readings)
        {
            var of = visited.Where(v => reading.Devices.Contains(topology.Devices[v.Device])).ToArray();
            // Lines of an interface whose addresses nobody knows: packets may come there, though no way to it is known.
            var unknown = reading.Devices.SelectMany(static d => d.Interfaces.Where(static i => i is { Enabled: true, Routed: true, Addresses.IsEmpty: true, DynamicAddress: false })).ToArray();
            if (unknown.Length > 0) lines.AddRange(reading.Lines.NotUnderstood.Where(l => l.Touches.Match(static _ => false, i => unknown.Any(u => !i.Interfaces.IsAny && i.Interfaces.Contains(u.Name)), static _ => false)));
            if (of.Length == 0) continue;
            lines.AddRange(reading.Lines.NotUnderstood.Where(l => l.Touches.Match(static _ => false, i => of.Any(v => i.Interfaces.Contains(v.Inbound) || (v.Outbound.Length > 0 && i.Interfaces.Contains(v.Outbound))), static _ => true)));
        }
        return lines;
    }

    /// <summary>Two zones on one interface: hosts reach each other without any filter.</summary>
    private IEnumerable<Violation> SharedWires(Zone from, Zone to)
    {
        foreach (var device in topology.Devices)
            foreach (var i in device.Interfaces)
            {
                if (!i.Enabled) continue;
                var own = AddressSet.UnionOf(i.Addresses.Select(static a => AddressSet.Of(a.Prefix)));
                var (here, there) = (own.Intersect(from.Addresses), own.Intersect(to.Addresses));
                if (here.IsEmpty || there.IsEmpty || here.V4.IsEmpty != there.V4.IsEmpty && here.V6.IsEmpty != there.V6.IsEmpty) continue;
                yield return new(
                    new(First(here), First(there), Protocols.Tcp, 49152, 443) { Flags = TcpFlags.Syn, State = ConnectionStates.New, Fragment = Fragments.WholeOrFirst },
                    [new(device.Name, i.Source, i.Vlan is { } vlan ? $"shared VLAN {vlan}, no filter" : "shared interface, no filter", i.Name, i.Name, false)], new(here, there, ServiceSet.Any), []);
            }

        static Address First(AddressSet set) => set.V4.IsEmpty ? Address.V6(set.V6.Bounds[0]) : Address.V4(set.V4.Bounds[0] == set.V4.Bounds[1] ? set.V4.Bounds[0] : set.V4.Bounds[0] + 1);
    }

    /// <summary>A VLAN number with addresses of two zones, on whatever devices: filters between interfaces don't see what bridges.</summary>
    private void SharedVlans()
    {
        var seen = new Dictionary<int, List<(Zone Zone, string Where)>>();
        foreach (var zone in policy.Zones)
        {
            foreach (var vlan in zone.Vlans) Add(vlan, zone, $"{policy.File}:{zone.Line}");
            foreach (var device in topology.Devices)
                foreach (var i in device.Interfaces)
                    if (i is { Enabled: true, Vlan: { } vlan } && i.Addresses.Any(a => zone.Kind != ZoneKind.Outside && AddressSet.Of(a.Prefix).Overlaps(zone.Addresses))) Add(vlan, zone, i.Source.ToString());
        }
        foreach (var (vlan, places) in seen.OrderBy(static s => s.Key))
        {
            var zones = places.DistinctBy(static p => p.Zone.Id).ToArray();
            if (zones.Length < 2) continue;
            findings.Add(new ReadError("ZON-VLAN-001", string.Join(", ", zones.Select(static z => z.Where)), new(
                $"VLAN {vlan} を、領域「{zones[0].Zone.Name}」と「{zones[1].Zone.Name}」がともに使っています。同じVLANの中の通信は、どのフィルタも通りません。",
                $"VLAN {vlan} is used by the zones '{zones[0].Zone.Id}' and '{zones[1].Zone.Id}'. What stays inside a VLAN meets no filter."),
                new("VLANを分けるか、つながっていないことを図面で確かめてください。", "Use separate VLANs, or make sure that they aren't connected.")));
        }

        void Add(int vlan, Zone zone, string where)
        {
            if (!seen.TryGetValue(vlan, out var places)) seen.Add(vlan, places = []);
            places.Add((zone, where));
        }
    }

    /// <summary>Exits of the security cloud that no configuration has: a slip there excuses nothing, and nobody would see why.</summary>
    private void Exits()
    {
        foreach (var via in policy.SecurityCloud?.Via ?? [])
            if (!topology.Devices.Any(d => via.StartsWith(d.Name + "/", StringComparison.Ordinal) && Topology.InterfacesOf(d).Contains(via[(d.Name.Length + 1)..])))
                findings.Add(new ReadError("ZON-POLICY-022", $"{policy.File}:{policy.SecurityCloud!.Line}", new($"セキュリティクラウドへの出口「{via}」が、どの設定にもありません。", $"The security cloud's exit '{via}' is in no configuration."), new("機器の名前とインターフェースの名前を、設定のとおりに書いてください。", "Write the device and its interface as the configurations name them.")));
    }

    private List<FlowState> Flows()
    {
        var states = new List<FlowState>();
        foreach (var flow in policy.Flows)
        {
            if (!flow.HoldsOn(day))
            {
                findings.Add(new ReadError("ZON-FLOW-002", $"{policy.File}:{flow.Line}", new($"許可する通信「{flow.Id}」の期限（{flow.Until:yyyy-MM-dd}）が過ぎています。許可がないものとして検証しました。", $"The allowed flow '{flow.Id}' ended on {flow.Until:yyyy-MM-dd}; it counts as not allowed."), new("続けるなら承認を取り直し、やめるなら設定から外してください。", "Have it approved anew, or take it out of the configurations.")));
                continue;
            }
            if (policy.Find(flow.From) is not { } sender || policy.Find(flow.To) is not { } receiver || !topology.Knows(sender) || !topology.Knows(receiver)) continue;
            List<Violation> surely = [], perhaps = [];
            var (source, destination) = (sender with { Addresses = flow.Source }, receiver with { Addresses = flow.Destination });
            Collect(source, destination, [], opening, uncertain ? Bound.Lower : Bound.Upper, false, surely, flow.Services);
            if (uncertain && surely.Count == 0) Collect(source, destination, [], opening, Bound.Upper, false, perhaps, flow.Services);
            var works = surely.Count > 0 ? FlowWorks.Yes : perhaps.Count > 0 ? FlowWorks.Perhaps : FlowWorks.No;
            states.Add(new(flow, works));
            if (works == FlowWorks.No)
                findings.Add(new ReadError("ZON-FLOW-001", $"{policy.File}:{flow.Line}", new($"許可する通信「{flow.Id}」は、今の設定では届きません。", $"The allowed flow '{flow.Id}' doesn't get through the configurations as they are."), new("設定を直すか、使わない通信なら許可から外してください。", "Correct the configurations, or take the flow out of the policy.")));
        }
        return states;
    }

    /// <summary>The searches of one family, upper and lower, made when first asked for.</summary>
    private sealed class Engines<T>(Topology topology, TailTable tails, bool certified)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        private readonly FlowSearch<T> upper = new(topology, tails, Bound.Upper) { Certified = certified };
        private readonly FlowSearch<T> lower = new(topology, tails, Bound.Lower) { Certified = certified };

        public IEnumerable<(int Device, string Inbound, string Outbound)> Visited => upper.Visited;

        public IEnumerable<string> Troubles => upper.Troubles;

        public int Disagreements => upper.Disagreements + lower.Disagreements;

        public FlowSearch<T> Of(Bound bound) => bound == Bound.Upper ? upper : lower;

        public void Begin()
        {
            upper.Visited.Clear();
            upper.Troubles.Clear();
            lower.Troubles.Clear();
        }
    }
}
