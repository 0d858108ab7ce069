using System.Buffers.Binary;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Images.Tiff;

/// <summary>One directory of a TIFF (IFD): its tags, with values read only where they lie within the file.</summary>
/// <remarks>Source: TIFF 6.0; BigTIFF (libtiff design). Content never makes a read fail: a tag that can't be read isn't there.</remarks>
internal sealed class TiffDirectory
{
    private readonly Dictionary<int, (int Type, long Count, long At)> entries = [];
    private readonly ReadOnlyMemory<byte> file;
    private readonly bool little;

    private TiffDirectory(ReadOnlyMemory<byte> file, bool little) => (this.file, this.little) = (file, little);

    public IEnumerable<int> Tags => entries.Keys.Order();

    /// <summary>All directories of the main chain, in order.</summary>
    public static List<TiffDirectory> ReadAll(ReadOnlyMemory<byte> untrusted, Job job)
    {
        var span = untrusted.Span;
        if (span.Length < 8) throw Wrong("SAN-TIFF-001", "見出し", "the header");
        var little = span[0] == 'I';
        var probe = new TiffDirectory(untrusted, little);
        var big = probe.U16(2) == 43;
        if (big && (span.Length < 16 || probe.U16(4) != 8)) throw Wrong("SAN-TIFF-001", "見出し", "the header");
        var next = big ? probe.U64(8) : probe.U32(4);
        var seen = new HashSet<long>();
        var all = new List<TiffDirectory>();
        while (next != 0)
        {
            if (!seen.Add(next))
            {
                job.Remove("I-04", $"#{all.Count}", "chain that comes back");
                break;
            }
            if (all.Count >= job.Policy.Limits.Pages) throw Refusals.TooManyPages("", job.Policy.Limits.Pages);
            job.Budget.Enter("");
            var directory = new TiffDirectory(untrusted, little);
            if (directory.Read(next, big) is not { } following)
            {
                if (all.Count == 0) throw Wrong("SAN-TIFF-001", "ディレクトリが読めません", "a directory can't be read");
                job.Remove("I-04", $"#{all.Count + 1}", "broken directory");
                break;
            }
            all.Add(directory);
            next = following;
        }
        if (all.Count == 0) throw Wrong("SAN-TIFF-001", "ディレクトリがありません", "there is no directory");
        return all;
    }

    public bool Has(int tag) => entries.ContainsKey(tag);

    /// <summary>One number.</summary>
    public long Number(int tag, long otherwise) => Numbers(tag, 1) is [var value, ..] ? value : otherwise;

    /// <summary>Whole numbers of a tag, at most so many; empty when it isn't there.</summary>
    public long[] Numbers(int tag, int most)
    {
        if (!entries.TryGetValue(tag, out var entry) || entry.Type is not (1 or 3 or 4 or 6 or 8 or 9 or 13 or 16 or 18)) return [];
        var size = SizeOf(entry.Type);
        var values = new long[Math.Min(entry.Count, most)];
        for (var i = 0; i < values.Length; i++)
        {
            var at = entry.At + i * size;
            values[i] = size switch { 1 => file.Span[(int)at], 2 => U16(at), 4 => U32(at), _ => U64(at) };
        }
        return values;
    }

    /// <summary>A fraction; null when it isn't there or makes no sense.</summary>
    public (uint Over, uint Under)? Fraction(int tag)
    {
        if (!entries.TryGetValue(tag, out var entry) || entry.Type != 5 || entry.Count < 1) return null;
        var (over, under) = ((uint)U32(entry.At), (uint)U32(entry.At + 4));
        return under > 0 && over / (double)under is >= 0.01 and <= 100_000 ? (over, under) : null;
    }

    /// <summary>Fractions as numbers.</summary>
    public double[] Fractions(int tag, int count)
    {
        if (!entries.TryGetValue(tag, out var entry) || entry.Type != 5 || entry.Count < count) return [];
        return [.. Enumerable.Range(0, count).Select(i => U32(entry.At + 8 * i) / Math.Max(1.0, U32(entry.At + 8 * i + 4)))];
    }

    /// <summary>Floating-point numbers of a tag, at most so many; empty when it isn't there.</summary>
    public double[] Doubles(int tag, int most)
    {
        if (!entries.TryGetValue(tag, out var entry) || entry.Type != 12) return [];
        var values = new double[Math.Min(entry.Count, most)];
        for (var i = 0; i < values.Length; i++) values[i] = BitConverter.Int64BitsToDouble(U64(entry.At + (8L * i)));
        return values;
    }

    /// <summary>The bytes of a tag.</summary>
    public ReadOnlyMemory<byte> Bytes(int tag) =>
        entries.TryGetValue(tag, out var entry) && SizeOf(entry.Type) == 1 ? file.Slice((int)entry.At, (int)entry.Count) : default;

    internal static RefusedException Wrong(string code, string ja, string en) => Refusals.Broken("", code, ja, en);

    private static int SizeOf(int type) => type switch { 1 or 2 or 6 or 7 => 1, 3 or 8 => 2, 4 or 9 or 11 or 13 => 4, 5 or 10 or 12 or 16 or 17 or 18 => 8, _ => 0 };

    /// <returns>Where the next directory is, 0 for none; null when this one can't be read.</returns>
    private long? Read(long at, bool big)
    {
        var length = file.Length;
        var (head, size, tail) = big ? (8, 20, 8) : (2, 12, 4);
        if (at < 8 || at + head > length) return null;
        var count = big ? U64(at) : U16(at);
        if (count is <= 0 or > 4096 || at + head + count * size > length) return null;
        for (var i = 0; i < count; i++)
        {
            var entry = at + head + i * size;
            int tag = U16(entry), type = U16(entry + 2);
            var number = big ? U64(entry + 4) : U32(entry + 4);
            var each = SizeOf(type);
            if (each == 0 || number <= 0 || number > length) continue;
            var bytes = number * each;
            var place = entry + (big ? 12 : 8);
            if (bytes > (big ? 8 : 4)) place = big ? U64(place) : U32(place);
            if (place < 0 || place > length - bytes) continue;
            entries.TryAdd(tag, (type, number, place));
        }
        var next = at + head + count * size;
        if (next + tail > length) return 0;
        return big ? U64(next) : U32(next);
    }

    private int U16(long at) => little ? BinaryPrimitives.ReadUInt16LittleEndian(file.Span[(int)at..]) : BinaryPrimitives.ReadUInt16BigEndian(file.Span[(int)at..]);

    private long U32(long at) => little ? BinaryPrimitives.ReadUInt32LittleEndian(file.Span[(int)at..]) : BinaryPrimitives.ReadUInt32BigEndian(file.Span[(int)at..]);

    /// <summary>Negative where it is more than any file has.</summary>
    private long U64(long at) => little ? BinaryPrimitives.ReadInt64LittleEndian(file.Span[(int)at..]) : BinaryPrimitives.ReadInt64BigEndian(file.Span[(int)at..]);
}
