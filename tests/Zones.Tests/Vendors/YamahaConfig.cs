using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>YAMAHA RTX: numbered filters, the lists of "secure filter" that order them, wrapped at 80 columns or not.</summary>
/// <remarks>
/// コマンドリファレンス 「ip filter」「ip interface secure filter」：a list is asked in its own order, the first filter that matches decides, a packet that none
/// matches is thrown away; a direction without a list passes all. "established" is TCP with ACK or RST, tcpflag=VALUE/MASK compares the masked flags.
/// </remarks>
internal sealed class YamahaConfig : VendorConfig
{
    private readonly Dictionary<(bool V6, int Number), (bool Pass, Func<Packet, bool> Holds)> filters = [];
    private readonly List<(string Interface, bool In, bool V6, List<int> Order)> lists = [];

    public YamahaConfig(int seed, bool wrapped)
        : base(seed)
    {
        var lines = new List<string> { "# RTX1210 Rev.14.01.38 (Fri Jul 31 13:37:09 2020)", "ip route default gateway pp 1", "ip lan1 address 192.168.1.1/24", "ip lan2 address 192.168.2.1/24" };
        foreach (var on in Interfaces)
            foreach (var v6 in (bool[])[false, true])
                foreach (var inward in (bool[])[true, false])
                {
                    if (OneIn(3)) continue;
                    var order = Enumerable.Range(0, Random.Next(3, 12)).Select(_ => (v6 ? 600000 : 200000) + Random.Next(24)).Distinct().ToList();
                    var text = $"{(v6 ? "ipv6" : "ip")} {(on == "pp1" ? "pp" : on)} secure filter {(inward ? "in" : "out")} {string.Join(' ', order)}";
                    if (on == "pp1") lines.AddRange(["pp select 1", " " + text, " pp enable 1", "pp select none"]);
                    else lines.Add(text);
                    lists.Add((on, inward, v6, order));
                }
        foreach (var v6 in (bool[])[false, true])
            for (var i = 0; i < 24; i++) lines.Add(Filter(v6, (v6 ? 600000 : 200000) + i));
        foreach (var line in lines)
        {
            if (!wrapped || line.Length <= 80)
            {
                Line(line);
                continue;
            }
            for (var at = 0; at < line.Length; at += 80) Line(line[at..Math.Min(line.Length, at + 80)]);
        }
    }

    public override string Vendor => "yamaha";

    protected override string[] Interfaces => ["lan1", "lan2", "pp1"];

    protected override int Strangeness => 1;

    public override bool Passes(Packet packet)
    {
        foreach (var (on, inward, v6, order) in lists)
        {
            if (on != (inward ? packet.In : packet.Out) || v6 != packet.Source.IsV6) continue;
            var passed = false;
            foreach (var number in order)
            {
                var (pass, holds) = filters[(v6, number)];
                if (!holds(packet)) continue;
                passed = pass;
                break;
            }
            if (!passed) return false;
        }
        return true;
    }

    private string Filter(bool v6, int number)
    {
        var pass = !OneIn(3);
        var (source, destination) = (Address(v6), Address(v6));
        var (from, onto) = (Ports(out var fromText), Ports(out var ontoText));
        var (low, high) = Ports();
        var type = Pick(0, 3, 8, 128);
        var (text, holds) = Random.Next(10) switch
        {
            0 => ("*", new Func<Packet, bool>(static _ => true)),
            1 => ("", static _ => true),
            2 => ("established", static p => p.Protocol == 6 && (p.Flags & (TcpFlags.Ack | TcpFlags.Rst)) != 0),
            3 => ("tcpflag=0x0002/0x0017", static p => p.Protocol == 6 && (p.Flags & 0x17) == 2),
            4 => ($"{(v6 ? "icmp6" : "icmp")} {type} *", p => p.Protocol == (v6 ? 58 : 1) && p.Icmp >> 8 == type),
            5 => ($"udp,tcp {fromText} {ontoText}", p => HasPorts(p) && from(p.SourcePort) && onto(p.DestinationPort)),
            6 => ($"udp * {ontoText}", p => p.Protocol == 17 && onto(p.DestinationPort)),
            7 => ("gre,esp", static p => p.Protocol is 47 or 50),
            8 => ($"tcp * {low}-{high}", p => p.Protocol == 6 && p.DestinationPort >= low && p.DestinationPort <= high),
            _ => ($"tcp {fromText} {ontoText}", p => p.Protocol == 6 && from(p.SourcePort) && onto(p.DestinationPort)),
        };
        filters.Add((v6, number), (pass, p => source.Holds(p.Source) && destination.Holds(p.Destination) && holds(p)));
        return $"{(v6 ? "ipv6" : "ip")} filter {number.ToString(CultureInfo.InvariantCulture)} {(pass ? Pick("pass", "pass-nolog", "pass-log") : Pick("reject", "reject-nolog", "reject-log"))} {source.Text} {destination.Text} {text}".TrimEnd();
    }

    private Func<ushort, bool> Ports(out string text)
    {
        var (low, high) = Ports();
        var (a, b) = (Port(), Port());
        switch (Random.Next(5))
        {
            case 0:
                text = "*";
                return static _ => true;
            case 1:
                text = $"{low}-{high}";
                return p => p >= low && p <= high;
            case 2:
                text = $"{a},{b},www";
                return p => p == a || p == b || p == 80;
            case 3:
                text = $"{a}-";
                return p => p >= a;
            default:
                text = a.ToString(CultureInfo.InvariantCulture);
                return p => p == a;
        }
    }

    private Where Address(bool v6)
    {
        var host = Host(v6);
        var (first, length) = Net(v6);
        var (low, high) = Range(v6);
        return Random.Next(5) switch
        {
            0 => new("*", static _ => true),
            1 => new(host.ToString(), a => a == host),
            2 => new($"{low}-{high}", a => InRange(a, low, high)),
            3 => new($"{host},{Say(first, length)}", a => a == host || InNet(a, first, length)),
            _ => new(v6 || OneIn(2) ? Say(first, length) : $"{first}/{Mask(length)}", a => InNet(a, first, length)),
        };
    }
}
