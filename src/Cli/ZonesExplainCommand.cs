using System.CommandLine;
using System.Text.Json;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using Sekisho.Zones.Policies;

namespace Sekisho.Cli;

/// <summary>`sekisho zones explain --policy … --config … --from A --to B --service tcp/443 [--source-port N] [--json]`: the way of one packet.</summary>
internal static class ZonesExplainCommand
{
    internal static Command Create()
    {
        var from = new Option<string>("--from") { Required = true, Description = "送信元アドレス / source address" };
        var to = new Option<string>("--to") { Required = true, Description = "あて先アドレス / destination address" };
        var service = new Option<string>("--service") { Required = true, Description = "tcp/443、udp/53、icmp/8 など" };
        var port = new Option<ushort>("--source-port") { Description = "送信元ポート（既定 49152） / source port", DefaultValueFactory = static _ => 49152 };
        return ZonesQuestion.Create("explain", "一つのパケットの経路と、決める行 / one packet: its way and the deciding lines", false, false, [from, to, service, port], (parsed, given, _) =>
        {
            if (!Address.TryParse(parsed.GetRequiredValue(from), out var source) || !Address.TryParse(parsed.GetRequiredValue(to), out var destination) || source.IsV6 != destination.IsV6
                || !ServiceWords.TryParse(parsed.GetRequiredValue(service), out var words) || words.Protocols.Count != 1)
            {
                Console.Error.WriteLine("--from・--to はアドレス（同じ版）、--service は tcp/443 のように書いてください。 / Write addresses of one family and a service such as tcp/443.");
                return null;
            }
            var protocol = words.Protocols.Members().First();
            var packet = new ExamplePacket(source, destination, protocol, Protocols.WithTypes.Contains(protocol) ? words.Icmp.Bounds[0] : parsed.GetValue(port), words.DestinationPorts.Bounds[0])
            {
                Flags = protocol == Protocols.Tcp ? TcpFlags.Syn : (byte)0, State = ConnectionStates.New, Fragment = Fragments.WholeOrFirst,
            };
            var walks = PacketWalk.Follow(given.Policy.Policy!, [.. given.Configs.SelectMany(static c => c.Devices).Distinct()], packet);
            var exit = walks.Count == 0 || walks.Any(static w => w[^1].Outcome == StepOutcome.Arrives && w.Any(static s => s.Outcome == StepOutcome.Open)) ? ZonesCommands.Undetermined
                : walks.Any(static w => w[^1].Outcome == StepOutcome.Arrives) ? Launch.Findings
                // What can't be read may be a device that lets it through.
                : given.Configs.Any(static c => !c.Errors.IsEmpty) ? ZonesCommands.Undetermined : Launch.Fine;
            foreach (var error in given.Configs.SelectMany(static c => c.Errors)) Console.Error.WriteLine($"{error.Code} {error.Where}: {error.What.Ja} / {error.What.En}");
            return new(exit, stream => WriteJson(walks, stream), writer => Write(packet, walks, writer));
        });
    }

    private static string Word(StepOutcome outcome) => outcome switch
    {
        StepOutcome.Passes => "通す / passes", StepOutcome.Stopped => "止める / stops", StepOutcome.Open => "条件しだい / open", StepOutcome.Translated => "変換 / translates", _ => "届く / arrives",
    };

    private static void Write(ExamplePacket packet, IReadOnlyList<IReadOnlyList<WalkStep>> walks, TextWriter to)
    {
        to.WriteLine(packet.ToString());
        if (walks.Count == 0) to.WriteLine("この送信元がどの機器につながるのか、設定からはわかりません。 / The configurations don't show where this source is.");
        for (var i = 0; i < walks.Count; i++)
        {
            to.WriteLine($"経路 {i + 1} / way {i + 1}");
            foreach (var step in walks[i])
                to.WriteLine(step.Outcome == StepOutcome.Arrives ? $"  {step.Device} → {step.Outbound}: {Word(step.Outcome)} ({step.Packet})" : $"  {step.Device} {step.Inbound}→{step.Outbound} {step.Filter} {step.Source} {step.Rule}: {Word(step.Outcome)}");
        }
    }

    private static void WriteJson(IReadOnlyList<IReadOnlyList<WalkStep>> walks, Stream to)
    {
        using var json = new Utf8JsonWriter(to, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteStartArray("ways");
        foreach (var walk in walks)
        {
            json.WriteStartObject();
            json.WriteString("outcome", walk[^1].Outcome.ToString().ToLowerInvariant());
            json.WriteStartArray("steps");
            foreach (var step in walk)
            {
                json.WriteStartObject();
                json.WriteString("device", step.Device);
                json.WriteString("in", step.Inbound);
                json.WriteString("out", step.Outbound);
                json.WriteString("filter", step.Filter);
                json.WriteString("file", step.Source.File ?? "");
                json.WriteNumber("line", step.Source.FirstLine);
                json.WriteString("rule", step.Rule);
                json.WriteString("outcome", step.Outcome.ToString().ToLowerInvariant());
                json.WriteString("packet", step.Packet.ToString());
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
