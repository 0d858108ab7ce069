using System.Globalization;
using System.Runtime.InteropServices;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Pdf.Reading;

/// <summary>A PDF from outside, read object by object on demand (ISO 32000-2 §7.5). Damaged cross-references are made good by a search through the whole file, as every reader does.</summary>
internal sealed class PdfFile
{
    public const int MostObjects = 1_000_000;
    // Objects are mostly met once; those that many refer to stay near.
    private const int MostKept = 50_000;
    private const int MostUnpackedKept = 64 << 20;

    private readonly ReadOnlyMemory<byte> memory;
    private readonly Dictionary<int, PdfValue> kept = [];
    private readonly Dictionary<int, Unpacked> unpacked = [];
    private readonly HashSet<int> underWay = [];
    private readonly IReadOnlyList<string> passwords;
    private long unpackedBytes;
    private Dictionary<int, Place> places = [];
    private Dictionary<int, Place>? searched;

    private PdfFile(ReadOnlyMemory<byte> untrusted, Budget budget, IReadOnlyList<string> passwords)
    {
        memory = untrusted;
        Budget = budget;
        this.passwords = passwords;
    }

    public Budget Budget { get; }

    public ReadOnlySpan<byte> Data => memory.Span;

    /// <summary>Where the header stands: offsets count from there.</summary>
    public int Base { get; private set; }

    public PdfDict Trailer { get; private set; } = new();

    public PdfDict Catalog { get; private set; } = new();

    public SecurityHandler? Security { get; private set; }

    /// <summary>How many revisions the file holds.</summary>
    public int Revisions { get; private set; } = 1;

    /// <summary>True when the cross-references could not be used.</summary>
    public bool WasDamaged => searched is not null;

    /// <summary>Numbers of all objects, in ascending order.</summary>
    public IEnumerable<int> Numbers => places.Where(static p => p.Value != Place.Free).Select(static p => p.Key).Order();

    /// <exception cref="RefusedException">There is no document in it, or no password opens it.</exception>
    public static PdfFile Open(ReadOnlyMemory<byte> untrusted, Budget budget, IReadOnlyList<string> passwords)
    {
        var file = new PdfFile(untrusted, budget, passwords);
        var header = file.Data[..Math.Min(1029, file.Data.Length)].IndexOf("%PDF-"u8);
        file.Base = Math.Max(0, header);
        if (!file.ByXref()) file.BySearch();
        return file;
    }

    /// <summary>The value itself: what a reference leads to; <see cref="PdfNull"/> where it leads nowhere.</summary>
    public PdfValue Resolve(PdfValue? value)
    {
        for (var hops = 0; value is PdfRef reference; hops++)
        {
            if (hops > 16) return PdfNull.Value;
            value = Object(reference.Number);
        }
        return value ?? PdfNull.Value;
    }

    /// <summary>One step of <see cref="Resolve"/>.</summary>
    public PdfValue Resolve1(PdfRef reference) => Object(reference.Number);

    public PdfValue Get(PdfDict dict, string key) => Resolve(dict[key]);

    public PdfDict? Dict(PdfDict dict, string key) => Get(dict, key) as PdfDict;

    public string? Name(PdfDict dict, string key) => (Get(dict, key) as PdfName)?.Name;

    public int? Int(PdfDict dict, string key) => (Get(dict, key) as PdfNumber)?.Int;

    /// <summary>The bytes of a stream as the file holds them, decrypted.</summary>
    public ReadOnlyMemory<byte> Raw(PdfStream stream)
    {
        var raw = memory.Slice(stream.Start, stream.Length);
        return Security is null || stream.Number == 0 ? raw : Security.Stream(raw, stream, this);
    }

    /// <summary>For cross-reference streams, which are never encrypted.</summary>
    public byte[]? DecodeUnencrypted(PdfStream stream) =>
        Filters.Decode(memory.Slice(stream.Start, stream.Length), stream.Dict, this, "xref") is { Image: null } done ? done.Bytes.ToArray() : null;

    /// <summary>The object at a place in the file; null when there is none.</summary>
    public PdfValue? ReadAt(int at, out int number)
    {
        number = 0;
        var lexer = new Lexer(Data, at);
        var first = lexer.Next();
        var second = lexer.Next();
        var word = lexer.Next();
        if (first.Kind != TokenKind.Number || second.Kind != TokenKind.Number || word.Kind != TokenKind.Word || !word.In(Data).StartsWith("obj"u8)) return null;
        // "1 0 obj<</A…" is two tokens, "1 0 obj123" is a value run into the keyword.
        lexer.At = word.Start + 3;
        if (!int.TryParse(first.In(Data), NumberStyles.None, CultureInfo.InvariantCulture, out number) || !int.TryParse(second.In(Data), NumberStyles.None, CultureInfo.InvariantCulture, out var generation)) return null;
        var value = ValueReader.Read(ref lexer) ?? PdfNull.Value;
        if (value is not PdfDict dict) return value;
        var next = lexer.Next();
        if (next.Kind != TokenKind.Word || !next.In(Data).StartsWith("stream"u8)) return dict;
        var start = next.Start + 6;
        if (start < Data.Length && Data[start] == '\r') start++;
        if (start < Data.Length && Data[start] == '\n') start++;
        return new PdfStream(dict, start, LengthOf(dict, start), number, generation);
    }

