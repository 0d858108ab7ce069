using System.Text;
using Sekisho.Sanitizer.Pdf.Reading;
using Sekisho.Sanitizer.Pdf.Shapes;

namespace Sekisho.Sanitizer.Pdf.Parts;

/// <summary>Tables from codes to characters (CMaps, Adobe TN 5014): PostScript in form, so they are written anew from the words that such a table has.</summary>
internal sealed class CMapShape : EagerStream
{
    private static readonly HashSet<string> Words = ("begincmap endcmap usecmap begincodespacerange endcodespacerange beginbfchar endbfchar beginbfrange endbfrange begincidchar endcidchar begincidrange endcidrange "
        + "beginnotdefchar endnotdefchar beginnotdefrange endnotdefrange def dict dup begin end findresource pop currentdict defineresource true false null").Split(' ').ToHashSet(StringComparer.Ordinal);

    public override Shape? Pick(Graph graph, PdfValue given, string place) => given is PdfStream ? this : null;

    public override int? Write(Graph graph, PdfStream stream, string place)
    {
        var bytes = Streams.Bytes(graph, stream, place);
        var table = Rewrite(bytes.Span, out var leftOut);
        if (leftOut > 0) graph.Tell("P-22", place, "words in a CMap");
        var number = graph.Writer.Reserve();
        graph.Writer.WriteFlate(number, Streams.Build(graph, "CMap", stream, place), table.Span);
        return number;
    }

    internal static PdfBytes Rewrite(ReadOnlySpan<byte> untrusted, out int leftOut)
    {
        var lexer = new Lexer(untrusted, 0);
        var output = new PdfBytes();
        leftOut = 0;
        while (true)
        {
            var token = lexer.Next();
            var text = token.In(untrusted);
            switch (token.Kind)
            {
                case TokenKind.End: return output;
                case TokenKind.Number: new PdfNumber(Lexer.NumberOf(text)).WriteTo(output); break;
                case TokenKind.Name: output.Name(Lexer.NameOf(text)); break;
                // Always hexadecimal: some readers know nothing else in a table.
                case TokenKind.HexString:
                    output.Byte((byte)'<');
                    foreach (var b in Lexer.StringOf(text)) output.Hex(b);
                    output.Byte((byte)'>');
                    break;
                case TokenKind.LiteralString: new PdfString(Lexer.StringOf(text)).WriteTo(output); break;
                case TokenKind.ArrayOpen: output.Byte((byte)'['); break;
                case TokenKind.ArrayClose: output.Byte((byte)']'); break;
                case TokenKind.DictOpen: output.Raw("<<"u8); break;
                case TokenKind.DictClose: output.Raw(">>"u8); break;
                case TokenKind.Word when Words.Contains(Encoding.Latin1.GetString(text)):
                    output.Word(text);
                    output.Byte((byte)'\n');
                    break;
                default:
                    leftOut++;
                    break;
            }
        }
    }
}
