using Sekisho.Zones.Model;
using static Sekisho.Zones.Tests.Devices.SlowFilter;

namespace Sekisho.Zones.Tests.Devices;

/// <summary>Cisco IOS Security Configuration Guide: Access Control Lists. ASA Series CLI Configuration Guide: Access Rules.</summary>
public sealed class CiscoReaderTests
{
    private static Device Ios(string list, string more = "") => ReadDevice($"version 15.2\nhostname r1\n{more}\ninterface GigabitEthernet0/0\n ip address 10.0.0.1 255.255.255.0\n ip access-group T in\n!\ninterface GigabitEthernet0/1\n ip address 10.9.0.1 255.255.255.0\n!\nip access-list extended T\n{list}\n!\n", "ios");

    private static Probe From(string source, string destination, byte protocol = 6, ushort port = 80) => new(source, destination, protocol, DestinationPort: port) { In = "GigabitEthernet0/0", Out = "GigabitEthernet0/1" };

    [Fact]
    public void Wildcard_masks_need_not_be_contiguous_and_the_list_ends_in_a_deny()
    {
        Device device = Ios(" permit tcp 10.0.0.0 0.0.0.254 any eq www 443\n permit udp any range 1000 2000 host 10.9.0.5 gt 5000");
        Assert.Equal(Answer.Pass, Ask(device, From("10.0.0.4", "10.9.0.5", port: 443)));
        Assert.Equal(Answer.Stop, Ask(device, From("10.0.0.5", "10.9.0.5", port: 443)));
        Assert.Equal(Answer.Pass, Ask(device, From("10.0.0.5", "10.9.0.5", Protocols.Udp, 5001) with { SourcePort = 2000 }));
        Assert.Equal(Answer.Stop, Ask(device, From("10.0.0.5", "10.9.0.5", Protocols.Udp, 5000) with { SourcePort = 2000 }));
        Assert.False(device.Filters[0].Stateful);
    }

    [Fact]
    public void Sequence_numbers_are_the_order_and_established_is_a_look_at_flags()
    {
        Device device = Ios(" 20 permit ip any any\n 10 deny tcp any any established\n no 30");
        Assert.Equal(Answer.Stop, Ask(device, From("10.0.0.4", "10.9.0.5") with { Flags = TcpFlags.Ack }));
        Assert.Equal(Answer.Pass, Ask(device, From("10.0.0.4", "10.9.0.5")));
    }

    [Fact]
    public void A_list_that_does_not_exist_lets_all_through()
    {
        Device device = ReadDevice("hostname r1\ninterface GigabitEthernet0/0\n ip address 10.0.0.1 255.255.255.0\n ip access-group NOWHERE in\n!\n", "ios");
        Assert.Equal(Answer.Pass, Ask(device, From("10.0.0.4", "10.9.0.5")));
    }

    [Fact]
    public void Object_groups_numbered_lists_and_schedules()
    {
        Device device = Ios(" permit object-group SVC object-group HOSTS any time-range NIGHT\n deny ip any any", "object-group network HOSTS\n host 10.0.0.7\n group-object MORE\nobject-group network MORE\n 10.0.0.64 255.255.255.192\nobject-group service SVC\n tcp eq 8080\n udp range 5000 5010");
        Assert.Equal(Answer.Maybe, Ask(device, From("10.0.0.7", "10.9.0.5", port: 8080)));
        Assert.Equal(Answer.Maybe, Ask(device, From("10.0.0.65", "10.9.0.5", Protocols.Udp, 5005)));
        Assert.Equal(Answer.Stop, Ask(device, From("10.0.0.8", "10.9.0.5", port: 8080)));
    }

    [Fact]
    public void Static_and_overloaded_translations()
    {
        Device device = ReadDevice("hostname r1\ninterface GigabitEthernet0/0\n ip address 10.0.0.1 255.255.255.0\n ip nat inside\n!\ninterface GigabitEthernet0/1\n ip address 203.0.113.1 255.255.255.0\n ip nat outside\n!\nip nat inside source static tcp 10.0.0.5 80 203.0.113.9 8080\nip nat inside source list 1 interface GigabitEthernet0/1 overload\naccess-list 1 permit 10.0.0.0 0.0.0.255\n", "ios");
        NatRule inward = Assert.Single(device.Nat, static rule => rule.Kind == NatKind.Destination);
        Assert.Equal("10.0.0.5", inward.To!.ToString());
        Assert.True(Assert.Single(device.Nat, static rule => rule.Kind == NatKind.Source).ToOutgoingInterface);
        Assert.Equal(new NatOrder(false, true, true), device.NatOrder);
    }

