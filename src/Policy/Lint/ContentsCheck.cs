using Sekisho.Assurance;

namespace Sekisho.Policy.Lint;

/// <summary>The contents page (目次) against the body.</summary>
internal static class ContentsCheck
{
    public static void Run(LintedDocument document)
    {
        var entries = document.Document.Contents.Where(static e => e.Number.Length > 0).ToList();
        if (entries.Count == 0) return;
        var listed = new HashSet<(ProvisionKind, string)>();
        foreach (var entry in entries)
        {
            var kind = KindOf(entry.Label);
            listed.Add((kind, entry.Number));
            var candidates = document.All.Where(p => p.Kind == kind && p.Provision.Number == entry.Number).ToList();
            if (candidates.Count == 0)
            {
                document.Add("POL-LINT-011", FindingSeverity.Warning, $"目次 {entry.Label}",
                    new($"目次にある「{entry.Label} {entry.Caption}」が本文にありません。", $"“{entry.Label} {entry.Caption}” of the contents page is not in the body."),
                    new("目次を本文に合わせるか、抜けた条項がないか原本を確かめてください。", "Correct the contents page, or see in the original whether a provision is missing."));
            }
            else if (entry.Caption.Length > 0 && candidates.TrueForAll(p => p.Caption != LintedProvision.Fold(entry.Caption)))
            {
                document.Add("POL-LINT-010", FindingSeverity.Warning, candidates[0],
                    new($"目次の見出し「{entry.Caption}」と、本文の見出し「{candidates[0].Provision.Caption}」が違います。", $"The contents page says “{entry.Caption}”, the body “{candidates[0].Provision.Caption}”."),
                    new("正しい方に揃えてください。", "Make them the same."));
            }
        }
        // A contents page that lists chapters only owes no articles.
        foreach (var provision in document.All.Where(p => listed.Any(l => l.Item1 == p.Kind) && !listed.Contains((p.Kind, p.Provision.Number))))
        {
            document.Add("POL-LINT-012", FindingSeverity.Warning, provision,
                new($"本文の「{provision.Provision.Label} {provision.Provision.Caption}」が目次にありません。", $"“{provision.Provision.Label} {provision.Provision.Caption}” of the body is not on the contents page."),
                new("目次に加えてください。", "Add it to the contents page."));
        }
    }

    private static ProvisionKind KindOf(string label) =>
        label.Contains('編', StringComparison.Ordinal) ? ProvisionKind.Part
        : label.Contains('章', StringComparison.Ordinal) ? ProvisionKind.Chapter
        : label.Contains('節', StringComparison.Ordinal) ? ProvisionKind.Section
        : label.Contains('款', StringComparison.Ordinal) ? ProvisionKind.Subsection
        : ProvisionKind.Article;
}
