using System.Globalization;
using System.IO.Compression;
using System.Xml;

namespace Sekisho.Records.Registers.Exchange;

/// <summary>A workbook of Office Open XML (.xlsx), read as a stream (docs/adr/0051).</summary>
/// <remarks>Untrusted: parts and characters are counted while they unfold, no DTD, no reference is followed outside. Source: ECMA-376 Part 1 §18.</remarks>
internal sealed class XlsxFile : SheetFile
{
    /// <summary>Parts of the package; a workbook with a hundred sheets and drawings has some 500.</summary>
    private const int MostParts = 5000;

    /// <summary>Bytes that one part may unfold to: 50,000 rows of 40 full columns have about 200 MB.</summary>
    private const long MostPartBytes = 400_000_000;

    /// <summary>A part beyond this size that unfolds more than a hundredfold is an attack; real sheets reach 30.</summary>
    private const long CheckedFrom = 20_000_000;

    private const int MostRatio = 150;

    /// <summary>Characters of the shared texts, which are held in memory.</summary>
    private const int MostSharedCharacters = 60_000_000;

    private readonly ZipArchive zip;
    private readonly List<(string Name, string Part)> sheets = [];
    private readonly List<string> shared = [];
    private CellFormats formats = CellFormats.None;
    private bool is1904;

    private XlsxFile(ZipArchive zip) => this.zip = zip;

    public override string Format => "xlsx";

    public override IReadOnlyList<string> Sheets => [.. sheets.Select(s => s.Name)];

    /// <param name="untrusted">Seekable; closed with the file.</param>
    public static (XlsxFile? File, Refusal? Why) Open(Stream untrusted)
    {
        ZipArchive zip;
        try
        {
            zip = new ZipArchive(untrusted, ZipArchiveMode.Read);
            if (zip.Entries.Count > MostParts)
            {
                zip.Dispose();
                return (null, Refusals.TooMuchInside);
            }
        }
        catch (Exception e) when (IsContent(e))
        {
            untrusted.Dispose();
            return (null, Refusals.Damaged);
        }
        var file = new XlsxFile(zip);
        if (file.ReadBook() is not { } why) return (file, null);
        file.Dispose();
        return (null, why);
    }

    private Refusal? ReadBook()
    {
        if (zip.GetEntry("xl/workbook.bin") is not null || zip.GetEntry("mimetype") is not null) return Refusals.OtherFormat;
        if (zip.GetEntry("xl/workbook.xml") is null) return zip.GetEntry("[Content_Types].xml") is null ? Refusals.NotASheet : Refusals.OtherFormat;
        var hidden = new List<(string Name, string Id)>();
        var named = new List<(string Name, string Id)>();
        var why = Each("xl/workbook.xml", xml =>
        {
            if (xml.LocalName == "workbookPr") is1904 = xml.GetAttribute("date1904") is "1" or "true";
            if (xml.LocalName != "sheet" || xml.GetAttribute("name") is not { } name) return;
            var id = xml.GetAttribute("id", "http://schemas.openxmlformats.org/officeDocument/2006/relationships") ?? xml.GetAttribute("id", "http://purl.oclc.org/ooxml/officeDocument/relationships") ?? "";
            (xml.GetAttribute("state") is "hidden" or "veryHidden" ? hidden : named).Add((name, id));
        });
        if (why is not null) return why;
        var parts = new Dictionary<string, (string Target, string Type)>(StringComparer.Ordinal);
        why = Each("xl/_rels/workbook.xml.rels", xml =>
        {
            if (xml.LocalName != "Relationship" || xml.GetAttribute("Id") is not { } id || xml.GetAttribute("Target") is not { } target || xml.GetAttribute("TargetMode") == "External") return;
            parts[id] = (target.StartsWith('/') ? target[1..] : "xl/" + target, xml.GetAttribute("Type") ?? "");
        });
        if (why is not null) return why;
        foreach (var (name, id) in named)
        {
            // Charts and dialogs are sheets as well, and have no cells.
            if (parts.TryGetValue(id, out var part) && part.Type.EndsWith("/worksheet", StringComparison.Ordinal) && zip.GetEntry(part.Target) is not null && sheets.TrueForAll(s => s.Name != name)) sheets.Add((name, part.Target));
        }
        if (sheets.Count == 0) return hidden.Count + parts.Values.Count(p => p.Type.EndsWith("/chartsheet", StringComparison.Ordinal)) > 0 ? Refusals.NoVisibleSheet : Refusals.Damaged;
        if (parts.Values.FirstOrDefault(p => p.Type.EndsWith("/styles", StringComparison.Ordinal)).Target is { } styles && zip.GetEntry(styles) is not null)
        {
            var read = new CellFormats.Builder();
            why = Each(styles, read.See);
            if (why is not null) return why;
            formats = read.Build();
        }
        return parts.Values.FirstOrDefault(p => p.Type.EndsWith("/sharedStrings", StringComparison.Ordinal)).Target is { } texts && zip.GetEntry(texts) is not null ? ReadShared(texts) : null;
    }

