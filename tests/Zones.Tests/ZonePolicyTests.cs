using System.Text.Json;
using Sekisho.Zones.Model;
using Sekisho.Zones.Policies;

namespace Sekisho.Zones.Tests;

/// <summary>The zone policy as people write it, and as they get it wrong.</summary>
public sealed class ZonePolicyTests
{
    private static readonly DateOnly Day = new(2026, 11, 21);

    [Fact]
    public void The_longer_prefix_has_the_addresses()
    {
        var policy = TownTests.Zones("""
            format: 1
            model: α
            zones:
              - { id: mynumber, kind: mynumber, prefixes: 10.1.0.0/16 }
              - { id: outside, kind: outside, prefixes: [0.0.0.0/0, "::/0"] }
            """).Policy!;
        var outside = policy.Find("outside")!.Addresses;
        Assert.True(outside.V6.IsAll);
        Assert.False(outside.Overlaps(policy.Find("mynumber")!.Addresses));
        Assert.True(outside.Union(policy.Find("mynumber")!.Addresses).IsAll);
    }

    [Theory]
    [InlineData("prefixes: [10.1.0.0/16", "prefixes: [10.1.0.0/40", "ZON-POLICY-005", 4)]
    [InlineData("kind: mynumber", "kind: mynumbr", "ZON-POLICY-005", 4)]
    [InlineData("from: lgwan", "from: lgwn", "ZON-POLICY-006", 8)]
    [InlineData("source: 10.2.5.10", "source: 10.9.5.10", "ZON-POLICY-007", 10)]
    [InlineData("    service: tcp/443\n", "", "ZON-POLICY-003", 7)]
    [InlineData("tcp/443", "tcp/99999", "ZON-POLICY-005", 12)]
    [InlineData("until: 2027-03-31", "until: 令和9年", "ZON-POLICY-005", 15)]
    [InlineData("id: lgwan", "id: mynumber", "ZON-POLICY-004", 5)]
    [InlineData("model: α", "modell: α", "ZON-POLICY-002", 2)]
    [InlineData("10.2.0.0/16", "10.1.0.0/16", "ZON-POLICY-004", 5)]
    [InlineData("format: 1", "format: [", "ZON-POLICY-001", 0)]
    public void A_mistake_has_its_line(string right, string wrong, string code, int line)
    {
        Assert.Contains(right, TownTests.Policy);
        var reading = ZonePolicyReader.Read(TownTests.Policy.Replace(right, wrong), "zones.yaml");
        Assert.Null(reading.Policy);
        Assert.Contains(reading.Mistakes, m => m.Code == code && (line == 0 || m.Where.StartsWith($"zones.yaml:{line}:", StringComparison.Ordinal)));
    }

    [Fact]
    public void Any_is_a_finding_and_so_is_a_flow_without_approver()
    {
        var reading = TownTests.Zones(TownTests.Policy.Replace("source: 10.2.5.10", "source: any").Replace("    approver: 情報政策課長\n", ""));
        Assert.Equal(["ZON-POLICY-020", "ZON-POLICY-021"], reading.Findings.Select(f => f.Code));
        // any is still only the zone's own.
        Assert.True(reading.Policy!.Find("lgwan")!.Addresses.Equals(reading.Policy.Flows[0].Source));
    }

    [Theory]
    [InlineData("source: 10.2.5.10", "source: [10.2.0.0/16, \"fd00:2::/32\"]", 1)]
    [InlineData("source: 10.2.5.10", "source: 10.2.0.0-10.2.255.255", 0)]
    [InlineData("service: tcp/443", "service: tcp/1-65535", 1)]
    [InlineData("service: tcp/443", "service: tcp/2-65535", 0)]
    [InlineData("service: tcp/443", "service: udp", 1)]
    [InlineData("service: tcp/443", "service: icmp", 0)]
    [InlineData("flows:", "gateways: [{ id: g, hosts: 10.2.9.9, from: lgwan, to: mynumber, service: tcp/443 }]\nflows:", 0)]
    [InlineData("flows:", "gateways: [{ id: g, hosts: any, from: lgwan, to: mynumber, service: tcp/443 }]\nflows:", 1)]
    [InlineData("flows:", "gateways: [{ id: g, hosts: [10.2.0.0/16, \"fd00:2::/32\"], from: lgwan, to: mynumber, service: tcp/443 }]\nflows:", 1)]
    [InlineData("flows:", "gateways: [{ id: g, hosts: 10.2.9.9, from: lgwan, to: mynumber, service: any }]\nflows:", 1)]
    [InlineData("flows:", "security-cloud: { hosts: 203.0.113.0/24 }\nflows:", 0)]
    [InlineData("flows:", "security-cloud: { hosts: [203.0.113.0/24, 0.0.0.0/0] }\nflows:", 1)]
    public void Any_by_another_name_is_a_finding_too(string right, string written, int findings)
    {
        Assert.Contains(right, TownTests.Policy);
        Assert.Equal(Enumerable.Repeat("ZON-POLICY-020", findings), TownTests.Zones(TownTests.Policy.Replace(right, written)).Findings.Select(static f => f.Code));
    }

