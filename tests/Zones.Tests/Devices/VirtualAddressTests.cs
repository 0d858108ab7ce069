using System.Text;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Model;
using Sekisho.Zones.Reports;

namespace Sekisho.Zones.Tests.Devices;

/// <summary>Addresses that a group of devices shares (HSRP, VRRP, GLBP) are theirs: what is sent to or by them meets their filters.</summary>
public sealed class VirtualAddressTests
{
    [Theory]
    // Cisco IOS First Hop Redundancy Protocols Command Reference: standby ip, vrrp ip, glbp ip, vrrp address-family.
    [InlineData("ios", "interface Vlan10\n ip address 10.1.0.2 255.255.0.0\n standby 1 ip 10.1.0.1\n standby 1 priority 110\n!\n", "10.1.0.1")]
    [InlineData("ios", "interface Vlan10\n ip address 10.1.0.2 255.255.0.0\n vrrp 5 ip 10.1.0.1\n vrrp 5 ip 10.1.0.3 secondary\n!\n", "10.1.0.1 10.1.0.3")]
    [InlineData("ios", "interface Vlan10\n ip address 10.1.0.2 255.255.0.0\n glbp 7 ip 10.1.0.1\n!\n", "10.1.0.1")]
    [InlineData("ios", "interface Vlan10\n ip address 10.1.0.2 255.255.0.0\n vrrp 5 address-family ipv4\n  address 10.1.0.1 primary\n!\n", "10.1.0.1")]
    // Cisco ASA Command Reference: ip address … standby.
    [InlineData("asa", "ASA Version 9.16(1)\n!\ninterface GigabitEthernet0/0\n nameif inside\n security-level 100\n ip address 10.1.0.1 255.255.0.0 standby 10.1.0.2\n!\n: end\n", "10.1.0.2")]
    // Junos OS High Availability User Guide: vrrp-group, vrrp-inet6-group.
    [InlineData("junos", "set interfaces ge-0/0/0 unit 0 family inet address 10.1.0.2/16 vrrp-group 1 virtual-address 10.1.0.1\nset interfaces ge-0/0/0 unit 0 family inet6 address fd00::2/64 vrrp-inet6-group 2 virtual-inet6-address fd00::1\n", "10.1.0.1 fd00::1")]
    // FortiOS CLI Reference, config system interface, vrrp.
    [InlineData("fortios", "config system interface\n    edit \"port1\"\n        set ip 10.1.0.2 255.255.0.0\n        config vrrp\n            edit 5\n                set vrip 10.1.0.1\n            next\n        end\n    next\nend\n", "10.1.0.1")]
    // ヤマハルーター コマンドリファレンス「インタフェース毎の VRRP の設定」.
    [InlineData("yamaha", "ip lan1 address 10.1.0.2/16\nip lan1 vrrp 1 10.1.0.1 priority=200\n", "10.1.0.1")]
    public void The_address_of_a_group_is_read(string vendor, string text, string addresses)
    {
        var reading = ConfigDoor.Read("test.conf", Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken, vendor);
        Assert.Empty(reading.Lines.NotUnderstood);
        Assert.Equal(addresses.Split(' '), reading.Devices[0].Interfaces.SelectMany(static i => i.VirtualAddresses).Select(static a => a.ToString()));
    }

    [Theory]
    [InlineData(" standby 1 ip 10.9.0.9\n", true)]
    [InlineData("", false)]
    public void A_next_hop_that_a_group_shares_leads_to_its_devices(string shared, bool meetsTheFilter)
    {
        const string zones = "format: 1\nmodel: β\nzones:\n  - { id: a, kind: other, prefixes: 10.1.0.0/16 }\n  - { id: b, kind: other, prefixes: 10.2.0.0/16 }\n";
        const string near = "hostname near\n!\ninterface Vlan10\n ip address 10.1.0.1 255.255.0.0\n!\ninterface Vlan90\n ip address 10.9.0.1 255.255.255.0\n!\nip route 10.2.0.0 255.255.0.0 10.9.0.9\n";
        var far = $"hostname far\n!\ninterface Vlan90\n ip address 10.9.0.2 255.255.255.0\n ip access-group STOP in\n{shared}!\ninterface Vlan20\n ip address 10.2.0.1 255.255.0.0\n!\nip access-list extended STOP\n deny ip any any\n";
        ConfigReading[] readings = [.. new[] { ("near.conf", near), ("far.conf", far) }.Select(static f => ConfigDoor.Read(f.Item1, Encoding.UTF8.GetBytes(f.Item2), TestContext.Current.CancellationToken, "ios"))];
        var policy = TownTests.Zones(zones);
        var pair = ZoneVerification.Verify(policy, readings, TownTests.Day).Checks.Single(static c => c.From.Id == "a" && c.To.Id == "b");
        // Who the next hop is, isn't known without the group: packets may get there by whatever stands on that wire.
        Assert.Equal(meetsTheFilter ? ZoneResult.Proved : ZoneResult.Violated, pair.Result);
        var itself = ZoneVerification.VerifyDevices(policy, readings, TownTests.Day).Checks.Single(static c => c.Device == "near" && c.From.Id == "a");
        Assert.Contains(itself.Pings, static p => p.Flows.Destination.Contains(Address.V4(0x0A010001)));
    }

    [Fact]
    public void The_shared_address_is_the_device_s_own_but_not_for_sure()
    {
        const string text = "hostname r\n!\ninterface Vlan10\n ip address 10.1.0.2 255.255.0.0\n standby 1 ip 10.1.0.1\n!\nline vty 0 4\n transport input ssh\n!\n";
        const string zones = "format: 1\nmodel: β\nzones:\n  - { id: a, kind: other, prefixes: 10.1.0.0/16 }\n  - { id: b, kind: other, prefixes: 10.2.0.0/16 }\n";
        var check = ZoneVerification.VerifyDevices(TownTests.Zones(zones), [ConfigDoor.Read("r.conf", Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken, "ios")], TownTests.Day).Checks.Single(static c => c.From.Id == "a");
        // Surely by its own address; by that of the group whoever leads it answers.
        Assert.All(check.Reaches, static r => Assert.Equal("10.1.0.2", r.Flows.Destination.ToString()));
        Assert.Contains(check.Pings, static p => p.Flows.Destination.Contains(Address.V4(0x0A010001)));
    }
}
