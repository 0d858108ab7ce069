using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>AlliedWare Plus switch: hardware access lists on VLAN interfaces and on all ports of a VLAN.</summary>
/// <remarks>Command Reference, "access-group": lists in the order of their application, entries by number, the first match decides, what none matches is forwarded; "host", prefix, or wildcard mask.</remarks>
internal sealed class AlliedSwitchConfig : VendorConfig
{
    private readonly Dictionary<string, SortedDictionary<int, (bool Permit, Func<Packet, bool> Holds)>> lists = [];
    private readonly Dictionary<(string Interface, bool V6), List<string>> asked = [];

    public AlliedSwitchConfig(int seed)
        : base(seed)
    {
        Line("!\nservice password-encryption\n!\nhostname sw1\n!\nvlan database\n vlan 10,20,30 state enable\n!");
        foreach (var list in (string[])["3000", "3001", "servers", "clients"]) List(list, false);
        foreach (var list in (string[])["six1", "six2"]) List(list, true);
        var port = 1;
        foreach (var on in Interfaces)
        {
            List<string> four = [], six = [];
            List<string> own = OneIn(3) ? [] : [.. Some("3000", "3001", "servers", "clients")];
            // The same lists on both ports of the VLAN.
            Line($"interface port1.0.{port}-1.0.{port + 1}\n switchport\n switchport mode access\n switchport access vlan {on[4..]}");
            foreach (var list in own) Line($" access-group {list}");
            four.AddRange(own);
            if (OneIn(3))
            {
                var list = Pick("six1", "six2");
                Line($" ipv6 traffic-filter {list}");
                six.Add(list);
            }
            Line("!");
            port += 2;
            asked[(on, false)] = four;
            asked[(on, true)] = six;
        }
        foreach (var on in Interfaces) Line($"interface {on}\n ip address 192.0.2.{Array.IndexOf(Interfaces, on) * 4 + 1}/30\n!");
    }

    public override string Vendor => "allied";

    protected override string[] Interfaces => ["vlan10", "vlan20", "vlan30"];

    public override bool Passes(Packet packet)
    {
        foreach (var list in asked[(packet.In, packet.Source.IsV6)])
            foreach (var (permit, holds) in lists[list].Values)
                if (holds(packet)) return permit;
        return true;
    }

    private IEnumerable<string> Some(params string[] of) => of.Where(_ => OneIn(2));

    private void List(string name, bool v6)
    {
        var entries = lists[name] = [];
        var numbered = char.IsAsciiDigit(name[0]);
        if (!numbered) Line(v6 ? $"ipv6 access-list {name}" : $"access-list hardware {name}");
        int[] numbers = [.. Enumerable.Range(1, numbered ? 1 : 6).Select(static n => n * 10)];
        Random.Shuffle(numbers);
        foreach (var number in numbers)
        {
            var permit = OneIn(2);
            var (source, destination) = (Address(v6), Address(v6));
            var (low, high) = Ports();
            var port = Port();
            var type = v6 ? 128 : 8;
            var (protocol, from, behind, holds) = Random.Next(6) switch
            {
                0 => (v6 ? "ipv6" : "ip", "", "", new Func<Packet, bool>(static _ => true)),
                1 => ("tcp", "", $" eq {port}", p => p.Protocol == 6 && p.DestinationPort == port),
                2 => ("udp", $" gt {port}", $" range {low} {high}", p => p.Protocol == 17 && p.SourcePort > port && p.DestinationPort >= low && p.DestinationPort <= high),
                3 => ("tcp", $" ne {port}", "", p => p.Protocol == 6 && p.SourcePort != port),
                4 => ("proto 47", "", "", static p => p.Protocol == 47),
                _ => ("icmp", "", $" icmp-type {type}", p => p.Protocol == (v6 ? 58 : 1) && p.Icmp >> 8 == type),
            };
            var text = $"{(permit ? "permit" : "deny")} {protocol} {source.Text}{from} {destination.Text}{behind}";
            Line(numbered ? $"access-list {name} {text}" : $" {number.ToString(CultureInfo.InvariantCulture)} {text}");
            entries.Add(number, (permit, p => p.Source.IsV6 == v6 && source.Holds(p.Source) && destination.Holds(p.Destination) && holds(p)));
        }
        Line("!");
    }

    private Where Address(bool v6)
    {
        var host = Host(v6);
        var (first, length) = Net(v6);
        return Random.Next(4) switch
        {
            0 => new("any", static _ => true),
            1 => new(v6 ? Say(host, 128) : $"host {host}", a => a == host),
            2 when !v6 => new($"{first} {Wildcard(length)}", a => InNet(a, first, length)),
            _ => new(Say(first, length), a => InNet(a, first, length)),
        };
    }
}

