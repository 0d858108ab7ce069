namespace Sekisho.Zones.Tests.Vendors;

/// <summary>NEC UNIVERGE IX: named access lists, bound to interfaces with a sequence number.</summary>
internal static class NecFacts
{
    private const string Reference = "UNIVERGE IX/IX-R・IX-V シリーズ コマンドリファレンス";

    public static readonly VendorFact[] All =
    [
        new("nec-ix", "Entries of a list are judged in the order in which they were registered; what none permits is thrown away", Reference + "「IPv4 アクセスリスト」 [説明]; 機能説明書「IPv4パケットフィルタ」",
            Config("ip access-list web deny tcp src 10.1.0.5/32 sport any dest any dport eq 80\nip access-list web permit tcp src any sport any dest any dport eq 80\n", "  ip filter web 10 in"))
        {
            Passes = ["GigaEthernet0.0>GigaEthernet1.0 10.1.0.6>10.2.0.9 tcp/80"], Stops = ["GigaEthernet0.0>GigaEthernet1.0 10.1.0.5>10.2.0.9 tcp/80", "GigaEthernet0.0>GigaEthernet1.0 10.1.0.6>10.2.0.9 tcp/81"], Stateful = false,
        },
        new("nec-ix", "An interface and direction without a filter passes all", "機能説明書「IPv4パケットフィルタ」",
            Config("ip access-list web permit tcp src any sport any dest any dport eq 80\n", "  ip filter web 10 in"))
        {
            Passes = ["GigaEthernet1.0>GigaEthernet0.0 10.2.0.9>10.1.0.6 tcp/22", "GigaEthernet0.0>GigaEthernet1.0 10.1.0.6>10.2.0.9 tcp/80"],
        },
        new("nec-ix", "Several lists of one interface are asked by their sequence numbers, as one", Reference + " ip filter; 機能説明書「IPv4パケットフィルタ」",
            Config("ip access-list all permit ip src any dest any\nip access-list no23 deny tcp src any sport any dest any dport eq 23\n", "  ip filter all 20 in\n  ip filter no23 10 in"))
        {
            Passes = ["GigaEthernet0.0>GigaEthernet1.0 10.1.0.6>10.2.0.9 tcp/22"], Stops = ["GigaEthernet0.0>GigaEthernet1.0 10.1.0.6>10.2.0.9 tcp/23"],
        },
        new("nec-ix", "“out” stands on the interface that packets leave by", Reference + " ip filter",
            Config("ip access-list all permit ip src any dest any\nip access-list web permit tcp src any sport any dest any dport eq 80\n", "  ip filter all 10 in\n  ip filter web 10 out"))
        {
            Passes = ["GigaEthernet0.0>GigaEthernet1.0 10.1.0.6>10.2.0.9 tcp/22", "GigaEthernet1.0>GigaEthernet0.0 10.2.0.9>10.1.0.6 tcp/80"], Stops = ["GigaEthernet1.0>GigaEthernet0.0 10.2.0.9>10.1.0.6 tcp/22"],
        },
        new("nec-ix", "A list of IPv4 leaves IPv6 alone, and the other way", Reference + "「IPv6 アクセスリスト」",
            Config("ip access-list none deny ip src any dest any\nipv6 access-list six permit tcp src any sport any dest any dport eq 80\n", "  ip filter none 10 in", "  ipv6 filter six 10 in"))
        {
            Passes = ["GigaEthernet0.0>GigaEthernet1.0 fd00::1>fd00::2 tcp/22", "GigaEthernet1.0>GigaEthernet0.0 10.2.0.9>10.1.0.6 tcp/22", "GigaEthernet1.0>GigaEthernet0.0 fd00::2>fd00::1 tcp/80"], Stops = ["GigaEthernet0.0>GigaEthernet1.0 10.1.0.6>10.2.0.9 tcp/22", "GigaEthernet1.0>GigaEthernet0.0 fd00::2>fd00::1 tcp/22"],
        },
        new("nec-ix", "A wildcard mask may stand behind an address: its ones are bits that don't matter", Reference + "「IPv6 アクセスリスト」 SRC/DEST, WILDCARD-BIT",
            Config("ip access-list odd permit ip src 10.1.0.5 0.0.255.0 dest any\n", "  ip filter odd 10 in"))
        {
            Passes = ["GigaEthernet0.0>GigaEthernet1.0 10.1.77.5>10.2.0.9 tcp/80"], Stops = ["GigaEthernet0.0>GigaEthernet1.0 10.1.77.6>10.2.0.9 tcp/80"],
        },
        new("nec-ix", "ICMP may be told by its type", Reference + "「IPv4 アクセスリストの登録 (ICMP)」",
            Config("ip access-list ping permit icmp src any dest any type 8\nip access-list ping permit icmp type 0 src any dest any\n", "  ip filter ping 10 in"))
        {
            Passes = ["GigaEthernet0.0>GigaEthernet1.0 10.1.0.6>10.2.0.9 icmp/8", "GigaEthernet0.0>GigaEthernet1.0 10.1.0.6>10.2.0.9 icmp/0"], Stops = ["GigaEthernet0.0>GigaEthernet1.0 10.1.0.6>10.2.0.9 icmp/13", "GigaEthernet0.0>GigaEthernet1.0 10.1.0.6>10.2.0.9 tcp/8"],
        },
        new("nec-ix", "Whether a filter sees addresses before or behind NAPT isn't said: an inward filter is open for what a “service” leads inside, and no further", Reference + "「ip napt service」; 機能説明書「NAT/NAPTの設定」",
            Config("ip access-list in permit tcp src any sport any dest 10.2.0.9/32 dport eq 80\n", "  ip napt enable\n  ip napt service web 10.2.0.9 none tcp 80\n  ip filter in 10 in"))
        {
            Open = ["GigaEthernet0.0>GigaEthernet1.0 10.1.0.6>10.1.0.1 tcp/80", "GigaEthernet0.0>GigaEthernet1.0 10.1.0.6>10.2.0.9 tcp/22"], Stops = ["GigaEthernet0.0>GigaEthernet1.0 10.1.0.6>10.2.0.9 udp/53"],
        },
        new("nec-ix", "An outward filter that names sources is open beside NAPT, one that names none isn't", Reference + "「ip napt enable」; 機能説明書「NAT/NAPTの設定」",
            Config("ip access-list named permit tcp src 10.2.0.9/32 sport any dest any dport eq 80\nip access-list any permit tcp src any sport any dest any dport eq 80\n", "  ip napt enable\n  ip filter named 10 out", "  ip napt enable\n  ip filter any 10 out"))
        {
            Open = ["GigaEthernet1.0>GigaEthernet0.0 10.2.0.7>10.1.0.6 tcp/80"], Passes = ["GigaEthernet0.0>GigaEthernet1.0 10.1.0.6>10.2.0.9 tcp/80"], Stops = ["GigaEthernet0.0>GigaEthernet1.0 10.1.0.6>10.2.0.9 tcp/22"],
        },
    ];

    private static string Config(string lists, string first, string second = "") =>
        $"! NEC Portable Internetwork Core Operating System Software\n! IX Series IX2215 (magellan-sec) Software, Version 9.5.12\nhostname ix1\n{lists}!\ninterface GigaEthernet0.0\n  ip address 10.1.0.1/16\n{first}\n  no shutdown\n!\ninterface GigaEthernet1.0\n  ip address 10.2.0.1/16\n{(second.Length > 0 ? second + "\n" : "")}  no shutdown\n";
}
