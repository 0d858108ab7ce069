using System.Globalization;
using System.Text;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>Where a packet comes out, and as what.</summary>
internal readonly record struct Outcome(char Out, Address Source, Address Destination, ushort DestinationPort);

/// <summary>
/// A random configuration of one vendor with translations: three networks (a and b inside, c outside), servers, outer addresses for them. Printed for the product's
/// reader; <see cref="Follow"/> is written from the vendor's documentation, over the data, and shares nothing with readers or engines but the packet.
/// </summary>
internal abstract class VendorNat(int seed)
{
    private static readonly ushort[] Ports = [22, 25, 80, 443, 8443];

    protected Random Random { get; } = new(seed);

    protected StringBuilder To { get; } = new();

    public abstract string Vendor { get; }

    /// <summary>The interfaces of the networks a, b, c.</summary>
    public abstract string[] Interfaces { get; }

    public string Text => To.ToString();

    /// <returns>Null where the packet is stopped.</returns>
    public abstract Outcome? Follow(char from, Packet packet);

    public (char From, Packet Packet) Packet()
    {
        var from = Pick('a', 'b', 'c');
        var source = from == 'c' ? Text4(203, 0, 113, 200 + Random.Next(4)) : Server(from);
        var destination = Random.Next(5) switch { 0 => Server('a'), 1 => Server('b'), 2 when from != 'c' => Text4(203, 0, 113, 200 + Random.Next(4)), _ => Outer() };
        byte protocol = OneIn(4) ? (byte)17 : (byte)6;
        return (from, new(Interfaces[from - 'a'], "", source, destination, protocol, (ushort)Random.Next(20000, 60000), Pick(Ports)) { Flags = protocol == 6 ? TcpFlags.Syn : (byte)0 });
    }

    /// <summary>The network that an address is routed to.</summary>
    protected static char NetworkOf(Address address) => ((uint)address.Value >> 16) switch { 0x0A01 => 'a', 0x0A02 => 'b', _ => 'c' };

    /// <summary>The gateway's own address in a network.</summary>
    protected static Address Own(char network) => network switch { 'a' => Text4(10, 1, 0, 1), 'b' => Text4(10, 2, 0, 1), _ => Text4(203, 0, 113, 1) };

    protected Address Server(char network) => Text4(10, network == 'a' ? 1 : 2, 0, 80 + Random.Next(4));

    protected Address Outer() => Text4(203, 0, 113, 10 + Random.Next(8));

    protected static Address Text4(int a, int b, int c, int d) => Address.V4((uint)(a << 24 | b << 16 | c << 8 | d));

    protected ushort Port() => Pick(Ports);

    protected T Pick<T>(params T[] of) => of[Random.Next(of.Length)];

    protected bool OneIn(int many) => Random.Next(many) == 0;

    protected void Line(string text) => To.Append(text).Append('\n');

    protected static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    protected static Outcome At(char network, Packet packet) => new(network, packet.Source, packet.Destination, packet.DestinationPort);
}
