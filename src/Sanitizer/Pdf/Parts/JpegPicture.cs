using Sekisho.Sanitizer.Images.Jpeg;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Pdf.Parts;

/// <summary>The JPEG of a PDF, every coefficient of it decoded and coded anew, so that no reader's decoder meets what its maker wrote. No sample changes, and none of what says how they are meant:
/// the picture's own turn is left to the page, profiles and inks to the PDF's colour spaces.</summary>
internal static class JpegPicture
{
    /// <returns>Null when it can't be understood wholly.</returns>
    public static CleanJpeg? Rewrite(ReadOnlySpan<byte> untrusted, Job job, string place)
    {
        if (JpegStructure.Rewrite(untrusted, job.Budget, place) is not { } clean) return null;
        using var coded = new MemoryStream(clean.Bytes.Length);
        try
        {
            JpegRebuilder.Transcode(clean.Bytes, coded, job, convert: false);
        }
        catch (RefusedException e) when (!e.Refusal.IsOf("SAN-LIMIT"))
        {
            return null;
        }
        return JpegStructure.Rewrite(coded.GetBuffer().AsSpan(0, (int)coded.Length), job.Budget, place, clean.Markers);
    }
}
