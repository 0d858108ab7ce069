namespace Sekisho.Zones.Tests.Vendors;

/// <summary>What reaches the devices themselves: consoles, SNMP, ping. What a configuration doesn't speak of stays open.</summary>
internal static class OwnFacts
{
    private const string IosLines = "Cisco IOS Security Command Reference, “access-class”; Terminal Services Command Reference, “transport input”";
    private const string AsaGuide = "ASA Series General Operations CLI Configuration Guide, Management Access";

    private const string Vlans = "hostname r1\n!\ninterface Vlan10\n ip address 10.1.0.1 255.255.0.0\n ipv6 address FD00::1/64\n!\ninterface Vlan20\n ip address 10.2.0.1 255.255.0.0\n!\n";
    private const string NoWeb = "no ip http server\nno ip http secure-server\n!\n";

    private const string AsaPorts = "ASA Version 9.16(1)\n!\nhostname fw\n!\ninterface GigabitEthernet0/0\n nameif inside\n security-level 100\n ip address 10.1.0.1 255.255.0.0\n!\ninterface GigabitEthernet0/1\n nameif outside\n security-level 0\n ip address 203.0.113.1 255.255.255.0\n!\n";

    public static readonly VendorFact[] Ios =
    [
        new("ios", "To the router itself: a terminal line takes what “transport input” names, from where its “access-class” permits; what no line names is closed", IosLines,
            Vlans + NoWeb + "access-list 10 permit 10.1.0.8 0.0.0.7\n!\nline vty 0 4\n access-class 10 in\n transport input ssh\n!\n")
        {
            Itself = true, Passes = ["Vlan10> 10.1.0.9>10.1.0.1 tcp/22", "Vlan20> 10.1.0.9>10.1.0.1 tcp/22", "Vlan10> fd00::9>fd00::1 tcp/22", "Vlan10> 10.1.0.77>10.1.0.1 icmp/8"],
            Stops = ["Vlan10> 10.1.0.16>10.1.0.1 tcp/22", "Vlan10> 10.1.0.9>10.1.0.1 tcp/23", "Vlan10> 10.1.0.9>10.1.0.1 tcp/80", "Vlan10> 10.1.0.9>10.1.0.1 tcp/443", "Vlan10> 10.1.0.9>10.1.0.1 udp/161"], Open = ["Vlan10> 10.1.0.9>10.1.0.1 udp/123", "Vlan10> 10.1.0.9>10.1.0.1 tcp/179"],
        },
        new("ios", "“access-class” speaks of IPv4 alone; “ipv6 access-class” of IPv6", "Cisco IOS IPv6 Command Reference, “ipv6 access-class”",
            Vlans + "ipv6 access-list MGMT\n permit ipv6 FD00:90::/32 any\n!\naccess-list 10 permit 10.1.0.9\n!\nline vty 0 15\n access-class 10 in\n ipv6 access-class MGMT in\n transport input ssh telnet\n!\n")
        {
            Itself = true, Passes = ["Vlan10> fd00:90::1>fd00::1 tcp/22", "Vlan10> 10.1.0.9>10.1.0.1 tcp/23"], Stops = ["Vlan10> fd00::9>fd00::1 tcp/22", "Vlan10> 10.1.0.8>10.1.0.1 tcp/23"],
        },
        new("ios", "A connection takes the first line that is free: lines behind without a list are reached when the first are in use", IosLines,
            Vlans + "access-list 10 permit 10.1.0.9\n!\nline vty 0 4\n access-class 10 in\n transport input ssh\nline vty 5 15\n transport input ssh\n!\n")
        {
            Itself = true, Open = ["Vlan10> 10.1.0.77>10.1.0.1 tcp/22"], Passes = ["Vlan10> 10.1.0.9>10.1.0.1 tcp/22"], Stops = ["Vlan10> 10.1.0.9>10.1.0.1 tcp/23"],
        },
        new("ios", "A line that doesn't say what it takes, a list that isn't defined, and a server that no line switches leave it open", IosLines + "; HTTP Services Command Reference, “ip http server”",
            Vlans + "line vty 0 4\n access-class 99 in\n!\n")
        {
            Itself = true, Open = ["Vlan10> 10.1.0.77>10.1.0.1 tcp/22", "Vlan10> 10.1.0.77>10.1.0.1 tcp/23", "Vlan10> 10.1.0.77>10.1.0.1 tcp/80", "Vlan10> 10.1.0.77>10.1.0.1 tcp/443"],
        },
        new("ios", "The web server listens where “ip http server” and “secure-server” say, on their ports, for those whom “ip http access-class” permits", "Cisco IOS HTTP Services Command Reference, “ip http access-class”, “ip http secure-port”",
            Vlans + "no ip http server\nip http secure-server\nip http secure-port 8443\nip http access-class ipv4 WEB\n!\nip access-list standard WEB\n permit 10.1.0.9\n!\nline vty 0 4\n transport input none\n!\n")
        {
            Itself = true, Passes = ["Vlan10> 10.1.0.9>10.1.0.1 tcp/8443", "Vlan10> fd00::9>fd00::1 tcp/8443"], Stops = ["Vlan10> 10.1.0.8>10.1.0.1 tcp/8443", "Vlan10> 10.1.0.9>10.1.0.1 tcp/80", "Vlan10> 10.1.0.9>10.1.0.1 tcp/443", "Vlan10> 10.1.0.9>10.1.0.1 tcp/22"],
        },
        new("ios", "SNMP answers where some community's list permits; without an “snmp-server” line there is no agent", "Cisco IOS SNMP Support Command Reference, “snmp-server community”",
            Vlans + "access-list 20 permit 10.2.0.5\naccess-list 21 permit 10.2.0.6\n!\nsnmp-server community one RO 20\nsnmp-server community two view V RW 21\n!\n")
        {
            Itself = true, Passes = ["Vlan20> 10.2.0.5>10.2.0.1 udp/161", "Vlan20> 10.2.0.6>10.2.0.1 udp/161", "Vlan10> fd00::9>fd00::1 udp/161"], Stops = ["Vlan20> 10.2.0.7>10.2.0.1 udp/161"],
        },
        new("ios", "A policy of the control plane may stop what lines let in: nothing is sure then", "Cisco Guide to Harden Cisco IOS Devices (document 13608), “Control Plane Policing”",
            Vlans + NoWeb + "control-plane\n service-policy input COPP\n!\nline vty 0 4\n transport input ssh\n!\n")
        {
            Itself = true, Open = ["Vlan10> 10.1.0.9>10.1.0.1 tcp/22", "Vlan10> 10.1.0.9>10.1.0.1 icmp/8"], Stops = ["Vlan10> 10.1.0.9>10.1.0.1 tcp/23"],
        },
        new("ios", "Without “vrf-also” a list isn't sure for interfaces of a VRF", "Cisco IOS Security Command Reference, “access-class”, vrf-also",
            "hostname r1\n!\ninterface Vlan10\n ip address 10.1.0.1 255.255.0.0\n!\ninterface Vlan20\n vrf forwarding MGMT\n ip address 10.2.0.1 255.255.0.0\n!\naccess-list 10 permit 10.1.0.9\n!\nline vty 0 4\n access-class 10 in\n transport input ssh\n!\n")
        {
            Itself = true, Stops = ["Vlan10> 10.1.0.8>10.1.0.1 tcp/22"], Open = ["Vlan20> 10.2.0.8>10.2.0.1 tcp/22"],
        },
    ];

