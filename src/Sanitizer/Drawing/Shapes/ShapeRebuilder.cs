using System.Buffers.Binary;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Drawing.Shapes;

/// <summary>Shapes of maps and their index (シェープファイル shp・shx): each record read to its last number and written anew at the same place, so that the index stays true.</summary>
/// <remarks>Source: ESRI Shapefile Technical Description, 1998. Bytes between and behind records don't come out.</remarks>
internal sealed class ShapeRebuilder : IRebuilder
{
    private const int HeaderBytes = 100, MostRecord = 128 << 20;

    public IEnumerable<FileKind> Kinds => [FileKind.Shp, FileKind.Shx];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        var header = untrusted.Head(HeaderBytes);
        if (header.Length < HeaderBytes || BinaryPrimitives.ReadInt32BigEndian(header) != 9994 || BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(28)) != 1000) throw Header();
        var type = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(32));
        if (type is not (0 or 1 or 3 or 5 or 8 or 11 or 13 or 15 or 18 or 21 or 23 or 25 or 28 or 31)) throw Header();
        var length = 2L * BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(24));
        if (length < HeaderBytes || length > untrusted.Length) throw Header();
        if (length < untrusted.Length) job.Remove("G-02", "", "bytes behind the end");
        var clean = new byte[HeaderBytes];
        header.AsSpan(24).CopyTo(clean.AsSpan(24));
        BinaryPrimitives.WriteInt32BigEndian(clean, 9994);
        for (var at = 36; at < HeaderBytes; at += 8) Number(clean.AsSpan(at), Header, isMeasure: at >= 84);
        output.Write(clean);
        if (kind == FileKind.Shx) Index(untrusted, length, output, job);
        else Records(untrusted, length, type, output, job);
        return new(kind, Outcome.Rebuilt);
    }

    private static void Index(Source untrusted, long length, Scratch output, Job job)
    {
        if ((length - HeaderBytes) % 8 != 0) throw Header();
        var block = new byte[8 << 10];
        long expected = HeaderBytes / 2;
        for (long at = HeaderBytes; at < length;)
        {
            job.Budget.Check();
            var part = block.AsSpan(0, (int)Math.Min(block.Length, length - at));
            if (untrusted.Read(at, part) != part.Length) throw Header();
            for (var i = 0; i < part.Length; i += 8)
            {
                var (offset, words) = (BinaryPrimitives.ReadUInt32BigEndian(part[i..]), BinaryPrimitives.ReadUInt32BigEndian(part[(i + 4)..]));
                // Shapes are written one behind the other; an index that says otherwise fits none that comes out.
                if (offset != expected || words > MostRecord / 2) throw Header();
                expected += words + 4;
            }
            output.Write(part);
            at += part.Length;
        }
    }

    private static void Records(Source untrusted, long length, int type, Scratch output, Job job)
    {
        Span<byte> head = stackalloc byte[8];
        var record = new byte[256];
        long at = HeaderBytes;
        for (var number = 1; at < length; number++)
        {
            job.Budget.Check();
            if (untrusted.Read(at, head) != 8) throw Shape(number);
            var bytes = 2L * BinaryPrimitives.ReadUInt32BigEndian(head[4..]);
            // Some writers count from 0; the place counts, and it is numbered anew.
            if (bytes < 4 || bytes > MostRecord || at + 8 + bytes > length) throw Shape(number);
            if (record.Length < bytes) record = new byte[Math.Max(bytes, Math.Min(MostRecord, record.Length * 2L))];
            var content = record.AsSpan(0, (int)bytes);
            if (untrusted.Read(at + 8, content) != bytes) throw Shape(number);
            Check(content, type, number);
            BinaryPrimitives.WriteInt32BigEndian(head, number);
            output.Write(head);
            output.Write(content);
            at += 8 + bytes;
        }
    }

    /// <summary>That every byte of the shape is a number which its type has at this place.</summary>
    private static void Check(Span<byte> content, int type, int number)
    {
        var own = BinaryPrimitives.ReadInt32LittleEndian(content);
        if (own == 0)
        {
            if (content.Length != 4) throw Shape(number);
            return;
        }
        if (own != type) throw Shape(number);
        var (hasZ, hasM) = (own is 11 or 13 or 15 or 18 or 31, own is 21 or 23 or 25 or 28);
        var rest = content[4..];
        if (own is 1 or 11 or 21)
        {
            var (least, most) = (16 + (hasZ ? 8 : 0) + (hasM ? 8 : 0), 16 + (hasZ ? 16 : 0) + (hasM ? 8 : 0));
            if (rest.Length != least && rest.Length != most) throw Shape(number);
            for (var i = 0; i < rest.Length; i += 8) Number(rest[i..], () => Shape(number), isMeasure: i >= (hasZ ? 24 : 16));
            return;
        }
        var isMulti = own is 8 or 18 or 28;
        if (rest.Length < (isMulti ? 36 : 40)) throw Shape(number);
        for (var i = 0; i < 32; i += 8) Number(rest[i..], () => Shape(number), isMeasure: false);
        rest = rest[32..];
        var parts = 0;
        if (!isMulti)
        {
            parts = BinaryPrimitives.ReadInt32LittleEndian(rest);
            rest = rest[4..];
        }
        var points = BinaryPrimitives.ReadInt32LittleEndian(rest);
        rest = rest[4..];
        if (parts < 0 || points < 0 || parts > points) throw Shape(number);
        var partBytes = parts * (own == 31 ? 8L : 4L);
        var (block, measure) = (points * 16L, 16 + points * 8L);
        var expected = partBytes + block + (hasZ ? measure : 0) + (hasM ? measure : 0);
        // Measures may be left out.
        var withM = hasZ && rest.Length == expected + measure;
        if (rest.Length != expected && !withM && !(hasM && rest.Length == expected - measure)) throw Shape(number);
        var before = -1;
        for (var i = 0; i < parts; i++)
        {
            var start = BinaryPrimitives.ReadInt32LittleEndian(rest[(i * 4)..]);
            if (start <= before || start >= points || (i == 0 && start != 0)) throw Shape(number);
            before = start;
        }
        for (var i = 0; own == 31 && i < parts; i++)
        {
            if (BinaryPrimitives.ReadInt32LittleEndian(rest[((parts + i) * 4)..]) is < 0 or > 5) throw Shape(number);
        }
        rest = rest[(int)partBytes..];
        var measuresFrom = block + (hasZ ? measure : 0);
        for (var i = 0; i < rest.Length; i += 8) Number(rest[i..], () => Shape(number), isMeasure: i >= measuresFrom);
    }

    // A measure that is no number means "none", which has a number of its own.
    private static void Number(Span<byte> at, Func<RefusedException> wrong, bool isMeasure)
    {
        var value = BinaryPrimitives.ReadDoubleLittleEndian(at);
        if (double.IsFinite(value)) return;
        if (!isMeasure) throw wrong();
        BinaryPrimitives.WriteDoubleLittleEndian(at, -1e39);
    }

    private static RefusedException Header() => Refusals.Broken("", "SAN-SHP-001", "見出しか索引が仕様と合いません", "its header or index is against the specification");

    private static RefusedException Shape(int number) => Refusals.Broken($"#{number}", "SAN-SHP-002", "図形が仕様と合いません", "a shape is against the specification");
}
