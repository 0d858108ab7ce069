using System.Collections.Immutable;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Networks;

/// <summary>A class of packets that gets other addresses after a change (変換の変化): another host answers, or is seen to ask.</summary>
/// <param name="Traffic">As it comes to the translation: destinations from before it, sources from before theirs.</param>
/// <param name="Was">What became of it before, in words; "unchanged" where nothing did.</param>
/// <param name="Before">The translation before; null: none matched.</param>
/// <param name="After">The translation now.</param>
/// <param name="Perhaps">An unknown condition is among what decides.</param>
public sealed record TranslationChange(string Device, NatKind Kind, string Inbound, string Outbound, Traffic Traffic, ExamplePacket Example, string Was, string Becomes, NatRule? Before, NatRule? After, bool Perhaps);

/// <summary>The exact difference between what two versions of a device translate packets to.</summary>
/// <remarks>For each thing that packets are translated to, "is translated to it" is a filter; what it lets pass now and didn't before has changed. The engine of filters works it out.</remarks>
internal static class TranslationDifference
{
    /// <summary>How what isn't translated is called.</summary>
    public const string Unchanged = "unchanged";

    /// <param name="complete">False when there were more classes than are listed.</param>
    public static IReadOnlyList<TranslationChange> Compare(Device before, Device after, out bool complete)
    {
        complete = true;
        var changes = new List<TranslationChange>();
        if (before.Nat.Length == after.Nat.Length && before.Nat.Zip(after.Nat).All(static n => RuleSequence.Same(n.First, n.Second) && Says(n.First) == Says(n.Second)) && before.Nat.All(n => !n.ToOutgoingInterface || To(before, n) == To(after, n))) return changes;
        foreach (var kind in new[] { NatKind.Destination, NatKind.Source })
        {
            (NatRule Nat, string To)[] Of(Device device) => [.. device.Nat.Where(n => n.Kind == kind).Select(n => (n, To(device, n)))];
            var (olds, news) = (Of(before), Of(after));
            foreach (var to in olds.Concat(news).Select(static n => n.To).Append(Unchanged).Distinct(StringComparer.Ordinal))
            {
                var rules = new Dictionary<Rule, (NatRule Nat, string To)>(ReferenceEqualityComparer.Instance);
                foreach (var change in FilterDifference.Compare(Filter(before, kind, olds, to, rules), Filter(after, kind, news, to, rules), out var all))
                {
                    complete &= all;
                    // Each packet that has changed is told once: at what it becomes.
                    if (!change.Opened) continue;
                    var (was, becomes) = (change.Before is { } o ? rules[o] : default, change.After is { } n ? rules[n] : default);
                    changes.Add(new(after.Name, kind, change.Inbound, change.Outbound, change.Traffic, change.Example, was.To ?? Unchanged, to, was.Nat, becomes.Nat, change.Perhaps));
                }
            }
        }
        return changes;
    }

    /// <summary>What lets pass the packets that are translated to something.</summary>
    private static Device Filter(Device device, NatKind kind, IEnumerable<(NatRule Nat, string To)> all, string to, Dictionary<Rule, (NatRule Nat, string To)> rules)
    {
        var chain = ImmutableArray.CreateBuilder<Rule>();
        foreach (var (nat, its) in all)
        {
            // A translation to addresses of the other family does nothing.
            var family = nat is { To: { IsEmpty: false } target, ToOutgoingInterface: false } ? target.V6.IsEmpty ? AddressSet.AllV4 : target.V4.IsEmpty ? AddressSet.AllV6 : AddressSet.All : AddressSet.All;
            var rule = new Rule(Within(nat.May, family), its == to ? RuleAction.Accept : RuleAction.Drop, nat.Source, nat.Name) { Must = nat.Must is { } must ? Within(must, family) : null, Unknowns = nat.Unknowns };
            rules.Add(rule, (nat, its));
            chain.Add(rule);
        }
        var filter = new Filter("nat", kind == NatKind.Destination ? FilterPlace.Inbound : FilterPlace.Forward, "nat", to == Unchanged ? RuleAction.Accept : RuleAction.Drop, default);
        return device with { Chains = [new Chain("nat", chain.ToImmutable())], Filters = [filter], Nat = [] };
    }

    private static Match Within(Match match, AddressSet family) => match with { Source = match.Source.Intersect(family), Destination = match.Destination.Intersect(family), Out = match.Out };

    /// <summary>What a rule translates to, in words that are the same for the same translation.</summary>
    private static string To(Device device, NatRule nat)
    {
        if (nat.To is null) return Unchanged;
        if (!nat.ToOutgoingInterface) return Says(nat);
        var own = device.Interfaces.Where(i => nat.May.Out.Contains(i.Name)).SelectMany(static i => i.Addresses.Select(static a => a.Address.ToString())).Distinct().Order(StringComparer.Ordinal);
        return $"interface ({string.Join(", ", own)}){Ports(nat)}";
    }

    private static string Says(NatRule nat)
    {
        if (nat.To is null) return Unchanged;
        var old = nat.Kind == NatKind.Destination ? nat.May.Destination : nat.May.Source;
        // One to one: the same target is another translation where it begins at another address.
        return $"{nat.To}{(nat.KeepsOffset ? $" from {old}" : "")}{Ports(nat)}";
    }

    private static string Ports(NatRule nat)
    {
        if (nat.ToPorts is not { } ports) return "";
        // Any source port is what hiding many behind one takes: it says nothing.
        if (ports.IsAll) return nat.Kind == NatKind.Source ? "" : " any port";
        var of = nat.KeepsPortOffset && nat.May.Services.Services is [var one] ? $" from {(nat.Kind == NatKind.Destination ? one.DestinationPorts : one.SourcePorts)}" : "";
        return $" port {ports}{of}";
    }
}