    private int LengthOf(PdfDict dict, int start)
    {
        if (Get(dict, "Length") is PdfNumber { Int: >= 0 and { } length } && length <= Data.Length - start)
        {
            var after = new Lexer(Data, start + length);
            var token = after.Next();
            if (token.Start - (start + length) <= 4 && token.Kind == TokenKind.Word && token.In(Data).StartsWith("endstream"u8)) return length;
        }
        var rest = Data[start..];
        var end = rest.IndexOf("endstream"u8);
        if (end < 0) end = rest.IndexOf("endobj"u8);
        if (end < 0) end = rest.Length;
        if (end > 0 && rest[end - 1] == '\n') end--;
        if (end > 0 && rest[end - 1] == '\r') end--;
        return end;
    }

    private bool ByXref()
    {
        var tail = Data[Math.Max(0, Data.Length - 2048)..];
        var mark = tail.LastIndexOf("startxref"u8);
        if (mark < 0)
        {
            tail = Data;
            mark = tail.LastIndexOf("startxref"u8);
        }
        if (mark < 0) return false;
        var lexer = new Lexer(tail, mark + 9);
        var number = lexer.Next();
        if (number.Kind != TokenKind.Number) return false;
        var start = Lexer.NumberOf(number.In(tail));
        if (start < 0 || start >= Data.Length) return false;
        var xref = new XrefReader(this);
        if (!xref.Read((int)start)) return false;
        places = xref.Places;
        Revisions = xref.Sections;
        return Begin(xref.Trailer!);
    }

    private void BySearch()
    {
        kept.Clear();
        unpacked.Clear();
        unpackedBytes = 0;
        var trailers = Search();
        trailers.Reverse();
        foreach (var trailer in trailers)
        {
            if (trailer["Root"] is PdfRef or PdfDict && Begin(trailer)) return;
        }
        // No trailer is left: the last catalog that stands in the file is the document.
        foreach (var number in places.Keys.OrderDescending().ToList())
        {
            Budget.Check();
            if (Object(number) is PdfDict dict && dict["Type"] is PdfName { Name: "Catalog" } && Begin(new PdfDict().With("Root", new PdfRef(number, 0)))) return;
        }
        throw PdfRefusals.NoDocument();
    }

    private bool Begin(PdfDict trailer)
    {
        Trailer = trailer;
        Security = null;
        if (trailer["Encrypt"] is { } encrypt)
        {
            if (Resolve(encrypt) is PdfDict handler)
            {
                Security = SecurityHandler.Open(handler, this, passwords);
                // Strings met before the key was known are read again.
                kept.Clear();
                unpacked.Clear();
                unpackedBytes = 0;
                Security.Own = (encrypt as PdfRef)?.Number ?? 0;
            }
            else if (searched is null)
            {
                return false;
            }
        }
        if (Resolve(trailer["Root"]) is not PdfDict root || Resolve(root["Pages"]) is not PdfDict) return false;
        Catalog = root;
        return true;
    }

    /// <summary>Finds objects by their "n g obj"; the last of a number counts. Returns the trailers, in the order of the file.</summary>
    private List<PdfDict> Search()
    {
        searched = [];
        var trailers = new List<PdfDict>();
        var streams = new List<int>();
        var at = 0;
        while (at < Data.Length)
        {
            var hit = Data[at..].IndexOf("obj"u8);
            var trailer = Data[at..(hit < 0 ? Data.Length : at + hit)].IndexOf("trailer"u8);
            if (trailer >= 0)
            {
                var lexer = new Lexer(Data, at + trailer + 7);
                if (ValueReader.Read(ref lexer) is PdfDict dict) trailers.Add(dict);
                at = Math.Max(at + trailer + 7, Math.Min(lexer.At, hit < 0 ? Data.Length : at + hit));
                continue;
            }
            if (hit < 0) break;
            var word = at + hit;
            at = word + 3;
            if (word >= 3 && Data[(word - 3)..word].SequenceEqual("end"u8)) continue;
            if (Numbers2(word) is not ({ } number, { } generation, { } start) || number > MostObjects) continue;
            searched[number] = new(0, start, generation);
            if (searched.Count > MostObjects) throw PdfRefusals.TooManyObjects(MostObjects);
            Budget.Check();
            // What looks like an object inside a stream isn't one: go on behind the stream.
            var inner = new Lexer(Data, at);
            if (ValueReader.Read(ref inner) is PdfDict own && inner.Next() is { Kind: TokenKind.Word } next && next.In(Data).StartsWith("stream"u8))
            {
                if (own["Type"] is PdfName { Name: "ObjStm" }) streams.Add(number);
                if (own["Type"] is PdfName { Name: "XRef" } && own["Root"] is not null) trailers.Add(own);
                var end = Data[next.End..].IndexOf("endstream"u8);
                if (end >= 0) at = next.End + end;
            }
        }
        places = searched;
        foreach (var stream in streams) Index(stream);
        return trailers;
    }

