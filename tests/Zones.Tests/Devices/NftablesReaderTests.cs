using Sekisho.Zones.Model;
using static Sekisho.Zones.Tests.Devices.SlowFilter;

namespace Sekisho.Zones.Tests.Devices;

/// <summary>nft(8), libnftables-json(5).</summary>
public sealed class NftablesReaderTests
{
    private static Device Forward(string rules, string more = "", string family = "inet") =>
        ReadDevice($"table {family} t {{\n{more}\nchain c {{\ntype filter hook forward priority 0; policy drop;\n{rules}\n}}\n}}\n");

    [Fact]
    public void Sets_ranges_and_negation()
    {
        Device device = Forward("ip saddr { 10.0.0.0/8, 192.168.1.5-192.168.1.9 } tcp dport { 22, 80-90 } accept\nip saddr 172.16.0.1 tcp dport != 443 accept");
        Assert.Equal(Answer.Pass, Ask(device, new Probe("10.2.3.4", "192.0.2.1", DestinationPort: 85)));
        Assert.Equal(Answer.Pass, Ask(device, new Probe("192.168.1.9", "192.0.2.1", DestinationPort: 22)));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("192.168.1.10", "192.0.2.1", DestinationPort: 22)));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("10.2.3.4", "192.0.2.1", Protocols.Udp, DestinationPort: 85)));
        Assert.Equal(Answer.Pass, Ask(device, new Probe("172.16.0.1", "192.0.2.1", DestinationPort: 442)));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("172.16.0.1", "192.0.2.1", DestinationPort: 443)));
    }

    [Fact]
    public void Named_sets_verdict_maps_and_concatenations()
    {
        Device device = Forward(
            "ct state vmap { established : accept, invalid : drop }\niifname . oifname vmap @ways\n",
            "set hosts { type ipv4_addr . ipv4_addr . inet_service; flags interval; elements = { 10.0.0.0/24 . 192.0.2.7 . 443, 10.0.1.5 . 192.0.2.8 . 1000-2000 } }\nmap ways { type ifname . ifname : verdict; elements = { \"lan\" . \"wan\" : jump out, \"wan\" . \"lan\" : drop } }\nchain out { ip saddr . ip daddr . tcp dport @hosts accept }");
        Assert.Equal(Answer.Pass, Ask(device, new Probe("10.0.0.9", "192.0.2.7", DestinationPort: 443) { In = "lan", Out = "wan" }));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("10.0.0.9", "192.0.2.8", DestinationPort: 443) { In = "lan", Out = "wan" }));
        Assert.Equal(Answer.Pass, Ask(device, new Probe("10.0.1.5", "192.0.2.8", DestinationPort: 1500) { In = "lan", Out = "wan" }));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("10.0.1.5", "192.0.2.8", DestinationPort: 1500) { In = "dmz", Out = "wan" }));
        Assert.Equal(Answer.Pass, Ask(device, new Probe("1.1.1.1", "2.2.2.2") { State = ConnectionStates.Established }));
    }

    [Fact]
    public void Accept_in_one_base_chain_does_not_save_from_a_later_one()
    {
        Device device = ReadDevice("table inet a {\n chain late { type filter hook forward priority 10; policy accept; tcp dport 23 drop; }\n chain early { type filter hook forward priority filter; policy accept; tcp dport 23 accept; }\n}\n");
        Assert.Equal(["inet a early", "inet a late"], device.Filters.Select(static filter => filter.Name));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("10.0.0.1", "192.0.2.1", DestinationPort: 23)));
        Assert.Equal(Answer.Pass, Ask(device, new Probe("10.0.0.1", "192.0.2.1", DestinationPort: 22)));
    }

    [Theory]
    [InlineData("tcp flags syn", TcpFlags.Syn | TcpFlags.Ack, true)]
    [InlineData("tcp flags == syn", TcpFlags.Syn | TcpFlags.Ack, false)]
    [InlineData("tcp flags & (fin | syn | rst | ack) == syn", TcpFlags.Syn | TcpFlags.Psh, true)]
    [InlineData("tcp flags & (fin | syn | rst | ack) == syn", TcpFlags.Syn | TcpFlags.Ack, false)]
    [InlineData("tcp flags { syn, ack }", TcpFlags.Syn | TcpFlags.Ack, false)]
    [InlineData("tcp flags syn / fin,syn,rst,ack", TcpFlags.Syn, true)]
    [InlineData("tcp flags != syn", TcpFlags.Ack, true)]
    public void Tcp_flags_compare_as_the_kernel_does(string match, int flags, bool passes) =>
        Assert.Equal(passes ? Answer.Pass : Answer.Stop, Ask(Forward(match + " accept"), new Probe("10.0.0.1", "192.0.2.1") { Flags = (byte)flags }));

    [Fact]
    public void A_field_of_one_family_keeps_the_other_out()
    {
        Device device = Forward("ip daddr != 192.0.2.1 accept\nip6 saddr fd00::/8 udp dport 53 accept");
        Assert.Equal(Answer.Pass, Ask(device, new Probe("10.0.0.1", "192.0.2.2")));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("fe00::1", "fd00::1")));
        Assert.Equal(Answer.Pass, Ask(device, new Probe("fd00::1", "2001:db8::1", Protocols.Udp, DestinationPort: 53)));
    }

    [Fact]
    public void Variables_insertions_and_deletions_are_done_in_order()
    {
        Device device = ReadDevice("define office = { 10.0.0.0/8, 172.16.0.0/12 }\nflush ruleset\nadd table ip f\nadd chain ip f c { type filter hook forward priority 0; policy drop; }\nadd rule ip f c ip saddr $office accept\ninsert rule ip f c ip saddr 10.9.9.9 drop\n");
        Assert.Equal(Answer.Pass, Ask(device, new Probe("172.17.0.1", "192.0.2.2")));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("10.9.9.9", "192.0.2.2")));
        Assert.False(device.Filters[0].OnlyV6);
    }

    [Fact]
    public void Sets_that_change_while_it_runs_and_rates_are_unknowns()
    {
        Device device = Forward("ip saddr @seen accept\ntcp dport 25 limit rate 5/minute accept\ntcp dport 26 frobnicate 7 accept\n", "set seen { type ipv4_addr; flags dynamic,timeout; timeout 5m; }");
        Assert.Equal(Answer.Maybe, Ask(device, new Probe("10.0.0.1", "192.0.2.2")));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("fd00::1", "fd00::2")));
        Assert.Equal(Answer.Maybe, Ask(device, new Probe("fd00::1", "fd00::2", DestinationPort: 25)));
        Assert.Equal(Answer.Maybe, Ask(device, new Probe("fd00::1", "fd00::2", DestinationPort: 26)));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("fd00::1", "fd00::2", DestinationPort: 27)));
    }

    [Fact]
    public void A_block_that_is_never_closed_is_a_file_cut_off()
    {
        ConfigReading reading = ReadText("table inet t {\n chain c {\n type filter hook forward priority 0; policy accept;\n tcp dport 22 dr");
        Assert.Contains(reading.Errors, static error => error.Code == "ZON-READ-004");
    }

    [Fact]
    public void Json_says_the_same_as_text()
    {
        const string Json = """
            {"nftables": [{"metainfo": {"version": "1.0.6", "json_schema_version": 1}},
            {"table": {"family": "ip", "name": "t", "handle": 1}},
            {"chain": {"family": "ip", "table": "t", "name": "c", "handle": 1, "type": "filter", "hook": "forward", "prio": 0, "policy": "drop"}},
            {"set": {"family": "ip", "name": "s", "table": "t", "type": "ipv4_addr", "handle": 2, "flags": ["interval"], "elem": [{"prefix": {"addr": "10.0.0.0", "len": 8}}]}},
            {"rule": {"family": "ip", "table": "t", "chain": "c", "handle": 3, "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": "@s"}}, {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": {"set": [22, {"range": [80, 90]}]}}}, {"counter": {"packets": 0, "bytes": 0}}, {"accept": null}]}},
            {"rule": {"family": "ip", "table": "t", "chain": "c", "handle": 4, "expr": [{"vmap": {"key": {"ct": {"key": "state"}}, "data": {"set": [["established", {"accept": null}], ["invalid", {"drop": null}]]}}}]}}]}
            """;
        Device device = ReadDevice(Json);
        Assert.Equal(Answer.Pass, Ask(device, new Probe("10.0.0.1", "192.0.2.2", DestinationPort: 81)));
        Assert.Equal(Answer.Stop, Ask(device, new Probe("10.0.0.1", "192.0.2.2", DestinationPort: 91)));
        Assert.Equal(Answer.Pass, Ask(device, new Probe("11.0.0.1", "192.0.2.2") { State = ConnectionStates.Established }));
        Assert.Equal(5, device.Chains[0].Rules[0].Source.FirstLine);
    }

    [Fact]
    public void Port_forwarding_by_a_map_is_one_translation_for_each_element()
    {
        Device device = ReadDevice("table ip n {\nchain p { type nat hook prerouting priority dstnat; iifname \"wan\" dnat to tcp dport map { 80 : 10.0.0.5, 2222 : 10.0.0.6 } }\nchain q { type nat hook postrouting priority srcnat; oifname \"wan\" masquerade }\n}\n");
        Assert.Equal(["10.0.0.5", "10.0.0.6"], device.Nat.Where(static rule => rule.Kind == NatKind.Destination).Select(static rule => rule.To!.ToString()));
        Assert.True(Assert.Single(device.Nat, static rule => rule.Kind == NatKind.Source).ToOutgoingInterface);
    }
}
