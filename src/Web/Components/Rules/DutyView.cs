using Sekisho.Assurance;

namespace Sekisho.Web.Components.Rules;

/// <summary>One obligation with all that the panel and its own page show of it.</summary>
/// <param name="Evidence">What the verdict rests on, newest first.</param>
/// <param name="History">Spans of verdicts from <paramref name="HistoryFrom"/> to <paramref name="HistoryTo"/>.</param>
/// <param name="Responsible">Who answers for it: a unit or an officer; null when nobody was named.</param>
/// <param name="Next">What to do next; null when there is nothing to do.</param>
public sealed record DutyView(
    ObligationStanding Standing,
    IReadOnlyList<Evidence> Evidence,
    IReadOnlyList<VerdictSpan> History,
    DateTimeOffset HistoryFrom,
    DateTimeOffset HistoryTo,
    Bilingual? Responsible,
    NextStep? Next);

/// <summary>The one thing to do next, as a button.</summary>
public sealed record NextStep(Bilingual Label, string Href);
