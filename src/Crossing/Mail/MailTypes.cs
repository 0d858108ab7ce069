using Sekisho.Assurance;
using Sekisho.Crossing.Requests;
using Sekisho.Sanitizer.Reports;

namespace Sekisho.Crossing.Mail;

/// <summary>Identity of a message.</summary>
public readonly record struct MessageId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>Which way a message goes.</summary>
public enum MailDirection
{
    /// <summary>取り込み: from the Internet to the LGWAN side.</summary>
    Inward,

    /// <summary>送り出し: out of the LGWAN side.</summary>
    Outward,
}

/// <summary>Where a message stands on its way to its recipients. Whether it was made harmless and approved is the state of its request.</summary>
public enum MessageState
{
    /// <summary>受け取りました: safe on the disk, being made harmless.</summary>
    Kept,

    /// <summary>保留中: its sender may still stop it, or it waits for somebody's leave.</summary>
    Held,

    /// <summary>配送待ち.</summary>
    Due,

    /// <summary>配送しました: every recipient's server has it.</summary>
    Sent,

    /// <summary>一部だけ配送しました.</summary>
    PartSent,

    /// <summary>配送できません.</summary>
    Failed,

    /// <summary>送りません: stopped by its sender, or not approved.</summary>
    Stopped,
}

/// <summary>Where one recipient's copy stands.</summary>
public enum RecipientState
{
    Waiting,
    Delivered,
    Failed,
}

/// <summary>Somebody who is to get a message.</summary>
/// <param name="Account">Of the municipality, whose address it was when it came; null when nobody's.</param>
/// <param name="Reply">What the next server said last.</param>
public sealed record MessageRecipient(string Address, string? Account, RecipientState State, string Reply, DateTimeOffset? At);

/// <summary>Why a message that leaves may not be meant so (誤送信の疑い).</summary>
/// <param name="Kind">Stable: <c>many-in-to</c>, <c>first-time</c>, <c>look-alike</c>, <c>mixed</c>, <c>attachment</c>, <c>locked</c>, <c>other-addressee</c>, <c>class-words</c>.</param>
public sealed record MailDoubt(string Kind, Bilingual Why);

/// <summary>A message (メール).</summary>
/// <param name="Request">Whose one file it is; null for a notice of our own.</param>
/// <param name="Sender">Of the envelope; empty for notices of servers.</param>
/// <param name="ShownSender">What its From line shows.</param>
/// <param name="HoldUntil">Until then its sender may stop it.</param>
public sealed record MailMessage(
    MessageId Id, RequestId? Request, MailDirection Direction, string Sender, string ShownSender, string Subject, string MessageIdLine, long Bytes, DateTimeOffset ReceivedAt, string PeerAddress, string PeerName,
    MessageState State, DateTimeOffset? HoldUntil, DateTimeOffset? SettledAt, IReadOnlyList<MailDoubt> Doubts, int Attempts, string LastReply)
{
    internal string Trace { get; init; } = "";

    internal bool TellsSender { get; init; }

    internal byte[]? Notice { get; init; }
}

/// <summary>A line of the list of messages.</summary>
public sealed record MessageLine(MailMessage Message, RequestState? RequestState, IReadOnlyList<string> Recipients, int RecipientCount);

/// <summary>A message with all that is known of it.</summary>
public sealed record MessageDetail(MailMessage Message, IReadOnlyList<MessageRecipient> Recipients, RequestDetail? Request)
{
    /// <summary>What became of it in the sanitiser; null until it is through.</summary>
    public FileReport? Report => Request is { Items: [var first, ..] } ? first.Report : null;
}

/// <summary>Whose messages a list shows.</summary>
public enum MessageView
{
    /// <summary>自分あて・自分から.</summary>
    Mine,

    /// <summary>保留中: own messages that can still be stopped.</summary>
    Held,

    /// <summary>すべて: for those who look after the gateway.</summary>
    All,
}
