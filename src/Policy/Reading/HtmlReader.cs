using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Sekisho.Policy.Reading;

/// <summary>Reads HTML pages of 例規集: blocks become lines, data tables stay tables, ruby loses its readings. Nothing is fetched and no script runs.</summary>
internal static class HtmlReader
{
    /// <summary>Deeper elements are read as text without structure.</summary>
    private const int MostDepth = 200;

    private static readonly HashSet<string> Skipped = new(StringComparer.OrdinalIgnoreCase)
    {
        "script", "style", "noscript", "template", "nav", "aside", "footer", "button", "select", "input", "textarea", "rt", "rp", "head", "svg", "iframe", "object",
    };

    private static readonly HashSet<string> Inline = new(StringComparer.OrdinalIgnoreCase)
    {
        "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "dfn", "em", "font", "i", "ins", "kbd", "label", "mark", "nobr", "q", "rb", "rbc", "ruby", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "del",
    };

    private static readonly string[] ContentRoots = ["main", "[role=main]", "article", "#main", "#contents", "#content", "#main-contents", ".honbun", "#honbun"];

    internal static bool LooksLikeHtml(string text)
    {
        var start = text.AsSpan(0, Math.Min(text.Length, 8192)).TrimStart();
        if (start.IsEmpty || start[0] != '<')
            return false;
        foreach (var sign in (ReadOnlySpan<string>)["<!doctype html", "<html", "<body", "<div", "<p>", "<p ", "<table", "<meta"])
        {
            if (start.Contains(sign, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }

    /// <returns>False when the page nests or repeats its elements beyond <see cref="HtmlBudget"/>.</returns>
    internal static bool TryRead(string untrusted, [NotNullWhen(true)] out SourceText? source)
    {
        source = null;
        if (HtmlBudget.IsExceeded(untrusted))
            return false;
        var document = new HtmlParser().ParseDocument(untrusted);
        var collector = new LineCollector();
        var walker = new Walker(collector);
        if (FindRoot(document) is { } root)
            walker.Walk(root, 0);
        walker.EndLine();
        source = collector.ToSource();
        return true;
    }

    // The page's own frame (menus, links) is left out where the page says which part is the content.
    private static IElement? FindRoot(IDocument document)
    {
        var body = document.Body;
        if (body is null)
            return document.DocumentElement;
        var all = body.TextContent.Length;
        foreach (var selector in ContentRoots)
        {
            if (body.QuerySelector(selector) is { } root && root.TextContent.Length * 2 >= all)
                return root;
        }
        return body;
    }

    private sealed class Walker(LineCollector collector)
    {
        /// <summary>Cells of one document, with those that a span covers. Beyond, spans count as one.</summary>
        private const int MostCells = 1_000_000;

        private readonly StringBuilder _line = new();
        private readonly Dictionary<IElement, int> _nextOf = [];
        private int _cells;
        private bool _space;
        private bool _lineBreak;

        internal void Walk(INode node, int depth)
        {
            foreach (var child in node.ChildNodes)
            {
                if (child is IText text)
                    AddText(text.Data, Preformatted(node));
                else if (child is IElement element && !Skipped.Contains(element.LocalName))
                    WalkElement(element, depth);
            }
        }

        private void WalkElement(IElement element, int depth)
        {
            var name = element.LocalName;
            if (name == "br")
            {
                collector.Broken++;
                EndLine();
                return;
            }
            if (depth > MostDepth)
            {
                AddText(element.TextContent, false);
                return;
            }
            if (name == "table" && element.QuerySelector("table") is null)
            {
                EndLine();
                collector.Add(Rows(element));
                return;
            }
            if (Inline.Contains(name))
            {
                var start = _line.Length;
                Walk(element, depth + 1);
                SetNumberApart(start);
                return;
            }
            EndLine();
            if (name == "li" && element.ParentElement is { LocalName: "ol" } list && Number(list, element) is var number && !StartsWithNumber(element.TextContent))
                _line.Append(number).Append('　');
            Walk(element, depth + 1);
            EndLine();
        }

        internal void EndLine()
        {
            var text = _line.ToString();
            _line.Clear();
            (_space, _lineBreak) = (false, false);
            if (text.Length > 0)
                collector.Add(text);
        }

        // <span class="num">第1条</span>本市は: the number and the sentence are apart on the screen.
        private void SetNumberApart(int start)
        {
            if (start != 0 || _line.Length is 0 or > 16)
                return;
            Span<char> label = stackalloc char[17];
            _line.CopyTo(0, label, _line.Length);
            label[_line.Length] = '　';
            Span<Marker> markers = stackalloc Marker[MarkerLexer.MostReadings];
            if (MarkerLexer.Read(label[..(_line.Length + 1)], markers) > 0 && markers[0].LabelEnd == _line.Length)
                _line.Append('　');
        }

        private void AddText(string text, bool preformatted)
        {
            foreach (var c in text)
            {
                if (c is '\n' or '\r' && preformatted)
                {
                    if (c == '\n')
                    {
                        collector.Broken++;
                        EndLine();
                    }
                }
                else if (c is ' ' or '\t' or '\n' or '\r' or '\f')
                {
                    _space = _line.Length > 0;
                    _lineBreak |= c is '\n' or '\r';
                }
                else
                {
                    // A line break in the source beside a Japanese character is no blank.
                    if (_space && !Glyph.IsBlank(_line[^1]) && !Glyph.IsBlank(c) && (!_lineBreak || (_line[^1] < 0x2E80 && c < 0x2E80)))
                        _line.Append(' ');
                    (_space, _lineBreak) = (false, false);
                    _line.Append(c);
                }
            }
        }

        private static bool Preformatted(INode node) => node is IElement { LocalName: "pre" };

        private static bool StartsWithNumber(string text)
        {
            Span<Marker> markers = stackalloc Marker[MarkerLexer.MostReadings];
            return MarkerLexer.Read(Glyph.Trim(text.AsSpan().Trim()), markers) > 0;
        }

        /// <summary>Asked once for each item, in order.</summary>
        private string Number(IElement list, IElement item)
        {
            if (!_nextOf.TryGetValue(list, out var n))
                n = int.TryParse(list.GetAttribute("start"), NumberStyles.Integer, CultureInfo.InvariantCulture, out var start) ? start : 1;
            if (int.TryParse(item.GetAttribute("value"), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value))
                n = value;
            _nextOf[list] = n == int.MaxValue ? n : n + 1;
            return NumberFormat.Format(n, list.GetAttribute("type") switch { "a" => "lowerLetter", "A" => "upperLetter", "i" => "lowerRoman", "I" => "upperRoman", _ => "decimal" }) + ".";
        }

        private List<IReadOnlyList<string>> Rows(IElement table)
        {
            var rows = new List<IReadOnlyList<string>>();
            var spans = new Dictionary<int, int>();
            foreach (var row in table.QuerySelectorAll("tr"))
            {
                var cells = new List<string>();
                foreach (var cell in row.Children.Where(static c => c.LocalName is "td" or "th"))
                {
                    Fill(cells);
                    var down = Span(cell.GetAttribute("rowspan"));
                    var across = Span(cell.GetAttribute("colspan"));
                    if ((_cells += across) > MostCells)
                        (down, across) = (1, 1);
                    for (var i = 0; i < across; i++)
                    {
                        if (down > 1)
                            spans[cells.Count] = down - 1;
                        cells.Add(i == 0 ? CellText(cell) : "");
                    }
                }
                Fill(cells);
                if (cells.Count > 0)
                    rows.Add(cells);
            }
            return rows;

            // Positions that a cell above spans stay empty, so that columns keep their place.
            void Fill(List<string> cells)
            {
                while (spans.TryGetValue(cells.Count, out var left) && left > 0 && ++_cells <= MostCells)
                {
                    spans[cells.Count] = left - 1;
                    cells.Add("");
                }
            }
        }

        private static int Span(string? attribute) =>
            int.TryParse(attribute, NumberStyles.None, CultureInfo.InvariantCulture, out var span) ? Math.Clamp(span, 1, 100) : 1;

        private static string CellText(IElement cell)
        {
            var lines = new LineCollector();
            var walker = new Walker(lines);
            walker.Walk(cell, 0);
            walker.EndLine();
            return string.Join('\n', lines.ToSource().Lines.Select(static l => Glyph.Trim(l.Text).ToString()).Where(static l => l.Length > 0));
        }
    }
}
