using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Vendors;

/// <summary>One thing that a vendor's documentation says of filtering, as a small configuration and packets that show it.</summary>
/// <param name="Says">In a sentence of our own, for docs/zones-semantics.md.</param>
/// <param name="Document">The vendor's document and its section.</param>
/// <remarks>Packets are written <c>in&gt;out source&gt;destination tcp/443</c>; behind it "from 53" (source port), "ack", "later" (a fragment without the first), "invalid".</remarks>
internal sealed record VendorFact(string Vendor, string Says, string Document, string Config)
{
    public string[] Passes { get; init; } = [];

    public string[] Stops { get; init; } = [];

    /// <summary>The configuration alone doesn't say: a named unknown decides.</summary>
    public string[] Open { get; init; } = [];

    /// <summary>The packets are for the device itself: what it lets to itself is asked, not what it passes on. Written <c>in> source&gt;destination tcp/22</c>.</summary>
    public bool Itself { get; init; }

    /// <summary>Packets that pass under other addresses: as sent, and <c>source&gt;destination tcp/port</c> as they arrive.</summary>
    public (string Sent, string Arrives)[] Translated { get; init; } = [];

    /// <summary>Whether replies pass by themselves; null: this fact doesn't say.</summary>
    public bool? Stateful { get; init; }

    public override string ToString() => $"{Vendor}: {Says}";
}

/// <summary>A packet in words.</summary>
internal static class PacketText
{
    public static Packet Read(string text)
    {
        var words = text.Split(' ');
        var (on, ends) = (words[0].Split('>'), words[1].Split('>'));
        return Kind(new(on[0], on[1], Address(ends[0]), Address(ends[1]), 0, 40000, 0), words[2..]);
    }

    /// <summary>A packet of which only addresses and protocol matter.</summary>
    public static Packet ReadArrived(string text)
    {
        var words = text.Split(' ');
        var ends = words[0].Split('>');
        return Kind(new("", "", Address(ends[0]), Address(ends[1]), 0, 40000, 0), words[1..]);
    }

    private static Packet Kind(Packet packet, string[] words)
    {
        var parts = words[0].Split('/');
        packet = parts[0] switch
        {
            "tcp" => packet with { Protocol = Protocols.Tcp, DestinationPort = Number(parts[1]), Flags = TcpFlags.Syn },
            "udp" => packet with { Protocol = Protocols.Udp, DestinationPort = Number(parts[1]) },
            "icmp" => packet with { Protocol = Protocols.Icmp, Icmp = (ushort)(Number(parts[1]) << 8) },
            "icmp6" => packet with { Protocol = Protocols.IcmpV6, Icmp = (ushort)(Number(parts[1]) << 8) },
            "gre" => packet with { Protocol = 47 },
            var other => throw new ArgumentException(other),
        };
        for (var i = 1; i < words.Length; i++)
            packet = words[i] switch
            {
                "from" => packet with { SourcePort = Number(words[++i]) },
                "ack" => packet with { Flags = TcpFlags.Ack },
                "rst" => packet with { Flags = TcpFlags.Rst },
                "later" => packet with { Fragment = Fragments.Later, Flags = TcpFlags.Ack },
                "invalid" => packet with { State = ConnectionStates.Invalid },
                var other => throw new ArgumentException(other),
            };
        return packet;
    }

    private static ushort Number(string text) => ushort.Parse(text, CultureInfo.InvariantCulture);

    private static Address Address(string text)
    {
        Assert.True(Model.Address.TryParse(text, out var address), text);
        return address;
    }
}
