using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Sekisho.Sanitizer.Images.Native;
using Sekisho.Sanitizer.Tests.Archives;
using Sekisho.Sanitizer.Tests.Images;

namespace Sekisho.Sanitizer.Tests.Hostile;

/// <summary>Rows I-01 … I-10: pictures that carry more than their pixels.</summary>
internal static class HostileImages
{
    private static readonly byte[] Payload = Encoding.Latin1.GetBytes("<?php system('KAMAKIRI'); ?><script>KAMAKIRI</script>");

    public static IEnumerable<HostileFile> All()
    {
        var zip = new RawZip().Add("KAMAKIRI.class", "CAFEBABE", method: 0).Finish();
        byte[] png = PngMaker.Rgb(), jpeg = JpegTests.Plain(), gif = Gif(), bmp = Bmp([]), tiff = Tiff();
        foreach (var (name, picture) in new[] { ("a.png", png), ("a.jpg", jpeg), ("a.gif", gif), ("a.bmp", bmp), ("a.tif", tiff), ("a.webp", Webp([])) })
        {
            // TIFF says where everything lies: what lies elsewhere isn't read, and nothing in the file tells it apart from padding.
            yield return New("I-01", $"a zip behind the picture ({name[2..]})", name, [.. picture, .. zip]) with { Told = name == "a.tif" ? "" : "I-01" };
            yield return New("I-03", $"a script behind the picture ({name[2..]})", name, [.. picture, .. Payload], "<?php") with { Told = name == "a.tif" ? "" : "I-01" };
        }
        yield return New("I-03", "GIFAR: a picture that is a Java archive", "a.gif", [.. gif, .. zip], "KAMAKIRI.class") with { Told = "I-01" };
        yield return New("I-03", "a page in the comment of a JPEG", "a.jpg", Segment(jpeg, 0xFE, "<html><script>KAMAKIRI</script></html>"), "<script") with { Told = "I-02" };
        yield return New("I-03", "a script in the palette's gap of a BMP", "a.bmp", Bmp(Payload), "<?php") with { Told = "I-03" };
        yield return New("I-03", "a PDF in a chunk of a PNG", "a.png", PngMaker.Rgb(("pdFf", [.. "%PDF-1.4 /JavaScript (KAMAKIRI)"u8])), "%PDF-1.4 /Java") with { Told = "I-06" };
        yield return New("I-02", "EXIF, XMP and IPTC of a JPEG", "a.jpg", Segment(Segment(Segment(jpeg, 0xE1, "Exif\0\0II*\0KAMAKIRI"), 0xE1, "http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>KAMAKIRI</x:xmpmeta>"), 0xED, "Photoshop 3.0\08BIM\u0004\u0004KAMAKIRI"), "xmpmeta", "Photoshop 3.0");
        yield return New("I-02", "packed text of a PNG", "a.png", PngMaker.Rgb(("zTXt", [.. "Comment\0\0"u8, .. Zlib(Payload)]), ("iTXt", [.. "XML:com.adobe.xmp\0\u0001\0\0\0"u8, .. Zlib(Payload)]), ("eXIf", [.. "II*\0KAMAKIRI"u8])), "<?php");
        yield return New("I-02", "EXIF and XMP of a WebP", "a.webp", Webp([.. Chunk("EXIF", Payload), .. Chunk("XMP ", Payload)], 0x0C));
        yield return New("I-02", "comment of a GIF", "a.gif", Gif([0x21, 0xFE, (byte)Payload.Length, .. Payload, 0]), "<?php");
        yield return New("I-02", "descriptions in a TIFF", "a.tif", Tiff((305, 2, Payload), (700, 1, Payload), (34_665, 7, Payload)), "<?php");
        yield return New("I-04", "a chunk whose sum is wrong", "a.png", BadSum(), HostileFile.Mark) with { Told = null, Refused = null };
        yield return new HostileFile("I-04", "packed pixels that ask for a dictionary", "a.png", PngMaker.File(PngMaker.Header(1, 1, 8, 0), ("IDAT", [0x78, 0xBB, 1, 2, 3, 4, .. "KAMAKIRI"u8]), ("IEND", [])), HostileFile.Mark) { Refused = "SAN-PNG-003" };
        yield return New("I-04", "rows beyond the picture", "a.png", PngMaker.File(PngMaker.Header(1, 1, 8, 0), PngMaker.Data([0, 77, .. Payload]), ("IEND", [])), "<?php") with { Told = "I-01" };
        yield return new HostileFile("I-05", "a picture of a hundred thousand by a hundred thousand", "a.png", PngMaker.File(PngMaker.Header(100_000, 100_000, 8, 2), PngMaker.Data([0]), ("IEND", []))) { Refused = "SAN-LIMIT-005" };
        yield return New("I-06", "chunks and extensions of one program", "a.png", PngMaker.Rgb(("prVt", Payload), ("sPLT", Payload)), "prVt");
        yield return New("I-06", "an application's block of a GIF", "a.gif", Gif([0x21, 0xFF, 11, .. "KAMAKIRI1.0"u8, (byte)Payload.Length, .. Payload, 0]), "KAMAKIRI1.0");
        yield return New("I-06", "an application's segment of a JPEG", "a.jpg", Segment(jpeg, 0xEB, "JP\0KAMAKIRI"));
        yield return New("I-07", "a second picture in a JPEG (MPF)", "a.jpg", [.. Segment(jpeg, 0xE2, "MPF\0KAMAKIRI"), .. Segment(jpeg, 0xFE, "KAMAKIRI")]);
        yield return New("I-07", "frames of an APNG", "a.png", PngMaker.Rgb(("acTL", [0, 0, 0, 2, 0, 0, 0, 0]), ("fdAT", [0, 0, 0, 1, .. Zlib(Payload)])), "acTL", "fdAT");
        yield return New("I-08", "text in a colour profile", "a.png", PngMaker.Rgb(("iCCP", [.. "p\0\0"u8, .. Zlib([.. IccMaker.Srgb, .. Payload])])), "<?php");
        yield return New("I-08", "text in a colour profile", "b.jpg", Segment(jpeg, 0xE2, "ICC_PROFILE\0\u0001\u0001" + Encoding.Latin1.GetString([.. IccMaker.Srgb, .. Payload])), "ICC_PROFILE") with { Case = "text in a colour profile of a JPEG" };
        yield return New("I-09", "private tags of a TIFF", "a.tif", Tiff((65_000, 7, Payload), (34_377, 1, Payload), (330, 4, [0, 0, 0, 9])), "<?php");
        yield return New("I-10", "records of an enhanced metafile", "a.emf", Emf());
        yield return New("I-10", "records of a metafile", "a.wmf", Wmf());
        foreach (var (name, bytes) in new (string, byte[])[] { ("a.eps", [.. "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(KAMAKIRI) run\n"u8]), ("a.psd", [.. "8BPS\0\u0001\0\0\0\0\0\0KAMAKIRI"u8]), ("a.ico", [0, 0, 1, 0, 1, 0, .. "KAMAKIRI"u8, .. new byte[40]]) })
            yield return new HostileFile("I-10", $"a picture that isn't rebuilt ({name[2..]})", name, bytes, HostileFile.Mark) { Refused = "SAN-KIND-001" };
    }

