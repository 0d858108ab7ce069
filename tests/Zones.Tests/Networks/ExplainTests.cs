using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using static Sekisho.Zones.Tests.TownTests;

namespace Sekisho.Zones.Tests.Networks;

/// <summary>`zones explain`: one packet, its way, and the line that decides at each device.</summary>
public sealed class ExplainTests
{
    private static ExamplePacket Packet(string from, string to, ushort port)
    {
        Assert.True(Address.TryParse(from, out var source) & Address.TryParse(to, out var destination));
        return new(source, destination, Protocols.Tcp, 49152, port) { Flags = TcpFlags.Syn, State = ConnectionStates.New, Fragment = Fragments.WholeOrFirst };
    }

    private static string[] Follow(ExamplePacket packet, params Device[] devices) =>
        [.. PacketWalk.Follow(TownTests.Zones().Policy!, devices, packet).Select(w => string.Join(" ", w.Select(s => $"{s.Device}:{s.Source.FirstLine}:{s.Outcome}")))];

    private static readonly Service Https = Service.Tcp(IntervalSet<ushort>.Of(443));

    [Fact]
    public void Each_device_has_the_line_that_decides()
    {
        var inner = new Device("inner", "test")
        {
            Interfaces = [Interface("lan", "10.1.0.1/16"), Interface("link", "192.168.0.1/30")], Routes = [new(new(Address.V4(0x0A020000), 16), Address.V4(0xC0A80002), null, default)],
            Chains = [new("f", [Accept(5, Net("10.1.0.0/16"), AddressSet.All, Https)])], Filters = [new("f", FilterPlace.Forward, "f", RuleAction.Drop, new("inner.conf", 2, 2))],
        };
        var outer = new Device("outer", "test")
        {
            Interfaces = [Interface("link", "192.168.0.2/30"), Interface("lan", "10.2.0.1/16")], Routes = [new(new(Address.V4(0x0A010000), 16), Address.V4(0xC0A80001), null, default)],
            Chains = [new("f", [new(new Match { Destination = Net("10.2.9.0/24") }, RuleAction.Drop, new("outer.conf", 8, 8), "not there"), Accept(9, AddressSet.All, Net("10.2.0.0/16"))])],
            Filters = [new("f", FilterPlace.Forward, "f", RuleAction.Drop, new("outer.conf", 2, 2))],
        };
        Assert.Equal(["inner:5:Passes outer:9:Passes outer:0:Arrives"], Follow(Packet("10.1.7.20", "10.2.5.10", 443), inner, outer));
        Assert.Equal(["inner:5:Passes outer:8:Stopped"], Follow(Packet("10.1.7.20", "10.2.9.10", 443), inner, outer));
        // A default has the line of its filter.
        Assert.Equal(["inner:2:Stopped"], Follow(Packet("10.1.7.20", "10.2.5.10", 80), inner, outer));
        Assert.Equal("default", PacketWalk.Follow(TownTests.Zones().Policy!, [inner, outer], Packet("10.1.7.20", "10.2.5.10", 80))[0][0].Rule);
    }

    [Fact]
    public void A_translation_is_a_step_with_the_packet_as_it_goes_on()
    {
        var device = Firewall(Accept(10, AddressSet.All, Net("10.1.7.20"), Https)) with
        {
            Nat = [new(NatKind.Destination, new Match { Destination = Net("10.2.0.200") }, new("fw.conf", 3, 3), "forwarding") { To = Net("10.1.7.20"), ToPorts = IntervalSet<ushort>.Of(443) }],
        };
        var walk = Assert.Single(PacketWalk.Follow(TownTests.Zones().Policy!, [device], Packet("10.2.5.10", "10.2.0.200", 8443)));
        Assert.Equal([StepOutcome.Translated, StepOutcome.Passes, StepOutcome.Arrives], walk.Select(s => s.Outcome));
        Assert.Equal("tcp 10.2.5.10:49152 → 10.1.7.20:443", walk[0].Packet.ToString());
    }

    [Fact]
    public void A_condition_that_nobody_knows_is_open_and_a_destination_without_a_way_has_none()
    {
        var night = Accept(10, AddressSet.All, AddressSet.All) with { Must = Match.Nothing, Unknowns = [new(UnknownKind.Schedule, "night")] };
        Assert.Equal(["fw:10:Open fw:0:Arrives"], Follow(Packet("10.1.7.20", "10.2.5.10", 443), Firewall(night)));
        Assert.Empty(Follow(Packet("10.1.7.20", "198.51.100.1", 443), Firewall(night)));
    }

    [Fact]
    public void A_device_that_is_passed_twice_is_shown_twice_and_a_circle_ends()
    {
        Device Router(string name, string next, params NetInterface[] interfaces) => new(name, "test")
        {
            Interfaces = [.. interfaces], Routes = [new(new(Address.V4(0), 0), Address.TryParse(next, out var hop) ? hop : default, null, default)],
            Chains = [new("f", [Accept(7, AddressSet.All, AddressSet.All)])], Filters = [new("f", FilterPlace.Forward, "f", RuleAction.Drop, default)],
        };
        var a = Router("a", "192.168.0.2", Interface("lan", "10.1.0.1/16"), Interface("link", "192.168.0.1/30"));
        var b = Router("b", "192.168.0.1", Interface("link", "192.168.0.2/30"));
        // Each sends what it doesn't know to the other: nothing arrives, and it ends.
        Assert.Empty(Follow(Packet("10.1.7.20", "198.51.100.1", 443), a, b));
    }
}
