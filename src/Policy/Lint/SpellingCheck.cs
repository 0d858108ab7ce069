using System.Globalization;
using Sekisho.Assurance;

namespace Sekisho.Policy.Lint;

/// <summary>One thing spelled in two ways within one document (表記の揺れ).</summary>
internal static class SpellingCheck
{
    public static void Run(LintedDocument document, NationalModel model)
    {
        Brackets(document);
        foreach (var group in model.Spellings)
        {
            var hidden = group.Where(static s => s.StartsWith('!')).Select(static s => LintedProvision.Fold(s[1..])).ToHashSet(StringComparer.Ordinal);
            var folded = group.Select(static s => LintedProvision.Fold(s.TrimStart('!'))).OrderByDescending(static s => s.Length).ToList();
            var counts = folded.ToDictionary(static s => s, static _ => 0, StringComparer.Ordinal);
            var first = new Dictionary<string, LintedProvision>(StringComparer.Ordinal);
            foreach (var provision in document.All)
            {
                foreach (var text in new[] { provision.Caption, provision.Text })
                {
                    for (var i = 0; i < text.Length; i++)
                    {
                        // Longest first: サーバー is not also サーバ.
                        if (folded.Find(s => text.AsSpan(i).StartsWith(s, StringComparison.Ordinal)) is not { } spelling) continue;
                        counts[spelling]++;
                        first.TryAdd(spelling, provision);
                        i += spelling.Length - 1;
                    }
                }
            }
            var used = folded.Where(s => counts[s] > 0 && !hidden.Contains(s)).OrderByDescending(s => counts[s]).ThenBy(s => folded.Count - folded.IndexOf(s)).ToList();
            if (used.Count < 2) continue;
            var tally = string.Join('、', used.Select(s => string.Create(CultureInfo.InvariantCulture, $"「{s}」{counts[s]}か所")));
            var english = string.Join(", ", used.Select(s => string.Create(CultureInfo.InvariantCulture, $"“{s}” {counts[s]}×")));
            document.Add("POL-LINT-040", FindingSeverity.Warning, first[used[^1]],
                new($"同じものが違う書き方になっています（{tally}）。", $"One thing is written in different ways ({english})."),
                new($"どれか一つに揃えてください（多いのは「{used[0]}」です）。", $"Choose one of them (“{used[0]}” is the most frequent)."));
        }
    }

    /// <summary>(１), （３）, (10) in one list. Digits are left alone: one full-width and two half-width is what offices prescribe.</summary>
    private static void Brackets(LintedDocument document)
    {
        foreach (var group in document.All.Where(static p => p.Kind >= ProvisionKind.Item).GroupBy(static p => (p.Parent, p.Kind)))
        {
            var full = group.Where(static p => p.Provision.Label.Contains('（', StringComparison.Ordinal)).ToList();
            var half = group.Where(static p => p.Provision.Label.Contains('(', StringComparison.Ordinal)).ToList();
            if (full.Count == 0 || half.Count == 0) continue;
            var odd = full.Count <= half.Count ? full : half;
            document.Add("POL-LINT-041", FindingSeverity.Info, group.Key.Parent ?? odd[0],
                new($"番号の括弧に全角と半角が混ざっています（{string.Join('、', odd.Select(static p => p.Provision.Label))}）。", $"Full-width and half-width brackets are mixed in the numbers ({string.Join(", ", odd.Select(static p => p.Provision.Label))})."),
                new("どちらかに揃えてください。", "Use one of them."));
        }
    }
}
