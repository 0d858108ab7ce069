namespace Sekisho.Assurance;

/// <summary>Whether a duty holds (判定), always with the reason in a sentence and the evidence that it rests on.</summary>
public abstract record Verdict
{
    private Verdict(Bilingual reason, IReadOnlyList<EvidenceId> because) => (Reason, Because) = (reason, because);

    /// <summary>Why, in one or two sentences.</summary>
    public Bilingual Reason { get; }

    /// <summary>Evidence that it rests on; empty where the lack of it is the reason.</summary>
    public IReadOnlyList<EvidenceId> Because { get; }

    public abstract T Match<T>(
        Func<Met, T> met, Func<NotMet, T> notMet, Func<NoEvidence, T> noEvidence,
        Func<Expired, T> expired, Func<Waived, T> waived, Func<OutOfScope, T> outOfScope);

    /// <summary>満たす.</summary>
    /// <param name="Weakest">Whether any part of it rests on a statement only.</param>
    /// <param name="Until">When the first of its evidence stops to count, if nothing newer comes.</param>
    public sealed record Met(Bilingual Why, IReadOnlyList<EvidenceId> Evidence, EvidenceWeight Weakest, DateTimeOffset Until) : Verdict(Why, Evidence)
    {
        public override T Match<T>(Func<Met, T> met, Func<NotMet, T> notMet, Func<NoEvidence, T> noEvidence, Func<Expired, T> expired, Func<Waived, T> waived, Func<OutOfScope, T> outOfScope) => met(this);
    }

    /// <summary>満たさない.</summary>
    public sealed record NotMet(Bilingual Why, IReadOnlyList<EvidenceId> Evidence) : Verdict(Why, Evidence)
    {
        public override T Match<T>(Func<Met, T> met, Func<NotMet, T> notMet, Func<NoEvidence, T> noEvidence, Func<Expired, T> expired, Func<Waived, T> waived, Func<OutOfScope, T> outOfScope) => notMet(this);
    }

    /// <summary>証拠なし.</summary>
    public sealed record NoEvidence(Bilingual Why) : Verdict(Why, [])
    {
        public override T Match<T>(Func<Met, T> met, Func<NotMet, T> notMet, Func<NoEvidence, T> noEvidence, Func<Expired, T> expired, Func<Waived, T> waived, Func<OutOfScope, T> outOfScope) => noEvidence(this);
    }

    /// <summary>期限切れ: it held when last seen, and the evidence is too old to say that it still does.</summary>
    public sealed record Expired(Bilingual Why, IReadOnlyList<EvidenceId> Evidence) : Verdict(Why, Evidence)
    {
        public override T Match<T>(Func<Met, T> met, Func<NotMet, T> notMet, Func<NoEvidence, T> noEvidence, Func<Expired, T> expired, Func<Waived, T> waived, Func<OutOfScope, T> outOfScope) => expired(this);
    }

    /// <summary>例外承認中: it doesn't hold, and an approved waiver (例外措置) that is in force covers that.</summary>
    public sealed record Waived(Bilingual Why, IReadOnlyList<EvidenceId> Evidence, DateTimeOffset Until) : Verdict(Why, Evidence)
    {
        public override T Match<T>(Func<Met, T> met, Func<NotMet, T> notMet, Func<NoEvidence, T> noEvidence, Func<Expired, T> expired, Func<Waived, T> waived, Func<OutOfScope, T> outOfScope) => waived(this);
    }

    /// <summary>対象外: the municipality recorded that this doesn't apply, with a reason.</summary>
    public sealed record OutOfScope(Bilingual Why) : Verdict(Why, [])
    {
        public override T Match<T>(Func<Met, T> met, Func<NotMet, T> notMet, Func<NoEvidence, T> noEvidence, Func<Expired, T> expired, Func<Waived, T> waived, Func<OutOfScope, T> outOfScope) => outOfScope(this);
    }

    /// <summary>The case as a plain value, for marks, counts and addresses.</summary>
    public VerdictKind Kind => Match(
        static _ => VerdictKind.Met, static _ => VerdictKind.NotMet, static _ => VerdictKind.NoEvidence,
        static _ => VerdictKind.Expired, static _ => VerdictKind.Waived, static _ => VerdictKind.OutOfScope);
}

/// <summary>The six cases of a <see cref="Verdict"/>, from the one that a provision with several obligations shows first to the last.</summary>
public enum VerdictKind
{
    /// <summary>満たさない ▲</summary>
    NotMet,

    /// <summary>期限切れ ◔</summary>
    Expired,

    /// <summary>証拠なし ○</summary>
    NoEvidence,

    /// <summary>例外承認中 ◇</summary>
    Waived,

    /// <summary>満たす ●</summary>
    Met,

    /// <summary>対象外 －</summary>
    OutOfScope,
}
