using System.Text.RegularExpressions;
using Sekisho.Sanitizer.Rules;
using Sekisho.Sanitizer.Texts;

namespace Sekisho.Sanitizer.Markup;

/// <summary>Where a link leads, as it is told to a reader (リンク先).</summary>
internal sealed partial class LinkTarget
{
    private readonly string? host;
    private readonly bool isMail;

    /// <param name="untrusted">Of an attribute, trimmed.</param>
    public LinkTarget(string untrusted, SanitizePolicy policy)
    {
        var clean = Characters.Clean(untrusted.Replace("\n", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal).Replace("\t", "", StringComparison.Ordinal)).Replace(' ', '+');
        if (!Uri.TryCreate(clean, UriKind.Absolute, out var uri)) return;
        isMail = uri.Scheme == "mailto";
        // Not allowed as a link, but a reader may know of it: nothing follows what is only text.
        if (!policy.Allows(clean) && uri.Scheme is not ("http" or "https" or "ftp" or "file")) return;
        Shown = isMail ? Uri.UnescapeDataString(clean["mailto:".Length..].Split('?')[0]).Replace('<', ' ').Replace('>', ' ').Trim() : clean.Replace("<", "%3C", StringComparison.Ordinal).Replace(">", "%3E", StringComparison.Ordinal);
        if (Shown.Length == 0) Shown = null;
        host = isMail ? Shown : uri.IdnHost.ToLowerInvariant();
    }

    /// <summary>Null when it leads nowhere that a reader should know of.</summary>
    public string? Shown { get; }

    /// <summary>True when the text says it already.</summary>
    public bool IsShownBy(string text) => Shown is null || text.Contains(Shown, StringComparison.OrdinalIgnoreCase) || (Shown.EndsWith('/') && text.Contains(Shown[..^1], StringComparison.OrdinalIgnoreCase) && text.Length < Shown.Length + 2) || Shown.TrimEnd('/').EndsWith("://" + text.TrimEnd('/'), StringComparison.OrdinalIgnoreCase);

    /// <summary>True when the text is itself an address, and another host's (E-18).</summary>
    public bool IsContradictedBy(string text)
    {
        if (host is null || text.Length > 2_000) return false;
        if (isMail) return MailShown().Match(text) is { Success: true } mail && !mail.Value.Equals(host, StringComparison.OrdinalIgnoreCase);
        if (WebShown().Match(text) is not { Success: true } found) return false;
        var shown = found.Groups["host"].Value.TrimEnd('.').ToLowerInvariant();
        return !Same(shown, host);
    }

    /// <summary>One is the other, or a host below it; "www" says nothing.</summary>
    private static bool Same(string one, string two)
    {
        one = one.StartsWith("www.", StringComparison.Ordinal) ? one[4..] : one;
        two = two.StartsWith("www.", StringComparison.Ordinal) ? two[4..] : two;
        return one == two || two.EndsWith("." + one, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"(?:^|[\s（(「<])(?:(?:https?|ftp)://(?:[^/\s@]{1,200}@)?(?<host>[^/\s:?#<>」）)]{1,253})|(?<host>(?:[A-Za-z0-9-]{1,63}\.){1,8}(?:jp|com|net|org|info|biz|co|io|cn|ru|eu|uk|de|gov|edu|tokyo|xyz|example))(?=$|[/\s:?）)」]))", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex WebShown();

    [GeneratedRegex(@"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}", RegexOptions.CultureInvariant)]
    private static partial Regex MailShown();
}
