using System.Net;

namespace Sekisho.Policy.Comparison;

/// <summary>The comparison as one HTML page for screen and for A4 paper; nothing is loaded from anywhere.</summary>
public static class ComparisonHtml
{
    private const string Style = """
        @page { size: A4 portrait; margin: 18mm 15mm 20mm; }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 2rem 1rem; max-width: 190mm; color: #000; background: #fff;
          font-family: "Yu Mincho", YuMincho, "Hiragino Mincho ProN", "MS Mincho", "MS 明朝", "Noto Serif CJK JP", "Noto Serif JP", serif;
          font-size: 10.5pt; line-height: 1.7; }
        h1 { margin: 0 0 .25em; font-size: 14pt; font-weight: 600; text-align: center; }
        .note { margin: 0 0 .75em; text-align: right; }
        table { width: 100%; border-collapse: collapse; table-layout: fixed; }
        th, td { width: 50%; border: 1px solid #000; padding: .15em .6em; vertical-align: top; text-align: left; }
        th { text-align: center; font-weight: 400; letter-spacing: .5em; }
        tbody td { border-top: 0; border-bottom: 0; overflow-wrap: anywhere; line-break: strict; }
        tbody tr:last-child td { border-bottom: 1px solid #000; }
        thead { display: table-header-group; }
        tr { break-inside: auto; }
        p { margin: 0; text-indent: -1em; padding-left: calc(1em * var(--depth, 0) + 1em); }
        p.caption { text-indent: 0; padding-left: 1em; }
        p.continued { text-indent: 1em; padding-left: calc(1em * var(--depth, 0)); }
        .d1 { --depth: 1; } .d2 { --depth: 2; } .d3 { --depth: 3; } .d4 { --depth: 4; } .d5 { --depth: 5; } .d6 { --depth: 6; }
        p.heading { text-indent: 0; padding-left: 3em; }
        u { text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: .22em; text-decoration-skip-ink: none; }
        .mark { float: right; margin: .2em 0 .1em .5em; padding: 0 .35em; border: 1px solid #555; text-indent: 0; line-height: 1.35;
          font-family: "Yu Gothic", YuGothic, "Hiragino Sans", "Noto Sans CJK JP", sans-serif; font-size: 8pt; }
        @media print { body { padding: 0; max-width: none; } }
        """;

    /// <summary>Deeper than any policy goes; what is deeper still isn't set in further.</summary>
    private const int MostDepth = 6;

    public static void Write(ComparisonTable table, TextWriter to)
    {
        var title = Encode(table.NewTitle);
        to.Write($"<!DOCTYPE html>\n<html lang=\"ja\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}　新旧対照表</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n<h1>{title}　新旧対照表</h1>\n");
        WriteTable(table, to);
        to.Write("</body>\n</html>\n");
    }

    /// <summary>The table alone, for a page that has a head of its own. Carries classes only: a page with a strict Content-Security-Policy brings the style.</summary>
    public static void WriteTable(ComparisonTable table, TextWriter to)
    {
        var lines = ComparisonLayout.Lines(table);
        if (lines.Count == 0)
        {
            to.Write("<p>違いはありません（字の全角・半角、空白、改行の違いは数えません）。</p>\n");
            return;
        }
        to.Write("<div class=\"note\">（<u>下線</u>の部分は改正部分）</div>\n<table>\n<thead><tr><th scope=\"col\">改正後</th><th scope=\"col\">改正前</th></tr></thead>\n<tbody>\n");
        foreach (var line in lines)
        {
            to.Write("<tr>");
            Cell(line.New, line, line.Tag, to);
            Cell(line.Old, line, "", to);
            to.Write("</tr>\n");
        }
        to.Write("</tbody>\n</table>\n");
    }

    private static void Cell(IReadOnlyList<Piece> pieces, ComparisonLine line, string tag, TextWriter to)
    {
        to.Write("<td>");
        if (tag.Length > 0) to.Write($"<span class=\"mark\">{Encode(tag)}</span>");
        foreach (var paragraph in ComparisonParagraph.Of(line, pieces))
        {
            to.Write(line.IsHeading ? "<p class=\"heading\">" : paragraph.Style switch
            {
                ParagraphStyle.Caption => "<p class=\"caption\">",
                ParagraphStyle.Continued => $"<p class=\"continued d{Math.Min(line.Depth, MostDepth)}\">",
                _ => $"<p class=\"d{Math.Min(line.Depth, MostDepth)}\">",
            });
            foreach (var piece in paragraph.Pieces) to.Write(piece.Changed ? $"<u>{Encode(piece.Text)}</u>" : Encode(piece.Text));
            to.Write("</p>");
        }
        to.Write("</td>");
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(string.Concat(text.EnumerateRunes().Where(static r => r.Value >= 0x20 || r.Value is '\n' or '\t')));
}
