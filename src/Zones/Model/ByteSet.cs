using System.Numerics;
using System.Runtime.InteropServices;

namespace Sekisho.Zones.Model;

/// <summary>A set of numbers from 0 to 255: IP protocols, or bytes of TCP flags.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ByteSet(ulong A, ulong B, ulong C, ulong D)
{
    public static readonly ByteSet All = new(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue);

    public bool IsEmpty => (A | B | C | D) == 0;

    public bool IsAll => (A & B & C & D) == ulong.MaxValue;

    public int Count => BitOperations.PopCount(A) + BitOperations.PopCount(B) + BitOperations.PopCount(C) + BitOperations.PopCount(D);

    public static ByteSet Of(byte value) => (value >> 6) switch
    {
        0 => new(1ul << value, 0, 0, 0),
        1 => new(0, 1ul << value, 0, 0),
        2 => new(0, 0, 1ul << value, 0),
        _ => new(0, 0, 0, 1ul << value),
    };

    public static ByteSet Of(params ReadOnlySpan<byte> values)
    {
        var set = default(ByteSet);
        foreach (var value in values) set |= Of(value);
        return set;
    }

    /// <summary>Every byte that <paramref name="holds"/>: <c>ByteSet.Where(flags => (flags &amp; mask) == value)</c> for TCP flags.</summary>
    public static ByteSet Where(Func<byte, bool> holds)
    {
        var set = default(ByteSet);
        for (var i = 0; i < 256; i++)
            if (holds((byte)i)) set |= Of((byte)i);
        return set;
    }

    public bool Contains(byte value) => (((value >> 6) switch { 0 => A, 1 => B, 2 => C, _ => D }) >> (value & 63) & 1) != 0;

    /// <summary>The members in order.</summary>
    public IEnumerable<byte> Members()
    {
        for (var i = 0; i < 256; i++)
            if (Contains((byte)i)) yield return (byte)i;
    }

    public static ByteSet operator &(ByteSet a, ByteSet b) => new(a.A & b.A, a.B & b.B, a.C & b.C, a.D & b.D);

    public static ByteSet operator |(ByteSet a, ByteSet b) => new(a.A | b.A, a.B | b.B, a.C | b.C, a.D | b.D);

    public static ByteSet operator ~(ByteSet a) => new(~a.A, ~a.B, ~a.C, ~a.D);
}

/// <summary>IP protocol numbers that the engine must tell apart.</summary>
public static class Protocols
{
    public const byte Icmp = 1, Tcp = 6, Udp = 17, Gre = 47, Esp = 50, Ah = 51, IcmpV6 = 58, Ospf = 89, Sctp = 132, Dccp = 33, UdpLite = 136;

    /// <summary>Those whose first four bytes are a source and a destination port.</summary>
    public static readonly ByteSet WithPorts = ByteSet.Of(Tcp, Udp, Sctp, Dccp, UdpLite);

    /// <summary>ICMP for IPv4 and for IPv6: they have a type and a code.</summary>
    public static readonly ByteSet WithTypes = ByteSet.Of(Icmp, IcmpV6);

    /// <summary>The usual name, or the number.</summary>
    public static string Name(byte protocol) => protocol switch
    {
        Icmp => "icmp", Tcp => "tcp", Udp => "udp", Gre => "gre", Esp => "esp", Ah => "ah", IcmpV6 => "icmpv6", Ospf => "ospf", Sctp => "sctp", Dccp => "dccp", UdpLite => "udplite",
        _ => protocol.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    /// <summary>The number of a protocol by its name or number; null for an unknown word.</summary>
    public static byte? Number(string untrustedName) => untrustedName switch
    {
        "icmp" => Icmp, "tcp" => Tcp, "udp" => Udp, "gre" => Gre, "esp" => Esp, "ah" => Ah, "icmpv6" or "icmp6" or "ipv6-icmp" => IcmpV6, "ospf" => Ospf, "sctp" => Sctp, "dccp" => Dccp, "udplite" => UdpLite,
        "igmp" => 2, "ipip" => 4, "ipv6" => 41, "eigrp" => 88, "pim" => 103, "vrrp" => 112, "l2tp" => 115,
        _ => byte.TryParse(untrustedName, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null,
    };
}

/// <summary>Bits of the TCP flags byte (RFC 9293 §3.1).</summary>
public static class TcpFlags
{
    public const byte Fin = 1, Syn = 2, Rst = 4, Psh = 8, Ack = 16, Urg = 32, Ece = 64, Cwr = 128;

    /// <summary>"established" of filters that keep no state: an ACK or RST is set (Cisco IOS, YAMAHA, Junos).</summary>
    public static readonly ByteSet Established = ByteSet.Where(static flags => (flags & (Ack | Rst)) != 0);

    /// <summary>What opens a connection: SYN without ACK, RST and FIN.</summary>
    public static readonly ByteSet Opening = ByteSet.Where(static flags => (flags & (Syn | Ack | Rst | Fin)) == Syn);
}
