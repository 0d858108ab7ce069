using System.CommandLine;
using System.Text.Json;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;

namespace Sekisho.Cli;

/// <summary>`sekisho zones diff --before DIR --after DIR [--json]`: what a change opens and closes. Exit code 1 when something changes, 3 where that can't be told.</summary>
internal static class ZonesDiffCommand
{
    internal static Command Create()
    {
        var before = new Option<string>("--before") { Required = true, Description = "変更前の設定のフォルダ / configurations before" };
        var after = new Option<string>("--after") { Required = true, Description = "変更後の設定のフォルダ / configurations after" };
        var json = new Option<bool>("--json") { Description = "JSON で出力 / as JSON" };
        var command = new Command("diff", "設定の変更で通るようになる・通らなくなる通信 / what a change opens and closes") { before, after, json };
        command.SetAction((parsed, cancel) =>
        {
            if (ZonesCommands.ReadConfigs(parsed.GetRequiredValue(before), null, cancel) is not { } old || ZonesCommands.ReadConfigs(parsed.GetRequiredValue(after), null, cancel) is not { } now) return Task.FromResult(Launch.BadInput);
            var (changes, notes, complete) = Compare(old, now);
            using var output = Console.OpenStandardOutput();
            if (parsed.GetValue(json)) WriteJson(changes, notes, complete, output);
            else
            {
                using var writer = ZonesCommands.Writer(output);
                Write(changes, notes, writer);
            }
            return Task.FromResult(!complete || notes.Count > 0 ? ZonesCommands.Undetermined : changes.Count > 0 ? Launch.Findings : Launch.Fine);
        });
        return command;
    }

    private static (List<FlowChange> Changes, List<string> Notes, bool Complete) Compare(IReadOnlyList<ConfigReading> old, IReadOnlyList<ConfigReading> now)
    {
        var (changes, notes, complete) = (new List<FlowChange>(), new List<string>(), true);
        foreach (var reading in old.Concat(now))
            foreach (var error in reading.Errors) notes.Add($"{reading.File}: {error.What.Ja} / {error.What.En}");
        Device[] before = [.. old.SelectMany(static r => r.Devices)], after = [.. now.SelectMany(static r => r.Devices)];
        foreach (var device in before)
        {
            if (after.FirstOrDefault(d => d.Name == device.Name) is not { } its)
            {
                notes.Add($"{device.Name} が変更後にありません。 / {device.Name} is not there afterwards.");
                continue;
            }
            changes.AddRange(FilterDifference.Compare(device, its, out var all));
            complete &= all;
            if (!device.Nat.Select(static n => n with { Source = default }).SequenceEqual(its.Nat.Select(static n => n with { Source = default }))
                || !device.Routes.Select(static r => r with { Source = default }).SequenceEqual(its.Routes.Select(static r => r with { Source = default })))
                notes.Add($"{device.Name}: アドレス変換か経路も変わっています。verify で確かめてください。 / Translations or routes changed too; see verify.");
        }
        foreach (var device in after)
            if (!before.Any(d => d.Name == device.Name)) notes.Add($"{device.Name} が加わっています。 / {device.Name} is new.");
        return (changes, notes, complete);
    }

    private static void Write(List<FlowChange> changes, List<string> notes, TextWriter to)
    {
        foreach (var (opened, title) in new[] { (true, "通るようになる通信 / opened"), (false, "通らなくなる通信 / closed") })
        {
            var some = changes.Where(c => c.Opened == opened).ToArray();
            to.WriteLine($"{title}: {some.Length:N0}");
            foreach (var group in some.GroupBy(static c => (c.Device, c.Filter, Text: c.Traffic.ToString(), Before: Line(c.Before), After: Line(c.After))))
            {
                to.WriteLine($"  {group.Key.Text}");
                to.WriteLine($"    {group.Key.Device} {group.Key.Filter} {string.Join(", ", group.Select(static c => c.Outbound.Length == 0 ? c.Inbound : $"{c.Inbound}→{c.Outbound}").Take(6))}  {group.Key.Before} ⇒ {group.Key.After}{(group.Any(static c => c.Perhaps) ? "（条件しだい / perhaps）" : "")}");
            }
        }
        foreach (var note in notes) to.WriteLine(note);
        if (changes.Any(static c => !c.Opened)) to.WriteLine("すでにつながっている通信は、機器の接続表から消すまで続きます。 / Connections that exist go on until they are cleared from the device's table.");
    }

    private static string Line(Rule? rule) => rule is null ? "default" : rule.Source.ToString();

    private static void WriteJson(List<FlowChange> changes, List<string> notes, bool complete, Stream to)
    {
        using var json = new Utf8JsonWriter(to, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteBoolean("complete", complete);
        json.WriteStartArray("changes");
        foreach (var change in changes)
        {
            json.WriteStartObject();
            json.WriteString("effect", change.Opened ? "opened" : "closed");
            json.WriteString("device", change.Device);
            json.WriteString("filter", change.Filter);
            json.WriteString("in", change.Inbound);
            json.WriteString("out", change.Outbound);
            json.WriteString("flows", change.Traffic.ToString());
            json.WriteString("example", change.Example.ToString());
            json.WriteString("before", Line(change.Before));
            json.WriteString("after", Line(change.After));
            json.WriteBoolean("perhaps", change.Perhaps);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("notes");
        foreach (var note in notes) json.WriteStringValue(note);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
