namespace Sekisho.Policy.Comparison;

/// <summary>Compares two versions of a policy (新旧対照).</summary>
public static class PolicyDiff
{
    /// <summary>Every provision of both versions, side by side. Differences of letter width, blanks and line breaks are none.</summary>
    public static ComparisonTable Compare(PolicyDocument old, PolicyDocument @new)
    {
        var (before, after) = (ComparisonUnit.Of(old), ComparisonUnit.Of(@new));
        ProvisionMatching.Match(before, after);
        var rows = new List<ComparisonRow>();
        Walk(before.Children, after.Children, 0, rows);
        return new ComparisonTable(old.Title, @new.Title, rows);
    }

    /// <summary>For each provision of the new version that continues one of the old version: new id → old id.</summary>
    public static IReadOnlyDictionary<string, string> CarryIds(PolicyDocument old, PolicyDocument @new)
    {
        var (before, after) = (ComparisonUnit.Of(old), ComparisonUnit.Of(@new));
        ProvisionMatching.Match(before, after);
        return after.SelfAndBelow()
            .Where(static u => u is { Kind: not null, Match: not null } && u.Match.Kind is not null)
            .ToDictionary(static u => u.Id, static u => u.Match!.Id, StringComparer.Ordinal);
    }

    private static void Walk(List<ComparisonUnit> old, List<ComparisonUnit> @new, int depth, List<ComparisonRow> rows)
    {
        var place = old.Select(static (u, i) => (u, i)).ToDictionary(static x => x.u, static x => x.i);
        var stayed = @new.Where(n => n.Match is { } o && place.ContainsKey(o)).ToList();
        var inOrder = LongestRising(stayed.ConvertAll(n => place[n.Match!]), i => stayed[i].Whole.Length).Select(i => stayed[i]).ToHashSet();
        var next = 0;
        foreach (var unit in @new)
        {
            if (inOrder.Contains(unit))
            {
                for (; next < place[unit.Match!]; next++) Gone(old[next], depth, rows);
                next++;
                Pair(unit, depth, moved: false, rows);
            }
            else if (unit.Match is not null) Pair(unit, depth, moved: true, rows);
            else
            {
                // What was deleted from the articles stands before a new 附則.
                for (; next < old.Count && old[next].Role < unit.Role && (old[next].Match is null || !inOrder.Contains(old[next].Match!)); next++) Gone(old[next], depth, rows);
                rows.Add(new ComparisonRow(Change.Added, depth, Whole(unit, changed: true), null, "") { Part = unit.Part });
                Walk([], unit.Children, depth + 1, rows);
            }
        }
        for (; next < old.Count; next++) Gone(old[next], depth, rows);

        void Gone(ComparisonUnit unit, int level, List<ComparisonRow> into)
        {
            // In order, but not this one's turn: it stands elsewhere among its old neighbours.
            if (unit.Match is { } elsewhere && !inOrder.Contains(elsewhere))
            {
                into.Add(new ComparisonRow(Change.MovedAway, level, null, Whole(unit, changed: false), elsewhere.FullLabel) { Part = unit.Part });
                return;
            }
            if (unit.Match is not null) return;
            into.Add(new ComparisonRow(Change.Deleted, level, null, Whole(unit, changed: true), "") { Part = unit.Part });
            Walk(unit.Children, [], level + 1, into);
        }
    }

    private static void Pair(ComparisonUnit unit, int depth, bool moved, List<ComparisonRow> rows)
    {
        var before = unit.Match!;
        var (oldCaption, newCaption) = WordDiff.Compare(before.Caption, unit.Caption);
        var (oldText, newText) = WordDiff.Compare(before.Text, unit.Text);
        var (oldLabel, newLabel) = unit.Kind is null ? WordDiff.Compare(before.Label, unit.Label) : (Pieces(before.Label, false), Pieces(unit.Label, false));
        var change = Change.None;
        if (new[] { oldLabel, newLabel, oldCaption, newCaption, oldText, newText }.Any(static side => side.Any(static p => p.Changed))) change |= Change.Text;
        if (moved) change |= Change.Place;
        else if (before.Number != unit.Number) change |= Change.Number;
        if (unit.Kind is not null && (change & (Change.Number | Change.Place)) != 0 && WordDiff.Fold(before.Label) != WordDiff.Fold(unit.Label))
            (oldLabel, newLabel) = (Pieces(before.Label, true), Pieces(unit.Label, true));
        rows.Add(new ComparisonRow(
            change, depth,
            new ComparisonCell(unit.Id, unit.Kind, unit.Label, newLabel, newCaption, newText),
            new ComparisonCell(before.Id, before.Kind, before.Label, oldLabel, oldCaption, oldText),
            (change & (Change.Number | Change.Place)) != 0 ? before.FullLabel : "") { Part = unit.Part });
        Walk(before.Children, unit.Children, depth + 1, rows);
    }

    private static ComparisonCell Whole(ComparisonUnit unit, bool changed) => new(
        unit.Id, unit.Kind, unit.Label, Pieces(unit.Label, changed), Pieces(unit.Caption, changed), Pieces(unit.Text, changed));

    private static IReadOnlyList<Piece> Pieces(string text, bool changed) => text.Length == 0 ? [] : [new Piece(text, changed)];

    /// <summary>Indices of a longest rising subsequence, the one with most text where several are: those that kept their order.</summary>
    /// <param name="values">Each once.</param>
    /// <remarks>A Fenwick tree over the values holds the best chain that ends at or below each: O(n log n).</remarks>
    private static List<int> LongestRising(List<int> values, Func<int, int> textLength)
    {
        if (values.Count == 0) return [];
        var size = values.Max() + 1;
        var best = new (long Weight, int Index)[size + 1];
        Array.Fill(best, (0, -1));
        var (previous, end) = (new int[values.Count], (Weight: 0L, Index: -1));
        for (var i = 0; i < values.Count; i++)
        {
            var chain = (Weight: 0L, Index: -1);
            for (var k = values[i]; k > 0; k -= k & -k)
                if (best[k].Weight > chain.Weight) chain = best[k];
            previous[i] = chain.Index;
            var weight = chain.Weight + (1L << 32) + textLength(i);
            for (var k = values[i] + 1; k <= size; k += k & -k)
                if (weight > best[k].Weight) best[k] = (weight, i);
            if (weight > end.Weight) end = (weight, i);
        }
        var result = new List<int>();
        for (var i = end.Index; i >= 0; i = previous[i]) result.Add(i);
        result.Reverse();
        return result;
    }
}
