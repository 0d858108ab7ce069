using Sekisho.Zones.Model;
using Sekisho.Zones.Networks;
using static Sekisho.Zones.Tests.TownTests;

namespace Sekisho.Zones.Tests.Networks;

/// <summary>Changes of filters between translations, packet by packet, before and after; and changes of the translations themselves, which are told as exactly.</summary>
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
        }
        Assert.True(changed > 50 && same > 500, $"{changed} changed, {same} same");
    }

    [Theory]
    [InlineData(93)]
    [InlineData(94)]
    public void What_is_translated_to_something_else_is_told_and_nothing_else_is(int seed)
    {
        var (changed, same) = (0, 0);
        for (var round = 0; round < 80; round++)
        {
            var random = new Random(seed * 1000 + round);
            var filters = new RandomFilters(seed * 1000 + round);
            var before = RandomNetworkTests.Station(filters, random, 0, 1, true);
            var other = RandomNetworkTests.Station(filters, random, 0, 1, true).Nat;
            var after = before with
            {
                Nat = (round % 4) switch { 0 => before.Nat.RemoveAt(round % 3), 1 => before.Nat.Insert(round % 5 % 4, other[random.Next(4)]), 2 => before.Nat.SetItem(round % 4, other[round % 4]), _ => [before.Nat[2], before.Nat[3], before.Nat[0], before.Nat[1]] },
            };
            var difference = NetworkDifference.Between([Reading(before)], [Reading(after)]);
            Assert.True(difference.IsComplete);
            Assert.Empty(difference.Notes);
            Assert.Empty(difference.Changes);
            for (var i = 0; i < 400; i++)
                foreach (var kind in new[] { NatKind.Destination, NatKind.Source })
                {
                    var (inbound, outbound) = i % 2 == 0 ? ("eth0", "eth1") : ("eth1", "eth0");
                    var packet = filters.Packet() with { In = inbound, Out = kind == NatKind.Source ? outbound : "", State = ConnectionStates.New, Fragment = Fragments.WholeOrFirst };
                    packet = packet with { Flags = packet.Protocol == 6 ? TcpFlags.Syn : (byte)0 };
                    if (packet.Source.IsV6) continue;
                    var (was, becomes) = (Slowly(before, kind, packet), Slowly(after, kind, packet));
                    var told = difference.Translations.Where(c => c.Kind == kind && c.Inbound == inbound && c.Outbound == packet.Out && c.Traffic.Source.Contains(packet.Source) && c.Traffic.Destination.Contains(packet.Destination)
                        && SlowEngine.Matches(new Match { Services = c.Traffic.Services }, packet)).ToArray();
                    if (was == becomes)
                    {
                        Assert.True(told.Length == 0, $"seed {seed} round {round}: {packet} stays {was}, told {string.Join("; ", told.Select(static t => $"{t.Was} → {t.Becomes}"))}");
                        same++;
                        continue;
                    }
                    changed++;
                    Assert.True(told.Any(t => Says(t.Before, t.Was) == was && Says(t.After, t.Becomes) == becomes), $"seed {seed} round {round}: {packet} {was} → {becomes}, told {string.Join("; ", told.Select(static t => $"{t.Was} → {t.Becomes}"))}");
                }
        }
        Assert.True(changed > 100 && same > 5000, $"{changed} changed, {same} same");

        static string Slowly(Device device, NatKind kind, Packet packet)
        {
            foreach (var nat in device.Nat)
                if (nat.Kind == kind && SlowEngine.Matches(nat.May, packet)) return nat.To is null ? "as it is" : $"{nat.To}|{nat.ToPorts}";
            return "as it is";
        }

        static string Says(NatRule? rule, string words) => rule?.To is null ? "as it is" : words.StartsWith(rule.To.ToString(), StringComparison.Ordinal) ? $"{rule.To}|{rule.ToPorts}" : "?";
    }
}
