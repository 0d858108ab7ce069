using System.Buffers.Binary;
using Sekisho.Sanitizer.Kinds;

namespace Sekisho.Sanitizer.Rebuilding;

/// <summary>The last look at what was written (G-02): pixels and packed data are the sender's, and could be chosen so that the whole is an archive or a PDF as well.</summary>
internal static class SecondKind
{
    private const int EndBytes = 22, MostComment = 65_535, HeaderIn = 1_029;

    /// <exception cref="RefusedException">Another program would read another file in it.</exception>
    public static void Refuse(Source written, FileKind kind)
    {
        if (kind.Family is not (FileFamily.Image or FileFamily.Pdf)) return;
        if (kind != FileKind.Pdf && written.Head(HeaderIn).AsSpan().IndexOf("%PDF-"u8) >= 0) throw Refusals.TwoKinds(kind, FileKind.Pdf);
        if (EndsAsZip(written)) throw Refusals.TwoKinds(kind, FileKind.Zip);
    }

    /// <summary>True when a zip's end stands in the last 64 KiB with a directory before it, as programs look for it.</summary>
    private static bool EndsAsZip(Source written)
    {
        var from = Math.Max(0, written.Length - EndBytes - MostComment);
        var tail = new byte[(int)(written.Length - from)];
        written.Read(from, tail);
        var rest = tail.AsSpan();
        Span<byte> sign = stackalloc byte[4];
        while (rest.LastIndexOf("PK\u0005\u0006"u8) is var at and >= 0)
        {
            if (at + EndBytes <= tail.Length)
            {
                var directory = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(at + 12));
                // Programs find it from its length, whatever stands before the archive; or trust a longer record right before.
                if (from + at - directory is var start and >= 0 && written.Read(start, sign) == 4 && sign.SequenceEqual("PK\u0001\u0002"u8)) return true;
                if (at >= 20 && tail.AsSpan(at - 20).StartsWith("PK\u0006\u0007"u8)) return true;
            }
            rest = rest[..at];
        }
        return false;
    }
}
