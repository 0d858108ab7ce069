using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using static Sekisho.Zones.Tests.TownTests;

namespace Sekisho.Zones.Tests.Networks;

/// <summary>Changes of filters between translations, packet by packet, before and after; and changes of the translations themselves, which are never passed over in silence.</summary>
public sealed class TranslatedChangeTests
{
    private const string TwoZones = "format: 1\nmodel: β\nzones:\n  - { id: a, kind: other, prefixes: 10.0.0.0/28 }\n  - { id: b, kind: other, prefixes: 10.0.0.16/28 }\n";

    [Theory]
    [InlineData(91)]
    [InlineData(92)]
    public void What_an_edit_opens_and_closes_is_told_as_the_filter_sees_it_and_nothing_else_is(int seed)
    {
        var policy = TownTests.Zones(TwoZones).Policy!;
        var (changed, same) = (0, 0);
        for (var round = 0; round < 60; round++)
        {
            var random = new Random(seed * 1000 + round);
            var filters = new RandomFilters(seed * 1000 + round);
            var before = RandomNetworkTests.Station(filters, random, 0, 1, true);
            var chain = before.Chains[0];
            var other = filters.Device(1, 5, 0, 0).Chains[0].Rules[0];
            var after = before with { Chains = before.Chains.SetItem(0, chain with { Rules = chain.Rules.SetItem(round % chain.Rules.Length, other with { Action = round % 2 == 0 ? RuleAction.Accept : RuleAction.Drop, Target = null }) }) };
            var difference = NetworkDifference.Between([Reading(before)], [Reading(after)]);
            Assert.True(difference.IsComplete);
            Assert.Empty(difference.Notes);
            for (var i = 0; i < 200; i++)
            {
                var some = filters.Packet();
                var packet = new ExamplePacket(some.Source, some.Destination, some.Protocol, Protocols.WithTypes.Contains(some.Protocol) ? some.Icmp : some.SourcePort, some.DestinationPort) { Flags = some.Protocol == 6 ? TcpFlags.Syn : (byte)0, State = ConnectionStates.New, Fragment = Fragments.WholeOrFirst };
                foreach (var (was, becomes) in PacketWalk.Follow(policy, [before], packet).Zip(PacketWalk.Follow(policy, [after], packet)))
                {
                    if (becomes.FirstOrDefault(static s => s.Filter == "forward") is not { } seen) continue;
                    var (passed, passes) = (was.First(static s => s.Filter == "forward").Outcome == StepOutcome.Passes, seen.Outcome == StepOutcome.Passes);
                    var told = difference.Changes.Where(c => c.Inbound == seen.Inbound && c.Outbound == seen.Outbound && c.Traffic.Source.Contains(seen.Packet.Source) && c.Traffic.Destination.Contains(seen.Packet.Destination)
                        && SlowEngine.Matches(new Match { Services = c.Traffic.Services }, some with { SourcePort = seen.Packet.HasPorts ? seen.Packet.First : (ushort)0, DestinationPort = seen.Packet.DestinationPort, Flags = packet.Flags, State = packet.State, Fragment = packet.Fragment })).ToArray();
                    Assert.True(passed == passes ? told.Length == 0 : told.Any(c => c.Opened == passes), $"seed {seed} round {round}: {passed} → {passes}, told {told.Length}: {seen.Packet}");
                    if (passed == passes) same++;
                    else changed++;
                }
            }
            // Another translation is another network: what it changes is told by the pairs of zones, and that it changed here.
            Assert.NotEmpty(NetworkDifference.Between([Reading(before)], [Reading(after with { Nat = after.Nat.RemoveAt(round % after.Nat.Length) })]).Notes);
        }
        Assert.True(changed > 50 && same > 500, $"{changed} changed, {same} same");
    }
}
