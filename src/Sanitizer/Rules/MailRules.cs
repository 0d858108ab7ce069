namespace Sekisho.Sanitizer.Rules;

/// <summary>What becomes of messages (メールの方針).</summary>
/// <param name="PrefersHtml">Of a body that is there as text and as HTML, the HTML becomes the text.</param>
/// <param name="Defangs">Addresses in the text are written so that no program makes links of them.</param>
/// <param name="HandsOut">Files wait on the crossing page instead of travelling with the message, where there is one.</param>
/// <param name="TellsRemovals">The notice at the end says what was taken out, not only what is missing.</param>
/// <param name="Marks">Where the body warns of a doubtful sender.</param>
/// <param name="Language">Of notices: <c>ja</c>, <c>en</c>; null: the message's own.</param>
/// <param name="AuthservId">Name under which our own front MTA writes Authentication-Results; null: nobody's are believed.</param>
/// <param name="OwnDomains">The office's own, lower case; hosts below them belong to it.</param>
/// <param name="OwnNames">Names that only the office's own people use as senders.</param>
/// <param name="KnownDomains">Of others that are worth imitating.</param>
public sealed record MailRules(
    bool PrefersHtml, bool Defangs, bool HandsOut, bool TellsRemovals, MarkPlace Marks, string? Language, ReceivedChain Received, string? AuthservId, IReadOnlyList<string> OwnDomains, IReadOnlyList<string> OwnNames, IReadOnlyList<string> KnownDomains);

/// <summary>Where the body warns of a doubtful sender (注意書きの位置).</summary>
public enum MarkPlace
{
    Top,
    End,
    None,
}

/// <summary>What becomes of the Received lines of a message (経路).</summary>
public enum ReceivedChain
{
    Drop,

    /// <summary>One line: how many, when and where the first and the last.</summary>
    Summary,
    Keep,
}
