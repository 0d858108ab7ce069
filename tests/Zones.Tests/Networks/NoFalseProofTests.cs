using System.Text;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Model;
using Sekisho.Zones.Reports;
using static Sekisho.Zones.Tests.TownTests;

namespace Sekisho.Zones.Tests.Networks;

/// <summary>Networks in which packets get through by ways that are easy to miss: none of them may be called proved.</summary>
public sealed class NoFalseProofTests
{
    private static readonly Service Https = Service.Tcp(IntervalSet<ushort>.Of(443));
    private static readonly string V4 = Policy.Replace(", \"fd00:1::/32\"", "").Replace(", \"fd00:2::/32\"", "");

    private static Route To(string prefix, string next, string? vrf = null)
    {
        Assert.True(AddressPrefix.TryParse(prefix, out var to) & Address.TryParse(next, out var hop));
        return new(to, hop, null, default) { Vrf = vrf };
    }

    private static Device Open(string name, params NetInterface[] interfaces) => new(name, "test")
    {
        Interfaces = [.. interfaces], Chains = [new("f", [Accept(7, AddressSet.All, AddressSet.All)])], Filters = [new("f", FilterPlace.Forward, "f", RuleAction.Drop, default)],
    };

    private static Device Closed(Device device) => device with { Chains = [new("f", [])] };

    private static ZoneCheck Check(string zones, string from, string to, params Device[] devices) =>
        ZoneVerification.Verify(TownTests.Zones(zones), [.. devices.Select(d => Reading(d))], Day).Checks.Single(c => c.From.Id == from && c.To.Id == to);

