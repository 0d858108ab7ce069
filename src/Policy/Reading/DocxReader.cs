using System.IO.Compression;
using System.Text;
using System.Xml;
using Sekisho.Assurance;

namespace Sekisho.Policy.Reading;

/// <summary>Reads the text of a Word document: paragraphs with their generated numbers, tables, no deleted text, no readings of ruby.</summary>
/// <remarks>Own reader, since only text is wanted and every size is budgeted (ADR-0011). DTDs are prohibited and nothing outside the package is opened.</remarks>
internal static class DocxReader
{
    private const int MostEntries = 5000;
    private const long MostUnpackedBytes = 256L * 1024 * 1024;
    private const int MostNesting = 32;

    internal static bool TryRead(ReadOnlyMemory<byte> untrusted, out SourceText source, out ReadError? error)
    {
        source = new SourceText([], true);
        error = null;
        try
        {
            using var zip = new ZipArchive(new MemoryStream(untrusted.ToArray(), writable: false), ZipArchiveMode.Read);
            if (zip.Entries.Count > MostEntries)
            {
                error = ReadingErrors.Unpacked();
                return false;
            }
            var main = MainPart(zip);
            if (zip.GetEntry(main) is not { } document)
            {
                error = ReadingErrors.Binary();
                return false;
            }
            var budget = new Budget(MostUnpackedBytes);
            var folder = main[..(main.LastIndexOf('/') + 1)];
            var numbering = new DocxNumbering();
            Open(zip.GetEntry(folder + "styles.xml"), budget, numbering.ReadStyles);
            Open(zip.GetEntry(folder + "numbering.xml"), budget, numbering.ReadNumbering);
            var collector = new LineCollector();
            Open(document, budget, xml => new Body(xml, numbering, collector).Read());
            source = collector.ToSource();
            return true;
        }
        catch (BudgetException)
        {
            error = ReadingErrors.Unpacked();
            return false;
        }
        catch (Exception e) when (e is InvalidDataException or XmlException or IOException or NotSupportedException or ArgumentException)
        {
            error = ReadingErrors.Docx("");
            return false;
        }
    }

