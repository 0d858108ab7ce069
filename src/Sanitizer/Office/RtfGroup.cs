namespace Sekisho.Sanitizer.Office;

/// <summary>What RTF is made of. Source: Rich Text Format Specification 1.9.1.</summary>
internal enum RtfKind
{
    Group,

    /// <summary><c>\name</c> with or without a number.</summary>
    Word,

    /// <summary><c>\*</c>, <c>\~</c>: a backslash and a character that is no letter.</summary>
    Symbol,

    /// <summary><c>\'82</c>: one byte.</summary>
    Hex,

    Text,

    /// <summary>The bytes that follow <c>\bin</c>.</summary>
    Binary,
}

/// <summary>One item of a group.</summary>
/// <param name="Start">Offset in the file of text and binary; the byte of a symbol or a hex code.</param>
/// <param name="Length">Of text and binary, in bytes.</param>
internal readonly record struct RtfItem(RtfKind Kind, int Start, int Length, string Name, int? Number, RtfGroup? Group);

/// <summary>What stands between two braces.</summary>
internal sealed class RtfGroup
{
    public List<RtfItem> Items { get; } = [];

    /// <summary>The first control word: what the group is for (destination); empty when it begins with something else.</summary>
    public string Destination { get; private set; } = "";

    /// <summary><c>{\*\…}</c>: readers that don't know it leave the group out.</summary>
    public bool IsOptional { get; private set; }

    public void Add(RtfItem item)
    {
        Items.Add(item);
        if (Destination.Length > 0 || Items.Count > 2) return;
        if (item is { Kind: RtfKind.Symbol, Start: '*' } && Items.Count == 1) IsOptional = true;
        else if (item.Kind == RtfKind.Word && (Items.Count == 1 || IsOptional)) Destination = item.Name;
    }

    /// <summary>The groups right inside of it.</summary>
    public IEnumerable<RtfGroup> Groups => Items.Where(static i => i.Kind == RtfKind.Group).Select(static i => i.Group!);
}
