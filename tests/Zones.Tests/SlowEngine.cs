using Sekisho.Zones.Model;

namespace Sekisho.Zones.Tests;

/// <summary>One packet, as the slow engine and the kernel see it.</summary>
internal readonly record struct Packet(string In, string Out, Address Source, Address Destination, byte Protocol, ushort SourcePort, ushort DestinationPort)
{
    public ushort Icmp { get; init; }

    public byte Flags { get; init; }

    public ConnectionStates State { get; init; } = ConnectionStates.New;

    public Fragments Fragment { get; init; } = Fragments.WholeOrFirst;
}

/// <summary>The obvious engine: asks rule after rule, packet by packet. Shares nothing with the real one but the model.</summary>
internal static class SlowEngine
{
    /// <summary>Whether every filter that the packet meets lets it pass, when each uncertain rule does as <paramref name="holds"/> says.</summary>
    public static bool Passes(Device device, in Packet packet, Func<Rule, bool> holds, Func<Rule, bool> unknownAccepts)
    {
        foreach (var filter in device.Filters)
        {
            if (!filter.In.Contains(packet.In) || !filter.Out.Contains(packet.Out)) continue;
            if (filter.OnlyV6 is { } v6 && v6 != packet.Source.IsV6) continue;
            var decided = Walk(device, filter.Chain, packet, holds, unknownAccepts, out _) ?? filter.Default;
            if (decided != RuleAction.Accept) return false;
        }
        return true;
    }

    private static RuleAction? Walk(Device device, string chain, in Packet packet, Func<Rule, bool> holds, Func<Rule, bool> unknownAccepts, out bool left)
    {
        left = false;
        foreach (var rule in device.Chains.First(c => c.Name == chain).Rules)
        {
            if (!Matches(rule, packet, holds)) continue;
            switch (rule.Action)
            {
                case RuleAction.Accept: return RuleAction.Accept;
                case RuleAction.Drop or RuleAction.Reject: return RuleAction.Drop;
                case RuleAction.Unknown: return unknownAccepts(rule) ? RuleAction.Accept : RuleAction.Drop;
                case RuleAction.Return: return null;
                case RuleAction.Jump:
                    if (Walk(device, rule.Target!, packet, holds, unknownAccepts, out _) is { } jumped) return jumped;
                    break;
                case RuleAction.Goto:
                    return Walk(device, rule.Target!, packet, holds, unknownAccepts, out _);
            }
        }
        return null;
    }

    private static bool Matches(Rule rule, in Packet packet, Func<Rule, bool> holds) =>
        Matches(rule.Must ?? rule.May, packet) || (rule.Must is not null && Matches(rule.May, packet) && holds(rule));

    public static bool Matches(Match match, in Packet packet)
    {
        if (!match.In.Contains(packet.In) || !match.Out.Contains(packet.Out)) return false;
        if (!match.Source.Contains(packet.Source) || !match.Destination.Contains(packet.Destination)) return false;
        if ((match.States & packet.State) == 0 || (match.Fragments & packet.Fragment) == 0) return false;
        foreach (var service in match.Services.Services)
            if (Matches(service, packet)) return true;
        return false;
    }

    private static bool Matches(Service service, in Packet packet)
    {
        if (!service.Protocols.Contains(packet.Protocol)) return false;
        if (packet.Protocol is 6 or 17 or 132 or 33 or 136)
        {
            if (!(service.SourcePorts.IsAll && service.DestinationPorts.IsAll) && packet.Fragment == Fragments.Later) return false;
            if (!service.SourcePorts.Contains(packet.SourcePort) || !service.DestinationPorts.Contains(packet.DestinationPort)) return false;
        }
        if (packet.Protocol is 1 or 58)
        {
            if (!service.Icmp.IsAll && packet.Fragment == Fragments.Later) return false;
            if (!service.Icmp.Contains(packet.Icmp)) return false;
        }
        return packet.Protocol != 6 || service.Flags.Contains(packet.Flags);
    }
}
