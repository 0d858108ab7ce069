using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Reports;

/// <summary>Names for what comes out (ファイル名の無害化), for hosts.</summary>
public static class FileNames
{
    /// <summary>A relative path that leads nowhere else: no ways up, no drives, no characters that deceive.</summary>
    public static string CleanPath(string untrustedRelative) => SafeName.CleanPath(untrustedRelative);
}
