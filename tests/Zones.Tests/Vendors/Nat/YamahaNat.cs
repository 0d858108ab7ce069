using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>YAMAHA RTX: one descriptor on the outer interface, with fixed pairs and forwarded ports; filters see inner addresses.</summary>
/// <remarks>コマンドリファレンス「NAT 機能」: static pairs hold in both directions, "masquerade static" hands ports of the outer address on; inner addresses outside the range stay as they are.</remarks>
internal sealed class YamahaNat : VendorNat
{
    private readonly Dictionary<Address, Address> pairs = [];
    private readonly List<(Address Inner, ushort Outer, ushort Port)> forwarded = [];
    private readonly Dictionary<string, List<(Address? Source, Address? Destination, ushort Port, bool Passes)>> lists = [];

    public YamahaNat(int seed)
        : base(seed)
    {
        Line("# RTX1210 Rev.14.01.38 (Fri Jul 31 13:37:09 2020)");
        foreach (var network in "abc") Line($"ip {Interfaces[network - 'a']} address {Own(network)}/{(network == 'c' ? 24 : 16)}");
        Line("ip lan3 nat descriptor 1");
        var number = 0;
        foreach (var direction in (string[])["in", "out"])
        {
            var list = lists[direction] = [];
            var numbers = new List<string>();
            for (var i = 0; i < 8; i++)
            {
                Address? source = OneIn(3) && direction == "out" ? Server(Pick('a', 'b')) : null, destination = OneIn(2) && direction == "in" ? Server(Pick('a', 'b')) : null;
                var port = OneIn(2) ? Port() : (ushort)0;
                var passes = !OneIn(3);
                Line($"ip filter {Number(++number)} {(passes ? "pass" : "reject")} {source?.ToString() ?? "*"} {destination?.ToString() ?? "*"} {(port == 0 ? "*" : $"tcp * {port}")}");
                numbers.Add(Number(number));
                list.Add((source, destination, port, passes));
            }
            Line($"ip lan3 secure filter {direction} {string.Join(' ', numbers)}");
        }
        Line("nat descriptor type 1 nat-masquerade\nnat descriptor address outer 1 203.0.113.1\nnat descriptor address inner 1 10.1.0.80-10.1.0.83");
        for (var i = 0; i < 3; i++)
        {
            var (outer, inner) = (Text4(203, 0, 113, 10 + i), Server(Pick('a', 'b')));
            if (pairs.ContainsValue(inner)) continue;
            Line($"nat descriptor static 1 {Number(i + 1)} {outer}={inner} 1");
            pairs.Add(outer, inner);
        }
        for (var i = 0; i < 4; i++)
        {
            var (inner, outer, port) = (Server(Pick('a', 'b')), Port(), Port());
            if (forwarded.Exists(f => f.Outer == outer)) continue;
            Line($"nat descriptor masquerade static 1 {Number(i + 1)} {inner} tcp {outer}={port}");
            forwarded.Add((inner, outer, port));
        }
    }

    public override string Vendor => "yamaha";

    public override string[] Interfaces => ["lan1", "lan2", "lan3"];

    public override Outcome? Follow(char from, Packet packet)
    {
        if (from == 'c')
        {
            if (pairs.TryGetValue(packet.Destination, out var inner)) packet = packet with { Destination = inner };
            else if (packet.Destination == Own('c') && packet.Protocol == 6 && forwarded.Find(f => f.Outer == packet.DestinationPort) is { Port: > 0 } port) packet = packet with { Destination = port.Inner, DestinationPort = port.Port };
            if (!Passes("in", packet)) return null;
        }
        var onto = NetworkOf(packet.Destination);
        if (onto != 'c' || from == 'c') return At(onto, packet);
        if (!Passes("out", packet)) return null;
        foreach (var (outer, inner) in pairs)
            if (inner == packet.Source) return At(onto, packet with { Source = outer });
        return At(onto, from == 'a' ? packet with { Source = Own('c') } : packet);
    }

    private bool Passes(string direction, Packet packet) =>
        lists[direction].Where(f => (f.Source is null || f.Source == packet.Source) && (f.Destination is null || f.Destination == packet.Destination) && (f.Port == 0 || (packet.Protocol == 6 && packet.DestinationPort == f.Port))).Select(static f => f.Passes).FirstOrDefault();
}
