using System.Globalization;
using System.Text;

namespace Sekisho.Sanitizer.Mail;

/// <summary>A structured header: a value and its parameters, all forms decoded to one (RFC 2045, 2231, and RFC 2047 where programs put it against the rules).</summary>
/// <param name="Value">Lower case: <c>text/plain</c>, <c>attachment</c>.</param>
/// <param name="Repeated">Parameters as they stand, where a name stands more than once.</param>
internal sealed record MimeHeader(string Value, IReadOnlyDictionary<string, string> Parameters, IReadOnlyList<(string Name, string Value)> Repeated)
{
    public string? Parameter(string name) => Parameters.GetValueOrDefault(name);

    /// <summary>All that a parameter could be: as it is read here first, then as it stands elsewhere in the header.</summary>
    public IEnumerable<string> Every(string name) => (Parameter(name) is { } own ? (IEnumerable<string>)[own] : []).Concat(Repeated.Where(p => p.Name == name).Select(static p => p.Value));

    public static MimeHeader Read(string untrusted)
    {
        var at = 0;
        var value = Until(untrusted, ref at, ';').Trim().ToLowerInvariant();
        var raw = new List<(string Name, string Value)>();
        while (at < untrusted.Length)
        {
            at++; // the semicolon
            var name = Until(untrusted, ref at, '=', ';').Trim().ToLowerInvariant();
            if (at >= untrusted.Length || untrusted[at] == ';') continue;
            at++;
            while (at < untrusted.Length && untrusted[at] is ' ' or '\t') at++;
            raw.Add((name, at < untrusted.Length && untrusted[at] == '"' ? Quoted(untrusted, ref at) : Until(untrusted, ref at, ';').Trim()));
            while (at < untrusted.Length && untrusted[at] != ';') at++;
        }
        // text/plain charset=…, without the semicolon: the kind is the first word.
        if (value.IndexOf('/', StringComparison.Ordinal) is var slash and > 0 && value.AsSpan(slash).IndexOfAny(' ', '\t') is var blank and > 1) value = value[..(slash + blank)];
        return new(value, Join(raw), [.. raw.GroupBy(static p => p.Name).Where(static g => g.Count() > 1).SelectMany(static g => g)]);
    }

    private static Dictionary<string, string> Join(List<(string Name, string Value)> raw)
    {
        var joined = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var group in raw.GroupBy(static p => p.Name.Split('*')[0]))
        {
            // filename*0*=, filename*1= … before filename*=, before filename=: what RFC 2231 asks, whatever their order.
            var pieces = group.Where(static p => p.Name.Split('*') is { Length: > 1 } words && words[1].Length > 0 && int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out _))
                .OrderBy(static p => int.Parse(p.Name.Split('*')[1], NumberStyles.None, CultureInfo.InvariantCulture)).ToList();
            if (pieces.Count > 0)
            {
                var bytes = new List<byte>();
                var charset = "utf-8";
                for (var i = 0; i < pieces.Count; i++)
                {
                    var isEncoded = pieces[i].Name.EndsWith('*');
                    var text = pieces[i].Value;
                    if (i == 0 && isEncoded) (charset, text) = Charset(text);
                    if (isEncoded) bytes.AddRange(Percent(text));
                    else bytes.AddRange(MimeText.RawBytes(text));
                }
                joined[group.Key] = MimeText.Decode([.. bytes], charset).Text;
            }
            else if (group.FirstOrDefault(static p => p.Name.EndsWith('*')) is { Name: not null } extended)
            {
                var (charset, text) = Charset(extended.Value);
                joined[group.Key] = MimeText.Decode(Percent(text), charset).Text;
            }
            else
            {
                joined[group.Key] = MimeText.DecodeWords(group.First().Value);
            }
        }
        return joined;
    }

    private static (string Charset, string Text) Charset(string value)
    {
        var parts = value.Split('\'', 3);
        return parts.Length == 3 ? (parts[0], parts[2]) : ("utf-8", value);
    }

    private static byte[] Percent(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var b))
            {
                bytes.Add(b);
                i += 2;
            }
            else
            {
                bytes.AddRange(MimeText.RawBytes(text[i].ToString()));
            }
        }
        return [.. bytes];
    }

    private static string Until(string text, ref int at, params ReadOnlySpan<char> ends)
    {
        var found = new StringBuilder();
        var depth = 0;
        for (; at < text.Length && (depth > 0 || !ends.Contains(text[at])); at++)
        {
            if (text[at] == '(') depth++;
            else if (text[at] == ')' && depth > 0) depth--;
            else if (depth == 0) found.Append(text[at]);
        }
        return found.ToString();
    }

    private static string Quoted(string text, ref int at)
    {
        var found = new StringBuilder();
        for (at++; at < text.Length && text[at] != '"'; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length) at++;
            found.Append(text[at]);
        }
        return found.ToString();
    }
}
