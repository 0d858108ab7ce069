using Sekisho.Sanitizer.Images.Colours;
using Sekisho.Sanitizer.Images.Native;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Images.Jpeg;

/// <summary>A JPEG whose profile isn't sRGB: its pixels are decoded, converted and encoded once, so that it looks the same without the profile (I-08).</summary>
internal static class JpegColourConversion
{
    /// <summary>The profile that its pixels must be converted from; null when it can be left out as it is.</summary>
    public static IccProfile? Needed(JpegReader reader)
    {
        if (reader.Profile is not { Length: > 0 } bytes) return null;
        var profile = IccProfile.Read(bytes, reader.Colours switch { JpegColours.Grey => 1, JpegColours.Cmyk or JpegColours.Ycck => 4, _ => 3 });
        return profile.Verdict == IccVerdict.ByCurves || (profile is { Verdict: IccVerdict.ByTables, Channels: > 1 } && LittleCms.CanRead(bytes, profile.Channels)) ? profile : null;
    }

    /// <summary>The same picture in sRGB.</summary>
    /// <param name="ours">As our transcoder wrote it.</param>
    public static byte[] Convert(Source ours, IccProfile profile, JpegReader reader)
    {
        var (pixels, width, height, channels) = TurboJpeg.Decode(ours.Whole(long.MaxValue).Span);
        if (profile.Verdict == IccVerdict.ByCurves)
        {
            profile.Convert8(channels).Row(pixels);
            return TurboJpeg.Encode(pixels, width, height, channels);
        }
        var rgb = channels == 3 ? pixels : new byte[3L * width * height];
        LittleCms.ToSrgb(reader.Profile, pixels, channels, channels, reader.HasAdobe, rgb);
        return TurboJpeg.Encode(rgb, width, height, 3);
    }
}
