using System.Numerics;
using Sekisho.Zones.Engine;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Networks;

/// <summary>One packet that gets through: what a person can send to see it (再現例).</summary>
/// <param name="First">Source port, or ICMP type × 256 + code.</param>
public readonly record struct ExamplePacket(Address Source, Address Destination, byte Protocol, ushort First, ushort DestinationPort)
{
    /// <summary>TCP flags, 0 elsewhere.</summary>
    public byte Flags { get; init; }

    public ConnectionStates State { get; init; }

    public Fragments Fragment { get; init; }

    public bool HasPorts => Protocols.WithPorts.Contains(Protocol);

    public bool HasType => Protocols.WithTypes.Contains(Protocol);

    public override string ToString() =>
        HasPorts ? $"{Protocols.Name(Protocol)} {Socket(Source, First)} → {Socket(Destination, DestinationPort)}"
        : HasType ? $"{Protocols.Name(Protocol)} type {First >> 8} {Source} → {Destination}"
        : $"{Protocols.Name(Protocol)} {Source} → {Destination}";

    private static string Socket(Address address, ushort port) => address.IsV6 ? $"[{address}]:{port}" : $"{address}:{port}";
}

/// <summary>A class of packets in the model's own sets: what gets through, said in words (通信の範囲).</summary>
public sealed record Traffic(AddressSet Source, AddressSet Destination, ServiceSet Services)
{
    public override string ToString() => $"{Source} → {Destination} {Services}";

    internal static Traffic Of<T>(Universe<T> universe, KindClasses classes, int round, in Region region)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        var protocols = default(ByteSet);
        for (var c = round * 64; c < Math.Min(classes.Representatives.Length, round * 64 + 64); c++)
            if ((region.Kinds >> (c & 63) & 1) != 0) protocols |= classes.ProtocolsOf[c];
        var first = universe.Ports.ToSet(region.SourcePorts);
        var second = universe.Ports.ToSet(region.DestinationPorts);
        var services = new List<Service>();
        if (first.IsAll && second.IsAll) services.Add(new Service(protocols));
        else
        {
            var ports = protocols & Protocols.WithPorts;
            var types = protocols & Protocols.WithTypes;
            var others = protocols & ~Protocols.WithPorts & ~Protocols.WithTypes;
            if (!ports.IsEmpty) services.Add(new Service(ports) { SourcePorts = first, DestinationPorts = second });
            if (!types.IsEmpty) services.Add(new Service(types) { Icmp = first });
            if (!others.IsEmpty) services.Add(new Service(others));
        }
        return new(Universe<T>.ToAddresses(universe.Addresses.ToSet(region.Source)), Universe<T>.ToAddresses(universe.Addresses.ToSet(region.Destination)), ServiceSet.Of([.. services]));
    }

    /// <summary>A packet of the region, of the kind that people know best: TCP before UDP, well-known ports, hosts rather than network addresses.</summary>
    internal static ExamplePacket Pick<T>(Universe<T> universe, KindClasses classes, int round, in Region region)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        var chosen = -1;
        var rank = int.MaxValue;
        for (var c = 0; c < 64; c++)
        {
            if ((region.Kinds >> c & 1) == 0) continue;
            var protocol = classes.Representatives[round * 64 + c].Protocol;
            var its = protocol switch { Protocols.Tcp => 0, Protocols.Udp => 1, Protocols.Icmp when !Universe<T>.IsV6 => 2, Protocols.IcmpV6 when Universe<T>.IsV6 => 2, _ => 3 };
            if (its < rank) (chosen, rank) = (c, its);
        }
        var kind = classes.Representatives[round * 64 + chosen];
        var typed = Protocols.WithTypes.Contains(kind.Protocol);
        return new(
            Universe<T>.ToAddress(Host(universe.Addresses[region.Source])), Universe<T>.ToAddress(Host(universe.Addresses[region.Destination])), kind.Protocol,
            typed ? Port(universe.Ports[region.SourcePorts], [8 << 8, 128 << 8]) : Port(universe.Ports[region.SourcePorts], [49152, 1024]),
            Port(universe.Ports[region.DestinationPorts], [443, 80, 445, 22, 3389, 53]))
        {
            Flags = kind.Flags, State = kind.State, Fragment = kind.Fragment,
        };
    }

    private static T Host<T>(ReadOnlySpan<T> bounds)
        where T : unmanaged, IBinaryInteger<T> =>
        !Numbers.Same(bounds[0], bounds[1]) && !Numbers.Same(Numbers.Next(bounds[0]), bounds[1]) ? Numbers.Next(bounds[0]) : bounds[0];

    private static ushort Port(ReadOnlySpan<ushort> bounds, ReadOnlySpan<ushort> liked)
    {
        foreach (var port in liked)
            for (var i = 0; i < bounds.Length; i += 2)
                if (bounds[i] <= port && port <= bounds[i + 1]) return port;
        return bounds[0];
    }
}
