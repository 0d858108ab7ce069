using System.Buffers.Binary;
using System.IO.Compression;
using Sekisho.Sanitizer.Archives;
using Sekisho.Sanitizer.Archives.Native;
using Sekisho.Sanitizer.Streams;

namespace Sekisho.Sanitizer.Images.Png;

/// <summary>Writes a PNG: the same pixels always give the same bytes (PNG の書き出し).</summary>
internal sealed class PngWriter(Stream output)
{
    /// <summary>Pixels of up to so many bytes are packed and unpacked at once: a screen has 6 MB.</summary>
    public const int MostHeld = 8 << 20;

    private uint sequence;

    /// <summary>One filter for all rows; null chooses for each row.</summary>
    public int? Filter { get; init; }

    public void Start(int width, int height, int depth, int colourType)
    {
        output.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = (byte)depth;
        header[9] = (byte)colourType;
        header[10..].Clear();
        Chunk("IHDR"u8, header);
    }

    public void Chunk(ReadOnlySpan<byte> type, params ReadOnlySpan<byte> content)
    {
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(four, content.Length);
        output.Write(four);
        output.Write(type);
        output.Write(content);
        var crc = default(Crc32);
        crc.Append(type);
        crc.Append(content);
        BinaryPrimitives.WriteUInt32BigEndian(four, crc.Value);
        output.Write(four);
    }

    /// <summary>What stands before the pixels.</summary>
    public void Describe(PngFile file)
    {
        Span<byte> bytes = stackalloc byte[32];
        if (file.RenderingIntent is { } intent) Chunk("sRGB"u8, (byte)intent);
        else
        {
            if (file.Gamma is { } gamma)
            {
                BinaryPrimitives.WriteUInt32BigEndian(bytes, gamma);
                Chunk("gAMA"u8, bytes[..4]);
            }
            if (file.Chromaticities is { } values)
            {
                for (var i = 0; i < 8; i++) BinaryPrimitives.WriteUInt32BigEndian(bytes[(4 * i)..], values[i]);
                Chunk("cHRM"u8, bytes);
            }
        }
        if (file.Palette.Length > 0) Chunk("PLTE"u8, file.Palette);
        if (file.Transparency.Length > 0) Chunk("tRNS"u8, file.Transparency);
        if (file.Density is { } density)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes, density.X);
            BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], density.Y);
            bytes[8] = density.Unit;
            Chunk("pHYs"u8, bytes[..9]);
        }
        if (file.Orientation > 1) Chunk("eXIf"u8, Exif.Write(file.Orientation));
        if (file.Frames.Count > 0)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes, file.Frames.Count);
            BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], file.Plays);
            Chunk("acTL"u8, bytes[..8]);
        }
    }

    public void Control(PngFrame frame)
    {
        Span<byte> bytes = stackalloc byte[26];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, sequence++);
        BinaryPrimitives.WriteInt32BigEndian(bytes[4..], frame.Width);
        BinaryPrimitives.WriteInt32BigEndian(bytes[8..], frame.Height);
        BinaryPrimitives.WriteInt32BigEndian(bytes[12..], frame.X);
        BinaryPrimitives.WriteInt32BigEndian(bytes[16..], frame.Y);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[20..], frame.DelayNumerator);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[22..], frame.DelayDenominator);
        bytes[24] = frame.Dispose;
        bytes[25] = frame.Blend;
        Chunk("fcTL"u8, bytes);
    }

    /// <summary>Pixels of one picture; rows are given to <see cref="Pixels.Row"/> from the top.</summary>
    /// <param name="inFrame">True for the later frames of an animation.</param>
    public Pixels Begin(int rowBytes, int rows, int bytesPerPixel, bool filtered, bool inFrame = false) => new(this, rowBytes, rows, bytesPerPixel, filtered, inFrame, Filter);

    public void End()
    {
        Chunk("IEND"u8);
        output.Flush();
    }

    /// <summary>Filters and deflates rows.</summary>
    internal sealed class Pixels : IDisposable
    {
        private readonly Cut cut;
        private readonly HeldDeflate deflated;
        private readonly int rowBytes;
        private readonly int bytesPerPixel;
        private readonly byte[][]? tried;
        private readonly int? forced;
        private byte[] above;
        private byte[] line;

        internal Pixels(PngWriter writer, int rowBytes, int rows, int bytesPerPixel, bool filtered, bool inFrame, int? forced)
        {
            (this.rowBytes, this.bytesPerPixel, this.forced) = (rowBytes, bytesPerPixel, forced);
            cut = new(writer, inFrame);
            // Not filtered: few colours, where runs of indices compress best as they are.
            // Level 4 takes two thirds of the time of level 6, for 2 % more bytes; of libdeflate half of that again.
            deflated = new(cut, 4, zlib: true, new ZLibCompressionOptions { CompressionLevel = 4, CompressionStrategy = filtered ? ZLibCompressionStrategy.Filtered : ZLibCompressionStrategy.Default }, MostHeld, (1L + rowBytes) * rows);
            above = new byte[PngRows.Front + rowBytes];
            line = new byte[PngRows.Front + rowBytes];
            if (filtered || forced is not null) tried = [.. Enumerable.Range(0, 5).Select(f => new byte[1 + rowBytes])];
            for (var f = 0; f < tried?.Length; f++) tried[f][0] = (byte)f;
        }

        /// <param name="row">Begins at <see cref="PngRows.Front"/>.</param>
        public void Row(byte[] row)
        {
            if (tried is null)
            {
                row[PngRows.Front - 1] = 0;
                deflated.Write(row, PngRows.Front - 1, rowBytes + 1);
                return;
            }
            Buffer.BlockCopy(row, PngRows.Front, line, PngRows.Front, rowBytes);
            var (best, least) = (0, long.MaxValue);
            for (var f = forced ?? 0; f <= (forced ?? 4); f++)
            {
                var sum = PngFilters.Do(f, line, above, PngRows.Front, rowBytes, bytesPerPixel, tried[f].AsSpan(1));
                if (sum < least) (best, least) = (f, sum);
            }
            deflated.Write(tried[best]);
            (line, above) = (above, line);
        }

        /// <summary>Writes the end; without it what was given is not written.</summary>
        public void Finish() => deflated.Finish();

        public void Dispose()
        {
            deflated.Dispose();
            cut.Dispose();
        }
    }

    /// <summary>Cuts the compressed pixels into chunks of one length.</summary>
    private sealed class Cut(PngWriter writer, bool inFrame) : WriteOnlyStream
    {
        private readonly byte[] held = new byte[65_536];
        private int count;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            while (buffer.Length > 0)
            {
                if (count == 0 && inFrame) count = 4; // the sequence number
                var taken = Math.Min(held.Length - count, buffer.Length);
                buffer[..taken].CopyTo(held.AsSpan(count));
                count += taken;
                buffer = buffer[taken..];
                if (count == held.Length) Emit();
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && count > 0) Emit();
            base.Dispose(disposing);
        }

        private void Emit()
        {
            if (inFrame) BinaryPrimitives.WriteUInt32BigEndian(held, writer.sequence++);
            writer.Chunk(inFrame ? "fdAT"u8 : "IDAT"u8, held.AsSpan(0, count));
            count = 0;
        }
    }
}
