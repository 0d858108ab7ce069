using System.Runtime.InteropServices;

namespace Sekisho.Sanitizer.Images.Native;

/// <summary>Colours by the tables of a profile to sRGB, by Little CMS (MIT).</summary>
internal static partial class LittleCms
{
    private const string Library = "liblcms2.so.2";

    /// <summary>True when the profile is one that colours can be converted from.</summary>
    public static bool CanRead(ReadOnlySpan<byte> untrustedProfile, int channels)
    {
        Span<byte> one = stackalloc byte[8];
        return ToSrgb(untrustedProfile, one[..channels], channels, channels, false, one[4..]);
    }

    /// <summary>Converts eight-bit pixels.</summary>
    /// <param name="channels">3 or 4: RGB or inks.</param>
    /// <param name="step">Bytes of a pixel in <paramref name="pixels"/>; what is beyond the channels is passed over.</param>
    /// <param name="turned">Inks stored turned over.</param>
    /// <param name="into">RGB at the same step as the input has, or three bytes for inks.</param>
    /// <returns>False when the profile can't be used.</returns>
    public static bool ToSrgb(ReadOnlySpan<byte> untrustedProfile, ReadOnlySpan<byte> pixels, int channels, int step, bool turned, Span<byte> into)
    {
        try
        {
            var profile = cmsOpenProfileFromMem(untrustedProfile, (uint)untrustedProfile.Length);
            if (profile == 0) return false;
            var srgb = cmsCreate_sRGBProfile();
            try
            {
                // Colour space shl 16 | extra shl 7 | channels shl 3 | one byte; turned over is bit 13.
                var from = (channels == 4 ? 6u << 16 : 4u << 16) | (uint)(step - channels) << 7 | (uint)channels << 3 | 1 | (turned ? 1u << 13 : 0);
                var to = 4u << 16 | (channels == 4 ? 0 : (uint)(step - 3) << 7) | 3 << 3 | 1;
                const uint Perceptual = 0;
                const uint NoCache = 0x40;
                var transform = cmsCreateTransform(profile, from, srgb, to, Perceptual, NoCache);
                if (transform == 0) return false;
                cmsDoTransform(transform, pixels, into, (uint)(pixels.Length / step));
                cmsDeleteTransform(transform);
                return true;
            }
            finally
            {
                _ = cmsCloseProfile(profile);
                _ = cmsCloseProfile(srgb);
            }
        }
        catch (DllNotFoundException)
        {
            throw NativeLibraries.Missing("liblcms2-2");
        }
    }

    [LibraryImport(Library)]
    private static partial nint cmsOpenProfileFromMem(ReadOnlySpan<byte> bytes, uint length);

    [LibraryImport(Library)]
    private static partial nint cmsCreate_sRGBProfile();

    [LibraryImport(Library)]
    private static partial int cmsCloseProfile(nint profile);

    [LibraryImport(Library)]
    private static partial nint cmsCreateTransform(nint from, uint fromFormat, nint to, uint toFormat, uint intent, uint flags);

    [LibraryImport(Library)]
    private static partial void cmsDeleteTransform(nint transform);

    [LibraryImport(Library)]
    private static partial void cmsDoTransform(nint transform, ReadOnlySpan<byte> from, Span<byte> to, uint pixels);
}
