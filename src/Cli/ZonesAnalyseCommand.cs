using System.CommandLine;
using Sekisho.Records.Registers.Exchange;
using Sekisho.Records.Zones;
using Sekisho.Zones.Analysis;
using Sekisho.Zones.Model;
using Sekisho.Zones.Reports;

namespace Sekisho.Cli;

/// <summary>`sekisho zones analyse --policy zones.yaml --config DIR [--json | --csv] [--date YYYY-MM-DD]`: what is wrong with single rules. Exit code 0 nothing, 1 something, 3 where files can't be read.</summary>
internal static class ZonesAnalyseCommand
{
    internal static Command Create() => ZonesQuestion.Create(
        "analyse", "隠れた・余分な・競合する規則、不要・広すぎる許可、届かない許可 / shadowed, redundant, conflicting, unneeded and over-wide rules; flows that don't get through", true, true, [], static (_, given, cancel) =>
        {
            var report = RuleAnalysis.Analyse(given.Policy, given.Configs, given.Day, cancel);
            var exit = report.Faults.Count + report.BrokenFlows.Count > 0 ? Launch.Findings : given.Configs.Any(static c => !c.Errors.IsEmpty) ? ZonesCommands.Undetermined : Launch.Fine;
            return new(exit, to => RuleReportJson.Write(report, to), to => Write(report, to), () => RuleSheet.Write(report, TimeProvider.System.GetUtcNow(), SheetFormat.Csv));
        });

    private static void Write(RuleReport report, TextWriter to)
    {
        to.WriteLine($"規則 {report.Rules:N0}行、指摘 {report.Faults.Count:N0}件、届かない許可 {report.BrokenFlows.Count:N0}件 / {report.Rules:N0} rules, {report.Faults.Count:N0} findings, {report.BrokenFlows.Count:N0} flows that don't get through");
        foreach (var fault in report.Faults)
        {
            var (word, english) = fault.Match(
                static _ => ("隠れた規則", "shadowed"), static _ => ("余分な規則", "redundant"), static _ => ("競合する規則", "conflicting"), static _ => ("不要な許可", "never needed"), static _ => ("広すぎる許可", "over-wide"));
            to.WriteLine();
            to.WriteLine($"{Place(fault.Rule)}: {word} / {english}");
            to.WriteLine($"  {fault.Rule.Matches}");
            foreach (var line in fault.Match(
                static s => s.By.Select(b => $"先に決める行 / decided before by: {Place(b)}"),
                static r => r.By.Select(b => $"同じに決める行 / decided the same by: {Place(b)}").Concat(r.ByDefault ? ["既定の動作でも同じ / the default does the same"] : []),
                static c => [$"先に決める行 / decided before by: {Place(c.With)}", $"重なる通信 / both: {c.Both}", $"例 / e.g. {c.Example}"],
                static n => [$"{n.From.Name} → {n.To.Name} 例 / e.g. {n.Example}"],
                static o => [$"{o.From.Name} → {o.To.Name} 余る通信の例 / e.g. {o.Excess}", $"必要とする許可 / needed by: {string.Join(", ", o.Flows.Select(static f => f.Id))}", .. o.Narrower.Select(static n => $"狭い案（許可する通信には同じと証明済み） / narrower, proved equal on allowed flows: {n}")]))
                to.WriteLine($"    {line}");
        }
        foreach (var flow in report.BrokenFlows)
        {
            to.WriteLine();
            to.WriteLine($"許可「{flow.Flow.Id}」: {flow.Works switch { FlowWorks.Yes => "一部が届かない / partly stopped", FlowWorks.Perhaps => "条件により届かない / perhaps stopped", _ => "届かない / doesn't get through" }}");
            if (flow.Stops.Count == 0) to.WriteLine("    経路がありません。 / No route leads there.");
            foreach (var stop in flow.Stops) to.WriteLine($"    {stop.Device} {stop.Inbound}→{stop.Outbound} {stop.Source} {(stop.Rule is { } rule ? rule.Name : "default")}{(stop.Perhaps ? "（条件しだい / perhaps）" : "")}  例 / e.g. {stop.Example}");
        }
        if (report.Notes.Count > 0) to.WriteLine();
        foreach (var note in report.Notes) to.WriteLine(note);
    }

    private static string Place(RuleRef rule) => $"{rule.Source}{(rule.Name.Length > 0 ? $" {rule.Name}" : "")} {(rule.Action == RuleAction.Accept ? "許可 / accept" : "拒否 / drop")}";
}
