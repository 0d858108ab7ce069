namespace Sekisho.Assurance;

/// <summary>Identity of a piece of evidence; also its name in the ledger.</summary>
public readonly record struct EvidenceId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>How strong a piece of evidence is (証跡の強さ).</summary>
public enum EvidenceWeight
{
    /// <summary>An officer's signed statement with an expiry (申告). The weaker kind: shown as such, and never outweighs a system's valid evidence.</summary>
    Statement,

    /// <summary>Observed by a system (システム).</summary>
    System,
}

/// <summary>What was observed about a subject, before it is kept as evidence (観測).</summary>
/// <param name="Kind">What sort of fact, e.g. <c>zones.proof.mynumber</c>; criteria name it.</param>
/// <param name="Subject">What it is about, e.g. the configuration <c>fw-01</c>. Empty: the municipality as a whole.</param>
/// <param name="ObservedAt">When it was true.</param>
/// <param name="ExpiresAt">When it stops to count, if it says so itself; otherwise the criterion's validity decides.</param>
/// <param name="Facts">Named numbers that conditions are asked over, e.g. <c>violations = 0</c>.</param>
/// <param name="Sentence">The same for people: 「17 課のうち 2 課が台帳を確認していません（期限 9/30）」.</param>
public sealed record Observation(
    string Kind,
    string Subject,
    DateTimeOffset ObservedAt,
    DateTimeOffset? ExpiresAt,
    EvidenceWeight Weight,
    IReadOnlyDictionary<string, decimal> Facts,
    Bilingual Sentence);

/// <summary>An observation kept for good (証跡), with its identity and the moment it became known.</summary>
/// <param name="RecordedAt">When it became known here: a verdict for a past moment uses only what was known by then.</param>
public sealed record Evidence(EvidenceId Id, DateTimeOffset RecordedAt, Observation Observed);

/// <summary>Where engines and registers hand out what they observe (証跡の出所).</summary>
public interface IEvidenceSource
{
    /// <summary>Kinds that this source can produce.</summary>
    IReadOnlyCollection<string> Kinds { get; }

    /// <summary>What is so at this moment; empty when there is nothing to say, which is not the same as "all is well".</summary>
    ValueTask<IReadOnlyList<Observation>> ObserveAsync(DateTimeOffset at, CancellationToken cancel);
}
