using Sekisho.Assurance;

namespace Sekisho.Records.Waivers;

/// <summary>Identity of a waiver request.</summary>
public readonly record struct WaiverId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>Where a waiver stands at a moment.</summary>
public enum WaiverState
{
    /// <summary>申請中.</summary>
    Requested,

    /// <summary>承認済み, its time has not come.</summary>
    Scheduled,

    /// <summary>承認中.</summary>
    InForce,

    /// <summary>期間満了.</summary>
    Over,

    /// <summary>却下.</summary>
    Refused,

    /// <summary>取消し: ended before its time.</summary>
    Ended,
}

/// <summary>What a person asks for.</summary>
/// <param name="Reason">Why the obligation can't be met for now.</param>
/// <param name="Measures">What is done instead (代替措置).</param>
public sealed record WaiverRequest(ObligationId Obligation, DateTimeOffset From, DateTimeOffset Until, string Reason, string Measures);

/// <summary>A waiver (例外措置) as kept.</summary>
public sealed record KeptWaiver(
    WaiverId Id, WaiverRequest Request, WaiverState State, DateTimeOffset RequestedAt, Actor RequestedBy,
    WaiverStep? Decision, WaiverStep? Ending, long LedgerIndex);

/// <summary>A decision on a waiver, or its ending.</summary>
public sealed record WaiverStep(bool Approved, string Note, DateTimeOffset At, Actor By, long LedgerIndex);
