using System.Numerics;
using Sekisho.Zones.Engine;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Kernel;

/// <summary>Asks the proof's own engine about one packet at a time: its filters compiled, sliced to the packet, its residual search.</summary>
internal sealed class PointEngine<T>(Device device, Bound bound)
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    private readonly Dictionary<(string, string, int), Station> stations = [];

    public bool Passes(in Packet packet)
    {
        for (var f = 0; f < device.Filters.Length; f++)
        {
            var filter = device.Filters[f];
            if (!filter.In.Contains(packet.In) || !filter.Out.Contains(packet.Out) || (filter.OnlyV6 ?? Universe<T>.IsV6) != Universe<T>.IsV6) continue;
            var key = (filter.Place == FilterPlace.Outbound ? "" : packet.In, filter.Place == FilterPlace.Inbound ? "" : packet.Out, f);
            if (!stations.TryGetValue(key, out var station)) stations.Add(key, station = new(device, filter, packet.In, filter.Place == FilterPlace.Inbound ? "" : packet.Out, bound));
            if (!station.Passes(packet)) return false;
        }
        return true;
    }

    private sealed class Station
    {
        private readonly Universe<T> universe;
        private readonly FilterProgram<T> program;
        private readonly Residual<T> residual;
        private readonly (KindClasses Classes, Dictionary<Kind, int> Known)[] all;
        private (int, int) judged = (-1, -1);

        public Station(Device device, Filter filter, string inbound, string outbound, Bound bound)
        {
            var tails = new TailTable();
            universe = new(tails);
            program = FilterProgram<T>.Compile(universe, device, filter, inbound, outbound, bound);
            Assert.Null(program.Trouble);
            residual = new(universe);
            all = [.. new[] { KindClasses.Opening(), KindClasses.Stray() }.Select(k => (KindClasses.Of(k, tails.Tails), new Dictionary<Kind, int>()))];
        }

        public bool Passes(in Packet packet)
        {
            var kind = new Kind(packet.Protocol, packet.Protocol == Protocols.Tcp ? packet.Flags : (byte)0, packet.State, packet.Fragment);
            var opening = packet.State == ConnectionStates.New && (packet.Protocol != Protocols.Tcp || TcpFlags.Opening.Contains(packet.Flags)) ? 0 : 1;
            var (classes, known) = all[opening];
            if (!known.TryGetValue(kind, out var at)) known.Add(kind, at = Array.FindIndex(classes.Representatives, r => Same(r, kind)));
            Assert.True(at >= 0, $"no class for {kind}");
            if (judged != (opening, at / 64)) universe.Judge(classes, at / 64);
            judged = (opening, at / 64);
            var mark = universe.Mark;
            var first = Protocols.WithTypes.Contains(packet.Protocol) ? packet.Icmp : packet.SourcePort;
            var (from, to) = (T.CreateTruncating(packet.Source.Value), T.CreateTruncating(packet.Destination.Value));
            var point = new Region
            {
                Source = universe.Addresses.Push([from, from]), Destination = universe.Addresses.Push([to, to]),
                SourcePorts = universe.Ports.Push([first, first]), DestinationPorts = universe.Ports.Push([packet.DestinationPort, packet.DestinationPort]), Kinds = 1ul << (at & 63),
            };
            var passes = Passes(point);
            universe.Release(mark);
            return passes;
        }

        private bool Passes(in Region point)
        {
            var slice = Slice<T>.Of(universe, program, point);
            foreach (var entry in slice.Entries)
            {
                if (universe[entry].Role != Role.Accept || !universe.Meet(point, entry, out var met)) continue;
                var covers = new Ints();
                slice.Earlier(met, entry, covers);
                for (var guard = universe[entry].Guard; guard >= 0; guard = universe[guard].Guard)
                    if (Universe<T>.Concerns(universe[guard].Role, Role.Accept)) covers.Add(guard);
                if (residual.Find(met, covers.Span, out _)) return true;
                Assert.False(residual.Exhausted);
            }
            return false;
        }

        private bool Same(Kind a, Kind b) =>
            Protocols.WithPorts.Contains(a.Protocol) == Protocols.WithPorts.Contains(b.Protocol) && Protocols.WithTypes.Contains(a.Protocol) == Protocols.WithTypes.Contains(b.Protocol)
            && universe.Tails.Tails.All(t => t.Holds(a) == t.Holds(b));
    }
}
