using System.Collections.Frozen;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Netfilter;

/// <summary>Reads one rule or value from its tokens.</summary>
/// <remarks>Source: nft(8), EXPRESSIONS and STATEMENTS.</remarks>
internal sealed partial class NftExpressions(List<NftToken> tokens, Func<string, bool> isVariable)
{
    private static readonly FrozenSet<string> Payloads = FrozenSet.ToFrozenSet(
        ["ether", "vlan", "arp", "ip", "ip6", "icmp", "icmpv6", "igmp", "tcp", "udp", "udplite", "sctp", "dccp", "comp", "esp", "ah", "th", "hbh", "rt0", "rt2", "rt4", "srh", "frag", "dst", "mh", "gre", "gretap", "geneve", "vxlan"]);

    private static readonly FrozenSet<string> BareMeta = FrozenSet.ToFrozenSet(
        ["iif", "iifname", "iiftype", "iifgroup", "iifkind", "oif", "oifname", "oiftype", "oifgroup", "oifkind", "mark", "skuid", "skgid", "nftrace", "pkttype", "cpu", "cgroup", "rtclassid", "ibrname", "ibriport", "obrname", "obriport", "day", "hour", "time", "length", "protocol", "nfproto", "l4proto", "priority", "random", "secpath", "sdif", "sdifname", "broute", "secmark", "ibrpvid", "ibrvproto"]);

    private int at;

    public bool AtEnd => at >= tokens.Count;

    private NftToken Current => at < tokens.Count ? tokens[at] : new NftToken(NftMark.End, "", 0);

    private NftToken Ahead(int by = 1) => at + by < tokens.Count ? tokens[at + by] : new NftToken(NftMark.End, "", 0);

    private bool Take(string sign)
    {
        if (!Current.Is(sign)) return false;
        at++;
        return true;
    }

    private string Next()
    {
        var text = Current.Text;
        at++;
        return text;
    }

    public NftRule Rule(int first, int last)
    {
        List<NftStatement> statements = [];
        var comment = "";
        while (!AtEnd)
        {
            var start = at;
            if (Current.Is("comment"))
            {
                at++;
                comment = Next();
                continue;
            }

            var statement = Statement();
            if (at == start) at++;
            statements.Add(statement);
            if (statement is NftStatement.Strange && !AtEnd)
            {
                // Where one statement can't be read, nobody knows where the next begins.
                statements[^1] = new NftStatement.Strange(Text(start, tokens.Count));
                at = tokens.Count;
            }
        }

        return new NftRule(statements, comment, first, last);
    }

    private string Text(int from, int to)
    {
        var text = string.Join(' ', tokens.Skip(from).Take(Math.Min(to - from, 40)).Select(static token => token.Text));
        return text.Length > 120 ? text[..120] : text;
    }

