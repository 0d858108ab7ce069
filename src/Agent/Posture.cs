using Sekisho.Agent.Linux;
using Sekisho.Agent.Windows;
using Sekisho.Assurance;

namespace Sekisho.Agent;

/// <summary>Looks at a machine and says what it found (端末の状態を読む).</summary>
public static class Posture
{
    /// <param name="number">Asset number, when told.</param>
    /// <param name="allowed">Names of software that may be there, with * for any characters; null: no list was given.</param>
    public static PostureReport Look(IMachine machine, PostureRules rules, string? number, IReadOnlyList<string>? allowed)
    {
        ArgumentNullException.ThrowIfNull(machine);
        IReadOnlyList<PostureFact> facts = machine.IsWindows
            ? [WindowsMedia.Look(machine), WindowsSignIn.Look(machine), WindowsDisk.Look(machine), WindowsPatches.Look(machine, rules), WindowsProtection.Look(machine, rules), InstalledSoftware.OnWindows(machine, allowed)]
            : [LinuxMedia.Look(machine), LinuxSignIn.Look(machine, rules), LinuxDisk.Look(machine), AptUpdates.Look(machine, rules), LinuxProtection.Look(machine, rules), InstalledSoftware.OnLinux(machine, allowed)];
        return new PostureReport(PostureReport.PresentFormat, machine.Now, machine.HostName, number, machine.IsWindows ? "windows" : "linux", SystemName(machine), facts);
    }

    private static string SystemName(IMachine machine)
    {
        if (machine.IsWindows)
        {
            const string Version = @"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
            var build = machine.Value(Version, "CurrentBuild").OrNull()?.Text;
            return $"{machine.Value(Version, "ProductName").OrNull()?.Text ?? "Windows"}{(build is null ? "" : $" ({build}.{machine.Value(Version, "UBR").OrNull()?.Number ?? 0})")}";
        }
        foreach (var line in (machine.ReadText("/etc/os-release").OrNull() ?? "").Split('\n'))
            if (line.StartsWith("PRETTY_NAME=", StringComparison.Ordinal)) return line["PRETTY_NAME=".Length..].Trim().Trim('"');
        return "Linux";
    }

    internal static Bilingual Listed(IReadOnlyCollection<string> names, int most = 5)
    {
        var more = names.Count - most;
        return new(string.Join("、", names.Take(most)) + (more > 0 ? $" ほか {more} 件" : ""), string.Join(", ", names.Take(most)) + (more > 0 ? $" and {more} more" : ""));
    }
}
