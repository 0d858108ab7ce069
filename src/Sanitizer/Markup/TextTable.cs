using System.Text;
using AngleSharp.Dom;

namespace Sekisho.Sanitizer.Markup;

/// <summary>Tables of pages in plain text (表のテキスト化): those that hold data are kept as tables, in columns where they fit; those that only place things become what is in them.</summary>
internal static class TextTable
{
    private const int MostColumns = 40, MostRows = 5_000, MostWidth = 100, MostCell = 300, MostCellLines = 8;

    /// <param name="render">Gives the lines of a cell.</param>
    public static void Write(IElement table, TextFlow to, Func<IElement, IReadOnlyList<string>> render)
    {
        var rows = Rows(table).Take(MostRows + 1).ToList();
        if (table.Children.FirstOrDefault(static c => c.LocalName == "caption") is { } caption)
        {
            foreach (var line in render(caption)) to.Line(line);
        }
        if (rows.Count > MostRows || MayBeData(table, rows) is false)
        {
            Place(table, to, render);
            return;
        }
        var grid = Grid(rows, render);
        if (!IsData(grid))
        {
            foreach (var row in grid) Loose(row.Cells.Where(static c => c.Count > 0), to);
            return;
        }
        var columns = grid.Max(static r => r.Cells.Count);
        var used = Enumerable.Range(0, columns).Where(c => grid.Exists(r => c < r.Cells.Count && r.Cells[c].Count > 0)).ToList();
        var widths = used.ConvertAll(c => grid.Max(r => c < r.Cells.Count && r.Cells[c].Count > 0 ? r.Cells[c].Max(static l => TextWidth.Of(l)) : 0));
        to.Blank();
        if (widths.Sum() + 3 * (used.Count - 1) <= MostWidth) Aligned(grid, used, widths, to);
        else foreach (var row in grid) to.Line(string.Join(" | ", used.Select(c => c < row.Cells.Count ? string.Join(" / ", row.Cells[c].Where(static l => l.Length > 0)) : "")).TrimEnd(' ', '|'));
        to.Blank();
    }

    private static void Aligned(List<Row> grid, List<int> used, List<int> widths, TextFlow to)
    {
        for (var number = 0; number < grid.Count; number++)
        {
            var row = grid[number];
            var height = row.Cells.Count == 0 ? 0 : row.Cells.Max(static c => c.Count);
            for (var line = 0; line < height; line++)
            {
                var text = new StringBuilder();
                for (var i = 0; i < used.Count; i++)
                {
                    var cell = used[i] < row.Cells.Count && line < row.Cells[used[i]].Count ? row.Cells[used[i]][line] : "";
                    text.Append(i == 0 ? "" : " | ").Append(i == used.Count - 1 ? cell : TextWidth.Pad(cell, widths[i]));
                }
                to.Line(text.ToString().TrimEnd());
            }
            if (row.IsHead && number + 1 < grid.Count && !grid[number + 1].IsHead) to.Line(string.Join("-+-", widths.Select(static w => new string('-', Math.Max(1, w)))));
        }
    }

    /// <summary>Null when its cells must be looked at: a table in a table, or one that says so, only places things.</summary>
    private static bool? MayBeData(IElement table, List<IElement> rows)
    {
        if (table.GetAttribute("role") is "presentation" or "none" || rows.Count == 0) return false;
        var columns = 0;
        foreach (var row in rows)
        {
            var cells = 0;
            foreach (var cell in row.Children)
            {
                if (cell.LocalName is "td" or "th") cells++;
                if (cell.QuerySelector("table,h1,h2,h3") is not null) return false;
            }
            columns = Math.Max(columns, cells);
            if (cells > MostColumns) return false;
        }
        return columns < 2 ? false : null;
    }

    private static bool IsData(List<Row> grid)
    {
        var full = 0;
        foreach (var row in grid)
        {
            var filled = 0;
            foreach (var cell in row.Cells)
            {
                if (cell.Count == 0) continue;
                filled++;
                if (cell.Count > MostCellLines || cell.Sum(static l => l.Length) > MostCell) return false;
            }
            if (filled >= 2) full++;
        }
        return full >= 2 || (full == 1 && grid.Exists(static r => r.IsHead));
    }

    /// <summary>Cells one after the other; short ones of a row on one line.</summary>
    private static void Place(IElement table, TextFlow to, Func<IElement, IReadOnlyList<string>> render)
    {
        foreach (var row in Rows(table)) Loose(row.Children.Where(static c => c.LocalName is "td" or "th").Select(render).Where(static c => c.Count > 0), to);
        // What stands in a table and in no row of it.
        foreach (var other in table.Children.Where(static c => c.LocalName is not ("caption" or "colgroup" or "col" or "thead" or "tbody" or "tfoot" or "tr")))
        {
            foreach (var line in render(other)) to.Line(line);
        }
    }

    private static void Loose(IEnumerable<IReadOnlyList<string>> row, TextFlow to)
    {
        var cells = row.ToList();
        if (cells.Count > 1 && cells.TrueForAll(static c => c.Count == 1) && cells.Sum(static c => TextWidth.Of(c[0])) + 2 * cells.Count <= MostWidth)
        {
            to.Line(string.Join("  ", cells.Select(static c => c[0])));
            return;
        }
        foreach (var cell in cells)
        {
            if (cell.Count > 1) to.Blank();
            else to.Block();
            foreach (var line in cell)
            {
                if (line.Length == 0) to.Blank();
                else to.Line(line);
            }
        }
    }

    private static List<Row> Grid(List<IElement> rows, Func<IElement, IReadOnlyList<string>> render)
    {
        var grid = new List<Row>();
        var spans = new int[MostColumns + 1]; // rows that a cell above still covers, by column
        foreach (var element in rows)
        {
            var row = new Row([], element.ParentElement?.LocalName == "thead" || element.Children.Any(static c => c.LocalName == "th") && element.Children.All(static c => c.LocalName is not "td"));
            foreach (var cell in element.Children.Where(static c => c.LocalName is "td" or "th"))
            {
                Skip();
                var wide = Math.Clamp(Number(cell, "colspan"), 1, Math.Max(1, MostColumns - row.Cells.Count));
                if (Number(cell, "rowspan") is > 1 and var high)
                {
                    for (var i = row.Cells.Count; i < Math.Min(MostColumns, row.Cells.Count + wide); i++) spans[i] = Math.Min(high, MostRows);
                }
                row.Cells.Add(render(cell));
                for (var i = 1; i < wide; i++) row.Cells.Add([]);
            }
            Skip();
            for (var i = 0; i < spans.Length; i++) spans[i] = Math.Max(0, spans[i] - 1);
            grid.Add(row);

            void Skip()
            {
                while (row.Cells.Count < MostColumns && spans[row.Cells.Count] > 0) row.Cells.Add([]);
            }
        }
        return grid;

        static int Number(IElement cell, string name) => int.TryParse(cell.GetAttribute(name), out var number) ? number : 1;
    }

    private static IEnumerable<IElement> Rows(IElement table)
    {
        foreach (var child in table.Children)
        {
            if (child.LocalName == "tr") yield return child;
            if (child.LocalName is not ("thead" or "tbody" or "tfoot")) continue;
            foreach (var row in child.Children)
            {
                if (row.LocalName == "tr") yield return row;
            }
        }
    }

    private sealed record Row(List<IReadOnlyList<string>> Cells, bool IsHead);
}
