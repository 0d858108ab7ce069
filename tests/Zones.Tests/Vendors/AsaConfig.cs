using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>Cisco ASA: security levels, interface lists, a global list, objects and groups of both families.</summary>
/// <remarks>
/// ASA CLI Configuration Guide, "Access Rules": without a list traffic goes to lower levels, equal levels only with same-security-traffic; with a list it decides,
/// behind it the global list, behind that a deny. Fragments are put together before lists are asked ("fragment chain"), so none is asked alone.
/// </remarks>
internal sealed class AsaConfig : VendorConfig
{
    private readonly Dictionary<string, int> levels = new() { ["inside"] = 100, ["outside"] = 0, ["dmz"] = 50, ["partner"] = 50 };
    private readonly Dictionary<string, List<(bool Permit, Func<Packet, bool> Holds)>> lists = [];
    private readonly Dictionary<(string, bool), string> bound = [];
    private readonly List<Where> objects = [];
    private readonly List<What> services = [];
    private readonly bool global;
    private readonly bool between;
    private readonly bool within;

    public AsaConfig(int seed)
        : base(seed)
    {
        Line("ASA Version 9.8(2)\n!\nhostname asa1");
        var number = 0;
        foreach (var (name, level) in levels) Line($"interface GigabitEthernet0/{number}\n nameif {name}\n security-level {level}\n ip address 192.0.2.{number++ * 4 + 1} 255.255.255.252\n!");
        if (between = OneIn(2)) Line("same-security-traffic permit inter-interface");
        if (within = OneIn(2)) Line("same-security-traffic permit intra-interface");
        for (var o = 0; o < 6; o++) Object($"OBJ{o}");
        for (var g = 0; g < 3; g++) Group($"GRP{g}");
        for (var s = 0; s < 3; s++) Service($"SVC{s}");
        foreach (var name in (string[])["A", "B", "C", "EVERYWHERE"]) List(name);
        global = OneIn(3);
        foreach (var on in Interfaces)
        {
            // What a global list leaves undecided on an interface without a list of its own isn't told: then each has one.
            if (global || !OneIn(3)) Bind(on, true);
            if (OneIn(4)) Bind(on, false);
        }
        if (global) Line("access-group EVERYWHERE global");
    }

    public override string Vendor => "asa";

    protected override string[] Interfaces => ["inside", "outside", "dmz", "partner"];

    public override bool Passes(Packet packet)
    {
        var same = packet.In == packet.Out;
        var (from, onto) = (levels[packet.In], levels[packet.Out]);
        if (same ? !within : from == onto && !between) return false;
        if (bound.TryGetValue((packet.In, true), out var list))
        {
            if (!(Ask(list, packet) ?? (global ? Ask("EVERYWHERE", packet) : null) ?? false)) return false;
        }
        else if (from < onto)
        {
            return false;
        }
        return !bound.TryGetValue((packet.Out, false), out var outward) || (Ask(outward, packet) ?? false);
    }

    private bool? Ask(string list, Packet packet)
    {
        foreach (var (permit, holds) in lists[list])
            if (holds(packet)) return permit;
        return null;
    }

    private void Bind(string on, bool inward)
    {
        var list = Pick("A", "B", "C");
        Line($"access-group {list} {(inward ? "in" : "out")} interface {on}");
        bound.Add((on, inward), list);
    }

    private void Object(string name)
    {
        var v6 = OneIn(3);
        var host = Host(v6);
        var (first, length) = Net(v6);
        var (low, high) = Range(v6);
        var (text, holds) = Random.Next(3) switch
        {
            0 => ($"host {host}", new Func<Address, bool>(a => a == host)),
            1 => (v6 ? $"subnet {Say(first, length)}" : $"subnet {first} {Mask(length)}", a => InNet(a, first, length)),
            _ => ($"range {low} {high}", a => InRange(a, low, high)),
        };
        Line($"object network {name}\n {text}");
        objects.Add(new("object " + name, holds));
    }

