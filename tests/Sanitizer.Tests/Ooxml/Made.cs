using System.IO.Compression;
using System.Text;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Tests.Ooxml;

/// <summary>A document made part by part, by other code than the sanitiser's.</summary>
internal sealed class Made
{
    public const string Rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/", Open = "application/vnd.openxmlformats-officedocument.";
    public const string W = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\" xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"";
    public const string X = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\"";
    public const string P = "xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\"";

    private readonly List<(string Name, byte[] Content)> parts = [];
    private readonly List<(string Part, string Type)> overrides = [];
    private readonly Dictionary<string, List<string>> relations = [];

    public string MainPart { get; private init; } = "";

    public static byte[] Png { get; } = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==");

    public static Made Word(string body, string type = Open + "wordprocessingml.document.main+xml") =>
        new Made { MainPart = "word/document.xml" }.Root("word/document.xml").Part("word/document.xml", type, $"<w:document {W}><w:body>{body}<w:sectPr/></w:body></w:document>");

    public static Made Book(string sheet, string names = "", string type = Open + "spreadsheetml.sheet.main+xml") =>
        new Made { MainPart = "xl/workbook.xml" }.Root("xl/workbook.xml").Part("xl/workbook.xml", type, $"<workbook {X}><sheets><sheet name=\"表\" sheetId=\"1\" r:id=\"rId1\"/></sheets>{names}</workbook>")
            .To("xl/workbook.xml", "rId1", "worksheet", "worksheets/sheet1.xml").Part("xl/worksheets/sheet1.xml", Open + "spreadsheetml.worksheet+xml", $"<worksheet {X} xmlns:x14=\"http://schemas.microsoft.com/office/spreadsheetml/2009/9/main\" xmlns:xm=\"http://schemas.microsoft.com/office/excel/2006/main\">{sheet}</worksheet>");

    public static Made Show(string shapes, string type = Open + "presentationml.presentation.main+xml", string afterTree = "")
    {
        const string tree = "<p:nvGrpSpPr><p:cNvPr id=\"1\" name=\"\"/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>", map = "<p:clrMap bg1=\"lt1\" tx1=\"dk1\" bg2=\"lt2\" tx2=\"dk2\" accent1=\"accent1\" accent2=\"accent2\" accent3=\"accent3\" accent4=\"accent4\" accent5=\"accent5\" accent6=\"accent6\" hlink=\"hlink\" folHlink=\"folHlink\"/>";
        return new Made { MainPart = "ppt/presentation.xml" }.Root("ppt/presentation.xml")
            .Part("ppt/presentation.xml", type, $"<p:presentation {P}><p:sldMasterIdLst><p:sldMasterId id=\"2147483648\" r:id=\"rId1\"/></p:sldMasterIdLst><p:sldIdLst><p:sldId id=\"256\" r:id=\"rId2\"/></p:sldIdLst><p:sldSz cx=\"9144000\" cy=\"6858000\"/><p:notesSz cx=\"6858000\" cy=\"9144000\"/></p:presentation>")
            .To("ppt/presentation.xml", "rId1", "slideMaster", "slideMasters/slideMaster1.xml").To("ppt/presentation.xml", "rId2", "slide", "slides/slide1.xml")
            .Part("ppt/slideMasters/slideMaster1.xml", Open + "presentationml.slideMaster+xml", $"<p:sldMaster {P}><p:cSld><p:spTree>{tree}</p:spTree></p:cSld>{map}<p:sldLayoutIdLst><p:sldLayoutId id=\"2147483649\" r:id=\"rId1\"/></p:sldLayoutIdLst></p:sldMaster>")
            .To("ppt/slideMasters/slideMaster1.xml", "rId1", "slideLayout", "../slideLayouts/slideLayout1.xml")
            .Part("ppt/slideLayouts/slideLayout1.xml", Open + "presentationml.slideLayout+xml", $"<p:sldLayout {P}><p:cSld><p:spTree>{tree}</p:spTree></p:cSld></p:sldLayout>").To("ppt/slideLayouts/slideLayout1.xml", "rId1", "slideMaster", "../slideMasters/slideMaster1.xml")
            .Part("ppt/slides/slide1.xml", Open + "presentationml.slide+xml", $"<p:sld {P}><p:cSld><p:spTree>{tree}{shapes}</p:spTree></p:cSld>{afterTree}</p:sld>").To("ppt/slides/slide1.xml", "rId1", "slideLayout", "../slideLayouts/slideLayout1.xml");
    }

    public Made Root(string target) => To("", "rId1", "officeDocument", target);

    public Made Part(string name, string type, string content) => Part(name, type, Encoding.UTF8.GetBytes(content));

    public Made Part(string name, string type, byte[] content)
    {
        parts.Add((name, content));
        if (type.Length > 0) overrides.Add((name, type));
        return this;
    }

    /// <summary>A relationship; a type without "://" is one of ISO/IEC 29500.</summary>
    public Made To(string from, string id, string type, string target, bool external = false)
    {
        if (!relations.TryGetValue(from, out var list)) relations[from] = list = [];
        list.Add($"<Relationship Id=\"{id}\" Type=\"{(type.Contains("://", StringComparison.Ordinal) ? type : Rel + type)}\" Target=\"{target}\"{(external ? " TargetMode=\"External\"" : "")}/>");
        return this;
    }

    public byte[] Bytes()
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("[Content_Types].xml", Encoding.UTF8.GetBytes("<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Default Extension=\"png\" ContentType=\"image/png\"/><Default Extension=\"bin\" ContentType=\"application/octet-stream\"/><Default Extension=\"vml\" ContentType=\"application/vnd.openxmlformats-officedocument.vmlDrawing\"/>"
                + string.Concat(overrides.Select(static o => $"<Override PartName=\"/{o.Part}\" ContentType=\"{o.Type}\"/>")) + "</Types>"));
            foreach (var (from, list) in relations)
            {
                var slash = from.LastIndexOf('/') + 1;
                Add($"{from[..slash]}_rels/{from[slash..]}.rels", Encoding.UTF8.GetBytes($"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{string.Concat(list)}</Relationships>"));
            }
            foreach (var (name, content) in parts) Add(name, content);

            void Add(string name, byte[] content)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }
        return stream.ToArray();
    }

    /// <summary>Puts it through and holds it to what must be true of every output.</summary>
    /// <param name="name">With the extension it comes under.</param>
    public Result Disarm(string name, string? policy = null) => Check(name, Bytes(), policy is null ? null : Bench.Policy(policy));

    /// <summary>Through the sanitiser; the output is harmless to an independent reader, the same each time, and doesn't change when it comes by again.</summary>
    public static Result Check(string name, byte[] input, SanitizePolicy? policy = null, params string[] passwords)
    {
        var result = Bench.Run(name, input, policy, passwords);
        Assert.Equal(result.Out, Bench.Run(name, input, policy, passwords).Out);
        var again = Bench.Run("x." + result.Kind.Extension, result.Out, policy);
        Assert.Empty(again.Report.Removed);
        Assert.Equal(result.Out, again.Out);
        Assert.Empty(IndependentReader.Look(result.Out).Findings);
        return result;
    }
}
