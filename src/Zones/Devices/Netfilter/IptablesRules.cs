using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Netfilter;

/// <summary>Reads the words of one rule: matches, target, and what is not known of either.</summary>
/// <remarks>Source: iptables(8) PARAMETERS, iptables-extensions(8) MATCH EXTENSIONS and TARGET EXTENSIONS.</remarks>
internal sealed partial class IptablesRules(FileWork work)
{
    /// <summary>Longer words, and more of them, aren't kept.</summary>
    private const int LongestKept = 24, MostKept = 10_000;

    private readonly Dictionary<string, AddressSet> addresses = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, AddressSet> prefixes = [];
    private readonly Dictionary<string, InterfaceSet> interfaces = new(StringComparer.Ordinal);
    private readonly Dictionary<Service, ServiceValue> services = [];
    private readonly HashSet<string> kept = new(StringComparer.Ordinal);
    private readonly Draft draft = new();

    /// <returns>False where some word was not understood; the rule then stands in the chain as uncertain.</returns>
    public bool Read(IptablesChain chain, Cursor words, int line, bool v6)
    {
        draft.Begin(v6);
        while (!words.AtEnd) ReadOption(ref words, draft);

        Add(chain, draft, line);
        return !draft.Strange;
    }

    /// <summary>What one rule's words have said so far; one for all rules of a file.</summary>
    private sealed class Draft
    {
        private Dictionary<string, string>? options;
        private bool isKept;

        public bool V6 { get; private set; }

        public Condition When { get; private set; } = new();

        public ByteSet Protocols { get; set; }

        public IntervalSet<ushort> SourcePorts { get; set; } = IntervalSet<ushort>.All;

        public IntervalSet<ushort> DestinationPorts { get; set; } = IntervalSet<ushort>.All;

        /// <summary>multiport --ports: source or destination.</summary>
        public IntervalSet<ushort>? EitherPorts { get; set; }

        public IntervalSet<ushort> Icmp { get; set; } = IntervalSet<ushort>.All;

        public ByteSet Flags { get; set; }

        /// <summary>No service is named.</summary>
        public bool IsPlain => Protocols.IsAll && SourcePorts.IsAll && DestinationPorts.IsAll && EitherPorts is null && Icmp.IsAll && Flags.IsAll;

        public bool Strange { get; set; }

        /// <summary>A word where an option belongs: another one lost its value or its name.</summary>
        public bool Broken { get; set; }

        public string Module { get; set; } = "";

        public string Comment { get; set; } = "";

        public string? Target { get; set; }

        public bool Goto { get; set; }

        public Dictionary<string, string> TargetOptions => options ??= new(StringComparer.Ordinal);

        /// <summary>The condition, for somebody who keeps it.</summary>
        public Condition Keep()
        {
            isKept = true;
            return When;
        }

        /// <summary>Forgets the rule before.</summary>
        public void Begin(bool v6)
        {
            V6 = v6;
            if (isKept) When = new();
            isKept = false;
            When.Clear(v6 ? AddressValue.AnyV6 : AddressValue.AnyV4);
            Protocols = Flags = ByteSet.All;
            SourcePorts = DestinationPorts = Icmp = IntervalSet<ushort>.All;
            EitherPorts = null;
            Strange = Broken = Goto = false;
            Module = Comment = "";
            Target = null;
            options = null;
        }
    }

    private void ReadOption(ref Cursor words, Draft draft)
    {
        var not = words.Take("!");
        var option = words.Next();
        if (draft.Target is not null && option is not ("-m" or "--match" or "-c"))
        {
            ReadTargetOption(option, ref words, draft);
            return;
        }

        // Old dumps write "-s ! 10.0.0.0/8" for "! -s 10.0.0.0/8".
        if (words.Peek is "!" && option is not ("-m" or "--match"))
        {
            not = true;
            words.Next();
        }

        switch (option)
        {
            case "-s" or "--source" or "--src":
                draft.When.Source = Narrow(draft, draft.When.Source, words.Next(), not);
                break;
            case "-d" or "--destination" or "--dst":
                draft.When.Destination = Narrow(draft, draft.When.Destination, words.Next(), not);
                break;
            case "-i" or "--in-interface":
                draft.When.In = Interface(words.Next(), not);
                break;
            case "-o" or "--out-interface":
                draft.When.Out = Interface(words.Next(), not);
                break;
            case "-p" or "--protocol" or "--proto":
                ReadProtocol(draft, words.Next(), not);
                break;
            case "-f" or "--fragment":
                draft.When.Fragments = not ? Fragments.WholeOrFirst : Fragments.Later;
                break;
            case "-m" or "--match":
                draft.Module = Kept(words.Next());
                ReadBareModule(draft);
                break;
            case "-c" or "--set-counters":
                words.Next();
                words.Next();
                break;
            case "-j" or "--jump":
                draft.Target = words.Peek is ['"' or '\'', ..] ? words.NextQuoted() : Kept(words.Next());
                break;
            case "-g" or "--goto":
                draft.Target = words.NextQuoted();
                draft.Goto = true;
                break;
            case "-4" or "--ipv4" or "-6" or "--ipv6":
                break;
            default:
                ReadMatchOption(option, ref words, draft, not);
                break;
        }
    }

