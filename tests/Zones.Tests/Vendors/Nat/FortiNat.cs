using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>FortiOS: virtual IPs before the policy, source NAT by the policy that lets a packet through.</summary>
/// <remarks>FortiOS Administration Guide, "Virtual IPs", "Source NAT", "Firewall policy": a policy to a virtual IP is met by the outer address; the policy says whether and how the source is hidden.</remarks>
internal sealed class FortiNat : VendorNat
{
    private sealed record Vip(string Name, Address Outer, Address Inner, ushort Port, ushort InnerPort);

    private readonly List<Vip> vips = [];
    private readonly List<(char From, char Onto, Vip? Vip, Address? Host, ushort Port, bool Accepts, Address? Hidden)> policies = [];

    public FortiNat(int seed)
        : base(seed)
    {
        Line("config system interface");
        foreach (var network in "abc") Line($"    edit \"port{network}\"\n        set ip {Own(network)} {(network == 'c' ? "255.255.255.0" : "255.255.0.0")}\n    next");
        Line("end\nconfig firewall ippool\n    edit \"pool\"\n        set startip 203.0.113.50\n        set endip 203.0.113.50\n    next\nend\nconfig firewall address");
        for (var i = 0; i < 4; i++) Line($"    edit \"a{Number(80 + i)}\"\n        set subnet 10.1.0.{Number(80 + i)} 255.255.255.255\n    next\n    edit \"b{Number(80 + i)}\"\n        set subnet 10.2.0.{Number(80 + i)} 255.255.255.255\n    next");
        Line("end\nconfig firewall service custom");
        foreach (var port in (int[])[22, 25, 80, 443, 8443]) Line($"    edit \"tcp{Number(port)}\"\n        set tcp-portrange {Number(port)}\n    next");
        Line("end\nconfig firewall vip");
        for (var i = 0; i < 6; i++)
        {
            // Outer addresses or their ports differ: which of two equal ones decides isn't documented.
            var port = OneIn(2) ? Port() : (ushort)0;
            var vip = new Vip($"vip{Number(i)}", Text4(203, 0, 113, 10 + i), Server(Pick('a', 'b')), port, port == 0 ? (ushort)0 : Port());
            Line($"    edit \"{vip.Name}\"\n        set extip {vip.Outer}\n        set mappedip \"{vip.Inner}\"\n        set extintf \"portc\"{(port == 0 ? "" : $"\n        set portforward enable\n        set extport {port}\n        set mappedport {vip.InnerPort}")}\n    next");
            vips.Add(vip);
        }
        Line("end\nconfig firewall policy");
        for (var i = 0; i < 10; i++)
        {
            var vip = OneIn(2) ? Pick([.. vips]) : null;
            var from = vip is null ? Pick('a', 'b', 'c') : 'c';
            var onto = vip is null ? Pick([.. "abc".Where(n => n != from)]) : NetworkOf(vip.Inner);
            Address? host = vip is null && onto != 'c' ? Server(onto) : null;
            var port = vip is null && OneIn(2) ? Port() : (ushort)0;
            // What reaches servers from outside without a virtual IP: denials alone, as which policy hides a source is told apart by it.
            var accepts = vip is not null || (from != 'c' && !OneIn(4));
            Address? hidden = accepts && OneIn(2) ? OneIn(2) && onto == 'c' ? Text4(203, 0, 113, 50) : Own(onto) : null;
            Line($"    edit {Number(i + 1)}\n        set srcintf \"port{from}\"\n        set dstintf \"port{onto}\"\n        set srcaddr \"all\"\n        set dstaddr \"{vip?.Name ?? (host is { } h ? onto + Number((int)(h.Value & 255)) : "all")}\"\n        set schedule \"always\"\n        set service \"{(port == 0 ? "ALL" : "tcp" + Number(port))}\"\n        set action {(accepts ? "accept" : "deny")}{(hidden is null ? "" : "\n        set nat enable")}{(hidden is { } pool && pool != Own(onto) ? "\n        set ippool enable\n        set poolname \"pool\"" : "")}\n    next");
            policies.Add((from, onto, vip, host, port, accepts, hidden));
        }
        Line("end");
    }

    public override string Vendor => "fortios";

    public override string[] Interfaces => ["porta", "portb", "portc"];

    public override Outcome? Follow(char from, Packet packet)
    {
        var vip = from == 'c' ? vips.Find(v => v.Outer == packet.Destination && (v.Port == 0 || (packet.Protocol == 6 && packet.DestinationPort == v.Port))) : null;
        var after = vip is null ? packet : packet with { Destination = vip.Inner, DestinationPort = vip.Port == 0 ? packet.DestinationPort : vip.InnerPort };
        var onto = NetworkOf(after.Destination);
        foreach (var policy in policies)
        {
            if (policy.From != from || policy.Onto != onto || policy.Vip != vip || (policy.Host is { } host && host != packet.Destination)) continue;
            if (policy.Port != 0 && (packet.Protocol != 6 || packet.DestinationPort != policy.Port)) continue;
            return policy.Accepts ? At(onto, policy.Hidden is { } hidden ? after with { Source = hidden } : after) : null;
        }
        return null;
    }
}
