using Sekisho.Assurance;
using Sekisho.Policy.Obligations;
using Sekisho.Policy.Words;

namespace Sekisho.Policy.Lint;

/// <summary>Articles that the national model has and this policy lacks.</summary>
internal static class ModelCheck
{
    public static void Run(LintedDocument document, NationalModel model, IReadOnlyList<PolicyTie> ties)
    {
        var vocabulary = model.Catalogue.Vocabulary;
        var title = FoldedText.Fold(document.Document.Title, vocabulary);
        if ((model.Texts.FirstOrDefault(t => t.Titles.Match(title) is not null) ?? (model.Texts.Count > 0 ? model.Texts[0] : null)) is not { } text) return;
        var tied = ties.Select(static t => t.Obligation).ToHashSet();
        var captions = document.All.Select(p => FoldedText.Fold(p.Provision.Caption, vocabulary)).ToList();
        var sentences = document.All.SelectMany(p =>
        {
            var folded = FoldedText.Fold(p.Provision.Text, vocabulary);
            return Sentences.Split(folded).Select(range => folded[range]);
        }).ToList();
        foreach (var item in text.Items)
        {
            if (item.Obligations.Any(tied.Contains)
                || item.Caption is { } caption && captions.Exists(c => caption.Match(c) is not null)
                || item.Text is { } words && sentences.Exists(s => words.Match(s) is not null)) continue;
            document.Add(item.IsPart ? "POL-LINT-061" : "POL-LINT-060", item.IsPart ? FindingSeverity.Info : FindingSeverity.Warning, "全体",
                new($"{text.Name.Ja}の {item.Number}「{item.Name.Ja}」に当たる条項がありません。", $"Nothing corresponds to {item.Number} “{item.Name.En}” of the {text.Name.En}."),
                new("条項を加えるか、ほかの規程で定めているのならその規程を確かめてください。", "Add such a provision, or see whether another of your documents has it."));
        }
    }
}
