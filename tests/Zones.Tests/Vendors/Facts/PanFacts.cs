namespace Sekisho.Zones.Tests.Vendors;

/// <summary>PAN-OS: zones, the two default rules, rule types, addresses before translation with the zone behind it.</summary>
internal static class PanFacts
{
    private const string Rules = "PAN-OS Administrator's Guide, Policy › Security Policy";

    private const string Nat = "PAN-OS Networking Administrator's Guide, NAT › NAT Policy Rules";

    private const string Zones = """
        set deviceconfig system hostname pa
        set network interface ethernet ethernet1/1 layer3 ip 10.1.0.1/16
        set network interface ethernet ethernet1/2 layer3 ip 10.2.0.1/16
        set network interface ethernet ethernet1/3 layer3 ip 203.0.113.1/24
        set network interface ethernet ethernet1/4 layer3 ip 10.3.0.1/16
        set zone trust network layer3 [ ethernet1/1 ethernet1/4 ]
        set zone dmz network layer3 ethernet1/2
        set zone untrust network layer3 ethernet1/3
        set address web ip-netmask 10.2.0.80
        set address upd fqdn update.example.jp

        """;

    public static readonly VendorFact[] All =
    [
        new("panos", "What no rule matches is allowed within a zone (intrazone-default) and denied between zones (interzone-default)", Rules + " › Security Policy Rules, “predefined rules”",
            Zones + Rule("r1", "trust", "dmz", service: "service-https"))
        {
            Passes = ["ethernet1/1>ethernet1/4 10.1.0.5>10.3.0.9 tcp/22", "ethernet1/1>ethernet1/2 10.1.0.5>10.2.0.9 tcp/443"], Stops = ["ethernet1/1>ethernet1/2 10.1.0.5>10.2.0.9 tcp/22", "ethernet1/2>ethernet1/1 10.2.0.9>10.1.0.5 tcp/443"], Stateful = true,
        },
        new("panos", "The action of both default rules can be overridden", Rules + " › Override or Revert a Security Policy Rule",
            Zones + "set rulebase default-security-rules rules intrazone-default action deny\nset rulebase default-security-rules rules interzone-default action allow\n")
        {
            Passes = ["ethernet1/1>ethernet1/2 10.1.0.5>10.2.0.9 tcp/22"], Stops = ["ethernet1/1>ethernet1/4 10.1.0.5>10.3.0.9 tcp/22"],
        },
        new("panos", "Rules are tried from the top, the first match decides, and a disabled rule is none", Rules + " › Components of a Security Policy Rule",
            Zones + Rule("r0", "trust", "dmz", action: "deny", more: " disabled yes") + Rule("r1", "trust", "dmz", destination: "web", action: "deny") + Rule("r2", "trust", "dmz"))
        {
            Passes = ["ethernet1/1>ethernet1/2 10.1.0.5>10.2.0.81 tcp/22"], Stops = ["ethernet1/1>ethernet1/2 10.1.0.5>10.2.0.80 tcp/22"],
        },
        new("panos", "A universal rule holds within and between its zones, an intrazone rule only within each, an interzone rule only between them", Rules + " › Security Policy Rules, “Rule Type”",
            Zones + "set rulebase default-security-rules rules intrazone-default action deny\n" + Rule("u", "[ trust dmz ]", "[ trust dmz ]", service: "service-http") + Rule("w", "[ trust dmz ]", "any", service: "service-https", more: " rule-type intrazone") + "set service ssh protocol tcp port 22\n" + Rule("b", "[ trust dmz ]", "[ trust dmz ]", service: "ssh", more: " rule-type interzone"))
        {
            Passes = ["ethernet1/1>ethernet1/4 10.1.0.5>10.3.0.9 tcp/80", "ethernet1/1>ethernet1/2 10.1.0.5>10.2.0.9 tcp/80", "ethernet1/1>ethernet1/4 10.1.0.5>10.3.0.9 tcp/443", "ethernet1/1>ethernet1/2 10.1.0.5>10.2.0.9 tcp/22"],
            Stops = ["ethernet1/1>ethernet1/2 10.1.0.5>10.2.0.9 tcp/443", "ethernet1/1>ethernet1/4 10.1.0.5>10.3.0.9 tcp/22"],
        },
        new("panos", "An application is told from content: a rule that names one may hold on its ports, and on all with application-default", Rules + " › Components of a Security Policy Rule, “Application”, “Service”",
            Zones + Rule("r1", "trust", "dmz", service: "service-https", application: "ssl") + Rule("r2", "trust", "untrust", service: "application-default", application: "web-browsing"))
        {
            Open = ["ethernet1/1>ethernet1/2 10.1.0.5>10.2.0.9 tcp/443", "ethernet1/1>ethernet1/3 10.1.0.5>203.0.113.9 tcp/8080"], Stops = ["ethernet1/1>ethernet1/2 10.1.0.5>10.2.0.9 tcp/444"],
        },
        new("panos", "A host name (FQDN object) may be any address; in a group the other members hold surely", "PAN-OS Administrator's Guide, Policy › Policy Objects, “Address”",
            Zones + "set address-group servers static [ web upd ]\n" + Rule("r1", "trust", "dmz", destination: "servers"))
        {
            Passes = ["ethernet1/1>ethernet1/2 10.1.0.5>10.2.0.80 tcp/22"], Open = ["ethernet1/1>ethernet1/2 10.1.0.5>10.2.0.81 tcp/22"],
        },
        new("panos", "“negate-destination” turns the list around", Rules + " › Components of a Security Policy Rule, “Destination Address”",
            Zones + Rule("r1", "trust", "dmz", destination: "web", more: " negate-destination yes"))
        {
            Passes = ["ethernet1/1>ethernet1/2 10.1.0.5>10.2.0.81 tcp/22"], Stops = ["ethernet1/1>ethernet1/2 10.1.0.5>10.2.0.80 tcp/22"],
        },
        new("panos", "With destination NAT a rule names the address and port before translation, and the zone behind it", Nat + " › NAT Policy Overview; Destination NAT Example—One-to-One Mapping",
            Zones + "set service alt protocol tcp port 8443\nset rulebase nat rules d from untrust to untrust source any destination 203.0.113.7 service alt destination-translation translated-address web translated-port 443\n" + Rule("r1", "untrust", "dmz", destination: "203.0.113.7", service: "alt"))
        {
            Passes = ["ethernet1/3>ethernet1/2 203.0.113.77>203.0.113.7 tcp/8443"], Stops = ["ethernet1/3>ethernet1/2 203.0.113.77>10.2.0.80 tcp/443"],
            Translated = [("ethernet1/3>ethernet1/2 203.0.113.77>203.0.113.7 tcp/8443", "203.0.113.77>10.2.0.80 tcp/443")],
        },
        new("panos", "NAT rules are tried from the top and the first match is the only one; one without a translation exempts", Nat + " › NAT Policy Overview, “NAT rule order”",
            Zones + "set rulebase nat rules keep from trust to untrust source 10.1.0.5 destination any service any\nset rulebase nat rules hide from trust to untrust source any destination any service any source-translation dynamic-ip-and-port interface-address interface ethernet1/3\n" + Rule("r1", "trust", "untrust"))
        {
            Translated = [("ethernet1/1>ethernet1/3 10.1.0.5>203.0.113.9 tcp/80", "10.1.0.5>203.0.113.9 tcp/80"), ("ethernet1/1>ethernet1/3 10.1.0.6>203.0.113.9 tcp/80", "203.0.113.1>203.0.113.9 tcp/80")],
        },
        new("panos", "A NAT rule holds only where the packet goes to its zone: it exempts nothing that is bound elsewhere", Nat + " › NAT Policy Overview, “destination zone”",
            Zones + "set rulebase nat rules hide from trust to untrust source any destination any service any source-translation dynamic-ip-and-port interface-address interface ethernet1/3\nset rulebase nat rules turn from trust to dmz source any destination 10.2.0.7 service any destination-translation translated-address web\n" + Rule("r1", "trust", "dmz"))
        {
            Translated = [("ethernet1/1>ethernet1/2 10.1.0.5>10.2.0.7 tcp/80", "10.1.0.5>10.2.0.80 tcp/80"), ("ethernet1/1>ethernet1/2 10.1.0.5>10.2.0.9 tcp/80", "10.1.0.5>10.2.0.9 tcp/80")],
        },
    ];

    private static string Rule(string name, string from, string to, string destination = "any", string service = "any", string application = "any", string action = "allow", string more = "") =>
        $"set rulebase security rules {name} from {from} to {to} source any destination {destination} service {service} application {application} action {action}{more}\n";
}
