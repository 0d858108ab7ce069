namespace Sekisho.Zones.Tests.Vendors;

/// <summary>Juniper SRX: policies of zone pairs, global policies, stateless filters, NAT before and behind the policy.</summary>
internal static class JunosFacts
{
    private const string Policies = "Junos OS Security Policies User Guide for Security Devices";

    private const string Filters = "Routing Policies, Firewall Filters, and Traffic Policers User Guide";

    private const string Zones = """
        set system host-name srx
        set interfaces ge-0/0/0 unit 0 family inet address 10.1.0.1/16
        set interfaces ge-0/0/1 unit 0 family inet address 10.2.0.1/16
        set interfaces ge-0/0/2 unit 0 family inet address 203.0.113.1/24
        set security zones security-zone trust interfaces ge-0/0/0.0
        set security zones security-zone dmz interfaces ge-0/0/1.0
        set security zones security-zone untrust interfaces ge-0/0/2.0
        set security address-book global address web 10.2.0.80/32
        set security address-book global address outer 203.0.113.7/32

        """;

    public static readonly VendorFact[] All =
    [
        new("junos", "What no policy matches is denied, also within a zone; replies pass", Policies + ", “Security Policies Overview”, default policy",
            Zones + Policy("trust", "dmz", "p1", application: "junos-https"))
        {
            Passes = ["ge-0/0/0.0>ge-0/0/1.0 10.1.0.5>10.2.0.9 tcp/443"], Stops = ["ge-0/0/0.0>ge-0/0/1.0 10.1.0.5>10.2.0.9 tcp/80", "ge-0/0/0.0>ge-0/0/0.0 10.1.0.5>10.1.0.9 tcp/443", "ge-0/0/1.0>ge-0/0/0.0 10.2.0.9>10.1.0.5 tcp/443"],
        },
        new("junos", "“default-policy permit-all” turns the end around", Policies + ", “default-policy”",
            Zones + Policy("trust", "dmz", "p1", application: "junos-https", then: "deny") + "set security policies default-policy permit-all\n")
        {
            Passes = ["ge-0/0/0.0>ge-0/0/1.0 10.1.0.5>10.2.0.9 tcp/80"], Stops = ["ge-0/0/0.0>ge-0/0/1.0 10.1.0.5>10.2.0.9 tcp/443"],
        },
        new("junos", "Policies of the zone pair are tried in their order, then the global ones", Policies + ", “Security Policies Lookup”, “Global Security Policies”",
            Zones + "set security policies global policy g match source-address any\nset security policies global policy g match destination-address any\nset security policies global policy g match application any\nset security policies global policy g then permit\n" + Policy("trust", "dmz", "p1", destination: "web") + Policy("trust", "dmz", "p2", application: "junos-https", then: "deny"))
        {
            Passes = ["ge-0/0/0.0>ge-0/0/1.0 10.1.0.5>10.2.0.80 tcp/443", "ge-0/0/2.0>ge-0/0/1.0 203.0.113.9>10.2.0.5 tcp/25"], Stops = ["ge-0/0/0.0>ge-0/0/1.0 10.1.0.5>10.2.0.9 tcp/443"],
        },
        new("junos", "A deactivated policy is none", "CLI User Guide for Junos OS, “deactivate”",
            Zones + Policy("trust", "dmz", "p1", then: "deny") + Policy("trust", "dmz", "p2") + "deactivate security policies from-zone trust to-zone dmz policy p1\n")
        {
            Passes = ["ge-0/0/0.0>ge-0/0/1.0 10.1.0.5>10.2.0.80 tcp/443", "ge-0/0/0.0>ge-0/0/1.0 10.1.0.5>10.2.0.81 tcp/80"],
        },
        new("junos", "A filter on an interface ends in an implicit discard, keeps no state, and comes before the policies", Filters + ", “How Firewall Filters Evaluate Packets”, “Stateless Firewall Filter Overview”",
            Zones + Policy("trust", "dmz", "p1") + "set interfaces ge-0/0/0 unit 0 family inet filter input f\nset firewall family inet filter f term t1 from protocol tcp\nset firewall family inet filter f term t1 from destination-port 443\nset firewall family inet filter f term t1 then accept\n")
        {
            Passes = ["ge-0/0/0.0>ge-0/0/1.0 10.1.0.5>10.2.0.80 tcp/443"], Stops = ["ge-0/0/0.0>ge-0/0/1.0 10.1.0.5>10.2.0.80 tcp/80", "ge-0/0/0.0>ge-0/0/1.0 10.1.0.5>10.2.0.80 udp/443"],
        },
        new("junos", "A term without “from” matches all; one whose action is only to count or log accepts; “next term” goes on", Filters + ", “Firewall Filter Terminating Actions”, “Nonterminating Actions”",
            Zones + Policy("trust", "dmz", "p1") + "set interfaces ge-0/0/0 unit 0 family inet filter input f\nset firewall family inet filter f term t1 from protocol udp\nset firewall family inet filter f term t1 then count some\nset firewall family inet filter f term t2 from protocol tcp\nset firewall family inet filter f term t2 then log\nset firewall family inet filter f term t2 then next term\nset firewall family inet filter f term t3 then discard\n")
        {
            Passes = ["ge-0/0/0.0>ge-0/0/1.0 10.1.0.5>10.2.0.80 udp/53"], Stops = ["ge-0/0/0.0>ge-0/0/1.0 10.1.0.5>10.2.0.80 tcp/443"],
        },
        new("junos", "“tcp-established” in a filter is a look at flags: ACK or RST", Filters + ", “Firewall Filter Match Conditions Based on Bit-Field Values”, tcp-established",
            Zones + "set interfaces ge-0/0/0 unit 0 family inet filter output f\nset firewall family inet filter f term t1 from protocol tcp\nset firewall family inet filter f term t1 from tcp-established\nset firewall family inet filter f term t1 then accept\nset security policies default-policy permit-all\n")
        {
            Passes = ["ge-0/0/1.0>ge-0/0/0.0 10.2.0.9>10.1.0.5 tcp/80 ack"], Stops = ["ge-0/0/1.0>ge-0/0/0.0 10.2.0.9>10.1.0.5 tcp/80"],
        },
        new("junos", "Destination NAT comes before the policy, which sees the new address and zone", "Junos OS NAT User Guide, “Understanding NAT Rule Sets and Rules”, “Destination NAT”",
            Zones + "set security nat destination pool p address 10.2.0.80/32 port 443\nset security nat destination rule-set rs from zone untrust\nset security nat destination rule-set rs rule r match destination-address 203.0.113.7/32\nset security nat destination rule-set rs rule r match destination-port 8443\nset security nat destination rule-set rs rule r match protocol tcp\nset security nat destination rule-set rs rule r then destination-nat pool p\n" + Policy("untrust", "dmz", "p1", destination: "web", application: "junos-https"))
        {
            Passes = ["ge-0/0/2.0>ge-0/0/1.0 203.0.113.77>10.2.0.80 tcp/443"], Stops = ["ge-0/0/2.0>ge-0/0/1.0 203.0.113.77>203.0.113.7 tcp/8443"],
            Translated = [("ge-0/0/2.0>ge-0/0/1.0 203.0.113.77>203.0.113.7 tcp/8443", "203.0.113.77>10.2.0.80 tcp/443")],
        },
        new("junos", "Source NAT comes behind the policy, which sees the address from before", "Junos OS NAT User Guide, “Understanding NAT Rule Sets and Rules”, “Source NAT”",
            Zones + "set security nat source rule-set rs from zone trust\nset security nat source rule-set rs to zone untrust\nset security nat source rule-set rs rule off match source-address 10.1.0.5/32\nset security nat source rule-set rs rule off then source-nat off\nset security nat source rule-set rs rule r match source-address 10.1.0.0/16\nset security nat source rule-set rs rule r then source-nat interface\n" + Policy("trust", "untrust", "p1"))
        {
            Translated = [("ge-0/0/0.0>ge-0/0/2.0 10.1.0.6>203.0.113.9 tcp/80", "203.0.113.1>203.0.113.9 tcp/80"), ("ge-0/0/0.0>ge-0/0/2.0 10.1.0.5>203.0.113.9 tcp/80", "10.1.0.5>203.0.113.9 tcp/80")],
        },
        new("junos", "Static NAT holds in both directions and is tried before destination and source NAT; “mapped-port” changes the port", "Junos OS NAT User Guide, “Understanding NAT Rule Sets and Rules”, “Static NAT”",
            Zones + "set security nat static rule-set rs from zone untrust\nset security nat static rule-set rs rule r match destination-address 203.0.113.7/32\nset security nat static rule-set rs rule r match destination-port 8443\nset security nat static rule-set rs rule r then static-nat prefix 10.2.0.80/32\nset security nat static rule-set rs rule r then static-nat prefix mapped-port 443\n" + Policy("untrust", "dmz", "p1", destination: "web", application: "junos-https"))
        {
            Translated = [("ge-0/0/2.0>ge-0/0/1.0 203.0.113.77>203.0.113.7 tcp/8443", "203.0.113.77>10.2.0.80 tcp/443")], Stops = ["ge-0/0/2.0>ge-0/0/1.0 203.0.113.77>10.2.0.80 tcp/8443"],
        },
    ];

    private static string Policy(string from, string to, string name, string destination = "any", string application = "any", string then = "permit")
    {
        var policy = $"set security policies from-zone {from} to-zone {to} policy {name}";
        return $"{policy} match source-address any\n{policy} match destination-address {destination}\n{policy} match application {application}\n{policy} then {then}\n";
    }
}
