using Sekisho.Zones.Model;
using Sekisho.Zones.Policies;

namespace Sekisho.Zones.Networks;

/// <summary>What happens to a packet at one station.</summary>
public enum StepOutcome
{
    Passes,
    Stopped,

    /// <summary>An unknown condition decides.</summary>
    Open,

    /// <summary>Gets a new address.</summary>
    Translated,
    Arrives,
}

/// <summary>One station of one packet: the line that decides there.</summary>
public sealed record WalkStep(string Device, string Inbound, string Outbound, string Filter, SourceRef Source, string Rule, StepOutcome Outcome, ExamplePacket Packet);

/// <summary>Follows one packet through the devices, rule by rule, as a person would (経路の説明). Reads the model itself, nothing of the proof.</summary>
public sealed class PacketWalk
{
    /// <summary>Translations may send a packet in circles.</summary>
    private const int MostSteps = 400;

    private readonly Topology topology;
    private readonly List<IReadOnlyList<WalkStep>> walks = [];

    private PacketWalk(Topology topology) => this.topology = topology;

    /// <summary>Every way that the packet may take, with what decides at each device.</summary>
    public static IReadOnlyList<IReadOnlyList<WalkStep>> Follow(ZonePolicy policy, IReadOnlyList<Device> devices, ExamplePacket packet)
    {
        var walk = new PacketWalk(new Topology(devices, policy));
        foreach (var zone in policy.Zones)
        {
            if (!zone.Addresses.Contains(packet.Source)) continue;
            foreach (var way in walk.topology.WaysIn(zone))
                if (way.Sources.Contains(packet.Source)) walk.Enter(way.Device, way.Interface, packet, [], []);
        }
        return walk.walks;
    }

    private void Enter(int index, string inbound, ExamplePacket packet, List<WalkStep> steps, HashSet<(int, string)> passed)
    {
        var device = topology.Devices[index];
        if (!device.Forwards || !passed.Add((index, inbound)) || steps.Count > MostSteps) return;
        if (!device.NatOrder.InboundSeesNewDestination && !Filters(device, FilterPlace.Inbound, inbound, "", packet, steps)) return;
        var original = packet;
        Translate(device, NatKind.Destination, inbound, "", ref packet, steps);
        if (packet != original) passed = [];
        if (device.NatOrder.InboundSeesNewDestination && !Filters(device, FilterPlace.Inbound, inbound, "", packet, steps)) return;
        foreach (var way in topology.WaysOut(index, inbound))
        {
            if (!way.Destinations.Contains(packet.Destination)) continue;
            Leave(index, inbound, way, original, packet, [.. steps], [.. passed]);
        }
    }

    private void Leave(int index, string inbound, WayOut way, ExamplePacket original, ExamplePacket packet, List<WalkStep> steps, HashSet<(int, string)> passed)
    {
        var device = topology.Devices[index];
        if (!Filters(device, FilterPlace.Forward, inbound, way.Interface, device.NatOrder.ForwardSeesNewDestination ? packet : original, steps)) return;
        if (!device.NatOrder.OutboundSeesNewSource && !Filters(device, FilterPlace.Outbound, inbound, way.Interface, packet, steps)) return;
        Translate(device, NatKind.Source, inbound, way.Interface, ref packet, steps);
        if (device.NatOrder.OutboundSeesNewSource && !Filters(device, FilterPlace.Outbound, inbound, way.Interface, packet, steps)) return;
        if (way.Next is { } next)
        {
            Enter(next.Device, next.Interface, packet, steps, passed);
            return;
        }
        steps.Add(new(device.Name, inbound, way.Interface, "", default, "", StepOutcome.Arrives, packet));
        walks.Add(steps);
    }

    /// <returns>False when the packet is stopped here for certain.</returns>
    private bool Filters(Device device, FilterPlace place, string inbound, string outbound, ExamplePacket packet, List<WalkStep> steps)
    {
        foreach (var filter in device.Filters)
        {
            if (filter.Place != place || !filter.In.Contains(inbound) || (place != FilterPlace.Inbound && !filter.Out.Contains(outbound))) continue;
            if (filter.OnlyV6 is { } v6 && v6 != packet.Source.IsV6) continue;
            var (rule, outcome) = Decide(device, filter, packet, inbound, outbound);
            var step = new WalkStep(device.Name, inbound, outbound, filter.Name, rule?.Source ?? filter.Source, rule is null ? "default" : rule.Name.Length > 0 ? rule.Name : rule.Source.Of, outcome, packet);
            steps.Add(step);
            if (outcome != StepOutcome.Stopped) continue;
            walks.Add([.. steps]);
            return false;
        }
        return true;
    }

