using System.IO.Compression;
using System.Text;
using Sekisho.Sanitizer.Tests.Archives;
using Sekisho.Sanitizer.Tests.Images;
using Sekisho.Sanitizer.Tests.Ooxml;
using Sekisho.Sanitizer.Tests.Pdf;

namespace Sekisho.Sanitizer.Tests.Hostile;

/// <summary>Rows Z-01 … Z-13 and G-01 … G-07.</summary>
internal static class HostileArchives
{
    private static readonly string[] Memo = ["nokoru"];

    public static IEnumerable<HostileFile> All() => Members().Concat(Forms()).Concat(Any());

    private static RawZip Zip => new RawZip().Add("memo.txt", "nokoru");

    private static HostileFile New(string threat, string what, byte[] bytes, params string[] needles) => new(threat, what, "a.zip", bytes, [HostileFile.Mark, .. needles]) { Kept = Memo };

    private static IEnumerable<HostileFile> Members()
    {
        yield return New("Z-01", "a member with a password that nobody gave", Zip.Add("KAMAKIRI.txt"u8.ToArray(), "KAMAKIRI"u8.ToArray(), flags: 1, method: 0, packedAs: [.. new byte[12], .. "KAMAKIRI"u8]).Finish()) with { Needles = ["PK\u0003\u0004\u0014\0\u0001\0"] };
        var deep = "KAMAKIRI"u8.ToArray();
        for (var i = 0; i < 8; i++) deep = new RawZip().Add("in.zip", "x").Add("deep.zip"u8.ToArray(), deep, method: 0).Finish();
        yield return New("Z-02", "archives eight deep", Zip.Add("deep.zip"u8.ToArray(), deep, method: 0).Finish()) with { Told = "SAN-LIMIT-004" };
        foreach (var (what, mode) in new[] { ("a link", 0xA1FF), ("a device", 0x61B6), ("a socket", 0xC1ED) }) yield return New("Z-03", what, Zip.Add("x.txt", "/etc/KAMAKIRI", mode: mode).Finish());
        foreach (var name in (string[])["../KAMAKIRI.txt", "/KAMAKIRI.txt", "a/../../KAMAKIRI.txt", "..\\KAMAKIRI.txt", "C:\\KAMAKIRI.txt", "C:KAMAKIRI.txt", "\\\\evil\\KAMAKIRI.txt", ".. /KAMAKIRI.txt", "a/.../../../KAMAKIRI.txt"])
            yield return New("Z-04", $"a name that leads outside: {name.Replace("KAMAKIRI", "…", StringComparison.Ordinal)}", Zip.Add(name, "KAMAKIRI body").Finish(), name) with { Needles = [name, "KAMAKIRI body"] };
        yield return New("Z-05", "a name declared as UTF-8 that is none", Zip.Add([0x83, 0x65, 0x83, 0x58, 0x83, 0x67, (byte)'.', (byte)'t', (byte)'x', (byte)'t'], "x"u8.ToArray(), flags: 0x800).Finish()) with { Needles = ["\u0083e\u0083X\u0083g.txt"], Kept = ["nokoru"] };
        byte[] unicode = [0x75, 0x70, 17, 0, 1, 1, 2, 3, 4, .. "KAMAKIRI.exe"u8];
        yield return New("Z-05", "a Unicode path of another name", Zip.Add("x.txt", "x", extra: unicode).Finish(), "KAMAKIRI.exe");
        foreach (var (what, name, body) in new (string, string, byte[])[]
        {
            ("a program called txt", "x.txt", [.. "MZ"u8, 0x90, 0, .. new byte[56], 64, 0, 0, 0, .. "PE\0\0KAMAKIRI"u8]), ("a script", "x.ps1", "Invoke-KAMAKIRI"u8.ToArray()), ("a script of the shell", "x", "#!/bin/sh\nKAMAKIRI"u8.ToArray()), ("a shortcut", "x.lnk", [0x4C, 0, 0, 0, 1, 0x14, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46, .. "KAMAKIRI"u8, .. new byte[60]]),
            ("an HTML application", "x.hta", "<script>KAMAKIRI</script>"u8.ToArray()), ("a disk image", "x.pdf", [.. new byte[0x8001], .. "CD001"u8, .. new byte[10], .. "KAMAKIRI"u8, .. new byte[2_000]]), ("an installer", "x.doc", Cfb.From(new Cfb().Class("", "000C1084-0000-0000-C000-000000000046").Add("k", "KAMAKIRI"u8.ToArray()).Build()).Build()),
            ("a link to a site", "x.txt", "[InternetShortcut]\r\nURL=file://evil/KAMAKIRI\r\n"u8.ToArray()), ("help", "x.chm", [.. "ITSF\u0003\0\0\0KAMAKIRI"u8, .. new byte[80]]), ("a program of Linux", "x.dat", [0x7F, .. "ELF\u0002KAMAKIRI"u8, .. new byte[60]]), ("a class of Java", "x.png", [0xCA, 0xFE, 0xBA, 0xBE, .. "KAMAKIRI"u8]), ("a remote desktop", "x.rdp", "full address:s:KAMAKIRI\r\n"u8.ToArray()),
            ("a search of Windows", "x.search-ms", "<persistedQuery>KAMAKIRI</persistedQuery>"u8.ToArray()), ("a query of Excel", "x.iqy", "WEB\r\n1\r\nhttp://KAMAKIRI\r\n"u8.ToArray()),
        })
            yield return New("Z-11", what, Zip.Add(Encoding.UTF8.GetBytes(name), body, method: 0).Finish());
        yield return New("Z-10", "a method that nobody unpacks", Zip.Add("x.txt"u8.ToArray(), "KAMAKIRI"u8.ToArray(), method: 98).Finish());
        yield return New("Z-12", "a length that lies", Lying());
        yield return New("Z-13", "comments, extra fields, times and files of systems", new RawZip { Comment = "KAMAKIRI comment"u8.ToArray() }.Add("memo.txt", "nokoru", extra: [0xFE, 0xCA, 8, 0, .. "KAMAKIRI"u8]).Add("__MACOSX/._memo.txt", "KAMAKIRI").Add(".DS_Store", "KAMAKIRI").Add("desktop.ini", "[.ShellClassInfo]\r\nIconResource=\\\\evil\\KAMAKIRI").Finish());
    }

