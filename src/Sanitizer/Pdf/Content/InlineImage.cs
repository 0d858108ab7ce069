using Sekisho.Sanitizer.Pdf.Parts;
using Sekisho.Sanitizer.Pdf.Reading;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Pdf.Content;

/// <summary>Pictures that stand in the content itself (ISO 32000-2 §8.9.7). Written with their samples as ASCII85 of Flate, so that no byte of theirs can pass for an operator in any reader.</summary>
internal static class InlineImage
{
    private static readonly Dictionary<string, string> Long = new(StringComparer.Ordinal)
    {
        ["BPC"] = "BitsPerComponent", ["CS"] = "ColorSpace", ["D"] = "Decode", ["DP"] = "DecodeParms", ["F"] = "Filter", ["H"] = "Height", ["IM"] = "ImageMask", ["I"] = "Interpolate", ["W"] = "Width",
    };

    /// <summary>Reads on behind "BI" and writes the picture; false when it can't be understood.</summary>
    public static bool Rewrite(ref Lexer lexer, PdfFile file, Job job, PdfBytes output, string place)
    {
        var dict = new PdfDict();
        while (true)
        {
            var token = lexer.Next();
            if (token.Kind == TokenKind.End) return false;
            if (token.Kind == TokenKind.Word && token.In(lexer.Data).SequenceEqual("ID"u8)) break;
            if (token.Kind == TokenKind.Word && token.In(lexer.Data).SequenceEqual("EI"u8)) return false;
            if (token.Kind != TokenKind.Name) continue;
            var key = Lexer.NameOf(token.In(lexer.Data));
            if (ValueReader.Read(ref lexer, refs: false) is { } value) dict[Long.GetValueOrDefault(key, key)] = value;
        }
        var data = lexer.Data;
        var start = lexer.At < data.Length && Lexer.IsBlank(data[lexer.At]) ? lexer.At + 1 : lexer.At;
        var (width, height) = (file.Int(dict, "Width") ?? 0, file.Int(dict, "Height") ?? 0);
        if (width <= 0 || height <= 0) return Skip(ref lexer, start);
        file.Budget.Pixels(width, height, place);
        var mask = dict["ImageMask"] is PdfBool { IsTrue: true };
        var bits = mask ? 1 : file.Int(dict, "BitsPerComponent") ?? 8;
        if (bits is not (1 or 2 or 4 or 8 or 16)) bits = 8;
        var plain = dict["Filter"] is null or PdfArray { Items.Count: 0 };
        // Of plain samples in a device's colours the length follows from the header; else the end is looked for.
        var components = mask ? 1 : Components(dict["ColorSpace"]);
        var expected = components is { } c ? (((long)width * c * bits + 7) / 8) * height : (long?)null;
        var end = plain && expected is { } sure && start + sure <= data.Length && EndsAt(data, (int)(start + sure)) is { } after ? (Data: (int)(start + sure), After: after) : FindEnd(data, start);
        if (end is not ({ } upTo, { } behind)) return Skip(ref lexer, start);
        lexer.At = behind;
        var decoded = Filters.Decode(data[start..upTo].ToArray(), dict, file, place);
        var kept = new PdfDict().With("W", PdfNumber.Of(width)).With("H", PdfNumber.Of(height));
        if (mask) kept["IM"] = PdfBool.True;
        else
        {
            kept["BPC"] = PdfNumber.Of(bits);
            if (dict["ColorSpace"] is PdfName or PdfArray) kept["CS"] = Colour(dict["ColorSpace"]!);
        }
        if (dict["Decode"] is PdfArray decode && decode.Items.All(static i => i is PdfNumber)) kept["D"] = decode;
        if (dict["Interpolate"] is PdfBool smooth) kept["I"] = smooth;
        var samples = decoded.Bytes;
        PdfArray? filters = null;
        switch (decoded.Image)
        {
            case null: break;
            case "CCITTFaxDecode" when (mask || bits == 1):
                samples = Ccitt.Decode(samples.Span, CcittParameters.Of(decoded.Parms, file, width, height), file.Budget, place);
                break;
            case "DCTDecode":
                if (JpegPicture.Rewrite(samples.Span, job, place) is not { } jpeg) return false;
                samples = jpeg.Bytes;
                filters = new([new PdfName("A85"), new PdfName("DCT")]);
                break;
            default: return false;
        }
        if (filters is null)
        {
            if (expected is { } most && samples.Length > most) samples = samples[..(int)most];
            samples = Filters.Deflate(samples.Span);
            filters = new([new PdfName("A85"), new PdfName("Fl")]);
        }
        kept["F"] = filters;
        output.Word("BI"u8);
        foreach (var (key, value) in kept.Map)
        {
            output.Name(key);
            value.WriteTo(output);
        }
        output.Word("ID"u8);
        output.Byte((byte)'\n');
        output.Raw(Simple.ToAscii85(samples.Span));
        output.Raw("\nEI\n"u8);
        return true;
    }

