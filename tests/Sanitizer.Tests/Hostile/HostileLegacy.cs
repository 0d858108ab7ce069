using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Sekisho.Sanitizer.Tests.Archives;
using Sekisho.Sanitizer.Tests.Ooxml;

namespace Sekisho.Sanitizer.Tests.Hostile;

/// <summary>Rows O-01 … O-16, X-34, X-36, D-01 and D-02: the formats that are converted. The seeds were made by LibreOffice (Seeds/README.md); more is planted in them here.</summary>
internal static class HostileLegacy
{
    public static IEnumerable<HostileFile> All() => Compound().Concat(Books()).Concat(Shows()).Concat(BinaryBooks()).Concat(OfficeXml()).Concat(OpenDocument());

    private static Cfb Doc => Cfb.From(Seed("word.doc")).Without("\u0005SummaryInformation");

    private static Cfb Xls => Patched(Macros, "Workbook", static b => "QUIETXLMTXT"u8.CopyTo(b.AsSpan(b.AsSpan().IndexOf("KAMAKIRIXLM"u8))));

    // Its second sheet, "Macro1", holds the mark.
    private static Cfb Macros => Cfb.From(Seed("book.xls"));

    // Without its preview of 400 kB.
    private static Cfb Ppt => Cfb.From(Seed("show.ppt")).Without("\u0005SummaryInformation");

