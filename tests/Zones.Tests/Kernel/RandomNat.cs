using System.Globalization;
using System.Text;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Kernel;

/// <summary>Rule sets with translations in both directions, exemptions among them, and a filter behind. Seeded.</summary>
internal sealed class RandomNat(int seed)
{
    private static readonly int[] Ports = [22, 25, 80, 443, 8443, 53];
    private readonly Random random = new(seed);
    private int sent;

    public string Iptables()
    {
        var to = new StringBuilder("*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n");
        for (var i = 0; i < 10; i++)
        {
            var (name, ports) = Protocol();
            var target = random.Next(6) == 0 ? "-j ACCEPT" : $"-j DNAT --to-destination {Host(random.Next(3), false)}{(ports && random.Next(2) == 0 ? ":" + Port() : "")}";
            to.Append($"-A PREROUTING {In()}-d {Net()} {(ports ? $"-p {name} -m {name} --dport {Port()} " : "")}{target}\n");
        }
        for (var i = 0; i < 6; i++)
        {
            var target = random.Next(4) switch { 0 => "-j ACCEPT", 1 => "-j MASQUERADE", _ => $"-j SNAT --to-source {Host(random.Next(3), false)}" };
            to.Append($"-A POSTROUTING {(random.Next(2) == 0 ? $"-o {Interface()} " : "")}-s {Net()} {target}\n");
        }
        to.Append("COMMIT\n*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n");
        for (var i = 0; i < 24; i++)
        {
            var (name, ports) = Protocol();
            to.Append($"-A FORWARD {In()}-s {Net()} -d {Net()} {(ports && random.Next(2) == 0 ? $"-p {name} -m {name} --dport {Port()} " : "")}-j {(random.Next(3) == 0 ? "DROP" : "ACCEPT")}\n");
        }
        return to.Append("COMMIT\n").ToString();
    }

    public string Nftables()
    {
        var to = new StringBuilder();
        foreach (var v6 in new[] { false, true })
        {
            var ip = v6 ? "ip6" : "ip";
            to.Append($"table {ip} nat {{\n  chain pre {{\n    type nat hook prerouting priority dstnat; policy accept;\n");
            for (var i = 0; i < 8; i++)
            {
                var (name, ports) = Protocol();
                var host = Host(random.Next(3), v6);
                var withPort = ports && random.Next(2) == 0;
                var target = random.Next(6) == 0 ? "accept" : $"dnat to {(withPort && v6 ? $"[{host}]" : host)}{(withPort ? ":" + Port() : "")}";
                to.Append($"    {(random.Next(2) == 0 ? $"iifname \"{Interface()}\" " : "")}{ip} daddr {Net(v6)} {(ports ? $"{name} dport {Port()} " : "")}{target}\n");
            }
            to.Append("  }\n  chain post {\n    type nat hook postrouting priority srcnat; policy accept;\n");
            for (var i = 0; i < 5; i++)
                to.Append($"    {(random.Next(2) == 0 ? $"oifname \"{Interface()}\" " : "")}{ip} saddr {Net(v6)} {(random.Next(4) switch { 0 => "accept", 1 when !v6 => "masquerade", _ => $"snat to {Host(random.Next(3), v6)}" })}\n");
            to.Append("  }\n}\n");
        }
        to.Append("table inet filter {\n  chain forward {\n    type filter hook forward priority filter; policy drop;\n    ct state established,related accept\n");
        for (var i = 0; i < 30; i++)
        {
            var v6 = i % 3 == 0;
            var ip = v6 ? "ip6" : "ip";
            var (name, ports) = Protocol();
            to.Append($"    {(random.Next(2) == 0 ? $"iifname \"{Interface()}\" " : "")}{ip} saddr {Net(v6)} {ip} daddr {Net(v6)} {(ports && random.Next(2) == 0 ? $"{name} dport {Port()} " : "")}{(random.Next(3) == 0 ? "drop" : "accept")}\n");
        }
        return to.Append("  }\n}\n").ToString();
    }

    /// <summary>Packets that begin a connection: each with a source port of its own, or an address pair of its own.</summary>
    public Packet Packet(bool v6)
    {
        var into = random.Next(3);
        var from = (into + 1 + random.Next(2)) % 3;
        byte protocol = random.Next(9) switch { < 5 => 6, < 8 => 17, _ => v6 ? (byte)58 : (byte)1 };
        return new(KernelOracle.Zones[from].Interface, KernelOracle.Zones[into].Interface, Host(from, v6), Host(into, v6), protocol, (ushort)(20000 + sent++), (ushort)Port())
        {
            Flags = protocol == 6 ? TcpFlags.Syn : (byte)0, Icmp = protocol is 1 or 58 ? (ushort)((v6 ? 128 : 8) << 8) : (ushort)0,
        };
    }

    private (string, bool) Protocol() => random.Next(4) switch { 0 => ("", false), 1 => ("udp", true), _ => ("tcp", true) };

    private string In() => random.Next(2) == 0 ? $"-i {Interface()} " : "";

    private string Interface() => KernelOracle.Zones[random.Next(3)].Interface;

    private int Port() => Ports[random.Next(Ports.Length)];

    private Address Host(int zone, bool v6) => v6
        ? Address.V6(((UInt128)0xfd00 << 112) | ((UInt128)(zone + 1) << 96) | (UInt128)random.Next(1, 20))
        : Address.V4(0x0A000000u | (uint)(zone + 1) << 16 | (uint)random.Next(1, 20));

    private string Net(bool v6 = false) => new AddressPrefix(Host(random.Next(3), v6), random.Next(4) switch { 0 => v6 ? 128 : 32, 1 => v6 ? 125 : 29, 2 => v6 ? 124 : 28, _ => v6 ? 32 : 16 }).ToString();
}
