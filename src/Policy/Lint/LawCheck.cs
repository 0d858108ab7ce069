using Sekisho.Assurance;
using Sekisho.Policy.Words;

namespace Sekisho.Policy.Lint;

/// <summary>Law in force, or soon to be, that the policy doesn't mention.</summary>
internal static class LawCheck
{
    public static void Run(LintedDocument document, NationalModel model, DateOnly on)
    {
        var vocabulary = model.Catalogue.Vocabulary;
        var policy = document.Document;
        var texts = policy.All().Select(static p => p.Text)
            .Concat(policy.Supplementary.SelectMany(static s => s.Children.SelectMany(static c => c.SelfAndDescendants()).Select(static c => c.Text).Prepend(s.Text)))
            .Prepend(policy.Preamble).Select(t => FoldedText.Fold(t, vocabulary)).ToList();
        foreach (var law in model.Laws)
        {
            if (texts.Exists(t => law.Mentions.Match(t) is not null)) continue;
            var inForce = on >= law.InForce;
            var place = law.Title + law.Place;
            document.Add(inForce ? "POL-LINT-070" : "POL-LINT-071", inForce ? FindingSeverity.Warning : FindingSeverity.Info, "全体",
                inForce
                    ? new($"施行中の{place}に触れていません。{law.Asks.Ja}", $"{place}, in force since {law.InForce:yyyy-MM-dd}, is not mentioned. {law.Asks.En}")
                    : new($"{law.InForce.Year}年{law.InForce.Month}月{law.InForce.Day}日に{place}が施行されます。{law.Asks.Ja}", $"{place} comes into force on {law.InForce:yyyy-MM-dd}. {law.Asks.En}"),
                law.Next);
        }
    }
}
