using System.Text;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Model;
using static Sekisho.Zones.Tests.Devices.SlowFilter;

namespace Sekisho.Zones.Tests.Devices;

/// <summary>AlliedWare Plus Command Reference: hardware access lists, "rule (Firewall)", "protect", "rule (NAT)", entities.</summary>
public sealed class AlliedReaderTests
{
    private const string Router = """
        !
        hostname ar1
        !
        zone private
         network lan
          ip subnet 192.168.1.0/24 interface vlan1
          host web
           ip address 192.168.1.10
        !
        zone public
         network wan
          ip subnet 0.0.0.0/0 interface eth1
        !
        application webport
         protocol tcp
         dport 8080
        !
        firewall
         rule 10 permit any from private to public
         rule 20 permit webport from public to private.lan.web
         rule 30 permit skype from public to private
        RULES
         protect
        !
        nat
         rule 10 masq any from private to public
         rule 20 portfwd webport from public with dst private.lan.web dport 80
         enable
        !
        interface eth1
         ip address 203.0.113.2/30
        interface vlan1
         ip address 192.168.1.1/24
        !
        ip route 0.0.0.0/0 203.0.113.1
        !
        """;

    private static Probe In(string from, string to, ushort port) => new(from, to, DestinationPort: port) { In = "eth1", Out = "vlan1" };

    [Fact]
    public void Protect_drops_what_no_rule_permits_and_an_application_of_the_device_stays_unknown()
    {
        var device = ReadDevice(Router.Replace("RULES", "", StringComparison.Ordinal));
        Assert.Equal("allied", device.Vendor);
        Assert.Equal(Answer.Pass, Ask(device, new Probe("192.168.1.5", "8.8.8.8") { In = "vlan1", Out = "eth1" }));
        Assert.Equal(Answer.Pass, Ask(device, In("8.8.8.8", "192.168.1.10", 8080)));
        // "skype" is told from content: what it means nobody knows from the file.
        Assert.Equal(Answer.Maybe, Ask(device, In("8.8.8.8", "192.168.1.5", 22)));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("10.9.9.9", "8.8.8.8") { In = "vlan1", Out = "vlan1" }));
        Assert.Equal(Answer.Pass, Ask(ReadDevice(Router.Replace(" protect\n", "", StringComparison.Ordinal).Replace("RULES", "", StringComparison.Ordinal)), In("8.8.8.8", "192.168.1.5", 22)));
    }

    [Fact]
    public void Rules_go_by_their_numbers_and_log_goes_on()
    {
        var device = ReadDevice(Router.Replace("RULES", " rule 5 log any from public to private\n rule 7 deny any from public to private", StringComparison.Ordinal));
        Assert.Equal(Answer.Stop, Ask(device, In("8.8.8.8", "192.168.1.10", 8080)));
    }

    [Fact]
    public void A_port_forwarding_is_a_possible_translation_to_its_host()
    {
        var inward = Assert.Single(ReadDevice(Router.Replace("RULES", "", StringComparison.Ordinal)).Nat, static n => n.Kind == NatKind.Destination);
        Assert.Equal("192.168.1.10", inward.To!.ToString());
        Assert.Equal((ushort)80, inward.ToPorts!.Bounds[0]);
        Assert.NotEmpty(inward.Unknowns);
    }

    [Fact]
    public void What_hardware_lists_do_not_match_is_forwarded_and_lists_of_only_some_ports_filter_nothing()
    {
        const string Switch = "hostname sw1\n!\naccess-list 3000 deny ip any 10.0.0.0 0.0.0.255\n!\nvlan database\n vlan 10 name clients\n!\ninterface port1.0.1-1.0.2\n switchport\n switchport mode access\n switchport access vlan 10\nACL1!\ninterface port1.0.3\n switchport access vlan 10\nACL2!\ninterface vlan10\n ip address 10.0.10.1/24\n!\n";
        static Answer To(string text, string address) => Ask(ReadDevice(text), new Probe("10.0.10.5", address) { In = "vlan10", Out = "vlan20" });
        var all = Switch.Replace("ACL1", " access-group 3000\n", StringComparison.Ordinal).Replace("ACL2", " access-group 3000\n", StringComparison.Ordinal);
        Assert.Equal(Answer.Stop, To(all, "10.0.0.9"));
        Assert.Equal(Answer.Pass, To(all, "10.0.1.9"));
        Assert.Equal(Answer.Pass, To(Switch.Replace("ACL1", " access-group 3000\n", StringComparison.Ordinal).Replace("ACL2", "", StringComparison.Ordinal), "10.0.0.9"));
    }

    [Fact]
    public void What_is_not_understood_keeps_its_rule_possible()
    {
        var reading = ReadText(Router.Replace("RULES", " rule 5 deny any from public zzz private", StringComparison.Ordinal));
        Assert.Contains(reading.Lines.NotUnderstood, static l => l.Text.Contains("zzz", StringComparison.Ordinal));
        Assert.Equal(Answer.Maybe, Ask(reading.Devices[0], In("8.8.8.8", "192.168.1.10", 8080)));
    }

    [Fact]
    public void Each_vendors_secrets_are_covered()
    {
        string[] texts =
        [
            "hostname awplus\nusername manager privilege 15 password 8 $1$SECRETx$SECRET\nenable password 8 SECRET\nradius-server host 10.0.0.9 key SECRET\ncrypto isakmp key 8 SECRET address 1.2.3.4\nsnmp-server community SECRET rw\ninterface ppp0\n ppp password SECRET\n",
            "# RTX1210 Rev.14.01.38\nlogin password SECRET\nlogin password encrypted SECRET\nadministrator password encrypted SECRET\npp select 1\n pp auth myname user@isp SECRET\n pp auth username u SECRET\nipsec ike pre-shared-key 1 text SECRET\nsnmp community read-only SECRET\nsnmpv3 usm user 1 u sha SECRET aes128-cfb SECRET\n",
            "! NEC Portable Internetwork Core\nusername admin password hash SECRET administrator\nike policy p peer 1.2.3.4 key SECRET\nppp profile p\n  authentication password user@isp SECRET\nsnmp-agent ip community SECRET\n",
        ];
        foreach (var text in texts)
        {
            var reading = ReadText(text, text.StartsWith('#') ? "yamaha" : text.StartsWith('!') ? "nec-ix" : "allied");
            var all = string.Join('\n', ConfigDoor.Masked("x", Encoding.UTF8.GetBytes(text))!) + string.Join('\n', reading.Lines.NotUnderstood.Select(static l => l.Text)) + string.Join('\n', reading.Errors);
            Assert.DoesNotContain("SECRET", all, StringComparison.Ordinal);
        }
    }
}
