using System.CommandLine;
using Sekisho.Records.Registers.Exchange;
using Sekisho.Records.Zones;
using Sekisho.Zones.Model;
using Sekisho.Zones.Reports;

namespace Sekisho.Cli;

/// <summary>`sekisho zones verify --policy zones.yaml --config DIR [--json | --csv] [--all] [--certified] [--date YYYY-MM-DD]`.</summary>
internal static class ZonesVerifyCommand
{
    private const int MostShown = 20;

    internal static Command Create()
    {
        var certified = new Option<bool>("--certified") { Description = "二つの方式で確かめる / ask both engines" };
        var all = new Option<bool>("--all") { Description = "証明済みの組と機器もすべて書く / every pair and every device, proved ones too" };
        return ZonesQuestion.Create("verify", "分離を検証する / verify separation", true, true, [certified, all], (parsed, given, _) =>
        {
            var report = ZoneVerification.Verify(given.Policy, given.Configs, given.Day, new VerifyOptions(parsed.GetValue(certified)));
            return new(ZonesCommands.ExitOf(report.Result), to => ZoneReportJson.Write(report, to), to => Write(report, given.Configs, parsed.GetValue(all), to), () => Csv(report, given));
        });
    }

    /// <summary>What matters first: the result, the pairs that aren't proved, the lines to correct, and what the proof rests on.</summary>
    private static void Write(ZoneReport report, IReadOnlyList<ConfigReading> configs, bool all, TextWriter to)
    {
        var (violated, open) = (report.Checks.Count(static c => c.Result == ZoneResult.Violated), report.Checks.Count(static c => c.Result == ZoneResult.Undetermined));
        var proved = report.Checks.Count - violated - open;
        to.WriteLine($"{report.Result switch { ZoneResult.Proved => "結果: 証明済み / proved", ZoneResult.Violated => "結果: 違反 / violated", _ => "結果: 判定できません / undetermined" }}（領域の組 {report.Checks.Count:N0}: 証明済み {proved:N0}、違反 {violated:N0}、判定できない {open:N0} / {report.Checks.Count:N0} pairs: {proved:N0} proved, {violated:N0} violated, {open:N0} undetermined）");
        foreach (var check in report.Checks)
        {
            if (!all && check.Result == ZoneResult.Proved && check.Stray.Count == 0) continue;
            var (word, english) = check.Verdict.Match(
                static _ => ("到達不能（証明済み）", "proved"), static v => ($"違反 {v.Violations.Count:N0}件", "violated"),
                static v => ($"条件により違反 {v.Violations.Count:N0}件", "violated if"), static _ => ("判定できません", "not assessed"));
            to.WriteLine($"{check.From.Name} から {check.To.Name} へ: {word} / {check.From.Id} → {check.To.Id}: {english}{(check.Stray.Count > 0 ? "（接続を始めないパケットは通る / stray packets pass）" : "")}");
            foreach (var reason in check.Verdict.Match(static _ => [], static _ => [], static _ => [], static n => n.Reasons)) to.WriteLine($"    {reason.Ja} / {reason.En}");
            foreach (var line in check.NotUnderstood.Take(MostShown)) to.WriteLine($"    理解できない行 {line.Source}: {line.Text}");
        }
        if (!all && proved > 0) to.WriteLine($"ほかの組は、認めた通信のほかは到達不能（証明済み） / nothing but the allowed flows passes between the others (--all)");
        Write(Cause.Of(report), to);
        if (report.Findings.Count > 0) to.WriteLine();
        foreach (var finding in report.Findings) to.WriteLine($"{finding.Code} {finding.Where}: {finding.What.Ja} / {finding.What.En}");
        to.WriteLine();
        to.WriteLine($"設定 {configs.Count:N0}、機器 {configs.SelectMany(static c => c.Devices).Distinct().Count():N0}、{configs.Sum(static c => c.Lines.Lines.Length):N0}行 / {configs.Count:N0} configurations, {configs.SelectMany(static c => c.Devices).Distinct().Count():N0} devices");
        if (configs.Where(static c => !c.EndIsMarked && c.Errors.IsEmpty).ToArray() is { Length: > 0 } unmarked)
            to.WriteLine($"末尾の印がない形式の設定 {unmarked.Length:N0}（途中で切れていないか、行数で確かめてください） / {unmarked.Length:N0} without a mark of their end; see by their lines that none is cut: {string.Join("、", unmarked.Take(all ? int.MaxValue : MostShown).Select(static c => $"{c.File} {c.Lines.Lines.Length:N0}行"))}{(!all && unmarked.Length > MostShown ? " … (--all)" : "")}");
        foreach (var reading in configs)
        {
            var strange = reading.Lines.Count(LineStatus.NotUnderstood);
            if (!all && strange == 0 && reading.Errors.IsEmpty) continue;
            to.WriteLine($"{reading.File}: {string.Join("、", reading.Devices.Select(static d => $"{d.Name}（{d.Vendor}）"))} {reading.Lines.Lines.Length:N0}行 理解できない行 {strange:N0} / not understood");
            foreach (var error in reading.Errors) to.WriteLine($"    {error.Code} {error.What.Ja}{error.Next.Ja} / {error.What.En} {error.Next.En}");
        }
    }

    /// <summary>The table that the console gives out, too.</summary>
    private static byte[] Csv(ZoneReport report, ZonesGiven given)
    {
        using var json = new MemoryStream();
        ZoneReportJson.Write(report, json);
        var told = ProofReport.Read(System.Text.Encoding.UTF8.GetString(json.ToArray()));
        var texts = told.Causes.SelectMany(static c => c.Lines).Select(static l => l.File).Distinct(StringComparer.Ordinal).ToDictionary(static f => f, f => ZonesCommands.Lines(given.Folder, f), StringComparer.Ordinal);
        return ProofSheet.Write(told, texts, id => report.Policy.Find(id)?.Name ?? id, TimeProvider.System.GetUtcNow(), SheetFormat.Csv);
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
            foreach (var violation in cause.Violations.Take(3)) to.WriteLine($"    通る / passes: {FlowText.Shortened(violation.Flows.ToString(), 6, static more => $" ほか / more {more:N0}")}（例 / e.g. {violation.Packet}）");
            if (cause.Violations.Count > 3) to.WriteLine($"    ほか {cause.Violations.Count - 3:N0}経路 / {cause.Violations.Count - 3:N0} more ways (--json)");
            var unknowns = cause.Violations.SelectMany(static v => v.Unknowns).Select(static u => u.Name).Distinct().ToArray();
            if (unknowns.Length > 0) to.WriteLine($"    条件 / if: {string.Join(", ", unknowns)}");
        }
        if (causes.Count > MostShown) to.WriteLine($"ほか {causes.Count - MostShown:N0}か所 / {causes.Count - MostShown:N0} more (--json)");
    }
}
