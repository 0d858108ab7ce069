using System.Collections.Immutable;
using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Netfilter;

/// <summary>Values of conditions: protocols, ports, flags, states.</summary>
internal sealed partial class IptablesRules
{
    private static void ReadProtocol(Draft draft, ReadOnlySpan<char> word, bool not)
    {
        if (word.Equals("all", StringComparison.OrdinalIgnoreCase) || word is "0")
        {
            // iptables(8): zero means all; "! all" matches nothing and is refused.
            return;
        }

        Span<char> lower = stackalloc char[word.Length];
        word.ToLowerInvariant(lower);
        if (ServiceNames.TryProtocol(lower, out var protocol))
        {
            draft.Protocols = not ? ~ByteSet.Of(protocol) : ByteSet.Of(protocol);
            return;
        }

        draft.Strange = true;
        draft.When.Uncertain(UnknownKind.NotUnderstood, string.Concat("-p ", word));
    }

    private static IntervalSet<ushort> Ports(Draft draft, ReadOnlySpan<char> word, bool not)
    {
        var ports = IntervalSet<ushort>.Empty;
        foreach (var part in word.Split(','))
        {
            if (!ServiceNames.TryPorts(word[part], ':', out var some))
            {
                draft.Strange = true;
                draft.When.Uncertain(UnknownKind.NotUnderstood, string.Concat("port ", word[part]));
                return IntervalSet<ushort>.All;
            }

            ports = ports.Union(some);
        }

        return not ? ports.Complement() : ports;
    }

    private static void ReadFlags(Draft draft, ReadOnlySpan<char> mask, ReadOnlySpan<char> set, bool not)
    {
        if (!TryFlags(mask, out var looked) || !TryFlags(set, out var on))
        {
            draft.Strange = true;
            draft.When.Uncertain(UnknownKind.NotUnderstood, string.Concat("--tcp-flags ", mask, " ", set));
            return;
        }

        var flags = ByteSet.Where(value => (value & looked) == on);
        draft.Flags &= not ? ~flags : flags;
    }

    private static bool TryFlags(ReadOnlySpan<char> word, out byte bits)
    {
        bits = 0;
        if (word.StartsWith("0x") && byte.TryParse(word[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out bits)) return true;
        foreach (var part in word.Split(','))
        {
            var bit = word[part] switch
            {
                "FIN" => TcpFlags.Fin,
                "SYN" => TcpFlags.Syn,
                "RST" => TcpFlags.Rst,
                "PSH" => TcpFlags.Psh,
                "ACK" => TcpFlags.Ack,
                "URG" => TcpFlags.Urg,
                "ECE" => TcpFlags.Ece,
                "CWR" => TcpFlags.Cwr,
                "ALL" => 63,
                "NONE" => 0,
                _ => -1,
            };
            if (bit < 0) return false;
            bits |= (byte)bit;
        }

        return true;
    }

    private static void ReadIcmp(Draft draft, ReadOnlySpan<char> word, bool not)
    {
        if (word is "any" or "255" or "255/255") return;
        if (ServiceNames.TryIcmp(word, draft.V6, out var types))
        {
            draft.Icmp = draft.Icmp.Intersect(not ? types.Complement() : types);
            return;
        }

        draft.Strange = true;
        draft.When.Uncertain(UnknownKind.NotUnderstood, string.Concat("--icmp-type ", word));
    }

    private static void ReadStates(Draft draft, ReadOnlySpan<char> word, bool not)
    {
        var states = ConnectionStates.None;
        var virtualState = false;
        foreach (var part in word.Split(','))
        {
            switch (word[part])
            {
                case "NEW":
                    states |= ConnectionStates.New;
                    break;
                case "ESTABLISHED":
                    states |= ConnectionStates.Established;
                    break;
                case "RELATED":
                    states |= ConnectionStates.Related;
                    break;
                case "INVALID":
                    states |= ConnectionStates.Invalid;
                    break;
                case "UNTRACKED":
                    states |= ConnectionStates.Untracked;
                    break;
                case "SNAT" or "DNAT":
                    // Not a state but a property of the connection: whether it was translated.
                    virtualState = true;
                    draft.When.Uncertain(UnknownKind.RunTime, string.Concat("ctstate ", word[part]));
                    break;
                default:
                    draft.Strange = true;
                    draft.When.Uncertain(UnknownKind.NotUnderstood, string.Concat("state ", word[part]));
                    states = ConnectionStates.All;
                    break;
            }
        }

        if (!virtualState) draft.When.States &= not ? ~states & ConnectionStates.All : states;
    }

    private static void ReadAddressType(Draft draft, bool destination, ReadOnlySpan<char> word, bool not)
    {
        if (word is "MULTICAST" && destination)
        {
            var multicast = AddressSet.Of(AddressPrefix.TryParse(draft.V6 ? "ff00::/8" : "224.0.0.0/4", out var prefix) ? prefix : default);
            draft.When.Destination = Combine(draft, draft.When.Destination, multicast, not);
            return;
        }

        // LOCAL, BROADCAST, … depend on the machine's own addresses and routes.
        draft.When.Uncertain(UnknownKind.RunTime, string.Concat(not ? "! " : "", destination ? "dst-type " : "src-type ", word));
    }
}
