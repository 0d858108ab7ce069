using Sekisho.Zones.Analysis;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests.Analysis;

/// <summary>What is said of rules holds for every packet that the obvious engine is asked about: rules are taken away, and packets compared.</summary>
public sealed class RuleAnalysisAgreementTests
{
    private static readonly Sekisho.Zones.Policies.ZonePolicyReading NoZones = TownTests.Zones("""
        format: 1
        model: β
        zones:
          - { id: a, kind: other, prefixes: 192.0.2.0/25 }
          - { id: b, kind: other, prefixes: 192.0.2.128/25 }
        """);

    [Theory]
    [InlineData(51, 1, 14, 0.0, false)]
    [InlineData(52, 4, 6, 0.0, false)]
    [InlineData(53, 2, 9, 0.3, false)]
    [InlineData(54, 3, 7, 0.1, true)]
    public void Rules_that_are_said_to_change_nothing_may_all_be_taken_away(int seed, int chains, int rules, double uncertain, bool v6)
    {
        var (taken, kept, packets) = (0, 0, 0);
        for (var round = 0; round < 12; round++)
        {
            var filters = new RandomFilters(seed * 100 + round, v6);
            var device = filters.Device(chains, rules, uncertain);
            var report = RuleAnalysis.Analyse(NoZones, [TownTests.Reading(device)], TownTests.Day, TestContext.Current.CancellationToken);
            Assert.Empty(report.Notes);
            var spare = report.Faults.Where(f => f is RuleFault.Redundant or RuleFault.Shadowed).Select(f => f.Rule.Name).ToHashSet();
            var without = device with { Chains = [.. device.Chains.Select(c => c with { Rules = [.. c.Rules.Where(r => !spare.Contains(r.Name))] })] };
            (taken, kept) = (taken + spare.Count, kept + report.Rules - spare.Count);
            var chance = new Random(seed + round);
            for (var i = 0; i < 600; i++)
            {
                var packet = filters.Packet();
                // Uncertain rules do as they please, but the same on both sides.
                var world = chance.Next();
                bool Does(Rule rule) => (world >> (rule.Source.FirstLine & 15) & 1) != 0;
                packets++;
                Assert.True(SlowEngine.Passes(device, packet, Does, Does) == SlowEngine.Passes(without, packet, Does, Does), $"seed {seed} round {round}: {packet} without {string.Join(", ", spare)}");
            }
        }
        Assert.True(taken > 5 && kept > 20, $"{taken} taken away, {kept} kept, {packets} packets");
    }

    [Theory]
    [InlineData(61, 1, 10)]
    [InlineData(62, 1, 16)]
    public void Rules_of_which_nothing_is_said_are_missed_when_taken_away(int seed, int chains, int rules)
    {
        var (missed, silent) = (0, 0);
        for (var round = 0; round < 6; round++)
        {
            var filters = new RandomFilters(seed * 100 + round);
            var device = filters.Device(chains, rules, 0, 0);
            var report = RuleAnalysis.Analyse(NoZones, [TownTests.Reading(device)], TownTests.Day, TestContext.Current.CancellationToken);
            var spare = report.Faults.Where(f => f is RuleFault.Redundant or RuleFault.Shadowed).Select(f => f.Rule.Name).ToHashSet();
            var lean = device with { Chains = [.. device.Chains.Select(c => c with { Rules = [.. c.Rules.Where(r => !spare.Contains(r.Name))] })] };
            foreach (var chain in lean.Chains)
                foreach (var rule in chain.Rules)
                {
                    if (!RuleLine.Decides(rule) || rule.May.Source.V4.IsAll && rule.May.Destination.V4.IsAll) continue;
                    var less = lean with { Chains = lean.Chains.Replace(chain, chain with { Rules = chain.Rules.Remove(rule) }) };
                    var differs = false;
                    for (var i = 0; i < 20_000 && !differs; i++)
                    {
                        var packet = filters.Packet();
                        differs = SlowEngine.Passes(lean, packet, static _ => true, static _ => true) != SlowEngine.Passes(less, packet, static _ => true, static _ => true);
                    }
                    if (differs) missed++;
                    else silent++;
                }
        }
        // Random packets find almost every difference that there is.
        Assert.True(missed > 10 && silent * 4 < missed, $"{missed} missed, {silent} not");
    }

    [Fact]
    public void An_example_of_a_conflict_meets_both_rules()
    {
        var conflicts = 0;
        for (var round = 0; round < 10; round++)
        {
            var filters = new RandomFilters(7100 + round);
            var device = filters.Device(1, 12, 0, 0);
            foreach (var fault in RuleAnalysis.Analyse(NoZones, [TownTests.Reading(device)], TownTests.Day, TestContext.Current.CancellationToken).Faults)
            {
                if (fault is not RuleFault.Conflicting conflict) continue;
                conflicts++;
                var (later, with) = (Named(conflict.Later), Named(conflict.With));
                Assert.NotEqual(later.Action == RuleAction.Accept, with.Action == RuleAction.Accept);
                var packet = new Packet("eth0", "eth0", conflict.Example.Source, conflict.Example.Destination, conflict.Example.Protocol, conflict.Example.First, conflict.Example.DestinationPort)
                {
                    Icmp = conflict.Example.First, Flags = conflict.Example.Flags, State = conflict.Example.State, Fragment = conflict.Example.Fragment,
                };
                Assert.True(SlowEngine.Matches(Anywhere(later), packet) && SlowEngine.Matches(Anywhere(with), packet), $"{round}: {conflict.Example}");
            }

            Rule Named(RuleRef rule) => device.Chains[0].Rules.Single(r => r.Name == rule.Name);
        }
        Assert.True(conflicts > 5, $"{conflicts}");

        static Match Anywhere(Rule rule) => rule.May with { In = InterfaceSet.Any, Out = InterfaceSet.Any };
    }
}
