using System.Security.Cryptography;
using Sekisho.Sanitizer.Pdf.Reading;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Pdf;

/// <summary>Writes a PDF of one revision: values in object streams, one cross-reference stream, no date, and an /ID that follows from the content. Objects go out as they come, so that memory stays flat.</summary>
internal sealed class PdfWriter : IDisposable
{
    private const int MostInStream = 200;
    private const int MostStreamBytes = 128 << 10;

    private readonly Scratch output;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<(byte Kind, long Second, int Third)> places = [(0, 0, 65535)];
    private readonly List<(int Number, int Offset)> packed = [];
    private readonly PdfBytes pack = new();
    private readonly PdfBytes line = new();
    private long at;

    public PdfWriter(Scratch output)
    {
        this.output = output;
        Put("%PDF-1.7\n%\u00E2\u00E3\u00CF\u00D3\n".Select(static c => (byte)c).ToArray());
    }

    /// <summary>A number for an object that will be written.</summary>
    public int Reserve()
    {
        places.Add((0, 0, 0));
        return places.Count - 1;
    }

    public void Write(int number, PdfValue value)
    {
        packed.Add((number, pack.Length));
        value.WriteTo(pack);
        pack.Byte((byte)'\n');
        if (packed.Count >= MostInStream || pack.Length >= MostStreamBytes) Flush();
    }

    /// <summary>A stream whose bytes are encoded already, as <paramref name="dict"/> says.</summary>
    public void WriteStream(int number, PdfDict dict, ReadOnlySpan<byte> bytes)
    {
        places[number] = (1, at, 0);
        line.Clear();
        line.Integer(number);
        line.Raw(" 0 obj\n"u8);
        dict.With("Length", PdfNumber.Of(bytes.Length)).WriteTo(line);
        line.Raw("\nstream\n"u8);
        Put(line.Span);
        Put(bytes);
        Put("\nendstream\nendobj\n"u8);
    }

    /// <summary>A stream of plain bytes, packed here.</summary>
    public void WriteFlate(int number, PdfDict dict, ReadOnlySpan<byte> plain) => WriteStream(number, dict.With("Filter", new PdfName("FlateDecode")), Filters.Deflate(plain));

    /// <summary>Ends the file.</summary>
    public void Finish(int catalog, PdfDict? info)
    {
        int? about = null;
        if (info is not null) Write((about = Reserve()).Value, info);
        Flush();
        var number = Reserve();
        places[number] = (1, at, 0);
        var wide = at < 1 << 24 ? 3 : at < 1L << 32 ? 4 : 6;
        var rows = new byte[places.Count * (1 + wide + 2)];
        var row = 0;
        foreach (var (kind, second, third) in places)
        {
            rows[row++] = kind;
            for (var i = wide - 1; i >= 0; i--) rows[row++] = (byte)(second >> (8 * i));
            rows[row++] = (byte)(third >> 8);
            rows[row++] = (byte)third;
        }
        var id = new PdfString(hash.GetHashAndReset()[..16]);
        var trailer = new PdfDict().With("Type", new PdfName("XRef")).With("Size", PdfNumber.Of(places.Count))
            .With("W", new PdfArray([PdfNumber.Of(1), PdfNumber.Of(wide), PdfNumber.Of(2)])).With("Root", new PdfRef(catalog, 0));
        if (about is { } a) trailer["Info"] = new PdfRef(a, 0);
        trailer.With("ID", new PdfArray([id, id]));
        var start = at;
        WriteFlate(number, trailer, rows);
        Put("startxref\n"u8);
        Put(System.Text.Encoding.ASCII.GetBytes(start.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        Put("\n%%EOF\n"u8);
    }

    public void Dispose() => hash.Dispose();

    private void Flush()
    {
        if (packed.Count == 0) return;
        var number = Reserve();
        line.Clear();
        foreach (var ((inner, offset), index) in packed.Select(static (p, i) => (p, i)))
        {
            line.Integer(inner);
            line.Integer(offset);
            places[inner] = (2, number, index);
        }
        line.Byte((byte)'\n');
        var first = line.Length;
        line.Raw(pack.Span);
        var dict = new PdfDict().With("Type", new PdfName("ObjStm")).With("N", PdfNumber.Of(packed.Count)).With("First", PdfNumber.Of(first));
        var bytes = Filters.Deflate(line.Span);
        packed.Clear();
        pack.Clear();
        WriteStream(number, dict.With("Filter", new PdfName("FlateDecode")), bytes);
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        output.Write(bytes);
        hash.AppendData(bytes);
        at += bytes.Length;
    }
}
