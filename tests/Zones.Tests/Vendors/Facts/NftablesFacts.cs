namespace Sekisho.Zones.Tests.Vendors;

/// <summary>Linux nftables: base chains by priority, sets, maps, verdict maps, families.</summary>
internal static class NftablesFacts
{
    private const string Man = "nft(8)";

    public static readonly VendorFact[] All =
    [
        new("nftables", "Base chains of a hook run by their priority; accept ends one of them only, drop is final", Man + ", CHAINS, priority; VERDICT STATEMENT",
            "table inet t {\n chain late { type filter hook forward priority 10; policy accept; tcp dport 23 drop; }\n chain early { type filter hook forward priority filter; policy accept; tcp dport 23 accept; tcp dport 24 drop; }\n}\n")
        {
            Passes = ["lan>wan 10.1.0.5>10.2.0.9 tcp/22"], Stops = ["lan>wan 10.1.0.5>10.2.0.9 tcp/23", "lan>wan 10.1.0.5>10.2.0.9 tcp/24"],
        },
        new("nftables", "A base chain without a policy accepts; a chain that isn't a base chain is asked only by jump and goto", Man + ", CHAINS, policy",
            "table inet t {\n chain lone { drop }\n chain c { type filter hook forward priority 0; tcp dport 23 drop; }\n}\n")
        {
            Passes = ["lan>wan 10.1.0.5>10.2.0.9 tcp/22"], Stops = ["lan>wan 10.1.0.5>10.2.0.9 tcp/23"],
        },
        new("nftables", "jump comes back, goto doesn't; return leaves the chain", Man + ", VERDICT STATEMENT",
            Forward("ip protocol tcp jump one\nip protocol udp goto one\naccept", "chain one { tcp dport 80 return; tcp dport 81 drop; }"))
        {
            Passes = ["lan>wan 10.1.0.5>10.2.0.9 tcp/80", "lan>wan 10.1.0.5>10.2.0.9 tcp/82"], Stops = ["lan>wan 10.1.0.5>10.2.0.9 tcp/81", "lan>wan 10.1.0.5>10.2.0.9 udp/80"],
        },
        new("nftables", "Sets hold addresses, prefixes and ranges, anonymous or named; != is none of them", Man + ", SETS",
            Forward("ip saddr @office tcp dport { 22, 80-90 } accept\nip saddr 10.3.0.1 tcp dport != { 443, 444 } accept", "set office { type ipv4_addr; flags interval; elements = { 10.1.0.0/24, 10.1.9.5-10.1.9.9 } }"))
        {
            Passes = ["lan>wan 10.1.9.9>10.2.0.9 tcp/85", "lan>wan 10.3.0.1>10.2.0.9 tcp/442"], Stops = ["lan>wan 10.1.9.10>10.2.0.9 tcp/85", "lan>wan 10.3.0.1>10.2.0.9 tcp/444"],
        },
        new("nftables", "Concatenations match side by side: the parts of one element belong together", Man + ", SETS, concatenations",
            Forward("ip saddr . ip daddr . tcp dport @ways accept", "set ways { type ipv4_addr . ipv4_addr . inet_service; flags interval; elements = { 10.1.0.0/24 . 10.2.0.7 . 443, 10.1.1.5 . 10.2.0.8 . 1000-2000 } }"))
        {
            Passes = ["lan>wan 10.1.0.9>10.2.0.7 tcp/443", "lan>wan 10.1.1.5>10.2.0.8 tcp/1500"], Stops = ["lan>wan 10.1.0.9>10.2.0.8 tcp/1500", "lan>wan 10.1.1.5>10.2.0.7 tcp/443"],
        },
        new("nftables", "A verdict map gives each key its own verdict; a key that isn't in it goes on", Man + ", MAPS, VMAP STATEMENT",
            Forward("iifname . oifname vmap @ways\nudp dport 53 accept", "map ways { type ifname . ifname : verdict; elements = { \"lan\" . \"wan\" : jump out, \"wan\" . \"lan\" : drop } }\nchain out { tcp dport 443 accept }"))
        {
            Passes = ["lan>wan 10.1.0.9>10.2.0.7 tcp/443", "lan>wan 10.1.0.9>10.2.0.7 udp/53", "dmz>lan 10.1.0.9>10.2.0.7 udp/53"], Stops = ["wan>lan 10.1.0.9>10.2.0.7 udp/53", "dmz>wan 10.1.0.9>10.2.0.7 tcp/443"],
        },
        new("nftables", "In the inet family a field of IPv4 matches no IPv6, and the other way", Man + ", ADDRESS FAMILIES; PAYLOAD EXPRESSION",
            Forward("ip daddr != 10.2.0.1 accept\nip6 saddr fd00::/16 udp dport 53 accept"))
        {
            Passes = ["lan>wan 10.1.0.9>10.2.0.7 tcp/443", "lan>wan fd00::1>fd00::2 udp/53"], Stops = ["lan>wan fd00::1>fd00::2 tcp/443", "lan>wan 10.1.0.9>10.2.0.1 tcp/443"],
        },
        new("nftables", "A lone ACK of no connection is new to conntrack, not established", Man + ", CONNTRACK EXPRESSIONS, ct state; the kernel, tests/Zones.Tests/Kernel",
            Forward("ct state established,related accept\nct state new iifname \"lan\" accept"))
        {
            Passes = ["lan>wan 10.1.0.9>10.2.0.7 tcp/443 ack"], Stops = ["wan>lan 10.2.0.7>10.1.0.9 tcp/443 ack", "wan>lan 10.2.0.7>10.1.0.9 tcp/443"],
        },
        new("nftables", "“tcp flags syn” is any packet with SYN, “tcp flags == syn” only SYN alone", Man + ", TCP HEADER EXPRESSION; BITMASK TYPE",
            Forward("tcp dport 80 tcp flags ack accept\ntcp dport 81 tcp flags & (fin | syn | rst | ack) == syn accept"))
        {
            Passes = ["lan>wan 10.1.0.9>10.2.0.7 tcp/80 ack", "lan>wan 10.1.0.9>10.2.0.7 tcp/81"], Stops = ["lan>wan 10.1.0.9>10.2.0.7 tcp/80", "lan>wan 10.1.0.9>10.2.0.7 tcp/81 ack"],
        },
        new("nftables", "Sets that rules fill while they run, and limits, leave it open", Man + ", SETS, flags dynamic, timeout; LIMIT STATEMENT",
            Forward("ip saddr @seen accept\nudp dport 53 limit rate 5/minute accept", "set seen { type ipv4_addr; flags dynamic,timeout; timeout 5m; }"))
        {
            Open = ["lan>wan 10.1.0.9>10.2.0.7 tcp/80", "lan>wan fd00::1>fd00::2 udp/53"], Stops = ["lan>wan fd00::1>fd00::2 tcp/80"],
        },
        new("nftables", "The forward hook sees the destination behind dnat and the source before snat", Man + ", NAT STATEMENTS; CHAINS, standard priority names",
            "# ip address: lan UP 10.1.0.1/16\n# ip address: wan UP 203.0.113.1/24\ntable ip n {\n chain pre { type nat hook prerouting priority dstnat; ip daddr 203.0.113.7 tcp dport 8443 dnat to 10.1.0.80:443; }\n chain post { type nat hook postrouting priority srcnat; oifname \"wan\" ip saddr 10.1.0.0/16 masquerade; }\n}\ntable inet t {\n chain c { type filter hook forward priority 0; policy drop; ip daddr 10.1.0.80 tcp dport 443 accept; ip saddr 10.1.0.6 tcp dport 80 accept; }\n}\n")
        {
            Translated = [("wan>lan 203.0.113.9>203.0.113.7 tcp/8443", "203.0.113.9>10.1.0.80 tcp/443"), ("lan>wan 10.1.0.6>203.0.113.9 tcp/80", "203.0.113.1>203.0.113.9 tcp/80")],
        },
    ];

    private static string Forward(string rules, string more = "") => $"table inet t {{\n{more}\nchain c {{\ntype filter hook forward priority 0; policy drop;\n{rules}\n}}\n}}\n";
}
