using System.Buffers;
using System.Collections.Frozen;
using System.Text;

namespace Sekisho.Zones.Devices;

/// <summary>Covers passwords, keys, communities and hashes before anything else sees a configuration (秘匿).</summary>
/// <remarks>
/// Covers rather too much than too little: a line that holds a secret has nothing to do with filtering, and a covered word that
/// did matter reads as an unknown, never as a permission. The cover has a fixed length, so it does not tell the secret's.
/// </remarks>
internal static class Secrets
{
    public const string Cover = "********";

    /// <summary>Any of these anywhere in a line makes the line worth a closer look. One vectorised pass over the file.</summary>
    private static readonly SearchValues<string> Triggers = SearchValues.Create(
        [
            "passw", "passphrase", "passcode", "secret", "psk", "pwd", "key", "community", "communities", "snmp", "token", "credential", "hash",
            "myname", "username", "login user", "smtp-auth", "tunnel auth", "authentication", "ENC ", "$1$", "$5$", "$6$", "$8$", "$9$",
            "$14$", "$2a$", "$2b$", "$2y$", "-AQ==", "SH2", "AK1", "-----BEGIN", "ascii-text", "hexadecimal", "pre-shared", "trap host",
        ],
        StringComparison.OrdinalIgnoreCase);

    /// <summary>The same in Japanese. Apart from the others: together they would be looked for in a way that is ten times slower.</summary>
    private static readonly SearchValues<string> JapaneseTriggers = SearchValues.Create(["パスワード", "暗証", "秘密", "事前共有"], StringComparison.Ordinal);

