using Sekisho.Sanitizer.Images.Jpeg;
using Sekisho.Sanitizer.Images.Native;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Images.Tiff;

/// <summary>Decodes the pixels of one page: samples side by side, little-endian, row after row.</summary>
internal sealed class TiffPixels(TiffPage page, ReadOnlyMemory<byte> file, Job job)
{
    private readonly int samplesInChunk = page.Planar ? 1 : page.Samples;

    public int RowBytes => (int)(((long)page.Width * page.Samples * page.Bits + 7) / 8);

    public byte[] Decode()
    {
        var whole = new byte[(long)RowBytes * page.Height];
        var rowBytes = (int)(((long)page.ChunkWidth * samplesInChunk * page.Bits + 7) / 8);
        var chunk = new byte[(long)rowBytes * page.ChunkHeight];
        var each = page.ChunksAcross * page.ChunksDown;
        for (var plane = 0; plane < (page.Planar ? page.Samples : 1); plane++)
        {
            for (var i = 0; i < each; i++)
            {
                job.Budget.Check();
                var (x, y) = (i % page.ChunksAcross * page.ChunkWidth, i / page.ChunksAcross * page.ChunkHeight);
                // The last strip is as high as the rest of the page; tiles are whole.
                var rows = page.Tiled ? page.ChunkHeight : Math.Min(page.ChunkHeight, page.Height - y);
                var at = plane * each + i;
                var data = file.Slice((int)page.Offsets[at], (int)page.Lengths[at]);
                if (page.LowBitFirst) data = Turned(data);
                Array.Clear(chunk);
                var space = chunk.AsSpan(0, rowBytes * rows);
                Unpack(data, space, rowBytes, rows);
                for (var row = 0; row < rows; row++) Straighten(space.Slice(row * rowBytes, rowBytes));
                for (var row = 0; row < Math.Min(rows, page.Height - y); row++) Place(space.Slice(row * rowBytes, rowBytes), whole.AsSpan((y + row) * RowBytes, RowBytes), x, plane);
            }
        }
        var last = (int)((long)page.Width * page.Samples * page.Bits % 8);
        for (var y = 0; last > 0 && y < page.Height; y++) whole[(y + 1) * RowBytes - 1] &= (byte)(0xFF00 >> last);
        return whole;
    }

    private void Unpack(ReadOnlyMemory<byte> data, Span<byte> into, int rowBytes, int rows)
    {
        if (page.Photometric == 6 && page.Compression != 7)
        {
            var (h, v) = page.Subsampling;
            var raw = new byte[(long)((page.ChunkWidth + h - 1) / h) * ((rows + v - 1) / v) * (h * v + 2)];
            Whole(Bytes(data, raw), raw.Length);
            TiffYCbCr.ToRgb(raw, into, page.ChunkWidth, rows, h, v);
            return;
        }
        switch (page.Compression)
        {
            case 2 or 3 or 4:
                var came = new FaxReader(data.Span, page.ChunkWidth).Read(page.Compression, page.FaxOptions, into, rows);
                if (came < rows) job.Note("SAN-NOTE-CUT", "", "画像が途中で切れています。欠けた部分は塗りつぶしています。", "The picture is cut short; what is missing stays blank.");
                return;
            case 7:
                Jpeg(data, into, rowBytes, rows);
                return;
            default:
                Whole(Bytes(data, into), into.Length);
                return;
        }
    }

    private static void Whole(int done, int needed)
    {
        if (done < needed) throw TiffDirectory.Wrong("SAN-TIFF-005", "画素の途中で終わっています", "the pixels end too early");
    }

    private int Bytes(ReadOnlyMemory<byte> data, Span<byte> into)
    {
        switch (page.Compression)
        {
            case 1:
                var length = Math.Min(data.Length, into.Length);
                data.Span[..length].CopyTo(into);
                return length;
            case 5:
                return TiffCodecs.Lzw(data.Span, into);
            case 32773:
                return TiffCodecs.PackBits(data.Span, into);
            default:
                return TiffCodecs.Deflate(data, into);
        }
    }

