namespace Sekisho.Policy.Comparison;

/// <summary>新旧対照表: two versions of a policy, provision beside provision, with what changed.</summary>
/// <param name="Rows">In the order of the new version; what was deleted or moved away stands where it stood in the old one.</param>
/// <remarks>Complete: every provision of both versions is in some row. Abbreviation to （略） is made by <see cref="ComparisonLayout"/>.</remarks>
public sealed record ComparisonTable(string OldTitle, string NewTitle, IReadOnlyList<ComparisonRow> Rows)
{
    /// <summary>Whether the versions say the same, widths of letters and line breaks aside.</summary>
    public bool IsEmpty => Rows.All(static r => r.Change == Change.None);

    /// <summary>Rows with the given change.</summary>
    public int Count(Change change) => Rows.Count(r => r.Change.HasFlag(change));
}

/// <summary>One provision of the new version beside the one of the old version that it continues.</summary>
/// <param name="Depth">0 for articles, headings, 附則 and 別表; one more for each level below.</param>
/// <param name="New">Null where the row stands for a provision that was deleted or moved away.</param>
/// <param name="Old">Null where the provision is new.</param>
/// <param name="ElsewhereLabel">For a moved provision: full label of its place in the other version (第６条(3)).</param>
public sealed record ComparisonRow(Change Change, int Depth, ComparisonCell? New, ComparisonCell? Old, string ElsewhereLabel)
{
    /// <summary>Which part of the document it belongs to.</summary>
    public ComparisonPart Part { get; init; } = ComparisonPart.Main;
}

/// <summary>The parts of a document, in their order.</summary>
public enum ComparisonPart
{
    /// <summary>Title, 改正履歴, 制定文.</summary>
    Front,

    /// <summary>本則</summary>
    Main,

    /// <summary>附則</summary>
    Supplement,

    /// <summary>別表, 様式, 別記; its rows one below.</summary>
    Appendix,
}

/// <summary>A provision as one side of a row shows it.</summary>
/// <param name="Id">Its id in its version; empty for the title, the history, the preamble, 別表 and their rows.</param>
/// <param name="Kind">Null for all but provisions.</param>
public sealed record ComparisonCell(
    string Id, ProvisionKind? Kind, string Label, IReadOnlyList<Piece> LabelPieces, IReadOnlyList<Piece> Caption, IReadOnlyList<Piece> Text)
{
    public bool TextChanged => Text.Any(static p => p.Changed);
}

/// <summary>A stretch of text; changed ones are underlined.</summary>
public readonly record struct Piece(string Text, bool Changed);

/// <summary>What happened to a provision; several can.</summary>
[Flags]
public enum Change
{
    /// <summary>（略）</summary>
    None = 0,

    /// <summary>改正: its caption or text.</summary>
    Text = 1,

    /// <summary>繰上げ・繰下げ: it kept its place among its neighbours and got another number.</summary>
    Number = 2,

    /// <summary>移動: it stands elsewhere now.</summary>
    Place = 4,

    /// <summary>新設</summary>
    Added = 8,

    /// <summary>削除</summary>
    Deleted = 16,

    /// <summary>The old place of a moved provision; its content is shown at the new place.</summary>
    MovedAway = 32,
}
