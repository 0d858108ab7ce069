namespace Sekisho.Zones.Tests.Vendors;

/// <summary>FortiOS: policies of interface pairs in the order of the file, virtual addresses, implicit rules.</summary>
internal static class FortiFacts
{
    private const string Guide = "FortiOS Administration Guide, Policy and Objects › Firewall policy";

    private const string Ports = """
        config system interface
            edit "a"
                set ip 10.1.0.1 255.255.0.0
            next
            edit "b"
                set ip 10.2.0.1 255.255.0.0
            next
            edit "c"
                set ip 203.0.113.1 255.255.255.0
            next
        end

        """;

    public static readonly VendorFact[] All =
    [
        new("fortios", "Policies are tried in the order of the file, not of their numbers; the first that matches decides", Guide + ", “Policy matching”",
            Policies(Policy(9, "a", "b", "deny", service: "HTTP"), Policy(1, "a", "b", "accept")))
        {
            Passes = ["a>b 10.1.0.5>10.2.0.9 tcp/443"], Stops = ["a>b 10.1.0.5>10.2.0.9 tcp/80"],
        },
        new("fortios", "What no policy matches is denied (implicit deny), each direction needs a policy of its own, and replies need none", Guide + ", “Firewall policy parameters”",
            Policies(Policy(1, "a", "b", "accept", service: "HTTPS")))
        {
            Passes = ["a>b 10.1.0.5>10.2.0.9 tcp/443"], Stops = ["a>b 10.1.0.5>10.2.0.9 tcp/22", "b>a 10.2.0.9>10.1.0.5 tcp/443", "a>a 10.1.0.5>10.1.0.6 tcp/443"], Stateful = true,
        },
        new("fortios", "A policy with “status disable” does nothing", "FortiOS CLI Reference, config firewall policy, “status”",
            Policies(Policy(1, "a", "b", "deny", more: "set status disable"), Policy(2, "a", "b", "accept", service: "SSH")))
        {
            Passes = ["a>b 10.1.0.5>10.2.0.9 tcp/22"], Stops = ["a>b 10.1.0.5>10.2.0.9 tcp/23"],
        },
        new("fortios", "IPv4 addresses of a policy say nothing of IPv6: there the implicit deny holds", "FortiOS CLI Reference, config firewall policy, “srcaddr6”, “dstaddr6”",
            Policies(Policy(1, "a", "b", "accept"), Policy(2, "a", "c", "accept", more: "set srcaddr6 \"all\"\n        set dstaddr6 \"all\"")))
        {
            Passes = ["a>b 10.1.0.5>10.2.0.9 tcp/80", "a>c fd00::1>fd00::2 tcp/80"], Stops = ["a>b fd00::1>fd00::2 tcp/80"],
        },
        new("fortios", "Within a zone the zone's “intrazone” decides: deny unless it says allow", "FortiOS CLI Reference, config system zone, “intrazone”",
            Ports + "config system zone\n    edit \"open\"\n        set intrazone allow\n        set interface \"a\" \"b\"\n    next\nend\n")
        {
            Passes = ["a>b 10.1.0.5>10.2.0.9 tcp/80"], Stops = ["a>c 10.1.0.5>203.0.113.9 tcp/80"],
        },
        new("fortios", "A policy that names a zone holds for each of its interfaces; a zone that says nothing keeps them apart", "FortiOS Administration Guide, Network › Interfaces › Zone",
            Policies("config system zone\n    edit \"inner\"\n        set interface \"a\" \"b\"\n    next\nend\n", Policy(1, "inner", "c", "accept")))
        {
            Passes = ["a>c 10.1.0.5>203.0.113.9 tcp/80", "b>c 10.2.0.5>203.0.113.9 tcp/80"], Stops = ["a>b 10.1.0.5>10.2.0.9 tcp/80"],
        },
        new("fortios", "“srcaddr-negate” turns the list around: all but its addresses", "FortiOS CLI Reference, config firewall policy, “srcaddr-negate”",
            Policies("config firewall address\n    edit \"pc\"\n        set subnet 10.1.0.5 255.255.255.255\n    next\nend\n", Policy(1, "a", "b", "accept", source: "pc", more: "set srcaddr-negate enable")))
        {
            Passes = ["a>b 10.1.0.6>10.2.0.9 tcp/80"], Stops = ["a>b 10.1.0.5>10.2.0.9 tcp/80"],
        },
        new("fortios", "“exclude-member” takes addresses out of a group, also of a group in a group", "FortiOS Administration Guide, Policy and Objects › Objects › Address group exclusions",
            Policies("config firewall address\n    edit \"net\"\n        set subnet 10.1.0.0 255.255.0.0\n    next\n    edit \"pc\"\n        set subnet 10.1.0.5 255.255.255.255\n    next\nend\nconfig firewall addrgrp\n    edit \"most\"\n        set member \"net\"\n        set exclude enable\n        set exclude-member \"pc\"\n    next\n    edit \"outer\"\n        set member \"most\"\n    next\nend\n",
                Policy(1, "a", "b", "accept", source: "outer")))
        {
            Passes = ["a>b 10.1.0.6>10.2.0.9 tcp/80"], Stops = ["a>b 10.1.0.5>10.2.0.9 tcp/80"],
        },
        new("fortios", "In “tcp-portrange 8000-8010:1024-65535” destination ports stand before the colon, source ports behind it", "FortiOS CLI Reference, config firewall service custom, “tcp-portrange”",
            Policies("config firewall service custom\n    edit \"odd\"\n        set tcp-portrange 8000-8010:1024-65535\n    next\nend\n", Policy(1, "a", "b", "accept", service: "odd")))
        {
            Passes = ["a>b 10.1.0.5>10.2.0.9 tcp/8010 from 1024"], Stops = ["a>b 10.1.0.5>10.2.0.9 tcp/8010 from 1023", "a>b 10.1.0.5>10.2.0.9 udp/8010 from 1024"],
        },
        new("fortios", "A policy to a virtual IP is met by the outer address and port; the packet goes on to the inner ones", "FortiOS Administration Guide, Policy and Objects › Virtual IPs",
            Policies(Vip, Policy(1, "c", "b", "accept", destination: "web", service: "HTTPS")))
        {
            Passes = ["c>b 203.0.113.77>203.0.113.7 tcp/8443"], Stops = ["c>b 203.0.113.77>10.2.0.80 tcp/443", "c>b 203.0.113.77>203.0.113.7 tcp/22"],
            Translated = [("c>b 203.0.113.77>203.0.113.7 tcp/8443", "203.0.113.77>10.2.0.80 tcp/443")],
        },
        new("fortios", "A denial without “match-vip” isn't sure to meet what a virtual IP translates; with it, it is", "FortiOS CLI Reference, config firewall policy, “match-vip”; Technical Tip FD36750",
            Policies(Vip, Policy(1, "c", "b", "deny", service: "HTTPS"), Policy(2, "c", "b", "deny", more: "set match-vip enable", service: "DNS"), Policy(3, "c", "b", "accept", destination: "plain"), Policy(4, "c", "b", "accept", service: "SSH")))
        {
            Passes = ["c>b 203.0.113.77>10.2.0.80 tcp/22"], Stops = ["c>b 203.0.113.77>203.0.113.8 udp/53", "c>b 203.0.113.77>10.2.0.80 tcp/443"], Open = ["c>b 203.0.113.77>203.0.113.8 tcp/443"],
        },
        new("fortios", "With “nat enable” the source becomes the address of the outgoing interface, or one of the pool", "FortiOS Administration Guide, Policy and Objects › Source NAT › Static SNAT, Dynamic SNAT",
            Policies("config firewall ippool\n    edit \"pool\"\n        set startip 203.0.113.50\n        set endip 203.0.113.50\n    next\nend\n", Policy(1, "a", "c", "accept", more: "set nat enable"), Policy(2, "b", "c", "accept", more: "set nat enable\n        set ippool enable\n        set poolname \"pool\"")))
        {
            Translated = [("a>c 10.1.0.5>203.0.113.9 tcp/80", "203.0.113.1>203.0.113.9 tcp/80"), ("b>c 10.2.0.5>203.0.113.9 tcp/80", "203.0.113.50>203.0.113.9 tcp/80")],
        },
        new("fortios", "Whether the source is hidden says the policy that lets the packet through, and no later one", "FortiOS Administration Guide, Policy and Objects › Source NAT › Static SNAT",
            Policies(Vip, Policy(1, "a", "c", "accept", service: "HTTPS"), Policy(2, "a", "c", "accept", more: "set nat enable"), Policy(3, "c", "b", "accept", destination: "plain")))
        {
            Translated = [("a>c 10.1.0.5>203.0.113.9 tcp/443", "10.1.0.5>203.0.113.9 tcp/443"), ("a>c 10.1.0.5>203.0.113.9 tcp/80", "203.0.113.1>203.0.113.9 tcp/80"), ("c>b 203.0.113.77>203.0.113.8 tcp/22", "203.0.113.77>10.2.0.81 tcp/22")],
        },
        new("fortios", "A host name, a schedule other than “always” and a group of users leave it open whether the policy holds", Guide + ", “Firewall policy parameters”",
            Policies("config firewall address\n    edit \"upd\"\n        set type fqdn\n        set fqdn \"update.example.jp\"\n    next\nend\n", Policy(1, "a", "b", "accept", destination: "upd", service: "HTTP"), Policy(2, "a", "b", "accept", service: "SSH", more: "set schedule \"nights\""), Policy(3, "a", "b", "accept", service: "DNS", more: "set groups \"staff\"")))
        {
            Open = ["a>b 10.1.0.5>10.2.0.9 tcp/80", "a>b 10.1.0.5>10.2.0.9 tcp/22", "a>b 10.1.0.5>10.2.0.9 udp/53"], Stops = ["a>b 10.1.0.5>10.2.0.9 tcp/25"],
        },
    ];

    private const string Vip = "config firewall vip\n    edit \"web\"\n        set extip 203.0.113.7\n        set mappedip \"10.2.0.80\"\n        set extintf \"c\"\n        set portforward enable\n        set extport 8443\n        set mappedport 443\n    next\n    edit \"plain\"\n        set extip 203.0.113.8\n        set mappedip \"10.2.0.81\"\n        set extintf \"c\"\n    next\nend\n";

    private static string Policies(params ReadOnlySpan<string> parts)
    {
        var (objects, policies) = (Ports, "");
        foreach (var part in parts)
            if (part.StartsWith("config ", StringComparison.Ordinal)) objects += part;
            else policies += part;
        return objects + "config firewall policy\n" + policies + "end\n";
    }

    private static string Policy(int id, string from, string to, string action, string source = "all", string destination = "all", string service = "ALL", string more = "") =>
        $"    edit {id}\n        set srcintf \"{from}\"\n        set dstintf \"{to}\"\n        set srcaddr \"{source}\"\n        set dstaddr \"{destination}\"\n        set schedule \"always\"\n        set service \"{service}\"\n        set action {action}\n{(more.Length > 0 ? $"        {more}\n" : "")}    next\n";
}
