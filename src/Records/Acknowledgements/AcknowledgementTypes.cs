using Sekisho.Assurance;
using Sekisho.Records.Organisation;
using Sekisho.Records.Policies;

namespace Sekisho.Records.Acknowledgements;

/// <summary>Identity of a campaign.</summary>
public readonly record struct CampaignId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>How somebody said that they read it (確認の方法).</summary>
public enum AcknowledgementWay
{
    /// <summary>In the console, signed in.</summary>
    Self,

    /// <summary>A manager signed for people who have no account.</summary>
    ByManager,

    /// <summary>By a link good once.</summary>
    Link,
}

/// <summary>What a person enters to bring a version to everyone (周知).</summary>
/// <param name="Kinds">Whom it concerns: staff, fiscal-year appointees and dispatched workers as a rule; councillors and contractors by choice.</param>
/// <param name="Unit">With the units below it; null: the whole municipality.</param>
/// <param name="Message">For those who read it, e.g. what changed; may be empty.</param>
public sealed record CampaignDraft(PolicyVersionId Version, IReadOnlyList<StaffKind> Kinds, UnitId? Unit, DateOnly DueOn, string Message = "")
{
    /// <summary>Whom a policy binds wherever it says 職員等.</summary>
    public static IReadOnlyList<StaffKind> Usual { get; } = [StaffKind.Staff, StaffKind.FiscalYearAppointee, StaffKind.Dispatched];
}

/// <summary>A version brought to everyone in scope, with how far it has come today.</summary>
/// <param name="People">In scope today: who joined since is among them, who left is not.</param>
/// <param name="Given">Of them, those who said that they read it.</param>
public sealed record Campaign(
    CampaignId Id, PolicyVersionId Version, string DocumentKey, string Title, int VersionNumber, VersionState State, string? WithheldGround,
    IReadOnlyList<StaffKind> Kinds, UnitId? Unit, string? UnitName, DateOnly DueOn, string Message, DateTimeOffset OpenedAt, Actor OpenedBy, long LedgerIndex, int People, int Given)
{
    public int Missing => People - Given;

    /// <summary>Rounded down: 100 % means everyone.</summary>
    public int Percent => People == 0 ? 0 : (int)(100L * Given / People);
}

/// <summary>One section's part of a campaign.</summary>
public sealed record CampaignSection(UnitId Unit, string UnitName, int People, int Given)
{
    public int Missing => People - Given;

    public int Percent => People == 0 ? 0 : (int)(100L * Given / People);
}

/// <summary>One person of a campaign.</summary>
/// <param name="HasAccount">Signs in, and so acknowledges in person.</param>
public sealed record CampaignPerson(PersonId Person, string Name, string? Number, StaffKind Kind, UnitId Unit, string UnitName, bool HasAccount, Acknowledgement? Given);

/// <summary>That a person read a version and will keep to it (確認).</summary>
public sealed record Acknowledgement(AcknowledgementWay Way, string Note, DateTimeOffset At, Actor By, long LedgerIndex);

/// <summary>Who of a campaign to list.</summary>
/// <param name="MissingOnly">Only those who have not yet.</param>
/// <param name="Text">In the name or the number.</param>
public sealed record CampaignQuery(UnitId? Unit = null, bool MissingOnly = true, string? Text = null, int Page = 1, int Size = 100);

/// <summary>One page of people, by section and name.</summary>
public sealed record CampaignPeople(IReadOnlyList<CampaignPerson> People, int Total, int Page, int Size);

/// <summary>What concerns one person, the most urgent first.</summary>
/// <param name="Given">Null: still to be read.</param>
public sealed record OwnAcknowledgement(Campaign Campaign, Acknowledgement? Given);

/// <summary>What a link good once leads to.</summary>
public sealed record LinkedAcknowledgement(Campaign Campaign, CampaignPerson Person, DateTimeOffset ExpiresAt);

public static class AcknowledgementWords
{
    public static Bilingual Name(this AcknowledgementWay way) => way switch
    {
        AcknowledgementWay.Self => new("本人", "in person"),
        AcknowledgementWay.ByManager => new("所属長の確認", "signed by the manager"),
        AcknowledgementWay.Link => new("一度だけ使えるリンク", "by a link good once"),
        _ => throw new ArgumentOutOfRangeException(nameof(way), way, null),
    };
}
