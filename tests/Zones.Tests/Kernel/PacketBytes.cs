using System.Buffers.Binary;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Kernel;

/// <summary>Packets as bytes: right checksums, and an id in TCP's sequence number or at the end.</summary>
internal static class PacketBytes
{
    public static byte[] Frame(int id, in Packet packet, int zone, byte tos = 0)
    {
        var v6 = packet.Source.IsV6;
        var payload = Payload(id, packet);
        var ip = v6 ? 40 : 20;
        var frame = new byte[14 + ip + payload.Length];
        frame[0] = frame[6] = 2;
        frame[4] = 1;
        frame[10] = 2;
        frame[5] = frame[11] = (byte)zone;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), v6 ? (ushort)0x86DD : (ushort)0x0800);
        var header = frame.AsSpan(14, ip);
        if (v6)
        {
            header[0] = (byte)(0x60 | tos >> 4);
            header[1] = (byte)(tos << 4);
            BinaryPrimitives.WriteUInt16BigEndian(header[4..], (ushort)payload.Length);
            header[6] = packet.Protocol;
            header[7] = 64;
            BinaryPrimitives.WriteUInt128BigEndian(header[8..], packet.Source.Value);
            BinaryPrimitives.WriteUInt128BigEndian(header[24..], packet.Destination.Value);
        }
        else
        {
            header[0] = 0x45;
            header[1] = tos;
            BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)(20 + payload.Length));
            BinaryPrimitives.WriteUInt16BigEndian(header[4..], (ushort)id);
            header[8] = 64;
            header[9] = packet.Protocol;
            BinaryPrimitives.WriteUInt32BigEndian(header[12..], (uint)packet.Source.Value);
            BinaryPrimitives.WriteUInt32BigEndian(header[16..], (uint)packet.Destination.Value);
            BinaryPrimitives.WriteUInt16BigEndian(header[10..], Fold(Sum(header, 0)));
        }
        var at = packet.Protocol switch { 6 => 16, 17 => 6, 1 or 58 => 2, _ => -1 };
        if (at >= 0)
        {
            var sum = packet.Protocol == 1 ? 0 : Sum(v6 ? header[8..40] : header[12..20], (uint)(packet.Protocol + payload.Length));
            BinaryPrimitives.WriteUInt16BigEndian(payload.AsSpan(at), Fold(Sum(payload, sum)));
        }
        payload.CopyTo(frame, 14 + ip);
        return frame;
    }

    /// <summary>Addresses and port of a frame that came out.</summary>
    public static KernelOracle.Sight Seen(ReadOnlySpan<byte> frame, string name)
    {
        var v6 = BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) == 0x86DD;
        var payload = v6 ? frame[54..] : frame[(14 + (frame[14] & 15) * 4)..];
        var ports = (v6 ? frame[20] : frame[23]) is 6 or 17;
        return new(name,
            v6 ? Address.V6(BinaryPrimitives.ReadUInt128BigEndian(frame[22..])) : Address.V4(BinaryPrimitives.ReadUInt32BigEndian(frame[26..])),
            v6 ? Address.V6(BinaryPrimitives.ReadUInt128BigEndian(frame[38..])) : Address.V4(BinaryPrimitives.ReadUInt32BigEndian(frame[30..])),
            ports ? BinaryPrimitives.ReadUInt16BigEndian(payload[2..]) : (ushort)0);
    }

    /// <summary>The id of a frame that is one of ours.</summary>
    public static int? IdOf(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < 34) return null;
        var kind = BinaryPrimitives.ReadUInt16BigEndian(frame[12..]);
        if (kind is not 0x0800 and not 0x86DD) return null;
        var protocol = kind == 0x0800 ? frame[23] : frame[20];
        var payload = kind == 0x0800 ? frame[(14 + (frame[14] & 15) * 4)..] : frame[54..];
        // An error about one of ours holds its bytes, and isn't it.
        if ((protocol == 1 && payload.Length > 0 && payload[0] is 3 or 5 or 11 or 12) || (protocol == 58 && payload.Length > 0 && payload[0] < 128)) return null;
        if (payload.Length < 10 || payload[^6] != 'K' || payload[^5] != 'O') return null;
        return (int)BinaryPrimitives.ReadUInt32BigEndian(payload[^4..]);
    }

    private static byte[] Payload(int id, in Packet packet)
    {
        var length = packet.Protocol switch { 6 => 20, 17 or 1 or 58 => 8, _ => 4 };
        var bytes = new byte[length + 6];
        if (packet.Protocol is 6 or 17)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes, packet.SourcePort);
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), packet.DestinationPort);
        }
        if (packet.Protocol == 6)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), (uint)id);
            bytes[12] = 0x50;
            bytes[13] = packet.Flags;
            bytes[14] = 0x20;
        }
        if (packet.Protocol == 17) BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)bytes.Length);
        if (packet.Protocol is 1 or 58)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes, packet.Icmp);
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), (ushort)id);
        }
        bytes[length] = (byte)'K';
        bytes[length + 1] = (byte)'O';
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(length + 2), (uint)id);
        return bytes;
    }

    private static uint Sum(ReadOnlySpan<byte> bytes, uint start)
    {
        for (var i = 0; i + 1 < bytes.Length; i += 2) start += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
        if ((bytes.Length & 1) != 0) start += (uint)bytes[^1] << 8;
        return start;
    }

    private static ushort Fold(uint sum)
    {
        while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~sum;
    }
}
