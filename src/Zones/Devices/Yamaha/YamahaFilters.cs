using System.Globalization;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Yamaha;

/// <summary>The words of one "ip filter".</summary>
/// <remarks>Source: コマンドリファレンス, "ip filter": type, source, destination, protocols, source ports, destination ports; what is left out is any.</remarks>
internal sealed class YamahaFilters(FileWork work)
{
    /// <summary>Types of ICMP errors and of ICMP information ("icmp-error", "icmp-info").</summary>
    private static readonly byte[] Errors = [3, 4, 5, 11, 12, 31, 32];

    private static readonly byte[] Information = [0, 8, 9, 10, 13, 14, 15, 16, 17, 18, 30, 33, 34, 35, 36];

    private static readonly System.Buffers.SearchValues<char> HostCharacters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_*");

    public static bool CanRead(string text, bool v6)
    {
        var when = new Condition();
        var strange = false;
        Fill(when, text, v6, out var action, ref strange);
        return !strange && action != RuleAction.Unknown;
    }

    public Rule Read(string text, int number, int first, int last, bool v6)
    {
        var when = new Condition();
        var strange = false;
        Fill(when, text, v6, out var action, ref strange);
        if (strange || action == RuleAction.Unknown)
        {
            when.Forget(v6 ? AddressValue.AnyV6 : AddressValue.AnyV4, text);
            work.Keep(first, last, new Touch.InPlace());
        }

        return when.ToRule(action, work.At(first, last, ""), number.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>A connection that a dynamic filter opens: the protocol and ports of a filter, between the addresses of the trigger.</summary>
    /// <param name="text">The filter; empty where it isn't defined.</param>
    public Rule Opened(string text, string source, string destination, int number, int first, int last, bool v6)
    {
        var when = new Condition();
        var strange = text.Length == 0;
        if (!strange) Fill(when, text, v6, out _, ref strange);
        when.Source = Addresses(source, v6, when, ref strange);
        when.Destination = Addresses(destination, v6, when, ref strange);
        if (strange)
        {
            when.Forget(v6 ? AddressValue.AnyV6 : AddressValue.AnyV4, text);
            work.Keep(first, last, new Touch.InPlace());
        }
        var name = string.Create(CultureInfo.InvariantCulture, $"ip filter dynamic {number}");
        when.Uncertain(UnknownKind.RunTime, name);
        return when.ToRule(RuleAction.Accept, work.At(first, last, ""), name);
    }

    /// <summary>Words in brackets, or Japanese, where an address belongs: somebody took the address out of the file.</summary>
    public static bool IsPlaceholder(ReadOnlySpan<char> word) => word.Length > 2 && (word[0] is '(' && word[^1] is ')' || word[0] is '（' && word[^1] is '）') && word.ContainsAnyExceptInRange(' ', '~');

    private static void Fill(Condition when, string text, bool v6, out RuleAction action, ref bool strange)
    {
        var words = new Cursor(text);
        var type = words.Next();
        action = type switch
        {
            "pass" or "pass-log" or "pass-nolog" => RuleAction.Accept,
            "reject" or "reject-log" or "reject-nolog" => RuleAction.Drop,
            "restrict" or "restrict-log" or "restrict-nolog" => RuleAction.Accept,
            _ => RuleAction.Unknown,
        };
        if (type.StartsWith("restrict"))
        {
            // Lets through while the line is up, drops while it is down.
            when.Uncertain(UnknownKind.RunTime, type.ToString());
        }
        else if (action == RuleAction.Unknown)
        {
            when.Uncertain(UnknownKind.NotUnderstood, type.ToString());
        }

        when.Source = Addresses(words.Next(), v6, when, ref strange);
        when.Destination = Addresses(words.Next(), v6, when, ref strange);
        var protocols = words.Next();
        var from = words.Next();
        var to = words.Next();
        if (!words.AtEnd)
        {
            strange = true;
            when.Uncertain(UnknownKind.NotUnderstood, words.Rest.ToString());
        }

        when.Services = Services(protocols, from, to, when, ref strange);
        if (when.Services.May.Services is [{ } one] && (!one.SourcePorts.IsAll || !one.DestinationPorts.IsAll || !one.Flags.IsAll))
            when.Fragments = Fragments.WholeOrFirst;
    }

    private static AddressValue Addresses(ReadOnlySpan<char> word, bool v6, Condition when, ref bool strange)
    {
        var any = v6 ? AddressValue.AnyV6 : AddressValue.AnyV4;
        if (word.IsEmpty || word is "*") return any;
        List<AddressValue> all = [];
        foreach (var part in word.Split(','))
        {
            var one = word[part];
            var dash = one.IndexOf('-');
            if (AddressPrefix.TryParse(one, out var prefix) && prefix.First.IsV6 == v6)
            {
                all.Add(AddressValue.Sure(AddressSet.Of(prefix)));
            }
            else if (dash > 0 && Address.TryParse(one[..dash], out var first) && Address.TryParse(one[(dash + 1)..], out var last) && first.IsV6 == v6 && last.IsV6 == v6)
            {
                all.Add(AddressValue.Sure(AddressSet.Range(first, last)));
            }
            else if (one.StartsWith("dhcp-prefix@") || one.StartsWith("ra-prefix@") || one is "myself" || IsPlaceholder(one))
            {
                all.Add(AddressValue.NotKnown(UnknownKind.RunTime, one.ToString(), any.May));
            }
            else if (one.Contains('.') && !char.IsAsciiDigit(one[^1]) && !one.ContainsAnyExcept(HostCharacters))
            {
                all.Add(AddressValue.NotKnown(UnknownKind.Fqdn, one.ToString(), any.May));
            }
            else
            {
                strange = true;
                when.Uncertain(UnknownKind.NotUnderstood, one.ToString());
                return any;
            }
        }

        return AddressValue.UnionOf(all);
    }

    private static ServiceValue Services(ReadOnlySpan<char> protocols, ReadOnlySpan<char> from, ReadOnlySpan<char> to, Condition when, ref bool strange)
    {
        if (protocols.IsEmpty || (protocols is "*" && from is "" or "*" && to is "" or "*")) return ServiceValue.Any;
        List<Service> services = [];
        ByteSet plain = default;
        var icmp = protocols is "icmp" or "icmp4" or "icmp6";
        IntervalSet<ushort> sources = IntervalSet<ushort>.All, destinations = IntervalSet<ushort>.All;
        if (!icmp && (!Ports(from, out sources) || !Ports(to, out destinations)))
        {
            strange = true;
            when.Uncertain(UnknownKind.NotUnderstood, string.Concat(from, " ", to));
            (sources, destinations) = (IntervalSet<ushort>.All, IntervalSet<ushort>.All);
        }

        foreach (var part in protocols.Split(','))
        {
            var one = protocols[part];
            var tcp = new Service(ByteSet.Of(Protocols.Tcp)) { SourcePorts = sources, DestinationPorts = destinations };
            switch (one)
            {
                case "*":
                    // With ports but any protocol: ports concern TCP and UDP.
                    services.Add(new Service(ByteSet.All) { SourcePorts = sources, DestinationPorts = destinations });
                    break;
                case "established":
                    services.Add(tcp with { Flags = TcpFlags.Established });
                    break;
                case "tcpsyn":
                    services.Add(tcp with { Flags = ByteSet.Where(static flags => (flags & TcpFlags.Syn) != 0) });
                    break;
                case "tcpfin":
                    services.Add(tcp with { Flags = ByteSet.Where(static flags => (flags & TcpFlags.Fin) != 0) });
                    break;
                case "tcprst":
                    services.Add(tcp with { Flags = ByteSet.Where(static flags => (flags & TcpFlags.Rst) != 0) });
                    break;
                case "icmp-error":
                    services.Add(new Service(ByteSet.Of(Protocols.Icmp)) { Icmp = Types(Errors) });
                    break;
                case "icmp-info":
                    services.Add(new Service(ByteSet.Of(Protocols.Icmp)) { Icmp = Types(Information) });
                    break;
                case "icmp" or "icmp4" or "icmp6" when icmp:
                    // Where only ICMP is named the port fields are type and code.
                    services.Add(Icmp(one is "icmp6", from, to, when, ref strange));
                    break;
                default:
                    if (one.StartsWith("tcpflag"))
                    {
                        services.Add(tcp with { Flags = FlagsOf(one[7..], when, ref strange) });
                    }
                    else if (ServiceNames.TryProtocol(one is "icmp4" ? "icmp" : one, out var number))
                    {
                        plain |= ByteSet.Of(number);
                    }
                    else
                    {
                        strange = true;
                        when.Uncertain(UnknownKind.NotUnderstood, one.ToString());
                        return ServiceValue.Any;
                    }

                    break;
            }
        }

        if (!plain.IsEmpty) services.Add(new Service(plain) { SourcePorts = sources, DestinationPorts = destinations });
        return ServiceValue.Sure(new ServiceSet([.. services]));
    }

    private static Service Icmp(bool v6, ReadOnlySpan<char> type, ReadOnlySpan<char> code, Condition when, ref bool strange)
    {
        var icmp = new Service(ByteSet.Of(v6 ? Protocols.IcmpV6 : Protocols.Icmp));
        if (type is "" or "*") return icmp;
        var all = IntervalSet<ushort>.Empty;
        foreach (var part in type.Split(','))
        {
            var one = type[part];
            var dash = one.IndexOf('-');
            if (dash > 0 && byte.TryParse(one[..dash], CultureInfo.InvariantCulture, out var low) && byte.TryParse(one[(dash + 1)..], CultureInfo.InvariantCulture, out var high))
            {
                all = all.Union(IntervalSet<ushort>.Of((ushort)(low << 8), (ushort)((high << 8) | 255)));
            }
            else if (byte.TryParse(one, CultureInfo.InvariantCulture, out var number))
            {
                all = all.Union(byte.TryParse(code, CultureInfo.InvariantCulture, out var exact) ? Service.IcmpType(number, exact) : Service.IcmpType(number));
            }
            else
            {
                strange = true;
                when.Uncertain(UnknownKind.NotUnderstood, one.ToString());
                return icmp;
            }
        }

        return icmp with { Icmp = all };
    }

    private static IntervalSet<ushort> Types(byte[] types)
    {
        var all = IntervalSet<ushort>.Empty;
        foreach (var type in types) all = all.Union(Service.IcmpType(type));
        return all;
    }

    /// <summary>"=0x0002/0x0017": the flags under the mask are the value; "!=": they aren't.</summary>
    private static ByteSet FlagsOf(ReadOnlySpan<char> text, Condition when, ref bool strange)
    {
        var not = text.StartsWith("!");
        var rest = text.TrimStart("!=");
        var slash = rest.IndexOf('/');
        if (slash > 0 && Hex(rest[..slash], out var value) && Hex(rest[(slash + 1)..], out var mask))
        {
            var flags = ByteSet.Where(flags => (flags & mask & 255) == (value & 255));
            return not ? ~flags : flags;
        }

        strange = true;
        when.Uncertain(UnknownKind.NotUnderstood, string.Concat("tcpflag", text));
        return ByteSet.All;
    }

    private static bool Hex(ReadOnlySpan<char> text, out int number) =>
        text.StartsWith("0x") ? int.TryParse(text[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out number) : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static bool Ports(ReadOnlySpan<char> word, out IntervalSet<ushort> ports)
    {
        ports = IntervalSet<ushort>.All;
        if (word.IsEmpty || word is "*") return true;
        ports = IntervalSet<ushort>.Empty;
        foreach (var part in word.Split(','))
        {
            if (!ServiceNames.TryPorts(word[part], '-', out var some)) return false;
            ports = ports.Union(some);
        }

        return true;
    }
}
