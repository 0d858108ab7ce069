using System.Buffers.Binary;

namespace Sekisho.Sanitizer.Pdf.Reading;

/// <summary>Where an object lies: at a place in the file, or as the n-th of an object stream.</summary>
/// <param name="Container">Number of the object stream; 0 when it stands in the file itself.</param>
/// <param name="At">Offset in the file, or the index in the stream.</param>
internal readonly record struct Place(int Container, int At, int Generation)
{
    public static readonly Place Free = new(-1, 0, 0);
}

/// <summary>Reads the chain of cross-reference tables and streams (ISO 32000-2 §7.5.4–7.5.8), newest first; what an older one says of an object known already counts for nothing.</summary>
internal sealed class XrefReader(PdfFile file)
{
    public Dictionary<int, Place> Places { get; } = [];

    public PdfDict? Trailer { get; private set; }

    /// <summary>How many sections there were: more than one means earlier revisions.</summary>
    public int Sections { get; private set; }

    /// <summary>False when a part of the chain can't be read: the file is then searched as a whole.</summary>
    public bool Read(int start)
    {
        var seen = new HashSet<int>();
        var next = new Queue<int>([start]);
        while (next.TryDequeue(out var at))
        {
            if (!seen.Add(at)) continue;
            if (seen.Count > 10_000) return false;
            file.Budget.Check();
            if (Section(at) is not { } trailer) return false;
            Trailer ??= trailer;
            // A hybrid file hides objects from old readers in a stream beside the table: newer than what came before it.
            if (trailer["XRefStm"] is PdfNumber { Int: { } hidden } && seen.Add(hidden)) Section(hidden);
            Sections++;
            if (trailer["Prev"] is PdfNumber { Int: { } previous }) next.Enqueue(previous);
        }
        return Trailer is not null && Places.Count > 0;
    }

    private PdfDict? Section(int at)
    {
        at += file.Base;
        if (at < 0 || at >= file.Data.Length) return null;
        var lexer = new Lexer(file.Data, at);
        var first = lexer.Peek();
        if (first.Kind == TokenKind.Word && first.In(file.Data).SequenceEqual("xref"u8))
        {
            lexer.Next();
            return Table(ref lexer);
        }
        return first.Kind == TokenKind.Number && file.ReadAt(at, out var number) is PdfStream stream && IsXref(stream) && Stream(stream, number) ? stream.Dict : null;
    }

    private static bool IsXref(PdfStream stream) => stream.Dict["Type"] is PdfName { Name: "XRef" };

    private PdfDict? Table(ref Lexer lexer)
    {
        while (true)
        {
            var token = lexer.Next();
            if (token.Kind == TokenKind.Word && token.In(file.Data).SequenceEqual("trailer"u8)) return ValueReader.Read(ref lexer) as PdfDict;
            var count = lexer.Next();
            if (token.Kind != TokenKind.Number || count.Kind != TokenKind.Number) return null;
            var from = Lexer.NumberOf(token.In(file.Data));
            var many = Lexer.NumberOf(count.In(file.Data));
            if (from is < 0 or > PdfFile.MostObjects || many is < 0 or > PdfFile.MostObjects) return null;
            for (var i = 0; i < (int)many; i++)
            {
                var back = lexer.At;
                var offset = lexer.Next();
                if (offset.Kind == TokenKind.Word && offset.In(file.Data).SequenceEqual("trailer"u8))
                {
                    lexer.At = back;
                    break;
                }
                var generation = lexer.Next();
                var use = lexer.Next();
                if (offset.Kind != TokenKind.Number || generation.Kind != TokenKind.Number || use.Kind != TokenKind.Word) return null;
                var place = Lexer.NumberOf(offset.In(file.Data));
                var inUse = use.In(file.Data).SequenceEqual("n"u8);
                if (!inUse && !use.In(file.Data).SequenceEqual("f"u8)) return null;
                Add((int)from + i, inUse && place > 0 && place < file.Data.Length ? new(0, (int)place + file.Base, (int)Math.Clamp(Lexer.NumberOf(generation.In(file.Data)), 0, 65535)) : Place.Free);
            }
        }
    }

    private bool Stream(PdfStream stream, int number)
    {
        var dict = stream.Dict;
        if (dict["W"] is not PdfArray { Items: [PdfNumber { Int: { } w0 }, PdfNumber { Int: { } w1 }, PdfNumber { Int: { } w2 }, ..] }) return false;
        if (w0 is < 0 or > 8 || w1 is < 0 or > 8 || w2 is < 0 or > 8 || w0 + w1 + w2 == 0 || file.DecodeUnencrypted(stream) is not { } rows) return false;
        var index = dict["Index"] is PdfArray list ? list.Items.Select(static i => (i as PdfNumber)?.Int ?? -1).ToList() : [0, dict["Size"] is PdfNumber { Int: { } size } ? size : 0];
        var at = 0;
        for (var pair = 0; pair + 1 < index.Count; pair += 2)
        {
            if (index[pair] < 0 || index[pair + 1] < 0) return false;
            for (var i = 0; i < index[pair + 1]; i++)
            {
                if (at + w0 + w1 + w2 > rows.Length) return true;
                var kind = w0 == 0 ? 1 : Field(rows, ref at, w0);
                var second = Field(rows, ref at, w1);
                var third = Field(rows, ref at, w2);
                if ((long)index[pair] + i > PdfFile.MostObjects) return false;
                Add(index[pair] + i, kind switch
                {
                    1 when second > 0 && second < file.Data.Length => new(0, (int)second + file.Base, (int)Math.Clamp(third, 0, 65535)),
                    2 when second is > 0 and <= PdfFile.MostObjects && third is >= 0 and <= PdfFile.MostObjects => new((int)second, (int)third, 0),
                    _ => Place.Free,
                });
            }
        }
        Places.TryAdd(number, Place.Free);
        return true;
    }

    private static long Field(byte[] rows, ref int at, int width)
    {
        Span<byte> wide = stackalloc byte[8];
        wide.Clear();
        rows.AsSpan(at, width).CopyTo(wide[(8 - width)..]);
        at += width;
        return BinaryPrimitives.ReadInt64BigEndian(wide);
    }

    private void Add(int number, Place place)
    {
        Places.TryAdd(number, place);
        if (Places.Count > PdfFile.MostObjects) throw PdfRefusals.TooManyObjects(PdfFile.MostObjects);
    }
}
