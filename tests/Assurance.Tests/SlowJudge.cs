using Sekisho.Assurance;

namespace Sekisho.Assurance.Tests;

/// <summary>The rule of <see cref="Judge"/> said again without state: every question scans all evidence. It must agree.</summary>
internal static class SlowJudge
{
    public static VerdictKind Decide(Dossier d, DateTimeOffset at)
    {
        if (d.Exclusions.Any(x => x.RecordedAt <= at && (x.WithdrawnAt is null || x.WithdrawnAt > at))) return VerdictKind.OutOfScope;
        var worst = d.Obligation.Criteria.Select(c => Criterion(d, c, at)).Min();
        if (worst == VerdictKind.Met) return worst;
        var waived = d.Waivers.Any(w => w.ApprovedAt <= at && w.From <= at && w.Until > at && (w.RevokedAt is null || w.RevokedAt > at));
        return waived ? VerdictKind.Waived : worst;
    }

    private static VerdictKind Criterion(Dossier d, Criterion c, DateTimeOffset at)
    {
        var statementKind = $"statement.{d.Obligation.Id}.{c.Id}";
        var known = d.Evidence.Where(e => e.RecordedAt <= at).ToList();
        var systems = known.Where(e => e.Observed.Weight == EvidenceWeight.System && e.Observed.Kind == c.EvidenceKind).ToList();
        var statements = known.Where(e => e.Observed.Weight == EvidenceWeight.Statement && e.Observed.Kind == statementKind).ToList();
        var subjects = systems.Select(e => e.Observed.Subject).ToHashSet();
        // Asked before the statements are added: the answer must not depend on their order.
        var seenBySystem = subjects.Count > 0;
        subjects.UnionWith(statements.Select(e => e.Observed.Subject).Where(s => s.Length > 0 || !seenBySystem));
        if (subjects.Count == 0) return VerdictKind.NoEvidence;
        return subjects.Select(s => Subject(c, at,
            Last(systems.Where(e => e.Observed.Subject == s)),
            Last(statements.Where(e => e.Observed.Subject == s || e.Observed.Subject.Length == 0)))).Min();
    }

    private static VerdictKind Subject(Criterion c, DateTimeOffset at, Evidence? system, Evidence? statement)
    {
        var useStatement = system is null || (statement is not null && Ends(system, c) <= at && Seen(statement) > Seen(system));
        if (useStatement)
        {
            return statement!.Observed.Facts.TryGetValue("holds", out var h) && h == 1
                ? Ends(statement, c) > at ? VerdictKind.Met : VerdictKind.Expired
                : VerdictKind.NotMet;
        }
        return c.Condition.Holds(system!.Observed.Facts) switch
        {
            null => VerdictKind.NoEvidence,
            false => VerdictKind.NotMet,
            _ => Ends(system, c) > at ? VerdictKind.Met : VerdictKind.Expired,
        };
    }

    private static Evidence? Last(IEnumerable<Evidence> all) =>
        all.OrderBy(Seen).ThenBy(e => e.RecordedAt).ThenBy(e => e.Id.Value).LastOrDefault();

    private static DateTimeOffset Seen(Evidence e) => e.Observed.ObservedAt > e.RecordedAt ? e.RecordedAt : e.Observed.ObservedAt;

    private static DateTimeOffset Ends(Evidence e, Criterion c) => e.Observed.ExpiresAt ?? Seen(e) + c.Validity;
}
