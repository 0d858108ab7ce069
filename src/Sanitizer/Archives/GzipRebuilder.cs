using System.Buffers.Binary;
using System.IO.Compression;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Archives;

/// <summary>gzip: one file, which leaves as what it is; a tar in it as zip. Source: RFC 1952.</summary>
internal sealed class GzipRebuilder : IRebuilder
{
    private const int HeadBytes = 1 << 16;

    public IEnumerable<FileKind> Kinds => [FileKind.Gzip];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        var name = InnerName(untrusted.Head(HeadBytes), job);
        using var content = job.NewScratch();
        var crc = new Crc32();
        try
        {
            using var unzip = new GZipStream(untrusted.Open(), CompressionMode.Decompress);
            var buffer = new byte[1 << 16];
            for (int read; (read = unzip.Read(buffer)) > 0;)
            {
                job.Budget.Expand(read, "");
                crc.Append(buffer.AsSpan(0, read));
                content.Write(buffer, 0, read);
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw Refusals.Broken("", "SAN-GZIP-001", "圧縮された中身が壊れています", "the packed content is damaged");
        }
        // The end says what all of it must be: nothing may follow, and nothing be cut off. Several files in one gzip are refused with it.
        Span<byte> end = stackalloc byte[8];
        if (untrusted.Read(untrusted.Length - 8, end) != 8 || BinaryPrimitives.ReadUInt32LittleEndian(end) != crc.Value || BinaryPrimitives.ReadUInt32LittleEndian(end[4..]) != (uint)content.Length)
            throw Refusals.Broken("", "SAN-GZIP-001", "圧縮された中身が壊れています", "the packed content is damaged");
        job.Budget.Enter(name);
        using var done = job.Member(name, content.AsSource());
        if (done.Content is null) throw new RefusedException(done.Report.Refusal!);
        done.Content.AsSource().Open().CopyTo(output);
        return new(done.Kind, Outcome.Converted);
    }

    /// <summary>What the file is called without .gz; the name inside only where that says nothing.</summary>
    private static string InnerName(ReadOnlySpan<byte> head, Job job)
    {
        if (head.Length < 18 || head[2] != 8 || (head[3] & 0xE0) != 0) throw Refusals.Broken("", "SAN-GZIP-002", "見出しが仕様と合いません", "its header is against the specification");
        var flags = head[3];
        var at = 10;
        string? stored = null;
        if ((flags & 4) != 0) at += 2 + head[10] + (head[11] << 8);
        if ((flags & 8) != 0 && at < head.Length && head[at..].IndexOf((byte)0) is var end and >= 0)
        {
            stored = new ArchiveNames([head.Slice(at, end).ToArray()]).Decode(head.Slice(at, end).ToArray());
            at += end + 1;
        }
        if (flags != 0 || head[4..8].IndexOfAnyExcept((byte)0) >= 0) job.Remove("Z-13", "", "gzip header: name, comment, extra field or time");
        var outer = SafeName.Clean(job.UntrustedName);
        var extension = SafeName.ExtensionOf(outer);
        var stem = extension switch { "gz" => outer[..^3], "tgz" => outer[..^3] + "tar", _ => "" };
        return SafeName.ExtensionOf(stem).Length > 0 || stored is null ? stem : stored;
    }
}