    /// <summary>A line, and a comment that is PostScript.</summary>
    public static byte[] Emf()
    {
        byte[] comment = [.. "EMF+"u8, .. "KAMAKIRI%!PS"u8];
        using var file = new MemoryStream();
        var header = new byte[88];
        Put(header, 0, 1, 88, 0, 0, 100, 100, 0, 0, 2_000, 2_000);
        " EMF"u8.CopyTo(header.AsSpan(40));
        Put(header, 44, 0x10000);
        Put(header, 56, 1); // handles
        Put(header, 72, 1_000, 1_000, 300, 300);
        var line = new byte[32];
        Put(line, 0, 27, 16, 10, 10, 54, 16, 90, 90);
        var gdi = new byte[12 + ((comment.Length + 3) & ~3)];
        Put(gdi, 0, 70, gdi.Length, comment.Length);
        comment.CopyTo(gdi.AsSpan(12));
        var end = new byte[20];
        Put(end, 0, 14, 20, 0, 16, 20);
        Put(header, 48, 88 + line.Length + gdi.Length + end.Length, 5);
        file.Write(header);
        file.Write(gdi);
        file.Write(line);
        file.Write(end);
        return file.ToArray();
    }

    /// <summary>A placeable one whose escape record sets an abort procedure.</summary>
    public static byte[] Wmf()
    {
        byte[] escape = [.. Words(9), .. Words(8), .. "KAMAKIRI"u8];
        var records = new List<byte>();
        Record(0x020B, Words(0, 0));
        Record(0x020C, Words(100, 100));
        Record(0x0626, escape);
        Record(0x0214, Words(10, 10));
        Record(0x0213, Words(90, 90));
        Record(0, []);
        byte[] placeable = [0xD7, 0xCD, 0xC6, 0x9A, .. Words(0, 0, 0, 100, 100, 96), 0, 0, 0, 0];
        short sum = 0;
        for (var i = 0; i < 20; i += 2) sum ^= BitConverter.ToInt16(placeable, i);
        return [.. placeable, .. BitConverter.GetBytes(sum), .. Words(1, 9, 0x300), .. BitConverter.GetBytes(9 + (records.Count / 2)), .. Words(0), .. BitConverter.GetBytes(12), .. Words(0), .. records];

        void Record(short function, byte[] parameters) => records.AddRange([.. BitConverter.GetBytes(3 + (parameters.Length / 2)), .. Words(function), .. parameters]);
        static byte[] Words(params short[] values) => [.. values.SelectMany(BitConverter.GetBytes)];
    }

