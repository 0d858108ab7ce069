namespace Sekisho.Policy.Comparison;

/// <summary>Finds which provision of the new version continues which of the old one (対応付け): by content, not by number.</summary>
/// <remarks>
/// 1. What is word for word the same is matched first (by hash, near places before far ones).
/// 2. Of the rest, candidates share rare letter pairs; each pair is scored by likeness of its words, its caption, its parents and its number.
/// 3. Connected groups of candidates are assigned at least cost; groups over <see cref="MaxGroup"/> greedily, best pair first.
/// Articles first, what hangs below them after, since a child is likelier to stay with its parent.
/// Linear in the length of the documents, but for the groups of step 3, whose size is bounded.
/// </remarks>
internal static class ProvisionMatching
{
    private const int MaxGroup = 80;
    private const int MaxCandidates = 12;

    /// <summary>Up to this many pairs are all candidates; beyond, the index chooses.</summary>
    private const int FewPairs = 4096;

    /// <summary>Of the letter pairs of a provision, how many of the rarest are looked up; and how common a pair may be to be one.</summary>
    private const int RarestPairs = 32;
    private const int MaxPosting = 200;

    /// <summary>Less alike than this, a provision was replaced, not changed.</summary>
    internal const double Least = 0.42;

    public static void Match(ComparisonUnit old, ComparisonUnit @new)
    {
        (old.Match, @new.Match) = (@new, old);
        foreach (var role in new[] { ComparisonRole.Title, ComparisonRole.History, ComparisonRole.Preamble })
        {
            if (old.Children.Find(u => u.Role == role) is { } before && @new.Children.Find(u => u.Role == role) is { } after) Join(before, after);
        }
        foreach (var role in new[] { ComparisonRole.Heading, ComparisonRole.Article, ComparisonRole.Supplement, ComparisonRole.Appendix })
        {
            MatchSame(Of(old, role), Of(@new, role));
            MatchAlike(Of(old, role), Of(@new, role));
        }
        // 別表第１ that was written anew is still 別表第１.
        foreach (var after in Of(@new, ComparisonRole.Appendix))
            if (Of(old, ComparisonRole.Appendix).Find(o => o.Number == after.Number) is { } before) Join(before, after);
        // Level by level, since matched parents speak for their children; then across levels, until nothing more is found.
        MatchSame(Of(old, ComparisonRole.Below), Of(@new, ComparisonRole.Below));
        for (var depth = 2; Of(@new, ComparisonRole.Below).Exists(u => Depth(u) >= depth); depth++)
            MatchAlike([.. Of(old, ComparisonRole.Below).Where(u => Depth(u) == depth)], [.. Of(@new, ComparisonRole.Below).Where(u => Depth(u) == depth)]);
        for (var left = int.MaxValue; Of(@new, ComparisonRole.Below) is { Count: > 0 } rest && rest.Count < left;)
        {
            left = rest.Count;
            MatchAlike(Of(old, ComparisonRole.Below), rest);
        }
    }

    private static int Depth(ComparisonUnit unit) => unit.Parent is { } parent ? 1 + Depth(parent) : 0;

    private static List<ComparisonUnit> Of(ComparisonUnit root, ComparisonRole role) =>
        [.. root.SelfAndBelow().Where(u => u.Role == role && u.Match is null)];

    private static void MatchSame(List<ComparisonUnit> old, List<ComparisonUnit> @new)
    {
        var byContent = old.GroupBy(Key).ToDictionary(static g => g.Key, static g => g.ToList(), StringComparer.Ordinal);
        // First those whose parents and number agree too, then the unique ones, then in order.
        foreach (var unit in @new)
        {
            if (unit.Match is null && byContent.TryGetValue(Key(unit), out var same) &&
                same.Find(o => o.Match is null && o.Parent?.Match == unit.Parent && o.Number == unit.Number) is { } before) Join(before, unit);
        }
        foreach (var unit in @new)
        {
            if (unit.Match is null && byContent.TryGetValue(Key(unit), out var same) &&
                same.Find(o => o.Match is null && o.Parent?.Match == unit.Parent) is { } before) Join(before, unit);
        }
        foreach (var unit in @new)
        {
            // Elsewhere in the document: only what says enough to be known again.
            if (unit.Match is null && Key(unit).Length >= 12 && byContent.TryGetValue(Key(unit), out var same) && same.Find(static o => o.Match is null) is { } before) Join(before, unit);
        }

        static string Key(ComparisonUnit unit) => unit.Own.Length > 0 ? unit.Own : unit.Whole;
    }

    private static void MatchAlike(List<ComparisonUnit> old, List<ComparisonUnit> @new)
    {
        old = [.. old.Where(static u => u.Match is null)];
        @new = [.. @new.Where(static u => u.Match is null)];
        if (old.Count == 0 || @new.Count == 0) return;
        var profiles = old.Concat(@new).ToDictionary(static u => u, static u => new Profile(u));
        var pairs = new List<(ComparisonUnit Old, ComparisonUnit New, double Score)>();
        foreach (var (before, after) in Candidates(old, @new, profiles))
        {
            var score = Score(before, after, profiles);
            if (score >= Least) pairs.Add((before, after, score));
        }
        foreach (var group in Groups(pairs)) Assign(group);
    }

