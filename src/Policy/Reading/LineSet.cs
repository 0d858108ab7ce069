namespace Sekisho.Policy.Reading;

/// <summary>The lines of a document and what is known of them all.</summary>
internal sealed class LineSet(Line[] lines)
{
    internal Line[] Lines { get; } = lines;

    /// <summary>Width of the column in half-width cells where text is wrapped; 0 where it is not.</summary>
    internal int Column { get; set; }

    /// <summary>Each line is a whole paragraph by its source.</summary>
    internal bool WholeParagraphs { get; set; }

    /// <summary>Blank lines that usually stand between two lines: 1 where every line is followed by a blank one.</summary>
    internal int UsualGap { get; set; }

    internal bool Wrapped => Column > 0;
}
