using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>FortiOS: virtual addresses in their order, before routing; sources hidden by the policy that accepts, or by the central table.</summary>
/// <remarks>
/// FortiOS Administration Guide, "Static virtual IPs", "Virtual IP with services", "Central DNAT", "Central SNAT"; technical tips 350101 (virtual addresses are tried in
/// the order of the table, and only when a policy names them) and 362148. Without central NAT a policy names the virtual address, with it the real one.
/// </remarks>
internal sealed class FortiNat : VendorNat
{
    private readonly bool central;
    private readonly List<(string Name, Address Outer, Address Inner, ushort Port, ushort InnerPort)> vips = [];
    private readonly HashSet<string> used = [];
    private readonly List<(char From, char Onto, string? Vip, Address? Destination, ushort Port, bool Accepts, char Nat)> policies = [];
    private readonly List<(char From, char Onto, Address? Source, bool Translates, Address? Pool)> hiding = [];

    public FortiNat(int seed)
        : base(seed)
    {
        central = seed % 2 == 1;
        Line("#config-version=FGT60F-7.2.4-FW-build1396-230131:opmode=0:vdom=0:user=admin");
        if (central) Line("config system settings\n    set central-nat enable\nend");
        Line("config system interface");
        foreach (var network in "abc") Line($"    edit \"{Interfaces[network - 'a']}\"\n        set ip {Own(network)} {(network == 'c' ? "255.255.255.0" : "255.255.0.0")}\n    next");
        Line("end\nconfig firewall address");
        foreach (var network in "ab")
            for (var i = 0; i < 4; i++) Line($"    edit \"h{network}{Number(80 + i)}\"\n        set subnet 10.{(network == 'a' ? 1 : 2)}.0.{Number(80 + i)} 255.255.255.255\n    next");
        Line("end\nconfig firewall service custom");
        foreach (var port in (int[])[22, 25, 80, 443, 8443]) Line($"    edit \"t{Number(port)}\"\n        set tcp-portrange {Number(port)}\n    next");
        Line("end\nconfig firewall ippool");
        for (var i = 0; i < 2; i++) Line($"    edit \"pool{Number(i)}\"\n        set startip 203.0.113.{Number(60 + i)}\n        set endip 203.0.113.{Number(60 + i)}\n    next");
        Line("end\nconfig firewall vip");
        for (var i = 0; i < 6; i++)
        {
            var (name, outer, inner, port) = ($"v{Number(i)}", Text4(203, 0, 113, 10 + Random.Next(7)), Server(Pick('a', 'b')), OneIn(2) ? Port() : (ushort)0);
            var innerPort = port == 0 ? (ushort)0 : Port();
            // Before 7.2 the device takes no two that overlap; which of them a packet meets is bounded, not exact.
            if (vips.Exists(v => v.Outer == outer && (v.Port == port || v.Port == 0 || port == 0))) continue;
            Line($"    edit \"{name}\"\n        set extip {outer}\n        set mappedip \"{inner}\"\n        set extintf \"{Interfaces[2]}\"");
            if (port != 0) Line($"        set portforward enable\n        set extport {port}\n        set mappedport {innerPort}");
            var off = central && OneIn(5);
            if (off) Line("        set status disable");
            Line("    next");
            if (!off) vips.Add((name, outer, inner, port, innerPort));
        }
        Line("end\nconfig firewall policy");
        for (var i = 0; i < 12; i++)
        {
            var from = Pick('a', 'b', 'c', 'c');
            var onto = Pick([.. "abc".Where(n => n != from)]);
            var vip = !central && from == 'c' && onto != 'c' && !OneIn(3) ? Pick([.. vips]).Name : null;
            Address? destination = vip is null && onto != 'c' && !OneIn(3) ? Server(onto) : null;
            // A denial of "all" doesn't meet what a virtual address translates unless it says so (match-vip).
            var port = vip is null && OneIn(3) ? Port() : (ushort)0;
            var accepts = !OneIn(4);
            // Whether "all" of an accepting policy holds virtual addresses isn't said: it stays with what no address of c leads to.
            if (accepts && vip is null && destination is null && from == 'c' && !central) destination = Server(onto == 'c' ? 'a' : onto);
            var nat = onto == 'c' && accepts && !central ? Pick('-', 'i', 'p') : '-';
            Line($"    edit {Number(i + 1)}\n        set srcintf \"{Interfaces[from - 'a']}\"\n        set dstintf \"{Interfaces[onto - 'a']}\"\n        set srcaddr \"all\"\n        set dstaddr \"{vip ?? (destination is { } host ? $"h{onto}{Number((int)(host.Value & 255))}" : "all")}\"\n        set schedule \"always\"\n        set service \"{(port == 0 ? "ALL" : $"t{port}")}\"\n        set action {(accepts ? "accept" : "deny")}");
            if (!accepts && !central) Line("        set match-vip enable");
            if (nat != '-') Line("        set nat enable" + (nat == 'p' ? "\n        set ippool enable\n        set poolname \"pool0\"" : ""));
            Line("    next");
            if (vip is not null) used.Add(vip);
            policies.Add((from, onto, vip, destination, port, accepts, nat));
        }
        Line("end");
        if (!central) return;
        Line("config firewall central-snat-map");
        for (var i = 0; i < 3; i++)
        {
            var from = Pick('a', 'b');
            Address? source = OneIn(3) ? null : Server(from);
            var (translates, pooled) = (!OneIn(3), OneIn(2));
            Line($"    edit {Number(i + 1)}\n        set srcintf \"{Interfaces[from - 'a']}\"\n        set dstintf \"{Interfaces[2]}\"\n        set orig-addr \"{(source is { } host ? $"h{from}{Number((int)(host.Value & 255))}" : "all")}\"\n        set dst-addr \"all\"");
            if (!translates) Line("        set nat disable");
            else if (pooled) Line("        set nat-ippool \"pool1\"");
            Line("    next");
            hiding.Add((from, 'c', source, translates, pooled ? Text4(203, 0, 113, 61) : null));
        }
        Line("end");
    }

    public override string Vendor => "fortios";

    public override string[] Interfaces => ["port1", "port2", "wan1"];

    public override Outcome? Follow(char from, Packet packet)
    {
        var (after, by) = (packet, (string?)null);
        if (from == 'c')
            foreach (var vip in vips)
            {
                if ((!central && !used.Contains(vip.Name)) || vip.Outer != packet.Destination || (vip.Port != 0 && (packet.Protocol != 6 || packet.DestinationPort != vip.Port))) continue;
                (after, by) = (packet with { Destination = vip.Inner, DestinationPort = vip.Port == 0 ? packet.DestinationPort : vip.InnerPort }, vip.Name);
                break;
            }
        var onto = NetworkOf(after.Destination);
        foreach (var policy in policies)
        {
            if (policy.From != from || policy.Onto != onto) continue;
            if (policy.Vip is { } named ? named != by : policy.Destination is { } host && (host != after.Destination || (by is not null && !central))) continue;
            if (policy.Port != 0 && (after.Protocol != 6 || after.DestinationPort != policy.Port)) continue;
            if (!policy.Accepts) return null;
            if (central && hiding.Find(h => h.From == from && h.Onto == onto && (h.Source is null || h.Source == packet.Source)) is { From: not '\0' } its && its.Translates) return At(onto, after with { Source = its.Pool ?? Own('c') });
            return At(onto, policy.Nat switch { 'i' => after with { Source = Own('c') }, 'p' => after with { Source = Text4(203, 0, 113, 60) }, _ => after });
        }
        return null;
    }
}
