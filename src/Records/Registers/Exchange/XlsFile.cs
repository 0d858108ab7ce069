using System.Globalization;
using ExcelDataReader;
using ExcelDataReader.Exceptions;

namespace Sekisho.Records.Registers.Exchange;

/// <summary>A workbook of Excel 97–2003 (.xls), through ExcelDataReader (docs/adr/0052).</summary>
/// <remarks>Formulas give their last result, without saying that they are formulas.</remarks>
internal sealed class XlsFile : SheetFile
{
    private readonly byte[] untrusted;

    private XlsFile(byte[] untrusted, IReadOnlyList<string> sheets) => (this.untrusted, Sheets) = (untrusted, sheets);

    public override string Format => "xls";

    public override IReadOnlyList<string> Sheets { get; }

    public static (XlsFile? File, Refusal? Why) Open(byte[] untrusted)
    {
        try
        {
            using var reader = Reader(untrusted);
            var sheets = new List<string>();
            do
            {
                if (reader.VisibleState == "visible" && !sheets.Contains(reader.Name)) sheets.Add(reader.Name);
            }
            while (reader.NextResult());
            return sheets.Count == 0 ? (null, Refusals.NoVisibleSheet) : (new XlsFile(untrusted, sheets), null);
        }
        catch (InvalidPasswordException)
        {
            return (null, Refusals.Encrypted);
        }
        catch (Exception e) when (IsContent(e))
        {
            return (null, Refusals.Damaged);
        }
    }

    private static IExcelDataReader Reader(byte[] untrusted)
    {
        // First: the library's own settings ask for code page 1252 as soon as they are made.
        var japanese = CodePages.Cp932;
        return ExcelReaderFactory.CreateBinaryReader(new MemoryStream(untrusted, writable: false), new ExcelReaderConfiguration { FallbackEncoding = japanese });
    }

    /// <summary>What the library throws on damaged files (found by fuzzing); anything else is a bug to be seen.</summary>
    private static bool IsContent(Exception e) =>
        e is ExcelReaderException or IOException or ArgumentException or IndexOutOfRangeException or InvalidCastException or FormatException or OverflowException
            or InvalidOperationException or NullReferenceException or KeyNotFoundException or InvalidDataException or OutOfMemoryException;

    public override (IReadOnlyList<MergedCells> Merged, Refusal? Broken) Merged(string sheet)
    {
        try
        {
            using var reader = Reader(untrusted);
            if (!Find(reader, sheet)) return ([], Refusals.UnknownSheet);
            return ([.. (reader.MergeCells ?? []).Select(m => new MergedCells(m.FromColumn, m.FromRow + 1, m.ToColumn, m.ToRow + 1))], null);
        }
        catch (Exception e) when (IsContent(e))
        {
            return ([], Refusals.Damaged);
        }
    }

    private static bool Find(IExcelDataReader reader, string sheet)
    {
        do
        {
            if (reader.Name == sheet) return true;
        }
        while (reader.NextResult());
        return false;
    }

    public override SheetRows Open(string sheet) => new Rows(untrusted, sheet);

    public override void Dispose()
    {
    }

    private sealed class Rows : SheetRows
    {
        private readonly IExcelDataReader? reader;
        private int row;

        public Rows(byte[] untrusted, string sheet)
        {
            try
            {
                reader = Reader(untrusted);
                if (!Find(reader, sheet)) Broken = Refusals.UnknownSheet;
            }
            catch (Exception e) when (IsContent(e))
            {
                Broken = Refusals.Damaged;
            }
        }

        public override SheetRow? Next()
        {
            try
            {
                while (Broken is null && reader!.Read())
                {
                    row++;
                    var cells = new List<SheetCell>();
                    for (var column = 0; column < reader.FieldCount; column++)
                        if (Cell(column, reader.GetValue(column)) is { Kind: not CellKind.Empty } cell) cells.Add(cell);
                    if (cells.Count > 0 && cells[^1].Column >= MostColumns)
                    {
                        Broken = TooWide(cells[^1].Column, row);
                        return null;
                    }
                    if (cells.Count > 0) return new SheetRow(row, cells);
                }
            }
            catch (Exception e) when (IsContent(e))
            {
                Broken = Refusals.Damaged;
            }
            return null;
        }

        private SheetCell Cell(int column, object? value) => value switch
        {
            null => new(column, CellKind.Empty, ""),
            string text => string.IsNullOrWhiteSpace(text) ? new(column, CellKind.Empty, "") : new(column, CellKind.Text, text),
            bool yes => new(column, CellKind.YesNo, yes ? "true" : "false"),
            DateTime day => new(column, CellKind.Day, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
            TimeSpan time => new(column, CellKind.Text, time.ToString("c", CultureInfo.InvariantCulture)),
            double number => new(column, CellKind.Number, CellFormats.Plain(number, Zeros(column)), number),
            int number => new(column, CellKind.Number, CellFormats.Plain(number, Zeros(column)), number),
            _ => new(column, CellKind.Error, Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""),
        };

        private int Zeros(int column) => reader!.GetNumberFormatString(column) is { Length: > 1 and < 20 } code && code.All(c => c == '0') ? code.Length : 0;

        public override void Dispose() => reader?.Dispose();
    }
}
