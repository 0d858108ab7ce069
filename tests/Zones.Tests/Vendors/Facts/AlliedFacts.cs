namespace Sekisho.Zones.Tests.Vendors;

/// <summary>AlliedWare Plus: hardware access lists on switches, firewall and NAT rules on routers.</summary>
internal static class AlliedFacts
{
    private const string Reference = "AlliedWare Plus Command Reference";

    private const string Switch = "!\nservice password-encryption\n!\nhostname sw1\n!\nvlan database\n vlan 10,20 state enable\n!\n";

    private const string Router = """
        !
        service password-encryption
        !
        hostname ar1
        !
        zone private
         network lan
          ip subnet 10.1.0.0/16 interface vlan1
          host web
           ip address 10.1.0.80
        !
        zone public
         network wan
          ip subnet 0.0.0.0/0 interface eth1
        !
        application alt
         protocol tcp
         dport 8443
        !
        application tls
         protocol tcp
         dport 443
        !

        """;

    private const string Ports = "!\ninterface eth1\n ip address 203.0.113.1/24\n!\ninterface vlan1\n ip address 10.1.0.1/16\n!\n";

    public static readonly VendorFact[] All =
    [
        new("allied", "A hardware access list ends in an implicit permit: what no entry matches is forwarded", Reference + ", “access-list hardware (named)”, “access-group”",
            Switch + "access-list hardware guard\n 10 deny tcp any any eq 23\n!\n" + Bound("guard"))
        {
            Passes = ["vlan10>vlan20 10.1.0.6>10.2.0.9 tcp/22"], Stops = ["vlan10>vlan20 10.1.0.6>10.2.0.9 tcp/23"], Stateful = false,
        },
        new("allied", "Entries are tried by their numbers, the first that matches decides", Reference + ", “access-list hardware (seq entry)”",
            Switch + "access-list hardware guard\n 20 permit ip any any\n 10 deny ip host 10.1.0.5 any\n!\n" + Bound("guard"))
        {
            Passes = ["vlan10>vlan20 10.1.0.6>10.2.0.9 tcp/22"], Stops = ["vlan10>vlan20 10.1.0.5>10.2.0.9 tcp/22"],
        },
        new("allied", "Several lists on a port are asked in the order of their application", Reference + ", “access-group”",
            Switch + "access-list 3000 permit ip host 10.1.0.5 any\naccess-list 3001 deny ip 10.1.0.0/16 any\n!\n" + Bound("3000", "3001"))
        {
            Passes = ["vlan10>vlan20 10.1.0.5>10.2.0.9 tcp/22"], Stops = ["vlan10>vlan20 10.1.0.6>10.2.0.9 tcp/22"],
        },
        new("allied", "Under “protect” the firewall drops what no rule permits; replies pass", Reference + ", “protect (Firewall)”, “rule (Firewall)”",
            Router + "firewall\n rule 10 permit any from private to public\n protect\n" + Ports)
        {
            Passes = ["vlan1>eth1 10.1.0.6>203.0.113.9 tcp/22"], Stops = ["eth1>vlan1 203.0.113.9>10.1.0.6 tcp/22"], Stateful = true,
        },
        new("allied", "Without “protect” no rule is asked and all passes", Reference + ", “protect (Firewall)”",
            Router + "firewall\n rule 10 deny any from public to private\n" + Ports)
        {
            Passes = ["eth1>vlan1 203.0.113.9>10.1.0.6 tcp/22", "vlan1>eth1 10.1.0.6>203.0.113.9 tcp/22"],
        },
        new("allied", "Rules are tried by their numbers; “log” goes on to the next", Reference + ", “rule (Firewall)”",
            Router + "firewall\n rule 30 permit any from public to private.lan.web\n rule 10 log any from public to private\n rule 20 deny tls from public to private\n protect\n" + Ports)
        {
            Passes = ["eth1>vlan1 203.0.113.9>10.1.0.80 tcp/22"], Stops = ["eth1>vlan1 203.0.113.9>10.1.0.80 tcp/443", "eth1>vlan1 203.0.113.9>10.1.0.81 tcp/22"],
        },
        new("allied", "The firewall sees the destination behind port forwarding, and the source before masquerading", "Firewall and Network Address Translation (NAT) Feature Overview and Configuration Guide",
            Router + "firewall\n rule 10 permit tls from public to private.lan.web\n rule 20 permit any from private to public\n protect\n!\nnat\n rule 10 portfwd alt from public with dst private.lan.web dport 443\n rule 20 masq any from private to public\n enable\n" + Ports)
        {
            Translated = [("eth1>vlan1 203.0.113.9>203.0.113.1 tcp/8443", "203.0.113.9>10.1.0.80 tcp/443"), ("vlan1>eth1 10.1.0.6>203.0.113.9 tcp/80", "203.0.113.1>203.0.113.9 tcp/80")],
        },
    ];

    private static string Bound(params ReadOnlySpan<string> lists)
    {
        var text = "interface port1.0.1-1.0.2\n switchport\n switchport mode access\n switchport access vlan 10\n";
        foreach (var list in lists) text += $" access-group {list}\n";
        return text + "!\ninterface port1.0.3\n switchport\n switchport mode access\n switchport access vlan 20\n!\ninterface vlan10\n ip address 10.1.0.1/16\n!\ninterface vlan20\n ip address 10.2.0.1/16\n!\n";
    }
}
