using System.Buffers;
using System.IO.Compression;
using Sekisho.Sanitizer.Archives.Native;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Streams;

namespace Sekisho.Sanitizer.Pdf.Reading;

/// <summary>A stream taken out of its filters.</summary>
/// <param name="Bytes">Decoded; still encoded as a picture when <paramref name="Image"/> says so.</param>
/// <param name="Image">DCTDecode, JPXDecode, JBIG2Decode or CCITTFaxDecode when that was the last filter; null for plain bytes.</param>
/// <param name="Parms">Parameters of the picture's filter.</param>
/// <param name="Predictor">Set when the predictor of the last Flate or LZW filter was asked to stay.</param>
internal sealed record Decoded(ReadOnlyMemory<byte> Bytes, string? Image, PdfDict? Parms, Predictor? Predictor);

/// <summary>Rows that say how they differ from their neighbours (ISO 32000-2 §7.4.4.4).</summary>
internal sealed record Predictor(int Kind, int Colors, int Bits, int Columns)
{
    public int RowBytes => (int)(((long)Colors * Bits * Columns + 7) / 8);
}

/// <summary>Decodes the general filters of streams within the file's budget (ISO 32000-2 §7.4).</summary>
internal static class Filters
{
    /// <summary>The longest stream that isn't a picture, decoded: drawings of whole cities stay below.</summary>
    public const int MostPlainBytes = 96 << 20;

    // Of libdeflate: twice as fast as zlib's third level, and no longer.
    private const int Level = 1;

    // What is too long to be packed at once.
    private static readonly ZLibCompressionOptions Streaming = new() { CompressionLevel = 3 };

    // Longer chains exist only to tire scanners.
    private const int MostFilters = 6;

    /// <param name="keepPredictor">Leaves the rows of a picture as its predictor made them, when they are well formed.</param>
    /// <exception cref="RefusedException">A filter that nobody knows, or a stream beyond the budget.</exception>
    public static Decoded Decode(ReadOnlyMemory<byte> raw, PdfDict dict, PdfFile file, string place, bool keepPredictor = false)
    {
        var most = keepPredictor ? (int)Math.Min(file.Budget.Limits.InMemoryBytes, Array.MaxLength) : MostPlainBytes;
        var names = file.Get(dict, "Filter") is { } filter && filter is PdfNull ? file.Get(dict, "F") : file.Get(dict, "Filter");
        var parms = file.Get(dict, "DecodeParms") is { } own && own is PdfNull ? file.Get(dict, "DP") : file.Get(dict, "DecodeParms");
        var chain = names switch
        {
            PdfName one => [one.Name],
            PdfArray many => many.Items.Select(i => file.Resolve(i) is PdfName n ? n.Name : throw PdfRefusals.Filters(place, "?")).ToList(),
            _ => new List<string>(),
        };
        if (chain.Count > MostFilters) throw PdfRefusals.Filters(place, $"{chain.Count} filters");
        var bytes = raw;
        for (var i = 0; i < chain.Count; i++)
        {
            file.Budget.Check();
            var parm = parms switch
            {
                PdfArray list => i < list.Items.Count ? file.Resolve(list.Items[i]) as PdfDict : null,
                PdfDict only when i == 0 || chain.Count == 1 => only,
                _ => null,
            };
            var last = i == chain.Count - 1;
            switch (chain[i])
            {
                case "FlateDecode" or "Fl":
                    bytes = Inflate(bytes, file.Budget, place, most);
                    break;
                case "LZWDecode" or "LZW":
                    bytes = Simple.Lzw(bytes.Span, (parm is null ? null : file.Int(parm, "EarlyChange")) != 0, file.Budget, place, most);
                    break;
                case "ASCIIHexDecode" or "AHx":
                    bytes = Simple.AsciiHex(bytes.Span);
                    break;
                case "ASCII85Decode" or "A85":
                    bytes = Simple.Ascii85(bytes.Span);
                    break;
                case "RunLengthDecode" or "RL":
                    bytes = Simple.RunLength(bytes.Span, file.Budget, place, most);
                    break;
                case "Crypt":
                    break;
                case "DCTDecode" or "DCT" or "JPXDecode" or "JBIG2Decode" or "CCITTFaxDecode" or "CCF":
                    if (!last) throw PdfRefusals.Filters(place, $"{chain[i]} → {chain[i + 1]}");
                    return new(bytes, chain[i] switch { "DCT" => "DCTDecode", "CCF" => "CCITTFaxDecode", var n => n }, parm, null);
                default:
                    throw PdfRefusals.Filters(place, chain[i]);
            }
            if (parm is null || chain[i] is not ("FlateDecode" or "Fl" or "LZWDecode" or "LZW") || (file.Int(parm, "Predictor") ?? 1) is not (> 1 and { } kind)) continue;
            var predictor = new Predictor(kind, file.Int(parm, "Colors") ?? 1, file.Int(parm, "BitsPerComponent") ?? 8, file.Int(parm, "Columns") ?? 1);
            if (predictor.Colors is < 1 or > 32 || predictor.Bits is not (1 or 2 or 4 or 8 or 16) || predictor.Columns is < 1 or > 1_000_000 || kind is not (2 or (>= 10 and <= 15))) throw PdfRefusals.Filters(place, $"Predictor {kind}");
            if (last && keepPredictor && Predictors.AreWhole(bytes.Span, predictor)) return new(bytes, null, null, predictor);
            bytes = Predictors.Undo(bytes.Span, predictor);
        }
        return new(bytes, null, null, null);
    }

