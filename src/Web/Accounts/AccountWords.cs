using Sekisho.Assurance;
using Sekisho.Records.Accounts;

namespace Sekisho.Web.Accounts;

/// <summary>How accounts are spoken of.</summary>
public static class AccountWords
{
    /// <summary>Where an account stands.</summary>
    public static Bilingual State(Account account, DateTimeOffset now) => account switch
    {
        { DisabledAt: not null } => new("停止", "closed"),
        { PasswordHash: null } => new("招待中", "invited"),
        { HasSecondFactor: false } => new("二要素の登録待ち", "second factor missing"),
        { LockoutEnd: { } end } when end > now => new("一時停止（誤入力）", "locked for a while"),
        _ => new("使用中", "in use"),
    };
}