    /// <summary>Words after which the rest of the line is covered.</summary>
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Words = FrozenSet.ToFrozenSet(
        [
            "password", "passwd", "passphrase", "passcode", "secret", "psk", "psksecret", "pre-shared-key", "pre-shared", "presharedkey",
            "shared-secret", "secret-key", "private-key", "key", "key-string", "md5-key", "auth-key", "authentication-key", "encryption-key",
            "message-digest-key", "server-key", "phash", "token", "api-key", "apikey", "community", "communities", "community-string", "snmp-community-string", "enc",
            "credential", "credentials", "wpa-psk", "encrypted-password", "plain-text-password", "plain-text-password-value", "ascii-text", "hexadecimal", "myname",
            "smtp-auth", "bind-password", "ldap-password", "auth-password", "priv-password", "privacy-password", "privacy-key", "authentication-password",
            "secondary-secret", "sh2", "ak1", "pre-share", "wep-key", "hash", "simple-password", "authpwd", "privpwd", "auth-pwd", "priv-pwd", "password-hash",
            "md5", "cleartext", "local-password", "remote-password",
        ],
        StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Lines that start so are filter lines: no secret stands in them, and a covered name would cost an answer.</summary>
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> FilterStarts = FrozenSet.ToFrozenSet(
        [
            "permit", "deny", "access-list", "access-group", "object-group", "object", "network-object", "group-object", "service-object", "port-object",
            "protocol-object", "subnet", "host", "range", "fqdn", "nat", "edit", "config", "-A", "-I", "-P", "-N", "rule", "chain", "table", "elements",
            "policy", "policy-map", "class-map", "nameif",
        ],
        StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>FortiOS settings whose values name objects.</summary>
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> FilterSettings = FrozenSet.ToFrozenSet(
        ["srcaddr", "dstaddr", "srcaddr6", "dstaddr6", "member", "exclude-member", "service", "srcintf", "dstintf", "interface", "poolname", "schedule", "vdom", "extintf", "associated-interface"],
        StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The text with every secret covered. Same lines, so that numbers of lines stay true.</summary>
    public static string Mask(string text, out int covered)
    {
        covered = 0;
        ReadOnlySpan<char> rest = text;
        var isAscii = Ascii.IsValid(rest);
        if (NextTrigger(rest, isAscii) < 0) return text;
        var shape = ShapeOf(rest);
        var masked = new StringBuilder(text.Length + 64);
        var done = 0;
        var inCommunity = false;
        while (done < text.Length)
        {
            var hit = NextTrigger(rest[done..], isAscii);
            if (hit < 0) break;
            hit += done;
            var start = Math.Max(rest[..hit].LastIndexOf('\n') + 1, done);
            var length = rest[start..].IndexOf('\n');
            var end = length < 0 ? text.Length : start + length;
            masked.Append(rest[done..start]);
            var line = rest[start..end];
            var pem = line.IndexOf("-----BEGIN");
            if (pem >= 0)
            {
                end = MaskPem(rest, start + pem, masked, line[..pem]);
                covered++;
                done = end;
                continue;
            }

            if (shape == Shape.Text && line.Trim().SequenceEqual("config system snmp community")) inCommunity = true;
            var keep = MaskFrom(line, shape, out var resume);
            if (keep < 0)
            {
                masked.Append(line);
            }
            else
            {
                covered++;
                masked.Append(line[..keep]).Append(Cover).Append(line[resume..]);
                end = MaskWrapped(rest, line, end, masked);
            }

            done = end;
            if (inCommunity)
            {
                done = MaskCommunities(rest, done, masked, ref covered);
                inCommunity = false;
            }
        }

        masked.Append(rest[done..]);
        return masked.ToString();
    }

    private static int NextTrigger(ReadOnlySpan<char> text, bool isAscii)
    {
        var hit = text.IndexOfAny(Triggers);
        if (isAscii) return hit;
        var japanese = (hit < 0 ? text : text[..hit]).IndexOfAny(JapaneseTriggers);
        return japanese >= 0 ? japanese : hit;
    }

    private enum Shape
    {
        Text,
        Json,
        Xml,
    }

    private static Shape ShapeOf(ReadOnlySpan<char> text)
    {
        var start = text.TrimStart();
        return start.StartsWith("<") ? Shape.Xml : start.StartsWith("{") || start.StartsWith("[{") ? Shape.Json : Shape.Text;
    }

    /// <summary>Where the cover starts in the line and where the line goes on after it; -1 = nothing to cover.</summary>
    private static int MaskFrom(ReadOnlySpan<char> line, Shape shape, out int resume)
    {
        resume = line.Length;
        while (resume > 0 && line[resume - 1] is '\r' or ' ') resume--;
        return shape switch
        {
            Shape.Xml => MaskXml(line, ref resume),
            Shape.Json => MaskRemark(line, line.IndexOf("\"comment\""), ref resume),
            _ => MaskText(line, ref resume),
        };
    }

    private static int MaskText(ReadOnlySpan<char> line, ref int resume)
    {
        var trimmed = line.TrimStart();
        var lead = line.Length - trimmed.Length;
        if (trimmed.IsEmpty) return -1;
        if (trimmed[0] is '#' or '!' || StartsWithWord(trimmed, "description") || StartsWithWord(trimmed, "remark") || StartsWithWord(trimmed, "comment"))
            return MaskRemark(line, lead, ref resume);

        var first = WordEnd(trimmed);
        var firstWord = trimmed[..first];
        if (FilterStarts.Contains(firstWord) || (char.IsAsciiDigit(firstWord[0]) && !firstWord.ContainsAny("$")))
        {
            var remark = line.IndexOf(" remark ");
            var comment = remark >= 0 ? remark : Math.Max(line.IndexOf(" comment "), line.IndexOf("--comment "));
            return comment >= 0 ? MaskRemark(line, comment, ref resume) : -1;
        }

        if (firstWord.StartsWith("snmp")) return AfterSnmp(line, trimmed, ref resume);
        if (trimmed.StartsWith("login user ")) return AfterWords(line, 3, resume);
        if (trimmed.StartsWith("pp auth username ")) return AfterWords(line, 3, resume);
        if (firstWord is "l2tp" && trimmed.StartsWith("l2tp tunnel auth on")) return AfterWords(line, 4, resume);
        if (firstWord is "set" or "append")
        {
            var name = Second(trimmed, first);
            if (FilterSettings.Contains(name)) return -1;
            if (name is "comment" or "comments" or "description") return MaskRemark(line, lead + first, ref resume);
            if (HoldsSecretWord(name)) return AfterWords(line, 2, resume);
        }

        if ((firstWord is "standby" or "vrrp" or "glbp") && line.IndexOf(" authentication ") is > 0 and int at) return at + " authentication ".Length;
        return AfterSecretWord(line, ref resume);
    }

    /// <summary>The value after a word of <see cref="Words"/>, or a word that has a hash's own shape.</summary>
    private static int AfterSecretWord(ReadOnlySpan<char> line, ref int resume)
    {
        var at = 0;
        while (true)
        {
            while (at < line.Length && line[at] is ' ' or '\t') at++;
            if (at >= resume) return -1;
            var length = WordEnd(line[at..]);
            var word = line.Slice(at, length).Trim("\"';,()[]{}");
            if (HasHashShape(word))
            {
                EndOfStatement(line, ref resume);
                return at;
            }

            var equals = word.IndexOf('=');
            if (Words.Contains(word) || (equals > 0 && Words.Contains(word[..equals])))
            {
                var value = at + (equals > 0 ? line[at..].IndexOf('=') + 1 : length);
                while (value < resume && line[value] is ' ' or '\t' && equals <= 0) value++;

                EndOfStatement(line, ref resume);
                if (value < resume && line[value] is not ('{' or ';')) return value;
                resume = line.TrimEnd().Length;
            }

            at += length;
        }
    }

    /// <summary>Junos statements end in ";" and comments after it stay; keep them outside the cover, so that the tree stays whole.</summary>
    private static void EndOfStatement(ReadOnlySpan<char> line, ref int resume)
    {
        var body = line[..resume];
        var semicolon = body.LastIndexOf(';');
        if (semicolon > 0 && (semicolon == resume - 1 || line[semicolon..].IndexOfAny("#/}") > 0)) resume = semicolon;
        else if (body.EndsWith('}') && body.Contains('{')) resume = body.TrimEnd("} ;").Length;
    }

    private static bool HasHashShape(ReadOnlySpan<char> word) =>
        (word.Length > 6 && word[0] == '$' && word[1..].IndexOf('$') is 1 or 2) || (word.Length >= 8 && word.StartsWith("-AQ=="));

    private static bool HoldsSecretWord(ReadOnlySpan<char> name) =>
        Words.Contains(name) || name.Contains("passw", StringComparison.OrdinalIgnoreCase) || name.Contains("secret", StringComparison.OrdinalIgnoreCase)
        || name.Contains("pwd", StringComparison.OrdinalIgnoreCase) || name.Contains("psk", StringComparison.OrdinalIgnoreCase)
        || name.Contains("passphrase", StringComparison.OrdinalIgnoreCase) || name.EndsWith("-key", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith("token", StringComparison.OrdinalIgnoreCase);

    /// <summary>A remark that speaks of a secret is covered from that word on.</summary>
    private static int MaskRemark(ReadOnlySpan<char> line, int from, ref int resume)
    {
        if (from < 0) return -1;
        ReadOnlySpan<string> marks = ["passw", "passphrase", "secret", "psk", "community", "pre-shared", "token", "credential", "パスワード", "暗証", "秘密", "事前共有"];
        var found = -1;
        foreach (var mark in marks)
        {
            var at = line[from..].IndexOf(mark, StringComparison.OrdinalIgnoreCase);
            found = at >= 0 && (found < 0 || at < found) ? at : found;
        }

        if (found < 0) return -1;
        found += from;
        var quote = line[..found].LastIndexOf('"');
        var close = quote >= from ? line[found..].IndexOf('"') : -1;
        if (close >= 0) resume = found + close;
        else EndOfStatement(line, ref resume);
        return found <= resume ? found : -1;
    }

    private static int MaskXml(ReadOnlySpan<char> line, ref int resume)
    {
        var open = line.IndexOf('<');
        while (open >= 0)
        {
            var close = line[open..].IndexOf('>');
            if (close < 0) return -1;
            var tag = line.Slice(open + 1, close - 1);
            var value = open + close + 1;
            var name = tag[..WordEnd(tag)];
            var next = line[value..].IndexOf('<');
            if (!name.StartsWith("/") && HoldsSecretWord(name) && next != 0 && !tag.EndsWith("/") && value < line.Length)
            {
                resume = next < 0 ? line.TrimEnd().Length : value + next;
                return value;
            }

            open = next < 0 ? -1 : value + next;
        }

        return -1;
    }

    /// <summary>Covers a PEM block, which runs over several lines; the lines stay.</summary>
    private static int MaskPem(ReadOnlySpan<char> text, int from, StringBuilder masked, ReadOnlySpan<char> before)
    {
        masked.Append(before).Append(Cover);
        var stop = text[from..].IndexOf("-----END");
        // An end that never comes (a file cut off) covers all that is left.
        var last = stop < 0 ? text.Length : from + stop;
        var close = stop < 0 ? -1 : text[last..].IndexOf('\n');
        var tail = stop < 0 ? "" : close < 0 ? text[last..] : text.Slice(last, close);
        masked.Append('\n', text[from..last].Count('\n'));
        if (tail.TrimEnd().EndsWith("\"")) masked.Append('"');
        return last + tail.Length;
    }

    /// <summary>YAMAHA's "show config" breaks lines at 80 columns, secrets too: what follows a full line and is no command goes on with it.</summary>
    private static int MaskWrapped(ReadOnlySpan<char> text, ReadOnlySpan<char> line, int end, StringBuilder masked)
    {
        while (YamahaWrap.Columns(line.TrimEnd("\r")) >= YamahaWrap.Width - 2 && end + 1 < text.Length)
        {
            var length = text[(end + 1)..].IndexOf('\n');
            var next = length < 0 ? text.Length : end + 1 + length;
            line = text[(end + 1)..next];
            if (line.TrimEnd('\r').IsEmpty || YamahaWrap.StartsCommand(line)) break;
            masked.Append('\n').Append(Cover);
            end = next;
        }

        return end;
    }

    /// <summary>FortiOS: in "config system snmp community" the community is what "set name" says.</summary>
    private static int MaskCommunities(ReadOnlySpan<char> text, int from, StringBuilder masked, ref int covered)
    {
        var depth = 1;
        var at = from;
        while (at < text.Length && depth > 0)
        {
            var length = text[(at + 1)..].IndexOf('\n');
            var end = length < 0 ? text.Length : at + 1 + length;
            var line = text[at..end];
            var trimmed = line.Trim();
            depth += trimmed.StartsWith("config ") ? 1 : trimmed is "end" ? -1 : 0;
            if (trimmed.StartsWith("set name"))
            {
                masked.Append(line[..(line.IndexOf("set name") + 8)]).Append(' ').Append(Cover);
                covered++;
            }
            else
            {
                masked.Append(line);
            }

            at = end;
        }

        return at;
    }

    private static int AfterWords(ReadOnlySpan<char> line, int words, int resume)
    {
        var at = 0;
        for (var i = 0; i <= words; i++)
        {
            while (at < resume && line[at] is ' ' or '\t') at++;
            if (i == words) break;
            at += WordEnd(line[at..]);
        }

        return at < resume ? at : -1;
    }

    /// <summary>Behind "snmp… word" everything is covered, but what says who may ask: the list behind "snmp-server community X RO", a group (which has no secret), the host of an ASA.</summary>
    private static int AfterSnmp(ReadOnlySpan<char> line, ReadOnlySpan<char> trimmed, ref int resume)
    {
        if (trimmed.StartsWith("snmp-server group ")) return -1;
        if (trimmed.StartsWith("snmp-server host "))
        {
            var words = new Cursor(trimmed);
            for (var i = 0; i < 3; i++) words.Next();
            return AfterWords(line, Model.Address.TryParse(words.Peek, out _) ? 4 : 2, resume);
        }

        var from = AfterWords(line, 2, resume);
        if (from < 0 || !trimmed.StartsWith("snmp-server community ")) return from;
        var rest = new Cursor(line[from..resume]);
        var secret = rest.Next();
        // "community 7 …", "community encrypted …" and quoted ones: the secret isn't one word.
        if (!secret.ContainsAnyExceptInRange('0', '9') || secret is "encrypted" || secret[0] is '"' or '\'' || !(rest.Peek.Equals("ro", StringComparison.OrdinalIgnoreCase) || rest.Peek.Equals("rw", StringComparison.OrdinalIgnoreCase) || rest.Peek is "view")) return from;
        resume = from + secret.Length;
        return from;
    }

    private static ReadOnlySpan<char> Second(ReadOnlySpan<char> trimmed, int first)
    {
        var rest = trimmed[first..].TrimStart();
        return rest[..WordEnd(rest)];
    }

    private static bool StartsWithWord(ReadOnlySpan<char> text, ReadOnlySpan<char> word) =>
        text.StartsWith(word) && (text.Length == word.Length || text[word.Length] is ' ' or '\t');

    private static int WordEnd(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAny(" \t\r\n");
        return end < 0 ? text.Length : end;
    }
}
