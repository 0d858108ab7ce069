using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Netfilter;

/// <summary>Applies a condition on one field to a draft.</summary>
/// <remarks>Source: nft(8), PAYLOAD EXPRESSIONS, META EXPRESSIONS, CONNTRACK EXPRESSIONS. Sets are given as their elements.</remarks>
internal static class NftFields
{
    private static readonly string[] FlagNames = ["fin", "syn", "rst", "psh", "ack", "urg", "ecn", "cwr"];

    /// <param name="values">One value, or the elements of a set.</param>
    /// <param name="isSet">True where <paramref name="values"/> are a set's elements: flags are then compared as a whole.</param>
    public static void Apply(NftDraft draft, string field, string? mask, string op, IReadOnlyList<NftValue> values, bool isSet)
    {
        var not = op is "!=" or "!";
        var plain = op is "in" or "==" or "=" || not;
        switch (field)
        {
            case "ip saddr" or "ip daddr" or "ip6 saddr" or "ip6 daddr":
                Address(draft, field, mask, plain, not, values);
                return;
            case "meta iifname" or "meta iif" or "meta oifname" or "meta oif":
                Interface(draft, field.Contains("oif", StringComparison.Ordinal), plain && mask is null, not, values, field);
                return;
            case "meta l4proto" or "ip protocol" or "ip6 nexthdr":
                Protocol(draft, field, plain && mask is null, not, values);
                return;
            case "meta nfproto" or "meta protocol" or "ether type" or "ip version" or "ip6 version":
                Family(draft, field, plain && mask is null, not, values);
                return;
            case "ct state":
                State(draft, mask, op, values, isSet);
                return;
            case "tcp flags":
                draft.Protocols &= ByteSet.Of(Protocols.Tcp);
                TcpFlags(draft, mask, op, values, isSet);
                return;
            case "icmp type" or "icmpv6 type" or "icmp code" or "icmpv6 code":
                Icmp(draft, field, plain && mask is null, not, values);
                return;
            case "ip frag-off":
                draft.Family(v6: false);
                // "ip frag-off & 0x1fff != 0": not the first fragment.
                if (mask is "& 0x1fff" or "& 8191" && values is [{ Kind: NftKind.Word, Text: "0" or "0x0" }] && (not || op is "==" or "in"))
                    draft.Fragments &= not ? Fragments.Later : Fragments.WholeOrFirst;
                else
                    draft.Uncertain(UnknownKind.RunTime, field);

                return;
        }

        var space = field.IndexOf(' ');
        var proto = space < 0 ? field : field[..space];
        var name = space < 0 ? "" : field[(space + 1)..];
        if (name is "sport" or "dport" && PortProtocols(proto) is { } protocols)
        {
            draft.Protocols &= protocols;
            Ports(draft, name == "dport", mask is null, op, values, field);
            return;
        }

        Other(draft, proto, name, field, values);
    }

    private static ByteSet? PortProtocols(string proto) => proto switch
    {
        "tcp" => ByteSet.Of(Protocols.Tcp),
        "udp" => ByteSet.Of(Protocols.Udp),
        "sctp" => ByteSet.Of(Protocols.Sctp),
        "dccp" => ByteSet.Of(Protocols.Dccp),
        "udplite" => ByteSet.Of(Protocols.UdpLite),
        "th" => Protocols.WithPorts,
        _ => null,
    };

