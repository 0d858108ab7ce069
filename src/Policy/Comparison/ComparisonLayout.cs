using System.Globalization;

namespace Sekisho.Policy.Comparison;

/// <summary>One line of the printed table: what stands left (改正後) and right (改正前).</summary>
/// <param name="Depth">Indentation in full-width characters.</param>
/// <param name="Tag">改正, 新設, 削除, 移動（旧 第３条）, 繰下げ; empty where nothing changed.</param>
public sealed record ComparisonLine(int Depth, bool IsHeading, string Tag, IReadOnlyList<Piece> New, IReadOnlyList<Piece> Old)
{
    /// <summary>Title, 改正履歴 or 制定文: each of its lines begins at the margin.</summary>
    public bool IsFront { get; init; }
}

/// <summary>Lays a comparison out as municipal offices print it: what didn't change is 「（略）」.</summary>
public static class ComparisonLayout
{
    private const string Omitted = "（略）";

    private sealed record Node(ComparisonRow Row, List<Node> Below)
    {
        public bool Unchanged => Row.Change == Change.None && Below.TrueForAll(static b => b.Unchanged);

        public bool IsHeading => (Row.New ?? Row.Old)!.Kind is { } kind && kind < ProvisionKind.Article;

        public ProvisionKind Kind => (Row.New ?? Row.Old)!.Kind ?? ProvisionKind.Article;

        public ComparisonPart Part => Row.Part;
    }

    /// <summary>Lines from top to bottom; none when nothing changed.</summary>
    public static IReadOnlyList<ComparisonLine> Lines(ComparisonTable table)
    {
        var lines = new List<ComparisonLine>();
        if (!table.IsEmpty) Top(Tree(table.Rows), lines);
        return lines;
    }

    private static List<Node> Tree(IReadOnlyList<ComparisonRow> rows)
    {
        var top = new List<Node>();
        var path = new List<Node>();
        foreach (var row in rows)
        {
            var node = new Node(row, []);
            path.RemoveRange(row.Depth, path.Count - row.Depth);
            (row.Depth == 0 ? top : path[^1].Below).Add(node);
            path.Add(node);
        }
        return top;
    }

    private static void Top(List<Node> nodes, List<ComparisonLine> lines)
    {
        for (var i = 0; i < nodes.Count;)
        {
            var node = nodes[i];
            if (node.IsHeading && node.Unchanged)
            {
                // A chapter in which nothing changed is one line.
                var end = i + 1;
                while (end < nodes.Count && !(nodes[end].IsHeading && nodes[end].Kind <= node.Kind) && nodes[end].Part == ComparisonPart.Main) end++;
                var all = nodes.GetRange(i, end - i).TrueForAll(static n => n.Unchanged);
                lines.Add(new ComparisonLine(0, true, "", Line(node.Row.New!, all), Line(node.Row.Old!, all)));
                i = all ? end : i + 1;
                continue;
            }
            if (node.Unchanged)
            {
                var end = i + 1;
                while (end < nodes.Count && nodes[end].Unchanged && !nodes[end].IsHeading && nodes[end].Part == node.Part) end++;
                if (node.Part != ComparisonPart.Front) Run(nodes, i, end, 0, lines);
                i = end;
                continue;
            }
            One(node, 0, inAdded: false, lines);
            i++;
        }
    }

    private static void Below(List<Node> nodes, int depth, bool inAdded, List<ComparisonLine> lines)
    {
        for (var i = 0; i < nodes.Count;)
        {
            var end = i;
            while (end < nodes.Count && nodes[end].Unchanged) end++;
            if (end > i) Run(nodes, i, end, depth, lines);
            else One(nodes[end++], depth, inAdded, lines);
            i = end;
        }
    }

    /// <summary>第１条～第３条　（略）</summary>
    private static void Run(List<Node> nodes, int start, int end, int depth, List<ComparisonLine> lines)
    {
        lines.Add(new ComparisonLine(depth, false, "", Plain(Span(static n => n.Row.New!.Label)), Plain(Span(static n => n.Row.Old!.Label))));

        string Span(Func<Node, string> label)
        {
            var (first, last) = (label(nodes[start]), label(nodes[end - 1]));
            var span = first == last ? first : $"{first}{(end - start == 2 ? "・" : "～")}{last}";
            return span.Length == 0 ? Omitted : $"{span}　{Omitted}";
        }
    }

