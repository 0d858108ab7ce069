using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>Cisco IOS: numbered and named lists in the order of their numbers, wildcard masks with holes, object groups, fragments.</summary>
/// <remarks>
/// Cisco IOS Security Command Reference, "permit (IP)", "ip access-group": the list's order decides, an implicit deny ends it, a list that isn't there lets all pass.
/// "Access Control Lists and IP Fragments" (document 8014): an entry with layer-4 words meets later fragments by layer 3 where it permits, and not where it denies.
/// </remarks>
internal sealed class IosConfig : VendorConfig
{
    private sealed record Entry(bool Permit, bool LooksDeeper, bool OnlyLater, Func<Packet, bool> Layer3, Func<Packet, bool> Layer4);

    private sealed record List(string Name, bool V6, SortedDictionary<int, Entry> Entries);

    private readonly List<List> lists = [];
    private readonly List<(string Interface, bool In, string List, bool V6)> bound = [];
    private readonly List<Where> groups = [];
    private readonly List<(string Name, List<(byte Protocol, Func<Packet, bool> Ports)> Any)> services = [];

    public IosConfig(int seed)
        : base(seed)
    {
        Line("hostname r1\n!");
        for (var g = 0; g < 3; g++) Group($"HOSTS{g}");
        for (var g = 0; g < 2; g++) Services($"SVC{g}");
        for (var l = 0; l < 4; l++) Extended(l % 2 == 0 ? $"{110 + l}" : $"LIST-{l}", l == 3);
        Standard("10");
        foreach (var on in Interfaces)
        {
            Line($"interface {on}\n ip address 192.0.2.{Array.IndexOf(Interfaces, on) * 4 + 1} 255.255.255.252");
            foreach (var inward in (bool[])[true, false])
            {
                if (OneIn(3)) continue;
                var list = Pick("110", "LIST-1", "112", "10", "MISSING");
                Line($" ip access-group {list} {(inward ? "in" : "out")}");
                bound.Add((on, inward, list, false));
            }
            if (OneIn(2))
            {
                Line(" ipv6 traffic-filter LIST-3 in");
                bound.Add((on, true, "LIST-3", true));
            }
            Line("!");
        }
    }

    public override string Vendor => "ios";

    protected override string[] Interfaces => ["GigabitEthernet0/0", "GigabitEthernet0/1", "Vlan10"];

    protected override int Strangeness => 2;

    public override bool Passes(Packet packet)
    {
        foreach (var (on, inward, name, v6) in bound)
        {
            if (on != (inward ? packet.In : packet.Out) || v6 != packet.Source.IsV6) continue;
            if (lists.Find(l => l.Name == name) is { Entries.Count: > 0 } list && !Permits(list, packet)) return false;
        }
        return true;
    }

    private static bool Permits(List list, Packet packet)
    {
        foreach (var entry in list.Entries.Values)
        {
            if (!entry.Layer3(packet)) continue;
            if (packet.Fragment == Fragments.Later)
            {
                if (entry.OnlyLater || !entry.LooksDeeper) return entry.Permit;
                if (entry.Permit) return true;
                continue;
            }
            if (!entry.OnlyLater && entry.Layer4(packet)) return entry.Permit;
        }
        // "permit icmp any any nd-na", "nd-ns" stand before the deny of every IPv6 list.
        return list.V6 && packet.Protocol == 58 && packet.Fragment != Fragments.Later && packet.Icmp >> 8 is 135 or 136;
    }

    private void Group(string name)
    {
        var members = new List<Func<Address, bool>>();
        Line($"object-group network {name}");
        for (var i = Random.Next(1, 4); i > 0; i--)
        {
            switch (Random.Next(4))
            {
                case 0:
                    var host = Host(false);
                    Line($" host {host}");
                    members.Add(a => a == host);
                    break;
                case 1:
                    var (first, length) = Net(false);
                    Line($" {first} {Mask(length)}");
                    members.Add(a => InNet(a, first, length));
                    break;
                case 2 when groups.Count > 0:
                    var inner = Pick([.. groups]);
                    Line($" group-object {inner.Text}");
                    members.Add(inner.Holds);
                    break;
                default:
                    var (low, high) = Range(false);
                    Line($" range {low} {high}");
                    members.Add(a => InRange(a, low, high));
                    break;
            }
        }
        groups.Add(new(name, a => members.Exists(m => m(a))));
    }

    private void Services(string name)
    {
        var any = new List<(byte, Func<Packet, bool>)>();
        Line($"object-group service {name}");
        for (var i = Random.Next(1, 4); i > 0; i--)
        {
            var protocol = Pick<byte>(6, 17);
            var source = OneIn(3);
            var (text, holds) = PortWords();
            Line($" {(protocol == 6 ? "tcp" : "udp")} {(source ? "source " : "")}{text}");
            any.Add((protocol, p => holds(source ? p.SourcePort : p.DestinationPort)));
        }
        services.Add((name, any));
    }

    private (string Text, Func<ushort, bool> Holds) PortWords()
    {
        ushort a = Port(), b = Port();
        var (low, high) = Ports();
        return Random.Next(6) switch
        {
            0 => ($"gt {a}", p => p > a),
            1 => ($"lt {a}", p => p < a),
            2 => ($"neq {a}", p => p != a),
            3 => ($"range {low} {high}", p => p >= low && p <= high),
            4 => ($"eq {a} {b}", p => p == a || p == b),
            _ => ($"eq {a}", p => p == a),
        };
    }

