using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>Juniper SRX: static, then destination translation before the policy, source translation behind it.</summary>
/// <remarks>Junos OS NAT User Guide, "Understanding NAT Rule Sets and Rules": static first; rules of a set in order; "off" exempts; the policy sees the new destination and the old source.</remarks>
internal sealed class JunosNat : VendorNat
{
    private static readonly string[] Zones = ["trust", "dmz", "untrust"];
    private readonly List<(Address Outer, Address Inner)> statics = [];
    private readonly List<(Address Outer, ushort Port, Address Inner, ushort InnerPort)> destinations = [];
    private readonly List<(Address? Source, bool Off)> sources = [];
    private readonly List<(char From, char Onto, Address? Destination, bool Https, bool Permits)> policies = [];

    public JunosNat(int seed)
        : base(seed)
    {
        foreach (var network in "abc") Line($"set interfaces ge-0/0/{network - 'a'} unit 0 family inet address {Own(network)}/{(network == 'c' ? 24 : 16)}\nset security zones security-zone {Zones[network - 'a']} interfaces ge-0/0/{network - 'a'}.0");
        for (var i = 0; i < 4; i++) Line($"set security address-book global address a{Number(80 + i)} 10.1.0.{Number(80 + i)}/32\nset security address-book global address b{Number(80 + i)} 10.2.0.{Number(80 + i)}/32");
        Line("set security nat static rule-set st from zone untrust");
        var inner = new HashSet<Address>();
        for (var i = 0; i < 2; i++)
        {
            var server = Server(Pick('a', 'b'));
            if (!inner.Add(server)) continue;
            Line($"set security nat static rule-set st rule s{Number(i)} match destination-address 203.0.113.{Number(10 + i)}/32\nset security nat static rule-set st rule s{Number(i)} then static-nat prefix {server}/32");
            statics.Add((Text4(203, 0, 113, 10 + i), server));
        }
        Line("set security nat destination rule-set ds from zone untrust");
        for (var i = 0; i < 6; i++)
        {
            var (outer, server, port) = (Text4(203, 0, 113, 10 + Random.Next(7)), Server(Pick('a', 'b')), OneIn(3) ? (ushort)0 : Port());
            var innerPort = port != 0 && OneIn(2) ? Port() : (ushort)0;
            Line($"set security nat destination pool p{Number(i)} address {server}/32{(innerPort == 0 ? "" : $" port {innerPort}")}\nset security nat destination rule-set ds rule d{Number(i)} match destination-address {outer}/32");
            if (port != 0) Line($"set security nat destination rule-set ds rule d{Number(i)} match destination-port {port}\nset security nat destination rule-set ds rule d{Number(i)} match protocol tcp");
            Line($"set security nat destination rule-set ds rule d{Number(i)} then destination-nat pool p{Number(i)}");
            destinations.Add((outer, port, server, innerPort));
        }
        Line("set security nat source rule-set ss from zone trust\nset security nat source rule-set ss to zone untrust");
        for (var i = 0; i < 3; i++)
        {
            Address? source = i < 2 ? Server('a') : null;
            var off = OneIn(3);
            Line($"set security nat source rule-set ss rule x{Number(i)} match source-address {(source is { } host ? $"{host}/32" : "10.1.0.0/16")}\nset security nat source rule-set ss rule x{Number(i)} then source-nat {(off ? "off" : "interface")}");
            sources.Add((source, off));
        }
        for (var i = 0; i < 12; i++)
        {
            var from = Pick('a', 'b', 'c');
            var onto = Pick([.. "abc".Where(n => n != from)]);
            Address? destination = onto != 'c' && OneIn(2) ? Server(onto) : null;
            var (https, permits) = (OneIn(3), !OneIn(4));
            var policy = $"set security policies from-zone {Zones[from - 'a']} to-zone {Zones[onto - 'a']} policy q{Number(i)}";
            Line($"{policy} match source-address any\n{policy} match destination-address {(destination is { } host ? onto + Number((int)(host.Value & 255)) : "any")}\n{policy} match application {(https ? "junos-https" : "any")}\n{policy} then {(permits ? "permit" : "deny")}");
            policies.Add((from, onto, destination, https, permits));
        }
    }

    public override string Vendor => "junos";

    public override string[] Interfaces => ["ge-0/0/0.0", "ge-0/0/1.0", "ge-0/0/2.0"];

    public override Outcome? Follow(char from, Packet packet)
    {
        if (from == 'c')
        {
            if (statics.Find(s => s.Outer == packet.Destination) is var fixedOne && fixedOne.Inner != default) packet = packet with { Destination = fixedOne.Inner };
            else if (destinations.Find(d => d.Outer == packet.Destination && (d.Port == 0 || (packet.Protocol == 6 && packet.DestinationPort == d.Port))) is var to && to.Inner != default)
                packet = packet with { Destination = to.Inner, DestinationPort = to.InnerPort == 0 ? packet.DestinationPort : to.InnerPort };
        }
        var onto = NetworkOf(packet.Destination);
        foreach (var policy in policies)
        {
            if (policy.From != from || policy.Onto != onto || (policy.Destination is { } host && host != packet.Destination) || (policy.Https && (packet.Protocol != 6 || packet.DestinationPort != 443))) continue;
            if (!policy.Permits) return null;
            if (onto == 'c' && statics.Find(s => s.Inner == packet.Source) is var own && own.Inner != default) return At(onto, packet with { Source = own.Outer });
            if (from == 'a' && onto == 'c' && sources.FindIndex(s => s.Source is null || s.Source == packet.Source) is >= 0 and var at && !sources[at].Off) packet = packet with { Source = Own('c') };
            return At(onto, packet);
        }
        return null;
    }
}
