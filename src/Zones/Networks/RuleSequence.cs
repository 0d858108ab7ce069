using System.Collections.Immutable;
using Sekisho.Zones.Model;

namespace Sekisho.Zones.Networks;

/// <summary>Which rules of two lists aren't in both, in the same order.</summary>
internal static class RuleSequence
{
    /// <summary>After an edit, lines are found again within so many.</summary>
    private const int Window = 8;

    /// <summary>Lists of so many rules are first compared place by place.</summary>
    private const int Long = 10_000;

    /// <summary>More that differ place by place have more likely moved.</summary>
    private const int MostInPlace = 256;

    /// <returns>Rules that are only in the one, and only in the other; all others are in both in the same order.</returns>
    public static (List<Rule> Before, List<Rule> After) Changed(ImmutableArray<Rule> before, ImmutableArray<Rule> after)
    {
        var (old, now) = (new List<Rule>(), new List<Rule>());
        if (before.Length >= Long && InPlace(before, after, old, now)) return (old, now);
        int i = 0, j = 0;
        while (i < before.Length && j < after.Length)
        {
            if (Same(before[i], after[j]))
            {
                i++;
                j++;
                continue;
            }
            if (!Meet(before, after, i, j, out var a, out var b))
            {
                Rest(before[i..], after[j..], old, now);
                return (old, now);
            }
            old.AddRange(before.AsSpan(i, a - i));
            now.AddRange(after.AsSpan(j, b - j));
            (i, j) = (a, b);
        }
        old.AddRange(before.AsSpan()[i..]);
        now.AddRange(after.AsSpan()[j..]);
        return (old, now);
    }

    /// <summary>Lists of one length that differ at few places: the rules at these places, however far apart. Read in parts, by all processors.</summary>
    private static bool InPlace(ImmutableArray<Rule> before, ImmutableArray<Rule> after, List<Rule> old, List<Rule> now)
    {
        if (before.Length != after.Length) return false;
        var parts = Math.Min(Environment.ProcessorCount, 8);
        var found = new List<int>[parts];
        Parallel.For(0, parts, part =>
        {
            var differ = found[part] = [];
            var end = (int)((part + 1L) * before.Length / parts);
            for (var i = (int)((long)part * before.Length / parts); i < end && differ.Count <= MostInPlace; i++)
                if (!Same(before[i], after[i])) differ.Add(i);
        });
        if (found.Sum(static f => f.Count) > MostInPlace) return false;
        foreach (var i in found.SelectMany(static f => f))
        {
            old.Add(before[i]);
            now.Add(after[i]);
        }
        return true;
    }

    /// <summary>The nearest place where both go on alike.</summary>
    private static bool Meet(ImmutableArray<Rule> before, ImmutableArray<Rule> after, int i, int j, out int a, out int b)
    {
        for (var together = 1; together <= 2 * Window; together++)
            for (var back = Math.Max(0, together - Window); back <= Math.Min(together, Window); back++)
            {
                (a, b) = (i + back, j + together - back);
                if (a > before.Length || b > after.Length) continue;
                if (a == before.Length && b == after.Length) return true;
                if (a < before.Length && b < after.Length && Same(before[a], after[b]) && (a + 1 >= before.Length || b + 1 >= after.Length || Same(before[a + 1], after[b + 1]))) return true;
            }
        (a, b) = (i, j);
        return false;
    }

    /// <summary>Longer edits: rules that are there once in both and keep their order stay, the longest such sequence (patience); the rest has changed.</summary>
    private static void Rest(ImmutableArray<Rule> before, ImmutableArray<Rule> after, List<Rule> onlyBefore, List<Rule> onlyAfter)
    {
        var places = new Dictionary<int, int>();
        for (var i = 0; i < before.Length; i++)
        {
            var hash = Hash(before[i]);
            places[hash] = places.ContainsKey(hash) ? -1 : i;
        }
        var (old, now) = (new List<int>(), new List<int>());
        var taken = new HashSet<int>();
        for (var j = 0; j < after.Length; j++)
            if (places.TryGetValue(Hash(after[j]), out var i) && i >= 0 && Same(before[i], after[j]) && taken.Add(i))
            {
                old.Add(i);
                now.Add(j);
            }
        var kept = Longest(old);
        var (keptOld, keptNew) = (kept.Select(k => old[k]).ToHashSet(), kept.Select(k => now[k]).ToHashSet());
        for (var i = 0; i < before.Length; i++) if (!keptOld.Contains(i)) onlyBefore.Add(before[i]);
        for (var j = 0; j < after.Length; j++) if (!keptNew.Contains(j)) onlyAfter.Add(after[j]);
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
