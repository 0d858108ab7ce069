using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Mail;

/// <summary>Reads lists of addresses (RFC 5322 §3.4) as mail of the real world has them: groups, comments for names, commas in names without quotes, names in raw Japanese, addresses of two dots.</summary>
internal static partial class AddressList
{
    /// <summary>RFC 2606: leads nowhere. Stands where a sender gives no address that can be written, so that the name isn't lost.</summary>
    public const string NoAddress = "no-address@unknown.invalid";

    private const int Most = 1000, MostRead = 1 << 17;

    private static readonly IdnMapping Idn = new() { AllowUnassigned = true, UseStd3AsciiRules = false };

    /// <summary>Everybody in it, in order; who has no address that can be written has <see cref="NoAddress"/>, and it is told.</summary>
    public static List<Mailbox> Read(string untrusted, string header, Job job)
    {
        if (untrusted.Length > MostRead)
        {
            job.Remove("E-04", header, "more addresses than anybody reads");
            untrusted = untrusted[..MostRead];
        }
        var list = new List<Mailbox>();
        var pending = "";
        foreach (var one in Split(MimeText.DecodeRaw(untrusted)))
        {
            var (phrase, angle, comment) = one;
            if (angle is null && phrase.Length == 0 && comment.Length == 0) continue;
            if (angle is null && !phrase.Contains('@', StringComparison.Ordinal))
            {
                // A comma in a name without quotes: it belongs to whoever follows.
                pending = pending.Length == 0 ? phrase : $"{pending}, {phrase}";
                continue;
            }
            if (list.Count >= Most)
            {
                job.Remove("E-04", header, "an address beyond the thousandth");
                continue;
            }
            var address = Address(angle ?? phrase);
            var name = MimeText.OneLine(MimeText.DecodeWords(angle is null ? comment : phrase.Length > 0 ? phrase : comment));
            if (pending.Length > 0) name = MimeText.OneLine($"{MimeText.DecodeWords(pending)}, {name}").TrimEnd(',', ' ');
            pending = "";
            if (address is not null)
            {
                list.Add(new(name, address));
                continue;
            }
            job.Remove("E-04", header, "an address that is none");
            // What stood in the place of an address is shown where it looks like one.
            var shown = angle is null || angle.Contains('@', StringComparison.Ordinal) ? MimeText.OneLine(MimeText.DecodeWords(angle ?? phrase)) : "";
            if (name.Length == 0 && shown.Length == 0) continue;
            list.Add(new(MimeText.OneLine(name.Length == 0 ? shown : shown.Length == 0 ? name : $"{name} ({shown})"), NoAddress));
        }
        if (pending.Length > 0 && MimeText.OneLine(MimeText.DecodeWords(pending)) is { Length: > 0 } alone && list.Count < Most)
        {
            job.Remove("E-04", header, "a name without an address");
            list.Add(new(alone, NoAddress));
        }
        return list;
    }

    /// <summary>The address as it is written; null when it is none. Domains of other scripts are written in ASCII (RFC 5891).</summary>
    private static string? Address(string untrusted)
    {
        var address = untrusted.Trim();
        if (address.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase)) address = address[7..];
        // A way through other hosts (RFC 822): the last is whom it is for.
        if (address.StartsWith('@') && address.IndexOf(':', StringComparison.Ordinal) is var colon and > 0) address = address[(colon + 1)..];
        var at = address.LastIndexOf('@');
        if (at <= 0 || at == address.Length - 1) return null;
        var (local, domain) = (address[..at].TrimEnd(), address[(at + 1)..].Trim().TrimEnd('.'));
        if (domain.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            try
            {
                domain = Idn.GetAscii(domain);
            }
            catch (ArgumentException)
            {
                return null;
            }
        }
        return Written().IsMatch($"{local}@{domain}") ? $"{local}@{domain}" : null;
    }

    /// <summary>Pieces between commas and semicolons, each as phrase, what stood in angles, and comments.</summary>
    private static IEnumerable<(string Phrase, string? Angle, string Comment)> Split(string text)
    {
        var (phrase, comment) = (new StringBuilder(), new StringBuilder());
        string? angle = null;
        // Looked for once: a list of nothing but opening signs must cost no more than another.
        var (lastClose, lastSemicolon, quotes, hasAt) = (text.LastIndexOf('>'), text.LastIndexOf(';'), true, false);
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"' when quotes:
                    var (quoted, end) = Quoted(text, i);
                    if (end == i + 1) quotes = false;
                    // Quotes are part of an address, not of a name.
                    if (end < text.Length && text[end] == '@') phrase.Append(text, i, end - i);
                    else phrase.Append(quoted);
                    i = end - 1;
                    break;
                case '(':
                    i = Comment(text, i, comment);
                    break;
                case '<' when i < lastClose:
                    var close = text.IndexOf('>', i + 1);
                    // Of several that open, the last one closes.
                    var open = text.LastIndexOf('<', close, close - i + 1);
                    phrase.Append(text, i, open - i);
                    i = open;
                    if (angle is not null) phrase.Append('<').Append(angle).Append('>'); // of several, the last is it; the others are shown
                    angle = text[(i + 1)..close];
                    i = close;
                    break;
                case ',' or ';':
                    yield return (phrase.ToString().Trim(), angle, comment.ToString().Trim());
                    (angle, hasAt) = (null, false);
                    phrase.Clear();
                    comment.Clear();
                    break;
                // A group, which ends with a semicolon; another colon is part of a name.
                case ':' when angle is null && !hasAt && i < lastSemicolon && !(phrase.Length < 10 && phrase.ToString().Trim().Equals("mailto", StringComparison.OrdinalIgnoreCase)):
                    phrase.Clear();
                    break;
                default:
                    hasAt |= text[i] == '@';
                    phrase.Append(text[i]);
                    break;
            }
        }
        yield return (phrase.ToString().Trim(), angle, comment.ToString().Trim());
    }

    private static (string Text, int End) Quoted(string text, int start)
    {
        var close = start + 1;
        while (close < text.Length && text[close] != '"') close += text[close] == '\\' ? 2 : 1;
        if (close >= text.Length) return ("", start + 1); // one that isn't closed quotes nothing
        var content = new StringBuilder();
        for (var i = start + 1; i < close; i++)
        {
            if (text[i] == '\\') i++;
            content.Append(text[i]);
        }
        return (content.ToString(), close + 1);
    }

    private static int Comment(string text, int start, StringBuilder into)
    {
        var depth = 0;
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
            {
                into.Append(text[++i]);
                continue;
            }
            if (text[i] == '(' && depth++ == 0) continue;
            if (text[i] == ')' && --depth == 0) return i;
            into.Append(text[i]);
        }
        return text.Length - 1;
    }

    [GeneratedRegex(@"^(?:[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,128}|""[ !#-\[\]-~]{1,128}"")@(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f.:IPv]{3,60}\])$", RegexOptions.CultureInvariant)]
    private static partial Regex Written();
}
