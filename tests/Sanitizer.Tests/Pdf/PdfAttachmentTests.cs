using System.Text;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Tests.Archives;

namespace Sekisho.Sanitizer.Tests.Pdf;

public sealed class PdfAttachmentTests
{
    private static readonly Rules.SanitizePolicy Rebuild = Bench.Policy("pdf:\n  attachments: rebuild\n");

    private static string Utf16(string text) => $"<FEFF{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(text))}>";

    /// <summary>A sheet with a formula, a program, a zip with a script in it, and the sheet once more under another name.</summary>
    private static byte[] Hostile()
    {
        var made = PdfMaker.Of("/Names<</EmbeddedFiles<</Kids[5 0 R]>>>>/AF[6 0 R]/PageMode/UseAttachments", "/Annots[<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS 7 0 R>>]");
        made.Add("<</Limits[(a)(z)]/Names[(z)6 0 R(b)7 0 R(c)8 0 R(a)9 0 R]>>");
        made.Add($"<</Type/Filespec/F(x.csv)/UF{Utf16("明細㈱\u202E.csv")}/Desc(HOSTILE)/AFRelationship/Data/EF<</F 10 0 R/UF 10 0 R>>>>");
        made.Add("<</Type/Filespec/F(HOSTILE.exe)/EF<</F 11 0 R>>>>");
        made.Add("<</Type/Filespec/F(a.zip)/EF<</F 12 0 R>>>>");
        made.Add("<</Type/Filespec/F(again.csv)/EF<</F 10 0 R>>>>");
        made.AddFlate("/Type/EmbeddedFile/Params<</CreationDate(D:20261121)/CheckSum(HOSTILE)>>/Subtype/text#2Fcsv", "名前,=HOSTILE()\r\n"u8);
        made.AddStream("/Type/EmbeddedFile", [.. "MZ"u8, .. new byte[62], .. "HOSTILE"u8]);
        made.AddStream("/Type/EmbeddedFile", new RawZip().Add("メモ.txt", "覚え書き\r\n").Add("HOSTILE.bat", "HOSTILE").Finish());
        return made.Build();
    }

    [Fact]
    public void By_policy_each_file_is_rebuilt_and_attached_anew()
    {
        var result = Nested.Holds("請求.pdf", Hostile(), Rebuild);
        Assert.Equal(0, PdfChecker.Check(result.Out).Code);
        var files = Attached(result.Out);
        Assert.Equal(["again.csv", "a.zip"], files.Keys);
        Assert.Equal("名前,\"'=HOSTILE()\"\r\n", Encoding.UTF8.GetString(files["again.csv"]));
        Assert.Equal("覚え書き\r\n", Opened.Text(files["a.zip"], "メモ.txt"));
        Assert.DoesNotContain("HOSTILE.bat", Opened.Members(files["a.zip"]).Keys);
        var everything = PdfChecker.Everything(result.Out);
        foreach (var never in (string[])["HOSTILE.exe", "(HOSTILE)", "AFRelationship", "FileAttachment", "CheckSum"]) Assert.DoesNotContain(never, everything, StringComparison.Ordinal);
        Assert.Contains(result.Report.Removed, static r => r is { Threat: "P-08", What: "SAN-KIND-003" });
        Assert.Contains(result.Report.Members, static m => m.File == "a.zip" && m.Outcome == Outcome.Rebuilt);
    }

    [Fact]
    public void A_Japanese_name_stays_without_what_deceives()
    {
        var made = PdfMaker.Of("/Names<</EmbeddedFiles<</Names[(a)5 0 R]>>>>");
        made.Add($"<</Type/Filespec/F(x.csv)/UF{Utf16("明細㈱\u202E.csv")}/EF<</F 6 0 R>>>>");
        made.AddFlate("/Type/EmbeddedFile", "a,b\r\n"u8);
        Assert.Equal(["明細㈱.csv"], Attached(Nested.Holds("a.pdf", made.Build(), Rebuild).Out).Keys);
    }

    [Fact]
    public void By_default_none_is_written()
    {
        var result = Bench.Run("a.pdf", Hostile());
        Assert.Empty(PdfChecker.Active(result.Out));
        Assert.DoesNotContain("HOSTILE", PdfChecker.Everything(result.Out), StringComparison.Ordinal);
        Assert.Contains("P-08", result.Threats);
        Assert.Empty(result.Report.Members);
    }

