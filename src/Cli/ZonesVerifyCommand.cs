using System.CommandLine;
using Sekisho.Zones.Model;
using Sekisho.Zones.Reports;

namespace Sekisho.Cli;

/// <summary>`sekisho zones verify --policy zones.yaml --config DIR [--json] [--certified] [--date YYYY-MM-DD]`.</summary>
internal static class ZonesVerifyCommand
{
    private const int MostShown = 20;

    internal static Command Create()
    {
        var certified = new Option<bool>("--certified") { Description = "二つの方式で確かめる / ask both engines" };
        return ZonesQuestion.Create("verify", "分離を検証する / verify separation", true, [certified], (parsed, given, _) =>
        {
            var report = ZoneVerification.Verify(given.Policy, given.Configs, given.Day, new VerifyOptions(parsed.GetValue(certified)));
            return new(ZonesCommands.ExitOf(report.Result), to => ZoneReportJson.Write(report, to), to => Write(report, given.Configs, to));
        });
    }

    private static void Write(ZoneReport report, IReadOnlyList<ConfigReading> configs, TextWriter to)
    {
        foreach (var reading in configs)
        {
            var lines = reading.Lines;
            to.WriteLine($"{reading.File}: {string.Join("、", reading.Devices.Select(static d => $"{d.Name}（{d.Vendor}）"))} {lines.Lines.Length:N0}行 理解できない行 {lines.Count(LineStatus.NotUnderstood):N0}");
            foreach (var error in reading.Errors) to.WriteLine($"    {error.Code} {error.What.Ja}");
        }
        foreach (var check in report.Checks)
        {
            var (word, english) = check.Verdict.Match(
                static _ => ("到達不能（証明済み）", "proved"), static v => ($"違反 {v.Violations.Count:N0}件", "violated"),
                static v => ($"条件により違反 {v.Violations.Count:N0}件", "violated if"), static _ => ("判定できません", "not assessed"));
            to.WriteLine($"{check.From.Name} から {check.To.Name} へ: {word} / {check.From.Id} → {check.To.Id}: {english}{(check.Stray.Count > 0 ? "（接続を始めないパケットは通る / stray packets pass）" : "")}");
            foreach (var reason in check.Verdict.Match(static _ => [], static _ => [], static _ => [], static n => n.Reasons)) to.WriteLine($"    {reason.Ja} / {reason.En}");
            foreach (var line in check.NotUnderstood.Take(MostShown)) to.WriteLine($"    理解できない行 {line.Source}: {line.Text}");
        }
        Write(Cause.Of(report), to);
        to.WriteLine();
        foreach (var finding in report.Findings) to.WriteLine($"{finding.Code} {finding.Where}: {finding.What.Ja} / {finding.What.En}");
        to.WriteLine(report.Result switch { ZoneResult.Proved => "結果: 証明済み / proved", ZoneResult.Violated => "結果: 違反 / violated", _ => "結果: 判定できません / undetermined" });
    }

    /// <summary>By the lines to correct, not by the ways that lead over them.</summary>
    private static void Write(IReadOnlyList<Cause> causes, TextWriter to)
    {
        if (causes.Count > 0)
        {
            to.WriteLine();
            to.WriteLine($"原因の行 {causes.Count:N0}か所 / lines that let it through: {causes.Count:N0}");
        }
        for (var i = 0; i < Math.Min(causes.Count, MostShown); i++)
        {
            var cause = causes[i];
            to.WriteLine($"{i + 1}. {string.Join("、", cause.Between.Select(static b => $"{b.From.Name} → {b.To.Name}"))}{(cause.Stray ? "（接続を始めないパケットだけ。状態を見ないestablishedなど / only packets that begin no connection）" : "")}");
            foreach (var step in cause.Lines) to.WriteLine($"    {step.Device} {step.Source} {step.Rule}");
            foreach (var off in cause.SwitchedOff) to.WriteLine($"    無効にされている規則 / switched off: {off.Device} {off.Source} {off.Rule}");
            foreach (var violation in cause.Violations.Take(3)) to.WriteLine($"    通る / passes: {violation.Flows}（例 / e.g. {violation.Packet}）");
            if (cause.Violations.Count > 3) to.WriteLine($"    ほか {cause.Violations.Count - 3:N0}経路 / {cause.Violations.Count - 3:N0} more ways (--json)");
            var unknowns = cause.Violations.SelectMany(static v => v.Unknowns).Select(static u => u.Name).Distinct().ToArray();
            if (unknowns.Length > 0) to.WriteLine($"    条件 / if: {string.Join(", ", unknowns)}");
        }
        if (causes.Count > MostShown) to.WriteLine($"ほか {causes.Count - MostShown:N0}か所 / {causes.Count - MostShown:N0} more (--json)");
    }
}
