using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Sekisho.Records.Accounts;

namespace Sekisho.Web.SignIn;

/// <summary>Identity's user manager, with the clock of the product, failures counted in the database, and longer recovery codes.</summary>
public sealed class AccountManager(
    AccountStore store, AccountData data, TimeProvider time, IOptions<IdentityOptions> options, IPasswordHasher<Account> hasher,
    IEnumerable<IPasswordValidator<Account>> passwordValidators, ILookupNormalizer normalizer, IdentityErrorDescriber errors, IServiceProvider services, ILogger<UserManager<Account>> logger)
    : UserManager<Account>(store, options, hasher, [], passwordValidators, normalizer, errors, services, logger)
{
    /// <summary>Letters that aren't mistaken for each other on paper: no I, L, O, U, 0, 1.</summary>
    private const string Letters = "ABCDEFGHJKMNPQRSTVWXYZ23456789";

    public override Task<bool> IsLockedOutAsync(Account user) => Task.FromResult(user.LockoutEnd > time.GetUtcNow());

    public override async Task<IdentityResult> AccessFailedAsync(Account user)
    {
        await data.CountFailureAsync(user, Options.Lockout.MaxFailedAccessAttempts, Options.Lockout.DefaultLockoutTimeSpan, CancellationToken);
        return IdentityResult.Success;
    }

    public override async Task<IdentityResult> ResetAccessFailedCountAsync(Account user)
    {
        await data.ForgetFailuresAsync(user, CancellationToken);
        return IdentityResult.Success;
    }

    /// <summary>Sets the secret of the authenticator app on the account, sealed; kept with the account's next update.</summary>
    public Task SetAuthenticatorKeyAsync(Account user, string key) => store.SetAuthenticatorKeyAsync(user, key, CancellationToken);

    /// <summary>Null when the password may be used; otherwise what to do, for the field.</summary>
    public async Task<Assurance.Bilingual?> RefusePasswordAsync(Account user, string password)
    {
        foreach (var validator in PasswordValidators)
        {
            if (await validator.ValidateAsync(this, user, password) is { Succeeded: false } result && result.Errors.FirstOrDefault() is { } error) return PasswordRule.Explain(error.Code);
        }
        return null;
    }

    /// <summary>16 letters in four groups: 78 bits.</summary>
    protected override string CreateTwoFactorRecoveryCode() =>
        string.Join('-', Enumerable.Range(0, 4).Select(static _ => RandomNumberGenerator.GetString(Letters, 4)));
}
