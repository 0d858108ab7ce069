using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;

namespace Sekisho.Records.Registers.Exchange;

/// <summary>Texts inside a workbook.</summary>
internal static partial class XlsxText
{
    /// <summary>Characters of one text that are read: Excel holds 32,767 in a cell.</summary>
    private const int Most = 100_000;

    /// <summary>The text of an <c>si</c> or <c>is</c> element: its runs together, without the readings (rPh) that Japanese Excel keeps beside them.</summary>
    /// <remarks>Leaves the reader on the element's end.</remarks>
    public static string Read(XmlReader xml)
    {
        if (xml.IsEmptyElement) return "";
        var text = new StringBuilder();
        var depth = xml.Depth;
        xml.Read();
        while (xml.Depth > depth)
        {
            if (xml.NodeType == XmlNodeType.Element && xml.LocalName is "rPh" or "phoneticPr") xml.Skip();
            else if (xml.NodeType == XmlNodeType.Element && xml.LocalName == "t") Append(xml, text);
            else if (!xml.Read()) break;
        }
        return Decode(text.ToString());
    }

    /// <summary>The content of a simple element, as much of it as a cell can hold.</summary>
    /// <remarks>Leaves the reader after the element.</remarks>
    public static string Content(XmlReader xml)
    {
        var text = new StringBuilder();
        Append(xml, text);
        return text.ToString();
    }

    private static void Append(XmlReader xml, StringBuilder text)
    {
        if (xml.IsEmptyElement)
        {
            xml.Read();
            return;
        }
        var chunk = new char[512];
        var depth = xml.Depth;
        xml.Read();
        while (xml.Depth > depth)
        {
            if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)
            {
                for (int read; (read = xml.ReadValueChunk(chunk, 0, chunk.Length)) > 0;)
                {
                    text.Append(chunk, 0, read);
                    if (text.Length > Most) throw new TooMuchException();
                }
            }
            if (!xml.Read()) return;
        }
        xml.Read();
    }

    /// <summary>_x000D_ → the character. Source: ECMA-376 Part 1 §22.9.2.19 (ST_Xstring).</summary>
    public static string Decode(string text) => !text.Contains("_x", StringComparison.Ordinal) ? text
        : Escape().Replace(text, static m => ((char)int.Parse(m.ValueSpan[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToString());

    /// <summary>What looks like an escape is escaped itself.</summary>
    public static string Encode(string text) => !text.Contains("_x", StringComparison.Ordinal) ? text : Escape().Replace(text, static m => "_x005F" + m.Value);

    [GeneratedRegex("_x[0-9A-Fa-f]{4}_")]
    private static partial Regex Escape();
}

/// <summary>Which formats of a workbook show numbers as dates.</summary>
internal sealed partial class CellFormats
{
    private readonly IReadOnlyList<(bool IsDay, int Zeros)> styles;

    private CellFormats(IReadOnlyList<(bool, int)> styles) => this.styles = styles;

    public static CellFormats None { get; } = new([]);

    public SheetCell Number(int column, string literal, int style, bool is1904)
    {
        if (!double.TryParse(literal, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number)) return new(column, CellKind.Error, literal);
        var (isDay, zeros) = style < styles.Count ? styles[style] : default;
        if (isDay && ExcelDay.TryRead(number, is1904, out var day)) return new(column, CellKind.Day, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), number, Is1904: is1904);
        return new(column, CellKind.Number, Plain(number, zeros), number, Is1904: is1904);
    }

    /// <summary>Without an exponent, to the 15 digits that Excel shows: 1.1000000000000001 is 1.1.</summary>
    public static string Plain(double number, int zeros = 0)
    {
        const double MostPlain = 1e24;
        if (Math.Abs(number) >= MostPlain) return number.ToString("R", CultureInfo.InvariantCulture);
        var text = ((decimal)number).ToString("0.############################", CultureInfo.InvariantCulture);
        return zeros > 1 && number >= 0 && !text.Contains('.', StringComparison.Ordinal) ? text.PadLeft(zeros, '0') : text;
    }

    /// <summary>Built-in formats that show dates, those of Japanese Excel included. Source: ECMA-376 Part 1 §18.8.30.</summary>
    private static bool IsBuiltInDay(int id) => id is (>= 14 and <= 17) or 22 or (>= 27 and <= 31) or (>= 34 and <= 36) or (>= 50 and <= 58);

    private static readonly System.Buffers.SearchValues<char> DayMarks = System.Buffers.SearchValues.Create("yYdDeEgGr");

    /// <summary>A custom format with a year, month and day outside of quotes and brackets; times alone are none.</summary>
    public static bool IsDay(string code)
    {
        var bare = Quoted().Replace(code, "");
        var first = bare.Split(';')[0];
        return first.AsSpan().ContainsAny(DayMarks) && !first.Contains("E+", StringComparison.Ordinal) && !first.Contains("General", StringComparison.OrdinalIgnoreCase) && !first.AsSpan().ContainsAny("#?")
            && !first.Contains('0', StringComparison.Ordinal);
    }

    [GeneratedRegex(@"""[^""]*""|\\.|_.|\[[^\]]*\]")]
    private static partial Regex Quoted();

    /// <summary>Collects the formats as the part of styles goes by.</summary>
    public sealed class Builder
    {
        private const int Most = 65_536;

        private readonly Dictionary<int, string> codes = [];
        private readonly List<(bool, int)> styles = [];
        private bool inCells;

        public void See(XmlReader xml)
        {
            if (xml.LocalName == "cellXfs") inCells = xml.NodeType == XmlNodeType.Element && !xml.IsEmptyElement;
            if (xml.NodeType != XmlNodeType.Element) return;
            if (xml.LocalName == "numFmt" && int.TryParse(xml.GetAttribute("numFmtId"), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && xml.GetAttribute("formatCode") is { Length: < 300 } code && codes.Count < Most)
                codes[id] = code;
            if (inCells && xml.LocalName == "xf" && styles.Count < Most)
            {
                var format = int.TryParse(xml.GetAttribute("numFmtId"), NumberStyles.None, CultureInfo.InvariantCulture, out var its) ? its : 0;
                styles.Add(codes.TryGetValue(format, out var custom)
                    ? (IsDay(custom), custom.Length is > 1 and < 20 && custom.All(c => c == '0') ? custom.Length : 0)
                    : (IsBuiltInDay(format), 0));
            }
        }

        public CellFormats Build() => new(styles);
    }
}
