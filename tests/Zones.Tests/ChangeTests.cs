using System.Text;
using Sekisho.Zones.Compile;
using Sekisho.Zones.Devices;
using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;

namespace Sekisho.Zones.Tests;

/// <summary>What a change opens and closes, and rules made from a policy.</summary>
public sealed class ChangeTests
{
    [Theory]
    [InlineData(31, 1, 14)]
    [InlineData(32, 4, 6)]
    public void The_difference_is_exactly_what_the_slow_engine_sees(int seed, int chains, int rules)
    {
        var (changed, same) = (0, 0);
        for (var round = 0; round < 12; round++)
        {
            var filters = new RandomFilters(seed * 100 + round);
            var before = filters.Device(chains, rules, 0, 0);
            var other = filters.Device(chains, rules, 0, 0);
            // One or two rules of the other device in their places.
            var chain = before.Chains[round % chains];
            var edited = chain with { Rules = chain.Rules.SetItem(round % rules, other.Chains[round % chains].Rules[0] with { Action = RuleAction.Accept }).RemoveAt((round + 3) % rules) };
            var after = before with { Chains = before.Chains.SetItem(round % chains, edited) };
            var changes = FilterDifference.Compare(before, after, out var complete);
            Assert.True(complete);
            var named = Topology.InterfacesOf(before);
            for (var i = 0; i < 500; i++)
            {
                var packet = filters.Packet() with { State = ConnectionStates.New, Fragment = Fragments.WholeOrFirst, Flags = TcpFlags.Syn };
                // An interface that no line names is told under "(other)".
                if (packet.In == packet.Out || !named.Contains(packet.In) || !named.Contains(packet.Out)) continue;
                var was = SlowEngine.Passes(before, packet, static _ => true, static _ => true);
                var now = SlowEngine.Passes(after, packet, static _ => true, static _ => true);
                var told = changes.Where(c => c.Inbound == packet.In && c.Outbound == packet.Out && c.Traffic.Source.Contains(packet.Source) && c.Traffic.Destination.Contains(packet.Destination) && Holds(c.Traffic.Services, packet)).ToArray();
                Assert.True(was == now ? told.Length == 0 : told.Any(c => c.Opened == now), $"seed {seed} round {round}: {was} → {now}, told {told.Length}: {packet}");
                if (was == now) same++;
                else changed++;
            }
        }
        Assert.True(changed > 20 && same > 100, $"{changed} changed, {same} same");
    }

    [Fact]
    public void Only_the_edited_port_is_opened_with_both_lines()
    {
        Device Read(string port) => ConfigDoor.Read("fw.rules", Encoding.ASCII.GetBytes($"*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A FORWARD -i eth1 -o eth2 -s 10.1.0.5/32 -p tcp -m tcp --dport {port} -j ACCEPT\n-A FORWARD -s 10.9.0.0/16 -j DROP\nCOMMIT\n"), CancellationToken.None).Devices[0];
        var changes = FilterDifference.Compare(Read("443"), Read("443:444"), out _);
        var change = Assert.Single(changes);
        Assert.True(change.Opened);
        Assert.Equal("10.1.0.5 → 0.0.0.0/0 tcp/444", change.Traffic.ToString().Replace("/32", ""));
        Assert.Equal((null, 5), (change.Before, change.After!.Source.FirstLine));
        Assert.Empty(FilterDifference.Compare(Read("443"), Read("443"), out _));
        Assert.False(Assert.Single(FilterDifference.Compare(Read("443:444"), Read("443"), out _)).Opened);
    }

    [Theory]
    [InlineData("nftables")]
    [InlineData("iptables")]
    public void What_is_compiled_reads_back_as_the_policy(string target)
    {
        var policy = TownTests.Zones(TownTests.Policy.Replace("destination: 10.1.7.20", "destination: [10.1.7.20-10.1.7.25, \"fd00:1::/64\"]").Replace("source: 10.2.5.10", "source: [10.2.5.0/28, \"fd00:2::5\"]").Replace("service: tcp/443", "service: [tcp/443, udp/5000-5010, icmp/8]")).Policy!;
        var compiled = RuleCompiler.Compile(policy, target, TownTests.Day, CancellationToken.None);
        Assert.True(compiled.Differences.Count == 0, string.Join("\n", compiled.Differences.Take(5)) + compiled.Files[0].Text);
        Assert.Contains("konbini", compiled.Files[0].Text);
        // A flow that has ended is not compiled.
        Assert.DoesNotContain("konbini", RuleCompiler.Compile(policy, target, new(2028, 1, 1), CancellationToken.None).Files[0].Text);
    }

    private static bool Holds(ServiceSet services, Packet packet) => SlowEngine.Matches(new Match { Services = services }, packet);
}
