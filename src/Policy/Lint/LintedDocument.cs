using Sekisho.Assurance;
using Sekisho.Policy.Words;

namespace Sekisho.Policy.Lint;

/// <summary>A provision as lint sees it: its neighbours, its text with widths and blanks made one, its place for people.</summary>
internal sealed class LintedProvision
{
    private static readonly Vocabulary NoFolds = new(new Dictionary<string, IReadOnlyList<string>>(), new Dictionary<string, string>(), []);

    public LintedProvision(Provision provision, LintedProvision? parent, int position, IReadOnlyList<LintedProvision> siblings)
    {
        (Provision, Parent, Position, Siblings) = (provision, parent, position, siblings);
        Caption = Fold(provision.Caption);
        Text = Fold(provision.Text);
        var children = new List<LintedProvision>();
        foreach (var child in provision.Children) children.Add(new LintedProvision(child, this, children.Count, children));
        Children = children;
    }

    public Provision Provision { get; }
    public LintedProvision? Parent { get; }

    /// <summary>0-based among its siblings.</summary>
    public int Position { get; }
    public IReadOnlyList<LintedProvision> Siblings { get; }
    public IReadOnlyList<LintedProvision> Children { get; }
    public string Caption { get; }
    public string Text { get; }
    public ProvisionKind Kind => Provision.Kind;

    /// <summary>第６条(3)ア, 附則（令和７年３月14日告示第47号）２</summary>
    public string Where => (Parent is { Kind: >= ProvisionKind.Article } above ? above.Where : "") + Provision.Label;

    public IEnumerable<LintedProvision> SelfAndBelow() => Children.SelectMany(static c => c.SelfAndBelow()).Prepend(this);

    /// <summary>Itself or the nearest above of a kind.</summary>
    public LintedProvision? Nearest(ProvisionKind kind)
    {
        for (var at = this; at is not null; at = at.Parent)
            if (at.Kind == kind) return at;
        return null;
    }

    public static string Fold(string text) => FoldedText.Fold(text, NoFolds);
}

/// <summary>One 附則 as lint sees it: a provision without a number, whose own text is its unnumbered first paragraph.</summary>
internal sealed class LintedSupplement
{
    public LintedSupplement(SupplementaryProvision supplement, bool isLatest)
    {
        IsLatest = isLatest;
        var label = supplement.Label.Length > 0 ? supplement.Label : "附則";
        var self = new List<LintedProvision>();
        Root = new LintedProvision(new Provision(ProvisionKind.Article, "", label, "", supplement.Text, "", "", 0, [], supplement.Children), null, 0, self);
        self.Add(Root);
    }

    public LintedProvision Root { get; }

    /// <summary>Whether no 附則 stands after it. Earlier ones speak of provisions as they were numbered then.</summary>
    public bool IsLatest { get; }

    /// <summary>附則 that number from 2 on: the first paragraph stands without its number, as offices write it.</summary>
    public bool HasUnnumberedFirst => Root.Text.Length > 0;
}

/// <summary>A document as lint sees it, and the findings gathered.</summary>
internal sealed class LintedDocument
{
    private readonly List<Finding> findings = [];

    public LintedDocument(PolicyDocument document)
    {
        Document = document;
        var roots = new List<LintedProvision>();
        foreach (var provision in document.Provisions) roots.Add(new LintedProvision(provision, null, roots.Count, roots));
        All = [.. roots.SelectMany(static r => r.SelfAndBelow())];
        Articles = [.. All.Where(static p => p.Kind == ProvisionKind.Article)];
        ByNumber = Articles.GroupBy(static a => a.Provision.Number, StringComparer.Ordinal).ToDictionary(static g => g.Key, static g => g.First(), StringComparer.Ordinal);
        Roots = roots;
        Supplements = [.. document.Supplementary.Select((s, i) => new LintedSupplement(s, isLatest: i == document.Supplementary.Count - 1))];
    }

    public PolicyDocument Document { get; }
    public IReadOnlyList<LintedProvision> Roots { get; }
    public IReadOnlyList<LintedProvision> All { get; }
    public IReadOnlyList<LintedProvision> Articles { get; }
    public IReadOnlyDictionary<string, LintedProvision> ByNumber { get; }

    /// <summary>附則, apart from <see cref="All"/>: they count for themselves and speak of the version that they brought.</summary>
    public IReadOnlyList<LintedSupplement> Supplements { get; }
    public IReadOnlyList<Finding> Findings => findings;

    public void Add(string code, FindingSeverity severity, LintedProvision at, Bilingual message, Bilingual next) =>
        findings.Add(new Finding(code, severity, at.Provision.Id.Length > 0 ? at.Provision.Id : null, at.Where, message, next));

    public void Add(string code, FindingSeverity severity, string where, Bilingual message, Bilingual next) =>
        findings.Add(new Finding(code, severity, null, where, message, next));
}
