using Sekisho.Assurance;
using Sekisho.Policy.Threats;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;

namespace Sekisho.Records.Risks;

/// <summary>How a risk stands on a day (リスクの状況).</summary>
public enum RiskState
{
    /// <summary>Under the line (基準未満).</summary>
    Small,

    /// <summary>Treated, with an owner and a date to come (対応中).</summary>
    UnderTreatment,

    /// <summary>Treated: what remains is under the line (対応済み).</summary>
    Treated,

    /// <summary>Accepted for a time by the right person (受容中).</summary>
    Accepted,

    /// <summary>Over the line, and nothing decided or something missing (未対応).</summary>
    Open,

    /// <summary>Its treatment is overdue (期限超過).</summary>
    Overdue,

    /// <summary>Its acceptance ran out, or the risk changed after it was accepted (受容切れ).</summary>
    AcceptanceLapsed,
}

/// <summary>A risk with what it is about and how it stands (リスク).</summary>
/// <param name="Level">Before treatment.</param>
/// <param name="Now">What it is today: what remains once the treatment is done, else as before.</param>
/// <param name="LastLevel">In the analysis closed last; null when it wasn't there.</param>
/// <param name="Acceptance">The newest, whether it counts or not.</param>
public sealed record Risk(
    RegisterEntry Entry, EntryId Group, string GroupName, EntryId Threat, string ThreatName, RiskRating Before, RiskRating? After, int Now, int? LastLevel,
    RiskState State, RiskAcceptance? Acceptance)
{
    public int Level => Before.Level;

    /// <summary>Asks for somebody's decision.</summary>
    public bool IsUntreated => State is RiskState.Open or RiskState.Overdue or RiskState.AcceptanceLapsed;
}

/// <summary>Both steps of a rating (評価).</summary>
public readonly record struct RiskRating(int Likelihood, int Loss)
{
    public int Level => RiskMatrix.Level(Likelihood, Loss);
}

/// <summary>Everything about risk on one day (リスクの全体).</summary>
/// <param name="Risks">The greatest first.</param>
/// <param name="Unassessed">Groups without a risk.</param>
/// <param name="Ungrouped">Kinds of assets in the register that belong to no group.</param>
/// <param name="Last">The analysis closed last; null before the first.</param>
/// <param name="Gone">Titles of risks of that analysis that are no more.</param>
public sealed record RiskOverview(
    DateOnly Day, RiskScale Scale, IReadOnlyList<Risk> Risks, IReadOnlyList<AssetGroup> Groups, IReadOnlyList<AssetGroup> Unassessed,
    IReadOnlyList<AssetMix> Ungrouped, ClosedAnalysis? Last, IReadOnlyList<string> Gone, ThreatCoverage Threats)
{
    public IEnumerable<Risk> Untreated => Risks.Where(static r => r.IsUntreated);
}

/// <summary>Which of the categories that the policy names the office's list of threats covers.</summary>
/// <param name="Missing">Named, and no threat in use belongs to them.</param>
/// <param name="Count">Threats in use.</param>
public sealed record ThreatCoverage(IReadOnlyList<NamedThreat> Named, IReadOnlyList<NamedThreat> Missing, int Count);

/// <summary>A group of assets (資産群).</summary>
/// <param name="Zone">Null: any zone.</param>
/// <param name="Confidentiality">Null: any class.</param>
public sealed record AssetGroup(EntryId Id, string Number, string Name, string Kind, string? Zone, string? Confidentiality, string? Integrity, string? Availability, int Assets)
{
    public string? ClassOf(AssetValue value) => value switch
    {
        AssetValue.Confidentiality => Confidentiality,
        AssetValue.Integrity => Integrity,
        AssetValue.Availability => Availability,
        _ => throw new ArgumentOutOfRangeException(nameof(value), value, null),
    };
}

/// <summary>Assets of one kind, zone and class, as the register of assets has them.</summary>
/// <param name="Integrity">The highest among them.</param>
/// <param name="Availability">The highest among them.</param>
public sealed record AssetMix(string Kind, string? Zone, string? Confidentiality, string? Integrity, string? Availability, int Count);

