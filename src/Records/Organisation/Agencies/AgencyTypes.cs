using Sekisho.Assurance;
using Sekisho.Policy.Agencies;
using Sekisho.Records.Policies;

namespace Sekisho.Records.Organisation.Agencies;

/// <summary>How a policy comes to be an agency's (方針の定め方).</summary>
public enum CoverageKind
{
    /// <summary>The policy's own words name the agency.</summary>
    ByText,

    /// <summary>共同で定めた: a person recorded it.</summary>
    Joint,

    /// <summary>単独で定めた: a person recorded it.</summary>
    Own,
}

/// <summary>What a person decided about an agency and a policy.</summary>
public enum AgencyDecisionKind
{
    Joint,

    Own,

    /// <summary>対象外: from all policies, with the reason.</summary>
    Excluded,

    /// <summary>Takes back what was decided on this agency and policy (or the exclusion).</summary>
    Withdrawn,
}

/// <summary>A decision as recorded.</summary>
/// <param name="PolicyKey">Null for an exclusion.</param>
public sealed record AgencyDecision(string Agency, string? PolicyKey, AgencyDecisionKind Decision, string Reason, DateTimeOffset RecordedAt, Actor RecordedBy);

/// <summary>A policy in force, as a column of the matrix.</summary>
/// <param name="NamesAgencies">False: it says nothing of agencies and binds whoever laid it down.</param>
public sealed record PolicyColumn(string Key, string Title, PolicyVersionId Version, bool NamesAgencies);

/// <summary>That an agency has a policy, and how.</summary>
/// <param name="Decision">Null where the text says it.</param>
public sealed record AgencyCell(PolicyColumn Policy, CoverageKind How, AgencyDecision? Decision);

/// <summary>One agency: as the policy names it, as it is registered, and which policies it has.</summary>
/// <param name="Key">The id of the vocabulary, or name/… for one that it doesn't know.</param>
/// <param name="AsWritten">The policy's word; null when no policy in force names it.</param>
/// <param name="Known">Null for one that the vocabulary doesn't know.</param>
/// <param name="Units">Registered units that are it; empty: not registered.</param>
/// <param name="People">Who belongs to them or to what is below, second posts included.</param>
public sealed record AgencyLine(
    string Key, string? AsWritten, Agency? Known, IReadOnlyList<Unit> Units, int People, IReadOnlyList<AgencyCell> Cells, AgencyDecision? Exclusion)
{
    public bool IsNamed => AsWritten is not null;

    public bool IsRegistered => Units.Count > 0;

    public bool IsExcluded => Exclusion is not null;

    public bool IsCovered => Cells.Count > 0;

    /// <summary>Something has to be done about it.</summary>
    public bool Lacks => !IsExcluded && (!IsRegistered || People == 0 || !IsCovered);

    /// <summary>What to call it: the policy's word, else the unit's name, else the vocabulary's.</summary>
    public Bilingual Name => AsWritten is { } word ? new(word, Known?.Name.En ?? word) : Units is [var unit, ..] ? Bilingual.Same(unit.Name) : Known?.Name ?? Bilingual.Same(Key);
}

/// <summary>Agencies and policies on a day (実施機関と方針の一覧).</summary>
/// <param name="ByLaw">Agencies that law asks every municipality to have, which neither a policy in force nor the organisation names: worth a question, not a fault.</param>
public sealed record AgencyMatrix(DateOnly Day, IReadOnlyList<PolicyColumn> Policies, IReadOnlyList<AgencyLine> Lines, IReadOnlyList<Agency> ByLaw);