    [Fact]
    public void One_that_bursts_refuses_the_document_and_nested_ones_count_as_depth()
    {
        var bomb = PdfMaker.Of("/Names<</EmbeddedFiles<</Names[(a)5 0 R]>>>>");
        bomb.Add("<</Type/Filespec/F(a.gz)/EF<</F 6 0 R>>>>");
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Optimal, true)) gzip.Write(new byte[40 << 20]);
        bomb.AddStream("/Type/EmbeddedFile", packed.ToArray());
        Assert.Equal("SAN-LIMIT-002", Bench.Run("a.pdf", bomb.Build(), Rebuild).Report.Refusal?.Code);
        // A document in a document in …
        byte[] inner = PdfMaker.Of().Build();
        for (var i = 0; i < 8; i++)
        {
            var outer = PdfMaker.Of("/Names<</EmbeddedFiles<</Names[(a)5 0 R]>>>>");
            outer.Add("<</Type/Filespec/F(in.pdf)/EF<</F 6 0 R>>>>");
            outer.AddStream("/Type/EmbeddedFile", inner);
            inner = outer.Build();
        }
        var deep = Bench.Run("a.pdf", inner, Rebuild).Report;
        var depth = 0;
        while (deep.Members.Count > 0)
        {
            deep = deep.Members[0];
            depth++;
        }
        Assert.Equal((6, "SAN-LIMIT-004"), (depth, deep.Refusal?.Code));
    }

    [Theory]
    [InlineData("BT /F 12 Tf 1 g 20 50 Td (ab) Tj (cd) Tj ET", 2, 0, 0)]
    [InlineData("BT /F 12 Tf 1 1 1 rg 1 0 0 1 20 50 Tm [(ab)] TJ ET", 1, 0, 0)]
    [InlineData("BT /F 12 Tf 0 0 0 0 k 20 50 Td (ab) Tj ET", 1, 0, 0)]
    [InlineData("0 0 1 rg 10 40 80 30 re f BT /F 12 Tf 1 g 20 50 Td (on blue) Tj ET", 0, 0, 0)]
    [InlineData("q 0 0 1 rg 10 40 80 30 re f Q BT /F 12 Tf 1 g 20 5 Td (below it) Tj ET", 1, 0, 0)]
    [InlineData("1 g 10 40 80 30 re f BT /F 12 Tf 20 50 Td (white on a white box) Tj ET", 1, 0, 0)]
    [InlineData("BT /F 12 Tf 0 g 20 50 Td (seen) Tj ET", 0, 0, 0)]
    [InlineData("q 1 g Q BT /F 12 Tf 20 50 Td (seen) Tj ET", 0, 0, 0)]
    [InlineData("BT /F 12 Tf 3 Tr 20 50 Td (recognised) Tj ET", 0, 1, 0)]
    [InlineData("BT /F 0.5 Tf 20 50 Td (tiny) Tj ET", 0, 0, 1)]
    [InlineData("0.01 0 0 0.01 0 0 cm BT /F 12 Tf 20 50 Td (tiny) Tj ET", 0, 0, 1)]
    [InlineData("BT /F 1 Tf 12 0 0 12 20 50 Tm (seen) Tj ET", 0, 0, 0)]
    [InlineData("q 100 0 0 50 0 0 cm /I Do Q BT /F 12 Tf 1 g 20 30 Td (on a picture) Tj ET", 0, 0, 0)]
    public void Text_that_nobody_sees_is_told_and_stays(string content, int white, int invisible, int tiny)
    {
        var pdf = PdfMaker.Of("", "/Resources<</Font<</F 5 0 R>>>>/Contents 6 0 R", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
        pdf.AddStream("", Encoding.ASCII.GetBytes(content));
        var result = Bench.Run("a.pdf", pdf.Build());
        var note = result.Report.Notes.FirstOrDefault(static n => n.Code == "SAN-NOTE-PDF-HIDDEN-TEXT");
        if (white + invisible + tiny == 0) Assert.Null(note);
        else Assert.Contains($"white on white {white} times, not shown {invisible} times, under a point {tiny} times", note?.Message.En, StringComparison.Ordinal);
        Assert.Contains("Tf", PdfChecker.Everything(result.Out), StringComparison.Ordinal);
    }

    [Fact]
    public void Mutations_are_refused_or_rebuilt_and_nothing_else() => Nested.Fuzz("a.pdf", Hostile(), 400, Rebuild);

    /// <summary>The files on a document as qpdf sees them, by their names.</summary>
    private static Dictionary<string, byte[]> Attached(byte[] pdf)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, pdf);
            var files = new Dictionary<string, byte[]>();
            const string Script = """
                import json, subprocess, sys, base64
                j = json.loads(subprocess.run(['qpdf', '--json=2', '--json-stream-data=inline', '--decode-level=all', sys.argv[1]], capture_output=True).stdout)
                o = j['qpdf'][1]
                get = lambda r: o['obj:' + r] if isinstance(r, str) else r
                root = get(o['trailer']['value']['/Root'])['value']
                names = root['/Names']
                names = get(names)['value'] if isinstance(names, str) else names
                tree = names['/EmbeddedFiles']
                tree = get(tree)['value'] if isinstance(tree, str) else tree
                for key, spec in zip(tree['/Names'][::2], tree['/Names'][1::2]):
                    spec = get(spec)['value']
                    print(spec['/UF'][2:], get(spec['/EF']['/F'])['stream']['data'])
                """;
            foreach (var line in Opened.Run("/usr/bin/python3", "-c", Script, path).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                var space = line.LastIndexOf(' ');
                files[line[..space]] = Convert.FromBase64String(line[(space + 1)..]);
            }
            return files;
        }
        finally
        {
            File.Delete(path);
        }
    }
}