/// <summary>A risk that the office has not rated yet (リスクの候補), with where its rating would start.</summary>
/// <param name="Remaining">Likelihood with the controls that hold now.</param>
/// <param name="Reason">Why it is proposed, in a sentence.</param>
public sealed record SuggestedRisk(AssetGroup Group, EntryId Threat, string ThreatName, string Category, int Likelihood, int Loss, int Remaining, Bilingual Reason);

/// <summary>The controls of a risk's threat as they stand (現在の対策).</summary>
public sealed record StandingControl(ObligationId Obligation, Bilingual Name, VerdictKind? Verdict);

/// <summary>One risk in full.</summary>
/// <param name="Controls">Obligations that hold its threat down, with their verdicts now.</param>
/// <param name="SuggestedLikelihood">What they leave of the likelihood.</param>
/// <param name="MayDecide">Who may accept it today: holders of the posts that may, its owner left out.</param>
public sealed record RiskView(
    Risk Risk, RiskScale Scale, IReadOnlyList<StandingControl> Controls, int SuggestedLikelihood, IReadOnlyList<RiskAcceptance> Acceptances, IReadOnlyList<Decider> MayDecide);

/// <summary>Somebody who may accept a risk.</summary>
public sealed record Decider(PersonId Person, string Name, Post Post);

/// <summary>That a risk is taken as it is for a time (リスクの受容).</summary>
/// <param name="Version">Of the risk that was decided on; a later one isn't accepted.</param>
/// <param name="Reference">決裁番号.</param>
/// <param name="ExpiresOn">First day on which it no longer counts.</param>
public sealed record RiskAcceptance(
    Guid Id, EntryId Risk, int Version, PersonId DecidedBy, string DecidedByName, Post Post, string Reference, string Reason, DateOnly ExpiresOn,
    Sha256 Digest, DateTimeOffset RecordedAt, Actor RecordedBy, long LedgerIndex)
{
    public bool Counts(int version, DateOnly day) => Version == version && day < ExpiresOn;
}

/// <summary>What a person records when a risk was accepted.</summary>
/// <param name="Version">Of the risk as it was shown to whoever decided.</param>
public sealed record AcceptanceDraft(EntryId Risk, int Version, PersonId DecidedBy, string Reference, string Reason, DateOnly ExpiresOn);

/// <summary>An analysis that was closed (締めたリスク分析).</summary>
public sealed record ClosedAnalysis(Guid Id, string Name, DateTimeOffset ClosedAt, Actor ClosedBy, DateOnly ValidUntil, IReadOnlyList<FrozenRisk> Risks, Sha256 Digest, long LedgerIndex)
{
    public bool IsValidOn(DateOnly day) => day < ValidUntil;
}

/// <summary>A risk as it was when the analysis was closed.</summary>
public sealed record FrozenRisk(
    string Number, string Title, string Group, string Threat, int Likelihood, int Loss, int Level, int? LevelAfter, RiskState State, string? Treatment, string? Measure, string? Owner, DateOnly? Due);

/// <summary>Names for people.</summary>
public static class RiskWords
{
    public static Bilingual Name(this RiskState state) => state switch
    {
        RiskState.Small => new("基準未満", "under the line"),
        RiskState.UnderTreatment => new("対応中", "under treatment"),
        RiskState.Treated => new("対応済み", "treated"),
        RiskState.Accepted => new("受容中", "accepted"),
        RiskState.Open => new("未対応", "untreated"),
        RiskState.Overdue => new("期限超過", "overdue"),
        RiskState.AcceptanceLapsed => new("受容切れ", "acceptance lapsed"),
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    public static Bilingual Name(this RiskMethod method) => method switch
    {
        RiskMethod.Frequency => new("発生頻度と影響から評価する", "rate frequency and loss"),
        RiskMethod.Rating => new("格付けの後に脅威を抽出する", "rate assets first, then extract threats"),
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, null),
    };
}
