using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Sekisho.Assurance;
using Sekisho.Records.Accounts;
using Sekisho.Web.Api;

namespace Sekisho.Web.SignIn;

/// <summary>Holds each request's cookie against the session on the server: ended, idle too long, stamp changed, or account closed, and it is gone.</summary>
public sealed class SessionCookie(Sessions sessions) : CookieAuthenticationEvents
{
    public override async Task ValidatePrincipal(CookieValidatePrincipalContext context)
    {
        var person = context.Principal is null ? null : CurrentPerson.From(context.Principal);
        var account = person is { Session: { } session } ? await sessions.SeeAsync(person.Municipality, session, context.HttpContext.RequestAborted) : null;
        if (account is null || account.Id != person!.Account || account.SecurityStamp != context.Principal!.FindFirst(CurrentPerson.StampClaim)?.Value || !account.HasSecondFactor)
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(IdentityConstants.ApplicationScheme);
            return;
        }
        // Roles and unit as they are now, not as they were at sign-in.
        context.ReplacePrincipal(CurrentPerson.Principal(account, IdentityConstants.ApplicationScheme, [new(CurrentPerson.SessionClaim, person.Session!.Value.ToString())]));
    }

    public override Task RedirectToLogin(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (IsApi(context.Request)) return ApiProblems.SignInNeeded.WriteAsync(context.HttpContext);
        // htmx would put the sign-in page into a corner of the page.
        if (context.Request.Headers.ContainsKey("HX-Request"))
        {
            context.Response.Headers["HX-Redirect"] = "/sign-in";
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        }
        context.Response.Redirect(context.RedirectUri);
        return Task.CompletedTask;
    }

    public override Task RedirectToAccessDenied(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (IsApi(context.Request)) return ApiProblems.NotAllowed.WriteAsync(context.HttpContext);
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    internal static bool IsApi(HttpRequest request) => request.Path.StartsWithSegments("/api", StringComparison.Ordinal);
}
