using Sekisho.Assurance;
using Sekisho.Policy.Obligations;

namespace Sekisho.Web.Pages.Proof;

/// <summary>What kinds of evidence and their facts are called (証跡の種類の名前). An unknown one is shown by its technical name.</summary>
public static class EvidenceWords
{
    private static readonly Bilingual Statement = new("担当者の申告", "Officer's statement");

    public static Bilingual Kind(string kind) =>
        ObligationCatalogue.Load().Evidence.TryGetValue(kind, out var known) ? known.Name
        : kind.StartsWith("statement.", StringComparison.Ordinal) ? Statement
        : Bilingual.Same(kind);

    public static Bilingual Fact(string kind, string fact) =>
        ObligationCatalogue.Load().Evidence.TryGetValue(kind, out var known) && known.Facts.TryGetValue(fact, out var name) ? name
        : fact == "holds" && kind.StartsWith("statement.", StringComparison.Ordinal) ? new("満たしていれば 1", "1 when it holds")
        : Bilingual.Same(fact);

    /// <summary>A criterion's condition over the facts of its kind.</summary>
    public static string Condition(Criterion criterion, Language language) =>
        criterion.Condition.Say(fact => Fact(criterion.EvidenceKind, fact).In(language), language == Language.English ? " and " : "、");
}
