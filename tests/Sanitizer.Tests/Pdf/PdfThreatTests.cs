using System.Text;
using Sekisho.Sanitizer.Reports;
using Sekisho.Sanitizer.Rules;

namespace Sekisho.Sanitizer.Tests.Pdf;

/// <summary>The rows P-01 … P-26 of the threats, each in a file made for it: the element was there, is told, and is in no form in what comes out.</summary>
public sealed class PdfThreatTests
{
    // Stands in every hostile element, so that it can be looked for in all that came out.
    private const string Mark = "HOSTILE";
    private const string Form = "<</Type/XObject/Subtype/Form/BBox[0 0 10 10]/Length 3>>\nstream\nq Q\nendstream";

    /// <summary>Keys of the catalog, keys of the page, further objects (5, 6 …).</summary>
    public static TheoryData<string, string, string, string, string[]> Elements => new()
    {
        { "P-01", "P-03", "/OpenAction<</S/JavaScript/JS(HOSTILE)>>", "", [] },
        { "P-01", "P-04", "/OpenAction 5 0 R", "", ["<</S/Launch/F(HOSTILE.exe)>>"] },
        { "P-02", "P-03", "", "/AA<</O<</S/JavaScript/JS(HOSTILE)>>>>", [] },
        { "P-02", "P-20", "/AA<</WC<</S/Named/N/HOSTILE>>>>", "", [] },
        { "P-02", "P-03", "/AcroForm<</Fields[5 0 R]>>", "/Annots[5 0 R]", ["<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/Rect[0 0 9 9]/AA<</K<</S/JavaScript/JS 6 0 R>>>>>>", "<</Length 7>>\nstream\nHOSTILE\nendstream"] },
        { "P-03", "P-03", "/Names<</JavaScript<</Names[(x)5 0 R]>>>>", "", ["<</S/JavaScript/JS(HOSTILE)>>"] },
        { "P-03", "P-03", "", "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/GoTo/D[3 0 R/Fit]/Next<</S/JavaScript/JS(HOSTILE)>>>>>>]", [] },
        { "P-03", "P-03", "/Outlines 5 0 R", "", ["<</Type/Outlines/First 6 0 R/Last 6 0 R/Count 1>>", "<</Title(a)/Parent 5 0 R/A<</S/JavaScript/JS(HOSTILE)>>>>"] },
        { "P-03", "P-21", "/N#61mes<</J#61vaScript<</Names[(x)5 0 R]>>>>", "", ["<</#53/J#61v#61Script/J#53(HOSTILE)>>"] },
        { "P-04", "P-04", "", "/Annots[5 0 R]", ["<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/Launch/Win<</F(HOSTILE.exe)/P(/c calc)>>>>>>"] },
        { "P-05", "P-05", "/AcroForm<</Fields[5 0 R]>>", "/Annots[5 0 R]", ["<</Type/Annot/Subtype/Widget/FT/Btn/Ff 65536/T(a)/Rect[0 0 9 9]/A<</S/SubmitForm/F(http://HOSTILE.example/)>>>>"] },
        { "P-05", "P-05", "", "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/ImportData/F(HOSTILE.fdf)>>>>]", [] },
        { "P-05", "P-05", "", "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/ResetForm/Fields[(HOSTILE)]>>>>]", [] },
        { "P-06", "P-06", "", "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/GoToR/F(\\\\\\\\HOSTILE\\\\share)/D[0/Fit]>>>>]", [] },
        { "P-06", "P-06", "", "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/GoToE/T<</R/C/N(HOSTILE)>>>>>>]", [] },
        { "P-06", "P-06", "", "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/Thread/F(HOSTILE.pdf)/D 0>>>>]", [] },
        { "P-07", "P-07", "", "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(javascript:HOSTILE)>>>>]", [] },
        { "P-07", "P-07", "/URI<</Base(http://HOSTILE/)>>", "", [] },
        { "P-08", "P-08", "/Names<</EmbeddedFiles<</Names[(x)5 0 R]>>>>", "", ["<</Type/Filespec/F(HOSTILE.exe)/EF<</F 6 0 R>>>>", "<</Type/EmbeddedFile/Length 7>>\nstream\nHOSTILE\nendstream"] },
        { "P-08", "P-08", "", "/Annots[<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS 5 0 R>>]", ["<</Type/Filespec/F(HOSTILE.exe)/EF<</F 6 0 R>>>>", "<</Type/EmbeddedFile/Length 7>>\nstream\nHOSTILE\nendstream"] },
        { "P-08", "P-08", "/AF[5 0 R]/Collection<</View/T/D(HOSTILE)>>", "", ["<</Type/Filespec/F(HOSTILE.exe)>>"] },
        { "P-09", "P-09", "", "/Annots[<</Type/Annot/Subtype/RichMedia/Rect[0 0 9 9]/RichMediaContent<</Assets(HOSTILE)>>>><</Type/Annot/Subtype/3D/Rect[0 0 9 9]/3DD(HOSTILE)>>]", [] },
        { "P-09", "P-09", "", "/Annots[<</Type/Annot/Subtype/Movie/Rect[0 0 9 9]/Movie<</F(HOSTILE)>>>><</Type/Annot/Subtype/Sound/Rect[0 0 9 9]/Sound(HOSTILE)>>]", [] },
        { "P-09", "P-09", "", "/Annots[<</Type/Annot/Subtype/Screen/Rect[0 0 9 9]/A<</S/Rendition/JS(HOSTILE)/OP 0>>>>]", [] },
        { "P-10", "P-10", "/AcroForm<</Fields[]/XFA[(template)5 0 R]>>", "", ["<</Length 86>>\nstream\n<!DOCTYPE x[<!ENTITY e SYSTEM \"file:///etc/passwd\">]><template>HOSTILE</template>     \nendstream"] },
        { "P-11", "P-11", "/AcroForm<</Fields[5 0 R]/CO[5 0 R]>>", "/Annots[5 0 R]", ["<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/Rect[0 0 9 9]/RV(<body>HOSTILE</body>)>>"] },
        { "P-17", "P-17", "/AcroForm<</Fields[5 0 R]/SigFlags 3>>/Perms<</DocMDP 6 0 R>>", "/Annots[5 0 R]", ["<</Type/Annot/Subtype/Widget/FT/Sig/T(s)/Rect[0 0 9 9]/V 6 0 R>>", "<</Type/Sig/Filter/Adobe.PPKLite/ByteRange[0 1 2 3]/Contents<00>/Name(HOSTILE)>>"] },
        { "P-18", "P-18", "", "/Resources<</XObject<</X 5 0 R>>>>", ["<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/F(\\\\\\\\HOSTILE\\\\x)/FFilter/FlateDecode/Length 3>>\nstream\nq Q\nendstream"] },
        { "P-19", "P-19", "/Metadata 5 0 R", "/PieceInfo<</A<</Private(HOSTILE)>>>>/Thumb 6 0 R/LastModified(D:2020)", ["<</Type/Metadata/Subtype/XML/Length 60>>\nstream\n<!DOCTYPE x SYSTEM \"http://HOSTILE/\"><x:xmpmeta>HOSTILE</x>  \nendstream", Form] },
        { "P-20", "P-20", "", "/Trans<</S/Wipe/X(HOSTILE)>>/Dur 3/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/Hide/T(HOSTILE)>>>><</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/SetOCGState/State[/ON]/X(HOSTILE)>>>>]", [] },
        { "P-22", "P-22", "", "/Resources<</XObject<</X 5 0 R>>>>", ["<</Type/XObject/Subtype/PS/Length 12>>\nstream\nHOSTILE exec\nendstream"] },
        { "P-22", "P-22", "", "/Resources<</ColorSpace<</C[/Separation/Spot/DeviceGray 5 0 R]>>>>", ["<</FunctionType 4/Domain[0 1]/Range[0 1]/Length 24>>\nstream\n{ (HOSTILE) run systemd }\nendstream"] },
        { "P-22", "P-22", "", "/Resources<</Font<</F<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 (HOSTILE)]/CharProcs<<>>/Encoding<</Differences[]>>/FirstChar 0/LastChar 0/Widths[0]>>>>>>", [] },
        { "P-22", "P-22", "", "/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/A/FontDescriptor<</Type/FontDescriptor/FontName/A/Flags 4/FontFile 5 0 R>>>>>>>>", ["<</Length 90/Length1 90/Length2 0/Length3 0>>\nstream\n%!PS-AdobeFont-1.0: A\n/FontMatrix [1 2 3 4 5 (HOSTILE);alert(1)] def currentfile eexec          \nendstream"] },
        { "P-25", "P-25", "/SpiderInfo<</V 1(HOSTILE)>>/Requirements[<</S/EnableJavaScripts/X(HOSTILE)>>]/Legal<</A(HOSTILE)>>", "", [] },
        { "P-25", "P-25", "", "/Resources<</XObject<</X 5 0 R>>>>", ["<</Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/Alternates[<</Image(HOSTILE)>>]/OPI<</A(HOSTILE)>>/Length 1>>\nstream\nA\nendstream"] },
    };

