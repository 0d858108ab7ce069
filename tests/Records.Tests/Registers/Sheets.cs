using System.Diagnostics;
using System.IO.Compression;
using System.Text;

namespace Sekisho.Records.Tests.Registers;

/// <summary>Files as offices have them, made by hand.</summary>
internal static class Sheets
{
    private const string Book = """<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="台帳" sheetId="1" r:id="rId1"/></sheets></workbook>""";
    private const string Rels = """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>""";

    /// <summary>0 general, 1 a date of the Japanese era, 2 code of five digits.</summary>
    private const string Styles = """<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="176" formatCode="[$-411]ggge&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@"/><numFmt numFmtId="177" formatCode="00000"/></numFmts><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="176"/><xf numFmtId="177"/></cellXfs></styleSheet>""";

    /// <summary>A workbook whose only sheet has these rows (inner XML of sheetData) and what follows them.</summary>
    public static byte[] Xlsx(string rows, string after = "", string shared = "", string? book = null, Action<ZipArchive>? more = null)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            Put(zip, "[Content_Types].xml", """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>""");
            Put(zip, "_rels/.rels", """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>""");
            Put(zip, "xl/workbook.xml", book ?? Book);
            Put(zip, "xl/_rels/workbook.xml.rels", Rels);
            Put(zip, "xl/styles.xml", Styles);
            Put(zip, "xl/sharedStrings.xml", $"""<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{shared}</sst>""");
            Put(zip, "xl/worksheets/sheet1.xml", $"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData>{after}</worksheet>""");
            more?.Invoke(zip);
        }
        return bytes.ToArray();
    }

    public static void Put(ZipArchive zip, string part, string text)
    {
        using var stream = zip.CreateEntry(part).Open();
        stream.Write(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>A row of texts; null leaves a cell out. A cell that begins with &lt; is taken as XML.</summary>
    public static string Row(int number, params IReadOnlyList<string?> cells) =>
        $"<row r=\"{number}\">" + string.Concat(cells.Select((c, i) => c is null ? "" : c.StartsWith('<') ? c.Replace("@", Name(i, number), StringComparison.Ordinal)
            : $"<c r=\"{Name(i, number)}\" t=\"inlineStr\"><is><t>{System.Security.SecurityElement.Escape(c)}</t></is></c>")) + "</row>";

    private static string Name(int column, int row) => $"{(char)('A' + column)}{row}";

    /// <summary>A small sheet: headings in row 1.</summary>
    public static byte[] Simple(params IReadOnlyList<IReadOnlyList<string?>> rows) => Xlsx(string.Concat(rows.Select((r, i) => Row(i + 1, r))));

    public static byte[] Csv(string text) => Encoding.UTF8.GetBytes(text);

    public static byte[] Cp932(string text)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        return Encoding.GetEncoding(932).GetBytes(text);
    }

    /// <summary>Converts by LibreOffice; null where it isn't installed.</summary>
    public static async Task<byte[]?> ByOfficeAsync(byte[] file, string from, string to, string filter, CancellationToken cancel)
    {
        if (!File.Exists("/usr/lib/libreoffice/program/libscfiltlo.so")) return null;
        var folder = Directory.CreateTempSubdirectory("sekisho-office-");
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "in." + from), file, cancel);
            var outside = Path.Combine(folder.FullName, "out");
            using var office = Process.Start(new ProcessStartInfo("/usr/bin/soffice",
                ["--headless", "--norestore", $"-env:UserInstallation=file://{folder.FullName}/profile", "--convert-to", $"{to}:{filter}", "--outdir", outside, Path.Combine(folder.FullName, "in." + from)])
            { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var said = office.StandardOutput.ReadToEndAsync(cancel);
            await office.WaitForExitAsync(cancel);
            var made = Path.Combine(outside, "in." + to);
            return File.Exists(made) ? await File.ReadAllBytesAsync(made, cancel) : throw new InvalidOperationException("soffice made no file: " + await said);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
