namespace Sekisho.Sanitizer.Mail;

/// <summary>What a gateway knows of a message and the message doesn't say (ゲートウェイからの指示).</summary>
public sealed record MailOrder
{
    /// <summary>Address of this message's page at the crossing, as it is written into the body; null: it has none, and every part travels with the message.</summary>
    public string? Page { get; init; }

    /// <summary>What <see cref="TraceHeader"/> of the new message says: letters, digits, dots, hyphens and underlines, at most 200. Null: no such header.</summary>
    public string? Trace { get; init; }

    /// <summary>True: files stay behind for the page; false: they travel with the message; null: as the rules have it (<c>mail.parts</c>).</summary>
    public bool? HandsOut { get; init; }

    /// <summary>Archives that stay behind for the page do so file by file: who gave the password wants what is inside (PPAP).</summary>
    public bool Unpacks { get; init; }

    /// <summary>So many days files wait on the page, as the message says; null: it doesn't say.</summary>
    public int? Days { get; init; }

    /// <summary>Tells our own gateways that a message was here (ループの検知). Values that a message came with are in <see cref="Reports.MailFacts.Traces"/> and never in the new message.</summary>
    public const string TraceHeader = "X-Sekisho-Trace";
}
