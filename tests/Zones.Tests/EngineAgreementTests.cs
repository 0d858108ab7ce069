using Sekisho.Zones.Engine;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests;

/// <summary>Residual engine, decision diagrams and the obvious engine say the same, packet by packet and rule by rule.</summary>
public sealed class EngineAgreementTests
{
    [Theory]
    [InlineData(1, 1, 8, 0.0)]
    [InlineData(2, 1, 25, 0.0)]
    [InlineData(3, 4, 6, 0.0)]
    [InlineData(4, 3, 12, 0.0)]
    public void The_engine_lets_pass_exactly_what_the_slow_engine_lets_pass(int seed, int chains, int rules, double uncertain)
    {
        for (var round = 0; round < 6; round++)
        {
            var filters = new RandomFilters(seed * 1000 + round, round % 3 == 2);
            var device = filters.Device(chains, rules, uncertain);
            var passed = round % 3 == 2 ? new PassedPackets<UInt128>(device, Bound.Upper) : (IPassedPackets)new PassedPackets<uint>(device, Bound.Upper);
            for (var i = 0; i < 400; i++)
            {
                var packet = filters.Packet();
                Assert.True(SlowEngine.Passes(device, packet, static _ => true, static _ => true) == passed.Contains(packet), $"seed {seed} round {round}: {packet}");
            }
        }
    }

    [Theory]
    [InlineData(11, 1, 20)]
    [InlineData(12, 4, 7)]
    public void Whatever_unknown_conditions_turn_out_to_be_the_two_bounds_hold(int seed, int chains, int rules)
    {
        var (between, decided) = (0, 0);
        for (var round = 0; round < 6; round++)
        {
            var filters = new RandomFilters(seed * 1000 + round);
            var device = filters.Device(chains, rules, 0.3);
            var (upper, lower) = (new PassedPackets<uint>(device, Bound.Upper), new PassedPackets<uint>(device, Bound.Lower));
            var chance = new Random(seed + round);
            for (var i = 0; i < 200; i++)
            {
                var packet = filters.Packet();
                var (most, least) = (upper.Contains(packet), lower.Contains(packet));
                for (var world = 0; world < 6; world++)
                {
                    var passes = SlowEngine.Passes(device, packet, _ => chance.Next(2) == 0, _ => chance.Next(2) == 0);
                    Assert.True(!passes || most, $"round {round}: passes, beyond the upper bound: {packet}");
                    Assert.True(passes || !least, $"round {round}: stopped, inside the lower bound: {packet}");
                }
                if (most == least) decided++;
                else between++;
            }
        }
        Assert.True(between > 50 && decided > 500, $"{between} between the bounds, {decided} decided");
    }
}
