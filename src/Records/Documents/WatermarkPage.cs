using System.Globalization;
using System.Text;

namespace Sekisho.Records.Documents;

/// <summary>Writes the page that is laid over each page of a withheld PDF (透かしの頁): two lines, again and again across the paper.</summary>
/// <remarks>
/// ISO 32000-1. The first line is Japanese in a CID font that the reader's program has (Adobe-Japan1, predefined CMap UniJIS-UTF16-H; nothing is
/// embedded); the second is ASCII in Helvetica, so that time and ledger number can be read even where no Japanese font is. /ToUnicode lets the
/// name be searched for and copied.
/// </remarks>
internal static class WatermarkPage
{
    private const int Width = 595, Height = 842, StepX = 300, StepY = 150, MaxLine = 60;

    /// <param name="japanese">Who reads it.</param>
    /// <param name="ascii">When, and the number in the ledger. Other characters are left out.</param>
    public static byte[] Write(string japanese, string ascii)
    {
        var name = japanese.Length <= MaxLine ? japanese : japanese[..MaxLine];
        var content = Content(name, string.Concat(ascii.Where(static c => c is >= ' ' and <= '~' and not ('(' or ')' or '\\'))));
        var unicode = ToUnicode(name);
        string[] objects =
        [
            "<</Type/Catalog/Pages 2 0 R>>",
            "<</Type/Pages/Kids[3 0 R]/Count 1>>",
            $"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {Width} {Height}]/Contents 4 0 R/Resources<</Font<</J 5 0 R/A 8 0 R>>/ExtGState<</W<</ca .22>>>>>>>>",
            $"<</Length {content.Length}>>\nstream\n{content}\nendstream",
            "<</Type/Font/Subtype/Type0/BaseFont/HeiseiKakuGo-W5-UniJIS-UTF16-H/Encoding/UniJIS-UTF16-H/DescendantFonts[6 0 R]/ToUnicode 9 0 R>>",
            "<</Type/Font/Subtype/CIDFontType0/BaseFont/HeiseiKakuGo-W5/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>/DW 1000/FontDescriptor 7 0 R>>",
            "<</Type/FontDescriptor/FontName/HeiseiKakuGo-W5/Flags 4/FontBBox[-92 -250 1010 922]/ItalicAngle 0/Ascent 752/Descent -221/CapHeight 737/StemV 114>>",
            "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
            $"<</Length {unicode.Length}>>\nstream\n{unicode}\nendstream",
        ];
        var file = new StringBuilder("%PDF-1.4\n");
        var offsets = new List<int>();
        foreach (var (body, i) in objects.Select(static (o, i) => (o, i)))
        {
            offsets.Add(file.Length); // all ASCII: characters are bytes
            file.Append(CultureInfo.InvariantCulture, $"{i + 1} 0 obj\n{body}\nendobj\n");
        }
        var start = file.Length;
        file.Append(CultureInfo.InvariantCulture, $"xref\n0 {objects.Length + 1}\n0000000000 65535 f \n");
        foreach (var offset in offsets) file.Append(CultureInfo.InvariantCulture, $"{offset:0000000000} 00000 n \n");
        file.Append(CultureInfo.InvariantCulture, $"trailer\n<</Size {objects.Length + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n");
        return Encoding.ASCII.GetBytes(file.ToString());
    }

    /// <summary>Turned by 30 degrees, row by row, every second row set off by half a step.</summary>
    private static string Content(string japanese, string ascii)
    {
        var text = new StringBuilder("/W gs .35 g\n");
        var hex = Hex(japanese);
        for (var (row, y) = (0, -40); y < Height + 40; row++, y += StepY)
        {
            for (var x = -120 + (row % 2 * StepX / 2); x < Width; x += StepX)
                text.Append(CultureInfo.InvariantCulture, $"BT .866 .5 -.5 .866 {x} {y} Tm /J 13 Tf <{hex}> Tj 0 -15 Td /A 10 Tf ({ascii}) Tj ET\n");
        }
        return text.ToString();
    }

    private static string Hex(string text) => Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(text));

    /// <summary>Codes of the first line are UTF-16 already.</summary>
    private static string ToUnicode(string text)
    {
        // One entry a rune; a bfchar section holds 100 at most (ISO 32000-1 9.10.3).
        var runes = text.EnumerateRunes().Distinct().Take(100).Select(static r => Hex(r.ToString())).ToArray();
        var map = new StringBuilder("/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def /CMapName /W def\n1 begincodespacerange <0000> <FFFF> endcodespacerange\n");
        map.Append(CultureInfo.InvariantCulture, $"{runes.Length} beginbfchar\n");
        foreach (var rune in runes) map.Append(CultureInfo.InvariantCulture, $"<{rune}> <{rune}>\n");
        return map.Append("endbfchar endcmap CMapName currentdict /CMap defineresource pop end end").ToString();
    }
}
