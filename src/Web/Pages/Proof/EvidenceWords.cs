using Sekisho.Assurance;
using Sekisho.Policy.Obligations;
using Sekisho.Policy.Words;

namespace Sekisho.Web.Pages.Proof;

/// <summary>What kinds of evidence and their facts are called (証跡の種類の名前), in the municipality's words. An unknown one is shown by its technical name.</summary>
public static class EvidenceWords
{
    private static readonly Bilingual Statement = new("担当者の申告", "Officer's statement");

    public static Bilingual Kind(string kind, PolicyWords words) =>
        ObligationCatalogue.Load().Evidence.TryGetValue(kind, out var known) ? words.Speak(known.Name)
        : kind.StartsWith("statement.", StringComparison.Ordinal) ? Statement
        : Bilingual.Same(kind);

    public static Bilingual Fact(string kind, string fact, PolicyWords words) =>
        ObligationCatalogue.Load().Evidence.TryGetValue(kind, out var known) && known.Facts.TryGetValue(fact, out var name) ? words.Speak(name)
        : fact == "holds" && kind.StartsWith("statement.", StringComparison.Ordinal) ? new("満たしていれば 1", "1 when it holds")
        : Bilingual.Same(fact);

    /// <summary>A criterion's condition over the facts of its kind.</summary>
    public static string Condition(Criterion criterion, PolicyWords words, Language language) =>
        criterion.Condition.Say(fact => Fact(criterion.EvidenceKind, fact, words).In(language), language == Language.English ? " and " : "、");
}
