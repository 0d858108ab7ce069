using System.Globalization;
using Sekisho.Assurance;

namespace Sekisho.Policy.Lint;

/// <summary>Numbers that are skipped or given twice (欠番・重複).</summary>
internal static class NumberingCheck
{
    public static void Run(LintedDocument document)
    {
        // Articles run through the chapters; everything else counts under its parent.
        Sequence(document, document.Articles, mayRestart: true);
        foreach (var kind in new[] { ProvisionKind.Part, ProvisionKind.Chapter, ProvisionKind.Section, ProvisionKind.Subsection })
            foreach (var group in document.All.Where(p => p.Kind == kind).GroupBy(static p => p.Parent)) Sequence(document, [.. group], mayRestart: false);
        foreach (var parent in document.All.Where(static p => p.Kind >= ProvisionKind.Article))
            foreach (var group in parent.Children.GroupBy(static c => c.Kind)) Sequence(document, [.. group], mayRestart: true);
        foreach (var supplement in document.Supplements)
            foreach (var parent in supplement.Root.SelfAndBelow())
                foreach (var group in parent.Children.GroupBy(static c => c.Kind))
                    Sequence(document, [.. group], mayRestart: true, parent == supplement.Root && supplement.HasUnnumberedFirst ? [1] : null);
    }

    /// <param name="last">What stands before the first of them.</param>
    private static void Sequence(LintedDocument document, IReadOnlyList<LintedProvision> provisions, bool mayRestart, int[]? last = null)
    {
        foreach (var provision in provisions)
        {
            var number = Parts(provision.Provision.Number);
            if (number is null) { last = null; continue; }
            if (last is not null && number.SequenceEqual(last))
            {
                document.Add("POL-LINT-002", FindingSeverity.Error, provision,
                    new($"番号「{provision.Provision.Label}」が二度あります。", $"The number “{provision.Provision.Label}” stands twice."),
                    new("どちらかの番号を改め、ほかの条項からの引用も確かめてください。", "Renumber one of them and check references to it."));
            }
            else if (!Follows(last, number) && !(mayRestart && number is [1]))
            {
                var before = last is null ? "" : $"「{provision.Siblings.LastOrDefault(s => s.Position < provision.Position)?.Provision.Label ?? string.Join('の', last)}」の次が";
                document.Add("POL-LINT-001", FindingSeverity.Warning, provision,
                    new($"番号が飛んでいます（{before}「{provision.Provision.Label}」です）。", $"Numbers are skipped before “{provision.Provision.Label}”."),
                    new("抜けた条項がないか原本を確かめ、廃止したのなら「削除」と残すか番号を詰めてください。", "See in the original whether a provision is missing; if it was repealed, keep its number with 「削除」 or close the gap."));
            }
            last = number;
        }
    }

    /// <summary>Next of 2 is 3 or 2_2 (第2条の2); next of 2_2 is 3, 2_3 or 2_2_2.</summary>
    private static bool Follows(int[]? last, int[] number)
    {
        if (last is null) return number is [1];
        for (var depth = 0; depth < last.Length; depth++)
        {
            if (number.Length == depth + 1 && number.AsSpan(0, depth).SequenceEqual(last.AsSpan(0, depth)) && number[depth] == last[depth] + 1) return true;
        }
        // 第2条の2 is the usual first branch; some start with 第2条の1.
        return number.Length == last.Length + 1 && number.AsSpan(0, last.Length).SequenceEqual(last) && number[^1] is 1 or 2;
    }

    private static int[]? Parts(string number)
    {
        var parts = number.Split('_');
        var values = new int[parts.Length];
        for (var i = 0; i < parts.Length; i++)
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out values[i])) return null;
        return values;
    }
}
