using System.Runtime.InteropServices;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Images.Native;

/// <summary>Pixels of one WebP picture by libwebp (BSD), and back without loss.</summary>
internal static unsafe partial class WebpCodec
{
    private const string Library = "libwebp.so.7";
    private const int EncoderVersion = 0x0200;

    /// <summary>Red, green, blue, alpha of a simple file whose size is known already.</summary>
    public static byte[] Decode(ReadOnlySpan<byte> file, int width, int height)
    {
        try
        {
            if (WebPGetInfo(file, (nuint)file.Length, out var w, out var h) == 0 || w != width || h != height) throw Failed();
            var pixels = new byte[4L * width * height];
            if (WebPDecodeRGBAInto(file, (nuint)file.Length, pixels, (nuint)pixels.Length, 4 * width) == 0) throw Failed();
            return pixels;
        }
        catch (DllNotFoundException)
        {
            throw NativeLibraries.Missing("libwebp7");
        }
    }

    /// <summary>A file of one VP8L picture with exactly these pixels.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int width, int height)
    {
        // WebPConfig and WebPPicture (encode.h, ABI 2.x); more room than they take.
        var config = stackalloc byte[512];
        var picture = stackalloc byte[1024];
        var writer = stackalloc byte[64];
        new Span<byte>(config, 512).Clear();
        new Span<byte>(picture, 1024).Clear();
        new Span<byte>(writer, 64).Clear();
        if (WebPConfigInitInternal(config, 0, 20, EncoderVersion) == 0 || WebPPictureInitInternal(picture, EncoderVersion) == 0) throw Failed();
        ((int*)config)[0] = 1; // lossless
        ((int*)config)[2] = 1; // method: fast
        ((int*)config)[24] = 1; // exact: colours under full transparency stay
        ((int*)picture)[0] = 1; // argb
        ((int*)picture)[2] = width;
        ((int*)picture)[3] = height;
        ((nint*)picture)[12] = NativeLibrary.GetExport(NativeLibrary.Load(Library), "WebPMemoryWrite");
        ((nint*)picture)[13] = (nint)writer;
        WebPMemoryWriterInit(writer);
        try
        {
            if (WebPPictureImportRGBA(picture, pixels, 4 * width) == 0 || WebPEncode(config, picture) == 0) throw Failed();
            var length = ((nuint*)writer)[1];
            if (length > 512 << 20) throw Failed();
            return new ReadOnlySpan<byte>(((byte**)writer)[0], (int)length).ToArray();
        }
        finally
        {
            WebPPictureFree(picture);
            WebPMemoryWriterClear(writer);
        }
    }

    private static RefusedException Failed() => Refusals.Broken("", "SAN-WEBP-003", "画素を復号できません", "the pixels can't be decoded");

    [LibraryImport(Library)]
    private static partial int WebPGetInfo(ReadOnlySpan<byte> file, nuint length, out int width, out int height);

    [LibraryImport(Library)]
    private static partial nint WebPDecodeRGBAInto(ReadOnlySpan<byte> file, nuint length, Span<byte> into, nuint size, int stride);

    [LibraryImport(Library)]
    private static partial int WebPConfigInitInternal(byte* config, int preset, float quality, int version);

    [LibraryImport(Library)]
    private static partial int WebPPictureInitInternal(byte* picture, int version);

    [LibraryImport(Library)]
    private static partial int WebPPictureImportRGBA(byte* picture, ReadOnlySpan<byte> pixels, int stride);

    [LibraryImport(Library)]
    private static partial int WebPEncode(byte* config, byte* picture);

    [LibraryImport(Library)]
    private static partial void WebPPictureFree(byte* picture);

    [LibraryImport(Library)]
    private static partial void WebPMemoryWriterInit(byte* writer);

    [LibraryImport(Library)]
    private static partial void WebPMemoryWriterClear(byte* writer);
}
