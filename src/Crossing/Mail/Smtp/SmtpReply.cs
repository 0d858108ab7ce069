using System.Globalization;

namespace Sekisho.Crossing.Mail.Smtp;

/// <summary>What a server of SMTP answers (RFC 5321 §4.2, RFC 3463).</summary>
/// <param name="Code">2xx done, 3xx go on, 4xx later, 5xx never.</param>
/// <param name="Enhanced">For programs, e.g. <c>4.3.1</c>; empty where there is none.</param>
/// <param name="Text">One line of ASCII for people.</param>
public readonly record struct SmtpReply(int Code, string Enhanced, string Text)
{
    public bool IsDone => Code is >= 200 and < 300;

    /// <summary>Trying again later can help.</summary>
    public bool IsForNow => Code is >= 400 and < 500;

    public bool IsForGood => Code >= 500;

    public override string ToString() => Enhanced.Length == 0 ? string.Create(CultureInfo.InvariantCulture, $"{Code} {Text}") : string.Create(CultureInfo.InvariantCulture, $"{Code} {Enhanced} {Text}");
}

/// <summary>The answers of our own server. Codes in brackets are those of docs/errors.md.</summary>
internal static class SmtpReplies
{
    public static SmtpReply Fine { get; } = new(250, "2.0.0", "Ok");

    public static SmtpReply SenderFine { get; } = new(250, "2.1.0", "Ok");

    public static SmtpReply RecipientFine { get; } = new(250, "2.1.5", "Ok");

    public static SmtpReply GoOn { get; } = new(354, "", "End data with <CR><LF>.<CR><LF>");

    public static SmtpReply Bye { get; } = new(221, "2.0.0", "Bye");

    public static SmtpReply Secure { get; } = new(220, "2.0.0", "Ready to start TLS");

    public static SmtpReply NeedsTls { get; } = new(530, "5.7.0", "Must issue a STARTTLS command first");

    public static SmtpReply NoTls { get; } = new(454, "4.7.0", "TLS not available at the moment");

    public static SmtpReply SignedIn { get; } = new(235, "2.7.0", "Authentication successful");

    public static SmtpReply SignInCancelled { get; } = new(501, "5.7.0", "Authentication cancelled");

    public static SmtpReply BadMechanism { get; } = new(504, "5.5.4", "Mechanism not offered");

    public static SmtpReply NeedsTlsToSignIn { get; } = new(538, "5.7.11", "Encryption required to authenticate");

    public static SmtpReply WrongKey { get; } = Of(535, "5.7.8", "Authentication credentials invalid", "XNG-MAIL-016");

    public static SmtpReply NeedsSignIn { get; } = Of(530, "5.7.0", "Authentication required, or another network", "XNG-MAIL-017");

    public static SmtpReply NotItsSender { get; } = Of(550, "5.7.1", "Not a sender of this system", "XNG-MAIL-018");

    public static SmtpReply NotItsRoute { get; } = Of(550, "5.7.1", "Not a route of this system", "XNG-SYSTEM-009");

    public static SmtpReply Unknown { get; } = new(500, "5.5.2", "Command not recognized");

    public static SmtpReply NotOffered { get; } = new(502, "5.5.1", "Command not offered");

    public static SmtpReply LineTooLong { get; } = new(500, "5.5.2", "Line too long");

    public static SmtpReply BadSyntax { get; } = new(501, "5.5.4", "Syntax error in parameters");

    public static SmtpReply BadSender { get; } = new(501, "5.1.7", "Bad sender address syntax");

    public static SmtpReply BadRecipient { get; } = new(501, "5.1.3", "Bad recipient address syntax");

    public static SmtpReply BadParameter { get; } = new(555, "5.5.4", "Parameter not offered");

    public static SmtpReply OutOfOrder { get; } = new(503, "5.5.1", "Bad sequence of commands");

    public static SmtpReply NoRecipients { get; } = new(554, "5.5.1", "No valid recipients");

    public static SmtpReply TooManyRecipients { get; } = new(452, "4.5.3", "Too many recipients; send the rest separately");

    public static SmtpReply TooManyErrors { get; } = new(421, "4.7.0", "Too many errors");

    public static SmtpReply TooBusy { get; } = new(421, "4.3.2", "Too many sessions; try again later");

    public static SmtpReply Idle { get; } = new(421, "4.4.2", "Timeout; closing");

    public static SmtpReply Stopping { get; } = new(421, "4.3.2", "Shutting down");

    public static SmtpReply Trouble { get; } = new(451, "4.3.0", "Local trouble; try again later");

    /// <summary>Programs disagree about where such a message ends: that is how one message is smuggled inside another.</summary>
    public static SmtpReply BareLineEnd { get; } = Of(550, "5.6.11", "Bare CR or LF; lines end with CRLF", "XNG-MAIL-001");

    public static SmtpReply BareInCommand { get; } = Of(500, "5.5.2", "Bare LF; commands end with CRLF", "XNG-MAIL-001");

    public static SmtpReply TooLarge { get; } = Of(552, "5.3.4", "Message too large", "XNG-MAIL-002");

    public static SmtpReply LinesTooLong { get; } = Of(554, "5.6.0", "A line of the message is too long", "XNG-MAIL-003");

    public static SmtpReply NoRoom { get; } = Of(452, "4.3.1", "No room at the moment", "XNG-FULL-001");

    public static SmtpReply Backlog { get; } = Of(451, "4.3.2", "Too much waits to be made harmless; try again later", "XNG-MAIL-004");

    public static SmtpReply TooFast { get; } = Of(450, "4.7.1", "Too many messages from this sender; try again later", "XNG-MAIL-005");

    public static SmtpReply Loop { get; } = Of(554, "5.4.6", "The message goes round in a loop", "XNG-MAIL-006");

    public static SmtpReply NotOurs { get; } = Of(554, "5.7.1", "Not an address that is relayed for here", "XNG-MAIL-007");

    public static SmtpReply Closed { get; } = Of(450, "4.7.1", "The route for mail is closed at the moment", "XNG-MAIL-008");

    public static SmtpReply UnknownSender { get; } = Of(550, "5.7.1", "The sender has no account here, and what leaves needs one", "XNG-MAIL-009");

    private static SmtpReply Of(int code, string enhanced, string text, string why) => new(code, enhanced, $"{text} ({why})");

    public static SmtpReply Kept(string id) => new(250, "2.0.0", $"Ok: kept as {id}");
}
