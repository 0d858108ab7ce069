using Sekisho.Agent;
using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.Registers;

namespace Sekisho.Records.Terminals;

/// <summary>Keys of the registers of this slice.</summary>
public static class TerminalRegisters
{
    public const string Terminals = "terminals", Media = "media", AccessReviews = "access-reviews";

    /// <summary>The zone of the law's special rules: マイナンバー利用事務系.</summary>
    public const string MyNumberZone = "mynumber";

    /// <summary>Zones that settings are handed out for.</summary>
    public static IReadOnlyList<string> Zones { get; } = [MyNumberZone, "lgwan", "internet"];
}

/// <summary>Identity of a reporting token.</summary>
public readonly record struct EnrolmentId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>A token with which agents report (報告用トークン), without its secret.</summary>
public sealed record Enrolment(EnrolmentId Id, string Name, DateTimeOffset CreatedAt, Actor CreatedBy, DateTimeOffset ExpiresAt, DateTimeOffset? RevokedAt, int Machines)
{
    public bool Works(DateTimeOffset at) => RevokedAt is null && at < ExpiresAt;
}

/// <summary>Identity of a kept report.</summary>
public readonly record struct ReportId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>The newest report of a machine.</summary>
/// <param name="Adopted">The terminal that a person said it is; null: matched by number and name, or not at all.</param>
/// <param name="At">By the machine's clock, but never later than it was received.</param>
public sealed record KeptReport(ReportId Id, EntryId? Adopted, DateTimeOffset At, DateTimeOffset ReceivedAt, PostureReport Report);

/// <summary>What is known of one question about a terminal, and from where.</summary>
/// <param name="Answer">Unknown also where the newest word is too old.</param>
public sealed record KnownFact(string Key, Answer Answer, Bilingual How);

/// <summary>A terminal with what is known of its state (端末の状態).</summary>
/// <param name="SeenAt">When its state was seen last; null: never.</param>
/// <param name="IsFresh">Seen within its period.</param>
public sealed record TerminalPosture(RegisterEntry Terminal, KeptReport? Report, DateTimeOffset? SeenAt, bool IsFresh, IReadOnlyList<KnownFact> Facts)
{
    public Answer Of(string key) => Facts.FirstOrDefault(f => f.Key == key)?.Answer ?? Answer.Unknown;

    public bool Is(string key) => Of(key) == Answer.Yes;

    public string? Zone => Terminal.Text("zone");
}

/// <summary>The state of all terminals that a person sees.</summary>
/// <param name="Unmatched">Reports of machines that aren't in the register; for those who see everything.</param>
public sealed record PostureView(IReadOnlyList<TerminalPosture> Terminals, IReadOnlyList<KeptReport> Unmatched);
