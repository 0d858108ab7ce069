using System.Buffers;
using System.Runtime.InteropServices;
using Sekisho.Sanitizer.Images.Native;

namespace Sekisho.Sanitizer.Archives.Native;

/// <summary>Deflate of what is wholly in memory, by libdeflate (MIT): documents and archives are thousands of short streams, and setting up a streaming packer for each costs more than packing (ADR-0150).</summary>
/// <remarks>One level gives the same bytes for the same bytes. Whoever unpacks takes this way only for streams that are sound; what isn't goes the streaming way, which says what is wrong.</remarks>
internal static partial class LibDeflate
{
    /// <summary>The longest content that is packed or unpacked at once, in bytes: above, the streaming way keeps memory flat.</summary>
    public const int Most = 16 << 20;

    private const string Library = "libdeflate.so.0";
    private const int Fits = 0, TooLong = 3;

    [ThreadStatic]
    private static Packer?[]? packers;

    [ThreadStatic]
    private static Unpacker? unpacker;

    /// <summary>Packs, and gives the packed bytes away before the memory is used again.</summary>
    /// <param name="level">1 (fast) to 12.</param>
    /// <param name="zlib">With zlib's header and sum, as PDF has it; else bare, as zip has it.</param>
    public static void Pack(ReadOnlySpan<byte> plain, int level, bool zlib, Stream to)
    {
        var packer = PackerOf(level);
        // What deflate makes of noise: five bytes more for each block of at least 5,000.
        var room = ArrayPool<byte>.Shared.Rent(plain.Length + (plain.Length / 5000 * 5) + 64);
        try
        {
            var length = zlib ? libdeflate_zlib_compress(packer.Handle, plain, (nuint)plain.Length, room, (nuint)room.Length) : libdeflate_deflate_compress(packer.Handle, plain, (nuint)plain.Length, room, (nuint)room.Length);
            if (length == 0) throw new InvalidOperationException("no room for what was packed");
            to.Write(room, 0, (int)length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }

    /// <summary>Unpacks a stream.</summary>
    /// <param name="zlib">With zlib's header and sum, which are checked; else bare.</param>
    /// <param name="into">Gets what is unpacked.</param>
    /// <param name="written">Bytes that were unpacked, when it was whole.</param>
    /// <param name="read">Bytes of the packed stream to its end.</param>
    /// <returns>Whole; too long for <paramref name="into"/>; or damaged, whatever was written.</returns>
    public static Unpacked Unpack(ReadOnlySpan<byte> untrusted, Span<byte> into, out int read, out int written, bool zlib = false)
    {
        try
        {
            unpacker ??= new();
        }
        catch (DllNotFoundException)
        {
            throw NativeLibraries.Missing("libdeflate0");
        }
        nuint taken, given;
        var result = zlib ? libdeflate_zlib_decompress_ex(unpacker.Handle, untrusted, (nuint)untrusted.Length, into, (nuint)into.Length, out taken, out given)
            : libdeflate_deflate_decompress_ex(unpacker.Handle, untrusted, (nuint)untrusted.Length, into, (nuint)into.Length, out taken, out given);
        (read, written) = result == Fits ? ((int)taken, (int)given) : (0, 0);
        return result switch { Fits => Unpacked.Whole, TooLong => Unpacked.TooLong, _ => Unpacked.Damaged };
    }

    private static Packer PackerOf(int level)
    {
        try
        {
            return (packers ??= new Packer?[13])[level] ??= new(level);
        }
        catch (DllNotFoundException)
        {
            throw NativeLibraries.Missing("libdeflate0");
        }
    }

    // A thread's own, and gone with it.
    private sealed class Packer(int level)
    {
        public nint Handle { get; } = libdeflate_alloc_compressor(level) is var handle and not 0 ? handle : throw new InsufficientMemoryException();

        ~Packer()
        {
            if (Handle != 0) libdeflate_free_compressor(Handle);
        }
    }

    private sealed class Unpacker
    {
        public nint Handle { get; } = libdeflate_alloc_decompressor() is var handle and not 0 ? handle : throw new InsufficientMemoryException();

        ~Unpacker()
        {
            if (Handle != 0) libdeflate_free_decompressor(Handle);
        }
    }

    [LibraryImport(Library)]
    private static partial nint libdeflate_alloc_compressor(int level);

    [LibraryImport(Library)]
    private static partial void libdeflate_free_compressor(nint compressor);

    [LibraryImport(Library)]
    private static partial nuint libdeflate_deflate_compress(nint compressor, ReadOnlySpan<byte> plain, nuint length, Span<byte> into, nuint room);

    [LibraryImport(Library)]
    private static partial nuint libdeflate_zlib_compress(nint compressor, ReadOnlySpan<byte> plain, nuint length, Span<byte> into, nuint room);

    [LibraryImport(Library)]
    private static partial nint libdeflate_alloc_decompressor();

    [LibraryImport(Library)]
    private static partial void libdeflate_free_decompressor(nint decompressor);

    [LibraryImport(Library)]
    private static partial int libdeflate_deflate_decompress_ex(nint decompressor, ReadOnlySpan<byte> packed, nuint length, Span<byte> into, nuint room, out nuint read, out nuint written);

    [LibraryImport(Library)]
    private static partial int libdeflate_zlib_decompress_ex(nint decompressor, ReadOnlySpan<byte> packed, nuint length, Span<byte> into, nuint room, out nuint read, out nuint written);
}

/// <summary>What became of a packed stream.</summary>
internal enum Unpacked
{
    Whole,

    /// <summary>There is more than there was room for.</summary>
    TooLong,

    /// <summary>Damaged or cut off.</summary>
    Damaged,
}