    private Where Address(bool v6)
    {
        var host = Host(v6);
        var (first, length) = Net(v6);
        switch (Random.Next(v6 ? 3 : 6))
        {
            case 0: return new("any", a => a.IsV6 == v6);
            case 1: return new($"host {host}", a => a == host);
            case 2 when v6: return new(Say(first, length), a => InNet(a, first, length));
            case 2 or 3: return new($"{first} {Wildcard(length)}", a => InNet(a, first, length));
            case 4: return groups.Count == 0 ? Address(v6) : Pick([.. groups.Select(static g => g with { Text = "object-group " + g.Text })]);
            default:
                // Bits that don't matter, wherever they stand.
                var wild = (uint)Random.Next(64);
                return new($"{host} {Model.Address.V4(wild)}", a => !a.IsV6 && ((uint)a.Value & ~wild) == ((uint)host.Value & ~wild));
        }
    }

    private void Standard(string name)
    {
        var list = new List(name, false, []);
        for (var i = 1; i < 4; i++)
        {
            var source = Address(false);
            if (source.Text.StartsWith("object-group", StringComparison.Ordinal)) continue;
            var permit = !OneIn(3);
            Line($"access-list {name} {(permit ? "permit" : "deny")} {source.Text}");
            list.Entries.Add(i * 10, new(permit, false, false, p => source.Holds(p.Source), static _ => true));
        }
        lists.Add(list);
    }

    private void Extended(string name, bool v6)
    {
        var numbered = char.IsAsciiDigit(name[0]);
        var list = new List(name, v6, []);
        if (!numbered) Line(v6 ? $"ipv6 access-list {name}" : $"ip access-list extended {name}");
        var numbers = Enumerable.Range(1, 12).Select(static n => n * 10).ToArray();
        // Named lists say their numbers; lines may stand in any order.
        if (!numbered) Random.Shuffle(numbers);
        foreach (var number in numbers)
        {
            var (text, entry) = NewEntry(v6);
            if (OneIn(6)) Line(numbered ? $"access-list {name} remark permit ip any any" : " remark permit ip any any");
            Line(numbered ? $"access-list {name} {text}" : v6 ? $" sequence {number.ToString(CultureInfo.InvariantCulture)} {text}" : $" {number.ToString(CultureInfo.InvariantCulture)} {text}");
            list.Entries.Add(number, entry);
        }
        if (!numbered) Line("!");
        lists.Add(list);
    }

    private (string, Entry) NewEntry(bool v6)
    {
        var permit = !OneIn(3);
        var (source, destination) = (Address(v6), Address(v6));
        var text = permit ? "permit " : "deny ";
        var places = new Func<Packet, bool>(p => source.Holds(p.Source) && destination.Holds(p.Destination));
        Func<ushort, bool> from = static _ => true, onto = static _ => true;
        switch (Random.Next(7))
        {
            case 0:
                var later = OneIn(4);
                return ($"{text}{(v6 ? "ipv6" : "ip")} {source.Text} {destination.Text}{(later ? " fragments" : "")}", new(permit, false, later, places, static _ => true));
            case 1:
                var protocol = Pick(47, 50, 89);
                return ($"{text}{Pick(protocol.ToString(CultureInfo.InvariantCulture), protocol switch { 47 => "gre", 50 => "esp", _ => "ospf" })} {source.Text} {destination.Text} log", new(permit, false, false, p => p.Protocol == protocol && places(p), static _ => true));
            case 2:
                var number = v6 ? 58 : 1;
                var type = v6 ? Pick(128, 129, 3) : Pick(0, 3, 8, 11);
                var code = Random.Next(2);
                var exact = OneIn(2);
                return ($"{text}icmp {source.Text} {destination.Text} {type}{(exact ? $" {code}" : "")}", new(permit, true, false, p => p.Protocol == number && places(p), p => p.Icmp >> 8 == type && (!exact || (p.Icmp & 255) == code)));
            case 3 when !v6:
                var (name, any) = Pick([.. services]);
                return ($"{text}object-group {name} {source.Text} {destination.Text}", new(permit, true, false, p => any.Exists(m => m.Protocol == p.Protocol) && places(p), p => any.Exists(m => m.Protocol == p.Protocol && m.Ports(p))));
            default:
                var tcp = !OneIn(3);
                text += tcp ? "tcp " : "udp ";
                text += source.Text;
                var deeper = false;
                if (OneIn(4))
                {
                    var (words, holds) = PortWords();
                    (text, from, deeper) = ($"{text} {words}", holds, true);
                }
                text += " " + destination.Text;
                if (!OneIn(4))
                {
                    var (words, holds) = PortWords();
                    (text, onto, deeper) = ($"{text} {words}", holds, true);
                }
                Func<byte, bool> flags = static _ => true;
                if (tcp && OneIn(4)) (text, flags, deeper) = ($"{text} established", static f => (f & (TcpFlags.Ack | TcpFlags.Rst)) != 0, true);
                else if (tcp && OneIn(6)) (text, flags, deeper) = ($"{text} match-all +syn -ack", static f => (f & TcpFlags.Syn) != 0 && (f & TcpFlags.Ack) == 0, true);
                return (text, new(permit, deeper, false, p => p.Protocol == (tcp ? 6 : 17) && places(p), p => from(p.SourcePort) && onto(p.DestinationPort) && (!tcp || flags(p.Flags))));
        }
    }
}