    /// <summary>Unpacks deflate. What stands before a defect is kept, as readers show it; nothing behind the end of the data is.</summary>
    public static ReadOnlyMemory<byte> Inflate(ReadOnlyMemory<byte> packed, Budget budget, string place, int most = MostPlainBytes)
    {
        var span = packed.Span;
        if (span.Length > 0 && span[0] is (byte)'\r' or (byte)'\n') packed = packed[(span is [(byte)'\r', (byte)'\n', ..] ? 2 : 1)..];
        span = packed.Span;
        if (span.Length < 3) return default;
        var header = (span[0] & 15) == 8 && (span[0] << 8 | span[1]) % 31 == 0;
        var body = header || (span[0] & 15) == 8 ? packed[2..] : packed;
        if (InflateAtOnce(body.Span, budget, place, most) is { } whole) return whole;
        var output = new Growing((int)Math.Clamp(span.Length * 4L, 256, 1 << 20), most);
        if (Inflate(body, output, 1 << 16, budget, place)) return output.Take();
        // Once more, byte by byte near the defect, to keep all that is good.
        var good = output.Length;
        output.Drop();
        output = new Growing(Math.Min(good, 1 << 20) + 65536, most);
        Inflate(body, output, 1 << 16, budget, place, good);
        return output.Take();
    }

    /// <summary>A sound stream of moderate length, in one step; null for any other.</summary>
    private static ReadOnlyMemory<byte>? InflateAtOnce(ReadOnlySpan<byte> untrusted, Budget budget, string place, int most)
    {
        most = (int)Math.Min(Math.Min(most, budget.Limits.InMemoryBytes), LibDeflate.Most);
        // Most come to less than six times their length; more room is tried where one doesn't.
        for (var guess = Math.Max(4096, untrusted.Length * 6L); guess <= most * 2L; guess *= 4)
        {
            if (budget.WouldBurst(Math.Min(guess, most)) && guess > 1 << 20) return null;
            // Large ones aren't kept for the next: few streams need them.
            var isLarge = guess > 1 << 20;
            var room = isLarge ? GC.AllocateUninitializedArray<byte>((int)Math.Min(guess, most)) : ArrayPool<byte>.Shared.Rent((int)Math.Min(guess, most));
            try
            {
                switch (LibDeflate.Unpack(untrusted, room, out _, out var written))
                {
                    case Unpacked.Whole when written <= most:
                        budget.Expand(written, place);
                        return isLarge && written * 2L > room.Length ? room.AsMemory(0, written) : room.AsSpan(0, written).ToArray();
                    case Unpacked.TooLong:
                        continue;
                    default:
                        return null;
                }
            }
            finally
            {
                if (!isLarge) ArrayPool<byte>.Shared.Return(room);
            }
        }
        return null;
    }