    [Theory]
    [MemberData(nameof(Elements))]
    public void What_could_act_is_told_and_in_no_form_in_what_comes_out(string threat, string also, string catalog, string page, string[] more)
    {
        var hostile = PdfMaker.Of(catalog, page, more).Build();
        Assert.Contains(Mark, PdfChecker.Everything(hostile));
        var result = Bench.Run("a.pdf", hostile);
        Assert.Equal(Outcome.Rebuilt, result.Report.Outcome);
        if (threat != "P-21" && also != "P-21") Assert.Contains(also, result.Threats);
        Assert.Contains(threat, result.Threats);
        Harmless(result.Out);
        Assert.DoesNotContain(Mark, PdfChecker.Everything(result.Out));
        var again = Bench.Run("a.pdf", result.Out);
        Assert.Equal(result.Out, again.Out);
        Assert.Empty(again.Report.Removed);
    }

    [Fact]
    public void What_an_object_stream_or_a_hybrid_table_hides_is_found_there()
    {
        var made = PdfMaker.Of("/Names<</JavaScript<</Names[(x)6 0 R]>>>>");
        var packed = "6 0 7 30 <</S/JavaScript/JS 7 0 R>>   (HOSTILE in a packed object)"u8;
        made.AddFlate("/Type/ObjStm/N 2/First 9", packed);
        var plain = made.Build();
        // Objects 6 and 7 are known only to the stream beside the table (ISO 32000-2 §7.5.8.4).
        var at = Encoding.Latin1.GetString(plain).IndexOf("xref\n0 ", StringComparison.Ordinal);
        var rows = MakeRows([(2, 5, 0), (2, 5, 1)]);
        var hidden = Encoding.Latin1.GetBytes($"8 0 obj\n<</Type/XRef/Size 9/W[1 2 2]/Index[6 2]/Length {rows.Length}>>\nstream\n{Encoding.Latin1.GetString(rows)}\nendstream\nendobj\n");
        var tail = Encoding.Latin1.GetString(plain)[at..].Replace("/Root", $"/XRefStm {at}/Root", StringComparison.Ordinal).Replace($"startxref\n{at}", $"startxref\n{at + hidden.Length}", StringComparison.Ordinal);
        byte[] hybrid = [.. plain.AsSpan(0, at), .. hidden, .. Encoding.Latin1.GetBytes(tail)];
        Assert.Contains("HOSTILE in a packed object", PdfChecker.Everything(hybrid));
        var result = Bench.Run("a.pdf", hybrid);
        Assert.Contains("P-03", result.Threats);
        Assert.DoesNotContain("HOSTILE", PdfChecker.Everything(result.Out));
        Harmless(result.Out);

        static byte[] MakeRows((byte, int, int)[] rows) => [.. rows.SelectMany(static r => new byte[] { r.Item1, (byte)(r.Item2 >> 8), (byte)r.Item2, (byte)(r.Item3 >> 8), (byte)r.Item3 })];
    }

