using System.Collections.Immutable;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Netfilter;

/// <summary>From tables, chains and sets of nftables to the model.</summary>
internal sealed class NftModel(FileWork work, NftRuleset ruleset)
{
    /// <summary>A concatenation becomes one rule for each element; more than this from one rule is refused as not understood.</summary>
    private const int ElementLimit = 200_000;

    private readonly Dictionary<Service, ServiceSet> services = [];
    private readonly Dictionary<(NftSet Set, bool V6), AddressSet?> addressSets = [];
    private readonly Dictionary<(bool V6, string Table, string Chain), List<NatStep>> nat = [];
    private bool untracked;

    public Device ToDevice()
    {
        foreach (var table in ruleset.Tables.Values)
        {
            foreach (var fill in table.Chains.Values.SelectMany(static chain => chain.Rules).SelectMany(static rule => rule.Statements).OfType<NftStatement.Fills>())
                if (table.Sets.TryGetValue(fill.Set, out var filled)) filled.Dynamic = true;

            untracked |= table.Chains.Values.Any(static chain => chain.Rules.Exists(static rule => rule.Statements.Exists(static one => one is NftStatement.Neutral { Name: "notrack" })));
        }

        List<Chain> chains = [];
        foreach (var table in ruleset.Tables.Values.Where(static table => !table.Dormant && table.Family != "arp"))
            foreach (var chain in table.Chains.Values) chains.Add(Convert(table, chain));

        List<(int Priority, Filter Filter)> filters = [];
        List<(int Priority, NftTable Table, NftChain Chain, NatKind Kind)> translations = [];
        foreach (var table in ruleset.Tables.Values.Where(static table => !table.Dormant && table.Family != "arp"))
        {
            foreach (var chain in table.Chains.Values)
            {
                if (PlaceOf(chain) is not { } place || (chain.Type == "nat" && place == FilterPlace.Own)) continue;
                if (chain.Type == "nat")
                {
                    translations.Add((chain.Priority, table, chain, place == FilterPlace.Inbound ? NatKind.Destination : NatKind.Source));
                    if (!chain.Drops && !chains.Exists(one => one.Name == NameOf(table, chain.Name) && one.Rules.Any(static rule => rule.Action is RuleAction.Drop or RuleAction.Reject)))
                        continue;
                }

                var devices = chain.Devices.Count > 0 ? InterfaceSet.Of(chain.Devices) : InterfaceSet.Any;
                filters.Add((chain.Priority, new Filter(NameOf(table, chain.Name), place, NameOf(table, chain.Name), chain.Drops ? RuleAction.Drop : RuleAction.Accept, work.At(chain.PolicyLine > 0 ? chain.PolicyLine : chain.Line))
                {
                    In = place == FilterPlace.Inbound ? devices : InterfaceSet.Any,
                    Out = place == FilterPlace.Outbound ? devices : InterfaceSet.Any,
                    OnlyV6 = table.Family switch { "ip" => false, "ip6" => true, _ => null },
                }));
            }
        }

        List<NatRule> rules = [];
        foreach (var (_, table, chain, kind) in translations.OrderBy(static one => one.Priority))
            new NatFlattening(nat, kind, rules).Walk(false, NameOf(table, chain.Name));

        return new Device(work.NameFromFile, "nftables")
        {
            Chains = [.. chains],
            Filters = [.. filters.Where(static one => one.Filter.Place != FilterPlace.Own).OrderBy(static one => one.Priority).Select(static one => one.Filter)],
            OwnFilters = [.. filters.Where(static one => one.Filter.Place == FilterPlace.Own).OrderBy(static one => one.Priority).Select(static one => one.Filter)],
            InboundGuardsItself = true,
            Nat = [.. rules],
            RoutesUnknown = true,
            NatOrder = NatOrder.Netfilter,
        };
    }

    private static FilterPlace? PlaceOf(NftChain chain) => chain.Hook switch
    {
        "prerouting" or "ingress" => FilterPlace.Inbound,
        "input" => FilterPlace.Own,
        "forward" => FilterPlace.Forward,
        "postrouting" or "egress" => FilterPlace.Outbound,
        _ => null,
    };

    private static string NameOf(NftTable table, string chain) => $"{table.Family} {table.Name} {chain}";

    private Chain Convert(NftTable table, NftChain chain)
    {
        var rules = ImmutableArray.CreateBuilder<Rule>();
        List<NatStep> steps = [];
        foreach (var rule in chain.Rules) Convert(table, rule, rules, steps);

        nat[(false, "nat", NameOf(table, chain.Name))] = steps;
        return new Chain(NameOf(table, chain.Name), untracked ? [.. rules.Select(IptablesFile.WithUntracked)] : rules.ToImmutable());
    }

