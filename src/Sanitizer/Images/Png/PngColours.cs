using System.IO.Compression;
using Sekisho.Sanitizer.Images.Colours;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Images.Png;

/// <summary>Leaves a PNG without its colour profile and looking the same (I-08).</summary>
internal static class PngColours
{
    private const int MostProfileBytes = 4 << 20;

    /// <returns>The conversion that each row needs; null for none.</returns>
    public static IRowConversion? Settle(PngFile file, Job job)
    {
        if (file.Profile is not { } compressed) return null;
        job.Remove("I-08", "iCCP", "colour profile");
        var profile = Inflate(compressed) is { } bytes ? IccProfile.Read(bytes, file.ColourType is 0 or 4 ? 1 : 3) : null;
        switch (profile?.Verdict)
        {
            case IccVerdict.Srgb:
                Declare(file);
                return null;
            case IccVerdict.ByCurves:
                break;
            case IccVerdict.ByTables:
                return null;
            default:
                return null;
        }
        // A single colour that is transparent would no longer be told from its neighbours.
        if (file.ColourType is 0 or 2 && (file.Transparency.Length > 0 || file.Depth < 8)) return null;
        Declare(file);
        if (file.ColourType == 3)
        {
            profile.Convert8(3).Row(file.Palette);
            return null;
        }
        return file.Depth == 8 ? profile.Convert8(file.Channels) : profile.Convert16(file.Channels);
    }

    private static void Declare(PngFile file)
    {
        file.RenderingIntent = 0;
        file.Gamma = null;
        file.Chromaticities = null;
    }

    private static byte[]? Inflate(ReadOnlyMemory<byte> compressed)
    {
        try
        {
            using var inflated = new ZLibStream(new MemoryStream(compressed.ToArray()), CompressionMode.Decompress);
            var bytes = new byte[MostProfileBytes + 1];
            var length = inflated.ReadAtLeast(bytes, bytes.Length, false);
            return length > MostProfileBytes ? null : bytes[..length];
        }
        catch (Exception e) when (e is InvalidDataException or IOException) // the latter: packed with a dictionary that nobody has
        {
            return null;
        }
    }
}
