namespace Sekisho.Zones.Tests.Vendors;

/// <summary>YAMAHA RTX: filters by number, lists that order them, dynamic filters, NAT descriptors.</summary>
internal static class YamahaFacts
{
    private const string Reference = "ヤマハルーター コマンドリファレンス";

    private const string Lans = "# RTX1210 Rev.14.01.38 (Fri Jul 31 13:37:09 2020)\nip lan1 address 10.1.0.1/16\nip lan2 address 10.2.0.1/16\nip lan3 address 203.0.113.1/24\n";

    public static readonly VendorFact[] All =
    [
        new("yamaha", "The list of “secure filter” is the order, not the filters' numbers; the first that matches decides", Reference + "「フィルタリングによるセキュリティーの設定」 (ip interface secure filter)",
            Lans + "ip lan1 secure filter in 30 10\nip filter 10 pass * * tcp * 80\nip filter 30 reject 10.1.0.5 * tcp * 80\n")
        {
            Passes = ["lan1>lan2 10.1.0.6>10.2.0.9 tcp/80"], Stops = ["lan1>lan2 10.1.0.5>10.2.0.9 tcp/80"],
        },
        new("yamaha", "A packet that no filter of the list matches is thrown away; a direction without a list passes all", Reference + "「フィルタリングによるセキュリティーの設定」",
            Lans + "ip lan1 secure filter in 10\nip filter 10 pass * * tcp * 80\n")
        {
            Passes = ["lan2>lan1 10.2.0.9>10.1.0.6 tcp/22", "lan2>lan3 10.2.0.9>203.0.113.6 tcp/22"], Stops = ["lan1>lan2 10.1.0.6>10.2.0.9 tcp/22"], Stateful = false,
        },
        new("yamaha", "A filter that no list names does nothing", Reference + "「IP パケットのフィルターの設定」 (ip filter)",
            Lans + "ip lan1 secure filter in 20\nip filter 10 reject * * * * *\nip filter 20 pass * * * * *\n")
        {
            Passes = ["lan1>lan2 10.1.0.6>10.2.0.9 tcp/22", "lan1>lan2 10.1.0.6>10.2.0.9 udp/53"],
        },
        new("yamaha", "“established” is a look at flags: TCP with ACK or RST, whoever sent it", Reference + "「IP パケットのフィルターの設定」 established",
            Lans + "ip lan3 secure filter in 10\nip filter 10 pass * * established * *\n")
        {
            Passes = ["lan3>lan1 203.0.113.9>10.1.0.6 tcp/80 ack", "lan3>lan1 203.0.113.9>10.1.0.6 tcp/80 rst"], Stops = ["lan3>lan1 203.0.113.9>10.1.0.6 tcp/80"],
        },
        new("yamaha", "“tcpflag=0x0002/0x0017” compares the masked flags: SYN without ACK, RST, FIN", Reference + "「IP パケットのフィルターの設定」 tcpflag",
            Lans + "ip lan3 secure filter in 10\nip filter 10 pass * * tcpflag=0x0002/0x0017 * *\n")
        {
            Passes = ["lan3>lan1 203.0.113.9>10.1.0.6 tcp/80"], Stops = ["lan3>lan1 203.0.113.9>10.1.0.6 tcp/80 ack", "lan3>lan1 203.0.113.9>10.1.0.6 udp/80"],
        },
        new("yamaha", "Ports may be lists, ranges and names; “udp,tcp” is both protocols", Reference + "「IP パケットのフィルターの設定」",
            Lans + "ip lan1 secure filter in 10\nip filter 10 pass * * udp,tcp * 135,netbios_ns-netbios_ssn,445\n")
        {
            Passes = ["lan1>lan2 10.1.0.6>10.2.0.9 tcp/445", "lan1>lan2 10.1.0.6>10.2.0.9 udp/138"], Stops = ["lan1>lan2 10.1.0.6>10.2.0.9 tcp/140"],
        },
        new("yamaha", "“restrict” passes while the line is up and rejects while it is down", Reference + "「IP パケットのフィルターの設定」 restrict",
            Lans + "ip lan1 secure filter in 10\nip filter 10 restrict * * tcp * 80\n")
        {
            Open = ["lan1>lan2 10.1.0.6>10.2.0.9 tcp/80"], Stops = ["lan1>lan2 10.1.0.6>10.2.0.9 tcp/81"],
        },
        new("yamaha", "Dynamic filters let the replies of what passed through; they open nothing by themselves", Reference + "「動的フィルターの定義」 第1書式",
            Lans + "ip lan3 secure filter in 1\nip lan3 secure filter out 2 dynamic 100\nip filter 1 reject * * * * *\nip filter 2 pass * * tcp * 443\nip filter dynamic 100 * * tcp\n")
        {
            Passes = ["lan1>lan3 10.1.0.6>203.0.113.9 tcp/443"], Stops = ["lan1>lan3 10.1.0.6>203.0.113.9 tcp/80", "lan3>lan1 203.0.113.9>10.1.0.6 tcp/443"], Stateful = true,
        },
        new("yamaha", "A dynamic filter “filter … in …” opens connections the other way once it was triggered; addresses of the filters behind “in” don't count", Reference + "「動的フィルターの定義」 第2書式",
            Lans + "ip lan3 secure filter in 1\nip lan3 secure filter out 2 dynamic 100\nip filter 1 reject * * * * *\nip filter 2 pass * * * * *\nip filter 10 pass * * udp * 5060\nip filter 11 reject 192.0.2.1 * udp * 7000-7010\nip filter dynamic 100 10.1.0.0/16 203.0.113.0/28 filter 10 in 11\n")
        {
            Open = ["lan3>lan1 203.0.113.9>10.1.0.6 udp/7005"], Stops = ["lan3>lan1 203.0.113.9>10.1.0.6 udp/7011", "lan3>lan2 203.0.113.9>10.2.0.6 udp/7005", "lan3>lan1 203.0.113.99>10.1.0.6 udp/7005"],
        },
        new("yamaha", "Lists of IPv4 leave IPv6 alone, and the other way", Reference + "「IPv6 パケットのフィルターの定義」 (ipv6 filter)",
            Lans + "ip lan1 secure filter in 1\nipv6 lan2 secure filter in 2\nip filter 1 reject * * * * *\nipv6 filter 2 reject * * * * *\n")
        {
            Passes = ["lan1>lan3 fd00::1>fd00::2 tcp/80", "lan2>lan3 10.2.0.9>203.0.113.9 tcp/80"], Stops = ["lan2>lan3 fd00::1>fd00::2 tcp/80", "lan1>lan3 10.1.0.9>203.0.113.9 tcp/80"],
        },
        new("yamaha", "Coming in, the packet is translated before the filter sees it; going out, behind it", "no vendor document at hand; published notes on the order of NAT and filters (noblehero.jp/2024/09/11)",
            Lans + "ip lan3 nat descriptor 1\nip lan3 secure filter in 1\nip lan3 secure filter out 2\nip filter 1 pass * 10.1.0.80 tcp * 443\nip filter 2 pass 10.1.0.6 * tcp * 80\nnat descriptor type 1 masquerade\nnat descriptor address outer 1 203.0.113.1\nnat descriptor masquerade static 1 1 10.1.0.80 tcp 443\n")
        {
            Translated = [("lan3>lan1 203.0.113.9>203.0.113.1 tcp/443", "203.0.113.9>10.1.0.80 tcp/443"), ("lan1>lan3 10.1.0.6>203.0.113.9 tcp/80", "203.0.113.1>203.0.113.9 tcp/80")], Stops = ["lan1>lan3 10.1.0.7>203.0.113.9 tcp/80"],
        },
        new("yamaha", "A line wrapped at 80 columns goes on in the next, in the middle of a number too", Reference + "「コンソールの表示文字数の設定」 (console columns)",
            Lans + "ip lan1 secure filter in 200003 200020 200021 200022 200023 200024 200025 20002\n6 200099\nip filter 200003 reject * * tcp * 3\nip filter 200020 reject * * tcp * 20\nip filter 200021 reject * * tcp * 21\nip filter 200022 reject * * tcp * 22\nip filter 200023 reject * * tcp * 23\nip filter 200024 reject * * tcp * 24\nip filter 200025 reject * * tcp * 25\nip filter 200026 reject * * tcp * 26\nip filter 200099 pass * * * * *\n")
        {
            Passes = ["lan1>lan2 10.1.0.6>10.2.0.9 tcp/27"], Stops = ["lan1>lan2 10.1.0.6>10.2.0.9 tcp/26"],
        },
    ];
}
