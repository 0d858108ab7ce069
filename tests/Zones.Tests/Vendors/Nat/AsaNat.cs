using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>Cisco ASA: object NAT, static before dynamic; lists name real addresses.</summary>
/// <remarks>ASA Series Firewall CLI Configuration Guide, "NAT Rule Order", "Network Object NAT"; Information About Access Lists, "NAT and ACLs".</remarks>
internal sealed class AsaNat : VendorNat
{
    private static readonly string[] Names = ["inside", "dmz", "outside"];
    private readonly List<(Address Real, Address Mapped, ushort RealPort, ushort MappedPort)> fixedOnes = [];
    private readonly HashSet<Address> hidden = [];
    private readonly List<(Address? Destination, ushort Port, bool Permits)> list = [];

    public AsaNat(int seed)
        : base(seed)
    {
        Line("ASA Version 9.8(2)\n!\nhostname asa1");
        foreach (var network in "abc") Line($"interface GigabitEthernet0/{network - 'a'}\n nameif {Names[network - 'a']}\n security-level {(network == 'a' ? 100 : network == 'b' ? 50 : 0)}\n ip address {Own(network)} {(network == 'c' ? "255.255.255.0" : "255.255.0.0")}\n!");
        var outer = 10;
        foreach (var network in "ab")
            for (var i = 0; i < 4; i++)
            {
                var real = Text4(10, network == 'a' ? 1 : 2, 0, 80 + i);
                if (OneIn(4)) continue;
                Line($"object network o{network}{Number(i)}\n host {real}");
                switch (Random.Next(3))
                {
                    case 0:
                        Line($" nat ({Names[network - 'a']},outside) static 203.0.113.{Number(outer)}");
                        fixedOnes.Add((real, Text4(203, 0, 113, outer++), 0, 0));
                        break;
                    case 1:
                        var (realPort, mappedPort) = (Port(), Port());
                        Line($" nat ({Names[network - 'a']},outside) static 203.0.113.{Number(outer)} service tcp {realPort} {mappedPort}");
                        fixedOnes.Add((real, Text4(203, 0, 113, outer++), realPort, mappedPort));
                        break;
                    default:
                        Line($" nat ({Names[network - 'a']},outside) dynamic interface");
                        hidden.Add(real);
                        break;
                }
            }
        for (var i = 0; i < 9; i++)
        {
            Address? destination = OneIn(4) ? null : Server(Pick('a', 'b'));
            var port = OneIn(2) ? Port() : (ushort)0;
            var permits = !OneIn(4);
            Line($"access-list OUT extended {(permits ? "permit" : "deny")} {(port == 0 ? "ip" : "tcp")} any {(destination is { } host ? $"host {host}" : "any")}{(port == 0 ? "" : $" eq {port}")}");
            list.Add((destination, port, permits));
        }
        Line("access-group OUT in interface outside");
    }

    public override string Vendor => "asa";

    public override string[] Interfaces => Names;

    public override Outcome? Follow(char from, Packet packet)
    {
        if (from == 'c')
        {
            foreach (var one in fixedOnes)
            {
                if (one.Mapped != packet.Destination || (one.MappedPort != 0 && (packet.Protocol != 6 || packet.DestinationPort != one.MappedPort))) continue;
                packet = packet with { Destination = one.Real, DestinationPort = one.MappedPort == 0 ? packet.DestinationPort : one.RealPort };
                break;
            }
            return list.Where(e => (e.Destination is null || e.Destination == packet.Destination) && (e.Port == 0 || (packet.Protocol == 6 && packet.DestinationPort == e.Port))).Select(static e => e.Permits).FirstOrDefault() ? At(NetworkOf(packet.Destination), packet) : null;
        }
        var onto = NetworkOf(packet.Destination);
        // Without a list: from a higher level to a lower one.
        if (onto <= from) return null;
        if (onto != 'c') return At(onto, packet);
        if (fixedOnes.Find(s => s.RealPort == 0 && s.Real == packet.Source) is var own && own.Mapped != default) return At(onto, packet with { Source = own.Mapped });
        return At(onto, hidden.Contains(packet.Source) ? packet with { Source = Own('c') } : packet);
    }
}
