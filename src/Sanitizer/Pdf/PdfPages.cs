using System.Globalization;
using System.Text;
using System.Xml;
using Sekisho.Sanitizer.Pdf.Parts;
using Sekisho.Sanitizer.Pdf.Reading;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Pdf;

/// <summary>The modes <c>pixels</c> and <c>text</c>, for every kind that can be turned into a PDF first. What is drawn must come from <see cref="PdfRebuilder.Write"/>; poppler's programs (GPL) run as processes of their own.</summary>
internal static class PdfPages
{
    private const int Dpi = 150;
    private const int MostText = 64 << 20;
    // Pages are drawn in runs, so that neither a run's files nor its time grow without end.
    private const int PagesARun = 50;

    /// <summary>Each page as one picture at 150 dpi, with its words as an invisible layer that can be searched and copied.</summary>
    public static void Draw(ReadOnlyMemory<byte> cleanPdf, Scratch output, Job job)
    {
        using var folder = new WorkFolder(job.Folder);
        var input = Keep(folder, cleanPdf);
        var pages = Words(Run(job, folder, "pdftotext", ["-q", "-cropbox", "-bbox", "-enc", "UTF-8", input, "-"]), job);
        using var writer = new PdfWriter(output);
        var catalog = writer.Reserve();
        var root = writer.Reserve();
        var numbers = pages.Select(_ => writer.Reserve()).ToList();
        writer.Write(catalog, new PdfDict().With("Type", new PdfName("Catalog")).With("Pages", new PdfRef(root, 0)));
        writer.Write(root, new PdfDict().With("Type", new PdfName("Pages")).With("Count", PdfNumber.Of(pages.Count)).With("Kids", new PdfArray(numbers.Select(static n => new PdfRef(n, 0)))));
        var font = pages.Any(static p => p.Words.Count > 0) ? GlyphlessFont.Write(writer) : null;
        for (var from = 0; from < pages.Count; from += PagesARun)
        {
            var to = Math.Min(pages.Count, from + PagesARun);
            Run(job, folder, "pdftoppm", ["-q", "-cropbox", "-r", "150", "-jpeg", "-jpegopt", "quality=85", "-f", Text(from + 1), "-l", Text(to), input, Path.Combine(folder.Path, "page")]);
            var files = Directory.GetFiles(folder.Path, "page-*.jpg").Order(StringComparer.Ordinal).ToList();
            if (files.Count != to - from) throw PdfRefusals.NotDrawn();
            for (var i = 0; i < files.Count; i++)
            {
                var jpeg = JpegStructure.Rewrite(File.ReadAllBytes(files[i]), job.Budget, $"page {from + i + 1}") ?? throw PdfRefusals.NotDrawn();
                File.Delete(files[i]);
                Page(writer, numbers[from + i], root, font, pages[from + i], jpeg);
            }
        }
        writer.Finish(catalog, null);
    }

    /// <summary>The first page as one JPEG, its longer side 1,200 pixels; of a document as it came.</summary>
    public static void First(ReadOnlyMemory<byte> untrustedPdf, Scratch output, Job job)
    {
        using var folder = new WorkFolder(job.Folder);
        var page = Path.Combine(folder.Path, "page");
        Run(job, folder, "pdftoppm", ["-q", "-cropbox", "-scale-to", "1200", "-jpeg", "-jpegopt", "quality=80", "-f", "1", "-l", "1", "-singlefile", Keep(folder, untrustedPdf), page]);
        if (!File.Exists(page + ".jpg")) throw PdfRefusals.NotDrawn();
        using var drawn = File.OpenRead(page + ".jpg");
        drawn.CopyTo(output);
    }

