using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Netfilter;

/// <summary>dnat, snat, masquerade and redirect, also with maps.</summary>
/// <remarks>Source: nft(8), NAT STATEMENTS.</remarks>
internal static class NftNat
{
    /// <returns>False where the target can't be read: packets may then go anywhere.</returns>
    public static bool Add(NftModel model, NftTable table, List<NftDraft> drafts, NftStatement.Nat nat, SourceRef at, string name, List<NatStep> steps)
    {
        var understood = true;
        if (nat.Map is { } map)
        {
            var elements = NftModel.Elements(table, map, out _);
            if (elements is null) return Anywhere(model, drafts, nat, at, name, steps);
            foreach (var element in elements)
            {
                foreach (var draft in drafts)
                {
                    var copy = draft.Copy();
                    NftModel.ApplyParts(copy, nat.MapFields, element.Key);
                    var value = element.Data?.Value;
                    NftValue? address = value, port = nat.Port;
                    if (value?.Kind == NftKind.Concatenation) (address, port) = (value.Items[0], value.Items.Count == 2 ? value.Items[1] : null);
                    understood &= One(model, copy, nat, address, port, at, name, steps) && !copy.Strange;
                }
            }

            return understood;
        }

        foreach (var draft in drafts) understood &= One(model, draft, nat, nat.Address, nat.Port, at, name, steps);
        return understood;
    }

    private static bool Anywhere(NftModel model, List<NftDraft> drafts, NftStatement.Nat nat, SourceRef at, string name, List<NatStep> steps)
    {
        foreach (var draft in drafts)
            steps.Add(new NatStep(model.ConditionOf(draft), at, name, RuleAction.Accept, static rule => rule with { To = AddressSet.All, ToPorts = IntervalSet<ushort>.All, Must = Match.Nothing, Unknowns = rule.Unknowns.Add(new Unknown(UnknownKind.RunTime, "nat map")) }, null));

        return nat.Map is { Kind: NftKind.Reference };
    }

    private static bool One(NftModel model, NftDraft draft, NftStatement.Nat nat, NftValue? address, NftValue? port, SourceRef at, string name, List<NatStep> steps)
    {
        var when = model.ConditionOf(draft);
        IntervalSet<ushort>? ports = null;
        var understood = port is null || TryPorts(port, out ports);
        AddressSet? to = null;
        if (address is not null)
        {
            var v6 = draft.Source.V4.IsEmpty || (address.Text.Contains(':') && address.Text.Count(static c => c == ':') > 1);
            if (address.Kind == NftKind.Word && !AddressPrefix.TryParse(address.Text, out _))
            {
                understood &= IptablesNat.TryTarget(address.Text, v6 || address.Text.StartsWith('['), out to, out var with);
                ports ??= with;
            }
            else
            {
                to = NftFields.Addresses([address], v6);
                understood &= to is not null;
            }
        }

        var source = nat.Name is "snat" or "masquerade";
        var after = ports ?? (source ? IntervalSet<ushort>.All : null);
        Func<NatRule, NatRule> made = nat.Name switch
        {
            "masquerade" => rule => rule with { To = AddressSet.Empty, ToOutgoingInterface = true, ToPorts = after },
            "redirect" => rule => rule with { To = AddressSet.Empty, ToPorts = after },
            _ when !understood => static rule => rule with { To = AddressSet.All, ToPorts = IntervalSet<ushort>.All },
            _ when to is null => rule => rule with { To = source ? rule.May.Source : rule.May.Destination, ToPorts = after },
            _ => rule => rule with { To = to, ToPorts = after, KeepsOffset = nat.Prefix && IptablesNat.SameSize(source ? rule.May.Source : rule.May.Destination, to) },
        };
        steps.Add(new NatStep(when, at, name, RuleAction.Accept, made, null));
        return understood;
    }

    private static bool TryPorts(NftValue value, out IntervalSet<ushort>? ports)
    {
        ports = null;
        switch (value.Kind)
        {
            case NftKind.Word when ServiceNames.TryPorts(value.Text, '-', out var some):
                ports = some;
                return true;
            case NftKind.Range when ServiceNames.TryPort(value.Text, out var low) && ServiceNames.TryPort(value.Other, out var high):
                ports = IntervalSet<ushort>.Of(low, high);
                return true;
            default:
                return false;
        }
    }
}
