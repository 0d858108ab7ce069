using System.Buffers.Binary;
using System.IO.Compression;
using Sekisho.Sanitizer.Archives;
using Sekisho.Sanitizer.Images;
using Sekisho.Sanitizer.Images.Metafiles;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Ooxml.Parts;

/// <summary>Pictures and documents inside a document: each through its own rebuilder, kept in one pool until they are written.</summary>
internal sealed class Media(Job job) : IDisposable
{
    private readonly Scratch pool = job.NewScratch();
    private (byte[] Bytes, FileKind Kind)? placeholder;

    public Source Pool => pool.AsSource();

    public void Dispose() => pool.Dispose();

    /// <summary>A picture decoded and encoded anew; a metafile written anew (docs/adr/0096), or drawn to a picture where it isn't wholly understood; a placeholder when nothing of this can be.</summary>
    public void Picture(Part part, byte[] untrusted)
    {
        var source = Source.Of(untrusted);
        var kind = KindDetector.Detect(source, part.Source);
        if (kind.Family == FileFamily.Metafile)
        {
            if (job.Policy.RebuildMetafiles && TryMetafile(part, untrusted, kind)) return;
            job.Remove("X-30", part.Source, kind.Key);
        }
        if (kind.Family is FileFamily.Image or FileFamily.Metafile && TryPicture(part, source)) return;
        job.Remove(kind.Family == FileFamily.Metafile || kind == FileKind.Eps ? "X-30" : kind == FileKind.Svg ? "X-33" : "X-29", part.Source, $"a picture that can't be decoded ({kind.Key})");
        Placeholder(part);
    }

    /// <summary>A document inside, through the whole of the sanitiser.</summary>
    /// <returns>False when nothing came out.</returns>
    public bool Package(Part part, byte[] untrusted)
    {
        using var done = job.Part(part.Source, Source.Of(untrusted), static k => k == FileKind.Xlsx || k == FileKind.Xlsm || k == FileKind.Xltx || k == FileKind.Xltm);
        if (done is null) return false;
        Keep(part, done);
        part.ContentType = "application/vnd.openxmlformats-officedocument.spreadsheetml." + (done.Kind == FileKind.Xltx ? "template" : "sheet");
        return true;
    }

    public void Placeholder(Part part)
    {
        if (placeholder is null)
        {
            var grey = Grey();
            // The same way as any other picture, so that it is the same when it comes by again.
            using var done = job.Part("", Source.Of(grey), static k => k == FileKind.Png);
            placeholder = done?.Content is { } content ? ([.. content.AsSource().Whole(1 << 20).Span], done.Kind) : (grey, FileKind.Png);
        }
        var (bytes, kind) = placeholder.Value;
        part.Pooled = (pool.Position, bytes.Length);
        pool.Write(bytes);
        Mark(part, kind);
    }

    private bool TryMetafile(Part part, byte[] untrusted, FileKind kind)
    {
        var made = kind == FileKind.Emf ? EnhancedMetafile.Rebuild(untrusted, job, part.Source) : WindowsMetafile.Rebuild(untrusted, job, part.Source);
        // Points and pixels are the sender's to choose: what could be taken for a file of another kind becomes a picture.
        if (made is null || ForeignSignatures.Are(Source.Of(made))) return false;
        part.Pooled = (pool.Position, made.Length);
        pool.Write(made);
        part.Kind = kind;
        part.ContentType = kind == FileKind.Emf ? "image/x-emf" : "image/x-wmf";
        return true;
    }

    private bool TryPicture(Part part, Source source)
    {
        using var done = job.Part(part.Source, source, static k => k.Family is FileFamily.Image or FileFamily.Metafile);
        if (done is null || done.Kind.Family != FileFamily.Image) return false;
        Keep(part, done);
        return true;
    }

    private void Keep(Part part, Disarmed done)
    {
        var content = done.Content!.AsSource();
        part.Pooled = (pool.Position, content.Length);
        content.Open().CopyTo(pool);
        Mark(part, done.Kind);
    }

    private static void Mark(Part part, FileKind kind)
    {
        part.Kind = kind;
        part.ContentType = "image/" + kind.Key;
    }

    /// <summary>A light grey picture of 16 by 16 points.</summary>
    private static byte[] Grey()
    {
        var rows = new byte[16 * 17];
        for (var y = 0; y < 16; y++)
        {
            for (var x = 0; x < 16; x++) rows[(y * 17) + 1 + x] = x is 0 or 15 || y is 0 or 15 ? (byte)0xA0 : (byte)0xE8;
        }
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true)) zlib.Write(rows);
        using var png = new MemoryStream();
        png.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        Chunk("IHDR"u8, [0, 0, 0, 16, 0, 0, 0, 16, 8, 0, 0, 0, 0]);
        Chunk("IDAT"u8, packed.ToArray());
        Chunk("IEND"u8, []);
        return png.ToArray();

        void Chunk(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
        {
            Span<byte> number = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
            png.Write(number);
            png.Write(name);
            png.Write(data);
            var crc = new Crc32();
            crc.Append(name);
            crc.Append(data);
            BinaryPrimitives.WriteUInt32BigEndian(number, crc.Value);
            png.Write(number);
        }
    }
}