    // The package says which part is the document; nearly always word/document.xml.
    private static string MainPart(ZipArchive zip)
    {
        var main = "word/document.xml";
        Open(zip.GetEntry("_rels/.rels"), new Budget(1024 * 1024), xml =>
        {
            while (xml.Read())
            {
                if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "Relationship"
                    && DocxNumbering.Attribute(xml, "Type").EndsWith("/officeDocument", StringComparison.Ordinal))
                {
                    main = DocxNumbering.Attribute(xml, "Target").TrimStart('/');
                }
            }
        });
        return main;
    }

    private static void Open(ZipArchiveEntry? entry, Budget budget, Action<XmlReader> read)
    {
        if (entry is null)
            return;
        using var stream = new BudgetedStream(entry.Open(), budget);
        using var xml = XmlReader.Create(stream, new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            MaxCharactersInDocument = MostUnpackedBytes,
        });
        read(xml);
    }

    private sealed class Body(XmlReader xml, DocxNumbering numbering, LineCollector collector)
    {
        private int _nesting;

        internal void Read()
        {
            while (!xml.EOF)
            {
                if (!Block(collector))
                    xml.Read();
            }
        }

        // Reads a paragraph or table where the reader stands on one, and skips what is no text. False: go on to the next node.
        private bool Block(LineCollector lines)
        {
            if (xml.NodeType != XmlNodeType.Element)
                return false;
            switch (xml.LocalName)
            {
                case "p":
                    Paragraph(lines);
                    return true;
                case "tbl":
                    Table(lines);
                    return true;
                case "del" or "moveFrom" or "Fallback" or "sectPr":
                    xml.Skip();
                    return true;
                default:
                    return false;
            }
        }

        private void Paragraph(LineCollector lines)
        {
            if (xml.IsEmptyElement)
            {
                lines.Add("");
                xml.Read();
                return;
            }
            if (++_nesting > MostNesting)
                throw new BudgetException();
            var depth = xml.Depth;
            var text = new StringBuilder();
            string? number = null;
            int? level = null;
            string? style = null;
            xml.Read();
            while (!xml.EOF && !(xml.NodeType == XmlNodeType.EndElement && xml.Depth == depth))
            {
                if (xml.NodeType != XmlNodeType.Element)
                {
                    xml.Read();
                    continue;
                }
                switch (xml.LocalName)
                {
                    case "pStyle":
                        style = DocxNumbering.Attribute(xml, "val");
                        break;
                    case "numId":
                        number = DocxNumbering.Attribute(xml, "val");
                        break;
                    case "ilvl":
                        level = DocxNumbering.Number(xml, "val", 0);
                        break;
                    case "t":
                        // Leaves the reader behind the element.
                        text.Append(xml.ReadElementContentAsString());
                        continue;
                    case "tab":
                        text.Append('\t');
                        break;
                    case "br" or "cr":
                        if (DocxNumbering.Attribute(xml, "type") == "page")
                            lines.Page();
                        else
                            text.Append('\n');
                        break;
                    case "noBreakHyphen":
                        text.Append('-');
                        break;
                    case "tabs" or "rPr" or "rt" or "del" or "moveFrom" or "delText" or "instrText" or "Fallback" or "sectPr" or "pPrChange" or "rPrChange":
                        xml.Skip();
                        continue;
                    case "p" or "tbl":
                        // A text box hangs in a paragraph; its lines come first.
                        Block(lines);
                        continue;
                }
                xml.Read();
            }
            xml.Read();
            _nesting--;
            var label = numbering.Next(number, level, style);
            if (text.Length == 0)
            {
                lines.Add("");
                return;
            }
            var whole = label + text;
            var first = true;
            foreach (var line in whole.Split('\n'))
            {
                if (!first)
                    lines.Broken++;
                first = false;
                lines.Add(line);
            }
        }

        private void Table(LineCollector lines)
        {
            if (xml.IsEmptyElement)
            {
                xml.Read();
                return;
            }
            if (++_nesting > MostNesting)
                throw new BudgetException();
            var depth = xml.Depth;
            var rows = new List<IReadOnlyList<string>>();
            List<string>? row = null;
            LineCollector? cell = null;
            var merged = false;
            var span = 1;
            xml.Read();
            while (!xml.EOF && !(xml.NodeType == XmlNodeType.EndElement && xml.Depth == depth))
            {
                if (xml.NodeType == XmlNodeType.Element)
                {
                    switch (xml.LocalName)
                    {
                        case "tr":
                            row = [];
                            rows.Add(row);
                            break;
                        case "tc":
                            cell = new LineCollector();
                            (merged, span) = (false, 1);
                            break;
                        case "gridSpan":
                            span = Math.Clamp(DocxNumbering.Number(xml, "val", 1), 1, 100);
                            break;
                        case "vMerge":
                            merged = DocxNumbering.Attribute(xml, "val") != "restart";
                            break;
                        case "p" or "tbl" or "del" or "moveFrom" or "Fallback":
                            Block(cell ?? lines);
                            continue;
                    }
                }
                else if (xml.NodeType == XmlNodeType.EndElement && xml.LocalName == "tc" && row is not null && cell is not null)
                {
                    row.Add(merged ? "" : CellText(cell));
                    for (var i = 1; i < span; i++)
                        row.Add("");
                    cell = null;
                }
                xml.Read();
            }
            xml.Read();
            _nesting--;
            lines.Add(rows);
        }

        // A table in a cell is kept as its cells, line by line.
        private static string CellText(LineCollector cell)
        {
            var parts = new List<string>();
            foreach (var line in cell.ToSource().Lines)
            {
                if (line.Table is { } table)
                    parts.AddRange(table.Rows.Select(static r => string.Join('　', r)));
                else if (!Glyph.Trim(line.Text).IsEmpty)
                    parts.Add(Glyph.Trim(line.Text).ToString());
            }
            return string.Join('\n', parts);
        }
    }

    private sealed class Budget(long bytes)
    {
        private long _left = bytes;

        internal void Take(int count)
        {
            _left -= count;
            if (_left < 0)
                throw new BudgetException();
        }
    }

    // Inside the reader only: it ends as a ReadError, never as an exception for the caller.
    private sealed class BudgetException : Exception;

    private sealed class BudgetedStream(Stream inner, Budget budget) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = inner.Read(buffer, offset, count);
            budget.Take(read);
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
