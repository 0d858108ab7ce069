using System.Buffers;
using System.IO.Compression;
using Sekisho.Sanitizer.Streams;

namespace Sekisho.Sanitizer.Archives.Native;

/// <summary>Packs what is written to it: held and packed at once by libdeflate at its end, or packed as it comes once it is too long to be held. Which of both depends on the length alone, so that the same bytes give the same bytes.</summary>
/// <param name="zlib">With zlib's header and sum; else bare.</param>
/// <param name="streaming">For what is too long.</param>
/// <param name="most">The longest that is held, in bytes.</param>
/// <param name="expected">How many bytes will come, where it is known: what is too long isn't held at all.</param>
internal sealed class HeldDeflate(Stream output, int level, bool zlib, ZLibCompressionOptions streaming, int most = LibDeflate.Most, long expected = 0) : WriteOnlyStream
{
    private byte[] held = ArrayPool<byte>.Shared.Rent(1 << 16);
    private int length;
    private Stream? stream;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (stream is null && Math.Max(expected, length + (long)buffer.Length) > most)
        {
            stream = zlib ? new ZLibStream(output, streaming, leaveOpen: true) : new DeflateStream(output, streaming, leaveOpen: true);
            stream.Write(held, 0, length);
            Return();
        }
        if (stream is not null)
        {
            stream.Write(buffer);
            return;
        }
        if (length + buffer.Length > held.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(length + buffer.Length, held.Length * 2));
            held.AsSpan(0, length).CopyTo(larger);
            Return();
            held = larger;
        }
        buffer.CopyTo(held.AsSpan(length));
        length += buffer.Length;
    }

    /// <summary>Writes the end; nothing can be written after.</summary>
    public void Finish()
    {
        if (stream is not null) stream.Dispose();
        else LibDeflate.Pack(held.AsSpan(0, length), level, zlib, output);
        Return();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) Return();
        base.Dispose(disposing);
    }

    private void Return()
    {
        if (held.Length > 0) ArrayPool<byte>.Shared.Return(held);
        held = [];
    }
}
