using System.Buffers.Binary;
using Sekisho.Sanitizer.Kinds;
using Sekisho.Sanitizer.Rebuilding;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Sanitizer.Images.Gif;

/// <summary>GIF: every frame's indices are decoded and encoded anew; the animation stays, with its times and how often it plays.</summary>
/// <remarks>Source: GIF89a specification. Of the extensions only the graphic control and the loop count of NETSCAPE2.0 are written.</remarks>
internal sealed class GifRebuilder : IRebuilder
{
    public IEnumerable<FileKind> Kinds => [FileKind.Gif];

    public Written Rebuild(Source untrusted, FileKind kind, Scratch output, Job job)
    {
        new Walk(untrusted.Whole(job.Policy.Limits.InMemoryBytes), output, job).Run();
        return new(FileKind.Gif, Outcome.Rebuilt);
    }

    private static RefusedException Wrong(string code, string ja, string en) => Refusals.Broken("", code, ja, en);

    /// <summary>Reads block by block and writes as it goes: one frame in memory at a time.</summary>
    private sealed class Walk(ReadOnlyMemory<byte> untrusted, Stream output, Job job)
    {
        private int at;
        private int screenWidth;
        private int screenHeight;
        private bool hasGlobal;
        private byte[] global = [];
        private int frames;
        private int? loops;
        private byte[]? control;
        private long area;
        private int background;

        private ReadOnlySpan<byte> All => untrusted.Span;

        public void Run()
        {
            if (All.Length < 13) throw Wrong("SAN-GIF-001", "途中で終わっています", "it ends too early");
            screenWidth = BinaryPrimitives.ReadUInt16LittleEndian(All[6..]);
            screenHeight = BinaryPrimitives.ReadUInt16LittleEndian(All[8..]);
            var flags = All[10];
            background = All[11];
            at = 13;
            hasGlobal = (flags & 0x80) != 0;
            global = hasGlobal ? Palette(flags & 7) : [];
            var blocks = new MemoryStream();
            var trailer = false;
            while (at < All.Length && !trailer)
            {
                switch (All[at++])
                {
                    case 0x21:
                        Extension();
                        break;
                    case 0x2C:
                        Frame(blocks);
                        break;
                    case 0x3B:
                        trailer = true;
                        break;
                    case 0x00:
                        job.Remove("I-04", "", "stray block end");
                        break;
                    default:
                        at--;
                        if (frames == 0) throw Wrong("SAN-GIF-002", $"位置 {at} に知らない部分", $"an unknown block at {at}");
                        job.Remove("I-01", "", "data after the last frame");
                        at = All.Length;
                        break;
                }
            }
            if (frames == 0) throw Wrong("SAN-GIF-001", "画素がありません", "there are no pixels");
            if (!trailer) job.Remove("I-04", "", "trailer missing");
            else if (at < All.Length) job.Remove("I-01", "", "data after the trailer");
            Write(flags, blocks);
        }

        private void Write(byte flags, MemoryStream blocks)
        {
            Span<byte> header = stackalloc byte[13];
            "GIF89a"u8.CopyTo(header);
            BinaryPrimitives.WriteUInt16LittleEndian(header[6..], (ushort)screenWidth);
            BinaryPrimitives.WriteUInt16LittleEndian(header[8..], (ushort)screenHeight);
            header[10] = (byte)(0x70 | (hasGlobal ? 0x80 | (flags & 7) : 0));
            header[11] = (byte)(background < global.Length / 3 ? background : 0);
            header[12] = 0;
            output.Write(header);
            output.Write(global);
            if (loops is { } times && frames > 1) output.Write([0x21, 0xFF, 11, .. "NETSCAPE2.0"u8, 3, 1, (byte)times, (byte)(times >> 8), 0]);
            blocks.WriteTo(output);
            output.WriteByte(0x3B);
        }

        private byte[] Palette(int size)
        {
            var length = 3 << (size + 1);
            if (at + length > All.Length) throw Wrong("SAN-GIF-001", "途中で終わっています", "it ends too early");
            var palette = All.Slice(at, length).ToArray();
            at += length;
            return palette;
        }

        private void Extension()
        {
            if (at >= All.Length) return;
            var label = All[at++];
            var start = at;
            var content = SubBlocks();
            switch (label)
            {
                case 0xF9 when content is [_, _, _, _] && All[start] == 4:
                    var (disposal, transparent) = ((content[0] >> 2) & 7, content[0] & 1);
                    if (disposal > 3) disposal = 0;
                    control = [0x21, 0xF9, 4, (byte)((disposal << 2) | transparent), content[1], content[2], transparent == 1 ? content[3] : (byte)0, 0];
                    return;
                case 0xFF when content.AsSpan().StartsWith("NETSCAPE2.0"u8) && content is [_, _, _, _, _, _, _, _, _, _, _, 1, var low, var high]:
                    if (loops is null) loops = low | (high << 8);
                    else job.Remove("I-06", "NETSCAPE2.0", "application extension");
                    return;
                case 0xFE:
                    job.Remove("I-02", "comment", "comment");
                    return;
                case 0xFF:
                    job.Remove(content.AsSpan().StartsWith("XMP Data"u8) ? "I-02" : "I-06", "application", "application extension");
                    return;
                case 0x01:
                    // Text drawn by the viewer: none does.
                    control = null;
                    job.Remove("I-06", "plain text", "plain text extension");
                    return;
                default:
                    job.Remove("I-06", $"{label:X2}", "extension");
                    return;
            }
        }

