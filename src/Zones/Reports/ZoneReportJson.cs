using System.Text.Json;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;

namespace Sekisho.Zones.Reports;

/// <summary>The fixed JSON of <c>sekisho zones verify</c> (docs/formats/zone-report.md). Fields may be added, never changed.</summary>
public static class ZoneReportJson
{
    private const int PendingBytes = 1 << 16;

    /// <param name="difference">What a change would open and close, told beside the report; null: not asked.</param>
    public static void Write(ZoneReport report, Stream to, NetworkDifference? difference = null)
    {
        using var json = new Utf8JsonWriter(to, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("result", Word(report.Result));
        json.WriteStartArray("checks");
        foreach (var check in report.Checks) Write(check, json);
        json.WriteEndArray();
        json.WriteStartArray("findings");
        foreach (var finding in report.Findings)
        {
            json.WriteStartObject();
            json.WriteString("code", finding.Code);
            json.WriteString("where", finding.Where);
            json.WriteString("ja", finding.What.Ja);
            json.WriteString("en", finding.What.En);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("flows");
        foreach (var flow in report.Flows)
        {
            json.WriteStartObject();
            json.WriteString("id", flow.Flow.Id);
            json.WriteString("works", flow.Works switch { FlowWorks.Yes => "yes", FlowWorks.Perhaps => "perhaps", _ => "no" });
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (difference is not null)
        {
            json.WritePropertyName("difference");
            DifferenceJson.Write(difference, json);
        }
        json.WriteEndObject();
    }

    /// <summary>The report of <c>sekisho zones devices --json</c>.</summary>
    public static void Write(DeviceReport report, Stream to)
    {
        using var json = new Utf8JsonWriter(to, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("result", Word(report.Result));
        json.WriteStartArray("checks");
        foreach (var check in report.Checks)
        {
            json.WriteStartObject();
            json.WriteString("device", check.Device);
            json.WriteString("vendor", check.Vendor);
            json.WriteString("from", check.From.Id);
            json.WriteBoolean("management", check.IsExpected);
            json.WriteString("result", Word(check.Result));
            json.WriteString("verdict", Word(check.Verdict));
            json.WriteBoolean("answersPing", check.Pings.Count > 0);
            Write("reaches", check.Reaches, json);
            WriteOpen(check.Verdict, check.NotUnderstood, json);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Word(CheckVerdict verdict) => verdict.Match(static _ => "proved", static _ => "violated", static _ => "violatedIf", static _ => "notAssessed");

    public static string Word(ZoneResult result) => result switch { ZoneResult.Proved => "proved", ZoneResult.Violated => "violated", _ => "undetermined" };

    private static void Write(ZoneCheck check, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("from", check.From.Id);
        json.WriteString("to", check.To.Id);
        json.WriteString("result", Word(check.Result));
        json.WriteString("verdict", Word(check.Verdict));
        Write("violations", check.Violations, json);
        Write("stray", check.Stray, json);
        WriteOpen(check.Verdict, check.NotUnderstood, json);
        json.WriteEndObject();
    }

    /// <summary>What keeps a verdict open.</summary>
    private static void WriteOpen(CheckVerdict verdict, IReadOnlyList<NotUnderstood> lines, Utf8JsonWriter json)
    {
        json.WriteStartArray("notUnderstood");
        foreach (var line in lines)
        {
            json.WriteStartObject();
            json.WriteString("file", line.Source.File);
            json.WriteNumber("line", line.Source.FirstLine);
            json.WriteString("text", line.Text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("reasons");
        foreach (var reason in verdict.Match(static _ => [], static _ => [], static _ => [], static n => n.Reasons)) json.WriteStringValue(reason.Ja + " / " + reason.En);
        json.WriteEndArray();
    }

    private static void Write(string name, IReadOnlyList<Violation> violations, Utf8JsonWriter json)
    {
        json.WriteStartArray(name);
        foreach (var violation in violations)
        {
            json.WriteStartObject();
            WritePacket(violation.Packet, json);
            Write("path", violation.Path, json);
            if (violation.SwitchedOff.Count > 0) Write("switchedOff", violation.SwitchedOff, json);
            json.WriteString("flows", violation.Flows.ToString());
            json.WriteStartArray("unknowns");
            foreach (var unknown in violation.Unknowns)
            {
                json.WriteStartObject();
                json.WriteString("kind", unknown.Kind.ToString());
                json.WriteString("name", unknown.Name);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
            // Ten thousand of them needn't stand in memory till the last is written.
            if (json.BytesPending > PendingBytes) json.Flush();
        }
        json.WriteEndArray();
    }

    private static void Write(string name, IReadOnlyList<PathStep> steps, Utf8JsonWriter json)
    {
        json.WriteStartArray(name);
        foreach (var step in steps)
        {
            json.WriteStartObject();
            json.WriteString("device", step.Device);
            json.WriteString("file", step.Source.File);
            json.WriteNumber("line", step.Source.FirstLine);
            json.WriteNumber("lastLine", step.Source.LastLine);
            json.WriteString("rule", step.Rule);
            json.WriteString("in", step.Inbound);
            json.WriteString("out", step.Outbound);
            json.WriteBoolean("filtered", step.Filtered);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    internal static void WritePacket(ExamplePacket packet, Utf8JsonWriter json)
    {
        json.WriteStartObject("packet");
        json.WriteString("src", packet.Source.ToString());
        json.WriteString("dst", packet.Destination.ToString());
        json.WriteString("protocol", Protocols.Name(packet.Protocol));
        json.WriteNumber("srcPort", packet.HasPorts ? packet.First : 0);
        json.WriteNumber("dstPort", packet.HasPorts ? packet.DestinationPort : 0);
        if (packet.HasType) json.WriteNumber("icmpType", packet.First >> 8);
        if (packet.HasType) json.WriteNumber("icmpCode", packet.First & 255);
        if (packet.Protocol == Protocols.Tcp) json.WriteNumber("tcpFlags", packet.Flags);
        json.WriteEndObject();
    }
}
