using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Sekisho.Records.Accounts;

namespace Sekisho.Web.SignIn;

/// <summary>Between the password and the second factor: a short-lived cookie of its own, which opens nothing but the next step.</summary>
/// <remarks>
/// Identity has such a cookie too, but overwrites it with the challenge of a passkey, so that the person would be forgotten half-way.
/// The session cookie doesn't exist yet: no page can take one for the other.
/// </remarks>
public sealed class PendingSignIn(IHttpContextAccessor accessor, AccountData data, TimeProvider time)
{
    public const string Scheme = "Sekisho.Pending";

    /// <summary>Time for finding the phone.</summary>
    public static TimeSpan Validity { get; } = TimeSpan.FromMinutes(10);

    private const string UntilClaim = "sekisho:until";

    private HttpContext Context => accessor.HttpContext ?? throw new InvalidOperationException("Outside a request.");

    /// <summary>The password was right.</summary>
    public async Task RememberAsync(Account account)
    {
        var until = (time.GetUtcNow() + Validity).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var identity = new ClaimsIdentity(
            [new(CurrentPerson.AccountClaim, account.Id.ToString()), new(CurrentPerson.StampClaim, account.SecurityStamp), new(UntilClaim, until)], Scheme);
        await Context.SignInAsync(Scheme, new ClaimsPrincipal(identity));
    }

    /// <summary>Who gave the right password a moment ago; null when nobody did, it is too long ago, or the account changed meanwhile.</summary>
    public async Task<Account?> RecallAsync()
    {
        var result = await Context.AuthenticateAsync(Scheme);
        if (!result.Succeeded
            || !Guid.TryParse(result.Principal.FindFirstValue(CurrentPerson.AccountClaim), out var id)
            || !long.TryParse(result.Principal.FindFirstValue(UntilClaim), NumberStyles.None, CultureInfo.InvariantCulture, out var until)
            || until < time.GetUtcNow().ToUnixTimeSeconds()) return null;
        var account = await data.FindAsync(new AccountId(id), Context.RequestAborted);
        return account is { DisabledAt: null } && account.SecurityStamp == result.Principal.FindFirstValue(CurrentPerson.StampClaim) ? account : null;
    }

    public Task ForgetAsync() => Context.SignOutAsync(Scheme);
}