    private static PdfValue Colour(PdfValue space) =>
        space is PdfArray { Items: [PdfName { Name: "Indexed" or "I" } head, PdfName based, PdfNumber high, (PdfString or PdfName) and var table, ..] } ? new PdfArray([head, based, high, table])
        : space is PdfArray { Items: [PdfName only, ..] } ? only
        : space is PdfName name ? name : new PdfName("G");

    private static int? Components(PdfValue? space) => space switch
    {
        PdfName { Name: "G" or "DeviceGray" or "CalGray" } => 1,
        PdfName { Name: "RGB" or "DeviceRGB" or "CalRGB" } => 3,
        PdfName { Name: "CMYK" or "DeviceCMYK" } => 4,
        PdfArray { Items: [PdfName { Name: "I" or "Indexed" }, ..] } => 1,
        _ => null,
    };

    private static bool Skip(ref Lexer lexer, int start)
    {
        lexer.At = FindEnd(lexer.Data, start) is var (_, behind) ? behind : lexer.Data.Length;
        return false;
    }

    // "EI" right here, perhaps after a line end.
    private static int? EndsAt(ReadOnlySpan<byte> data, int at)
    {
        for (var i = 0; i < 3 && at < data.Length && Lexer.IsBlank(data[at]); i++) at++;
        return at + 2 <= data.Length && data[at] == 'E' && data[at + 1] == 'I' && (at + 2 == data.Length || !Lexer.IsRegular(data[at + 2])) ? at + 2 : null;
    }

    // White space, EI, white space, and behind it what reads as content rather than as samples.
    private static (int Data, int After)? FindEnd(ReadOnlySpan<byte> data, int start)
    {
        var at = start;
        while (true)
        {
            var hit = data[at..].IndexOf("EI"u8);
            if (hit < 0) return null;
            at += hit;
            var before = at == start || Lexer.IsBlank(data[at - 1]) || data[at - 1] == '>';
            var after = at + 2 == data.Length || Lexer.IsBlank(data[at + 2]);
            if (before && after && ReadsAsContent(data[Math.Min(data.Length, at + 2)..]))
            {
                var end = at;
                if (end > start && Lexer.IsBlank(data[end - 1])) end--;
                if (end > start && data[end] == '\n' && data[end - 1] == '\r') end--;
                return (end, at + 2);
            }
            at += 2;
        }
    }

    private static bool ReadsAsContent(ReadOnlySpan<byte> behind)
    {
        var lexer = new Lexer(behind[..Math.Min(behind.Length, 400)], 0);
        for (var i = 0; i < 12; i++)
        {
            var token = lexer.Next();
            if (token.Kind == TokenKind.End) return true;
            if (token.Kind == TokenKind.Word)
            {
                var word = token.In(lexer.Data);
                if (Operators.Takes(Operators.Key(word)) is not null || word.SequenceEqual("true"u8) || word.SequenceEqual("false"u8) || token.End == lexer.Data.Length) return true;
                return false;
            }
        }
        return true;
    }
}
