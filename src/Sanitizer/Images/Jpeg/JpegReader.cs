using System.Buffers;
using System.Buffers.Binary;
using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Images.Jpeg;

/// <summary>Reads the segments of a JPEG in their order and gives each scan to whoever counts, writes or keeps it (T.81 annex B).</summary>
/// <param name="job">Told of what is left behind; null on the second reading.</param>
/// <param name="meant">What the components are, where the format around it says so.</param>
internal sealed class JpegReader(ReadOnlyMemory<byte> untrusted, Job? job, Budget budget, JpegColours? meant)
{
    private const int MostScans = 100;

    private readonly ushort[]?[] quantisation = new ushort[4][];
    private readonly JpegHuffman?[] dc = new JpegHuffman[4];
    private readonly JpegHuffman?[] ac = new JpegHuffman[4];
    private readonly SortedDictionary<int, ReadOnlyMemory<byte>> profile = [];
    private int restartInterval;
    private bool sawJfif;
    private int adobe = -1;
    private Exif exif = new(1, 0, 0, 2);

    public JpegFrame? Frame { get; private set; }

    public JpegColours Colours { get; private set; }

    /// <summary>True when inks are stored turned over, as Adobe's programs do: its marker says so.</summary>
    public bool HasAdobe => adobe >= 0;

    public int Orientation => exif.Orientation;

    /// <summary>Dots a unit; unit 0 for a mere ratio, 1 inch, 2 centimetre.</summary>
    public (int X, int Y, int Unit)? Density { get; private set; }

    /// <summary>The colour profile, put together; empty for none.</summary>
    public byte[] Profile => profile.Count == 0 ? [] : [.. profile.Values.SelectMany(static p => p.ToArray())];

    /// <summary>True when coded data ended before the picture was whole: what lacks stays blank.</summary>
    public bool Cut { get; private set; }

    private ReadOnlySpan<byte> All => untrusted.Span;

    /// <summary>Reads to the end.</summary>
    /// <exception cref="RefusedException">It isn't a JPEG that is understood wholly.</exception>
    public void Run(IJpegScans scans)
    {
        // The pool rounds up to powers of two: too much for large ones.
        var pooled = untrusted.Length < 4 << 20;
        var room = pooled ? ArrayPool<byte>.Shared.Rent(untrusted.Length + 16) : GC.AllocateUninitializedArray<byte>(untrusted.Length + 16);
        try
        {
            Segments(scans, new(untrusted, room));
        }
        finally
        {
            if (pooled) ArrayPool<byte>.Shared.Return(room);
        }
        if (Frame is null || scans.Scans == 0) throw Wrong("SAN-JPEG-001", "画素がありません", "there are no pixels");
        if (!Frame.Progressive && Array.Exists(Frame.Components, static c => !c.Coded)) throw Wrong("SAN-JPEG-003", "成分が足りません", "a component is missing");
        if (Cut) job?.Note("SAN-NOTE-CUT", "", "画像が途中で切れています。欠けた部分は塗りつぶしています。", "The picture is cut short; what is missing stays blank.");
        if (Density is null && exif is { X: >= 1, Y: >= 1 }) Density = ((int)Math.Round(exif.X), (int)Math.Round(exif.Y), exif.Unit - 1);
    }

    private static RefusedException Wrong(string code, string ja, string en) => Refusals.Broken("", code, ja, en);