    private static bool Inflate(ReadOnlyMemory<byte> body, Growing output, int step, Budget budget, string place, int slowFrom = int.MaxValue)
    {
        using var source = new SpanSource(body);
        using var inflate = new DeflateStream(source, CompressionMode.Decompress);
        try
        {
            while (true)
            {
                var room = output.Room(output.Length >= slowFrom ? 1 : Math.Min(step, slowFrom - output.Length), budget, place);
                var read = inflate.Read(room);
                if (read == 0) return true;
                budget.Expand(read, place);
                output.Length += read;
            }
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>Packs with deflate; the same bytes give the same bytes.</summary>
    public static byte[] Deflate(ReadOnlySpan<byte> bytes)
    {
        using var output = new MemoryStream(Math.Max(64, bytes.Length / 3));
        if (bytes.Length <= LibDeflate.Most) LibDeflate.Pack(bytes, Level, zlib: true, output);
        else
        {
            using var deflate = new ZLibStream(output, Streaming, leaveOpen: true);
            deflate.Write(bytes);
        }
        return output.ToArray();
    }

    private sealed class SpanSource(ReadOnlyMemory<byte> bytes) : ReadOnlyStream
    {
        private int at;

        public override long Length => bytes.Length;
        public override long Position { get => at; set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            var count = Math.Min(buffer.Length, bytes.Length - at);
            bytes.Span.Slice(at, count).CopyTo(buffer);
            at += count;
            return count;
        }
    }
}

/// <summary>Bytes that grow within the budget; the memory of small ones is borrowed until they are taken.</summary>
/// <param name="most">The length beyond which it is a bomb.</param>
internal sealed class Growing(int first, int most)
{
    private const int MostBorrowed = 1 << 20;

    private byte[] buffer = New(Math.Min(first, most));

    public int Length { get; set; }

    /// <summary>All of it; the last thing that is asked.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        // Large ones are their own: a copy would need their memory twice.
        if (buffer.Length > MostBorrowed) return buffer.AsMemory(0, Length);
        var taken = GC.AllocateUninitializedArray<byte>(Length);
        buffer.AsSpan(0, Length).CopyTo(taken);
        Drop();
        return taken;
    }

    /// <summary>Gives the memory back unread.</summary>
    public void Drop()
    {
        if (buffer.Length <= MostBorrowed) ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    /// <summary>Free space behind what is there: <paramref name="count"/> bytes.</summary>
    /// <exception cref="RefusedException">One stream is larger than may be held in memory.</exception>
    public Span<byte> Room(int count, Budget budget, string place)
    {
        if (Length + (long)count > buffer.Length)
        {
            if (Length + (long)count > Math.Min(budget.Limits.InMemoryBytes, most)) throw Refusals.Bomb(place, Length);
            var larger = New((int)Math.Min(most, Math.Max(Length + (long)count, buffer.Length * 2L)));
            buffer.AsSpan(0, Length).CopyTo(larger);
            Drop();
            buffer = larger;
        }
        return buffer.AsSpan(Length, count);
    }

    public void Add(ReadOnlySpan<byte> bytes, Budget budget, string place)
    {
        bytes.CopyTo(Room(bytes.Length, budget, place));
        Length += bytes.Length;
    }

    private static byte[] New(int length) => length <= MostBorrowed ? ArrayPool<byte>.Shared.Rent(length) : GC.AllocateUninitializedArray<byte>(length);
}