    /// <summary>Fields that have no place in the model: a condition nobody can know, with the protocol that the field implies.</summary>
    private static void Other(NftDraft draft, string proto, string name, string field, IReadOnlyList<NftValue> values)
    {
        var said = values.Count == 1 && values[0].Kind == NftKind.Word ? field + " " + values[0].Text : field;
        UnknownKind kind;
        switch (proto)
        {
            case "meta":
                kind = name is "skuid" or "skgid" ? UnknownKind.User : name is "day" or "hour" or "time" ? UnknownKind.Schedule
                    : name is "mark" or "pkttype" or "iifgroup" or "oifgroup" or "iiftype" or "oiftype" or "length" or "priority" or "cgroup" or "cpu" or "ibrname" or "obrname" or "ibriport" or "obriport" or "secpath" or "rtclassid" or "sdif" or "sdifname" or "iifkind" or "oifkind" or "nftrace" or "secmark" or "ibrpvid" or "ibrvproto" or "broute" or "random"
                        ? UnknownKind.RunTime : UnknownKind.NotUnderstood;
                break;
            case "ct":
                kind = UnknownKind.RunTime;
                break;
            case "ether" or "vlan" or "fib" or "rt" or "socket" or "osf" or "ipsec" or "tunnel" or "arp":
                kind = UnknownKind.RunTime;
                break;
            case "numgen" or "jhash" or "symhash":
                kind = UnknownKind.Rate;
                break;
            case "ip" or "ip6" or "tcp" or "udp" or "udplite" or "sctp" or "dccp" or "icmp" or "icmpv6" or "igmp" or "esp" or "ah" or "comp" or "gre" or "gretap" or "th" or "exthdr" or "hbh" or "frag" or "mh" or "dst" or "rt0" or "rt2" or "rt4" or "srh" or "vxlan" or "geneve" or "inner":
                kind = UnknownKind.RunTime;
                Implied(draft, proto, name);
                break;
            default:
                kind = proto.StartsWith('@') ? UnknownKind.Content : UnknownKind.NotUnderstood;
                break;
        }

        draft.Uncertain(kind, said);
    }

    private static void Implied(NftDraft draft, string proto, string name)
    {
        switch (proto)
        {
            case "ip":
                draft.Family(v6: false);
                break;
            case "ip6" or "hbh" or "frag" or "mh" or "dst" or "rt0" or "rt2" or "rt4" or "srh":
                draft.Family(v6: true);
                break;
            default:
                var known = proto switch { "tcp" or "udp" or "udplite" or "sctp" or "dccp" or "esp" or "ah" or "gre" or "igmp" or "icmp" or "icmpv6" => proto, _ => null };
                if (known is not null && ServiceNames.TryProtocol(known, out var number)) draft.Protocols &= ByteSet.Of(number);

                _ = name;
                break;
        }
    }

    private static void Address(NftDraft draft, string field, string? mask, bool plain, bool not, IReadOnlyList<NftValue> values)
    {
        var v6 = field[2] == '6';
        draft.Family(v6);
        var set = plain ? Addresses(values, v6, mask) : null;
        if (set is null)
        {
            draft.Uncertain(NamesOnly(values) ? UnknownKind.Fqdn : UnknownKind.NotUnderstood, field + " " + (values.Count > 0 ? values[0].Text : ""));
            return;
        }

        if (not) set = (v6 ? AddressSet.AllV6 : AddressSet.AllV4).Except(set);
        if (field.EndsWith("saddr", StringComparison.Ordinal)) draft.Source = draft.Source.Intersect(set);
        else draft.Destination = draft.Destination.Intersect(set);
    }

    private static bool NamesOnly(IReadOnlyList<NftValue> values) => values.Count > 0 && values.All(static value => value.Kind == NftKind.Word && value.Text.Length > 0 && char.IsAsciiLetter(value.Text[0]) && !value.Text.Contains('$'));

