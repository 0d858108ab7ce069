using System.Buffers.Binary;
using System.IO.Compression;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Images.Tiff;

/// <summary>Writes a little-endian TIFF of plain pages: Deflate for grey and colour, group 4 for black and white.</summary>
internal sealed class TiffWriter
{
    private const int StripBytes = 512 << 10;

    private readonly Stream output;
    private readonly bool turned;
    private long linkAt = 4;

    /// <param name="turned">Where differences of pixels would be written, the pixels themselves are, and the other way round.</param>
    public TiffWriter(Stream output, bool turned = false)
    {
        this.turned = turned;
        this.output = output;
        output.Write([(byte)'I', (byte)'I', 42, 0, 0, 0, 0, 0]);
    }

    /// <param name="more">Further entries; fractions and floating-point numbers as two words each.</param>
    public void Page(TiffPage page, int photometric, byte[] pixels, int rowBytes, IReadOnlyList<(ushort Tag, ushort Type, uint[] Values)> more)
    {
        var fax = page is { Bits: 1, Samples: 1 } && photometric is 0 or 1;
        var predicted = !fax && page.Bits is 8 or 16 && page.Format != 3 && ((photometric != 3) ^ turned);
        var rows = fax ? page.Height : Math.Max(1, Math.Min(page.Height, StripBytes / rowBytes));
        var strips = (page.Height + rows - 1) / rows;
        var (offsets, lengths) = (new uint[strips], new uint[strips]);
        for (var i = 0; i < strips; i++)
        {
            var from = i * rows;
            var count = Math.Min(rows, page.Height - from);
            offsets[i] = (uint)output.Position;
            if (fax) output.Write(new FaxWriter(page.Width).Write(pixels, count));
            else Deflate(pixels.AsSpan(from * rowBytes, count * rowBytes), rowBytes, predicted ? page.Bits / 8 : 0, page.Samples);
            lengths[i] = (uint)(output.Position - offsets[i]);
            if (output.Position > uint.MaxValue - (64 << 20)) throw Refusals.TooLarge(output.Position, uint.MaxValue);
        }
        if ((output.Position & 1) == 1) output.WriteByte(0);
        var entries = new List<(ushort Tag, ushort Type, uint[] Values)>
        {
            (256, 4, [(uint)page.Width]),
            (257, 4, [(uint)page.Height]),
            (258, 3, [.. Enumerable.Repeat((uint)page.Bits, page.Samples)]),
            (259, 3, [fax ? 4u : 8u]),
            (262, 3, [(uint)photometric]),
            (273, 4, offsets),
            (277, 3, [(uint)page.Samples]),
            (278, 4, [(uint)rows]),
            (279, 4, lengths),
            (284, 3, [1]),
        };
        if (page.Orientation > 1) entries.Add((274, 3, [(uint)page.Orientation]));
        if (page.Resolution is { } resolution)
        {
            entries.Add((282, 5, [resolution.X.Over, resolution.X.Under]));
            entries.Add((283, 5, [resolution.Y.Over, resolution.Y.Under]));
            entries.Add((296, 3, [(uint)resolution.Unit]));
        }
        if (predicted) entries.Add((317, 3, [2]));
        if (page.Palette.Length > 0) entries.Add((320, 3, [.. page.Palette.Select(static c => (uint)c)]));
        if (page.Extra.Length > 0) entries.Add((338, 3, [.. page.Extra.Select(static e => (uint)e)]));
        if (page.Format != 1) entries.Add((339, 3, [.. Enumerable.Repeat((uint)page.Format, page.Samples)]));
        entries.AddRange(more);
        Directory([.. entries.OrderBy(static e => e.Tag)]);
    }

    private void Directory((ushort Tag, ushort Type, uint[] Values)[] entries)
    {
        var start = output.Position;
        var bytes = new byte[2 + 12 * entries.Length + 4];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)entries.Length);
        using var values = new MemoryStream();
        Span<byte> four = stackalloc byte[4];
        for (var i = 0; i < entries.Length; i++)
        {
            var (tag, type, numbers) = entries[i];
            var entry = bytes.AsSpan(2 + 12 * i);
            BinaryPrimitives.WriteUInt16LittleEndian(entry, tag);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], type);
            BinaryPrimitives.WriteInt32LittleEndian(entry[4..], type is 5 or 12 ? numbers.Length / 2 : numbers.Length);
            var size = type switch { 2 => 1, 3 => 2, _ => 4 };
            if (numbers.Length * size <= 4)
            {
                for (var k = 0; k < numbers.Length; k++)
                {
                    if (size == 1) entry[8 + k] = (byte)numbers[k];
                    else if (size == 2) BinaryPrimitives.WriteUInt16LittleEndian(entry[(8 + 2 * k)..], (ushort)numbers[k]);
                    else BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], numbers[k]);
                }
                continue;
            }
            BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], (uint)(start + bytes.Length + values.Length));
            foreach (var number in numbers)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(four, number);
                values.Write(four[..size]);
            }
            if ((values.Length & 1) == 1) values.WriteByte(0);
        }
        output.Write(bytes);
        values.WriteTo(output);
        var end = output.Position;
        output.Position = linkAt;
        BinaryPrimitives.WriteUInt32LittleEndian(four, (uint)start);
        output.Write(four);
        output.Position = end;
        linkAt = start + bytes.Length - 4;
    }

    private void Deflate(ReadOnlySpan<byte> pixels, int rowBytes, int bytesPerSample, int samples)
    {
        using var deflated = new ZLibStream(output, CompressionLevel.Optimal, true);
        if (bytesPerSample == 0)
        {
            deflated.Write(pixels);
            return;
        }
        var row = new byte[rowBytes];
        for (; pixels.Length > 0; pixels = pixels[rowBytes..])
        {
            var from = pixels[..rowBytes];
            from.CopyTo(row);
            var step = samples * bytesPerSample;
            if (bytesPerSample == 1)
            {
                for (var i = rowBytes - 1; i >= step; i--) row[i] -= from[i - step];
            }
            else
            {
                for (var i = step; i + 2 <= rowBytes; i += 2) BinaryPrimitives.WriteUInt16LittleEndian(row.AsSpan(i), (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(from[i..]) - BinaryPrimitives.ReadUInt16LittleEndian(from[(i - step)..])));
            }
            deflated.Write(row);
        }
    }
}
