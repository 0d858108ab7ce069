using System.Globalization;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>NEC UNIVERGE IX: access lists, and "ip filter LIST SEQUENCE in" on interfaces.</summary>
/// <remarks>機能説明書 「IPv4パケットフィルタ」: lists of an interface and direction in the order of their sequence numbers, entries in the order of the list, what none permits is thrown away; without a filter all passes.</remarks>
internal sealed class NecConfig : VendorConfig
{
    private readonly Dictionary<string, List<(bool Permit, Func<Sekisho.Zones.Tests.Packet, bool> Holds)>> lists = [];
    private readonly List<(string Interface, bool In, bool V6, int Sequence, string List)> bound = [];

    public NecConfig(int seed)
        : base(seed)
    {
        Line("! NEC Portable Internetwork Core Operating System Software\n! IX Series IX2215 (magellan-sec) Software, Version 9.5.12\nhostname ix1\ntimezone +09 00");
        for (var l = 0; l < 5; l++) List($"list-{l}", l >= 3);
        var number = 0;
        foreach (var on in Interfaces)
        {
            Line($"!\ninterface {on}\n  ip address 192.0.2.{number++ * 4 + 1}/30");
            foreach (var v6 in (bool[])[false, true])
                foreach (var inward in (bool[])[true, false])
                    foreach (var sequence in (int[])[20, 10])
                    {
                        if (OneIn(2)) continue;
                        var list = v6 ? Pick("list-3", "list-4") : Pick("list-0", "list-1", "list-2");
                        Line($"  {(v6 ? "ipv6" : "ip")} filter {list} {sequence.ToString(CultureInfo.InvariantCulture)} {(inward ? "in" : "out")}");
                        bound.Add((on, inward, v6, sequence, list));
                    }
            Line("  no shutdown");
        }
    }

    public override string Vendor => "nec-ix";

    protected override string[] Interfaces => ["GigaEthernet0.0", "GigaEthernet1.0", "GigaEthernet2.10"];

    public override bool Passes(Packet packet)
    {
        foreach (var inward in (bool[])[true, false])
        {
            var asked = bound.Where(b => b.In == inward && b.Interface == (inward ? packet.In : packet.Out) && b.V6 == packet.Source.IsV6).OrderBy(static b => b.Sequence).ToList();
            if (asked.Count == 0) continue;
            var decided = asked.SelectMany(b => lists[b.List]).Where(e => e.Holds(packet)).Select(static e => (bool?)e.Permit).FirstOrDefault();
            if (decided != true) return false;
        }
        return true;
    }

    private void List(string name, bool v6)
    {
        var entries = lists[name] = [];
        for (var i = 0; i < 7; i++)
        {
            var permit = !OneIn(3);
            var (source, destination) = (Address(v6), Address(v6));
            var (low, high) = Ports();
            var (a, b) = (Port(), Port());
            var (protocol, from, onto, holds) = Random.Next(6) switch
            {
                0 => (v6 ? "ipv6" : "ip", "", "", new Func<Packet, bool>(static _ => true)),
                1 => ("icmp", "", "", p => p.Protocol == (v6 ? 58 : 1)),
                2 => ("47", "", "", static p => p.Protocol == 47),
                3 => ("udp", " sport any", $" dport eq {a}", p => p.Protocol == 17 && p.DestinationPort == a),
                4 => ("tcp", $" sport eq {b}", $" dport range {low} {high}", p => p.Protocol == 6 && p.SourcePort == b && p.DestinationPort >= low && p.DestinationPort <= high),
                _ => ("tcp", " sport any", $" dport eq {a}", p => p.Protocol == 6 && p.DestinationPort == a),
            };
            Line($"{(v6 ? "ipv6" : "ip")} access-list {name} {(permit ? "permit" : "deny")} {protocol} src {source.Text}{from} dest {destination.Text}{onto}");
            entries.Add((permit, p => source.Holds(p.Source) && destination.Holds(p.Destination) && holds(p)));
        }
    }

    private Where Address(bool v6)
    {
        var host = Host(v6);
        var (first, length) = Net(v6);
        return Random.Next(3) switch
        {
            0 => new("any", static _ => true),
            1 => new(Say(host, v6 ? 128 : 32), a => a == host),
            _ => new(Say(first, length), a => InNet(a, first, length)),
        };
    }
}
