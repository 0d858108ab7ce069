using System.Text;

namespace Sekisho.Records.Registers.Exchange;

/// <summary>Opens whatever a person calls a sheet, by what is inside and not by its name (ファイルの見分け).</summary>
internal static class SheetFiles
{
    public const int MostBytes = KeptFiles.MaxBytes;

    /// <summary>Ends of names that are sheets at all: for what has no mark of its own, such as CSV.</summary>
    private static readonly string[] TextNames = [".csv", ".txt", ".tsv", ".tab", ".prn"];

    public static (SheetFile? File, Refusal? Why) Open(byte[] untrusted, string untrustedName)
    {
        if (untrusted.Length == 0) return (null, Refusals.EmptyFile);
        if (untrusted.Length > MostBytes) return (null, Refusals.TooLarge);
        if (untrusted is [(byte)'P', (byte)'K', 3 or 5, ..]) return XlsxFile.Open(new MemoryStream(untrusted, writable: false));
        if (untrusted is [0xD0, 0xCF, 0x11, 0xE0, ..])
        {
            // A workbook with a password for opening is an envelope around its real bytes.
            return untrusted.AsSpan().IndexOf(Encoding.Unicode.GetBytes("EncryptedPackage")) >= 0 ? (null, Refusals.Encrypted) : XlsFile.Open(untrusted);
        }
        if (IsMarkup(untrusted)) return (null, Refusals.IsMarkup);
        // Excel 2 to 4 wrote records without an envelope.
        if (untrusted is [0x09, 0x00 or 0x02 or 0x04, ..]) return XlsFile.Open(untrusted);
        if (untrusted.AsSpan().TrimStart(" \r\n\t\uFEFF"u8).IsEmpty) return (null, Refusals.EmptyFile);
        var name = Path.GetExtension(untrustedName).ToLowerInvariant();
        return TextNames.Contains(name) || untrusted.AsSpan().IndexOfAny((byte)',', (byte)'\t') >= 0 && name is not (".xlsx" or ".xls" or ".xlsm" or ".pdf" or ".docx")
            ? CsvFile.Open(untrusted)
            : (null, Refusals.NotASheet);
    }

    private static bool IsMarkup(ReadOnlySpan<byte> untrusted)
    {
        const int Looked = 1024;
        var start = Encoding.Latin1.GetString(untrusted[..Math.Min(untrusted.Length, Looked)].TrimStart("\uFEFF \r\n\t"u8)).TrimStart();
        return start.StartsWith("<?xml", StringComparison.OrdinalIgnoreCase) || start.StartsWith("<html", StringComparison.OrdinalIgnoreCase)
            || start.StartsWith("<!DOCTYPE", StringComparison.OrdinalIgnoreCase) || start.StartsWith("<table", StringComparison.OrdinalIgnoreCase) || start.StartsWith("<meta", StringComparison.OrdinalIgnoreCase)
            || start.StartsWith("MIME-Version:", StringComparison.OrdinalIgnoreCase);
    }
}
