using System.Text;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Model;
using Sekisho.Zones.Reports;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>For each of the ten vendors: the same two zones kept apart, and then the file broken off, of another vendor, damaged, in CP932, with names that nothing defines or that go round.</summary>
public sealed class VendorBadInputTests
{
    private static readonly string Zones = TownTests.Policy.Replace(", \"fd00:1::/32\"", "").Replace(", \"fd00:2::/32\"", "");

    /// <param name="Until">The last line that decides who talks to whom: a file that breaks off before it is never proved. Null: the end of the file, which the format marks.</param>
    /// <param name="Strange">A word of a rule and what makes nonsense of it: a name that nothing defines, or a group that holds itself.</param>
    private sealed record Sample(string Vendor, string Text, string? Until, params (string Word, string Instead)[] Strange);

    private static readonly Dictionary<string, Sample> Samples = new()
    {
        ["iptables"] = new("iptables", "# 庁内\n*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n:web - [0:0]\n-A FORWARD -s 10.2.5.10/32 -j web\n-A web -d 10.1.7.20/32 -p tcp -m tcp --dport 443 -j ACCEPT\nCOMMIT\n", null, ("-j web", "-j webb"), ("-j ACCEPT", "-j web")),
        ["nftables"] = new("nftables", "# 庁内\ntable inet t {\n set from { type ipv4_addr; elements = { 10.2.5.10 } }\n chain c {\n  type filter hook forward priority 0; policy drop;\n  ip saddr @from ip daddr 10.1.7.20 tcp dport 443 accept\n }\n}\n", null, ("@from", "@form"), ("accept\n", "jump c\n")),
        ["fortios"] = new("fortios", """
            #config-version=FGT60F-7.2.5-FW-build1517-230606:opmode=0:vdom=0:user=admin
            config system interface
                edit "port1"
                    set ip 10.1.0.1 255.255.0.0
                    set description "庁内"
                next
                edit "port2"
                    set ip 10.2.0.1 255.255.0.0
                next
            end
            config firewall address
                edit "from"
                    set subnet 10.2.5.10 255.255.255.255
                next
                edit "server"
                    set subnet 10.1.7.20 255.255.255.255
                next
            end
            config firewall addrgrp
                edit "group"
                    set member "from"
                next
            end
            config firewall policy
                edit 1
                    set srcintf "port2"
                    set dstintf "port1"
                    set srcaddr "group"
                    set dstaddr "server"
                    set action accept
                    set schedule "always"
                    set service "HTTPS"
                next
            end

            """, null, ("set member \"from\"", "set member \"form\""), ("set member \"from\"", "set member \"group\"")),
        ["panos xml"] = new("panos", """
            <?xml version="1.0"?>
            <config version="10.1.0" urldb="paloaltonetworks">
            <devices><entry name="localhost.localdomain">
            <network><interface><ethernet>
            <entry name="ethernet1/1"><comment>庁内</comment><layer3><ip><entry name="10.1.0.1/16"/></ip></layer3></entry>
            <entry name="ethernet1/2"><layer3><ip><entry name="10.2.0.1/16"/></ip></layer3></entry>
            </ethernet></interface></network>
            <vsys><entry name="vsys1">
            <zone><entry name="in"><network><layer3><member>ethernet1/1</member></layer3></network></entry>
            <entry name="out"><network><layer3><member>ethernet1/2</member></layer3></network></entry></zone>
            <rulebase><security><rules>
            <entry name="r1"><from><member>out</member></from><to><member>in</member></to>
            <source><member>group</member></source><destination><member>10.1.7.20</member></destination>
            <service><member>service-https</member></service><application><member>any</member></application><action>allow</action></entry>
            </rules></security></rulebase>
            <address><entry name="from"><ip-netmask>10.2.5.10</ip-netmask></entry></address>
            <address-group><entry name="group"><static><member>from</member></static></entry></address-group>
            </entry></vsys></entry></devices></config>

            """, null, ("<member>from<", "<member>form<"), ("<member>from<", "<member>group<")),
        ["panos set"] = new("panos", """
            # 庁内
            set network interface ethernet ethernet1/1 layer3 ip 10.1.0.1/16
            set network interface ethernet ethernet1/2 layer3 ip 10.2.0.1/16
            set rulebase security rules r1 from out to in source group destination 10.1.7.20 service service-https application any action allow
            set address from ip-netmask 10.2.5.10
            set address-group group static from
            set zone in network layer3 ethernet1/1
            set zone out network layer3 ethernet1/2

            """, "set address-group", ("static from", "static form"), ("static from", "static group")),
        ["ios"] = new("ios", "Building configuration...\n\nCurrent configuration : 1200 bytes\n!\n! 庁内\nversion 15.2\nhostname r1\n!\nobject-group network group\n host 10.2.5.10\n!\ninterface Vlan10\n ip address 10.1.0.1 255.255.0.0\n ip access-group IN in\n ip access-group OUT out\n!\ninterface Vlan20\n ip address 10.2.0.1 255.255.0.0\n!\nip access-list extended IN\n deny   ip any any\nip access-list extended OUT\n permit tcp object-group group host 10.1.7.20 eq 443\n deny   ip any any\n!\nend\n", null, ("tcp object-group group", "tcp object-group grop"), (" host 10.2.5.10\n!", " group-object group\n!")),
        ["asa"] = new("asa", ": Saved\n:\nASA Version 9.8(2)\n!\n! 庁内\nhostname asa1\ninterface GigabitEthernet0/0\n nameif in\n security-level 100\n ip address 10.1.0.1 255.255.0.0\n!\ninterface GigabitEthernet0/1\n nameif out\n security-level 50\n ip address 10.2.0.1 255.255.0.0\n!\nobject-group network group\n network-object host 10.2.5.10\naccess-list IN extended deny ip any any\naccess-list OUT extended permit tcp object-group group host 10.1.7.20 eq https\naccess-group IN in interface in\naccess-group OUT in interface out\nCryptochecksum:0123\n: end\n", "Cryptochecksum", ("tcp object-group group", "tcp object-group grop"), ("network-object host 10.2.5.10", "group-object group")),
        ["junos braces"] = new("junos", """
            /* 庁内 */
            system {
                host-name srx;
            }
            interfaces {
                ge-0/0/0 {
                    unit 0 { family inet { address 10.1.0.1/16; } }
                }
                ge-0/0/1 {
                    unit 0 { family inet { address 10.2.0.1/16; } }
                }
            }
            security {
                address-book {
                    global {
                        address from 10.2.5.10/32;
                        address server 10.1.7.20/32;
                        address-set group { address from; }
                    }
                }
                policies {
                    from-zone out to-zone in {
                        policy p1 {
                            match {
                                source-address group;
                                destination-address server;
                                application junos-https;
                            }
                            then { permit; }
                        }
                    }
                }
                zones {
                    security-zone in { interfaces { ge-0/0/0.0; } }
                    security-zone out { interfaces { ge-0/0/1.0; } }
                }
            }

            """, "    security-zone out", ("address-set group { address from; }", "address-set group { address form; }"), ("address-set group { address from; }", "address-set group { address-set group; }")),
        ["yamaha"] = new("yamaha", "# RTX1210 Rev.14.01.38 (Fri Jul 31 13:37:09 2020)\n# 庁内\nip lan1 address 10.1.0.1/16\nip lan1 secure filter in 10\nip lan1 secure filter out 20 30\nip lan2 address 10.2.0.1/16\nip filter 10 reject * * * * *\nip filter 20 pass 10.2.5.10 10.1.7.20 tcp * 443\nip filter 30 reject * * * * *\ndns server 10.1.0.5\n", "ip filter 30", ("filter out 20 30", "filter out 20 31"), ("pass 10.2.5.10", "pass 10.2.5.x")),
        ["nec-ix"] = new("nec-ix", "! NEC Portable Internetwork Core Operating System Software\n! IX Series IX2215 (magellan-sec) Software, Version 9.5.12\n! 庁内\nhostname ix1\nip access-list none deny ip src any dest any\nip access-list web permit tcp src 10.2.5.10/32 sport any dest 10.1.7.20/32 dport eq 443\n!\ninterface GigaEthernet0.0\n  ip address 10.1.0.1/16\n  ip filter none 1 in\n  ip filter web 1 out\n  no shutdown\n!\ninterface GigaEthernet1.0\n  ip address 10.2.0.1/16\n  no shutdown\n!\n", "  ip address 10.2.0.1/16", ("ip filter web 1 out", "ip filter wib 1 out"), ("src 10.2.5.10/32", "src 10.2.5.x")),
        ["allied"] = new("allied", """
            !
            service password-encryption
            !
            hostname ar1
            !
            zone a
             network net
              ip subnet 10.1.0.0/16 interface vlan1
              host server
               ip address 10.1.7.20
            !
            zone b
             network net
              ip subnet 10.2.0.0/16 interface vlan2
              host from
               ip address 10.2.5.10
            !
            firewall
             rule 10 permit tls from b.net.from to a.net.server
             protect
            !
            application tls
             protocol tcp
             dport 443
            !
            interface vlan1
             description 庁内
             ip address 10.1.0.1/16
            !
            interface vlan2
             ip address 10.2.0.1/16
            !
            end

            """, " dport 443", ("b.net.from to", "b.net.form to"), ("permit tls", "permit tlz")),
    };

