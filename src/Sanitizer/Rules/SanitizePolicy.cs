using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Scanning;

namespace Sekisho.Sanitizer.Rules;

/// <summary>What the sanitiser may let out and how (無害化の方針). Read by <see cref="PolicyFile"/>; every value is written out and explained in data/sanitizer/default-policy.yaml.</summary>
public sealed record SanitizePolicy
{
    public required SanitizeMode Mode { get; init; }

    /// <summary>Treatment by family key (<c>ooxml</c>) and by kind key (<c>jtd</c>); the kind's own wins.</summary>
    public required IReadOnlyDictionary<string, Treatment> Kinds { get; init; }

    /// <summary>False: a name that disagrees with the content refuses the file.</summary>
    public required bool CorrectNames { get; init; }

    public required bool KeepComments { get; init; }
    public required bool AcceptTrackedChanges { get; init; }
    public required bool RefuseHidden { get; init; }
    public required bool KeepMetadata { get; init; }

    /// <summary>Metafiles in documents are written anew from the records that are understood; else, and where one isn't, they become pictures.</summary>
    public required bool RebuildMetafiles { get; init; }

    /// <summary>Schemes of links that stay, lower case.</summary>
    public required IReadOnlyList<string> LinkSchemes { get; init; }

    /// <summary>False: every link becomes its text.</summary>
    public required bool KeepLinks { get; init; }

    /// <summary>Text in UTF-16 that doesn't say so is read as that, where it can be nothing else.</summary>
    public required bool KeepUnmarkedUtf16 { get; init; }

    /// <summary>Text that is in none of Japan's codes is read as ISO 8859-1.</summary>
    public required bool KeepLatin1 { get; init; }

    /// <summary>Cells of a CSV that a spreadsheet would calculate are quoted.</summary>
    public required bool QuoteFormulas { get; init; }

    public required bool KeepRemoteImages { get; init; }

    /// <summary>A clean HTML part is kept beside the text of a message.</summary>
    public required bool KeepMailHtml { get; init; }

    public required MailRules Mail { get; init; }

    /// <summary>Reminders of calendars stay; those that run programs or send mail never do.</summary>
    public required bool KeepAlarms { get; init; }

    /// <summary>Files that stand in a calendar are rebuilt; else they are left out.</summary>
    public required bool RebuildCalendarFiles { get; init; }

    /// <summary>One member that can't come out refuses the whole archive or message.</summary>
    public required bool RefuseWithMember { get; init; }

    public required bool KeepForms { get; init; }

    /// <summary>Files on a PDF go through the sanitiser and are attached anew; else they are left out.</summary>
    public required bool RebuildPdfFiles { get; init; }

    public required bool KeepPdfMetadata { get; init; }

    /// <summary>The clamd that scans; null for none.</summary>
    public required ScannerAddress? Scanner { get; init; }

    public required bool ScanInput { get; init; }
    public required bool ScanOutput { get; init; }
    public required SanitizeLimits Limits { get; init; }

    /// <summary>The whole default.</summary>
    public static SanitizePolicy Default { get; } = PolicyFile.LoadDefault();

    /// <summary>How a kind is treated.</summary>
    public Treatment For(FileKind kind) =>
        kind.Family == FileFamily.Active ? Treatment.Refuse
        : Kinds.TryGetValue(kind.Key, out var own) ? own
        : Kinds.GetValueOrDefault(PolicyFile.FamilyKey(kind.Family), Treatment.Refuse);

    /// <summary>True for a link that may stay: its scheme is on the list, and it names no user and hides no characters.</summary>
    public bool Allows(string untrustedLink)
    {
        if (!KeepLinks || untrustedLink.Length is 0 or > 2083) return false;
        foreach (var c in untrustedLink)
        {
            if (char.IsControl(c) || c is ' ' or '\\' or '\u200B' or >= '\u200E' and <= '\u200F' or >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069') return false;
        }
        return Uri.TryCreate(untrustedLink, UriKind.Absolute, out var link) && LinkSchemes.Contains(link.Scheme) && !(link.Scheme is "http" or "https" && link.UserInfo.Length > 0);
    }
}

/// <summary>Budgets of one file, shared by all that is nested in it.</summary>
/// <param name="ExpansionRatio">Unpacked bytes for each byte of input, from 16 MiB on.</param>
public sealed record SanitizeLimits(long InputBytes, long InMemoryBytes, long ExpandedBytes, int ExpansionRatio, int Entries, int Depth, long Pixels, int Pages, TimeSpan Time);

/// <summary>What comes out (方式).</summary>
public enum SanitizeMode
{
    Rebuild,
    Pixels,
    Text,
}

/// <summary>What is done with a kind of file.</summary>
public enum Treatment
{
    Rebuild,

    /// <summary>As it came: only where an approval says so.</summary>
    Admit,
    Refuse,
}
