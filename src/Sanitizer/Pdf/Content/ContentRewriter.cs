using System.Runtime.InteropServices;
using System.Text;
using Sekisho.Sanitizer.Pdf.Reading;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Pdf.Content;

/// <summary>Writes a content stream anew from its operators (ISO 32000-2 §7.8.2): unknown ones, and known ones whose operands don't fit, are left out as readers leave them out.</summary>
/// <param name="watch">Looks for text that nobody sees; null where it isn't known on what this is drawn.</param>
internal sealed class ContentRewriter(PdfFile file, Job job, HiddenText? watch = null)
{
    // The most operands that anything takes: SCN with 32 colorants and a pattern.
    private const int MostOperands = 64;
    private const int MostNested = 32;

    private PdfBytes output = new();
    private readonly List<(char Kind, int Start)> operands = [];
    private readonly StringBuilder trouble = new();

    /// <summary>Operators that were left out, named for the report.</summary>
    public HashSet<string> LeftOut { get; } = new(StringComparer.Ordinal);

    /// <summary>Names that Do draws, with how often.</summary>
    public Dictionary<string, int> Drawn { get; } = new(StringComparer.Ordinal);

    /// <summary>How many operators were written.</summary>
    public int Written { get; private set; }

    /// <summary>True when the stream ended with operands that no operator took: its neighbour in an array goes on with them.</summary>
    public bool EndsOpen { get; private set; }

    public ReadOnlySpan<byte> Rewrite(ReadOnlySpan<byte> untrusted, string place)
    {
        var lexer = new Lexer(untrusted, 0);
        var statement = 0;
        var sinceCheck = 0;
        while (true)
        {
            var token = lexer.Next();
            if (++sinceCheck > 100_000)
            {
                file.Budget.Check();
                sinceCheck = 0;
            }
            switch (token.Kind)
            {
                case TokenKind.End:
                    EndsOpen = operands.Count > 0;
                    output.Cut(statement);
                    return output.Span;
                case TokenKind.Number:
                    Begin('n');
                    Number(token.In(untrusted));
                    break;
                case TokenKind.Name:
                    Begin('N');
                    Name(token.In(untrusted));
                    break;
                case TokenKind.LiteralString or TokenKind.HexString:
                    Begin('s');
                    String(token.In(untrusted));
                    break;
                case TokenKind.ArrayOpen:
                    Begin('a');
                    Array(ref lexer, 0);
                    break;
                case TokenKind.DictOpen:
                    Begin('d');
                    lexer.At = token.Start;
                    Properties(ref lexer);
                    break;
                case TokenKind.Word:
                    var word = token.In(untrusted);
                    if (word.SequenceEqual("true"u8) || word.SequenceEqual("false"u8) || word.SequenceEqual("null"u8))
                    {
                        Begin('?');
                        output.Word(word);
                        break;
                    }
                    Operator(word, ref lexer, statement, place);
                    operands.Clear();
                    statement = output.Length;
                    break;
                default:
                    // A bracket that closes nothing.
                    break;
            }
            if (operands.Count <= MostOperands) continue;
            // No operator takes that many: the first ones fall away.
            var second = operands[1].Start;
            var gone = Drop(statement, second);
            operands.RemoveAt(0);
            foreach (ref var operand in CollectionsMarshal.AsSpan(operands)) operand.Start = Math.Max(statement, operand.Start - gone);
        }
    }

    /// <summary>Lets go of what was written; the counts stay.</summary>
    public void Forget() => output = new();

    private void Begin(char kind) => operands.Add((kind, output.Length));

    private void Operator(ReadOnlySpan<byte> word, ref Lexer lexer, int statement, string place)
    {
        var key = Operators.Key(word);
        if (Operators.Takes(key) is not { } takes)
        {
            output.Cut(statement);
            LeaveOut(word);
            return;
        }
        if (key == Operators.InlineImage)
        {
            output.Cut(statement);
            watch?.Take(word, []);
            if (InlineImage.Rewrite(ref lexer, file, job, output, place)) Written++;
            else LeaveOut(word);
            return;
        }
        var first = Fits(takes);
        if (first < 0)
        {
            output.Cut(statement);
            if (operands.Count > 0 || takes.Length > 0) LeaveOut(word);
            return;
        }
        if (watch is not null && watch.Wants(key)) Watch(word, first);
        // Too many operands: the last ones count.
        if (first > 0) Drop(statement, first < operands.Count ? operands[first].Start : output.Length);
        if (key == Operators.Do) CountDrawn(statement);
        output.Word(word);
        output.Byte((byte)'\n');
        Written++;
    }

    private void Watch(ReadOnlySpan<byte> word, int first)
    {
        Span<double> numbers = stackalloc double[6];
        var count = 0;
        for (var i = first; i < operands.Count && count < numbers.Length; i++)
        {
            if (operands[i].Kind != 'n') continue;
            var end = i + 1 < operands.Count ? operands[i + 1].Start : output.Length;
            if (System.Buffers.Text.Utf8Parser.TryParse(output.Span[operands[i].Start..end].TrimStart((byte)' '), out double number, out _)) numbers[count++] = number;
        }
        watch!.Take(word, numbers[..count]);
    }

