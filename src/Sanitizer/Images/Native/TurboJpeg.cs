using System.Runtime.InteropServices;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Images.Native;

/// <summary>The pixels of a JPEG by libjpeg-turbo (BSD): asked only where pixels are needed, and only of a JPEG that <see cref="Jpeg.JpegRebuilder"/> has just written.</summary>
internal static partial class TurboJpeg
{
    private const string Library = "libturbojpeg.so.0";
    private const int Rgb = 0, Grey = 6, Cmyk = 11;
    private const int StopOnWarning = 8192, AccurateDct = 4096, NoRealloc = 1024;

    /// <summary>Pixels, row after row: one, three or four bytes each.</summary>
    public static (byte[] Pixels, int Width, int Height, int Channels) Decode(ReadOnlySpan<byte> ours) => Present(ours, static ours =>
    {
        var handle = tjInitDecompress();
        if (handle == 0) throw Failed();
        try
        {
            if (tjDecompressHeader3(handle, ours, (nuint)ours.Length, out var width, out var height, out _, out var space) != 0) throw Failed();
            // TJCS: RGB 0, YCbCr 1, grey 2, CMYK 3, YCCK 4.
            var (format, channels) = space switch { 2 => (Grey, 1), 3 or 4 => (Cmyk, 4), _ => (Rgb, 3) };
            if ((long)width * height * channels > 256 << 20) throw Refusals.TooManyPixels("", width, height);
            var pixels = GC.AllocateUninitializedArray<byte>(width * height * channels);
            if (tjDecompress2(handle, ours, (nuint)ours.Length, pixels, width, 0, height, format, AccurateDct | StopOnWarning) != 0) throw Failed();
            return (pixels, width, height, channels);
        }
        finally
        {
            _ = tjDestroy(handle);
        }
    });

    /// <summary>A JPEG of quality 95 without subsampling.</summary>
    /// <param name="channels">1 or 3.</param>
    public static byte[] Encode(byte[] pixels, int width, int height, int channels) => Present(pixels, untrusted =>
    {
        var handle = tjInitCompress();
        if (handle == 0) throw Failed();
        try
        {
            var samples = channels == 1 ? 3 : 0; // TJSAMP_GRAY, TJSAMP_444
            var output = GC.AllocateUninitializedArray<byte>(checked((int)tjBufSize(width, height, samples)));
            unsafe
            {
                fixed (byte* at = output)
                {
                    var place = at;
                    var length = (nuint)output.Length;
                    if (tjCompress2(handle, untrusted, width, 0, height, channels == 1 ? Grey : Rgb, ref place, ref length, samples, 95, AccurateDct | NoRealloc) != 0) throw Failed();
                    return output[..(int)length];
                }
            }
        }
        finally
        {
            _ = tjDestroy(handle);
        }
    });

    private static RefusedException Failed() => Refusals.Broken("", "SAN-JPEG-006", "画素を復号できません", "the pixels can't be decoded");

    private static T Present<T>(ReadOnlySpan<byte> bytes, Work<T> work)
    {
        try
        {
            return work(bytes);
        }
        catch (DllNotFoundException)
        {
            throw NativeLibraries.Missing("libturbojpeg0");
        }
    }

    private delegate T Work<out T>(ReadOnlySpan<byte> bytes);

    [LibraryImport(Library)]
    private static partial nint tjInitDecompress();

    [LibraryImport(Library)]
    private static partial nint tjInitCompress();

    [LibraryImport(Library)]
    private static partial int tjDestroy(nint handle);

    [LibraryImport(Library)]
    private static partial nuint tjBufSize(int width, int height, int samples);

    [LibraryImport(Library)]
    private static partial int tjDecompressHeader3(nint handle, ReadOnlySpan<byte> jpeg, nuint length, out int width, out int height, out int samples, out int space);

    [LibraryImport(Library)]
    private static partial int tjDecompress2(nint handle, ReadOnlySpan<byte> jpeg, nuint length, Span<byte> into, int width, int pitch, int height, int format, int flags);

    [LibraryImport(Library)]
    private static unsafe partial int tjCompress2(nint handle, ReadOnlySpan<byte> pixels, int width, int pitch, int height, int format, ref byte* jpeg, ref nuint length, int samples, int quality, int flags);
}