    private static byte[] Seed(string name)
    {
        using var stream = new GZipStream(typeof(HostileLegacy).Assembly.GetManifestResourceStream($"Seeds.{name}.gz")!, CompressionMode.Decompress);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private static HostileFile Word(string threat, string what, Cfb made, params string[] needles) => new(threat, what, "a.doc", made.Build(), [HostileFile.Mark, .. needles]) { Kept = ["Quiet seed text"] };

    private static HostileFile Book(string threat, string what, Cfb made, params string[] needles) => new(threat, what, "a.xls", made.Build(), [HostileFile.Mark, .. needles]) { Kept = ["Quiet seed text"] };

    private static IEnumerable<HostileFile> Compound()
    {
        yield return Word("O-01", "macros of a document", Vba.In(Doc, "Macros/"), "AutoOpen");
        yield return Word("O-01", "macros in an object, in another's case", Vba.In(Doc, "ObjectPool/_123/mAcRoS/"), "AutoOpen");
        yield return Book("O-01", "macros of a workbook", Vba.In(Xls, "_VBA_PROJECT_CUR/"), "AutoOpen");
        yield return Word("O-03", "a package", Doc.Add("ObjectPool/_1/\u0001Ole10Native", [.. "\u0002\0KAMAKIRI.exe\0"u8]), "Ole10Native");
        yield return Word("O-04", "an Equation Editor object", Doc.Add("ObjectPool/_1/Equation Native", "KAMAKIRI"u8.ToArray()).Class("ObjectPool/_1", "0002CE02-0000-0000-C000-000000000046"), "Equation Native");
        yield return Word("O-05", "embedded objects", Doc.Add("ObjectPool/_1/CONTENTS", "KAMAKIRI"u8.ToArray()).Add("ObjectPool/_1/\u0003ObjInfo", [0, 0, 3, 0, 4, 0]), "ObjectPool");
        yield return Book("O-05", "an embedded object of a workbook", Xls.Add("MBD00000001/CONTENTS", "KAMAKIRI"u8.ToArray()), "MBD00000001");
        yield return Word("O-06", "DDE and pictures by fields", Doc, "KAMAKIRIDDE", "DDEAUTO");
        yield return Book("O-06", "DDE and another book", Xls, "KAMAKIRIBOOK", "KAMAKIRIDDE");
        yield return Word("O-07", "a template on a server", Template(), "evil.example");
        yield return new HostileFile("O-08", "a password on a document", "a.doc", Patched(Doc, "WordDocument", static w => w[11] |= 1).Build(), HostileFile.Mark) { Refused = "SAN-KIND-006" };
        yield return new HostileFile("O-08", "a password on a workbook", "a.xls", Inserted([0x2F, 0, 6, 0, 0, 0, 1, 2, 3, 4]).Build(), HostileFile.Mark) { Refused = "SAN-KIND-006" };
        yield return new HostileFile("O-08", "a password on a show", "a.ppt", Ppt.Add("EncryptedSummary", "KAMAKIRI"u8.ToArray()).Build(), HostileFile.Mark) { Refused = "SAN-KIND-006" };
        yield return Word("O-09", "properties", Doc.Add("\u0005SummaryInformation", Summary()), "KAMAKIRI author");
        yield return new HostileFile("O-10", "bytes in a free sector", "a.doc", Doc.Build(inFreeSector: [.. "MZ KAMAKIRI in slack"u8]), HostileFile.Mark, "in slack") { Kept = ["Quiet seed text"] };
        yield return new HostileFile("O-10", "an entry that nothing leads to", "a.doc", Doc.Build(orphan: "KAMAKIRI orphan"), HostileFile.Mark, "orphan") { Kept = ["Quiet seed text"] };
        foreach (var (name, clsid) in new[] { ("Flash", "D27CDB6E-AE6D-11CF-96B8-444553540000"), ("a script moniker", "06290BD3-48AA-11D2-8432-006008C3FBFC"), ("Shell.Explorer", "EAB22AC3-30C1-11CF-A7EB-0000C05BAE0B") })
            yield return Word("O-11", name, Doc.Add("ObjectPool/_1/CONTENTS", "KAMAKIRI"u8.ToArray()).Class("ObjectPool/_1", clsid), "ObjectPool");
        yield return Book("O-12", "two workbooks in one", Xls.Add("Book", [9, 8, 8, 0, 0, 5, 5, 0, 0, 0, 0, 0, .. "KAMAKIRI"u8]), "KAMAKIRI");
        yield return Word("O-12", "a document that is a workbook too", Doc.Add("Workbook", Xls["Workbook"]), "KAMAKIRIBOOK");
        yield return new HostileFile("O-12", "a package of new Office in an old container", "a.doc", new Cfb().Add("Package", Made.Word("<w:p><w:r><w:t>KAMAKIRI</w:t></w:r></w:p>").Bytes()).Build(), HostileFile.Mark) { Refused = "SAN-KIND-001" };
        yield return Word("O-13", "ActiveX controls", Doc.Add("ObjectPool/_1/\u0003OCXNAME", Encoding.Unicode.GetBytes("KAMAKIRI")).Add("ObjectPool/_1/\u0003OCXDATA", "KAMAKIRI"u8.ToArray()), "OCXDATA");
        yield return Book("O-13", "controls of a workbook", Xls.Add("Ctls", "KAMAKIRI"u8.ToArray()), "Ctls");
        yield return Word("O-15", "macros without their source", Vba.In(Doc, "Macros/", null), "compiled");
        yield return Word("O-16", "toolbars and key maps", Toolbars());
    }

    private static IEnumerable<HostileFile> Books()
    {
        // The second sheet says that it is a macro sheet, and very hidden.
        var macro = Patched(Macros, "Workbook", static b =>
        {
            var at = b.AsSpan().IndexOf("\u0006\0Macro1"u8);
            (b[at - 2], b[at - 1]) = (2, 1);
        });
        yield return Book("O-02", "a macro sheet", macro, "KAMAKIRIXLM");
        yield return Book("O-02", "a name that starts a macro", Inserted(Name(), beforeSheets: true), "KAMAKIRIBOOK");
    }

    /// <summary>Lbl ([MS-XLS] §2.4.150): built in, a procedure, Auto_Open.</summary>
    private static byte[] Name() => [0x18, 0, 23, 0, 0x28, 0, 0, 1, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x3A, 0, 0, 0, 0, 0, 0];

    private static IEnumerable<HostileFile> Shows()
    {
        yield return new HostileFile("O-14", "a program on click", "a.ppt", Ppt.Build(), "KAMAKIRIRUN") { Kept = ["Quiet seed text"] };
        yield return new HostileFile("O-14", "a macro on click, in a container that nothing reads", "a.ppt", More([0x0F, 0, 0xF2, 0x0F, 24, 0, 0, 0, 0, 0, 0xF3, 0x0F, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]), HostileFile.Mark) { Kept = ["Quiet seed text"] };
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true)) zlib.Write(Vba.Project());
        var project = packed.ToArray();
        yield return new HostileFile("O-14", "macros packed in a stored object", "a.ppt", More([0x10, 0, 0x11, 0x10, .. BitConverter.GetBytes(project.Length + 4), .. BitConverter.GetBytes(9_999), .. project]), "AutoOpen") { Told = "O-05", Kept = ["Quiet seed text"] };

