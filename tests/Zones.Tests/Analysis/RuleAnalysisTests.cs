using System.Text;
using System.Text.Json;
using Sekisho.Zones.Analysis;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using Sekisho.Zones.Reports;

namespace Sekisho.Zones.Tests.Analysis;

/// <summary>What is said of single rules, on rules that a person would write; line 5 is the first of the chain.</summary>
public sealed class RuleAnalysisTests
{
    private static ConfigReading Rules(params string[] rules) =>
        ConfigDoor.Read("fw.rules", Encoding.ASCII.GetBytes($"*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n{string.Concat(rules.Select(r => $"-A FORWARD {r}\n"))}COMMIT\n"), CancellationToken.None);

    private static readonly string V4 = TownTests.Policy.Replace(", \"fd00:1::/32\"", "").Replace(", \"fd00:2::/32\"", "");

    private static RuleReport Analyse(params string[] rules) => RuleAnalysis.Analyse(TownTests.Zones(V4), [Rules(rules)], TownTests.Day, TestContext.Current.CancellationToken);

    private static string Lines(IEnumerable<RuleRef> rules) => string.Join(",", rules.Select(r => r.Source.FirstLine));

    private static IEnumerable<string> Said(RuleReport report) => report.Faults.Select(f => f.Match(
        s => $"{s.Rule.Source.FirstLine} shadowed by {Lines(s.By)}", r => $"{r.Rule.Source.FirstLine} redundant for {Lines(r.By)}{(r.ByDefault ? " default" : "")}",
        c => $"{c.Rule.Source.FirstLine} conflicts with {c.With.Source.FirstLine}", n => $"{n.Rule.Source.FirstLine} never needed", o => $"{o.Rule.Source.FirstLine} over-wide"));

    [Fact]
    public void A_hidden_rule_names_the_lines_that_hide_it_and_no_others()
    {
        var report = Analyse("-s 10.9.0.0/16 -j DROP", "-s 10.8.0.0/25 -p tcp -j DROP", "-s 10.8.0.128/25 -p tcp -j DROP", "-s 10.7.0.0/16 -j DROP", "-s 10.8.0.0/24 -p tcp -m tcp --dport 80 -j ACCEPT");
        Assert.Contains("9 shadowed by 6,7", Said(report));
    }

    [Fact]
    public void What_earlier_or_later_rules_or_the_default_decide_alike_is_redundant()
    {
        Assert.Contains("6 redundant for 5", Said(Analyse("-s 10.8.0.0/24 -j ACCEPT", "-s 10.8.0.7/32 -j ACCEPT", "-s 10.9.0.0/16 -j ACCEPT")));
        Assert.Contains("5 redundant for 6", Said(Analyse("-s 10.8.0.7/32 -j ACCEPT", "-s 10.8.0.0/24 -j ACCEPT")));
        Assert.Contains("6 redundant for  default", Said(Analyse("-s 10.8.0.0/24 -j ACCEPT", "-s 10.9.0.0/24 -j DROP")));
        // Two that are equal: only one may go.
        Assert.Equal(["6 redundant for 5"], Said(Analyse("-s 10.8.0.0/24 -j ACCEPT", "-s 10.8.0.0/24 -j ACCEPT")));
        // An exception before a wider rule is needed, and so is the last word of a list.
        Assert.Empty(Analyse("-s 10.8.0.7/32 -j DROP", "-s 10.8.0.0/24 -j ACCEPT", "-j DROP").Faults);
    }

    [Fact]
    public void A_rule_for_replies_is_a_rule()
    {
        Assert.Empty(Analyse("-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", "-m conntrack --ctstate INVALID -j DROP", "-s 10.2.5.10/32 -d 10.1.7.20/32 -p tcp -m tcp --dport 443 -j ACCEPT").Faults);
        Assert.Equal(["5 redundant for 6"], Said(Analyse("-m conntrack --ctstate ESTABLISHED -j ACCEPT", "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT")));
    }