    [Fact]
    public void An_exit_of_the_security_cloud_that_no_configuration_has_is_a_finding()
    {
        var device = TownTests.Firewall();
        string[] Codes(string via) => [.. Sekisho.Zones.Reports.ZoneVerification.Verify(TownTests.Zones(TownTests.Policy.Replace("flows:", $"security-cloud: {{ via: {via} }}\nflows:")), [TownTests.Reading(device)], Day).Findings.Where(static f => f.Code == "ZON-POLICY-022").Select(static f => f.Where)];
        Assert.Empty(Codes($"{device.Name}/{device.Interfaces[0].Name}"));
        Assert.Equal(["zones.yaml:6"], Codes($"{device.Name}/wam1"));
        Assert.Equal(["zones.yaml:6"], Codes($"fw9/{device.Interfaces[0].Name}"));
    }

    [Fact]
    public void A_zone_without_addresses_is_never_proved()
    {
        var device = TownTests.Firewall();
        Sekisho.Zones.Reports.ZoneReport Verify(string prefixes) => Sekisho.Zones.Reports.ZoneVerification.Verify(
            TownTests.Zones($"format: 1\nmodel: α\nzones:\n  - {{ id: a, kind: mynumber, prefixes: {prefixes}, at: {device.Name}/{device.Interfaces[0].Name} }}\n  - {{ id: b, kind: lgwan, prefixes: 10.2.0.0/16, at: {device.Name}/{device.Interfaces[1].Name} }}\n  - {{ id: c, kind: other, prefixes: [10.1.0.0/17, 10.1.128.0/17] }}\n"), [TownTests.Reading(device)], Day);
        foreach (var nothing in new[] { "[]", "10.1.0.0/16" })
            Assert.All(Verify(nothing).Checks.Where(static c => c.From.Id == "a" || c.To.Id == "a"), static c => Assert.IsType<Sekisho.Zones.Reports.CheckVerdict.NotAssessed>(c.Verdict));
        Assert.Contains(Verify("10.9.0.0/16").Checks, static c => c is { From.Id: "a", To.Id: "b", Verdict: Sekisho.Zones.Reports.CheckVerdict.Proved });
    }

    [Fact]
    public void Every_prefix_of_a_policy_is_read_without_an_exception()
    {
        for (var length = 0; length < TownTests.Policy.Length; length++) ZonePolicyReader.Read(TownTests.Policy[..length], "zones.yaml");
    }

    [Fact]
    public void A_model_opens_what_it_says_and_no_more()
    {
        ServiceSet? Open(string model, string from, string to)
        {
            var policy = TownTests.Zones($$"""
                format: 1
                model: {{model}}
                zones:
                  - { id: lgwan, kind: lgwan, prefixes: 10.2.0.0/16 }
                  - { id: internet, kind: internet, prefixes: 10.3.0.0/16 }
                  - { id: cloud, kind: cloud, prefixes: 203.0.113.0/24 }
                """).Policy!;
            return policy.FlowsOn(policy.Find(from)!, policy.Find(to)!, Day).SingleOrDefault()?.Services;
        }
        Assert.Null(Open("α", "lgwan", "cloud"));
        Assert.Equal("tcp/443", Open("α'", "lgwan", "cloud")!.ToString());
        Assert.Null(Open("α'", "cloud", "lgwan"));
        Assert.Null(Open("β", "lgwan", "internet"));
        Assert.Equal("tcp/443", Open("beta-prime", "internet", "cloud")!.ToString());
    }

    [Fact]
    public void The_schema_has_the_keys_that_the_reader_takes()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Sekisho.slnx"))) folder = Path.GetDirectoryName(folder)!;
        var properties = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "docs/formats/zone-policy.schema.json"))).RootElement.GetProperty("properties");
        Assert.Equal(ZonePolicyReader.RootKeys, properties.EnumerateObject().Select(p => p.Name));
        string[] Keys(string of) => [.. properties.GetProperty(of).GetProperty("items").GetProperty("properties").EnumerateObject().Select(p => p.Name)];
        Assert.Equal(ZonePolicyReader.ZoneKeys, Keys("zones"));
        Assert.Equal(ZonePolicyReader.FlowKeys, Keys("flows"));
        Assert.Equal(ZonePolicyReader.GatewayKeys, Keys("gateways"));
        Assert.Equal(ZonePolicyReader.CloudKeys, properties.GetProperty("security-cloud").GetProperty("properties").EnumerateObject().Select(p => p.Name));
    }
}