    public static AddressSet? Addresses(IReadOnlyList<NftValue> values, bool v6, string? mask = null)
    {
        if (mask is not null)
        {
            return !v6 && values is [{ Kind: NftKind.Word } one] && mask.StartsWith("& ", StringComparison.Ordinal) && Model.Address.TryParseV4(mask.AsSpan(2), out var bits) && Model.Address.TryParseV4(one.Text, out var value)
                ? (value & ~bits) != 0 ? AddressSet.Empty : AddressSet.Wildcard(value, ~bits)
                : null;
        }

        List<(uint, uint)> four = [];
        List<(UInt128, UInt128)> six = [];
        foreach (var value in values)
        {
            Address first, last;
            switch (value.Kind)
            {
                case NftKind.Any:
                    return v6 ? AddressSet.AllV6 : AddressSet.AllV4;
                case NftKind.Range when Model.Address.TryParse(value.Text, out first) && Model.Address.TryParse(value.Other, out last):
                    break;
                case NftKind.Word when AddressPrefix.TryParse(value.Text, out var prefix):
                    (first, last) = (prefix.First, prefix.Last);
                    break;
                default:
                    return null;
            }

            if (first.IsV6 != v6 || last.IsV6 != v6) return null;
            if (v6) six.Add((first.Value, last.Value));
            else four.Add(((uint)first.Value, (uint)last.Value));
        }

        return new AddressSet(IntervalSet<uint>.Union(four), IntervalSet<UInt128>.Union(six));
    }

    private static void Interface(NftDraft draft, bool outgoing, bool plain, bool not, IReadOnlyList<NftValue> values, string field)
    {
        List<string> names = [];
        foreach (var value in values)
        {
            if (value.Kind == NftKind.Any)
            {
                names.Clear();
                names.Add("*");
                break;
            }

            if (value.Kind != NftKind.Word || value.Text.Length == 0)
            {
                plain = false;
                break;
            }

            // In a name "\*" is a star, "*" at the end is any rest.
            names.Add(value.Text.EndsWith("\\*", StringComparison.Ordinal) ? value.Text[..^2] + "*" : value.Text);
        }

        if (!plain)
        {
            draft.Uncertain(UnknownKind.NotUnderstood, field);
            return;
        }

        var set = not ? InterfaceSet.Except(names) : InterfaceSet.Of(names);
        var met = Matches.Intersect(outgoing ? draft.Out : draft.In, set, out var exact);
        if (!exact) draft.Uncertain(UnknownKind.NotUnderstood, field);
        if (outgoing) draft.Out = met;
        else draft.In = met;
    }

    private static void Protocol(NftDraft draft, string field, bool plain, bool not, IReadOnlyList<NftValue> values)
    {
        if (field != "meta l4proto") draft.Family(field[2] == '6');
        ByteSet set = default;
        foreach (var value in values)
        {
            if (value.Kind == NftKind.Range && byte.TryParse(value.Text, CultureInfo.InvariantCulture, out var low) && byte.TryParse(value.Other, CultureInfo.InvariantCulture, out var high))
            {
                for (int i = low; i <= high; i++) set |= ByteSet.Of((byte)i);
            }
            else if (value.Kind == NftKind.Word && ServiceNames.TryProtocol(value.Text, out var number))
            {
                set |= ByteSet.Of(number);
            }
            else
            {
                plain = false;
            }
        }

        if (!plain)
        {
            draft.Uncertain(UnknownKind.NotUnderstood, field);
            return;
        }

        draft.Protocols &= not ? ~set : set;
    }

    private static void Family(NftDraft draft, string field, bool plain, bool not, IReadOnlyList<NftValue> values)
    {
        bool four = false, six = false;
        foreach (var value in values)
        {
            switch (value.Text)
            {
                case "ipv4" or "ip" or "2" or "4" or "0x0800" or "0x800":
                    four = true;
                    break;
                case "ipv6" or "ip6" or "10" or "6" or "0x86dd":
                    six = true;
                    break;
                case "arp" or "vlan" or "8021q" or "8021ad" or "pppoe" or "mpls":
                    break;
                default:
                    plain = false;
                    break;
            }
        }

        if (!plain)
        {
            draft.Uncertain(UnknownKind.RunTime, field);
            return;
        }

        if (not) (four, six) = (!four, !six);
        var families = new AddressSet(four ? IntervalSet<uint>.All : IntervalSet<uint>.Empty, six ? IntervalSet<UInt128>.All : IntervalSet<UInt128>.Empty);
        draft.Source = draft.Source.Intersect(families);
        draft.Destination = draft.Destination.Intersect(families);
    }

