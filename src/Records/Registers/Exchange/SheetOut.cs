using System.Text;
using Sekisho.Assurance;
using Sekisho.Records.Policies;

namespace Sekisho.Records.Registers.Exchange;

/// <summary>As what a table is taken out.</summary>
public enum SheetFormat
{
    /// <summary>Excel.</summary>
    Xlsx,

    /// <summary>CSV in UTF-8 with its mark.</summary>
    Csv,

    /// <summary>CSV in CP932, for programs that know nothing else; what it doesn't have becomes 〓.</summary>
    CsvCp932,
}

/// <summary>A column of a table that is taken out.</summary>
/// <param name="Width">In Excel, in characters.</param>
internal sealed record SheetColumn(string Key, string Heading, double Width, XlsxLook Look);

/// <summary>A sheet that rows go into as they come, in whatever format.</summary>
internal sealed class SheetOut : IDisposable
{
    private readonly IReadOnlyList<SheetColumn> columns;
    private XlsxWriter? book;
    private StreamWriter? text;
    private bool isCp932;

    private SheetOut(IReadOnlyList<SheetColumn> columns) => this.columns = columns;

    /// <param name="to">Stays open.</param>
    /// <param name="mark">What tells the product's own workbooks apart.</param>
    public static SheetOut Open(Stream to, string title, string mark, IReadOnlyList<SheetColumn> columns, SheetFormat format, DateTimeOffset at)
    {
        var sheet = new SheetOut(columns);
        if (format == SheetFormat.Xlsx)
        {
            sheet.book = new XlsxWriter(to, title, mark, [.. columns.Select(c => new XlsxColumn(c.Key, c.Heading, c.Width, c.Look, []))], at);
            return sheet;
        }
        sheet.isCp932 = format == SheetFormat.CsvCp932;
        sheet.text = new StreamWriter(to, format == SheetFormat.Csv ? new UTF8Encoding(true) : Geta(), leaveOpen: true) { NewLine = "\r\n" };
        sheet.Line(columns.Select(c => c.Heading));
        return sheet;
    }

    /// <summary>A row, one text for each column.</summary>
    public void Write(IReadOnlyList<string> cells)
    {
        if (book is not null) book.Write([.. cells.Select((c, i) => (columns[i].Look, c))]);
        else Line(cells.Select((c, i) => columns[i].Look == XlsxLook.Number ? c : CsvText.Encode(c)));
    }

    public void Finish()
    {
        book?.Finish();
        text?.Flush();
    }

    public void Dispose()
    {
        book?.Dispose();
        text?.Dispose();
    }

    /// <summary>What was written, with the name and type that its format has.</summary>
    public static KeptFile Kept(string name, SheetFormat format, byte[] bytes) => format switch
    {
        SheetFormat.Xlsx => new($"{name}.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", bytes, Sha256.Of(bytes)),
        SheetFormat.Csv => new($"{name}.csv", "text/csv; charset=utf-8", bytes, Sha256.Of(bytes)),
        _ => new($"{name}.csv", "text/csv; charset=Shift_JIS", bytes, Sha256.Of(bytes)),
    };

    private void Line(IEnumerable<string> cells) =>
        text!.WriteLine(string.Join(',', cells.Select(c => isCp932 ? Bmp(c) : c).Select(static c => c.AsSpan().ContainsAny("\",\r\n") || c.StartsWith(' ') ? $"\"{c.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : c)));

    /// <summary>One 〓 for a letter of two code units, not two.</summary>
    private static string Bmp(string text) => text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') ? string.Concat(text.EnumerateRunes().Select(r => r.IsBmp ? r.ToString() : "〓")) : text;

    /// <summary>As Japanese printers do with a letter that they don't have.</summary>
    private static Encoding Geta() => Encoding.GetEncoding(CodePages.Cp932.CodePage, new EncoderReplacementFallback("〓"), DecoderFallback.ExceptionFallback);
}
