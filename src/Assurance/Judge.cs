namespace Sekisho.Assurance;

/// <summary>Turns evidence into verdicts (判定): nothing else goes in, so any past moment can be judged again.</summary>
/// <remarks>
/// A criterion is judged for each subject by the latest evidence on it. What a system saw counts before what a person states;
/// a statement stands in where no system has looked, or where what it saw is too old. Old evidence of a failure stays a failure
/// until something newer says otherwise: age never improves a verdict.
/// </remarks>
public static class Judge
{
    /// <summary>Kind of the evidence that an officer's statement on one criterion makes; its fact <c>holds</c> is 1 or 0.</summary>
    public static string StatementKind(ObligationId obligation, string criterionId) => $"statement.{obligation}.{criterionId}";

    /// <summary>The verdict as it was, or would have been shown, at that moment: from what had been recorded by then.</summary>
    public static Verdict Decide(Dossier dossier, DateTimeOffset at)
    {
        var standing = new Standing(dossier);
        foreach (var evidence in dossier.Evidence)
        {
            if (evidence.RecordedAt <= at) standing.Learn(evidence);
        }
        return standing.Verdict(at);
    }

    /// <summary>The first moment after this one at which the verdict may differ, if nothing else is recorded: until then, what was decided stands and needn't be decided again.</summary>
    /// <returns><see cref="DateTimeOffset.MaxValue"/> when time alone can't change it. May be early (a turn that changes nothing), never late.</returns>
    public static DateTimeOffset NextTurn(Dossier dossier, DateTimeOffset at)
    {
        var next = DateTimeOffset.MaxValue;
        foreach (var turn in new Standing(dossier).Moments(dossier.Evidence))
        {
            if (turn > at && turn < next) next = turn;
        }
        return next;
    }

    /// <summary>The verdicts between two moments, in order, without gaps; neighbours differ. Linear in the evidence, but for sorting.</summary>
    public static IReadOnlyList<VerdictSpan> History(Dossier dossier, DateTimeOffset from, DateTimeOffset to)
    {
        if (to <= from) return [];
        var standing = new Standing(dossier);
        var evidence = dossier.Evidence.OrderBy(e => e.RecordedAt).ToArray();
        var spans = new List<VerdictSpan>();
        var known = 0;
        foreach (var moment in standing.Turns(evidence, from, to))
        {
            while (known < evidence.Length && evidence[known].RecordedAt <= moment) standing.Learn(evidence[known++]);
            var verdict = standing.Verdict(moment);
            if (spans.Count > 0 && Same(spans[^1].Verdict, verdict)) continue;
            if (spans.Count > 0) spans[^1] = spans[^1] with { To = moment };
            spans.Add(new VerdictSpan(moment, to, verdict));
        }
        return spans;
    }

    /// <summary>The verdict that a provision with these obligations shows: the first in the order of <see cref="VerdictKind"/>. Null without obligations.</summary>
    public static Verdict? Combine(IReadOnlyCollection<Verdict> ofObligations) =>
        ofObligations.Count == 0 ? null : ofObligations.MinBy(v => v.Kind);

    // A history tells when the answer changed; that the same answer now rests on newer evidence is not a change.
    private static bool Same(Verdict a, Verdict b) => a.Kind == b.Kind && (a.Kind == VerdictKind.Met || a.Reason == b.Reason);

    /// <summary>What is known of one subject of one criterion.</summary>
    private sealed class Latest
    {
        public Evidence? System;
        public Evidence? Statement;
    }

    /// <summary>How one criterion stands at a moment.</summary>
    private readonly record struct Finding(VerdictKind Kind, Criterion Criterion, Evidence? Evidence, DateTimeOffset Until);

    private sealed class Standing
    {
        private readonly Dossier dossier;
        private readonly IReadOnlyList<Criterion> criteria;
        private readonly string[] statementKinds;
        private readonly SortedDictionary<string, Latest>[] bySubject; // sorted: a reason doesn't depend on the order of the evidence

        public Standing(Dossier dossier)
        {
            this.dossier = dossier;
            criteria = dossier.Obligation.Criteria;
            statementKinds = [.. criteria.Select(c => StatementKind(dossier.Obligation.Id, c.Id))];
            bySubject = [.. criteria.Select(_ => new SortedDictionary<string, Latest>(StringComparer.Ordinal))];
        }

