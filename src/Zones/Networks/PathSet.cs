using System.Runtime.CompilerServices;

namespace Sekisho.Zones.Networks;

/// <summary>Ways that packets were found on. Looking one up copies nothing.</summary>
internal sealed class PathSet
{
    private readonly Dictionary<int, List<IReadOnlyList<Step>>> known = [];

    public void Add(IReadOnlyList<Step> path)
    {
        if (Contains(path)) return;
        var hash = Hash(path);
        if (!known.TryGetValue(hash, out var alike)) known.Add(hash, alike = new(1));
        alike.Add(path);
    }

    public bool Contains(IReadOnlyList<Step> path)
    {
        if (!known.TryGetValue(Hash(path), out var alike)) return false;
        foreach (var other in alike)
            if (Same(path, other)) return true;
        return false;
    }

    private static bool Same(IReadOnlyList<Step> a, IReadOnlyList<Step> b)
    {
        if (a.Count != b.Count) return false;
        for (var i = 0; i < a.Count; i++)
        {
            Step one = a[i], other = b[i];
            if (!ReferenceEquals(one.Device, other.Device) || !ReferenceEquals(one.Filter, other.Filter) || !ReferenceEquals(one.Rule, other.Rule) || !ReferenceEquals(one.Nat, other.Nat)
                || one.Inbound != other.Inbound || one.Outbound != other.Outbound) return false;
        }
        return true;
    }

    private static int Hash(IReadOnlyList<Step> path)
    {
        var hash = path.Count;
        for (var i = 0; i < path.Count; i++)
        {
            var step = path[i];
            hash = hash * 31 + RuntimeHelpers.GetHashCode(step.Rule ?? step.Nat ?? (object?)step.Filter ?? step.Device);
        }
        return hash;
    }
}
