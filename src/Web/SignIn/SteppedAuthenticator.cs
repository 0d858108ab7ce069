using Microsoft.AspNetCore.Identity;
using Sekisho.Records.Accounts;

namespace Sekisho.Web.SignIn;

/// <summary>Identity's second factor "authenticator app", with each code accepted once.</summary>
public sealed class SteppedAuthenticator(AccountData data, TimeProvider time) : IUserTwoFactorTokenProvider<Account>
{
    public Task<bool> CanGenerateTwoFactorTokenAsync(UserManager<Account> manager, Account user) => Task.FromResult(user.AuthenticatorAt is not null);

    /// <summary>The app makes the codes.</summary>
    public Task<string> GenerateAsync(string purpose, UserManager<Account> manager, Account user) => Task.FromResult("");

    public async Task<bool> ValidateAsync(string purpose, string token, UserManager<Account> manager, Account user)
    {
        if (user.AuthenticatorAt is null || await manager.GetAuthenticatorKeyAsync(user) is not { } secret || Totp.FromBase32(secret) is not { } key) return false;
        return Totp.Match(key, token, time.GetUtcNow()) is { } step && await data.AcceptStepAsync(user, step, CancellationToken.None);
    }
}