    private static void Ports(NftDraft draft, bool destination, bool plain, string op, IReadOnlyList<NftValue> values, string field)
    {
        List<(ushort, ushort)> all = [];
        foreach (var value in values)
        {
            switch (value.Kind)
            {
                case NftKind.Any:
                    all.Add((0, ushort.MaxValue));
                    break;
                case NftKind.Range when ServiceNames.TryPort(value.Text, out var low) && ServiceNames.TryPort(value.Other, out var high):
                    all.Add((low, high));
                    break;
                case NftKind.Word when ServiceNames.TryPort(value.Text, out var one):
                    all.Add((one, one));
                    break;
                case NftKind.Flags when value.Items.TrueForAll(static item => ServiceNames.TryPort(item.Text, out _)):
                    plain = false;
                    break;
                default:
                    plain = false;
                    break;
            }
        }

        if (!plain || (op is "<" or ">" or "<=" or ">=" && (all.Count != 1 || all[0].Item1 != all[0].Item2)))
        {
            draft.Uncertain(UnknownKind.NotUnderstood, field + " " + (values.Count > 0 ? values[0].Text : ""));
            return;
        }

        var ports = IntervalSet<ushort>.Union(all);
        var bound = all.Count > 0 ? all[0].Item1 : (ushort)0;
        ports = op switch
        {
            "!=" or "!" => ports.Complement(),
            "<" => bound == 0 ? IntervalSet<ushort>.Empty : IntervalSet<ushort>.Of(0, (ushort)(bound - 1)),
            "<=" => IntervalSet<ushort>.Of(0, bound),
            ">" => bound == ushort.MaxValue ? IntervalSet<ushort>.Empty : IntervalSet<ushort>.Of((ushort)(bound + 1), ushort.MaxValue),
            ">=" => IntervalSet<ushort>.Of(bound, ushort.MaxValue),
            _ => ports,
        };
        if (destination) draft.DestinationPorts = draft.DestinationPorts.Intersect(ports);
        else draft.SourcePorts = draft.SourcePorts.Intersect(ports);
    }

    private static void Icmp(NftDraft draft, string field, bool plain, bool not, IReadOnlyList<NftValue> values)
    {
        var v6 = field.StartsWith("icmpv6", StringComparison.Ordinal);
        draft.Protocols &= ByteSet.Of(v6 ? Protocols.IcmpV6 : Protocols.Icmp);
        draft.Family(v6);
        var types = IntervalSet<ushort>.Empty;
        var code = field.EndsWith("code", StringComparison.Ordinal);
        foreach (var value in values)
        {
            int low, high;
            if (value.Kind == NftKind.Word && Number(value.Text, v6, code) is { } one)
            {
                low = high = one;
            }
            else if (value.Kind == NftKind.Range && Number(value.Text, v6, code) is { } from && Number(value.Other, v6, code) is { } to)
            {
                (low, high) = (from, to);
            }
            else
            {
                plain = false;
                break;
            }

            List<(ushort, ushort)> some = [];
            if (code)
            {
                for (var type = 0; type < 256; type++) some.Add(((ushort)((type << 8) | low), (ushort)((type << 8) | high)));
            }
            else
            {
                some.Add(((ushort)(low << 8), (ushort)((high << 8) | 255)));
            }

            types = types.Union(IntervalSet<ushort>.Union(some));
        }

        if (!plain)
        {
            draft.Uncertain(UnknownKind.NotUnderstood, field);
            return;
        }

        draft.Icmp = draft.Icmp.Intersect(not ? types.Complement() : types);
    }