    private static HashSet<(ComparisonUnit, ComparisonUnit)> Candidates(List<ComparisonUnit> old, List<ComparisonUnit> @new, Dictionary<ComparisonUnit, Profile> profiles)
    {
        if ((long)old.Count * @new.Count <= FewPairs) return [.. old.SelectMany(o => @new.Select(n => (o, n)))];
        var postings = new Dictionary<int, List<ComparisonUnit>>();
        foreach (var unit in old)
        {
            foreach (var pair in profiles[unit].Pairs.Keys)
            {
                if (!postings.TryGetValue(pair, out var list)) postings[pair] = list = [];
                list.Add(unit);
            }
        }
        var siblings = old.ToLookup(static o => (o.Parent, o.Number));
        var found = new HashSet<(ComparisonUnit, ComparisonUnit)>();
        foreach (var unit in @new)
        {
            var shared = new Dictionary<ComparisonUnit, double>();
            var known = profiles[unit].Pairs.Keys.Select(postings.GetValueOrDefault).OfType<List<ComparisonUnit>>();
            foreach (var list in known.Where(static l => l.Count <= MaxPosting).OrderBy(static l => l.Count).Take(RarestPairs))
                foreach (var other in list) shared[other] = shared.GetValueOrDefault(other) + 1.0 / list.Count;
            foreach (var (other, _) in shared.OrderByDescending(static s => s.Value).ThenBy(static s => s.Key.Order).Take(MaxCandidates)) found.Add((other, unit));
            foreach (var other in siblings[(unit.Parent?.Match, unit.Number)]) found.Add((other, unit));
        }
        return found;
    }

    /// <summary>0 to about 1.2.</summary>
    internal static double Score(ComparisonUnit before, ComparisonUnit after, Dictionary<ComparisonUnit, Profile> profiles)
    {
        var words = profiles[before].Likeness(profiles[after]);
        var (old, @new) = (WordDiff.Fold(before.Caption), WordDiff.Fold(after.Caption));
        var caption = old.Length == 0 || @new.Length == 0 ? words : old == @new ? 1 : Profile.Of(old).Likeness(Profile.Of(@new));
        var sameParent = before.Parent?.Match is { } parent && parent == after.Parent;
        var score = 0.62 * words + 0.28 * caption + (sameParent ? 0.08 : -0.06) + (before.Number == after.Number && before.Number.Length > 0 ? 0.06 : 0);
        // Children that stay together speak for their parents.
        var below = before.Children.Count > 0 && after.Children.Count > 0 ? 0.06 * Profile.OfAll(before).Likeness(Profile.OfAll(after)) : 0;
        return score + below;
    }

    private static IEnumerable<List<(ComparisonUnit Old, ComparisonUnit New, double Score)>> Groups(List<(ComparisonUnit Old, ComparisonUnit New, double Score)> pairs)
    {
        var leader = new Dictionary<ComparisonUnit, ComparisonUnit>();
        ComparisonUnit Lead(ComparisonUnit unit)
        {
            while (leader.TryGetValue(unit, out var above) && above != unit) unit = leader[unit] = leader[above];
            return unit;
        }
        foreach (var (before, after, _) in pairs)
        {
            leader.TryAdd(before, before);
            leader.TryAdd(after, after);
            leader[Lead(after)] = Lead(before);
        }
        return pairs.GroupBy(p => Lead(p.Old)).Select(static g => g.ToList());
    }

    private static void Assign(List<(ComparisonUnit Old, ComparisonUnit New, double Score)> group)
    {
        var old = group.Select(static p => p.Old).Distinct().OrderBy(static u => u.Order).ToList();
        var @new = group.Select(static p => p.New).Distinct().OrderBy(static u => u.Order).ToList();
        if (old.Count > MaxGroup || @new.Count > MaxGroup)
        {
            foreach (var (before, after, _) in group.OrderByDescending(static p => p.Score).ThenBy(static p => p.New.Order))
                if (before.Match is null && after.Match is null) Join(before, after);
            return;
        }
        // One more column a row stands for "continues nothing", at the price of the least likeness that counts.
        var index = old.Select(static (u, i) => (u, i)).ToDictionary(static x => x.u, static x => x.i);
        var row = @new.Select(static (u, i) => (u, i)).ToDictionary(static x => x.u, static x => x.i);
        var cost = new double[@new.Count, old.Count + @new.Count];
        for (var i = 0; i < @new.Count; i++)
            for (var j = 0; j < old.Count + @new.Count; j++) cost[i, j] = j >= old.Count ? 1 - Least : 100;
        foreach (var (before, after, score) in group) cost[row[after], index[before]] = 1 - score;
        var chosen = Assignment.Solve(cost);
        for (var i = 0; i < @new.Count; i++)
            if (chosen[i] < old.Count && cost[i, chosen[i]] < 100) Join(old[chosen[i]], @new[i]);
    }

    private static void Join(ComparisonUnit before, ComparisonUnit after) => (before.Match, after.Match) = (after, before);

    /// <summary>Letter pairs of a text with their counts; two profiles are as alike as the share of pairs they have in common (Dice).</summary>
    internal sealed class Profile
    {
        private readonly int count;

        public Profile(ComparisonUnit unit)
            : this(unit.Text.Length > 0 ? WordDiff.Fold(unit.Text) : unit.Own.Length > 0 ? unit.Own : unit.Whole)
        {
        }

        private Profile(string text)
        {
            for (var i = 0; i < text.Length; i++)
            {
                var pair = text[i] << 16 | (i + 1 < text.Length ? text[i + 1] : '\n');
                Pairs[pair] = Pairs.GetValueOrDefault(pair) + 1;
            }
            count = text.Length;
        }

        public Dictionary<int, int> Pairs { get; } = [];

        public static Profile Of(string text) => new(text);

        public static Profile OfAll(ComparisonUnit unit) => new(unit.Whole);

        public double Likeness(Profile other)
        {
            if (count + other.count == 0) return 1;
            var common = 0;
            foreach (var (pair, times) in Pairs) common += Math.Min(times, other.Pairs.GetValueOrDefault(pair));
            return 2.0 * common / (count + other.count);
        }
    }
}
