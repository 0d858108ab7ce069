using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Images.Tiff;

/// <summary>How one page of a TIFF is laid out, checked, before a pixel is decoded.</summary>
internal sealed class TiffPage
{
    public required int Width { get; init; }
    public required int Height { get; init; }
    public required int Samples { get; init; }
    public required int Bits { get; init; }

    /// <summary>1 whole numbers, 2 signed ones, 3 floating point.</summary>
    public required int Format { get; init; }

    public required int Compression { get; init; }

    /// <summary>0 white is zero, 1 black is zero, 2 RGB, 3 palette, 5 inks, 6 YCbCr, 8 and 9 Lab.</summary>
    public required int Photometric { get; init; }

    public required int Predictor { get; init; }
    public required bool Planar { get; init; }
    public required bool Tiled { get; init; }
    public required int ChunkWidth { get; init; }
    public required int ChunkHeight { get; init; }
    public required long[] Offsets { get; init; }
    public required long[] Lengths { get; init; }
    public required bool LowBitFirst { get; init; }
    public required uint FaxOptions { get; init; }
    public required bool Little { get; init; }
    public required (int Across, int Down) Subsampling { get; init; }
    public required ReadOnlyMemory<byte> JpegTables { get; init; }

    // What is written beside the pixels.
    public required int Orientation { get; init; }
    public required ((uint Over, uint Under) X, (uint Over, uint Under) Y, int Unit)? Resolution { get; init; }
    public required ushort[] Palette { get; init; }
    public required ushort[] Extra { get; init; }
    public required ReadOnlyMemory<byte> Profile { get; init; }

    /// <summary>Chunks of one plane.</summary>
    public int ChunksAcross => (int)(((long)Width + ChunkWidth - 1) / ChunkWidth);

    public int ChunksDown => (int)(((long)Height + ChunkHeight - 1) / ChunkHeight);

