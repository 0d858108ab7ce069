using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Model;
using Sekisho.Zones.Policies;
using Sekisho.Zones.Reports;

namespace Sekisho.Zones.Tests;

/// <summary>Whole verifications of small networks, built by hand: what is proved, what is shown, what stays open.</summary>
public sealed class TownTests
{
    internal static readonly DateOnly Day = new(2026, 11, 21);

    internal const string Policy = """
        format: 1
        model: α
        zones:
          - { id: mynumber, kind: mynumber, name: マイナンバー利用事務系, prefixes: [10.1.0.0/16, "fd00:1::/32"] }
          - { id: lgwan, kind: lgwan, name: LGWAN接続系, prefixes: [10.2.0.0/16, "fd00:2::/32"] }
        flows:
          - id: konbini
            from: lgwan
            to: mynumber
            source: 10.2.5.10
            destination: 10.1.7.20
            service: tcp/443
            purpose: コンビニ交付
            approver: 情報政策課長
            until: 2027-03-31
        """;

    internal static ZonePolicyReading Zones(string text = Policy)
    {
        var reading = ZonePolicyReader.Read(text, "zones.yaml");
        Assert.True(reading.Policy is not null, string.Join("\n", reading.Mistakes));
        return reading;
    }

    internal static ConfigReading Reading(Device device, Action<LineAccount>? lines = null)
    {
        var account = new LineAccount(device.Name + ".conf", 100);
        account.Understood(1, 100);
        lines?.Invoke(account);
        return new(device.Name + ".conf", [device], account, []);
    }

    internal static NetInterface Interface(string name, params string[] addresses) => new(name, new("fw.conf", 1, 1))
    {
        Addresses = [.. addresses.Select(a =>
        {
            Assert.True(AddressPrefix.TryParse(a, out var prefix));
            Assert.True(Address.TryParse(a.AsSpan(0, a.IndexOf('/')), out var address));
            return new InterfaceAddress(address, prefix);
        })],
    };

    internal static AddressSet Net(params string[] prefixes) => AddressSet.UnionOf(prefixes.Select(p =>
    {
        Assert.True(AddressPrefix.TryParse(p, out var prefix), p);
        return AddressSet.Of(prefix);
    }));

    internal static Rule Accept(int line, AddressSet from, AddressSet to, params Service[] services) =>
        new(new Match { Source = from, Destination = to, Services = services.Length == 0 ? ServiceSet.Any : ServiceSet.Of(services) }, RuleAction.Accept, new("fw.conf", line, line), $"rule {line}");

    internal static Device Firewall(params Rule[] rules) => new("fw", "test")
    {
        Interfaces = [Interface("eth1", "10.1.0.1/16", "fd00:1::1/32"), Interface("eth2", "10.2.0.1/16", "fd00:2::1/32")],
        Chains = [new("forward", [.. rules])],
        Filters = [new("forward", FilterPlace.Forward, "forward", RuleAction.Drop, new("fw.conf", 2, 2))],
    };

    private static readonly Service Https = Service.Tcp(IntervalSet<ushort>.Of(443));

    private static ZoneCheck Check(ZoneReport report, string from, string to) => report.Checks.Single(c => c.From.Id == from && c.To.Id == to);

    [Fact]
    public void Only_the_allowed_flow_is_a_proof()
    {
        var report = ZoneVerification.Verify(Zones(), [Reading(Firewall(Accept(10, Net("10.2.5.10"), Net("10.1.7.20"), Https)))], Day, new(true));
        Assert.Equal(ZoneResult.Proved, report.Result);
        Assert.Empty(report.Findings);
        Assert.Equal(FlowWorks.Yes, Assert.Single(report.Flows).Works);
    }

