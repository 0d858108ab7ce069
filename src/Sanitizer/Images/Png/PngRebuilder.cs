using Sekisho.Sanitizer.Images.Colours;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Images.Png;

/// <summary>PNG: pixels are inflated, unfiltered and written anew, exactly; of the rest only what changes how they look stays.</summary>
internal sealed class PngRebuilder : IRebuilder
{
    public IEnumerable<FileKind> Kinds => [FileKind.Png];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        Rebuild(untrusted.Whole(job.Policy.Limits.InMemoryBytes), output, job);
        return new(FileKind.Png, Outcome.Rebuilt);
    }

    public static void Rebuild(ReadOnlyMemory<byte> untrusted, Scratch output, Job job)
    {
        var file = PngFile.Read(untrusted, job);
        var colours = PngColours.Settle(file, job);
        // An index beyond the palette is black to every decoder: only then the palette is filled up.
        if (!Write(file, colours, output, job))
        {
            output.SetLength(0);
            output.Position = 0;
            var filled = new byte[3 << file.Depth];
            file.Palette.CopyTo(filled, 0);
            file.Palette = filled;
            Write(file, colours, output, job);
        }
        // Noise isn't packed but stored: pixels that are a file of another kind would be one.
        for (var filter = 4; ForeignSignatures.Are(output.AsSource()); filter--)
        {
            if (filter == 0) throw ForeignSignatures.Stay();
            output.SetLength(0);
            output.Position = 0;
            Write(file, colours, output, job, filter);
        }
    }

    private static bool Write(PngFile file, IRowConversion? colours, Scratch output, Job job, int? filter = null)
    {
        var writer = new PngWriter(output) { Filter = filter };
        writer.Start(file.Width, file.Height, file.Depth, file.ColourType);
        writer.Describe(file);
        if (file.StillIsFirstFrame) writer.Control(file.Frames[0]);
        if (!Pixels(file, file.Width, file.Height, file.Data, false, writer, colours, job)) return false;
        foreach (var frame in file.Frames.Skip(file.StillIsFirstFrame ? 1 : 0))
        {
            writer.Control(frame);
            if (!Pixels(file, frame.Width, frame.Height, frame.Data, true, writer, colours, job)) return false;
        }
        writer.End();
        return true;
    }

    /// <summary>False when a pixel names an entry that the palette doesn't have.</summary>
    private static bool Pixels(PngFile file, int width, int height, List<ReadOnlyMemory<byte>> data, bool inFrame, PngWriter writer, IRowConversion? colours, Job job)
    {
        using var rows = new PngRows(file, width, height, data, job);
        var rowBytes = file.RowBytes(width);
        using var pixels = writer.Begin(rowBytes, height, Math.Max(1, file.BitsPerPixel / 8), file.ColourType != 3 && file.Depth >= 8, inFrame);
        var short8 = file.ColourType == 3 && file.Palette.Length < 3 << file.Depth;
        var within = true;
        var converted = colours is null ? null : new byte[PngRows.Front + rowBytes];
        rows.Read((_, row) =>
        {
            if (short8 && within && Highest(row.AsSpan(PngRows.Front, rowBytes), file.Depth, width) >= file.Palette.Length / 3) within = false;
            if (!within) return;
            if (converted is null)
            {
                pixels.Row(row);
                return;
            }
            // In a copy: the next row is predicted from this one as it was.
            row.CopyTo(converted, 0);
            colours!.Row(converted.AsSpan(PngRows.Front, rowBytes));
            pixels.Row(converted);
        });
        if (within) pixels.Finish();
        return within;
    }

    private static int Highest(ReadOnlySpan<byte> row, int depth, int width)
    {
        var most = 0;
        if (depth == 8)
        {
            foreach (var index in row) most = Math.Max(most, index);
            return most;
        }
        var mask = (1 << depth) - 1;
        for (var x = 0; x < width; x++)
        {
            var bit = x * depth;
            most = Math.Max(most, (row[bit >> 3] >> (8 - depth - (bit & 7))) & mask);
        }
        return most;
    }
}