    private void Convert(NftTable table, NftRule rule, ImmutableArray<Rule>.Builder rules, List<NatStep> steps)
    {
        var start = new NftDraft();
        switch (table.Family)
        {
            case "ip":
                start.Family(v6: false);
                break;
            case "ip6":
                start.Family(v6: true);
                break;
        }

        List<NftDraft> drafts = [start];
        var at = work.At(rule.Line, rule.LastLine, "");
        var strange = false;
        var decided = false;
        foreach (var statement in rule.Statements)
        {
            switch (statement)
            {
                case NftStatement.Match match:
                    drafts = Apply(table, drafts, match.Fields, match.Mask, match.Operator, match.Right);
                    break;
                case NftStatement.VerdictMap map:
                    strange |= Map(table, rule, drafts, map, at, rules, steps);
                    decided = true;
                    break;
                case NftStatement.Verdict verdict:
                    Finish(table, drafts, verdict.Name, verdict.Target, at, rule.Comment, rules, steps, ref strange);
                    decided = true;
                    break;
                case NftStatement.Nat translation:
                    strange |= !NftNat.Add(this, table, drafts, translation, at, rule.Comment, steps);
                    decided = true;
                    break;
                case NftStatement.Unknowable unknown:
                    drafts.ForEach(draft => draft.Uncertain(unknown.Kind, unknown.Text));
                    break;
                case NftStatement.Strange odd:
                    drafts.ForEach(draft => draft.Uncertain(UnknownKind.NotUnderstood, odd.Text));
                    Finish(table, drafts, "unknown", null, at, rule.Comment, rules, steps, ref strange);
                    decided = true;
                    strange = true;
                    break;
            }

            // A verdict map without a matching element goes on with the rest of the rule; what stands behind a plain verdict never runs.
            if (decided && statement is not NftStatement.VerdictMap) break;
        }

        if (!decided) Finish(table, drafts, "continue", null, at, rule.Comment, rules, steps, ref strange);
        if (strange || drafts.Exists(static draft => draft.Strange)) work.Keep(rule.Line, rule.LastLine, new Touch.InPlace());
    }

    /// <summary>Narrows every draft by one match; a concatenation makes one draft of each element.</summary>
    internal List<NftDraft> Apply(NftTable table, List<NftDraft> drafts, List<string> fields, string? mask, string op, NftValue right)
    {
        var isSet = right.Kind is NftKind.Set or NftKind.Reference;
        var elements = Elements(table, right, out var named);
        if (elements is null)
        {
            drafts.ForEach(draft =>
            {
                fields.ForEach(field => Imply(draft, field));
                draft.Uncertain(named is null ? UnknownKind.NotUnderstood : UnknownKind.RunTime, "@" + right.Text);
            });
            return drafts;
        }

        if (fields.Count == 1)
        {
            var field = fields[0];
            if (named is not null && mask is null && field is "ip saddr" or "ip daddr" or "ip6 saddr" or "ip6 daddr" && op is "in" or "==" or "!=")
            {
                NamedAddresses(drafts, field, op, named);
                return drafts;
            }

            NftValue[] values = [.. elements.Select(static element => element.Key)];
            drafts.ForEach(draft => NftFields.Apply(draft, field, mask, op, values, isSet));
            return drafts;
        }

        if (mask is not null || op is not ("in" or "==") || (long)drafts.Count * elements.Count > ElementLimit || elements.Any(element => Parts(element.Key, fields.Count) is null))
        {
            drafts.ForEach(draft =>
            {
                fields.ForEach(field => Imply(draft, field));
                draft.Uncertain(UnknownKind.NotUnderstood, string.Join(" . ", fields) + " " + op);
            });
            return drafts;
        }

        var many = new List<NftDraft>(drafts.Count * elements.Count);
        foreach (var draft in drafts)
        {
            foreach (var element in elements)
            {
                var copy = draft.Copy();
                ApplyParts(copy, fields, element.Key);
                many.Add(copy);
            }
        }

        return many;
    }

