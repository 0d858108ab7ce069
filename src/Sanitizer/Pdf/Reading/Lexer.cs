using System.Buffers;
using System.Globalization;
using System.Text;

namespace Sekisho.Sanitizer.Pdf.Reading;

internal enum TokenKind : byte
{
    End,
    Number,
    Name,
    LiteralString,
    HexString,
    ArrayOpen,
    ArrayClose,
    DictOpen,
    DictClose,
    BraceOpen,
    BraceClose,
    Word,
}

/// <summary>One token by its place in the bytes.</summary>
internal readonly record struct Token(TokenKind Kind, int Start, int End)
{
    public ReadOnlySpan<byte> In(ReadOnlySpan<byte> data) => data[Start..End];
}

/// <summary>Tokens of a PDF (ISO 32000-2 §7.2) and of its content streams, CMaps and calculator functions. Bad bytes never make it throw; it always moves on.</summary>
internal ref struct Lexer(ReadOnlySpan<byte> untrusted, int at)
{
    private static readonly SearchValues<byte> LineEnds = SearchValues.Create("\r\n"u8);
    private static readonly SearchValues<byte> StringMarks = SearchValues.Create("()\\"u8);
    // 0 regular, 1 white space, 2 delimiter.
    private static readonly byte[] Classes = MakeClasses();

    private readonly ReadOnlySpan<byte> data = untrusted;

    public int At = at;

    public readonly ReadOnlySpan<byte> Data => data;

    public static bool IsBlank(byte b) => Classes[b] == 1;

    public static bool IsRegular(byte b) => Classes[b] == 0;

    public void SkipBlanks()
    {
        var position = At;
        while (position < data.Length)
        {
            var b = data[position];
            if (Classes[b] == 1) position++;
            else if (b == '%')
            {
                var end = data[position..].IndexOfAny(LineEnds);
                position = end < 0 ? data.Length : position + end;
            }
            else break;
        }
        At = position;
    }

    public Token Next()
    {
        SkipBlanks();
        if (At >= data.Length) return new(TokenKind.End, data.Length, data.Length);
        var start = At;
        var b = data[At];
        switch (b)
        {
            case (byte)'/':
                At++;
                SkipRegular();
                return new(TokenKind.Name, start, At);
            case (byte)'(':
                return Literal(start);
            case (byte)'<':
                if (At + 1 < data.Length && data[At + 1] == '<')
                {
                    At += 2;
                    return new(TokenKind.DictOpen, start, At);
                }
                var close = data[At..].IndexOf((byte)'>');
                At = close < 0 ? data.Length : At + close + 1;
                return new(TokenKind.HexString, start, At);
            case (byte)'>':
                At += At + 1 < data.Length && data[At + 1] == '>' ? 2 : 1;
                return At - start == 2 ? new(TokenKind.DictClose, start, At) : Next();
            case (byte)'[':
                At++;
                return new(TokenKind.ArrayOpen, start, At);
            case (byte)']':
                At++;
                return new(TokenKind.ArrayClose, start, At);
            case (byte)'{':
                At++;
                return new(TokenKind.BraceOpen, start, At);
            case (byte)'}':
                At++;
                return new(TokenKind.BraceClose, start, At);
            case (byte)')':
                At++;
                return new(TokenKind.Word, start, At);
            default:
                SkipRegular();
                return new(LooksLikeNumber(data[start..At]) ? TokenKind.Number : TokenKind.Word, start, At);
        }
    }

    /// <summary>The next token without moving.</summary>
    public readonly Token Peek()
    {
        var copy = this;
        return copy.Next();
    }

    private void SkipRegular()
    {
        var position = At;
        while (position < data.Length && Classes[data[position]] == 0) position++;
        At = position;
    }

    private Token Literal(int start)
    {
        var depth = 0;
        while (true)
        {
            var mark = data[At..].IndexOfAny(StringMarks);
            if (mark < 0)
            {
                At = data.Length;
                return new(TokenKind.LiteralString, start, At);
            }
            At += mark;
            var b = data[At++];
            if (b == '\\') At = Math.Min(At + 1, data.Length);
            else if (b == '(') depth++;
            else if (--depth == 0) return new(TokenKind.LiteralString, start, At);
        }
    }

    // "--5", "1.2.3" and "12-" are met in the field and read as numbers by all readers.
    private static bool LooksLikeNumber(ReadOnlySpan<byte> word)
    {
        var digit = false;
        if (word[0] is not ((byte)'+' or (byte)'-' or (byte)'.' or (>= (byte)'0' and <= (byte)'9'))) return false;
        foreach (var b in word)
        {
            if (b is >= (byte)'0' and <= (byte)'9') digit = true;
            else if (b is not ((byte)'+' or (byte)'-' or (byte)'.')) return false;
        }
        return digit || word is [(byte)'.'] or [(byte)'-'] or [(byte)'-', (byte)'.'];
    }

    /// <summary>True when the number is written as the specification says: then its own bytes may be written.</summary>
    public static bool IsPlainNumber(ReadOnlySpan<byte> word)
    {
        var points = 0;
        var digits = 0;
        for (var i = 0; i < word.Length; i++)
        {
            var b = word[i];
            if (b is >= (byte)'0' and <= (byte)'9') digits++;
            else if (b == '.') points++;
            else if (b != '-' || i > 0) return false;
        }
        return digits is > 0 and < 20 && points <= 1;
    }

    public static decimal NumberOf(ReadOnlySpan<byte> word)
    {
        var at = 0;
        var negative = false;
        while (at < word.Length && word[at] is (byte)'+' or (byte)'-') negative |= word[at++] == '-';
        long whole = 0;
        var digits = 0;
        while (at < word.Length && word[at] is >= (byte)'0' and <= (byte)'9')
        {
            if (digits++ < 18) whole = whole * 10 + (word[at] - '0');
            at++;
        }
        // More than any value of a page, a font or a colour: what is written stays within what every reader holds.
        if (digits > 18) return negative ? int.MinValue : int.MaxValue;
        decimal value = whole;
        if (at < word.Length && word[at] == '.')
        {
            at++;
            long part = 0, scale = 1;
            while (at < word.Length && word[at] is >= (byte)'0' and <= (byte)'9')
            {
                if (scale < 1_000_000_000_000_000) (part, scale) = (part * 10 + (word[at] - '0'), scale * 10);
                at++;
            }
            if (part != 0) value += (decimal)part / scale;
        }
        return negative ? -value : value;
    }

    /// <summary>The bytes that a literal or hexadecimal string means.</summary>
    public static byte[] StringOf(ReadOnlySpan<byte> token)
    {
        if (token.Length < 2) return [];
        return token[0] == '<' ? Hex(token) : Literal(token[1..(token[^1] == ')' ? ^1 : ^0)]);
    }

    /// <summary>The name that a token means, without its slash.</summary>
    public static string NameOf(ReadOnlySpan<byte> token)
    {
        var name = token[1..];
        if (name.IndexOf((byte)'#') < 0) return Known(name);
        var text = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] == '#' && i + 2 < name.Length && Nibble(name[i + 1]) is >= 0 and var high && Nibble(name[i + 2]) is >= 0 and var low)
            {
                text.Append((char)(high << 4 | low));
                i += 2;
            }
            else
            {
                text.Append((char)name[i]);
            }
        }
        return text.ToString();
    }

    private static string Known(ReadOnlySpan<byte> name) => name.Length <= 24 ? NamePool.Get(name) : Encoding.Latin1.GetString(name);

    private static byte[] Hex(ReadOnlySpan<byte> token)
    {
        var bytes = new byte[(token.Length - 1) / 2 + 1];
        int count = 0, half = -1;
        foreach (var b in token[1..])
        {
            var n = Nibble(b);
            if (n < 0) continue;
            if (half < 0) half = n;
            else (bytes[count++], half) = ((byte)(half << 4 | n), -1);
        }
        if (half >= 0) bytes[count++] = (byte)(half << 4);
        return bytes[..count];
    }

    private static byte[] Literal(ReadOnlySpan<byte> body)
    {
        if (body.IndexOfAny((byte)'\\', (byte)'\r') < 0) return body.ToArray();
        var bytes = new byte[body.Length];
        var count = 0;
        for (var i = 0; i < body.Length; i++)
        {
            var b = body[i];
            if (b == '\r')
            {
                if (i + 1 < body.Length && body[i + 1] == '\n') i++;
                bytes[count++] = (byte)'\n';
                continue;
            }
            if (b != '\\' || ++i >= body.Length)
            {
                if (b != '\\') bytes[count++] = b;
                continue;
            }
            b = body[i];
            switch (b)
            {
                case (byte)'n': bytes[count++] = (byte)'\n'; break;
                case (byte)'r': bytes[count++] = (byte)'\r'; break;
                case (byte)'t': bytes[count++] = (byte)'\t'; break;
                case (byte)'b': bytes[count++] = (byte)'\b'; break;
                case (byte)'f': bytes[count++] = (byte)'\f'; break;
                case (byte)'\r':
                    if (i + 1 < body.Length && body[i + 1] == '\n') i++;
                    break;
                case (byte)'\n': break;
                case >= (byte)'0' and <= (byte)'7':
                    var value = b - '0';
                    for (var n = 0; n < 2 && i + 1 < body.Length && body[i + 1] is >= (byte)'0' and <= (byte)'7'; n++) value = value * 8 + (body[++i] - '0');
                    bytes[count++] = (byte)value;
                    break;
                default: bytes[count++] = b; break;
            }
        }
        return bytes[..count];
    }

    private static int Nibble(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        _ => -1,
    };

    private static byte[] MakeClasses()
    {
        var classes = new byte[256];
        foreach (var b in "\0\t\n\f\r "u8) classes[b] = 1;
        foreach (var b in "()<>[]{}/%"u8) classes[b] = 2;
        return classes;
    }
}

