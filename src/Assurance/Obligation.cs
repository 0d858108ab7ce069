namespace Sekisho.Assurance;

/// <summary>Name of an obligation, such as <c>mynumber-isolation</c>. Stable across versions of the catalogue.</summary>
public readonly record struct ObligationId(string Value)
{
    public override string ToString() => Value;
}

/// <summary>One duty that provisions create (義務). Data, not code: see data/obligations.yaml; a municipality may add its own.</summary>
/// <param name="Name">Short name, a noun phrase.</param>
/// <param name="Requires">What it asks, in one sentence.</param>
/// <param name="Grounds">Law and guideline behind it (根拠).</param>
/// <param name="Criteria">All must hold for the obligation to hold. Never empty.</param>
public sealed record Obligation(
    ObligationId Id,
    Bilingual Name,
    Bilingual Requires,
    IReadOnlyList<LegalGround> Grounds,
    IReadOnlyList<Criterion> Criteria);

/// <summary>A place in law or in the national guideline (根拠規定).</summary>
/// <param name="Source">Short name of the text, e.g. 地方自治法施行規則.</param>
/// <param name="Place">Provision, e.g. 第16条の3第1項第5号.</param>
public sealed record LegalGround(string Source, string Place);

/// <summary>A condition over evidence with a validity (判定基準).</summary>
/// <param name="Id">Unique within its obligation.</param>
/// <param name="Asks">What must be so, as a sentence.</param>
/// <param name="EvidenceKind">Kind of evidence that speaks to it, e.g. <c>zones.proof.mynumber</c>.</param>
/// <param name="Condition">Over the facts of that evidence.</param>
/// <param name="Validity">How long after its observation a piece of evidence stands, unless it carries its own expiry.</param>
public sealed record Criterion(string Id, Bilingual Asks, string EvidenceKind, Condition Condition, TimeSpan Validity);
