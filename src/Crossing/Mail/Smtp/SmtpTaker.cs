using System.Net;
using Sekisho.Assurance;
using Sekisho.Crossing.Systems;

namespace Sekisho.Crossing.Mail.Smtp;

/// <summary>Who sends: as the connection shows it, or as a trusted server in front tells it (XFORWARD).</summary>
/// <param name="Address">IP address, as text.</param>
/// <param name="Helo">What it called itself.</param>
/// <param name="Name">Its name in the DNS; empty when unknown.</param>
public sealed record SmtpPeer(string Address, string Helo, string Name);

/// <summary>An envelope (RFC 5321 §2.3.1).</summary>
/// <param name="From">Null for notices of servers, which must never be answered.</param>
/// <param name="Size">As announced; null when it wasn't.</param>
public sealed record SmtpEnvelope(SmtpPeer Peer, MailAddress? From, bool IsUtf8, long? Size, IReadOnlyList<MailAddress> To)
{
    /// <summary>The other end of the connection, whoever it says that it has the message from.</summary>
    public IPAddress Client { get; init; } = IPAddress.None;

    /// <summary>Who signed in; null when nobody did.</summary>
    public SmtpSystem? By { get; init; }
}

/// <summary>A system that signed in with its key (RFC 4954).</summary>
public sealed record SmtpSystem(MunicipalityId Town, CrossingSystem System);

/// <summary>Whoever takes the messages of a server of SMTP.</summary>
internal interface ISmtpTaker
{
    /// <summary>Largest message in bytes, as announced to all.</summary>
    long MostBytes { get; }

    /// <summary>True where systems sign in; only ever on a line that is encrypted.</summary>
    bool SignsIn => false;

    /// <summary>Who has this key; null when nobody has who may come from there.</summary>
    ValueTask<SmtpSystem?> SignInAsync(string untrustedUser, string untrustedKey, IPAddress from, CancellationToken cancel) => new((SmtpSystem?)null);

    /// <summary>Null when the sender is fine so far.</summary>
    ValueTask<SmtpReply?> FromAsync(SmtpEnvelope envelope, CancellationToken cancel);

    /// <summary>Null when the recipient is fine; <paramref name="envelope"/> has those before.</summary>
    ValueTask<SmtpReply?> ToAsync(SmtpEnvelope envelope, MailAddress recipient, CancellationToken cancel);

    /// <summary>A place for the message; null with the reason when it can't be had.</summary>
    ValueTask<(ISmtpDrop? Drop, SmtpReply Reply)> OpenAsync(SmtpEnvelope envelope, CancellationToken cancel);
}

/// <summary>The place for one message. Disposed without <see cref="KeepAsync"/>, nothing of it is left.</summary>
internal interface ISmtpDrop : IAsyncDisposable
{
    /// <summary>Largest message in bytes that goes in here.</summary>
    long MostBytes { get; }

    ValueTask WriteAsync(ReadOnlyMemory<byte> untrusted, CancellationToken cancel);

    /// <summary>Keeps the message: when the answer is 250, it is on the disk and recorded.</summary>
    ValueTask<SmtpReply> KeepAsync(CancellationToken cancel);
}

/// <summary>Limits of a server of SMTP.</summary>
public sealed record SmtpLimits
{
    public int Sessions { get; init; } = 200;

    public int SessionsOfOneAddress { get; init; } = 100;

    public int Recipients { get; init; } = 100;

    /// <summary>Wrong commands before a session is closed.</summary>
    public int Errors { get; init; } = 10;

    /// <summary>Commands without a message that is kept, but for recipients: RSET, NOOP, a message refused.</summary>
    public int Idle { get; init; } = 200;

    public int LineBytes { get; init; } = 1 << 20;

    /// <summary>Between commands (RFC 5321 §4.5.3.2.7).</summary>
    public TimeSpan CommandTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Between two blocks of a message.</summary>
    public TimeSpan BlockTime { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>For one message as a whole: whoever sends a byte a minute holds a place no longer.</summary>
    public TimeSpan MessageTime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Networks whose word on who sends is believed (XFORWARD).</summary>
    public IReadOnlyList<IPNetwork> Trusted { get; init; } = [IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("::1/128")];
}