    [Fact]
    public void A_switch_on_both_sides_of_a_firewall_is_passed_twice()
    {
        var core = Open("core", Interface("vlan10", "10.1.0.1/16") with { Vrf = "in" }, Interface("up", "192.168.1.2/30") with { Vrf = "in" }, Interface("down", "192.168.2.2/30") with { Vrf = "out" }, Interface("vlan20", "10.2.0.1/16") with { Vrf = "out" })
            with { Routes = [To("0.0.0.0/0", "192.168.1.1", "in"), To("0.0.0.0/0", "192.168.2.1", "out")] };
        var firewall = Open("fw", Interface("in", "192.168.1.1/30"), Interface("out", "192.168.2.1/30")) with { Routes = [To("10.1.0.0/16", "192.168.1.2"), To("10.2.0.0/16", "192.168.2.2")] };
        var check = Check(V4, "mynumber", "lgwan", core, firewall);
        Assert.Equal(ZoneResult.Violated, check.Result);
        Assert.Equal(["core", "fw", "core"], check.Violations[0].Path.Select(p => p.Device));
        Assert.Equal(ZoneResult.Proved, Check(V4, "mynumber", "lgwan", core, Closed(firewall)).Result);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_two_devices_with_one_address_either_may_be_the_next(bool first)
    {
        var inner = Open("inner", Interface("lan", "10.1.0.1/16"), Interface("link", "192.168.0.1/29")) with { Routes = [To("10.2.0.0/16", "192.168.0.2")] };
        Device Outer(string name) => Open(name, Interface("link", "192.168.0.2/29"), Interface("lan", "10.2.0.1/16")) with { Routes = [To("10.1.0.0/16", "192.168.0.1")] };
        var (a, b) = (Outer("a"), Outer("b"));
        Assert.Equal(ZoneResult.Violated, Check(V4, "mynumber", "lgwan", inner, first ? a : Closed(a), first ? Closed(b) : b).Result);
        Assert.Equal(ZoneResult.Proved, Check(V4, "mynumber", "lgwan", inner, Closed(a), Closed(b)).Result);
    }

    [Fact]
    public void A_next_hop_behind_another_route_is_found_and_one_that_nothing_shows_keeps_it_open()
    {
        var device = Open("fw", Interface("lan", "10.1.0.1/16"), Interface("wan", "192.168.0.1/30"));
        Assert.Equal(ZoneResult.Violated, Check(V4, "mynumber", "lgwan", device with { Routes = [To("10.2.0.0/16", "172.16.0.9"), To("172.16.0.0/24", "192.168.0.2")] }).Result);
        Assert.Equal(ZoneResult.Undetermined, Check(V4, "mynumber", "lgwan", device with { Routes = [To("10.2.0.0/16", "172.16.0.9")] }).Result);
    }

    [Fact]
    public void Two_routing_tables_with_equal_networks_are_told_apart()
    {
        // The next hop of table "b" is on its own wire, though another table has the same network.
        var device = Open("fw", Interface("a-link", "192.168.0.1/30") with { Vrf = "a" }, Interface("b-lan", "10.1.0.1/16") with { Vrf = "b" }, Interface("b-link", "192.168.0.1/30") with { Vrf = "b" });
        device = device with
        {
            Routes = [To("10.2.0.0/16", "192.168.0.2", "b")],
            Chains = [new("f", [Accept(7, AddressSet.All, AddressSet.All) with { May = new() { Out = InterfaceSet.Of("b-link") } }])],
        };
        Assert.Equal(ZoneResult.Violated, Check(V4, "mynumber", "lgwan", device).Result);
    }

    [Fact]
    public void An_interface_that_the_policy_names_and_no_device_has_is_not_proved()
    {
        var device = Closed(Open("fw", Interface("eth1", "10.1.0.1/16"), Interface("eth2", "10.2.0.1/16")));
        Assert.Equal(ZoneResult.Proved, Check(V4.Replace("[10.2.0.0/16]", "[10.2.0.0/16], at: [fw/eth2]"), "lgwan", "mynumber", device).Result);
        Assert.Equal(ZoneResult.Undetermined, Check(V4.Replace("[10.2.0.0/16]", "[10.2.0.0/16], at: [fw/eth3]"), "lgwan", "mynumber", device).Result);
    }

    [Theory]
    [InlineData("192.168.0.2", "192.168.0.2")]
    [InlineData("192.168.0.2", "192.168.0.3")]
    public void Zones_that_meet_behind_one_wire_are_not_parted_by_this_device(string one, string other)
    {
        var device = Closed(Open("fw", Interface("inside", "192.168.0.1/24"), Interface("outside", "203.0.113.1/24"))) with { Routes = [To("10.1.0.0/16", one), To("10.2.0.0/16", other)] };
        Assert.IsType<CheckVerdict.NotAssessed>(Check(V4, "mynumber", "lgwan", device).Verdict);
    }

    [Fact]
    public void Addresses_of_a_zone_that_no_route_leads_to_still_send()
    {
        var device = Open("fw", Interface("eth1", "10.1.0.1/24"), Interface("eth2", "10.2.0.1/24")) with { Chains = [new("f", [Accept(7, Net("10.1.99.0/24"), AddressSet.All)])] };
        Assert.Equal(ZoneResult.Violated, Check(V4, "mynumber", "lgwan", device).Result);
    }

    [Fact]
    public void What_is_allowed_to_an_address_is_not_allowed_to_the_server_that_another_device_puts_behind_it()
    {
        // lgwan → fw1 hides the sender → fw2 sends packets for the allowed 10.1.7.20 to 10.1.9.9.
        var nat = new NatRule(NatKind.Source, Match.Any, new("fw1.conf", 3, 3), "hide") { To = AddressSet.Empty, ToOutgoingInterface = true };
        var sends = new NatRule(NatKind.Destination, new Match { Destination = Net("10.1.7.20") }, new("fw2.conf", 4, 4), "vip") { To = Net("10.1.9.9") };
        var fw1 = Open("fw1", Interface("lan", "10.2.0.1/16"), Interface("link", "192.168.0.1/30")) with { Routes = [To("10.1.0.0/16", "192.168.0.2")], Nat = [nat] };
        var fw2 = Open("fw2", Interface("link", "192.168.0.2/30"), Interface("lan", "10.1.0.1/16")) with { Routes = [To("10.2.0.0/16", "192.168.0.1")], Nat = [sends] };
        fw1 = fw1 with { Chains = [new("f", [Accept(7, Net("10.2.5.10"), Net("10.1.7.20"), Https)])] };
        Assert.NotEqual(ZoneResult.Proved, Check(V4, "lgwan", "mynumber", fw1, fw2).Result);
        Assert.Equal(ZoneResult.Proved, Check(V4, "lgwan", "mynumber", fw1, fw2 with { Nat = [] }).Result);
    }

    [Fact]
    public void A_translation_of_the_other_family_makes_no_packet_vanish()
    {
        var device = Firewall(Accept(10, AddressSet.AllV6, AddressSet.AllV6)) with
        {
            Interfaces = [Interface("eth1", "10.1.0.1/16", "fd00:1::1/32"), Interface("eth2", "10.2.0.1/16", "fd00:2::1/32")],
            Nat = [new(NatKind.Source, Match.Any, new("fw.conf", 3, 3), "pool") { To = Net("203.0.113.9") }, new(NatKind.Destination, new Match { Services = ServiceSet.Of(Https) }, new("fw.conf", 4, 4), "vip") { To = Net("10.9.9.9") }],
        };
        Assert.Equal(ZoneResult.Violated, Check(Policy, "mynumber", "lgwan", device).Result);
        // Masquerading behind an interface of which only an IPv4 address is known.
        var hides = device with { Interfaces = [Interface("eth1", "10.1.0.1/16"), Interface("eth2", "10.2.0.1/16")], Nat = [new(NatKind.Source, Match.Any, new("fw.conf", 3, 3), "hide") { To = AddressSet.Empty, ToOutgoingInterface = true }] };
        Assert.Equal(ZoneResult.Violated, Check(Policy.Replace("\"fd00:1::/32\"]", "\"fd00:1::/32\"], at: [fw/eth1]").Replace("\"fd00:2::/32\"]", "\"fd00:2::/32\"], at: [fw/eth2]"), "mynumber", "lgwan", hides).Result);
    }

    [Fact]
    public void Two_translations_with_sets_alike_in_size_are_not_taken_for_each_other()
    {
        var zones = V4.Replace("[10.2.0.0/16]", "[10.2.0.0/24, 10.2.2.0/24]").Replace("10.2.5.10", "10.2.2.10");
        var servers = Net("10.1.7.20", "10.1.7.22");
        NatRule Sends(int line, string source, ushort port)
        {
            var range = source.Split('-');
            Assert.True(Address.TryParse(range[0], out var first) & Address.TryParse(range[1], out var last));
            return new(NatKind.Destination, new Match { Source = AddressSet.Range(first, last), Destination = Net("10.2.0.200"), Services = ServiceSet.Of(Service.Tcp(IntervalSet<ushort>.Of(port))) }, new("fw.conf", line, line), $"vip {port}") { To = servers };
        }
        var rules = Enumerable.Range(0, 60).Select(i => Accept(100 + i, Net($"10.7.{i}.0/24"), AddressSet.All)).ToList();
        rules.Add(Accept(10, Net("10.2.0.64/30"), Net("10.1.7.20"), Service.Tcp(IntervalSet<ushort>.Of(8022))));
        var device = Firewall([.. rules]) with { Interfaces = [Interface("eth1", "10.1.0.1/16"), Interface("eth2", "10.2.0.1/16")], Nat = [Sends(3, "10.2.0.128-10.2.2.63", 8021), Sends(4, "10.2.0.64-10.2.2.31", 8022)] };
        var check = Check(zones, "lgwan", "mynumber", device);
        Assert.Contains(check.Violations, v => v.Path.Select(p => p.Source.FirstLine).SequenceEqual([4, 10]));
    }

    [Fact]
    public void Rules_for_IPv4_alone_stay_open_for_IPv6_whatever_another_device_says()
    {
        var closed = "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n";
        ConfigReading Read(string file, string text) => ConfigDoor.Read(file, Encoding.ASCII.GetBytes(text), CancellationToken.None);
        var (v4, v6, both) = (Read("gate.v4", "# Generated by iptables-save v1.8.9\n" + closed), Read("gate.v6", "# Generated by ip6tables-save v1.8.9\n" + closed), Read("other.nft", "table inet f {\n  chain forward {\n    type filter hook forward priority filter; policy drop;\n  }\n}\n"));
        Assert.Equal(ZoneResult.Proved, ZoneVerification.Verify(TownTests.Zones(), [v4, v6, both], Day).Result);
        Assert.Equal(ZoneResult.Undetermined, ZoneVerification.Verify(TownTests.Zones(), [v4, both], Day).Result);
    }

    [Fact]
    public void Translations_in_a_circle_end_and_prove_nothing()
    {
        // Each device sends what comes from the other back with a new address.
        NatRule Sends(string from, string to) => new(NatKind.Destination, new Match { Destination = Net(from) }, new("x.conf", 3, 3), from) { To = Net(to) };
        var a = Open("a", Interface("lan", "10.2.0.1/16"), Interface("link", "192.168.0.1/30")) with { Routes = [To("10.1.0.0/16", "192.168.0.2"), To("10.9.0.0/16", "192.168.0.2")], Nat = [Sends("10.8.0.1", "10.9.0.1")] };
        var b = Open("b", Interface("link", "192.168.0.2/30"), Interface("lan", "10.1.0.1/16")) with { Routes = [To("10.2.0.0/16", "192.168.0.1"), To("10.8.0.0/16", "192.168.0.1")], Nat = [Sends("10.9.0.1", "10.8.0.1")] };
        Assert.NotEqual(ZoneResult.Proved, Check(V4, "lgwan", "mynumber", a, b).Result);
        Assert.Equal(ZoneResult.Undetermined, Check(V4, "lgwan", "mynumber", a with { Chains = [new("f", [Accept(7, AddressSet.All, Net("10.9.0.1"))])] }, b with { Chains = [new("f", [Accept(7, AddressSet.All, Net("10.8.0.1"))])] }).Result);
    }

    [Fact]
    public void An_interface_whose_lines_are_not_understood_and_whose_addresses_nobody_knows_keeps_everything_open()
    {
        var device = Closed(Open("fw", Interface("eth1", "10.1.0.1/16"), Interface("eth2", "10.2.0.1/16")));
        var hidden = Closed(Open("far", Interface("eth1", "172.16.0.1/24"), Interface("eth9")));
        ConfigReading Far(bool strange) => Reading(hidden, lines => { if (strange) lines.Keep(new(new("far.conf", 4, 4), "adresse 10.1.0.9", new Touch.OfInterfaces(InterfaceSet.Of("eth9")))); });
        Assert.Equal(ZoneResult.Proved, ZoneVerification.Verify(TownTests.Zones(V4), [Reading(device), Far(false)], Day).Result);
        Assert.Equal(ZoneResult.Undetermined, ZoneVerification.Verify(TownTests.Zones(V4), [Reading(device), Far(true)], Day).Result);
    }
}