    public static readonly VendorFact[] Asa =
    [
        new("asa", "To the ASA itself: “ssh”, “telnet” and “http” name who gets in by which interface; no access rule is asked, and what no line names is closed", AsaGuide + " › “Configure ASA Access for HTTPS, Telnet, or SSH”",
            AsaPorts + "access-list IN extended deny ip any any\naccess-group IN in interface inside\nhttp server enable 8443\nhttp 10.1.5.0 255.255.255.0 inside\nssh 10.1.6.0 255.255.255.0 inside\nssh timeout 5\ntelnet 10.1.7.7 255.255.255.255 inside\n: end\n")
        {
            Itself = true, Passes = ["inside> 10.1.6.9>10.1.0.1 tcp/22", "inside> 10.1.5.9>10.1.0.1 tcp/8443", "inside> 10.1.7.7>10.1.0.1 tcp/23"],
            Stops = ["inside> 10.1.5.9>10.1.0.1 tcp/22", "inside> 10.1.5.9>10.1.0.1 tcp/443", "outside> 10.1.6.9>203.0.113.1 tcp/22", "inside> 10.1.7.8>10.1.0.1 tcp/23", "inside> 10.1.6.9>10.1.0.1 udp/161"], Open = ["inside> 10.1.6.9>10.1.0.1 udp/500"],
        },
        new("asa", "Without “http server enable” nobody gets to it, whoever “http” names", AsaGuide + " › “Configure HTTPS Access for ASDM”",
            AsaPorts + "http 0.0.0.0 0.0.0.0 inside\nssh 0.0.0.0 0.0.0.0 outside\n: end\n")
        {
            Itself = true, Stops = ["inside> 10.1.5.9>10.1.0.1 tcp/443", "inside> 10.1.5.9>10.1.0.1 tcp/22"], Passes = ["outside> 198.51.100.9>203.0.113.1 tcp/22"],
        },
        new("asa", "From one interface the address of another isn't reached; “management-access” opens one to a VPN", AsaGuide + " › “Guidelines and Limitations”, “Management Access Over a VPN Tunnel”",
            AsaPorts + "ssh 0.0.0.0 0.0.0.0 inside\nssh 0.0.0.0 0.0.0.0 outside\nmanagement-access inside\n: end\n")
        {
            Itself = true, Stops = ["inside> 10.1.5.9>203.0.113.1 tcp/22", "inside> 10.1.5.9>203.0.113.1 icmp/8"], Open = ["outside> 198.51.100.9>10.1.0.1 tcp/22"], Passes = ["inside> 10.1.5.9>10.1.0.1 tcp/22"],
        },
        new("asa", "All ICMP reaches an interface without “icmp” lines; one with them ends in a deny", AsaGuide + " › “Configure ICMP Access”",
            AsaPorts + "icmp deny host 198.51.100.9 outside\nicmp permit any echo-reply outside\nicmp permit 198.51.100.0 255.255.255.0 echo outside\n: end\n")
        {
            Itself = true, Passes = ["inside> 10.1.5.9>10.1.0.1 icmp/8", "outside> 198.51.100.8>203.0.113.1 icmp/8", "outside> 203.0.113.9>203.0.113.1 icmp/0"], Stops = ["outside> 198.51.100.9>203.0.113.1 icmp/8", "outside> 203.0.113.9>203.0.113.1 icmp/8"],
        },
        new("asa", "What “ssh” permits comes in even where a list of the control plane denies it; what else there is, the list may stop", "ASA Series Firewall CLI Configuration Guide, Access Rules › “Management Access Rules”",
            AsaPorts + "ssh 0.0.0.0 0.0.0.0 outside\naccess-list CP extended deny udp any any eq 500\naccess-list CP extended deny ip host 198.51.100.9 any\naccess-group CP in interface outside control-plane\n: end\n")
        {
            Itself = true, Passes = ["outside> 198.51.100.9>203.0.113.1 tcp/22"], Stops = ["outside> 198.51.100.8>203.0.113.1 udp/500", "outside> 198.51.100.8>203.0.113.1 tcp/443"], Open = ["outside> 198.51.100.8>203.0.113.1 udp/4500", "inside> 10.1.5.9>10.1.0.1 udp/500"],
        },
        new("asa", "Portals listen without “http”: “webvpn”, “aaa authentication listener”, “http redirect”", "ASA Series Command Reference, “webvpn”, “aaa authentication listener”, “http redirect”",
            AsaPorts + "aaa authentication listener https inside port 443\nhttp redirect outside 80\n: end\n")
        {
            Itself = true, Open = ["inside> 10.1.5.9>10.1.0.1 tcp/443", "outside> 198.51.100.9>203.0.113.1 tcp/80"], Stops = ["inside> 10.1.5.9>10.1.0.1 tcp/22"],
        },
        new("asa", "SNMP may be asked by the hosts that “snmp-server host” names and by no other", "ASA Series General Operations CLI Configuration Guide, SNMP › “Configure the Parameters for SNMP”",
            AsaPorts + "snmp-server host inside 10.1.5.5 community c version 2c\n: end\n")
        {
            // Whether a host is only told ("trap") stands behind the community, which is covered at the door.
            Itself = true, Open = ["inside> 10.1.5.5>10.1.0.1 udp/161"], Stops = ["inside> 10.1.5.6>10.1.0.1 udp/161", "outside> 10.1.5.5>203.0.113.1 udp/161"],
        },
    ];

