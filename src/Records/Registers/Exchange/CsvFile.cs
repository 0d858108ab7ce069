using System.Text;

namespace Sekisho.Records.Registers.Exchange;

/// <summary>A text of separated values (CSV, TSV) as Excel would open it; UTF-8 with or without its mark, UTF-16 with it, or CP932.</summary>
internal sealed class CsvFile : SheetFile
{
    public const string Sheet = "CSV";

    private readonly string text;
    private readonly char separator;

    private CsvFile(string text, char separator, string encoding) => (this.text, this.separator, Format) = (text, separator, $"csv ({encoding})");

    public override string Format { get; }

    public override IReadOnlyList<string> Sheets => [Sheet];

    /// <summary>Longest cell that is read.</summary>
    private const int MostCell = 100_000;

    public static (CsvFile? File, Refusal? Why) Open(byte[] untrusted)
    {
        var (text, encoding) = Decode(untrusted);
        if (text is null) return (null, Refusals.UnknownCharacters);
        if (text.Contains('\0', StringComparison.Ordinal)) return (null, Refusals.NotASheet);
        return (new CsvFile(text, SeparatorOf(text), encoding), null);
    }

    private static (string? Text, string Encoding) Decode(byte[] bytes)
    {
        if (bytes is [0xFF, 0xFE, ..]) return (Strict(new UnicodeEncoding(false, true, true), bytes.AsSpan(2)), "UTF-16");
        if (bytes is [0xEF, 0xBB, 0xBF, ..]) return (Strict(new UTF8Encoding(false, true), bytes.AsSpan(3)), "UTF-8");
        if (Strict(new UTF8Encoding(false, true), bytes) is { } utf8) return (utf8, "UTF-8");
        // What isn't UTF-8 is CP932, if it is that to the last byte: nothing is guessed, nothing replaced.
        return (Strict(CodePages.Cp932, bytes) is { } cp932 && !cp932.AsSpan().ContainsAny(NoCp932) ? cp932 : null, "CP932");
    }

    /// <summary>What .NET makes of the bytes 80, A0 and FD to FF, which CP932 doesn't have.</summary>
    private static readonly System.Buffers.SearchValues<char> NoCp932 = System.Buffers.SearchValues.Create("\u0080\u00A0\uF8F0\uF8F1\uF8F2\uF8F3");

    private static string? Strict(Encoding encoding, ReadOnlySpan<byte> bytes)
    {
        try
        {
            return encoding.GetString(bytes);
        }
        catch (Exception e) when (e is DecoderFallbackException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The one that stands most often in the first lines, outside of quotes.</summary>
    private static char SeparatorOf(string text)
    {
        const int Looked = 20_000;
        int commas = 0, tabs = 0, semicolons = 0;
        var quoted = false;
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, Looked)))
        {
            if (c == '"') quoted = !quoted;
            else if (quoted) continue;
            else if (c == ',') commas++;
            else if (c == '\t') tabs++;
            else if (c == ';') semicolons++;
        }
        return tabs > commas && tabs >= semicolons ? '\t' : semicolons > commas ? ';' : ',';
    }

    public override (IReadOnlyList<MergedCells> Merged, Refusal? Broken) Merged(string sheet) => ([], null);

    public override SheetRows Open(string sheet) => new Rows(text, separator);

    public override void Dispose()
    {
    }

    private sealed class Rows(string text, char separator) : SheetRows
    {
        private int at;
        private int row;
        private int line = 1;

        public override SheetRow? Next()
        {
            while (at < text.Length && Broken is null)
            {
                var cells = Record();
                row++;
                if (row > LastRow) Broken = Refusals.BeyondLastRow;
                if (Broken is null && cells.Count > 0) return new SheetRow(row, cells);
            }
            return null;
        }

        private List<SheetCell> Record()
        {
            var cells = new List<SheetCell>();
            for (var column = 0; ; column++)
            {
                var value = Value();
                if (Broken is not null) return cells;
                if (!string.IsNullOrWhiteSpace(value))
                {
                    if (column >= MostColumns)
                    {
                        Broken = TooWide(column, row + 1);
                        return cells;
                    }
                    cells.Add(new(column, CellKind.Text, CsvText.Decode(value)));
                }
                if (at >= text.Length) return cells;
                var c = text[at++];
                if (c == separator) continue;
                if (c == '\r' && at < text.Length && text[at] == '\n') at++;
                line++;
                return cells;
            }
        }

        private string Value()
        {
            if (at < text.Length && text[at] == '"') return Quoted();
            var end = text.AsSpan(at).IndexOfAny(separator, '\r', '\n');
            end = end < 0 ? text.Length : at + end;
            var value = text[at..end];
            at = end;
            if (value.Length > MostCell) Broken = Refusals.Damaged;
            return value;
        }

        private string Quoted()
        {
            var began = line;
            var value = new StringBuilder();
            for (at++; at < text.Length; at++)
            {
                var c = text[at];
                if (c == '\n' || c == '\r' && !(at + 1 < text.Length && text[at + 1] == '\n')) line++;
                if (c != '"')
                {
                    value.Append(c);
                    if (value.Length <= MostCell) continue;
                    Broken = Refusals.OpenQuote.About($"{began} 行目の引用符です。", $"It is in line {began}.");
                    return "";
                }
                if (at + 1 < text.Length && text[at + 1] == '"')
                {
                    value.Append('"');
                    at++;
                    continue;
                }
                at++;
                // Excel takes what follows a closing quote as it stands.
                var end = text.AsSpan(at).IndexOfAny(separator, '\r', '\n');
                end = end < 0 ? text.Length : at + end;
                value.Append(text, at, end - at);
                at = end;
                return value.ToString();
            }
            Broken = Refusals.OpenQuote.About($"{began} 行目の引用符です。", $"It is in line {began}.");
            return "";
        }

        public override void Dispose()
        {
        }
    }
}

/// <summary>Encodings that .NET doesn't have by itself.</summary>
internal static class CodePages
{
    /// <summary>Windows-31J, which Japanese programs call Shift_JIS; refuses what it can't hold.</summary>
    public static Encoding Cp932 { get; } = Make();

    private static Encoding Make()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        return Encoding.GetEncoding(932, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
    }
}

/// <summary>Texts inside CSV.</summary>
internal static class CsvText
{
    /// <summary>A text that a spreadsheet would take for a formula gets an apostrophe before it; one that has apostrophes already, one more.</summary>
    public static string Encode(string text) => IsRisky(text) ? "'" + text : text;

    public static string Decode(string text) => text.Length > 1 && text[0] == '\'' && IsRisky(text) ? text[1..] : text;

    private static bool IsRisky(string text)
    {
        var bare = text.AsSpan().TrimStart('\'');
        return bare.Length > 0 && bare[0] is '=' or '+' or '-' or '@' or '\t' or '＝' or '＋' or '－' or '＠';
    }
}
