namespace Sekisho.Sanitizer.Rules;

/// <summary>What becomes of messages (メールの方針).</summary>
/// <param name="PrefersHtml">Of a body that is there as text and as HTML, the HTML becomes the text.</param>
/// <param name="Defangs">Addresses in the text are written so that no program makes links of them.</param>
/// <param name="HandsOut">Files wait on the crossing page instead of travelling with the message, where there is one.</param>
/// <param name="TellsRemovals">The notice at the end says what was taken out, not only what is missing.</param>
/// <param name="Marks">Where the body warns of a doubtful sender.</param>
/// <param name="Language">Of notices: <c>ja</c>, <c>en</c>; null: the message's own.</param>
/// <param name="AuthservId">Name under which our own front MTA writes Authentication-Results; null: nobody's are believed.</param>
/// <param name="AuthservHosts">As which the front MTA's hosts name themselves in Received; empty: its name, and hosts below it.</param>
/// <param name="AuthservHops">How many Received lines those hosts write for each message; more than one where filters hand it back.</param>
/// <param name="Results">Where they write what they found.</param>
/// <param name="OwnDomains">The office's own, lower case; hosts below them belong to it.</param>
/// <param name="OwnNames">Names that only the office's own people use as senders.</param>
/// <param name="KnownDomains">Of others that are worth imitating.</param>
public sealed record MailRules(
    bool PrefersHtml, bool Defangs, bool HandsOut, bool TellsRemovals, MarkPlace Marks, string? Language, ReceivedChain Received, string? AuthservId, IReadOnlyList<string> AuthservHosts, int AuthservHops, ResultsPlace Results, IReadOnlyList<string> OwnDomains, IReadOnlyList<string> OwnNames, IReadOnlyList<string> KnownDomains);

/// <summary>Where the front MTA writes what it found about a sender, seen from its own Received (認証結果の位置).</summary>
public enum ResultsPlace
{
    /// <summary>Above, where no sender can write.</summary>
    Above,

    /// <summary>Right below, where a sender's own may stand as well: as good as the front's care to take those out. Milters of postfix that insert behind its own line (OpenDKIM, OpenDMARC) write there.</summary>
    Below,
}

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