    internal static void ApplyParts(NftDraft draft, List<string> fields, NftValue key)
    {
        if (fields.Count == 1)
        {
            NftFields.Apply(draft, fields[0], null, "in", [key], isSet: true);
            return;
        }

        var parts = Parts(key, fields.Count) ?? [];
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i].Kind != NftKind.Any) NftFields.Apply(draft, fields[i], null, "in", [parts[i]], isSet: true);
            else Imply(draft, fields[i]);
        }
    }

    /// <summary>What reading the field at all asks of a packet: "tcp dport" is there in TCP only.</summary>
    private static void Imply(NftDraft draft, string field)
    {
        switch (field)
        {
            case "ip saddr" or "ip daddr" or "ip protocol":
                draft.Family(v6: false);
                break;
            case "ip6 saddr" or "ip6 daddr" or "ip6 nexthdr":
                draft.Family(v6: true);
                break;
            case "tcp sport" or "tcp dport" or "tcp flags":
                draft.Protocols &= ByteSet.Of(Protocols.Tcp);
                break;
            case "udp sport" or "udp dport":
                draft.Protocols &= ByteSet.Of(Protocols.Udp);
                break;
        }
    }

    private static List<NftValue>? Parts(NftValue key, int count) =>
        key.Kind == NftKind.Concatenation && key.Items.Count == count && key.Items.TrueForAll(static part => part.Kind is not NftKind.Strange) ? key.Items : null;

    private void NamedAddresses(List<NftDraft> drafts, string field, string op, NftSet set)
    {
        var v6 = field[2] == '6';
        if (!addressSets.TryGetValue((set, v6), out var addresses))
        {
            addresses = NftFields.Addresses([.. set.Elements.Select(static element => element.Key)], v6);
            addressSets.Add((set, v6), addresses);
        }

        foreach (var draft in drafts)
        {
            draft.Family(v6);
            if (addresses is null)
            {
                draft.Uncertain(UnknownKind.NotUnderstood, "@" + set.Name);
                continue;
            }

            var meant = op == "!=" ? (v6 ? AddressSet.AllV6 : AddressSet.AllV4).Except(addresses) : addresses;
            if (field.EndsWith("saddr", StringComparison.Ordinal)) draft.Source = draft.Source.Intersect(meant);
            else draft.Destination = draft.Destination.Intersect(meant);
        }
    }

    /// <summary>The elements that a value has; null where they can't be known.</summary>
    /// <param name="named">The named set, where it is one that exists.</param>
    internal static IReadOnlyList<NftElement>? Elements(NftTable table, NftValue value, out NftSet? named)
    {
        named = null;
        switch (value.Kind)
        {
            case NftKind.Set:
                return value.Elements;
            case NftKind.Reference:
                return table.Sets.TryGetValue(value.Text, out named) && !named.Dynamic ? named.Elements : null;
            default:
                return [new NftElement(value, null, 0)];
        }
    }

    private bool Map(NftTable table, NftRule rule, List<NftDraft> drafts, NftStatement.VerdictMap map, SourceRef at, ImmutableArray<Rule>.Builder rules, List<NatStep> steps)
    {
        var strange = false;
        var elements = Elements(table, map.Map, out var named);
        if (elements is null || (long)drafts.Count * elements.Count > ElementLimit)
        {
            foreach (var draft in drafts)
            {
                var copy = draft.Copy();
                copy.Uncertain(named is { Dynamic: true } ? UnknownKind.RunTime : UnknownKind.NotUnderstood, "vmap @" + map.Map.Text);
                Finish(table, [copy], "unknown", null, at, rule.Comment, rules, steps, ref strange);
            }

            return named is not { Dynamic: true };
        }

        // "*" takes what no other element does: it goes last.
        foreach (var element in elements.OrderBy(static element => element.Key.Kind == NftKind.Any))
        {
            foreach (var draft in drafts)
            {
                var copy = draft.Copy();
                if (map.Fields.Count > 1 && Parts(element.Key, map.Fields.Count) is null && element.Key.Kind != NftKind.Any)
                    copy.Uncertain(UnknownKind.NotUnderstood, string.Join(" . ", map.Fields));
                else if (element.Key.Kind == NftKind.Any)
                    map.Fields.ForEach(field => Imply(copy, field));
                else
                    ApplyParts(copy, map.Fields, element.Key);

                var where = element.Line > 0 && element.Line != at.FirstLine ? work.At(element.Line, $"{work.File}:{at.FirstLine} vmap") : at;
                strange |= copy.Strange;
                Finish(table, [copy], element.Data?.Verdict ?? "unknown", element.Data?.Target, where, rule.Comment, rules, steps, ref strange);
            }
        }

        return strange;
    }

    private void Finish(NftTable table, List<NftDraft> drafts, string verdict, string? target, SourceRef at, string name, ImmutableArray<Rule>.Builder rules, List<NatStep> steps, ref bool strange)
    {
        var action = verdict switch
        {
            "accept" => RuleAction.Accept,
            "drop" => RuleAction.Drop,
            "reject" => RuleAction.Reject,
            "return" => RuleAction.Return,
            "continue" => RuleAction.Continue,
            "jump" => RuleAction.Jump,
            "goto" => RuleAction.Goto,
            _ => RuleAction.Unknown,
        };
        string? chain = null;
        if (action is RuleAction.Jump or RuleAction.Goto)
        {
            if (target is not null && table.Chains.ContainsKey(target))
            {
                chain = NameOf(table, target);
            }
            else
            {
                action = RuleAction.Unknown;
                drafts.ForEach(draft => draft.Uncertain(UnknownKind.NotUnderstood, verdict + " " + target));
                strange = true;
            }
        }
        else if (action == RuleAction.Unknown && verdict == "queue")
        {
            drafts.ForEach(static draft => draft.Uncertain(UnknownKind.RunTime, "queue"));
        }

        foreach (var draft in drafts)
        {
            var when = ConditionOf(draft);
            rules.Add(when.ToRule(action, at, name, chain));
            steps.Add(new NatStep(when, at, name, action, null, chain));
        }
    }

    internal Condition ConditionOf(NftDraft draft) => draft.ToCondition(services);
}
