using Sekisho.Zones.Model;
using static Sekisho.Zones.Tests.Devices.SlowFilter;

namespace Sekisho.Zones.Tests.Devices;

/// <summary>FortiOS CLI Reference, "config firewall policy", "address", "addrgrp", "service", "vip"; Administration Guide, "Firewall policy".</summary>
public sealed class FortiReaderTests
{
    private const string Ports = """
        config system interface
            edit "a"
                set vdom "root"
                set ip 10.0.0.1 255.255.0.0
            next
            edit "b"
                set vdom "root"
                set ip 172.16.0.1 255.255.0.0
            next
        end

        """;

    private static string Policy(int id, string more, string action = "accept") => $"""
            edit {id}
                set srcintf "a"
                set dstintf "b"
                set srcaddr "all"
                set dstaddr "all"
                set schedule "always"
                set service "ALL"
                set action {action}
                {more}
            next

        """;

    [Fact]
    public void Policies_are_tried_in_the_order_of_the_file_and_end_in_an_implicit_deny()
    {
        Device device = ReadDevice(Ports + "config firewall policy\n" + Policy(9, "set service \"HTTP\"", "deny") + Policy(1, "set service \"HTTP\" \"HTTPS\"") + "end\n");
        Assert.Equal(Answer.Stop, Ask(device, new Probe("10.0.0.5", "172.16.0.5") { In = "a", Out = "b" }));
        Assert.Equal(Answer.Pass, Ask(device, new Probe("10.0.0.5", "172.16.0.5", DestinationPort: 443) { In = "a", Out = "b" }));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("10.0.0.5", "172.16.0.5", DestinationPort: 22) { In = "a", Out = "b" }));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("172.16.0.5", "10.0.0.5", DestinationPort: 443) { In = "b", Out = "a" }));
    }

    [Fact]
    public void Moved_disabled_and_cloned_policies_are_as_the_device_has_them()
    {
        Device device = ReadDevice(Ports + "config firewall policy\n" + Policy(1, "") + Policy(2, "set service \"SSH\"", "deny") + Policy(3, "set status disable") + "    move 2 before 1\nend\n");
        Assert.Equal(["2", "1"], device.Chains[0].Rules.Select(static rule => rule.Name));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("10.0.0.5", "172.16.0.5", DestinationPort: 22) { In = "a", Out = "b" }));
    }

    [Fact]
    public void Groups_exclusions_negation_and_source_ports()
    {
        Device device = ReadDevice(Ports + """
            config firewall address
                edit "net"
                    set subnet 10.0.0.0 255.255.0.0
                next
                edit "bad"
                    set type iprange
                    set start-ip 10.0.0.10
                    set end-ip 10.0.0.19
                next
            end
            config firewall addrgrp
                edit "g"
                    set member "net"
                    set exclude enable
                    set exclude-member "bad"
                next
                edit "outer"
                    set member "g"
                next
            end
            config firewall service custom
                edit "odd"
                    set tcp-portrange 8000-8010:1024-65535
                next
            end
            config firewall policy

            """ + Policy(1, "set srcaddr \"outer\"\n        set service \"odd\"") + Policy(2, "set srcaddr \"net\"\n        set srcaddr-negate enable\n        set service \"HTTPS\"") + "end\n");
        Assert.Equal(Answer.Pass, Ask(device, new Probe("10.0.0.9", "172.16.0.5", DestinationPort: 8005) { In = "a", Out = "b" }));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("10.0.0.15", "172.16.0.5", DestinationPort: 8005) { In = "a", Out = "b" }));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("10.0.0.9", "172.16.0.5", SourcePort: 1000, DestinationPort: 8005) { In = "a", Out = "b" }));
        Assert.Equal(Answer.Pass, Ask(device, new Probe("192.0.2.1", "172.16.0.5", DestinationPort: 443) { In = "a", Out = "b" }));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("10.0.0.9", "172.16.0.5", DestinationPort: 443) { In = "a", Out = "b" }));
    }

    [Theory]
    [InlineData("set dstaddr \"upd\"", UnknownKind.Fqdn, "update.example.jp")]
    [InlineData("set schedule \"nights\"", UnknownKind.Schedule, "nights")]
    [InlineData("set groups \"staff\"", UnknownKind.User, "staff")]
    [InlineData("set dstaddr \"nowhere\"", UnknownKind.NotUnderstood, "nowhere")]
    [InlineData("set frobnicate enable", UnknownKind.NotUnderstood, "firewall policy 1 frobnicate")]
    public void Unknown_conditions_keep_their_policy_as_a_possible_one(string words, UnknownKind kind, string name)
    {
        Device device = Assert.Single(ReadText(Ports + "config firewall address\n    edit \"upd\"\n        set type fqdn\n        set fqdn \"update.example.jp\"\n    next\nend\nconfig firewall policy\n" + Policy(1, words) + "end\n").Devices);
        Assert.Equal(Answer.Maybe, Ask(device, new Probe("10.0.0.5", "172.16.0.5") { In = "a", Out = "b" }));
        Assert.Contains(new Unknown(kind, name), device.Chains[0].Rules[0].Unknowns);
    }

    [Fact]
    public void A_virtual_address_is_a_destination_translation_and_the_destination_of_its_policy()
    {
        Device device = ReadDevice(Ports + "config firewall vip\n    edit \"web\"\n        set extip 203.0.113.7\n        set mappedip \"172.16.0.80\"\n        set extintf \"a\"\n        set portforward enable\n        set extport 8443\n        set mappedport 443\n    next\nend\nconfig firewall policy\n" + Policy(1, "set dstaddr \"web\"\n        set service \"HTTPS\"") + "end\n");
        NatRule nat = Assert.Single(device.Nat, static rule => rule.Kind == NatKind.Destination);
        Assert.Equal("172.16.0.80", nat.To!.ToString());
        Assert.Equal(Answer.Pass, Ask(device, new Probe("192.0.2.1", "203.0.113.7", DestinationPort: 8443) { In = "a", Out = "b" }));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("192.0.2.1", "203.0.113.7", DestinationPort: 22) { In = "a", Out = "b" }));
    }

    [Fact]
    public void Zones_stand_for_their_interfaces_and_intrazone_is_said()
    {
        Device device = ReadDevice(Ports + "config system zone\n    edit \"z\"\n        set intrazone allow\n        set interface \"a\" \"b\"\n    next\nend\n");
        Assert.Equal(Answer.Pass, Ask(device, new Probe("10.0.0.5", "172.16.0.5") { In = "a", Out = "b" }));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("10.0.0.5", "172.16.0.5") { In = "a", Out = "c" }));
    }

    [Fact]
    public void A_group_that_holds_itself_is_found_and_named()
    {
        ConfigReading reading = ReadText(Ports + "config firewall addrgrp\n    edit \"x\"\n        set member \"y\"\n    next\n    edit \"y\"\n        set member \"x\"\n    next\nend\nconfig firewall policy\n" + Policy(1, "set srcaddr \"x\"") + "end\n");
        Assert.Contains(reading.Errors, static error => error.Code == "ZON-READ-005");
        Assert.Equal(Answer.Maybe, Ask(reading.Devices[0], new Probe("10.0.0.5", "172.16.0.5") { In = "a", Out = "b" }));
    }

    [Fact]
    public void A_file_cut_off_says_so() =>
        Assert.Contains(ReadText(Ports + "config firewall policy\n    edit 1\n        set srcintf \"a\"").Errors, static error => error.Code == "ZON-READ-004");
}
