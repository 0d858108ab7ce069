namespace Sekisho.Assurance;

/// <summary>What is wrong with content that came from outside (内容の誤り): a value, never an exception.</summary>
/// <param name="Code">Stable code such as <c>POL-READ-001</c>; its meaning never changes. Listed in docs/errors.md.</param>
/// <param name="Where">Where in the input: a line, a byte offset, a provision. Empty when it concerns the whole.</param>
/// <param name="What">What is wrong, in a sentence.</param>
/// <param name="Next">What the person who meets it should do.</param>
public sealed record ReadError(string Code, string Where, Bilingual What, Bilingual Next)
{
    public override string ToString() => Where.Length == 0 ? $"{Code} {What}" : $"{Code} ({Where}) {What}";
}
