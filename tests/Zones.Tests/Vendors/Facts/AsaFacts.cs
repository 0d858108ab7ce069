namespace Sekisho.Zones.Tests.Vendors;

/// <summary>Cisco ASA: security levels, interface and global lists, real addresses, NAT in three sections.</summary>
internal static class AsaFacts
{
    private const string Guide = "ASA Series Firewall CLI Configuration Guide";

    private const string Interfaces = """
        ASA Version 9.8(2)
        !
        hostname asa1
        interface GigabitEthernet0/0
         nameif inside
         security-level 100
         ip address 10.1.0.1 255.255.0.0
        !
        interface GigabitEthernet0/1
         nameif dmz
         security-level 50
         ip address 10.2.0.1 255.255.0.0
        !
        interface GigabitEthernet0/2
         nameif outside
         security-level 0
         ip address 203.0.113.1 255.255.255.0
        !
        interface GigabitEthernet0/3
         nameif partner
         security-level 50
         ip address 10.3.0.1 255.255.0.0
        !

        """;

    public static readonly VendorFact[] All =
    [
        new("asa", "Without a list traffic passes from a higher security level to a lower one, and not the other way", Guide + ", Access Rules › “Implicit Permits”",
            Interfaces)
        {
            Passes = ["inside>outside 10.1.0.5>203.0.113.9 tcp/80", "dmz>outside 10.2.0.5>203.0.113.9 tcp/80"], Stops = ["outside>dmz 203.0.113.9>10.2.0.5 tcp/80", "dmz>inside 10.2.0.5>10.1.0.5 tcp/80"], Stateful = true,
        },
        new("asa", "Interfaces of one level don't talk to each other unless “same-security-traffic permit inter-interface”", "ASA Series General Operations CLI Configuration Guide, Routed and Transparent Mode Interfaces › “Allow Same Security Level Communication”",
            Interfaces)
        {
            Stops = ["dmz>partner 10.2.0.5>10.3.0.5 tcp/80", "partner>dmz 10.3.0.5>10.2.0.5 tcp/80"],
        },
        new("asa", "With “same-security-traffic permit inter-interface” they do; in and out by one interface needs “intra-interface”", "ASA Series General Operations CLI Configuration Guide, Routed and Transparent Mode Interfaces › “Allow Same Security Level Communication”",
            Interfaces + "same-security-traffic permit inter-interface\n")
        {
            Passes = ["dmz>partner 10.2.0.5>10.3.0.5 tcp/80"], Stops = ["dmz>dmz 10.2.0.5>10.2.0.6 tcp/80"],
        },
        new("asa", "A list on an interface decides instead of the levels and ends in a deny", Guide + ", Access Rules › “Rule Order”, “Implicit Deny”",
            Interfaces + "access-list IN extended deny tcp any host 203.0.113.9 eq 25\naccess-list IN extended permit tcp any any eq 25\naccess-list OUT extended permit tcp any host 10.2.0.5 eq www\naccess-group IN in interface inside\naccess-group OUT in interface outside\n")
        {
            Passes = ["inside>outside 10.1.0.5>203.0.113.8 tcp/25", "outside>dmz 203.0.113.9>10.2.0.5 tcp/80"], Stops = ["inside>outside 10.1.0.5>203.0.113.9 tcp/25", "inside>outside 10.1.0.5>203.0.113.8 tcp/80", "outside>dmz 203.0.113.9>10.2.0.6 tcp/80"],
        },
        new("asa", "A global list comes behind the interface's list and before the implicit deny", Guide + ", Access Rules › “Global Access Rules”, “Implicit Deny”",
            Interfaces + "access-list IN extended deny tcp any any eq 25\naccess-list ALL extended permit tcp any any\naccess-group IN in interface outside\naccess-group ALL global\n")
        {
            Passes = ["outside>inside 203.0.113.9>10.1.0.5 tcp/80"], Stops = ["outside>inside 203.0.113.9>10.1.0.5 tcp/25", "outside>inside 203.0.113.9>10.1.0.5 udp/53"],
        },
        new("asa", "An outbound list stands on the interface that packets leave by, and both lists must let them through", Guide + ", Access Rules › “Inbound and Outbound Rules”",
            Interfaces + "access-list OUT extended permit tcp any any eq 443\naccess-group OUT out interface outside\n")
        {
            Passes = ["inside>outside 10.1.0.5>203.0.113.8 tcp/443", "inside>dmz 10.1.0.5>10.2.0.5 tcp/80"], Stops = ["inside>outside 10.1.0.5>203.0.113.8 tcp/80"],
        },
        new("asa", "Masks of lists are network masks, not wildcards as in IOS", "ASA Series General Operations CLI Configuration Guide, Access Control Lists › “Add an Extended ACE for IP Address or Fully-Qualified Domain Name-Based Matching”",
            Interfaces + "access-list IN extended permit ip 10.1.4.0 255.255.255.0 any\naccess-group IN in interface inside\n")
        {
            Passes = ["inside>outside 10.1.4.77>203.0.113.8 tcp/443"], Stops = ["inside>outside 10.1.5.77>203.0.113.8 tcp/443"],
        },
        new("asa", "An entry that ends in “inactive” does nothing; one with a time range is open", "ASA Series Command Reference, “access-list extended”, inactive, time-range",
            Interfaces + "time-range night\n periodic daily 22:00 to 23:59\naccess-list IN extended deny tcp any any eq 80 inactive\naccess-list IN extended permit tcp any any eq 80\naccess-list IN extended permit tcp any any eq 22 time-range night\naccess-group IN in interface inside\n")
        {
            Passes = ["inside>outside 10.1.0.5>203.0.113.8 tcp/80"], Open = ["inside>outside 10.1.0.5>203.0.113.8 tcp/22"],
        },
        new("asa", "Lists name real addresses, before translation on the inside and behind it from outside (8.3 and later)", "ASA Series CLI Configuration Guide, Information About Access Lists › “NAT and ACLs”",
            Interfaces + "object network web\n host 10.2.0.80\n nat (dmz,outside) static 203.0.113.7\naccess-list OUT extended permit tcp any host 10.2.0.80 eq 443\naccess-group OUT in interface outside\n")
        {
            Passes = ["outside>dmz 203.0.113.77>10.2.0.80 tcp/443"], Stops = ["outside>dmz 203.0.113.77>203.0.113.7 tcp/443"],
            Translated = [("outside>dmz 203.0.113.77>203.0.113.7 tcp/443", "203.0.113.77>10.2.0.80 tcp/443"), ("dmz>outside 10.2.0.80>203.0.113.77 tcp/25", "203.0.113.7>203.0.113.77 tcp/25")],
        },
        new("asa", "Twice NAT comes before object NAT; “after-auto” comes behind it", Guide + ", Network Address Translation › “NAT Rule Order”",
            Interfaces + "object network all\n subnet 10.1.0.0 255.255.0.0\nobject network pc\n host 10.1.0.5\nobject network there\n host 203.0.113.9\nobject network first\n host 203.0.113.21\nobject network last\n host 203.0.113.23\nobject network pc\n nat (inside,outside) static 203.0.113.22\nnat (inside,outside) source static pc first destination static there there\nnat (inside,outside) after-auto source dynamic all last\n")
        {
            Translated = [("inside>outside 10.1.0.5>203.0.113.9 tcp/80", "203.0.113.21>203.0.113.9 tcp/80"), ("inside>outside 10.1.0.5>203.0.113.10 tcp/80", "203.0.113.22>203.0.113.10 tcp/80"), ("inside>outside 10.1.0.6>203.0.113.9 tcp/80", "203.0.113.23>203.0.113.9 tcp/80")],
        },
    ];
}
