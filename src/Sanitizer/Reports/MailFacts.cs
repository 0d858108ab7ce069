using Sekisho.Assurance;

namespace Sekisho.Sanitizer.Reports;

/// <summary>What a message says of itself, decoded and cleaned (メールの見出し): for a gateway's rules, its pages and its traces. Nothing in it is proven.</summary>
/// <param name="From">The first sender; null when the message names none.</param>
/// <param name="Subject">One line; empty without one.</param>
/// <param name="Date">When it says it was written; null when it doesn't or can't be read.</param>
/// <param name="MessageId">With angles; null without one.</param>
/// <param name="Authentication">Of our own front MTA only; null when it said nothing.</param>
/// <param name="Marks">Why the sender may be somebody else.</param>
/// <param name="Traces">Values of our own trace header that it came with: it was at a gateway of ours before.</param>
/// <param name="Hops">How many Received lines it came with.</param>
/// <param name="AutoSubmitted">What it says of how it was sent: <c>no</c>, <c>auto-generated</c>, <c>auto-replied</c> (RFC 3834); answers to others than <c>no</c> loop.</param>
/// <param name="Language">Of its text: <c>ja</c> or <c>en</c>.</param>
public sealed record MailFacts(
    MailPerson? From, IReadOnlyList<MailPerson> ReplyTo, IReadOnlyList<MailPerson> To, IReadOnlyList<MailPerson> Cc, string Subject, DateTimeOffset? Date, string? MessageId,
    MailAuthentication? Authentication, IReadOnlyList<MailMark> Marks, IReadOnlyList<string> Traces, int Hops, string AutoSubmitted, string Language);

/// <summary>Somebody on a message.</summary>
/// <param name="Name">As it is shown; empty without one.</param>
public sealed record MailPerson(string Name, string Address);

/// <summary>Something on a message that may deceive about who sent it (なりすましの疑い).</summary>
/// <param name="Kind">Stable: <c>shows-address</c>, <c>own-name</c>, <c>own-domain</c>, <c>look-alike</c>, <c>mixed-script</c>, <c>reply-elsewhere</c>, <c>several-senders</c>, <c>no-sender</c>, <c>authentication</c>.</param>
/// <param name="Shown">What a reader sees or is meant to believe.</param>
/// <param name="Truth">What it is.</param>
public sealed record MailMark(string Kind, string Shown, string Truth, Bilingual Message);

/// <summary>What our own front MTA found (送信元の認証; RFC 8601): <c>pass</c>, <c>fail</c>, <c>softfail</c>, <c>neutral</c>, <c>none</c>, <c>temperror</c>, <c>permerror</c>, <c>policy</c>; null when it didn't say.</summary>
public sealed record MailAuthentication(string Server, string? Spf, string? Dkim, string? Dmarc);
