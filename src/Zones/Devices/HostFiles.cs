using Sekisho.Zones.Model;

namespace Sekisho.Zones.Devices;

/// <summary>A host whose rules lie in two files, one for each family (iptables.rules and ip6tables.rules), is one device.</summary>
/// <remarks>
/// Told by place and name: the same folder, and names that differ only in "ip6tables" for "iptables", "ipv6" for "ipv4", or "v6" for "v4" (rules.v4, rules.v6).
/// The device has the name of the IPv4 file. Both readings keep their lines and name the same device. Tables "inet" of nft hold both families already.
/// </remarks>
public static class HostFiles
{
    /// <summary>The readings, files of one host joined. Doing it again changes nothing.</summary>
    public static IReadOnlyList<ConfigReading> Join(IReadOnlyList<ConfigReading> readings)
    {
        var joined = readings.ToArray();
        foreach (var group in Enumerable.Range(0, joined.Length).Where(i => FamilyOf(joined[i]) is not null).GroupBy(i => Key(joined[i]), StringComparer.Ordinal))
        {
            int[] four = [.. group.Where(i => FamilyOf(joined[i]) == false)], six = [.. group.Where(i => FamilyOf(joined[i]) == true)];
            if (four.Length != 1 || six.Length != 1) continue;
            var (v4, v6) = (joined[four[0]].Devices[0], joined[six[0]].Devices[0]);
            if (v4.Chains.Any(c => v6.Chains.Any(d => d.Name == c.Name))) continue;
            var device = v4 with { Chains = [.. v4.Chains, .. v6.Chains], Filters = [.. v4.Filters.Concat(v6.Filters).OrderBy(static f => f.Place)], OwnFilters = [.. v4.OwnFilters, .. v6.OwnFilters], Nat = [.. v4.Nat, .. v6.Nat] };
            joined[four[0]] = joined[four[0]] with { Devices = [device] };
            joined[six[0]] = joined[six[0]] with { Devices = [device] };
        }
        return joined;
    }

    /// <summary>The one family that a rule set filters, true for IPv6; null for anything else.</summary>
    private static bool? FamilyOf(ConfigReading reading) =>
        reading.Devices is [{ Vendor: "iptables" or "nftables", Filters: [{ OnlyV6: { } v6 }, ..] filters }] && filters.All(f => f.OnlyV6 == v6) ? v6 : null;

    private static string Key(ConfigReading reading)
    {
        var name = Path.GetFileName(reading.File).ToLowerInvariant().Replace("ip6tables", "iptables", StringComparison.Ordinal).Replace("v6", "v4", StringComparison.Ordinal);
        return $"{reading.Devices[0].Vendor}|{Path.GetDirectoryName(reading.File)}|{name}";
    }
}
