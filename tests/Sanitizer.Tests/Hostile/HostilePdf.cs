using System.Text;
using Sekisho.Sanitizer.Tests.Pdf;

namespace Sekisho.Sanitizer.Tests.Hostile;

/// <summary>Rows P-01 … P-26. The elements of <see cref="PdfThreatTests"/>, and the ways by which they are hidden.</summary>
internal static class HostilePdf
{
    private const string Js = "<</S/JavaScript/JS(app.alert\\(KAMAKIRI\\))>>";

    public static IEnumerable<HostileFile> All()
    {
        var number = 0;
        foreach (var row in PdfThreatTests.Elements)
        {
            var (threat, _, catalog, page, more) = row.Data;
            yield return new HostileFile(threat, $"element {++number}", "a.pdf", PdfMaker.Of(catalog, page, more).Build(), "HOSTILE");
        }
        foreach (var file in Hidden().Concat(Edges()).Concat(Content())) yield return file;
    }

    private static HostileFile Of(string threat, string what, byte[] pdf, params string[] needles) => new(threat, what, "a.pdf", pdf, [HostileFile.Mark, .. needles]);

    private static IEnumerable<HostileFile> Hidden()
    {
        var packed = PdfMaker.Of("/Names<</JavaScript<</Names[(x)6 0 R]>>>>");
        packed.AddFlate("/Type/ObjStm/N 1/First 4", Encoding.Latin1.GetBytes("6 0 " + Js));
        yield return Of("P-13", "an object in an object stream, known to a hybrid table only", Hybrid(packed)) with { Told = "P-03" };
        yield return Of("P-03", "script in octal, split lines and hexadecimal", PdfMaker.Of("/OpenAction 5 0 R", "", "<</S/JavaScript/JS(\\113\\101\\115AKI\\\nRI)/X<4b414d414b495249>>>").Build());
        yield return Of("P-03", "script in UTF-16", PdfMaker.Of("/OpenAction 5 0 R", "", $"<</S/JavaScript/JS<FEFF{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes("KAMAKIRI"))}>>>").Build());
        yield return Of("P-03", "script in a stream of several filters", Filtered());
        yield return Of("P-03", "script in a tree of names", PdfMaker.Of("/Names<</JavaScript<</Kids[<</Limits[(a)(b)]/Names[(a)5 0 R]>>]>>>>", "", Js).Build());
        yield return Of("P-21", "names in hexadecimal, comments between", PdfMaker.Of("/Na#6de#73%KAMAKIRI\n<</Ja#76aScript<</Names[(x)5 0 R]>>>>", "", "<</#53%x\n/JavaScript/#4a#53(KAMAKIRI)>>").Build()) with { Told = "P-03" };
        yield return Of("P-21", "the same object twice", Twice()) with { Told = null };
        yield return Of("P-21", "a broken table of places", Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(PdfMaker.Of("/OpenAction 5 0 R", "", Js).Build()).Replace("startxref\n", "startxref\n9", StringComparison.Ordinal))) with { Told = "P-03" };
        yield return Of("P-14", "a revision that was taken back", Revised()) with { Told = "P-14" };
        foreach (var arguments in (string[])["40", "128 --use-aes=n", "128 --use-aes=y", "256"])
            yield return Of("P-16", $"encrypted with an empty password ({arguments})", PdfPrograms.Qpdf(PdfMaker.Of("/OpenAction 5 0 R", "", Js).Build(), ["--allow-weak-crypto", "--encrypt", "", "owner", .. arguments.Split(' '), "--"]), "/Encrypt") with { Told = "P-16" };
        yield return new HostileFile("P-16", "encrypted with a password that nobody gave", "a.pdf", PdfPrograms.Qpdf(PdfMaker.Of("/OpenAction 5 0 R", "", Js).Build(), ["--encrypt", "geheim", "owner", "256", "--"])) { Refused = "SAN-KIND-006" };
        yield return new HostileFile("P-12", "an unknown filter", "a.pdf", Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(PdfMaker.Of().Build()).Replace("<</Length", "<</Filter/KAMAKIRIDecode/Length", StringComparison.Ordinal)), "/KAMAKIRIDecode") { Refused = "SAN-PDF-005" };
        yield return new HostileFile("P-12", "a packed stream that asks for a dictionary", "a.pdf", PdfMaker.Of("", "/Resources<</XObject<</X 5 0 R>>>>", "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Filter/FlateDecode/Length 14>>\nstream\n\u0078\u00BB\u0001\u0002\u0003\u0004KAMAKIRI\nendstream").Build(), HostileFile.Mark) { Told = "" };
        yield return new HostileFile("P-12", "a risky filter under another name of itself", "a.pdf", PdfMaker.Of("", "/Resources<</XObject<</X 5 0 R>>>>", "<</Type/XObject/Subtype/Image/Width 8/Height 1/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/J#42IG2Decode/Length 12>>\nstream\nKAMAKIRIKAMA\nendstream").Build(), HostileFile.Mark, "/JBIG2Decode") { Told = "P-12" };
        yield return Of("P-26", "entities in XMP and XFA", PdfMaker.Of("/Metadata 5 0 R/AcroForm<</Fields[]/XFA 6 0 R>>", "", Stream("/Type/Metadata/Subtype/XML", "<!DOCTYPE x [<!ENTITY k SYSTEM \"file:///KAMAKIRI\">]><x>&k;</x>"), Stream("", "<!DOCTYPE x [<!ENTITY k SYSTEM \"http://KAMAKIRI\">]><xdp>&k;</xdp>")).Build(), "<!DOCTYPE", "<!ENTITY") with { Told = "P-10" };
    }

    private static IEnumerable<HostileFile> Edges()
    {
        yield return Of("P-15", "a zip behind the end", [.. PdfMaker.Of().Build(), .. new Archives.RawZip().Add("KAMAKIRI.exe", "MZ", method: 0).Finish()]);
        yield return Of("P-15", "a script before the header", [.. "<script>KAMAKIRI</script>\n"u8, .. PdfMaker.Of().Build()]);
        yield return Of("P-15", "bytes between the objects", Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(PdfMaker.Of().Build()).Replace("endobj\n3 0 obj", "endobj\n%KAMAKIRI\n3 0 obj", StringComparison.Ordinal))) with { Told = "", Threat = "P-21", Case = "a comment between the objects" };
        yield return new HostileFile("P-23", "a page tree that comes back to itself", "a.pdf", Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(PdfMaker.Of().Build()).Replace("/Kids[3 0 R]", "/Kids[2 0 R]", StringComparison.Ordinal))) { Refused = "SAN-PDF-002" };
        yield return new HostileFile("P-23", "a picture of a million by a million", "a.pdf", PdfMaker.Of("", "/Resources<</XObject<</X 5 0 R>>>>", "<</Type/XObject/Subtype/Image/Width 1000000/Height 1000000/BitsPerComponent 8/ColorSpace/DeviceGray/Length 1>>\nstream\nA\nendstream").Build()) { Refused = "SAN-LIMIT-005" };
        yield return new HostileFile("P-24", "a layer that is off is told", "a.pdf", PdfMaker.Of("/OCProperties<</OCGs[5 0 R]/D<</OFF[5 0 R]/Order[5 0 R]>>>>", "", "<</Type/OCG/Name(draft)>>").Build()) { Told = "SAN-NOTE-PDF-HIDDEN" };
        yield return Of("G-02", "a page that is a PDF too", [.. "<html><!--"u8, .. PdfMaker.Of().Build(), .. "--><script>KAMAKIRI</script>"u8]) with { Told = "P-15" };
    }

    private static IEnumerable<HostileFile> Content()
    {
        yield return Of("P-22", "PostScript in the content of a page", WithContent("q /Fm0 Do (KAMAKIRI) run KAMAKIRI exec Q")) with { Told = "P-22" };
        yield return Of("P-19", "metadata in the trailer, the page and a picture", PdfMaker.Of("", "/Metadata 5 0 R", Stream("/Type/Metadata/Subtype/XML", "<x:xmpmeta>KAMAKIRI</x:xmpmeta>")).Build("/Info<</Author(KAMAKIRI)/Producer<FEFF004B0041004D0041004B004900520049>>>/ID[(KAMAKIRI)(KAMAKIRI)]"), "xmpmeta");
        yield return Of("P-08", "a file attached to a page, behind a comment's picture", PdfMaker.Of("/PageMode/UseAttachments", "/AF[5 0 R]/Annots[<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(memo)/AF[5 0 R]>>]", "<</Type/Filespec/F(k.exe)/UF(k.exe)/EF<</F 6 0 R/UF 6 0 R>>>>", Stream("/Type/EmbeddedFile", "MZ KAMAKIRI")).Build());
        yield return Of("P-07", "links of odd schemes", PdfMaker.Of("", "/Annots[" + string.Concat(new[] { "javascript:KAMAKIRI", "file:///KAMAKIRI", "\\\\\\\\evil\\\\KAMAKIRI", "ms-word:KAMAKIRI", "JAVA\\tSCRIPT:KAMAKIRI", "KAMAKIRI.exe", "https://x@KAMAKIRI/" }.Select(static u => $"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI({u})>>>>")) + "]").Build());
    }

    private static byte[] WithContent(string content)
    {
        var made = PdfMaker.Of();
        var number = made.AddStream("", Encoding.Latin1.GetBytes(content));
        return Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(made.Build()).Replace("/Contents 4 0 R", $"/Contents {number} 0 R", StringComparison.Ordinal));
    }

    private static string Stream(string dict, string content) => $"<<{dict}/Length {content.Length}>>\nstream\n{content}\nendstream";

    private static byte[] Filtered()
    {
        var made = PdfMaker.Of("/OpenAction<</S/JavaScript/JS 5 0 R>>");
        var hex = Encoding.ASCII.GetBytes(Convert.ToHexString(PdfMaker.Flate("app.launchURL('KAMAKIRI')"u8)) + ">");
        made.AddStream("/Filter[/ASCIIHexDecode/FlateDecode]", hex);
        return made.Build();
    }

    private static byte[] Twice()
    {
        var text = Encoding.Latin1.GetString(PdfMaker.Of().Build());
        return Encoding.Latin1.GetBytes(text.Replace("%PDF-1.7\n", "%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(KAMAKIRI)>>>>\nendobj\n", StringComparison.Ordinal));
    }

    private static byte[] Revised()
    {
        var first = PdfMaker.Of("/Names<</JavaScript<</Names[(x)5 0 R]>>>>", "", Js).Build();
        var start = Encoding.Latin1.GetString(first).LastIndexOf("xref\n0", StringComparison.Ordinal);
        const string revised = "1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n";
        return [.. first, .. Encoding.Latin1.GetBytes($"{revised}xref\n1 1\n{first.Length:D10} 00000 n \ntrailer\n<</Size 6/Root 1 0 R/Prev {start}>>\nstartxref\n{first.Length + revised.Length}\n%%EOF\n")];
    }

    /// <summary>Object 5 is an object stream that holds object 6, which only the stream beside the table knows (ISO 32000-2 §7.5.8.4).</summary>
    private static byte[] Hybrid(PdfMaker made)
    {
        var plain = Encoding.Latin1.GetString(made.Build());
        var at = plain.IndexOf("xref\n0 ", StringComparison.Ordinal);
        byte[] rows = [2, 0, 5, 0, 0];
        var hidden = Encoding.Latin1.GetBytes($"7 0 obj\n<</Type/XRef/Size 8/W[1 2 2]/Index[6 1]/Length {rows.Length}>>\nstream\n{Encoding.Latin1.GetString(rows)}\nendstream\nendobj\n");
        var tail = plain[at..].Replace("/Root", $"/XRefStm {at}/Root", StringComparison.Ordinal).Replace($"startxref\n{at}", $"startxref\n{at + hidden.Length}", StringComparison.Ordinal);
        return [.. Encoding.Latin1.GetBytes(plain[..at]), .. hidden, .. Encoding.Latin1.GetBytes(tail)];
    }
}
