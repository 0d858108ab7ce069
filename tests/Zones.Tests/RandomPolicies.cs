using System.Globalization;
using Sekisho.Zones.Model;
using Sekisho.Zones.Policies;
using Sekisho.Zones.Tests.Kernel;

namespace Sekisho.Zones.Tests;

/// <summary>Zone policies as a town might write them, over the three zones of the kernel's judge, seeded: hosts, ranges and prefixes of both families, every kind of service.</summary>
internal sealed class RandomPolicies(int seed)
{
    private readonly Random random = new(seed);

    public ZonePolicy Policy(int flows)
    {
        var text = new System.Text.StringBuilder("format: 1\nmodel: β\nzones:\n");
        foreach (var zone in KernelOracle.Zones) text.Append($"  - {{ id: {zone.Name}, kind: other, at: fw/{zone.Interface}, prefixes: [{zone.V4}.0.0/16, \"{zone.V6}::/32\"] }}\n");
        text.Append("flows:\n");
        for (var i = 0; i < flows; i++)
        {
            var from = random.Next(3);
            var to = (from + 1 + random.Next(2)) % 3;
            text.Append(CultureInfo.InvariantCulture, $"  - {{ id: flow-{i}, from: {KernelOracle.Zones[from].Name}, to: {KernelOracle.Zones[to].Name}, source: {Side(from)}, destination: {Side(to)}, service: {Services()}, purpose: p, approver: q }}\n");
        }
        var reading = ZonePolicyReader.Read(text.ToString(), "zones.yaml");
        Assert.True(reading.Policy is not null, string.Join("\n", reading.Mistakes) + text);
        return reading.Policy;
    }

    /// <summary>Packets of one of a policy's flows, each with something of another as often as not.</summary>
    public Packet Packet(bool v6, ZonePolicy policy)
    {
        var packet = Packet(v6);
        var flow = policy.Flows[random.Next(policy.Flows.Length)];
        var other = random.Next(3) == 0 ? policy.Flows[random.Next(policy.Flows.Length)] : flow;
        var (source, destination) = v6 ? (flow.Source.V6.IsEmpty, other.Destination.V6.IsEmpty) : (flow.Source.V4.IsEmpty, other.Destination.V4.IsEmpty);
        if (source || destination) return packet;
        var service = flow.Services.Services[random.Next(flow.Services.Services.Length)];
        return packet with
        {
            In = policy.Find(flow.From)!.At[0][3..], Out = policy.Find(other.To)!.At[0][3..],
            Source = Edge(flow.Source, v6), Destination = Edge(other.Destination, v6), Protocol = service.Protocols.Contains(17) ? (byte)17 : (byte)6, Flags = service.Protocols.Contains(17) ? (byte)0 : TcpFlags.Syn, Icmp = 0,
            DestinationPort = random.Next(4) == 0 || service.DestinationPorts.IsAll ? Port() : service.DestinationPorts.Bounds[random.Next(2)],
        };
    }

    private Address Edge(AddressSet set, bool v6) => v6 ? Address.V6(set.V6.Bounds[2 * random.Next(set.V6.Count)]) : Address.V4(set.V4.Bounds[2 * random.Next(set.V4.Count)]);

    /// <summary>Packets that begin something, near the edges of what the policies speak of.</summary>
    public Packet Packet(bool v6)
    {
        var from = random.Next(3);
        var to = (from + 1 + random.Next(2)) % 3;
        byte protocol = random.Next(12) switch { < 6 => 6, < 9 => 17, 9 => 132, 10 => 47, _ => v6 ? (byte)58 : (byte)1 };
        return new(KernelOracle.Zones[from].Interface, KernelOracle.Zones[to].Interface, Host(from, v6), Host(to, v6), protocol, (ushort)random.Next(20000, 60000), Port())
        {
            Flags = protocol == 6 ? TcpFlags.Syn : (byte)0,
            Icmp = protocol is 1 or 58 ? (ushort)(random.Next(3) switch { 0 => 8, 1 => 128, _ => 0 } << 8) : (ushort)0,
        };
    }

    /// <summary>What the policy says of a packet, flow by flow.</summary>
    public static bool Allows(ZonePolicy policy, Packet packet) =>
        policy.Flows.Any(f => policy.Find(f.From)!.At[0] == "fw/" + packet.In && policy.Find(f.To)!.At[0] == "fw/" + packet.Out && f.Source.Contains(packet.Source) && f.Destination.Contains(packet.Destination)
            && packet.Protocol != (packet.Source.IsV6 ? Protocols.Icmp : Protocols.IcmpV6) | f.Services.IsAny
            && SlowEngine.Matches(new Match { Services = f.Services }, packet));

    private Address Host(int zone, bool v6) => v6
        ? Address.V6(((UInt128)0xfd00 << 112) | ((UInt128)(zone + 1) << 96) | (UInt128)random.Next(20))
        : Address.V4(0x0A000000u | (uint)(zone + 1) << 16 | (uint)random.Next(20));

    private string Side(int zone)
    {
        var sides = new List<string>();
        for (var i = random.Next(1, 3); i > 0; i--)
        {
            var v6 = random.Next(3) == 0;
            var (one, two) = (Host(zone, v6), Host(zone, v6));
            sides.Add(random.Next(4) switch
            {
                0 => $"\"{one}\"",
                1 => $"\"{(one.Value < two.Value ? one : two)}-{(one.Value < two.Value ? two : one)}\"",
                2 => $"\"{new AddressPrefix(one, v6 ? 124 : 29)}\"",
                _ => v6 ? $"\"{KernelOracle.Zones[zone].V6}::/32\"" : $"{KernelOracle.Zones[zone].V4}.0.0/16",
            });
        }
        return $"[{string.Join(", ", sides.Distinct())}]";
    }

    private string Services()
    {
        string[] all = ["tcp/443", $"tcp/{Port()}", $"udp/{Port()}", "tcp/8000-8010", "udp/53", "icmp/8", "icmp6/128", "47", "esp", "tcp", "any", "sctp/5000-5010"];
        return $"[{string.Join(", ", Enumerable.Range(0, random.Next(1, 4)).Select(_ => all[random.Next(all.Length)]).Distinct())}]";
    }

    private ushort Port() => random.Next(4) switch { 0 => 443, 1 => (ushort)random.Next(7998, 8013), 2 => 53, _ => (ushort)random.Next(4998, 5013) };
}
