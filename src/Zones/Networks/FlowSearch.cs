using System.Numerics;
using Sekisho.Zones.Engine;
using Sekisho.Zones.Model;
using Sekisho.Zones.Policies;

namespace Sekisho.Zones.Networks;

/// <summary>One decision on the way of a packet: a rule (or default) that let it pass, or a translation.</summary>
internal readonly record struct Step(Device Device, Filter? Filter, Rule? Rule, NatRule? Nat, string Inbound, string Outbound);

/// <summary>A class of packets that gets from one zone to another, and what let it.</summary>
internal sealed record Arrival(Traffic Traffic, ExamplePacket Example, IReadOnlyList<Step> Path);

/// <summary>
/// Pushes a region of packets through the devices: inbound filters, destination translation, routing, filters between interfaces, source translation, outbound
/// filters, next device. Filters are not multiplied out: the region stays a product, and what earlier rules decided is carried along as covers, which the
/// residual search takes away at the end. Only a translation makes pieces of it.
/// </summary>
internal sealed partial class FlowSearch<T>
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    private const int MaxHops = 50;
    private const int MaxPieces = 512;

    /// <summary>More ways than this from one zone to another aren't followed: dynamic routing in a mesh has more than anyone can count.</summary>
    private const int MaxWays = 200_000;

    /// <summary>Steps to find out whether what arrives is one product.</summary>
    private const int TightBudget = 4096;

    /// <summary>An interface that translated packets came to so often is a circle.</summary>
    private const int MaxRounds = 3;

    private readonly Topology topology;
    private readonly Universe<T> universe;
    private readonly Residual<T> residual;
    private readonly Bound bound;
    private readonly Dictionary<(int, Filter, string), FilterProgram<T>> programs = [];
    private readonly Dictionary<(int, string, string), string> seen = [];
    private readonly Dictionary<int, InterfaceSet[]> named = [];
    private readonly Dictionary<(FilterProgram<T>, Seg, Seg, ulong), Slice<T>> slices = [];
    private readonly Ints covers = new();
    private readonly List<Step> path = [];
    private readonly List<int> permitted = [];
    private readonly Dictionary<int, List<int>> permittedBefore = [];
    private readonly Dictionary<(NatRule, bool), int[]> natEntries = [];
    private readonly Dictionary<WayOut, Seg> wayDestinations = [];
    private readonly List<(int Device, string Inbound)> passed = [];
    private int passedFrom;
    private int entered;
    private readonly bool translatesDestinations;
    private readonly Products<T> products;
    private Diagram<T>? diagram;
    private KindClasses classes = null!;
    private int round;
    private Seg target;

    /// <summary>The device whose own services are asked for; -1: what passes through.</summary>
    private int own = -1;
    private bool sourceIsOld = true;
    private int coversFrom;
    private readonly int portsTail;
    private readonly List<NatRule> rewrites = [];
    private readonly bool translatesPorts;
    private bool mustTranslatePorts;
    private List<(ulong Kinds, Seg First, Seg Second, Tail Tail)> ends = [];
    private Tail part;
    private readonly List<Meeting> meetings = [];
    private Func<Device, string, bool> excused = null!;
    private List<Arrival> arrivals = null!;
    private PathSet? known;

    /// <summary>What is let pass now arrives: the way is told by the rule alone.</summary>
    private bool straight;

    /// <summary>A region of a straight way, how many covers there were, and the product around what is left of it.</summary>
    private (int Covers, Region Region, Region Left)? tight;
    private readonly List<Region> pieces = [];
    private int most;

    public FlowSearch(Topology topology, TailTable tails, Bound bound)
    {
        (this.topology, this.bound) = (topology, bound);
        universe = new(tails);
        residual = new(universe);
        products = new(universe);
        portsTail = tails.Keep(Tail.Any with { Protocols = Protocols.WithPorts, Flags = ByteSet.All });
        translatesDestinations = topology.Devices.Any(static d => d.Nat.Any(static n => n.Kind == NatKind.Destination));
        translatesPorts = topology.Devices.Any(static d => d.Nat.Any(static n => n is { Kind: NatKind.Destination, ToPorts: not null }));
    }

    /// <summary>Devices and interface pairs that packets got to: what isn't understood there keeps a verdict open.</summary>
    public HashSet<(int Device, string Inbound, string Outbound)> Visited { get; } = [];

    /// <summary>What kept the search from being exact, in words; verdicts over it are never "proved".</summary>
    public HashSet<string> Troubles { get; } = [];

    /// <summary>Answers of the diagrams that differ from the residual engine's; a fault of ours, shown and never swallowed.</summary>
    public int Disagreements { get; private set; }

    /// <summary>Looks at filters instead of asking them: each lets everything pass, and is told here with what came to it and arrives in the end.</summary>
    public Action<Meeting>? Watch { get; init; }

    /// <summary>Every answer is asked of both engines.</summary>
    public bool Certified { get; init; }

    /// <summary>Numbers the tails of all rules: they must be known before kinds are classed (<see cref="KindClasses.Of"/>). Once for searches that share their table.</summary>
    public void Prepare(IEnumerable<AllowedFlow> flows)
    {
        for (var d = 0; d < topology.Devices.Count; d++)
        {
            var device = topology.Devices[d];
            foreach (var chain in device.Chains)
                foreach (var rule in chain.Rules) KeepTails(rule.May, rule.Must);
            foreach (var nat in device.Nat) KeepTails(nat.May, nat.Must);
        }
        foreach (var flow in flows)
        {
            KeepTails(new Match { Services = flow.Services }, null);
            KeepTails(Later(flow.Services), null);
        }
    }

    /// <summary>Searches one ordered pair of zones in one round of kinds.</summary>
    /// <param name="flows">Permitted flows; they are no arrivals.</param>
    /// <param name="only">Only packets of these services; null: all.</param>
    /// <param name="replies">Whether replies of permitted flows are no arrivals either (for stray packets).</param>
    /// <param name="known">Ways that needn't be told again.</param>
    public void Run(Zone from, Zone to, IReadOnlyList<AllowedFlow> flows, bool replies, Func<Device, string, bool> excused, KindClasses classes, int round, int most, List<Arrival> arrivals, ServiceSet? only = null, PathSet? known = null)
    {
        (this.excused, own, this.known) = (excused, -1, known);
        Run(from, to.Addresses, flows, replies, classes, round, most, arrivals, only);
    }

    /// <summary>Searches what gets from a zone to a device itself: through the devices before it, its filters on the way in, and those before its own services.</summary>
    /// <param name="flows">Permitted flows; they are no arrivals.</param>
    public void RunTo(Zone from, int device, IReadOnlyList<AllowedFlow> flows, KindClasses classes, int round, int most, List<Arrival> arrivals)
    {
        (own, known) = (device, null);
        Run(from, topology.OwnAddresses(device, bound == Bound.Lower), flows, false, classes, round, most, arrivals, null);
    }

    private void Run(Zone from, AddressSet to, IReadOnlyList<AllowedFlow> flows, bool replies, KindClasses classes, int round, int most, List<Arrival> arrivals, ServiceSet? only)
    {
        (this.classes, this.round, this.most, this.arrivals) = (classes, round, most, arrivals);
        universe.Judge(classes, round);
        slices.Clear();
        diagram = null;
        permitted.Clear();
        permittedBefore.Clear();
        entered = 0;
        foreach (var flow in flows)
        {
            Permit(flow.Source, flow.Destination, flow.Services, false);
            if (replies) Permit(flow.Destination, flow.Source, flow.Services, true);
        }
        universe.Extend();
        target = universe.Keep(to);
        if (target.IsEmpty) return;
        Enter(from, to, Parts(only), Parts(null));
        // Who asks for other ports may get to these services, too: what a flow is, is told where it arrives.
        if (Watch is null || only is null || !translatesPorts) return;
        mustTranslatePorts = true;
        Enter(from, to, Parts(null), Parts(only));
        mustTranslatePorts = false;
    }

    /// <param name="parts">What is sent.</param>
    /// <param name="arriving">What counts of it where it arrives; only for a watcher.</param>
    private void Enter(Zone from, AddressSet to, List<(ulong Kinds, Seg First, Seg Second, Tail Tail)> parts, List<(ulong Kinds, Seg First, Seg Second, Tail Tail)> arriving)
    {
        ends = arriving;
        foreach (var way in topology.WaysIn(from))
        {
            var source = universe.Keep(way.Sources);
            if (source.IsEmpty) continue;
            foreach (var (kinds, first, second, tail) in parts)
            {
                part = tail;
                var region = new Region { Source = source, Destination = Destinations(to), SourcePorts = first, DestinationPorts = second, Kinds = kinds };
                covers.Count = coversFrom = passedFrom = 0;
                path.Clear();
                passed.Clear();
                sourceIsOld = true;
                Enter(way.Device, way.Interface, new Flow(region, region), region);
            }
        }
    }

    /// <summary>All packets, or those of some services.</summary>
    private List<(ulong Kinds, Seg First, Seg Second, Tail Tail)> Parts(ServiceSet? only)
    {
        if (only is null) return [(classes.All(round), universe.Ports.All, universe.Ports.All, Tail.Any)];
        var found = new List<Product>();
        products.Of(new Match { Services = only }, products.Any, found);
        return [.. found.Select(p => (classes.MaskOf(universe.Tails.Tails[p.Tail], round), p.SourcePorts, p.DestinationPorts, universe.Tails.Tails[p.Tail])).Where(static p => p.Item1 != 0)];
    }

    /// <summary>Where packets may be sent so that they arrive: the zone's addresses, and those that some device translates.</summary>
    private Seg Destinations(AddressSet to)
    {
        var all = Universe<T>.FamilyOf(to);
        foreach (var device in topology.Devices)
            foreach (var nat in device.Nat)
                if (nat.Kind == NatKind.Destination) all = all.Union(Universe<T>.FamilyOf(nat.May.Destination));
        return universe.Addresses.Keep(all);
    }

    private void KeepTails(Match may, Match? must)
    {
        products.KeepTails(may);
        if (must is not null) products.KeepTails(must);
    }

    private void Permit(AddressSet source, AddressSet destination, ServiceSet services, bool reply)
    {
        var set = reply ? new ServiceSet([.. services.Services.Select(static s => s with { SourcePorts = s.DestinationPorts, DestinationPorts = s.SourcePorts, Icmp = IntervalSet<ushort>.All })]) : services;
        var found = new List<Product>();
        products.Of(new Match { Source = source, Destination = destination, Services = set }, products.Any, found);
        // What is permitted may be long: its later fragments have no ports, and belong to it.
        products.Of(Later(set) with { Source = source, Destination = destination }, products.Any, found);
        foreach (var p in found) permitted.Add(universe.Add(new Entry { Source = p.Source, Destination = p.Destination, SourcePorts = p.SourcePorts, DestinationPorts = p.DestinationPorts, Tail = p.Tail, Guard = -1, Role = Role.Cover }, null));
    }

    private static Match Later(ServiceSet services) => new() { Services = new([.. services.Services.Select(static s => new Service(s.Protocols))]), Fragments = Fragments.Later };

    private bool Full => arrivals.Count >= most;

    private ReadOnlySpan<int> Covers => covers.Span[coversFrom..];

    /// <summary>Whether something of a region is left, permitted flows taken away where addresses are final.</summary>
    private bool Left(in Region region, bool withPermitted, out Region piece)
    {
        var mark = covers.Count;
        if (withPermitted && sourceIsOld) foreach (var cover in permitted) covers.Add(cover);
        var found = straight && !Certified ? FindAndTighten(region, out piece) : residual.Find(region, Covers, out piece);
        if (residual.Exhausted || Certified)
        {
            var exhausted = residual.Exhausted;
            diagram ??= new(universe);
            var second = diagram.Find(region, Covers, out var packet);
            if (second is null)
            {
                if (exhausted) Troubles.Add("too many cases to tell them apart in time");
                found = exhausted ? bound == Bound.Upper : found;
                if (exhausted) piece = region;
            }
            else if (exhausted)
            {
                found = second.Value;
                if (found) piece = Point(packet);
            }
            else if (second.Value != found)
            {
                Disagreements++;
                found = bound == Bound.Upper;
                piece = region;
            }
        }
        covers.Count = mark;
        return found;
    }

    /// <summary>Finds a piece, and sees whether it is all that is left: what arrives by a straight way is told by it.</summary>
    private bool FindAndTighten(in Region region, out Region piece)
    {
        pieces.Clear();
        tight = null;
        var complete = residual.Enumerate(region, Covers, 1, pieces, rest: TightBudget);
        piece = default;
        if (pieces.Count == 0) return false;
        piece = pieces[0];
        residual.Answered();
        tight = (covers.Count, region, complete ? piece : region);
        return true;
    }

    private Region Point((T Source, T Destination, ushort First, ushort Second, int Kind) packet) => new()
    {
        Source = universe.Addresses.Push([packet.Source, packet.Source]), Destination = universe.Addresses.Push([packet.Destination, packet.Destination]),
        SourcePorts = universe.Ports.Push([packet.First, packet.First]), DestinationPorts = universe.Ports.Push([packet.Second, packet.Second]), Kinds = 1ul << packet.Kind,
    };

    /// <summary>A region under way, and a piece of it that no cover holds.</summary>
    private readonly record struct Flow(Region Region, Region Piece);

    /// <summary>Packets that come to a filter, and would arrive if every filter let them pass.</summary>
    /// <param name="Region">As the filter sees them; on the stacks of the universe till the watcher returns.</param>
    /// <param name="Covers">What is none of them: translated elsewhere.</param>
    /// <param name="Tail">Of the services asked for.</param>
    /// <param name="Rewritten">How many translations were before it.</param>
    public sealed record Meeting(int Device, Filter Filter, string Inbound, string Outbound, Region Region, int[] Covers, Tail Tail, int Rewritten)
    {
        /// <summary>The packets meet another filter of the device too.</summary>
        public bool IsOneOfMany { get; init; }
    }

    public Universe<T> Universe => universe;

    public Residual<T> Residual => residual;

    /// <summary>The entries of a filter that concern a region.</summary>
    public Slice<T> SliceOf(Meeting meeting) => SliceOf(meeting.Device, meeting.Filter, meeting.Inbound, meeting.Outbound, meeting.Region);

    private delegate void Next(in Flow flow);
}