    private const string Asa = "ASA Version 9.8(2)\nhostname fw\ninterface GigabitEthernet0/0\n nameif outside\n security-level 0\n ip address 203.0.113.1 255.255.255.0\n!\ninterface GigabitEthernet0/1\n nameif inside\n security-level 100\n ip address 10.0.0.1 255.255.255.0\n!\ninterface GigabitEthernet0/2\n nameif dmz\n security-level 50\n ip address 172.16.0.1 255.255.255.0\n!\ninterface GigabitEthernet0/3\n nameif dmz2\n security-level 50\n ip address 172.17.0.1 255.255.255.0\n!\n";

    [Theory]
    [InlineData("inside", "outside", Answer.Pass)]
    [InlineData("inside", "dmz", Answer.Pass)]
    [InlineData("dmz", "inside", Answer.Stop)]
    [InlineData("outside", "dmz", Answer.Stop)]
    [InlineData("dmz", "dmz2", Answer.Stop)]
    internal void Without_a_list_the_security_level_decides(string from, string to, Answer answer) =>
        Assert.Equal(answer, Ask(ReadDevice(Asa), new Probe("198.51.100.1", "198.51.100.2") { In = from, Out = to }));

    [Fact]
    public void With_a_list_the_list_decides_and_equal_levels_need_leave()
    {
        const string More = "object network web\n host 172.16.0.80\nobject-group network srv\n network-object object web\n network-object 172.16.0.128 255.255.255.128\nobject-group service p tcp\n port-object eq https\n port-object range 8000 8010\naccess-list out extended permit tcp any object-group srv object-group p\naccess-list out extended permit udp any any eq domain inactive\naccess-list in2 extended permit ip any4 any4\naccess-group out in interface outside\naccess-group in2 in interface dmz\n";
        Device device = ReadDevice(Asa + More);
        Assert.Equal(Answer.Pass, Ask(device, new Probe("198.51.100.1", "172.16.0.80", DestinationPort: 443) { In = "outside", Out = "dmz" }));
        Assert.Equal(Answer.Pass, Ask(device, new Probe("198.51.100.1", "172.16.0.129", DestinationPort: 8005) { In = "outside", Out = "dmz" }));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("198.51.100.1", "172.16.0.81", DestinationPort: 443) { In = "outside", Out = "dmz" }));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("198.51.100.1", "172.16.0.80", Protocols.Udp, DestinationPort: 53) { In = "outside", Out = "dmz" }));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("172.16.0.5", "172.17.0.5") { In = "dmz", Out = "dmz2" }));
        Assert.Equal(Answer.Pass, Ask(device, new Probe("172.16.0.5", "10.0.0.5") { In = "dmz", Out = "inside" }));
        Assert.Equal(Answer.Pass, Ask(ReadDevice(Asa + "same-security-traffic permit inter-interface\n" + More), new Probe("172.16.0.5", "172.17.0.5") { In = "dmz", Out = "dmz2" }));
    }

    [Fact]
    public void Object_translation_of_ASA_and_names_in_lists()
    {
        Device device = ReadDevice(Asa + "object network web\n host 172.16.0.80\n nat (dmz,outside) static 203.0.113.80 service tcp 443 8443\nobject network upd\n fqdn update.example.jp\naccess-list i extended permit tcp any object upd eq 443\naccess-group i in interface inside\n");
        Assert.Equal("172.16.0.80", Assert.Single(device.Nat, static rule => rule.Kind == NatKind.Destination).To!.ToString());
        Assert.Equal(Answer.Maybe, Ask(device, new Probe("10.0.0.5", "198.51.100.2", DestinationPort: 443) { In = "inside", Out = "outside" }));
        Assert.True(device.NatOrder.InboundSeesNewDestination);
    }
}
