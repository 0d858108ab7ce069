using System.Text;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Tests.Archives;
using Sekisho.Sanitizer.Tests.Ooxml;
using Sekisho.Sanitizer.Tests.Pdf;

namespace Sekisho.Sanitizer.Tests.Hostile;

/// <summary>Every hostile file by itself, in a zip in a zip, attached to a message, embedded in a document and attached to a PDF: the element was there, is told, and is in no form in what comes out, which a second pass leaves as it is.</summary>
public abstract class GalleryTests
{
    private static byte[] Memo => "memo desu\r\n"u8.ToArray();

    protected static void Prove(string key)
    {
        var file = Gallery.Get(key);
        var there = DeepSearch.FindAny(file.Bytes, file.Needles);
        Assert.True(there.Count == file.Needles.Distinct().Count(), $"{key}: the input has no “{string.Join("”, “", file.Needles.Where(n => !there.ContainsKey(n)))}”");
        Alone(file);
        if (file.IsAlone) return;
        var inner = new RawZip().Add("memo.txt"u8.ToArray(), Memo).Add(Encoding.UTF8.GetBytes(file.Name), file.Bytes, flags: 0x800);
        Inside("a zip in a zip", "a.zip", new RawZip().Add("memo.txt"u8.ToArray(), Memo).Add("中.zip"u8.ToArray(), inner.Finish(), flags: 0x800).Finish(), file, told: true);
        Inside("a message", "a.eml", Message(file), file, told: true);
        Inside("a document", "a.docx", Embedded(file), file, told: false);
        Inside("a PDF", "a.pdf", Attached(file), file, told: false);
        // What an office may choose to let through: files of a PDF, the HTML of mail.
        if (file.Policy is null && file.Threat != "P-08") Inside("a PDF whose files are kept", "a.pdf", Attached(file), file with { Policy = "pdf:\n  attachments: rebuild\n" }, told: false);
        // Fonts, links that say where they lead, and a second form of the text are what HTML is kept for.
        if (file.Threat[0] == 'E' && file.Threat is not ("E-01" or "E-13" or "E-18")) Alone(file with { Policy = "mail:\n  body: html\n", Told = "", Kept = [] });
    }

    private static void Alone(HostileFile file)
    {
        var policy = file.Policy is null ? null : Bench.Policy(file.Policy);
        var result = Bench.Run(KeptOffice.Engine, file.Name, file.Bytes, policy, file.Passwords);
        if (file.Refused is { } code)
        {
            Assert.True(result.Bytes is null, $"{file}: came out as {result.Kind}");
            Assert.Equal(code, result.Report.Refusal!.Code);
            return;
        }
        Assert.True(result.Bytes is not null, $"{file}: {result.Report.Refusal?.Code} {result.Report.Refusal?.What.En} {result.Report.Refusal?.Place}");
        Gone(file, result.Out, "by itself");
        foreach (var kept in file.Kept) Assert.True(DeepSearch.Find(result.Out, kept) is not null, $"{file}: “{kept}” is gone too");
        Told(file, result.Report, "by itself");
        Stable(result, policy, "by itself", file);
    }

    private static void Inside(string where, string name, byte[] bytes, HostileFile file, bool told)
    {
        var policy = file.Policy is null ? null : Bench.Policy(file.Policy);
        var result = Bench.Run(KeptOffice.Engine, name, bytes, policy, file.Passwords);
        if (result.Bytes is null)
        {
            // Only what bursts the whole file's budget stops the rest of it as well.
            Assert.True(result.Report.Refusal!.IsOf("SAN-LIMIT"), $"{file} in {where}: {result.Report.Refusal.Code} {result.Report.Refusal.What.En} {result.Report.Refusal.Place}");
            Assert.True(file.Refused is not null, $"{file} in {where}: {result.Report.Refusal.Code}");
            return;
        }
        Gone(file, result.Out, "in " + where);
        if (told) Told(file, result.Report, "in " + where);
        Stable(result, policy, "in " + where, file);
    }

    private static void Gone(HostileFile file, byte[] output, string where)
    {
        var left = DeepSearch.FindAny(output, file.Needles);
        Assert.True(left.Count == 0, $"{file} {where} came through: {string.Join("; ", left.Select(static l => $"“{l.Key}” {l.Value}"))}");
    }

    private static void Told(HostileFile file, FileReport report, string where)
    {
        var expected = file.Refused ?? file.Told ?? file.Threat;
        if (expected.Length == 0) return;
        var said = Words(report).Distinct().ToList();
        Assert.True(said.Contains(expected), $"{file} {where}: told {string.Join(' ', said)}, not {expected}");
    }

    private static IEnumerable<string> Words(FileReport report) =>
        report.Removed.Select(static r => r.Threat).Concat(report.Notes.Select(static n => n.Code)).Concat(report.Refusal is { } refusal ? [refusal.Code] : []).Concat(report.Members.SelectMany(Words));