    private NftStatement Statement()
    {
        var start = at;
        switch (Current.Text)
        {
            case "accept" or "drop" or "return" or "continue":
                return new NftStatement.Verdict(Next(), null);
            case "jump" or "goto":
                return new NftStatement.Verdict(Next(), Next());
            case "reject":
                at++;
                if (Take("with"))
                {
                    // "icmp type port-unreachable", "icmpx admin-prohibited", "tcp reset"
                    at++;
                    _ = Take("type");
                    at++;
                }

                return new NftStatement.Verdict("reject", null);
            case "queue":
                SkipToEnd();
                return new NftStatement.Verdict("queue", null);
            case "counter" or "quota" or "last" or "log" or "notrack" or "nftrace" or "synproxy" or "secmark" or "xt":
                return Simple(Current.Text);
            case "limit":
                at++;
                if (Current.Is("name"))
                {
                    at++;
                    Value(false);
                    return new NftStatement.Unknowable(UnknownKind.Rate, "limit");
                }

                while (!AtEnd && Current.Text is "rate" or "over" or "until" or "burst" or "packets" or "bytes" or "kbytes" or "mbytes" || (!AtEnd && Current.Text.Contains('/')) || (!AtEnd && char.IsAsciiDigit(Current.Text.FirstOrDefault())))
                    at++;

                return new NftStatement.Unknowable(UnknownKind.Rate, Text(start, at));
            case "dnat" or "snat" or "masquerade" or "redirect":
                return Nat();
            case "add" or "update" or "delete" when Ahead().Text.StartsWith('@'):
                at++;
                var set = Next()[1..];
                Value(false);
                return new NftStatement.Fills(set);
            case "set" when Ahead().Text is "add" or "update":
                at += 2;
                SkipToEnd();
                return new NftStatement.Strange(Text(start, at));
            case "meter":
                at++;
                Next();
                while (Current.Text is "size") at += 2;

                Value(false);
                return new NftStatement.Unknowable(UnknownKind.Rate, Text(start, at));
            case "flow" when Ahead().Text is "add" or "offload":
                at += 3;
                return new NftStatement.Neutral("flow");
            case "flow" when Ahead().Text is "table":
                at += 3;
                Value(false);
                return new NftStatement.Unknowable(UnknownKind.Rate, Text(start, at));
            case "tproxy":
                return Tproxy();
            case "dup" or "fwd":
                SkipToEnd();
                return new NftStatement.Strange(Text(start, at));
            case "reset" when Ahead().Text == "tcp":
                at += 4;
                return new NftStatement.Neutral("reset");
            case "ct" when Ahead().Text is "count":
                at += 2;
                while (!AtEnd && (Current.Text is "over" || char.IsAsciiDigit(Current.Text.FirstOrDefault()))) at++;
                return new NftStatement.Unknowable(UnknownKind.Rate, Text(start, at));
            case "connlimit":
                SkipToEnd();
                return new NftStatement.Unknowable(UnknownKind.Rate, Text(start, at));
            default:
                return Match();
        }
    }

    private void SkipToEnd() => at = tokens.Count;

    /// <summary>"tproxy ip to 127.0.0.1:1080": where something listens there the packet goes to it and no further; where nothing does, the rule doesn't hold.</summary>
    private NftStatement.Unknowable Tproxy()
    {
        var start = at++;
        if (Current.Text is "ip" or "ip6") at++;
        if (Take("to"))
        {
            if (!Take(":")) at++;
            if (Take(":") || Ahead(-1).Is(":")) at++;
        }
        return new NftStatement.Unknowable(UnknownKind.RunTime, Text(start, at));
    }

    /// <summary>Statements that only observe, with their options.</summary>
    private NftStatement Simple(string name)
    {
        var start = at;
        at++;
        switch (name)
        {
            case "counter" or "quota" or "last":
                if (Take("name")) Value(false);
                while (!AtEnd && (Current.Text is "packets" or "bytes" or "over" or "until" or "used" or "kbytes" or "mbytes" or "never" || char.IsAsciiDigit(Current.Text.FirstOrDefault())))
                    at++;

                return name == "quota" ? new NftStatement.Unknowable(UnknownKind.Rate, Text(start, at)) : new NftStatement.Neutral(name);
            case "log":
                while (!AtEnd && Current.Text is "prefix" or "level" or "group" or "snaplen" or "queue-threshold" or "flags")
                {
                    var flags = Next() == "flags";
                    at++;
                    while (flags && (Current.Text is "sequence" or "options" or "," || Current.Is(","))) at++;
                }

                return new NftStatement.Neutral(name);
            case "synproxy":
                SkipToEnd();
                return new NftStatement.Strange(Text(start, at));
            case "secmark":
                at++;
                _ = Take("set") && Next().Length > 0;
                return new NftStatement.Neutral(name);
            case "xt":
                SkipToEnd();
                return new NftStatement.Strange(Text(start, at));
            default:
                return new NftStatement.Neutral(name);
        }
    }