    private void Segments(IJpegScans scans, JpegData data)
    {
        if (!All.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8])) throw Wrong("SAN-JPEG-001", "JPEG の見出しがありません", "no JPEG signature");
        var at = 2;
        while (true)
        {
            var skip = All[at..].IndexOf((byte)0xFF);
            if (skip < 0) skip = All.Length - at;
            if (skip > 0) job?.Remove("I-04", "", "bytes between segments");
            at += skip;
            while (at < All.Length && All[at] == 0xFF) at++;
            if (at >= All.Length)
            {
                if (scans.Scans == 0) throw Wrong("SAN-JPEG-001", "途中で終わっています", "it ends too early");
                job?.Remove("I-04", "EOI", "missing");
                return;
            }
            var marker = All[at++];
            if (marker == 0xD9)
            {
                if (at < All.Length) job?.Remove("I-01", "EOI", "data after the end");
                return;
            }
            if (marker is 0x00 or 0x01 or (>= 0xD0 and <= 0xD8))
            {
                job?.Remove("I-04", "", "stray marker");
                continue;
            }
            if (at + 2 > All.Length || BinaryPrimitives.ReadUInt16BigEndian(All[at..]) is var length && (length < 2 || at + length > All.Length))
            {
                if (scans.Scans == 0) throw Wrong("SAN-JPEG-001", "途中で終わっています", "it ends too early");
                job?.Remove("I-04", "EOI", "missing");
                return;
            }
            var content = untrusted.Slice(at + 2, length - 2);
            at += length;
            if (marker == 0xDA)
            {
                at = Scan(content.Span, at, scans, data);
                if (at >= All.Length) Cut |= scans.Scans == 1 && !Frame!.Progressive && Array.Exists(Frame.Components, static c => !c.Coded);
                continue;
            }
            Segment(marker, content);
        }
    }

    private void Segment(byte marker, ReadOnlyMemory<byte> content)
    {
        var bytes = content.Span;
        switch (marker)
        {
            case 0xC0 or 0xC1 or 0xC2:
                Start(marker, bytes);
                return;
            case 0xC3 or (>= 0xC5 and <= 0xC7) or (>= 0xC9 and <= 0xCB) or (>= 0xCD and <= 0xCF) or 0xCC:
                throw Wrong("SAN-JPEG-002", "使われていない方式（可逆・算術符号など）の JPEG です", "a JPEG of a rare process (lossless, arithmetic or hierarchical)");
            case 0xC4:
                Huffman(bytes);
                return;
            case 0xDB:
                Quantisation(bytes);
                return;
            case 0xDD when bytes.Length == 2:
                restartInterval = BinaryPrimitives.ReadUInt16BigEndian(bytes);
                return;
            case 0xDC or 0xDD or 0xDE or 0xDF:
                throw Wrong("SAN-JPEG-002", "使われていない方式の JPEG です（DNL など）", "a JPEG of a rare process (DNL and others)");
            case >= 0xE0 and <= 0xEF:
                Application(marker - 0xE0, content);
                return;
            case 0xFE:
                job?.Remove("I-02", "COM", "comment");
                return;
            default:
                job?.Remove("I-06", $"{marker:X2}", "segment");
                return;
        }
    }

    private void Application(int number, ReadOnlyMemory<byte> content)
    {
        var bytes = content.Span;
        if (number == 0 && bytes.StartsWith("JFIF\0"u8) && bytes.Length >= 14)
        {
            sawJfif = true;
            int unit = bytes[7], x = BinaryPrimitives.ReadUInt16BigEndian(bytes[8..]), y = BinaryPrimitives.ReadUInt16BigEndian(bytes[10..]);
            if (unit <= 2 && x > 0 && y > 0 && (unit, x, y) != (0, 1, 1)) Density ??= (x, y, unit);
            if (bytes.Length > 14) job?.Remove("I-02", "APP0", "thumbnail");
            return;
        }
        if (number == 14 && bytes.StartsWith("Adobe"u8) && bytes.Length >= 12)
        {
            adobe = bytes[11];
            return;
        }
        if (number == 1 && bytes.StartsWith("Exif\0\0"u8))
        {
            if (exif == new Exif(1, 0, 0, 2)) exif = Exif.Read(bytes);
            if (!bytes.SequenceEqual(JpegWriter.ExifOf(exif.Orientation, exif is { Unit: > 1, X: >= 1, Y: >= 1 } ? ((int)Math.Round(exif.X), (int)Math.Round(exif.Y), exif.Unit - 1) : null))) job?.Remove("I-02", "APP1", "Exif");
            return;
        }
        if (number == 2 && bytes.StartsWith("ICC_PROFILE\0"u8) && bytes.Length > 14)
        {
            job?.Remove("I-08", "APP2", "colour profile");
            profile.TryAdd(bytes[12], content[14..]);
            return;
        }
        var (threat, what) = number switch
        {
            0 => ("I-02", "thumbnail"),
            1 => ("I-02", bytes.StartsWith("http"u8) ? "XMP" : "metadata"),
            2 when bytes.StartsWith("MPF\0"u8) => ("I-07", "index of further pictures"),
            13 => ("I-02", "IPTC"),
            _ => ("I-06", "application data"),
        };
        job?.Remove(threat, $"APP{number}", what);
    }

    private void Start(byte marker, ReadOnlySpan<byte> bytes)
    {
        if (Frame is not null) throw Wrong("SAN-JPEG-003", "画像が二つあります", "there are two frames");
        if (bytes.Length < 6 || bytes.Length != 6 + 3 * bytes[5]) throw Wrong("SAN-JPEG-003", "SOF の長さ", "the length of SOF");
        if (bytes[0] != 8) throw Wrong("SAN-JPEG-002", $"{bytes[0]} ビットの JPEG です", $"a JPEG of {bytes[0]} bits");
        int height = BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]), width = BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]), count = bytes[5];
        if (count is not (1 or 3 or 4)) throw Wrong("SAN-JPEG-003", $"成分が {count} 個です", $"{count} components");
        budget.Pixels(width, height, "");
        var components = new JpegComponent[count];
        for (var i = 0; i < count; i++)
        {
            var (id, across, down, table) = (bytes[6 + 3 * i], bytes[7 + 3 * i] >> 4, bytes[7 + 3 * i] & 15, bytes[8 + 3 * i]);
            if (across is 0 or > 4 || down is 0 or > 4 || table > 3 || Array.Exists(components[..i], c => c.Id == id)) throw Wrong("SAN-JPEG-003", "成分の定義", "the definition of a component");
            // One component alone: its factors mean nothing (T.81 A.2.2).
            components[i] = count == 1 ? new(i, id, 1, 1, table) : new(i, id, across, down, table);
        }
        Frame = new(width, height, marker == 0xC2, components);
        if (!Frame.Progressive) return;
        var blocks = components.Sum(c => (long)Frame.UnitsAcross * c.Across * Frame.UnitsDown * c.Down);
        if (blocks * 128 > 320 << 20) throw Refusals.TooManyPixels("", width, height);
    }

    private void Huffman(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (bytes.Length < 17) throw Wrong("SAN-JPEG-004", "ハフマン表", "a Huffman table");
            var (kind, id) = (bytes[0] >> 4, bytes[0] & 15);
            var count = 0;
            foreach (var n in bytes.Slice(1, 16)) count += n;
            if (kind > 1 || id > 3 || count > 256 || bytes.Length < 17 + count || JpegHuffman.Make(bytes.Slice(1, 16), bytes.Slice(17, count)) is not { } table) throw Wrong("SAN-JPEG-004", "ハフマン表", "a Huffman table");
            (kind == 0 ? dc : ac)[id] = table;
            bytes = bytes[(17 + count)..];
        }
    }

    private void Quantisation(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var (wide, id) = (bytes[0] >> 4, bytes[0] & 15);
            if (wide > 1 || id > 3 || bytes.Length < 1 + 64 * (1 + wide)) throw Wrong("SAN-JPEG-004", "量子化表", "a quantisation table");
            var table = new ushort[64];
            for (var i = 0; i < 64; i++) table[i] = wide == 0 ? bytes[1 + i] : BinaryPrimitives.ReadUInt16BigEndian(bytes[(1 + 2 * i)..]);
            if (Array.IndexOf(table, (ushort)0) >= 0) throw Wrong("SAN-JPEG-004", "量子化表に 0 があります", "a quantisation table holds 0");
            quantisation[id] = table;
            bytes = bytes[(1 + 64 * (1 + wide))..];
        }
    }

    private int Scan(ReadOnlySpan<byte> bytes, int at, IJpegScans scans, JpegData data)
    {
        if (Frame is null) throw Wrong("SAN-JPEG-003", "SOF より前に画素があります", "a scan before SOF");
        if (scans.Scans == 0) SettleColours();
        if (meant is { } colours && Frame.Components.Length != colours switch { JpegColours.Grey => 1, JpegColours.Cmyk or JpegColours.Ycck => 4, _ => 3 }) throw Wrong("SAN-JPEG-003", "成分の数", "the number of components");
        int count = bytes.Length > 0 ? bytes[0] : 0;
        if (count is 0 or > 4 || bytes.Length != 4 + 2 * count || scans.Scans >= MostScans) throw Wrong("SAN-JPEG-003", "SOS の形", "the form of SOS");
        var components = new JpegComponent[count];
        var (dcs, acs) = (new JpegHuffman?[count], new JpegHuffman?[count]);
        for (var i = 0; i < count; i++)
        {
            var (id, tables) = (bytes[1 + 2 * i], bytes[2 + 2 * i]);
            var component = Array.Find(Frame.Components, c => c.Id == id) ?? throw Wrong("SAN-JPEG-003", "SOS の成分", "a component of SOS");
            if (Array.IndexOf(components, component) >= 0 || tables >> 4 > 3 || (tables & 15) > 3) throw Wrong("SAN-JPEG-003", "SOS の成分", "a component of SOS");
            components[i] = component;
            (dcs[i], acs[i]) = (dc[tables >> 4], ac[tables & 15]);
            component.Quantisation ??= quantisation[component.Table] ?? throw Wrong("SAN-JPEG-004", "量子化表がありません", "a quantisation table is missing");
        }
        if (count > 1 && components.Sum(static c => c.Across * c.Down) > 10) throw Wrong("SAN-JPEG-003", "一単位の大きさ", "the size of a unit");
        var (from, to, high, low) = (bytes[^3], bytes[^2], bytes[^1] >> 4, bytes[^1] & 15);
        if (Frame.Progressive)
        {
            if (from == 0 ? to != 0 : (to < from || to > 63 || count > 1)) throw Wrong("SAN-JPEG-003", "SOS の範囲", "the range of SOS");
            if (low > 13 || high > 13 || (high > 0 && low != high - 1)) throw Wrong("SAN-JPEG-003", "SOS の精度", "the precision of SOS");
        }
        else
        {
            (from, to, high, low) = (0, 63, 0, 0);
            foreach (var component in components)
            {
                if (component.Coded) throw Wrong("SAN-JPEG-003", "成分が二度あります", "a component comes twice");
                component.Coded = true;
            }
        }
        data.At = at;
        Cut |= !scans.Scan(Frame, new(components, Colours, dcs, acs, from, to, high, low), restartInterval, data, budget);
        return data.At;
    }

    private void SettleColours() => Colours = meant ?? Frame!.Components switch
    {
        { Length: 1 } => JpegColours.Grey,
        { Length: 4 } => adobe == 2 ? JpegColours.Ycck : JpegColours.Cmyk,
        var three => sawJfif ? JpegColours.YCbCr
            : adobe >= 0 ? adobe == 0 ? JpegColours.Rgb : JpegColours.YCbCr
            : (three[0].Id, three[1].Id, three[2].Id) == ((byte)'R', (byte)'G', (byte)'B') ? JpegColours.Rgb : JpegColours.YCbCr,
    };
}

/// <summary>Takes the scans of a JPEG one after the other.</summary>
internal interface IJpegScans
{
    /// <summary>How many came so far.</summary>
    int Scans { get; }

    /// <summary>Decodes one scan; leaves <paramref name="data"/> at the marker that follows it.</summary>
    /// <returns>False when the data ended before the scan was whole.</returns>
    bool Scan(JpegFrame frame, JpegScan scan, int restartInterval, JpegData data, Budget budget);
}
