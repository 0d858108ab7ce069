using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices.Netfilter;

/// <summary>The targets of table nat: DNAT, SNAT, MASQUERADE, REDIRECT, NETMAP.</summary>
/// <remarks>Source: iptables-extensions(8), TARGET EXTENSIONS.</remarks>
internal static class IptablesNat
{
    /// <summary>What the target makes of a matching packet; null where it translates nothing.</summary>
    /// <param name="broken">True where the target's options can't be read: what it makes of packets is then unknown.</param>
    public static Func<NatRule, NatRule>? Made(string? target, IReadOnlyDictionary<string, string> options, bool v6, out bool broken)
    {
        broken = false;
        var everything = v6 ? AddressSet.AllV6 : AddressSet.AllV4;
        switch (target)
        {
            case "DNAT" or "SNAT" or "SAME":
                var to = options.GetValueOrDefault(target == "DNAT" ? "--to-destination" : target == "SAME" ? "--to" : "--to-source");
                if (to is null || !TryTarget(to, v6, out var addresses, out var ports))
                {
                    broken = true;
                    return rule => rule with { To = everything, ToPorts = IntervalSet<ushort>.All };
                }

                // SNAT keeps the port where it can and takes another where it must.
                var after = ports ?? (target == "DNAT" ? null : IntervalSet<ushort>.All);
                return addresses is null ? rule => rule with { To = Kept(rule, target), ToPorts = after } : rule => rule with { To = addresses, ToPorts = after };
            case "MASQUERADE":
                return static rule => rule with { To = AddressSet.Empty, ToOutgoingInterface = true, ToPorts = IntervalSet<ushort>.All };
            case "REDIRECT":
                // To the machine itself: such packets don't pass through any more.
                var redirected = options.TryGetValue("--to-ports", out var named) && ServiceNames.TryPorts(named, '-', out var some) ? some : null;
                return rule => rule with { To = AddressSet.Empty, ToPorts = redirected };
            case "NETMAP":
                if (!options.TryGetValue("--to", out var map) || !AddressPrefix.TryParse(map, out var prefix))
                {
                    broken = true;
                    return rule => rule with { To = everything };
                }

                var mapped = AddressSet.Of(prefix);
                return rule => rule with { To = mapped, KeepsOffset = SameSize(rule.Kind == NatKind.Destination ? rule.May.Destination : rule.May.Source, mapped) };
            default:
                return null;
        }
    }

    private static AddressSet Kept(NatRule rule, string target) => target == "DNAT" ? rule.May.Destination : rule.May.Source;

    internal static bool SameSize(AddressSet from, AddressSet to) =>
        (from.V4.Count == 1 && to.V4.Count == 1 && from.V6.IsEmpty && to.V6.IsEmpty && from.V4.Bounds[1] - from.V4.Bounds[0] == to.V4.Bounds[1] - to.V4.Bounds[0])
        || (from.V6.Count == 1 && to.V6.Count == 1 && from.V4.IsEmpty && to.V4.IsEmpty && from.V6.Bounds[1] - from.V6.Bounds[0] == to.V6.Bounds[1] - to.V6.Bounds[0]);

    /// <summary>"10.0.0.1", "10.0.0.1-10.0.0.9", "10.0.0.1:80-90", ":8080", "[fd00::1]:80", several in a list.</summary>
    internal static bool TryTarget(ReadOnlySpan<char> text, bool v6, out AddressSet? addresses, out IntervalSet<ushort>? ports)
    {
        addresses = null;
        ports = null;
        foreach (var part in text.Split(' '))
        {
            var word = text[part];
            if (word.IsEmpty || word is "random" or "persistent") continue;
            ReadOnlySpan<char> host = word, port = default;
            if (word[0] == '[')
            {
                var close = word.IndexOf(']');
                if (close < 0) return false;
                host = word[1..close];
                port = word[(close + 1)..].TrimStart(':');
            }
            else if (!v6 && word.IndexOf(':') is >= 0 and int colon)
            {
                host = word[..colon];
                port = word[(colon + 1)..];
            }

            if (!port.IsEmpty)
            {
                var base_ = port.IndexOf('/');
                if (!ServiceNames.TryPorts(base_ < 0 ? port : port[..base_], '-', out var some)) return false;
                ports = ports is null ? some : ports.Union(some);
            }

            if (host.IsEmpty) continue;
            var dash = host.IndexOf('-');
            if (!Address.TryParse(dash < 0 ? host : host[..dash], out var first) || !Address.TryParse(dash < 0 ? host : host[(dash + 1)..], out var last))
                return false;

            var one = AddressSet.Range(first, last);
            addresses = addresses is null ? one : addresses.Union(one);
        }

        return addresses is not null || ports is not null;
    }
}