    /// <summary>The text of all pages, in UTF-8, as it stands on them.</summary>
    public static void Text(ReadOnlyMemory<byte> cleanPdf, Scratch output, Job job)
    {
        using var folder = new WorkFolder(job.Folder);
        var text = Encoding.UTF8.GetString(Run(job, folder, "pdftotext", ["-q", "-layout", "-nopgbrk", "-enc", "UTF-8", Keep(folder, cleanPdf), "-"]));
        var kept = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is '\n' or '\t' || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)) kept.Append(rune.ToString());
        }
        if (string.IsNullOrWhiteSpace(kept.ToString())) job.Note("SAN-NOTE-PDF-NOTEXT", "", "文字のデータがありません（紙を読み取った画像などです）。", "There is no text in it (it may be scanned from paper).");
        output.Write(Encoding.UTF8.GetBytes(kept.ToString()));
    }

    private static string Keep(WorkFolder folder, ReadOnlyMemory<byte> pdf)
    {
        var path = Path.Combine(folder.Path, "in.pdf");
        using var file = new FileStream(path, FileMode.CreateNew);
        file.Write(pdf.Span);
        return path;
    }

    private static byte[] Run(Job job, WorkFolder folder, string program, string[] arguments)
    {
        job.Budget.Check();
        var done = ChildProcess.Run(program, arguments, folder.Path, default, job.Policy.Limits.Time - job.Budget.Elapsed, MostText) ?? throw PdfRefusals.NoProgram(program);
        job.Budget.Check();
        return done is { IsWhole: true, ExitCode: 0 } ? done.Output : throw PdfRefusals.NotDrawn();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Page(PdfWriter writer, int number, int root, PdfRef? font, DrawnPage page, CleanJpeg jpeg)
    {
        var image = writer.Reserve();
        writer.WriteStream(image, new PdfDict().With("Type", new PdfName("XObject")).With("Subtype", new PdfName("Image")).With("Width", PdfNumber.Of(jpeg.Width)).With("Height", PdfNumber.Of(jpeg.Height))
            .With("BitsPerComponent", PdfNumber.Of(8)).With("ColorSpace", Parts.ColourShape.Device(jpeg.Components)).With("Filter", new PdfName("DCTDecode")), jpeg.Bytes);
        // What was drawn says which way a turned page lies.
        var (width, height) = jpeg.Width > jpeg.Height == page.Width > page.Height ? (page.Width, page.Height) : (page.Height, page.Width);
        var content = new PdfBytes();
        content.Raw("q\n"u8);
        foreach (var n in (ReadOnlySpan<decimal>)[width, 0, 0, height, 0, 0]) new PdfNumber(n).WriteTo(content);
        content.Word("cm\n/I Do\nQ\n"u8);
        if (font is not null && page.Words.Count > 0) GlyphlessFont.Layer(content, page, height);
        var stream = writer.Reserve();
        writer.WriteFlate(stream, new(), content.Span);
        var resources = new PdfDict().With("XObject", new PdfDict().With("I", new PdfRef(image, 0)));
        if (font is not null && page.Words.Count > 0) resources["Font"] = new PdfDict().With("F", font);
        writer.Write(number, new PdfDict().With("Type", new PdfName("Page")).With("MediaBox", new PdfArray([PdfNumber.Of(0), PdfNumber.Of(0), new PdfNumber(width), new PdfNumber(height)]))
            .With("Resources", resources).With("Parent", new PdfRef(root, 0)).With("Contents", new PdfRef(stream, 0)));
    }

    /// <summary>What pdftotext says of pages and words. Boxes are points from the upper left corner.</summary>
    private static List<DrawnPage> Words(byte[] untrustedXhtml, Job job)
    {
        var pages = new List<DrawnPage>();
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(untrustedXhtml), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null, CheckCharacters = false });
            while (reader.Read())
            {
                if (reader.NodeType != XmlNodeType.Element) continue;
                if (reader.LocalName == "page")
                {
                    var (width, height) = (Number("width"), Number("height"));
                    job.Budget.Pixels((long)Math.Ceiling(width * Dpi / 72), (long)Math.Ceiling(height * Dpi / 72), $"page {pages.Count + 1}");
                    pages.Add(new([], Math.Round(width, 2), Math.Round(height, 2)));
                }
                else if (reader.LocalName == "word" && pages.Count > 0)
                {
                    var (left, top, right, bottom) = (Number("xMin"), Number("yMin"), Number("xMax"), Number("yMax"));
                    pages[^1].Words.Add(new(reader.ReadElementContentAsString(), left, top, right, bottom));
                }
            }

            decimal Number(string name) => decimal.TryParse(reader.GetAttribute(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? Math.Clamp(value, -1_000_000, 1_000_000) : 0;
        }
        catch (XmlException)
        {
            throw PdfRefusals.NotDrawn();
        }
        return pages.Count > 0 ? pages : throw PdfRefusals.NotDrawn();
    }
}

/// <summary>A page and the words on it.</summary>
/// <param name="Width">In points, before the page is turned.</param>
internal sealed record DrawnPage(List<DrawnWord> Words, decimal Width, decimal Height);

/// <summary>A word and its box, in points from the upper left corner.</summary>
internal sealed record DrawnWord(string Text, decimal Left, decimal Top, decimal Right, decimal Bottom);
