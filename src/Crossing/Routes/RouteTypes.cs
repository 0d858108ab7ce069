using System.Globalization;
using Sekisho.Assurance;

namespace Sekisho.Crossing.Routes;

/// <summary>Identity of a route.</summary>
public readonly record struct RouteId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>The zones between which things cross (領域), the least trusted first. Source: 総務省ガイドライン 対策基準 3「情報システム全体の強靭性の向上」.</summary>
public enum Zone
{
    /// <summary>インターネット接続系.</summary>
    Internet,

    /// <summary>クラウド (α′, β′).</summary>
    Cloud,

    /// <summary>LGWAN接続系.</summary>
    Lgwan,

    /// <summary>マイナンバー利用事務系.</summary>
    MyNumber,
}

/// <summary>What crosses on a route.</summary>
public enum RouteKind
{
    /// <summary>Files that a person hands over.</summary>
    Files,

    /// <summary>Mail through the gateway.</summary>
    Mail,
}

/// <summary>Whose leave a crossing needs (承認). Two people are more than an officer alone: one of them is one.</summary>
public enum Approval
{
    /// <summary>承認不要.</summary>
    None,

    /// <summary>所属の情報セキュリティ管理者（課室長）か、その上位.</summary>
    Manager,

    /// <summary>二人: the section's manager and another person above, in any order.</summary>
    TwoPeople,

    /// <summary>部局の情報セキュリティ責任者か、その上位.</summary>
    Officer,
}

/// <summary>How soon files are to go through (急ぎの度合い), among those of one municipality: towns and, within an urgency, people take turns all the same (docs/adr/0157).</summary>
public enum Urgency : short
{
    /// <summary>後でよい: after everything else of the municipality.</summary>
    Later = -1,

    /// <summary>ふつう.</summary>
    Ordinary = 0,

    /// <summary>急ぎ: before everything else of the municipality.</summary>
    Urgent = 1,
}

/// <summary>When another leave than the route's own is enough, or needed (承認の条件). Everything that is said must hold; lines are tried from the top.</summary>
/// <param name="Kinds">Keys of kinds or families of the sanitiser (<c>pdf</c>, <c>image</c>), all files among them; null: any.</param>
/// <param name="UpToBytes">All files together; null: any size.</param>
/// <param name="Classes">Confidentiality of the named assets (3A, 3B, 3C, 2, 1); null: any.</param>
/// <param name="FromRegistered">Only what comes from a registered sender (登録した送信元).</param>
public sealed record ApprovalRule(IReadOnlyList<string>? Kinds, long? UpToBytes, IReadOnlyList<string>? Classes, Approval Needs, bool FromRegistered = false);

/// <summary>How much one person, and one section, may send on a route in a day and have in the vault at once, and how large a file may be. Null: no bound of its own.</summary>
/// <param name="BytesHeld">Of one person in the vault at once: originals, until they are destroyed, and the room for what comes out of them until they are through.</param>
/// <param name="SectionBytesADay">Of all people of a section together.</param>
/// <param name="SectionBytesHeld">Likewise, at once.</param>
public sealed record Quota(int? FilesADay, long? BytesADay, long? BytesAFile, long? BytesHeld = null, long? SectionBytesADay = null, long? SectionBytesHeld = null)
{
    /// <summary>Something is counted by day or by what is held.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool Counts => FilesADay is not null || BytesADay is not null || BytesHeld is not null || CountsSection;

    /// <summary>The section's share is counted.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool CountsSection => SectionBytesADay is not null || SectionBytesHeld is not null;
}

/// <summary>What a route of mail says besides (メールの経路の定め).</summary>
/// <param name="HoldMinutes">What leaves is held for so long, and its sender may stop it, 0 to 1,440 minutes.</param>
/// <param name="WithAttachments">Whose leave a message with files needs.</param>
/// <param name="WhenDoubtful">Whose leave a message needs that may not be meant as it is.</param>
/// <param name="TellsSender">Who sent it is told when something of it can't be delivered. Towards the Internet that tells strangers that they reached somebody.</param>
/// <param name="FilesByLink">Files of what comes in wait on the page of the message, which says so, instead of travelling with it. Where somebody who gets it has no account they travel.</param>
public sealed record MailTerms(int HoldMinutes, Approval WithAttachments, Approval WhenDoubtful, bool TellsSender, bool FilesByLink = false);