        byte[] More(byte[] record)
        {
            var show = Ppt;
            return show.Add("PowerPoint Document", [.. show["PowerPoint Document"], .. record]).Build();
        }
    }

    private static IEnumerable<HostileFile> BinaryBooks()
    {
        const string ms = "application/vnd.ms-excel.";
        byte[] sheet = [.. R(129), .. R(145), .. R(0, [0, 0, 0, 0, 0, 0, 0, 0, 0x2C, 1, 0, 0, 0, 0, 0, 0, 0]), .. R(6, [0, 0, 0, 0, 0, 0, 0, 0, .. Wide("Quiet seed text")]), .. R(146), .. R(130)];
        byte[] link = [.. R(360, [1, 0, .. Wide("cmd"), .. Wide("/c KAMAKIRI")]), .. R(588)];
        byte[] book = [.. R(131), .. R(143), .. R(156, [0, 0, 0, 0, 1, 0, 0, 0, .. Wide("rId1"), .. Wide("Quiet")]), .. R(156, [2, 0, 0, 0, 2, 0, 0, 0, .. Wide("rId4"), .. Wide("Makro")]), .. R(144), .. R(353), .. R(355, Wide("rId2")), .. R(354), .. R(132)];
        var made = new Made().Root("xl/workbook.bin").Part("xl/workbook.bin", ms + "sheet.binary.macroEnabled.main", book).To("xl/workbook.bin", "rId1", "worksheet", "worksheets/sheet1.bin").Part("xl/worksheets/sheet1.bin", ms + "worksheet", sheet)
            .To("xl/workbook.bin", "rId2", "externalLink", "externalLinks/e.bin").Part("xl/externalLinks/e.bin", ms + "externalLink", link)
            .To("xl/workbook.bin", "rId3", "http://schemas.microsoft.com/office/2006/relationships/vbaProject", "v.bin").Part("xl/v.bin", "application/vnd.ms-office.vbaProject", Vba.Project())
            .To("xl/workbook.bin", "rId4", "http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet", "m.bin").Part("xl/m.bin", ms + "macrosheet", [.. R(129), .. R(145), .. R(0, [0, 0, 0, 0, 0, 0, 0, 0, 0x2C, 1, 0, 0, 0, 0, 0, 0, 0]), .. R(6, [0, 0, 0, 0, 0, 0, 0, 0, .. Wide("KAMAKIRIXLM")]), .. R(146), .. R(130)]);
        foreach (var (what, told) in new[] { ("DDE in records", "X-34"), ("macros", "X-01"), ("a macro sheet", "X-04"), ("a link", "X-12") })
            yield return new HostileFile("X-34", $"a binary workbook: {what}", "a.xlsb", made.Bytes(), HostileFile.Mark, "AutoOpen", "KAMAKIRIXLM") { Told = told, Kept = ["Quiet seed text"] };

        static byte[] R(int id, byte[]? body = null) => [.. Seven(id), .. Seven(body?.Length ?? 0), .. body ?? []];
        static byte[] Seven(int value) => value < 0x80 ? [(byte)value] : [(byte)(value | 0x80), (byte)(value >> 7)];
        static byte[] Wide(string text) => [.. BitConverter.GetBytes(text.Length), .. Encoding.Unicode.GetBytes(text)];
    }

    private static IEnumerable<HostileFile> OfficeXml()
    {
        var mso = Convert.ToBase64String([.. "ActiveMime KAMAKIRI"u8]);
        var word = $"<?xml version=\"1.0\"?><?mso-application progid=\"Word.Document\"?><w:wordDocument xmlns:w=\"http://schemas.microsoft.com/office/word/2003/wordml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\" xmlns:v=\"urn:schemas-microsoft-com:vml\" w:macrosPresent=\"yes\" w:embeddedObjPresent=\"yes\"><w:docSuppData><w:binData w:name=\"editdata.mso\">{mso}</w:binData></w:docSuppData>"
            + $"<w:docOleData><w:binData w:name=\"oledata.mso\">{mso}</w:binData></w:docOleData><w:body><w:p><w:r><w:t>Quiet seed text</w:t></w:r></w:p><w:p><w:hlink w:dest=\"file://evil/KAMAKIRI\"><w:r><w:t>x</w:t></w:r></w:hlink><w:fldSimple w:instr=\"DDEAUTO cmd KAMAKIRI\"><w:r><w:t>y</w:t></w:r></w:fldSimple></w:p></w:body></w:wordDocument>";
        yield return new HostileFile("X-36", "macros and objects in Word's XML of 2003", "a.xml", Encoding.UTF8.GetBytes(word), HostileFile.Mark, "ActiveMime", "DDEAUTO") { Kept = ["Quiet seed text"] };
        var book = "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:x=\"urn:schemas-microsoft-com:office:excel\" xmlns:o=\"urn:schemas-microsoft-com:office:office\"><o:DocumentProperties><o:Author>KAMAKIRI</o:Author></o:DocumentProperties><x:ExcelWorkbook><x:SupBook><x:Path>KAMAKIRI</x:Path></x:SupBook></x:ExcelWorkbook>"
            + $"<Worksheet ss:Name=\"Quiet\"><Table><Row><Cell ss:HRef=\"file://evil/KAMAKIRI\"><Data ss:Type=\"String\">Quiet seed text</Data></Cell><Cell ss:Formula=\"=cmd|'/c KAMAKIRI'!A0\"><Data ss:Type=\"Number\">1</Data></Cell></Row></Table></Worksheet><o:OLEObject ProgID=\"Package\"><w:binData xmlns:w=\"http://schemas.microsoft.com/office/word/2003/wordml\">{mso}</w:binData></o:OLEObject></Workbook>";
        yield return new HostileFile("X-36", "links and objects in Excel's XML of 2003", "a.xml", Encoding.UTF8.GetBytes(book), HostileFile.Mark) { Kept = ["Quiet seed text"] };
        yield return new HostileFile("X-36", "entities in Word's XML of 2003", "a.xml", Encoding.UTF8.GetBytes(word.Replace("<w:wordDocument", "<!DOCTYPE w:wordDocument [<!ENTITY k SYSTEM \"file:///KAMAKIRI\">]><w:wordDocument", StringComparison.Ordinal)), HostileFile.Mark) { Refused = "SAN-XML-002" };
    }

    private static IEnumerable<HostileFile> OpenDocument()
    {
        const string names = "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" xmlns:draw=\"urn:oasis:names:tc:opendocument:xmlns:drawing:1.0\" xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:script=\"urn:oasis:names:tc:opendocument:xmlns:script:1.0\" xmlns:svg=\"urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" office:version=\"1.3\"";
        byte[] Text(string inside, string scripts = "", params (string Name, string Content)[] more)
        {
            var zip = new RawZip().Add("mimetype", "application/vnd.oasis.opendocument.text", method: 0)
                .Add("content.xml", $"<office:document-content {names}>{scripts}<office:body><office:text><text:p>Quiet seed text</text:p>{inside}</office:text></office:body></office:document-content>");
            foreach (var (name, content) in more) zip.Add(name, content);
            return zip.Add("META-INF/manifest.xml", "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\" manifest:version=\"1.3\"><manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"application/vnd.oasis.opendocument.text\"/><manifest:file-entry manifest:full-path=\"content.xml\" manifest:media-type=\"text/xml\"/>"
                + string.Concat(more.Select(static m => $"<manifest:file-entry manifest:full-path=\"{m.Name}\" manifest:media-type=\"text/xml\"/>")) + "</manifest:manifest>").Finish();
        }

        HostileFile New(string threat, string what, byte[] bytes, params string[] needles) => new(threat, what, "a.odt", bytes, [HostileFile.Mark, .. needles]) { Kept = ["Quiet seed text"] };

        yield return New("D-01", "Basic that starts at opening", Text("", "<office:scripts><office:event-listeners><script:event-listener script:language=\"ooo:script\" script:event-name=\"dom:load\" xlink:href=\"vnd.sun.star.script:Standard.Module1.KAMAKIRI?language=Basic&amp;location=document\" xlink:type=\"simple\"/></office:event-listeners></office:scripts>",
            ("Basic/Standard/Module1.xml", "<script:module xmlns:script=\"http://openoffice.org/2000/script\" script:name=\"Module1\" script:language=\"StarBasic\">Sub KAMAKIRI\nShell(\"cmd\")\nEnd Sub</script:module>"), ("Scripts/python/k.py", "import os; os.system('KAMAKIRI')"), ("Configurations2/accelerator/current.xml", "<x>KAMAKIRI</x>")), "event-listener", "StarBasic");
        yield return New("D-02", "an object and addresses outside", Text("<text:p><draw:frame svg:width=\"1cm\" svg:height=\"1cm\"><draw:object xlink:href=\"./Object 1\"/></draw:frame><draw:frame svg:width=\"1cm\" svg:height=\"1cm\"><draw:image xlink:href=\"http://track.example/KAMAKIRI.png\"/></draw:frame></text:p><text:section text:name=\"s\"><text:section-source xlink:href=\"file://evil/KAMAKIRI.odt\"/><text:p>x</text:p></text:section><text:p><text:a xlink:href=\"file://evil/KAMAKIRI\">x</text:a></text:p>", "",
            ("Object 1/content.xml", $"<office:document-content {names}><office:body><office:text><text:p>KAMAKIRI</text:p></office:text></office:body></office:document-content>")), "track.example", "section-source");
        yield return New("D-02", "a DDE field", Text("<text:dde-connection-decls><text:dde-connection-decl office:name=\"d\" office:dde-application=\"cmd\" office:dde-topic=\"KAMAKIRI\" office:dde-item=\"A0\"/></text:dde-connection-decls><text:p><text:dde-connection text:connection-name=\"d\">x</text:dde-connection></text:p>"), "dde-connection");
        yield return New("O-08", "a password on an OpenDocument text", new RawZip().Add("mimetype", "application/vnd.oasis.opendocument.text", method: 0).Add("content.xml", "KAMAKIRI").Add("META-INF/manifest.xml", "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"><manifest:file-entry manifest:full-path=\"content.xml\" manifest:media-type=\"text/xml\"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>").Finish()) with { Refused = "SAN-KIND-006", Kept = [] };
        yield return New("D-02", "entities in its content", Entities()) with { Refused = "SAN-XML-002", Kept = [] };

        byte[] Entities() => new RawZip().Add("mimetype", "application/vnd.oasis.opendocument.text", method: 0).Add("content.xml", $"<!DOCTYPE x [<!ENTITY k SYSTEM \"file:///KAMAKIRI\">]><office:document-content {names}><office:body><office:text><text:p>&k;</text:p></office:text></office:body></office:document-content>").Add("META-INF/manifest.xml", "<x/>").Finish();
    }

    private static Cfb Patched(Cfb cfb, string stream, Action<byte[]> change)
    {
        var bytes = (byte[])cfb[stream].Clone();
        change(bytes);
        return cfb.Add(stream, bytes);
    }

    /// <summary>A record right behind the first one of the workbook, or before the list of sheets (whose places in the stream move with it).</summary>
    private static Cfb Inserted(byte[] record, bool beforeSheets = false)
    {
        var cfb = Xls;
        var book = cfb["Workbook"];
        var at = beforeSheets ? book.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x0A, 0, 0, 0]) : 20; // the end of the globals
        var more = (byte[])[.. book[..at], .. record, .. book[at..]];
        for (var i = 0; i + 4 < at + record.Length; i += 4 + BinaryPrimitives.ReadUInt16LittleEndian(more.AsSpan(i + 2)))
        {
            if (more[i] == 0x85 && more[i + 1] == 0) BinaryPrimitives.WriteInt32LittleEndian(more.AsSpan(i + 4), BinaryPrimitives.ReadInt32LittleEndian(more.AsSpan(i + 4)) + record.Length);
        }
        return cfb.Add("Workbook", more);
    }

    /// <summary>A table of strings (SttbfAssoc, number 32 of the Fib) whose second one is the template.</summary>
    private static Cfb Template()
    {
        var strings = new[] { "", "http://evil.example/KAMAKIRI.dotm" }.Concat(Enumerable.Repeat("", 16)).ToArray();
        return InTable(32, [0xFF, 0xFF, .. BitConverter.GetBytes((short)strings.Length), 0, 0, .. strings.SelectMany(static s => (byte[])[.. BitConverter.GetBytes((short)s.Length), .. Encoding.Unicode.GetBytes(s)])]);
    }

    /// <summary>A Tcg (number 24) with a macro's name in it.</summary>
    private static Cfb Toolbars() => InTable(24, [0xFF, 1, 1, 0, 0, 0, 0x10, .. Encoding.Unicode.GetBytes("KAMAKIRI"), 0x40]);

    private static Cfb InTable(int number, byte[] content)
    {
        var cfb = Doc;
        var table = cfb["1Table"];
        return Patched(cfb, "WordDocument", w =>
        {
            BinaryPrimitives.WriteInt32LittleEndian(w.AsSpan(154 + (8 * number)), table.Length);
            BinaryPrimitives.WriteInt32LittleEndian(w.AsSpan(158 + (8 * number)), content.Length);
        }).Add("1Table", [.. table, .. content]);
    }

    private static byte[] Summary()
    {
        var text = "KAMAKIRI author\0"u8;
        return [0xFE, 0xFF, 0, 0, 6, 0, 2, 0, .. new byte[16], 1, 0, 0, 0, 0xE0, 0x85, 0x9F, 0xF2, 0xF9, 0x4F, 0x68, 0x10, 0xAB, 0x91, 8, 0, 0x2B, 0x27, 0xB3, 0xD9, 0x30, 0, 0, 0, .. BitConverter.GetBytes(24 + text.Length), 1, 0, 0, 0, 4, 0, 0, 0, 16, 0, 0, 0, 0x1E, 0, 0, 0, .. BitConverter.GetBytes(text.Length), .. text];
    }
}