    public static byte[] Gif(byte[]? extension = null) =>
        [.. "GIF89a"u8, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, .. extension ?? [], 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3B];

    private static HostileFile New(string threat, string what, string name, byte[] bytes, params string[] needles) => new(threat, what, name, bytes, [HostileFile.Mark, .. needles]);

    private static byte[] Segment(byte[] jpeg, int marker, string content)
    {
        var bytes = Encoding.Latin1.GetBytes(content);
        return [.. jpeg[..20], 0xFF, (byte)marker, (byte)((bytes.Length + 2) >> 8), (byte)(bytes.Length + 2), .. bytes, .. jpeg[20..]];
    }

    private static byte[] Zlib(byte[] content)
    {
        using var output = new MemoryStream();
        using (var zlib = new ZLibStream(output, CompressionLevel.Optimal, leaveOpen: true)) zlib.Write(content);
        return output.ToArray();
    }

    private static byte[] BadSum()
    {
        var png = PngMaker.Rgb(("tEXt", [.. "Comment\0KAMAKIRI"u8]));
        png[^20] ^= 0;
        var at = png.AsSpan().IndexOf("KAMAKIRI"u8) + 8;
        png[at] ^= 0x55;
        return png;
    }

    private static byte[] Bmp(byte[] gap)
    {
        var file = new byte[54 + gap.Length + 4];
        "BM"u8.CopyTo(file);
        Put(file, 2, file.Length, 0, 54 + gap.Length, 40, 1, 1);
        file[26] = 1;
        file[28] = 24;
        gap.CopyTo(file.AsSpan(54));
        file[^4] = 7;
        return file;
    }

    private static byte[] Tiff(params (ushort Tag, ushort Type, byte[] Content)[] more)
    {
        var tags = new List<(ushort Tag, ushort Type, int Count, byte[] Value)>
        {
            (256, 3, 1, [1, 0]), (257, 3, 1, [1, 0]), (258, 3, 1, [8, 0]), (259, 3, 1, [1, 0]), (262, 3, 1, [1, 0]), (273, 4, 1, [8, 0, 0, 0]), (277, 3, 1, [1, 0]), (278, 3, 1, [1, 0]), (279, 4, 1, [1, 0, 0, 0]),
        };
        foreach (var (tag, type, content) in more) tags.Add((tag, type, type == 4 ? content.Length / 4 : content.Length, content));
        tags.Sort(static (a, b) => a.Tag.CompareTo(b.Tag));
        var directoryAt = 10;
        var valuesAt = directoryAt + 2 + (12 * tags.Count) + 4;
        var (directory, values) = (new List<byte>(BitConverter.GetBytes((ushort)tags.Count)), new List<byte>());
        foreach (var (tag, type, count, value) in tags)
        {
            directory.AddRange([.. BitConverter.GetBytes(tag), .. BitConverter.GetBytes(type), .. BitConverter.GetBytes(count)]);
            if (value.Length <= 4) directory.AddRange([.. value, .. new byte[4 - value.Length]]);
            else
            {
                directory.AddRange(BitConverter.GetBytes(valuesAt + values.Count));
                values.AddRange(value);
            }
        }
        return [.. "II*\0"u8, .. BitConverter.GetBytes(directoryAt), 77, 0, .. directory, 0, 0, 0, 0, .. values];
    }

    private static byte[] Webp(byte[] chunks, byte flags = 0)
    {
        var simple = WebpCodec.Encode([.. Enumerable.Range(0, 4 * 4 * 4).Select(static i => (byte)(i * 5))], 4, 4);
        byte[] body = [.. Chunk("VP8X", [(byte)(0x10 | flags), 0, 0, 0, 3, 0, 0, 3, 0, 0]), .. simple[12..], .. chunks];
        return [.. "RIFF"u8, .. BitConverter.GetBytes(4 + body.Length), .. "WEBP"u8, .. body];
    }

    private static byte[] Chunk(string name, byte[] content) => [.. Encoding.ASCII.GetBytes(name), .. BitConverter.GetBytes(content.Length), .. content, .. new byte[content.Length & 1]];

    private static void Put(byte[] to, int at, params int[] values)
    {
        foreach (var value in values)
        {
            BinaryPrimitives.WriteInt32LittleEndian(to.AsSpan(at), value);
            at += 4;
        }
    }
}