    [Fact]
    public void One_port_too_many_is_shown_with_packet_and_line()
    {
        var report = ZoneVerification.Verify(Zones(), [Reading(Firewall(
            new Rule(new Match { Source = Net("10.2.5.0/24"), Destination = Net("10.1.7.20"), Services = ServiceSet.Of(Https) }, RuleAction.Drop, new("fw.conf", 9, 9), "not others") { May = new Match { Source = Net("10.2.5.128/25"), Destination = Net("10.1.7.20") } },
            Accept(10, Net("10.2.5.10"), Net("10.1.7.20"), Service.Tcp(IntervalSet<ushort>.Of(443, 445)))))], Day, new(true));
        Assert.Equal(ZoneResult.Violated, report.Result);
        var violation = Assert.Single(Check(report, "lgwan", "mynumber").Violations);
        Assert.Equal("tcp 10.2.5.10:49152 → 10.1.7.20:445", violation.Packet.ToString());
        Assert.Equal("10.2.5.10/32 → 10.1.7.20/32 tcp/444-445", violation.Flows.ToString().Replace("10.2.5.10 ", "10.2.5.10/32 ").Replace("10.1.7.20 ", "10.1.7.20/32 "));
        Assert.Equal(("fw", 10, "eth2", "eth1"), (violation.Path[0].Device, violation.Path[0].Source.FirstLine, violation.Path[0].Inbound, violation.Path[0].Outbound));
        Assert.Equal(ZoneResult.Proved, Check(report, "mynumber", "lgwan").Result);
    }

    [Fact]
    public void IPv6_that_nobody_thought_of_is_found()
    {
        var report = ZoneVerification.Verify(Zones(), [Reading(Firewall(Accept(10, Net("10.2.5.10"), Net("10.1.7.20"), Https), Accept(11, AddressSet.AllV6, AddressSet.AllV6, Service.Of(Protocols.IcmpV6))))], Day, new(true));
        Assert.All(report.Checks, c => Assert.True(Assert.Single(c.Violations).Packet.Source.IsV6));
    }

    [Fact]
    public void A_host_name_is_violated_if_and_never_proved()
    {
        var rule = Accept(10, Net("10.1.0.0/16"), AddressSet.All, Https) with { Must = Match.Nothing, Unknowns = [new(UnknownKind.Fqdn, "update.example.jp")] };
        var check = Check(ZoneVerification.Verify(Zones(), [Reading(Firewall(rule))], Day), "mynumber", "lgwan");
        Assert.Equal(ZoneResult.Undetermined, check.Result);
        var conditional = Assert.IsType<CheckVerdict.ViolatedIf>(check.Verdict);
        Assert.Equal("update.example.jp", Assert.Single(Assert.Single(conditional.Violations).Unknowns).Name);
    }

    [Fact]
    public void A_line_that_is_not_understood_keeps_the_verdict_open()
    {
        var unknown = new Rule(Match.Any, RuleAction.Unknown, new("fw.conf", 12, 12), "") { Must = Match.Nothing, Unknowns = [new(UnknownKind.NotUnderstood, "set frobnicate")] };
        var inPlace = ZoneVerification.Verify(Zones(), [Reading(Firewall(unknown))], Day);
        Assert.All(inPlace.Checks, c => Assert.IsType<CheckVerdict.NotAssessed>(c.Verdict));
        Assert.All(inPlace.Checks, c => Assert.Equal((12, "set frobnicate"), (c.NotUnderstood[0].Source.FirstLine, c.NotUnderstood[0].Text)));

        var elsewhere = ZoneVerification.Verify(Zones(), [Reading(Firewall(), l => l.Keep(new(new("fw.conf", 40, 40), "policy-map x", new Touch.OfInterfaces(InterfaceSet.Of("eth2")))))], Day);
        Assert.All(elsewhere.Checks, c => Assert.Equal(ZoneResult.Undetermined, c.Result));
        var behind = ZoneVerification.Verify(Zones(), [Reading(Firewall(), l => l.Keep(new(new("fw.conf", 40, 40), "policy-map x", new Touch.OfInterfaces(InterfaceSet.Of("eth9")))))], Day);
        Assert.Equal(ZoneResult.Proved, behind.Result);
    }