        public void Learn(Evidence evidence)
        {
            var observed = evidence.Observed;
            for (var i = 0; i < criteria.Count; i++)
            {
                var expected = observed.Weight == EvidenceWeight.Statement ? statementKinds[i] : criteria[i].EvidenceKind;
                if (observed.Kind != expected) continue;
                if (!bySubject[i].TryGetValue(observed.Subject, out var latest)) bySubject[i][observed.Subject] = latest = new Latest();
                if (observed.Weight == EvidenceWeight.Statement)
                    latest.Statement = Newer(latest.Statement, evidence);
                else
                    latest.System = Newer(latest.System, evidence);
            }
        }

        /// <summary>Moments between two others at which the verdict may change; the first of the two is one.</summary>
        public SortedSet<DateTimeOffset> Turns(IEnumerable<Evidence> evidence, DateTimeOffset from, DateTimeOffset to) =>
            [from, .. Moments(evidence).Where(m => m > from && m < to)];

        /// <summary>All moments at which the verdict may change, in no order.</summary>
        public IEnumerable<DateTimeOffset> Moments(IEnumerable<Evidence> evidence)
        {
            foreach (var e in evidence)
            {
                yield return e.RecordedAt;
                for (var i = 0; i < criteria.Count; i++)
                {
                    if (e.Observed.Kind == criteria[i].EvidenceKind || e.Observed.Kind == statementKinds[i]) yield return Expiry(e, criteria[i]);
                }
            }
            foreach (var w in dossier.Waivers)
            {
                yield return w.ApprovedAt;
                yield return w.From;
                yield return w.Until;
                if (w.RevokedAt is { } revoked) yield return revoked;
            }
            foreach (var x in dossier.Exclusions)
            {
                yield return x.RecordedAt;
                if (x.WithdrawnAt is { } withdrawn) yield return withdrawn;
            }
        }

        public Verdict Verdict(DateTimeOffset at)
        {
            var exclusion = dossier.Exclusions.LastOrDefault(x => x.RecordedAt <= at && !(x.WithdrawnAt <= at));
            if (exclusion is not null) return new Verdict.OutOfScope(exclusion.Reason);

            var findings = Findings(at);
            var worst = findings.Min(f => f.Kind);
            var because = findings.Where(f => f.Kind == worst && f.Evidence is not null).Select(f => f.Evidence!.Id).ToArray();
            if (worst == VerdictKind.Met)
            {
                var weakest = findings.Min(f => f.Evidence!.Observed.Weight);
                return new Verdict.Met(Reasons.Met(findings), because, weakest, findings.Min(f => f.Until));
            }
            var reason = Reasons.Of(worst, [.. findings.Where(f => f.Kind == worst)]);
            var waiver = dossier.Waivers
                .Where(w => w.ApprovedAt <= at && w.From <= at && at < w.Until && !(w.RevokedAt <= at))
                .MaxBy(w => w.Until);
            if (waiver is not null) return new Verdict.Waived(Reasons.Waived(waiver, reason), because, waiver.Until);
            return worst switch
            {
                VerdictKind.NotMet => new Verdict.NotMet(reason, because),
                VerdictKind.Expired => new Verdict.Expired(reason, because),
                _ => new Verdict.NoEvidence(reason),
            };
        }

        private List<Finding> Findings(DateTimeOffset at)
        {
            var findings = new List<Finding>();
            for (var i = 0; i < criteria.Count; i++)
            {
                // A statement about the criterion as a whole has no subject; it can stand in for any of them.
                var whole = bySubject[i].TryGetValue("", out var unnamed) ? unnamed.Statement : null;
                var before = findings.Count;
                var observedBySystem = bySubject[i].Values.Any(l => l.System is not null);
                foreach (var (subject, latest) in bySubject[i])
                {
                    if (subject.Length == 0 && latest.System is null && observedBySystem) continue;
                    findings.Add(Weigh(criteria[i], latest, Newer(latest.Statement, whole), at));
                }
                if (findings.Count == before) findings.Add(new Finding(VerdictKind.NoEvidence, criteria[i], null, at));
            }
            return findings;
        }

