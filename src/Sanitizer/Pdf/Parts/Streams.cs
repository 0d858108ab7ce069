using Sekisho.Sanitizer.Pdf.Content;
using Sekisho.Sanitizer.Pdf.Reading;
using Sekisho.Sanitizer.Pdf.Shapes;

namespace Sekisho.Sanitizer.Pdf.Parts;

/// <summary>What all streams have in common.</summary>
internal static class Streams
{
    /// <summary>Keys that say how a stream is stored: written anew, never taken over.</summary>
    public static readonly string[] Storage = ["Length", "Filter", "DecodeParms", "F", "FFilter", "FDecodeParms", "DL"];

    /// <summary>The decoded bytes; empty when they lie in another file.</summary>
    public static Decoded Decode(Graph graph, PdfStream stream, string place, bool keepPredictor = false)
    {
        var external = graph.File.Get(stream.Dict, "F");
        if (external is PdfString or PdfDict || stream.Dict["FFilter"] is not null)
        {
            graph.Tell("P-18", place, "external stream");
            return new(default, null, null, null);
        }
        return Filters.Decode(graph.File.Raw(stream), stream.Dict, graph.File, place, keepPredictor);
    }

    /// <summary>Decoded, where no picture can stand: one that does is nothing.</summary>
    public static ReadOnlyMemory<byte> Bytes(Graph graph, PdfStream stream, string place)
    {
        var decoded = Decode(graph, stream, place);
        if (decoded.Image is null) return decoded.Bytes;
        graph.Tell("P-12", place, decoded.Image);
        return default;
    }

    public static PdfDict Build(Graph graph, string type, PdfStream stream, string place) =>
        ShapeTable.Type(type).Build(graph, stream.Dict, place, Storage);
}

/// <summary>A stream of drawing operators: a form, a tile of a pattern, a glyph, a page's.</summary>
internal sealed class ContentShape(string type) : QueuedStream
{
    public override Shape? Pick(Graph graph, PdfValue given, string place) => given is PdfStream ? this : null;

    public override void Write(Graph graph, PdfStream stream, int number, string place)
    {
        var rewriter = new ContentRewriter(graph.File, graph.Job);
        var content = rewriter.Rewrite(Streams.Bytes(graph, stream, place).Span, place);
        Told(graph, rewriter, place);
        graph.Cost.Add(stream.Number, rewriter, graph.File, stream.Dict);
        var dict = new PdfDict();
        if (type.Length > 0) dict = Streams.Build(graph, type, stream, place);
        if (type == "Form") dict["Subtype"] = new PdfName("Form");
        graph.Writer.WriteFlate(number, dict, content);
    }

    public static void Told(Graph graph, ContentRewriter rewriter, string place)
    {
        foreach (var word in rewriter.LeftOut) graph.Tell("P-22", place, $"operator {word}");
    }
}

/// <summary>Points of a mesh: numbers without meaning beyond their shading's dictionary.</summary>
internal sealed class MeshShape : QueuedStream
{
    public override Shape? Pick(Graph graph, PdfValue given, string place) => given is PdfStream ? this : null;

    public override void Write(Graph graph, PdfStream stream, int number, string place) =>
        graph.Writer.WriteFlate(number, Streams.Build(graph, "MeshShading", stream, place), Streams.Bytes(graph, stream, place).Span);
}

/// <summary>Plain bytes of a bounded length: which glyph stands for which character.</summary>
internal sealed class BytesShape(int most) : EagerStream
{
    public override Shape? Pick(Graph graph, PdfValue given, string place) => given is PdfStream ? this : null;

    public override int? Write(Graph graph, PdfStream stream, string place)
    {
        var bytes = Streams.Bytes(graph, stream, place);
        if (bytes.Length == 0) return null;
        var number = graph.Writer.Reserve();
        graph.Writer.WriteFlate(number, new PdfDict(), bytes.Span[..Math.Min(most, bytes.Length)]);
        return number;
    }
}

/// <summary>How much a page draws when every form within forms is counted: a few hundred bytes can ask for years (P-23).</summary>
internal sealed class DrawingCost
{
    // Maps of a whole country stay under 10 million.
    private const long Most = 50_000_000;

    private readonly Dictionary<int, (long Own, List<(int Child, int Times)> Children)> nodes = [];
    private readonly Dictionary<int, long> costs = [];

    public void Add(int number, ContentRewriter content, PdfFile file, PdfDict owner) => nodes[number] = (content.Written, Children(content, file, file.Dict(owner, "Resources")));

    public static List<(int Child, int Times)> Children(ContentRewriter content, PdfFile file, PdfDict? resources)
    {
        var children = new List<(int, int)>();
        if (content.Drawn.Count == 0 || resources is null || file.Dict(resources, "XObject") is not { } objects) return children;
        foreach (var (name, times) in content.Drawn)
        {
            if (file.Resolve(objects[name]) is PdfStream child) children.Add((child.Number, times));
        }
        return children;
    }

    /// <summary>True when it is more than a reader could show. Asked when all forms are known.</summary>
    public bool IsTooMuch(long own, List<(int Child, int Times)> children)
    {
        foreach (var (child, times) in children) own = Math.Min(Most + 1, own + times * Of(child, 0));
        return own > Most;
    }

    private long Of(int number, int depth)
    {
        if (costs.TryGetValue(number, out var known)) return known;
        // Readers stop at forms that draw themselves; deeper than this none go.
        if (depth > 60 || !nodes.TryGetValue(number, out var node)) return 1;
        costs[number] = 1;
        var sum = node.Own;
        foreach (var (child, times) in node.Children) sum = Math.Min(Most + 1, sum + times * Of(child, depth + 1));
        return costs[number] = sum;
    }
}
