namespace Sekisho.Policy.Reading;

/// <summary>Finds whether lines are wrapped at a column, so that a line break may stand inside a sentence or a word.</summary>
internal static class TextColumn
{
    /// <summary>Wider columns than this are paragraphs on one line, not wrapped text (A4 across holds 50 full-width characters).</summary>
    private const int WidestColumn = 130;

    // Wrapped text has a column: many lines of nearly one width that stop in the middle of a sentence, and hardly any wider one.
    internal static void Find(LineSet set)
    {
        var lines = set.Lines;
        var widths = new List<int>(lines.Length);
        foreach (ref readonly var line in lines.AsSpan())
        {
            // Dotted lines of a table of contents are as wide as their dots.
            if (line.Table is null && !line.EndsSentence && line.Width >= 24 && !ContentsPage.HasLeader(line.Text))
                widths.Add(line.Width);
        }
        if (widths.Count < 3)
            return;
        widths.Sort();
        var column = widths[widths.Count * 9 / 10];
        if (column > WidestColumn)
            return;
        var broken = 0;
        var wider = 0;
        Span<Marker> markers = stackalloc Marker[MarkerLexer.MostReadings];
        for (var i = 0; i < lines.Length; i++)
        {
            var width = lines[i].Width;
            if (width > column * 6 / 5)
                wider += ContentsPage.HasLeader(lines[i].Text) ? 0 : 1;
            else if (width >= column * 17 / 20 && !lines[i].EndsSentence && i + 1 < lines.Length && MarkerLexer.Read(lines[i + 1].Text, markers) == 0)
                broken++;
        }
        if (broken < 2 || broken * 8 < lines.Length || wider * 20 > lines.Length)
            return;
        set.Column = column;
        for (var i = 0; i < lines.Length; i++)
            lines[i].Full = lines[i].Width >= column * 17 / 20;
    }
}
