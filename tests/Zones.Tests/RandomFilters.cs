using System.Collections.Immutable;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests;

/// <summary>Small, mean filters: everything overlaps, chains jump, return and go to each other, some rules are uncertain. Seeded.</summary>
internal sealed class RandomFilters(int seed, bool v6 = false)
{
    private static readonly string[] Names = ["eth0", "eth1", "ppp0"];
    private readonly Random random = new(seed);

    public Device Device(int chains, int rulesEach, double uncertain, double states = 0.15)
    {
        var all = new List<Chain>();
        for (var c = 0; c < chains; c++)
        {
            // A chain calls only later ones, so that none calls itself.
            var rules = new List<Rule>();
            for (var r = 0; r < rulesEach; r++) rules.Add(Rule(c, chains, r, uncertain, states));
            all.Add(new($"c{c}", [.. rules]));
        }
        var filters = new List<Filter> { new("forward", FilterPlace.Forward, "c0", random.Next(2) == 0 ? RuleAction.Accept : RuleAction.Drop, default) };
        return new Device("random", "test") { Chains = [.. all], Filters = [.. filters] };
    }

    public Packet Packet()
    {
        byte protocol = random.Next(8) switch { < 3 => 6, < 5 => 17, 5 => v6 ? (byte)58 : (byte)1, 6 => 47, _ => (byte)random.Next(256) };
        var later = random.Next(8) == 0;
        return new(Names[random.Next(3)], Names[random.Next(3)], Address(), Address(), protocol, Port(), Port())
        {
            Icmp = (ushort)(random.Next(4) * 256 + random.Next(3)),
            Flags = later ? TcpFlags.Ack : random.Next(2) == 0 ? TcpFlags.Syn : (byte)random.Next(64),
            State = !later && random.Next(4) == 0 ? ConnectionStates.Invalid : ConnectionStates.New,
            Fragment = later ? Fragments.Later : Fragments.WholeOrFirst,
        };
    }

    private Rule Rule(int chain, int chains, int number, double uncertain, double states)
    {
        var action = random.Next(10) switch { < 4 => RuleAction.Accept, < 7 => RuleAction.Drop, 7 => RuleAction.Return, 8 => RuleAction.Jump, _ => RuleAction.Goto };
        if (action is RuleAction.Jump or RuleAction.Goto && chain == chains - 1) action = RuleAction.Drop;
        var may = Match(states);
        var rule = new Rule(may, action, new SourceRef("random", number + 1, number + 1), $"{chain}.{number}") { Target = action is RuleAction.Jump or RuleAction.Goto ? $"c{random.Next(chain + 1, chains)}" : null };
        if (random.NextDouble() >= uncertain) return rule;
        var must = random.Next(2) == 0 ? Model.Match.Nothing : may with { Source = may.Source.Intersect(Addresses()) };
        if (random.Next(4) == 0) rule = rule with { Action = RuleAction.Unknown, Target = null };
        return rule with { Must = must, Unknowns = [new(UnknownKind.Fqdn, $"host{number}.example.jp")] };
    }

    private Match Match(double states) => new()
    {
        Source = Addresses(),
        Destination = Addresses(),
        Services = random.Next(4) == 0 ? ServiceSet.Any : ServiceSet.Of([.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Service())]),
        States = random.NextDouble() < states ? (ConnectionStates)random.Next(1, 32) : ConnectionStates.All,
        Fragments = random.NextDouble() < states / 3 ? (Fragments)random.Next(1, 3) : Fragments.All,
        In = random.Next(4) == 0 ? InterfaceSet.Of(Names[random.Next(3)]) : random.Next(8) == 0 ? InterfaceSet.Except("eth*") : InterfaceSet.Any,
        Out = random.Next(4) == 0 ? InterfaceSet.Of("eth*") : InterfaceSet.Any,
    };

    private Service Service() => random.Next(6) switch
    {
        0 => new(ByteSet.Of(6, 17)) { DestinationPorts = Ports() },
        1 => new(ByteSet.Of(6)) { DestinationPorts = Ports(), Flags = random.Next(2) == 0 ? TcpFlags.Established : ByteSet.Where(f => (f & 0x17) == 2) },
        2 => new(ByteSet.Of(17)) { SourcePorts = Ports() },
        3 => new(ByteSet.Of(1, 58)) { Icmp = Model.Service.IcmpType((byte)random.Next(4)) },
        4 => new(~ByteSet.Of(6)) { DestinationPorts = Ports() },
        _ => new(ByteSet.Of(6)) { DestinationPorts = Ports(), SourcePorts = Ports() },
    };

    private IntervalSet<ushort> Ports() =>
        random.Next(3) == 0 ? IntervalSet<ushort>.All : IntervalSet<ushort>.Union([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => { var p = Port(); return (p, (ushort)(p + random.Next(3))); })]);

    private ushort Port() => (ushort)random.Next(40, 56);

    private Address Address() => v6 ? Model.Address.V6(((UInt128)0xfd00 << 112) + (UInt128)random.Next(32)) : Model.Address.V4(0x0A000000u + (uint)random.Next(32));

    private AddressSet Addresses()
    {
        if (random.Next(4) == 0) return v6 ? AddressSet.AllV6 : AddressSet.AllV4;
        var ranges = new List<AddressSet>();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var low = Address();
            ranges.Add(AddressSet.Range(low, low with { Value = low.Value + (UInt128)random.Next(12) }));
        }
        var set = AddressSet.UnionOf(ranges);
        return random.Next(8) == 0 ? set.Complement() : set;
    }
}
