using System.CommandLine;
using Sekisho.Records.Registers.Exchange;
using Sekisho.Records.Zones;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using Sekisho.Zones.Reports;

namespace Sekisho.Cli;

/// <summary>`sekisho zones diff --before DIR --after DIR [--json | --csv]`: what a change opens and closes. Exit code 1 when something changes, 3 where that can't be told.</summary>
internal static class ZonesDiffCommand
{
    internal static Command Create()
    {
        var before = new Option<string>("--before") { Required = true, Description = "変更前の設定のフォルダ / configurations before" };
        var after = new Option<string>("--after") { Required = true, Description = "変更後の設定のフォルダ / configurations after" };
        return ZonesQuestion.Create("diff", "設定の変更で通るようになる・通らなくなる通信 / what a change opens and closes", true, [before, after], (parsed, cancel) =>
        {
            if (ZonesCommands.ReadConfigs(parsed.GetRequiredValue(before), null, cancel) is not { } old || ZonesCommands.ReadConfigs(parsed.GetRequiredValue(after), null, cancel) is not { } now) return null;
            var found = NetworkDifference.Between(old, now);
            var exit = !found.IsComplete || found.Notes.Count > 0 ? ZonesCommands.Undetermined : found.IsAny ? Launch.Findings : Launch.Fine;
            return new(exit, to => DifferenceJson.Write(found, to), to => Write(found, to), () => DifferenceSheet.Write(found, TimeProvider.System.GetUtcNow(), SheetFormat.Csv));
        });
    }

    private static void Write(NetworkDifference found, TextWriter to)
    {
        foreach (var (opened, title) in new[] { (true, "通るようになる通信 / opened"), (false, "通らなくなる通信 / closed") })
        {
            var some = found.Changes.Where(c => c.Opened == opened).ToArray();
            to.WriteLine($"{title}: {some.Length:N0}");
            foreach (var group in some.GroupBy(static c => (c.Device, c.Filter, Text: c.Traffic.ToString(), Before: DifferenceJson.Line(c.Before), After: DifferenceJson.Line(c.After))))
            {
                to.WriteLine($"  {group.Key.Text}");
                to.WriteLine($"    {group.Key.Device} {group.Key.Filter} {string.Join(", ", group.Select(static c => c.Outbound.Length == 0 ? c.Inbound : $"{c.Inbound}→{c.Outbound}").Take(6))}  {group.Key.Before} ⇒ {group.Key.After}{(group.Any(static c => c.Perhaps) ? "（条件しだい / perhaps）" : "")}");
            }
        }
        if (found.Translations.Count > 0) to.WriteLine($"変換が変わる通信 / translated to something else: {found.Translations.Count:N0}");
        foreach (var change in found.Translations)
        {
            var (was, becomes) = (DifferenceJson.Words(change.Was, change.Kind), DifferenceJson.Words(change.Becomes, change.Kind));
            to.WriteLine($"  {change.Traffic}");
            to.WriteLine($"    {change.Device} {(change.Outbound.Length == 0 ? change.Inbound : $"{change.Inbound}→{change.Outbound}")}  {was.Ja} ⇒ {becomes.Ja} / {was.En} ⇒ {becomes.En}  {DifferenceJson.Line(change.Before)} ⇒ {DifferenceJson.Line(change.After)}{(change.Perhaps ? "（条件しだい / perhaps）" : "")}");
        }
        foreach (var note in found.Notes) to.WriteLine($"{note.Ja} / {note.En}");
        if (found.Changes.Any(static c => !c.Opened)) to.WriteLine("すでにつながっている通信は、機器の接続表から消すまで続きます。 / Connections that exist go on until they are cleared from the device's table.");
    }

}
