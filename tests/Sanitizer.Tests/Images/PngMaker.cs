using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Sekisho.Sanitizer.Archives;

namespace Sekisho.Sanitizer.Tests.Images;

/// <summary>Makes PNGs for tests, and reads plain ones: slow, obvious, and sharing nothing with the engine but the checksum.</summary>
internal static class PngMaker
{
    public static byte[] File(params (string Type, byte[] Content)[] chunks)
    {
        var output = new MemoryStream();
        output.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        foreach (var (type, content) in chunks)
        {
            output.Write(Big(content.Length));
            byte[] body = [.. Encoding.ASCII.GetBytes(type), .. content];
            output.Write(body);
            output.Write(Big((int)Crc32.Of(body)));
        }
        return output.ToArray();
    }

    public static byte[] Big(int value)
    {
        var four = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(four, value);
        return four;
    }

    public static (string, byte[]) Header(int width, int height, int depth, int type, bool interlaced = false) =>
        ("IHDR", [.. Big(width), .. Big(height), (byte)depth, (byte)type, 0, 0, (byte)(interlaced ? 1 : 0)]);

    public static (string, byte[]) Data(byte[] raw)
    {
        var output = new MemoryStream();
        using (var deflated = new ZLibStream(output, CompressionLevel.Fastest, true)) deflated.Write(raw);
        return ("IDAT", output.ToArray());
    }

    /// <summary>A plain RGB picture with these chunks between header and pixels.</summary>
    public static byte[] Rgb(params (string, byte[])[] more) => File([Header(4, 3, 8, 2), .. more, Data([.. Enumerable.Range(0, 3).SelectMany(y => (byte[])[0, .. Enumerable.Range(0, 12).Select(x => (byte)(y * 40 + x * 5))])]), ("IEND", [])]);

    /// <summary>Samples coded with each filter in turn, as Adam7 or plainly.</summary>
    public static byte[] Raw(int[,,] samples, int depth, bool interlaced)
    {
        int height = samples.GetLength(0), width = samples.GetLength(1), channels = samples.GetLength(2);
        var output = new MemoryStream();
        var filter = 0;
        foreach (var (x0, y0, dx, dy) in interlaced ? [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)] : new[] { (0, 0, 1, 1) })
        {
            byte[]? above = null;
            for (var y = y0; y < height; y += dy)
            {
                var bits = new List<bool>();
                for (var x = x0; x < width; x += dx)
                {
                    for (var c = 0; c < channels; c++)
                    {
                        for (var b = depth - 1; b >= 0; b--) bits.Add((samples[y, x, c] >> b & 1) == 1);
                    }
                }
                if (bits.Count == 0) break;
                var row = new byte[(bits.Count + 7) / 8];
                for (var i = 0; i < bits.Count; i++) row[i / 8] |= (byte)(bits[i] ? 0x80 >> i % 8 : 0);
                above ??= new byte[row.Length];
                var step = Math.Max(1, channels * depth / 8);
                output.WriteByte((byte)filter);
                for (var i = 0; i < row.Length; i++)
                {
                    int a = i < step ? 0 : row[i - step], b = above[i], c = i < step ? 0 : above[i - step];
                    output.WriteByte((byte)(row[i] - Predicted(filter, a, b, c)));
                }
                above = row;
                filter = (filter + 1) % 5;
            }
        }
        return output.ToArray();
    }

    /// <summary>The samples of a PNG that isn't interlaced.</summary>
    public static (int[,,] Samples, Dictionary<string, byte[]> Chunks) Read(byte[] png)
    {
        var chunks = new Dictionary<string, byte[]>();
        var data = new MemoryStream();
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            var type = Encoding.ASCII.GetString(png, at + 4, 4);
            if (type == "IDAT") data.Write(png, at + 8, length);
            chunks[type] = png[(at + 8)..(at + 8 + length)];
            at += 12 + length;
        }
        var header = chunks["IHDR"];
        int width = BinaryPrimitives.ReadInt32BigEndian(header), height = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4)), depth = header[8];
        var channels = header[9] switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        Assert.Equal(0, header[12]);
        data.Position = 0;
        using var inflated = new ZLibStream(data, CompressionMode.Decompress);
        var samples = new int[height, width, channels];
        var rowBytes = (width * channels * depth + 7) / 8;
        var above = new byte[rowBytes];
        var step = Math.Max(1, channels * depth / 8);
        for (var y = 0; y < height; y++)
        {
            var row = new byte[rowBytes];
            var filter = inflated.ReadByte();
            inflated.ReadExactly(row);
            for (var i = 0; i < rowBytes; i++) row[i] += (byte)Predicted(filter, i < step ? 0 : row[i - step], above[i], i < step ? 0 : above[i - step]);
            for (var i = 0; i < width * channels * depth; i++) samples[y, i / (channels * depth), i / depth % channels] = samples[y, i / (channels * depth), i / depth % channels] << 1 | (row[i / 8] >> (7 - i % 8) & 1);
            above = row;
        }
        Assert.Equal(-1, inflated.ReadByte());
        return (samples, chunks);
    }

    private static int Predicted(int filter, int a, int b, int c)
    {
        switch (filter)
        {
            case 0: return 0;
            case 1: return a;
            case 2: return b;
            case 3: return (a + b) / 2;
        }
        var p = a + b - c;
        var (pa, pb, pc) = (Math.Abs(p - a), Math.Abs(p - b), Math.Abs(p - c));
        return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    }
}
