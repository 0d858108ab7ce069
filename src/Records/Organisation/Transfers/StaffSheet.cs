using Sekisho.Assurance;
using Sekisho.Records.Registers;
using Sekisho.Records.Registers.Exchange;

namespace Sekisho.Records.Organisation.Transfers;

/// <summary>A row of a personnel sheet, by what its columns mean.</summary>
internal sealed class StaffRow(int number, IReadOnlyDictionary<string, (string Cell, string Text)> cells)
{
    /// <summary>As the sheet counts, from 1.</summary>
    public int Number { get; } = number;

    /// <summary>Trimmed; empty where there is no such column or nothing in it.</summary>
    public string this[string column] => cells.TryGetValue(column, out var cell) ? cell.Text : "";

    /// <summary>The name of a cell, D12; the row where it is empty.</summary>
    public string Where(string column) => cells.TryGetValue(column, out var cell) ? cell.Cell : $"{Number}";
}

/// <summary>A personnel sheet as read.</summary>
/// <param name="Columns">What its headings mean.</param>
/// <param name="IsOurs">Written out by this product: an empty cell is an empty value there, not an untold one.</param>
internal sealed record StaffSheet(string Format, IReadOnlyList<string> Columns, IReadOnlyList<StaffRow> Rows, bool IsOurs)
{
    /// <summary>Which person or unit a row is about, in sheets that were written out here.</summary>
    public const string Id = "id";

    /// <summary>Rows above the headings that are passed over: a title, the date of issue.</summary>
    private const int MostAbove = 10;

    /// <summary>Three cities of 15,000; beyond that it isn't a list of staff.</summary>
    private const int MostRows = 60_000;

    /// <summary>Reads the first sheet whose headings are known.</summary>
    public static (StaffSheet? Sheet, Refusal? Why) Read(byte[] untrusted, string untrustedName, IReadOnlyList<string> asked)
    {
        var (file, why) = SheetFiles.Open(untrusted, untrustedName);
        if (file is null) return (null, why);
        using (file)
        {
            foreach (var name in file.Sheets)
            {
                using var rows = file.Open(name);
                if (Headings(rows) is not var (headings, isOurs))
                {
                    if (rows.Broken is { } broken) return (null, broken);
                    continue;
                }
                var read = new List<StaffRow>();
                while (rows.Next() is { } row)
                {
                    if (read.Count >= MostRows) return (null, Organisation.Refusals.TooManyRows(MostRows));
                    var cells = new Dictionary<string, (string, string)>();
                    foreach (var cell in row.Cells)
                    {
                        if (!headings.TryGetValue(cell.Column, out var column) || cells.ContainsKey(column)) continue;
                        var text = cell.For(column is "day" or "begins" or "ends" ? FieldKind.Date : FieldKind.Text).Trim();
                        if (text.Length > 0) cells[column] = (CellName.Of(cell.Column, row.Number), text);
                    }
                    if (cells.Count > 0) read.Add(new StaffRow(row.Number, cells));
                }
                if (rows.Broken is { } end) return (null, end);
                if (asked.FirstOrDefault(a => !headings.ContainsValue(a)) is { } missing) return (null, Organisation.Refusals.ColumnMissing(missing));
                return (new StaffSheet(file.Format, [.. headings.Values.Distinct()], read, isOurs), null);
            }
        }
        return (null, Organisation.Refusals.NoHeadings);
    }

    /// <summary>Column to meaning, from the first row in which at least two headings are known; sheets of ours say it themselves.</summary>
    private static (Dictionary<int, string> Columns, bool IsOurs)? Headings(SheetRows rows)
    {
        var words = StaffSheetWords.Load();
        for (var above = 0; above <= MostAbove && rows.Next() is { } row; above++)
        {
            if (OrganisationSheets.Columns(row) is { } ours)
            {
                rows.Next();   // the headings that people read
                return (ours, true);
            }
            var found = new Dictionary<int, string>();
            foreach (var cell in row.Cells)
            {
                if (words.Find("columns", cell.Text) is { } column && !found.ContainsValue(column)) found[cell.Column] = column;
            }
            if (found.Count >= 2) return (found, false);
        }
        return null;
    }
}