    private const string FortiGuide = "FortiOS Administration Guide, Policy and Objects › Local-in policy";

    private const string FortiPorts =
        "config system interface\n    edit \"port1\"\n        set ip 10.1.0.1 255.255.0.0\n        set allowaccess ping https ssh\n        set secondary-IP enable\n        config secondaryip\n            edit 1\n                set ip 10.3.0.1 255.255.0.0\n                set allowaccess ping\n            next\n        end\n        config ipv6\n            set ip6-address fd00::1/64\n            set ip6-allowaccess ssh\n        end\n    next\n"
        + "    edit \"port2\"\n        set ip 203.0.113.1 255.255.255.0\n    next\nend\n";

    private const string FortiAdmin = "config system admin\n    edit \"admin\"\n        set trusthost1 10.1.9.0 255.255.255.0\n        set ip6-trusthost1 fd00:9::/64\n    next\nend\n";

    public static readonly VendorFact[] Forti =
    [
        new("fortios", "To the FortiGate itself: each interface lets in what its “allowaccess” names, a secondary address what its own names, IPv6 “ip6-allowaccess”; what isn't named is closed", "FortiOS CLI Reference, config system interface, “allowaccess”, secondaryip, ip6-allowaccess",
            FortiPorts + "config system admin\n    edit \"admin\"\n    next\nend\n")
        {
            Itself = true, Passes = ["port1> 10.1.5.5>10.1.0.1 tcp/443", "port1> 10.1.5.5>10.1.0.1 tcp/22", "port1> 10.1.5.5>10.1.0.1 icmp/8", "port1> 10.3.5.5>10.3.0.1 icmp/8", "port1> fd00::5>fd00::1 tcp/22"],
            Stops = ["port1> 10.1.5.5>10.1.0.1 tcp/80", "port1> fd00::5>fd00::1 tcp/443", "port1> 10.3.5.5>10.3.0.1 tcp/22", "port2> 198.51.100.9>203.0.113.1 tcp/443", "port2> 198.51.100.9>203.0.113.1 icmp/8"], Open = ["port2> 198.51.100.9>203.0.113.1 udp/500"],
        },
        new("fortios", "Where every administrator has trusted hosts, the consoles answer these alone; one without lets anybody ask", "FortiOS Administration Guide, System › Administrators › “Trusted hosts”; Technical Tip 369617",
            FortiPorts + FortiAdmin + "config system global\n    set admin-sport 8443\nend\n")
        {
            Itself = true, Passes = ["port1> 10.1.9.5>10.1.0.1 tcp/8443", "port1> 10.1.9.5>10.1.0.1 tcp/22", "port1> fd00:9::5>fd00::1 tcp/22"], Stops = ["port1> 10.1.5.5>10.1.0.1 tcp/8443", "port1> 10.1.9.5>10.1.0.1 tcp/443", "port1> fd00::5>fd00::1 tcp/22"], Open = ["port1> 10.1.5.5>10.1.0.1 icmp/8"],
        },
        new("fortios", "An administrator without trusted hosts lets anybody ask, whatever the others have", "FortiOS Administration Guide, System › Administrators › “Trusted hosts”",
            FortiPorts + FortiAdmin.Replace("    next\nend", "    next\n    edit \"backup\"\n    next\nend", StringComparison.Ordinal))
        {
            Itself = true, Passes = ["port1> 10.1.5.5>10.1.0.1 tcp/22", "port1> fd00::5>fd00::1 tcp/22"],
        },
        new("fortios", "A local-in policy that denies comes before “allowaccess”, one that accepts opens surely only what is allowed there too; without “action” it denies", FortiGuide,
            FortiPorts + "config system admin\n    edit \"admin\"\n    next\nend\nconfig firewall address\n    edit \"admins\"\n        set subnet 10.1.9.0 255.255.255.0\n    next\nend\nconfig firewall local-in-policy\n    edit 1\n        set intf \"port1\"\n        set srcaddr \"admins\"\n        set dstaddr \"all\"\n        set action accept\n        set service \"SSH\" \"TELNET\"\n        set schedule \"always\"\n    next\n    edit 2\n        set intf \"any\"\n        set srcaddr \"all\"\n        set dstaddr \"all\"\n        set service \"ALL\"\n        set schedule \"always\"\n    next\nend\n")
        {
            Itself = true, Passes = ["port1> 10.1.9.5>10.1.0.1 tcp/22", "port1> fd00::5>fd00::1 tcp/22"], Open = ["port1> 10.1.9.5>10.1.0.1 tcp/23"], Stops = ["port1> 10.1.5.5>10.1.0.1 tcp/22", "port1> 10.1.9.5>10.1.0.1 tcp/443", "port2> 198.51.100.9>203.0.113.1 udp/500"],
        },
        new("fortios", "SSL VPN and an explicit proxy listen without “allowaccess”", "FortiOS CLI Reference, config vpn ssl settings, “port”; config web-proxy explicit",
            FortiPorts + "config system admin\n    edit \"admin\"\n    next\nend\nconfig vpn ssl settings\n    set port 8443\n    set source-interface \"port2\"\nend\nconfig web-proxy explicit\n    set status enable\nend\n")
        {
            Itself = true, Open = ["port2> 198.51.100.9>203.0.113.1 tcp/8443", "port2> 198.51.100.9>203.0.113.1 tcp/80"], Stops = ["port2> 198.51.100.9>203.0.113.1 icmp/8", "port2> 198.51.100.9>203.0.113.1 udp/161"],
        },
        new("fortios", "From one interface the address of another is reached where a policy lets it", "Technical Tip 369268",
            FortiPorts + "config system admin\n    edit \"admin\"\n    next\nend\nconfig firewall policy\n    edit 1\n        set srcintf \"port2\"\n        set dstintf \"port1\"\n        set srcaddr \"all\"\n        set dstaddr \"all\"\n        set action accept\n        set schedule \"always\"\n        set service \"HTTPS\"\n    next\nend\n")
        {
            Itself = true, Passes = ["port2> 198.51.100.9>10.1.0.1 tcp/443"], Stops = ["port2> 198.51.100.9>10.1.0.1 tcp/22", "port2> 198.51.100.9>203.0.113.1 tcp/443", "port1> 10.1.5.5>203.0.113.1 tcp/22"],
        },
    ];

