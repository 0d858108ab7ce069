using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Sekisho.Records.Accounts;

namespace Sekisho.Web.SignIn;

/// <summary>Identity's sign-in manager, with sessions kept on the server.</summary>
public sealed class AccountSignIn(
    AccountManager manager, IHttpContextAccessor accessor, IUserClaimsPrincipalFactory<Account> claims, IOptions<IdentityOptions> options,
    ILogger<SignInManager<Account>> logger, IAuthenticationSchemeProvider schemes, IUserConfirmation<Account> confirmation, Sessions sessions)
    : SignInManager<Account>(manager, accessor, claims, options, logger, schemes, confirmation)
{
    /// <summary>A closed account can't sign in.</summary>
    public override Task<bool> CanSignInAsync(Account user) => Task.FromResult(user.DisabledAt is null);

    /// <summary>Passkeys count: Identity would forget wrong passwords of an account that has only those.</summary>
    public override Task<bool> IsTwoFactorEnabledAsync(Account user) => Task.FromResult(user.HasSecondFactor);

    /// <summary>Signs in whoever has just enrolled: the account is read again, since it carries its second factor only now.</summary>
    public async Task EnterAfterEnrolmentAsync(Account account) =>
        await SignInAsync((await UserManager.FindByIdAsync(account.Id.ToString()))!, isPersistent: false, "enrolment");

    /// <summary>Every way of signing in ends here: the session is written before the cookie goes out.</summary>
    public override async Task SignInWithClaimsAsync(Account user, AuthenticationProperties? authenticationProperties, IEnumerable<Claim> additionalClaims)
    {
        if (!user.HasSecondFactor) throw new InvalidOperationException("No session without a second factor.");
        var list = additionalClaims.ToList();
        var method = list.FirstOrDefault(static c => c.Type == ClaimTypes.AuthenticationMethod)?.Value ?? "unknown";
        var session = await sessions.StartAsync(user, method, Context.Connection.RemoteIpAddress?.ToString() ?? "", Context.Request.Headers.UserAgent.ToString(), Context.RequestAborted);
        list.Add(new(CurrentPerson.SessionClaim, session.ToString()));
        var principal = CurrentPerson.Principal(user, IdentityConstants.ApplicationScheme, list);
        await Context.SignInAsync(IdentityConstants.ApplicationScheme, principal, authenticationProperties ?? new AuthenticationProperties());
        Context.User = principal;
    }
}

/// <summary>Identity asks for a principal here and there; it is the same one everywhere.</summary>
public sealed class AccountClaims : IUserClaimsPrincipalFactory<Account>
{
    public Task<ClaimsPrincipal> CreateAsync(Account user) => Task.FromResult(CurrentPerson.Principal(user, IdentityConstants.ApplicationScheme, []));
}
