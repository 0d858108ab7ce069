using Sekisho.Assurance;

namespace Sekisho.Records.Accounts;

/// <summary>What came of a change to accounts: done, or a rule says no.</summary>
public abstract record AccountOutcome
{
    private AccountOutcome()
    {
    }

    public abstract T Match<T>(Func<Done, T> done, Func<Refused, T> refused);

    /// <summary>It was done.</summary>
    /// <param name="Account">As it is now.</param>
    /// <param name="LinkSecret">Secret of the one-time link, shown once; null when none was made.</param>
    public sealed record Done(Account Account, string? LinkSecret) : AccountOutcome
    {
        public override T Match<T>(Func<Done, T> done, Func<Refused, T> refused) => done(this);
    }

    /// <summary>A rule says no; nothing was changed.</summary>
    public sealed record Refused(AccountRefusal Refusal) : AccountOutcome
    {
        public override T Match<T>(Func<Done, T> done, Func<Refused, T> refused) => refused(this);
    }
}

/// <summary>Why a change to accounts was refused.</summary>
/// <param name="Code">Stable; docs/errors.md.</param>
/// <param name="Field">Name of the form field that the message belongs to; empty for the whole.</param>
/// <param name="Message">What is wrong and what to do.</param>
public sealed record AccountRefusal(string Code, string Field, Bilingual Message)
{
    public static AccountRefusal NotFound { get; } = new("ACC-001", "", new("このアカウントは見つかりません。一覧を開き直してください。", "There is no such account. Open the list again."));

    public static AccountRefusal LoginTaken { get; } = new("ACC-002", "login", new("この利用者名は使われています。別の名前にしてください。", "This name is in use. Choose another."));

    public static AccountRefusal LoginMalformed { get; } = new("ACC-003", "login", new("利用者名は、文字・数字・「. _ - + @」の 3〜128 字で入力してください。", "Use 3 to 128 letters, digits or . _ - + @ for the sign-in name."));

    public static AccountRefusal NameMissing { get; } = new("ACC-004", "displayName", new("氏名を 1〜100 字で入力してください。", "Enter the name, 1 to 100 characters."));

    public static AccountRefusal RolesMissing { get; } = new("ACC-005", "roles", new("役割を一つ以上選んでください。", "Choose at least one role."));

    public static AccountRefusal AuditorAlone { get; } = new("ACC-006", "roles", new("監査人はほかの役割を兼ねられません。監査人だけを選ぶか、監査人を外してください。", "An auditor can't have another role. Choose auditor alone, or leave it out."));

    public static AccountRefusal LastKeeper { get; } = new("ACC-007", "roles", new("アカウントを管理できる人がいなくなります。先に別の人をセキュリティ担当かシステム管理にしてください。", "Nobody would be left to manage accounts. First make somebody else officer or administrator."));

    public static AccountRefusal ChangedMeanwhile { get; } = new("ACC-008", "", new("開いている間に、ほかの人がこのアカウントを変更しました。何も保存していません。開き直して、もう一度入力してください。", "Somebody else changed this account while you had it open. Nothing was saved. Open it again and repeat."));

    public static AccountRefusal OwnAccount { get; } = new("ACC-009", "", new("自分のアカウントは止められません。ほかの管理者に頼んでください。", "You can't close your own account. Ask another administrator."));

    public static AccountRefusal UnitUnknown { get; } = new("ACC-010", "unit", new("この所属は見つかりません。選び直してください。", "There is no such unit. Choose again."));
}
