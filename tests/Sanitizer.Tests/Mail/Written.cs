using System.Text;

namespace Sekisho.Sanitizer.Tests.Mail;

/// <summary>Looks into a message that came out, by its own simple form.</summary>
internal static class Written
{
    /// <summary>The text of the body, with CRLF.</summary>
    public static string Body(Result result)
    {
        var text = Encoding.ASCII.GetString(result.Out);
        var at = text.IndexOf("Content-Type: text/plain; charset=utf-8\r\n", StringComparison.Ordinal);
        var start = text.IndexOf("\r\n\r\n", at, StringComparison.Ordinal) + 4;
        var end = text.IndexOf("\r\n--=_", start, StringComparison.Ordinal);
        var body = end < 0 ? text[start..] : text[start..end];
        return text[at..start].Contains("base64", StringComparison.Ordinal) ? Encoding.UTF8.GetString(Convert.FromBase64String(body)) : body;
    }

    /// <summary>The headers of the message, unfolded.</summary>
    public static List<string> Headers(Result result)
    {
        var text = Encoding.ASCII.GetString(result.Out);
        return [.. text[..text.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Replace("\r\n ", " ", StringComparison.Ordinal).Split("\r\n")];
    }
}
