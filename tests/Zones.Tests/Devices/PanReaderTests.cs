using Sekisho.Zones.Model;
using static Sekisho.Zones.Tests.Devices.SlowFilter;

namespace Sekisho.Zones.Tests.Devices;

/// <summary>PAN-OS Administrator's Guide: Security Policy, NAT, Policy Objects.</summary>
public sealed class PanReaderTests
{
    private const string Set = """
        set deviceconfig system hostname pa
        set network interface ethernet ethernet1/1 layer3 ip 10.0.0.1/24
        set network interface ethernet ethernet1/2 layer3 ip 172.16.0.1/24
        set zone trust network layer3 ethernet1/1
        set zone untrust network layer3 ethernet1/2
        set address web ip-netmask 172.16.0.80
        set address upd fqdn update.example.jp
        set address-group srv static [ web upd ]
        set address-group outer static srv
        set service alt protocol tcp port 8000-8010,9000
        set rulebase security rules r1 from trust to untrust source any destination web service alt application any action allow
        set rulebase security rules r2 from trust to untrust source any destination outer service service-https application any action allow
        set rulebase security rules r3 from trust to untrust source any destination 172.16.0.9 service application-default application ssl action allow
        set rulebase security rules r4 from any to any source any destination any service any application any action deny disabled yes

        """;

    private const string Xml = """
        <?xml version="1.0"?>
        <config version="9.0.0"><devices><entry name="localhost.localdomain">
        <deviceconfig><system><hostname>pa</hostname></system></deviceconfig>
        <network><interface><ethernet>
        <entry name="ethernet1/1"><layer3><ip><entry name="10.0.0.1/24"/></ip></layer3></entry>
        <entry name="ethernet1/2"><layer3><ip><entry name="172.16.0.1/24"/></ip></layer3></entry>
        </ethernet></interface></network>
        <vsys><entry name="vsys1">
        <zone><entry name="trust"><network><layer3><member>ethernet1/1</member></layer3></network></entry><entry name="untrust"><network><layer3><member>ethernet1/2</member></layer3></network></entry></zone>
        <address><entry name="web"><ip-netmask>172.16.0.80</ip-netmask></entry><entry name="upd"><fqdn>update.example.jp</fqdn></entry></address>
        <address-group><entry name="srv"><static><member>web</member><member>upd</member></static></entry><entry name="outer"><static><member>srv</member></static></entry></address-group>
        <service><entry name="alt"><protocol><tcp><port>8000-8010,9000</port></tcp></protocol></entry></service>
        <rulebase><security><rules>
        <entry name="r1"><from><member>trust</member></from><to><member>untrust</member></to><source><member>any</member></source><destination><member>web</member></destination><service><member>alt</member></service><application><member>any</member></application><action>allow</action></entry>
        <entry name="r2"><from><member>trust</member></from><to><member>untrust</member></to><source><member>any</member></source><destination><member>outer</member></destination><service><member>service-https</member></service><application><member>any</member></application><action>allow</action></entry>
        <entry name="r3"><from><member>trust</member></from><to><member>untrust</member></to><source><member>any</member></source><destination><member>172.16.0.9</member></destination><service><member>application-default</member></service><application><member>ssl</member></application><action>allow</action></entry>
        <entry name="r4"><from><member>any</member></from><to><member>any</member></to><source><member>any</member></source><destination><member>any</member></destination><service><member>any</member></service><application><member>any</member></application><action>deny</action><disabled>yes</disabled></entry>
        </rules></security></rulebase></entry></vsys></entry></devices></config>
        """;

    [Theory]
    [InlineData(Set)]
    [InlineData(Xml)]
    public void Set_and_XML_say_the_same(string text)
    {
        Device device = ReadDevice(text);
        Assert.Equal("pa", device.Name);
        Assert.Equal(Answer.Pass, Out("172.16.0.80", 9000));
        Assert.Equal(Answer.Stop, Out("172.16.0.81", 9000));
        Assert.Equal(Answer.Pass, Out("172.16.0.80", 443));
        Assert.Equal(Answer.Maybe, Out("198.51.100.7", 443));
        Assert.Equal(Answer.Maybe, Out("172.16.0.9", 4444));
        Assert.Equal(Answer.Stop, Out("172.16.0.80", 22));

        Answer Out(string to, ushort port) => Ask(device, new Probe("10.0.0.5", to, DestinationPort: port) { In = "ethernet1/1", Out = "ethernet1/2" });
    }

    [Fact]
    public void Within_a_zone_all_passes_unless_the_default_is_changed()
    {
        Assert.Equal(Answer.Pass, Ask(ReadDevice(Set), new Probe("10.0.0.5", "10.0.0.9") { In = "ethernet1/1", Out = "ethernet1/1" }));
        Assert.Equal(Answer.Stop, Ask(ReadDevice(Set + "set rulebase default-security-rules rules intrazone-default action deny\n"), new Probe("10.0.0.5", "10.0.0.9") { In = "ethernet1/1", Out = "ethernet1/1" }));
        Assert.Equal(Answer.Stop, Ask(ReadDevice(Set), new Probe("172.16.0.5", "10.0.0.9") { In = "ethernet1/2", Out = "ethernet1/1" }));
    }

    [Fact]
    public void Translations_and_negation()
    {
        Device device = ReadDevice(Set + "set rulebase nat rules d from untrust to untrust source any destination 203.0.113.7 service service-https destination-translation translated-address web translated-port 8443\nset rulebase security rules r5 from untrust to trust source 192.0.2.0/24 negate-source yes destination any service any application any action allow\n");
        NatRule inward = device.Nat.First(static rule => rule.Kind == NatKind.Destination);
        Assert.Equal("172.16.0.80", inward.To!.ToString());
        Assert.Equal(new NatOrder(false, false, false), device.NatOrder);
        Assert.Equal(Answer.Pass, Ask(device, new Probe("198.51.100.1", "10.0.0.9") { In = "ethernet1/2", Out = "ethernet1/1" }));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("192.0.2.1", "10.0.0.9") { In = "ethernet1/2", Out = "ethernet1/1" }));
    }

    [Fact]
    public void XML_cut_off_says_so() => Assert.Contains(ReadText(Xml[..(Xml.Length / 2)]).Errors, static error => error.Code == "ZON-READ-004");
}
