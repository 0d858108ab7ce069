using Sekisho.Assurance;

namespace Sekisho.Records.Exclusions;

/// <summary>Identity of an exclusion.</summary>
public readonly record struct ExclusionId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>That an obligation doesn't apply here (対象外), as kept.</summary>
public sealed record KeptExclusion(
    ExclusionId Id, ObligationId Obligation, string Reason, DateTimeOffset RecordedAt, Actor RecordedBy,
    DateTimeOffset? WithdrawnAt, Actor? WithdrawnBy, string? WithdrawnNote, long LedgerIndex);
