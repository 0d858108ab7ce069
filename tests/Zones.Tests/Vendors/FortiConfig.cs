using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>FortiGate: policies in the order of the file (after "move"), zones, nested groups, exclusion, negation, both families.</summary>
/// <remarks>
/// FortiOS Administration Guide, "Firewall policy": from the top down, the first match decides, policy 0 denies the rest; a disabled policy isn't asked;
/// "Zone": traffic between a zone's interfaces is let through with "intrazone allow", with no policy asked. "Address group": "exclude-member" is taken out.
/// </remarks>
internal sealed class FortiConfig : VendorConfig
{
    private readonly List<(int Id, bool Accept, Func<Packet, bool> Holds)> policies = [];
    private readonly List<Where> four = [new("all", static a => !a.IsV6), new("none", static _ => false)];
    private readonly List<Where> six = [new("all", static a => a.IsV6), new("none", static _ => false)];
    private readonly List<What> services = [new("ALL", static _ => true), new("HTTPS", static p => p.Protocol == 6 && p.DestinationPort == 443), new("DNS", static p => HasPorts(p) && p.DestinationPort == 53), new("PING", static p => p.Protocol == 1 && p.Icmp >> 8 == 8)];
    private readonly bool intrazone;

    public FortiConfig(int seed)
        : base(seed)
    {
        Line("#config-version=FGT60F-7.2.5-FW-build1517-230606:opmode=0:vdom=0:user=admin\nconfig system interface");
        foreach (var on in Interfaces) Line($"    edit \"{on}\"\n        set vdom \"root\"\n        set ip 192.0.2.{Array.IndexOf(Interfaces, on) * 4 + 1} 255.255.255.252\n    next");
        Line("end\nconfig system zone\n    edit \"inner\"");
        if (intrazone = OneIn(2)) Line("        set intrazone allow");
        Line("        set interface \"port1\" \"port2\"\n    next\nend");
        Line("config firewall address");
        for (var i = 0; i < 6; i++) Address4($"host {i}");
        Line("end\nconfig firewall address6");
        for (var i = 0; i < 4; i++) Address6($"six {i}");
        Line("end\nconfig firewall addrgrp");
        for (var i = 0; i < 3; i++) Group($"group {i}", four);
        Line("end\nconfig firewall addrgrp6");
        Group("group6", six);
        Line("end\nconfig firewall service custom");
        for (var i = 0; i < 6; i++) Service($"svc-{i}");
        Line("end\nconfig firewall service group");
        var members = Some(services);
        Line($"    edit \"svc group\"\n        set member {Quoted(members.Select(static m => m.Text))}\n    next\nend");
        services.Add(new("svc group", p => members.Exists(m => m.Holds(p))));
        Line("config firewall policy");
        int[] ids = [.. Enumerable.Range(1, 14)];
        Random.Shuffle(ids);
        foreach (var id in ids) Policy(id);
        if (OneIn(2))
        {
            var (moved, before) = (policies[Random.Next(policies.Count)], policies[Random.Next(policies.Count)]);
            if (moved != before)
            {
                Line($"    move {moved.Id} before {before.Id}");
                policies.Remove(moved);
                policies.Insert(policies.IndexOf(before), moved);
            }
        }
        Line("end");
    }

    public override string Vendor => "fortios";

    protected override string[] Interfaces => ["port1", "port2", "port3", "wan1"];

    public override bool Passes(Packet packet)
    {
        if (intrazone && packet.In is "port1" or "port2" && packet.Out is "port1" or "port2") return intrazone || Policies(packet);
        return Policies(packet);
    }

    private bool Policies(Packet packet)
    {
        foreach (var (_, accept, holds) in policies)
            if (holds(packet)) return accept;
        return false;
    }

    private List<T> Some<T>(List<T> of)
    {
        var some = new List<T>();
        for (var i = Random.Next(1, 4); i > 0; i--) some.Add(Pick([.. of]));
        return some;
    }

    private static string Quoted(IEnumerable<string> names) => string.Join(' ', names.Select(static n => $"\"{n}\""));

    private void Address4(string name)
    {
        var host = Host(false);
        var (first, length) = Net(false);
        var (low, high) = Range(false);
        // FortiOS: a bit of the mask that is set must be equal.
        var mask = ~(uint)Random.Next(64);
        var (text, holds) = Random.Next(4) switch
        {
            0 => ($"set subnet {host} 255.255.255.255", new Func<Address, bool>(a => a == host)),
            1 => ($"set subnet {first} {Mask(length)}", a => InNet(a, first, length)),
            2 => ($"set type iprange\n        set start-ip {low}\n        set end-ip {high}", a => InRange(a, low, high)),
            _ => ($"set type wildcard\n        set wildcard {host} {Address.V4(mask)}", a => !a.IsV6 && ((uint)a.Value & mask) == ((uint)host.Value & mask)),
        };
        Line($"    edit \"{name}\"\n        {text}\n    next");
        four.Add(new(name, holds));
    }

