using Sekisho.Assurance;

namespace Sekisho.Policy.Comparison;

/// <summary>What the comparison sets side by side: a provision, a 附則, a 別表 and its rows, the title, the history, the preamble.</summary>
internal sealed class ComparisonUnit
{
    private ComparisonUnit(string id, ProvisionKind? kind, string number, string label, string caption, string text, ComparisonUnit? parent)
    {
        (Id, Kind, Number, Label, Caption, Text, Parent) = (id, kind, number, label, caption, text, parent);
        Own = WordDiff.Fold(caption) + WordDiff.Fold(text);
    }

    public string Id { get; }
    public ProvisionKind? Kind { get; }
    public string Number { get; }
    public string Label { get; }
    public string Caption { get; }
    public string Text { get; }
    public ComparisonUnit? Parent { get; }
    public List<ComparisonUnit> Children { get; } = [];

    /// <summary>Caption and text as they are compared.</summary>
    public string Own { get; }

    /// <summary>Position among all units of its version.</summary>
    public int Order { get; set; }

    /// <summary>The unit of the other version that it continues or is continued by.</summary>
    public ComparisonUnit? Match { get; set; }

    public ComparisonRole Role { get; private init; }

    /// <summary>What it says together with all below: what an empty heading is known by.</summary>
    public string Whole => Children.Count == 0 ? Own : Own + string.Concat(Children.Select(static c => c.Whole));

    /// <summary>第６条(3)ア</summary>
    public string FullLabel => Parent is { Parent: not null } above ? above.FullLabel + Label : Label;

    public IEnumerable<ComparisonUnit> SelfAndBelow() => Children.SelectMany(static c => c.SelfAndBelow()).Prepend(this);

    public ComparisonPart Part => Parent is { Parent: not null } above ? above.Part : Role switch
    {
        ComparisonRole.Supplement => ComparisonPart.Supplement,
        ComparisonRole.Appendix => ComparisonPart.Appendix,
        ComparisonRole.Heading or ComparisonRole.Article => ComparisonPart.Main,
        _ => ComparisonPart.Front,
    };

    /// <summary>The document as a root whose children are title, 改正履歴, preamble, headings, articles, 附則 and 別表, one after the other.</summary>
    /// <remarks>Headings of chapters are neighbours of their articles, not parents: a shifted chapter border moves no article.</remarks>
    public static ComparisonUnit Of(PolicyDocument document)
    {
        var root = new ComparisonUnit("", null, "", "", "", "", null) { Role = ComparisonRole.Root };
        if (document.Title.Length > 0) root.Children.Add(new ComparisonUnit("", null, "", "", "", document.Title, root) { Role = ComparisonRole.Title });
        var history = string.Join('\n', (document.Enacted is { } enacted ? document.Amendments.Prepend(enacted) : document.Amendments)
            .Select(a => $"{(ReferenceEquals(a, document.Enacted) ? "制定" : "改正")}　{Wareki.Format(a.Date)}{(a.Reference.Length > 0 ? $"　{a.Reference}" : "")}"));
        if (history.Length > 0) root.Children.Add(new ComparisonUnit("", null, "", "", "", history, root) { Role = ComparisonRole.History });
        if (document.Preamble.Length > 0) root.Children.Add(new ComparisonUnit("", null, "", "", "", document.Preamble, root) { Role = ComparisonRole.Preamble });
        AddFlat(document.Provisions, root);
        foreach (var (supplement, index) in document.Supplementary.Select(static (s, i) => (s, i)))
        {
            var unit = new ComparisonUnit($"supplement-{index + 1}", null, "", supplement.Label.Length > 0 ? supplement.Label : "附則", "", supplement.Text, root) { Role = ComparisonRole.Supplement };
            root.Children.Add(unit);
            foreach (var child in supplement.Children) unit.Children.Add(From(child, unit));
        }
        foreach (var appendix in document.Appendices)
        {
            var unit = new ComparisonUnit("", null, WordDiff.Fold(appendix.Label.Split('（', '(')[0]), appendix.Label, appendix.Caption, appendix.Text, root) { Role = ComparisonRole.Appendix };
            root.Children.Add(unit);
            // A row is compared by itself, so that a long table shows only those that changed.
            foreach (var row in appendix.Tables.SelectMany(static t => t.Rows))
                unit.Children.Add(new ComparisonUnit("", null, "", "", "", Cells(row), unit) { Role = ComparisonRole.Below });
        }
        foreach (var (unit, order) in root.SelfAndBelow().Select(static (u, i) => (u, i))) unit.Order = order;
        return root;
    }

    private static void AddFlat(IReadOnlyList<Provision> provisions, ComparisonUnit root)
    {
        foreach (var provision in provisions)
        {
            if (provision.Kind >= ProvisionKind.Article)
            {
                root.Children.Add(From(provision, root));
                continue;
            }
            root.Children.Add(Bare(provision, root));
            AddFlat(provision.Children, root);
        }
    }

    /// <summary>A table is text here: a row a line, cells parted by a bar.</summary>
    private static string Cells(IReadOnlyList<string> row) => string.Join('｜', row.Select(static c => c.ReplaceLineEndings(" ")));

    private static ComparisonUnit From(Provision provision, ComparisonUnit parent)
    {
        var unit = Bare(provision, parent);
        foreach (var child in provision.Children) unit.Children.Add(From(child, unit));
        return unit;
    }

    private static ComparisonUnit Bare(Provision provision, ComparisonUnit parent)
    {
        var rows = provision.Tables.SelectMany(static t => t.Rows).Select(Cells);
        var text = string.Join('\n', rows.Prepend(provision.Text).Where(static l => l.Length > 0));
        var role = provision.Kind < ProvisionKind.Article ? ComparisonRole.Heading : provision.Kind == ProvisionKind.Article ? ComparisonRole.Article : ComparisonRole.Below;
        return new ComparisonUnit(provision.Id, provision.Kind, provision.Number, provision.Label, provision.Caption, text, parent) { Role = role };
    }
}

/// <summary>Only units of the same role continue each other. In the order in which they stand in a document.</summary>
internal enum ComparisonRole
{
    Root,
    Title,
    History,
    Preamble,
    Heading,
    Article,
    Below,
    Supplement,
    Appendix,
}