    // A blank that divided what follows from what goes is gone with it.
    private int Drop(int from, int to)
    {
        while (to < output.Length && output.Span[to] == ' ') to++;
        output.Remove(from, to - from);
        return to - from;
    }

    private void CountDrawn(int statement)
    {
        var lexer = new Lexer(output.Span, statement);
        var name = Lexer.NameOf(lexer.Next().In(output.Span));
        CollectionsMarshal.GetValueRefOrAddDefault(Drawn, name, out _)++;
    }

    /// <summary>The first operand that counts; -1 when they don't fit.</summary>
    private int Fits(string takes)
    {
        if (takes is "*" or "+")
        {
            for (var i = 0; i < operands.Count; i++)
            {
                if (operands[i].Kind != 'n' && !(takes == "+" && i == operands.Count - 1 && operands[i].Kind == 'N')) return -1;
            }
            return operands.Count > 0 ? 0 : -1;
        }
        var first = operands.Count - takes.Length;
        if (first < 0) return -1;
        for (var i = 0; i < takes.Length; i++)
        {
            var kind = operands[first + i].Kind;
            if (kind != takes[i] && !(takes[i] == 'p' && kind is 'N' or 'd')) return -1;
        }
        return first;
    }

    private void LeaveOut(ReadOnlySpan<byte> word)
    {
        if (LeftOut.Count >= 20) return;
        trouble.Clear();
        foreach (var b in word[..Math.Min(word.Length, 16)]) trouble.Append(b is > 0x20 and < 0x7F ? (char)b : '?');
        LeftOut.Add(trouble.ToString());
    }

    private void Number(ReadOnlySpan<byte> word)
    {
        if (Lexer.IsPlainNumber(word)) output.Word(word);
        else new PdfNumber(Lexer.NumberOf(word)).WriteTo(output);
    }

    private void Name(ReadOnlySpan<byte> token)
    {
        foreach (var b in token[1..])
        {
            if (b is > 0x20 and < 0x7F and not (byte)'#') continue;
            output.Name(Lexer.NameOf(token));
            return;
        }
        output.Raw(token);
    }

    // A string that was read to its end has one meaning: its own bytes may stand.
    private void String(ReadOnlySpan<byte> token)
    {
        if (token.Length < 2 || token[^1] != (token[0] == '<' ? (byte)'>' : (byte)')') || (token[0] == '<' && token[1..^1].IndexOfAnyExcept(Digits) >= 0)) new PdfString(Lexer.StringOf(token)).WriteTo(output);
        else output.Raw(token);
    }

    private static readonly System.Buffers.SearchValues<byte> Digits = System.Buffers.SearchValues.Create("0123456789ABCDEFabcdef"u8);

    private void Array(ref Lexer lexer, int depth)
    {
        output.Byte((byte)'[');
        while (true)
        {
            var token = lexer.Next();
            switch (token.Kind)
            {
                case TokenKind.Number: Number(token.In(lexer.Data)); break;
                case TokenKind.Name: Name(token.In(lexer.Data)); break;
                case TokenKind.LiteralString or TokenKind.HexString: String(token.In(lexer.Data)); break;
                case TokenKind.ArrayOpen when depth < MostNested: Array(ref lexer, depth + 1); break;
                case TokenKind.Word when token.In(lexer.Data) is var word && Operators.Takes(Operators.Key(word)) is not null:
                    // "[(a) Tj": the bracket was forgotten; the operator counts.
                    lexer.At = token.Start;
                    output.Byte((byte)']');
                    return;
                case TokenKind.ArrayClose or TokenKind.End:
                    output.Byte((byte)']');
                    return;
                default: break;
            }
        }
    }

    private void Properties(ref Lexer lexer)
    {
        var given = ValueReader.Read(ref lexer, refs: false) as PdfDict ?? new();
        Inert.Properties(given).WriteTo(output);
    }
}

/// <summary>Property lists of marked content (ISO 32000-2 §14.6.2), reduced to what a reader or a screen reader uses.</summary>
internal static class Inert
{
    private static readonly string[] Keys = ["Type", "Subtype", "MCID", "Lang", "Alt", "ActualText", "E", "BBox", "Attached", "Contents", "O", "Placement"];

    public static PdfDict Properties(PdfDict given)
    {
        var kept = new PdfDict();
        foreach (var key in Keys)
        {
            if (given[key] is PdfName or PdfNumber or PdfString or PdfBool) kept[key] = given[key];
            else if (given[key] is PdfArray array && array.Items.All(static i => i is PdfNumber or PdfName)) kept[key] = array;
        }
        return kept;
    }
}