    [Fact]
    public void A_rule_that_stops_at_some_hours_only_makes_it_violated_if()
    {
        var perhaps = new Rule(new Match { Source = Net("10.1.0.0/16") }, RuleAction.Drop, new("fw.conf", 9, 9), "night") { Must = Match.Nothing, Unknowns = [new(UnknownKind.Schedule, "night")] };
        var check = Check(ZoneVerification.Verify(Zones(), [Reading(Firewall(perhaps, Accept(10, AddressSet.AllV4, AddressSet.AllV4)))], Day), "mynumber", "lgwan");
        var conditional = Assert.IsType<CheckVerdict.ViolatedIf>(check.Verdict);
        Assert.All(conditional.Violations, v => Assert.Contains(v.Unknowns, u => u.Name == "night"));
        Assert.Equal(ZoneResult.Violated, Check(ZoneVerification.Verify(Zones(), [Reading(Firewall(perhaps, Accept(10, AddressSet.AllV4, AddressSet.AllV4)))], Day), "lgwan", "mynumber").Result);
    }

    [Fact]
    public void Established_without_state_is_a_class_of_its_own()
    {
        var established = Accept(10, AddressSet.All, AddressSet.All, Service.Of(Protocols.Tcp) with { Flags = TcpFlags.Established });
        var device = Firewall(established);
        device = device with { Filters = [device.Filters[0] with { Stateful = false }] };
        var report = ZoneVerification.Verify(Zones(), [Reading(device)], Day, new(true));
        Assert.Equal(ZoneResult.Proved, report.Result);
        Assert.All(report.Checks, c => Assert.Equal(10, Assert.Single(c.Stray.DistinctBy(s => s.Path[0].Source)).Path[0].Source.FirstLine));
        Assert.NotEqual(0, Check(report, "mynumber", "lgwan").Stray[0].Packet.Flags & (TcpFlags.Ack | TcpFlags.Rst));
    }

    [Fact]
    public void Both_devices_on_the_way_must_let_it_pass()
    {
        var inner = new Device("inner", "test")
        {
            Interfaces = [Interface("lan", "10.1.0.1/16"), Interface("link", "192.168.0.1/30")],
            Routes = [new(new(Address.V4(0x0A020000), 16), Address.V4(0xC0A80002), null, default)],
            Chains = [new("f", [Accept(5, Net("10.1.0.0/16"), AddressSet.All, Https, Service.Udp(IntervalSet<ushort>.Of(53)))])],
            Filters = [new("f", FilterPlace.Forward, "f", RuleAction.Drop, default)],
        };
        Device Outer(params Rule[] rules) => new("outer", "test")
        {
            Interfaces = [Interface("link", "192.168.0.2/30"), Interface("lan", "10.2.0.1/16")],
            Routes = [new(new(Address.V4(0x0A010000), 16), Address.V4(0xC0A80001), null, default)],
            Chains = [new("f", [.. rules])],
            Filters = [new("f", FilterPlace.Forward, "f", RuleAction.Drop, default)],
        };
        var closed = ZoneVerification.Verify(Zones(), [Reading(inner), Reading(Outer(Accept(7, AddressSet.All, AddressSet.All, Service.Tcp(IntervalSet<ushort>.Of(80)))))], Day, new(true));
        Assert.Equal(ZoneResult.Proved, Check(closed, "mynumber", "lgwan").Result);
        var open = ZoneVerification.Verify(Zones(), [Reading(inner), Reading(Outer(Accept(7, AddressSet.All, Net("10.2.9.0/24"), Service.Udp(IntervalSet<ushort>.Of(1, 1000)))))], Day, new(true));
        var violation = Assert.Single(Check(open, "mynumber", "lgwan").Violations);
        Assert.Equal(["inner:5", "outer:7"], violation.Path.Select(p => $"{p.Device}:{p.Source.FirstLine}"));
        Assert.Equal("10.1.0.0/16 → 10.2.9.0/24 udp/53", violation.Flows.ToString());
        Assert.Equal(FlowWorks.No, open.Flows[0].Works);
        Assert.Contains(open.Findings, f => f.Code == "ZON-FLOW-001");
    }