    [Fact]
    public void Rules_that_cross_conflict_and_exceptions_don_t()
    {
        var report = Analyse("-d 10.9.0.0/24 -p tcp -m tcp --dport 443 -j ACCEPT", "-s 10.8.0.7/32 -j DROP", "-s 10.8.0.0/24 -j ACCEPT");
        Assert.Equal(["6 conflicts with 5"], Said(report));
        var conflict = Assert.IsType<RuleFault.Conflicting>(report.Faults[0]);
        Assert.Equal("tcp 10.8.0.7:49152 → 10.9.0.1:443", conflict.Example.ToString());
        Assert.Equal(["6 conflicts with 5"], Said(Analyse("-s 10.8.0.0/25 -d 10.9.0.0/23 -j DROP", "-s 10.8.0.0/24 -d 10.9.0.0/24 -j ACCEPT")));
        // Nobody from here, before anybody to there: an exception that says so.
        Assert.Empty(Analyse("-s 10.8.0.7/32 -j DROP", "-d 10.9.0.0/24 -p tcp -m tcp --dport 443 -j ACCEPT").Faults);
        // What an even earlier line decides is nobody's quarrel.
        Assert.Empty(Analyse("-s 10.8.0.7/32 -d 10.9.0.0/24 -j DROP", "-s 10.8.0.7/32 -d 10.7.0.0/16 -j DROP", "-d 10.9.0.0/24 -j ACCEPT", "-d 10.7.0.0/16 -j ACCEPT").Faults);
    }

    [Fact]
    public void A_permission_that_no_allowed_flow_uses_is_never_needed()
    {
        Assert.Equal(["6 never needed"], Said(Analyse("-s 10.2.5.10/32 -d 10.1.7.20/32 -p tcp -m tcp --dport 443 -j ACCEPT", "-s 10.2.5.11/32 -d 10.1.7.20/32 -p tcp -m tcp --dport 443 -j ACCEPT", "-s 10.8.0.0/24 -d 10.9.0.0/24 -j ACCEPT")));
    }

    [Fact]
    public void A_rule_for_what_stays_inside_a_zone_is_needed()
    {
        Assert.Empty(Analyse("-i eth1 -o eth2 -s 10.2.1.0/24 -d 10.2.2.0/24 -j ACCEPT").Faults);
        // It lets other zones in as well: too wide, and the narrower one keeps the inside.
        var wide = Assert.IsType<RuleFault.OverWide>(Assert.Single(Analyse("-i eth1 -o eth2 -s 10.2.1.0/24 -j ACCEPT").Faults));
        Assert.Empty(wide.Flows);
        Assert.Equal("10.2.1.0/24 → 10.2.0.0/16 any", Assert.Single(wide.Narrower).ToString());
    }

    [Fact]
    public void A_wide_rule_gets_a_narrower_one_that_treats_allowed_flows_alike()
    {
        var report = Analyse("-s 10.2.0.0/16 -d 10.1.7.20/32 -p tcp -j ACCEPT");
        var wide = Assert.IsType<RuleFault.OverWide>(Assert.Single(report.Faults));
        Assert.Equal(("konbini", "lgwan", "mynumber"), (Assert.Single(wide.Flows).Id, wide.From.Id, wide.To.Id));
        Assert.Equal("10.2.5.10 → 10.1.7.20 tcp/443", Assert.Single(wide.Narrower).ToString().Replace("/32", ""));
        Assert.False(wide.Narrower[0].Source.Contains(wide.Excess.Source) && wide.Excess.DestinationPort == 443);
        Assert.Empty(report.BrokenFlows);
    }

    [Fact]
    public void A_flow_that_is_stopped_has_the_line_that_stops_it()
    {
        var report = Analyse("-s 10.2.5.0/24 -p tcp -m tcp --dport 443 -j DROP", "-s 10.2.5.10/32 -d 10.1.7.20/32 -p tcp -m tcp --dport 443 -j ACCEPT");
        var broken = Assert.Single(report.BrokenFlows);
        Assert.Equal(("konbini", FlowWorks.No), (broken.Flow.Id, broken.Works));
        Assert.Equal((5, "tcp 10.2.5.10:49152 → 10.1.7.20:443"), (Assert.Single(broken.Stops).Source.FirstLine, broken.Stops[0].Example.ToString()));
        Assert.Contains("6 shadowed by 5", Said(report));
        var byDefault = Assert.Single(Assert.Single(Analyse("-s 10.9.0.0/24 -j ACCEPT").BrokenFlows).Stops);
        Assert.Null(byDefault.Rule);
    }