/// <summary>Names that recur are one string each.</summary>
internal static class NamePool
{
    private static readonly string?[] Slots = new string?[4096];

    public static string Get(ReadOnlySpan<byte> name)
    {
        var hash = 17u;
        foreach (var b in name) hash = hash * 31 + b;
        ref var slot = ref Slots[hash & 4095];
        var held = slot;
        if (held is not null && held.Length == name.Length)
        {
            var same = true;
            for (var i = 0; i < name.Length && same; i++) same = held[i] == name[i];
            if (same) return held;
        }
        return slot = Encoding.Latin1.GetString(name);
    }
}

/// <summary>Values made of tokens.</summary>
internal static class ValueReader
{
    // qpdf stops at 500; real files stay under 20.
    public const int MostNested = 100;

    /// <summary>The next value; null at the end, at a keyword or at a bracket that closes nothing.</summary>
    /// <param name="refs">False in content streams, where "R" is no reference.</param>
    public static PdfValue? Read(ref Lexer lexer, bool refs = true, int depth = 0)
    {
        var token = lexer.Next();
        switch (token.Kind)
        {
            case TokenKind.Number:
                var word = token.In(lexer.Data);
                if (refs && IsIndex(word) && Reference(ref lexer, word) is { } reference) return reference;
                return new PdfNumber(Lexer.NumberOf(word));
            case TokenKind.Name: return new PdfName(Lexer.NameOf(token.In(lexer.Data)));
            case TokenKind.LiteralString or TokenKind.HexString: return new PdfString(Lexer.StringOf(token.In(lexer.Data)));
            case TokenKind.ArrayOpen: return Array(ref lexer, refs, depth + 1);
            case TokenKind.DictOpen: return Dict(ref lexer, refs, depth + 1);
            case TokenKind.Word:
                var name = token.In(lexer.Data);
                if (name.SequenceEqual("true"u8)) return PdfBool.True;
                if (name.SequenceEqual("false"u8)) return PdfBool.False;
                if (name.SequenceEqual("null"u8)) return PdfNull.Value;
                lexer.At = token.Start;
                return null;
            default:
                lexer.At = token.Start;
                return null;
        }
    }