    private const string JunosZones = "Junos OS Security Zones User Guide, “Understanding How to Control Inbound Traffic Based on Traffic Types”";

    private const string JunosPorts =
        "set system host-name srx\nset system services ssh\nset system services web-management https interface ge-0/0/0.0\nset interfaces ge-0/0/0 unit 0 family inet address 10.1.0.1/16\nset interfaces ge-0/0/1 unit 0 family inet address 10.2.0.1/16\nset interfaces ge-0/0/2 unit 0 family inet address 203.0.113.1/24\n"
        + "set security zones security-zone a interfaces ge-0/0/0.0\nset security zones security-zone a interfaces ge-0/0/1.0\nset security zones security-zone b interfaces ge-0/0/2.0\n";

    public static readonly VendorFact[] Junos =
    [
        new("junos", "To the SRX itself: what a zone's “host-inbound-traffic” names is let in, all else dropped; what an interface names replaces what its zone says", JunosZones,
            JunosPorts + "set security zones security-zone a host-inbound-traffic system-services ssh\nset security zones security-zone a host-inbound-traffic system-services ping\nset security zones security-zone a interfaces ge-0/0/1.0 host-inbound-traffic system-services https\n")
        {
            Itself = true, Passes = ["ge-0/0/0.0> 10.1.5.5>10.1.0.1 tcp/22", "ge-0/0/0.0> 10.1.5.5>10.1.0.1 icmp/8", "ge-0/0/1.0> 10.2.5.5>10.2.0.1 tcp/443"],
            Stops = ["ge-0/0/1.0> 10.2.5.5>10.2.0.1 tcp/22", "ge-0/0/0.0> 10.1.5.5>10.1.0.1 tcp/443", "ge-0/0/2.0> 198.51.100.9>203.0.113.1 tcp/22", "ge-0/0/2.0> 198.51.100.9>203.0.113.1 udp/500"], Open = ["ge-0/0/0.0> 10.1.5.5>10.2.0.1 tcp/22"],
        },
        new("junos", "A service that isn't switched on below “system services” may be let in, and answers perhaps; “all except” takes one out", JunosZones + ", “except”",
            JunosPorts + "set security zones security-zone a host-inbound-traffic system-services all\nset security zones security-zone a host-inbound-traffic system-services ssh except\nset security zones security-zone b host-inbound-traffic system-services telnet\n")
        {
            Itself = true, Passes = ["ge-0/0/0.0> 10.1.5.5>10.1.0.1 tcp/443", "ge-0/0/0.0> 10.1.5.5>10.1.0.1 icmp/8"], Stops = ["ge-0/0/0.0> 10.1.5.5>10.1.0.1 tcp/22"], Open = ["ge-0/0/2.0> 198.51.100.9>203.0.113.1 tcp/23", "ge-0/0/0.0> 10.1.5.5>10.1.0.1 udp/500"],
        },
        new("junos", "A filter on lo0 is asked of all that is meant for the device, and ends in a discard", "Routing Policies, Firewall Filters, and Traffic Policers User Guide, “Guidelines for Applying Standard Firewall Filters”, loopback interface",
            "set system host-name r1\nset system services ssh\nset system services telnet\nset interfaces ge-0/0/0 unit 0 family inet address 10.1.0.1/16\nset interfaces ge-0/0/0 unit 0 family inet6 address fd00::1/64\nset interfaces lo0 unit 0 family inet filter input RE\nset firewall family inet filter RE term a from source-address 10.1.9.0/24\nset firewall family inet filter RE term a from protocol tcp\nset firewall family inet filter RE term a from destination-port ssh\nset firewall family inet filter RE term a then accept\n")
        {
            Itself = true, Passes = ["ge-0/0/0.0> 10.1.9.5>10.1.0.1 tcp/22", "ge-0/0/0.0> fd00::5>fd00::1 tcp/23"], Stops = ["ge-0/0/0.0> 10.1.5.5>10.1.0.1 tcp/22", "ge-0/0/0.0> 10.1.9.5>10.1.0.1 tcp/23", "ge-0/0/0.0> 10.1.9.5>10.1.0.1 udp/123"],
        },
        new("junos", "On a router without zones what “system services” switches on is reached, on its port; what isn't there doesn't run", "Junos OS User Access and Authentication Administration Guide, “Remote Access Overview”, system services",
            "set system host-name r1\nset system services ssh port 2022\nset system services netconf ssh\nset interfaces ge-0/0/0 unit 0 family inet address 10.1.0.1/16\n")
        {
            Itself = true, Passes = ["ge-0/0/0.0> 10.1.5.5>10.1.0.1 tcp/2022", "ge-0/0/0.0> 10.1.5.5>10.1.0.1 tcp/830"], Stops = ["ge-0/0/0.0> 10.1.5.5>10.1.0.1 tcp/22", "ge-0/0/0.0> 10.1.5.5>10.1.0.1 tcp/23", "ge-0/0/0.0> 10.1.5.5>10.1.0.1 udp/161"], Open = ["ge-0/0/0.0> 10.1.5.5>10.1.0.1 tcp/179"],
        },
        new("junos", "Policies to the zone “junos-host” are asked besides, for the zones that have some", "Junos OS Security Policies User Guide for Security Devices, “Configuring Security Policies for Self Traffic”",
            JunosPorts + "set security zones security-zone a host-inbound-traffic system-services ssh\nset security zones security-zone b host-inbound-traffic system-services ssh\nset security address-book global address admins 10.1.9.0/24\nset security policies from-zone a to-zone junos-host policy p match source-address admins\nset security policies from-zone a to-zone junos-host policy p match destination-address any\nset security policies from-zone a to-zone junos-host policy p match application junos-ssh\nset security policies from-zone a to-zone junos-host policy p then permit\n")
        {
            Itself = true, Passes = ["ge-0/0/0.0> 10.1.9.5>10.1.0.1 tcp/22", "ge-0/0/2.0> 198.51.100.9>203.0.113.1 tcp/22"], Stops = ["ge-0/0/0.0> 10.1.5.5>10.1.0.1 tcp/22"],
        },
    ];