    private void Jpeg(ReadOnlyMemory<byte> data, Span<byte> into, int rowBytes, int rows)
    {
        // One stream from the tables of the page and the data of the chunk; written anew by us before it is decoded.
        var tables = page.JpegTables.Span;
        var stream = new MemoryStream();
        stream.Write([0xFF, 0xD8]);
        if (tables.Length > 4 && tables[0] == 0xFF && tables[1] == 0xD8) stream.Write(tables[^2] == 0xFF && tables[^1] == 0xD9 ? tables[2..^2] : tables[2..]);
        if (data.Length > 2) stream.Write(data.Span[2..]);
        var ours = new MemoryStream();
        var meant = samplesInChunk switch
        {
            1 => JpegColours.Grey,
            4 => JpegColours.Cmyk,
            _ => page.Photometric == 6 ? JpegColours.YCbCr : JpegColours.Rgb,
        };
        JpegRebuilder.Transcode(stream.ToArray(), ours, job.Budget, meant);
        var (pixels, width, height, channels) = TurboJpeg.Decode(ours.GetBuffer().AsSpan(0, (int)ours.Length));
        if (channels != samplesInChunk || width < page.ChunkWidth || height < rows) throw TiffDirectory.Wrong("SAN-TIFF-005", "JPEG の大きさが合いません", "a JPEG of another size");
        for (var y = 0; y < rows; y++) pixels.AsSpan(y * width * channels, rowBytes).CopyTo(into[(y * rowBytes)..]);
    }

    /// <summary>Undoes the prediction and brings the bytes of samples into our order.</summary>
    private void Straighten(Span<byte> row)
    {
        var swapped = page.Little;
        if (page.Predictor == 2) TiffCodecs.Predict(row, samplesInChunk, page.Bits, page.Little);
        else if (page.Predictor == 3)
        {
            TiffCodecs.PredictFloats(row, samplesInChunk, page.Bits);
            swapped = false;
        }
        var bytes = page.Bits / 8;
        if (swapped || page.Bits is not (16 or 32 or 64)) return;
        for (var i = 0; i + bytes <= row.Length; i += bytes) row.Slice(i, bytes).Reverse();
    }

    private void Place(ReadOnlySpan<byte> from, Span<byte> into, int x, int plane)
    {
        if (!page.Planar)
        {
            // Tiles are sixteen pixels wide or a multiple: they begin at whole bytes.
            var at = (int)((long)x * page.Samples * page.Bits / 8);
            from[..Math.Min(from.Length, into.Length - at)].CopyTo(into[at..]);
            return;
        }
        var bytes = page.Bits / 8;
        var step = bytes * page.Samples;
        var count = Math.Min(page.ChunkWidth, page.Width - x);
        for (var i = 0; i < count; i++) from.Slice(i * bytes, bytes).CopyTo(into[((x + i) * step + plane * bytes)..]);
    }

    private static byte[] Turned(ReadOnlyMemory<byte> data)
    {
        var turned = data.ToArray();
        for (var i = 0; i < turned.Length; i++) turned[i] = (byte)(((turned[i] * 0x0202020202UL) & 0x010884422010UL) % 1023);
        return turned;
    }
}

/// <summary>YCbCr as TIFF 6.0 §21 lays it out, to RGB.</summary>
internal static class TiffYCbCr
{
    public static void ToRgb(ReadOnlySpan<byte> raw, Span<byte> into, int width, int height, int across, int down)
    {
        var units = (width + across - 1) / across;
        var size = across * down + 2;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var unit = raw.Slice((y / down * units + x / across) * size, size);
                double light = unit[y % down * across + x % across], blue = unit[^2] - 128, red = unit[^1] - 128;
                var at = 3 * (y * width + x);
                into[at] = Clamp(light + 1.402 * red);
                into[at + 1] = Clamp(light - 0.344136 * blue - 0.714136 * red);
                into[at + 2] = Clamp(light + 1.772 * blue);
            }
        }

        static byte Clamp(double value) => (byte)Math.Clamp(Math.Round(value), 0, 255);
    }
}
