using Sekisho.Zones.Model;
using static Sekisho.Zones.Tests.Devices.SlowFilter;

namespace Sekisho.Zones.Tests.Devices;

/// <summary>Junos OS Security Policies User Guide; Routing Policies, Firewall Filters, and Traffic Policers User Guide.</summary>
public sealed class JunosReaderTests
{
    private const string Set = """
        set system host-name srx
        set interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/24
        set interfaces ge-0/0/1 unit 0 family inet address 172.16.0.1/24
        set security zones security-zone trust interfaces ge-0/0/0.0
        set security zones security-zone dmz interfaces ge-0/0/1.0
        set security address-book global address web 172.16.0.80/32
        set security address-book global address upd dns-name update.example.jp
        set security address-book global address-set srv address web
        set security address-book global address-set srv address upd
        set applications application alt protocol tcp
        set applications application alt destination-port 8000-8010
        set security policies from-zone trust to-zone dmz policy p1 match source-address any
        set security policies from-zone trust to-zone dmz policy p1 match destination-address web
        set security policies from-zone trust to-zone dmz policy p1 match application [ alt junos-https ]
        set security policies from-zone trust to-zone dmz policy p1 then permit
        set security policies from-zone trust to-zone dmz policy p2 match source-address any destination-address srv
        set security policies from-zone trust to-zone dmz policy p2 match application junos-ssh
        set security policies from-zone trust to-zone dmz policy p2 then permit
        set security policies global policy g match source-address any destination-address any application junos-icmp-ping
        set security policies global policy g then permit

        """;

    private const string Braces = """
        system { host-name srx; }
        interfaces {
            ge-0/0/0 { unit 0 { family inet { address 10.0.0.1/24; } } }
            ge-0/0/1 { unit 0 { family inet { address 172.16.0.1/24; } } }
        }
        security {
            address-book { global {
                address web 172.16.0.80/32;
                address upd { dns-name update.example.jp; }
                address-set srv { address web; address upd; }
            } }
            policies {
                from-zone trust to-zone dmz {
                    policy p1 {
                        match { source-address any; destination-address web; application [ alt junos-https ]; }
                        then { permit; }
                    }
                    policy p2 {
                        match { source-address any; destination-address srv; application junos-ssh; }
                        then { permit; }
                    }
                    inactive: policy p3 { match { source-address any; destination-address any; application any; } then { permit; } }
                }
                global { policy g { match { source-address any; destination-address any; application junos-icmp-ping; } then { permit; } } }
            }
            zones {
                security-zone trust { interfaces { ge-0/0/0.0; } }
                security-zone dmz { interfaces { ge-0/0/1.0; } }
            }
        }
        applications { application alt { protocol tcp; destination-port 8000-8010; } }
        """;

    [Theory]
    [InlineData(Set)]
    [InlineData(Braces)]
    public void Set_commands_and_braces_say_the_same(string text)
    {
        Device device = ReadDevice(text);
        Assert.Equal("srx", device.Name);
        Assert.Equal(Answer.Pass, Out("172.16.0.80", 8005));
        Assert.Equal(Answer.Pass, Out("172.16.0.80", 443));
        Assert.Equal(Answer.Stop, Out("172.16.0.81", 443));
        Assert.Equal(Answer.Pass, Out("172.16.0.80", 22));
        Assert.Equal(Answer.Maybe, Out("198.51.100.7", 22));
        Assert.Equal(Answer.Stop, Out("172.16.0.80", 25));
        Assert.Equal(Answer.Pass, Ask(device, new Probe("172.16.0.80", "10.0.0.5", Protocols.Icmp) { In = "ge-0/0/1.0", Out = "ge-0/0/0.0", IcmpType = 8 }));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("10.0.0.5", "10.0.0.6") { In = "ge-0/0/0.0", Out = "ge-0/0/0.0" }));

        Answer Out(string to, ushort port) => Ask(device, new Probe("10.0.0.5", to, DestinationPort: port) { In = "ge-0/0/0.0", Out = "ge-0/0/1.0" });
    }

    [Fact]
    public void Filters_take_exceptions_out_go_on_at_next_term_and_accept_by_default()
    {
        Device device = ReadDevice("""
            set system host-name r
            set interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/24
            set interfaces ge-0/0/0 unit 0 family inet filter input f
            set policy-options prefix-list pl 192.0.2.0/24
            set firewall family inet filter f term a from source-address 10.0.0.0/8
            set firewall family inet filter f term a from source-address 10.1.0.0/16 except
            set firewall family inet filter f term a from protocol tcp
            set firewall family inet filter f term a from destination-port [ ssh 80-90 ]
            set firewall family inet filter f term a then count c
            set firewall family inet filter f term b from source-prefix-list pl
            set firewall family inet filter f term b then next term
            set firewall family inet filter f term c from tcp-established
            set firewall family inet filter f term c then accept

            """);
        Assert.Equal(Answer.Pass, In("10.2.0.1", 22));
        Assert.Equal(Answer.Pass, In("10.2.0.1", 85));
        Assert.Equal(Answer.Stop, In("10.1.0.1", 85));
        Assert.Equal(Answer.Stop, In("192.0.2.1", 22));
        Assert.Equal(Answer.Pass, Ask(device, new Probe("192.0.2.1", "10.9.9.9") { In = "ge-0/0/0.0", Flags = TcpFlags.Ack }));
        Assert.False(device.Filters[0].Stateful);

        Answer In(string from, ushort port) => Ask(device, new Probe(from, "10.9.9.9", DestinationPort: port) { In = "ge-0/0/0.0" });
    }

    [Fact]
    public void Braces_left_open_are_a_file_cut_off() => Assert.Contains(ReadText(Braces[..(Braces.Length - 200)]).Errors, static error => error.Code == "ZON-READ-004");
}
