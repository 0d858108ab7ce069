using System.CommandLine;
using System.Runtime;
using Sekisho.Zones.Model;
using Sekisho.Zones.Policies;

namespace Sekisho.Cli;

/// <summary>What a command of the zones found: the exit code, and how it is said.</summary>
/// <param name="Csv">The same as a table (UTF-8 with its mark, as Excel opens it); null where there is none.</param>
internal sealed record ZonesAnswer(int Exit, Action<Stream> Json, Action<TextWriter> Words, Func<byte[]>? Csv = null);

/// <summary>What most commands of the zones are asked about: a policy, configurations, and a day.</summary>
/// <param name="Folder">Where the configurations are.</param>
internal sealed record ZonesGiven(ZonePolicyReading Policy, IReadOnlyList<ConfigReading> Configs, string Folder, DateOnly Day);

/// <summary>The frame of the commands that ask something of configurations: options, reading, the answer in words or as JSON.</summary>
internal static class ZonesQuestion
{
    /// <summary>A command over <c>--policy</c>, <c>--config</c>, <c>--json</c>, and <c>--date</c> where the day counts.</summary>
    /// <param name="table">Its answers are given as CSV, too.</param>
    /// <param name="ask">Null: bad input, and it has been said.</param>
    internal static Command Create(string name, string description, bool dated, bool table, IEnumerable<Option> more, Func<ParseResult, ZonesGiven, CancellationToken, ZonesAnswer?> ask)
    {
        var policy = Policy();
        var config = new Option<string>("--config") { Required = true, Description = "設定のフォルダ / folder of configurations" };
        var date = new Option<string?>("--date") { Description = "この日に有効な許可で（既定は今日） / with the flows allowed on this day" };
        var command = Create(name, description, table, [policy, config, .. more, .. dated ? [date] : Array.Empty<Option>()], (parsed, cancel) =>
        {
            var file = parsed.GetRequiredValue(policy);
            var day = dated && ZonesCommands.TryDate(parsed.GetValue(date), out var given) ? given : ZonesCommands.Today();
            return ZonesCommands.ReadPolicy(file) is { } reading && ZonesCommands.ReadConfigs(parsed.GetRequiredValue(config), file.FullName, cancel) is { } configs ? ask(parsed, new(reading, configs, parsed.GetRequiredValue(config), day), cancel) : null;
        });
        if (dated)
            command.Validators.Add(result =>
            {
                if (result.GetValue(date) is { } text && !ZonesCommands.TryDate(text, out _)) result.AddError("--date は 2026-04-01 のように書いてください。 / Write --date as 2026-04-01.");
            });
        return command;
    }

    /// <summary>A command over options of its own, and <c>--json</c>; <c>--csv</c> where it answers with a table.</summary>
    /// <param name="ask">Null: bad input, and it has been said.</param>
    internal static Command Create(string name, string description, bool table, IEnumerable<Option> options, Func<ParseResult, CancellationToken, ZonesAnswer?> ask)
    {
        var json = new Option<bool>("--json") { Description = "JSON で出力 / as JSON" };
        var command = new Command(name, description);
        foreach (var option in options) command.Options.Add(option);
        command.Options.Add(json);
        var csv = new Option<bool>("--csv") { Description = "CSV（UTF-8、Excel で開けます）で出力 / as CSV that Excel opens" };
        if (table)
        {
            command.Options.Add(csv);
            command.Validators.Add(result =>
            {
                if (result.GetValue(json) && result.GetValue(csv)) result.AddError("--json か --csv のどちらかにしてください。 / Choose --json or --csv.");
            });
        }
        command.SetAction((parsed, cancel) =>
        {
            // One answer and the end: what collects garbage beside the work would take the processor from it.
            GCSettings.LatencyMode = GCLatencyMode.Batch;
            if (ask(parsed, cancel) is not { } answer) return Task.FromResult(Launch.BadInput);
            using var output = Console.OpenStandardOutput();
            if (parsed.GetValue(json))
            {
                answer.Json(output);
                output.WriteByte((byte)'\n');
            }
            else if (table && parsed.GetValue(csv))
            {
                output.Write(answer.Csv!());
            }
            else
            {
                using var writer = ZonesCommands.Writer(output);
                answer.Words(writer);
            }
            return Task.FromResult(answer.Exit);
        });
        return command;
    }

    internal static Option<FileInfo> Policy() => new("--policy") { Required = true, Description = "領域の定め（YAML） / the zone policy" };
}
