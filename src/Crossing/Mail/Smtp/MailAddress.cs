using System.Globalization;
using System.Text;

namespace Sekisho.Crossing.Mail.Smtp;

/// <summary>An address of an envelope (RFC 5321 §4.1.2).</summary>
/// <param name="Local">As it was written: only its own server may say that cases are the same.</param>
/// <param name="Domain">Lower case, ASCII (xn--) where it wasn't; brackets kept for literals.</param>
public sealed record MailAddress(string Local, string Domain)
{
    private const int MostLocal = 64, MostDomain = 255;

    /// <summary>Needs a way that carries UTF-8 (RFC 6531): a local part can't be written otherwise.</summary>
    public bool NeedsUtf8 => Local.Any(static c => c > '\x7e');

    /// <summary>For comparing: mail programs hold cases of local parts for the same.</summary>
    public string Folded => $"{Local.ToLowerInvariant()}@{Domain}";

    public override string ToString() => $"{Local}@{Domain}";

    /// <summary>Reads <c>local@domain</c>. Quoted local parts, literals and UTF-8 are taken; control characters never.</summary>
    /// <returns>Null when it is none.</returns>
    public static MailAddress? Read(string untrusted)
    {
        var at = untrusted.LastIndexOf('@');
        if (at <= 0 || at == untrusted.Length - 1) return null;
        var (local, domain) = (untrusted[..at], untrusted[(at + 1)..]);
        if (Encoding.UTF8.GetByteCount(local) > MostLocal || !IsLocal(local)) return null;
        return ReadDomain(domain) is { } own ? new(local, own) : null;
    }

    /// <summary>A domain as it is compared: lower case, ASCII.</summary>
    /// <returns>Null when it is none.</returns>
    public static string? ReadDomain(string untrusted)
    {
        if (untrusted.Length is 0 or > MostDomain) return null;
        if (untrusted[0] == '[') return untrusted[^1] == ']' && untrusted.Length > 2 && untrusted.AsSpan(1, untrusted.Length - 2).IndexOfAnyExcept(Literal) < 0 ? untrusted.ToLowerInvariant() : null;
        try
        {
            var ascii = untrusted.All(char.IsAscii) ? untrusted.ToLowerInvariant() : new IdnMapping().GetAscii(untrusted).ToLowerInvariant();
            return ascii.Length <= MostDomain && ascii.Split('.').All(IsLabel) ? ascii : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static readonly System.Buffers.SearchValues<char> Literal = System.Buffers.SearchValues.Create("0123456789abcdefABCDEFIPpvV:.");

    private static bool IsLabel(string label) => label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-' && label.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static bool IsLocal(string local)
    {
        if (local[0] == '"') return IsQuoted(local);
        return local[0] != '.' && local[^1] != '.' && local.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' || "!#$%&'*+-/=?^_`{|}~".Contains(c, StringComparison.Ordinal) || (c > '\x9f' && !char.IsControl(c) && !char.IsWhiteSpace(c)));
    }

    private static bool IsQuoted(string local)
    {
        if (local.Length < 3 || local[^1] != '"') return false;
        for (var i = 1; i < local.Length - 1; i++)
        {
            if (local[i] == '"' || char.IsControl(local[i])) return false;
            if (local[i] != '\\') continue;
            if (++i == local.Length - 1) return false;
        }
        return true;
    }
}
