using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>AlliedWare Plus: port forwarding before the firewall's rules, masquerading behind them; each kind by its numbers.</summary>
/// <remarks>
/// Command Reference, "rule (NAT)", "rule (Firewall)"; Firewall and NAT Feature Overview and Configuration Guide: the firewall sees the destination behind port
/// forwarding and the source before masquerading.
/// </remarks>
internal sealed class AlliedNat : VendorNat
{
    private static readonly string[] Zones = ["private", "dmz", "public"];
    private readonly SortedDictionary<int, (ushort App, Address Outer, Address Inner, ushort InnerPort)> forwards = [];
    private readonly SortedDictionary<int, (char From, Address? Source)> masks = [];
    private readonly SortedDictionary<int, (bool Permits, ushort App, char From, char Onto, Address? Destination)> rules = [];

    public AlliedNat(int seed)
        : base(seed)
    {
        Line("!\nservice password-encryption\n!\nhostname ar4050\n!");
        foreach (var network in "abc")
        {
            Line($"zone {Zones[network - 'a']}\n network net\n  ip subnet {(network switch { 'a' => "10.1.0.0/16", 'b' => "10.2.0.0/16", _ => "0.0.0.0/0" })} interface {Interfaces[network - 'a']}");
            for (var i = 0; i < (network == 'c' ? 8 : 4); i++) Line($"  host h{Number(network == 'c' ? 10 + i : 80 + i)}\n   ip address {(network switch { 'a' => Text4(10, 1, 0, 80 + i), 'b' => Text4(10, 2, 0, 80 + i), _ => Text4(203, 0, 113, 10 + i) })}");
            Line("!");
        }
        foreach (var port in (int[])[22, 25, 80, 443, 8443]) Line($"application t{Number(port)}\n protocol tcp\n dport {Number(port)}\n!");
        int[] numbers = [.. Enumerable.Range(1, 40).Select(static n => n * 10)];
        Random.Shuffle(numbers);
        Line("firewall");
        for (var i = 0; i < 14; i++)
        {
            var (from, permits, app) = (Pick('a', 'b', 'c', 'c'), !OneIn(4), OneIn(2) ? Port() : (ushort)0);
            var onto = Pick([.. "abc".Where(n => n != from)]);
            Address? destination = onto != 'c' && OneIn(2) ? Server(onto) : null;
            Line($" rule {Number(numbers[i])} {(permits ? "permit" : Pick("deny", "reject"))} {App(app)} from {Zones[from - 'a']} to {Zones[onto - 'a']}{(destination is { } host ? $".net.h{Number((int)(host.Value & 255))}" : "")}");
            rules.Add(numbers[i], (permits, app, from, onto, destination));
        }
        Line(" protect\n!\nnat");
        for (var i = 14; i < 20; i++)
        {
            var (app, outer, inner, innerPort) = (OneIn(3) ? (ushort)0 : Port(), Outer(), Server(Pick('a', 'b')), (ushort)0);
            if (app != 0 && OneIn(2)) innerPort = Port();
            Line($" rule {Number(numbers[i])} portfwd {App(app)} from public to public.net.h{Number((int)(outer.Value & 255))} with dst {Zones[NetworkOf(inner) - 'a']}.net.h{Number((int)(inner.Value & 255))}{(innerPort == 0 ? "" : $" dport {innerPort}")}");
            forwards.Add(numbers[i], (app, outer, inner, innerPort));
        }
        for (var i = 20; i < 22; i++)
        {
            var from = Pick('a', 'b');
            Address? source = OneIn(2) ? Server(from) : null;
            Line($" rule {Number(numbers[i])} masq any from {Zones[from - 'a']}{(source is { } host ? $".net.h{Number((int)(host.Value & 255))}" : "")} to public");
            masks.Add(numbers[i], (from, source));
        }
        Line(" enable\n!");
        foreach (var network in "abc") Line($"interface {Interfaces[network - 'a']}\n ip address {Own(network)}/{(network == 'c' ? 24 : 16)}\n!");
        Line("end");
    }

    public override string Vendor => "allied";

    public override string[] Interfaces => ["vlan1", "vlan2", "eth1"];

    public override Outcome? Follow(char from, Packet packet)
    {
        if (from == 'c')
            foreach (var (app, outer, inner, innerPort) in forwards.Values)
            {
                if (outer != packet.Destination || !Is(app, packet)) continue;
                packet = packet with { Destination = inner, DestinationPort = innerPort == 0 ? packet.DestinationPort : innerPort };
                break;
            }
        var onto = NetworkOf(packet.Destination);
        foreach (var rule in rules.Values)
        {
            if (rule.From != from || rule.Onto != onto || (rule.Destination is { } host && host != packet.Destination) || !Is(rule.App, packet)) continue;
            if (!rule.Permits) return null;
            return At(onto, onto == 'c' && masks.Values.Any(m => m.From == from && (m.Source is null || m.Source == packet.Source)) ? packet with { Source = Own('c') } : packet);
        }
        return null;
    }

    private static string App(ushort port) => port == 0 ? "any" : $"t{port}";

    private static bool Is(ushort port, Packet packet) => port == 0 || (packet.Protocol == 6 && packet.DestinationPort == port);
}
