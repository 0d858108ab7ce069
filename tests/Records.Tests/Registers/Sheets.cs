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
    public static byte[] Xlsx(string rows, string after = "", string shared = "", string? book = null, Action<ZipArchive>? more = null, string rels = "")
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            Put(zip, "[Content_Types].xml", """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>""");
            Put(zip, "_rels/.rels", """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>""");
            Put(zip, "xl/workbook.xml", book ?? Book);
            Put(zip, "xl/_rels/workbook.xml.rels", Rels.Replace("</Relationships>", rels + "</Relationships>", StringComparison.Ordinal));
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

    /// <summary>Opens a workbook in LibreOffice, does to it what the Basic lines say (<c>book</c>, <c>sheet</c> and <c>At(name)</c> are there), and saves it; null where it isn't installed.</summary>
    public static async Task<byte[]?> EditedByOfficeAsync(byte[] file, string basic, CancellationToken cancel, string filter = "Calc MS Excel 2007 XML", string? password = null)
    {
        if (!File.Exists("/usr/lib/libreoffice/program/libscfiltlo.so")) return null;
        var folder = Directory.CreateTempSubdirectory("sekisho-office-");
        try
        {
            var (from, to) = (Path.Combine(folder.FullName, "in.xlsx"), Path.Combine(folder.FullName, "out.xlsx"));
            await File.WriteAllBytesAsync(from, file, cancel);
            // A profile is filled when it is first used; only then can a macro be put into it.
            await OfficeAsync(folder, ["--terminate_after_init"], cancel);
            var module = $"""
                <?xml version="1.0" encoding="UTF-8"?>
                <!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
                <script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" script:language="StarBasic">{System.Security.SecurityElement.Escape($"""
                Dim book, sheet
                Function At(name As String)
                  At = sheet.getCellRangeByName(name)
                End Function
                Sub Main(source As String, target As String)
                  Dim hidden(0) As New com.sun.star.beans.PropertyValue
                  hidden(0).Name = "Hidden"
                  hidden(0).Value = True
                  book = StarDesktop.loadComponentFromURL(source, "_blank", 0, hidden())
                  sheet = book.Sheets.getByIndex(0)
                  {basic}
                  Dim kind({(password is null ? 0 : 1)}) As New com.sun.star.beans.PropertyValue
                  kind(0).Name = "FilterName"
                  kind(0).Value = "{filter}"
                  {(password is null ? "" : $"kind(1).Name = \"Password\" : kind(1).Value = \"{password}\"")}
                  book.storeToURL(target, kind())
                  book.close(True)
                End Sub
                """)}</script:module>
                """;
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "profile/user/basic/Standard/Module1.xba"), module, cancel);
            var said = await OfficeAsync(folder, [$"macro:///Standard.Module1.Main(\"file://{from}\",\"file://{to}\")"], cancel);
            return File.Exists(to) ? await File.ReadAllBytesAsync(to, cancel) : throw new InvalidOperationException("soffice made no file: " + said);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> OfficeAsync(DirectoryInfo folder, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        using var office = Process.Start(new ProcessStartInfo("/usr/bin/soffice", ["--headless", "--norestore", $"-env:UserInstallation=file://{folder.FullName}/profile", .. arguments])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        var (said, cried) = (office.StandardOutput.ReadToEndAsync(patience.Token), office.StandardError.ReadToEndAsync(patience.Token));
        try
        {
            await office.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            // A mistake in the macro waits for somebody to read its message.
            office.Kill(entireProcessTree: true);
            throw;
        }
        return await said + await cried;
    }
}