    [Fact]
    public void A_port_forwarding_changes_who_can_be_reached()
    {
        var device = Firewall(Accept(10, AddressSet.All, Net("10.1.7.20"), Service.Tcp(IntervalSet<ushort>.Of(22)))) with
        {
            Nat = [new(NatKind.Destination, new Match { Destination = Net("10.2.0.200"), Services = ServiceSet.Of(Service.Tcp(IntervalSet<ushort>.Of(8022))) }, new("fw.conf", 3, 3), "forwarding") { To = Net("10.1.7.20"), ToPorts = IntervalSet<ushort>.Of(22) }],
        };
        var check = Check(ZoneVerification.Verify(Zones(), [Reading(device)], Day, new(true)), "lgwan", "mynumber");
        Assert.Contains(check.Violations, v => v.Path.Select(p => p.Source.FirstLine).SequenceEqual([3, 10]) && v.Packet.DestinationPort == 22);
        // The filter alone, seen before the translation, would let nothing of it pass.
        var original = Firewall(Accept(10, AddressSet.All, Net("10.2.0.200"), Service.Tcp(IntervalSet<ushort>.Of(8022)))) with { Nat = device.Nat, NatOrder = new(false, false, false) };
        Assert.Equal(10, Assert.Single(Check(ZoneVerification.Verify(Zones(), [Reading(original)], Day, new(true)), "lgwan", "mynumber").Violations).Path[1].Source.FirstLine);
        Assert.Equal(ZoneResult.Proved, Check(ZoneVerification.Verify(Zones(), [Reading(original with { NatOrder = NatOrder.Netfilter })], Day, new(true)), "lgwan", "mynumber").Result);
    }

    [Fact]
    public void Two_zones_on_one_interface_meet_no_filter()
    {
        var device = Firewall() with { Interfaces = [Interface("vlan10", "10.1.0.1/16", "10.2.0.1/16") with { Vlan = 10 }] };
        var report = ZoneVerification.Verify(Zones(), [Reading(device)], Day);
        Assert.Equal(ZoneResult.Violated, report.Result);
        Assert.Contains("shared VLAN 10", Check(report, "mynumber", "lgwan").Violations[0].Path[0].Rule);
        Assert.Contains(report.Findings, f => f.Code == "ZON-VLAN-001");
    }

    [Fact]
    public void A_zone_that_no_device_knows_is_not_proved()
    {
        var device = Firewall() with { Interfaces = [Interface("eth1", "10.1.0.1/16")] };
        Assert.All(ZoneVerification.Verify(Zones(), [Reading(device)], Day).Checks, c => Assert.IsType<CheckVerdict.NotAssessed>(c.Verdict));
        Assert.Equal(ZoneResult.Undetermined, ZoneVerification.Verify(Zones(), [], Day).Result);
    }

    [Theory]
    [InlineData("-s 10.2.0.0/16", "")]
    [InlineData("-i eth1 -o eth1 -s 10.2.0.0/16", "")]
    [InlineData("-i eth1 -o eth+ -s 10.2.0.0/16", "")]
    [InlineData("-i eth1 -o eth2 -s 10.2.0.0/16", ", at: [fw/eth1]")]
    public void A_rule_set_without_interfaces_is_not_proved_for_want_of_them(string match, string at)
    {
        var rules = $"*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A FORWARD {match} -j ACCEPT\nCOMMIT\n";
        var reading = ConfigDoor.Read("fw.rules", Encoding.ASCII.GetBytes(rules), CancellationToken.None);
        var check = Check(ZoneVerification.Verify(Zones(Policy.Replace("10.2.0.0/16, \"fd00:2::/32\"]", "10.2.0.0/16]" + at).Replace(", \"fd00:1::/32\"", "")), [reading], Day), "lgwan", "mynumber");
        Assert.Equal(ZoneResult.Violated, check.Result);
        Assert.Equal(5, check.Violations[0].Path[0].Source.FirstLine);
    }

