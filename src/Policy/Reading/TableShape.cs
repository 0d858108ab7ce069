namespace Sekisho.Policy.Reading;

/// <summary>Tells tables that hold data from those that only lay out text.</summary>
internal static class TableShape
{
    /// <summary>A frame around text, or numbers in one column and their sentences in the next.</summary>
    internal static bool IsLayout(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        if (rows.Count == 0 || rows.All(static r => r.Count <= 1))
            return true;
        Span<Marker> markers = stackalloc Marker[MarkerLexer.MostReadings];
        var numbered = 0;
        foreach (var row in rows)
        {
            foreach (var cell in row)
            {
                foreach (var line in cell.AsSpan().EnumerateLines())
                {
                    var text = Glyph.Trim(line);
                    var count = MarkerLexer.Read(text, markers);
                    if (count > 0 && markers[0] is { Style: MarkerStyle.Article, Strength: MarkerStrength.Strong } && text.Length > markers[0].LabelEnd)
                        return true;
                }
            }
            var first = row.Count > 0 ? Glyph.Trim(row[0]) : default;
            var read = MarkerLexer.Read(first, markers);
            // 「(1)」 or 「(1) 実施機関」 beside its sentence, in sequence.
            if (read > 0 && markers[0].Style != MarkerStyle.Plain && markers[0].Number.Main == numbered + 1
                && (row.Count == 2 || (row.Count == 3 && markers[0].LabelEnd == first.Length)))
                numbered++;
        }
        return numbered == rows.Count && rows.Count > 1;
    }
}

/// <summary>Collects lines while a document is walked through.</summary>
internal sealed class LineCollector
{
    private readonly List<SourceLine> _lines = [];
    private bool _page;
    private int _number;

    /// <summary>Lines that a break inside a paragraph made.</summary>
    internal int Broken { get; set; }

    /// <summary>Characters taken so far, for the budget.</summary>
    internal long Characters { get; private set; }

    internal void Add(string text)
    {
        Characters += text.Length;
        _lines.Add(new SourceLine(text, ++_number, Page: _page));
        _page = false;
    }

    internal void Add(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        if (TableShape.IsLayout(rows))
        {
            foreach (var row in rows)
            {
                // 「(1)」 and its sentence in two cells are one line.
                var joined = string.Join(row.Count is 2 or 3 && !row[0].Contains('\n') ? '　' : '\n', row);
                foreach (var line in joined.Split('\n'))
                    Add(line);
            }
            return;
        }
        _lines.Add(new SourceLine("", ++_number, new PolicyTable(rows), _page));
        _page = false;
    }

    internal void Page() => _page = true;

    /// <summary>Paragraphs whole, unless most lines come from breaks inside paragraphs: then they may be wrapped by hand.</summary>
    internal SourceText ToSource() => new(_lines, WholeParagraphs: Broken * 2 < _lines.Count);
}
