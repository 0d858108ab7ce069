using System.Text;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Mail.Senders;

/// <summary>Reads what our own front MTA found about the sender (RFC 8601). What other hosts claim to have found is worth nothing here and isn't read.</summary>
internal static class AuthenticationResults
{
    private const int MostRead = 16_384;

    private static readonly HashSet<string> Results = new(["pass", "fail", "softfail", "neutral", "none", "temperror", "permerror", "policy", "hardfail"], StringComparer.Ordinal);

    /// <summary>Null when our own host said nothing.</summary>
    /// <param name="untrusted">All headers of the name, from the top: the last host wrote the first.</param>
    /// <param name="ownServer">The authserv-id of our front MTA, which must take out what comes with its name from outside (RFC 8601 §5).</param>
    public static MailAuthentication? Read(IReadOnlyList<string> untrusted, string? ownServer)
    {
        if (ownServer is null) return null;
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        var spoke = false;
        foreach (var header in untrusted)
        {
            var parts = Plain(header.Length > MostRead ? header[..MostRead] : header).Split(';', StringSplitOptions.TrimEntries);
            // authserv-id, and a version that nobody writes.
            if (!parts[0].Split(' ', 2)[0].Equals(ownServer, StringComparison.OrdinalIgnoreCase)) continue;
            spoke = true;
            var here = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var part in parts.Skip(1))
            {
                var word = part.Split(' ', 2)[0].Split('=', 2);
                if (word.Length != 2) continue;
                var (method, result) = (word[0].Trim().Split('/')[0].ToLowerInvariant(), word[1].Trim().ToLowerInvariant());
                if (method is not ("spf" or "dkim" or "dmarc") || !Results.Contains(result)) continue;
                // Several signatures: one that holds is enough, whose it is dmarc says.
                if (!here.TryGetValue(method, out var other) || (other != "pass" && result == "pass")) here[method] = result == "hardfail" ? "fail" : result;
            }
            // Of several headers the upper is newer.
            foreach (var (method, result) in here) found.TryAdd(method, result);
        }
        return spoke ? new(ownServer, found.GetValueOrDefault("spf"), found.GetValueOrDefault("dkim"), found.GetValueOrDefault("dmarc")) : null;
    }

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
        var depth = 0;
        for (var i = 0; i < header.Length; i++)
        {
            var c = header[i];
            if (c == '\\') i++;
            else if (c == '(') depth++;
            else if (c == ')' && depth > 0) depth--;
            else if (depth > 0) continue;
            else if (c == '"' && header.IndexOf('"', i + 1) is var close and > 0) i = close;
            else if (c is ' ' or '\t')
            {
                if (plain.Length > 0 && plain[^1] is not (' ' or '=')) plain.Append(' ');
            }
            else
            {
                if (c == '=' && plain.Length > 0 && plain[^1] == ' ') plain.Length--;
                plain.Append(c);
            }
        }
        return plain.ToString();
    }
}