    private NftStatement.Nat Nat()
    {
        var name = Next();
        List<string> fields = [];
        NftValue? map = null, address = null, port = null;
        var prefix = false;
        if (Current.Text is "ip" or "ip6" && Ahead().Text is "to" or "prefix" or "addr") at++;
        prefix |= Take("prefix");
        _ = Take("interval");
        if (Current.Is("addr") && Ahead().Is(".")) at += 3;
        if (Take("to"))
        {
            var onlyPort = Take(":") || (name == "redirect" && Current.Mark == NftMark.Word && char.IsAsciiDigit(Current.Text.FirstOrDefault()));
            var before = at;
            if (!onlyPort && IsField() && Fields(out fields, out _) && Take("map"))
            {
                map = Value(true);
                if (Take(":")) port = Value(false);
            }
            else
            {
                at = before;
                fields = [];
                var target = Current;
                if (!onlyPort && target.Mark == NftMark.Word && target.Text.Length > 1 && target.Text[0] == ':' && char.IsAsciiDigit(target.Text[1]))
                {
                    onlyPort = true;
                    tokens[at] = target with { Text = target.Text[1..] };
                }

                var value = Target();
                if (onlyPort)
                {
                    port = value;
                }
                else
                {
                    address = value;
                    if (Take(":")) port = Value(false);
                }
            }
        }

        while (Current.Text is "random" or "fully-random" or "persistent" or "," || Current.Is(",")) at++;
        return new NftStatement.Nat(name, fields, map, address, port, prefix);
    }

    /// <summary>"10.0.0.1", "10.0.0.1:80", "10.0.0.1-10.0.0.9:80-90", "[fd00::1]:80": one word, cut at its last colon later.</summary>
    private NftValue Target() => Current.Mark == NftMark.Sign ? Value(false) : new NftValue(NftKind.Word, Next());

    private bool IsField()
    {
        var word = Current.Text;
        if (Current.Mark != NftMark.Word) return Current.Is("(");
        return word is "meta" or "ct" or "fib" or "rt" or "socket" or "osf" or "numgen" or "jhash" or "symhash" or "ipsec" or "tunnel" or "exthdr" or "inner" || word.StartsWith('@')
            || (Payloads.Contains(word) && Ahead().Mark == NftMark.Word) || BareMeta.Contains(word);
    }

    /// <summary>One field or several with dots between; with a mask ("&amp; 0xff") where there is one.</summary>
    private bool Fields(out List<string> fields, out string? mask)
    {
        fields = [];
        mask = null;
        do
        {
            var bracket = Take("(");
            var field = Field();
            if (field is null) return false;
            fields.Add(field);
            while (Current.Is("&") || Current.Is("|") || Current.Is("^") || Current.Is("<<") || Current.Is(">>"))
            {
                var sign = Next();
                var by = Value(false, noFlags: sign != "&");
                mask = (mask is null ? "" : mask + " ") + sign + " " + Show(by);
            }

            if (bracket && !Take(")")) return false;
        }
        while (Take("."));
        while (Current.Is("&") || Current.Is("|") || Current.Is("^") || Current.Is("<<") || Current.Is(">>"))
        {
            var sign = Next();
            var by = Value(false);
            mask = (mask is null ? "" : mask + " ") + sign + " " + Show(by);
        }

        return true;
    }

    private static string Show(NftValue value) => value.Kind switch
    {
        NftKind.Flags => string.Join(',', value.Items.Select(Show)),
        _ => value.Text,
    };