    private static void ReadMatchOption(ReadOnlySpan<char> option, ref Cursor words, Draft draft, bool not)
    {
        switch (option)
        {
            case "--sport" or "--source-port" or "--sports" or "--source-ports":
                draft.SourcePorts = draft.SourcePorts.Intersect(Ports(draft, words.Next(), not));
                break;
            case "--dport" or "--destination-port" or "--dports" or "--destination-ports":
                draft.DestinationPorts = draft.DestinationPorts.Intersect(Ports(draft, words.Next(), not));
                break;
            case "--ports" or "--port":
                draft.EitherPorts = Ports(draft, words.Next(), false);
                if (not)
                {
                    // Neither the source nor the destination port: two conditions, not one.
                    draft.SourcePorts = draft.SourcePorts.Except(draft.EitherPorts);
                    draft.DestinationPorts = draft.DestinationPorts.Except(draft.EitherPorts);
                    draft.EitherPorts = null;
                }

                break;
            case "--tcp-flags":
                ReadFlags(draft, words.Next(), words.Next(), not);
                break;
            case "--syn":
                ReadFlags(draft, "FIN,SYN,RST,ACK", "SYN", not);
                break;
            case "--icmp-type" or "--icmpv6-type":
                ReadIcmp(draft, words.NextQuoted(), not);
                break;
            case "--state" or "--ctstate":
                ReadStates(draft, words.Next(), not);
                break;
            case "--src-range":
                draft.When.Source = Combine(draft, draft.When.Source, Range(draft, words.Next()), not);
                break;
            case "--dst-range":
                draft.When.Destination = Combine(draft, draft.When.Destination, Range(draft, words.Next()), not);
                break;
            case "--dst-type" or "--src-type":
                ReadAddressType(draft, option is "--dst-type", words.Next(), not);
                break;
            case "--limit-iface-in" or "--limit-iface-out":
                break;
            case "--comment":
                draft.Comment = words.NextQuoted();
                break;
            case "--match-set" or "--set" when draft.Module == "set":
                var set = words.NextQuoted();
                words.Next();
                draft.When.Uncertain(UnknownKind.RunTime, "ipset " + set);
                break;
            case "--mac-source" or "--mac":
                draft.When.Uncertain(UnknownKind.RunTime, string.Concat(not ? "! " : "", "MAC ", words.Next()));
                break;
            case "--string" or "--hex-string":
                draft.When.Uncertain(UnknownKind.Content, string.Concat("string ", words.NextQuoted()));
                break;
            case "--helper":
                draft.When.Uncertain(UnknownKind.Application, string.Concat("helper ", words.NextQuoted()));
                break;
            case "--timestart" or "--timestop" or "--days" or "--weekdays" or "--monthdays" or "--datestart" or "--datestop":
                draft.When.Uncertain(UnknownKind.Schedule, string.Concat(option[2..], " ", words.NextQuoted()));
                break;
            case "--utc" or "--kerneltz" or "--localtz" or "--contiguous":
                break;
            case "--source-country" or "--destination-country" or "--src-cc" or "--dst-cc":
                draft.When.Uncertain(UnknownKind.Geography, words.Next().ToString());
                break;
            default:
                ReadRareOption(option, ref words, draft, not);
                break;
        }
    }

