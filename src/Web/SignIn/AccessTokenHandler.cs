using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Sekisho.Crossing;
using Sekisho.Crossing.Systems;
using Sekisho.Records;
using Sekisho.Records.Accounts;
using Sekisho.Web.Api;

namespace Sekisho.Web.SignIn;

/// <summary>Authorization: Bearer sekisho_… on the API: the account behind the token, as it is now; or the system whose key it is.</summary>
public sealed class AccessTokenHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, AccessTokens tokens, CrossingSlices crossing)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public new const string Scheme = "Sekisho.AccessToken";

    private Refusal? refused;

    /// <summary>True when the request shows a token; it is then judged by that alone, not by a cookie.</summary>
    public static bool IsShown(HttpRequest request) => request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase);

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!IsShown(Request) || !SessionCookie.IsApi(Request)) return AuthenticateResult.NoResult();
        var secret = Request.Headers.Authorization.ToString()["Bearer ".Length..].Trim();
        if (secret.StartsWith(SystemDesk.Prefix, StringComparison.Ordinal)) return await SystemAsync(secret);
        if (await tokens.FindAsync(secret, Context.RequestAborted) is not var (account, token)) return AuthenticateResult.Fail("unknown token");
        // Whoever was reset and hasn't enrolled again can't act through a token either.
        if (!account.HasSecondFactor) return AuthenticateResult.Fail("no second factor");
        var principal = CurrentPerson.Principal(account, Scheme, [new(CurrentPerson.TokenClaim, TokenScopes.Key(token.Scope))]);
        return AuthenticateResult.Success(new AuthenticationTicket(principal, Scheme));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer realm=\"Sekisho\", error=\"invalid_token\"";
        return (refused is { } why ? ApiAnswers.Problem(why) : ApiProblems.SignInNeeded).WriteAsync(Context);
    }

    private async Task<AuthenticateResult> SystemAsync(string secret)
    {
        if (await crossing.Systems.FindAsync(secret, Context.Connection.RemoteIpAddress, Context.RequestAborted) is not var (municipality, system)) return AuthenticateResult.Fail("unknown key");
        return system.Match(
            its => AuthenticateResult.Success(new AuthenticationTicket(CurrentPerson.Principal(municipality, its, Scheme), Scheme)),
            why =>
            {
                refused = why;
                return AuthenticateResult.Fail(why.Code);
            });
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => ApiProblems.NotAllowed.WriteAsync(Context);
}