    [Fact]
    public void A_part_that_is_stopped_is_told_too()
    {
        var report = RuleAnalysis.Analyse(TownTests.Zones(V4.Replace("source: 10.2.5.10", "source: 10.2.5.0/28")), [Rules("-s 10.2.5.3/32 -j DROP", "-s 10.2.5.0/28 -d 10.1.7.20/32 -p tcp -m tcp --dport 443 -j ACCEPT")], TownTests.Day, TestContext.Current.CancellationToken);
        var broken = Assert.Single(report.BrokenFlows);
        Assert.Equal((FlowWorks.Yes, 5), (broken.Works, Assert.Single(broken.Stops).Source.FirstLine));
    }

    [Fact]
    public void A_stateless_list_needs_its_rules_for_replies()
    {
        var https = Service.Tcp(IntervalSet<ushort>.Of(443));
        var reply = TownTests.Accept(11, TownTests.Net("10.1.7.20"), TownTests.Net("10.2.5.10"), new Service(ByteSet.Of(6)) { SourcePorts = IntervalSet<ushort>.Of(443), Flags = TcpFlags.Established });
        var device = TownTests.Firewall(TownTests.Accept(10, TownTests.Net("10.2.5.10"), TownTests.Net("10.1.7.20"), https), reply);
        device = device with { Filters = [device.Filters[0] with { Stateful = false }] };
        Assert.Empty(RuleAnalysis.Analyse(TownTests.Zones(), [TownTests.Reading(device)], TownTests.Day, TestContext.Current.CancellationToken).Faults);
        // Without "established" it also opens connections: too wide, and the narrower one says so.
        var open = device with { Chains = [device.Chains[0] with { Rules = device.Chains[0].Rules.SetItem(1, TownTests.Accept(11, TownTests.Net("10.1.7.20"), TownTests.Net("10.2.5.10"), new Service(ByteSet.Of(6)) { SourcePorts = IntervalSet<ushort>.Of(443) })) }] };
        var wide = Assert.IsType<RuleFault.OverWide>(Assert.Single(RuleAnalysis.Analyse(TownTests.Zones(), [TownTests.Reading(open)], TownTests.Day, TestContext.Current.CancellationToken).Faults));
        Assert.Contains("established", Assert.Single(wide.Narrower).ToString());
    }

    [Fact]
    public void Nothing_is_said_where_an_unknown_condition_could_make_it_untrue()
    {
        var maybe = new Rule(new Match { Source = TownTests.Net("10.2.0.0/16") }, RuleAction.Drop, new("fw.conf", 9, 9), "at night") { Must = Match.Nothing, Unknowns = [new(UnknownKind.Schedule, "night")] };
        var report = RuleAnalysis.Analyse(TownTests.Zones(), [TownTests.Reading(TownTests.Firewall(maybe, TownTests.Accept(10, TownTests.Net("10.2.5.10"), TownTests.Net("10.1.7.20"), Service.Tcp(IntervalSet<ushort>.Of(443)))))], TownTests.Day, TestContext.Current.CancellationToken);
        Assert.Empty(report.Faults);
        Assert.Equal((FlowWorks.Perhaps, true), (Assert.Single(report.BrokenFlows).Works, Assert.Single(report.BrokenFlows[0].Stops).Perhaps));
    }

    [Fact]
    public void The_json_names_every_fault_with_its_lines()
    {
        using var stream = new MemoryStream();
        RuleReportJson.Write(Analyse("-s 10.2.0.0/16 -d 10.1.7.20/32 -p tcp -j ACCEPT", "-s 10.2.9.0/24 -d 10.1.7.20/32 -p tcp -j DROP", "-s 10.9.0.0/24 -j ACCEPT", "-s 10.9.0.0/25 -j ACCEPT"), stream);
        var root = JsonDocument.Parse(Encoding.UTF8.GetString(stream.ToArray())).RootElement;
        Assert.Equal(["overWide", "shadowed", "redundant"], root.GetProperty("faults").EnumerateArray().Select(f => f.GetProperty("fault").GetString()));
        Assert.Equal(5, root.GetProperty("faults")[1].GetProperty("because")[0].GetProperty("line").GetInt32());
        Assert.Equal("tcp/443", root.GetProperty("faults")[0].GetProperty("narrower")[0].GetProperty("service").GetString());
        Assert.Equal(4, root.GetProperty("rules").GetInt32());
    }
}
