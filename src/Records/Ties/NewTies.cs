using Sekisho.Assurance;
using Sekisho.Policy;

namespace Sekisho.Records.Ties;

/// <summary>A tie of a version that is being imported.</summary>
/// <param name="Decision">The decision that came along, if any.</param>
internal sealed record NewTie(
    string ProvisionKey, ObligationId Obligation, TieOrigin Origin, double Confidence, Bilingual Reason, bool TextChanged, TieDecision? Decision);

/// <summary>The ties of a new version: those of the version before whose provision continues, then what its own words propose.</summary>
internal static class NewTies
{
    /// <param name="keys">From this document's ids to keys.</param>
    /// <param name="before">Ties of the version before with their decisions.</param>
    /// <param name="oldTexts">Caption and text of its provisions by key.</param>
    /// <remarks>
    /// What a person decided or added is never lost while the provision continues, changed words or not. A tie that was only proposed
    /// is proposed again from the new words or falls away with the old ones.
    /// </remarks>
    public static IReadOnlyList<NewTie> From(
        PolicyDocument document, IReadOnlyDictionary<string, string> keys, IReadOnlyList<PolicyTie> proposed,
        IReadOnlyList<Tie> before, IReadOnlyDictionary<string, string> oldTexts)
    {
        var texts = document.All().ToDictionary(p => keys[p.Id], p => p.Caption + "\n" + p.Text, StringComparer.Ordinal);
        var fresh = proposed
            .GroupBy(t => (Key: keys[t.ProvisionId], t.Obligation))
            .ToDictionary(g => g.Key, g => g.MaxBy(t => t.Confidence)!);
        var ties = new List<NewTie>();
        foreach (var old in before)
        {
            if (old.Decided is null || !texts.TryGetValue(old.ProvisionKey, out var text)) continue;
            var changed = !oldTexts.TryGetValue(old.ProvisionKey, out var oldText) || oldText != text;
            // The newest words' reason, where they still propose it.
            fresh.Remove((old.ProvisionKey, old.Obligation), out var again);
            ties.Add(new NewTie(old.ProvisionKey, old.Obligation, TieOrigin.Carried, old.Confidence, again?.Reason ?? old.Reason,
                changed || old.TextChanged && old.Decided.Carried, old.Decided with { Carried = true }));
        }
        ties.AddRange(fresh.Select(f => new NewTie(f.Key.Key, f.Key.Obligation, TieOrigin.Proposed, f.Value.Confidence, f.Value.Reason, false, null)));
        return ties;
    }
}