    private Refusal? ReadShared(string part)
    {
        var characters = 0L;
        var (xml, why) = Xml(part);
        if (xml is null) return why;
        using (xml)
        {
            try
            {
                while (xml.Read())
                {
                    if (xml.NodeType != XmlNodeType.Element || xml.LocalName != "si") continue;
                    var text = XlsxText.Read(xml);
                    characters += text.Length + 8;
                    if (characters > MostSharedCharacters) return Refusals.TooMuchInside;
                    shared.Add(text);
                }
                return null;
            }
            catch (Exception e) when (IsContent(e))
            {
                return Why(e);
            }
        }
    }

    /// <summary>Every element of a small part.</summary>
    private Refusal? Each(string part, Action<XmlReader> see)
    {
        var (xml, why) = Xml(part);
        if (xml is null) return why;
        using (xml)
        {
            try
            {
                while (xml.Read())
                    if (xml.NodeType is XmlNodeType.Element or XmlNodeType.EndElement) see(xml);
                return null;
            }
            catch (Exception e) when (IsContent(e))
            {
                return Why(e);
            }
        }
    }

    private (XmlReader? Xml, Refusal? Why) Xml(string part)
    {
        if (zip.GetEntry(part) is not { } entry) return (null, Refusals.Damaged);
        if (entry.Length > MostPartBytes || (entry.Length > CheckedFrom && entry.Length / Math.Max(entry.CompressedLength, 1) > MostRatio)) return (null, Refusals.TooMuchInside);
        try
        {
            // The lengths are what the file says of itself; what comes out is counted as well.
            return (XmlReader.Create(new CountedStream(entry.Open(), Math.Max(CheckedFrom, Math.Min(MostPartBytes, entry.CompressedLength * MostRatio))), Settings()), null);
        }
        catch (Exception e) when (IsContent(e))
        {
            return (null, Why(e));
        }
    }

    private static XmlReaderSettings Settings() => new()
    {
        DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, CloseInput = true, IgnoreComments = true, IgnoreProcessingInstructions = true,
        // Texts escape what XML can't hold as _xHHHH_; a raw control character is damage, and found when the field is read.
        CheckCharacters = false,
    };

    public override (IReadOnlyList<MergedCells> Merged, Refusal? Broken) Merged(string sheet)
    {
        const int Most = 10_000;
        var merged = new List<MergedCells>();
        var (xml, why) = Xml(PartOf(sheet));
        if (xml is null) return (merged, why);
        using (xml)
        {
            try
            {
                while (xml.Read())
                {
                    while (xml.NodeType == XmlNodeType.Element && xml.LocalName == "sheetData") xml.Skip();
                    if (xml.NodeType != XmlNodeType.Element || xml.LocalName != "mergeCell" || xml.GetAttribute("ref") is not { } range) continue;
                    var colon = range.IndexOf(':', StringComparison.Ordinal);
                    if (colon > 0 && CellName.TryRead(range.AsSpan(0, colon), out var column, out var row) && CellName.TryRead(range.AsSpan(colon + 1), out var lastColumn, out var lastRow))
                        merged.Add(new(column, row, lastColumn, lastRow));
                    if (merged.Count > Most) break;
                }
                return (merged, null);
            }
            catch (Exception e) when (IsContent(e))
            {
                return (merged, Why(e));
            }
        }
    }

    public override SheetRows Open(string sheet)
    {
        var (xml, why) = Xml(PartOf(sheet));
        return new Rows(xml, why, shared, formats, is1904);
    }

    private string PartOf(string sheet) => sheets.Find(s => s.Name == sheet).Part ?? "";

    public override void Dispose() => zip.Dispose();

    internal static bool IsContent(Exception e) =>
        e is XmlException or InvalidDataException or IOException or TooMuchException or ArgumentException or NotSupportedException or OverflowException or FormatException;

