using System.Buffers.Binary;
using Sekisho.Sanitizer.Archives;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Images.Png;

/// <summary>A PNG taken apart into what is understood of it: header, palette, colour, and where the compressed pixels of each frame lie.</summary>
/// <remarks>Source: PNG (Third Edition), W3C 2025. Everything is checked here, before a byte is inflated.</remarks>
internal sealed class PngFile
{
    private static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    public int Width { get; private set; }
    public int Height { get; private set; }
    public int Depth { get; private set; }
    public int ColourType { get; private set; }
    public bool Interlaced { get; private set; }

    /// <summary>Red, green, blue of each entry; empty unless pixels are indices.</summary>
    public byte[] Palette { get; set; } = [];

    /// <summary>Alpha of palette entries, or the one colour that is transparent; empty for none.</summary>
    public byte[] Transparency { get; private set; } = [];

    public int? RenderingIntent { get; set; }
    public uint? Gamma { get; set; }
    public uint[]? Chromaticities { get; set; }
    public (uint X, uint Y, byte Unit)? Density { get; private set; }
    public int Orientation { get; private set; } = 1;

    /// <summary>The colour profile, still compressed; null for none.</summary>
    public ReadOnlyMemory<byte>? Profile { get; private set; }

    /// <summary>The picture itself: the compressed pixels, one piece a chunk.</summary>
    public List<ReadOnlyMemory<byte>> Data { get; } = [];

    /// <summary>Frames of an animation; empty for a still picture.</summary>
    public List<PngFrame> Frames { get; } = [];

    /// <summary>How often the animation plays; 0 is for ever.</summary>
    public uint Plays { get; private set; }

    /// <summary>True when the picture itself is the animation's first frame.</summary>
    public bool StillIsFirstFrame { get; private set; }

    /// <summary>Samples of a pixel.</summary>
    public int Channels => ColourType switch { 0 or 3 => 1, 2 => 3, 4 => 2, _ => 4 };

    public int BitsPerPixel => Channels * Depth;

    public static PngFile Read(ReadOnlyMemory<byte> untrusted, Job job)
    {
        var file = new PngFile();
        new Reader(file, untrusted, job).Run();
        return file;
    }

    /// <summary>Bytes of one row of so many pixels, without its filter byte.</summary>
    public int RowBytes(int width) => (int)(((long)width * BitsPerPixel + 7) / 8);

    internal static RefusedException Wrong(string code, string ja, string en) => Refusals.Broken("", code, ja, en);

    private sealed class Reader(PngFile file, ReadOnlyMemory<byte> untrusted, Job job)
    {
        private int frameCount = -1;
        private uint nextSequence;
        private bool animationWrong;
        private bool dataOver;
        private string before = "";

        public void Run()
        {
            var span = untrusted.Span;
            if (!span.StartsWith(Signature)) throw Wrong("SAN-PNG-001", "PNG の見出しがありません", "no PNG signature");
            var at = 8;
            var ended = false;
            while (at + 12 <= span.Length)
            {
                var length = BinaryPrimitives.ReadUInt32BigEndian(span[at..]);
                if (length > int.MaxValue || at + 12L + length > span.Length) break;
                var type = span.Slice(at + 4, 4);
                var content = untrusted.Slice(at + 8, (int)length);
                var sum = BinaryPrimitives.ReadUInt32BigEndian(span[(at + 8 + (int)length)..]);
                var name = Name(type);
                var intact = Crc32.Of(span.Slice(at + 4, 4 + (int)length)) == sum;
                at += 12 + (int)length;
                if (before.Length == 0 && name != "IHDR") throw Wrong("SAN-PNG-001", "先頭が IHDR ではありません", "IHDR isn't first");
                if (!intact)
                {
                    // Upper case first letter: needed to show the picture.
                    if ((type[0] & 0x20) == 0) throw Wrong("SAN-PNG-002", $"{name} の検査合計が合いません", $"the checksum of {name} is wrong");
                    job.Remove("I-04", name, "CRC");
                    before = name;
                    continue;
                }
                if (name == "IEND")
                {
                    ended = true;
                    break;
                }
                Take(name, (type[0] & 0x20) == 0, content);
                before = name;
            }
            if (ended && at < span.Length) job.Remove("I-01", "IEND", "data after the end");
            if (!ended) job.Remove("I-04", "IEND", at < span.Length ? "broken chunk" : "missing");
            if (file.Data.Count == 0) throw Wrong("SAN-PNG-003", "画素がありません", "there are no pixels");
            if (file.ColourType == 3 && file.Palette.Length == 0) throw Wrong("SAN-PNG-004", "パレットがありません", "there is no palette");
            EndAnimation();
        }