    private static void One(Node node, int depth, bool inAdded, List<ComparisonLine> lines)
    {
        var row = node.Row;
        var textChanged = row is { New: { } n, Old: { } o } && (n.TextChanged || o.TextChanged);
        var above = (row.Change & (Change.Added | Change.Deleted)) != 0 && inAdded;
        var (left, right) = row.Change switch
        {
            Change.Added => (Line(row.New!, false), above ? Nothing : Plain("（新設）")),
            Change.Deleted => (above ? Nothing : Plain("（削る）"), Line(row.Old!, false)),
            Change.MovedAway => (Plain($"（{row.ElsewhereLabel}へ移動）"), Line(row.Old!, true)),
            _ => (Line(row.New!, !textChanged), Line(row.Old!, !textChanged)),
        };
        lines.Add(new ComparisonLine(depth, node.IsHeading, above ? "" : Tag(row), left, right) { IsFront = row.Part == ComparisonPart.Front });
        Below(node.Below, depth + 1, row.Change is Change.Added or Change.Deleted, lines);
    }

    private static string Tag(ComparisonRow row)
    {
        var tags = new List<string>();
        if (row.Change.HasFlag(Change.Added)) tags.Add("新設");
        if (row.Change.HasFlag(Change.Deleted)) tags.Add("削除");
        if (row.Change.HasFlag(Change.Text)) tags.Add("改正");
        if (row.Change.HasFlag(Change.Place)) tags.Add($"移動（旧 {row.ElsewhereLabel}）");
        if (row.Change.HasFlag(Change.Number)) tags.Add(Shift(row.Old!.Label, row.New!.Label));
        return string.Join('・', tags);
    }

    private static string Shift(string old, string @new)
    {
        var (before, after) = (Order(old), Order(@new));
        return before is null || after is null || before == after ? "番号変更" : before < after ? "繰下げ" : "繰上げ";

        static int? Order(string label)
        {
            var digits = string.Concat(WordDiff.Fold(label).SkipWhile(static c => !char.IsAsciiDigit(c)).TakeWhile(char.IsAsciiDigit));
            if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
            var letter = label.FirstOrDefault(static c => c is >= 'ア' and <= 'ン');
            return letter == '\0' ? null : letter;
        }
    }

    /// <summary>A provision as it stands on paper: （見出し） over 第N条, or the number and the heading in one line.</summary>
    private static List<Piece> Line(ComparisonCell cell, bool omitText)
    {
        var pieces = new List<Piece>();
        var hasCaption = cell.Caption.Count > 0;
        var hasText = cell.Text.Count > 0;
        var overLabel = cell is { Kind: ProvisionKind.Article } && cell.Label.StartsWith('第') && cell.Label.Contains('条', StringComparison.Ordinal);
        if (overLabel && hasCaption)
        {
            pieces.Add(new Piece("（", false));
            pieces.AddRange(cell.Caption);
            pieces.Add(new Piece("）\n", false));
        }
        pieces.AddRange(cell.LabelPieces);
        if (!overLabel && hasCaption)
        {
            if (cell.Label.Length > 0) pieces.Add(new Piece("　", false));
            pieces.AddRange(cell.Caption);
        }
        if (!hasText) return pieces;
        var underneath = !overLabel && (cell.Kind is ProvisionKind.Article && hasCaption || cell.Kind is null && cell.Label.Length > 0);
        if (pieces.Count > 0) pieces.Add(new Piece(underneath ? "\n" : "　", false));
        if (omitText) pieces.Add(new Piece(Omitted, false));
        else pieces.AddRange(cell.Text);
        return pieces;
    }

    private static readonly List<Piece> Nothing = [];

    private static List<Piece> Plain(string text) => [new Piece(text, false)];
}
