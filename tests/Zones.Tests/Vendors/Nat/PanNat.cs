using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>PAN-OS: one list of NAT rules, the first match is the only one; security rules name addresses from before and the zone behind.</summary>
/// <remarks>PAN-OS Networking Administrator's Guide, "NAT Policy Overview": the destination zone of a NAT rule is that of the address before translation, by its route.</remarks>
internal sealed class PanNat : VendorNat
{
    private static readonly string[] Zones = ["za", "zb", "zc"];
    private readonly List<(char From, char Onto, Address? Source, Address? Destination, ushort Port, Address? Server, ushort ServerPort, Address? Hidden)> translations = [];
    private readonly List<(char From, char Onto, Address? Destination, ushort Port, bool Allows)> rules = [];

    public PanNat(int seed)
        : base(seed)
    {
        foreach (var network in "abc") Line($"set network interface ethernet {Interfaces[network - 'a']} layer3 ip {Own(network)}/{(network == 'c' ? 24 : 16)}\nset zone {Zones[network - 'a']} network layer3 {Interfaces[network - 'a']}");
        foreach (var port in (int[])[22, 25, 80, 443, 8443]) Line($"set service tcp{Number(port)} protocol tcp port {Number(port)}");
        for (var i = 0; i < 16; i++)
        {
            var (from, onto) = (Pick('a', 'b', 'c', 'c'), Pick('a', 'b', 'c', 'c', 'c', 'c'));
            Address? source = from != 'c' && OneIn(3) ? Server(from) : null, destination = from != 'c' && OneIn(2) ? null : onto == 'c' ? Outer() : Server(onto);
            var port = OneIn(3) ? Port() : (ushort)0;
            // Rules that translate both ends look behind the first like others: those are bounded, not exact.
            Address? server = from == 'c' && destination is not null && onto == 'c' && !OneIn(4) ? Server(Pick('a', 'b')) : null;
            var serverPort = server is not null && port != 0 && OneIn(2) ? Port() : (ushort)0;
            Address? hidden = from != 'c' && OneIn(2) ? Text4(203, 0, 113, 60) : null;
            Line($"set rulebase nat rules n{Number(i)} from {Zones[from - 'a']} to {Zones[onto - 'a']} source {source?.ToString() ?? "any"} destination {destination?.ToString() ?? "any"} service {(port == 0 ? "any" : "tcp" + Number(port))}{(server is { } s ? $" destination-translation translated-address {s}{(serverPort == 0 ? "" : $" translated-port {serverPort}")}" : "")}");
            if (hidden is { } pool) Line($"set rulebase nat rules n{Number(i)} source-translation dynamic-ip-and-port translated-address {pool}");
            translations.Add((from, onto, source, destination, port, server, serverPort, hidden));
        }
        for (var i = 0; i < 16; i++)
        {
            var (from, onto) = (Pick('a', 'b', 'c', 'c'), Pick('a', 'b', 'c'));
            Address? destination = OneIn(5) ? Outer() : null;
            var port = OneIn(4) ? Port() : (ushort)0;
            var allows = !OneIn(4);
            Line($"set rulebase security rules r{Number(i)} from {Zones[from - 'a']} to {Zones[onto - 'a']} source any destination {destination?.ToString() ?? "any"} service {(port == 0 ? "any" : "tcp" + Number(port))} application any action {(allows ? "allow" : "deny")}");
            rules.Add((from, onto, destination, port, allows));
        }
    }

    public override string Vendor => "panos";

    public override string[] Interfaces => ["ethernet1/1", "ethernet1/2", "ethernet1/3"];

    public override Outcome? Follow(char from, Packet packet)
    {
        var before = NetworkOf(packet.Destination);
        var after = packet;
        foreach (var nat in translations)
        {
            if (nat.From != from || nat.Onto != before || (nat.Source is { } source && source != packet.Source) || (nat.Destination is { } destination && destination != packet.Destination) || !Has(nat.Port, packet)) continue;
            if (nat.Server is { } server) after = after with { Destination = server, DestinationPort = nat.ServerPort == 0 ? packet.DestinationPort : nat.ServerPort };
            if (nat.Hidden is { } hidden) after = after with { Source = hidden };
            break;
        }
        var onto = NetworkOf(after.Destination);
        foreach (var rule in rules)
            if (rule.From == from && rule.Onto == onto && (rule.Destination is null || rule.Destination == packet.Destination) && Has(rule.Port, packet)) return rule.Allows ? At(onto, after) : null;
        return from == onto ? At(onto, after) : null;
    }

    private static bool Has(ushort port, Packet packet) => port == 0 || (packet.Protocol == 6 && packet.DestinationPort == port);
}
