using System.Text;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Mail.Senders;

/// <summary>Reads what our own front MTA found about the sender (RFC 8601). What other hosts claim to have found is worth nothing here and isn't read.</summary>
internal static class AuthenticationResults
{
    private const int MostRead = 16_384;

    private static readonly HashSet<string> Results = new(["pass", "fail", "softfail", "neutral", "none", "temperror", "permerror", "policy", "hardfail"], StringComparer.Ordinal);

    /// <summary>Null when our own host said nothing. What stands where a sender can write is nothing that it said, whatever name it bears (RFC 8601 §5).</summary>
    /// <param name="untrusted">All headers, from the top: each server writes above what it was given.</param>
    public static MailAuthentication? Read(IReadOnlyList<(string Name, string Value)> untrusted, MailRules rules)
    {
        if (rules.AuthservId is not { } front) return null;
        // The border: the line in which the front server says that it took the message, of several of its own the first that it wrote. What a sender claims stands below.
        var (border, hops) = (-1, 0);
        for (var i = 0; i < untrusted.Count && hops < rules.AuthservHops; i++)
        {
            if (!Is(untrusted[i].Name, "Received") || !IsBy(untrusted[i].Value, rules)) continue;
            border = i;
            hops++;
        }
        if (hops < rules.AuthservHops) return null;
        var end = rules.Results == ResultsPlace.Above ? border : untrusted.Count;
        for (var i = border + 1; i < end; i++)
            if (Is(untrusted[i].Name, "Received")) end = i;
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        var spoke = false;
        for (var i = rules.Results == ResultsPlace.Above ? 0 : border + 1; i < end; i++)
        {
            if (!Is(untrusted[i].Name, "Authentication-Results") || Parts(untrusted[i].Value) is not [var who, .. var said] || !IsFrom(who, front)) continue;
            spoke = true;
            // Of several headers the upper is newer.
            foreach (var (method, result) in Said(said)) found.TryAdd(method, result);
        }
        return spoke ? new(front, found.GetValueOrDefault("spf"), found.GetValueOrDefault("dkim"), found.GetValueOrDefault("dmarc")) : null;
    }

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);

    /// <summary>The authserv-id, and a version: one that isn't known is nothing that can be read (RFC 8601 §2.2).</summary>
    private static bool IsFrom(string who, string front) => who.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var id, .. var version] && Is(id, front) && version is [] or ["1"];

    private static Dictionary<string, string> Said(IEnumerable<string> parts)
    {
        var here = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in parts)
        {
            var word = part.Split(' ', 2)[0].Split('=', 2);
            if (word.Length != 2 || word[0].Split('/') is not [var name, .. var version] || version is not ([] or ["1"])) continue;
            var (method, result) = (name.ToLowerInvariant(), word[1].ToLowerInvariant());
            if (method is not ("spf" or "dkim" or "dmarc") || !Results.Contains(result)) continue;
            // Several signatures: one that holds is enough, whose it is dmarc says.
            if (!here.TryGetValue(method, out var other) || (other != "pass" && result == "pass")) here[method] = result == "hardfail" ? "fail" : result;
        }
        return here;
    }

    /// <summary>True when a server of the front took the message in this hop. <c>from</c> bears what the other side called itself, which may be anything: a line that says <c>by</c> twice says nothing.</summary>
    private static bool IsBy(string received, MailRules rules)
    {
        var words = Parts(received)[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Count(static w => Is(w, "by")) != 1) return false;
        var at = Array.FindIndex(words, static w => Is(w, "by"));
        if (at is not (0 or 2) || at + 1 >= words.Length || (at == 2 && !Is(words[0], "from"))) return false;
        var host = words[at + 1].TrimEnd('.');
        return rules.AuthservHosts.Count > 0
            ? rules.AuthservHosts.Any(h => Is(h, host))
            : Is(host, rules.AuthservId!) || host.EndsWith("." + rules.AuthservId, StringComparison.OrdinalIgnoreCase);
    }

    private static string[] Parts(string header) => Plain(header.Length > MostRead ? header[..MostRead] : header).Split(';', StringSplitOptions.TrimEntries);

    /// <summary>As it is written anew; null when nothing was found.</summary>
    public static string? Written(MailAuthentication found)
    {
        var results = ((string, string?)[])[("spf", found.Spf), ("dkim", found.Dkim), ("dmarc", found.Dmarc)];
        var text = string.Join("; ", results.Where(static r => r.Item2 is not null).Select(static r => $"{r.Item1}={r.Item2}"));
        return HeaderLine.Plain("Authentication-Results", $"{found.Server}; {(text.Length == 0 ? "none" : text)}".Split(' '));
    }

    /// <summary>Without comments and quoted strings, in which anything may stand; blanks are single, and none beside an equals sign.</summary>
    private static string Plain(string header)
    {
        var plain = new StringBuilder(header.Length);
        var (depth, isName) = (0, true);
        for (var i = 0; i < header.Length; i++)
        {
            var c = header[i];
            if (c == '\\') i++;
            else if (c == '(') depth++;
            else if (c == ')' && depth > 0) depth--;
            else if (depth > 0) continue;
            else if (c == '"' && header.IndexOf('"', i + 1) is var close and > 0)
            {
                // A name may stand in quotes (RFC 8601 §2.2: a value); anything else in them is somebody's prose.
                if (isName && plain.Length == 0) plain.Append(header.AsSpan(i + 1, close - i - 1));
                i = close;
            }
            else if (c is ' ' or '\t')
            {
                if (plain.Length > 0 && plain[^1] is not (' ' or '=')) plain.Append(' ');
            }
            else
            {
                isName &= c != ';';
                if (c == '=' && plain.Length > 0 && plain[^1] == ' ') plain.Length--;
                plain.Append(c);
            }
        }
        return plain.ToString();
    }
}
