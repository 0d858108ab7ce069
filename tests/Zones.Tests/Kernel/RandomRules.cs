using System.Globalization;
using System.Text;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Kernel;

/// <summary>Rule sets as text, for the kernel and for the readers alike: chains, returns, sets, ranges, negation, flags, states. Seeded.</summary>
internal sealed class RandomRules(int seed)
{
    private static readonly int[] WellKnown = [22, 25, 53, 80, 123, 443, 445, 3389];
    private readonly Random random = new(seed);
    private readonly HashSet<(Address, Address)> between = [];

    public string Nftables(int rules)
    {
        var to = new StringBuilder("table inet t {\n");
        foreach (var chain in new[] { "sub2", "sub1" })
        {
            to.Append($"  chain {chain} {{\n");
            for (var i = 0; i < rules / 4; i++) to.Append($"    {NftMatch()}{Pick("accept", "drop", "return", chain == "sub1" ? "jump sub2" : "drop")}\n");
            to.Append("  }\n");
        }
        to.Append("  chain through {\n    type filter hook forward priority filter; policy drop;\n    ct state established,related accept\n");
        for (var i = 0; i < rules; i++) to.Append($"    {NftMatch()}{Pick("accept", "accept", "drop", "jump sub1", "jump sub2", "goto sub1", "reject")}\n");
        if (random.Next(2) == 0) to.Append("    ct state invalid drop\n    meta l4proto vmap { tcp : jump sub1, udp : accept, 47 : drop }\n");
        return to.Append("  }\n}\n").ToString();
    }

    public string Iptables(int rules, bool v6)
    {
        var to = new StringBuilder("*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n:SUB1 - [0:0]\n:SUB2 - [0:0]\n-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n");
        for (var i = 0; i < rules; i++) to.Append($"-A FORWARD {IptMatch(v6)}{Pick("-j ACCEPT", "-j ACCEPT", "-j DROP", "-j SUB1", "-g SUB1", "-j SUB2", "-j REJECT")}\n");
        for (var i = 0; i < rules / 3; i++) to.Append($"-A SUB1 {IptMatch(v6)}{Pick("-j ACCEPT", "-j DROP", "-j RETURN", "-j SUB2")}\n");
        for (var i = 0; i < rules / 3; i++) to.Append($"-A SUB2 {IptMatch(v6)}{Pick("-j ACCEPT", "-j DROP", "-j RETURN")}\n");
        return to.Append("COMMIT\n").ToString();
    }

    public Packet Packet(bool v6)
    {
        var into = random.Next(3);
        var from = (into + 1 + random.Next(2)) % 3;
        byte protocol = random.Next(10) switch { < 5 => 6, < 8 => 17, 8 => v6 ? (byte)58 : (byte)1, _ => 47 };
        var (source, destination) = (Host(from, v6), Host(into, v6));
        // Without ports, a packet the other way would be the reply of an earlier one: established, not new.
        if (protocol == 47 && !between.Add(source.Value < destination.Value ? (source, destination) : (destination, source))) protocol = 17;
        var flags = random.Next(5) switch { 0 => TcpFlags.Ack, 1 => (byte)(TcpFlags.Syn | TcpFlags.Ack), _ => TcpFlags.Syn };
        return new(KernelOracle.Zones[from].Interface, KernelOracle.Zones[into].Interface, source, destination, protocol, (ushort)random.Next(1024, 65536), (ushort)Port())
        {
            Flags = flags,
            // What conntrack says without a connection: a lone ACK is new, SYN+ACK is invalid.
            State = protocol == 6 && flags == (TcpFlags.Syn | TcpFlags.Ack) ? ConnectionStates.Invalid : ConnectionStates.New,
            Icmp = protocol is 1 or 58 ? (ushort)((v6 ? 128 : 8) << 8) : (ushort)0,
        };
    }

    private string Pick(params string[] words) => words[random.Next(words.Length)];

    private Address Host(int zone, bool v6) => v6
        ? Address.V6(((UInt128)0xfd00 << 112) | ((UInt128)(zone + 1) << 96) | (UInt128)random.Next(24))
        : Address.V4(0x0A000000u | (uint)(zone + 1) << 16 | (uint)random.Next(24));