    public static TheoryData<string> Kinds => [.. Samples.Keys];

    private static ZoneResult Result(params ConfigReading[] readings) => ZoneVerification.Verify(TownTests.Zones(Zones), readings, TownTests.Day).Result;

    private static ConfigReading Read(string text, string? vendor) => ConfigDoor.Read("device.conf", Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken, vendor);

    [Fact]
    public void Every_vendor_is_here() => Assert.Equal(ConfigDoor.Readers.Select(static r => r.Vendor).Order(StringComparer.Ordinal), Samples.Values.Select(static s => s.Vendor).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Whole_it_is_proved_in_UTF_8_and_in_CP932(string kind)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var (vendor, text) = (Samples[kind].Vendor, Samples[kind].Text);
        foreach (var encoding in new[] { Encoding.UTF8, Encoding.GetEncoding(932) })
        {
            var reading = ConfigDoor.Read("device.conf", encoding.GetBytes(text), TestContext.Current.CancellationToken);
            Assert.True(reading.Errors.IsEmpty && reading.Lines.NotUnderstood.Count == 0, string.Join("\n", reading.Errors) + string.Join("\n", reading.Lines.NotUnderstood));
            Assert.Equal(vendor, Assert.Single(reading.Devices).Vendor);
            Assert.Equal(ZoneResult.Proved, Result(reading));
        }
        Assert.Contains("庁内", string.Join('\n', ConfigDoor.Masked("device.conf", Encoding.GetEncoding(932).GetBytes(text))!), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Broken_off_at_any_line_it_is_not_proved_while_what_is_missing_matters(string kind)
    {
        var sample = Samples[kind];
        var lines = sample.Text.TrimEnd('\n').Split('\n');
        var last = sample.Until is null ? lines.Length - 1 : Array.FindLastIndex(lines, l => l.Contains(sample.Until, StringComparison.Ordinal));
        Assert.True(last > 0);
        for (var kept = 1; kept <= last; kept++)
        {
            var reading = Read(string.Join('\n', lines[..kept]) + "\n", sample.Vendor);
            Assert.True(Result(reading) != ZoneResult.Proved, $"{kept} lines: {lines[kept - 1]}");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Read_as_another_vendors_it_is_not_proved(string kind)
    {
        foreach (var vendor in ConfigDoor.Readers.Select(static r => r.Vendor).Where(v => v != Samples[kind].Vendor))
        {
            var reading = Read(Samples[kind].Text, vendor);
            Assert.True(Result(reading) != ZoneResult.Proved, $"as {vendor}");
            Assert.True(!reading.Errors.IsEmpty || reading.Lines.NotUnderstood.Count > 0, $"as {vendor}: nothing is said");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Names_that_nothing_defines_and_groups_that_go_round_are_not_proved(string kind)
    {
        var sample = Samples[kind];
        Assert.NotEmpty(sample.Strange);
        foreach (var (word, instead) in sample.Strange)
        {
            Assert.Contains(word, sample.Text, StringComparison.Ordinal);
            var reading = Read(sample.Text.Replace(word, instead, StringComparison.Ordinal), sample.Vendor);
            Assert.True(Result(reading) != ZoneResult.Proved, instead);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void With_bytes_of_no_text_in_it_nothing_is_proved(string kind)
    {
        var sample = Samples[kind];
        var bytes = Encoding.UTF8.GetBytes(sample.Text);
        var random = new Random(7);
        for (var round = 0; round < 20; round++)
        {
            var garbage = new byte[64];
            random.NextBytes(garbage);
            garbage[random.Next(64)] = 0;
            var at = random.Next(bytes.Length);
            Assert.True(Result(ConfigDoor.Read("device.conf", [.. bytes[..at], .. garbage, .. bytes[at..]], TestContext.Current.CancellationToken, sample.Vendor)) != ZoneResult.Proved, $"at {at}");
        }
        var large = new byte[100 << 20];
        bytes.CopyTo(large, 0);
        large.AsSpan(bytes.Length).Fill((byte)'\n');
        Assert.Equal("ZON-READ-002", Assert.Single(ConfigDoor.Read("device.conf", large, TestContext.Current.CancellationToken, sample.Vendor).Errors).Code);
    }

    /// <summary>A denial of an address that nothing defines stops nothing for certain.</summary>
    [Theory]
    [InlineData("panos", "set network interface ethernet ethernet1/1 layer3 ip 10.1.0.1/16\nset network interface ethernet ethernet1/2 layer3 ip 10.2.0.1/16\nset zone in network layer3 ethernet1/1\nset zone out network layer3 ethernet1/2\nset rulebase security rules no from out to in source gone destination any service any application any action deny\nset rulebase security rules yes from out to in source any destination any service any application any action allow\n", "ethernet1/2>ethernet1/1 10.2.0.5>10.1.0.5 tcp/80")]
    [InlineData("junos", "set interfaces ge-0/0/0 unit 0 family inet address 10.1.0.1/16\nset interfaces ge-0/0/1 unit 0 family inet address 10.2.0.1/16\nset security zones security-zone in interfaces ge-0/0/0.0\nset security zones security-zone out interfaces ge-0/0/1.0\nset security policies from-zone out to-zone in policy no match source-address gone\nset security policies from-zone out to-zone in policy no match destination-address any\nset security policies from-zone out to-zone in policy no match application any\nset security policies from-zone out to-zone in policy no then deny\nset security policies default-policy permit-all\n", "ge-0/0/1.0>ge-0/0/0.0 10.2.0.5>10.1.0.5 tcp/80")]
    public void A_denial_that_is_not_understood_is_no_wall(string vendor, string text, string packet)
    {
        var device = Assert.Single(Read(text, vendor).Devices);
        Assert.True(new PassedPackets<uint>(device, Sekisho.Zones.Engine.Bound.Upper).Contains(PacketText.Read(packet)));
        Assert.False(new PassedPackets<uint>(device, Sekisho.Zones.Engine.Bound.Lower).Contains(PacketText.Read(packet)));
    }
}