    private static byte[] Lying()
    {
        var zip = new RawZip().Add("memo.txt", "nokoru");
        zip.Entry("x.txt"u8.ToArray(), RawZip.Deflate("KAMAKIRI KAMAKIRI"u8.ToArray()), 3, 0x12345678, 0, 0, 8, []);
        return zip.Finish();
    }

    private static IEnumerable<HostileFile> Forms()
    {
        yield return New("Z-06", "a bomb", new RawZip().Add("b.txt"u8.ToArray(), new byte[80 << 20]).Finish()) with { Needles = [], Kept = [], Refused = "SAN-LIMIT-002" };
        yield return New("Z-07", "members that share their bytes", Overlapping()) with { Kept = [], Refused = "SAN-ZIP-015" };
        yield return New("Z-08", "two members of one name", new RawZip().Add("a.txt", "1").Add("a.txt", "KAMAKIRI").Finish()) with { Kept = [], Refused = "SAN-ARC-004" };
        yield return New("Z-08", "two names that are one in other forms", new RawZip().Add("か\u3099.txt", "1").Add("が.txt", "KAMAKIRI").Finish()) with { Kept = [], Refused = "SAN-ARC-004" };
        yield return New("Z-08", "headers that disagree on the name", Disagreeing()) with { Kept = [], Refused = "SAN-ZIP-013" };
        yield return New("Z-09", "a program before the archive", Prefixed()) with { Kept = [], Refused = "SAN-KIND-003" };
        yield return New("Z-09", "bytes between the members", Between(), HostileFile.Mark);
        yield return New("Z-09", "a second end in the comment", new RawZip { Comment = [.. "PK\u0005\u0006"u8, .. new byte[18], .. "KAMAKIRI"u8] }.Add("memo.txt", "nokoru").Finish()) with { Kept = [], Refused = "SAN-ZIP-006" };
        yield return New("Z-12", "a part of a split archive", [.. "PK\u0007\u0008"u8, .. Zip.Add("KAMAKIRI.txt", "x").Finish()]) with { Kept = [], Refused = "SAN-KIND-004" };
    }

    private static byte[] Overlapping()
    {
        var zip = new RawZip();
        zip.Add("a.txt", "KAMAKIRI");
        // The same member once more: whoever unpacks both gets its bytes twice.
        zip.Central(zip.Finish()[4..30], "a.txt"u8.ToArray(), [], 0, 0);
        return zip.Finish();
    }

    private static byte[] Disagreeing()
    {
        var zip = new RawZip().Add("KAMAKIRI.exe", "x").Finish();
        "harmless.txt"u8.CopyTo(zip.AsSpan(zip.AsSpan().LastIndexOf("KAMAKIRI.exe"u8)));
        return zip;
    }

    private static byte[] Prefixed() => [.. "MZ KAMAKIRI\0"u8, .. Zip.Finish()];

    private static byte[] Between()
    {
        // A member that the directory doesn't know.
        var known = Zip.Finish();
        var with = Zip.Add("KAMAKIRI.exe", "MZ").Finish();
        var body = with.AsSpan().IndexOf("PK\u0001\u0002"u8);
        var directoryAt = known.AsSpan().IndexOf("PK\u0001\u0002"u8);
        var end = (byte[])known[directoryAt..].Clone();
        BitConverter.TryWriteBytes(end.AsSpan(end.Length - 6), body);
        return [.. with[..body], .. end];
    }