    private void Index(int container)
    {
        try
        {
            if (Object(container) is not PdfStream stream || Unpack(container, stream) is not { } objects) return;
            for (var i = 0; i < objects.Numbers.Length; i++)
            {
                if (!places.TryGetValue(objects.Numbers[i], out var known) || known.Container > 0) places[objects.Numbers[i]] = new(container, i, 0);
            }
        }
        catch (RefusedException e) when (e.Refusal.Code == "SAN-PDF-005")
        {
            // One that can't be unpacked hides its objects; whatever refers to them finds nothing.
        }
    }

    private (int Number, int Generation, int Start)? Numbers2(int word)
    {
        var at = word;
        if (BackNumber(ref at) is not { } generation || BackNumber(ref at) is not { } number) return null;
        return (number, generation, at);
    }

    private int? BackNumber(ref int at)
    {
        var position = at;
        while (position > 0 && Lexer.IsBlank(Data[position - 1])) position--;
        var end = position;
        while (position > 0 && Data[position - 1] is >= (byte)'0' and <= (byte)'9') position--;
        if (end == position || end - position > 9) return null;
        at = position;
        return int.Parse(Data[position..end], CultureInfo.InvariantCulture);
    }

    private PdfValue Object(int number)
    {
        if (kept.TryGetValue(number, out var known)) return known;
        if (!places.TryGetValue(number, out var place) || place == Place.Free) return PdfNull.Value;
        if (!underWay.Add(number)) return PdfNull.Value;
        try
        {
            var value = place.Container > 0 ? InContainer(place) : InFile(number, place);
            if (kept.Count >= MostKept) kept.Clear();
            kept[number] = value;
            return value;
        }
        finally
        {
            underWay.Remove(number);
        }
    }

    private PdfValue InFile(int number, Place place)
    {
        var value = ReadAt(place.At, out var found);
        if (value is null || found != number)
        {
            // The table lies about this one: look where it really is.
            if (searched is null)
            {
                var (table, container) = (places, kept.Count);
                Search();
                var all = searched!;
                places = table;
                foreach (var (n, p) in all)
                {
                    if (!table.ContainsKey(n)) table[n] = p;
                }
            }
            if (!searched!.TryGetValue(number, out var real)) return PdfNull.Value;
            places[number] = real;
            value = real.Container > 0 ? InContainer(real) : ReadAt(real.At, out _) ?? PdfNull.Value;
            if (real.Container > 0) return value;
            place = real;
        }
        return Security is null || number == Security.Own ? value : Security.Strings(value, number, place.Generation);
    }

    private PdfValue InContainer(Place place)
    {
        if (!places.TryGetValue(place.Container, out var at) || at.Container != 0 || Object(place.Container) is not PdfStream stream || Unpack(place.Container, stream) is not { } objects) return PdfNull.Value;
        if (place.At >= objects.Offsets.Length) return PdfNull.Value;
        var lexer = new Lexer(objects.Bytes.Span, objects.Offsets[place.At]);
        return ValueReader.Read(ref lexer) ?? PdfNull.Value;
    }

    private Unpacked? Unpack(int number, PdfStream stream)
    {
        if (unpacked.TryGetValue(number, out var known)) return known;
        if (Int(stream.Dict, "N") is not (>= 0 and <= MostObjects and { } count) || Int(stream.Dict, "First") is not (>= 0 and { } first)) return null;
        var decoded = Filters.Decode(Raw(stream), stream.Dict, this, $"object {number}");
        if (decoded.Image is not null || first > decoded.Bytes.Length) return null;
        var lexer = new Lexer(decoded.Bytes.Span[..first], 0);
        var (numbers, offsets) = (new List<int>(), new List<int>());
        for (var i = 0; i < count; i++)
        {
            var n = lexer.Next();
            var offset = lexer.Next();
            if (n.Kind != TokenKind.Number || offset.Kind != TokenKind.Number) break;
            numbers.Add((int)Math.Clamp(Lexer.NumberOf(n.In(lexer.Data)), 0, MostObjects));
            offsets.Add((int)Math.Clamp(first + Lexer.NumberOf(offset.In(lexer.Data)), 0, decoded.Bytes.Length));
        }
        if (unpackedBytes > MostUnpackedKept)
        {
            unpacked.Clear();
            unpackedBytes = 0;
        }
        unpackedBytes += decoded.Bytes.Length;
        return unpacked[number] = new([.. numbers], [.. offsets], decoded.Bytes);
    }

    private sealed record Unpacked(int[] Numbers, int[] Offsets, ReadOnlyMemory<byte> Bytes);
}
