using System.Globalization;

namespace Sekisho.Records.Registers.Exchange;

/// <summary>What a cell holds.</summary>
internal enum CellKind
{
    Empty,
    Text,
    Number,

    /// <summary>A number that the sheet shows as a date.</summary>
    Day,
    YesNo,

    /// <summary>#N/A and its like, or a formula that was never calculated.</summary>
    Error,
}

/// <summary>A cell of a sheet (セル), from a workbook or from CSV.</summary>
/// <param name="Column">From 0.</param>
/// <param name="Text">As a person reads it; of numbers and days in one plain spelling.</param>
/// <param name="Serial">Of numbers and days: what the workbook counts.</param>
internal readonly record struct SheetCell(int Column, CellKind Kind, string Text, double Serial = 0, bool IsFormula = false, bool Is1904 = false)
{
    /// <summary>Serials that may be meant as a date though the cell isn't shown as one: 1954-10-03 to 2119-01-10.</summary>
    private const double FirstLikelyDay = 20000, LastLikelyDay = 80000;

    /// <summary>What the field reader is given.</summary>
    public string For(FieldKind kind) =>
        kind == FieldKind.Date && Kind == CellKind.Number && Serial is >= FirstLikelyDay and <= LastLikelyDay && Serial == Math.Floor(Serial) && ExcelDay.TryRead(Serial, Is1904, out var day)
            ? day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : Text;
}

/// <summary>A row of a sheet: cells in the order of columns, empty ones left out.</summary>
/// <param name="Number">As the sheet counts, from 1.</param>
internal sealed record SheetRow(int Number, IReadOnlyList<SheetCell> Cells)
{
    public SheetCell? At(int column)
    {
        foreach (var cell in Cells)
            if (cell.Column == column) return cell;
        return null;
    }
}

/// <summary>Cells that were made one (結合), both ends included; columns from 0, rows from 1.</summary>
internal readonly record struct MergedCells(int FirstColumn, int FirstRow, int LastColumn, int LastRow)
{
    public override string ToString() => $"{CellName.Of(FirstColumn, FirstRow)}:{CellName.Of(LastColumn, LastRow)}";
}

/// <summary>The rows of one sheet, one after the other. Content from outside never makes it throw: it ends, and says why.</summary>
internal abstract class SheetRows : IDisposable
{
    /// <summary>Rows of Excel; what claims to stand below them is no sheet.</summary>
    public const int LastRow = 1_048_576;

    /// <summary>Wider sheets are no registers, and nothing of them is passed over in silence.</summary>
    public const int MostColumns = 512;

    protected static Refusal TooWide(int column, int row) => Refusals.TooManyColumns.About($"{CellName.Of(column, row)} に値があります。", $"There is something in {CellName.Of(column, row)}.");

    /// <summary>Set when the end came too early.</summary>
    public Refusal? Broken { get; protected set; }

    /// <summary>The next row that has anything in it; null at the end.</summary>
    public abstract SheetRow? Next();

    public abstract void Dispose();
}

/// <summary>A file that holds one or more sheets (表のファイル).</summary>
internal abstract class SheetFile : IDisposable
{
    /// <summary>What it is, for people: <c>xlsx</c>, <c>xls</c>, <c>csv (CP932)</c>.</summary>
    public abstract string Format { get; }

    /// <summary>Names of its visible sheets in their order; hidden ones are not read.</summary>
    public abstract IReadOnlyList<string> Sheets { get; }

    /// <summary>Cells made one; found without reading the rows into memory.</summary>
    public abstract (IReadOnlyList<MergedCells> Merged, Refusal? Broken) Merged(string sheet);

    public abstract SheetRows Open(string sheet);

    public abstract void Dispose();
}

/// <summary>Names of cells as sheets show them: C12.</summary>
internal static class CellName
{
    /// <param name="column">From 0.</param>
    public static string Column(int column)
    {
        var name = "";
        for (var rest = column + 1; rest > 0; rest = (rest - 1) / 26) name = (char)('A' + ((rest - 1) % 26)) + name;
        return name;
    }

    public static string Of(int column, int row) => string.Create(CultureInfo.InvariantCulture, $"{Column(column)}{row}");

    /// <summary>C12 → (2, 12). False when it is none, or lies outside of a sheet.</summary>
    public static bool TryRead(ReadOnlySpan<char> name, out int column, out int row)
    {
        (column, row) = (0, 0);
        var at = 0;
        for (; at < name.Length && char.IsAsciiLetter(name[at]) && at < 4; at++) column = (column * 26) + (char.ToUpperInvariant(name[at]) - 'A' + 1);
        if (at is 0 or > 3 || column > 16_384) return false;
        column--;
        return int.TryParse(name[at..], NumberStyles.None, CultureInfo.InvariantCulture, out row) && row >= 1;
    }
}

/// <summary>Days as Excel counts them: 1 is 1900-01-01, and there was a 29 February 1900.</summary>
internal static class ExcelDay
{
    private static readonly DateOnly Epoch1900 = new(1899, 12, 30), Epoch1904 = new(1904, 1, 1);

    /// <summary>The part after the point is the time of day, and passed over.</summary>
    public static bool TryRead(double serial, bool is1904, out DateOnly day)
    {
        day = default;
        if (!(serial >= 0 && serial < 2_958_466)) return false;       // to 9999-12-31
        var whole = (int)Math.Floor(serial);
        if (is1904)
        {
            if (whole > 2_957_003) return false;
            day = Epoch1904.AddDays(whole);
            return true;
        }
        if (whole is 0 or 60) return false;                            // 1900-01-00, 1900-02-29
        day = Epoch1900.AddDays(whole < 60 ? whole + 1 : whole);
        return true;
    }

    /// <summary>False before 1900-03-01, where programs disagree.</summary>
    public static bool TryWrite(DateOnly day, out int serial)
    {
        serial = day.DayNumber - Epoch1900.DayNumber;
        return serial > 60;
    }
}