    private static IEnumerable<HostileFile> Any()
    {
        yield return new HostileFile("G-01", "a workbook with macros called pdf", "keikaku.pdf", Made.Book("<sheetData/>", "", "application/vnd.ms-excel.sheet.macroEnabled.main+xml").Part("xl/v.bin", "application/vnd.ms-office.vbaProject", Vba.Project()).To("xl/workbook.xml", "rId9", "http://schemas.microsoft.com/office/2006/relationships/vbaProject", "v.bin").Bytes(), HostileFile.Mark) { Told = "SAN-NOTE-EXTENSION" };
        yield return new HostileFile("G-01", "a program called pdf", "keikaku.pdf", [.. "MZ"u8, 0x90, 0, .. new byte[56], 64, 0, 0, 0, .. "PE\0\0KAMAKIRI"u8], HostileFile.Mark) { Refused = "SAN-KIND-003" };
        yield return new HostileFile("G-01", "where names must agree", "keikaku.pdf", PngMaker.Rgb(("prVt", [.. "KAMAKIRI"u8])), HostileFile.Mark) { Policy = "names: refuse\n", Refused = "SAN-NAME-001", IsAlone = true };
        var zip = new RawZip().Add("KAMAKIRI.class", "CAFEBABE", method: 0).Finish();
        foreach (var (what, name, bytes) in new (string, string, byte[])[] { ("a picture that is an archive", "a.gif", HostileImages.Gif()), ("a picture that is an archive (PNG)", "a.png", PngMaker.Rgb()), ("a document that is an archive", "a.pdf", PdfMaker.Of().Build()) })
            yield return new HostileFile("G-02", what, name, [.. bytes, .. zip], HostileFile.Mark) { Told = name == "a.pdf" ? "P-15" : "I-01" };
        yield return new HostileFile("G-02", "a picture that is a script", "a.gif", [.. "GIF89a/*"u8, .. HostileImages.Gif()[6..], .. "*/=1;KAMAKIRI()"u8], HostileFile.Mark) { Refused = "SAN-GIF-002" };
        yield return new HostileFile("G-03", "a bomb in a document", "a.docx", Made.Word("").Part("word/styles.xml", Made.Open + "wordprocessingml.styles+xml", [.. "<x>"u8, .. new byte[64 << 20], .. "</x>"u8]).To("word/document.xml", "rId2", "styles", "styles.xml").Bytes()) { Refused = "SAN-LIMIT-002", IsAlone = true };
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) gzip.Write(new byte[64 << 20]);
        yield return new HostileFile("G-03", "a bomb in gzip", "a.gz", packed.ToArray()) { Refused = "SAN-LIMIT-002", IsAlone = true };
        var flate = PdfMaker.Flate(PdfMaker.Flate(new byte[64 << 20]));
        var bomb = PdfMaker.Of("", "/Resources<</XObject<</X 5 0 R>>>>");
        bomb.AddStream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Filter[/FlateDecode/FlateDecode]", flate);
        yield return new HostileFile("G-03", "a bomb in a PDF", "a.pdf", bomb.Build()) { Refused = "SAN-LIMIT-002", IsAlone = true };
        var deep = (byte[])[.. PngMaker.Rgb(("prVt", [.. "KAMAKIRI"u8]))];
        for (var i = 0; i < 7; i++) deep = i % 2 == 0 ? new RawZip().Add("x.bin"u8.ToArray(), deep, method: 0).Finish() : Gzip(deep);
        yield return new HostileFile("G-04", "zip and gzip in turn", "a.gz", deep, HostileFile.Mark) { Refused = "SAN-LIMIT-004", IsAlone = true };
        yield return new HostileFile("G-05", "noise", "a.dat", [0, 1, 2, 3, 0xFF, .. "KAMAKIRI"u8, 0, 0], HostileFile.Mark) { Refused = "SAN-KIND-004" };
        yield return new HostileFile("G-05", "a document cut in half", "a.docx", Made.Word("KAMAKIRI").Part("word/KAMAKIRI", "", "x").Bytes()[..600], HostileFile.Mark) { Refused = "SAN-ZIP-007", Needles = [] };
        foreach (var (what, name) in new[] { ("a name from right to left", "keikaku\u202Efdp.txt"), ("blanks that push the truth away", "a.pdf                       .txt"), ("zero width", "a\u200B\u2060.txt"), ("a name of a device", "CON.txt"), ("a dot at the end", "a.txt . .") })
            yield return new HostileFile("G-06", what, name, "nokoru\r\n"u8.ToArray()) { Told = "SAN-NOTE-NAME", Kept = ["nokoru"] };
        yield return new HostileFile("G-07", "who wrote a page", "a.html", "<!DOCTYPE html><html><head><meta name=author content=KAMAKIRI><meta name=generator content=KAMAKIRI></head><body>nokoru</body></html>"u8.ToArray(), HostileFile.Mark) { Told = "", Kept = ["nokoru"] };
        yield return new HostileFile("G-07", "what made a drawing", "a.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><metadata>KAMAKIRI</metadata><text>nokoru</text></svg>"u8.ToArray(), HostileFile.Mark) { Kept = ["nokoru"] };
    }

    private static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(content);
        return packed.ToArray();
    }
}
