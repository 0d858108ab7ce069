using System.Globalization;

namespace Sekisho.Agent.Windows;

/// <summary>How long ago the last cumulative update of Windows was installed (更新の適用).</summary>
internal static class WindowsPatches
{
    private const string Servicing = @"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing", Packages = Servicing + @"\Packages";
    private const int Installed = 112;

    public static PostureFact Look(IMachine machine, PostureRules rules)
    {
        if (machine.Keys($@"{Servicing}\RebootPending") is Reading<IReadOnlyList<string>>.There)
            return PostureFact.Of(PostureKeys.Patched, Answer.No, new("更新のあと、再起動されていません。", "The machine has not been restarted since an update."), $@"{Servicing}\RebootPending");
        DateTimeOffset? last = null;
        foreach (var package in (machine.Keys(Packages).OrNull() ?? []).Where(p => p.StartsWith("Package_for_RollupFix", StringComparison.OrdinalIgnoreCase)))
        {
            var at = $@"{Packages}\{package}";
            if (WindowsMedia.Number(machine, at, "CurrentState") != Installed) continue;
            if (WindowsMedia.Number(machine, at, "InstallTimeHigh") is not { } high || WindowsMedia.Number(machine, at, "InstallTimeLow") is not { } low) continue;
            if (Time(high << 32 | low) is { } when && (last is null || when > last)) last = when;
        }
        if (last is not { } newest)
            return PostureFact.Of(PostureKeys.Patched, Answer.Unknown, new("累積更新プログラムの記録が見つかりません。", "No record of a cumulative update was found."), Packages);
        var days = (int)(machine.Now - newest).TotalDays;
        return PostureFact.Of(PostureKeys.Patched, days <= rules.Days.WindowsUpdate ? Answer.Yes : Answer.No,
            new(string.Create(CultureInfo.InvariantCulture, $"累積更新プログラムの適用は {days} 日前です（{rules.Days.WindowsUpdate} 日以内）。"), $"The last cumulative update was installed {days} days ago ({rules.Days.WindowsUpdate} at most)."), Packages);
    }

    internal static DateTimeOffset? Time(long fileTime) => fileTime is > 0 and < 2650467743990000000 ? DateTimeOffset.FromFileTime(fileTime).ToUniversalTime() : null;
}
