using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Markup;

/// <summary>A picture that stands in its own address (data:).</summary>
internal static class DataPicture
{
    /// <summary>The same picture, rebuilt; null for what is no picture, or none that can be.</summary>
    public static string? Clean(string untrusted, Job job)
    {
        var comma = untrusted.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || !untrusted[..comma].EndsWith(";base64", StringComparison.OrdinalIgnoreCase)) return null;
        byte[] bytes;
        try
        {
            bytes = Convert.FromBase64String(Uri.UnescapeDataString(untrusted[(comma + 1)..]));
        }
        catch (FormatException)
        {
            return null;
        }
        job.Budget.Expand(bytes.Length, "data:");
        using var done = job.Part("data:", Source.Of(bytes), static k => k.Family == FileFamily.Image);
        if (done?.Content is not { } content || done.Kind.Family != FileFamily.Image || done.Kind == FileKind.Tiff) return null;
        return $"data:image/{done.Kind.Key};base64,{Convert.ToBase64String(content.AsSource().Whole(long.MaxValue).Span)}";
    }
}
