namespace Sekisho.Policy.Comparison;

/// <summary>How a paragraph of a cell stands on paper.</summary>
internal enum ParagraphStyle
{
    /// <summary>（見出し） over an article's number: set in by one character.</summary>
    Caption,

    /// <summary>Begins with its number, which hangs out to the left.</summary>
    Numbered,

    /// <summary>A sentence under a heading or a further paragraph: first line set in by one character.</summary>
    Continued,
}

/// <summary>One paragraph of a cell.</summary>
internal sealed record ComparisonParagraph(ParagraphStyle Style, IReadOnlyList<Piece> Pieces)
{
    /// <summary>The pieces of one side of a line, broken at line feeds.</summary>
    public static IReadOnlyList<ComparisonParagraph> Of(ComparisonLine line, IReadOnlyList<Piece> side)
    {
        var paragraphs = new List<List<Piece>> { new() };
        foreach (var piece in side)
        {
            var parts = piece.Text.Split('\n');
            for (var i = 0; i < parts.Length; i++)
            {
                if (i > 0) paragraphs.Add([]);
                if (parts[i].Length > 0) paragraphs[^1].Add(piece with { Text = parts[i] });
            }
        }
        paragraphs.RemoveAll(static p => p.Count == 0);
        var captioned = line.Depth == 0 && paragraphs.Count > 1 && paragraphs[0][0].Text[0] == '（' && paragraphs[0][^1].Text[^1] == '）';
        return [.. paragraphs.Select((p, i) => new ComparisonParagraph(
            captioned && i == 0 ? ParagraphStyle.Caption : line.IsFront || i == (captioned ? 1 : 0) ? ParagraphStyle.Numbered : ParagraphStyle.Continued, p))];
    }
}