    private const string PanGuide = "PAN-OS Networking Administrator's Guide, Configure Interfaces › “Use Interface Management Profiles to Restrict Access”";

    private const string PanPorts =
        "set deviceconfig system hostname fw\nset network interface ethernet ethernet1/1 layer3 ip 10.1.0.1/16\nset network interface ethernet ethernet1/1 layer3 interface-management-profile mgmt\nset network interface ethernet ethernet1/2 layer3 ip 203.0.113.1/24\n"
        + "set network profiles interface-management-profile mgmt ssh yes\nset network profiles interface-management-profile mgmt https yes\nset network profiles interface-management-profile mgmt ping yes\nset network profiles interface-management-profile mgmt telnet no\nset network virtual-router default interface [ ethernet1/1 ethernet1/2 ]\nset zone a network layer3 ethernet1/1\nset zone b network layer3 ethernet1/2\n";

    public static readonly VendorFact[] Pan =
    [
        new("panos", "To the firewall itself: an interface lets in what its management profile names, for those whom “permitted-ip” names; one without a profile denies management", PanGuide,
            PanPorts + "set network profiles interface-management-profile mgmt permitted-ip 10.1.9.0/24\n")
        {
            Itself = true, Passes = ["ethernet1/1> 10.1.9.5>10.1.0.1 tcp/22", "ethernet1/1> 10.1.9.5>10.1.0.1 tcp/443", "ethernet1/1> 10.1.9.5>10.1.0.1 icmp/8"],
            Stops = ["ethernet1/1> 10.1.5.5>10.1.0.1 tcp/22", "ethernet1/1> 10.1.9.5>10.1.0.1 tcp/23", "ethernet1/1> 10.1.9.5>10.1.0.1 tcp/80", "ethernet1/2> 198.51.100.9>203.0.113.1 tcp/22"], Open = ["ethernet1/1> 10.1.9.5>10.1.0.1 udp/500"],
        },
        new("panos", "Its own addresses lie in the zones of their interfaces: the security policy is asked first, allowed within a zone and denied from another unless a rule says otherwise", "PAN-OS Administrator's Guide, Policy › Security Policy › Security Policy Rules, “predefined rules”; " + PanGuide,
            PanPorts + "set rulebase security rules s from a to a source 10.1.5.0/24 destination any application any service any action deny\n")
        {
            Itself = true, Passes = ["ethernet1/1> 10.1.9.5>10.1.0.1 tcp/22"], Stops = ["ethernet1/1> 10.1.5.5>10.1.0.1 tcp/22", "ethernet1/2> 198.51.100.9>10.1.0.1 tcp/22"],
        },
        new("panos", "A rule from another zone lets it come to the interface's address, where the profile of that interface decides", PanGuide,
            PanPorts + "set rulebase security rules s from b to a source any destination 10.1.0.1 application any service any action allow\n")
        {
            Itself = true, Open = ["ethernet1/2> 198.51.100.9>10.1.0.1 tcp/22"], Stops = ["ethernet1/2> 198.51.100.9>10.1.0.1 tcp/23"],
        },
        new("panos", "GlobalProtect listens without a profile", PanGuide,
            PanPorts + "set network tunnel global-protect-gateway gp local-address interface ethernet1/2\n")
        {
            Itself = true, Open = ["ethernet1/2> 198.51.100.9>203.0.113.1 tcp/443"], Stops = ["ethernet1/2> 198.51.100.9>203.0.113.1 tcp/22"],
        },
    ];

