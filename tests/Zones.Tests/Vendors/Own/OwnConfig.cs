using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>A random configuration of what a device lets to itself, kept as data beside what is printed. Three answers: it gets in, it doesn't, or the configuration doesn't say.</summary>
internal abstract class OwnConfig(int seed) : VendorConfig(seed)
{
    private static readonly ushort[] Consoles = [22, 23, 80, 443, 22, 23, 80, 443, 8443, 2222, 161, 500];

    /// <summary>Each interface with its own address.</summary>
    protected abstract (string Name, Address Own)[] Doors { get; }

    protected sealed override string[] Interfaces => [.. Doors.Select(static p => p.Name)];

    /// <summary>Null: a named unknown decides.</summary>
    public abstract bool? Reaches(Packet packet);

    public sealed override bool Passes(Packet packet) => Reaches(packet) == true;

    public override Packet Packet()
    {
        var (on, to) = (Pick(Doors), Pick(Doors));
        // Mostly to the interface that it comes in by.
        if (!OneIn(4)) to = on;
        var v6 = to.Own.IsV6;
        var protocol = Random.Next(12) switch { < 8 => (byte)6, < 10 => (byte)17, _ => v6 ? (byte)58 : (byte)1 };
        return new(on.Name, "", Host(v6), to.Own, protocol, 40000, protocol == 17 && OneIn(2) ? (ushort)161 : Pick(Consoles))
        {
            Flags = TcpFlags.Syn, Icmp = (ushort)((v6 ? 128 : 8) * 256),
        };
    }

    protected static Address At(string text) => Address.TryParse(text, out var address) ? address : throw new ArgumentException(text);

    protected static bool IsPing(Packet packet) => (packet.Protocol == 1 && packet.Icmp >> 8 == 8) || (packet.Protocol == 58 && packet.Icmp >> 8 == 128);

    protected string OwnerOf(Packet packet) => Doors.First(p => p.Own == packet.Destination).Name;

    /// <summary>A service of management by its usual name; null: another.</summary>
    protected static string? Name(Packet packet) => (packet.Protocol, packet.DestinationPort) switch
    {
        (6, 22) => "ssh", (6, 23) => "telnet", (6, 80) => "http", (6, 443) => "https", (17, 161) => "snmp", _ => IsPing(packet) ? "ping" : null,
    };
}
