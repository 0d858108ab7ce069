namespace Sekisho.Assurance;

/// <summary>Everything known about one obligation in one municipality (一件書類): the whole input of a verdict.</summary>
/// <param name="Evidence">Of the kinds that the obligation's criteria name; any order.</param>
/// <param name="Waivers">例外措置, past ones too.</param>
/// <param name="Exclusions">対象外の記録, past ones too.</param>
public sealed record Dossier(
    Obligation Obligation,
    IReadOnlyList<Evidence> Evidence,
    IReadOnlyList<Waiver> Waivers,
    IReadOnlyList<Exclusion> Exclusions);

/// <summary>An approved departure from an obligation for a time (例外措置).</summary>
/// <param name="ApprovedAt">When it became known; it covers nothing before.</param>
/// <param name="RevokedAt">When it was taken back before its time; null while it stands.</param>
public sealed record Waiver(
    DateTimeOffset ApprovedAt, DateTimeOffset From, DateTimeOffset Until, string ApprovedBy, Bilingual Reason, DateTimeOffset? RevokedAt = null);

/// <summary>A record that an obligation doesn't apply here (対象外), until withdrawn.</summary>
public sealed record Exclusion(DateTimeOffset RecordedAt, DateTimeOffset? WithdrawnAt, string RecordedBy, Bilingual Reason);

/// <summary>One stretch of time with the same verdict (判定の履歴).</summary>
public sealed record VerdictSpan(DateTimeOffset From, DateTimeOffset To, Verdict Verdict);