/// <summary>What a route says (経路の定め).</summary>
/// <param name="Key">Its name in addresses and for other programs; stays.</param>
/// <param name="SanitisePolicy">Key of the sanitiser's policy; empty: the default.</param>
/// <param name="Needs">Whose leave, where no rule says otherwise.</param>
/// <param name="ExpiryDays">Results can be fetched for so long, 1 to 90 days.</param>
/// <param name="RetentionDays">Originals are kept for so long after that, 0 to 400 days.</param>
/// <param name="AsksPurpose">The applicant says why.</param>
/// <param name="AsksAssets">The applicant names the assets and the recipient: for what leaves.</param>
/// <param name="HasExceptionPath">A refused file may be let through by a named person with a reason.</param>
/// <param name="Waiver">For routes of the My Number zone: the waiver that approves the 特定通信.</param>
/// <param name="Mail">For routes of mail, and only for them.</param>
/// <param name="Urgency">Of its requests, where nobody says otherwise.</param>
/// <param name="MostUrgent">What an applicant may ask for at most; never less than <paramref name="Urgency"/>.</param>
public sealed record RouteDefinition(
    string Key, Bilingual Name, Zone From, Zone To, RouteKind Kind, string SanitisePolicy, Approval Needs, IReadOnlyList<ApprovalRule> Rules,
    int ExpiryDays, int RetentionDays, Quota Quota, bool AsksPurpose, bool AsksAssets, bool HasExceptionPath, Guid? Waiver = null, MailTerms? Mail = null, Urgency Urgency = Urgency.Ordinary,
    Urgency MostUrgent = Urgency.Ordinary)
{
    /// <summary>取り込み: towards the zone that is trusted more.</summary>
    public bool IsInward => To > From;

    /// <summary>How urgent a request is whose applicant wishes so: never more than the route lets anybody ask for.</summary>
    public Urgency UrgencyFor(Urgency? wish) => wish is not { } its ? Urgency : its > MostUrgent ? MostUrgent : its;

    public bool TouchesMyNumber => From == Zone.MyNumber || To == Zone.MyNumber;

    /// <summary>True when some file on it waits for somebody: its applicant must then be known as a person.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool MayNeedLeave => Needs != Approval.None || Rules.Any(r => r.Needs != Approval.None);

    /// <summary>The leave that is the harder to get.</summary>
    public static Approval Stronger(Approval one, Approval other) => Rank(one) >= Rank(other) ? one : other;

    private static int Rank(Approval needs) => needs switch { Approval.None => 0, Approval.Manager => 1, Approval.Officer => 2, Approval.TwoPeople => 3, _ => throw new ArgumentOutOfRangeException(nameof(needs)) };

    /// <summary>Whose leave these files need: of the first rule that fits, or the route's own.</summary>
    /// <param name="kinds">Kind and family of each file, as keys of the sanitiser.</param>
    /// <param name="fromRegistered">They come from a registered sender.</param>
    public Approval NeedsFor(IReadOnlyCollection<(string Kind, string Family)> kinds, long bytes, string? itsClass, bool fromRegistered = false) =>
        Rules.FirstOrDefault(r => (!r.FromRegistered || fromRegistered) && (r.Kinds is null || kinds.All(k => r.Kinds.Contains(k.Kind) || r.Kinds.Contains(k.Family))) && (r.UpToBytes is null || bytes <= r.UpToBytes) && (r.Classes is null || (itsClass is not null && r.Classes.Contains(itsClass))))?.Needs ?? Needs;
}

/// <summary>A route as kept.</summary>
/// <param name="Version">Of the definition; requests keep the one that they were made under.</param>
/// <param name="IsOpen">False: nobody may ask for it.</param>
public sealed record Route(RouteId Id, int Version, RouteDefinition Definition, bool IsOpen);

/// <summary>Names of zones and leaves, and lengths, for people.</summary>
public static class CrossingWords
{
    /// <summary>A length: 1.2 MB, 340 KB.</summary>
    public static string Size(long bytes) => bytes switch
    {
        < 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0} KB"),
        < 1024L * 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0 / 1024:0.#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0 / 1024 / 1024:0.#} GB"),
    };

    public static Bilingual Name(this Zone zone) => zone switch
    {
        Zone.Internet => new("インターネット接続系", "Internet"),
        Zone.Cloud => new("クラウド", "Cloud"),
        Zone.Lgwan => new("LGWAN接続系", "LGWAN"),
        Zone.MyNumber => new("マイナンバー利用事務系", "My Number"),
        _ => throw new ArgumentOutOfRangeException(nameof(zone)),
    };

    public static Bilingual Name(this Urgency urgency) => urgency switch
    {
        Urgency.Later => new("後でよい", "later"),
        Urgency.Ordinary => new("ふつう", "ordinary"),
        Urgency.Urgent => new("急ぎ", "urgent"),
        _ => throw new ArgumentOutOfRangeException(nameof(urgency)),
    };

    public static Bilingual Name(this Approval needs) => needs switch
    {
        Approval.None => new("承認なし", "none"),
        Approval.Manager => new("課室長（情報セキュリティ管理者）の承認", "the section's manager"),
        Approval.TwoPeople => new("二人の承認（課室長と、その上位の人）", "two people: the section's manager and one above"),
        Approval.Officer => new("部局の情報セキュリティ責任者の承認", "the department's security officer"),
        _ => throw new ArgumentOutOfRangeException(nameof(needs)),
    };
}
