using System.Buffers.Binary;
using Sekisho.Sanitizer.Images.Colours;
using Sekisho.Sanitizer.Images.Native;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Images.Webp;

/// <summary>WebP: every frame is decoded and encoded without loss; the container is written anew around it.</summary>
/// <remarks>Source: RFC 9649. A lossy picture comes out lossless: larger, but with the pixels that it showed, and the same the second time (ADR-0081).</remarks>
internal sealed class WebpRebuilder : IRebuilder
{
    public IEnumerable<FileKind> Kinds => [FileKind.Webp];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        using var walk = new Walk(untrusted.Whole(job.Policy.Limits.InMemoryBytes), job);
        walk.Run(output);
        return new(FileKind.Webp, Outcome.Rebuilt);
    }

    private static RefusedException Wrong(string code, string ja, string en) => Refusals.Broken("", code, ja, en);

    private sealed class Walk(ReadOnlyMemory<byte> untrusted, Job job) : IDisposable
    {
        private readonly MemoryStream body = new();
        private (int Width, int Height)? canvas;
        private bool animated;
        private bool alpha;
        private int orientation = 1;
        private int frames;
        private ReadOnlyMemory<byte> alphaPlane;
        private IRowConversion? colours;
        private long area;

        public void Dispose() => body.Dispose();

        public void Run(Stream output)
        {
            var span = untrusted.Span;
            if (span.Length < 20) throw Wrong("SAN-WEBP-001", "見出し", "the header");
            var end = Math.Min(untrusted.Length, 8L + BinaryPrimitives.ReadUInt32LittleEndian(span[4..]));
            if (end < untrusted.Length && !(end + 1 == untrusted.Length && (end & 1) == 1)) job.Remove("I-01", "", "data after the end");
            var chunks = Chunks(12, (int)end, untrusted);
            // What is said of all frames stands anywhere: read first.
            foreach (var (name, content) in chunks) Describe(name, content);
            foreach (var (name, content) in chunks)
            {
                if (name is "VP8 " or "VP8L") Still(name, content);
                else if (name == "ALPH") alphaPlane = content;
                else if (name == "ANMF") Frame(content);
                else if (name == "ANIM" && animated && content.Length == 6) Chunk(body, "ANIM"u8, content.Span);
            }
            if (frames == 0) throw Wrong("SAN-WEBP-001", "画素がありません", "there are no pixels");
            Write(output);
        }

        private void Write(Stream output)
        {
            var head = new MemoryStream();
            if (animated || orientation > 1)
            {
                Span<byte> extended = stackalloc byte[10];
                extended.Clear();
                extended[0] = (byte)((alpha ? 0x10 : 0) | (orientation > 1 ? 0x08 : 0) | (animated ? 0x02 : 0));
                Put24(extended[4..], canvas!.Value.Width - 1);
                Put24(extended[7..], canvas.Value.Height - 1);
                Chunk(head, "VP8X"u8, extended);
            }
            if (orientation > 1) Chunk(body, "EXIF"u8, Exif.Write(orientation));
            Span<byte> riff = stackalloc byte[12];
            "RIFF"u8.CopyTo(riff);
            BinaryPrimitives.WriteUInt32LittleEndian(riff[4..], (uint)(4 + head.Length + body.Length));
            "WEBP"u8.CopyTo(riff[8..]);
            output.Write(riff);
            head.WriteTo(output);
            body.WriteTo(output);
        }

        private void Describe(string name, ReadOnlyMemory<byte> content)
        {
            var bytes = content.Span;
            switch (name)
            {
                case "VP8X" when bytes.Length >= 10 && canvas is null:
                    var (width, height) = (1 + Get24(bytes[4..]), 1 + Get24(bytes[7..]));
                    job.Budget.Pixels(width, height, "");
                    canvas = (width, height);
                    animated = (bytes[0] & 2) != 0;
                    return;
                case "VP8 " or "VP8L" or "ALPH":
                case "ANMF" or "ANIM" when animated:
                    return;
                case "EXIF":
                    orientation = Exif.Read(bytes).Orientation;
                    if (!bytes.SequenceEqual(Exif.Write(orientation))) job.Remove("I-02", "EXIF", "Exif");
                    return;
                case "ICCP":
                    job.Remove("I-08", "ICCP", "colour profile");
                    var profile = IccProfile.Read(bytes, 3);
                    if (profile.Verdict == IccVerdict.ByCurves) colours = profile.Convert8(4);
                    return;
                case "XMP ":
                    job.Remove("I-02", "XMP", "XMP");
                    return;
                default:
                    job.Remove(name is "ANMF" or "ANIM" ? "I-07" : "I-06", "", "chunk");
                    return;
            }
        }

        private void Still(string name, ReadOnlyMemory<byte> content)
        {
            if (animated || frames > 0)
            {
                job.Remove("I-07", name.Trim(), "second picture");
                return;
            }
            var (width, height, coded) = Rebuild(name, content, alphaPlane);
            if (canvas is { } said && said != (width, height)) throw Wrong("SAN-WEBP-002", "大きさが合いません", "sizes disagree");
            canvas = (width, height);
            Chunk(body, "VP8L"u8, coded);
            frames++;
        }

        private void Frame(ReadOnlyMemory<byte> content)
        {
            if (!animated) return;
            if (content.Length < 24 || canvas is not { } size) throw Wrong("SAN-WEBP-002", "フレーム", "a frame");
            job.Budget.Enter("");
            var bytes = content.Span;
            int x = 2 * Get24(bytes), y = 2 * Get24(bytes[3..]), width = 1 + Get24(bytes[6..]), height = 1 + Get24(bytes[9..]);
            area += (long)width * height;
            if (x + width > size.Width || y + height > size.Height) throw Wrong("SAN-WEBP-002", "フレームの位置", "the place of a frame");
            if (area > 8 * job.Policy.Limits.Pixels) throw Refusals.TooManyPixels("", width, height);
            ReadOnlyMemory<byte> plane = default;
            byte[]? coded = null;
            foreach (var (name, inner) in Chunks(16, content.Length, content))
            {
                if (name == "ALPH") plane = inner;
                else if (name is "VP8 " or "VP8L" && coded is null)
                {
                    (var w, var h, coded) = Rebuild(name, inner, plane);
                    if ((w, h) != (width, height)) throw Wrong("SAN-WEBP-002", "大きさが合いません", "sizes disagree");
                }
                else job.Remove("I-06", "ANMF", "chunk");
            }
            if (coded is null) throw Wrong("SAN-WEBP-002", "フレームに画素がありません", "a frame without pixels");
            var frame = new MemoryStream();
            var header = bytes[..16].ToArray();
            header[15] &= 3;
            frame.Write(header);
            Chunk(frame, "VP8L"u8, coded);
            Chunk(body, "ANMF"u8, frame.GetBuffer().AsSpan(0, (int)frame.Length));
            if (body.Length > 256 << 20) throw Refusals.TooLarge(body.Length, 256 << 20);
            frames++;
        }

        /// <summary>The bitstream of the same pixels, without loss.</summary>
        private (int Width, int Height, byte[] Coded) Rebuild(string name, ReadOnlyMemory<byte> content, ReadOnlyMemory<byte> plane)
        {
            job.Budget.Check();
            var bytes = content.Span;
            int width, height;
            if (name == "VP8L")
            {
                if (bytes.Length < 6 || bytes[0] != 0x2F) throw Wrong("SAN-WEBP-002", "VP8L の見出し", "the header of VP8L");
                var bits = BinaryPrimitives.ReadUInt32LittleEndian(bytes[1..]);
                if (bits >> 29 != 0) throw Wrong("SAN-WEBP-002", "VP8L の版", "the version of VP8L");
                (width, height, plane) = (1 + (int)(bits & 0x3FFF), 1 + (int)((bits >> 14) & 0x3FFF), default);
            }
            else
            {
                if (bytes.Length < 10 || (bytes[0] & 1) != 0 || bytes[3] != 0x9D || bytes[4] != 0x01 || bytes[5] != 0x2A) throw Wrong("SAN-WEBP-002", "VP8 の見出し", "the header of VP8");
                (width, height) = (BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]) & 0x3FFF);
            }
            job.Budget.Pixels(width, height, "");
            // Writing takes some 27 bytes a pixel: more would not fit into a worker of 512 MiB.
            if ((long)width * height > 16_000_000) throw Refusals.TooManyPixels("", width, height);
            // A file of nothing but this picture: what the library sees is of a form that we made.
            var file = new MemoryStream();
            file.Write("RIFF\0\0\0\0WEBP"u8);
            if (plane.Length > 0)
            {
                Span<byte> extended = stackalloc byte[10];
                extended.Clear();
                extended[0] = 0x10;
                Put24(extended[4..], width - 1);
                Put24(extended[7..], height - 1);
                Chunk(file, "VP8X"u8, extended);
                Chunk(file, "ALPH"u8, plane.Span);
            }
            Chunk(file, name == "VP8L" ? "VP8L"u8 : "VP8 "u8, bytes);
            var whole = file.ToArray();
            BinaryPrimitives.WriteInt32LittleEndian(whole.AsSpan(4), whole.Length - 8);
            var pixels = WebpCodec.Decode(whole, width, height);
            colours?.Row(pixels);
            var encoded = WebpCodec.Encode(pixels, width, height);
            foreach (var (made, coded) in Chunks(12, encoded.Length, encoded))
            {
                if (made != "VP8L" || coded.Length < 5) continue;
                alpha |= (coded.Span[4] & 0x10) != 0;
                return (width, height, coded.ToArray());
            }
            throw new InvalidOperationException("libwebp wrote no VP8L");
        }

        private static List<(string Name, ReadOnlyMemory<byte> Content)> Chunks(int at, int end, ReadOnlyMemory<byte> all)
        {
            var chunks = new List<(string, ReadOnlyMemory<byte>)>();
            while (at + 8 <= end)
            {
                var header = all.Span.Slice(at, 8);
                long length = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
                if (at + 8 + length > end) throw Wrong("SAN-WEBP-001", "途中で終わっています", "it ends too early");
                if (chunks.Count > 100_000) throw Refusals.TooMany("", 100_000);
                chunks.Add((System.Text.Encoding.Latin1.GetString(header[..4]), all.Slice(at + 8, (int)length)));
                at += 8 + (int)length + (int)(length & 1);
            }
            return chunks;
        }

        private static void Chunk(Stream into, ReadOnlySpan<byte> name, ReadOnlySpan<byte> content)
        {
            Span<byte> four = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(four, content.Length);
            into.Write(name);
            into.Write(four);
            into.Write(content);
            if ((content.Length & 1) == 1) into.WriteByte(0);
        }

        private static int Get24(ReadOnlySpan<byte> at) => at[0] | (at[1] << 8) | (at[2] << 16);

        private static void Put24(Span<byte> at, int value) => (at[0], at[1], at[2]) = ((byte)value, (byte)(value >> 8), (byte)(value >> 16));
    }
}
