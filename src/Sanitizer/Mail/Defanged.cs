using System.Buffers;
using System.Text;

namespace Sekisho.Sanitizer.Mail;

/// <summary>Web addresses in text, written so that a person reads them and no program makes links of them (URL の無効化): <c>hxxps://example[.]jp/</c>.</summary>
internal static class Defanged
{
    // Where a host ends, as programs that make links see it.
    private static readonly SearchValues<char> AfterHost = SearchValues.Create("/?#\\ \t\r\n\"'<>[]{}|^`　、。，！？（）「」『』【】〔〕");

    /// <summary>Text without such addresses stays as it is, and so does what this wrote.</summary>
    public static string Of(string text)
    {
        if (!text.Contains("://", StringComparison.Ordinal) && !text.Contains("www.", StringComparison.OrdinalIgnoreCase)) return text;
        var clean = new StringBuilder(text.Length + 64);
        var (at, colon, www) = (0, -1, -1);
        while (at < text.Length)
        {
            // Each is looked for again only when it is passed: a text full of one has no other.
            if (colon < at) colon = text.IndexOf("://", at, StringComparison.Ordinal) is var found and >= 0 ? found : int.MaxValue;
            if (www < at) www = text.IndexOf("www.", at, StringComparison.OrdinalIgnoreCase) is var also and >= 0 ? also : int.MaxValue;
            if (colon == int.MaxValue && www == int.MaxValue)
            {
                clean.Append(text, at, text.Length - at);
                break;
            }
            if (www < colon)
            {
                clean.Append(text, at, www - at);
                var before = www - 1;
                at = www;
                if (before >= 0 && (char.IsAsciiLetterOrDigit(text[before]) || text[before] is '-' or '_' or '.'))
                {
                    clean.Append(text, at, 4);
                    at += 4;
                    continue;
                }
                at = Host(text, at, clean);
                continue;
            }
            var start = colon;
            while (start > at && colon - start < 30 && (char.IsAsciiLetterOrDigit(text[start - 1]) || text[start - 1] is '+' or '-' or '.')) start--;
            clean.Append(text, at, start - at);
            var name = text[start..colon];
            switch (name.ToLowerInvariant())
            {
                case "http" or "https" or "ftp" or "ftps":
                    clean.Append(name[0] is 'f' or 'F' ? "fxp" : "hxxp").Append(name[^1] is 's' or 'S' ? "s" : "").Append("://");
                    break;
                case "hxxp" or "hxxps" or "fxp" or "fxps":
                    clean.Append(name).Append("://");
                    break;
                default:
                    clean.Append(name).Append("[:]//");
                    break;
            }
            at = Host(text, colon + 3, clean);
        }
        return clean.ToString();
    }

    private static int Host(string text, int at, StringBuilder to)
    {
        var length = text.AsSpan(at).IndexOfAny(AfterHost);
        var end = length < 0 ? text.Length : at + length;
        // A sentence ends behind a host; that dot is nobody's.
        for (var i = at; i < end; i++)
        {
            if (text[i] == ':' && text.AsSpan(i).StartsWith("://")) return i; // the next one
            if (text[i] == '.' && i + 1 < end) to.Append("[.]");
            else to.Append(text[i]);
        }
        return end;
    }
}
