using Sekisho.Assurance;

namespace Sekisho.Records.Accounts;

/// <summary>What a person does in Sekisho (役割). An auditor has no other role: who audits runs nothing of what is audited.</summary>
public enum Role
{
    /// <summary>セキュリティ担当: the policy, evidence, statements, waivers, accounts.</summary>
    Officer,

    /// <summary>課室長: what concerns the own section.</summary>
    Manager,

    /// <summary>職員.</summary>
    Staff,

    /// <summary>監査人: reads everything in scope, writes nothing.</summary>
    Auditor,

    /// <summary>システム管理: accounts and organisation.</summary>
    Administrator,
}

/// <summary>Names of roles: in the database and in claims, and for people.</summary>
public static class Roles
{
    public static IReadOnlyList<Role> All { get; } = Enum.GetValues<Role>();

    /// <summary>The name kept in the database and in claims.</summary>
    public static string Key(this Role role) => role switch
    {
        Role.Officer => "officer",
        Role.Manager => "manager",
        Role.Staff => "staff",
        Role.Auditor => "auditor",
        Role.Administrator => "administrator",
        _ => throw new ArgumentOutOfRangeException(nameof(role)),
    };

    /// <summary>False when there is no such role.</summary>
    public static bool TryParse(string? untrusted, out Role role)
    {
        foreach (var candidate in All)
        {
            if (!string.Equals(candidate.Key(), untrusted, StringComparison.Ordinal)) continue;
            role = candidate;
            return true;
        }
        role = default;
        return false;
    }

    /// <summary>The name for people.</summary>
    public static Bilingual Name(this Role role) => role switch
    {
        Role.Officer => new("セキュリティ担当", "Security officer"),
        Role.Manager => new("課室長", "Section manager"),
        Role.Staff => new("職員", "Staff"),
        Role.Auditor => new("監査人", "Auditor"),
        Role.Administrator => new("システム管理", "Administrator"),
        _ => throw new ArgumentOutOfRangeException(nameof(role)),
    };

    /// <summary>What the role may do, in a sentence.</summary>
    public static Bilingual Explanation(this Role role) => role switch
    {
        Role.Officer => new("規程の登録、証跡と申告、例外措置の承認、アカウントの管理をします。", "Uploads policies, keeps evidence and statements, approves waivers, manages accounts."),
        Role.Manager => new("自分の課室に関することを見て、確認します。", "Sees and confirms what concerns the own section."),
        Role.Staff => new("規程と自分がすることを見ます。", "Sees the policy and what is theirs to do."),
        Role.Auditor => new("すべてを見られますが、何も変更できません。ほかの役割とは兼ねられません。", "Reads everything and changes nothing. Can't be combined with another role."),
        Role.Administrator => new("アカウントと組織を管理します。", "Manages accounts and the organisation."),
        _ => throw new ArgumentOutOfRangeException(nameof(role)),
    };
}