    /// <summary>Options that all say "under a condition that the file doesn't tell": the module says which kind.</summary>
    private static void ReadRareOption(ReadOnlySpan<char> option, ref Cursor words, Draft draft, bool not)
    {
        UnknownKind? kind = draft.Module switch
        {
            "limit" or "hashlimit" or "connlimit" or "recent" or "dstlimit" or "quota" or "quota2" or "statistic" or "random" or "nth" or "connbytes" or "rateest" or "psd" or "lscan" or "iplimit" or "fuzzy" => UnknownKind.Rate,
            "time" => UnknownKind.Schedule,
            "owner" => UnknownKind.User,
            "geoip" => UnknownKind.Geography,
            "string" or "u32" or "bpf" or "layer7" or "ipp2p" or "webstr" or "ndpi" or "xt_ndpi" or "tls" or "dns" => UnknownKind.Content,
            "mark" or "connmark" or "physdev" or "pkttype" or "hl" or "ttl" or "dscp" or "tos" or "ecn" or "length" or "policy" or "rt" or "realm" or "set" or "conntrack" or "socket" or "rpfilter" or "cpu" or "devgroup"
                or "esp" or "ah" or "tcpmss" or "frag" or "ipv6header" or "eui64" or "hbh" or "dst" or "mh" or "nfacct" or "cgroup" or "cluster" or "condition" or "connlabel" or "ipv4options" or "state" or "osf" or "tcp" or "dccp"
                or "sctp" or "addrtype" or "iprange" or "account" or "unclean" or "protocolid" or "mac" or "talk" or "comp" or "l2tp" or "ipvs" or "srh" or "vlan" or "ip_nat_talk" or "ip_conntrack_talk" => UnknownKind.RunTime,
            _ => null,
        };
        var valued = false;
        var said = new System.Text.StringBuilder();
        said.Append(not ? "! " : "").Append(option);
        while (!words.AtEnd && !words.Rest.StartsWith("-") && words.Peek is not "!")
        {
            said.Append(' ').Append(words.NextQuoted());
            valued = true;
        }

        if (option.StartsWith("--") && kind is { } known)
        {
            draft.When.Uncertain(known, said.ToString());
            return;
        }

        _ = valued;
        draft.Strange = true;
        draft.Broken |= !option.StartsWith("--");
        draft.When.Uncertain(UnknownKind.NotUnderstood, said.ToString());
    }

    /// <summary>Modules that are conditions by their mere name.</summary>
    private static void ReadBareModule(Draft draft)
    {
        switch (draft.Module)
        {
            case "limit" or "recent" or "hashlimit" or "connlimit" or "statistic" or "quota":
                draft.When.Uncertain(UnknownKind.Rate, draft.Module);
                break;
            case "unclean" or "socket" or "rpfilter" or "ipv4options" or "eui64" or "ip_nat_talk" or "ip_conntrack_talk" or "policy":
                draft.When.Uncertain(UnknownKind.RunTime, draft.Module);
                break;
            case "ipp2p" or "layer7" or "ndpi":
                draft.When.Uncertain(UnknownKind.Content, draft.Module);
                break;
        }
    }

    private AddressValue Narrow(Draft draft, AddressValue before, ReadOnlySpan<char> word, bool not)
    {
        var set = Addresses(word, draft.V6);
        if (set is null)
        {
            // A host name in a dump: iptables-save never writes one, scripts do. Its addresses are a named unknown.
            draft.When.Uncertain(UnknownKind.Fqdn, word.ToString());
            return before;
        }

        return Combine(draft, before, set, not);
    }

    private static AddressValue Combine(Draft draft, AddressValue before, AddressSet? set, bool not)
    {
        if (set is null) return before;
        var universe = draft.V6 ? AddressSet.AllV6 : AddressSet.AllV4;
        var meant = not ? universe.Except(set) : set;
        return ReferenceEquals(before, AddressValue.AnyV4) || ReferenceEquals(before, AddressValue.AnyV6)
            ? AddressValue.Sure(meant)
            : before.Within(meant);
    }

    private AddressSet? Addresses(ReadOnlySpan<char> word, bool v6)
    {
        if (!v6 && TryPrefix(word, out var first, out var length))
        {
            // By its numbers: a hundred thousand addresses need no text of theirs beside them.
            ref var prefix = ref CollectionsMarshal.GetValueRefOrAddDefault(prefixes, (ulong)first << 6 | (uint)length, out _);
            return prefix ??= AddressSet.Of(IntervalSet<uint>.Of(first, length == 0 ? uint.MaxValue : first | (uint)(uint.MaxValue >> 1 >> (length - 1))));
        }
        if (addresses.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out var known)) return known;
        var set = AddressSet.Empty;
        foreach (var part in word.Split(','))
        {
            var one = One(word[part]);
            if (one is null) return null;
            set = set.IsEmpty ? one : set.Union(one);
        }

