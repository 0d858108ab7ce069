namespace Sekisho.Zones.Tests.Vendors;

/// <summary>Cisco IOS: lists on interfaces, wildcard masks, sequence numbers, flags and fragments without state.</summary>
internal static class IosFacts
{
    private const string Guide = "Security Configuration Guide: Access Control Lists, Cisco IOS";

    public static readonly VendorFact[] All =
    [
        new("ios", "A list ends in an implicit deny; entries are tried by their sequence numbers, wherever they stand", Guide + " › IP Access List Overview, “IP Access List Process and Rules”; IP Access List Entry Sequence Numbering",
            List("ip access-list extended IN\n 20 permit tcp any any eq 80\n 10 deny tcp host 10.1.0.5 any eq 80\n"))
        {
            Passes = ["Vlan10>Vlan20 10.1.0.6>10.2.0.9 tcp/80"], Stops = ["Vlan10>Vlan20 10.1.0.5>10.2.0.9 tcp/80", "Vlan10>Vlan20 10.1.0.6>10.2.0.9 tcp/81"], Stateful = false,
        },
        new("ios", "An interface without a list, or with one that isn't defined, passes all", Guide + " › IP Access List Overview, “undefined access list”",
            List("", "GONE"))
        {
            Passes = ["Vlan10>Vlan20 10.1.0.6>10.2.0.9 tcp/80", "Vlan20>Vlan10 10.2.0.9>10.1.0.6 tcp/80"],
        },
        new("ios", "In a wildcard mask a one means that the bit doesn't matter; ones may stand anywhere", Guide + " › IP Access List Overview, “Wildcard Mask for Addresses in an Access List”",
            List("ip access-list extended IN\n permit ip 10.1.0.5 0.0.255.0 any\n permit ip 10.1.0.0 0.0.0.1 any\n"))
        {
            Passes = ["Vlan10>Vlan20 10.1.200.5>10.2.0.9 tcp/80", "Vlan10>Vlan20 10.1.0.1>10.2.0.9 tcp/80"], Stops = ["Vlan10>Vlan20 10.1.200.6>10.2.0.9 tcp/80", "Vlan10>Vlan20 10.1.0.2>10.2.0.9 tcp/80"],
        },
        new("ios", "A mask written the wrong way round (255.255.0.0) is a wildcard all the same", Guide + " › IP Access List Overview, “Wildcard Mask for Addresses in an Access List”",
            List("ip access-list extended IN\n permit ip 10.1.0.5 255.255.0.0 any\n"))
        {
            Passes = ["Vlan10>Vlan20 192.168.0.5>10.2.0.9 tcp/80"], Stops = ["Vlan10>Vlan20 10.1.0.6>10.2.0.9 tcp/80"],
        },
        new("ios", "“established” is a look at flags, not at connections: every TCP packet with ACK or RST matches", "Cisco IOS Security Command Reference, “permit (IP)”, established",
            List("ip access-list extended IN\n permit tcp any any established\n"))
        {
            Passes = ["Vlan10>Vlan20 10.1.0.6>10.2.0.9 tcp/80 ack", "Vlan10>Vlan20 10.1.0.6>10.2.0.9 tcp/80 rst"], Stops = ["Vlan10>Vlan20 10.1.0.6>10.2.0.9 tcp/80"],
        },
        new("ios", "Later fragments match a permit with ports by their addresses and protocol, and go past a deny with ports", "Access Control Lists and IP Fragments (document 8014)",
            List("ip access-list extended IN\n deny tcp any host 10.2.0.9 eq 23\n permit tcp any host 10.2.0.9 eq 80\n"))
        {
            Passes = ["Vlan10>Vlan20 10.1.0.6>10.2.0.9 tcp/80", "Vlan10>Vlan20 10.1.0.6>10.2.0.9 tcp/23 later"], Stops = ["Vlan10>Vlan20 10.1.0.6>10.2.0.9 tcp/23", "Vlan10>Vlan20 10.1.0.6>10.2.0.10 tcp/80 later"],
        },
        new("ios", "A standard list (1 to 99) looks at the source alone", Guide + " › IP Access List Overview, “Standard IP Access Lists”",
            "hostname r1\n!\ninterface Vlan10\n ip address 10.1.0.1 255.255.0.0\n ip access-group 10 in\n!\ninterface Vlan20\n ip address 10.2.0.1 255.255.0.0\n!\naccess-list 10 permit 10.1.0.5\n!\n")
        {
            Passes = ["Vlan10>Vlan20 10.1.0.5>10.2.0.9 tcp/80", "Vlan10>Vlan20 10.1.0.5>10.2.0.9 udp/53"], Stops = ["Vlan10>Vlan20 10.1.0.6>10.2.0.9 tcp/80"],
        },
        new("ios", "A list of IPv4 leaves IPv6 alone; an IPv6 list permits neighbour discovery before its implicit deny", "IPv6 Configuration Guide, Implementing Traffic Filters and Firewalls, “Access Control Lists for IPv6 Traffic Filtering”",
            "hostname r1\n!\ninterface Vlan10\n ip address 10.1.0.1 255.255.0.0\n ip access-group IN in\n!\ninterface Vlan20\n ip address 10.2.0.1 255.255.0.0\n ipv6 traffic-filter SIX in\n!\nip access-list extended IN\n deny ip any any\n!\nipv6 access-list SIX\n permit tcp any any eq 80\n!\n")
        {
            Passes = ["Vlan10>Vlan20 fd00::1>fd00::2 tcp/22", "Vlan20>Vlan10 fd00::1>fd00::2 tcp/80", "Vlan20>Vlan10 fd00::1>fd00::2 icmp6/135"], Stops = ["Vlan10>Vlan20 10.1.0.5>10.2.0.9 tcp/80", "Vlan20>Vlan10 fd00::1>fd00::2 tcp/22", "Vlan20>Vlan10 fd00::1>fd00::2 icmp6/128"],
        },
        new("ios", "A time range leaves it open whether its entry holds", Guide + " › IP Access List Overview, “Time Range”",
            List("time-range night\n periodic daily 22:00 to 23:59\n!\nip access-list extended IN\n permit tcp any any eq 22 time-range night\n permit tcp any any eq 80\n"))
        {
            Passes = ["Vlan10>Vlan20 10.1.0.6>10.2.0.9 tcp/80"], Open = ["Vlan10>Vlan20 10.1.0.6>10.2.0.9 tcp/22"],
        },
        new("ios", "From outside the inbound list sees the global address, then it is translated; from inside the local address", "NAT Order of Operation (document 6209); IP Addressing: NAT Configuration Guide, “ip nat inside source static”",
            "hostname r1\n!\ninterface Vlan10\n ip address 10.1.0.1 255.255.0.0\n ip nat inside\n!\ninterface Vlan30\n ip address 203.0.113.1 255.255.255.0\n ip access-group OUT in\n ip nat outside\n!\nip nat inside source static 10.1.0.80 203.0.113.7\n!\nip access-list extended OUT\n permit tcp any host 203.0.113.7 eq 443\n!\n")
        {
            Translated = [("Vlan30>Vlan10 203.0.113.77>203.0.113.7 tcp/443", "203.0.113.77>10.1.0.80 tcp/443"), ("Vlan10>Vlan30 10.1.0.80>203.0.113.77 tcp/25", "203.0.113.7>203.0.113.77 tcp/25")], Stops = ["Vlan30>Vlan10 203.0.113.77>10.1.0.80 tcp/443"],
        },
    ];

    private static string List(string list, string name = "IN") =>
        $"hostname r1\n!\ninterface Vlan10\n ip address 10.1.0.1 255.255.0.0\n ip access-group {name} in\n!\ninterface Vlan20\n ip address 10.2.0.1 255.255.0.0\n!\n{list}!\n";
}
