using System.IO.Compression;
using System.Security;
using System.Text;

namespace Sekisho.Benchmarks.Registers;

/// <summary>Files as offices hand them in.</summary>
internal static class Sheets
{
    public static byte[] Csv(List<string[]> rows) => Encoding.UTF8.GetBytes(string.Concat(rows.Select(r => string.Join(',', r) + "\n")));

    /// <summary>A workbook with shared texts, as Excel saves one.</summary>
    public static byte[] Xlsx(List<string[]> rows)
    {
        const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        const string Package = "http://schemas.openxmlformats.org/package/2006/relationships";
        var shared = new Dictionary<string, int>(StringComparer.Ordinal);
        var sheet = new StringBuilder($"<worksheet xmlns=\"{Main}\"><sheetData>");
        for (var r = 0; r < rows.Count; r++)
        {
            sheet.Append(System.Globalization.CultureInfo.InvariantCulture, $"<row r=\"{r + 1}\">");
            for (var c = 0; c < rows[r].Length; c++)
            {
                if (rows[r][c].Length == 0) continue;
                if (!shared.TryGetValue(rows[r][c], out var at)) shared[rows[r][c]] = at = shared.Count;
                sheet.Append(System.Globalization.CultureInfo.InvariantCulture, $"<c r=\"{(char)('A' + c)}{r + 1}\" t=\"s\"><v>{at}</v></c>");
            }
            sheet.Append("</row>");
        }
        sheet.Append("</sheetData></worksheet>");
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            Put(zip, "[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>");
            Put(zip, "_rels/.rels", $"<Relationships xmlns=\"{Package}\"><Relationship Id=\"rId1\" Type=\"{Relations}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
            Put(zip, "xl/workbook.xml", $"<workbook xmlns=\"{Main}\" xmlns:r=\"{Relations}\"><sheets><sheet name=\"台帳\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>");
            Put(zip, "xl/_rels/workbook.xml.rels", $"<Relationships xmlns=\"{Package}\"><Relationship Id=\"rId1\" Type=\"{Relations}/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" Type=\"{Relations}/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>");
            Put(zip, "xl/worksheets/sheet1.xml", sheet.ToString());
            Put(zip, "xl/sharedStrings.xml", $"<sst xmlns=\"{Main}\">{string.Concat(shared.Keys.Select(t => $"<si><t>{SecurityElement.Escape(t)}</t></si>"))}</sst>");
        }
        return bytes.ToArray();
    }

    private static void Put(ZipArchive zip, string name, string xml)
    {
        using var stream = zip.CreateEntry(name, CompressionLevel.Fastest).Open();
        stream.Write(Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>" + xml));
    }
}