    private static Refusal Why(Exception e) => e is TooMuchException ? Refusals.TooMuchInside : Refusals.Damaged;

    private sealed class Rows(XmlReader? xml, Refusal? why, List<string> shared, CellFormats formats, bool is1904) : SheetRows
    {
        private Refusal? atOnce = why;
        private int last;

        public override SheetRow? Next()
        {
            if (xml is null || Broken is not null)
            {
                Broken ??= atOnce;
                return null;
            }
            try
            {
                while (xml.Read())
                {
                    if (xml.NodeType == XmlNodeType.EndElement && xml.LocalName == "sheetData") return null;
                    if (xml.NodeType != XmlNodeType.Element || xml.LocalName != "row") continue;
                    var number = int.TryParse(xml.GetAttribute("r"), NumberStyles.None, CultureInfo.InvariantCulture, out var said) ? said : last + 1;
                    if (number > LastRow)
                    {
                        Broken = Refusals.BeyondLastRow;
                        return null;
                    }
                    if (number <= last)
                    {
                        Broken = Refusals.Damaged;
                        return null;
                    }
                    last = number;
                    var cells = xml.IsEmptyElement ? [] : Cells(number);
                    if (Broken is not null) return null;
                    if (cells.Count > 0) return new SheetRow(number, cells);
                }
                return null;
            }
            catch (Exception e) when (IsContent(e))
            {
                Broken = Why(e);
                return null;
            }
        }

        private List<SheetCell> Cells(int row)
        {
            var cells = new List<SheetCell>();
            var column = -1;
            while (xml!.Read() && !(xml.NodeType == XmlNodeType.EndElement && xml.LocalName == "row"))
            {
                if (xml.NodeType != XmlNodeType.Element || xml.LocalName != "c") continue;
                if (xml.GetAttribute("r") is { } name)
                {
                    if (!CellName.TryRead(name, out var at, out var its) || its != row || at <= column)
                    {
                        Broken = its > LastRow ? Refusals.BeyondLastRow : Refusals.Damaged;
                        return cells;
                    }
                    column = at;
                }
                else
                {
                    column++;
                }
                if (Cell(column) is not { Kind: not CellKind.Empty } cell) continue;
                if (column >= MostColumns)
                {
                    Broken = TooWide(column, row);
                    return cells;
                }
                cells.Add(cell);
            }
            return cells;
        }

        private SheetCell Cell(int column)
        {
            var (type, style) = (xml!.GetAttribute("t") ?? "n", int.TryParse(xml.GetAttribute("s"), NumberStyles.None, CultureInfo.InvariantCulture, out var s) ? s : 0);
            string? value = null, inline = null;
            var formula = false;
            if (!xml.IsEmptyElement)
            {
                var depth = xml.Depth;
                xml.Read();
                while (xml.Depth > depth)
                {
                    if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "v") value = XlsxText.Content(xml);
                    else if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "is") inline = XlsxText.Read(xml);
                    else if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "f")
                    {
                        formula = true;
                        xml.Skip();
                    }
                    else if (!xml.Read()) break;
                }
            }
            if (type == "inlineStr") return Text(inline);
            // A formula without a result: no program has calculated it yet.
            if (value is null) return formula ? new(column, CellKind.Error, "", IsFormula: true) : new(column, CellKind.Empty, "");
            return type switch
            {
                "s" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < shared.Count ? Text(shared[index]) : new(column, CellKind.Error, value),
                "str" => Text(XlsxText.Decode(value)),
                "b" => new(column, CellKind.YesNo, value is "1" or "true" ? "true" : "false", IsFormula: formula),
                "e" => new(column, CellKind.Error, value, IsFormula: formula),
                "d" => new(column, CellKind.Text, value.Length > 10 && value[10] == 'T' ? value[..10] : value, IsFormula: formula),
                _ => formats.Number(column, value, style, is1904) with { IsFormula = formula },
            };

            SheetCell Text(string? text) => string.IsNullOrWhiteSpace(text) ? new(column, CellKind.Empty, "") : new(column, CellKind.Text, text, IsFormula: formula);
        }

        public override void Dispose() => xml?.Dispose();
    }
}

/// <summary>What unfolds is more than a file of that size can honestly hold.</summary>
internal sealed class TooMuchException() : Exception("too much inside");

/// <summary>Counts what comes out of a compressed part.</summary>
internal sealed class CountedStream(Stream inner, long most) : Stream
{
    private long count;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => count;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        count += read;
        return count > most ? throw new TooMuchException() : read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
