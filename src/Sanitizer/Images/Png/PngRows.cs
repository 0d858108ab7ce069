using System.Buffers;
using System.IO.Compression;
using Sekisho.Sanitizer.Archives.Native;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Streams;

namespace Sekisho.Sanitizer.Images.Png;

/// <summary>Inflates the pixels of one picture or frame and gives them row by row, unfiltered (行の復号).</summary>
internal sealed class PngRows : IDisposable
{
    private readonly PngFile file;
    private readonly Job job;
    private readonly Stream inflated;
    private byte[]? whole;
    private readonly int bytesPerPixel;
    private readonly int width;
    private readonly int height;

    public PngRows(PngFile file, int width, int height, List<ReadOnlyMemory<byte>> data, Job job)
    {
        (this.file, this.width, this.height, this.job) = (file, width, height, job);
        bytesPerPixel = Math.Max(1, file.BitsPerPixel / 8);
        inflated = (Stream?)(file.Interlaced ? null : AtOnce(data, (1L + file.RowBytes(width)) * height)) ?? new ZLibStream(new Pieces(data), CompressionMode.Decompress);
    }

    /// <summary>Pixels of moderate length whose packing is sound throughout; null for others, which are read row by row up to their defect.</summary>
    private MemoryStream? AtOnce(List<ReadOnlyMemory<byte>> data, long length)
    {
        long packedLength = 0;
        foreach (var piece in data) packedLength += piece.Length;
        if (length > PngWriter.MostHeld || packedLength > PngWriter.MostHeld) return null;
        var packed = ArrayPool<byte>.Shared.Rent((int)packedLength);
        var at = 0;
        foreach (var piece in data)
        {
            piece.Span.CopyTo(packed.AsSpan(at));
            at += piece.Length;
        }
        whole = ArrayPool<byte>.Shared.Rent((int)length);
        var isSound = LibDeflate.Unpack(packed.AsSpan(0, at), whole.AsSpan(0, (int)length), out var read, out var written, zlib: true) == Unpacked.Whole && read == at && written == length;
        ArrayPool<byte>.Shared.Return(packed);
        return isSound ? new MemoryStream(whole, 0, written, writable: false) : null;
    }

    /// <summary>Rows from top to bottom; each is valid until the next call.</summary>
    public void Read(Action<int, byte[]> row)
    {
        if (file.Interlaced) ReadInterlaced(row);
        else ReadPass(width, height, (y, bytes, start) => row(y, bytes));
        End();
    }

    public void Dispose()
    {
        inflated.Dispose();
        if (whole is not null) ArrayPool<byte>.Shared.Return(whole);
        whole = null;
    }

    /// <summary>One pass; the row given begins at <see cref="Front"/>.</summary>
    private void ReadPass(int passWidth, int passHeight, Action<int, byte[], int> row)
    {
        var length = file.RowBytes(passWidth);
        var line = new byte[Front + length];
        var above = new byte[Front + length];
        var lastBits = (int)((long)passWidth * file.BitsPerPixel % 8);
        for (var y = 0; y < passHeight; y++)
        {
            if ((y & 0xFF) == 0) job.Budget.Check();
            Fill(line.AsSpan(Front - 1, length + 1));
            var filter = line[Front - 1];
            if (filter > 4) throw PngFile.Wrong("SAN-PNG-003", $"{y} 行目の予測方式 {filter}", $"filter {filter} in row {y}");
            PngFilters.Undo(filter, line.AsSpan(Front, length), above.AsSpan(Front, length), bytesPerPixel);
            if (lastBits > 0) line[^1] &= (byte)(0xFF00 >> lastBits);
            row(y, line, Front);
            (line, above) = (above, line);
        }
    }

    /// <summary>Rows given to callers begin here: before it lies the filter byte.</summary>
    public const int Front = 16;

    private void ReadInterlaced(Action<int, byte[]> row)
    {
        // The passes fill the whole picture before its first row is whole.
        var rowBytes = file.RowBytes(width);
        if ((long)rowBytes * height > 256 << 20) throw Refusals.TooManyPixels("", width, height);
        var whole = new byte[(long)rowBytes * height];
        ReadOnlySpan<(int X, int Y, int StepX, int StepY)> passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
        foreach (var (x0, y0, stepX, stepY) in passes)
        {
            var (w, h) = ((width - x0 + stepX - 1) / stepX, (height - y0 + stepY - 1) / stepY);
            if (w <= 0 || h <= 0) continue;
            ReadPass(w, h, (y, line, start) => Spread(line.AsSpan(start), whole.AsSpan((y0 + y * stepY) * rowBytes, rowBytes), x0, stepX, w));
        }
        var padded = new byte[Front + rowBytes];
        for (var y = 0; y < height; y++)
        {
            whole.AsSpan(y * rowBytes, rowBytes).CopyTo(padded.AsSpan(Front));
            row(y, padded);
        }
    }

    private void Spread(ReadOnlySpan<byte> from, Span<byte> into, int x0, int stepX, int count)
    {
        var bits = file.BitsPerPixel;
        if (bits >= 8)
        {
            var bytes = bits / 8;
            for (var i = 0; i < count; i++) from.Slice(i * bytes, bytes).CopyTo(into[((x0 + i * stepX) * bytes)..]);
            return;
        }
        var mask = (1 << bits) - 1;
        for (var i = 0; i < count; i++)
        {
            int atBit = i * bits, toBit = (x0 + i * stepX) * bits;
            var value = (from[atBit >> 3] >> (8 - bits - (atBit & 7))) & mask;
            into[toBit >> 3] |= (byte)(value << (8 - bits - (toBit & 7)));
        }
    }

    private void Fill(Span<byte> into)
    {
        try
        {
            if (inflated.ReadAtLeast(into, into.Length, false) < into.Length) throw PngFile.Wrong("SAN-PNG-003", "画素の途中で終わっています", "the pixels end too early");
        }
        catch (Exception e) when (e is InvalidDataException or IOException) // the latter: packed with a dictionary that nobody has
        {
            throw PngFile.Wrong("SAN-PNG-003", "画素の圧縮データが壊れています", "the compressed pixels are damaged");
        }
    }

    private void End()
    {
        try
        {
            Span<byte> one = stackalloc byte[1];
            if (inflated.Read(one) > 0) job.Remove("I-01", "IDAT", "data after the pixels");
        }
        catch (Exception e) when (e is InvalidDataException or IOException) // the latter: packed with a dictionary that nobody has
        {
            job.Remove("I-04", "IDAT", "checksum");
        }
    }

    /// <summary>The chunks' contents as one stream.</summary>
    private sealed class Pieces(List<ReadOnlyMemory<byte>> data) : ReadOnlyStream
    {
        private int piece;
        private int at;

        public override int Read(Span<byte> buffer)
        {
            while (piece < data.Count)
            {
                var left = data[piece].Span[at..];
                var count = Math.Min(left.Length, buffer.Length);
                if (count == 0 && buffer.Length > 0)
                {
                    (piece, at) = (piece + 1, 0);
                    continue;
                }
                left[..count].CopyTo(buffer);
                at += count;
                return count;
            }
            return 0;
        }
    }
}
