using System.Globalization;

namespace Sekisho.Sanitizer.Mail.Senders;

/// <summary>A domain of an address, for comparing (ドメイン名): lower case, in the letters that a reader sees.</summary>
/// <param name="Ascii">As it is written on the wire: <c>xn--…</c>.</param>
/// <param name="Shown">As a reader may see it.</param>
internal sealed record DomainName(string Ascii, string Shown)
{
    // What registries hand out names under; others: the last label. Enough for names that are compared with the office's own.
    private static readonly HashSet<string> SecondLevel = new("ac ad co ed go gr lg ne or com net org gov edu mil gob gouv gc ltd plc sch nhs police info".Split(' '), StringComparer.Ordinal);

    private static readonly IdnMapping Idn = new() { AllowUnassigned = true, UseStd3AsciiRules = false };

    /// <summary>Null for none: an address without a domain, or one in numbers.</summary>
    public static DomainName? Of(string address)
    {
        var at = address.LastIndexOf('@');
        return at < 0 ? null : Read(address[(at + 1)..]);
    }

    public static DomainName? Read(string text)
    {
        var name = text.Trim().TrimEnd('.').ToLowerInvariant();
        if (name.Length is 0 or > 253 || !name.Contains('.', StringComparison.Ordinal) || name[0] == '[') return null;
        try
        {
            return name.All(char.IsAscii)
                ? new(name, name.Contains("xn--", StringComparison.Ordinal) ? Idn.GetUnicode(name) : name)
                : new(Idn.GetAscii(name), name);
        }
        catch (ArgumentException)
        {
            return new(name, name);
        }
    }

    /// <summary>True for the domain itself and all below it.</summary>
    public bool IsWithin(DomainName other) => Ascii.Equals(other.Ascii, StringComparison.Ordinal) || Ascii.EndsWith("." + other.Ascii, StringComparison.Ordinal);

    /// <summary>What somebody registered: <c>example.co.jp</c> of <c>mail.example.co.jp</c>.</summary>
    public string Registered => Below(Shown, SuffixLabels(Ascii) + 1);

    /// <summary>What it ends with: <c>co.jp</c>.</summary>
    public string Suffix => Below(Ascii, SuffixLabels(Ascii));

    /// <summary>What stands before <see cref="Suffix"/>: <c>city.example</c> of <c>city.example.lg.jp</c>.</summary>
    public string Stem => Shown.Split('.') is var labels && labels.Length > SuffixLabels(Ascii) ? string.Join('.', labels[..^SuffixLabels(Ascii)]) : Shown;

    private static int SuffixLabels(string ascii)
    {
        var labels = ascii.Split('.');
        return labels.Length > 2 && labels[^1].Length == 2 && SecondLevel.Contains(labels[^2]) ? 2 : 1;
    }

    private static string Below(string name, int labels) => name.Split('.') is var all && all.Length > labels ? string.Join('.', all[^labels..]) : name;
}