        private void Frame(MemoryStream blocks)
        {
            if (at + 9 > All.Length) throw Wrong("SAN-GIF-001", "途中で終わっています", "it ends too early");
            job.Budget.Enter("", 1);
            job.Budget.Check();
            int x = BinaryPrimitives.ReadUInt16LittleEndian(All[at..]), y = BinaryPrimitives.ReadUInt16LittleEndian(All[(at + 2)..]);
            int width = BinaryPrimitives.ReadUInt16LittleEndian(All[(at + 4)..]), height = BinaryPrimitives.ReadUInt16LittleEndian(All[(at + 6)..]);
            var flags = All[at + 8];
            at += 9;
            job.Budget.Pixels(width, height, "");
            area += (long)width * height;
            // All frames together: a frame of 65,535 squared costs six bytes.
            if (area > 8 * job.Policy.Limits.Pixels) throw Refusals.TooManyPixels("", width, height);
            // A frame that stands out makes the screen larger, as viewers do; a screen of nothing is the first frame's.
            (screenWidth, screenHeight) = (Math.Max(screenWidth, Math.Min(65_535, x + width)), Math.Max(screenHeight, Math.Min(65_535, y + height)));
            job.Budget.Pixels(screenWidth, screenHeight, "");
            var local = (flags & 0x80) != 0 ? Palette(flags & 7) : null;
            // No palette at all: shades of grey, as viewers show it.
            if (local is null && !hasGlobal) local = [.. Enumerable.Range(0, 768).Select(static i => (byte)(i / 3))];
            if (at >= All.Length) throw Wrong("SAN-GIF-001", "途中で終わっています", "it ends too early");
            int minimum = All[at++];
            if (minimum is < 1 or > 8) throw Wrong("SAN-GIF-003", "LZW の最小の長さ", "the smallest LZW code");
            var data = SubBlocks();
            var indices = new byte[width * height];
            if (control is { } c && (c[3] & 1) == 1) Array.Fill(indices, c[6]);
            var count = GifLzw.Decode(data, minimum, indices);
            if (count < 0) throw Wrong("SAN-GIF-003", "画素の符号が壊れています", "the coded pixels are damaged");
            if (count < indices.Length) job.Note("SAN-NOTE-CUT", $"#{frames + 1}", "画像が途中で切れています。欠けた部分は塗りつぶしています。", "The picture is cut short; what is missing stays blank.");
            if ((flags & 0x40) != 0) indices = Weave(indices, width, height);
            frames++;

            var highest = 0;
            foreach (var index in indices) highest = Math.Max(highest, index);
            var least = 2;
            while (highest >= 1 << least) least++;
            // An index beyond the palette is black; said by a palette that has it.
            if (highest >= (local ?? global).Length / 3)
            {
                var enough = new byte[3 << least];
                (local ?? global).CopyTo(enough, 0);
                local = enough;
            }
            if (control is not null) blocks.Write(control);
            control = null;
            Span<byte> header = stackalloc byte[10];
            header[0] = 0x2C;
            BinaryPrimitives.WriteUInt16LittleEndian(header[1..], (ushort)x);
            BinaryPrimitives.WriteUInt16LittleEndian(header[3..], (ushort)y);
            BinaryPrimitives.WriteUInt16LittleEndian(header[5..], (ushort)width);
            BinaryPrimitives.WriteUInt16LittleEndian(header[7..], (ushort)height);
            header[9] = (byte)(local is null ? 0 : 0x80 | (int.Log2(local.Length / 3) - 1));
            blocks.Write(header);
            blocks.Write(local);
            var coded = GifLzw.Encode(indices, least).AsSpan();
            blocks.WriteByte((byte)least);
            while (coded.Length > 0)
            {
                var piece = coded[..Math.Min(255, coded.Length)];
                blocks.WriteByte((byte)piece.Length);
                blocks.Write(piece);
                coded = coded[piece.Length..];
            }
            blocks.WriteByte(0);
            if (blocks.Length > 256 << 20) throw Refusals.TooLarge(blocks.Length, 256 << 20);
        }

        private byte[] SubBlocks()
        {
            var start = at;
            var length = 0;
            while (at < All.Length && All[at] > 0 && at + 1 + All[at] <= All.Length)
            {
                length += All[at];
                at += 1 + All[at];
            }
            var content = new byte[length];
            for (int from = start, to = 0; to < length; to += All[from], from += 1 + All[from]) All.Slice(from + 1, All[from]).CopyTo(content.AsSpan(to));
            if (at < All.Length && All[at] == 0) at++;
            else at = All.Length; // cut within
            return content;
        }

        private static byte[] Weave(byte[] lines, int width, int height)
        {
            var woven = new byte[lines.Length];
            var from = 0;
            foreach (var (first, step) in (ReadOnlySpan<(int, int)>)[(0, 8), (4, 8), (2, 4), (1, 2)])
            {
                for (var y = first; y < height; y += step, from += width) lines.AsSpan(from, width).CopyTo(woven.AsSpan(y * width));
            }
            return woven;
        }
    }
}
