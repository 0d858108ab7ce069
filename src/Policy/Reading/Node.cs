namespace Sekisho.Policy.Reading;

/// <summary>A provision while it is being put together.</summary>
internal sealed class Node(MarkerStyle style, Numeral number, string label, int line)
{
    internal MarkerStyle Style { get; } = style;

    internal Numeral Number { get; } = number;

    /// <summary>As printed; as meant where it was repaired.</summary>
    internal string Label { get; } = label;

    internal int Line { get; } = line;

    /// <summary>第5条から第7条まで: 7; 0 for one number.</summary>
    internal int RangeEnd { get; init; }

    internal string Caption { get; set; } = "";

    /// <summary>The caption stood on a line of its own before the number.</summary>
    internal bool CaptionBefore { get; set; }

    internal ProvisionKind Kind { get; set; }

    internal Flow Text { get; set; } = new();

    internal List<Node> Children { get; set; } = [];

    internal List<PolicyTable> Tables { get; set; } = [];

    /// <summary>Blanks before its number, in half-width cells.</summary>
    internal int Indent { get; init; }

    /// <summary>Paragraphs of its own that stand after its last child.</summary>
    internal List<string> Closing { get; } = [];

    /// <summary>The node that took the last line before this one: a swallowed caption stands at its end.</summary>
    internal Node? Before { get; set; }
}