    private void Group(string name)
    {
        Line($"object-group network {name}");
        var members = new List<Where>();
        for (var i = Random.Next(1, 4); i > 0; i--)
        {
            var inner = Pick([.. objects]);
            if (OneIn(3))
            {
                var (first, length) = Net(false);
                Line($" network-object {first} {Mask(length)}");
                members.Add(new("", a => InNet(a, first, length)));
                continue;
            }
            Line(inner.Text.StartsWith("object-group ", StringComparison.Ordinal) ? $" group-object {inner.Text["object-group ".Length..]}" : $" network-object {inner.Text}");
            members.Add(inner);
        }
        objects.Add(new("object-group " + name, a => members.Exists(m => m.Holds(a))));
    }

    private void Service(string name)
    {
        Line($"object-group service {name}");
        var members = new List<Func<Packet, bool>>();
        for (var i = Random.Next(1, 4); i > 0; i--)
        {
            var (low, high) = Ports();
            var port = Port();
            switch (Random.Next(4))
            {
                case 0:
                    Line($" service-object tcp destination eq {port}");
                    members.Add(p => p.Protocol == 6 && p.DestinationPort == port);
                    break;
                case 1:
                    Line($" service-object tcp-udp destination range {low} {high}");
                    members.Add(p => HasPorts(p) && p.DestinationPort >= low && p.DestinationPort <= high);
                    break;
                case 2:
                    Line($" service-object udp source eq {port} destination gt {low}");
                    members.Add(p => p.Protocol == 17 && p.SourcePort == port && p.DestinationPort > low);
                    break;
                default:
                    Line(" service-object icmp echo");
                    members.Add(static p => p.Protocol == 1 && p.Icmp >> 8 == 8);
                    break;
            }
        }
        services.Add(new("object-group " + name, p => members.Exists(m => m(p))));
    }

    private Where Address()
    {
        var host = Host(false);
        var (first, length) = Net(OneIn(3));
        return Random.Next(7) switch
        {
            0 => new("any", static _ => true),
            1 => new("any4", static a => !a.IsV6),
            2 => new("any6", static a => a.IsV6),
            3 => new($"host {host}", a => a == host),
            4 => new(first.IsV6 ? Say(first, length) : $"{first} {Mask(length)}", a => InNet(a, first, length)),
            _ => Pick([.. objects]),
        };
    }

    private void List(string name)
    {
        var entries = lists[name] = [];
        for (var i = 0; i < 10; i++)
        {
            var permit = !OneIn(3);
            var (source, destination) = (Address(), Address());
            var port = Port();
            var (low, high) = Ports();
            var service = Pick([.. services]);
            var (before, behind, holds) = Random.Next(7) switch
            {
                0 => ("ip", "", new Func<Packet, bool>(static _ => true)),
                1 => (service.Text, "", service.Holds),
                2 => ("icmp", " echo-reply", static p => p.Protocol == 1 && p.Icmp >> 8 == 0),
                3 => ("udp", $" range {low} {high}", p => p.Protocol == 17 && p.DestinationPort >= low && p.DestinationPort <= high),
                4 => ("tcp", $" neq {port}", p => p.Protocol == 6 && p.DestinationPort != port),
                5 => ("gre", "", static p => p.Protocol == 47),
                _ => ("tcp", $" eq {port} log", p => p.Protocol == 6 && p.DestinationPort == port),
            };
            var off = OneIn(8);
            if (OneIn(6)) Line($"access-list {name} remark permit ip any any");
            Line($"access-list {name} extended {(permit ? "permit" : "deny")} {before} {source.Text} {destination.Text}{behind}{(off ? " inactive" : "")}");
            if (!off) entries.Add((permit, p => source.Holds(p.Source) && destination.Holds(p.Destination) && holds(p)));
        }
    }
}
