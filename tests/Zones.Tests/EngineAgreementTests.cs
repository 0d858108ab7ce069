using System.Numerics;
using Sekisho.Zones.Engine;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests;

/// <summary>Residual engine, decision diagrams and the obvious engine say the same, packet by packet and rule by rule.</summary>
public sealed class EngineAgreementTests
{
    [Theory]
    [InlineData(1, 1, 8, 0.0)]
    [InlineData(2, 1, 25, 0.0)]
    [InlineData(3, 4, 6, 0.0)]
    [InlineData(4, 3, 12, 0.0)]
    public void The_engine_lets_pass_exactly_what_the_slow_engine_lets_pass(int seed, int chains, int rules, double uncertain)
    {
        for (var round = 0; round < 6; round++)
        {
            var filters = new RandomFilters(seed * 1000 + round, round % 3 == 2);
            var device = filters.Device(chains, rules, uncertain);
            var passed = round % 3 == 2 ? new Passed<UInt128>(device, Bound.Upper) : (IPassed)new Passed<uint>(device, Bound.Upper);
            for (var i = 0; i < 400; i++)
            {
                var packet = filters.Packet();
                Assert.True(SlowEngine.Passes(device, packet, static _ => true, static _ => true) == passed.Contains(packet), $"seed {seed} round {round}: {packet}");
            }
        }
    }

    [Theory]
    [InlineData(11, 1, 20)]
    [InlineData(12, 4, 7)]
    public void Whatever_unknown_conditions_turn_out_to_be_the_two_bounds_hold(int seed, int chains, int rules)
    {
        var (between, decided) = (0, 0);
        for (var round = 0; round < 6; round++)
        {
            var filters = new RandomFilters(seed * 1000 + round);
            var device = filters.Device(chains, rules, 0.3);
            var (upper, lower) = (new Passed<uint>(device, Bound.Upper), new Passed<uint>(device, Bound.Lower));
            var chance = new Random(seed + round);
            for (var i = 0; i < 200; i++)
            {
                var packet = filters.Packet();
                var (most, least) = (upper.Contains(packet), lower.Contains(packet));
                for (var world = 0; world < 6; world++)
                {
                    var passes = SlowEngine.Passes(device, packet, _ => chance.Next(2) == 0, _ => chance.Next(2) == 0);
                    Assert.True(!passes || most, $"round {round}: passes, beyond the upper bound: {packet}");
                    Assert.True(passes || !least, $"round {round}: stopped, inside the lower bound: {packet}");
                }
                if (most == least) decided++;
                else between++;
            }
        }
        Assert.True(between > 50 && decided > 500, $"{between} between the bounds, {decided} decided");
    }

    private interface IPassed
    {
        bool Contains(in Packet packet);
    }

    /// <summary>All packets that a device's only filter accepts, worked out rule by rule; on the way both engines judge every rule.</summary>
    private sealed class Passed<T> : IPassed
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        private readonly Device device;
        private readonly Bound bound;
        private readonly Dictionary<(string, string), List<(KindClasses Classes, int Round, Universe<T> Universe, List<Region> Pieces)>> known = [];

        public Passed(Device device, Bound bound) => (this.device, this.bound) = (device, bound);

        public bool Contains(in Packet packet)
        {
            if (!known.TryGetValue((packet.In, packet.Out), out var pieces)) known.Add((packet.In, packet.Out), pieces = Work(packet.In, packet.Out));
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

        private List<(KindClasses, int, Universe<T>, List<Region>)> Work(string inbound, string outbound)
        {
            var result = new List<(KindClasses, int, Universe<T>, List<Region>)>();
            var tails = new TailTable();
            var universe = new Universe<T>(tails);
            var program = FilterProgram<T>.Compile(universe, device, device.Filters[0], inbound, outbound, bound);
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
                    var diagram = new Diagram<T>(universe);
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
                        Assert.Equal(found, diagram.Find(region, covers.Span, out _));
                        Assert.True(residual.Enumerate(region, covers.Span, 1_000_000, pieces));
                    }
                    result.Add((classes, round, universe, pieces));
                }
            }
            return result;
        }
    }
}
