using Sekisho.Sanitizer.Pdf.Reading;
using Sekisho.Sanitizer.Pdf.Shapes;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Pdf.Parts;

/// <summary>Pictures (ISO 32000-2 §8.9): samples cut to the size that their header says and packed with Flate; JPEG written anew from its structure; fax, JBIG2 and JPEG 2000 decoded first, so that no rare decoder is needed to see them.</summary>
internal sealed class ImageShape(string type) : EagerStream
{
    public override Shape? Pick(Graph graph, PdfValue given, string place) => given is PdfStream ? this : null;

    public override int? Write(Graph graph, PdfStream stream, string place)
    {
        var file = graph.File;
        var (width, height) = (file.Int(stream.Dict, "Width") ?? 0, file.Int(stream.Dict, "Height") ?? 0);
        if (width <= 0 || height <= 0)
        {
            graph.Tell("P-12", place, "picture without a size");
            return null;
        }
        graph.Job.Budget.Pixels(width, height, place);
        // Asked before anything of it is written.
        if (stream.Dict["ColorSpace"] is { } space && !ColourShape.Fits(graph, space, 0) && ColourShape.Device(ColourShape.Components(file, space)) is null && file.Get(stream.Dict, "ImageMask") is not PdfBool { IsTrue: true })
        {
            graph.Tell("P-12", place, "picture of unknown colours");
            return null;
        }
        var decoded = Streams.Decode(graph, stream, place, keepPredictor: true);
        var mask = file.Get(stream.Dict, "ImageMask") is PdfBool { IsTrue: true };
        switch (decoded.Image)
        {
            case null:
                return Samples(graph, stream, place, decoded, width, height, mask);
            case "CCITTFaxDecode":
                var fax = Ccitt.Decode(decoded.Bytes.Span, CcittParameters.Of(decoded.Parms, file, width, height), graph.Job.Budget, place);
                graph.Tell("P-12", place, "CCITTFaxDecode → FlateDecode");
                return Plain(graph, stream, place, fax, mask ? null : 1, null);
            case "DCTDecode":
                return Jpeg(graph, stream, place, decoded, mask);
            default:
                if (graph.Foreign.Decode(stream, decoded) is not { } samples)
                {
                    graph.Tell("P-12", place, $"{decoded.Image}: picture left out");
                    return null;
                }
                graph.Tell("P-12", place, $"{decoded.Image} → FlateDecode");
                return Plain(graph, stream, place, samples.Bytes.Span, mask ? null : samples.Bits, samples.Colours, samples.Width, samples.Height);
        }
    }

    private int? Samples(Graph graph, PdfStream stream, string place, Decoded decoded, int width, int height, bool mask)
    {
        var file = graph.File;
        var bits = mask ? 1 : file.Int(stream.Dict, "BitsPerComponent") ?? 8;
        if (bits is not (1 or 2 or 4 or 8 or 16)) bits = 8;
        var components = mask ? 1 : ColourShape.Components(file, stream.Dict["ColorSpace"]);
        var samples = decoded.Bytes.Span;
        if (components is { } n)
        {
            var row = ((long)width * n * bits + 7) / 8;
            var expected = decoded.Predictor is { Kind: >= 10 } ? (row + 1) * height : row * height;
            // Rows that disagree with the picture's own size can't stay as they are.
            if (decoded.Predictor is { } odd && odd.RowBytes != row)
            {
                samples = Predictors.Undo(samples, odd).Span;
                decoded = decoded with { Predictor = null };
                expected = row * height;
            }
            if (samples.Length > expected) samples = samples[..(int)expected];
        }
        var dict = Build(graph, stream, place);
        if (dict is null) return null;
        dict["BitsPerComponent"] = mask ? null : PdfNumber.Of(bits);
        if (decoded.Predictor is { } p)
        {
            dict["DecodeParms"] = new PdfDict().With("Predictor", PdfNumber.Of(p.Kind == 2 ? 2 : 15)).With("Colors", PdfNumber.Of(p.Colors)).With("BitsPerComponent", PdfNumber.Of(p.Bits)).With("Columns", PdfNumber.Of(p.Columns));
        }
        var number = graph.Writer.Reserve();
        graph.Writer.WriteFlate(number, dict, samples);
        return number;
    }

    private int? Jpeg(Graph graph, PdfStream stream, string place, Decoded decoded, bool mask)
    {
        if (mask || JpegPicture.Rewrite(decoded.Bytes.Span, graph.Job, place) is not { } jpeg)
        {
            // A program of its own makes of it what it can; what it gives is samples.
            if (!mask && graph.Foreign.Decode(stream, decoded) is { } samples)
            {
                graph.Tell("P-12", place, "DCTDecode → FlateDecode");
                return Plain(graph, stream, place, samples.Bytes.Span, samples.Bits, samples.Colours, samples.Width, samples.Height);
            }
            graph.Tell("P-12", place, "DCTDecode: picture left out");
            return null;
        }
        if (Build(graph, stream, place) is not { } dict) return null;
        dict["BitsPerComponent"] = PdfNumber.Of(8);
        dict["ColorSpace"] ??= ColourShape.Device(jpeg.Components);
        dict["Filter"] = new PdfName("DCTDecode");
        if (decoded.Parms is { } parms && graph.File.Int(parms, "ColorTransform") is (0 or 1) and { } transform) dict["DecodeParms"] = new PdfDict().With("ColorTransform", PdfNumber.Of(transform));
        var number = graph.Writer.Reserve();
        graph.Writer.WriteStream(number, dict, jpeg.Bytes);
        return number;
    }

    private int? Plain(Graph graph, PdfStream stream, string place, ReadOnlySpan<byte> samples, int? bits, PdfName? colours, int? width = null, int? height = null)
    {
        if (Build(graph, stream, place, colours) is not { } dict) return null;
        dict["BitsPerComponent"] = bits is { } b ? PdfNumber.Of(b) : null;
        if (width is { } w) dict["Width"] = PdfNumber.Of(w);
        if (height is { } h) dict["Height"] = PdfNumber.Of(h);
        var number = graph.Writer.Reserve();
        graph.Writer.WriteFlate(number, dict, samples);
        return number;
    }

    /// <summary>The picture's dictionary; null when its colours can't be told.</summary>
    private PdfDict? Build(Graph graph, PdfStream stream, string place, PdfName? colours = null)
    {
        var dict = Streams.Build(graph, type, stream, place);
        dict["Type"] = new PdfName("XObject");
        dict["Subtype"] = new PdfName("Image");
        if (colours is not null)
        {
            // Decoded to a device's colours: keys that speak of the old ones go.
            dict["ColorSpace"] = colours;
            dict["Decode"] = null;
            if (dict["Mask"] is PdfArray) dict["Mask"] = null;
        }
        if (stream.Dict["ColorSpace"] is null || dict["ColorSpace"] is not null || dict["ImageMask"] is PdfBool { IsTrue: true }) return dict;
        dict["ColorSpace"] = ColourShape.Device(ColourShape.Components(graph.File, stream.Dict["ColorSpace"]));
        graph.Tell("P-25", place, "/ColorSpace (Image)");
        return dict["ColorSpace"] is null ? null : dict;
    }
}
