using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Streams;

namespace Sekisho.Sanitizer.Archives.Native;

/// <summary>What is packed by bzip2, LZMA, xz or Zstandard in a zip, unpacked by libarchive as it is read.</summary>
/// <remarks>Source: APPNOTE 6.3.10 §4.4.5 and §5.8 (LZMA's own header). Throws <see cref="InvalidDataException"/> for damaged bytes.</remarks>
internal sealed unsafe class PackedStream : ReadOnlyStream
{
    private const uint MostDictionary = 64 << 20;

    private readonly nint archive = LibArchive.New();
    private readonly GCHandle self;
    private readonly Input input;

    /// <param name="method">Of the zip: 12, 14, 93 or 95.</param>
    /// <param name="bytes">Unpacked length as declared.</param>
    /// <param name="hasEnd">LZMA: an end mark follows (bit 1 of the flags).</param>
    public PackedStream(Stream packed, ushort method, long bytes, bool hasEnd, Budget budget)
    {
        input = new Input(packed, method == 14 ? LzmaHead(packed, bytes, hasEnd) : [], budget);
        self = GCHandle.Alloc(input);
        var supported = method switch { 12 => LibArchive.FilterBzip2(archive), 14 => LibArchive.FilterLzma(archive), 95 => LibArchive.FilterXz(archive), _ => LibArchive.FilterZstd(archive) };
        var isRaw = LibArchive.SupportRaw(archive) == LibArchive.Ok;
        LibArchive.SetRead(archive, &OnRead);
        LibArchive.SetData(archive, GCHandle.ToIntPtr(self));
        if (isRaw && supported is LibArchive.Ok && LibArchive.Open(archive) == LibArchive.Ok && LibArchive.NextHeader(archive, out _) == LibArchive.Ok && LibArchive.FilterCode(archive, 0) != 0) return;
        Dispose();
        input.Rethrow();
        throw new InvalidDataException();
    }

    /// <summary>True for a method that is read here.</summary>
    public static bool Knows(ushort method) => method is 12 or 14 or 93 or 95;

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        fixed (byte* at = buffer)
        {
            var read = LibArchive.ReadData(archive, at, buffer.Length);
            if (read >= 0) return (int)read;
        }
        input.Rethrow();
        throw new InvalidDataException();
    }

    protected override void Dispose(bool disposing)
    {
        if (self.IsAllocated)
        {
            LibArchive.Free(archive);
            self.Free();
            input.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>The head that LZMA has outside of zips: its properties, and the length.</summary>
    private static byte[] LzmaHead(Stream packed, long bytes, bool hasEnd)
    {
        Span<byte> own = stackalloc byte[9];
        if (packed.ReadAtLeast(own, 9, throwOnEndOfStream: false) < 9 || BinaryPrimitives.ReadUInt16LittleEndian(own[2..]) != 5 || BinaryPrimitives.ReadUInt32LittleEndian(own[5..]) > MostDictionary) throw new InvalidDataException();
        var head = new byte[13];
        own[4..].CopyTo(head);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(5), hasEnd ? -1 : bytes);
        return head;
    }

    [UnmanagedCallersOnly]
    private static nint OnRead(nint archive, nint data, nint* block) => ((Input)GCHandle.FromIntPtr(data).Target!).Read(block);

    /// <summary>Feeds the library. No exception may pass through it: the first is kept and thrown behind it.</summary>
    private sealed class Input(Stream packed, byte[] head, Budget budget) : IDisposable
    {
        private readonly byte[] buffer = GC.AllocateUninitializedArray<byte>(1 << 16, pinned: true);
        private Exception? thrown;
        private bool hasBegun;

        public nint Read(nint* block)
        {
            try
            {
                budget.Check();
                var begins = !hasBegun && head.Length > 0;
                hasBegun = true;
                if (begins) head.CopyTo(buffer, 0);
                *block = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(buffer));
                return begins ? head.Length : packed.Read(buffer);
            }
            catch (Exception e)
            {
                thrown = e;
                return -30; // ARCHIVE_FATAL
            }
        }

        public void Rethrow()
        {
            if (thrown is RefusedException refused) throw new RefusedException(refused.Refusal);
        }

        public void Dispose() => packed.Dispose();
    }
}