/// <summary>AlliedWare Plus router: zones, networks, hosts and applications, firewall rules in the order of their numbers.</summary>
/// <remarks>Command Reference, "rule (Firewall)", "protect (Firewall)": lowest number first; permit, deny, reject decide, "log" goes on; under "protect" the rest is dropped, without it all passes.</remarks>
internal sealed class AlliedRouterConfig : VendorConfig
{
    private readonly Dictionary<string, Func<Address, string, bool>> entities = [];
    private readonly List<What> applications = [new("any", static _ => true)];
    private readonly SortedDictionary<int, (string Verdict, Func<Packet, bool> Holds)> rules = [];
    private readonly bool protects;

    public AlliedRouterConfig(int seed)
        : base(seed)
    {
        Line("!\nservice password-encryption\n!\nhostname ar4050\n!");
        foreach (var (zone, on) in ((string, string)[])[("private", "vlan1"), ("dmz", "vlan2"), ("public", "eth1")]) Zone(zone, on);
        for (var i = 0; i < 5; i++) Application($"app{i}");
        Line("firewall");
        int[] numbers = [.. Enumerable.Range(1, 12).Select(static n => n * 10)];
        Random.Shuffle(numbers);
        foreach (var number in numbers)
        {
            var verdict = Pick("permit", "permit", "permit", "deny", "reject", "log");
            var application = Pick([.. applications]);
            var (from, onto) = (Pick([.. entities.Keys]), Pick([.. entities.Keys]));
            Line($" rule {number.ToString(CultureInfo.InvariantCulture)} {verdict} {application.Text} from {from} to {onto}{(OneIn(5) ? " no-state-enforcement" : "")}{(OneIn(5) ? " log" : "")}");
            rules.Add(number, (verdict, p => application.Holds(p) && entities[from](p.Source, p.In) && entities[onto](p.Destination, p.Out)));
        }
        if (protects = !OneIn(5)) Line(" protect");
        Line("!\ninterface eth1\n ip address 192.0.2.1/30\n!\ninterface vlan1\n ip address 192.0.2.5/30\n!\ninterface vlan2\n ip address 192.0.2.9/30\n!\nip route 0.0.0.0/0 192.0.2.2\n!");
    }

    public override string Vendor => "allied";

    protected override string[] Interfaces => ["vlan1", "vlan2", "eth1"];

    public override bool Passes(Packet packet)
    {
        if (!protects) return true;
        foreach (var (verdict, holds) in rules.Values)
            if (verdict != "log" && holds(packet)) return verdict == "permit";
        return false;
    }

    private void Zone(string zone, string on)
    {
        Line($"zone {zone}");
        var networks = new List<Func<Address, string, bool>>();
        for (var n = 0; n < 2; n++)
        {
            var subnets = new List<Func<Address, string, bool>>();
            Line($" network net{n}");
            for (var s = Random.Next(1, 3); s > 0; s--)
            {
                var (first, length) = Net(OneIn(3));
                var bound = OneIn(2);
                Line($"  {(first.IsV6 ? "ipv6" : "ip")} subnet {Say(first, length)}{(bound ? $" interface {on}" : "")}");
                subnets.Add((a, name) => InNet(a, first, length) && (!bound || name == on));
            }
            networks.Add((a, name) => subnets.Exists(s => s(a, name)));
            entities.Add($"{zone}.net{n}", networks[^1]);
            var host = Host(false);
            Line($"  host h{n}\n   ip address {host}");
            entities.Add($"{zone}.net{n}.h{n}", (a, _) => a == host);
        }
        entities.Add(zone, (a, name) => networks.Exists(n => n(a, name)));
        Line("!");
    }

    private void Application(string name)
    {
        var (low, high) = Ports();
        var port = Port();
        var (text, holds) = Random.Next(4) switch
        {
            0 => ($" protocol tcp\n dport {port}", new Func<Packet, bool>(p => p.Protocol == 6 && p.DestinationPort == port)),
            1 => ($" protocol udp\n sport {port}\n dport {low} to {high}", p => p.Protocol == 17 && p.SourcePort == port && p.DestinationPort >= low && p.DestinationPort <= high),
            2 => (" protocol icmp\n icmp-type 8", static p => p.Protocol == 1 && p.Icmp >> 8 == 8),
            _ => (" protocol 47", static p => p.Protocol == 47),
        };
        Line($"application {name}\n{text}\n!");
        applications.Add(new(name, holds));
    }
}
