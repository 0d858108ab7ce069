using Sekisho.Sanitizer.Images.Colours;
using Sekisho.Sanitizer.Images.Native;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Images.Jpeg;

/// <summary>A JPEG whose profile isn't sRGB: its pixels are decoded, converted and encoded once, so that it looks the same without the profile (I-08).</summary>
internal static class JpegColourConversion
{
    /// <returns>The converted picture; null when nothing needs to change.</returns>
    public static byte[]? Convert(Source ours, ReadOnlySpan<byte> untrustedProfile, JpegReader reader)
    {
        var channels = reader.Colours switch { JpegColours.Grey => 1, JpegColours.Cmyk or JpegColours.Ycck => 4, _ => 3 };
        var profile = IccProfile.Read(untrustedProfile, channels);
        if (profile.Verdict is not (IccVerdict.ByCurves or IccVerdict.ByTables)) return null;
        var (pixels, width, height, _) = TurboJpeg.Decode(ours.Whole(long.MaxValue).Span);
        if (profile.Verdict == IccVerdict.ByCurves)
        {
            profile.Convert8(channels).Row(pixels);
            return TurboJpeg.Encode(pixels, width, height, channels);
        }
        if (channels == 1) return null;
        var rgb = channels == 3 ? pixels : new byte[3L * width * height];
        return LittleCms.ToSrgb(untrustedProfile, pixels, channels, channels, reader.HasAdobe, rgb) ? TurboJpeg.Encode(rgb, width, height, 3) : null;
    }
}
