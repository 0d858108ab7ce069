using System.Text;
using Sekisho.Sanitizer.Pdf.Reading;
using Sekisho.Sanitizer.Pdf.Shapes;

namespace Sekisho.Sanitizer.Pdf.Parts;

/// <summary>Functions of numbers (ISO 32000-2 §7.10).</summary>
internal static class FunctionShapes
{
    private const int Deepest = 8;
    private const int Most = 4096;
    private static readonly EagerStream Sampled = new SampledShape();
    private static readonly EagerStream Calculator = new CalculatorShape();

    public static Shape? Pick(Graph graph, PdfValue given, string place)
    {
        switch (given)
        {
            case PdfStream stream:
                return graph.File.Int(stream.Dict, "FunctionType") switch { 0 => Sampled, 4 => Calculator, _ => null };
            case PdfDict dict when graph.File.Int(dict, "FunctionType") == 2:
                return ShapeTable.Type("Exponential");
            case PdfDict dict when graph.File.Int(dict, "FunctionType") == 3:
                var left = Most;
                if (IsShallow(graph.File, dict, 0, ref left)) return ShapeTable.Type("Stitching");
                graph.Tell("P-22", place, "function within itself");
                return null;
            default:
                return null;
        }
    }

    /// <summary>True when it can be built.</summary>
    public static bool Fits(Graph graph, PdfValue function)
    {
        var given = graph.File.Resolve(function);
        var picked = function is PdfRef ? Pick(graph, given, "") : given is PdfDict ? Pick(graph, given, "") : null;
        return picked is CalculatorShape ? CalculatorShape.Rewrite(Streams.Bytes(graph, (PdfStream)given, "").Span) is not null : picked is not null;
    }

    private static bool IsShallow(PdfFile file, PdfDict dict, int depth, ref int left)
    {
        if (depth > Deepest || --left < 0) return false;
        if (file.Get(dict, "Functions") is not PdfArray functions) return true;
        foreach (var item in functions.Items)
        {
            if (file.Resolve(item) is PdfDict inner && !IsShallow(file, inner, depth + 1, ref left)) return false;
        }
        return true;
    }
}

/// <summary>A table of samples.</summary>
internal sealed class SampledShape : EagerStream
{
    public override Shape? Pick(Graph graph, PdfValue given, string place) => given is PdfStream ? this : null;

    public override int? Write(Graph graph, PdfStream stream, string place)
    {
        var bytes = Streams.Bytes(graph, stream, place);
        var number = graph.Writer.Reserve();
        graph.Writer.WriteFlate(number, Streams.Build(graph, "Sampled", stream, place), bytes.Span);
        return number;
    }
}

/// <summary>A calculator function (type 4): written anew from numbers, braces and the 42 operators; anything else and it isn't written.</summary>
internal sealed class CalculatorShape : EagerStream
{
    private const int MostTokens = 50_000;

    private static readonly HashSet<string> Words = ("abs add atan ceiling cos cvi cvr div exp floor idiv ln log mod mul neg round sin sqrt sub truncate and bitshift eq false ge gt le lt ne not or true xor if ifelse "
        + "copy dup exch index pop roll").Split(' ').ToHashSet(StringComparer.Ordinal);

    public override Shape? Pick(Graph graph, PdfValue given, string place) => given is PdfStream ? this : null;

    public override int? Write(Graph graph, PdfStream stream, string place)
    {
        if (Rewrite(Streams.Bytes(graph, stream, place).Span) is not { } program)
        {
            graph.Tell("P-22", place, "PostScript function");
            return null;
        }
        var number = graph.Writer.Reserve();
        graph.Writer.WriteFlate(number, Streams.Build(graph, "Calculator", stream, place), program.Span);
        return number;
    }

    internal static PdfBytes? Rewrite(ReadOnlySpan<byte> untrusted)
    {
        var lexer = new Lexer(untrusted, 0);
        var output = new PdfBytes();
        var depth = 0;
        for (var count = 0; ; count++)
        {
            if (count > MostTokens) return null;
            var token = lexer.Next();
            switch (token.Kind)
            {
                case TokenKind.BraceOpen when depth < 32 && (depth > 0 || count == 0):
                    depth++;
                    output.Byte((byte)'{');
                    break;
                case TokenKind.BraceClose when depth > 0:
                    output.Byte((byte)'}');
                    if (--depth == 0) return output;
                    break;
                case TokenKind.Number when depth > 0:
                    new PdfNumber(Lexer.NumberOf(token.In(untrusted))).WriteTo(output);
                    break;
                case TokenKind.Word when depth > 0 && Words.Contains(Encoding.Latin1.GetString(token.In(untrusted))):
                    output.Word(token.In(untrusted));
                    break;
                default:
                    return null;
            }
        }
    }
}
