using System.Collections.Immutable;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Networks;

/// <summary>Which rules of two lists aren't in both, in the same order.</summary>
internal static class RuleSequence
{
    public static List<Rule> Changed(ImmutableArray<Rule> before, ImmutableArray<Rule> after)
    {
        int start = 0, oldEnd = before.Length, newEnd = after.Length;
        while (start < oldEnd && start < newEnd && Same(before[start], after[start])) start++;
        while (oldEnd > start && newEnd > start && Same(before[oldEnd - 1], after[newEnd - 1]))
        {
            oldEnd--;
            newEnd--;
        }
        // Rules that are there once in both and keep their order stay; the longest such sequence (patience), the rest has changed.
        var places = new Dictionary<int, int>();
        for (var i = start; i < oldEnd; i++) places[Hash(before[i])] = places.ContainsKey(Hash(before[i])) ? -1 : i;
        var (old, now) = (new List<int>(), new List<int>());
        var taken = new HashSet<int>();
        for (var j = start; j < newEnd; j++)
            if (places.TryGetValue(Hash(after[j]), out var i) && i >= 0 && taken.Add(i) && Same(before[i], after[j]))
            {
                old.Add(i);
                now.Add(j);
            }
        var kept = Longest(old);
        var (keptOld, keptNew) = (kept.Select(k => old[k]).ToHashSet(), kept.Select(k => now[k]).ToHashSet());
        var changed = new List<Rule>();
        for (var i = start; i < oldEnd; i++) if (!keptOld.Contains(i)) changed.Add(before[i]);
        for (var j = start; j < newEnd; j++) if (!keptNew.Contains(j)) changed.Add(after[j]);
        return changed;
    }

    public static bool Same(Rule a, Rule b) =>
        ReferenceEquals(a, b) || (a.Action == b.Action && a.Target == b.Target && Same(a.May, b.May) && (a.Must is null ? b.Must is null : b.Must is not null && Same(a.Must, b.Must)));

    /// <summary>Translations that do the same, wherever they are written.</summary>
    public static bool Same(NatRule a, NatRule b) =>
        a.Kind == b.Kind && Same(a.May, b.May) && (a.Must is null ? b.Must is null : b.Must is not null && Same(a.Must, b.Must)) && Equals(a.To, b.To) && Equals(a.ToPorts, b.ToPorts)
        && (a.KeepsOffset, a.KeepsPortOffset, a.ToOutgoingInterface) == (b.KeepsOffset, b.KeepsPortOffset, b.ToOutgoingInterface) && a.Unknowns.AsSpan().SequenceEqual(b.Unknowns.AsSpan());

    private static bool Same(Match a, Match b) =>
        ReferenceEquals(a, b) || (a.States == b.States && a.Fragments == b.Fragments && a.Source.Equals(b.Source) && a.Destination.Equals(b.Destination)
        && (ReferenceEquals(a.Services, b.Services) || a.Services.Services.AsSpan().SequenceEqual(b.Services.Services.AsSpan())) && Same(a.In, b.In) && Same(a.Out, b.Out));

    private static bool Same(InterfaceSet a, InterfaceSet b) => ReferenceEquals(a, b) || (a.IsInverted == b.IsInverted && a.Names.SequenceEqual(b.Names, StringComparer.Ordinal));

    private static int Hash(Rule rule) => HashCode.Combine(rule.Action, rule.Target, rule.May.Source, rule.May.Destination, rule.May.Services.Services.Length == 0 ? 0 : rule.May.Services.Services[0].GetHashCode());

    /// <summary>Indexes of a longest increasing subsequence.</summary>
    private static List<int> Longest(List<int> values)
    {
        var (tails, before) = (new List<int>(), new int[values.Count]);
        for (var i = 0; i < values.Count; i++)
        {
            int low = 0, high = tails.Count;
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (values[tails[middle]] < values[i]) low = middle + 1;
                else high = middle;
            }
            before[i] = low > 0 ? tails[low - 1] : -1;
            if (low == tails.Count) tails.Add(i);
            else tails[low] = i;
        }
        var result = new List<int>();
        for (var i = tails.Count > 0 ? tails[^1] : -1; i >= 0; i = before[i]) result.Add(i);
        return result;
    }
}
