using Microsoft.AspNetCore.Identity;
using Sekisho.Assurance;
using Sekisho.Records.Accounts;

namespace Sekisho.Web.SignIn;

/// <inheritdoc cref="ISecondFactor"/>
public sealed class SecondFactor(AccountManager manager, AccountSignIn signIn, AccountData data, SignInLimits limits, TimeProvider time) : ISecondFactor
{
    public static Bilingual Wrong { get; } = new(
        "コードが違うか、すでに使われています。アプリに次の 6 桁が出てから入力してください。",
        "The code is wrong or was used already. Wait for the next six digits in the app, then enter those.");

    public static Bilingual Locked { get; } = new(
        "続けて間違えたため、しばらく受け付けられません。15 分待ってからお試しください。",
        "Too many wrong answers in a row. Wait 15 minutes, then try again.");

    public static Bilingual PasskeyFailed { get; } = new(
        "パスキーを確認できませんでした。もう一度試すか、認証アプリのコードを入力してください。",
        "The passkey could not be confirmed. Try again, or enter the code of the authenticator app.");

    public async Task<SecondFactorOutcome> ConfirmAsync(AccountId account, string untrustedCode, CancellationToken cancel = default) =>
        await data.FindAsync(account, cancel) is { DisabledAt: null } found
            ? await CheckAsync(found, untrustedCode)
            : new SecondFactorOutcome.Refused(Wrong);

    /// <summary>The same for an account that was looked up already.</summary>
    internal async Task<SecondFactorOutcome> CheckAsync(Account account, string untrustedCode)
    {
        if (await manager.IsLockedOutAsync(account) || !limits.Try(account.LoginNormalized)) return new SecondFactorOutcome.Refused(Locked);
        if (untrustedCode.TrimStart() is ['{', ..]) return await CheckPasskeyAsync(account, untrustedCode);
        if (Totp.Digits(untrustedCode) is not { } digits || !await manager.VerifyTwoFactorTokenAsync(account, TokenOptions.DefaultAuthenticatorProvider, digits))
        {
            await manager.AccessFailedAsync(account);
            return new SecondFactorOutcome.Refused(Wrong);
        }
        await manager.ResetAccessFailedCountAsync(account);
        return new SecondFactorOutcome.Confirmed("totp", time.GetUtcNow());
    }

    private async Task<SecondFactorOutcome> CheckPasskeyAsync(Account account, string untrustedAssertion)
    {
        if (await AssertAsync(signIn, manager, untrustedAssertion) is not { } owner || owner.Id != account.Id)
        {
            await manager.AccessFailedAsync(account);
            return new SecondFactorOutcome.Refused(PasskeyFailed);
        }
        await manager.ResetAccessFailedCountAsync(account);
        return new SecondFactorOutcome.Confirmed("passkey", time.GetUtcNow());
    }

    /// <summary>The account that a passkey's answer to this browser's challenge belongs to; null when it doesn't hold.</summary>
    internal static async Task<Account?> AssertAsync(AccountSignIn signIn, AccountManager manager, string untrustedAssertion)
    {
        PasskeyAssertionResult<Account> result;
        try
        {
            result = await signIn.PerformPasskeyAssertionAsync(untrustedAssertion);
        }
        catch (InvalidOperationException)
        {
            return null; // no challenge was asked for in this browser
        }
        if (!result.Succeeded) return null;
        await manager.AddOrUpdatePasskeyAsync(result.User, result.Passkey); // the counter: a copied key shows itself by it
        return result.User;
    }
}