    private const string RtxGuide = "ヤマハルーター コマンドリファレンス";

    public static readonly VendorFact[] Yamaha =
    [
        new("yamaha", "To the router itself: “sshd host”, “telnetd host” and “httpd host” name who gets in: any, none, addresses, ranges, the hosts of a LAN", RtxGuide + "「SSH サーバーへアクセスできるホストの設定」「TELNET サーバーへアクセスできるホストの設定」「HTTP サーバーへアクセスできるホストの設定」",
            "ip lan1 address 10.1.0.1/16\nip lan2 address 203.0.113.1/24\ntelnetd service off\nsshd service on\nsshd host 10.1.9.5 10.1.8.1-10.1.8.9\nhttpd service on\nhttpd host lan1\n")
        {
            Itself = true, Passes = ["lan1> 10.1.9.5>10.1.0.1 tcp/22", "lan1> 10.1.8.3>10.1.0.1 tcp/22", "lan2> 10.1.8.3>203.0.113.1 tcp/22", "lan1> 10.1.5.5>10.1.0.1 tcp/80", "lan1> 10.1.5.5>10.1.0.1 icmp/8"],
            Stops = ["lan1> 10.1.5.5>10.1.0.1 tcp/22", "lan1> 10.1.9.5>10.1.0.1 tcp/23", "lan2> 198.51.100.9>203.0.113.1 tcp/80", "lan1> 10.1.9.5>10.1.0.1 udp/161"], Open = ["lan1> 10.9.5.5>10.1.0.1 tcp/80", "lan1> 10.1.9.5>10.1.0.1 udp/500"],
        },
        new("yamaha", "SSH is off unless a line switches it on, and then open to any unless “sshd host” says otherwise", RtxGuide + "「SSH サーバー機能の ON/OFF の設定」",
            "ip lan1 address 10.1.0.1/16\nsshd service on\nsshd listen 2222\nhttpd service off\ntelnetd service off\n")
        {
            Itself = true, Passes = ["lan1> 10.1.9.5>10.1.0.1 tcp/2222"], Stops = ["lan1> 10.1.9.5>10.1.0.1 tcp/22", "lan1> 10.1.9.5>10.1.0.1 tcp/80"],
        },
        new("yamaha", "What TELNET and HTTP do where no line speaks differs by product; SSH stays off", RtxGuide + "「TELNET サーバー機能の ON/OFF の設定」「HTTP サーバー機能の有無の設定」",
            "ip lan1 address 10.1.0.1/16\nip icmp echo-reply send off\n")
        {
            Itself = true, Open = ["lan1> 10.1.9.5>10.1.0.1 tcp/23", "lan1> 10.1.9.5>10.1.0.1 tcp/80"], Stops = ["lan1> 10.1.9.5>10.1.0.1 tcp/22", "lan1> 10.1.9.5>10.1.0.1 icmp/8"],
        },
    ];

    public static readonly VendorFact[] Nec =
    [
        new("nec-ix", "To the router itself: “ssh-server ip enable” and “telnet-server ip enable” with their access lists; what no line speaks of stays open", "no vendor document at hand; public examples of configurations with “telnet-server ip access-list”",
            "! NEC Portable Internetwork Core Operating System Software\nhostname ix\nip access-list console permit ip src 10.1.9.0/24 dest any\ntelnet-server ip enable\ntelnet-server ip access-list console\nssh-server ip enable\ninterface GigaEthernet0.0\n  ip address 10.1.0.1/16\n  no shutdown\n")
        {
            Itself = true, Passes = ["GigaEthernet0.0> 10.1.9.5>10.1.0.1 tcp/23", "GigaEthernet0.0> 10.1.5.5>10.1.0.1 tcp/22"], Stops = ["GigaEthernet0.0> 10.1.5.5>10.1.0.1 tcp/23"], Open = ["GigaEthernet0.0> 10.1.5.5>10.1.0.1 tcp/80", "GigaEthernet0.0> 10.1.5.5>10.1.0.1 icmp/8"],
        },
    ];
}
