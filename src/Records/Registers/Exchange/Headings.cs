using Sekisho.Assurance;

namespace Sekisho.Records.Registers.Exchange;

/// <summary>Finds the row of headings in an office's own sheet, and which field each column stands for (見出しの読取り).</summary>
internal sealed class Headings
{
    /// <summary>Beginning of the first cell of a file that Sekisho wrote: <c>sekisho/books/number</c>.</summary>
    public const string Mark = "sekisho/";

    public const string NumberKey = "number", VersionKey = "version";

    /// <summary>Titles, dates and stamps stand above the headings; not more than these rows.</summary>
    private const int Looked = 30;

    private const int Samples = 3;

    /// <summary>Names less alike than this are strangers.</summary>
    private const double Alike = 0.6;

    /// <summary>More than the same: the field's label itself.</summary>
    private const double Own = 1.5;

    private static readonly string[] UnitNames =
        ["担当課", "所管課", "主管課", "所属", "所属課", "課名", "部署", "部署名", "担当部署", "担当所属", "課室", "課室名", "課係名", "管理課", "所管", "担当部課", "Unit in charge", "unit"];

    private static readonly string[] NumberNames = ["管理番号", "Number", "number"];

    private readonly RegisterDefinition register;
    private readonly IReadOnlyDictionary<string, string?> learnt;
    private readonly List<(string Key, HashSet<string> Names)> known;
    private readonly Dictionary<string, string> labels;
    private readonly HashSet<string> derived;