    private static int? Number(string word, bool v6, bool code)
    {
        if (byte.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        if (!ServiceNames.TryIcmp(code && word is "prot-unreachable" ? "protocol-unreachable" : word, v6, out var types) || types.IsEmpty)
            return null;

        return code ? types.Bounds[0] & 255 : types.Bounds[0] >> 8;
    }

    private static void State(NftDraft draft, string? mask, string op, IReadOnlyList<NftValue> values, bool isSet)
    {
        var kept = ConnectionStates.None;
        // The kernel's numbers of states: what masks and comparisons work on.
        foreach (var (state, bit) in (ReadOnlySpan<(ConnectionStates, ulong)>)[(ConnectionStates.Invalid, 1), (ConnectionStates.Established, 2), (ConnectionStates.Related, 4), (ConnectionStates.New, 8), (ConnectionStates.Untracked, 64)])
        {
            var holds = Holds(bit, mask, op, values, isSet, StateNumber);
            if (holds is null)
            {
                draft.Uncertain(UnknownKind.NotUnderstood, "ct state");
                return;
            }

            kept |= holds.Value ? state : ConnectionStates.None;
        }

        draft.States &= kept;
    }

    private static void TcpFlags(NftDraft draft, string? mask, string op, IReadOnlyList<NftValue> values, bool isSet)
    {
        ByteSet kept = default;
        for (var flags = 0; flags < 256; flags++)
        {
            var holds = Holds((ulong)flags, mask, op, values, isSet, FlagNumber);
            if (holds is null)
            {
                draft.Uncertain(UnknownKind.NotUnderstood, "tcp flags");
                return;
            }

            if (holds.Value) kept |= ByteSet.Of((byte)flags);
        }

        draft.Flags &= kept;
    }

    /// <summary>Whether a number of flags holds against a comparison, as nft puts it to the kernel.</summary>
    private static bool? Holds(ulong flags, string? mask, string op, IReadOnlyList<NftValue> values, bool isSet, Func<string, ulong?> number)
    {
        if (mask is not null)
        {
            if (!mask.StartsWith("& ", StringComparison.Ordinal) || Joined(mask[2..].Split(','), number) is not { } bits) return null;
            flags &= bits;
            op = op == "in" ? "==" : op;
        }

        var any = false;
        foreach (var value in values)
        {
            if (value.Kind == NftKind.Masked)
            {
                // "flags syn / fin,syn,rst,ack"
                if (Flags(value.Items[0], number) is not { } on || Flags(value.Items[1], number) is not { } looked) return null;
                var equal = (flags & looked) == on;
                return op is "!=" or "!" ? !equal : equal;
            }

            if (Flags(value, number) is not { } wanted) return null;
            any |= isSet ? flags == wanted : op switch
            {
                // Without an operator: one of the flags is set. "!": none of them.
                "in" or "!" => (flags & wanted) != 0,
                "==" or "=" or "!=" => flags == wanted,
                _ => false,
            };
            if (op is "<" or ">" or "<=" or ">=") return null;
        }

        return op is "!=" or "!" ? !any : any;
    }

    private static ulong? Flags(NftValue value, Func<string, ulong?> number) => value.Kind switch
    {
        NftKind.Word => number(value.Text),
        NftKind.Flags => Joined(value.Items.Select(static item => item.Text), number),
        _ => null,
    };

    private static ulong? Joined(IEnumerable<string> words, Func<string, ulong?> number)
    {
        ulong all = 0;
        foreach (var word in words)
        {
            if (number(word) is not { } one) return null;
            all |= one;
        }

        return all;
    }

    private static ulong? StateNumber(string word) => word switch
    {
        "invalid" => 1,
        "established" => 2,
        "related" => 4,
        "new" => 8,
        "untracked" => 64,
        _ => Plain(word),
    };

    private static ulong? FlagNumber(string word) => Array.IndexOf(FlagNames, word) is >= 0 and int bit ? 1ul << bit : word == "ece" ? 64 : Plain(word);

    private static ulong? Plain(string word) =>
        word.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? ulong.TryParse(word.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var hex) ? hex : null
            : ulong.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
