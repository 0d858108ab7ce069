using Sekisho.Sanitizer.Images.Colours;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Images.Tiff;

/// <summary>TIFF: every page's pixels are decoded and written anew with the few tags that say how they look.</summary>
internal sealed class TiffRebuilder : IRebuilder
{
    // What TiffPage reads; all else is told and left.
    private static readonly HashSet<int> Read = [256, 257, 258, 259, 262, 266, 273, 274, 277, 278, 279, 282, 283, 284, 292, 293, 296, 317, 320, 322, 323, 324, 325, 338, 339, 347, 530, .. GeoTags.All];

    public IEnumerable<FileKind> Kinds => [FileKind.Tiff];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        Pages(untrusted, output, job, turned: false);
        if (!ForeignSignatures.Are(output.AsSource())) return new(FileKind.Tiff, Outcome.Rebuilt);
        output.SetLength(0);
        output.Position = 0;
        Pages(untrusted, output, job, turned: true);
        return ForeignSignatures.Are(output.AsSource()) ? throw ForeignSignatures.Stay() : new(FileKind.Tiff, Outcome.Rebuilt);
    }

    private static void Pages(Source untrusted, Scratch output, Job job, bool turned)
    {
        var file = untrusted.Whole(job.Policy.Limits.InMemoryBytes);
        var little = file.Span[0] == 'I';
        var directories = TiffDirectory.ReadAll(file, job);
        var writer = new TiffWriter(output, turned);
        var (number, written) = (0, 0);
        foreach (var directory in directories)
        {
            number++;
            var place = $"#{number}";
            var purpose = directory.Number(254, 0);
            // A smaller copy, or a mask of another page.
            if ((purpose & 5) != 0 && directories.Count > 1 && (written > 0 || number < directories.Count))
            {
                job.Remove("I-07", place, (purpose & 4) != 0 ? "mask" : "reduced copy");
                continue;
            }
            foreach (var tag in directory.Tags)
            {
                if (!Read.Contains(tag)) job.Remove(ThreatOf(tag), place, $"tag {tag}");
            }
            Page(TiffPage.Read(directory, file, little, job), file, writer, GeoTags.Read(directory, place, job), job);
            written++;
        }
        if (written == 0) throw TiffDirectory.Wrong("SAN-TIFF-001", "画像のページがありません", "there is no page");
    }

    private static string ThreatOf(int tag) => tag switch
    {
        330 or 254 or 255 => "I-07",
        34675 => "I-08",
        269 or 270 or 271 or 272 or 285 or 305 or 306 or 315 or 316 or 700 or 33432 or 33723 or 34377 or 34665 or 34853 => "I-02",
        _ => "I-09",
    };

    private static void Page(TiffPage page, ReadOnlyMemory<byte> file, TiffWriter writer, List<(ushort Tag, ushort Type, uint[] Values)> more, Job job)
    {
        var decoder = new TiffPixels(page, file, job);
        var pixels = decoder.Decode();
        if (page.Profile.Length > 0 && page.Photometric is 1 or 2 or 6 && page.Bits is 8 or 16 && page.Format == 1)
        {
            var profile = IccProfile.Read(page.Profile.Span, page.Photometric == 1 ? 1 : 3);
            if (profile.Verdict == IccVerdict.ByCurves)
            {
                var conversion = page.Bits == 8 ? profile.Convert8(page.Samples) : profile.Convert16(page.Samples);
                if (page.Bits == 16) Swap(pixels);
                for (var y = 0; y < page.Height; y++) conversion.Row(pixels.AsSpan(y * decoder.RowBytes, decoder.RowBytes));
                if (page.Bits == 16) Swap(pixels);
            }
        }
        writer.Page(page, page.Photometric == 6 ? 2 : page.Photometric, pixels, decoder.RowBytes, more);
    }

    private static void Swap(byte[] pixels)
    {
        for (var i = 0; i + 2 <= pixels.Length; i += 2) (pixels[i], pixels[i + 1]) = (pixels[i + 1], pixels[i]);
    }
}