    /// <param name="learnt">Field by heading as <see cref="Full"/> has it, from earlier imports; null: left out then.</param>
    public Headings(RegisterDefinition register, IReadOnlyDictionary<string, string?> learnt)
    {
        (this.register, this.learnt) = (register, learnt);
        // Another name with brackets, 「管理番号（シール）」, means just that; a field's own label is also known without its brackets.
        known =
        [
            (NumberKey, Folded(NumberNames)),
            .. register.Fields.Where(f => !f.IsDerived).Select(f => (f.Key, Folded([f.Label.Ja, Fold(f.Label.Ja), f.Label.En, f.Key, .. f.Also]))),
            (RegisterDefinition.UnitKey, Folded(UnitNames)),
        ];
        labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in register.Fields.Where(f => !f.IsDerived)) labels.TryAdd(Full(field.Label.Ja), field.Key);
        foreach (var field in register.Fields.Where(f => !f.IsDerived)) labels.TryAdd(Fold(field.Label.Ja), field.Key);
        derived = Folded(register.Fields.Where(f => f.IsDerived).SelectMany(f => new[] { f.Label.Ja, f.Label.En }));
        derived.ExceptWith(labels.Keys);
        // 「所属」 may be another field's own name: then it is that field's.
        foreach (var (key, names) in known.SkipLast(1)) known[^1].Names.ExceptWith(names);
    }

    private static HashSet<string> Folded(IEnumerable<string> names) => [.. names.Select(Full).Where(n => n.Length > 0)];

    /// <summary>For comparison: without marks of required columns and numbering, whatever the width.</summary>
    public static string Full(string heading) => Bare(SearchFold.Of(heading.Replace('\n', ' ')));

    /// <summary>The same without brackets and what stands in them.</summary>
    public static string Fold(string heading)
    {
        var folded = SearchFold.Of(heading.Replace('\n', ' '));
        for (var open = folded.IndexOf('(', StringComparison.Ordinal); open > 0; open = folded.IndexOf('(', StringComparison.Ordinal))
        {
            var close = folded.IndexOf(')', open);
            folded = close < 0 ? folded[..open] : folded.Remove(open, close - open + 1);
        }
        return Bare(folded);
    }

    private static string Bare(string folded) => folded.Trim('*', '※', '●', '○', '◎', '【', '】', '[', ']', '「', '」', ':', '.', '・');

    /// <summary>What a sheet begins with.</summary>
    /// <param name="HeadingRow">0 when none was found.</param>
    /// <param name="Rows">Below the headings.</param>
    public sealed record Found(int HeadingRow, IReadOnlyList<ImportColumn> Columns, int Rows, bool IsOurs, Refusal? Why);

    /// <param name="headingRow">Where a person said that they are; null: to be found.</param>
    public Found Find(SheetFile file, string sheet, int? headingRow, int mostRows)
    {
        var top = new List<SheetRow>();
        var below = 0;
        using var rows = file.Open(sheet);
        var last = Math.Max(Looked, headingRow ?? 0) + Samples;
        var kept = 0;
        while (rows.Next() is { } row)
        {
            if (row.Number <= last || kept < Looked) top.Add(row);
            kept++;
            if (++below > mostRows + last) return new(0, [], 0, false, Refusals.TooManyRows);
        }
        if (rows.Broken is { } broken) return new(0, [], 0, false, broken);
        if (top.Count == 0) return new(0, [], 0, false, Refusals.NoRows);
        if (headingRow is null && top[0].At(0)?.Text is { } first && first.StartsWith(Mark, StringComparison.Ordinal)) return Ours(top, first, below - top.Count);
        var heading = headingRow is { } said ? top.FindIndex(r => r.Number == said) : Best(top);
        if (heading < 0) return new(0, [], 0, false, Refusals.NoHeadings);
        var columns = Columns(top, heading);
        var count = below - heading - 1;
        return count > mostRows ? new(0, [], 0, false, Refusals.TooManyRows) : count == 0 ? new(top[heading].Number, columns, 0, false, Refusals.NoRows) : new(top[heading].Number, columns, count, false, null);
    }

    private Found Ours(List<SheetRow> top, string mark, int more)
    {
        var parts = mark.Split('/');
        if (parts.Length != 3 || parts[1] != register.Key) return new(0, [], 0, false, Refusals.OtherRegister);
        var keys = top[0].Cells.ToDictionary(c => c.Column, c => c.Column == 0 ? parts[2] : c.Text);
        var labels = top.Count > 1 ? top[1] : null;
        var rows = top.Count - 2 + more;
        var columns = keys.OrderBy(k => k.Key).Select(k => new ImportColumn(k.Key, CellName.Column(k.Key), labels?.At(k.Key)?.Text ?? k.Value, SamplesOf(top, 1, k.Key),
            k.Value is NumberKey or VersionKey or RegisterDefinition.UnitKey || register.Find(k.Value) is not null ? k.Value : null, ImportMatch.Key)).ToList();
        return rows <= 0 || labels is null ? new(0, columns, 0, true, Refusals.NoRows) : new(labels.Number, columns, rows, true, null);
    }

    /// <summary>The row with the most names that are known; where none is known, the first that has as many texts as the sheet is wide, or nearly.</summary>
    private int Best(List<SheetRow> top)
    {
        var looked = Math.Min(top.Count, Looked);
        var (best, bestScore) = (-1, 0.0);
        for (var i = 0; i < looked; i++)
        {
            // A value that is like a name, in one cell of many, doesn't make a row of headings.
            var score = top[i].Cells.Sum(c => c.Kind == CellKind.Text && c.Text.Length <= 60 ? Score(c.Text).Max(s => s.Score) is var s && s >= Alike ? s : 0 : 0);
            if (score > bestScore) (best, bestScore) = (i, score);
        }
        if (bestScore >= 1) return best;
        var width = top.Take(looked).Max(r => r.Cells.Count);
        return top.FindIndex(0, looked, r => r.Cells.Count(c => c.Kind == CellKind.Text) * 4 >= width * 3 && r.Cells.Count > 1);
    }

    private List<ImportColumn> Columns(List<SheetRow> top, int heading)
    {
        // Headings of two rows: where the lower one is empty, what stands above it is meant (縦の結合).
        var above = heading > 0 && top[heading - 1].Number == top[heading].Number - 1 && top[heading - 1].Cells.Count > 1 ? top[heading - 1] : null;
        var last = top.Skip(heading).Max(r => r.Cells[^1].Column);
        var columns = new List<ImportColumn>();
        for (var index = 0; index <= last; index++)
        {
            var name = top[heading].At(index)?.Text ?? above?.At(index)?.Text ?? "";
            var samples = SamplesOf(top, heading, index);
            if (name.Length == 0 && samples.Count == 0) continue;
            columns.Add(new(index, CellName.Column(index), name.Replace('\n', ' ').Trim(), samples, null, ImportMatch.None));
        }
        return Proposed(columns);
    }

    private static List<string> SamplesOf(List<SheetRow> top, int heading, int column) =>
        [.. top.Skip(heading + 1).Select(r => r.At(column)?.Text).OfType<string>().Take(Samples).Select(FieldWords.Quote)];

    /// <summary>Learnt first, then names that are the same, then the likest pairs; each field once, but two columns of the same name both show it: a person decides.</summary>
    private List<ImportColumn> Proposed(List<ImportColumn> columns)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        var pairs = new List<(double Score, int At, string Key)>();
        for (var i = 0; i < columns.Count; i++)
        {
            var column = columns[i];
            var (full, folded) = (Full(column.Heading), Fold(column.Heading));
            if (folded.Length == 0) continue;
            // What was learnt of a name without brackets holds for it with brackets, unless the sheet has both.
            if ((learnt.TryGetValue(full, out var field) || learnt.TryGetValue(folded, out field) && !columns.Exists(c => Full(c.Heading) == folded)) && (field is null || IsKnown(field)) && (field != NumberKey || IsOurNumber(column)))
            {
                columns[i] = column with { Field = field, By = ImportMatch.Learnt };
                if (field is not null) used.Add(field);
                continue;
            }
            if (derived.Contains(full))
            {
                columns[i] = column with { By = ImportMatch.Same };   // a column of ours that nobody types
                continue;
            }
            foreach (var (key, score) in Score(column.Heading).Where(s => s.Score >= Alike && (s.Key != NumberKey || s.Score >= 1 && IsOurNumber(column)))) pairs.Add((score, i, key));
        }
        foreach (var (score, at, key) in pairs.OrderByDescending(p => p.Score).ThenBy(p => p.At))
        {
            if (columns[at].By != ImportMatch.None) continue;
            var same = score >= 1;
            // The same name twice in one sheet: both are shown as that field, and trying it says so.
            if (!used.Add(key) && !(same && columns.Exists(c => c.Field == key && Full(c.Heading) == Full(columns[at].Heading)))) continue;
            columns[at] = columns[at] with { Field = key, By = same ? ImportMatch.Same : ImportMatch.Alike };
        }
        return columns;
    }

    private bool IsKnown(string key) => key is NumberKey or RegisterDefinition.UnitKey || register.Find(key) is { IsDerived: false };

    /// <summary>An office's own 管理番号 is not the register's: ours begin with the register's code.</summary>
    private bool IsOurNumber(ImportColumn column) => column.Samples.Count > 0 && column.Samples.All(s => FieldReader.NumberAtStart(s) is { } n && n.StartsWith(register.Code + "-", StringComparison.Ordinal));

    private IEnumerable<(string Key, double Score)> Score(string heading)
    {
        var (full, folded) = (Full(heading), Fold(heading));
        // Known with its brackets: then it is that and nothing else.
        var exact = full != folded && known.Exists(k => k.Names.Contains(full));
        // A field's own label goes before another's usual other name.
        return known.Select(k => (k.Key, folded.Length == 0 || k.Names.Count == 0 ? 0
            : exact ? labels.GetValueOrDefault(full) == k.Key ? Own : k.Names.Contains(full) ? 1 : 0
            : labels.GetValueOrDefault(folded) == k.Key ? Own : k.Names.Max(n => n == folded ? 1 : n.Contains('(', StringComparison.Ordinal) ? 0 : Likeness(folded, n))));
    }

    /// <summary>1 for the same; else shared pairs of characters (Dice), and more where one is a part of the other: 「貸出の可否」 and 「貸出可」.</summary>
    internal static double Likeness(string a, string b)
    {
        const int ShortestPart = 2;
        if (a == b) return 1;
        var (shorter, longer) = a.Length <= b.Length ? (a, b) : (b, a);
        // 「No.」 is no part of "note": words of other scripts are the same or strangers.
        if (shorter.Length < ShortestPart || a.All(char.IsAscii) || b.All(char.IsAscii)) return 0;
        var part = longer.Contains(shorter, StringComparison.Ordinal) ? 0.6 + (0.35 * shorter.Length / longer.Length) : 0;
        var pairs = new List<string>();
        for (var i = 0; i + 1 < a.Length; i++) pairs.Add(a.Substring(i, 2));
        var total = pairs.Count + b.Length - 1;
        var shared = 0;
        for (var i = 0; i + 1 < b.Length; i++)
            if (pairs.Remove(b.Substring(i, 2))) shared++;
        return Math.Min(0.99, Math.Max(part, 2.0 * shared / total));
    }
}
