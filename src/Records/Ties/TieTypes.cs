using Sekisho.Assurance;
using Sekisho.Records.Policies;

namespace Sekisho.Records.Ties;

/// <summary>Identity of a tie within a version.</summary>
public readonly record struct TieId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>How a tie came to be in a version.</summary>
public enum TieOrigin
{
    /// <summary>Proposed from the provision's own words.</summary>
    Proposed,

    /// <summary>Came along from the version before with its provision.</summary>
    Carried,

    /// <summary>Added by a person.</summary>
    Added,
}

/// <summary>Where a tie stands.</summary>
public enum TieState
{
    /// <summary>提案: nobody has said yes or no. It counts for verdicts, and is shown as unconfirmed.</summary>
    Proposed,

    /// <summary>確認済み.</summary>
    Confirmed,

    /// <summary>却下: it doesn't count.</summary>
    Rejected,
}

/// <summary>That a provision creates an obligation (結び付き), as kept.</summary>
/// <param name="ProvisionId">In the version's document.</param>
/// <param name="ProvisionKey">The same across versions.</param>
/// <param name="Confidence">0 to 1; 1 for what a person added.</param>
/// <param name="TextChanged">It was decided on in the version before, and the provision's words have changed since: look again.</param>
/// <param name="Decided">The decision that counts; null while it is only proposed.</param>
public sealed record Tie(
    TieId Id,
    PolicyVersionId Version,
    string ProvisionId,
    string ProvisionKey,
    string Path,
    ObligationId Obligation,
    TieOrigin Origin,
    double Confidence,
    Bilingual Reason,
    bool TextChanged,
    TieState State,
    TieDecision? Decided);

/// <summary>A person's decision on a tie.</summary>
/// <param name="Carried">Made on the version before.</param>
public sealed record TieDecision(TieState State, string Note, DateTimeOffset At, Actor By, bool Carried, long LedgerIndex);
