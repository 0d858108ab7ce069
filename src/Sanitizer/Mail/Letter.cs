using Sekisho.Sanitizer.Rebuilding;

namespace Sekisho.Sanitizer.Mail;

/// <summary>What a message says, whatever format it came in (メールの中身): untrusted, nothing in it rebuilt yet.</summary>
/// <param name="All">The raw values of a header as RFC 5322 writes it, from the top; empty for one that isn't there.</param>
/// <param name="Fields">All headers as they stand, from the top; empty where the format has none.</param>
internal sealed record Letter(Func<string, IReadOnlyList<string>> All, IReadOnlyList<(string Name, string Value)> Fields)
{
    public IEnumerable<string> Names => Fields.Select(static f => f.Name);

    /// <summary>In the order in which they are read.</summary>
    public List<LetterBody> Bodies { get; } = [];

    public List<LetterFile> Files { get; } = [];

    /// <summary>The first of a name; null for one that isn't there.</summary>
    public string? Header(string name) => All(name) is { Count: > 0 } values ? values[0] : null;
}

/// <summary>One piece of the body, in one form or both; lines end in LF.</summary>
internal sealed record LetterBody(string? Text, string? Html)
{
    public bool IsBlank => string.IsNullOrWhiteSpace(Text) && string.IsNullOrWhiteSpace(Html);
}

/// <summary>A file that hangs on a message.</summary>
/// <param name="Name">Untrusted.</param>
/// <param name="Content">Its bytes; decoded when asked for.</param>
/// <param name="ContentId">By which the HTML body points to it, without angles; empty without one.</param>
/// <param name="Message">A message that lies open in this one; <paramref name="Content"/> is empty then.</param>
/// <param name="IsMessage">True where <paramref name="Content"/> is a message that says so and begins like one, however broken: not told from its bytes.</param>
internal sealed record LetterFile(string Name, Func<Source> Content, string ContentId = "", Letter? Message = null, bool IsMessage = false);
