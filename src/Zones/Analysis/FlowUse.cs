using System.Numerics;
using Sekisho.Zones.Engine;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using Sekisho.Zones.Policies;

namespace Sekisho.Zones.Analysis;

/// <summary>A use of a rule by an allowed flow.</summary>
/// <param name="Needs">The packets of the flow that the rule lets pass, as a match of its own.</param>
/// <param name="Came">The packets of the flow that come to the filter.</param>
internal sealed record RuleUse(AllowedFlow Flow, Rule Rule, int Device, Filter Filter, string Inbound, string Outbound, Match Needs, Match Came);

/// <summary>A packet between zones that a rule lets pass, though no allowed flow holds it.</summary>
internal sealed record RuleExcess(Zone From, Zone To, ExamplePacket Example);

/// <summary>Packets of an allowed flow that a filter stops.</summary>
/// <param name="Rule">Null: its default does.</param>
internal sealed record FlowUseStop(Device Device, Filter Filter, string Inbound, string Outbound, Rule? Rule, ExamplePacket Example);

/// <summary>Which rules allowed flows use, what stops them, and what else passes between zones: each filter looked at by itself, as if the others let all pass.</summary>
internal sealed class FlowUse<T>
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    /// <summary>More rules than this that stop one flow at one filter aren't told.</summary>
    private const int MostStops = 4;

    private readonly Topology topology;
    private readonly FlowSearch<T> search;
    private readonly Dictionary<(int, Filter, string, string), List<int>> allowed = [];
    private readonly Ints covers = new();
    private KindClasses classes = null!;
    private int round;
    private Action<FlowSearch<T>.Meeting> watch = static _ => { };

    public FlowUse(Topology topology, TailTable tails, Bound bound)
    {
        this.topology = topology;
        search = new(topology, tails, bound) { Watch = meeting => watch(meeting) };
    }

    /// <summary>Uses, each told once for a rule, a flow and a place.</summary>
    public List<RuleUse> Uses { get; } = [];

    public Dictionary<Rule, RuleExcess> Excess { get; } = new(ReferenceEqualityComparer.Instance);

    public Dictionary<AllowedFlow, List<FlowUseStop>> Stops { get; } = [];

    public IEnumerable<string> Troubles => search.Troubles;

    public void Prepare(IReadOnlyList<AllowedFlow> flows) => search.Prepare(flows);

    public void Begin(KindClasses classes, int round)
    {
        (this.classes, this.round) = (classes, round);
        allowed.Clear();
    }

    /// <summary>Brings an allowed flow to every filter on its way.</summary>
    /// <param name="replies">It is the way back of an allowed flow, for filters without state.</param>
    public void Follow(AllowedFlow flow, ServiceSet services, Zone from, Zone to, bool replies)
    {
        watch = meeting => Meets(meeting, flow, replies);
        Run(from, to, services);
    }

    /// <summary>Looks for what else passes from one zone to another.</summary>
    public void Look(Zone from, Zone to, Func<Device, string, bool> excused)
    {
        watch = meeting => Exceeds(meeting, from, to);
        Run(Routed(from), Routed(to), null, excused);
    }

    private static Zone Routed(Zone zone) => zone with { Addresses = zone.Addresses.Except(OnTheWire) };

    /// <summary>Link-local addresses and multicast: they stay on their wire, whichever zone has the rest of the world.</summary>
    private static readonly AddressSet OnTheWire = AddressSet.UnionOf([
        AddressSet.Of(new AddressPrefix(Address.V4(0xA9FE0000), 16)), AddressSet.Of(new AddressPrefix(Address.V4(0xE0000000), 4)),
        AddressSet.Of(new AddressPrefix(Address.V6((UInt128)0xFE80 << 112), 10)), AddressSet.Of(new AddressPrefix(Address.V6((UInt128)0xFF00 << 112), 8))]);

    private void Run(Zone from, Zone to, ServiceSet? only, Func<Device, string, bool>? excused = null)
    {
        if (Universe<T>.FamilyOf(from.Addresses).IsEmpty || Universe<T>.FamilyOf(to.Addresses).IsEmpty) return;
        search.Run(from, to, [], false, excused ?? (static (_, _) => false), classes, round, 1, [], only);
    }

    private void Meets(FlowSearch<T>.Meeting meeting, AllowedFlow flow, bool replies)
    {
        if (replies && (meeting.Filter.Stateful || topology.Devices[meeting.Device].Nat.Length > 0)) return;
        var universe = search.Universe;
        var slice = search.SliceOf(meeting);
        if (slice.Program.Trouble is not null) return;
        var came = Came(meeting, replies);
        foreach (var entry in slice.Accepting(meeting.Region, true))
        {
            // What can't be worked out counts as used: nothing is said of it then.
            if (universe.RuleOf(entry) is not { } rule || (!Decides(meeting, slice, entry, [], out _) && !search.Residual.Exhausted)) continue;
            var needs = new Match
            {
                Source = came.Source.Intersect(rule.May.Source), Destination = came.Destination.Intersect(rule.May.Destination), Services = Both(came.Services, rule.May.Services),
                States = rule.May.States, Fragments = rule.May.Fragments, In = rule.May.In, Out = rule.May.Out,
            };
            if (!Uses.Exists(u => ReferenceEquals(u.Rule, rule) && u.Flow == flow && u.Device == meeting.Device && u.Filter == meeting.Filter && u.Inbound == meeting.Inbound && u.Outbound == meeting.Outbound && Same(u.Needs, needs)))
                Uses.Add(new(flow, rule, meeting.Device, meeting.Filter, meeting.Inbound, meeting.Outbound, needs, came));
        }
        if (!replies && flow.From != flow.To) Stopped(meeting, slice, flow);
        Allow(meeting, replies);
    }

    /// <summary>What of a flow this filter stops.</summary>
    private void Stopped(FlowSearch<T>.Meeting meeting, Slice<T> slice, AllowedFlow flow)
    {
        var universe = search.Universe;
        if (!Stops.TryGetValue(flow, out var stops)) Stops.Add(flow, stops = []);
        var before = stops.Count;
        foreach (var entry in slice.Entries)
        {
            if (stops.Count - before >= MostStops) return;
            var mark = universe.Mark;
            if (universe[entry].Role == Role.Drop && Decides(meeting, slice, entry, [], out var piece)) Add(universe.RuleOf(entry), piece);
            universe.Release(mark);
        }
        if (slice.Program.Filter.Default == RuleAction.Accept) return;
        var all = universe.Mark;
        covers.Count = 0;
        slice.Earlier(meeting.Region, int.MaxValue, covers);
        foreach (var cover in meeting.Covers) covers.Add(cover);
        if (search.Residual.Find(meeting.Region, covers.Span, out var rest)) Add(null, rest);
        universe.Release(all);

        void Add(Rule? rule, in Region piece)
        {
            if (stops.Exists(s => ReferenceEquals(s.Rule, rule) && ReferenceEquals(s.Filter, meeting.Filter))) return;
            stops.Add(new(topology.Devices[meeting.Device], meeting.Filter, meeting.Inbound, meeting.Outbound, rule, Traffic.Pick(universe, classes, round, piece)));
        }
    }

    /// <summary>Whether an entry decides something of what comes to its filter.</summary>
    private bool Decides(FlowSearch<T>.Meeting meeting, Slice<T> slice, int entry, IReadOnlyList<int> besides, out Region piece)
    {
        var universe = search.Universe;
        piece = default;
        if (!universe.Meet(meeting.Region, entry, out var met)) return false;
        covers.Count = 0;
        slice.Earlier(met, entry, covers);
        universe.GuardsOf(entry, covers);
        foreach (var cover in meeting.Covers) covers.Add(cover);
        foreach (var cover in besides) covers.Add(cover);
        return search.Residual.Find(met, covers.Span, out piece);
    }

    private void Exceeds(FlowSearch<T>.Meeting meeting, Zone from, Zone to)
    {
        var universe = search.Universe;
        var slice = search.SliceOf(meeting);
        if (slice.Program.Trouble is not null) return;
        var besides = allowed.GetValueOrDefault((meeting.Device, meeting.Filter, meeting.Inbound, meeting.Outbound), []);
        foreach (var entry in slice.Accepting(meeting.Region, true))
        {
            if (universe.RuleOf(entry) is not { } rule || Excess.ContainsKey(rule)) continue;
            // "permit ip any any" on one side of a device leaves the decision to its other filters.
            if (meeting.IsOneOfMany && rule.May.Source.V4.IsAll == rule.May.Destination.V4.IsAll && rule.May.Source.V6.IsAll == rule.May.Destination.V6.IsAll && (rule.May.Source.V4.IsAll || rule.May.Source.V6.IsAll) && rule.May.Services.IsAny) continue;
            var mark = universe.Mark;
            if (Decides(meeting, slice, entry, besides, out var piece)) Excess.Add(rule, new(from, to, Traffic.Pick(universe, classes, round, piece)));
            universe.Release(mark);
        }
    }

    /// <summary>Keeps what of a flow comes to a filter, as something that may pass there.</summary>
    private void Allow(FlowSearch<T>.Meeting meeting, bool replies)
    {
        var universe = search.Universe;
        // Replies of TCP open nothing.
        var tail = TailOf(meeting, replies ? Tail.Any with { Protocols = ~ByteSet.Of(Protocols.Tcp) } : Tail.Any);
        if (tail.IsEmpty) return;
        var key = (meeting.Device, meeting.Filter, meeting.Inbound, meeting.Outbound);
        if (!allowed.TryGetValue(key, out var entries)) allowed.Add(key, entries = []);
        var pieces = new List<Region>();
        if (meeting.Covers.Length == 0) pieces.Add(meeting.Region);
        else search.Residual.Enumerate(meeting.Region, meeting.Covers, 256, pieces);
        foreach (var piece in pieces)
            entries.Add(universe.Add(new Entry
            {
                Source = universe.Addresses.Persist(piece.Source), Destination = universe.Addresses.Persist(piece.Destination),
                SourcePorts = universe.Ports.Persist(piece.SourcePorts), DestinationPorts = universe.Ports.Persist(piece.DestinationPorts),
                Tail = universe.Tails.Keep(tail), Guard = -1, Role = Role.Cover,
            }, null));
        universe.Extend();
    }

    /// <summary>The tail of a flow's services, where a translation of ports parted them.</summary>
    private Tail TailOf(FlowSearch<T>.Meeting meeting, in Tail within)
    {
        var (ports, rest) = (Tail.Any with { Protocols = Protocols.WithPorts }, Tail.Any with { Protocols = ~Protocols.WithPorts });
        var tail = meeting.Tail.Intersect(within);
        if ((meeting.Region.Kinds & ~classes.MaskOf(ports, round)) == 0) tail = tail.Intersect(ports);
        else if ((meeting.Region.Kinds & ~classes.MaskOf(rest, round)) == 0) tail = tail.Intersect(rest);
        return tail;
    }

    private Match Came(FlowSearch<T>.Meeting meeting, bool replies)
    {
        var traffic = Traffic.Of(search.Universe, classes, round, meeting.Region);
        // Kinds stand for what begins a communication; its later packets have other flags, replies never that of an opening.
        var services = replies ? new ServiceSet([.. traffic.Services.Services.Select(static s => s with { Flags = TcpFlags.Established })]) : traffic.Services;
        return new Match { Source = traffic.Source, Destination = traffic.Destination, Services = services };
    }

    private static ServiceSet Both(ServiceSet a, ServiceSet b)
    {
        if (b.IsAny) return a;
        var both = new List<Service>();
        foreach (var one in a.Services)
            foreach (var other in b.Services)
            {
                var service = new Service(one.Protocols & other.Protocols)
                {
                    SourcePorts = one.SourcePorts.Intersect(other.SourcePorts), DestinationPorts = one.DestinationPorts.Intersect(other.DestinationPorts),
                    Icmp = one.Icmp.Intersect(other.Icmp), Flags = one.Flags & other.Flags,
                };
                // A constraint concerns only protocols that have the field: what is left of the others stands.
                if (service.SourcePorts.IsEmpty || service.DestinationPorts.IsEmpty) service = service with { Protocols = service.Protocols & ~Protocols.WithPorts, SourcePorts = IntervalSet<ushort>.All, DestinationPorts = IntervalSet<ushort>.All };
                if (service.Icmp.IsEmpty) service = service with { Protocols = service.Protocols & ~Protocols.WithTypes, Icmp = IntervalSet<ushort>.All };
                if (service.Flags.IsEmpty) service = service with { Protocols = service.Protocols & ~ByteSet.Of(Protocols.Tcp), Flags = ByteSet.All };
                if (!service.Protocols.IsEmpty && !both.Contains(service)) both.Add(service);
            }
        return new([.. both]);
    }

    private static bool Same(Match a, Match b) => a.Source.Equals(b.Source) && a.Destination.Equals(b.Destination) && a.Services.Services.AsSpan().SequenceEqual(b.Services.Services.AsSpan());
}
