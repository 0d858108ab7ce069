using Sekisho.Assurance;

namespace Sekisho.Records.Organisation;

/// <summary>Identity of a unit.</summary>
public readonly record struct UnitId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>Identity of a person in the organisation; not an account.</summary>
public readonly record struct PersonId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>Identity of an appointment.</summary>
public readonly record struct AppointmentId(Guid Value)
{
    public override string ToString() => Value.ToString();
}

/// <summary>What a unit is (組織の種別).</summary>
public enum UnitKind
{
    /// <summary>実施機関: 市長部局, 教育委員会, 議会 … the top of a tree.</summary>
    Agency,

    /// <summary>部局.</summary>
    Department,

    /// <summary>課室.</summary>
    Section,
}

/// <summary>A unit of the organisation (組織).</summary>
/// <param name="Parent">Null for an agency.</param>
/// <param name="BeginsOn">First day, in Japan.</param>
/// <param name="EndsOn">First day on which it is no more; null while it stands.</param>
/// <param name="Agency">Which agency of data/agencies.yaml it is, where a person said so; null: its name says it, or it is none.</param>
public sealed record Unit(UnitId Id, UnitId? Parent, UnitKind Kind, string Name, DateOnly BeginsOn, DateOnly? EndsOn, string? Agency = null)
{
    public bool StandsOn(DateOnly day) => BeginsOn <= day && (EndsOn is null || day < EndsOn);
}

/// <summary>How a person belongs to the organisation (職員区分).</summary>
public enum StaffKind
{
    /// <summary>職員（任期の定めのない職員、再任用を含む）.</summary>
    Staff,

    /// <summary>会計年度任用職員.</summary>
    FiscalYearAppointee,

    /// <summary>派遣.</summary>
    Dispatched,

    /// <summary>議員.</summary>
    Councillor,

    /// <summary>委託先の従事者.</summary>
    Contractor,
}

/// <summary>A person whom the policy may bind (対象者).</summary>
/// <param name="Unit">The own unit (本務).</param>
/// <param name="Number">職員番号, where there is one.</param>
/// <param name="Title">職: 課長, 主事; empty when not told.</param>
public sealed record Person(PersonId Id, UnitId Unit, string Name, string? Number, StaffKind Kind, DateOnly BeginsOn, DateOnly? EndsOn, string Title = "")
{
    public bool IsHereOn(DateOnly day) => BeginsOn <= day && (EndsOn is null || day < EndsOn);
}

/// <summary>A second unit beside the own one (兼務・併任).</summary>
public sealed record SecondPost(Guid Id, PersonId Person, UnitId Unit, string Title, DateOnly BeginsOn, DateOnly? EndsOn);

/// <summary>The posts of information security (情報セキュリティの職). Source: 総務省ガイドライン 対策基準 1 組織体制.</summary>
public enum Post
{
    /// <summary>最高情報セキュリティ責任者.</summary>
    Ciso,

    /// <summary>統括情報セキュリティ責任者.</summary>
    GeneralOfficer,

    /// <summary>情報セキュリティ責任者: one in each department.</summary>
    SecurityOfficer,

    /// <summary>情報セキュリティ管理者: one in each section.</summary>
    SecurityManager,

    /// <summary>情報システム管理者: of a system, so their number follows the register of systems, not the tree.</summary>
    SystemManager,

    /// <summary>情報システム担当者.</summary>
    PersonInCharge,

    /// <summary>CSIRT（情報セキュリティに関する統一的な窓口）.</summary>
    Csirt,

    /// <summary>情報セキュリティ委員会の委員.</summary>
    CommitteeMember,

    /// <summary>情報セキュリティ監査統括責任者.</summary>
    AuditOfficer,
}

/// <summary>A person in a post for a time (任命).</summary>
/// <param name="Unit">Of which unit; null for the whole municipality.</param>
public sealed record Appointment(AppointmentId Id, Post Post, UnitId? Unit, PersonId Person, DateOnly BeginsOn, DateOnly? EndsOn)
{
    public bool HoldsOn(DateOnly day) => BeginsOn <= day && (EndsOn is null || day < EndsOn);
}

/// <summary>The names of posts and kinds, as people say them.</summary>
public static class OrganisationWords
{
    public static Bilingual Name(this Post post) => post switch
    {
        Post.Ciso => new("最高情報セキュリティ責任者（CISO）", "Chief Information Security Officer (CISO)"),
        Post.GeneralOfficer => new("統括情報セキュリティ責任者", "general information-security officer"),
        Post.SecurityOfficer => new("情報セキュリティ責任者", "information-security officer"),
        Post.SecurityManager => new("情報セキュリティ管理者", "information-security manager"),
        Post.SystemManager => new("情報システム管理者", "information-system manager"),
        Post.PersonInCharge => new("情報システム担当者", "person in charge of a system"),
        Post.Csirt => new("CSIRT", "CSIRT"),
        Post.CommitteeMember => new("情報セキュリティ委員会委員", "member of the security committee"),
        Post.AuditOfficer => new("情報セキュリティ監査統括責任者", "chief of security audits"),
        _ => throw new ArgumentOutOfRangeException(nameof(post), post, null),
    };

    public static Bilingual Name(this StaffKind kind) => kind switch
    {
        StaffKind.Staff => new("職員", "staff"),
        StaffKind.FiscalYearAppointee => new("会計年度任用職員", "fiscal-year appointee"),
        StaffKind.Dispatched => new("派遣", "dispatched worker"),
        StaffKind.Councillor => new("議員", "councillor"),
        StaffKind.Contractor => new("委託先の従事者", "contractor's worker"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    public static Bilingual Name(this UnitKind kind) => kind switch
    {
        UnitKind.Agency => new("実施機関", "agency"),
        UnitKind.Department => new("部局", "department"),
        UnitKind.Section => new("課室", "section"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
