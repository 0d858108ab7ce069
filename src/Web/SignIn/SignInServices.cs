using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Sekisho.Records.Accounts;
using Sekisho.Records.Municipalities;
using Sekisho.Records.Organisation;
using Sekisho.Storage;

namespace Sekisho.Web.SignIn;

/// <summary>What the sign-in is set up with.</summary>
/// <param name="Https">Whether people reach the server by https: cookies then carry the __Host- prefix, which browsers hold to this very host.</param>
/// <param name="ServerDomain">Name of the server that passkeys are bound to; null takes the name in the address.</param>
public sealed record SignInOptions(bool Https, string? ServerDomain, SessionLimits Sessions, SignInLimitOptions Limits)
{
    public static SignInOptions For(bool https) => new(https, null, SessionLimits.Default, SignInLimitOptions.Default);
}

/// <summary>Wires the sign-in into the host.</summary>
public static class SignInServices
{
    /// <summary>Needs <see cref="Database"/>, <see cref="TimeProvider"/>, the records and Data Protection among the services.</summary>
    public static IServiceCollection AddSignIn(this IServiceCollection services, SignInOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(options.Sessions);
        services.AddSingleton(options.Limits);
        services.AddSingleton<SignInLimits>();
        services.AddSingleton<AccountData>();
        services.AddSingleton<Passkeys>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<Invitations>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<AccountBook>();
        services.AddSingleton<FirstStart>();
        services.AddSingleton<OrganisationRegister>();
        services.AddSingleton<MunicipalityRegister>();
        services.AddSingleton<FirstStartCode>();
        services.AddSingleton<FirstStartGate>();
        services.AddHttpContextAccessor();

        services.AddIdentityCore<Account>(static identity =>
        {
            identity.Lockout.MaxFailedAccessAttempts = 5;
            identity.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(15);
            identity.Tokens.ProviderMap[TokenOptions.DefaultAuthenticatorProvider] = new TokenProviderDescriptor(typeof(SteppedAuthenticator));
        });
        services.RemoveAll<IPasswordValidator<Account>>();
        services.RemoveAll<IUserValidator<Account>>(); // AccountBook knows the rules
        services.AddScoped<IPasswordValidator<Account>, PasswordRule>();
        services.Replace(ServiceDescriptor.Scoped<ILookupNormalizer, LoginNormalizer>());
        services.Configure<PasswordHasherOptions>(static hasher => hasher.IterationCount = 210_000); // OWASP 2023 for PBKDF2-HMAC-SHA-512
        services.AddScoped<AccountStore>();
        services.AddScoped<IUserStore<Account>>(static s => s.GetRequiredService<AccountStore>());
        services.AddScoped<SteppedAuthenticator>();
        services.AddScoped<AccountManager>();
        services.Replace(ServiceDescriptor.Scoped<UserManager<Account>>(static s => s.GetRequiredService<AccountManager>()));
        services.AddScoped<AccountSignIn>();
        services.AddScoped<SignInManager<Account>>(static s => s.GetRequiredService<AccountSignIn>());
        services.AddScoped<IUserClaimsPrincipalFactory<Account>, AccountClaims>();
        services.AddScoped<IUserConfirmation<Account>, DefaultUserConfirmation<Account>>();
        services.AddScoped<IPasskeyHandler<Account>, PasskeyHandler<Account>>();
        services.AddScoped<PendingSignIn>();
        services.AddScoped<SecondFactor>();
        services.AddScoped<ISecondFactor>(static s => s.GetRequiredService<SecondFactor>());
        services.AddScoped<Enrolment>();
        services.AddScoped<SessionCookie>();
        services.Configure<IdentityPasskeyOptions>(passkeys =>
        {
            passkeys.ServerDomain = options.ServerDomain;
            // A passkey alone signs in: it must have asked for a PIN or a finger itself.
            passkeys.UserVerificationRequirement = "required";
            passkeys.ResidentKeyRequirement = "preferred"; // security keys without room for it still serve as a second factor
        });

        services.AddAuthentication("Sekisho")
            .AddPolicyScheme("Sekisho", null, static policy => policy.ForwardDefaultSelector = static context =>
                AccessTokenHandler.IsShown(context.Request) ? AccessTokenHandler.Scheme : IdentityConstants.ApplicationScheme)
            .AddCookie(IdentityConstants.ApplicationScheme, cookie =>
            {
                Secure(cookie, options, "sekisho");
                cookie.EventsType = typeof(SessionCookie);
                cookie.LoginPath = "/sign-in";
                cookie.ReturnUrlParameter = "back";
                cookie.ExpireTimeSpan = options.Sessions.Absolute; // idle time is counted on the server
                cookie.SlidingExpiration = false;
            })
            .AddCookie(PendingSignIn.Scheme, cookie =>
            {
                Secure(cookie, options, "sekisho-pending");
                cookie.ExpireTimeSpan = PendingSignIn.Validity;
                cookie.SlidingExpiration = false;
            })
            .AddCookie(IdentityConstants.TwoFactorUserIdScheme, cookie =>
            {
                Secure(cookie, options, "sekisho-passkey"); // Identity keeps the challenge of a passkey here
                cookie.ExpireTimeSpan = TimeSpan.FromMinutes(5);
            })
            .AddScheme<AuthenticationSchemeOptions, AccessTokenHandler>(AccessTokenHandler.Scheme, null);
        services.AddAuthorization(Allowed.Declare);
        services.AddRateLimiter(static _ => { });
        services.AddOptions<RateLimiterOptions>().Configure<SignInLimitOptions>(SignInLimits.Declare);
        return services;
    }

    /// <summary>After routing: the first-start gate, who it is, whether they may, and how often.</summary>
    public static IApplicationBuilder UseSignIn(this IApplicationBuilder app)
    {
        var gate = app.ApplicationServices.GetRequiredService<FirstStartGate>();
        app.Use(next => context => gate.InvokeAsync(context, next));
        app.UseAuthentication();
        app.UseRateLimiter();
        app.Use(static (context, next) =>
        {
            // An address that leads nowhere is answered as such: it has nothing to protect, and sign-in would lead nowhere after it.
            if (context.GetEndpoint() is null) context.SetEndpoint(Nowhere);
            return next(context);
        });
        app.UseAuthorization();
        app.UseRequestGuard();
        return app;
    }

    /// <summary>Makes a first-start code when nobody can sign in yet; null when it is done.</summary>
    public static async Task<string?> FirstStartCodeAsync(this IServiceProvider services, CancellationToken cancel) =>
        await services.GetRequiredService<FirstStartGate>().IsDoneAsync(cancel) ? null : services.GetRequiredService<FirstStartCode>().Issue();

    private static readonly Endpoint Nowhere = new(static context =>
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }, new EndpointMetadataCollection(new AllowAnonymousAttribute()), "nowhere");

    private static void Secure(CookieAuthenticationOptions cookie, SignInOptions options, string name)
    {
        cookie.Cookie.Name = options.Https ? "__Host-" + name : name;
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.Path = "/";
        cookie.Cookie.IsEssential = true;
        cookie.Cookie.SameSite = SameSiteMode.Lax; // a link in a mail must find the session; changes need the form's own token besides
        cookie.Cookie.SecurePolicy = options.Https ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
    }
}
