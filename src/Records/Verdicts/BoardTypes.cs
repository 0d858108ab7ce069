using Sekisho.Assurance;
using Sekisho.Policy;
using Sekisho.Policy.Words;
using Sekisho.Records.EvidenceKept;
using Sekisho.Records.Policies;
using Sekisho.Records.Ties;

namespace Sekisho.Records.Verdicts;

/// <summary>The policy as a dashboard at one moment (判定の一覧): the document, and beside each provision whether it holds.</summary>
/// <param name="Provisions">All of the main part, in the order of the document.</param>
/// <param name="Obligations">Those that its provisions are tied to, each once, in the municipality's words.</param>
/// <param name="Words">The municipality's words for the product's terms, for other text beside it.</param>
public sealed record Board(
    MunicipalityId Municipality,
    DateTimeOffset At,
    PolicyVersion Version,
    IReadOnlyList<BoardProvision> Provisions,
    IReadOnlyDictionary<ObligationId, BoardObligation> Obligations,
    PolicyWords Words,
    BoardCounts Counts);

/// <summary>One provision with its verdict.</summary>
/// <param name="Key">Stays across versions.</param>
/// <param name="Depth">0 for the outermost.</param>
/// <param name="Verdict">Combined over its own obligations; null where it creates none.</param>
/// <param name="WithBelow">Combined over its own and all below it; null where none creates any.</param>
/// <param name="Ties">Its own, without rejected ones.</param>
public sealed record BoardProvision(
    Provision Provision, string Key, int Depth, Verdict? Verdict, VerdictKind? WithBelow, IReadOnlyList<Tie> Ties);

/// <summary>One obligation with its verdict.</summary>
/// <param name="ExpiresAt">When a verdict of "met" or a waiver stops to stand unless something new arrives; null for other verdicts.</param>
public sealed record BoardObligation(Obligation Obligation, Verdict Verdict, DateTimeOffset? ExpiresAt);

/// <summary>Counts over provisions that create obligations.</summary>
/// <param name="ByKind">Every kind is present.</param>
/// <param name="Silent">Provisions without obligations.</param>
/// <param name="ExpiringThisMonth">Provisions that hold (or are waived) now and don't any more at the end of this month (Japan) unless something new arrives.</param>
/// <param name="UnconfirmedTies">Ties that nobody has confirmed.</param>
public sealed record BoardCounts(
    IReadOnlyDictionary<VerdictKind, int> ByKind, int Silent, int ExpiringThisMonth, int UnconfirmedTies)
{
    /// <summary>Provisions that create obligations.</summary>
    public int Total => ByKind.Values.Sum();
}

/// <summary>One line of the list of all obligations.</summary>
/// <param name="Provisions">The provisions of the version in force that create it; empty: none does.</param>
public sealed record ObligationLine(BoardObligation Standing, IReadOnlyList<BoardProvision> Provisions);

/// <summary>One obligation in full at one moment.</summary>
/// <param name="Provisions">Of the version in force, that create it.</param>
/// <param name="Evidence">On which its criteria rest or may rest: the newest of each kind, subject and weight.</param>
public sealed record ObligationView(
    BoardObligation Standing,
    IReadOnlyList<CriterionStanding> Criteria,
    IReadOnlyList<BoardProvision> Provisions,
    IReadOnlyList<EvidenceRow> Evidence,
    IReadOnlyList<Waiver> Waivers,
    IReadOnlyList<Exclusion> Exclusions);

/// <summary>How one criterion stands by itself, without waivers and exclusions.</summary>
/// <param name="Evidence">What speaks to it, newest first.</param>
public sealed record CriterionStanding(Criterion Criterion, Verdict Verdict, IReadOnlyList<EvidenceRow> Evidence);