    private static (Rule?, StepOutcome) Decide(Device device, Filter filter, in ExamplePacket packet, string inbound, string outbound)
    {
        Rule? open = null;
        var decided = Walk(device, filter.Chain, packet, inbound, outbound, 0, ref open) is { } found ? found : (null, filter.Default);
        // A condition that nobody knows came before what decides: both may be.
        if (open is not null) return (open, StepOutcome.Open);
        return (decided.Item1, decided.Item2 == RuleAction.Accept ? StepOutcome.Passes : StepOutcome.Stopped);
    }

    private static (Rule?, RuleAction)? Walk(Device device, string name, in ExamplePacket packet, string inbound, string outbound, int depth, ref Rule? open)
    {
        var chain = device.Chains.FirstOrDefault(c => c.Name == name);
        if (chain is null || depth > 32) return null;
        foreach (var rule in chain.Rules)
        {
            if (!Matches(rule.May, packet, inbound, outbound)) continue;
            if (rule.Action == RuleAction.Continue) continue;
            if (rule.Action == RuleAction.Unknown || (rule.Must is not null && !Matches(rule.Must, packet, inbound, outbound)))
            {
                open ??= rule;
                continue;
            }
            switch (rule.Action)
            {
                case RuleAction.Return: return null;
                case RuleAction.Jump:
                    if (Walk(device, rule.Target ?? "", packet, inbound, outbound, depth + 1, ref open) is { } inside) return inside;
                    break;
                case RuleAction.Goto: return Walk(device, rule.Target ?? "", packet, inbound, outbound, depth + 1, ref open);
                default: return (rule, rule.Action);
            }
        }
        return null;
    }

    private static void Translate(Device device, NatKind kind, string inbound, string outbound, ref ExamplePacket packet, List<WalkStep> steps)
    {
        foreach (var nat in device.Nat)
        {
            if (nat.Kind != kind || !Matches(nat.May, packet, inbound, outbound)) continue;
            if (nat.To is null) return;
            var to = nat.ToOutgoingInterface && device.Interfaces.FirstOrDefault(i => i.Name == outbound) is { Addresses: [var own, ..] } ? AddressSet.Of(own.Address) : nat.To;
            var old = kind == NatKind.Source ? packet.Source : packet.Destination;
            var from = kind == NatKind.Source ? nat.May.Source : nat.May.Destination;
            if (First(to, old.IsV6) is not { } address) return;
            if (nat.KeepsOffset && First(from, old.IsV6) is { } start) address = address with { Value = address.Value + (old.Value - start.Value) };
            packet = kind == NatKind.Source
                ? packet with { Source = address, First = nat.ToPorts is { IsEmpty: false } p && packet.HasPorts && !p.Contains(packet.First) ? p.Bounds[0] : packet.First }
                : packet with { Destination = address, DestinationPort = nat.ToPorts is { IsEmpty: false } q && packet.HasPorts && !q.Contains(packet.DestinationPort) ? q.Bounds[0] : packet.DestinationPort };
            steps.Add(new(device.Name, inbound, outbound, "nat", nat.Source, nat.Name, StepOutcome.Translated, packet));
            return;
        }
    }

    private static Address? First(AddressSet set, bool v6) => v6 ? set.V6.IsEmpty ? null : Address.V6(set.V6.Bounds[0]) : set.V4.IsEmpty ? null : Address.V4(set.V4.Bounds[0]);

    private static bool Matches(Match match, in ExamplePacket packet, string inbound, string outbound)
    {
        if (!match.In.Contains(inbound) || !match.Out.Contains(outbound) || !match.Source.Contains(packet.Source) || !match.Destination.Contains(packet.Destination)) return false;
        if ((match.States & packet.State) == 0 || (match.Fragments & packet.Fragment) == 0) return false;
        foreach (var service in match.Services.Services)
        {
            if (!service.Protocols.Contains(packet.Protocol)) continue;
            if (packet.HasPorts && (!service.SourcePorts.Contains(packet.First) || !service.DestinationPorts.Contains(packet.DestinationPort))) continue;
            if (packet.HasType && !service.Icmp.Contains(packet.First)) continue;
            if (packet.Protocol == Protocols.Tcp && !service.Flags.Contains(packet.Flags)) continue;
            return true;
        }
        return false;
    }
}
