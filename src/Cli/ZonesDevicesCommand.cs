using System.CommandLine;
using Sekisho.Zones.Reports;

namespace Sekisho.Cli;

/// <summary>`sekisho zones devices --policy zones.yaml --config DIR [--json] [--date YYYY-MM-DD]`: what reaches the devices themselves, from each zone.</summary>
internal static class ZonesDevicesCommand
{
    private const int MostShown = 5;

    internal static Command Create() => ZonesQuestion.Create("devices", "機器自身（管理画面など）に届く通信 / what reaches the devices themselves", true, false, [], static (_, given, _) =>
    {
        var report = ZoneVerification.VerifyDevices(given.Policy, given.Configs, given.Day);
        return new(ZonesCommands.ExitOf(report.Result), to => ZoneReportJson.Write(report, to), to => Write(report, to));
    });

    private static void Write(DeviceReport report, TextWriter to)
    {
        foreach (var device in report.Checks.GroupBy(static c => (c.Device, c.Vendor)))
        {
            to.WriteLine($"{device.Key.Device}（{device.Key.Vendor}）");
            // Zones of which the same is said stand together.
            foreach (var group in device.GroupBy(Said, StringComparer.Ordinal)) to.WriteLine($"  {string.Join("、", group.Select(static c => c.From.Name + (c.IsExpected ? "（管理用）" : "")))}: {group.Key}");
        }
        to.WriteLine(report.Result switch { ZoneResult.Proved => "結果: 証明済み / proved", ZoneResult.Violated => "結果: 届く / reachable", _ => "結果: 判定できません / undetermined" });
    }

    private static string Said(DeviceCheck check)
    {
        var (word, english) = check.Verdict.Match(static _ => ("届きません（証明済み）", "proved"), static _ => ("届きます", "reachable"), static _ => ("条件により届きます", "reachable if"), static _ => ("判定できません", "not assessed"));
        var lines = check.Verdict.Match(static _ => [], static _ => [], static _ => [], static n => n.Reasons).Select(static r => $"{r.Ja} / {r.En}")
            .Concat(check.Verdict is CheckVerdict.NotAssessed ? [] : check.Told().Select(r => Said(r, check.Result == ZoneResult.Violated)).Distinct(StringComparer.Ordinal).Take(MostShown))
            .Concat(check.Verdict is CheckVerdict.Proved && check.Pings.Count > 0 ? ["ping には答えます / answers ping"] : [])
            .Concat(check.NotUnderstood.Take(MostShown).Select(static l => $"理解できない行 / not understood {l.Source}: {l.Text}"));
        return $"{word} / {english}" + string.Concat(lines.Distinct(StringComparer.Ordinal).Select(static l => "\n      " + l));
    }

    /// <summary>The line, what it lets in, and on what it hangs. What other features may listen on has no line and no end of ports.</summary>
    private static string Said(Violation reach, bool certain)
    {
        if (reach.Unknowns.Contains(DeviceCheck.OtherFeatures)) return DeviceCheck.OtherFeatures.Name;
        var condition = certain || reach.Unknowns.Count == 0 ? "" : $"（{string.Join("、", reach.Unknowns.Select(static u => u.Name))}）";
        return $"{reach.Path[^1].Source} {reach.Path[^1].Rule}: {reach.Flows.Services}{condition}";
    }
}