    private static void Stable(Result result, Rules.SanitizePolicy? policy, string where, HostileFile file)
    {
        var again = Bench.Run(KeptOffice.Engine, "x." + result.Kind.Extension, result.Out, policy);
        Assert.True(again.Bytes is not null && again.Out.AsSpan().SequenceEqual(result.Out), $"{file} {where}: the second pass changes it {again.Report.Refusal?.Code}");
        Assert.True(!Removals(again.Report).Any(), $"{file} {where}: the second pass removes {string.Join("; ", Removals(again.Report))}");
    }

    private static IEnumerable<string> Removals(FileReport report) => report.Removed.Select(static r => $"{r.Threat} {r.Place} {r.What}").Concat(report.Members.SelectMany(Removals));

    private static byte[] Message(HostileFile file)
    {
        var name = string.Concat(Encoding.UTF8.GetBytes(file.Name).Select(static b => char.IsAsciiLetterOrDigit((char)b) || b == '.' ? ((char)b).ToString() : $"%{b:X2}"));
        return Encoding.ASCII.GetBytes($"From: a@example.jp\r\nTo: b@example.jp\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=zz\r\n\r\n--zz\r\nContent-Type: text/plain\r\n\r\nmemo\r\n--zz\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename*=UTF-8''{name}\r\nContent-Transfer-Encoding: base64\r\n\r\n{Convert.ToBase64String(file.Bytes, Base64FormattingOptions.InsertLineBreaks)}\r\n--zz--\r\n");
    }

    /// <summary>As an object; as a picture where it is one; as the workbook of a chart.</summary>
    private static byte[] Embedded(HostileFile file) =>
        Made.Word("<w:p><w:r><w:t>memo</w:t></w:r></w:p><w:p><w:r><w:object><v:shape id=\"s\" style=\"width:9pt\"><v:imagedata r:id=\"rId2\"/></v:shape><o:OLEObject Type=\"Embed\" ProgID=\"Package\" ShapeID=\"s\" r:id=\"rId3\"/></w:object></w:r></w:p>")
            .Part("word/media/image1.png", "", file.Bytes).To("word/document.xml", "rId2", "image", "media/image1.png")
            .Part("word/embeddings/p.bin", "application/octet-stream", file.Bytes).To("word/document.xml", "rId3", "package", "embeddings/p.bin")
            .Part("word/charts/chart1.xml", Made.Open + "drawingml.chart+xml", "<c:chartSpace xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><c:chart><c:plotArea><c:layout/></c:plotArea></c:chart><c:externalData r:id=\"rId1\"/></c:chartSpace>").To("word/document.xml", "rId4", "chart", "charts/chart1.xml")
            .Part("word/embeddings/w.xlsx", Made.Open + "spreadsheetml.sheet", file.Bytes).To("word/charts/chart1.xml", "rId1", "package", "../embeddings/w.xlsx").Bytes();

    private static byte[] Attached(HostileFile file)
    {
        var made = PdfMaker.Of("/Names<</EmbeddedFiles<</Names[(a)5 0 R]>>>>", "", $"<</Type/Filespec/F(a{Path.GetExtension(file.Name).Where(char.IsAsciiLetterOrDigit).Aggregate(".", static (all, c) => all + c)})/EF<</F 6 0 R>>>>");
        made.AddFlate("/Type/EmbeddedFile", file.Bytes);
        return made.Build();
    }
}

public sealed class OfficeGalleryTests : GalleryTests
{
    public static IEnumerable<TheoryDataRow<string>> Keys => Gallery.Of("X").Where(static r => !r.Data.StartsWith("X-34", StringComparison.Ordinal) && !r.Data.StartsWith("X-36", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Keys))]
    public void Documents(string key) => Prove(key);
}

public sealed class PdfGalleryTests : GalleryTests
{
    public static IEnumerable<TheoryDataRow<string>> Keys => Gallery.Of("P");

    [Theory]
    [MemberData(nameof(Keys))]
    public void Pdf(string key) => Prove(key);
}

public sealed class LegacyGalleryTests : GalleryTests
{
    public static IEnumerable<TheoryDataRow<string>> Keys => Gallery.Of("ROD").Concat(Gallery.Of("X").Where(static r => r.Data.StartsWith("X-34", StringComparison.Ordinal) || r.Data.StartsWith("X-36", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Keys))]
    public void Converted(string key) => Prove(key);
}

public sealed class OtherGalleryTests : GalleryTests
{
    public static IEnumerable<TheoryDataRow<string>> Keys => Gallery.Of("ISHCZGE");

    [Theory]
    [MemberData(nameof(Keys))]
    public void Others(string key) => Prove(key);
}
