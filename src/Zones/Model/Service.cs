using System.Collections.Immutable;

namespace Sekisho.Zones.Model;

/// <summary>One kind of traffic (サービス): a product of protocol, ports, ICMP types and TCP flags.</summary>
/// <remarks>
/// Each constraint concerns the protocols that have such a field and leaves others alone: ports those of <see cref="Model.Protocols.WithPorts"/>,
/// <see cref="Icmp"/> ICMP and ICMPv6, <see cref="Flags"/> TCP. "tcp dport 80" must therefore say <c>Protocols = {6}</c>.
/// </remarks>
public sealed record Service(ByteSet Protocols)
{
    public IntervalSet<ushort> SourcePorts { get; init; } = IntervalSet<ushort>.All;

    public IntervalSet<ushort> DestinationPorts { get; init; } = IntervalSet<ushort>.All;

    /// <summary>type × 256 + code: one type is an interval of 256 numbers (<see cref="IcmpType"/>).</summary>
    public IntervalSet<ushort> Icmp { get; init; } = IntervalSet<ushort>.All;

    /// <summary>The flag bytes that match: <c>ByteSet.Where(f => (f &amp; mask) == value)</c>.</summary>
    public ByteSet Flags { get; init; } = ByteSet.All;

    public static readonly Service Any = new(ByteSet.All);

    public static Service Of(byte protocol) => new(ByteSet.Of(protocol));

    public static Service Tcp(IntervalSet<ushort> destination) => new(ByteSet.Of(Model.Protocols.Tcp)) { DestinationPorts = destination };

    public static Service Udp(IntervalSet<ushort> destination) => new(ByteSet.Of(Model.Protocols.Udp)) { DestinationPorts = destination };

    /// <summary>One ICMP type with every code.</summary>
    public static IntervalSet<ushort> IcmpType(byte type) => IntervalSet<ushort>.Of((ushort)(type << 8), (ushort)(type << 8 | 255));

    public static IntervalSet<ushort> IcmpType(byte type, byte code) => IntervalSet<ushort>.Of((ushort)(type << 8 | code));
}

/// <summary>A union of services: what a service group of a firewall is. Keep one instance for each group and share it among rules.</summary>
public sealed class ServiceSet(ImmutableArray<Service> services)
{
    public static readonly ServiceSet Any = new([Service.Any]);

    /// <summary>No traffic at all.</summary>
    public static readonly ServiceSet None = new([]);

    public ImmutableArray<Service> Services { get; } = services;

    public bool IsAny => Services is [var one] && one == Service.Any;

    public static ServiceSet Of(params ReadOnlySpan<Service> services) => new([.. services]);

    public ServiceSet Union(ServiceSet other) => IsAny ? this : other.IsAny ? other : new([.. Services, .. other.Services]);

    public override string ToString() => ServiceText.Write(this);
}
