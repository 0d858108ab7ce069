using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Identity;
using Sekisho.Records.Accounts;

namespace Sekisho.Web.SignIn;

/// <summary>What sign-in needs besides its pages: signing out, and challenges for passkeys.</summary>
public static class SignInEndpoints
{
    public static void MapSignIn(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/signout", SignOutAsync).WithMetadata(new OwnAccountAttribute()).ExcludeFromDescription();
        endpoints.MapPost("/sign-in/passkey-options", RequestOptionsAsync).AllowAnonymous().RequireRateLimiting(SignInLimits.PerAddress).ExcludeFromDescription();
        endpoints.MapPost("/enrol/passkey-options", CreationOptionsAsync).AllowAnonymous().RequireRateLimiting(SignInLimits.PerAddress).ExcludeFromDescription();
    }

    private static async Task<IResult> SignOutAsync(HttpContext context, IAntiforgery antiforgery, AccountSignIn signIn, Sessions sessions, AccountData data)
    {
        if (!await antiforgery.IsRequestValidAsync(context)) return Results.BadRequest();
        var person = CurrentPerson.Of(context);
        if (person.Session is { } session && await data.FindAsync(person.Account, context.RequestAborted) is { } account)
            await sessions.EndAsync(account, session, context.RequestAborted);
        await context.SignOutEverythingAsync();
        return Results.LocalRedirect("/sign-in?done=1");
    }

    /// <summary>A challenge for a passkey: of whoever is half-way or signed in, or of anybody (alone=true).</summary>
    private static async Task<IResult> RequestOptionsAsync(HttpContext context, bool? alone, IAntiforgery antiforgery, AccountSignIn signIn, PendingSignIn pending, AccountData data)
    {
        if (!await antiforgery.IsRequestValidAsync(context)) return Results.BadRequest();
        var account = alone == true ? null : await WhoAsync(context, pending, data);
        return Results.Content(await signIn.MakePasskeyRequestOptionsAsync(account), "application/json");
    }

    /// <summary>A challenge for a new passkey of whoever is enrolling or signed in.</summary>
    private static async Task<IResult> CreationOptionsAsync(HttpContext context, IAntiforgery antiforgery, AccountSignIn signIn, PendingSignIn pending, AccountData data)
    {
        if (!await antiforgery.IsRequestValidAsync(context)) return Results.BadRequest();
        var signedIn = CurrentPerson.From(context.User) is not null;
        // Half-way with a second factor already: the password alone must not be enough to add another one.
        if (await WhoAsync(context, pending, data) is not { } account || !signedIn && account.HasSecondFactor) return Results.Forbid();
        var entity = new PasskeyUserEntity { Id = account.Id.ToString(), Name = account.Login, DisplayName = account.DisplayName };
        return Results.Content(await signIn.MakePasskeyCreationOptionsAsync(entity), "application/json");
    }

    private static async Task<Account?> WhoAsync(HttpContext context, PendingSignIn pending, AccountData data) =>
        CurrentPerson.From(context.User) is { } person ? await data.FindAsync(person.Account, context.RequestAborted) : await pending.RecallAsync();

    private static async Task SignOutEverythingAsync(this HttpContext context)
    {
        await Microsoft.AspNetCore.Authentication.AuthenticationHttpContextExtensions.SignOutAsync(context, IdentityConstants.ApplicationScheme);
        await Microsoft.AspNetCore.Authentication.AuthenticationHttpContextExtensions.SignOutAsync(context, PendingSignIn.Scheme);
        await Microsoft.AspNetCore.Authentication.AuthenticationHttpContextExtensions.SignOutAsync(context, IdentityConstants.TwoFactorUserIdScheme);
    }
}