    private string Net(bool v6)
    {
        var host = Host(random.Next(3), v6);
        var length = v6 ? Pick("128", "127", "125", "32") : Pick("32", "31", "29", "28", "16");
        return new AddressPrefix(host, int.Parse(length, CultureInfo.InvariantCulture)).ToString();
    }

    private int Port() => random.Next(3) == 0 ? random.Next(1, 65536) : WellKnown[random.Next(WellKnown.Length)] + random.Next(2);

    private string NftMatch()
    {
        var v6 = random.Next(3) == 0;
        var family = v6 ? "ip6" : "ip";
        var to = new StringBuilder();
        if (random.Next(4) == 0) to.Append($"iifname {(random.Next(4) == 0 ? "!= " : "")}\"{KernelOracle.Zones[random.Next(3)].Interface}\" ");
        if (random.Next(4) == 0) to.Append($"oifname \"{KernelOracle.Zones[random.Next(3)].Interface}\" ");
        if (random.Next(3) > 0) to.Append(random.Next(4) == 0 ? $"{family} saddr {{ {Host(0, v6)}, {Host(1, v6)}, {Host(2, v6)} }} " : $"{family} saddr {(random.Next(6) == 0 ? "!= " : "")}{Net(v6)} ");
        if (random.Next(3) > 0) to.Append($"{family} daddr {(random.Next(6) == 0 ? "!= " : "")}{Net(v6)} ");
        switch (random.Next(9))
        {
            case 0 or 1: to.Append($"tcp dport {Port()} "); break;
            case 2: to.Append($"tcp dport {{ 22, 80, 443-445 }} "); break;
            case 3: to.Append($"udp dport {(random.Next(3) == 0 ? "!= " : "")}{Port()} "); break;
            case 4: to.Append(Pick("tcp flags & (fin|syn|rst|ack) == syn ", "tcp flags syn ", "tcp flags & ack == 0 ")); break;
            case 5: to.Append(Pick("ct state new ", "ct state invalid ", "ct state != new ")); break;
            case 6: to.Append(v6 ? "icmpv6 type echo-request " : "icmp type echo-request "); break;
            case 7: to.Append(Pick("meta l4proto { tcp, udp } th dport 1-1023 ", "meta l4proto 47 ", "tcp sport 1024-40000 ")); break;
        }
        return to.ToString();
    }

    private string IptMatch(bool v6)
    {
        var to = new StringBuilder();
        if (random.Next(4) == 0) to.Append($"{(random.Next(4) == 0 ? "! " : "")}-i {KernelOracle.Zones[random.Next(3)].Interface} ");
        if (random.Next(4) == 0) to.Append($"-o {Pick("eth+", "eth1", "eth2")} ");
        if (random.Next(3) > 0) to.Append($"{(random.Next(6) == 0 ? "! " : "")}-s {Net(v6)} ");
        if (random.Next(3) > 0) to.Append($"{(random.Next(6) == 0 ? "! " : "")}-d {Net(v6)} ");
        if (!v6 && random.Next(8) == 0) to.Append("-m iprange --src-range 10.1.0.5-10.2.0.9 ");
        switch (random.Next(9))
        {
            case 0 or 1: to.Append($"-p tcp -m tcp --dport {Port()} "); break;
            case 2: to.Append("-p tcp -m multiport --dports 22,80,443:445 "); break;
            case 3: to.Append($"-p udp -m udp {(random.Next(3) == 0 ? "! " : "")}--dport {Port()} "); break;
            case 4: to.Append("-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN "); break;
            case 5: to.Append(Pick("-m conntrack --ctstate NEW ", "-m conntrack --ctstate INVALID ", "-m conntrack ! --ctstate NEW ")); break;
            case 6: to.Append(v6 ? "-p ipv6-icmp -m icmp6 --icmpv6-type 128 " : "-p icmp -m icmp --icmp-type 8 "); break;
            case 7: to.Append(Pick("-p gre ", "! -p tcp ", "-p udp -m udp --sport 1024:40000 ")); break;
        }
        return to.ToString();
    }
}
