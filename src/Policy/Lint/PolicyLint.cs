using Sekisho.Policy.Obligations;

namespace Sekisho.Policy.Lint;

/// <summary>Checks the text of a policy (規程の点検): what contradicts itself, refers to nothing, or is missing.</summary>
/// <remarks>Codes POL-LINT-…: docs/errors.md. What the reader had to repair is in <see cref="PolicyDocument.Findings"/> and not repeated here.</remarks>
public static class PolicyLint
{
    /// <param name="on">The day for which law in force is asked.</param>
    /// <returns>In the order of the checks, each in the order of the document; empty when nothing was found.</returns>
    public static IReadOnlyList<Finding> Check(PolicyDocument document, NationalModel model, DateOnly on)
    {
        var linted = new LintedDocument(document);
        NumberingCheck.Run(linted);
        ContentsCheck.Run(linted);
        ReferenceCheck.Run(linted);
        TermsCheck.Run(linted, model);
        SpellingCheck.Run(linted, model);
        EffectiveDateCheck.Run(linted);
        ModelCheck.Run(linted, model, PolicyTies.Propose(document, model.Catalogue));
        LawCheck.Run(linted, model, on);
        return linted.Findings;
    }
}
