using System.Numerics;
using Sekisho.Zones.Engine;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests;

internal interface IPassedPackets
{
    bool Contains(in Packet packet);
}

/// <summary>All packets that every filter of a device accepts, worked out rule by rule; on the way both engines judge every rule.</summary>
internal sealed class PassedPackets<T> : IPassedPackets
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    private readonly Device device;
    private readonly Bound bound;
    private readonly bool asksBoth;
    private readonly Dictionary<(string, string, int), List<(KindClasses Classes, int Round, Universe<T> Universe, List<Region> Pieces)>> known = [];

    public PassedPackets(Device device, Bound bound, bool asksBoth = true) => (this.device, this.bound, this.asksBoth) = (device, bound, asksBoth);

    public bool Contains(in Packet packet)
    {
        for (var f = 0; f < device.Filters.Length; f++)
        {
            var filter = device.Filters[f];
            if (!filter.In.Contains(packet.In) || !filter.Out.Contains(packet.Out) || (filter.OnlyV6 ?? Universe<T>.IsV6) != Universe<T>.IsV6) continue;
            if (!Contains(packet, f)) return false;
        }
        return true;
    }

    private bool Contains(in Packet packet, int filter)
    {
        if (!known.TryGetValue((packet.In, packet.Out, filter), out var pieces)) known.Add((packet.In, packet.Out, filter), pieces = Work(packet.In, packet.Out, filter));
        var kind = new Kind(packet.Protocol, packet.Protocol == 6 ? packet.Flags : (byte)0, packet.State, packet.Fragment);
        var first = packet.Protocol is 1 or 58 ? packet.Icmp : packet.SourcePort;
        foreach (var (classes, round, universe, found) in pieces)
        {
            foreach (var piece in found)
            {
                var holds = false;
                for (var c = 0; c < 64 && !holds; c++)
                    holds = (piece.Kinds >> c & 1) != 0 && Same(classes.Representatives[round * 64 + c], kind, universe.Tails.Tails);
                if (!holds) continue;
                if (universe.Addresses.ToSet(piece.Source).Contains(T.CreateTruncating(packet.Source.Value)) && universe.Addresses.ToSet(piece.Destination).Contains(T.CreateTruncating(packet.Destination.Value))
                    && universe.Ports.ToSet(piece.SourcePorts).Contains(first) && universe.Ports.ToSet(piece.DestinationPorts).Contains(packet.DestinationPort)) return true;
            }
        }
        return false;
    }

    private static bool Same(Kind a, Kind b, IReadOnlyList<Tail> tails) =>
        Protocols.WithPorts.Contains(a.Protocol) == Protocols.WithPorts.Contains(b.Protocol) && Protocols.WithTypes.Contains(a.Protocol) == Protocols.WithTypes.Contains(b.Protocol)
        && tails.All(t => t.Holds(a) == t.Holds(b));

    private List<(KindClasses, int, Universe<T>, List<Region>)> Work(string inbound, string outbound, int filter)
    {
        var result = new List<(KindClasses, int, Universe<T>, List<Region>)>();
        var tails = new TailTable();
        var universe = new Universe<T>(tails);
        var program = FilterProgram<T>.Compile(universe, device, device.Filters[filter], inbound, outbound, bound);
        Assert.Null(program.Trouble);
        foreach (var kinds in new[] { KindClasses.Opening(), KindClasses.Stray() })
        {
            var classes = KindClasses.Of(kinds, tails.Tails);
            for (var round = 0; round < classes.Rounds; round++)
            {
                universe.Judge(classes, round);
                var all = new Region { Source = universe.Addresses.All, Destination = universe.Addresses.All, SourcePorts = universe.Ports.All, DestinationPorts = universe.Ports.All, Kinds = classes.All(round) };
                var slice = Slice<T>.Of(universe, program, all);
                var residual = new Residual<T>(universe);
                var diagram = asksBoth ? new Diagram<T>(universe) : null;
                var pieces = new List<Region>();
                foreach (var entry in slice.Entries)
                {
                    if (universe[entry].Role != Role.Accept || !universe.Meet(all, entry, out var region)) continue;
                    var covers = new Ints();
                    slice.Earlier(region, entry, covers);
                    for (var guard = universe[entry].Guard; guard >= 0; guard = universe[guard].Guard)
                        if (Universe<T>.Concerns(universe[guard].Role, Role.Accept)) covers.Add(guard);
                    var found = residual.Find(region, covers.Span, out _);
                    Assert.False(residual.Exhausted);
                    if (asksBoth) Assert.Equal(found, diagram!.Find(region, covers.Span, out _));
                    Assert.True(residual.Enumerate(region, covers.Span, 1_000_000, pieces));
                }
                result.Add((classes, round, universe, pieces));
            }
        }
        return result;
    }
}
