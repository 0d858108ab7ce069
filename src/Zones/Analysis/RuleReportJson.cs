using System.Text.Json;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using Sekisho.Zones.Reports;

namespace Sekisho.Zones.Analysis;

/// <summary>The JSON of <c>sekisho zones analyse</c> (docs/formats/zone-report.md). Fields may be added, never changed.</summary>
public static class RuleReportJson
{
    public static void Write(RuleReport report, Stream to)
    {
        using var json = new Utf8JsonWriter(to, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteNumber("rules", report.Rules);
        json.WriteStartArray("faults");
        foreach (var fault in report.Faults) Write(fault, json);
        json.WriteEndArray();
        json.WriteStartArray("brokenFlows");
        foreach (var flow in report.BrokenFlows) Write(flow, json);
        json.WriteEndArray();
        json.WriteStartArray("notes");
        foreach (var note in report.Notes) json.WriteStringValue(note);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>shadowed, redundant, conflicting, neverNeeded or overWide.</summary>
    public static string Word(RuleFault fault) => fault.Match(static _ => "shadowed", static _ => "redundant", static _ => "conflicting", static _ => "neverNeeded", static _ => "overWide");

    private static void Write(RuleFault fault, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("fault", Word(fault));
        json.WritePropertyName("rule");
        Write(fault.Rule, json);
        fault.Match(
            s => Because(s.By),
            r =>
            {
                Because(r.By);
                json.WriteBoolean("byDefault", r.ByDefault);
                return true;
            },
            c =>
            {
                Because([c.With]);
                json.WriteString("flows", c.Both.ToString());
                ZoneReportJson.WritePacket(c.Example, json);
                return true;
            },
            n => Between(n.From.Id, n.To.Id, n.Example),
            o =>
            {
                Between(o.From.Id, o.To.Id, o.Excess);
                json.WriteStartArray("neededBy");
                foreach (var flow in o.Flows) json.WriteStringValue(flow.Id);
                json.WriteEndArray();
                json.WriteStartArray("narrower");
                foreach (var traffic in o.Narrower)
                {
                    json.WriteStartObject();
                    json.WriteString("source", traffic.Source.ToString());
                    json.WriteString("destination", traffic.Destination.ToString());
                    json.WriteString("service", traffic.Services.ToString());
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                return true;
            });
        json.WriteEndObject();

        bool Because(IReadOnlyList<RuleRef> rules)
        {
            json.WriteStartArray("because");
            foreach (var rule in rules) Write(rule, json);
            json.WriteEndArray();
            return true;
        }

        bool Between(string from, string to, ExamplePacket packet)
        {
            json.WriteString("from", from);
            json.WriteString("to", to);
            ZoneReportJson.WritePacket(packet, json);
            return true;
        }
    }

    private static void Write(RuleRef rule, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("device", rule.Device);
        json.WriteString("file", rule.Source.File);
        json.WriteNumber("line", rule.Source.FirstLine);
        json.WriteNumber("lastLine", rule.Source.LastLine);
        json.WriteString("rule", rule.Name.Length > 0 ? rule.Name : rule.Source.Of);
        json.WriteString("action", rule.Action == RuleAction.Accept ? "accept" : "drop");
        json.WriteString("matches", rule.Matches.ToString());
        json.WriteEndObject();
    }

    private static void Write(BrokenFlow flow, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id", flow.Flow.Id);
        json.WriteString("works", flow.Works switch { FlowWorks.Yes => "partly", FlowWorks.Perhaps => "perhaps", _ => "no" });
        json.WriteStartArray("stops");
        foreach (var stop in flow.Stops)
        {
            json.WriteStartObject();
            json.WriteString("device", stop.Device);
            json.WriteString("filter", stop.Filter);
            json.WriteString("file", stop.Source.File);
            json.WriteNumber("line", stop.Source.FirstLine);
            json.WriteString("rule", stop.Rule is null ? "default" : stop.Rule.Name.Length > 0 ? stop.Rule.Name : stop.Rule.Source.Of);
            json.WriteString("in", stop.Inbound);
            json.WriteString("out", stop.Outbound);
            json.WriteBoolean("perhaps", stop.Perhaps);
            ZoneReportJson.WritePacket(stop.Example, json);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