    public static TiffPage Read(TiffDirectory directory, ReadOnlyMemory<byte> file, bool little, Job job)
    {
        long width = directory.Number(256, 0), height = directory.Number(257, 0);
        job.Budget.Pixels(width, height, "");
        var samples = (int)Math.Clamp(directory.Number(277, 1), 0, 1000);
        var bits = directory.Numbers(258, samples) is { Length: > 0 } given ? given : [1];
        var formats = directory.Numbers(339, samples) is { Length: > 0 } said ? said : [1];
        var compression = (int)directory.Number(259, 1);
        var photometric = (int)directory.Number(262, samples >= 3 ? 2 : 1);
        var format = formats[0] == 4 ? 1 : (int)formats[0];
        if (samples is 0 or > 32 || Array.Exists(bits, b => b != bits[0]) || Array.Exists(formats, f => f != formats[0]) || format is not (1 or 2 or 3)) throw Form();
        if (bits[0] is not (1 or 2 or 4 or 8 or 12 or 16 or 32 or 64) || (format == 3 && bits[0] < 16)) throw Form();
        var least = photometric switch { 0 or 1 or 3 => 1, 2 or 6 => 3, 5 => 4, 8 or 9 => photometric == 8 && samples < 3 ? 1 : 3, _ => throw TiffDirectory.Wrong("SAN-TIFF-002", $"知らない色の表し方（{photometric}）", $"an unknown photometric interpretation ({photometric})") };
        if (samples < least || (photometric == 3 && bits[0] > 8) || (photometric == 6 && (samples != 3 || bits[0] != 8))) throw Form();
        if (compression is not (1 or 2 or 3 or 4 or 5 or 7 or 8 or 32773 or 32946)) throw TiffDirectory.Wrong("SAN-TIFF-003", $"知らない圧縮方式（{compression}）", $"an unknown compression ({compression})");
        if (compression is 2 or 3 or 4 && (samples != 1 || bits[0] != 1)) throw Form();
        if (compression == 7 && (bits[0] != 8 || samples > 4)) throw Form();
        var planar = directory.Number(284, 1) == 2 && samples > 1;
        if (planar && (bits[0] < 8 || bits[0] == 12 || photometric == 6)) throw Form();
        var predictor = compression is 5 or 8 or 32946 ? (int)directory.Number(317, 1) : 1;
        if (predictor is not (1 or 2 or 3) || (predictor == 3) && (format != 3 || bits[0] == 12)) throw Form();
        var tiled = directory.Has(324);
        long chunkWidth = tiled ? directory.Number(322, 0) : width, chunkHeight = tiled ? directory.Number(323, 0) : Math.Min(height, Math.Max(1, directory.Number(278, height)));
        if (chunkWidth <= 0 || chunkHeight <= 0 || chunkWidth > 65_536 * 16 || chunkHeight > 65_536 * 16 || (tiled && (chunkWidth % 16 > 0 || chunkHeight % 16 > 0))) throw Form();
        var rowBytes = (width * samples * bits[0] + 7) / 8;
        var chunkBytes = (chunkWidth * samples * bits[0] + 7) / 8 * chunkHeight;
        // The page, one chunk of it and the file are in memory together.
        if (rowBytes * height + chunkBytes + file.Length > 400 << 20) throw Refusals.TooManyPixels("", width, height);
        var chunks = (width + chunkWidth - 1) / chunkWidth * ((height + chunkHeight - 1) / chunkHeight) * (planar ? samples : 1);
        if (chunks > 4_000_000) throw Form();
        var offsets = directory.Numbers(tiled ? 324 : 273, (int)chunks);
        var lengths = directory.Numbers(tiled ? 325 : 279, (int)chunks);
        if (offsets.Length < chunks) throw TiffDirectory.Wrong("SAN-TIFF-005", "画素の位置が足りません", "places of pixels are missing");
        if (lengths.Length < chunks)
        {
            if (compression != 1 && chunks > 1) throw TiffDirectory.Wrong("SAN-TIFF-005", "画素の長さが足りません", "lengths of pixels are missing");
            lengths = [.. offsets.Select(o => compression == 1 ? chunkBytes : file.Length - o)];
        }
        for (var i = 0; i < chunks; i++)
        {
            if (offsets[i] < 0 || offsets[i] > file.Length || lengths[i] < 0) throw TiffDirectory.Wrong("SAN-TIFF-005", "画素の位置がファイルの外です", "pixels lie outside of the file");
            lengths[i] = Math.Min(lengths[i], file.Length - offsets[i]);
        }
        var palette = Array.Empty<ushort>();
        if (photometric == 3)
        {
            var colours = directory.Numbers(320, 3 << (int)bits[0]);
            if (colours.Length < 3 << (int)bits[0]) throw TiffDirectory.Wrong("SAN-TIFF-002", "パレットがありません", "there is no palette");
            palette = [.. colours.Select(static c => (ushort)c)];
        }
        var sub = directory.Numbers(530, 2) is [var across and (1 or 2 or 4), var down and (1 or 2 or 4)] ? ((int)across, (int)down) : (2, 2);
        var (x, y) = (directory.Fraction(282), directory.Fraction(283));
        var orientation = (int)directory.Number(274, 1);
        return new()
        {
            Width = (int)width,
            Height = (int)height,
            Samples = samples,
            Bits = (int)bits[0],
            Format = format,
            Compression = compression,
            Photometric = photometric,
            Predictor = predictor,
            Planar = planar,
            Tiled = tiled,
            ChunkWidth = (int)chunkWidth,
            ChunkHeight = (int)chunkHeight,
            Offsets = offsets,
            Lengths = lengths,
            LowBitFirst = directory.Number(266, 1) == 2,
            FaxOptions = compression == 3 ? (uint)directory.Number(292, 0) : 0,
            Little = little,
            Subsampling = sub,
            JpegTables = directory.Bytes(347),
            Orientation = orientation is >= 1 and <= 8 ? orientation : 1,
            Resolution = x is { } over && y is { } under ? (over, under, (int)directory.Number(296, 2) is var unit and (1 or 2 or 3) ? unit : 2) : null,
            Palette = palette,
            // Where it isn't said what a further sample is, it stays unsaid.
            Extra = !directory.Has(338) ? [] : [.. Enumerable.Range(0, samples - Colours(photometric, samples)).Select(i => directory.Numbers(338, 32) is var kinds && i < kinds.Length && kinds[i] is 1 or 2 ? (ushort)kinds[i] : (ushort)0)],
            Profile = directory.Bytes(34675),
        };

        static RefusedException Form() => TiffDirectory.Wrong("SAN-TIFF-002", "知らない画素の形式", "an unknown form of pixels");
    }

    /// <summary>Samples that make the colour; what is beyond is alpha or unknown.</summary>
    public static int Colours(int photometric, int samples) => photometric switch { 0 or 1 or 3 => 1, 2 or 6 => 3, 5 => 4, _ => Math.Min(samples, 3) };
}