    private string? Field()
    {
        if (!IsField()) return null;
        var first = Next();
        switch (first)
        {
            case "meta":
                return "meta " + Next();
            case "ct":
                var key = Next();
                if (key is "original" or "reply")
                {
                    key = key + " " + Next();
                    if (Current.Text is "saddr" or "daddr") key += " " + Next();
                }
                else if (Current.Text is "original" or "reply" && key is "bytes" or "packets" or "avgpkt" or "saddr" or "daddr" or "proto-src" or "proto-dst")
                {
                    at++;
                }

                return "ct " + key;
            case "fib":
                while (Current.Text is "saddr" or "daddr" or "mark" or "iif" or "oif" or ".")
                {
                    var dot = Current.Text == ".";
                    if (!dot && Ahead().Text != "." )
                    {
                        at++;
                        break;
                    }

                    at++;
                }

                at++;
                return "fib";
            case "rt" or "socket" or "osf" or "ipsec" or "tunnel" or "exthdr" or "inner":
                var text = first + " " + Next();
                if (first == "ipsec")
                {
                    while (Current.Text is "spnum" or "reqid" or "spi" or "ip" or "ip6" or "saddr" or "daddr" || char.IsAsciiDigit(Current.Text.FirstOrDefault()))
                        at++;
                }
                else if (first == "osf" && Current.Text is "loose" or "skip")
                {
                    at += 2;
                }
                else if (first is "rt" && Current.Text is "nexthop" or "mtu")
                {
                    at++;
                }
                else if (first is "socket" && Current.Text is "level")
                {
                    at += 2;
                }

                return text;
            case "numgen" or "jhash" or "symhash":
                while (!AtEnd && !Current.Is("==") && !Current.Is("vmap") && !Current.Is("map") && !Current.Is("<") && !Current.Is("{"))
                {
                    if (Next() is "mod" or "offset" && at < tokens.Count)
                    {
                        at++;
                        if (Current.Text is not ("offset" or "seed" or "mod")) break;
                    }
                }

                return first;
            case "tcp" or "ip" or "sctp" or "dccp" when Current.Text is "option" or "chunk" && Ahead().Mark is NftMark.Word:
                var option = first + " " + Next() + " " + Next();
                if (Current.Mark == NftMark.Word && Current.Text is "length" or "kind" or "left" or "right" or "size" or "count" or "tsval" or "tsecr" or "type" or "flags" or "value" or "addr" or "ptr" or "echo")
                    at++;

                return option;
            default:
                if (first.StartsWith('@'))
                {
                    // "@th,16,16": raw bits.
                    while (Take(",")) at++;
                    return first;
                }

                return Payloads.Contains(first) && !BareMeta.Contains(first) ? first + " " + Next() : "meta " + first;
        }
    }

    private NftStatement Match()
    {
        var start = at;
        if (!IsField() || !Fields(out var fields, out var mask))
        {
            SkipToEnd();
            return new NftStatement.Strange(Text(start, at));
        }

        if (Take("vmap")) return mask is null ? new NftStatement.VerdictMap(fields, Value(true)) : Strange(start);
        if (Current.Text is "set" && Ahead().Mark != NftMark.End && !Current.Is("{"))
        {
            at++;
            // "meta mark set …" changes marks; a rewritten header is another matter.
            SkipOneValue();
            var field = fields[0];
            var neutral = field is "meta mark" or "ct mark" or "meta priority" or "meta nftrace" or "meta pkttype" or "ct label" or "ct event" or "ct zone" or "ct helper" or "ct timeout" or "ct expectation" or "meta secmark" or "ct secmark" or "meta broute"
                || field.StartsWith("tcp option", StringComparison.Ordinal) || field.EndsWith(" dscp", StringComparison.Ordinal) || field.EndsWith(" ecn", StringComparison.Ordinal) || field.EndsWith(" ttl", StringComparison.Ordinal) || field.EndsWith(" hoplimit", StringComparison.Ordinal);
            return neutral ? new NftStatement.Neutral(field) : new NftStatement.Strange(Text(start, at));
        }

        if (Take("map")) return Strange(start);
        var op = "in";
        if (Current.Mark == NftMark.Sign && Current.Text is "==" or "!=" or "<" or ">" or "<=" or ">=" or "!" or "=")
            op = Next();
        else if (Current.Text is "eq" or "ne" or "neq" or "lt" or "gt" or "le" or "lte" or "ge" or "gte" && Current.Mark == NftMark.Word)
            op = Next() switch { "eq" => "==", "ne" or "neq" => "!=", "lt" => "<", "gt" => ">", "le" or "lte" => "<=", _ => ">=" };

        var right = Value(false);
        if (Take("/"))
        {
            var by = Value(false);
            right = new NftValue(NftKind.Masked) { Items = [right, by] };
        }

        return new NftStatement.Match(fields, mask, op, right);
    }

    private NftStatement.Strange Strange(int start)
    {
        SkipToEnd();
        return new NftStatement.Strange(Text(start, at));
    }

    private void SkipOneValue()
    {
        if (IsField() && Fields(out _, out _))
        {
            if (Take("map")) Value(true);
            return;
        }

        Value(false);
        while (Current.Is("|") || Current.Is("&") || Current.Is("^") || Current.Is("or") || Current.Is("and"))
        {
            at++;
            SkipOneValue();
        }
    }
}