    [Fact]
    public void Only_the_last_revision_is_written_and_nothing_around_it()
    {
        var first = PdfMaker.Of("/Names<</JavaScript<</Names[(x)5 0 R]>>>>", "", "<</S/JavaScript/JS(HOSTILE)>>").Build();
        var start = Encoding.Latin1.GetString(first).LastIndexOf("xref\n0", StringComparison.Ordinal);
        var revised = "1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n";
        var table = $"xref\n1 1\n{first.Length:D10} 00000 n \ntrailer\n<</Size 6/Root 1 0 R/Prev {start}>>\nstartxref\n{first.Length + revised.Length}\n%%EOF\n";
        byte[] hostile = [.. first, .. Encoding.Latin1.GetBytes(revised + table), .. "PK\u0003\u0004HOSTILE.zip"u8];
        var result = Bench.Run("a.pdf", hostile);
        Assert.Contains("P-14", result.Threats);
        Assert.Contains("P-15", result.Threats);
        var all = PdfChecker.Everything(result.Out);
        Assert.DoesNotContain("HOSTILE", all);
        Assert.Equal(2, all.Split("%%EOF").Length);
        byte[] prefixed = [.. Encoding.ASCII.GetBytes(new string('\n', 500)), .. "MZHOSTILE\n"u8, .. PdfMaker.Of().Build()];
        Assert.DoesNotContain("HOSTILE", PdfChecker.Everything(Bench.Run("a.pdf", prefixed).Out));
    }

