using Sekisho.Policy;

namespace Sekisho.Records.Policies;

/// <summary>Identity of a finding that is kept.</summary>
public readonly record struct FindingId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>Who found it.</summary>
public enum FindingOrigin
{
    /// <summary>読込み: the reader repaired something or could not make sense of it.</summary>
    Reader,

    /// <summary>点検.</summary>
    Lint,
}

/// <summary>What a person says to a finding (回答).</summary>
public enum FindingAnswer
{
    /// <summary>了承: it is so, and stays.</summary>
    Accepted,

    /// <summary>次の改正で直す.</summary>
    WillFix,

    /// <summary>問題なし.</summary>
    NotAProblem,
}

/// <summary>An answer, by whom and when.</summary>
/// <param name="Carried">It was given on the version before and came along, since the finding is the same.</param>
public sealed record AnswerGiven(FindingAnswer Answer, string Note, DateTimeOffset At, Actor By, bool Carried, long LedgerIndex);

/// <summary>A finding with the answer that counts, if any.</summary>
public sealed record KeptFinding(FindingId Id, PolicyVersionId Version, FindingOrigin Origin, Finding Found, AnswerGiven? Answer);
