using System.Buffers.Binary;
using System.Text;
using Sekisho.Sanitizer.Pdf.Parts;
using Sekisho.Sanitizer.Pdf.Reading;

namespace Sekisho.Sanitizer.Pdf;

/// <summary>A font whose only glyph is empty, and in which every UTF-16 unit is its own code: the layer of words over a picture of a page. Made here, so that nothing of the file's own fonts stays.</summary>
internal static class GlyphlessFont
{
    public static PdfRef Write(PdfWriter writer)
    {
        var file = writer.Reserve();
        var font = Program();
        writer.WriteFlate(file, new PdfDict().With("Length1", PdfNumber.Of(font.Length)), font);
        var map = writer.Reserve();
        var table = CMapShape.Rewrite("""
            /CIDInit /ProcSet findresource begin 12 dict begin begincmap
            /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
            /CMapName /Adobe-Identity-UCS def /CMapType 2 def
            1 begincodespacerange <0000> <FFFF> endcodespacerange
            1 beginbfrange <0000> <FFFF> <0000> endbfrange
            endcmap CMapName currentdict /CMap defineresource pop end end
            """u8, out _);
        writer.WriteFlate(map, new(), table.Span);
        var gids = writer.Reserve();
        writer.WriteFlate(gids, new(), new byte[1 << 17]);
        var name = new PdfName("Glyphless");
        var box = new PdfArray([PdfNumber.Of(0), PdfNumber.Of(-100), PdfNumber.Of(500), PdfNumber.Of(900)]);
        var descriptor = Add(new PdfDict().With("Type", new PdfName("FontDescriptor")).With("FontName", name).With("Flags", PdfNumber.Of(5)).With("FontBBox", box).With("ItalicAngle", PdfNumber.Of(0))
            .With("Ascent", PdfNumber.Of(900)).With("Descent", PdfNumber.Of(-100)).With("CapHeight", PdfNumber.Of(900)).With("StemV", PdfNumber.Of(80)).With("FontFile2", new PdfRef(file, 0)));
        var system = new PdfDict().With("Registry", new PdfString("Adobe"u8.ToArray())).With("Ordering", new PdfString("Identity"u8.ToArray())).With("Supplement", PdfNumber.Of(0));
        var inner = Add(new PdfDict().With("Type", new PdfName("Font")).With("Subtype", new PdfName("CIDFontType2")).With("BaseFont", name).With("CIDSystemInfo", system).With("FontDescriptor", descriptor)
            .With("DW", PdfNumber.Of(500)).With("CIDToGIDMap", new PdfRef(gids, 0)));
        return Add(new PdfDict().With("Type", new PdfName("Font")).With("Subtype", new PdfName("Type0")).With("BaseFont", name).With("Encoding", new PdfName("Identity-H")).With("DescendantFonts", new PdfArray([inner]))
            .With("ToUnicode", new PdfRef(map, 0)));

        PdfRef Add(PdfDict dict)
        {
            var number = writer.Reserve();
            writer.Write(number, dict);
            return new(number, 0);
        }
    }

    /// <summary>The words of a page, each stretched over its box, drawn with nothing.</summary>
    /// <param name="height">Of the page, in points.</param>
    public static void Layer(PdfBytes content, DrawnPage page, decimal height)
    {
        content.Raw("BT\n3 Tr\n"u8);
        foreach (var word in page.Words)
        {
            var tall = Math.Round(word.Bottom - word.Top, 2);
            var wide = word.Right - word.Left;
            var units = Encoding.BigEndianUnicode.GetBytes(word.Text.Length > 200 ? word.Text[..200] : word.Text);
            if (tall <= 0 || wide <= 0 || units.Length == 0) continue;
            content.Name("F");
            new PdfNumber(tall).WriteTo(content);
            content.Word("Tf\n"u8);
            new PdfNumber(Math.Clamp(Math.Round(wide * 100 / (units.Length / 2 * 0.5m * tall), 2), 0.01m, 10_000)).WriteTo(content);
            content.Word("Tz\n"u8);
            foreach (var n in (ReadOnlySpan<decimal>)[1, 0, 0, 1, Math.Round(word.Left, 2), Math.Round(height - word.Bottom + 0.1m * tall, 2)]) new PdfNumber(n).WriteTo(content);
            content.Word("Tm\n<"u8);
            foreach (var b in units) content.Hex(b);
            content.Raw(">Tj\n"u8);
        }
        content.Raw("ET\n"u8);
    }

    private static byte[] Program()
    {
        var head = new byte[54];
        Put16(head, 0, 1);
        Put32(head, 12, 0x5F0F3CF5);
        Put16(head, 18, 1000);
        Put16(head, 40, 500);
        Put16(head, 42, 900);
        Put16(head, 46, 8);
        Put16(head, 48, 2);
        var hhea = new byte[36];
        Put16(hhea, 0, 1);
        Put16(hhea, 4, 900);
        Put16(hhea, 6, unchecked((ushort)-100));
        Put16(hhea, 10, 500);
        Put16(hhea, 34, 1);
        var maxp = new byte[32];
        Put16(maxp, 0, 1);
        Put16(maxp, 4, 1);
        Put16(maxp, 14, 2);
        var hmtx = new byte[4];
        Put16(hmtx, 0, 500);
        (string Tag, byte[] Table)[] tables = [("glyf", new byte[4]), ("head", head), ("hhea", hhea), ("hmtx", hmtx), ("loca", new byte[4]), ("maxp", maxp)];
        var size = 12 + 16 * tables.Length;
        var font = new byte[size + tables.Sum(static t => (t.Table.Length + 3) & ~3)];
        Put16(font, 0, 1);
        Put16(font, 4, (ushort)tables.Length);
        var at = size;
        for (var i = 0; i < tables.Length; i++)
        {
            Encoding.ASCII.GetBytes(tables[i].Tag, font.AsSpan(12 + 16 * i));
            Put32(font, 20 + 16 * i, (uint)at);
            Put32(font, 24 + 16 * i, (uint)tables[i].Table.Length);
            tables[i].Table.CopyTo(font, at);
            at += (tables[i].Table.Length + 3) & ~3;
        }
        return Sfnt.Rewrite(font)!;
    }

    private static void Put16(byte[] to, int at, ushort value) => BinaryPrimitives.WriteUInt16BigEndian(to.AsSpan(at), value);

    private static void Put32(byte[] to, int at, uint value) => BinaryPrimitives.WriteUInt32BigEndian(to.AsSpan(at), value);
}