    [Fact]
    public void An_encrypted_file_opens_with_an_empty_or_a_given_password_and_else_not_at_all()
    {
        var plain = PdfMaker.Of("/Lang(ja)/OpenAction<</S/JavaScript/JS(HOSTILE)>>").Build();
        foreach (var (user, arguments) in new (string, string)[] { ("", "128 --use-aes=y"), ("", "40"), ("ひみつ", "256"), ("secret", "128 --use-aes=n"), ("secret", "40"), ("secret", "256 --force-R5") })
        {
            var locked = PdfPrograms.Qpdf(plain, ["--allow-weak-crypto", "--encrypt", user, "owner", .. arguments.Split(' '), "--"]);
            if (user.Length > 0) Assert.Equal("SAN-KIND-006", Bench.Run("a.pdf", locked).Report.Refusal?.Code);
            var opened = user.Length == 0 ? Bench.Run("a.pdf", locked) : Bench.Run("a.pdf", locked, null, "wrong", user);
            Assert.Contains("P-16", opened.Threats);
            Assert.Contains("u:ja", PdfChecker.Everything(opened.Out));
            Harmless(opened.Out);
            Assert.Equal(opened.Out, Bench.Run("a.pdf", locked, null, "owner").Out);
        }
    }

    [Fact]
    public void Links_stay_as_the_policy_says()
    {
        var page = "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(https://www.soumu.go.jp/)>>>><</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/GoTo/D[3 0 R/Fit]>>>><</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(file:///etc/passwd)>>>>]";
        var kept = PdfChecker.Everything(Bench.Run("a.pdf", PdfMaker.Of("/OpenAction[3 0 R/Fit]", page).Build()).Out);
        Assert.Contains("https://www.soumu.go.jp/", kept);
        Assert.Contains("/GoTo", kept);
        Assert.Contains("/OpenAction", kept);
        Assert.DoesNotContain("passwd", kept);
        Assert.DoesNotContain("soumu", PdfChecker.Everything(Bench.Run("a.pdf", PdfMaker.Of("", page).Build(), Bench.Policy("links: { policy: text }")).Out));
    }

    [Fact]
    public void A_seal_stays_as_a_picture_when_its_signature_goes_and_forms_do_when_the_policy_drops_them()
    {
        string[] more = ["<</Type/Annot/Subtype/Widget/FT/Sig/T(s)/Rect[0 0 9 9]/AP<</N 6 0 R>>/V<</Type/Sig/Contents<00>>>>>", Form, "<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Taro)/Rect[0 0 9 9]/AP<</N 6 0 R>>>>"];
        var made = PdfMaker.Of("/AcroForm<</Fields[5 0 R 7 0 R]/SigFlags 3>>", "/Annots[5 0 R 7 0 R]", more).Build();
        var kept = Bench.Run("a.pdf", made);
        Assert.Contains(kept.Report.Notes, static n => n.Code == "SAN-NOTE-PDF-SIGNATURE");
        var all = PdfChecker.Everything(kept.Out);
        Assert.Contains("/Stamp", all);
        Assert.Contains("u:Taro", all);
        var dropped = PdfChecker.Everything(Bench.Run("a.pdf", made, Bench.Policy("pdf: { forms: drop }")).Out);
        Assert.DoesNotContain("/Widget", dropped);
        Assert.DoesNotContain("u:Taro", dropped);
        Assert.Equal(2, dropped.Split("\n/Stamp\n").Length - 1);
    }

    [Fact]
    public void Hidden_layers_are_told()
    {
        var made = PdfMaker.Of("/OCProperties<</OCGs[5 0 R]/D<</OFF[5 0 R]/Order[5 0 R]>>>>", "", "<</Type/OCG/Name(draft)>>").Build();
        Assert.Contains(Bench.Run("a.pdf", made).Report.Notes, static n => n.Code == "SAN-NOTE-PDF-HIDDEN");
    }

    [Fact]
    public void Metadata_stays_only_when_the_policy_keeps_it()
    {
        var made = PdfMaker.Of().Build("/Info<</Title(HOSTILE)/Custom(HOSTILE2)>>");
        Assert.DoesNotContain("HOSTILE", PdfChecker.Everything(Bench.Run("a.pdf", made).Out));
        var kept = PdfChecker.Everything(Bench.Run("a.pdf", made, Bench.Policy("pdf: { metadata: keep }")).Out);
        Assert.Contains("u:HOSTILE\n", kept);
        Assert.DoesNotContain("HOSTILE2", kept);
    }

    private static void Harmless(byte[] pdf)
    {
        Assert.Empty(PdfChecker.Active(pdf));
        Assert.Equal(0, PdfChecker.Check(pdf).Code);
    }
}
