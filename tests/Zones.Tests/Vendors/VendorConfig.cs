using System.Globalization;
using System.Text;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>An address condition as it is written, and what the vendor's documentation says that it means.</summary>
internal readonly record struct Where(string Text, Func<Address, bool> Holds);

/// <summary>A condition of packets as it is written, and what it means.</summary>
internal readonly record struct What(string Text, Func<Packet, bool> Holds);

/// <summary>
/// A random configuration of one vendor: printed for the product's reader, kept as data for the slow way. <see cref="Passes"/> is written from the vendor's
/// documentation, over the data, and shares nothing with readers or engines but the packet.
/// </summary>
internal abstract class VendorConfig(int seed)
{
    private static readonly ushort[] Known = [0, 22, 25, 53, 80, 123, 443, 445, 1023, 1024, 3389, 8080, 65535];

    protected Random Random { get; } = new(seed);

    protected StringBuilder To { get; } = new();

    public abstract string Vendor { get; }

    protected abstract string[] Interfaces { get; }

    /// <summary>Packets that the vendor's filters can be asked about: 0 openings only, 1 any TCP flags, 2 fragments without their first as well.</summary>
    protected virtual int Strangeness => 0;

    protected virtual bool HasV6 => true;

    public string Text => To.ToString();

    public abstract bool Passes(Packet packet);

    public virtual Packet Packet()
    {
        var v6 = HasV6 && Random.Next(3) == 0;
        byte protocol = Random.Next(10) switch { < 5 => 6, < 8 => 17, 8 => v6 ? (byte)58 : (byte)1, _ => (byte)Pick(47, 50, 89, 200) };
        var later = Strangeness == 2 && Random.Next(6) == 0;
        return new(Pick(Interfaces), Pick(Interfaces), Host(v6), Host(v6), protocol, Port(), Port())
        {
            Flags = later ? TcpFlags.Ack : Strangeness == 0 || Random.Next(2) == 0 ? TcpFlags.Syn : (byte)Random.Next(64),
            Fragment = later ? Fragments.Later : Fragments.WholeOrFirst,
            Icmp = (ushort)(Pick(0, 3, 8, 11, 128, 129) * 256 + Random.Next(2)),
        };
    }

    protected T Pick<T>(params T[] of) => of[Random.Next(of.Length)];

    protected bool OneIn(int many) => Random.Next(many) == 0;

    protected string Number(int from, int to) => Random.Next(from, to).ToString(CultureInfo.InvariantCulture);

    protected void Line(string text) => To.Append(text).Append('\n');

    /// <summary>64 addresses of each family, so that conditions meet.</summary>
    protected Address Host(bool v6) => v6 ? Address.V6(((UInt128)0xfd00 << 112) | (UInt128)Random.Next(64)) : Address.V4(0x0A000000u | (uint)Random.Next(64));

    protected (Address First, int Length) Net(bool v6)
    {
        var length = (v6 ? 128 : 32) - Pick(0, 1, 2, 3, 4, 5);
        return (new AddressPrefix(Host(v6), length).First, length);
    }

    protected (Address First, Address Last) Range(bool v6)
    {
        var first = Host(v6);
        return (first, first with { Value = first.Value + (UInt128)Random.Next(20) });
    }

    protected ushort Port() => OneIn(3) ? (ushort)Random.Next(20, 60) : Pick(Known);

    protected (ushort Low, ushort High) Ports()
    {
        var (a, b) = (Port(), Port());
        return a < b ? (a, b) : (b, a);
    }

    /// <summary>Bit by bit, as documentation draws it.</summary>
    protected static bool InNet(Address address, Address first, int length)
    {
        if (address.IsV6 != first.IsV6) return false;
        var width = address.IsV6 ? 128 : 32;
        for (var bit = 0; bit < length; bit++)
            if (((address.Value ^ first.Value) >> (width - 1 - bit) & 1) != 0) return false;
        return true;
    }

    protected static bool InRange(Address address, Address first, Address last) => address.IsV6 == first.IsV6 && address.Value >= first.Value && address.Value <= last.Value;

    protected static string Mask(int length) => Address.V4(length == 0 ? 0 : uint.MaxValue << (32 - length)).ToString();

    protected static string Wildcard(int length) => Address.V4(length == 32 ? 0 : uint.MaxValue >> length).ToString();

    protected static bool HasPorts(Packet packet) => packet.Protocol is 6 or 17;

    protected static string Say(Address address, int length) => $"{address}/{length.ToString(CultureInfo.InvariantCulture)}";
}
