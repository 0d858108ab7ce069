namespace Sekisho.Sanitizer.Tests.Hostile;

/// <summary>A file made to carry one element of the list of threats.</summary>
/// <param name="Threat">Row of data/sanitizer/threats.txt that it stands for.</param>
/// <param name="Case">Which form of the element, in a few words.</param>
/// <param name="Name">As it is called outside; "" never.</param>
/// <param name="Needles">Words that only the element has: in the input, and in no form in what comes out.</param>
internal sealed record HostileFile(string Threat, string Case, string Name, byte[] Bytes, params string[] Needles)
{
    /// <summary>Marks what must not come out. An insect; no file has it by chance.</summary>
    public const string Mark = "KAMAKIRI";

    /// <summary>What the report says instead of the row's own id: another id, the code of a note, or the code of the refusal.</summary>
    public string? Told { get; init; }

    /// <summary>Nothing may come out: the code of the refusal.</summary>
    public string? Refused { get; init; }

    /// <summary>The element is of a zip, a name or a limit: it is told in other words, or not at all, where another container holds the file.</summary>
    public bool IsAlone { get; init; }

    /// <summary>Lines of YAML of another policy.</summary>
    public string? Policy { get; init; }

    public string[] Passwords { get; init; } = [];

    /// <summary>What a person wants and gets.</summary>
    public string[] Kept { get; init; } = [];

    public string Key => $"{Threat} {Case}";

    public override string ToString() => Key;
}
