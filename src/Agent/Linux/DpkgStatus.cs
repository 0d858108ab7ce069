namespace Sekisho.Agent.Linux;

/// <summary>What dpkg has installed.</summary>
internal static class DpkgStatus
{
    public const string Path = "/var/lib/dpkg/status";

    /// <summary>Version by package.</summary>
    public static SortedDictionary<string, string> Read(string status)
    {
        var installed = new SortedDictionary<string, string>(StringComparer.Ordinal);
        string? package = null, version = null;
        var isHere = false;
        foreach (var line in status.Split('\n').Append(""))
        {
            if (line.Length == 0)
            {
                if (package is not null && version is not null && isHere) installed[package] = version;
                (package, version, isHere) = (null, null, false);
            }
            else if (line.StartsWith("Package: ", StringComparison.Ordinal)) package = line["Package: ".Length..].Trim();
            else if (line.StartsWith("Version: ", StringComparison.Ordinal)) version = line["Version: ".Length..].Trim();
            else if (line.StartsWith("Status: ", StringComparison.Ordinal)) isHere = line.EndsWith(" installed", StringComparison.Ordinal);
        }
        return installed;
    }
}