        private void Take(string name, bool critical, ReadOnlyMemory<byte> content)
        {
            var bytes = content.Span;
            switch (name)
            {
                case "IHDR":
                    if (before.Length > 0) throw Wrong("SAN-PNG-001", "IHDR が二つあります", "there are two IHDR");
                    Header(bytes);
                    return;
                case "PLTE":
                    if (file.Palette.Length > 0 || file.Data.Count > 0 || bytes.Length == 0 || bytes.Length % 3 != 0 || bytes.Length > 768) throw Wrong("SAN-PNG-004", "パレットが正しくありません", "the palette is wrong");
                    if (file.ColourType == 3) file.Palette = bytes[..Math.Min(bytes.Length, 3 << file.Depth)].ToArray();
                    else Drop("I-06", name, "suggested palette");
                    return;
                case "IDAT":
                    if (dataOver || (file.Data.Count > 0 && before != "IDAT"))
                    {
                        dataOver = true;
                        Drop("I-04", name, "out of place");
                        return;
                    }
                    if (file.Data.Count == 0 && file.Frames.Count > 0) file.StillIsFirstFrame = true;
                    file.Data.Add(content);
                    return;
                case "tRNS":
                    var most = file.ColourType switch { 0 => 2, 2 => 6, 3 => file.Palette.Length / 3, _ => 0 };
                    if (file.Transparency.Length > 0 || file.Data.Count > 0 || bytes.Length == 0 || (file.ColourType == 3 ? bytes.Length > 256 : bytes.Length != most) || most == 0) Drop("I-04", name, "not allowed here");
                    else file.Transparency = bytes[..Math.Min(bytes.Length, most)].ToArray();
                    return;
                case "gAMA" when bytes.Length == 4 && Early() && BinaryPrimitives.ReadUInt32BigEndian(bytes) is >= 10_000 and <= 1_000_000 and var gamma:
                    file.Gamma = gamma;
                    return;
                case "cHRM" when bytes.Length == 32 && Early():
                    var values = new uint[8];
                    for (var i = 0; i < 8; i++) values[i] = BinaryPrimitives.ReadUInt32BigEndian(bytes[(4 * i)..]);
                    if (Array.TrueForAll(values, static v => v <= 100_000) && values[1] > 0) file.Chromaticities = values;
                    else Drop("I-06", name, "out of range");
                    return;
                case "sRGB" when bytes.Length == 1 && bytes[0] <= 3 && Early():
                    file.RenderingIntent = bytes[0];
                    return;
                case "pHYs" when bytes.Length == 9 && bytes[8] <= 1 && BinaryPrimitives.ReadUInt32BigEndian(bytes) is > 0 and <= int.MaxValue and var x && BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) is > 0 and <= int.MaxValue and var y:
                    file.Density = (x, y, bytes[8]);
                    return;
                case "iCCP" when Early() && bytes.IndexOf((byte)0) is > 0 and < 80 and var end && end + 2 < bytes.Length && bytes[end + 1] == 0:
                    file.Profile = content[(end + 2)..];
                    return;
                case "eXIf":
                    var exif = Exif.Read(bytes);
                    file.Orientation = exif.Orientation;
                    if (!bytes.SequenceEqual(Exif.Write(exif.Orientation))) Drop("I-02", name, "Exif");
                    return;
                case "acTL":
                    if (bytes.Length != 8 || frameCount >= 0 || file.Data.Count > 0 || BinaryPrimitives.ReadUInt32BigEndian(bytes) is 0 or > 100_000) animationWrong = true;
                    else (frameCount, file.Plays) = ((int)BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) & int.MaxValue);
                    return;
                case "fcTL":
                    Control(bytes);
                    return;
                case "fdAT":
                    if (bytes.Length < 4 || file.Frames.Count == 0 || !Sequence(bytes) || (file.Frames.Count == 1 && file.StillIsFirstFrame)) animationWrong = true;
                    else file.Frames[^1].Data.Add(content[4..]);
                    return;
                case "tEXt" or "zTXt" or "iTXt" or "tIME" or "zxIf":
                    Drop("I-02", name, name == "tIME" ? "time" : "text");
                    return;
                default:
                    if (critical) throw Wrong("SAN-PNG-005", $"知らない必須の部分 {name}", $"the unknown critical chunk {name}");
                    Drop("I-06", name, "chunk");
                    return;
            }
        }

        private bool Early() => file.Data.Count == 0 && file.Palette.Length == 0;

        private void Header(ReadOnlySpan<byte> bytes)
        {
            if (bytes.Length != 13) throw Wrong("SAN-PNG-001", "IHDR の長さ", "the length of IHDR");
            long width = BinaryPrimitives.ReadUInt32BigEndian(bytes), height = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
            int depth = bytes[8], type = bytes[9];
            var known = type switch
            {
                0 => depth is 1 or 2 or 4 or 8 or 16,
                3 => depth is 1 or 2 or 4 or 8,
                2 or 4 or 6 => depth is 8 or 16,
                _ => false,
            };
            if (!known || bytes[10] != 0 || bytes[11] != 0 || bytes[12] > 1) throw Wrong("SAN-PNG-006", "知らない画素の形式", "an unknown form of pixels");
            job.Budget.Pixels(width, height, "");
            (file.Width, file.Height, file.Depth, file.ColourType, file.Interlaced) = ((int)width, (int)height, depth, type, bytes[12] == 1);
        }

        private void Control(ReadOnlySpan<byte> bytes)
        {
            if (bytes.Length != 26 || frameCount < 0 || !Sequence(bytes) || bytes[24] > 2 || bytes[25] > 1 || file.Frames.Count >= frameCount)
            {
                animationWrong = true;
                return;
            }
            long width = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]), height = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]);
            long x = BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]), y = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
            var first = file.Frames.Count == 0 && file.Data.Count == 0;
            if (width == 0 || height == 0 || x + width > file.Width || y + height > file.Height || (first && (x, y, width, height) != (0, 0, file.Width, file.Height)))
            {
                animationWrong = true;
                return;
            }
            file.Frames.Add(new((int)width, (int)height, (int)x, (int)y, BinaryPrimitives.ReadUInt16BigEndian(bytes[20..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[22..]), bytes[24], bytes[25], []));
        }

        private bool Sequence(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32BigEndian(bytes) == nextSequence++;

        private void EndAnimation()
        {
            if (frameCount < 0 && !animationWrong && file.Frames.Count == 0) return;
            var whole = !animationWrong && file.Frames.Count == frameCount;
            for (var i = 0; i < file.Frames.Count; i++)
            {
                var isStill = i == 0 && file.StillIsFirstFrame;
                if (file.Frames[i].Data.Count == 0 != isStill) whole = false;
            }
            if (whole)
            {
                var area = file.Frames.Sum(static f => (long)f.Width * f.Height);
                job.Budget.Pixels(area, 1, "fcTL");
                return;
            }
            file.Frames.Clear();
            file.StillIsFirstFrame = false;
            Drop("I-07", "acTL", "animation that is not whole");
        }

        private void Drop(string threat, string chunk, string what) => job.Remove(threat, chunk, what);

        private static string Name(ReadOnlySpan<byte> type)
        {
            foreach (var c in type)
            {
                if (c is not (>= (byte)'A' and <= (byte)'Z' or >= (byte)'a' and <= (byte)'z')) throw Wrong("SAN-PNG-001", "部分の名前が正しくありません", "a chunk's name is wrong");
            }
            return string.Create(4, type, static (into, from) =>
            {
                for (var i = 0; i < 4; i++) into[i] = (char)from[i];
            });
        }
    }
}

/// <summary>One frame of an animated PNG.</summary>
/// <param name="Dispose">What becomes of its area afterwards: 0 stays, 1 cleared, 2 as before.</param>
/// <param name="Blend">0 replaces, 1 is laid over.</param>
/// <param name="Data">Compressed pixels; empty when they are the picture's own.</param>
internal sealed record PngFrame(int Width, int Height, int X, int Y, ushort DelayNumerator, ushort DelayDenominator, byte Dispose, byte Blend, List<ReadOnlyMemory<byte>> Data);
