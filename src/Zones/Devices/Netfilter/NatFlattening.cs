using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Netfilter;

/// <summary>One rule of a nat chain: a translation, a jump, or an end.</summary>
/// <param name="Made">The translation, where it is one.</param>
/// <param name="Target">Where it jumps to.</param>
internal sealed record NatStep(Condition When, SourceRef Source, string Name, RuleAction Action, Func<NatRule, NatRule>? Made, string? Target);

/// <summary>Chains of translations as one list: each rule under the conditions of the jumps that lead to it.</summary>
internal sealed class NatFlattening(IReadOnlyDictionary<(bool V6, string Table, string Chain), List<NatStep>> chains, NatKind kind, List<NatRule> result)
{
    /// <summary>Jumps go at most 16 deep in the kernel (NFT_JUMP_STACK_SIZE); a loop can't be loaded.</summary>
    private const int DepthLimit = 16;

    private const int RuleLimit = 200_000;

    public void Walk(bool v6, string chain) => Walk(v6, chain, Match.Any, Match.Any, [], 0);

    private void Walk(bool v6, string name, Match may, Match must, IReadOnlyList<Unknown> unknowns, int depth)
    {
        if (depth > DepthLimit || result.Count > RuleLimit || !chains.TryGetValue((v6, "nat", name), out var steps)) return;
        var returned = false;
        foreach (var step in steps)
        {
            var both = Matches.Intersect(may, step.When.May());
            var surely = returned ? Match.Nothing : Matches.Intersect(must, step.When.Must() ?? step.When.May());
            List<Unknown> names = [.. unknowns, .. step.When.Unknowns()];
            if (returned) names.Add(new Unknown(UnknownKind.RunTime, "RETURN"));
            if (both.IsNothing) continue;
            if (step.Made is { } made)
            {
                result.Add(made(Rule(both, surely, names, step)));
            }
            else if (step.Target is { } target)
            {
                Walk(v6, target, both, surely, names, depth + 1);
            }
            else if (step.Action is RuleAction.Accept || (step.Action is RuleAction.Return && depth == 0))
            {
                result.Add(Rule(both, surely, names, step)); // exempt: nothing is rewritten
            }
            else if (step.Action is RuleAction.Return)
            {
                // What returned doesn't meet the rest of this chain; which of the rest's packets did, the product form can't say.
                returned = true;
            }
        }
    }

    private NatRule Rule(Match may, Match must, List<Unknown> unknowns, NatStep step) => unknowns.Count == 0
        ? new NatRule(kind, may, step.Source, step.Name)
        : new NatRule(kind, may, step.Source, step.Name) { Must = must, Unknowns = [.. unknowns.Distinct()] };
}