    private static bool IsIndex(ReadOnlySpan<byte> word) => word.Length < 10 && word[0] is >= (byte)'0' and <= (byte)'9' && word.IndexOf((byte)'.') < 0;

    private static PdfRef? Reference(ref Lexer lexer, ReadOnlySpan<byte> number)
    {
        var back = lexer.At;
        var generation = lexer.Next();
        if (generation.Kind == TokenKind.Number && IsIndex(generation.In(lexer.Data)))
        {
            var r = lexer.Next();
            if (r.Kind == TokenKind.Word && r.In(lexer.Data).SequenceEqual("R"u8)
                && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && int.TryParse(generation.In(lexer.Data), NumberStyles.None, CultureInfo.InvariantCulture, out var g))
                return new PdfRef(n, g);
        }
        lexer.At = back;
        return null;
    }

    private static PdfArray Array(ref Lexer lexer, bool refs, int depth)
    {
        if (depth > MostNested) throw PdfRefusals.TooNested();
        var array = new PdfArray();
        while (true)
        {
            if (Read(ref lexer, refs, depth) is { } value)
            {
                array.Items.Add(value);
                continue;
            }
            var token = lexer.Next();
            if (token.Kind == TokenKind.ArrayClose) return array;
            // A keyword within an array is skipped; what ends an object ends the array too.
            if (token.Kind is TokenKind.End or TokenKind.DictClose || EndsObject(token, lexer.Data))
            {
                lexer.At = token.Start;
                return array;
            }
        }
    }

    private static PdfDict Dict(ref Lexer lexer, bool refs, int depth)
    {
        if (depth > MostNested) throw PdfRefusals.TooNested();
        var dict = new PdfDict();
        while (true)
        {
            var token = lexer.Next();
            if (token.Kind == TokenKind.DictClose) return dict;
            if (token.Kind == TokenKind.End || EndsObject(token, lexer.Data))
            {
                lexer.At = token.Start;
                return dict;
            }
            if (token.Kind != TokenKind.Name) continue;
            var key = Lexer.NameOf(token.In(lexer.Data));
            if (Read(ref lexer, refs, depth) is { } value) dict[key] = value;
        }
    }

    private static bool EndsObject(Token token, ReadOnlySpan<byte> data) =>
        token.Kind == TokenKind.Word && token.In(data) is var word && (word.StartsWith("endobj"u8) || word.SequenceEqual("stream"u8) || word.SequenceEqual("endstream"u8));
}
