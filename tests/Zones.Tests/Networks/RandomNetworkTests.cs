using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using Sekisho.Zones.Reports;
using static Sekisho.Zones.Tests.TownTests;

namespace Sekisho.Zones.Tests.Networks;

/// <summary>Two or three devices in a row, with translations both ways and mean filters: packets that a person could follow from zone to zone are never proved away.</summary>
public sealed class RandomNetworkTests
{
    private const string TwoZones = """
        format: 1
        model: β
        zones:
          - { id: a, kind: other, prefixes: 10.0.0.0/28 }
          - { id: b, kind: other, prefixes: 10.0.0.16/28 }
        """;

    [Theory]
    [InlineData(81, 1, false)]
    [InlineData(82, 2, false)]
    [InlineData(83, 3, false)]
    [InlineData(84, 1, true)]
    [InlineData(85, 2, true)]
    public void What_gets_through_step_by_step_is_never_proved_away(int seed, int length, bool translates)
    {
        var (proved, violated, followed) = (0, 0, 0);
        for (var round = 0; round < 40; round++)
        {
            var random = new Random(seed * 1000 + round);
            var filters = new RandomFilters(seed * 1000 + round);
            Device[] devices = [.. Enumerable.Range(0, length).Select(d => Station(filters, random, d, length, translates))];
            var report = ZoneVerification.Verify(TownTests.Zones(TwoZones), [.. devices.Select(d => Reading(d))], Day);
            var policy = TownTests.Zones(TwoZones).Policy!;
            foreach (var check in report.Checks)
            {
                for (var i = 0; i < 150; i++)
                {
                    var some = filters.Packet();
                    var packet = new ExamplePacket(some.Source, some.Destination, some.Protocol, Protocols.WithTypes.Contains(some.Protocol) ? some.Icmp : some.SourcePort, some.DestinationPort) { Flags = some.Protocol == 6 ? TcpFlags.Syn : (byte)0, State = ConnectionStates.New, Fragment = Fragments.WholeOrFirst };
                    if (!check.From.Addresses.Contains(packet.Source)) continue;
                    foreach (var walk in PacketWalk.Follow(policy, devices, packet))
                    {
                        followed++;
                        if (walk[^1].Outcome == StepOutcome.Arrives && check.To.Addresses.Contains(walk[^1].Packet.Destination)) Assert.True(check.Result != ZoneResult.Proved, $"seed {seed} round {round}: {packet} arrives as {walk[^1].Packet}");
                    }
                }
                // And what is called a violation can be followed, where addresses stay as they are.
                if (!translates)
                    foreach (var violation in check.Violations)
                        Assert.Contains(PacketWalk.Follow(policy, devices, violation.Packet), w => w[^1].Outcome == StepOutcome.Arrives);
                if (check.Result == ZoneResult.Proved) proved++;
                else violated++;
            }
        }
        Assert.True(proved > 2 && violated > 10 && followed > 300, $"{proved} proved, {violated} not, {followed} followed");
    }

    /// <summary>Device d of a row: zone a on the left of the first, zone b on the right of the last.</summary>
    internal static Device Station(RandomFilters filters, Random random, int d, int length, bool translates)
    {
        var device = filters.Device(1 + random.Next(2), 5, 0, 0);
        var (left, right) = (d == 0 ? "10.0.0.1/28" : $"192.168.{d - 1}.2/30", d == length - 1 ? "10.0.0.17/28" : $"192.168.{d}.1/30");
        var routes = new List<Route>();
        if (d > 0) routes.Add(new(new(Address.V4(0x0A000000), 28), Address.V4(0xC0A80001u + (uint)((d - 1) << 8)), null, default));
        if (d < length - 1) routes.Add(new(new(Address.V4(0x0A000010), 28), Address.V4(0xC0A80002u + (uint)(d << 8)), null, default));
        return device with
        {
            Name = $"d{d}", Interfaces = [Interface("eth0", left), Interface("eth1", right)], Routes = [.. routes],
            Nat = translates ? [Translation(random, NatKind.Destination), Translation(random, NatKind.Source), Translation(random, NatKind.Destination), Translation(random, NatKind.Source)] : [],
            NatOrder = random.Next(3) switch { 0 => NatOrder.Netfilter, 1 => new(true, true, false), _ => new(false, false, true) },
        };
    }

    private static NatRule Translation(Random random, NatKind kind)
    {
        AddressSet Some()
        {
            var first = Address.V4(0x0A000000u + (uint)random.Next(30));
            return AddressSet.Range(first, first with { Value = first.Value + (UInt128)random.Next(3) });
        }
        var one = AddressSet.Of(Address.V4(0x0A000000u + (uint)random.Next(32)));
        return new(kind, new Match
        {
            Source = random.Next(2) == 0 ? AddressSet.AllV4 : Some(), Destination = kind == NatKind.Destination || random.Next(2) == 0 ? Some() : AddressSet.AllV4,
            Services = random.Next(2) == 0 ? ServiceSet.Any : ServiceSet.Of(Service.Tcp(IntervalSet<ushort>.Of(40, 48))),
            In = kind == NatKind.Destination && random.Next(2) == 0 ? InterfaceSet.Of("eth1") : InterfaceSet.Any, Out = kind == NatKind.Source && random.Next(2) == 0 ? InterfaceSet.Of("eth0") : InterfaceSet.Any,
        }, default, kind.ToString()) { To = random.Next(5) == 0 ? null : one, ToPorts = random.Next(3) == 0 ? IntervalSet<ushort>.Of((ushort)random.Next(40, 56)) : null };
    }
}
