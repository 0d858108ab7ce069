using System.Text;
using System.Text.Json;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Policies;
using Sekisho.Zones.Reports;

namespace Sekisho.Zones.Tests;

/// <summary>The JSON of <c>verify</c> is fixed: what other programs were promised (docs/formats/zone-report.md), key by key, for each of the four results.</summary>
public sealed class ReportShapeTests
{
    private static readonly string V4 = TownTests.Policy.Replace(", \"fd00:1::/32\"", "").Replace(", \"fd00:2::/32\"", "");

    /// <summary>Shapes as <c>key: kind</c>; a kind is a JSON kind, another shape, or a list of one of them. Keys in brackets may be absent.</summary>
    private static readonly Dictionary<string, string> Shapes = new()
    {
        ["report"] = "result: result, checks: check*, findings: finding*, flows: flow*",
        ["check"] = "from: String, to: String, result: result, verdict: verdict, violations: violation*, stray: violation*, notUnderstood: line*, reasons: String*",
        ["violation"] = "packet: packet, path: step*, [switchedOff]: step*, flows: String, unknowns: unknown*",
        ["packet"] = "src: String, dst: String, protocol: String, srcPort: Number, dstPort: Number, [icmpType]: Number, [icmpCode]: Number, [tcpFlags]: Number",
        ["step"] = "device: String, file: String, line: Number, lastLine: Number, rule: String, in: String, out: String, filtered: Bool",
        ["unknown"] = "kind: String, name: String",
        ["line"] = "file: String, line: Number, text: String",
        ["finding"] = "code: String, where: String, ja: String, en: String",
        ["flow"] = "id: String, works: String",
    };

    private static string Forti(string rule) => $"""
        #config-version=FGT60E-7.0.1-FW-build0157-210714:opmode=0:vdom=0:user=admin
        config system global
            set hostname "fw"
        end
        config system interface
            edit "port1"
                set ip 10.1.0.1 255.255.0.0
            next
            edit "port2"
                set ip 10.2.0.1 255.255.0.0
            next
        end
        config firewall address
            edit "name"
                set type fqdn
                set fqdn "update.example.jp"
            next
        end
        config firewall policy
            edit 1
                set srcintf "port2"
                set dstintf "port1"
                set srcaddr "all"
                {rule}
                set schedule "always"
            next
        end

        """;

    [Theory]
    [InlineData("set dstaddr \"all\"\n        set service \"ALL\"\n        set action accept", "violated", "violated")]
    [InlineData("set dstaddr \"name\"\n        set service \"ALL\"\n        set action accept", "undetermined", "violatedIf")]
    [InlineData("set dstaddr \"all\"\n        set service \"ALL\"\n        set action accept\n        set strange-word enable", "undetermined", "notAssessed")]
    [InlineData("set dstaddr \"all\"\n        set service \"ALL\"\n        set action deny", "proved", "proved")]
    public void The_JSON_has_the_keys_that_were_promised_and_no_others(string rule, string result, string verdict)
    {
        var reading = ConfigDoor.Read("fw.conf", Encoding.UTF8.GetBytes(Forti(rule)), TestContext.Current.CancellationToken);
        var json = Json(TownTests.Zones(V4.Replace("10.2.5.10", "any")), reading);
        Is(json, "report", "$");
        Assert.Equal(result, json.GetProperty("result").GetString());
        var check = json.GetProperty("checks").EnumerateArray().Single(static c => c.GetProperty("from").GetString() == "lgwan");
        Assert.Equal((result, verdict), (check.GetProperty("result").GetString(), check.GetProperty("verdict").GetString()));
        Assert.Equal(2, json.GetProperty("checks").GetArrayLength());
        Assert.Equal(["ZON-POLICY-020"], json.GetProperty("findings").EnumerateArray().Select(static f => f.GetProperty("code").GetString()).Where(static c => c!.StartsWith("ZON-POLICY", StringComparison.Ordinal)));
        if (verdict == "proved") Assert.Equal(0, check.GetProperty("violations").GetArrayLength());
        else
        {
            var violation = check.GetProperty("violations").EnumerateArray().First();
            Assert.Equal("fw.conf", violation.GetProperty("path").EnumerateArray().First().GetProperty("file").GetString());
            Assert.InRange(violation.GetProperty("path").EnumerateArray().First().GetProperty("line").GetInt32(), 20, 30);
            Assert.Equal(verdict == "violatedIf", violation.GetProperty("unknowns").EnumerateArray().Any(static u => u.GetProperty("name").GetString() == "update.example.jp"));
        }
        Assert.Equal(verdict == "notAssessed", check.GetProperty("notUnderstood").GetArrayLength() > 0);
        if (verdict == "notAssessed") Assert.Contains("strange-word", check.GetProperty("notUnderstood")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_promised_is_what_the_page_of_the_format_lists()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Sekisho.slnx"))) folder = Path.GetDirectoryName(folder)!;
        var page = File.ReadAllText(Path.Combine(folder, "docs/formats/zone-report.md"));
        foreach (var key in Shapes.Values.SelectMany(static s => s.Split(", ")).Select(static p => p.Split(": ")[0].Trim('[', ']')).Distinct())
            Assert.True(page.Contains($"`{key}`", StringComparison.Ordinal) || page.Contains($"`{key}[", StringComparison.Ordinal) || page.Contains($".{key}", StringComparison.Ordinal) || page.Contains($"{key}[]", StringComparison.Ordinal), key);
    }

    private static JsonElement Json(ZonePolicyReading policy, params Sekisho.Zones.Model.ConfigReading[] readings)
    {
        using var json = new MemoryStream();
        ZoneReportJson.Write(ZoneVerification.Verify(policy, readings, TownTests.Day), json);
        return JsonDocument.Parse(json.ToArray()).RootElement;
    }

    private static void Is(JsonElement value, string kind, string where)
    {
        switch (kind)
        {
            case "result": Assert.Contains(value.GetString(), new[] { "proved", "violated", "undetermined" }); return;
            case "verdict": Assert.Contains(value.GetString(), new[] { "proved", "violated", "violatedIf", "notAssessed" }); return;
            case "Bool": Assert.True(value.ValueKind is JsonValueKind.True or JsonValueKind.False, where); return;
        }
        if (kind.EndsWith('*'))
        {
            Assert.True(value.ValueKind == JsonValueKind.Array, where);
            foreach (var one in value.EnumerateArray()) Is(one, kind[..^1], where + "[]");
            return;
        }
        if (!Shapes.TryGetValue(kind, out var shape))
        {
            Assert.True(value.ValueKind.ToString() == kind, $"{where} is {value.ValueKind}, not {kind}");
            return;
        }
        var keys = shape.Split(", ").Select(static p => p.Split(": ")).ToDictionary(static p => p[0].Trim('[', ']'), static p => (Kind: p[1], Optional: p[0][0] == '['));
        Assert.All(value.EnumerateObject(), p => Assert.True(keys.ContainsKey(p.Name), $"{where}.{p.Name} was never promised"));
        foreach (var (name, (its, optional)) in keys)
            if (value.TryGetProperty(name, out var inner)) Is(inner, its, $"{where}.{name}");
            else Assert.True(optional, $"{where}.{name} is missing");
    }
}