    private void Address6(string name)
    {
        var (first, length) = Net(true);
        var (low, high) = Range(true);
        var range = OneIn(2);
        Line($"    edit \"{name}\"\n        {(range ? $"set type iprange\n        set start-ip {low}\n        set end-ip {high}" : $"set ip6 {Say(first, length)}")}\n    next");
        six.Add(new(name, range ? a => InRange(a, low, high) : a => InNet(a, first, length)));
    }

    private void Group(string name, List<Where> all)
    {
        List<Where> named = [.. all.Where(static a => a.Text is not ("all" or "none"))];
        var members = Some(named);
        var text = $"    edit \"{name}\"\n        set member {Quoted(members.Select(static m => m.Text))}";
        var except = OneIn(2) ? Some(named) : [];
        if (except.Count > 0) text += $"\n        set exclude enable\n        set exclude-member {Quoted(except.Select(static m => m.Text))}";
        Line(text + "\n    next");
        all.Add(new(name, a => members.Exists(m => m.Holds(a)) && !except.Exists(m => m.Holds(a))));
    }

    private void Service(string name)
    {
        var (low, high) = Ports();
        var (from, port) = (Port(), Port());
        var (text, holds) = Random.Next(6) switch
        {
            0 => ($"set tcp-portrange {low}-{high}", new Func<Packet, bool>(p => p.Protocol == 6 && p.DestinationPort >= low && p.DestinationPort <= high)),
            1 => ($"set tcp-portrange {port}:{low}-{high}", p => p.Protocol == 6 && p.DestinationPort == port && p.SourcePort >= low && p.SourcePort <= high),
            2 => ($"set tcp-portrange {port}\n        set udp-portrange {from} {low}-{high}", p => (p.Protocol == 6 && p.DestinationPort == port) || (p.Protocol == 17 && (p.DestinationPort == from || (p.DestinationPort >= low && p.DestinationPort <= high)))),
            3 => ("set protocol ICMP\n        set icmptype 8\n        set icmpcode 0", static p => p.Protocol == 1 && p.Icmp == 8 * 256),
            4 => ("set protocol ICMP6\n        set icmptype 128", static p => p.Protocol == 58 && p.Icmp >> 8 == 128),
            _ => ("set protocol IP\n        set protocol-number 47", static p => p.Protocol == 47),
        };
        Line($"    edit \"{name}\"\n        {text}\n    next");
        services.Add(new(name, holds));
    }

    private void Policy(int id)
    {
        var (from, onto) = (Port(), Port());
        var (sources, destinations) = (Some(four), Some(four));
        var (sources6, destinations6) = (Some(six), Some(six));
        var some = Some(services);
        bool accept = !OneIn(3), off = OneIn(6), both = OneIn(2), notSource = OneIn(5), notDestination = OneIn(6), notService = OneIn(8);
        Line($"    edit {id.ToString(CultureInfo.InvariantCulture)}");
        Line($"        set name \"policy {id.ToString(CultureInfo.InvariantCulture)}\"");
        Line($"        set srcintf {Quoted(from)}\n        set dstintf {Quoted(onto)}");
        Line($"        set srcaddr {Quoted(sources.Select(static a => a.Text))}\n        set dstaddr {Quoted(destinations.Select(static a => a.Text))}");
        if (both) Line($"        set srcaddr6 {Quoted(sources6.Select(static a => a.Text))}\n        set dstaddr6 {Quoted(destinations6.Select(static a => a.Text))}");
        if (accept) Line("        set action accept");
        if (off) Line("        set status disable");
        Line("        set schedule \"always\"");
        Line($"        set service {Quoted(some.Select(static s => s.Text))}");
        if (notSource) Line("        set srcaddr-negate enable");
        if (notDestination) Line("        set dstaddr-negate enable");
        if (notService) Line("        set service-negate enable");
        Line("        set logtraffic all\n    next");
        if (off) return;
        policies.Add((id, accept, p =>
        {
            if (!On(from, p.In) || !On(onto, p.Out) || some.Exists(s => s.Holds(p)) == notService) return false;
            return p.Source.IsV6
                ? both && sources6.Exists(a => a.Holds(p.Source)) && destinations6.Exists(a => a.Holds(p.Destination))
                : sources.Exists(a => a.Holds(p.Source)) != notSource && destinations.Exists(a => a.Holds(p.Destination)) != notDestination;
        }));

        List<string> Port() => Random.Next(5) switch { 0 => ["any"], 1 => ["inner"], 2 => ["port3", "wan1"], 3 => ["wan1"], _ => ["port3"] };
        static bool On(List<string> names, string name) => names.Contains("any") || names.Contains(name) || (names.Contains("inner") && name is "port1" or "port2" && names.Contains("inner"));
    }
}
