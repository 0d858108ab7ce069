using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>Cisco IOS: static inside addresses and ports, overload on the outside interface, lists before translation on the way in.</summary>
/// <remarks>NAT Order of Operation (document 6209): from outside the inbound list sees global addresses, then they are translated and routed; from inside list, route, translation.</remarks>
internal sealed class IosNat : VendorNat
{
    private readonly List<(Address Global, Address Local, ushort Port, ushort LocalPort)> fixedOnes = [];
    private readonly HashSet<Address> overloaded = [];
    private readonly Dictionary<char, List<(Address? Destination, ushort Port, bool Permits)>> lists = [];

    public IosNat(int seed)
        : base(seed)
    {
        Line("hostname r1\n!");
        foreach (var network in "abc")
            Line($"interface {Interfaces[network - 'a']}\n ip address {Own(network)} {(network == 'c' ? "255.255.255.0" : "255.255.0.0")}\n ip access-group L{network} in\n ip nat {(network == 'c' ? "outside" : "inside")}\n!");
        var locals = new HashSet<Address>();
        for (var i = 0; i < 6; i++)
        {
            var (global, local) = (Text4(203, 0, 113, 10 + i), Server(Pick('a', 'b')));
            if (OneIn(2))
            {
                var (port, localPort) = (Port(), Port());
                Line($"ip nat inside source static tcp {local} {localPort} {global} {port}");
                fixedOnes.Add((global, local, port, localPort));
            }
            else if (locals.Add(local))
            {
                Line($"ip nat inside source static {local} {global}");
                fixedOnes.Add((global, local, 0, 0));
            }
        }
        Line("ip nat inside source list 7 interface Vlan30 overload");
        foreach (var network in "ab")
            for (var i = 0; i < 4; i++)
            {
                if (OneIn(2) || !overloaded.Add(Text4(10, network == 'a' ? 1 : 2, 0, 80 + i))) continue;
                Line($"access-list 7 permit 10.{(network == 'a' ? 1 : 2)}.0.{Number(80 + i)}");
            }
        if (overloaded.Count == 0) Line("access-list 7 deny any");
        foreach (var network in "abc")
        {
            Line($"!\nip access-list extended L{network}");
            var list = lists[network] = [];
            for (var i = 0; i < 8; i++)
            {
                Address? destination = OneIn(3) ? null : network == 'c' ? Outer() : Pick(Server('a'), Server('b'), Text4(203, 0, 113, 200 + Random.Next(4)));
                var port = OneIn(2) ? Port() : (ushort)0;
                var permits = !OneIn(3);
                Line($" {(permits ? "permit" : "deny")} {(port == 0 ? "ip" : "tcp")} any {(destination is { } host ? $"host {host}" : "any")}{(port == 0 ? "" : $" eq {port}")}");
                list.Add((destination, port, permits));
            }
        }
    }

    public override string Vendor => "ios";

    public override string[] Interfaces => ["Vlan10", "Vlan20", "Vlan30"];

    public override Outcome? Follow(char from, Packet packet)
    {
        if (!lists[from].Where(e => (e.Destination is null || e.Destination == packet.Destination) && (e.Port == 0 || (packet.Protocol == 6 && packet.DestinationPort == e.Port))).Select(static e => e.Permits).FirstOrDefault()) return null;
        if (from == 'c')
        {
            foreach (var one in fixedOnes)
            {
                if (one.Global != packet.Destination || (one.Port != 0 && (packet.Protocol != 6 || packet.DestinationPort != one.Port))) continue;
                packet = packet with { Destination = one.Local, DestinationPort = one.Port == 0 ? packet.DestinationPort : one.LocalPort };
                break;
            }
            return At(NetworkOf(packet.Destination), packet);
        }
        var onto = NetworkOf(packet.Destination);
        if (onto != 'c') return At(onto, packet);
        if (fixedOnes.Find(s => s.Port == 0 && s.Local == packet.Source) is var own && own.Global != default) return At(onto, packet with { Source = own.Global });
        return At(onto, overloaded.Contains(packet.Source) ? packet with { Source = Own('c') } : packet);
    }
}