        if (set.V4.IsEmpty == !v6 && !set.IsEmpty) return null;
        addresses[word.ToString()] = set;
        return set;
    }

    /// <summary>10.1.0.0/16 or 10.1.2.3, as iptables-save writes them.</summary>
    private static bool TryPrefix(ReadOnlySpan<char> word, out uint first, out int length)
    {
        length = 32;
        var slash = word.IndexOf('/');
        if (!Address.TryParseV4(slash < 0 ? word : word[..slash], out first)) return false;
        if (slash < 0) return true;
        var rest = word[(slash + 1)..];
        if (rest.Length is 0 or > 2 || !char.IsAsciiDigit(rest[0]) || !char.IsAsciiDigit(rest[^1])) return false;
        length = rest.Length == 1 ? rest[0] - '0' : (rest[0] - '0') * 10 + rest[1] - '0';
        if (length > 32) return false;
        first &= length == 0 ? 0 : uint.MaxValue << (32 - length);
        return true;
    }

    /// <summary>The same text for the same word: modules and targets are few.</summary>
    private string Kept(ReadOnlySpan<char> word)
    {
        if (kept.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out var known)) return known;
        var text = word.ToString();
        if (word.Length <= LongestKept && kept.Count < MostKept) kept.Add(text);
        return text;
    }

    private static AddressSet? One(ReadOnlySpan<char> word)
    {
        if (AddressPrefix.TryParse(word, out var prefix)) return AddressSet.Of(prefix);
        // A mask with holes: "10.0.0.1/255.0.0.255" matches by bits.
        var slash = word.IndexOf('/');
        if (slash > 0 && Address.TryParseV4(word[..slash], out var address) && Address.TryParseV4(word[(slash + 1)..], out var mask))
            return AddressSet.Wildcard(address, ~mask);

        // Old tools shorten "10.0.0.0/8" to "10/8".
        if (slash > 0 && word[..slash].Count('.') < 3 && !word.Contains(':'))
        {
            var full = word[..slash].ToString() + string.Concat(Enumerable.Repeat(".0", 3 - word[..slash].Count('.'))) + word[slash..].ToString();
            return AddressPrefix.TryParse(full, out prefix) ? AddressSet.Of(prefix) : null;
        }

        return null;
    }

    private static AddressSet? Range(Draft draft, ReadOnlySpan<char> word)
    {
        var dash = word.IndexOf('-');
        if (Address.TryParse(dash < 0 ? word : word[..dash], out var first) && Address.TryParse(dash < 0 ? word : word[(dash + 1)..], out var last) && first.IsV6 == draft.V6 && last.IsV6 == draft.V6)
            return AddressSet.Range(first, last);

        draft.Strange = true;
        draft.When.Uncertain(UnknownKind.NotUnderstood, word.ToString());
        return null;
    }

    private InterfaceSet Interface(ReadOnlySpan<char> word, bool not)
    {
        var key = string.Concat(not ? "!" : "", word);
        if (!interfaces.TryGetValue(key, out var set))
        {
            var name = word.EndsWith("+") ? string.Concat(word[..^1], "*") : word.ToString();
            set = not ? InterfaceSet.Except([name]) : name == "*" ? InterfaceSet.Any : InterfaceSet.Of([name]);
            interfaces.Add(key, set);
        }

        return set;
    }

    private static void ReadTargetOption(ReadOnlySpan<char> option, ref Cursor words, Draft draft)
    {
        var value = new System.Text.StringBuilder();
        while (!words.AtEnd && !words.Rest.StartsWith("--"))
        {
            if (value.Length > 0) value.Append(' ');
            value.Append(words.NextQuoted());
        }

        draft.TargetOptions[option.ToString()] = value.ToString();
    }

    private void Add(IptablesChain chain, Draft draft, int line)
    {
        var when = draft.When;
        when.Services = ServicesOf(draft);
        var ports = !draft.SourcePorts.IsAll || !draft.DestinationPorts.IsAll || draft.EitherPorts is not null || !draft.Icmp.IsAll || !draft.Flags.IsAll;
        if (ports) when.Fragments &= Fragments.WholeOrFirst;
        var at = work.At(line);
        string? target = null;
        var action = ActionOf(draft, chain, ref target);
        if (draft.Strange) work.Keep(line, line, new Touch.InPlace());
        if (draft.Broken)
        {
            // Neither what it matches nor what it does is sure.
            when.Forget(draft.V6 ? AddressValue.AnyV6 : AddressValue.AnyV4, FileWork.Short(work.Text.Line(line).Trim().ToString()));
            if (action is RuleAction.Continue or RuleAction.Return or RuleAction.Drop or RuleAction.Reject) action = RuleAction.Unknown;
        }

        if (action == RuleAction.Unknown)
        {
            when.Uncertain(draft.Target is "NFQUEUE" or "QUEUE" ? UnknownKind.RunTime : UnknownKind.NotUnderstood, "-j " + draft.Target);
            if (draft.Target is not ("NFQUEUE" or "QUEUE"))
            {
                work.Keep(line, line, new Touch.InPlace());
                draft.Strange = true;
            }
        }

        if (chain.Table == "nat")
        {
            var made = IptablesNat.Made(draft.Target, draft.TargetOptions, draft.V6, out var broken);
            if (broken)
            {
                work.Keep(line, line, new Touch.WholeDevice());
                draft.Strange = true;
            }

            chain.Nat.Add(new NatStep(draft.Keep(), at, draft.Comment, action, made, target));
            return;
        }

        if (target is not null) chain.Targets.Add((chain.Rules.Count, line, target));
        chain.Rules.Add(when.ToRule(action, at, draft.Comment, target));
    }

    private static RuleAction ActionOf(Draft draft, IptablesChain chain, ref string? target)
    {
        switch (draft.Target)
        {
            case null:
                return RuleAction.Continue;
            case "ACCEPT":
                return RuleAction.Accept;
            case "DROP" or "TARPIT" or "DELUDE" or "STEAL":
                return RuleAction.Drop;
            case "REJECT":
                return RuleAction.Reject;
            case "RETURN":
                return RuleAction.Return;
            case "NOTRACK":
                chain.HasNotrack = true;
                return RuleAction.Continue;
            case "CT":
                chain.HasNotrack |= draft.TargetOptions.ContainsKey("--notrack");
                return RuleAction.Continue;
            case "LOG" or "ULOG" or "NFLOG" or "MARK" or "CONNMARK" or "TCPMSS" or "CHECKSUM" or "CLASSIFY" or "TOS" or "DSCP" or "TTL" or "HL" or "TRACE" or "SET" or "AUDIT" or "SECMARK" or "CONNSECMARK"
                or "IDLETIMER" or "LED" or "ECN" or "TCPOPTSTRIP" or "RATEEST" or "ACCOUNT" or "NETFLOW" or "IPMARK" or "LOGMARK" or "HMARK" or "SYSRQ":
                return RuleAction.Continue;
            case "DNAT" or "SNAT" or "MASQUERADE" or "REDIRECT" or "NETMAP" or "SAME" when chain.Table == "nat":
                return RuleAction.Accept;
            case "QUEUE" or "NFQUEUE" or "TEE" or "TPROXY" or "SYNPROXY" or "ROUTE" or "MIRROR" or "DNAT" or "SNAT" or "MASQUERADE" or "REDIRECT" or "NETMAP" or "DNPT" or "SNPT":
                return RuleAction.Unknown;
            default:
                target = draft.Target;
                return draft.Goto ? RuleAction.Goto : RuleAction.Jump;
        }
    }

    private ServiceValue ServicesOf(Draft draft)
    {
        if (draft.IsPlain) return ServiceValue.Any;
        var service = new Service(draft.Protocols)
        {
            SourcePorts = draft.SourcePorts,
            DestinationPorts = draft.DestinationPorts,
            Icmp = draft.Icmp,
            Flags = draft.Flags,
        };
        if (draft.EitherPorts is { } either)
        {
            return ServiceValue.Sure(ServiceSet.Of(
                service with { SourcePorts = service.SourcePorts.Intersect(either) },
                service with { DestinationPorts = service.DestinationPorts.Intersect(either) }));
        }

        if (!services.TryGetValue(service, out var value)) services.Add(service, value = ServiceValue.Sure(service));
        return value;
    }
}