        private static Finding Weigh(Criterion criterion, Latest latest, Evidence? statement, DateTimeOffset at)
        {
            var system = latest.System;
            var standIn = system is null
                || (statement is not null && Expiry(system, criterion) <= at && ObservedAt(statement) > ObservedAt(system));
            var evidence = standIn ? statement ?? system : system;
            if (evidence is null) return new Finding(VerdictKind.NoEvidence, criterion, null, at);
            var until = Expiry(evidence, criterion);
            bool? holds = evidence.Observed.Weight == EvidenceWeight.Statement
                ? evidence.Observed.Facts.GetValueOrDefault("holds") == 1
                : criterion.Condition.Holds(evidence.Observed.Facts);
            var kind = holds switch
            {
                false => VerdictKind.NotMet,
                null => VerdictKind.NoEvidence,
                true => until <= at ? VerdictKind.Expired : VerdictKind.Met,
            };
            return new Finding(kind, criterion, evidence, until);
        }

        // A clock that runs ahead must not lengthen the life of what it saw.
        private static DateTimeOffset ObservedAt(Evidence e) => e.Observed.ObservedAt < e.RecordedAt ? e.Observed.ObservedAt : e.RecordedAt;

        private static DateTimeOffset Expiry(Evidence e, Criterion criterion) => e.Observed.ExpiresAt ?? ObservedAt(e) + criterion.Validity;

        private static Evidence? Newer(Evidence? a, Evidence? b)
        {
            if (a is null || b is null) return a ?? b;
            var order = ObservedAt(a).CompareTo(ObservedAt(b));
            if (order == 0) order = a.RecordedAt.CompareTo(b.RecordedAt);
            if (order == 0) order = a.Id.Value.CompareTo(b.Id.Value);
            return order >= 0 ? a : b;
        }
    }

    private static class Reasons
    {
        /// <summary>More sentences than this are counted, not shown: a reason is read at a glance.</summary>
        private const int Shown = 3;

        public static Bilingual Met(IReadOnlyList<Finding> findings)
        {
            var sentences = findings.Select(f => f.Evidence!.Observed.Sentence).Distinct().ToArray();
            return sentences.Length <= Shown
                ? Join(sentences)
                : new($"{findings.Count} 件の基準をすべて満たしています。", $"All {findings.Count} criteria are met.");
        }

        public static Bilingual Of(VerdictKind kind, IReadOnlyList<Finding> findings)
        {
            var sentences = findings.Select(f => Sentence(kind, f)).Distinct().ToArray();
            var shown = Join(sentences.Take(Shown));
            return sentences.Length <= Shown
                ? shown
                : shown + new Bilingual($"ほか {sentences.Length - Shown} 件。", $"And {sentences.Length - Shown} more.");
        }

        public static Bilingual Waived(Waiver waiver, Bilingual reason)
        {
            var until = JapaneseTime.Date(JapaneseTime.Day(waiver.Until));
            return new Bilingual($"例外措置を承認中です（{until.Ja}まで）。", $"A waiver is in force (until {until.En}).") + waiver.Reason + reason;
        }

        private static Bilingual Sentence(VerdictKind kind, Finding finding)
        {
            // Quoted inside a sentence, a criterion loses its full stop.
            var asks = new Bilingual(finding.Criterion.Asks.Ja.TrimEnd('。'), finding.Criterion.Asks.En.TrimEnd('.'));
            if (finding.Evidence is not { } evidence)
                return new($"「{asks.Ja}」を示す証跡がまだありません。", $"There is no evidence yet for \"{asks.En}\".");
            if (kind == VerdictKind.NoEvidence)
                return new($"届いた証跡からは「{asks.Ja}」かどうかを判定できません。", $"The evidence received doesn't tell whether \"{asks.En}\".");
            if (kind == VerdictKind.Expired)
            {
                var day = JapaneseTime.Date(JapaneseTime.Day(finding.Until));
                return new($"「{asks.Ja}」の証跡の有効期間が {day.Ja} に切れました。", $"The evidence for \"{asks.En}\" ran out on {day.En}.");
            }
            return evidence.Observed.Sentence;
        }

        private static Bilingual Join(IEnumerable<Bilingual> sentences) => sentences.Aggregate((a, b) => a + b);
    }
}