    [Fact]
    public void What_the_slow_engine_lets_pass_between_two_zones_is_never_proved_away()
    {
        var zones = Zones("""
            format: 1
            model: β
            zones:
              - { id: a, kind: other, prefixes: 10.0.0.0/28 }
              - { id: b, kind: other, prefixes: 10.0.0.16/28 }
            """);
        var (proved, not) = (0, 0);
        for (var round = 0; round < 60; round++)
        {
            var filters = new RandomFilters(7000 + round);
            var device = filters.Device(1 + round % 3, 5, round % 2 == 0 ? 0 : 0.2);
            var report = ZoneVerification.Verify(zones, [Reading(device)], Day);
            for (var i = 0; i < 300; i++)
            {
                var packet = filters.Packet() with { State = ConnectionStates.New, Fragment = Fragments.WholeOrFirst, Flags = TcpFlags.Syn };
                var (from, to) = packet.Source.Value <= 0x0A00000F ? ("a", "b") : ("b", "a");
                if ((packet.Destination.Value <= 0x0A00000F) == (from == "a")) continue;
                if (SlowEngine.Passes(device, packet, static _ => true, static _ => true)) Assert.True(Check(report, from, to).Result != ZoneResult.Proved, $"round {round}: {packet}");
            }
            proved += report.Checks.Count(c => c.Result == ZoneResult.Proved);
            not += report.Checks.Count(c => c.Result != ZoneResult.Proved);
        }
        Assert.True(not > 20, $"{proved} proved, {not} not");
    }

    [Fact]
    public void A_zone_on_a_device_that_was_not_read_is_not_proved()
    {
        var reading = ConfigDoor.Read("fw.rules", Encoding.ASCII.GetBytes("*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n"), CancellationToken.None);
        var zones = Zones(Policy.Replace("name: LGWAN接続系", "name: LGWAN接続系, at: [fw9/eth1]"));
        Assert.All(ZoneVerification.Verify(zones, [reading], Day).Checks, c => Assert.Equal(ZoneResult.Undetermined, c.Result));
        // IPv6 between the zones, and rules for IPv4 only: open, too.
        Assert.All(ZoneVerification.Verify(Zones(), [reading], Day).Checks, c => Assert.IsType<CheckVerdict.NotAssessed>(c.Verdict));
    }

    [Fact]
    public void A_flow_that_ended_is_allowed_no_more()
    {
        var readings = new[] { Reading(Firewall(Accept(10, Net("10.2.5.10"), Net("10.1.7.20"), Https))) };
        Assert.Equal(ZoneResult.Proved, ZoneVerification.Verify(Zones(), readings, new(2027, 3, 31)).Result);
        var later = ZoneVerification.Verify(Zones(), readings, new(2027, 4, 1));
        Assert.Equal(ZoneResult.Violated, later.Result);
        Assert.Contains(later.Findings, f => f.Code == "ZON-FLOW-002");
    }

    [Fact]
    public void The_json_has_the_fixed_fields()
    {
        using var stream = new MemoryStream();
        ZoneReportJson.Write(ZoneVerification.Verify(Zones(), [Reading(Firewall(Accept(10, AddressSet.All, AddressSet.All)))], Day), stream);
        var root = JsonDocument.Parse(Encoding.UTF8.GetString(stream.ToArray())).RootElement;
        Assert.Equal("violated", root.GetProperty("result").GetString());
        var check = root.GetProperty("checks")[0];
        Assert.Equal(("mynumber", "lgwan", "violated"), (check.GetProperty("from").GetString(), check.GetProperty("to").GetString(), check.GetProperty("result").GetString()));
        var violation = check.GetProperty("violations")[0];
        Assert.Equal(["src", "dst", "protocol", "srcPort", "dstPort"], violation.GetProperty("packet").EnumerateObject().Take(5).Select(p => p.Name));
        Assert.Equal(["device", "file", "line"], violation.GetProperty("path")[0].EnumerateObject().Take(3).Select(p => p.Name));
        Assert.Equal(JsonValueKind.String, violation.GetProperty("flows").ValueKind);
        Assert.Equal(JsonValueKind.Array, check.GetProperty("notUnderstood").ValueKind);
    }
}
