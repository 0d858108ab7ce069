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
        var policy = new Option<FileInfo>("--policy") { Required = true, Description = "領域の定め（YAML） / the zone policy" };
        var config = new Option<string>("--config") { Required = true, Description = "設定のフォルダ / folder of configurations" };
        var json = new Option<bool>("--json") { Description = "JSON で出力 / as JSON" };
        var certified = new Option<bool>("--certified") { Description = "二つの方式で確かめる / ask both engines" };
        var date = new Option<string?>("--date") { Description = "この日に有効な許可で（既定は今日） / with the flows allowed on this day" };
        var command = new Command("verify", "分離を検証する / verify separation") { policy, config, json, certified, date };
        command.Validators.Add(result =>
        {
            if (result.GetValue(date) is { } text && !ZonesCommands.TryDate(text, out _)) result.AddError("--date は 2026-04-01 のように書いてください。 / Write --date as 2026-04-01.");
        });
        command.SetAction((parsed, cancel) =>
        {
            var file = parsed.GetRequiredValue(policy);
            var day = ZonesCommands.TryDate(parsed.GetValue(date), out var given) ? given : ZonesCommands.Today();
            if (ZonesCommands.ReadPolicy(file) is not { } reading || ZonesCommands.ReadConfigs(parsed.GetRequiredValue(config), file.FullName, cancel) is not { } configs) return Task.FromResult(Launch.BadInput);
            var report = ZoneVerification.Verify(reading, configs, day, new VerifyOptions(parsed.GetValue(certified)));
            using var output = Console.OpenStandardOutput();
            if (parsed.GetValue(json))
            {
                ZoneReportJson.Write(report, output);
                output.WriteByte((byte)'\n');
            }
            else
            {
                using var writer = ZonesCommands.Writer(output);
                Write(report, configs, writer);
            }
            return Task.FromResult(report.Result switch { ZoneResult.Proved => Launch.Fine, ZoneResult.Violated => Launch.Findings, _ => ZonesCommands.Undetermined });
        });
        return command;
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
