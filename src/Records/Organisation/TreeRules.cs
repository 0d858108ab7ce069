using Sekisho.Storage;

namespace Sekisho.Records.Organisation;

/// <summary>What has to be so of the tree of units on every day from one day on (組織の木の決まり).</summary>
internal static class TreeRules
{
    private sealed record Term(UnitId Id, UnitKind Kind, DateOnly Begins, DateOnly? Ends, UnitId? Parent, string Name)
    {
        public bool HoldsOn(DateOnly day) => Begins <= day && (Ends is null || day < Ends);
    }

    /// <summary>The first rule that is broken on that day or on the day of any later change; null when all is well.</summary>
    /// <remarks>Looked at after the change and before the commit, under the lock of the tree: whatever was changed, nothing is kept that breaks a rule.</remarks>
    public static async Task<Refusal?> ProblemAsync(TenantTransaction tx, DateOnly from, CancellationToken cancel)
    {
        var terms = await tx.ListAsync("""
            SELECT u.id, u.kind, greatest(t.begins_on, u.begins_on), least(t.ends_on, u.ends_on), t.parent_id, t.name
            FROM records.unit u JOIN records.unit_term t ON t.municipality_id = u.municipality_id AND t.unit_id = u.id
            WHERE u.ends_on IS NULL OR u.ends_on > $1
            """, r => new Term(new(r.GetGuid(0)), r.Case<UnitKind>(1), r.GetFieldValue<DateOnly>(2), r.DayOrNull(3), OrganisationRows.UnitOrNull(r, 4), r.GetString(5)), cancel, from);
        foreach (var day in terms.SelectMany(t => new[] { t.Begins, t.Ends ?? t.Begins }).Where(d => d > from).Append(from).Distinct().Order())
        {
            if (ProblemOn([.. terms.Where(t => t.HoldsOn(day))]) is { } problem) return problem;
        }
        return null;
    }

    private static Refusal? ProblemOn(IReadOnlyList<Term> terms)
    {
        var units = terms.ToDictionary(t => t.Id);
        foreach (var term in terms)
        {
            if ((term.Parent is null) != (term.Kind == UnitKind.Agency)) return Refusals.BadParent;
            if (term.Parent is not { } parent) continue;
            if (!units.TryGetValue(parent, out var above)) return Refusals.ParentGone;
            if (above.Kind == UnitKind.Section) return Refusals.BadParent;
            var steps = 0;
            for (var at = above; at.Parent is { } next; at = units[next])
            {
                // It would hang under itself.
                if (next == term.Id || ++steps > units.Count) return Refusals.BadParent;
                if (!units.ContainsKey(next)) return Refusals.ParentGone;
            }
        }
        return terms.GroupBy(t => (t.Parent, t.Name)).Any(g => g.Skip(1).Any()) ? Refusals.SameName : null;
    }
}
