namespace Sekisho.Policy.Reading;

/// <summary>A document as lines, whatever file it came from.</summary>
/// <param name="Lines">In order; blank lines included, since their number says something.</param>
/// <param name="WholeParagraphs">Each line is a paragraph (.docx, HTML), so that no line break is a wrapped one.</param>
internal sealed record SourceText(IReadOnlyList<SourceLine> Lines, bool WholeParagraphs)
{
    /// <summary>Splits plain text at line ends of any kind; form feeds start a page.</summary>
    internal static SourceText FromPlain(string text)
    {
        var lines = new List<SourceLine>(text.Length / 40 + 1);
        var number = 1;
        var start = 0;
        var page = false;
        for (var i = 0; i <= text.Length; i++)
        {
            var c = i < text.Length ? text[i] : '\n';
            if (c is not ('\n' or '\r' or '\f' or '\v' or '\u2028' or '\u2029' or '\u0085'))
                continue;
            if (!(c == '\f' && i == start))
            {
                lines.Add(new SourceLine(text[start..i], number, Page: page));
                page = false;
            }
            if (c == '\f')
                page = true;
            else
                number++;
            if (c == '\r' && i + 1 < text.Length && text[i + 1] == '\n')
                i++;
            start = i + 1;
        }
        return new SourceText(lines, WholeParagraphs: false);
    }
}

/// <summary>One line of a document.</summary>
/// <param name="Number">1-based.</param>
/// <param name="Table">A table that stands here; the text is then empty.</param>
/// <param name="Page">It is the first of a page.</param>
internal readonly record struct SourceLine(string Text, int Number, PolicyTable? Table = null, bool Page = false);

/// <summary>A line that says something, trimmed, with what its look tells.</summary>
internal struct Line
{
    /// <summary>Without blanks, Markdown marks and bullets around it.</summary>
    internal string Text;

    /// <summary>1-based number in the source.</summary>
    internal int Number;

    /// <summary>Blank lines before it.</summary>
    internal int Gap;

    /// <summary>It started with a blank of full width or two half ones.</summary>
    internal bool Indented;

    /// <summary>Blanks before it, in half-width cells.</summary>
    internal int Indent;

    /// <summary>It was marked as a heading: # or ○.</summary>
    internal bool Heading;

    /// <summary>It was a bullet (・, -) without a number.</summary>
    internal bool Bullet;

    /// <summary>First of a page.</summary>
    internal bool Page;

    /// <summary>In half-width cells.</summary>
    internal int Width;

    /// <summary>It fills the column, so that its break may be a wrapped one.</summary>
    internal bool Full;

    internal PolicyTable? Table;

    /// <summary>Index of its first marker among all, and how many readings it has.</summary>
    internal int FirstMarker;

    internal int MarkerCount;

    internal readonly bool EndsSentence => Text.Length > 0 && (Glyph.EndsSentence(Text[^1])
        || (Text.Length > 1 && Text[^1] is '」' or '）' or ')' && Glyph.EndsSentence(Text[^2]) && Text[^1] is '」'));
}
